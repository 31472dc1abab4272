//! Addresses as types: brokers and the registry's URL, read strictly, so that a typing error is told before anything
//! is reached.

use std::fmt;

/// Why a text is no address. No variant repeats what may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No broker at all, or nothing between two commas.
    #[error("a broker is missing; write HOST:PORT, several with commas between")]
    Empty,
    /// More than anybody bootstraps from.
    #[error("more than {LIMIT} addresses are named; a few are enough")]
    TooMany,
    /// A host without a port.
    #[error("broker `{host}` has no port; did you mean `{host}:9092`?")]
    NoPort {
        /// The host.
        host: String,
    },
    /// What follows the host is no port.
    #[error("broker `{host}` has no valid port; ports are 1 to 65535")]
    Port {
        /// The host.
        host: String,
    },
    /// An IPv6 address without brackets.
    #[error("broker `{text}` looks like an IPv6 address; write it as `[ADDRESS]:PORT`")]
    Brackets {
        /// What was written.
        text: String,
    },
    /// A protocol before the host.
    #[error("a broker is HOST:PORT without a protocol; set `security.protocol` under `kafka:` instead")]
    Protocol,
    /// A user name or password before the host.
    #[error("an address may hold no user name and no password; {hint}")]
    UserInfo {
        /// Where they belong.
        hint: &'static str,
    },
    /// A character that no host has.
    #[error("`{character}` cannot stand in a host's name")]
    Host {
        /// The character.
        character: char,
    },
    /// A registry URL with another scheme.
    #[error("a registry's URL begins with http:// or https://")]
    Scheme,
    /// A registry URL with a query, a fragment or white space.
    #[error("a registry's URL ends with its path; `{character}` cannot stand in it")]
    UrlCharacter {
        /// The character.
        character: char,
    },
}

pub(super) const LIMIT: usize = 1_000;
const KAFKA_CREDENTIALS: &str = "put them under `kafka:` as sasl.username and sasl.password";
const REGISTRY_CREDENTIALS: &str = "put them under `registry_auth:`";

/// A broker's address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BrokerAddress {
    /// The host's name or address; an IPv6 address stands without its brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for BrokerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// The brokers to begin with, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brokers(Vec<BrokerAddress>);

impl Brokers {
    /// Reads a list with commas, as `--brokers` takes it.
    ///
    /// # Errors
    /// The first address that is none.
    pub fn parse(text: &str) -> Result<Brokers, AddressError> {
        Brokers::from_list(text.split(','))
    }

    /// Reads addresses one by one.
    ///
    /// # Errors
    /// The first address that is none; an empty list.
    pub fn from_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Brokers, AddressError> {
        let mut brokers = Vec::new();
        for text in texts {
            brokers.push(broker(text.trim())?);
            if brokers.len() > LIMIT {
                return Err(AddressError::TooMany);
            }
        }
        if brokers.is_empty() { Err(AddressError::Empty) } else { Ok(Brokers(brokers)) }
    }

    /// The addresses.
    #[must_use]
    pub fn addresses(&self) -> &[BrokerAddress] {
        &self.0
    }
}

impl fmt::Display for Brokers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, broker) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(",")?;
            }
            write!(formatter, "{broker}")?;
        }
        Ok(())
    }
}

/// Reads one broker's address.
fn broker(text: &str) -> Result<BrokerAddress, AddressError> {
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.contains('@') {
        return Err(AddressError::UserInfo { hint: KAFKA_CREDENTIALS });
    }
    if text.contains("://") {
        return Err(AddressError::Protocol);
    }
    let (host, port) = host_and_port(text)?;
    let port = port.ok_or_else(|| AddressError::NoPort { host: written(host) })?;
    Ok(BrokerAddress { host: host.to_owned(), port })
}

/// Reads `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`.
fn host_and_port(text: &str) -> Result<(&str, Option<u16>), AddressError> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(inside) => {
            let (host, rest) =
                inside.split_once(']').ok_or_else(|| AddressError::Brackets { text: text.to_owned() })?;
            let legal = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
            let (address, zone) = host.split_once('%').unwrap_or((host, "0"));
            if !address.contains(':') || !address.chars().all(legal) || !zone.chars().all(in_name) {
                return Err(AddressError::Brackets { text: text.to_owned() });
            }
            (host, rest)
        }
        None => {
            if text.matches(':').count() > 1 {
                return Err(AddressError::Brackets { text: text.to_owned() });
            }
            let end = text.find(':').unwrap_or(text.len());
            text.split_at_checked(end).unwrap_or((text, ""))
        }
    };
    if host.is_empty() {
        return Err(AddressError::Empty);
    }
    if let Some(character) = host.chars().find(|c| !in_name(*c) && !matches!(c, ':' | '%')) {
        return Err(AddressError::Host { character });
    }
    if rest.is_empty() {
        return Ok((host, None));
    }
    let digits = rest.strip_prefix(':').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let port = digits.and_then(|digits| digits.parse().ok()).filter(|port| *port != 0);
    let port: u16 = port.ok_or_else(|| AddressError::Port { host: written(host) })?;
    Ok((host, Some(port)))
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}

fn written(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// The base URL of a schema registry: http or https, no user name and password, no slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistryUrl(String);

impl RegistryUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// See `AddressError`; none repeats the text.
    pub fn parse(text: &str) -> Result<RegistryUrl, AddressError> {
        let text = text.trim();
        let rest = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or(AddressError::Scheme)?;
        // Before anything is quoted: what stands before an `@` may be a password, also where it holds a slash.
        if rest.contains('@') {
            return Err(AddressError::UserInfo { hint: REGISTRY_CREDENTIALS });
        }
        let host = rest.split('/').next().unwrap_or_default();
        let illegal = |c: &char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\');
        if let Some(character) = rest.chars().find(illegal) {
            return Err(AddressError::UrlCharacter { character });
        }
        host_and_port(host)?;
        Ok(RegistryUrl(text.trim_end_matches('/').to_owned()))
    }

    /// Tells whether two URLs are the same: schemes and hosts in any case, the usual port written or left out.
    #[must_use]
    pub fn is_same(&self, other: &RegistryUrl) -> bool {
        self.normal() == other.normal()
    }

    fn normal(&self) -> String {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host.to_ascii_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        format!("{scheme}://{}{path}", host.strip_suffix(usual).unwrap_or(&host))
    }

    /// The URL as text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegistryUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_read_strictly() {
        let rows = [
            ("127.0.0.1:19092", Ok("127.0.0.1:19092")),
            (" a:1 ,b_c-d.e:65535 ", Ok("a:1,b_c-d.e:65535")),
            ("[::1]:9092", Ok("[::1]:9092")),
            ("[fe80::1%eth0]:9092", Ok("[fe80::1%eth0]:9092")),
            ("kafka", Err("broker `kafka` has no port; did you mean `kafka:9092`?")),
            ("[::1]", Err("broker `[::1]` has no port; did you mean `[::1]:9092`?")),
            ("::1:9092", Err("broker `::1:9092` looks like an IPv6 address; write it as `[ADDRESS]:PORT`")),
            ("[::1:9092", Err("broker `[::1:9092` looks like an IPv6 address; write it as `[ADDRESS]:PORT`")),
            ("[kafka]:1", Err("broker `[kafka]:1` looks like an IPv6 address; write it as `[ADDRESS]:PORT`")),
            ("kafka:", Err("broker `kafka` has no valid port; ports are 1 to 65535")),
            ("kafka:0", Err("broker `kafka` has no valid port; ports are 1 to 65535")),
            ("kafka:+1", Err("broker `kafka` has no valid port; ports are 1 to 65535")),
            ("kafka:65536", Err("broker `kafka` has no valid port; ports are 1 to 65535")),
            ("[::1]x:1", Err("broker `[::1]` has no valid port; ports are 1 to 65535")),
            ("a:1,,b:1", Err("a broker is missing; write HOST:PORT, several with commas between")),
            ("", Err("a broker is missing; write HOST:PORT, several with commas between")),
            (":9092", Err("a broker is missing; write HOST:PORT, several with commas between")),
            ("k\u{430}fka:1", Err("`\u{430}` cannot stand in a host's name")),
            (
                "SSL://kafka:1",
                Err(
                    "a broker is HOST:PORT without a protocol; set `security.protocol` under `kafka:` instead",
                ),
            ),
            (
                "ops:canary@kafka:1",
                Err(
                    "an address may hold no user name and no password; put them under `kafka:` as sasl.username and sasl.password",
                ),
            ),
        ];
        for (text, expected) in rows {
            let read = Brokers::parse(text).map(|brokers| brokers.to_string()).map_err(|e| e.to_string());
            assert_eq!(read, expected.map(str::to_owned).map_err(str::to_owned), "{text:?}");
        }
        assert_eq!(Brokers::parse(&"a:1,".repeat(5_000)), Err(AddressError::TooMany));
        assert_eq!(Brokers::from_list([]), Err(AddressError::Empty));
    }

    #[test]
    fn registry_urls_are_read_strictly() {
        let userinfo = AddressError::UserInfo { hint: REGISTRY_CREDENTIALS };
        let rows = [
            ("http://127.0.0.1:18081/apis/ccompat/v7/", Ok("http://127.0.0.1:18081/apis/ccompat/v7")),
            ("https://registry.example.com", Ok("https://registry.example.com")),
            ("http://[::1]:8081", Ok("http://[::1]:8081")),
            ("registry:8081", Err(AddressError::Scheme)),
            ("ftp://registry", Err(AddressError::Scheme)),
            ("https://ops:canary@registry", Err(userinfo.clone())),
            ("https://ops:can/ary@registry", Err(userinfo)),
            ("https://", Err(AddressError::Empty)),
            ("https://registry:x/", Err(AddressError::Port { host: "registry".into() })),
            ("https://registry/?a", Err(AddressError::UrlCharacter { character: '?' })),
            ("https://registry/a b", Err(AddressError::UrlCharacter { character: ' ' })),
            ("https://reg\u{202e}istry/", Err(AddressError::Host { character: '\u{202e}' })),
        ];
        for (text, expected) in rows {
            let read = RegistryUrl::parse(text);
            assert_eq!(read.as_ref().map(RegistryUrl::as_str).map_err(Clone::clone), expected, "{text:?}");
        }
    }
}

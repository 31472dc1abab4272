//! What a failed connection means, told from librdkafka's words.
//!
//! librdkafka says much with few codes: a wrong password, an unknown authority and a plaintext client at a TLS port are
//! told apart by text alone. The table tests below hold texts as they were seen with librdkafka 2.12.1. A text that
//! nobody has seen yet is `Other` and is quoted as it is.

use std::fmt;

/// Why a connection to a broker failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// The credentials are wrong.
    Credentials,
    /// The broker does not offer the mechanism.
    Mechanism,
    /// The broker's certificate is signed by nobody we trust.
    UnknownAuthority,
    /// The broker's certificate is for another host.
    HostMismatch,
    /// The broker's certificate is out of date, or not valid for another reason.
    BadCertificate,
    /// The broker wants a certificate of ours.
    ClientCertificate,
    /// We spoke plaintext, the broker seems to expect TLS.
    PlaintextToTls,
    /// We spoke TLS, the broker seems to expect plaintext.
    TlsToPlaintext,
    /// We did not authenticate, the broker seems to expect it.
    AuthenticationMissing,
    /// TLS failed in another way.
    Tls,
    /// The host's name is not known.
    Resolve,
    /// Nobody listens there.
    Refused,
    /// The address gives no answer.
    Silent,
    /// The connection broke.
    Disconnected,
    /// Another cause.
    Other,
}

/// How far a failed connection decides that waiting is useless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No later attempt can end otherwise.
    Final,
    /// Most likely none can; a broker that just goes down looks alike.
    Likely,
    /// A later attempt may well succeed.
    Open,
}

/// One failed connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// `host:port`, where the text names one.
    pub(super) address: Option<String>,
    pub(super) cause: Cause,
    /// librdkafka's words without address and statistics.
    pub(super) words: String,
}

impl Cause {
    /// How far it decides.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Cause::Credentials
            | Cause::Mechanism
            | Cause::UnknownAuthority
            | Cause::HostMismatch
            | Cause::BadCertificate
            | Cause::ClientCertificate => Verdict::Final,
            Cause::PlaintextToTls | Cause::TlsToPlaintext | Cause::AuthenticationMissing | Cause::Tls => {
                Verdict::Likely
            }
            Cause::Resolve | Cause::Refused | Cause::Silent | Cause::Disconnected | Cause::Other => {
                Verdict::Open
            }
        }
    }

    /// The next step.
    pub(super) fn hint(self) -> Option<&'static str> {
        let hint = match self {
            Cause::Credentials => "check sasl.username and sasl.password, and that the broker knows the user",
            Cause::Mechanism => "set sasl.mechanism to one that the broker offers",
            Cause::UnknownAuthority => {
                "set ssl.ca.location to the certificate of the authority that signed the broker's certificate"
            }
            Cause::HostMismatch => {
                "use an address that the broker's certificate names, or have it issued for this one"
            }
            Cause::BadCertificate => "look at the broker's certificate: openssl s_client -connect HOST:PORT",
            Cause::ClientCertificate => "set ssl.certificate.location and ssl.key.location",
            Cause::PlaintextToTls => "set security.protocol to SSL or SASL_SSL",
            Cause::TlsToPlaintext => "set security.protocol to PLAINTEXT or SASL_PLAINTEXT",
            Cause::AuthenticationMissing => {
                "set security.protocol to SASL_PLAINTEXT or SASL_SSL, and sasl.mechanism"
            }
            Cause::Tls => "check security.protocol and the ssl.* settings",
            Cause::Resolve => "check the host's name",
            Cause::Refused => "check the address, and that the broker runs",
            Cause::Silent => "check the address, and that no firewall is in between",
            Cause::Disconnected => "check that this is a Kafka broker's port, and security.protocol",
            Cause::Other => return None,
        };
        Some(hint)
    }
}

impl Trouble {
    /// Understands an error event.
    pub(super) fn new(code: &str, text: &str) -> Trouble {
        let (address, words) = split(text);
        Trouble { address, cause: cause(code, &words), words }
    }

    fn sentence(&self) -> String {
        let words = &self.words;
        match self.cause {
            Cause::Credentials => format!("the broker refused the credentials ({words})"),
            Cause::Mechanism => format!("the broker does not offer this SASL mechanism ({words})"),
            Cause::UnknownAuthority => "the broker's certificate is signed by an unknown authority".into(),
            Cause::HostMismatch => "the broker's certificate is for another host".into(),
            Cause::BadCertificate => format!("the broker's certificate is not valid ({words})"),
            Cause::ClientCertificate => "the broker demands a client certificate".into(),
            Cause::PlaintextToTls => {
                "the broker hung up on a plaintext connection: it seems to expect TLS".into()
            }
            Cause::TlsToPlaintext => "the broker does not speak TLS on this port".into(),
            Cause::AuthenticationMissing => {
                "the broker hung up after connecting: it seems to expect authentication".into()
            }
            Cause::Refused => "connection refused".into(),
            Cause::Silent => "no answer to the attempt to connect".into(),
            Cause::Tls | Cause::Resolve | Cause::Disconnected | Cause::Other => words.clone(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Some(address) => write!(formatter, "{address}: {}", self.sentence()),
            None => formatter.write_str(&self.sentence()),
        }
    }
}

/// Splits `sasl_ssl://host:port/bootstrap: words (after 3ms in state CONNECT)` into address and words.
fn split(text: &str) -> (Option<String>, String) {
    let (head, words) = text.split_once(": ").unwrap_or(("", text));
    let host = head.rsplit_once("://").map_or(head, |(_, host)| host);
    let address = host.split_once('/').map(|(address, _)| address).filter(|address| address.contains(':'));
    let words = if address.is_some() { words } else { text };
    // A coordinator's connection carries its address twice.
    let words = address.and_then(|address| words.strip_prefix(address)?.strip_prefix(": ")).unwrap_or(words);
    let words = words.split(" (after ").next().unwrap_or(words).trim();
    (address.map(str::to_owned), words.to_owned())
}

fn cause(code: &str, words: &str) -> Cause {
    let says = |part: &str| words.contains(part);
    match code {
        "_AUTHENTICATION" | "SASL_AUTHENTICATION_FAILED" => Cause::Credentials,
        "UNSUPPORTED_SASL_MECHANISM" => Cause::Mechanism,
        "_RESOLVE" => Cause::Resolve,
        _ if says("Hostname mismatch") || says("hostname mismatch") || says("IP address mismatch") => {
            Cause::HostMismatch
        }
        _ => Cause::Other,
    }
}

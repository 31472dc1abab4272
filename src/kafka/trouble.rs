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
    /// We authenticated, the broker does not expect it.
    AuthenticationUnwanted,
    /// TLS failed in another way.
    Tls,
    /// Something answers that does not speak Kafka.
    NotKafka,
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
            | Cause::ClientCertificate
            | Cause::AuthenticationUnwanted => Verdict::Final,
            Cause::PlaintextToTls
            | Cause::TlsToPlaintext
            | Cause::AuthenticationMissing
            | Cause::Tls
            | Cause::NotKafka => Verdict::Likely,
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
            Cause::AuthenticationUnwanted => "set security.protocol to PLAINTEXT or SSL",
            Cause::NotKafka => "check host and port: is it the registry's, or a web server's?",
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
        let origin = Origin::of(text);
        let cause = cause(code, &origin);
        Trouble { address: origin.address.map(str::to_owned), cause, words: origin.words.to_owned() }
    }

    /// Understands a line of the log: librdkafka tells of some lost connections there and nowhere else.
    pub(super) fn of_log(line: &str) -> Option<Trouble> {
        let text = line.strip_prefix("FAIL: ")?;
        let text =
            if text.starts_with('[') { text.split_once("]: ").map_or(text, |(_, text)| text) } else { text };
        let trouble = Trouble::new("", text);
        // The others come as error events, with their code.
        (trouble.words.starts_with("Disconnected") && trouble.address.is_some()).then_some(trouble)
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
            Cause::AuthenticationUnwanted => "the broker expects no authentication on this port".into(),
            Cause::NotKafka => "what answers there is no Kafka broker".into(),
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

/// `sasl_ssl://host:port/bootstrap: words (after 3ms in state CONNECT)`, taken apart.
struct Origin<'a> {
    scheme: &'a str,
    address: Option<&'a str>,
    words: &'a str,
    state: &'a str,
}

impl<'a> Origin<'a> {
    fn of(text: &'a str) -> Origin<'a> {
        let (head, rest) = text.split_once(": ").unwrap_or(("", text));
        let (scheme, host) = head.split_once("://").unwrap_or(("plaintext", head));
        let address =
            host.split_once('/').map(|(address, _)| address).filter(|address| address.contains(':'));
        let words = if address.is_some() { rest } else { text };
        // A coordinator's connection carries its address twice.
        let words =
            address.and_then(|address| words.strip_prefix(address)?.strip_prefix(": ")).unwrap_or(words);
        let (words, statistics) = words.split_once(" (after ").unwrap_or((words, ""));
        let state = statistics.split_once("in state ").map_or("", |(_, state)| state);
        let state = state.split([',', ')']).next().unwrap_or(state);
        Origin { scheme, address, words: words.trim(), state }
    }
}

/// The certificate's fault, if this is the line of the log in which our own check (`native::certificate`) tells it.
pub(super) fn certificate_fault(line: &str) -> Option<(String, Cause)> {
    let text = line.strip_prefix("SSLCERTVRFY: ")?;
    let text = text.split_once("]: ").map_or(text, |(_, text)| text);
    let number = text.rsplit_once("x509 error ")?.1.trim();
    let cause = match number.parse::<i32>().ok()? {
        // OpenSSL's x509_vfy.h: no issuer found (2, 20), self-signed (18, 19), leaf not verifiable (21).
        2 | 18..=21 => Cause::UnknownAuthority,
        // Host name, and address.
        62 | 64 => Cause::HostMismatch,
        _ => Cause::BadCertificate,
    };
    Some((Origin::of(text).address?.to_owned(), cause))
}

/// What librdkafka says when OpenSSL refuses a certificate, whatever the reason.
pub(super) const CERTIFICATE_REFUSED: &str = "certificate verify failed";

fn cause(code: &str, origin: &Origin<'_>) -> Cause {
    let says = |part: &str| origin.words.contains(part);
    let disconnected = says("Disconnected");
    match code {
        _ if says("Unsupported SASL mechanism") => Cause::Mechanism,
        _ if says("not valid in current SASL state") => Cause::AuthenticationUnwanted,
        "_AUTHENTICATION" | "SASL_AUTHENTICATION_FAILED" => Cause::Credentials,
        "_RESOLVE" => Cause::Resolve,
        // Told apart further by the log line of our own check, where there is one.
        _ if says(CERTIFICATE_REFUSED) || says("verify broker certificate") => Cause::BadCertificate,
        _ if says("certificate required") || says("client SSL authentication might be required") => {
            Cause::ClientCertificate
        }
        _ if says("wrong version number") || says("PLAINTEXT broker listener") => Cause::TlsToPlaintext,
        _ if disconnected && origin.state == "APIVERSION_QUERY" && !origin.scheme.ends_with("ssl") => {
            Cause::PlaintextToTls
        }
        _ if says("connecting to a SSL listener") => Cause::PlaintextToTls,
        _ if disconnected
            && origin.state == "UP"
            && origin.address.is_some()
            && !origin.scheme.starts_with("sasl") =>
        {
            Cause::AuthenticationMissing
        }
        _ if says("SASL authentication") && says("might require") => Cause::AuthenticationMissing,
        _ if says("Invalid response size") => invalid_size(origin.words),
        "_SSL" => Cause::Tls,
        _ if says("Connection refused") => Cause::Refused,
        _ if says("Connection setup timed out") || says("timed out") => Cause::Silent,
        _ if disconnected => Cause::Disconnected,
        _ => Cause::Other,
    }
}

/// A server that does not speak Kafka: its first four bytes were read as a size.
fn invalid_size(words: &str) -> Cause {
    let size = words.split_once("Invalid response size ").map_or("", |(_, size)| size);
    let size = size.split(' ').next().unwrap_or(size).parse::<i64>().unwrap_or_default();
    // A TLS alert begins with the byte 0x15.
    if size >> 24 == 0x15 { Cause::PlaintextToTls } else { Cause::NotKafka }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts as librdkafka 2.12.1 gave them: code, text, then what is understood.
    const SEEN: [(&str, &str, &str, Cause); 15] = [
        (
            "_TRANSPORT",
            "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
            "127.0.0.1:1: connection refused",
            Cause::Refused,
        ),
        (
            "_TRANSPORT",
            "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT, 1 identical error(s) suppressed)",
            "127.0.0.1:1: connection refused",
            Cause::Refused,
        ),
        (
            "_AUTHENTICATION",
            "sasl_ssl://127.0.0.1:39102/bootstrap: SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512 (after 318ms in state AUTH_REQ)",
            "127.0.0.1:39102: the broker refused the credentials (SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512)",
            Cause::Credentials,
        ),
        (
            "_AUTHENTICATION",
            "sasl_ssl://127.0.0.1:39102/bootstrap: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512 (after 302ms in state AUTH_HANDSHAKE)",
            "127.0.0.1:39102: the broker does not offer this SASL mechanism (SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512)",
            Cause::Mechanism,
        ),
        (
            "_AUTHENTICATION",
            "sasl_plaintext://127.0.0.1:39092/bootstrap: SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Request not valid in current SASL state: broker's supported mechanisms:  (after 2ms in state AUTH_HANDSHAKE)",
            "127.0.0.1:39092: the broker expects no authentication on this port",
            Cause::AuthenticationUnwanted,
        ),
        (
            "_SSL",
            "sasl_ssl://127.0.0.1:39102/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates are installed (install ca-certificates package) (after 4ms in state SSL_HANDSHAKE)",
            "127.0.0.1:39102: the broker's certificate is not valid (SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates are installed (install ca-certificates package))",
            Cause::BadCertificate,
        ),
        (
            "_TRANSPORT",
            "ssl://127.0.0.1:39092/bootstrap: SSL handshake failed: Disconnected: SSL connection closed by peer: connecting to a PLAINTEXT broker listener? (after 0ms in state SSL_HANDSHAKE)",
            "127.0.0.1:39092: the broker does not speak TLS on this port",
            Cause::TlsToPlaintext,
        ),
        (
            "_SSL",
            "ssl://127.0.0.1:18081/bootstrap: SSL handshake failed: error:0A00010B:SSL routines::wrong version number (after 1ms in state SSL_HANDSHAKE)",
            "127.0.0.1:18081: the broker does not speak TLS on this port",
            Cause::TlsToPlaintext,
        ),
        (
            "_RESOLVE",
            "no-such-host.invalid:9092/bootstrap: Failed to resolve 'no-such-host.invalid:9092': Name or service not known (after 1ms in state CONNECT)",
            "no-such-host.invalid:9092: Failed to resolve 'no-such-host.invalid:9092': Name or service not known",
            Cause::Resolve,
        ),
        (
            "_BAD_MSG",
            "10.255.255.1:9092/bootstrap: Receive failed: Invalid response size 1213486160 (0..100000000): increase receive.message.max.bytes (after 0ms in state APIVERSION_QUERY)",
            "10.255.255.1:9092: what answers there is no Kafka broker",
            Cause::NotKafka,
        ),
        (
            "_BAD_MSG",
            "127.0.0.1:443/bootstrap: Receive failed: Invalid response size 352518912 (0..100000000): increase receive.message.max.bytes (after 0ms in state APIVERSION_QUERY)",
            "127.0.0.1:443: the broker hung up on a plaintext connection: it seems to expect TLS",
            Cause::PlaintextToTls,
        ),
        (
            "_TRANSPORT",
            "GroupCoordinator/2: 127.0.0.1:19093: Disconnected (after 5ms in state UP)",
            "GroupCoordinator/2: 127.0.0.1:19093: Disconnected",
            Cause::Disconnected,
        ),
        (
            "_TRANSPORT",
            "sasl_ssl://b:9093/2: Disconnected: SSL connection closed by peer (after 90000ms in state UP)",
            "b:9093: Disconnected: SSL connection closed by peer",
            Cause::Disconnected,
        ),
        ("_FAIL", "something new", "something new", Cause::Other),
        ("", "", "", Cause::Other),
    ];

    #[test]
    fn texts_that_were_seen_are_understood() {
        for (code, text, told, cause) in SEEN {
            let trouble = Trouble::new(code, text);
            assert_eq!((trouble.to_string().as_str(), trouble.cause), (told, cause), "{text}");
        }
    }

    #[test]
    fn lost_connections_are_told_by_the_log_alone() {
        let rows = [
            (
                "FAIL: [thrd:127.0.0.1:39102/bootstrap]: 127.0.0.1:39102/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 1ms in state APIVERSION_QUERY)",
                Some(Cause::PlaintextToTls),
            ),
            (
                "FAIL: [thrd:sasl_plaintext://127.0.0.1:39102/bootstrap]: sasl_plaintext://127.0.0.1:39102/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 1ms in state APIVERSION_QUERY)",
                Some(Cause::PlaintextToTls),
            ),
            (
                "FAIL: [thrd:ssl://127.0.0.1:39102/bootstrap]: ssl://127.0.0.1:39102/bootstrap: Disconnected: SSL connection closed by peer (after 0ms in state UP)",
                Some(Cause::AuthenticationMissing),
            ),
            (
                "FAIL: [thrd:ssl://127.0.0.1:39092/bootstrap]: ssl://127.0.0.1:39092/bootstrap: Disconnected: SSL connection closed by peer (after 1ms in state SSL_HANDSHAKE)",
                Some(Cause::Disconnected),
            ),
            (
                "FAIL: [thrd:a:1/1]: a:1/1: Connect to ipv4#a:1 failed: Connection refused (after 0ms in state CONNECT)",
                None,
            ),
            ("CONFWARN: [thrd:app]: Configuration property x is a consumer property", None),
            ("FAIL: ", None),
        ];
        for (line, expected) in rows {
            assert_eq!(Trouble::of_log(line).map(|trouble| trouble.cause), expected, "{line}");
        }
    }

    #[test]
    fn a_certificates_fault_is_told_by_number() {
        let line = |number: &str| {
            format!(
                "SSLCERTVRFY: [thrd:ssl://h:1/bootstrap]: ssl://h:1/bootstrap: Certificate (subject=/CN=x, issuer=/CN=y) verification callback failed: x509 error {number}"
            )
        };
        let rows = [
            ("19", Some(Cause::UnknownAuthority)),
            ("20", Some(Cause::UnknownAuthority)),
            ("62", Some(Cause::HostMismatch)),
            ("64", Some(Cause::HostMismatch)),
            ("10", Some(Cause::BadCertificate)),
            ("x", None),
        ];
        for (number, expected) in rows {
            let fault = certificate_fault(&line(number));
            assert_eq!(fault, expected.map(|cause| ("h:1".to_owned(), cause)), "{number}");
        }
        assert_eq!(certificate_fault("FAIL: x509 error 20"), None);
    }
}

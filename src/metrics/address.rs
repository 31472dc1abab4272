//! Where metrics are served, as it is typed.

use crate::failure::Failure;

/// Reads an address. A port alone means the loopback device: what groups are called is not for everybody.
pub(super) fn read(text: &str) -> Result<String, Failure> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    // Several colons without brackets are an IPv6 address whose port nobody can tell.
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if port.parse::<u16>().is_err() || (host.contains(':') && !bracketed) {
        return Err(Failure::usage(format!("`{text}` is no address to serve metrics on"))
            .hint("write :9308 for this machine only, 0.0.0.0:9308 for all, or [::1]:9308"));
    }
    Ok(format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_this_machine_only() {
        let rows = [
            (":9308", Some("127.0.0.1:9308")),
            ("9308", Some("127.0.0.1:9308")),
            ("0.0.0.0:9308", Some("0.0.0.0:9308")),
            ("metrics.example:0", Some("metrics.example:0")),
            ("[::1]:9308", Some("[::1]:9308")),
            ("::1:9308", None),
            ("0.0.0.0", None),
            (":99999", None),
            ("host:", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text).ok().as_deref(), expected, "{text:?}");
        }
        assert_eq!(read("x").unwrap_err().code(), 2);
    }
}

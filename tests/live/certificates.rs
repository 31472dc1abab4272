//! A registry that asks for a certificate of ours, played by OpenSSL's own server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::oracle::checked;
use crate::world::World;

/// A server that serves a world's files over TLS to those whose certificate our authority signed.
struct Server {
    process: Child,
    port: String,
}

impl Server {
    fn start(world: &World) -> Server {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "server.key"]);
        // -WWW: a path is the name of a file in the working directory.
        command.args(["-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error", "-WWW"]);
        command
            .current_dir(world.path(""))
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("openssl");
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let accepts =
            |line: String| line.strip_prefix("ACCEPT ")?.rsplit_once(':').map(|(_, port)| port.to_owned());
        let port = lines.map_while(Result::ok).find_map(accepts).expect("a port");
        Server { process, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes `NAME.key` (PKCS#8) and `NAME.pem`, signed by the authority `by`, or by itself.
fn certificate(world: &World, name: &str, by: Option<&str>) {
    let mut command = Command::new("openssl");
    command.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]);
    command.args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=IP:127.0.0.1"]);
    command.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]);
    if let Some(by) = by {
        command.args(["-CA", &format!("{by}.pem"), "-CAkey", &format!("{by}.key")]);
        command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    }
    checked(command.current_dir(world.path("")));
}

#[test]
fn a_registry_that_asks_for_a_certificate_gets_ours() {
    let world = World::empty().set("KEY", "unused");
    world.write("subjects", r#"["orders","payments"]"#);
    certificate(&world, "ca", None);
    certificate(&world, "server", Some("ca"));
    certificate(&world, "client", Some("ca"));
    certificate(&world, "stranger", None);
    let server = Server::start(&world);
    let run = |extra: &str, code: i32| {
        let url = format!("https://127.0.0.1:{}", server.port);
        let context = format!("    registry: {url}\n    registry_ca: ca.pem\n{extra}");
        world.write("eventctl.yaml", format!("current: dev\ncontexts:\n  dev:\n{context}"));
        world.run(&["doctor", "--timeout", "5s"]).ends(code)
    };
    let with =
        |name: &str, key: &str| format!("    registry_certificate: {name}.pem\n    registry_key: {key}\n");
    // 1 for want of brokers, which are not the matter here.
    let good = run(&with("client", "{ file: client.key }"), 1);
    assert!(good.stdout.contains("2 subjects"), "{good}");
    // The key may stand behind the certificate in one file.
    world.write("both.pem", format!("{}{}", world.read("client.pem"), world.read("client.key")));
    run(&with("both", "{ file: both.pem }"), 1);
    // Nobody's, a stranger's, another's key: no subjects, and no key is shown.
    let secret = world.read("client.key").lines().nth(1).expect("a key").to_owned();
    for (extra, code) in [
        (String::new(), 3),
        (with("stranger", "{ file: stranger.key }"), 3),
        (with("client", "{ file: stranger.key }"), 2),
        (with("client", "{ env: KEY }"), 2),
    ] {
        let bad = run(&extra, code);
        let told = format!("{}{}", bad.stdout, bad.stderr);
        assert!(!told.contains("2 subjects") && !told.contains(&secret), "{extra}\n{bad}");
    }
    let mut command = Command::new("openssl");
    command.args(["ec", "-in", "client.key", "-out", "old.key"]).current_dir(world.path(""));
    checked(&mut command);
    let old = run(&with("client", "{ file: old.key }"), 2);
    assert!(old.stderr.contains("openssl pkcs8 -topk8 -nocrypt"), "{old}");
}

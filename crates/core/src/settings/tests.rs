//! Precedence, the two exceptions, and that secrets show nowhere.

use super::*;
use crate::secret::Secret;
use crate::settings::{
    ConfigReport, FilePlace, RegistryAuth, RegistryIdentity, Role, SecretSource, TrustReport,
};

const CANARY: &str = "canary-7f3a";

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn at<T>(path: &str, line: usize, value: T) -> Sourced<T> {
    Sourced::new(value, Origin::File { path: path.into(), line })
}

/// A context with everything, whose values all begin with `name`.
fn context(path: &str, role: Role, name: &str) -> DeclaredContext {
    let auth = RegistryAuth::Basic {
        username: SettingValue::Plain("ops".into()),
        password: SecretSource::Literal(Secret::new(CANARY)),
    };
    let password = SettingValue::Secret(SecretSource::Literal(Secret::new(CANARY)));
    let url = RegistryUrl::parse(&format!("http://{name}-registry:1")).unwrap();
    DeclaredContext {
        origin: Origin::File { path: path.into(), line: 2 },
        role,
        environment: Some(at(path, 3, name.to_owned())),
        brokers: Some(at(path, 4, Brokers::parse(&format!("{name}:1")).unwrap())),
        registry: Some(at(path, 5, vec![url])),
        registry_auth: Some(at(path, 6, auth)),
        registry_ca: Some(at(path, 7, format!("/{name}.pem"))),
        registry_identity: Some(at(
            path,
            7,
            RegistryIdentity {
                certificate: format!("/{name}.crt"),
                key: SecretSource::Literal(Secret::new(CANARY)),
            },
        )),
        protected: Some(at(path, 8, false)),
        cluster_id: Some(at(path, 9, format!("{name}-id").parse().unwrap())),
        kafka: BTreeMap::from([("sasl.password".to_owned(), at(path, 10, password))]),
        timeout: None,
        code: Vec::new(),
    }
}

fn file(role: Role, path: &str, contexts: &[&str]) -> SettingsFile {
    let place = FilePlace {
        path: path.into(),
        folder: "/".into(),
        home: None,
        role,
        trusted: role == Role::Own,
        private: true,
    };
    let contexts = contexts.iter().map(|name| ((*name).to_owned(), context(path, role, name))).collect();
    SettingsFile {
        place,
        current: Some(at(path, 1, "dev".to_owned())),
        contexts,
        catalog: None,
        timeout: None,
    }
}

fn repository() -> SettingsFile {
    file(Role::Repository, "repo.yaml", &["dev", "prod"])
}

fn shown(settings: &Settings, name: &str) -> String {
    let report = ConfigReport::new(settings, &[], Vec::new(), []);
    let row = report.settings.iter().find(|row| row.name == name);
    row.map_or_else(|| "-".to_owned(), |row| format!("{} ({})", row.value, row.origin))
}

#[test]
fn each_layer_beats_those_below_it() {
    let said = |value: &str| Flags { catalog: text(value), timeout: text("1s"), ..Flags::default() };
    let variable =
        |value: &str| Variables { catalog: text(value), timeout: text("2s"), ..Variables::default() };
    let with = |role, path, time| SettingsFile {
        catalog: Some(at(path, 20, format!("{path}-catalog"))),
        timeout: Some(at(path, 21, Duration::from_secs(time))),
        ..file(role, path, &["dev"])
    };
    let flags = [Some(said("flag")), None];
    let variables = [Some(variable("variable")), None];
    let repositories = [Some(with(Role::Repository, "repo", 3)), None];
    let owns = [Some(with(Role::Own, "own", 4)), None];
    // Every combination of layers: the highest that is there must win.
    for bits in 0..16_usize {
        let bit = |place: usize| bits >> place & 1;
        let layers = Layers {
            flags: flags[bit(3)].clone().unwrap_or_default(),
            variables: variables[bit(2)].clone().unwrap_or_default(),
            repository: repositories[bit(1)].clone(),
            own: owns[bit(0)].clone(),
            found_catalog: None,
            known: None,
        };
        let expected = match (bit(3), bit(2), bit(1), bit(0)) {
            (0, ..) => ("flag (--catalog)", "1s (--timeout)"),
            (_, 0, ..) => ("variable (variable EVENTCTL_CATALOG)", "2s (variable EVENTCTL_TIMEOUT)"),
            (_, _, 0, _) => ("repo-catalog (repo:20)", "3s (repo:21)"),
            (_, _, _, 0) => ("own-catalog (own:20)", "4s (own:21)"),
            _ => ("topics.yaml (default)", "10s (default)"),
        };
        let settings = resolve(layers).unwrap();
        assert_eq!((shown(&settings, "catalog").as_str(), shown(&settings, "timeout").as_str()), expected);
    }
}

/// One case of who names what, and what is meant then: context, brokers, registry, whether the credentials go along.
type Case<'a> = ([Option<&'a str>; 3], [Option<&'a str>; 3], [&'a str; 3], bool);

#[test]
fn what_belongs_to_one_cluster_reaches_no_other() {
    let none = [None; 3];
    let (dev, prod) = (Some("dev"), Some("prod"));
    let (b, r) = (Some("b:1"), Some("http://r"));
    let dev_registry = "http://dev-registry:1 (repo.yaml:5)";
    let rows: [Case<'_>; 16] = [
        // [context, brokers, registry] of flags; of variables; what is meant; with credentials
        (none, none, ["dev (repo.yaml:1)", "dev:1 (repo.yaml:4)", dev_registry], true),
        (
            [prod, None, None],
            none,
            ["prod (--context)", "prod:1 (repo.yaml:4)", "http://prod-registry:1 (repo.yaml:5)"],
            true,
        ),
        (
            none,
            [prod, None, None],
            [
                "prod (variable EVENTCTL_CONTEXT)",
                "prod:1 (repo.yaml:4)",
                "http://prod-registry:1 (repo.yaml:5)",
            ],
            true,
        ),
        (
            [dev, None, None],
            [prod, None, None],
            ["dev (--context)", "dev:1 (repo.yaml:4)", dev_registry],
            true,
        ),
        // An explicit --context beats connection values of the environment.
        ([dev, None, None], [None, b, r], ["dev (--context)", "dev:1 (repo.yaml:4)", dev_registry], true),
        ([dev, None, None], [prod, b, r], ["dev (--context)", "dev:1 (repo.yaml:4)", dev_registry], true),
        // --brokers without --context takes nothing of the current one along.
        ([None, b, None], none, ["-", "b:1 (--brokers)", "-"], false),
        ([None, b, None], [dev, None, None], ["-", "b:1 (--brokers)", "-"], false),
        ([None, b, r], none, ["-", "b:1 (--brokers)", "http://r (--registry)"], false),
        (
            [None, b, None],
            [None, None, r],
            ["-", "b:1 (--brokers)", "http://r (variable EVENTCTL_REGISTRY)"],
            false,
        ),
        // With it, both are meant.
        ([dev, b, None], none, ["dev (--context)", "b:1 (--brokers)", dev_registry], true),
        ([dev, b, r], none, ["dev (--context)", "b:1 (--brokers)", "http://r (--registry)"], true),
        // The same, one layer down.
        (none, [None, b, None], ["-", "b:1 (variable EVENTCTL_BROKERS)", "-"], false),
        (
            none,
            [dev, b, None],
            ["dev (variable EVENTCTL_CONTEXT)", "b:1 (variable EVENTCTL_BROKERS)", dev_registry],
            true,
        ),
        // Another registry than the context's.
        ([None, None, r], none, ["dev (repo.yaml:1)", "dev:1 (repo.yaml:4)", "http://r (--registry)"], true),
        (
            [None, None, r],
            [dev, None, None],
            ["dev (variable EVENTCTL_CONTEXT)", "dev:1 (repo.yaml:4)", "http://r (--registry)"],
            true,
        ),
    ];
    for (flags, variables, expected, credentials) in rows {
        let case = format!("{flags:?} {variables:?}");
        let own = |value: Option<&str>| value.map(str::to_owned);
        let [context, brokers, registry] = flags.map(own);
        let flags = Flags { context, brokers, registry, ..Flags::default() };
        let [context, brokers, registry] = variables.map(own);
        let variables = Variables { context, brokers, registry, ..Variables::default() };
        let settings =
            resolve(Layers { flags, variables, repository: Some(repository()), ..Layers::default() })
                .unwrap();
        let got = ["context", "brokers", "registry"].map(|name| shown(&settings, name));
        assert_eq!(got, expected, "{case}");
        let names: Vec<String> =
            settings.client_settings().unwrap().into_iter().map(|(name, _)| name).collect();
        let expected: &[&str] =
            if credentials { &["bootstrap.servers", "sasl.password"] } else { &["bootstrap.servers"] };
        assert_eq!(names, expected, "{case}");
        // The registry's credentials go to the context's own registry, or where both were named alike.
        let registry_is_contexts = settings.registry.as_ref().is_some_and(|registry| {
            rank(&registry.urls.origin) <= settings.context.as_ref().map_or(0, |name| rank(&name.origin))
        });
        let auth = settings.registry.as_ref().is_some_and(|registry| registry.auth.is_some());
        assert_eq!(auth, registry_is_contexts, "{case}");
        let tied = [settings.environment.is_some(), settings.cluster_id.is_some()];
        assert_eq!(tied, [credentials; 2], "{case}");
        assert_eq!(settings.set_aside.is_some(), settings.context.is_none(), "{case}");
    }
}

#[test]
fn a_context_is_taken_whole_from_the_nearest_file() {
    let mut own = file(Role::Own, "own.yaml", &["dev", "prod"]);
    own.contexts.get_mut("dev").unwrap().protected = Some(at("own.yaml", 8, true));
    let mut repository = file(Role::Repository, "repo.yaml", &["dev"]);
    let declared = repository.contexts.get_mut("dev").unwrap();
    (declared.kafka, declared.registry_auth, declared.cluster_id) = (BTreeMap::new(), None, None);
    let layers = Layers { repository: Some(repository), own: Some(own), ..Layers::default() };
    let settings = resolve(layers.clone()).unwrap();
    assert!(settings.kafka.is_empty(), "the own file's password went to the repository's brokers");
    assert_eq!(settings.registry.as_ref().unwrap().auth, None);
    assert!(settings.protected.value, "a repository's file took the protection away");
    assert_eq!(settings.protection(None, None), Some("dev"));
    let prod = Flags { context: text("prod"), ..Flags::default() };
    let settings = resolve(Layers { flags: prod, ..layers }).unwrap();
    assert_eq!(shown(&settings, "brokers"), "prod:1 (own.yaml:4)");
}

#[test]
fn a_protected_cluster_is_recognised_however_it_is_reached() {
    let mut repository = repository();
    repository.contexts.get_mut("prod").unwrap().protected = Some(at("repo.yaml", 8, true));
    let flags = Flags { brokers: text("other-address:1"), ..Flags::default() };
    let settings = resolve(Layers { flags, repository: Some(repository), ..Layers::default() }).unwrap();
    let id = |text: &str| text.parse().unwrap();
    assert!(!settings.protected.value);
    assert_eq!(settings.protection(Some(&id("prod-id")), None), Some("prod"));
    assert_eq!(settings.protection(Some(&id("dev-id")), None), None);
    // A context may name no id; its brokers are known all the same.
    let by_address = |brokers: &str| {
        let used = Sourced { value: Brokers::parse(brokers).unwrap(), origin: Origin::Default };
        let settings = Settings { brokers: Some(used), ..settings.clone() };
        settings.protection(None, None).map(str::to_owned)
    };
    let protected = settings.clusters.iter().find(|cluster| cluster.protected).expect("one");
    let address = protected.brokers.first().expect("its brokers").to_string();
    assert_eq!(by_address(&format!("elsewhere:9092,{address}")).as_deref(), Some(protected.context.as_str()));
    assert_eq!(by_address("elsewhere:9092"), None);
    assert_eq!(settings.protection(None, None), None);
}

#[test]
fn a_protected_registry_is_recognised_however_it_is_reached() {
    let mut repository = repository();
    let prod = repository.contexts.get_mut("prod").unwrap();
    prod.protected = Some(at("repo.yaml", 8, true));
    prod.environment = Some(at("repo.yaml", 9, "prod".to_owned()));
    let url = |text: &str| RegistryUrl::parse(text).unwrap();
    prod.registry = Some(at("repo.yaml", 10, vec![url("https://one"), url("https://two")]));
    let flags = Flags { registry: text("https://TWO:443"), ..Flags::default() };
    let settings = resolve(Layers { flags, repository: Some(repository), ..Layers::default() }).unwrap();
    assert!(!settings.protected.value);
    let in_use = &settings.registry.as_ref().unwrap().urls.value;
    assert_eq!(settings.registry_protection(in_use, None), Some("prod"));
    assert_eq!(settings.registry_protection(&[url("https://three")], None), None);
    assert_eq!(settings.registry_protection(&[url("https://three")], Some("prod")), Some("prod"));
    // The context's own registry stays known, whatever was said instead.
    let own = settings.context_registry.as_ref().map(|urls| urls.value[0].as_str());
    assert_ne!(own, Some(in_use[0].as_str()));
}

#[test]
fn protection_follows_the_environment_and_the_users_own_word() {
    let flags = || Flags { brokers: text("other-address:1"), ..Flags::default() };
    let mut one = repository();
    let prod = one.contexts.get_mut("prod").unwrap();
    prod.protected = Some(at("repo.yaml", 8, true));
    (prod.cluster_id, prod.environment) = (None, Some(at("repo.yaml", 9, "prod".to_owned())));
    let settings = resolve(Layers { flags: flags(), repository: Some(one), ..Layers::default() }).unwrap();
    let id = "prod-id".parse().unwrap();
    assert_eq!(settings.protection(Some(&id), Some("prod")), Some("prod"));
    assert_eq!(settings.protection(Some(&id), Some("laptop")), None);
    assert_eq!(settings.protection(Some(&id), None), None);

    // The repository names the id, the user's own file says that the context is protected.
    let mut own = file(Role::Own, "own.yaml", &["prod"]);
    own.contexts.get_mut("prod").unwrap().protected = Some(at("own.yaml", 8, true));
    let layers =
        Layers { flags: flags(), repository: Some(repository()), own: Some(own), ..Layers::default() };
    assert_eq!(resolve(layers).unwrap().protection(Some(&id), None), Some("prod"));
}

#[test]
fn everything_wrong_is_told_at_once_with_who_said_it() {
    let flags = Flags {
        context: text("prdo"),
        brokers: text("kafka"),
        timeout: text("10"),
        catalog: text(""),
        properties: vec!["sasl.password=canary-7f3a".into(), "x".into()],
        ..Flags::default()
    };
    let layers = Layers { flags, repository: Some(repository()), ..Layers::default() };
    let errors = resolve(layers).unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "--brokers: broker `kafka` has no port; did you mean `kafka:9092`?",
            "there is no context `prdo` (--context); did you mean `prod`?",
            "--timeout: a time limit is written as 500ms, 10s or 2m, from 1ms to 1h",
            "--catalog: the value is empty",
            "-X sasl.password: a secret may not stand on the command line",
            "-X takes KEY=VALUE",
        ]
    );
    assert_eq!(errors[1].hint(), "there are: dev, prod");
    assert!(!format!("{errors:?}").contains(CANARY));
    assert_eq!(resolve(Layers::default()).unwrap().client_settings(), Err(SettingsError::NoBrokers));
}

#[test]
fn code_of_an_untrusted_file_stops_every_connection() {
    let code = CodeSetting { name: "kafka: plugin.library.paths".into(), runs: "evil.so".into() };
    let file = |role, trusted| {
        let mut file = file(role, "eventctl.yaml", &["dev", "prod"]);
        file.contexts.get_mut("dev").unwrap().code = vec![at("eventctl.yaml", 12, code.clone())];
        file.place.trusted = trusted;
        file
    };
    let layers = Layers { repository: Some(file(Role::Repository, false)), ..Layers::default() };
    let settings = resolve(layers.clone()).unwrap();
    let told = settings.client_settings().unwrap_err();
    assert_eq!(
        told.to_string(),
        "`kafka: plugin.library.paths` (eventctl.yaml:12) runs code, and this file is not trusted"
    );
    assert!(told.hint().contains("eventctl config trust"));
    assert_eq!(settings.registry_access().unwrap_err(), told);
    let prod = Flags { context: text("prod"), ..Flags::default() };
    assert!(
        resolve(Layers { flags: prod, ..layers }).unwrap().client_settings().is_ok(),
        "prod runs nothing"
    );
    let trusted = Layers { repository: Some(file(Role::Repository, true)), ..Layers::default() };
    assert!(resolve(trusted).unwrap().client_settings().is_ok());
    let own = Layers { own: Some(file(Role::Own, true)), ..Layers::default() };
    assert!(resolve(own).unwrap().client_settings().is_ok());
    // The user's own file lends its trust to no other.
    let both = Layers {
        repository: Some(file(Role::Repository, false)),
        own: Some(file(Role::Own, true)),
        ..Layers::default()
    };
    assert!(resolve(both).unwrap().client_settings().is_err());
    let report = TrustReport::new(&file(Role::Repository, false), "hash".into());
    assert_eq!(report.code[0].name, "context dev: kafka: plugin.library.paths");
    assert_eq!(report.code[0].value, "evil.so");
}

#[test]
fn reports_and_debug_show_no_secret() {
    let repository = repository();
    let layers = Layers { repository: Some(repository.clone()), ..Layers::default() };
    let debug = format!("{layers:?}");
    let settings = resolve(layers).unwrap();
    let files = vec![FileRowFor::absent()];
    let variables = ["EVENTCTL_BROKER", "EVENTCTL_TIMEOUT", "HOME"];
    let report = ConfigReport::new(&settings, &[&repository], files, variables);
    let json = serde_json::to_string(&report).unwrap();
    for shown in [&debug, &json, &format!("{settings:?}"), &format!("{report:?}")] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    assert!(
        json.contains(r#"{"name":"kafka: sasl.password","value":"set, hidden","origin":"repo.yaml:10"}"#)
    );
    assert!(json.contains("basic, user ops, password set, hidden"));
    assert_eq!(report.notes, ["variable EVENTCTL_BROKER is not read; did you mean EVENTCTL_BROKERS?"]);
    let names: Vec<(&str, bool)> =
        report.contexts.iter().map(|row| (row.name.as_str(), row.in_use)).collect();
    assert_eq!(names, [("dev", true), ("prod", false)]);
}

struct FileRowFor;

impl FileRowFor {
    fn absent() -> crate::settings::FileRow {
        let state = crate::settings::FileState::Absent;
        crate::settings::FileRow { path: "/home/ops/config.yaml".into(), role: "own", state }
    }
}

#[test]
fn flags_for_librdkafka_override_the_files() {
    let flags =
        Flags { properties: vec!["a=1".into(), "client.id=x".into(), "a=2".into()], ..Flags::default() };
    let mut repository = repository();
    let kafka = &mut repository.contexts.get_mut("dev").unwrap().kafka;
    kafka.insert("client.id".into(), at("repo.yaml", 11, SettingValue::Plain("y".into())));
    let settings = resolve(Layers { flags, repository: Some(repository), ..Layers::default() }).unwrap();
    assert_eq!(shown(&settings, "kafka: client.id"), "x (-X)");
    assert_eq!(shown(&settings, "kafka: a"), "2 (-X)");
}

#[test]
fn time_limits_have_a_unit_and_a_range() {
    let rows = [
        ("500ms", Some(500)),
        ("10s", Some(10_000)),
        ("2m", Some(120_000)),
        ("1h", Some(3_600_000)),
        ("61m", None),
        ("0s", None),
        ("10", None),
        ("", None),
        ("s", None),
        ("-1s", None),
        ("1.5s", None),
        ("1 s", None),
        ("1S", None),
        ("99999999999999999999s", None),
        ("9999999999999999999h", None),
        ("\u{661}s", None),
    ];
    for (text, expected) in rows {
        assert_eq!(parse_timeout(text).ok(), expected.map(Duration::from_millis), "{text:?}");
    }
}

#[test]
fn an_empty_variable_says_nothing() {
    let environment = [("EVENTCTL_BROKERS", ""), ("EVENTCTL_TIMEOUT", "3s"), ("BROKERS", "x:1")];
    let environment =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let expected = Variables { timeout: text("3s"), ..Variables::default() };
    assert_eq!(Variables::of(&environment), expected);
}

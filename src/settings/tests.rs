//! Files, variables and flags together, in folders of their own.
#![expect(clippy::disallowed_methods, reason = "the tests lay out files of their own")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use eventctl_core::secret::{ClientIdentity, Credentials, Secret};

use super::*;

const CANARY: &str = "canary-7f3a";

struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// A home, and a repository with a folder in it that is worked in.
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home/.config/eventctl", "repository/.git", "repository/inner"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        World { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn around(&self, variables: &[(&str, &str)]) -> Surroundings {
        let home = self.path("home").to_string_lossy().into_owned();
        let home = [("HOME", home.as_str())];
        let all = variables.iter().chain(&home);
        let variables = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Surroundings::new(variables, self.path("repository/inner"))
    }

    fn load(&self) -> Loaded {
        load(Flags::default(), &self.around(&[]), None).unwrap()
    }
}

fn failure<T: std::fmt::Debug>(result: Result<T, LoadError>) -> Failure {
    match result {
        Err(LoadError::Failure(failure)) => failure,
        other => panic!("no failure: {other:?}"),
    }
}

fn brokers(loaded: &Loaded) -> String {
    loaded
        .settings
        .brokers
        .as_ref()
        .map_or_else(String::new, |said| format!("{} {}", said.value, said.origin))
}

#[test]
fn without_any_file_there_are_defaults() {
    let world = World::new();
    let loaded = world.load();
    assert_eq!(
        (loaded.settings.brokers.as_ref(), loaded.settings.catalog.value.as_str()),
        (None, "topics.yaml")
    );
    let states: Vec<FileState> =
        loaded.report(&world.around(&[])).files.iter().map(|row| row.state).collect();
    assert_eq!(states, [FileState::Absent, FileState::Absent]);
    let none = client_settings(&loaded.settings, &world.around(&[])).unwrap_err();
    assert_eq!((none.code(), none.story().as_str()), (2, "no brokers are named"));
    assert!(none.hints()[0].contains("--brokers"));
    let homeless = Surroundings::new(BTreeMap::new(), world.path("repository"));
    assert!(load(Flags::default(), &homeless, None).is_ok());
}

#[test]
fn the_repositorys_file_goes_before_the_users_own() {
    let world = World::new();
    let file = |host: &str| format!("current: a\ncontexts: {{ a: {{ brokers: ['{host}:1'] }} }}");
    world.write("home/.config/eventctl/config.yaml", &file("own"));
    let own = world.path("home/.config/eventctl/config.yaml");
    assert_eq!(brokers(&world.load()), format!("own:1 {}:2", own.display()));
    world.write("repository/eventctl.yaml", &file("above"));
    let above = world.path("repository/eventctl.yaml");
    assert_eq!(brokers(&world.load()), format!("above:1 {}:2", above.display()));
    world.write("repository/inner/eventctl.yaml", &file("here"));
    assert_eq!(brokers(&world.load()), "here:1 eventctl.yaml:2");
    world.write("repository/topics.yaml", "");
    assert_eq!(world.load().settings.catalog.value, world.path("repository/topics.yaml").to_string_lossy());
    // Elsewhere by EVENTCTL_CONFIG and XDG_CONFIG_HOME.
    fs::remove_file(world.path("repository/inner/eventctl.yaml")).unwrap();
    fs::remove_file(world.path("repository/eventctl.yaml")).unwrap();
    world.write("other.yaml", &file("other"));
    let around = world.around(&[("EVENTCTL_CONFIG", "../../other.yaml")]);
    assert!(brokers(&load(Flags::default(), &around, None).unwrap()).starts_with("other:1 "));
    let around = world.around(&[("XDG_CONFIG_HOME", "relative")]);
    assert!(brokers(&load(Flags::default(), &around, None).unwrap()).starts_with("own:1 "));
    let nothing = world.around(&[("EVENTCTL_CONFIG", "/dev/null")]);
    assert_eq!(brokers(&load(Flags::default(), &nothing, None).unwrap()), "");
    let absent = failure(load(Flags::default(), &world.around(&[("EVENTCTL_CONFIG", "none.yaml")]), None));
    assert_eq!(
        (absent.code(), absent.story().as_str()),
        (2, "EVENTCTL_CONFIG names none.yaml, which does not exist")
    );
}

#[test]
fn errors_of_both_files_come_at_once_and_hide_secrets() {
    let world = World::new();
    world.write("home/.config/eventctl/config.yaml", "curent: a\n");
    world.write(
        "repository/inner/eventctl.yaml",
        "contexts: { a: { kafka: { sasl.password: canary-7f3a } } }\n",
    );
    let Err(LoadError::Files(unreadable)) = load(Flags::default(), &world.around(&[]), None) else {
        panic!("no files");
    };
    let names: Vec<&str> = unreadable.iter().map(|file| file.source.name.as_str()).collect();
    assert_eq!(names[0], "eventctl.yaml");
    assert_eq!(names.len(), 2);
    assert!(!format!("{unreadable:?}").contains(CANARY));
    fs::write(world.path("repository/inner/eventctl.yaml"), b"current: \xff").unwrap();
    let binary = load(Flags::default(), &world.around(&[]), None);
    assert!(matches!(binary, Err(LoadError::Files(_))), "{binary:?}");
    fs::write(world.path("repository/inner/eventctl.yaml"), "#".repeat(SIZE_LIMIT + 1)).unwrap();
    assert_eq!(failure(load(Flags::default(), &world.around(&[]), None)).code(), 2);
}

const SECRETS: &str = "\
current: a
contexts:
  a:
    brokers: [b:1]
    registry: http://r
    registry_auth: { basic: { username: ops, password: { env: REGISTRY } } }
    registry_certificate: me.pem
    registry_key: { file: me.key }
    kafka:
      sasl.password: { env: PASSWORD }
      ssl.key.password: { file: key }
";

#[test]
fn secrets_are_found_late_and_told_never() {
    let world = World::new();
    world.write("repository/eventctl.yaml", SECRETS);
    world.write("repository/key", "file-canary-7f3a\r\n");
    world.write("repository/me.pem", "certificate");
    world.write("repository/me.key", "key-canary-7f3a\n");
    let loaded = world.load();
    let around = world.around(&[("PASSWORD", CANARY), ("REGISTRY", CANARY)]);
    let opened = client_settings(&loaded.settings, &around).unwrap();
    let values: Vec<(&str, &str)> =
        opened.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    let expected =
        [("bootstrap.servers", "b:1"), ("sasl.password", CANARY), ("ssl.key.password", "file-canary-7f3a")];
    assert_eq!(values, expected);
    let access = registry_access(&loaded.settings, &around).unwrap().unwrap();
    let password = Secret::new(CANARY);
    assert_eq!(access.credentials, Some(Credentials::Basic { username: "ops".into(), password }));
    let identity = ClientIdentity { certificate: b"certificate".into(), key: Secret::new("key-canary-7f3a") };
    assert_eq!(access.identity, Some(identity));
    let report = serde_json::to_string(&loaded.report(&around)).unwrap();
    for shown in
        [format!("{opened:?}"), format!("{access:?}"), format!("{around:?}"), format!("{loaded:?}"), report]
    {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn a_secret_that_cannot_be_found_is_told_by_name_and_place() {
    let world = World::new();
    world.write("repository/inner/eventctl.yaml", SECRETS);
    let loaded = world.load();
    let told = |around: &Surroundings| {
        let failure = client_settings(&loaded.settings, around).unwrap_err();
        assert_eq!(failure.code(), 2);
        assert!(!failure.hints().is_empty());
        failure.story()
    };
    let unset = "`sasl.password` (eventctl.yaml:10): the variable PASSWORD is not set";
    assert_eq!(told(&world.around(&[])), unset);
    assert_eq!(told(&world.around(&[("PASSWORD", "")])), unset);
    let around = world.around(&[("PASSWORD", CANARY)]);
    assert!(
        told(&around).starts_with("`ssl.key.password` (eventctl.yaml:11): cannot read "),
        "{}",
        told(&around)
    );
    world.write("repository/inner/key", "\n");
    assert_eq!(told(&around), "`ssl.key.password` (eventctl.yaml:11): the secret is empty");
    world.write("repository/inner/key", "canary\0");
    assert_eq!(
        client_settings(&loaded.settings, &around).unwrap_err().story(),
        "`ssl.key.password` (eventctl.yaml:11): the secret holds a NUL character"
    );
    let registry = registry_access(&loaded.settings, &around).unwrap_err();
    let expected = "`registry_auth: basic: password` (eventctl.yaml:6): the variable REGISTRY is not set";
    assert_eq!((registry.code(), registry.story().as_str()), (2, expected));
}

fn with_command(world: &World, command: &str) -> String {
    format!(
        "current: a\ncontexts: {{ a: {{ brokers: ['b:1'], kafka: {{ sasl.password: {{ command: [sh, -c, \"touch {}; {command}\"] }} }} }} }}",
        world.path("ran").display()
    )
}

#[test]
fn a_repositorys_command_runs_only_once_its_text_is_trusted() {
    let world = World::new();
    let text = with_command(&world, "echo canary-7f3a");
    world.write("repository/eventctl.yaml", &text);
    let around = world.around(&[]);
    let refused = client_settings(&world.load().settings, &around).unwrap_err();
    assert_eq!(refused.code(), 2);
    assert!(refused.story().contains("runs code, and this file is not trusted"), "{refused:?}");
    assert_eq!(world.load().report(&around).files[0].state, FileState::Untrusted);
    assert!(registry_access(&world.load().settings, &around).is_err());
    let report = trust_report(&around, None).unwrap();
    assert!(!report.trusted);
    assert_eq!(report.code.len(), 1);
    assert!(report.code[0].value.starts_with("sh -c touch "), "{report:?}");
    assert!(!world.path("ran").exists(), "the command was run");
    trust(&report, &around).unwrap();
    assert!(files::is_private(&world.path("home/.local/state/eventctl/trusted")).unwrap());
    assert!(trust_report(&around, None).unwrap().trusted);
    assert_eq!(world.load().report(&around).files[0].state, FileState::Found);
    assert_eq!(client_settings(&world.load().settings, &around).unwrap()[1].1.expose(), CANARY);
    assert!(world.path("ran").exists());
    // One more byte, and it is another file.
    world.write("repository/eventctl.yaml", &format!("{text}\n"));
    assert!(client_settings(&world.load().settings, &around).is_err());
    let changed = trust(&report, &around).unwrap_err();
    assert!(changed.story().contains("has changed since it was shown"), "{changed:?}");
    assert!(client_settings(&world.load().settings, &around).is_err(), "a changed file was trusted");
}

#[test]
fn the_users_own_command_runs_and_its_failure_is_told_without_its_output() {
    let world = World::new();
    let own = "home/.config/eventctl/config.yaml";
    world.write(own, &with_command(&world, "echo canary-7f3a"));
    let around = world.around(&[]);
    assert_eq!(client_settings(&world.load().settings, &around).unwrap()[1].1.expose(), CANARY);
    world.write(own, &with_command(&world, "echo canary-7f3a; echo locked >&2; exit 1"));
    let failure = client_settings(&world.load().settings, &around).unwrap_err();
    assert_eq!(failure.code(), 2);
    assert!(failure.story().ends_with("`sh` ended with exit status: 1; it said: locked"), "{failure:?}");
    assert!(!failure.story().contains(CANARY));
    // Named as the own file, a repository's file is the user's own; without that it is not.
    fs::remove_file(world.path(own)).unwrap();
    world.write("repository/eventctl.yaml", &with_command(&world, "echo canary-7f3a"));
    let named = world.around(&[("EVENTCTL_CONFIG", "../eventctl.yaml")]);
    let loaded = load(Flags::default(), &named, None).unwrap();
    assert!(client_settings(&loaded.settings, &named).is_ok());
    assert!(client_settings(&world.load().settings, &around).is_err());
}

#[test]
fn there_is_nothing_to_trust_without_a_file_or_a_place() {
    let world = World::new();
    assert_eq!(failure(trust_report(&world.around(&[]), None)).code(), 2);
    world.write("repository/eventctl.yaml", "{}");
    let homeless = Surroundings::new(BTreeMap::new(), world.path("repository"));
    let report = trust_report(&homeless, None).unwrap();
    assert_eq!(trust(&report, &homeless).unwrap_err().code(), 2);
}

#[test]
fn a_wrong_flag_is_told_with_its_next_step() {
    let world = World::new();
    let properties = vec!["securty.protocol=SSL".to_owned()];
    let flags = Flags { properties, context: Some("dev".into()), ..Flags::default() };
    let known = Some(vec!["security.protocol".to_owned()]);
    let failure = failure(load(flags, &world.around(&[]), known));
    assert_eq!(failure.code(), 2);
    assert_eq!(
        failure.story(),
        "there is no context `dev` (--context); \
         -X securty.protocol: librdkafka has no such setting; did you mean `security.protocol`?"
    );
    assert_eq!(failure.hints().len(), 2);
}

//! The client of the registry against the real Apicurio of the development cluster. What it answers differently from
//! Confluent's registry is asserted, so that a change of version shows here.

use std::collections::BTreeSet;

use eventctl::failure::Failure;
use eventctl::flow::schema_cache::{FetchError, SchemaCache};
use eventctl::gate::{self, Approved, Ask, ConsentRule, Consequential, Policy};
use eventctl::http::Options;
use eventctl::registry::{
    Against, Comparison, Deletion, Found, LevelChange, LevelWord, Reference, Refusal, Registered,
    Registration, Registry, RegistryErrorKind, SchemaContent, Scope, SubjectLevel, SubjectVersion,
    VersionName,
};
use eventctl_core::catalog::Compatibility;
use eventctl_core::risk::Risk;
use eventctl_core::settings::RegistryUrl;

use crate::clusters::{Own, Shared};

struct Anything;

impl Consequential for Anything {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        String::new()
    }
}

impl Ask for Anything {
    fn yes(&mut self, _question: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    fn word(&mut self, _question: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

fn approved() -> Approved<impl Consequential> {
    let (rule, allowed, expected) = (ConsentRule::Typed, BTreeSet::new(), Vec::new());
    let policy = Policy {
        rule,
        allowed,
        yes: true,
        confirmed_context: None,
        protected: None,
        expected,
        registries: Vec::new(),
    };
    gate::pass(Anything, &policy, gate::Live::Registry(&[]), &mut Anything).expect("consent")
}

fn registry(urls: &[&str]) -> Registry {
    let urls: Vec<RegistryUrl> = urls.iter().map(|url| RegistryUrl::parse(url).expect("a URL")).collect();
    Registry::new(&urls, Options { proxies: false, ..Options::default() }).expect("a client")
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// A record with these fields, each an int with or without a default.
fn record(name: &str, fields: &[(&str, bool)]) -> SchemaContent {
    let field = |(name, default): &(&str, bool)| {
        let default = if *default { r#","default":0"# } else { "" };
        format!(r#"{{"name":"{name}","type":"int"{default}}}"#)
    };
    let fields = fields.iter().map(field).collect::<Vec<_>>().join(",");
    SchemaContent::avro(format!(r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#))
}

async fn register(registry: &Registry, subject: &str, schema: &SchemaContent) -> Registered {
    let approved = approved();
    let registration = Registration { subject: subject.into(), schema: schema.clone(), normalize: false };
    let receipt = registry.changes(&approved).register(&registration).await.expect("registered");
    let version = VersionName::Number(receipt.version.expect("a version"));
    let seen = registry.version(subject, version).await.expect("an answer").here().expect("the version");
    assert_eq!((seen.id, &seen.schema), (receipt.id, schema), "read back");
    seen
}

#[test]
fn what_is_registered_is_found_in_every_way_and_softly_deleted() {
    let shared = Shared::cluster("registry");
    let registry = registry(&[&shared.registry]);
    let subject = &shared.name("orders");
    let name = shared.prefix.replace('-', "_");
    let (first, second) = (record(&name, &[("a", false)]), record(&name, &[("a", false), ("b", true)]));
    run(async {
        assert_eq!(registry.versions(subject, Scope::Live).await.unwrap(), Found::NoSubject);
        assert_eq!(registry.version(subject, VersionName::Latest).await.unwrap(), Found::NoSubject);
        assert_eq!(registry.lookup(subject, &first, false).await.unwrap(), Found::NoSubject);
        assert_eq!(registry.schema_by_id(i32::MAX as u32).await.unwrap(), Found::NoSchema);
        let one = register(&registry, subject, &first).await;
        let two = register(&registry, subject, &second).await;
        assert_eq!((one.version, two.version), (1, 2));
        assert_eq!(register(&registry, subject, &first).await, one, "registered again");
        assert!(registry.subjects(Scope::Live).await.unwrap().contains(subject));
        assert_eq!(registry.versions(subject, Scope::Live).await.unwrap(), Found::Here(vec![1, 2]));
        assert_eq!(registry.version(subject, VersionName::Latest).await.unwrap(), Found::Here(two.clone()));
        assert_eq!(registry.version(subject, VersionName::Number(9)).await.unwrap(), Found::NoVersion);
        assert_eq!(registry.schema_by_id(two.id).await.unwrap(), Found::Here(second.clone()));
        let used = vec![SubjectVersion { subject: subject.clone(), version: 2 }];
        assert_eq!(registry.versions_of_id(two.id).await.unwrap(), Found::Here(used));
        for normalize in [false, true] {
            assert_eq!(registry.lookup(subject, &first, normalize).await.unwrap(), Found::Here(one.clone()));
        }
        let other = record(&name, &[("c", false)]);
        assert_eq!(registry.lookup(subject, &other, false).await.unwrap(), Found::NoSchema);

        let approved = approved();
        let changes = registry.changes(&approved);
        let deletion = Deletion { subject: subject.clone(), version: 2 };
        changes.delete_version(&deletion).await.unwrap();
        let again = changes.delete_version(&deletion).await.unwrap_err();
        assert_eq!((again.refusal(), again.may_have_happened()), (Some(Refusal::VersionDeleted), false));
        assert_eq!(registry.versions(subject, Scope::Live).await.unwrap(), Found::Here(vec![1]));
        assert_eq!(registry.versions(subject, Scope::WithDeleted).await.unwrap(), Found::Here(vec![1, 2]));
        assert_eq!(
            registry.schema_by_id(two.id).await.unwrap(),
            Found::Here(second),
            "records can still be read"
        );
        let never = Deletion { subject: subject.clone(), version: 9 };
        assert_eq!(changes.delete_version(&never).await.unwrap_err().refusal(), Some(Refusal::NoVersion));
        assert_eq!(registry.mode().await.unwrap_err().kind(), RegistryErrorKind::NotOffered);
    });
}

#[test]
fn odd_subjects_are_encoded_once() {
    let shared = Shared::cluster("odd");
    let registry = registry(&[&shared.registry]);
    let schema = record(&shared.prefix.replace('-', "_"), &[("a", false)]);
    run(async {
        let odd = ["a/b c", "%", "%2F", "?x=1", "#", ":.ctx:x", "ü€😀", "a+b&c;d", "../up", "tail."];
        for odd in odd {
            let subject = shared.name(odd);
            assert_eq!(register(&registry, &subject, &schema).await.version, 1, "{subject}");
            let level = LevelChange { subject: Some(subject.clone()), level: Compatibility::Full };
            registry.changes(&approved()).set_level(&level).await.unwrap();
            let own = SubjectLevel::Own(LevelWord::Known(Compatibility::Full));
            assert_eq!(registry.level(&subject).await.unwrap(), own, "{subject}");
            let compared = registry.compatibility(&subject, &schema, Against::All).await.unwrap();
            assert!(matches!(compared, Comparison::Verdict(verdict) if verdict.compatible), "{subject}");
        }
        let subjects: BTreeSet<String> = registry.subjects(Scope::Live).await.unwrap().into_iter().collect();
        assert!(odd.iter().all(|odd| subjects.contains(&shared.name(odd))), "{subjects:?}");
        assert!(!subjects.contains("up"), "a subject led elsewhere");
    });
}

#[test]
fn references_are_part_of_a_schema() {
    let shared = Shared::cluster("references");
    let registry = registry(&[&shared.registry]);
    let base = shared.prefix.replace('-', "_");
    let needed = shared.name("needed/type");
    let text =
        format!(r#"{{"type":"record","name":"{base}user","fields":[{{"name":"r","type":"{base}needed"}}]}}"#);
    let reference = Reference { name: format!("{base}needed"), subject: needed.clone(), version: 1 };
    let whole = SchemaContent { references: vec![reference.clone()], ..SchemaContent::avro(text.clone()) };
    let user = shared.name("user");
    let approved = approved();
    run(async {
        let refused = async |schema: SchemaContent| {
            let registration = Registration { subject: user.clone(), schema, normalize: false };
            registry.changes(&approved).register(&registration).await.unwrap_err()
        };
        assert_eq!(refused(whole.clone()).await.refusal(), Some(Refusal::InvalidSchema));
        register(&registry, &needed, &record(&format!("{base}needed"), &[("a", false)])).await;
        let one = register(&registry, &user, &whole).await;
        assert_eq!(one.schema, whole);
        let elsewhere = Reference { version: 2, ..reference };
        let dangling = SchemaContent { references: vec![elsewhere], ..whole.clone() };
        assert_eq!(refused(dangling).await.refusal(), Some(Refusal::InvalidSchema));
        assert_eq!(refused(SchemaContent::avro(text.clone())).await.refusal(), Some(Refusal::InvalidSchema));
        assert_eq!(registry.lookup(&user, &whole, false).await.unwrap(), Found::Here(one.clone()));
        assert_eq!(registry.lookup(&user, &SchemaContent::avro(text), false).await.unwrap(), Found::NoSchema);
        assert_eq!(registry.schema_by_id(one.id).await.unwrap(), Found::Here(whole));
        assert_eq!(registry.referenced_by(&needed, 1).await.unwrap(), Found::Here(vec![one.id]));
        let deletion = Deletion { subject: needed.clone(), version: 1 };
        let error = registry.changes(&approved).delete_version(&deletion).await.unwrap_err();
        assert_eq!((error.refusal(), error.may_have_happened()), (Some(Refusal::Referenced), false));
    });
}

#[test]
fn a_version_is_judged_by_all_that_the_level_demands() {
    let shared = Shared::cluster("judged");
    let registry = registry(&[&shared.registry]);
    let (subject, name) = (&shared.name("orders"), shared.prefix.replace('-', "_"));
    let approved = approved();
    let changes = registry.changes(&approved);
    let set = |level| LevelChange { subject: Some(subject.clone()), level };
    // v3 has what v1 and v2 lack, with a default; a fourth without the default fits v3 alone.
    let versions = [vec![("a", false)], vec![("a", false)], vec![("a", false), ("b", true)]];
    let breaking = record(&name, &[("a", false), ("b", false)]);
    run(async {
        let first = registry.compatibility(subject, &breaking, Against::All).await.unwrap();
        assert_eq!(first, Comparison::NewSubject);
        assert_eq!(
            registry.compatibility(subject, &breaking, Against::Latest).await.unwrap(),
            Comparison::NewSubject
        );
        for (index, fields) in versions.iter().enumerate() {
            let mut schema = record(&name, fields);
            schema.text = schema.text.replace("\"fields\"", &format!("\"doc\":\"{index}\",\"fields\""));
            register(&registry, subject, &schema).await;
        }
        changes.set_level(&set(Compatibility::BackwardTransitive)).await.unwrap();
        let against = async |against| registry.compatibility(subject, &breaking, against).await.unwrap();
        for (with, expected) in
            [(Against::Version(3), true), (Against::Version(1), false), (Against::All, false)]
        {
            let Comparison::Verdict(verdict) = against(with).await else { panic!("no verdict: {with:?}") };
            assert_eq!((verdict.compatible, verdict.reasons.is_empty()), (expected, expected), "{with:?}");
            assert!(expected || verdict.reasons[0].contains("/fields/1"), "{verdict:?}");
        }
        assert_eq!(against(Against::Version(9)).await, Comparison::NoVersion);
        let registration =
            Registration { subject: subject.clone(), schema: breaking.clone(), normalize: false };
        let error = changes.register(&registration).await.unwrap_err();
        assert_eq!((error.refusal(), error.may_have_happened()), (Some(Refusal::Incompatible), false));
        assert!(error.message().contains("/fields/1"), "{error}");
        assert_eq!(registry.versions(subject, Scope::Live).await.unwrap(), Found::Here(vec![1, 2, 3]));
        changes.set_level(&set(Compatibility::Backward)).await.unwrap();
        assert_eq!(register(&registry, subject, &breaking).await.version, 4);
        let unreadable = SchemaContent::avro("{\"type\":\"record\"}");
        let error = registry.compatibility(subject, &unreadable, Against::All).await.unwrap_err();
        assert_eq!(error.refusal(), Some(Refusal::InvalidSchema), "{error}");
    });
}

#[test]
fn levels_are_told_with_their_origin_and_a_dead_registry_is_outlived() {
    let own = Own::start("registry", &["--brokers", "1"]);
    let registry = registry(&["http://127.0.0.1:9", own.get("REGISTRY")]);
    let approved = approved();
    let changes = registry.changes(&approved);
    let set = |subject: Option<&str>, level| LevelChange { subject: subject.map(str::to_owned), level };
    let known = LevelWord::Known;
    run(async {
        assert_eq!(registry.global_level().await.unwrap(), known(Compatibility::None));
        assert_eq!(registry.level("new").await.unwrap(), SubjectLevel::Default(known(Compatibility::None)));
        register(&registry, "orders", &record("R", &[("a", false)])).await;
        changes.set_level(&set(None, Compatibility::Backward)).await.unwrap();
        let backward = known(Compatibility::Backward);
        assert_eq!(registry.level("new").await.unwrap(), SubjectLevel::Default(backward.clone()));
        let unclear = SubjectLevel::NoneOrUnset { default: backward };
        assert_eq!(registry.level("orders").await.unwrap(), unclear, "not set");
        changes.set_level(&set(Some("orders"), Compatibility::None)).await.unwrap();
        assert_eq!(registry.level("orders").await.unwrap(), unclear, "set to NONE");
        // It reads NONE, and is not: the default is what judges.
        let schema = record("R", &[("a", false), ("b", false)]);
        let registration = Registration { subject: "orders".into(), schema, normalize: false };
        let error = changes.register(&registration).await.unwrap_err();
        assert_eq!(error.refusal(), Some(Refusal::Incompatible));
        changes.set_level(&set(Some("orders"), Compatibility::Full)).await.unwrap();
        let full = SubjectLevel::Own(known(Compatibility::Full));
        assert_eq!(registry.level("orders").await.unwrap(), full);
        changes.delete_level("orders").await.unwrap();
        assert_eq!(registry.level("orders").await.unwrap(), unclear, "taken away");

        // A schema with what it needs, kept before the registry dies.
        let folder = tempfile::tempdir().expect("a folder");
        let reference = Reference { name: "R".into(), subject: "orders".into(), version: 1 };
        let text = r#"{"type":"record","name":"U","fields":[{"name":"r","type":"R"}]}"#;
        let user = SchemaContent { references: vec![reference], ..SchemaContent::avro(text) };
        let id = register(&registry, "users", &user).await.id;
        let cache = || SchemaCache::new(Some(folder.path()), Some(own.get("CLUSTER_ID")), registry.clone());
        let fetched = cache().get(id).await.unwrap();
        assert_eq!((&fetched.schema, fetched.needed.len()), (&user, 1));
        assert_eq!(fetched.needed[0].schema, record("R", &[("a", false)]));
        assert_eq!(cache().get(id + 1_000).await.unwrap_err(), FetchError::Absent { id: id + 1_000 });

        own.cluster(&["kill", "registry"]);
        assert_eq!(cache().get(id).await.unwrap(), fetched, "while the registry is down");
        assert!(matches!(cache().get(1).await.unwrap_err(), FetchError::Registry(_)));
        let error = registry.subjects(Scope::Live).await.unwrap_err();
        assert_eq!(error.kind(), RegistryErrorKind::Unreachable, "{error}");
        let error = changes.delete_level("orders").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_happened()),
            (RegistryErrorKind::Unreachable, false),
            "{error}"
        );
    });
}

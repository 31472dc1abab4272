#![allow(clippy::disallowed_methods, reason = "tests look at files and break them")]

use std::fs;
use std::sync::mpsc::Receiver;

use eventctl_core::settings::RegistryUrl;

use super::*;
use crate::http::Options;
use crate::http::tests::stub::{answer, closed, routes, run, serve};
use crate::registry::RegistryErrorKind;

fn registry(url: &str) -> Registry {
    let options =
        Options { proxies: false, retries: 0, timeout: Duration::from_secs(5), ..Options::default() };
    Registry::new(&[RegistryUrl::parse(url).unwrap()], options).unwrap()
}

fn references(needs: &[(&str, u32)]) -> String {
    let one = |(subject, version): &(&str, u32)| serde_json::json!({ "name": "n", "subject": subject, "version": version });
    serde_json::Value::Array(needs.iter().map(one).collect()).to_string()
}

/// What the registry says of id 7, whose schema needs these versions.
fn by_id(needs: &[(&str, u32)]) -> (String, String) {
    let body = format!(r#"{{"schema":"seven","references":{}}}"#, references(needs));
    ("/schemas/ids/7".into(), body)
}

/// What the registry says of a version, whose text is its subject.
fn version(subject: &str, encoded: &str, number: u32, needs: &[(&str, u32)]) -> (String, String) {
    let body = format!(
        r#"{{"subject":"{subject}","version":{number},"id":1,"schema":"{subject}","references":{}}}"#,
        references(needs)
    );
    (format!("/subjects/{encoded}/versions/{number}"), body)
}

fn paths(asked: &Receiver<String>) -> Vec<String> {
    asked.try_iter().map(|request| request.split(' ').nth(1).unwrap().to_owned()).collect()
}

/// The only file of a cache.
fn file(cache: &Path) -> PathBuf {
    let folder = fs::read_dir(cache.join("schemas")).unwrap().next().unwrap().unwrap().path();
    folder.join("7.json")
}

#[test]
fn a_schema_is_fetched_once_and_then_serves_without_the_registry() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache/eventctl");
    let (url, asked) = routes(vec![by_id(&[])]);
    let first = SchemaCache::new(Some(&cache), None, registry(&url));
    run(async {
        let fetched = first.get(7).await.unwrap();
        assert_eq!(*fetched, Fetched { id: 7, schema: SchemaContent::avro("seven"), needed: Vec::new() });
        assert!(Arc::ptr_eq(&fetched, &first.get(7).await.unwrap()), "from memory");
        assert_eq!(paths(&asked), ["/schemas/ids/7"]);
        // Another process.
        let second = SchemaCache::new(Some(&cache), None, registry(&url));
        assert_eq!(second.get(7).await.unwrap(), fetched);
        assert_eq!(paths(&asked).len(), 0, "from disk");
    });
    for path in [&cache, &cache.join("schemas"), &file(&cache)] {
        assert!(files::is_private(path).unwrap(), "{}", path.display());
    }
    assert_eq!(first.not_kept(), None);
}

#[test]
fn each_registry_has_its_own_ids() {
    let folder = tempfile::tempdir().unwrap();
    let (url, asked) = routes(vec![by_id(&[])]);
    let get = |url: &str, cluster: Option<&str>| {
        run(SchemaCache::new(Some(folder.path()), cluster, registry(url)).get(7)).map(|fetched| fetched.id)
    };
    get(&url, Some("a")).unwrap();
    get(&url, Some("a")).unwrap();
    assert_eq!(paths(&asked).len(), 1);
    for cluster in [Some("b"), None] {
        get(&url, cluster).unwrap();
        assert_eq!(paths(&asked).len(), 1, "{cluster:?}");
    }
    assert!(matches!(get(&closed(), Some("a")).unwrap_err(), FetchError::Registry(_)));
    // The one that was asked before is down, not another: what it said still stands.
    let gone = closed();
    let kept = SchemaCache::new(Some(folder.path()), None, registry(&gone));
    kept.keep(&Fetched { id: 7, schema: SchemaContent::avro("kept"), needed: Vec::new() });
    let again = SchemaCache::new(Some(folder.path()), None, registry(&gone));
    assert_eq!(run(again.get(7)).unwrap().schema.text, "kept");
    assert!(matches!(run(again.get(8)).unwrap_err(), FetchError::Registry(_)));
}

#[test]
fn a_file_that_is_not_whole_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let (url, asked) = routes(vec![by_id(&[]), ("/schemas/ids/8".into(), r#"{"schema":"eight"}"#.into())]);
    let get = |id| run(SchemaCache::new(Some(folder.path()), None, registry(&url)).get(id)).unwrap();
    let whole = get(7);
    let path = file(folder.path());
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(paths(&asked).len(), 1);
    let broken: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\xff\xfe".to_vec(),
        text.as_bytes()[..text.len() - 1].to_vec(),
        text.replace("seven", "sewen").into_bytes(),
        text.replace(MARK, "eventctl-schema-0").into_bytes(),
        format!("{text}\n").into_bytes(),
        // Whole, but of another id, as a copy by hand would be.
        write_file(&Fetched { id: 8, ..(*whole).clone() }).into_bytes(),
    ];
    for bytes in broken {
        fs::write(&path, &bytes).unwrap();
        assert_eq!(get(7), whole, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(paths(&asked), ["/schemas/ids/7"], "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "written anew");
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(get(7), whole);
    assert_eq!(get(8).schema.text, "eight");
}

#[test]
fn a_cache_that_cannot_be_written_is_no_failure_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("schemas"), "a file in the way").unwrap();
    let (url, _asked) = routes(vec![by_id(&[])]);
    let cache = SchemaCache::new(Some(folder.path()), None, registry(&url));
    assert_eq!(run(cache.get(7)).unwrap().id, 7);
    assert!(cache.not_kept().unwrap().starts_with("cannot create "), "{:?}", cache.not_kept());
    let memory = SchemaCache::new(None, None, registry(&url));
    assert_eq!(run(memory.get(7)).unwrap().id, 7);
    assert_eq!(memory.not_kept(), None);
}

#[test]
fn what_a_schema_needs_comes_before_it_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let (url, asked) = routes(vec![
        by_id(&[("b", 1), ("c/x", 2)]),
        version("b", "b", 1, &[("../../etc", 3)]),
        version("c/x", "c%2Fx", 2, &[("b", 1), ("../../etc", 3)]),
        version("../../etc", "..%2F..%2Fetc", 3, &[]),
    ]);
    let get = || run(SchemaCache::new(Some(folder.path()), None, registry(&url)).get(7)).unwrap();
    let fetched = get();
    let order: Vec<(&str, u32)> =
        fetched.needed.iter().map(|needed| (needed.subject.as_str(), needed.version)).collect();
    assert_eq!(order, [("../../etc", 3), ("b", 1), ("c/x", 2)]);
    assert_eq!(fetched.needed[2].schema.references.len(), 2);
    assert_eq!(paths(&asked).len(), 4);
    assert_eq!(get(), fetched, "as it was kept");
    assert_eq!(paths(&asked).len(), 0);
}

#[test]
fn references_that_lead_nowhere_or_round_are_refused() {
    let told = |paths: Vec<(String, String)>| {
        let folder = tempfile::tempdir().unwrap();
        let cache = SchemaCache::new(Some(folder.path()), None, registry(&routes(paths).0));
        let error = run(cache.get(7)).unwrap_err();
        assert!(!folder.path().join("schemas").exists(), "something of a failure was kept");
        error.to_string()
    };
    let dangling = told(vec![by_id(&[("b", 1)]), version("b", "b", 1, &[("c", 2)])]);
    assert_eq!(dangling, "the schema with id 7 needs version 2 of subject `c`, which the registry has not");
    let itself = told(vec![by_id(&[("b", 1)]), version("b", "b", 1, &[("b", 1)])]);
    assert_eq!(itself, "the schema with id 7 needs itself, through version 1 of subject `b`");
    let round =
        told(vec![by_id(&[("b", 1)]), version("b", "b", 1, &[("c", 1)]), version("c", "c", 1, &[("b", 1)])]);
    assert!(round.starts_with("the schema with id 7 needs itself"), "{round}");
    let failure = Failure::from(FetchError::Absent { id: 7 });
    assert_eq!((failure.code(), failure.hints().len()), (3, 1));
}

#[test]
fn a_chain_without_end_ends() {
    // Each version needs the next one.
    let (url, asked) = serve(vec![Box::new(|request, stream| {
        let path = request.split(' ').nth(1).unwrap();
        let number: u32 = path.rsplit('/').next().unwrap().parse().unwrap();
        let next = references(&[("s", if path.starts_with("/schemas") { 1 } else { number + 1 })]);
        let body =
            format!(r#"{{"subject":"s","version":{number},"id":{number},"schema":"t","references":{next}}}"#);
        answer(stream, "200 OK", "", &body);
    })]);
    let error = run(SchemaCache::new(None, None, registry(&url)).get(7)).unwrap_err();
    assert_eq!(error.to_string(), "the schema with id 7 needs more than 1000 other schemas");
    assert_eq!(asked.try_iter().count(), 1 + DOCUMENTS_LIMIT);
}

#[test]
fn texts_without_end_end() {
    let (url, asked) = serve(vec![Box::new(|request, stream| {
        let number: u32 = request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap().parse().unwrap();
        let next = references(&[("s", if request.contains("/schemas") { 1 } else { number + 1 })]);
        let text = "x".repeat(7 * 1024 * 1024);
        let body = format!(
            r#"{{"subject":"s","version":{number},"id":{number},"schema":"{text}","references":{next}}}"#
        );
        answer(stream, "200 OK", "", &body);
    })]);
    let error = run(SchemaCache::new(None, None, registry(&url)).get(7)).unwrap_err();
    assert!(error.to_string().contains("others of more than 33554432 bytes together"), "{error}");
    assert_eq!(asked.try_iter().count(), 5);
}

#[test]
fn an_unknown_id_is_remembered_for_a_while_and_a_failure_is_not() {
    let folder = tempfile::tempdir().unwrap();
    const ABSENT: &str = r#"{"error_code":40403,"message":"Schema not found"}"#;
    let (url, asked) = serve(vec![
        Box::new(|_, stream| answer(stream, "503 Service Unavailable", "", "")),
        Box::new(|_, stream| answer(stream, "200 OK", "", "<html>")),
        Box::new(|_, stream| answer(stream, "404 Not Found", "", ABSENT)),
        Box::new(|_, stream| answer(stream, "200 OK", "", r#"{"schema":"seven"}"#)),
    ]);
    let mut cache = SchemaCache::new(Some(folder.path()), None, registry(&url));
    let kind = |error| match error {
        FetchError::Registry(error) => Some(error.kind()),
        _ => None,
    };
    assert_eq!(kind(run(cache.get(7)).unwrap_err()), Some(RegistryErrorKind::Failing));
    assert_eq!(kind(run(cache.get(7)).unwrap_err()), Some(RegistryErrorKind::Misunderstood));
    for _ in 0..3 {
        assert_eq!(run(cache.get(7)).unwrap_err(), FetchError::Absent { id: 7 });
    }
    assert_eq!(asked.try_iter().count(), 3, "an unknown id was asked for again at once");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something of a failure was kept");
    cache.absent_for = Duration::ZERO;
    assert_eq!(run(cache.get(7)).unwrap().schema.text, "seven");
    cache.absent_for = ABSENT_FOR;
    assert_eq!(run(cache.get(7)).unwrap().schema.text, "seven");
    // No registry gives such an id.
    assert_eq!(run(cache.get(u32::MAX)).unwrap_err(), FetchError::Absent { id: u32::MAX });
    assert_eq!(asked.try_iter().count(), 1);
}

#[test]
fn one_id_asked_for_by_many_at_once_is_fetched_once() {
    let (url, asked) = routes(vec![by_id(&[])]);
    let cache = SchemaCache::new(None, None, registry(&url));
    run(async {
        let (one, two, three) = tokio::join!(cache.get(7), cache.get(7), cache.get(7));
        assert!(one.is_ok() && two.is_ok() && three.is_ok());
    });
    assert_eq!(asked.try_iter().count(), 1);
}

#[test]
fn memory_is_bounded() {
    let cache = SchemaCache::new(None, None, registry("http://127.0.0.1:9"));
    let text = "x".repeat(30 * 1024 * 1024);
    for id in 1..=5 {
        cache.hold(Fetched { id, schema: SchemaContent::avro(text.clone()), needed: Vec::new() });
    }
    assert_eq!(cache.held().schemas.keys().copied().collect::<Vec<_>>(), [5]);
    assert_eq!(cache.held().bytes, text.len());
}

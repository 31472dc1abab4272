//! Any bytes are a schema or an error, and what can be asked of one schema or of two is answered.
//!
//! A NUL byte, which no schema holds, parts two schemas. The seeded tests of `crates/core/src/schema/property_tests.rs`
//! check the same on a stable compiler.

#![no_main]

use eventctl_core::schema::compatibility::{IncompatibilityKind, compare};
use eventctl_core::schema::diff::diff;
use eventctl_core::schema::lint::{LintOptions, lint};
use eventctl_core::schema::{Schema, fingerprint, parse, parsing_form, same};
use eventctl_core::yaml::Source;
use libfuzzer_sys::fuzz_target;

fn read(bytes: &[u8]) -> Option<Schema> {
    let source = Source::from_bytes("fuzz", bytes).ok()?;
    parse(&source, &[]).ok()
}

fn ask(schema: &Schema) {
    assert!(same(schema, schema));
    assert!(diff(schema, schema).is_empty());
    let _ = fingerprint::crc64(&parsing_form(schema));
    let _ = lint(schema, LintOptions { docs: true });
    let oneself = compare(schema, schema);
    assert!(oneself.incompatibilities.iter().all(|one| one.kind() == IncompatibilityKind::AmbiguousField));
}

fuzz_target!(|bytes: &[u8]| {
    let schemas: Vec<Schema> = bytes.splitn(2, |byte| *byte == 0).filter_map(read).collect();
    schemas.iter().for_each(ask);
    if let [one, other] = &schemas[..] {
        assert_eq!(same(one, other), diff(one, other).is_empty());
        for comparison in [compare(one, other), compare(other, one)] {
            assert!(comparison.incompatibilities.iter().all(|finding| !finding.message().is_empty()));
        }
    }
});

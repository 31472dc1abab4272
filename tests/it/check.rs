//! `check`: what it says of good, doubtful and broken catalogs.

use crate::transcript;
use crate::world::{World, repository};

const MANY_ERRORS: &str = "\
version: 1
defaults: { replication_factor: 3, retention: 7 }
topics:
  orders: { partitions: 12, retenton: 7d }
  pay ments: { partitions: 1e3 }
  refunds:
    partitions: 3
    config: { min.insync.replicas: 4, compression.type: snapy }
  orders: {}
";

const WARNINGS: &str = "\
version: 1
defaults: { replication_factor: 3 }
topics:
  orders:
    partitions: 12
    config: { min.insync.replicas: 3, some.new.setting: 1 }
";

/// A catalog of which only one environment is broken.
const BROKEN_ENVIRONMENT: &str = "\
version: 1
defaults: { replication_factor: 3, config: { min.insync.replicas: 2 } }
topics:
  orders: { partitions: 12 }
environments:
  laptop:
    defaults: { replication_factor: 1 }
";

#[test]
fn the_shipped_catalog() {
    let world = World::shipped();
    transcript!("check-shipped", world.run(&["check"]));
    transcript!("check-shipped-json", world.run(&["check", "-o", "json"]));
    world.run(&["check", "--strict"]).ends(0);
}

#[test]
fn all_errors_at_once() {
    let world = World::empty();
    world.write("topics.yaml", MANY_ERRORS);
    transcript!("check-many-errors", world.run(&["check"]).ends(2));
    transcript!("check-many-errors-json", world.run(&["check", "-o", "json"]).ends(2));
}

#[test]
fn an_environment_is_checked_as_it_is_merged() {
    let world = World::empty();
    world.write("topics.yaml", BROKEN_ENVIRONMENT);
    transcript!("check-broken-environment", world.run(&["check"]).ends(2));
}

#[test]
fn warnings_count_only_when_strict() {
    let world = World::empty();
    world.write("topics.yaml", WARNINGS);
    transcript!("check-warnings", world.run(&["check"]).ends(0));
    let strict = world.run(&["check", "--strict"]).ends(1);
    assert_eq!(
        strict.stderr,
        world.run(&["check", "-q"]).stderr,
        "-q hides warnings, or --strict says others"
    );
}

#[test]
fn a_stray_file_among_the_schemas_is_told() {
    let world = World::shipped();
    world.write("schemas/agent-matched-event/v01.avsc", "{}");
    transcript!("check-stray-schema", world.run(&["check"]).ends(0));
    world.run(&["check", "--strict"]).ends(1);
}

#[test]
fn the_readme_shows_what_is_said() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("README.md");
    let block = |begins: &str| {
        let rest = readme.split_once(begins).unwrap_or_else(|| panic!("no {begins}")).1;
        rest.split_once("```").expect("a block's end").0.to_owned()
    };
    let catalog = block("```yaml\n# yaml-language-server: $schema=docs/schemas/topics");
    let catalog = format!("# $schema=docs/schemas/topics{catalog}");
    let world = World::empty();
    world.write("topics.yaml", &catalog);
    world.run(&["check"]).ends(0);
    world.write(
        "topics.yaml",
        catalog.replace("partitions: 12, key: orderId", "partitions: 12, retenton: 7d"),
    );
    let said = world.run(&["check"]).ends(2);
    assert_eq!(said.stderr.trim_end(), format!("error: `retenton`{}", block("error: `retenton`")).trim_end());
}

#[test]
fn without_a_catalog_the_next_step_is_named() {
    let world = World::empty();
    transcript!("check-no-catalog", world.run(&["check"]).ends(2));
    transcript!("check-no-catalog-named", world.run(&["check", "--catalog", "none.yaml"]).ends(2));
}

#[test]
fn the_schemas_it_prints_are_those_that_are_shipped() {
    let world = World::empty();
    for (file, shipped) in [("catalog", "topics.schema.json"), ("settings", "eventctl.schema.json")] {
        let printed = world.run(&["check", "--print-schema", file]).ends(0);
        let committed =
            std::fs::read_to_string(repository().join("docs/schemas").join(shipped)).expect(shipped);
        assert!(printed.stdout == committed, "docs/schemas/{shipped} is not current: make schemas");
        assert_eq!(printed.stderr, "");
    }
}

#[test]
fn a_catalog_from_elsewhere_brings_its_schemas_along() {
    let world = World::shipped();
    std::fs::create_dir(world.path("below")).expect("a folder");
    let here = world.run(&["check"]).ends(0);
    let mut command = world.command(&["check"]);
    let there = command.current_dir(world.path("below")).output().expect("output");
    assert_eq!(there.status.code(), Some(0));
    let there = String::from_utf8(there.stdout).expect("text");
    assert_eq!(there.lines().skip(1).collect::<Vec<_>>(), here.stdout.lines().skip(1).collect::<Vec<_>>());
}

#[test]
fn every_field_of_the_json_documents_is_documented() {
    let shipped = World::shipped();
    for arguments in [["check", "-o", "json"].as_slice(), &["config", "show", "-o", "json"]] {
        shipped.run(arguments).ends(0).documented();
    }
    let broken = World::empty();
    broken.write("topics.yaml", "version: 2\ntopics: { a: { partitons: 1 } }\n");
    broken.run(&["check", "-o", "json"]).ends(2).documented();
    World::empty().run(&["doctor", "-o", "json"]).ends(1).documented();
}

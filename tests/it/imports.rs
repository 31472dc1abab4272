//! The import rule of ARCHITECTURE.md as a test: a row per folder says what its files may name.
//!
//! Files are parsed, so that `use std::{fs}` counts and a comment does not. Test modules are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Outside crates with one door each; everything else in Cargo.toml is a helper that anybody may use.
const DOORS: &[(&str, &[&str])] = &[
    ("rdkafka", &["kafka"]),
    ("reqwest", &["http"]),
    ("comfy_table", &["render"]),
    ("annotate_snippets", &["render"]),
    ("indicatif", &["ui"]),
    ("clap", &["cli", "commands", "lib"]),
    ("clap_complete", &["cli", "commands"]),
    ("rustix", &["ui", "settings", "files", "process"]),
    ("anyhow", &["failure"]),
    ("apache_avro", &["files"]),
    ("governor", &["flow"]),
    ("uuid", &["flow"]),
    ("ratatui", &["ui"]),
    ("rusqlite", &["stores"]),
    ("prometheus_client", &["metrics"]),
    ("hyper", &["metrics"]),
    ("hyper_util", &["metrics"]),
    ("http_body_util", &["metrics"]),
];

/// Outside crates with one door each in the core.
const CORE_DOORS: &[(&str, &[&str])] =
    &[("jaq_core", &["filter"]), ("jaq_json", &["filter"]), ("jaq_std", &["filter"])];

/// What each part of the root crate may name of the others. `core` is open to all of them.
const MODULES: &[(&str, &[&str])] = &[
    ("outcome", &[]),
    ("failure", &["outcome"]),
    ("stop", &["outcome", "failure"]),
    ("gate", &["failure"]),
    ("files", &["failure"]),
    ("process", &["failure", "stop"]),
    ("http", &["failure"]),
    ("settings", &["failure", "files", "process"]),
    ("kafka", &["failure", "gate"]),
    ("registry", &["failure", "gate", "http"]),
    ("stores", &["failure", "files"]),
    ("alerts", &["failure", "http", "process", "stop"]),
    ("metrics", &["failure", "stop"]),
    (
        "flow",
        &[
            "failure", "gate", "outcome", "stop", "kafka", "registry", "files", "process", "http", "stores",
            "alerts", "metrics",
        ],
    ),
    ("render", &["failure", "outcome"]),
    ("ui", &["render", "gate", "failure", "stop"]),
    (
        "commands",
        &[
            "outcome", "failure", "stop", "gate", "files", "process", "http", "settings", "kafka",
            "registry", "stores", "alerts", "metrics", "flow", "render", "ui",
        ],
    ),
    ("cli", &["commands", "outcome", "failure", "stop", "settings", "ui", "render"]),
    ("lib", &["cli", "commands", "outcome", "failure", "stop", "settings", "ui", "render"]),
    ("main", &[]),
];

/// Standard library modules that only their doors may name, and never the core.
const STANDARD_DOORS: &[(&str, &[&str])] = &[
    ("std::fs", &["files", "ui"]),
    ("std::env", &["settings", "lib"]),
    ("std::process", &["process", "main", "stop"]),
    ("std::net", &["http"]),
    ("std::io", &["files", "process", "ui", "http", "settings"]),
    ("std::thread", &["process", "kafka", "stop", "ui", "flow"]),
    ("std::time::SystemTime", &[]),
];

struct Paths {
    found: BTreeSet<String>,
}

impl Paths {
    fn tree(&mut self, prefix: &str, tree: &syn::UseTree) {
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
        match tree {
            syn::UseTree::Path(path) => self.tree(&join(&path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => {
                self.found.insert(join(&name.ident.to_string()));
            }
            syn::UseTree::Rename(rename) => {
                self.found.insert(join(&rename.ident.to_string()));
            }
            syn::UseTree::Glob(_) => {
                self.found.insert(join("*"));
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(prefix, item)),
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|argument| argument == "test")
    })
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.found.insert(names.join("::"));
        }
        syn::visit::visit_path(self, path);
    }

    // Attributes and macro bodies are token streams: paths in them are found by their shape.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(' ', "");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            if word.contains("::") {
                self.found.insert(word.trim_matches(':').to_owned());
            }
        }
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Each file below `folder`: its part (the first name below it), and the paths it names, `super` and `self` resolved.
fn named_paths(folder: &str) -> Vec<(String, PathBuf, BTreeSet<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "no source below {folder}");
    let mut all = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).expect("below the root").with_extension("");
        // A module of tests is a file, a folder, or a file beside the one it tests.
        if relative.iter().any(|part| part == "tests" || part.to_string_lossy().ends_with("_tests")) {
            continue;
        }
        let mut module: Vec<String> = relative
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .filter(|part| part != "mod")
            .collect();
        let part = module.first().cloned().unwrap_or_default();
        if part == "lib" || part == "main" {
            module.clear();
        }
        let source = std::fs::read_to_string(&file).expect("a source file");
        let mut paths = Paths { found: BTreeSet::new() };
        paths.visit_file(&syn::parse_file(&source).expect("Rust"));
        let resolved = paths.found.iter().map(|path| resolve(path, &module)).collect();
        all.push((part, file, resolved));
    }
    all
}

fn resolve(path: &str, module: &[String]) -> String {
    let mut base: Vec<&str> = module.iter().map(String::as_str).collect();
    let mut rest = path;
    loop {
        if let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        } else if let Some(after) = rest.strip_prefix("self::") {
            rest = after;
        } else if rest == path {
            return path.to_owned();
        } else {
            return format!("crate::{}::{rest}", base.join("::")).replace("crate::::", "crate::");
        }
    }
}

fn violations(part: &str, paths: &BTreeSet<String>) -> Vec<String> {
    let modules: BTreeMap<&str, &[&str]> = MODULES.iter().copied().collect();
    let Some(allowed) = modules.get(part) else {
        return vec![format!("`{part}` has no row in the import rule: add one")];
    };
    let mut wrong = Vec::new();
    for path in paths {
        let mut names = path.split("::");
        let first = names.next().unwrap_or_default();
        if first == "crate" {
            let module = names.next().unwrap_or_default();
            if module != part && modules.contains_key(module) && !allowed.contains(&module) {
                wrong.push(path.clone());
            }
        }
        let doors = DOORS.iter().find(|(outside, _)| *outside == first).map(|(_, doors)| *doors);
        if doors.is_some_and(|doors| !doors.contains(&part)) {
            wrong.push(path.clone());
        }
        for (module, doors) in STANDARD_DOORS {
            // An exit code is a value; it is `outcome` and `failure` that compute it.
            let inside = path != "std::process::ExitCode"
                && (path == module || path.starts_with(&format!("{module}::")));
            if inside && !doors.contains(&part) {
                wrong.push(path.clone());
            }
        }
    }
    wrong
}

#[test]
fn every_folder_obeys_its_row() {
    let mut wrong = Vec::new();
    for (part, file, paths) in named_paths("src") {
        wrong.extend(violations(&part, &paths).into_iter().map(|path| format!("{}: {path}", file.display())));
    }
    assert!(wrong.is_empty(), "the import rule is broken:\n{}", wrong.join("\n"));
}

#[test]
fn no_command_names_another_commands_file() {
    let mut wrong = Vec::new();
    for (part, file, paths) in named_paths("src") {
        if part != "commands" {
            continue;
        }
        // commands/topics/plan.rs belongs to the family `topics`; commands/mod.rs is what all share.
        let below = file.to_string_lossy().split_once("commands/").expect("a command").1.to_owned();
        let family = below.split(['/', '.']).next().unwrap_or_default().to_owned();
        if family == "mod" {
            continue;
        }
        for path in paths {
            let mut names = path.split("::").skip_while(|name| *name != "commands").skip(1);
            let (next, after) = (names.next().unwrap_or(&family), names.next());
            if path.starts_with("crate::commands::") && next != family && after.is_some() {
                wrong.push(format!("{}: {path}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "a command names another command's file:\n{}", wrong.join("\n"));
}

#[test]
fn the_core_is_pure() {
    const NEVER: [&str; 8] = [
        "std::fs",
        "std::env",
        "std::io",
        "std::net",
        "std::process",
        "std::thread",
        "std::time::SystemTime",
        "std::time::Instant",
    ];
    let mut wrong = Vec::new();
    for (_, file, paths) in named_paths("crates/core/src") {
        for path in paths {
            let hashed = path.contains("HashMap") || path.contains("HashSet") || path.contains("RandomState");
            let clock = path.ends_with("Timestamp::now") || path.ends_with("Zoned::now");
            if hashed
                || clock
                || NEVER.iter().any(|never| path == *never || path.starts_with(&format!("{never}::")))
            {
                wrong.push(format!("{}: {path}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "the core is not pure:\n{}", wrong.join("\n"));
}

#[test]
fn outside_crates_have_one_door_in_the_core() {
    for (part, file, paths) in named_paths("crates/core/src") {
        for path in paths {
            let first = path.split("::").next().unwrap_or_default();
            let doors = CORE_DOORS.iter().find(|(outside, _)| *outside == first).map(|(_, doors)| *doors);
            assert!(doors.is_none_or(|doors| doors.contains(&part.as_str())), "{}: {path}", file.display());
        }
    }
}

#[test]
fn the_core_depends_on_no_library_that_acts() {
    let manifest =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/core/Cargo.toml"));
    let manifest = manifest.expect("the core's manifest");
    let dependencies =
        manifest.split("[dependencies]").nth(1).expect("dependencies").split("\n[").next().unwrap_or("");
    for never in
        ["rdkafka", "tokio", "reqwest", "clap", "rusqlite", "redis", "indicatif", "ratatui", "comfy-table"]
    {
        assert!(!dependencies.contains(never), "the core depends on {never}");
    }
}

#[test]
fn unsafe_stands_in_kafka_native_only() {
    let mut files = Vec::new();
    for folder in ["src", "crates/core/src"] {
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a source file");
        let tokens: proc_macro2::TokenStream = source.parse().expect("Rust");
        let native = file.to_string_lossy().contains("kafka/native");
        assert!(native || !holds_unsafe(tokens), "{} holds `unsafe`", file.display());
    }
}

fn holds_unsafe(tokens: proc_macro2::TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == "unsafe",
        proc_macro2::TokenTree::Group(group) => holds_unsafe(group.stream()),
        _ => false,
    })
}

#[test]
fn the_rule_sees_what_it_should() {
    let source = "use std::{fs, collections::BTreeMap}; fn f() { crate::kafka::x(); super::ui::y(); } \
                  #[cfg(test)] mod tests { use rdkafka::Z; }";
    let mut paths = Paths { found: BTreeSet::new() };
    paths.visit_file(&syn::parse_file(source).expect("Rust"));
    let module = ["render".to_owned(), "page".to_owned()];
    let resolved: BTreeSet<String> = paths.found.iter().map(|path| resolve(path, &module[..1])).collect();
    let wrong = violations("render", &resolved);
    assert_eq!(wrong, ["crate::kafka::x", "crate::ui::y", "std::fs"]);
}

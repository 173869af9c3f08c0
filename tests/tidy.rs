//! The rules of the house that a machine can check: who imports whom, where `async` may stand, that every file is
//! declared and says what it is for, that nothing undermines the types of trust.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Who may import whom. Arrows point down only; a module missing here fails.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &["model"]),
    ("entities", &[]),
    ("markup", &[]),
    ("fetch", &["model", "clock"]),
    ("normalise", &["model", "entities"]),
    ("query", &["model"]),
    ("urls", &["model"]),
    ("sources", &["model", "fetch", "entities", "markup"]),
    ("identity", &["model", "normalise"]),
    // Folding and stemming are shared with the language: a paper has one set of words.
    ("relevance", &["query"]),
    ("encoder", &["relevance"]),
    ("index", &["model", "query", "relevance"]),
    ("trending", &["model"]),
    ("topics", &["model", "query", "relevance"]),
    ("feeds", &["model", "urls"]),
    // The front page and the subscription list show the topics themselves.
    ("pages", &["model", "urls", "topics", "trending"]),
    ("mail", &["model", "urls", "pages"]),
    ("push", &["model", "markup"]),
    ("wal", &["model"]),
    // What brings papers together to be compared is derived from them, so that any store can be built anew.
    ("store", &["model", "wal", "identity"]),
    (
        "harvest",
        &[
            "model",
            "clock",
            "sources",
            "fetch",
            "normalise",
            "query",
            "relevance",
            "identity",
            "topics",
            "wal",
            "store",
            "index",
        ],
    ),
    ("finding", &["model", "normalise", "query", "relevance", "trending", "topics", "store", "index"]),
    ("http", &["finding", "model", "clock", "urls", "query", "topics", "store", "index", "feeds", "pages"]),
    // Examples are named as people name papers.
    (
        "config",
        &[
            "model",
            "mail",
            "encoder",
            "sources",
            "topics",
            "query",
            "relevance",
            "normalise",
            "store",
            "http",
            "fetch",
        ],
    ),
    // It stands between both halves: it reads what is served, and writes how far everybody has been told.
    (
        "outbox",
        &[
            "model", "clock", "fetch", "urls", "feeds", "mail", "push", "store", "harvest", "finding",
            "index", "http", "config",
        ],
    ),
    ("demo", &["model", "clock"]),
    ("daemon", &["*"]),
    ("cli", &["*"]),
];

/// Modules that may wait.
const MAY_BE_ASYNC: &[&str] = &["fetch", "http", "harvest", "outbox", "daemon", "cli", "demo"];

/// Files over 400 lines, each with its reason.
const MAY_BE_LONG: &[(&str, &str)] = &[];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder, with its path from the package's root.
fn rust_files(folder: &str) -> BTreeMap<String, String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let name = |path: &PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// The top-level module of a file in `src`, or none for `lib.rs` and `main.rs`.
fn module(file: &str) -> Option<&str> {
    let path = file.strip_prefix("src/")?;
    let module = path.split('/').next()?.trim_end_matches(".rs");
    (!matches!(module, "lib" | "main")).then_some(module)
}

/// The code of a file without its comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The modules of ours that a line names.
fn imports(line: &str) -> Vec<&str> {
    let after = line.split("crate::").skip(1);
    after
        .filter_map(|rest| {
            rest.split(|character: char| !(character.is_alphanumeric() || character == '_')).next()
        })
        .collect()
}

#[test]
fn imports_point_down_only() {
    let mut faults = Vec::new();
    for (file, text) in rust_files("src") {
        let Some(module) = module(&file) else { continue };
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            faults.push(format!("{file}: module {module} is missing from the import table"));
            continue;
        };
        for (number, line) in code(&text) {
            for import in imports(line) {
                let is_fine = import == module || allowed.contains(&"*") || allowed.contains(&import);
                if !is_fine {
                    faults.push(format!("{file}:{number}: {module} may not import {import}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn sources_see_of_fetch_only_the_exchange() {
    for (file, text) in rust_files("src/sources") {
        for (number, line) in code(&text).filter(|(_, line)| line.contains("crate::fetch")) {
            assert!(line.contains("crate::fetch::exchange"), "{file}:{number}: sources do no I/O");
        }
    }
}

#[test]
fn imports_stand_one_a_line_without_globs_and_re_exports() {
    let mut faults = Vec::new();
    for (file, text) in rust_files("src") {
        for (number, line) in code(&text) {
            let line = line.trim_start();
            let is_test_glob = line == "use super::*;";
            let is_import = line.starts_with("use ")
                || line.starts_with("pub use ")
                || line.starts_with("pub(crate) use ");
            if !is_import || is_test_glob {
                continue;
            }
            if line.contains('{') || line.contains("*;") {
                faults.push(format!("{file}:{number}: one import a line, no globs"));
            }
            if line.starts_with("pub") {
                faults.push(format!("{file}:{number}: no re-exports"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_modules_that_touch_the_world_wait() {
    for (file, text) in rust_files("src") {
        let Some(module) = module(&file).filter(|module| !MAY_BE_ASYNC.contains(module)) else { continue };
        for (number, line) in code(&text) {
            let words = line.split(|character: char| !(character.is_alphanumeric() || character == '_'));
            assert!(
                !words.into_iter().any(|word| word == "async"),
                "{file}:{number}: {module} may not be async"
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for folder in ["src", "tests", "benches"] {
        if !root().join(folder).exists() {
            continue;
        }
        for (file, text) in rust_files(folder) {
            let opening: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
            assert!(opening.len() > 20, "{file}: the file does not open with //! and a sentence");
        }
    }
}

#[test]
fn every_file_is_declared() {
    for folder in ["src", "tests"] {
        let files = rust_files(folder);
        for file in files.keys() {
            let path = Path::new(file);
            let (parent, name) = (path.parent().unwrap(), path.file_stem().unwrap().to_str().unwrap());
            assert_ne!(name, "mod", "{file}: name.rs beside name/, never mod.rs");
            let is_root =
                ["src/lib.rs", "src/main.rs", "tests/main.rs", "tests/e2e.rs"].contains(&file.as_str());
            if is_root {
                continue;
            }
            let declarers: Vec<String> = if parent == Path::new("src") {
                vec!["src/lib.rs".to_owned()]
            } else if parent == Path::new("tests") {
                vec!["tests/main.rs".to_owned(), "tests/e2e.rs".to_owned()]
            } else {
                vec![format!("{}.rs", parent.display())]
            };
            let line = format!("mod {name};");
            let is_declared = declarers.iter().filter_map(|declarer| files.get(declarer)).any(|text| {
                code(text).any(|(_, declared)| {
                    let visible =
                        declared.strip_prefix("pub").is_some_and(|rest| rest.starts_with([' ', '(']));
                    declared == line || (visible && declared.ends_with(&format!(" {line}")))
                })
            });
            assert!(is_declared, "{file}: not declared in {}", declarers.join(" or "));
        }
    }
}

#[test]
fn files_are_short() {
    for (file, text) in ["src", "tests", "benches"].into_iter().flat_map(rust_files) {
        let lines = text.lines().count();
        let is_known = MAY_BE_LONG.iter().any(|(name, _reason)| *name == file);
        assert!(lines <= 400 || is_known, "{file}: {lines} lines; it wants a second room");
    }
}

#[test]
fn every_source_is_in_the_table() {
    let table = fs::read_to_string(root().join("src/sources.rs")).unwrap();
    for (file, text) in rust_files("src/sources") {
        if text.contains("const KIND: Kind") {
            let name = Path::new(&file).file_stem().unwrap().to_str().unwrap();
            assert!(
                table.contains(&format!("{name}::KIND")),
                "{file}: its KIND is missing from the table in src/sources.rs"
            );
        }
    }
}

#[test]
fn only_cleaned_text_becomes_html() {
    let callers: BTreeSet<String> = rust_files("src")
        .into_iter()
        .filter(|(_, text)| code(text).any(|(_, line)| line.contains("Html::trusted(")))
        .map(|(file, _)| file)
        .collect();
    for caller in callers {
        let is_allowed = caller.starts_with("src/normalise") || caller.starts_with("src/store/codec");
        assert!(is_allowed, "{caller}: Html is made by normalise and read back by store::codec only");
    }
}

#[test]
fn only_the_store_names_sled() {
    for (file, text) in rust_files("src") {
        let names_sled = code(&text).any(|(_, line)| line.contains("sled::"));
        assert!(!names_sled || module(&file) == Some("store"), "{file}: only store names sled");
    }
}

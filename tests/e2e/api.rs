//! What the API answers is what its description says: Schemathesis makes up requests, right and wrong, and compares.
//!
//! Two programs are asked: the demonstration, without a token, and one with an editor, with the token and without.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::browser;
use crate::lists;
use crate::program;
use crate::sites;
use crate::sites::Site;

/// Which checks are made of which operations, and where the names of real things stand in a request.
///
/// `positive_data_acceptance` would forbid to refuse what a schema allows, but no schema says what a query is, or which
/// cursors were handed out. `missing_required_header` knows no 403, which is what a program without an editor answers;
/// the other program is asked with it. A read with a body is refused unread wherever it goes, with 400 and not 405.
const RULES: &str = r#"
[checks]
positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "/topics/"
parameters = { "path.id" = { dictionary = "topics", probability = 0.8 }, "query.paper" = { dictionary = "papers", probability = 0.8 }, "body.paper" = { dictionary = "papers", probability = 0.8 } }

[[operations]]
include-path-regex = "/papers/"
parameters = { "path.id" = { dictionary = "papers", probability = 0.8 } }

[[operations]]
include-path-regex = "/picks"
parameters = { "path.paper" = { dictionary = "papers", probability = 0.8 }, "body.paper" = { dictionary = "papers", probability = 0.8 } }

[[operations]]
include-path-regex = "/daily/"
parameters = { "path.period" = { dictionary = "periods", probability = 0.8 } }

[[operations]]
include-path-regex = "/(search|try)$"
parameters = { "query.q" = { dictionary = "queries", probability = 0.5 } }

[[operations]]
include-path = "/api/v1/topics/{id}/marks"
checks.unsupported_method.enabled = false
"#;

/// The names behind a beginning in the links of a page, each once.
fn names(page: &str, start: &str) -> Vec<String> {
    let start = format!("href=\"{start}");
    let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
    let mut names: Vec<String> = Vec::new();
    for rest in page.split(&start).skip(1) {
        let name = rest.split(ends).next().unwrap_or_default().to_owned();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(5);
    names
}

/// A configuration of Schemathesis that knows what is in a program.
fn rules(site: &Site, topic: &str) -> String {
    let front = program::get(&format!("{}/", site.address), &[]).text();
    let papers = program::get(&format!("{}/topics/{topic}", site.address), &[]).text();
    let periods = ["/daily/", "/week/", "/month/"].iter().flat_map(|start| names(&front, start)).collect();
    let queries = ["model", "flags", "cat:cs.LG model", "date>=-7d"].map(str::to_owned).to_vec();
    let known: BTreeMap<&str, Vec<String>> = BTreeMap::from([
        ("topics", vec![topic.to_owned()]),
        ("papers", names(&papers, "/papers/")),
        ("periods", periods),
        ("queries", queries),
    ]);
    let mut text = "[dictionaries]\n".to_owned();
    for (name, values) in known {
        assert!(!values.is_empty(), "there are no {name}");
        writeln!(text, "{name}.values = {values:?}").unwrap();
    }
    text + RULES
}

/// Has Schemathesis ask a program, with further arguments, and fails with what it says if anything is not as described.
fn compare(site: &Site, topic: &str, arguments: &[&str]) {
    let program = std::env::var_os("OFFPRINT_SCHEMATHESIS").unwrap_or_else(|| "schemathesis".into());
    std::fs::write(site.home.path().join("schemathesis.toml"), rules(site, topic)).unwrap();
    let mut command = lists::command(&program);
    command.current_dir(site.home.path()).args(["--config-file", "schemathesis.toml", "run"]);
    command.arg(format!("{}/api/openapi.json", site.address));
    command.args(["--max-examples", "15", "--seed", "1", "--phases", "examples,coverage,fuzzing"]);
    command.args(["--continue-on-failure", "--warnings", "off", "--no-color"]).args(arguments);
    let Ok(out) = command.output() else {
        return lists::skip("schemathesis", &format!("{} is not installed", program.display()));
    };
    assert!(out.status.success(), "{arguments:?}: {}", lists::words(&out));
}

#[test]
fn every_answer_of_the_api_is_as_described() {
    let site = sites::demo();
    compare(&site, "peft", &["--exclude-checks", "missing_required_header"]);
}

#[test]
fn every_answer_to_an_editor_is_as_described() {
    let site = browser::edited();
    compare(&site, "flags", &["--include-tag", "editing"]);
    let token = format!("Authorization: Bearer {}", browser::TOKEN);
    compare(&site, "flags", &["--include-tag", "editing", "--header", &token]);
}

//! Which repositories are asked for, and whose stars they are.

use super::*;
use crate::fetch::exchange::CredentialPlace;
use crate::model::secret::Secret;
use crate::sources::OptionValue;

fn source() -> Box<dyn Source> {
    build(&Options::default()).unwrap()
}

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-18T06:00:00Z").unwrap()
}

fn aimed(source: &dyn Source, names: &[&str]) -> Cursor {
    let targets: Vec<Target> =
        names.iter().map(|name| Target { name: (*name).to_owned(), announced: None }).collect();
    source.aim(&Cursor::default(), run(), &targets)
}

/// Runs to the end; for every request its path and the links and stars that were read.
fn harvest(source: &dyn Source, mut cursor: Cursor, body: &str) -> Vec<(String, Vec<String>)> {
    let mut asked = Vec::new();
    while let Some(request) = source.ask(&cursor, run()) {
        let response = Response::ok(request.url.clone(), "application/json", body.to_owned());
        let batch = source.read(&cursor, run(), &request, &response);
        assert_ne!(batch.next, cursor);
        let reading =
            |one: &Reading| format!("{} {} {}", one.ids[0].text, one.signals[0].0.name(), one.signals[0].1);
        asked.push((request.url.path().to_owned(), batch.readings.iter().map(reading).collect()));
        cursor = batch.next;
    }
    asked
}

#[test]
fn a_repository_with_several_addresses_is_asked_for_once() {
    let source = source();
    let cursor = aimed(
        &*source,
        &[
            "https://github.com/Example/Flags",
            "https://gitlab.com/example/flags",
            "http://www.github.com/example/flags.git",
            "https://github.com/example/gardens/tree/main/code?x=1#readme",
            "https://github.com/example",
            "https://github.com/topics/flags",
            "https://github.com/example/..",
            "https://github.com/exa%6Dple/x",
            "nonsense",
        ],
    );
    let asked = harvest(&*source, cursor, r#"{"full_name": "example/flags", "stargazers_count": 8}"#);
    let (paths, readings): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    assert_eq!(paths, ["/repos/Example/Flags", "/repos/example/gardens"]);
    assert_eq!(
        readings,
        [
            vec![
                "https://github.com/Example/Flags stars 8",
                "http://www.github.com/example/flags.git stars 8"
            ],
            vec!["https://github.com/example/gardens/tree/main/code?x=1#readme stars 8"],
        ]
    );
}

#[test]
fn a_renamed_repository_counts_for_the_address_that_the_paper_has() {
    let source = source();
    let cursor = aimed(&*source, &["https://github.com/example/flags"]);
    let request = source.ask(&cursor, run()).unwrap();
    let moved = Url::parse("https://api.github.com/repositories/12345").unwrap();
    let body = r#"{"full_name": "elsewhere/banners", "stargazers_count": 9, "archived": true}"#;
    let batch =
        source.read(&cursor, run(), &request, &Response::ok(moved, "application/json", body.to_owned()));
    assert_eq!(batch.readings[0].ids[0].text, "https://github.com/example/flags");
    assert_eq!(batch.readings[0].signals, [(SignalKind::Stars, 9)]);
}

#[test]
fn a_repository_that_is_gone_is_passed_over_without_a_word() {
    let source = source();
    let cursor = aimed(&*source, &["https://github.com/example/flags", "https://github.com/example/gardens"]);
    let url = source.ask(&cursor, run()).unwrap().url;
    let refusal = |status| Response { status, url: url.clone(), content_type: None, body: Vec::new() };
    assert!(source.is_absence(&refusal(404)) && source.is_absence(&refusal(451)));
    assert!(!source.is_absence(&refusal(401)) && !source.is_absence(&refusal(429)));
    let next = source.skip(&cursor, run()).unwrap();
    assert!(source.ask(&next, run()).unwrap().url.path().ends_with("/gardens"));
}

#[test]
fn an_answer_without_stars_says_why() {
    let source = source();
    let cursor = aimed(&*source, &["https://github.com/example/flags"]);
    let request = source.ask(&cursor, run()).unwrap();
    for (body, said) in [
        (r#"{"message": "Bad credentials"}"#, "example/flags: Bad credentials"),
        (r#"{"stargazers_count": -1}"#, "example/flags: it is not a repository: it has no stargazers_count"),
        ("", "example/flags: it is empty, not a repository"),
    ] {
        let response = Response::ok(request.url.clone(), "application/json", body.to_owned());
        assert_eq!(source.read(&cursor, run(), &request, &response).unusable.unwrap(), said);
    }
}

#[test]
fn a_token_is_sent_in_the_header_and_raises_the_limit() {
    assert_eq!(source().wants().unwrap().at_most, 50);
    let given = [("token".to_owned(), OptionValue::Secret(Secret::new("t")))].into();
    let source = build(&Options { given, mailbox: None }).unwrap();
    assert_eq!(source.wants().unwrap().at_most, 1_000);
    let request = source.ask(&aimed(&*source, &["https://github.com/example/flags"]), run()).unwrap();
    let place = CredentialPlace::Header { name: "authorization", prefix: "Bearer " };
    assert_eq!(request.credential.unwrap().place, place);
}

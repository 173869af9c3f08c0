//! What is asked, of whom, and what comes of it.

use super::*;

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-18T06:00:00Z").unwrap()
}

fn source() -> Box<dyn Source> {
    build(&Options { mailbox: Some("ops@example.org".to_owned()), ..Options::default() }).unwrap()
}

fn aimed(source: &dyn Source, names: &[&str]) -> Cursor {
    let target = |name: &&str| Target { name: (*name).to_owned(), announced: None };
    source.aim(&Cursor::default(), run(), &names.iter().map(target).collect::<Vec<_>>())
}

#[test]
fn who_is_not_known_at_crossref_is_asked_for_at_datacite() {
    let source = source();
    let names = ["doi:10.5555/a?b#c", "arxiv:2608.09999", "doi:10.5555/../works", "pmid:7", "nonsense"];
    let mut cursor = aimed(&*source, &names);
    let mut asked = Vec::new();
    while let Some(request) = source.ask(&cursor, run()) {
        asked.push(request.url.to_string());
        cursor = source.skip(&cursor, run()).unwrap();
    }
    assert_eq!(
        asked,
        [
            "https://api.crossref.org/works/10.5555%2Fa%3Fb%23c?mailto=ops%40example.org",
            "https://api.datacite.org/dois/10.5555%2Fa%3Fb%23c",
            "https://api.crossref.org/works/10.5555%2F..%2Fworks?mailto=ops%40example.org",
            "https://api.datacite.org/dois/10.5555%2F..%2Fworks",
        ]
    );
}

#[test]
fn an_answer_ends_the_search_for_its_work() {
    let source = source();
    let cursor = aimed(&*source, &["doi:10.5555/a", "doi:10.5555/b"]);
    let request = source.ask(&cursor, run()).unwrap();
    let body = r#"{"message": {"DOI": "10.5555/a", "title": ["A"]}}"#;
    let batch =
        source.read(&cursor, run(), &request, &Response::ok(request.url.clone(), "application/json", body));
    assert_eq!((batch.records.len(), batch.unusable), (1, None));
    let next = source.ask(&batch.next, run()).unwrap();
    assert!(next.url.path().ends_with("10.5555%2Fb"), "{}", next.url);
}

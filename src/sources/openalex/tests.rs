//! What is asked, in which order, and what comes of a work.

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::model::record::IdHint;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::signal::SignalKind;

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

fn read(body: &Value) -> Batch {
    let source = source();
    let cursor = aimed(&*source, &["arxiv:2608.09999", "doi:10.1000/flags.3.1"]);
    let request = source.ask(&cursor, run()).unwrap();
    let response = Response::ok(request.url.clone(), "application/json", body.to_string());
    source.read(&cursor, run(), &request, &response)
}

fn record(body: &Value) -> Record {
    let mut batch = read(body);
    assert_eq!((&batch.problems[..], &batch.unusable), (&[][..], &None));
    batch.records.pop().unwrap()
}

#[test]
fn each_paper_is_asked_for_once_and_none_is_left() {
    let source = source();
    let mut cursor = aimed(
        &*source,
        &[
            "arxiv:2608.09999",
            "doi:10.1000/a?b#c",
            "doi:10.1000/../../authors/a1",
            "page:https://x.example.org/",
            "pmid:7",
            "nonsense",
            "doi:10.1000/last",
        ],
    );
    let mut asked = Vec::new();
    while let Some(request) = source.ask(&cursor, run()) {
        asked.push(request.url.path().to_owned());
        let body = json!({"id": "https://openalex.org/W1", "title": "t"}).to_string();
        let response = Response::ok(request.url.clone(), "application/json", body);
        cursor = source.read(&cursor, run(), &request, &response).next;
    }
    assert_eq!(
        asked,
        ["/works/doi:10.48550/arxiv.2608.09999", "/works/doi:10.1000/a%3Fb%23c", "/works/doi:10.1000/last"]
    );
    assert!(cursor.0.ends_with("\"left\":[]}"), "{}", cursor.0);
}

#[test]
fn a_work_that_is_not_known_there_is_passed_over_without_a_word() {
    let source = source();
    let cursor = aimed(&*source, &["arxiv:2608.09999", "doi:10.1000/flags.3.1"]);
    let url = source.ask(&cursor, run()).unwrap().url;
    let refusal = |status| Response { status, url: url.clone(), content_type: None, body: Vec::new() };
    assert!(source.is_absence(&refusal(404)) && !source.is_absence(&refusal(401)));
    let next = source.skip(&cursor, run()).unwrap();
    assert!(source.ask(&next, run()).unwrap().url.path().ends_with("/doi:10.1000/flags.3.1"));
}

#[test]
fn what_an_interrupted_run_has_left_is_forgotten() {
    let source = source();
    let left = aimed(&*source, &["arxiv:2608.00001", "arxiv:2608.00002"]);
    let targets = [Target { name: "arxiv:2608.00003".to_owned(), announced: None }];
    let cursor = source.aim(&left, run(), &targets);
    assert!(source.ask(&cursor, run()).unwrap().url.path().ends_with("2608.00003"));
    let cursor = source.skip(&cursor, run()).unwrap();
    assert_eq!(source.ask(&cursor, run()), None);
    assert_eq!(source.ask(&source.aim(&left, run(), &[]), run()), None);
}

#[test]
fn a_preprint_that_became_an_article_keeps_both_names() {
    let record = record(&json!({
        "id": "https://openalex.org/W7",
        "doi": "https://doi.org/10.1000/flags.3.1",
        "title": "Counting Flags",
        "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/41", "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/42"},
        "cited_by_count": 9, "is_retracted": true
    }));
    let ids: Vec<_> = record.ids.iter().map(|id| (id.hint, id.text.as_str())).collect();
    let expected = [
        (IdHint::Arxiv, "2608.09999"),
        (IdHint::Doi, "https://doi.org/10.1000/flags.3.1"),
        (IdHint::Pmid, "41"),
        (IdHint::Pmcid, "42"),
    ];
    assert_eq!(ids, expected);
    assert_eq!((record.key.as_str(), record.role, record.is_retracted), ("W7", Role::Enrichment, true));
    assert_eq!(record.signals, [(SignalKind::Citations, 9)]);
}

#[test]
fn an_abstract_is_put_together_from_the_places_of_its_words() {
    let of = |index: Value| {
        let work = json!({"id": "W1", "title": "t", "abstract_inverted_index": index});
        record(&work).abstract_text.map(|raw| raw.text)
    };
    assert_eq!(
        of(json!({"flags": [2, 5], "We": [0], "count": [1], "and": [3], "more": [4]})).unwrap(),
        "We count flags and more flags"
    );
    assert_eq!(
        of(json!({"far": [19_999], "near": [0], "never": [20_000, 18_446_744_073_709_551_615_u64]})).unwrap(),
        "near far"
    );
    assert_eq!(of(json!({"twice": [0], "once": [0], "x": ["1", -1, 2.5, null]})).unwrap(), "once");
    let repeated = vec![0; 20_001];
    for index in [json!({}), json!([]), json!("x"), json!({"x": 3}), json!({"x": repeated})] {
        assert_eq!(of(index.clone()), None);
    }
}

#[test]
fn only_what_publishes_is_a_venue() {
    let of = |kind: &str, volume: Value| {
        let work = json!({
            "id": "W1", "title": "t", "publication_year": 2026,
            "primary_location": {"source": {"display_name": "Journal of Flags", "type": kind}},
            "biblio": {"volume": volume, "issue": "2", "first_page": "5", "last_page": "9"}
        });
        let record = record(&work);
        (record.venue.map(|raw| raw.text), record.citation.map(|raw| raw.text))
    };
    let venue = Some("Journal of Flags".to_owned());
    let citation = Some("Journal of Flags 3(2), 5\u{2013}9 (2026)".to_owned());
    assert_eq!(of("journal", json!("3")), (venue.clone(), citation));
    assert_eq!(of("conference", Value::Null), (venue, None));
    assert_eq!(of("repository", json!("3")), (None, None));
}

#[test]
fn an_answer_that_is_no_work_costs_one_paper() {
    for (body, said) in [
        (json!({"error": "Not found", "message": "No work"}), "arxiv:2608.09999: No work"),
        (json!({"meta": {"count": 1}, "results": []}), "arxiv:2608.09999: it is not a work: it has no id"),
        (json!([]), "arxiv:2608.09999: it is not a work: it has no id"),
    ] {
        assert_eq!(read(&body).unusable.unwrap(), said);
    }
    let untitled = read(&json!({"id": "https://openalex.org/W9", "title": null}));
    assert_eq!((untitled.records.len(), untitled.problems.len(), untitled.unusable), (0, 1, None));
}

#[test]
fn the_key_stands_in_the_query_and_not_in_the_address() {
    let secret = crate::sources::OptionValue::Secret(crate::model::secret::Secret::new("k"));
    let options = Options { given: [("key".to_owned(), secret)].into(), mailbox: None };
    let source = build(&options).unwrap();
    let request = source.ask(&aimed(&*source, &["doi:10.1000/x"]), run()).unwrap();
    assert_eq!(request.url.query(), None);
    assert_eq!(request.credential.unwrap().place, CredentialPlace::Query("api_key"));
    let none = crate::sources::OptionValue::Number(0);
    assert!(build(&Options { given: [("papers".to_owned(), none)].into(), mailbox: None }).is_err());
}

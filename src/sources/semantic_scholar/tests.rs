//! What is asked in one request, and what comes of its answers.

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::secret::Secret;
use crate::model::signal::SignalKind;
use crate::sources::OptionValue;

fn source(batch: u64) -> Box<dyn Source> {
    let given = [("batch".to_owned(), OptionValue::Number(batch))].into();
    build(&Options { given, mailbox: None }).unwrap()
}

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-18T06:00:00Z").unwrap()
}

fn targets(names: &[&str]) -> Vec<Target> {
    names.iter().map(|name| Target { name: (*name).to_owned(), announced: None }).collect()
}

fn read(body: &Value) -> Batch {
    let source = source(500);
    let names = ["arxiv:2608.09999", "doi:10.1000/flags.3.1"];
    let cursor = source.aim(&Cursor::default(), run(), &targets(&names));
    let request = source.ask(&cursor, run()).unwrap();
    let response = Response::ok(request.url.clone(), "application/json", body.to_string());
    source.read(&cursor, run(), &request, &response)
}

fn record(paper: &Value) -> Record {
    let mut batch = read(&json!([paper, null]));
    assert_eq!((&batch.problems[..], &batch.unusable), (&[][..], &None));
    batch.records.pop().unwrap()
}

#[test]
fn papers_are_asked_for_in_lists_until_none_is_left() {
    let source = source(3);
    let names = [
        "arxiv:2608.09999",
        "arxiv:hep-th/9901001",
        "doi:10.1000/flags.3.1",
        "page:https://x.example.org/",
        "pmid:41",
        "pmcid:PMC42",
        "acl:2024.acl-long.1",
        "nonsense",
    ];
    let mut cursor = source.aim(&Cursor("left by a run that was cut".to_owned()), run(), &targets(&names));
    let mut asked = Vec::new();
    while let Some(request) = source.ask(&cursor, run()) {
        assert!(request.url.query().unwrap().starts_with("fields=externalIds%2Ctitle%2C"));
        let body = "[null, null, null]".to_owned();
        let batch = source.read(
            &cursor,
            run(),
            &request,
            &Response::ok(request.url.clone(), "application/json", body),
        );
        assert_eq!((batch.records.len(), batch.problems.len(), batch.unusable), (0, 0, None));
        asked.push(request.json.unwrap());
        cursor = batch.next;
    }
    assert_eq!(
        asked,
        [
            r#"{"ids":["ARXIV:2608.09999","ARXIV:hep-th/9901001","DOI:10.1000/flags.3.1"]}"#,
            r#"{"ids":["PMID:41","PMCID:42","ACL:2024.acl-long.1"]}"#,
        ]
    );
    assert!(cursor.0.ends_with("\"left\":[]}"), "{}", cursor.0);
}

#[test]
fn a_list_that_fails_is_passed_over_and_the_next_is_asked_for() {
    let source = source(1);
    let cursor = source.aim(&Cursor::default(), run(), &targets(&["pmid:1", "pmid:2"]));
    let next = source.skip(&cursor, run()).unwrap();
    assert_eq!(source.ask(&next, run()).unwrap().json.unwrap(), r#"{"ids":["PMID:2"]}"#);
    assert_eq!(source.ask(&source.skip(&next, run()).unwrap(), run()), None);
}

#[test]
fn an_answer_belongs_to_the_paper_that_was_asked_for() {
    let batch = read(&json!([null, {"paperId": "ab", "title": "t", "externalIds": {"ArXiv": "2608.00001"}}]));
    let ids: Vec<_> = batch.records[0].ids.iter().map(|id| (id.hint, id.text.as_str())).collect();
    assert_eq!(ids, [(IdHint::Doi, "10.1000/flags.3.1"), (IdHint::Arxiv, "2608.00001")]);
    // Where answers are missing, no one knows which.
    let batch = read(&json!([{"paperId": "ab", "title": "t", "externalIds": {"DOI": "10.1000/x"}}]));
    let ids: Vec<_> = batch.records[0].ids.iter().map(|id| (id.hint, id.text.as_str())).collect();
    assert_eq!(ids, [(IdHint::Doi, "10.1000/x")]);
    assert_eq!(batch.problems[0].to_string(), "the list: 1 answers to 2 questions");
}

#[test]
fn every_identifier_is_taken_in_its_own_scheme() {
    let record = record(&json!({
        "paperId": "ab", "title": "t", "citationCount": 7,
        "externalIds": {"DBLP": "x/y", "MAG": "1", "CorpusId": 2, "ArXiv": "2608.09999", "DOI": "10.18653/v1/2026.acl-long.9",
            "PubMed": "41", "PubMedCentral": "42", "ACL": "2026.acl-long.9"}
    }));
    let ids: Vec<_> = record.ids.iter().skip(1).map(|id| (id.hint, id.text.as_str())).collect();
    let expected = [
        (IdHint::Arxiv, "2608.09999"),
        (IdHint::Doi, "10.18653/v1/2026.acl-long.9"),
        (IdHint::Pmid, "41"),
        (IdHint::Pmcid, "PMC42"),
        (IdHint::Any, "https://aclanthology.org/2026.acl-long.9"),
    ];
    assert_eq!(ids, expected);
    assert_eq!((record.role, record.signals), (Role::Enrichment, vec![(SignalKind::Citations, 7)]));
}

#[test]
fn a_preprint_server_is_no_venue() {
    let of = |venue: &str, publication: Value, journal: Value| {
        let paper = json!({"paperId": "ab", "title": "t", "year": 2026, "venue": venue, "publicationVenue": publication, "journal": journal});
        let record = record(&paper);
        (record.venue.map(|raw| raw.text), record.citation.map(|raw| raw.text))
    };
    let journal = |name: &str, volume: &str| json!({"name": name, "volume": volume, "pages": "\n 5-9\n "});
    assert_eq!(
        of("arXiv.org", json!({"name": "arXiv.org"}), journal("ArXiv", "abs/2608.09999")),
        (None, None)
    );
    assert_eq!(of("", Value::Null, json!({"name": "A Topic by Mail"})), (None, None));
    assert_eq!(
        of("J. Flags", json!({"name": "Journal of Flags"}), journal("J. Flags", "3")),
        (Some("Journal of Flags".to_owned()), Some("Journal of Flags 3, 5\u{2013}9 (2026)".to_owned()))
    );
    assert_eq!(
        of("International Conference on Flags", Value::Null, Value::Null).0.unwrap(),
        "International Conference on Flags"
    );
}

#[test]
fn a_bad_answer_costs_one_paper_and_a_list_of_nothing_the_request() {
    let batch = read(&json!([3, {"paperId": "ab"}]));
    let said: Vec<String> = batch.problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["arxiv:2608.09999: it has no paperId", "doi:10.1000/flags.3.1: ab has no title"]);
    let said = |body: Value| read(&body).unusable.unwrap();
    assert_eq!(said(json!({"message": "Too Many Requests.", "code": "429"})), "Too Many Requests.");
    assert!(said(json!({})).starts_with("it is not a list of papers"));
}

#[test]
fn a_list_of_unknown_papers_is_an_absence_and_no_fault() {
    let source = source(500);
    let refusal = |status, body: &str| Response {
        status,
        url: Url::parse(BASE).unwrap(),
        content_type: None,
        body: body.as_bytes().to_vec(),
    };
    assert!(source.is_absence(&refusal(400, r#"{"error":"No valid paper ids given"}"#)));
    assert!(!source.is_absence(&refusal(400, r#"{"error":"Unrecognized field"}"#)));
    let limited = refusal(429, r#"{"message":"Too Many Requests. Please wait.","code":"429"}"#);
    assert_eq!(source.explain(&limited).unwrap(), "Too Many Requests. Please wait.");
}

#[test]
fn the_key_is_sent_in_a_header() {
    let given = [("key".to_owned(), OptionValue::Secret(Secret::new("k")))].into();
    let source = build(&Options { given, mailbox: None }).unwrap();
    let cursor = source.aim(&Cursor::default(), run(), &targets(&["pmid:1"]));
    let place = source.ask(&cursor, run()).unwrap().credential.unwrap().place;
    assert_eq!(place, CredentialPlace::Header { name: "x-api-key", prefix: "" });
}

//! Runs over several pages, options, and what counts as the paper's date.

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::model::source::Cursor;
use crate::sources::Batch;
use crate::sources::OptionValue;

fn source(given: &[(&str, OptionValue)]) -> Result<Box<dyn Source>, OptionFault> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    build(&Options { given, mailbox: None })
}

fn text(value: &str) -> OptionValue {
    OptionValue::Text(value.to_owned())
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn answer(first: usize, last: usize, total: usize, next: Option<&str>) -> Vec<u8> {
    let record = |number: usize| json!({"id": format!("10.1000/{number}"), "attributes": {"titles": [{"title": "A"}]}});
    let records: Vec<Value> = (first..=last).map(record).collect();
    let next =
        next.map(|next| format!("https://elsewhere.example/dois?page%5Bcursor%5D={next}&page%5Bsize%5D=9"));
    json!({"data": records, "meta": {"total": total}, "links": {"next": next}}).to_string().into_bytes()
}

fn step(source: &dyn Source, cursor: &mut Cursor, run: Timestamp, body: Vec<u8>) -> (String, Batch) {
    let request = source.ask(cursor, run).unwrap();
    assert_eq!(
        request.url.host_str(),
        Some("api.datacite.org"),
        "only the cursor of a next page is believed"
    );
    let batch =
        source.read(cursor, run, &request, &Response::ok(request.url.clone(), "application/json", body));
    *cursor = batch.next.clone();
    let page = request.url.query_pairs().find(|(name, _)| name == "page[cursor]").unwrap().1.into_owned();
    (page, batch)
}

fn asked(source: &dyn Source) -> Vec<(String, String)> {
    let url = source.ask(&Cursor::default(), at("2026-08-18T06:00:00Z")).unwrap().url;
    url.query_pairs().into_owned().collect()
}

#[test]
fn without_options_arxiv_is_asked_for_and_a_query_is_everybodys() {
    let usual = asked(&*source(&[]).unwrap());
    assert_eq!(usual[0], ("client-id".to_owned(), "arxiv.content".to_owned()));
    assert_eq!(usual[1].1, "created:[2026-08-12T00:00:00.000Z TO 2026-08-18T23:59:59.999Z]");
    let searched =
        asked(&*source(&[("query", text("titles.title:flags")), ("by", text("updated"))]).unwrap());
    assert!(searched[0].1.starts_with("(titles.title:flags) AND updated:[2026-08-12T"), "{searched:?}");
    let both = asked(&*source(&[("query", text("flags")), ("client", text("cern.zenodo"))]).unwrap());
    assert_eq!((both[0].1.as_str(), both[2].1.as_str()), ("cern.zenodo", "1"));
    assert_eq!(source(&[("by", text("published"))]).unwrap_err().option, "by");
    assert_eq!(source(&[("limit", OptionValue::Number(5))]).unwrap_err().option, "limit");
}

#[test]
fn pages_follow_the_cursor_of_the_next_one() {
    let source = source(&[("limit", OptionValue::Number(25))]).unwrap();
    let run = at("2026-08-18T06:00:00Z");
    let mut cursor = Cursor::default();
    let (page, batch) = step(&*source, &mut cursor, run, answer(1, 25, 60, Some("b")));
    assert_eq!((page.as_str(), batch.records.len()), ("1", 25));
    // The program ends here, and another run begins.
    let later = at("2026-08-18T09:00:00Z");
    let (page, batch) = step(&*source, &mut cursor, later, answer(26, 50, 60, Some("c")));
    assert!(page == "b" && batch.coverage.is_empty());
    let (page, batch) = step(&*source, &mut cursor, later, answer(51, 60, 60, Some("d")));
    assert!(page == "c" && batch.problems.is_empty() && batch.coverage.len() == 1, "{batch:?}");
    assert!(source.ask(&cursor, later).is_none());
}

#[test]
fn a_list_that_ends_early_is_partial_and_a_page_that_comes_twice_is_left() {
    let source = source(&[("limit", OptionValue::Number(25))]).unwrap();
    let run = at("2026-08-18T06:00:00Z");
    let mut cursor = Cursor::default();
    let (_page, batch) = step(&*source, &mut cursor, run, answer(1, 25, 60, None));
    assert!(batch.is_partial && batch.problems[0].message == "25 of 60 records came", "{batch:?}");
    let mut cursor = Cursor::default();
    step(&*source, &mut cursor, run, answer(1, 25, 60, Some("b")));
    let (_page, batch) = step(&*source, &mut cursor, run, answer(1, 25, 60, Some("b")));
    assert!(batch.is_partial && batch.problems[0].message.contains("twice"), "{batch:?}");
    assert!(source.ask(&cursor, run).is_none());
    let next = source.ask(&cursor, at("2026-08-19T06:00:00Z")).unwrap().url;
    assert!(next.as_str().contains("2026-08-12T"), "its days are owed: {next}");
}

#[test]
fn a_request_that_fails_leaves_its_days_to_the_next_run() {
    let source = source(&[]).unwrap();
    let run = at("2026-08-18T06:00:00Z");
    let skipped = source.skip(&Cursor::default(), run).unwrap();
    assert!(source.ask(&skipped, run).is_none());
    let next = source.ask(&skipped, at("2026-08-20T06:00:00Z")).unwrap().url;
    assert!(next.as_str().contains("2026-08-12T") && next.as_str().contains("2026-08-18T"), "{next}");
}

#[test]
fn a_refusal_is_told_by_its_title() {
    let body = br#"{"errors": [{"status": "400", "title": "Bad query"}]}"#.to_vec();
    let url = Url::parse("https://api.datacite.org/dois").unwrap();
    let said = source(&[])
        .unwrap()
        .explain(&Response { status: 400, ..Response::ok(url, "application/json", body) });
    assert_eq!(said.unwrap(), "Bad query");
}

//! Runs over several pages, and what they leave for the next one.

use chrono::NaiveDate;
use serde_json::Value;
use serde_json::json;

use super::*;
use crate::model::source::Cursor;
use crate::sources::Batch;
use crate::sources::OptionValue;

fn source(limit: u64) -> Box<dyn Source> {
    let mut options = Options { mailbox: Some("ops@example.org".to_owned()), ..Options::default() };
    options.given.insert("query".to_owned(), OptionValue::Text("flags OR poles".to_owned()));
    options.given.insert("limit".to_owned(), OptionValue::Number(limit));
    build(&options).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn answer(first: usize, last: usize, total: usize, next: &str) -> Vec<u8> {
    let result = |number: usize| json!({"id": number.to_string(), "source": "MED", "pmid": number.to_string(), "title": "A."});
    let results: Vec<Value> = (first..=last).map(result).collect();
    json!({"hitCount": total, "nextCursorMark": next, "resultList": {"result": results}})
        .to_string()
        .into_bytes()
}

/// The request at a cursor and what the answer to it means.
fn step(source: &dyn Source, cursor: &mut Cursor, run: Timestamp, body: Vec<u8>) -> (String, Batch) {
    let request = source.ask(cursor, run).unwrap();
    let batch =
        source.read(cursor, run, &request, &Response::ok(request.url.clone(), "application/json", body));
    *cursor = batch.next.clone();
    let mark = request.url.query_pairs().find(|(name, _)| name == "cursorMark").unwrap().1.into_owned();
    (mark, batch)
}

#[test]
fn the_query_is_bound_to_days_and_names_the_operator() {
    let url = source(500).ask(&Cursor::default(), at("2026-08-18T06:30:00Z")).unwrap().url;
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let of = |name: &str| pairs.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(of("query"), "(flags OR poles) AND CREATION_DATE:[2026-08-12 TO 2026-08-18]");
    assert_eq!(
        (of("resultType"), of("pageSize"), of("email")),
        ("core".to_owned(), "500".to_owned(), "ops@example.org".to_owned())
    );
}

#[test]
fn pages_follow_the_mark_until_it_comes_back() {
    let (source, run) = (source(25), at("2026-08-18T06:30:00Z"));
    let mut cursor = Cursor::default();
    let (mark, batch) = step(&*source, &mut cursor, run, answer(1, 25, 75, "b"));
    assert_eq!((mark.as_str(), batch.records.len()), ("*", 25));
    let (mark, batch) = step(&*source, &mut cursor, run, answer(26, 50, 75, "c"));
    assert!(mark == "b" && batch.coverage.is_empty());
    let (mark, batch) = step(&*source, &mut cursor, run, answer(51, 75, 75, "c"));
    assert!(mark == "c" && !batch.is_partial && batch.problems.is_empty());
    assert_eq!(batch.coverage.len(), 1);
    assert!(source.ask(&cursor, run).is_none());
    let next = source.ask(&cursor, at("2026-08-19T06:30:00Z")).unwrap().url;
    assert!(next.as_str().contains("2026-08-16+TO+2026-08-19"), "{next}");
}

#[test]
fn a_run_that_was_interrupted_goes_on_with_its_page_in_the_next_one() {
    let (source, run) = (source(25), at("2026-08-18T06:30:00Z"));
    let mut cursor = Cursor::default();
    step(&*source, &mut cursor, run, answer(1, 25, 50, "b"));
    let later = at("2026-08-18T08:00:00Z");
    let (mark, _batch) = step(&*source, &mut cursor, later, answer(26, 50, 50, "b"));
    assert_eq!(mark, "b");
    assert!(source.ask(&cursor, later).is_none());
}

#[test]
fn the_same_page_twice_is_left_and_its_days_are_asked_for_again() {
    let (source, run) = (source(25), at("2026-08-18T06:30:00Z"));
    let mut cursor = Cursor::default();
    step(&*source, &mut cursor, run, answer(1, 25, 500, "b"));
    let (_mark, batch) = step(&*source, &mut cursor, run, answer(1, 25, 500, "c"));
    assert!(batch.is_partial && batch.problems[0].message.contains("twice"), "{batch:?}");
    assert!(source.ask(&cursor, run).is_none());
    let next = source.ask(&cursor, at("2026-08-19T06:30:00Z")).unwrap().url;
    assert!(next.as_str().contains("2026-08-12+TO+2026-08-18"), "{next}");
}

#[test]
fn a_list_that_ends_early_is_partial_and_comes_again() {
    let (source, run) = (source(25), at("2026-08-18T06:30:00Z"));
    let mut cursor = Cursor::default();
    let (_mark, batch) = step(&*source, &mut cursor, run, answer(1, 10, 90, "*"));
    assert!(batch.is_partial && batch.records.len() == 10, "{batch:?}");
    assert_eq!(batch.problems[0].message, "10 of 90 results came");
    let next = source.ask(&cursor, at("2026-08-19T06:30:00Z")).unwrap().url;
    assert!(next.as_str().contains("2026-08-12+TO+2026-08-18"), "{next}");
}

#[test]
fn an_error_that_comes_as_a_success_is_told_in_its_own_words() {
    let (source, run) = (source(25), at("2026-08-18T06:30:00Z"));
    let mut cursor = Cursor::default();
    let body = br#"{"version": "6.9", "errCode": 404, "errMsg": "Bad syntax"}"#.to_vec();
    let (_mark, batch) = step(&*source, &mut cursor, run, body.clone());
    assert_eq!(batch.unusable.unwrap(), "error 404: Bad syntax");
    let url = Url::parse("https://www.ebi.ac.uk/").unwrap();
    let said = source.explain(&Response { status: 400, ..Response::ok(url, "application/json", body) });
    assert_eq!(said.unwrap(), "error 404: Bad syntax");
}

#[test]
fn history_ends_with_its_last_day() {
    let (source, run) = (source(25), at("2026-08-18T06:30:00Z"));
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut cursor = source.history(day("2026-01-01"), day("2026-02-10")).unwrap();
    let first = source.ask(&cursor, run).unwrap().url;
    assert!(first.as_str().contains("2026-01-01+TO+2026-01-30"), "{first}");
    step(&*source, &mut cursor, run, answer(1, 2, 2, "*"));
    assert!(source.covered(&cursor).unwrap() > 0.7);
    step(&*source, &mut cursor, run, answer(3, 3, 1, "*"));
    assert!(source.ask(&cursor, run).is_none() && source.covered(&cursor).unwrap() > 0.999);
}

#[test]
fn a_query_of_nothing_is_a_fault() {
    let mut options = Options::default();
    options.given.insert("query".to_owned(), OptionValue::Text("  ".to_owned()));
    assert_eq!(build(&options).unwrap_err().option, "query");
}

//! Runs of several pages and windows, answers that are none, and a crash in the middle.

use chrono::NaiveDate;

use super::*;
use crate::model::source::Cursor;
use crate::sources::OptionValue;

fn source(options: &[(&str, &str)]) -> Box<dyn Source> {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), OptionValue::Text((*value).to_owned()));
    let options = Options { given: options.iter().map(text).collect(), mailbox: None };
    (KIND.build)(&options).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn page(ids: std::ops::Range<u32>, total: u32) -> String {
    let row = |id| {
        format!(
            r#"{{"doi": "10.64898/2026.08.11.{id:06}", "title": "Flags {id}", "version": "1", "date": "2026-08-11"}}"#
        )
    };
    let rows: Vec<String> = ids.map(row).collect();
    format!(r#"{{"messages": [{{"status": "ok", "total": "{total}"}}], "collection": [{}]}}"#, rows.join(","))
}

const NOTHING: &str = r#"{"messages": [{"status": "no posts found"}], "collection": []}"#;

/// Answers every request of a run from a list of so many rows. Gives the paths asked for and the keys that came.
fn harvest(cursor: &mut Cursor, run: &str, rows: u32, pages: usize) -> (Vec<String>, Vec<String>) {
    let (source, run) = (source(&[]), at(run));
    let (mut asked, mut keys) = (Vec::new(), Vec::new());
    while let Some(request) = source.ask(cursor, run) {
        if asked.len() == pages {
            break;
        }
        let path = request.url.path().trim_start_matches("/details/biorxiv/").to_owned();
        let offset: u32 = path.split('/').nth(2).unwrap().parse().unwrap();
        asked.push(path);
        let end = (offset + 30).min(rows);
        let body = if offset < rows { page(offset..end, rows + 7) } else { NOTHING.to_owned() };
        let batch =
            source.read(cursor, run, &request, &Response::ok(request.url.clone(), "application/json", body));
        assert!(batch.unusable.is_none() && batch.problems.is_empty() && !batch.is_partial, "{batch:?}");
        keys.extend(batch.records.into_iter().map(|record| record.key));
        *cursor = batch.next;
    }
    (asked, keys)
}

#[test]
fn pages_go_on_by_the_rows_that_came_until_one_is_empty() {
    let mut cursor = Cursor::default();
    let (asked, keys) = harvest(&mut cursor, "2026-08-12T06:00:00Z", 70, 99);
    let paths = ["0", "30", "60", "70"].map(|place| format!("2026-08-10/2026-08-12/{place}/json"));
    assert_eq!((asked, keys.len()), (paths.to_vec(), 70));
    let (asked, _) = harvest(&mut cursor, "2026-08-14T06:00:00Z", 0, 99);
    assert_eq!(asked, ["2026-08-10/2026-08-14/0/json"], "two days are asked for again");
}

#[test]
fn a_run_that_was_broken_off_goes_on_at_its_page() {
    let mut cursor = Cursor::default();
    let (_, before) = harvest(&mut cursor, "2026-08-12T06:00:00Z", 70, 2);
    let (asked, after) = harvest(&mut cursor, "2026-08-13T06:00:00Z", 70, 2);
    assert_eq!(asked, ["2026-08-10/2026-08-12/60/json", "2026-08-10/2026-08-12/70/json"]);
    assert_eq!(before.len() + after.len(), 70);
    let (asked, _) = harvest(&mut cursor, "2026-08-13T06:00:00Z", 0, 9);
    assert_eq!(asked, ["2026-08-10/2026-08-13/0/json"], "the day that has passed since is asked for too");
}

#[test]
fn an_answer_without_rows_or_a_status_cannot_be_used() {
    let (source, run) = (source(&[]), at("2026-08-12T06:00:00Z"));
    let request = source.ask(&Cursor::default(), run).unwrap();
    let refused = r#"{"messages": [{"status": "error: interval is not valid"}], "collection": []}"#;
    for (body, said) in [
        (refused, "error: interval is not valid"),
        ("{}", "it is not a list of preprints: it has neither rows nor a status"),
        (r#"{"collection": 3}"#, "it is not a list of preprints: "),
        (r#"{"messages": 3}"#, "it is not a list of preprints: "),
        (" ", "it is empty, not a list of preprints"),
    ] {
        let response = Response::ok(request.url.clone(), "application/json", body);
        let batch = source.read(&Cursor::default(), run, &request, &response);
        assert!(batch.unusable.as_ref().unwrap().starts_with(said), "{body}: {:?}", batch.unusable);
    }
    for body in ["<html>", "{}", NOTHING] {
        let response = Response::ok(request.url.clone(), "application/json", body);
        assert_eq!(source.explain(&response), None, "{body}");
    }
    let response = Response::ok(request.url.clone(), "application/json", refused);
    assert_eq!(source.explain(&response).as_deref(), Some("error: interval is not valid"));
}

#[test]
fn a_host_that_gives_one_page_for_ever_does_not_hold_the_run() {
    let (source, run) = (source(&[]), at("2026-08-12T06:00:00Z"));
    let (mut cursor, mut asked, mut is_partial) = (Cursor::default(), 0, false);
    while let Some(request) = source.ask(&cursor, run) {
        let response = Response::ok(request.url.clone(), "application/json", page(0..30, 30));
        let batch = source.read(&cursor, run, &request, &response);
        (cursor, asked, is_partial) = (batch.next, asked + 1, batch.is_partial);
    }
    assert_eq!((asked, is_partial), (2, true));
    let next = source.ask(&cursor, at("2026-08-12T12:00:00Z")).unwrap();
    assert!(next.url.path().ends_with("/2026-08-10/2026-08-12/0/json"), "{}", next.url);
}

#[test]
fn a_category_is_asked_for_as_the_interface_writes_it() {
    let request =
        source(&[("category", " Cell  Biology ")]).ask(&Cursor::default(), at("2026-08-12T06:00:00Z"));
    assert_eq!(request.unwrap().url.query(), Some("category=cell_biology"));
    let empty =
        Options { given: [("category".to_owned(), OptionValue::Text(" ".to_owned()))].into(), mailbox: None };
    assert_eq!((KIND.build)(&empty).unwrap_err().option, "category");
}

#[test]
fn history_is_asked_for_in_windows_of_thirty_days() {
    let source = source(&[]);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let (run, mut asked) = (at("2026-08-12T06:00:00Z"), Vec::new());
    let mut cursor = source.history(day("2026-01-01"), day("2026-02-15")).unwrap();
    while let Some(request) = source.ask(&cursor, run) {
        asked.push(request.url.path().trim_start_matches("/details/biorxiv/").to_owned());
        let response = Response::ok(request.url.clone(), "application/json", NOTHING);
        cursor = source.read(&cursor, run, &request, &response).next;
    }
    assert_eq!(asked, ["2026-01-01/2026-01-30/0/json", "2026-01-31/2026-02-15/0/json"]);
    assert!(source.covered(&cursor).unwrap() > 0.99);
}

#[test]
fn a_page_that_fails_is_asked_for_with_its_window_in_the_next_run() {
    let (source, run) = (source(&[]), at("2026-08-12T06:00:00Z"));
    let mut cursor = Cursor::default();
    harvest(&mut cursor, "2026-08-12T06:00:00Z", 70, 1);
    assert!(source.ask(&cursor, run).unwrap().url.path().ends_with("/2026-08-10/2026-08-12/30/json"));
    let mut skipped = source.skip(&cursor, run).unwrap();
    assert_eq!(source.ask(&skipped, run), None);
    let (asked, keys) = harvest(&mut skipped, "2026-08-13T06:00:00Z", 10, 99);
    let paths = [
        "2026-08-10/2026-08-12/0",
        "2026-08-10/2026-08-12/10",
        "2026-08-10/2026-08-13/0",
        "2026-08-10/2026-08-13/10",
    ];
    assert_eq!((asked, keys.len()), (paths.map(|path| format!("{path}/json")).to_vec(), 20));
}

#[test]
fn a_withdrawal_is_told_by_its_type_or_the_mark_before_its_title() {
    let (source, run) = (source(&[]), at("2026-08-12T06:00:00Z"));
    for (title, kind, is_withdrawn) in [
        ("WITHDRAWN: Flags", "new results", true),
        ("WITHDRAWN Flags", "new results", true),
        ("Flags", "Withdrawn", true),
        ("Withdrawn patients", "new results", false),
    ] {
        let row = format!(r#"{{"doi": "10.64898/1", "title": "{title}", "type": "{kind}", "version": "2"}}"#);
        let body = format!(r#"{{"messages": [{{"status": "ok"}}], "collection": [{row}]}}"#);
        let request = source.ask(&Cursor::default(), run).unwrap();
        let response = Response::ok(request.url.clone(), "application/json", body);
        let batch = source.read(&Cursor::default(), run, &request, &response);
        assert_eq!(batch.records[0].is_withdrawn, is_withdrawn, "{title}");
    }
}

//! Which lists are asked for, when, and after what.

use super::*;

fn source() -> HfDaily {
    HfDaily { base: Url::parse(BASE).unwrap(), days: 3, limit: 10 }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// Runs a harvest in which every list has `count` entries on its first page; the addresses' queries.
fn harvest(cursor: &mut Cursor, run: &str, count: usize) -> Vec<String> {
    let (source, run) = (source(), at(run));
    let mut asked = Vec::new();
    while let Some(request) = source.ask(cursor, run) {
        let is_first = request.url.query().unwrap().ends_with("p=0");
        let entries = vec![
            serde_json::json!({"paper": {"id": "2608.00001", "title": "x"}});
            if is_first { count } else { 0 }
        ];
        let body = serde_json::to_vec(&entries).unwrap();
        let batch =
            source.read(cursor, run, &request, &Response::ok(request.url.clone(), "application/json", body));
        assert_ne!(batch.next, *cursor);
        *cursor = batch.next;
        asked.push(request.url.query().unwrap().replace("&limit=10", ""));
        assert!(asked.len() < 100, "{asked:?}");
    }
    asked
}

#[test]
fn the_first_harvest_asks_for_days_of_history_oldest_first() {
    let mut cursor = Cursor::default();
    let asked = harvest(&mut cursor, "2026-11-23T08:00:00Z", 3);
    assert_eq!(asked, ["date=2026-11-21&p=0", "date=2026-11-22&p=0", "date=2026-11-23&p=0"]);
}

#[test]
fn a_full_page_is_followed_by_the_next() {
    let mut cursor = Cursor::default();
    let asked = harvest(&mut cursor, "2026-11-23T08:00:00Z", 10);
    assert_eq!(asked.get(..2).unwrap(), ["date=2026-11-21&p=0", "date=2026-11-21&p=1"]);
    assert_eq!(asked.len(), 6);
}

#[test]
fn later_runs_of_the_day_ask_for_today_and_twice_a_day_for_the_days_before() {
    let mut cursor = Cursor::default();
    harvest(&mut cursor, "2026-11-23T08:00:00Z", 3);
    assert_eq!(harvest(&mut cursor, "2026-11-23T10:00:00Z", 3), ["date=2026-11-23&p=0"]);
    let evening = harvest(&mut cursor, "2026-11-23T20:30:00Z", 3);
    assert_eq!(evening, ["date=2026-11-23&p=0", "date=2026-11-21&p=0", "date=2026-11-22&p=0"]);
}

#[test]
fn after_downtime_every_missed_day_is_asked_for() {
    let mut cursor = Cursor::default();
    harvest(&mut cursor, "2026-11-03T08:00:00Z", 3);
    let asked = harvest(&mut cursor, "2026-11-23T08:00:00Z", 3);
    let missed: Vec<String> = (3..=23).map(|day| format!("date=2026-11-{day:02}&p=0")).collect();
    assert_eq!(asked.get(..21).unwrap(), missed);
}

#[test]
fn a_crash_in_the_middle_goes_on_with_the_day_it_had_not_finished() {
    let (source, run) = (source(), at("2026-11-23T08:00:00Z"));
    let request = source.ask(&Cursor::default(), run).unwrap();
    let batch = source.read(
        &Cursor::default(),
        run,
        &request,
        &Response::ok(request.url.clone(), "application/json", "[]"),
    );
    let again = source.ask(&batch.next, at("2026-11-23T08:05:00Z")).unwrap();
    assert!(again.url.query().unwrap().contains("2026-11-22"), "{}", again.url);
}

fn not_modified(url: Url) -> Response {
    Response { status: 304, url, content_type: None, body: Vec::new() }
}

/// Reads `body` as the answer to the first request of a run.
fn first(cursor: &Cursor, run: &str, body: &str) -> (Request, Batch) {
    let (source, run) = (source(), at(run));
    let request = source.ask(cursor, run).unwrap();
    let response = Response::ok(request.url.clone(), "application/json", body.to_owned());
    let batch = source.read(cursor, run, &request, &response);
    (request, batch)
}

#[test]
fn an_answer_that_is_no_list_leaves_its_day_unread() {
    for (body, said) in [
        ("", "2026-11-21: it is empty"),
        ("{\"error\": \"be patient\"}", "2026-11-21: be patient"),
        ("[{\"paper\": {\"id\": \"2608.00001\"", "2026-11-21: it is no list"),
        ("{\"data\": 3}", "2026-11-21: it is no list"),
    ] {
        let (_, batch) = first(&Cursor::default(), "2026-11-23T08:00:00Z", body);
        assert!(batch.unusable.as_ref().unwrap().starts_with(said), "{body}: {:?}", batch.unusable);
        assert!(batch.records.is_empty());
        let mut cursor = source().skip(&Cursor::default(), at("2026-11-23T08:00:00Z")).unwrap();
        let rest = harvest(&mut cursor, "2026-11-23T08:00:00Z", 3);
        assert_eq!(rest, ["date=2026-11-22&p=0", "date=2026-11-23&p=0"], "{body}");
        let next = harvest(&mut cursor, "2026-11-23T09:30:00Z", 3);
        assert_eq!(next.first().unwrap(), "date=2026-11-21&p=0", "{body}");
    }
}

#[test]
fn a_bad_entry_costs_one_entry() {
    let body = r#"[{"paper": {"id": "2608.00001", "title": "x"}}, 3, {"paper": 3e999}, {"paper": {"id": "2608.00002", "title": "y"}}]"#;
    let (_, batch) = first(&Cursor::default(), "2026-11-23T08:00:00Z", body);
    assert_eq!((batch.records.len(), batch.problems.len(), batch.unusable), (2, 2, None));
}

#[test]
fn a_list_may_lie_in_an_object() {
    let body = r#"{"status": "ok", "count": 1, "data": ["{'paper': {'id': '2608.00001', 'title': 'x'}}"]}"#;
    let (_, batch) = first(&Cursor::default(), "2026-11-23T08:00:00Z", body);
    assert_eq!((batch.records.len(), batch.problems.len(), batch.unusable), (1, 0, None));
}

#[test]
fn an_unchanged_first_page_of_a_full_list_is_followed_by_the_second() {
    let mut cursor = Cursor::default();
    harvest(&mut cursor, "2026-11-23T08:00:00Z", 10);
    let (source, run) = (source(), at("2026-11-23T10:00:00Z"));
    let mut asked = Vec::new();
    while let Some(request) = source.ask(&cursor, run) {
        asked.push(request.url.query().unwrap().replace("&limit=10", ""));
        cursor = source.read(&cursor, run, &request, &not_modified(request.url.clone())).next;
        assert!(asked.len() < 10);
    }
    assert_eq!(asked, ["date=2026-11-23&p=0", "date=2026-11-23&p=1"]);
}

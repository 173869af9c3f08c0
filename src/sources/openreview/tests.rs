//! Which lists are asked for, where their pages begin, and what comes of a crash in the middle.

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::fetch::exchange::CredentialPlace;
use crate::model::record::Role;
use crate::model::secret::Secret;
use crate::sources::OptionValue;

fn with(given: &[(&str, OptionValue)]) -> Result<Box<dyn Source>, OptionFault> {
    let mut given: std::collections::BTreeMap<_, _> =
        given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let venues = OptionValue::TextList(vec!["X.cc/2026/Conference".to_owned()]);
    given.entry("venues".to_owned()).or_insert(venues);
    build(&Options { given, mailbox: None })
}

fn texts(words: &[&str]) -> OptionValue {
    OptionValue::TextList(words.iter().map(|word| (*word).to_owned()).collect())
}

/// A source that asks for ten notes at a time.
fn source() -> Box<dyn Source> {
    with(&[("limit", OptionValue::Number(10))]).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

const RUN: &str = "2026-08-12T06:00:00Z";

/// RUN in milliseconds.
const NOW: i64 = 1_786_514_400_000;

fn note(id: &str, changed: i64) -> Value {
    json!({"id": id, "forum": id, "tmdate": changed, "pdate": changed, "content": {"title": {"value": id}, "venueid": {"value": "X.cc/2026/Conference"}}})
}

/// Notes with these times of change, called after them.
fn notes(times: impl IntoIterator<Item = i64>) -> Vec<Value> {
    times.into_iter().map(|time| note(&format!("note{time}"), time)).collect()
}

/// What a request asks for, without what all ask for alike.
fn asked(request: &Request) -> String {
    let query = request.url.query().unwrap().replace("content.venueid=X.cc%2F2026%2FConference", "X");
    query.replace("&sort=tmdate%3Aasc&limit=10", "")
}

fn respond(source: &dyn Source, cursor: &Cursor, run: &str, body: &Value) -> (String, Batch) {
    let request = source.ask(cursor, at(run)).unwrap();
    let response = Response::ok(request.url.clone(), "application/json", body.to_string());
    (asked(&request), source.read(cursor, at(run), &request, &response))
}

/// Runs to the end against a host that keeps `all` in the order of their changes.
fn harvest(source: &dyn Source, cursor: &mut Cursor, run: &str, all: &[Value]) -> (Vec<String>, Vec<String>) {
    let (mut requests, mut read) = (Vec::new(), Vec::new());
    while let Some(request) = source.ask(cursor, at(run)) {
        let pairs: std::collections::BTreeMap<String, String> =
            request.url.query_pairs().into_owned().collect();
        let number = |key: &str| pairs.get(key).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        let is_papers = pairs["content.venueid"] == "X.cc/2026/Conference";
        let matching: Vec<&Value> = all
            .iter()
            .filter(|note| is_papers && note["tmdate"].as_i64().unwrap() >= number("mintmdate"))
            .collect();
        let offset = usize::try_from(number("offset")).unwrap();
        let page: Vec<&Value> = matching.iter().skip(offset).take(10).copied().collect();
        let (query, batch) = respond(source, cursor, run, &json!({"notes": page, "count": matching.len()}));
        assert_ne!(batch.next, *cursor);
        read.extend(batch.records.into_iter().map(|record| record.key));
        requests.push(query);
        *cursor = batch.next;
        assert!(requests.len() < 200, "{requests:?}");
    }
    read.dedup();
    (requests, read)
}

#[test]
fn a_page_begins_with_the_last_change_of_the_one_before() {
    let source = source();
    let all = notes(1..=25);
    let mut cursor = Cursor::default();
    let (requests, read) = harvest(&*source, &mut cursor, RUN, &all);
    assert_eq!(requests, ["X", "X&mintmdate=10", "X&mintmdate=19"]);
    assert_eq!(read, (1..=25).map(|time| format!("note{time}")).collect::<Vec<_>>());
    // The next run begins a day before the last one, and asks for what was withdrawn a day after it.
    let next = harvest(&*source, &mut cursor, "2026-08-12T08:00:00Z", &all).0;
    assert_eq!(next, [format!("X&mintmdate={}", NOW - 86_400_000)]);
    let tomorrow = harvest(&*source, &mut cursor, "2026-08-13T07:00:00Z", &all).0;
    let since = NOW - 86_400_000;
    assert_eq!(
        tomorrow,
        [
            format!("X&mintmdate={}", since + 7_200_000),
            format!("X%2FWithdrawn_Submission&mintmdate={since}"),
            format!("X%2FDesk_Rejected_Submission&mintmdate={since}"),
        ]
    );
}

#[test]
fn many_notes_of_one_millisecond_are_counted() {
    let source = source();
    let mut all = notes(1..=5);
    all.extend((0..28).map(|number| note(&format!("same{number}"), 7)));
    all.extend(notes(8..=9));
    let (requests, read) = harvest(&*source, &mut Cursor::default(), RUN, &all);
    assert_eq!(
        requests,
        ["X", "X&mintmdate=7", "X&mintmdate=7&offset=10", "X&mintmdate=7&offset=20", "X&mintmdate=9"]
    );
    let mut once: Vec<String> = read;
    once.sort();
    once.dedup();
    assert_eq!(once.len(), 35);
}

#[test]
fn a_host_that_keeps_no_order_is_counted_through() {
    let source = source();
    let mut cursor = Cursor::default();
    let page = |times: [i64; 10]| json!({"notes": notes(times)});
    let mut requests = Vec::new();
    for body in [
        page([9, 1, 8, 2, 7, 3, 6, 4, 5, 0]),
        page([19, 11, 18, 12, 17, 13, 16, 14, 15, 10]),
        json!({"notes": []}),
    ] {
        let (request, batch) = respond(&*source, &cursor, RUN, &body);
        requests.push(request);
        cursor = batch.next;
    }
    assert_eq!(requests, ["X", "X&offset=10", "X&offset=20"]);
    assert_eq!(source.ask(&cursor, at(RUN)), None);
}

#[test]
fn a_host_that_gives_less_than_was_asked_for_is_asked_for_the_rest() {
    let source = source();
    let (_, batch) = respond(&*source, &Cursor::default(), RUN, &json!({"notes": notes(1..=4), "count": 6}));
    let (request, batch) = respond(&*source, &batch.next, RUN, &json!({"notes": notes(4..=6), "count": 3}));
    assert_eq!(request, "X&mintmdate=4");
    assert_eq!(source.ask(&batch.next, at(RUN)), None);
}

#[test]
fn a_run_that_was_cut_goes_on_with_its_page_and_then_marks_when_it_began() {
    let source = source();
    let (_, batch) =
        respond(&*source, &Cursor::default(), RUN, &json!({"notes": notes(1..=10), "count": 12}));
    let mut cursor = batch.next;
    let later = "2026-08-12T09:00:00Z";
    let (requests, _) = harvest(&*source, &mut cursor, later, &notes(1..=12));
    assert_eq!(requests, ["X&mintmdate=10"]);
    let (requests, _) = harvest(&*source, &mut cursor, "2026-08-12T10:00:00Z", &[]);
    assert_eq!(requests, [format!("X&mintmdate={}", NOW - 86_400_000)]);
}

#[test]
fn a_page_that_fails_is_passed_over_and_its_list_begins_anew() {
    let source = source();
    let (_, batch) =
        respond(&*source, &Cursor::default(), RUN, &json!({"notes": notes(1..=10), "count": 12}));
    let (_, failed) =
        respond(&*source, &batch.next, RUN, &json!({"name": "Error", "message": "the index is away"}));
    assert_eq!(failed.unusable.unwrap(), "X.cc/2026/Conference: the index is away");
    let cursor = source.skip(&batch.next, at(RUN)).unwrap();
    assert_eq!(source.ask(&cursor, at(RUN)), None);
    let next = source.ask(&cursor, at("2026-08-12T08:00:00Z")).unwrap();
    assert_eq!(asked(&next), "X");
}

#[test]
fn a_list_without_end_is_cut_and_goes_on_in_the_next_run() {
    let source = source();
    let mut cursor = Cursor::default();
    let body = json!({"notes": vec![note("same", 7); 10]});
    let mut batches = Vec::new();
    while source.ask(&cursor, at(RUN)).is_some() {
        let (_, batch) = respond(&*source, &cursor, RUN, &body);
        cursor = batch.next.clone();
        batches.push(batch);
        assert!(batches.len() < 100);
    }
    assert_eq!(batches.len(), 40);
    let last = batches.pop().unwrap();
    assert!(last.is_partial && last.coverage[0].is_cut && batches.iter().all(|batch| !batch.is_partial));
    let next = source.ask(&cursor, at("2026-08-12T08:00:00Z")).unwrap();
    assert_eq!(asked(&next), "X&mintmdate=7&offset=390");
}

#[test]
fn what_the_host_states_is_compared_with_what_it_gave() {
    let source = source();
    let mut page = notes(1..=3);
    page.push(json!({"id": "bare", "forum": "bare", "tmdate": 4, "content": {}}));
    let (_, batch) = respond(&*source, &Cursor::default(), RUN, &json!({"notes": page, "count": 4}));
    let part = &batch.coverage[0];
    assert_eq!(
        (part.part.as_str(), part.listed.len(), part.stated, part.is_cut),
        ("X.cc/2026/Conference", 3, Some(4), false)
    );
    assert_eq!(batch.problems[0].to_string(), "X.cc/2026/Conference, note 4: bare has no title");
}

#[test]
fn history_reads_all_that_changed_since_and_keeps_what_was_announced_then() {
    let source = source();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut cursor = source.history(day("2026-08-02"), day("2026-08-03")).unwrap();
    assert_eq!((source.covered(&cursor), source.covered(&Cursor::default())), (Some(0.0), None));
    let since = at("2026-08-02T00:00:00Z").micros() / 1_000;
    let all = notes((0..24).map(|hour| since + hour * 6 * 3_600_000));
    let begun = "2026-08-12T00:00:00Z";
    let (request, batch) = respond(&*source, &cursor, begun, &json!({"notes": &all[..10], "count": 24}));
    assert_eq!(request, format!("X&mintmdate={since}"));
    assert_eq!((batch.records.len(), batch.coverage.len()), (8, 0), "two days of four notes");
    assert_eq!(source.covered(&batch.next), Some(0.225));
    cursor = batch.next;
    let (requests, read) = harvest(&*source, &mut cursor, begun, &all);
    assert_eq!((requests.len(), read), (2, Vec::<String>::new()));
    assert_eq!((source.covered(&cursor), source.ask(&cursor, at(begun))), (Some(1.0), None));
}

#[test]
fn states_and_venues_make_lists_and_wrong_ones_are_refused() {
    let source = with(&[
        ("statuses", texts(&["submitted", "accepted", "accepted"])),
        ("venues", texts(&["A.cc/2026/Workshop/B", "TMLR", "TMLR/"])),
    ])
    .unwrap();
    let (mut cursor, mut lists) = (Cursor::default(), Vec::new());
    while let Some(request) = source.ask(&cursor, at(RUN)) {
        lists.push(request.url.query_pairs().next().unwrap().1.into_owned());
        let response = Response::ok(request.url.clone(), "application/json", *b"{\"notes\": []}");
        cursor = source.read(&cursor, at(RUN), &request, &response).next;
    }
    assert_eq!(lists, ["A.cc/2026/Workshop/B/Submission", "A.cc/2026/Workshop/B", "TMLR/Submission", "TMLR"]);
    for (name, value) in [
        ("statuses", texts(&["accepted", "maybe"])),
        ("venues", texts(&["X", "https://openreview.net/group?id=X"])),
        ("venues", texts(&[])),
        ("limit", OptionValue::Number(9)),
    ] {
        assert_eq!(with(&[(name, value)]).unwrap_err().option, name);
    }
}

#[test]
fn what_was_taken_back_is_a_notice_of_its_own() {
    let source = source();
    let mut cursor = Cursor::default();
    harvest(&*source, &mut cursor, RUN, &[]);
    harvest(&*source, &mut cursor, "2026-08-12T08:00:00Z", &[]);
    let tomorrow = "2026-08-13T08:00:00Z";
    let (_, batch) = respond(&*source, &cursor, tomorrow, &json!({"notes": []}));
    let (request, batch) =
        respond(&*source, &batch.next, tomorrow, &json!({"notes": [note("AbCd", 1)], "count": 1}));
    assert!(request.starts_with("X%2FWithdrawn_Submission&mintmdate="));
    let record = &batch.records[0];
    assert_eq!(
        (record.role, record.is_withdrawn, record.key.as_str()),
        (Role::Notice, true, "withdrawn:AbCd")
    );
    assert_eq!(record.ids[0].text, "https://openreview.net/forum?id=AbCd");
    assert_eq!(batch.coverage, []);
}

#[test]
fn a_limit_is_explained_and_the_token_is_sent_in_a_header() {
    let token = OptionValue::Secret(Secret::new("t"));
    let source = with(&[("token", token)]).unwrap();
    let request = source.ask(&Cursor::default(), at(RUN)).unwrap();
    let place = CredentialPlace::Header { name: "authorization", prefix: "Bearer " };
    assert_eq!(request.credential.unwrap().place, place);
    let body = json!({"name": "RateLimitError", "status": 429, "message": "Too many requests: You have made 102 requests, surpassing the limit of 98. Please try again in 30 minutes."});
    let refusal =
        Response { status: 429, url: request.url, content_type: None, body: body.to_string().into_bytes() };
    assert!(source.explain(&refusal).unwrap().contains("try again in 30 minutes"));
}

//! Which spans of time are searched, what is remembered, and whose points they are.

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::model::coverage::Reading;
use crate::sources::OptionValue;

fn source(sites: &[&str]) -> Box<dyn Source> {
    let sites = OptionValue::TextList(sites.iter().map(|site| (*site).to_owned()).collect());
    build(&Options { given: [("sites".to_owned(), sites)].into(), mailbox: None }).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// 2026-08-12T06:00:00Z.
const NOW: i64 = 1_786_514_400;

const RUN: &str = "2026-08-12T06:00:00Z";

fn story(url: &str, at: i64, points: u64) -> Value {
    json!({"objectID": "1", "title": "t", "url": url, "points": points, "num_comments": points / 2, "created_at_i": at, "_tags": ["story"]})
}

fn answer(hits: &[Value], stated: u64) -> String {
    json!({"hits": hits, "nbHits": stated, "page": 0, "nbPages": 1, "hitsPerPage": 1000}).to_string()
}

/// The site and the span of a request.
fn span(request: &Request) -> String {
    let pairs: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
    format!("{} {}", pairs["query"], pairs["numericFilters"].replace("created_at_i", ""))
}

fn respond(source: &dyn Source, cursor: &Cursor, run: &str, body: &str) -> (String, Batch) {
    let request = source.ask(cursor, at(run)).unwrap();
    let response = Response::ok(request.url.clone(), "application/json", body.to_owned());
    (span(&request), source.read(cursor, at(run), &request, &response))
}

/// Runs to the end with one body for every search; the spans.
fn harvest(source: &dyn Source, cursor: &mut Cursor, run: &str, body: &str) -> Vec<String> {
    let mut spans = Vec::new();
    while source.ask(cursor, at(run)).is_some() {
        let (span, batch) = respond(source, cursor, run, body);
        assert_ne!(batch.next, *cursor);
        assert_eq!(batch.unusable, None);
        *cursor = batch.next;
        spans.push(span);
        assert!(spans.len() <= 500);
    }
    spans
}

fn told(readings: &[Reading]) -> Vec<String> {
    let one = |reading: &Reading| {
        let counts: Vec<String> =
            reading.signals.iter().map(|(kind, count)| format!("{} {count}", kind.name())).collect();
        format!("{} {}", reading.ids[0].text, counts.join(" "))
    };
    readings.iter().map(one).collect()
}

#[test]
fn every_site_is_searched_once_and_the_last_week_again_in_every_run() {
    let source = source(&["arxiv.org", "huggingface.co/papers"]);
    let mut cursor = Cursor::default();
    let month = at("2026-07-13T00:00:00Z").seconds();
    let first = harvest(&*source, &mut cursor, RUN, &answer(&[], 0));
    assert_eq!(first, [format!("arxiv.org >={month}"), format!("huggingface.co/papers >={month}")]);
    let week = NOW - 7 * 86_400;
    let second = harvest(&*source, &mut cursor, "2026-08-12T08:00:00Z", &answer(&[], 0));
    assert_eq!(second, [format!("arxiv.org >={week}"), format!("huggingface.co/papers >={week}")]);
    // Three weeks without a run: what was missed begins where it ended.
    let missed = harvest(&*source, &mut cursor, "2026-09-02T08:00:00Z", &answer(&[], 0));
    assert_eq!(missed[0], format!("arxiv.org >={}", week + 7_200));
}

#[test]
fn a_span_with_too_many_stories_is_halved_oldest_first() {
    let source = source(&["arxiv.org"]);
    let (full, empty) = (answer(&[], 1_001), answer(&[], 12));
    let from = at("2026-07-13T00:00:00Z").seconds();
    let (whole, batch) = respond(&*source, &Cursor::default(), RUN, &full);
    assert_eq!(whole, format!("arxiv.org >={from}"));
    let (older, batch) = respond(&*source, &batch.next, RUN, &empty);
    let middle = from + (NOW + 1 - from) / 2;
    assert_eq!(older, format!("arxiv.org >={from},<{middle}"));
    // A stop here: the next run goes on behind the older half.
    assert_eq!(
        harvest(&*source, &mut batch.next.clone(), "2026-08-12T06:30:00Z", &empty),
        [format!("arxiv.org >={middle}")]
    );
    let (newer, batch) = respond(&*source, &batch.next, RUN, &empty);
    assert_eq!(newer, format!("arxiv.org >={middle}"));
    assert_eq!(source.ask(&batch.next, at(RUN)), None);
}

#[test]
fn a_host_that_is_always_full_ends_and_goes_on_in_the_next_run() {
    let source = source(&["arxiv.org"]);
    let mut cursor = Cursor::default();
    let full = answer(&[], 5_000);
    let spans = harvest(&*source, &mut cursor, RUN, &full);
    assert_eq!(spans.len(), usize::try_from(MOST_SEARCHES).unwrap());
    let mut once = spans.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), spans.len());
    assert!(source.ask(&cursor, at("2026-08-12T08:00:00Z")).is_some());
}

#[test]
fn a_search_that_fails_is_made_again_in_the_next_run() {
    let source = source(&["arxiv.org", "biorxiv.org"]);
    let mut cursor = source.skip(&Cursor::default(), at(RUN)).unwrap();
    let month = at("2026-07-13T00:00:00Z").seconds();
    assert_eq!(harvest(&*source, &mut cursor, RUN, &answer(&[], 0)), [format!("biorxiv.org >={month}")]);
    let next = harvest(&*source, &mut cursor, "2026-08-12T08:00:00Z", &answer(&[], 0));
    let week = NOW - 7 * 86_400;
    assert_eq!(next, [format!("arxiv.org >={month}"), format!("biorxiv.org >={week}")]);
}

#[test]
fn only_stories_that_lead_to_the_site_count() {
    let source = source(&["huggingface.co/papers"]);
    let hits = [
        story("https://huggingface.co/papers/2608.09999", NOW, 7),
        story("https://www.huggingface.co/papers/2608.09998?x=1", NOW, 1),
        story("https://huggingface.co/papersoup/2608.00001", NOW, 99),
        story("https://huggingface.co/models/x", NOW, 99),
        story("https://nothuggingface.co/papers/2608.00001", NOW, 99),
        story("https://example.org/?u=https://huggingface.co/papers/2608.00001", NOW, 99),
        story("no address", NOW, 99),
        json!({"title": "Ask HN: papers?", "url": null, "points": 3, "created_at_i": NOW}),
        json!({"url": "https://huggingface.co/papers/2608.00002", "points": null, "created_at_i": NOW}),
    ];
    let (_, batch) = respond(&*source, &Cursor::default(), RUN, &answer(&hits, 9));
    assert_eq!(batch.problems, []);
    assert_eq!(
        told(&batch.readings),
        [
            "https://www.huggingface.co/papers/2608.09998?x=1 points 1 replies 0",
            "https://huggingface.co/papers/2608.09999 points 7 replies 3",
        ]
    );
}

#[test]
fn of_several_stories_about_a_paper_the_best_counts_and_is_remembered() {
    let source = source(&["arxiv.org"]);
    let hits = [
        story("https://arxiv.org/abs/2608.09999", NOW, 2),
        story("https://arxiv.org/pdf/2608.09999v2.pdf", NOW - 60, 300),
        story("https://arxiv.org/abs/2608.09999#comment", NOW - 90, 5),
    ];
    let mut cursor = Cursor::default();
    let (_, batch) = respond(&*source, &cursor, RUN, &answer(&hits, 3));
    assert_eq!(told(&batch.readings), ["https://arxiv.org/abs/2608.09999 points 300 replies 150"]);
    cursor = batch.next;
    let later = "2026-09-01T06:00:00Z";
    let repeated = [story("https://arxiv.org/html/2608.09999", at(later).seconds(), 4)];
    let (_, batch) = respond(&*source, &cursor, later, &answer(&repeated, 1));
    assert_eq!(told(&batch.readings), ["https://arxiv.org/html/2608.09999 points 300 replies 150"]);
    // What nobody speaks of for two months is forgotten.
    cursor = batch.next;
    let long_after = "2026-12-01T06:00:00Z";
    let (_, batch) = respond(&*source, &cursor, long_after, &answer(&[], 0));
    assert!(!batch.next.0.contains("2608.09999"), "{}", batch.next.0);
}

#[test]
fn the_memory_of_stories_is_bounded() {
    let source = source(&["arxiv.org"]);
    let hits: Vec<Value> =
        (0..900).map(|n| story(&format!("https://arxiv.org/abs/2608.{n:05}"), NOW - n, 9)).collect();
    let (_, batch) = respond(&*source, &Cursor::default(), RUN, &answer(&hits, 900));
    assert_eq!(batch.readings.len(), 900);
    let progress: Progress = serde_json::from_str(&batch.next.0).unwrap();
    assert_eq!(progress.best.len(), 400);
    assert!(
        progress.best.contains_key("arxiv:2608.00399") && !progress.best.contains_key("arxiv:2608.00400")
    );
}

#[test]
fn a_bad_story_costs_one_story_and_a_refusal_says_why() {
    let source = source(&["arxiv.org"]);
    let hits = [
        json!(3),
        json!({"url": "https://arxiv.org/abs/2608.1", "points": 1}),
        story("https://arxiv.org/abs/2608.09999", NOW, 1),
    ];
    let (_, batch) = respond(&*source, &Cursor::default(), RUN, &answer(&hits, 3));
    let said: Vec<String> = batch.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["arxiv.org, story 1: it is not an object", "arxiv.org, story 2: it has no created_at_i"]
    );
    assert_eq!(batch.readings.len(), 1);
    let (_, batch) =
        respond(&*source, &Cursor::default(), RUN, r#"{"message": "invalid numericFilters", "status": 400}"#);
    assert_eq!(batch.unusable.unwrap(), "arxiv.org: invalid numericFilters");
}

#[test]
fn history_searches_its_days_and_says_how_far_it_is() {
    let source = source(&["arxiv.org", "biorxiv.org"]);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut cursor = source.history(day("2026-01-01"), day("2026-01-31")).unwrap();
    assert_eq!(source.covered(&cursor), Some(0.0));
    assert_eq!(source.covered(&Cursor::default()), None);
    let (from, to) = (at("2026-01-01T00:00:00Z").seconds(), at("2026-02-01T00:00:00Z").seconds());
    // It is the same harvest in whichever run it goes on.
    let (first, batch) = respond(&*source, &cursor, RUN, &answer(&[], 0));
    assert_eq!(first, format!("arxiv.org >={from},<{to}"));
    cursor = batch.next;
    assert_eq!(source.covered(&cursor), Some(0.5));
    let (second, batch) = respond(&*source, &cursor, "2026-08-13T06:00:00Z", &answer(&[], 0));
    assert_eq!(second, format!("biorxiv.org >={from},<{to}"));
    assert_eq!(source.covered(&batch.next), Some(1.0));
    assert_eq!(source.ask(&batch.next, at("2026-08-14T06:00:00Z")), None);
}

#[test]
fn a_site_is_a_host_with_perhaps_a_path() {
    for bad in ["", "https://arxiv.org", "arxiv", "arxiv.org:80", "arxiv.org?x", "me@arxiv.org", "a b.org"] {
        assert_eq!(Site::parse(bad), None, "{bad}");
    }
    assert!(Site::parse("www.Biorxiv.org/content/").is_some());
    let sites = OptionValue::TextList(vec!["arxiv.org".to_owned(), "http://x".to_owned()]);
    let fault = build(&Options { given: [("sites".to_owned(), sites)].into(), mailbox: None }).unwrap_err();
    assert_eq!((fault.option, fault.index), ("sites", Some(1)));
}

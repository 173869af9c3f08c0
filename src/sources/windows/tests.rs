//! Windows, marks and places across runs.

use super::*;

const RULES: Rules =
    Rules { first: 3, overlap: 2, length: 10, place_lives: TimeDelta::hours(12), most_pages: 4 };

/// Windows of one day each.
const DAILY: Rules = Rules { length: 1, ..RULES };

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The page at a place, of so many.
fn page(place: u64, pages: u64) -> Page {
    let next = (place + 1 < pages).then(|| (place + 1).to_string());
    Page { rows: 1, known_by: Some(place.to_string()), next, is_short: false }
}

/// Makes a run in which each window has so many pages, and those whose days are `lost` never come. Gives the windows and
/// places asked for.
fn walk_by(
    rules: &Rules,
    cursor: &mut Cursor,
    run: &str,
    pages: u64,
    lost: impl Fn(&Window) -> bool,
) -> Vec<String> {
    let run = at(run);
    let mut asked = Vec::new();
    loop {
        let mut walk = Walk::of(cursor, run, rules);
        let Some(window) = walk.window(run, rules) else { return asked };
        assert!(asked.len() < 200, "{asked:?}");
        let place: u64 = window.place.as_ref().map_or(0, |place| place.parse().unwrap());
        asked.push(format!("{}..{} {place}", window.from, window.until));
        if lost(&window) {
            walk.pass_over(&window, run, rules);
        } else {
            walk.advance(window, page(place, pages), run, rules);
        }
        *cursor = walk.cursor();
    }
}

fn walk(cursor: &mut Cursor, run: &str, pages: u64) -> Vec<String> {
    walk_by(&RULES, cursor, run, pages, |_window| false)
}

#[test]
fn a_later_run_begins_some_days_before_the_mark() {
    let mut cursor = Cursor::default();
    assert_eq!(
        walk(&mut cursor, "2026-08-12T06:00:00Z", 2),
        ["2026-08-10..2026-08-12 0", "2026-08-10..2026-08-12 1"]
    );
    assert_eq!(walk(&mut cursor, "2026-08-12T12:00:00Z", 1), ["2026-08-10..2026-08-12 0"]);
    assert_eq!(walk(&mut cursor, "2026-08-14T06:00:00Z", 1), ["2026-08-10..2026-08-14 0"]);
    assert_eq!(
        walk(&mut cursor, "2026-09-01T06:00:00Z", 1),
        ["2026-08-12..2026-08-21 0", "2026-08-22..2026-08-31 0", "2026-09-01..2026-09-01 0"]
    );
}

#[test]
fn windows_of_a_day_go_on_to_the_present_day() {
    let mut cursor = Cursor::default();
    let asked = |cursor: &mut Cursor, run| walk_by(&DAILY, cursor, run, 1, |_window| false);
    let days = ["2026-08-10..2026-08-10 0", "2026-08-11..2026-08-11 0", "2026-08-12..2026-08-12 0"];
    assert_eq!(asked(&mut cursor, "2026-08-12T06:00:00Z"), days);
    assert_eq!(asked(&mut cursor, "2026-08-12T12:00:00Z"), days);
    assert_eq!(asked(&mut cursor, "2026-08-13T06:00:00Z").len(), 4);
}

#[test]
fn a_clock_that_was_set_back_asks_for_the_day_it_shows() {
    let mut cursor = Cursor::default();
    walk(&mut cursor, "2026-08-12T06:00:00Z", 1);
    assert_eq!(walk(&mut cursor, "2026-08-01T06:00:00Z", 1), ["2026-07-30..2026-08-01 0"]);
    assert_eq!(walk(&mut cursor, "2026-08-13T06:00:00Z", 1), ["2026-08-10..2026-08-13 0"]);
}

#[test]
fn an_interrupted_window_goes_on_while_its_place_lives() {
    let run = at("2026-08-12T06:00:00Z");
    let mut begun = Walk::of(&Cursor::default(), run, &RULES);
    let window = begun.window(run, &RULES).unwrap();
    assert_eq!(begun.advance(window, page(0, 2), run, &RULES), Went::On);
    let mut soon = begun.cursor();
    assert_eq!(walk(&mut soon, "2026-08-12T12:00:00Z", 2), ["2026-08-10..2026-08-12 1"]);
    let mut next_day = begun.cursor();
    assert_eq!(
        walk(&mut next_day, "2026-08-12T18:00:00Z", 2),
        ["2026-08-10..2026-08-12 1"],
        "twelve hours old"
    );
    let mut late = begun.cursor();
    assert_eq!(
        walk(&mut late, "2026-08-13T12:00:00Z", 2),
        [
            "2026-08-10..2026-08-12 0",
            "2026-08-10..2026-08-12 1",
            "2026-08-13..2026-08-13 0",
            "2026-08-13..2026-08-13 1"
        ]
    );
}

#[test]
fn a_window_that_was_carried_into_another_day_is_followed_by_its_last_days_again() {
    let long = Rules { place_lives: TimeDelta::hours(48), ..RULES };
    let run = at("2026-08-12T06:00:00Z");
    let mut begun = Walk::of(&Cursor::default(), run, &long);
    let window = begun.window(run, &long).unwrap();
    begun.advance(window, page(0, 2), run, &long);
    let mut cursor = begun.cursor();
    assert_eq!(
        walk_by(&long, &mut cursor, "2026-08-13T12:00:00Z", 2, |_window| false),
        ["2026-08-10..2026-08-12 1", "2026-08-10..2026-08-13 0", "2026-08-10..2026-08-13 1"]
    );
}

#[test]
fn a_page_that_comes_twice_is_owed_to_the_next_run() {
    let run = at("2026-08-12T06:00:00Z");
    let mut walk = Walk::of(&Cursor::default(), run, &RULES);
    for went in [Went::On, Went::Left("2026-08-10 to 2026-08-12: the same page came twice".to_owned())] {
        let window = walk.window(run, &RULES).unwrap();
        let page = Page { known_by: Some("same".to_owned()), next: Some("x".to_owned()), ..Page::default() };
        assert_eq!(walk.advance(window, page, run, &RULES), went);
    }
    assert_eq!(walk.window(run, &RULES), None);
    assert!(!walk.is_complete(run, &RULES));
    let next = at("2026-08-13T06:00:00Z");
    let again = Walk::of(&walk.cursor(), next, &RULES).window(next, &RULES).unwrap();
    assert_eq!((again.from, again.until, again.place), (day("2026-08-10"), day("2026-08-12"), None));
}

#[test]
fn a_list_that_goes_round_in_a_circle_of_any_length_is_left() {
    let run = at("2026-08-12T06:00:00Z");
    let patient = Rules { most_pages: 10_000, ..RULES };
    for length in [1, 2, 3, 5, 7, 60] {
        let mut walk = Walk::of(&Cursor::default(), run, &patient);
        let pages = (0_u64..1_000).find(|number| {
            let window = walk.window(run, &patient).unwrap();
            let page = page(number % length, u64::MAX);
            walk.advance(window, page, run, &patient) != Went::On
        });
        assert!(pages.unwrap() <= 3 * length, "{length}: {pages:?}");
    }
}

#[test]
fn a_window_of_too_many_pages_goes_on_in_the_next_run() {
    let mut cursor = Cursor::default();
    assert_eq!(walk(&mut cursor, "2026-08-12T06:00:00Z", 6).len(), 4);
    assert_eq!(
        walk(&mut cursor, "2026-08-12T12:00:00Z", 6),
        ["2026-08-10..2026-08-12 4", "2026-08-10..2026-08-12 5"]
    );
}

#[test]
fn a_window_of_too_many_pages_whose_place_has_died_is_halved() {
    let mut cursor = Cursor::default();
    assert_eq!(walk(&mut cursor, "2026-08-12T06:00:00Z", 99).len(), 4);
    let asked = walk(&mut cursor, "2026-08-13T06:00:00Z", 1);
    assert_eq!(asked, ["2026-08-10..2026-08-11 0", "2026-08-12..2026-08-13 0"]);
    // A single day is not asked for for ever.
    let mut cursor = Cursor::default();
    for (run, days) in [("12", "2026-08-10..2026-08-10"), ("13", "2026-08-11..2026-08-11")] {
        let asked = walk_by(&DAILY, &mut cursor, &format!("2026-08-{run}T06:00:00Z"), 99, |_window| false);
        assert_eq!(asked, [0, 1, 2, 3].map(|place| format!("{days} {place}")));
    }
}

#[test]
fn a_window_that_fails_does_not_hold_back_later_days_and_is_asked_for_first_in_the_next_run() {
    let mut cursor = Cursor::default();
    walk(&mut cursor, "2026-07-10T06:00:00Z", 1);
    let bad = |window: &Window| (window.from..=window.until).contains(&day("2026-07-20"));
    assert_eq!(
        walk_by(&RULES, &mut cursor, "2026-08-01T06:00:00Z", 1, bad),
        ["2026-07-08..2026-07-17 0", "2026-07-18..2026-07-27 0", "2026-07-28..2026-08-01 0"]
    );
    assert_eq!(
        walk_by(&RULES, &mut cursor, "2026-08-01T12:00:00Z", 1, bad),
        ["2026-07-18..2026-07-27 0", "2026-07-30..2026-08-01 0"]
    );
    assert_eq!(
        walk_by(&RULES, &mut cursor, "2026-08-01T18:00:00Z", 1, bad),
        ["2026-07-18..2026-07-22 0", "2026-07-23..2026-07-27 0", "2026-07-30..2026-08-01 0"]
    );
    for hour in 0..4 {
        walk_by(&RULES, &mut cursor, &format!("2026-08-02T{hour:02}:00:00Z"), 1, bad);
    }
    let asked = walk_by(&RULES, &mut cursor, "2026-08-02T06:00:00Z", 1, bad);
    assert_eq!(asked, ["2026-07-20..2026-07-20 0", "2026-07-31..2026-08-02 0"], "one day is left");
    assert!(
        !Walk::of(&cursor, at("2026-08-02T06:00:00Z"), &RULES)
            .is_complete(at("2026-08-02T06:00:00Z"), &RULES)
    );
    let asked = walk(&mut cursor, "2026-08-02T07:00:00Z", 1);
    assert_eq!(asked[0], "2026-07-20..2026-07-20 0", "the day that has come again");
    assert_eq!(walk(&mut cursor, "2026-08-02T08:00:00Z", 1), ["2026-07-31..2026-08-02 0"]);
}

#[test]
fn a_list_that_is_shorter_than_it_says_is_asked_for_once_more() {
    let short = || Page { is_short: true, ..page(0, 1) };
    let run = at("2026-08-12T06:00:00Z");
    let mut first = Walk::of(&Cursor::default(), run, &RULES);
    let window = first.window(run, &RULES).unwrap();
    assert_eq!(first.advance(window, short(), run, &RULES), Went::Finished);
    assert!(!first.is_complete(run, &RULES) && first.window(run, &RULES).is_none());
    let run = at("2026-08-14T06:00:00Z");
    let mut second = Walk::of(&first.cursor(), run, &RULES);
    let window = second.window(run, &RULES).unwrap();
    assert_eq!((window.from, window.until), (day("2026-08-10"), day("2026-08-12")));
    second.advance(window, short(), run, &RULES);
    let window = second.window(run, &RULES).unwrap();
    assert_eq!((window.from, window.until), (day("2026-08-10"), day("2026-08-14")));
    second.advance(window, page(0, 1), run, &RULES);
    assert!(second.is_complete(run, &RULES));
}

#[test]
fn a_day_that_never_comes_is_given_up_in_the_end() {
    let mut cursor = Cursor::default();
    let bad = |window: &Window| window.from == day("2026-08-10");
    let mut runs = 0;
    for hour in 0_i64..60 {
        let run = at("2026-08-12T06:00:00Z").plus(TimeDelta::hours(hour)).to_rfc3339();
        let asked = walk_by(&RULES, &mut cursor, &run, 1, bad);
        runs += u32::from(asked[0].starts_with("2026-08-10..2026-08-10"));
        // The list of today goes on meanwhile; it begins at the bad day for two days.
        assert!(asked.last().unwrap().contains(&format!("..{} ", at(&run).day())), "{asked:?}");
    }
    assert!(runs > 5 && runs <= TRIES_AT_MOST, "{runs}");
    let left: Walk = serde_json::from_str(&cursor.0).unwrap();
    assert!(left.due.is_empty() && left.owed.is_empty(), "{left:?}");
}

#[test]
fn a_source_that_refuses_everything_is_asked_little_and_loses_no_day() {
    let mut cursor = Cursor::default();
    let mut most = 0;
    for hour in 0_i64..4 * 30 {
        let run = at("2026-08-12T00:00:00Z").plus(TimeDelta::hours(6 * hour)).to_rfc3339();
        most = most.max(walk_by(&RULES, &mut cursor, &run, 1, |_window| true).len());
    }
    assert!(most <= OWED_AT_MOST, "{most} requests in one run");
    let asked = walk(&mut cursor, "2026-09-12T00:00:00Z", 1);
    let mut days: Vec<NaiveDate> = Vec::new();
    for window in &asked {
        let (from, until) = window.trim_end_matches(" 0").split_once("..").unwrap();
        days.extend(day(from).iter_days().take_while(|at| *at <= day(until)));
    }
    days.sort_unstable();
    days.dedup();
    let all: Vec<NaiveDate> =
        day("2026-08-10").iter_days().take_while(|at| *at <= day("2026-09-12")).collect();
    assert_eq!(days, all);
}

#[test]
fn history_is_walked_once_and_tells_its_share() {
    let mut cursor = Walk::through(day("2026-01-01"), day("2026-01-25")).cursor();
    let run = at("2026-08-12T06:00:00Z");
    let of = |cursor: &Cursor| Walk::of(cursor, run, &RULES).covered().unwrap();
    assert!(of(&cursor).abs() < 1e-9);
    let mut first = Walk::of(&cursor, run, &RULES);
    let window = first.window(run, &RULES).unwrap();
    first.advance(window, page(0, 1), run, &RULES);
    cursor = first.cursor();
    assert!((of(&cursor) - 0.4).abs() < 1e-9);
    assert_eq!(
        walk(&mut cursor, "2026-08-13T06:00:00Z", 1),
        ["2026-01-11..2026-01-20 0", "2026-01-21..2026-01-25 0"]
    );
    assert!((of(&cursor) - 1.0).abs() < 1e-9);
}

#[test]
fn history_begins_a_window_anew_whose_place_has_died_and_then_goes_on_in_halves() {
    let mut cursor = Walk::through(day("2026-01-01"), day("2026-01-05")).cursor();
    let bad = |window: &Window| window.place.is_some() && window.from <= day("2026-01-02");
    assert_eq!(
        walk_by(&RULES, &mut cursor, "2026-08-12T06:00:00Z", 2, bad),
        [
            "2026-01-01..2026-01-05 0",
            "2026-01-01..2026-01-05 1",
            "2026-01-01..2026-01-05 0",
            "2026-01-01..2026-01-05 1",
            "2026-01-01..2026-01-03 0",
            "2026-01-01..2026-01-03 1",
            "2026-01-01..2026-01-03 0",
            "2026-01-01..2026-01-03 1",
            "2026-01-01..2026-01-02 0",
            "2026-01-01..2026-01-02 1",
            "2026-01-01..2026-01-02 0",
            "2026-01-01..2026-01-02 1",
            "2026-01-01..2026-01-01 0",
            "2026-01-01..2026-01-01 1",
            "2026-01-01..2026-01-01 0",
            "2026-01-01..2026-01-01 1",
            "2026-01-02..2026-01-05 0",
            "2026-01-02..2026-01-05 1",
            "2026-01-02..2026-01-05 0",
            "2026-01-02..2026-01-05 1",
            "2026-01-02..2026-01-03 0",
            "2026-01-02..2026-01-03 1",
            "2026-01-02..2026-01-03 0",
            "2026-01-02..2026-01-03 1",
            "2026-01-02..2026-01-02 0",
            "2026-01-02..2026-01-02 1",
            "2026-01-02..2026-01-02 0",
            "2026-01-02..2026-01-02 1",
            "2026-01-03..2026-01-05 0",
            "2026-01-03..2026-01-05 1",
        ]
    );
}

#[test]
fn cursors_that_are_not_ours_begin_anew() {
    let run = at("2026-08-12T06:00:00Z");
    for text in
        ["", "{}", "[]", "7", r#"{"mark": "never"}"#, r#"{"window": 3}"#, r#"{"history": ["a", "b"]}"#]
    {
        let window = Walk::of(&Cursor(text.to_owned()), run, &RULES).window(run, &RULES).unwrap();
        assert_eq!((window.from, window.until), (day("2026-08-10"), day("2026-08-12")), "{text}");
    }
    let edges = format!(r#"{{"mark": "{}", "history": null, "run": 0}}"#, NaiveDate::MAX);
    assert!(Walk::of(&Cursor(edges), run, &RULES).window(run, &RULES).is_some());
    let edges = format!(r#"{{"history": ["{}", "{}"]}}"#, NaiveDate::MIN, NaiveDate::MAX);
    let walk = Walk::of(&Cursor(edges), run, &RULES);
    assert!(walk.window(run, &RULES).is_some() && walk.covered().is_some());
}

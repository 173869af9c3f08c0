//! What answers say about completeness: a category of arXiv through a week, and daily lists beside each other.

use super::*;

/// The calendar of arXiv at a time, with one quiet day.
fn judged(known: Option<&Part>, at: &str, listed: &[&str], unseen: usize) -> Part {
    let coverage = Coverage { listed: listed.iter().map(|id| arxiv(id)).collect(), ..coverage("cs.LG") };
    judge(known, &Shown { coverage: &coverage, unseen, missing: Vec::new() }, &calendar(at, &quiet()))
}

fn again(known: &Part, at: &str) -> Part {
    unchanged(known, &calendar(at, &quiet()))
}

fn quiet() -> BTreeSet<NaiveDate> {
    BTreeSet::from(["2026-11-26".parse().unwrap()])
}

fn calendar<'a>(at: &str, quiet_days: &'a BTreeSet<NaiveDate>) -> Calendar<'a> {
    Calendar { rhythm: Rhythm::Announcements, quiet_days, now: Timestamp::parse_rfc3339(at).unwrap() }
}

fn coverage(part: &str) -> Coverage {
    Coverage { part: part.to_owned(), day: None, listed: Vec::new(), stated: None, is_cut: false }
}

fn arxiv(id: &str) -> ExternalId {
    ExternalId::parse(&format!("arxiv:{id}")).unwrap()
}

fn states(parts: &[&Part]) -> Vec<Health> {
    parts.iter().map(|part| part.health).collect()
}

#[test]
fn a_list_of_yesterday_under_todays_date_is_stale_until_larger_identifiers_come() {
    let monday = judged(None, "2026-11-23T06:00:00Z", &["2611.00001", "2611.00002"], 2);
    let early = judged(Some(&monday), "2026-11-24T05:30:00Z", &["2611.00001", "2611.00002"], 0);
    let late = judged(Some(&early), "2026-11-24T07:00:00Z", &["2611.00001", "2611.00002"], 0);
    let same = again(&late, "2026-11-24T08:00:00Z");
    // A paper that another interface told of before still makes the list a new one.
    let new = judged(Some(&same), "2026-11-24T09:00:00Z", &["2611.00003"], 0);
    assert_eq!(
        states(&[&monday, &early, &late, &same, &new]),
        [Health::Fresh, Health::Quiet, Health::Stale, Health::Stale, Health::Fresh]
    );
    assert_eq!(new.gap, None);
}

#[test]
fn days_without_news_are_told_apart() {
    let friday = judged(None, "2026-11-20T06:00:00Z", &["2611.00001"], 1);
    let saturday = again(&friday, "2026-11-21T12:00:00Z");
    let thanksgiving = again(&saturday, "2026-11-26T12:00:00Z");
    assert_eq!(states(&[&saturday, &thanksgiving]), [Health::Quiet, Health::Holiday]);
}

#[test]
fn an_empty_list_stays_a_quiet_matter_however_often_it_is_seen() {
    let monday = judged(None, "2026-11-23T06:00:00Z", &["2611.00001"], 1);
    let early = judged(Some(&monday), "2026-11-24T05:10:00Z", &[], 0);
    let late = again(&early, "2026-11-24T09:00:00Z");
    let read = judged(Some(&late), "2026-11-24T12:00:00Z", &[], 0);
    let next = judged(Some(&read), "2026-11-25T06:00:00Z", &["2611.00009"], 1);
    assert_eq!(states(&[&early, &late, &read]), [Health::Quiet, Health::Holiday, Health::Holiday]);
    assert_eq!((next.health, next.gap), (Health::Fresh, None), "nothing was missed");
}

#[test]
fn missed_days_and_missing_papers_are_gaps_and_a_cut_list_is_partial() {
    let monday = judged(None, "2026-11-16T06:00:00Z", &["2611.00001"], 1);
    let thursday = judged(Some(&monday), "2026-11-19T06:00:00Z", &["2611.00009"], 1);
    let days = ["2026-11-17", "2026-11-18"].map(|day| day.parse::<NaiveDate>().unwrap());
    assert_eq!((thursday.health, thursday.gap), (Health::Gap, Some((days[0], days[1]))));

    let quiet = quiet();
    let calendar = calendar("2026-11-23T06:00:00Z", &quiet);
    let listed = vec![arxiv("2611.00001"), arxiv("2611.00002")];
    let whole = Coverage { listed: listed.clone(), ..coverage("cs.LG") };
    let shown = Shown { coverage: &whole, unseen: 1, missing: vec![arxiv("2611.00002")] };
    let lacking = judge(None, &shown, &calendar);
    assert_eq!((lacking.health, lacking.missing.len()), (Health::Gap, 1));

    for cut in [
        Coverage { is_cut: true, listed: listed.clone(), ..coverage("cs.LG") },
        Coverage { stated: Some(3), listed, ..coverage("cs.LG") },
    ] {
        let part = judge(None, &Shown { coverage: &cut, unseen: 2, missing: Vec::new() }, &calendar);
        assert_eq!(part.health, Health::Partial, "{}", part.why);
    }
}

#[test]
fn a_daily_list_far_shorter_than_usual_is_half_filled_for_three_days() {
    let health_of = |listed: u64, today: &str| {
        let mut parts = BTreeMap::new();
        for (day, count) in [
            ("2026-11-16", 30),
            ("2026-11-17", 25),
            ("2026-11-18", 28),
            ("2026-11-19", 31),
            ("2026-11-20", listed),
        ] {
            let part = Part { listed: count, ..judged(None, "2026-11-20T06:00:00Z", &["2611.00001"], 1) };
            parts.insert(day.to_owned(), part);
        }
        compare_days(&mut parts, "2026-11-20", today.parse().unwrap());
        parts["2026-11-20"].health
    };
    assert_eq!(health_of(5, "2026-11-20"), Health::Fresh, "the day is not over");
    assert_eq!(health_of(5, "2026-11-21"), Health::Partial);
    assert_eq!(health_of(20, "2026-11-21"), Health::Fresh);
    assert_eq!(health_of(5, "2026-11-24"), Health::Fresh, "it stayed short");
}

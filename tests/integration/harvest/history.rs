//! What a harvest of history may not do: whatever it tells, nothing of it is news.

use std::sync::Arc;
use std::sync::Mutex;

use chrono::TimeDelta;
use offprint::daemon::backfill;
use offprint::daemon::backfill::Days;
use offprint::harvest::history::Begun;
use offprint::harvest::history::Step;
use offprint::model::ledger::History;
use tokio_util::sync::CancellationToken;

use crate::support::net::Net;
use crate::support::site::Site;

fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"preprints\"\nkind = \"biorxiv\"\nurl = \"{}\"\n\
         [[source]]\nid = \"journals\"\nkind = \"crossref\"\nissn = [\"1234-5679\"]\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag*\"\nrevisions = \"announce\"\n\
         [[topic]]\nid = \"journal\"\ntitle = \"Journal\"\nquery = 'venue:\"journal of flags\"'\n",
        net.url("/details/biorxiv"),
        net.url("/works"),
    )
}

async fn begin(site: &Site, source: &str, (since, until): (&str, &str), instead: bool) -> Begun {
    let config = site.desk().config();
    let source = config.sources.iter().find(|one| one.id.as_str() == source).unwrap();
    let days = Days { since: since.parse().unwrap(), until: until.parse().unwrap() };
    site.desk().begin_history(source, days, instead).await.unwrap()
}

async fn back_fill(site: &Site, source: &str, since: &str, until: &str) -> History {
    assert!(matches!(begin(site, source, (since, until), false).await, Begun::At(_)));
    let config = site.desk().config();
    let source = config.sources.iter().find(|one| one.id.as_str() == source).unwrap();
    for _step in 0..1_000 {
        match site.desk().history_step(source, &CancellationToken::new(), &|_| {}).await.unwrap() {
            Step::Went(_) => {}
            Step::Waits(_, until) => site.later(until.since(site.desk().clock().now())),
            Step::Done(history) => return history,
            other => panic!("{other:?}"),
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn what_is_back_filled_of_a_known_paper_is_announced_nowhere() {
    let net = Net::start().await;
    let row = |version: u32, date: &str| {
        format!(
            r#"{{"messages": [{{"status": "ok", "count": 1, "total": "1"}}], "collection": [{{"doi": "10.64898/2025.01.05.1",
            "title": "Counting old flags of gardens", "authors": "Example, A. A.; Test, B.", "date": "{date}",
            "version": "{version}", "type": "new results", "category": "plant biology", "abstract": "We count.",
            "published": "10.1000/flags.3.1"}}]}}"#
        )
    };
    let nothing = r#"{"messages": [{"status": "no posts found"}], "collection": []}"#;
    let page = row(2, "2025-01-20");
    net.lives("/details", move |path| {
        let is_first = path.ends_with("/2025-01-01/2025-01-30/0/json");
        (200, if is_first { page.clone() } else { nothing.to_owned() })
    });
    net.at("/works").answers(
        r#"{"status": "ok", "message": {"next-cursor": "b", "items": [{"DOI": "10.1000/Flags.3.1",
        "title": ["Counting old flags of gardens"], "type": "journal-article", "container-title": ["Journal of Flags"],
        "author": [{"given": "A. A.", "family": "Example"}, {"given": "B.", "family": "Test"}],
        "created": {"date-time": "2025-03-12T01:02:03Z"}}]}}"#,
    );
    let site = Site::start(&configuration(&net)).await;
    back_fill(&site, "preprints", "2025-01-01", "2025-01-31").await;
    let first = site.feed("flags").await;
    let began = first.entry("Counting old flags of gardens").updated.unwrap();
    assert_eq!(began.date_naive().to_string(), "2025-01-05", "the day in its DOI");
    site.later(TimeDelta::hours(1));
    back_fill(&site, "journals", "2025-03-01", "2025-03-31").await;
    assert_eq!(site.desk().reader().papers().count(), 1);
    let now = site.desk().clock().now().day().to_string();
    for topic in ["flags", "journal"] {
        let feed = site.feed(topic).await;
        let day = feed.entry("Counting old flags of gardens").updated.unwrap().date_naive().to_string();
        assert!(day.as_str() < "2025-04-01", "{topic}: {day}, and today is {now}");
    }
    assert!(site.feed_at("/updates.atom").await.titles().is_empty());
}

#[tokio::test]
async fn a_page_that_always_fails_holds_back_no_others_for_ever() {
    let net = Net::start().await;
    let empty = r#"{"messages": [{"status": "no posts found"}], "collection": []}"#;
    let broken: Arc<Mutex<Option<String>>> = Arc::default();
    let failing = Arc::clone(&broken);
    net.lives("/details", move |path| {
        let days: Vec<&str> = path.split('/').skip(3).take(2).collect();
        let holds = |day: &str| days[0] <= day && day <= days[1];
        let is_broken = failing.lock().unwrap().as_deref().is_some_and(holds);
        if is_broken { (500, "down".to_owned()) } else { (200, empty.to_owned()) }
    });
    let site = Site::start(&configuration(&net)).await;
    assert_eq!(site.harvest("preprints").await.fault, None);
    site.later(TimeDelta::hours(24));
    let day = site.desk().clock().now().day();
    *broken.lock().unwrap() = Some(day.to_string());
    let mut was_passed = false;
    for _run in 0..12 {
        let known = net.requests().len();
        site.harvest("preprints").await;
        was_passed |= net.requests().iter().skip(known).any(|seen| {
            let from = seen.path.split('/').nth(3).unwrap();
            from > day.to_string().as_str()
        });
        site.later(TimeDelta::hours(25));
    }
    assert!(was_passed, "no day behind {day} was ever asked for alone");
}

/// Answers for every day but one with nothing, for that one with an error, while it is broken.
fn all_but(net: &Net, broken: &Arc<Mutex<Option<&'static str>>>) {
    let empty = r#"{"messages": [{"status": "no posts found"}], "collection": []}"#;
    let failing = Arc::clone(broken);
    net.lives("/details", move |path| {
        let days: Vec<&str> = path.split('/').skip(3).take(2).collect();
        let is_broken = failing.lock().unwrap().is_some_and(|day| days[0] <= day && day <= days[1]);
        if is_broken { (500, "down".to_owned()) } else { (200, empty.to_owned()) }
    });
}

#[tokio::test]
async fn a_day_that_never_comes_is_told_and_asked_for_alone_the_next_time() {
    let net = Net::start().await;
    let broken = Arc::new(Mutex::new(Some("2025-02-07")));
    all_but(&net, &broken);
    let site = Site::start(&configuration(&net)).await;
    let days = ("2025-01-01", "2025-03-31");
    let history = back_fill(&site, "preprints", days.0, days.1).await;
    assert_eq!(history.left_out, ["2025-02-07"]);
    let told = backfill::in_words(&history, site.desk().clock().now());
    assert!(told.ends_with("; 2025-02-07 did not come whole"), "{told}");
    for is_mended in [false, true] {
        if is_mended {
            *broken.lock().unwrap() = None;
        }
        let known = net.requests().len();
        let again = back_fill(&site, "preprints", days.0, days.1).await;
        assert_eq!(again.left_out.is_empty(), is_mended);
        let asked: Vec<String> = net.requests().into_iter().skip(known).map(|seen| seen.path).collect();
        assert!(
            !asked.is_empty() && asked.iter().all(|path| path.contains("/2025-02-07/2025-02-07/")),
            "{asked:?}"
        );
    }
    let known = net.requests().len();
    back_fill(&site, "preprints", days.0, days.1).await;
    assert!(net.requests().len() >= known + 3, "the whole of it once more");
}

#[tokio::test]
async fn a_list_that_stays_short_is_told() {
    let net = Net::start().await;
    let work = r#"{"DOI": "10.1000/Flags.3.1", "title": ["Counting old flags of gardens"], "type": "journal-article",
        "created": {"date-time": "2025-01-06T01:02:03Z"}}"#;
    let list = |work: &str| {
        format!(
            r#"{{"status": "ok", "message": {{"total-results": 300, "next-cursor": "b", "items": [{work}]}}}}"#
        )
    };
    let (first, empty) = (list(work), list(""));
    net.lives("/works", move |path| (200, if path.contains("cursor=*") { &first } else { &empty }.clone()));
    let site = Site::start(&configuration(&net)).await;
    let history = back_fill(&site, "journals", "2025-01-01", "2025-01-10").await;
    assert_eq!(history.left_out, ["2025-01-01 to 2025-01-10"]);
    let first_pages = net.requests().into_iter().filter(|seen| seen.path.contains("cursor=*")).count();
    assert_eq!(first_pages, 2, "it may fill meanwhile");
    assert_eq!(site.desk().reader().papers().count(), 1);
}

#[tokio::test]
async fn a_back_fill_of_other_days_is_given_up_only_when_that_is_said() {
    let net = Net::start().await;
    all_but(&net, &Arc::default());
    let site = Site::start(&configuration(&net)).await;
    let (first, second) = (("2025-01-01", "2025-03-31"), ("2025-02-01", "2025-02-02"));
    let urged = site.desk().urged();
    assert!(matches!(begin(&site, "preprints", first, false).await, Begun::At(_)));
    assert!(urged.has_changed().unwrap(), "the daemon goes on with it, should whoever asked go away");
    let Begun::Another(known) = begin(&site, "preprints", second, false).await else {
        panic!("it was replaced")
    };
    assert_eq!((known.since.to_string().as_str(), known.until.to_string().as_str()), first);
    let Begun::At(other) = begin(&site, "preprints", second, true).await else {
        panic!("it was not replaced")
    };
    assert_eq!(other.since.to_string(), second.0);
    back_fill(&site, "preprints", second.0, second.1).await;
    assert!(matches!(begin(&site, "preprints", first, false).await, Begun::At(_)));
}

#[tokio::test]
async fn a_back_fill_of_a_source_that_is_configured_anew_begins_anew() {
    let net = Net::start().await;
    all_but(&net, &Arc::default());
    let mut site = Site::start(&configuration(&net)).await;
    let days = ("2025-01-01", "2025-03-31");
    back_fill(&site, "preprints", days.0, days.1).await;
    assert!(matches!(begin(&site, "preprints", ("2025-01-01", "2025-02-28"), false).await, Begun::At(_)));
    let text = configuration(&net).replace("\"biorxiv\"\n", "\"biorxiv\"\ncategory = \"plant biology\"\n");
    site.adopt(&text).await;
    let known = net.requests().len();
    let history = back_fill(&site, "preprints", "2025-01-01", "2025-02-28").await;
    assert!(history.finished.is_some());
    let asked: Vec<String> = net.requests().into_iter().skip(known).map(|seen| seen.path).collect();
    assert!(asked[0].contains("/2025-01-01/2025-01-30/0/json?category=plant_biology"), "{asked:?}");
}

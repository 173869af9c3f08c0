//! What a harvest of history may not do: whatever it tells, nothing of it is news.

use std::sync::Arc;
use std::sync::Mutex;

use chrono::TimeDelta;
use offprint::daemon::backfill::Days;
use offprint::harvest::history::Step;
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

async fn back_fill(site: &Site, source: &str, since: &str, until: &str) {
    let config = site.desk().config();
    let source = config.sources.iter().find(|one| one.id.as_str() == source).unwrap();
    let days = Days { since: since.parse().unwrap(), until: until.parse().unwrap() };
    site.desk().begin_history(source, days).await.unwrap().unwrap();
    for _step in 0..200 {
        match site.desk().history_step(source, &CancellationToken::new(), &|_| {}).await.unwrap() {
            Step::Went(_) => {}
            Step::Done(_) => return,
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

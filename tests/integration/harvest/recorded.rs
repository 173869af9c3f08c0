//! Real papers through the whole path: one day of arXiv in its own wire form, ten days of daily lists and a journal's feed, as
//! recorded, replayed from loopback.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Days;
use chrono::NaiveDate;
use offprint::model::external_id::ExternalId;
use offprint::model::time::Timestamp;

use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

/// The day of arXiv; the ten daily lists recorded in the three weeks from it on show some of its papers.
const DAY: &str = "2025-06-04";

/// The papers of a day's listing.
fn listed() -> Option<Vec<Item>> {
    let test = "real_papers_go_the_whole_path";
    let days = recorded(test, "papers/arxiv-listed-days.jsonl.gz")?;
    let papers = recorded(test, "papers/arxiv-listed-2025-2026.jsonl.gz")?;
    let ids: BTreeSet<String> = lines(&days)
        .filter(|day| day["date"] == DAY)
        .flat_map(|day| day["ids"].as_array().unwrap().clone())
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    let words = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let item = |paper: serde_json::Value| Item {
        abstract_text: paper["abstract"].as_str().unwrap().to_owned(),
        creators: words(&paper["authors"]).join(", "),
        categories: words(&paper["categories"]),
        ..Item::new(
            paper["id"].as_str().unwrap().trim_start_matches("arXiv:"),
            paper["title"].as_str().unwrap(),
        )
    };
    Some(lines(&papers).filter(|paper| ids.contains(paper["id"].as_str().unwrap())).map(item).collect())
}

#[tokio::test]
async fn real_papers_go_the_whole_path() {
    let test = "real_papers_go_the_whole_path";
    let Some(items) = listed() else { return };
    let Some(lists) = recorded(test, "sources/hf-daily-by-date.tar.gz") else { return };
    let Some(responses) = recorded(test, "sources/responses.tar.gz") else { return };
    assert!(items.len() > 100, "{} papers are listed on {DAY}", items.len());
    let net = Net::start().await;
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 04 Jun 2025", &items));
    net.at("/daily").answers("[]");
    let first = NaiveDate::parse_from_str(DAY, "%Y-%m-%d").unwrap();
    let last = first.checked_add_days(Days::new(20)).unwrap();
    let mut daily: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, bytes) in files(&lists) {
        let date = name.rsplit('/').next().unwrap().trim_end_matches(".json").to_owned();
        if NaiveDate::parse_from_str(&date, "%Y-%m-%d").is_ok_and(|day| (first..=last).contains(&day)) {
            let entries: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
            let ids = entries.iter().map(|entry| entry["paper"]["id"].as_str().unwrap().to_owned());
            daily.insert(date.clone(), ids.collect());
            net.at(&format!("/daily?date={date}&limit=100&p=0")).answers(bytes);
        }
    }
    assert_eq!(daily.len(), 10, "{:?}", daily.keys());
    let journal =
        files(&responses).into_iter().find(|(name, _)| name.contains("rnrss_rssv2-dc-prism")).unwrap().1;
    net.at("/journal.rdf").answers(journal);
    let config = super::configuration(&net).replace("days = 2", "days = 21").replace(
        "query = \"cat:cs.* OR source:journal OR source:hf-daily\"",
        "query = \"source:arxiv OR source:journal OR source:hf-daily\"\nwindow = { entries = 1000, days = 30 }",
    );
    let now = Timestamp::midnight(last).plus(chrono::TimeDelta::hours(12));
    let site = Site::start_at(&config, now).await;
    let rows = site.poll().await;
    for row in &rows {
        assert_eq!((row.fault.as_ref(), row.problems.len()), (None, 0), "{row:?}");
    }

    let on_arxiv: BTreeSet<String> = items.iter().map(|item| item.id.clone()).collect();
    let on_lists: BTreeSet<String> = daily.into_values().flatten().collect();
    let both: BTreeSet<&String> = on_arxiv.intersection(&on_lists).collect();
    assert!(both.len() >= 15, "{both:?}");
    let feed = site.feed("all").await;
    assert_eq!(feed.parsed.entries.len(), on_arxiv.union(&on_lists).count() + 1, "one entry a paper");
    let ids: BTreeSet<&str> = feed.ids().into_iter().collect();
    assert_eq!(ids.len(), feed.parsed.entries.len());
    let times: BTreeSet<_> = feed.parsed.entries.iter().map(|entry| entry.updated).collect();
    assert_eq!(times.len(), feed.parsed.entries.len(), "no two entries share a time");
    for title in feed.titles() {
        assert!(!title.contains(['\\', '{', '}']) && title.matches('$').count() < 2, "{title}");
    }
    let reader = site.desk().reader();
    for item in &items {
        let id =
            reader.paper_by_external(&ExternalId::parse(&format!("arxiv:{}", item.id)).unwrap()).unwrap();
        let paper = reader.paper(&id.unwrap_or_else(|| panic!("{} is missing", item.id))).unwrap().unwrap();
        let sources: Vec<&str> =
            paper.sources().into_iter().map(offprint::model::source::SourceId::as_str).collect();
        let expected: &[&str] = if both.contains(&item.id) { &["arxiv", "hf-daily"] } else { &["arxiv"] };
        assert_eq!(sources, expected, "{}", item.id);
        let authors = paper.authors().unwrap();
        let named = item.creators.split(", ").count();
        assert_eq!(usize::try_from(authors.total).unwrap(), named, "{}: {}", item.id, item.creators);
    }
    let first = site.get("/topics/all.atom").await;
    let etag = first.header("etag").to_owned();
    let again = site.get_with("/topics/all.atom", &[("if-none-match", &etag)]).await;
    assert_eq!((first.status, again.status), (200, 304));
}

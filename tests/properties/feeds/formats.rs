//! What is true of every format: RSS and JSON Feed read back as the same entries, and no document passes the limit.

use std::sync::Arc;

use offprint::feeds;
use offprint::feeds::FeedPage;
use offprint::feeds::History;
use offprint::feeds::TopicHead;
use offprint::feeds::entry::Entry;
use offprint::feeds::facts::Facts;
use offprint::feeds::facts::Prepared;
use offprint::model::format::Format;
use offprint::model::text::Text;
use offprint::model::time::Timestamp;
use offprint::model::topic::TopicId;
use serde_json::Value;

use super::elements;
use super::page;
use super::sample;
use super::urls;

/// The page as feed-rs understands it: identifiers, titles and times, the latter to the given unit.
fn reads_back(page: &FeedPage, format: Format, unit_micros: i64) {
    let bytes = feeds::render(page, format).unwrap();
    assert_eq!(bytes, feeds::render(&page.clone(), format).unwrap(), "rendering twice gives equal bytes");
    let feed = feed_rs::parser::parse(bytes.as_slice()).unwrap();
    assert_eq!(feed.title.unwrap().content, page.title.as_str());
    assert_eq!(feed.entries.len(), page.entries.len());
    for (ours, theirs) in page.entries.iter().zip(&feed.entries) {
        assert_eq!(theirs.id, ours.id);
        assert_eq!(theirs.title.as_ref().unwrap().content, ours.title.as_str());
        let published = theirs.published.unwrap().timestamp_micros();
        assert_eq!(published, ours.published.micros().div_euclid(unit_micros) * unit_micros);
        assert_eq!(theirs.updated.unwrap().timestamp_micros(), ours.updated.micros());
        let alternate = ours.links.iter().find(|link| link.rel == "alternate").unwrap();
        assert_eq!(theirs.links[0].href, alternate.href);
        let terms: Vec<_> = theirs.categories.iter().map(|category| &category.term).collect();
        assert_eq!(terms, ours.categories.iter().map(|category| &category.term).collect::<Vec<_>>());
        // RSS describes every item, if need be by its title.
        assert_eq!(theirs.summary.is_some(), format == Format::Rss || ours.summary.is_some());
        assert!(theirs.content.as_ref().unwrap().body.as_ref().unwrap().starts_with("<div>"));
    }
}

proptest::proptest! {
    #[test]
    fn rss_reads_back_as_the_same_entries(page in page(Format::Rss)) {
        reads_back(&page, Format::Rss, 1_000_000);
        let bytes = feeds::render(&page, Format::Rss).unwrap();
        let names = elements(&bytes).unwrap();
        let last_head = names.iter().rposition(|name| name == "docs" || name == "atom:link").unwrap();
        let first_item = names.iter().position(|name| name == "item").unwrap_or(names.len());
        assert!(last_head < first_item, "metadata stands before items");

        let channel = rss::Channel::read_from(bytes.as_slice()).unwrap();
        assert_eq!(channel.link, page.alternate_url);
        assert!(!channel.description.is_empty());
        for (ours, theirs) in page.entries.iter().zip(&channel.items) {
            let names: Vec<_> = ours.authors.iter().map(|person| person.name.as_str()).collect();
            let dublin_core = theirs.dublin_core_ext.as_ref();
            assert_eq!(dublin_core.map(|dublin_core| dublin_core.creators.clone()).unwrap_or_default(), names);
            let identifiers = dublin_core.map(|dublin_core| dublin_core.identifiers.clone());
            assert_eq!(identifiers.unwrap_or_default(), ours.identifiers);
            assert!(theirs.description.is_some(), "what is encoded is described before");
            let description = theirs.description.as_deref().unwrap_or_default();
            let markup = description.replace("<br/>", "");
            assert!(!markup.contains(['<', '>']), "{description}");
            assert!(theirs.enclosure.is_none());
        }
    }

    #[test]
    fn json_reads_back_as_the_same_entries(page in page(Format::Json)) {
        reads_back(&page, Format::Json, 1);
        let feed: Value = serde_json::from_slice(&feeds::render(&page, Format::Json).unwrap()).unwrap();
        assert_eq!(feed["feed_url"], page.self_url.as_str());
        assert_eq!(feed["home_page_url"], page.alternate_url.as_str());
        let items = feed["items"].as_array().unwrap();
        for (ours, theirs) in page.entries.iter().zip(items) {
            let authors = theirs["authors"].as_array().into_iter().flatten();
            let their_names: Vec<_> = authors.map(|author| author["name"].as_str().unwrap()).collect();
            let names: Vec<_> = ours.authors.iter().map(|person| person.name.as_str()).collect();
            assert_eq!(their_names, names);
            assert_eq!(theirs["summary"].as_str(), ours.summary.as_ref().map(Text::as_str));
            assert_eq!(theirs["_offprint"]["links"].as_array().unwrap().len(), ours.links.len());
        }
    }

    #[test]
    fn an_archive_leads_to_its_neighbours_in_every_format(page in page(Format::Rss)) {
        let address = |name: &str| Some(format!("https://papers.example.org/{name}?a=1&b=2"));
        let history = History {
            is_archive: true,
            current_url: address("current"),
            prev_archive_url: address("prev"),
            next_archive_url: address("next"),
        };
        let page = FeedPage { history, ..page };
        for (format, first) in [(Format::Atom, "entry"), (Format::Rss, "item")] {
            let names = elements(&feeds::render(&page, format).unwrap()).unwrap();
            let marks: Vec<_> = names.iter().enumerate().filter(|(_, name)| *name == "fh:archive").collect();
            let first = names.iter().position(|name| name == first).unwrap_or(names.len());
            assert!(matches!(marks.as_slice(), [(at, _)] if *at < first), "{format:?}: {names:?}");
            let feed = feed_rs::parser::parse(feeds::render(&page, format).unwrap().as_slice()).unwrap();
            for (rel, href) in [("current", "current"), ("prev-archive", "prev"), ("next-archive", "next")] {
                let link = feed.links.iter().find(|link| link.rel.as_deref() == Some(rel));
                assert_eq!(link.map(|link| link.href.clone()), address(href), "{rel} in {format:?}");
            }
        }
        let feed: Value = serde_json::from_slice(&feeds::render(&page, Format::Json).unwrap()).unwrap();
        assert_eq!(feed["next_url"].as_str(), address("prev").as_deref());
    }
}

#[test]
fn a_feed_that_would_pass_the_limit_loses_its_oldest_entries() {
    let topic = TopicId::parse("peft").unwrap();
    let facts = Facts { summary: Some(Text::new(&"word ".repeat(8_000))), ..Facts::clone(&sample()) };
    let paper = Arc::new(Prepared::from(facts));
    let one = |number: u32| Entry {
        id: format!("tag:papers.example.org,2026-11-20:paper/{number:016}"),
        paper: Arc::clone(&paper),
        ..sample()
    };
    let created = Timestamp::from_seconds(1_790_000_000);
    let head = TopicHead { topic: &topic, title: "PEFT", subtitle: "", created, site: "" };
    for format in Format::ALL {
        let page = FeedPage::topic(&head, (0..150).map(one).collect(), format, &urls());
        let bytes = feeds::render(&page, format).unwrap();
        assert!(bytes.len() < 5_000_000, "{}", bytes.len());
        assert!(bytes.len() > 4_000_000, "{}", bytes.len());
        let feed = feed_rs::parser::parse(bytes.as_slice()).unwrap();
        let kept: Vec<_> = feed.entries.iter().map(|entry| &entry.id).collect();
        let newest: Vec<_> = page.entries.iter().take(kept.len()).map(|entry| &entry.id).collect();
        assert_eq!(kept, newest, "{format:?}");
    }
}

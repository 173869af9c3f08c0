//! A page for the tests of the formats, with one entry that has everything.

use std::sync::Arc;

use crate::feeds::FeedPage;
use crate::feeds::History;
use crate::feeds::content::Body;
use crate::feeds::entry::Entry;
use crate::feeds::facts::Category;
use crate::feeds::facts::EntryLink;
use crate::feeds::facts::Facts;
use crate::feeds::facts::Person;
use crate::model::text::Text;
use crate::model::time::Timestamp;

pub(crate) fn page() -> FeedPage {
    FeedPage {
        id: "tag:example.org,2026:topic/all".to_owned(),
        title: Text::line("Papers & more"),
        subtitle: Some(Text::line("What is <new>")),
        updated: at("2026-08-11T06:00:00.000001Z"),
        self_url: "https://example.org/topics/all.rss".to_owned(),
        alternate_url: "https://example.org/topics/all".to_owned(),
        stylesheet_url: "https://example.org/feed.css".to_owned(),
        history: History::default(),
        hubs: vec!["https://example.org/hub".to_owned()],
        publisher: Text::line("Example"),
        entries: vec![entry()],
    }
}

fn entry() -> Entry {
    let html = Some("text/html");
    let facts = Facts {
        title: Text::line("A <b>Title</b> & more"),
        authors: vec![
            Person {
                name: Text::line("Ada <Lovelace>"),
                uri: Some("https://orcid.org/0000-0002-1825-0097".to_owned()),
            },
            Person { name: Text::line("Bo Ek"), uri: None },
        ],
        published: at("2026-08-10T00:00:00Z"),
        links: vec![
            EntryLink {
                rel: "alternate",
                href: "https://arxiv.org/abs/2608.00001".to_owned(),
                media_type: html,
                title: None,
            },
            EntryLink {
                rel: "replies",
                href: "https://news.example.org/item?a=1&b=2".to_owned(),
                media_type: html,
                title: Some("Discussion"),
            },
        ],
        categories: vec![Category {
            term: "cs.LG".to_owned(),
            scheme: Some("http://arxiv.org/schemas/atom"),
            label: Some("Machine Learning"),
        }],
        identifiers: vec!["arxiv:2608.00001".to_owned()],
        citation: Some(Text::line("J. Ex. 1 (2026)")),
        license: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
        language: Some("de".to_owned()),
        summary: Some(Text::new("If a < b & c.\n\nSecond.")),
        body: Body::sample(r#"<div xmlns="http://www.w3.org/1999/xhtml"><p>Body<br/><a/></p>"#, "</div>"),
    };
    Entry {
        id: "tag:example.org,2026:paper/1".to_owned(),
        updated: at("2026-08-11T06:00:00.000001Z"),
        reason: Text::default(),
        paper: Arc::new(facts.into()),
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

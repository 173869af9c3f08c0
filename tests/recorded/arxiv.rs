//! arXiv's recorded answers, as our own reader has them, against feed-rs; and both of its ways against each other.

use std::collections::BTreeSet;

use feed_rs::model::Entry;
use offprint::model::record::RawAuthors;
use offprint::model::record::Record;

use crate::recorded::sources::read;
use crate::recorded::sources::with_document_type;
use crate::support::data::files;
use crate::support::data::recorded;

/// The recorded answers of arXiv's feeds and of its API that are feeds of papers, each with its kind of source.
fn answers(test: &str) -> Option<Vec<(&'static str, String, Vec<u8>)>> {
    let path = recorded(test, "sources/responses.tar.gz")?;
    let of = |name: &str| ["arxiv-rss", "arxiv-api"].into_iter().find(|kind| name.starts_with(*kind));
    let answers: Vec<_> = files(&path)
        .into_iter()
        .filter_map(|(name, body)| Some((of(&name)?, name, body)))
        .filter(|(_kind, name, _body)| !name.contains(".400."))
        .collect();
    assert!(answers.len() >= 10, "{} answers", answers.len());
    Some(answers)
}

/// Words, however they are parted.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn agrees(record: &Record, entry: &Entry, place: &str) {
    assert!(
        entry.id.contains(&record.key) || entry.links.iter().any(|link| link.href.contains(&record.key)),
        "{place}: {} is not {}",
        record.key,
        entry.id
    );
    let title = entry.title.as_ref().map(|title| words(&title.content)).unwrap_or_default();
    let ours = words(&record.title.as_ref().unwrap().text);
    // The old form prints a stamp behind its titles.
    assert!(
        title == ours || title.starts_with(&ours) && title.contains("(arXiv:"),
        "{place}: {ours:?} {title:?}"
    );
    let told = entry.summary.as_ref().map(|summary| words(&summary.content)).unwrap_or_default();
    let ours = record.abstract_text.as_ref().map(|text| words(&text.text)).unwrap_or_default();
    assert_eq!(ours.is_empty(), told.is_empty(), "{place}: {told:?}");
    // What stands before an abstract is not of it; the old form wraps it into HTML.
    let is_html = told.starts_with("<p>");
    let inside = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert!(told.ends_with(&ours) || is_html && inside.contains(&ours), "{place}: {ours:?} {told:?}");
    let terms: BTreeSet<&str> = record.subjects.iter().map(|subject| subject.term.as_str()).collect();
    for category in &entry.categories {
        // A term of the API may hold several codes.
        let first = category.term.split([' ', ',', ';']).next().unwrap();
        assert!(
            terms.contains(category.term.as_str()) || terms.contains(first),
            "{place}: {}",
            category.term
        );
    }
    if let RawAuthors::List(authors) = &record.authors {
        let ours: Vec<String> = authors.iter().map(|author| words(&author.name)).collect();
        let theirs: Vec<String> =
            entry.authors.iter().map(|author| words(author.name.as_deref().unwrap_or_default())).collect();
        assert_eq!(ours, theirs, "{place}");
    }
}

#[test]
fn our_reader_and_feed_rs_agree_on_recorded_answers() {
    let Some(answers) = answers("our_reader_and_feed_rs_agree_on_recorded_answers") else { return };
    let mut papers = 0;
    for (kind, name, body) in answers {
        let records = read(kind, &body, None).records;
        let feed = feed_rs::parser::parse(body.as_slice()).unwrap();
        assert_eq!(records.len(), feed.entries.len(), "{name}");
        for (record, entry) in records.iter().zip(&feed.entries) {
            agrees(record, entry, &format!("{name}, {}", record.key));
        }
        papers += records.len();
    }
    println!("{papers} papers agree");
    assert!(papers >= 70, "{papers} papers");
}

#[test]
fn a_document_type_sends_an_answer_the_long_way_and_changes_nothing() {
    let test = "a_document_type_sends_an_answer_the_long_way_and_changes_nothing";
    let Some(answers) = answers(test) else { return };
    for (kind, name, body) in answers {
        let text = String::from_utf8(body).unwrap();
        let short = read(kind, text.as_bytes(), None);
        assert_eq!(read(kind, with_document_type(&text).as_bytes(), None), short, "{name}");
    }
}

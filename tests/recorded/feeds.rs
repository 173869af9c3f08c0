//! The feed suites of other projects: every file is read without a panic, and what the files say that a parse must give is
//! compared with what we read. The scores are printed; the floors only rise.

use std::collections::BTreeMap;

use offprint::model::observation::Observation;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Markup;
use offprint::model::text::Raw;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use offprint::sources::Batch;

use crate::recorded::gofeed;
use crate::recorded::python;
use crate::recorded::sources::read;
use crate::recorded::sources::with_document_type;
use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;

/// A field of an item whose value a suite states.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Field {
    Title,
    Link,
    Id,
    Date,
    Author,
}

/// What a suite says about one item.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) item: usize,
    pub(super) field: Field,
    pub(super) value: String,
}

/// Of each field: per cent that must be right.
const FLOORS: &[(Field, u32)] =
    &[(Field::Title, 95), (Field::Link, 94), (Field::Id, 82), (Field::Date, 87), (Field::Author, 99)];

/// Letters and digits alone, as both sides clean markup in their own way: what is escaped markup is markup.
fn letters(text: &str) -> String {
    let text = &*quick_xml::escape::unescape(text).unwrap_or(text.into());
    let mut out = String::new();
    let mut is_markup = false;
    for character in text.chars() {
        match character {
            '<' => is_markup = true,
            '>' => is_markup = false,
            other if !is_markup && other.is_alphanumeric() => out.extend(other.to_lowercase()),
            _other => {}
        }
    }
    out
}

fn seen(record: &Record) -> Option<Observation> {
    let source = SourceId::parse("recorded").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
    let context = Context { source: &source, authority: Authority::Publisher, fetched_at, language: None };
    observe(record, &context).ok()
}

/// What is read of a file. Many hold one item with nothing but the element under test, which is no paper to us: such
/// an item is given an identifier.
fn read_suite(bytes: &[u8], content_type: Option<&str>) -> Batch {
    let batch = read("feed", bytes, content_type);
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| batch.records.is_empty()) else {
        return batch;
    };
    let text = text
        .replace("<item>", "<item><guid isPermaLink=\"false\">urn:x</guid>")
        .replace("<entry>", "<entry><id>urn:x</id>");
    read("feed", text.as_bytes(), content_type)
}

fn is_met(expected: &Expected, batch: &Batch) -> bool {
    let Some(record) = batch.records.get(expected.item) else { return false };
    let value = expected.value.as_str();
    match expected.field {
        Field::Title => record.title.as_ref().is_some_and(|title| {
            let keyed = Record { key: "k".into(), ..record.clone() };
            let read = seen(&keyed).map_or_else(|| title.text.clone(), |paper| paper.title.text.to_string());
            letters(&read) == letters(value)
        }),
        Field::Link => {
            let held = record.links.iter().map(|link| &link.href).chain(record.ids.iter().map(|id| &id.text));
            held.into_iter().any(|href| href.trim_end_matches('/') == value.trim_end_matches('/'))
        }
        Field::Id => {
            record.key == value
                || record.ids.iter().any(|id| id.text == value)
                || record.links.iter().any(|link| link.href == value)
        }
        Field::Date => {
            // Each date in turn is observed as the one of announcement, in a record that is whole otherwise.
            let dates = [&record.announced, &record.submitted, &record.revised];
            let want = Timestamp::parse_rfc3339(value).map(Timestamp::seconds);
            dates.into_iter().flatten().any(|date| {
                let title = Some(Raw::new("t", Markup::Plain));
                let dated =
                    Record { key: "k".into(), title, announced: Some(date.clone()), ..Record::default() };
                let announced = seen(&dated).and_then(|paper| paper.announced);
                announced.map(|moment| moment.at.seconds()) == want
            })
        }
        Field::Author => {
            let said = letters(&format!("{:?}", record.authors));
            !letters(value).is_empty() && said.contains(&letters(value))
        }
    }
}

/// Name and bytes of every file of every suite; `None` where there is no recorded data.
fn suites(test: &str) -> Option<impl Iterator<Item = (String, Vec<u8>)>> {
    let folder = recorded(test, "feeds")?;
    let mut suites: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    suites.sort();
    suites.retain(|path| path.to_string_lossy().ends_with(".tar.gz"));
    Some(suites.into_iter().flat_map(|suite| files(&suite)))
}

#[test]
fn every_feed_of_every_suite_is_read() {
    let Some(suites) = suites("every_feed_of_every_suite_is_read") else { return };
    let (mut count, mut items) = (0, 0);
    for (_name, bytes) in suites {
        for kind in ["feed", "arxiv-rss", "hf-daily"] {
            let batch = read(kind, &bytes, None);
            items += if kind == "feed" { batch.records.len() } else { 0 };
        }
        count += 1;
    }
    println!("feeds: {items} items in {count} files");
    assert!(count >= 2_900 && items >= 2_240, "{items} items in {count} files");
}

#[test]
fn a_document_type_sends_a_feed_the_long_way_and_changes_nothing() {
    let test = "a_document_type_sends_a_feed_the_long_way_and_changes_nothing";
    let Some(suites) = suites(test) else { return };
    let mut items = 0;
    for (name, bytes) in suites {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            continue;
        }
        let batch = read("feed", text.as_bytes(), None);
        assert_eq!(read("feed", with_document_type(&text).as_bytes(), None), batch, "{name}");
        items += batch.records.len();
    }
    println!("{items} items are the same both ways");
    assert!(items >= 1_500, "{items}");
}

#[test]
fn titles_and_texts_are_those_that_feed_rs_reads() {
    let Some(suites) = suites("titles_and_texts_are_those_that_feed_rs_reads") else { return };
    let (mut items, mut other_titles, mut other_texts) = (0, Vec::new(), Vec::new());
    for (name, bytes) in suites {
        // feed-rs panics at some of them.
        let parsed = std::panic::catch_unwind(|| feed_rs::parser::parse(bytes.as_slice()));
        let Ok(Ok(feed)) = parsed else { continue };
        let batch = read("feed", &bytes, None);
        if batch.records.len() != feed.entries.len() || !batch.problems.is_empty() {
            continue;
        }
        for (record, entry) in batch.records.iter().zip(&feed.entries) {
            items += 1;
            let title =
                entry.title.as_ref().map(|title| letters(&title.content)).filter(|text| !text.is_empty());
            let own = record.title.as_ref().map(|title| letters(&title.text));
            if title.is_some() && own != title {
                other_titles.push(format!("{name}: {own:?} for {title:?}"));
            }
            let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
            let texts: Vec<String> = [body, entry.summary.as_ref().map(|text| text.content.as_str())]
                .into_iter()
                .flatten()
                .map(letters)
                .filter(|text| !text.is_empty())
                .collect();
            let own = record.abstract_text.as_ref().map(|text| letters(&text.text)).unwrap_or_default();
            if !texts.is_empty() && !texts.contains(&own) {
                other_texts.push(format!("{name}: {own:?} for {texts:?}"));
            }
        }
    }
    println!("of {items} items {} titles and {} texts differ", other_titles.len(), other_texts.len());
    if std::env::var_os("OFFPRINT_SHOW_MISSED").is_some() {
        println!("{}\n\n{}", other_titles.join("\n"), other_texts.join("\n"));
    }
    // Where markup stands in an element unescaped, and where Dublin Core says more, we have more than feed-rs.
    assert!(items >= 1_900 && other_titles.len() <= 2 && other_texts.len() <= 20, "{items}");
}

#[test]
fn the_suites_expectations_are_met() {
    let test = "the_suites_expectations_are_met";
    let (Some(index), Some(feedparser), Some(gofeed)) = (
        recorded(test, "feeds/index.jsonl.gz"),
        recorded(test, "feeds/feedparser.tar.gz"),
        recorded(test, "feeds/gofeed.tar.gz"),
    ) else {
        return;
    };
    let mut score: BTreeMap<(&str, Field), (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    let mut judge = |suite: &'static str, name: &str, batch: &Batch, expected: Vec<Expected>| {
        for one in expected {
            let (right, all) = score.entry((suite, one.field)).or_default();
            *all += 1;
            if is_met(&one, batch) {
                *right += 1;
            } else {
                missed.push(format!("{name}: {one:?}"));
            }
        }
    };
    let stated: BTreeMap<String, serde_json::Value> = lines(&index)
        .filter(|line| line["suite"] == "feedparser" && line["expect"].is_string())
        .map(|line| (line["path"].as_str().unwrap().to_owned(), line))
        .collect();
    for (name, bytes) in files(&feedparser) {
        let Some(line) = stated.get(&name) else { continue };
        let headers = line["header"].as_array().into_iter().flatten().filter_map(|header| header.as_str());
        let header = headers
            .filter_map(|header| header.split_once(':'))
            .find_map(|(name, value)| name.eq_ignore_ascii_case("content-type").then_some(value));
        judge(
            "feedparser",
            &name,
            &read_suite(&bytes, header.map(str::trim)),
            python::expected(line["expect"].as_str().unwrap()),
        );
    }
    for (name, feed, expected) in gofeed::pairs(&files(&gofeed)) {
        judge("gofeed", &name, &read_suite(&feed, None), expected);
    }
    if std::env::var_os("OFFPRINT_SHOW_MISSED").is_some() {
        println!("{}", missed.join("\n"));
    }
    for ((suite, field), (right, all)) in &score {
        println!("feeds, {suite}: {field:?} {right} of {all}");
    }
    for (field, floor) in FLOORS {
        let of_field = score.iter().filter(|((_suite, other), _)| other == field);
        let (right, all) = of_field.fold((0, 0), |sum, (_, count)| (sum.0 + count.0, sum.1 + count.1));
        let share = u32::try_from(right * 100 / all.max(1)).unwrap();
        println!("feeds, both: {field:?} {right} of {all}, {share} %, at least {floor} %");
        assert!(all >= 9 && share >= *floor, "{field:?}: {right} of {all} is below {floor} %");
    }
}

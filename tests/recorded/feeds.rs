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

#[test]
fn every_feed_of_every_suite_is_read() {
    let Some(folder) = recorded("every_feed_of_every_suite_is_read", "feeds") else { return };
    let mut suites: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    suites.sort();
    let (mut count, mut items) = (0, 0);
    for suite in suites.iter().filter(|path| path.to_string_lossy().ends_with(".tar.gz")) {
        for (_name, bytes) in files(suite) {
            for kind in ["feed", "arxiv-rss", "hf-daily"] {
                let batch = read(kind, &bytes, None);
                items += if kind == "feed" { batch.records.len() } else { 0 };
            }
            count += 1;
        }
    }
    println!("feeds: {items} items in {count} files");
    assert!(count >= 2_900 && items >= 2_240, "{items} items in {count} files");
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

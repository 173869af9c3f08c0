//! Recorded answers of real sources: every file through every reader without a panic, those of our kinds to the last entry.

use std::collections::BTreeMap;

use offprint::fetch::exchange::Response;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::Cursor;
use offprint::model::source::SourceId;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use offprint::sources::Batch;
use offprint::sources::KINDS;
use offprint::sources::OptionValue;
use offprint::sources::Options;
use offprint::sources::kind;
use url::Url;

use crate::contract::beginning;
use crate::contract::least;
use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap()
}

/// What a kind reads in a body.
pub(super) fn read(kind_name: &str, body: &[u8], content_type: Option<&str>) -> Batch {
    read_at(kind_name, None, body, content_type)
}

/// What a kind reads in a body, perhaps at a cursor other than that of a beginning.
pub(super) fn read_at(
    kind_name: &str,
    cursor: Option<&str>,
    body: &[u8],
    content_type: Option<&str>,
) -> Batch {
    let source = least(kind(kind_name).unwrap());
    let cursor = cursor.map_or_else(|| beginning(&*source, run()), |cursor| Cursor(cursor.to_owned()));
    let request = source.ask(&cursor, run()).unwrap();
    let response = Response {
        status: 200,
        url: request.url.clone(),
        content_type: content_type.map(str::to_owned),
        body: body.to_vec(),
    };
    source.read(&cursor, run(), &request, &response)
}

/// The same document with an internal subset of a document type: nothing is read of it, and what has one is not sound, so that
/// it is read the long way.
pub(super) fn with_document_type(text: &str) -> String {
    let declaration = text.find("<?xml").filter(|at| text[..*at].trim().is_empty());
    let at = declaration.and_then(|_at| text.find("?>")).map_or(0, |end| end + 2);
    format!("{}<!DOCTYPE feed []>{}", &text[..at], &text[at..])
}

/// How many records become papers.
fn observed(records: &[Record]) -> usize {
    let source = SourceId::parse("recorded").unwrap();
    let context =
        Context { source: &source, authority: Authority::Aggregator, fetched_at: run(), language: None };
    records.iter().filter(|record| observe(record, &context).is_ok()).count()
}

#[test]
fn every_recorded_answer_goes_through_every_reader() {
    let Some(path) = recorded("every_recorded_answer_goes_through_every_reader", "sources/responses.tar.gz")
    else {
        return;
    };
    let files = files(&path);
    assert!(files.len() >= 99, "{} files", files.len());
    for kind in KINDS {
        let mut papers = 0;
        for (_name, bytes) in &files {
            papers += observed(&read(kind.name, bytes, None).records);
        }
        println!("{}: {papers} papers in {} recorded answers of all sources", kind.name, files.len());
    }
}

#[test]
fn recorded_exchanges_go_through_every_reader() {
    for file in [
        "http-scholarly-oai-and-rss",
        "http-crossref-habanero",
        "http-crossref-rcrossref",
        "http-semanticscholar",
    ] {
        let name = format!("sources/{file}.jsonl.gz");
        let Some(path) = recorded("recorded_exchanges_go_through_every_reader", &name) else { return };
        let mut papers = 0;
        for exchange in lines(&path) {
            let body = exchange["body"].as_str().unwrap_or_default();
            for kind in KINDS {
                papers += observed(&read(kind.name, body.as_bytes(), None).records);
            }
        }
        println!("{file}: {papers} papers");
    }
}

#[test]
fn every_entry_of_every_daily_list_is_read() {
    let test = "every_entry_of_every_daily_list_is_read";
    let Some(path) = recorded(test, "sources/hf-daily-by-date.tar.gz") else { return };
    let Some(index) = recorded(test, "sources/hf-daily-by-date.index.jsonl.gz") else { return };
    let index: BTreeMap<String, serde_json::Value> =
        lines(&index).map(|day| (day["date"].as_str().unwrap().to_owned(), day)).collect();
    let (mut days, mut entries, mut strings) = (0, 0, 0);
    for (name, bytes) in files(&path) {
        let date = name.rsplit('/').next().unwrap().trim_end_matches(".json");
        let known = &index[date];
        let batch = read("hf-daily", &bytes, Some("application/json"));
        // The index took the object of this one day for its list, and counted its members.
        let is_wrapped = date == "2025-01-10";
        let count = if is_wrapped { 9 } else { usize::try_from(known["entries"].as_u64().unwrap()).unwrap() };
        assert!(batch.problems.is_empty() && batch.unusable.is_none(), "{date}: {batch:?}");
        assert_eq!(batch.records.len(), count, "{date}");
        assert_eq!(observed(&batch.records), count, "{date}");
        let mut keys: Vec<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
        let mut ids: Vec<&str> =
            known["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        keys.sort_unstable();
        ids.sort_unstable();
        // It lists no identifiers of days whose entries are strings.
        assert!(known["strings"].as_u64() > Some(0) || keys == ids, "{date}: {keys:?} for {ids:?}");
        days += 1;
        entries += count;
        strings += known["strings"].as_u64().unwrap();
    }
    println!("hf-daily: {entries} entries of {days} days, {strings} of them strings of a Python dict");
    assert!(days >= 284 && strings >= 199);
}

#[test]
fn the_recorded_journal_feed_is_read_whole() {
    let Some(path) = recorded("the_recorded_journal_feed_is_read_whole", "sources/responses.tar.gz") else {
        return;
    };
    let journal = files(&path).into_iter().find(|(name, _)| name.contains("rnrss_rssv2-dc-prism")).unwrap().1;
    let batch = read("feed", &journal, Some("application/rdf+xml"));
    assert!(batch.problems.is_empty(), "{:?}", batch.problems);
    let source = SourceId::parse("recorded").unwrap();
    let context =
        Context { source: &source, authority: Authority::Publisher, fetched_at: run(), language: None };
    let paper = observe(&batch.records[0], &context).unwrap();
    assert_eq!(
        paper.title.text.as_str(),
        "HIV Exposure and Formula Feeding Predict Under-2 Mortality in HIV-Uninfected Children, Botswana"
    );
    assert_eq!(paper.authors.listed.len(), 13, "{:?}", paper.authors);
    assert_eq!(paper.authors.listed[3].name.as_str(), "Erik van Widenfelt");
    let ids: Vec<String> = paper.ids.iter().map(ToString::to_string).collect();
    assert!(ids.contains(&"doi:10.1016/j.jpeds.2018.08.009".to_owned()), "{ids:?}");
    assert_eq!(paper.venue.unwrap().as_str(), "The Journal of Pediatrics");
    assert_eq!(paper.announced.unwrap().at.day().to_string(), "2018-10-11");
}

#[test]
fn options_of_the_daily_lists_have_limits() {
    let build = kind("hf-daily").unwrap().build;
    let with = |name: &str, number| Options {
        given: [(name.to_owned(), OptionValue::Number(number))].into(),
        ..Options::default()
    };
    assert!(build(&with("days", 2_001)).is_err() && build(&with("limit", 9)).is_err());
    let url = OptionValue::Url(Url::parse("http://127.0.0.1:9/x?token=1").unwrap());
    let source = build(&Options { given: [("url".to_owned(), url)].into(), ..Options::default() }).unwrap();
    let asked = source.ask(&Cursor::default(), run()).unwrap();
    assert!(asked.url.as_str().starts_with("http://127.0.0.1:9/x?token=1&date=2026-11-14&"), "{}", asked.url);
}

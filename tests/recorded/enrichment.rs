//! Recorded answers of OpenReview, OpenAlex and Semantic Scholar, to the last entry.

use offprint::fetch::exchange::Response;
use offprint::model::coverage::Target;
use offprint::model::observation::Observation;
use offprint::model::record::Record;
use offprint::model::record::Role;
use offprint::model::signal::SignalKind;
use offprint::model::source::Authority;
use offprint::model::source::Cursor;
use offprint::model::source::SourceId;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use offprint::sources::Batch;
use offprint::sources::kind;
use serde_json::Value;

use crate::contract::least;
use crate::recorded::sources::read;
use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap()
}

fn observed(record: &Record) -> Observation {
    let source = SourceId::parse("recorded").unwrap();
    let context =
        Context { source: &source, authority: Authority::Aggregator, fetched_at: run(), language: None };
    observe(record, &context).unwrap_or_else(|problem| panic!("{}: {problem}", record.key))
}

fn ids(observation: &Observation) -> Vec<String> {
    observation.ids.iter().map(ToString::to_string).collect()
}

/// The one recorded answer whose path ends so.
fn answer(test: &str, path: &str) -> Option<Vec<u8>> {
    let archive = recorded(test, "sources/responses.tar.gz")?;
    files(&archive).into_iter().find(|(name, _)| name.ends_with(path)).map(|(_, bytes)| bytes)
}

#[test]
fn recorded_notes_of_openreview_are_read_whole() {
    let path = "openreview/search_first-3-notes.json";
    let Some(body) = answer("recorded_notes_of_openreview_are_read_whole", path) else { return };
    let batch = read("openreview", &body, Some("application/json"));
    assert!(batch.problems.is_empty() && batch.unusable.is_none(), "{:?}", batch.problems);
    let notes: Vec<Observation> = batch.records.iter().map(observed).collect();
    assert_eq!(notes.len(), 3);
    let [imported, rejected, article] = &notes[..] else { panic!("three notes") };
    assert_eq!(ids(imported), ["doi:10.18653/v1/p19-1423", "openreview:iaA07eD0bP"]);
    assert_eq!(imported.authors.listed[3].name.as_str(), "Sophia Ananiadou");
    assert_eq!(imported.announced.unwrap().at.day().to_string(), "2019-07-01");
    assert_eq!(
        (&imported.venue, imported.license.as_ref().unwrap().as_str()),
        (&None, "https://creativecommons.org/licenses/by-sa/4.0/")
    );
    assert_eq!((rejected.authors.total, &rejected.venue), (8, &None));
    assert_eq!(rejected.announced.unwrap().at.day().to_string(), "2023-10-13");
    assert_eq!(rejected.subjects.len(), 4, "an area and three keywords");
    assert!(!rejected.is_withdrawn);
    assert!(ids(article).contains(&"doi:10.1109/mnet.2023.3336239".to_owned()), "{:?}", ids(article));
    assert_eq!(article.venue.as_ref().unwrap().as_str(), "IEEE Netw. 2024");
}

#[test]
fn recorded_works_of_openalex_are_read_whole() {
    let path = "openalex/fastpaper_openalex_search.json";
    let Some(body) = answer("recorded_works_of_openalex_are_read_whole", path) else { return };
    let works: Value = serde_json::from_slice(&body).unwrap();
    let works = works["results"].as_array().unwrap();
    assert_eq!(works.len(), 3);
    let mut read_works = Vec::new();
    for work in works {
        let source = least(kind("openalex").unwrap());
        let name = format!("doi:{}", work["doi"].as_str().unwrap().trim_start_matches("https://doi.org/"));
        let cursor = source.aim(&Cursor::default(), run(), &[Target { name, announced: None }]);
        let request = source.ask(&cursor, run()).unwrap();
        let response = Response::ok(request.url.clone(), "application/json", work.to_string());
        let mut batch = source.read(&cursor, run(), &request, &response);
        assert!(batch.problems.is_empty() && batch.unusable.is_none(), "{batch:?}");
        read_works.extend(batch.records.pop());
    }
    let counts: Vec<u64> = read_works.iter().map(|work| work.signals[0].1).collect();
    assert_eq!(counts, [3087, 2241, 2019]);
    assert!(
        read_works
            .iter()
            .all(|work| work.role == Role::Enrichment && work.signals[0].0 == SignalKind::Citations)
    );
    let survey = observed(&read_works[1]);
    assert_eq!(ids(&survey), ["arxiv:2111.07624", "doi:10.1007/s41095-022-0271-y"]);
    assert_eq!(survey.citation.unwrap().as_str(), "Computational Visual Media 8(3), 331–368 (2022)");
    let text = survey.abstract_text.unwrap().text;
    assert!(text.as_str().starts_with("Humans can naturally"), "{text}");
    let oldest = observed(&read_works[2]);
    assert!(ids(&oldest).contains(&"pmid:8759451".to_owned()), "{:?}", ids(&oldest));
}

/// What Semantic Scholar's reader makes of papers, asked for by as many names.
fn papers(papers: &[&Value]) -> Batch {
    let source = least(kind("semantic-scholar").unwrap());
    let name = |number| Target { name: format!("pmid:{}", number + 1), announced: None };
    let cursor = source.aim(&Cursor::default(), run(), &(0..papers.len()).map(name).collect::<Vec<_>>());
    let request = source.ask(&cursor, run()).unwrap();
    let body = serde_json::to_vec(papers).unwrap();
    let response = Response::ok(request.url.clone(), "application/json", body);
    source.read(&cursor, run(), &request, &response)
}

/// Every object in an answer that is a paper with a title.
fn objects<'value>(value: &'value Value, found: &mut Vec<&'value Value>) {
    match value {
        Value::Object(members) => {
            if value["paperId"].is_string() && value["title"].is_string() {
                found.push(value);
            }
            members.values().for_each(|member| objects(member, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| objects(entry, found)),
        _other => {}
    }
}

#[test]
fn recorded_papers_of_semantic_scholar_are_read_whole() {
    let test = "recorded_papers_of_semantic_scholar_are_read_whole";
    let Some(path) = recorded(test, "sources/http-semanticscholar.jsonl.gz") else { return };
    let (mut count, mut batches) = (0, 0);
    for exchange in lines(&path) {
        let Ok(body) = serde_json::from_str::<Value>(exchange["body"].as_str().unwrap_or_default()) else {
            continue;
        };
        let mut found = Vec::new();
        objects(&body, &mut found);
        for some in found.chunks(500) {
            let batch = papers(some);
            assert!(batch.problems.is_empty() && batch.unusable.is_none(), "{:?}", batch.problems);
            assert_eq!(batch.records.iter().map(observed).count(), some.len());
            count += some.len();
        }
        if exchange["uri"].as_str().unwrap().contains("paper/batch?fields=abstract") {
            // A true answer to a question for four papers, of which the first is not known.
            let batch = papers(&body.as_array().unwrap().iter().collect::<Vec<_>>());
            let all: Vec<Observation> = batch.records.iter().map(observed).collect();
            assert_eq!((all.len(), batch.problems.len()), (3, 0));
            assert_eq!(ids(&all[0]), ["doi:10.2139/ssrn.288970", "pmid:2"]);
            assert_eq!(batch.records[0].signals, [(SignalKind::Citations, 10_670)]);
            assert_eq!((&all[0].venue, all[0].authors.total), (&None, 3));
            batches += 1;
        }
    }
    println!("semantic-scholar: {count} papers");
    assert!(count >= 7_000 && batches == 1, "{count} papers, {batches} lists");
    for (path, least) in
        [("sotawhat_semantic_scholar_transformer.json", 3), ("fastpaper_semantic_citations.json", 3)]
    {
        let body: Value = serde_json::from_slice(&answer(test, path).unwrap()).unwrap();
        let mut found = Vec::new();
        objects(&body, &mut found);
        let batch = papers(&found);
        assert!(batch.problems.is_empty() && batch.records.len() >= least, "{path}: {:?}", batch.problems);
        for one in batch.records.iter().map(observed) {
            // The name it was asked by, and one of its own.
            assert!(one.ids.len() > 1, "{path}: {:?}", ids(&one));
            assert!(one.venue.as_ref().is_none_or(|venue| venue.as_str() != "arXiv.org"));
        }
    }
}

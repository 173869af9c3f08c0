//! Recorded answers of arXiv's interfaces and of repositories that speak OAI-PMH, each through the matching reader.

use std::collections::BTreeMap;

use offprint::model::record::RawAuthors;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use offprint::sources::Batch;

use super::sources::read_at;
use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;

/// A repository that is known to be exact to the day, so that a list is what is asked for.
const KNOWN: &str = r#"{"identity":{"is_to_the_second":false,"earliest":null}}"#;

/// How many records become papers.
fn observed(records: &[Record]) -> usize {
    let source = SourceId::parse("recorded").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
    let context = Context { source: &source, authority: Authority::Repository, fetched_at, language: None };
    records.iter().filter(|record| observe(record, &context).is_ok()).count()
}

fn answers(test: &str, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let Some(path) = recorded(test, "sources/responses.tar.gz") else { return BTreeMap::new() };
    let inside = format!("{folder}/");
    files(&path)
        .into_iter()
        .filter_map(|(name, bytes)| {
            let (_, name) = name.split_once(&inside)?;
            Some((name.to_owned(), bytes))
        })
        .collect()
}

fn key<'a>(batch: &'a Batch, key: &str) -> &'a Record {
    batch.records.iter().find(|record| record.key == key).unwrap_or_else(|| panic!("{key} is not in it"))
}

#[test]
fn every_recorded_answer_of_arxivs_oai_is_read_whole() {
    let answers = answers("every_recorded_answer_of_arxivs_oai_is_read_whole", "arxiv-oai");
    let mut papers = 0;
    for (name, body) in &answers {
        let batch = read_at("arxiv-oai", None, body, Some("text/xml"));
        assert_eq!((&batch.unusable, &batch.problems[..]), (&None, &[][..]), "{name}");
        assert_eq!(observed(&batch.records), batch.records.len(), "{name}");
        papers += batch.records.len();
        if name.contains("physics-hep-th") {
            let record = key(&batch, "1507.07790");
            assert_eq!(record.citation.as_ref().unwrap().text, "J. Phys. A: Math. Theor. 51 (2018) 035201");
            assert_eq!(record.ids[1].text, "10.1088/1751-8121/aa9c53");
            let dates = [&record.announced, &record.submitted, &record.revised];
            let dates = dates.map(|date| date.as_ref().unwrap().text.as_str());
            assert_eq!(dates, ["2015-07-30T00:00:00-04:00", "2015-07-28", "2016-03-04"]);
            assert_eq!(batch.coverage.len(), 1, "the list is whole");
        }
        if name.contains("arXivRaw") {
            assert_eq!((batch.records.len(), batch.coverage.len()), (1_000, 0), "it goes on with a token");
            let record = key(&batch, "0811.3649");
            assert_eq!(record.version, Some(4));
            assert_eq!(record.submitted.as_ref().unwrap().text, "Fri, 21 Nov 2008 22:59:40 GMT");
            assert!(matches!(&record.authors, RawAuthors::Joined(names) if names == "Zeev Rudnick"));
        }
        if name.contains("record8") || name.contains("record4") {
            let RawAuthors::List(authors) = &batch.records[0].authors else { panic!("{name}") };
            assert!(
                authors[0].name.contains("Collaboration") || authors[0].name.contains("Array"),
                "{authors:?}"
            );
            assert!(authors.iter().all(|author| author.name.chars().any(char::is_alphabetic)), "{name}");
        }
    }
    println!("arxiv-oai: {papers} papers of {} recorded answers", answers.len());
    assert!(answers.is_empty() || (answers.len() >= 9 && papers >= 1_010), "{papers}");
}

#[test]
fn every_recorded_answer_of_arxivs_query_interface_is_read_whole() {
    let answers = answers("every_recorded_answer_of_arxivs_query_interface_is_read_whole", "arxiv-api");
    let mut papers = 0;
    for (name, body) in &answers {
        let batch = read_at("arxiv-api", None, body, Some("application/atom+xml"));
        if name.ends_with(".400.xml") {
            assert_eq!(batch.unusable.as_deref(), Some("incorrect id format for abc"));
            continue;
        }
        assert_eq!(batch.unusable, None, "{name}");
        let of_entries = batch.problems.iter().filter(|problem| problem.place != "id_list");
        assert_eq!(of_entries.count(), 0, "{name}: {:?}", batch.problems);
        assert_eq!(observed(&batch.records), batch.records.len(), "{name}");
        papers += batch.records.len();
        if name.contains("id_astro-ph_0601001") {
            let record = key(&batch, "astro-ph/0601001");
            assert_eq!((record.version, record.subjects[0].term.as_str()), (Some(1), "astro-ph"));
            assert_eq!(record.citation.as_ref().unwrap().text, "ActaAstron.56:1-50,2006");
            let RawAuthors::List(authors) = &record.authors else { panic!("{:?}", record.authors) };
            assert_eq!(
                (authors[0].name.as_str(), authors[0].affiliations[0].as_str()),
                ("Andrew Gould", "Ohio State")
            );
        }
    }
    println!("arxiv-api: {papers} papers of {} recorded answers", answers.len());
    assert!(answers.is_empty() || (answers.len() >= 12 && papers >= 70), "{papers}");
}

#[test]
fn every_recorded_answer_of_the_protocol_is_understood() {
    let answers = answers("every_recorded_answer_of_the_protocol_is_understood", "oai-protocol");
    for (name, body) in &answers {
        let list = read_at("oai-pmh", Some(KNOWN), body, Some("text/xml"));
        let identity = read_at("oai-pmh", None, body, Some("text/xml"));
        assert_eq!(
            identity.unusable.is_none(),
            name.contains("_Identify"),
            "{name}: {:?}",
            identity.unusable
        );
        let expected = match name.as_str() {
            "sickle_ListRecords2.xml" | "sickle_ListRecords3.xml" => None,
            "sickle_ListRecordsBroken.xml" => Some("there is no markup in it, so it is no answer of OAI-PMH"),
            "sickle_undefinedError.xml" => Some("undefinedError"),
            "sickle_cannotDisseminateFormat.xml" => Some("cannotDisseminateFormat"),
            _another_verb => Some("it holds neither a list of records nor an error"),
        };
        assert_eq!(list.unusable.as_deref(), expected, "{name}");
        if expected.is_none() {
            assert_eq!((list.records.len(), list.problems.len()), (1, 1), "{name}: {:?}", list.problems);
            let record = &list.records[0];
            assert_eq!(
                (record.key.as_str(), record.announced.as_ref().unwrap().text.as_str()),
                ("oai:test.example.com:1585322", "2010")
            );
            assert_eq!(record.language.as_deref(), Some("en"));
        }
    }
    assert!(answers.is_empty() || answers.len() >= 10, "{}", answers.len());
}

#[test]
fn recorded_repositories_are_read_to_the_last_record() {
    let test = "recorded_repositories_are_read_to_the_last_record";
    let Some(path) = recorded(test, "sources/http-scholarly-oai-and-rss.jsonl.gz") else { return };
    let (mut pages, mut listed, mut papers, mut deleted) = (0, 0, 0, 0);
    let (mut dated, mut told, mut identified) = (0, 0, 0);
    for exchange in lines(&path) {
        let body = exchange["body"].as_str().unwrap_or_default();
        let uri = exchange["uri"].as_str().unwrap();
        if !body.contains("OAI-PMH") || !uri.contains("verb=ListRecords") || exchange["status"] != 200 {
            continue;
        }
        let batch = read_at("oai-pmh", Some(KNOWN), body.as_bytes(), Some("text/xml"));
        assert_eq!(batch.unusable, None, "{uri}");
        let begins = ["<record>", "<record ", "<oai:record>"];
        let here: usize = begins.iter().map(|begin| body.matches(begin).count()).sum();
        let gone = body.matches("status=\"deleted\"").count();
        let faults: Vec<_> =
            batch.problems.iter().filter(|fault| !fault.message.contains("deleted")).collect();
        assert_eq!(batch.records.len() + gone + faults.len(), here, "{uri}: {faults:?}");
        assert_eq!(observed(&batch.records), batch.records.len(), "{uri}");
        pages += 1;
        listed += here;
        deleted += gone;
        papers += batch.records.len();
        dated += batch.records.iter().filter(|record| record.announced.is_some()).count();
        told += batch.records.iter().filter(|record| record.abstract_text.is_some()).count();
        identified += batch.records.iter().filter(|record| record.ids.len() > 1).count();
    }
    println!(
        "oai-pmh: {papers} papers of {listed} records on {pages} pages, {deleted} deleted, {dated} dated, {told} with a text, {identified} with an address"
    );
    assert!(pages >= 60 && papers >= 3_500, "{pages} pages, {papers} papers");
    assert!(
        dated * 100 >= papers * 95 && identified * 100 >= papers * 95,
        "{dated} dated, {identified} identified"
    );
}

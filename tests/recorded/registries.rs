//! Recorded answers of openRxiv and Crossref: every row and work of them becomes a paper, and what it says is what they say.

use offprint::model::observation::Observation;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use serde_json::Value;
use serde_json::json;

use crate::recorded::sources::read;
use crate::support::data::files;
use crate::support::data::lines;
use crate::support::data::recorded;

fn paper(record: &Record) -> Observation {
    let source = SourceId::parse("recorded").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
    let context = Context { source: &source, authority: Authority::Repository, fetched_at, language: None };
    observe(record, &context).unwrap()
}

#[test]
fn recorded_rows_of_preprint_servers_are_papers() {
    let test = "recorded_rows_of_preprint_servers_are_papers";
    let Some(path) = recorded(test, "sources/responses.tar.gz") else { return };
    let files = files(&path);
    for (kind, first) in [
        ("biorxiv", "Sound-shape correspondences in macaques reveal evolutionary roots of sound symbolism"),
        (
            "medrxiv",
            "Self and Caregiver Reported Choice Making in Autistic Adults: Development and Validation of the AASPIRE \
             Choices and Decisions Scale",
        ),
    ] {
        let body = &files.iter().find(|(name, _)| name.ends_with(&format!("radar_{kind}.json"))).unwrap().1;
        let batch = read(kind, body, Some("application/json"));
        assert!(batch.problems.is_empty() && batch.unusable.is_none(), "{kind}: {batch:?}");
        assert_eq!(batch.records.len(), 10, "{kind}");
        let papers: Vec<Observation> = batch.records.iter().map(paper).collect();
        assert_eq!(papers[0].title.text.as_str(), first);
        for paper in &papers {
            let of_words = paper.abstract_text.as_ref().unwrap().text.as_str();
            assert!(of_words.len() > 200 && !of_words.contains("SCPLOW"), "{of_words}");
            let is_glued =
                ["Background", "Introduction", "Purpose", "Methods", "Results", "Conclusions", "Summary"]
                    .iter()
                    .any(|word| {
                        of_words.split(word).skip(1).any(|rest| rest.starts_with(char::is_alphabetic))
                    });
            assert!(!is_glued, "{of_words}");
            assert!(paper.ids.iter().any(|id| id.to_string().starts_with("doi:10.")), "{:?}", paper.ids);
            assert!(paper.authors.total > 0 && !paper.subjects.is_empty() && paper.version.is_some());
            assert_eq!(paper.announced.is_some(), paper.version == Some(1), "{paper:?}");
            assert_eq!(paper.revised.is_some(), paper.version > Some(1), "{paper:?}");
        }
        let placed = papers.iter().flat_map(|paper| &paper.authors.listed);
        let placed = placed.filter(|author| !author.affiliations.is_empty()).count();
        println!(
            "{kind}: {} papers, {placed} with the institution of their corresponding author",
            papers.len()
        );
        assert!(placed >= 7, "{kind}: {placed}");
    }
}

#[test]
fn recorded_lists_of_crossref_are_read_to_the_last_work() {
    let test = "recorded_lists_of_crossref_are_read_to_the_last_work";
    let (mut lists, mut works, mut papers, mut untitled, mut passed_over) = (0, 0, 0, 0, 0);
    for file in ["http-crossref-habanero", "http-crossref-rcrossref"] {
        let Some(path) = recorded(test, &format!("sources/{file}.jsonl.gz")) else { return };
        for exchange in lines(&path) {
            let body = exchange["body"].as_str().unwrap_or_default();
            let Ok(answer) = serde_json::from_str::<Value>(body) else { continue };
            // A work that was asked for alone is put into the list that it would have come in.
            let body = match answer["message-type"].as_str() {
                Some("work-list") => body.to_owned(),
                Some("work") => json!({"message": {"items": [answer["message"]]}}).to_string(),
                _other => continue,
            };
            let items = answer["message"]["items"].as_array().map_or(1, Vec::len);
            let batch = read("crossref", body.as_bytes(), Some("application/json"));
            assert!(batch.unusable.is_none(), "{}: {batch:?}", exchange["uri"]);
            lists += 1;
            works += items;
            papers += batch.records.iter().map(paper).count();
            let faults = batch.problems.iter().filter(|problem| problem.place.contains("work "));
            let faults: Vec<_> = faults.collect();
            for fault in &faults {
                let is_known = ["has no title", "it has no DOI", "it is no work"]
                    .iter()
                    .any(|end| fault.message.ends_with(end));
                assert!(is_known, "{}: {fault}", exchange["uri"]);
            }
            untitled += faults.len();
            passed_over += items - batch.records.len() - faults.len();
        }
    }
    println!(
        "crossref: {papers} papers of {works} works in {lists} lists; {untitled} lack title or DOI, {passed_over} are no papers"
    );
    assert!(
        lists >= 74 && works >= 802 && papers >= 671 && untitled == 0,
        "{lists} {works} {papers} {untitled}"
    );
}

#[test]
fn recorded_works_of_crossref_say_what_they_said() {
    let test = "recorded_works_of_crossref_say_what_they_said";
    let Some(path) = recorded(test, "sources/responses.tar.gz") else { return };
    let files = files(&path);
    let find = |end: &str| files.iter().find(|(name, _)| name.ends_with(end)).unwrap().1.clone();
    let batch = read("crossref", &find("crossref/radar_crossref.json"), Some("application/json"));
    assert!(batch.unusable.is_none() && batch.records.len() == 6, "{batch:?}");
    let first = paper(&batch.records[0]);
    assert_eq!(first.announced.unwrap().at.day().to_string(), "2016-04-02");
    let cited = first.citation.unwrap();
    assert!(cited.as_str().ends_with("Education 3(3)") && !cited.as_str().contains("2106"), "{cited}");
    let second = paper(&batch.records[1]);
    assert_eq!(second.venue.unwrap().as_str(), "World Health & Population");
    assert_eq!(second.authors.listed[0].name.as_str(), "Lydia Kapiriri");

    // Works that were recorded one by one, put into the list that they would have come in.
    for (end, doi) in [
        ("papis_test_1_multiple_authors.json", None),
        ("papis_test_2_abstract.json", None),
        ("papis_test_5_aps_article_number.json", Some("doi:10.1103/physreva.106.022212")),
        ("hepcrawl_sample_crossref_record.json", None),
        ("hepcrawl_s1463-4988(99)00060-3.json", Some("doi:10.1016/s1463-4988(99)00060-3")),
        ("fatcat_crossref-works.single.json", None),
    ] {
        let work: Value = serde_json::from_slice(&find(end)).unwrap();
        let work = work.get("message").unwrap_or(&work);
        let body = json!({"status": "ok", "message": {"total-results": 1, "items": [work]}});
        let batch = read("crossref", body.to_string().as_bytes(), Some("application/json"));
        assert!(batch.records.len() == 1 && batch.problems.is_empty(), "{end}: {batch:?}");
        let paper = paper(&batch.records[0]);
        let ids: Vec<String> = paper.ids.iter().map(ToString::to_string).collect();
        assert!(doi.is_none_or(|doi| ids.contains(&doi.to_owned())), "{end}: {ids:?}");
        assert!(paper.authors.total > 0 && paper.announced.is_some(), "{end}: {paper:?}");
        if end.contains("article_number") {
            let cited = paper.citation.unwrap();
            assert!(cited.as_str().starts_with("Physical Review A 106(2), 022212"), "{cited}");
            assert_eq!(paper.authors.listed[1].orcid.as_ref().unwrap().as_str(), "0000-0002-2515-3842");
        }
    }
}

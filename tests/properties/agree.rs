//! The matcher of new papers and the search index find exactly the papers that the plain evaluator lets pass, for any query
//! over any papers: with several segments, papers replaced and papers removed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use offprint::index;
use offprint::index::Settings;
use offprint::index::reader::Search;
use offprint::index::reader::Sort;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::signal::Signal;
use offprint::query::Query;
use offprint::query::document::Document;
use offprint::topics::Topics;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::TestError;
use proptest::test_runner::TestRunner;

mod made;

/// So many papers and queries meet at once, each with each.
const PAPERS: u64 = 40;
const QUERIES: usize = 150;

/// So many pairs meet unless the environment says otherwise.
const PAIRS: u64 = 36_000;

#[expect(clippy::disallowed_methods, reason = "a long run is asked for by the environment")]
fn cases() -> u32 {
    let pairs = std::env::var("OFFPRINT_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    u32::try_from(pairs.div_ceil(PAPERS * u64::try_from(QUERIES).unwrap())).unwrap()
}

type Papers = Vec<(Paper, Vec<Signal>)>;

/// Papers, some of which come twice, in different shapes.
fn papers() -> impl Strategy<Value = Papers> {
    (0..PAPERS).map(|number| made::paper(number * 7 % (PAPERS - 5))).collect::<Vec<_>>()
}

fn wanted<'d>(query: &Query, documents: &'d BTreeMap<PaperId, Document>) -> BTreeSet<&'d PaperId> {
    documents.iter().filter(|(_, document)| query.matches(document, made::NOW)).map(|(id, _)| id).collect()
}

#[test]
fn matcher_and_index_find_exactly_what_the_evaluator_lets_pass() {
    let config =
        Config { cases: cases(), failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let matches = Cell::new(0_usize);
    let strategy = (papers(), prop::collection::vec(made::query(), QUERIES), 1..PAPERS);
    let outcome = TestRunner::new(config).run(&strategy, |(papers, queries, cut)| {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { path: folder.path().to_owned(), heap_bytes: 16 << 20 };
        let (mut writer, reader, _report) = index::open(&settings).unwrap();
        let mut documents = BTreeMap::new();
        for (place, (paper, signals)) in (1..).zip(&papers) {
            let beside = made::beside(paper, signals);
            let document = Document::new(paper, &beside);
            writer.put(paper, &document).unwrap();
            documents.insert(paper.id.clone(), document);
            if place % cut == 0 {
                writer.commit(place).unwrap();
            }
        }
        for (paper, _) in papers.iter().take(3) {
            writer.remove(&paper.id).unwrap();
            documents.remove(&paper.id);
        }
        writer.commit(PAPERS + 1).unwrap();
        let topics = Topics::new(queries.iter().enumerate().map(made::topic).collect());
        for (paper, signals) in papers.iter().rev().take(10) {
            let beside = made::beside(paper, signals);
            let document = Document::new(paper, &beside);
            let plain = queries.iter().enumerate().filter(|(_, query)| query.matches(&document, made::NOW));
            let plain: Vec<usize> = plain.map(|(place, _)| place).collect();
            prop_assert_eq!(topics.places_of_paper(paper, &beside, made::NOW), plain);
        }
        for query in &queries {
            let wanted = wanted(query, &documents);
            let found = reader.matching(query, made::NOW).unwrap();
            let unique: BTreeSet<&PaperId> = found.iter().collect();
            prop_assert_eq!(unique.len(), found.len(), "{} finds a paper twice", query);
            let detail = || {
                let odd = unique.symmetric_difference(&wanted).next().map(|id| (id, &documents[*id]));
                format!("{query} is answered wrongly, as for {odd:#?}")
            };
            prop_assert!(unique == wanted, "{}", detail());
            matches.set(matches.get() + wanted.len());
            check_searches(&reader, query, &found)?;
        }
        Ok(())
    });
    if let Err(TestError::Fail(reason, _papers)) = &outcome {
        panic!("{reason}");
    }
    outcome.unwrap();
    assert!(matches.get() > 0);
}

/// Both orders give the same papers, and facets count them.
fn check_searches(
    reader: &index::reader::Reader,
    query: &Query,
    found: &[PaperId],
) -> Result<(), TestCaseError> {
    let unique: BTreeSet<&PaperId> = found.iter().collect();
    for sort in [Sort::Relevance, Sort::Newest] {
        let search = Search { now: made::NOW, sort, offset: 0, limit: 100, facets: true };
        let answer = reader.search(query, &search).unwrap();
        prop_assert_eq!(answer.total, u64::try_from(found.len()).unwrap(), "{}", query);
        let hits: BTreeSet<&PaperId> = answer.hits.iter().map(|hit| &hit.paper).collect();
        prop_assert_eq!(&hits, &unique, "{}", query);
        prop_assert!(answer.hits.is_sorted_by(|one, next| one.score >= next.score), "{}", query);
        prop_assert!(answer.hits.iter().all(|hit| hit.score.is_finite() && hit.score >= 0.0));
        let years: u64 = answer.facets.years.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(years, answer.total);
        let few = Search { offset: 3, limit: 4, facets: false, ..search };
        let page = reader.search(query, &few).unwrap();
        let expected = answer.hits.get(3..answer.hits.len().min(7)).unwrap_or_default();
        prop_assert_eq!(page.hits.as_slice(), expected);
        prop_assert_eq!(page.total, answer.total);
    }
    Ok(())
}

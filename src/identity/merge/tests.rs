//! What merging does to one paper.

use super::*;
use crate::identity::decide::Verdict;
use crate::identity::decide::decide;
use crate::model::author::Authors;
use crate::model::record::Role;
use crate::model::source::SourceId;
use crate::model::subject::Subject;
use crate::model::subject::SubjectScheme;
use crate::model::text::Text;
use crate::model::text::Title;

fn observation(source: &str, authority: Authority, at: i64) -> Observation {
    Observation {
        source: SourceId::parse(source).unwrap(),
        key: Text::line("2608.00001"),
        authority,
        fetched_at: Timestamp::from_micros(at),
        ids: BTreeSet::from([ExternalId::parse("arxiv:2608.00001").unwrap()]),
        title: Title { text: Text::line("Flags in gardens"), tex: None },
        abstract_text: None,
        authors: Authors::default(),
        subjects: Vec::new(),
        announce: None,
        version: None,
        announced: None,
        submitted: None,
        revised: None,
        comment: None,
        venue: None,
        citation: None,
        license: None,
        organisation: None,
        language: None,
        links: Vec::new(),
        is_withdrawn: false,
        is_retracted: false,
        role: Role::Paper,
    }
}

fn arxiv(version: u32, at: i64) -> Observation {
    Observation { version: Some(version), ..observation("arxiv", Authority::Repository, at) }
}

fn id(number: u128) -> PaperId {
    PaperId::mint(number)
}

#[test]
fn a_new_version_moves_updated_and_keeps_the_identifier() {
    let paper = begin(id(1), arxiv(1, 10));
    let merged = merge(&paper, arxiv(2, 20));
    assert_eq!(merged.paper.id, id(1));
    assert_eq!(merged.change, Change::Revised(BTreeSet::from([Event::Version(2)])));
    assert_eq!(merged.paper.updated(), Timestamp::from_micros(20));
}

#[test]
fn a_second_source_changes_nothing_for_readers_but_is_kept() {
    let paper = begin(id(1), arxiv(1, 10));
    let merged = merge(&paper, observation("hf", Authority::Aggregator, 20));
    assert_eq!(merged.change, Change::Unchanged);
    assert!(merged.is_dirty);
    assert_eq!(merged.paper.updated(), Timestamp::from_micros(10));
    assert_eq!(merged.paper.sources().len(), 2);
}

#[test]
fn the_same_report_again_is_nothing_to_store() {
    let paper = begin(id(1), arxiv(1, 10));
    let merged = merge(&paper, arxiv(1, 20));
    assert_eq!((merged.change, merged.is_dirty), (Change::Unchanged, false));
}

#[test]
fn an_old_version_that_comes_late_undoes_nothing() {
    let paper = begin(id(1), arxiv(3, 10));
    let merged = merge(&paper, arxiv(1, 20));
    assert_eq!(merged.change, Change::Unchanged);
    assert_eq!(merged.paper.version(), Some(3));
    assert_eq!(merged.paper.updated(), Timestamp::from_micros(10));
}

#[test]
fn the_repository_has_the_last_word_on_the_title() {
    let mut copy = observation("hf", Authority::Aggregator, 10);
    copy.title.text = Text::line("Flags in gardens 2.5times");
    let merged = merge(&begin(id(1), copy), arxiv(1, 20));
    assert_eq!(merged.paper.title().text.as_str(), "Flags in gardens");
}

#[test]
fn a_further_subject_is_a_cross_list_and_no_event() {
    let subject = |term| Subject { scheme: SubjectScheme::Arxiv, term: Text::line(term) };
    let mut first = arxiv(1, 10);
    first.subjects = vec![subject("cs.LG")];
    let mut second = arxiv(1, 20);
    second.subjects = vec![subject("cs.LG"), subject("cs.CL")];
    let merged = merge(&begin(id(1), first), second);
    assert_eq!(merged.change, Change::CrossListed);
    assert_eq!(merged.paper.updated(), Timestamp::from_micros(10));
}

#[test]
fn a_withdrawn_paper_keeps_its_identifier_and_says_so() {
    let mut gone = arxiv(2, 20);
    gone.is_withdrawn = true;
    let merged = merge(&begin(id(1), arxiv(1, 10)), gone);
    assert_eq!(merged.change, Change::Withdrawn);
    assert!(merged.paper.is_withdrawn());
    assert_eq!(merged.paper.id, id(1));
}

#[test]
fn one_doi_claimed_by_two_preprints_keeps_them_apart() {
    let doi = ExternalId::parse("doi:10.1000/x").unwrap();
    let mut first = arxiv(1, 10);
    first.ids.insert(doi.clone());
    let mut second = arxiv(1, 20);
    second.ids = BTreeSet::from([ExternalId::parse("arxiv:2608.00002").unwrap(), doi.clone()]);
    let known = [begin(id(1), first)];
    assert_eq!(decide(&second, &known), Verdict::New);
    let both = [known[0].clone(), begin(id(2), second)];
    let mut journal = observation("journal", Authority::Publisher, 30);
    journal.ids = BTreeSet::from([doi]);
    assert_eq!(decide(&journal, &both), Verdict::Unsure(vec![id(1), id(2)]));
}

#[test]
fn an_observation_that_names_both_makes_two_papers_one_and_the_older_stays() {
    let mut journal = observation("journal", Authority::Publisher, 5);
    journal.ids = BTreeSet::from([ExternalId::parse("doi:10.1000/x").unwrap()]);
    let (older, younger) = (begin(id(9), journal), begin(id(1), arxiv(1, 10)));
    let mut link = arxiv(1, 20);
    link.ids.insert(ExternalId::parse("doi:10.1000/x").unwrap());
    assert_eq!(decide(&link, &[younger.clone(), older.clone()]), Verdict::Same(vec![id(9), id(1)]));
    let one = absorb(&older, &younger);
    assert_eq!((one.id, one.aliases), (id(9), BTreeSet::from([id(1)])));
}

//! What merging does to one paper.

use super::*;
use crate::model::author::Authors;
use crate::model::link::Link;
use crate::model::link::WebUrl;
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
        earlier: BTreeSet::new(),
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
        submitter: None,
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
fn a_retraction_and_code_are_told_once_and_dated_by_the_first_report() {
    let day = 86_400_000_000;
    let mut notice = observation("crossref", Authority::Aggregator, 8 * day);
    notice.is_retracted = true;
    let mut listed = observation("hf", Authority::Aggregator, 9 * day);
    let url = WebUrl::parse("https://code.example/flags").unwrap();
    listed.links.push(Link { kind: LinkKind::Code, url });
    let retracted = merge(&begin(id(1), arxiv(1, 10)), notice.clone());
    assert_eq!((retracted.change, retracted.paper.state()), (Change::Withdrawn, Some("retracted")));
    let coded = merge(&retracted.paper, listed.clone());
    assert_eq!(coded.change, Change::Revised(BTreeSet::from([Event::CodeReleased])));
    assert_eq!(coded.paper.updated(), Timestamp::from_micros(9 * day));
    let late = Observation { fetched_at: Timestamp::from_micros(11 * day), ..notice };
    assert!(!merge(&coded.paper, late).is_dirty);
    let other_order = merge(&begin(id(1), listed), arxiv(1, 10)).paper;
    assert_eq!(
        other_order.updates().collect::<Vec<_>>(),
        [(Event::CodeReleased, Timestamp::from_micros(9 * day))]
    );
}

#[test]
fn a_notice_gives_no_field_and_what_only_adds_comes_second() {
    let moment =
        |days: i64| Moment { at: Timestamp::from_micros(days * 86_400_000_000), precision: Precision::Day };
    let listed = Observation { announced: None, ..observation("pubmed", Authority::Aggregator, 10) };
    let mut notice = observation("a-notice", Authority::Publisher, 20);
    notice.title.text = Text::line("Retraction: Flags in gardens");
    notice.ids = BTreeSet::from([ExternalId::parse("doi:10.1000/x").unwrap()]);
    (notice.announced, notice.venue) = (Some(moment(9)), Some(Text::line("Retractions")));
    (notice.role, notice.is_retracted) = (Role::Notice, true);
    let mut work = observation("a-work", Authority::Aggregator, 30);
    work.title.text = Text::line("FLAGS IN GARDENS");
    (work.role, work.venue) = (Role::Enrichment, Some(Text::line("Journal of Flags")));
    let paper = merge(&merge(&begin(id(1), listed), notice).paper, work).paper;
    assert_eq!(paper.title().text.as_str(), "Flags in gardens");
    assert_eq!((paper.announced(), paper.venue().unwrap().as_str()), (None, "Journal of Flags"));
    assert_eq!(paper.events.keys().collect::<Vec<_>>(), [&Event::Retracted]);
}

#[test]
fn a_version_that_is_long_made_is_history() {
    let revised =
        |days: i64| Moment { at: Timestamp::from_micros(days * 86_400_000_000), precision: Precision::Day };
    let heard = 400 * 86_400_000_000;
    let of_old = Observation { revised: Some(revised(300)), ..arxiv(3, heard) };
    let merged = merge(&begin(id(1), arxiv(1, 10)), of_old);
    assert_eq!(merged.change, Change::Unchanged);
    let of_late = Observation { revised: Some(revised(390)), ..arxiv(4, heard) };
    assert_eq!(merge(&merged.paper, of_late).paper.updated(), Timestamp::from_micros(heard));
}

#[test]
fn an_absorbed_paper_leaves_its_identifier_as_an_alias() {
    let mut journal = observation("journal", Authority::Publisher, 5);
    journal.ids = BTreeSet::from([ExternalId::parse("doi:10.1000/x").unwrap()]);
    let one = absorb(&begin(id(9), journal), &begin(id(1), arxiv(1, 10)));
    assert_eq!((one.id, one.aliases.keys().cloned().collect()), (id(9), BTreeSet::from([id(1)])));
    assert_eq!(one.observations.len(), 2);
}

#[test]
fn a_former_title_is_remembered_with_its_authors_and_only_once() {
    let titled = |title: &str, version, at| {
        let mut one = arxiv(version, at);
        one.title.text = Text::line(title);
        one
    };
    let paper = begin(id(1), titled("Flags in gardens", 1, 10));
    let paper = merge(&paper, titled("Flags in Gardens!", 2, 20)).paper;
    assert!(paper.observations[0].earlier.is_empty(), "letters and marks are no other title");
    let paper = merge(&paper, titled("Banners in parks", 3, 30)).paper;
    let paper = merge(&paper, titled("Pennants in parks", 4, 40)).paper;
    let titles = |paper: &Paper| -> Vec<String> {
        paper.observations[0].earlier.iter().map(|naming| naming.title.to_string()).collect()
    };
    assert_eq!(titles(&paper), ["Banners in parks", "Flags in Gardens!"]);
    let late = merge(&paper, titled("Banners in parks", 3, 50));
    assert!(!late.is_dirty, "a late word on version 3 tells nothing new");
    let back = merge(&paper, titled("Flags in gardens", 5, 60)).paper;
    assert_eq!(titles(&back), ["Banners in parks", "Pennants in parks"]);
}

#[test]
fn what_leaves_a_paper_takes_its_events_along() {
    let mut journal = observation("journal", Authority::Publisher, 30);
    journal.ids = BTreeSet::from([ExternalId::parse("doi:10.1000/x").unwrap()]);
    let whole = merge(&begin(id(1), arxiv(2, 10)), journal).paper;
    assert!(whole.events.contains_key(&Event::Published));
    let left = part(&whole, |one| one.source.as_str() == "journal").unwrap();
    assert_eq!(left.events.keys().collect::<Vec<_>>(), [&Event::Version(2)]);
    assert_eq!(left.sources().len(), 1);
    assert_eq!(part(&whole, |_all| true), None);
    let gone = merge(&whole, Observation { is_withdrawn: true, ..arxiv(2, 40) }).paper;
    let back = merge(&gone, arxiv(3, 50)).paper;
    assert_eq!(part(&back, |_none| false), Some(back.clone()), "what happened once is kept");
}

#[test]
fn what_happened_to_an_absorbed_paper_keeps_the_name_it_was_listed_under() {
    let elsewhere = |at| observation("journal", Authority::Publisher, at);
    let published = |at| Observation { citation: Some(Text::line("J. Flags 1, 2")), ..elsewhere(at) };
    let older = merge(&begin(id(9), arxiv(1, 10)), arxiv(2, 15)).paper;
    let younger = merge(&begin(id(1), elsewhere(20)), published(40)).paper;
    let news: Vec<_> = younger.updates().collect();
    assert_eq!(news, [(Event::Published, Timestamp::from_micros(40))]);
    let one = absorb(&older, &younger);
    assert_eq!(one.listed_as(Event::Published, Timestamp::from_micros(40)), &id(1));
    assert_eq!(one.listed_as(Event::Version(2), Timestamp::from_micros(15)), &id(9));
    let all = absorb(&begin(id(5), observation("forum", Authority::Aggregator, 5)), &one);
    assert_eq!(all.listed_as(Event::Published, Timestamp::from_micros(40)), &id(1));
    assert_eq!(all.listed_as(Event::Version(2), Timestamp::from_micros(15)), &id(9));
}

#[test]
fn what_a_registry_lists_without_a_venue_was_published_nowhere() {
    let doi = "10.1000/archive.7";
    let mut listed = observation("registry", Authority::Aggregator, 20);
    listed.key = Text::line(doi);
    listed.ids.insert(ExternalId::parse(&format!("doi:{doi}")).unwrap());
    let told = |observation: &Observation| {
        merge(&begin(id(1), arxiv(1, 10)), observation.clone()).paper.events.contains_key(&Event::Published)
    };
    assert!(!told(&listed));
    assert!(told(&Observation { venue: Some(Text::line("Proceedings of Flags")), ..listed.clone() }));
    assert!(told(&Observation { authority: Authority::Publisher, ..listed.clone() }));
    assert!(told(&Observation { key: Text::line("another"), ..listed }));
}

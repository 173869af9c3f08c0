//! Chains, conflicts and rulings over a handful of observations, in every order.

use std::collections::BTreeSet;

use super::*;
use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::model::time::Moment;

const TITLE: &str = "Counting flags in sparse gardens";

fn seen(source: &str, ids: &[&str], title: &str, authors: &[&str]) -> Observation {
    let author = |name: &&str| {
        let (given, family) = name.rsplit_once(' ').unwrap();
        Author {
            name: Text::line(name),
            family: Some(Text::line(family)),
            given: Some(Text::line(given)),
            orcid: None,
            affiliations: Vec::new(),
        }
    };
    let listed: Vec<Author> = authors.iter().map(author).collect();
    Observation {
        source: SourceId::parse(source).unwrap(),
        key: Text::line("key"),
        authority: Authority::Repository,
        fetched_at: Timestamp::from_seconds(1),
        ids: ids.iter().map(|id| ExternalId::parse(id).unwrap()).collect(),
        title: Title { text: Text::line(title), tex: None },
        earlier: BTreeSet::new(),
        abstract_text: None,
        authors: Authors { total: u32::try_from(listed.len()).unwrap(), listed },
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

/// Two authors and the usual title.
fn named(source: &str, ids: &[&str]) -> Observation {
    seen(source, ids, TITLE, &["Ann Example", "Bo Test"])
}

/// The papers as sets of source names; the same for every order of the observations, or the test fails.
fn papers(observations: &[Observation], rulings: &[Ruling]) -> BTreeSet<Vec<String>> {
    let decided = |order: &[usize]| -> BTreeSet<Vec<String>> {
        let ordered: Vec<&Observation> = order.iter().map(|at| &observations[*at]).collect();
        let decision = decide(&ordered, &rulings.iter().collect::<Vec<_>>());
        assert_eq!(decision.joins.len() + decision.groups.len(), observations.len());
        let names = |group: &Vec<usize>| {
            let mut names: Vec<String> = group.iter().map(|at| ordered[*at].source.to_string()).collect();
            names.sort();
            names
        };
        decision.groups.iter().map(names).collect()
    };
    let mut order: Vec<usize> = (0..observations.len()).collect();
    let first = decided(&order);
    for _round in 0..observations.len() {
        order.rotate_left(1);
        assert_eq!(decided(&order), first);
        let mut turned = order.clone();
        turned.reverse();
        assert_eq!(decided(&turned), first);
    }
    first
}

fn groups(expected: &[&[&str]]) -> BTreeSet<Vec<String>> {
    expected.iter().map(|group| group.iter().map(|name| (*name).to_owned()).collect()).collect()
}

#[test]
fn a_title_and_its_authors_join_what_shares_no_identifier() {
    let all = [
        named("arxiv", &["arxiv:2608.00001"]),
        named("journal", &["doi:10.1000/x"]),
        named("openreview", &["openreview:aB3dE5fG7h"]),
        named("preprints", &["doi:10.1101/2026.01.01.1"]),
    ];
    assert_eq!(papers(&all, &[]), groups(&[&["arxiv", "journal", "openreview", "preprints"]]));
}

#[test]
fn other_authors_another_year_or_another_part_are_other_papers() {
    let arxiv = named("arxiv", &["arxiv:2608.00001"]);
    let authors = |names: &[&str]| seen("other", &[], TITLE, names);
    let apart = groups(&[&["arxiv"], &["other"]]);
    assert_eq!(papers(&[arxiv.clone(), authors(&["Ann Example", "Cy Probe"])], &[]), apart);
    assert_eq!(papers(&[arxiv.clone(), authors(&[])], &[]), apart);
    let mut later = authors(&["Ann Example", "Bo Test"]);
    later.announced = Some(Moment::on(chrono::NaiveDate::from_ymd_opt(2028, 1, 1).unwrap()));
    assert_eq!(papers(&[arxiv.clone(), later], &[]), apart);
    for title in ["Counting flags in sparse gardens, part 2", "Comment on Counting flags in sparse gardens"] {
        let other = seen("other", &[], title, &["Ann Example", "Bo Test"]);
        assert_eq!(papers(&[arxiv.clone(), other], &[]), apart, "{title}");
    }
    let together = groups(&[&["arxiv", "other"]]);
    assert_eq!(papers(&[arxiv, authors(&["A. Example", "Test Bo", "Cy Probe"])], &[]), together);
}

#[test]
fn a_short_title_needs_every_author() {
    let short = |source, authors: &[&str]| seen(source, &[], "Brains on beats", authors);
    let one = short("one", &["Ann Example", "Bo Test", "Cy Probe"]);
    let two = short("two", &["Ann Example", "Bo Test", "Di Trial"]);
    assert_eq!(papers(&[one.clone(), two], &[]), groups(&[&["one"], &["two"]]));
    let two = short("two", &["Ann Example", "Bo Test", "Cy Probe"]);
    assert_eq!(papers(&[one, two], &[]), groups(&[&["one", "two"]]));
}

#[test]
fn a_chain_never_joins_what_identifiers_keep_apart() {
    let all = [
        named("first", &["arxiv:2608.00001"]),
        named("journal", &["doi:10.1000/x"]),
        named("second", &["arxiv:2608.00002"]),
    ];
    assert_eq!(papers(&all, &[]), groups(&[&["first", "journal"], &["second"]]));
    let all = [
        named("arxiv", &["arxiv:2608.00001"]),
        named("conference", &["doi:10.1000/a"]),
        named("journal", &["doi:10.1000/b"]),
    ];
    assert_eq!(papers(&all, &[]), groups(&[&["arxiv", "conference"], &["journal"]]));
}

#[test]
fn a_shared_doi_goes_to_the_arxiv_paper_of_its_title() {
    let all = [
        seen("first", &["arxiv:2608.00001", "doi:10.1000/x"], "Something else entirely here", &["Di Trial"]),
        named("second", &["arxiv:2608.00002", "doi:10.1000/x"]),
        named("journal", &["doi:10.1000/x"]),
    ];
    assert_eq!(papers(&all, &[]), groups(&[&["first"], &["journal", "second"]]));
    let decision = decide(&all.iter().collect::<Vec<_>>(), &[]);
    assert!(!decision.contradictions.is_empty());
}

#[test]
fn a_paper_is_still_known_by_a_title_that_its_source_has_given_up() {
    let mut renamed = named("arxiv", &["arxiv:2608.00001"]);
    let naming = crate::model::observation::Naming {
        title: renamed.title.text.clone(),
        authors: renamed.authors.listed.clone(),
    };
    renamed.earlier.insert(naming);
    renamed.title.text = Text::line("Enumerating banners");
    let all = [renamed, named("journal", &["doi:10.1000/x"])];
    assert_eq!(papers(&all, &[]), groups(&[&["arxiv", "journal"]]));
}

#[test]
fn rulings_prevail_and_the_latest_prevails_over_the_others() {
    let all = [named("arxiv", &["arxiv:2608.00001"]), named("hf", &["arxiv:2608.00001"])];
    let ruled = |at, verdict| Ruling::between(Timestamp::from_seconds(at), verdict, &[&all[0]], &[&all[1]]);
    let (apart, together) = (groups(&[&["arxiv"], &["hf"]]), groups(&[&["arxiv", "hf"]]));
    assert_eq!(papers(&all, &[ruled(1, Ruled::Different)]), apart);
    assert_eq!(papers(&all, &[ruled(1, Ruled::Different), ruled(2, Ruled::Same)]), together);
    assert_eq!(papers(&all, &[ruled(2, Ruled::Different), ruled(1, Ruled::Same)]), apart);
    let two = [
        named("first", &["arxiv:2608.00001"]),
        seen("second", &["arxiv:2608.00002"], "Something else", &["Di Trial"]),
        seen("late", &["arxiv:2608.00002"], "Something else", &["Di Trial"]),
    ];
    let joined = Ruling::between(Timestamp::from_seconds(1), Ruled::Same, &[&two[0]], &[&two[1]]);
    assert_eq!(papers(&two, &[joined]), groups(&[&["first", "late", "second"]]));
}

#[test]
fn nothing_bridges_what_the_operator_has_parted() {
    let all = [
        named("arxiv", &["arxiv:2608.00001"]),
        named("journal", &["doi:10.1000/x"]),
        named("bridge", &["openreview:aB3dE5fG7h"]),
    ];
    let parted = Ruling::between(Timestamp::from_seconds(1), Ruled::Different, &[&all[0]], &[&all[1]]);
    let found = papers(&all, std::slice::from_ref(&parted));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        !found
            .iter()
            .any(|group| group.contains(&"arxiv".to_owned()) && group.contains(&"journal".to_owned()))
    );
    // Another record of the parted identifier falls under the ruling too.
    let late = [all[0].clone(), all[1].clone(), named("crossref", &["doi:10.1000/x"])];
    assert_eq!(papers(&late, &[parted]), groups(&[&["arxiv"], &["crossref", "journal"]]));
}

#[test]
fn a_notice_about_two_papers_brings_them_not_together() {
    let one = seen("one", &["doi:10.1000/a"], "Counting flags", &["Ann Example", "Bo Test"]);
    let other = seen("other", &["doi:10.1000/b"], "Watering gardens", &["Cy Sample", "Di Test"]);
    let about = |source: &str, ids: &[&str]| Observation {
        role: Role::Notice,
        ..seen(source, ids, "Retraction: Counting flags", &["Ann Example", "Bo Test"])
    };
    let both = about("notice", &["doi:10.1000/a", "doi:10.1000/b"]);
    let found = papers(&[one.clone(), other.clone(), both], &[]);
    assert_eq!(found.len(), 2, "{found:?}");
    // A notice that names no paper that is known stands alone, whatever its title.
    let alone = papers(&[one, about("notice", &["doi:10.1000/c"])], &[]);
    assert_eq!(alone.len(), 2, "{alone:?}");
}

#[test]
fn two_preprints_of_one_repository_are_two_unless_they_are_versions() {
    let bulletin = |source: &str, id: &str| seen(source, &[id], "Annual report", &["Ann Example", "Bo Test"]);
    let two = [bulletin("one", "doi:10.64898/2026.01.01.1"), bulletin("other", "doi:10.64898/2026.01.02.2")];
    assert_eq!(papers(&two, &[]).len(), 2);
    let versions =
        [bulletin("one", "doi:10.21203/rs.3.rs-1/v1"), bulletin("other", "doi:10.21203/rs.3.rs-1/v2")];
    assert_eq!(papers(&versions, &[]).len(), 1);
    let elsewhere = [bulletin("one", "doi:10.64898/2026.01.01.1"), bulletin("other", "doi:10.5281/zenodo.7")];
    assert_eq!(papers(&elsewhere, &[]).len(), 1);
}

#[test]
fn a_work_of_an_index_that_names_two_unlike_papers_brings_them_not_together() {
    let one = seen("one", &["doi:10.1000/a"], "Counting flags in gardens", &["Ann Example", "Bo Test"]);
    let other = seen("other", &["doi:10.1000/b"], "Watering beds of flowers", &["Cy Sample", "Di Test"]);
    let preprint =
        seen("server", &["arxiv:2608.00001"], "Counting flags in gardens", &["Ann Example", "Bo Test"]);
    let work = |title: &str, ids: &[&str]| Observation {
        role: Role::Enrichment,
        ..seen("index", ids, title, &["Ann Example", "Bo Test"])
    };
    let wrong = work("Worms of the deep sea", &["doi:10.1000/a", "doi:10.1000/b"]);
    assert_eq!(papers(&[one.clone(), other, wrong], &[]).len(), 2);
    let right = work("Counting flags in gardens", &["doi:10.1000/a", "arxiv:2608.00001"]);
    assert_eq!(papers(&[one, preprint, right], &[]).len(), 1);
}

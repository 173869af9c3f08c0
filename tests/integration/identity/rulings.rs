//! What the operator rules sticks: through later reports, a rebuild, an export and an import; and can be undone.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use offprint::daemon::asks::Answer;
use offprint::daemon::asks::Ask;
use offprint::daemon::papers::Field;
use offprint::daemon::papers::Ruled as RuledView;
use offprint::harvest::plan;
use offprint::harvest::shelf::StoreShelf;
use offprint::model::observation::Observation;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Plan;
use offprint::model::ruling::Ruled;
use offprint::model::ruling::Ruling;
use offprint::model::text::Text;
use offprint::model::time::Timestamp;
use offprint::store;
use tokio_util::sync::CancellationToken;

use super::Library;
use super::at;
use super::four_reports;
use super::groups;
use super::in_print;
use super::preprint;
use super::seen;
use crate::integration::harvest::configuration;
use crate::integration::harvest::ordinary;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::stored::settings;

impl Library {
    /// The operator's word on the record of this key and all others.
    fn rule_on(&mut self, seconds: i64, verdict: Ruled, key: &str) {
        let papers = self.papers();
        let all = papers.iter().flat_map(|paper| &paper.observations);
        let (one, other): (Vec<_>, Vec<_>) = all.partition(|observation| observation.key.as_str() == key);
        self.carry_out(seconds, Ruling::between(at(seconds), verdict, &one, &other));
    }

    /// The operator's word on the records of some keys and of others.
    fn rule_keys(&mut self, seconds: i64, verdict: Ruled, one: &[&str], other: &[&str]) {
        let papers = self.papers();
        let of = |keys: &[&str]| -> Vec<&Observation> {
            let all = papers.iter().flat_map(|paper| &paper.observations);
            all.filter(|observation| keys.contains(&observation.key.as_str())).collect()
        };
        self.carry_out(seconds, Ruling::between(at(seconds), verdict, &of(one), &of(other)));
    }

    /// The operator's word on records of these sources.
    fn rule(&mut self, seconds: i64, verdict: Ruled, one: &[&str], other: &[&str]) {
        let papers = self.papers();
        let of = |names: &[&str]| -> Vec<&Observation> {
            let all = papers.iter().flat_map(|paper| &paper.observations);
            all.filter(|observation| names.contains(&observation.source.as_str())).collect()
        };
        self.carry_out(seconds, Ruling::between(at(seconds), verdict, &of(one), &of(other)));
    }

    fn carry_out(&mut self, seconds: i64, ruling: Ruling) {
        let papers = self.papers();
        let touched: Vec<PaperId> = papers.iter().map(|paper| paper.id.clone()).collect();
        let shelf = StoreShelf(self.opened.reader.clone());
        let minted = &mut self.minted;
        let mint = &mut || {
            *minted += 1;
            PaperId::mint(*minted)
        };
        let planned = plan::rule(ruling, &touched, &shelf, &self.topics, at(seconds), mint).unwrap();
        self.opened.writer.commit(&[Plan { at: at(seconds), ops: planned.ops }]).unwrap();
    }

    /// The same store after an export and an import.
    fn moved(self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("all.jsonl.zst");
        store::export(&self.opened.reader, &file).unwrap();
        let settings = settings(&folder.path().join("store"));
        store::import(&settings, &file).unwrap();
        let opened = store::open(&settings).unwrap();
        Self { opened, _folder: folder, ..self }
    }
}

/// Two papers under names of their own, the older one first.
fn two_apart(titles: [&str; 2]) -> (Library, Paper, Paper) {
    let (mut first, mut second) = (preprint(1, titles[0]), preprint(2, titles[1]));
    first.subjects = Vec::new();
    second.subjects = Vec::new();
    second.fetched_at = at(20);
    let library = Library::all(&[&first, &second]);
    let of = |observation: &Observation| {
        library.papers().into_iter().find(|paper| paper.observations[0].key == observation.key).unwrap()
    };
    let (one, other) = (of(&first), of(&second));
    (library, one, other)
}

#[test]
fn what_was_merged_by_mistake_is_as_it_was_once_it_is_split() {
    let (flags, parks) = ("Counting Flags in Sparse Gardens", "Of Pennants and Parks");
    for (sent_away, titles) in [
        ("2608.00002", [flags, parks]),
        ("2608.00001", [flags, parks]),
        ("2608.00002", [parks, flags]),
        ("2608.00001", [parks, flags]),
    ] {
        let (mut library, one, other) = two_apart(titles);
        let entries = |library: &Library| {
            let topics = [&one, &other].map(|paper| library.opened.reader.topics_of(&paper.id).unwrap());
            topics.map(|mut places| {
                places.sort_by_key(|entry| entry.topic.clone());
                places
            })
        };
        let before = entries(&library);
        assert_eq!(before.each_ref().map(Vec::len), titles.map(|title| if title == flags { 2 } else { 0 }));
        library.rule_on(40, Ruled::Same, "2608.00001");
        let whole = library.only();
        assert_eq!((&whole.id, whole.aliases.keys().collect::<Vec<_>>()), (&one.id, vec![&other.id]));
        library = library.rebuilt().moved();
        library.hear(again(&one.observations[0], 45));
        library.rule_on(50, Ruled::Different, sent_away);
        let mut library = library.rebuilt();
        let now: Vec<(PaperId, Timestamp)> =
            library.papers().into_iter().map(|paper| (paper.id, paper.first_seen)).collect();
        let was = [&one, &other].map(|paper| (paper.id.clone(), paper.first_seen));
        assert_eq!(BTreeSet::from_iter(now), BTreeSet::from(was), "{sent_away}");
        assert_eq!(entries(&library), before, "{sent_away}");
        let back = library.opened.reader.paper(&other.id).unwrap().unwrap();
        assert_eq!(
            (&back, library.opened.reader.resolve(&other.id).unwrap()),
            (&other, Some(other.id.clone()))
        );
        assert!(library.papers().iter().all(|paper| paper.aliases.is_empty()));
        // It can be merged again, and what comes of either goes there.
        library.hear(again(&other.observations[0], 60));
        assert_eq!(library.papers().len(), 2);
        library.rule_on(70, Ruled::Same, "2608.00001");
        assert_eq!(library.only().id, one.id);
    }
}

#[test]
fn what_is_parted_off_is_the_younger_one_also_where_its_record_came_first() {
    let [arxiv, daily, crossref, _forum] = four_reports();
    let first = Observation { fetched_at: at(1), ..crossref };
    let mut library = Library::new();
    library.minted = 7;
    for report in [&first, &arxiv, &daily] {
        library.hear(report.clone());
    }
    let before = library.only();
    assert_eq!(before.first_seen, first.fetched_at);
    // Identifiers are random: what is minted next sorts first.
    library.minted = 0;
    library.rule(50, Ruled::Different, &["crossref"], &["arxiv", "hf-daily"]);
    assert!(library.papers().iter().any(|paper| paper.id < before.id));
    library.rule(60, Ruled::Same, &["crossref"], &["arxiv", "hf-daily"]);
    assert_eq!(library.only().id, before.id);
}

#[test]
fn what_was_told_since_a_merger_takes_no_name_along() {
    let (mut library, one, other) = two_apart(["Counting Flags in Sparse Gardens", "Of Pennants and Parks"]);
    library.rule_on(40, Ruled::Same, "2608.00001");
    for (at, key) in [(45, "first"), (46, "second")] {
        let mut daily = seen(&format!("daily-{key}"), key, &["arxiv:2608.00002"], at);
        daily.title.text = Text::line("Of Pennants and Parks");
        library.hear(daily);
    }
    assert_eq!(library.only().observations.len(), 4);
    // The older paper has one record, the younger three by now.
    library.rule_on(50, Ruled::Different, "2608.00001");
    let sizes: Vec<(PaperId, usize)> =
        library.papers().into_iter().map(|paper| (paper.id.clone(), paper.observations.len())).collect();
    assert_eq!(BTreeSet::from_iter(sizes), BTreeSet::from([(one.id, 1), (other.id, 3)]));
}

#[test]
fn papers_that_swallowed_one_another_come_apart_in_one_piece_or_one_by_one() {
    let titles = ["Of Rakes and Rows", "Of Pennants and Parks", "Counting Flags in Sparse Gardens"];
    for at_once in [true, false] {
        let papers = [1, 2, 3].map(|number| preprint(number, titles[usize::try_from(number).unwrap() - 1]));
        let mut library = Library::all(&papers.each_ref());
        let ids: Vec<(PaperId, Timestamp)> =
            library.papers().into_iter().map(|paper| (paper.id.clone(), paper.first_seen)).collect();
        let places = |library: &Library| {
            let mut all: Vec<_> =
                ids.iter().flat_map(|(id, _)| library.opened.reader.topics_of(id).unwrap()).collect();
            all.sort_by_key(|entry| (entry.paper.clone(), entry.topic.clone()));
            all
        };
        let before = places(&library);
        assert_eq!(before.len(), 2, "the third one stands in both topics");
        // The second takes the third in, the first both.
        library.rule_keys(40, Ruled::Same, &["2608.00002"], &["2608.00003"]);
        library.rule_keys(41, Ruled::Same, &["2608.00001"], &["2608.00002", "2608.00003"]);
        assert_eq!(library.only().aliases.len(), 2);
        if at_once {
            library.rule_keys(50, Ruled::Different, &["2608.00002", "2608.00003"], &["2608.00001"]);
            assert_eq!(library.papers().len(), 2);
            assert_eq!(places(&library).len(), 2, "the places go with the name that they were served by");
        } else {
            library.rule_keys(50, Ruled::Different, &["2608.00003"], &["2608.00001", "2608.00002"]);
        }
        library.rule_keys(51, Ruled::Different, &["2608.00003"], &["2608.00002"]);
        library.rule_keys(52, Ruled::Different, &["2608.00002"], &["2608.00001"]);
        let after: Vec<_> =
            library.papers().into_iter().map(|paper| (paper.id.clone(), paper.first_seen)).collect();
        assert_eq!(BTreeSet::from_iter(after), BTreeSet::from_iter(ids.clone()), "{at_once}");
        assert_eq!(places(&library), before, "{at_once}");
        let library = library.rebuilt();
        assert_eq!(places(&library), before, "{at_once}");
    }
}

#[test]
fn a_paper_that_was_joined_in_error_leaves_the_topics_that_it_never_matched() {
    let [arxiv, _daily, crossref, _forum] = four_reports();
    let mut other = Observation { fetched_at: at(20), ..crossref.clone() };
    other.title.text = Text::line("Plants that keep to themselves");
    other.abstract_text = None;
    let mut link = Observation { fetched_at: at(25), ..arxiv.clone() };
    link.ids.extend(other.ids.clone());
    // It matches nothing alone; the record that joins both makes it stand in both topics under its older name.
    let mut library = Library::all(&[&other, &link]);
    let whole = library.only();
    assert_eq!(library.members("flags"), std::slice::from_ref(&whole.id));
    library.rule(50, Ruled::Different, &["arxiv"], &["crossref"]);
    assert_eq!(library.opened.reader.topics_of(&whole.id).unwrap(), []);
    let parted = library.papers().into_iter().find(|paper| paper.id != whole.id).unwrap();
    assert_eq!(library.members("flags"), std::slice::from_ref(&parted.id));
}

fn again(observation: &Observation, seconds: i64) -> Observation {
    let mut later = Observation { fetched_at: at(seconds), ..observation.clone() };
    later.comment = Some(offprint::model::text::Text::line(&format!("told at {seconds}")));
    later.ids.insert(super::id(&format!("pmid:{seconds}")));
    later
}

#[test]
fn what_was_split_stays_apart_and_what_comes_later_does_not_bridge_it() {
    let [arxiv, daily, crossref, forum] = four_reports();
    let mut library = Library::all(&[&arxiv, &daily, &crossref]);
    let before = library.only();
    library.rule(50, Ruled::Different, &["crossref"], &["arxiv", "hf-daily"]);
    let apart = groups(["arxiv hf-daily", "crossref"]);
    assert_eq!(library.groups(), apart);
    let kept = library.papers().into_iter().find(|paper| paper.sources().len() == 2).unwrap();
    assert_eq!((kept.id, kept.first_seen), (before.id, before.first_seen));
    assert_eq!(library.members("flags").len(), 2);
    for (seconds, report) in [(60, &arxiv), (61, &daily), (62, &crossref)] {
        library.hear(again(report, seconds));
        assert_eq!(library.groups(), apart);
    }
    // One more record of the parted DOI goes with it, and one that only has the title joins one side.
    library.hear(seen("pubmed", "77", &["doi:10.5555/flags.1"], 70));
    assert_eq!(library.groups(), groups(["arxiv hf-daily", "crossref pubmed"]));
    library.hear(forum);
    assert_eq!(library.papers().len(), 2);
    let mut library = library.rebuilt().moved();
    let papers = library.papers();
    library.hear(again(&crossref, 80));
    assert_eq!(library.papers().len(), 2);
    library.rule(90, Ruled::Same, &["crossref"], &["arxiv", "hf-daily", "openreview"]);
    let whole = library.only();
    assert!(papers.iter().any(|paper| paper.id == whole.id));
    library.hear(again(&crossref, 95));
    assert_eq!(library.rebuilt().only().id, whole.id);
}

#[test]
fn a_majority_that_is_sent_away_leaves_the_paper_its_identifier() {
    let [arxiv, daily, crossref, _forum] = four_reports();
    let mut library = Library::all(&[&arxiv, &daily, &crossref]);
    let before = library.only().id;
    library.rule(50, Ruled::Different, &["arxiv", "hf-daily"], &["crossref"]);
    let kept: Vec<Paper> = library.papers().into_iter().filter(|paper| paper.id == before).collect();
    assert_eq!(kept[0].sources().iter().map(|source| source.as_str()).collect::<Vec<_>>(), ["crossref"]);
}

#[test]
fn what_was_merged_stays_one_whatever_its_identifiers_say() {
    let (first, second) =
        (preprint(1, "Counting Flags in Sparse Gardens"), preprint(2, "Of Pennants and Parks"));
    let mut library = Library::all(&[&first, &second]);
    let older = library.papers().into_iter().find(|paper| paper.first_seen == first.fetched_at).unwrap();
    let papers = library.papers();
    let side = |number: usize| vec![&papers[number].observations[0]];
    let ruling = Ruling::between(at(40), Ruled::Same, &side(0), &side(1));
    let shelf = StoreShelf(library.opened.reader.clone());
    let ids: Vec<PaperId> = papers.iter().map(|paper| paper.id.clone()).collect();
    let mint = &mut || panic!("merging mints nothing");
    let planned = plan::rule(ruling, &ids, &shelf, &library.topics, at(40), mint).unwrap();
    library.opened.writer.commit(&[Plan { at: at(40), ops: planned.ops }]).unwrap();
    assert_eq!(library.only().id, older.id);
    library.hear(again(&first, 50));
    library.hear(again(&second, 51));
    let mut elsewhere = seen("hf-daily", "2608.00002", &["arxiv:2608.00002"], 52);
    elsewhere.title.text = offprint::model::text::Text::line("Of Pennants and Parks");
    library.hear(elsewhere);
    library.hear(in_print(2026, 53));
    let mut library = library.rebuilt().moved();
    assert_eq!(library.only().sources().len(), 3);
    library.hear(again(&second, 60));
    assert_eq!(library.only().id, older.id);
}

async fn ask(site: &Site, ask: Ask) -> anyhow::Result<Answer> {
    site.desk().answer(ask, &|_step| {}, &CancellationToken::new()).await
}

async fn ruled(site: &Site, command: Ask) -> RuledView {
    match ask(site, command).await.unwrap() {
        Answer::Ruled { ruled } => ruled,
        other => panic!("{other:?}"),
    }
}

async fn refused(site: &Site, command: Ask) -> String {
    format!("{:#}", ask(site, command).await.unwrap_err())
}

async fn show(site: &Site, name: &str) -> (String, Vec<Field>) {
    match ask(site, Ask::Show(name.to_owned())).await.unwrap() {
        Answer::Show { paper } => (paper.paper, paper.fields),
        other => panic!("{other:?}"),
    }
}

fn split(paper: &str, parts: &[&str]) -> Ask {
    Ask::Split { paper: paper.to_owned(), parts: parts.iter().map(|part| (*part).to_owned()).collect() }
}

fn merge(one: &str, other: &str) -> Ask {
    Ask::Merge { one: one.to_owned(), other: other.to_owned() }
}

#[tokio::test]
async fn an_operator_splits_and_merges_by_name_and_show_tells_it() {
    let net = Net::start().await;
    ordinary(&net);
    let site = Site::start(&configuration(&net)).await;
    site.poll().await;
    let (paper, fields) = show(&site, "arxiv:2608.00003").await;
    let joined = fields.iter().find(|field| field.name == "one paper").unwrap();
    assert_eq!(joined.source, "joined by doi:10.5555/flags.3", "{joined:?}");
    let (feed, entry) = (site.feed("all").await, paper.clone());
    assert_eq!(feed.parsed.entries.len(), 3);
    assert!(refused(&site, split(&paper, &["nobody"])).await.contains("no record of the paper"));
    assert!(refused(&site, split(&paper, &["arxiv", "journal"])).await.contains("all records"));
    assert!(refused(&site, merge(&paper, "doi:10.5555/flags.3")).await.contains("already"));
    assert!(refused(&site, merge(&paper, "arxiv:1501.00001")).await.contains("no paper is known"));
    let parted = ruled(&site, split("https://arxiv.org/abs/2608.00003", &["journal"])).await;
    assert_eq!(parted.paper, entry);
    let other = parted.others[0].clone();
    assert_eq!(site.feed("all").await.parsed.entries.len(), 4);
    for field in [show(&site, &other).await.1, show(&site, &entry).await.1]
        .map(|fields| fields.into_iter().find(|field| field.name == "another paper").unwrap())
    {
        assert_eq!(field.source, "split by the operator on 2026-08-12");
    }
    site.later(TimeDelta::hours(30));
    site.harvest("journal").await;
    site.harvest("arxiv").await;
    let site = site.restart().await;
    assert_eq!(site.feed("all").await.parsed.entries.len(), 4);
    let one = ruled(&site, merge(&other, "2608.00003")).await;
    assert_eq!(one.paper, entry, "{}", one.done);
    let ids: BTreeSet<String> = site.feed("all").await.ids().into_iter().map(str::to_owned).collect();
    assert_eq!(ids, feed.ids().into_iter().map(str::to_owned).collect());
    let moved = site.get(&format!("/papers/{other}")).await;
    assert_eq!(moved.status, 301);
    assert!(moved.header("location").ends_with(&format!("/papers/{entry}")));
    let fields = show(&site, &other).await.1;
    assert!(fields.iter().any(|field| field.source == "merged by the operator on 2026-08-13"), "{fields:?}");
    assert!(fields.iter().any(|field| field.name == "also" && field.value == other));
}

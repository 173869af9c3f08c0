//! Merging does not depend on the order of arrival, and doing it twice changes nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use offprint::harvest::plan::Shelf;
use offprint::harvest::plan::Telling;
use offprint::harvest::plan::plan;
use offprint::identity::keys::Block;
use offprint::identity::keys::blocks_of;
use offprint::identity::merge;
use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::external_id::ExternalId;
use offprint::model::observation::Observation;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Op;
use offprint::model::ruling::Ruling;
use offprint::model::signal::Signal;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Text;
use offprint::model::text::Title;
use offprint::model::time::Moment;
use offprint::model::time::Timestamp;
use offprint::model::topic::TimelineEntry;
use offprint::topics::selector::Selector;
use proptest::prelude::*;

/// A shelf in memory that applies plans as the store does.
#[derive(Default)]
struct Memory {
    papers: BTreeMap<PaperId, Paper>,
    aliases: BTreeMap<PaperId, PaperId>,
    rulings: Vec<Ruling>,
}

impl Memory {
    fn apply(&mut self, ops: Vec<Op>) {
        for op in ops {
            match op {
                Op::Paper(paper) => {
                    self.aliases.remove(&paper.id);
                    self.papers.insert(paper.id.clone(), *paper);
                }
                Op::Absorb { from, into } => {
                    self.papers.remove(&from);
                    self.aliases.insert(from, into);
                }
                Op::Ruling(ruling) => self.rulings.push(*ruling),
                other => panic!("a plan without topics and signals holds {other:?}"),
            }
        }
    }

    fn find(&self, is_it: impl Fn(&Observation) -> bool) -> Option<PaperId> {
        self.papers.values().find(|paper| paper.observations.iter().any(&is_it)).map(|paper| paper.id.clone())
    }
}

impl Shelf for Memory {
    type Error = std::convert::Infallible;

    fn paper(&self, id: &PaperId) -> Result<Option<Paper>, Self::Error> {
        let mut id = id;
        while let Some(into) = self.aliases.get(id) {
            id = into;
        }
        Ok(self.papers.get(id).cloned())
    }

    fn by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, Self::Error> {
        Ok(self.find(|observation| observation.identifying_ids().any(|own| own == id)))
    }

    fn by_block(&self, block: Block, limit: usize) -> Result<Vec<PaperId>, Self::Error> {
        let has_it =
            |paper: &&Paper| paper.observations.iter().any(|one| blocks_of(one).any(|own| own == block));
        Ok(self.papers.values().filter(has_it).map(|paper| paper.id.clone()).take(limit).collect())
    }

    fn rulings(&self) -> Result<Vec<Ruling>, Self::Error> {
        Ok(self.rulings.clone())
    }

    fn by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, Self::Error> {
        Ok(self.find(|observation| observation.source == *source && observation.key.as_str() == key))
    }

    fn topics_of(&self, _id: &PaperId) -> Result<Vec<TimelineEntry>, Self::Error> {
        Ok(Vec::new())
    }

    fn is_picked(&self, _id: &PaperId) -> Result<bool, Self::Error> {
        Ok(false)
    }

    fn signals(&self, _id: &PaperId) -> Result<Vec<Signal>, Self::Error> {
        Ok(Vec::new())
    }
}

/// Observations of up to six works by four sources. Each work has one arXiv identifier and one DOI; an observation
/// names one of them or both, so that works are sometimes known twice before a link shows up.
fn observations() -> impl Strategy<Value = Vec<Observation>> {
    let one = (0..6_u32, 0..4_usize, 0..3_u8, prop::option::of(1..4_u32), 0..4_u8, any::<bool>());
    prop::collection::vec(one, 1..14).prop_map(|seeds| {
        seeds
            .into_iter()
            .enumerate()
            .map(|(index, seed)| observation(i64::try_from(index).unwrap() + 1, seed))
            .collect()
    })
}

fn observation(at: i64, seed: (u32, usize, u8, Option<u32>, u8, bool)) -> Observation {
    let (work, source, names, version, title, is_withdrawn) = seed;
    let arxiv = ExternalId::parse(&format!("arxiv:2608.0000{work}")).unwrap();
    let doi = ExternalId::parse(&format!("doi:10.1000/work.{work}")).unwrap();
    let ids = match names {
        0 => BTreeSet::from([arxiv]),
        1 => BTreeSet::from([doi]),
        _ => BTreeSet::from([arxiv, doi]),
    };
    let authority =
        [Authority::Repository, Authority::Publisher, Authority::Aggregator, Authority::Aggregator][source];
    Observation {
        source: SourceId::parse(["arxiv", "journal", "hf", "blog"][source]).unwrap(),
        key: Text::line(&format!("work-{work}")),
        authority,
        fetched_at: Timestamp::from_seconds(at * 60),
        ids,
        title: Title { text: Text::line(&format!("Title {title}")), tex: None },
        earlier: BTreeSet::new(),
        abstract_text: None,
        authors: Authors::default(),
        subjects: Vec::new(),
        announce: None,
        version,
        announced: (title > 1)
            .then(|| Moment::on(chrono::NaiveDate::from_ymd_opt(2026, 8, u32::from(title)).unwrap())),
        submitted: None,
        revised: None,
        comment: None,
        venue: None,
        citation: (title == 3).then(|| Text::line("J. Flags 3")),
        license: None,
        organisation: None,
        submitter: None,
        language: None,
        links: Vec::new(),
        is_withdrawn,
        is_retracted: false,
        role: offprint::model::record::Role::Paper,
    }
}

/// Observations that contradict each other: few titles, authors and identifiers in every mixture, so that chains and
/// conflicts are common.
fn tangle() -> impl Strategy<Value = Vec<Observation>> {
    let ids = prop::collection::btree_set(
        prop::sample::select(&[
            "arxiv:2608.00001",
            "arxiv:2608.00002",
            "doi:10.1000/a",
            "doi:10.1000/b",
            "doi:10.1101/c",
        ]),
        0..3,
    );
    let one = (0..5_u32, 0..4_usize, ids, 0..3_usize, 1..8_u8);
    prop::collection::vec(one, 1..10).prop_map(|seeds| {
        let told = |(index, (key, source, ids, title, authors)): (
            usize,
            (u32, usize, BTreeSet<&str>, usize, u8),
        )| {
            let plain = observation(i64::try_from(index).unwrap() + 1, (0, source, 0, None, 0, false));
            let titles = [
                "Counting flags in sparse gardens",
                "Counting the flags in sparse gardens",
                "Brains on beats",
            ];
            let name = |(at, (given, family)): (usize, &(&str, &str))| {
                (authors & (1 << at) != 0).then(|| Author {
                    name: Text::line(&format!("{given} {family}")),
                    family: Some(Text::line(family)),
                    given: Some(Text::line(given)),
                    orcid: None,
                    affiliations: Vec::new(),
                })
            };
            let people = [("Ann", "Example"), ("Bo", "Test"), ("Cy", "Probe")];
            Observation {
                key: Text::line(&format!("key-{key}")),
                ids: ids.into_iter().filter_map(ExternalId::parse).collect(),
                title: Title { text: Text::line(titles[title]), tex: None },
                authors: Authors { listed: people.iter().enumerate().filter_map(name).collect(), total: 3 },
                ..plain
            }
        };
        seeds.into_iter().enumerate().map(told).collect()
    })
}

/// Which records are of one paper, and what of each is known.
fn partition_of(memory: &Memory) -> BTreeSet<String> {
    memory.papers.values().map(|paper| format!("{:?}", paper.observations)).collect()
}

/// What the papers are, whatever identifiers were minted and in whatever order.
fn shelf_of(observations: &[Observation], batch: usize) -> BTreeSet<String> {
    let face = |paper: &Paper| {
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            paper.first_seen,
            paper.observations,
            paper.chosen,
            paper.events,
            paper.updated()
        )
    };
    memory_of(observations, batch).papers.values().map(face).collect()
}

fn memory_of(observations: &[Observation], batch: usize) -> Memory {
    let mut memory = Memory::default();
    let mut minted = 0_u128;
    for chunk in observations.chunks(batch) {
        let heard = chunk.iter().cloned().map(|observation| (observation, Vec::new())).collect();
        let mint = &mut || {
            minted += 1;
            PaperId::mint(minted)
        };
        let (topics, now) = (Selector::default(), Timestamp::from_seconds(10_000));
        let planned = plan(heard, Vec::new(), Telling::News, &memory, &topics, now, mint).unwrap();
        memory.apply(planned.ops);
    }
    memory
}

/// The same sequence with the reports of one source on one work in the order of their times: harvests of a source follow
/// one another, so only the sources among themselves arrive in any order.
fn each_source_in_order(shuffled: &[Observation]) -> Vec<Observation> {
    let of = |observation: &Observation| (observation.source.clone(), observation.key.clone());
    let mut queues: BTreeMap<_, Vec<&Observation>> = BTreeMap::new();
    for observation in shuffled {
        queues.entry(of(observation)).or_default().push(observation);
    }
    for queue in queues.values_mut() {
        queue.sort_by_key(|observation| std::cmp::Reverse(observation.fetched_at));
    }
    shuffled.iter().map(|slot| queues.get_mut(&of(slot)).unwrap().pop().unwrap().clone()).collect()
}

/// Printed identifiers of every scheme, well-formed ones and such that are hardly any.
fn printed_ids() -> impl Strategy<Value = String> {
    prop_oneof![
        "doi:10\\.[0-9]{4,5}/\\PC{0,24}",
        "doi: ?10\\.1000/[a-zA-Z().,:;\\]}>'\"\u{23a}\u{130}\u{1e9e}]{0,12}",
        "arxiv:(arXiv:)?(math\\.CA/|hep-th/)?[0-9]{4}[.]?[0-9]{3,5}(v[0-9]{1,3})?",
        "(pmid|pmcid|openreview|acl):(PMC|pmc)?[0-9A-Za-z_.-]{0,14}",
        "page:https?://[a-z@:.%#?]{1,12}/\\PC{0,16}",
        "[a-z]{3,10}:\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn an_identifier_is_read_back_from_its_printed_form(text in printed_ids()) {
        if let Some(id) = ExternalId::parse(&text) {
            prop_assert_eq!(ExternalId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn the_papers_do_not_depend_on_the_order_of_arrival(
        (forward, shuffled) in observations().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        batch in 1..6_usize,
    ) {
        prop_assert_eq!(shelf_of(&forward, 1), shelf_of(&each_source_in_order(&shuffled), batch));
    }

    #[test]
    fn contradictions_do_not_depend_on_the_order_of_arrival_either(
        (forward, shuffled) in tangle().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        batch in 1..6_usize,
    ) {
        let (one, other) = (memory_of(&forward, 1), memory_of(&each_source_in_order(&shuffled), batch));
        prop_assert_eq!(partition_of(&one), partition_of(&other));
        for paper in one.papers.values() {
            let arxiv = paper.ids().into_iter().filter(|id| matches!(id, ExternalId::Arxiv(_))).count();
            let contradictory = |one: &Observation| one.ids.iter().filter(|id| matches!(id, ExternalId::Arxiv(_))).count() > 1;
            prop_assert!(arxiv < 2 || paper.observations.iter().any(contradictory));
        }
    }

    #[test]
    fn hearing_everything_twice_changes_nothing(all in observations()) {
        let twice: Vec<Observation> = all.iter().chain(&all).cloned().collect();
        prop_assert_eq!(shelf_of(&all, 3), shelf_of(&twice, 3));
    }

    #[test]
    fn merging_what_is_known_is_idle(all in observations()) {
        let mut paper = merge::begin(PaperId::mint(1), all[0].clone());
        for observation in &all {
            paper = merge::merge(&paper, observation.clone()).paper;
        }
        for observation in &all {
            let again = merge::merge(&paper, observation.clone());
            prop_assert!(!again.is_dirty);
            prop_assert_eq!(&again.paper, &paper);
        }
    }

    #[test]
    fn updated_never_goes_back(all in observations()) {
        let mut paper = merge::begin(PaperId::mint(1), all[0].clone());
        for observation in all {
            let merged = merge::merge(&paper, observation);
            prop_assert!(merged.paper.updated() >= paper.updated() || merged.paper.first_seen < paper.first_seen);
            paper = merged.paper;
        }
    }
}

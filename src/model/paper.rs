//! A work as we know it: its permanent identifier and what its sources say together.
//!
//! A paper does not copy its observations: it keeps them, and [`Chosen`] says which one each field is taken from. So
//! provenance is the merged record, and the paper can always be merged anew. `identity::merge` alone makes papers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;

use crate::model::author::Authors;
use crate::model::change;
use crate::model::change::Event;
use crate::model::external_id::ExternalId;
use crate::model::link::Link;
use crate::model::link::WebUrl;
use crate::model::observation::Observation;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::subject::Subject;
use crate::model::text::Abstract;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::model::time::Timestamp;

/// Our identifier of a paper: 16 characters of Crockford's base 32 (80 bits), minted once, never reused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PaperId(String);

/// Crockford's alphabet in lower case.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm',
    'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

impl PaperId {
    /// Makes an identifier of 80 random bits; the randomness is the caller's.
    pub fn mint(random: u128) -> Self {
        let digit = |place: u32| {
            let index = usize::try_from((random >> (place * 5)) & 31).unwrap_or_default();
            ALPHABET.get(index).copied().unwrap_or('0')
        };
        Self((0..16).rev().map(digit).collect())
    }

    /// The 80 bits it was minted of.
    pub fn number(&self) -> u128 {
        let digit = |character| (0_u128..).zip(ALPHABET).find(|(_value, one)| *one == character);
        let digits = self.0.chars().filter_map(digit);
        digits.fold(0, |number, (value, _character)| (number << 5) | value)
    }

    /// Reads an identifier as it stands in addresses.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16 && text.chars().all(|character| ALPHABET.contains(&character)))
            .then(|| Self(text.to_owned()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaperId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Which observation (by its place in [`Paper::observations`]) each field of a paper is taken from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Chosen {
    /// The title's.
    pub title: usize,
    /// The abstract's, where any has one.
    pub abstract_text: Option<usize>,
    /// The authors'.
    pub authors: Option<usize>,
    /// The primary subject's.
    pub subjects: Option<usize>,
    /// The earliest announcement's.
    pub announced: Option<usize>,
    /// The submission's.
    pub submitted: Option<usize>,
    /// The comment's.
    pub comment: Option<usize>,
    /// The venue's.
    pub venue: Option<usize>,
    /// The citation's.
    pub citation: Option<usize>,
    /// The licence's.
    pub license: Option<usize>,
    /// The organisation's.
    pub organisation: Option<usize>,
    /// The language's.
    pub language: Option<usize>,
}

/// A paper that turned out to be another one: what it was, should it turn out to be none of it after all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Absorbed {
    /// When we first saw it.
    pub first_seen: Timestamp,
    /// What had happened to it, and when we noticed.
    pub events: BTreeMap<Event, Timestamp>,
    /// The records that it had, each a source and its key.
    pub records: BTreeSet<(SourceId, String)>,
    /// The records that the paper had which it turned out to be.
    pub joined: BTreeSet<(SourceId, String)>,
}

/// A work, merged from what sources said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paper {
    /// Minted when the paper was first seen.
    pub id: PaperId,
    /// Papers that turned out to be this one, as they were then; their identifiers still answer.
    pub aliases: BTreeMap<PaperId, Absorbed>,
    /// When we first saw it.
    pub first_seen: Timestamp,
    /// What its sources say, at least one, sorted by source and key.
    pub observations: Vec<Observation>,
    /// Where each field comes from.
    pub chosen: Chosen,
    /// What happened to it, and when we noticed first.
    pub events: BTreeMap<Event, Timestamp>,
}

impl Paper {
    fn pick<'paper, T>(
        &'paper self,
        index: Option<usize>,
        field: impl FnOnce(&'paper Observation) -> Option<T>,
    ) -> Option<T> {
        index.and_then(|index| self.observations.get(index)).and_then(field)
    }

    /// The observation that gives the title; the one all papers have.
    fn lead(&self) -> &Observation {
        #[expect(
            clippy::expect_used,
            reason = "identity::merge and the codec never make a paper without observations"
        )]
        self.observations
            .get(self.chosen.title)
            .or(self.observations.first())
            .expect("a paper has at least one observation")
    }

    /// The title.
    pub fn title(&self) -> &Title {
        &self.lead().title
    }

    /// The abstract.
    pub fn abstract_text(&self) -> Option<&Abstract> {
        self.pick(self.chosen.abstract_text, |observation| observation.abstract_text.as_ref())
    }

    /// The authors.
    pub fn authors(&self) -> Option<&Authors> {
        self.pick(self.chosen.authors, |observation| Some(&observation.authors))
    }

    /// The authors' comment.
    pub fn comment(&self) -> Option<&Text> {
        self.pick(self.chosen.comment, |observation| observation.comment.as_ref())
    }

    /// The journal or conference.
    pub fn venue(&self) -> Option<&Text> {
        self.pick(self.chosen.venue, |observation| observation.venue.as_ref())
    }

    /// The full journal reference.
    pub fn citation(&self) -> Option<&Text> {
        self.pick(self.chosen.citation, |observation| observation.citation.as_ref())
    }

    /// The licence.
    pub fn license(&self) -> Option<&WebUrl> {
        self.pick(self.chosen.license, |observation| observation.license.as_ref())
    }

    /// The institution that presents it.
    pub fn organisation(&self) -> Option<&Text> {
        self.pick(self.chosen.organisation, |observation| observation.organisation.as_ref())
    }

    /// Who submitted it, in the words of each source that says so.
    pub fn submitters(&self) -> BTreeSet<&Text> {
        self.observations.iter().filter_map(|observation| observation.submitter.as_ref()).collect()
    }

    /// The language.
    pub fn language(&self) -> Option<&Text> {
        self.pick(self.chosen.language, |observation| observation.language.as_ref())
    }

    /// The earliest announcement.
    pub fn announced(&self) -> Option<Moment> {
        self.pick(self.chosen.announced, |observation| observation.announced)
    }

    /// The days on which people could find it in a list: that of its announcement, where a source says the day, and those on
    /// which a daily list of picked papers had it. Where no source says anything, the day on which we first saw it.
    pub fn listed_days(&self) -> BTreeSet<NaiveDate> {
        let picked =
            self.observations.iter().filter(|observation| observation.authority == Authority::Aggregator);
        let moments = picked.filter_map(|observation| observation.announced).chain(self.announced());
        let mut days: BTreeSet<NaiveDate> = moments
            .filter(|moment| matches!(moment.precision, Precision::Day | Precision::Second))
            .map(|moment| moment.at.day())
            .collect();
        if self.announced().is_none() {
            days.insert(self.first_seen.day());
        }
        days
    }

    /// When its authors submitted it.
    pub fn submitted(&self) -> Option<Moment> {
        self.pick(self.chosen.submitted, |observation| observation.submitted)
    }

    /// Everything it is known as, in the order of trust.
    pub fn ids(&self) -> BTreeSet<&ExternalId> {
        self.observations.iter().flat_map(|observation| &observation.ids).collect()
    }

    /// Its classifications, the primary one first, each once.
    pub fn subjects(&self) -> Vec<&Subject> {
        let first = self.pick(self.chosen.subjects, |observation| Some(observation.subjects.as_slice()));
        let all = first
            .into_iter()
            .chain(self.observations.iter().map(|other| other.subjects.as_slice()))
            .flatten();
        let mut seen = BTreeSet::new();
        all.filter(|subject| seen.insert(*subject)).collect()
    }

    /// Its addresses, the title's source first, each once.
    pub fn links(&self) -> Vec<&Link> {
        let all =
            std::iter::once(self.lead()).chain(&self.observations).flat_map(|observation| &observation.links);
        let mut seen = BTreeSet::new();
        all.filter(|link| seen.insert(*link)).collect()
    }

    /// Who reported it, sorted by name, each once.
    pub fn sources(&self) -> BTreeSet<&SourceId> {
        self.observations.iter().map(|observation| &observation.source).collect()
    }

    /// The highest version any source speaks of.
    pub fn version(&self) -> Option<u32> {
        self.observations.iter().filter_map(|observation| observation.version).max()
    }

    /// Whether a source says that it was withdrawn.
    pub fn is_withdrawn(&self) -> bool {
        self.observations.iter().any(|observation| observation.is_withdrawn)
    }

    /// Whether a source says that its journal retracted it.
    pub fn is_retracted(&self) -> bool {
        self.observations.iter().any(|observation| observation.is_retracted)
    }

    /// "retracted" or "withdrawn" of a paper that is not to be relied upon.
    pub fn state(&self) -> Option<&'static str> {
        if self.is_retracted() { Some("retracted") } else { self.is_withdrawn().then_some("withdrawn") }
    }

    /// The announcement day with an offset fixed at first sight (under an hour), so that papers of one day differ; a time
    /// to the second has one under a second. Where no source states a day, the time we first saw it.
    pub fn published(&self) -> Timestamp {
        const SECOND: i64 = 1_000_000;
        const HOUR: i64 = 3_600 * SECOND;
        match self.announced() {
            Some(moment) => {
                let room = if moment.precision == Precision::Second { SECOND } else { HOUR };
                let start = moment.at.micros() - moment.at.micros().rem_euclid(SECOND);
                let offset = self.first_seen.micros().rem_euclid(room);
                Timestamp::from_micros(start.saturating_add(offset)).min(self.first_seen)
            }
            None => self.first_seen,
        }
    }

    /// What happened to it since we know it, each with the time at which we noticed.
    pub fn updates(&self) -> impl Iterator<Item = (Event, Timestamp)> + '_ {
        change::updates(self.first_seen, &self.events)
    }

    /// The identifier under which an event was first listed: that of the absorbed paper to which it happened, or its own.
    pub fn listed_as(&self, event: Event, at: Timestamp) -> &PaperId {
        let told = self.aliases.iter().filter(|(_id, absorbed)| absorbed.events.get(&event) == Some(&at));
        // Of those that had absorbed one another the first.
        told.min_by_key(|(id, absorbed)| (absorbed.records.len(), *id)).map_or(&self.id, |(id, _absorbed)| id)
    }

    /// When it last changed in a way that matters to readers: first seen, or the newest of its [updates](Self::updates).
    pub fn updated(&self) -> Timestamp {
        self.updates().map(|(_event, at)| at).fold(self.first_seen, Timestamp::max)
    }
}

#[cfg(test)]
mod tests {
    use super::PaperId;

    #[test]
    fn a_minted_identifier_reads_back() {
        for random in [0, 1, u128::MAX, 0x1234_5678_9ABC_DEF0_1234] {
            let id = PaperId::mint(random);
            assert_eq!(id.number(), random & ((1 << 80) - 1));
            assert_eq!(PaperId::parse(id.as_str()), Some(id));
        }
    }

    #[test]
    fn only_minted_shapes_are_read() {
        for text in ["", "..", "0000000000000000x", "000000000000000I", "ABCDEFGH01234567"] {
            assert_eq!(PaperId::parse(text), None, "{text}");
        }
    }
}

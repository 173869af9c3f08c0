//! A paper over the terms of a set of topics: which terms it has, in which regions, at which places. One scan serves all
//! topics, and its tables serve all papers.

use crate::model::beside::Beside;
use crate::model::paper::Paper;
use crate::query::author;
use crate::query::document;
use crate::query::document::GAP;
use crate::query::document::Region;
use crate::query::words;
use crate::topics::compile::Regions;
use crate::topics::compile::bit;
use crate::topics::compile::number;
use crate::topics::lexicon::Lexicon;
use crate::topics::lexicon::Memory;
use crate::topics::lexicon::Term;

/// The end of a chain of places.
const NONE: u32 = u32::MAX;

/// Tables for one paper at a time.
#[derive(Debug, Default)]
pub(super) struct Tables {
    memory: Memory,
    slots: Vec<Slot>,
    /// A place, and the next one of the same term.
    places: Vec<(u32, u32)>,
    found: Vec<Term>,
    paper: u32,
}

/// What is known of one term in the paper at hand.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Which paper it was last met in; what follows is of that one.
    paper: u32,
    regions: u8,
    first: u32,
    last: u32,
}

/// A paper that was scanned.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    tables: &'a Tables,
    pub(super) paper: &'a Paper,
    pub(super) beside: &'a Beside,
}

impl Tables {
    /// Scans a paper.
    pub(super) fn scan<'a>(
        &'a mut self,
        paper: &'a Paper,
        beside: &'a Beside,
        lexicon: &Lexicon,
    ) -> Scan<'a> {
        let terms = Term(lexicon.len()).place();
        self.paper = self.paper.wrapping_add(1);
        if self.slots.len() != terms || self.paper == 0 {
            self.slots = vec![Slot { paper: 0, regions: 0, first: NONE, last: NONE }; terms];
            self.memory = Memory::default();
            self.paper = 1;
        }
        self.places.clear();
        self.found.clear();
        let mut read = Reading { tables: self, lexicon, positions: [0; 7] };
        document::each_text(paper, |region, text| read.text(region, text));
        read.names(paper);
        read.values(paper);
        Scan { tables: self, paper, beside }
    }

    fn note(&mut self, term: Term, regions: u8, place: Option<u32>) {
        let Some(slot) = self.slots.get_mut(term.place()) else { return };
        if slot.paper != self.paper {
            *slot = Slot { paper: self.paper, regions: 0, first: NONE, last: NONE };
            self.found.push(term);
        }
        slot.regions |= regions;
        if let Some(place) = place {
            let next = u32::try_from(self.places.len()).unwrap_or(NONE);
            match usize::try_from(slot.last).ok().and_then(|last| self.places.get_mut(last)) {
                Some(last) => last.1 = next,
                None => slot.first = next,
            }
            slot.last = next;
            self.places.push((place, NONE));
        }
    }
}

/// A scan under way.
struct Reading<'a> {
    tables: &'a mut Tables,
    lexicon: &'a Lexicon,
    /// The next place in each region.
    positions: [u32; 7],
}

impl Reading<'_> {
    fn text(&mut self, region: Region, text: &str) {
        let (bit, number) = (bit(region), number(region));
        let Some(position) = usize::try_from(number).ok().and_then(|at| self.positions.get_mut(at)) else {
            return;
        };
        let (tables, lexicon) = (&mut *self.tables, self.lexicon);
        let mut memory = std::mem::take(&mut tables.memory);
        let mut before = None;
        words::each(text, |word| {
            let word = memory.word(word, lexicon);
            let here = place(number, *position);
            if let Some(stem) = word.stem {
                tables.note(stem, bit, Some(here));
                if let Some(pair) = before.and_then(|before| lexicon.pair(before, stem)) {
                    tables.note(pair, bit, Some(here - 1));
                }
            }
            for term in &word.others {
                tables.note(*term, bit, Some(here));
            }
            before = word.stem.filter(|_| word.is_head);
            *position += 1;
        });
        tables.memory = memory;
        *position += GAP;
    }

    /// Names whose words are written together.
    fn names(&mut self, paper: &Paper) {
        if !self.lexicon.asks_for_names() {
            return;
        }
        for name in document::names(paper) {
            let words = words::fold(name.as_str());
            if let Some(term) = self.lexicon.name(&author::without_suffix(&words).concat()) {
                self.tables.note(term, bit(Region::Author), None);
            }
        }
    }

    fn values(&mut self, paper: &Paper) {
        let (tables, lexicon) = (&mut *self.tables, self.lexicon);
        let mut memory = std::mem::take(&mut tables.memory);
        document::each_value(
            paper,
            |field| lexicon.asks_for(field),
            |field, value| {
                for term in memory.value(field, value, lexicon) {
                    tables.note(*term, 0, None);
                }
            },
        );
        tables.memory = memory;
    }
}

/// A region and a position as one number; no text has so many words that they would mix.
fn place(region: u32, position: u32) -> u32 {
    (region << 28) | (position & 0x0FFF_FFFF)
}

impl<'a> Scan<'a> {
    /// The terms that the paper has, each once.
    pub(super) fn terms(&self) -> impl Iterator<Item = Term> + 'a {
        self.tables.found.iter().copied()
    }

    /// Whether the paper has a term, in any region or as a value.
    pub(super) fn has(&self, term: Term) -> bool {
        self.slot(term).is_some()
    }

    /// Whether a term stands in one of the regions.
    pub(super) fn stands(&self, term: Term, regions: Regions) -> bool {
        self.slot(term).is_some_and(|slot| slot.regions & regions.0 != 0)
    }

    fn slot(&self, term: Term) -> Option<&'a Slot> {
        self.tables.slots.get(term.place()).filter(|slot| slot.paper == self.tables.paper)
    }

    fn places(&self, term: Term) -> impl Iterator<Item = u32> + 'a {
        let places = &self.tables.places;
        let mut next = self.slot(term).map_or(NONE, |slot| slot.first);
        std::iter::from_fn(move || {
            let (place, after) = *places.get(usize::try_from(next).ok()?)?;
            next = after;
            Some(place)
        })
    }

    fn is_at(&self, term: Term, place: u32) -> bool {
        self.places(term).any(|other| other == place)
    }

    /// Whether the terms stand so many places after the first of them in one of the regions.
    pub(super) fn row(&self, terms: &[(Term, u32)], regions: Regions) -> bool {
        if !terms.iter().all(|(term, _place)| self.stands(*term, regions)) {
            return false;
        }
        let Some(((first, _), rest)) = terms.split_first() else { return false };
        self.places(*first)
            .filter(|start| regions.0 & (1 << (start >> 28)) != 0)
            .any(|start| rest.iter().all(|(term, offset)| self.is_at(*term, start + offset)))
    }

    /// Whether the terms stand near each other in any order in one of the regions.
    pub(super) fn near(&self, terms: &[Term], slop: u32, regions: Regions) -> bool {
        let Some((first, rest)) = terms.split_first() else { return false };
        let width = u32::try_from(rest.len()).unwrap_or(NONE).saturating_add(slop);
        let mut starts = self.places(*first).filter(|start| regions.0 & (1 << (start >> 28)) != 0);
        starts.any(|start| {
            // Some window of that width holds every word, the first word at any place in it.
            let floor = (start >> 28) << 28;
            (start.saturating_sub(width).max(floor)..=start).any(|low| {
                let window = low..=low.saturating_add(width).min(floor | 0x0FFF_FFFF);
                rest.iter().all(|term| self.places(*term).any(|place| window.contains(&place)))
            })
        })
    }
}

//! The operator's rulings, found by the records that they speak of.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::observation::Observation;
use crate::model::ruling::Mark;
use crate::model::ruling::Ruling;

/// All rulings of a store.
#[derive(Clone, Debug, Default)]
pub struct Rulings {
    all: Vec<Ruling>,
    by_mark: BTreeMap<Mark, Vec<usize>>,
}

impl Rulings {
    /// Takes rulings in.
    pub fn new(all: Vec<Ruling>) -> Self {
        let mut rulings = Self::default();
        for ruling in all {
            rulings.add(ruling);
        }
        rulings
    }

    /// Takes one more in.
    pub fn add(&mut self, ruling: Ruling) {
        let place = self.all.len();
        for mark in ruling.one.iter().chain(&ruling.other) {
            self.by_mark.entry(mark.clone()).or_default().push(place);
        }
        self.all.push(ruling);
    }

    /// The rulings that speak of any of these records.
    pub fn about<'a>(&self, observations: impl IntoIterator<Item = &'a Observation>) -> Vec<&Ruling> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let marks = observations.into_iter().flat_map(Mark::all_of);
        let places: BTreeSet<usize> =
            marks.filter_map(|mark| self.by_mark.get(&mark)).flatten().copied().collect();
        places.into_iter().filter_map(|place| self.all.get(place)).collect()
    }

    /// The records that any ruling mentions together with this one.
    pub fn beside(&self, observation: &Observation) -> BTreeSet<&Mark> {
        let about = self.about([observation]);
        about.into_iter().flat_map(|ruling| ruling.one.iter().chain(&ruling.other)).collect()
    }
}

//! What a topic wants, ready to score papers: a description, papers it likes and papers it does not.
//!
//! Each part of a score (BM25 and sense of the description, tf-idf and sense of the examples) is counted in standard
//! deviations of the background's papers, the examples left out: left in, they would widen the deviation and nothing new
//! would stand out. Raw similarities do not carry over between topics; these scores do. Profiles are rebuilt when the
//! topic, its marks or the background changed.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::features::Features;
use crate::relevance::hash;
use crate::relevance::profile::calibration::Calibration;
use crate::relevance::profile::compiled::Compiled;
use crate::relevance::profile::weights::Weights;

pub mod calibration;

pub mod compiled;

pub mod weights;

/// So many profiles are built at a time: what they keep of the background fits into 4 MB.
const TOGETHER: usize = 64;

/// A paper that shows what is wanted, or what is not.
#[derive(Clone, PartialEq, Debug)]
pub struct Example {
    /// The name the background knows it by.
    pub id: String,
    /// Its title, to be shown.
    pub title: String,
    /// Its features.
    pub features: Arc<Features>,
}

/// What a topic wants.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Wanted {
    /// What it is about, in words.
    pub about: Option<String>,
    /// Papers like these.
    pub likes: Vec<Example>,
    /// Not papers like these.
    pub unlikes: Vec<Example>,
}

/// A topic ready to score papers.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    weights: Weights,
    calibration: Calibration,
    likes: Vec<Example>,
}

/// The parts of a score, each in standard deviations of the background; 0 where a topic does not have it.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Parts {
    /// The words of the description (BM25).
    pub about_words: f32,
    /// The sense of the description.
    pub about_sense: f32,
    /// The words of the examples (tf-idf).
    pub like_words: f32,
    /// The sense of the examples.
    pub like_sense: f32,
}

/// How well a paper fits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Score {
    /// All parts together, in standard deviations of the background.
    pub total: f32,
    /// Its parts.
    pub parts: Parts,
    /// The share of the background's papers that score lower, from 0 to 1.
    pub rank: f32,
}

impl Profile {
    /// The profile of what is wanted, as seen from a background.
    pub fn build(wanted: &Wanted, background: &Background) -> Self {
        let weights = Weights::of(wanted, background);
        let calibration = calibrate(&[wanted], std::slice::from_ref(&weights), background).pop();
        Self { weights, calibration: calibration.unwrap_or_default(), likes: wanted.likes.clone() }
    }

    /// Many profiles at once: the same as each alone, in a fraction of the time.
    pub fn build_all(wanted: &[Wanted], background: &Background) -> Vec<Self> {
        let mut profiles = Vec::with_capacity(wanted.len());
        for wanted in wanted.chunks(TOGETHER) {
            let wanted: Vec<&Wanted> = wanted.iter().collect();
            let weights: Vec<Weights> = wanted.iter().map(|wanted| Weights::of(wanted, background)).collect();
            let calibrations = calibrate(&wanted, &weights, background);
            for ((wanted, weights), calibration) in wanted.iter().zip(weights).zip(calibrations) {
                profiles.push(Self { weights, calibration, likes: wanted.likes.clone() });
            }
        }
        profiles
    }

    /// Scores a paper.
    pub fn score(&self, features: &Features, background: &Background) -> Score {
        self.score_weighed(&background.weigh(features))
    }

    /// Scores a paper that was weighed before.
    pub fn score_weighed(&self, paper: &Weighed) -> Score {
        let raw = self.weights.raw(paper);
        let total = self.calibration.total(&raw);
        Score { total, parts: self.calibration.parts(&raw), rank: self.calibration.rank(total) }
    }

    /// The papers it likes.
    pub fn likes(&self) -> &[Example] {
        &self.likes
    }

    /// What it looks for.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// How its parts spread over the background.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }
}

/// How the parts of each profile spread over the background, its own examples left out.
fn calibrate(wanted: &[&Wanted], weights: &[Weights], background: &Background) -> Vec<Calibration> {
    let mut left_out: std::collections::HashMap<&str, hash::Set<u64>> = std::collections::HashMap::new();
    for (profile, wanted) in (0_u64..).zip(wanted) {
        for example in wanted.likes.iter().chain(&wanted.unlikes) {
            left_out.entry(&example.id).or_default().insert(profile);
        }
    }
    let compiled = Compiled::of(weights);
    let scale = background.scale();
    let mut raws = vec![Vec::new(); weights.len()];
    for (id, features) in background.kept() {
        let out = left_out.get(id);
        let scores = compiled.raws(&scale.weigh(features));
        for ((profile, raws), raw) in (0_u64..).zip(&mut raws).zip(scores) {
            if !out.is_some_and(|out| out.contains(&profile)) {
                raws.push(raw);
            }
        }
    }
    weights.iter().zip(raws).map(|(weights, raws)| Calibration::of(weights, &raws)).collect()
}

#[cfg(test)]
mod tests;

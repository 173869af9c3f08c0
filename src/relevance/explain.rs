//! Why a paper scored as it did: which terms, which example, and how it compares.
//!
//! Every part of a score is linear, so a term's share is exact, not a guess. Terms are named in the paper's own words,
//! which is why its text is needed once more.

use std::collections::HashMap;
use std::fmt;

use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::dense;
use crate::relevance::embedding::Embedding;
use crate::relevance::embedding::damped;
use crate::relevance::features;
use crate::relevance::features::Features;
use crate::relevance::profile::Profile;
use crate::relevance::profile::Score;
use crate::relevance::profile::weights::Weights;
use crate::relevance::terms;

/// So many terms are named.
const NAMED: usize = 5;

/// So many are named in short.
const NAMED_SHORT: usize = 3;

/// A term and what it did.
#[derive(Clone, PartialEq, Debug)]
pub struct Reason {
    /// The word of the paper, or two that stand side by side.
    pub words: String,
    /// How much of the total it gave, or its share.
    pub weight: f32,
}

/// The liked paper that is closest.
#[derive(Clone, PartialEq, Debug)]
pub struct Nearest {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The cosine between both, seen from the background's middle.
    pub similarity: f32,
}

/// Why a paper scored as it did.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// The score.
    pub score: Score,
    /// The words that gave most, each with what it added to the total.
    pub words: Vec<Reason>,
    /// The words whose sense gave most, each with its share of what all gave, from 0 to 1.
    pub senses: Vec<Reason>,
    /// The liked paper that is closest.
    pub nearest: Option<Nearest>,
}

impl Explanation {
    /// Explains the score of a paper with this title and abstract.
    pub fn of(
        profile: &Profile,
        background: &Background,
        features: &Features,
        title: &str,
        abstract_text: &str,
    ) -> Self {
        let paper = background.weigh(features);
        let names = Names::of(title, abstract_text);
        Self {
            score: profile.score_weighed(&paper),
            words: top(words(profile, &paper, &names)),
            senses: top(senses(profile, background.embedding(), features, &names)),
            nearest: nearest(profile, background, &paper),
        }
    }

    /// How the paper compares, as a sentence.
    pub fn rank(&self) -> String {
        let percent = 100.0 * self.score.rank;
        if percent >= 99.95 {
            return "higher than every recent paper compared".to_owned();
        }
        format!("higher than {percent:.1} % of recent papers")
    }
}

impl fmt::Display for Explanation {
    /// In one line: the words, the closest example, the rank.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = if self.words.is_empty() { &self.senses } else { &self.words };
        for (at, reason) in reasons.iter().take(NAMED_SHORT).enumerate() {
            let before = if at == 0 { "" } else { ", " };
            write!(out, "{before}{}", reason.words)?;
        }
        let before = if reasons.is_empty() { "" } else { "; " };
        if let Some(nearest) = &self.nearest {
            write!(out, "{before}like “{}”; {}", nearest.title, self.rank())
        } else {
            write!(out, "{before}{}", self.rank())
        }
    }
}

/// The paper's own words for its terms and pairs.
struct Names {
    words: HashMap<u32, String>,
    pairs: HashMap<u32, String>,
}

impl Names {
    fn of(title: &str, abstract_text: &str) -> Self {
        let mut names = Self { words: HashMap::new(), pairs: HashMap::new() };
        for text in [title, abstract_text] {
            let mut last: Option<(u32, String)> = None;
            terms::each_word(text, |word, term| {
                if let Some((before, name)) = &last {
                    let pair = features::pair(*before, term);
                    names.pairs.entry(pair).or_insert_with(|| format!("{name} {word}"));
                }
                names.words.entry(term).or_insert_with(|| word.to_owned());
                last = Some((term, word.to_owned()));
            });
        }
        names
    }
}

/// What each term and pair added to the total.
fn words(profile: &Profile, paper: &Weighed, names: &Names) -> Vec<Reason> {
    let Weights { words, pairs, .. } = profile.weights();
    let gains = profile.calibration().gains();
    let mut reasons = Vec::new();
    for (term, weight, count) in &paper.words {
        let word = words.binary_search_by_key(term, |word| word.term).ok().and_then(|at| words.get(at));
        if let (Some(word), Some(name)) = (word, names.words.get(term)) {
            let weight = gains.like_words * word.like * weight + gains.about_words * word.about * count;
            reasons.push(Reason { words: name.clone(), weight });
        }
    }
    for (pair, weight) in &paper.pairs {
        let like = pairs.binary_search_by_key(pair, |(pair, _like)| *pair).ok().and_then(|at| pairs.get(at));
        if let (Some((_pair, like)), Some(name)) = (like, names.pairs.get(pair)) {
            reasons.push(Reason { words: name.clone(), weight: gains.like_words * like * weight });
        }
    }
    reasons
}

/// Each term's share of the product of the vectors.
fn senses(profile: &Profile, embedding: &Embedding, features: &Features, names: &Names) -> Vec<Reason> {
    let gains = profile.calibration().gains();
    let mut direction = vec![0.0; embedding.columns()];
    let Weights { about_sense, like_sense, .. } = profile.weights();
    for (sense, gain) in [(about_sense, gains.about_sense), (like_sense, gains.like_sense)] {
        if let Some(sense) = sense {
            dense::add(&mut direction, gain, sense);
        }
    }
    let mut reasons: Vec<Reason> = features
        .words()
        .filter_map(|word| {
            let weight = damped(word.title + word.body) * embedding.along(word.term, &direction);
            names.words.get(&word.term).map(|name| Reason { words: name.clone(), weight })
        })
        .collect();
    let all: f32 = reasons.iter().map(|reason| reason.weight.max(0.0)).sum();
    for reason in &mut reasons {
        reason.weight /= all.max(1e-12);
    }
    reasons
}

fn nearest(profile: &Profile, background: &Background, paper: &Weighed) -> Option<Nearest> {
    let likes = profile.likes().iter().map(|like| {
        let vector = background.centre(like.features.dense());
        (dense::dot(&vector, &paper.vector), like)
    });
    let (similarity, like) = likes.max_by(|(left, _one), (right, _other)| left.total_cmp(right))?;
    Some(Nearest { id: like.id.clone(), title: like.title.clone(), similarity })
}

/// The largest, none that spoke against; equal ones by name.
fn top(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.retain(|reason| reason.weight > 0.0);
    reasons.sort_by(|left, right| {
        right.weight.total_cmp(&left.weight).then_with(|| left.words.cmp(&right.words))
    });
    reasons.truncate(NAMED);
    reasons
}

#[cfg(test)]
mod tests;

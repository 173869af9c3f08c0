//! What is learnt from: pairs of texts that belong together, as rows of the terms they hold.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::relevance::cast;
use crate::relevance::embedding::Sampled;
use crate::relevance::embedding::damped;
use crate::relevance::terms;
use crate::relevance::train::FEWEST;
use crate::relevance::train::Settings;

/// Shorter abstracts are notices, not abstracts.
const SHORTEST: usize = 150;

/// Texts as sparse rows whose weights sum to 1.
#[derive(Default, Debug)]
pub(super) struct Side {
    ends: Vec<usize>,
    cells: Vec<(u16, f32)>,
}

/// Everything that is learnt from.
#[derive(Debug)]
pub(super) struct Corpus {
    pub(super) vocabulary: Vec<String>,
    /// How rare each term is.
    rarity: Vec<f32>,
    pub(super) left: Side,
    pub(super) right: Side,
    pub(super) sample: Vec<Sampled>,
}

impl Side {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn push(&mut self, rows: &[Option<u16>]) {
        let mut known: Vec<u16> = rows.iter().flatten().copied().collect();
        known.sort_unstable();
        let from = self.cells.len();
        let mut sum = 0.0;
        for same in known.chunk_by(|left, right| left == right) {
            if let Some(row) = same.first() {
                let weight = damped(u32::try_from(same.len()).unwrap_or(u32::MAX));
                sum += weight;
                self.cells.push((*row, weight));
            }
        }
        for (_row, weight) in self.cells.iter_mut().skip(from) {
            *weight /= sum;
        }
        self.ends.push(self.cells.len());
    }

    fn text(&self, at: usize) -> &[(u16, f32)] {
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let to = self.ends.get(at).copied().unwrap_or(from);
        self.cells.get(from..to).unwrap_or_default()
    }

    /// The texts of a batch.
    pub(super) fn chosen(&self, chosen: &[usize]) -> Vec<&[(u16, f32)]> {
        chosen.iter().map(|at| self.text(*at)).collect()
    }
}

impl Corpus {
    /// None if there are too few papers.
    pub(super) fn read(
        papers: &[(String, String)],
        settings: &Settings,
        chance: &mut fastrand::Rng,
    ) -> Option<Self> {
        let mut order: Vec<&(String, String)> = papers
            .iter()
            .filter(|(title, body)| !title.trim().is_empty() && body.len() >= SHORTEST)
            .collect();
        if order.len() < FEWEST {
            return None;
        }
        chance.shuffle(&mut order);
        let mut stems = Stems::default();
        let whole: Vec<(Vec<u32>, Vec<u32>)> =
            order.iter().map(|(title, body)| (stems.read(title), stems.read(body))).collect();
        let halves: Vec<(Vec<u32>, Vec<u32>)> = order
            .iter()
            .map(|(_title, body)| {
                let (left, right) = halves(body, chance);
                (stems.read(&left), stems.read(&right))
            })
            .collect();
        let papers_with = stems.papers_with(&whole);
        let mut common: Vec<(u32, usize)> = papers_with.iter().copied().zip(0..).collect();
        common.retain(|(papers, _stem)| *papers >= settings.rarest);
        common.sort_unstable_by(|(left, first), (right, second)| right.cmp(left).then(first.cmp(second)));
        common.truncate(settings.vocabulary);
        let mut row_of: Vec<Option<u16>> = vec![None; papers_with.len()];
        let (mut vocabulary, mut rarity) = (Vec::new(), Vec::new());
        for (row, (papers, stem)) in (0_u16..).zip(&common) {
            if let (Some(slot), Some(text)) = (row_of.get_mut(*stem), stems.texts.get(*stem)) {
                *slot = Some(row);
                vocabulary.push(text.clone());
                rarity.push((1.0 + cast::count(order.len()) / (cast::count_u32(*papers) + 1.0)).ln());
            }
        }
        let rows = |text: &[u32]| -> Vec<Option<u16>> {
            let row =
                |stem: &u32| usize::try_from(*stem).ok().and_then(|stem| row_of.get(stem)).copied().flatten();
            text.iter().map(row).collect()
        };
        let (mut left, mut right) = (Side::default(), Side::default());
        for (first, second) in whole.iter().chain(&halves) {
            left.push(&rows(first));
            right.push(&rows(second));
        }
        let sample = whole.iter().take(settings.sample);
        let sample = sample.map(|(title, body)| Sampled { title: rows(title), body: rows(body) }).collect();
        Some(Self { vocabulary, rarity, left, right, sample })
    }

    /// Small normal noise, larger for rare terms: where learning starts.
    pub(super) fn first_values(&self, columns: usize, chance: &mut fastrand::Rng) -> Vec<f32> {
        let mean = self.rarity.iter().sum::<f32>() / cast::count(self.rarity.len().max(1));
        let mut values = Vec::with_capacity(self.rarity.len() * columns);
        for rarity in &self.rarity {
            values.extend((0..columns).map(|_column| 0.1 * normal(chance) * rarity / mean));
        }
        values
    }
}

/// A number of the normal distribution (Box and Muller).
fn normal(chance: &mut fastrand::Rng) -> f32 {
    let radius = (-2.0 * (1.0 - chance.f32()).max(f32::MIN_POSITIVE).ln()).sqrt();
    radius * (std::f32::consts::TAU * chance.f32()).cos()
}

/// Numbers for stems in the order they are met.
#[derive(Default)]
struct Stems {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Stems {
    fn read(&mut self, text: &str) -> Vec<u32> {
        let mut numbers = Vec::new();
        for stem in terms::stems(text) {
            let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            let texts = &mut self.texts;
            let number = *self.numbers.entry(stem).or_insert_with_key(|stem| {
                texts.push(stem.clone());
                next
            });
            numbers.push(number);
        }
        numbers
    }

    /// In how many papers each stem is.
    fn papers_with(&self, papers: &[(Vec<u32>, Vec<u32>)]) -> Vec<u32> {
        let mut counts = vec![0_u32; self.texts.len()];
        for (title, body) in papers {
            let all: HashSet<u32> = title.iter().chain(body).copied().collect();
            for stem in all {
                if let Some(count) = usize::try_from(stem).ok().and_then(|stem| counts.get_mut(stem)) {
                    *count += 1;
                }
            }
        }
        counts
    }
}

/// Half of the sentences, drawn, and the others.
fn halves(body: &str, chance: &mut fastrand::Rng) -> (String, String) {
    let mut sentences = sentences(body);
    if sentences.len() < 3 {
        let middle = body.floor_char_boundary(body.len() / 2);
        let (left, right) = body.split_at_checked(middle).unwrap_or((body, ""));
        return (left.to_owned(), right.to_owned());
    }
    chance.shuffle(&mut sentences);
    let (left, right) = sentences.split_at_checked(sentences.len() / 2).unwrap_or((&sentences, &[]));
    (left.join(" "), right.join(" "))
}

/// Pieces that end in a stop before a blank.
fn sentences(body: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut rest = body;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|text| text.find(['.', '!', '?'])) {
        let after = from + at + 1;
        let Some((sentence, next)) = rest.split_at_checked(after) else { break };
        if next.starts_with(char::is_whitespace) {
            sentences.push(sentence);
            rest = next.trim_start();
            from = 0;
        } else {
            from = after;
        }
    }
    if !rest.trim().is_empty() {
        sentences.push(rest);
    }
    sentences
}

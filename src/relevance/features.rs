//! A paper as relevance sees it: how often each term and pair of terms occurs, and the vector of its sense.
//!
//! Made once when a paper comes in, from title and abstract alone; about a kilobyte. What terms and vectors mean for a
//! topic is decided elsewhere: nothing here depends on other papers.

use crate::relevance::cast;
use crate::relevance::embedding;
use crate::relevance::embedding::Embedding;
use crate::relevance::embedding::Sampled;
use crate::relevance::hash;
use crate::relevance::terms;

/// So many bits number the pairs of neighbouring terms.
pub const PAIR_BITS: u32 = 22;

/// What is counted and measured of one paper.
#[derive(Clone, PartialEq, Debug)]
pub struct Features {
    /// The terms, sorted.
    words: Box<[u32]>,
    /// How often each occurs in title and abstract.
    counts: Box<[[u8; 2]]>,
    /// The pairs, sorted: 22 bits of their hash, then ten of their count with the title's twice.
    pairs: Box<[u32]>,
    /// All terms, the title's three times.
    length: u32,
    vector: Box<[i8]>,
    scale: f32,
}

/// How often a term occurs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// The term.
    pub term: u32,
    /// In the title.
    pub title: u32,
    /// In the abstract.
    pub body: u32,
}

impl Features {
    /// The features of a paper.
    pub fn of(title: &str, abstract_text: &str, embedding: &Embedding) -> Self {
        let read = |text: &str| {
            let mut found = Vec::with_capacity(text.len() / 8);
            terms::each(text, |term| found.push(term));
            found
        };
        Self::of_terms(&read(title), &read(abstract_text), |counts| {
            embedding.sense(title, abstract_text, counts.iter().copied())
        })
    }

    /// The words and pairs of a paper alone, whose sense is known elsewhere.
    pub fn of_words(title: &str, abstract_text: &str) -> Self {
        let read = |text: &str| {
            let mut found = Vec::with_capacity(text.len() / 8);
            terms::each(text, |term| found.push(term));
            found
        };
        Self::of_terms(&read(title), &read(abstract_text), |_counts| Vec::new())
    }

    /// The features of a paper that an embedding carries.
    pub fn of_sampled(paper: &Sampled, embedding: &Embedding) -> Self {
        let read = |rows: &[Option<u16>]| -> Vec<u32> {
            rows.iter().map(|row| row.and_then(|row| embedding.term(row)).unwrap_or(terms::GAP)).collect()
        };
        let vector = |counts: &[(u32, u32)]| embedding.vector(counts.iter().copied());
        Self::of_terms(&read(&paper.title), &read(&paper.body), vector)
    }

    fn of_terms(title: &[u32], body: &[u32], sense: impl FnOnce(&[(u32, u32)]) -> Vec<f32>) -> Self {
        let (words, counts): (Vec<u32>, Vec<[u8; 2]>) = counted(title, body).into_iter().unzip();
        let all: Vec<(u32, u32)> = words
            .iter()
            .copied()
            .zip(counts.iter().map(|[title, body]| u32::from(*title) + u32::from(*body)))
            .collect();
        let vector = sense(&all);
        let (scale, bytes) = embedding::quantise(&vector);
        let pairs = counted(&neighbours(title), &neighbours(body));
        let pairs = pairs.into_iter().map(|(pair, [title, body])| {
            let count = (2 * u32::from(title) + u32::from(body)).min(1_023);
            (pair << 10) | count
        });
        let length = counts.iter().map(|[title, body]| 3 * u32::from(*title) + u32::from(*body)).sum();
        Self {
            pairs: pairs.collect(),
            vector: bytes.collect(),
            words: words.into(),
            counts: counts.into(),
            length,
            scale,
        }
    }

    /// Its terms with their counts, sorted by term.
    pub fn words(&self) -> impl ExactSizeIterator<Item = Occurrence> {
        self.words.iter().zip(&self.counts).map(|(term, [title, body])| Occurrence {
            term: *term,
            title: u32::from(*title),
            body: u32::from(*body),
        })
    }

    /// Its pairs of neighbouring terms, sorted, each with its count; those in the title count twice.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (u32, u32)> {
        self.pairs.iter().map(|packed| (packed >> 10, packed & 1_023))
    }

    /// How long it is for BM25: all terms, the title's three times.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// Its vector as signed bytes; times [`scale`](Self::scale) it has length 1, or is all zeros.
    pub fn vector(&self) -> &[i8] {
        &self.vector
    }

    /// What a step of the vector is worth.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Its vector as floats.
    pub fn dense(&self) -> Vec<f32> {
        self.vector.iter().map(|value| self.scale * f32::from(*value)).collect()
    }
}

/// The number of a pair of neighbouring terms.
pub fn pair(left: u32, right: u32) -> u32 {
    cast::low(hash::mix((u64::from(left) << 32) | u64::from(right)) >> (64 - PAIR_BITS))
}

fn neighbours(terms: &[u32]) -> Vec<u32> {
    let known = |term: u32| term != terms::GAP;
    let both = terms.iter().zip(terms.iter().skip(1)).filter(|(left, right)| known(**left) && known(**right));
    both.map(|(left, right)| pair(*left, *right)).collect()
}

/// Sorted, each once, with how often it occurs in title and abstract.
fn counted(title: &[u32], body: &[u32]) -> Vec<(u32, [u8; 2])> {
    let title = title.iter().map(|term| (u64::from(*term) << 1) | 1);
    let mut all: Vec<u64> = body.iter().map(|term| u64::from(*term) << 1).chain(title).collect();
    all.sort_unstable();
    let mut counted: Vec<(u32, [u8; 2])> = Vec::with_capacity(all.len());
    for mixed in all {
        let (term, is_title) = (cast::low(mixed >> 1), mixed & 1 == 1);
        let [title, body] = if is_title { [1, 0] } else { [0, 1] };
        match counted.last_mut() {
            _gap if term == terms::GAP => {}
            Some((last, [titles, bodies])) if *last == term => {
                *titles = titles.saturating_add(title);
                *bodies = bodies.saturating_add(body);
            }
            _other => counted.push((term, [title, body])),
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_and_pairs_are_counted_by_place() {
        let embedding = Embedding::shipped();
        let paper = Features::of("Graph kernels", "A graph kernel compares graphs.", &embedding);
        let (graph, kernel) = (terms::term("graph"), terms::term("kernel"));
        let mut words: Vec<Occurrence> = paper.words().collect();
        words.retain(|word| word.term == graph || word.term == kernel);
        words.sort_by_key(|word| word.body);
        let expected = [(kernel, 1, 1), (graph, 1, 2)];
        assert_eq!(words.iter().map(|word| (word.term, word.title, word.body)).collect::<Vec<_>>(), expected);
        assert_eq!(paper.length(), 3 * 2 + 4);
        assert!(paper.pairs().any(|counted| counted == (pair(graph, kernel), 3)));
    }

    #[test]
    fn vectors_have_length_one_or_nothing() {
        let embedding = Embedding::shipped();
        let length = |paper: &Features| paper.dense().iter().map(|value| value * value).sum::<f32>();
        assert!((length(&Features::of("Neural networks", "We train them.", &embedding)) - 1.0).abs() < 0.01);
        assert!(length(&Features::of("", "", &embedding)) < 1e-6);
    }

    #[test]
    fn equal_text_gives_equal_features() {
        let make = || {
            Features::of(
                "Low-rank adaptation",
                "Fine-tuning is dear; adapters are not.",
                &Embedding::shipped(),
            )
        };
        assert_eq!(make(), make());
    }
}

//! Trains an embedding on titles and abstracts alone: no labels, no other model.
//!
//! A title belongs to its abstract, and one half of an abstract's sentences to the other half; in a batch of a thousand
//! such pairs each side must find its own among all others (symmetric softmax over cosines). 60,000 papers take a few
//! minutes of one core and about 300 MB. The same papers, settings and seed give the same embedding.

use crate::relevance::cast;
use crate::relevance::dense::Matrix;
use crate::relevance::embedding::Embedding;

mod descent;

mod pairs;

/// Fewer papers teach nothing.
pub const FEWEST: usize = 50;

/// How to train.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long vectors are; a multiple of 8.
    pub columns: usize,
    /// How often all pairs are seen.
    pub epochs: usize,
    /// How far a step goes at most.
    pub rate: f32,
    /// How many pairs compete.
    pub batch: usize,
    /// How sharp the competition is.
    pub sharpness: f32,
    /// How many terms are kept, the commonest; at most 65,000.
    pub vocabulary: usize,
    /// A term in fewer papers is left out.
    pub rarest: u32,
    /// How many papers go with the embedding as a background for new services.
    pub sample: usize,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            columns: 256,
            epochs: 3,
            rate: 0.02,
            batch: 1_024,
            sharpness: 20.0,
            vocabulary: 22_000,
            rarest: 4,
            sample: 2_000,
            seed: 3,
        }
    }
}

/// How far training is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Which batch this was, from 1.
    pub batch: usize,
    /// Of how many.
    pub batches: usize,
    /// How badly the pairs found each other; falls while something is learnt.
    pub loss: f32,
}

/// Why nothing was trained.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// There are too few papers with title and abstract.
    #[error(
        "training: {0} papers with a title and an abstract are too few, {FEWEST} are the least and 5,000 advisable"
    )]
    TooFew(usize),
    /// The settings make no sense.
    #[error("training: {0}")]
    Settings(&'static str),
}

/// Trains an embedding on papers, each a title and an abstract; reports every batch.
pub fn train(
    papers: &[(String, String)],
    settings: &Settings,
    progress: &mut dyn FnMut(Step),
) -> Result<Embedding, Error> {
    settings.check()?;
    let mut chance = fastrand::Rng::with_seed(settings.seed);
    let corpus = pairs::Corpus::read(papers, settings, &mut chance).ok_or(Error::TooFew(papers.len()))?;
    let table =
        Matrix { columns: settings.columns, values: corpus.first_values(settings.columns, &mut chance) };
    let mut descent = descent::Descent::new(table, settings);
    let pairs = corpus.left.len();
    let size = settings.batch.min(pairs);
    let batches = settings.epochs * (pairs / size);
    let mut batch = 0;
    for _epoch in 0..settings.epochs {
        let mut order: Vec<usize> = (0..pairs).collect();
        chance.shuffle(&mut order);
        for chosen in order.chunks_exact(size) {
            let done = cast::count(batch) / cast::count(batches);
            batch += 1;
            let loss = descent.step(&corpus.left.chosen(chosen), &corpus.right.chosen(chosen), done);
            progress(Step { batch, batches, loss });
        }
    }
    Ok(Embedding::from_rows(&corpus.vocabulary, &descent.table, corpus.sample))
}

impl Settings {
    fn check(&self) -> Result<(), Error> {
        if self.columns == 0 || self.columns > 1_024 || !self.columns.is_multiple_of(8) {
            return Err(Error::Settings("the columns must be a multiple of 8, at most 1,024"));
        }
        if self.vocabulary == 0 || self.vocabulary > 65_000 {
            return Err(Error::Settings("the vocabulary must have 1 to 65,000 terms"));
        }
        if self.batch < 2 || self.epochs == 0 {
            return Err(Error::Settings(
                "a batch has at least two pairs, and all must be seen at least once",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

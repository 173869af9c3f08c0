//! How the parts of a topic's score spread over ordinary papers, and what they come to together.

use crate::relevance::cast;
use crate::relevance::profile::Parts;
use crate::relevance::profile::weights::Raw;
use crate::relevance::profile::weights::Weights;

/// How much the sense of the examples counts beside their words.
const SENSE: f32 = 1.25;

/// Mean and standard deviation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    /// The mean.
    pub mean: f32,
    /// The standard deviation.
    pub deviation: f32,
}

/// How a topic's parts spread over the background.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Calibration {
    about_words: Spread,
    about_sense: Spread,
    like_words: Spread,
    like_sense: Spread,
    about: Spread,
    like: Spread,
    whole: Spread,
    about_share: f32,
    like_share: f32,
    /// The scores of the background's papers, sorted.
    totals: Vec<f32>,
}

impl Default for Spread {
    fn default() -> Self {
        Self { mean: 0.0, deviation: 1.0 }
    }
}

impl Spread {
    /// The spread of numbers; a smaller deviation than `least` is taken for it.
    fn of(numbers: impl Iterator<Item = f32> + Clone, least: f32) -> Self {
        let all = cast::wide(numbers.clone().count().max(1));
        let mean = numbers.clone().map(f64::from).sum::<f64>() / all;
        let variance = numbers.map(|number| (f64::from(number) - mean).powi(2)).sum::<f64>() / all;
        Self { mean: cast::narrow(mean), deviation: cast::narrow(variance.sqrt()).max(least) }
    }

    /// How many deviations above the mean.
    fn z(self, number: f32) -> f32 {
        (number - self.mean) / self.deviation
    }
}

impl Calibration {
    /// The spread of these scores of the background's papers.
    ///
    /// A description whose words are in no paper at all has no spread; the least is what one paper with its rarest word
    /// would give.
    pub(super) fn of(weights: &Weights, raws: &[Raw]) -> Self {
        let rarest = weights.words.iter().fold(0.0_f32, |rarest, word| rarest.max(word.about));
        let alone = rarest / cast::count(raws.len().max(1)).sqrt();
        let spread = |part: fn(&Raw) -> f32, least: f32| Spread::of(raws.iter().map(part), least.max(1e-3));
        let mut calibration = Self {
            about_words: spread(|raw| raw.about_words, alone),
            about_sense: spread(|raw| raw.about_sense, 0.0),
            like_words: spread(|raw| raw.like_words, 0.0),
            like_sense: spread(|raw| raw.like_sense, 0.0),
            about_share: weights.about_share,
            like_share: weights.like_share,
            ..Self::default()
        };
        let parts: Vec<Parts> = raws.iter().map(|raw| calibration.parts(raw)).collect();
        calibration.about = Spread::of(parts.iter().map(about), 1e-3);
        calibration.like = Spread::of(parts.iter().map(like), 1e-3);
        calibration.whole = Spread::of(parts.iter().map(|parts| calibration.joined(parts)), 1e-3);
        let mut totals: Vec<f32> = raws.iter().map(|raw| calibration.total(raw)).collect();
        totals.sort_unstable_by(f32::total_cmp);
        calibration.totals = totals;
        calibration
    }

    /// Each part in its deviations.
    pub fn parts(&self, raw: &Raw) -> Parts {
        Parts {
            about_words: self.about_words.z(raw.about_words),
            about_sense: self.about_sense.z(raw.about_sense),
            like_words: self.like_words.z(raw.like_words),
            like_sense: self.like_sense.z(raw.like_sense),
        }
    }

    /// All parts together, in deviations.
    pub fn total(&self, raw: &Raw) -> f32 {
        self.whole.z(self.joined(&self.parts(raw)))
    }

    /// By how much the total grows with each part.
    pub fn gains(&self) -> Raw {
        let about = self.about_share / self.about.deviation / self.whole.deviation;
        let like = self.like_share / self.like.deviation / self.whole.deviation;
        Raw {
            about_words: about / self.about_words.deviation,
            about_sense: about / self.about_sense.deviation,
            like_words: like / self.like_words.deviation,
            like_sense: like * SENSE / self.like_sense.deviation,
        }
    }

    /// The share of the background's papers with a lower total.
    pub fn rank(&self, total: f32) -> f32 {
        let lower = self.totals.partition_point(|other| *other < total);
        cast::count(lower) / cast::count(self.totals.len().max(1))
    }

    /// The totals of the background's papers, from the lowest.
    pub fn totals(&self) -> &[f32] {
        &self.totals
    }

    fn joined(&self, parts: &Parts) -> f32 {
        self.like_share * self.like.z(like(parts)) + self.about_share * self.about.z(about(parts))
    }
}

fn about(parts: &Parts) -> f32 {
    parts.about_words + parts.about_sense
}

fn like(parts: &Parts) -> f32 {
    parts.like_words + SENSE * parts.like_sense
}

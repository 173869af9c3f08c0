//! Whether a score lets a paper in.
//!
//! A topic says how wide it is, or how many papers a day it wants; once ten papers are marked, the marks have a say. Plain
//! arithmetic on scores that others keep; what else lets a paper in (a followed author, a query) is not decided here.
//!
//! A budget is met by steering: each day the threshold is the score that as many papers reach as are still wanted, fewer
//! after days that brought more than their share, more after days that brought less. A threshold that is fixed from the
//! past alone drifts with what is published, by half and more within two months.

use crate::relevance::cast;

/// How far below the threshold a paper nearly fits, in deviations and as a share of the threshold; the wider counts.
const NEAR: f32 = 0.5;
const NEAR_SHARE: f32 = 0.15;

/// A budget's threshold never falls below this: a day without papers is better than one with any papers.
const FLOOR: f32 = 1.5;

/// How strongly what is missing from a week, or too much in it, changes what is wanted of a day.
const STEER: f64 = 2.0;

/// A day is asked for no less and no more than so many times its share.
const LEAST: f64 = 0.3;
const MOST: f64 = 2.5;

/// A day lets in at most so many times its share, and a week so many times its own.
const BURST: f64 = 2.0;
const BURST_OF_WEEK: f64 = 1.25;

/// The days that are looked back on.
const DAYS: f64 = 7.0;

/// From so many marks on, with so many of each kind, they have a say.
const MARKS: usize = 10;
const OF_EACH: usize = 3;

/// How wide a topic is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Breadth {
    /// Only what fits well.
    Strict,
    /// What fits.
    #[default]
    Normal,
    /// Also what fits loosely.
    Broad,
}

/// How a topic decides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rule {
    /// By how well a paper fits.
    Breadth(Breadth),
    /// By how many papers a day are wanted.
    Budget {
        /// So many.
        per_day: f64,
    },
}

/// What is known of the papers before.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Past {
    /// The scores of those of a sample that could have been let in, from the lowest: a threshold is asked for with every
    /// paper and topic, which leaves no time to sort them.
    pub scores: Vec<f32>,
    /// How many papers the sample has.
    pub compared: usize,
    /// How many papers came a day.
    pub papers_a_day: f64,
    /// The marks there are.
    pub marks: Vec<Mark>,
}

/// What a threshold came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The topic's breadth.
    Breadth,
    /// The papers a day that are wanted.
    Budget,
    /// One of these, and half of the way from there what the marks say.
    Marks,
}

/// The score from which papers are let in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Threshold {
    /// The score.
    pub score: f32,
    /// What it came from.
    pub origin: Origin,
}

/// A paper that was marked, with the score it has without its own mark.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mark {
    /// Its score.
    pub score: f32,
    /// Whether it is wanted.
    pub is_wanted: bool,
}

impl Mark {
    /// Whether marks are so many that they have a say.
    pub fn are_enough(marks: impl Iterator<Item = bool>) -> bool {
        let (mut wanted, mut all) = (0, 0);
        for is_wanted in marks {
            all += 1;
            wanted += usize::from(is_wanted);
        }
        all >= MARKS && wanted >= OF_EACH && all - wanted >= OF_EACH
    }
}

/// What becomes of a paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is let in.
    In,
    /// It fits, but the day or the week has had its share.
    Full,
    /// It nearly fits.
    Near,
    /// It does not fit.
    Out,
}

impl Breadth {
    const ALL: [Self; 3] = [Self::Strict, Self::Normal, Self::Broad];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Normal => "normal",
            Self::Broad => "broad",
        }
    }

    /// The breadth of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|breadth| breadth.name() == name)
    }

    /// The score from which papers fit.
    pub fn score(self) -> f32 {
        match self {
            Self::Strict => 4.0,
            Self::Normal => 3.0,
            Self::Broad => 2.5,
        }
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self::Breadth(Breadth::default())
    }
}

impl Rule {
    /// The threshold of a day before which so many papers entered within a week. A budget without any past falls back to
    /// the normal breadth.
    pub fn threshold(&self, past: &Past, entered: f64) -> Threshold {
        let rule = match self {
            Self::Breadth(breadth) => Threshold { score: breadth.score(), origin: Origin::Breadth },
            Self::Budget { per_day } => {
                let share = per_day.max(0.0);
                let missing = 1.0 - entered / (share * DAYS).max(1e-9);
                let wanted = share * STEER.mul_add(missing, 1.0).clamp(LEAST, MOST);
                Threshold { score: reached_by(past, wanted), origin: Origin::Budget }
            }
        };
        match best(&past.marks) {
            // A budget is kept whatever the marks say: they move which papers score high.
            Some(best) if rule.origin == Origin::Breadth => {
                Threshold { score: f32::midpoint(rule.score, best), origin: Origin::Marks }
            }
            _rule_alone => rule,
        }
    }

    /// What becomes of a paper with this score on a day that has let in so many, after so many within a week.
    pub fn decide(&self, threshold: &Threshold, score: f32, today: u32, entered: f64) -> Decision {
        let near = NEAR.max(NEAR_SHARE * threshold.score.abs());
        if score < threshold.score - near || score.is_nan() {
            Decision::Out
        } else if score < threshold.score {
            Decision::Near
        } else if self.is_full(f64::from(today), entered) {
            Decision::Full
        } else {
            Decision::In
        }
    }

    fn is_full(&self, today: f64, entered: f64) -> bool {
        match self {
            Self::Breadth(_) => false,
            Self::Budget { per_day } => {
                let week = (per_day * DAYS * BURST_OF_WEEK).max(1.0);
                today >= (per_day * BURST).max(1.0) || today + entered * (DAYS - 1.0) / DAYS >= week
            }
        }
    }

    /// How many papers so many days bring, where that is decided.
    pub fn most_in_days(&self, days: u64) -> Option<f64> {
        match self {
            Self::Breadth(_) => None,
            Self::Budget { per_day } => Some(per_day * cast::wide_u64(days)),
        }
    }
}

/// The score that so many papers a day reach.
fn reached_by(past: &Past, a_day: f64) -> f32 {
    if past.compared == 0 || past.papers_a_day <= 0.0 {
        return Breadth::Normal.score();
    }
    // Between two scores of the sample the threshold lies in proportion, so that small budgets are met too.
    let place = cast::wide(past.compared) * (a_day / past.papers_a_day).min(1.0);
    let at = |place: f64| past.scores.iter().rev().nth(cast::whole(place.max(1.0)) - 1).copied();
    let (Some(above), below) = (at(place.floor()), at(place.floor() + 1.0)) else { return FLOOR };
    let below = below.unwrap_or(FLOOR);
    (above + cast::narrow(place.fract()) * (below - above)).max(FLOOR)
}

/// The threshold with the best F1 on the marks: half way between the last mark let in and the next.
fn best(marks: &[Mark]) -> Option<f32> {
    if !Mark::are_enough(marks.iter().map(|mark| mark.is_wanted)) {
        return None;
    }
    let wanted = marks.iter().filter(|mark| mark.is_wanted).count();
    let mut sorted = marks.to_vec();
    sorted.sort_by(|left, right| right.score.total_cmp(&left.score));
    let mut best: Option<(f32, f32)> = None;
    let mut hits = 0_usize;
    for (at, mark) in sorted.iter().enumerate() {
        hits += usize::from(mark.is_wanted);
        let next = sorted.get(at + 1).map_or(mark.score, |next| next.score);
        if next >= mark.score && at + 1 < sorted.len() {
            continue;
        }
        let f1 = 2.0 * cast::count(hits) / cast::count(at + 1 + wanted);
        if best.is_none_or(|(most, _score)| f1 > most) {
            best = Some((f1, f32::midpoint(mark.score, next)));
        }
    }
    best.map(|(_f1, score)| score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(marks: &[(f32, bool)]) -> Past {
        let marks = marks.iter().map(|(score, is_wanted)| Mark { score: *score, is_wanted: *is_wanted });
        let scores = (0_u16..1_000).map(|at| f32::from(at) / 100.0).collect();
        Past { scores, compared: 1_000, papers_a_day: 1_000.0, marks: marks.collect() }
    }

    #[test]
    fn breadth_is_a_fixed_score() {
        let rule = Rule::Breadth(Breadth::Strict);
        assert_eq!(rule.threshold(&past(&[]), 9.0), Threshold { score: 4.0, origin: Origin::Breadth });
        let rule = Rule::default();
        let threshold = rule.threshold(&Past::default(), 0.0);
        let decided = [3.0, 2.9, 2.49, f32::NAN].map(|score| rule.decide(&threshold, score, 1_000, 1e6));
        assert_eq!(decided, [Decision::In, Decision::Near, Decision::Out, Decision::Out]);
    }

    #[test]
    fn a_budget_asks_for_its_share_and_for_less_after_much() {
        let (rule, past) = (Rule::Budget { per_day: 20.0 }, past(&[]));
        let reached = |entered: f64| {
            let threshold = rule.threshold(&past, entered);
            past.scores.iter().filter(|score| **score >= threshold.score).count()
        };
        assert_eq!(reached(140.0), 20);
        assert_eq!(reached(175.0), 10);
        assert_eq!(reached(105.0), 30);
        assert_eq!(reached(0.0), 50);
    }

    #[test]
    fn a_day_and_a_week_are_full_one_day() {
        let rule = Rule::Budget { per_day: 2.0 };
        let threshold = Threshold { score: 3.0, origin: Origin::Budget };
        assert_eq!(rule.decide(&threshold, 9.5, 3, 0.0), Decision::In);
        assert_eq!(rule.decide(&threshold, 9.5, 4, 0.0), Decision::Full);
        assert_eq!(rule.decide(&threshold, 9.5, 0, 21.0), Decision::Full);
        let rule = Rule::Budget { per_day: 0.1 };
        assert_eq!(rule.decide(&threshold, 9.5, 0, 0.0), Decision::In, "a small budget lets in one at least");
    }

    #[test]
    fn a_budget_never_takes_what_does_not_fit() {
        let poor = Past { scores: vec![0.5, 1.0, 2.5], ..past(&[]) };
        let rule = Rule::Budget { per_day: 50.0 };
        assert!((rule.threshold(&poor, 350.0).score - FLOOR).abs() < 1e-6);
        assert!((rule.threshold(&Past::default(), 0.0).score - 3.0).abs() < 1e-6);
    }

    #[test]
    fn marks_move_the_threshold_half_way() {
        let mut scores = vec![(6.0, true), (5.5, true), (5.2, true), (5.0, true)];
        scores.extend([(4.0, false), (3.9, false), (3.5, false), (3.3, false), (3.1, false)]);
        assert_eq!(Rule::default().threshold(&past(&scores), 0.0).origin, Origin::Breadth);
        scores.push((3.0, false));
        let threshold = Rule::default().threshold(&past(&scores), 0.0);
        assert_eq!(threshold.origin, Origin::Marks);
        assert!((threshold.score - f32::midpoint(3.0, 4.5)).abs() < 1e-6);
    }

    #[test]
    fn marks_of_one_kind_say_nothing() {
        let scores = [(5.0, true); 20];
        assert_eq!(Rule::default().threshold(&past(&scores), 0.0).origin, Origin::Breadth);
    }
}

//! Which papers people talk about now, by a formula that anyone can check: it is printed with its parts beside each paper.
//!
//! What a counter of a paper says is compared with those of the papers of the same week that have any, since votes and stars grow
//! with fashion and with the size of a site. Each share (0 to 1, the percentile) is weighed, what is weighed is joined as
//! chances are, 1 − Π(1 − weight · share), and the whole halves with age. A counter that a paper does not have says nothing
//! against it. Pure: the numbers and the day are arguments.

use std::collections::BTreeMap;
use std::fmt;

use chrono::Datelike as _;
use chrono::IsoWeek;
use chrono::NaiveDate;

/// With fewer papers in a week than this a percentile says little, and a fixed scale is used.
const FEW: usize = 20;

/// The fixed scale: the share of papers with at most so much. Up-votes of 2,962 papers on Hugging Face in 2026, on the day of
/// their list; no other counter was measured, so it serves for all.
const SCALE: [(f64, f64); 6] =
    [(1.0, 0.10), (2.0, 0.25), (6.0, 0.50), (14.0, 0.75), (29.0, 0.90), (77.0, 0.99)];

/// Fewer comments are often a machine's.
const LEAST_COMMENTS: u64 = 3;

/// Citations of a younger paper say more of its authors than of it.
const CITED_FROM_DAYS: i64 = 60;

/// What speaks for a paper.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Measure {
    /// An editor of this site picked it.
    Pick,
    /// Up-votes on Hugging Face Daily Papers.
    Votes,
    /// Stars that its code won in seven days.
    Stars,
    /// Points on Hacker News.
    Points,
    /// Works that cite it.
    Citations,
    /// Comments on Hugging Face.
    Comments,
}

impl Measure {
    /// Every one, the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Pick, Self::Votes, Self::Stars, Self::Points, Self::Citations, Self::Comments];

    /// How much it can give at most.
    pub const fn weight(self) -> f64 {
        match self {
            Self::Pick => 0.50,
            Self::Votes => 0.45,
            Self::Stars => 0.40,
            Self::Points => 0.35,
            Self::Citations => 0.20,
            Self::Comments => 0.10,
        }
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pick => "pick of the editor",
            Self::Votes => "votes on Hugging Face",
            Self::Stars => "stars of the code won in 7 days",
            Self::Points => "points on Hacker News",
            Self::Citations => "citations, from the 60th day on",
            Self::Comments => "comments on Hugging Face, from 3 on",
        }
    }
}

/// What is known of a paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The day of its announcement.
    pub announced: NaiveDate,
    /// Its votes.
    pub votes: u64,
    /// Its comments.
    pub comments: u64,
    /// The stars that its code won in seven days.
    pub stars_won: u64,
    /// Its points.
    pub points: u64,
    /// Its citations.
    pub citations: u64,
    /// Whether an editor picked it.
    pub is_picked: bool,
}

impl Candidate {
    /// What a measure says of it; nothing where it does not count.
    fn value(&self, measure: Measure, today: NaiveDate) -> Option<u64> {
        let value = match measure {
            Measure::Pick => u64::from(self.is_picked),
            Measure::Votes => self.votes,
            Measure::Stars => self.stars_won,
            Measure::Points => self.points,
            Measure::Citations if age(self.announced, today) < CITED_FROM_DAYS => 0,
            Measure::Citations => self.citations,
            Measure::Comments if self.comments < LEAST_COMMENTS => 0,
            Measure::Comments => self.comments,
        };
        (value > 0).then_some(value)
    }
}

/// One measure of one paper.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// Which.
    pub measure: Measure,
    /// What it says.
    pub value: u64,
    /// How many of the papers of its week that have any it exceeds, from 0 to 1; half of those that have as much count.
    pub share: f64,
    /// Whether there were enough papers to compare with; else `share` is that of the fixed scale.
    pub is_compared: bool,
}

/// How much a paper is talked about, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Trend {
    /// From 0 to 1; 0 for a paper of which nothing speaks.
    pub score: f64,
    /// The same before its age took its toll.
    pub raw: f64,
    /// Days since its announcement.
    pub age_days: i64,
    /// What speaks for it.
    pub parts: Vec<Part>,
}

impl fmt::Display for Trend {
    /// The parts in words: "38 votes (92nd percentile), +120 stars in 7 days (97th), picked by the editor".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.parts.iter().enumerate() {
            let before = if place == 0 { "" } else { ", " };
            write!(out, "{before}{part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value;
        let s = if value == 1 { "" } else { "s" };
        match self.measure {
            Measure::Pick => return out.write_str("picked by the editor"),
            Measure::Votes => write!(out, "{value} vote{s}")?,
            Measure::Stars => write!(out, "+{value} star{s} in 7 days")?,
            Measure::Points => write!(out, "{value} point{s} on Hacker News")?,
            Measure::Citations => write!(out, "{value} citation{s}")?,
            Measure::Comments => write!(out, "{value} comment{s}")?,
        }
        let about = if self.is_compared { "" } else { "about " };
        write!(out, " ({about}{})", ordinal(self.share))
    }
}

/// A share as a percentile: "92nd".
fn ordinal(share: f64) -> String {
    let percent = (share * 100.0).floor().clamp(0.0, 99.0);
    let end = match (percent % 10.0, (percent / 10.0).floor()) {
        (_unit, 1.0) => "th",
        (1.0, _ten) => "st",
        (2.0, _ten) => "nd",
        (3.0, _ten) => "rd",
        _others => "th",
    };
    format!("{percent:.0}{end}")
}

/// How much each candidate is talked about on a day, in their order. They are compared with each other, so all papers of
/// their weeks should be among them. After `half_life_days` half is left.
pub fn trends(candidates: &[Candidate], today: NaiveDate, half_life_days: f64) -> Vec<Trend> {
    let mut weeks: BTreeMap<(IsoWeek, Measure), Vec<u64>> = BTreeMap::new();
    for candidate in candidates {
        for measure in Measure::ALL {
            let Some(value) = candidate.value(measure, today) else { continue };
            weeks.entry((candidate.announced.iso_week(), measure)).or_default().push(value);
        }
    }
    for values in weeks.values_mut() {
        values.sort_unstable();
    }
    candidates.iter().map(|candidate| trend(candidate, &weeks, today, half_life_days)).collect()
}

fn trend(
    candidate: &Candidate,
    weeks: &BTreeMap<(IsoWeek, Measure), Vec<u64>>,
    today: NaiveDate,
    half_life_days: f64,
) -> Trend {
    let part = |measure: Measure| {
        let value = candidate.value(measure, today)?;
        let week = weeks.get(&(candidate.announced.iso_week(), measure)).map(Vec::as_slice);
        let week = week.unwrap_or_default();
        let is_pick = measure == Measure::Pick;
        let is_compared = is_pick || week.len() >= FEW;
        let share = if is_pick {
            1.0
        } else if is_compared {
            percentile(value, week)
        } else {
            scaled(value)
        };
        Some(Part { measure, value, share, is_compared })
    };
    let parts: Vec<Part> = Measure::ALL.into_iter().filter_map(part).collect();
    let silent: f64 = parts.iter().map(|part| 1.0 - part.measure.weight() * part.share).product();
    let (raw, age_days) = (1.0 - silent, age(candidate.announced, today));
    let days = i32::try_from(age_days).map_or(f64::from(i32::MAX), f64::from);
    Trend { score: raw * (-days / half_life_days.max(0.01)).exp2(), raw, age_days, parts }
}

/// Days since an announcement; 0 for one that is dated into the future.
fn age(announced: NaiveDate, today: NaiveDate) -> i64 {
    today.signed_duration_since(announced).num_days().max(0)
}

/// The share of sorted values below one, half of those that equal it included.
fn percentile(value: u64, sorted: &[u64]) -> f64 {
    let below = sorted.partition_point(|other| *other < value);
    let equal = sorted.partition_point(|other| *other <= value) - below;
    let count = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    (count(below) + count(equal) / 2.0) / count(sorted.len()).max(1.0)
}

/// The share on the fixed scale, between whose points the logarithm of the value decides.
fn scaled(value: u64) -> f64 {
    let value = u32::try_from(value).map_or(f64::MAX, f64::from);
    let (mut low, mut share) = (0.0_f64, 0.0_f64);
    for (high, next) in SCALE {
        if value <= high {
            let way = (value.ln_1p() - low.ln_1p()) / (high.ln_1p() - low.ln_1p());
            return share + way * (next - share);
        }
        (low, share) = (high, next);
    }
    share
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "equal numbers give equal results")]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const SILENT: Candidate = Candidate {
        announced: NaiveDate::MIN,
        votes: 0,
        comments: 0,
        stars_won: 0,
        points: 0,
        citations: 0,
        is_picked: false,
    };

    fn one(candidate: Candidate, today: &str) -> Trend {
        trends(&[candidate], day(today), 5.0).remove(0)
    }

    #[test]
    fn the_parts_are_joined_as_chances_are() {
        let announced = day("2026-11-23");
        let voted = Candidate { announced, votes: 14, ..SILENT };
        let trend = one(voted, "2026-11-23");
        assert!((trend.score - 0.45 * 0.75).abs() < 1e-9, "{trend:?}");
        let picked = one(Candidate { is_picked: true, ..voted }, "2026-11-23");
        assert!((picked.raw - (1.0 - (1.0 - 0.45 * 0.75) * 0.5)).abs() < 1e-9, "{picked:?}");
        assert_eq!(picked.to_string(), "picked by the editor, 14 votes (about 75th)");
    }

    #[test]
    fn what_nobody_speaks_of_scores_nothing() {
        let announced = day("2026-11-23");
        let few = Candidate { announced, comments: 2, citations: 50, ..SILENT };
        assert_eq!(one(few, "2026-11-24").score, 0.0);
        let old = one(few, "2027-01-30");
        assert!(old.score > 0.0 && old.parts.len() == 1, "{old:?}");
    }

    #[test]
    fn half_is_left_after_the_half_life() {
        let fresh = Candidate { announced: day("2026-11-23"), points: 100, ..SILENT };
        let (now, then) = (one(fresh, "2026-11-23"), one(fresh, "2026-11-28"));
        assert!((then.score / now.score - 0.5).abs() < 1e-9);
        assert_eq!(now.raw, then.raw);
        assert_eq!(one(fresh, "2026-11-01").score, now.score, "a date in the future is today");
    }

    #[test]
    fn a_paper_is_compared_with_those_of_its_week() {
        let week = |from: &str, votes: u64| Candidate { announced: day(from), votes, ..SILENT };
        let mut candidates: Vec<Candidate> = (1..=40).map(|votes| week("2026-11-16", votes)).collect();
        candidates.extend((1..=40).map(|votes| week("2026-11-23", votes * 10)));
        let trends = trends(&candidates, day("2026-11-23"), 5.0);
        let share = |place: usize| trends[place].parts[0].share;
        assert!((share(39) - 39.5 / 40.0).abs() < 1e-9);
        assert_eq!(share(39), share(79), "the best of either week");
        assert_eq!(trends[79].to_string(), "400 votes (98th)");
    }

    #[test]
    fn percentiles_are_ordinals() {
        for (share, text) in [(0.0, "0th"), (0.115, "11th"), (0.92, "92nd"), (0.934, "93rd"), (1.0, "99th")] {
            assert_eq!(ordinal(share), text);
        }
    }

    #[test]
    fn the_fixed_scale_rises() {
        let shares: Vec<f64> = (0..200).map(scaled).collect();
        assert!(shares.is_sorted(), "{shares:?}");
        assert_eq!((scaled(6), scaled(1_000_000)), (0.50, 0.99));
    }
}

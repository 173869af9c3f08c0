//! Small drawings (SVG) with the same numbers in words. Coordinates are those of a fixed canvas that the style sheet
//! stretches; they are attributes, since no page has styles of its own.

use std::fmt::Write as _;

use chrono::Days;
use chrono::NaiveDate;

use crate::model::signal::Signal;
use crate::model::source::Health;
use crate::model::source::SourceState;

/// The height of the chart of a topic.
const HEIGHT: f64 = 44.0;

/// A column of a chart.
pub(super) struct Bar {
    pub(super) kind: &'static str,
    pub(super) x: usize,
    pub(super) y: String,
    pub(super) height: String,
    pub(super) is_last: bool,
}

/// Papers per day.
pub(super) struct Chart {
    pub(super) width: usize,
    pub(super) bars: Vec<Bar>,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) summary: String,
    pub(super) words: String,
}

fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// A day without its year.
pub(super) fn short(day: NaiveDate) -> String {
    day.format("%-d %B").to_string()
}

impl Chart {
    /// The papers of each day, the last of which is `last`.
    pub(super) fn per_day(counts: &[u64], last: NaiveDate) -> Self {
        let days = u64::try_from(counts.len()).unwrap_or(0);
        let day =
            |place: u64| last.checked_sub_days(Days::new(days.saturating_sub(1 + place))).unwrap_or(last);
        let (all, most) = (counts.iter().sum::<u64>(), counts.iter().copied().max().unwrap_or(0));
        let bars = counts.iter().enumerate().filter(|(_place, count)| **count > 0).map(|(place, count)| {
            let height = (HEIGHT * float(*count) / float(most.max(1))).max(2.0);
            Bar {
                kind: "",
                x: place * 10 + 3,
                y: format!("{:.1}", 47.0 - height),
                height: format!("{height:.1}"),
                is_last: place + 1 == counts.len(),
            }
        });
        let (from, to) = (short(day(0)), short(last));
        let words = if all == 0 {
            format!("No papers from {from} to {to}")
        } else {
            let best = counts.iter().position(|count| *count == most).unwrap_or(0);
            let best = u64::try_from(best).unwrap_or(0);
            let each: Vec<String> = counts.iter().map(u64::to_string).collect();
            format!(
                "Papers per day from {from} to {to}: {all} in all, the most on {} ({most}). By day: {}.",
                short(day(best)),
                each.join(", ")
            )
        };
        let summary = match all {
            0 => format!("no papers in {days} days"),
            1 => format!("1 paper in {days} days"),
            _more => format!("{all} papers in {days} days, at most {most} a day"),
        };
        Self { width: counts.len() * 10, bars: bars.collect(), first: from, last: to, summary, words }
    }
}

/// The days of a topic as one path.
pub(super) fn spark(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    for (place, count) in counts.iter().enumerate().filter(|(_place, count)| **count > 0) {
        let height = (15.0 * float(*count) / float(most)).round().max(1.0);
        // Writing to a string cannot fail.
        let _cannot_fail = write!(path, "M{}.5 16V{}h2V16z", place * 3, 16.0 - height);
    }
    if path.is_empty() { "M0 16".to_owned() } else { path }
}

/// A counter over time: steps, and the area below them.
pub(super) struct Steps {
    pub(super) line: String,
    pub(super) area: String,
}

impl Steps {
    /// Readings of one counter, the oldest first, between two days.
    pub(super) fn new(readings: &[&Signal], first: NaiveDate, last: NaiveDate) -> Self {
        let span = last.signed_duration_since(first).num_days().max(1);
        let most = readings.iter().map(|signal| signal.value).max().unwrap_or(0).max(1);
        let (mut line, mut start) = (String::new(), String::from("0"));
        for (place, signal) in readings.iter().enumerate() {
            let days = signal.at.day().signed_duration_since(first).num_days().clamp(0, span);
            let share = float(u64::try_from(days).unwrap_or(0)) / float(u64::try_from(span).unwrap_or(1));
            let (x, y) = (
                format!("{:.1}", 300.0 * share),
                format!("{:.1}", 29.0 - 26.0 * float(signal.value) / float(most)),
            );
            // Writing to a string cannot fail.
            let _cannot_fail = if place == 0 { write!(line, "M{x} {y}") } else { write!(line, "H{x}V{y}") };
            if place == 0 {
                start = x;
            }
        }
        line.push_str("H300");
        let area = format!("{line}V30H{start}z");
        Self { line, area }
    }
}

/// How the state of a source is drawn.
pub(super) struct Mark {
    pub(super) kind: &'static str,
    pub(super) y: &'static str,
    pub(super) height: &'static str,
}

/// How a state is drawn: high where all is well, low where there was nothing, over the line where something is wrong.
pub(super) const fn mark(health: Health) -> Mark {
    match health {
        Health::Fresh => Mark { kind: "fresh", y: "4", height: "12.5" },
        Health::Quiet => Mark { kind: "quiet", y: "12", height: "4.5" },
        Health::Holiday | Health::Unknown => Mark { kind: "none", y: "15", height: "1.5" },
        Health::Stale | Health::Gap | Health::Partial => Mark { kind: "stale", y: "4", height: "12.5" },
        Health::Blocked | Health::Limited | Health::Offline | Health::Failing => {
            Mark { kind: "fail", y: "4", height: "19.5" }
        }
    }
}

/// The last days of a source, and the same in words.
pub(super) fn health(
    name: &str,
    state: Option<&SourceState>,
    last: NaiveDate,
    days: u64,
) -> (Vec<Bar>, String) {
    let (mut bars, mut odd) = (Vec::new(), Vec::new());
    let mut asked = 0_u64;
    for place in 0..days {
        let day = last.checked_sub_days(Days::new(days - 1 - place)).unwrap_or(last);
        let Some(noted) = state.and_then(|state| state.days.get(&day)) else { continue };
        asked += 1;
        let Mark { kind, y, height } = mark(noted.health);
        if matches!(kind, "stale" | "fail") {
            odd.push(format!("{} on {}", noted.health.name(), short(day)));
        }
        let x = usize::try_from(place).unwrap_or(0) * 10 + 3;
        bars.push(Bar { kind, x, y: y.to_owned(), height: height.to_owned(), is_last: false });
    }
    let odd = if odd.is_empty() { "nothing went wrong".to_owned() } else { odd.join(", ") };
    let words = format!("{name}, {days} days to {}: asked on {asked} of them; {odd}", short(last));
    (bars, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::signal::SignalKind;
    use crate::model::time::Timestamp;

    #[test]
    fn a_chart_says_what_it_draws() {
        let last: NaiveDate = "2026-11-26".parse().unwrap();
        let chart = Chart::per_day(&[0, 2, 4, 0], last);
        assert_eq!((chart.bars.len(), chart.bars[0].x, chart.bars[1].height.as_str()), (2, 13, "44.0"));
        assert_eq!(
            chart.words,
            "Papers per day from 23 November to 26 November: 6 in all, the most on 25 November (4). By day: 0, 2, 4, 0."
        );
        assert_eq!(Chart::per_day(&[0, 0], last).summary, "no papers in 2 days");
        assert_eq!(spark(&[1, 0, 2]), "M0.5 16V8h2V16zM6.5 16V1h2V16z");
    }

    #[test]
    fn readings_become_steps() {
        let at = |day: &str, value| Signal {
            kind: SignalKind::Votes,
            value,
            at: Timestamp::midnight(day.parse().unwrap()),
        };
        let (one, other) = (at("2026-11-20", 0), at("2026-11-25", 10));
        let steps = Steps::new(&[&one, &other], "2026-11-20".parse().unwrap(), "2026-11-30".parse().unwrap());
        assert_eq!(steps.line, "M0.0 29.0H150.0V3.0H300");
        assert_eq!(steps.area, "M0.0 29.0H150.0V3.0H300V30H0.0z");
    }
}

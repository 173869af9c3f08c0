//! What a feed says about its own rhythm: RSS `ttl`, `skipHours`, `skipDays`, and `sy:updatePeriod`.

use std::time::Duration;

use chrono::Weekday;

use crate::model::source::Pace;
use crate::sources::xml;

/// Reads what stands before the first item.
pub(super) fn of(head: &str) -> Pace {
    let list = |name: &str| {
        let block = head.find(&format!("<{name}")).and_then(|start| xml::parse(head.get(start..)?).ok());
        block
            .map(|block| block.children().map(|one| one.text().into_owned()).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let minutes = xml::first_text(head, "ttl").and_then(|ttl| ttl.parse::<u64>().ok());
    // A week at most: some feeds state a year.
    let ttl = minutes.map(|minutes| Duration::from_mins(minutes.min(7 * 24 * 60)));
    Pace {
        ttl: ttl.or_else(|| period(head)).filter(|ttl| !ttl.is_zero()),
        skip_days: list("skipDays").iter().filter_map(|day| day.parse::<Weekday>().ok()).collect(),
        skip_hours: list("skipHours")
            .iter()
            .filter_map(|hour| hour.parse::<u8>().ok())
            .filter(|hour| *hour < 24)
            .collect(),
    }
}

/// RSS 1.0's syndication module: a period and how often in it the feed is updated.
fn period(head: &str) -> Option<Duration> {
    let period = match xml::first_text(head, "sy:updatePeriod")?.as_str() {
        "hourly" => Duration::from_hours(1),
        "daily" => Duration::from_hours(24),
        "weekly" | "monthly" | "yearly" => Duration::from_hours(7 * 24),
        _unknown => return None,
    };
    let frequency = xml::first_text(head, "sy:updateFrequency").and_then(|text| text.parse::<u32>().ok());
    Some(period / frequency.unwrap_or(1).max(1))
}

//! The row of what a source says of its own rhythm.

use std::time::Duration;

use chrono::Weekday;
use serde::Deserialize;
use serde::Serialize;

use crate::model::source::Pace;

/// [`Pace`]; days count from Monday, 0.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct PaceRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    skip_hours: Vec<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    skip_days: Vec<u8>,
}

impl PaceRow {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn into_noun(self) -> Pace {
        Pace {
            ttl: self.ttl_seconds.map(Duration::from_secs),
            skip_hours: self.skip_hours,
            skip_days: self.skip_days.into_iter().filter_map(|day| Weekday::try_from(day).ok()).collect(),
        }
    }
}

impl From<&Pace> for PaceRow {
    fn from(pace: &Pace) -> Self {
        let day = |day: &Weekday| u8::try_from(day.num_days_from_monday()).unwrap_or_default();
        Self {
            ttl_seconds: pace.ttl.map(|ttl| ttl.as_secs()),
            skip_hours: pace.skip_hours.clone(),
            skip_days: pace.skip_days.iter().map(day).collect(),
        }
    }
}

//! Who gets digests by mail: an address, what is wished for, and how far the subscriber has been told.

use std::collections::BTreeSet;
use std::fmt;

use chrono::Weekday;
use chrono_tz::Tz;

use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// The name of a subscriber: 16 hexadecimal digits that say nothing of the address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SubscriberId(String);

impl SubscriberId {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        (text.len() == 16 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriberId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Someone who gets, or has asked for, digests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscriber {
    /// The name, derived from the address.
    pub id: SubscriberId,
    /// The mail address; empty once a subscriber who signed up has left.
    pub address: String,
    /// Whether mail is sent.
    pub standing: Standing,
    /// Since when it stands so.
    pub since: Timestamp,
    /// Whether the operator listed the address, so that nobody confirms it.
    pub is_configured: bool,
    /// A digest, keyed by the installation, of the network from which the address was given: the record of consent.
    pub network: Option<String>,
    /// What is wished for.
    pub wishes: Wishes,
    /// What someone who gave this address wishes for; it counts once that is confirmed.
    pub proposed: Option<Wishes>,
    /// Counts confirmations: a link of an earlier turn confirms nothing.
    pub turn: u64,
    /// When a confirmation was last sent.
    pub invited: Option<Timestamp>,
    /// How many letters have been cut: the number of the next one.
    pub letters: u64,
    /// What was listed before this is told.
    pub told: Timestamp,
    /// When letters came back for good.
    pub bounced: Vec<Timestamp>,
}

impl Subscriber {
    /// For how many hours a link that confirms is good.
    pub const CONFIRM_HOURS: u32 = 48;
}

/// Whether mail is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not yet: the address is not confirmed.
    Pending,
    /// Yes.
    Active,
    /// No more: letters came back, or somebody complained.
    Suspended,
    /// No more: unsubscribed.
    Left,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Suspended, Self::Left];

    /// The word for it, as it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }

    /// Reads the word.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }
}

/// What a subscriber wishes for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub struct Wishes {
    /// The topics.
    pub topics: BTreeSet<TopicId>,
    /// Whether the daily list is wished for.
    pub daily: bool,
    /// Whether what is talked about is wished for.
    pub trending: bool,
    /// Whether the editors' picks are wished for.
    pub picks: bool,
    /// How often.
    pub rhythm: Rhythm,
    /// The hour of the day in `zone`, from 0 to 23.
    pub hour: u8,
    /// The time zone.
    pub zone: Tz,
    /// Whether a letter is sent that says that nothing came, and why.
    pub even_empty: bool,
}

impl Wishes {
    /// Wishes for a list by its name, `daily`, `trending` or `picks` too; whether there is one of that name.
    pub fn ask_for(&mut self, list: &str) -> bool {
        let list = match list {
            "daily" => &mut self.daily,
            "trending" => &mut self.trending,
            "picks" => &mut self.picks,
            _other => return false,
        };
        *list = true;
        true
    }

    /// Whether nothing at all is wished for.
    pub fn is_nothing(&self) -> bool {
        self.topics.is_empty() && !self.daily && !self.trending && !self.picks
    }
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            topics: BTreeSet::new(),
            daily: false,
            trending: false,
            picks: false,
            rhythm: Rhythm::Daily,
            hour: 7,
            zone: Tz::UTC,
            even_empty: false,
        }
    }
}

/// How often a digest is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// Every day.
    Daily,
    /// Every week on this day.
    Weekly(Weekday),
}

impl Rhythm {
    /// `daily`, or the English name of the day of a week.
    pub fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly(Weekday::Mon) => "monday",
            Self::Weekly(Weekday::Tue) => "tuesday",
            Self::Weekly(Weekday::Wed) => "wednesday",
            Self::Weekly(Weekday::Thu) => "thursday",
            Self::Weekly(Weekday::Fri) => "friday",
            Self::Weekly(Weekday::Sat) => "saturday",
            Self::Weekly(Weekday::Sun) => "sunday",
        }
    }

    /// Reads the name; `weekly` is on Mondays.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "daily" => Some(Self::Daily),
            "weekly" => Some(Self::Weekly(Weekday::Mon)),
            day => day.parse().ok().map(Self::Weekly),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_has_a_name() {
        for name in ["daily", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] {
            assert_eq!(Rhythm::parse(name).map(Rhythm::name), Some(name));
        }
        assert_eq!(Rhythm::parse("weekly"), Some(Rhythm::Weekly(Weekday::Mon)));
        assert_eq!(Rhythm::parse("hourly"), None);
    }
}

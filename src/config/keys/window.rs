//! Keys about how much of a topic its feed holds.

use crate::config::form::Form;
use crate::config::keys::Fallback;
use crate::config::keys::Section;
use crate::config::keys::key;

pub(super) const WINDOW: Section = Section {
    heading: "the window of a topic",
    about: "What the feed itself holds: whatever is larger of the two; older entries are on the topic's page.",
    keys: &[
        key("entries", Form::Number(1, 1_000), Fallback::Written("100"), "At least so many entries."),
        key("days", Form::Number(1, 366), Fallback::Written("14"), "At least the entries of so many days."),
    ],
    later: &[],
    kinds: &[],
};

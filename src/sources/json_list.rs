//! JSON lists as their entries come: each stays text until it is looked at, so that a bad one costs only itself, and a
//! body of millions of numbers costs no more memory than itself.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::IgnoredAny;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_json::Value;
use serde_json::value::RawValue;

/// No list of papers has more entries; what follows is counted and not kept.
pub(super) const ENTRIES_AT_MOST: usize = 20_000;

/// No entry about one paper is longer, in bytes; one that is would take many times its length once parsed.
const ENTRY_BYTES: usize = 1024 * 1024;

/// The entries of a list.
#[derive(Debug, Default)]
pub(super) struct Entries<'text> {
    /// The first of them, unparsed.
    pub(super) kept: Vec<&'text RawValue>,
    /// How many there are in all.
    pub(super) count: usize,
}

impl<'de: 'text, 'text> Deserialize<'de> for Entries<'text> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Entries<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Entries::default();
        loop {
            let is_full = entries.kept.len() >= ENTRIES_AT_MOST;
            let is_end = if is_full {
                list.next_element::<IgnoredAny>()?.is_none()
            } else {
                match list.next_element::<&'de RawValue>()? {
                    Some(entry) => {
                        entries.kept.push(entry);
                        false
                    }
                    None => true,
                }
            };
            if is_end {
                return Ok(entries);
            }
            entries.count += 1;
        }
    }
}

/// A value of an answer that is short enough to be what it should be: a count, a token, some words.
pub(super) fn small(raw: Option<&RawValue>, most_bytes: usize) -> Option<Value> {
    let raw = raw?.get();
    (raw.len() <= most_bytes).then(|| serde_json::from_str(raw).ok()).flatten()
}

/// The value of an entry, unless it is too long to be one.
pub(super) fn value(entry: &str) -> Result<Value, String> {
    bounded(entry).and_then(|entry| serde_json::from_str(entry).map_err(|error| error.to_string()))
}

/// An entry, unless it is too long to be one.
pub(super) fn bounded(entry: &str) -> Result<&str, String> {
    if entry.len() > ENTRY_BYTES {
        return Err(format!("it is {} bytes long, more than any paper", entry.len()));
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::ENTRIES_AT_MOST;
    use super::Entries;
    use super::value;

    #[test]
    fn a_list_of_numbers_is_counted_and_kept_only_to_its_limit() {
        let text = format!("[{}1]", "1,".repeat(300_000));
        let entries: Entries<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!((entries.kept.len(), entries.count), (ENTRIES_AT_MOST, 300_001));
    }

    #[test]
    fn an_entry_is_parsed_on_its_own() {
        let entries: Entries<'_> = serde_json::from_str(r#"[{"a": 1}, "b", 3e999]"#).unwrap();
        let values: Vec<bool> = entries.kept.iter().map(|entry| value(entry.get()).is_ok()).collect();
        assert_eq!(values, [true, true, false]);
        assert!(value(&"1".repeat(2_000_000)).is_err());
    }
}

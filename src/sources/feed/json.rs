//! JSON Feed: its items, each read by feed-rs on its own, however much of the document is there.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::sources::feed::cut::ITEMS_AT_MOST;
use crate::sources::feed::elements::Element;
use crate::sources::feed::head::Head;
use crate::sources::feed::item::Item;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;
use crate::sources::feed::standard::Standard;
use crate::sources::json_list;
use crate::sources::json_list::Entries;

/// So many braces of a broken document are tried in vain as the beginning of an item.
const TRIES: usize = 16;

/// What was read of a JSON Feed.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// What it says of itself.
    pub(super) head: Head,
    /// Its items, or why one could not be read.
    pub(super) items: Vec<Result<Item, String>>,
    /// Why the document as a whole is not a feed.
    pub(super) fault: Option<String>,
    /// Whether the document ends too soon.
    pub(super) is_cut: bool,
    /// Whether items were left out because there are too many.
    pub(super) is_capped: bool,
}

/// The members of the document that are looked at; the others stay text.
#[derive(Deserialize)]
struct Document<'text> {
    #[serde(borrow)]
    version: Option<&'text RawValue>,
    #[serde(borrow)]
    language: Option<&'text RawValue>,
    #[serde(borrow)]
    items: Option<&'text RawValue>,
}

/// Reads a document whose first character is `{`.
pub(super) fn read(text: &str, standard: &mut Standard) -> Pieces {
    let text = &*without_raw_controls(text);
    let mut pieces = Pieces::default();
    match serde_json::from_str::<Document<'_>>(text) {
        Ok(feed) => {
            let version = string(feed.version).unwrap_or_default();
            let entries = feed.items.and_then(|items| serde_json::from_str::<Entries<'_>>(items.get()).ok());
            if entries.is_none() && !version.contains("jsonfeed.org/version/") {
                pieces.fault = Some("JSON that is not a feed".to_owned());
                return pieces;
            }
            pieces.head.language = string(feed.language);
            let entries = entries.unwrap_or_default();
            pieces.is_capped = entries.count > entries.kept.len();
            pieces.items = entries.kept.iter().map(|entry| item(entry.get(), standard)).collect();
        }
        Err(error) => {
            pieces.fault = Some(format!("JSON with a fault in it: {error}"));
            pieces.is_cut = true;
            let found = balanced_items(text);
            pieces.is_capped = found.len() >= ITEMS_AT_MOST;
            pieces.items = found.into_iter().map(|text| item(text, standard)).collect();
        }
    }
    pieces
}

fn string(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// The document with control characters inside strings escaped: JSON forbids them, and generators of feeds forget that.
fn without_raw_controls(text: &str) -> Cow<'_, str> {
    if !has_broken_strings(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let (mut in_string, mut is_escaped) = (false, false);
    for character in text.chars() {
        if in_string && character < ' ' {
            let _infallible = write!(out, "\\u{:04x}", u32::from(character));
            is_escaped = false;
            continue;
        }
        match character {
            '"' if !is_escaped => in_string = !in_string,
            _other => {}
        }
        is_escaped = in_string && character == '\\' && !is_escaped;
        out.push(character);
    }
    Cow::Owned(out)
}

/// Whether a control character stands inside a string.
fn has_broken_strings(text: &str) -> bool {
    let (mut in_string, mut is_escaped) = (false, false);
    text.bytes().any(|byte| {
        if byte == b'"' && !is_escaped {
            in_string = !in_string;
        }
        is_escaped = in_string && byte == b'\\' && !is_escaped;
        in_string && byte < 0x20
    })
}

/// The items of a document that was cut off or is broken somewhere: every balanced object of the list. What is wrong
/// inside one is wrong there alone; where a quote was forgotten, the next object that reads like an item goes on.
fn balanced_items(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let list = text.split_once("\"items\"").and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
    let Some(mut rest) = list.and_then(|rest| rest.trim_start().strip_prefix('[')) else { return found };
    let mut tries = 0;
    let mut is_lost = false;
    while found.len() < ITEMS_AT_MOST && tries < TRIES {
        let Some((between, from_brace)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) else {
            break;
        };
        if !is_lost && between.contains(']') {
            break;
        }
        let whole = object(from_brace).filter(|whole| !is_lost || is_item(whole));
        if let Some(whole) = whole.filter(|whole| serde_json::from_str::<&RawValue>(whole).is_ok()) {
            is_lost = false;
            found.push(whole);
            rest = from_brace.get(whole.len()..).unwrap_or_default();
        } else {
            // A quote that was forgotten makes one object of what follows it: items are looked for inside.
            is_lost = true;
            tries += 1;
            rest = from_brace.get(1..).unwrap_or_default();
        }
    }
    found
}

/// Whether an object is an item and not an author or an attachment of one.
fn is_item(object: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(object).is_ok_and(|fields| {
        fields.contains_key("id")
            || fields.contains_key("content_html")
            || fields.contains_key("content_text")
    })
}

/// The object at the beginning of a text, to its closing brace; `None` where the text ends before.
fn object(text: &str) -> Option<&str> {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _any if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_string = false,
                _other => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return text.get(..=at);
                }
            }
            _other => {}
        }
    }
    None
}

fn item(text: &str, standard: &mut Standard) -> Result<Item, String> {
    let Value::Object(mut fields) = json_list::value(text)? else { return Err("not an object".to_owned()) };
    for (name, field) in &mut fields {
        // Version 1 asks readers to take a number for an id, which feed-rs refuses.
        if name == "id" && (field.is_number() || field.is_boolean()) {
            *field = Value::String(field.to_string());
        }
    }
    fields.retain(|_, field| !field.is_null());
    let entry = standard.entry(&document(&fields).to_string())?;
    let mut element = Element::plain(Space::Core, "item", "");
    for (name, space, known_as) in [
        ("date_published", Space::Core, "published"),
        ("date_modified", Space::Core, "updated"),
        ("language", Space::Core, "language"),
        ("doi", Space::Prism, "doi"),
    ] {
        if let Some(text) = fields.get(name).and_then(Value::as_str) {
            element.children.push(Element::plain(space, known_as, text));
        }
    }
    Ok(Item { family: Family::Rss, entry: Some(entry), element })
}

/// A feed of that one item, as feed-rs wants it.
fn document(fields: &Map<String, Value>) -> Value {
    serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": "",
        "items": [fields],
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Pieces;
    use super::read;
    use crate::sources::feed::standard::Standard;

    fn pieces(text: &str) -> Pieces {
        read(text, &mut Standard::new(&Url::parse("https://journal.example/feed.json").unwrap()))
    }

    fn ids(text: &str) -> Vec<String> {
        pieces(text).items.into_iter().flatten().filter_map(|item| item.id()).collect()
    }

    #[test]
    fn control_characters_inside_strings_are_escaped() {
        let text = "{\n\"version\": \"https://jsonfeed.org/version/1\",\n\"items\": [{\"id\": \"1\", \"title\": \"a\tb\nc \\\"d\\\"\"}]}";
        assert_eq!(ids(text), ["1"]);
        assert!(pieces(text).fault.is_none());
    }

    #[test]
    fn items_behind_a_fault_are_read() {
        let items = |bad: &str| {
            format!(
                "{{\"items\": [{{\"id\": \"1\"}}, {bad}, {{\"id\": \"3\", \"authors\": [{{\"name\": \"A\"}}]}}, {{\"id\": \"4\"}}]}}"
            )
        };
        for bad in ["{\"id\" \"2\"}", "{\"id\": 2,}", "{\"id\": \"2}", "{\"id\": [2}"] {
            let text = items(bad);
            assert_eq!(ids(&text), ["1", "3", "4"], "{text}");
            assert!(pieces(&text).fault.is_some());
        }
        let whole = items("{\"id\": \"2\"}");
        assert_eq!(ids(whole.get(..whole.len() - 6).unwrap()), ["1", "2", "3"]);
    }

    #[test]
    fn a_broken_document_costs_no_quadratic_time() {
        for piece in ["{", "{\"id\":", "{\"id\": \"1\" ", "{\"a\":{", "\"{"] {
            let text = format!("{{\"items\": [{}", piece.repeat(200_000));
            assert!(pieces(&text).items.is_empty(), "{piece}");
        }
    }
}

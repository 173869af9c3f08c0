//! JSON Feed: its items, however much of the document is there.
//!
//! An item is laid out as an entry of Atom, whose texts say of what kind they are, too. What feed-rs reads of it is copied into
//! a document for it as it is written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::sources::feed::cut::ITEMS_AT_MOST;
use crate::sources::feed::element::Element;
use crate::sources::feed::head::Head;
use crate::sources::feed::space::Space;
use crate::sources::json_list;
use crate::sources::json_list::Entries;

/// So many braces of a broken document are tried in vain as the beginning of an item.
const TRIES: usize = 16;

/// What feed-rs is asked to read of an item.
const OF_FEED_RS: &[&str] = &["id", "url", "external_url", "author", "authors", "tags", "attachments"];

/// What was read of a JSON Feed.
#[derive(Debug, Default)]
pub(super) struct Pieces<'t> {
    /// What it says of itself.
    pub(super) head: Head,
    /// Its items as they are written.
    pub(super) items: Vec<&'t str>,
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

/// Cuts a document whose first character is `{`.
pub(super) fn cut(text: &str) -> Pieces<'_> {
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
            pieces.items = entries.kept.into_iter().map(RawValue::get).collect();
        }
        Err(error) => {
            pieces.fault = Some(format!("JSON with a fault in it: {error}"));
            pieces.is_cut = true;
            pieces.items = balanced_items(text);
            pieces.is_capped = pieces.items.len() >= ITEMS_AT_MOST;
        }
    }
    pieces
}

fn string(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// The document with control characters inside strings escaped, where there are any: JSON forbids them, and generators of
/// feeds forget that.
pub(super) fn without_raw_controls(text: &str) -> Option<String> {
    if !has_broken_strings(text) {
        return None;
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
    Some(out)
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
    let members = serde_json::from_str::<BTreeMap<Text<'_>, &RawValue>>(object);
    members.is_ok_and(|members| {
        ["id", "content_html", "content_text"]
            .iter()
            .any(|name| members.contains_key(&Text(Cow::Borrowed(name))))
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

/// An item: its element, and the object for feed-rs. Which member is of the wrong kind is said where one is.
pub(super) fn item(text: &str) -> Result<(Element<'_>, String), String> {
    let members: BTreeMap<Text<'_>, &RawValue> =
        serde_json::from_str(json_list::bounded(text)?).map_err(|error| error.to_string())?;
    let member =
        |name| members.get(&Text(Cow::Borrowed(name))).map(|raw| raw.get()).filter(|raw| *raw != "null");
    let text_of = |name| -> Result<Option<Cow<'_, str>>, String> {
        let Some(raw) = member(name) else { return Ok(None) };
        let text: Text<'_> = serde_json::from_str(raw).map_err(|error| format!("{name}: {error}"))?;
        Ok(Some(text.0))
    };
    let (html, text, summary) = (text_of("content_html")?, text_of("content_text")?, text_of("summary")?);
    // Where there is HTML, the plain text is a summary of it.
    let (plain, summary) = if html.is_some() { (None, summary.or(text)) } else { (text, summary) };
    let elements = [
        (Space::Core, "title", "", text_of("title")?),
        (Space::Core, "content", " type=\"html\"", html),
        (Space::Core, "content", " type=\"text\"", plain),
        (Space::Core, "summary", "", summary),
        (Space::Core, "published", "", text_of("date_published")?),
        (Space::Core, "updated", "", text_of("date_modified")?),
        (Space::Core, "language", "", text_of("language").unwrap_or_default()),
        (Space::Prism, "doi", "", text_of("doi").unwrap_or_default()),
    ];
    let elements = elements
        .into_iter()
        .filter_map(|(space, name, tag, text)| Some(Element::plain(space, name, tag, text?)));
    let mut object = "{".to_owned();
    for name in OF_FEED_RS {
        let Some(raw) = member(name) else { continue };
        if object.len() > 1 {
            object.push(',');
        }
        // Version 1 asks readers to take a number for an id, which feed-rs refuses.
        let is_bare = *name == "id" && !raw.starts_with(['"', '[', '{']);
        let quote = if is_bare { "\"" } else { "" };
        object.extend(["\"", name, "\":", quote, raw, quote]);
    }
    object.push('}');
    Ok((Element::plain(Space::Core, "entry", "", Cow::Borrowed("")).with(elements), object))
}

/// A string that is not copied unless something in it is escaped.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

#[cfg(test)]
mod tests {
    use super::cut;
    use super::item;
    use super::without_raw_controls;

    /// The ids of the items, in the words of feed-rs, and whether the document is at fault.
    fn read(text: &str) -> (Vec<String>, bool) {
        let mended = without_raw_controls(text);
        let pieces = cut(mended.as_deref().unwrap_or(text));
        let object = |text: &&str| item(text).unwrap().1;
        let id = |text: &&str| object(text).split('"').nth(3).unwrap().to_owned();
        (pieces.items.iter().map(id).collect(), pieces.fault.is_some())
    }

    #[test]
    fn control_characters_inside_strings_are_escaped() {
        let text = "{\n\"version\": \"https://jsonfeed.org/version/1\",\n\"items\": [{\"id\": \"1\", \"title\": \"a\tb\nc \\\"d\\\"\"}]}";
        assert_eq!(read(text), (vec!["1".to_owned()], false));
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
            let (ids, is_faulty) = read(&text);
            assert!(is_faulty && ids == ["1", "3", "4"], "{text}: {ids:?}");
        }
        let whole = items("{\"id\": \"2\"}");
        assert_eq!(read(whole.get(..whole.len() - 6).unwrap()).0, ["1", "2", "3"]);
    }

    #[test]
    fn a_broken_document_costs_no_quadratic_time() {
        for piece in ["{", "{\"id\":", "{\"id\": \"1\" ", "{\"a\":{", "\"{"] {
            let text = format!("{{\"items\": [{}", piece.repeat(200_000));
            assert!(cut(&text).items.is_empty(), "{piece}");
        }
    }
}

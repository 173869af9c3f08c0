//! JSON Feed: its items, each read by feed-rs on its own, however much of the document is there.

use serde_json::Map;
use serde_json::Value;

use crate::sources::feed::cut::ITEMS_AT_MOST;
use crate::sources::feed::elements::Element;
use crate::sources::feed::head::Head;
use crate::sources::feed::item::Item;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;
use crate::sources::feed::standard::Standard;

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

/// Reads a document whose first character is `{`.
pub(super) fn read(text: &str, standard: &mut Standard) -> Pieces {
    let mut pieces = Pieces::default();
    let values = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(mut feed)) => {
            let version = feed.get("version").and_then(Value::as_str).unwrap_or_default();
            let is_feed =
                version.contains("jsonfeed.org/version/") || feed.get("items").is_some_and(Value::is_array);
            if !is_feed {
                pieces.fault = Some("JSON that is not a feed".to_owned());
                return pieces;
            }
            pieces.head.language = feed.get("language").and_then(Value::as_str).map(str::to_owned);
            match feed.remove("items") {
                Some(Value::Array(values)) => values,
                _ => Vec::new(),
            }
        }
        Ok(_) => Vec::new(),
        Err(error) => {
            pieces.fault = Some(format!("JSON with a fault in it: {error}"));
            pieces.is_cut = true;
            whole_items(text)
        }
    };
    pieces.is_capped = values.len() > ITEMS_AT_MOST;
    pieces.items = values.into_iter().take(ITEMS_AT_MOST).map(|value| item(value, standard)).collect();
    pieces
}

/// The items of a document that was cut off or is broken behind them.
fn whole_items(text: &str) -> Vec<Value> {
    let mut values = Vec::new();
    let list = text.split_once("\"items\"").and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
    let Some(mut rest) = list.and_then(|rest| rest.trim_start().strip_prefix('[')) else { return values };
    loop {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value)) = stream.next() else { return values };
        let end = stream.byte_offset();
        values.push(value);
        let after = rest.get(end..).unwrap_or_default().trim_start().strip_prefix(',');
        match after {
            Some(after) if values.len() <= ITEMS_AT_MOST => rest = after,
            _ => return values,
        }
    }
}

fn item(value: Value, standard: &mut Standard) -> Result<Item, String> {
    let Value::Object(mut fields) = value else { return Err("not an object".to_owned()) };
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

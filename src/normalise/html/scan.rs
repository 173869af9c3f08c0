//! The first layer: hostile markup written anew as a well-nested subset, in one pass.
//!
//! The sanitiser behind it needs time that grows with the square of the depth, so depth is capped here; and it only
//! ever sees elements that are known, with every end tag in its place.

use std::borrow::Cow;

use crate::normalise::html::TAGS;

/// How deep elements may nest; deeper ones lose their tags, not their text.
const DEEPEST: usize = 256;

/// Elements whose content is no text for readers.
const SKIPPED: &[&str] = &[
    "script", "style", "template", "svg", "iframe", "noembed", "noframes", "object", "applet", "audio",
    "video", "canvas", "head",
];

/// The subset of `source`.
pub(super) fn subset(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 8);
    let mut open: Vec<&'static str> = Vec::new();
    let mut rest = source;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            out.push_str(rest);
            break;
        };
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        rest = markup(rest, &mut open, &mut out);
    }
    while let Some(name) = open.pop() {
        end(name, &mut out);
    }
    out
}

/// Deals with what begins with `<`; returns what follows it.
fn markup<'source>(rest: &'source str, open: &mut Vec<&'static str>, out: &mut String) -> &'source str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_comment, behind)| behind);
    }
    if let Some(characters) = rest.strip_prefix("<![CDATA[") {
        let (text, behind) = characters.split_once("]]>").unwrap_or((characters, ""));
        out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;"));
        return behind;
    }
    let body = rest.get(1..).unwrap_or_default();
    if body.starts_with(['!', '?']) {
        return body.split_once('>').map_or("", |(_declaration, behind)| behind);
    }
    let is_end = body.starts_with('/');
    let named = body.strip_prefix('/').unwrap_or(body);
    if !named.starts_with(|first: char| first.is_ascii_alphabetic()) {
        out.push_str("&lt;");
        return body;
    }
    let length = named
        .find(|next: char| next.is_whitespace() || matches!(next, '/' | '>' | '<'))
        .unwrap_or(named.len());
    let name = named.get(..length).unwrap_or_default().to_ascii_lowercase();
    let (attributes, behind) = attributes(named.get(length..).unwrap_or_default());
    if is_end {
        close(&name, open, out);
        return behind;
    }
    if known(&name).is_none() && SKIPPED.contains(&name.as_str()) {
        let is_empty = attributes.trim_end().ends_with('/') && name == "svg";
        return if is_empty { behind } else { skipped(&name, behind) };
    }
    start(&name, attributes, open, out);
    behind
}

/// Splits `a="1" b>text` at the `>` that is not inside quotes; without one, everything belongs to the tag.
fn attributes(rest: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                return (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default());
            }
            (None, b'"' | b'\'') if is_after_equals(rest, at) => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _other => {}
        }
    }
    // An open quote at the end: the tag ends at the first `>` after all.
    rest.split_once('>').unwrap_or((rest, ""))
}

fn is_after_equals(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_end().ends_with('='))
}

fn start(name: &str, attributes: &str, open: &mut Vec<&'static str>, out: &mut String) {
    let Some(name) = known(name) else {
        if matches!(
            name,
            "tbody"
                | "thead"
                | "tfoot"
                | "caption"
                | "figure"
                | "figcaption"
                | "article"
                | "header"
                | "footer"
                | "center"
                | "address"
                | "hr"
                | "img"
                | "option"
                | "label"
        ) {
            out.push(' ');
        }
        return;
    };
    if name == "br" {
        out.push_str("<br>");
        return;
    }
    if open.len() >= DEEPEST {
        out.push(' ');
        return;
    }
    // These end their like before they begin.
    match name {
        "p" if open.last() == Some(&"p") => close("p", open, out),
        "li" if open.last() == Some(&"li") => close("li", open, out),
        "a" => close("a", open, out),
        _other => {}
    }
    out.push('<');
    out.push_str(name);
    if name == "a"
        && let Some(address) = href(attributes)
    {
        out.push_str(" href=\"");
        out.push_str(&address.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;"));
        out.push('"');
    }
    out.push('>');
    open.push(name);
}

/// The name among those that are kept; they stand in order.
fn known(name: &str) -> Option<&'static str> {
    TAGS.binary_search(&name).ok().and_then(|place| TAGS.get(place)).copied()
}

/// Ends the innermost element of that name and all inside it; an end tag without a beginning is dropped.
fn close(name: &str, open: &mut Vec<&'static str>, out: &mut String) {
    let Some(place) = open.iter().rposition(|known| *known == name) else {
        if name == "p" || name == "br" {
            out.push_str("<br>");
        }
        return;
    };
    while open.len() > place {
        if let Some(name) = open.pop() {
            end(name, out);
        }
    }
}

fn end(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// What follows the end tag of an element whose content is dropped.
fn skipped<'source>(name: &str, rest: &'source str) -> &'source str {
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find("</")) {
        let tail = rest.get(from + at + 2..).unwrap_or_default();
        let is_end = tail.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if is_end {
            return tail.split_once('>').map_or("", |(_name, behind)| behind);
        }
        from += at + 2;
    }
    ""
}

/// The value of `href` among the attributes of a tag.
fn href(attributes: &str) -> Option<Cow<'_, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|next: char| next.is_whitespace() || next == '/');
        if rest.is_empty() {
            return None;
        }
        let length = rest
            .find(|next: char| next.is_whitespace() || matches!(next, '=' | '/'))
            .unwrap_or(rest.len())
            .max(1);
        let length = if rest.is_char_boundary(length) { length } else { rest.len() };
        let name = rest.get(..length).unwrap_or_default();
        rest = rest.get(length..).unwrap_or_default().trim_start();
        let Some(value) = rest.strip_prefix('=') else { continue };
        let value = value.trim_start();
        let (value, behind) = if let Some(quoted) = value.strip_prefix('"') {
            quoted.split_once('"').unwrap_or((quoted, ""))
        } else if let Some(quoted) = value.strip_prefix('\'') {
            quoted.split_once('\'').unwrap_or((quoted, ""))
        } else {
            value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()))
        };
        if name.eq_ignore_ascii_case("href") || name.eq_ignore_ascii_case("xlink:href") {
            return Some(Cow::Borrowed(value.trim()));
        }
        rest = behind;
    }
}

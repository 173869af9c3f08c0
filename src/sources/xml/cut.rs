//! What is found in a document by its tags alone, before anything of it is parsed.

use std::ops::Range;

use crate::sources::xml::parse;

/// The name of the first element of a document.
pub(in crate::sources) fn root(text: &str) -> Option<&str> {
    let name = text.trim_start().strip_prefix('<')?;
    name.split(|end: char| end.is_whitespace() || matches!(end, '>' | '/'))
        .next()
        .filter(|name| !name.is_empty())
}

/// Where the items of a feed lie in a document: elements named `item` or `entry`, with or without a prefix.
///
/// Linear, and robust: a missing end tag ends the item where the next one begins; CDATA is skipped.
pub(in crate::sources) fn items(text: &str) -> Vec<Range<usize>> {
    cut(text, &["item", "entry"])
}

/// Where the elements of some names lie in a document, none of which holds another of them. As robust as [`items`].
pub(in crate::sources) fn cut(text: &str, names: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + offset;
        let rest = text.get(start..).unwrap_or_default();
        let closing = if rest.starts_with("<![CDATA[") { "]]>" } else { ">" };
        // What is never closed is the end of a document that was cut off.
        let Some(length) = rest.find(closing) else { break };
        at = start + length + closing.len();
        let tag = rest.get(1..length).unwrap_or_default();
        let is_end = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let name = name.split(|end: char| end.is_whitespace() || end == '/').next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        if !names.iter().any(|wanted| local.eq_ignore_ascii_case(wanted)) {
            continue;
        }
        let begun = open.take();
        if is_end {
            found.extend(begun.map(|begin| begin..at));
            continue;
        }
        found.extend(begun.map(|begin| begin..start));
        if tag.ends_with('/') {
            found.push(start..at);
        } else {
            open = Some(start);
        }
    }
    if let Some(begin) = open {
        found.push(begin..text.len());
    }
    found
}

/// The text of the first element of that name in a document, if it is whole.
pub(in crate::sources) fn first_text(text: &str, name: &str) -> Option<String> {
    let start = text.find(&format!("<{name}"))?;
    parse::parse(text.get(start..)?).ok().map(|element| element.text().into_owned())
}

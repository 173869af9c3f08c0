//! One string of several names, taken apart.

use std::borrow::Cow;

use crate::model::text::trimmed;
use crate::normalise::people::names;
use crate::normalise::people::pieces;

/// A name out of a string of several.
#[derive(Debug)]
pub(super) struct Named<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) affiliations: Vec<String>,
}

/// arXiv's `dc:creator`: names joined by commas, affiliations in parentheses behind them.
pub(super) fn arxiv(text: &str) -> Vec<Named<'_>> {
    let text = without_lead(text);
    let (text, mut authors) = collaboration_first(text);
    for part in at_depth_zero(text) {
        let (name, affiliations) = parenthesised(part);
        add(&mut authors, name, affiliations);
    }
    authors
}

/// Names joined in one of the usual ways.
pub(super) fn joined(text: &str) -> Vec<Named<'static>> {
    let text = without_mailbox(text);
    let text = without_lead(text.trim());
    let mut authors = Vec::new();
    if text.contains(';') {
        for part in text.split(';') {
            let part = part.trim().trim_start_matches("and ").trim();
            add(&mut authors, Cow::Owned(part.to_owned()), Vec::new());
        }
        return authors;
    }
    let spaced = text
        .replace(" & ", " and ")
        .replace(", and ", " and ")
        .replace(" AND ", " and ")
        .replace(" und ", " and ");
    let parts = spaced.split(" and ").map(str::trim).filter(|part| !part.is_empty());
    let list = pieces::List::of(parts.map(at_depth_zero));
    for one in list.people() {
        let (name, affiliations) = parenthesised(&one);
        add(&mut authors, Cow::Owned(name.into_owned()), affiliations);
    }
    authors
}

/// `user@host (Name)`, `Name <user@host>` and a bare mailbox: the name alone.
pub(super) fn without_mailbox(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    if let Some((before, behind)) = text.split_once('(')
        && before.contains('@')
        && let Some((name, _rest)) = behind.rsplit_once(')')
    {
        return Cow::Borrowed(name.trim());
    }
    let words = text.split_whitespace().filter(|word| !word.contains('@'));
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

/// Adds a name, unless it is the suffix of the one before; "A. Author for the B Collaboration" is two.
fn add<'t>(authors: &mut Vec<Named<'t>>, name: Cow<'t, str>, affiliations: Vec<String>) {
    let name = trimmed(name);
    if names::is_suffix(&name)
        && let Some(before) = authors.last_mut()
    {
        before.name.to_mut().extend([", ", &*name]);
        before.affiliations.extend(affiliations);
        return;
    }
    if names::is_collaboration(&name) {
        if let Some((person, group)) = names::speaker(&name) {
            push(authors, Cow::Owned(person.to_owned()), affiliations);
            push(authors, Cow::Owned(group.to_owned()), Vec::new());
            return;
        }
        let group = ["on behalf of the ", "on behalf of ", "for the "]
            .iter()
            .find_map(|lead| name.strip_prefix(lead));
        if let Some(group) = group {
            push(authors, Cow::Owned(group.to_owned()), affiliations);
            return;
        }
    }
    push(authors, name, affiliations);
}

fn push<'t>(authors: &mut Vec<Named<'t>>, name: Cow<'t, str>, affiliations: Vec<String>) {
    let name = trimmed(name);
    if !name.is_empty() {
        authors.push(Named { name, affiliations });
    }
}

/// "by A, B", "Author(s): A, B".
fn without_lead(text: &str) -> &str {
    let text = text.trim();
    let leads = ["by ", "By ", "Author(s): ", "Authors: ", "Author: "];
    leads.iter().find_map(|lead| text.strip_prefix(lead)).unwrap_or(text)
}

/// "The X Collaboration: A, B": the group, and the rest.
fn collaboration_first(text: &str) -> (&str, Vec<Named<'_>>) {
    let mut authors = Vec::new();
    if let Some((group, people)) = text.split_once(": ")
        && !group.contains(',')
        && names::is_collaboration(group)
    {
        push(&mut authors, group.into(), Vec::new());
        return (people, authors);
    }
    (text, authors)
}

/// Splits at commas outside parentheses; where these do not match, at every comma.
fn at_depth_zero(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _other => {}
        }
    }
    if depth > 0 {
        return text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A name without its parentheses, and what stood in them; numbers that point to a list say nothing by themselves.
fn parenthesised(part: &str) -> (Cow<'_, str>, Vec<String>) {
    if !part.contains('(') {
        return (Cow::Borrowed(part), Vec::new());
    }
    let mut name = String::new();
    let mut places = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, character) in part.char_indices() {
        match character {
            '(' => {
                if depth == 0 {
                    start = at + 1;
                }
                depth += 1;
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    places.extend(affiliations(part.get(start..at).unwrap_or_default()));
                }
            }
            _inside if depth > 0 => {}
            other => name.push(other),
        }
    }
    if depth > 0 {
        return (Cow::Borrowed(part), Vec::new());
    }
    (Cow::Owned(name), places)
}

fn affiliations(inside: &str) -> Vec<String> {
    let pieces = at_depth_zero(inside).into_iter().map(|piece| {
        // "(1) Institute": the number of a list.
        let numbered = piece.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        numbered.filter(|(number, _place)| is_mark(number)).map_or(piece, |(_number, place)| place).trim()
    });
    pieces.filter(|piece| !piece.is_empty() && !is_mark(piece)).map(str::to_owned).collect()
}

/// Whether this points to a list of places (`1`, `2`, `a`) instead of naming one.
fn is_mark(text: &str) -> bool {
    text.len() <= 3
        && text.chars().all(|character| character.is_ascii_digit() || matches!(character, '*' | '†' | ' '))
        || text.len() == 1
}

//! One string of several names, taken apart.

use crate::model::record::RawAuthor;
use crate::normalise::people::names;

/// arXiv's `dc:creator`: names joined by commas, affiliations in parentheses behind them.
pub(super) fn arxiv(text: &str) -> Vec<RawAuthor> {
    let text = without_lead(text);
    let (text, mut authors) = collaboration_first(text);
    for part in at_depth_zero(text) {
        let (name, affiliations) = parenthesised(part);
        add(&mut authors, &name, affiliations);
    }
    authors
}

/// Names joined in one of the usual ways.
pub(super) fn joined(text: &str) -> Vec<RawAuthor> {
    let text = without_mailbox(text);
    let text = without_lead(text.trim());
    let mut authors = Vec::new();
    if text.contains(';') {
        for part in text.split(';') {
            let part = part.trim().trim_start_matches("and ").trim();
            add(&mut authors, part, Vec::new());
        }
        return authors;
    }
    let spaced = text
        .replace(" & ", " and ")
        .replace(", and ", " and ")
        .replace(" AND ", " and ")
        .replace(" und ", " and ");
    let parts: Vec<&str> = spaced.split(" and ").map(str::trim).filter(|part| !part.is_empty()).collect();
    // "Last, First and Last, First", as in BibTeX: one comma in each part, and the last of them tells.
    let is_inverted =
        |part: &&str| part.split(',').filter(|piece| !names::is_suffix(piece.trim())).count() == 2;
    let last_is_inverted = parts.last().is_some_and(is_inverted);
    if parts.len() > 1 && last_is_inverted && parts.iter().all(is_inverted) {
        for part in parts {
            add(&mut authors, part, Vec::new());
        }
        return authors;
    }
    let pieces: Vec<&str> = parts.iter().flat_map(|part| at_depth_zero(part)).collect();
    if is_pairs(&pieces) {
        for pair in pieces.chunks(2) {
            add(&mut authors, &pair.join(", "), Vec::new());
        }
        return authors;
    }
    let is_vancouver = pieces.len() > 1 && pieces.iter().all(|piece| initials_last(piece).is_some());
    for piece in pieces {
        let (name, affiliations) = parenthesised(piece);
        match initials_last(&name).filter(|_inverted| is_vancouver) {
            Some(inverted) => add(&mut authors, &inverted, affiliations),
            None => add(&mut authors, &name, affiliations),
        }
    }
    authors
}

/// `user@host (Name)`, `Name <user@host>` and a bare mailbox: the name alone.
pub(super) fn without_mailbox(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    if let Some((before, behind)) = text.split_once('(')
        && before.contains('@')
        && let Some((name, _rest)) = behind.rsplit_once(')')
    {
        return name.trim().to_owned();
    }
    let words = text.split_whitespace().filter(|word| !word.contains('@'));
    words.collect::<Vec<_>>().join(" ")
}

/// Adds a name, unless it is the suffix of the one before; "A. Author for the B Collaboration" is two.
fn add(authors: &mut Vec<RawAuthor>, name: &str, affiliations: Vec<String>) {
    let name = name.trim();
    if names::is_suffix(name)
        && let Some(before) = authors.last_mut()
    {
        before.name = format!("{}, {name}", before.name);
        before.affiliations.extend(affiliations);
        return;
    }
    if names::is_collaboration(name) {
        for link in [" on behalf of the ", " on behalf of ", " for the ", " and the "] {
            if let Some((person, group)) = name.split_once(link) {
                push(authors, person, affiliations);
                push(authors, group, Vec::new());
                return;
            }
        }
        let group = ["on behalf of the ", "on behalf of ", "for the "]
            .iter()
            .find_map(|lead| name.strip_prefix(lead));
        push(authors, group.unwrap_or(name), affiliations);
        return;
    }
    push(authors, name, affiliations);
}

fn push(authors: &mut Vec<RawAuthor>, name: &str, affiliations: Vec<String>) {
    if !name.trim().is_empty() {
        authors.push(RawAuthor { name: name.trim().to_owned(), affiliations, orcid: None });
    }
}

/// "by A, B", "Author(s): A, B".
fn without_lead(text: &str) -> &str {
    let text = text.trim();
    let leads = ["by ", "By ", "Author(s): ", "Authors: ", "Author: "];
    leads.iter().find_map(|lead| text.strip_prefix(lead)).unwrap_or(text)
}

/// "The X Collaboration: A, B": the group, and the rest.
fn collaboration_first(text: &str) -> (&str, Vec<RawAuthor>) {
    let mut authors = Vec::new();
    if let Some((group, people)) = text.split_once(": ")
        && !group.contains(',')
        && names::is_collaboration(group)
    {
        push(&mut authors, group, Vec::new());
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
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _other => {}
        }
    }
    if depth > 0 {
        return text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A name without its parentheses, and what stood in them; numbers that point to a list say nothing by themselves.
fn parenthesised(part: &str) -> (String, Vec<String>) {
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
        return (part.to_owned(), Vec::new());
    }
    (name, places)
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

/// Whether the pieces are "Last", "F.", "Last", "F.", …
fn is_pairs(pieces: &[&str]) -> bool {
    if pieces.len() < 2 || !pieces.len().is_multiple_of(2) {
        return false;
    }
    let given = pieces.iter().skip(1).step_by(2);
    let family = pieces.iter().step_by(2);
    if given.clone().all(|piece| is_initials(piece)) && family.clone().all(|piece| !is_initials(piece)) {
        return true;
    }
    // Two single words are one name; more of them are people with one name each, or cannot be told.
    pieces.len() == 2 && pieces.iter().all(|piece| piece.split_whitespace().count() == 1)
}

/// `J.`, `J. R.`, `J.-P.`, `JR`.
fn is_initials(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|character| character.is_alphabetic()).collect();
    let others =
        text.chars().all(|character| character.is_alphabetic() || matches!(character, '.' | ' ' | '-' | '‐'));
    let dotted =
        text.contains('.') && text.split(['.', ' ', '-', '‐']).all(|piece| piece.chars().count() <= 2);
    let bare = letters.len() <= 3 && letters.iter().all(|letter| letter.is_uppercase());
    others && !letters.is_empty() && (dotted || bare)
}

/// "Doe AB" as "A. B. Doe"; `None` for any other form.
fn initials_last(text: &str) -> Option<String> {
    let (family, initials) = text.trim().rsplit_once(' ')?;
    let bare = (1..=3).contains(&initials.chars().count())
        && initials.chars().all(|letter| letter.is_ascii_uppercase());
    let is_family = family.chars().any(char::is_lowercase);
    (bare && is_family).then_some(())?;
    let initials: Vec<String> = initials.chars().map(|letter| format!("{letter}.")).collect();
    Some(format!("{family}, {}", initials.join(" ")))
}

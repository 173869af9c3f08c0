//! Authors: from one string or a list to people with family and given names, in reading order.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::entities::decoded;
use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::record::RawAuthors;
use crate::model::text::Text;
use crate::model::text::is_composed;
use crate::normalise::ids::head;
use crate::normalise::people::names::Name;
use crate::normalise::people::split::Named;
use crate::normalise::tex;

mod names;
mod pieces;
mod split;

#[cfg(test)]
mod tests;

/// No more of one string of names is read: enough for the largest collaborations.
const LONGEST_LIST: usize = 1024 * 1024;
/// The longest name kept, in bytes.
const LONGEST_NAME: usize = 300;
/// The longest affiliation kept, in bytes.
const LONGEST_PLACE: usize = 500;
/// How many affiliations of one author are kept.
const PLACES: usize = 10;

/// The authors of a record: at most [`Authors::KEPT`] listed, all counted.
pub(crate) fn authors(raw: &RawAuthors) -> Authors {
    match raw {
        RawAuthors::List(list) => {
            let mut authors = with_room(list.len());
            for one in list {
                let parse = if one.is_group { names::group } else { names::parse };
                add(&mut authors, &one.name, &one.affiliations, one.orcid.as_deref(), parse);
            }
            authors
        }
        RawAuthors::Arxiv(text) => collected(&split::arxiv(&text_of(text))),
        RawAuthors::Joined(text) => collected(&split::joined(&text_of(text))),
    }
}

fn collected(list: &[Named<'_>]) -> Authors {
    let mut authors = with_room(list.len());
    for one in list {
        add(&mut authors, &one.name, &one.affiliations, None, names::parse);
    }
    authors
}

fn with_room(count: usize) -> Authors {
    Authors { listed: Vec::with_capacity(count.min(Authors::KEPT)), total: 0 }
}

fn add(
    authors: &mut Authors,
    name: &str,
    affiliations: &[String],
    orcid_of: Option<&str>,
    parse: impl Fn(&str) -> Option<Name<'_>>,
) {
    let name = text_of(head(name, LONGEST_NAME * 4));
    let name = split::without_mailbox(&name);
    let Some(parsed) = parse(head(&name, LONGEST_NAME)) else { return };
    authors.total = authors.total.saturating_add(1);
    if authors.listed.len() >= Authors::KEPT {
        return;
    }
    let mut places: Vec<Text> = Vec::new();
    for place in affiliations {
        let place = Text::line(&text_of(head(place, LONGEST_PLACE)));
        if !place.is_empty() && places.len() < PLACES && !places.contains(&place) {
            places.push(place);
        }
    }
    authors.listed.push(Author {
        name: Text::line(&parsed.whole),
        family: parsed.family.as_deref().map(Text::line),
        given: parsed.given.as_deref().map(Text::line),
        orcid: orcid_of.and_then(orcid),
        affiliations: places,
    });
}

/// Names as plain text: TeX resolved, tags (old arXiv feeds link their names) dropped.
fn text_of(raw: &str) -> Cow<'_, str> {
    let raw = head(raw, LONGEST_LIST);
    let untagged = if raw.contains('<') { Cow::Owned(without_tags(raw)) } else { Cow::Borrowed(raw) };
    // White space that is not kept parts words all the same.
    let is_odd = |character: char| matches!(character, '\u{B}' | '\u{C}' | '\u{85}');
    let has_odd =
        untagged.bytes().any(|byte| matches!(byte, 0x0B | 0x0C | 0x85)) && untagged.contains(is_odd);
    let untagged = if has_odd { Cow::Owned(untagged.replace(is_odd, " ")) } else { untagged };
    let has_tex = untagged.bytes().any(|byte| matches!(byte, b'\\' | b'{' | b'$' | b'~'));
    let text = if has_tex { Cow::Owned(tex::to_text(&untagged)) } else { untagged };
    if is_composed(&text) { text } else { Cow::Owned(text.nfc().collect()) }
}

/// Drops `<…>` where it looks like a tag, and resolves the entities that come with it.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tag = rest.get(at + 1..).unwrap_or_default();
        let is_tag = tag.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!'));
        if let Some((inside, behind)) = tag.split_once('>').filter(|_closed| is_tag) {
            // `<name@host>` is a mailbox, not a tag.
            if inside.contains('@') && !inside.contains(' ') {
                out.push(' ');
            }
            rest = behind;
        } else {
            out.push('<');
            rest = tag;
        }
    }
    out.push_str(rest);
    decoded(&out)
}

/// An ORCID identifier with hyphens, from an address or bare; `None` unless its check digit is right (ISO 7064, 11-2).
pub(crate) fn orcid(text: &str) -> Option<Text> {
    let bare = text.trim().trim_end_matches('/');
    let bare = bare.rsplit(['/', ':', ' ']).next().unwrap_or(bare);
    let digits: Vec<u32> = bare
        .chars()
        .filter(|character| *character != '-')
        .map(|character| if matches!(character, 'x' | 'X') { Some(10) } else { character.to_digit(10) })
        .collect::<Option<_>>()?;
    let (last, others) = digits.split_last()?;
    (digits.len() == 16 && others.iter().all(|digit| *digit < 10)).then_some(())?;
    let sum = others.iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    ((12 - sum) % 11 == *last).then_some(())?;
    let mut out = String::with_capacity(19);
    for (place, digit) in digits.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            out.push('-');
        }
        out.push(if *digit == 10 { 'X' } else { char::from_digit(*digit, 10)? });
    }
    Some(Text::line(&out))
}

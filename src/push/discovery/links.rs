//! The header `Link` (RFC 8288), read as its appendix B.2 says: whatever is not understood is passed over.

use std::iter::Peekable;
use std::str::Chars;

/// A link.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Link {
    /// Where it leads, as it is written.
    pub(super) target: String,
    /// Its relations, separated by white space.
    pub(super) relations: String,
    /// From where it leads, unless from the document that was asked for.
    pub(super) anchor: Option<String>,
}

/// The links in a value of the header.
pub(super) fn read(header: &str) -> Vec<Link> {
    let (mut links, mut rest) = (Vec::new(), header.chars().peekable());
    while rest.peek().is_some() {
        skip(&mut rest, |character| character.is_whitespace() || character == ',');
        if rest.next_if_eq(&'<').is_none() {
            parameters(&mut rest);
            continue;
        }
        let target = take(&mut rest, |character| character != '>');
        if rest.next().is_none() {
            // Its bracket is never closed.
            break;
        }
        // What comes between the bracket and the first semicolon is passed over as well.
        let mut link = Link { target, ..Link::default() };
        let (mut has_relations, mut has_anchor) = (false, false);
        for (name, value) in parameters(&mut rest) {
            // Only the first of each counts (section 3.3).
            match name.to_ascii_lowercase().as_str() {
                "rel" if !has_relations => (link.relations, has_relations) = (value, true),
                "anchor" if !has_anchor => (link.anchor, has_anchor) = (Some(value), true),
                _other => {}
            }
        }
        links.push(link);
    }
    links
}

/// The parameters of a link, to the comma behind it.
fn parameters(rest: &mut Peekable<Chars<'_>>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        skip(rest, |character| character.is_whitespace() || character == ';');
        if matches!(rest.peek(), None | Some(',')) {
            return found;
        }
        let name =
            take(rest, |character| !character.is_whitespace() && !matches!(character, '=' | ';' | ','));
        skip(rest, char::is_whitespace);
        if rest.next_if_eq(&'=').is_none() {
            found.push((name, String::new()));
            continue;
        }
        skip(rest, char::is_whitespace);
        let value = if rest.next_if_eq(&'"').is_some() {
            quoted(rest)
        } else {
            take(rest, |character| !character.is_whitespace() && !matches!(character, ';' | ','))
        };
        found.push((name, value));
    }
}

/// What stands between quotation marks; a backslash makes the next character one like any other.
fn quoted(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut value = String::new();
    while let Some(character) = rest.next() {
        match character {
            '"' => break,
            '\\' => value.extend(rest.next()),
            other => value.push(other),
        }
    }
    value
}

fn skip(rest: &mut Peekable<Chars<'_>>, is_skipped: impl Fn(char) -> bool) {
    while rest.next_if(|character| is_skipped(*character)).is_some() {}
}

fn take(rest: &mut Peekable<Chars<'_>>, is_taken: impl Fn(char) -> bool) -> String {
    let mut taken = String::new();
    while let Some(character) = rest.next_if(|character| is_taken(*character)) {
        taken.push(character);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Targets with relations, the bare ones.
    fn pairs(header: &str) -> Vec<(String, String)> {
        read(header).into_iter().map(|link| (link.target, link.relations)).collect()
    }

    #[test]
    fn links_are_read_however_they_are_written() {
        for header in [
            "<https://hub.example.net/>; rel=\"hub\", <a.atom>; rel=self",
            "<https://hub.example.net/>;rel=hub,<a.atom>;rel=\"self\"",
            "  ,, <https://hub.example.net/> ; REL = \"hub\" ; title=\"a, <b>; rel=self\\\"\" , <a.atom>;; rel=self;rel=x,",
            "junk; x=\"<no>; rel=hub\", <https://hub.example.net/> odd; title; rel=hub; x*=UTF-8''%e2, <a.atom>; rel=self;",
        ] {
            let found = pairs(header);
            let expected = [("https://hub.example.net/", "hub"), ("a.atom", "self")]
                .map(|(target, relations)| (target.to_owned(), relations.to_owned()));
            assert_eq!(found, expected, "{header}");
        }
    }

    #[test]
    fn an_anchor_is_kept() {
        let links = read("<h>; anchor=\"/other\"; rel=hub; anchor=\"\"");
        assert_eq!(links.first().and_then(|link| link.anchor.as_deref()), Some("/other"));
    }

    #[test]
    fn headers_of_any_kind_end() {
        for header in [
            "",
            ",",
            "<",
            "<>",
            "<a",
            "<a>;",
            "<a>;=",
            "<a>;rel=\"",
            "<a>;rel=\"\\",
            ";;;,,,",
            "=",
            "\"",
            "é;é=é",
        ] {
            let _links = read(header);
        }
        assert!(read(&"<a>;rel=hub,".repeat(10_000)).len() == 10_000);
        assert!(read(&"<".repeat(100_000)).is_empty());
    }
}

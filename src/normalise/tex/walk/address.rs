//! Addresses in running text: bare ones, and those of `\url` and `\href`.

use crate::normalise::tex::walk::Group;
use crate::normalise::tex::walk::Style;
use crate::normalise::tex::walk::Walk;

impl Walk<'_, '_> {
    /// `\url{…}`: the address is its own text.
    pub(super) fn url(&mut self) {
        let Some((open, close)) = self.argument() else { return };
        let address = self.source.get(open + 1..close).unwrap_or_default();
        self.at = close + 1;
        self.link(&unescaped(address));
    }

    /// `\href{address}{text}`: the text is walked over as a group.
    pub(super) fn href(&mut self) {
        let Some((open, close)) = self.argument() else { return };
        let address = unescaped(self.source.get(open + 1..close).unwrap_or_default());
        self.at = close + 1;
        if let Some((open, _close)) = self.argument() {
            self.at = open + 1;
            self.groups.push(Group::default());
            self.begin(Style::Link(address));
        } else {
            self.link(&address);
        }
    }

    fn link(&mut self, address: &str) {
        let style = Style::Link(address.to_owned());
        self.sink.open(&style);
        self.sink.text(address);
        self.sink.close(&style);
    }

    /// A bare address in the text, with its TeX escapes (`\_`) resolved.
    pub(super) fn address(&mut self) {
        let rest = self.rest();
        let mut length = 0;
        let mut characters = rest.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let escaped = character == '\\'
                && characters.peek().is_some_and(|(_at, next)| matches!(next, '_' | '%' | '#' | '&' | '~'));
            if escaped {
                characters.next();
                length = at + 2;
            } else if character.is_whitespace()
                || matches!(character, '\\' | '{' | '}' | '<' | '>' | '"' | '$' | '`' | '|')
            {
                break;
            } else {
                length = at + character.len_utf8();
            }
        }
        let whole = rest.get(..length).unwrap_or_default();
        let mut address = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
        if address.ends_with(')') && !address.contains('(') {
            address = address.trim_end_matches([')', '.', ',', ';', '\'']);
        }
        self.at += address.len().max(1);
        if address.is_empty() {
            self.sink.text("h");
        } else {
            self.link(&unescaped(address));
        }
    }
}

/// Where the first address behind a place begins; behind the end where there is none.
pub(super) fn next_address(source: &str, from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    let begin = |(colon, _): (usize, &str)| {
        let before = rest.get(..colon)?;
        let start = before.strip_suffix("https").or_else(|| before.strip_suffix("http"))?.len();
        is_address(rest.get(start..)?).then_some(from + start)
    };
    rest.match_indices(':').find_map(begin).unwrap_or(usize::MAX)
}

/// Whether an address begins here.
pub(super) fn is_address(rest: &str) -> bool {
    let behind = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"));
    behind.is_some_and(|host| host.starts_with(|first: char| first.is_alphanumeric() || first == '['))
}

pub(super) fn unescaped(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut characters = address.trim().chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
        } else if let Some(next) = characters.next_if(|next| !next.is_alphanumeric()) {
            out.push(next);
        }
    }
    out.replace("~{}", "~")
}

//! A query's text as tokens with their places.

use std::ops::Range;

/// What is read as a minus: the hyphen, and what word processors put in its place.
pub(super) const DASHES: [char; 3] = ['-', '−', '–'];

/// A token and its place in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) span: Range<usize>,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind<'t> {
    And,
    Or,
    Not,
    /// `-` right before something.
    Minus,
    Open,
    Close,
    /// A field and what joins it with its value, such as `votes>=`.
    Field {
        name: &'t str,
        operator: &'t str,
    },
    /// What stands between quotation marks.
    Quoted {
        text: &'t str,
        is_closed: bool,
    },
    /// What stands between slashes.
    Regex(&'t str),
    /// `~` and a number, right after a phrase.
    Slop(&'t str),
    /// Anything else up to white space, a parenthesis or a quotation mark.
    Word(&'t str),
}

/// Cuts a text into tokens; every text has some.
pub(super) fn lex(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = token(rest, first, tokens.last());
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
    tokens
}

fn token<'t>(rest: &'t str, first: char, before: Option<&Token<'t>>) -> (Kind<'t>, usize) {
    let after_field = matches!(before.map(|token| token.kind), Some(Kind::Field { .. }));
    match first {
        '(' => (Kind::Open, 1),
        ')' => (Kind::Close, 1),
        '"' | '“' | '”' => quoted(rest, first.len_utf8()),
        '/' => regex(rest).unwrap_or_else(|| word(rest, after_field)),
        '~' if matches!(before.map(|token| token.kind), Some(Kind::Quoted { .. })) => {
            let digits = rest.get(1..).unwrap_or_default();
            let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
            (Kind::Slop(digits.get(..end).unwrap_or_default()), 1 + end)
        }
        dash if DASHES.contains(&dash) && !after_field && is_followed(rest, dash) => {
            (Kind::Minus, dash.len_utf8())
        }
        _other => word(rest, after_field),
    }
}

/// Whether something stands right after the first character.
fn is_followed(rest: &str, first: char) -> bool {
    rest.get(first.len_utf8()..).is_some_and(|next| next.starts_with(|c: char| !c.is_whitespace()))
}

fn quoted(rest: &str, opening: usize) -> (Kind<'_>, usize) {
    let inside = rest.get(opening..).unwrap_or_default();
    match inside.char_indices().find(|(_, character)| matches!(character, '"' | '“' | '”')) {
        Some((end, closing)) => {
            let text = inside.get(..end).unwrap_or_default();
            (Kind::Quoted { text, is_closed: true }, opening + end + closing.len_utf8())
        }
        None => (Kind::Quoted { text: inside, is_closed: false }, rest.len()),
    }
}

/// An expression: up to the next slash that no backslash stands before, if the token ends there.
fn regex(rest: &str) -> Option<(Kind<'_>, usize)> {
    let inside = rest.get(1..)?;
    let mut is_escaped = false;
    let end = inside.find(|character| {
        let is_end = character == '/' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })?;
    let after = inside.get(end + 1..)?.chars().next();
    let is_whole = after.is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')' | '"'));
    (end > 0 && is_whole).then(|| (Kind::Regex(inside.get(..end).unwrap_or_default()), end + 2))
}

fn word(rest: &str, after_field: bool) -> (Kind<'_>, usize) {
    let is_end =
        |character: char| character.is_whitespace() || matches!(character, '(' | ')' | '"' | '“' | '”');
    let end = rest.find(is_end).unwrap_or(rest.len());
    let text = rest.get(..end).unwrap_or_default();
    match text {
        "AND" | "&&" => return (Kind::And, end),
        "OR" | "||" => return (Kind::Or, end),
        "NOT" => return (Kind::Not, end),
        _other => {}
    }
    let name_end = text.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, tail) = text.split_at_checked(name_end).unwrap_or((text, ""));
    let operator = [">=", "<=", ">", "<", ":", "="].into_iter().find(|operator| tail.starts_with(operator));
    match operator {
        // `http://…` and the like are words, and so is anything after a field.
        Some(operator) if !after_field && !name.is_empty() && !tail.starts_with("://") => {
            let length = name.len() + operator.len();
            let operator = tail.get(..operator.len()).unwrap_or_default();
            (Kind::Field { name, operator }, length)
        }
        _none => (Kind::Word(text), end),
    }
}

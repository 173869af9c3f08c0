//! The words or values of which every matching paper has at least one.

use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::document::KeyKind;
use crate::query::words;

/// A key by which a paper is found.
type Key = (KeyKind, String);

/// The cheapest such set, or `None` when there is none: the query is negative, or asks for prefixes, numbers, dates.
pub(super) fn of(node: &Node) -> Option<Vec<Key>> {
    match node {
        Node::And(nodes) => nodes.iter().filter_map(of).min_by_key(|keys| cost(keys)),
        Node::Or(nodes) => nodes.iter().map(of).collect::<Option<Vec<_>>>().map(|keys| keys.concat()),
        Node::Not(_) => None,
        Node::Clause(clause) => of_clause(clause).map(|key| vec![key]),
    }
}

fn of_clause(clause: &Clause) -> Option<Key> {
    match clause {
        Clause::Text { pattern: Pattern::Word(word), .. } => Some((KeyKind::Stem, words::stem(word))),
        Clause::Text { pattern: Pattern::Exact(word), .. } => Some((KeyKind::Exact, word.clone())),
        Clause::Text { pattern: Pattern::Phrase { words, .. }, .. } => {
            let longest = words.iter().max_by_key(|word| word.chars().count())?;
            Some((KeyKind::Stem, words::stem(longest)))
        }
        Clause::Value { field, pattern } if !pattern.ends_with('*') => {
            Some((KeyKind::Value(*field), pattern.clone()))
        }
        Clause::Text { pattern: Pattern::Prefix(_) | Pattern::Regex(_), .. }
        | Clause::Value { .. }
        | Clause::Author(_)
        | Clause::Type(_)
        | Clause::Has(_)
        | Clause::Number { .. }
        | Clause::Date(_) => None,
    }
}

/// How many papers the keys are likely to find: long words are rare, values such as a category are common.
fn cost(keys: &[Key]) -> usize {
    let of_key = |(kind, key): &Key| match kind {
        KeyKind::Value(_) => 1_000,
        KeyKind::Stem | KeyKind::Exact => 100_usize.saturating_sub(key.chars().count() * 8).max(1),
    };
    keys.iter().map(of_key).sum()
}

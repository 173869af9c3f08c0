//! A query of ours as one of the engine's that finds the same papers. Words score; values, dates, counters and whatever
//! stands behind a NOT only decide.

use tantivy::Term;
use tantivy::query::AllQuery;
use tantivy::query::BooleanQuery;
use tantivy::query::BoostQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::EmptyQuery;
use tantivy::query::Occur;
use tantivy::query::Query as EngineQuery;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use crate::index::begun::Begun;
use crate::index::between::Between;
use crate::index::checked::Checked;
use crate::index::checked::Faults;
use crate::index::entry;
use crate::index::packed::EXACT;
use crate::index::packed::cut;
use crate::index::pairs;
use crate::index::placed::Placed;
use crate::index::placed::Shape;
use crate::index::schema;
use crate::index::schema::Fields;
use crate::index::terms::Pick;
use crate::index::terms::Terms;
use crate::model::signal::SignalKind;
use crate::model::time::Timestamp;
use crate::query::ast::AuthorPattern;
use crate::query::ast::Clause;
use crate::query::ast::Comparison;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::ast::TextField;
use crate::query::author;
use crate::query::dates::DateRange;
use crate::query::dates::Day;
use crate::query::words;

type Boxed = Box<dyn EngineQuery>;

/// How much a phrase in the title counts.
const TITLE_WEIGHT: f32 = 3.0;

/// What a translation needs to know.
pub(super) struct Translation<'f> {
    /// The fields of the index.
    pub(super) fields: &'f Fields,
    /// The present time.
    pub(super) now: Timestamp,
    /// Where faults are put that are met while papers are visited.
    pub(super) faults: Faults,
}

impl Translation<'_> {
    /// Translates a tree.
    pub(super) fn node(&self, node: &Node) -> Boxed {
        match node {
            Node::And(nodes) => self.all(nodes),
            Node::Or(nodes) if nodes.is_empty() => Box::new(EmptyQuery),
            Node::Or(nodes) => any(nodes.iter().map(|node| self.node(node)).collect()),
            Node::Not(_) => self.all(std::slice::from_ref(node)),
            Node::Clause(clause) => self.clause(clause),
        }
    }

    /// All of these; what stands behind a NOT is taken away from the others, or from all papers.
    fn all(&self, nodes: &[Node]) -> Boxed {
        let mut parts = Vec::with_capacity(nodes.len() + 1);
        for node in nodes {
            parts.push(match node {
                Node::Not(inner) => (Occur::MustNot, self.node(inner)),
                Node::And(_) | Node::Or(_) | Node::Clause(_) => (Occur::Must, self.node(node)),
            });
        }
        if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            parts.push((Occur::Must, silent(AllQuery)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    fn clause(&self, clause: &Clause) -> Boxed {
        let value = |term: &str| silent(whole(self.fields.value, term));
        match clause {
            Clause::Text { field, pattern } => self.words(*field, pattern),
            Clause::Author(pattern) => self.author(pattern),
            Clause::Value { field, pattern } => match pattern.strip_suffix('*') {
                Some(start) => silent(Terms {
                    field: self.fields.value,
                    start: entry::value(*field, start),
                    pick: Pick::All,
                }),
                None => value(&entry::value(*field, pattern)),
            },
            Clause::Type(announce) => value(&entry::announced(*announce)),
            Clause::Has(property) => value(&entry::property(*property)),
            Clause::Number { signal, comparison, value } => Self::number(*signal, *comparison, *value),
            Clause::Date(range) => self.date(range),
        }
    }

    fn words(&self, field: TextField, pattern: &Pattern) -> Boxed {
        let all = self.fields.words_of(field);
        match pattern {
            Pattern::Word(word) => stem(all, word).map_or_else(none, |term| Box::new(scored(term))),
            Pattern::Exact(word) => Box::new(scored(Term::from_field_text(all, &exact(word)))),
            Pattern::Prefix(prefix) => Box::new(Terms { field: all, start: exact(prefix), pick: Pick::All }),
            Pattern::Phrase { words, last, slop } => {
                let places = self.fields.of(field);
                let is_one = places.len() == 1;
                let parts = places.into_iter().map(|place| {
                    let part = match slop {
                        0 => row(place, words, last.as_deref()),
                        slop => near(place, words, *slop),
                    };
                    if place == self.fields.title && !is_one {
                        Box::new(BoostQuery::new(part, TITLE_WEIGHT))
                    } else {
                        part
                    }
                });
                any(parts.collect())
            }
            Pattern::Regex(regex) => silent(Checked {
                texts: self.fields.texts,
                field,
                regex: regex.clone(),
                faults: self.faults.clone(),
            }),
        }
    }

    fn author(&self, pattern: &AuthorPattern) -> Boxed {
        let asked = match pattern {
            AuthorPattern::Prefix(prefix) => {
                return Box::new(Terms { field: self.fields.authors, start: exact(prefix), pick: Pick::All });
            }
            AuthorPattern::Name(asked) => author::without_suffix(asked),
        };
        match asked {
            [] => none(),
            [one] => Box::new(scored(Term::from_field_text(self.fields.name, &entry::part_of_name(one)))),
            [.., family] => Box::new(Terms {
                field: self.fields.name,
                start: cut(&entry::family_name(family)).to_owned(),
                pick: Pick::Names(pattern.clone(), entry::joined_name(asked)),
            }),
        }
    }

    fn number(signal: SignalKind, comparison: Comparison, value: u64) -> Boxed {
        let bounds = match comparison {
            Comparison::Equal => Some((value, value)),
            Comparison::More => value.checked_add(1).map(|least| (least, u64::MAX)),
            Comparison::AtLeast => Some((value, u64::MAX)),
            Comparison::Less => value.checked_sub(1).map(|most| (0, most)),
            Comparison::AtMost => Some((0, value)),
        };
        let Some((least, most)) = bounds else { return none() };
        silent(Between { column: signal.name(), range: least..=most })
    }

    fn date(&self, range: &DateRange) -> Boxed {
        let number = |day: Option<Day>| day.map(|day| entry::day(day.resolve(self.now)));
        let (from, to) = (number(range.from), number(range.to));
        silent(Between { column: schema::DAY, range: from.unwrap_or(0)..=to.unwrap_or(u64::MAX) })
    }
}

/// Whether anything in a tree scores.
pub(super) fn scores(node: &Node) -> bool {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(scores),
        Node::Clause(Clause::Text { pattern, .. }) => !matches!(pattern, Pattern::Regex(_)),
        Node::Clause(Clause::Author(_)) => true,
        Node::Not(_) | Node::Clause(_) => false,
    }
}

/// A query that decides without scoring.
fn silent(query: impl EngineQuery) -> Boxed {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

/// A query that finds nothing.
fn none() -> Boxed {
    Box::new(EmptyQuery)
}

/// Any of these.
fn any(mut queries: Vec<Boxed>) -> Boxed {
    match (queries.pop(), queries.is_empty()) {
        (Some(only), true) => only,
        (last, _) => Box::new(BooleanQuery::union(queries.into_iter().chain(last).collect())),
    }
}

/// A term that scores.
pub(super) fn scored(term: Term) -> TermQuery {
    TermQuery::new(term, IndexRecordOption::WithFreqs)
}

/// A term of a short value.
fn whole(field: Field, text: &str) -> TermQuery {
    TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic)
}

/// The term of a word in any inflection; none where it would be taken for another kind of term.
pub(super) fn stem(field: Field, word: &str) -> Option<Term> {
    let stem = words::stem(word);
    (!stem.starts_with([EXACT, pairs::PAIR])).then(|| Term::from_field_text(field, cut(&stem)))
}

/// The term of a word as it stands, or how it begins.
fn exact(word: &str) -> String {
    format!("{EXACT}{}", cut(word))
}

/// The terms of words in any inflection.
fn stems(field: Field, phrase: &[String]) -> Option<Vec<Term>> {
    phrase.iter().map(|word| stem(field, word)).collect()
}

/// Words after each other.
fn row(field: Field, phrase: &[String], last: Option<&str>) -> Boxed {
    let Some(mut terms) = stems(field, phrase).filter(|terms| !terms.is_empty()) else { return none() };
    let Some(start) = last else { return whole_row(field, phrase, terms) };
    let before = phrase.last().map(|word| words::stem(word)).unwrap_or_default();
    if let Some((pair, is_all)) = pairs::begun(&before, start) {
        terms.pop();
        terms.push(Term::from_field_text(field, &pair));
        if is_all {
            return placed(field, (0..).zip(terms).collect());
        }
    }
    Box::new(Begun { field, terms, last: exact(start) })
}

/// Terms at their places in a row.
fn placed(field: Field, row: Vec<(u32, Term)>) -> Boxed {
    match <[(u32, Term); 1]>::try_from(row) {
        Ok([(_, one)]) => Box::new(scored(one)),
        Err(terms) => Box::new(Placed { field, terms, shape: Shape::Row, certain: Vec::new() }),
    }
}

/// Words after each other that are all known whole; frequent pairs are looked up as such.
fn whole_row(field: Field, phrase: &[String], terms: Vec<Term>) -> Boxed {
    let stems: Vec<String> = phrase.iter().map(|word| words::stem(word)).collect();
    let pairs: Vec<Option<String>> =
        stems.iter().zip(stems.iter().skip(1)).map(|(first, second)| pairs::pair(first, second)).collect();
    let mut row = Vec::with_capacity(terms.len());
    for (place, (offset, term)) in (0..).zip(terms).enumerate() {
        let pair = pairs.get(place).and_then(Option::as_ref);
        let before = place.checked_sub(1).and_then(|before| pairs.get(before)).and_then(Option::as_ref);
        if let Some(pair) = pair {
            row.push((offset, Term::from_field_text(field, pair)));
        } else if before.is_none() {
            row.push((offset, term));
        }
    }
    placed(field, row)
}

/// The terms of two words that stand beside each other, in either order, where there are such terms.
fn beside(field: Field, phrase: &[String]) -> Vec<Term> {
    let stems: Vec<String> = phrase.iter().map(|word| words::stem(word)).collect();
    let [one, other] = stems.as_slice() else { return Vec::new() };
    let pairs = [pairs::pair(one, other), pairs::pair(other, one)].into_iter().flatten();
    pairs.map(|pair| Term::from_field_text(field, &pair)).collect()
}

/// Words near each other; one that is asked for twice may be the same.
fn near(field: Field, phrase: &[String], slop: u32) -> Boxed {
    let Some(mut terms) = stems(field, phrase).filter(|terms| !terms.is_empty()) else { return none() };
    let width = u32::try_from(phrase.len() - 1).unwrap_or(u32::MAX).saturating_add(slop);
    terms.sort_unstable();
    terms.dedup();
    match <[Term; 1]>::try_from(terms) {
        Ok([one]) => Box::new(scored(one)),
        Err(terms) => {
            let terms = terms.into_iter().map(|term| (0, term)).collect();
            Box::new(Placed { field, terms, shape: Shape::Within(width), certain: beside(field, phrase) })
        }
    }
}

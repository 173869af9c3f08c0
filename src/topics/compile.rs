//! A query over terms: what a topic's query becomes once its words and values are numbered.

use crate::model::record::Announce;
use crate::model::signal::SignalKind;
use crate::query::ast::AuthorPattern;
use crate::query::ast::Clause;
use crate::query::ast::Comparison;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::ast::Property;
use crate::query::ast::TextField;
use crate::query::author;
use crate::query::dates::DateRange;
use crate::query::document::REGIONS;
use crate::query::document::Region;
use crate::query::document::covers;
use crate::query::regex::TextRegex;
use crate::query::words;
use crate::topics::lexicon::Lexicon;
use crate::topics::lexicon::Term;

/// A query over terms.
#[derive(Clone, Debug)]
pub(super) enum Program {
    /// All of these.
    And(Box<[Program]>),
    /// Any of these.
    Or(Box<[Program]>),
    /// Not this.
    Not(Box<Program>),
    /// One condition.
    Test(Test),
}

/// One condition over terms.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// The term stands in one of these regions.
    Has(Term, Regions),
    /// The paper has the value.
    Value(Term),
    /// The terms stand so many places after a first one.
    Row(Box<[(Term, u32)]>, Regions),
    /// The words stand near each other, with at most so many more among them.
    Near(Box<[Term]>, u32, Regions),
    /// A name of several words; the terms are the family name's word and the whole name's, one of which must be there.
    Author(Box<AuthorTest>),
    /// An expression.
    Regex(Box<TextRegex>, Regions),
    /// How it was announced.
    Type(Announce),
    /// Something is there.
    Property(Property),
    /// A counter.
    Number(SignalKind, Comparison, u64),
    /// The day of announcement.
    Date(Box<DateRange>),
}

/// A name that is asked for.
#[derive(Clone, Debug)]
pub(super) struct AuthorTest {
    /// Its words in reading order.
    pub(super) name: Vec<String>,
    /// The family name's word.
    pub(super) family: Term,
    /// The whole name, where it has several words.
    pub(super) joined: Option<Term>,
}

/// A set of regions, a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Regions(pub(super) u8);

impl Regions {
    /// Those that count for a field.
    fn of(field: TextField) -> Self {
        let covered = REGIONS.into_iter().filter(|region| covers(field, *region));
        Self(covered.fold(0, |bits, region| bits | bit(region)))
    }

    /// Whether a region is in it.
    pub(super) fn has(self, region: Region) -> bool {
        self.0 & bit(region) != 0
    }
}

/// The bit of a region.
pub(super) fn bit(region: Region) -> u8 {
    1 << number(region)
}

/// The number of a region.
pub(super) const fn number(region: Region) -> u32 {
    match region {
        Region::Title => 0,
        Region::Abstract => 1,
        Region::Author => 2,
        Region::Comment => 3,
        Region::Venue => 4,
        Region::Organisation => 5,
        Region::Submitter => 6,
    }
}

/// Numbers the words and values of a query. The tree keeps its shape.
pub(super) fn compile(node: &Node, lexicon: &mut Lexicon) -> Program {
    match node {
        Node::And(nodes) => Program::And(nodes.iter().map(|node| compile(node, lexicon)).collect()),
        Node::Or(nodes) => Program::Or(nodes.iter().map(|node| compile(node, lexicon)).collect()),
        Node::Not(inner) => Program::Not(Box::new(compile(inner, lexicon))),
        Node::Clause(clause) => Program::Test(test(clause, lexicon)),
    }
}

fn test(clause: &Clause, lexicon: &mut Lexicon) -> Test {
    match clause {
        Clause::Text { field, pattern } => text(Regions::of(*field), pattern, lexicon),
        Clause::Author(AuthorPattern::Prefix(prefix)) => {
            Test::Has(lexicon.add_prefix(prefix), Regions::of(TextField::Names))
        }
        Clause::Author(AuthorPattern::Name(name)) => {
            let whole = author::without_suffix(name);
            let family = lexicon.add_exact(whole.last().map_or("", String::as_str));
            let joined = (whole.len() > 1).then(|| lexicon.add_name(&whole.concat()));
            Test::Author(Box::new(AuthorTest { name: name.clone(), family, joined }))
        }
        Clause::Value { field, pattern } => Test::Value(lexicon.add_value(*field, pattern)),
        Clause::Type(announce) => Test::Type(*announce),
        Clause::Has(property) => Test::Property(*property),
        Clause::Number { signal, comparison, value } => Test::Number(*signal, *comparison, *value),
        Clause::Date(range) => Test::Date(Box::new(*range)),
    }
}

fn text(regions: Regions, pattern: &Pattern, lexicon: &mut Lexicon) -> Test {
    match pattern {
        Pattern::Word(word) => Test::Has(lexicon.add_stem(&words::stem(word)), regions),
        Pattern::Exact(word) => Test::Has(lexicon.add_exact(word), regions),
        Pattern::Prefix(prefix) => Test::Has(lexicon.add_prefix(prefix), regions),
        Pattern::Regex(regex) => Test::Regex(Box::new(regex.clone()), regions),
        Pattern::Phrase { words: phrase, last, slop } => {
            let terms: Vec<Term> = phrase.iter().map(|word| lexicon.add_stem(&words::stem(word))).collect();
            if *slop > 0 {
                return Test::Near(terms.into(), *slop, regions);
            }
            row(&terms, last.as_deref(), regions, lexicon)
        }
    }
}

/// Words after each other, as pairs: each pair is much rarer than its words, and two words are one term.
fn row(stems: &[Term], last: Option<&str>, regions: Regions, lexicon: &mut Lexicon) -> Test {
    let mut terms: Vec<(Term, u32)> = Vec::with_capacity(stems.len());
    for (place, pair) in (0..).zip(stems.windows(2)) {
        if let [first, second] = pair {
            terms.push((lexicon.add_pair(*first, *second), place));
        }
    }
    if let (true, Some(only)) = (terms.is_empty(), stems.first()) {
        terms.push((*only, 0));
    }
    if let Some(last) = last {
        terms.push((lexicon.add_prefix(last), u32::try_from(stems.len()).unwrap_or(u32::MAX)));
    }
    match terms.as_slice() {
        [(only, _)] => Test::Has(*only, regions),
        _several => Test::Row(terms.into(), regions),
    }
}

//! The tree of a query.

use std::fmt;

use crate::model::record::Announce;
use crate::model::signal::SignalKind;
use crate::query::dates::DateRange;
use crate::query::print;
use crate::query::regex::TextRegex;

/// A query or a part of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// All of these; at least two.
    And(Vec<Node>),
    /// Any of these; at least two.
    Or(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// One condition.
    Clause(Clause),
}

/// One condition on a paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clause {
    /// Words in a text.
    Text {
        /// Where.
        field: TextField,
        /// Which.
        pattern: Pattern,
    },
    /// An author's name, in any of its printed variants.
    Author(AuthorPattern),
    /// A property that is one short value.
    Value {
        /// Which property.
        field: ValueField,
        /// The value in lower case; a `*` at its end stands for anything.
        pattern: String,
    },
    /// How arXiv announced it: new, cross-listed or replaced.
    Type(Announce),
    /// A property that is there or not.
    Has(Property),
    /// A counter.
    Number {
        /// Which counter.
        signal: SignalKind,
        /// How it is compared.
        comparison: Comparison,
        /// With what.
        value: u64,
    },
    /// The day of announcement.
    Date(DateRange),
}

/// A text that words are looked for in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TextField {
    /// Title, abstract, authors and comment.
    Anywhere,
    /// The title.
    Title,
    /// The abstract.
    Abstract,
    /// The authors' comment.
    Comment,
    /// The journal or conference, and the journal reference.
    Venue,
    /// The institution that presents it.
    Organisation,
    /// Who submitted it.
    Submitter,
    /// The authors' names, as printed.
    Names,
}

/// Words, folded: without case and accents; or an expression over the text as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// A word in any inflection.
    Word(String),
    /// A word exactly as it stands.
    Exact(String),
    /// A word that begins so.
    Prefix(String),
    /// Words after each other, in any inflection; at least two with the last.
    Phrase {
        /// The words that are known whole.
        words: Vec<String>,
        /// How the word after them begins, where it is known no further: `low-rank*`.
        last: Option<String>,
        /// How many further words may stand between them; with more than none the order is free and all words are whole.
        slop: u32,
    },
    /// An expression that is found anywhere in the text.
    Regex(TextRegex),
}

/// What is asked of an author's name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AuthorPattern {
    /// A name: its words in reading order, the family name last.
    Name(Vec<String>),
    /// A part of a name that begins so.
    Prefix(String),
}

impl fmt::Display for AuthorPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(words) => out.write_str(&words.join(" ")),
            Self::Prefix(prefix) => write!(out, "{prefix}*"),
        }
    }
}

/// A property that is one short value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ValueField {
    /// A subject; `cs` alone means all of the archive.
    Category,
    /// Any identifier, with or without its scheme.
    Id,
    /// A DOI.
    Doi,
    /// A source that reported it.
    Source,
    /// The licence's address, or a part of it such as `by-nc`.
    License,
    /// The language tag.
    Language,
}

/// A property that is there or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Property {
    /// Source code is linked.
    Code,
    /// A publisher's DOI is known.
    Doi,
    /// There is an abstract.
    Abstract,
    /// It was withdrawn.
    Withdrawn,
    /// It was retracted.
    Retracted,
    /// An editor picked it.
    Picked,
}

/// How a counter is compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Comparison {
    /// `=` or `:`.
    Equal,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
}

impl fmt::Display for Clause {
    /// As it is written.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&print::clause(self))
    }
}

impl Comparison {
    /// Whether a count is as asked.
    pub const fn holds(self, counted: u64, asked: u64) -> bool {
        match self {
            Self::Equal => counted == asked,
            Self::More => counted > asked,
            Self::AtLeast => counted >= asked,
            Self::Less => counted < asked,
            Self::AtMost => counted <= asked,
        }
    }
}

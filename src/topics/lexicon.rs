//! The words and values that topics ask for, each as a number, and what a word of a paper is among them.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use crate::query::ast::ValueField;
use crate::query::words;
use crate::topics::rarity::Kind;

/// Something that topics ask for and that a paper has or has not: a stem, a word as it stands, the beginning of one, a
/// value, a whole name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Term(pub(super) u32);

impl Term {
    /// Its place in tables of terms.
    pub(super) fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// How many words of papers are remembered with what they are: more than papers of one field use, a few MB.
const WORDS_KEPT: usize = 65_536;

/// Every term of a set of topics.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    stems: HashMap<String, Term>,
    exact: HashMap<String, Term>,
    prefixes: Prefixes,
    values: HashMap<(ValueField, String), Term>,
    value_prefixes: HashMap<ValueField, Prefixes>,
    /// The fields of these.
    fields: BTreeSet<ValueField>,
    names: HashMap<String, Term>,
    /// Two stems that stand next to each other.
    pairs: HashMap<(Term, Term), Term>,
    /// The stems with which a pair begins.
    heads: BTreeSet<Term>,
    count: u32,
}

/// Beginnings, and how long they are: few lengths are ever asked for.
#[derive(Clone, Debug, Default)]
struct Prefixes {
    terms: HashMap<String, Term>,
    lengths: BTreeSet<usize>,
}

impl Prefixes {
    fn add(&mut self, prefix: &str, count: &mut u32) -> Term {
        self.lengths.insert(prefix.len());
        intern(&mut self.terms, prefix, count)
    }

    fn of<'s>(&'s self, text: &'s str) -> impl Iterator<Item = Term> + 's {
        let lengths = self.lengths.range(..=text.len());
        lengths.filter_map(|length| self.terms.get(text.get(..*length)?).copied())
    }
}

fn intern(terms: &mut HashMap<String, Term>, text: &str, count: &mut u32) -> Term {
    *terms.entry_ref(text).or_insert_with(|| {
        *count += 1;
        Term(*count - 1)
    })
}

impl Lexicon {
    /// How many terms there are.
    pub(super) const fn len(&self) -> u32 {
        self.count
    }

    pub(super) fn add_stem(&mut self, stem: &str) -> Term {
        intern(&mut self.stems, stem, &mut self.count)
    }

    pub(super) fn add_exact(&mut self, word: &str) -> Term {
        intern(&mut self.exact, word, &mut self.count)
    }

    pub(super) fn add_prefix(&mut self, prefix: &str) -> Term {
        self.prefixes.add(prefix, &mut self.count)
    }

    /// A name whose words are written together: `junyanzhu`.
    pub(super) fn add_name(&mut self, joined: &str) -> Term {
        intern(&mut self.names, joined, &mut self.count)
    }

    /// Two stems next to each other.
    pub(super) fn add_pair(&mut self, first: Term, second: Term) -> Term {
        self.heads.insert(first);
        *self.pairs.entry((first, second)).or_insert_with(|| {
            self.count += 1;
            Term(self.count - 1)
        })
    }

    /// The term of two stems next to each other.
    pub(super) fn pair(&self, first: Term, second: Term) -> Option<Term> {
        self.pairs.get(&(first, second)).copied()
    }

    /// A value in lower case, or with a `*` at its end the beginning of one.
    pub(super) fn add_value(&mut self, field: ValueField, pattern: &str) -> Term {
        self.fields.insert(field);
        if let Some(prefix) = pattern.strip_suffix('*') {
            return self.value_prefixes.entry(field).or_default().add(prefix, &mut self.count);
        }
        *self.values.entry((field, pattern.to_owned())).or_insert_with(|| {
            self.count += 1;
            Term(self.count - 1)
        })
    }

    /// Every term and what it is, in no order.
    pub(super) fn terms(&self) -> impl Iterator<Item = (Term, Kind<'_>)> {
        let stems = self.stems.iter().map(|(stem, term)| (*term, Kind::Stem(stem)));
        let exact = self.exact.iter().map(|(word, term)| (*term, Kind::Exact(word)));
        let prefixes = self.prefixes.terms.iter().map(|(prefix, term)| (*term, Kind::Prefix(prefix)));
        let values = self.values.iter().map(|((field, _), term)| (*term, Kind::Value(*field)));
        let beginnings = self.value_prefixes.iter().flat_map(|(field, prefixes)| {
            prefixes.terms.values().map(move |term| (*term, Kind::Value(*field)))
        });
        let names = self.names.values().map(|term| (*term, Kind::Name));
        let pairs = self.pairs.iter().map(|((first, second), term)| (*term, Kind::Pair(*first, *second)));
        stems.chain(exact).chain(prefixes).chain(values).chain(beginnings).chain(names).chain(pairs)
    }

    /// Whether any topic asks for a field.
    pub(super) fn asks_for(&self, field: ValueField) -> bool {
        self.fields.contains(&field)
    }

    /// The term of a whole name.
    pub(super) fn name(&self, joined: &str) -> Option<Term> {
        self.names.get(joined).copied()
    }

    /// Whether any topic asks for a name of several words.
    pub(super) fn asks_for_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// What a folded word of a paper is.
    fn of_word(&self, word: &str) -> Word {
        let stem = self.stems.get(&words::stem(word)).copied();
        let exact = self.exact.get(word).copied();
        Word {
            stem,
            is_head: stem.is_some_and(|stem| self.heads.contains(&stem)),
            others: exact.into_iter().chain(self.prefixes.of(word)).collect(),
        }
    }

    /// What a value of a paper is.
    fn of_value(&self, field: ValueField, value: &str) -> Vec<Term> {
        let value = value.to_lowercase();
        let prefixes = self.value_prefixes.get(&field).into_iter().flat_map(|prefixes| prefixes.of(&value));
        let prefixes: Vec<Term> = prefixes.collect();
        self.values.get(&(field, value)).copied().into_iter().chain(prefixes).collect()
    }
}

/// What a word of a paper is to the topics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    /// Its stem, where any topic asks for that.
    pub(super) stem: Option<Term>,
    /// Whether a pair that is asked for begins with it.
    pub(super) is_head: bool,
    /// The word itself, and how it begins.
    pub(super) others: Box<[Term]>,
}

/// Words and values of papers that were met before: papers use the same ones over and over.
#[derive(Debug, Default)]
pub(super) struct Memory {
    words: HashMap<String, Word>,
    values: HashMap<ValueField, HashMap<String, Box<[Term]>>>,
}

impl Memory {
    /// What a folded word is.
    pub(super) fn word(&mut self, word: &str, lexicon: &Lexicon) -> &Word {
        if self.words.len() >= WORDS_KEPT {
            self.words.clear();
        }
        self.words.entry_ref(word).or_insert_with(|| lexicon.of_word(word))
    }

    /// What a value is.
    pub(super) fn value(&mut self, field: ValueField, value: &str, lexicon: &Lexicon) -> &[Term] {
        let values = self.values.entry(field).or_default();
        if values.len() >= WORDS_KEPT {
            values.clear();
        }
        values.entry_ref(value).or_insert_with(|| lexicon.of_value(field, value).into())
    }
}

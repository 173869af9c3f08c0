//! What a work is recognised by where sources share no identifier: its title and its authors, made alike.
//!
//! A title key keeps letters and digits and nothing of how they were set: accents, tags, TeX, braces and blanks go, Greek
//! letters and operators become their names, so that arXiv's TeX, a page's Unicode and a copy that lost its dollar signs
//! have one key. Digits stay ("part 2" is another work than "part 1"), as do letters of other scripts. What these keys
//! prove is decided in [`same`](crate::identity::same); a [`Block`] only brings papers together to be compared.

use sha2::Digest as _;
use sha2::Sha256;

use crate::model::author::Author;
use crate::model::external_id::ExternalId;
use crate::model::observation::Naming;
use crate::model::observation::Observation;

pub mod fold;

pub mod person;

/// No more of a title is read.
const LONGEST_TITLE: usize = 500;

/// Words that say nothing about a work (OpenAlex leaves the same out). Sources add and drop them.
const STOP_WORDS: &[&str] = &["the", "a", "an", "of", "to", "in", "for", "on", "by", "with", "at", "from"];

/// Below so many other words a title says too little.
pub const FEW_WORDS: usize = 4;

/// How titles begin that many works share, or that speak of another work: never evidence.
const STOP_TITLES: &[&str] = &[
    "abstracts",
    "addendum",
    "author correction",
    "author index",
    "authors response",
    "author response",
    "book review",
    "books received",
    "call for papers",
    "comment on",
    "commentary on",
    "comments on",
    "conference report",
    "correction to",
    "correction",
    "corrections",
    "corrigendum",
    "corrigenda",
    "contents",
    "cover image",
    "discussion of",
    "editorial",
    "editors choice",
    "editors note",
    "errata",
    "erratum",
    "expression of concern",
    "foreword",
    "front matter",
    "back matter",
    "guest editorial",
    "in this issue",
    "index",
    "introduction to the special issue",
    "issue information",
    "letter to the editor",
    "list of reviewers",
    "masthead",
    "news",
    "obituary",
    "preface",
    "publisher correction",
    "publishers note",
    "rejoinder",
    "replies to",
    "reply to",
    "reply",
    "response to",
    "supplementary",
    "supplemental material",
    "supporting information",
    "table of contents",
];

/// Titles that stand whole for a part of many works.
const STOP_WHOLE: &[&str] =
    &["introduction", "conclusion", "conclusions", "discussion", "summary", "untitled"];

/// Marks in front of a title that a server or a journal has set there.
const LEADS: &[&str] = &["withdrawn", "retracted", "retracted article", "withdrawn article", "retraction"];

/// A title made comparable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TitleKey {
    /// Every letter and digit, in order.
    exact: String,
    /// The same without [`STOP_WORDS`].
    loose: String,
    /// How many words are left in it.
    words: usize,
    /// Whether it is a title of many works.
    is_stopped: bool,
}

impl TitleKey {
    /// The key of a title as it is shown.
    pub fn of(title: &str) -> Self {
        let folded = fold::title(cut(title));
        let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let marked = LEADS.iter().filter(|lead| is_led_by(title, &words, lead)).map(|lead| count(lead)).max();
        words.drain(..marked.unwrap_or(0));
        let plain = words.join(" ");
        let begins = |start: &&str| {
            plain.strip_prefix(*start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let is_stopped = STOP_TITLES.iter().any(begins) || STOP_WHOLE.contains(&plain.as_str());
        let told: Vec<&str> = words.iter().copied().filter(|word| !STOP_WORDS.contains(word)).collect();
        Self { exact: words.concat(), loose: told.concat(), words: told.len(), is_stopped }
    }

    /// Whether two titles are the same but for words that say nothing.
    pub fn matches(&self, other: &Self) -> bool {
        self.says_something() && other.says_something() && self.loose == other.loose
    }

    /// Whether two titles are the same letter by letter.
    pub fn equals(&self, other: &Self) -> bool {
        self.says_something() && self.exact == other.exact
    }

    /// Whether it says too little to stand for a work without strong support.
    pub fn is_short(&self) -> bool {
        self.words < FEW_WORDS
    }

    /// Whether it may be evidence at all: no single word is, nor a title of many works.
    pub fn says_something(&self) -> bool {
        !self.is_stopped && self.words > 1
    }
}

/// Whether a title carries a mark in front: its words, then a colon, a bracket or a dash.
fn is_led_by(title: &str, words: &[&str], lead: &str) -> bool {
    let mut parts = lead.split(' ');
    if !parts.clone().zip(words).all(|(part, word)| part == *word) || words.len() <= count(lead) {
        return false;
    }
    let last = parts.next_back().unwrap_or_default();
    let start: String = title.chars().take(40).flat_map(char::to_lowercase).collect();
    let behind = start.find(last).and_then(|at| start.get(at + last.len()..)).map(str::trim_start);
    behind.is_some_and(|rest| rest.starts_with([':', ']', ')', '-', '–', '—']))
}

fn count(words: &str) -> usize {
    words.split(' ').count()
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST_TITLE).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// What papers are brought together by before they are compared: a digest of a title key, or of an identifier that more
/// than one paper may claim.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Block([u8; 8]);

impl Block {
    /// Its length.
    pub const BYTES: usize = 8;

    fn of(kind: &str, text: &str) -> Self {
        let digest = Sha256::new_with_prefix(kind.as_bytes()).chain_update(text.as_bytes()).finalize();
        Self(digest.first_chunk::<{ Self::BYTES }>().copied().unwrap_or_default())
    }

    /// The bytes; the same in every version of the program, since they are stored.
    pub const fn bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// The blocks of one title, none where it says too little to be compared.
pub fn block_of_title(title: &str) -> Option<Block> {
    let key = TitleKey::of(title);
    key.says_something().then(|| Block::of("title ", &key.loose))
}

/// The block of an identifier: none for arXiv's, which only one paper can have.
pub fn block_of_id(id: &ExternalId) -> Option<Block> {
    (!matches!(id, ExternalId::Arxiv(_))).then(|| Block::of("id ", &id.to_string()))
}

/// Everything by which an observation is brought together with others.
pub fn blocks_of(observation: &Observation) -> impl Iterator<Item = Block> {
    let titles = std::iter::once(observation.title.text.as_str())
        .chain(observation.earlier.iter().map(|naming| naming.title.as_str()))
        .filter_map(block_of_title);
    titles.chain(observation.identifying_ids().filter_map(block_of_id))
}

/// A naming made comparable.
#[derive(Clone, Debug)]
pub struct Face {
    /// Its title.
    pub title: TitleKey,
    /// Its first authors, at most [`Naming::AUTHORS`].
    pub people: Vec<person::Person>,
}

impl Face {
    fn of(title: &str, authors: &[Author]) -> Self {
        let people = authors.iter().take(Naming::AUTHORS).map(person::Person::of).collect();
        Self { title: TitleKey::of(title), people }
    }

    /// The faces of an observation, the present one first.
    pub fn all_of(observation: &Observation) -> Vec<Self> {
        let present = Self::of(observation.title.text.as_str(), &observation.authors.listed);
        let earlier =
            observation.earlier.iter().map(|naming| Self::of(naming.title.as_str(), &naming.authors));
        std::iter::once(present).chain(earlier).collect()
    }
}

#[cfg(test)]
mod tests;

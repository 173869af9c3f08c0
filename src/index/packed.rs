//! How the words of a document reach the engine: one line for each term, with its places, in the order of the document's
//! own tables. The engine wants the places of one term in order, not those of all, so nothing is sorted or copied twice.

use std::fmt::Write as _;

use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;

use crate::index::pairs;
use crate::query::document::Document;
use crate::query::document::Place;
use crate::query::document::Region;

/// What stands before a word that is meant exactly as it stands; no folded word has it.
pub(super) const EXACT: char = '=';

/// The longest term, in bytes; a longer word is cut, so that it is found by its beginning.
const LONGEST: usize = 60_000;

/// How often a word of the title counts where texts are looked through together.
const TITLE_WEIGHT: usize = 3;

/// The words of a document, packed for each field.
#[derive(Default)]
pub(super) struct PackedWords {
    /// Title, abstract, authors and comment together, without places.
    pub(super) any: String,
    /// The title.
    pub(super) title: String,
    /// The abstract.
    pub(super) abstract_text: String,
    /// The authors.
    pub(super) authors: String,
    /// The comment.
    pub(super) comment: String,
    /// Venue and citation.
    pub(super) venue: String,
    /// The organisation.
    pub(super) organisation: String,
    /// Who submitted it.
    pub(super) submitter: String,
}

impl PackedWords {
    /// Packs the words of a document.
    pub(super) fn new(document: &Document) -> Self {
        let mut packed = Self::default();
        for (stem, places) in document.stems() {
            packed.term("", stem, places);
        }
        let mut sign = [0; 4];
        let exact: &str = EXACT.encode_utf8(&mut sign);
        for (word, places) in document.words() {
            packed.term(exact, word, places);
        }
        for (pair, places) in pairs::pairs(document) {
            packed.places("", &pair, &places);
        }
        packed
    }

    fn term(&mut self, sign: &str, word: &str, places: &[Place]) {
        let word = cut(word);
        self.places(sign, word, places);
        let weight = |place: &Place| match place.region {
            Region::Title => TITLE_WEIGHT,
            Region::Abstract | Region::Author | Region::Comment => 1,
            Region::Venue | Region::Organisation | Region::Submitter => 0,
        };
        let count: usize = places.iter().map(weight).sum();
        if count > 0 {
            self.any.extend(["\n", sign, word, "\t0"]);
            self.any.extend(std::iter::repeat_n(" 0", count - 1));
        }
    }

    fn places(&mut self, sign: &str, word: &str, places: &[Place]) {
        let mut before = None;
        for place in places {
            let line = self.line(place.region);
            if before == Some(place.region) {
                line.push(' ');
            } else {
                line.extend(["\n", sign, word, "\t"]);
                before = Some(place.region);
            }
            let _written_to_memory = write!(line, "{}", place.position);
        }
    }

    fn line(&mut self, region: Region) -> &mut String {
        match region {
            Region::Title => &mut self.title,
            Region::Abstract => &mut self.abstract_text,
            Region::Author => &mut self.authors,
            Region::Comment => &mut self.comment,
            Region::Venue => &mut self.venue,
            Region::Organisation => &mut self.organisation,
            Region::Submitter => &mut self.submitter,
        }
    }
}

/// A word or value, cut to what the engine takes.
pub(super) fn cut(word: &str) -> &str {
    word.get(..word.floor_char_boundary(LONGEST)).unwrap_or(word)
}

/// Takes apart what [`PackedWords`] packed.
#[derive(Clone)]
pub(super) struct Packed;

/// The terms and places of a packed text.
pub(super) struct PackedStream<'t> {
    lines: std::str::Split<'t, char>,
    positions: Option<std::str::Split<'t, char>>,
    token: Token,
}

impl Tokenizer for Packed {
    type TokenStream<'t> = PackedStream<'t>;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> PackedStream<'t> {
        PackedStream { lines: text.split('\n'), positions: None, token: Token::default() }
    }
}

impl TokenStream for PackedStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let next = self.positions.as_mut().and_then(Iterator::next);
            if let Some(position) = next.and_then(|digits| digits.parse().ok()) {
                self.token.position = position;
                return true;
            }
            let Some(line) = self.lines.next() else { return false };
            self.positions = line.split_once('\t').map(|(term, positions)| {
                self.token.text.clear();
                self.token.text.push_str(term);
                positions.split(' ')
            });
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

//! The terms of a text: its words without TeX, without the commonest English ones, stemmed.
//!
//! The embedding, BM25 and the comparison with examples all count what this file finds. A term is known by a 32-bit hash
//! of its stem; among 100,000 stems about one pair shares one. Texts of other languages pass unstemmed.

use std::borrow::Cow;
use std::cell::RefCell;

use crate::query::words;
use crate::relevance::cast;
use crate::relevance::hash;

/// No term has this identifier: it stands for a word that is not known.
pub const GAP: u32 = 0;

/// How many words each thread remembers with their terms: more than one field's papers use, about 2 MB.
const WORDS_KEPT: usize = 65_536;

/// Words that say nothing about a paper; sorted.
const STOP_WORDS: [&str; 54] = [
    "a", "an", "and", "are", "as", "at", "be", "been", "being", "but", "by", "for", "from", "had", "has",
    "have", "how", "i", "if", "in", "into", "is", "it", "its", "no", "not", "of", "on", "or", "our", "that",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "was", "we", "were",
    "what", "when", "where", "which", "while", "who", "will", "with", "you", "your",
];

/// TeX commands that are read as the words they are named by, as their characters would be.
const SPOKEN: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu",
    "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
];

/// TeX commands that print letters in the middle of a word.
const LETTERS: &[&str] = &["o", "O", "l", "L", "i", "j", "ss", "ae", "AE", "oe", "OE", "aa", "AA"];

/// TeX commands that put an accent on the next letter.
const ACCENTS: &[&str] = &["H", "c", "v", "u", "r", "k", "b", "d"];

thread_local! {
    /// The term of each word met, by the word's hash; [`GAP`] for those that are dropped.
    static KNOWN: RefCell<hash::Map<u64, u32>> = RefCell::default();
}

/// Gives the terms of a text in order.
pub fn each(text: &str, mut found: impl FnMut(u32)) {
    each_word(text, |_word, term| found(term));
}

/// Gives the terms of a text in order, each with the folded word it came from.
pub fn each_word(text: &str, mut found: impl FnMut(&str, u32)) {
    words::each(&plain(text), |word| {
        let term = known(word);
        if term != GAP {
            found(word, term);
        }
    });
}

/// The stems of a text in order, for those who must name them.
pub fn stems(text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    words::each(&plain(text), |word| {
        if is_kept(word) {
            stems.push(words::stem(word));
        }
    });
    stems
}

/// The identifier of a stem.
pub fn term(stem: &str) -> u32 {
    cast::low(hash::bytes(stem.as_bytes())).max(1)
}

fn known(word: &str) -> u32 {
    let key = hash::bytes(word.as_bytes());
    KNOWN.with_borrow_mut(|known| {
        if let Some(term) = known.get(&key) {
            return *term;
        }
        if known.len() >= WORDS_KEPT {
            known.clear();
        }
        let term = if is_kept(word) { term(&words::stem(word)) } else { GAP };
        known.insert(key, term);
        term
    })
}

/// Single letters are dropped, less those that are languages or learn by rewards.
fn is_kept(word: &str) -> bool {
    if word.len() == 1 {
        return word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'r' | b'c' | b'q'));
    }
    STOP_WORDS.binary_search(&word).is_err()
}

/// A text without TeX: commands go, Greek letters are spoken, accents and braces leave their letters.
fn plain(text: &str) -> Cow<'_, str> {
    const MARKS: [char; 4] = ['\\', '$', '{', '}'];
    if !text.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'{' | b'}')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.find(MARKS).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        rest = match after.strip_prefix('\\') {
            Some(command) => without_command(command, &mut out),
            None => after.strip_prefix(MARKS).unwrap_or_default(),
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What follows a command whose backslash was read.
fn without_command<'a>(text: &'a str, out: &mut String) -> &'a str {
    let end = text.bytes().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if name.is_empty() {
        if let Some(rest) = rest.strip_prefix(['\'', '"', '`', '^', '~', '=', '.']) {
            return rest;
        }
        out.push(' ');
        return rest.strip_prefix(['\\', ',', ';', '!', '%', '&', '_', '#']).unwrap_or(rest);
    }
    if SPOKEN.contains(&name) {
        out.push(' ');
        out.push_str(name);
        out.push(' ');
    } else if LETTERS.contains(&name) {
        out.push_str(name);
        return rest.strip_prefix(' ').unwrap_or(rest);
    } else if ACCENTS.contains(&name) {
        return rest.strip_prefix(' ').unwrap_or(rest);
    } else {
        out.push(' ');
    }
    rest
}

#[cfg(test)]
mod tests;

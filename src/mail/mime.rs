//! The form that mail has: headers that fold and hold other letters than ASCII's (RFC 5322, RFC 2047), parts of short lines
//! (RFC 2045), all ended by CR LF.
//!
//! A header is made of a [`Text`], an address or words of ours, and each kind has its own way in: no character of any can end
//! a header, whatever was wished for.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mail::address::Address;
use crate::model::text::Text;

/// The length of a line after which headers are folded.
const LINE: usize = 76;

/// What an encoded word may have between its marks; 75 with them (RFC 2047 section 2).
const WORD: usize = 63;

/// A message as it grows: headers, an empty line, a body.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Headers(String);

impl Headers {
    /// A header that people read.
    pub(super) fn text(&mut self, name: &str, text: &Text) {
        let line = text.as_str();
        if is_plain(line) {
            self.folded(name, line.split(' '));
        } else {
            self.folded(name, encoded(line, name.len() + 2).iter().map(String::as_str));
        }
    }

    /// Whom a letter is from or to, perhaps with a name.
    pub(super) fn mailbox(&mut self, name: &str, person: &Text, address: &Address) {
        let bracketed = format!("<{address}>");
        let person = person.as_str();
        if person.is_empty() {
            self.folded(name, std::iter::once(address.as_str()));
        } else if is_plain(person) && person.len() < LINE - name.len() - 4 {
            let quoted = format!("\"{}\"", person.replace('\\', "\\\\").replace('"', "\\\""));
            self.folded(name, [quoted.as_str(), bracketed.as_str()].into_iter());
        } else {
            let words = encoded(person, name.len() + 2);
            self.folded(name, words.iter().map(String::as_str).chain([bracketed.as_str()]));
        }
    }

    /// A header in words for machines. What is not printable ASCII is left out: there is none in what is given here.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        let value: String = value.chars().filter(|character| matches!(character, ' '..='~')).collect();
        self.folded(name, value.split(' '));
    }

    /// Whole, with the empty line behind.
    pub(super) fn finish(self) -> String {
        self.0 + "\r\n"
    }

    fn folded<'word>(&mut self, name: &str, words: impl Iterator<Item = &'word str>) {
        self.0.push_str(name);
        self.0.push(':');
        let mut length = name.len() + 1;
        for (place, word) in words.enumerate() {
            // The first word stays beside the name: a header whose first line is empty is legal and hardly known.
            if place > 0 && length + 1 + word.len() > LINE {
                self.0.push_str("\r\n");
                length = 0;
            }
            self.0.push(' ');
            self.0.push_str(word);
            length += 1 + word.len();
        }
        self.0.push_str("\r\n");
    }
}

/// Whether a header can hold a text as it is: one that looks encoded would be decoded, and words can be longer than lines.
fn is_plain(text: &str) -> bool {
    let fits = |word: &str| word.len() < LINE;
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("=?") && text.split(' ').all(fits)
}

/// A text in encoded words, the first of which follows `taken` characters. No word ends within a character.
fn encoded(text: &str, taken: usize) -> Vec<String> {
    let others = text.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && *byte != b' ').count();
    // Three characters for one byte, or four for three.
    if others * 6 > text.len() { in_base64(text, taken) } else { in_letters(text, taken) }
}

fn in_base64(text: &str, taken: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut chunk = String::new();
    let mut room = (WORD - taken) / 4 * 3;
    for character in text.chars() {
        if chunk.len() + character.len_utf8() > room {
            words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(&chunk)));
            chunk.clear();
            room = WORD / 4 * 3;
        }
        chunk.push(character);
    }
    words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(&chunk)));
    words
}

fn in_letters(text: &str, taken: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut chunk = String::new();
    let mut room = WORD - taken;
    for character in text.chars() {
        let mut bytes = [0; 4];
        let written: String = character.encode_utf8(&mut bytes).bytes().map(letter).collect();
        if chunk.len() + written.len() > room {
            words.push(format!("=?utf-8?Q?{chunk}?="));
            chunk.clear();
            room = WORD;
        }
        chunk.push_str(&written);
    }
    words.push(format!("=?utf-8?Q?{chunk}?="));
    words
}

/// A byte as it stands in any header (RFC 2047 section 5, the strictest case).
fn letter(byte: u8) -> String {
    match byte {
        b' ' => "_".to_owned(),
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("={other:02X}"),
    }
}

/// A text as quoted-printable: lines of at most 76 characters, none of which relays could take for something else.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        quote_line(line, &mut out);
        out.push_str("\r\n");
    }
    out
}

fn quote_line(line: &str, out: &mut String) {
    let mut length = 0;
    let bytes = line.as_bytes();
    for (place, byte) in bytes.iter().enumerate() {
        let is_last = place + 1 == bytes.len();
        let is_kept = match byte {
            b'=' => false,
            b' ' | b'\t' => !is_last,
            other => matches!(other, b'!'..=b'~'),
        };
        let room = LINE - usize::from(!is_last);
        if length + if is_kept { 1 } else { 3 } > room {
            out.push_str("=\r\n");
            length = 0;
        }
        // Mailboxes of old take "From " for the start of a letter, relays a lone dot for the end of one.
        let rest = bytes.get(place..).unwrap_or_default();
        let is_risky = length == 0 && (*byte == b'.' || rest.starts_with(b"From "));
        if is_kept && !is_risky {
            out.push(char::from(*byte));
            length += 1;
        } else {
            let _cannot_fail = write!(out, "={byte:02X}");
            length += 3;
        }
    }
}

/// How long a text is as quoted-printable, about.
pub(super) fn quoted_length(text: &str) -> usize {
    let letters: usize = text
        .bytes()
        .map(|byte| if matches!(byte, b' '..=b'~' | b'\n') && byte != b'=' { 1 } else { 3 })
        .sum();
    letters + letters / 25
}

#[cfg(test)]
mod tests;

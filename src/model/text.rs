//! Trust as a type: `Raw` is what a source said; only `Text` and `Html` may be rendered.
//!
//! `Text` enforces its own invariant, so anyone may make one. `Html` is made by `normalise` and read back by
//! `store::codec`; `tests/tidy.rs` fails on any other caller of [`Html::trusted`].

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// How a source declares its text to be written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Markup {
    /// Plain characters; `<` is a less-than sign.
    Plain,
    /// Plain characters with TeX accents, commands and `$…$` formulas (arXiv).
    Tex,
    /// Text copied from TeX with its dollar signs, backslashes and braces lost (Hugging Face).
    DamagedTex,
    /// HTML or XHTML, perhaps with TeX formulas inside its text.
    Html,
    /// JATS markup (`jats:p`, `jats:italic`, …), as Crossref and Europe PMC send it.
    Jats,
}

/// Text from outside with its declared type: untrusted until `normalise` has cleaned it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Raw {
    /// The characters as they came, entities of the transport decoded once.
    pub text: String,
    /// What the source says they are.
    pub markup: Markup,
}

impl Raw {
    /// Text in the given markup.
    pub fn new(text: impl Into<String>, markup: Markup) -> Self {
        Self { text: text.into(), markup }
    }
}

/// Clean plain text: Unicode NFC, no control or bidirectional-override characters, no white space at the ends, no
/// runs of white space; a line feed occurs only in pairs, between paragraphs. Always escaped when rendered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Text(String);

impl Text {
    /// Makes text clean, paragraphs (separated by a blank line) kept.
    pub fn new(text: &str) -> Self {
        Self(clean(text, true))
    }

    /// Makes text clean and puts it on one line.
    pub fn line(text: &str) -> Self {
        Self(clean(text, false))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paragraphs, at least one unless the text is empty.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.0.split("\n\n").filter(|paragraph| !paragraph.is_empty())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A text without white space at its ends, where it lies if it can.
pub(crate) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Whether a character is never kept: controls, private-use and unassigned specials, bidirectional overrides.
pub(crate) fn is_banned(character: char) -> bool {
    let kept_control = matches!(character, '\u{9}' | '\u{A}' | '\u{D}');
    let control = matches!(character, '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}') && !kept_control;
    let direction = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let special = matches!(character, '\u{FEFF}' | '\u{FFFC}' | '\u{FFFD}' | '\u{FDD0}'..='\u{FDEF}');
    let private = matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}');
    control || direction || special || private || u32::from(character) & 0xFFFE == 0xFFFE
}

/// Whether some character of a text is never kept.
pub(crate) fn has_banned(text: &str) -> bool {
    // No way out: so the processor looks at many bytes at once.
    let is_printed = text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~' | b'\n'));
    !is_printed && text.contains(is_banned)
}

/// Whether cleaning would change nothing, for the commonest case: plain ASCII with single spaces. What is read back from
/// the store is clean, and composing characters is most of the work of reading it.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a way out the processor looks at many bytes at once"
)]
fn is_clean_ascii(text: &str) -> bool {
    let bytes = text.as_bytes();
    // No way out within a stretch: so the processor looks at many bytes at once.
    let is_printed =
        |stretch: &[u8]| stretch.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    let behind = bytes.get(1..).unwrap_or_default();
    let has_runs =
        || bytes.iter().zip(behind).fold(false, |any, (one, next)| any | (*one == b' ') & (*next == b' '));
    bytes.chunks(1_024).all(is_printed) && !text.starts_with(' ') && !text.ends_with(' ') && !has_runs()
}

/// Whether a character neither changes in NFC nor joins another: no mark, nothing that a mark or letter before it composes
/// with. Only what texts are full of is named; a text with any other is composed.
const fn is_inert(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{2FF}'
            | '\u{391}'..='\u{3CE}'
            | '\u{400}'..='\u{482}'
            | '\u{2002}'..='\u{20CF}'
            | '\u{2190}'..='\u{2328}'
            | '\u{232B}'..='\u{2ADB}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{1D400}'..='\u{1D7FF}'
    )
}

/// Whether a text is in NFC, told fast; one of which this cannot be told so may be all the same.
pub(crate) fn is_composed(text: &str) -> bool {
    text.is_ascii() || text.chars().all(is_inert)
}

fn clean(text: &str, paragraphs: bool) -> String {
    if is_clean_ascii(text) {
        return text.to_owned();
    }
    if is_composed(text) {
        return folded(text, paragraphs);
    }
    // Marks meet their letter only when what stood between is gone.
    let composed: String = text.chars().filter(|character| !is_banned(*character)).nfc().collect();
    folded(&composed, paragraphs)
}

/// How many bytes at the beginning of a text are such, all of ASCII, single blanks between them among them.
#[inline]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a way out the processor looks at many bytes at once"
)]
pub(crate) fn run_of(text: &str, is_such: impl Fn(u8) -> bool) -> usize {
    const BLOCK: usize = 32;
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut is_behind_blank = true;
    while let Some(block) = bytes.get(at..at + BLOCK) {
        let mut is_run = true;
        for byte in block {
            let is_blank = *byte == b' ';
            is_run &= is_such(*byte) | is_blank & !is_behind_blank;
            is_behind_blank = is_blank;
        }
        if !is_run {
            break;
        }
        at += BLOCK;
    }
    // A blank at the end is one between two words only if another follows.
    at -= usize::from(at > 0 && bytes.get(at - 1) == Some(&b' '));
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += rest.iter().position(|byte| !is_such(*byte)).unwrap_or(rest.len());
        let is_between =
            at > 0 && bytes.get(at) == Some(&b' ') && bytes.get(at + 1).is_some_and(|byte| is_such(*byte));
        if !is_between {
            return at;
        }
        at += 1;
    }
}

/// A text without banned characters, white space folded.
fn folded(text: &str, paragraphs: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_behind_blank, mut feeds) = (false, 0_u8);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = if character.is_whitespace() || is_banned(character) {
            0
        } else {
            // What needs no look at each of its characters goes at once.
            run_of(rest, |byte| matches!(byte, b'!'..=b'~')).max(character.len_utf8())
        };
        if length == 0 {
            feeds = feeds.saturating_add(u8::from(character == '\n'));
            is_behind_blank |= character.is_whitespace() && !is_banned(character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            continue;
        }
        if !out.is_empty() {
            if paragraphs && feeds > 1 {
                out.push_str("\n\n");
            } else if is_behind_blank {
                out.push(' ');
            }
        }
        (is_behind_blank, feeds) = (false, 0);
        let (run, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push_str(run);
        rest = behind;
    }
    out
}

/// A sanitised, well-formed XHTML fragment (no active content, absolute links, MathML made by us).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Html(String);

impl Html {
    /// Wraps a fragment that has been cleaned. Only `normalise` and `store::codec` may call this.
    pub fn trusted(fragment: String) -> Self {
        Self(fragment)
    }

    /// The fragment; its root is a sequence of block elements.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A title as we show it, and the TeX it was written in where there was any.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Title {
    /// One line of plain Unicode.
    pub text: Text,
    /// The source's own characters, kept when they held TeX.
    pub tex: Option<Text>,
}

/// An abstract in the three forms that are needed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Abstract {
    /// Plain Unicode, for summaries, search and matching.
    pub text: Text,
    /// XHTML with MathML, for bodies.
    pub html: Html,
    /// The source's own characters, kept when they held TeX.
    pub tex: Option<Text>,
}

/// A text of these letters; some are mostly words, so that runs are long.
#[cfg(test)]
pub(crate) fn some_text(random: &mut fastrand::Rng, letters: &[char]) -> String {
    let (words, length) = (random.usize(..40), random.usize(..120));
    let letter = || match random.usize(..40) {
        number if number >= words => letters.get(random.usize(..letters.len())).copied(),
        number if number % 6 == 0 => Some(' '),
        _number => Some('a'),
    };
    std::iter::repeat_with(letter).take(length).flatten().collect()
}

#[cfg(test)]
mod tests {
    use unicode_normalization::IsNormalized;
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_normalization::char::canonical_combining_class;
    use unicode_normalization::is_nfc_quick;

    use super::Text;
    use super::is_banned;
    use super::is_inert;
    use super::some_text;

    #[test]
    fn white_space_is_folded_and_paragraphs_stay() {
        assert_eq!(Text::new("  a\n b \t c\n\n\nd\u{0} \u{202E}e ").as_str(), "a b c\n\nd e");
        assert_eq!(Text::line("a\n\nb").as_str(), "a b");
    }

    #[test]
    fn plain_words_stay_as_they_are_and_stray_spaces_go() {
        for (text, expected) in
            [("", ""), (" ", ""), ("a b~", "a b~"), (" a b", "a b"), ("a b ", "a b"), ("a  b", "a b")]
        {
            assert_eq!(Text::new(text).as_str(), expected);
        }
    }

    #[test]
    fn runs_are_folded_as_characters_are() {
        let letters = [
            ' ', ' ', '\n', '\n', 'a', '&', '\u{e9}', 'e', '\u{301}', '\u{0}', '\u{202E}', '\u{A0}', '\u{B}',
            '\u{C}', '\t',
        ];
        let mut random = fastrand::Rng::with_seed(3);
        for _text in 0..5_000 {
            let text = some_text(&mut random, &letters);
            // A character at a time, as it is told.
            let (mut lines, mut gap) = (String::new(), String::new());
            for character in text.chars().filter(|character| !is_banned(*character)).nfc() {
                if character.is_whitespace() {
                    gap.push(character);
                    continue;
                }
                if !lines.is_empty() && !gap.is_empty() {
                    lines.push_str(if gap.matches('\n').count() > 1 { "\n\n" } else { " " });
                }
                gap.clear();
                lines.push(character);
            }
            assert_eq!(Text::new(&text).as_str(), lines, "{text:?}");
            assert_eq!(Text::line(&text).as_str(), lines.replace("\n\n", " "), "{text:?}");
        }
    }

    #[test]
    fn inert_characters_are_inert() {
        for character in (char::MIN..=char::MAX).filter(|character| is_inert(*character)) {
            assert_eq!(is_nfc_quick(std::iter::once(character)), IsNormalized::Yes, "{character:?}");
            assert_eq!(canonical_combining_class(character), 0, "{character:?}");
        }
    }

    #[test]
    fn text_is_a_fixed_point() {
        let once = Text::new("e\u{301}\u{FFFF}  x\r\n\r\ny");
        assert_eq!(Text::new(once.as_str()), once);
        let once = Text::new("e\u{FFFF}\u{301}");
        assert_eq!(once.as_str(), "é", "marks meet their letter when what stood between is gone");
    }
}

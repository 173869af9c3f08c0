//! The words by which enumerations are stored. A word is never reused and never changes.

use crate::model::link::LinkKind;
use crate::model::source::Authority;
use crate::model::subject::SubjectScheme;
use crate::model::time::Precision;
use crate::store::codec::Fault;

/// An enumeration with a word for each value.
pub(super) trait Word: Copy + Sized + 'static {
    /// What it is, with its article, for messages.
    const WHAT: &'static str;
    /// Every value with its word.
    const WORDS: &'static [(Self, &'static str)];
    /// The word.
    fn word(self) -> &'static str;

    /// The value of a word.
    fn of_word(word: &str) -> Result<Self, Fault> {
        let found = Self::WORDS.iter().find(|(_value, known)| *known == word);
        found.map(|(value, _word)| *value).ok_or_else(|| Fault::unknown(Self::WHAT, word))
    }
}

macro_rules! words {
    ($kind:ty, $what:literal, $($value:ident $word:literal),+) => {
        impl Word for $kind {
            const WHAT: &'static str = $what;
            const WORDS: &'static [(Self, &'static str)] = &[$((Self::$value, $word)),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word),+
                }
            }
        }
    };
}

words!(Authority, "an authority", Aggregator "aggregator", Publisher "publisher", Repository "repository");

words!(SubjectScheme, "a subject scheme", Arxiv "arxiv", Msc "msc", Acm "acm", Keyword "keyword");

words!(Precision, "a precision", Year "year", Month "month", Day "day", Second "second");

words!(
    LinkKind, "a kind of link",
    Page "page", Pdf "pdf", Code "code", Project "project", Discussion "discussion", Thumbnail "thumbnail"
);

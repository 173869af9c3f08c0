//! What people say about papers: which are right or wrong in a topic, and which an editor picks for everyone.

use crate::model::paper::PaperId;
use crate::model::text;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// A reader's word about a paper in a ranked topic, which learns from it. A later one about the same paper replaces it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicMark {
    /// The topic.
    pub topic: TopicId,
    /// The paper.
    pub paper: PaperId,
    /// What it is to the topic.
    pub fit: Fit,
    /// When it was said.
    pub at: Timestamp,
}

/// What a paper is to a topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fit {
    /// It is what the topic is for.
    Right,
    /// It is not.
    Wrong,
}

impl Fit {
    /// The sign by which people write it.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Right => "+",
            Self::Wrong => "-",
        }
    }
}

/// A paper that an editor picked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pick {
    /// The paper.
    pub paper: PaperId,
    /// Why, in the editor's words.
    pub note: Option<Note>,
    /// When it was picked first.
    pub at: Timestamp,
}

/// What an editor says of a pick, in Markdown: lines of plain Unicode, at most [`Note::LONGEST`] characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note(String);

impl Note {
    /// The most characters of a note.
    pub const LONGEST: usize = 2_000;

    /// Cleans a note; what is too long is cut. `None` where nothing is left.
    pub fn new(source: &str) -> Option<Self> {
        let kept = source.chars().filter(|character| *character != '\r' && !text::is_banned(*character));
        let kept: String = kept.take(Self::LONGEST).collect();
        let kept = kept.trim();
        (!kept.is_empty()).then(|| Self(kept.to_owned()))
    }

    /// The Markdown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Note;

    #[test]
    fn a_note_keeps_its_lines_and_loses_what_is_never_shown() {
        let note = Note::new("  One:\r\n\r\n- two\u{202E}\u{0}\n- three\n").unwrap();
        assert_eq!(note.as_str(), "One:\n\n- two\n- three");
        assert_eq!(Note::new(" \u{0} \n"), None);
        assert_eq!(Note::new(&"x".repeat(3_000)).unwrap().as_str().len(), Note::LONGEST);
    }
}

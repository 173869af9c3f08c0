//! The cursor of sources that are asked for papers by name: what is left to ask for, and nothing else.
//!
//! Which papers are due, and when again, is the harvest's business; it aims a source before every run, and what an
//! interrupted run has left is forgotten then.

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::source::Cursor;
use crate::model::time::Timestamp;

/// What is left to ask for in a run, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Aimed<T> {
    run: i64,
    left: Vec<T>,
}

impl<T: Serialize + DeserializeOwned> Aimed<T> {
    /// The cursor of a run that asks for these.
    pub(super) fn cursor(run: Timestamp, targets: Vec<T>) -> Cursor {
        Self { run: run.micros(), left: targets }.write()
    }

    /// What a cursor holds; nothing where it is none of ours.
    pub(super) fn read(cursor: &Cursor) -> Self {
        serde_json::from_str(&cursor.0).unwrap_or(Self { run: 0, left: Vec::new() })
    }

    /// The first so many of those that are left.
    pub(super) fn first(&self, count: usize) -> &[T] {
        self.left.get(..count).unwrap_or(&self.left)
    }

    /// The cursor behind the first so many.
    pub(super) fn behind(mut self, count: usize) -> Cursor {
        self.left.drain(..count.min(self.left.len()));
        self.write()
    }

    fn write(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Aimed;
    use crate::model::source::Cursor;
    use crate::model::time::Timestamp;

    #[test]
    fn targets_are_taken_from_the_front_until_none_is_left() {
        let cursor = Aimed::cursor(Timestamp::from_seconds(7), vec!["a".to_owned(), "b".into(), "c".into()]);
        let aimed = Aimed::<String>::read(&cursor);
        assert_eq!(aimed.first(2), ["a", "b"]);
        let rest = Aimed::<String>::read(&aimed.behind(2));
        assert_eq!(rest.first(2), ["c"]);
        let none = rest.behind(2);
        assert_eq!(none.0, r#"{"run":7000000,"left":[]}"#);
        assert!(Aimed::<String>::read(&none).first(1).is_empty());
    }

    #[test]
    fn a_cursor_of_something_else_holds_nothing() {
        for text in ["", "of another version }", "[]", r#"{"run": "x", "left": 3}"#] {
            assert!(Aimed::<String>::read(&Cursor(text.to_owned())).first(9).is_empty(), "{text}");
        }
    }
}

//! What could not be read or done, with its place: partial success is a value.

use std::fmt;

/// One thing that went wrong inside an otherwise useful answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Problem {
    /// Where in the input: an item number, an identifier, a byte offset.
    pub place: String,
    /// What was wrong, in lower case without a final stop.
    pub message: String,
}

impl Problem {
    /// A problem at a place. Both texts are cut to 300 characters, since they may quote hostile input.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: cut(&place.into()), message: cut(&message.into()) }
    }
}

fn cut(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(300).collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}

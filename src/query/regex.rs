//! Regular expressions over a field's text as it stands, without regard to case. The engine is linear in the text, and an
//! expression has a limit, so that no query can hold a paper up.

use std::ops::Range;

use regex::Regex;
use regex::RegexBuilder;

/// The most bytes that a compiled expression takes.
const LARGEST: usize = 256 * 1024;

/// An expression that was understood.
#[derive(Clone, Debug)]
pub struct TextRegex {
    regex: Regex,
}

/// Why an expression is not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegexFault {
    /// Where, in bytes from the expression's first character.
    pub at: usize,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

impl TextRegex {
    /// Reads an expression; case does not count unless it says `(?-i)`.
    pub fn parse(text: &str) -> Result<Self, RegexFault> {
        let built = RegexBuilder::new(text).case_insensitive(true).size_limit(LARGEST).nest_limit(32).build();
        match built {
            Ok(regex) if regex.is_match("") => Err(RegexFault {
                at: 0,
                message: "it matches every text, even an empty one".to_owned(),
                hint: "say what must be there, such as `/GPT-?[45]/`",
            }),
            Ok(regex) => Ok(Self { regex }),
            Err(error) => Err(fault(text, &error)),
        }
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Where it is found in a text, in bytes.
    pub fn places(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.regex.find_iter(text).map(|found| found.range())
    }

    /// Whether it is found anywhere in a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for TextRegex {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for TextRegex {}

/// The engine's words, without its picture: ours points into the whole query.
fn fault(text: &str, error: &regex::Error) -> RegexFault {
    let told = error.to_string();
    if let regex::Error::CompiledTooBig(_) = error {
        return RegexFault {
            at: 0,
            message: "it is too large".to_owned(),
            hint: "ask for fewer repetitions, or use words",
        };
    }
    let caret = told.lines().find(|line| line.trim_start().starts_with('^'));
    let at = caret.and_then(|line| line.find('^')).and_then(|column| column.checked_sub(4)).unwrap_or(0);
    let at = text.char_indices().nth(at).map_or(0, |(byte, _)| byte);
    let last = told.lines().last().unwrap_or_default();
    let message = last.strip_prefix("error: ").unwrap_or(last).to_owned();
    let is_around = message.contains("look-around") || message.contains("backreferences");
    let hint = if is_around {
        "every expression must take time linear in the text; write it without, or join two clauses by AND"
    } else {
        "a `\\` before a sign takes it as it stands"
    };
    RegexFault { at, message, hint }
}

//! What is wrong with a configuration, and where: file, line, column, the line itself with a caret, and a hint.
//!
//! Nothing here knows what a key means. Lines come from files that others may have written, so they are cut and their
//! control characters are replaced before they reach a terminal.

use std::fmt;
use std::ops::Range;

/// Every fault of a configuration, in the order of the files and of the lines in them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Faults(pub Vec<Diagnostic>);

impl Faults {
    /// How many faults are printed; a file that is no configuration at all can have thousands.
    pub const PRINTED: usize = 50;
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().take(Self::PRINTED).enumerate() {
            if index > 0 {
                out.write_str("\n\n")?;
            }
            write!(out, "{diagnostic}")?;
        }
        match self.0.len().saturating_sub(Self::PRINTED) {
            0 => Ok(()),
            more => write!(out, "\n\nand {more} more"),
        }
    }
}

impl std::error::Error for Faults {}

/// One fault or warning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The file it is in; none when it is about the surroundings (an unset variable).
    pub file: Option<String>,
    /// Where in that file; none when it is about the file as a whole.
    pub place: Option<Place>,
    /// What is wrong, in lower case without a final stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A place in a file, with the line as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The character in that line, from 1.
    pub column: usize,
    /// The line, cut to a readable length around the place.
    pub excerpt: String,
    /// The characters of `excerpt` that are meant, at least one.
    pub marked: Range<usize>,
}

impl Diagnostic {
    /// A fault that has no place in any file.
    pub(super) fn general(message: impl Into<String>) -> Self {
        Self { file: None, place: None, message: message.into(), hint: None }
    }

    /// A fault of a whole file.
    pub(super) fn of_file(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: Some(name.into()), place: None, message: message.into(), hint: None }
    }

    /// A fault at the bytes `span` of a file.
    pub(super) fn at(text: &FileText, span: Range<usize>, message: impl Into<String>) -> Self {
        let place = Some(text.place(span));
        Self { file: Some(text.name.clone()), place, message: message.into(), hint: None }
    }

    /// The same with advice, if there is any.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(out, "{file}:")?;
            if let Some(place) = &self.place {
                write!(out, "{}:{}:", place.line, place.column)?;
            }
            out.write_str(" ")?;
        }
        out.write_str(&printable(&self.message))?;
        let gutter = self.place.as_ref().map_or(1, |place| place.line.to_string().len());
        if let Some(place) = &self.place {
            let Range { start, end } = place.marked;
            let carets = "^".repeat(end.saturating_sub(start).max(1));
            write!(out, "\n  {:gutter$} |", "")?;
            write!(out, "\n  {} | {}", place.line, place.excerpt.trim_end())?;
            write!(out, "\n  {:gutter$} | {:start$}{carets}", "", "")?;
        }
        if let Some(hint) = &self.hint {
            write!(out, "\n  {:gutter$} = hint: {}", "", printable(hint))?;
        }
        Ok(())
    }
}

/// A file's text under the name it is reported by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FileText {
    pub(super) name: String,
    pub(super) text: String,
}

/// The most characters of a line that are shown, and how many of them stand before the caret.
const SHOWN: usize = 100;
const SHOWN_BEFORE: usize = 60;

impl FileText {
    /// Line, column and excerpt of a span of bytes; a span over several lines is marked to the end of its first.
    fn place(&self, span: Range<usize>) -> Place {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
        let rest = self.text.get(line_start..).unwrap_or_default();
        let line = rest.split(['\n', '\r']).next().unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default().chars().count().min(line.chars().count());
        let meant = self.text.get(start..span.end.max(start)).unwrap_or_default();
        let meant = meant.split(['\n', '\r']).next().unwrap_or_default().chars().count().max(1);
        let (excerpt, marked) = excerpt(&concealed(line), column, meant);
        Place { line: before.matches('\n').count() + 1, column: column + 1, excerpt, marked }
    }
}

/// A line in which what may be a secret is covered: the value of a key that seems to hold one, unless it says where the
/// secret lies, and in an address the user and the query. Faults are logged and mailed around.
fn concealed(line: &str) -> String {
    let covered = |text: &str| -> String {
        let is_plain =
            |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '#' | ',' | ']');
        text.chars().map(|letter| if is_plain(letter) { letter } else { '•' }).collect()
    };
    let (key, value) = line.split_once('=').unwrap_or_default();
    let bare = value.trim_start().trim_start_matches(['"', '\'']);
    let names_a_secret = ["key", "token", "secret", "password", "passwd"];
    let is_secret = names_a_secret.iter().any(|word| key.to_lowercase().contains(word));
    if is_secret && !bare.starts_with("env:") && !bare.starts_with("credential:") {
        return format!("{key}={}", covered(value));
    }
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("://") {
        let end = behind.find(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''));
        let (address, after) = behind.split_at(end.unwrap_or(behind.len()));
        let (place, query) =
            address.split_once('?').map_or((address, None), |(place, query)| (place, Some(query)));
        let host = place.split('/').next().unwrap_or_default();
        let user = host.rsplit_once('@').map_or("", |(user, _host)| user);
        shown.extend([before, "://", &covered(user), place.get(user.len()..).unwrap_or_default()]);
        if let Some(query) = query {
            let pair = |pair: &str| match pair.split_once('=') {
                Some((name, value)) => format!("{name}={}", covered(value)),
                None => pair.to_owned(),
            };
            shown.push('?');
            shown.push_str(&query.split('&').map(pair).collect::<Vec<_>>().join("&"));
        }
        rest = after;
    }
    shown + rest
}

/// The part of a line around a column, and the columns marked in it.
fn excerpt(line: &str, column: usize, meant: usize) -> (String, Range<usize>) {
    let length = line.chars().count();
    let skipped = if length > SHOWN { column.saturating_sub(SHOWN_BEFORE) } else { 0 };
    let mut shown: String = line.chars().skip(skipped).take(SHOWN).map(visible).collect();
    let mut start = column - skipped;
    if skipped > 0 {
        shown.insert(0, '…');
        start += 1;
    }
    let end = (start + meant).min(shown.chars().count()).max(start + 1);
    if length > skipped + SHOWN {
        shown.push('…');
    }
    (shown, start..end)
}

/// A complaint, which may quote what stands in a file, as it may be shown in a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { character } else { visible(character) }).collect()
}

/// A character as it may be shown in a terminal: one cell for a tab, no controls, no change of direction.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => '\u{FFFD}',
        other if other.is_control() => '\u{FFFD}',
        other => other,
    }
}

/// A text from outside in quotation marks, cut to a readable length, its control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(60).map(visible).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    format!("\"{}\"", shown.replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::Diagnostic;
    use super::FileText;

    fn shown(text: &str, meant: &str) -> String {
        let at = text.find(meant).unwrap();
        let file = FileText { name: "a.toml".to_owned(), text: text.to_owned() };
        Diagnostic::at(&file, at..at + meant.len(), "this is odd").hint("mend it".to_owned()).to_string()
    }

    #[test]
    fn the_caret_stands_under_the_meant_characters() {
        assert_eq!(
            shown("x = 1\r\n\tnäme = \"ü\" # y\r\n", "\"ü\""),
            "a.toml:2:9: this is odd\n    |\n  2 |  näme = \"ü\" # y\n    |         ^^^\n    = hint: mend it"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret_and_controls_are_not_printed() {
        let text = format!("{}\u{1b}[31mHERE\u{202e}{}", "a".repeat(500), "b".repeat(500));
        let shown = shown(&text, "HERE");
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() < 120), "{shown}");
        let caret = lines[3].chars().position(|character| character == '^').unwrap();
        assert_eq!(lines[2].chars().skip(caret).take(4).collect::<String>(), "HERE");
    }

    #[test]
    fn what_may_be_a_key_is_covered() {
        for line in ["api_key = \"s3cret\"", "token='s3cret' # s3cret", "PASSWORD = s3cret"] {
            let shown = shown(line, "s3cret");
            assert!(!shown.contains("s3cret") && shown.contains("••••••"), "{shown}");
        }
        let url = "url = \"https://me:s3cret@a.example/x@y?api_key=s3cret&page=1\" # http://b.example/c";
        let shown_url = shown(url, "url");
        assert!(!shown_url.contains("s3cret") && !shown_url.contains("me:"), "{shown_url}");
        assert!(
            shown_url.contains("@a.example/x@y?api_key=••••••&page=•\" # http://b.example/c"),
            "{shown_url}"
        );
        assert!(shown("key = \"env:NAME\"", "env").contains("env:NAME"));
        assert!(shown("title = \"A key\"", "A key").contains("A key"));
    }

    #[test]
    fn a_place_at_the_very_end_of_a_file_is_shown() {
        let file = FileText { name: "a.toml".to_owned(), text: "x =".to_owned() };
        let shown = Diagnostic::at(&file, 3..3, "nothing here").to_string();
        assert_eq!(shown, "a.toml:1:4: nothing here\n    |\n  1 | x =\n    |    ^");
    }
}

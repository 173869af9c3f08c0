//! The small pieces that several pages show in the same way.

use crate::model::paper::Paper;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::model::time::Timestamp;

/// A time for machines and for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    pub(super) machine: String,
    pub(super) people: String,
}

impl Stamp {
    /// Shown to the day.
    pub(super) fn day(at: Timestamp) -> Self {
        Self { machine: at.day().to_string(), people: at.to_chrono().format("%-d %B %Y").to_string() }
    }

    /// Shown to the minute.
    pub(super) fn minute(at: Timestamp) -> Self {
        // HTML knows three digits of a second at most.
        let machine = at.to_chrono().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { machine, people: at.to_chrono().format("%-d %B %Y, %H:%M UTC").to_string() }
    }
}

/// "1 paper", "12 papers".
pub(crate) fn papers(count: u64) -> String {
    if count == 1 { "1 paper".to_owned() } else { format!("{count} papers") }
}

/// The abstract's markup, or nothing.
pub(super) fn abstract_html(paper: &Paper) -> &str {
    paper.abstract_text().map(|text| &text.html).map(Html::as_str).unwrap_or_default()
}

/// The first authors and how many more there are.
pub(crate) fn people_in_brief(paper: &Paper, most: usize) -> String {
    let Some(authors) = paper.authors() else { return String::new() };
    let names: Vec<_> = authors.listed.iter().take(most).map(|author| author.name.as_str()).collect();
    let total = usize::try_from(authors.total).unwrap_or(usize::MAX).max(authors.listed.len());
    match total.saturating_sub(names.len()) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `rtl` of a text whose first letter is of a script that is written from right to left.
pub(crate) fn direction(text: &str) -> Option<&'static str> {
    let first = text.chars().find(|character| character.is_alphabetic())?;
    let is_rtl = matches!(first, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}');
    is_rtl.then_some("rtl")
}

/// Who reported the paper.
pub(super) fn sources(paper: &Paper) -> String {
    paper.sources().into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A word with a capital letter.
pub(super) fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The beginning of a text on one line, whole words, of at most so many characters.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    let line = Text::line(text);
    let Some((end, _)) = line.as_str().char_indices().nth(longest) else { return line.to_string() };
    let cut = line.as_str().get(..end).unwrap_or_default();
    format!("{} …", cut.rsplit_once(' ').map_or(cut, |(words, _)| words))
}

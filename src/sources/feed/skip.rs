//! Items of a journal's feed that are not papers: its covers, boards and lists of contents.

use std::collections::HashSet;

/// Title patterns; see [`Skip::is_met`].
#[derive(Clone, Debug)]
pub(super) struct Skip {
    /// Those of one word, which a title must be.
    titles: Patterns,
    /// Those of several words, which a part of a title must be.
    parts: Patterns,
}

/// Patterns of one kind in lower case.
#[derive(Clone, Debug, Default)]
struct Patterns {
    whole: HashSet<String>,
    /// How many bytes the longest of them has.
    longest: usize,
    /// Those that ended with a `*`.
    beginnings: Vec<String>,
}

impl Patterns {
    fn add(&mut self, pattern: &str) {
        if let Some(beginning) = pattern.strip_suffix('*') {
            self.beginnings.push(beginning.to_owned());
        } else {
            self.longest = self.longest.max(pattern.len());
            self.whole.insert(pattern.to_owned());
        }
    }

    fn is_met(&self, place: &str) -> bool {
        let begins = |beginning: &String| !place.is_empty() && place.starts_with(beginning);
        // Most titles are longer than any pattern.
        place.len() <= self.longest && self.whole.contains(place) || self.beginnings.iter().any(begins)
    }
}

/// Makes the list of default patterns, and the same list as it would be written in the configuration.
macro_rules! default_titles {
    ($first:literal $(, $title:literal)* $(,)?) => {
        /// What journals put into their feeds beside papers.
        const DEFAULT: &[&str] = &[$first $(, $title)*];

        /// [`DEFAULT`] as it would be written in the configuration.
        pub(super) const DEFAULT_WRITTEN: &str = concat!("[\"", $first, "\"" $(, ", \"", $title, "\"")*, "]");
    };
}

default_titles! {
    "editorial board",
    "issue information",
    "issue editorial masthead",
    "issue publication information",
    "cover image",
    "cover picture",
    "front cover",
    "back cover",
    "inside front cover",
    "inside back cover",
    "inside cover",
    "outside front cover",
    "outside back cover",
    "cover and front matter",
    "front matter",
    "back matter",
    "frontispiece",
    "graphical abstract",
    "graphical contents list",
    "contents list",
    "table of contents",
    "contents",
    "masthead",
    "title page",
    "author index",
    "subject index",
    "list of reviewers",
    "acknowledgement of reviewers",
    "acknowledgment of reviewers",
    "in this issue",
    "publisher information",
    "subscription information",
    "information for authors",
    "call for papers",
}

impl Skip {
    /// The given patterns, or the default ones when none are given.
    pub(super) fn new(patterns: &[String]) -> Self {
        let mut skip = Self { titles: Patterns::default(), parts: Patterns::default() };
        let given = patterns.iter().map(String::as_str);
        for pattern in given.chain(DEFAULT.iter().copied().filter(|_| patterns.is_empty())) {
            let pattern = pattern.trim().to_lowercase();
            if pattern.contains(char::is_whitespace) {
                skip.parts.add(&pattern);
            } else if !pattern.is_empty() {
                skip.titles.add(&pattern);
            }
        }
        skip
    }

    /// Whether a title is one of them.
    ///
    /// A pattern of several words must be a whole part of the title between punctuation marks, letters of either case:
    /// "Editorial board" meets "Issue Information - Editorial Board", and not "Editorial board diversity in economics".
    /// A pattern of one word must be the whole title, since one word stands between commas in the titles of papers
    /// ("Phenolic composition, contents, and antioxidant activity"). With a `*` at its end a pattern need only begin
    /// such a part or title.
    pub(super) fn is_met(&self, title: &str) -> bool {
        let title = title.trim().to_lowercase();
        let mut parts = title.split(is_mark).flat_map(|part| part.split(" - ")).map(str::trim);
        self.titles.is_met(title.trim_end_matches(['.', ':', ' ']))
            || parts.any(|part| self.parts.is_met(part))
    }
}

/// Whether a character stands between the parts of a title.
const fn is_mark(character: char) -> bool {
    matches!(
        character,
        ':' | ',' | ';' | '(' | ')' | '[' | ']' | '/' | '|' | '\u{2010}' | '\u{2013}' | '\u{2014}' | '.'
    )
}

#[cfg(test)]
mod tests {
    use super::Skip;

    #[test]
    fn covers_and_boards_are_met_and_papers_about_them_are_not() {
        let skip = Skip::new(&[]);
        for title in [
            "Editorial Board",
            "Issue Information - Editorial Board",
            "Cover Image, Volume 3, Issue 2",
            "Front Cover: Counting Flags (Flags 3/2027)",
            "Issue Information \u{2010} TOC",
            "Table of Contents",
            " Contents. ",
            "Frontispiece",
        ] {
            assert!(skip.is_met(title), "{title}");
        }
        for title in [
            "Editorial board diversity in economics",
            "On the table of contents of Euclid",
            "Phenolic composition, contents, and antioxidant activity",
            "Masthead: a model of sails",
            "Counting flags",
            "",
        ] {
            assert!(!skip.is_met(title), "{title}");
        }
    }

    #[test]
    fn own_patterns_replace_the_default_and_may_end_with_a_star() {
        let skip = Skip::new(&["correction*".to_owned(), "*".to_owned()]);
        assert!(skip.is_met("Correction to: Counting flags"));
        assert!(!Skip::new(&["correction*".to_owned()]).is_met("Editorial Board"));
        assert!(!Skip::new(&["correction".to_owned()]).is_met("Correction of flags"));
    }
}

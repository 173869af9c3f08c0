//! Digital object identifiers (ISO 26324), lower case, without a resolver in front.

use std::fmt;

/// A DOI in canonical form: lower case, percent-decoded, no `doi:` and no resolver, no trailing punctuation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Doi(String);

/// The longest DOI kept, in bytes; real ones stay far below it.
const LONGEST: usize = 512;

impl Doi {
    /// Reads a bare DOI such as `10.1000/Flags.3.1`; prefixes are stripped by `normalise::ids`.
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim().trim_end_matches(['.', ',', ';', ':', ']', '>', '"', '\'', '}']);
        let trimmed = drop_unopened_parenthesis(trimmed);
        let (prefix, suffix) = trimmed.split_once('/')?;
        let registrant = prefix.strip_prefix("10.")?;
        let digits =
            registrant.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let graphic = suffix.chars().all(|character| !character.is_whitespace() && !character.is_control());
        let shaped = (4..=9).contains(&registrant.split('.').next().map_or(0, str::len));
        (digits && graphic && shaped && !suffix.is_empty() && trimmed.len() <= LONGEST)
            .then(|| Self(trimmed.to_lowercase()))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The registrant's prefix, such as `10.48550`.
    pub fn prefix(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

/// Removes closing parentheses that were never opened: they belong to the sentence around the DOI.
fn drop_unopened_parenthesis(mut text: &str) -> &str {
    while text.ends_with(')') && text.matches(')').count() > text.matches('(').count() {
        text = text.get(..text.len() - 1).unwrap_or_default().trim_end_matches(['.', ',', ';']);
    }
    text
}

impl fmt::Display for Doi {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Doi;

    #[test]
    fn a_doi_loses_case_and_the_sentence_around_it() {
        assert_eq!(Doi::parse("10.1000/Flags.3.1).").unwrap().as_str(), "10.1000/flags.3.1");
        assert_eq!(
            Doi::parse("10.1016/S0092-8674(02)01015-3").unwrap().as_str(),
            "10.1016/s0092-8674(02)01015-3"
        );
    }

    #[test]
    fn what_is_not_a_doi_is_refused() {
        for text in ["10.1000", "10.abc/x", "11.1000/x", "10.1000/", "10.1000/a b", "10.10/x"] {
            assert!(Doi::parse(text).is_none(), "{text}");
        }
    }
}

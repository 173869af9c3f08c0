//! Digital object identifiers (ISO 26324), lower case, without a resolver in front.

use std::fmt;

/// A DOI in canonical form: lower case, percent-decoded, no `doi:` and no resolver, no trailing punctuation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Doi(String);

/// The longest DOI kept, in bytes; real ones stay far below it.
const LONGEST: usize = 512;

impl Doi {
    /// Reads a bare DOI such as `10.1000/Flags.3.1`; prefixes are stripped by `normalise::ids`.
    ///
    /// The canonical form is read as itself, whatever it was read from: what is stored under it must be found again.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // The sentence around a DOI is short; what is far longer is none, and is not worth a look at its end.
        if text.len() > 2 * LONGEST {
            return None;
        }
        let lower = trimmed(text).to_lowercase();
        let lower = trimmed(&lower);
        let (prefix, suffix) = lower.split_once('/')?;
        let registrant = prefix.strip_prefix("10.")?;
        let digits =
            registrant.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let graphic = suffix.chars().all(|character| !character.is_whitespace() && !character.is_control());
        let shaped = (4..=9).contains(&registrant.split('.').next().map_or(0, str::len));
        // Some letters grow by becoming small ones, so the length of what is kept is measured.
        let is_stable = lower.chars().flat_map(char::to_lowercase).eq(lower.chars());
        (digits && graphic && shaped && is_stable && !suffix.is_empty() && lower.len() <= LONGEST)
            .then(|| Self(lower.to_owned()))
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

/// Takes off what belongs to the sentence around a DOI: marks, and closing parentheses that were never opened. One may
/// uncover the other, so this goes on until neither is left.
fn trimmed(mut text: &str) -> &str {
    loop {
        let before = text;
        text = text.trim().trim_end_matches(['.', ',', ';', ':', ']', '>', '"', '\'', '}']);
        while text.ends_with(')') && text.matches(')').count() > text.matches('(').count() {
            text = text.get(..text.len() - 1).unwrap_or_default();
        }
        if text.len() == before.len() {
            return text;
        }
    }
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
    fn the_canonical_form_is_read_as_itself() {
        let long = format!("10.1000/{}", "\u{23a}".repeat(251));
        for text in
            ["10.1000/:)", "10.1000/x:)", "10.1000/x.):)", "10.1000/\u{130}x", "10.1000/a(b).)", &long]
        {
            if let Some(doi) = Doi::parse(text) {
                assert_eq!(Doi::parse(doi.as_str()), Some(doi.clone()), "{text}");
            }
        }
        assert_eq!(Doi::parse("10.1000/x:)").unwrap().as_str(), "10.1000/x");
        assert_eq!(Doi::parse("10.1000/:)"), None);
        assert_eq!(Doi::parse(&long), None);
        assert_eq!(Doi::parse(&format!("10.1000/{}", ")".repeat(10_000_000))), None);
    }

    #[test]
    fn what_is_not_a_doi_is_refused() {
        for text in ["10.1000", "10.abc/x", "11.1000/x", "10.1000/", "10.1000/a b", "10.10/x"] {
            assert!(Doi::parse(text).is_none(), "{text}");
        }
    }
}

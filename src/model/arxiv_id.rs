//! arXiv identifiers, old and new style, without a version (`2608.09999`, `hep-th/9901001`).

use std::fmt;

/// An arXiv identifier in canonical form: lower case, no `arXiv:`, no version, no subject class.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ArxivId(String);

/// The archives of old-style identifiers, today's among them.
const ARCHIVES: &[&str] = &[
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn", "chem-ph",
    "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "econ", "eess", "funct-an", "gr-qc", "hep-ex",
    "hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th", "nlin", "nucl-ex", "nucl-th", "patt-sol",
    "physics", "plasm-ph", "q-alg", "q-bio", "q-fin", "quant-ph", "solv-int", "stat", "supr-con",
];

impl ArxivId {
    /// Reads an identifier with or without `arXiv:`, subject class and version; returns the version beside it.
    ///
    /// Nothing but the identifier may stand in `text`; `normalise::ids` finds identifiers inside addresses.
    pub fn parse(text: &str) -> Option<(Self, Option<u32>)> {
        let lower = text.trim().to_ascii_lowercase();
        let bare = lower.strip_prefix("arxiv:").unwrap_or(&lower).trim_start();
        let (stem, version) = split_version(bare)?;
        if let Some((archive, number)) = stem.split_once('/') {
            let archive = archive.split_once('.').map_or(archive, |(archive, _class)| archive);
            let known = ARCHIVES.contains(&archive);
            let digits = number.len() == 7 && number.bytes().all(|byte| byte.is_ascii_digit());
            return (known && digits && month_is_valid(number))
                .then(|| (Self(format!("{archive}/{number}")), version));
        }
        let (yymm, number) = stem.split_once('.')?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let shaped = yymm.len() == 4 && (4..=5).contains(&number.len()) && digits(yymm) && digits(number);
        (shaped && month_is_valid(yymm)).then(|| (Self(stem.to_owned()), version))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The year and month of the first announcement, as the identifier states it.
    pub fn announced(&self) -> Option<(i32, u32)> {
        let digits = self.0.rsplit('/').next()?;
        let year: i32 = digits.get(0..2)?.parse().ok()?;
        let month: u32 = digits.get(2..4)?.parse().ok()?;
        Some((if year >= 91 { 1900 + year } else { 2000 + year }, month))
    }
}

fn month_is_valid(digits: &str) -> bool {
    digits.get(2..4).and_then(|month| month.parse::<u8>().ok()).is_some_and(|month| (1..=12).contains(&month))
}

/// Splits `2608.09999v3` into its stem and 3; `None` when what follows `v` is not a positive number.
fn split_version(text: &str) -> Option<(&str, Option<u32>)> {
    let Some(at) = text.rfind('v') else { return Some((text, None)) };
    let (stem, digits) = (text.get(..at)?, text.get(at + 1..)?);
    if !stem.ends_with(|last: char| last.is_ascii_digit()) {
        return Some((text, None));
    }
    let version: u32 = digits.parse().ok()?;
    (version > 0 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some((stem, Some(version)))
}

impl fmt::Display for ArxivId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ArxivId;

    fn read(text: &str) -> Option<(String, Option<u32>)> {
        ArxivId::parse(text).map(|(id, version)| (id.to_string(), version))
    }

    #[test]
    fn old_and_new_identifiers_become_canonical() {
        assert_eq!(read("arXiv:2608.09999v3"), Some(("2608.09999".into(), Some(3))));
        assert_eq!(read("0704.0001"), Some(("0704.0001".into(), None)));
        assert_eq!(read("math.CA/0611800"), Some(("math/0611800".into(), None)));
        assert_eq!(read("hep-th/9901001v2"), Some(("hep-th/9901001".into(), Some(2))));
    }

    #[test]
    fn what_is_not_an_identifier_is_refused() {
        for text in [
            "2613.09999",
            "260.09999",
            "2608.099999",
            "2608.09999v0",
            "abc/9901001",
            "",
            "10.1000/1",
            "2608.09999vx",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_month_of_announcement_is_in_the_identifier() {
        assert_eq!(ArxivId::parse("hep-th/9901001").unwrap().0.announced(), Some((1999, 1)));
        assert_eq!(ArxivId::parse("2608.09999").unwrap().0.announced(), Some((2026, 8)));
    }
}

//! Whether two printed names may be of one person: `Yann LeCun`, `Y. LeCun`, `LeCun, Yann`.

use crate::query::ast::AuthorPattern;
use crate::query::words;

/// What follows a family name without being part of it.
const SUFFIXES: [&str; 5] = ["jr", "sr", "ii", "iii", "iv"];

/// A name as a query or a configuration asks for it; else what to write.
pub fn pattern(text: &str) -> Result<AuthorPattern, String> {
    let (stem, is_prefix) = text.strip_suffix('*').map_or((text, false), |stem| (stem, true));
    let mut name = name(stem);
    match (name.len(), is_prefix) {
        (0, _) => Err("write a name, such as `author:\"Yann LeCun\"`".to_owned()),
        (1, true) => Ok(AuthorPattern::Prefix(name.remove(0))),
        (_, true) => Err("a `*` ends a single part of a name, such as `author:lec*`".to_owned()),
        (_, false) => Ok(AuthorPattern::Name(name)),
    }
}

/// The words of a name as a query writes it, in reading order: "Last, First" is turned round.
pub(super) fn name(text: &str) -> Vec<String> {
    match text.split_once(',') {
        Some((family, given)) => words::fold(given).into_iter().chain(words::fold(family)).collect(),
        None => words::fold(text),
    }
}

/// Whether the asked name fits a printed one. A single word fits any part; of several the last must be the family
/// name, and the others must agree, an initial with any name that it begins.
pub fn fits(asked: &[String], printed: &[String]) -> bool {
    let printed = without_suffix(printed);
    let asked = without_suffix(asked);
    match asked {
        [] => false,
        [one] => printed.contains(one),
        [given @ .., family] => {
            let Some((their_family, their_given)) = printed.split_last() else { return false };
            // Hyphens come and go: Jun-Yan, Jun Yan and Junyan are one name.
            let is_joined = asked.concat() == printed.concat();
            is_joined
                || (family == their_family
                    && (given_fit(given, their_given) || given.concat() == their_given.concat()))
        }
    }
}

/// Whether each asked given name agrees with one of theirs, in order; particles must be there.
fn given_fit(asked: &[String], theirs: &[String]) -> bool {
    let mut rest = theirs.iter();
    !theirs.is_empty() && asked.iter().all(|one| rest.any(|their| agree(one, their)))
}

fn agree(one: &str, other: &str) -> bool {
    let is_initial = |name: &str| name.chars().count() == 1;
    one == other || ((is_initial(one) || is_initial(other)) && one.chars().next() == other.chars().next())
}

/// A name without what may follow the family name, such as `jr`.
pub fn without_suffix(name: &[String]) -> &[String] {
    match name {
        [rest @ .., last] if rest.len() > 1 && SUFFIXES.contains(&last.as_str()) => rest,
        whole => whole,
    }
}

impl AuthorPattern {
    /// Whether it fits the words of a printed name.
    pub fn fits(&self, printed: &[String]) -> bool {
        match self {
            Self::Name(name) => fits(name, printed),
            Self::Prefix(prefix) => printed.iter().any(|part| part.starts_with(prefix.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fit(asked: &str, printed: &str) -> bool {
        fits(&name(asked), &words::fold(printed))
    }

    #[test]
    fn printed_variants_of_a_name_fit() {
        for printed in ["Yann LeCun", "Y. LeCun", "Yann A. LeCun", "YANN LECUN"] {
            assert!(is_fit("Yann LeCun", printed), "{printed}");
            assert!(is_fit("LeCun, Yann", printed), "{printed}");
            assert!(is_fit("LeCun", printed), "{printed}");
        }
        assert!(is_fit("Jun-Yan Zhu", "Junyan Zhu"));
        assert!(is_fit("Bo van der Test", "Bo van der Test Jr."));
        assert!(is_fit("Zoe Muller", "Zoë Müller"));
    }

    #[test]
    fn other_people_do_not_fit() {
        for printed in ["Anna LeCun", "Yann Example", "LeCun"] {
            assert!(!is_fit("Yann LeCun", printed), "{printed}");
        }
    }
}

//! One author made comparable: whether two names may be one person's.

use crate::identity::keys::fold;
use crate::model::author::Author;

/// Particles that sources keep or leave out.
const PARTICLES: &[&str] = &[
    "af", "al", "av", "bin", "da", "das", "de", "degli", "del", "della", "den", "der", "des", "di", "do",
    "dos", "du", "el", "ibn", "la", "le", "st", "ten", "ter", "van", "vom", "von", "zu", "zur",
];

/// An author's name, folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The family name in all the ways in which it may be cut: whole, without particles, its first and its last word, and
    /// the word before it.
    families: Vec<String>,
    /// The given names without blanks, empty where none is known.
    given: String,
    /// The initials of the given names, in order.
    initials: Vec<char>,
}

impl Person {
    /// The folded form of an author. A name whose parts could not be told apart is a family name.
    pub fn of(author: &Author) -> Self {
        let (family, given) = match (&author.family, &author.given) {
            (Some(family), given) => {
                (fold::name(family.as_str()), given.as_ref().map(|given| fold::name(given.as_str())))
            }
            (None, _) => (fold::name(author.name.as_str()), None),
        };
        let words = |text: &str| -> Vec<String> {
            text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let (family, given) = (words(&family), words(&given.unwrap_or_default()));
        let told: Vec<String> =
            family.iter().filter(|word| !PARTICLES.contains(&word.as_str())).cloned().collect();
        let mut families = vec![family.concat(), told.concat()];
        families.extend(told.first().into_iter().chain(told.last()).cloned());
        // The first of two family names without a hyphen is taken for a given name ("Marco A. Martínez Ramirez").
        families.extend(given.last().filter(|word| given.len() > 1 && word.chars().count() > 2).cloned());
        families.retain(|family| !family.is_empty());
        families.sort();
        families.dedup();
        let initials = given.iter().filter_map(|word| word.chars().next()).collect();
        Self { families, given: given.concat(), initials }
    }

    /// Whether two names may be one person's: a family name in common, and the first initial of one among the other's;
    /// or family and given names in the other order.
    pub fn may_be(&self, other: &Self) -> bool {
        let has_family = self.families.iter().any(|family| other.families.contains(family));
        (has_family && self.initials_agree(other)) || self.is_turned(other) || other.is_turned(self)
    }

    fn initials_agree(&self, other: &Self) -> bool {
        let among =
            |one: &Self, two: &Self| one.initials.first().is_some_and(|first| two.initials.contains(first));
        self.initials.is_empty() || other.initials.is_empty() || among(self, other) || among(other, self)
    }

    /// Whether this is the other name with the family name first (`Zhang Wei` beside `Wei Zhang`).
    fn is_turned(&self, other: &Self) -> bool {
        let is_known = |person: &Self| !person.given.is_empty();
        is_known(self)
            && is_known(other)
            && self.families.contains(&other.given)
            && other.families.contains(&self.given)
    }
}

/// How many of one list's people are in the other, each counted once.
pub fn shared(one: &[Person], other: &[Person]) -> usize {
    let mut rest: Vec<&Person> = other.iter().collect();
    let mut count = 0;
    for person in one {
        if let Some(place) = rest.iter().position(|candidate| candidate.may_be(person)) {
            rest.swap_remove(place);
            count += 1;
        }
    }
    count
}

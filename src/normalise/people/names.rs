//! One name: reading order, particles, suffixes, collaborations.

/// A name in its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Name {
    /// In reading order, with its suffix.
    pub(super) whole: String,
    /// With particles, without a suffix.
    pub(super) family: Option<String>,
    /// What stands before it.
    pub(super) given: Option<String>,
}

/// Words that belong to the family name behind them.
const PARTICLES: &[&str] = &[
    "af", "al", "ap", "av", "bar", "ben", "bin", "bint", "d", "da", "dal", "dalla", "das", "de", "del",
    "della", "delle", "dello", "dem", "den", "der", "des", "di", "do", "dos", "du", "el", "ibn", "la", "las",
    "le", "lo", "los", "op", "pour", "st", "san", "santa", "te", "ten", "ter", "'t", "und", "van", "vande",
    "vanden", "vander", "ver", "von", "vom", "y", "zu", "zum", "zur",
];

/// Particles that are capital in some families' spelling (`Luc Van Gool`).
const CAPITAL_PARTICLES: &[&str] = &[
    "Da", "De", "Del", "Della", "Den", "Der", "Di", "Dos", "Du", "El", "La", "Le", "St", "Ter", "Van",
    "Vander", "Von",
];

/// Reads one name; `None` when no letters are left.
pub(super) fn parse(text: &str) -> Option<Name> {
    let text = text.trim().trim_matches([',', ';', '*', '"', '†', '‡']).trim();
    if !text.chars().any(char::is_alphabetic) || is_et_al(text) {
        return None;
    }
    if is_collaboration(text) {
        return Some(Name { whole: text.to_owned(), family: None, given: None });
    }
    let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let suffix_place = parts.iter().skip(1).position(|part| is_suffix(part)).map(|place| place + 1);
    let suffix = suffix_place.map(|place| parts.remove(place));
    match parts.as_slice() {
        [family, given] => Some(made(family, given, suffix)),
        [whole] => Some(reading_order(whole, suffix)),
        _more => Some(Name { whole: text.to_owned(), family: None, given: None }),
    }
}

/// The name of a group as it is; `None` when no letters are in it.
pub(super) fn group(text: &str) -> Option<Name> {
    let whole = text.trim();
    whole.chars().any(char::is_alphabetic).then(|| Name {
        whole: whole.to_owned(),
        family: None,
        given: None,
    })
}

/// Whether a word is a suffix of a name.
pub(super) fn is_suffix(word: &str) -> bool {
    matches!(word.trim_end_matches('.'), "Jr" | "Sr" | "jr" | "sr" | "JR" | "SR" | "II" | "III" | "IV")
}

/// Whether a name is that of a group.
pub(super) fn is_collaboration(text: &str) -> bool {
    let is_named_inside =
        || text.match_indices(' ').any(|(at, _)| ends_as_group(text.get(..at).unwrap_or_default()));
    ends_as_group(text) || (is_named_inside() && text.split_whitespace().count() > 2)
}

/// Whether a text ends with what groups call themselves.
fn ends_as_group(text: &str) -> bool {
    GROUPS.iter().any(|group| {
        let at = text.len().checked_sub(group.len());
        at.and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(group))
    })
}

/// What groups call themselves.
const GROUPS: &[&str] = &[
    "collaboration",
    "collaborations",
    "consortium",
    "consortia",
    "team",
    "working group",
    "project",
    "network",
    "committee",
    "initiative",
    "task force",
    "study group",
];

/// A person and the group they speak for: "A. Author for the B Collaboration".
pub(super) fn speaker(text: &str) -> Option<(&str, &str)> {
    let links = [" on behalf of the ", " on behalf of ", " for the ", " and the "];
    links.iter().find_map(|link| text.split_once(link))
}

/// Whether a word belongs to the family name behind it, as it is usually written.
pub(super) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Whether this stands for authors who are not named.
pub(super) fn is_et_al(text: &str) -> bool {
    matches!(
        text.trim_end_matches('.').to_ascii_lowercase().as_str(),
        "et al" | "et. al" | "others" | "and others"
    )
}

fn made(family: &str, given: &str, suffix: Option<&str>) -> Name {
    // "Test, Bo van der": the particles stand behind the given names.
    let mut given_words: Vec<&str> = given.split_whitespace().collect();
    let mut particles: Vec<&str> = Vec::new();
    while given_words.len() > 1
        && let Some(last) = given_words.pop_if(|word| PARTICLES.contains(&&**word) && word.len() > 1)
    {
        particles.insert(0, last);
    }
    particles.extend(family.split_whitespace());
    let family = particles.join(" ");
    let given = given_words.join(" ");
    let whole = join(&[&given, &family, suffix.unwrap_or_default()]);
    Name { whole, family: Some(family), given: (!given.is_empty()).then_some(given) }
}

fn reading_order(whole: &str, suffix: Option<&str>) -> Name {
    let mut words: Vec<&str> = whole.split_whitespace().collect();
    let mut last_suffix = suffix;
    if last_suffix.is_none() && words.len() > 2 {
        last_suffix = words.pop_if(|word| is_suffix(word));
    }
    let start = family_start(&words);
    let family = words.get(start..).unwrap_or_default().join(" ");
    let given = words.get(..start).unwrap_or_default().join(" ");
    let whole = join(&[&given, &family, last_suffix.unwrap_or_default()]);
    // One word in letters of no case is a whole name: which part of it is the family's cannot be told.
    let told = start > 0 || family.chars().any(char::is_lowercase);
    Name { whole, family: told.then_some(family), given: (!given.is_empty()).then_some(given) }
}

/// Where the family name begins: at its last word, or at the first of the particles before that.
fn family_start(words: &[&str]) -> usize {
    let mut start = words.len().saturating_sub(1);
    while start > 1 {
        let Some(before) = words.get(start - 1) else { break };
        let plain = before.trim_end_matches(['.', '\'', '’']);
        let is_particle = PARTICLES.contains(&plain) || CAPITAL_PARTICLES.contains(&plain);
        if !is_particle {
            break;
        }
        start -= 1;
    }
    start
}

fn join(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

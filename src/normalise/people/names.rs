//! One name: reading order, particles, suffixes, collaborations.

use std::borrow::Cow;

/// A name in its parts, white space in them as it was written or single blanks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Name<'t> {
    /// In reading order, with its suffix.
    pub(super) whole: Cow<'t, str>,
    /// With particles, without a suffix.
    pub(super) family: Option<Cow<'t, str>>,
    /// What stands before it.
    pub(super) given: Option<Cow<'t, str>>,
}

impl<'t> Name<'t> {
    /// A name without parts.
    fn whole(text: &'t str) -> Self {
        Self { whole: text.into(), family: None, given: None }
    }
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
pub(super) fn parse(text: &str) -> Option<Name<'_>> {
    let text = text.trim().trim_matches([',', ';', '*', '"', '†', '‡']).trim();
    let text = without_footnotes(text);
    if !text.chars().any(char::is_alphabetic) || is_et_al(text) {
        return None;
    }
    if is_collaboration(text) {
        return Some(Name::whole(text));
    }
    if !text.contains(',') {
        return Some(reading_order(text, None));
    }
    let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let suffix_place = parts.iter().skip(1).position(|part| is_suffix(part)).map(|place| place + 1);
    let suffix = suffix_place.map(|place| parts.remove(place));
    // What stands behind two words may be initials of given names ("García López, MA"), but nothing else is a third part.
    let is_whole = parts.first().is_some_and(|first| first.contains(' '));
    while parts.len() > 2
        && parts.pop_if(|last| DEGREES.contains(last) || LIKE_INITIALS.contains(last)).is_some()
    {}
    while is_whole && parts.len() > 1 && parts.pop_if(|last| DEGREES.contains(last)).is_some() {}
    match parts.as_slice() {
        [family, given] => Some(made(family, given, suffix)),
        [whole] => Some(reading_order(whole, suffix)),
        _more => Some(Name::whole(text)),
    }
}

/// A name without the numbers behind its last letter, which point to a list of places: "Bo Test1,2".
fn without_footnotes(text: &str) -> &str {
    let bare = text.trim_end_matches(|last: char| last.is_numeric() || last == ',');
    if bare.ends_with(char::is_alphabetic) { bare } else { text }
}

/// Degrees that stand behind names and are no part of them.
const DEGREES: &[&str] = &[
    "PhD", "Ph.D.", "Ph.D", "DPhil", "DSc", "D.Sc.", "MSc", "M.Sc.", "BSc", "B.Sc.", "PharmD", "Esq.", "Esq",
];

/// Degrees that initials look like too.
const LIKE_INITIALS: &[&str] =
    &["MD", "M.D.", "M.D", "MA", "M.A.", "MS", "M.S.", "MPH", "MBBS", "DDS", "DVM", "RN"];

/// The name of a group as it is; `None` when no letters are in it.
pub(super) fn group(text: &str) -> Option<Name<'_>> {
    let whole = text.trim();
    whole.chars().any(char::is_alphabetic).then(|| Name::whole(whole))
}

/// Whether a word is a suffix of a name.
pub(super) fn is_suffix(word: &str) -> bool {
    matches!(word.trim_end_matches('.'), "Jr" | "Sr" | "jr" | "sr" | "JR" | "SR" | "II" | "III" | "IV")
}

/// Whether a name is that of a group.
pub(super) fn is_collaboration(text: &str) -> bool {
    let is_end = |(at, byte)| byte == b' ' && ends_as_group(text.get(..at).unwrap_or_default());
    let is_named_inside = || text.bytes().enumerate().any(is_end);
    ends_as_group(text) || (is_named_inside() && text.split_whitespace().count() > 2)
}

/// Whether a text ends with what groups call themselves.
fn ends_as_group(text: &str) -> bool {
    // Nearly all names are told from groups by their last letters.
    let last = text.as_bytes().last_chunk::<4>().map(|last| last.map(|letter| letter.to_ascii_lowercase()));
    let may_be = last.is_some_and(|last| GROUPS.iter().any(|group| group.as_bytes().ends_with(&last)));
    may_be
        && GROUPS.iter().any(|group| {
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
    let bare = text.trim_end_matches('.');
    ["et al", "et. al", "others", "and others"].iter().any(|words| bare.eq_ignore_ascii_case(words))
}

fn made<'t>(family: &str, given: &str, suffix: Option<&str>) -> Name<'t> {
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
    let whole = join(&[&given, &family, suffix.unwrap_or_default()]).into();
    Name { whole, family: Some(family.into()), given: (!given.is_empty()).then(|| given.into()) }
}

fn reading_order<'t>(whole: &'t str, suffix: Option<&str>) -> Name<'t> {
    let (before, last) = last_word(whole);
    let has_suffix = suffix.is_none() && is_suffix(last) && before.contains(char::is_whitespace);
    let name = if has_suffix { before } else { whole };
    let (given, family) = name.split_at_checked(family_start(name)).unwrap_or(("", name));
    let given = given.trim_end();
    let with_suffix = |suffix: &str| Cow::Owned(join(&[given, family, suffix]));
    // One word in letters of no case is a whole name: which part of it is the family's cannot be told.
    let told = !given.is_empty() || family.chars().any(char::is_lowercase);
    Name {
        whole: suffix.map_or(Cow::Borrowed(whole), with_suffix),
        family: told.then_some(family.into()),
        given: (!given.is_empty()).then_some(given.into()),
    }
}

/// What stands before the last word of a text without white space at its ends, and that word.
fn last_word(text: &str) -> (&str, &str) {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    let before = text.get(..text.len() - last.len()).unwrap_or_default();
    (before.trim_end(), last)
}

/// Where the family name begins: at its last word, or at the first of the particles before that, but for the first word.
fn family_start(name: &str) -> usize {
    let (mut before, last) = last_word(name);
    let mut start = name.len() - last.len();
    loop {
        let (earlier, word) = last_word(before);
        let plain = word.trim_end_matches(['.', '\'', '’']);
        let is_particle = PARTICLES.contains(&plain) || CAPITAL_PARTICLES.contains(&plain);
        if earlier.is_empty() || !is_particle {
            return start;
        }
        start = before.len() - word.len();
        before = earlier;
    }
}

fn join(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

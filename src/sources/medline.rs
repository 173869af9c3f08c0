//! What PubMed and Europe PMC share, since both hold MEDLINE's records, and DataCite in part: titles with a full stop behind them, languages in
//! three letters, names with the family's first, references in its short form, and which update of a paper is the same work.

use crate::model::record::IdHint;
use crate::model::record::RawId;

/// A title without the full stop that MEDLINE puts behind every one, and without the brackets of a translated one.
pub(super) fn title(text: &str) -> String {
    let text = text.trim();
    let stopped = text.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(text);
    let inner = stopped.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.filter(|inner| !inner.contains(['[', ']']));
    let title = inner.map_or(stopped, |inner| inner.strip_suffix('.').unwrap_or(inner));
    title.trim().to_owned()
}

/// The languages of most papers, which MEDLINE writes as MARC does; others stay as they are.
const LANGUAGES: &[(&str, &str)] = &[
    ("chi", "zh"),
    ("cze", "cs"),
    ("dan", "da"),
    ("dut", "nl"),
    ("eng", "en"),
    ("fin", "fi"),
    ("fre", "fr"),
    ("ger", "de"),
    ("gre", "el"),
    ("heb", "he"),
    ("hun", "hu"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("nor", "no"),
    ("per", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("rus", "ru"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tur", "tr"),
    ("ukr", "uk"),
];

/// The tag of a language; none where it is undetermined.
pub(super) fn language(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_lowercase();
    if matches!(code.as_str(), "" | "und" | "mul") {
        return None;
    }
    let known = LANGUAGES.iter().find(|(marc, _)| *marc == code);
    Some(known.map_or(code, |(_, tag)| (*tag).to_owned()))
}

/// A reference in MEDLINE's form: `Nat Commun 17(1):5484 (2026)`; none without a volume, since the journal alone says no more
/// than the venue.
pub(super) fn citation(
    journal: Option<&str>,
    volume: Option<&str>,
    issue: Option<&str>,
    pages: Option<&str>,
    year: Option<&str>,
) -> Option<String> {
    let issue = issue.map(|issue| format!("({issue})")).unwrap_or_default();
    let pages = pages.map(|pages| format!(":{pages}")).unwrap_or_default();
    let year = year.map(|year| format!(" ({year})")).unwrap_or_default();
    Some(format!("{} {}{issue}{pages}{year}", journal?, volume?))
}

/// A person by the parts of their name, as "Family, Given, Suffix".
pub(super) fn person(family: &str, given: Option<&str>, suffix: Option<&str>) -> String {
    let mut name = family.replace(',', "");
    if let Some(given) = given {
        name.push_str(", ");
        name.push_str(&given.replace(',', ""));
        if let Some(suffix) = suffix.and_then(rank) {
            name.push_str(", ");
            name.push_str(suffix);
        }
    }
    name
}

/// Initials as people write them: `BC` is "B. C.".
pub(super) fn initials(text: &str) -> String {
    if !text.chars().all(|letter| letter.is_uppercase() || letter == '-') {
        return text.to_owned();
    }
    let mut out = String::new();
    for letter in text.chars() {
        if letter == '-' {
            out.push('-');
            continue;
        }
        if out.ends_with('.') {
            out.push(' ');
        }
        out.push(letter);
        out.push('.');
    }
    out
}

/// A name in MEDLINE's short form, the family's first and initials behind it ("van der Test BC 3rd"), as
/// "Family, Initials, Suffix". Names of groups stay as they are.
pub(super) fn family_first(text: &str) -> String {
    /// What no family is called.
    const GROUPS: &[&str] = &[
        "group",
        "study",
        "team",
        "consortium",
        "network",
        "committee",
        "investigators",
        "project",
        "society",
        "collaboration",
        "collaborators",
        "initiative",
        "trial",
        "registry",
        "council",
        "program",
        "programme",
        "unit",
        "center",
        "centre",
        "cohort",
        "panel",
    ];
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let suffix = if words.len() > 2 { words.pop_if(|word| rank(word).is_some()) } else { None };
    let is_initials = |word: &&mut &str| {
        let letters = word.chars().filter(|letter| *letter != '-');
        (1..=4).contains(&word.chars().count())
            && letters.clone().count() > 0
            && letters.clone().all(char::is_uppercase)
    };
    let last = words.last_mut().filter(is_initials).map(|word| initials(word));
    let family = words.get(..words.len().saturating_sub(1)).unwrap_or_default();
    let is_group = |word: &&str| GROUPS.contains(&word.to_lowercase().as_str());
    let is_of_a_person = !family.is_empty()
        && family.len() <= 4
        && family.iter().any(|word| word.chars().any(char::is_lowercase) || word.chars().count() == 1)
        && !family.iter().any(is_group)
        && !text.contains(['(', ',', '&']);
    match last {
        Some(last) if is_of_a_person => person(&family.join(" "), Some(&last), suffix),
        Some(_) | None => text.to_owned(),
    }
}

/// What stands behind a name, as it is written there; none for titles and degrees.
pub(super) fn rank(suffix: &str) -> Option<&'static str> {
    match suffix.trim().trim_end_matches('.').to_ascii_lowercase().as_str() {
        "jr" => Some("Jr"),
        "sr" => Some("Sr"),
        "2nd" | "ii" => Some("II"),
        "3rd" | "iii" => Some("III"),
        "4th" | "iv" => Some("IV"),
        _title => None,
    }
}

/// The identifiers in a reference to another record of the same work: "bioRxiv. 2025 Nov 3. doi: 10.1101/2025.11.01.99".
/// The version that may stand behind one is not that of the record at hand.
pub(super) fn referred(reference: &str) -> Vec<RawId> {
    let mut ids = Vec::new();
    for word in
        reference.split([' ', ':', '\t', '\n', '\r', ';']).map(|word| word.trim_matches(['.', ',', ')', '(']))
    {
        let word = word.rsplit_once("doi.org/").map_or(word, |(_resolver, doi)| doi);
        if word.starts_with("10.") && word.contains('/') {
            ids.push(RawId { hint: IdHint::Doi, text: unversioned(word).to_owned() });
        }
    }
    let lower = reference.to_ascii_lowercase();
    let arxiv = lower.find("arxiv:").and_then(|at| reference.get(at + 6..)).map(str::trim_start);
    if let Some(rest) = arxiv {
        let id = rest
            .split(|end: char| end.is_whitespace() || end == ';' || end == ',')
            .next()
            .unwrap_or_default();
        let text = unversioned(id.trim_end_matches('.')).to_owned();
        ids.push(RawId { hint: IdHint::Arxiv, text });
    }
    ids.truncate(REFERRED_AT_MOST);
    ids
}

/// More identifiers than this are no reference.
const REFERRED_AT_MOST: usize = 4;

/// An identifier without the version behind it.
fn unversioned(id: &str) -> &str {
    match id.rsplit_once(['v', 'V']) {
        Some((rest, version))
            if (1..=3).contains(&version.len())
                && version.bytes().all(|byte| byte.is_ascii_digit())
                && rest.ends_with(|end: char| end.is_ascii_digit() || end == '/') =>
        {
            rest.trim_end_matches('/')
        }
        Some(_) | None => id,
    }
}

/// What names a preprint in MEDLINE's reference to it. Guidelines and reviews that are rewritten after years are "updates"
/// too, and each of them is a paper of its own.
const PREPRINTS: &[&str] = &[
    "rxiv",
    "res sq",
    "research square",
    "preprint",
    "ssrn",
    "authorea",
    "10.1101/",
    "10.64898/",
    "10.21203/",
    "10.48550/",
    "10.2139/ssrn",
];

/// Whether a reference is one to a preprint.
pub(super) fn names_a_preprint(reference: &str) -> bool {
    let lower = reference.to_lowercase();
    PREPRINTS.iter().any(|mark| lower.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::citation;
    use super::family_first;
    use super::initials;
    use super::language;
    use super::names_a_preprint;
    use super::person;
    use super::referred;
    use super::title;

    #[test]
    fn titles_lose_what_medline_puts_around_them() {
        assert_eq!(title("Counting flags. "), "Counting flags");
        assert_eq!(title("[Counting flags]."), "Counting flags");
        assert_eq!(title("[Counting flags.]"), "Counting flags");
        assert_eq!(title("[3H]thymidine in [flags]."), "[3H]thymidine in [flags]");
        assert_eq!(title("And so on..."), "And so on...");
        assert_eq!(title("Why count?"), "Why count?");
        assert_eq!(title("."), "");
    }

    #[test]
    fn languages_get_the_tags_of_the_web() {
        assert_eq!(language("eng").unwrap(), "en");
        assert_eq!(language("GER").unwrap(), "de");
        assert_eq!(language("ice").unwrap(), "ice");
        assert_eq!(language("und"), None);
    }

    #[test]
    fn references_are_as_long_as_what_is_known() {
        let full = citation(Some("J Flags"), Some("7"), Some("2"), Some("11-19"), Some("2026"));
        assert_eq!(full.unwrap(), "J Flags 7(2):11-19 (2026)");
        assert_eq!(citation(Some("J Flags"), Some("7"), None, None, None).unwrap(), "J Flags 7");
        assert_eq!(citation(Some("J Flags"), None, Some("2"), None, Some("2026")), None);
    }

    #[test]
    fn an_older_guideline_is_no_preprint() {
        assert!(names_a_preprint("bioRxiv. 2025 Nov 3. doi: 10.1101/2025.11.01.999999"));
        assert!(!names_a_preprint(
            "Cochrane Database Syst Rev. 2015;(3):CD009999. doi: 10.1002/14651858.CD009999"
        ));
    }

    #[test]
    fn the_family_stands_first_and_initials_behind_it() {
        for (short, name) in [
            ("Liu Q", "Liu, Q."),
            ("Test BC", "Test, B. C."),
            ("van der Test BC 3rd", "van der Test, B. C., III"),
            ("Example A Jr", "Example, A., Jr"),
            ("O'Test J-P", "O'Test, J.-P."),
            ("Øst Å", "Øst, Å."),
            ("FLAG Study Group", "FLAG Study Group"),
            ("Flags Study Group A", "Flags Study Group A"),
            ("FLAG II", "FLAG II"),
            ("COVID UK", "COVID UK"),
            ("Test", "Test"),
            ("", ""),
        ] {
            assert_eq!(family_first(short), name);
        }
        assert_eq!(initials("Ann"), "Ann");
        assert_eq!(person("Test, Ms", Some("Bo"), Some("PhD")), "Test Ms, Bo");
        assert_eq!(person("Test", None, Some("Jr")), "Test");
    }

    #[test]
    fn references_name_other_records_without_their_versions() {
        let named = |reference: &str| referred(reference).into_iter().map(|id| id.text).collect::<Vec<_>>();
        assert_eq!(
            named("bioRxiv. 2025 Aug 25:2025.05.07.99. doi: 10.1101/2025.05.07.99."),
            ["10.1101/2025.05.07.99"]
        );
        assert_eq!(
            named("Res Sq [Preprint]. 2026:rs.3. doi:10.21203/rs.3.rs-900009/v2."),
            ["10.21203/rs.3.rs-900009"]
        );
        assert_eq!(named("ArXiv. 2026 Aug 2:arXiv:2608.09999v1."), ["2608.09999"]);
        assert_eq!(named("https://doi.org/10.1000/flags.v2x"), ["10.1000/flags.v2x"]);
        assert!(named("J Flags. 2020;1:1-10.").is_empty());
        assert!(named("arXiv:").len() <= 1);
    }
}

//! Titles and names as sources write them.

use super::*;
use crate::identity::keys::person::Person;
use crate::model::text::Text;

fn key(title: &str) -> TitleKey {
    TitleKey::of(title)
}

#[test]
fn a_title_is_the_same_however_it_is_set() {
    for (one, other) in [
        ("Flags in $O(n\\log n)$ Time Are Counted", "Flags in O(n log n) Time are counted"),
        ("Radial Flags: O(nlog n) Sparse Flags", "Radial Flags: $O(n\\log n)$ Sparse Flags"),
        ("Uni$\\textbf{F}^2$lag: Fine-grained Flags", "UniF^2lag: Fine Grained flags"),
        ("Uni𝐅²lag: Fine-grained Flags", "UniF^2lag: Fine-grained Flags"),
        ("Denser $\\neq$ Better: Limits of Flags", "Denser neq Better: limits of flags"),
        ("Denser ≠ Better: Limits of Flags", "Denser neq Better: limits of flags"),
        ("The α-divergence of ℓ₁ flags", "\\alpha-divergence of $\\ell_1$ Flags"),
        ("Schr\\\"odinger flags in Erd\\H{o}s gardens", "Schrödinger Flags in Erdős Gardens"),
        ("Flags <i>in vivo</i> and <sub>more</sub> gardens", "Flags in vivo and more gardens"),
        ("Semi-autoregressive flag models here", "Semi-Auto-Regressive Flag Models here"),
        ("WITHDRAWN: Counting flags in sparse gardens", "Counting flags in sparse gardens"),
        ("[Retracted] Counting flags in sparse gardens", "Counting flags in sparse gardens"),
        ("Ｆｕｌｌ width flags everywhere", "Full width flags everywhere"),
        ("\\underline{V}alue of \\emph{Sign} Flags", "Value of Sign Flags"),
    ] {
        assert!(key(one).matches(&key(other)), "{one} | {other}: {:?} {:?}", key(one), key(other));
        assert_eq!(block_of_title(one), block_of_title(other));
    }
}

#[test]
fn what_tells_works_apart_stays_in_the_key() {
    for (one, other) in [
        ("Counting flags in gardens, part 1", "Counting flags in gardens, part 2"),
        ("Counting flags in gardens I", "Counting flags in gardens II"),
        ("Counting α flags in gardens", "Counting β flags in gardens"),
        ("旗を数える 庭の中", "旗を数える 森の中"),
        ("Retracted heads of flags in gardens", "Heads of flags in gardens"),
    ] {
        assert!(!key(one).matches(&key(other)), "{one} | {other}");
    }
    assert!(key("旗を数える 庭の中").matches(&key("旗を数える　庭の中")));
    assert!(key("Learning from flags at sea").matches(&key("Learning to flags at sea")));
    assert!(!key("Learning from flags at sea").equals(&key("Learning to flags at sea")));
}

#[test]
fn titles_of_many_works_are_no_evidence() {
    for title in [
        "Editorial",
        "Editorial: flags in modern gardens",
        "Comment on “Counting flags in gardens”",
        "Reply to the comment on counting flags",
        "Erratum: Counting flags in sparse gardens",
        "Author Correction: Counting flags in sparse gardens",
        "Introduction",
        "Preface",
        "Flags",
        "The flag",
        "",
        "∎",
        "Publisher’s Note: Counting flags",
    ] {
        assert!(!key(title).says_something(), "{title}");
        assert_eq!(block_of_title(title), None, "{title}");
    }
    assert!(key("Introduction to counting flags").says_something());
    assert!(key("Newsworthy flags of gardens").says_something());
    assert!(key("Brains on beats").is_short() && !key("Counting flags in sparse gardens").is_short());
}

#[test]
fn hostile_titles_cost_little() {
    for title in
        ["\\".repeat(100_000), "<".repeat(100_000), "{\\\"".repeat(50_000), "\u{FDFA}".repeat(100_000)]
    {
        let key = TitleKey::of(&title);
        assert!(key.exact.len() < 20_000);
    }
}

fn person(given: &str, family: &str) -> Person {
    let text = |text: &str| (!text.is_empty()).then(|| Text::line(text));
    Person::of(&Author {
        name: Text::line(&format!("{given} {family}")),
        family: text(family),
        given: text(given),
        orcid: None,
        affiliations: Vec::new(),
    })
}

#[test]
fn names_of_one_person_are_known_in_their_forms() {
    for (one, other) in [
        (("Jun-Yan", "Zhu"), ("Junyan", "Zhu")),
        (("Jun Yan", "Zhu"), ("J.-Y.", "Zhu")),
        (("Junyan", "Zhu"), ("Zhu", "Jun-Yan")),
        (("Hado", "van Hasselt"), ("Hado", "Hasselt")),
        (("Hado", "van Hasselt"), ("H.", "Van Hasselt")),
        (("A. Emin", "Orhan"), ("Emin", "Orhan")),
        (("Marco A.", "Martínez Ramirez"), ("Marco", "Martinez")),
        (("Marco A. Martínez", "Ramirez"), ("Marco", "Martínez")),
        (("Umut", "Güçlü"), ("Umut", "Guclu")),
        (("Bjørn", "Łukasz"), ("Bjorn", "Lukasz")),
        (("", "Grave"), ("Édouard", "Grave")),
        (("Ciriaco", "D’Angelo"), ("Ciriaco", "D'Angelo")),
    ] {
        assert!(person(one.0, one.1).may_be(&person(other.0, other.1)), "{one:?} {other:?}");
        assert!(person(other.0, other.1).may_be(&person(one.0, one.1)), "{other:?} {one:?}");
    }
}

#[test]
fn other_people_are_other_people() {
    for (one, other) in [
        (("Jiaqi", "Cheng"), ("Jiaqi", "Chen")),
        (("Ann", "Example"), ("Bo", "Example")),
        (("Ann", "van Test"), ("Ann", "van Probe")),
        (("Wei", "Zhang"), ("Wei", "Wang")),
    ] {
        assert!(!person(one.0, one.1).may_be(&person(other.0, other.1)), "{one:?} {other:?}");
    }
    let list = [person("Ann", "Example"), person("Ann", "Example"), person("Bo", "Test")];
    assert_eq!(person::shared(&list, &[person("A.", "Example")]), 1, "nobody is counted twice");
}

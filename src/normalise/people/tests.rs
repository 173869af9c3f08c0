//! Names as sources write them.

use super::authors;
use super::orcid;
use crate::model::author::Authors;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;

fn names(authors: &Authors) -> Vec<&str> {
    authors.listed.iter().map(|author| author.name.as_str()).collect()
}

fn arxiv(text: &str) -> Authors {
    authors(&RawAuthors::Arxiv(text.into()))
}

fn joined(text: &str) -> Authors {
    authors(&RawAuthors::Joined(text.into()))
}

fn families(authors: &Authors) -> Vec<Option<&str>> {
    authors.listed.iter().map(|author| author.family.as_ref().map(crate::model::text::Text::as_str)).collect()
}

#[test]
fn arxivs_creator_is_split_outside_parentheses() {
    let authors =
        arxiv("Ann Test (Univ. of A, Inst. B), Bo van der Test Jr., Cy Test, III, ATLAS Collaboration");
    assert_eq!(names(&authors), ["Ann Test", "Bo van der Test Jr.", "Cy Test III", "ATLAS Collaboration"]);
    assert_eq!(families(&authors), [Some("Test"), Some("van der Test"), Some("Test"), None]);
    let places: Vec<&str> =
        authors.listed[0].affiliations.iter().map(crate::model::text::Text::as_str).collect();
    assert_eq!(places, ["Univ. of A", "Inst. B"]);
}

#[test]
fn tex_accents_in_names_become_letters() {
    let authors = arxiv("J\\'er\\^ome T\\\"est, {\\L}ukasz Te\\'{s}t, Bj\\o rn \\AA s, S. \\c{C}a\\u{g}lar");
    assert_eq!(names(&authors), ["Jérôme Tëst", "Łukasz Teśt", "Bjørn Ås", "S. Çağlar"]);
}

#[test]
fn numbers_in_parentheses_point_to_no_place() {
    let authors = arxiv("Ann Test (1), Bo Test (1 and 2) ((1) First Institute, (2) Second Institute)");
    assert_eq!(names(&authors), ["Ann Test", "Bo Test"]);
    let places: Vec<&str> =
        authors.listed[1].affiliations.iter().map(crate::model::text::Text::as_str).collect();
    assert!(places.ends_with(&["First Institute", "Second Institute"]), "{places:?}");
}

#[test]
fn parentheses_that_never_close_swallow_nobody() {
    assert_eq!(arxiv("Ann Test (Univ, Bo Test, Cy Test").total, 3);
}

#[test]
fn a_collaboration_is_parted_from_its_speaker() {
    assert_eq!(names(&arxiv("Ann Test for the STAR Collaboration")), ["Ann Test", "STAR Collaboration"]);
    assert_eq!(
        names(&arxiv("DUNE Collaboration: A. Test, B. Test")),
        ["DUNE Collaboration", "A. Test", "B. Test"]
    );
}

#[test]
fn links_of_old_feeds_leave_the_name() {
    let text = "<a href=\"http://arxiv.org/find/hep-ex/1/au:+T/0/1\">Ann Test</a> (STAR Collaboration), <a href='x'>Bo Test</a>";
    assert_eq!(names(&arxiv(text)), ["Ann Test", "Bo Test"]);
}

#[test]
fn joined_lists_are_split_by_what_joins_them() {
    for (text, expected) in [
        ("Test, Ann; Probe, Bo C.", vec!["Ann Test", "Bo C. Probe"]),
        ("Ann Test; Bo Probe", vec!["Ann Test", "Bo Probe"]),
        ("Ann Test and Bo Probe", vec!["Ann Test", "Bo Probe"]),
        ("Ann Test, Bo Probe, and Cy Sample", vec!["Ann Test", "Bo Probe", "Cy Sample"]),
        ("Ann Test, Bo Probe & Cy Sample", vec!["Ann Test", "Bo Probe", "Cy Sample"]),
        ("Test, A., Probe, B. C., Sample, D.", vec!["A. Test", "B. C. Probe", "D. Sample"]),
        ("Test, Ann and Probe, Bo", vec!["Ann Test", "Bo Probe"]),
        ("Test, Ann", vec!["Ann Test"]),
        ("Ann Test, Jr., Bo Probe", vec!["Ann Test Jr.", "Bo Probe"]),
        ("Test AB, Probe C", vec!["A. B. Test", "C. Probe"]),
        ("A. Smith and Y. Wu", vec!["A. Smith", "Y. Wu"]),
        ("A. Smith, Y. Wu", vec!["A. Smith", "Y. Wu"]),
        ("John Smith and Y. Li", vec!["John Smith", "Y. Li"]),
        ("J. Smith, W. Li, K. Jones, X. Xu", vec!["J. Smith", "W. Li", "K. Jones", "X. Xu"]),
        ("J. Smith, W. Li and K. Jones, X. Xu", vec!["J. Smith", "W. Li", "K. Jones", "X. Xu"]),
        ("Smith, John A.", vec!["John A. Smith"]),
        ("Garc\u{ed}a M\u{e1}rquez, Gabriel", vec!["Gabriel Garc\u{ed}a M\u{e1}rquez"]),
        ("Kaur, M., Shukla, A., The Wheat Consortium", vec!["M. Kaur", "A. Shukla", "The Wheat Consortium"]),
        ("Test, A., Jr., Probe, B.", vec!["A. Test Jr.", "B. Probe"]),
        ("Test, A., Probe, Yu. B. and Sample, C.-D.", vec!["A. Test", "Yu. B. Probe", "C.-D. Sample"]),
        ("Test, A., Probe, B., Sample", vec!["A. Test", "B. Probe", "Sample"]),
        ("Test, John A., Probe, Mary B.", vec!["John A. Test", "Mary B. Probe"]),
        ("LI, W., XU, K.", vec!["W. LI", "K. XU"]),
        ("Test A. B., Probe C.", vec!["A. B. Test", "C. Probe"]),
        ("John Smith, Mary Jones", vec!["John Smith", "Mary Jones"]),
        ("by Ann Test, Bo Probe", vec!["Ann Test", "Bo Probe"]),
        ("ann@example.org (Ann Test)", vec!["Ann Test"]),
        ("Ann Test <ann@example.org>", vec!["Ann Test"]),
        ("Ann Test et al.", vec!["Ann Test et al."]),
        ("Ann Test, Bo Probe, et al.", vec!["Ann Test", "Bo Probe"]),
    ] {
        assert_eq!(names(&joined(text)), expected, "{text}");
    }
}

#[test]
fn particles_belong_to_the_family_name() {
    let list = [
        "Ludwig van Test",
        "Test, Bo von der",
        "Maria De La Test",
        "Luc Van Test",
        "Omar bin Test",
        "al Test",
    ];
    let raw = list.iter().map(|name| RawAuthor { name: (*name).into(), ..RawAuthor::default() }).collect();
    let authors = authors(&RawAuthors::List(raw));
    let expected = ["van Test", "von der Test", "De La Test", "Van Test", "bin Test", "Test"];
    assert_eq!(families(&authors), expected.map(Some));
    assert_eq!(authors.listed[1].name.as_str(), "Bo von der Test");
}

#[test]
fn a_name_without_case_keeps_no_invented_family() {
    assert_eq!(families(&joined("王小明")), [None]);
    assert_eq!(families(&joined("Plato")), [Some("Plato")]);
}

#[test]
fn two_hundred_are_kept_and_all_are_counted() {
    let text: Vec<String> = (0..3_000).map(|number| format!("A{number} Test")).collect();
    let authors = arxiv(&text.join(", "));
    assert_eq!((authors.listed.len(), authors.total), (Authors::KEPT, 3_000));
}

#[test]
fn an_orcid_is_kept_only_with_its_check_digit() {
    for text in [
        "0000-0002-1825-0097",
        "https://orcid.org/0000-0002-1825-0097",
        "0000000218250097",
        "orcid:0000-0002-1825-0097/",
    ] {
        assert_eq!(orcid(text).unwrap().as_str(), "0000-0002-1825-0097", "{text}");
    }
    assert_eq!(orcid("http://orcid.org/0000-0002-1694-233x").unwrap().as_str(), "0000-0002-1694-233X");
    for text in ["0000-0002-1825-0098", "0000-0002-1825-009", "", "none", "X000-0002-1825-0097"] {
        assert!(orcid(text).is_none(), "{text}");
    }
}

#[test]
fn white_space_that_is_not_kept_parts_words() {
    let authors = arxiv("Ann\u{85}Test, Bo\u{c}de\u{b}Test");
    assert_eq!(names(&authors), ["Ann Test", "Bo de Test"]);
    assert_eq!(families(&authors), [Some("Test"), Some("de Test")]);
}

#[test]
fn a_suffix_joins_its_name_without_a_blank() {
    assert_eq!(
        names(&arxiv("team (Univ. of A) ,III, Bo Test (Univ. of B) , Jr.")),
        ["team III", "Bo Test Jr."]
    );
}

#[test]
fn degrees_and_footnotes_are_no_part_of_a_name() {
    let list = [
        ("Wei-Lun Test, PhD", "Wei-Lun Test"),
        ("Test, Bo, M.D., PhD", "Bo Test"),
        ("Rahman, MD", "MD Rahman"),
        ("García López, MA", "MA García López"),
        ("de la Test, M.D.", "M.D. de la Test"),
        ("Cy Test1,2", "Cy Test"),
        ("Dan Test³", "Dan Test"),
        ("Project 8", "Project 8"),
    ];
    let raw = |(name, _read): (&str, &str)| RawAuthor { name: name.to_owned(), ..RawAuthor::default() };
    let authors = authors(&RawAuthors::List(list.into_iter().map(raw).collect()));
    assert_eq!(names(&authors), list.map(|(_name, read)| read));
    assert_eq!(families(&authors)[3], Some("García López"));
}

//! Stored forms: what older and newer versions wrote, and what is no form at all.

use crate::model::paper::Paper;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::store::codec::Fault;
use crate::store::codec::Item;
use crate::store::codec::Stored;
use crate::store::codec::claims;

/// A paper with the least a record may have, and three fields that no version has defined.
const PAPER: &str = r#"{"v":1,"id":"0000000000000001","first_seen":5,"mood":"calm","observations":[
    {"source":"journal","key":"a \"b\"","authority":"publisher","fetched_at":6,"tune":[1,{"a":2}],
     "ids":["doi:10.1000/flags.1","page:https://papers.example/1"],
     "title":{"text":"Flags","font":"serif"},"earlier":[{"title":"Counting \"flags\""}],"authors":{"listed":[],"total":0}},
    {"source":"blog","key":"https://papers.example/2","authority":"aggregator","fetched_at":7,
     "ids":["page:https://papers.example/2"],"title":{"text":"Flags"},"authors":{"listed":[],"total":0}}],
    "chosen":{"title":0}}"#;

fn fault<Noun: Stored + std::fmt::Debug>(json: &str) -> Fault {
    Noun::from_json(json.as_bytes()).unwrap_err()
}

#[test]
fn fields_of_a_later_version_are_ignored_and_missing_ones_are_empty() {
    let paper = Paper::from_json(PAPER.as_bytes()).unwrap();
    assert_eq!(paper.title().text.as_str(), "Flags");
    assert_eq!(paper.observations[0].key.as_str(), "a \"b\"");
    assert_eq!(paper.observations[0].links, []);
    let again = Paper::from_json(&paper.to_json().unwrap()).unwrap();
    assert_eq!(again, paper);
    assert_eq!(Paper::from_value(&paper.to_value().unwrap()).unwrap(), paper);
}

#[test]
fn claims_read_from_a_value_are_those_of_the_paper() {
    let paper = Paper::from_json(PAPER.as_bytes()).unwrap();
    let standing = claims::of_value(&paper.to_value().unwrap()).unwrap();
    assert_eq!(standing.claims, claims::of_paper(&paper));
    assert_eq!(standing.blocks, claims::blocks_of_paper(&paper));
    assert_eq!(standing.blocks.len(), 3, "two identifiers, and one title with its former one");
    assert_eq!(standing.first_seen, 5);
    let expected = [
        "id doi:10.1000/flags.1",
        "id page:https://papers.example/2",
        "key blog https://papers.example/2",
        "key journal a \"b\"",
    ];
    assert_eq!(standing.claims.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_newer_format_is_told_from_damage() {
    let newer = PAPER.replacen("\"v\":1", "\"v\":2", 1);
    assert!(matches!(fault::<Paper>(&newer), Fault::Newer { found: 2 }));
    assert!(matches!(fault::<Plan>(r#"{"v":3,"at":"tomorrow","ops":{}}"#), Fault::Newer { found: 3 }));
    let inside = format!(r#"{{"v":1,"op":{{"paper":{newer}}}}}"#);
    assert!(matches!(fault::<Item>(&inside), Fault::Malformed(_)));
    assert!(matches!(Paper::from_value(&[9, 1, 2]), Err(Fault::Newer { found: 9 })));
    assert!(matches!(Paper::from_value(&[]), Err(Fault::Malformed(_))));
    assert!(matches!(Paper::from_value(&[1, 255, 255, 255, 255, 0]), Err(Fault::Malformed(_))));
}

#[test]
fn what_breaks_an_invariant_is_refused_by_name() {
    let broken = [
        (PAPER.replace("10.1000/flags.1", "flags"), "\"doi:flags\" is not an identifier"),
        (PAPER.replace("publisher", "king"), "\"king\" is not an authority"),
        (PAPER.replace("0000000000000001", "1"), "\"1\" is not the identifier of a paper"),
        (PAPER.replace("\"journal\"", "\"The Journal\""), "\"The Journal\" is not the name of a source"),
    ];
    for (json, expected) in broken {
        assert_eq!(fault::<Paper>(&json).to_string(), expected);
    }
    let hollow = r#"{"v":1,"id":"0000000000000001","first_seen":5,"observations":[],"chosen":{"title":0}}"#;
    assert!(fault::<Paper>(hollow).to_string().contains("has no observation"));
    let unknown = r#"{"v":1,"at":0,"ops":[{"teleport":{}}]}"#;
    assert!(fault::<Plan>(unknown).to_string().contains("teleport"));
}

#[test]
fn a_part_of_a_snapshot_keeps_what_its_paper_yielded() {
    let paper = Paper::from_json(PAPER.as_bytes()).unwrap();
    let item = Item { op: Op::Paper(Box::new(paper)), without: vec!["id doi:10.1000/flags.1".to_owned()] };
    assert_eq!(Item::from_json(&item.to_json().unwrap()).unwrap(), item);
}

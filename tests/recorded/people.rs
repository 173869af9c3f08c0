//! Author lists of recorded papers, written in the forms of journals, come apart into as many people again.

use offprint::model::record::RawAuthors;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Markup;
use offprint::model::text::Raw;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;

use crate::support::data::lines;
use crate::support::data::recorded;

/// Every so many papers one is taken, so that the test stays quick without optimisation.
const STEP: usize = 20;

/// How many people a string of names holds.
fn people(joined: String) -> usize {
    let source = SourceId::parse("recorded").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
    let context = Context { source: &source, authority: Authority::Publisher, fetched_at, language: None };
    let record = Record {
        key: "k".into(),
        title: Some(Raw::new("t", Markup::Plain)),
        authors: RawAuthors::Joined(joined),
        ..Record::default()
    };
    usize::try_from(observe(&record, &context).unwrap().authors.total).unwrap()
}

/// A name as family name and initials, where it is of the plain kind: given names, then one family name.
fn parted(name: &str) -> Option<(String, String)> {
    let (given, family) = name.rsplit_once(' ')?;
    let is_plain = |text: &str| text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-'));
    let initials: Vec<String> = given
        .split([' ', '.'])
        .filter_map(|word| word.chars().next())
        .map(|letter| format!("{letter}."))
        .collect();
    let is_short = family.chars().filter(|letter| letter.is_alphabetic()).count() < 2;
    (is_plain(name) && !is_short && !family.contains('.')).then(|| (family.to_owned(), initials.join(" ")))
}

#[test]
fn joined_author_lists_come_apart_into_as_many_people() {
    /// Of each form: its name, and per mille of the lists that must be counted rightly.
    const FORMS: [(&str, usize); 5] = [
        ("First Last, First Last", 995),
        ("First Last, First Last and First Last", 995),
        ("F. Last, F. Last", 998),
        ("Last, F., Last, F.", 995),
        ("Last, First and Last, First", 990),
    ];
    let test = "joined_author_lists_come_apart_into_as_many_people";
    let Some(folder) = recorded(test, "papers") else { return };
    let (mut right, mut all) = ([0; FORMS.len()], 0);
    for file in ["arxiv-api-dated", "arxiv-listed-2025-2026", "arxiv-math-2007-2026", "conference-1987-2025"]
    {
        for paper in lines(&folder.join(format!("{file}.jsonl.gz"))).step_by(STEP) {
            let names = paper["authors"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
            let names: Vec<&str> = names.map(str::trim).collect();
            let Some(parts) = names.iter().map(|name| parted(name)).collect::<Option<Vec<_>>>() else {
                continue;
            };
            if names.is_empty() {
                continue;
            }
            all += 1;
            let each =
                |written: &dyn Fn(&(String, String)) -> String| parts.iter().map(written).collect::<Vec<_>>();
            let full: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let (last, first) = full.split_last().unwrap();
            let with_and =
                if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) };
            let inverted = names.iter().map(|name| name.rsplit_once(' ').unwrap());
            let inverted: Vec<String> =
                inverted.map(|(given, family)| format!("{family}, {given}")).collect();
            let written = [
                full.join(", "),
                with_and,
                each(&|(family, initials)| format!("{initials} {family}")).join(", "),
                each(&|(family, initials)| format!("{family}, {initials}")).join(", "),
                inverted.join(" and "),
            ];
            for (place, joined) in written.into_iter().enumerate() {
                let found = people(joined.clone());
                if found == names.len() {
                    right[place] += 1;
                } else if std::env::var_os("OFFPRINT_SHOW_MISSED").is_some() {
                    println!("{found} for {}: {joined}", names.len());
                }
            }
        }
    }
    for ((form, floor), right) in FORMS.iter().zip(right) {
        let share = right * 1_000 / all.max(1);
        println!("people, {form}: {right} of {all}, {share} per mille, at least {floor}");
        assert!(all > 500 && share >= *floor, "{form}: {right} of {all}");
    }
}

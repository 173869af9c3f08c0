//! What feedparser's tests state, read from their Python expressions: the comparisons of an item's field with a literal.

use std::sync::LazyLock;

use regex::Regex;

use crate::recorded::feeds::Expected;
use crate::recorded::feeds::Field;

static TEXT: LazyLock<Regex> = LazyLock::new(|| {
    let path = r"entries\[(\d)\]((?:\['\w+'\]|\.\w+|\[\d\])+)";
    let literal = r#"u?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")"#;
    Regex::new(&format!("{path} == {literal}")).unwrap()
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"entries\[(\d)\](?:\['|\.)(?:published|updated|created)_parsed(?:'\])? == \((\d+), (\d+), (\d+), (\d+), (\d+), (\d+)").unwrap()
});

/// The comparisons that an expression makes.
pub(super) fn expected(expression: &str) -> Vec<Expected> {
    let mut found = Vec::new();
    for captures in TEXT.captures_iter(expression) {
        let steps = captures[2].split(['[', ']', '.', '\'']).filter(|step| !step.is_empty());
        let field = match steps.collect::<Vec<_>>().as_slice() {
            ["title"] | ["title_detail", "value"] => Field::Title,
            ["link"] => Field::Link,
            ["id" | "guid"] => Field::Id,
            ["author"] | ["author_detail" | "authors", .., "name"] => Field::Author,
            _other => continue,
        };
        let literal = captures.get(3).or(captures.get(4)).unwrap().as_str();
        found.push(Expected { item: captures[1].parse().unwrap(), field, value: unescaped(literal) });
    }
    for captures in TIME.captures_iter(expression) {
        let number = |index: usize| captures[index].parse::<u32>().unwrap();
        let value = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            number(2),
            number(3),
            number(4),
            number(5),
            number(6),
            number(7)
        );
        found.push(Expected { item: captures[1].parse().unwrap(), field: Field::Date, value });
    }
    // An empty value is what feedparser gives for a field that is not there.
    found.retain(|one| !one.value.is_empty());
    found
}

/// The characters of a Python literal.
fn unescaped(literal: &str) -> String {
    let mut out = String::new();
    let mut rest = literal.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        let digits = match rest.next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some('n') => {
                out.push('\n');
                continue;
            }
            Some(other) => {
                out.push(other);
                continue;
            }
            None => break,
        };
        let code: String = rest.by_ref().take(digits).collect();
        out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
    }
    out
}

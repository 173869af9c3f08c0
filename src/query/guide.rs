//! The language on one page: the table from which the reference page and the help of the commands are made.

use std::fmt::Write as _;

use crate::query::fields::FIELDS;

/// One way of writing.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Queries that show it.
    pub examples: &'static [&'static str],
    /// What it finds.
    pub about: &'static str,
}

const fn rule(examples: &'static [&'static str], about: &'static str) -> Rule {
    Rule { examples, about }
}

/// Every way of writing but the fields, which have a table of their own.
pub const RULES: &[Rule] = &[
    rule(&["adapter"], "the word in title, abstract, names or comment, in any inflection, case and accent"),
    rule(&["\"low-rank adaptation\""], "these words next to each other; a hyphen is a blank"),
    rule(&["\"near words\"~5"], "these words in any order, at most five others among them"),
    rule(&["adapt*"], "words that begin so; two letters at least"),
    rule(&["=adapters"], "this very word, no other inflection"),
    rule(&["flow AND matching", "flow matching"], "both; a blank means AND"),
    rule(&["flow OR diffusion"], "one of them at least; AND binds closer"),
    rule(&["NOT survey", "-survey"], "not this one"),
    rule(&["(flow OR rank) adaptation"], "parentheses, up to 32 deep"),
    rule(&["title:survey", "title:(survey OR review)"], "only in that field"),
    rule(&["title:/GPT-?[45]/"], "a regular expression over the field's text as it stands, in any case"),
    rule(&["author:\"Yann LeCun\""], "printed variants of a name: Y. LeCun, LeCun, Yann"),
    rule(&["cat:cs.*"], "values that begin so"),
    rule(&["votes>=10", "stars>100"], "counts, compared with `=`, `<`, `<=`, `>`, `>=`"),
    rule(&["date:2026-11-01", "date:2026-11", "date:2026"], "that day, month, year"),
    rule(&["date:2026-11-01..2026-11-30"], "a range of days"),
    rule(&["date>=-7d"], "since a week before now; `d`, `w`, `m`, `y`"),
];

/// The first example of each way of writing that is of most use, and what it finds.
pub fn short() -> Vec<(&'static str, &'static str)> {
    let first = |rule: &Rule| Some((*rule.examples.first()?, rule.about));
    RULES.iter().filter_map(first).collect()
}

/// The tables in Markdown.
pub fn markdown() -> String {
    let mut page = "| write | for |\n|---|---|\n".to_owned();
    let cell = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let mut row = |cells: &[&str]| {
        // Writing into a string never fails.
        let _is_written = writeln!(page, "| {} |", cells.join(" | "));
    };
    for rule in RULES {
        let examples: Vec<String> = rule.examples.iter().map(|example| cell(example)).collect();
        row(&[&examples.join(", "), rule.about]);
    }
    page.push_str("\n| field | finds | example |\n|---|---|---|\n");
    for field in FIELDS {
        let _is_written =
            writeln!(page, "| {} | {} | {} |", cell(field.name), field.about, cell(field.example));
    }
    page
}

/// The tables as plain text for a terminal.
pub fn plain() -> String {
    let mut page = "The query language:\n".to_owned();
    let rules = RULES.iter().map(|rule| (rule.examples.join("  "), rule.about.replace('`', "")));
    let rules: Vec<(String, String)> = rules.collect();
    let fields = FIELDS.iter().map(|field| (field.example.to_owned(), field.about.to_owned()));
    let fields: Vec<(String, String)> = fields.collect();
    for (title, rows) in [("", rules), ("\nFields:\n", fields)] {
        page.push_str(title);
        for (example, about) in rows {
            // Writing into a string never fails.
            let _is_written = writeln!(page, "  {example}\n          {about}");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query;

    #[test]
    fn every_example_is_a_sound_query() {
        let examples = RULES.iter().flat_map(|rule| rule.examples.iter().copied());
        for example in examples.chain(FIELDS.iter().map(|field| field.example)) {
            assert_eq!(query::parse(example).problems, [], "{example}");
        }
    }

    #[test]
    fn every_field_has_its_example() {
        for field in FIELDS {
            assert!(field.example.contains(field.name), "{}", field.name);
        }
    }
}

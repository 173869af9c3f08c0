//! Whether a scanned paper matches a compiled query, and by which of its clauses.

use crate::model::time::Timestamp;
use crate::query::ast::Node;
use crate::query::author;
use crate::query::document;
use crate::query::words;
use crate::topics::compile::Program;
use crate::topics::compile::Test;
use crate::topics::scan::Scan;

/// Whether the paper matches.
pub(super) fn matches(program: &Program, scan: &Scan<'_>, now: Timestamp) -> bool {
    match program {
        Program::And(parts) => parts.iter().all(|part| matches(part, scan, now)),
        Program::Or(parts) => parts.iter().any(|part| matches(part, scan, now)),
        Program::Not(inner) => !matches(inner, scan, now),
        Program::Test(test) => holds(test, scan, now),
    }
}

/// The clauses of a matching query that hold, outside of any NOT, each once. The tree and the program have one shape.
pub(super) fn fired(
    node: &Node,
    program: &Program,
    scan: &Scan<'_>,
    now: Timestamp,
    found: &mut Vec<String>,
) {
    match (node, program) {
        (Node::And(nodes), Program::And(parts)) | (Node::Or(nodes), Program::Or(parts)) => {
            for (node, part) in nodes.iter().zip(parts) {
                fired(node, part, scan, now, found);
            }
        }
        (Node::Clause(clause), Program::Test(test)) if holds(test, scan, now) => {
            let text = clause.to_string();
            if !found.contains(&text) {
                found.push(text);
            }
        }
        _negation_or_silent => {}
    }
}

fn holds(test: &Test, scan: &Scan<'_>, now: Timestamp) -> bool {
    match test {
        Test::Has(term, regions) => scan.stands(*term, *regions),
        Test::Value(term) => scan.has(*term),
        Test::Row(terms, regions) => scan.row(terms, *regions),
        Test::Near(terms, slop, regions) => scan.near(terms, *slop, *regions),
        Test::Author(test) => {
            let is_likely = scan.has(test.family) || test.joined.is_some_and(|joined| scan.has(joined));
            is_likely
                && document::names(scan.paper)
                    .any(|name| author::fits(&test.name, &words::fold(name.as_str())))
        }
        Test::Regex(regex, regions) => {
            let mut is_found = false;
            document::each_text(scan.paper, |region, text| {
                is_found = is_found || (regions.has(region) && regex.is_match(text));
            });
            is_found
        }
        Test::Type(announce) => document::is_of_type(scan.paper, *announce),
        Test::Property(property) => document::has(scan.paper, scan.beside, *property),
        Test::Number(signal, comparison, asked) => comparison.holds(scan.beside.count(*signal), *asked),
        Test::Date(range) => range.contains(document::day_of(scan.paper), now),
    }
}

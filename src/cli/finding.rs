//! What was found, as tables and lines.

use std::fmt::Write as _;

use comfy_table::Attribute;
use comfy_table::Cell;

use crate::cli::table::sparkline;
use crate::cli::table::table;
use crate::finding::rows::ExplainRows;
use crate::finding::rows::Hit;
use crate::finding::rows::RankedRow;
use crate::finding::rows::RankingRows;
use crate::finding::rows::ScoreRow;
use crate::finding::rows::SearchRows;
use crate::finding::rows::TrialRows;

/// How many facets of each kind are shown.
const FACETS: usize = 6;

fn list(hits: &[Hit], is_coloured: bool) -> String {
    if hits.is_empty() {
        return String::new();
    }
    let has_scores = hits.iter().any(|hit| hit.score.is_some());
    let mut table = table(&[], is_coloured);
    for hit in hits {
        let known_as = hit.known_as.as_deref().unwrap_or(&hit.paper);
        let mut work = vec![hit.title.clone(), hit.authors.clone()];
        work.extend(hit.snippet.clone());
        work.extend(Some(hit.reason.clone()).filter(|reason| !reason.is_empty()));
        work.retain(|line| !line.is_empty());
        let mut cells = vec![Cell::new(&hit.published), Cell::new(known_as), Cell::new(work.join("\n"))];
        if has_scores {
            let score = hit.score.map(|score| format!("{score:.2}")).unwrap_or_default();
            cells.insert(2, Cell::new(score).add_attribute(Attribute::Dim));
        }
        table.add_row(cells);
    }
    format!("{}\n", table.to_string().trim_end())
}

/// How a mark moved a topic.
pub(super) fn moved(rows: &RankingRows, is_coloured: bool) -> String {
    let mut text = String::new();
    if let Some(own) = &rows.marked {
        let RankedRow { before, after, score_before, score, .. } = own;
        // Writing to a string cannot fail.
        let _cannot_fail = writeln!(
            text,
            "by score {before} → {after} of {} papers ({score_before:.2} → {score:.2})",
            rows.compared
        );
    }
    let mut table = table(&["now", "was", "score", "title"], is_coloured);
    for row in &rows.first {
        let cells =
            [row.after.to_string(), row.before.to_string(), format!("{:.2}", row.score), row.title.clone()];
        table.add_row(cells);
    }
    format!("{text}{}\n", table.to_string().trim_end())
}

/// Papers found, and what they share.
pub(super) fn found(rows: &SearchRows, is_coloured: bool) -> String {
    let mut text = list(&rows.hits, is_coloured);
    let mut line = |name: &str, values: &[(String, u64)]| {
        let shown: Vec<String> =
            values.iter().take(FACETS).map(|(value, count)| format!("{value} ({count})")).collect();
        if !shown.is_empty() {
            // Writing to a string cannot fail.
            let _cannot_fail = writeln!(text, "{name}: {}", shown.join(", "));
        }
    };
    line("categories", &rows.facets.categories);
    line("years", &rows.facets.years);
    line("sources", &rows.facets.sources);
    // Writing to a string cannot fail.
    let _cannot_fail = writeln!(text, "{} of {} papers", rows.hits.len(), rows.total);
    text
}

/// What a topic would show.
pub(super) fn tried(rows: &TrialRows, is_coloured: bool) -> String {
    let mut text = list(&rows.hits, is_coloured);
    let mut line = |written: String| {
        text.push_str(&written);
        text.push('\n');
    };
    let days: Vec<u64> = rows.per_day.iter().map(|(_day, count)| *count).collect();
    let shown = u64::try_from(rows.hits.len()).unwrap_or(u64::MAX);
    if shown < rows.total {
        line(format!("and {} more", rows.total - shown));
    }
    line(format!("{}: {} papers in {} days  {}", rows.topic, rows.total, rows.days, sparkline(&days)));
    if let Some(threshold) = rows.threshold {
        line(format!("a score of {threshold:.2} suffices"));
    }
    if rows.is_compared {
        let (entering, leaving) = (rows.entering.len(), rows.leaving.len());
        line(format!("against what is live: +{entering} −{leaving}"));
        for (sign, hits) in [("+", &rows.entering), ("−", &rows.leaving)] {
            for hit in hits.iter().take(10) {
                line(format!("  {sign} {} {}", hit.known_as.as_deref().unwrap_or(&hit.paper), hit.title));
            }
        }
    }
    for note in &rows.notes {
        line(note.clone());
    }
    if !rows.near.is_empty() {
        line("nearly:".to_owned());
        text.push_str(&list(&rows.near, is_coloured));
    }
    text
}

/// Why a paper is in a topic, or not.
pub(super) fn explained(rows: &ExplainRows, is_coloured: bool) -> String {
    let state = if rows.is_in { "is in" } else { "is not in" };
    let mut text = format!("“{}” {state} {}\n", rows.paper.title, rows.topic);
    let mut line = |written: String| {
        text.push_str(&written);
        text.push('\n');
    };
    if !rows.paper.reason.is_empty() {
        line(format!("it entered by: {}", rows.paper.reason));
    }
    line(format!("as things are now: {}", rows.verdict));
    if !rows.conditions.is_empty() {
        let mut table = table(&[], is_coloured);
        for row in &rows.conditions {
            // What stands under a NOT holds when the clause does not.
            let holds = if row.holds == row.is_negated { "no" } else { "yes" };
            let sign = if row.is_negated { "NOT " } else { "" };
            table.add_row(vec![Cell::new(holds), Cell::new(format!("{sign}{}", row.condition))]);
        }
        line(table.to_string().trim_end().to_owned());
    }
    if let Some(score) = &rows.score {
        text.push_str(&scored(score));
    }
    text
}

fn scored(score: &ScoreRow) -> String {
    let ScoreRow { total, threshold, rule, rank, .. } = score;
    let mut text = format!("score {total:.2} of {threshold:.2} by {rule}: {rank}\n");
    let named = |values: &[(String, f32)]| -> String {
        let values: Vec<String> = values.iter().map(|(name, value)| format!("{name} {value:.2}")).collect();
        values.join(", ")
    };
    for (name, values) in [("parts", &score.parts), ("words", &score.words), ("senses", &score.senses)] {
        if !values.is_empty() {
            // Writing to a string cannot fail.
            let _cannot_fail = writeln!(text, "{name}: {}", named(values));
        }
    }
    if let Some((title, similarity)) = &score.nearest {
        let _cannot_fail = writeln!(text, "nearest example: “{title}” ({similarity:.2})");
    }
    text
}

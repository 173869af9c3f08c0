//! Answers as tables that fit the terminal.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use comfy_table::Attribute;
use comfy_table::Cell;
use comfy_table::Color;
use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets;

use crate::cli::Style;
use crate::cli::arguments::Colour;
use crate::cli::finding;
use crate::daemon::asks::Answer;
use crate::daemon::asks::BackfillRow;
use crate::daemon::asks::PartRow;
use crate::daemon::asks::PollRow;
use crate::daemon::asks::SourceRow;
use crate::daemon::asks::TopicRow;
use crate::daemon::letters::OutboxRow;
use crate::daemon::letters::SubscriberCounts;
use crate::daemon::logging;
use crate::daemon::papers::PaperView;
use crate::daemon::readers::ReaderRow;

/// The answer as text, each line ended.
pub fn render(answer: &Answer, style: Style) -> String {
    let is_coloured = match style.colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => std::io::stdout().is_terminal() && !logging::wants_no_colour(),
    };
    match answer {
        Answer::Poll { polled } => poll(polled, is_coloured),
        Answer::Sources { sources } if style.why => sources.iter().map(why).collect(),
        Answer::Sources { sources } => self::sources(sources, is_coloured),
        Answer::Backfill { backfill } => backfilled(backfill),
        Answer::Topics { topics } => self::topics(topics, is_coloured),
        Answer::Show { paper } => show(paper, is_coloured),
        Answer::Found(rows) => finding::found(rows, is_coloured),
        Answer::Tried { tried } => finding::tried(tried, is_coloured),
        Answer::Explained { explained } => finding::explained(explained, is_coloured),
        Answer::Marked { done, ranking } => format!("{done}\n{}", finding::moved(ranking, is_coloured)),
        Answer::Done { done } => format!("{done}\n"),
        Answer::ReaderAdded { name, feeds } => format!(
            "{name} reads at this address, which is not shown again; the address of each feed stands in it:\n{feeds}\n"
        ),
        Answer::Readers { readers } => self::readers(readers, is_coloured),
        Answer::Outbox { outbox, subscribers } => self::outbox(outbox, subscribers, is_coloured),
        Answer::Letter { letter } => format!("Subject: {}\n\n{}\n", letter.subject, letter.text.trim_end()),
        Answer::Ruled { ruled } => format!("{}\n", ruled.done),
        Answer::Opml { opml } => format!("{}\n", opml.trim_end()),
        Answer::Verify { report, .. } => report.clone(),
        Answer::Exported { file, papers } => format!("exported {papers} papers to {file}\n"),
    }
}

pub(super) fn table(headings: &[&str], is_coloured: bool) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if is_coloured {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if !headings.is_empty() {
        table.set_header(headings.iter().map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
    }
    table
}

/// A state in its colour.
fn state(name: &str) -> Cell {
    let cell = Cell::new(name);
    match name {
        "fresh" => cell.fg(Color::Green),
        "quiet" | "holiday" | "unknown" => cell,
        "partial" | "gap" | "limited" | "offline" => cell.fg(Color::Yellow),
        _bad => cell.fg(Color::Red),
    }
}

/// A time without its fraction of a second.
fn minute(time: Option<&String>) -> String {
    time.map_or_else(
        || "never".to_owned(),
        |time| time.chars().take(16).collect::<String>().replace('T', " "),
    )
}

/// When a source is polled: what has no time is due.
fn next(time: Option<&String>) -> String {
    time.map_or_else(|| "now".to_owned(), |time| minute(Some(time)))
}

fn poll(rows: &[PollRow], is_coloured: bool) -> String {
    let headings = [
        "source",
        "state",
        "asked",
        "records",
        "new",
        "revised",
        "merged",
        "unchanged",
        "problems",
        "next poll (UTC)",
    ];
    let mut table = table(&headings, is_coloured);
    for row in rows {
        let numbers = [row.asked, row.records, row.new, row.revised, row.merged, row.unchanged];
        let mut cells = vec![Cell::new(&row.source), state(&row.state)];
        cells.extend(numbers.map(|number| Cell::new(number.to_string())));
        cells.push(Cell::new(row.problems.len().to_string()));
        cells.push(Cell::new(next(row.next_poll.as_ref())));
        table.add_row(cells);
    }
    let mut lines = vec![table.to_string().trim_end().to_owned()];
    for row in rows {
        if let Some(fault) = &row.fault {
            lines.push(format!("{}: {fault}", row.source));
        } else if row.asked == 0 {
            let why = row.reason.as_deref().unwrap_or("nothing is due");
            lines.push(format!("{}: not asked; {why}", row.source));
        }
        lines.extend(row.problems.iter().take(5).map(|problem| format!("{}: {problem}", row.source)));
        if row.problems.len() > 5 {
            let more = row.problems.len() - 5;
            lines.push(format!("{}: and {more} more problems (--json shows all)", row.source));
        }
    }
    lines.join("\n") + "\n"
}

/// What came of a harvest of history.
fn backfilled(row: &BackfillRow) -> String {
    let mut text = format!(
        "{}: {} records read, of {} to {}, in {} requests\n",
        row.source, row.records, row.since, row.until, row.asked
    );
    for what in &row.left_out {
        // Writing to a string cannot fail.
        let _cannot_fail = writeln!(text, "{}: {what} did not come whole", row.source);
    }
    if !row.left_out.is_empty() {
        text.push_str("the same command once more asks for what is missing and nothing else\n");
    }
    text
}

/// Everything behind a source's next poll, line by line.
fn why(row: &SourceRow) -> String {
    let mut text = format!("{} ({}): {}\n", row.source, row.kind, row.state);
    let mut line = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _cannot_fail = writeln!(text, "  {name:<12} {value}");
    };
    let at = row.next_poll.as_ref().map_or_else(|| "now".to_owned(), |at| minute(Some(at)) + " UTC");
    line("next poll", &at);
    line("because", row.reason.as_deref().unwrap_or("nothing was said"));
    line("budget", &row.budget);
    line("last success", &minute(row.last_success.as_ref()));
    if let Some(fault) = &row.fault {
        line("fault", fault);
    }
    if let Some(history) = &row.history {
        line("history", history);
    }
    for part in &row.parts {
        let since = minute(Some(&part.since));
        line(&part.part, &format!("{} since {since}: {}", part.state, part.why));
    }
    text
}

fn sources(rows: &[SourceRow], is_coloured: bool) -> String {
    if rows.is_empty() {
        return "no sources are configured\n".to_owned();
    }
    let headings = ["source", "kind", "state", "last success", "received 7 d", "next poll (UTC)", "because"];
    let mut table = table(&headings, is_coloured);
    for row in rows {
        table.add_row(vec![
            Cell::new(&row.source),
            Cell::new(&row.kind),
            state(&row.state),
            Cell::new(minute(row.last_success.as_ref())),
            Cell::new(row.papers_7_days.to_string()),
            Cell::new(next(row.next_poll.as_ref())),
            Cell::new(row.reason.as_deref().unwrap_or_default()),
        ]);
    }
    let mut lines = vec![table.to_string().trim_end().to_owned()];
    for row in rows {
        lines.extend(row.fault.iter().map(|fault| format!("{}: {fault}", row.source)));
        lines.extend(row.problems.iter().take(3).map(|problem| format!("{}: {problem}", row.source)));
        let is_bad = |part: &&PartRow| matches!(part.state.as_str(), "stale" | "partial" | "gap");
        let bad = row.parts.iter().filter(is_bad);
        lines
            .extend(bad.map(|part| format!("{}: {} is {}: {}", row.source, part.part, part.state, part.why)));
        lines.extend(row.history.iter().map(|history| format!("{}: history {history}", row.source)));
    }
    lines.join("\n") + "\n"
}

fn topics(rows: &[TopicRow], is_coloured: bool) -> String {
    if rows.is_empty() {
        return "no topics are configured\n".to_owned();
    }
    let mut table =
        table(&["topic", "today", "week", "in all", "30 days", "last entry (UTC)", "feed"], is_coloured);
    for row in rows {
        table.add_row(vec![
            Cell::new(&row.topic),
            Cell::new(row.today.to_string()),
            Cell::new(row.week.to_string()),
            Cell::new(row.total.to_string()),
            Cell::new(sparkline(&row.days)),
            Cell::new(minute(row.last_entry.as_ref())),
            Cell::new(&row.feed),
        ]);
    }
    format!("{}\n", table.to_string().trim_end())
}

fn readers(rows: &[ReaderRow], is_coloured: bool) -> String {
    if rows.is_empty() {
        return "no reader has a private address; add one with: offprint reader add NAME\n".to_owned();
    }
    let mut table = table(&["reader", "added", "last use (UTC)", "answers", "304", "revoked"], is_coloured);
    for row in rows {
        let share = row.unchanged.saturating_mul(100).checked_div(row.answers);
        table.add_row(vec![
            Cell::new(&row.name),
            Cell::new(minute(Some(&row.created))),
            Cell::new(minute(row.last_use.as_ref())),
            Cell::new(row.answers.to_string()),
            Cell::new(share.map(|share| format!("{share} %")).unwrap_or_default()),
            Cell::new(row.revoked.as_ref().map(|at| minute(Some(at))).unwrap_or_default()),
        ]);
    }
    format!("{}\n", table.to_string().trim_end())
}

/// What goes out: what needs somebody first.
fn outbox(rows: &[OutboxRow], subscribers: &SubscriberCounts, is_coloured: bool) -> String {
    let SubscriberCounts { active, pending, suspended, left } = subscribers;
    let people = format!(
        "{active} subscribers get mail, {pending} have not confirmed, {suspended} are suspended, {left} have left\n"
    );
    if rows.is_empty() {
        return format!("nothing waits, and nothing is pushed anywhere\n{people}");
    }
    let mut table = table(&["name", "state", "to", "what", "tries", "again (UTC)"], is_coloured);
    let mut problems = String::new();
    for row in rows {
        table.add_row(vec![
            Cell::new(&row.name),
            Cell::new(&row.state),
            Cell::new(&row.to),
            Cell::new(&row.about),
            Cell::new(row.failed.to_string()),
            Cell::new(row.again.as_ref().map(|at| minute(Some(at))).unwrap_or_default()),
        ]);
        if let Some(problem) = &row.problem {
            // Writing to a string cannot fail.
            let _cannot_fail = writeln!(problems, "{}: {problem}", row.name);
        }
    }
    format!("{}\n{problems}{people}", table.to_string().trim_end())
}

/// Eight heights of blocks, the highest for the largest value; a dot for none.
pub(super) fn sparkline(days: &[u64]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = days.iter().copied().max().unwrap_or(0).max(1);
    let block = |day: &u64| {
        let height = usize::try_from((day * 8).div_ceil(most)).unwrap_or(8);
        height.checked_sub(1).and_then(|height| BLOCKS.get(height).copied()).unwrap_or('·')
    };
    days.iter().map(block).collect()
}

fn show(paper: &PaperView, is_coloured: bool) -> String {
    let mut table = table(&[], is_coloured);
    table.add_row(vec![Cell::new("paper"), Cell::new(&paper.paper), Cell::new("")]);
    table.add_row(vec![Cell::new("entry id"), Cell::new(&paper.atom_id), Cell::new("")]);
    for field in &paper.fields {
        let source = Cell::new(&field.source).add_attribute(Attribute::Dim);
        table.add_row(vec![Cell::new(&field.name), Cell::new(&field.value), source]);
    }
    for (name, value) in &paper.signals {
        table.add_row(vec![Cell::new(name), Cell::new(value.to_string()), Cell::new("")]);
    }
    for (topic, reason) in &paper.topics {
        table.add_row(vec![Cell::new("in topic"), Cell::new(format!("{topic}: {reason}")), Cell::new("")]);
    }
    format!("{}\n", table.to_string().trim_end())
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn a_sparkline_has_a_dot_for_nothing_and_a_full_block_for_the_most() {
        assert_eq!(sparkline(&[0, 1, 4, 8]), "·▁▄█");
        assert_eq!(sparkline(&[0, 0]), "··");
    }
}

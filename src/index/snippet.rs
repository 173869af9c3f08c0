//! The stretch of an abstract that shows best why a paper was found, with the words that were looked for marked. Pure.

use std::collections::HashSet;

use crate::model::paper::Paper;
use crate::query::Query;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::document::Region;
use crate::query::document::covers;
use crate::query::regex::TextRegex;
use crate::query::words;

/// About so many characters are shown.
const LENGTH: usize = 200;

/// What stands where the text goes on.
const ELLIPSIS: &str = "…";

/// A stretch of an abstract: plain text, which the caller escapes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snippet {
    /// The text in order; each part with whether it was looked for.
    pub parts: Vec<(String, bool)>,
}

/// What one clause looks for.
enum Wanted<'q> {
    Stem(String),
    Exact(&'q str),
    Prefix(&'q str),
    Row(Vec<String>, Option<&'q str>),
    Regex(&'q TextRegex),
}

/// A run of letters and digits in the text.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// From this byte.
    start: usize,
    /// To before that one.
    end: usize,
    /// So many characters stand before it.
    before: usize,
    /// So many until it ends.
    until: usize,
}

/// A word as queries know it, and the run that it was read from.
struct Word {
    folded: String,
    stem: String,
    run: usize,
}

/// The best stretch of the paper's abstract; none where nothing in it was looked for.
pub fn of(query: &Query, paper: &Paper) -> Option<Snippet> {
    let text = paper.abstract_text()?.text.as_str();
    let mut wanted = Vec::new();
    gather(query.root(), &mut wanted);
    let runs = runs(text);
    let marks = marks(text, &runs, &wanted);
    let (first, last) = window(&runs, &marks)?;
    let marked: HashSet<usize> = marks.iter().map(|(run, _)| *run).collect();
    Some(cut(text, &runs, &marked, first, last))
}

/// What the clauses outside of any NOT look for in abstracts.
fn gather<'q>(node: &'q Node, wanted: &mut Vec<Wanted<'q>>) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| gather(node, wanted)),
        Node::Clause(Clause::Text { field, pattern }) if covers(*field, Region::Abstract) => match pattern {
            Pattern::Word(word) => wanted.push(Wanted::Stem(words::stem(word))),
            Pattern::Exact(word) => wanted.push(Wanted::Exact(word)),
            Pattern::Prefix(prefix) => wanted.push(Wanted::Prefix(prefix)),
            Pattern::Phrase { words, last, slop: 0 } => {
                let stems = words.iter().map(|word| words::stem(word)).collect();
                wanted.push(Wanted::Row(stems, last.as_deref()));
            }
            Pattern::Phrase { words, .. } => {
                wanted.extend(words.iter().map(|word| Wanted::Stem(words::stem(word))));
            }
            Pattern::Regex(regex) => wanted.push(Wanted::Regex(regex)),
        },
        Node::Not(_) | Node::Clause(_) => {}
    }
}

/// The runs of letters and digits of a text; each ideograph is one.
fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    for (before, (start, character)) in text.char_indices().enumerate() {
        let is_alone = character >= '\u{3040}' && character.is_alphanumeric();
        let is_inner = matches!(character, '\'' | '’' | '+' | '\u{AD}' | '\u{200B}'..='\u{200D}')
            || unicode_normalization::char::is_combining_mark(character);
        let (end, until) = (start + character.len_utf8(), before + 1);
        if character.is_alphanumeric() && (is_alone || !is_open) {
            runs.push(Run { start, end, before, until });
            is_open = !is_alone;
        } else if (character.is_alphanumeric() || is_inner) && is_open {
            if let Some(run) = runs.last_mut() {
                (run.end, run.until) = (end, until);
            }
        } else {
            is_open = false;
        }
    }
    runs
}

/// Which runs are looked for, and by which of the clauses, in the order of the text.
fn marks(text: &str, runs: &[Run], wanted: &[Wanted<'_>]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (run, Run { start, end, .. }) in runs.iter().enumerate() {
        words::each(text.get(*start..*end).unwrap_or_default(), |word| {
            all.push(Word { folded: word.to_owned(), stem: words::stem(word), run });
        });
    }
    let mut marks = Vec::new();
    for (clause, one) in wanted.iter().enumerate() {
        let mark = |words: &[Word]| marks.extend(words.iter().map(|word| (word.run, clause)));
        match one {
            Wanted::Stem(stem) => {
                all.chunks(1).filter(|one| one.iter().all(|word| word.stem == *stem)).for_each(mark);
            }
            Wanted::Exact(exact) => {
                all.chunks(1).filter(|one| one.iter().all(|word| word.folded == *exact)).for_each(mark);
            }
            Wanted::Prefix(start) => {
                all.chunks(1)
                    .filter(|one| one.iter().all(|word| word.folded.starts_with(start)))
                    .for_each(mark);
            }
            Wanted::Row(stems, last) => {
                let length = stems.len() + usize::from(last.is_some());
                all.windows(length.max(1)).filter(|row| is_row(row, stems, *last)).for_each(mark);
            }
            Wanted::Regex(regex) => {
                for place in regex.places(text) {
                    let touched = |run: &Run| run.start < place.end && place.start < run.end;
                    let found = runs.iter().enumerate().filter(|(_, run)| touched(run));
                    marks.extend(found.map(|(run, _)| (run, clause)));
                }
            }
        }
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

fn is_row(row: &[Word], stems: &[String], last: Option<&str>) -> bool {
    let is_whole = stems.iter().zip(row).all(|(stem, word)| word.stem == *stem);
    let end = row.get(stems.len());
    is_whole && last.is_none_or(|start| end.is_some_and(|word| word.folded.starts_with(start)))
}

/// The first and the last marked run of the stretch with the most different clauses, then the most marks, then the first.
fn window(runs: &[Run], marks: &[(usize, usize)]) -> Option<(usize, usize)> {
    let run = |mark: &(usize, usize)| runs.get(mark.0);
    let mut best: Option<((usize, usize), (usize, usize))> = None;
    for (place, first) in marks.iter().enumerate() {
        let start = run(first)?.before;
        let fits = |mark: &&(usize, usize)| run(mark).is_some_and(|run| run.until <= start + LENGTH);
        let inside: Vec<_> = marks.get(place..)?.iter().take_while(fits).collect();
        let last = inside.last().map_or(first.0, |mark| mark.0);
        let clauses: HashSet<usize> = inside.iter().map(|mark| mark.1).collect();
        let worth = (clauses.len(), inside.len());
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, (first.0, last)));
        }
    }
    best.map(|(_, ends)| ends)
}

/// The text from before the first to after the last run, so much of it as has room, on the borders of words.
fn cut(text: &str, runs: &[Run], marked: &HashSet<usize>, first: usize, last: usize) -> Snippet {
    let (mut from, mut to) = (first, last);
    let length = |from: usize, to: usize| match (runs.get(from), runs.get(to)) {
        (Some(start), Some(end)) => end.until.saturating_sub(start.before),
        _outside => usize::MAX,
    };
    // A third of what is left stands before the first word, so that it is read in its sentence.
    let room = LENGTH.saturating_sub(length(first, last)) / 3;
    while from > 0 && length(from - 1, last) <= length(first, last) + room {
        from -= 1;
    }
    while length(from, to + 1) <= LENGTH {
        to += 1;
    }
    while from > 0 && length(from - 1, to) <= LENGTH {
        from -= 1;
    }
    let mut parts = Parts(Vec::new());
    let begin = if from == 0 { 0 } else { runs.get(from).map_or(0, |run| run.start) };
    let end = if to + 1 >= runs.len() { text.len() } else { runs.get(to).map_or(text.len(), |run| run.end) };
    if begin > 0 {
        parts.push(ELLIPSIS, false);
    }
    let mut at = begin;
    for (place, run) in runs.iter().enumerate().take(to + 1).skip(from) {
        if marked.contains(&place) {
            parts.push(text.get(at..run.start).unwrap_or_default(), false);
            parts.push(text.get(run.start..run.end).unwrap_or_default(), true);
            at = run.end;
        }
    }
    parts.push(text.get(at..end).unwrap_or_default(), false);
    if end < text.len() {
        parts.push(ELLIPSIS, false);
    }
    Snippet { parts: parts.0 }
}

/// Parts, of which neighbours differ.
struct Parts(Vec<(String, bool)>);

impl Parts {
    fn push(&mut self, text: &str, is_hit: bool) {
        match self.0.last_mut() {
            Some((before, was_hit)) if *was_hit == is_hit => before.push_str(text),
            _other if text.is_empty() => {}
            _other => self.0.push((text.to_owned(), is_hit)),
        }
    }
}

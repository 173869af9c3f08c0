//! One `[[topic]]`: what its keys say together.

use crate::config::assemble::Findings;
use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::FileText;
use crate::config::diagnostic::quoted;
use crate::config::entries::Entries;
use crate::model::external_id::ExternalId;
use crate::model::topic::Revisions;
use crate::model::topic::TopicId;
use crate::normalise::ids;
use crate::query;
use crate::query::ast::AuthorPattern;
use crate::relevance::rule::Breadth;
use crate::relevance::rule::Rule;
use crate::topics::Ranked;
use crate::topics::Topic;
use crate::topics::Window;

/// One topic; `None` when a fault of it was found, before or here.
pub(super) fn topic(entries: &mut Entries, file: &FileText, findings: &mut Findings) -> Option<Topic> {
    let window = entries.table("window")?;
    let window = Window {
        entries: usize::try_from(window.number("entries")?).ok()?,
        days: u32::try_from(window.number("days")?).ok()?,
    };
    let (query, ranked) = (entries.take_query("query"), ranked(entries, file, findings));
    let is_ranked = ["about", "like"].into_iter().any(|key| entries.is_written(key));
    if query.is_none() && !is_ranked && entries.is_sound("query") {
        let fault = Diagnostic::at(file, entries.span.clone(), "this topic says nothing of its papers");
        let hint = "give it a query, about = \"…\" in prose, or like = [\"arxiv:2106.09685\"]";
        findings.faults.push(fault.hint(hint.to_owned()));
    }
    if !is_ranked {
        for key in ["unlike", "follow", "breadth", "budget"] {
            if entries.is_written(key) {
                let message = format!("{} says nothing to a topic without about and like", quoted(key));
                let hint = "add about = \"…\" or like = […], or take it out".to_owned();
                findings.faults.push(Diagnostic::at(file, entries.span_of(key), message).hint(hint));
            }
        }
    }
    if query.is_none() && ranked.is_none() {
        return None;
    }
    Some(Topic {
        id: TopicId::parse(entries.text("id")?)?,
        title: entries.text("title")?.to_owned(),
        revisions: match entries.text("revisions")? {
            "silent" => Revisions::Silent,
            "ignore" => Revisions::Ignore,
            _announce => Revisions::Announce,
        },
        window,
        description: entries.text("description").map(str::to_owned),
        query,
        ranked,
    })
}

/// What ranks a topic; `None` where nothing does, or when a fault of it was found.
fn ranked(entries: &Entries, file: &FileText, findings: &mut Findings) -> Option<Ranked> {
    let about = entries.text("about").map(str::to_owned);
    let (like, unlike) = (papers(entries, "like", file, findings), papers(entries, "unlike", file, findings));
    let people = follow(entries, file, findings);
    let (like, unlike, follow) = (like?, unlike?, people?);
    if about.is_none() && like.is_empty() {
        return None;
    }
    if entries.is_written("breadth") && entries.is_written("budget") {
        let message = "a topic has a breadth or a budget, not both";
        let fault = Diagnostic::at(file, entries.span_of("breadth"), message);
        findings.faults.push(fault.hint("take one of them out".to_owned()));
    }
    let rule = match entries.number("budget") {
        Some(thousandths) => {
            Rule::Budget { per_day: f64::from(u32::try_from(thousandths).unwrap_or(u32::MAX)) / 1_000.0 }
        }
        None => Rule::Breadth(entries.text("breadth").and_then(Breadth::parse).unwrap_or_default()),
    };
    Some(Ranked { about, like, unlike, follow, rule })
}

/// The papers of a list; `None` when one of them is no identifier.
fn papers(entries: &Entries, key: &str, file: &FileText, findings: &mut Findings) -> Option<Vec<ExternalId>> {
    let mut papers = Some(Vec::new());
    for (place, text) in entries.lines(key).iter().enumerate() {
        if let Some(id) = ids::lookup(text) {
            if let Some(papers) = &mut papers {
                papers.push(id);
            }
            continue;
        }
        papers = None;
        let span = entries.member_span(key, place).unwrap_or_else(|| entries.span_of(key));
        let fault = Diagnostic::at(file, span, format!("{} names no paper", quoted(text)));
        let hint = "write an arXiv identifier, a DOI or an address that holds one, like \"arxiv:2106.09685\"";
        findings.faults.push(fault.hint(hint.to_owned()));
    }
    papers
}

/// The people that are followed, as a query; `None` when one of them is no name. Nobody is an empty list.
fn follow(entries: &Entries, file: &FileText, findings: &mut Findings) -> Option<Vec<AuthorPattern>> {
    let mut people = Some(Vec::new());
    for (place, text) in entries.lines("follow").iter().enumerate() {
        match query::author::pattern(text) {
            Ok(pattern) => {
                if let Some(people) = &mut people {
                    people.push(pattern);
                }
            }
            Err(hint) => {
                people = None;
                let span = entries.member_span("follow", place).unwrap_or_else(|| entries.span_of("follow"));
                let fault = Diagnostic::at(file, span, format!("{} is no name", quoted(text)));
                findings.faults.push(fault.hint(hint));
            }
        }
    }
    people
}

//! One listing page: its headings, and the identifiers under each.
//!
//! The page is read token by token as a browser would, and no tree is built of it. An identifier is taken from the `dt` of a
//! paper alone: what stands in its `dd` links to other papers. A page on which the counts of a heading and the papers under
//! it differ is refused.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use html5ever::tokenizer::Tag;
use html5ever::tokenizer::TagKind;

use crate::markup;
use crate::model::arxiv_id::ArxivId;
use crate::model::external_id::ExternalId;

/// No page lists more papers.
const PAPERS_AT_MOST: usize = 10_000;

/// No heading and no line of a paper is longer, in bytes; what follows is not kept.
const LINE_BYTES: usize = 1_000;

/// How a page says that a category has no papers that day.
const NONE: &[&str] = &["no updates", "total of 0 entries", "no entries found"];

/// A listing page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The day of the whole page, where its heading names one.
    pub(super) day: Option<NaiveDate>,
    /// Its sections in order.
    pub(super) sections: Vec<Section>,
    /// Whether it says that there are none.
    pub(super) says_none: bool,
}

/// A heading with the papers under it.
#[derive(Debug)]
pub(super) struct Section {
    /// What the heading says they are.
    pub(super) part: Part,
    /// How many the heading says are shown.
    pub(super) shown: u64,
    /// How many it says there are.
    pub(super) stated: u64,
    /// New and cross-listed papers.
    pub(super) listed: Vec<ExternalId>,
    papers: Vec<Paper>,
}

/// What a section holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// New papers.
    New,
    /// Papers from other categories.
    Cross,
    /// New versions.
    Replaced,
    /// What was announced on a day.
    Day(NaiveDate),
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => out.write_str("the new papers"),
            Self::Cross => out.write_str("the cross-listed papers"),
            Self::Replaced => out.write_str("the replaced papers"),
            Self::Day(day) => write!(out, "{day}"),
        }
    }
}

/// The `dt` of a paper.
#[derive(Debug, Default)]
struct Paper {
    text: String,
    /// Where its links to abstracts lead.
    abstracts: Vec<String>,
}

impl Section {
    /// Whether fewer papers are shown than there are.
    pub(super) fn is_cut(&self) -> bool {
        self.shown < self.stated
    }

    /// Checks that the papers are as many as the heading says, each with an identifier of its own.
    fn check(&mut self) -> Result<(), String> {
        let part = self.part;
        let count = u64::try_from(self.papers.len()).unwrap_or(u64::MAX);
        if count != self.shown || self.shown > self.stated {
            return Err(format!(
                "{part}: the heading says {} of {}, and {count} are there",
                self.shown, self.stated
            ));
        }
        let mut seen = BTreeSet::new();
        for paper in std::mem::take(&mut self.papers) {
            let [href] = paper.abstracts.as_slice() else {
                return Err(format!("{part}: a paper has {} links to an abstract", paper.abstracts.len()));
            };
            let id = href.split("/abs/").nth(1).and_then(ArxivId::parse);
            let Some((id, _version)) = id else {
                return Err(format!(
                    "{part}: {:?} names no paper",
                    href.chars().take(100).collect::<String>()
                ));
            };
            if !seen.insert(id.clone()) {
                return Err(format!("{part}: {id} stands there twice"));
            }
            if part != Part::Replaced && !paper.text.contains("(replaced") {
                self.listed.push(ExternalId::Arxiv(id));
            }
        }
        Ok(())
    }
}

impl Page {
    /// Reads a page; fails where it is none, or does not add up.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut read = markup::read(text, Reading::default());
        read.end_heading();
        if let Some(fault) = read.fault {
            return Err(fault);
        }
        let mut page = read.page;
        for section in &mut page.sections {
            section.check()?;
        }
        let is_empty = page.sections.is_empty();
        page.says_none = is_empty && {
            let lower = text.to_lowercase();
            NONE.iter().any(|words| lower.contains(words))
        };
        if is_empty && page.day.is_none() && read.papers_without_heading == 0 && !text.contains('<') {
            return Err("there is no markup in it, so it is no page".to_owned());
        }
        if read.papers_without_heading > 0 {
            return Err(format!("{} papers stand under no heading", read.papers_without_heading));
        }
        Ok(page)
    }
}

/// What gathers while a page is read.
#[derive(Default)]
struct Reading {
    page: Page,
    /// The heading at hand.
    heading: Option<String>,
    /// Whether the `dt` of a paper is at hand: the last one of the last section.
    is_in_paper: bool,
    papers: usize,
    papers_without_heading: usize,
    fault: Option<String>,
}

impl markup::Reading for Reading {
    fn tag(&mut self, tag: &Tag) {
        let is_start = tag.kind == TagKind::StartTag;
        match &*tag.name {
            "h3" => {
                self.end_heading();
                self.is_in_paper = false;
                self.heading = is_start.then(String::new);
            }
            "dt" => self.paper(is_start),
            "dd" | "dl" => self.is_in_paper = false,
            "a" if is_start && self.is_in_paper => {
                if markup::attribute(tag, "title") == Some("Abstract")
                    && let (Some(href), Some(paper)) = (markup::attribute(tag, "href"), self.last())
                    && paper.abstracts.len() < 2
                {
                    paper.abstracts.push(href.trim().to_owned());
                }
            }
            _other => {}
        }
    }

    fn text(&mut self, text: &str) {
        let line = match &mut self.heading {
            Some(heading) => Some(heading),
            None if self.is_in_paper => self.last().map(|paper| &mut paper.text),
            None => None,
        };
        if let Some(line) = line
            && line.len() + text.len() <= LINE_BYTES
        {
            line.push_str(text);
        }
    }
}

impl Reading {
    fn paper(&mut self, is_start: bool) {
        self.end_heading();
        self.is_in_paper = false;
        if !is_start {
            return;
        }
        self.papers += 1;
        if self.papers > PAPERS_AT_MOST {
            self.fault.get_or_insert_with(|| format!("it lists more than {PAPERS_AT_MOST} papers"));
            return;
        }
        match self.page.sections.last_mut() {
            Some(section) => {
                section.papers.push(Paper::default());
                self.is_in_paper = true;
            }
            None => self.papers_without_heading += 1,
        }
    }

    fn last(&mut self) -> Option<&mut Paper> {
        self.page.sections.last_mut()?.papers.last_mut()
    }

    /// Makes a section of a heading, where it is one of ours.
    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let heading = heading.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, day)) = heading.split_once("listings for ") {
            match NaiveDate::parse_from_str(day, "%A, %d %B %Y") {
                Ok(day) => self.page.day = Some(day),
                Err(_) => self.refuse(&heading),
            }
            return;
        }
        let Some((name, counts)) = heading.split_once('(') else { return };
        let Some((shown, stated)) = counts_of(counts) else { return };
        let name = name.trim();
        let part = match name.split_whitespace().next() {
            Some("New") => Some(Part::New),
            Some("Cross" | "Cross-lists") => Some(Part::Cross),
            Some("Replacement" | "Replacements") => Some(Part::Replaced),
            _day => NaiveDate::parse_from_str(name, "%a, %d %b %Y").ok().map(Part::Day),
        };
        match part {
            Some(part) => {
                let (listed, papers) = (Vec::new(), Vec::new());
                self.page.sections.push(Section { part, shown, stated, listed, papers });
            }
            None => self.refuse(&heading),
        }
    }

    fn refuse(&mut self, heading: &str) {
        let heading: String = heading.chars().take(100).collect();
        self.fault.get_or_insert_with(|| format!("{heading:?} is no heading that is known here"));
    }
}

/// `showing 50 of 120 entries )`, `continued, showing last 3 of 68 entries)`.
fn counts_of(text: &str) -> Option<(u64, u64)> {
    let (before, after) = text.split_once("showing")?.1.split_once(" of ")?;
    let shown = before.split_whitespace().last()?.parse().ok()?;
    let stated = after.split_whitespace().next()?.parse().ok()?;
    Some((shown, stated))
}

//! The audit of readable maths: a real paper goes through the cleaning and into the body that a feed prints, and what a
//! reader then sees is compared with what its authors wrote.
//!
//! It knows nothing of how the cleaning works: it reads the source and the result by itself. An abstract counts as fully
//! converted only when every formula is MathML, no symbol is lost, and neither a command nor its bare name is left.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::Instant;

use offprint::feeds::entry;
use offprint::model::observation::Observation;
use offprint::model::paper::Chosen;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Installation;
use offprint::model::record::RawAuthors;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Markup;
use offprint::model::text::Raw;
use offprint::model::time::Timestamp;
use offprint::model::topic::TimelineEntry;
use offprint::model::topic::TopicId;
use offprint::normalise::Context;
use offprint::normalise::observe;
use offprint::urls::Urls;

use regex::Regex;

use faults::Fault;

mod faults;
mod letters;
mod macros;
mod operators;
mod shown;

/// The files of real papers.
pub(crate) const FILES: [&str; 5] = [
    "arxiv-api-dated",
    "arxiv-archive-1993-2019",
    "arxiv-listed-2025-2026",
    "arxiv-math-2007-2026",
    "conference-1987-2025",
];

/// How many names of unknown macros are printed, the commonest first.
const MACROS: usize = 60;

/// How the reason of a title begins that holds what could be converted.
const CONVERTIBLE: &str = "could be converted";

/// What was found so far.
pub(crate) struct Audit {
    urls: Urls,
    source: SourceId,
    /// How many examples of every cause are printed.
    examples: usize,
    papers: usize,
    titles_with_tex: usize,
    titles_left: BTreeMap<String, Vec<String>>,
    abstracts: usize,
    with_tex: usize,
    with_maths: usize,
    converted: usize,
    /// Abstracts in which nothing is wrong but macros that only their papers define, and those in which these are letters.
    only_macros: usize,
    only_letters: usize,
    without_macros: usize,
    formulas: usize,
    lost: usize,
    causes: BTreeMap<&'static str, (usize, Vec<String>)>,
    literal: BTreeMap<&'static str, (usize, Vec<String>)>,
    /// In how many abstracts each unknown macro stands.
    macros: BTreeMap<String, usize>,
    ill_formed: Vec<String>,
}

/// One paper before and after, for people to look at.
pub(crate) struct Sight {
    pub(crate) title: String,
    pub(crate) shown_title: String,
    /// The abstract as plain text.
    pub(crate) text: String,
    /// The body of the entry.
    pub(crate) body: String,
    /// How long cleaning and rendering took.
    pub(crate) seconds: f64,
}

impl Audit {
    /// An audit of nothing yet, which will print so many examples of every cause.
    pub(crate) fn new(examples: usize) -> Self {
        let installation = Installation {
            tag_authority: "papers.example".to_owned(),
            tag_date: "2026-08-03".to_owned(),
            created: Timestamp::from_seconds(1_785_715_200),
        };
        Self {
            urls: Urls::new("https://papers.example/".parse().unwrap(), &installation).unwrap(),
            source: SourceId::parse("recorded").unwrap(),
            examples,
            papers: 0,
            titles_with_tex: 0,
            titles_left: BTreeMap::new(),
            abstracts: 0,
            with_tex: 0,
            with_maths: 0,
            converted: 0,
            only_macros: 0,
            only_letters: 0,
            without_macros: 0,
            formulas: 0,
            lost: 0,
            causes: BTreeMap::new(),
            literal: BTreeMap::new(),
            macros: BTreeMap::new(),
            ill_formed: Vec::new(),
        }
    }

    /// Cleans a paper, renders its entry and notes what became of its maths.
    pub(crate) fn paper(&mut self, paper: &serde_json::Value) -> Option<Sight> {
        let text = |key: &str| paper[key].as_str().unwrap_or_default();
        let (title, body) = (text("title"), text("abstract"));
        if title.trim().is_empty() {
            return None;
        }
        let begun = Instant::now();
        let observation = self.observed(text("id"), title, body);
        self.papers += 1;
        let paper = merged(observation);
        let content = entry::entry(&paper, &place(&paper), &self.urls).content();
        let seconds = begun.elapsed().as_secs_f64();
        self.title(text("id"), title, paper.title().text.as_str());
        let plain = paper.abstract_text().map(|text| text.text.as_str()).unwrap_or_default().to_owned();
        let read = shown::read(content.as_str()).map(shown::Shown::of_abstract);
        if !body.trim().is_empty() {
            self.abstracts += 1;
            self.with_tex += usize::from(body.contains(['$', '\\']));
        }
        match read {
            Err(fault) => self.ill_formed.push(format!("{}: {fault}", text("id"))),
            Ok(shown) if !plain.is_empty() => self.body(text("id"), body, &plain, &shown),
            Ok(_nothing) => {}
        }
        Some(Sight {
            title: title.to_owned(),
            shown_title: paper.title().text.as_str().to_owned(),
            text: plain,
            body: content.as_str().to_owned(),
            seconds,
        })
    }

    fn observed(&self, id: &str, title: &str, body: &str) -> Observation {
        let record = Record {
            key: id.to_owned(),
            title: Some(Raw::new(title, Markup::Tex)),
            abstract_text: Some(Raw::new(body, Markup::Tex)),
            authors: RawAuthors::default(),
            ..Record::default()
        };
        let context = Context {
            source: &self.source,
            authority: Authority::Repository,
            fetched_at: Timestamp::from_seconds(1_785_715_200),
            language: None,
        };
        observe(&record, &context).unwrap_or_else(|problem| panic!("{problem}: {title}"))
    }

    fn title(&mut self, id: &str, source: &str, shown: &str) {
        if !source.contains(['$', '\\']) {
            return;
        }
        self.titles_with_tex += 1;
        let mut reasons = BTreeSet::new();
        for fault in faults::of_text(&said(source), shown, true) {
            reasons.insert(match fault {
                Fault::Left(reason) if faults::cause(&reason) == faults::TEXT_MACRO => {
                    "only the paper defines a macro".to_owned()
                }
                Fault::Left(reason) => format!("{CONVERTIBLE}, {}", faults::cause(&reason)),
                Fault::Literal(reason) => format!("stays, {}", faults::cause(&reason)),
            });
        }
        for reason in reasons {
            self.titles_left.entry(reason).or_default().push(format!("{id}: {source} -> {shown}"));
        }
    }

    fn body(&mut self, id: &str, source: &str, plain: &str, shown: &shown::Shown) {
        let mut left: BTreeMap<&'static str, String> = BTreeMap::new();
        let mut macros: BTreeSet<String> = BTreeSet::new();
        let mut literal: BTreeMap<&'static str, String> = BTreeMap::new();
        let source = &said(source);
        let mut in_formulas: BTreeSet<String> = BTreeSet::new();
        for fault in faults::of_text(source, plain, false).into_iter().chain(faults::of_body(source, shown)) {
            let fault = faults::placed(fault, shown);
            if let Fault::Left(reason) = &fault
                && let cause = faults::cause(reason)
                && [faults::MACRO, faults::TEXT_MACRO].contains(&cause)
                && let Some((_cause, name)) = reason.split_once(" \\")
            {
                let name = format!("\\{}", name.split(':').next().unwrap_or_default());
                if cause == faults::MACRO {
                    in_formulas.insert(name.clone());
                }
                macros.insert(name);
            }
            match fault {
                Fault::Left(reason) => left.entry(faults::cause(&reason)).or_insert(reason),
                Fault::Literal(reason) => literal.entry(faults::cause(&reason)).or_insert(reason),
            };
        }
        self.formulas += shown.tex.len();
        for name in macros {
            *self.macros.entry(name).or_default() += 1;
        }
        for (causes, found) in [(&mut self.causes, &left), (&mut self.literal, &literal)] {
            for (cause, example) in found {
                let (count, examples) = causes.entry(cause).or_default();
                *count += 1;
                if examples.len() < self.examples {
                    examples.push(format!("{id}: {example}"));
                }
            }
        }
        self.lost += usize::from(left.contains_key(faults::LOST));
        // A name in the text that only its paper defines is no maths.
        let is_sound = left.keys().all(|cause| *cause == faults::TEXT_MACRO);
        if !shown.tex.is_empty() || !is_sound {
            self.with_maths += 1;
            self.converted += usize::from(is_sound);
            let has_only_macros =
                left.keys().all(|cause| [faults::TEXT_MACRO, faults::MACRO].contains(cause)) && !is_sound;
            self.only_macros += usize::from(has_only_macros);
            self.only_letters +=
                usize::from(has_only_macros && in_formulas.iter().all(|name| name.len() == 2));
            self.without_macros += usize::from(left.is_empty());
        }
    }

    /// How many papers were read.
    pub(crate) fn papers(&self) -> usize {
        self.papers
    }

    /// Titles that hold what could have been converted.
    pub(crate) fn bad_titles(&self) -> usize {
        self.titles_left
            .iter()
            .filter(|(reason, _titles)| reason.starts_with(CONVERTIBLE))
            .map(|(_reason, titles)| titles.len())
            .sum()
    }

    /// Bodies that are not XHTML.
    pub(crate) fn ill_formed(&self) -> usize {
        self.ill_formed.len()
    }

    /// Fully converted abstracts among those with maths, in ten-thousandths.
    pub(crate) fn converted_per_myriad(&self) -> usize {
        self.converted * 10_000 / self.with_maths.max(1)
    }

    /// The same among those that can be converted: those with macros that only their papers define are left out.
    pub(crate) fn convertible_per_myriad(&self) -> usize {
        self.converted * 10_000 / (self.with_maths - self.only_macros).max(1)
    }

    /// Everything that was found, for people.
    pub(crate) fn report(&self) -> String {
        let mut out = String::new();
        writeln!(out, "papers: {}", self.papers).unwrap();
        writeln!(
            out,
            "titles: {} with TeX, {} hold what could be converted; those that keep a sign or a name of TeX, with the reason:",
            self.titles_with_tex,
            self.bad_titles()
        )
        .unwrap();
        for (reason, titles) in &self.titles_left {
            writeln!(out, "  {} titles: {reason}", titles.len()).unwrap();
            for title in titles {
                writeln!(out, "    {title}").unwrap();
            }
        }
        writeln!(
            out,
            "abstracts: {}, of which {} hold $ or \\ and {} hold maths: {} formulas",
            self.abstracts, self.with_tex, self.with_maths, self.formulas
        )
        .unwrap();
        let mut share = |what: &str, part: usize, whole: usize| {
            let myriad = part * 10_000 / whole.max(1);
            writeln!(out, "{what}: {part} of {whole} ({}.{:02} %)", myriad / 100, myriad % 100).unwrap();
        };
        let convertible = self.with_maths - self.only_macros;
        share("fully converted, of all with maths", self.converted, self.with_maths);
        share("fully converted, of those without an author's own macro", self.converted, convertible);
        share("fully converted, and no such macro in the text either", self.without_macros, self.with_maths);
        writeln!(
            out,
            "by cause: the author's own macro, not defined, alone: {} abstracts, of which {} show a letter of some font as that letter",
            self.only_macros, self.only_letters
        )
        .unwrap();
        for (title, causes) in [("not converted", &self.causes), ("no maths, left as it is", &self.literal)] {
            let mut causes: Vec<_> = causes.iter().collect();
            causes.sort_by_key(|(_cause, (count, _examples))| std::cmp::Reverse(*count));
            for (cause, (count, examples)) in causes {
                writeln!(out, "  {title}: {count} by {cause}").unwrap();
                for example in examples.iter().take(self.examples) {
                    writeln!(out, "    {example}").unwrap();
                }
            }
        }
        let mut macros: Vec<_> = self.macros.iter().collect();
        macros.sort_by_key(|(_name, count)| std::cmp::Reverse(**count));
        let names: Vec<_> =
            macros.iter().take(MACROS).map(|(name, count)| format!("{name} {count}")).collect();
        writeln!(out, "{} unknown macros: {}", macros.len(), names.join(", ")).unwrap();
        writeln!(out, "abstracts that lost a symbol: {}", self.lost).unwrap();
        writeln!(out, "bodies that are not well-formed XHTML: {}", self.ill_formed.len()).unwrap();
        for fault in self.ill_formed.iter().take(self.examples) {
            writeln!(out, "  {fault}").unwrap();
        }
        out
    }
}

/// A source without what no reader is meant to see: addresses of links, keys of references, the word that heads an abstract,
/// the signs around code.
fn said(source: &str) -> String {
    static UNSEEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)\\href\s*\{[^{}]*\}|\\cite[a-z]*\s*(?:\[[^\]]*\])*\{[^{}]*\}|^\s*(?:Abstract|ABSTRACT|Summary|SUMMARY)\b").unwrap()
    });
    static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\verb([+|!])([^+|!]*)[+|!]").unwrap());
    CODE.replace_all(&UNSEEN.replace_all(source, " "), "$2").into_owned()
}

/// The paper of one observation.
fn merged(observation: Observation) -> Paper {
    let has_abstract = observation.abstract_text.is_some();
    Paper {
        id: PaperId::mint(7),
        aliases: BTreeMap::new(),
        first_seen: observation.fetched_at,
        observations: vec![observation],
        chosen: Chosen { abstract_text: has_abstract.then_some(0), ..Chosen::default() },
        events: BTreeMap::new(),
    }
}

/// Its place in a topic.
fn place(paper: &Paper) -> TimelineEntry {
    TimelineEntry {
        topic: TopicId::parse("all").unwrap(),
        paper: paper.id.clone(),
        served_as: paper.id.clone(),
        at: paper.first_seen,
        updated: paper.first_seen,
        reason: String::new(),
    }
}

//! How well the title rule tells papers apart: recorded pairs that are one work, recorded pairs that are not, with every
//! identifier hidden. The benchmark prints it whole, a test holds its floors.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use offprint::identity::decide::decide;
use offprint::identity::keys::Block;
use offprint::identity::keys::blocks_of;
use offprint::model::observation::Observation;
use offprint::model::record::RawAuthor;
use offprint::model::record::RawAuthors;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Markup;
use offprint::model::text::Raw;
use offprint::model::time::Moment;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;
use serde_json::Value;

use super::data::files;
use super::data::lines;

/// Pairs that no label knows and that are one work at two places: the same title and authors, and abstracts that begin
/// alike or are versions of each other (read by a person).
const JUDGED_SAME: &[(&str, &str)] = &[
    ("arXiv:0711.1146", "nips2007:d3670046ab"),
    ("arXiv:1606.02627", "nips2016:7251"),
    ("arXiv:1712.08969", "nips2017:9071"),
    ("arXiv:2506.16931", "corl2025:r29CIl3ePP"),
    ("arXiv:2507.09185", "colm2025:cRE1XrHf1h"),
    ("emnlp2021:2021.emnlp-main.839", "emnlp2021:2021.findings-emnlp.131"),
    ("iclr2013:bI58OFtQlLOQ7", "rss2013:9e0bc539a5"),
    ("iclr2017:BkJsCIcgl", "icml2017:707"),
    ("iclr2017:HyWG0H5ge", "icml2017:600"),
    ("iclr2017:SyOvg6jxx", "nips2017:9061"),
    ("iclr2017:rkmDI85ge", "icml2017:762"),
    ("iclr2018:B1nxTzbRZ", "nips2018:12015"),
    ("iclr2018:BJDH5M-AW", "icml2018:2307"),
    ("iclr2018:BJInEZsTb", "icml2018:1917"),
    ("iclr2018:H1bM1fZCW", "icml2018:2419"),
    ("iclr2018:HJWGdbbCW", "rss2018:cfac11665a"),
    ("iclr2018:HJjvxl-Cb", "icml2018:1986"),
    ("iclr2018:HkCnm-bAb", "icml2018:2221"),
    ("iclr2018:HkepKG-Rb", "icml2018:2431"),
    ("iclr2018:HkmaTz-0W", "nips2018:11618"),
    ("iclr2018:HyEi7bWR-", "icml2018:2397"),
    ("iclr2018:Sy-tszZRZ", "icml2018:2449"),
    ("iclr2018:SylJ1D1C-", "icml2018:1934"),
    ("iclr2018:r16Vyf-0-", "icml2018:2430"),
    ("iclr2018:rJIgf7bAZ", "icml2018:2432"),
    ("iclr2018:rJaE2alRW", "icml2018:2310"),
    ("iclr2018:rkcya1ZAW", "icml2018:2258"),
];

/// What came of one set of pairs that are one work.
pub(crate) struct Found {
    /// Where the pairs are from.
    pub(crate) set: &'static str,
    /// How many pairs there are.
    pub(crate) pairs: usize,
    /// The pairs that were not joined.
    pub(crate) missed: Vec<String>,
}

/// What came of everything.
pub(crate) struct Outcome {
    /// The labelled sets.
    pub(crate) found: Vec<Found>,
    /// The same with authors known on one side only, so that the title alone was tested. Not part of the figures.
    pub(crate) titles_only: Found,
    /// Papers that were compared with each other where their blocks brought them together.
    pub(crate) papers: usize,
    /// Pairs of different works that were brought together.
    pub(crate) compared: usize,
    /// Those of them that were joined wrongly.
    pub(crate) wrong: Vec<String>,
    /// Joined pairs that no label knows and that are one work in truth.
    pub(crate) unlabelled: Vec<String>,
    /// Blocks with more papers than the planner looks at.
    pub(crate) crowds: usize,
}

impl Outcome {
    /// Pairs that are one work by their labels.
    pub(crate) fn pairs(&self) -> usize {
        self.found.iter().map(|found| found.pairs).sum()
    }

    /// Those of them that were joined.
    pub(crate) fn joined(&self) -> usize {
        self.found.iter().map(|found| found.pairs - found.missed.len()).sum()
    }

    /// Of ten thousand pairs that are one work, how many are joined.
    pub(crate) fn recall(&self) -> usize {
        self.joined() * 10_000 / self.pairs().max(1)
    }

    /// Of ten thousand joined pairs, how many are one work.
    pub(crate) fn precision(&self) -> usize {
        let right = self.joined() + self.unlabelled.len();
        right * 10_000 / (right + self.wrong.len()).max(1)
    }

    /// The same with every pair that no label knows counted as wrong.
    pub(crate) fn strict_precision(&self) -> usize {
        self.joined() * 10_000 / (self.joined() + self.unlabelled.len() + self.wrong.len()).max(1)
    }

    /// All of it for people, every error in a line of its own.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for found in self.found.iter().chain([&self.titles_only]) {
            let joined = found.pairs - found.missed.len();
            lines.push(format!("{}: {joined} of {} joined", found.set, found.pairs));
            lines.extend(found.missed.iter().map(|pair| format!("  missed: {pair}")));
        }
        lines.push(format!(
            "{} papers, {} pairs of different works under one title, {} crowds: {} joined wrongly",
            self.papers,
            self.compared,
            self.crowds,
            self.wrong.len()
        ));
        lines.extend(self.wrong.iter().map(|pair| format!("  wrong: {pair}")));
        lines.extend(self.unlabelled.iter().map(|pair| format!("  not labelled, one work: {pair}")));
        let share = |part: usize| format!("{}.{:02} %", part / 100, part % 100);
        lines.push(format!(
            "precision {} ({} if every pair without a label were wrong), recall {}",
            share(self.precision()),
            share(self.strict_precision()),
            share(self.recall())
        ));
        lines
    }
}

/// A title and its authors with some dates, under no identifier.
#[derive(Clone)]
struct Work {
    id: String,
    title: Raw,
    authors: Vec<String>,
    dates: Vec<NaiveDate>,
}

impl Work {
    fn new(
        id: &str,
        title: &str,
        markup: Markup,
        authors: Vec<String>,
        dates: &[Option<NaiveDate>],
    ) -> Option<Self> {
        let dates = dates.iter().copied().flatten().collect();
        let work = Self { id: id.to_owned(), title: Raw::new(title, markup), authors, dates };
        work.seen("recorded", Vec::new()).map(|_seen| work)
    }

    fn seen(&self, source: &str, authors: Vec<RawAuthor>) -> Option<Observation> {
        let source = SourceId::parse(source).unwrap();
        let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
        let context =
            Context { source: &source, authority: Authority::Repository, fetched_at, language: None };
        let record = Record {
            key: self.id.clone(),
            title: Some(self.title.clone()),
            authors: RawAuthors::List(authors),
            ..Record::default()
        };
        observe(&record, &context).ok()
    }

    /// What a source says that knows all of it.
    fn observation(&self, source: &str) -> Observation {
        let authors =
            self.authors.iter().map(|name| RawAuthor { name: name.clone(), ..RawAuthor::default() });
        let mut observation = self.seen(source, authors.collect()).unwrap();
        observation.submitted = self.dates.iter().min().copied().map(Moment::on);
        observation.revised = self.dates.iter().max().copied().map(Moment::on);
        observation
    }

    /// What brings it together with others. The authors do not, and reading all of them takes long.
    fn blocks(&self) -> BTreeSet<Block> {
        blocks_of(&self.seen("recorded", Vec::new()).unwrap()).collect()
    }
}

/// Pairs that are one work.
type Pairs = Vec<(Work, Work)>;

/// Whether the rule joins two works when it knows no identifier of either.
fn is_joined(one: &Work, other: &Work) -> bool {
    let (ours, theirs) = (one.observation("one"), other.observation("other"));
    !one.blocks().is_disjoint(&other.blocks()) && decide(&[&ours, &theirs], &[]).groups.len() == 1
}

fn names(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|one| one.as_str().or_else(|| one["name"].as_str())).map(str::to_owned).collect()
}

/// A date as records write it: a day, or a year alone.
fn date(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str()?;
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d")
        .ok()
        .or_else(|| NaiveDate::from_ymd_opt(text.get(..4)?.parse().ok()?, 7, 1))
}

fn year_alone(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str().filter(|text| text.len() == 4)?;
    NaiveDate::from_ymd_opt(text.parse().ok()?, 7, 1)
}

/// The month that an arXiv identifier states.
fn month(id: &str) -> Option<NaiveDate> {
    let digits = id.strip_prefix("arXiv:")?.rsplit('/').next()?;
    let year: i32 = digits.get(..2)?.parse().ok()?;
    NaiveDate::from_ymd_opt(
        if year > 90 { 1900 + year } else { 2000 + year },
        digits.get(2..4)?.parse().ok()?,
        1,
    )
}

/// One of the recorded collections went through a table of numbers: `0704.1390` became `704.139` and `1809.02253` became
/// `1809.0225300000002`. What is meant is told by the month and the number of digits of its time.
fn mended(id: &str) -> String {
    let whole = || -> Option<String> {
        let (month, fraction) = id.strip_prefix("arXiv:")?.split_once('.')?;
        let month: u32 = month.parse().ok()?;
        let digits = if month < 1501 { 4 } else { 5 };
        let number: f64 = format!("0.{fraction}").parse().ok()?;
        let number = format!("{number:.digits$}");
        Some(format!("arXiv:{month:04}.{}", number.strip_prefix("0.")?))
    };
    whole().unwrap_or_else(|| id.to_owned())
}

fn described(one: &Work, other: &Work) -> String {
    let people = |work: &Work| work.authors.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    format!(
        "{} \"{}\" ({}) | {} \"{}\" ({})",
        one.id,
        one.title.text,
        people(one),
        other.id,
        other.title.text,
        people(other)
    )
}

fn tried(set: &'static str, pairs: &[(Work, Work)]) -> Found {
    let missed = pairs.iter().filter(|(one, other)| !is_joined(one, other));
    Found { set, pairs: pairs.len(), missed: missed.map(|(one, other)| described(one, other)).collect() }
}

/// Evaluates the rule over the recorded data in a folder.
pub(crate) fn evaluate(folder: &Path) -> Outcome {
    let papers = folder.join("papers");
    let read = |name: &str| lines(&papers.join(format!("{name}.jsonl.gz")));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    // Of one identifier several records, where a collection damaged it.
    let mut works: BTreeMap<String, Vec<Work>> = BTreeMap::new();
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for file in [
        "arxiv-api-dated",
        "arxiv-archive-1993-2019",
        "arxiv-listed-2025-2026",
        "arxiv-math-2007-2026",
        "conference-1987-2025",
    ] {
        for paper in read(file) {
            let id = mended(&text(&paper["id"]));
            by_name.insert(text(&paper["id"]), id.clone());
            let dates = [
                date(&paper["published"]),
                year_alone(&paper["published"]),
                date(&paper["updated"]),
                date(&paper["listed"]),
                month(&id),
            ];
            let work = Work::new(&id, &text(&paper["title"]), Markup::Tex, names(&paper["authors"]), &dates);
            works.entry(id).or_default().extend(work);
        }
    }
    let first = |name: &str| works.get(by_name.get(name)?)?.first().cloned();

    let by_title: Pairs = read("same-paper-by-title")
        .filter_map(|pair| Some((first(pair["a"].as_str()?)?, first(pair["b"].as_str()?)?)))
        .collect();
    let (listed, titles_only) = daily(folder, &works);
    let revised: Pairs = read("revisions").filter_map(|paper| revision(&paper)).collect();
    let doubled: Pairs = works
        .values()
        .filter_map(|records| records.split_first())
        .flat_map(|(first, rest)| rest.iter().map(|other| (first.clone(), other.clone())))
        .collect();
    let mut labelled: BTreeSet<(String, String)> =
        by_title.iter().map(|(one, other)| pair_of(&one.id, &other.id)).collect();
    let judged: BTreeSet<(String, String)> =
        JUDGED_SAME.iter().map(|(one, other)| pair_of(one, other)).collect();
    let mut outcome = Outcome {
        found: vec![
            tried("arXiv and a conference, by title", &by_title),
            tried("Hugging Face and arXiv", &listed),
            tried("first and last version", &revised),
            tried("two records of one arXiv identifier", &doubled),
        ],
        titles_only: tried("Hugging Face and arXiv, titles alone", &titles_only),
        papers: works.len(),
        compared: 0,
        wrong: Vec::new(),
        unlabelled: Vec::new(),
        crowds: 0,
    };
    let mut blocks: BTreeMap<_, Vec<&Work>> = BTreeMap::new();
    for work in works.values().filter_map(|records| records.first()) {
        for block in work.blocks() {
            blocks.entry(block).or_default().push(work);
        }
    }
    for together in blocks.values() {
        outcome.crowds += usize::from(together.len() > offprint::harvest::plan::CROWD);
        for (at, one) in together.iter().enumerate() {
            for other in together.iter().skip(at + 1) {
                if !labelled.insert(pair_of(&one.id, &other.id)) {
                    continue;
                }
                let is_one_work = judged.contains(&pair_of(&one.id, &other.id));
                outcome.compared += usize::from(!is_one_work);
                if is_joined(one, other) {
                    let list = if is_one_work { &mut outcome.unlabelled } else { &mut outcome.wrong };
                    list.push(described(one, other));
                }
            }
        }
    }
    outcome
}

fn pair_of(one: &str, other: &str) -> (String, String) {
    let (one, other) = (one.to_owned(), other.to_owned());
    if one < other { (one, other) } else { (other, one) }
}

/// The first and the last version of a paper. Some records of versions came without authors: nothing could join them.
fn revision(paper: &Value) -> Option<(Work, Work)> {
    let id = mended(paper["id"].as_str()?);
    let versions = paper["versions"].as_array()?;
    let version = |version: &Value| {
        let dates = [date(&version["listed"])];
        Work::new(&id, version["title"].as_str()?, Markup::Tex, names(&version["authors"]), &dates)
    };
    let (first, last) = (version(versions.first()?)?, version(versions.last()?)?);
    (!first.authors.is_empty() && !last.authors.is_empty()).then_some((first, last))
}

/// The texts of Hugging Face beside those of arXiv: with the authors of either, and, where arXiv's are not recorded, with
/// those of Hugging Face on both sides.
fn daily(folder: &Path, works: &BTreeMap<String, Vec<Work>>) -> (Pairs, Pairs) {
    let mut authors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_name, bytes) in files(&folder.join("sources/hf-daily-by-date.tar.gz")) {
        let Ok(Value::Array(entries)) = serde_json::from_slice(&bytes) else { continue };
        for paper in entries.iter().map(|entry| &entry["paper"]) {
            let id = paper["id"].as_str().unwrap_or_default();
            authors.insert(format!("arXiv:{id}"), names(&paper["authors"]));
        }
    }
    let (mut whole, mut titles_only) = (Vec::new(), Vec::new());
    for pair in lines(&folder.join("papers/daily-papers-vs-arxiv.jsonl.gz")) {
        let id = pair["id"].as_str().unwrap_or_default();
        let Some(theirs) = authors.get(id).filter(|names| !names.is_empty()) else { continue };
        let title = |key: &str| pair[key].as_str().unwrap_or_default().to_owned();
        let dates = [date(&pair["hf_listed"])];
        let listed = Work::new(id, &title("hf_title"), Markup::DamagedTex, theirs.clone(), &dates);
        let recorded = works.get(id).and_then(|records| records.first());
        let with_authors = recorded.map(|work| work.authors.clone());
        let has_authors = with_authors.is_some();
        let ours = with_authors.unwrap_or_else(|| theirs.clone());
        let original = Work::new(id, &title("arxiv_title"), Markup::Tex, ours, &[month(id)]);
        let pairs = if has_authors { &mut whole } else { &mut titles_only };
        pairs.extend(listed.zip(original));
    }
    (whole, titles_only)
}

//! How well relevance ranks judged papers, how fast, and with how much memory.
//!
//! `OFFPRINT_DATA=… cargo bench --bench relevance -- [FOLDER…] [--model FILE]`: each folder holds docs.jsonl.gz,
//! queries.jsonl (`text`, `like`) and qrels.tsv; without folders, those under `$OFFPRINT_DATA/relevance`. A set's papers
//! are its background, examples left out. Everything goes through the library's public interface.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::collections::HashMap;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use offprint::relevance::background::Background;
use offprint::relevance::background::Weighed;
use offprint::relevance::embedding::Embedding;
use offprint::relevance::features::Features;
use offprint::relevance::profile::Example;
use offprint::relevance::profile::Profile;
use offprint::relevance::profile::Score;
use offprint::relevance::profile::Wanted;

use crate::sets::Query;
use crate::sets::Set;

#[path = "relevance/sets.rs"]
mod sets;

#[path = "relevance/speed.rs"]
mod speed;

/// How many papers are shown for marking.
const SHOWN: usize = 15;

fn main() {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut embedding = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {}
            "--model" => {
                let bytes = std::fs::read(arguments.next().unwrap()).unwrap();
                embedding = Some(Embedding::from_bytes(&bytes).unwrap());
            }
            _folder => folders.push(argument.into()),
        }
    }
    let data = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from);
    if let (true, Some(data)) = (folders.is_empty(), &data) {
        folders.extend(["cranfield", "ijcai"].map(|name| data.join("relevance").join(name)));
    }
    if folders.is_empty() {
        println!("OFFPRINT_DATA is not set and no folder given: there is nothing to measure");
        return;
    }
    let idle = speed::memory();
    let embedding = embedding.map_or_else(Embedding::shipped, Arc::new);
    println!(
        "embedding {}: {} terms of {} columns",
        embedding.fingerprint(),
        embedding.len(),
        embedding.columns()
    );
    speed::measure(&folders, data.as_deref(), &embedding);
    for folder in &folders {
        judge(&sets::read(folder), &embedding);
    }
    println!(
        "\npeak memory {} MB over {idle} MB at start, with the measured texts and sets",
        speed::memory() - idle
    );
}

/// nDCG@10, recall@100 and average precision of a ranking; papers left out count nowhere.
fn measures(ranked: &[&str], relevant: &HashSet<String>, out: &HashSet<&str>) -> Option<[f64; 3]> {
    let wanted = relevant.iter().filter(|id| !out.contains(id.as_str())).count();
    if wanted == 0 {
        return None;
    }
    let gain = |at: usize| 1.0 / ((at + 2) as f64).log2();
    let ranked: Vec<bool> =
        ranked.iter().filter(|id| !out.contains(*id)).take(1_000).map(|id| relevant.contains(*id)).collect();
    let gained: f64 =
        ranked.iter().take(10).enumerate().filter(|(_at, hit)| **hit).map(|(at, _hit)| gain(at)).sum();
    let ideal: f64 = (0..wanted.min(10)).map(gain).sum();
    let found = ranked.iter().take(100).filter(|hit| **hit).count();
    let (mut hits, mut precision) = (0.0, 0.0);
    for (at, _hit) in ranked.iter().enumerate().filter(|(_at, hit)| **hit) {
        hits += 1.0;
        precision += hits / (at + 1) as f64;
    }
    Some([gained / ideal, found as f64 / wanted as f64, precision / wanted as f64])
}

#[derive(Default)]
struct Mean([f64; 3], usize);

impl Mean {
    fn add(&mut self, measured: Option<[f64; 3]>) {
        if let Some(measured) = measured {
            self.1 += 1;
            self.0.iter_mut().zip(measured).for_each(|(sum, value)| *sum += value);
        }
    }

    fn of(&self) -> [f64; 3] {
        self.0.map(|sum| sum / self.1.max(1) as f64)
    }
}

fn ranked<'a>(set: &'a Set, scores: &[f32]) -> Vec<&'a str> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]));
    order.into_iter().map(|at| set.papers[at].id.as_str()).collect()
}

struct Judge<'a> {
    set: &'a Set,
    features: Vec<Arc<Features>>,
    weighed: Vec<Weighed>,
    at: HashMap<&'a str, usize>,
    background: Background,
}

impl Judge<'_> {
    fn scores(&self, wanted: &Wanted) -> Vec<Score> {
        let profile = Profile::build(wanted, &self.background);
        self.weighed.iter().map(|paper| profile.score_weighed(paper)).collect()
    }

    fn examples(&self, ids: &[&str]) -> Vec<Example> {
        let known = ids.iter().filter_map(|id| self.at.get(id).map(|at| (id, at)));
        known
            .map(|(id, at)| Example {
                id: (*id).to_owned(),
                title: self.set.papers[*at].title.clone(),
                features: Arc::clone(&self.features[*at]),
            })
            .collect()
    }
}

fn judge(set: &Set, embedding: &Arc<Embedding>) {
    let features: Vec<Arc<Features>> = set
        .papers
        .iter()
        .map(|paper| Arc::new(Features::of(&paper.title, &paper.abstract_text, embedding)))
        .collect();
    let mut background = Background::bare(Arc::clone(embedding));
    for (paper, features) in set.papers.iter().zip(&features) {
        background.add(&paper.id, Arc::clone(features));
    }
    let at = set.papers.iter().enumerate().map(|(at, paper)| (paper.id.as_str(), at)).collect();
    let scale = background.scale();
    let weighed = features.iter().map(|features| scale.weigh(features)).collect();
    let judge = Judge { set, features, weighed, at, background };
    println!("\n{}: {} papers, {} queries", set.name, set.papers.len(), set.queries.len());
    println!("  {:<26} {:>7} {:>11} {:>7}", "method", "nDCG@10", "recall@100", "MAP");
    let mut rows: Vec<(&str, Mean)> = Vec::new();
    let mut add = |name: &'static str, measured| {
        let at = rows.iter().position(|(known, _mean)| *known == name).unwrap_or_else(|| {
            rows.push((name, Mean::default()));
            rows.len() - 1
        });
        rows[at].1.add(measured);
    };
    let with_text = set.queries.iter().any(|query| !query.text.is_empty());
    let with_likes = set.queries.iter().any(|query| !query.like.is_empty());
    let mut marks = Marks::default();
    for query in &set.queries {
        let out = HashSet::new();
        let about = (!query.text.is_empty()).then(|| query.text.clone());
        let likes: Vec<&str> = query.like.iter().map(String::as_str).collect();
        let liked: HashSet<&str> = likes.iter().copied().collect();
        if with_text {
            let scores = judge.scores(&Wanted { about: about.clone(), ..Wanted::default() });
            let by = |part: fn(&Score) -> f32| ranked(set, &scores.iter().map(part).collect::<Vec<f32>>());
            add("bm25 text", measures(&by(|score| score.parts.about_words), &query.relevant, &out));
            add("static text", measures(&by(|score| score.parts.about_sense), &query.relevant, &out));
            add("hybrid text", measures(&by(|score| score.total), &query.relevant, &out));
        }
        if with_likes {
            let wanted = Wanted { likes: judge.examples(&likes), ..Wanted::default() };
            let scores = judge.scores(&wanted);
            let by = |part: fn(&Score) -> f32| ranked(set, &scores.iter().map(part).collect::<Vec<f32>>());
            add("rocchio examples", measures(&by(|score| score.parts.like_words), &query.relevant, &liked));
            add("static examples", measures(&by(|score| score.parts.like_sense), &query.relevant, &liked));
            let first = by(|score| score.total);
            add("hybrid examples", measures(&first, &query.relevant, &liked));
            let both = judge.scores(&Wanted { about, ..wanted });
            let both: Vec<f32> = both.iter().map(|score| score.total).collect();
            add("examples + text", measures(&ranked(set, &both), &query.relevant, &liked));
            marks.add(&judge, query, &liked, &first);
        }
    }
    for (name, mean) in &rows {
        let [ndcg, recall, map] = mean.of();
        let must = match (set.name.as_str(), *name) {
            ("cranfield", "hybrid text") => Some(0.405),
            ("ijcai", "hybrid text") => Some(0.330),
            ("ijcai", "hybrid examples") => Some(0.310),
            _other => None,
        };
        let must = must.map_or(String::new(), |must| {
            format!("  must {must:.3}: {}", if ndcg >= must { "reached" } else { "MISSED" })
        });
        println!("  {name:<26} {ndcg:>7.4} {recall:>11.3} {map:>7.3}{must}");
    }
    if with_likes {
        marks.print(set.name == "ijcai");
    }
}

/// One round of marks: the best 15 papers not yet liked are marked as the judgements say, then all is scored again.
#[derive(Default)]
struct Marks {
    before: Mean,
    after: Mean,
    unmarked_before: Mean,
    unmarked_after: Mean,
    all_after: Mean,
}

impl Marks {
    fn add(&mut self, judge: &Judge<'_>, query: &Query, liked: &HashSet<&str>, first: &[&str]) {
        let shown: Vec<&str> = first.iter().copied().filter(|id| !liked.contains(id)).take(SHOWN).collect();
        let (good, bad): (Vec<&str>, Vec<&str>) = shown.iter().partition(|id| query.relevant.contains(**id));
        let mut likes: Vec<&str> = liked.iter().copied().collect();
        likes.extend(good);
        let wanted = Wanted { about: None, likes: judge.examples(&likes), unlikes: judge.examples(&bad) };
        let scores: Vec<f32> = judge.scores(&wanted).iter().map(|score| score.total).collect();
        let second = ranked(judge.set, &scores);
        let mut out = liked.clone();
        out.extend(shown);
        let rest = measures(&second, &query.relevant, &out);
        if rest.is_some() {
            self.before.add(measures(first, &query.relevant, liked));
            self.after.add(rest);
        }
        self.unmarked_before.add(measures(first, &query.relevant, &out));
        self.unmarked_after.add(rest);
        self.all_after.add(measures(&second, &query.relevant, liked));
    }

    fn print(&self, has_must: bool) {
        println!("  one round of {SHOWN} marks, on the examples alone, nDCG@10:");
        let line = |name: &str, before: &Mean, after: &Mean| {
            let (before, after) = (before.of()[0], after.of()[0]);
            let more = 100.0 * (after / before - 1.0);
            println!("    {name:<70} {before:.3} -> {after:.3}  {more:+.0} %");
            more
        };
        let more = line(
            "papers not marked, before and after (marked ones in neither)",
            &self.unmarked_before,
            &self.unmarked_after,
        );
        line("marked papers stay in the second ranking", &self.before, &self.all_after);
        line("first: all but the examples; second: without the marked too", &self.before, &self.after);
        if has_must {
            println!(
                "    must +25 % by the first count: {}",
                if more >= 25.0 { "reached" } else { "MISSED" }
            );
        }
    }
}

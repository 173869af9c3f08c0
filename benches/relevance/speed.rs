//! How fast papers are embedded and scored, and what memory that takes.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use offprint::relevance::background::Background;
use offprint::relevance::embedding::Embedding;
use offprint::relevance::features::Features;
use offprint::relevance::profile::Example;
use offprint::relevance::profile::Profile;
use offprint::relevance::profile::Wanted;
use offprint::relevance::profiles::Profiles;

use crate::sets::Paper;
use crate::sets::papers;

/// Papers and topics of the measurement of speed.
const PAPERS: usize = 20_000;
const TOPICS: usize = 100;

/// Embeds and scores papers against topics on two threads.
///
/// Comes first, for a peak of memory only grows.
pub(crate) fn measure(folders: &[PathBuf], data: Option<&Path>, embedding: &Arc<Embedding>) {
    let mut texts: Vec<(String, String)> = Vec::new();
    if let Some(data) = data {
        let file = data.join("papers/arxiv-listed-2025-2026.jsonl.gz");
        texts.extend(papers(&file).take(PAPERS).map(|paper| (paper.title, paper.abstract_text)));
    }
    while texts.len() < PAPERS {
        let files = folders.iter().map(|folder| folder.join("docs.jsonl.gz"));
        let own = files.flat_map(|file| papers(&file).collect::<Vec<Paper>>());
        texts.extend(own.map(|paper| (paper.title, paper.abstract_text)));
    }
    texts.truncate(PAPERS);
    let before = memory();
    let begun = Instant::now();
    let mut background = Background::new(Arc::clone(embedding));
    println!(
        "\ncold background: {} papers in {:.0} ms",
        background.counted(),
        begun.elapsed().as_secs_f64() * 1e3
    );
    let begun = Instant::now();
    let some: Vec<Arc<Features>> = texts
        .iter()
        .take(5_000)
        .map(|(title, body)| Arc::new(Features::of(title, body, embedding)))
        .collect();
    let each = begun.elapsed().as_secs_f64() / some.len() as f64;
    println!("features, one thread: {:.0} papers/s ({:.1} us each)", 1.0 / each, each * 1e6);
    for (at, features) in some.iter().enumerate() {
        background.add(&at.to_string(), Arc::clone(features));
    }
    let wanted: Vec<Wanted> = (0..TOPICS).map(|topic| topic_of(topic, &texts, &some)).collect();
    drop(some);
    let begun = Instant::now();
    let profiles = Profile::build_all(&wanted, &background).into_iter().map(Arc::new).collect();
    println!(
        "{TOPICS} profiles of five examples and a title built in {:.0} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );
    let profiles = Profiles::new(profiles);
    println!(
        "memory for model, statistics, {TOPICS} topics: {} MB more at the peak  must 80",
        memory() - before
    );
    let (begun, spent) = (Instant::now(), cpu());
    let halves = texts.split_at(texts.len() / 2);
    let work = |texts: &[(String, String)]| {
        let scale = background.scale();
        let mut best = 0.0_f32;
        for (title, body) in texts {
            let features = Features::of(title, body, embedding);
            best = profiles.scores_weighed(&scale.weigh(&features)).into_iter().fold(best, f32::max);
        }
        best
    };
    let best = std::thread::scope(|scope| {
        let other = scope.spawn(|| work(halves.1));
        work(halves.0).max(other.join().unwrap())
    });
    let rate = texts.len() as f64 / begun.elapsed().as_secs_f64();
    println!(
        "embed and score {} papers x {TOPICS} topics on two threads: {rate:.0} papers/s  must 5,000: {}  (best {best:.1})",
        texts.len(),
        if rate >= 5_000.0 { "reached" } else { "MISSED" }
    );
    println!(
        "  that took {:.1} s of processor, {:.0} papers/s for each core of one's own",
        cpu() - spent,
        texts.len() as f64 / (cpu() - spent)
    );
    let paper = Features::of(&texts[0].0, &texts[0].1, embedding);
    let begun = Instant::now();
    let weighed = background.scale();
    for _turn in 0..2_000 {
        std::hint::black_box(profiles.scores_weighed(&weighed.weigh(std::hint::black_box(&paper))));
    }
    println!("{TOPICS} topics against one paper: {:.1} us", begun.elapsed().as_secs_f64() / 2_000.0 * 1e6);
}

fn topic_of(topic: usize, texts: &[(String, String)], features: &[Arc<Features>]) -> Wanted {
    let likes = (0..5).map(|like| {
        let at = (topic * 5 + like) % features.len();
        Example { id: at.to_string(), title: texts[at].0.clone(), features: Arc::clone(&features[at]) }
    });
    Wanted { about: Some(texts[topic].0.clone()), likes: likes.collect(), unlikes: Vec::new() }
}

/// The seconds of processor this process has used.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The peak of this process's memory in MB.
pub(crate) fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

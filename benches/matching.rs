//! What matching a new paper against all topics costs: 100 to 100,000 realistic topics, beside a naive loop over every topic
//! and beside a bare matcher over word identifiers that finds a topic by the rarest term it requires. The bare one knows
//! words, phrases, OR, NOT, two fields and categories, and nothing else; it reads titles, abstracts and names.
//!
//! `OFFPRINT_DATA=… cargo bench --bench matching`. CPU time of one thread, rounds alternate; all three must find the same.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::single_match_else,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use offprint::model::beside::Beside;
use offprint::model::paper::Paper;
use offprint::model::time::Timestamp;
use offprint::model::topic::Revisions;
use offprint::model::topic::TopicId;
use offprint::query;
use offprint::query::words;
use offprint::topics::Topic;
use offprint::topics::Topics;
use offprint::topics::Window;

#[path = "matching/bare.rs"]
mod bare;

#[path = "shared/clocks.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod clocks;

#[path = "shared/papers.rs"]
mod papers;

use bare::Bare;
use clocks::cpu;
use papers::Recorded;

const PAPERS: usize = 2_000;

const ROUNDS: usize = 5;

/// A topic as both read it.
#[derive(Clone, Debug)]
struct Plain {
    /// All of these groups; of each group any.
    all: Vec<Vec<Part>>,
    none: Vec<Part>,
    category: Option<String>,
}

#[derive(Clone, Debug)]
struct Part {
    words: Vec<String>,
    /// 0 anywhere, 1 the title, 2 the abstract.
    field: u8,
}

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set: nothing is measured");
        return;
    };
    let all = papers::recorded(&folder, &["arxiv-listed-2025-2026", "arxiv-api-dated"]);
    // Topics are made of other papers than those that are matched.
    let (news, known) = all.split_at(PAPERS);
    let stored: Vec<Paper> = (0..).zip(news).map(|(number, paper)| papers::paper(paper, number)).collect();
    let frequencies = frequencies(known);
    println!("{PAPERS} papers; CPU us a paper: median of {ROUNDS} rounds (times the bare matcher)");
    println!(
        "{:>8} {:>9} {:>9} {:>16} {:>18} {:>10} {:>10}",
        "topics", "scan", "bare", "offprint", "every topic", "matches", "compile ms"
    );
    for count in [100, 1_000, 10_000, 100_000] {
        let plain = topics(known, &frequencies, count);
        measure(news, &stored, &plain, &frequencies);
    }
}

fn measure(news: &[Recorded], stored: &[Paper], plain: &[Plain], frequencies: &BTreeMap<String, usize>) {
    let began = cpu();
    let topics = Topics::new(plain.iter().enumerate().map(|(place, topic)| ours(place, topic)).collect());
    let compiled = cpu() - began;
    let nothing = Topics::new(Vec::new());
    let mut bare = Bare::new(plain, frequencies);
    let now = Timestamp::from_seconds(1_790_000_000);
    let mut figures: [Vec<f64>; 4] = Default::default();
    let per_paper = |seconds: f64| seconds * 1e6 / news.len() as f64;
    let (mut found, mut found_bare, mut found_naive) = (0, 0, 0);
    for round in 0..=ROUNDS {
        let begun = cpu();
        for paper in stored {
            nothing.places_of_paper(paper, &Beside::default(), now);
        }
        let scan = per_paper(cpu() - begun);
        let begun = cpu();
        let mut digest = Vec::with_capacity(news.len());
        for paper in news {
            digest.push(bare.matches(paper));
        }
        let bare_cost = per_paper(cpu() - begun);
        let begun = cpu();
        let mut mine = Vec::with_capacity(news.len());
        for paper in stored {
            mine.push(topics.places_of_paper(paper, &Beside::default(), now));
        }
        let cost = per_paper(cpu() - begun);
        let begun = cpu();
        let sample = if plain.len() > 10_000 { 50 } else { 200 };
        let naive: Vec<Vec<usize>> = news.iter().take(sample).map(|paper| bare.every(paper)).collect();
        let naive_cost = (cpu() - begun) * 1e6 / sample as f64;
        found = mine.iter().map(Vec::len).sum();
        found_bare = digest.iter().map(Vec::len).sum();
        found_naive = naive.iter().map(Vec::len).sum();
        for ((one, other), paper) in mine.iter().zip(&digest).zip(news) {
            if one != other {
                let odd = one
                    .iter()
                    .find(|place| !other.contains(place))
                    .or(other.iter().find(|place| !one.contains(place)));
                let is_ours = odd.is_some_and(|place| one.contains(place));
                panic!("{} differs (ours {is_ours}) at {:?}", paper.id, odd.map(|place| &plain[*place]));
            }
        }
        for ((one, other), paper) in naive.iter().zip(&digest).zip(news) {
            assert_eq!(one, other, "{}", paper.id);
        }
        // The first round fills the memories of words.
        if round > 0 {
            for (figure, value) in figures.iter_mut().zip([scan, bare_cost, cost, naive_cost]) {
                figure.push(value);
            }
        }
    }
    let [scan, bare_cost, cost, naive] = figures.map(|mut values| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    });
    assert_eq!(found, found_bare);
    assert!(found_naive <= found);
    println!(
        "{:>8} {scan:>9.1} {bare_cost:>9.1} {cost:>9.1} ({:.2}x) {naive:>10.1} ({:.0}x) {:>10.2} {:>10.0}",
        plain.len(),
        cost / bare_cost,
        naive / bare_cost,
        found as f64 / news.len() as f64,
        compiled * 1e3,
    );
}

/// The same topic in our language.
fn ours(place: usize, topic: &Plain) -> Topic {
    let part = |part: &Part| {
        let words = match part.words.as_slice() {
            [one] => one.clone(),
            several => format!("\"{}\"", several.join(" ")),
        };
        format!("{}{words}", ["", "title:", "abstract:"][usize::from(part.field)])
    };
    let group = |group: &Vec<Part>| {
        let parts: Vec<String> = group.iter().map(part).collect();
        if parts.len() == 1 { parts[0].clone() } else { format!("({})", parts.join(" OR ")) }
    };
    let mut clauses: Vec<String> = topic.all.iter().map(group).collect();
    clauses.extend(topic.category.iter().map(|category| format!("cat:{category}")));
    let mut text = clauses.join(" AND ");
    for not in &topic.none {
        text = format!("{text} NOT {}", part(not));
    }
    let parsed = query::parse(&text);
    assert!(parsed.problems.is_empty(), "{text}: {:?}", parsed.problems);
    Topic {
        id: TopicId::parse(&format!("topic-{place}")).unwrap(),
        title: String::new(),
        description: None,
        query: Some(parsed.query.unwrap()),
        ranked: None,
        revisions: Revisions::default(),
        window: Window::default(),
    }
}

/// Two to five terms out of one paper, three in four of them in 0.3 to 15 % of the papers; phrases, alternatives,
/// categories, fields and exclusions as people write them.
fn topics(known: &[Recorded], frequencies: &BTreeMap<String, usize>, count: usize) -> Vec<Plain> {
    let mut random = fastrand::Rng::with_seed(5);
    let share = |word: &String| frequencies.get(word).copied().unwrap_or(0) as f64 / known.len() as f64;
    let mut plain = Vec::with_capacity(count);
    while plain.len() < count {
        let paper = &known[random.usize(..known.len())];
        let text = tokens(&format!("{} . {}", paper.title, paper.abstract_text));
        let title = tokens(&paper.title);
        let part = |random: &mut fastrand::Rng| -> Option<Part> {
            let field = match random.u8(..10) {
                0 => 1,
                1 => 2,
                _rest => 0,
            };
            let from = if field == 1 { &title } else { &text };
            let is_apt = random.u8(..4) < 3;
            for _attempt in 0..40 {
                let at = random.usize(..from.len().max(1));
                let word = from.get(at)?;
                let wanted = if is_apt { (0.003..0.15).contains(&share(word)) } else { share(word) < 0.3 };
                if !wanted || word.len() < 3 {
                    continue;
                }
                let length = if random.u8(..100) < 35 { random.usize(2..=3) } else { 1 };
                let words = from.get(at..at + length)?.to_vec();
                return Some(Part { words, field });
            }
            None
        };
        let mut all = Vec::new();
        for _term in 0..random.usize(1..=3) {
            let mut group: Vec<Part> = part(&mut random).into_iter().collect();
            if random.u8(..100) < 15 {
                group.extend(part(&mut random));
            }
            if !group.is_empty() {
                all.push(group);
            }
        }
        let none = if random.u8(..100) < 15 { part(&mut random).into_iter().collect() } else { Vec::new() };
        let category = (random.u8(..100) < 20).then(|| paper.categories.first().cloned()).flatten();
        if all.len() + usize::from(category.is_some()) > 1 {
            plain.push(Plain { all, none, category: category.map(|category| category.to_lowercase()) });
        }
    }
    plain
}

fn tokens(text: &str) -> Vec<String> {
    words::fold(text)
}

fn frequencies(known: &[Recorded]) -> BTreeMap<String, usize> {
    let mut frequencies = BTreeMap::new();
    for paper in known {
        let words: BTreeSet<String> =
            tokens(&format!("{} {}", paper.title, paper.abstract_text)).into_iter().collect();
        for word in words {
            *frequencies.entry(word).or_default() += 1;
        }
    }
    frequencies
}

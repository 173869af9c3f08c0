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

use hashbrown::HashMap;
use offprint::model::paper::Paper;
use offprint::model::time::Timestamp;
use offprint::model::topic::Revisions;
use offprint::model::topic::TopicId;
use offprint::query;
use offprint::query::document::Beside;
use offprint::query::words;
use offprint::topics::Topic;
use offprint::topics::Topics;
use offprint::topics::Window;

#[path = "shared/papers.rs"]
mod papers;

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
            nothing.places_of_paper(paper, Beside::default(), now);
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
            mine.push(topics.places_of_paper(paper, Beside::default(), now));
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

/// The peer: words as numbers, topics under the rarest term or pair of words that they require.
struct Bare {
    /// Word → its stem's number.
    words: HashMap<String, u32>,
    stems: HashMap<String, u32>,
    topics: Vec<Compiled>,
    by_term: Vec<Vec<(u32, u32)>>,
    by_pair: HashMap<(u32, u32), Vec<(u32, u32)>>,
    categories: HashMap<String, u32>,
    tokens: Vec<(u32, u8)>,
    first: Vec<(u32, u32)>,
    chain: Vec<u32>,
    at: u32,
    seen: Vec<u32>,
    /// For each category the paper that last had it.
    has_category: Vec<u32>,
}

struct Compiled {
    all: Vec<Vec<(Vec<u32>, u8)>>,
    none: Vec<(Vec<u32>, u8)>,
    category: Option<u32>,
}

const NO: u32 = u32::MAX;

impl Bare {
    fn new(plain: &[Plain], frequencies: &BTreeMap<String, usize>) -> Self {
        let mut this = Self {
            words: HashMap::new(),
            stems: HashMap::new(),
            topics: Vec::new(),
            by_term: Vec::new(),
            by_pair: HashMap::new(),
            categories: HashMap::new(),
            tokens: Vec::new(),
            first: Vec::new(),
            chain: Vec::new(),
            at: 0,
            seen: vec![0; plain.len()],
            has_category: Vec::new(),
        };
        let mut counted: HashMap<u32, usize> = HashMap::new();
        for (word, count) in frequencies {
            *counted.entry(this.intern(word)).or_default() += *count;
        }
        for (place, topic) in (0..).zip(plain) {
            let part = |part: &Part, this: &mut Self| -> (Vec<u32>, u8) {
                (part.words.iter().map(|word| this.intern(word)).collect(), part.field)
            };
            let all: Vec<Vec<_>> = topic
                .all
                .iter()
                .map(|group| group.iter().map(|one| part(one, &mut this)).collect())
                .collect();
            let none = topic.none.iter().map(|one| part(one, &mut this)).collect();
            let next = this.categories.len() as u32;
            let category =
                topic.category.as_ref().map(|name| *this.categories.entry(name.clone()).or_insert(next));
            this.post(place, &all, &counted);
            this.topics.push(Compiled { all, none, category });
        }
        this.has_category = vec![0; this.categories.len()];
        this.first = vec![(0, NO); this.stems.len() + 1_000_000];
        this.by_term.resize(this.first.len(), Vec::new());
        this
    }

    fn intern(&mut self, word: &str) -> u32 {
        if let Some(number) = self.words.get(word) {
            return *number;
        }
        let next = self.stems.len() as u32;
        let number = *self.stems.entry(words::stem(word)).or_insert(next);
        self.words.insert(word.to_owned(), number);
        number
    }

    /// Puts a topic under its cheapest group, each part of it under a pair of words or a word.
    fn post(&mut self, place: u32, all: &[Vec<(Vec<u32>, u8)>], counted: &HashMap<u32, usize>) {
        let of_word = |word: &u32| counted.get(word).copied().unwrap_or(0);
        let of_part = |(words, _): &(Vec<u32>, u8)| {
            let rarest = words.iter().map(of_word).min().unwrap_or(0);
            if words.len() > 1 { rarest / 4 } else { rarest }
        };
        let of_group = |group: &Vec<(Vec<u32>, u8)>| group.iter().map(of_part).sum::<usize>();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|at| of_group(&all[*at]));
        let anchor = &all[order[0]];
        let second = order[1..].iter().find(|at| all[**at].len() == 1);
        let second = second.map_or(NO, |at| *all[*at][0].0.iter().min_by_key(|word| of_word(word)).unwrap());
        for (words, _) in anchor {
            let rarest = words.windows(2).min_by_key(|pair| of_word(&pair[0]).min(of_word(&pair[1])));
            match rarest {
                Some(pair) => self.by_pair.entry((pair[0], pair[1])).or_default().push((place, second)),
                None => {
                    let word = words[0] as usize;
                    if self.by_term.len() <= word {
                        self.by_term.resize(word + 1, Vec::new());
                    }
                    self.by_term[word].push((place, second));
                }
            }
        }
    }

    fn scan(&mut self, paper: &Recorded) {
        self.at += 1;
        self.tokens.clear();
        self.chain.clear();
        let mut word = String::with_capacity(32);
        for (field, text) in [(1_u8, &paper.title), (2, &paper.abstract_text)] {
            if text.is_ascii() {
                for byte in text.bytes().chain([b' ']) {
                    if byte.is_ascii_alphanumeric() {
                        word.push(char::from(byte.to_ascii_lowercase()));
                    } else if byte == b'+' {
                        // As rare as it is, it must mean the same.
                        word.push('+');
                    } else if byte != b'\'' && !word.is_empty() {
                        if word.contains('+') {
                            for part in words::fold(&word) {
                                self.token(&part, field);
                            }
                        } else {
                            self.token(&std::mem::take(&mut word), field);
                        }
                        word.clear();
                    }
                }
            } else {
                self.fold(text, field);
            }
            self.gap();
        }
        for name in &paper.authors {
            self.fold(name, 3);
            self.gap();
        }
        for category in &paper.categories {
            let lower = category.to_lowercase();
            let archive = lower.split_once('.').map(|(archive, _)| archive.to_owned());
            for name in archive.into_iter().chain([lower]) {
                if let Some(number) = self.categories.get(&name) {
                    self.has_category[*number as usize] = self.at;
                }
            }
        }
    }

    fn fold(&mut self, text: &str, field: u8) {
        words::each(text, |word| self.token(word, field));
    }

    /// No phrase spans two texts.
    fn gap(&mut self) {
        self.tokens.push((NO, 0));
        self.chain.push(NO);
    }

    fn token(&mut self, word: &str, field: u8) {
        let number = self.intern(word);
        let at = self.tokens.len() as u32;
        self.tokens.push((number, field));
        let slot = &mut self.first[number as usize];
        let next = if slot.0 == self.at { slot.1 } else { NO };
        *slot = (self.at, at);
        self.chain.push(next);
    }

    fn holds(&self, (words, field): &(Vec<u32>, u8)) -> bool {
        let (paper, mut at) = self.first[words[0] as usize];
        if paper != self.at {
            return false;
        }
        while at != NO {
            let here = at as usize;
            let fits = (0..).zip(words).all(|(offset, word): (usize, _)| {
                self.tokens.get(here + offset).is_some_and(|(other, of)| {
                    other == word && (*field == 0 || field == of) && *of == self.tokens[here].1
                })
            });
            if fits {
                return true;
            }
            at = self.chain[here];
        }
        false
    }

    fn is_match(&self, topic: &Compiled) -> bool {
        topic.category.is_none_or(|category| self.has_category[category as usize] == self.at)
            && topic.all.iter().all(|group| group.iter().any(|part| self.holds(part)))
            && !topic.none.iter().any(|part| self.holds(part))
    }

    fn matches(&mut self, paper: &Recorded) -> Vec<usize> {
        self.scan(paper);
        let mut found = Vec::new();
        for (at, (word, _)) in self.tokens.iter().enumerate() {
            if *word == NO {
                continue;
            }
            let pair = self.tokens.get(at + 1).and_then(|(next, _)| self.by_pair.get(&(*word, *next)));
            // A word that stands here again was looked at when it stood here last.
            let is_first = self.first[*word as usize].1 == at as u32;
            let of_word = is_first.then(|| &self.by_term[*word as usize]);
            for (place, second) in pair.into_iter().chain(of_word).flatten() {
                if (*second == NO || self.first[*second as usize].0 == self.at)
                    && self.seen[*place as usize] != self.at
                {
                    self.seen[*place as usize] = self.at;
                    if self.is_match(&self.topics[*place as usize]) {
                        found.push(*place as usize);
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn every(&mut self, paper: &Recorded) -> Vec<usize> {
        self.scan(paper);
        (0..self.topics.len()).filter(|place| self.is_match(&self.topics[*place])).collect()
    }
}

/// Seconds of processor time of this thread so far.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

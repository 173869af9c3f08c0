//! The peer: a bare matcher over word identifiers.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use offprint::query::words;

use crate::Part;
use crate::Plain;
use crate::papers::Recorded;

/// The peer: words as numbers, topics under the rarest term or pair of words that they require.
pub(crate) struct Bare {
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
    pub(crate) fn new(plain: &[Plain], frequencies: &BTreeMap<String, usize>) -> Self {
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

    pub(crate) fn matches(&mut self, paper: &Recorded) -> Vec<usize> {
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

    pub(crate) fn every(&mut self, paper: &Recorded) -> Vec<usize> {
        self.scan(paper);
        (0..self.topics.len()).filter(|place| self.is_match(&self.topics[*place])).collect()
    }
}

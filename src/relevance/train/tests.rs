//! Tests of training.

use crate::relevance::dense;
use crate::relevance::embedding::Embedding;
use crate::relevance::terms;
use crate::relevance::train::Error;
use crate::relevance::train::Settings;
use crate::relevance::train::train;

const FIELDS: [[&str; 8]; 2] = [
    ["galaxy", "quasar", "redshift", "telescope", "cluster", "halo", "stellar", "spectrum"],
    ["parser", "syntax", "corpus", "translation", "grammar", "dialogue", "speech", "token"],
];

fn papers() -> Vec<(String, String)> {
    let mut chance = fastrand::Rng::with_seed(1);
    let mut papers = Vec::new();
    for at in 0..200 {
        let field = &FIELDS[at % 2];
        let mut draw =
            |count: usize| (0..count).map(|_word| field[chance.usize(..8)]).collect::<Vec<_>>().join(" ");
        let title = draw(3);
        let sentences: Vec<String> = (0..5).map(|_sentence| format!("{}.", draw(6))).collect();
        papers.push((title, sentences.join(" ")));
    }
    papers
}

fn settings() -> Settings {
    Settings { columns: 16, batch: 32, epochs: 10, vocabulary: 100, sample: 10, ..Settings::default() }
}

#[test]
fn words_of_one_field_come_together() {
    let mut losses = Vec::new();
    let embedding = train(&papers(), &settings(), &mut |step| losses.push(step.loss)).unwrap();
    assert!(losses.last() < losses.first());
    let vector = |word: &str| embedding.vector([(terms::term(&crate::query::words::stem(word)), 1)]);
    let (galaxy, quasar, parser) = (vector("galaxy"), vector("quasar"), vector("parser"));
    assert!(dense::dot(&galaxy, &quasar) > dense::dot(&galaxy, &parser) + 0.2);
    assert_eq!(embedding.sample().len(), 10);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed: u64| {
        let settings = Settings { seed, ..settings() };
        train(&papers(), &settings, &mut |_step| ()).unwrap().to_bytes()
    };
    assert_eq!(bytes(5), bytes(5));
    assert_ne!(bytes(5), bytes(6));
}

#[test]
fn too_few_papers_and_odd_settings_are_errors() {
    let wrong = |papers: &[(String, String)], settings: &Settings| -> Option<Error> {
        train(papers, settings, &mut |_step| ()).map(|_trained: Embedding| ()).err()
    };
    assert_eq!(wrong(&[], &settings()), Some(Error::TooFew(0)));
    let odd = Settings { columns: 7, ..settings() };
    assert!(matches!(wrong(&papers(), &odd), Some(Error::Settings(_))));
}

//! Tests of the search for similar papers.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::dense;
use crate::relevance::embedding::Embedding;
use crate::relevance::features::Features;
use crate::relevance::similar::Query;
use crate::relevance::similar::rescore;

fn background(embedding: &Arc<Embedding>) -> Background {
    let mut background = Background::bare(Arc::clone(embedding));
    for (at, paper) in embedding.sample().iter().take(300).enumerate() {
        background.add(&at.to_string(), Arc::new(Features::of_sampled(paper, embedding)));
    }
    background
}

const PAPERS: [(&str, &str); 4] = [
    ("Graph neural networks for molecules", "Message passing on molecular graphs predicts properties."),
    ("Black hole mergers", "Gravitational waves from binary black holes in globular clusters."),
    ("Molecular property prediction", "Graph networks learn molecular representations."),
    ("Speech recognition", "End-to-end acoustic models for noisy speech."),
];

#[test]
fn papers_on_the_same_thing_come_first() {
    let embedding = Arc::new(Embedding::shipped().clone());
    let background = background(&embedding);
    let features = PAPERS.map(|(title, body)| Features::of(title, body, &embedding));
    let query = Query::like(&features[0], &background);
    let papers = features.iter().enumerate().map(|(at, paper)| (at, paper.vector(), paper.scale()));
    let found = query.nearest(papers, 2);
    assert_eq!(found.iter().map(|(at, _similarity)| *at).collect::<Vec<_>>(), [0, 2]);
    assert!((found[0].1 - 1.0).abs() < 0.02);
    let rescored = rescore(&features[0], &background, features.iter().enumerate().skip(1));
    assert_eq!(rescored[0].0, 2);
}

#[test]
fn whole_numbers_give_the_cosine_of_the_floats() {
    let embedding = Arc::new(Embedding::shipped().clone());
    let background = background(&embedding);
    let [query, other, ..] = PAPERS.map(|(title, body)| Features::of(title, body, &embedding));
    let expected = dense::dot(&background.centre(query.dense()), &background.centre(other.dense()));
    let found = Query::like(&query, &background).similarity(other.vector(), other.scale());
    assert!((found - expected).abs() < 0.005, "{found} {expected}");
}

#[test]
fn papers_without_known_words_are_passed_over() {
    let embedding = Arc::new(Embedding::shipped().clone());
    let background = background(&embedding);
    let (query, empty) = (Features::of("Graphs", "", &embedding), Features::of("", "", &embedding));
    let papers = [(0, empty.vector(), empty.scale())];
    assert!(Query::like(&query, &background).nearest(papers, 5).is_empty());
}

//! Tests of the search for similar papers.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::embedding::Embedding;
use crate::relevance::features::Features;
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
    let embedding = Embedding::shipped();
    let background = background(&embedding);
    let features = PAPERS.map(|(title, body)| Features::of(title, body, &embedding));
    let rescored = rescore(&features[0], &background, features.iter().enumerate().skip(1));
    assert_eq!(rescored[0].0, 2);
}

//! Tests of the background.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::background::ENOUGH;
use crate::relevance::background::KEPT;
use crate::relevance::dense;
use crate::relevance::embedding::Embedding;
use crate::relevance::features::Features;

fn embedding() -> Arc<Embedding> {
    Embedding::shipped()
}

fn papers(count: usize) -> Vec<(String, Arc<Features>)> {
    let embedding = embedding();
    let sample = embedding.sample().iter().cycle().take(count).enumerate();
    sample
        .map(|(at, paper)| (format!("paper {at}"), Arc::new(Features::of_sampled(paper, &embedding))))
        .collect()
}

fn feed<'a>(background: &mut Background, papers: impl Iterator<Item = &'a (String, Arc<Features>)>) {
    for (id, features) in papers {
        background.add(id, Arc::clone(features));
    }
}

#[test]
fn the_order_of_papers_does_not_matter() {
    let papers = papers(KEPT + 400);
    let (mut forth, mut back) = (Background::new(embedding()), Background::new(embedding()));
    feed(&mut forth, papers.iter());
    feed(&mut back, papers.iter().rev());
    let names =
        |background: &Background| background.kept().map(|(id, _features)| id.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&forth), names(&back));
    assert_eq!(forth.kept().count(), KEPT);
    assert_eq!(forth.mean(), back.mean());
    let (left, right) = (forth.weigh(&papers[7].1), back.weigh(&papers[7].1));
    assert_eq!((left.words, left.pairs, left.vector), (right.words, right.pairs, right.vector));
}

#[test]
fn own_papers_take_the_place_of_the_sample() {
    let papers = papers(ENOUGH);
    let mut background = Background::new(embedding());
    assert_eq!((background.papers(), background.counted()), (0, ENOUGH));
    feed(&mut background, papers.iter().take(10));
    assert_eq!((background.papers(), background.counted(), background.kept().count()), (10, ENOUGH, ENOUGH));
    feed(&mut background, papers.iter());
    let mut bare = Background::bare(embedding());
    feed(&mut bare, papers.iter());
    assert_eq!((background.papers(), background.counted()), (ENOUGH, ENOUGH));
    assert_eq!(background.mean(), bare.mean());
    assert_eq!(background.weigh(&papers[3].1).words, bare.weigh(&papers[3].1).words);
}

#[test]
fn centred_vectors_have_their_middle_at_zero() {
    let papers = papers(1_000);
    let mut background = Background::bare(embedding());
    feed(&mut background, papers.iter());
    let mut rest = vec![0.0; 256];
    for (_id, features) in &papers {
        let mut vector = features.dense();
        dense::add(&mut vector, -1.0, &background.mean());
        dense::add(&mut rest, 0.001, &vector);
    }
    assert!(dense::dot(&rest, &rest).sqrt() < 1e-4);
    assert!(dense::dot(&background.mean(), &background.mean()).sqrt() > 0.01);
}

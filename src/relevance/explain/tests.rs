//! Tests of explanations.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::embedding::Embedding;
use crate::relevance::explain::Explanation;
use crate::relevance::features::Features;
use crate::relevance::profile::Example;
use crate::relevance::profile::Profile;
use crate::relevance::profile::Wanted;

fn background(embedding: &Arc<Embedding>) -> Background {
    let mut background = Background::bare(Arc::clone(embedding));
    for (at, paper) in embedding.sample().iter().take(300).enumerate() {
        background.add(&at.to_string(), Arc::new(Features::of_sampled(paper, embedding)));
    }
    background
}

const TITLE: &str = "Retrieval-augmented generation";
const BODY: &str = "Language models answer questions with retrieved passages.";

fn explained() -> (Explanation, Wanted, Profile, Background, Features) {
    let embedding = Embedding::shipped();
    let background = background(&embedding);
    let like = Example {
        id: "like".to_owned(),
        title: "Dense retrieval".to_owned(),
        features: Arc::new(Features::of(
            "Dense retrieval",
            "Passages are retrieved for questions.",
            &embedding,
        )),
    };
    let about = Some("retrieval augmented language models".to_owned());
    let wanted = Wanted { about, likes: vec![like], unlikes: Vec::new() };
    let profile = Profile::build(&wanted, &background);
    let paper = Features::of(TITLE, BODY, &embedding);
    let explanation = Explanation::of(&profile, &background, &paper, TITLE, BODY);
    (explanation, wanted, profile, background, paper)
}

#[test]
fn the_words_are_the_papers_own() {
    let (explanation, ..) = explained();
    assert_eq!(explanation.words[0].words, "retrieval");
    assert!(explanation.words.len() <= 5 && explanation.senses.len() <= 5);
    assert_eq!(explanation.nearest.as_ref().map(|nearest| nearest.id.as_str()), Some("like"));
    let short = explanation.to_string();
    assert!(
        short.starts_with("retrieval, ") && short.contains("like “Dense retrieval”; higher than "),
        "{short}"
    );
}

#[test]
fn a_word_gives_what_its_absence_takes() {
    let (explanation, _wanted, profile, background, paper) = explained();
    let weighed = background.weigh(&paper);
    let mut without = weighed.clone();
    let term = crate::relevance::terms::term("retriev");
    without.words.retain(|(other, _weight, _count)| *other != term);
    let gone = profile.score_weighed(&weighed).total - profile.score_weighed(&without).total;
    assert!((gone - explanation.words[0].weight).abs() < 1e-3, "{gone} {:?}", explanation.words[0]);
}

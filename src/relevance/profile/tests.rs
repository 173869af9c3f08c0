//! Tests of profiles, alone and compiled together.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::embedding::Embedding;
use crate::relevance::features::Features;
use crate::relevance::profile::Example;
use crate::relevance::profile::Profile;
use crate::relevance::profile::Wanted;
use crate::relevance::profiles::Profiles;

fn background() -> (Background, Vec<Example>) {
    let embedding = Embedding::shipped();
    let mut background = Background::bare(Arc::clone(&embedding));
    let mut papers = Vec::new();
    for (at, paper) in embedding.sample().iter().take(300).enumerate() {
        let features = Arc::new(Features::of_sampled(paper, &embedding));
        background.add(&at.to_string(), Arc::clone(&features));
        papers.push(Example { id: at.to_string(), title: format!("Paper {at}"), features });
    }
    (background, papers)
}

fn wanted(papers: &[Example]) -> Vec<Wanted> {
    let about = |text: &str| Some(text.to_owned());
    let (likes, unlikes) = (papers[..5].to_vec(), papers[5..9].to_vec());
    vec![
        Wanted { about: about("graph neural networks for molecules"), ..Wanted::default() },
        Wanted { likes: likes.clone(), ..Wanted::default() },
        Wanted { about: about("dark matter haloes"), likes: likes.clone(), unlikes: unlikes.clone() },
        Wanted { about: about("speech"), likes: likes[..2].to_vec(), unlikes: Vec::new() },
        Wanted { about: about("speech"), likes: Vec::new(), unlikes },
        Wanted { about: about("zzyzx"), ..Wanted::default() },
        Wanted::default(),
    ]
}

#[test]
fn a_paper_scores_the_same_at_ingest_and_alone() {
    let (background, papers) = background();
    let wanted = wanted(&papers);
    let built = Profile::build_all(&wanted, &background);
    let alone: Vec<Profile> = wanted.iter().map(|wanted| Profile::build(wanted, &background)).collect();
    assert_eq!(built, alone);
    let profiles = Profiles::new(built.into_iter().map(Arc::new).collect());
    for paper in papers.iter().skip(20).take(100) {
        let together = profiles.scores(&paper.features, &background);
        let alone: Vec<f32> = profiles
            .profiles()
            .iter()
            .map(|profile| profile.score(&paper.features, &background).total)
            .collect();
        assert_eq!(together, alone);
        assert!(together.iter().all(|score| score.is_finite()));
    }
}

#[test]
fn likes_are_left_out_of_the_background() {
    let (background, papers) = background();
    let likes = papers[..5].to_vec();
    let named = Profile::build(&Wanted { likes: likes.clone(), ..Wanted::default() }, &background);
    let strange = likes.into_iter().map(|like| Example { id: format!("not {}", like.id), ..like }).collect();
    let strange = Profile::build(&Wanted { likes: strange, ..Wanted::default() }, &background);
    assert_eq!(named.calibration().totals().len(), 295);
    assert_eq!(strange.calibration().totals().len(), 300);
    let score = |profile: &Profile| profile.score(&papers[0].features, &background).total;
    assert!(score(&named) > score(&strange));
}

#[test]
fn the_background_itself_has_mean_zero_and_deviation_one() {
    let (background, papers) = background();
    for wanted in wanted(&papers).iter().take(4) {
        let profile = Profile::build(wanted, &background);
        let totals = profile.calibration().totals();
        let all = crate::relevance::cast::count(totals.len());
        let mean = totals.iter().sum::<f32>() / all;
        let variance = totals.iter().map(|total| (total - mean).powi(2)).sum::<f32>() / all;
        assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-2, "{mean} {variance}");
    }
}

#[test]
fn marks_against_lower_the_score() {
    let (background, papers) = background();
    let likes = papers[..5].to_vec();
    let with = Wanted { likes: likes.clone(), unlikes: vec![papers[40].clone()], ..Wanted::default() };
    let (with, without) = (
        Profile::build(&with, &background),
        Profile::build(&Wanted { likes, ..Wanted::default() }, &background),
    );
    let score = |profile: &Profile| profile.score(&papers[40].features, &background).total;
    assert!(score(&with) < score(&without));
}

#[test]
fn the_order_of_examples_does_not_matter() {
    let (background, papers) = background();
    let mut likes = papers[..5].to_vec();
    let forth = Profile::build(&Wanted { likes: likes.clone(), ..Wanted::default() }, &background);
    likes.reverse();
    let back = Profile::build(&Wanted { likes, ..Wanted::default() }, &background);
    assert_eq!(forth.weights(), back.weights());
    assert_eq!(forth.calibration(), back.calibration());
}

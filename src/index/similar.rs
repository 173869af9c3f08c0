//! Papers like one paper: candidates that share its rarest words, ordered by words and sense.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::index::Error;
use crate::index::candidates::Candidate;
use crate::index::reader::Reader;
use crate::model::gist::Gist;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::text::Abstract;
use crate::relevance::background::Background;
use crate::relevance::coarse::Coarse;
use crate::relevance::embedding::Embedding;
use crate::relevance::features::Features;
use crate::relevance::similar;
use crate::relevance::terms;

/// Candidates share one of so many of the paper's words at least.
const WORDS: usize = 25;

/// So many candidates are looked at from afar: by the words that they share and by their direction.
const CANDIDATES: usize = 400;

/// So many of them are read and looked at closely, and as many more as are wanted.
const CLOSE: usize = 24;

/// What papers are compared against: the sample that the embedding carries, so that the same two papers are always equally
/// alike.
static BACKGROUND: LazyLock<Background> = LazyLock::new(|| Background::new(Embedding::shipped()));

/// A paper that is like another one.
#[derive(Clone, PartialEq, Debug)]
pub struct Alike {
    /// Which.
    pub paper: Paper,
    /// How much nearer it is than the other candidates, in their deviations.
    pub score: f32,
    /// The rarest words that both have.
    pub words: Vec<String>,
}

/// The papers that are most like one, the nearest first. `gist` and `load` give the papers that the index names.
pub fn find<E: From<Error>>(
    reader: &Reader,
    paper: &Paper,
    limit: usize,
    gist: impl Fn(&PaperId) -> Result<Option<Gist>, E>,
    load: impl Fn(&PaperId) -> Result<Option<Paper>, E>,
) -> Result<Vec<Alike>, E> {
    let background = &*BACKGROUND;
    let rarest = rarest(paper, background);
    let own = features(paper, background);
    let weighed = background.weigh(&own);
    let weight = |term: &u32| {
        let place = weighed.words.binary_search_by_key(term, |(term, ..)| *term).ok();
        place.and_then(|place| weighed.words.get(place)).map_or(0.0, |(_term, weight, _count)| *weight)
    };
    // A word counts by what it weighs in either paper, as in the closer look.
    let words = rarest.iter().map(|(word, term)| (word.as_str(), weight(term)));
    let afar = reader.candidates(words, &directed(&own, background), CANDIDATES)?;
    let (mut known, mut close) = (HashSet::from([paper.id.clone()]), Vec::new());
    for Candidate { paper, sense } in afar.into_iter().take(CLOSE.saturating_add(limit)) {
        // One that was absorbed a moment ago may be there twice.
        if let Some(gist) = gist(&paper)?.filter(|gist| known.insert(gist.id.clone())) {
            close.push((gist.id, Features::of_words(&gist.title, &gist.abstract_text), sense));
        }
    }
    let scored = similar::rescore_words(
        &own,
        background,
        close.iter().enumerate().map(|(place, (_paper, features, sense))| (place, features, *sense)),
    );
    let mut alike = Vec::with_capacity(limit.min(close.len()));
    for (place, score) in scored.into_iter().take(limit) {
        let Some((id, features, _sense)) = close.get(place) else { continue };
        let Some(found) = load(id)? else { continue };
        let has = |term: u32| features.words().any(|word| word.term == term);
        let shared = rarest.iter().filter(|(_, term)| has(*term)).take(5);
        alike.push(Alike { paper: found, score, words: shared.map(|(word, _)| word.clone()).collect() });
    }
    Ok(alike)
}

/// In which direction a paper lies, as the index keeps it.
pub(super) fn sense(paper: &Paper) -> Coarse {
    directed(&features(paper, &BACKGROUND), &BACKGROUND)
}

fn directed(features: &Features, background: &Background) -> Coarse {
    Coarse::of(&background.centre(features.dense()))
}

fn features(paper: &Paper, background: &Background) -> Features {
    let text = paper.abstract_text().map_or("", |form| form.text.as_str());
    Features::of(paper.title().text.as_str(), text, background.embedding())
}

/// The words that tell most about a paper, each once by its stem, those that tell most first; none out of formulas.
fn rarest(paper: &Paper, background: &Background) -> Vec<(String, u32)> {
    let mut words: Vec<(String, u32, f32)> = Vec::new();
    let (title, text) =
        (paper.title().prose(), paper.abstract_text().map(Abstract::prose).unwrap_or_default());
    for (text, weight) in [(title, 3.0), (text, 1.0)] {
        terms::each_word(&text, |word, term| {
            let gain = weight * background.rarity(term);
            match words.iter_mut().find(|(_, known, _)| *known == term) {
                Some((_, _, sum)) => *sum += gain,
                None => words.push((word.to_owned(), term, gain)),
            }
        });
    }
    words.sort_by(|one, other| other.2.total_cmp(&one.2).then_with(|| one.0.cmp(&other.0)));
    words.into_iter().take(WORDS).map(|(word, term, _)| (word, term)).collect()
}

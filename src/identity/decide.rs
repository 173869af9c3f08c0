//! Which of the papers that share an identifier with an observation are the paper it speaks of.

use std::collections::BTreeSet;

use crate::model::arxiv_id::ArxivId;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;

/// Whether an observation is of a paper we know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// None of the candidates is the paper.
    New,
    /// All of these are the paper, the oldest first: more than one means that the observation shows them to be one.
    Same(Vec<PaperId>),
    /// The identifiers contradict each other (one DOI, two arXiv papers). The observation goes to the first; the
    /// papers stay apart.
    Unsure(Vec<PaperId>),
}

/// Decides over the papers that share the source's own key or an identifier with the observation.
///
/// Two papers with different arXiv identifiers are never one, whatever else they share (paper-sources: journal DOIs
/// are sometimes claimed by several preprints).
pub fn decide(observation: &Observation, candidates: &[Paper]) -> Verdict {
    let own = arxiv_ids(observation);
    let mut fitting: Vec<&Paper> = candidates
        .iter()
        .filter(|paper| {
            let theirs = paper_arxiv_ids(paper);
            own.is_empty() || theirs.is_empty() || !own.is_disjoint(&theirs)
        })
        .collect();
    fitting.sort_by_key(|paper| (paper.first_seen, paper.id.clone()));
    let claimed: BTreeSet<_> = fitting.iter().flat_map(|paper| paper_arxiv_ids(paper)).chain(own).collect();
    if claimed.len() > 1 && fitting.len() > 1 {
        // The paper that the source spoke of before keeps its words; else the smaller identifier has them.
        let is_known = |paper: &Paper| {
            let is_same = |one: &Observation| one.source == observation.source && one.key == observation.key;
            paper.observations.iter().any(is_same)
        };
        fitting.sort_by_key(|paper| {
            (!is_known(paper), paper_arxiv_ids(paper).into_iter().next().cloned(), paper.first_seen)
        });
        return Verdict::Unsure(ids(&fitting));
    }
    if fitting.is_empty() { Verdict::New } else { Verdict::Same(ids(&fitting)) }
}

fn ids(papers: &[&Paper]) -> Vec<PaperId> {
    papers.iter().map(|paper| paper.id.clone()).collect()
}

fn arxiv_ids(observation: &Observation) -> BTreeSet<&ArxivId> {
    observation
        .ids
        .iter()
        .filter_map(|id| if let ExternalId::Arxiv(arxiv) = id { Some(arxiv) } else { None })
        .collect()
}

fn paper_arxiv_ids(paper: &Paper) -> BTreeSet<&ArxivId> {
    paper.observations.iter().flat_map(arxiv_ids).collect()
}

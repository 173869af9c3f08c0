//! How a mark moves a topic: its newest papers by their scores, before and after.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::finding::rows::RankedRow;
use crate::finding::rows::RankingRows;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::topic::TopicId;
use crate::store;
use crate::store::Reader;
use crate::topics::ranking::Ranking;

/// So many of the newest papers of a topic are compared.
const COMPARED: usize = 200;

/// So many of the first are told, and of those that moved.
const FIRST: usize = 10;
const MOVED: usize = 6;

/// The papers that are compared: the newest of a topic, and the one that is marked.
pub fn compared(reader: &Reader, topic: &TopicId, marked: Paper) -> Result<Vec<Paper>, store::Error> {
    let mut papers = vec![marked];
    for entry in reader.timeline(topic, None, COMPARED)? {
        if let Some(paper) = reader.paper(&entry.paper)?
            && papers.iter().all(|known| known.id != paper.id)
        {
            papers.push(paper);
        }
    }
    Ok(papers)
}

/// The same papers by two rankings of a topic, that before and that after a mark; nothing where it is not ranked.
pub fn moved(
    (before, after): (&Ranking, &Ranking),
    topic: &TopicId,
    papers: &[Paper],
    marked: &PaperId,
) -> Option<RankingRows> {
    let (before, after) = (before.scores(topic, papers)?, after.scores(topic, papers)?);
    let (places_before, places) = (places(papers, &before), places(papers, &after));
    let place = |places: &HashMap<&PaperId, u64>, paper: &Paper| places.get(&paper.id).copied().unwrap_or(0);
    let mut rows: Vec<(&PaperId, RankedRow)> = papers
        .iter()
        .zip(before.iter().zip(&after))
        .map(|(paper, (score_before, score))| {
            let row = RankedRow {
                paper: paper.id.to_string(),
                title: paper.title().text.to_string(),
                before: place(&places_before, paper),
                after: place(&places, paper),
                score_before: *score_before,
                score: *score,
            };
            (&paper.id, row)
        })
        .collect();
    rows.sort_by_key(|(_paper, row)| row.after);
    let compared = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let first = rows.iter().take(FIRST).map(|(_paper, row)| row.clone()).collect();
    let is_marked = |id: &PaperId| id == marked;
    let own = rows.iter().find(|(id, _row)| is_marked(id)).map(|(_paper, row)| row.clone());
    let mut others: Vec<RankedRow> = rows
        .into_iter()
        .filter(|(id, row)| !is_marked(id) && row.before != row.after)
        .map(|(_, row)| row)
        .collect();
    others.sort_by_key(|row| (Reverse(row.before.abs_diff(row.after)), row.after));
    others.truncate(MOVED);
    Some(RankingRows { compared, marked: own, first, moved: others })
}

/// The places of papers by their scores, from 1.
fn places<'p>(papers: &'p [Paper], scores: &[f32]) -> HashMap<&'p PaperId, u64> {
    let mut order: Vec<(&PaperId, f32)> =
        papers.iter().map(|paper| &paper.id).zip(scores.iter().copied()).collect();
    order.sort_by(|(one, left), (other, right)| right.total_cmp(left).then_with(|| one.cmp(other)));
    order.into_iter().zip(1..).map(|((paper, _score), place)| (paper, place)).collect()
}

//! The topics in force with the ranking that goes with them: which of them a paper enters.

use std::sync::Arc;

use crate::model::paper::Paper;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::query::Query;
use crate::query::document::Beside;
use crate::topics::Match;
use crate::topics::Matched;
use crate::topics::Topics;
use crate::topics::ranking::Occasion;
use crate::topics::ranking::Ranking;

/// Topics and their ranking, which are replaced together.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    topics: Arc<Topics>,
    ranking: Option<Arc<Ranking>>,
}

impl Selector {
    /// Joins topics with the ranking of those that are ranked; without one none of these lets a paper in by its score.
    pub fn new(topics: Arc<Topics>, ranking: Option<Arc<Ranking>>) -> Self {
        Self { topics, ranking }
    }

    /// The topics.
    pub fn topics(&self) -> &Arc<Topics> {
        &self.topics
    }

    /// The ranking.
    pub fn ranking(&self) -> Option<&Arc<Ranking>> {
        self.ranking.as_ref()
    }

    /// What a paper's words and values say.
    pub fn matched(&self, paper: &Paper, beside: Beside<'_>, now: Timestamp) -> Matched {
        self.topics.of_paper(paper, beside, now)
    }

    /// The topics that a paper enters of those that it is not in: a new one, or one whose text changed.
    pub fn of_paper(
        &self,
        paper: &Paper,
        beside: Beside<'_>,
        occasion: Occasion,
        now: Timestamp,
        is_in: impl Fn(&TopicId) -> bool,
    ) -> Vec<Match> {
        self.chosen(self.matched(paper, beside, now), paper, occasion, now, |id| !is_in(id))
    }

    /// The same of a paper whose text is as it was. A score that did not suffice does not suffice now, though what it is
    /// compared with has changed; only where a topic waits for counts may it be that it was never asked for.
    pub fn of_unchanged(
        &self,
        paper: &Paper,
        beside: Beside<'_>,
        occasion: Occasion,
        now: Timestamp,
        is_in: impl Fn(&TopicId) -> bool,
    ) -> Vec<Match> {
        let waits = |id: &TopicId| {
            let query = self.topics.topic(id).and_then(|topic| topic.query.as_ref());
            query.is_some_and(Query::asks_for_counts)
        };
        self.chosen(self.matched(paper, beside, now), paper, occasion, now, |id| waits(id) && !is_in(id))
    }

    fn chosen(
        &self,
        matched: Matched,
        paper: &Paper,
        occasion: Occasion,
        now: Timestamp,
        is_open: impl Fn(&TopicId) -> bool,
    ) -> Vec<Match> {
        let Matched { certain, mut gated } = matched;
        gated.retain(|(_place, gate)| is_open(&gate.topic));
        let mut chosen = certain;
        if let Some(ranking) = &self.ranking {
            chosen.extend(ranking.decide(gated, paper, occasion, now));
        }
        chosen
    }
}

impl From<Topics> for Selector {
    /// Topics without a ranking.
    fn from(topics: Topics) -> Self {
        Self::new(Arc::new(topics), None)
    }
}

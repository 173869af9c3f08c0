//! The topics in force with the ranking that goes with them: which of them a paper enters.

use std::sync::Arc;

use crate::model::beside::Beside;
use crate::model::paper::Paper;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
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

    /// The topics that a paper enters by its words and values, and those of the ranked ones that are open to it for which
    /// its score suffices.
    pub fn of_paper(
        &self,
        paper: &Paper,
        beside: &Beside,
        occasion: Occasion,
        now: Timestamp,
        is_open: impl Fn(&TopicId) -> bool,
    ) -> Vec<Match> {
        let Matched { certain: mut chosen, mut gated } = self.topics.of_paper(paper, beside, now);
        if let Some(ranking) = &self.ranking {
            gated.retain(|gate| is_open(&gate.topic));
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

//! The rows of marks and picks.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;

use crate::model::curation::Fit;
use crate::model::curation::Note;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::paper::paper_id;
use crate::store::codec::states::topic_id;

/// [`TopicMark`].
#[derive(Serialize, Deserialize)]
pub(super) struct MarkRow<'a> {
    v: Format,
    #[serde(borrow)]
    topic: Cow<'a, str>,
    #[serde(borrow)]
    paper: Cow<'a, str>,
    #[serde(borrow)]
    fit: Cow<'a, str>,
    at: i64,
}

/// [`Pick`].
#[derive(Serialize, Deserialize)]
pub(super) struct PickRow<'a> {
    v: Format,
    #[serde(borrow)]
    paper: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Cow<'a, str>>,
    at: i64,
}

impl<'a> From<&'a TopicMark> for MarkRow<'a> {
    fn from(mark: &'a TopicMark) -> Self {
        Self {
            v: Format,
            topic: mark.topic.as_str().into(),
            paper: mark.paper.as_str().into(),
            fit: mark.fit.sign().into(),
            at: mark.at.micros(),
        }
    }
}

impl MarkRow<'_> {
    pub(super) fn into_noun(self) -> Result<TopicMark, Fault> {
        let fit = [Fit::Right, Fit::Wrong].into_iter().find(|fit| fit.sign() == self.fit);
        Ok(TopicMark {
            topic: topic_id(&self.topic)?,
            paper: paper_id(&self.paper)?,
            fit: fit.ok_or_else(|| Fault::unknown("a mark", &self.fit))?,
            at: Timestamp::from_micros(self.at),
        })
    }
}

impl<'a> From<&'a Pick> for PickRow<'a> {
    fn from(pick: &'a Pick) -> Self {
        Self {
            v: Format,
            paper: pick.paper.as_str().into(),
            note: pick.note.as_ref().map(|note| note.as_str().into()),
            at: pick.at.micros(),
        }
    }
}

impl PickRow<'_> {
    pub(super) fn into_noun(self) -> Result<Pick, Fault> {
        Ok(Pick {
            paper: paper_id(&self.paper)?,
            note: self.note.as_deref().and_then(Note::new),
            at: Timestamp::from_micros(self.at),
        })
    }
}

//! A topic under another name: what it lists, in which order and with which times, goes on as it is, and so do the marks.

use std::collections::BTreeMap;

use crate::harvest::refill::PLAN_SIZE;
use crate::model::curation::TopicMark;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::store::Error;
use crate::store::Writer;

/// Gives topics the names they have now, by the names they had. A topic that is there already under its name is left alone.
/// What is known of the topic itself is written last, so that a crash in between only means that the work is done again.
pub(super) fn rename(
    writer: &mut Writer,
    renamed: &BTreeMap<TopicId, TopicId>,
    now: Timestamp,
) -> Result<(), Error> {
    let reader = writer.reader();
    for (former, name) in renamed {
        let Some(state) = reader.topic(former)? else { continue };
        if reader.topic(name)?.is_some() {
            continue;
        }
        let (mut last, mut places) = (None, 0);
        loop {
            let stretch = reader.timeline_below(former, last.as_ref(), PLAN_SIZE)?;
            last = stretch.last().cloned();
            if last.is_none() {
                break;
            }
            places += stretch.len();
            let enter = |entry| Op::Enter(TimelineEntry { topic: name.clone(), ..entry });
            writer.commit(&[Plan { at: now, ops: stretch.into_iter().map(enter).collect() }])?;
        }
        let marks = reader.marks(former)?.into_iter();
        let marks: Vec<Op> = marks.map(|mark| Op::Mark(TopicMark { topic: name.clone(), ..mark })).collect();
        for marks in marks.chunks(PLAN_SIZE) {
            writer.commit(&[Plan { at: now, ops: marks.to_vec() }])?;
        }
        let state = TopicState { topic: name.clone(), ..state };
        writer.commit(&[Plan { at: now, ops: vec![Op::Topic(state)] }])?;
        tracing::info!(topic.id = %name, places, "topic {former} is {name} from now on, with its {places} places");
    }
    Ok(())
}

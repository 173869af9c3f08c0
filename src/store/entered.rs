//! When papers entered a topic, read from the keys of its timeline alone.

use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::store::Error;
use crate::store::Reader;
use crate::store::keys;

/// More entries than these are not counted: a chart of so many is full in any case.
const MOST: usize = 200_000;

impl Reader {
    /// When papers entered a topic from a time on, the newest first.
    pub fn entered_since(&self, topic: &TopicId, since: Timestamp) -> Result<Vec<Timestamp>, Error> {
        let index = self.shared.index();
        let range = keys::timeline_at(topic, since)..keys::after_timeline(topic);
        let rows = index.tree().range(range).keys().rev().take(MOST);
        let times = rows.map(|key| Ok(keys::time_of_entry(&key.map_err(Error::index("read from"))?, topic)));
        times.filter_map(Result::transpose).collect()
    }
}

//! Reading a topic's closed documents, and what stands in none.

use std::ops::Bound;

use crate::model::archive::Archive;
use crate::model::paper::PaperId;
use crate::model::private_reader::PrivateReader;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::store::Error;
use crate::store::Reader;
use crate::store::archives;
use crate::store::changes;
use crate::store::keys;
use crate::store::keys::prefix;

/// The numbers of the documents beside one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Neighbours {
    /// The next older one that counts.
    pub older: Option<u64>,
    /// The next newer one that counts.
    pub newer: Option<u64>,
}

impl Reader {
    /// At most so many entries of a topic that no closed document holds as they are, the oldest first; those of papers that
    /// are `known` are left out and do not count.
    pub fn open_entries(
        &self,
        topic: &TopicId,
        limit: usize,
        known: impl Fn(&PaperId) -> bool,
    ) -> Result<Vec<TimelineEntry>, Error> {
        let index = self.shared.index();
        let mut entries = Vec::new();
        for key in index.tree().scan_prefix(keys::of_topic(prefix::OPEN, topic)).keys() {
            if entries.len() >= limit {
                break;
            }
            let key = key.map_err(Error::index("read from"))?;
            if let Some((_at, paper)) = archives::open_entry(&key).filter(|(_at, paper)| !known(paper)) {
                entries.extend(self.entry(topic, &paper)?);
            }
        }
        Ok(entries)
    }

    /// Whether no closed document that counts holds an entry as it is.
    pub fn is_open(&self, entry: &TimelineEntry) -> Result<bool, Error> {
        let row = keys::open(&entry.topic, entry.at.micros(), &entry.paper);
        self.shared.index().tree().contains_key(row).map_err(Error::index("read from"))
    }

    /// Whether a closed document that counts holds an entry, as it is or as it was.
    pub fn is_archived(&self, entry: &TimelineEntry) -> Result<bool, Error> {
        let row = keys::archived(&entry.topic, &entry.served_as);
        self.shared.index().tree().contains_key(row).map_err(Error::index("read from"))
    }

    /// The topics with at least so many entries that no closed document holds, and how many these are.
    pub fn topics_to_close(&self, least: u64) -> Result<Vec<(TopicId, u64)>, Error> {
        let index = self.shared.index();
        let rows = index.tree().scan_prefix([prefix::OPEN_LENGTH]).map(|row| {
            let (key, value) = row.map_err(Error::index("read from"))?;
            Ok(archives::topic_of(&key).zip(changes::number(&value)))
        });
        rows.filter_map(Result::transpose)
            .filter(|row| row.as_ref().map_or(true, |(_topic, count)| *count >= least))
            .collect()
    }

    /// A closed document of a topic, also one that does not count any more.
    pub fn archive(&self, topic: &TopicId, number: u64) -> Result<Option<Archive>, Error> {
        self.noun(&keys::archive(topic, number), "a closed document")
    }

    /// The newest closed document of a topic that counts.
    pub fn newest_archive(&self, topic: &TopicId) -> Result<Option<u64>, Error> {
        Ok(self.archives_beside(topic, u64::MAX)?.older)
    }

    /// The documents beside one: what a reader who walks through them asks for next. Documents of a former choice of the
    /// topic lead to each other and end there.
    pub fn archives_beside(&self, topic: &TopicId, number: u64) -> Result<Neighbours, Error> {
        let index = self.shared.index();
        let from = index.number(&keys::from(topic))?;
        let is_same = |other: &u64| (*other < from) == (number < from);
        let range = |bounds: (Bound<Vec<u8>>, Bound<Vec<u8>>)| index.tree().range::<Vec<u8>, _>(bounds);
        let read = |row: Option<sled::Result<(sled::IVec, sled::IVec)>>| {
            let row = row.transpose().map_err(Error::index("read from"))?;
            Ok::<_, Error>(row.and_then(|(key, _value)| keys::archive_number(&key)).filter(is_same))
        };
        let here = keys::archive(topic, number);
        let older = (Bound::Included(keys::archive(topic, 0)), Bound::Excluded(here.clone()));
        let newer = (Bound::Excluded(here), Bound::Included(keys::archive(topic, u64::MAX)));
        Ok(Neighbours { older: read(range(older).next_back())?, newer: read(range(newer).next())? })
    }

    /// Whether there was a topic of that name that is not configured any more.
    pub fn is_gone(&self, topic: &TopicId) -> Result<bool, Error> {
        self.shared.index().tree().contains_key(keys::gone(topic)).map_err(Error::index("read from"))
    }

    /// The readers with a secret address, in no order.
    pub fn private_readers(&self) -> Result<Vec<PrivateReader>, Error> {
        self.nouns(vec![prefix::PRIVATE_READER], "a private reader").collect()
    }
}

//! The reading half of the store.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use tokio::sync::watch;

use crate::identity::keys::Block;
use crate::model::beside::Beside;
use crate::model::change::Update;
use crate::model::curation::Fit;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::external_id::ExternalId;
use crate::model::gist::Gist;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Installation;
use crate::model::plan::Sequence;
use crate::model::ruling::Ruling;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::model::topic::TopicState;
use crate::store::Error;
use crate::store::Reader;
use crate::store::codec::Stored;
use crate::store::codec::claims;
use crate::store::codec::gist;
use crate::store::index::Index;
use crate::store::keys;
use crate::store::keys::prefix;
use crate::store::rows;

impl Reader {
    /// The number of the last plan that readers see.
    pub fn revision(&self) -> Sequence {
        *self.shared.revision.borrow()
    }

    /// Tells when the revision changes.
    pub fn watch(&self) -> watch::Receiver<Sequence> {
        self.shared.revision.subscribe()
    }

    /// The store's permanent facts, once they are written.
    pub fn installation(&self) -> Result<Option<Installation>, Error> {
        self.noun(keys::INSTALLATION, "the installation")
    }

    /// The paper of an identifier, also of one that was absorbed.
    pub fn paper(&self, id: &PaperId) -> Result<Option<Paper>, Error> {
        self.paper_row(id)?.map(|row| row.read()).transpose()
    }

    /// The row of the paper of an identifier, also of one that was absorbed: equal rows hold equal papers.
    pub fn paper_row(&self, id: &PaperId) -> Result<Option<Row>, Error> {
        let id = self.follow(id)?;
        let row = self.shared.index().tree().get(keys::paper(&id)).map_err(Error::index("read from"))?;
        Ok(row.map(Row))
    }

    /// What the paper of an identifier is about, also of one that was absorbed.
    pub fn gist(&self, id: &PaperId) -> Result<Option<Gist>, Error> {
        let row = self.paper_row(id)?;
        row.map(|row| gist::gist(row.as_bytes()).map_err(Error::stored("a paper"))).transpose()
    }

    /// The identifier of the paper that stays; `None` when no paper has it.
    pub fn resolve(&self, id: &PaperId) -> Result<Option<PaperId>, Error> {
        let id = self.follow(id)?;
        let tree = self.shared.index();
        let is_known = tree.tree().contains_key(keys::paper(&id)).map_err(Error::index("read from"))?;
        Ok(is_known.then_some(id))
    }

    /// The paper that holds an identifier.
    pub fn paper_by_external(&self, id: &ExternalId) -> Result<Option<PaperId>, Error> {
        self.holder(&claims::of_id(id))
    }

    /// The same, the paper itself.
    pub fn paper_known_as(&self, id: &ExternalId) -> Result<Option<Paper>, Error> {
        self.paper_by_external(id)?.map_or(Ok(None), |paper| self.paper(&paper))
    }

    /// The paper that a source reports under a key.
    pub fn paper_by_key(&self, source: &SourceId, key: &str) -> Result<Option<PaperId>, Error> {
        self.holder(&claims::of_key(source, key))
    }

    /// The papers of a block, by identifier: at most `limit`.
    pub fn papers_of_block(&self, block: Block, limit: usize) -> Result<Vec<PaperId>, Error> {
        let index = self.shared.index();
        let rows = index.tree().scan_prefix(keys::papers_of_block(block)).keys().take(limit);
        let ids = rows.map(|key| Ok(rows::last_paper(&key.map_err(Error::index("read from"))?)));
        ids.filter_map(Result::transpose).collect()
    }

    /// The operator's rulings about identity, the oldest first.
    pub fn rulings(&self) -> Result<Vec<Ruling>, Error> {
        self.nouns(vec![prefix::RULING], "a ruling").collect()
    }

    /// Every paper, by identifier.
    pub fn papers(&self) -> impl Iterator<Item = Result<Paper, Error>> + use<> {
        self.nouns(vec![prefix::PAPER], "a paper")
    }

    /// Every paper first seen before a time, the newest first.
    pub fn newest(&self, before: Option<Timestamp>) -> impl Iterator<Item = Result<Paper, Error>> + use<> {
        let index = self.shared.index();
        let end = before.map_or_else(|| vec![prefix::FIRST_SEEN + 1], keys::first_seen_at);
        let ids = index.tree().range(vec![prefix::FIRST_SEEN]..end).rev();
        ids.filter_map(move |row| match row {
            Err(error) => Some(Err(Error::index("read from")(error))),
            // A paper may have been absorbed since its key was read.
            Ok((key, _empty)) => read(&index, &keys::paper(&rows::last_paper(&key)?), "a paper").transpose(),
        })
    }

    /// At most `limit` things that happened to papers, the newest first, from behind one of them on.
    pub fn updates(&self, behind: Option<&Update>, limit: usize) -> Result<Vec<Update>, Error> {
        let index = self.shared.index();
        let end = behind.map_or_else(|| vec![prefix::EVENT + 1], keys::event);
        let keys = index.tree().range(vec![prefix::EVENT]..end).keys().rev().take(limit);
        let updates = keys.map(|key| Ok(keys::from_event(&key.map_err(Error::index("read from"))?)));
        updates.filter_map(Result::transpose).collect()
    }

    /// How many papers there are.
    pub fn paper_count(&self) -> u64 {
        self.shared.index().number(keys::PAPERS).unwrap_or(0)
    }

    /// Every topic, by name.
    pub fn topics(&self) -> Result<Vec<TopicState>, Error> {
        self.nouns(vec![prefix::TOPIC], "a topic").collect()
    }

    /// A topic.
    pub fn topic(&self, id: &TopicId) -> Result<Option<TopicState>, Error> {
        self.noun(&keys::topic(id), "a topic")
    }

    /// At most `limit` entries of a topic from before a time, the newest first. Several may have one time: whoever goes on
    /// behind the last takes [`Reader::timeline_below`] or [`Reader::timeline_page`].
    pub fn timeline(
        &self,
        topic: &TopicId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<TimelineEntry>, Error> {
        let end =
            before.map_or_else(|| keys::after_timeline(topic), |before| keys::timeline_at(topic, before));
        self.timeline_up_to(topic, end, limit)
    }

    /// At most `limit` entries of a topic behind one, the newest first.
    pub fn timeline_below(
        &self,
        topic: &TopicId,
        last: Option<&TimelineEntry>,
        limit: usize,
    ) -> Result<Vec<TimelineEntry>, Error> {
        let below = |last: &TimelineEntry| keys::entry(topic, last.at.micros(), &last.paper);
        self.timeline_up_to(topic, last.map_or_else(|| keys::after_timeline(topic), below), limit)
    }

    /// About `limit` entries of a topic from before a time, the newest first, and whether there are more: all that have the
    /// time of the last one, so that a page that begins before that time leaves none out.
    pub fn timeline_page(
        &self,
        topic: &TopicId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<(Vec<TimelineEntry>, bool), Error> {
        let mut entries = self.timeline(topic, before, limit)?;
        while let Some(last) = entries.last() {
            let Some(next) = self.timeline_below(topic, Some(last), 1)?.pop() else {
                return Ok((entries, false));
            };
            if next.at != last.at {
                return Ok((entries, true));
            }
            entries.push(next);
        }
        Ok((entries, false))
    }

    fn timeline_up_to(
        &self,
        topic: &TopicId,
        end: Vec<u8>,
        limit: usize,
    ) -> Result<Vec<TimelineEntry>, Error> {
        let index = self.shared.index();
        let start = keys::timeline(topic);
        let range = (Bound::Included(start), Bound::Excluded(end));
        let rows = index.tree().range::<Vec<u8>, _>(range).rev().take(limit);
        rows.map(|row| {
            let (_key, value) = row.map_err(Error::index("read from"))?;
            TimelineEntry::from_value(&value).map_err(Error::stored("an entry"))
        })
        .collect()
    }

    /// How many entries a topic has.
    pub fn timeline_len(&self, topic: &TopicId) -> Result<u64, Error> {
        self.shared.index().number(&keys::timeline_length(topic))
    }

    /// The place of a paper in a topic.
    pub fn entry(&self, topic: &TopicId, paper: &PaperId) -> Result<Option<TimelineEntry>, Error> {
        let index = self.shared.index();
        let place = index.tree().get(keys::place(paper, topic)).map_err(Error::index("read from"))?;
        let Some(at) = place.and_then(|value| keys::from_ordered(&value)) else { return Ok(None) };
        read(&index, &keys::entry(topic, at, paper), "an entry")
    }

    /// The places of a paper in all topics, by topic.
    pub fn topics_of(&self, paper: &PaperId) -> Result<Vec<TimelineEntry>, Error> {
        let index = self.shared.index();
        let mut entries = Vec::new();
        for row in index.tree().scan_prefix(keys::places(paper)) {
            let (key, value) = row.map_err(Error::index("read from"))?;
            let topic = key.get(keys::PAPER_BYTES + 1..).and_then(|name| std::str::from_utf8(name).ok());
            let place = topic.and_then(TopicId::parse).zip(keys::from_ordered(&value));
            if let Some((topic, at)) = place {
                entries.extend(read(&index, &keys::entry(&topic, at, paper), "an entry")?);
            }
        }
        Ok(entries)
    }

    /// The latest reading of each counter of a paper.
    pub fn signals(&self, paper: &PaperId) -> Result<Vec<Signal>, Error> {
        let (index, paper) = (self.shared.index(), self.follow(paper)?);
        let latest = |kind: SignalKind| {
            let row = index.tree().scan_prefix(keys::counter(&paper, kind)).next_back().transpose();
            let row = row.map_err(Error::index("read from"))?;
            Ok(row.and_then(|(key, value)| rows::signal(&key, &value)))
        };
        SignalKind::ALL.into_iter().filter_map(|kind| latest(kind).transpose()).collect()
    }

    /// What stands beside a paper.
    pub fn beside(&self, paper: &PaperId) -> Result<Beside, Error> {
        Ok(Beside { signals: self.signals(paper)?, is_picked: self.pick(paper)?.is_some() })
    }

    /// The readings of a paper's counters, by counter, the oldest first: the last of each day on which one changed.
    pub fn signal_history(&self, paper: &PaperId) -> Result<Vec<Signal>, Error> {
        let (index, paper) = (self.shared.index(), self.follow(paper)?);
        let rows = index.tree().scan_prefix(keys::signals(&paper)).filter_map(|row| match row {
            Err(error) => Some(Err(Error::index("read from")(error))),
            Ok((key, value)) => rows::signal(&key, &value).map(Ok),
        });
        rows.collect()
    }

    /// What readers said about the papers of a topic; of a paper that became another one under its name now.
    pub fn marks(&self, topic: &TopicId) -> Result<Vec<TopicMark>, Error> {
        let marks: Vec<TopicMark> = self.nouns(keys::marks(topic), "a mark").collect::<Result<_, _>>()?;
        let mut latest: BTreeMap<PaperId, TopicMark> = BTreeMap::new();
        for mark in marks {
            let paper = self.follow(&mark.paper)?;
            let is_newer = latest.get(&paper).is_none_or(|known| known.at <= mark.at);
            if is_newer {
                latest.insert(paper.clone(), TopicMark { paper, ..mark });
            }
        }
        Ok(latest.into_values().collect())
    }

    /// The papers that readers marked in a topic, each with what they said.
    pub fn marked(&self, topic: &TopicId) -> Result<Vec<(Paper, Fit)>, Error> {
        let papers = self.marks(topic)?.into_iter().map(|mark| Ok((self.paper(&mark.paper)?, mark.fit)));
        papers.filter_map(|row| row.map(|(paper, fit)| Some((paper?, fit))).transpose()).collect()
    }

    /// The editor's pick of a paper.
    pub fn pick(&self, paper: &PaperId) -> Result<Option<Pick>, Error> {
        self.noun(&keys::pick(&self.follow(paper)?), "a pick")
    }

    /// Everything that editors picked, in no order.
    pub fn picks(&self) -> Result<Vec<Pick>, Error> {
        self.nouns(vec![prefix::PICK], "a pick").collect()
    }

    /// What is remembered of a source.
    pub fn source(&self, id: &SourceId) -> Result<Option<SourceState>, Error> {
        self.noun(&keys::source(id), "a source")
    }

    /// What is remembered of every source, by name.
    pub fn sources(&self) -> Result<Vec<SourceState>, Error> {
        self.nouns(vec![prefix::SOURCE], "a source").collect()
    }

    /// What is remembered of an address; nothing of one that was never asked.
    pub fn exchange(&self, url: &str) -> Result<ExchangeMemory, Error> {
        let found: Option<(String, ExchangeMemory)> = self.noun(&keys::exchange(url), "an address")?;
        Ok(found.map(|(_url, memory)| memory).unwrap_or_default())
    }

    /// When an operator of sources may be asked again.
    pub fn operator(&self, name: &str) -> Result<Option<NextPoll>, Error> {
        let found: Option<(String, NextPoll)> = self.noun(&keys::operator(name), "an operator")?;
        Ok(found.map(|(_name, poll)| poll))
    }

    fn follow(&self, id: &PaperId) -> Result<PaperId, Error> {
        let index = self.shared.index();
        rows::follow(id, |key| index.tree().get(key).map_err(Error::index("read from")))
    }

    fn holder(&self, claim: &str) -> Result<Option<PaperId>, Error> {
        let index = self.shared.index();
        let holder = index.tree().get(keys::claim(claim)).map_err(Error::index("read from"))?;
        Ok(holder.and_then(|value| rows::paper_id(&value)))
    }

    pub(super) fn noun<Noun: Stored>(&self, key: &[u8], what: &'static str) -> Result<Option<Noun>, Error> {
        read(&self.shared.index(), key, what)
    }

    pub(super) fn nouns<Noun: Stored>(
        &self,
        prefix: Vec<u8>,
        what: &'static str,
    ) -> impl Iterator<Item = Result<Noun, Error>> + use<Noun> {
        let index = self.shared.index();
        let rows = index.tree().scan_prefix(prefix);
        let nouns = rows.values().map(move |value| {
            Noun::from_value(&value.map_err(Error::index("read from"))?).map_err(Error::stored(what))
        });
        Held { rows: nouns, _index: index }
    }
}

/// A paper as it is stored, not read yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row(sled::IVec);

impl Row {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The paper.
    pub fn read(&self) -> Result<Paper, Error> {
        Paper::from_value(&self.0).map_err(Error::stored("a paper"))
    }
}

/// Rows, and the database they come from: it may be replaced before the last row is read.
struct Held<Rows> {
    rows: Rows,
    _index: Arc<Index>,
}

impl<Rows: Iterator> Iterator for Held<Rows> {
    type Item = Rows::Item;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

fn read<Noun: Stored>(index: &Index, key: &[u8], what: &'static str) -> Result<Option<Noun>, Error> {
    let value = index.tree().get(key).map_err(Error::index("read from"))?;
    value.map(|value| Noun::from_value(&value).map_err(Error::stored(what))).transpose()
}

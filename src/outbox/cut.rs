//! Cuts digests: decides for each subscriber whose hour has come what was listed since the last one.
//!
//! A digest never holds a paper that an earlier one to the same subscriber held. One that is late, since the daemon was down,
//! covers all of the time that was missed, once.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::Days;
use chrono::TimeDelta;

use crate::finding;
use crate::finding::daily;
use crate::model::outgoing::Digest;
use crate::model::outgoing::Letter;
use crate::model::outgoing::LetterId;
use crate::model::outgoing::LetterState;
use crate::model::outgoing::Matter;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::outgoing::Section;
use crate::model::outgoing::Tries;
use crate::model::paper::PaperId;
use crate::model::period::Period;
use crate::model::period::Span;
use crate::model::plan::Op;
use crate::model::subscriber::Standing;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::outbox::LATE;
use crate::outbox::Outbox;
use crate::outbox::calendar;
use crate::store;
use crate::store::Reader;

/// So many papers of one list, and of all.
const OF_LIST: usize = 40;
const OF_ALL: usize = 120;

/// So many papers that are talked about.
const TRENDING: usize = 10;

/// Entries of a topic that are looked at for one digest.
const LOOKED_AT: usize = 2_000;

/// Sent letters are remembered for so long, for the papers in them.
const REMEMBERED: TimeDelta = TimeDelta::days(400);

/// Papers turn out to be one soon or hardly ever: for so long it is looked whether one has become another.
const BECOME_ANOTHER: TimeDelta = TimeDelta::days(30);

/// Who does not confirm is forgotten after the link has become useless.
const UNCONFIRMED: TimeDelta = TimeDelta::hours(72);

/// So many subscribers are written at once.
const BATCH: usize = 50;

/// Why a digest could not be cut.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Looking something up.
    #[error(transparent)]
    Finding(#[from] finding::Error),
    /// A task was lost.
    #[error("cutting digests: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// A paper with the name under which a topic first served it.
type Entered = (PaperId, PaperId);

/// What came of cutting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// So many letters.
    pub letters: usize,
    /// So many subscribers were due.
    pub subscribers: usize,
    /// Before this nothing is to be done, unless a subscriber changes.
    pub next: Timestamp,
}

/// What is written for one subscriber.
struct Ready {
    subscriber: Subscriber,
    sections: Vec<Section>,
    /// Letters of long ago.
    old: Vec<OutgoingKey>,
}

/// What many subscribers get alike, looked up once in a round.
#[derive(Default)]
struct Round {
    topics: HashMap<(TopicId, Timestamp), Arc<Vec<Entered>>>,
    daily: HashMap<(chrono::NaiveDate, chrono::NaiveDate), Arc<Vec<PaperId>>>,
    trending: Option<Arc<Vec<PaperId>>>,
}

impl Outbox {
    /// Cuts every digest that is due, and forgets addresses that nobody confirmed.
    pub async fn cut(&self) -> Result<Cut, Error> {
        let now = self.clock().now();
        let mut done = Cut { letters: 0, subscribers: 0, next: now.plus(TimeDelta::days(1)) };
        if self.settings().mail.is_none() {
            return Ok(done);
        }
        let all = self.read(Reader::subscribers).await?;
        let mut due = Vec::new();
        let mut over = Vec::new();
        for one in all {
            let next = match one.standing {
                Standing::Active if one.told < calendar::last_due(&one.wishes, now) => {
                    due.push(one);
                    continue;
                }
                Standing::Active => calendar::next_due(&one.wishes, now),
                Standing::Pending if is_over(&one, now) => {
                    over.push(one.id);
                    continue;
                }
                Standing::Pending => confirmed_until(&one),
                Standing::Suspended | Standing::Left => continue,
            };
            done.next = done.next.min(next);
        }
        if !over.is_empty() {
            self.change(move |reader| forget(reader, over, now).map(|ops| (ops, ()))).await?;
        }
        done.subscribers = due.len();
        let mut round = Round::default();
        for batch in due.chunks(BATCH) {
            let (this, batch) = (self.clone(), batch.to_vec());
            let looked_up = tokio::task::spawn_blocking(move || {
                let ready = batch.into_iter().map(|one| this.ready(one, now, &mut round));
                ready.collect::<Result<Vec<_>, Error>>().map(|ready| (ready, round))
            });
            let ready;
            (ready, round) = looked_up.await??;
            done.letters += self.change(move |reader| write(reader, ready, now)).await?;
        }
        Ok(done)
    }

    /// What a subscriber would be sent now.
    pub fn sections(&self, subscriber: &Subscriber, now: Timestamp) -> Result<Vec<Section>, Error> {
        let letters = self.reader().letters_to(&subscriber.id)?;
        self.sections_in(subscriber, &letters, now, &mut Round::default())
    }

    fn ready(&self, subscriber: Subscriber, now: Timestamp, round: &mut Round) -> Result<Ready, Error> {
        let letters = self.reader().letters_to(&subscriber.id)?;
        let sections = self.sections_in(&subscriber, &letters, now, round)?;
        let is_old = |old: &&Letter| old.state != LetterState::Waiting && old.made.plus(REMEMBERED) < now;
        let key = |old: &Letter| OutgoingKey::letter(&old.id, old.state);
        let old = letters.iter().filter(is_old).map(key).collect();
        Ok(Ready { subscriber, sections, old })
    }

    fn sections_in(
        &self,
        subscriber: &Subscriber,
        letters: &[Letter],
        now: Timestamp,
        round: &mut Round,
    ) -> Result<Vec<Section>, Error> {
        let (wishes, told_until, reader) = (&subscriber.wishes, subscriber.told, self.reader());
        let from = told_until.min(told_until.minus(LATE).max(subscriber.since));
        let mut told = told(reader, letters, now)?;
        let mut sections = Vec::new();
        let mut add = |list: String, papers: &mut dyn Iterator<Item = Entered>, most: usize| {
            let fresh: Vec<PaperId> = papers
                .filter(|(paper, served_as)| !told.contains(served_as) && told.insert(paper.clone()))
                .map(|(paper, _served_as)| paper)
                .collect();
            let left_out = u64::try_from(fresh.len().saturating_sub(most)).unwrap_or(0);
            let papers: Vec<PaperId> = fresh.into_iter().take(most).collect();
            if !papers.is_empty() {
                sections.push(Section { list, papers, left_out });
            }
        };
        let twice = |paper: &PaperId| (paper.clone(), paper.clone());
        if wishes.picks {
            let picks = reader.picks()?.into_iter().filter(|pick| pick.at > from && pick.at <= now);
            add("picks".to_owned(), &mut picks.map(|pick| twice(&pick.paper)), OF_LIST);
        }
        let site = self.site();
        let topics: BTreeSet<&TopicId> = wishes.topics.iter().map(|one| site.now_called(one)).collect();
        for topic in topics.into_iter().filter(|topic| site.topics.topic(topic).is_some()) {
            let entered = round.entered(reader, topic, from, now)?;
            add(format!("topic/{topic}"), &mut entered.iter().cloned(), OF_LIST);
        }
        if wishes.daily {
            let listed = round.listed(self, told_until, now)?;
            add("daily".to_owned(), &mut listed.iter().map(twice), OF_LIST);
        }
        if wishes.trending {
            let talked = round.talked(self, now)?;
            add("trending".to_owned(), &mut talked.iter().map(twice), TRENDING);
        }
        let mut room = OF_ALL;
        for section in &mut sections {
            let over = section.papers.len().saturating_sub(room);
            section.papers.truncate(room);
            section.left_out += u64::try_from(over).unwrap_or(0);
            room -= section.papers.len();
        }
        Ok(sections)
    }
}

/// What was in earlier letters to a subscriber, also under the names that these papers have now.
fn told(reader: &Reader, letters: &[Letter], now: Timestamp) -> Result<HashSet<PaperId>, store::Error> {
    let mut told = HashSet::new();
    for letter in letters {
        let is_recent = letter.made.plus(BECOME_ANOTHER) > now;
        let Matter::Digest(digest) = &letter.matter else { continue };
        for paper in digest.sections.iter().flat_map(|section| &section.papers) {
            if is_recent && let Some(heir) = reader.resolve(paper)? {
                told.insert(heir);
            }
            told.insert(paper.clone());
        }
    }
    Ok(told)
}

/// Until when an address may be confirmed that was not yet.
fn confirmed_until(one: &Subscriber) -> Timestamp {
    one.invited.unwrap_or(one.since).plus(UNCONFIRMED)
}

fn is_over(one: &Subscriber, now: Timestamp) -> bool {
    one.standing == Standing::Pending && confirmed_until(one) < now
}

/// The changes that forget addresses that nobody confirmed, with what was written to them.
fn forget(reader: &Reader, over: Vec<SubscriberId>, now: Timestamp) -> Result<Vec<Op>, store::Error> {
    let mut ops = Vec::new();
    for id in over {
        // It may have been confirmed meanwhile.
        if reader.subscriber(&id)?.is_some_and(|one| is_over(&one, now)) {
            let letters = reader.letters_to(&id)?;
            ops.extend(
                letters.iter().map(|letter| Op::Forget(OutgoingKey::letter(&letter.id, letter.state))),
            );
            ops.push(Op::Forget(OutgoingKey::subscriber(&id)));
        }
    }
    Ok(ops)
}

/// The changes that a batch of digests makes, as far as nothing moved meanwhile.
fn write(reader: &Reader, ready: Vec<Ready>, now: Timestamp) -> Result<(Vec<Op>, usize), store::Error> {
    let (mut ops, mut letters) = (Vec::new(), 0);
    for Ready { subscriber: seen, sections, old } in ready {
        let Some(subscriber) = reader.subscriber(&seen.id)?.filter(|subscriber| *subscriber == seen) else {
            continue;
        };
        let is_sent = !sections.is_empty() || subscriber.wishes.even_empty;
        if is_sent {
            let id = LetterId { subscriber: subscriber.id.clone(), number: subscriber.letters };
            let digest = Digest { from: subscriber.told, until: now, sections };
            ops.push(letter(id, Matter::Digest(digest), now));
            letters += 1;
        }
        ops.extend(old.into_iter().map(Op::Forget));
        let number = subscriber.letters + u64::from(is_sent);
        let subscriber = Subscriber { told: now, letters: number, ..subscriber };
        ops.push(Op::Outgoing(Box::new(Outgoing::Subscriber(subscriber))));
    }
    Ok((ops, letters))
}

/// A letter that waits to be sent.
pub(super) fn letter(id: LetterId, matter: Matter, now: Timestamp) -> Op {
    let (state, tries) = (LetterState::Waiting, Tries::default());
    Op::Outgoing(Box::new(Outgoing::Letter(Letter { id, made: now, matter, state, tries })))
}

impl Round {
    /// What entered a topic in a time, the newest first.
    fn entered(
        &mut self,
        reader: &Reader,
        topic: &TopicId,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Arc<Vec<Entered>>, store::Error> {
        let key = (topic.clone(), from);
        if let Some(known) = self.topics.get(&key) {
            return Ok(Arc::clone(known));
        }
        let entries = reader.timeline(topic, None, LOOKED_AT)?;
        let of_time = entries.into_iter().take_while(|entry| entry.at > from).filter(|entry| entry.at <= now);
        let found = Arc::new(of_time.map(|entry| (entry.paper, entry.served_as)).collect());
        self.topics.insert(key, Arc::clone(&found));
        Ok(found)
    }

    /// What daily lists had, the newest day first and on each what readers liked first.
    fn listed(
        &mut self,
        outbox: &Outbox,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Arc<Vec<PaperId>>, Error> {
        let (last, earliest) = (now.day(), now.day().checked_sub_days(Days::new(31)).unwrap_or(now.day()));
        let first = from.day().max(earliest);
        if let Some(known) = self.daily.get(&(first, last)) {
            return Ok(Arc::clone(known));
        }
        let (library, mut papers, mut day) = (outbox.serving.library(), Vec::new(), last);
        while day >= first {
            let found = daily::daily(&library, Period::of(Span::Day, day))?;
            papers.extend(found.papers.iter().take(OF_ALL).map(crate::index::listed::Listed::paper));
            let Some(before) = day.pred_opt() else { break };
            day = before;
        }
        let found = Arc::new(papers);
        self.daily.insert((first, last), Arc::clone(&found));
        Ok(found)
    }

    /// What is talked about this week.
    fn talked(&mut self, outbox: &Outbox, now: Timestamp) -> Result<Arc<Vec<PaperId>>, Error> {
        if let Some(known) = &self.trending {
            return Ok(Arc::clone(known));
        }
        let library = outbox.serving.library();
        let candidates = outbox.serving.trends.candidates(&library, now)?;
        let half_life = outbox.site().half_life_days;
        let trending = candidates.trending(&library, None, Span::Week, half_life)?;
        let found = Arc::new(trending.into_iter().map(|one| one.paper).take(TRENDING * 10).collect());
        self.trending = Some(Arc::clone(&found));
        Ok(found)
    }
}

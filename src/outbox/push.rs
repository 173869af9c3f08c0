//! Pushes what is new to whoever asked for it, within moments of its arrival in the store.
//!
//! One task looks at every destination whenever the store moves: what was not sent there yet is asked for and sent. A
//! destination has one delivery under way at most, so that what it gets is in order; one that does not answer is tried again
//! after a while, and then gets all that gathered since. Where each stands is written in batches.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::outgoing::Way;
use crate::model::plan::Op;
use crate::model::plan::Sequence;
use crate::outbox::Outbox;
use crate::outbox::delivering::Came;
use crate::outbox::delivering::Outcome;
use crate::outbox::delivering::after;
use crate::outbox::delivering::has_ended;
use crate::outbox::delivering::host;
use crate::outbox::feeds::Fed;
use crate::outbox::hub::PATIENCE;
use crate::outbox::lanes::Lanes;
use crate::store::Error;
use crate::store::Reader;

/// Plans come in groups: what follows within this is looked at together.
const SETTLING: Duration = Duration::from_millis(30);

/// What is looked for in search, and lists that change by themselves, are looked at so often.
const TICK: Duration = Duration::from_secs(2);

/// The rows are read again no oftener than this.
const READ_AGAIN: Duration = Duration::from_millis(250);

/// What a feed was when it was last looked at.
struct Looked {
    gate: u64,
    tag: String,
}

/// The task's own memory.
struct Pusher {
    outbox: Outbox,
    known: HashMap<DestinationId, Destination>,
    read: Option<(Sequence, Instant)>,
    looked: HashMap<String, Looked>,
    flying: HashSet<DestinationId>,
    lanes: Lanes,
    outcomes: mpsc::UnboundedSender<Outcome>,
}

impl Outbox {
    /// Pushes until `stop`.
    pub async fn push(self, stop: CancellationToken) {
        let (outcomes, mut came) = mpsc::unbounded_channel();
        let mut revision = self.reader().watch();
        let mut settings = self.settings.clone();
        let mut pusher = Pusher {
            outbox: self,
            known: HashMap::new(),
            read: None,
            looked: HashMap::new(),
            flying: HashSet::new(),
            lanes: Lanes::default(),
            outcomes,
        };
        pusher.configure().await;
        let mut batch = Vec::new();
        loop {
            revision.mark_unchanged();
            if let Err(error) = pusher.round().await {
                tracing::error!(%error, "push: {error}; tried again later");
            }
            tokio::select! {
                () = stop.cancelled() => {
                    // What is under way may still be taken, and is then not sent again.
                    let limit = tokio::time::sleep(PATIENCE);
                    tokio::pin!(limit);
                    while !pusher.flying.is_empty() {
                        tokio::select! {
                            _count = came.recv_many(&mut batch, 512) => pusher.note(std::mem::take(&mut batch)).await,
                            () = &mut limit => return,
                        }
                    }
                    return;
                }
                moved = revision.changed() => {
                    if moved.is_err() {
                        return;
                    }
                    tokio::time::sleep(SETTLING).await;
                }
                _count = came.recv_many(&mut batch, 512) => pusher.note(std::mem::take(&mut batch)).await,
                changed = settings.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    pusher.configure().await;
                }
                () = tokio::time::sleep(if pusher.is_behind() { READ_AGAIN } else { TICK }) => {}
            }
        }
    }
}

impl Pusher {
    /// Brings the destinations of the configuration in line with it.
    async fn configure(&mut self) {
        if let Err(error) = self.outbox.configure_destinations().await {
            tracing::error!(%error, "push: {error}; what the configuration says of webhooks and hubs waits");
        }
        self.read = None;
        // A feed may be no more, or be another one, without anything in the store having moved.
        self.looked.clear();
    }

    /// Reads the destinations again where anything about them changed.
    async fn refresh(&mut self) -> Result<(), Error> {
        let moved = self.outbox.reader().outgoing_moved();
        if self.read.is_some_and(|(at, when)| at >= moved || when.elapsed() < READ_AGAIN) {
            return Ok(());
        }
        let mut known = HashMap::new();
        for destination in self.outbox.read(Reader::destinations).await? {
            // What is under way is ahead of what is written.
            let ahead = self.known.remove(&destination.id).filter(|one| self.flying.contains(&one.id));
            known.insert(destination.id.clone(), ahead.unwrap_or(destination));
        }
        self.outbox.pushed_to.store(known.len(), Ordering::Relaxed);
        self.known = known;
        self.read = Some((moved, Instant::now()));
        Ok(())
    }

    /// Whether rows changed that were not read again yet.
    fn is_behind(&self) -> bool {
        self.read.is_some_and(|(at, _when)| at < self.outbox.reader().outgoing_moved())
    }

    /// Starts what is owed and may be tried now.
    async fn round(&mut self) -> Result<(), Error> {
        self.refresh().await?;
        let now = self.outbox.clock().now();
        let mut owed: HashMap<(String, Option<String>), Vec<Destination>> = HashMap::new();
        let (mut ended, mut gates) = (Vec::new(), HashMap::new());
        for destination in self.known.values() {
            if let Way::Callback { until, .. } = &destination.way
                && *until <= now
            {
                ended.push(destination.id.clone());
                continue;
            }
            if self.flying.contains(&destination.id) || !destination.tries.is_due(now) {
                continue;
            }
            let gate = match gates.get(destination.feed.as_str()) {
                Some(gate) => *gate,
                None => {
                    *gates.entry(destination.feed.as_str()).or_insert(self.outbox.gate(&destination.feed))
                }
            };
            let key = match &destination.way {
                Way::Webhook(_) => destination.id.0.as_str(),
                Way::Callback { .. } | Way::Hub(_) => destination.feed.as_str(),
            };
            let is_current = |looked: &Looked| {
                let has_all = match &destination.way {
                    Way::Webhook(_) => destination.tries.failed == 0,
                    Way::Callback { .. } | Way::Hub(_) => destination.seen.as_ref() == Some(&looked.tag),
                };
                looked.gate == gate && has_all
            };
            if self.looked.get(key).is_some_and(is_current) {
                continue;
            }
            let of = (destination.feed.clone(), destination.seen.clone());
            owed.entry(of).or_default().push(destination.clone());
        }
        if !ended.is_empty() {
            self.forget(ended).await?;
        }
        for ((feed, seen), destinations) in owed {
            let gate = self.outbox.gate(&feed);
            let (hooks, others): (Vec<_>, Vec<_>) =
                destinations.into_iter().partition(|one| matches!(one.way, Way::Webhook(_)));
            for hook in hooks {
                self.looked.insert(hook.id.0.clone(), Looked { gate, tag: String::new() });
                self.flying.insert(hook.id.clone());
                let (outbox, outcomes) = (self.outbox.clone(), self.outcomes.clone());
                self.outbox.under_way.spawn(async move { outbox.call_webhook(hook, &outcomes).await });
            }
            if !others.is_empty() {
                self.feed(feed, seen, gate, others).await;
            }
        }
        Ok(())
    }

    /// Starts the deliveries of one feed to those who have seen the same of it.
    async fn feed(&mut self, feed: String, seen: Option<String>, gate: u64, destinations: Vec<Destination>) {
        match self.outbox.news(&feed, seen.as_deref()).await {
            Fed::NotNow => {}
            Fed::Nothing => {
                if let Some(tag) = seen {
                    self.looked.insert(feed, Looked { gate, tag });
                }
            }
            Fed::Missing => {
                for destination in destinations {
                    self.flying.insert(destination.id.clone());
                    let lane = self.lanes.of(&destination.id, &host(&destination));
                    let (outbox, outcomes, feed) = (self.outbox.clone(), self.outcomes.clone(), feed.clone());
                    self.outbox.under_way.spawn(async move {
                        if let Way::Callback { url, .. } = &destination.way
                            && let Ok(url) = Url::parse(url)
                        {
                            lane.run(outbox.deny(&url, &feed)).await;
                        }
                        let outcome = Outcome { id: destination.id, came: Came::Gone, is_last: true };
                        let _is_heard = outcomes.send(outcome);
                    });
                }
            }
            Fed::News(news) => {
                self.looked.insert(feed, Looked { gate, tag: news.tag.clone() });
                for destination in destinations {
                    self.flying.insert(destination.id.clone());
                    let lane = self.lanes.of(&destination.id, &host(&destination));
                    let (outbox, outcomes, news) = (self.outbox.clone(), self.outcomes.clone(), news.clone());
                    self.outbox.under_way.spawn(async move {
                        let came = lane.run(outbox.deliver_to(&destination, news)).await;
                        let _is_heard = outcomes.send(Outcome { id: destination.id, came, is_last: true });
                    });
                }
            }
        }
    }

    async fn forget(&mut self, ended: Vec<DestinationId>) -> Result<(), Error> {
        for id in &ended {
            self.known.remove(id);
        }
        let now = self.outbox.clock().now();
        self.outbox
            .change(move |reader| {
                let mut ops = Vec::new();
                for id in ended {
                    // It may have been renewed meanwhile.
                    if reader.destination(&id)?.is_some_and(|one| has_ended(&one, now)) {
                        ops.push(Op::Forget(OutgoingKey::destination(&id)));
                    }
                }
                Ok((ops, ()))
            })
            .await
    }

    /// Writes down what came of some deliveries.
    async fn note(&mut self, outcomes: Vec<Outcome>) {
        let now = self.outbox.clock().now();
        for outcome in &outcomes {
            if outcome.is_last {
                self.flying.remove(&outcome.id);
            }
            if let Some(known) = self.known.remove(&outcome.id)
                && let Some(next) = after(known, &outcome.came, now)
            {
                self.known.insert(outcome.id.clone(), next);
            }
        }
        let written = self.outbox.change(move |reader| {
            let mut now_known: HashMap<DestinationId, Option<Destination>> = HashMap::new();
            for Outcome { id, came, .. } in outcomes {
                let known = match now_known.remove(&id) {
                    Some(known) => known,
                    None => reader.destination(&id)?,
                };
                let next = known.and_then(|known| after(known, &came, now));
                now_known.insert(id, next);
            }
            let mut ops = Vec::new();
            for (id, next) in now_known {
                match next {
                    Some(next) => ops.push(Op::Outgoing(Box::new(Outgoing::Destination(next)))),
                    None if reader.destination(&id)?.is_some() => {
                        ops.push(Op::Forget(OutgoingKey::destination(&id)));
                    }
                    None => {}
                }
            }
            Ok((ops, ()))
        });
        if let Err(error) = written.await {
            // It will be sent again, under the same key.
            tracing::error!(%error, "push: what was delivered could not be written: {error}");
        }
    }
}

//! Webhooks: the entries of a topic, sent to an address of the operator's in the form that is wanted there.

use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::mpsc;

use crate::fetch::post::Sending;
use crate::model::external_id::ExternalId;
use crate::model::format::Format;
use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::outbox::LATE;
use crate::outbox::Outbox;
use crate::outbox::delivering::Came;
use crate::outbox::delivering::Outcome;
use crate::outbox::delivering::after;
use crate::outbox::tokens;
use crate::push::delivery::Receipt;
use crate::push::webhook::Announced;
use crate::push::webhook::Announcement;
use crate::store::Error;
use crate::urls::Place;
use crate::urls::list::List;

/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Entries that are told together, where the form can hold several.
const TOGETHER: usize = 20;

/// Entries that are looked at: what gathers beyond is not told, but counted.
const MOST: usize = 500;

/// What is told next, of which papers listed at which times, and whether that is all.
type Next = (Announcement, Vec<(PaperId, Timestamp)>, bool);

impl Outbox {
    /// Writes the destinations that the configuration asks for, and forgets those that it no longer names.
    pub(super) async fn configure_destinations(&self) -> Result<(), Error> {
        let (settings, now) = (self.settings(), self.clock().now());
        let mut wanted = Vec::new();
        for (name, (topics, _endpoint)) in &settings.webhooks {
            for topic in topics {
                let feed = self.feed_path(List::Topic(topic));
                wanted.push((
                    DestinationId(format!("webhook-{name}-{topic}")),
                    feed,
                    Way::Webhook(name.clone()),
                ));
            }
        }
        let site = self.site();
        for hub in &site.hubs {
            let topics = site.topics.iter().map(|topic| List::Topic(&topic.id));
            let lists = [List::Updates, List::Daily, List::Weekly, List::Trending, List::Picks];
            for list in topics.chain(lists) {
                let feed = self.feed_path(list);
                let name = tokens::name(&[hub.as_str(), &feed]);
                wanted.push((DestinationId(format!("hub-{name}")), feed, Way::Hub(hub.to_string())));
            }
        }
        self.change(move |reader| {
            let (mut ops, known) = (Vec::new(), reader.destinations()?);
            for one in &known {
                let is_ours = matches!(one.way, Way::Webhook(_) | Way::Hub(_));
                if is_ours && !wanted.iter().any(|(id, ..)| *id == one.id) {
                    ops.push(Op::Forget(OutgoingKey::destination(&one.id)));
                }
            }
            for (id, feed, way) in wanted {
                if known.iter().any(|one| one.id == id) {
                    continue;
                }
                // Told from now on; what was there before is no news.
                let recent = match (&way, topic_of(&feed)) {
                    (Way::Webhook(_), Some(topic)) => {
                        let listed = reader.timeline(&topic, None, MOST)?.into_iter();
                        let late = listed.take_while(|entry| entry.at > now.minus(LATE));
                        late.map(|entry| (entry.paper, entry.at)).collect()
                    }
                    (Way::Webhook(_) | Way::Hub(_) | Way::Callback { .. }, _) => Vec::new(),
                };
                let (tries, seen) = (Tries::default(), None);
                let one =
                    Destination { id, feed, way, place: now, recent, seen, tries, delivered: 0, lost: 0 };
                ops.push(Op::Outgoing(Box::new(Outgoing::Destination(one))));
            }
            Ok((ops, ()))
        })
        .await
    }

    /// The path of a list's Atom feed, without a slash in front.
    fn feed_path(&self, list: List<'_>) -> String {
        self.urls().route(Place::Feed(list, Format::Atom)).trim_start_matches('/').to_owned()
    }

    /// Tells a webhook what was listed since it was last told, and how far that went.
    pub(super) async fn call_webhook(&self, hook: Destination, outcomes: &mpsc::UnboundedSender<Outcome>) {
        let (mut hook, now) = (hook, self.clock().now());
        loop {
            let (came, is_last) = self.tell(&hook).await;
            // Where nothing is owed, whoever waits for the end is told so.
            let came = came.unwrap_or_else(|| Came::Told(Vec::new()));
            if let (Came::Told(_), Some(next)) = (&came, after(hook.clone(), &came, now)) {
                hook = next;
            }
            let _is_heard = outcomes.send(Outcome { id: hook.id.clone(), came, is_last });
            if is_last {
                return;
            }
        }
    }

    /// Tells the next entries; gives what came of it, if there were any, and whether that was the end.
    async fn tell(&self, hook: &Destination) -> (Option<Came>, bool) {
        let settings = self.settings();
        let again = |why: String| (Some(Came::Again { why, after: None }), true);
        let Way::Webhook(name) = &hook.way else { return (None, true) };
        let Some((_topics, endpoint)) = settings.webhooks.get(name) else { return (None, true) };
        let Some(topic) = topic_of(&hook.feed) else { return (None, true) };
        let together = if endpoint.tells_one_by_one() { 1 } else { TOGETHER };
        let (this, from, of) = (self.clone(), hook.clone(), topic.clone());
        let announced = tokio::task::spawn_blocking(move || this.announcement(&of, &from, together)).await;
        let (announcement, told, is_all) = match announced {
            Ok(Ok(Some(found))) => found,
            Ok(Ok(None)) => return (None, true),
            Ok(Err(error)) => return again(error.to_string()),
            Err(error) => return again(error.to_string()),
        };
        for outgoing in endpoint.requests(&announcement, self.clock().now()) {
            let sending = Sending {
                method: outgoing.method,
                url: outgoing.url,
                headers: outgoing.headers,
                body: Bytes::from(outgoing.body),
                limit: PATIENCE,
            };
            match settings.own.send(sending).await {
                Ok(taken) => match Receipt::of(taken.status) {
                    Receipt::Taken => {}
                    Receipt::Gone | Receipt::Again => {
                        let why = format!("it answers {}", taken.status);
                        return (Some(Came::Again { why, after: taken.retry_after }), true);
                    }
                },
                Err(why) => return again(why),
            }
        }
        (Some(Came::Told(told)), is_all)
    }

    /// The oldest entries that a webhook was not told: what is told of them, which they are, and whether that is all.
    fn announcement(
        &self,
        topic: &TopicId,
        hook: &Destination,
        together: usize,
    ) -> Result<Option<Next>, Error> {
        let reader = self.reader();
        let site = self.site();
        let Some(configured) = site.topics.topic(topic) else { return Ok(None) };
        let listed = reader.timeline(topic, None, MOST)?;
        let horizon = hook.place.minus(LATE);
        let is_told = |entry: &TimelineEntry| hook.recent.contains(&(entry.paper.clone(), entry.at));
        let late = listed.into_iter().take_while(|entry| entry.at > horizon);
        let mut owed: Vec<TimelineEntry> = late.filter(|entry| !is_told(entry)).collect();
        owed.reverse();
        let is_all = owed.len() <= together;
        owed.truncate(together);
        if owed.is_empty() {
            return Ok(None);
        }
        let told = owed.iter().map(|entry| (entry.paper.clone(), entry.at)).collect();
        let mut entries = Vec::new();
        for entry in owed {
            if let Some(paper) = reader.paper(&entry.paper)? {
                entries.push(self.announced(&paper, &entry));
            }
        }
        let urls = self.urls();
        let announcement = Announcement {
            topic_id: topic.to_string(),
            topic_title: configured.title.clone(),
            topic_url: urls.absolute(Place::Topic(topic)),
            feed_url: urls.absolute(Place::Feed(List::Topic(topic), Format::Atom)),
            entries,
        };
        Ok(Some((announcement, told, is_all)))
    }

    fn announced(&self, paper: &crate::model::paper::Paper, listed: &TimelineEntry) -> Announced {
        let entry = crate::feeds::entry::entry(paper, listed, self.urls());
        let named = |is_one: fn(&ExternalId) -> bool| {
            paper.ids().into_iter().find(|id| is_one(id)).map(|id| id.value().to_owned())
        };
        Announced {
            id: entry.id.clone(),
            title: entry.title.to_string(),
            url: entry
                .link("alternate")
                .map_or_else(|| self.urls().absolute(Place::Paper(&paper.id)), str::to_owned),
            authors: entry.authors.iter().map(|person| person.name.to_string()).collect(),
            summary: entry.summary.as_ref().map(ToString::to_string).unwrap_or_default(),
            published: Some(entry.published),
            updated: entry.updated,
            doi: named(|id| matches!(id, ExternalId::Doi(_))),
            arxiv: named(|id| matches!(id, ExternalId::Arxiv(_))),
            reason: Some(listed.reason.clone()).filter(|reason| !reason.is_empty()),
        }
    }
}

/// The topic whose feed this is.
fn topic_of(feed: &str) -> Option<TopicId> {
    feed.strip_prefix("topics/")?.strip_suffix(".atom").and_then(TopicId::parse)
}

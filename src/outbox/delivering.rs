//! One delivery: what is sent, what its answer means, and where a destination stands after it.

use chrono::TimeDelta;
use url::Url;

use crate::fetch::post::Sending;
use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::outbox::LATE;
use crate::outbox::Outbox;
use crate::outbox::backoff::Backoff;
use crate::outbox::feeds::News;
use crate::outbox::hub::PATIENCE;
use crate::outbox::tokens;
use crate::push::delivery;
use crate::push::delivery::Receipt;
use crate::push::subscriber;
use crate::urls::Place;

/// How long whoever does not take a delivery is tried.
const BACKOFF: Backoff =
    Backoff { first: TimeDelta::seconds(20), longest: TimeDelta::hours(1), given_up: TimeDelta::days(3) };

/// What came of a delivery.
pub(super) enum Came {
    /// It was taken: the destination has seen the feed with this tag.
    Seen(String),
    /// It was taken: the destination has been told of these papers, listed at these times.
    Told(Vec<(PaperId, Timestamp)>),
    /// The destination wants nothing any more.
    Gone,
    /// It was not taken.
    Again {
        /// Why, for people.
        why: String,
        /// After how many seconds it asks to be tried again.
        after: Option<u64>,
    },
}

/// What came of a delivery to a destination.
pub(super) struct Outcome {
    pub(super) id: DestinationId,
    pub(super) came: Came,
    /// Whether nothing more is under way there.
    pub(super) is_last: bool,
}

impl Outbox {
    /// Delivers to a destination as it is now: while it waited for its turn it may have left, or chosen another secret.
    pub(super) async fn deliver_to(&self, known: &Destination, news: News) -> Came {
        match self.reader().destination(&known.id) {
            Ok(Some(destination)) => self.deliver(&destination, news).await,
            Ok(None) => Came::Gone,
            Err(error) => Came::Again { why: error.to_string(), after: None },
        }
    }

    /// Sends news to a callback, or word of it to another hub.
    async fn deliver(&self, destination: &Destination, news: News) -> Came {
        let settings = self.settings();
        let address = |feed: &str| format!("{}{feed}", self.urls().absolute(Place::Front));
        let (url, headers, body) = match &destination.way {
            Way::Callback { url, secret, .. } => {
                let hubs = self.site().hub_urls(self.urls());
                let hubs: Vec<Url> = hubs.iter().filter_map(|hub| Url::parse(hub).ok()).collect();
                let Ok(topic) = Url::parse(&address(&destination.feed)) else { return Came::Gone };
                // The same also when it is sent again.
                let key = tokens::name(&[&destination.id.0, &news.tag]);
                let headers =
                    delivery::headers(&topic, &hubs, &news.media_type, &news.body, secret.as_ref(), &key);
                (url.clone(), headers, news.body)
            }
            Way::Hub(url) => {
                let stem = destination.feed.trim_end_matches(".atom");
                let feeds =
                    [".atom", ".rss", ".json"].map(|end| Url::parse(&address(&format!("{stem}{end}"))).ok());
                let feeds: Vec<Url> = feeds.into_iter().flatten().collect();
                let form = "application/x-www-form-urlencoded".to_owned();
                (url.clone(), vec![("content-type".to_owned(), form)], subscriber::ping_form(&feeds).into())
            }
            Way::Webhook(_) => return Came::Gone,
        };
        let Ok(url) = Url::parse(&url) else { return Came::Gone };
        let sending = Sending { method: "POST", url, headers, body, limit: PATIENCE };
        let poster = match &destination.way {
            Way::Callback { .. } => &settings.poster,
            Way::Hub(_) | Way::Webhook(_) => &settings.own,
        };
        match poster.send(sending).await {
            Ok(taken) => match Receipt::of(taken.status) {
                Receipt::Taken => Came::Seen(news.tag),
                Receipt::Gone => Came::Gone,
                Receipt::Again => {
                    Came::Again { why: format!("it answers {}", taken.status), after: taken.retry_after }
                }
            },
            Err(why) => Came::Again { why, after: None },
        }
    }
}

/// Where a destination stands after a delivery; none once it is given up.
pub(super) fn after(mut destination: Destination, came: &Came, now: Timestamp) -> Option<Destination> {
    match came {
        Came::Seen(tag) => {
            destination.seen = Some(tag.clone());
            destination.delivered += 1;
            destination.tries = Tries::default();
        }
        Came::Told(told) => {
            let until = told.iter().map(|(_paper, at)| *at).max();
            destination.place = until.map_or(destination.place, |until| until.max(destination.place));
            destination.recent.extend(told.iter().cloned());
            let horizon = destination.place.minus(LATE);
            destination.recent.retain(|(_paper, at)| *at > horizon);
            destination.delivered += u64::from(!told.is_empty());
            destination.tries = Tries::default();
        }
        Came::Gone => return None,
        Came::Again { why, after } => {
            if let Some(tries) = BACKOFF.after(&destination.tries, why, *after, now) {
                return Some(Destination { tries, ..destination });
            }
            tracing::warn!(destination = %destination.id, "push: given up after three days: {why}");
            return match destination.way {
                Way::Callback { .. } => None,
                // What the operator configured stays, and goes on from here.
                Way::Webhook(_) | Way::Hub(_) => {
                    let (tries, lost) = (Tries::default(), destination.lost + 1);
                    Some(Destination { place: now, seen: None, tries, lost, ..destination })
                }
            };
        }
    }
    Some(destination)
}

pub(super) fn has_ended(destination: &Destination, now: Timestamp) -> bool {
    matches!(&destination.way, Way::Callback { until, .. } if *until <= now)
}

pub(super) fn host(destination: &Destination) -> String {
    let (Way::Callback { url, .. } | Way::Hub(url) | Way::Webhook(url)) = &destination.way;
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

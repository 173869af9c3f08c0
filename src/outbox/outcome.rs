//! What came of a delivery, and what a destination is after it.

use chrono::TimeDelta;

use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::time::Timestamp;

/// After a failure, doubled up to the longest.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(20);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// What fails for so long is given up.
const GIVEN_UP: TimeDelta = TimeDelta::days(3);

/// What came of a delivery.
pub(super) enum Came {
    /// It was taken: the destination has seen the feed with this tag.
    Seen(String),
    /// It was taken: the destination has been told of what was listed until then.
    Told(Timestamp),
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

/// A destination after a delivery; none once it is given up.
pub(super) fn after(mut destination: Destination, came: &Came, now: Timestamp) -> Option<Destination> {
    match came {
        Came::Seen(tag) => {
            destination.seen = Some(tag.clone());
            destination.delivered += 1;
            destination.tries = Tries::default();
        }
        Came::Told(place) => {
            destination.place = destination.place.max(*place);
            destination.delivered += 1;
            destination.tries = Tries::default();
        }
        Came::Gone => return None,
        Came::Again { why, after } => {
            let Tries { failed, since, .. } = destination.tries;
            let since = since.unwrap_or(now);
            if now.since(since) > GIVEN_UP {
                tracing::warn!(destination = %destination.id, "push: given up after three days: {why}");
                destination.lost += 1;
                return match destination.way {
                    Way::Callback { .. } => None,
                    // What the operator configured stays, and goes on from here.
                    Way::Webhook(_) | Way::Hub(_) => {
                        Some(Destination { place: now, seen: None, tries: Tries::default(), ..destination })
                    }
                };
            }
            let doubled = FIRST_PAUSE * (1 << failed.min(10));
            let asked = after.map_or(TimeDelta::zero(), |after| {
                TimeDelta::seconds(i64::try_from(after).unwrap_or(i64::MAX).min(86_400))
            });
            // A tenth more or less, so that what failed together does not come back together.
            let jitter = i32::try_from(fastrand::u32(90..110)).unwrap_or(100);
            let pause = doubled.min(LONGEST_PAUSE) * jitter / 100;
            destination.tries = Tries {
                failed: failed.saturating_add(1),
                since: Some(since),
                not_before: Some(now.plus(pause.max(asked))),
                problem: Some(why.chars().take(300).collect()),
            };
        }
    }
    Some(destination)
}

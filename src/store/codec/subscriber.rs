//! The rows of subscribers.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;

use crate::model::subscriber::Rhythm;
use crate::model::subscriber::Standing;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::model::subscriber::Wishes;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::states::topic_id;

/// [`Subscriber`].
#[derive(Serialize, Deserialize)]
pub(super) struct SubscriberRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow)]
    standing: Cow<'a, str>,
    since: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    configured: bool,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    network: Option<Cow<'a, str>>,
    #[serde(borrow)]
    wishes: WishesRow<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    proposed: Option<WishesRow<'a>>,
    turn: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited: Option<i64>,
    letters: u64,
    told: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bounced: Vec<i64>,
}

#[derive(Serialize, Deserialize)]
struct WishesRow<'a> {
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    topics: Vec<Cow<'a, str>>,
    /// Of `daily`, `trending`, `picks` and `empty` those that are wished for.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    lists: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    rhythm: Cow<'a, str>,
    hour: u8,
    #[serde(borrow)]
    zone: Cow<'a, str>,
}

impl<'a> From<&'a Subscriber> for SubscriberRow<'a> {
    fn from(subscriber: &'a Subscriber) -> Self {
        Self {
            id: subscriber.id.as_str().into(),
            address: subscriber.address.as_str().into(),
            standing: subscriber.standing.name().into(),
            since: subscriber.since.micros(),
            configured: subscriber.is_configured,
            network: subscriber.network.as_deref().map(Cow::from),
            wishes: (&subscriber.wishes).into(),
            proposed: subscriber.proposed.as_ref().map(WishesRow::from),
            turn: subscriber.turn,
            invited: subscriber.invited.map(Timestamp::micros),
            letters: subscriber.letters,
            told: subscriber.told.micros(),
            bounced: subscriber.bounced.iter().map(|at| at.micros()).collect(),
        }
    }
}

impl SubscriberRow<'_> {
    pub(super) fn into_noun(self) -> Result<Subscriber, Fault> {
        Ok(Subscriber {
            id: subscriber_id(&self.id)?,
            address: self.address.into_owned(),
            standing: Standing::parse(&self.standing)
                .ok_or_else(|| Fault::unknown("the standing of a subscriber", &self.standing))?,
            since: Timestamp::from_micros(self.since),
            is_configured: self.configured,
            network: self.network.map(Cow::into_owned),
            wishes: self.wishes.into_noun()?,
            proposed: self.proposed.map(WishesRow::into_noun).transpose()?,
            turn: self.turn,
            invited: self.invited.map(Timestamp::from_micros),
            letters: self.letters,
            told: Timestamp::from_micros(self.told),
            bounced: self.bounced.into_iter().map(Timestamp::from_micros).collect(),
        })
    }
}

pub(super) fn subscriber_id(text: &str) -> Result<SubscriberId, Fault> {
    SubscriberId::parse(text).ok_or_else(|| Fault::unknown("the name of a subscriber", text))
}

impl<'a> From<&'a Wishes> for WishesRow<'a> {
    fn from(wishes: &'a Wishes) -> Self {
        let lists = [
            ("daily", wishes.daily),
            ("trending", wishes.trending),
            ("picks", wishes.picks),
            ("empty", wishes.even_empty),
        ];
        Self {
            topics: wishes.topics.iter().map(|topic| topic.as_str().into()).collect(),
            lists: lists.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name.into()).collect(),
            rhythm: wishes.rhythm.name().into(),
            hour: wishes.hour,
            zone: wishes.zone.name().into(),
        }
    }
}

impl WishesRow<'_> {
    fn into_noun(self) -> Result<Wishes, Fault> {
        let is_on = |name: &str| self.lists.iter().any(|list| list == name);
        Ok(Wishes {
            topics: self.topics.iter().map(|topic| topic_id(topic)).collect::<Result<_, _>>()?,
            daily: is_on("daily"),
            trending: is_on("trending"),
            picks: is_on("picks"),
            rhythm: Rhythm::parse(&self.rhythm).ok_or_else(|| Fault::unknown("a rhythm", &self.rhythm))?,
            hour: self.hour.min(23),
            zone: self.zone.parse().map_err(|_error| Fault::unknown("a time zone", &self.zone))?,
            even_empty: is_on("empty"),
        })
    }
}

//! What goes out by itself: letters to subscribers, and what is pushed to other programs.
//!
//! What is owed is not copied anywhere. A subscriber or a [`Destination`] has a place in time, and what was listed after it is
//! owed; the entry that causes a delivery is itself the record of the debt. Only a letter that was cut is kept with what it
//! holds, so that it stays the same however often it has to be sent.

use std::fmt;

use crate::model::paper::PaperId;
use crate::model::secret::Secret;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::model::time::Timestamp;

/// Something that is kept about what goes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outgoing {
    /// Of what the tokens in letters are made; written once.
    Key(Secret),
    /// A subscriber.
    Subscriber(Subscriber),
    /// A letter.
    Letter(Letter),
    /// Where things are pushed to.
    Destination(Destination),
}

/// The name under which it is kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutgoingKey(String);

impl OutgoingKey {
    /// Reads a name as it was stored.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.');
        (!text.is_empty() && text.len() <= 200 && text.bytes().all(is_plain)).then(|| Self(text.to_owned()))
    }

    /// Of the one [`Outgoing::Key`].
    pub fn key() -> Self {
        Self("key".to_owned())
    }

    /// Of a subscriber.
    pub fn subscriber(id: &SubscriberId) -> Self {
        Self(format!("subscriber/{id}"))
    }

    /// Of a letter: those that wait, or were given up, stand apart from the many that were sent.
    pub fn letter(id: &LetterId, state: LetterState) -> Self {
        let folder = match state {
            LetterState::Waiting => "waiting",
            LetterState::Sent(_) => "letter",
            LetterState::Dead(_) => "dead",
        };
        Self(format!("{folder}/{}/{:010}", id.subscriber, id.number))
    }

    /// Of a destination.
    pub fn destination(id: &DestinationId) -> Self {
        Self(format!("destination/{}", id.0))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Outgoing {
    /// The name under which it is kept.
    pub fn key(&self) -> OutgoingKey {
        match self {
            Self::Key(_) => OutgoingKey::key(),
            Self::Subscriber(subscriber) => OutgoingKey::subscriber(&subscriber.id),
            Self::Letter(letter) => OutgoingKey::letter(&letter.id, letter.state),
            Self::Destination(destination) => OutgoingKey::destination(&destination.id),
        }
    }
}

/// The name of a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LetterId {
    /// To whom.
    pub subscriber: SubscriberId,
    /// Which of the letters to that subscriber, from 0.
    pub number: u64,
}

impl LetterId {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (subscriber, number) = text.split_once('-')?;
        Some(Self { subscriber: SubscriberId::parse(subscriber)?, number: number.parse().ok()? })
    }
}

impl fmt::Display for LetterId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.subscriber, self.number)
    }
}

/// A letter as it was cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// Its name; the `Message-ID` is made of it, so that a letter that comes twice can be told.
    pub id: LetterId,
    /// When it was cut.
    pub made: Timestamp,
    /// What it says.
    pub matter: Matter,
    /// Whether it was sent.
    pub state: LetterState,
    /// How sending it went.
    pub tries: Tries,
}

/// What a letter says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Matter {
    /// It asks whether the address shall get what was asked for.
    Invitation {
        /// The turn that is confirmed with it.
        turn: u64,
    },
    /// It lists papers.
    Digest(Digest),
}

/// What a digest lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Digest {
    /// What was listed from then on.
    pub from: Timestamp,
    /// What was listed before then.
    pub until: Timestamp,
    /// The lists with their papers; no paper twice.
    pub sections: Vec<Section>,
}

/// The papers of one list in a digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Which list: `topic/ID`, `daily`, `trending` or `picks`.
    pub list: String,
    /// The papers, in order.
    pub papers: Vec<PaperId>,
    /// How many more there were than a letter holds.
    pub left_out: u64,
}

/// Whether a letter was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LetterState {
    /// Not yet.
    Waiting,
    /// Yes.
    Sent(Timestamp),
    /// It was given up.
    Dead(Timestamp),
}

/// How often something was tried in vain, and when it is tried again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tries {
    /// So often.
    pub failed: u32,
    /// Since when it fails.
    pub since: Option<Timestamp>,
    /// Not before this.
    pub not_before: Option<Timestamp>,
    /// Why it failed last.
    pub problem: Option<String>,
}

impl Tries {
    /// Whether it may be tried now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }
}

/// The name of a destination: of a callback 32 hexadecimal digits, of a webhook its name and topic.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DestinationId(pub String);

impl fmt::Display for DestinationId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Where entries are pushed to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Destination {
    /// Its name.
    pub id: DestinationId,
    /// The feed whose entries are pushed: its path without the first slash, such as `topics/peft.atom`.
    pub feed: String,
    /// How.
    pub way: Way,
    /// Of a webhook: what was listed after this is owed.
    pub place: Timestamp,
    /// Of a webhook: what it was told of the last hour before its place. What was noticed then may be listed only later, and is
    /// owed too.
    pub recent: Vec<(PaperId, Timestamp)>,
    /// Of a callback and a hub: the tag of the feed as it was last told of; what is not in that is owed.
    pub seen: Option<String>,
    /// How pushing went.
    pub tries: Tries,
    /// How many deliveries were taken.
    pub delivered: u64,
    /// How many were given up.
    pub lost: u64,
}

/// How entries are pushed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// To a subscriber of the hub.
    Callback {
        /// The address that it gave.
        url: String,
        /// What deliveries are signed with.
        secret: Option<Secret>,
        /// When the lease ends.
        until: Timestamp,
    },
    /// To a webhook of the configuration, by its name.
    Webhook(String),
    /// A word to an outside hub that the feed moved.
    Hub(String),
}

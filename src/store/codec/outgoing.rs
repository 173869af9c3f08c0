//! The rows of what goes out by itself.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;

use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Digest;
use crate::model::outgoing::Letter;
use crate::model::outgoing::LetterId;
use crate::model::outgoing::LetterState;
use crate::model::outgoing::Matter;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::Section;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::secret::Secret;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::paper::paper_id;
use crate::store::codec::subscriber::SubscriberRow;

/// [`Outgoing`].
#[derive(Serialize, Deserialize)]
pub(super) struct OutgoingRow<'a> {
    v: Format,
    #[serde(borrow)]
    is: IsRow<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IsRow<'a> {
    #[serde(borrow)]
    Key(Cow<'a, str>),
    #[serde(borrow)]
    Subscriber(Box<SubscriberRow<'a>>),
    #[serde(borrow)]
    Letter(Box<LetterRow<'a>>),
    #[serde(borrow)]
    Destination(Box<DestinationRow<'a>>),
}

#[derive(Serialize, Deserialize)]
struct LetterRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    made: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<u64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    digest: Option<DigestRow<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dead: Option<i64>,
    #[serde(flatten, borrow)]
    tries: TriesRow<'a>,
}

#[derive(Serialize, Deserialize)]
struct DigestRow<'a> {
    from: i64,
    until: i64,
    #[serde(borrow)]
    sections: Vec<SectionRow<'a>>,
}

/// List, papers, how many were left out.
#[derive(Serialize, Deserialize)]
struct SectionRow<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Vec<Cow<'a, str>>, u64);

#[derive(Serialize, Deserialize)]
struct TriesRow<'a> {
    #[serde(default, skip_serializing_if = "is_none")]
    failed: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failing_since: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<i64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    problem: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct DestinationRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    feed: Cow<'a, str>,
    #[serde(borrow)]
    way: WayRow<'a>,
    place: i64,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<(Cow<'a, str>, i64)>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    seen: Option<Cow<'a, str>>,
    #[serde(default)]
    delivered: u64,
    #[serde(default)]
    lost: u64,
    #[serde(flatten, borrow)]
    tries: TriesRow<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WayRow<'a> {
    Callback {
        #[serde(borrow)]
        url: Cow<'a, str>,
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        secret: Option<Cow<'a, str>>,
        until: i64,
    },
    #[serde(borrow)]
    Webhook(Cow<'a, str>),
    #[serde(borrow)]
    Hub(Cow<'a, str>),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

impl<'a> From<&'a Outgoing> for OutgoingRow<'a> {
    fn from(outgoing: &'a Outgoing) -> Self {
        let is = match outgoing {
            Outgoing::Key(secret) => IsRow::Key(secret.reveal().into()),
            Outgoing::Subscriber(subscriber) => IsRow::Subscriber(Box::new(subscriber.into())),
            Outgoing::Letter(letter) => IsRow::Letter(Box::new(letter.into())),
            Outgoing::Destination(destination) => IsRow::Destination(Box::new(destination.into())),
        };
        Self { v: Format, is }
    }
}

impl OutgoingRow<'_> {
    pub(super) fn into_noun(self) -> Result<Outgoing, Fault> {
        Ok(match self.is {
            IsRow::Key(key) => Outgoing::Key(Secret::new(&key)),
            IsRow::Subscriber(row) => Outgoing::Subscriber(row.into_noun()?),
            IsRow::Letter(row) => Outgoing::Letter(row.into_noun()?),
            IsRow::Destination(row) => Outgoing::Destination(row.into_noun()?),
        })
    }
}

impl<'a> From<&'a Letter> for LetterRow<'a> {
    fn from(letter: &'a Letter) -> Self {
        let (turn, digest) = match &letter.matter {
            Matter::Invitation { turn } => (Some(*turn), None),
            Matter::Digest(digest) => (None, Some(digest.into())),
        };
        let (sent, dead) = match letter.state {
            LetterState::Waiting => (None, None),
            LetterState::Sent(at) => (Some(at.micros()), None),
            LetterState::Dead(at) => (None, Some(at.micros())),
        };
        let tries = (&letter.tries).into();
        Self { id: letter.id.to_string().into(), made: letter.made.micros(), turn, digest, sent, dead, tries }
    }
}

impl LetterRow<'_> {
    fn into_noun(self) -> Result<Letter, Fault> {
        let matter = match (self.turn, self.digest) {
            (_, Some(digest)) => Matter::Digest(digest.into_noun()?),
            (Some(turn), None) => Matter::Invitation { turn },
            (None, None) => return Err(Fault::Malformed("a letter says nothing".to_owned())),
        };
        let state = match (self.sent, self.dead) {
            (Some(sent), _) => LetterState::Sent(at(sent)),
            (None, Some(dead)) => LetterState::Dead(at(dead)),
            (None, None) => LetterState::Waiting,
        };
        Ok(Letter {
            id: LetterId::parse(&self.id).ok_or_else(|| Fault::unknown("the name of a letter", &self.id))?,
            made: at(self.made),
            matter,
            state,
            tries: self.tries.into_noun(),
        })
    }
}

impl<'a> From<&'a Digest> for DigestRow<'a> {
    fn from(digest: &'a Digest) -> Self {
        let sections = digest.sections.iter().map(|section| {
            let papers = section.papers.iter().map(|paper| paper.as_str().into()).collect();
            SectionRow(section.list.as_str().into(), papers, section.left_out)
        });
        Self { from: digest.from.micros(), until: digest.until.micros(), sections: sections.collect() }
    }
}

impl DigestRow<'_> {
    fn into_noun(self) -> Result<Digest, Fault> {
        let sections = self.sections.into_iter().map(|SectionRow(list, papers, left_out)| {
            let papers = papers.iter().map(|paper| paper_id(paper)).collect::<Result<_, _>>()?;
            Ok(Section { list: list.into_owned(), papers, left_out })
        });
        Ok(Digest {
            from: at(self.from),
            until: at(self.until),
            sections: sections.collect::<Result<_, Fault>>()?,
        })
    }
}

impl<'a> From<&'a Tries> for TriesRow<'a> {
    fn from(tries: &'a Tries) -> Self {
        Self {
            failed: tries.failed,
            failing_since: tries.since.map(Timestamp::micros),
            not_before: tries.not_before.map(Timestamp::micros),
            problem: tries.problem.as_deref().map(Cow::from),
        }
    }
}

impl TriesRow<'_> {
    fn into_noun(self) -> Tries {
        Tries {
            failed: self.failed,
            since: self.failing_since.map(at),
            not_before: self.not_before.map(at),
            problem: self.problem.map(Cow::into_owned),
        }
    }
}

impl<'a> From<&'a Destination> for DestinationRow<'a> {
    fn from(destination: &'a Destination) -> Self {
        let way = match &destination.way {
            Way::Callback { url, secret, until } => WayRow::Callback {
                url: url.as_str().into(),
                secret: secret.as_ref().map(|secret| secret.reveal().into()),
                until: until.micros(),
            },
            Way::Webhook(name) => WayRow::Webhook(name.as_str().into()),
            Way::Hub(url) => WayRow::Hub(url.as_str().into()),
        };
        Self {
            id: destination.id.0.as_str().into(),
            feed: destination.feed.as_str().into(),
            way,
            place: destination.place.micros(),
            recent: destination
                .recent
                .iter()
                .map(|(paper, at)| (paper.as_str().into(), at.micros()))
                .collect(),
            seen: destination.seen.as_deref().map(Cow::from),
            delivered: destination.delivered,
            lost: destination.lost,
            tries: (&destination.tries).into(),
        }
    }
}

impl DestinationRow<'_> {
    fn into_noun(self) -> Result<Destination, Fault> {
        let recent = self.recent.iter().map(|(paper, micros)| Ok((paper_id(paper)?, at(*micros))));
        Ok(Destination {
            id: DestinationId(self.id.into_owned()),
            feed: self.feed.into_owned(),
            way: match self.way {
                WayRow::Callback { url, secret, until } => Way::Callback {
                    url: url.into_owned(),
                    secret: secret.map(|secret| Secret::new(&secret)),
                    until: at(until),
                },
                WayRow::Webhook(name) => Way::Webhook(name.into_owned()),
                WayRow::Hub(url) => Way::Hub(url.into_owned()),
            },
            place: at(self.place),
            recent: recent.collect::<Result<_, Fault>>()?,
            seen: self.seen.map(Cow::into_owned),
            tries: self.tries.into_noun(),
            delivered: self.delivered,
            lost: self.lost,
        })
    }
}

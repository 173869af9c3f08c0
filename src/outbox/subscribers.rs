//! People who subscribe by mail: they ask, confirm, change their mind and leave. Whoever asks is told the same, whether or not
//! the address is known here.

use chrono::TimeDelta;

use crate::mail::address::Address;
use crate::model::outgoing::LetterId;
use crate::model::outgoing::LetterState;
use crate::model::outgoing::Matter;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::plan::Op;
use crate::model::subscriber::Standing;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::model::subscriber::Wishes;
use crate::model::time::Timestamp;
use crate::outbox::Outbox;
use crate::outbox::cut;
use crate::outbox::limits::Verdict;
use crate::outbox::tokens;
use crate::outbox::tokens::Mint;
use crate::outbox::tokens::Purpose;
use crate::store::Error;
use crate::store::Reader;

/// One address is asked to confirm no oftener than this.
const INVITED_AGAIN: TimeDelta = TimeDelta::hours(24);

/// An address that refused letters may ask again after this.
const FORGIVEN: TimeDelta = TimeDelta::days(7);

/// More subscribers are not taken.
const MOST: usize = 100_000;

/// Why a wish of a stranger is not granted.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Nobody may subscribe here.
    #[error("this site sends no mail to people who subscribe by themselves")]
    Closed,
    /// Too many wishes come from there.
    #[error(
        "too many addresses were given from your network or for this mail host; please come again in an hour"
    )]
    TooMany,
    /// The token is not one, or no longer.
    #[error("this link is no longer good")]
    Stale,
    /// Nothing is wished for.
    #[error("choose at least one topic or list")]
    Nothing,
    /// The store.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Outbox {
    /// Somebody gives an address and wishes: a letter asks the address to confirm. Nothing tells the asker whether it is known.
    pub async fn sign_up(&self, address: Address, wishes: Wishes, network: &str) -> Result<(), Refused> {
        let settings = self.settings();
        if !settings.mail.as_ref().is_some_and(|mail| mail.settings.sign_up) {
            return Err(Refused::Closed);
        }
        if wishes.is_nothing() {
            return Err(Refused::Nothing);
        }
        match self.limits.invite(&address, network) {
            Verdict::Yes => {}
            // Told the same: who is asked for is nobody's business.
            Verdict::KnownPerson => return Ok(()),
            Verdict::TooMany => return Err(Refused::TooMany),
        }
        let (now, network, victim) = (self.clock().now(), network.to_owned(), address.victim());
        // The same person under another spelling; the limits of this process forget that when it ends. Looked through before
        // the writer is held: two wishes at once are told apart by the limits.
        let was_asked = move |one: &Subscriber| {
            one.invited.is_some_and(|at| now.since(at) < INVITED_AGAIN)
                && Address::parse_with(&one.address, true).is_ok_and(|known| known.victim() == victim)
        };
        let all = self.read(Reader::subscribers).await?;
        if all.iter().any(was_asked) {
            return Ok(());
        }
        let is_full = all.len() >= MOST;
        let done = self.change(move |reader| invite(reader, &address, wishes, &network, now, is_full)).await;
        Ok(done?)
    }

    /// The subscriber whom a token names, if it is good for that.
    pub fn subscriber_of(&self, token: &str, purpose: Purpose) -> Result<Subscriber, Refused> {
        holder(self.reader(), token, purpose, self.clock().now())
    }

    /// An address confirms what was wished for.
    pub async fn confirm(&self, token: String) -> Result<Subscriber, Refused> {
        let now = self.clock().now();
        let done = self.change(move |reader| match holder(reader, &token, Purpose::Confirm, now) {
            Ok(mut subscriber) => {
                let was_active = subscriber.standing == Standing::Active;
                if let Some(wishes) = subscriber.proposed.take() {
                    subscriber.wishes = wishes;
                }
                subscriber.standing = Standing::Active;
                subscriber.turn += 1;
                subscriber.bounced.clear();
                if !was_active {
                    (subscriber.since, subscriber.told) = (now, now);
                }
                Ok((vec![Op::Outgoing(Box::new(Outgoing::Subscriber(subscriber.clone())))], Ok(subscriber)))
            }
            Err(Refused::Store(error)) => Err(error),
            Err(refused) => Ok((Vec::new(), Err(refused))),
        });
        done.await?
    }

    /// A subscriber leaves; nothing more is sent, and the address is forgotten. Leaving twice is no fault (RFC 8058).
    pub async fn leave(&self, token: String) -> Result<(), Refused> {
        let now = self.clock().now();
        let done = self.change(move |reader| match holder(reader, &token, Purpose::Manage, now) {
            Ok(subscriber) => Ok((left(reader, subscriber, now)?, Ok(()))),
            Err(Refused::Store(error)) => Err(error),
            Err(refused) => {
                let claimed = tokens::claimed(&token).map(|id| reader.subscriber(&id)).transpose()?.flatten();
                let has_left = claimed.is_some_and(|subscriber| subscriber.standing == Standing::Left);
                Ok((Vec::new(), if has_left { Ok(()) } else { Err(refused) }))
            }
        });
        done.await?
    }

    /// A subscriber wishes for something else.
    pub async fn prefer(&self, token: String, wishes: Wishes) -> Result<Subscriber, Refused> {
        if wishes.is_nothing() {
            return Err(Refused::Nothing);
        }
        let now = self.clock().now();
        let done = self.change(move |reader| match holder(reader, &token, Purpose::Manage, now) {
            Ok(subscriber) => {
                let subscriber = Subscriber { wishes, ..subscriber };
                Ok((vec![Op::Outgoing(Box::new(Outgoing::Subscriber(subscriber.clone())))], Ok(subscriber)))
            }
            Err(Refused::Store(error)) => Err(error),
            Err(refused) => Ok((Vec::new(), Err(refused))),
        });
        done.await?
    }

    /// Brings the subscribers of the configuration in line with it. Who has left stays away.
    pub async fn configure_subscribers(&self) -> Result<(), Error> {
        let (wanted, now) = (self.settings().subscribers.clone(), self.clock().now());
        self.change(move |reader| {
            let mut ops = Vec::new();
            let known = reader.subscribers()?;
            if wanted.is_empty() && !known.iter().any(|one| one.is_configured) {
                return Ok((ops, ()));
            }
            let (mint, key) = Mint::of(reader)?;
            ops.extend(key);
            let mut named = Vec::new();
            for (address, wishes) in wanted {
                let Some(id) = mint.subscriber(address.as_str()) else { continue };
                named.push(id.clone());
                let former = known.iter().find(|one| one.id == id);
                let next = match former {
                    Some(one) if one.is_configured && one.standing == Standing::Left => {
                        tracing::warn!(
                            "mail: {address} has unsubscribed, and gets nothing although it is configured"
                        );
                        continue;
                    }
                    Some(one) if one.standing != Standing::Left => Subscriber {
                        standing: if one.standing == Standing::Suspended {
                            one.standing
                        } else {
                            Standing::Active
                        },
                        told: if one.standing == Standing::Pending { now } else { one.told },
                        is_configured: true,
                        wishes,
                        proposed: None,
                        ..one.clone()
                    },
                    former => Subscriber {
                        standing: Standing::Active,
                        is_configured: true,
                        wishes,
                        proposed: None,
                        letters: former.map_or_else(|| first_letter(now), |one| one.letters),
                        ..stranger(id, address.as_str(), now)
                    },
                };
                if former != Some(&next) {
                    ops.push(Op::Outgoing(Box::new(Outgoing::Subscriber(next))));
                }
            }
            for one in known {
                if one.is_configured && !named.contains(&one.id) && one.standing != Standing::Left {
                    ops.extend(left(reader, Subscriber { is_configured: false, ..one }, now)?);
                }
            }
            Ok((ops, ()))
        })
        .await
    }
}

/// What must be written so that a subscriber gets nothing more.
fn left(reader: &Reader, subscriber: Subscriber, now: Timestamp) -> Result<Vec<Op>, Error> {
    let mut ops = Vec::new();
    for letter in reader.letters_to(&subscriber.id)? {
        ops.push(Op::Forget(OutgoingKey::letter(&letter.id, letter.state)));
    }
    let gone = Subscriber {
        address: String::new(),
        standing: Standing::Left,
        since: now,
        network: None,
        wishes: Wishes::default(),
        proposed: None,
        bounced: Vec::new(),
        ..subscriber
    };
    ops.push(Op::Outgoing(Box::new(Outgoing::Subscriber(gone))));
    Ok(ops)
}

/// Whoever holds a token.
fn holder(reader: &Reader, token: &str, purpose: Purpose, now: Timestamp) -> Result<Subscriber, Refused> {
    let claimed = tokens::claimed(token).ok_or(Refused::Stale)?;
    let subscriber = reader.subscriber(&claimed)?.ok_or(Refused::Stale)?;
    let (mint, op) = Mint::of(reader)?;
    if op.is_some() || subscriber.standing == Standing::Left || !mint.accepts(token, purpose, &subscriber) {
        return Err(Refused::Stale);
    }
    if purpose == Purpose::Confirm {
        let is_fresh = subscriber
            .invited
            .is_some_and(|at| now.since(at) <= TimeDelta::hours(i64::from(Subscriber::CONFIRM_HOURS)));
        if !is_fresh || subscriber.proposed.is_none() {
            return Err(Refused::Stale);
        }
    }
    Ok(subscriber)
}

/// The number of the first letter to somebody: who was forgotten and comes again gets none under a name that was used.
fn first_letter(now: Timestamp) -> u64 {
    u64::try_from(now.seconds()).unwrap_or(0)
}

/// Someone of whom nothing is known yet.
pub(super) fn stranger(id: SubscriberId, address: &str, now: Timestamp) -> Subscriber {
    Subscriber {
        id,
        address: address.to_owned(),
        standing: Standing::Pending,
        since: now,
        is_configured: false,
        network: None,
        wishes: Wishes::default(),
        proposed: None,
        turn: 0,
        invited: None,
        letters: first_letter(now),
        told: now,
        bounced: Vec::new(),
    }
}

/// What must be written so that an address is asked.
fn invite(
    reader: &Reader,
    address: &Address,
    wishes: Wishes,
    network: &str,
    now: Timestamp,
    is_full: bool,
) -> Result<(Vec<Op>, ()), Error> {
    let (mint, key) = Mint::of(reader)?;
    let mut ops: Vec<Op> = key.into_iter().collect();
    let Some(id) = mint.subscriber(address.as_str()) else { return Ok((ops, ())) };
    let known = reader.subscriber(&id)?;
    if let Some(known) = &known {
        let was_asked = known.invited.is_some_and(|at| now.since(at) < INVITED_AGAIN);
        let refuses = known.standing == Standing::Suspended && now.since(known.since) < FORGIVEN;
        // The operator's word counts, and an address that refuses letters gets none.
        if was_asked || known.is_configured || refuses {
            return Ok((ops, ()));
        }
    }
    if known.is_none() && is_full {
        tracing::warn!("mail: there are {MOST} subscribers; another one is not taken");
        return Ok((ops, ()));
    }
    let known = known.unwrap_or_else(|| stranger(id.clone(), address.as_str(), now));
    let standing = if known.standing == Standing::Left { Standing::Pending } else { known.standing };
    let turn = known.turn + 1;
    let letter = LetterId { subscriber: id, number: known.letters };
    // An invitation that still waits is replaced by this one.
    for old in reader.letters_to(&known.id)? {
        if old.state == LetterState::Waiting && matches!(old.matter, Matter::Invitation { .. }) {
            ops.push(Op::Forget(OutgoingKey::letter(&old.id, old.state)));
        }
    }
    ops.push(cut::letter(letter, Matter::Invitation { turn }, now));
    let subscriber = Subscriber {
        address: address.as_str().to_owned(),
        standing,
        network: Some(mint.network(network)),
        proposed: Some(wishes),
        turn,
        invited: Some(now),
        letters: known.letters + 1,
        ..known
    };
    ops.push(Op::Outgoing(Box::new(Outgoing::Subscriber(subscriber))));
    Ok((ops, ()))
}

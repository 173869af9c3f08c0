//! What goes out, as the operator sees it: what waits, what was given up, and what a digest looks like.

use chrono::TimeDelta;

use crate::mail::address::Address;
use crate::mail::compose::Sealed;
use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Digest;
use crate::model::outgoing::Letter;
use crate::model::outgoing::LetterId;
use crate::model::outgoing::LetterState;
use crate::model::outgoing::Matter;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::plan::Op;
use crate::model::subscriber::Rhythm;
use crate::model::subscriber::Standing;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::model::subscriber::Wishes;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::outbox::Outbox;
use crate::outbox::cut;
use crate::outbox::letters;
use crate::outbox::subscribers::stranger;
use crate::outbox::tokens::Mint;
use crate::store;

/// Why the operator's wish cannot be granted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// In words.
    #[error("{0}")]
    Wrong(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Writing a letter.
    #[error(transparent)]
    Letter(#[from] letters::Error),
    /// Gathering what stands in it.
    #[error(transparent)]
    Cut(#[from] cut::Error),
}

/// Everything that waits, fails or was given up.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Letters that wait.
    pub waiting: Vec<Letter>,
    /// Letters that were given up.
    pub dead: Vec<Letter>,
    /// Where things are pushed to.
    pub destinations: Vec<Destination>,
    /// The subscribers.
    pub subscribers: Vec<Subscriber>,
}

impl Outbox {
    /// What there is.
    pub fn overview(&self) -> Result<Overview, store::Error> {
        let reader = self.reader();
        Ok(Overview {
            waiting: reader.letters_waiting()?,
            dead: reader.letters_dead()?,
            destinations: reader.destinations()?,
            subscribers: reader.subscribers()?,
        })
    }

    /// Lets what waits be tried now, and what was given up once more: one thing by its name, or everything. Says how many.
    pub async fn retry(&self, name: Option<String>) -> Result<usize, Error> {
        let overview = self.overview()?;
        let is_named = |one: &str| name.as_deref().is_none_or(|name| name == one);
        let mut ops = Vec::new();
        for letter in overview.waiting.into_iter().chain(overview.dead) {
            let is_at_rest = letter.state != LetterState::Waiting || letter.tries.not_before.is_some();
            if !is_named(&letter.id.to_string()) || !is_at_rest {
                continue;
            }
            if letter.state != LetterState::Waiting {
                ops.push(Op::Forget(OutgoingKey::letter(&letter.id, letter.state)));
            }
            let tries = Tries { not_before: None, ..letter.tries };
            let letter = Letter { state: LetterState::Waiting, tries, ..letter };
            ops.push(Op::Outgoing(Box::new(Outgoing::Letter(letter))));
        }
        let waits = |one: &Destination| is_named(&one.id.0) && one.tries.not_before.is_some();
        let pushed: Vec<DestinationId> =
            overview.destinations.into_iter().filter(waits).map(|one| one.id).collect();
        let count = ops.iter().filter(|op| matches!(op, Op::Outgoing(_))).count() + pushed.len();
        if let Some(name) = name.filter(|_| count == 0) {
            return Err(Error::Wrong(format!(
                "nothing in the outbox is called {name} and waits or was given up"
            )));
        }
        self.change(move |reader| {
            for id in pushed {
                // A delivery may have ended meanwhile.
                if let Some(one) = reader.destination(&id)? {
                    let tries = Tries { not_before: None, ..one.tries };
                    ops.push(Op::Outgoing(Box::new(Outgoing::Destination(Destination { tries, ..one }))));
                }
            }
            Ok((ops, ()))
        })
        .await?;
        self.urged.notify_one();
        Ok(count)
    }

    /// Takes a letter or a destination out.
    pub async fn drop_one(&self, name: String) -> Result<String, Error> {
        let dropped = self.change(move |reader| {
            if let Some(id) = LetterId::parse(&name) {
                for state in [LetterState::Waiting, LetterState::Dead(Timestamp::from_micros(0))] {
                    let key = OutgoingKey::letter(&id, state);
                    if reader.outgoing(&key)?.is_some() {
                        return Ok((vec![Op::Forget(key)], Ok(format!("letter {id} is dropped"))));
                    }
                }
            }
            let id = crate::model::outgoing::DestinationId(name.clone());
            if let Some(one) = reader.destination(&id)? {
                let words = match one.way {
                    Way::Callback { .. } => format!("subscription {id} is ended"),
                    Way::Webhook(_) | Way::Hub(_) => {
                        format!("{id} goes on from here; it comes back as long as it is configured")
                    }
                };
                return Ok((vec![Op::Forget(OutgoingKey::destination(&id))], Ok(words)));
            }
            Ok((Vec::new(), Err(Error::Wrong(format!("nothing in the outbox is called {name}")))))
        });
        dropped.await?
    }

    /// The digest that a subscriber would get now, or that of a topic or list: for `days`, or since the last one.
    pub fn preview(&self, name: &str, days: Option<u32>, to: Option<&str>) -> Result<Sealed, Error> {
        let settings = self.settings();
        let Some(mail) = &settings.mail else {
            return Err(Error::Wrong("mail is not configured: add [mail] with from and server".to_owned()));
        };
        let now = self.clock().now();
        let mut subscriber = self.named(name, now)?;
        if let Some(days) = days {
            subscriber.told = now.minus(TimeDelta::days(i64::from(days)));
            if days >= 7 {
                subscriber.wishes.rhythm = Rhythm::Weekly(chrono::Weekday::Mon);
            }
        }
        let sections = self.sections(&subscriber, now)?;
        let digest = Digest { from: subscriber.told, until: now, sections };
        let to = to.unwrap_or(if subscriber.address.is_empty() {
            mail.settings.from.as_str()
        } else {
            &subscriber.address
        });
        let to = Address::parse_with(to, true).map_err(|why| Error::Wrong(format!("{to}: {why}")))?;
        Ok(self.specimen(mail, to, &subscriber, &digest)?)
    }

    /// A subscriber by address, or one who wishes for what is named.
    fn named(&self, name: &str, now: Timestamp) -> Result<Subscriber, Error> {
        if name.contains('@') {
            let (mint, _op) = Mint::of(self.reader())?;
            let known = mint.subscriber(name).map(|id| self.reader().subscriber(&id)).transpose()?.flatten();
            return known.ok_or_else(|| Error::Wrong(format!("no subscriber has the address {name}")));
        }
        let mut wishes = Wishes::default();
        if !wishes.ask_for(name) {
            let site = self.site();
            let known = TopicId::parse(name).filter(|id| site.topics.topic(id).is_some());
            wishes.topics.insert(known.ok_or_else(|| {
                Error::Wrong(format!(
                    "{name} is no topic; name one, or daily, trending, picks, or the address of a subscriber"
                ))
            })?);
        }
        let id = SubscriberId::parse("0000000000000000");
        let id = id.ok_or_else(|| Error::Wrong("no name for a specimen".to_owned()))?;
        let told = now.minus(TimeDelta::days(1));
        Ok(Subscriber { standing: Standing::Active, wishes, told, ..stranger(id, "", now) })
    }

    /// Sends a specimen; says in words what became of it.
    pub async fn send_specimen(&self, sealed: &Sealed) -> Result<String, Error> {
        let settings = self.settings();
        let Some(mail) = &settings.mail else {
            return Err(Error::Wrong("mail is not configured: add [mail] with from and server".to_owned()));
        };
        let relay = mail.settings.relay.told();
        match mail.transport.send(sealed).await {
            Ok(()) => Ok(format!("“{}” was handed to {relay} for {}", sealed.subject, sealed.to)),
            Err(failure) => Err(Error::Wrong(format!("{relay} did not take it: {}", failure.words))),
        }
    }
}

/// What a letter is about, in a few words.
pub fn about(letter: &Letter) -> String {
    match &letter.matter {
        Matter::Invitation { .. } => "confirmation".to_owned(),
        Matter::Digest(digest) => {
            let papers: usize = digest.sections.iter().map(|section| section.papers.len()).sum();
            format!("digest of {papers} papers until {}", digest.until.day())
        }
    }
}

/// A letter's text and its HTML.
pub fn parts(letter: &Sealed) -> (String, String) {
    let read = mail_parser::MessageParser::default().parse(&letter.bytes);
    let part =
        |body: Option<std::borrow::Cow<'_, str>>| body.map(std::borrow::Cow::into_owned).unwrap_or_default();
    read.map(|message| (part(message.body_text(0)), part(message.body_html(0)))).unwrap_or_default()
}

//! The commands about what goes out: `outbox`, `bounce`, `digest`.

use serde::Deserialize;
use serde::Serialize;

use crate::daemon::asks::Answer;
use crate::daemon::desk::Desk;
use crate::model::outgoing::Tries;
use crate::model::outgoing::Way;
use crate::model::subscriber::Standing;
use crate::model::time::Timestamp;
use crate::outbox::views;
use crate::outbox::views::Overview;

/// What may be done about what goes out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutboxAsk {
    /// What waits, fails or was given up.
    List,
    /// Try now: one thing, or everything.
    Retry(Option<String>),
    /// Take one thing out.
    Drop(String),
    /// A message that came back.
    Bounce {
        /// The message; what is no UTF-8 in it is replaced.
        message: String,
        /// To whom it came, where the message itself does not say.
        recipient: Option<String>,
    },
    /// What a digest looks like.
    Preview {
        /// Of a subscriber (an address), a topic, or a list.
        name: String,
        /// Of so many days.
        days: Option<u32>,
    },
    /// Send one.
    Send {
        /// Of a subscriber (an address), a topic, or a list.
        name: String,
        /// Of so many days.
        days: Option<u32>,
        /// To this address.
        to: String,
    },
}

/// Something in the outbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Its name.
    pub name: String,
    /// `waiting`, `failing`, `given up` or `at rest`.
    pub state: String,
    /// Where to.
    pub to: String,
    /// What it is.
    pub about: String,
    /// How often it was tried in vain.
    pub failed: u32,
    /// When it is tried again.
    pub again: Option<String>,
    /// Why it failed last.
    pub problem: Option<String>,
}

/// How many subscribers there are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SubscriberCounts {
    /// Who get mail.
    pub active: usize,
    /// Who have not confirmed.
    pub pending: usize,
    /// Whose letters came back.
    pub suspended: usize,
    /// Who have left.
    pub left: usize,
}

/// A letter as text and as HTML.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LetterView {
    /// The subject.
    pub subject: String,
    /// The letter as text.
    pub text: String,
    /// The letter as HTML.
    pub html: String,
    /// The whole message.
    pub message: String,
}

/// Does it.
pub async fn answer(desk: &Desk, ask: OutboxAsk) -> anyhow::Result<Answer> {
    let outbox = desk.outbox().clone();
    match ask {
        OutboxAsk::List => {
            let overview = tokio::task::spawn_blocking(move || outbox.overview()).await??;
            let (rows, subscribers) = rows(&overview);
            Ok(Answer::Outbox { outbox: rows, subscribers })
        }
        OutboxAsk::Retry(name) => {
            let count = outbox.retry(name).await?;
            let things = if count == 1 { "thing is" } else { "things are" };
            Ok(Answer::Done { done: format!("{count} {things} tried as soon as the daemon runs") })
        }
        OutboxAsk::Drop(name) => Ok(Answer::Done { done: outbox.drop_one(name).await? }),
        OutboxAsk::Bounce { message, recipient } => {
            Ok(Answer::Done { done: outbox.returned(message.into_bytes(), recipient).await? })
        }
        OutboxAsk::Preview { name, days } => {
            let made = tokio::task::spawn_blocking(move || outbox.preview(&name, days, None)).await??;
            let (text, html) = views::parts(&made);
            let message = String::from_utf8_lossy(&made.bytes).into_owned();
            Ok(Answer::Letter { letter: LetterView { subject: made.subject, text, html, message } })
        }
        OutboxAsk::Send { name, days, to } => {
            let maker = outbox.clone();
            let made = tokio::task::spawn_blocking(move || maker.preview(&name, days, Some(&to))).await??;
            Ok(Answer::Done { done: outbox.send_specimen(&made).await? })
        }
    }
}

fn rows(overview: &Overview) -> (Vec<OutboxRow>, SubscriberCounts) {
    let again = |tries: &Tries| tries.not_before.map(Timestamp::to_rfc3339);
    let address = |id: &crate::model::subscriber::SubscriberId| {
        let known = overview.subscribers.iter().find(|one| one.id == *id);
        known.map_or_else(|| id.to_string(), |one| one.address.clone())
    };
    let letter = |letter: &crate::model::outgoing::Letter, state: &str| OutboxRow {
        name: letter.id.to_string(),
        state: if letter.tries.failed > 0 && state == "waiting" { "failing" } else { state }.to_owned(),
        to: address(&letter.id.subscriber),
        about: views::about(letter),
        failed: letter.tries.failed,
        again: again(&letter.tries),
        problem: letter.tries.problem.clone(),
    };
    let waiting = overview.waiting.iter().map(|one| letter(one, "waiting"));
    let dead = overview.dead.iter().map(|one| letter(one, "given up"));
    let pushed = overview.destinations.iter().map(|one| {
        let (to, way) = match &one.way {
            Way::Callback { url, until, .. } => (url.clone(), format!("WebSub until {}", until.day())),
            Way::Webhook(name) => (name.clone(), "webhook".to_owned()),
            Way::Hub(url) => (url.clone(), "hub".to_owned()),
        };
        OutboxRow {
            name: one.id.to_string(),
            state: if one.tries.failed > 0 { "failing" } else { "at rest" }.to_owned(),
            to,
            about: format!("{way}: {}, {} delivered, {} lost", one.feed, one.delivered, one.lost),
            failed: one.tries.failed,
            again: again(&one.tries),
            problem: one.tries.problem.clone(),
        }
    });
    let rows = waiting.chain(dead).chain(pushed).collect();
    let count = |standing| overview.subscribers.iter().filter(|one| one.standing == standing).count();
    let subscribers = SubscriberCounts {
        active: count(Standing::Active),
        pending: count(Standing::Pending),
        suspended: count(Standing::Suspended),
        left: count(Standing::Left),
    };
    (rows, subscribers)
}

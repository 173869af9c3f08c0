//! What people and programs outside want who ask to be told what is new. The reading half writes nothing itself: it passes their
//! wishes on, and answers with what became of them.

use std::fmt;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::future::BoxFuture;

use crate::model::subscriber::Subscriber;
use crate::model::subscriber::Wishes;

/// What somebody wants.
#[derive(Clone, Debug)]
pub enum Errand {
    /// An address shall get mail.
    SignUp {
        /// The address as it was written.
        address: String,
        /// What is wished for.
        wishes: Wishes,
        /// From which network that comes; empty where that says nothing.
        network: String,
    },
    /// Whose token this is, which confirms.
    LookToConfirm(String),
    /// Whose token this is, which changes and ends.
    Look(String),
    /// An address confirms.
    Confirm(String),
    /// A subscriber leaves.
    Leave(String),
    /// A subscriber wishes for something else.
    Prefer {
        /// The token.
        token: String,
        /// What is wished for.
        wishes: Wishes,
    },
    /// A program asks the hub.
    Hub {
        /// The form.
        body: Bytes,
        /// From which network that comes.
        network: String,
    },
    /// Another hub asks whether we meant it.
    AskedByHub {
        /// The source.
        source: String,
        /// What stands behind the question mark.
        query: String,
    },
    /// Another hub tells of something new.
    ToldByHub {
        /// The source.
        source: String,
        /// Its signature.
        signature: Option<String>,
        /// What it sends.
        body: Bytes,
    },
}

/// What became of it.
#[derive(Clone, PartialEq, Debug)]
pub enum Reply {
    /// It was done, or will be.
    Done,
    /// It was done for this subscriber.
    Subscriber(Box<Held>),
    /// What proves to a hub that we meant it.
    Challenge(String),
    /// It was not done.
    Refused {
        /// The status of the answer.
        status: u16,
        /// Why, for people.
        words: String,
    },
}

/// A subscriber who proved to be one.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// The subscriber.
    pub subscriber: Subscriber,
    /// The token that changes and ends the subscription.
    pub token: String,
    /// What is wished for, or will be once it is confirmed: titles of topics and lists.
    pub names: Vec<String>,
    /// How often and when, in words.
    pub cadence: String,
}

type Run = dyn Fn(Errand) -> BoxFuture<'static, Reply> + Send + Sync;

/// Where wishes go.
#[derive(Clone, Default)]
pub struct Errands(Option<Arc<Run>>);

impl Errands {
    /// Sends them there.
    pub fn new(run: impl Fn(Errand) -> BoxFuture<'static, Reply> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(run)))
    }

    pub(super) async fn run(&self, errand: Errand) -> Reply {
        match &self.0 {
            Some(run) => run(errand).await,
            None => Reply::Refused { status: 404, words: "this server takes no subscriptions".to_owned() },
        }
    }
}

impl fmt::Debug for Errands {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Errands").finish_non_exhaustive()
    }
}

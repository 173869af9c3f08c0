//! What goes out by itself: digests by mail, and entries that are pushed to other programs.
//!
//! What is owed is never copied: a subscriber and a destination have a place in time, and what was listed after it is owed
//! ([`crate::model::outgoing`]). The entry that causes a delivery is therefore the record of it, in the same plan; nothing can
//! be forgotten between the two, and nothing piles up. What is kept beside is the place, how often it was tried, and each
//! letter that was cut, so that it says the same at every try.
//!
//! [`cut`] decides who gets what; [`letters`] writes it; `sending` hands it to a relay ([`mailer`]) and notes it. [`push`] sees
//! a feed move and tells whoever wants to know. [`subscribers`] and [`hub`] answer people and programs that ask to be told;
//! [`follow`] asks other hubs to tell us.

use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;

use arc_swap::ArcSwapOption;
use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::fetch::post::Poster;
use crate::harvest::pen::Pen;
use crate::http::Serving;
use crate::http::Site;
use crate::http::router::Server;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::source::SourceId;
use crate::outbox::courier::Courier;
use crate::outbox::follow::Following;
use crate::outbox::follow::Notices;
use crate::outbox::limits::Limits;
use crate::outbox::settings::Settings;
use crate::store::Error;
use crate::store::Reader;
use crate::store::Writer;
use crate::urls::Urls;

mod backoff;

pub mod bounces;

pub mod calendar;

pub mod courier;

pub mod cut;

mod delivering;

mod errands;

mod feeds;

pub mod follow;

pub mod hub;

pub mod journal;

mod lanes;

pub mod letters;

mod limits;

pub mod mailer;

pub mod push;

mod sending;

pub mod settings;

pub mod subscribers;

pub mod tokens;

pub mod views;

mod webhooks;

/// What everything that goes out needs; its copies share it.
#[derive(Clone)]
pub struct Outbox {
    pen: Pen,
    serving: Serving,
    settings: watch::Receiver<Arc<Settings>>,
    limits: Arc<Limits>,
    /// Callbacks that may be verified at one time.
    verifying: Arc<Semaphore>,
    /// Callbacks of each host that are verified now.
    verified_on: Arc<Mutex<HashMap<String, usize>>>,
    /// What feeds are asked of; nothing is pushed without.
    server: Arc<ArcSwapOption<Server>>,
    following: Following,
    courier: Arc<Courier>,
    /// How many destinations there are, nearly: counting them at each subscription would take long.
    pushed_to: Arc<AtomicUsize>,
    /// Deliveries and letters under way.
    under_way: TaskTracker,
    noticed: Notices,
    /// Somebody wants letters to be tried now, although the relay failed a moment ago.
    urged: Arc<Notify>,
    heard: Arc<Mutex<Option<mpsc::UnboundedReceiver<SourceId>>>>,
}

/// What was noticed shortly before something went out may be listed only shortly after: so far back is looked again.
const LATE: TimeDelta = TimeDelta::hours(1);

/// Callbacks that are asked at one time.
const VERIFYING: usize = 256;

impl Outbox {
    /// Puts it together; nothing is contacted.
    pub fn new(pen: Pen, serving: Serving, settings: watch::Receiver<Arc<Settings>>) -> Self {
        let (noticed, heard) = mpsc::unbounded_channel();
        Self {
            pen,
            serving,
            settings,
            limits: Arc::default(),
            verifying: Arc::new(Semaphore::new(VERIFYING)),
            verified_on: Arc::default(),
            server: Arc::default(),
            following: Following::default(),
            courier: Arc::default(),
            pushed_to: Arc::default(),
            under_way: TaskTracker::new(),
            noticed,
            urged: Arc::default(),
            heard: Arc::new(Mutex::new(Some(heard))),
        }
    }

    /// Lets feeds be asked of a server.
    pub fn ask_of(&self, server: Server) {
        self.server.store(Some(Arc::new(server)));
    }

    /// Lets letters be sent by a process of its own, which outlives this one: `program` is ours.
    pub fn send_by(&self, program: PathBuf, store: &Path) {
        self.courier.be(program, store);
    }

    /// Asks that server no more: each knows of the other, and neither would ever be gone.
    pub fn ask_nobody(&self) {
        self.server.store(None);
    }

    /// The sources that hubs tell of; to be taken once.
    pub fn notices(&self) -> Option<mpsc::UnboundedReceiver<SourceId>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Changes whenever other settings are put in force.
    pub fn watch(&self) -> watch::Receiver<Arc<Settings>> {
        self.settings.clone()
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }

    /// The site as configured now.
    fn site(&self) -> Arc<Site> {
        Arc::clone(&self.serving.site.borrow())
    }

    fn reader(&self) -> &Reader {
        &self.serving.reader
    }

    fn clock(&self) -> &Clock {
        &self.serving.clock
    }

    fn urls(&self) -> &Urls {
        &self.serving.urls
    }

    fn poster(&self) -> Poster {
        self.settings().poster.clone()
    }

    /// Reads much from the store, off the async threads.
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let reader = self.reader().clone();
        match tokio::task::spawn_blocking(move || look(&reader)).await {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// Decides on the writer, and writes what was decided: nobody else writes between the two.
    async fn change<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Reader) -> Result<(Vec<Op>, T), Error> + Send + 'static,
    ) -> Result<T, Error> {
        let now = self.clock().now();
        self.pen
            .write(move |writer: &mut Writer| {
                writer.heal()?;
                let (ops, answer) = decide(&writer.reader())?;
                if !ops.is_empty() {
                    writer.commit(&[Plan { at: now, ops }])?;
                }
                Ok(answer)
            })
            .await
    }
}

//! Sends the letters that wait: one at a time to each subscriber, a few at once, no faster than the operator allows.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::outgoing::Letter;
use crate::model::outgoing::LetterId;
use crate::model::outgoing::LetterState;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::outgoing::Tries;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::plan::Sequence;
use crate::model::subscriber::Standing;
use crate::model::subscriber::SubscriberId;
use crate::model::time::Timestamp;
use crate::outbox::Outbox;
use crate::outbox::backoff::Backoff;
use crate::outbox::bounces;
use crate::outbox::journal::Journal;
use crate::outbox::mailer::AT_ONCE;
use crate::outbox::mailer::FailureKind;
use crate::outbox::settings::Settings;
use crate::store::Error;
use crate::store::Reader;
use crate::store::Writer;

/// How long a letter is tried (RFC 5321 section 4.5.4.1 names four to five days).
const BACKOFF: Backoff =
    Backoff { first: TimeDelta::minutes(5), longest: TimeDelta::hours(4), given_up: TimeDelta::days(5) };

/// When the relay itself fails everything waits, at first so long.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_mins(10);

/// Whether the courier of a former daemon has ended is looked at so often.
const COURIER: Duration = Duration::from_millis(100);

/// The queue is looked at so often even when nothing moved.
const TICK: Duration = Duration::from_secs(5);

/// What came of a letter.
#[derive(Clone, Debug)]
pub(super) enum Went {
    /// It was taken.
    Sent,
    /// It is no longer wanted.
    Dropped,
    /// It was not taken.
    Failed(FailureKind, String),
}

/// The task's own memory.
struct Sender {
    outbox: Outbox,
    journal: Arc<Journal>,
    waiting: BTreeMap<LetterId, Letter>,
    read: Option<Sequence>,
    flying: HashSet<SubscriberId>,
    began: Option<Instant>,
    rest: Duration,
    rests_until: Option<Instant>,
    outcomes: mpsc::UnboundedSender<(LetterId, Went)>,
    /// What came of letters and could not be written yet: these are not sent again.
    unwritten: Vec<(LetterId, Went)>,
    is_clear: bool,
}

impl Outbox {
    /// Sends until `stop`; what is under way then is finished.
    pub async fn send_letters(self, store: &Path, stop: CancellationToken) {
        // A courier whose daemon was killed still reads answers, and notes them.
        while matches!(Journal::is_free(store), Ok(false)) {
            if stop.run_until_cancelled(tokio::time::sleep(COURIER)).await.is_none() {
                return;
            }
        }
        let (journal, sent) = match Journal::open(store) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(%error, "mail: the note of sent letters cannot be opened: {error}; no letter is sent");
                return;
            }
        };
        let (outcomes, mut came) = mpsc::unbounded_channel();
        let mut revision = self.reader().watch();
        let (mut settings, urged) = (self.settings.clone(), Arc::clone(&self.urged));
        let mut sender = Sender {
            outbox: self,
            journal: Arc::new(journal),
            waiting: BTreeMap::new(),
            read: None,
            flying: HashSet::new(),
            began: None,
            rest: FIRST_REST,
            rests_until: None,
            outcomes,
            unwritten: Vec::new(),
            is_clear: false,
        };
        // What the last process sent and could not write down.
        let last = sent.into_iter().map(|id| (id, Went::Sent)).collect();
        sender.note(last).await;
        let mut batch = Vec::new();
        loop {
            revision.mark_unchanged();
            let pause = match sender.round(stop.is_cancelled()).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "mail: {error}; tried again later");
                    TICK
                }
            };
            if stop.is_cancelled() && sender.flying.is_empty() {
                return;
            }
            tokio::select! {
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                moved = revision.changed() => if moved.is_err() { return },
                _count = came.recv_many(&mut batch, 256) => sender.note(std::mem::take(&mut batch)).await,
                changed = settings.changed() => if changed.is_err() { return },
                () = urged.notified() => (sender.rest, sender.rests_until) = (FIRST_REST, None),
                () = tokio::time::sleep(pause) => if !sender.unwritten.is_empty() {
                    sender.note(Vec::new()).await;
                },
            }
        }
    }
}

impl Sender {
    async fn refresh(&mut self) -> Result<(), Error> {
        let moved = self.outbox.reader().outgoing_moved();
        if self.read == Some(moved) {
            return Ok(());
        }
        let letters = self.outbox.read(Reader::letters_waiting).await?;
        self.waiting = letters.into_iter().map(|letter| (letter.id.clone(), letter)).collect();
        for (id, _went) in &self.unwritten {
            self.waiting.remove(id);
        }
        self.read = Some(moved);
        Ok(())
    }

    /// Starts what may be sent now; says when to look again.
    async fn round(&mut self, is_stopping: bool) -> Result<Duration, Error> {
        self.refresh().await?;
        if is_stopping {
            return Ok(TICK);
        }
        if let Some(until) = self.rests_until {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Ok(left);
            }
            self.rests_until = None;
        }
        let settings = self.outbox.settings();
        let Some(mail) = &settings.mail else { return Ok(TICK) };
        let spacing = Duration::from_mins(1) / mail.settings.per_minute.max(1);
        // After the relay failed one letter goes first.
        let at_once = if self.rest > FIRST_REST { 1 } else { AT_ONCE };
        let now = self.outbox.clock().now();
        let mut last = None;
        let mut due: Vec<Letter> = Vec::new();
        for letter in self.waiting.values() {
            // Only the first of each subscriber: what follows waits for it.
            let is_first = last.replace(&letter.id.subscriber) != Some(&letter.id.subscriber);
            if is_first && !self.flying.contains(&letter.id.subscriber) && letter.tries.is_due(now) {
                due.push(letter.clone());
            }
        }
        due.sort_by_key(|letter| letter.made);
        for letter in due {
            if self.flying.len() >= at_once {
                break;
            }
            if let Some(began) = self.began {
                let passed = began.elapsed();
                if let Some(left) = spacing.checked_sub(passed).filter(|left| !left.is_zero()) {
                    return Ok(left);
                }
                // A debt of time is paid back, but no more than a moment's.
                let late = passed.saturating_sub(spacing).min(Duration::from_millis(100));
                self.began = Instant::now().checked_sub(late);
            } else {
                self.began = Some(Instant::now());
            }
            self.start(letter, &settings);
        }
        Ok(TICK)
    }

    fn start(&mut self, letter: Letter, settings: &Arc<Settings>) {
        self.flying.insert(letter.id.subscriber.clone());
        let (outbox, outcomes) = (self.outbox.clone(), self.outcomes.clone());
        let (journal, settings) = (Arc::clone(&self.journal), Arc::clone(settings));
        self.outbox.under_way.spawn(async move {
            let id = letter.id.clone();
            let went = outbox.post(letter, &settings, &journal).await;
            let _is_heard = outcomes.send((id, went));
        });
    }

    /// Writes down what came of some letters.
    async fn note(&mut self, outcomes: Vec<(LetterId, Went)>) {
        let (mut has_failed, mut has_gone) = (None, false);
        for (id, went) in &outcomes {
            self.flying.remove(&id.subscriber);
            match went {
                Went::Failed(FailureKind::Relay, words) => has_failed = Some(words.clone()),
                Went::Sent => has_gone = true,
                Went::Dropped | Went::Failed(..) => {}
            }
        }
        if has_gone {
            self.rest = FIRST_REST;
        }
        if let Some(words) = has_failed.filter(|_| !has_gone) {
            if self.rest == FIRST_REST {
                tracing::warn!("mail: the relay takes nothing: {words}; letters wait");
            }
            self.rests_until = Some(Instant::now() + self.rest);
            self.rest = (self.rest * 2).min(LONGEST_REST);
        }
        let now = self.outbox.clock().now();
        for (id, _went) in &outcomes {
            // It comes back below, if it is to be tried again.
            self.waiting.remove(id);
        }
        self.unwritten.extend(outcomes);
        let (all, read) = (self.unwritten.clone(), self.read);
        let written = self.outbox.pen.write(move |writer: &mut Writer| {
            writer.heal()?;
            let reader = writer.reader();
            let is_all_known = read == Some(reader.outgoing_moved());
            let mut ops = Vec::new();
            for (id, went) in all {
                note(&reader, &id, went, now, &mut ops)?;
            }
            let again: Vec<Letter> = ops.iter().filter_map(waits).cloned().collect();
            if !ops.is_empty() {
                writer.commit(&[Plan { at: now, ops }])?;
            }
            // Nobody else writes meanwhile: where nothing else moved before, the queue need not be read again.
            Ok((again, is_all_known.then(|| writer.reader().outgoing_moved())))
        });
        match written.await {
            Ok((again, read)) => {
                self.unwritten.clear();
                self.waiting.extend(again.into_iter().map(|letter| (letter.id.clone(), letter)));
                self.read = read;
                self.is_clear = false;
            }
            Err(error) => {
                // What was sent also stands in the journal, for the next process.
                tracing::error!(%error, "mail: what was sent could not be written: {error}; tried again");
                return;
            }
        }
        if self.flying.is_empty() && !self.is_clear {
            match self.journal.clear() {
                Ok(()) => self.is_clear = true,
                Err(error) => tracing::warn!(%error, "mail: the note of sent letters: {error}"),
            }
        }
    }
}

impl Outbox {
    /// Writes a letter out and hands it over.
    async fn post(&self, letter: Letter, settings: &Arc<Settings>, journal: &Journal) -> Went {
        let Some(mail) = &settings.mail else {
            return Went::Failed(FailureKind::Relay, "mail is not configured".to_owned());
        };
        let (this, id) = (self.clone(), letter.id.clone());
        let with = Arc::clone(settings);
        let written = tokio::task::spawn_blocking(move || match &with.mail {
            Some(mail) => this.write(mail, &letter).map_err(|error| error.to_string()),
            None => Ok(None),
        });
        let sealed = match written.await {
            Ok(Ok(Some(sealed))) => sealed,
            Ok(Ok(None)) => return Went::Dropped,
            Ok(Err(words)) => return Went::Failed(FailureKind::Later, words),
            Err(error) => return Went::Failed(FailureKind::Later, error.to_string()),
        };
        if let Some(sent) = self.courier.send(&mail.settings, &id, &sealed).await {
            return sent.map_or_else(|failure| Went::Failed(failure.kind, failure.words), |()| Went::Sent);
        }
        match mail.transport.send(&sealed).await {
            Ok(()) => {
                if let Err(error) = journal.note(&id) {
                    tracing::error!(%error, "mail: a sent letter could not be noted: {error}");
                }
                Went::Sent
            }
            Err(failure) => Went::Failed(failure.kind, failure.words),
        }
    }
}

/// A letter that waits, if that is what is written.
fn waits(op: &Op) -> Option<&Letter> {
    let Op::Outgoing(outgoing) = op else { return None };
    match &**outgoing {
        Outgoing::Letter(letter) if letter.state == LetterState::Waiting => Some(letter),
        Outgoing::Letter(_) | Outgoing::Key(_) | Outgoing::Subscriber(_) | Outgoing::Destination(_) => None,
    }
}

/// What a letter becomes.
fn note(reader: &Reader, id: &LetterId, went: Went, now: Timestamp, ops: &mut Vec<Op>) -> Result<(), Error> {
    let key = OutgoingKey::letter(id, LetterState::Waiting);
    let Some(Outgoing::Letter(letter)) = reader.outgoing(&key)? else { return Ok(()) };
    let mut keep = |letter: Letter| ops.push(Op::Outgoing(Box::new(Outgoing::Letter(letter))));
    match went {
        Went::Sent => {
            keep(Letter { state: LetterState::Sent(now), tries: Tries::default(), ..letter });
            ops.push(Op::Forget(key));
        }
        Went::Dropped => ops.push(Op::Forget(key)),
        // It was not the letter's fault, and is tried again as soon as the relay is back.
        Went::Failed(FailureKind::Relay, words) => {
            keep(Letter { tries: Tries { problem: Some(words), ..letter.tries.clone() }, ..letter });
        }
        Went::Failed(FailureKind::Later, words) => {
            if let Some(tries) = BACKOFF.after(&letter.tries, &words, None, now) {
                keep(Letter { tries, ..letter });
                return Ok(());
            }
            tracing::warn!(letter = %id, "mail: a letter is given up after five days: {words}");
            let tries = Tries { problem: Some(words), ..letter.tries };
            keep(Letter { state: LetterState::Dead(now), tries, ..letter });
            ops.push(Op::Forget(key));
        }
        Went::Failed(kind @ (FailureKind::Address | FailureKind::Letter), words) => {
            tracing::warn!(letter = %id, "mail: a letter is refused: {words}");
            let tries = Tries { problem: Some(words), ..letter.tries };
            keep(Letter { state: LetterState::Dead(now), tries, ..letter });
            ops.push(Op::Forget(key));
            if kind == FailureKind::Address
                && let Some(subscriber) = reader.subscriber(&id.subscriber)?
                && subscriber.standing != Standing::Left
            {
                let subscriber = bounces::bounced(subscriber, now);
                ops.push(Op::Outgoing(Box::new(Outgoing::Subscriber(subscriber))));
            }
        }
    }
    Ok(())
}

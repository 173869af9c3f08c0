//! What comes back: letters that could not be delivered, and complaints. An address that refuses twice in a week, or whose
//! owner complains, gets nothing more until it subscribes again, after a week at the earliest.

use std::io;
use std::path::Path;

use chrono::TimeDelta;

use crate::mail::bounce;
use crate::mail::bounce::Class;
use crate::mail::bounce::Returned;
use crate::model::outgoing::Letter;
use crate::model::outgoing::LetterId;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::Tries;
use crate::model::plan::Op;
use crate::model::subscriber::Standing;
use crate::model::subscriber::Subscriber;
use crate::model::time::Timestamp;
use crate::outbox::Outbox;
use crate::store::Error;

/// So many refusals within that time suspend an address.
const REFUSALS: usize = 2;
const WITHIN: TimeDelta = TimeDelta::days(7);

/// What is noted of a letter that came back, so that a second report of the same counts for nothing.
const CAME_BACK: &str = "it came back";

/// The longest message that is looked at, in bytes.
const LONGEST: u64 = 4 << 20;

/// So many messages of a Maildir are read in one go.
const AT_ONCE: usize = 500;

impl Outbox {
    /// Reads a message that came back, and does what it means; says so in words.
    pub async fn returned(&self, message: Vec<u8>, recipient: Option<String>) -> Result<String, Error> {
        let settings = self.settings();
        let Some(mail) = &settings.mail else {
            return Ok("mail is not configured; nothing was done".to_owned());
        };
        let returned = Returned { bytes: &message, recipient: recipient.as_deref() };
        let Some(report) = bounce::read(&returned, mail.stationery.bounces.as_ref(), &mail.stationery.host)
        else {
            return Ok("this is no report of a letter that came back; nothing was done".to_owned());
        };
        let name = report.id.or_else(|| {
            let id = report.message_id?;
            let id = id.trim_matches(['<', '>']);
            id.split_once('@').map(|(name, _host)| name.to_owned())
        });
        let Some(letter) = name.as_deref().and_then(LetterId::parse) else {
            return Ok("it does not say which of our letters came back; nothing was done".to_owned());
        };
        let (class, now) = (report.class, self.clock().now());
        self.change(move |reader| {
            let Some(subscriber) = reader.subscriber(&letter.subscriber)? else {
                return Ok((Vec::new(), format!("letter {letter} is not known here; nothing was done")));
            };
            if matches!(subscriber.standing, Standing::Left | Standing::Suspended) {
                let words = format!("the subscriber of letter {letter} gets nothing already");
                return Ok((Vec::new(), words));
            }
            let mut marked = None;
            let (subscriber, words) = match class {
                Class::Permanent => {
                    let sent = reader.letters_to(&subscriber.id)?.into_iter().find(|one| one.id == letter);
                    let Some(sent) = sent else {
                        let words = format!("letter {letter} is not known here; nothing was done");
                        return Ok((Vec::new(), words));
                    };
                    if sent.tries.problem.as_deref() == Some(CAME_BACK) {
                        let words = format!("letter {letter} came back before; nothing was done");
                        return Ok((Vec::new(), words));
                    }
                    let tries = Tries { problem: Some(CAME_BACK.to_owned()), ..sent.tries };
                    marked = Some(Op::Outgoing(Box::new(Outgoing::Letter(Letter { tries, ..sent }))));
                    let subscriber = bounced(subscriber, now);
                    let words = if subscriber.standing == Standing::Suspended {
                        format!("letter {letter} came back; the address refused before and is suspended")
                    } else {
                        format!("letter {letter} came back; it is noted")
                    };
                    (subscriber, words)
                }
                Class::Complaint => {
                    let words = format!("somebody complains of letter {letter}; the address is suspended");
                    (Subscriber { standing: Standing::Suspended, since: now, ..subscriber }, words)
                }
                Class::Temporary | Class::Unclear => {
                    let words = format!("letter {letter} is late or says something else; nothing was done");
                    return Ok((Vec::new(), words));
                }
            };
            let mut ops: Vec<Op> = marked.into_iter().collect();
            ops.push(Op::Outgoing(Box::new(Outgoing::Subscriber(subscriber))));
            Ok((ops, words))
        })
        .await
    }

    /// Reads the new messages of the Maildir that is configured; says how many there were.
    pub async fn read_maildir(&self) -> io::Result<usize> {
        let settings = self.settings();
        let folder = settings.mail.as_ref().and_then(|mail| mail.settings.bounces_maildir.clone());
        let Some(folder) = folder else { return Ok(0) };
        let of = folder.clone();
        let found =
            tokio::task::spawn_blocking(move || new_messages(&of)).await.map_err(io::Error::other)??;
        let count = found.len();
        for (name, message) in found {
            match self.returned(message, None).await {
                Ok(words) => tracing::info!("mail: {words}"),
                Err(error) => {
                    tracing::error!(%error, "mail: a message that came back could not be noted: {error}");
                    return Ok(count);
                }
            }
            // Read once, and kept for the operator, as Maildir wants it: seen.
            let (from, to) = (folder.join("new").join(&name), folder.join("cur").join(format!("{name}:2,S")));
            tokio::fs::rename(from, to).await?;
        }
        Ok(count)
    }
}

fn new_messages(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    std::fs::create_dir_all(folder.join("cur"))?;
    for file in std::fs::read_dir(folder.join("new"))?.take(AT_ONCE) {
        let file = file?;
        let is_small = file.metadata().is_ok_and(|facts| facts.is_file() && facts.len() <= LONGEST);
        let Ok(name) = file.file_name().into_string() else { continue };
        let message = if is_small { std::fs::read(file.path())? } else { Vec::new() };
        found.push((name, message));
    }
    Ok(found)
}

/// A subscriber after a letter came back for good.
pub(super) fn bounced(mut subscriber: Subscriber, now: Timestamp) -> Subscriber {
    subscriber.bounced.retain(|at| now.since(*at) < WITHIN);
    subscriber.bounced.push(now);
    if subscriber.bounced.len() >= REFUSALS {
        (subscriber.standing, subscriber.since) = (Standing::Suspended, now);
    }
    subscriber
}

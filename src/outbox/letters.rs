//! Writes letters: what was cut becomes the words that a reader gets.

use std::collections::HashMap;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Weekday;

use crate::mail::address::Address;
use crate::mail::compose::ComposeError;
use crate::mail::compose::Posting;
use crate::mail::compose::Sealed;
use crate::mail::compose::compose;
use crate::mail::view::Confirmation;
use crate::mail::view::Footer;
use crate::mail::view::Issue;
use crate::mail::view::Item;
use crate::mail::view::Section;
use crate::model::outgoing::Digest;
use crate::model::outgoing::Letter;
use crate::model::outgoing::Matter;
use crate::model::paper::PaperId;
use crate::model::period::Span;
use crate::model::source::Health;
use crate::model::subscriber::Rhythm;
use crate::model::subscriber::Standing;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::Wishes;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::outbox::Outbox;
use crate::outbox::settings::Mail;
use crate::outbox::tokens::Mint;
use crate::outbox::tokens::Purpose;
use crate::store;
use crate::urls::Place;
use crate::urls::list::List;

/// What follows the name of a list's kind.
const TOPIC: &str = "topic/";

/// Why a letter could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The words.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

impl Outbox {
    /// Writes a letter; nothing where it is no longer wanted.
    pub(super) fn write(&self, mail: &Mail, letter: &Letter) -> Result<Option<Sealed>, Error> {
        let Some(subscriber) = self.reader().subscriber(&letter.id.subscriber)? else { return Ok(None) };
        let Ok(to) = Address::parse_with(&subscriber.address, true) else { return Ok(None) };
        let (mint, op) = Mint::of(self.reader())?;
        if op.is_some() {
            // Without a key no subscriber was ever written.
            return Ok(None);
        }
        let posting = Posting { to, id: letter.id.to_string(), at: letter.made };
        let sealed = match &letter.matter {
            Matter::Invitation { turn } => {
                let Some(proposed) = subscriber.proposed.as_ref().filter(|_| subscriber.turn == *turn) else {
                    return Ok(None);
                };
                let token = mint.token(Purpose::Confirm, &subscriber);
                let confirmation = Confirmation {
                    confirm: self.urls().absolute(Place::Confirm(&token)),
                    topics: self.names(proposed),
                    cadence: cadence(proposed),
                    hours: Subscriber::CONFIRM_HOURS,
                };
                compose(
                    &mail.stationery,
                    &posting,
                    &crate::mail::compose::Letter::Confirmation(&confirmation),
                )?
            }
            Matter::Digest(digest) => {
                if subscriber.standing != Standing::Active {
                    return Ok(None);
                }
                let issue = self.issue(digest, &subscriber.wishes)?;
                let footer = self.footer(&mint, &subscriber);
                let letter = crate::mail::compose::Letter::Digest { issue: &issue, footer: &footer };
                compose(&mail.stationery, &posting, &letter)?
            }
        };
        Ok(Some(sealed))
    }

    /// A digest that is sent to see what it looks like, or shown.
    pub(super) fn specimen(
        &self,
        mail: &Mail,
        to: Address,
        subscriber: &Subscriber,
        digest: &Digest,
    ) -> Result<Sealed, Error> {
        let now = self.clock().now();
        let (mint, _op) = Mint::of(self.reader())?;
        let issue = self.issue(digest, &subscriber.wishes)?;
        let footer = self.footer(&mint, subscriber);
        let posting = Posting { to, id: format!("test-{}", now.seconds()), at: now };
        let letter = crate::mail::compose::Letter::Test { issue: &issue, footer: &footer };
        Ok(compose(&mail.stationery, &posting, &letter)?)
    }

    fn footer(&self, mint: &Mint, subscriber: &Subscriber) -> Footer {
        let token = mint.token(Purpose::Manage, subscriber);
        Footer {
            unsubscribe: self.urls().absolute(Place::Unsubscribe(&token)),
            preferences: self.urls().absolute(Place::Preferences(&token)),
            topics: self.urls().absolute(Place::Topics(0)),
        }
    }

    /// What is wished for, by its names.
    pub fn names(&self, wishes: &Wishes) -> Vec<String> {
        let site = self.site();
        let titles = wishes
            .topics
            .iter()
            .map(|id| site.now_called(id))
            .map(|id| site.topics.topic(id).map_or_else(|| id.to_string(), |topic| topic.title.clone()));
        let lists =
            [(wishes.daily, "Daily papers"), (wishes.trending, "Trending papers"), (wishes.picks, "Picks")];
        titles
            .chain(lists.into_iter().filter(|(is_on, _name)| *is_on).map(|(_on, name)| name.to_owned()))
            .collect()
    }

    fn issue(&self, digest: &Digest, wishes: &Wishes) -> Result<Issue, store::Error> {
        let zone = wishes.zone;
        let until = digest.until.to_chrono().with_timezone(&zone);
        let from = digest.from.to_chrono().with_timezone(&zone);
        let (title, period) = match wishes.rhythm {
            Rhythm::Daily => ("Papers of the day", until.format("%A, %-d %B %Y").to_string()),
            Rhythm::Weekly(_day) => {
                ("Papers of the week", format!("{} to {}", from.format("%-d %B"), until.format("%-d %B %Y")))
            }
        };
        let trends = if digest.sections.iter().any(|section| section.list == "trending") {
            self.trends()
        } else {
            HashMap::new()
        };
        let mut sections = Vec::new();
        for section in &digest.sections {
            sections.push(self.section(section, &trends)?);
        }
        let empty = if digest.sections.is_empty() { Some(self.why_empty(digest)?) } else { None };
        Ok(Issue {
            title: title.to_owned(),
            period,
            home: self.urls().absolute(Place::Front),
            sections,
            empty,
        })
    }

    fn section(
        &self,
        section: &crate::model::outgoing::Section,
        trends: &HashMap<PaperId, String>,
    ) -> Result<Section, store::Error> {
        let (reader, urls) = (self.reader(), self.urls());
        let topic = section.list.strip_prefix(TOPIC).and_then(TopicId::parse);
        let (title, why, url) = match (&topic, section.list.as_str()) {
            (Some(id), _) => {
                let site = self.site();
                let known = site.topics.topic(id);
                let title = known.map_or_else(|| id.to_string(), |topic| topic.title.clone());
                (title, String::new(), urls.absolute(Place::Topic(id)))
            }
            (None, "trending") => {
                let why = "What people talk about this week.".to_owned();
                ("Trending papers".to_owned(), why, urls.absolute(Place::Trending(None, Span::Week)))
            }
            (None, "picks") => {
                let why = "Chosen by the editors.".to_owned();
                ("Picks".to_owned(), why, urls.absolute(Place::Picks))
            }
            (None, _daily) => {
                let why = "On the daily lists, the most liked first.".to_owned();
                ("Daily papers".to_owned(), why, urls.absolute(List::Daily.page()))
            }
        };
        let mut items = Vec::new();
        for id in &section.papers {
            // A paper may have become another since.
            let Some(id) = reader.resolve(id)? else { continue };
            let Some(paper) = reader.paper(&id)? else { continue };
            let reason = match &topic {
                Some(topic) => {
                    reader.entry(topic, &id)?.map(|entry| entry.reason).filter(|reason| !reason.is_empty())
                }
                None => None,
            };
            let note = reader.pick(&id)?.and_then(|pick| pick.note);
            let trend = trends.get(&id).cloned();
            items.push(Item::new(&paper, &reader.signals(&id)?, note.as_ref(), reason, trend, urls));
        }
        Ok(Section { title, why, url, items, left_out: section.left_out })
    }

    /// How much papers are talked about, in words.
    fn trends(&self) -> HashMap<PaperId, String> {
        let (library, now) = (self.serving.library(), self.clock().now());
        let half_life = self.site().half_life_days;
        let candidates = self.serving.trends.candidates(&library, now);
        let trending = candidates.and_then(|found| found.trending(&library, None, Span::Week, half_life));
        // A letter without these words is better than none.
        trending.map_or_else(
            |_not_now| HashMap::new(),
            |found| found.into_iter().map(|one| (one.paper, one.trend.to_string())).collect(),
        )
    }

    /// Why nothing came.
    fn why_empty(&self, digest: &Digest) -> Result<String, store::Error> {
        let site = self.site();
        let mut ill = Vec::new();
        for source in &site.sources {
            let state = self.reader().source(&source.id)?;
            let health = state.map_or(Health::Unknown, |state| state.health);
            if matches!(
                health,
                Health::Stale
                    | Health::Gap
                    | Health::Blocked
                    | Health::Limited
                    | Health::Offline
                    | Health::Failing
                    | Health::Unknown
            ) {
                ill.push(format!("{} ({})", source.id, health.name()));
            }
        }
        if !ill.is_empty() {
            let sources = if ill.len() == 1 { "One source is" } else { "Some sources are" };
            return Ok(format!(
                "Nothing new came. {sources} not well at the moment, so that papers may come later: {}.",
                ill.join(", ")
            ));
        }
        let (quiet, days) = (self.settings().quiet_days.clone(), days(digest.from, digest.until));
        let is_weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let is_quiet = |day: &NaiveDate| quiet.contains(day);
        if days.iter().any(is_quiet) && days.iter().all(|day| is_quiet(day) || is_weekend(day)) {
            return Ok("Nothing new came: it was a holiday, on which nothing is announced.".to_owned());
        }
        if !days.is_empty() && days.iter().all(is_weekend) {
            return Ok("Nothing new came: on weekends hardly any source announces papers.".to_owned());
        }
        Ok("Nothing new came. All sources are well; nothing that they announced is for you.".to_owned())
    }
}

/// The days that a time covers whole or for the most part.
fn days(from: Timestamp, until: Timestamp) -> Vec<NaiveDate> {
    let mut at = from.plus(TimeDelta::hours(12));
    let mut found = Vec::new();
    while at <= until && found.len() < 40 {
        found.push(at.day());
        at = at.plus(TimeDelta::days(1));
    }
    found
}

/// How often and when, in words.
pub fn cadence(wishes: &Wishes) -> String {
    let day = match wishes.rhythm {
        Rhythm::Daily => "every day".to_owned(),
        Rhythm::Weekly(_day) => {
            let name = wishes.rhythm.name();
            let (first, rest) = name.split_at(1);
            format!("every {}{rest}", first.to_uppercase())
        }
    };
    format!("{day} at {:02}:00 ({})", wishes.hour, wishes.zone)
}

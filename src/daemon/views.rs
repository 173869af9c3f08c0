//! The store's papers, sources and topics as rows for people. Pure: reads the store, changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::config::Config;
use crate::config::ConfiguredSource;
use crate::daemon::asks::Answer;
use crate::daemon::asks::PartRow;
use crate::daemon::asks::PollRow;
use crate::daemon::asks::SourceRow;
use crate::daemon::asks::TopicRow;
use crate::daemon::backfill;
use crate::daemon::occasion::Polled;
use crate::daemon::papers::Field;
use crate::daemon::papers::PaperView;
use crate::daemon::rulings;
use crate::finding::rows;
use crate::harvest::job::Progress;
use crate::harvest::plan::Tally;
use crate::harvest::schedule::words;
use crate::http::Site;
use crate::http::SiteSource;
use crate::model::format::Format;
use crate::model::ledger::Part;
use crate::model::paper::Paper;
use crate::model::problem::Problem;
use crate::model::source::NextPoll;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::store::Error;
use crate::store::Reader;
use crate::store::Verification;
use crate::topics::Topics;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

/// So many of a thing, in words.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// How many days the sparkline of a topic shows.
const DAYS: usize = 30;

/// What happened in a harvest, in words.
pub fn progress(progress: &Progress) -> String {
    match progress {
        Progress::Asking(url) => format!("asking {url}"),
        Progress::Read(records) => format!("read {records} records"),
        Progress::Committed(tally) => format!("{} new, {} revised", tally.new, tally.revised),
    }
}

/// What came of polling a source.
pub fn polled(source: &ConfiguredSource, polled: &Polled) -> PollRow {
    let row = |state: &str, next_poll: &NextPoll| PollRow {
        source: source.id.to_string(),
        state: state.to_owned(),
        next_poll: Some(next_poll.at.to_rfc3339()),
        reason: Some(next_poll.reason.clone()),
        ..PollRow::default()
    };
    match polled {
        Polled::NotYet(health, wait) => row(health.name(), wait),
        Polled::Done(summary) => {
            let Tally { new, revised, merged, unchanged, entered } = summary.tally;
            PollRow {
                asked: summary.asked,
                records: summary.records,
                new,
                revised,
                merged,
                unchanged,
                entered,
                problems: summary.problems.iter().map(Problem::to_string).collect(),
                fault: summary.fault.clone(),
                ..row(summary.health.name(), &summary.next_poll)
            }
        }
    }
}

/// What of a configuration is served.
pub fn site(config: &Config, topics: Arc<Topics>) -> Site {
    let source = |source: &ConfiguredSource| SiteSource {
        id: source.id.clone(),
        kind: source.kind.name,
        about: source.kind.about,
        manners: format!("asked about every {}; {}", words(source.every), budget(source)),
    };
    Site {
        title: config.title.clone(),
        topics,
        sources: config.sources.iter().map(source).collect(),
        renamed: config.renamed.clone(),
        editor_token: config.server.editor_token.clone(),
        contact: config.contact.clone(),
        is_hub: config.outgoing.push.hub,
        hubs: config.outgoing.push.hubs.clone(),
        takes_subscribers: config.outgoing.mail.as_ref().is_some_and(|mail| mail.sign_up),
        half_life_days: config.half_life.as_secs_f64() / 86_400.0,
    }
}

/// One row for each configured source.
pub fn sources(reader: &Reader, config: &Config, now: Timestamp) -> Result<Vec<SourceRow>, Error> {
    let mut counts: BTreeMap<SourceId, u64> = BTreeMap::new();
    for paper in reader.newest(None) {
        let paper = paper?;
        if paper.first_seen < now.minus(TimeDelta::days(7)) {
            break;
        }
        for source in paper.sources() {
            *counts.entry(source.clone()).or_default() += 1;
        }
    }
    let row = |configured: &ConfiguredSource| {
        let state = reader.source(&configured.id)?;
        let state = state.unwrap_or_else(|| SourceState::untouched(configured.id.clone()));
        let (next_poll, reason) = match configured.due(&state) {
            Some(poll) => (Some(poll.at.to_rfc3339()), Some(poll.reason)),
            None if state.settings.is_empty() => (None, Some("at once: it was never polled".to_owned())),
            None => (None, Some("at once: its settings changed".to_owned())),
        };
        Ok(SourceRow {
            source: configured.id.to_string(),
            kind: configured.kind.name.to_owned(),
            state: state.health.name().to_owned(),
            last_success: state.last_success.map(Timestamp::to_rfc3339),
            next_poll,
            reason,
            papers_7_days: counts.get(&configured.id).copied().unwrap_or(0),
            fault: state.fault,
            problems: state.problems.iter().map(Problem::to_string).collect(),
            parts: state.parts.iter().map(|(name, part)| part_row(name, part)).collect(),
            history: state.history.as_deref().map(|history| backfill::in_words(history, now)),
            budget: budget(configured),
        })
    };
    config.sources.iter().map(row).collect()
}

fn part_row(name: &str, part: &Part) -> PartRow {
    PartRow {
        part: name.to_owned(),
        state: part.health.name().to_owned(),
        since: part.since.to_rfc3339(),
        why: part.why.clone(),
        fresh_day: part.fresh_day.map(|day| day.to_string()),
        listed: part.listed,
        missing: u64::try_from(part.missing.len()).unwrap_or(u64::MAX),
    }
}

/// Whose budget a source's requests are counted to.
fn budget(source: &ConfiguredSource) -> String {
    let manners = &source.manners;
    if manners.spacing.is_zero() {
        return "without a limit, since the host is your own".to_owned();
    }
    let whose = manners.operator.map_or_else(|| "each of its hosts".to_owned(), str::to_owned);
    format!(
        "one request every {} s for {whose}, a poll every {} at most",
        manners.spacing.as_secs_f64(),
        words(manners.every_at_least)
    )
}

/// One row for each topic.
pub fn topics(reader: &Reader, topics: &Topics, urls: &Urls, now: Timestamp) -> Result<Vec<TopicRow>, Error> {
    let row = |topic: &crate::topics::Topic| {
        let since = now.minus(TimeDelta::days(30));
        let mut days = vec![0_u64; DAYS];
        let (mut today, mut week, mut last_entry) = (0, 0, None);
        let mut last: Option<TimelineEntry> = None;
        'pages: loop {
            let page = reader.timeline_below(&topic.id, last.as_ref(), 500)?;
            let is_last = page.len() < 500;
            last = page.last().cloned();
            for entry in page {
                last_entry = last_entry.or(Some(entry.at.to_rfc3339()));
                if entry.at < since {
                    break 'pages;
                }
                let age = now.since(entry.at);
                today += u64::from(age < TimeDelta::days(1));
                week += u64::from(age < TimeDelta::days(7));
                let days_ago = usize::try_from(age.num_days().max(0)).unwrap_or(DAYS);
                if let Some(day) = DAYS.checked_sub(1 + days_ago).and_then(|index| days.get_mut(index)) {
                    *day += 1;
                }
            }
            if is_last {
                break;
            }
        }
        Ok(TopicRow {
            topic: topic.id.to_string(),
            title: topic.title.clone(),
            today,
            week,
            total: reader.timeline_len(&topic.id)?,
            days,
            last_entry,
            feed: urls.absolute(Place::Feed(List::Topic(&topic.id), Format::Atom)),
        })
    };
    topics.iter().map(row).collect()
}

/// The outcome of a comparison of log and store.
pub fn verification(report: &Verification) -> Answer {
    let papers =
        report.counts.iter().find(|(name, ..)| *name == "papers").map_or(0, |(.., derived)| *derived);
    Answer::Verify { report: report.to_string(), is_sound: report.is_sound(), papers }
}

/// Everything known of a paper.
pub fn paper(reader: &Reader, paper: &Paper, urls: &Urls) -> Result<PaperView, Error> {
    let source = |index: Option<usize>| {
        let observation = index.and_then(|index| paper.observations.get(index));
        observation.map(|observation| observation.source.to_string()).unwrap_or_default()
    };
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Option<String>, source: String| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.push(Field { name: name.to_owned(), value, source });
        }
    };
    let (chosen, none) = (&paper.chosen, String::new);
    field("title", Some(paper.title().text.to_string()), source(Some(chosen.title)));
    field("title as TeX", paper.title().tex.as_ref().map(ToString::to_string), source(Some(chosen.title)));
    field("authors", Some(rows::authors(paper, 20)), source(chosen.authors));
    field("abstract", paper.abstract_text().map(|text| text.text.to_string()), source(chosen.abstract_text));
    field("announced", paper.announced().map(day), source(chosen.announced));
    field("submitted", paper.submitted().map(day), source(chosen.submitted));
    field("version", paper.version().map(|version| format!("v{version}")), none());
    field("withdrawn", paper.is_withdrawn().then(|| "yes".to_owned()), none());
    field("retracted", paper.is_retracted().then(|| "yes".to_owned()), none());
    let subjects: Vec<&str> = paper.subjects().into_iter().map(|subject| subject.term.as_str()).collect();
    field("subjects", Some(subjects.join(", ")), source(chosen.subjects));
    field("comment", paper.comment().map(ToString::to_string), source(chosen.comment));
    field("venue", paper.venue().map(ToString::to_string), source(chosen.venue));
    field("citation", paper.citation().map(ToString::to_string), source(chosen.citation));
    field("licence", paper.license().map(ToString::to_string), source(chosen.license));
    for observation in &paper.observations {
        let source = observation.source.to_string();
        field("submitter", observation.submitter.as_ref().map(ToString::to_string), source);
    }
    field("organisation", paper.organisation().map(ToString::to_string), source(chosen.organisation));
    for id in paper.ids() {
        field("known as", Some(id.to_string()), none());
    }
    for link in paper.links() {
        field("link", Some(format!("{} ({})", link.url, format!("{:?}", link.kind).to_lowercase())), none());
    }
    for alias in paper.aliases.keys() {
        field("also", Some(alias.to_string()), none());
    }
    field("first seen", Some(paper.first_seen.to_rfc3339()), none());
    field("updated", Some(paper.updated().to_rfc3339()), none());
    for observation in &paper.observations {
        let said = format!("{} at {}", observation.key, observation.fetched_at);
        field("reported", Some(said), observation.source.to_string());
    }
    fields.extend(rulings::reasons(reader, paper)?);
    Ok(PaperView {
        paper: paper.id.to_string(),
        atom_id: urls.paper_tag(&paper.id),
        fields,
        topics: reader
            .topics_of(&paper.id)?
            .into_iter()
            .map(|entry| (entry.topic.to_string(), entry.reason))
            .collect(),
        signals: reader
            .signals(&paper.id)?
            .into_iter()
            .map(|signal| (signal.kind.name().to_owned(), signal.value))
            .collect(),
    })
}

fn day(moment: Moment) -> String {
    let day = moment.at.day().to_string();
    match moment.precision {
        Precision::Year => day.chars().take(4).collect(),
        Precision::Month => day.chars().take(7).collect(),
        Precision::Day => day,
        Precision::Second => moment.at.to_rfc3339(),
    }
}

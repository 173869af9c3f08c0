//! One record of arXiv's OAI-PMH interface, in the format `arXiv` or `arXivRaw`.
//!
//! No field says when a paper was announced. A record that was never revised and changed within a week of its submission, on
//! a day that has an announcement, changed by being announced: that day is exact. Of all others it is estimated by the
//! calendar of announcements, as late as that allows where only the day of the submission is known: of several days that a
//! paper is said to be announced on the earliest counts, so an estimate must not go before a day that was seen.

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Utc;

use crate::model::announcements;
use crate::model::arxiv_id::ArxivId;
use crate::model::record::Announce;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::time::Timestamp;
use crate::sources::arxiv;
use crate::sources::oai::Item;
use crate::sources::oai::day;
use crate::sources::oai::page::Scope;
use crate::sources::xml::Element;

/// A record that changed within so many days of its submission, and was not revised, is announced by that.
const FRESH_DAYS: i64 = 7;

/// The most DOIs of a record that are read.
const DOIS_AT_MOST: usize = 8;

/// What is known of the times of a paper.
#[derive(Default)]
struct Times {
    /// The day of its submission, and its announcement as far as the calendar tells.
    submitted: Option<(RawDate, NaiveDate, NaiveDate)>,
    revised: Option<RawDate>,
    version: Option<u32>,
    is_withdrawn: bool,
}

/// Reads a record; `None` for one that is older than what a harvest of history wishes for.
pub(super) fn record(item: Item<'_>, scope: &Scope<'_>) -> Result<Option<Record>, String> {
    let metadata = item.metadata.ok_or("it has no metadata")?;
    let is_raw = metadata.is("arXivRaw");
    if !is_raw && !metadata.is("arXiv") {
        return Err(format!("its metadata is <{}>, which is no format of arXiv", metadata.local()));
    }
    let named = metadata
        .inner_text("id")
        .unwrap_or_else(|| item.identifier.trim_start_matches("oai:arXiv.org:").to_owned());
    let (id, _version) =
        ArxivId::parse(&named).ok_or_else(|| format!("{named:?} is no identifier of arXiv"))?;
    let month = id.announced().ok_or("its identifier names no month")?;
    if scope.since.is_some_and(|since| month < (since.year(), since.month())) {
        return Ok(None);
    }
    let title = metadata.inner_text("title").ok_or("it has no title")?;
    let times = if is_raw { versions(&metadata) } else { days(&metadata) };
    let categories = metadata.inner_text("categories").unwrap_or_default();
    let primary = categories.split_whitespace().next().unwrap_or_default();
    let fresh = item.changed.filter(|changed| is_fresh(*changed, &times, month));
    let announced = match fresh {
        Some(day) => arxiv::announced_on(day),
        None => estimate(month, &times),
    };
    let announce = fresh.map(|_day| if is_of(primary, scope.part) { Announce::New } else { Announce::Cross });
    let subject = |term: &str| RawSubject { is_arxiv: true, term: term.to_owned() };
    let mut ids = vec![RawId { hint: IdHint::Arxiv, text: id.to_string() }];
    let dois = metadata.inner_text("doi").unwrap_or_default();
    let dois = dois.split_whitespace().take(DOIS_AT_MOST);
    ids.extend(dois.map(|doi| RawId { hint: IdHint::Doi, text: doi.to_owned() }));
    let tex = |name: &str| metadata.inner_text(name).map(|text| Raw::new(text, Markup::Tex));
    Ok(Some(Record {
        key: id.to_string(),
        ids,
        title: Some(Raw::new(title, Markup::Tex)),
        abstract_text: tex("abstract"),
        authors: authors(&metadata),
        subjects: categories
            .split_whitespace()
            .map(subject)
            .chain(arxiv::codes(&metadata.inner_text("msc-class").unwrap_or_default()).map(subject))
            .collect(),
        announce,
        version: times.version,
        announced: Some(announced),
        submitted: times.submitted.map(|(date, ..)| date),
        revised: times.revised,
        comment: tex("comments"),
        citation: tex("journal-ref"),
        submitter: metadata.inner_text("submitter").map(|name| Raw::new(name, Markup::Tex)),
        license: metadata.inner_text("license"),
        is_withdrawn: times.is_withdrawn,
        ..Record::default()
    }))
}

/// Whether a category is the one that was asked for, or in the archive that was.
fn is_of(category: &str, part: &str) -> bool {
    category.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a change on that day was the announcement.
fn is_fresh(changed: NaiveDate, times: &Times, month: (i32, u32)) -> bool {
    let Some((_, submitted, _)) = times.submitted else { return false };
    times.revised.is_none()
        && announcements::is_announcement_day(changed)
        && (0..=FRESH_DAYS).contains(&(changed - submitted).num_days())
        && arxiv::is_near(month, changed)
}

/// The announcement by the calendar, or else the month that the identifier names.
fn estimate(month: (i32, u32), times: &Times) -> RawDate {
    let announced = times.submitted.as_ref().map(|(_, _, announced)| *announced);
    match announced.filter(|day| arxiv::is_near(month, *day)) {
        Some(day) => arxiv::announced_on(day),
        None => arxiv::announced_in(month),
    }
}

/// The format `arXiv`: days of the submission and of the last revision.
fn days(metadata: &Element<'_>) -> Times {
    let read = |name: &str| metadata.inner_text(name).and_then(|text| day(&text));
    let date = |day: NaiveDate| RawDate { text: day.to_string(), is_day: true };
    let created = read("created");
    let revised = read("updated").filter(|updated| Some(*updated) != created);
    Times {
        submitted: created.map(|day| {
            let last_second = Timestamp::midnight(day).plus(TimeDelta::seconds(86_399));
            (date(day), day, announcements::announced_after(last_second))
        }),
        revised: revised.map(date),
        ..Times::default()
    }
}

/// The format `arXivRaw`: all versions with their times. A version whose source is ignored or empty is a withdrawal.
fn versions(metadata: &Element<'_>) -> Times {
    let number = |version: &Element<'_>| -> Option<u32> {
        version.attribute("version")?.trim().trim_start_matches('v').parse().ok()
    };
    let mut known: Vec<(u32, &Element<'_>)> =
        metadata.every("version").filter_map(|version| Some((number(version)?, version))).collect();
    known.sort_by_key(|(number, _)| *number);
    let (Some((first_number, first)), Some((last_number, last))) = (known.first(), known.last()) else {
        return Times::default();
    };
    let date = |version: &Element<'_>| version.inner_text("date").map(|text| RawDate { text, is_day: false });
    let at = |date: &RawDate| -> Option<Timestamp> {
        DateTime::parse_from_rfc2822(&date.text).ok().map(|at| Timestamp::from(at.with_timezone(&Utc)))
    };
    let submitted = date(first).filter(|_| *first_number == 1);
    let says =
        |name: &str, test: &dyn Fn(&str) -> bool| last.inner_text(name).is_some_and(|text| test(&text));
    Times {
        submitted: submitted.and_then(|date| {
            let at = at(&date)?;
            Some((date, at.day(), announcements::announced_after(at)))
        }),
        revised: date(last).filter(|_| *last_number > 1),
        version: Some(*last_number),
        is_withdrawn: says("source_type", &|letters| letters.contains('I'))
            || says("size", &|size| size == "0kb"),
    }
}

/// The authors: one element each, or all in one line. A name is written family first, so that its parts stay told apart; a
/// group's is not, and a mark between a group and its members is none.
fn authors(metadata: &Element<'_>) -> RawAuthors {
    let Some(list) = metadata.inner("authors") else { return RawAuthors::default() };
    if list.inner("author").is_none() {
        return RawAuthors::Joined(list.text().into_owned());
    }
    let author = |author: &Element<'_>| {
        let family = author.inner_text("keyname")?;
        let given = author.inner_text("forenames").unwrap_or_default();
        let suffix = author.inner_text("suffix").unwrap_or_default();
        let is_group = ["collaboration", "collaborations", "consortium", "team", "group"]
            .iter()
            .any(|word| family.to_lowercase().ends_with(word));
        let name = match (given.as_str(), suffix.as_str()) {
            ("", "") => family,
            (_, "") if is_group || family.contains(',') => format!("{given} {family}"),
            ("", _) => format!("{family} {suffix}"),
            (_, "") => format!("{family}, {given}"),
            _all => format!("{family}, {suffix}, {given}"),
        };
        let affiliations = author.every("affiliation").map(|place| place.text().into_owned()).collect();
        name.chars().any(char::is_alphabetic).then_some(RawAuthor {
            name,
            affiliations,
            ..RawAuthor::default()
        })
    };
    RawAuthors::List(list.every("author").filter_map(author).collect())
}

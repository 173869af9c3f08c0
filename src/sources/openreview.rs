//! OpenReview: the papers of conferences, from their acceptance (or submission) on, and their withdrawal.
//!
//! Manners: a small number of requests in half an hour (98 were seen in 2026), so a request every 20 seconds, pages of a
//! thousand notes, and at most one run an hour; a login token raises the limit. Identifiers: the forum of the paper.
//!
//! Each venue has several lists, one for each state of its papers. A list is read in the order of the notes' last changes
//! and a page begins where the one before it ended, in time: a note that changes meanwhile moves to the end and pushes
//! none out of sight, as it would where pages are counted. Pages are counted only where many notes share one millisecond,
//! or where the host does not keep the order. A list that was read to its end is read from a day before then the next
//! time; one that was interrupted goes on with its page. What was withdrawn or rejected without review is asked for once
//! a day, as notices that make no paper. Deliberately absent: reviews, decisions and comments, which are notes too.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::fetch::exchange::Credential;
use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Coverage;
use crate::model::external_id::ExternalId;
use crate::model::problem::Problem;
use crate::model::short_ids::OpenReviewId;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::LeftOut;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::json_api;
use crate::sources::json_list;
use crate::sources::json_list::Entries;
use crate::sources::openreview::progress::List;
use crate::sources::openreview::progress::MOST_PAGES;
use crate::sources::openreview::progress::Progress;

mod note;

mod progress;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "openreview",
    about: "Papers of conferences on OpenReview: accepted ones, or also those under review, and withdrawals.",
    authority: Authority::Publisher,
    manners: Manners {
        operator: Some("openreview"),
        spacing: Duration::from_secs(20),
        every: Duration::from_hours(2),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(2),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "limit",
            form: OptionForm::Number,
            is_required: false,
            default: "1000",
            example: "",
            about: "How many notes are asked for in one request, 10 to 1,000.",
        },
        OptionKey {
            name: "statuses",
            form: OptionForm::TextList,
            is_required: false,
            default: "[\"accepted\"]",
            example: "",
            about: "Papers of which states are read: `accepted`, `submitted` (under review) or `rejected`.",
        },
        OptionKey {
            name: "token",
            form: OptionForm::Secret,
            is_required: false,
            default: "",
            example: "",
            about: "A login token of openreview.net, which raises its limits.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api2.openreview.net/notes\"",
            example: "",
            about: "Where the notes lie.",
        },
        OptionKey {
            name: "venues",
            form: OptionForm::TextList,
            is_required: true,
            default: "",
            example: "[\"ICLR.cc/2026/Conference\"]",
            about: "The conferences, workshops and journals, as the addresses of their pages name them behind `id=`.",
        },
    ],
    build,
};

/// Where the notes lie.
const BASE: &str = "https://api2.openreview.net/notes";

/// The largest body that is read: a thousand notes take 8 MB.
const LIMIT_BYTES: usize = 24 * 1024 * 1024;

/// States of papers, and what their list is called behind the venue.
const STATUSES: &[(&str, &str)] =
    &[("accepted", ""), ("submitted", "/Submission"), ("rejected", "/Rejected_Submission")];

/// The lists of papers that were taken back, behind the venue.
const TAKEN_BACK: &[&str] = &["/Withdrawn_Submission", "/Desk_Rejected_Submission"];

#[derive(Debug)]
struct OpenReview {
    base: Url,
    lists: Vec<List>,
    limit: u64,
    token: Option<Credential>,
}

/// An answer: a page of notes, and how many there are in all from its beginning on.
#[derive(Deserialize)]
struct Answer<'text> {
    #[serde(borrow)]
    notes: Entries<'text>,
    #[serde(borrow, default)]
    count: Option<&'text RawValue>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let mut venues: Vec<&str> = Vec::new();
    for (index, venue) in options.list("venues").iter().enumerate() {
        let venue = venue.trim().trim_end_matches('/');
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._/~-".contains(&byte);
        if venue.is_empty() || venue.len() > 200 || !venue.bytes().all(allowed) || venue.starts_with('/') {
            let hint = Some("write it as in \"ICLR.cc/2026/Conference\"".to_owned());
            let message = format!("{venue:?} is not the name of a venue");
            return Err(OptionFault { option: "venues", index: Some(index), message, hint });
        }
        if !venues.contains(&venue) {
            venues.push(venue);
        }
    }
    if venues.is_empty() {
        let message = "it names no venue".to_owned();
        return Err(OptionFault { option: "venues", index: None, message, hint: None });
    }
    let mut endings: Vec<&str> = Vec::new();
    for (index, status) in options.list("statuses").iter().enumerate() {
        let Some((_status, ending)) = STATUSES.iter().find(|(name, _ending)| name == status) else {
            let hint = Some("use \"accepted\", \"submitted\" or \"rejected\"".to_owned());
            let message = format!("{status:?} is no state of papers");
            return Err(OptionFault { option: "statuses", index: Some(index), message, hint });
        };
        if !endings.contains(ending) {
            endings.push(ending);
        }
    }
    if endings.is_empty() {
        endings.push("");
    }
    let list = |venue: &str, ending: &str, is_notices| List { name: format!("{venue}{ending}"), is_notices };
    let papers = venues.iter().flat_map(|venue| endings.iter().map(|ending| list(venue, ending, false)));
    let notices = venues.iter().flat_map(|venue| TAKEN_BACK.iter().map(|ending| list(venue, ending, true)));
    Ok(Box::new(OpenReview {
        base: json_api::base(options, BASE)?,
        lists: papers.chain(notices).collect(),
        limit: json_api::within(options, "limit", 1_000, 10, 1_000)?,
        token: json_api::bearer(options.secret("token")),
    }))
}

impl Source for OpenReview {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        let progress = Progress::read(cursor, run);
        let list = progress.due(&self.lists)?;
        let page = progress.page(list);
        let mut url = self.base.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("content.venueid", &list.name);
            if let Some(from) = page.from {
                query.append_pair("mintmdate", &from.to_string());
            }
            query.append_pair("sort", "tmdate:asc").append_pair("limit", &self.limit.to_string());
            if page.offset > 0 {
                query.append_pair("offset", &page.offset.to_string());
            }
        }
        let request = Request::get(url, "application/json", LIMIT_BYTES, Expects::Json);
        Some(request.afresh().known_by(self.token.clone()))
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let mut progress = Progress::read(cursor, run);
        let Some(list) = progress.due(&self.lists) else {
            // Nothing was asked for; the run is over.
            return Batch { next: Cursor(format!("{} ", cursor.0)), ..Batch::default() };
        };
        let page = progress.page(list);
        let mut batch = Batch::default();
        let mut listed = BTreeSet::new();
        let (next, stated) = if response.is_not_modified() {
            // It was read before, and nobody knows any more where it ended.
            (Some(page.counted(self.limit)), None)
        } else {
            let answer: Answer<'_> = match serde_json::from_slice(&response.body) {
                Ok(answer) => answer,
                Err(error) => {
                    let said = json_api::unreadable(&response.body, "a list of notes", error);
                    return Batch { unusable: Some(format!("{}: {said}", list.name)), ..batch };
                }
            };
            let stated = answer.count.and_then(|raw| serde_json::from_str::<u64>(raw.get()).ok());
            let mut changes = Vec::with_capacity(answer.notes.kept.len());
            for (number, entry) in (1..).zip(&answer.notes.kept) {
                let place = || format!("{}, note {number}", list.name);
                let note = json_list::value(entry.get());
                changes.push(note.as_ref().ok().and_then(note::changed));
                match note.and_then(|note| note::record(&note, list)) {
                    Ok(Some(note)) => {
                        listed.extend(OpenReviewId::parse(&note.forum).map(ExternalId::OpenReview));
                        if progress.is_within_history(note.announced) {
                            batch.records.push(note.record);
                        }
                    }
                    Ok(None) => {}
                    Err(message) => batch.problems.push(Problem::new(place(), message)),
                }
            }
            let length = u64::try_from(answer.notes.count).unwrap_or(u64::MAX);
            let is_last = length == 0
                || length < self.limit
                    && stated.is_none_or(|stated| stated <= page.offset.saturating_add(length));
            let next = (!is_last).then(|| page.after(&changes, length));
            (next, stated.filter(|_| page.offset == 0))
        };
        let list = list.clone();
        let is_last = next.is_none();
        let is_cut = match next {
            None => {
                progress.finish(&list, &self.lists);
                false
            }
            Some(next) => progress.turn(&list, next, &self.lists),
        };
        batch.is_partial = is_cut;
        if is_cut {
            let words = format!("{MOST_PAGES} pages were read: the next run goes on");
            batch.problems.push(Problem::new(list.name.clone(), words));
        }
        if (is_last || is_cut)
            && !list.is_notices
            && progress.history.is_none()
            && !response.is_not_modified()
        {
            // What is counted from the last page's beginning on, all of it must be there.
            let stated = stated.filter(|_| is_last);
            let listed = listed.into_iter().collect();
            batch.coverage.push(Coverage { part: list.name, day: None, listed, stated, is_cut });
        }
        batch.next = progress.write();
        batch
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        let mut progress = Progress::read(cursor, run);
        let list = progress.due(&self.lists)?.clone();
        progress.give_up(&list, &self.lists);
        Some(progress.write())
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        Some(Progress::of_history(since, until).write())
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        Progress::stored(cursor).covered(&self.lists)
    }

    fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        Progress::stored(cursor).left_out()
    }

    fn explain(&self, response: &Response) -> Option<String> {
        json_api::said(&response.body)
    }
}

#[cfg(test)]
mod tests;

//! arXiv's OAI-PMH interface: every record that changed, with structured authors, and with history back to 2005.
//!
//! Manners: one request every three seconds over all arXiv hosts, one connection; the metadata is CC0. Identifiers:
//! `oai:arXiv.org:ID` without a version. Records of an announcement appear about 22:30 US Eastern, so the interface is
//! asked at 03:45 UTC on the days of announcements. A datestamp is the day of any change, by an administrator too: what a
//! record says of the announcement is judged in [`record`]. Each category is a list of its own, cross-listed papers in it.
//! What is deliberately absent: `acm-class`, in which arXiv prints the MSC's codes.

use std::time::Duration;

use chrono::NaiveDate;
use url::Url;

use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
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
use crate::sources::arxiv;
use crate::sources::oai::Answer;
use crate::sources::oai::lists::Lists;

mod record;

mod sets;

#[cfg(test)]
mod tests;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "arxiv-oai",
    about: "Every change of arXiv's records, with structured authors; keeps history and closes gaps.",
    authority: Authority::Repository,
    manners: Manners {
        operator: Some("arxiv"),
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Weekdays { hour: 3, minute: 45 },
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "categories",
            form: OptionForm::TextList,
            is_required: false,
            default: "",
            example: "[\"cs.LG\", \"hep-th\"]",
            about: "The categories, such as `cs.LG`, or whole archives, such as `hep-th`; these or `sets` must be given.",
        },
        OptionKey {
            name: "sets",
            form: OptionForm::TextList,
            is_required: false,
            default: "",
            example: "",
            about: "Sets by their names in the protocol, such as `cs` or `physics:hep-th`, beside the categories.",
        },
        OptionKey {
            name: "days",
            form: OptionForm::Number,
            is_required: false,
            default: "7",
            example: "",
            about: "How many days of changes the very first harvest asks for, up to 366.",
        },
        OptionKey {
            name: "format",
            form: OptionForm::Text,
            is_required: false,
            default: "\"arXiv\"",
            example: "",
            about: "`arXiv`, or `arXivRaw`, which tells of all versions and gives the authors as one line.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://oaipmh.arxiv.org/oai\"",
            example: "",
            about: "Where the interface answers.",
        },
    ],
    build,
};

/// Where the interface answers.
const BASE: &str = "https://oaipmh.arxiv.org/oai";

/// The oldest record changed in September 2005, arXiv's manual says; the interface itself is asked where that matters.
const KNOWN_SINCE: i32 = 2006;

#[derive(Debug)]
struct ArxivOai {
    lists: Lists,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let fault = |option, message: String, hint: Option<&str>| OptionFault {
        option,
        index: None,
        message,
        hint: hint.map(str::to_owned),
    };
    let named = options.list("sets");
    let categories = if named.is_empty() || !options.list("categories").is_empty() {
        arxiv::categories(options)?
    } else {
        Vec::new()
    };
    let sets = sets::sets(&categories, named)?;
    let days = options.number("days").unwrap_or(7);
    if !(1..=366).contains(&days) {
        return Err(fault("days", format!("{days} lies outside 1 to 366"), Some("write days = 7")));
    }
    let format = options.text("format").unwrap_or("arXiv");
    if !matches!(format, "arXiv" | "arXivRaw") {
        let message = format!("there is no format \"{format}\" here");
        return Err(fault("format", message, Some("write \"arXiv\" or \"arXivRaw\"")));
    }
    let base = match options.url("url") {
        Some(url) => url.clone(),
        None => Url::parse(BASE).map_err(|error| fault("url", error.to_string(), None))?,
    };
    Ok(Box::new(ArxivOai {
        lists: Lists {
            base,
            prefix: format.to_owned(),
            sets,
            first_days: days,
            known_since: NaiveDate::from_ymd_opt(KNOWN_SINCE, 1, 1),
            covers: true,
            record: record::record,
        },
    }))
}

impl Source for ArxivOai {
    fn ask(&self, cursor: &Cursor, run: Timestamp) -> Option<Request> {
        self.lists.ask(cursor, run)
    }

    fn read(&self, cursor: &Cursor, run: Timestamp, _request: &Request, response: &Response) -> Batch {
        self.lists.read(cursor, run, response)
    }

    fn skip(&self, cursor: &Cursor, run: Timestamp) -> Option<Cursor> {
        self.lists.skip(cursor, run)
    }

    fn history(&self, since: NaiveDate, until: NaiveDate) -> Option<Cursor> {
        Lists::history(since, until)
    }

    fn covered(&self, cursor: &Cursor) -> Option<f64> {
        self.lists.covered(cursor)
    }

    fn left_out(&self, cursor: &Cursor) -> Option<LeftOut> {
        self.lists.left_out(cursor)
    }

    fn explain(&self, response: &Response) -> Option<String> {
        Answer::read(response).ok()?.complaint()
    }
}

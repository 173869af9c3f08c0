//! Any repository that speaks OAI-PMH 2.0, in Dublin Core: university repositories, HAL, Zenodo, IACR ePrint, PMC.
//!
//! Manners: one request every three seconds for each host. Identifiers: whatever `dc:identifier` holds; the key is the
//! record's own identifier in the repository. It is asked first how exact its times are, once. What is deliberately absent:
//! formats other than those made of Dublin Core's elements, and a judgement of what in a repository is a paper; sets are
//! for that.

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
use crate::sources::oai::Answer;
use crate::sources::oai::lists::Lists;
use crate::sources::oai::lists::Set;

mod record;

#[cfg(test)]
mod tests;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "oai-pmh",
    about: "Any repository that speaks OAI-PMH with Dublin Core; keeps history.",
    authority: Authority::Publisher,
    manners: Manners {
        operator: None,
        spacing: Duration::from_secs(3),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(24),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "",
            example: "\"https://repository.example.org/oai\"",
            about: "Where the repository answers; this or `preset` must be given.",
        },
        OptionKey {
            name: "preset",
            form: OptionForm::Text,
            is_required: false,
            default: "",
            example: "",
            about: "A repository whose address is known: `eprint`, `hal`, `pmc` or `zenodo`.",
        },
        OptionKey {
            name: "set",
            form: OptionForm::Text,
            is_required: false,
            default: "",
            example: "",
            about: "The set that is asked for by its name in the protocol; the whole repository without it.",
        },
        OptionKey {
            name: "prefix",
            form: OptionForm::Text,
            is_required: false,
            default: "\"oai_dc\"",
            example: "",
            about: "The metadata format (`metadataPrefix`), one made of Dublin Core's elements.",
        },
        OptionKey {
            name: "days",
            form: OptionForm::Number,
            is_required: false,
            default: "7",
            example: "",
            about: "How many days of changes the very first harvest asks for, up to 366.",
        },
    ],
    build,
};

/// Repositories whose addresses are known. An address that has moved is written as `url`.
const PRESETS: &[(&str, &str)] = &[
    ("eprint", "https://eprint.iacr.org/oai"),
    ("hal", "https://api.archives-ouvertes.fr/oai/hal"),
    ("pmc", "https://pmc.ncbi.nlm.nih.gov/api/oai/v1/mh/"),
    ("zenodo", "https://zenodo.org/oai2d"),
];

/// What the ledger calls a repository that is asked for as a whole.
const WHOLE: &str = "all";

#[derive(Debug)]
struct OaiPmh {
    lists: Lists,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let fault = |option, message: String, hint: &str| OptionFault {
        option,
        index: None,
        message,
        hint: Some(hint.to_owned()),
    };
    let preset = options.text("preset");
    let known = preset.map(|name| PRESETS.iter().find(|(known, _)| *known == name));
    if let (Some(name), Some(None)) = (preset, known) {
        let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        let message = format!("there is no repository \"{name}\" here");
        return Err(fault("preset", message, &format!("there are {}", names.join(", "))));
    }
    let base = match (options.url("url"), known.flatten()) {
        (Some(url), _) => url.clone(),
        (None, Some((_, address))) => {
            Url::parse(address).map_err(|error| fault("url", error.to_string(), "write an address"))?
        }
        (None, None) => {
            let hint = "write url = \"https://repository.example.org/oai\", or preset = \"eprint\"";
            return Err(fault("url", "neither url nor preset is given".to_owned(), hint));
        }
    };
    let is_word = |text: &str| {
        (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'&')
    };
    let set = options.text("set").unwrap_or_default();
    if !set.is_empty() && !is_word(set) {
        return Err(fault("set", format!("\"{set}\" is no name of a set"), "write its setSpec"));
    }
    let prefix = options.text("prefix").unwrap_or("oai_dc");
    if !is_word(prefix) {
        return Err(fault("prefix", format!("\"{prefix}\" is no format"), "write prefix = \"oai_dc\""));
    }
    let days = options.number("days").unwrap_or(7);
    if !(1..=366).contains(&days) {
        return Err(fault("days", format!("{days} lies outside 1 to 366"), "write days = 7"));
    }
    let part = if set.is_empty() { WHOLE } else { set };
    Ok(Box::new(OaiPmh {
        lists: Lists {
            base,
            prefix: prefix.to_owned(),
            sets: vec![Set { name: set.to_owned(), part: part.to_owned() }],
            first_days: days,
            known_since: None,
            covers: false,
            record: record::record,
        },
    }))
}

impl Source for OaiPmh {
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

//! One note of OpenReview that is a paper, in the shape of its second interface (`{"value": …}`) or its first (bare).
//!
//! A note has many dates. `pdate` is the day on which its venue published it, `odate` that on which it was made public for
//! review, `cdate` and `tcdate` that of its submission: the first of them that is there is the announcement, since papers
//! are read from their acceptance on and a reader wants them then. `mdate` moves with every edit of anyone, and no date is
//! taken from it; `version` counts these edits and is no version of the text.

use serde_json::Value;

use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::time::Timestamp;
use crate::sources::json_api::millis;
use crate::sources::json_api::string;
use crate::sources::openreview::progress::List;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// How names of lists end whose papers were taken back.
const TAKEN_BACK: &[&str] = &["Withdrawn_Submission", "Desk_Rejected_Submission"];

/// The licences that notes name, and where they lie.
const LICENSES: &[(&str, &str)] = &[
    ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    ("CC BY-ND 4.0", "https://creativecommons.org/licenses/by-nd/4.0/"),
    ("CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
    ("CC BY-NC-ND 4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/"),
    ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
];

/// A note that is a paper.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) forum: String,
    /// When it was announced, in milliseconds.
    pub(super) announced: Option<i64>,
    pub(super) record: Record,
}

/// When anything of a note last changed, in milliseconds.
pub(super) fn changed(note: &Value) -> Option<i64> {
    date(note, "tmdate")
}

/// Reads a note of a list; none where it is no paper but a reply to one.
pub(super) fn record(note: &Value, list: &List) -> Result<Option<Note>, String> {
    let id = string(note, "id").or_else(|| string(note, "forum")).ok_or("it has no id")?;
    let forum = string(note, "forum").unwrap_or_else(|| id.clone());
    if forum != id || string(note, "replyto").is_some() {
        return Ok(None);
    }
    let content = Content(note.get("content").unwrap_or(&Value::Null));
    let title = content.text("title").ok_or_else(|| format!("{forum} has no title"))?;
    let page = format!("https://openreview.net/forum?id={forum}");
    let venueid = content.text("venueid").unwrap_or_else(|| list.name.clone());
    let is_taken_back = date(note, "ddate").is_some()
        || list.is_notices
        || TAKEN_BACK.iter().any(|ending| venueid.rsplit('/').next() == Some(ending));
    let announced = ["pdate", "odate", "cdate", "tcdate"].iter().find_map(|key| date(note, key));
    if list.is_notices {
        let record = Record {
            key: format!("withdrawn:{forum}"),
            ids: vec![RawId { hint: IdHint::Any, text: page }],
            title: Some(Raw::new(title, Markup::Tex)),
            is_withdrawn: true,
            role: Role::Notice,
            ..Record::default()
        };
        return Ok(Some(Note { forum, announced, record }));
    }
    let one_line = ["TLDR", "TL;DR", "one-sentence_summary"].iter().find_map(|key| content.text(key));
    let (abstract_text, comment) = match (content.text("abstract"), one_line) {
        (Some(text), one_line) => (Some(text), one_line),
        (None, one_line) => (one_line, None),
    };
    let tex = |text: String| Raw::new(text, Markup::Tex);
    let license = string(note, "license").or_else(|| content.text("license"));
    // While it is under review the list is called "Submitted to …"; some imported papers have their title there.
    let is_published = !venueid.ends_with("Submission");
    let venue = content.text("venue").filter(|venue| is_published && *venue != title);
    let record = Record {
        key: forum.clone(),
        ids: ids(note, &content, &page),
        abstract_text: abstract_text.map(tex),
        authors: RawAuthors::List(content.authors()),
        subjects: content.subjects(),
        announced: announced.map(raw_date),
        submitted: ["cdate", "tcdate"].iter().find_map(|key| date(note, key)).map(raw_date),
        comment: comment.map(tex),
        venue: venue.map(|venue| Raw::new(venue, Markup::Plain)),
        license: license.map(|license| {
            let known = LICENSES.iter().find(|(name, _address)| license.eq_ignore_ascii_case(name));
            known.map_or(license.clone(), |(_name, address)| (*address).to_owned())
        }),
        links: content.links(&forum, page),
        is_withdrawn: is_taken_back,
        title: Some(tex(title)),
        ..Record::default()
    };
    Ok(Some(Note { forum, announced, record }))
}

/// A date in milliseconds; null and zero are none.
fn date(note: &Value, key: &str) -> Option<i64> {
    note.get(key).and_then(millis).filter(|millis| *millis != 0)
}

fn raw_date(millis: i64) -> RawDate {
    let text = Timestamp::from_micros(millis.saturating_mul(1_000)).to_rfc3339();
    // Who types a day gets its midnight.
    RawDate { text, is_day: millis % DAY == 0 }
}

fn ids(note: &Value, content: &Content<'_>, page: &str) -> Vec<RawId> {
    let mut ids = vec![RawId { hint: IdHint::Any, text: page.to_owned() }];
    let listed = note.get("externalIds").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for id in listed.iter().filter_map(Value::as_str) {
        match id.split_once(':') {
            Some(("doi", doi)) => ids.push(RawId { hint: IdHint::Doi, text: doi.to_owned() }),
            Some(("arxiv", arxiv)) => ids.push(RawId { hint: IdHint::Arxiv, text: arxiv.to_owned() }),
            _other => {}
        }
    }
    // Where an imported paper was published.
    ids.extend(content.text("html").map(|text| RawId { hint: IdHint::Any, text }));
    ids
}

/// The fields of a note.
struct Content<'note>(&'note Value);

impl Content<'_> {
    /// A field's value, in either shape.
    fn value(&self, key: &str) -> Option<&Value> {
        let field = self.0.get(key)?;
        if field.is_object() { field.get("value") } else { Some(field) }
    }

    fn text(&self, key: &str) -> Option<String> {
        let text = self.value(key)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The members of a list, or of a text with commas or semicolons.
    fn words(&self, key: &str) -> Vec<String> {
        let words: Vec<&str> = match self.value(key) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => text.split([',', ';']).collect(),
            _other => Vec::new(),
        };
        words.into_iter().map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// The authors; none while their names are hidden.
    fn authors(&self) -> Vec<RawAuthor> {
        let listed = self.value("authors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let name = |author: &Value| author.as_str().map(str::to_owned).or_else(|| string(author, "fullname"));
        let named = listed.iter().filter_map(name).map(|name| name.trim().to_owned());
        let named =
            named.filter(|name| !name.is_empty() && !name.to_ascii_lowercase().starts_with("anonymous"));
        named.map(|name| RawAuthor { name, ..RawAuthor::default() }).collect()
    }

    /// The area that the paper was submitted to, and its keywords.
    fn subjects(&self) -> Vec<RawSubject> {
        let area = self.text("primary_area");
        let terms = area.into_iter().chain(self.words("keywords"));
        terms.map(|term| RawSubject { is_arxiv: false, term }).collect()
    }

    fn links(&self, forum: &str, page: String) -> Vec<RawLink> {
        let mut links = vec![RawLink { kind: LinkKind::Page, href: page }];
        if let Some(pdf) = self.text("pdf") {
            // A file kept there has an address that changes with every version; this one stays.
            let is_kept = pdf.starts_with('/');
            let href = if is_kept { format!("https://openreview.net/pdf?id={forum}") } else { pdf };
            links.push(RawLink { kind: LinkKind::Pdf, href });
        }
        for (kind, key) in [(LinkKind::Code, "code"), (LinkKind::Project, "project_page")] {
            links.extend(self.text(key).map(|href| RawLink { kind, href }));
        }
        links
    }
}

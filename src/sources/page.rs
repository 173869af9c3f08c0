//! One page of the web that is a paper's own, asked for because an editor picks it: what it says of the paper to those who
//! cite (`citation_title` and its like), to libraries (Dublin Core) and to search engines (a `ScholarlyArticle` of schema.org).
//!
//! Manners: one page for each wish, a second apart on one host. Identifiers: whatever the page names; its own address is
//! the key. What is deliberately absent: links that lead on, scripts, and pages that do not say which paper they are of.

use std::time::Duration;

use url::Url;

use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::aimed::Aimed;
use crate::sources::feed::decode;
use crate::sources::page::head::Head;

mod head;

mod linked;

mod tags;

#[cfg(test)]
mod tests;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "page",
    about: "The own page of a paper that an editor picks by its address: its citation tags, Dublin Core or schema.org data. \
            It is there without being configured.",
    authority: Authority::Publisher,
    manners: Manners {
        operator: None,
        spacing: Duration::from_secs(1),
        every: Duration::from_hours(24),
        every_at_least: Duration::from_secs(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[],
    build,
};

/// The largest page that is read.
const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// The most pages that are asked for in one run.
const PAGES_AT_MOST: usize = 20;

#[derive(Debug)]
struct Page;

#[expect(clippy::unnecessary_wraps, reason = "the form that all kinds have")]
fn build(_options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    Ok(Box::new(Page))
}

impl Source for Page {
    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::MissingPage, days: 30, again_hours: 24, at_most: PAGES_AT_MOST })
    }

    fn aim(&self, _cursor: &Cursor, run: Timestamp, targets: &[Target]) -> Cursor {
        let address = |target: &Target| match ExternalId::parse(&target.name) {
            Some(ExternalId::Page(page)) => Some(page.to_string()),
            _other => None,
        };
        Aimed::cursor(run, targets.iter().filter_map(address).take(PAGES_AT_MOST).collect())
    }

    fn ask(&self, cursor: &Cursor, _run: Timestamp) -> Option<Request> {
        let aimed = Aimed::<String>::read(cursor);
        let url = Url::parse(aimed.first(1).first()?).ok()?;
        let accept = "text/html, application/xhtml+xml";
        Some(Request::get(url, accept, LIMIT_BYTES, Expects::Html).afresh())
    }

    fn read(&self, cursor: &Cursor, _run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let aimed = Aimed::<String>::read(cursor);
        let address = aimed.first(1).first().cloned().unwrap_or_default();
        let mut batch = Batch::default();
        if !response.is_not_modified() {
            let text = decode::answer(response);
            match record(&text, address, &response.url) {
                Ok(record) => batch.records.push(record),
                Err(why) => return Batch { unusable: Some(why), ..Batch::default() },
            }
        }
        batch.next = aimed.behind(1);
        batch
    }

    fn skip(&self, cursor: &Cursor, _run: Timestamp) -> Option<Cursor> {
        Some(Aimed::<String>::read(cursor).behind(1))
    }
}

/// What a page says of its paper. `asked` is the address that was asked for, `at` the one that answered.
fn record(text: &str, asked: String, at: &Url) -> Result<Record, String> {
    if !text.contains('<') {
        return Err("there is no markup in it, so it is no page".to_owned());
    }
    let head = Head::read(text);
    let tagged = tags::record(&head);
    let linked = head.linked.iter().find_map(|text| linked::record(text));
    let mut record = match (tagged, linked) {
        (Some(tagged), Some(linked)) => completed(tagged, linked),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => {
            return Err(
                "it does not say which paper it is of: it has neither citation tags, nor Dublin Core, nor a \
                        ScholarlyArticle"
                    .to_owned(),
            );
        }
    };
    // The address may hold an identifier itself; where nothing does, it is one.
    record.ids.push(RawId { hint: IdHint::Any, text: at.to_string() });
    record.ids.push(RawId { hint: IdHint::Page, text: asked.clone() });
    if let Some(pdf) = record.links.iter_mut().find(|link| link.kind == LinkKind::Pdf)
        && let Ok(whole) = at.join(&pdf.href)
    {
        pdf.href = whole.into();
    }
    record.links.insert(0, RawLink { kind: LinkKind::Page, href: at.to_string() });
    record.language = record.language.or(head.language);
    record.key = asked;
    Ok(record)
}

/// A record with what another one says where it says nothing.
fn completed(record: Record, other: Record) -> Record {
    let has_authors = record.authors != Record::default().authors;
    Record {
        ids: record.ids.into_iter().chain(other.ids).collect(),
        title: record.title.or(other.title),
        abstract_text: record.abstract_text.or(other.abstract_text),
        authors: if has_authors { record.authors } else { other.authors },
        subjects: if record.subjects.is_empty() { other.subjects } else { record.subjects },
        announced: record.announced.or(other.announced),
        venue: record.venue.or(other.venue),
        license: record.license.or(other.license),
        language: record.language.or(other.language),
        ..record
    }
}

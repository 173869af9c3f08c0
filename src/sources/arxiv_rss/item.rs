//! One item of arXiv's feeds as a record: RSS 2.0 and Atom with arXiv's elements, and the old RDF with its stamp.
//!
//! The day of a feed is the day of its batch. It is the day of announcement only for papers that are new in it: what is
//! replaced or cross-listed was announced before, in the month that its identifier names.

use std::borrow::Cow;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;

use crate::entities::decoded;
use crate::model::arxiv_id::ArxivId;
use crate::model::record::Announce;
use crate::model::record::IdHint;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::arxiv;
use crate::sources::xml;
use crate::sources::xml::Element;

/// The elements that are read of an item or an entry: the first of each name, whatever its case, but all categories. Those of
/// Dublin Core and of arXiv's own vocabulary may have any prefix.
#[derive(Default)]
struct Parts<'e, 't> {
    title: Option<&'e Element<'t>>,
    id: Option<&'e Element<'t>>,
    guid: Option<&'e Element<'t>>,
    link: Option<&'e Element<'t>>,
    description: Option<&'e Element<'t>>,
    summary: Option<&'e Element<'t>>,
    day: Option<&'e Element<'t>>,
    published: Option<&'e Element<'t>>,
    creator: Option<&'e Element<'t>>,
    rights: Option<&'e Element<'t>>,
    announce: Option<&'e Element<'t>>,
    doi: Option<&'e Element<'t>>,
    journal: Option<&'e Element<'t>>,
    subjects: Vec<RawSubject>,
}

impl<'e, 't> Parts<'e, 't> {
    fn of(item: &'e Element<'t>) -> Self {
        let mut parts = Self { subjects: Vec::with_capacity(4), ..Self::default() };
        for element in item.children() {
            if !parts.add(element.name, element) {
                let name = element.name.to_ascii_lowercase();
                let of_others = ["creator", "rights", "announce_type", "doi", "journal_reference"];
                let local = xml::local(&name);
                parts.add(if of_others.contains(&local) { local } else { &name }, element);
            }
        }
        parts
    }

    /// Keeps an element, unless that name is none that is read.
    fn add(&mut self, name: &str, element: &'e Element<'t>) -> bool {
        let place = match name {
            "title" => &mut self.title,
            "link" => &mut self.link,
            "description" => &mut self.description,
            "guid" => &mut self.guid,
            "category" => {
                let term = element.attribute("term").unwrap_or_else(|| element.text());
                self.subjects.push(subject(&term));
                return true;
            }
            "pubDate" | "pubdate" => &mut self.day,
            "arxiv:announce_type" | "announce_type" => &mut self.announce,
            "dc:rights" | "rights" => &mut self.rights,
            "dc:creator" | "creator" => &mut self.creator,
            "id" => &mut self.id,
            "summary" => &mut self.summary,
            "published" => &mut self.published,
            "arxiv:doi" | "doi" => &mut self.doi,
            "arxiv:journal_reference" | "journal_reference" => &mut self.journal,
            _other => return false,
        };
        place.get_or_insert(element);
        true
    }
}

fn subject(term: &str) -> RawSubject {
    RawSubject { is_arxiv: true, term: term.to_owned() }
}

/// A record from an item or an entry; `feed_day` is the date of the whole feed, for items that have none.
pub(super) fn record(item: &Element<'_>, feed_day: Option<&str>) -> Result<Record, String> {
    let mut parts = Parts::of(item);
    let full_title = xml::text(parts.title);
    let stamp = full_title.as_deref().and_then(stamp);
    let guid = xml::text(parts.guid).or_else(|| xml::text(parts.id));
    let page = xml::text(parts.link).or_else(|| parts.link?.attribute("href"));
    let in_guid = || guid.as_deref()?.strip_prefix("oai:arXiv.org:");
    let in_page = || page.as_deref()?.split_once("/abs/").map(|(_, id)| id);
    let Some(named) = stamp.as_ref().map(|stamp| stamp.id).or_else(in_guid).or_else(in_page) else {
        return Err("it has neither a guid nor a link with an arXiv identifier".to_owned());
    };
    let (key, version) = split_version(named);
    let title = stamp.as_ref().map(|stamp| stamp.title).or(full_title.as_deref());
    let title = title.filter(|title| !title.is_empty()).ok_or_else(|| format!("{named} has no title"))?;
    let described = xml::text(parts.description).or_else(|| xml::text(parts.summary)).unwrap_or_default();
    let described = if stamp.is_some() { without_tags(&described).into() } else { described };
    let (announced_as, abstract_text) = split_description(&described);
    let announce = xml::text(parts.announce).as_deref().or(announced_as).and_then(Announce::parse);
    let announce = announce.or_else(|| stamp.as_ref().map(|stamp| stamp.announce));
    let mut ids = vec![RawId { hint: IdHint::Arxiv, text: key.to_owned() }];
    ids.extend(xml::text(parts.doi).map(|text| RawId { hint: IdHint::Doi, text: text.into_owned() }));
    if let Some(stamp) = &stamp {
        parts.subjects.insert(0, subject(stamp.category));
    }
    let day = xml::text(parts.day).or_else(|| xml::text(parts.published));
    let (announced, revised) = dates(key, announce, day.as_deref().or(feed_day));
    Ok(Record {
        key: key.to_owned(),
        ids,
        title: Some(Raw::new(title, Markup::Tex)),
        abstract_text: (!abstract_text.is_empty()).then(|| Raw::new(abstract_text, Markup::Tex)),
        authors: RawAuthors::Arxiv(xml::text(parts.creator).unwrap_or_default().into_owned()),
        announce,
        version,
        announced,
        revised,
        citation: xml::text(parts.journal).map(|text| Raw::new(text, Markup::Tex)),
        license: xml::text(parts.rights).map(Cow::into_owned),
        subjects: parts.subjects,
        ..Record::default()
    })
}

/// When the paper was announced and when the version at hand was made, as far as the day of the feed says so.
fn dates(key: &str, announce: Option<Announce>, day: Option<&str>) -> (Option<RawDate>, Option<RawDate>) {
    let first_month = || ArxivId::parse(key).and_then(|(id, _version)| id.announced());
    let month = || first_month().map(arxiv::announced_in);
    let is_later = || {
        let month_of_day = day.and_then(month_of);
        first_month().zip(month_of_day).is_some_and(|(first, day)| first < day)
    };
    match announce {
        Some(Announce::Replace | Announce::ReplaceCross) => (month(), day.map(batch_day)),
        // The day on which an older paper was listed in one more category is neither of both.
        Some(Announce::Cross) if is_later() => (month(), None),
        Some(Announce::New | Announce::Cross) | None => (day.map(batch_day), None),
    }
}

fn batch_day(text: &str) -> RawDate {
    RawDate { text: text.to_owned(), is_day: true }
}

/// The day of the feed that a record of a new paper came in.
pub(super) fn day_of(record: &Record) -> Option<NaiveDate> {
    let text = &record.announced.as_ref().filter(|_| record.announce == Some(Announce::New))?.text;
    let read = DateTime::parse_from_rfc2822(text).or_else(|_| DateTime::parse_from_rfc3339(text)).ok()?;
    Some(read.date_naive())
}

/// Year and month of a date as arXiv's feeds write it, where it was written.
fn month_of(day: &str) -> Option<(i32, u32)> {
    let read = DateTime::parse_from_rfc2822(day).or_else(|_| DateTime::parse_from_rfc3339(day)).ok()?;
    Some((read.year(), read.month()))
}

/// What the old form prints behind a title: `. (arXiv:1805.06430v2 [nucl-th] UPDATED)`.
struct Stamp<'text> {
    /// The title before it.
    title: &'text str,
    /// The identifier with its version.
    id: &'text str,
    /// The primary category.
    category: &'text str,
    announce: Announce,
}

fn stamp(title: &str) -> Option<Stamp<'_>> {
    let (before, inside) = title.trim_end().strip_suffix(')')?.rsplit_once("(arXiv:")?;
    let (id, rest) = inside.split_once(' ')?;
    let (category, mark) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let announce = match mark.trim() {
        "" => Announce::New,
        "CROSS LISTED" => Announce::Cross,
        "UPDATED" => Announce::Replace,
        _unknown => return None,
    };
    let before = before.trim_end();
    Some(Stamp { title: before.strip_suffix('.').unwrap_or(before), id, category, announce })
}

/// `2608.09999v3` as its identifier and 3.
fn split_version(text: &str) -> (&str, Option<u32>) {
    match text.rsplit_once('v') {
        Some((key, digits)) => match digits.parse() {
            Ok(version) => (key, Some(version)),
            Err(_) => (text, None),
        },
        None => (text, None),
    }
}

/// Takes `arXiv:… Announce Type: new` and `Abstract:` off a description.
fn split_description(text: &str) -> (Option<&str>, &str) {
    let Some(rest) = text.strip_prefix("arXiv:") else { return (None, text) };
    let (announced, abstract_text) = split_stated(rest).unwrap_or_else(|| {
        let (head, abstract_text) = rest.split_once("Abstract:").unwrap_or((rest, ""));
        (head.split_once("Announce Type:").unwrap_or_default().1, abstract_text)
    });
    (announced.split_whitespace().next(), abstract_text.trim())
}

/// The same where all stands in its place: `2608.09999v1 Announce Type: new`, a line feed, `Abstract:`. What is behind both
/// words.
fn split_stated(rest: &str) -> Option<(&str, &str)> {
    let (_id, stated) = rest.split_once(' ')?;
    let (announced, behind) = stated.strip_prefix("Announce Type:")?.split_once('\n')?;
    let abstract_text = behind.strip_prefix("Abstract:")?;
    (!announced.contains(':')).then_some((announced, abstract_text))
}

/// The old form wraps its abstracts, which are TeX, into a little HTML: that goes, and its entities are decoded. A
/// less-than sign of a formula that begins none of these elements stays.
fn without_tags(html: &str) -> String {
    const NAMES: [&str; 12] = ["p", "br", "a", "i", "b", "em", "strong", "sub", "sup", "div", "span", "li"];
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let named = behind.strip_prefix('/').unwrap_or(behind);
        let length = named.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = named.get(..length).unwrap_or_default();
        let is_tag =
            NAMES.contains(&name) && named.get(length..).is_some_and(|end| end.starts_with(['>', ' ', '/']));
        if let Some((_tag, after)) = behind.split_once('>').filter(|_closed| is_tag) {
            if name == "p" && behind.starts_with('/') {
                out.push_str("\n\n");
            }
            rest = after;
        } else {
            out.push('<');
            rest = behind;
        }
    }
    out.push_str(rest);
    decoded(&out).trim().to_owned()
}

//! A paper, a topic, a source and the lists of them as programs read them: the rows of the API.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::finding::Error;
use crate::finding::Library;
use crate::model::curation::Note;
use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::paper::Paper;
use crate::model::signal::Signal;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;

/// A paper with all that is known of it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PaperRow {
    /// Our identifier; it never changes.
    #[schema(example = "6ma3zx3wnsy45zzk")]
    pub paper: String,
    /// The title in plain Unicode.
    pub title: String,
    /// The title as its source wrote it, where that was TeX.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_tex: Option<String>,
    /// The people who wrote it, in order; at most 200.
    pub authors: Vec<AuthorRow>,
    /// How many authors it has.
    pub authors_total: u32,
    /// The abstract in plain Unicode.
    #[serde(rename = "abstract", skip_serializing_if = "Option::is_none")]
    pub abstract_text: Option<String>,
    /// The abstract as XHTML with formulas as MathML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abstract_html: Option<String>,
    /// When it was announced (RFC 3339).
    pub published: String,
    /// When it last changed in a way that matters (RFC 3339).
    pub updated: String,
    /// When we first saw it (RFC 3339).
    pub first_seen: String,
    /// What it is known as, such as `arxiv:2608.00001` and `doi:10.5555/x`.
    pub ids: Vec<String>,
    /// Its subjects, the primary one first.
    pub subjects: Vec<String>,
    /// Addresses of the paper and what belongs to it.
    pub links: Vec<LinkRow>,
    /// The journal or conference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// The full journal reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// The authors' comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The institution that presents it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The address of the licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The language as an RFC 5646 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The highest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// `withdrawn` or `retracted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Who reported it.
    pub sources: Vec<String>,
    /// The last readings of its counters, by name.
    pub signals: BTreeMap<String, u64>,
    /// The editor's pick of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick: Option<PickRow>,
    /// The topics it is in, and why.
    pub topics: Vec<PlaceRow>,
}

/// One author.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct AuthorRow {
    /// The name in reading order.
    pub name: String,
    /// The ORCID identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orcid: Option<String>,
    /// Institutions as printed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affiliations: Vec<String>,
}

/// An address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct LinkRow {
    /// `page`, `pdf`, `code`, `project`, `discussion` or `thumbnail`.
    pub kind: &'static str,
    /// The address.
    pub url: String,
}

/// An editor's pick.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct PickRow {
    /// When it was picked (RFC 3339).
    pub at: String,
    /// The editor's note, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A place in a topic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct PlaceRow {
    /// The topic.
    pub topic: String,
    /// When it entered (RFC 3339).
    pub at: String,
    /// Why.
    pub reason: String,
}

/// Papers in an order, and where they go on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PapersRow {
    /// The papers.
    pub papers: Vec<PaperRow>,
    /// What to send as `cursor` for those that follow; absent where none do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One reading of a counter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SignalRow {
    /// `votes`, `comments`, `stars`, `points`, `replies` or `citations`.
    pub kind: &'static str,
    /// When it was read (RFC 3339).
    pub at: String,
    /// What it said.
    pub value: u64,
}

/// What the counters of a paper said over time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SignalsRow {
    /// The last reading of each day on which one changed, by counter, the oldest first.
    pub signals: Vec<SignalRow>,
}

/// How a source is doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct HealthRow {
    /// The source.
    pub source: String,
    /// Its kind.
    pub kind: &'static str,
    /// `fresh`, `quiet`, `holiday`, `stale`, `gap`, `partial`, `blocked`, `limited`, `offline`, `failing` or `unknown`.
    pub state: &'static str,
    /// When a harvest last succeeded (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<String>,
    /// When it is asked next (RFC 3339); absent where it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_poll: Option<String>,
    /// Why then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the last failure was, while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// How it did on the last days on which it was asked.
    pub days: Vec<HealthDayRow>,
}

/// How a source did on a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct HealthDayRow {
    /// The day in UTC.
    pub day: String,
    /// Its state at the end of the day.
    pub state: &'static str,
    /// How often it was harvested.
    pub harvests: u32,
    /// How many of these failed.
    pub failed: u32,
    /// How many papers came that we did not know.
    pub new: u32,
}

/// What a kind of link is called.
pub const fn kind_of_link(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Page => "page",
        LinkKind::Pdf => "pdf",
        LinkKind::Code => "code",
        LinkKind::Project => "project",
        LinkKind::Discussion => "discussion",
        LinkKind::Thumbnail => "thumbnail",
    }
}

impl PaperRow {
    /// A paper with all that stands beside it in the store.
    pub fn of(library: &Library, paper: &Paper) -> Result<Self, Error> {
        let reader = &library.reader;
        let pick = reader.pick(&paper.id)?;
        let text = |text: Option<&crate::model::text::Text>| text.map(ToString::to_string);
        let authors = paper.authors();
        Ok(Self {
            paper: paper.id.to_string(),
            title: paper.title().text.to_string(),
            title_tex: text(paper.title().tex.as_ref()),
            authors: authors.iter().flat_map(|authors| &authors.listed).map(AuthorRow::of).collect(),
            authors_total: authors.map_or(0, |authors| authors.total),
            abstract_text: text(paper.abstract_text().map(|form| &form.text)),
            abstract_html: paper.abstract_text().map(|form| form.html.as_str().to_owned()),
            published: paper.published().to_rfc3339(),
            updated: paper.updated().to_rfc3339(),
            first_seen: paper.first_seen.to_rfc3339(),
            ids: paper.ids().into_iter().map(ExternalId::to_string).collect(),
            subjects: paper.subjects().into_iter().map(|subject| subject.term.to_string()).collect(),
            links: paper
                .links()
                .into_iter()
                .map(|link| LinkRow { kind: kind_of_link(link.kind), url: link.url.to_string() })
                .collect(),
            venue: text(paper.venue()),
            citation: text(paper.citation()),
            comment: text(paper.comment()),
            organisation: text(paper.organisation()),
            license: paper.license().map(ToString::to_string),
            language: text(paper.language()),
            version: paper.version(),
            state: paper.state().map(str::to_owned),
            sources: paper.sources().into_iter().map(ToString::to_string).collect(),
            signals: reader
                .signals(&paper.id)?
                .into_iter()
                .map(|signal| (signal.kind.name().to_owned(), signal.value))
                .collect(),
            pick: pick.map(|pick| PickRow {
                at: pick.at.to_rfc3339(),
                note: pick.note.as_ref().map(|note: &Note| note.as_str().to_owned()),
            }),
            topics: reader.topics_of(&paper.id)?.into_iter().map(PlaceRow::of).collect(),
        })
    }
}

impl AuthorRow {
    fn of(author: &crate::model::author::Author) -> Self {
        Self {
            name: author.name.to_string(),
            orcid: author.orcid.as_ref().map(ToString::to_string),
            affiliations: author.affiliations.iter().map(ToString::to_string).collect(),
        }
    }
}

impl PlaceRow {
    fn of(entry: TimelineEntry) -> Self {
        Self { topic: entry.topic.to_string(), at: entry.at.to_rfc3339(), reason: entry.reason }
    }
}

impl SignalRow {
    /// A reading.
    pub fn of(signal: &Signal) -> Self {
        Self { kind: signal.kind.name(), at: signal.at.to_rfc3339(), value: signal.value }
    }
}

impl HealthRow {
    /// How a source of a kind is doing; nothing is known yet of one that was never asked.
    pub fn of(source: &str, kind: &'static str, state: Option<&SourceState>) -> Self {
        let next = state.and_then(|state| state.next_poll.as_ref());
        Self {
            source: source.to_owned(),
            kind,
            state: state.map_or("unknown", |state| state.health.name()),
            last_success: state.and_then(|state| state.last_success).map(Timestamp::to_rfc3339),
            next_poll: next.map(|poll| poll.at.to_rfc3339()),
            reason: next.map(|poll| poll.reason.clone()),
            fault: state.and_then(|state| state.fault.clone()),
            days: state
                .iter()
                .flat_map(|state| &state.days)
                .map(|(day, noted)| HealthDayRow {
                    day: day.to_string(),
                    state: noted.health.name(),
                    harvests: noted.harvests,
                    failed: noted.failed,
                    new: noted.new,
                })
                .collect(),
        }
    }
}

//! The row of a paper.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::model::change::Event;
use crate::model::paper::Absorbed;
use crate::model::paper::Chosen;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::observation::ObservationRow;

/// [`Paper`].
#[derive(Serialize, Deserialize)]
pub(super) struct PaperRow<'a> {
    v: Format,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    absorbed: Vec<AbsorbedRow<'a>>,
    first_seen: i64,
    #[serde(borrow)]
    observations: Vec<ObservationRow<'a>>,
    chosen: ChosenRow,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<EventRow<'a>>,
}

/// [`Absorbed`]. Of papers that were absorbed before this was kept there is none.
#[derive(Serialize, Deserialize)]
struct AbsorbedRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    first_seen: i64,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<EventRow<'a>>,
    #[serde(borrow)]
    records: Vec<RecordRow<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    joined: Vec<RecordRow<'a>>,
}

/// A source and its key.
type RecordRow<'a> = (Cow<'a, str>, Cow<'a, str>);

#[derive(Serialize, Deserialize)]
struct ChosenRow {
    title: usize,
    #[serde(rename = "abstract", default, skip_serializing_if = "Option::is_none")]
    abstract_text: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authors: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subjects: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    announced: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitted: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    venue: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    citation: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    license: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<usize>,
}

/// [`Event`] and its time.
#[derive(Serialize, Deserialize)]
pub(super) struct EventRow<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    at: i64,
}

impl<'a> From<&'a Paper> for PaperRow<'a> {
    fn from(paper: &'a Paper) -> Self {
        Self {
            v: Format,
            id: paper.id.as_str().into(),
            aliases: paper.aliases.keys().map(|alias| alias.as_str().into()).collect(),
            absorbed: paper.aliases.iter().map(AbsorbedRow::from).collect(),
            first_seen: paper.first_seen.micros(),
            observations: paper.observations.iter().map(ObservationRow::from).collect(),
            chosen: ChosenRow::from(paper.chosen),
            events: paper.events.iter().map(EventRow::from).collect(),
        }
    }
}

impl PaperRow<'_> {
    pub(super) fn into_noun(self) -> Result<Paper, Fault> {
        if self.observations.is_empty() {
            return Err(Fault::Malformed(format!("the paper {} has no observation", self.id)));
        }
        let unknown = Absorbed {
            first_seen: Timestamp::from_micros(self.first_seen),
            events: BTreeMap::new(),
            records: BTreeSet::new(),
            joined: BTreeSet::new(),
        };
        let alone = self.aliases.iter().map(|alias| Ok((paper_id(alias)?, unknown.clone())));
        let mut aliases = alone.collect::<Result<BTreeMap<_, _>, Fault>>()?;
        for row in self.absorbed {
            let (id, absorbed) = row.into_noun()?;
            aliases.insert(id, absorbed);
        }
        Ok(Paper {
            id: paper_id(&self.id)?,
            aliases,
            first_seen: Timestamp::from_micros(self.first_seen),
            observations: self
                .observations
                .into_iter()
                .map(ObservationRow::into_noun)
                .collect::<Result<_, _>>()?,
            chosen: Chosen::from(self.chosen),
            events: self.events.into_iter().map(EventRow::into_noun).collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> From<(&'a PaperId, &'a Absorbed)> for AbsorbedRow<'a> {
    fn from((id, absorbed): (&'a PaperId, &'a Absorbed)) -> Self {
        let record = |(source, key): &'a (SourceId, String)| (source.as_str().into(), key.as_str().into());
        Self {
            id: id.as_str().into(),
            first_seen: absorbed.first_seen.micros(),
            events: absorbed.events.iter().map(EventRow::from).collect(),
            records: absorbed.records.iter().map(record).collect(),
            joined: absorbed.joined.iter().map(record).collect(),
        }
    }
}

impl AbsorbedRow<'_> {
    fn into_noun(self) -> Result<(PaperId, Absorbed), Fault> {
        let record = |(source, key): RecordRow<'_>| {
            Ok((
                SourceId::parse(&source).ok_or_else(|| Fault::unknown("a source", &source))?,
                key.into_owned(),
            ))
        };
        let absorbed = Absorbed {
            first_seen: Timestamp::from_micros(self.first_seen),
            events: self.events.into_iter().map(EventRow::into_noun).collect::<Result<_, _>>()?,
            records: self.records.into_iter().map(record).collect::<Result<_, Fault>>()?,
            joined: self.joined.into_iter().map(record).collect::<Result<_, Fault>>()?,
        };
        Ok((paper_id(&self.id)?, absorbed))
    }
}

/// Reads one of our identifiers.
pub(super) fn paper_id(text: &str) -> Result<PaperId, Fault> {
    PaperId::parse(text).ok_or_else(|| Fault::unknown("the identifier of a paper", text))
}

impl From<Chosen> for ChosenRow {
    fn from(chosen: Chosen) -> Self {
        let Chosen {
            title,
            abstract_text,
            authors,
            subjects,
            announced,
            submitted,
            comment,
            venue,
            citation,
            license,
            organisation,
            language,
        } = chosen;
        Self {
            title,
            abstract_text,
            authors,
            subjects,
            announced,
            submitted,
            comment,
            venue,
            citation,
            license,
            organisation,
            language,
        }
    }
}

impl From<ChosenRow> for Chosen {
    fn from(row: ChosenRow) -> Self {
        Self {
            title: row.title,
            abstract_text: row.abstract_text,
            authors: row.authors,
            subjects: row.subjects,
            announced: row.announced,
            submitted: row.submitted,
            comment: row.comment,
            venue: row.venue,
            citation: row.citation,
            license: row.license,
            organisation: row.organisation,
            language: row.language,
        }
    }
}

impl From<(&Event, &Timestamp)> for EventRow<'_> {
    fn from((event, at): (&Event, &Timestamp)) -> Self {
        let (word, version) = match event {
            Event::CodeReleased => ("code", None),
            Event::Published => ("published", None),
            Event::Withdrawn => ("withdrawn", None),
            Event::Retracted => ("retracted", None),
            Event::Version(number) => ("version", Some(*number)),
        };
        Self { event: word.into(), version, at: at.micros() }
    }
}

impl EventRow<'_> {
    pub(super) fn into_noun(self) -> Result<(Event, Timestamp), Fault> {
        let event = match (&*self.event, self.version) {
            ("code", None) => Event::CodeReleased,
            ("published", None) => Event::Published,
            ("withdrawn", None) => Event::Withdrawn,
            ("retracted", None) => Event::Retracted,
            ("version", Some(number)) => Event::Version(number),
            (unknown, _version) => return Err(Fault::unknown("an event", unknown)),
        };
        Ok((event, Timestamp::from_micros(self.at)))
    }
}

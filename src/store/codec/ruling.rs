//! The row of an operator's ruling about identity.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::model::external_id::ExternalId;
use crate::model::ruling::Mark;
use crate::model::ruling::Ruled;
use crate::model::ruling::Ruling;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::Format;

/// [`Ruling`].
#[derive(Serialize, Deserialize)]
pub(super) struct RulingRow<'a> {
    v: Format,
    at: i64,
    #[serde(borrow)]
    verdict: Cow<'a, str>,
    #[serde(borrow)]
    one: Vec<MarkRow<'a>>,
    #[serde(borrow)]
    other: Vec<MarkRow<'a>>,
}

/// [`Mark`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MarkRow<'a> {
    Record(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>),
    #[serde(borrow)]
    Id(Cow<'a, str>),
}

impl<'a> From<&'a Ruling> for RulingRow<'a> {
    fn from(ruling: &'a Ruling) -> Self {
        let verdict = match ruling.verdict {
            Ruled::Same => "same",
            Ruled::Different => "different",
        };
        Self {
            v: Format,
            at: ruling.at.micros(),
            verdict: verdict.into(),
            one: ruling.one.iter().map(MarkRow::from).collect(),
            other: ruling.other.iter().map(MarkRow::from).collect(),
        }
    }
}

impl RulingRow<'_> {
    pub(super) fn into_noun(self) -> Result<Ruling, Fault> {
        let marks = |rows: Vec<MarkRow<'_>>| -> Result<BTreeSet<Mark>, Fault> {
            rows.into_iter().map(MarkRow::into_noun).collect()
        };
        Ok(Ruling {
            at: Timestamp::from_micros(self.at),
            verdict: match &*self.verdict {
                "same" => Ruled::Same,
                "different" => Ruled::Different,
                unknown => return Err(Fault::unknown("a verdict", unknown)),
            },
            one: marks(self.one)?,
            other: marks(self.other)?,
        })
    }
}

impl<'a> From<&'a Mark> for MarkRow<'a> {
    fn from(mark: &'a Mark) -> Self {
        match mark {
            Mark::Record(source, key) => Self::Record(source.as_str().into(), key.as_str().into()),
            Mark::Id(id) => Self::Id(id.to_string().into()),
        }
    }
}

impl MarkRow<'_> {
    fn into_noun(self) -> Result<Mark, Fault> {
        match self {
            Self::Record(source, key) => {
                let source = SourceId::parse(&source)
                    .ok_or_else(|| Fault::unknown("the name of a source", &source))?;
                Ok(Mark::Record(source, key.into_owned()))
            }
            Self::Id(id) => {
                ExternalId::parse(&id).map(Mark::Id).ok_or_else(|| Fault::unknown("an identifier", &id))
            }
        }
    }
}

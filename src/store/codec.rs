//! The stored form of every noun: JSON with a format number, the same in log payloads, store values and exports.
//!
//! Domain types derive no serde; the rows here are what is promised on disk. A reader ignores fields it does not know,
//! so a field may be added; anything else needs a new [`FORMAT`] and a reader for the old one. This is the only
//! place besides `normalise` that may call [`Html::trusted`](crate::model::text::Html::trusted): what it reads back
//! was clean when it was written.

use serde::Deserialize;
use serde::Serialize;

use crate::model::archive::Archive;
use crate::model::curation::Pick;
use crate::model::curation::TopicMark;
use crate::model::outgoing::Outgoing;
use crate::model::paper::Paper;
use crate::model::plan::Installation;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::private_reader::PrivateReader;
use crate::model::ruling::Ruling;
use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicState;
use crate::store::codec::curation::MarkRow;
use crate::store::codec::curation::PickRow;
use crate::store::codec::ops::ItemRow;
use crate::store::codec::ops::PlanRow;
use crate::store::codec::outgoing::OutgoingRow;
use crate::store::codec::paper::PaperRow;
use crate::store::codec::reading::ArchiveRow;
use crate::store::codec::reading::PrivateReaderRow;
use crate::store::codec::ruling::RulingRow;
use crate::store::codec::states::EntryRow;
use crate::store::codec::states::ExchangeRow;
use crate::store::codec::states::InstallationRow;
use crate::store::codec::states::NextPollRow;
use crate::store::codec::states::SourceRow;
use crate::store::codec::states::TopicRow;
use crate::wal::packing;

pub(super) mod claims;

mod curation;

pub(super) mod gist;

mod ledger;

mod observation;

mod ops;

mod pace;

mod outgoing;

mod paper;

mod reading;

mod ruling;

mod states;

mod subscriber;

mod words;

/// The format written here.
pub(super) const FORMAT: u8 = 1;

/// The most bytes one value may have when it is unpacked.
const VALUE_BYTES: usize = 32 << 20;

/// Why stored bytes could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A later version of the program wrote them.
    #[error("format {found} is newer than {FORMAT}, the newest that this version reads")]
    Newer {
        /// Their format.
        found: u64,
    },
    /// They are not what they should be.
    #[error("{0}")]
    Malformed(String),
}

impl Fault {
    /// A word or identifier that is not of its kind.
    fn unknown(what: &str, text: &str) -> Self {
        Self::Malformed(format!("{text:?} is not {what}"))
    }
}

/// One change of a snapshot or an export: applied verbatim, without what a plan's change would bring with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    /// The change.
    pub(super) op: Op,
    /// For a paper: the claims ([`claims`]) that another paper took from it.
    pub(super) without: Vec<String>,
}

/// A noun that is stored under a key of its own.
pub(super) trait Stored: Sized {
    /// Its JSON.
    fn to_json(&self) -> Result<Vec<u8>, Fault>;
    /// Reads its JSON.
    fn from_json(json: &[u8]) -> Result<Self, Fault>;

    /// The value under the key: a byte that names the codec, then the JSON, packed when that is smaller.
    fn to_value(&self) -> Result<Vec<u8>, Fault> {
        let json = self.to_json()?;
        let (codec, body) = packing::pack(&json).map_or((PLAIN, json), |packed| (PACKED, packed));
        let mut value = Vec::with_capacity(body.len() + 1);
        value.push(codec);
        value.extend_from_slice(&body);
        Ok(value)
    }

    /// Reads the value under the key.
    fn from_value(value: &[u8]) -> Result<Self, Fault> {
        with_json(value, Self::from_json)
    }
}

const PLAIN: u8 = 0;

const PACKED: u8 = 1;

/// Hands the JSON of a value to a reader.
pub(super) fn with_json<T>(value: &[u8], read: impl FnOnce(&[u8]) -> Result<T, Fault>) -> Result<T, Fault> {
    match value.split_first() {
        Some((&PLAIN, json)) => read(json),
        Some((&PACKED, packed)) => {
            let json = packing::unpack(packed, VALUE_BYTES)
                .ok_or_else(|| Fault::Malformed("the compressed value is damaged".to_owned()))?;
            read(&json)
        }
        Some((&codec, _body)) => Err(Fault::Newer { found: u64::from(codec) }),
        None => Err(Fault::Malformed("the value is empty".to_owned())),
    }
}

macro_rules! stored {
    ($noun:ty, $row:ident) => {
        impl Stored for $noun {
            fn to_json(&self) -> Result<Vec<u8>, Fault> {
                write_row(&$row::from(self))
            }

            fn from_json(json: &[u8]) -> Result<Self, Fault> {
                read_row::<$row<'_>>(json)?.into_noun()
            }
        }
    };
}

stored!(Paper, PaperRow);

stored!(Plan, PlanRow);

stored!(Item, ItemRow);

stored!(Installation, InstallationRow);

stored!(TopicState, TopicRow);

stored!(TimelineEntry, EntryRow);

stored!(SourceState, SourceRow);

stored!(Ruling, RulingRow);

stored!(TopicMark, MarkRow);

stored!(Pick, PickRow);

stored!(Archive, ArchiveRow);

stored!(PrivateReader, PrivateReaderRow);

stored!(Outgoing, OutgoingRow);

stored!((String, ExchangeMemory), ExchangeRow);

stored!((String, NextPoll), NextPollRow);

/// The JSON of a plan of these changes.
pub(super) fn plan_json(at: Timestamp, ops: &[&Op]) -> Result<Vec<u8>, Fault> {
    write_row(&PlanRow::of(at, ops))
}

/// Reads a logged plan as far as it makes sense: one change that does not costs no other.
pub(super) fn plan_of(json: &[u8]) -> Result<(Plan, Vec<Fault>), Fault> {
    read_row::<PlanRow<'_>>(json)?.into_sense()
}

fn write_row(row: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(row).map_err(|error| Fault::Malformed(error.to_string()))
}

/// Reads a row; when its format is newer than ours that is said instead of what is odd about it.
pub(super) fn read_row<'json, Row: Deserialize<'json>>(json: &'json [u8]) -> Result<Row, Fault> {
    serde_json::from_slice(json).map_err(|error| match serde_json::from_slice::<FormatOnly>(json) {
        Ok(FormatOnly { v }) if v > u64::from(FORMAT) => Fault::Newer { found: v },
        Ok(_) | Err(_) => Fault::Malformed(error.to_string()),
    })
}

#[derive(Deserialize)]
struct FormatOnly {
    v: u64,
}

/// The format number inside a row: written always, and refused when it is newer than ours.
#[derive(Clone, Copy, Debug)]
struct Format;

impl Serialize for Format {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(FORMAT)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = u64::deserialize(deserializer)?;
        if found == u64::from(FORMAT) { Ok(Self) } else { Err(serde::de::Error::custom("another format")) }
    }
}

#[cfg(test)]
mod tests;

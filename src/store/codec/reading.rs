//! The rows of closed documents and of readers with secret addresses.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;

use crate::model::archive::Archive;
use crate::model::archive::Archived;
use crate::model::digits::hexadecimal;
use crate::model::private_reader::PrivateReader;
use crate::model::private_reader::Usage;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::paper::paper_id;
use crate::store::codec::states::topic_id;

/// [`Archive`].
#[derive(Serialize, Deserialize)]
pub(super) struct ArchiveRow<'a> {
    v: Format,
    #[serde(borrow)]
    topic: Cow<'a, str>,
    number: u64,
    #[serde(borrow)]
    entries: Vec<ArchivedRow<'a>>,
}

/// Paper, the identifier it is served under where that is another one, and microseconds since 1970.
#[derive(Serialize, Deserialize)]
struct ArchivedRow<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Option<Cow<'a, str>>, i64);

impl<'a> From<&'a Archive> for ArchiveRow<'a> {
    fn from(archive: &'a Archive) -> Self {
        let entries = archive.entries.iter().map(|entry| {
            let served_as = (entry.served_as != entry.paper).then(|| entry.served_as.as_str().into());
            ArchivedRow(entry.paper.as_str().into(), served_as, entry.updated.micros())
        });
        Self {
            v: Format,
            topic: archive.topic.as_str().into(),
            number: archive.number,
            entries: entries.collect(),
        }
    }
}

impl ArchiveRow<'_> {
    pub(super) fn into_noun(self) -> Result<Archive, Fault> {
        let entries = self.entries.into_iter().map(|ArchivedRow(paper, served_as, updated)| {
            let paper = paper_id(&paper)?;
            let served_as = served_as.map_or_else(|| Ok(paper.clone()), |id| paper_id(&id))?;
            Ok(Archived { paper, served_as, updated: Timestamp::from_micros(updated) })
        });
        Ok(Archive {
            topic: topic_id(&self.topic)?,
            number: self.number,
            entries: entries.collect::<Result<_, Fault>>()?,
        })
    }
}

/// [`PrivateReader`].
#[derive(Serialize, Deserialize)]
pub(super) struct PrivateReaderRow<'a> {
    v: Format,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    digest: Cow<'a, str>,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
    #[serde(default)]
    answers: u64,
    #[serde(default)]
    unchanged: u64,
}

impl<'a> From<&'a PrivateReader> for PrivateReaderRow<'a> {
    fn from(reader: &'a PrivateReader) -> Self {
        Self {
            v: Format,
            name: reader.name.as_str().into(),
            digest: hexadecimal(&reader.digest).into(),
            created: reader.created.micros(),
            revoked: reader.revoked.map(Timestamp::micros),
            last: reader.usage.last.map(Timestamp::micros),
            answers: reader.usage.answers,
            unchanged: reader.usage.unchanged,
        }
    }
}

impl PrivateReaderRow<'_> {
    pub(super) fn into_noun(self) -> Result<PrivateReader, Fault> {
        let bytes =
            self.digest.as_bytes().chunks(2).map(|pair| {
                std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
            });
        let digest = bytes.collect::<Option<Vec<u8>>>().and_then(|bytes| bytes.try_into().ok());
        Ok(PrivateReader {
            name: self.name.into_owned(),
            digest: digest.ok_or_else(|| Fault::unknown("the digest of a token", &self.digest))?,
            created: Timestamp::from_micros(self.created),
            revoked: self.revoked.map(Timestamp::from_micros),
            usage: Usage {
                last: self.last.map(Timestamp::from_micros),
                answers: self.answers,
                unchanged: self.unchanged,
            },
        })
    }
}

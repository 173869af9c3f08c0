//! What a paper is found by: its identifiers, its sources' keys, and the blocks that bring it together with papers to
//! compare it with. Read without reading the rest of the record.
//!
//! A claim is written `id doi:10.1000/x` or `key arxiv-cs-lg 2608.09999`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::identity::keys;
use crate::identity::keys::Block;
use crate::model::change;
use crate::model::change::Event;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::store::codec;
use crate::store::codec::Fault;
use crate::store::codec::paper::EventRow;

/// A stored paper's claims and its place in time.
pub(in crate::store) struct Standing {
    pub(in crate::store) claims: BTreeSet<String>,
    pub(in crate::store) blocks: BTreeSet<Block>,
    pub(in crate::store) first_seen: i64,
    /// What happened to the paper since.
    pub(in crate::store) updates: Vec<(Event, Timestamp)>,
}

/// The claim on an identifier.
pub(in crate::store) fn of_id(id: &ExternalId) -> String {
    format!("id {id}")
}

/// The claim on a source's key.
pub(in crate::store) fn of_key(source: &SourceId, key: &str) -> String {
    format!("key {source} {key}")
}

/// The claims of a paper.
pub(in crate::store) fn of_paper(paper: &Paper) -> BTreeSet<String> {
    let of = |observation: &Observation| {
        let ids = observation.identifying_ids().map(of_id);
        ids.chain([of_key(&observation.source, observation.key.as_str())]).collect::<Vec<_>>()
    };
    paper.observations.iter().flat_map(of).collect()
}

/// What a paper is brought together by with others, to be compared.
pub(in crate::store) fn blocks_of_paper(paper: &Paper) -> BTreeSet<Block> {
    paper.observations.iter().flat_map(keys::blocks_of).collect()
}

/// The claims and blocks of a stored paper; agrees with [`of_paper`] and [`blocks_of_paper`].
pub(in crate::store) fn of_value(value: &[u8]) -> Result<Standing, Fault> {
    codec::with_json(value, |json| {
        let row: StandingRow<'_> = codec::read_row(json)?;
        let (mut claims, mut blocks) = (BTreeSet::new(), BTreeSet::new());
        for observation in &row.observations {
            let is_page = |id: &&Cow<'_, str>| id.starts_with("page:");
            let has_registered = observation.ids.iter().any(|id| !is_page(&id));
            let identifying = observation.ids.iter().filter(|id| !has_registered || !is_page(id));
            for id in identifying {
                blocks.extend(ExternalId::parse(id).as_ref().and_then(keys::block_of_id));
                claims.insert(format!("id {id}"));
            }
            let titles = observation.earlier.iter().chain([&observation.title]);
            blocks.extend(titles.filter_map(|title| keys::block_of_title(title.words())));
            claims.insert(format!("key {} {}", observation.source, observation.key));
        }
        let events = row.events.into_iter().map(EventRow::into_noun).collect::<Result<_, _>>()?;
        let updates = change::updates(Timestamp::from_micros(row.first_seen), &events).collect();
        Ok(Standing { claims, blocks, first_seen: row.first_seen, updates })
    })
}

#[derive(Deserialize)]
struct StandingRow<'json> {
    first_seen: i64,
    #[serde(borrow)]
    observations: Vec<ClaimRow<'json>>,
    #[serde(borrow, default)]
    events: Vec<EventRow<'json>>,
}

#[derive(Deserialize)]
struct ClaimRow<'json> {
    #[serde(borrow)]
    source: Cow<'json, str>,
    #[serde(borrow)]
    key: Cow<'json, str>,
    #[serde(borrow)]
    ids: Vec<Cow<'json, str>>,
    #[serde(borrow)]
    title: TitleRow<'json>,
    #[serde(borrow, default)]
    earlier: Vec<TitleRow<'json>>,
}

/// The present title (`text`) or a former one (`title`).
#[derive(Deserialize)]
struct TitleRow<'json> {
    #[serde(borrow, alias = "title")]
    text: Cow<'json, str>,
}

impl TitleRow<'_> {
    fn words(&self) -> &str {
        &self.text
    }
}

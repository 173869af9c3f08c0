//! What a paper is found by: its identifiers and its sources' keys. Read without reading the rest of the record.
//!
//! A claim is written `id doi:10.1000/x` or `key arxiv-cs-lg 2608.09999`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::source::SourceId;
use crate::store::codec;
use crate::store::codec::Fault;

/// A stored paper's claims and its place in time.
pub(in crate::store) struct Standing {
    pub(in crate::store) claims: BTreeSet<String>,
    pub(in crate::store) first_seen: i64,
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

/// The claims of a stored paper; agrees with [`of_paper`].
pub(in crate::store) fn of_value(value: &[u8]) -> Result<Standing, Fault> {
    codec::with_json(value, |json| {
        let row: StandingRow<'_> = codec::read_row(json)?;
        let mut claims = BTreeSet::new();
        for observation in &row.observations {
            let is_page = |id: &&Cow<'_, str>| id.starts_with("page:");
            let has_registered = observation.ids.iter().any(|id| !is_page(&id));
            let identifying = observation.ids.iter().filter(|id| !has_registered || !is_page(id));
            claims.extend(identifying.map(|id| format!("id {id}")));
            claims.insert(format!("key {} {}", observation.source, observation.key));
        }
        Ok(Standing { claims, first_seen: row.first_seen })
    })
}

#[derive(Deserialize)]
struct StandingRow<'json> {
    first_seen: i64,
    #[serde(borrow)]
    observations: Vec<ClaimRow<'json>>,
}

#[derive(Deserialize)]
struct ClaimRow<'json> {
    #[serde(borrow)]
    source: Cow<'json, str>,
    #[serde(borrow)]
    key: Cow<'json, str>,
    #[serde(borrow)]
    ids: Vec<Cow<'json, str>>,
}

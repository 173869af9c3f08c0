//! What comes to a paper from others, and what was known of it there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::harvest::plan::regroup::Node;
use crate::harvest::plan::regroup::shares::Back;
use crate::model::change::Event;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;

/// What joins a paper from elsewhere.
pub(super) struct Coming<'a> {
    /// The observations.
    pub(super) nodes: Vec<&'a Node>,
    /// The paper that it was before, where it is one of its own again.
    pub(super) back: Option<&'a Back>,
    /// What had happened to the papers that it was of, and when that was noticed.
    pub(super) known: BTreeMap<Event, Timestamp>,
    /// When the last of those papers was first seen.
    pub(super) since: Timestamp,
}

impl<'a> Coming<'a> {
    pub(super) fn of(nodes: Vec<&'a Node>, back: Option<&'a Back>, pool: &BTreeMap<PaperId, Paper>) -> Self {
        let owners: BTreeSet<&PaperId> = nodes.iter().filter_map(|node| node.owner.as_ref()).collect();
        let first_seen = owners.iter().filter_map(|owner| Some(pool.get(*owner)?.first_seen));
        let since = first_seen.max().unwrap_or(Timestamp::from_micros(0));
        let mut known = BTreeMap::new();
        for (event, at) in
            owners.into_iter().filter_map(|owner| pool.get(owner)).flat_map(|paper| &paper.events)
        {
            known
                .entry(*event)
                .and_modify(|noticed: &mut Timestamp| *noticed = (*noticed).min(*at))
                .or_insert(*at);
        }
        Self { nodes, back, known, since }
    }
}

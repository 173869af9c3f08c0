//! The nouns: what a paper is, what a source said about it, and what may change.
//!
//! Nothing here touches the network, the disk, the clock or randomness, and nothing imports another module of ours.
//! Domain types do not derive serde: what is stored, served and configured has structs of its own.

pub mod author;

pub mod change;

pub mod external_id;

pub mod format;

pub mod gist;

pub mod ledger;

pub mod link;

pub mod observation;

pub mod paper;

pub mod plan;

pub mod problem;

mod prose;

pub mod record;

pub mod signal;

pub mod source;

pub mod subject;

pub mod text;

pub mod time;

pub mod topic;

pub mod announcements;

pub mod archive;

pub mod arxiv_id;

pub mod beside;

pub mod coverage;

pub mod curation;

pub mod digits;

pub mod outgoing;

pub mod subscriber;

pub mod doi;

pub mod period;

pub mod private_reader;

pub mod registrants;

pub mod ruling;

pub mod secret;

pub mod short_ids;

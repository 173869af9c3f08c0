//! feed

use std::time::Duration;

use crate::model::source::Authority;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::OptionFault;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "feed",
    about: "",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: None,
        spacing: Duration::from_secs(3),
        every: Duration::from_secs(3600),
        every_at_least: Duration::from_secs(900),
    },
    options: &[],
    build: |_options| Err(OptionFault { option: "", index: None, message: String::new(), hint: None }),
};

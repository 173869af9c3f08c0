//! How a source walks through its days, and what the operator may say about it.

use chrono::TimeDelta;

use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::json_api;

/// The option that every source has which walks so.
pub(in crate::sources) const DAYS: OptionKey = OptionKey {
    name: "days",
    form: OptionForm::Number,
    is_required: false,
    default: "7",
    example: "",
    about: "How many days the very first harvest asks for, up to 60; `offprint backfill` fetches more.",
};

/// How a source walks through its days.
#[derive(Clone, Copy, Debug)]
pub(in crate::sources) struct Rules {
    /// How many days the very first run asks for, today among them.
    pub(in crate::sources) first: u64,
    /// So many days before the mark are asked for again.
    pub(in crate::sources) overlap: u64,
    /// The most days of a window, at least one.
    pub(in crate::sources) length: u64,
    /// How long the place of a page may be asked for.
    pub(in crate::sources) place_lives: TimeDelta,
    /// So many pages of a window are read in one run.
    pub(in crate::sources) most_pages: u32,
}

impl Rules {
    /// Windows of a month, of which the first harvest asks for as many days as the operator says under [`DAYS`].
    pub(in crate::sources) fn of(
        options: &Options,
        usual: u64,
        overlap: u64,
        place_lives: TimeDelta,
    ) -> Result<Self, OptionFault> {
        let first = json_api::within(options, DAYS.name, usual, 1, 60)?;
        Ok(Self { first, overlap, length: 30, place_lives, most_pages: 1_000 })
    }
}

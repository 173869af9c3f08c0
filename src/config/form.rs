//! What a key of the configuration may hold, and how that is called and written in messages and on the reference page.

use crate::config::keys::Section;
use crate::sources::KINDS;

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// One line of text.
    Line,
    /// Text that may have several lines.
    Prose,
    /// The name of a source or topic.
    Slug,
    /// The name of a kind of source.
    Kind,
    /// The public address: `http` or `https`, nothing after the path.
    PublicUrl,
    /// An absolute `http` or `https` address.
    Url,
    /// A `mailto:` or `https:` address.
    Contact,
    /// The authority of a `tag:` identifier.
    Authority,
    /// A path in the file system.
    Path,
    /// A duration between the two bounds, in seconds.
    Duration(u64, u64),
    /// A size between the two bounds, in bytes.
    Size(u64, u64),
    /// A whole number between the two bounds.
    Number(u64, u64),
    /// True or false.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list of lines.
    Lines,
    /// A list of days.
    Days,
    /// A list of addresses to listen on.
    Listen,
    /// A query in the topic language.
    Query,
    /// How many papers a topic may show: `8/day`.
    Budget,
    /// Where a key or token is found.
    Secret,
    /// A table.
    Table(&'static Section),
    /// A list of tables.
    Tables(&'static Section),
}

impl Form {
    /// What the value must be, in words.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Line | Self::Prose | Self::Kind => "a string",
            Self::Slug => "a name in quotation marks",
            Self::PublicUrl | Self::Url => "an address in quotation marks",
            Self::Contact => "a mailto: or https: address in quotation marks",
            Self::Authority => "a host name in quotation marks",
            Self::Path => "a path in quotation marks",
            Self::Duration(..) => "a duration in quotation marks",
            Self::Size(..) => "a size in quotation marks",
            Self::Number(..) => "a whole number",
            Self::Flag => "true or false",
            Self::Word(_) => "a word in quotation marks",
            Self::Lines => "a list of strings",
            Self::Days => "a list of days",
            Self::Listen => "a list of addresses",
            Self::Query => "a query in quotation marks",
            Self::Budget => "a number of papers a day or week in quotation marks",
            Self::Secret => "the place of a key in quotation marks",
            Self::Table(_) => "a table",
            Self::Tables(_) => "a list of tables",
        }
    }

    /// A value as it would be written.
    pub(super) fn example(self) -> String {
        let example = match self {
            Self::Line | Self::Prose => "\"some text\"",
            Self::Slug => "\"a-name\"",
            Self::Kind => return KINDS.first().map_or_else(String::new, |kind| format!("\"{}\"", kind.name)),
            Self::PublicUrl | Self::Url => "\"https://example.org/\"",
            Self::Contact => "\"mailto:you@example.org\"",
            Self::Authority => "\"example.org\"",
            Self::Path => "\"a/path\"",
            Self::Duration(..) => "\"1h\"",
            Self::Size(..) => "\"64 MiB\"",
            Self::Number(..) => "100",
            Self::Flag => "true",
            Self::Word(words) => return words.first().map_or_else(String::new, |word| format!("\"{word}\"")),
            Self::Lines => "[\"one\", \"two\"]",
            Self::Days => "[\"2026-12-25\"]",
            Self::Listen => "[\"127.0.0.1:4287\"]",
            Self::Query => "'\"low-rank adaptation\" OR LoRA'",
            Self::Budget => "\"8/day\"",
            Self::Secret => "\"env:SOURCE_KEY\"",
            Self::Table(_) => "{ … }",
            Self::Tables(_) => "[{ … }]",
        };
        example.to_owned()
    }
}

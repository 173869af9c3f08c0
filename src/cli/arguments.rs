//! The command line as it is written: the table from which help, completions and the manual page are made.

use std::path::PathBuf;

use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::query::guide;

/// Watches where research papers appear and serves your topics as feeds.
#[derive(Parser, Debug)]
#[command(name = "offprint", version, max_term_width = 100, arg_required_else_help = false)]
pub(super) struct Arguments {
    /// The configuration file [default: $`OFFPRINT_CONFIG`, ./config/offprint.toml, /etc/offprint/offprint.toml, built in]
    #[arg(long, short, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Print machine-readable JSON
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// Say more; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,

    /// Colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Colour,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// When output is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Run the daemon: poll the sources, serve the feeds
    Serve {
        /// Show the product without a network: invented papers from a loopback internet, in a throw-away store
        #[arg(long)]
        demo: bool,
        /// Listen here instead of where the configuration says (ADDRESS:PORT or unix:PATH); may be repeated
        #[arg(long, value_name = "ADDRESS")]
        listen: Vec<String>,
    },
    /// Validate the configuration; exit 78 and every fault at once when it is wrong
    Check,
    /// Harvest now: all sources or those named
    Poll {
        /// Names of sources
        #[arg(value_name = "SOURCE")]
        sources: Vec<String>,
    },
    /// Harvest the history of a source; it goes on where it was broken off, here or in the running daemon
    Backfill {
        /// The name of the source
        source: String,
        /// The first day, like 2026-08-12
        #[arg(long, value_name = "DATE")]
        since: String,
        /// The last day [default: today]
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// Give up the back-fill of other days that this source is at
        #[arg(long)]
        instead: bool,
    },
    /// How each source is doing, when it is polled next, and why then
    Sources {
        /// Print for each source the rules behind its next poll, its budget and every part of it
        #[arg(long)]
        why: bool,
    },
    /// How each topic is doing
    Topics,
    /// Everything known of one paper, with the source of each field
    Show {
        /// Our identifier, an arXiv identifier, a DOI, or an address that holds one
        paper: String,
    },
    /// Make two papers one for good; the older identifier stays, the other one leads to it
    Merge {
        /// A paper, by any name that `show` takes
        one: String,
        /// The other paper
        other: String,
    },
    /// Make records of a paper a paper of their own for good: what was joined wrongly
    Split {
        /// The paper, by any name that `show` takes
        paper: String,
        /// Which records go: all of a SOURCE, one as SOURCE/KEY, or those that name an outside identifier (`show` lists them)
        #[arg(required = true, num_args = 1.., value_name = "SOURCE|ID")]
        parts: Vec<String>,
    },
    /// Papers that match a query
    #[command(after_long_help = guide::plain())]
    Search {
        /// The query, in the language of the topics; one that begins with a minus stands behind `--`
        #[arg(required = true, num_args = 1..)]
        query: Vec<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Leave so many of the first out
        #[arg(long, default_value_t = 0)]
        offset: usize,
        /// The order
        #[arg(long, default_value = "newest")]
        sort: Order,
    },
    /// Papers like one, the nearest first
    Similar {
        /// The paper, by any name that `show` takes
        paper: String,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// A dry run over the stored papers: what a query, or a topic as the configuration has it now, would have shown
    #[command(after_long_help = guide::plain())]
    Try {
        /// A query, or the name of a configured topic, which is compared with what is live
        #[arg(num_args = 0.., value_name = "QUERY|TOPIC")]
        query: Vec<String>,
        /// How many days back
        #[arg(long, default_value_t = 30)]
        days: u32,
        /// What it is about, in prose
        #[arg(long)]
        about: Option<String>,
        /// A paper that shows what is wanted; may be repeated
        #[arg(long, value_name = "PAPER")]
        like: Vec<String>,
        /// A paper that shows what is not; may be repeated
        #[arg(long, value_name = "PAPER")]
        unlike: Vec<String>,
        /// How well a paper must fit: strict, normal or broad
        #[arg(long, value_parser = ["strict", "normal", "broad"])]
        breadth: Option<String>,
        /// How many papers a day, in place of a breadth
        #[arg(long, value_name = "NUMBER")]
        per_day: Option<f64>,
    },
    /// Why a paper is in a topic, or is not
    Explain {
        /// The topic
        topic: String,
        /// The paper, by any name that `show` takes
        paper: String,
    },
    /// Teach a ranked topic: + for a paper that is right, - for one that is wrong, 0 to take a mark back
    Mark {
        /// The topic
        topic: String,
        /// The paper, by any name that `show` takes
        paper: String,
        /// The mark
        #[arg(allow_hyphen_values = true, value_name = "+|-|0")]
        sign: String,
    },
    /// Pick a paper for everyone, or change the note to it
    Pick {
        /// The paper, by any name that `show` takes
        paper: String,
        /// Why
        #[arg(long)]
        note: Option<String>,
    },
    /// Take a pick back
    Unpick {
        /// The paper, by any name that `show` takes
        paper: String,
    },
    /// Bring a sentence encoder to this machine, for `[ranking]`
    Encoder {
        /// What is done
        #[command(subcommand)]
        action: EncoderAction,
    },
    /// Train the term embedding of the ranked topics over the stored papers: a minute for 60,000
    Train,
    /// Readers with private feed addresses
    Reader {
        /// What to do
        #[command(subcommand)]
        action: ReaderAction,
    },
    /// What goes out: letters and deliveries that wait, fail or were given up
    Outbox {
        /// What to do; the list where nothing is said
        #[command(subcommand)]
        action: Option<OutboxAction>,
    },
    /// Take a message that came back from standard input: an undeliverable letter, or a complaint
    Bounce {
        /// To whom it came, where its head does not say (such as `$ORIGINAL_RECIPIENT` of Postfix)
        recipient: Option<String>,
    },
    /// Digests as they would go out
    Digest {
        /// What to do
        #[command(subcommand)]
        action: DigestAction,
    },
    /// Hand letters to a relay; the daemon starts this itself
    #[command(hide = true)]
    Courier,
    /// Look whether this machine and the configuration are fit for what is configured, and say what to do
    Doctor,
    /// Write everything into a file of compressed JSON lines, while the daemon runs if it does
    Export {
        /// The file, customarily *.jsonl.zst
        file: PathBuf,
    },
    /// Read an export into an empty store
    Import {
        /// The file
        file: PathBuf,
    },
    /// Compare the write-ahead log, the store and their counts
    Verify,
    /// Subscription lists: the feeds for feed readers, and the feeds of a reader as sources
    Opml {
        /// What to do
        #[command(subcommand)]
        action: OpmlAction,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Subcommand, Debug)]
pub(super) enum OutboxAction {
    /// List it
    List,
    /// Try now what waits, and once more what was given up
    Retry {
        /// One thing, by the name in the list; everything where none is named
        name: Option<String>,
    },
    /// Take a letter or a subscription out
    Drop {
        /// Its name in the list
        name: String,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum DigestAction {
    /// Print one as text, or write it as text, HTML and whole message
    Preview {
        /// The address of a subscriber, a topic, or `daily`, `trending`, `picks`
        name: String,
        /// Of so many days, in place of one day or what the subscriber has not got yet
        #[arg(long)]
        days: Option<u32>,
        /// Where to write NAME.txt, NAME.html and NAME.eml
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Send one, marked as a test; nothing else changes
    Send {
        /// The address of a subscriber, a topic, or `daily`, `trending`, `picks`
        name: String,
        /// To this address
        #[arg(long)]
        to: String,
        /// Of so many days, in place of one day or what the subscriber has not got yet
        #[arg(long)]
        days: Option<u32>,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum OpmlAction {
    /// Print the list
    Export,
    /// Print the feeds of another reader's list as sources for the configuration; nothing is written
    Import {
        /// The list
        file: PathBuf,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum ReaderAction {
    /// Add a reader and print the private address of its feeds, which is shown only now
    Add {
        /// What you call the reader
        name: String,
    },
    /// List the readers, with the last use and the share of answers that were 304
    List,
    /// Revoke a reader's address; it answers 410 from then on
    Revoke {
        /// The reader
        name: String,
    },
}

/// The order of what is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Order {
    /// The newest first.
    Newest,
    /// The best first.
    Relevance,
}

/// What is done about a sentence encoder.
#[derive(Subcommand, Debug)]
pub enum EncoderAction {
    /// Fetch one: `config.json`, `tokenizer.json` and `model.safetensors` under an address
    Fetch {
        /// Where the files lie, with a pinned revision (`https://…/resolve/COMMIT/`)
        url: String,
        /// The SHA-256 of `model.safetensors`
        #[arg(long)]
        sha256: String,
        /// The folder that they are written to
        folder: std::path::PathBuf,
    },
}

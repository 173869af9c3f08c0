//! The table of keys: every key of the configuration with its form, its default and a sentence. Reading follows this
//! table, and a test compares it with `config/reference.md`.
//!
//! The keys of one kind of source stand in the table of kinds, not here.

use crate::config::form::Form;
use crate::config::keys::attention::RANKING;
use crate::config::keys::attention::TRENDING;
use crate::config::keys::outgoing::MAIL;
use crate::config::keys::outgoing::PUSH;
use crate::config::keys::outgoing::SUBSCRIBER;
use crate::config::keys::outgoing::WEBHOOK;
use crate::config::keys::window::WINDOW;
use crate::sources::KINDS;
use crate::sources::Kind;
use crate::sources::OptionForm;
use crate::sources::OptionKey;

mod attention;

mod outgoing;

mod window;

/// One key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) fallback: Fallback,
    pub(super) about: &'static str,
}

/// What holds when a key is not given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fallback {
    /// It must be given.
    Required,
    /// Nothing.
    Absent,
    /// This value, as it would be written.
    Written(&'static str),
    /// What these words say.
    Described(&'static str),
    /// This value, which the kind of source puts in itself.
    OfKind(&'static str),
}

/// A table of the configuration and its keys.
#[derive(Debug)]
pub(super) struct Section {
    /// How it is opened in the file; empty for the top of the file.
    pub(super) heading: &'static str,
    pub(super) about: &'static str,
    pub(super) keys: &'static [Key],
    /// Keys that a later version will read; they are refused with a word of their own.
    pub(super) later: &'static [&'static str],
    /// The kinds whose own keys may stand here too; which of them is said by the key `kind`.
    pub(super) kinds: &'static [Kind],
}

const fn key(name: &'static str, form: Form, fallback: Fallback, about: &'static str) -> Key {
    Key { name, form, fallback, about }
}

const KIB: u64 = 1_024;
const MIB: u64 = 1_024 * KIB;
const GIB: u64 = 1_024 * MIB;
const DAY: u64 = 86_400;

/// The main file.
pub(super) const MAIN: Section = Section {
    heading: "",
    about: "These stand at the top of the file, above the first `[table]`.",
    keys: &[
        key(
            "public_url",
            Form::PublicUrl,
            Fallback::Described("the first address of `server.listen`, as `http://127.0.0.1:4287/`"),
            "Where readers reach this instance; every link in feeds and pages begins with it.",
        ),
        key(
            "title",
            Form::Line,
            Fallback::Written("\"Offprint\""),
            "The name of this instance, shown on its pages and as the author of its feeds.",
        ),
        key(
            "contact",
            Form::Contact,
            Fallback::Absent,
            "Where those who run sources can reach you; it is sent to them with every request.",
        ),
        key(
            "quiet_days",
            Form::Days,
            Fallback::Absent,
            "Days on which arXiv announces nothing, though they are no weekend: no alarm is raised on them.",
        ),
        key(
            "topics_dir",
            Form::Path,
            Fallback::Absent,
            "A folder of further files with `[[topic]]` tables, read in the order of their names (`*.toml`); a relative path starts from the folder of this file.",
        ),
        key(
            "tag_authority",
            Form::Authority,
            Fallback::Described("the host of `public_url`, or `localhost` where that is a bare IP address"),
            "The owner's name in the permanent identifiers of entries; it is fixed at the first start and has no effect afterwards.",
        ),
        key("server", Form::Table(&SERVER), Fallback::Written("{}"), SERVER.about),
        key("store", Form::Table(&STORE), Fallback::Written("{}"), STORE.about),
        key("log", Form::Table(&LOG), Fallback::Written("{}"), LOG.about),
        key("fetch", Form::Table(&FETCH), Fallback::Written("{}"), FETCH.about),
        key("alerts", Form::Table(&ALERTS), Fallback::Written("{}"), ALERTS.about),
        key("ranking", Form::Table(&RANKING), Fallback::Written("{}"), RANKING.about),
        key("trending", Form::Table(&TRENDING), Fallback::Written("{}"), TRENDING.about),
        key("mail", Form::Table(&MAIL), Fallback::Written("{}"), MAIL.about),
        key("push", Form::Table(&PUSH), Fallback::Written("{}"), PUSH.about),
        key("source", Form::Tables(&SOURCE), Fallback::Written("[]"), SOURCE.about),
        key("topic", Form::Tables(&TOPIC), Fallback::Written("[]"), TOPIC.about),
        key("subscriber", Form::Tables(&SUBSCRIBER), Fallback::Written("[]"), SUBSCRIBER.about),
        key("webhook", Form::Tables(&WEBHOOK), Fallback::Written("[]"), WEBHOOK.about),
    ],
    later: &[],
    kinds: &[],
};

/// A file in the folder of topics.
pub(super) const TOPICS_FILE: Section = Section {
    heading: "",
    about: "",
    keys: &[key("topic", Form::Tables(&TOPIC), Fallback::Written("[]"), TOPIC.about)],
    later: &[],
    kinds: &[],
};

pub(super) const SERVER: Section = Section {
    heading: "[server]",
    about: "How feeds and pages are served.",
    keys: &[
        key(
            "listen",
            Form::Listen,
            Fallback::Written("[\"127.0.0.1:4287\"]"),
            "The addresses to listen on: `ADDRESS:PORT`, or `unix:/absolute/path` for a Unix socket; an empty list leaves only the sockets that systemd hands over.",
        ),
        key(
            "max_connections",
            Form::Number(1, 100_000),
            Fallback::Written("1024"),
            "How many connections are open at once; more of them wait.",
        ),
        key(
            "requests_per_minute",
            Form::Number(0, 1_000_000),
            Fallback::Written("1200"),
            "How many requests one network address, or one private reader, may send in a minute before it is asked to wait (429); 0 sets no limit. The loopback addresses have none, so behind a proxy on this machine only private readers are counted.",
        ),
        key(
            "cache",
            Form::Size(MIB, 64 * GIB),
            Fallback::Written("\"128 MiB\""),
            "How much memory may hold what is ready: one half feeds and pages as they are sent, the other papers as feeds list them.",
        ),
        key(
            "editor_token",
            Form::Secret,
            Fallback::Absent,
            "Where the token is found that an editor sends to mark papers over HTTP; without it nobody can.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const STORE: Section = Section {
    heading: "[store]",
    about: "Where papers are kept.",
    keys: &[
        key(
            "path",
            Form::Path,
            Fallback::Described(
                "`$STATE_DIRECTORY`, else `/var/lib/offprint` for `/etc/offprint/offprint.toml`, else `$XDG_STATE_HOME/offprint`, else `$HOME/.local/state/offprint`",
            ),
            "The folder of the write-ahead log and the store; a relative path starts from the folder of this file.",
        ),
        key(
            "cache",
            Form::Size(8 * MIB, 64 * GIB),
            Fallback::Written("\"64 MiB\""),
            "How much memory the store may use to keep what was read.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const LOG: Section = Section {
    heading: "[log]",
    about: "What is told about the running service.",
    keys: &[
        key(
            "format",
            Form::Word(&["auto", "text", "json", "journald"]),
            Fallback::Written("\"auto\""),
            "`auto` writes text to a terminal, to systemd's journal when started by systemd, and JSON lines otherwise.",
        ),
        key(
            "level",
            Form::Word(&["error", "warn", "info", "debug", "trace"]),
            Fallback::Written("\"info\""),
            "The least grave kind of message that is written.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const ALERTS: Section = Section {
    heading: "[alerts]",
    about: "Whom an alarm is sent to: a source or a part of it is stale, has a gap, is blocked or fails again and again.",
    keys: &[
        key(
            "command",
            Form::Lines,
            Fallback::Absent,
            "A program and its arguments, such as `[\"/usr/local/bin/tell\", \"--urgent\"]`; it finds the alarm as JSON on its standard input.",
        ),
        key("webhook", Form::Url, Fallback::Absent, "An address that the same JSON is posted to."),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const FETCH: Section = Section {
    heading: "[fetch]",
    about: "How sources are asked. Spacing between requests is not set here: each kind of source knows its own.",
    keys: &[
        key(
            "connect_timeout",
            Form::Duration(1, 300),
            Fallback::Written("\"10s\""),
            "How long a connection may take: finding the host, reaching it and encryption.",
        ),
        key(
            "idle_timeout",
            Form::Duration(1, 300),
            Fallback::Written("\"10s\""),
            "How long a source may be silent in the middle of an answer.",
        ),
        key(
            "total_timeout",
            Form::Duration(1, 3_600),
            Fallback::Written("\"30s\""),
            "How long one request may take in all, redirects included.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const SOURCE: Section = Section {
    heading: "[[source]]",
    about: "A place that is watched for papers. Each kind has further keys, listed below.",
    keys: &[
        key(
            "id",
            Form::Slug,
            Fallback::Required,
            "Your name for the source; queries use it (`source:arxiv`). Changing it makes a new source.",
        ),
        key("kind", Form::Kind, Fallback::Required, "What it is: one of the kinds listed below."),
        key(
            "every",
            Form::Duration(1, 366 * DAY),
            Fallback::Described("the kind's own interval"),
            "How often you wish it to be asked; what the source demands has the last word.",
        ),
        key(
            "enabled",
            Form::Flag,
            Fallback::Written("true"),
            "Whether it is asked at all; what it brought before stays.",
        ),
    ],
    later: &[],
    kinds: KINDS,
};

pub(super) const TOPIC: Section = Section {
    heading: "[[topic]]",
    about: "A saved query, served as a page and as a feed at `/topics/ID`.",
    keys: &[
        key(
            "id",
            Form::Slug,
            Fallback::Required,
            "Its name in addresses. Readers subscribe to it, so do not change it.",
        ),
        key("title", Form::Line, Fallback::Required, "Its name as people read it."),
        key(
            "query",
            Form::Query,
            Fallback::Absent,
            "Which papers it may show, in the topic language. Alone it decides; with `about` or `like` it is a condition, and the score decides among the papers that meet it.",
        ),
        key(
            "about",
            Form::Prose,
            Fallback::Absent,
            "What it is about, in a few phrases of prose: papers are scored by how well they fit.",
        ),
        key(
            "like",
            Form::Lines,
            Fallback::Written("[]"),
            "Papers that show what is wanted, by any outside identifier, such as `[\"arxiv:2106.09685\"]`; five tell much more than one.",
        ),
        key("unlike", Form::Lines, Fallback::Written("[]"), "Papers that show what is not wanted."),
        key(
            "follow",
            Form::Lines,
            Fallback::Written("[]"),
            "People whose papers a topic with `about` or `like` always shows, whatever their score.",
        ),
        key(
            "breadth",
            Form::Word(&["strict", "normal", "broad"]),
            Fallback::Written("\"normal\""),
            "How well a paper must fit `about` and `like`: at least 4, 3 or 2.5 standard deviations above the papers of the last 60 days.",
        ),
        key(
            "budget",
            Form::Budget,
            Fallback::Absent,
            "How many papers it should show, the best by score; in place of `breadth`.",
        ),
        key(
            "description",
            Form::Prose,
            Fallback::Absent,
            "A sentence or two for its page and the head of its feed.",
        ),
        key(
            "revisions",
            Form::Word(&["announce", "silent", "ignore"]),
            Fallback::Written("\"announce\""),
            "What happens when a paper in it is revised: `announce` moves the entry to the top, `silent` changes it in its place, `ignore` also keeps its `updated`.",
        ),
        key(
            "formerly",
            Form::Lines,
            Fallback::Written("[]"),
            "Names that this topic had before: who asks for one of them is sent here for good (301), and what was listed under it goes on.",
        ),
        key("window", Form::Table(&WINDOW), Fallback::Written("{}"), WINDOW.about),
    ],
    later: &[],
    kinds: &[],
};

/// Every table, to tell where a misplaced key belongs.
pub(super) const SECTIONS: &[&Section] = &[
    &MAIN,
    &SERVER,
    &STORE,
    &LOG,
    &FETCH,
    &ALERTS,
    &RANKING,
    &TRENDING,
    &MAIL,
    &PUSH,
    &SOURCE,
    &TOPIC,
    &WINDOW,
    &SUBSCRIBER,
    &WEBHOOK,
];

impl From<&OptionKey> for Key {
    fn from(option: &OptionKey) -> Self {
        let form = match option.form {
            OptionForm::Url => Form::Url,
            OptionForm::Text => Form::Line,
            OptionForm::TextList => Form::Lines,
            OptionForm::Number => Form::Number(0, u64::from(u32::MAX)),
            OptionForm::Secret => Form::Secret,
        };
        let fallback = match (option.is_required, option.default) {
            (true, _) => Fallback::Required,
            (false, "") => Fallback::Absent,
            (false, default) => Fallback::OfKind(default),
        };
        Self { name: option.name, form, fallback, about: option.about }
    }
}

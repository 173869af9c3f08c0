//! Offprint watches the places where research papers appear, keeps one clean record per paper, and serves the topics
//! that its operators define as feeds. This page is the map.
//!
//! # The flow
//!
//! Papers flow one way, and every stage has its own type, so that the compiler knows how far a paper has come:
//!
//! ```text
//! ask ─→ fetch ─→ read ─→ normalise ─→ decide, merge, match ─→ log ─→ store ─→ render ─→ serve
//! Request Response Record  Observation  Plan                   Sequence  Paper   FeedPage  bytes
//! ```
//!
//! The middle is pure: deciding touches no network, disk, clock or randomness; those are arguments. The half that
//! harvests (writes) and the half that serves (reads) meet only in the [`store`]; the [`outbox`] stands above both, since what
//! goes out is read as readers read it, and how far it went is written. `tests/tidy.rs` holds the table of who may import
//! whom, and arrows point down only.
//!
//! # Four decisions that carry the rest
//!
//! - **A paper is its observations.** [`model::paper::Paper`] keeps what every source said and, per field, which
//!   source it is taken from; merging is a join ([`identity::merge`]), and which observations are of one paper is a function
//!   of all that are connected ([`identity::decide`]), so the order of arrival does not matter.
//! - **The log is the truth.** A [`model::plan::Plan`] is appended to the [`wal`] and fsynced, then applied to sled
//!   whole. sled's own flush does not survive a power cut on Linux, so sled is always rebuildable and never trusted.
//! - **Everything found is derived.** The search [`index`] and the ranking of [`topics`] are made of what is stored and
//!   follow it; each notes how far it has come, and is made anew whenever it cannot tell.
//! - **`updated` is derived.** It is the time at which the newest event that matters to readers was first noticed
//!   ([`model::paper::Paper::updated`]); votes live beside the paper and never touch it.
//!
//! # Walks
//!
//! **A new arXiv paper reaches a reader.** `daemon::polling` sleeps until the source's stored next-poll time and calls
//! `harvest::run`. The source says what to ask ([`sources`]); [`fetch`] asks politely, with the stored validators. The
//! source reads the answer into records; [`normalise`] cleans each into an observation. `harvest::plan` looks up papers
//! that share an identifier or a title key, decides, merges, and matches the paper against all [`topics`]; the plan
//! (paper, places in topics, the source's new cursor and validators) goes to [`store`], which logs it, fsyncs, applies
//! it, and moves its revision. The next request for a topic's feed finds that the topic moved, renders anew ([`feeds`];
//! papers that were listed before are kept as they are written, `http::shelf`) and answers with a new `ETag`; the reader sees
//! one new entry. A poll that brings nothing moves the revision and no topic,
//! so that every feed is still ready in the form in which it was sent before.
//!
//! **A revision arrives from two sources.** The first report of version 2 joins the paper's observation of that source,
//! notes the event `Version(2)` and moves the entry to the top under its old identifier. The second report changes
//! nothing for readers; it is kept as a further source of the paper, and `updated` stays. `/updates.atom` lists the event
//! itself as an entry.
//!
//! **A paper enters a ranked topic.** [`topics`] scan the paper once: queries decide over boolean topics, and over ranked
//! ones they only say which may be scored. The ranking, built of the papers of the last weeks ([`relevance`]) and of what
//! each topic wants, scores the paper; breadth or budget decides, and the reason goes into the entry. A mark changes what
//! the topic wants, and the ranking is built anew.
//!
//! **A search finds a paper that came a second ago.** The task `index` of the daemon sees the store's revision move, asks
//! the store which papers were touched since the index's last commit ([`harvest::indexer`]), puts them, and commits with
//! the sequence it has come to. [`finding`] translates the query for the index and answers the command line, the API and
//! the feeds alike.
//!
//! **A reader comes back after a month.** What a topic lists gathers as open entries; when there are enough, the task
//! `documents` closes a hundred of them ([`harvest::archives`]): from now on that document holds these, whatever comes. The
//! feed has its window and all that is open, and leads to the newest closed document, that one to the next, back to the
//! first; a document with a newer neighbour is served for ever as it was served then (`http::cabinet`). The reader, or its
//! program, walks back until it meets what it knows. Had it sent `A-IM: feed` and the tag of a month ago, it would have got
//! exactly what of the feed is new since (`http::feed`), and would walk back for the rest.
//!
//! **Somebody opens the front page.** `http::days` asks [`finding::daily`] for the papers of the newest day with any: the
//! [`index`] keeps in a column on which days lists had a paper, beside its counters, so that a day is found and ordered
//! without reading a paper. The first thirty are read from the store and become cards ([`pages`]), the others lines. What
//! people talk about ([`trending`]) is gathered once a minute. The page is kept like a feed until something moves or the
//! day ends.
//!
//! **A paper's page shows what is like it.** [`index`] adds up the mentions of the paper's rarest words and compares the best by
//! a coarse copy of their sense that stands in columns; only a few dozen are read, and of these no more than what they are
//! about ([`model::gist`]).
//!
//! **An editor picks what no source has told of.** `daemon::fetching` knows it by its identifier or address, asks for it
//! alone, from a source that is configured or from one as its kind makes it ([`sources`]), and picks what came.
//!
//! **A digest reaches a mailbox.** Somebody gives an address at `/subscribe`; `http::mailing` passes the wish to the [`outbox`],
//! which writes a subscriber and a letter that asks. Once that is confirmed, the task `digests` compares the subscriber's hour
//! with what was told last (`outbox::cut`): what the timelines list since, and no earlier letter held, becomes a letter with the
//! papers by name. The task `mail` writes it out ([`mail`]) and gives it to a small process of its own (`outbox::courier`), which
//! hands it to the relay and notes that at once in a file, so that also a daemon that is killed sends nothing twice. What is owed is never copied before: the place of a subscriber in time says it.
//!
//! **A subscriber of the hub hears of a paper.** The task `push` sees the store's revision move and asks our own server for what
//! the feed has that is not in the tag which the subscriber saw last, as a reader would (RFC 3229); the answer goes to the
//! callback, signed ([`push`]). Those who saw the same get the same bytes, rendered once.
//!
//! **SIGTERM during a harvest.** One token stops everything: a request under way is given up, an answer that is being
//! read is read to its end, its plans each logged whole or not at all, the cursor with the last of them; connections
//! finish their request; the tasks are awaited with a limit; the store is flushed. At the next start the stored cursor
//! goes on where the harvest ended.
//!
//! # Leaves
//!
//! [`encoder`] is there only in builds that ask for it: an optional stand-in for the embedding of [`relevance`].
//!
//! [`clock`], [`urls`], [`entities`] and [`markup`] know nothing of papers. Pages are taken apart by sources and by the finder of
//! hubs, so that [`markup`] stands below both. HTML's character references are met both by the feeds,
//! before there is a document, and by the normalising of names and formulas, so that [`entities`] stands beside both.

pub mod model;

pub mod clock;

pub mod fetch;

pub mod entities;

pub mod markup;

pub mod normalise;

pub mod query;

pub mod relevance;

pub mod encoder;

pub mod urls;

pub mod sources;

pub mod identity;

pub mod index;

pub mod trending;

pub mod topics;

pub mod feeds;

pub mod pages;

pub mod mail;

pub mod push;

pub mod wal;

pub mod store;

pub mod harvest;

pub mod finding;

pub mod http;

pub mod config;

pub mod outbox;

pub mod demo;

pub mod daemon;

pub mod cli;

//! Damaged bytes: whatever a host, an operator or a stranger sends, nothing panics and nothing exhausts a small stack.
//!
//! The golden answers, a few queries, identifiers and configurations are damaged again and again, always in the same
//! way for the same seed, and handed to everything that reads text from outside. What is made of them is not judged here.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use fastrand::Rng;
use offprint::config;
use offprint::config::environment::Environment;
use offprint::model::external_id::ExternalId;
use offprint::model::source::Cursor;
use offprint::model::source::SourceId;
use offprint::normalise;
use offprint::query;
use offprint::sources;
use offprint::sources::Kind;

use crate::golden;

/// So often each seed is damaged.
const MUTATIONS: u64 = 300;

/// So many of them are read on one thread.
const BATCH: u64 = 50;

/// The stack of a thread of the daemon; nothing may need more, however deep its input is nested.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Of longer inputs a piece is cut out, so that they do not grow for ever and the whole stays below 20 seconds.
const LONGEST: usize = 2_500;

/// Pieces that mean something to one reader or another.
const TOKENS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml version='1.0' encoding='utf-16'?>",
    "<!DOCTYPE a [",
    "&",
    "&amp;",
    "&#0;",
    "&#xD800;",
    "&#x10FFFF;",
    "&nbsp;",
    "&a;",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<title>",
    "<description>",
    "<link/>",
    "<rss>",
    "</rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "xmlns:dc='x'",
    "{",
    "}",
    "[",
    "]",
    "[[[[[[[[",
    "{\"a\":",
    "null",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\ud800",
    "1e999",
    "-0",
    "18446744073709551616",
    "$",
    "$$",
    "\\frac{",
    "\\left(",
    "^{",
    "_{",
    "\\begin{matrix}",
    "\\verb|",
    "\\textbf{",
    "~",
    "*",
    "(",
    ")",
    "\"~5",
    "title:",
    "date>=",
    "..",
    "-",
    "10.1000/",
    "arXiv:",
    "\u{0}",
    "\u{FEFF}",
    "\u{202E}",
    "\u{301}",
    "é",
    "9999-12-31T23:59:60+99:99",
    "Wed, 99 Foo 0000 25:61:61 EST",
    "[[source]]\n",
    "[topic]\n",
    "id = ",
    "\"\"\"",
    "\n",
    "\r",
];

/// A reader of text from outside.
type Reader = Arc<dyn Fn(&[u8], &'static str) + Send + Sync>;

/// One input and who reads it.
struct Seed {
    name: String,
    body: Vec<u8>,
    content_type: &'static str,
    reader: Reader,
}

/// Damages bytes once, or a few times over.
fn mutate(body: &[u8], others: &[Seed], random: &mut Rng) -> Vec<u8> {
    let mut body = body.to_vec();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(0..=body.len());
        let end = at + random.usize(0..=(body.len() - at).min(64));
        match random.u8(0..6) {
            0 if at < body.len() => body[at] ^= 1 << random.u8(0..8),
            1 => drop(body.drain(at..end)),
            2 => {
                let piece: Vec<u8> = body[at..end].repeat(random.usize(1..=8));
                body.splice(at..at, piece);
            }
            3 => {
                // The beginning of one with the end of another.
                let other = &others[random.usize(0..others.len())].body;
                let from = random.usize(0..=other.len());
                body.truncate(at);
                body.extend_from_slice(&other[from..]);
            }
            4 => body.truncate(at),
            _token => {
                let token =
                    TOKENS[random.usize(0..TOKENS.len())].repeat(if random.u8(0..16) == 0 { 200 } else { 1 });
                body.splice(at..at, token.into_bytes());
            }
        }
        let excess = body.len().saturating_sub(LONGEST);
        let from = random.usize(0..=body.len() - excess);
        body.drain(from..from + excess);
    }
    body
}

/// The cursors at which answers of one kind are read.
type Cursors = Vec<Option<Cursor>>;

/// Where each kind may stand when an answer comes, looked up once: folders are slow to read.
static CURSORS: LazyLock<Vec<(&Kind, Cursors)>> =
    LazyLock::new(|| sources::KINDS.iter().map(|kind| (kind, golden::cursors(kind))).collect());

/// Reads an answer by its own kind and by one other, which its bytes pick: each of its damaged forms is read by another.
fn read_by_its_kind_and_another(own: &Kind, body: &[u8], content_type: &'static str) {
    let sum = body.iter().fold(body.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let another = CURSORS[sum % CURSORS.len()].0.name;
    for (kind, cursors) in CURSORS.iter().filter(|(kind, _)| kind.name == own.name || kind.name == another) {
        let source = SourceId::parse(kind.name).unwrap();
        for cursor in cursors.iter().cloned() {
            for record in golden::read_at(kind, cursor, body, content_type).0.records {
                let _refused_or_clean = normalise::observe(&record, &golden::context(kind, &source));
            }
        }
    }
}

fn read_as_query(body: &[u8], _content_type: &'static str) {
    let text = String::from_utf8_lossy(body);
    let parsed = query::parse(&text);
    for problem in &parsed.problems {
        let _picture = query::render_problem(&text, problem);
    }
    if let (Some(query), []) = (parsed.query, parsed.problems.as_slice()) {
        assert_eq!(query::parse(&query.to_string()).query, Some(query), "{text} does not read back");
    }
}

fn read_as_identifier(body: &[u8], _content_type: &'static str) {
    let text = String::from_utf8_lossy(body);
    if let Some(id) = ExternalId::parse(&text) {
        assert_eq!(ExternalId::parse(&id.to_string()), Some(id), "{text} does not read back");
    }
}

fn read_as_configuration(body: &[u8], _content_type: &'static str) {
    let environment = Environment { working_directory: "/nonexistent".into(), ..Environment::from_process() };
    if let Err(faults) = config::parse(&String::from_utf8_lossy(body), "a file", &environment) {
        let _words = faults.to_string();
    }
}

/// Damages every seed and reads the results on small threads, a batch on each, since readers keep much for each thread.
/// A thread is named after what it reads: of a stack overflow, which ends the whole process, the name of the thread is
/// all that is printed.
fn nothing_panics(seeds: &Arc<Vec<Seed>>) {
    let damaged = |place: usize, batch: u64| {
        let at_hand = Arc::new(AtomicU64::new(0));
        let first = u64::try_from(place).unwrap() * 1_000 + batch * BATCH;
        let name = format!("{}, random seeds from {first}", seeds[place].name);
        let (all, told) = (Arc::clone(seeds), Arc::clone(&at_hand));
        let work = move || {
            for random in first..first + BATCH {
                told.store(random, Ordering::Relaxed);
                let seed = &all[place];
                (seed.reader)(&mutate(&seed.body, &all, &mut Rng::with_seed(random)), seed.content_type);
            }
        };
        let thread = std::thread::Builder::new().name(name.clone()).stack_size(STACK_BYTES);
        let is_read = thread.spawn(work).unwrap().join().is_ok();
        let random = at_hand.load(Ordering::Relaxed);
        let body = mutate(&seeds[place].body, seeds, &mut Rng::with_seed(random));
        assert!(is_read, "{name}, namely {random}: {}", body.escape_ascii());
    };
    // Two cores are the least that a machine has.
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                for place in (half..seeds.len()).step_by(2) {
                    (0..MUTATIONS / BATCH).for_each(|batch| damaged(place, batch));
                }
            });
        }
    });
}

fn seeds(reader: fn(&[u8], &'static str), texts: &[&str]) -> Arc<Vec<Seed>> {
    let seed = |text: &&str| Seed {
        name: format!("`{}`", text.chars().take(40).collect::<String>()),
        body: text.as_bytes().to_vec(),
        content_type: "text/plain",
        reader: Arc::new(reader),
    };
    Arc::new(texts.iter().map(seed).collect())
}

#[test]
fn damaged_answers_of_sources_never_panic() {
    let all = golden::answers();
    let seed = |golden: golden::Golden| Seed {
        name: golden.name(),
        content_type: golden.content_type(),
        body: golden.body,
        reader: Arc::new(move |body, content_type| {
            read_by_its_kind_and_another(golden.kind, body, content_type);
        }),
    };
    nothing_panics(&Arc::new(all.into_iter().map(seed).collect()));
}

#[test]
fn damaged_queries_never_panic_and_sound_ones_read_back() {
    nothing_panics(&seeds(
        read_as_query,
        &[
            "(\"low-rank adaptation\" OR LoRA OR adapter*) AND cat:cs.* NOT title:survey",
            "title:(flow OR \"near words\"~5) author:\"LeCun, Yann\" -is:withdrawn votes>=10",
            "date:2026-11-01..2026-11-30 date>=-7d doi:10.1038/* license:by-nc lang:en =exact low-rank*",
            "NOT (a AND NOT (b OR (c -d))) type:replace has:code stars>100 图神经 O(n²)",
        ],
    ));
}

#[test]
fn damaged_identifiers_never_panic_and_sound_ones_read_back() {
    nothing_panics(&seeds(
        read_as_identifier,
        &[
            "arxiv:2608.09999v3",
            "arxiv:hep-th/9901001",
            "doi:10.1000/GardenLett.137.060401",
            "doi:10.1016/S0140-6736(05)12345-6",
            "pmid:41974676",
            "pmcid:PMC1234567",
            "page:https://papers.example.org/a%20b?q=1&r=2#top",
            "openreview:AbC_d-9",
        ],
    ));
}

#[test]
fn damaged_configurations_never_panic() {
    nothing_panics(&seeds(
        read_as_configuration,
        &[
            "contact = \"mailto:ops@example.org\"\n[server]\nlisten = [\"127.0.0.1:4287\", \"unix:/run/h.sock\"]\n\
         [[source]]\nid = \"a\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nevery = \"1h\"\n\
         [[topic]]\nid = \"t\"\ntitle = \"T\"\nquery = 'a AND (b OR c*)'\nwindow = { entries = 100, days = 14 }\n",
            "[[source]]\nid = 'f'\nkind = 'feed'\nurl = 'https://journal.example.org/rss'\nskip = ['Editorial*']\n\
         [fetch]\nconnect_timeout = '5s'\n[store]\ncache = '64MiB'\n[log]\nlevel = 'debug'\n",
        ],
    ));
}

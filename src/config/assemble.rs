//! Puts a [`Config`] together from what the files say, and finds what is wrong between them: two topics of one name, an
//! option that its kind of source refuses.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::Digest as _;
use sha2::Sha256;
use toml::de::DeTable;

use crate::config::AlertSettings;
use crate::config::Config;
use crate::config::ConfiguredSource;
use crate::config::FetchSettings;
use crate::config::LogFormat;
use crate::config::LogLevel;
use crate::config::LogSettings;
use crate::config::Origin;
use crate::config::ServerSettings;
use crate::config::StoreSettings;
use crate::config::configured::configured_sources;
use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::Faults;
use crate::config::diagnostic::FileText;
use crate::config::diagnostic::quoted;
use crate::config::entries::Entries;
use crate::config::entries::Value;
use crate::config::environment::Environment;
use crate::config::files;
use crate::config::files::Chosen;
use crate::config::keys::MAIN;
use crate::config::keys::Section;
use crate::config::keys::TOPICS_FILE;
use crate::config::listening;
use crate::config::outgoing::OutgoingSettings;
use crate::config::outgoing::outgoing;
use crate::config::suggest::nearest;
use crate::config::topics::topic;
use crate::config::walk::MOST_FAULTS;
use crate::config::walk::Walker;
use crate::encoder;
use crate::model::topic::TopicId;
use crate::query::Query;
use crate::topics::Topic;

/// A file and what could be read of it.
pub(super) struct ReadFile {
    pub(super) text: FileText,
    pub(super) entries: Entries,
}

/// What was found wrong or odd so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) faults: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// The configuration that `chosen` and its folder of topics describe.
pub(super) fn config(chosen: Chosen, environment: &Environment) -> Result<Config, Faults> {
    let Chosen { path, told, file, base } = chosen;
    let mut findings = Findings::default();
    let mut main = read(file, &base, &MAIN, &mut findings);
    let folder = main.entries.path("topics_dir").map(Path::to_owned);
    let mut digest = Sha256::new();
    digest.update(&main.text.text);

    let mut names = vec![main.text.name.clone()];
    let mut topics = Topics::default();
    topics.add(&mut main, &mut findings);
    for path in folder.iter().flat_map(|folder| topic_files(folder, &main, &mut findings)).collect::<Vec<_>>()
    {
        names.push(path.display().to_string());
        match files::read_topics(&path) {
            Ok(text) => {
                digest.update(path.as_os_str().as_encoded_bytes());
                digest.update(&text.text);
                topics.add(&mut read(text, &base, &TOPICS_FILE, &mut findings), &mut findings);
            }
            Err(fault) => findings.faults.push(*fault),
        }
    }
    let sources = configured_sources(&mut main, environment, &mut findings);
    let watched = path.iter().chain(&folder).cloned().collect();
    let origin = Origin { told, watched, file: path, digest: digest.finalize().into() };
    topics.check_names(&mut findings);
    let outgoing = outgoing(&mut main, &topics.listed, environment, &mut findings);
    let config = whole(&main.entries, environment, &mut findings, (sources, outgoing), topics, origin);

    let Findings { mut faults, mut warnings } = findings;
    for diagnostics in [&mut faults, &mut warnings] {
        diagnostics.sort_by_key(|diagnostic| {
            let file = names.iter().position(|name| Some(name) == diagnostic.file.as_ref());
            (file, diagnostic.place.as_ref().map(|place| (place.line, place.column)))
        });
    }
    match config {
        Some(config) if faults.is_empty() => Ok(Config { warnings, ..config }),
        _incomplete => Err(Faults(faults)),
    }
}

/// Parses a file and reads it by its keys; what could be recovered of a broken file is read too.
fn read(text: FileText, base: &Path, section: &'static Section, findings: &mut Findings) -> ReadFile {
    let (table, errors) = DeTable::parse_recoverable(&text.text);
    let mut broken = Vec::new();
    for error in errors.iter().take(MOST_FAULTS) {
        let span = error.span().unwrap_or(0..0);
        if error.message() == "duplicate key" {
            let fault = Diagnostic::at(&text, span, "this key stands here twice");
            findings.faults.push(fault.hint("take one of them out".to_owned()));
            continue;
        }
        broken.push(span.start);
        let (message, hint) = syntax(error.message());
        findings.faults.push(Diagnostic::at(&text, span, format!("this is not TOML: {message}")).hint(hint));
    }
    let mut walker = Walker { text: &text, base, broken, faults: Vec::new() };
    let entries = walker.table(table.get_ref(), 0..0, section);
    findings.faults.append(&mut walker.faults);
    ReadFile { text, entries }
}

/// The parser's complaint, and what to do about it.
fn syntax(complaint: &str) -> (&str, Option<String>) {
    let (message, expected) = match complaint.split_once(", expected ") {
        Some((message, expected)) => (message, Some(expected)),
        None => (complaint, None),
    };
    let hint = match expected {
        Some("literal string") => Some("put the text in quotation marks".to_owned()),
        Some(expected) => Some(format!("expected here: {expected}")),
        None => None,
    };
    (message, hint)
}

fn topic_files(folder: &Path, main: &ReadFile, findings: &mut Findings) -> Vec<PathBuf> {
    files::topic_files(folder).unwrap_or_else(|message| {
        let place = main.entries.span_of("topics_dir");
        let hint = "make the folder, or leave topics_dir out".to_owned();
        findings.faults.push(Diagnostic::at(&main.text, place, message).hint(hint));
        Vec::new()
    })
}

/// Names that were seen, and where: `file:line`.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Notes the name of a table; a name that was seen before is a fault.
    pub(super) fn note(&mut self, what: &str, entries: &Entries, text: &FileText, findings: &mut Findings) {
        let Some(id) = entries.text("id") else { return };
        let here =
            Diagnostic::at(text, entries.span_of("id"), format!("two {what} have the id {}", quoted(id)));
        if let Some(first) = self.0.get(id) {
            findings.faults.push(here.hint(format!("the first is at {first}; give this one another id")));
        } else {
            let line = here.place.map_or(0, |place| place.line);
            self.0.insert(id.to_owned(), format!("{}:{line}", text.name));
        }
    }
}

/// The topics of all files.
#[derive(Default)]
struct Topics {
    listed: Vec<Topic>,
    names: Names,
    /// Former names, each with the name it has now.
    renamed: BTreeMap<TopicId, TopicId>,
    /// Where the former names stand.
    places: Vec<(TopicId, Diagnostic)>,
}

impl Topics {
    fn add(&mut self, file: &mut ReadFile, findings: &mut Findings) {
        for mut entries in file.entries.take_tables("topic") {
            self.names.note("topics", &entries, &file.text, findings);
            let former = entries.lines("formerly").clone();
            let found = topic(&mut entries, &file.text, findings);
            for (place, name) in former.iter().enumerate() {
                let span = entries.member_span("formerly", place);
                let span = span.unwrap_or_else(|| entries.span_of("formerly"));
                let fault =
                    |what: &str| Diagnostic::at(&file.text, span.clone(), format!("{} {what}", quoted(name)));
                let Some(former) = TopicId::parse(name) else {
                    let hint = "names have lower-case letters, digits and hyphens, at most 64";
                    findings.faults.push(fault("is no name").hint(hint.to_owned()));
                    continue;
                };
                self.places.push((former.clone(), fault("is the name of a topic now")));
                let Some(topic) = &found else { continue };
                if let Some(other) = self.renamed.insert(former, topic.id.clone()) {
                    let what = format!("is a former name of the topic {other} too");
                    let hint = "one name leads to one topic; take one of them out";
                    findings.faults.push(fault(&what).hint(hint.to_owned()));
                }
            }
            self.listed.extend(found);
        }
    }

    /// A former name must not be the name of a topic, or nobody could tell what it stands for.
    fn check_names(&mut self, findings: &mut Findings) {
        for (former, fault) in std::mem::take(&mut self.places) {
            if self.listed.iter().any(|topic| topic.id == former) {
                findings.faults.push(fault.hint("take it out, or give that topic another id".to_owned()));
            }
        }
    }
}

/// The whole; `None` when a fault was found, before or here.
fn whole(
    main: &Entries,
    environment: &Environment,
    findings: &mut Findings,
    (sources, outgoing): (Vec<ConfiguredSource>, OutgoingSettings),
    topics: Topics,
    origin: Origin,
) -> Option<Config> {
    let Topics { listed: topics, renamed, .. } = topics;
    let store_path = main.table("store").and_then(|store| store.path("path")).map(Path::to_owned);
    let store_path = store_path.or_else(|| environment.store(origin.file.as_deref()));
    if store_path.is_none() {
        let message =
            "no folder for the store: neither $STATE_DIRECTORY nor $XDG_STATE_HOME nor $HOME is set";
        let hint = "set path under [store]".to_owned();
        findings.faults.push(Diagnostic::general(message).hint(hint));
    }
    let mut warn = |applies: bool, message: &str, hint: &str| {
        if applies {
            findings.warnings.push(Diagnostic::general(message).hint(hint.to_owned()));
        }
    };
    let contact = main.text("contact").map(str::to_owned);
    warn(
        contact.is_none(),
        "no contact is set: those who run sources cannot reach you",
        "add contact = \"mailto:you@example.org\"",
    );
    let transformer =
        main.table("ranking").and_then(|ranking| ranking.path("transformer")).map(Path::to_owned);
    warn(
        transformer.is_some() && !encoder::IS_BUILT_IN,
        "ranking.transformer is set, and this program was built without it: the trained embedding ranks",
        "build with --features transformer",
    );
    warn(sources.is_empty(), "no source is enabled: no paper will arrive", "add a [[source]]");
    for topic in &topics {
        let query = topic.query.as_ref();
        warn(
            topic.ranked.is_none() && query.is_some_and(Query::is_negative_only),
            &format!(
                "topic {} only says what a paper must not be: nearly every paper will be in it",
                topic.id
            ),
            "add what it must be, such as cat:cs.LG",
        );
        for name in query.map(Query::sources).unwrap_or_default() {
            let known = sources.iter().map(|source| source.id.as_str());
            if name.ends_with('*') || known.clone().any(|id| id == name) {
                continue;
            }
            let hint = nearest(&name, known).map(|close| format!("did you mean \"{close}\"?"));
            let hint = hint.unwrap_or_else(|| "give the id of a [[source]]".to_owned());
            warn(
                true,
                &format!("topic {} asks for the source {}, and there is none", topic.id, quoted(&name)),
                &hint,
            );
        }
    }
    let editor_token = match main.table("server").and_then(|server| server.value("editor_token")) {
        Some(Value::SecretPlace(place)) => match environment.secret(place) {
            Ok(token) => Some(token),
            Err(why) => {
                warn(
                    true,
                    &format!("server.editor_token: {why}"),
                    "without it nobody can mark papers over HTTP",
                );
                None
            }
        },
        _none => None,
    };
    warn(topics.is_empty(), "there is no topic: no feed will be served", "add a [[topic]]");
    let (server, store, log, fetch) =
        (main.table("server")?, main.table("store")?, main.table("log")?, main.table("fetch")?);
    let (alerts, trending) = (main.table("alerts")?, main.table("trending")?);
    let listen = server.listen("listen")?;
    let public_url = main.url("public_url");
    warn(
        public_url.is_none() && !listening::is_reached_as_written(&listen),
        "public_url is not given, and what is listened on is no address that a reader could open",
        "write public_url = \"https://papers.example.org\"",
    );
    Some(Config {
        is_public_url_given: public_url.is_some(),
        public_url: public_url.unwrap_or(listening::reached_at(&listen)?),
        title: main.text("title")?.to_owned(),
        contact,
        tag_authority: main.text("tag_authority").map(str::to_owned),
        server: ServerSettings {
            listen,
            max_connections: usize::try_from(server.number("max_connections")?).ok()?,
            requests_per_minute: u32::try_from(server.number("requests_per_minute")?).ok()?,
            cache_bytes: usize::try_from(server.number("cache")?).ok()?,
            editor_token,
        },
        store: StoreSettings { path: store_path?, cache_bytes: store.number("cache")? },
        log: LogSettings {
            format: match log.text("format")? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                "journald" => LogFormat::Journald,
                _auto => LogFormat::Auto,
            },
            level: match log.text("level")? {
                "error" => LogLevel::Error,
                "warn" => LogLevel::Warn,
                "debug" => LogLevel::Debug,
                "trace" => LogLevel::Trace,
                _info => LogLevel::Info,
            },
        },
        fetch: FetchSettings {
            connect_timeout: fetch.duration("connect_timeout")?,
            idle_timeout: fetch.duration("idle_timeout")?,
            total_timeout: fetch.duration("total_timeout")?,
        },
        alerts: AlertSettings { command: alerts.lines("command"), webhook: alerts.url("webhook") },
        transformer,
        half_life: trending.duration("half_life")?,
        quiet_days: Arc::new(main.days("quiet_days").into_iter().collect()),
        sources,
        topics,
        outgoing,
        renamed,
        origin,
        warnings: Vec::new(),
    })
}

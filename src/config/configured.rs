//! The sources of the configuration: each made by its kind from its options, or the reason why the kind refuses.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sha2::Digest as _;
use sha2::Sha256;
use url::Host;
use url::Url;

use crate::config::ConfiguredSource;
use crate::config::assemble::Findings;
use crate::config::assemble::Names;
use crate::config::assemble::ReadFile;
use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::FileText;
use crate::config::diagnostic::quoted;
use crate::config::entries::Entries;
use crate::config::entries::Value;
use crate::config::environment::Environment;
use crate::config::forms::written_duration;
use crate::config::suggest::nearest;
use crate::model::source::SourceId;
use crate::sources;
use crate::sources::KINDS;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::OptionValue;
use crate::sources::Options;
use crate::sources::Source;

/// The enabled sources.
pub(super) fn configured_sources(
    main: &mut ReadFile,
    environment: &Environment,
    findings: &mut Findings,
) -> Vec<ConfiguredSource> {
    let contact = main.entries.text("contact").map(str::to_owned);
    let surroundings = Surroundings { environment, contact: contact.as_deref() };
    let mut names = Names::default();
    let mut configured = Vec::new();
    for entries in main.entries.take_tables("source") {
        names.note("sources", &entries, &main.text, findings);
        let is_enabled = entries.flag("enabled") != Some(false);
        let source = configured_source(&entries, &main.text, &surroundings, findings);
        configured.extend(source.filter(|_source| is_enabled));
    }
    configured
}

/// What a source is made of besides its own table.
struct Surroundings<'a> {
    environment: &'a Environment,
    contact: Option<&'a str>,
}

/// One source; `None` when a fault of it was found, before or here.
fn configured_source(
    entries: &Entries,
    text: &FileText,
    surroundings: &Surroundings<'_>,
    findings: &mut Findings,
) -> Option<ConfiguredSource> {
    let name = entries.text("kind")?;
    let Some(kind) = sources::kind(name) else {
        findings.faults.push(unknown_kind(name, entries, text));
        return None;
    };
    let contact = surroundings.contact;
    let mailbox = contact.and_then(|contact| contact.strip_prefix("mailto:")).map(str::to_owned);
    let mut options = Options { given: BTreeMap::new(), mailbox };
    for option in kind.options {
        let Some(value) = entries.value(option.name) else { continue };
        if let Value::SecretPlace(place) = value {
            match surroundings.environment.secret(place) {
                Ok(secret) => {
                    options.given.insert(option.name.to_owned(), OptionValue::Secret(secret));
                }
                Err(why) => {
                    let warning = Diagnostic::at(text, entries.span_of(option.name), why);
                    findings
                        .warnings
                        .push(warning.hint("without it the source is asked as a stranger".to_owned()));
                }
            }
            continue;
        }
        options.given.insert(option.name.to_owned(), option_value(value)?);
    }
    let is_whole = kind.options.iter().all(|option| {
        entries.is_sound(option.name) && (!option.is_required || options.given.contains_key(option.name))
    });
    let source = match (kind.build)(&options) {
        Ok(source) => source,
        Err(fault) if is_whole => {
            let place = fault.index.and_then(|index| entries.member_span(fault.option, index));
            let place = place.unwrap_or_else(|| entries.span_of(fault.option));
            findings.faults.push(Diagnostic::at(text, place, fault.message).hint(fault.hint));
            return None;
        }
        // What the kind misses was not written or was wrong, and that is told already.
        Err(_follows_from_another) => return None,
    };
    let named_urls = options.given.values().filter_map(|value| match value {
        OptionValue::Url(url) => Some(url.clone()),
        OptionValue::Text(_) | OptionValue::TextList(_) | OptionValue::Number(_) | OptionValue::Secret(_) => {
            None
        }
    });
    let named_urls: Vec<Url> = named_urls.collect();
    let manners = if is_own(&named_urls) {
        let none = Duration::ZERO;
        Manners { operator: None, spacing: none, every_at_least: none, ..kind.manners }
    } else {
        kind.manners
    };
    if kind.needs_contact && contact.is_none() && manners.operator.is_some() {
        let message = format!("a source of the kind \"{}\" is asked only by who can be reached", kind.name);
        let warning = Diagnostic::at(text, entries.span_of("kind"), message);
        findings
            .warnings
            .push(warning.hint("it stays off; add contact = \"mailto:you@example.org\"".to_owned()));
        return None;
    }
    let least = manners.every_at_least;
    let source: Arc<dyn Source> = Arc::from(source);
    let wish = entries.duration("every");
    if wish.is_some_and(|wish| wish < least) {
        let least = written_duration(least);
        let message = format!("a source of the kind \"{}\" is asked every {least} at most", kind.name);
        let warning = Diagnostic::at(text, entries.span_of("every"), message);
        findings.warnings.push(warning.hint(format!("write every = \"{least}\" or more")));
    }
    Some(ConfiguredSource {
        id: SourceId::parse(entries.text("id")?)?,
        kind,
        every: wish.unwrap_or(kind.manners.every).max(least),
        named_urls,
        manners,
        settings: settings(kind, &options),
        source,
    })
}

/// A source as its kind makes it without being told anything, for what is asked for by name; `None` where the kind must be told
/// something. `taken` are the names that others have.
pub fn unconfigured(
    kind: &'static Kind,
    contact: Option<&str>,
    taken: &[ConfiguredSource],
) -> Option<ConfiguredSource> {
    let mailbox = contact.and_then(|contact| contact.strip_prefix("mailto:")).map(str::to_owned);
    let options = Options { given: BTreeMap::new(), mailbox };
    let names = [kind.name.to_owned(), format!("{}-by-name", kind.name)];
    let is_free = |id: &SourceId| taken.iter().all(|source| source.id != *id);
    Some(ConfiguredSource {
        id: names.iter().filter_map(|name| SourceId::parse(name)).find(is_free)?,
        kind,
        every: kind.manners.every,
        named_urls: Vec::new(),
        manners: kind.manners,
        settings: settings(kind, &options),
        source: Arc::from((kind.build)(&options).ok()?),
    })
}

/// Whether a source's own address names this machine or a private network: such a host is the operator's own to ask.
fn is_own(named_urls: &[Url]) -> bool {
    named_urls.iter().any(|url| match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    })
}

/// What tells a source from another: a digest of its kind and of what is asked for. How many days the very first harvest
/// reads changes nothing of that.
fn settings(kind: &Kind, options: &Options) -> String {
    let given: BTreeMap<_, _> = options.given.iter().filter(|(name, _value)| *name != "days").collect();
    let digest = Sha256::digest(format!("{} {given:?}", kind.name).as_bytes());
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn unknown_kind(name: &str, entries: &Entries, text: &FileText) -> Diagnostic {
    let place = entries.span_of("kind");
    let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(close) => format!("did you mean \"{close}\"?"),
        None => format!("the kinds are {}", known.join(", ")),
    };
    Diagnostic::at(text, place, format!("there is no kind of source {}", quoted(name))).hint(hint)
}

/// A value as the kinds take it.
fn option_value(value: &Value) -> Option<OptionValue> {
    match value {
        Value::Text(text) => Some(OptionValue::Text(text.clone())),
        Value::Url(url) => Some(OptionValue::Url(url.clone())),
        Value::Number(number) => Some(OptionValue::Number(*number)),
        Value::Lines(lines) => {
            Some(OptionValue::TextList(lines.iter().map(|line| line.get_ref().clone()).collect()))
        }
        Value::Path(_)
        | Value::Days(_)
        | Value::Duration(_)
        | Value::Flag(_)
        | Value::Listen(_)
        | Value::Query(_)
        | Value::SecretPlace(_)
        | Value::Table(_)
        | Value::Tables(_) => None,
    }
}

//! `offprint opml import`: the feeds of an existing reader become stanzas for the configuration, printed and never
//! written. Feeds of arXiv become sources of their own kind, which know arXiv's calendar and manners.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use url::Url;

use crate::cli;
use crate::cli::Stop;
use crate::cli::Style;
use crate::cli::opml::outlines::Outline;
use crate::config::Config;
use crate::config::ConfiguredSource;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources;
use crate::sources::OptionValue;
use crate::sources::Options;

pub mod outlines;

/// No subscription list is larger than this.
const LIMIT_BYTES: u64 = 8 * 1024 * 1024;

/// The longest name of a source.
const LONGEST_ID: usize = 64;

/// How much of a title is repeated in a comment.
const LONGEST_COMMENT: usize = 120;

/// A source that a feed of the list becomes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Stanza {
    /// Its name, unlike all others.
    pub id: String,
    /// What the reader called the feed.
    pub title: String,
    /// What is harvested.
    #[serde(flatten)]
    pub what: What,
}

/// What a new source harvests.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A feed.
    Feed {
        /// Its address.
        url: String,
    },
    /// Announcements of arXiv.
    ArxivRss {
        /// Of these categories.
        categories: Vec<String>,
    },
}

/// What becomes of a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// The new sources in the order of the list.
    pub stanzas: Vec<Stanza>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Prints the feeds of a list that are not configured yet.
pub fn import(config: &Config, file: &Path, style: Style) -> Result<ExitCode, Stop> {
    let bytes = bytes_of(file)?;
    let found = outlines::read(&bytes).map_err(|fault| {
        anyhow::anyhow!("{}: {fault}; mend it there, or let your reader write the list again", file.display())
    })?;
    let plan = plan(&found, config);
    for note in &plan.notes {
        cli::say(&format!("offprint: {note}"));
    }
    cli::say(&format!("offprint: {}", summary(found.len(), &plan, config)));
    if style.json {
        let json = serde_json::to_string_pretty(&plan.stanzas).map_err(anyhow::Error::from)?;
        return cli::print(&format!("{json}\n"));
    }
    cli::print(&toml(&plan.stanzas))
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let mut opened =
        File::open(file).with_context(|| format!("opening {}", file.display()))?.take(LIMIT_BYTES + 1);
    opened.read_to_end(&mut bytes).with_context(|| format!("reading {}", file.display()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LIMIT_BYTES {
        let limit = LIMIT_BYTES / 1024 / 1024;
        let name = file.display();
        return Err(
            anyhow::anyhow!("{name} is larger than {limit} MiB, so it is no subscription list").into()
        );
    }
    Ok(bytes)
}

fn summary(found: usize, plan: &Plan, config: &Config) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let (new, left) = (count(plan.stanzas.len(), "new source"), found.saturating_sub(plan.stanzas.len()));
    let what = format!("{} in the list, {new}, {left} left out", count(found, "feed"));
    if plan.stanzas.is_empty() {
        return format!("{what}; there is nothing to add");
    }
    let place = config
        .origin
        .file
        .as_ref()
        .map_or("your configuration".to_owned(), |file| file.display().to_string());
    format!("{what}; append this to {place}, then run `offprint check`")
}

/// Which sources the feeds of a list become, beside those that are configured.
pub fn plan(outlines: &[Outline], config: &Config) -> Plan {
    let mut plan = Plan::default();
    let mut known = Known::new(config);
    for outline in outlines {
        match known.what(&outline.address) {
            Ok(what) => {
                let id = known.mint(&outline.title, &what);
                plan.stanzas.push(Stanza { id, title: outline.title.clone(), what });
            }
            Err(why) => {
                let Outline { title, address, line } = outline;
                let name = if title.is_empty() { address } else { title };
                let note = format!("line {line}: \"{}\" is left out: {why}", shortened(name));
                plan.notes.push(plain(&note));
            }
        }
    }
    plan
}

/// What is harvested already, and the names that are taken.
struct Known {
    /// Addresses of feeds, as [`key`] writes them, with the source that has each.
    feeds: BTreeMap<String, String>,
    /// Categories of arXiv in lower case, with the source that has each.
    categories: BTreeMap<String, String>,
    ids: BTreeSet<String>,
}

impl Known {
    fn new(config: &Config) -> Self {
        let (mut feeds, mut categories) = (BTreeMap::new(), BTreeMap::new());
        for source in &config.sources {
            for url in requests(source) {
                // A mirror has another host, but its path ends like arXiv's.
                let spec = url.path().rsplit('/').next().filter(|_| source.kind.name == "arxiv-rss");
                match spec {
                    Some(spec) => categories
                        .extend(spec.split('+').map(|one| (one.to_lowercase(), source.id.to_string()))),
                    None => drop(feeds.insert(key(&url), source.id.to_string())),
                }
            }
        }
        let ids = config.sources.iter().map(|source| source.id.to_string()).collect();
        Self { feeds, categories, ids }
    }

    /// What an address becomes, or why it becomes nothing.
    fn what(&mut self, address: &str) -> Result<What, String> {
        let url = web_address(address)?;
        let Some(spec) = arxiv_spec(&url) else {
            return match self.feeds.get(&key(&url)) {
                Some(source) if source.is_empty() => Err("it stands in the list twice".to_owned()),
                Some(source) => Err(format!("the source {source} has it already")),
                None => {
                    self.feeds.insert(key(&url), String::new());
                    Ok(What::Feed { url: url.into() })
                }
            };
        };
        let (mut categories, mut had) = (Vec::new(), String::new());
        for category in spec.split('+') {
            match self.categories.get(&category.to_lowercase()) {
                Some(source) => had.clone_from(source),
                None => categories.push(category.to_owned()),
            }
        }
        if categories.is_empty() {
            let is_listed = had.is_empty();
            return Err(if is_listed {
                "its categories stand in the list twice".to_owned()
            } else {
                format!("the source {had} has it already")
            });
        }
        check_categories(&categories)?;
        self.categories.extend(categories.iter().map(|category| (category.to_lowercase(), String::new())));
        Ok(What::ArxivRss { categories })
    }

    /// A name that no source has.
    fn mint(&mut self, title: &str, what: &What) -> String {
        let (named, host) = match what {
            What::Feed { url } => (slug(title), Url::parse(url).ok()),
            What::ArxivRss { categories } => (slug(&format!("arxiv-{}", categories.join("-"))), None),
        };
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let base = [named, slug(host.strip_prefix("www.").unwrap_or(host)), "feed".to_owned()];
        let base = base.into_iter().find(|base| !base.is_empty()).unwrap_or_default();
        let numbered = (2..).map(|number| {
            let end = format!("-{number}");
            let start = base.get(..LONGEST_ID - end.len()).unwrap_or(&base).trim_end_matches('-');
            format!("{start}{end}")
        });
        let free = std::iter::once(base.clone()).chain(numbered).find(|id| !self.ids.contains(id));
        let id = free.unwrap_or_default();
        self.ids.insert(id.clone());
        id
    }
}

/// Every address that a source asks for.
fn requests(source: &ConfiguredSource) -> Vec<Url> {
    let (run, mut cursor, mut found) = (Timestamp::from_seconds(0), Cursor::default(), Vec::new());
    while let Some(request) = source.source.ask(&cursor, run) {
        found.push(request.url);
        // Lists by date are passed over one by one for ever; feeds and categories are few.
        match source.source.skip(&cursor, run).filter(|next| *next != cursor && found.len() < 1_000) {
            Some(next) => cursor = next,
            None => break,
        }
    }
    found
}

/// An address that a source may have, whatever scheme the reader wrote for it.
fn web_address(address: &str) -> Result<Url, String> {
    let plain = match address.strip_prefix("feed:") {
        Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
        Some(rest) => rest.to_owned(),
        None => address.to_owned(),
    };
    let mut url =
        Url::parse(&plain).map_err(|error| format!("{} is no address: {error}", shortened(address)))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("{} is no http or https address", shortened(address)));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address has a user name or password in it".to_owned());
    }
    url.set_fragment(None);
    Ok(url)
}

/// The categories in the address of one of arXiv's own feeds (`rss.arxiv.org/rss/cs.LG+cs.CL`).
fn arxiv_spec(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let is_feeds = matches!(host, "rss.arxiv.org" | "export.arxiv.org" | "arxiv.org" | "www.arxiv.org");
    let (form, spec) = url.path().strip_prefix('/')?.split_once('/')?;
    let spec = spec.trim_end_matches('/').replace("%2B", "+").replace("%2b", "+");
    let is_spec = !spec.is_empty() && !spec.contains('/');
    (is_feeds && matches!(form, "rss" | "atom") && is_spec).then_some(spec)
}

/// Asks the kind itself, so that what is printed is what it takes.
fn check_categories(categories: &[String]) -> Result<(), String> {
    let kind = sources::kind("arxiv-rss").ok_or("there is no kind \"arxiv-rss\"")?;
    let list = OptionValue::TextList(categories.to_vec());
    let options = Options { given: BTreeMap::from([("categories".to_owned(), list)]), mailbox: None };
    (kind.build)(&options).map(drop).map_err(|fault| fault.message)
}

/// An address without what makes no difference to a reader: its scheme and a slash at its end.
fn key(url: &Url) -> String {
    let end = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}{end}", url.host_str().unwrap_or_default(), url.path().trim_end_matches('/'))
}

/// Lower-case letters, digits and single hyphens, at most 64; empty where the text has none.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.nfkd().filter(|character| !is_combining_mark(*character)) {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && !matches!(character, '\'' | '’') {
            slug.push('-');
        }
    }
    slug.truncate(LONGEST_ID);
    slug.trim_end_matches('-').to_owned()
}

/// One line without control characters, which neither a comment nor a terminal should be handed.
fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_COMMENT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The stanzas as they stand in a configuration.
pub fn toml(stanzas: &[Stanza]) -> String {
    let mut text = String::new();
    for Stanza { id, title, what } in stanzas {
        let title = shortened(&plain(title));
        let comment = if title.is_empty() { String::new() } else { format!("# {title}\n") };
        let (kind, option) = match what {
            What::Feed { url } => ("feed", format!("url = {}", string(url))),
            What::ArxivRss { categories } => {
                let list: Vec<String> = categories.iter().map(|category| string(category)).collect();
                ("arxiv-rss", format!("categories = [{}]", list.join(", ")))
            }
        };
        let head = format!("{comment}[[source]]\nid = {}\nkind = {}\n{option}\n", string(id), string(kind));
        text.extend(["\n", &head]);
    }
    text
}

/// A basic string of TOML 1.0.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => out.extend(format!("\\u{:04X}", u32::from(control)).chars()),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;

//! What the configuration says of letters and of what is pushed.

use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use crate::config::assemble::Findings;
use crate::config::assemble::Names;
use crate::config::assemble::ReadFile;
use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::FileText;
use crate::config::diagnostic::quoted;
use crate::config::entries::Entries;
use crate::config::entries::Value;
use crate::config::environment::Environment;
use crate::config::suggest::nearest;
use crate::mail::address::Address;
use crate::model::secret::Secret;
use crate::model::subscriber::Rhythm;
use crate::model::subscriber::Wishes;
use crate::model::topic::TopicId;
use crate::topics::Topic;

/// What goes out by itself.
#[derive(Clone, Debug, Default)]
pub struct OutgoingSettings {
    /// Letters; none where they are not configured.
    pub mail: Option<MailSettings>,
    /// Subscribers whom the operator listed.
    pub subscribers: Vec<(Address, Wishes)>,
    /// WebSub.
    pub push: PushSettings,
    /// Where entries are sent.
    pub webhooks: Vec<Webhook>,
}

/// How letters are sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The sender's address; the name beside it is that of the site.
    pub from: Address,
    /// The relay.
    pub relay: Relay,
    /// The name at the relay.
    pub user: Option<String>,
    /// The password at the relay.
    pub password: Option<Secret>,
    /// Where letters that cannot be delivered return to.
    pub bounces: Option<Address>,
    /// Where these are read.
    pub bounces_maildir: Option<PathBuf>,
    /// Domain, selector and key of the signature.
    pub dkim: Option<(String, String, Secret)>,
    /// Who sends this.
    pub postal: Option<String>,
    /// Whether anybody may subscribe.
    pub sign_up: bool,
    /// The most letters in a minute.
    pub per_minute: u32,
}

/// What takes letters from us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Relay {
    /// A host that must encrypt by STARTTLS.
    StartTls(String, u16),
    /// A host that is spoken to encrypted.
    Tls(String, u16),
    /// A host that is spoken to as it is.
    Plain(String, u16),
    /// A program.
    Sendmail(PathBuf),
}

/// WebSub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PushSettings {
    /// Whether this instance is a hub.
    pub hub: bool,
    /// Other hubs that are told of changes.
    pub hubs: Vec<Url>,
    /// Private addresses that may be subscribed.
    pub callbacks: Vec<Url>,
    /// Whether the hubs of sources are subscribed to.
    pub subscribe: bool,
}

impl Default for PushSettings {
    fn default() -> Self {
        Self { hub: true, hubs: Vec::new(), callbacks: Vec::new(), subscribe: true }
    }
}

/// Where the new entries of topics are sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Its name.
    pub id: String,
    /// The topics.
    pub topics: Vec<TopicId>,
    /// Where to.
    pub url: Url,
    /// What it is sent.
    pub format: String,
    /// Its secret or token.
    pub secret: Option<Secret>,
}

impl fmt::Display for Relay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartTls(host, port) => write!(out, "smtp://{host}:{port}"),
            Self::Tls(host, port) => write!(out, "smtps://{host}:{port}"),
            Self::Plain(host, port) => write!(out, "smtp-plain://{host}:{port}"),
            Self::Sendmail(path) => write!(out, "sendmail:{}", path.display()),
        }
    }
}

impl FromStr for Relay {
    type Err = String;

    /// Reads an address of a relay; says what is wrong.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sendmail:") {
            return if path.starts_with('/') {
                Ok(Self::Sendmail(PathBuf::from(path)))
            } else {
                Err("the program after sendmail: needs its whole path".to_owned())
            };
        }
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Err("it names no host".to_owned());
        };
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty();
        if !is_bare {
            return Err("nothing stands behind the host and port; name and password have keys of their own"
                .to_owned());
        }
        let (host, port) = (host.to_owned(), url.port());
        match url.scheme() {
            "smtp" => Ok(Self::StartTls(host, port.unwrap_or(587))),
            "smtps" => Ok(Self::Tls(host, port.unwrap_or(465))),
            "smtp-plain" => Ok(Self::Plain(host, port.unwrap_or(25))),
            _other => Err("it begins with smtp://, smtps://, smtp-plain:// or sendmail:".to_owned()),
        }
    }
}

/// Reads the tables of the main file.
pub(super) fn outgoing(
    main: &mut ReadFile,
    topics: &[Topic],
    environment: &Environment,
    findings: &mut Findings,
) -> OutgoingSettings {
    let ReadFile { text, entries } = main;
    let mut reading = Reading { text, topics, environment, findings };
    let subscribers = entries.take_tables("subscriber");
    let subscribers: Vec<_> = subscribers.iter().filter_map(|entries| reading.subscriber(entries)).collect();
    let mut names = Names::default();
    let mut webhooks = Vec::new();
    for entries in entries.take_tables("webhook") {
        names.note("webhooks", &entries, text, reading.findings);
        webhooks.extend(reading.webhook(&entries));
    }
    let mail = entries.table("mail").and_then(|mail| reading.mail(mail));
    if mail.is_none() && !subscribers.is_empty() {
        let told =
            Diagnostic::general("there are subscribers, and no mail is configured: nothing is sent to them");
        reading.findings.warnings.push(told.hint("add [mail] with from and server".to_owned()));
    }
    let push = entries.table("push").map(|push| reading.push(push)).unwrap_or_default();
    OutgoingSettings { mail, subscribers, push, webhooks }
}

struct Reading<'a> {
    text: &'a FileText,
    topics: &'a [Topic],
    environment: &'a Environment,
    findings: &'a mut Findings,
}

impl Reading<'_> {
    fn fault(&mut self, entries: &Entries, name: &str, message: String, hint: &str) {
        let fault = Diagnostic::at(self.text, entries.span_of(name), message);
        self.findings.faults.push(fault.hint(hint.to_owned()));
    }

    fn secret(&mut self, entries: &Entries, table: &str, name: &str) -> Option<Secret> {
        let Some(Value::SecretPlace(place)) = entries.value(name) else { return None };
        let found =
            if name == "dkim_key" { self.environment.pem(place) } else { self.environment.secret(place) };
        match found {
            Ok(secret) => Some(secret),
            Err(why) => {
                let told = Diagnostic::general(format!("{table}.{name}: {why}"));
                self.findings.warnings.push(told.hint("it is left out until then".to_owned()));
                None
            }
        }
    }

    fn mail(&mut self, entries: &Entries) -> Option<MailSettings> {
        let (from, server) = match (entries.text("from"), entries.text("server")) {
            (Some(from), Some(server)) => (from, server),
            (None, None) => return None,
            (from, _) => {
                let (missing, hint) = if from.is_some() {
                    ("server", "add server = \"smtp://relay.example.org\"")
                } else {
                    ("from", "add from = \"papers@example.org\"")
                };
                let given = if from.is_some() { "from" } else { "server" };
                self.fault(entries, given, format!("mail needs {missing} too"), hint);
                return None;
            }
        };
        let hint = "such as \"papers@example.org\"";
        let from = Address::parse_with(from, true).map_err(|why| self.fault(entries, "from", why, hint)).ok();
        let hint = "such as \"smtp://relay.example.org\"";
        let relay = Relay::from_str(server).map_err(|why| self.fault(entries, "server", why, hint)).ok();
        let bounces = entries.text("bounces").and_then(|bounces| {
            let read = Address::parse_with(bounces, true);
            read.map_err(|why| self.fault(entries, "bounces", why, "such as \"bounce@example.org\"")).ok()
        });
        let key = self.secret(entries, "mail", "dkim_key");
        let dkim = entries.text("dkim_domain").zip(entries.text("dkim_selector")).zip(key);
        Some(MailSettings {
            from: from?,
            relay: relay?,
            user: entries.text("user").map(str::to_owned),
            password: self.secret(entries, "mail", "password"),
            bounces,
            bounces_maildir: entries.path("bounces_maildir").map(Path::to_owned),
            dkim: dkim.map(|((domain, selector), key)| (domain.to_owned(), selector.to_owned(), key)),
            postal: entries.text("postal").map(str::to_owned),
            sign_up: entries.flag("sign_up")?,
            per_minute: u32::try_from(entries.number("per_minute")?).ok()?,
        })
    }

    fn topics(&mut self, entries: &Entries) -> Vec<TopicId> {
        let mut found = Vec::new();
        for name in entries.lines("topics") {
            let known = || self.topics.iter().map(|topic| topic.id.as_str());
            if let Some(id) = TopicId::parse(&name).filter(|id| known().any(|known| known == id.as_str())) {
                found.push(id);
                continue;
            }
            let hint = nearest(&name, known()).map(|close| format!("did you mean \"{close}\"?"));
            let hint = hint.unwrap_or_else(|| "give the id of a [[topic]]".to_owned());
            self.fault(entries, "topics", format!("there is no topic {}", quoted(&name)), &hint);
        }
        found
    }

    fn subscriber(&mut self, entries: &Entries) -> Option<(Address, Wishes)> {
        let address = Address::parse_with(entries.text("address")?, true);
        let address = address.map_err(|why| self.fault(entries, "address", why, "one plain address")).ok();
        let mut wishes = Wishes::default();
        for list in entries.lines("lists") {
            if !wishes.ask_for(&list) {
                let message = format!("there is no list {}", quoted(&list));
                self.fault(entries, "lists", message, "there are daily, trending and picks");
            }
        }
        let zone = entries.text("zone")?.parse();
        let hint = "a name of the IANA list, such as \"Europe/Zurich\"";
        let zone =
            zone.map_err(|_error| self.fault(entries, "zone", "there is no such time zone".to_owned(), hint));
        let wishes = Wishes {
            topics: self.topics(entries).into_iter().collect(),
            rhythm: Rhythm::parse(entries.text("rhythm")?)?,
            hour: u8::try_from(entries.number("hour")?).ok()?,
            zone: zone.ok()?,
            even_empty: entries.flag("even_empty")?,
            ..wishes
        };
        if wishes.is_nothing() {
            let message = "this subscriber wishes for nothing".to_owned();
            self.fault(entries, "address", message, "add topics or lists");
        }
        Some((address?, wishes))
    }

    fn urls(&mut self, entries: &Entries, name: &str) -> Vec<Url> {
        let mut urls = Vec::new();
        for line in entries.lines(name) {
            match Url::parse(&line) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => urls.push(url),
                Ok(_) | Err(_) => {
                    let message = format!("{} is no http or https address", quoted(&line));
                    self.fault(
                        entries,
                        name,
                        message,
                        "write it whole, such as \"https://hub.example.org/\"",
                    );
                }
            }
        }
        urls
    }

    fn push(&mut self, entries: &Entries) -> PushSettings {
        PushSettings {
            hub: entries.flag("hub") != Some(false),
            hubs: self.urls(entries, "hubs"),
            callbacks: self.urls(entries, "callbacks"),
            subscribe: entries.flag("subscribe") != Some(false),
        }
    }

    fn webhook(&mut self, entries: &Entries) -> Option<Webhook> {
        let topics = self.topics(entries);
        Some(Webhook {
            id: entries.text("id")?.to_owned(),
            topics,
            url: entries.url("url")?,
            format: entries.text("format")?.to_owned(),
            secret: self.secret(entries, "webhook", "secret"),
        })
    }
}

//! What the configuration says of what goes out, made ready for use.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::config::Config;
use crate::config::outgoing::MailSettings;
use crate::config::outgoing::OutgoingSettings;
use crate::config::outgoing::Relay;
use crate::fetch;
use crate::fetch::post::Poster;
use crate::mail::address::Address;
use crate::mail::compose::Stationery;
use crate::mail::dkim::Dkim;
use crate::model::subscriber::Wishes;
use crate::model::text::Text;
use crate::model::topic::TopicId;
use crate::outbox::mailer::Transport;
use crate::push::webhook::Endpoint;
use crate::push::webhook::Template;

/// Everything that goes out as it is configured now.
#[derive(Debug)]
pub struct Settings {
    /// Letters, where they are configured.
    pub mail: Option<Mail>,
    /// Subscribers whom the operator listed.
    pub subscribers: Vec<(Address, Wishes)>,
    /// Whether the hubs of sources are followed.
    pub follows: bool,
    /// Days on which sources are expected to announce nothing.
    pub quiet_days: Arc<BTreeSet<NaiveDate>>,
    /// The webhooks: topics and where to.
    pub webhooks: BTreeMap<String, (Vec<TopicId>, Endpoint)>,
    /// Sends to whom a stranger named: callbacks, and hubs that are read from feeds.
    pub poster: Poster,
    /// Sends to whom the operator named: webhooks, other hubs, sources. What is exempt for them is closed to strangers.
    pub own: Poster,
    /// What is wrong with the settings, for the operator.
    pub faults: Vec<String>,
}

/// How letters are written and sent.
#[derive(Debug)]
pub struct Mail {
    /// What all have in common.
    pub stationery: Stationery,
    /// The relay.
    pub transport: Transport,
    /// What was configured.
    pub settings: MailSettings,
}

impl Settings {
    /// Makes them ready. What cannot be used is left out, and told.
    pub fn new(config: &Config, fetch: fetch::Settings) -> Result<Self, fetch::Error> {
        let OutgoingSettings { mail, subscribers, push, webhooks } = config.outgoing.clone();
        let mut faults = Vec::new();
        let mut hooks = BTreeMap::new();
        let mut own = fetch.allowed_hosts.clone();
        own.extend(push.hubs.iter().cloned());
        for hook in webhooks {
            let Some(template) = Template::parse(&hook.format) else { continue };
            match Endpoint::new(template, hook.url.clone(), hook.secret.clone()) {
                Ok(endpoint) => {
                    own.push(hook.url);
                    hooks.insert(hook.id, (hook.topics, endpoint));
                }
                Err(error) => faults.push(format!("webhook {}: {error}; nothing is sent there", hook.id)),
            }
        }
        let own = Poster::new(&fetch::Settings { allowed_hosts: own, ..fetch.clone() })?;
        let poster = Poster::new(&fetch::Settings { allowed_hosts: push.callbacks.clone(), ..fetch })?;
        let mail = mail.and_then(|settings| match self::mail(config, &settings) {
            Ok(mail) => Some(mail),
            Err(why) => {
                faults.push(format!("mail: {why}; no letter is sent"));
                None
            }
        });
        Ok(Self {
            mail,
            subscribers,
            follows: push.subscribe,
            quiet_days: Arc::clone(&config.quiet_days),
            webhooks: hooks,
            poster,
            own,
            faults,
        })
    }
}

fn mail(config: &Config, settings: &MailSettings) -> Result<Mail, String> {
    let dkim = match &settings.dkim {
        Some((domain, selector, key)) => {
            Some(Dkim::new(domain, selector, key.reveal()).map_err(|error| format!("dkim_key: {error}"))?)
        }
        None => None,
    };
    // What names letters is a name of ours: that of the site, or of the sender where the site has none.
    let host = match config.public_url.host() {
        Some(url::Host::Domain(name)) if name.contains('.') => name.to_owned(),
        Some(_) | None => settings.from.domain().to_owned(),
    };
    let stationery = Stationery {
        site: Text::line(&config.title),
        from: settings.from.clone(),
        host,
        postal: Text::line(settings.postal.as_deref().unwrap_or_default()),
        bounces: settings.bounces.clone(),
        dkim,
    };
    let transport = Transport::new(settings)?;
    Ok(Mail { stationery, transport, settings: settings.clone() })
}

impl Relay {
    /// How people call it.
    pub fn told(&self) -> String {
        match self {
            Self::StartTls(host, port) | Self::Tls(host, port) | Self::Plain(host, port) => {
                format!("{host}:{port}")
            }
            Self::Sendmail(path) => path.display().to_string(),
        }
    }
}

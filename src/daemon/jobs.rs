//! What the harvests are told of the configuration.

use std::sync::Arc;

use crate::config::Config;
use crate::config::ConfiguredSource;
use crate::fetch;
use crate::harvest::job::Job;

/// A configured source as its harvest sees it.
pub(super) fn job(config: &Config, source: &ConfiguredSource) -> Job {
    Job {
        id: source.id.clone(),
        kind: source.kind,
        manners: source.manners,
        every: source.every,
        source: Arc::clone(&source.source),
        quiet_days: Arc::clone(&config.quiet_days),
        settings: source.settings.clone(),
    }
}

/// All of them.
pub(super) fn jobs(config: &Config) -> Vec<Job> {
    config.sources.iter().map(|source| job(config, source)).collect()
}

/// How hosts are asked.
pub fn fetch_settings(config: &Config) -> fetch::Settings {
    fetch::Settings {
        user_agent_contact: config.contact.clone(),
        connect_timeout: config.fetch.connect_timeout,
        idle_timeout: config.fetch.idle_timeout,
        total_timeout: config.fetch.total_timeout,
        allowed_hosts: {
            let named = config.sources.iter().flat_map(|source| source.named_urls.clone());
            named.chain(config.alerts.webhook.clone()).collect()
        },
        ..fetch::Settings::default()
    }
}

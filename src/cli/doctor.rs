//! `doctor`: looks at what the configuration asks for, and says what is missing. Nothing is changed; of others only the mail
//! relay is contacted.

use std::process::ExitCode;

use url::Host;

use crate::cli;
use crate::cli::Stop;
use crate::cli::Style;
use crate::config::Config;
use crate::config::outgoing::MailSettings;
use crate::config::outgoing::Relay;
use crate::daemon::jobs;
use crate::outbox::settings::Settings;

/// What was found about one thing.
#[derive(serde::Serialize)]
struct Finding {
    /// `fine`, `advice` or `fault`.
    state: &'static str,
    what: String,
    /// What to do.
    advice: Option<String>,
}

fn fine(what: impl Into<String>) -> Finding {
    Finding { state: "fine", what: what.into(), advice: None }
}

fn advice(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { state: "advice", what: what.into(), advice: Some(advice.into()) }
}

fn fault(what: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { state: "fault", what: what.into(), advice: Some(advice.into()) }
}

/// Looks, and prints what was found. The exit code is 1 where there is a fault.
pub fn run(config: &Config, style: Style) -> Result<ExitCode, Stop> {
    let mut findings: Vec<Finding> = config
        .warnings
        .iter()
        .map(|warning| advice(format!("{}: {warning}", config.origin), "see offprint check"))
        .collect();
    findings.push(store(config));
    findings.push(public(config));
    findings.extend(cli::runtime()?.block_on(mail(config)));
    let has_fault = findings.iter().any(|finding| finding.state == "fault");
    if style.json {
        let json = serde_json::to_string_pretty(&findings).map_err(anyhow::Error::from)?;
        cli::print(&format!("{json}\n"))?;
    } else {
        let line = |finding: &Finding| {
            let todo = finding
                .advice
                .as_ref()
                .map(|advice| format!("\n        {}", advice.replace('\n', "\n        ")));
            format!("{:<7} {}{}\n", finding.state, finding.what, todo.unwrap_or_default())
        };
        cli::print(&findings.iter().map(line).collect::<String>())?;
    }
    Ok(if has_fault { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn store(config: &Config) -> Finding {
    let path = &config.store.path;
    let there = path.ancestors().find(|folder| folder.exists());
    match there.map(std::fs::metadata) {
        Some(Ok(facts)) if !facts.is_dir() => fault(
            format!("store {}: a file is in its place", path.display()),
            "name another path under [store]",
        ),
        Some(Ok(facts)) if facts.permissions().readonly() => fault(
            format!("store {}: it may not be written", path.display()),
            "give the folder to the user of the daemon",
        ),
        Some(Ok(_writable)) => fine(format!("store {}", path.display())),
        Some(Err(error)) => fault(format!("store {}: {error}", path.display()), "make the folder readable"),
        None => fault(format!("store {}: no part of the path is there", path.display()), "make the folder"),
    }
}

fn public(config: &Config) -> Finding {
    let url = &config.public_url;
    if is_local(config) {
        return advice(
            format!("public_url {url}: only this machine reaches it"),
            "links in letters and feeds lead there; hubs of sources cannot tell us anything. Set public_url, at the top of the \
             main file",
        );
    }
    if url.scheme() == "http" {
        return advice(
            format!("public_url {url}: not encrypted"),
            "mail programs unsubscribe by one click only over https (RFC 8058)",
        );
    }
    fine(format!("public_url {url}"))
}

fn is_local(config: &Config) -> bool {
    match config.public_url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => true,
    }
}

async fn mail(config: &Config) -> Vec<Finding> {
    let Some(configured) = &config.outgoing.mail else {
        return vec![advice(
            "mail: not configured",
            "nobody can subscribe by mail; add [mail] with from and server",
        )];
    };
    let settings = match Settings::new(config, jobs::fetch_settings(config)) {
        Ok(settings) => settings,
        Err(error) => return vec![fault(format!("mail: {error}"), "see offprint check")],
    };
    let mut findings: Vec<Finding> =
        settings.faults.iter().map(|words| fault(words, "mend it in the configuration")).collect();
    let Some(mail) = &settings.mail else { return findings };
    let relay = configured.relay.told();
    findings.push(match mail.transport.test().await {
        Ok(()) => fine(format!("mail: the relay {relay} answers")),
        Err(why) => fault(format!("mail: the relay {relay}: {why}"), "letters wait until it answers"),
    });
    if let (Relay::Plain(host, _), Some(_password)) = (&configured.relay, &configured.password)
        && !matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1")
    {
        let what = format!("mail: the password is sent to {host} as it is");
        findings.push(fault(what, "use smtp:// or smtps://"));
    }
    findings.extend(domains(configured));
    match &mail.stationery.dkim {
        Some(dkim) => findings.push(advice(
            format!("mail: letters are signed for {}; this record has to be published as TXT", dkim.domain()),
            format!("{}  \"{}\"", dkim.record_name(), dkim.dns_record()),
        )),
        None => findings.push(advice(
            "mail: letters are not signed here (DKIM)",
            "fine if the relay signs them for the domain of from; else set dkim_domain, dkim_selector and dkim_key",
        )),
    }
    if configured.bounces.is_none() {
        findings.push(advice(
            format!("mail: what cannot be delivered returns to {}", configured.from),
            "set bounces and bounces_maildir, so that addresses that refuse letters are suspended by themselves",
        ));
    }
    if configured.postal.is_none() && configured.sign_up {
        findings
            .push(advice("mail: letters do not say who sends them", "set postal; some countries demand it"));
    }
    findings
}

/// Whether the domains that receivers compare belong together (RFC 7489: SPF looks at the envelope, DKIM at the signature,
/// DMARC whether one of them is that of From).
fn domains(configured: &MailSettings) -> Vec<Finding> {
    let from = configured.from.domain();
    let mut findings = Vec::new();
    let is_kin = |other: &str| {
        other == from || other.ends_with(&format!(".{from}")) || from.ends_with(&format!(".{other}"))
    };
    if let Some((domain, _selector, _key)) = &configured.dkim
        && !is_kin(domain)
    {
        let what = format!("mail: letters come from {from} and are signed for {domain}");
        findings.push(fault(what, format!("receivers that follow DMARC refuse that; sign for {from}")));
    }
    if let Some(bounces) = &configured.bounces
        && !is_kin(bounces.domain())
    {
        let what = format!("mail: letters come from {from} and return to {}", bounces.domain());
        findings
            .push(advice(what, format!("for SPF to count under DMARC they return to an address at {from}")));
    }
    let envelope = configured.bounces.as_ref().map_or(from, |bounces| bounces.domain());
    findings.push(advice(
        format!("mail: {envelope} needs an SPF record that allows the relay, {from} a DMARC record (not looked up here)"),
        format!("{envelope}  TXT \"v=spf1 a:{} -all\"\n_dmarc.{from}  TXT \"v=DMARC1; p=quarantine\"", relay_host(&configured.relay)),
    ));
    findings
}

fn relay_host(relay: &Relay) -> String {
    match relay {
        Relay::StartTls(host, _) | Relay::Tls(host, _) | Relay::Plain(host, _) => host.clone(),
        Relay::Sendmail(_) => "the.host.that.sends".to_owned(),
    }
}

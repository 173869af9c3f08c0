//! A paper that no source has told of yet, asked for by its name because somebody waits for it.

use anyhow::anyhow;
use anyhow::bail;
use tokio_util::sync::CancellationToken;

use crate::config::ConfiguredSource;
use crate::config::configured;
use crate::daemon::desk::Desk;
use crate::daemon::occasion::Occasion;
use crate::daemon::occasion::Polled;
use crate::finding;
use crate::harvest::job::Summary;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::short_ids::PageUrl;
use crate::model::text::Text;
use crate::normalise;
use crate::sources;

/// Asks for a paper by its name: arXiv for its identifiers, Crossref and DataCite for DOIs, and any other address for its
/// page.
pub(super) async fn fetched(desk: &Desk, text: &str) -> anyhow::Result<Paper> {
    let Some(wish) = wish(text.trim()) else {
        // The words of the refusal are those of any unknown name.
        return Ok(finding::known(desk.reader(), text)?);
    };
    let source = asked(desk, &wish)?;
    if let Some(known) = reported(desk, &source, &wish)? {
        return Ok(known);
    }
    desk.harvester().wish(wish.clone());
    let polled = desk.harvest(&source, Occasion::Wished, &CancellationToken::new(), &|_progress| {}).await;
    desk.harvester().wish_no_more(&wish);
    let summary = match polled? {
        Polled::Done(summary) => summary,
        Polled::NotYet(_health, wait) => {
            bail!("{} may be asked again at {} ({})", source.id, wait.at.to_rfc3339(), wait.reason)
        }
    };
    match reported(desk, &source, &wish)? {
        Some(paper) => Ok(paper),
        None => bail!("{}", missed(&wish, summary)),
    }
}

/// What is asked for: an identifier that can be asked by, else the address itself.
fn wish(text: &str) -> Option<ExternalId> {
    let id = normalise::ids::lookup(text).or_else(|| ExternalId::parse(text));
    let is_asked_by =
        |id: &ExternalId| matches!(id, ExternalId::Arxiv(_) | ExternalId::Doi(_) | ExternalId::Page(_));
    let address = || {
        let is_address = text.starts_with("http://") || text.starts_with("https://");
        is_address.then(|| PageUrl::parse(text)).flatten().map(ExternalId::Page)
    };
    id.filter(is_asked_by).or_else(address)
}

/// The source that is asked for it: one that is configured, else one as its kind makes it.
fn asked(desk: &Desk, wish: &ExternalId) -> anyhow::Result<ConfiguredSource> {
    let name = match wish {
        ExternalId::Arxiv(_) => "arxiv-api",
        ExternalId::Doi(_) => "doi",
        ExternalId::Pmid(_)
        | ExternalId::Pmcid(_)
        | ExternalId::OpenReview(_)
        | ExternalId::Acl(_)
        | ExternalId::Page(_) => "page",
    };
    let config = desk.config();
    if let Some(source) = config.sources.iter().find(|source| source.kind.name == name) {
        return Ok(source.clone());
    }
    let kind = sources::kind(name);
    let made =
        kind.and_then(|kind| configured::unconfigured(kind, config.contact.as_deref(), &config.sources));
    made.ok_or_else(|| {
        anyhow!("no source has told of {wish} yet; with a source of kind {name} it would be asked for")
    })
}

/// The paper, by the name that was wished for, or as what the source was asked for.
fn reported(desk: &Desk, source: &ConfiguredSource, wish: &ExternalId) -> anyhow::Result<Option<Paper>> {
    let reader = desk.reader();
    if let Some(paper) = reader.paper_known_as(wish)? {
        return Ok(Some(paper));
    }
    // A page tells a better identifier than its address, under which nobody knows it then.
    match reader.paper_by_key(&source.id, Text::line(wish.value()).as_str())? {
        Some(paper) => Ok(reader.paper(&paper)?),
        None => Ok(None),
    }
}

/// Why it did not come.
fn missed(wish: &ExternalId, summary: Summary) -> String {
    let why = summary.fault.or_else(|| summary.problems.first().map(ToString::to_string));
    match (wish, why) {
        (_, Some(why)) => format!("{} cannot be had: {why}", wish.value()),
        (ExternalId::Doi(_), None) => format!("neither Crossref nor DataCite knows {wish}"),
        (_, None) => format!("nobody there knows {wish}"),
    }
}

#[cfg(test)]
mod tests {
    use super::wish;

    #[test]
    fn identifiers_are_known_before_addresses() {
        for (text, expected) in [
            ("2608.00077", Some("arxiv:2608.00077")),
            ("https://arxiv.org/pdf/2608.00077v2", Some("arxiv:2608.00077")),
            ("https://doi.org/10.5555/Flags.7", Some("doi:10.5555/flags.7")),
            ("doi:10.48550/arXiv.2608.00077", Some("arxiv:2608.00077")),
            ("https://gardens.example.org/papers/7#top", Some("page:https://gardens.example.org/papers/7")),
            (
                "https://openreview.net/forum?id=abcd1234",
                Some("page:https://openreview.net/forum?id=abcd1234"),
            ),
            ("pmid:123456", None),
            ("ftp://gardens.example.org/7", None),
            ("counting flags", None),
        ] {
            assert_eq!(wish(text).map(|id| id.to_string()).as_deref(), expected, "{text}");
        }
    }
}

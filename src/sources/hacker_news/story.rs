//! One story: whether it leads to a paper, which one, and how much it was liked.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::model::arxiv_id::ArxivId;
use crate::model::coverage::Reading;
use crate::model::record::IdHint;
use crate::model::record::RawId;
use crate::model::signal::SignalKind;
use crate::model::time::Timestamp;
use crate::sources::json_api::number;
use crate::sources::json_api::string;

/// The best stories are remembered for so many seconds.
const REMEMBERED: i64 = 60 * 86_400;

/// No more of them are remembered, newest first.
const MOST_REMEMBERED: usize = 400;

/// Longer addresses lead to no paper.
const LONGEST: usize = 1_000;

/// A site of papers: a host, and how paths of papers on it begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Site {
    /// As it is configured and searched.
    pub(super) name: String,
    host: String,
    path: String,
}

impl Site {
    /// Reads `host` or `host/path`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let name = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let url = Url::parse(&format!("https://{name}")).ok()?;
        let host = url.host_str()?.strip_prefix("www.").unwrap_or(url.host_str()?).to_owned();
        let is_bare = url.port().is_none() && url.query().is_none() && url.username().is_empty();
        let is_named = host.contains('.') && name.starts_with(url.host_str()?);
        (is_bare && is_named).then(|| Self { host, path: url.path().to_owned(), name })
    }

    /// Whether an address lies on it, rather than only speaks of it.
    fn has(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let is_host =
            host.strip_suffix(&self.host).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        let path = url.path().to_ascii_lowercase();
        let behind = path.strip_prefix(self.path.trim_end_matches('/'));
        is_host && behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    }
}

/// A story that leads to a paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Story {
    paper: String,
    href: String,
    at: i64,
    points: u64,
    replies: u64,
}

/// The best that stories about one paper have reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Best {
    at: i64,
    points: u64,
    replies: u64,
}

/// Reads a story; none where it leads elsewhere.
pub(super) fn read(hit: &Value, site: Option<&Site>) -> Result<Option<Story>, String> {
    if !hit.is_object() {
        return Err("it is not an object".to_owned());
    }
    // Questions and polls have no address.
    let Some(href) = string(hit, "url").filter(|href| href.len() <= LONGEST) else { return Ok(None) };
    let Some(url) = Url::parse(&href).ok().filter(|url| site.is_none_or(|site| site.has(url))) else {
        return Ok(None);
    };
    let count = |key: &str| hit.get(key).and_then(number);
    // A story that was taken away has no points.
    let Some(points) = count("points") else { return Ok(None) };
    let at = hit.get("created_at_i").and_then(Value::as_i64).ok_or("it has no created_at_i")?;
    Ok(Some(Story {
        paper: paper(&url),
        href,
        at,
        points,
        replies: count("num_comments").unwrap_or_default(),
    }))
}

/// One name for the several addresses of a paper.
fn paper(url: &Url) -> String {
    let path = url.path().trim_matches('/');
    let behind = path.split_once('/').map_or("", |(_first, rest)| rest);
    let stem = behind.strip_suffix(".pdf").unwrap_or(behind);
    if let Some((id, _version)) = ArxivId::parse(stem) {
        return format!("arxiv:{id}");
    }
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let id = url.query_pairs().find(|(key, _value)| key == "id").map(|(_key, value)| value.into_owned());
    match id {
        Some(id) => format!("{host}:{id}"),
        None => format!("{host}/{path}"),
    }
}

/// One reading for each paper, of the best that is known of it.
pub(super) fn readings(stories: Vec<Story>, best: &mut BTreeMap<String, Best>) -> Vec<Reading> {
    let mut papers: BTreeMap<String, (String, Best)> = BTreeMap::new();
    for Story { paper, href, at, points, replies } in stories {
        let known = best.get(&paper).copied();
        let (_href, reached) = papers
            .entry(paper)
            .or_insert_with(|| (href, known.unwrap_or(Best { at, points: 0, replies: 0 })));
        reached.at = reached.at.max(at);
        reached.points = reached.points.max(points);
        reached.replies = reached.replies.max(replies);
    }
    let mut readings = Vec::with_capacity(papers.len());
    for (paper, (href, reached)) in papers {
        let signals = vec![(SignalKind::Points, reached.points), (SignalKind::Replies, reached.replies)];
        readings.push(Reading { ids: vec![RawId { hint: IdHint::Any, text: href }], signals });
        // Nothing can fall below the one point that every story begins with.
        if reached.points > 1 {
            best.insert(paper, reached);
        }
    }
    readings
}

/// Forgets what is long past, and the oldest beyond a limit.
pub(super) fn forget(best: &mut BTreeMap<String, Best>, run: Timestamp) {
    let earliest = run.seconds().saturating_sub(REMEMBERED);
    best.retain(|_paper, best| best.at >= earliest);
    if best.len() > MOST_REMEMBERED {
        let mut times: Vec<i64> = best.values().map(|best| best.at).collect();
        times.sort_unstable_by(|one, other| other.cmp(one));
        let earliest = times.get(MOST_REMEMBERED).copied().unwrap_or_default();
        best.retain(|_paper, best| best.at > earliest);
    }
}

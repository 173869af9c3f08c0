//! The stars of papers' code on GitHub, asked for one repository at a time.
//!
//! Manners: 60 calls an hour without a token, 5,000 with one; an unchanged repository (304) costs none of them. What is
//! asked for is the address that a paper links to. A renamed repository redirects, and the paper keeps the address it has.
//! Deliberately absent: other hosts of code, and everything of a repository but its stars.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::fetch::exchange::Credential;
use crate::fetch::exchange::Expects;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::model::coverage::Reading;
use crate::model::coverage::Target;
use crate::model::coverage::WantedBy;
use crate::model::coverage::Wants;
use crate::model::record::IdHint;
use crate::model::record::RawId;
use crate::model::signal::SignalKind;
use crate::model::source::Authority;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::Rhythm;
use crate::sources::Source;
use crate::sources::aimed::Aimed;
use crate::sources::json_api;
use crate::sources::json_list;

/// This kind.
pub(super) const KIND: Kind = Kind {
    name: "github-stars",
    about: "The stars of known papers' code on GitHub, counted once a day.",
    authority: Authority::Aggregator,
    manners: Manners {
        operator: Some("github-api"),
        spacing: Duration::from_secs(1),
        every: Duration::from_hours(1),
        every_at_least: Duration::from_hours(1),
        rhythm: Rhythm::Steady,
        believes_max_age: Duration::from_hours(1),
    },
    needs_contact: false,
    options: &[
        OptionKey {
            name: "repositories",
            form: OptionForm::Number,
            is_required: false,
            default: "50",
            example: "",
            about: "How many repositories are asked for in one harvest, 1 to 1,500; with a token, 1,000 where nothing is said.",
        },
        OptionKey {
            name: "token",
            form: OptionForm::Secret,
            is_required: false,
            default: "",
            example: "",
            about: "A token of github.com without any rights, which raises its limit from 60 calls an hour to 5,000.",
        },
        OptionKey {
            name: "url",
            form: OptionForm::Url,
            is_required: false,
            default: "\"https://api.github.com/repos\"",
            example: "",
            about: "Where the repositories lie.",
        },
    ],
    build,
};

/// Where the repositories lie.
const BASE: &str = "https://api.github.com/repos";

/// The largest body that is read; a repository takes 10 kB.
const LIMIT_BYTES: usize = 512 * 1024;

/// How many calls of the 60 are used in an hour, so that some are left for others behind the same address.
const WITHOUT_TOKEN: u64 = 50;

/// As many with a token.
const WITH_TOKEN: u64 = 1_000;

/// First parts of paths on GitHub that are no one's name.
const NOT_OWNERS: &[&str] =
    &["about", "apps", "collections", "features", "marketplace", "orgs", "search", "sponsors", "topics"];

#[derive(Debug)]
struct GithubStars {
    base: Url,
    token: Option<Credential>,
    repositories: usize,
}

/// A repository, and every address under which papers link to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Repository {
    owner: String,
    name: String,
    links: Vec<String>,
}

fn build(options: &Options) -> Result<Box<dyn Source>, OptionFault> {
    let token = json_api::bearer(options.secret("token"));
    let usual = if token.is_some() { WITH_TOKEN } else { WITHOUT_TOKEN };
    let repositories = json_api::within(options, "repositories", usual, 1, 1_500)?;
    Ok(Box::new(GithubStars {
        base: json_api::base(options, BASE)?,
        token,
        repositories: usize::try_from(repositories).unwrap_or(usize::MAX),
    }))
}

/// The owner and name of the repository that an address lies in.
fn repository(address: &str) -> Option<(String, String)> {
    let url = Url::parse(address.trim()).ok()?;
    if !matches!(url.host_str()?, "github.com" | "www.github.com") {
        return None;
    }
    let mut path = url.path_segments()?.filter(|segment| !segment.is_empty());
    let (owner, name) = (path.next()?, path.next()?);
    let name = name.strip_suffix(".git").unwrap_or(name);
    let is_word = |text: &str, further: &[u8], longest| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || further.contains(&byte);
        (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
    };
    let is_owner = is_word(owner, b"-_", 39) && !NOT_OWNERS.contains(&owner);
    let is_name = is_word(name, b"-_.", 100) && !matches!(name, "." | "..");
    (is_owner && is_name).then(|| (owner.to_owned(), name.to_owned()))
}

impl Source for GithubStars {
    fn wants(&self) -> Option<Wants> {
        Some(Wants { by: WantedBy::Code, days: 60, again_hours: 24, at_most: self.repositories })
    }

    fn aim(&self, _cursor: &Cursor, run: Timestamp, targets: &[Target]) -> Cursor {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut repositories: Vec<Repository> = Vec::new();
        for target in targets.iter().take(self.repositories) {
            let Some((owner, name)) = repository(&target.name) else { continue };
            let place =
                *places.entry(format!("{owner}/{name}").to_ascii_lowercase()).or_insert(repositories.len());
            match repositories.get_mut(place) {
                Some(known) => known.links.push(target.name.clone()),
                None => repositories.push(Repository { owner, name, links: vec![target.name.clone()] }),
            }
        }
        Aimed::cursor(run, repositories)
    }

    fn ask(&self, cursor: &Cursor, _run: Timestamp) -> Option<Request> {
        let aimed = Aimed::<Repository>::read(cursor);
        let repository = aimed.first(1).first()?;
        let url = json_api::below(&self.base, [repository.owner.as_str(), repository.name.as_str()])?;
        let request = Request::get(url, "application/vnd.github+json", LIMIT_BYTES, Expects::Json);
        Some(request.known_by(self.token.clone()))
    }

    fn read(&self, cursor: &Cursor, _run: Timestamp, _request: &Request, response: &Response) -> Batch {
        let aimed = Aimed::<Repository>::read(cursor);
        let mut batch = Batch::default();
        if let Some(repository) = aimed.first(1).first().filter(|_| !response.is_not_modified()) {
            match stars(&response.body) {
                Ok(stars) => {
                    let id = |link: &String| RawId { hint: IdHint::Any, text: link.clone() };
                    let reading =
                        |link| Reading { ids: vec![id(link)], signals: vec![(SignalKind::Stars, stars)] };
                    batch.readings.extend(repository.links.iter().map(reading));
                }
                Err(why) => {
                    let why = format!("{}/{}: {why}", repository.owner, repository.name);
                    return Batch { unusable: Some(why), ..Batch::default() };
                }
            }
        }
        batch.next = aimed.behind(1);
        batch
    }

    fn skip(&self, cursor: &Cursor, _run: Timestamp) -> Option<Cursor> {
        Some(Aimed::<Repository>::read(cursor).behind(1))
    }

    fn is_absence(&self, response: &Response) -> bool {
        // Deleted or made private, or taken down at the wish of an owner of rights.
        matches!(response.status, 404 | 410 | 451)
    }

    fn explain(&self, response: &Response) -> Option<String> {
        json_api::said(&response.body)
    }
}

fn stars(body: &[u8]) -> Result<u64, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string());
    let repository = text.and_then(json_list::value);
    let stars = repository.as_ref().ok().and_then(|value: &Value| value.get("stargazers_count"));
    stars.and_then(json_api::number).ok_or_else(|| {
        let why = repository.err().unwrap_or_else(|| "it has no stargazers_count".to_owned());
        json_api::unreadable(body, "a repository", why)
    })
}

#[cfg(test)]
mod tests;

//! The commands that only read: a store as it is, seen by a person. Blocking; the desk calls it off the async threads.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use anyhow::bail;

use crate::config::Config;
use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;
use crate::daemon::views;
use crate::http;
use crate::http::Serving;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::normalise;
use crate::pages::opml;
use crate::query;
use crate::query::document::Beside;
use crate::query::document::Document;
use crate::store;
use crate::store::Reader;

/// What is read from.
pub struct Looker {
    /// The store and the topics in force.
    pub serving: Serving,
    /// The configuration in force.
    pub config: Arc<Config>,
    /// The folder of the store that is open, whatever a reload says of the next start's.
    pub store: PathBuf,
}

impl Looker {
    /// Answers a command that only reads.
    pub fn answer(&self, ask: Ask) -> anyhow::Result<Answer> {
        let Serving { reader, site, urls, clock } = &self.serving;
        let (site, now) = (Arc::clone(&site.borrow()), clock.now());
        match ask {
            Ask::Sources => Ok(Answer::Sources { sources: views::sources(reader, &self.config, now)? }),
            Ask::Topics => Ok(Answer::Topics { topics: views::topics(reader, &site.topics, urls, now)? }),
            Ask::Show(text) => {
                let paper = find(reader, &text)?;
                let paper = paper.ok_or_else(|| anyhow!("no paper is known as \"{}\"", text.trim()))?;
                Ok(Answer::Show { paper: Box::new(views::paper(reader, &paper, urls)?) })
            }
            Ask::Search { query, limit } => search(reader, &query, limit, now),
            Ask::Opml => {
                let list = opml::render(&site.title, &http::topic_lines(&self.serving)?, urls)?;
                Ok(Answer::Opml { opml: String::from_utf8(list)? })
            }
            Ask::Export => {
                // Beside the store: only there may the daemon write; the command moves the file to where it is wanted.
                let file = self.store.join(format!("export-{:08x}.tmp", fastrand::u32(..)));
                let manifest = store::export(reader, &file)?;
                Ok(Answer::Exported { file: file.to_string_lossy().into_owned(), papers: manifest.papers })
            }
            Ask::Poll(_) | Ask::Backfill { .. } | Ask::Merge { .. } | Ask::Split { .. } | Ask::Verify => {
                bail!("this is answered elsewhere")
            }
        }
    }
}

/// The paper that a person means: by our identifier, an outside one, or an address that holds one.
pub(super) fn find(reader: &Reader, text: &str) -> Result<Option<Paper>, store::Error> {
    let text = text.trim();
    // Our own identifier, alone or at the end of its Atom identifier or of its page's address.
    let own = text.rsplit_once("paper/").or(text.rsplit_once("/papers/")).map_or(text, |(_, id)| id);
    if let Some(id) = PaperId::parse(own) {
        return reader.paper(&id);
    }
    let outside = normalise::ids::lookup(text).or_else(|| ExternalId::parse(text));
    let Some(outside) = outside else { return Ok(None) };
    match reader.paper_by_external(&outside)? {
        Some(id) => reader.paper(&id),
        None => Ok(None),
    }
}

/// A plain scan: every paper, newest first, through the query.
fn search(reader: &Reader, text: &str, limit: usize, now: Timestamp) -> anyhow::Result<Answer> {
    let parsed = query::parse(text);
    if let Some(problem) = parsed.problems.first() {
        bail!("the query is not understood\n{}", query::render_problem(text, problem));
    }
    let Some(query) = parsed.query else { bail!("the query is empty") };
    let (mut hits, mut total) = (Vec::new(), 0);
    for paper in reader.newest(None) {
        let paper = paper?;
        let signals = reader.signals(&paper.id)?;
        let document = Document::new(&paper, &Beside { signals: &signals, is_picked: false });
        let verdict = query.evaluate(&document, now);
        if verdict.is_match() {
            total += 1;
            if hits.len() < limit {
                hits.push(views::hit(&paper, verdict.reason()));
            }
        }
    }
    Ok(Answer::Search { hits, total })
}

//! The commands that only read: a store as it is, seen by a person. Blocking; the desk calls it off the async threads.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use anyhow::bail;

use crate::config::Config;
use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;
use crate::daemon::tried;
use crate::daemon::views;
use crate::finding;
use crate::finding::search::Wanted;
use crate::http;
use crate::http::Serving;
use crate::index::reader::Sort;
use crate::model::topic::TopicId;
use crate::pages::opml;
use crate::store;

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
        let Serving { reader, site, urls, clock, .. } = &self.serving;
        let library = self.serving.library();
        let (site, now) = (Arc::clone(&site.borrow()), clock.now());
        match ask {
            Ask::Sources => Ok(Answer::Sources { sources: views::sources(reader, &self.config, now)? }),
            Ask::Topics => Ok(Answer::Topics { topics: views::topics(reader, &site.topics, urls, now)? }),
            Ask::Show(text) => {
                let paper = finding::known(reader, &text)?;
                Ok(Answer::Show { paper: Box::new(views::paper(reader, &paper, urls)?) })
            }
            Ask::Search { query, limit, offset, by_relevance } => {
                let sort = if by_relevance { Sort::Relevance } else { Sort::Newest };
                let wanted = Wanted { sort, offset, limit };
                Ok(Answer::Found(finding::search::search(&library, &query, wanted, now)?))
            }
            Ask::Similar { paper, limit } => {
                let paper = finding::known(reader, &paper)?;
                Ok(Answer::Found(finding::search::similar_rows(&library, &paper, limit)?))
            }
            Ask::Try(trial) => {
                let live = trial.topic.as_deref().map(topic_id).transpose()?;
                let live = live.filter(|id| site.topics.topic(id).is_some());
                let (days, topic) = (trial.days, tried::topic(&trial)?);
                let tried = finding::trial::trial(&library, &topic, live.as_ref(), days, now)?;
                Ok(Answer::Tried { tried: Box::new(tried) })
            }
            Ask::Explain { topic, paper } => {
                let paper = finding::known(reader, &paper)?;
                let explained = finding::explain::explain(&library, &topic_id(&topic)?, &paper, now)?;
                Ok(Answer::Explained { explained: Box::new(explained) })
            }
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
            Ask::Poll(_)
            | Ask::Backfill { .. }
            | Ask::Merge { .. }
            | Ask::Split { .. }
            | Ask::Mark { .. }
            | Ask::Pick { .. }
            | Ask::Unpick(_)
            | Ask::Train
            | Ask::Reader(_)
            | Ask::Outbox(_)
            | Ask::Verify => bail!("this is answered elsewhere"),
        }
    }
}

/// A topic's name as a person wrote it.
pub(super) fn topic_id(text: &str) -> anyhow::Result<TopicId> {
    TopicId::parse(text).ok_or_else(|| anyhow!("\"{text}\" is no name of a topic"))
}

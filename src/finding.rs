//! Looking things up for people: search, similar papers, what a topic would show, why a paper is in one. Both the command
//! line and the server answer from here, so that they always say the same. Blocking; changes nothing.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use crate::index;
use crate::index::handle::Handle;
use crate::model::curation::Note;
use crate::model::curation::Pick;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::text::Html;
use crate::normalise;
use crate::query;
use crate::query::Query;
use crate::store;
use crate::store::Reader;
use crate::topics::Topics;
use crate::topics::selector::Selector;

pub mod daily;

pub mod explain;

pub mod moved;

pub mod record;

pub mod rows;

pub mod search;

pub mod trending;

pub mod trial;

/// What is looked things up in.
#[derive(Clone, Debug)]
pub struct Library {
    /// The store.
    pub reader: Reader,
    /// The search index.
    pub index: Handle,
    /// The topics in force.
    pub selector: Arc<Selector>,
}

/// Why something could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The query is wrong; the words show where and how.
    #[error("the query is not understood\n{0}")]
    Query(String),
    /// What is asked for is wrong in another way.
    #[error("{0}")]
    Wrong(String),
    /// There is no such thing.
    #[error("{0}")]
    Unknown(String),
    /// It cannot be told at the moment.
    #[error("{0}")]
    NotYet(String),
    /// The store refused.
    #[error("reading the store: {0}")]
    Store(#[from] store::Error),
    /// The index refused.
    #[error(transparent)]
    Index(#[from] index::Error),
}

/// An editor's note, written in Markdown, as it is shown.
pub fn note(note: &Note) -> Html {
    normalise::note(note.as_str())
}

/// At most so many papers that editors picked, the last first; one that became another stands under its name now.
pub fn newest_picks(reader: &Reader, most: usize) -> Result<Vec<(Pick, Paper)>, store::Error> {
    let mut picks = reader.picks()?;
    picks.sort_by_key(|pick| Reverse(pick.at));
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    for pick in picks {
        if found.len() >= most {
            break;
        }
        if let Some(paper) = reader.paper(&pick.paper)?
            && known.insert(paper.id.clone())
        {
            found.push((pick, paper));
        }
    }
    Ok(found)
}

/// What is said of a topic that is not there.
pub fn no_topic(topics: &Topics, name: &str) -> Error {
    let distance = |id: &str| strsim::damerau_levenshtein(id, name);
    let nearest = topics.iter().map(|topic| topic.id.as_str()).min_by_key(|id| distance(id));
    let hint = match nearest.filter(|id| distance(id) <= 2.max(name.len() / 3)) {
        Some(close) => format!("did you mean \"{close}\"?"),
        None => "`offprint topics` lists them".to_owned(),
    };
    Error::Unknown(format!("no topic is called \"{name}\"; {hint}"))
}

/// A query that a person wrote; what is wrong with it is shown in place, all of it.
pub fn understood(text: &str) -> Result<Query, Error> {
    let parsed = query::parse(text);
    if !parsed.problems.is_empty() {
        let pictures: Vec<String> =
            parsed.problems.iter().map(|problem| query::render_problem(text, problem)).collect();
        return Err(Error::Query(pictures.join("\n")));
    }
    parsed.query.ok_or_else(|| Error::Wrong("the query is empty".to_owned()))
}

/// The paper that a person means: by our identifier, an outside one, or an address that holds one.
pub fn paper(reader: &Reader, text: &str) -> Result<Option<Paper>, store::Error> {
    let text = text.trim();
    // Our own identifier, alone or at the end of its Atom identifier or of its page's address.
    let own = text.rsplit_once("paper/").or(text.rsplit_once("/papers/")).map_or(text, |(_, id)| id);
    if let Some(id) = PaperId::parse(own) {
        return reader.paper(&id);
    }
    let outside = normalise::ids::lookup(text).or_else(|| ExternalId::parse(text));
    let Some(outside) = outside else { return Ok(None) };
    reader.paper_known_as(&outside)
}

/// The same, where not knowing it is an error.
pub fn known(reader: &Reader, text: &str) -> Result<Paper, Error> {
    paper(reader, text)?.ok_or_else(|| Error::Unknown(format!(
            "no paper is known as \"{}\"; name one by our identifier, an arXiv identifier, a DOI or an address that holds one",
            text.trim()
        )))
}

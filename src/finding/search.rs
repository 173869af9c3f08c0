//! Search, and papers like one.

use std::collections::HashSet;

use crate::finding::Error;
use crate::finding::Library;
use crate::finding::rows::FacetRows;
use crate::finding::rows::Hit;
use crate::finding::rows::SearchRows;
use crate::finding::understood;
use crate::index::reader::Search;
use crate::index::reader::Sort;
use crate::index::similar;
use crate::index::snippet;
use crate::index::snippet::Snippet;
use crate::model::paper::Paper;
use crate::model::time::Timestamp;
use crate::query::Query;
use crate::query::ast::Node;
use crate::query::document::Document;

/// The most papers that are given at once to those who ask over the network.
pub const MOST: usize = 500;

/// How far into the results they may ask.
pub const FARTHEST: usize = 10_000;

/// What is wanted of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The order.
    pub sort: Sort,
    /// How many of the first are left out.
    pub offset: usize,
    /// How many are given.
    pub limit: usize,
}

/// The papers that match a query as a person wrote it.
pub fn search(library: &Library, text: &str, wanted: Wanted, now: Timestamp) -> Result<SearchRows, Error> {
    let query = understood(text)?;
    let (papers, total, facets) = papers(library, &query, wanted, true, now)?;
    let mut hits = Vec::with_capacity(papers.len());
    for (paper, score) in papers {
        let document = Document::new(&paper, &library.reader.beside(&paper.id)?);
        let reason = query.evaluate(&document, now).reason();
        let snippet = snippet::of(&query, &paper).map(|snippet| marked(&snippet));
        let score = (wanted.sort == Sort::Relevance).then_some(score);
        hits.push(Hit { score, snippet, ..Hit::of(&paper, reason) });
    }
    Ok(SearchRows { hits, total, facets })
}

/// What a search found, for a page.
#[derive(Clone, PartialEq, Debug)]
pub struct Narrowed {
    /// The query as it was understood.
    pub canonical: String,
    /// The papers in order, each with the stretch of its text that was looked for.
    pub papers: Vec<(Paper, Option<Snippet>)>,
    /// How many match in all.
    pub total: u64,
    /// What all of them share.
    pub facets: FacetRows,
}

/// The papers that match a query as a person wrote it, whole.
pub fn narrowed(library: &Library, text: &str, wanted: Wanted, now: Timestamp) -> Result<Narrowed, Error> {
    let query = understood(text)?;
    let (papers, total, facets) = papers(library, &query, wanted, true, now)?;
    let with_snippet = |(paper, _score): (Paper, f32)| {
        let snippet = snippet::of(&query, &paper);
        (paper, snippet)
    };
    let papers = papers.into_iter().map(with_snippet).collect();
    Ok(Narrowed { canonical: query.to_string(), papers, total, facets })
}

/// A query with a condition more, or without it where it has it already, and which of both. All conditions hold together.
pub fn turned(query: &str, condition: &str) -> Option<(String, bool)> {
    let (query, condition) = (understood(query).ok()?, understood(condition).ok()?);
    let mut nodes = match query.root() {
        Node::And(nodes) => nodes.clone(),
        other @ (Node::Or(_) | Node::Not(_) | Node::Clause(_)) => vec![other.clone()],
    };
    let before = nodes.len();
    nodes.retain(|node| node != condition.root());
    let is_on = nodes.len() < before;
    if !is_on {
        nodes.push(condition.root().clone());
    }
    let text = match nodes.len() {
        0 => String::new(),
        _some => Query::of(Node::And(nodes)).to_string(),
    };
    Some((text, is_on))
}

/// Papers with their scores, how many there are in all, and what they share.
pub type Papers = (Vec<(Paper, f32)>, u64, FacetRows);

/// The papers themselves with their scores, how many there are in all, and what they share.
pub fn papers(
    library: &Library,
    query: &Query,
    wanted: Wanted,
    facets: bool,
    now: Timestamp,
) -> Result<Papers, Error> {
    let Wanted { sort, offset, limit } = wanted;
    let index = library.index.reader().map_err(Error::NotYet)?;
    let search = Search { now, sort, offset, limit, facets };
    let found = index.search(query, &search).inspect_err(|_damaged| library.index.suspect())?;
    let (mut papers, mut known) = (Vec::with_capacity(found.hits.len()), HashSet::new());
    for hit in found.hits {
        // One that was absorbed a moment ago is listed under its new name, where it is not there already.
        if let Some(paper) = library.reader.paper(&hit.paper)?
            && known.insert(paper.id.clone())
        {
            papers.push((paper, hit.score));
        }
    }
    let facets = FacetRows {
        categories: found.facets.categories,
        years: found.facets.years,
        sources: found.facets.sources,
    };
    Ok((papers, found.total, facets))
}

/// The papers that are most like one, the nearest first.
pub fn similar(library: &Library, paper: &Paper, limit: usize) -> Result<Vec<similar::Alike>, Error> {
    let index = library.index.reader().map_err(Error::NotYet)?;
    let reader = &library.reader;
    let found =
        similar::find(&index, paper, limit.min(MOST), |id| Ok(reader.gist(id)?), |id| Ok(reader.paper(id)?));
    found.inspect_err(|error| {
        if matches!(error, Error::Index(_)) {
            library.index.suspect();
        }
    })
}

/// The same as rows.
pub fn similar_rows(library: &Library, paper: &Paper, limit: usize) -> Result<SearchRows, Error> {
    let alike = similar(library, paper, limit)?;
    let hits: Vec<Hit> = alike
        .into_iter()
        .map(|alike| {
            let reason = format!("both have {}", alike.words.join(", "));
            Hit { score: Some(alike.score), ..Hit::of(&alike.paper, reason) }
        })
        .collect();
    let total = u64::try_from(hits.len()).unwrap_or(u64::MAX);
    Ok(SearchRows { hits, total, facets: FacetRows::default() })
}

/// A snippet with `**` around what was looked for.
fn marked(snippet: &Snippet) -> String {
    let part = |(text, is_hit): &(String, bool)| if *is_hit { format!("**{text}**") } else { text.clone() };
    snippet.parts.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::turned;

    #[test]
    fn a_condition_is_put_on_and_taken_off() {
        for (query, expected) in [
            ("lora", "lora cat:cs.lg"),
            ("lora OR adapter", "(lora OR adapter) cat:cs.lg"),
            ("(flow) OR (rank)", "(flow OR rank) cat:cs.lg"),
            ("lora date:2026", "lora date:2026 cat:cs.lg"),
            ("lora OR cat:cs.LG", "(lora OR cat:cs.lg) cat:cs.lg"),
        ] {
            let (with, was_on) = turned(query, "cat:cs.LG").unwrap();
            assert_eq!(
                (super::understood(&with).unwrap(), was_on),
                (super::understood(expected).unwrap(), false)
            );
            let (without, was_on) = turned(&with, "cat:cs.LG").unwrap();
            assert_eq!(
                (super::understood(&without).unwrap(), was_on),
                (super::understood(query).unwrap(), true)
            );
        }
        assert_eq!(turned("cat:cs.LG", "cat:cs.LG"), Some((String::new(), true)));
    }
}

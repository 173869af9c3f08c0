//! The papers of one answer, each cut out of the document and parsed alone.

use std::collections::BTreeSet;

use crate::fetch::exchange::Response;
use crate::model::problem::Problem;
use crate::model::record::Record;
use crate::sources::feed::decode;
use crate::sources::feed::repair;
use crate::sources::pubmed::article;
use crate::sources::xml;

/// No paper is longer, in bytes; one that is would take many times its length once parsed.
const PAPER_BYTES: usize = 2 * 1024 * 1024;

/// Missing papers that are named in a problem.
const NAMED: usize = 10;

/// What an answer holds.
#[derive(Debug, Default)]
pub(super) struct Papers {
    /// The papers and notices.
    pub(super) records: Vec<Record>,
    /// Those that could not be read, and those that did not come.
    pub(super) problems: Vec<Problem>,
    /// The numbers of papers that were asked for and are not among them.
    pub(super) missing: BTreeSet<String>,
    /// Whether the document ends before its root does.
    pub(super) is_cut: bool,
}

/// Reads an answer to a request for these papers, or says why it cannot be used.
pub(super) fn papers(response: &Response, asked: &[String], is_notice: bool) -> Result<Papers, String> {
    let text = repair::repair(&decode::answer(response));
    let root = xml::root(&text).ok_or("there is no markup in it")?;
    if !["PubmedArticleSet", "PubmedArticle", "PubmedBookArticle"].contains(&root) {
        let words = xml::first_text(&text, "ERROR").filter(|words| !words.is_empty());
        return Err(words.unwrap_or_else(|| format!("its root element is <{root}>, which holds no papers")));
    }
    let mut papers =
        Papers { is_cut: !text.trim_end().ends_with(&format!("</{root}>")), ..Papers::default() };
    let mut given = BTreeSet::new();
    for (index, range) in xml::cut(&text, &["PubmedArticle", "PubmedBookArticle"]).into_iter().enumerate() {
        let paper = text.get(range).unwrap_or_default();
        let read = if paper.len() > PAPER_BYTES {
            Err(format!("it is {} bytes long, more than any paper", paper.len()))
        } else {
            xml::parse(paper).and_then(|element| article::read(&element, is_notice))
        };
        match read {
            Ok(article) => {
                given.insert(article.pmid);
                papers.records.extend(article.records);
            }
            Err(message) => papers.problems.push(Problem::new(format!("paper {}", index + 1), message)),
        }
    }
    papers.missing = asked.iter().filter(|id| !given.contains(*id)).cloned().collect();
    if !papers.missing.is_empty() {
        let some: Vec<&str> = papers.missing.iter().take(NAMED).map(String::as_str).collect();
        let message =
            format!("{} of {} did not come: {}", papers.missing.len(), asked.len(), some.join(", "));
        papers.problems.push(Problem::new("papers", message));
    }
    if papers.is_cut {
        papers.problems.push(Problem::new("end", format!("the document ends before </{root}>")));
    }
    Ok(papers)
}

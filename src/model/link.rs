//! Web addresses that belong to a paper.

use std::fmt;

use crate::model::arxiv_id::ArxivId;

/// An absolute `http` or `https` address that is safe to print in a link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WebUrl(String);

impl WebUrl {
    /// Reads an absolute address; other schemes, credentials in it and more than 2,048 bytes are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let url = url::Url::parse(text.trim()).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let bare = url.username().is_empty() && url.password().is_none();
        (web && bare && url.as_str().len() <= 2_048).then(|| Self(url.to_string()))
    }

    /// The address of a paper on arXiv: `abs` leads to its page, `pdf` to its PDF. No character of an identifier has to be
    /// written otherwise in an address.
    pub fn on_arxiv(path: &'static str, id: &ArxivId) -> Self {
        Self(["https://arxiv.org/", path, "/", id.as_str()].concat())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a link leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LinkKind {
    /// The page of the paper where it was published (the abstract page).
    Page,
    /// The paper as PDF.
    Pdf,
    /// Source code.
    Code,
    /// The project's own site.
    Project,
    /// A place where the paper is discussed.
    Discussion,
    /// A picture of the paper.
    Thumbnail,
}

/// One address of a paper.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Link {
    /// What it leads to.
    pub kind: LinkKind,
    /// Where it leads.
    pub url: WebUrl,
}

#[cfg(test)]
mod tests {
    use super::WebUrl;
    use crate::model::arxiv_id::ArxivId;

    #[test]
    fn an_address_on_arxiv_is_what_a_parser_makes_of_it() {
        for id in ["2608.09999", "hep-th/9901001", "q-alg/9702005"] {
            let (id, _version) = ArxivId::parse(id).unwrap();
            let made = WebUrl::on_arxiv("abs", &id);
            assert_eq!(WebUrl::parse(&format!(" https://ARXIV.org/abs/{id}")), Some(made), "{id}");
        }
    }
}

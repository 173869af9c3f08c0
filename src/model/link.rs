//! Web addresses that belong to a paper.

use std::fmt;

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

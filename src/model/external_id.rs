//! Their identifiers: every scheme by which a paper may be known outside.

use std::fmt;

use crate::model::arxiv_id::ArxivId;
use crate::model::doi::Doi;
use crate::model::short_ids::AclId;
use crate::model::short_ids::OpenReviewId;
use crate::model::short_ids::PageUrl;
use crate::model::short_ids::Pmcid;
use crate::model::short_ids::Pmid;

/// An identifier that someone else gave a paper, in canonical form. The order is the order of trust.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ExternalId {
    /// An arXiv identifier.
    Arxiv(ArxivId),
    /// A DOI that is not arXiv's own; `10.48550/arXiv.…` is read as [`ExternalId::Arxiv`].
    Doi(Doi),
    /// A PubMed identifier.
    Pmid(Pmid),
    /// A PubMed Central identifier.
    Pmcid(Pmcid),
    /// An OpenReview forum.
    OpenReview(OpenReviewId),
    /// An ACL Anthology identifier.
    Acl(AclId),
    /// The paper's own page, when nothing better is known.
    Page(PageUrl),
}

impl ExternalId {
    /// The scheme's name, as it stands before the colon in [`ExternalId`]'s printed form.
    pub const fn scheme(&self) -> &'static str {
        match self {
            Self::Arxiv(_) => "arxiv",
            Self::Doi(_) => "doi",
            Self::Pmid(_) => "pmid",
            Self::Pmcid(_) => "pmcid",
            Self::OpenReview(_) => "openreview",
            Self::Acl(_) => "acl",
            Self::Page(_) => "page",
        }
    }

    /// The identifier without its scheme.
    pub fn value(&self) -> &str {
        match self {
            Self::Arxiv(id) => id.as_str(),
            Self::Doi(id) => id.as_str(),
            Self::Pmid(id) => id.as_str(),
            Self::Pmcid(id) => id.as_str(),
            Self::OpenReview(id) => id.as_str(),
            Self::Acl(id) => id.as_str(),
            Self::Page(id) => id.as_str(),
        }
    }

    /// Reads the printed form, such as `arxiv:2608.09999` or `doi:10.1000/x`.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, value) = text.split_once(':')?;
        match scheme {
            "arxiv" => ArxivId::parse(value).map(|(id, _version)| Self::Arxiv(id)),
            "doi" => Doi::parse(value).map(Self::Doi),
            "pmid" => Pmid::parse(value).map(Self::Pmid),
            "pmcid" => Pmcid::parse(value).map(Self::Pmcid),
            "openreview" => OpenReviewId::parse(value).map(Self::OpenReview),
            "acl" => AclId::parse(value).map(Self::Acl),
            "page" => PageUrl::parse(value).map(Self::Page),
            _unknown => None,
        }
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.scheme(), self.value())
    }
}

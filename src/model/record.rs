//! What a source says about one paper, in the source's own words: untrusted, typed only as far as the source types it.

use crate::model::link::LinkKind;
use crate::model::signal::SignalKind;
use crate::model::text::Raw;

/// One record of a harvest, as `sources` read it and before `normalise` has cleaned it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// The source's own key for the work, without a version; equal for every report of the same work.
    pub key: String,
    /// Identifiers and addresses that may hold some, best first, with what the source calls them.
    pub ids: Vec<RawId>,
    /// The title; a record without one is a problem.
    pub title: Option<Raw>,
    /// The abstract or the longest text that stands for it.
    pub abstract_text: Option<Raw>,
    /// The authors in order.
    pub authors: RawAuthors,
    /// Classifications, the primary one first.
    pub subjects: Vec<RawSubject>,
    /// How the source announced it, where it says so (arXiv).
    pub announce: Option<Announce>,
    /// The version the record speaks of.
    pub version: Option<u32>,
    /// When the source announced or posted it.
    pub announced: Option<RawDate>,
    /// When its authors submitted it.
    pub submitted: Option<RawDate>,
    /// When the version it speaks of was made.
    pub revised: Option<RawDate>,
    /// The authors' comment ("12 pages, 3 figures").
    pub comment: Option<Raw>,
    /// The journal or conference.
    pub venue: Option<Raw>,
    /// The full journal reference.
    pub citation: Option<Raw>,
    /// The licence's address.
    pub license: Option<String>,
    /// The institution that presents the paper.
    pub organisation: Option<Raw>,
    /// Who submitted the paper, to the repository or to the list.
    pub submitter: Option<Raw>,
    /// The language of the text as an RFC 5646 tag.
    pub language: Option<String>,
    /// Addresses that belong to the paper; those on arXiv follow from its identifier.
    pub links: Vec<RawLink>,
    /// Whether the source says that the paper was withdrawn.
    pub is_withdrawn: bool,
    /// Whether the source says that the paper was retracted.
    pub is_retracted: bool,
    /// What the record is to the paper that its identifiers name.
    pub role: Role,
    /// Counters, read with the record.
    pub signals: Vec<(SignalKind, u64)>,
}

/// What a record is to the paper that it speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Role {
    /// The paper itself: the record makes a paper where none is known.
    #[default]
    Paper,
    /// More about a paper that is known; of itself it makes none.
    Enrichment,
    /// Something that happened to a known paper (a retraction). It makes none, and no field of the paper is taken from it.
    Notice,
}

impl Role {
    /// The name used in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Enrichment => "enrichment",
            Self::Notice => "notice",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Paper, Self::Enrichment, Self::Notice].into_iter().find(|role| role.name() == name)
    }
}

/// What a source calls an identifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdHint {
    /// An arXiv identifier, perhaps with a version or as `oai:arXiv.org:…`.
    Arxiv,
    /// A DOI in any dress.
    Doi,
    /// A PubMed identifier.
    Pmid,
    /// A PubMed Central identifier.
    Pmcid,
    /// An address or text from which an identifier may be read.
    Any,
    /// The address of the paper's own page: an identifier of last resort.
    Page,
}

/// An identifier as a source wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawId {
    /// What the source calls it.
    pub hint: IdHint,
    /// Its characters.
    pub text: String,
}

/// The authors as a source wrote them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RawAuthors {
    /// One element for each author.
    List(Vec<RawAuthor>),
    /// arXiv's `dc:creator`: names joined by `, `, affiliations in parentheses.
    Arxiv(String),
    /// One string of several names in any of the usual forms (`;`, ` and `, `,`, "Last, F.").
    Joined(String),
}

impl Default for RawAuthors {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// One author as a source wrote it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RawAuthor {
    /// The name, in reading order or "Last, First", perhaps with TeX accents.
    pub name: String,
    /// Institutions.
    pub affiliations: Vec<String>,
    /// An ORCID identifier or its address.
    pub orcid: Option<String>,
    /// Whether the source says that it is a group, whose name has no parts.
    pub is_group: bool,
}

/// A classification as a source wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawSubject {
    /// Whether the source means an arXiv category.
    pub is_arxiv: bool,
    /// The code or word.
    pub term: String,
}

/// A date as a source wrote it, in any of the usual formats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawDate {
    /// Its characters.
    pub text: String,
    /// Whether only the day is meant even where a time stands (arXiv RSS, Hugging Face since April 2026).
    pub is_day: bool,
}

/// An address as a source wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawLink {
    /// What it leads to.
    pub kind: LinkKind,
    /// Its characters, absolute or not.
    pub href: String,
}

/// How arXiv announces a paper in one category, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Announce {
    /// A new paper.
    New,
    /// A paper cross-listed from another category.
    Cross,
    /// A new version of a paper.
    Replace,
    /// A new version of a cross-listed paper.
    ReplaceCross,
}

impl Announce {
    /// The word arXiv uses in `arxiv:announce_type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cross => "cross",
            Self::Replace => "replace",
            Self::ReplaceCross => "replace-cross",
        }
    }

    /// Reads arXiv's word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::New, Self::Cross, Self::Replace, Self::ReplaceCross]
            .into_iter()
            .find(|kind| kind.name() == name.trim())
    }
}

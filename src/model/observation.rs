//! What one source said about one paper, clean and typed. Never altered; a paper is what its observations say together.

use std::collections::BTreeSet;

use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::doi::Doi;
use crate::model::external_id::ExternalId;
use crate::model::link::Link;
use crate::model::link::WebUrl;
use crate::model::record::Announce;
use crate::model::record::Role;
use crate::model::registrants;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::subject::Subject;
use crate::model::text::Abstract;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::model::time::Moment;
use crate::model::time::Timestamp;

/// A normalised record with its provenance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation {
    /// Which source said it.
    pub source: SourceId,
    /// The source's own key for the work; one paper has at most one observation of a source and key.
    pub key: Text,
    /// How much the source's words weigh.
    pub authority: Authority,
    /// When we read it; unique among all observations of one store.
    pub fetched_at: Timestamp,
    /// Everything the paper is known as. arXiv RSS: `guid`, `link`, `arxiv:DOI`. Hugging Face: `paper.id`. Feeds:
    /// `prism:doi`, `dc:identifier`, `guid`, `link`, the text.
    pub ids: BTreeSet<ExternalId>,
    /// The title. Hugging Face: `paper.title`. Everywhere else: `title`.
    pub title: Title,
    /// How the source named the work before it gave it another title: papers are still known by it elsewhere. At most
    /// [`Naming::KEPT`].
    pub earlier: BTreeSet<Naming>,
    /// The abstract. arXiv RSS: `description` after its first line. Hugging Face: `paper.summary`.
    pub abstract_text: Option<Abstract>,
    /// The authors. arXiv RSS: one `dc:creator`. Hugging Face: `paper.authors`.
    pub authors: Authors,
    /// Classifications, the primary one first.
    pub subjects: Vec<Subject>,
    /// How arXiv announced it.
    pub announce: Option<Announce>,
    /// The version spoken of, from 1. arXiv RSS: the end of `guid`.
    pub version: Option<u32>,
    /// When the source announced it. arXiv RSS: `pubDate`. Hugging Face: `submittedOnDailyAt`, else the list's date.
    pub announced: Option<Moment>,
    /// When its authors submitted it. Hugging Face: `paper.publishedAt`.
    pub submitted: Option<Moment>,
    /// When the version spoken of was made.
    pub revised: Option<Moment>,
    /// The authors' comment.
    pub comment: Option<Text>,
    /// The journal or conference. Feeds: `prism:publicationName`.
    pub venue: Option<Text>,
    /// The full journal reference. arXiv RSS: `arxiv:journal_reference`.
    pub citation: Option<Text>,
    /// The licence. arXiv RSS: `dc:rights`.
    pub license: Option<WebUrl>,
    /// The institution that presents it. Hugging Face: `organization`.
    pub organisation: Option<Text>,
    /// Who submitted it. arXiv OAI (arXivRaw): `submitter`. Hugging Face: `submittedOnDailyBy`, else `submittedBy`.
    pub submitter: Option<Text>,
    /// The language as an RFC 5646 tag.
    pub language: Option<Text>,
    /// Addresses, each kind's best first.
    pub links: Vec<Link>,
    /// Whether it was withdrawn, in this source's words.
    pub is_withdrawn: bool,
    /// Whether it was retracted, in this source's words.
    pub is_retracted: bool,
    /// What the record was to the paper.
    pub role: Role,
}

/// What a work was called and who it was by, when a source said so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Naming {
    /// The title on one line.
    pub title: Text,
    /// The first authors, as far as they are compared.
    pub authors: Vec<Author>,
}

impl Naming {
    /// How many earlier namings are kept; more than three in the life of a work are rare.
    pub const KEPT: usize = 8;

    /// How many authors are compared.
    pub const AUTHORS: usize = 10;
}

impl Observation {
    /// The identifiers by which alone two observations are of one paper: all but a page's address, unless there is
    /// nothing better.
    pub fn identifying_ids(&self) -> impl Iterator<Item = &ExternalId> {
        let has_registered = self.ids.iter().any(|id| !matches!(id, ExternalId::Page(_)));
        self.ids.iter().filter(move |id| !has_registered || !matches!(id, ExternalId::Page(_)))
    }

    /// Whether a DOI of the work is that of a publication: no repository registered it, and it is not merely the name under
    /// which a registry that is no publisher lists something that appeared nowhere else.
    pub fn is_published_as(&self, doi: &Doi) -> bool {
        let is_of_a_deposit = self.authority != Authority::Publisher
            && self.venue.is_none()
            && self.key.as_str() == doi.as_str();
        !is_of_a_deposit && !registrants::is_of_a_repository(doi)
    }

    /// What no two observations of one store share: the source and its key.
    pub fn record(&self) -> (SourceId, String) {
        (self.source.clone(), self.key.as_str().to_owned())
    }

    /// Whether two observations say the same, whenever they were read.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let at = self.fetched_at;
        let mut twin = other.clone();
        twin.fetched_at = at;
        *self == twin
    }
}

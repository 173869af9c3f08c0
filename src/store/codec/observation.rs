//! The rows of one source's words about a paper.

use std::borrow::Cow;

use serde::Deserialize;
use serde::Serialize;

use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::external_id::ExternalId;
use crate::model::link::Link;
use crate::model::link::LinkKind;
use crate::model::link::WebUrl;
use crate::model::observation::Naming;
use crate::model::observation::Observation;
use crate::model::record::Announce;
use crate::model::record::Role;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::subject::Subject;
use crate::model::subject::SubjectScheme;
use crate::model::text::Abstract;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::model::time::Timestamp;
use crate::store::codec::Fault;
use crate::store::codec::words::Word as _;

/// [`Observation`].
#[derive(Serialize, Deserialize)]
pub(super) struct ObservationRow<'a> {
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    authority: Cow<'a, str>,
    fetched_at: i64,
    ids: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    title: TitleRow<'a>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<NamingRow<'a>>,
    #[serde(borrow, rename = "abstract", default, skip_serializing_if = "Option::is_none")]
    abstract_text: Option<AbstractRow<'a>>,
    #[serde(borrow)]
    authors: AuthorsRow<'a>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<SubjectRow<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    announce: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    announced: Option<MomentRow<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    submitted: Option<MomentRow<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    revised: Option<MomentRow<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    venue: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    citation: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    license: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitter: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkRow<'a>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_withdrawn: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_retracted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Cow<'a, str>>,
}

/// [`Naming`].
#[derive(Serialize, Deserialize)]
struct NamingRow<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    authors: Vec<AuthorRow<'a>>,
}

#[derive(Serialize, Deserialize)]
struct TitleRow<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tex: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct AbstractRow<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    html: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tex: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct AuthorsRow<'a> {
    #[serde(borrow)]
    listed: Vec<AuthorRow<'a>>,
    total: u32,
}

#[derive(Serialize, Deserialize)]
struct AuthorRow<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    orcid: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    affiliations: Vec<Cow<'a, str>>,
}

/// Scheme and term.
#[derive(Serialize, Deserialize)]
struct SubjectRow<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>);

/// Kind and address.
#[derive(Serialize, Deserialize)]
struct LinkRow<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>);

/// Microseconds since 1970 and precision.
#[derive(Serialize, Deserialize)]
struct MomentRow<'a>(i64, #[serde(borrow)] Cow<'a, str>);

impl<'a> From<&'a Observation> for ObservationRow<'a> {
    fn from(observation: &'a Observation) -> Self {
        Self {
            source: observation.source.as_str().into(),
            key: observation.key.as_str().into(),
            authority: observation.authority.word().into(),
            fetched_at: observation.fetched_at.micros(),
            ids: observation.ids.iter().map(|id| id.to_string().into()).collect(),
            title: TitleRow {
                text: observation.title.text.as_str().into(),
                tex: text_row(observation.title.tex.as_ref()),
            },
            earlier: observation
                .earlier
                .iter()
                .map(|naming| NamingRow {
                    title: naming.title.as_str().into(),
                    authors: naming.authors.iter().map(AuthorRow::from).collect(),
                })
                .collect(),
            abstract_text: observation.abstract_text.as_ref().map(|forms| AbstractRow {
                text: forms.text.as_str().into(),
                html: forms.html.as_str().into(),
                tex: text_row(forms.tex.as_ref()),
            }),
            authors: AuthorsRow {
                listed: observation.authors.listed.iter().map(AuthorRow::from).collect(),
                total: observation.authors.total,
            },
            subjects: observation
                .subjects
                .iter()
                .map(|subject| SubjectRow(subject.scheme.word().into(), subject.term.as_str().into()))
                .collect(),
            announce: observation.announce.map(|announce| announce.name().into()),
            version: observation.version,
            announced: observation.announced.map(MomentRow::from),
            submitted: observation.submitted.map(MomentRow::from),
            revised: observation.revised.map(MomentRow::from),
            comment: text_row(observation.comment.as_ref()),
            venue: text_row(observation.venue.as_ref()),
            citation: text_row(observation.citation.as_ref()),
            license: observation.license.as_ref().map(|url| url.as_str().into()),
            organisation: text_row(observation.organisation.as_ref()),
            submitter: text_row(observation.submitter.as_ref()),
            language: text_row(observation.language.as_ref()),
            links: observation
                .links
                .iter()
                .map(|link| LinkRow(link.kind.word().into(), link.url.as_str().into()))
                .collect(),
            is_withdrawn: observation.is_withdrawn,
            is_retracted: observation.is_retracted,
            role: (observation.role != Role::Paper).then(|| observation.role.name().into()),
        }
    }
}

impl ObservationRow<'_> {
    pub(super) fn into_noun(self) -> Result<Observation, Fault> {
        let ids = self.ids.iter();
        Ok(Observation {
            source: SourceId::parse(&self.source)
                .ok_or_else(|| Fault::unknown("the name of a source", &self.source))?,
            key: Text::new(&self.key),
            authority: Authority::of_word(&self.authority)?,
            fetched_at: Timestamp::from_micros(self.fetched_at),
            ids: ids
                .map(|id| ExternalId::parse(id).ok_or_else(|| Fault::unknown("an identifier", id)))
                .collect::<Result<_, _>>()?,
            title: Title { text: Text::new(&self.title.text), tex: text(self.title.tex) },
            earlier: self.earlier.into_iter().map(NamingRow::into_noun).collect(),
            abstract_text: self.abstract_text.map(|forms| Abstract {
                text: Text::new(&forms.text),
                html: Html::trusted(forms.html.into_owned()),
                tex: text(forms.tex),
            }),
            authors: Authors {
                listed: self.authors.listed.into_iter().map(AuthorRow::into_noun).collect(),
                total: self.authors.total,
            },
            subjects: self
                .subjects
                .iter()
                .map(|SubjectRow(scheme, term)| {
                    Ok(Subject { scheme: SubjectScheme::of_word(scheme)?, term: Text::new(term) })
                })
                .collect::<Result<_, Fault>>()?,
            announce: self
                .announce
                .map(|name| Announce::parse(&name).ok_or_else(|| Fault::unknown("an announcement", &name)))
                .transpose()?,
            version: self.version,
            announced: self.announced.map(MomentRow::into_noun).transpose()?,
            submitted: self.submitted.map(MomentRow::into_noun).transpose()?,
            revised: self.revised.map(MomentRow::into_noun).transpose()?,
            comment: text(self.comment),
            venue: text(self.venue),
            citation: text(self.citation),
            license: self.license.map(|url| web_url(&url)).transpose()?,
            organisation: text(self.organisation),
            submitter: text(self.submitter),
            language: text(self.language),
            links: self
                .links
                .iter()
                .map(|LinkRow(kind, url)| Ok(Link { kind: LinkKind::of_word(kind)?, url: web_url(url)? }))
                .collect::<Result<_, Fault>>()?,
            is_withdrawn: self.is_withdrawn,
            is_retracted: self.is_retracted,
            role: match self.role {
                None => Role::Paper,
                Some(name) => Role::parse(&name).ok_or_else(|| Fault::unknown("a role", &name))?,
            },
        })
    }
}

impl NamingRow<'_> {
    fn into_noun(self) -> Naming {
        Naming {
            title: Text::line(&self.title),
            authors: self.authors.into_iter().map(AuthorRow::into_noun).collect(),
        }
    }
}

impl<'a> From<&'a Author> for AuthorRow<'a> {
    fn from(author: &'a Author) -> Self {
        Self {
            name: author.name.as_str().into(),
            family: text_row(author.family.as_ref()),
            given: text_row(author.given.as_ref()),
            orcid: text_row(author.orcid.as_ref()),
            affiliations: author.affiliations.iter().map(|place| place.as_str().into()).collect(),
        }
    }
}

impl AuthorRow<'_> {
    fn into_noun(self) -> Author {
        Author {
            name: Text::new(&self.name),
            family: text(self.family),
            given: text(self.given),
            orcid: text(self.orcid),
            affiliations: self.affiliations.iter().map(|place| Text::new(place)).collect(),
        }
    }
}

impl From<Moment> for MomentRow<'_> {
    fn from(moment: Moment) -> Self {
        Self(moment.at.micros(), moment.precision.word().into())
    }
}

impl MomentRow<'_> {
    fn into_noun(self) -> Result<Moment, Fault> {
        let Self(micros, precision) = self;
        Ok(Moment { at: Timestamp::from_micros(micros), precision: Precision::of_word(&precision)? })
    }
}

fn text_row(text: Option<&Text>) -> Option<Cow<'_, str>> {
    text.map(|text| text.as_str().into())
}

#[expect(clippy::needless_pass_by_value, reason = "the rows are taken apart field by field")]
fn text(row: Option<Cow<'_, str>>) -> Option<Text> {
    row.as_deref().map(Text::new)
}

fn web_url(url: &str) -> Result<WebUrl, Fault> {
    WebUrl::parse(url).ok_or_else(|| Fault::unknown("an address", url))
}

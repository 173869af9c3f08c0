//! A paper as programs cite it: `BibTeX`, RIS, CSL-JSON, and the tags in a page's head that Zotero and search engines for
//! scholars read. All four are written from one set of facts, so that they say the same.
//!
//! Crates that write `BibTeX` escape `~` and `^` as accents, so the few lines it takes are ours.

use chrono::Datelike as _;
use serde_json::Value;
use serde_json::json;

use crate::model::author::Author;
use crate::model::doi::Doi;
use crate::model::external_id::ExternalId;
use crate::model::format::CitationForm;
use crate::model::link::LinkKind;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::subject::SubjectScheme;
use crate::model::text::Text;
use crate::model::time::Precision;
use crate::urls::outside;

/// What is cited of a paper.
pub(super) struct Facts<'paper> {
    paper: &'paper Paper,
    title: &'paper str,
    authors: &'paper [Author],
    /// More authors than are kept.
    are_more: bool,
    /// Year, month, day, as far as a source said.
    date: Vec<u32>,
    venue: Option<&'paper Text>,
    doi: Option<&'paper Doi>,
    arxiv: Option<String>,
    class: Option<&'paper str>,
    url: Option<String>,
    pdf: Option<String>,
}

/// Writes a paper in a form.
pub fn write(paper: &Paper, form: CitationForm) -> String {
    let facts = Facts::of(paper);
    match form {
        CitationForm::Bibtex => facts.bibtex(),
        CitationForm::Ris => facts.ris(),
        CitationForm::Csl | CitationForm::Json => json!([facts.csl()]).to_string(),
    }
}

impl<'paper> Facts<'paper> {
    pub(super) fn of(paper: &'paper Paper) -> Self {
        let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
        let total = paper.authors().map_or(0, |authors| authors.total);
        let ids = paper.ids();
        let is_published = |doi: &Doi| {
            let says =
                |one: &Observation| one.ids.iter().any(|id| matches!(id, ExternalId::Doi(own) if own == doi));
            paper.observations.iter().any(|one| says(one) && one.is_published_as(doi))
        };
        let dois: Vec<&Doi> = ids
            .iter()
            .filter_map(|id| if let ExternalId::Doi(doi) = id { Some(doi) } else { None })
            .collect();
        let arxiv = ids.iter().find_map(|id| if let ExternalId::Arxiv(id) = id { Some(id) } else { None });
        let class = paper.subjects().into_iter().find(|subject| subject.scheme == SubjectScheme::Arxiv);
        let pdf = paper.links().into_iter().find(|link| link.kind == LinkKind::Pdf);
        Self {
            title: paper.title().text.as_str(),
            authors: listed,
            are_more: usize::try_from(total).is_ok_and(|total| total > listed.len()),
            date: date(paper),
            venue: paper.venue().or(paper.citation()),
            doi: dois.iter().copied().find(|doi| is_published(doi)).or(dois.first().copied()),
            arxiv: arxiv.map(|id| ExternalId::Arxiv(id.clone()).value().to_owned()),
            class: class.filter(|_| arxiv.is_some()).map(|subject| subject.term.as_str()),
            url: outside::abstract_page(paper).map(|url| url.to_string()),
            pdf: pdf.map(|link| link.url.to_string()),
            paper,
        }
    }

    /// The tags of a page's head (as Highwire Press named them).
    pub(super) fn tags(&self) -> Vec<(&'static str, String)> {
        let mut tags = vec![("citation_title", self.title.to_owned())];
        tags.extend(self.authors.iter().map(|author| ("citation_author", sorted_name(author))));
        let date: Vec<String> = self.date.iter().map(|part| format!("{part:02}")).collect();
        if !date.is_empty() {
            tags.push(("citation_publication_date", date.join("/")));
        }
        tags.extend(self.venue.map(|venue| ("citation_journal_title", venue.to_string())));
        tags.extend(self.doi.map(|doi| ("citation_doi", doi.to_string())));
        tags.extend(self.arxiv.as_ref().map(|id| ("citation_arxiv_id", id.clone())));
        for id in self.paper.ids() {
            if let ExternalId::Pmid(id) = id {
                tags.push(("citation_pmid", id.to_string()));
            }
        }
        tags.extend(self.class.map(|class| ("citation_keywords", class.to_owned())));
        tags.extend(self.url.as_ref().map(|url| ("citation_abstract_html_url", url.clone())));
        tags.extend(self.pdf.as_ref().map(|url| ("citation_pdf_url", url.clone())));
        tags.extend(self.paper.language().map(|language| ("citation_language", language.to_string())));
        tags
    }

    /// "test2026counting": who, when, and the first word that says something.
    fn key(&self) -> String {
        let letters = |text: &str| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_lowercase())
                .collect()
        };
        let first = self.authors.first();
        let family = first.map(|author| letters(author.family.as_ref().unwrap_or(&author.name).as_str()));
        let year = self.date.first().map(u32::to_string).unwrap_or_default();
        let word = self.title.split_whitespace().map(letters).find(|word| word.len() > 3).unwrap_or_default();
        let key = format!("{}{year}{word}", family.unwrap_or_default());
        if key.is_empty() { self.paper.id.to_string() } else { key }
    }

    fn bibtex(&self) -> String {
        let kind = if self.venue.is_some() { "article" } else { "misc" };
        let mut people: Vec<String> =
            self.authors.iter().map(|author| escaped(&sorted_name(author))).collect();
        if self.are_more {
            people.push("others".to_owned());
        }
        let mut fields: Vec<(&str, String)> = vec![("title", format!("{{{}}}", escaped(self.title)))];
        if !people.is_empty() {
            fields.push(("author", people.join(" and ")));
        }
        let date = ["year", "month"].into_iter().zip(&self.date);
        fields.extend(date.map(|(name, part)| (name, part.to_string())));
        fields.extend(self.venue.map(|venue| ("journal", escaped(venue.as_str()))));
        fields.extend(self.doi.map(|doi| ("doi", doi.to_string())));
        if let Some(id) = &self.arxiv {
            fields.push(("eprint", id.clone()));
            fields.push(("archiveprefix", "arXiv".to_owned()));
            fields.extend(self.class.map(|class| ("primaryclass", class.to_owned())));
        }
        fields.extend(self.url.as_ref().map(|url| ("url", url.replace(['{', '}', '\\'], ""))));
        let mut text = format!("@{kind}{{{},\n", self.key());
        for (name, value) in fields {
            text.push_str("  ");
            text.push_str(name);
            text.push_str(" = {");
            text.push_str(&value);
            text.push_str("},\n");
        }
        text.push_str("}\n");
        text
    }

    fn ris(&self) -> String {
        let kind = if self.venue.is_some() { "JOUR" } else { "UNPB" };
        let mut lines = vec![("TY", kind.to_owned()), ("TI", self.title.to_owned())];
        lines.extend(self.authors.iter().map(|author| ("AU", sorted_name(author))));
        let date: Vec<String> = self.date.iter().map(|part| format!("{part:02}")).collect();
        lines.extend(date.first().map(|year| ("PY", year.clone())));
        if date.len() > 1 {
            lines.push(("DA", date.join("/")));
        }
        lines.extend(self.venue.map(|venue| ("JO", venue.to_string())));
        lines.extend(self.doi.map(|doi| ("DO", doi.to_string())));
        lines.extend(self.arxiv.as_ref().map(|id| ("AN", format!("arXiv:{id}"))));
        lines.extend(self.class.map(|class| ("KW", class.to_owned())));
        lines.extend(self.paper.abstract_text().map(|text| ("AB", text.text.as_str().replace('\n', " "))));
        lines.extend(self.url.as_ref().map(|url| ("UR", url.clone())));
        lines.extend(self.pdf.as_ref().map(|url| ("L1", url.clone())));
        lines.push(("ER", String::new()));
        let lines: Vec<String> =
            lines.into_iter().map(|(tag, value)| format!("{tag}  - {value}\r\n")).collect();
        lines.concat()
    }

    fn csl(&self) -> Value {
        let name = |author: &Author| match (&author.family, &author.given) {
            (Some(family), Some(given)) => json!({"family": family.as_str(), "given": given.as_str()}),
            _whole => json!({"literal": author.name.as_str()}),
        };
        let mut item = json!({
            "id": self.key(),
            "type": if self.venue.is_some() { "article-journal" } else { "article" },
            "title": self.title,
            "author": self.authors.iter().map(name).collect::<Vec<_>>(),
        });
        let Some(fields) = item.as_object_mut() else { return item };
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        put("issued", (!self.date.is_empty()).then(|| json!({"date-parts": [self.date]})));
        put("container-title", self.venue.map(|venue| json!(venue.as_str())));
        put("DOI", self.doi.map(|doi| json!(doi.to_string())));
        put("number", self.arxiv.as_ref().map(|id| json!(format!("arXiv:{id}"))));
        put("publisher", self.arxiv.as_ref().filter(|_| self.venue.is_none()).map(|_id| json!("arXiv")));
        put("keyword", self.class.map(|class| json!(class)));
        put("abstract", self.paper.abstract_text().map(|text| json!(text.text.as_str())));
        put("URL", self.url.as_ref().map(|url| json!(url)));
        put("language", self.paper.language().map(|language| json!(language.as_str())));
        item
    }
}

/// The family name first, where it could be told apart.
fn sorted_name(author: &Author) -> String {
    match (&author.family, &author.given) {
        (Some(family), Some(given)) => format!("{family}, {given}"),
        _whole => author.name.to_string(),
    }
}

/// When the paper came out, as far as a source said.
fn date(paper: &Paper) -> Vec<u32> {
    let Some(moment) = paper.announced().or(paper.submitted()) else { return Vec::new() };
    let day = moment.at.day();
    let parts = [u32::try_from(day.year()).unwrap_or_default(), day.month(), day.day()];
    let known = match moment.precision {
        Precision::Year => 1,
        Precision::Month => 2,
        Precision::Day | Precision::Second => 3,
    };
    parts.into_iter().take(known).collect()
}

/// Plain text as TeX.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '{' | '}' | '&' | '%' | '$' | '#' | '_' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            _other => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_tex_would_take_for_a_command_is_escaped() {
        assert_eq!(escaped("50% of A_1 & {B}~$"), r"50\% of A\_1 \& \{B\}\textasciitilde{}\$");
        assert_eq!(escaped(r"\input^"), r"\textbackslash{}input\textasciicircum{}");
    }
}

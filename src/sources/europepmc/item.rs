//! One result of Europe PMC in its form `core`. A notice of retraction gives a record for each paper that it names, and none
//! of its own.

use serde_json::Value;

use crate::model::link::LinkKind;
use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::signal::SignalKind;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::json_api::number;
use crate::sources::json_api::string;
use crate::sources::medline;

/// Keywords and headings kept of one paper.
const SUBJECTS: usize = 60;

/// The paper, or the papers that a notice retracts; none of a patent.
pub(super) fn records(result: &Value) -> Result<Vec<Record>, String> {
    let id = string(result, "id").ok_or("it has no id")?;
    let source = string(result, "source").ok_or_else(|| format!("{id} has no source"))?;
    if source == "PAT" {
        return Ok(Vec::new());
    }
    let title = string(result, "title").map(|title| medline::title(&title)).filter(|title| !title.is_empty());
    let title = Raw::new(title.ok_or_else(|| format!("{source} {id} has no title"))?, Markup::Html);
    let key = format!("{source}:{id}");
    let related = list(result, "commentCorrectionList", "commentCorrection");
    let of = |entry: &&&Value, wanted: &str| {
        string(entry, "type").is_some_and(|kind| kind.eq_ignore_ascii_case(wanted))
    };
    let retracts: Vec<&Value> = related.iter().filter(|entry| of(entry, "Retraction of")).copied().collect();
    if !retracts.is_empty() {
        let notices: Vec<Record> = retracts.into_iter().filter_map(|one| notice(&key, &title, one)).collect();
        let fault = || format!("{key} is a retraction that identifies no paper");
        return if notices.is_empty() { Err(fault()) } else { Ok(notices) };
    }
    let kinds = list(result, "pubTypeList", "pubType");
    let is_kind = |wanted: &str| {
        kinds.iter().any(|kind| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case(wanted)))
    };
    if is_kind("Retraction of Publication") && !is_kind("Retracted Publication") {
        return Err(format!("{key} is a retraction that names no paper"));
    }
    let is_preprint = source == "PPR" || is_kind("Preprint");
    let doi = string(result, "doi");
    let mut ids = Vec::new();
    ids.extend(doi.clone().map(|text| RawId { hint: IdHint::Doi, text }));
    ids.extend(string(result, "pmid").map(|text| RawId { hint: IdHint::Pmid, text }));
    ids.extend(string(result, "pmcid").map(|text| RawId { hint: IdHint::Pmcid, text }));
    for entry in &related {
        if is_same_work(entry, is_preprint) {
            ids.extend(named(entry, false));
        }
    }
    let page = format!("https://europepmc.org/article/{source}/{id}");
    if ids.is_empty() {
        ids.push(RawId { hint: IdHint::Page, text: page.clone() });
    }
    let journal = result.pointer("/journalInfo/journal");
    let volume = |key: &str| result.get("journalInfo").and_then(|info| string(info, key));
    let short = journal.and_then(|journal| string(journal, "isoabbreviation"));
    let citation = medline::citation(
        short.as_deref(),
        volume("volume").as_deref(),
        volume("issue").as_deref(),
        string(result, "pageInfo").as_deref(),
        string(result, "pubYear").as_deref(),
    );
    let venue = journal.and_then(|journal| string(journal, "title"));
    let venue =
        venue.or_else(|| result.get("bookOrReportDetails").and_then(|book| string(book, "publisher")));
    let days = ["firstPublicationDate", "electronicPublicationDate", "dateOfCreation"];
    let announced = days.iter().find_map(|key| string(result, key));
    let plain = |text: String| Raw::new(text, Markup::Plain);
    Ok(vec![Record {
        key,
        ids,
        title: Some(title),
        abstract_text: string(result, "abstractText").map(|text| Raw::new(text, Markup::Html)),
        authors: authors(result),
        subjects: subjects(result),
        version: result.get("versionNumber").and_then(number).and_then(|version| u32::try_from(version).ok()),
        announced: announced.map(|text| RawDate { text, is_day: true }),
        venue: venue.map(plain),
        citation: citation.map(plain),
        language: string(result, "language").and_then(|code| medline::language(&code)),
        links: links(result, doi.as_deref(), page),
        is_withdrawn: is_kind("Preprint withdrawal"),
        is_retracted: is_kind("Retracted Publication")
            || related.iter().any(|entry| of(&entry, "Retraction in")),
        signals: result
            .get("citedByCount")
            .and_then(number)
            .map(|count| (SignalKind::Citations, count))
            .into_iter()
            .collect(),
        ..Record::default()
    }])
}

/// That a paper was retracted, told by the notice.
fn notice(key: &str, title: &Raw, entry: &Value) -> Option<Record> {
    let ids = named(entry, true);
    let first = ids.first()?.text.clone();
    Some(Record {
        key: format!("{key} of {first}"),
        ids,
        title: Some(title.clone()),
        is_retracted: true,
        role: Role::Notice,
        ..Record::default()
    })
}

/// Whether a related paper is the same work: a preprint and its article.
fn is_same_work(entry: &Value, is_preprint: bool) -> bool {
    let kind = string(entry, "type").unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "preprint of" | "preprint in" => true,
        "update of" | "update in" => {
            let reference = string(entry, "reference").unwrap_or_default();
            is_preprint
                || string(entry, "source").as_deref() == Some("PPR")
                || medline::names_a_preprint(&reference)
        }
        _other => false,
    }
}

/// The identifiers of a related paper: its number, where that is asked for, and its DOI, where the reference tells it.
fn named(entry: &Value, with_number: bool) -> Vec<RawId> {
    let hint = match string(entry, "source").as_deref() {
        Some("MED") => Some(IdHint::Pmid),
        Some("PMC") => Some(IdHint::Pmcid),
        _other => None,
    };
    let number = hint.zip(string(entry, "id")).filter(|_number| with_number);
    let mut ids: Vec<RawId> = number.map(|(hint, text)| RawId { hint, text }).into_iter().collect();
    let text = string(entry, "doi").or_else(|| string(entry, "reference")).unwrap_or_default();
    ids.extend(medline::referred(&text));
    ids
}

/// The members of a list in an object; a list of one may stand there bare.
fn list<'a>(result: &'a Value, outer: &str, inner: &str) -> Vec<&'a Value> {
    match result.get(outer).and_then(|object| object.get(inner)) {
        Some(Value::Array(members)) => members.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}

fn authors(result: &Value) -> RawAuthors {
    let one = |author: &&Value| {
        let family = string(author, "lastName");
        let given = string(author, "firstName");
        let given = given.or_else(|| string(author, "initials").map(|letters| medline::initials(&letters)));
        // The suffix stands in the full name alone: "Test BC 3rd".
        let full = string(author, "fullName");
        let suffix = full.as_deref().and_then(|full| full.rsplit_once(' ')).map(|(_, last)| last);
        let name = match (family, &given) {
            (Some(family), Some(given)) => medline::person(&family, Some(given), suffix),
            _single => match &full {
                Some(full) => medline::family_first(full),
                None => string(author, "collectiveName")?,
            },
        };
        let is_group = full.is_none() && string(author, "lastName").is_none();
        let details = list(author, "authorAffiliationDetailsList", "authorAffiliation");
        let affiliations = details.iter().filter_map(|place| string(place, "affiliation"));
        let orcid = author
            .get("authorId")
            .filter(|id| string(id, "type").as_deref() == Some("ORCID"))
            .and_then(|id| string(id, "value"));
        Some(RawAuthor { name, affiliations: affiliations.collect(), orcid, is_group })
    };
    let listed: Vec<RawAuthor> = list(result, "authorList", "author").iter().filter_map(one).collect();
    if !listed.is_empty() {
        return RawAuthors::List(listed);
    }
    let joined = string(result, "authorString").unwrap_or_default();
    let names = joined.trim_end_matches('.').split(", ").map(str::trim).filter(|name| !name.is_empty());
    let named = names.map(|name| RawAuthor { name: medline::family_first(name), ..RawAuthor::default() });
    RawAuthors::List(named.collect())
}

fn subjects(result: &Value) -> Vec<RawSubject> {
    let words = list(result, "keywordList", "keyword");
    let words = words.iter().filter_map(|word| word.as_str().map(str::to_owned));
    let headings = list(result, "meshHeadingList", "meshHeading");
    let headings = headings.iter().filter_map(|heading| string(heading, "descriptorName"));
    let terms = words.chain(headings).take(SUBJECTS);
    terms.map(|term| RawSubject { is_arxiv: false, term }).collect()
}

/// The page of the paper and, where all may read it, its PDF.
fn links(result: &Value, doi: Option<&str>, page: String) -> Vec<RawLink> {
    let href = doi.map_or(page, |doi| format!("https://doi.org/{doi}"));
    let mut links = vec![RawLink { kind: LinkKind::Page, href }];
    let is_open = |address: &&&Value| {
        matches!(string(address, "availabilityCode").as_deref(), Some("OA" | "F"))
            && string(address, "documentStyle").as_deref() == Some("pdf")
    };
    let addresses = list(result, "fullTextUrlList", "fullTextUrl");
    let pdf = addresses.iter().find(is_open).and_then(|address| string(address, "url"));
    links.extend(pdf.map(|href| RawLink { kind: LinkKind::Pdf, href }));
    links
}

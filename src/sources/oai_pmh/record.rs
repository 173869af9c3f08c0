//! One record in Dublin Core. Its fifteen elements say little of what they mean: repositories put dates of upload and of
//! print into `date`, and addresses, DOIs and whole citations into `identifier`; each is told by its form.

use crate::model::record::IdHint;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::feed::markup;
use crate::sources::oai::Item;
use crate::sources::oai::page::Scope;
use crate::sources::xml::Element;

/// The most elements of one name that are read, authors aside.
const MOST: usize = 32;

/// The most authors that are read; far more than are kept.
const AUTHORS_AT_MOST: usize = 20_000;

/// How a related work is named that is this very one.
const SAME_WORK: &str = "info:eu-repo/semantics/altIdentifier/";

/// Languages as libraries write them (ISO 639-2), and as the web does.
const LANGUAGES: &[(&str, &str)] = &[
    ("chi", "zh"),
    ("deu", "de"),
    ("dut", "nl"),
    ("eng", "en"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("ger", "de"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("nld", "nl"),
    ("pol", "pl"),
    ("por", "pt"),
    ("rus", "ru"),
    ("spa", "es"),
    ("zho", "zh"),
];

/// Reads a record of any metadata format that holds Dublin Core's elements.
pub(super) fn record(item: Item<'_>, _scope: &Scope<'_>) -> Result<Option<Record>, String> {
    let Item { identifier, metadata, .. } = item;
    let metadata = metadata.ok_or("it has no metadata")?;
    let title =
        metadata.every("title").map(|element| element.text().into_owned()).find(|title| !title.is_empty());
    let title = title.ok_or_else(|| format!("its metadata, <{}>, has no title", metadata.name))?;
    let every = |name: &'static str| {
        metadata
            .every(name)
            .take(MOST)
            .map(|element| element.text().into_owned())
            .filter(|text| !text.is_empty())
    };
    let description = every("description").max_by_key(|text| (text.len(), std::cmp::Reverse(text.clone())));
    let identifiers: Vec<String> = every("identifier").collect();
    let page = identifiers.iter().find(|text| is_address(text));
    let relations = every("relation").filter_map(|text| text.strip_prefix(SAME_WORK).map(str::to_owned));
    let dates: Vec<String> = every("date").collect();
    let mut ids: Vec<RawId> =
        identifiers.iter().chain(&relations.collect::<Vec<_>>()).map(|text| id(text)).collect();
    ids.extend(page.map(|page| RawId { hint: IdHint::Page, text: page.clone() }));
    // arXiv's mirrors and some others name their records after identifiers that are known elsewhere.
    ids.push(RawId { hint: IdHint::Any, text: identifier.clone() });
    Ok(Some(Record {
        key: identifier,
        ids,
        title: Some(written(&title)),
        abstract_text: description.as_deref().map(written),
        authors: authors(&metadata),
        subjects: every("subject").map(|term| RawSubject { is_arxiv: false, term }).collect(),
        announced: earliest(&dates).map(|text| RawDate { text, is_day: false }),
        citation: identifiers.iter().find(|text| is_citation(text)).map(|text| markup::plain(text)),
        license: every("rights").find(|text| is_address(text)),
        language: every("language").next().map(language),
        ..Record::default()
    }))
}

/// Text of undeclared markup. Repositories of mathematics send plain formulas (`$k$`), in which no command stands.
fn written(text: &str) -> Raw {
    let guessed = markup::guess(text);
    let has_formula = guessed.markup == Markup::Plain && text.matches('$').nth(1).is_some();
    if has_formula { Raw { markup: Markup::Tex, ..guessed } } else { guessed }
}

/// The authors, an element each, or all of them in one.
fn authors(metadata: &Element<'_>) -> RawAuthors {
    let names = metadata.every("creator").take(AUTHORS_AT_MOST).map(|element| element.text().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    if let [one] = names.as_mut_slice()
        && one.contains(';')
    {
        return RawAuthors::Joined(std::mem::take(one));
    }
    RawAuthors::List(names.into_iter().map(|name| RawAuthor { name, ..RawAuthor::default() }).collect())
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// An identifier by its form.
fn id(text: &str) -> RawId {
    let lower = text.get(..16).unwrap_or(text).to_ascii_lowercase();
    let is_doi = lower.starts_with("10.") || lower.starts_with("doi:") || lower.starts_with("doi/10.");
    let text = if lower.starts_with("doi/") { text.get(4..).unwrap_or_default() } else { text };
    RawId { hint: if is_doi { IdHint::Doi } else { IdHint::Any }, text: text.to_owned() }
}

/// Whether an identifier is a reference to a journal in words, with a year: `Journal of Flags 3 (2026) 1-9`.
fn is_citation(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_year = |word: &str| {
        let digits = word.trim_matches(|end: char| !end.is_ascii_digit());
        digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
    };
    let is_scheme = words.first().is_some_and(|first| first.contains(':') && !first.ends_with(':'));
    words.len() >= 3 && !is_scheme && words.iter().any(|word| is_year(word))
}

/// The date of the earliest year; of that year the earliest that names a day, or else the earliest of all.
fn earliest(dates: &[String]) -> Option<String> {
    let year = |text: &str| -> Option<u16> {
        let (year, rest) = text.split_at_checked(4)?;
        (!rest.starts_with(|next: char| next.is_ascii_digit())).then(|| year.parse().ok()).flatten()
    };
    let dated = dates.iter().filter_map(|text| Some((year(text).filter(|year| *year > 1_000)?, text)));
    let best = dated.min_by_key(|(year, text)| (*year, text.len() < 10, (*text).clone()));
    best.map(|(_, text)| text.clone())
}

fn language(text: String) -> String {
    let lower = text.to_ascii_lowercase();
    LANGUAGES.iter().find(|(library, _)| *library == lower).map_or(text, |(_, web)| (*web).to_owned())
}

#[cfg(test)]
mod tests {
    use super::earliest;
    use super::id;
    use super::is_citation;
    use crate::model::record::IdHint;

    #[test]
    fn the_earliest_year_counts_and_in_it_the_earliest_day() {
        let best = |dates: &[&str]| earliest(&dates.iter().map(|&date| date.to_owned()).collect::<Vec<_>>());
        assert_eq!(best(&["2014-12-23T20:12:01Z", "2014-12", "2014-12-24"]).unwrap(), "2014-12-23T20:12:01Z");
        assert_eq!(best(&["2014-12-23T20:12:01Z", "1985"]).unwrap(), "1985");
        assert_eq!(best(&["2010", "2010-05", "c. 1900", "20100501"]).unwrap(), "2010");
        assert_eq!(best(&["", "undated", "0000-00-00", "ⅯⅯ"]), None);
    }

    #[test]
    fn identifiers_and_citations_are_told_by_their_form() {
        assert_eq!(id("10.1000/flags.1").hint, IdHint::Doi);
        assert_eq!(id("DOI: 10.1000/flags.1").hint, IdHint::Doi);
        assert_eq!(id("doi/10.1000/flags.1").text, "10.1000/flags.1");
        assert_eq!(id("https://doi.org/10.1000/flags.1").hint, IdHint::Any);
        assert!(is_citation("Journal of Flags 3 (2026) 1-9") && is_citation("In: Flags of the World, 1987."));
        for other in
            ["https://example.org/a 2026 b", "urn:nbn:de 12 2026", "2026/1234", "Flags 2026", "a b c"]
        {
            assert!(!is_citation(other), "{other}");
        }
    }
}

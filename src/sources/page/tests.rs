//! What is read of a page, and which pages are of no paper.

use url::Url;

use super::record;
use crate::model::record::IdHint;
use crate::model::record::RawAuthors;
use crate::model::record::Record;

fn read(head: &str) -> Result<Record, String> {
    let page = format!("<!doctype html><html lang=en><head>{head}</head><body><p>Hello</p></body></html>");
    let at = Url::parse("https://gardens.example.org/papers/7").unwrap();
    record(&page, "https://gardens.example.org/p/7".to_owned(), &at)
}

fn names(record: &Record) -> Vec<&str> {
    let RawAuthors::List(listed) = &record.authors else { return Vec::new() };
    listed.iter().map(|author| author.name.as_str()).collect()
}

#[test]
fn citation_tags_are_read_with_what_belongs_to_each_author() {
    let record = read(
        r#"<meta name="citation_title" content="Counting Flags &amp; Beds">
           <meta name="citation_author" content="Example, Ann A.">
           <meta name="citation_author_institution" content="Example University">
           <meta name="citation_author_orcid" content="https://orcid.org/0000-0002-1825-0097">
           <meta content="Bo Test" name="Citation_Author">
           <meta name="citation_doi" content="10.5555/flags.7">
           <meta name="citation_publication_date" content="2026/08/12">
           <meta name="citation_journal_title" content="Journal of Flags">
           <meta name="citation_volume" content="3"><meta name="citation_firstpage" content="7">
           <meta name="citation_pdf_url" content="/papers/7.pdf">"#,
    )
    .unwrap();
    assert_eq!(record.title.as_ref().unwrap().text, "Counting Flags & Beds");
    assert_eq!(names(&record), ["Example, Ann A.", "Bo Test"]);
    let RawAuthors::List(authors) = &record.authors else { return };
    assert_eq!(authors[0].affiliations, ["Example University"]);
    assert!(authors[0].orcid.is_some() && authors[1].orcid.is_none());
    assert_eq!((record.ids[0].hint, record.ids[0].text.as_str()), (IdHint::Doi, "10.5555/flags.7"));
    assert_eq!(record.key, "https://gardens.example.org/p/7");
    assert_eq!(record.links[1].href, "https://gardens.example.org/papers/7.pdf");
    assert!(record.citation.unwrap().text.contains("Journal of Flags"));
    assert_eq!(record.language.as_deref(), Some("en"));
}

#[test]
fn a_scholarly_article_is_found_wherever_it_lies() {
    for json in [
        r#"{"@type": "ScholarlyArticle", "headline": "Flags"}"#,
        r#"[{"@type": "Organization"}, {"@type": ["Thing", "ScholarlyArticle"], "name": "Flags"}]"#,
        r#"{"@graph": [{"@type": "WebPage", "mainEntity": {"@type": "https://schema.org/ScholarlyArticle", "name": "Flags"}}]}"#,
        r#"{"@type": "Article", "name": "Flags", "identifier": {"propertyID": "doi", "value": "10.5555/flags.7"}}"#,
    ] {
        let record = read(&format!("<script type=\"application/ld+json\">{json}</script>")).unwrap();
        assert_eq!(record.title.unwrap().text, "Flags", "{json}");
    }
}

#[test]
fn what_tags_leave_out_is_taken_from_the_data() {
    let record = read(
        r#"<meta name="dc.title" content="Flags"><script type="application/ld+json">
           {"@type": "ScholarlyArticle", "name": "Other", "author": [{"givenName": "Ann", "familyName": "Example"}, "Bo Test"],
            "isPartOf": {"@type": "PublicationIssue", "isPartOf": {"@type": "Periodical", "name": "Journal of Flags"}},
            "datePublished": "2026-08-12", "description": "We count flags."}</script>"#,
    )
    .unwrap();
    assert_eq!(record.title.as_ref().unwrap().text, "Flags");
    assert_eq!(names(&record), ["Example, Ann", "Bo Test"]);
    assert_eq!(record.venue.unwrap().text, "Journal of Flags");
    assert_eq!(record.abstract_text.unwrap().text, "We count flags.");
}

#[test]
fn a_page_of_no_paper_is_none() {
    for head in [
        "<title>Flags for sale</title>",
        r#"<meta name="description" content="We sell flags."><meta property="og:title" content="Flags">"#,
        r#"<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Flags"}</script>"#,
        r#"<script type="application/ld+json">{"@type": "Article", "headline": "Flags"}</script>"#,
        r#"<script type="application/ld+json">{"@type": "ScholarlyArticle", "headline": </script>"#,
        r#"<meta name="citation_title" content=" ">"#,
    ] {
        assert!(read(head).unwrap_err().contains("which paper it is of"), "{head}");
    }
}

#[test]
fn data_that_is_nested_without_end_is_left() {
    let deep = format!("{}{}", r#"{"mainEntity":"#.repeat(90), "1".to_owned() + &"}".repeat(90));
    assert!(read(&format!("<script type=\"application/ld+json\">{deep}</script>")).is_err());
}

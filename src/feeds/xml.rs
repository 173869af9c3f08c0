//! What the two XML formats share: how a document opens, and what Dublin Core says of an entry.
//!
//! The style sheet is CSS, since browsers are giving up XSLT; without it they would show a feed as bare source text.

use quick_xml::events::BytesStart;

use crate::feeds::facts::Facts;

/// The namespace of Dublin Core's elements.
pub(super) const DC: &str = "http://purl.org/dc/elements/1.1/";

/// The namespace of Dublin Core terms, which validators know.
pub(super) const DCTERMS: &str = "http://purl.org/dc/terms/";

/// The namespace of archived feeds (RFC 5005).
pub(super) const HISTORY: &str = "http://purl.org/syndication/history/1.0";

/// The declaration, and the instruction that gives browsers a style sheet: what stands before the root.
pub(super) fn opening(stylesheet_url: &str) -> String {
    // The instruction's data looks like attributes and is escaped like them (W3C, Associating Style Sheets, §4).
    let mut instruction = BytesStart::new("xml-stylesheet");
    instruction.push_attribute(("type", "text/css"));
    instruction.push_attribute(("href", stylesheet_url));
    let instruction: &str = &instruction;
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<?{instruction}?>\n")
}

/// The citation and the licence as Dublin Core terms: names with values. They never need attributes.
pub(super) fn terms(paper: &Facts) -> impl Iterator<Item = (&'static str, &str)> {
    let citation = paper.citation.as_ref().map(|text| ("bibliographicCitation", text.as_str()));
    let license = paper.license.as_deref().map(|url| ("license", url));
    citation.into_iter().chain(license)
}

#[cfg(test)]
mod tests {
    use super::opening;

    #[test]
    fn the_style_sheet_stands_between_the_declaration_and_the_root() {
        assert_eq!(
            opening("https://example.org/a.css?x=1&y='\"?>"),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <?xml-stylesheet type=\"text/css\" href=\"https://example.org/a.css?x=1&amp;y=&apos;&quot;?&gt;\"?>\n"
        );
    }
}

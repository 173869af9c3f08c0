//! The markup within PubMed's titles and abstracts, as HTML: bold, italic, sub- and superscript, and MathML under any prefix.

use crate::sources::xml::Element;

/// The content of an element as HTML.
pub(super) fn html(element: &Element<'_>) -> String {
    let mut out = String::new();
    content(element, false, &mut out);
    out.trim().to_owned()
}

/// An abstract with its labelled sections as HTML; none where it has no words.
pub(super) fn sections(abstract_text: &Element<'_>) -> Option<String> {
    let mut out = String::new();
    for section in abstract_text.children().filter(|child| child.is("abstracttext")) {
        let words = html(section);
        if words.is_empty() {
            continue;
        }
        let label = section.attribute("Label");
        let label = label.as_deref().map(str::trim);
        if let Some(label) =
            label.filter(|label| !label.is_empty() && !label.eq_ignore_ascii_case("unlabelled"))
        {
            out.push_str("<h4>");
            escape(label, &mut out);
            out.push_str("</h4>");
        }
        out.push_str("<p>");
        out.push_str(&words);
        out.push_str("</p>");
    }
    (!out.is_empty()).then_some(out)
}

/// Elements are nested no deeper than the parser allows, so that this ends.
fn content(element: &Element<'_>, is_formula: bool, out: &mut String) {
    escape(&element.text, out);
    for (inner, behind) in &element.parts {
        let name = inner.local().to_ascii_lowercase();
        let is_formula = is_formula || name == "math";
        let is_kept = is_formula || matches!(name.as_str(), "b" | "i" | "u" | "sub" | "sup");
        if is_kept {
            out.push('<');
            out.push_str(&name);
            for (key, value) in inner.attributes().filter(|_attribute| is_formula) {
                if !key.contains(':') && key != "xmlns" {
                    out.push(' ');
                    out.push_str(key);
                    out.push_str("=\"");
                    escape(&value, out);
                    out.push('"');
                }
            }
            out.push('>');
        }
        content(inner, is_formula, out);
        if is_kept {
            out.push_str("</");
            out.push_str(&name);
            out.push('>');
        }
        escape(behind, out);
    }
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

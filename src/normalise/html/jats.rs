//! JATS abstracts (Crossref, Europe PMC) as HTML: element names are exchanged, one pass.

/// Elements of JATS and what stands for them; an empty name drops the tag and keeps the text.
const NAMES: &[(&str, &str)] = &[
    ("p", "p"),
    ("title", "h4"),
    ("sec", "section"),
    ("bold", "b"),
    ("italic", "i"),
    ("underline", "u"),
    ("sub", "sub"),
    ("sup", "sup"),
    ("monospace", "code"),
    ("code", "code"),
    ("preformat", "pre"),
    ("disp-quote", "blockquote"),
    ("list", "ul"),
    ("list-item", "li"),
    ("break", "br"),
    ("ext-link", "a"),
    ("uri", "a"),
    ("disp-formula", "p"),
    ("label", "b"),
    ("def-list", "dl"),
    ("term", "dt"),
    ("def", "dd"),
    ("a", "a"),
    ("b", "b"),
    ("i", "i"),
    ("em", "em"),
    ("strong", "strong"),
    ("ul", "ul"),
    ("ol", "ol"),
    ("li", "li"),
    ("br", "br"),
    ("div", "div"),
    ("h1", "h4"),
    ("h2", "h4"),
    ("h3", "h4"),
    ("h4", "h4"),
    ("math", "math"),
];

/// The abstract as HTML; formulas that have TeX lose their MathML twin.
pub(super) fn to_html(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tag = rest.get(at + 1..).unwrap_or_default();
        let is_tag =
            tag.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?'));
        if !is_tag {
            out.push_str("&lt;");
            rest = tag;
            continue;
        }
        let (inside, behind) = tag.split_once('>').unwrap_or((tag, ""));
        rest = element(inside, behind, &mut out);
    }
    out.push_str(rest);
    out
}

/// Writes one tag; returns what is left to read.
fn element<'source>(inside: &str, behind: &'source str, out: &mut String) -> &'source str {
    let is_end = inside.starts_with('/');
    let body = inside.trim_start_matches('/');
    let (name, attributes) = body.split_once(char::is_whitespace).unwrap_or((body.trim_end_matches('/'), ""));
    let prefix = name.split_once(':').map_or("", |(prefix, _local)| prefix);
    let local = name.rsplit(':').next().unwrap_or(name);
    match local {
        "tex-math" if !is_end => {
            let close = format!("</{name}>");
            let (tex, behind) = behind.split_once(&close).unwrap_or((behind, ""));
            formula(tex, out);
            return behind;
        }
        // The twin of a `tex-math` that was written just now, or the only form; ours is told by what follows.
        "math" if !is_end => {
            let close = format!("</{name}>");
            let (mathml, after) = behind.split_once(&close).unwrap_or((behind, ""));
            let tail = after.trim_start();
            let has_twin = out.trim_end().ends_with(TWIN)
                || tail.starts_with("<jats:tex-math")
                || tail.starts_with("<tex-math");
            if !has_twin {
                out.push_str("<math>");
                out.push_str(
                    &mathml.replace(&format!("<{prefix}:"), "<").replace(&format!("</{prefix}:"), "</"),
                );
                out.push_str("</math>");
            }
            return after;
        }
        "inline-graphic" | "graphic" | "processing-meta" => return behind,
        _other => {}
    }
    let Some((_jats, html)) = NAMES.iter().find(|(jats, _html)| *jats == local) else { return behind };
    out.push('<');
    if is_end {
        out.push('/');
    }
    out.push_str(html);
    if *html == "a" && !is_end {
        out.push(' ');
        out.push_str(attributes.trim_end_matches('/'));
    }
    out.push('>');
    behind
}

/// Marks, inside this module only, that a formula was just written; a comment, so it never shows.
const TWIN: &str = "<!--tex-->";

/// Writes TeX between dollar signs, out of the document that some publishers wrap around it.
fn formula(tex: &str, out: &mut String) {
    let tex = tex.split_once("\\begin{document}").map_or(tex, |(_preamble, body)| body);
    let tex = tex.split_once("\\end{document}").map_or(tex, |(body, _end)| body);
    let tex =
        tex.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>").trim().trim_matches('$').trim();
    if !tex.is_empty() {
        out.push('$');
        out.push_str(&tex.replace('<', "&lt;"));
        out.push('$');
        out.push_str(TWIN);
    }
}

//! Formulas as MathML, held to the elements and attributes that the feed validator accepts, with their TeX inside.
//!
//! The renderer's output is not trusted: it is read again tag by tag, and only what is listed here is written.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use pulldown_latex::Parser;
use pulldown_latex::ParserError;
use pulldown_latex::RenderConfig;
use pulldown_latex::Storage;

use crate::normalise::escape;
use crate::normalise::tex::depth;
use crate::normalise::tex::maths;
use crate::normalise::tex::rewrite;

/// Elements of MathML that a feed may hold.
const ELEMENTS: &[&str] = &[
    "maction",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "none",
];

/// Attributes of MathML that a feed may hold; styles, classes and addresses are not among them.
const ATTRIBUTES: &[&str] = &[
    "columnalign",
    "columnspan",
    "depth",
    "displaystyle",
    "fence",
    "height",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "width",
];

/// Writes a formula: MathML where it can be made, else its TeX as code, which stays readable.
pub(crate) fn push(out: &mut String, tex: &str, is_display: bool) {
    if let Some(mathml) = convert(tex, is_display) {
        out.push_str(&mathml);
    } else {
        out.push_str("<code>");
        escape::push_folded(out, tex.trim(), true);
        out.push_str("</code>");
    }
}

/// The formula as one `math` element with its TeX as annotation; `None` when it cannot be converted.
pub(crate) fn convert(tex: &str, is_display: bool) -> Option<String> {
    if tex.len() > maths::LONGEST {
        return None;
    }
    let rewritten = rewrite::rewritten(tex.trim())?;
    (!depth::is_too_deep(&rewritten)).then_some(())?;
    let rendered = render(&rewritten)?;
    let body = restricted(&rendered)?;
    let display = if is_display { "block" } else { "inline" };
    let mut out = format!(
        "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"{display}\"><semantics><mrow>{body}</mrow><annotation encoding=\"application/x-tex\">"
    );
    escape::push_folded(&mut out, tex.trim(), true);
    out.push_str("</annotation></semantics></math>");
    Some(out)
}

/// What the renderer makes of a formula that it accepts whole. It asserts its own invariants by panicking, and a
/// formula comes from anyone: such a panic only means that the formula is shown as TeX.
fn render(tex: &str) -> Option<String> {
    let attempt = || {
        let storage = Storage::new();
        let events: Result<Vec<_>, ParserError> = Parser::new(tex, &storage).collect();
        let mut out = String::new();
        let events = events.ok()?.into_iter().map(Ok::<_, ParserError>);
        pulldown_latex::push_mathml(&mut out, events, RenderConfig::default()).ok()?;
        Some(out)
    };
    catch_unwind(AssertUnwindSafe(attempt)).ok().flatten()
}

/// The content of the renderer's `math` element with only what is listed, checked to be well-formed.
fn restricted(rendered: &str) -> Option<String> {
    let body = rendered.strip_prefix("<math")?.split_once('>')?.1.strip_suffix("</math>")?;
    let mut out = String::with_capacity(body.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let Some(tag) = rest.strip_prefix('<') else {
            let length = rest.find('<').unwrap_or(rest.len());
            text(&mut out, rest.get(..length)?);
            rest = rest.get(length..)?;
            continue;
        };
        let (inside, behind) = tag.split_once('>')?;
        rest = behind;
        if let Some(name) = inside.strip_prefix('/') {
            (open.pop()? == name).then_some(())?;
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            continue;
        }
        let is_empty = inside.ends_with('/');
        let inside = inside.trim_end_matches(['/', ' ']);
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let name = ELEMENTS.iter().find(|known| **known == name)?;
        // A sign that is escaped in our text is a relation, whatever the renderer took it for.
        let name = if *name == "mi" && rest.starts_with([rewrite::LESS, rewrite::MORE]) {
            let (_sign, behind) = rest.split_once("</mi>")?;
            out.push_str(if rest.starts_with(rewrite::LESS) { "<mo>&lt;</mo>" } else { "<mo>&gt;</mo>" });
            rest = behind;
            continue;
        } else {
            *name
        };
        out.push('<');
        out.push_str(name);
        push_attributes(&mut out, attributes);
        if is_empty {
            out.push_str("/>");
        } else {
            out.push('>');
            open.push(name);
        }
    }
    open.is_empty().then_some(out)
}

/// Writes the listed attributes of `a="1" b="2"c="3"`; the renderer forgets a blank here and there.
fn push_attributes(out: &mut String, attributes: &str) {
    let mut rest = attributes;
    while let Some((name, behind)) = rest.split_once("=\"") {
        let Some((value, behind)) = behind.split_once('"') else { return };
        let name = name.trim();
        let is_plain = value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b' ' | b'%'));
        if ATTRIBUTES.contains(&name) && is_plain && !out.ends_with(&format!(" {name}=\"{value}\"")) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(value);
            out.push('"');
        }
        rest = behind;
    }
}

/// Text of the renderer: its entities are resolved and ours written.
fn text(out: &mut String, rendered: &str) {
    let decoded = rendered
        .replace("&amp;nbsp;", "\u{A0}")
        .replace("&nbsp;", "\u{A0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    for character in decoded.chars() {
        match character {
            rewrite::LESS => out.push_str("&lt;"),
            rewrite::MORE => out.push_str("&gt;"),
            rewrite::AND => out.push_str("&amp;"),
            other => escape::push(out, other.encode_utf8(&mut [0; 4])),
        }
    }
}

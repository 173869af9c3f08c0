//! Formulas as MathML, held to the elements and attributes that the feed validator accepts, with their TeX inside.
//!
//! The renderer's output is not trusted: it is read again tag by tag, and only what is listed here is written.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use pulldown_latex::Parser;
use pulldown_latex::ParserError;
use pulldown_latex::RenderConfig;
use pulldown_latex::Storage;
use pulldown_latex::config::DisplayMode;

use crate::normalise::escape;
use crate::normalise::tex::custom;
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
    let rewritten = rewrite::rewritten(&custom::context::expanded(tex.trim()))?;
    (!depth::is_too_deep(&rewritten)).then_some(())?;
    let rendered =
        render(&rewritten, is_display).or_else(|| render(&as_matrices(&rewritten)?, is_display))?;
    let body = restricted(&rendered)?;
    let display = if is_display { "block" } else { "inline" };
    let mut out = format!(
        "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"{display}\"><semantics><mrow>{body}</mrow><annotation encoding=\"application/x-tex\">"
    );
    escape::push_folded(&mut out, tex.trim(), true);
    out.push_str("</annotation></semantics></math>");
    Some(out)
}

/// The formula with its environments as matrices, which have as many columns as anyone writes; `None` without environments.
fn as_matrices(rewritten: &str) -> Option<String> {
    rewritten.contains("\\begin{").then_some(())?;
    let mut out =
        rewritten.replace("\\begin{cases}", "\\{\\begin{matrix}").replace("\\end{cases}", "\\end{matrix}");
    for name in ["aligned", "align*", "gathered", "gather*", "multline*", "equation*"] {
        out = out.replace(&format!("{{{name}}}"), "{matrix}");
    }
    Some(out)
}

/// What the renderer makes of a formula that it accepts whole. It asserts its own invariants by panicking, and a
/// formula comes from anyone: such a panic only means that the formula is shown as TeX.
fn render(tex: &str, is_display: bool) -> Option<String> {
    let attempt = || {
        let storage = Storage::new();
        let events: Result<Vec<_>, ParserError> = Parser::new(tex, &storage).collect();
        let mut out = String::new();
        let events = events.ok()?.into_iter().map(Ok::<_, ParserError>);
        let display_mode = if is_display { DisplayMode::Block } else { DisplayMode::Inline };
        let config = RenderConfig { display_mode, ..RenderConfig::default() };
        pulldown_latex::push_mathml(&mut out, events, config).ok()?;
        Some(out)
    };
    catch_unwind(AssertUnwindSafe(attempt)).ok().flatten()
}

/// Elements that have so many children and no others.
const CHILDREN: &[(&str, usize)] = &[
    ("mfrac", 2),
    ("mover", 2),
    ("mroot", 2),
    ("msub", 2),
    ("msubsup", 3),
    ("msup", 2),
    ("munder", 2),
    ("munderover", 3),
];

/// An open element, and where in the output each of its children begins.
struct Element<'name> {
    name: &'name str,
    children: Vec<usize>,
}

/// The tag of an upright letter, without its angle brackets.
const UPRIGHT: &str = "mi mathvariant=\"normal\"";

/// The upright letter that a tag and what follows it are.
fn upright(inside: &str, rest: &str) -> Option<char> {
    let letter = rest.chars().next().filter(char::is_ascii_alphabetic)?;
    (inside == UPRIGHT && rest.get(1..)?.starts_with("</mi>")).then_some(letter)
}

impl Element<'_> {
    /// Whether its children are its arguments.
    fn is_counted(&self) -> bool {
        CHILDREN.iter().any(|(known, _count)| *known == self.name)
    }

    /// Sees to it that the element has as many children as it must. The renderer puts a space before the name of a
    /// function, which then is a child too many of a script (`\log^2 n`), and forgets what it cannot read.
    fn complete(&self, out: &mut String) {
        let Some((_name, count)) = CHILDREN.iter().find(|(known, _count)| *known == self.name) else {
            return;
        };
        for _missing in self.children.len()..*count {
            out.push_str("<mrow></mrow>");
        }
        let surplus = self.children.len().saturating_sub(*count);
        if surplus > 0
            && let (Some(first), Some(behind)) = (self.children.first(), self.children.get(surplus + 1))
        {
            out.insert_str(*behind, "</mrow>");
            out.insert_str(*first, "<mrow>");
        }
    }
}

/// Marks that stand over a letter; as operators they are drawn close to it.
const MARKS: &str = "^~¯‾˙¨ˇ˘´`˚";

/// Whether a character is an operator, whatever the renderer took it for. A sign before a term is one; by itself it is
/// left as it is, since an operator would get space around it.
fn is_operator(sign: char, behind: &str) -> bool {
    let is_before = matches!(sign, '+' | '−' | '±' | '∓') && !behind.starts_with("</");
    is_before || matches!(sign, rewrite::LESS | rewrite::MORE) || MARKS.contains(sign)
}

/// The content of the renderer's `math` element with only what is listed, checked to be well-formed.
fn restricted(rendered: &str) -> Option<String> {
    let body = rendered.strip_prefix("<math")?.split_once('>')?.1.strip_suffix("</math>")?;
    let mut out = String::with_capacity(body.len());
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut rest = body;
    // Where the output ends with an upright letter, which the next one joins to one word.
    let mut word = (usize::MAX, 0);
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
            let element = open.pop().filter(|element| element.name == name)?;
            element.complete(&mut out);
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            continue;
        }
        if let Some(letter) = upright(inside, rest) {
            let is_row = open.last().is_none_or(|parent| !parent.is_counted());
            if is_row && word == (out.len(), open.len()) {
                out.truncate(out.len() - "</mi>".len());
                out.push(letter);
                out.push_str("</mi>");
                word.0 = out.len();
                rest = rest.get(1 + "</mi>".len()..)?;
                continue;
            }
            word = (out.len() + UPRIGHT.len() + 2 + "</mi>".len() + 1, open.len());
        }
        if let Some(parent) = open.last_mut() {
            parent.children.push(out.len());
        }
        let is_empty = inside.ends_with('/');
        let inside = inside.trim_end_matches(['/', ' ']);
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let name = ELEMENTS.iter().find(|known| **known == name)?;
        if *name == "mi"
            && !is_empty
            && let Some((sign, behind)) = rest.split_once("</mi>")
            && sign.chars().next().is_some_and(|first| is_operator(first, behind))
        {
            out.push_str("<mo>");
            text(&mut out, sign);
            out.push_str("</mo>");
            rest = behind;
            continue;
        }
        out.push('<');
        out.push_str(name);
        push_attributes(&mut out, attributes);
        if is_empty {
            out.push_str("/>");
        } else {
            out.push('>');
            open.push(Element { name, children: Vec::new() });
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
            '\u{E100}'..='\u{E17F}' => {
                if let Some(sign) = char::from_u32(u32::from(character) - rewrite::SIGNS) {
                    escape::push(out, sign.encode_utf8(&mut [0; 4]));
                }
            }
            // The letter, where the renderer writes the sign of a millionth.
            'µ' => out.push('μ'),
            other => escape::push(out, other.encode_utf8(&mut [0; 4])),
        }
    }
}

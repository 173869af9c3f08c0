//! Formulas that a source wrote as MathML, turned into TeX between dollar signs, so that only our own MathML is served.

use std::borrow::Cow;

/// How deep a formula may nest.
const DEEPEST: usize = 64;

/// Replaces every `<math>…</math>` (with any prefix) of `source` by its TeX; what has none keeps its text.
pub(super) fn as_tex(source: &str) -> Cow<'_, str> {
    if !source.contains("math") {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut changed = false;
    while let Some((at, name, length)) = next_math(rest) {
        let close = format!("</{name}>");
        let body = rest.get(at + length..).unwrap_or_default();
        let Some((formula, behind)) = body.split_once(&close) else { break };
        out.push_str(rest.get(..at).unwrap_or_default());
        let tex = annotation(formula).unwrap_or_else(|| tex_of(formula));
        if !tex.trim().is_empty() {
            out.push('$');
            out.push_str(&tex.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
            out.push('$');
        }
        rest = behind;
        changed = true;
    }
    out.push_str(rest);
    if changed { Cow::Owned(out) } else { Cow::Borrowed(source) }
}

/// The next start tag of a `math` element: its place, its name with prefix, its length.
fn next_math(text: &str) -> Option<(usize, &str, usize)> {
    ["<math", "<mml:math", "<m:math", "<jats:math"]
        .iter()
        .filter_map(|tag| {
            let at = text.find(tag)?;
            let behind = text.get(at + tag.len()..)?;
            behind.starts_with(['>', ' ', '\n', '\t']).then_some(())?;
            let end = behind.find('>')?;
            Some((at, text.get(at + 1..at + tag.len())?, tag.len() + end + 1))
        })
        .min_by_key(|(at, _name, _length)| *at)
}

/// The TeX that a formula carries as annotation.
fn annotation(formula: &str) -> Option<String> {
    let (_before, behind) = formula.split_once("application/x-tex\"")?;
    let (_tag, behind) = behind.split_once('>')?;
    let (tex, _behind) = behind.split_once('<')?;
    let tex = decoded(tex);
    Some(tex.trim().trim_matches('$').to_owned())
}

/// An open element with the TeX of its children.
struct Open<'text> {
    name: &'text str,
    children: Vec<String>,
}

/// TeX of presentation MathML, one stack.
fn tex_of(formula: &str) -> String {
    let mut stack = vec![Open { name: "", children: Vec::new() }];
    let mut rest = formula;
    while !rest.is_empty() {
        if let Some(tag) = rest.strip_prefix('<') {
            let (inside, behind) = tag.split_once('>').unwrap_or((tag, ""));
            rest = behind;
            if let Some(name) = inside.strip_prefix('/') {
                close(local(name), &mut stack);
            } else if !inside.starts_with(['!', '?']) && !inside.ends_with('/') && stack.len() < DEEPEST {
                let name = inside.split(char::is_whitespace).next().unwrap_or_default();
                stack.push(Open { name: local(name), children: Vec::new() });
            }
        } else {
            let length = rest.find('<').unwrap_or(rest.len());
            let text = decoded(rest.get(..length).unwrap_or_default());
            rest = rest.get(length..).unwrap_or_default();
            if let Some(open) = stack.last_mut().filter(|_open| !text.trim().is_empty()) {
                let text = characters(open.name, text.trim());
                open.children.push(text);
            }
        }
    }
    while stack.len() > 1 {
        let name = stack.last().map_or("", |open| open.name);
        close(name, &mut stack);
    }
    stack.pop().map_or(String::new(), |open| open.children.concat())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name).trim()
}

fn close(name: &str, stack: &mut Vec<Open<'_>>) {
    if stack.len() < 2 || stack.last().is_none_or(|open| open.name != name) {
        return;
    }
    let Some(open) = stack.pop() else { return };
    let tex = made(&open);
    if let Some(parent) = stack.last_mut().filter(|_parent| !tex.is_empty()) {
        parent.children.push(tex);
    }
}

fn made(open: &Open<'_>) -> String {
    let child = |place: usize| open.children.get(place).map_or("", String::as_str);
    match (open.name, open.children.len()) {
        ("msup" | "mover", 2) => format!("{{{}}}^{{{}}}", child(0), child(1)),
        ("msub" | "munder", 2) => format!("{{{}}}_{{{}}}", child(0), child(1)),
        ("msubsup" | "munderover", 3) => format!("{{{}}}_{{{}}}^{{{}}}", child(0), child(1), child(2)),
        ("mfrac", 2) => format!("\\frac{{{}}}{{{}}}", child(0), child(1)),
        ("mroot", 2) => format!("\\sqrt[{}]{{{}}}", child(1), child(0)),
        ("msqrt", _any) => format!("\\sqrt{{{}}}", open.children.concat()),
        ("annotation" | "annotation-xml", _any) => String::new(),
        ("mrow" | "mstyle" | "mpadded", _any) => format!("{{{}}}", open.children.concat()),
        _other => open.children.concat(),
    }
}

/// The text of a token element.
fn characters(name: &str, text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\backslash "),
            '{' | '}' | '%' | '#' | '&' | '$' | '_' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '^' => escaped.push_str("\\hat{}"),
            other => escaped.push(other),
        }
    }
    match name {
        "mtext" => format!("\\text{{{text}}}", text = text.replace(['\\', '{', '}', '$'], "")),
        "mi" if text.chars().count() > 1 => format!("\\mathrm{{{escaped}}}"),
        _other => escaped,
    }
}

fn decoded(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", " ");
    text.replace("&amp;", "&")
}

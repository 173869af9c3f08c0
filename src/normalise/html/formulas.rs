//! Formulas that a source wrote as MathML, turned into TeX between dollar signs, so that only our own MathML is served.

use std::borrow::Cow;

use crate::entities::decoded;

/// How deep a formula may nest.
const DEEPEST: usize = 64;

/// Replaces every `<math>…</math>` (with any prefix) of `source` by its TeX; what has none keeps its text.
pub(super) fn as_tex(source: &str) -> Cow<'_, str> {
    if !source.contains("math") {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut from = 0;
    // Names whose end tag was looked for to the end of the source in vain.
    let mut unclosed: Vec<&str> = Vec::new();
    while let Some((at, name, length)) = next_math(rest, from) {
        let body = rest.get(at + length..).unwrap_or_default();
        let is_closed = !unclosed.contains(&name);
        let Some((formula, behind)) = is_closed.then(|| body.split_once(&format!("</{name}>"))).flatten()
        else {
            if is_closed {
                unclosed.push(name);
            }
            from = at + length;
            continue;
        };
        out.push_str(rest.get(..at).unwrap_or_default());
        let tex = annotation(formula).unwrap_or_else(|| tex_of(formula));
        if !tex.trim().is_empty() {
            out.push('$');
            out.push_str(&tex.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
            out.push('$');
        }
        rest = behind;
        from = 0;
    }
    out.push_str(rest);
    if rest.len() == source.len() { Cow::Borrowed(source) } else { Cow::Owned(out) }
}

/// The next start tag of a `math` element behind `from`: its place, its name with prefix, its length.
fn next_math(text: &str, from: usize) -> Option<(usize, &str, usize)> {
    let mut at = from;
    loop {
        at += text.get(at..)?.find('<')?;
        let tag = text.get(at + 1..)?;
        let name = ["math", "mml:math", "m:math", "jats:math"].into_iter().find(|name| {
            let behind = tag.strip_prefix(name);
            behind.is_some_and(|behind| behind.starts_with(['>', ' ', '\n', '\r', '\t']))
        });
        if let Some(name) = name {
            let end = tag.find('>')?;
            return Some((at, name, end + 2));
        }
        at += 1;
    }
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
    attributes: &'text str,
    children: Vec<String>,
}

/// TeX of presentation MathML, one stack.
fn tex_of(formula: &str) -> String {
    let mut stack = vec![Open { name: "", attributes: "", children: Vec::new() }];
    let mut rest = formula;
    while !rest.is_empty() {
        if let Some(tag) = rest.strip_prefix('<') {
            let (inside, behind) = tag.split_once('>').unwrap_or((tag, ""));
            rest = behind;
            if let Some(name) = inside.strip_prefix('/') {
                close(local(name), &mut stack);
            } else if !inside.starts_with(['!', '?']) && !inside.ends_with('/') && stack.len() < DEEPEST {
                let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
                stack.push(Open { name: local(name), attributes, children: Vec::new() });
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
        ("mfenced", _any) => fenced(open),
        ("annotation" | "annotation-xml", _any) => String::new(),
        ("mrow" | "mstyle" | "mpadded", _any) => format!("{{{}}}", open.children.concat()),
        _other => open.children.concat(),
    }
}

/// `mfenced`: its delimiters stand in attributes, and so do the marks between its children (MathML 3 §3.3.8).
fn fenced(open: &Open<'_>) -> String {
    let mark = |name: &str, default: &str| {
        let value = attribute(open.attributes, name).map(decoded);
        characters("mo", value.as_deref().map_or(default, str::trim))
    };
    let separators = attribute(open.attributes, "separators").map_or_else(|| ",".to_owned(), decoded);
    let separators: Vec<char> = separators.chars().filter(|mark| !mark.is_whitespace()).collect();
    let mut tex = mark("open", "(");
    for (place, child) in open.children.iter().enumerate() {
        // The last separator stands for all that are missing.
        let before = place.checked_sub(1).and_then(|before| separators.get(before).or(separators.last()));
        if let Some(separator) = before {
            tex.push_str(&characters("mo", separator.encode_utf8(&mut [0; 4])));
        }
        tex.push_str(child);
    }
    tex.push_str(&mark("close", ")"));
    tex
}

/// The value of an attribute, as it is written.
fn attribute<'text>(attributes: &'text str, name: &str) -> Option<&'text str> {
    let mut rest = attributes;
    loop {
        let (key, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, behind) = value.get(1..)?.split_once(quote)?;
        if key.trim() == name {
            return Some(value);
        }
        rest = behind;
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

#[cfg(test)]
mod tests {
    use super::as_tex;

    #[test]
    fn references_in_formulas_are_decoded() {
        for written in ["&#945;", "&#x3B1;", "&alpha;", "\u{3b1}"] {
            assert_eq!(as_tex(&format!("<math><mi>{written}</mi></math>")), "$\u{3b1}$");
        }
        assert_eq!(as_tex("<math><mi>a</mi><mo>&#60;</mo><mi>b</mi></math>"), "$a&lt;b$");
    }

    #[test]
    fn fences_are_written() {
        let two = "<mi>a</mi><mi>b</mi>";
        for (attributes, tex) in [
            ("", "$(a,b)$"),
            (" open=\"[\" close=']' separators=\";\"", "$[a;b]$"),
            (" open='{' close='' separators=''", "$\\{ab$"),
            (" separators='&#x7C;' open='&lang;'", "$\u{27e8}a|b)$"),
        ] {
            assert_eq!(as_tex(&format!("<math><mfenced{attributes}>{two}</mfenced></math>")), tex);
        }
    }

    #[test]
    fn what_only_begins_like_a_formula_hides_none() {
        assert_eq!(as_tex("<mathx>q</mathx> <math><mi>a</mi></math>"), "<mathx>q</mathx> $a$");
        assert_eq!(as_tex("<m:math>q <math><mi>a</mi></math>"), "<m:math>q $a$");
    }

    #[test]
    fn formulas_without_end_cost_no_quadratic_time() {
        for piece in ["<math>", "<mml:math>", "<mathx", "<math ", "<math><m:math>"] {
            let text = piece.repeat(100_000);
            assert_eq!(as_tex(&text), text);
        }
    }
}

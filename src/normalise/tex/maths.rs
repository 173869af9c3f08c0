//! Where formulas begin and end in running text, and which dollar signs are money.

/// A formula inside a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Formula<'text> {
    /// Its TeX, without delimiters.
    pub(crate) tex: &'text str,
    /// Whether it was displayed on a line of its own.
    pub(crate) is_display: bool,
    /// The place behind its closing delimiter.
    pub(crate) end: usize,
}

/// The longest formula that is recognised, in bytes.
pub(crate) const LONGEST: usize = 4 * 1024;

/// The longest name of an environment, in bytes.
const LONGEST_NAME: usize = 16;

/// Environments that are formulas: `true` where the environment itself must reach the renderer.
const ENVIRONMENTS: &[(&str, bool)] = &[
    ("equation", false),
    ("equation*", false),
    ("displaymath", false),
    ("math", false),
    ("split", true),
    ("aligned", true),
    ("gathered", true),
    ("cases", true),
    ("array", true),
    ("matrix", true),
    ("pmatrix", true),
    ("bmatrix", true),
    ("flalign", true),
    ("flalign*", true),
    ("align", true),
    ("align*", true),
    ("gather", true),
    ("gather*", true),
    ("multline", true),
    ("multline*", true),
    ("eqnarray", true),
    ("eqnarray*", true),
];

/// The formula whose opening delimiter stands at `at`, if that delimiter has an end and is not money.
pub(crate) fn at(text: &str, at: usize) -> Option<Formula<'_>> {
    let rest = text.get(at..)?;
    if let Some(body) = rest.strip_prefix("$$") {
        let close = closing(body, |inner| inner.starts_with("$$"), "$$")?;
        let tex = body.get(..close)?;
        return made(tex, true, at + 2 + close + 2);
    }
    if let Some(body) = rest.strip_prefix('$') {
        let Some(close) = dollar(body) else { return unended(body, at) };
        let (tex, after) = (body.get(..close)?, body.get(close + 1..)?);
        let is_between = tex.starts_with(char::is_whitespace)
            && text.get(..at)?.ends_with(|last: char| last.is_alphanumeric() || last == ')')
            && has_word(tex.trim())
            && !has_text(tex);
        return (!is_between && is_formula(tex, after))
            .then(|| made(tex, false, at + 1 + close + 1))
            .flatten();
    }
    for (open, close, is_display) in [("\\(", "\\)", false), ("\\[", "\\]", true)] {
        if let Some(body) = rest.strip_prefix(open) {
            let end = closing(body, |inner| inner.starts_with(close), open)?;
            return made(body.get(..end)?, is_display, at + open.len() + end + close.len());
        }
    }
    environment(rest, at)
}

/// A formula that ends with its text, since its second dollar was cut off; it must look like nothing else.
fn unended(body: &str, at: usize) -> Option<Formula<'_>> {
    const LONGEST_END: usize = 64;
    (body.len() <= LONGEST_END).then_some(())?;
    let is_tex = body.contains(['\\', '^', '_']) && !body.contains(['$', '\n']);
    (is_tex && !has_word(body) && !body.starts_with(char::is_whitespace))
        .then(|| made(body, false, at + 1 + body.len()))
        .flatten()
}

/// Whether the dollar at a place ended a formula whose first one was lost (`ess(f)$ is`): it closes on what money does not
/// stand behind, and no letter or number follows it.
pub(crate) fn is_stray_end(text: &str, at: usize) -> bool {
    let (before, rest) = (text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
    let behind = rest.get(1..).unwrap_or_default();
    let is_closed = before.ends_with([')', '}', ']']) || {
        let word =
            || before.chars().rev().take(LONGEST_NAME).take_while(|character| !character.is_whitespace());
        word().any(|character| matches!(character, '^' | '_' | '\\'))
            && word().next().is_some_and(|last| last.is_ascii_alphanumeric() || matches!(last, '+' | '-'))
    };
    let is_ended = behind.is_empty() || behind.starts_with([' ', '\n', '.', ',', ';', ':', ')', '-']);
    is_closed && is_ended && !next_is_number(behind)
}

/// Whether a number follows behind a blank.
fn next_is_number(behind: &str) -> bool {
    behind.trim_start_matches(' ').starts_with(|next: char| next.is_ascii_digit())
}

fn environment(rest: &str, at: usize) -> Option<Formula<'_>> {
    let body = rest.strip_prefix("\\begin{")?;
    let (name, _behind) = crate::normalise::ids::head(body, LONGEST_NAME).split_once('}')?;
    let body = body.get(name.len() + 1..)?;
    let (_name, is_whole) = ENVIRONMENTS.iter().find(|(known, _whole)| *known == name)?;
    let close = format!("\\end{{{name}}}");
    let end = window(body).find(&close)?;
    let start = rest.len() - body.len();
    let stop = start + end + close.len();
    let tex = if *is_whole { rest.get(..stop)? } else { body.get(..end)? };
    (!tex.contains("\n\n")).then_some(())?;
    made(tex, name != "math", at + stop)
}

fn made(tex: &str, is_display: bool, end: usize) -> Option<Formula<'_>> {
    (!tex.trim().is_empty()).then_some(Formula { tex, is_display, end })
}

/// The part of a text in which a closing delimiter is looked for.
fn window(text: &str) -> &str {
    // Cut first: a text full of dollar signs opens a window at each of them.
    let window = crate::normalise::ids::head(text, LONGEST);
    window.get(..window.find("\n\n").unwrap_or(window.len())).unwrap_or_default()
}

/// The place of the first closing delimiter, escapes skipped; `None` when `open` comes again before it.
fn closing(body: &str, is_close: impl Fn(&str) -> bool, open: &str) -> Option<usize> {
    let body = window(body);
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        if is_close(rest) {
            return Some(at);
        }
        if rest.starts_with(open) {
            return None;
        }
        at += step(rest);
    }
    None
}

/// How far to go over one character, or over a backslash and what it escapes.
fn step(rest: &str) -> usize {
    let mut characters = rest.chars();
    let first = characters.next().map_or(1, char::len_utf8);
    if rest.starts_with('\\') { first + characters.next().map_or(0, char::len_utf8) } else { first }
}

/// The dollar that closes an inline formula: outside braces if there is one (`$\text{if $x$}$`), else the first. One brace too
/// many may stand in a short one (`$SO(n)}$`).
fn dollar(body: &str) -> Option<usize> {
    const LONGEST_TORN: usize = 24;
    const DEEPEST: usize = 32;
    let body = window(body);
    let (mut at, mut depth, mut first, mut is_torn) = (0, 0_usize, None, false);
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        match rest.chars().next() {
            Some('$') if depth == 0 => return (!is_torn || at <= LONGEST_TORN).then_some(at),
            Some('$') => first = first.or(Some(at)),
            // No formula is as deep; a text full of open braces would be searched from each of its dollars.
            Some('{') if depth >= DEEPEST => return first,
            Some('{') => depth += 1,
            Some('}') => {
                if depth == 0 && (first.is_some() || is_torn) {
                    return first;
                }
                is_torn |= depth == 0;
                depth = depth.saturating_sub(1);
            }
            _other => {}
        }
        at += step(rest);
    }
    first
}

/// Tells a formula from two prices in one sentence.
fn is_formula(tex: &str, after: &str) -> bool {
    let trimmed = tex.trim();
    if trimmed.is_empty() {
        return false;
    }
    let digit_follows = after.starts_with(|next: char| next.is_ascii_digit());
    let (opens_blank, ends_blank) =
        (tex.starts_with(char::is_whitespace), tex.ends_with(char::is_whitespace));
    let words = words_in_row(trimmed);
    if words >= MOST_WORDS && !has_text(trimmed) {
        return false;
    }
    let prose = words >= 2;
    if prose && trimmed.starts_with([',', '.']) {
        return false;
    }
    let price = trimmed.starts_with(|first: char| first.is_ascii_digit());
    let is_tex = trimmed.contains(['\\', '^', '=']);
    if price && digit_follows && (prose || tex.ends_with([' ', '\n', '-', '–', '('])) {
        return false;
    }
    let word = has_word(trimmed);
    if word && !is_tex && trimmed.starts_with([')', ']']) {
        return false;
    }
    if word && !is_tex && (price && (prose || ends_blank || opens_blank) || opens_blank != ends_blank) {
        return false;
    }
    if trimmed.contains(['\\', '^', '_', '{', '=', '<', '>', '+', '|', '/', '*']) {
        return !(prose && opens_blank && ends_blank && !trimmed.contains('\\'));
    }
    if digit_follows {
        // `1$-$3` and `[OIII]$λ$5007` are formulas, `$5, $6` and `costs $ and $6` are not.
        return !price && !word && !opens_blank && !ends_blank && trimmed.chars().count() <= 12;
    }
    !(opens_blank || ends_blank) || (trimmed.len() <= 20 && !prose)
}

/// Whether a word of two letters or more stands by itself.
fn has_word(tex: &str) -> bool {
    tex.split([' ', '\n']).any(|word| {
        let letters = word.trim_start_matches('(').trim_end_matches([',', '.', ';', ')', ':']);
        letters.len() >= 2 && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// Whether a formula says that some of it is text.
fn has_text(tex: &str) -> bool {
    ["\\rm", "\\it", "\\text", "\\mbox", "\\hbox", "\\mathrm", "\\operatorname"]
        .iter()
        .any(|set| tex.contains(set))
}

/// So many words in a row are a sentence, whatever stands beside them.
const MOST_WORDS: usize = 4;

/// How many words of three letters or more stand side by side at most, outside braces and not as commands.
fn words_in_row(tex: &str) -> usize {
    let (mut depth, mut words, mut most) = (0_i32, 0, 0);
    for word in tex.split([' ', '\n']) {
        let outside = depth <= 0;
        for byte in word.bytes() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _other => {}
            }
        }
        let letters = word.trim_end_matches([',', '.', ';', ')']);
        let is_word = letters.len() >= 3 && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
        if outside && is_word {
            words += 1;
            most = most.max(words);
        } else if !(word.is_empty() || word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        {
            words = 0;
        }
    }
    most
}

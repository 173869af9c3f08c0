//! What sources print before an abstract and is none: announcements, dates, author lists, the word "Abstract".

use std::sync::LazyLock;

use regex::Regex;

use crate::normalise::html::block::Block;
use crate::normalise::ids::pattern;

/// A whole line that is no abstract.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:publication date:.{0,200}|available online:?.{0,100}|source:.{0,400}|author\(s\):.*|authors?: .{0,4000}|published online:? .{0,200}|volume \d+,.{0,200}|[^.]{2,120}, (?:volume|ahead of print|early view|early access).{0,200}|[^.;:]{2,90}, published online:? \d{1,2} \w+ \d{4};? *(?:doi:\S+|https?://\S*doi\S+)?|doi: ?10\.\S+|abstract|summary|arxiv:\S+ announce type: \S+)$",
    )
});

/// The start of a line that is none, with what follows kept.
static START: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:arXiv:\S+ Announce Type: \S+\s*|(?:Abstract|ABSTRACT|Summary|SUMMARY)\s*[:.—–]\s*|(?:Abstract|ABSTRACT|Summary)\s*-\s+|ABSTRACT\s+|[^.;:\n]{2,90}, Published online: \d{1,2} \w+ \d{4}; ?(?:doi: ?10\.\S+|https?://\S*doi\S+)\s*)",
    )
});

/// PLOS begins with the authors.
static BY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^by \p{Lu}[^.!?]{2,4000}$"));

/// APS ends with a citation.
static END: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[[^\]]{3,80}\] (?:Published|Accepted) .{3,60}$"));

/// Only a list of authors is longer than this, in characters; an address without end would be, but is no line either.
const LONGEST_LINE: usize = 600;

/// How lines begin that [`LINE`] may match, in any case.
const BEGINNINGS: &[&str] = &[
    "publication date:",
    "available online",
    "source:",
    "author",
    "published online",
    "volume ",
    "doi:",
    "abstract",
    "summary",
    "arxiv:",
];

/// What stands behind a comma in the others.
const BEHIND_COMMAS: &[&str] =
    &["volume", "ahead of print", "early view", "early access", "published online"];

/// Whether a line is none of an abstract. Most abstracts are one long line, which is not searched for what is short; and most
/// lines show at once that they are none of these.
fn is_line(line: &str) -> bool {
    if !begins(line, "author") && line.len() > LONGEST_LINE && line.chars().count() > LONGEST_LINE {
        return false;
    }
    let behind_commas = || line.match_indices(", ").filter_map(|(at, comma)| line.get(at + comma.len()..));
    let may_be = BEGINNINGS.iter().any(|with| begins(line, with))
        || behind_commas().any(|behind| BEHIND_COMMAS.iter().any(|with| begins(behind, with)));
    may_be && LINE.is_match(line)
}

/// Whether a line is one of names behind "by".
fn is_by(line: &str) -> bool {
    line.starts_with("by ") && BY.is_match(line) && is_names(line)
}

/// What [`START`] finds.
fn start(text: &str) -> Option<&str> {
    let head = text.get(..text.floor_char_boundary(400)).unwrap_or_default();
    let may_be = ["arxiv:", "abstract", "summary"].iter().any(|with| begins(text, with))
        || head.contains(", Published online: ");
    if may_be { START.find(text).map(|found| found.as_str()) } else { None }
}

fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// The abstract in plain text or TeX, without what stands before it.
pub(crate) fn without(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..line_end).unwrap_or_default().trim();
        let behind = rest.get(line_end..).unwrap_or_default().trim_start();
        if is_line(line) || (!behind.is_empty() && is_by(line)) {
            rest = behind;
        } else if let Some(found) = start(rest) {
            rest = rest.get(found.len()..).unwrap_or_default().trim_start();
        } else {
            return rest;
        }
        if rest.is_empty() {
            return rest;
        }
    }
}

/// The blocks of a body without those before and after the abstract.
pub(crate) fn without_blocks(mut blocks: Vec<Block>) -> Vec<Block> {
    while let Some(first) = blocks.first_mut() {
        let all_lines = first.text.lines().all(|line| is_line(line.trim()));
        if all_lines || is_by(&first.text) {
            blocks.remove(0);
        } else if !cut_start(first) {
            break;
        }
    }
    if blocks.len() > 1 && blocks.last().is_some_and(|last| END.is_match(last.text.trim())) {
        blocks.pop();
    }
    blocks
}

/// Cuts a preamble off the start of a block; `false` when there was none, or when it cannot be cut cleanly.
fn cut_start(block: &mut Block) -> bool {
    let first_line = block.text.lines().next().unwrap_or_default().trim();
    if block.text.contains('\n') && (is_line(first_line) || is_by(first_line)) {
        let Some((before, html)) = block.html.split_once("<br/>") else { return false };
        if before.matches('<').count() != 1 + 2 * before.matches("</").count() {
            return false;
        }
        let tag = before.split_inclusive('>').next().unwrap_or_default();
        block.html = format!("{tag}{}", html.trim_start());
        block.texts().for_each(drop_line);
        return true;
    }
    let Some(head) = start(&block.text).map(str::to_owned) else { return false };
    // The preamble may hold links and bold words; the html is cut behind as many characters of text.
    let Some(html) =
        without_characters(&block.html, head.chars().filter(|character| !character.is_whitespace()).count())
    else {
        return false;
    };
    block.html = html;
    let rest = block.text.get(head.len()..).unwrap_or_default().trim_start().to_owned();
    block.tex = block
        .tex
        .as_ref()
        .map(|tex| tex.strip_prefix(&head).map_or_else(|| rest.clone(), |tex| tex.trim_start().to_owned()));
    block.text = rest;
    true
}

fn drop_line(text: &mut String) {
    *text = text.split_once('\n').map_or(String::new(), |(_line, rest)| rest.trim_start().to_owned());
}

/// A block without its first so many visible characters; tags stay as long as they hold something.
fn without_characters(html: &str, count: usize) -> Option<String> {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut left = count;
    while left > 0 {
        if let Some(tag) = rest.strip_prefix('<') {
            let (inside, behind) = tag.split_once('>')?;
            inside.starts_with("math").then_some(()).is_none().then_some(())?;
            out.push('<');
            out.push_str(inside);
            out.push('>');
            rest = behind;
        } else {
            let first = rest.chars().next()?;
            let length = if first == '&' { rest.find(';')? + 1 } else { first.len_utf8() };
            if !first.is_whitespace() {
                left -= 1;
            }
            rest = rest.get(length..)?;
        }
    }
    out.push_str(rest.trim_start());
    let pairs = ["strong", "em", "i", "u", "code", "sub", "sup"];
    for name in pairs {
        out = out.replace(&format!("<{name}></{name}>"), "");
    }
    while let Some(at) = out.find("<a ")
        && let Some(end) = out.get(at..).and_then(|link| link.find("></a>"))
        && out.get(at..at + end).is_some_and(|link| !link.contains('>'))
    {
        out.replace_range(at..at + end + 5, "");
    }
    Some(out.replace("<p> ", "<p>"))
}

/// Whether a line reads like names joined by commas: hardly a word in lower case but particles.
fn is_names(line: &str) -> bool {
    const PARTICLES: &[&str] = &[
        "al", "and", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "ten",
        "van", "von", "zu",
    ];
    let words = line.trim_start_matches("by ").split([' ', ',']).filter(|word| !word.is_empty());
    let (mut all, mut prose) = (0, 0);
    for word in words {
        all += 1;
        if word.starts_with(char::is_lowercase) && !PARTICLES.contains(&word) {
            prose += 1;
        }
    }
    all > 1 && prose * 6 <= all
}

#[cfg(test)]
mod tests {
    use super::without;
    use super::without_blocks;
    use crate::normalise::html;

    fn body(source: &str) -> String {
        without_blocks(html::blocks(source)).into_iter().map(|block| block.html).collect()
    }

    #[test]
    fn the_abstract_begins_behind_its_preamble() {
        for text in [
            "arXiv:2608.09999v2 Announce Type: replace-cross \nAbstract: We test.",
            "Abstract: We test.",
            "ABSTRACT We test.",
            "Abstract\nWe test.",
            "Abstract \u{2014} We test.",
            "Nature, Published online: 13 May 2026; doi:10.1038/s41586-026-00000-0\nWe test.",
            "Nature Tests, Published online: 13 May 2026; https://doi.org/10.1038/s41586-026-00000-0 We test.",
            "Publication date: January 2027\nSource: Journal of Tests, Volume 3\nAuthor(s): A. Test, B. Test\nWe test.",
            "by Ann Test, Bo van der Test\nWe test.",
            "Published online 12 January 2027\nWe test.",
            "Journal of Tests, Published online 12 May 2027; doi:10.1000/x\nWe test.",
            "Journal of Tests, Early View\nWe test.",
        ] {
            assert_eq!(without(text), "We test.", "{text}");
        }
    }

    #[test]
    fn an_abstract_without_a_preamble_stays_whole() {
        for text in [
            "Abstract interpretation is sound.",
            "by design, we test",
            "Summary statistics help.",
            "Source code is given.",
        ] {
            assert_eq!(without(text), text);
        }
    }

    #[test]
    fn nothing_but_a_preamble_is_no_abstract() {
        assert_eq!(without("Volume 390, Issue 6775, Page 1-2, November 2026."), "");
        assert_eq!(
            body(
                "<p>Publication date: January 2027</p><p><b>Source:</b> Journal of Tests, Volume 3</p><p>Author(s): A. Test, B. Test</p>"
            ),
            ""
        );
    }

    #[test]
    fn blocks_lose_their_preamble() {
        assert_eq!(
            body(
                "<p>Author(s): A. Test and B. Test</p><p>We test.</p><p>[Phys. Rev. Test 1, 2] Published Mon May 4, 2026</p>"
            ),
            "<p>We test.</p>"
        );
        assert_eq!(body("<p>by Ann Test, Bo Test</p> We test."), "<p>We test.</p>");
        assert_eq!(body("<p><b>Abstract:</b> We <i>test</i>.</p>"), "<p>We <i>test</i>.</p>");
        assert_eq!(
            body(
                "<p>Nature, Published online: 13 May 2026; <a href=\"https://doi.org/10.1038/x1\">doi:10.1038/x1</a></p>We test."
            ),
            "<p>We test.</p>"
        );
        assert_eq!(
            body(
                "Nature, Published online: 13 May 2026; <a href=\"https://doi.org/10.1038/x1\">doi:10.1038/x1</a> We test."
            ),
            "<p>We test.</p>"
        );
        assert_eq!(
            body("Publication date: 2027<br>Author(s): A. Test<br>We test.<br>More."),
            "<p>We test.<br/>More.</p>"
        );
    }
}

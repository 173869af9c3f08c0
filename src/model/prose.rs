//! Titles and abstracts without their formulas, for whoever names a paper's words: what stands in a formula is none ("maxa" of
//! a maximum over `a`).

use std::borrow::Cow;

use crate::model::text::Abstract;
use crate::model::text::Title;

/// How a formula begins and ends in the markup that we make.
const FORMULA: &str = "<math";
const FORMULA_END: &str = "</math>";

/// Elements that part words; others stand inside them.
const BLOCKS: &[&str] =
    &["p", "br", "li", "ul", "ol", "div", "h1", "h2", "h3", "h4", "blockquote", "tr", "td", "th"];

/// What our markup escapes.
const ESCAPED: &[(&str, &str)] =
    &[("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];

impl Title {
    /// The title without its formulas; TeX of other kinds may be left in it.
    pub fn prose(&self) -> Cow<'_, str> {
        match &self.tex {
            Some(tex) if tex.as_str().contains('$') => Cow::Owned(outside_of_dollars(tex.as_str())),
            _plain => Cow::Borrowed(self.text.as_str()),
        }
    }
}

impl Abstract {
    /// The abstract without its formulas.
    pub fn prose(&self) -> Cow<'_, str> {
        let html = self.html.as_str();
        if html.contains(FORMULA) {
            Cow::Owned(outside_of_formulas(html))
        } else {
            Cow::Borrowed(self.text.as_str())
        }
    }
}

/// Every other stretch between dollar signs; those behind a backslash are money.
fn outside_of_dollars(tex: &str) -> String {
    let (mut out, mut is_formula, mut before) = (String::with_capacity(tex.len()), false, ' ');
    for letter in tex.chars() {
        if letter == '$' && before != '\\' {
            // Two of them begin a displayed formula, or end it.
            is_formula = if before == '$' { is_formula } else { !is_formula };
            out.push(' ');
        } else if !is_formula {
            out.push(letter);
        }
        before = letter;
    }
    out
}

/// The text of a fragment of ours, less what stands in formulas.
fn outside_of_formulas(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        let Some((name, behind)) = tag.split_once('>') else { return unescaped(&out) };
        let name = name.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        rest = behind;
        if name == "math" {
            out.push(' ');
            rest = behind.split_once(FORMULA_END).map_or("", |(_formula, behind)| behind);
        } else if BLOCKS.contains(&name) {
            out.push(' ');
        }
    }
    out.push_str(rest);
    unescaped(&out)
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    ESCAPED.iter().fold(text.to_owned(), |text, (escaped, character)| text.replace(escaped, character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Html;
    use crate::model::text::Text;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn formulas_leave_a_title() {
        let title = |tex: &str| Title { text: Text::line("shown"), tex: Some(Text::line(tex)) };
        for (tex, expected) in [
            ("Bounds on $\\max_a Q(s,a)$ for Gardens", "Bounds on for Gardens"),
            ("$$x$$ and $y$", "and"),
            ("Flags for \\$5 or $n$ beds", "Flags for \\$5 or beds"),
            ("An open $formula", "An open"),
        ] {
            assert_eq!(words(&title(tex).prose()), words(expected), "{tex}");
        }
        assert_eq!(title("G\\\"odel").prose(), "shown");
        assert_eq!(Title { text: Text::line("shown"), tex: None }.prose(), "shown");
    }

    #[test]
    fn formulas_leave_an_abstract_and_words_stay_whole() {
        let html = "<p>We take <math display=\"inline\"><semantics><msub><mi>max</mi><mi>a</mi></msub>\
                    <annotation>\\max_a</annotation></semantics></math> of <i>k</i>-flags &amp; beds.</p><p>Then\
                    <br/>rest</p>";
        assert_eq!(
            words(&outside_of_formulas(html)),
            ["We", "take", "of", "k-flags", "&", "beds.", "Then", "rest"]
        );
        let plain = Abstract { text: Text::new("shown"), html: Html::default(), tex: None };
        assert_eq!(plain.prose(), "shown");
        assert_eq!(words(&outside_of_formulas("<p>Open <math><mi>x</mi>")), ["Open"]);
        assert_eq!(words(&outside_of_formulas("<math>x</math> a <b")), ["a"]);
    }
}

//! What stands in abstracts of openRxiv for layout that was lost: marks such as `O_SCPLOW … C_SCPLOW` around small
//! capitals, and `O_FIG … C_FIG` around the leftovers of a figure, are taken out; headings that grew together with the
//! sentence behind them (`BackgroundPlants carry flags`) are parted from it; blank lines become paragraphs.

/// Marks that open and close something whose words stay.
const AROUND_WORDS: &[&str] =
    &["SCPLOW", "SCPCAP", "LI", "QD", "FD", "LST", "ST_ABS", "TEXTBOX", "BD", "CAPTION"];

/// Marks around what was never words of the abstract.
const AROUND_FIGURES: &[&str] = &["FIG", "TBL"];

/// What headings of abstracts are made of.
const HEADING_WORDS: &[&str] = &[
    "abstract",
    "aim",
    "aims",
    "analysis",
    "and",
    "approach",
    "availability",
    "background",
    "conclusion",
    "conclusions",
    "context",
    "contribution",
    "data",
    "design",
    "discussion",
    "evidence",
    "findings",
    "funding",
    "goal",
    "hypothesis",
    "impact",
    "implementation",
    "implications",
    "importance",
    "information",
    "interpretation",
    "intervention",
    "interventions",
    "introduction",
    "key",
    "lay",
    "limitations",
    "main",
    "materials",
    "measures",
    "method",
    "methodology",
    "methods",
    "motivation",
    "objective",
    "objectives",
    "of",
    "outcome",
    "outcomes",
    "participants",
    "patients",
    "points",
    "practice",
    "principal",
    "problem",
    "purpose",
    "question",
    "rationale",
    "registration",
    "relevance",
    "result",
    "results",
    "setting",
    "settings",
    "significance",
    "statement",
    "study",
    "subjects",
    "summary",
    "supplementary",
    "trial",
];

/// No heading is longer, in bytes.
const HEADING_BYTES: usize = 60;

/// The abstract as HTML, as far as it is none already.
pub(super) fn clean(text: &str) -> String {
    let text = without_marks(text);
    let paragraphs: Vec<String> =
        text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(parted).collect();
    match paragraphs.as_slice() {
        [whole] => whole.clone(),
        several => several.iter().flat_map(|part| ["<p>", part, "</p>"]).collect(),
    }
}

/// A paragraph whose heading is parted from what it heads: the words before the first capital or digit that follows a small
/// letter, where all of them are known.
fn parted(paragraph: &str) -> String {
    let places = paragraph.char_indices().zip(paragraph.chars().skip(1));
    let glued = places
        .take_while(|((place, _letter), _next)| *place < HEADING_BYTES)
        .find(|((_place, letter), next)| {
            letter.is_ascii_lowercase() && (next.is_uppercase() || next.is_ascii_digit())
        })
        .and_then(|((place, _letter), _next)| paragraph.split_at_checked(place + 1));
    let Some((heading, rest)) = glued else { return paragraph.to_owned() };
    let is_known = |word: &str| HEADING_WORDS.contains(&word.to_lowercase().as_str());
    let is_heading = heading.starts_with(char::is_uppercase)
        && heading.split(['/', ' ', '&']).all(|word| word.is_empty() || is_known(word));
    if is_heading { format!("{heading}: {rest}") } else { paragraph.to_owned() }
}

/// The text without the marks of lost layout.
fn without_marks(text: &str) -> String {
    if !text.contains("O_") && !text.contains("C_") {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for mark in AROUND_FIGURES {
        text = without_between(&text, &format!("O_{mark}"), &format!("C_{mark}"));
    }
    for mark in AROUND_WORDS {
        let (open, close) = match *mark {
            "ST_ABS" => ("\n\n", ": "),
            "LI" | "LST" | "FD" | "QD" | "TEXTBOX" => (" ", " "),
            _inline => ("", ""),
        };
        text = text.replace(&format!("O_{mark}"), open).replace(&format!("C_{mark}"), close);
    }
    text
}

/// The text without what stands from `open` through `close`. An opening mark without its end takes nothing with it.
fn without_between(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once(open) {
        let Some((_figure, after)) = inner.split_once(close) else { break };
        out.push_str(before);
        out.push(' ');
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn marks_of_lost_layout_are_taken_out() {
        assert_eq!(clean("Introducing GO_SCPLOWRAC_SCPLOWFT, a method"), "Introducing GRAFT, a method");
        assert_eq!(
            clean("O_ST_ABSAimC_ST_ABSTo count.O_ST_ABSResultC_ST_ABSSix."),
            "<p>Aim: To count.</p><p>Result: Six.</p>"
        );
        let figure = "Counted. O_FIG O_LINKSMALLFIG WIDTH=200 SRC=\"FIGDIR/small/1.gif\"> View larger version C_FIG The end";
        assert_eq!(clean(figure), "Counted.   The end");
    }

    #[test]
    fn headings_that_grew_together_with_their_sentence_are_parted_from_it() {
        assert_eq!(
            clean(
                "BackgroundPlants carry flags.\n\nMethods and FindingsA count of six.\n\nStudy Design12 flags."
            ),
            "<p>Background: Plants carry flags.</p><p>Methods and Findings: A count of six.</p><p>Study Design: 12 flags.</p>"
        );
        for whole in [
            "GenBank holds flags.",
            "ResNet counts flags.",
            "Results of MacDonald were counted.",
            "Background noise of mRNA.",
            "methodsWe count.",
            "",
            "Ünder",
        ] {
            assert_eq!(clean(whole), whole);
        }
        assert_eq!(clean(&"Results and ".repeat(9_000)).len(), 9_000 * 12 - 1);
    }

    #[test]
    fn a_mark_that_stays_open_and_words_that_look_like_one_stay() {
        assert_eq!(clean("a figure O_FIG that goes on"), "a figure O_FIG that goes on");
        assert_eq!(clean("the enzyme CO_2 and C_4 plants"), "the enzyme CO_2 and C_4 plants");
    }
}

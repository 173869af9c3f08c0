//! Text of others in messages: on one line, not too long, calling nobody.

use url::Url;

use crate::model::text::Text;

/// Is not seen and takes no room, and no program takes the words on both sides of it for one.
pub(super) const JOINER: char = '\u{2060}';

/// No address in a message is longer, in bytes.
const ADDRESS_BYTES: usize = 2_048;

/// No name is longer, in characters.
const NAME: usize = 60;

/// Text on one line of at most so many characters, cut between words where it must be.
pub(super) fn line(text: &str, most: usize) -> String {
    let text = Text::line(text);
    let text = text.as_str();
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let room = text.char_indices().nth(most.saturating_sub(1)).map_or(end, |(room, _)| room);
    let cut = text.get(..room).unwrap_or_default();
    // A word that fills half of the line or more is cut itself.
    let words = cut.rfind(' ').filter(|space| space.saturating_mul(2) > room).unwrap_or(room);
    let cut = cut.get(..words).unwrap_or(cut).trim_end_matches([' ', ',', ';', ':', '.']);
    if most == 0 { String::new() } else { format!("{cut}…") }
}

/// Text in which no sign calls anybody, or makes a word a name.
pub(super) fn quiet(text: &str, signs: &[char]) -> String {
    let mut quiet = String::with_capacity(text.len());
    for character in text.chars() {
        quiet.push(character);
        if signs.contains(&character) {
            quiet.push(JOINER);
        }
    }
    quiet
}

/// So many authors, and whether there are more.
pub(super) fn people(authors: &[String], most: usize) -> String {
    let names: Vec<String> = authors.iter().take(most).map(|name| line(name, NAME)).collect();
    let more = if authors.len() > most { " et al." } else { "" };
    names.join(", ") + more
}

/// An address that leads to a page and nowhere else.
pub(super) fn link(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= ADDRESS_BYTES;
    (is_web && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Parts that are there, with something between them.
pub(super) fn joined<const COUNT: usize>(parts: [&str; COUNT], between: &str) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_between_words() {
        assert_eq!(line(" Low-rank \n adapters\u{202E} ", 18), "Low-rank adapters");
        assert_eq!(line("Low-rank adapters", 17), "Low-rank adapters");
        assert_eq!(line("Low-rank, adapters", 17), "Low-rank…");
        assert_eq!(line("Low-rankadapters", 5), "Low-…");
        assert_eq!(line("üüüüü", 3), "üü…");
        assert_eq!(line("ab", 1), "…");
        assert_eq!(line("ab", 0), "");
        for most in 0..20 {
            assert!(line("a bc 𝔘𝔫𝔦 def, ghij", most).chars().count() <= most);
        }
    }

    #[test]
    fn only_pages_are_linked() {
        assert!(link("https://papers.example.org/a").is_some());
        for text in ["", "a", "javascript:alert(1)", "data:text/html,x", "https://a@b.example/", "https://"] {
            assert_eq!(link(text), None);
        }
    }

    #[test]
    fn many_authors_are_not_all_named() {
        let names = ["A. Lee".to_owned(), "B. Wu".to_owned(), "C. Ng".to_owned()];
        assert_eq!(people(&names, 3), "A. Lee, B. Wu, C. Ng");
        assert_eq!(people(&names, 2), "A. Lee, B. Wu et al.");
        assert_eq!(people(&[], 2), "");
    }
}

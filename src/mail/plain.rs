//! Letters as text, for a terminal: 72 columns, what belongs together indented under its first line.

use unicode_width::UnicodeWidthChar as _;
use unicode_width::UnicodeWidthStr as _;

use crate::mail::view::Confirmation;
use crate::mail::view::Footer;
use crate::mail::view::Issue;
use crate::mail::view::Item;
use crate::mail::view::Section;
use crate::model::text::Text;
use crate::pages::parts;

/// The columns of a letter.
const COLUMNS: usize = 72;

/// A digest. Abstracts are cut to so many characters.
pub(super) fn digest(site: &Text, issue: &Issue, footer: &Footer, postal: &Text, abstracts: usize) -> String {
    let mut page = Page::default();
    page.lines("", "", &format!("{site}: {}", Text::line(&issue.title)));
    page.lines("", "", &Text::line(&issue.period).to_string());
    page.address("", &issue.home);
    if let Some(empty) = &issue.empty {
        page.blank();
        page.lines("", "", Text::line(empty).as_str());
    }
    for section in &issue.sections {
        page.section(section, abstracts);
    }
    page.blank();
    // What stands behind two hyphens and a space is known to be a signature.
    page.out.push_str("-- \n");
    page.lines("", "", &format!("You get this because you subscribed at {site}."));
    page.address("Unsubscribe: ", &footer.unsubscribe);
    page.address("What you get, and when: ", &footer.preferences);
    page.address("All topics: ", &footer.topics);
    page.lines("", "", postal.as_str());
    page.out
}

/// A letter that asks whether the address shall get digests.
pub(super) fn confirmation(site: &Text, view: &Confirmation, postal: &Text) -> String {
    let mut page = Page::default();
    page.lines("", "", &format!("Somebody, most likely you, asked {site} to send papers to this address:"));
    page.blank();
    for topic in &view.topics {
        page.lines("  * ", "    ", Text::line(topic).as_str());
    }
    page.lines("  * ", "    ", Text::line(&view.cadence).as_str());
    page.blank();
    page.lines("", "", "Nothing is sent before you say yes, on this page:");
    page.blank();
    page.address("", &view.confirm);
    page.blank();
    page.lines("", "", &validity(view.hours));
    page.blank();
    page.out.push_str("-- \n");
    page.lines("", "", site.as_str());
    page.lines("", "", postal.as_str());
    page.out
}

/// How long a question stands, and what happens if nobody answers it.
pub(super) fn validity(hours: u32) -> String {
    let hours = if hours == 1 { "one hour".to_owned() } else { format!("{hours} hours") };
    format!(
        "The page answers for {hours}. If it was not you, do nothing: no papers come, and the address is forgotten."
    )
}

#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn section(&mut self, section: &Section, abstracts: usize) {
        self.out.push_str("\n\n");
        let title = Text::line(&section.title).to_string().to_uppercase();
        self.lines("", "", &title);
        let rule = "-".repeat(title.width().clamp(3, COLUMNS));
        self.out.push_str(&rule);
        self.out.push('\n');
        self.lines("", "", Text::line(&section.why).as_str());
        for (place, item) in section.items.iter().enumerate() {
            self.item(place + 1, item, abstracts);
        }
        if section.left_out > 0 {
            self.blank();
            self.lines("    ", "    ", &format!("{} more:", section.left_out));
            self.address("    ", &section.url);
        }
    }

    fn item(&mut self, place: usize, item: &Item, abstracts: usize) {
        const IN: &str = "    ";
        self.blank();
        let state = item.state.map(|state| format!("[{state}] ")).unwrap_or_default();
        self.lines(&format!("{place:>2}. "), IN, &format!("{state}{}", item.title));
        self.lines(IN, IN, item.people.as_str());
        let facts: Vec<_> = item.facts.iter().map(Text::as_str).collect();
        self.lines(IN, IN, &facts.join(" · "));
        for (place, line) in item.note.iter().enumerate() {
            if place == 0 {
                self.blank();
            } else {
                self.out.push_str("    >\n");
            }
            self.lines("    > ", "    > ", line.as_str());
        }
        if let Some(trend) = &item.trend {
            self.lines(IN, IN, trend.as_str());
        }
        if abstracts > 0 && !item.abstract_text.is_empty() {
            self.blank();
            self.lines(IN, IN, &parts::shortened(item.abstract_text.as_str(), abstracts));
            self.blank();
        }
        if let Some(reason) = &item.reason {
            self.lines("    Why here: ", IN, reason.as_str());
        }
        self.address(IN, &item.page);
        for (label, url) in item.links.iter().filter(|(label, _url)| label.as_str() != "PDF") {
            self.address(&format!("    {label}: "), url);
        }
    }

    /// An empty line, unless there is one.
    fn blank(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// An address stays whole, however long it is.
    fn address(&mut self, before: &str, url: &str) {
        let url: String =
            url.chars().filter(|character| !character.is_whitespace() && !character.is_control()).collect();
        let indent: String = before.chars().take_while(|character| *character == ' ').collect();
        let before = before.trim_end();
        if before.is_empty() {
            self.out.push_str(&indent);
        } else if before.width() + 1 + url.width() <= COLUMNS || before.width() < 16 {
            self.out.push_str(before);
            self.out.push(' ');
        } else {
            self.out.push_str(before);
            self.out.push('\n');
            self.out.push_str(&indent);
        }
        self.out.push_str(&url);
        self.out.push('\n');
    }

    /// A text in lines; nothing where it is empty.
    fn lines(&mut self, first: &str, others: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        for line in wrapped(first, others, text) {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }
}

/// A text in lines of so many columns. Scripts that know no spaces are broken between characters, addresses never.
fn wrapped(first: &str, others: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut is_new = true;
    for word in text.split(' ') {
        let gap = usize::from(!is_new);
        if line.width() + gap + word.width() <= COLUMNS {
            line.push_str(if is_new { "" } else { " " });
            line.push_str(word);
            is_new = false;
            continue;
        }
        let is_spaceless = word.chars().any(|character| character.width() == Some(2));
        let is_breakable = is_spaceless || (word.width() > COLUMNS - others.width() && !word.contains("://"));
        if !is_new && (!is_spaceless || line.width() + gap + 2 > COLUMNS) {
            lines.push(std::mem::replace(&mut line, others.to_owned()));
        } else if !is_new {
            line.push(' ');
        }
        is_new = false;
        if !is_breakable {
            line.push_str(word);
            continue;
        }
        for character in word.chars() {
            // What has no width of its own belongs to what stands before it.
            let width = character.width().unwrap_or(0);
            if width > 0 && line.width() + width > COLUMNS {
                lines.push(std::mem::replace(&mut line, others.to_owned()));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hang_under_their_first_one() {
        let text = "word ".repeat(30);
        let lines = wrapped(" 1. ", "    ", text.trim());
        assert!(lines.len() == 3 && lines[0].starts_with(" 1. word") && lines[1].starts_with("    word"));
        assert!(lines.iter().all(|line| line.width() <= COLUMNS), "{lines:?}");
    }

    #[test]
    fn a_wide_script_fills_its_lines_by_columns() {
        let text = format!("LoRA {} end", "低秩适应".repeat(20));
        let lines = wrapped("    ", "    ", &text);
        assert!(lines.iter().all(|line| line.width() <= COLUMNS), "{lines:?}");
        assert!(lines[0].starts_with("    LoRA 低") && lines[0].width() >= COLUMNS - 1, "{lines:?}");
    }

    #[test]
    fn what_is_too_long_is_broken_and_addresses_are_not() {
        let lines = wrapped("", "", &format!("a {} b", "x".repeat(100)));
        assert!(lines.iter().all(|line| line.width() <= COLUMNS), "{lines:?}");
        let url = format!("https://example.org/{}", "x".repeat(100));
        let lines = wrapped("", "", &format!("see {url} there"));
        assert_eq!(lines, ["see", url.as_str(), "there"]);
    }

    #[test]
    fn marks_stay_with_their_letter() {
        let lines = wrapped("", "", &"e\u{301}".repeat(100));
        assert!(lines.iter().all(|line| !line.starts_with('\u{301}')), "{lines:?}");
        assert_eq!(lines[0].width(), COLUMNS);
    }
}

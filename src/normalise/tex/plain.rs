//! The sink that makes plain Unicode text.

use crate::normalise::tex::scripts;
use crate::normalise::tex::unicode;
use crate::normalise::tex::walk::Sink;
use crate::normalise::tex::walk::Style;

/// Collects text; styles leave no trace but raised and lowered characters.
#[derive(Default)]
pub(super) struct Plain {
    out: String,
    scripts: Vec<usize>,
    /// The last script is a word, which a letter or digit behind it would seem to go on.
    is_word: bool,
}

impl Plain {
    /// What was collected.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

impl Sink for Plain {
    fn text(&mut self, text: &str) {
        if self.is_word && text.starts_with(char::is_alphanumeric) {
            self.out.push(' ');
        }
        self.is_word &= text.is_empty();
        self.out.push_str(text);
    }

    fn formula(&mut self, tex: &str, is_display: bool) {
        let text = unicode::to_text(tex);
        let (leads, trails) = unicode::spaced(tex);
        self.is_word = false;
        if (is_display || leads) && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.out.push_str(&text);
        if is_display || trails {
            self.out.push(' ');
        }
    }

    fn open(&mut self, style: &Style) {
        if matches!(style, Style::Superscript | Style::Subscript) {
            self.scripts.push(self.out.len());
        }
    }

    fn close(&mut self, style: &Style) {
        if matches!(style, Style::Superscript | Style::Subscript)
            && let Some(start) = self.scripts.pop()
        {
            let inner = self.out.get(start..).unwrap_or_default().to_owned();
            self.out.truncate(start);
            let raised = *style == Style::Superscript;
            let script = scripts::script(&inner, raised);
            self.is_word = scripts::is_word(&script);
            self.out.push_str(&script);
        }
    }

    fn paragraph(&mut self) {
        self.out.push_str("\n\n");
    }
}

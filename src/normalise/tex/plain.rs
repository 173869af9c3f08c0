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
}

impl Plain {
    /// What was collected.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

impl Sink for Plain {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn formula(&mut self, tex: &str, is_display: bool) {
        let text = unicode::to_text(tex);
        if is_display && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.out.push_str(&text);
        if is_display {
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
            self.out.push_str(&scripts::script(&inner, raised));
        }
    }

    fn paragraph(&mut self) {
        self.out.push_str("\n\n");
    }
}

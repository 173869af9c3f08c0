//! Two sinks at once: a text is walked over one time for its plain form and its body.

use crate::normalise::tex::bodies::Body;
use crate::normalise::tex::plain::Plain;
use crate::normalise::tex::walk::Sink;
use crate::normalise::tex::walk::Style;

/// Tells both what it is told.
pub(super) struct Both {
    plain: Plain,
    body: Body,
}

impl Both {
    /// With a body that may become so long.
    pub(super) fn new(bytes_at_most: usize) -> Self {
        Self { plain: Plain::default(), body: Body::new(bytes_at_most) }
    }

    /// The text, and the body unless it became too long.
    pub(super) fn finish(self) -> (String, Option<String>) {
        (self.plain.finish(), self.body.finish())
    }
}

impl Sink for Both {
    fn text(&mut self, text: &str) {
        self.plain.text(text);
        self.body.text(text);
    }

    fn formula(&mut self, tex: &str, is_display: bool) {
        self.plain.formula(tex, is_display);
        self.body.formula(tex, is_display);
    }

    fn open(&mut self, style: &Style) {
        self.plain.open(style);
        self.body.open(style);
    }

    fn close(&mut self, style: &Style) {
        self.plain.close(style);
        self.body.close(style);
    }

    fn paragraph(&mut self) {
        self.plain.paragraph();
        self.body.paragraph();
    }
}

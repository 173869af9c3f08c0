//! What the last layer makes of a body: its blocks, each as XHTML and as text.

/// One block of a body.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Block {
    /// A well-formed block element.
    pub(crate) html: String,
    /// The same as plain text; a line break is a line feed.
    pub(crate) text: String,
    /// The same with its formulas in TeX, where it held any.
    pub(crate) tex: Option<String>,
}

impl Block {
    /// Its plain text, with its formulas in TeX.
    pub(crate) fn tex(&self) -> &str {
        self.tex.as_deref().unwrap_or(&self.text)
    }

    /// The text, and the same with formulas in TeX where that is another.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.text).chain(self.tex.as_mut())
    }
}

//! What an item inherits from the elements around it: the meanings of prefixes, `xml:base` and `xml:lang`.

use std::borrow::Cow;

use crate::sources::feed::space::Family;
use crate::sources::feed::space::Scope;
use crate::sources::xml;

/// No inherited value is longer, in bytes.
const VALUE_BYTES: usize = 512;

/// What every item of a document inherits.
#[derive(Debug)]
pub(super) struct Inherited<'t> {
    /// What prefixes mean.
    pub(super) scope: Scope<'t>,
    base: Option<Cow<'t, str>>,
    language: Option<Cow<'t, str>>,
}

impl<'t> Inherited<'t> {
    /// Nothing yet.
    pub(super) const fn new(family: Family) -> Self {
        Self { scope: Scope::new(family), base: None, language: None }
    }

    /// Adds what the tag of an element around the items says; `tag` stands behind its name.
    pub(super) fn add(&mut self, tag: &'t str) {
        self.scope.surround(tag);
        for (name, value) in xml::written_attributes(tag) {
            let place = match name {
                "xml:base" => &mut self.base,
                "xml:lang" => &mut self.language,
                _other => continue,
            };
            if value.len() <= VALUE_BYTES && !value.contains(['<', '"']) {
                *place = Some(value);
            }
        }
    }

    /// Both as attributes, as they were written.
    pub(super) fn attributes(&self) -> String {
        let mut out = String::new();
        for (name, value) in [("xml:base", &self.base), ("xml:lang", &self.language)] {
            if let Some(value) = value {
                out.extend([" ", name, "=\"", value, "\""]);
            }
        }
        out
    }
}

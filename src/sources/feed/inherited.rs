//! What an item inherits from the elements around it: the meanings of prefixes, `xml:base` and `xml:lang`.

use quick_xml::events::attributes::Attributes;

use crate::sources::feed::space::Family;
use crate::sources::feed::space::Scope;

/// No inherited value is longer, in bytes.
const VALUE_BYTES: usize = 512;

/// What every item of a document inherits.
#[derive(Debug)]
pub(super) struct Inherited<'t> {
    /// What prefixes mean.
    pub(super) scope: Scope<'t>,
    base: Option<String>,
    language: Option<String>,
}

impl<'t> Inherited<'t> {
    /// Nothing yet.
    pub(super) const fn new(family: Family) -> Self {
        Self { scope: Scope::new(family), base: None, language: None }
    }

    /// Adds what the tag of an element around the items says; `tag` stands behind its name.
    pub(super) fn add(&mut self, tag: &'t str) {
        self.scope.surround(tag);
        let mut attributes = Attributes::html(tag, 0);
        attributes.with_checks(false);
        for attribute in attributes.flatten() {
            let place = match attribute.key.into_inner() {
                "xml:base" => &mut self.base,
                "xml:lang" => &mut self.language,
                _other => continue,
            };
            if attribute.value.len() <= VALUE_BYTES && !attribute.value.contains(['<', '"']) {
                *place = Some(attribute.value.into_owned());
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

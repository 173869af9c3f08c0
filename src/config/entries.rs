//! What was read of a table: typed values by key, with their places in the file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use toml::Spanned;
use url::Url;

use crate::config::ListenAddress;
use crate::config::secrets::SecretPlace;
use crate::query::Query;

/// A value of the form its key asks for.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Url(Url),
    Path(PathBuf),
    Duration(Duration),
    Number(u64),
    Flag(bool),
    Lines(Vec<Spanned<String>>),
    Days(Vec<NaiveDate>),
    Listen(Vec<ListenAddress>),
    Query(Query),
    SecretPlace(SecretPlace),
    Table(Entries),
    Tables(Vec<Entries>),
}

/// The keys of one table that could be read, defaults included.
#[derive(Debug)]
pub(super) struct Entries {
    /// The header of the table.
    pub(super) span: Range<usize>,
    pub(super) found: BTreeMap<&'static str, Entry>,
    /// Keys that were written but could not be read.
    pub(super) unsound: Vec<&'static str>,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) value: Value,
    /// Where it was written; none for a default.
    pub(super) span: Option<Range<usize>>,
}

impl Entries {
    /// The value of a key, given or by default.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.found.get(name).map(|entry| &entry.value)
    }

    /// Whether a key stands in the file, sound or not.
    pub(super) fn is_written(&self, name: &str) -> bool {
        self.unsound.contains(&name) || self.found.get(name).is_some_and(|entry| entry.span.is_some())
    }

    /// Whether a key was read or was not written: nothing wrong with it was told.
    pub(super) fn is_sound(&self, name: &str) -> bool {
        !self.unsound.contains(&name)
    }

    /// The strings of a list; none where it is not given.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        if let Some(Value::Lines(lines)) = self.value(name) {
            lines.iter().map(|line| line.get_ref().clone()).collect()
        } else {
            Vec::new()
        }
    }

    /// The days of a list.
    pub(super) fn days(&self, name: &str) -> Vec<NaiveDate> {
        if let Some(Value::Days(days)) = self.value(name) { days.clone() } else { Vec::new() }
    }

    /// Takes a query out.
    pub(super) fn take_query(&mut self, name: &str) -> Option<Query> {
        if let Some(Entry { value: Value::Query(query), .. }) = self.found.remove(name) {
            Some(query)
        } else {
            None
        }
    }

    /// Takes a list of tables out.
    pub(super) fn take_tables(&mut self, name: &str) -> Vec<Self> {
        if let Some(Entry { value: Value::Tables(tables), .. }) = self.found.remove(name) {
            tables
        } else {
            Vec::new()
        }
    }

    /// The table under a key.
    pub(super) fn table(&self, name: &str) -> Option<&Self> {
        if let Some(Value::Table(table)) = self.value(name) { Some(table) } else { None }
    }

    /// The text under a key.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(text)) = self.value(name) { Some(text) } else { None }
    }

    /// The number or size under a key.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        if let Some(Value::Number(number)) = self.value(name) { Some(*number) } else { None }
    }

    /// The duration under a key.
    pub(super) fn duration(&self, name: &str) -> Option<Duration> {
        if let Some(Value::Duration(duration)) = self.value(name) { Some(*duration) } else { None }
    }

    /// The path under a key.
    pub(super) fn path(&self, name: &str) -> Option<&Path> {
        if let Some(Value::Path(path)) = self.value(name) { Some(path) } else { None }
    }

    /// The address under a key.
    pub(super) fn url(&self, name: &str) -> Option<Url> {
        if let Some(Value::Url(url)) = self.value(name) { Some(url.clone()) } else { None }
    }

    /// The truth under a key.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.value(name) { Some(*flag) } else { None }
    }

    /// The addresses under a key.
    pub(super) fn listen(&self, name: &str) -> Option<Vec<ListenAddress>> {
        if let Some(Value::Listen(addresses)) = self.value(name) { Some(addresses.clone()) } else { None }
    }

    /// Where a member of a list was written.
    pub(super) fn member_span(&self, name: &str, index: usize) -> Option<Range<usize>> {
        if let Some(Value::Lines(lines)) = self.value(name) {
            lines.get(index).map(Spanned::span)
        } else {
            None
        }
    }

    /// Where the value of a key was written, or else the table's header.
    pub(super) fn span_of(&self, name: &str) -> Range<usize> {
        self.found.get(name).and_then(|entry| entry.span.clone()).unwrap_or_else(|| self.span.clone())
    }
}

//! Reads a parsed TOML table by the table of keys: what is wrong becomes a diagnostic, and reading goes on.
//!
//! One walker serves one file. What a value means for the whole (two topics of one name) is decided elsewhere.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::FileText;
use crate::config::diagnostic::quoted;
use crate::config::entries::Entries;
use crate::config::entries::Entry;
use crate::config::entries::Value;
use crate::config::form::Form;
use crate::config::forms;
use crate::config::forms::Flaw;
use crate::config::keys::Fallback;
use crate::config::keys::Key;
use crate::config::keys::SECTIONS;
use crate::config::keys::Section;
use crate::config::listening;
use crate::config::secrets::secret_place;
use crate::config::strings::span_in_file;
use crate::config::suggest::nearest;
use crate::query;
use crate::query::Parsed;
use crate::sources::Kind;

/// Reads one file.
#[derive(Debug)]
pub(super) struct Walker<'file> {
    pub(super) text: &'file FileText,
    /// From where relative paths start.
    pub(super) base: &'file Path,
    /// Where the file is no TOML. What stands on those lines was guessed by the parser and is not complained about, and
    /// what seems to be missing may be there.
    pub(super) broken: Vec<usize>,
    pub(super) faults: Vec<Diagnostic>,
}

/// The most faults of one file that are kept: each costs a search for its line.
pub(super) const MOST_FAULTS: usize = 1_000;

impl Walker<'_> {
    /// Reads a table by the keys of its section.
    pub(super) fn table(
        &mut self,
        table: &DeTable<'_>,
        span: Range<usize>,
        section: &'static Section,
    ) -> Entries {
        let (more, is_open) = own_keys(table, section);
        let keys: Vec<Key> = section.keys.iter().copied().chain(more).collect();
        let mut found = BTreeMap::new();
        let mut unread = Vec::new();
        for (name, value) in table {
            if let Some(key) = keys.iter().find(|key| key.name == name.get_ref()) {
                let read = self.value(key, value);
                let entry = read.map(|value_read| Entry { value: value_read, span: Some(value.span()) });
                found.insert(key.name, entry);
            } else {
                unread.push(name);
            }
        }
        for name in unread {
            self.unknown(name, section, &keys, is_open);
        }
        for key in &keys {
            if found.contains_key(key.name) {
                continue;
            }
            match key.fallback {
                Fallback::Required => {
                    let heading = if section.heading.is_empty() { "file" } else { section.heading };
                    let message = format!("this {heading} has no \"{}\"", key.name);
                    let hint = format!("add {} = {}", key.name, key.form.example());
                    if self.broken.is_empty() {
                        self.fault(span.clone(), message, Some(hint));
                    }
                }
                Fallback::Written(written) => {
                    let value = self.default_value(key, written);
                    found.insert(key.name, value.map(|value| Entry { value, span: None }));
                }
                Fallback::Absent | Fallback::Described(_) | Fallback::OfKind(_) => {}
            }
        }
        let unsound =
            found.iter().filter(|(_name, entry)| entry.is_none()).map(|(name, _entry)| *name).collect();
        let found = found.into_iter().filter_map(|(name, entry)| entry.map(|entry| (name, entry))).collect();
        Entries { span, found, unsound }
    }

    fn unknown(
        &mut self,
        name: &Spanned<Cow<'_, str>>,
        section: &'static Section,
        keys: &[Key],
        is_open: bool,
    ) {
        let written = name.get_ref().as_ref();
        let is_option = |kind: &Kind| kind.options.iter().any(|option| option.name == written);
        if is_open && section.kinds.iter().any(is_option) {
            return;
        }
        let (place, in_place) = match section.heading {
            "" => ("a file", "at the top of a file".to_owned()),
            heading => (heading, format!("in {heading}")),
        };
        if section.later.contains(&written) {
            let message = format!("the key \"{written}\" of {place} is not supported by this version yet");
            self.fault(name.span(), message, Some("take it out".to_owned()));
            return;
        }
        let elsewhere = || {
            let having = section.kinds.iter().filter(|kind| is_option(kind));
            let having: Vec<String> = having.map(|kind| quoted(kind.name)).collect();
            match (having.as_slice(), belongs(written)) {
                ([], place) => place,
                ([one], None) => Some(format!("only the kind {one} has it")),
                (several, None) => Some(format!("only the kinds {} have it", several.join(", "))),
                (several, Some(place)) => Some(format!("{place}, or to the kind {}", several.join(", "))),
            }
        };
        let hint = nearest(written, keys.iter().map(|key| key.name))
            .map(|close| format!("did you mean \"{close}\"?"))
            .or_else(elsewhere)
            .unwrap_or_else(|| {
                let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                format!("the keys here are {}", names.join(", "))
            });
        self.fault(name.span(), format!("there is no key {} {in_place}", quoted(written)), Some(hint));
    }

    /// Reads a default as if it had been written, so that the reference and the program cannot differ.
    fn default_value(&mut self, key: &Key, written: &str) -> Option<Value> {
        let text = FileText { name: format!("built-in value of {}", key.name), text: written.to_owned() };
        let mut walker = Walker { text: &text, base: self.base, broken: Vec::new(), faults: Vec::new() };
        let (value, errors) = DeValue::parse_recoverable(written);
        walker.faults.extend(errors.iter().map(|error| Diagnostic::of_file(&text.name, error.message())));
        let value = walker.value(key, &value);
        self.faults.append(&mut walker.faults);
        value
    }

    /// Reads a value by the form of its key.
    fn value(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let span = value.span();
        let read = match (key.form, value.get_ref()) {
            (Form::Line | Form::Kind, DeValue::String(text)) => forms::line(text).map(Value::Text),
            (Form::Prose, DeValue::String(text)) => forms::prose(text, 2_000).map(Value::Text),
            (Form::Slug, DeValue::String(text)) => forms::slug(text).map(Value::Text),
            (Form::PublicUrl, DeValue::String(text)) => forms::public_url(text).map(Value::Url),
            (Form::Url, DeValue::String(text)) => forms::url(text).map(Value::Url),
            (Form::Contact, DeValue::String(text)) => forms::contact(text).map(Value::Text),
            (Form::Authority, DeValue::String(text)) => forms::authority(text).map(Value::Text),
            (Form::Path, DeValue::String(text)) => forms::path(text, self.base).map(Value::Path),
            (Form::Duration(least, most), DeValue::String(text)) => {
                forms::duration(text, least, most).map(Value::Duration)
            }
            (Form::Size(least, most), DeValue::String(text)) => {
                forms::size(text, least, most).map(Value::Number)
            }
            (Form::Number(least, most), DeValue::Integer(number)) => {
                match u64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => {
                        forms::bounded(number, least, most, &|number| number.to_string()).map(Value::Number)
                    }
                    Err(_too_large_or_negative) => {
                        let flaw = Flaw::new(format!("{number} is out of range"));
                        Err(flaw.hint(format!("write something from {least} to {most}")))
                    }
                }
            }
            (Form::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Form::Word(words), DeValue::String(text)) => word(text, words).map(Value::Text),
            (Form::Budget, DeValue::String(text)) => forms::budget(text).map(Value::Number),
            (Form::Secret, DeValue::String(text)) => secret_place(text).map(Value::SecretPlace),
            (Form::Lines, DeValue::Array(_)) => return self.lines(value),
            (Form::Days, DeValue::Array(_)) => return self.days(value),
            (Form::Listen, DeValue::Array(_)) => return self.listen(value),
            (Form::Query, DeValue::String(text)) => return self.query(text, &span),
            (Form::Table(section), DeValue::Table(table)) => {
                return Some(Value::Table(self.table(table, span, section)));
            }
            (Form::Tables(section), DeValue::Array(array)) => {
                return Some(Value::Tables(self.tables(array.iter(), section)));
            }
            (form, other) => Err(mismatch(key.name, form, other)),
        };
        read.map_err(|flaw| self.flaw(span, flaw)).ok()
    }

    /// Notes a fault, unless it follows from the file being no TOML there.
    fn fault(&mut self, span: Range<usize>, message: String, hint: Option<String>) {
        let text = &self.text.text;
        let from = text.get(..span.start).and_then(|before| before.rfind('\n')).unwrap_or(0);
        let after = text.get(span.end..).and_then(|after| after.find('\n'));
        let to = after.map_or(text.len(), |after| span.end + after);
        let is_broken = self.broken.iter().any(|at| (from..=to).contains(at));
        if !is_broken && self.faults.len() < MOST_FAULTS {
            self.faults.push(Diagnostic::at(self.text, span, message).hint(hint));
        }
    }

    fn flaw(&mut self, span: Range<usize>, flaw: Flaw) {
        self.fault(span, flaw.message, flaw.hint);
    }

    fn tables<'v>(
        &mut self,
        values: impl Iterator<Item = &'v Spanned<DeValue<'v>>>,
        section: &'static Section,
    ) -> Vec<Entries> {
        let mut tables = Vec::new();
        for value in values {
            if let DeValue::Table(table) = value.get_ref() {
                tables.push(self.table(table, value.span(), section));
            } else {
                let message = format!("this must be a table, not {}", noun(value.get_ref()));
                self.flaw(value.span(), Flaw::new(message).hint(format!("open it with {}", section.heading)));
            }
        }
        tables
    }

    /// The strings of a list that pass `read`, each with its place; `None` when one did not.
    fn list<T>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        read: impl Fn(&str) -> Result<T, Flaw>,
    ) -> Option<Vec<Spanned<T>>> {
        let mut is_sound = true;
        let mut list = Vec::new();
        for member in value.get_ref().as_array().into_iter().flat_map(|array| array.iter()) {
            let outcome = if let DeValue::String(text) = member.get_ref() {
                read(text)
            } else {
                Err(Flaw::new(format!("this list holds strings, not {}", noun(member.get_ref()))))
            };
            match outcome {
                Ok(text) => list.push(Spanned::new(member.span(), text)),
                Err(flaw) => {
                    is_sound = false;
                    self.flaw(member.span(), flaw);
                }
            }
        }
        is_sound.then_some(list)
    }

    fn lines(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        self.list(value, forms::line).map(Value::Lines)
    }

    fn days(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let days = self.list(value, forms::day)?;
        Some(Value::Days(days.into_iter().map(Spanned::into_inner).collect()))
    }

    fn listen(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let mut addresses = Vec::new();
        for address in self.list(value, listening::listen)? {
            if addresses.contains(address.get_ref()) {
                self.flaw(
                    address.span(),
                    Flaw::new("this address is listed twice").hint("take one of them out"),
                );
            }
            addresses.push(address.into_inner());
        }
        Some(Value::Listen(addresses))
    }

    fn query(&mut self, text: &str, span: &Range<usize>) -> Option<Value> {
        let Parsed { query, problems } = query::parse(text);
        let written = self.text.text.get(span.clone()).unwrap_or_default();
        for problem in problems {
            let place = span_in_file(written, span.start, text, problem.span);
            self.fault(place, problem.message, problem.hint);
        }
        query.map(Value::Query)
    }
}

/// The keys that the table's kind of source adds, and whether that kind is unknown, so that keys of any kind may pass.
fn own_keys(table: &DeTable<'_>, section: &'static Section) -> (Vec<Key>, bool) {
    if section.kinds.is_empty() {
        return (Vec::new(), false);
    }
    let named = table.get("kind").and_then(|kind| kind.get_ref().as_str());
    let kind = named.and_then(|name| section.kinds.iter().find(|kind| kind.name == name));
    (kind.map_or_else(Vec::new, |kind| kind.options.iter().map(Key::from).collect()), kind.is_none())
}

/// Where a key that is misplaced belongs, if anywhere.
fn belongs(written: &str) -> Option<String> {
    let is_it = |key: &&Key| key.name == written;
    let (section, key) =
        SECTIONS.iter().find_map(|section| Some((section, section.keys.iter().find(is_it)?)))?;
    Some(match (section.heading, key.form) {
        ("", Form::Table(_) | Form::Tables(_)) => "it belongs in the main file".to_owned(),
        ("", _) => "it belongs at the top of the main file, above the first [table]".to_owned(),
        (heading, _) => format!("it belongs in {heading}"),
    })
}

fn word(text: &str, words: &'static [&'static str]) -> Result<String, Flaw> {
    if words.contains(&text) {
        return Ok(text.to_owned());
    }
    let flaw = Flaw::new(format!("{} is none of the words that may stand here", quoted(text)));
    Err(match nearest(text, words.iter().copied()) {
        Some(close) => flaw.hint(format!("did you mean \"{close}\"?")),
        None => flaw.hint(format!("write one of {}", words.join(", "))),
    })
}

/// The complaint about a value of another type.
fn mismatch(name: &str, form: Form, value: &DeValue<'_>) -> Flaw {
    let flaw = Flaw::new(format!("\"{name}\" must be {}, not {}", form.noun(), noun(value)));
    match (form, value) {
        (Form::Tables(section), DeValue::Table(_)) => {
            flaw.hint(format!("open it with two brackets: {}", section.heading))
        }
        (Form::Lines | Form::Listen, DeValue::String(text)) => {
            flaw.hint(format!("put it in brackets: [{}]", quoted(text)))
        }
        (Form::Table(section), _) if section.heading.starts_with('[') => {
            flaw.hint(format!("open it with {}", section.heading))
        }
        _other => flaw.hint(format!("write {name} = {}", form.example())),
    }
}

/// What a value is, in words.
fn noun(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

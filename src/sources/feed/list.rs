//! Items → records, some at a time: what feed-rs reads of them is put beside their elements.

use crate::sources::feed::cut;
use crate::sources::feed::element::Element;
use crate::sources::feed::head;
use crate::sources::feed::head::Head;
use crate::sources::feed::inherited::Inherited;
use crate::sources::feed::item::Item;
use crate::sources::feed::read::Answer;
use crate::sources::feed::read::Context;
use crate::sources::feed::record;
use crate::sources::feed::record::Setting;
use crate::sources::feed::space::Family;
use crate::sources::feed::standard::Handed;
use crate::sources::feed::standard::Standard;
use crate::sources::xml;

/// What a hostile item becomes may be many times as long as it is, so that items are held together only until they have so
/// many bytes.
pub(super) const BYTES: usize = 256 * 1_024;

/// The items of an answer as they come.
pub(super) struct List<'t, 'c> {
    /// What is known so far.
    pub(super) answer: Answer,
    /// What items inherit.
    pub(super) inherited: Inherited<'t>,
    /// How many items there were.
    pub(super) count: usize,
    head: Head,
    context: &'c Context<'c>,
    today: String,
    standard: Standard,
    /// What is handed to feed-rs of the items that are held.
    handed: Handed,
    held: Vec<(usize, Element<'t>)>,
    held_bytes: usize,
}

impl<'t, 'c> List<'t, 'c> {
    /// The list of a feed that says this of itself.
    pub(super) fn new(head: Head, inherited: Inherited<'t>, context: &'c Context<'c>) -> Self {
        let handed = Handed::xml(inherited.scope.family, &inherited.attributes());
        Self::with(head, inherited, handed, context)
    }

    /// The same of a JSON Feed.
    pub(super) fn of_json(head: Head, context: &'c Context<'c>) -> Self {
        Self::with(head, Inherited::new(Family::Atom), Handed::json(), context)
    }

    fn with(head: Head, inherited: Inherited<'t>, handed: Handed, context: &'c Context<'c>) -> Self {
        Self {
            answer: Answer::default(),
            inherited,
            count: 0,
            head,
            context,
            today: context.run.day().format("%Y-%m-%d").to_string(),
            standard: Standard::new(context.base),
            handed,
            held: Vec::new(),
            held_bytes: 0,
        }
    }

    /// The list of a sound document, of which `outside` is what stands before the items; `None` where that is no feed whose own
    /// names are without prefixes.
    pub(super) fn under(outside: &mut xml::Element<'t>, context: &'c Context<'c>) -> Option<Self> {
        let family = match outside.name {
            "feed" => Family::Atom,
            "rss" | "rdf:RDF" => Family::Rss,
            _other => return None,
        };
        let mut inherited = Inherited::new(family);
        let root = Element::take(outside, &mut inherited.scope);
        inherited.add(root.tag);
        let channels = root.children().filter(|child| child.name == "channel");
        channels.for_each(|channel| inherited.add(channel.tag));
        Some(Self::new(head::read(&root), inherited, context))
    }

    /// Adds an item, which took so many bytes.
    pub(super) fn add(&mut self, number: usize, element: Element<'t>, bytes: usize) {
        self.handed.add(&element);
        self.hold(number, element, bytes);
    }

    /// Adds an item of a JSON Feed, which took so many bytes, with what is handed to feed-rs of it.
    pub(super) fn add_json(&mut self, number: usize, element: Element<'t>, object: &str, bytes: usize) {
        self.handed.add_object(object);
        self.hold(number, element, bytes);
    }

    fn hold(&mut self, number: usize, element: Element<'t>, bytes: usize) {
        self.count += 1;
        self.held.push((number, element));
        self.held_bytes += bytes;
        if self.held_bytes >= BYTES {
            self.make_records();
        }
    }

    fn make_records(&mut self) {
        let entries = self.standard.entries(&mut self.handed);
        self.held_bytes = 0;
        for ((number, element), entry) in self.held.drain(..).zip(entries) {
            let entry = match entry {
                Err(fault) if self.handed.is_json() => {
                    self.answer.problem(&format!("item {number}"), &fault);
                    continue;
                }
                entry => entry.ok(),
            };
            let item = Item { family: self.inherited.scope.family, entry, element };
            let setting = Setting {
                base: self.context.base,
                today: &self.today,
                head: &self.head,
                language: self.context.language,
            };
            match record::record(&item, &setting) {
                Ok(record)
                    if record.title.as_ref().is_some_and(|title| self.context.skip.is_met(&title.text)) => {}
                Ok(record) => self.answer.records.push(record),
                Err(fault) => self.answer.problem(&format!("item {number}"), &fault),
            }
        }
    }

    /// The answer, of a document that ends too soon or has too many items.
    pub(super) fn finish(mut self, is_cut: bool, is_capped: bool) -> Answer {
        if !self.held.is_empty() {
            self.make_records();
        }
        let mut answer = self.answer;
        if is_capped {
            answer.problem("answer", &format!("items after the first {} are not read", cut::ITEMS_AT_MOST));
        }
        (answer.is_partial, answer.is_broken_off) = (is_cut || is_capped, is_cut);
        answer.pace = self.head.pace;
        answer
    }
}

//! A paper as queries see it: its words with their places, its names, its short values. Made once for all queries.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use chrono::NaiveDate;

use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::paper::Paper;
use crate::model::record::Announce;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::text::Text;
use crate::query::ast::Property;
use crate::query::ast::TextField;
use crate::query::ast::ValueField;
use crate::query::words;

/// The texts of a paper, in the order in which their words are numbered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Region {
    /// The title.
    Title,
    /// The abstract.
    Abstract,
    /// The authors, each a text.
    Author,
    /// The authors' comment.
    Comment,
    /// Venue and citation, each a text.
    Venue,
    /// The organisation.
    Organisation,
    /// Who submitted it.
    Submitter,
}

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// In which text.
    pub region: Region,
    /// Which word of it, from 0.
    pub position: u32,
}

/// Between two texts of one region (two authors) lie so many positions, so that no phrase spans them.
const GAP: u32 = 100;

/// A paper, prepared.
#[derive(Clone, Debug)]
pub struct Document {
    /// Every text as it stands.
    pub(super) texts: Vec<(Region, String)>,
    pub(super) stems: HashMap<String, Vec<Place>>,
    pub(super) words: BTreeMap<String, Vec<Place>>,
    pub(super) authors: Vec<Vec<String>>,
    pub(super) values: BTreeMap<ValueField, BTreeSet<String>>,
    pub(super) types: BTreeSet<Announce>,
    pub(super) properties: BTreeSet<Property>,
    pub(super) counters: BTreeMap<SignalKind, u64>,
    pub(super) day: NaiveDate,
}

impl Document {
    /// Prepares a paper with the last readings of its counters.
    pub fn new(paper: &Paper, signals: &[Signal]) -> Self {
        let mut document = Self {
            texts: Vec::new(),
            stems: HashMap::new(),
            words: BTreeMap::new(),
            authors: Vec::new(),
            values: BTreeMap::new(),
            types: types(paper),
            properties: properties(paper),
            counters: signals.iter().map(|signal| (signal.kind, signal.value)).collect(),
            day: paper.announced().map_or(paper.first_seen, |moment| moment.at).day(),
        };
        document.read(Region::Title, &[Some(&paper.title().text)]);
        document.read(Region::Abstract, &[paper.abstract_text().map(|text| &text.text)]);
        document.read(Region::Comment, &[paper.comment()]);
        document.read(Region::Venue, &[paper.venue(), paper.citation()]);
        document.read(Region::Organisation, &[paper.organisation()]);
        let submitters: Vec<_> = paper.submitters().into_iter().map(Some).collect();
        document.read(Region::Submitter, &submitters);
        let authors = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
        let names: Vec<Option<&Text>> = authors.iter().map(|author| Some(&author.name)).collect();
        document.read(Region::Author, &names);
        document.authors = authors.iter().map(|author| words::fold(author.name.as_str())).collect();
        document.values = values(paper);
        document
    }

    /// Every key by which an anchor may find this document: stems, words after `=`, values after their field.
    pub fn keys(&self) -> impl Iterator<Item = (KeyKind, &str)> {
        let stems = self.stems.keys().map(|stem| (KeyKind::Stem, stem.as_str()));
        let words = self.words.keys().map(|word| (KeyKind::Exact, word.as_str()));
        let values = self.values.iter().flat_map(|(field, values)| {
            values.iter().map(move |value| (KeyKind::Value(*field), value.as_str()))
        });
        stems.chain(words).chain(values)
    }

    /// Every word, folded, with its places.
    pub fn words(&self) -> impl Iterator<Item = (&str, &[Place])> {
        self.words.iter().map(|(word, places)| (word.as_str(), places.as_slice()))
    }

    /// Every text as it stands.
    pub fn texts(&self) -> impl Iterator<Item = (Region, &str)> {
        self.texts.iter().map(|(region, text)| (*region, text.as_str()))
    }

    /// The authors, each as the words of the name as it is printed.
    pub fn authors(&self) -> &[Vec<String>] {
        &self.authors
    }

    /// The short values of a field.
    pub fn values(&self, field: ValueField) -> impl Iterator<Item = &str> {
        self.values.get(&field).into_iter().flatten().map(String::as_str)
    }

    /// How it was announced.
    pub fn types(&self) -> impl Iterator<Item = Announce> {
        self.types.iter().copied()
    }

    /// What is there.
    pub fn properties(&self) -> impl Iterator<Item = Property> {
        self.properties.iter().copied()
    }

    /// The counters' readings; one without a reading counts as 0.
    pub fn counters(&self) -> impl Iterator<Item = (SignalKind, u64)> {
        self.counters.iter().map(|(kind, value)| (*kind, *value))
    }

    /// The day of its announcement, else the one on which it was first seen.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    fn read(&mut self, region: Region, texts: &[Option<&Text>]) {
        let mut position = 0;
        for text in texts.iter().copied().flatten() {
            self.texts.push((region, text.as_str().to_owned()));
            for word in words::fold(text.as_str()) {
                let place = Place { region, position };
                position += 1;
                self.stems.entry(words::stem(&word)).or_default().push(place);
                self.words.entry(word).or_default().push(place);
            }
            position += GAP;
        }
    }
}

/// What kind of thing a key is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyKind {
    /// A stemmed word.
    Stem,
    /// A word as it stands.
    Exact,
    /// A short value of a field.
    Value(ValueField),
}

/// Whether words in a region count for a field.
pub fn covers(field: TextField, region: Region) -> bool {
    match field {
        TextField::Anywhere => {
            matches!(region, Region::Title | Region::Abstract | Region::Author | Region::Comment)
        }
        TextField::Title => region == Region::Title,
        TextField::Abstract => region == Region::Abstract,
        TextField::Comment => region == Region::Comment,
        TextField::Venue => region == Region::Venue,
        TextField::Organisation => region == Region::Organisation,
        TextField::Submitter => region == Region::Submitter,
        TextField::Names => region == Region::Author,
    }
}

/// How the paper was announced. A new version of a cross-listed paper is a new version too: who asks for `type:replace`
/// cannot know in which category a paper is at home.
fn types(paper: &Paper) -> BTreeSet<Announce> {
    let announced = paper.observations.iter().filter_map(|observation| observation.announce);
    let with_wider = announced.flat_map(|announce| match announce {
        Announce::ReplaceCross => vec![announce, Announce::Replace],
        Announce::New | Announce::Cross | Announce::Replace => vec![announce],
    });
    with_wider.collect()
}

fn properties(paper: &Paper) -> BTreeSet<Property> {
    let has_code = paper.links().iter().any(|link| link.kind == LinkKind::Code);
    let has_doi = paper.ids().iter().any(|id| matches!(id, ExternalId::Doi(_)));
    let found = [
        has_code.then_some(Property::Code),
        has_doi.then_some(Property::Doi),
        paper.abstract_text().map(|_| Property::Abstract),
        paper.is_withdrawn().then_some(Property::Withdrawn),
        paper.is_retracted().then_some(Property::Retracted),
    ];
    found.into_iter().flatten().collect()
}

fn values(paper: &Paper) -> BTreeMap<ValueField, BTreeSet<String>> {
    let mut values: BTreeMap<ValueField, BTreeSet<String>> = BTreeMap::new();
    let mut add = |field: ValueField, value: &str| {
        values.entry(field).or_default().insert(value.to_lowercase());
    };
    for subject in paper.subjects() {
        add(ValueField::Category, subject.term.as_str());
        // `cat:cs` means everything in the archive.
        if let Some((archive, _class)) = subject.term.as_str().split_once('.') {
            add(ValueField::Category, archive);
        }
    }
    for id in paper.ids() {
        add(ValueField::Id, id.value());
        add(ValueField::Id, &id.to_string());
        if let ExternalId::Doi(doi) = id {
            add(ValueField::Doi, doi.as_str());
        }
    }
    for source in paper.sources() {
        add(ValueField::Source, source.as_str());
    }
    if let Some(license) = paper.license() {
        add(ValueField::License, license.as_str());
        license
            .as_str()
            .split('/')
            .filter(|part| !part.is_empty())
            .for_each(|part| add(ValueField::License, part));
    }
    if let Some(language) = paper.language() {
        add(ValueField::Language, language.as_str());
        language.as_str().split('-').take(1).for_each(|part| add(ValueField::Language, part));
    }
    values
}

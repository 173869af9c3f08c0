//! A paper as queries see it: its words with their places, its names, its short values. Made once for all queries.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use chrono::NaiveDate;

use crate::model::beside::Beside;
use crate::model::external_id::ExternalId;
use crate::model::link::LinkKind;
use crate::model::paper::Paper;
use crate::model::record::Announce;
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

/// Every region.
pub const REGIONS: [Region; 7] = [
    Region::Title,
    Region::Abstract,
    Region::Author,
    Region::Comment,
    Region::Venue,
    Region::Organisation,
    Region::Submitter,
];

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// In which text.
    pub region: Region,
    /// Which word of it, from 0.
    pub position: u32,
}

/// Between two texts of one region (two authors) lie so many positions, so that no phrase spans them.
pub const GAP: u32 = 100;

const TYPES: [Announce; 4] = [Announce::New, Announce::Cross, Announce::Replace, Announce::ReplaceCross];

const PROPERTIES: [Property; 6] = [
    Property::Code,
    Property::Doi,
    Property::Abstract,
    Property::Withdrawn,
    Property::Retracted,
    Property::Picked,
];

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
    /// Prepares a paper with what stands beside it.
    pub fn new(paper: &Paper, beside: &Beside) -> Self {
        let mut document = Self {
            texts: Vec::new(),
            stems: HashMap::new(),
            words: BTreeMap::new(),
            authors: Vec::new(),
            values: BTreeMap::new(),
            types: TYPES.into_iter().filter(|kind| is_of_type(paper, *kind)).collect(),
            properties: PROPERTIES.into_iter().filter(|property| has(paper, beside, *property)).collect(),
            counters: beside.signals.iter().map(|signal| (signal.kind, signal.value)).collect(),
            day: day_of(paper),
        };
        let mut positions: BTreeMap<Region, u32> = BTreeMap::new();
        each_text(paper, |region, text| document.read(region, text, positions.entry(region).or_default()));
        document.authors = names(paper).map(|name| words::fold(name.as_str())).collect();
        document.values = values(paper);
        document
    }

    /// Every word, folded, with its places.
    pub fn words(&self) -> impl Iterator<Item = (&str, &[Place])> {
        self.words.iter().map(|(word, places)| (word.as_str(), places.as_slice()))
    }

    /// Every stem with its places.
    pub fn stems(&self) -> impl Iterator<Item = (&str, &[Place])> {
        self.stems.iter().map(|(stem, places)| (stem.as_str(), places.as_slice()))
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

    fn read(&mut self, region: Region, text: &str, position: &mut u32) {
        self.texts.push((region, text.to_owned()));
        for word in words::fold(text) {
            let place = Place { region, position: *position };
            *position += 1;
            self.stems.entry(words::stem(&word)).or_default().push(place);
            self.words.entry(word).or_default().push(place);
        }
        *position += GAP;
    }
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

/// Whether the paper was announced so. A new version of a cross-listed paper is a new version too: who asks for
/// `type:replace` cannot know in which category a paper is at home.
pub fn is_of_type(paper: &Paper, asked: Announce) -> bool {
    paper.observations.iter().filter_map(|observation| observation.announce).any(|announce| {
        announce == asked || (announce == Announce::ReplaceCross && asked == Announce::Replace)
    })
}

/// Whether the paper has a property, as far as its sources say.
pub fn has(paper: &Paper, beside: &Beside, property: Property) -> bool {
    let observations = || paper.observations.iter();
    match property {
        Property::Code => observations().flat_map(|one| &one.links).any(|link| link.kind == LinkKind::Code),
        Property::Doi => observations().flat_map(|one| &one.ids).any(|id| matches!(id, ExternalId::Doi(_))),
        Property::Abstract => paper.abstract_text().is_some(),
        Property::Withdrawn => paper.is_withdrawn(),
        Property::Retracted => paper.is_retracted(),
        Property::Picked => beside.is_picked,
    }
}

/// The day of a paper's announcement, else the one on which it was first seen.
pub fn day_of(paper: &Paper) -> NaiveDate {
    paper.announced().map_or(paper.first_seen, |moment| moment.at).day()
}

/// Gives the short values of a paper, as they stand and some more than once, for the fields that are wanted.
pub fn each_value(
    paper: &Paper,
    is_wanted: impl Fn(ValueField) -> bool,
    mut found: impl FnMut(ValueField, &str),
) {
    for observation in &paper.observations {
        found(ValueField::Source, observation.source.as_str());
        for subject in &observation.subjects {
            let term = subject.term.as_str();
            found(ValueField::Category, term);
            // `cat:cs` means everything in the archive.
            if let Some((archive, _class)) = term.split_once('.') {
                found(ValueField::Category, archive);
            }
        }
        for id in &observation.ids {
            if is_wanted(ValueField::Id) {
                found(ValueField::Id, id.value());
                found(ValueField::Id, &id.to_string());
            }
            if let ExternalId::Doi(doi) = id {
                found(ValueField::Doi, doi.as_str());
            }
        }
    }
    if let Some(license) = paper.license().filter(|_| is_wanted(ValueField::License)) {
        found(ValueField::License, license.as_str());
        let parts = license.as_str().split('/').filter(|part| !part.is_empty());
        parts.for_each(|part| found(ValueField::License, part));
    }
    if let Some(language) = paper.language() {
        found(ValueField::Language, language.as_str());
        language.as_str().split('-').take(1).for_each(|part| found(ValueField::Language, part));
    }
}

fn values(paper: &Paper) -> BTreeMap<ValueField, BTreeSet<String>> {
    let mut values: BTreeMap<ValueField, BTreeSet<String>> = BTreeMap::new();
    let add = |field: ValueField, value: &str| {
        values.entry(field).or_default().insert(value.to_lowercase());
    };
    each_value(paper, |_any| true, add);
    values
}

/// Gives the texts of a paper in the order in which their words are numbered; those of one region follow each other.
pub fn each_text<'paper>(paper: &'paper Paper, mut found: impl FnMut(Region, &'paper str)) {
    let mut give = |region, text: Option<&'paper Text>| {
        if let Some(text) = text {
            found(region, text.as_str());
        }
    };
    give(Region::Title, Some(&paper.title().text));
    give(Region::Abstract, paper.abstract_text().map(|text| &text.text));
    give(Region::Comment, paper.comment());
    give(Region::Venue, paper.venue());
    give(Region::Venue, paper.citation());
    give(Region::Organisation, paper.organisation());
    paper.submitters().into_iter().for_each(|name| give(Region::Submitter, Some(name)));
    names(paper).for_each(|name| give(Region::Author, Some(name)));
}

/// The names of a paper's authors as they are printed.
pub fn names(paper: &Paper) -> impl Iterator<Item = &Text> {
    paper.authors().into_iter().flat_map(|authors| &authors.listed).map(|author| &author.name)
}

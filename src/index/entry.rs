//! A paper as the index holds it, and the terms by which its short properties are found.

use chrono::Datelike as _;
use chrono::NaiveDate;
use tantivy::TantivyDocument;

use crate::index::ids;
use crate::index::packed::PackedWords;
use crate::index::packed::cut;
use crate::index::schema::Fields;
use crate::index::similar;
use crate::model::paper::Paper;
use crate::model::record::Announce;
use crate::model::subject::SubjectScheme;
use crate::query::ast::AuthorPattern;
use crate::query::ast::Property;
use crate::query::ast::ValueField;
use crate::query::author;
use crate::query::document::Document;
use crate::query::document::Region;

/// Everything that can be asked of a short value.
const VALUE_FIELDS: [ValueField; 6] = [
    ValueField::Category,
    ValueField::Id,
    ValueField::Doi,
    ValueField::Source,
    ValueField::License,
    ValueField::Language,
];

/// The paper as the engine takes it.
pub(super) fn entry(fields: &Fields, paper: &Paper, document: &Document) -> TantivyDocument {
    let mut entry = TantivyDocument::new();
    let packed = PackedWords::new(document);
    for (field, words) in [
        (fields.any, &packed.any),
        (fields.title, &packed.title),
        (fields.abstract_text, &packed.abstract_text),
        (fields.authors, &packed.authors),
        (fields.comment, &packed.comment),
        (fields.venue, &packed.venue),
        (fields.organisation, &packed.organisation),
        (fields.submitter, &packed.submitter),
    ] {
        if !words.is_empty() {
            entry.add_text(field, words);
        }
    }
    for (region, text) in document.texts() {
        entry.add_text(fields.texts, format!("{}{text}", sign_of(region)));
    }
    for name in document.authors() {
        for term in names(name) {
            entry.add_text(fields.name, term);
        }
    }
    for field in VALUE_FIELDS {
        document.values(field).for_each(|one| entry.add_text(fields.value, value(field, one)));
    }
    document.types().for_each(|announce| entry.add_text(fields.value, announced(announce)));
    document.properties().for_each(|one| entry.add_text(fields.value, property(one)));
    columns(fields, paper, document, &mut entry);
    entry
}

/// What is sorted by, counted and compared.
fn columns(fields: &Fields, paper: &Paper, document: &Document, entry: &mut TantivyDocument) {
    let (high, low) = ids::halves(&paper.id);
    entry.add_text(fields.id, paper.id.as_str());
    entry.add_u64(fields.id_high, high);
    entry.add_u64(fields.id_low, low);
    entry.add_u64(fields.day, day(document.day()));
    for listed in paper.listed_days() {
        entry.add_u64(fields.listed, day(listed));
    }
    entry.add_i64(fields.year, i64::from(document.day().year()));
    entry.add_i64(fields.first_seen, paper.first_seen.micros());
    for subject in paper.subjects() {
        if subject.scheme == SubjectScheme::Arxiv {
            entry.add_text(fields.category, subject.term.as_str());
        }
    }
    for source in paper.sources() {
        entry.add_text(fields.source, source.as_str());
    }
    for (field, word) in fields.sense.into_iter().zip(similar::sense(paper).0) {
        entry.add_u64(field, word);
    }
    for (kind, field) in &fields.counters {
        let read = document.counters().find(|(counted, _)| counted == kind);
        entry.add_u64(*field, read.map_or(0, |(_, count)| count));
    }
}

/// A day as a number that is never negative.
pub(super) fn day(day: NaiveDate) -> u64 {
    u64::try_from(i64::from(day.num_days_from_ce()) + (1 << 31)).unwrap_or_default()
}

/// The day that such a number means.
pub(super) fn day_of(number: u64) -> Option<NaiveDate> {
    let days = i64::try_from(number).ok()? - (1 << 31);
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).ok()?)
}

/// The letter before a stored text.
fn sign_of(region: Region) -> char {
    match region {
        Region::Title => 't',
        Region::Abstract => 'a',
        Region::Author => 'n',
        Region::Comment => 'c',
        Region::Venue => 'v',
        Region::Organisation => 'o',
        Region::Submitter => 's',
    }
}

/// A stored text and where it stands.
pub(super) fn stored(text: &str) -> Option<(Region, &str)> {
    const REGIONS: [Region; 7] = [
        Region::Title,
        Region::Abstract,
        Region::Author,
        Region::Comment,
        Region::Venue,
        Region::Organisation,
        Region::Submitter,
    ];
    let sign = text.chars().next()?;
    let region = REGIONS.into_iter().find(|region| sign_of(*region) == sign)?;
    Some((region, text.get(sign.len_utf8()..)?))
}

/// The terms of a printed name: each word alone, the name turned round, and its letters without spaces.
fn names(printed: &[String]) -> Vec<String> {
    let name = author::without_suffix(printed);
    let Some((family, given)) = name.split_last() else { return Vec::new() };
    let mut terms: Vec<String> = name.iter().map(|word| part_of_name(word)).collect();
    terms.sort_unstable();
    terms.dedup();
    terms.push(cut(&format!("{}{}", family_name(family), given.join(" "))).to_owned());
    terms.push(joined_name(name));
    terms
}

/// The term of one word of a name.
pub(super) fn part_of_name(word: &str) -> String {
    cut(&format!("w{word}")).to_owned()
}

/// How the terms of all names with that family name begin.
pub(super) fn family_name(family: &str) -> String {
    format!("f{family}\u{1f}")
}

/// Whether a name of several words may fit the name of a term: some given name of it begins with the same letter as the
/// first that is asked for. Many people share a family name, and this costs a tenth of asking whether they fit.
pub(super) fn may_be_named(term: &str, pattern: &AuthorPattern) -> bool {
    let AuthorPattern::Name(asked) = pattern else { return true };
    let first = asked.first().and_then(|word| word.chars().next());
    let given = term.split_once('\u{1f}').map(|(_, given)| given).unwrap_or_default();
    given.split(' ').any(|word| word.chars().next() == first)
}

/// The words of the name of a term that begins with `family`.
pub(super) fn name_of_term(term: &str) -> Option<Vec<String>> {
    let (family, given) = term.strip_prefix('f')?.split_once('\u{1f}')?;
    let given = given.split(' ').filter(|word| !word.is_empty());
    Some(given.chain([family]).map(str::to_owned).collect())
}

/// The term of a name whose words are run together.
pub(super) fn joined_name(name: &[String]) -> String {
    cut(&format!("j{}", name.concat())).to_owned()
}

/// The term of a short value.
pub(super) fn value(field: ValueField, value: &str) -> String {
    let sign = match field {
        ValueField::Category => 'c',
        ValueField::Id => 'i',
        ValueField::Doi => 'd',
        ValueField::Source => 's',
        ValueField::License => 'l',
        ValueField::Language => 'g',
    };
    cut(&format!("{sign}{value}")).to_owned()
}

/// The term of a kind of announcement.
pub(super) fn announced(announce: Announce) -> String {
    format!("t{}", announce.name())
}

/// The term of a property.
pub(super) fn property(property: Property) -> String {
    let name = match property {
        Property::Code => "code",
        Property::Doi => "doi",
        Property::Abstract => "abstract",
        Property::Withdrawn => "withdrawn",
        Property::Retracted => "retracted",
        Property::Picked => "picked",
    };
    format!("h{name}")
}

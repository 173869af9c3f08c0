//! The fields of the index.

use tantivy::Index;
use tantivy::schema::FAST;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::STORED;
use tantivy::schema::Schema;
use tantivy::schema::SchemaBuilder;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;

use crate::index::packed::Packed;
use crate::model::signal::SignalKind;
use crate::query::ast::TextField;
use crate::relevance::coarse;

/// The version of what is in the index; another one is begun anew.
pub(super) const VERSION: u32 = 5;

/// The name of our tokenizer.
const PACKED: &str = "packed";

/// The day of announcement as [`day`](super::entry::day) counts it.
pub(super) const DAY: &str = "day";
/// The days on which lists had the paper, counted likewise.
pub(super) const LISTED: &str = "listed";
/// When we first saw the paper, in microseconds.
pub(super) const FIRST_SEEN: &str = "first_seen";
/// The year of announcement.
pub(super) const YEAR: &str = "year";
/// The arXiv categories as they are written.
pub(super) const CATEGORY: &str = "category";
/// The sources.
pub(super) const SOURCE: &str = "source";
/// The first eight characters of the identifier.
pub(super) const ID_HIGH: &str = "id_high";
/// Its last eight.
pub(super) const ID_LOW: &str = "id_low";
/// The direction of its sense, as [`Coarse`](crate::relevance::coarse::Coarse) rounds it.
pub(super) const SENSE: [&str; coarse::WORDS] = [
    "sense_0", "sense_1", "sense_2", "sense_3", "sense_4", "sense_5", "sense_6", "sense_7", "sense_8",
    "sense_9", "sense_10", "sense_11", "sense_12", "sense_13", "sense_14", "sense_15",
];

/// The fields.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// Title, abstract, authors and comment, without places; the title counts three times.
    pub(super) any: Field,
    /// The title.
    pub(super) title: Field,
    /// The abstract.
    pub(super) abstract_text: Field,
    /// The authors' names as words.
    pub(super) authors: Field,
    /// The authors' comment.
    pub(super) comment: Field,
    /// Venue and citation.
    pub(super) venue: Field,
    /// The organisation.
    pub(super) organisation: Field,
    /// Who submitted it.
    pub(super) submitter: Field,
    /// The authors' names, each whole.
    pub(super) name: Field,
    /// Short values, types and properties, each after a letter that says which.
    pub(super) value: Field,
    /// The identifier, to find the paper by.
    pub(super) id: Field,
    /// Every text as it stands, after a letter that says where.
    pub(super) texts: Field,
    /// See [`DAY`].
    pub(super) day: Field,
    /// See [`LISTED`].
    pub(super) listed: Field,
    /// See [`FIRST_SEEN`].
    pub(super) first_seen: Field,
    /// See [`YEAR`].
    pub(super) year: Field,
    /// See [`CATEGORY`].
    pub(super) category: Field,
    /// See [`SOURCE`].
    pub(super) source: Field,
    /// See [`ID_HIGH`].
    pub(super) id_high: Field,
    /// See [`ID_LOW`].
    pub(super) id_low: Field,
    /// See [`SENSE`].
    pub(super) sense: [Field; coarse::WORDS],
    /// The counters.
    pub(super) counters: Vec<(SignalKind, Field)>,
}

impl Fields {
    /// The fields and the schema that they make.
    pub(super) fn new() -> (Self, Schema) {
        let mut builder = Schema::builder();
        let fields = Self {
            any: words(&mut builder, "any", IndexRecordOption::WithFreqs),
            title: words(&mut builder, "title", IndexRecordOption::WithFreqsAndPositions),
            abstract_text: words(&mut builder, "abstract", IndexRecordOption::WithFreqsAndPositions),
            authors: words(&mut builder, "authors", IndexRecordOption::WithFreqsAndPositions),
            comment: words(&mut builder, "comment", IndexRecordOption::WithFreqsAndPositions),
            venue: words(&mut builder, "venue", IndexRecordOption::WithFreqsAndPositions),
            organisation: words(&mut builder, "organisation", IndexRecordOption::WithFreqsAndPositions),
            submitter: words(&mut builder, "submitter", IndexRecordOption::WithFreqsAndPositions),
            name: whole(&mut builder, "name"),
            value: whole(&mut builder, "value"),
            id: whole(&mut builder, "id"),
            texts: builder.add_text_field("texts", STORED),
            day: builder.add_u64_field(DAY, FAST),
            listed: builder.add_u64_field(LISTED, FAST),
            first_seen: builder.add_i64_field(FIRST_SEEN, FAST),
            year: builder.add_i64_field(YEAR, FAST),
            category: builder.add_text_field(CATEGORY, TextOptions::default().set_fast("raw")),
            source: builder.add_text_field(SOURCE, TextOptions::default().set_fast("raw")),
            id_high: builder.add_u64_field(ID_HIGH, FAST),
            id_low: builder.add_u64_field(ID_LOW, FAST),
            sense: SENSE.map(|name| builder.add_u64_field(name, FAST)),
            counters: SignalKind::ALL
                .into_iter()
                .map(|kind| (kind, builder.add_u64_field(kind.name(), FAST)))
                .collect(),
        };
        (fields, builder.build())
    }

    /// The fields with places that a text field of a query looks into.
    pub(super) fn of(&self, field: TextField) -> Vec<Field> {
        match field {
            TextField::Anywhere => vec![self.title, self.abstract_text, self.authors, self.comment],
            TextField::Title => vec![self.title],
            TextField::Abstract => vec![self.abstract_text],
            TextField::Comment => vec![self.comment],
            TextField::Venue => vec![self.venue],
            TextField::Organisation => vec![self.organisation],
            TextField::Submitter => vec![self.submitter],
            TextField::Names => vec![self.authors],
        }
    }

    /// The one field that has every word of a text field of a query, with or without places.
    pub(super) fn words_of(&self, field: TextField) -> Field {
        match field {
            TextField::Anywhere => self.any,
            TextField::Title => self.title,
            TextField::Abstract => self.abstract_text,
            TextField::Comment => self.comment,
            TextField::Venue => self.venue,
            TextField::Organisation => self.organisation,
            TextField::Submitter => self.submitter,
            TextField::Names => self.authors,
        }
    }
}

/// Makes our tokenizer known to an index.
pub(super) fn prepare(index: &Index) {
    index.tokenizers().register(PACKED, Packed);
}

fn words(builder: &mut SchemaBuilder, name: &str, option: IndexRecordOption) -> Field {
    let indexing = TextFieldIndexing::default().set_tokenizer(PACKED).set_index_option(option);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

fn whole(builder: &mut SchemaBuilder, name: &str) -> Field {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

//! The table of fields: the parser, its suggestions and the reference page are made from it.

use crate::model::signal::SignalKind;
use crate::query::ast::TextField;
use crate::query::ast::ValueField;

/// A field of the language.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, as it stands before the colon.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// One sentence.
    pub about: &'static str,
    /// An example.
    pub example: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Words.
    Text(TextField),
    /// A name.
    Author,
    /// A short value.
    Value(ValueField),
    /// new, cross or replace.
    Type,
    /// code, doi or abstract.
    Has,
    /// picked, withdrawn or retracted.
    Is,
    /// A number, compared.
    Number(SignalKind),
    /// A day or a range of days.
    Date,
}

const fn field(name: &'static str, form: Form, about: &'static str, example: &'static str) -> Field {
    Field { name, form, about, example }
}

/// Every field.
pub const FIELDS: &[Field] = &[
    field("title", Form::Text(TextField::Title), "Words in the title.", "title:\"flow matching\""),
    field("abstract", Form::Text(TextField::Abstract), "Words in the abstract.", "abstract:adapter*"),
    field("author", Form::Author, "An author, in any printed variant of the name.", "author:\"Yann LeCun\""),
    field("cat", Form::Value(ValueField::Category), "A subject such as an arXiv category.", "cat:cs.*"),
    field("id", Form::Value(ValueField::Id), "Any identifier.", "id:2106.09685"),
    field("doi", Form::Value(ValueField::Doi), "A DOI.", "doi:10.1038/*"),
    field("source", Form::Value(ValueField::Source), "A source that reported it.", "source:hf-daily"),
    field(
        "type",
        Form::Type,
        "How arXiv announced it: new, cross or replace (at home or cross-listed).",
        "type:new",
    ),
    field(
        "date",
        Form::Date,
        "The day of its announcement; a day, month, year, range or a time back.",
        "date>=-7d",
    ),
    field(
        "venue",
        Form::Text(TextField::Venue),
        "Words in the journal, conference or journal reference.",
        "venue:nature",
    ),
    field(
        "org",
        Form::Text(TextField::Organisation),
        "Words in the institution that presents it.",
        "org:example",
    ),
    field(
        "submitter",
        Form::Text(TextField::Submitter),
        "Words in the name of who submitted it.",
        "submitter:example",
    ),
    field(
        "comment",
        Form::Text(TextField::Comment),
        "Words in the authors' comment.",
        "comment:\"accepted at\"",
    ),
    field(
        "license",
        Form::Value(ValueField::License),
        "The licence or a part of its address.",
        "license:by-nc-nd",
    ),
    field("lang", Form::Value(ValueField::Language), "The language of the text.", "lang:en"),
    field("has", Form::Has, "Whether it has code, a doi, an abstract.", "has:code"),
    field("is", Form::Is, "Whether it was picked, withdrawn or retracted.", "NOT is:withdrawn"),
    field("votes", Form::Number(SignalKind::Votes), "Votes on the daily list.", "votes>=10"),
    field("comments", Form::Number(SignalKind::Comments), "Comments on the daily list.", "comments>3"),
    field("stars", Form::Number(SignalKind::Stars), "Stars of its code.", "stars>100"),
    field("points", Form::Number(SignalKind::Points), "Points on Hacker News.", "points>50"),
    field("replies", Form::Number(SignalKind::Replies), "Comments on Hacker News.", "replies>10"),
    field("citations", Form::Number(SignalKind::Citations), "Works that cite it.", "citations>10"),
];

/// The field of that name.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// The field whose name is nearest, if any is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let distance = |field: &&Field| strsim::damerau_levenshtein(field.name, name);
    let nearest = FIELDS.iter().min_by_key(distance)?;
    let aliases =
        [("ti", "title"), ("abs", "abstract"), ("au", "author"), ("category", "cat"), ("subject", "cat")];
    let alias = aliases.iter().find(|(alias, _)| *alias == name).map(|(_, field)| *field);
    alias.or_else(|| (distance(&nearest) <= 2.max(name.len() / 3)).then_some(nearest.name))
}

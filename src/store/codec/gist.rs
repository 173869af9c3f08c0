//! The row of a paper, read as far as it says what the paper is about.

use std::borrow::Cow;

use serde::Deserialize;

use crate::model::gist::Gist;
use crate::model::paper::PaperId;
use crate::store::codec::Fault;
use crate::store::codec::Format;
use crate::store::codec::read_row;
use crate::store::codec::with_json;

#[derive(Deserialize)]
struct GistRow<'a> {
    #[serde(rename = "v")]
    _format: Format,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    observations: Vec<ToldRow<'a>>,
    chosen: ChosenRow,
}

#[derive(Deserialize)]
struct ToldRow<'a> {
    #[serde(borrow)]
    title: TextRow<'a>,
    #[serde(borrow, rename = "abstract", default)]
    abstract_text: Option<TextRow<'a>>,
}

#[derive(Deserialize)]
struct TextRow<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ChosenRow {
    title: usize,
    #[serde(rename = "abstract", default)]
    abstract_text: Option<usize>,
}

/// What the paper of a stored value is about.
pub(in crate::store) fn gist(value: &[u8]) -> Result<Gist, Fault> {
    with_json(value, |json| {
        let GistRow { id, observations, chosen, .. } = read_row::<GistRow<'_>>(json)?;
        let paper = PaperId::parse(&id).ok_or_else(|| Fault::unknown("a paper", &id))?;
        let of_title = observations.get(chosen.title).or(observations.first());
        let of_abstract = chosen.abstract_text.and_then(|place| observations.get(place));
        let text = of_abstract.and_then(|told| told.abstract_text.as_ref());
        Ok(Gist {
            id: paper,
            title: of_title.map(|told| told.title.text.to_string()).unwrap_or_default(),
            abstract_text: text.map(|text| text.text.to_string()).unwrap_or_default(),
        })
    })
}

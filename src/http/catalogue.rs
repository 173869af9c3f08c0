//! The list of all topics.

use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::pages;
use crate::pages::Around;
use crate::pages::TopicLine;
use crate::store;
use crate::topics::Topic;
use crate::urls::Place;
use crate::urls::Urls;

/// `/topics`
pub(super) async fn catalogue(asked: Asked) -> Response {
    let make = |serving: &Serving, site: &Site, urls: &Urls| {
        let around = Around { site: &site.title, urls };
        let page = pages::topic::catalogue(around, &lines(serving, site)?)?;
        Ok(Found::Made(Made::page(page.into_bytes(), pages::MEDIA_TYPE)))
    };
    asked.answer(Place::Topics, Keep::Kept(Shows::Anything), make).await
}

/// Every topic as lists show it, in the order of the configuration.
pub(super) fn lines(serving: &Serving, site: &Site) -> Result<Vec<TopicLine>, store::Error> {
    site.topics.iter().map(|topic| line(serving, topic)).collect()
}

/// One topic as lists show it.
pub(super) fn line(serving: &Serving, topic: &Topic) -> Result<TopicLine, store::Error> {
    let newest = serving.reader.timeline(&topic.id, None, 1)?;
    Ok(TopicLine {
        id: topic.id.clone(),
        title: topic.title.clone(),
        description: topic.description.clone().unwrap_or_default(),
        count: serving.reader.timeline_len(&topic.id)?,
        last: newest.first().map(|entry| entry.at),
        rules: topic.rules(),
    })
}

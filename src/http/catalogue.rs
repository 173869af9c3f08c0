//! The list of all topics.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::days;
use crate::pages;
use crate::pages::Around;
use crate::pages::TopicLine;
use crate::pages::topic::Catalogue;
use crate::store;
use crate::topics::Topic;
use crate::urls::Place;
use crate::urls::Urls;

/// So many topics stand on one page.
const TOPICS: usize = 200;

/// `/topics?from=`
pub(super) async fn catalogue(RawQuery(query): RawQuery, asked: Asked) -> Response {
    let Some(from) = days::offset(query.as_deref()) else {
        let words = "The value of “from” is a whole number up to 1000000.";
        return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", words);
    };
    let make = move |serving: &Serving, site: &Site, urls: &Urls| {
        let total = site.topics.iter().count();
        let lines = site.topics.iter().skip(from).take(TOPICS).map(|topic| line(serving, topic));
        let next = from.saturating_add(TOPICS);
        let catalogue = Catalogue {
            lines: lines.collect::<Result<_, _>>()?,
            total,
            from,
            next: (next < total).then_some(next),
        };
        let page = pages::topic::catalogue(
            Around { site: &site.title, takes_mail: site.takes_subscribers, urls },
            &catalogue,
        )?;
        Ok(Found::Made(Made::page(page.into_bytes(), pages::MEDIA_TYPE)))
    };
    let keep = if from == 0 { Keep::Kept(Shows::Anything) } else { Keep::Fresh };
    asked.answer(Place::Topics(from), keep, make).await
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

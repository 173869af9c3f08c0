//! The subscription list.

use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::catalogue;
use crate::pages::opml;
use crate::urls::Place;
use crate::urls::Urls;

pub(super) async fn list(asked: Asked) -> Response {
    let make = |serving: &Serving, site: &Site, urls: &Urls| {
        let bytes = opml::render(&site.title, &catalogue::lines(serving, site)?, urls)?;
        Ok(Found::Made(Made::page(bytes, opml::MEDIA_TYPE)))
    };
    asked.answer(Place::Opml, Keep::Kept(Shows::Anything), make).await
}

//! `/api/openapi.json`: the description of the API (version 3.1 of the `OpenAPI` specification), derived from the handlers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::HttpBuilder;
use utoipa::openapi::security::SecurityScheme;

use crate::http::answers::App;
use crate::http::api::boards;
use crate::http::api::editing;
use crate::http::api::lists;
use crate::http::api::lookups;
use crate::http::api::respond;
use crate::http::api::subscribers;

/// All that is described.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Offprint",
        description = "Papers, topics, trends and picks of this instance. Errors are application/problem+json; lists go on at `next`; answers have entity tags."
    ),
    paths(
        lists::papers,
        lists::paper,
        lists::signals,
        lookups::similar,
        lookups::search,
        lists::topics,
        lists::of_topic,
        lookups::explain,
        lookups::try_topic,
        lookups::try_query,
        boards::listed,
        boards::trending,
        boards::picks,
        lists::sources,
        editing::mark,
        editing::pick,
        editing::unpick,
        subscribers::sign_up,
    ),
    modifiers(&Token)
)]
struct Description;

/// How an editor proves to be one.
struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let scheme = scheme.description(Some("The token that the operator set as server.editor_token."));
        if let Some(components) = &mut description.components {
            components.add_security_scheme("editor", SecurityScheme::Http(scheme.build()));
        }
    }
}

pub(crate) async fn description(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    respond(&app, &request, None, |_parameters, serving, _site| {
        let mut description = Description::openapi();
        // The address under which readers reach us, which may have a path of its own.
        let server = serving.urls.absolute(crate::urls::Place::Front);
        let server = server.trim_end_matches('/').to_owned();
        description.servers = Some(vec![utoipa::openapi::ServerBuilder::new().url(server).build()]);
        Ok(description)
    })
    .await
}

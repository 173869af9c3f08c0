//! Pages of those who subscribe by mail. Looking at a page changes nothing: what scanners follow in letters confirms nothing and
//! ends nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use crate::http::Site;
use crate::http::answers::App;
use crate::http::errands::Errand;
use crate::http::errands::Held;
use crate::http::errands::Reply;
use crate::http::serve::Network;
use crate::model::subscriber::Rhythm;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::Wishes;
use crate::model::topic::TopicId;
use crate::pages;
use crate::pages::Around;
use crate::pages::mailing;
use crate::pages::mailing::ConfirmPage;
use crate::pages::mailing::Form;
use crate::pages::mailing::PreferencesPage;
use crate::pages::mailing::SubscribePage;
use crate::pages::mailing::ToldPage;
use crate::pages::mailing::UnsubscribePage;
use crate::urls::Place;

/// The longest form, in bytes: every topic may be ticked.
const LONGEST: usize = 256 * 1_024;

/// What is shown of topics: a form with more is no form.
const TOPICS: usize = 500;

/// `GET /subscribe`, with topics and lists already ticked where the address names them.
pub(super) async fn form(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let site = app.site();
    if !site.takes_subscribers {
        return closed(&app);
    }
    let given = Given::read(query.unwrap_or_default().as_bytes());
    let mut form = given.form(&site);
    if given.topics.is_empty() && given.lists.is_empty() {
        form.daily = true;
    }
    subscribe_page(&app, StatusCode::OK, &form, None)
}

/// `POST /subscribe`
pub(super) async fn sign_up(State(app): State<Arc<App>>, request: Request) -> Response {
    let site = app.site();
    if !site.takes_subscribers {
        return closed(&app);
    }
    let network = Network::of(&request);
    let Some(given) = read(request).await else { return too_long(&app) };
    let sent = || {
        page(&app, StatusCode::OK, |around| {
            mailing::told(around, &ToldPage::Sent { hours: Subscriber::CONFIRM_HOURS })
        })
    };
    if !given.trap.is_empty() {
        // People leave this field empty. Whoever does not is told what all are told.
        return sent();
    }
    let wishes = match given.wishes(&site) {
        Ok(wishes) => wishes,
        Err(words) => {
            return subscribe_page(&app, StatusCode::UNPROCESSABLE_ENTITY, &given.form(&site), Some(&words));
        }
    };
    let address = given.address.clone();
    match app.serving.errands.run(Errand::SignUp { address, wishes, network }).await {
        Reply::Done | Reply::Subscriber(_) | Reply::Challenge(_) => sent(),
        Reply::Refused { status, words } => {
            subscribe_page(&app, code(status), &given.form(&site), Some(&sentence(&words)))
        }
    }
}

/// `GET /confirm/{token}`
pub(super) async fn confirmation(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    match app.serving.errands.run(Errand::LookToConfirm(token.clone())).await {
        Reply::Subscriber(held) => {
            let action = app.serving.urls.path(Place::Confirm(&token));
            let Held { subscriber, names, cadence, .. } = &*held;
            let confirm =
                ConfirmPage { action: &action, address: &subscriber.address, topics: names, cadence };
            page(&app, StatusCode::OK, |around| mailing::confirm(around, &confirm))
        }
        Reply::Refused { status, .. } => stale(&app, code(status)),
        Reply::Done | Reply::Challenge(_) => stale(&app, StatusCode::GONE),
    }
}

/// `POST /confirm/{token}`
pub(super) async fn confirm(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    match app.serving.errands.run(Errand::Confirm(token)).await {
        Reply::Subscriber(held) => {
            let preferences = app.serving.urls.path(Place::Preferences(&held.token));
            let told = ToldPage::Subscribed { preferences: &preferences };
            page(&app, StatusCode::OK, |around| mailing::told(around, &told))
        }
        Reply::Refused { status, .. } => stale(&app, code(status)),
        Reply::Done | Reply::Challenge(_) => stale(&app, StatusCode::GONE),
    }
}

/// `GET /unsubscribe/{token}`
pub(super) async fn farewell(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    let urls = &app.serving.urls;
    let (action, preferences) =
        (urls.path(Place::Unsubscribe(&token)), urls.path(Place::Preferences(&token)));
    let view = UnsubscribePage { action: &action, preferences: Some(&preferences) };
    page(&app, StatusCode::OK, |around| mailing::unsubscribe(around, &view))
}

/// `POST /unsubscribe/{token}`: the button, and the one click of a mail program (RFC 8058).
pub(super) async fn leave(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    match app.serving.errands.run(Errand::Leave(token)).await {
        Reply::Done | Reply::Subscriber(_) | Reply::Challenge(_) => page(&app, StatusCode::OK, |around| {
            mailing::told(around, &ToldPage::Unsubscribed { again: None })
        }),
        Reply::Refused { status, .. } => stale(&app, code(status)),
    }
}

/// `GET /preferences/{token}`
pub(super) async fn preferences(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    match app.serving.errands.run(Errand::Look(token.clone())).await {
        Reply::Subscriber(held) => {
            let form = wished(&app.site(), &held.subscriber.wishes);
            preferences_page(&app, StatusCode::OK, &token, &form, None)
        }
        Reply::Refused { status, .. } => stale(&app, code(status)),
        Reply::Done | Reply::Challenge(_) => stale(&app, StatusCode::GONE),
    }
}

/// `POST /preferences/{token}`
pub(super) async fn prefer(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let site = app.site();
    let Some(given) = read(request).await else { return too_long(&app) };
    let form = Form { address: None, ..given.form(&site) };
    let wishes = match given.wishes(&site) {
        Ok(wishes) => wishes,
        Err(words) => {
            return preferences_page(&app, StatusCode::UNPROCESSABLE_ENTITY, &token, &form, Some(&words));
        }
    };
    match app.serving.errands.run(Errand::Prefer { token: token.clone(), wishes }).await {
        Reply::Subscriber(held) => {
            let preferences = app.serving.urls.path(Place::Preferences(&held.token));
            let told = ToldPage::Kept { preferences: &preferences };
            page(&app, StatusCode::OK, |around| mailing::told(around, &told))
        }
        Reply::Refused { status: 422, words } => {
            preferences_page(&app, StatusCode::UNPROCESSABLE_ENTITY, &token, &form, Some(&sentence(&words)))
        }
        Reply::Refused { status, .. } => stale(&app, code(status)),
        Reply::Done | Reply::Challenge(_) => stale(&app, StatusCode::GONE),
    }
}

/// What was sent in a form, or in the address of one.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) address: String,
    pub(super) topics: Vec<String>,
    pub(super) lists: Vec<String>,
    pub(super) rhythm: String,
    pub(super) hour: String,
    pub(super) zone: String,
    pub(super) even_empty: bool,
    /// A field that people do not see.
    pub(super) trap: String,
}

impl Given {
    fn read(form: &[u8]) -> Self {
        let mut given = Self::default();
        for (name, value) in url::form_urlencoded::parse(form) {
            let value = value.into_owned();
            match name.as_ref() {
                "address" => given.address = value,
                "topic" => given.topics.push(value),
                "list" => given.lists.push(value),
                "rhythm" => given.rhythm = value,
                "hour" => given.hour = value,
                "zone" => given.zone = value,
                "even_empty" => given.even_empty = true,
                "website" => given.trap = value,
                _other => {}
            }
        }
        given
    }

    /// What is wished for, or in a sentence what is wrong.
    pub(super) fn wishes(&self, site: &Site) -> Result<Wishes, String> {
        let mut topics = BTreeSet::new();
        for name in &self.topics {
            let known = TopicId::parse(name).filter(|id| site.topics.topic(id).is_some());
            // Names are not repeated: they may be anything.
            topics.insert(known.ok_or("One of the topics is not here any more. Please choose again.")?);
        }
        let mut wishes = Wishes::default();
        if !self.lists.iter().all(|list| wishes.ask_for(list)) {
            return Err("There are three lists: daily, trending and picks.".to_owned());
        }
        let or =
            |text: &str, fallback: &str| if text.is_empty() { fallback.to_owned() } else { text.to_owned() };
        let wishes = Wishes {
            topics,
            rhythm: Rhythm::parse(&or(&self.rhythm, "daily"))
                .ok_or("Choose every day, or one day of the week.")?,
            hour: or(&self.hour, "7")
                .parse()
                .ok()
                .filter(|hour| *hour < 24)
                .ok_or("The hour is a number from 0 to 23.")?,
            zone: or(self.zone.trim(), "UTC")
                .parse()
                .map_err(|_unknown| "This time zone is not known. Write it as in Europe/Zurich.")?,
            even_empty: self.even_empty,
            ..wishes
        };
        if wishes.is_nothing() {
            return Err("Choose at least one topic or list.".to_owned());
        }
        Ok(wishes)
    }

    /// The form as it was filled in.
    fn form(&self, site: &Site) -> Form {
        let mut wishes = Wishes::default();
        for list in &self.lists {
            let _is_one = wishes.ask_for(list);
        }
        let topics = site.topics.iter().map(|topic| {
            let is_chosen = self.topics.iter().any(|name| name == topic.id.as_str());
            (topic.id.clone(), topic.title.clone(), is_chosen)
        });
        Form {
            address: Some(self.address.clone()),
            topics: shown(topics.collect()),
            daily: wishes.daily,
            trending: wishes.trending,
            picks: wishes.picks,
            rhythm: Rhythm::parse(&self.rhythm).unwrap_or(Rhythm::Daily),
            hour: self.hour.parse().ok().filter(|hour| *hour < 24).unwrap_or(7),
            zone: if self.zone.is_empty() { "UTC".to_owned() } else { self.zone.clone() },
            even_empty: self.even_empty,
        }
    }
}

fn wished(site: &Site, wishes: &Wishes) -> Form {
    // A wish for a topic holds under the name that the topic has now.
    let wished: BTreeSet<&TopicId> = wishes.topics.iter().map(|id| site.now_called(id)).collect();
    let topics =
        site.topics.iter().map(|topic| (topic.id.clone(), topic.title.clone(), wished.contains(&topic.id)));
    Form {
        address: None,
        topics: shown(topics.collect()),
        daily: wishes.daily,
        trending: wishes.trending,
        picks: wishes.picks,
        rhythm: wishes.rhythm,
        hour: wishes.hour,
        zone: wishes.zone.to_string(),
        even_empty: wishes.even_empty,
    }
}

/// The topics that a form shows: all that are chosen, and of the others as many as there is room for.
fn shown(topics: Vec<(TopicId, String, bool)>) -> Vec<(TopicId, String, bool)> {
    let mut room = TOPICS;
    let mut is_shown = |is_chosen: bool| {
        let fits = is_chosen || room > 0;
        room = room.saturating_sub(1);
        fits
    };
    topics.into_iter().filter(|(_id, _title, is_chosen)| is_shown(*is_chosen)).collect()
}

async fn read(request: Request) -> Option<Given> {
    let body = axum::body::to_bytes(request.into_body(), LONGEST).await.ok()?;
    Some(Given::read(&body))
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
}

/// Words of a refusal as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn subscribe_page(app: &App, status: StatusCode, form: &Form, problem: Option<&str>) -> Response {
    let action = app.serving.urls.path(Place::Subscribe);
    let view = SubscribePage { action: &action, form, problem };
    page(app, status, |around| mailing::subscribe(around, &view))
}

fn preferences_page(
    app: &App,
    status: StatusCode,
    token: &str,
    form: &Form,
    problem: Option<&str>,
) -> Response {
    let urls = &app.serving.urls;
    let (action, unsubscribe) = (urls.path(Place::Preferences(token)), urls.path(Place::Unsubscribe(token)));
    let view = PreferencesPage { action: &action, form, problem, unsubscribe: &unsubscribe };
    page(app, status, |around| mailing::preferences(around, &view))
}

fn stale(app: &App, status: StatusCode) -> Response {
    if status.is_server_error() {
        return app.unavailable();
    }
    let subscribe = app.serving.urls.path(Place::Subscribe);
    page(app, status, |around| mailing::told(around, &ToldPage::Stale { subscribe: &subscribe }))
}

fn closed(app: &App) -> Response {
    let words = "This site sends no mail to people who subscribe by themselves. Every list can be read in a feed reader.";
    app.refuse(StatusCode::NOT_FOUND, "No mail from here", words)
}

fn too_long(app: &App) -> Response {
    app.refuse(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "The form is too long.")
}

/// A page about one person: nobody keeps it.
fn page(
    app: &App,
    status: StatusCode,
    write: impl FnOnce(Around<'_>) -> Result<String, pages::Error>,
) -> Response {
    let site = app.site();
    match write(Around { site: &site.title, takes_mail: site.takes_subscribers, urls: &app.serving.urls }) {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = status;
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(pages::MEDIA_TYPE));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            app.unavailable()
        }
    }
}

//! What people see in a browser: plain pages that work without script, and the subscription list.
//!
//! Each page is a function of what it shows; nothing here reads the store, the clock or a request. Text is escaped by the
//! templates; the only markup that passes is the abstract that `normalise` made. The pages are well-formed XML too, so
//! that tests can take them apart strictly.

use askama::Template;

use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;
use crate::urls::Urls;

pub mod listed;

pub mod topic;

pub mod boards;

pub mod search;

pub mod paper;

pub mod status;

pub mod mailing;

pub mod card;

pub mod aside;

pub mod cite;

pub mod opml;

mod frame;

pub mod machines;

mod charts;

pub(crate) mod parts;

mod record;

/// The style sheet of all pages.
pub const STYLESHEET: &str = include_str!("../templates/offprint.css");

/// The script of all pages; they work without.
pub const SCRIPT: &str = include_str!("../templates/offprint.js");

/// The icon.
pub const ICON: &str = include_str!("../templates/icon.svg");

/// The media type of all pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// A page could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the page of {page}")]
pub struct Error {
    page: &'static str,
    #[source]
    source: askama::Error,
}

/// A topic as lists show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicLine {
    /// The topic.
    pub id: TopicId,
    /// Its title.
    pub title: String,
    /// What it is about, or nothing.
    pub description: String,
    /// How many papers are in it.
    pub count: u64,
    /// When the newest paper entered.
    pub last: Option<Timestamp>,
    /// What decides over its papers, by the names that the configuration has for it.
    pub rules: Vec<(&'static str, String)>,
}

/// What every page is written with: the name of the site, and who builds its addresses.
#[derive(Clone, Copy, Debug)]
pub struct Around<'site> {
    /// The name.
    pub site: &'site str,
    /// Whether anybody may subscribe by mail.
    pub takes_mail: bool,
    /// The builder of addresses.
    pub urls: &'site Urls,
}

/// A page that says what went wrong and where to go on.
pub fn error(site: &str, title: &str, explanation: &str, urls: &Urls) -> Result<String, Error> {
    let frame = Frame::new(Around { site, takes_mail: false, urls }, Here::Nowhere);
    render("an error", &ErrorView { frame, head: Head::new(title, ""), title, explanation })
}

fn render(page: &'static str, view: &impl Template) -> Result<String, Error> {
    view.render().map_err(|source| Error { page, source })
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorView<'page> {
    frame: Frame,
    head: Head,
    title: &'page str,
    explanation: &'page str,
}

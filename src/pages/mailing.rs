//! Subscribing by mail: the form, and what is said before and after. Nothing happens by looking at a page: what a mail
//! scanner follows confirms nothing and unsubscribes nobody; only buttons do.
//!
//! The pages are given the paths that their forms are sent to; tokens stand in these, and a page that has one is not listed.

use askama::Template;

use crate::model::subscriber::Rhythm;
use crate::model::text::Text;
use crate::model::topic::TopicId;
use crate::pages;
use crate::pages::Around;
use crate::pages::Error;
use crate::pages::frame::Frame;
use crate::pages::frame::Head;
use crate::pages::frame::Here;

mod form;

use crate::pages::mailing::form::FormView;

/// What the fields of a form hold: `topic` and `list` may be there several times.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box to tick")]
pub struct Form {
    /// The field `address`; it is not asked for where there is none.
    pub address: Option<String>,
    /// The fields `topic`: each topic with its title, and whether it is wished for.
    pub topics: Vec<(TopicId, String, bool)>,
    /// The field `list` with the value `daily`.
    pub daily: bool,
    /// The field `list` with the value `trending`.
    pub trending: bool,
    /// The field `list` with the value `picks`.
    pub picks: bool,
    /// The field `rhythm`.
    pub rhythm: Rhythm,
    /// The field `hour`.
    pub hour: u8,
    /// The field `zone`, as it was written.
    pub zone: String,
    /// The field `even_empty`.
    pub even_empty: bool,
}

/// The page on which one subscribes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SubscribePage<'page> {
    /// Where the form is sent to. It has one field more, `website`, which people do not see and leave empty.
    pub action: &'page str,
    /// What stands in it.
    pub form: &'page Form,
    /// What is wrong with what was sent, in a sentence.
    pub problem: Option<&'page str>,
}

/// The page on which one subscribes.
pub fn subscribe(around: Around<'_>, page: &SubscribePage<'_>) -> Result<String, Error> {
    let view = SubscribeView {
        head: Head::new(
            titled("Papers by mail", page.problem),
            "New papers in your mailbox, every day or every week.",
        ),
        frame: Frame::new(around, Here::Nowhere),
        action: page.action,
        problem: page.problem.map(Text::line),
        form: FormView::new(page.form),
    };
    pages::render("subscribing by mail", &view)
}

/// The page on which wishes are changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PreferencesPage<'page> {
    /// Where the form is sent to.
    pub action: &'page str,
    /// The wishes as they are.
    pub form: &'page Form,
    /// What is wrong with what was sent, in a sentence.
    pub problem: Option<&'page str>,
    /// Where the button is sent to that unsubscribes.
    pub unsubscribe: &'page str,
}

/// The page on which wishes are changed.
pub fn preferences(around: Around<'_>, page: &PreferencesPage<'_>) -> Result<String, Error> {
    let view = PreferencesView {
        head: Head::new(titled("What you get, and when", page.problem), ""),
        frame: Frame::new(around, Here::Nowhere),
        action: page.action,
        problem: page.problem.map(Text::line),
        form: FormView::new(page.form),
        unsubscribe: page.unsubscribe,
    };
    pages::render("preferences", &view)
}

/// A title says what is wrong first: it is what a screen reader reads first.
fn titled(title: &str, problem: Option<&str>) -> String {
    if problem.is_some() { format!("Not yet: {title}") } else { title.to_owned() }
}

/// The page to which the link in the first letter leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConfirmPage<'page> {
    /// Where the button is sent to that confirms.
    pub action: &'page str,
    /// The address that gets letters.
    pub address: &'page str,
    /// What was asked for: the titles of topics, and lists.
    pub topics: &'page [String],
    /// How often and when, in words.
    pub cadence: &'page str,
}

/// The page to which the link in the first letter leads.
pub fn confirm(around: Around<'_>, page: &ConfirmPage<'_>) -> Result<String, Error> {
    let view = ConfirmView {
        head: Head::new("Confirm", ""),
        frame: Frame::new(around, Here::Nowhere),
        action: page.action,
        address: Text::line(page.address),
        topics: page.topics.iter().map(|topic| Text::line(topic)).collect(),
        cadence: Text::line(page.cadence),
    };
    pages::render("confirming", &view)
}

/// The page to which the link in each letter leads. It is the same whether or not the token is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnsubscribePage<'page> {
    /// Where the button is sent to that unsubscribes, as a mailbox's own button does (RFC 8058).
    pub action: &'page str,
    /// The page on which wishes are changed.
    pub preferences: Option<&'page str>,
}

/// The page to which the link in each letter leads.
pub fn unsubscribe(around: Around<'_>, page: &UnsubscribePage<'_>) -> Result<String, Error> {
    let view = UnsubscribeView {
        head: Head::new("Unsubscribe", ""),
        frame: Frame::new(around, Here::Nowhere),
        action: page.action,
        preferences: page.preferences,
    };
    pages::render("unsubscribing", &view)
}

/// What is said after something was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToldPage<'page> {
    /// A letter was sent, or not: whoever asks does not learn which addresses are known.
    Sent {
        /// How long the link in it is valid.
        hours: u32,
    },
    /// The address gets letters from now on.
    Subscribed {
        /// The page on which wishes are changed.
        preferences: &'page str,
    },
    /// Changed wishes are kept.
    Kept {
        /// The page on which wishes are changed.
        preferences: &'page str,
    },
    /// The address gets no more letters.
    Unsubscribed {
        /// Where the button is sent to that undoes this.
        again: Option<&'page str>,
    },
    /// A link that is too old, or was never ours.
    Stale {
        /// The page on which one subscribes.
        subscribe: &'page str,
    },
}

/// What is said after something was done.
pub fn told(around: Around<'_>, page: &ToldPage<'_>) -> Result<String, Error> {
    let (title, words, link, button) = match *page {
        ToldPage::Sent { hours } => (
            "Look into your mailbox",
            vec![
                "If the address can get letters from here, one is on its way. Nothing else is sent before you say yes with the link in it.".to_owned(),
                format!("The link is valid for {hours} hours. If no letter comes, look where your mailbox puts what it takes for spam; an address gets one such letter a day."),
            ],
            None,
            None,
        ),
        ToldPage::Subscribed { preferences } => (
            "You are subscribed",
            vec!["Your first letter comes at the time you chose. One click in any letter ends this.".to_owned()],
            Some(("Change what you get, and when", preferences)),
            None,
        ),
        ToldPage::Kept { preferences } => (
            "Your wishes are kept",
            vec!["They hold from the next letter on.".to_owned()],
            Some(("Change what you get, and when", preferences)),
            None,
        ),
        ToldPage::Unsubscribed { again } => (
            "You are unsubscribed",
            vec!["No further letter is sent.".to_owned()],
            None,
            again.map(|again| ("Subscribe again", again)),
        ),
        ToldPage::Stale { subscribe } => (
            "This link does nothing any more",
            vec!["It is too old, was used before, or is not whole: mail programs break long addresses in two.".to_owned()],
            Some(("Subscribe anew", subscribe)),
            None,
        ),
    };
    let view = ToldView {
        head: Head::new(title, ""),
        frame: Frame::new(around, Here::Nowhere),
        title,
        words,
        link,
        button,
    };
    pages::render("what was done", &view)
}

#[derive(Template)]
#[template(path = "mailing/subscribe.html")]
struct SubscribeView<'page> {
    frame: Frame,
    head: Head,
    action: &'page str,
    problem: Option<Text>,
    form: FormView<'page>,
}

#[derive(Template)]
#[template(path = "mailing/preferences.html")]
struct PreferencesView<'page> {
    frame: Frame,
    head: Head,
    action: &'page str,
    problem: Option<Text>,
    form: FormView<'page>,
    unsubscribe: &'page str,
}

#[derive(Template)]
#[template(path = "mailing/confirm.html")]
struct ConfirmView<'page> {
    frame: Frame,
    head: Head,
    action: &'page str,
    address: Text,
    topics: Vec<Text>,
    cadence: Text,
}

#[derive(Template)]
#[template(path = "mailing/unsubscribe.html")]
struct UnsubscribeView<'page> {
    frame: Frame,
    head: Head,
    action: &'page str,
    preferences: Option<&'page str>,
}

#[derive(Template)]
#[template(path = "mailing/told.html")]
struct ToldView<'page> {
    frame: Frame,
    head: Head,
    title: &'static str,
    words: Vec<String>,
    link: Option<(&'static str, &'page str)>,
    button: Option<(&'static str, &'page str)>,
}

#[cfg(test)]
mod tests;

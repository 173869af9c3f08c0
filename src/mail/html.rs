//! Letters as HTML that reads in any mailbox: no table, no picture, no script, styles beside what they are for and, for the
//! dark, once more in the head. Everything is escaped by the templates.

use askama::Template;

use crate::mail::plain;
use crate::mail::view::Confirmation;
use crate::mail::view::Footer;
use crate::mail::view::Issue;
use crate::mail::view::Item;
use crate::mail::view::Section;
use crate::model::text::Text;
use crate::pages::parts;

/// A digest. Abstracts are cut to so many characters.
pub(super) fn digest(
    site: &Text,
    issue: &Issue,
    footer: &Footer,
    postal: &Text,
    abstracts: usize,
) -> Result<String, askama::Error> {
    let sections: Vec<_> =
        issue.sections.iter().map(|section| SectionView::new(section, abstracts)).collect();
    let titles = issue.sections.iter().flat_map(|section| &section.items).map(|item| item.title.as_str());
    let preview: Vec<_> = titles.take(3).collect();
    let empty = issue.empty.as_deref().map(Text::line);
    DigestView {
        site,
        title: Text::line(&issue.title),
        period: Text::line(&issue.period),
        home: &issue.home,
        preview: match &empty {
            Some(empty) if preview.is_empty() => empty.to_string(),
            _papers => preview.join(" · "),
        },
        empty,
        sections,
        footer,
        postal,
    }
    .render()
}

/// A letter that asks whether the address shall get digests.
pub(super) fn confirmation(site: &Text, view: &Confirmation, postal: &Text) -> Result<String, askama::Error> {
    ConfirmationView {
        site,
        title: Text::line(&format!("Papers from {site}?")),
        preview: "Nothing is sent before you say yes.",
        topics: view.topics.iter().map(|topic| Text::line(topic)).collect(),
        cadence: Text::line(&view.cadence),
        confirm: &view.confirm,
        validity: plain::validity(view.hours),
        postal,
    }
    .render()
}

#[derive(Template)]
#[template(path = "mail/digest.html")]
struct DigestView<'letter> {
    site: &'letter Text,
    title: Text,
    period: Text,
    home: &'letter str,
    /// What mailboxes show beside the subject.
    preview: String,
    empty: Option<Text>,
    sections: Vec<SectionView<'letter>>,
    footer: &'letter Footer,
    postal: &'letter Text,
}

struct SectionView<'letter> {
    title: Text,
    why: Text,
    url: &'letter str,
    items: Vec<ItemView<'letter>>,
    left_out: u64,
}

struct ItemView<'letter> {
    item: &'letter Item,
    abstract_text: String,
}

impl<'letter> SectionView<'letter> {
    fn new(section: &'letter Section, abstracts: usize) -> Self {
        let view = |item: &'letter Item| ItemView {
            item,
            abstract_text: if abstracts == 0 {
                String::new()
            } else {
                parts::shortened(item.abstract_text.as_str(), abstracts)
            },
        };
        Self {
            title: Text::line(&section.title),
            why: Text::line(&section.why),
            url: &section.url,
            items: section.items.iter().map(view).collect(),
            left_out: section.left_out,
        }
    }
}

#[derive(Template)]
#[template(path = "mail/confirmation.html")]
struct ConfirmationView<'letter> {
    site: &'letter Text,
    title: Text,
    preview: &'static str,
    topics: Vec<Text>,
    cadence: Text,
    confirm: &'letter str,
    validity: String,
    postal: &'letter Text,
}

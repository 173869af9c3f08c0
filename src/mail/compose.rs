//! A letter whole: its headers, what it says as text and as HTML, signed if there is a key. Equal arguments give equal letters,
//! so that one that has to be sent twice is the same letter, with the same `Message-ID`.

use std::fmt::Write as _;

use lettre::address::Envelope;

use crate::mail::address::Address;
use crate::mail::dkim::Dkim;
use crate::mail::html;
use crate::mail::mime;
use crate::mail::mime::Headers;
use crate::mail::plain;
use crate::mail::verp;
use crate::mail::view::Confirmation;
use crate::mail::view::Footer;
use crate::mail::view::Issue;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::pages::parts;

/// So many characters of an abstract are shown; fewer where there are many papers.
const ABSTRACTS: [usize; 3] = [420, 200, 0];

/// A large provider shows no more than 102 kB of a letter.
const LARGEST: usize = 98_000;

/// Longer addresses break the lines of a header.
const LONGEST_URL: usize = 900;

/// What is the same in all letters.
#[derive(Clone, Debug)]
pub struct Stationery {
    /// The name of the site.
    pub site: Text,
    /// The sender's address.
    pub from: Address,
    /// The host of `Message-ID` and `List-Id`: a name that is ours.
    pub host: String,
    /// Who sends this, in a line; may be empty.
    pub postal: Text,
    /// Where what cannot be delivered returns to, each letter to an address of its own; the sender's where there is none.
    pub bounces: Option<Address>,
    /// What signs; nothing if the relay does.
    pub dkim: Option<Dkim>,
}

/// To whom a letter goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The reader's address.
    pub to: Address,
    /// The letter's stable name, such as `0123456789abcdef-7`: the `Message-ID` and the address to return to are made of it.
    pub id: String,
    /// When it was cut.
    pub at: Timestamp,
}

/// What a letter says.
#[derive(Clone, Copy, Debug)]
pub enum Letter<'a> {
    /// It asks whether the address shall get digests; it belongs to no list.
    Confirmation(&'a Confirmation),
    /// It lists papers.
    Digest {
        /// The papers.
        issue: &'a Issue,
        /// How one gets no more of them.
        footer: &'a Footer,
    },
    /// A digest that somebody sends to see what it looks like.
    Test {
        /// The papers.
        issue: &'a Issue,
        /// How one gets no more of them.
        footer: &'a Footer,
    },
}

/// A letter that can be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// Where it returns to if it cannot be delivered.
    pub envelope_from: Address,
    /// To whom it goes.
    pub to: Address,
    /// Its `Message-ID`, with the brackets.
    pub message_id: String,
    /// Its subject as people read it.
    pub subject: String,
    /// The whole message, lines ended by CR LF.
    pub bytes: Vec<u8>,
}

impl Sealed {
    /// The envelope in the form that lettre sends.
    pub fn envelope(&self) -> Result<Envelope, ComposeError> {
        let read = |address: &Address| {
            address
                .as_str()
                .parse()
                .map_err(|source| ComposeError::Address { address: address.clone(), source })
        };
        Envelope::new(Some(read(&self.envelope_from)?), vec![read(&self.to)?]).map_err(ComposeError::Envelope)
    }
}

/// A letter could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The host cannot stand in a `Message-ID`.
    #[error("letters from {0:?}: this is no name of a host")]
    Host(String),
    /// The id cannot stand in a `Message-ID`.
    #[error("letter {0:?}: an id has up to 40 characters of a-z, 0-9, - and _")]
    Id(String),
    /// A link of the letter is no address of the web.
    #[error("{what}: {url:?} is no http or https address of at most 900 characters")]
    Url {
        /// Which link.
        what: &'static str,
        /// What was given.
        url: String,
    },
    /// The HTML could not be written.
    #[error("writing a letter as HTML")]
    Html(#[from] askama::Error),
    /// An address is one that the sending library refuses.
    #[error("envelope of a letter: {address} cannot be written there")]
    Address {
        /// The address.
        address: Address,
        /// Why.
        source: lettre::address::AddressError,
    },
    /// The key did not sign.
    #[error("signing a letter: {0}")]
    Sign(String),
    /// The envelope is not one.
    #[error("envelope of a letter")]
    Envelope(#[source] lettre::error::Error),
}

/// Writes a letter.
pub fn compose(
    stationery: &Stationery,
    posting: &Posting,
    letter: &Letter<'_>,
) -> Result<Sealed, ComposeError> {
    if !is_host(&stationery.host) {
        return Err(ComposeError::Host(stationery.host.clone()));
    }
    if !verp::is_id(&posting.id) {
        return Err(ComposeError::Id(posting.id.clone()));
    }
    let written = write(stationery, letter)?;
    let message_id = format!("<{}@{}>", posting.id, stationery.host);
    let mut headers = Headers::default();
    headers.mailbox("From", &stationery.site, &stationery.from);
    headers.mailbox("To", &Text::default(), &posting.to);
    headers.text("Subject", &written.subject);
    headers.plain("Date", &posting.at.to_chrono().format("%a, %d %b %Y %H:%M:%S +0000").to_string());
    headers.plain("Message-ID", &message_id);
    if let Some(unsubscribe) = &written.unsubscribe {
        let name = list_name(&stationery.site);
        headers.plain("List-Id", format!("{name} <digests.{}>", stationery.host).trim_start());
        headers.plain("List-Unsubscribe", &format!("<{unsubscribe}>"));
        headers.plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
    headers.plain("Auto-Submitted", "auto-generated");
    headers.plain("MIME-Version", "1.0");
    // `=_` stands in no part that is quoted-printable.
    let boundary = format!("=_{}", posting.id);
    headers.plain("Content-Type", &format!("multipart/alternative; boundary=\"{boundary}\""));
    let mut message = headers.finish();
    for (kind, text) in [("plain", &written.text), ("html", &written.html)] {
        let mut part = Headers::default();
        part.plain("Content-Type", &format!("text/{kind}; charset=utf-8"));
        part.plain("Content-Transfer-Encoding", "quoted-printable");
        let (head, body) = (part.finish(), mime::quoted_printable(text));
        let _cannot_fail = write!(message, "--{boundary}\r\n{head}{body}\r\n");
    }
    let _cannot_fail = write!(message, "--{boundary}--\r\n");
    let mut bytes = message.into_bytes();
    if let Some(dkim) = &stationery.dkim {
        let signature = dkim.sign(&bytes, posting.at).map_err(ComposeError::Sign)?;
        bytes.splice(0..0, signature);
    }
    let returns = stationery
        .bounces
        .as_ref()
        .map(|base| verp::sender(base, &posting.id).unwrap_or_else(|| base.clone()));
    Ok(Sealed {
        envelope_from: returns.unwrap_or_else(|| stationery.from.clone()),
        to: posting.to.clone(),
        message_id,
        subject: written.subject.to_string(),
        bytes,
    })
}

/// What a letter says, written.
struct Written {
    subject: Text,
    text: String,
    html: String,
    unsubscribe: Option<String>,
}

fn write(stationery: &Stationery, letter: &Letter<'_>) -> Result<Written, ComposeError> {
    let (site, postal) = (&stationery.site, &stationery.postal);
    match letter {
        Letter::Confirmation(view) => {
            let view =
                Confirmation { confirm: web("the link that confirms", &view.confirm)?, ..(*view).clone() };
            Ok(Written {
                subject: Text::line(&format!("Papers from {site}? Please confirm")),
                text: plain::confirmation(site, &view, postal),
                html: html::confirmation(site, &view, postal)?,
                unsubscribe: None,
            })
        }
        Letter::Digest { issue, footer } => digest(site, postal, issue, footer, ""),
        Letter::Test { issue, footer } => digest(site, postal, issue, footer, "[test] "),
    }
}

fn digest(
    site: &Text,
    postal: &Text,
    issue: &Issue,
    footer: &Footer,
    mark: &str,
) -> Result<Written, ComposeError> {
    let footer = Footer {
        unsubscribe: web("the link that unsubscribes", &footer.unsubscribe)?,
        preferences: web("the link to preferences", &footer.preferences)?,
        topics: web("the link to all topics", &footer.topics)?,
    };
    let mut issue = Issue { home: web("the link to the site", &issue.home)?, ..issue.clone() };
    for section in &mut issue.sections {
        section.url = web("the link to a list", &section.url)?;
    }
    let came = match issue.papers() {
        0 => "nothing new".to_owned(),
        papers => parts::papers(papers),
    };
    let subject = Text::line(&format!("{mark}{}: {came}, {}", issue.title, issue.period));
    let mut abstracts = ABSTRACTS.into_iter();
    let mut shown = abstracts.next().unwrap_or_default();
    loop {
        let html = html::digest(site, &issue, &footer, postal, shown)?;
        if mime::quoted_length(&html) <= LARGEST || (shown == 0 && !shorten(&mut issue)) {
            let text = plain::digest(site, &issue, &footer, postal, shown);
            return Ok(Written { subject, text, html, unsubscribe: Some(footer.unsubscribe) });
        }
        shown = abstracts.next().unwrap_or_default();
    }
}

/// Leaves out a fifth of the papers, the last of the longest list first; whether any could be.
fn shorten(issue: &mut Issue) -> bool {
    let all: usize = issue.sections.iter().map(|section| section.items.len()).sum();
    for _one in 0..(all / 5).max(1) {
        let Some(section) = issue.sections.iter_mut().max_by_key(|section| section.items.len()) else {
            return false;
        };
        if section.items.pop().is_none() {
            return false;
        }
        section.left_out = section.left_out.saturating_add(1);
    }
    true
}

/// An address of the web as it can stand between brackets in a header: printable ASCII, without brackets and spaces.
fn web(what: &'static str, text: &str) -> Result<String, ComposeError> {
    let refused = || ComposeError::Url { what, url: text.chars().take(200).collect() };
    let url =
        url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = String::from(url.ok_or_else(refused)?);
    let is_plain = url.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'<' | b'>' | b'"'));
    if is_plain && url.len() <= LONGEST_URL { Ok(url) } else { Err(refused()) }
}

/// The name of a list as words that need no quotes: `List-Id` has no way to write others that all readers know.
fn list_name(site: &Text) -> String {
    let plain: String = site
        .as_str()
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() || one == '-' { one } else { ' ' })
        .collect();
    plain.split_whitespace().filter(|word| word.len() < 60).take(8).collect::<Vec<_>>().join(" ")
}

/// Whether a text can stand behind the `@` of a `Message-ID` (RFC 5322 section 3.6.4, `dot-atom-text`).
fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests;

//! What comes back: reports that a letter could not be delivered (RFC 3464), that somebody took it for spam (RFC 5965), and
//! the plain words in which old relays say the former.
//!
//! Anybody can write such a thing. So nothing is believed but which letter is meant, told by the address to which it came back
//! or by the `Message-ID` of the letter inside, and how bad it is. What people or their programs answer ("I am on holiday") says
//! nothing about an address.

use mail_parser::Message;
use mail_parser::MessageParser;
use mail_parser::MessagePart;
use mail_parser::MimeHeaders as _;

use crate::mail::address::Address;
use crate::mail::bounce::fields::Fields;
use crate::mail::verp;

mod fields;

/// A report is short; what is longer holds the whole letter, and that is not looked at.
const LONGEST: usize = 1 << 20;

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// The whole message.
    pub bytes: &'a [u8],
    /// The address it came to, where the relay told.
    pub recipient: Option<&'a str>,
}

/// What is believed of it. It names a letter in one way at least.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The id of the letter.
    pub id: Option<String>,
    /// The `Message-ID` of the letter, with the brackets, if its host is ours.
    pub message_id: Option<String>,
    /// What happened.
    pub class: Class,
    /// The status code (RFC 3463), such as `5.1.1`: no such mailbox.
    pub status: Option<String>,
}

/// What happened to a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// It was given up, and another one would be.
    Permanent,
    /// It is late, or was given up for a reason that passes.
    Temporary,
    /// Somebody took it for spam.
    Complaint,
    /// It was not delivered, and nothing says whether another one would be.
    Unclear,
}

impl Class {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::Temporary => "temporary",
            Self::Complaint => "complaint",
            Self::Unclear => "unclear",
        }
    }
}

/// Reads what came back to the addresses made of `base`, about letters whose `Message-ID` has this host. `None` of whatever is
/// no report about a letter of ours.
pub fn read(returned: &Returned<'_>, base: Option<&Address>, host: &str) -> Option<Report> {
    let bytes = returned.bytes.get(..LONGEST).unwrap_or(returned.bytes);
    let message = parse(bytes)?;
    let told = told(&message)?;
    let message_id = told.message_id.as_deref().and_then(|id| own(id, host)).or_else(|| {
        // The words of old relays hold the letter's headers.
        told.words.split_whitespace().find_map(|word| own(word, host))
    });
    let by_address = base.and_then(|base| {
        let came_to = returned
            .recipient
            .into_iter()
            .map(str::to_owned)
            .chain(addressees(&message))
            .chain(told.returns_to);
        came_to.into_iter().find_map(|address| verp::id(&address, base))
    });
    let by_name = || message_id.as_deref().and_then(local).filter(|id| verp::is_id(id)).map(str::to_owned);
    let id = by_address.or_else(by_name);
    (id.is_some() || message_id.is_some()).then_some(Report {
        id,
        message_id,
        class: told.class,
        status: told.status,
    })
}

/// Takes a message apart. The parser checks itself in builds for tests, and a few messages that no relay writes fail these
/// checks: they are nothing, and whoever reads the next one goes on.
fn parse(bytes: &[u8]) -> Option<Message<'_>> {
    std::panic::catch_unwind(|| MessageParser::default().parse(bytes)).ok().flatten()
}

/// What a message tells, whoever is meant.
struct Told {
    class: Class,
    status: Option<String>,
    /// The `Message-ID` of the letter inside.
    message_id: Option<String>,
    /// Addresses to which the letter inside returns.
    returns_to: Vec<String>,
    /// The words of a message that is no report in form.
    words: String,
}

fn told(message: &Message<'_>) -> Option<Told> {
    let (mut delivery, mut feedback, mut original) = (None, None, Fields::default());
    for part in &message.parts {
        match kind(part).as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                delivery = Some(Fields::groups(&text(part)));
            }
            "message/feedback-report" => feedback = Fields::groups(&text(part)).into_iter().next(),
            "message/rfc822" | "message/global" => original = part.message().map(headers).unwrap_or(original),
            "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => {
                original = Fields::groups(&text(part)).into_iter().next().unwrap_or(original);
            }
            _other => {}
        }
    }
    let mut returns_to: Vec<String> = original.get("Return-Path").into_iter().map(str::to_owned).collect();
    let (class, status) = match (feedback, delivery) {
        (Some(feedback), _) => {
            returns_to.extend(feedback.get("Original-Mail-From").map(str::to_owned));
            (complaint(&feedback)?, None)
        }
        (None, Some(groups)) => delivery_status(&groups)?,
        (None, None) => return by_words(message),
    };
    let message_id = original.get("Message-ID").map(str::to_owned);
    Some(Told { class, status, message_id, returns_to, words: String::new() })
}

fn complaint(feedback: &Fields) -> Option<Class> {
    // "This is not spam" is a report too.
    (!feedback.get("Feedback-Type")?.eq_ignore_ascii_case("not-spam")).then_some(Class::Complaint)
}

/// The worst of what is said about the recipients; a letter of ours has but one.
fn delivery_status(groups: &[Fields]) -> Option<(Class, Option<String>)> {
    let of = |group: &Fields| {
        let action = group.get("Action")?.to_ascii_lowercase();
        let status = group.get("Status").and_then(fields::status);
        let status = status.or_else(|| group.get("Diagnostic-Code").and_then(fields::status));
        let passes = status.as_ref().is_some_and(|status| status.starts_with('4'));
        let class = match action.split(' ').next().unwrap_or_default() {
            "failed" if passes => Class::Temporary,
            "failed" => Class::Permanent,
            "delayed" => Class::Temporary,
            // "delivered", "relayed", "expanded": all is well.
            _other => return None,
        };
        Some((class, status))
    };
    groups.iter().filter_map(of).min_by_key(|(class, _status)| *class)
}

/// A relay's own words. What does not come from a relay is somebody's answer.
fn by_words(message: &Message<'_>) -> Option<Told> {
    let from =
        message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let is_relay = matches!(local.as_str(), "mailer-daemon" | "postmaster" | "mail-daemon" | "mailerdaemon");
    if !is_relay && message.header_raw("X-Failed-Recipients").is_none() {
        return None;
    }
    let words: String = message.body_text(0)?.chars().take(20_000).collect();
    let status = fields::status(&words);
    let code = status.as_deref().or_else(|| fields::reply(&words));
    let class = match code.and_then(|code| code.chars().next()) {
        Some('5') => Class::Permanent,
        Some('4') => Class::Temporary,
        _nothing => Class::Unclear,
    };
    Some(Told { class, status, message_id: None, returns_to: Vec::new(), words })
}

fn kind(part: &MessagePart<'_>) -> String {
    let kind =
        part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()));
    kind.unwrap_or_default().to_ascii_lowercase()
}

fn text(part: &MessagePart<'_>) -> String {
    String::from_utf8_lossy(part.contents()).into_owned()
}

fn headers(letter: &Message<'_>) -> Fields {
    Fields::of(letter.headers_raw())
}

/// To whom the message says it came.
fn addressees(message: &Message<'_>) -> Vec<String> {
    const NAMES: [&str; 5] = ["Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "To"];
    let named = message
        .headers_raw()
        .filter(|(name, _value)| NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)));
    let words = named
        .flat_map(|(_name, value)| value.split(|one: char| one.is_whitespace() || "<>,;\"()".contains(one)));
    words.filter(|word| word.contains('@')).take(50).map(str::to_owned).collect()
}

/// A `Message-ID` of ours, or none.
fn own(text: &str, host: &str) -> Option<String> {
    let (_before, rest) = text.split_once('<')?;
    let (id, _after) = rest.split_once('>')?;
    let (local, at) = id.trim().rsplit_once('@')?;
    (at.eq_ignore_ascii_case(host) && verp::is_id(local)).then(|| format!("<{local}@{host}>"))
}

fn local(message_id: &str) -> Option<&str> {
    message_id.strip_prefix('<')?.split_once('@').map(|(local, _host)| local)
}

#[cfg(test)]
mod tests;

//! A delivery to a subscriber (WebSub section 7): the headers it is sent with, and what the answer means. Its body is that of
//! the feed.

use url::Url;

use crate::model::secret::Secret;
use crate::push::signature::sign;

/// The header by which a receiver recognises what it has already been sent.
pub const KEY_HEADER: &str = "Idempotency-Key";

/// What the answer to a delivery means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receipt {
    /// It was taken.
    Taken,
    /// The subscription has ended.
    Gone,
    /// It was not taken, and is sent again. A redirection is not followed, and counts as this.
    Again,
}

impl Receipt {
    /// What the status of an answer means.
    pub fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Taken,
            410 => Self::Gone,
            _other => Self::Again,
        }
    }
}

/// The headers of a delivery. `key` is the same whenever the same is sent again.
pub fn headers(
    self_url: &Url,
    hubs: &[Url],
    content_type: &str,
    body: &[u8],
    secret: Option<&Secret>,
    key: &str,
) -> Vec<(String, String)> {
    let mut headers = vec![
        ("Content-Type".to_owned(), visible(content_type)),
        ("Link".to_owned(), link(hubs, self_url)),
        (KEY_HEADER.to_owned(), visible(key)),
    ];
    headers.extend(secret.map(|secret| ("X-Hub-Signature".to_owned(), sign(secret, body))));
    headers
}

/// The value of `Link` (RFC 8288) that every feed and every delivery has.
pub fn link(hubs: &[Url], self_url: &Url) -> String {
    let hubs = hubs.iter().map(|hub| (hub, "hub"));
    let links = hubs.chain([(self_url, "self")]).map(|(url, relation)| {
        let url = url.as_str().replace('<', "%3C").replace('>', "%3E");
        format!("<{url}>; rel=\"{relation}\"")
    });
    links.collect::<Vec<_>>().join(", ")
}

/// Text without what cannot stand in a header.
pub(super) fn visible(text: &str) -> String {
    text.chars().filter(|character| matches!(character, ' '..='~')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_delivery_names_its_topic_and_is_signed() {
        let (topic, hub) =
            (url("https://papers.example.org/topics/peft.atom"), url("https://papers.example.org/hub"));
        let hubs = [hub, url("https://hub.example.net/?a=1,2")];
        let secret = Secret::new("invented");
        let sent = headers(&topic, &hubs, "application/atom+xml", b"<feed/>", Some(&secret), "k1\r\nX: y");
        let expected = [
            ("Content-Type", "application/atom+xml".to_owned()),
            (
                "Link",
                "<https://papers.example.org/hub>; rel=\"hub\", <https://hub.example.net/?a=1,2>; rel=\"hub\", \
                 <https://papers.example.org/topics/peft.atom>; rel=\"self\""
                    .to_owned(),
            ),
            ("Idempotency-Key", "k1X: y".to_owned()),
            ("X-Hub-Signature", sign(&secret, b"<feed/>")),
        ];
        assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(headers(&topic, &hubs, "application/atom+xml", b"", None, "k").len(), 3);
    }

    #[test]
    fn nothing_leaves_the_brackets_of_a_link() {
        let odd = url("opaque:a>;rel=\"hub\",<b");
        assert_eq!(link(&[], &odd).matches('>').count(), 1);
        let quoted = url("https://papers.example.org/search.atom?q=%22a%22>; rel=\"hub\"#<x>");
        assert_eq!(link(&[], &quoted).matches(['<', '>']).count(), 2);
    }

    #[test]
    fn only_two_kinds_of_answers_end_a_delivery() {
        for status in [200, 202, 204, 299] {
            assert_eq!(Receipt::of(status), Receipt::Taken);
        }
        assert_eq!(Receipt::of(410), Receipt::Gone);
        for status in [0, 100, 301, 307, 400, 404, 429, 500, 503, u16::MAX] {
            assert_eq!(Receipt::of(status), Receipt::Again);
        }
    }
}

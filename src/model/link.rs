//! Web addresses that belong to a paper.

use std::fmt;

use crate::model::arxiv_id::ArxivId;

/// No address is longer, in bytes.
const LONGEST: usize = 2_048;

/// An absolute `http` or `https` address that is safe to print in a link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WebUrl(String);

impl WebUrl {
    /// Reads an absolute address; other schemes, credentials in it and more than 2,048 bytes are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if is_plain(text) {
            return Some(Self(text.to_owned()));
        }
        let url = url::Url::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let bare = url.username().is_empty() && url.password().is_none();
        (web && bare && url.as_str().len() <= LONGEST).then(|| Self(url.to_string()))
    }

    /// The address of a paper on arXiv: `abs` leads to its page, `pdf` to its PDF. No character of an identifier has to be
    /// written otherwise in an address.
    pub fn on_arxiv(path: &'static str, id: &ArxivId) -> Self {
        Self(["https://arxiv.org/", path, "/", id.as_str()].concat())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether an address is one in which a parser changes nothing: scheme and host are in small letters, the host is a name, and
/// its path, which it has, holds neither an escape nor a step upwards.
fn is_plain(text: &str) -> bool {
    let is_of_host = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'0'..=b'9' | b'-' | b'.');
    let is_of_path = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
    let is_name = |label: &str| label.starts_with(|first: char| first.is_ascii_lowercase());
    text.len() <= LONGEST
        && host.bytes().all(is_of_host)
        && host.rsplit('.').next().is_some_and(is_name)
        && !host.contains("xn--")
        && path.bytes().all(is_of_path)
        && !path.starts_with('.')
        && !path.contains("/.")
}

impl fmt::Display for WebUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a link leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LinkKind {
    /// The page of the paper where it was published (the abstract page).
    Page,
    /// The paper as PDF.
    Pdf,
    /// Source code.
    Code,
    /// The project's own site.
    Project,
    /// A place where the paper is discussed.
    Discussion,
    /// A picture of the paper.
    Thumbnail,
}

/// One address of a paper.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Link {
    /// What it leads to.
    pub kind: LinkKind,
    /// Where it leads.
    pub url: WebUrl,
}

#[cfg(test)]
mod tests {
    use super::WebUrl;
    use super::is_plain;
    use crate::model::arxiv_id::ArxivId;

    #[test]
    fn an_address_on_arxiv_is_what_a_parser_makes_of_it() {
        for id in ["2608.09999", "hep-th/9901001", "q-alg/9702005"] {
            let (id, _version) = ArxivId::parse(id).unwrap();
            let made = WebUrl::on_arxiv("abs", &id);
            assert_eq!(WebUrl::parse(&format!(" https://ARXIV.org/abs/{id}")), Some(made), "{id}");
        }
    }

    #[test]
    fn a_parser_changes_nothing_in_a_plain_address() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut some = |letters: &[u8]| -> String {
            let letter = || char::from(*random.choice(letters).unwrap());
            std::iter::repeat_with(letter).take(9).collect()
        };
        let mut plain = 0;
        for _round in 0..100_000 {
            let address =
                format!("http://{}/{}", some(b"aznx09--..").trim_end_matches('9'), some(b"aA0-._//"));
            if is_plain(&address) {
                plain += 1;
                let parsed = url::Url::parse(&address).map(|url| url.to_string());
                assert_eq!(parsed.as_deref(), Ok(&*address));
            }
        }
        assert!(plain > 1_000, "{plain}");
        for address in ["https://arxiv.org/abs/2608.09999", "http://creativecommons.org/licenses/by/4.0/"] {
            assert!(is_plain(address), "{address}");
        }
    }
}

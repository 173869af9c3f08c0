//! Tells an answer from a page that stands in its place: bot walls, logins, and words instead of data.

use encoding_rs::Encoding;
use reqwest::header::HeaderMap;

use crate::fetch::exchange::Expects;

/// What a body turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    /// It begins as was expected.
    Expected,
    /// It does not, but that is for the source to judge.
    Other,
    /// It says that we ask too often.
    Limited,
    /// It is a page for people, recognised by this.
    Wall(String),
}

/// How much of a body is looked at.
const LOOK: usize = 16 * 1024;

/// Phrases of bot walls, in lower case.
const PHRASES: &[&str] = &[
    "not a bot",
    "not a robot",
    "just a moment",
    "captcha",
    "attention required",
    "checking your browser",
    "access denied",
    "enable javascript and cookies",
];

const LIMITS: &[&str] = &["rate exceeded", "rate limit", "too many requests"];

/// What the body of a successful answer is.
pub(super) fn fit(body: &[u8], expects: Expects) -> Fit {
    let text = beginning(body);
    let start = Start::of(&text);
    let fits = match expects {
        Expects::Xml => start == Start::Xml,
        Expects::Json => start == Start::Json,
        Expects::Feed => matches!(start, Start::Xml | Start::Json),
        Expects::Any => true,
        // A wall is a page too; only its words tell it.
        Expects::Html => matches!(start, Start::Html | Start::Xml) && phrase(&text).is_none(),
    };
    if fits {
        return Fit::Expected;
    }
    if says_limited(&text) {
        return Fit::Limited;
    }
    match (phrase(&text), start) {
        (Some(phrase), _) => Fit::Wall(format!("a page that says {phrase:?}")),
        (None, Start::Html) => Fit::Wall("a page for people".to_owned()),
        (None, Start::Xml | Start::Json | Start::Other) => Fit::Other,
    }
}

/// By what a refusal shows itself to be a bot wall's rather than the host's own.
pub(super) fn sign(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    if let Some(name) = ["cf-mitigated", "x-amzn-waf-action"].iter().find(|name| headers.contains_key(**name))
    {
        return Some(format!("the header {name}"));
    }
    phrase(&beginning(body)).map(|phrase| format!("a page that says {phrase:?}"))
}

/// Whether the words of a refusal are only that we ask too often (arXiv: `Rate exceeded.`).
pub(super) fn is_limit(body: &[u8]) -> bool {
    says_limited(&beginning(body))
}

fn says_limited(text: &str) -> bool {
    text.len() < 512 && LIMITS.iter().any(|limit| text.contains(limit))
}

fn phrase(text: &str) -> Option<&'static str> {
    PHRASES.iter().copied().find(|phrase| text.contains(phrase))
}

/// The beginning of a body in lower case, whatever its encoding as far as a mark tells.
fn beginning(body: &[u8]) -> String {
    let body = body.get(..LOOK).unwrap_or(body);
    let text = match Encoding::for_bom(body) {
        Some((encoding, mark)) => {
            encoding.decode_without_bom_handling(body.get(mark..).unwrap_or_default()).0
        }
        None => String::from_utf8_lossy(body),
    };
    text.trim_start().to_ascii_lowercase()
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Start {
    Xml,
    Html,
    Json,
    Other,
}

impl Start {
    /// What a text begins as, after declarations and comments.
    fn of(text: &str) -> Self {
        let mut rest = text;
        loop {
            rest = rest.trim_start();
            let skipped = if rest.starts_with("<?") {
                after(rest, "?>")
            } else if rest.starts_with("<!--") {
                after(rest, "-->")
            } else if let Some(name) = rest.strip_prefix("<!doctype") {
                if name.trim_start().starts_with("html") {
                    return Self::Html;
                }
                // An internal subset holds markup of its own and ends with "]".
                let end =
                    if name.split('>').next().is_some_and(|head| head.contains('[')) { "]" } else { "" };
                after(rest, end).and_then(|rest| after(rest, ">"))
            } else {
                return Self::of_root(rest);
            };
            let Some(skipped) = skipped else { return Self::Other };
            rest = skipped;
        }
    }

    fn of_root(text: &str) -> Self {
        if text.starts_with(['{', '[']) {
            return Self::Json;
        }
        let Some(tag) = text.strip_prefix('<') else { return Self::Other };
        let name: String =
            tag.chars().take_while(|each| each.is_alphanumeric() || "_-.:".contains(*each)).collect();
        match name.rsplit(':').next().unwrap_or_default() {
            "" => Self::Other,
            "html" | "head" | "body" | "script" | "meta" | "title" | "h1" | "div" | "p" | "center" => {
                Self::Html
            }
            _root => Self::Xml,
        }
    }
}

fn after<'text>(text: &'text str, end: &str) -> Option<&'text str> {
    text.find(end).and_then(|at| text.get(at + end.len()..))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use reqwest::header::HeaderValue;

    use super::Expects;
    use super::Fit;
    use super::fit;
    use super::sign;

    fn is_wall(body: &str) -> bool {
        matches!(fit(body.as_bytes(), Expects::Feed), Fit::Wall(_))
    }

    #[test]
    fn data_is_told_by_its_beginning() {
        for body in [
            "<rss version='2.0'/>",
            "\u{feff}<?xml version='1.0'?>\n<!-- by hand --><feed xmlns='http://www.w3.org/2005/Atom'>",
            "  \n<?xml-stylesheet href='x'?><rdf:RDF>",
            "<!DOCTYPE eSearchResult PUBLIC \"-//NLM//DTD\" \"http://x/\"><eSearchResult>",
            "<!DOCTYPE r [<!ENTITY a \"<b>\">]><OAI-PMH>",
        ] {
            assert_eq!(fit(body.as_bytes(), Expects::Xml), Fit::Expected, "{body}");
            assert_eq!(fit(body.as_bytes(), Expects::Feed), Fit::Expected, "{body}");
            assert_eq!(fit(body.as_bytes(), Expects::Json), Fit::Other, "{body}");
        }
        assert_eq!(fit(b" {\"version\": 1}", Expects::Json), Fit::Expected);
        assert_eq!(fit(b"[]", Expects::Feed), Fit::Expected);
        assert_eq!(fit(b"[]", Expects::Xml), Fit::Other);
    }

    #[test]
    fn utf_16_is_read_by_its_mark() {
        let utf_16: Vec<u8> = "\u{feff}<rss/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(fit(&utf_16, Expects::Xml), Fit::Expected);
    }

    #[test]
    fn pages_for_people_are_walls() {
        for body in [
            "<!DOCTYPE html><title>Sign in</title>",
            "<?xml version='1.0'?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html>",
            "<HTML><body>Just a moment...</body>",
            "<!-- x --><html>",
            "Please show that you are not a bot",
            "<script>location='/captcha'</script>",
        ] {
            assert!(is_wall(body), "{body}");
        }
    }

    #[test]
    fn a_paper_may_speak_of_captchas() {
        let feed = "<rss><item><title>Just a moment: solving a captcha, not a bot</title></item></rss>";
        assert_eq!(fit(feed.as_bytes(), Expects::Feed), Fit::Expected);
        assert_eq!(fit(br#"{"title": "Attention Required"}"#, Expects::Json), Fit::Expected);
    }

    #[test]
    fn a_short_word_about_rates_is_a_limit_and_not_a_wall() {
        assert_eq!(fit(b"Rate exceeded.", Expects::Xml), Fit::Limited);
        assert_eq!(fit(b"Rate exceeded.\n", Expects::Feed), Fit::Limited);
    }

    #[test]
    fn what_is_neither_is_left_to_the_source() {
        for body in ["", "hello", "<", "<!-- never closed", "<!doctype x", "<?xml", "<>"] {
            assert_eq!(fit(body.as_bytes(), Expects::Feed), Fit::Other, "{body}");
        }
    }

    #[test]
    fn a_refusal_is_a_wall_by_its_header_or_its_words() {
        let mut headers = HeaderMap::new();
        assert_eq!(sign(&headers, b"<html>Internal Server Error"), None);
        assert_eq!(sign(&headers, b"<title>Just a moment...").unwrap(), "a page that says \"just a moment\"");
        headers.insert("cf-mitigated", HeaderValue::from_static("challenge"));
        assert_eq!(sign(&headers, b"").unwrap(), "the header cf-mitigated");
    }
}

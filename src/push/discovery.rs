//! Where a feed is pushed from (WebSub section 4): what its answer says in `Link`, else what stands in the document itself.
//!
//! All of it is said by others: an address that is found here is asked only through the same guards as any other.

mod document;

mod links;

mod page;

use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use url::Url;

/// No address is longer, in bytes.
const ADDRESS_BYTES: usize = 2_048;

/// What is needed to subscribe to a feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discovered {
    /// Whom to ask.
    pub hub: Url,
    /// Under which address the hub knows the feed.
    pub topic: Url,
}

/// Looks for a hub in an answer: `links` are the values of its `Link` headers, `url` is where it came from, redirections
/// followed. Where the hub is named without a topic, that is `url` itself. Of several hubs it is the first.
pub fn discover(links: &[String], content_type: Option<&str>, body: &[u8], url: &Url) -> Option<Discovered> {
    let mut found = Found::default();
    for link in links.iter().flat_map(|header| links::read(header)) {
        // A link with an anchor is one of another document (RFC 8288 section 3.2).
        let is_of_it = link.anchor.is_none_or(|anchor| url.join(&anchor).is_ok_and(|anchor| anchor == *url));
        if is_of_it {
            found.note(&link.relations, &link.target, url);
        }
    }
    if !found.is_complete() {
        let text = decode(body);
        let inside = match Shape::of(&text, content_type) {
            Some(Shape::Xml) => document::read_xml(&text, url),
            Some(Shape::Json) => document::read_json(&text, url),
            Some(Shape::Page) => page::read(&text, url),
            None => Found::default(),
        };
        found = Found { hub: found.hub.or(inside.hub), topic: found.topic.or(inside.topic) };
    }
    Some(Discovered { hub: found.hub?, topic: found.topic.unwrap_or_else(|| url.clone()) })
}

/// What has been found.
#[derive(Default, Debug)]
struct Found {
    hub: Option<Url>,
    topic: Option<Url>,
}

impl Found {
    /// Notes a link with its relations, which are separated by white space and known in any letter case.
    fn note(&mut self, relations: &str, target: &str, base: &Url) {
        for relation in relations.split_ascii_whitespace() {
            let place = match relation.to_ascii_lowercase().as_str() {
                "hub" => &mut self.hub,
                "self" => &mut self.topic,
                _other => continue,
            };
            if place.is_none() {
                *place = address(target, base);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.hub.is_some() && self.topic.is_some()
    }
}

/// A whole address that can be asked.
fn address(target: &str, base: &Url) -> Option<Url> {
    let target = target.trim();
    let is_plausible = !target.is_empty() && target.len() <= ADDRESS_BYTES;
    let url = base.join(target).ok().filter(|_| is_plausible)?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_open = url.username().is_empty() && url.password().is_none();
    (is_web && is_open && url.as_str().len() <= ADDRESS_BYTES).then_some(url)
}

/// As what a document is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// Atom, RSS, RDF.
    Xml,
    /// JSON Feed.
    Json,
    /// HTML or XHTML.
    Page,
}

impl Shape {
    /// Servers often say `text/html` of a feed; what the document says of itself comes first.
    fn of(text: &str, content_type: Option<&str>) -> Option<Self> {
        let text = text.trim_start();
        let (root, is_page) = root(text);
        let local = root.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let says = content_type.unwrap_or_default().to_ascii_lowercase();
        match local.as_str() {
            "html" => Some(Self::Page),
            "feed" | "rss" | "rdf" | "channel" => Some(Self::Xml),
            _other if text.starts_with('{') => Some(Self::Json),
            _other if is_page || says.contains("html") => Some(Self::Page),
            _other if says.contains("xml") => Some(Self::Xml),
            _other => None,
        }
    }
}

/// The name of the first element of a document, and whether a `<!DOCTYPE html>` stands before it.
fn root(text: &str) -> (&str, bool) {
    let (mut rest, mut is_page) = (text, false);
    loop {
        rest = rest.trim_start();
        let end = match rest {
            comment if comment.starts_with("<!--") => "-->",
            instruction if instruction.starts_with("<?") => "?>",
            declaration if declaration.starts_with("<!") => ">",
            element => {
                let name = element.strip_prefix('<').unwrap_or_default();
                let stops =
                    |character: char| character.is_whitespace() || matches!(character, '>' | '/' | '<');
                return (name.split(stops).next().unwrap_or_default(), is_page);
            }
        };
        let Some((passed, behind)) = rest.split_once(end) else { return ("", is_page) };
        is_page |= passed.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html"));
        rest = behind;
    }
}

/// The characters of a document by its mark, else UTF-8: addresses are ASCII in every other encoding that is met.
fn decode(body: &[u8]) -> String {
    let (encoding, mark) = Encoding::for_bom(body).unwrap_or((UTF_8, 0));
    encoding.decode_without_bom_handling(body.get(mark..).unwrap_or_default()).0.into_owned()
}

#[cfg(test)]
mod tests;

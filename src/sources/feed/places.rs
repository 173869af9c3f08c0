//! Where an item leads: its page, its PDF, its discussion, its licence.

use std::borrow::Cow;

use url::Url;

use crate::model::link::LinkKind;
use crate::model::record::RawLink;
use crate::sources::feed::element::Element;
use crate::sources::feed::item::Item;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;

/// More links than this say nothing more about a paper.
const LINKS_AT_MOST: usize = 32;

/// A link with what the feed says of it.
pub(super) struct Said {
    href: String,
    rel: String,
    kind: String,
    title: String,
}

/// The links of an item; the page comes first where there is one.
pub(super) fn links(item: &Item<'_>, said: &[Said], base: &Url) -> Vec<RawLink> {
    let mut links = Vec::new();
    let mut add = |kind, href: &str| {
        let link = RawLink { kind, href: href.to_owned() };
        if links.len() < LINKS_AT_MOST && !href.is_empty() && !links.contains(&link) {
            links.push(link);
        }
    };
    if let Some(page) = page(item, said, base) {
        add(LinkKind::Page, &page);
    }
    for link in said {
        let is_pdf = link.kind == "application/pdf" || link.title == "pdf" || is_pdf(&link.href);
        match link.rel.as_str() {
            "alternate" | "enclosure" | "related" if is_pdf => add(LinkKind::Pdf, &link.href),
            "related" if is_code(&link.href) => add(LinkKind::Code, &link.href),
            "replies" | "comments" if !link.kind.contains("xml") => add(LinkKind::Discussion, &link.href),
            _ => {}
        }
    }
    let thumbnails =
        item.element.all(Space::Media, "thumbnail").filter_map(|element| element.attribute("url"));
    for href in thumbnails.take(1) {
        add(LinkKind::Thumbnail, &absolute(&href, base));
    }
    links
}

/// The paper's page: the link, else what stands for it.
fn page(item: &Item<'_>, said: &[Said], base: &Url) -> Option<String> {
    let alternates = || said.iter().filter(|link| link.rel == "alternate");
    let is_page = |link: &&Said| link.kind.is_empty() || link.kind.contains("html");
    let link =
        alternates().find(is_page).or_else(|| alternates().find(|link| link.kind != "application/pdf"));
    if let Some(link) = link {
        return Some(link.href.clone());
    }
    let mut guids = item.element.all(Space::Core, "guid");
    let guid = guids.find(|guid| guid.attribute("isPermaLink").as_deref() != Some("false"));
    let stated = guid.map(Element::trimmed).or_else(|| item.element.attribute("rdf:about"));
    let stated = stated.or_else(|| item.text(Space::Prism, "url"));
    stated.map(|text| absolute(&text, base)).filter(|text| is_web(text))
}

/// Every link that either reader saw: feed-rs's first, whose addresses are resolved.
pub(super) fn said(item: &Item<'_>, base: &Url) -> Vec<Said> {
    let lower = |text: Option<&str>| text.unwrap_or_default().trim().to_ascii_lowercase();
    let mut said = Vec::new();
    if let Some(entry) = &item.entry {
        for link in &entry.links {
            let rel = match link.target {
                Some(feed_rs::model::LinkTarget::Comments) => "comments".to_owned(),
                Some(feed_rs::model::LinkTarget::CommentsFeed) => "comments-feed".to_owned(),
                None => link.rel.as_deref().map_or_else(|| "alternate".to_owned(), |rel| lower(Some(rel))),
            };
            // feed-rs turns the attachments of a JSON Feed into links that carry a type and no relation.
            let is_attachment = link.rel.is_none() && link.media_type.is_some();
            said.push(Said {
                href: absolute(&link.href, base),
                rel: if is_attachment { "enclosure".to_owned() } else { rel },
                kind: lower(link.media_type.as_deref()),
                title: lower(link.title.as_deref()),
            });
        }
        for content in entry.media.iter().flat_map(|media| &media.content) {
            let kind = content.content_type.as_ref().map(ToString::to_string);
            let href = content.url.as_ref().map(ToString::to_string).unwrap_or_default();
            said.push(Said {
                href,
                rel: "enclosure".to_owned(),
                kind: lower(kind.as_deref()),
                title: String::new(),
            });
        }
    }
    let is_read = item.entry.is_some();
    for element in item.element.children() {
        let is_own = element.is(Space::Core, "link") && !is_read;
        if !is_own && !element.is(Space::Atom, "link") {
            continue;
        }
        let text = || (item.family == Family::Rss && is_own).then(|| element.trimmed());
        let href = element.attribute("href").or_else(text).unwrap_or_default();
        if !href.trim().is_empty() {
            said.push(Said {
                href: absolute(&href, base),
                rel: element.attribute("rel").map_or_else(|| "alternate".to_owned(), |rel| lower(Some(&rel))),
                kind: lower(element.attribute("type").as_deref()),
                title: lower(element.attribute("title").as_deref()),
            });
        }
    }
    said.retain(|link| !link.href.is_empty());
    for link in &mut said {
        if let Some(registered) = link.rel.strip_prefix("http://www.iana.org/assignments/relation/") {
            link.rel = registered.to_owned();
        }
    }
    said
}

/// The licence, where it is given as an address.
pub(super) fn license(item: &Item<'_>, said: &[Said]) -> Option<String> {
    let linked = said.iter().find(|link| link.rel == "license").map(|link| link.href.clone());
    let stated = item.element.children().filter(|element| {
        let names: &[&str] =
            if element.space == Space::Licence { &["license"] } else { &["license", "rights"] };
        let has_licences = [Space::Licence, Space::Dc, Space::DcTerms, Space::Core].contains(&element.space);
        has_licences && names.contains(&element.name)
    });
    let mut addresses =
        stated.map(|element| element.attribute("rdf:resource").unwrap_or_else(|| element.trimmed()));
    linked.or_else(|| {
        addresses.find(|text| is_web(text) && !text.contains(char::is_whitespace)).map(Cow::into_owned)
    })
}

/// An address made absolute; left as it is when it cannot be.
pub(super) fn absolute(href: &str, base: &Url) -> String {
    let href = href.trim();
    if href.is_empty() || is_web(href) {
        return href.to_owned();
    }
    base.join(href).map_or_else(|_| href.to_owned(), |url| url.to_string())
}

fn is_web(text: &str) -> bool {
    let begins =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    begins("http://") || begins("https://")
}

fn is_code(href: &str) -> bool {
    let host = Url::parse(href).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    ["github.com", "gitlab.com", "codeberg.org", "bitbucket.org"].contains(&host.as_str())
}

fn is_pdf(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("pdf"))
}

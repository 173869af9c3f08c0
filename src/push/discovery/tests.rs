//! Answers of invented sites, with and without hubs.

use super::*;

const ATOM: &str = r#"<?xml version="1.0"?><!-- <html> --><feed xmlns="http://www.w3.org/2005/Atom" xml:base="/blog/">
    <link rel="alternate" href="/"/><link rel="self" href="posts.atom?a=1&amp;b=2"/>
    <link href="https://hub.example.net/" rel="hub"></link>
    <entry><link rel="hub" href="https://evil.example/"/></entry></feed>"#;

fn url() -> Url {
    Url::parse("https://site.example.org/asked?x=1").unwrap()
}

/// Hub and topic of an answer.
fn find(links: &[&str], content_type: &str, body: &[u8]) -> Option<(String, String)> {
    let links: Vec<String> = links.iter().map(|&link| link.to_owned()).collect();
    let found = discover(&links, Some(content_type), body, &url())?;
    Some((found.hub.into(), found.topic.into()))
}

fn pair(hub: &str, topic: &str) -> (String, String) {
    (hub.to_owned(), topic.to_owned())
}

#[test]
fn headers_come_before_the_document() {
    let links = ["</hub>; rel=\"hub x\", <https://hub2.example.net/>; rel=hub", "<feed.atom>; rel=\"SELF\""];
    let expected = Some(pair("https://site.example.org/hub", "https://site.example.org/feed.atom"));
    assert_eq!(find(&links, "application/atom+xml", ATOM.as_bytes()), expected);
    let hub_alone = find(&["<https://hub2.example.net/>; rel=hub"], "application/atom+xml", ATOM.as_bytes());
    let expected =
        Some(pair("https://hub2.example.net/", "https://site.example.org/blog/posts.atom?a=1&b=2"));
    assert_eq!(hub_alone, expected);
    let expected = Some(pair("https://hub2.example.net/", "https://site.example.org/asked?x=1"));
    assert_eq!(find(&["<https://hub2.example.net/>; rel=hub"], "text/plain", b""), expected);
    assert_eq!(find(&["<https://hub2.example.net/>; rel=hub; anchor=\"/other\""], "text/plain", b""), None);
    assert!(find(&["<https://hub2.example.net/>; rel=hub; anchor=\"?x=1\""], "text/plain", b"").is_some());
}

#[test]
fn atom_names_its_hub() {
    let expected = Some(pair("https://hub.example.net/", "https://site.example.org/blog/posts.atom?a=1&b=2"));
    for content_type in
        ["application/atom+xml; charset=utf-8", "text/xml", "text/html", "", "application/json"]
    {
        assert_eq!(find(&[], content_type, ATOM.as_bytes()), expected);
    }
    let mut wide = vec![0xFF, 0xFE];
    wide.extend(ATOM.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(find(&[], "application/atom+xml", &wide), expected);
}

#[test]
fn rss_names_its_hub_before_or_behind_its_items() {
    let link = r#"<atom:link rel="hub" href="https://hub.example.net/"/><a10:link href="/rss" rel="self" />"#;
    let item = r#"<item><atom:link rel="hub" href="https://evil.example/"/><link>x</link><p>unclosed</item>"#;
    let expected = Some(pair("https://hub.example.net/", "https://site.example.org/rss"));
    for body in [
        format!("<rss><channel><link>https://site.example.org/</link>{link}{item}</channel></rss>"),
        format!(
            "\u{FEFF}\n<rss><channel><title>a & b</title>{}{link}</channel></rss>",
            item.replace("<p>", "")
        ),
        format!("<rdf:RDF><channel>{link}</channel>{item}</rdf:RDF>"),
    ] {
        assert_eq!(find(&[], "application/rss+xml", body.as_bytes()), expected, "{body}");
    }
    let foreign = format!("<rss><channel>{item}</channel></rss>");
    assert_eq!(find(&[], "application/rss+xml", foreign.as_bytes()), None);
}

#[test]
fn pages_name_their_hub_in_the_head() {
    let head = r#"<title><link rel=hub href=//evil.example></title><script>"<link rel=hub href=//evil.example>"</script>
        <link rel="stylesheet" href="a.css"><LINK REL=hub HREF='https://hub.example.net/?a=1&amp;b'><link href=b rel=self>"#;
    let expected = Some(pair("https://hub.example.net/?a=1&b", "https://site.example.org/b"));
    for page in [
        format!("<!DOCTYPE html><html><head>{head}</head><body>"),
        format!("<!-- x --><!doctype HTML>{head}<p>"),
        format!("<html>{head}"),
    ] {
        assert_eq!(find(&[], "text/html", page.as_bytes()), expected, "{page}");
        assert_eq!(find(&[], "", page.as_bytes()), expected, "{page}");
    }
    let based = format!("<html><head><base href='/c/'><base href='/d/'>{head}");
    let expected = Some(pair("https://hub.example.net/?a=1&b", "https://site.example.org/c/b"));
    assert_eq!(find(&[], "text/html", based.as_bytes()), expected);
    for page in
        ["<html><head></head><link rel=hub href=//evil.example>", "<p><link rel=hub href=//evil.example>"]
    {
        assert_eq!(find(&[], "text/html", page.as_bytes()), None);
    }
}

#[test]
fn json_feeds_name_their_hub() {
    let feed = br#"{"version": "https://jsonfeed.org/version/1.1", "feed_url": "/feed.json", "items": [{"x": [1]}],
        "hubs": [{"type": "rssCloud", "url": "/cloud"}, {"type": "WebSub", "url": "https://hub.example.net/"}]}"#;
    let expected = Some(pair("https://hub.example.net/", "https://site.example.org/feed.json"));
    assert_eq!(find(&[], "application/feed+json", feed), expected);
    assert_eq!(find(&[], "application/feed+json", b"{\"hubs\": 1}"), None);
}

#[test]
fn what_cannot_be_asked_is_no_hub() {
    for target in [
        "",
        "  ",
        "javascript:x",
        "ftp://h.example/",
        "https://a:b@h.example/",
        "https://",
        "http://[",
        "mailto:a@b.example",
    ] {
        let body = format!("<feed><link rel='hub' href='{target}'/></feed>");
        assert_eq!(find(&[&format!("<{target}>; rel=hub")], "text/xml", body.as_bytes()), None, "{target}");
    }
    let long = format!("<{}>; rel=hub", "a".repeat(ADDRESS_BYTES));
    assert_eq!(find(&[&long], "text/xml", b""), None);
}

#[test]
fn documents_of_any_kind_are_survived() {
    let deep = format!("<feed>{}", "<a>".repeat(100_000));
    let ends = format!("<feed>{}<link rel='hub' href='/h'/>", "</a>".repeat(1_000));
    let attributes = format!("<feed><link {}/>", "a='b' ".repeat(50_000));
    for body in [
        "",
        "<",
        "<?",
        "<!",
        "<!--",
        "<!doctype html",
        "<html",
        "<feed",
        "<feed><link",
        "<feed><link rel='hub' href='",
        "{",
        "[",
        "é<feed",
        "<!doctypeé html><x>",
        "<feed xml:base='http://['><link rel='hub' href=''/></feed>",
        "<feed><link rel href/>",
        "<feed>&lol;<link rel='hub' href='&lol;'/></feed>",
        "<rss><channel/><channel",
        &deep,
        &ends,
        &attributes,
    ] {
        for content_type in ["", "text/html", "text/xml", "application/json"] {
            let _found = find(&[], content_type, body.as_bytes());
        }
    }
    let _found = find(&[], "text/xml", b"\xFE\xFF\x00");
}

//! The pages for people, through a whole Offprint: every one is well-formed, leads on, and says what the lists say.

use chrono::TimeDelta;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::integration::lists;
use crate::support::net::Net;
use crate::support::site::Site;

/// The addresses on a page, with the text of its elements; a page that is not well-formed XML fails.
fn taken_apart(path: &str, page: &str) -> (Vec<String>, String) {
    let mut reader = Reader::from_str(page.strip_prefix("<!doctype html>").unwrap());
    let (mut links, mut text, mut open) = (Vec::new(), String::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{path}: {error}\n{page}"));
        match event {
            Event::Eof => break,
            Event::Start(tag) => {
                open.push(tag.name().as_ref().to_owned());
                let href = tag.try_get_attribute("href").unwrap();
                links.extend(href.map(|href| href.value.replace("&amp;", "&")));
                assert!(tag.try_get_attribute("style").unwrap().is_none(), "{path}: a style in an attribute");
            }
            Event::Empty(tag) => assert!(tag.try_get_attribute("onclick").unwrap().is_none()),
            Event::End(tag) => assert_eq!(open.pop().as_deref(), Some(tag.name().as_ref()), "{path}"),
            Event::Text(words) => text.push_str(&words),
            _other => {}
        }
    }
    assert!(open.is_empty(), "{path}");
    (links, text)
}

async fn page(site: &Site, path: &str) -> (Vec<String>, String) {
    let got = site.get(path).await;
    assert_eq!((got.status, got.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
    taken_apart(path, got.text())
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    let (_net, site) = lists::site().await;
    let (mut known, mut left) = (std::collections::BTreeSet::new(), vec!["/".to_owned()]);
    while let Some(path) = left.pop() {
        let path = path.split('#').next().unwrap_or_default().to_owned();
        if !path.starts_with('/') || !known.insert(path.clone()) || known.len() > 300 {
            continue;
        }
        let got = site.get(&path).await;
        assert!(matches!(got.status, 200 | 301 | 302), "{path}: {} {}", got.status, got.text());
        if got.header("content-type").starts_with("text/html") {
            left.extend(taken_apart(&path, got.text()).0);
        }
    }
    for path in
        ["/daily/2026-08-12", "/week/2026-W33", "/month/2026-08", "/trending", "/picks", "/search", "/status"]
    {
        assert!(known.contains(path), "{path} is reached from the front page: {known:?}");
    }
}

#[tokio::test]
async fn the_front_page_is_the_last_list() {
    let (_net, site) = lists::site().await;
    let (links, text) = page(&site, "/").await;
    assert!(
        text.contains("Thursday, 13 August 2026") && text.contains("1 paper listed, 1 with votes."),
        "{text}"
    );
    assert!(links.contains(&"/daily/2026-08-12".to_owned()), "{links:?}");
    // On Saturday it still shows what came last, and says so.
    site.later(TimeDelta::days(2));
    let (_links, text) = page(&site, "/").await;
    assert!(text.contains("The last list") && text.contains("Thursday, 13 August 2026"), "{text}");
    let (_links, text) = page(&site, "/daily/2026-08-15").await;
    assert!(text.contains("Little is announced on weekends"), "{text}");
}

#[tokio::test]
async fn a_day_lists_the_most_voted_first() {
    let (_net, site) = lists::site().await;
    let (_links, text) = page(&site, "/daily/2026-08-12").await;
    let place = |title: &str| text.find(title).unwrap_or_else(|| panic!("{title} in {text}"));
    assert!(place("Knots") < place("Painting Flags") && place("Painting Flags") < place("Counting Flags"));
    let (_links, text) = page(&site, "/trending").await;
    assert!(text.contains("29 votes (about 90th)") && text.contains("0.45"), "{text}");
}

#[tokio::test]
async fn a_search_is_narrowed_and_subscribed_to() {
    let (_net, site) = lists::site().await;
    let (links, text) = page(&site, "/search?q=title:flags").await;
    assert!(text.contains("2 papers"), "{text}");
    assert!(links.contains(&"/search.atom?q=title%3Aflags".to_owned()), "{links:?}");
    assert!(links.contains(&"/search?q=title%3Aflags+AND+cat%3Acs.lg".to_owned()), "{links:?}");
    let (_links, text) = page(&site, "/search?q=vote%3E3").await;
    assert!(text.contains("votes") && text.contains('^'), "the fault is shown in place: {text}");
    let (_links, text) = page(&site, "/search?q=zeppelin").await;
    assert!(text.contains("No paper says that"), "{text}");
    let hostile = site.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%27").await;
    assert!(!hostile.text().contains("<script>alert"), "{}", hostile.text());
    taken_apart("a hostile search", hostile.text());
}

#[tokio::test]
async fn the_tags_of_a_paper_rebuild_its_bibtex() {
    let net = Net::start().await;
    let site = super::http::filled(&net).await;
    for paper in site.desk().reader().papers().map(Result::unwrap) {
        let path = format!("/papers/{}", paper.id);
        let text = site.get(&path).await.text().to_owned();
        let tags: Vec<(String, String)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("<meta name=\"citation_"))
            .map(|rest| {
                let (name, content) = rest.split_once("\" content=\"").unwrap();
                (name.to_owned(), content.trim_end_matches("\"/>").replace("&amp;", "&"))
            })
            .collect();
        let all = |wanted: &str| -> Vec<&str> {
            tags.iter().filter(|(name, _)| name == wanted).map(|(_, content)| content.as_str()).collect()
        };
        let bibtex = site.get(&format!("{path}.bib")).await;
        assert_eq!(bibtex.header("content-type"), "application/x-bibtex; charset=utf-8");
        let field = |name: &str| {
            let start = format!("  {name} = {{");
            let line = bibtex.text().lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix("},"));
            line.map(|value| value.trim_start_matches('{').trim_end_matches('}').replace("\\_", "_"))
        };
        assert_eq!(field("title").as_deref(), all("title").first().copied());
        assert_eq!(field("author").unwrap(), all("author").join(" and "));
        assert_eq!(field("eprint").as_deref(), all("arxiv_id").first().copied());
        assert_eq!(field("doi").as_deref(), all("doi").first().copied());
        assert_eq!(field("journal").as_deref(), all("journal_title").first().copied());
        assert_eq!(field("year").as_deref(), all("publication_date").first().map(|date| &date[..4]));
        let ris = site.get(&format!("{path}.ris")).await;
        assert!(ris.text().starts_with("TY  - ") && ris.text().ends_with("ER  - \r\n"), "{}", ris.text());
        let csl: serde_json::Value =
            serde_json::from_str(site.get(&format!("{path}.csl.json")).await.text()).unwrap();
        assert_eq!(csl[0]["title"].as_str().unwrap(), paper.title().text.as_str());
        let record: serde_json::Value =
            serde_json::from_str(site.get(&format!("{path}.json")).await.text()).unwrap();
        assert_eq!(record["paper"].as_str().unwrap(), paper.id.as_str());
    }
}

#[tokio::test]
async fn a_page_follows_the_index_and_not_only_the_store() {
    let (net, site) = lists::site().await;
    page(&site, "/").await;
    site.later(TimeDelta::days(1));
    let listed = [("2608.00009", "Hoisting Flags", 3, 0)];
    net.at("/daily?date=2026-08-14&limit=100&p=0")
        .answers(crate::support::wire::daily("2026-08-14", &listed));
    site.harvest("hf-daily").await;
    // The store has it, and the index not yet.
    let (_links, text) = page(&site, "/").await;
    assert!(text.contains("Thursday, 13 August 2026"), "{text}");
    site.desk().harvester().catch_up().await.unwrap();
    let (_links, text) = page(&site, "/").await;
    assert!(text.contains("Friday, 14 August 2026") && text.contains("Hoisting Flags"), "{text}");
}

#[tokio::test]
async fn empty_pages_say_what_is_true() {
    let (_net, site) = lists::site().await;
    for (path, words) in [
        ("/daily/2026-08-11", "No list has this day"),
        ("/week/2025-W11", "Nothing was listed in this week"),
        ("/month/2199-12", "That is still to come"),
    ] {
        let (_links, text) = page(&site, path).await;
        assert!(text.contains(words), "{path}: {text}");
    }
    for path in ["/daily/2026-02-30", "/week/2026-W54", "/week/9999-W52", "/month/0000-01", "/daily/x.atom"] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
    for path in
        ["/api/v1/nothing", "/api/v1/papers/%FF", "/api/v1/papers?limit=", "/api/v1/papers?limit=1&limit=2"]
    {
        let got = site.get(path).await;
        assert_eq!(got.header("content-type"), "application/problem+json", "{path}: {}", got.text());
    }
}

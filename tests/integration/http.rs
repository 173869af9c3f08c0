//! The reading half over real sockets: what readers get, what caches may believe, what attackers run into.

use crate::support::net::Net;
use crate::support::site::Site;

mod caching;

mod history;

mod names;

mod rude;

mod shortcut;

mod updates;

/// A site with three papers in two topics.
pub(super) async fn filled(net: &Net) -> Site {
    super::harvest::ordinary(net);
    let site = Site::start(&super::harvest::configuration(net)).await;
    site.poll().await;
    site
}

#[tokio::test]
async fn the_list_of_topics_names_every_feed() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let page = site.get("/topics").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    for topic in ["flags", "all"] {
        let link = format!(
            "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"{}",
            topic[..1].to_uppercase()
        );
        assert!(page.text().contains(&link), "autodiscovery of {topic}");
        assert!(page.text().contains(&format!("href=\"/topics/{topic}.atom\"")));
    }
}

#[tokio::test]
async fn the_subscription_list_leads_to_every_feed() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let list = site.get("/opml").await;
    assert_eq!(list.header("content-type"), "text/x-opml; charset=utf-8");
    let mut reader = quick_xml::Reader::from_str(list.text());
    let mut feeds = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Empty(outline) => {
                let url = outline.try_get_attribute("xmlUrl").unwrap().unwrap();
                feeds.push(url.value.into_owned());
            }
            _other => {}
        }
    }
    let lists = ["topics/flags", "topics/all", "daily", "weekly", "trending", "picks", "updates"];
    assert_eq!(feeds, lists.map(|list| format!("http://127.0.0.1:4287/{list}.atom")));
    for feed in &feeds {
        let path = feed.strip_prefix("http://127.0.0.1:4287").unwrap();
        assert_eq!(site.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_paper_is_found_by_each_of_its_names() {
    let net = Net::start().await;
    let site = filled(&net).await;
    let reader = site.desk().reader();
    let paper = reader
        .papers()
        .map(Result::unwrap)
        .find(|paper| paper.title().text.as_str() == "A Third Flag")
        .unwrap();
    let page = site.get(&format!("/papers/{}", paper.id)).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("name=\"citation_title\" content=\"A Third Flag\""), "{}", page.text());
    assert!(page.text().contains("Journal of Flags"));
    let page_url = format!("http://127.0.0.1:4287/papers/{}", paper.id);
    for path in ["/arxiv/2608.00003", "/arxiv/2608.00003v2", "/doi/10.5555/flags.3", "/doi/10.5555/FLAGS.3"] {
        let there = site.get(path).await;
        assert_eq!((there.status, there.header("location")), (302, page_url.as_str()), "{path}");
    }
    for path in
        ["/arxiv/2608.99999", "/doi/10.5555/none", "/papers/0000000000000000", "/papers/..%2f..%2fetc"]
    {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_with_a_page_that_leads_on() {
    let net = Net::start().await;
    let site = filled(&net).await;
    for path in [
        "/topics/none",
        "/topics/none.atom",
        "/topics/..%2f",
        "/topics/%00.atom",
        "/wp-login.php",
        "/topics/",
        "/favicon.ico",
    ] {
        let got = site.get(path).await;
        assert_eq!(got.status, 404, "{path}");
        assert!(got.header("content-security-policy").contains("default-src 'none'"), "{path}");
    }
    let page = site.get("/topics/none").await;
    assert!(page.text().contains("There is no topic of this name."));
    assert!(page.text().contains("href=\"/\""));
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    let net = Net::start().await;
    let site = filled(&net).await;
    for path in ["/healthz", "/readyz"] {
        let got = site.get(path).await;
        assert_eq!(
            (got.status, got.text(), got.header("cache-control")),
            (200, "ok\n", "no-store"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_of_a_topic_leads_to_older_papers_and_shows_each_once() {
    let net = Net::start().await;
    let items: Vec<_> = (0..130)
        .map(|number| {
            crate::support::wire::Item::new(&format!("2608.{number:05}"), &format!("Flag number {number}."))
        })
        .collect();
    net.at("/rss/cs.LG").answers(crate::support::wire::arxiv("Wed, 12 Aug 2026", &items));
    let site = Site::start(&super::harvest::configuration(&net)).await;
    site.harvest("arxiv").await;
    let (mut path, mut seen, mut pages) = ("/topics/flags".to_owned(), Vec::new(), 0);
    loop {
        let page = site.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        pages += 1;
        seen.extend((0..130).filter(|number| page.text().contains(&format!("Flag number {number}."))));
        let Some((before, _rest)) =
            page.text().split_once("\" rel=\"next\"").or(page.text().split_once("\">Older"))
        else {
            break;
        };
        before.rsplit('"').next().unwrap().replace("&amp;", "&").clone_into(&mut path);
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((pages, seen.len(), once.len()), (3, 130, 130));
}

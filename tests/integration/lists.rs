//! The lists that nobody configures: days, weeks, trends and picks, as feeds and over the API.

use std::fs;

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

mod archive;

/// Three papers that arXiv announces on a Wednesday, two of which Hugging Face lists: one that day, one the day after.
pub(crate) async fn site() -> (Net, Site) {
    let net = Net::start().await;
    let config = format!(
        "contact = \"mailto:ops@example.org\"\n[server]\neditor_token = \"credential:editor\"\n\
         [[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n\
         [[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\ndays = 2\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"title:flag*\"\n",
        net.url("/rss"),
        net.url("/daily"),
    );
    let papers = [
        Item::new("2608.00001", "Counting Flags"),
        Item::new("2608.00002", "Painting Flags"),
        Item::new("2608.00003", "Knots"),
    ];
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &papers));
    net.at("/daily").answers("[]");
    let listed = [("2608.00002", "Painting Flags", 7, 4), ("2608.00003", "Knots", 29, 0)];
    net.at("/daily?date=2026-08-12&limit=100&p=0").answers(wire::daily("2026-08-12", &listed));
    let site = Site::start(&config).await;
    let site = site
        .restart_after(|folder| {
            fs::create_dir_all(folder.join("credentials")).unwrap();
            fs::write(folder.join("credentials/editor"), "editors-token").unwrap();
        })
        .await;
    site.poll().await;
    site.later(TimeDelta::days(1));
    let listed = [("2608.00001", "Counting Flags", 1, 0)];
    net.at("/daily?date=2026-08-13&limit=100&p=0").answers(wire::daily("2026-08-13", &listed));
    site.harvest("hf-daily").await;
    site.desk().harvester().catch_up().await.unwrap();
    (net, site)
}

async fn json(site: &Site, path: &str) -> Value {
    let got = site.get(path).await;
    assert_eq!((got.status, got.header("content-type")), (200, "application/json"), "{path}: {}", got.text());
    serde_json::from_str(got.text()).unwrap()
}

fn titles(answer: &Value) -> Vec<&str> {
    answer["papers"].as_array().unwrap().iter().map(|paper| paper["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_day_has_what_any_list_had_that_day_the_most_voted_first() {
    let (_net, site) = site().await;
    let day = json(&site, "/api/v1/daily/2026-08-12").await;
    assert_eq!(titles(&day), ["Knots", "Painting Flags", "Counting Flags"]);
    assert_eq!(titles(&json(&site, "/api/v1/daily/2026-08-13").await), ["Counting Flags"]);
    for period in ["2026-W33", "2026-08"] {
        let list = json(&site, &format!("/api/v1/daily/{period}")).await;
        assert_eq!(titles(&list), ["Knots", "Painting Flags", "Counting Flags"], "{period}: each once");
    }
    assert!(titles(&json(&site, "/api/v1/daily/2026-08-11").await).is_empty());
    assert_eq!(site.get("/api/v1/daily/2026-8-12").await.status, 404);
}

#[tokio::test]
async fn a_list_goes_on_at_its_cursor() {
    let (_net, site) = site().await;
    for list in ["/api/v1/daily/2026-08-12", "/api/v1/papers", "/api/v1/topics/flags/papers"] {
        let whole = json(&site, list).await;
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = json(&site, &format!("{list}?limit=1{cursor}")).await;
            found.extend(titles(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, titles(&whole), "{list}");
    }
    assert_eq!(site.get("/api/v1/papers?cursor=x").await.status, 400);
}

#[tokio::test]
async fn the_feed_of_days_keeps_one_entry_for_a_paper_of_two_lists() {
    let (_net, site) = site().await;
    let feed = site.feed_at("/daily.atom").await;
    assert_eq!(feed.titles(), ["Counting Flags", "Knots", "Painting Flags"]);
    assert!(site.feed_at("/weekly.atom").await.titles().is_empty(), "the week is not over");
    site.later(TimeDelta::days(5));
    assert_eq!(site.feed_at("/weekly.atom").await.titles(), ["Knots", "Painting Flags", "Counting Flags"]);
}

#[tokio::test]
async fn what_trends_says_why() {
    let (_net, site) = site().await;
    let trends = json(&site, "/api/v1/trending").await;
    let first = &trends["trending"][0];
    assert_eq!((first["paper"]["title"].as_str(), first["age_days"].as_i64()), (Some("Knots"), Some(1)));
    let expected = 0.45 * 0.90 * (-1.0_f64 / 5.0).exp2();
    assert!((first["score"].as_f64().unwrap() - expected).abs() < 1e-9, "{first}");
    let feed = site.feed_at("/trending.atom").await;
    assert_eq!(feed.titles(), ["Knots", "Painting Flags", "Counting Flags"]);
    let body = feed.entry("Painting Flags").content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(body.contains("7 votes (about 54th), 4 comments (about 40th)"), "{body}");
    let of_topic = json(&site, "/api/v1/trending?topic=flags").await;
    assert_eq!(of_topic["trending"].as_array().unwrap().len(), 2);
    for format in ["atom", "rss", "json"] {
        let feed = site.feed_at(&format!("/trending.{format}?topic=flags")).await;
        assert_eq!(feed.titles(), ["Painting Flags", "Counting Flags"], "{format}");
    }
    let (page, own) = (site.get("/trending?topic=flags").await, "/trending.atom?topic=flags");
    assert!(page.text().contains(own) && !page.text().contains("/trending.atom\""), "{}", page.text());
    for unknown in ["/trending.atom?topic=nothing", "/trending.atom?topic=%20"] {
        assert_eq!(site.get(unknown).await.status, 404, "{unknown}");
    }
    assert_eq!(site.get("/api/v1/trending?topic=nothing").await.status, 404);
    assert_eq!(site.get("/api/v1/trending?period=year").await.status, 400);
}

#[tokio::test]
async fn an_editor_picks_over_http_and_the_note_is_shown() {
    let (_net, site) = site().await;
    let body = r#"{"paper": "arxiv:2608.00001", "note": "Read *this*:\n\n- <script>x</script>$a^2$"}"#;
    assert_eq!(site.post("/api/v1/picks", None, body).await.status, 401);
    let picked = site.post("/api/v1/picks", Some("editors-token"), body).await;
    assert_eq!(picked.status, 200, "{}", picked.text());
    let picks = json(&site, "/api/v1/picks").await;
    assert_eq!(titles(&picks), ["Counting Flags"]);
    let feed = site.feed_at("/picks.atom").await;
    let note = feed.entry("Counting Flags").content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(note.contains("<em>this</em>") && note.contains("<li>") && note.contains("<math"), "{note}");
    assert!(!note.contains("script"), "{note}");
    // A pick outweighs many votes, from the next look on.
    site.later(TimeDelta::minutes(2));
    let trends = json(&site, "/api/v1/trending").await;
    assert_eq!(trends["trending"][0]["paper"]["title"], "Counting Flags");
    let token = [("authorization", "Bearer editors-token")];
    let unpicked = site.ask(reqwest::Method::DELETE, "/api/v1/picks/arxiv:2608.00001", &token).await;
    assert_eq!(unpicked.status, 200, "{}", unpicked.text());
    assert!(titles(&json(&site, "/api/v1/picks").await).is_empty());
}

#[tokio::test]
async fn answers_have_tags_and_programs_can_read_what_they_are() {
    let (_net, site) = site().await;
    for path in ["/api/v1/papers", "/api/v1/topics", "/api/v1/sources", "/api/openapi.json"] {
        let got = site.get(path).await;
        let again = site.get_with(path, &[("if-none-match", got.header("etag"))]).await;
        assert_eq!((got.status, again.status), (200, 304), "{path}");
    }
    let description = json(&site, "/api/openapi.json").await;
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"), "{description}");
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
        }
    }
    let source = &json(&site, "/api/v1/sources").await["sources"][1];
    assert_eq!((source["source"].as_str(), source["state"].as_str()), (Some("hf-daily"), Some("fresh")));
    let days: Vec<&str> =
        source["days"].as_array().unwrap().iter().map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-08-12", "2026-08-13"]);
    let signals = json(&site, "/api/v1/papers/arxiv:2608.00003/signals").await;
    assert_eq!(
        signals["signals"][0],
        serde_json::json!({"kind": "votes", "at": signals["signals"][0]["at"], "value": 29})
    );
}

//! Search, its feeds and the API, ranked topics and marks, and the index that heals, through a whole Offprint.

use std::fs;
use std::path::Path;

use chrono::TimeDelta;
use offprint::daemon::asks::Answer;
use offprint::daemon::asks::Ask;
use offprint::daemon::tried::Trial;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

/// Papers on two things, as different as gardens and stars.
fn items() -> Vec<Item> {
    let paper = |id: &str, title: &str, text: &str, creators: &str| Item {
        abstract_text: text.to_owned(),
        creators: creators.to_owned(),
        ..Item::new(id, title)
    };
    let adapters = "We adapt large language models by training low-rank matrices beside frozen weights, so that \
                    fine-tuning needs little memory and few parameters.";
    let stars = "Spectra of distant galaxies show how quasars heat the gas between stars over cosmic time.";
    vec![
        paper("2608.00001", "Low-Rank Adapters for Language Models", adapters, "Ann A. Example"),
        paper("2608.00002", "Parameter-Efficient Fine-Tuning with Adapters", adapters, "Bo van der Test Jr."),
        paper("2608.00003", "Quasars and the Gas of Galaxies", stars, "Cleo Sample"),
        paper("2608.00004", "Cosmic Spectra of Distant Quasars", stars, "Ann A. Example"),
    ]
}

fn configuration(net: &Net, topics: &str) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n[server]\neditor_token = \"credential:editor\"\n\
         [[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n{topics}",
        net.url("/rss"),
    )
}

/// Ranked by one example.
const RANKED: &str = "[[topic]]\nid = \"peft\"\ntitle = \"Fine-tuning\"\n\
    about = \"low-rank adapters, parameter-efficient fine-tuning of language models\"\nbreadth = \"broad\"\n\
    follow = [\"Cleo Sample\"]\n";

async fn harvested(topics: &str) -> (Net, Site) {
    let net = Net::start().await;
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &items()));
    let site = Site::start(&configuration(&net, topics)).await;
    site.poll().await;
    site.desk().harvester().catch_up().await.unwrap();
    (net, site)
}

async fn ask(site: &Site, ask: Ask) -> Answer {
    site.desk().answer(ask, &|_step| {}, &CancellationToken::new()).await.unwrap()
}

async fn json(site: &Site, path: &str) -> (u16, Value) {
    let got = site.get(path).await;
    (got.status, serde_json::from_str(got.text()).unwrap())
}

async fn found(site: &Site, query: &str) -> u64 {
    let (status, found) = json(site, &format!("/api/v1/search?q={query}")).await;
    assert_eq!(status, 200, "{found}");
    found["total"].as_u64().unwrap()
}

#[tokio::test]
async fn any_search_author_and_category_is_a_feed() {
    let (_net, site) = harvested("").await;
    let feed = site.feed_at("/search.atom?q=title%3Aadapter*").await;
    assert_eq!(feed.parsed.entries.len(), 2);
    assert!(feed.parsed.id.contains("search.atom?q=title%3Aadapter"), "{}", feed.parsed.id);
    let other = site.feed_at("/search.atom?q=%20TITLE:adapter*").await;
    assert_eq!(feed.bytes, other.bytes, "one query has one feed, however it is written");
    let feed = site.feed_at("/authors/Ann%20Example.atom").await;
    assert_eq!(feed.parsed.entries.len(), 2);
    let feed = site.feed_at("/categories/cs.LG.atom").await;
    assert_eq!(feed.parsed.entries.len(), 4);
    let id = feed.entry("Low-Rank Adapters for Language Models").id.rsplit('/').next().unwrap().to_owned();
    let similar = site.feed_at(&format!("/papers/{id}/similar.atom")).await;
    assert!(similar.titles().contains(&"Parameter-Efficient Fine-Tuning with Adapters"));
    assert!(!similar.titles().contains(&"Low-Rank Adapters for Language Models"));
    for path in ["/search.atom", "/search.atom?q=autor:x", "/search.atom?q=%22open"] {
        assert_eq!(site.get(path).await.status, 400, "{path}");
    }
    for path in
        ["/authors/.atom", "/authors/x", "/categories/a%20b.atom", "/papers/0000000000000000/similar.atom"]
    {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_api_finds_pages_and_says_what_is_wrong() {
    let (_net, site) = harvested(RANKED).await;
    let (_, best) = json(&site, "/api/v1/search?q=adapter*&sort=relevance&limit=1").await;
    assert_eq!((best["total"].as_u64(), best["hits"].as_array().unwrap().len()), (Some(2), 1));
    assert_eq!(best["facets"]["categories"][0][0], "cs.LG");
    let (_, text) = json(&site, "/api/v1/search?q=frozen").await;
    assert!(text["hits"][0]["snippet"].as_str().unwrap().contains("**frozen**"), "{text}");
    let (status, wrong) = json(&site, "/api/v1/search?q=garden%20autor:LeCun").await;
    assert_eq!(status, 400);
    let detail = wrong["detail"].as_str().unwrap();
    assert!(
        detail.contains("^^^^^ unknown field `autor`") && detail.contains("did you mean `author`?"),
        "{detail}"
    );
    for (path, status) in [
        ("/api/v1/search", 400),
        ("/api/v1/search?q=a*&limit=many", 400),
        ("/api/v1/search?q=adapter*&sort=best", 400),
        ("/api/v1/search?q=adapter*&offset=999999", 400),
        ("/api/v1/papers/2608.99999/similar", 404),
        ("/api/v1/topics/none/explain?paper=2608.00001", 404),
        ("/api/v1/topics/peft/explain", 400),
        ("/api/v1/topics/none/try", 404),
        ("/api/v1/try", 400),
    ] {
        let got = site.get(path).await;
        assert_eq!(got.status, status, "{path}: {}", got.text());
        assert_eq!(got.header("content-type"), "application/problem+json", "{path}");
    }
    let (_, tried) = json(&site, "/api/v1/try?q=quasar&days=30").await;
    assert_eq!(tried["total"], 2);
    let (_, explained) = json(&site, "/api/v1/topics/peft/explain?paper=2608.00001").await;
    assert!(explained["score"]["total"].as_f64().unwrap() > 0.0, "{explained}");
}

#[tokio::test]
async fn a_ranked_topic_shows_what_fits_follows_people_and_learns_from_marks() {
    let (_net, site) = harvested(RANKED).await;
    let shown = site.feed("peft").await;
    assert!(shown.titles().contains(&"Low-Rank Adapters for Language Models"), "{:?}", shown.titles());
    assert!(shown.titles().contains(&"Quasars and the Gas of Galaxies"), "its author is followed");
    assert!(!shown.titles().contains(&"Cosmic Spectra of Distant Quasars"), "{:?}", shown.titles());
    let body =
        shown.entry("Low-Rank Adapters for Language Models").content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(body.contains("recent paper"), "the reason stands in the entry: {body}");

    let mark = |paper: &str, sign: &str| Ask::Mark {
        topic: "peft".to_owned(),
        paper: paper.to_owned(),
        sign: sign.to_owned(),
    };
    let before = score(&site).await;
    ask(&site, mark("2608.00003", "-")).await;
    ask(&site, mark("2608.00002", "+")).await;
    assert!(score(&site).await < before, "what is like a wrong paper scores lower");
    let shown = site.feed("peft").await;
    assert!(!shown.titles().contains(&"Quasars and the Gas of Galaxies"), "a wrong one leaves");
    assert!(
        shown.titles().contains(&"Parameter-Efficient Fine-Tuning with Adapters"),
        "a right one is there"
    );
    ask(&site, mark("2608.00003", "0")).await;
    let shown = site.feed("peft").await;
    assert!(
        shown.titles().contains(&"Quasars and the Gas of Galaxies"),
        "a mark that is taken back never was"
    );
    for (paper, sign, words) in [("2608.00001", "*", "is no mark"), ("9999.99999", "+", "no paper is known")]
    {
        let refused = site.desk().answer(mark(paper, sign), &|_step| {}, &CancellationToken::new()).await;
        assert!(refused.unwrap_err().to_string().contains(words));
    }
    let site = site.restart().await;
    assert!(site.feed("peft").await.titles().contains(&"Parameter-Efficient Fine-Tuning with Adapters"));
}

/// The score of the fourth paper in the ranked topic.
async fn score(site: &Site) -> f32 {
    let explain = Ask::Explain { topic: "peft".to_owned(), paper: "2608.00004".to_owned() };
    match ask(site, explain).await {
        Answer::Explained { explained } => explained.score.unwrap().total,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn reasons_name_no_words_out_of_formulas() {
    let net = Net::start().await;
    let text = r"We bound $\max_a Q(s,a)$ and $\operatorname{softargmax}_b$ for gardeners who prune hedges.";
    let item = |id: &str, title: &str| Item { abstract_text: text.to_owned(), ..Item::new(id, title) };
    let items =
        [item("2608.00001", "Pruning Hedges by $\\max_a$"), item("2608.00002", "Gardeners and Hedges")];
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &items));
    let topic =
        "[[topic]]\nid = \"hedges\"\ntitle = \"Hedges\"\nlike = [\"2608.00001\"]\nbreadth = \"broad\"\n";
    let site = Site::start(&configuration(&net, topic)).await;
    site.poll().await;
    site.desk().harvester().catch_up().await.unwrap();
    let (_, similar) = json(&site, "/api/v1/papers/2608.00001/similar").await;
    let (_, explained) = json(&site, "/api/v1/topics/hedges/explain?paper=2608.00002").await;
    let told = format!(
        "{}{}{}",
        similar["hits"][0]["reason"], explained["score"]["words"], explained["score"]["senses"]
    );
    assert!(told.contains("hedges") && told.contains("prun"), "{told}");
    assert!(!told.contains("max") && !told.contains("softarg"), "{told}");
}

#[tokio::test]
async fn marks_over_http_need_the_editors_token() {
    let (_net, site) = harvested(RANKED).await;
    let path = "/api/v1/topics/peft/marks";
    let post = |token: Option<&'static str>| {
        let body = r#"{"paper": "2608.00002", "mark": "+"}"#;
        site.post(path, token, body)
    };
    assert_eq!(post(Some("hunter2")).await.status, 403, "no token is configured");
    let site = site
        .restart_after(|folder: &Path| {
            fs::create_dir_all(folder.join("credentials")).unwrap();
            fs::write(folder.join("credentials/editor"), "hunter2\n").unwrap();
        })
        .await;
    let post = |token: Option<&'static str>, body: &'static str| site.post(path, token, body);
    let body = r#"{"paper": "2608.00002", "mark": "+"}"#;
    assert_eq!(post(None, body).await.status, 401);
    assert_eq!(post(Some("hunter3"), body).await.status, 401);
    assert_eq!(post(Some("hunter2"), "{}").await.status, 400);
    assert_eq!(post(Some("hunter2"), r#"{"paper": "none", "mark": "+"}"#).await.status, 422);
    let done = post(Some("hunter2"), body).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("1 marked right"), "{}", done.text());
    let done: Value = serde_json::from_str(done.text()).unwrap();
    let (ranking, own) = (&done["ranking"], &done["ranking"]["marked"]);
    assert_eq!(own["title"], "Parameter-Efficient Fine-Tuning with Adapters");
    assert!(own["score"].as_f64() > own["score_before"].as_f64(), "{ranking}");
    assert!(own["after"].as_u64() <= own["before"].as_u64(), "{ranking}");
    let places: Vec<u64> =
        ranking["first"].as_array().unwrap().iter().map(|row| row["after"].as_u64().unwrap()).collect();
    assert_eq!(places, (1..=ranking["compared"].as_u64().unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn picks_are_found_and_enter_the_topics_that_wait_for_them() {
    let (_net, site) =
        harvested("[[topic]]\nid = \"picked\"\ntitle = \"Picked\"\nquery = \"is:picked\"\n").await;
    assert!(site.feed("picked").await.titles().is_empty());
    let note = Some("a classic".to_owned());
    ask(&site, Ask::Pick { paper: "2608.00003".to_owned(), note }).await;
    site.desk().harvester().catch_up().await.unwrap();
    assert_eq!(site.feed("picked").await.titles(), ["Quasars and the Gas of Galaxies"]);
    assert_eq!(found(&site, "is:picked").await, 1);
    ask(&site, Ask::Unpick("2608.00003".to_owned())).await;
    site.desk().harvester().catch_up().await.unwrap();
    assert!(site.feed("picked").await.titles().is_empty());
    assert_eq!(found(&site, "is:picked").await, 0);
}

#[tokio::test]
async fn a_trial_shows_what_an_edit_would_change_and_the_edit_announces_nothing_old() {
    let topic = |query: &str| format!("[[topic]]\nid = \"t\"\ntitle = \"T\"\nquery = \"{query}\"\n");
    let (net, mut site) = harvested(&topic("adapter*")).await;
    let query = Some("quasar OR title:rank".to_owned());
    let trial = Trial { topic: Some("t".to_owned()), query, days: 30, ..Trial::default() };
    match ask(&site, Ask::Try(trial)).await {
        Answer::Tried { tried } => {
            assert_eq!((tried.total, tried.entering.len(), tried.leaving.len()), (3, 2, 1));
        }
        other => panic!("{other:?}"),
    }
    site.later(TimeDelta::days(3));
    site.adopt(&configuration(&net, &topic("quasar OR title:rank"))).await;
    let feed = site.feed("t").await;
    assert_eq!(feed.parsed.entries.len(), 3);
    let newest = feed.parsed.entries.iter().filter_map(|entry| entry.updated).max().unwrap();
    assert!(newest.to_rfc3339().as_str() < "2026-08-13", "history enters at its own time: {newest}");
}

/// The index is derived: whatever happens to its folder, the next start finds the same.
#[tokio::test]
async fn a_trial_of_few_days_has_the_threshold_that_is_in_force() {
    let topic = "[[topic]]\nid = \"few\"\ntitle = \"Few\"\nquery = \"cat:cs.LG\"\nabout = \"distant quasars\"\n\
                 budget = \"1/week\"\n";
    let net = Net::start().await;
    let item = |number: u32| {
        let what = if number.is_multiple_of(6) { "Distant Quasars" } else { "Socks by Colour" };
        Item::new(&format!("2608.{number:05}"), &format!("{what}, Part {number}"))
    };
    let (early, late): (Vec<Item>, Vec<Item>) =
        ((1..=240).map(item).collect(), (301..=305).map(item).collect());
    net.at("/rss/cs.LG").once().answers(wire::arxiv("Wed, 12 Aug 2026", &early));
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 26 Aug 2026", &late));
    let site = Site::start(&configuration(&net, topic)).await;
    site.poll().await;
    site.later(TimeDelta::days(14));
    site.poll().await;
    site.desk().harvester().catch_up().await.unwrap();
    site.desk().rerank().await.unwrap();
    let mut thresholds = Vec::new();
    for days in [5, 60] {
        let (status, tried) = json(&site, &format!("/api/v1/topics/few/try?days={days}")).await;
        assert_eq!(status, 200, "{tried}");
        thresholds.push(tried["threshold"].as_f64().unwrap());
    }
    let (_, explained) = json(&site, "/api/v1/topics/few/explain?paper=2608.00301").await;
    thresholds.push(explained["score"]["threshold"].as_f64().unwrap());
    assert!(thresholds[0] > 1.6, "more than the least that a budget asks for: {thresholds:?}");
    assert!(thresholds.iter().all(|one| (one - thresholds[0]).abs() < 1e-6), "{thresholds:?}");
}

#[tokio::test]
async fn the_index_heals_after_a_kill_between_store_and_index_and_when_its_folder_is_gone() {
    let (net, site) = harvested("").await;
    assert_eq!(found(&site, "adapter*").await, 2);
    // What is committed to the store while the index is not told, as when the process is killed in between.
    let late = Item { creators: "Dee Late".to_owned(), ..Item::new("2608.00009", "Late Adapters") };
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[late]));
    site.later(TimeDelta::days(1));
    site.harvest("arxiv").await;
    assert_eq!(found(&site, "adapter*").await, 2, "the index has not followed yet");
    let site = site.restart().await;
    site.desk().harvester().catch_up().await.unwrap();
    assert_eq!(found(&site, "adapter*").await, 3);
    let damages: [fn(&Path); 3] = [
        |folder| fs::remove_dir_all(folder.join("store/index")).unwrap(),
        |folder| fs::write(folder.join("store/index/meta.json"), "{").unwrap(),
        |folder| {
            let is_segment =
                |path: &Path| path.extension().is_some_and(|one| one == "term" || one == "store");
            let files = fs::read_dir(folder.join("store/index")).unwrap().map(|entry| entry.unwrap().path());
            let _was_closed_in_order = fs::remove_file(folder.join("store/index/closed"));
            for file in files.filter(|path| is_segment(path)) {
                fs::write(file, b"damaged").unwrap();
            }
        },
    ];
    let mut site = site;
    for damage in damages {
        site = site.restart_after(damage).await;
        site.desk().harvester().catch_up().await.unwrap();
        assert_eq!(found(&site, "adapter*").await, 3);
        assert_eq!(found(&site, "author:late").await, 1);
    }
}

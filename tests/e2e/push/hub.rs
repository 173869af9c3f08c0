//! Discovery, subscription, delivery, renewal and end, as the Recommendation has them.

use serde_json::Value;
use serde_json::json;

use crate::lists;
use crate::program;
use crate::push::PUSH;
use crate::push::Stage;
use crate::push::titles;

/// Every kind of list with a feed.
const LISTS: &[&str] = &[
    "topics/flags.F",
    "updates.F",
    "daily.F",
    "weekly.F",
    "trending.F",
    "picks.F",
    "categories/cs.LG.F",
    "search.F?q=flags",
];

#[test]
fn every_public_feed_names_the_hub_and_itself_and_no_private_one_does() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    let (hub, mut feeds) = (format!("{}/hub", stage.address), 0);
    let added = stage.run(&["reader", "add", "ann"]);
    let token = added.split("/r/").nth(1).unwrap().split('/').next().unwrap();
    for (list, format) in
        LISTS.iter().flat_map(|list| lists::FORMATS.iter().map(move |format| (list, format)))
    {
        let path = list.replace('F', format);
        let address = format!("{}/{path}", stage.address);
        let found = stage.order(&json!({"do": "discover", "url": address}));
        let expected = json!([{"rel": "hub", "href": hub}, {"rel": "self", "href": address}]);
        assert_eq!(found["status"], 200, "{path}");
        assert_eq!(found["header"], expected, "{path}");
        if *format == "json" {
            let document: Value = serde_json::from_slice(&program::get(&address, &[]).body).unwrap();
            assert_eq!(document["hubs"], json!([{"type": "WebSub", "url": hub}]), "{path}");
            assert_eq!(document["feed_url"], address, "{path}");
        } else {
            let mut links = found["document"].as_array().unwrap().clone();
            links.sort_by_key(|link| link["rel"].as_str().unwrap().to_owned());
            assert_eq!(Value::from(links), expected, "{path}");
        }
        let private = program::get(&format!("{}/r/{token}/{path}", stage.address), &[]);
        assert_eq!(private.status, 200, "{path}");
        assert!(!private.header("link").unwrap_or_default().contains("hub"), "{path}");
        assert!(!private.text().contains(&hub), "{path}: {}", private.text());
        feeds += 1;
    }
    eprintln!("{feeds} public feeds name the hub and themselves, and as many private ones do not");
}

#[test]
fn a_new_paper_alone_is_delivered_in_the_format_of_the_feed_and_signed() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon", "The flags of Bergen"]);
    stage.await_found("flags", 2);
    let feeds = [
        ("atom", "topics/flags.atom", "application/atom+xml"),
        ("rss", "topics/flags.rss", "application/rss+xml"),
        ("json", "topics/flags.json", "application/feed+json"),
        ("search", "search.atom?q=flags", "application/atom+xml"),
    ];
    for (name, feed, _media_type) in feeds {
        stage.order(&json!({"name": name, "secret": format!("secret of {name}")}));
        stage.subscribe(name, feed);
    }
    stage.subscribe("witness", "topics/flags.atom");
    stage.publish(&["The flags of Como"]);
    for (name, feed, media_type) in feeds {
        let deliveries = stage.await_deliveries(name, 1);
        let delivery = &deliveries[0];
        assert_eq!(titles(delivery), ["The flags of Como"], "{name}");
        assert_eq!(delivery["signature"], "right", "{name}");
        assert_eq!(delivery["method"], "POST", "{name}");
        let headers = &delivery["headers"];
        assert!(headers["content-type"].as_str().unwrap().starts_with(media_type), "{name}: {headers}");
        let link = format!("<{0}/hub>; rel=\"hub\", <{0}/{feed}>; rel=\"self\"", stage.address);
        assert_eq!(headers["link"], link, "{name}");
        assert_eq!(headers["idempotency-key"].as_str().unwrap().len(), 32, "{name}");
    }
    // Who gave no secret gets no signature.
    assert_eq!(stage.await_deliveries("witness", 1)[0]["signature"], "none");
    for (name, feed, _media_type) in feeds {
        assert_eq!(stage.intend("unsubscribe", name, feed)["status"], 202);
        let asked = stage.await_questions(name, 2);
        assert_eq!(asked[1]["fields"]["hub.mode"], "unsubscribe");
    }
    stage.await_rows(1);
    stage.publish(&["The flags of Delft"]);
    assert_eq!(titles(&stage.await_deliveries("witness", 2)[1]), ["The flags of Delft"]);
    for (name, ..) in feeds {
        assert_eq!(stage.told(name)["deliveries"].as_array().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn a_question_says_what_is_granted_and_only_its_echo_subscribes() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    let refusing = [
        ("wrong", json!("wrong")),
        ("empty", json!("empty")),
        ("gone", json!(404)),
        ("moved", json!("redirect")),
        ("huge", json!("huge")),
    ];
    for (name, verify) in &refusing {
        stage.order(&json!({"name": name, "verify": verify}));
        assert_eq!(stage.intend("subscribe", name, "topics/flags.atom")["status"], 202);
        stage.await_questions(name, 1);
    }
    for (name, asked, granted) in
        [("usual", None, 864_000), ("short", Some(60), 86_400), ("long", Some(10_000_000_000_u64), 1_209_600)]
    {
        let (hub, topic) = (format!("{}/hub", stage.address), format!("{}/topics/flags.atom", stage.address));
        let mut order = json!({"name": name, "do": "subscribe", "hub": hub, "topic": topic});
        if let Some(asked) = asked {
            order["lease"] = asked.into();
        }
        assert_eq!(stage.order(&order)["status"], 202);
        let asked = &stage.await_questions(name, 1)[0]["fields"];
        assert_eq!(asked["hub.lease_seconds"], granted.to_string(), "{name}");
        assert_eq!((&asked["hub.mode"], &asked["hub.topic"]), (&json!("subscribe"), &json!(topic)));
        assert!(asked["hub.challenge"].as_str().unwrap().len() >= 20);
    }
    stage.await_rows(3);
    stage.publish(&["The flags of Bergen"]);
    for name in ["usual", "short", "long"] {
        assert_eq!(titles(&stage.await_deliveries(name, 1)[0]), ["The flags of Bergen"]);
    }
    for (name, _verify) in &refusing {
        assert_eq!(stage.told(name)["deliveries"], json!([]), "{name}");
    }
    // A redirection is not followed.
    assert_eq!(stage.told("elsewhere")["verifications"], json!([]));
}

#[test]
fn what_cannot_be_subscribed_is_refused_at_once() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    let (topic, callback) =
        (format!("{}/topics/flags.atom", stage.address), format!("{}/cb/refused", stage.subscriber.address));
    let ask = |mode: &str, topic: &str, callback: &str| {
        stage.ask_hub(&[("hub.mode", mode), ("hub.topic", topic), ("hub.callback", callback)]).status
    };
    for foreign in [
        "https://example.org/feed",
        &format!("{}/topics/unknown.atom", stage.address),
        &format!("{}/topics/flags", stage.address),
        &format!("{}/topics/flags.atom#x", stage.address),
        &format!("{}/healthz", stage.address),
        &format!("{}.example.org/topics/flags.atom", stage.address),
        &format!("{}/", stage.address),
        "topics/flags.atom",
    ] {
        assert_eq!(ask("subscribe", foreign, &callback), 404, "{foreign}");
    }
    for (mode, topic, callback) in [
        ("", topic.as_str(), callback.as_str()),
        ("become", &topic, &callback),
        ("subscribe", "", &callback),
        ("subscribe", &topic, ""),
        ("subscribe", &topic, "no address"),
        ("subscribe", &topic, "ftp://127.0.0.1/"),
        ("subscribe", &topic, &format!("{callback}?hub.challenge=x")),
        ("subscribe", &topic, &format!("{callback}#x")),
    ] {
        assert_eq!(ask(mode, topic, callback), 400, "{mode} {topic} {callback}");
    }
    let long = "x".repeat(200);
    let with_secret = [
        ("hub.mode", "subscribe"),
        ("hub.topic", topic.as_str()),
        ("hub.callback", callback.as_str()),
        ("hub.secret", long.as_str()),
    ];
    assert_eq!(stage.ask_hub(&with_secret).status, 400);
    assert_eq!(stage.told("refused")["verifications"], json!([]));
    assert_eq!(stage.rows().len(), 0);
}

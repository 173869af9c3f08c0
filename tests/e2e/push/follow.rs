//! The program as a subscriber of a source's hub, and as a publisher that tells an outside hub.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use crate::program;
use crate::push::Stage;
use crate::push::await_that;
use crate::push::feed;

/// What a hub was asked.
type Asked = Arc<Mutex<Vec<Vec<(String, String)>>>>;

/// A hub that takes everything and does nothing by itself; its address.
fn hub(stage: &Stage) -> (String, Asked) {
    let asked = Asked::default();
    let take = |State(asked): State<Asked>, body: String| async move {
        let form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        asked.lock().unwrap().push(form);
        axum::http::StatusCode::ACCEPTED
    };
    let router = Router::new().route("/", post(take)).with_state(Arc::clone(&asked));
    let listener = stage.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    stage.runtime.spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

fn digest(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let digits = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    digits.concat()
}

#[test]
fn a_source_with_a_hub_is_polled_when_the_hub_says_so_and_signs_it() {
    let mut stage = Stage::prepare();
    let (hub, asked) = hub(&stage);
    let topic = stage.net.url("/feed").to_string();
    let link = format!("<{hub}>; rel=\"hub\", <{topic}>; rel=\"self\"");
    let publish = |stage: &Stage, titles: &[&str]| {
        let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
        stage.net.at("/feed").answers(feed(&titles)).header("Link", link.clone());
    };
    publish(&stage, &["The flags of Avignon"]);
    stage.configure(&["flags"], &format!("[push]\ncallbacks = [\"{hub}\"]\n"));
    stage.serve();
    let mut daemon = stage.daemon.take().unwrap();
    await_that("the hub is asked", || !asked.lock().unwrap().is_empty());
    let form: HashMap<String, String> = asked.lock().unwrap()[0].iter().cloned().collect();
    assert_eq!((form["hub.mode"].as_str(), form["hub.topic"].as_str()), ("subscribe", topic.as_str()));
    let callback = form["hub.callback"].as_str();
    assert_eq!(callback, format!("{}/websub/journal", stage.address));

    // The hub asks whether it was meant; nothing else is confirmed.
    let question = |mode: &str, topic: &str| {
        let mut url = url::Url::parse(callback).unwrap();
        url.query_pairs_mut()
            .append_pair("hub.mode", mode)
            .append_pair("hub.topic", topic)
            .append_pair("hub.challenge", "a challenge")
            .append_pair("hub.lease_seconds", "864000");
        program::get(url.as_str(), &[])
    };
    assert_eq!(question("subscribe", "https://example.org/other").status, 404);
    assert_eq!(question("unsubscribe", &topic).status, 404);
    let confirmed = question("subscribe", &topic);
    assert_eq!((confirmed.status, confirmed.text().as_str()), (200, "a challenge"));

    publish(&stage, &["The flags of Avignon", "The flags of Bergen"]);
    let polls = || stage.net.requests_of("/feed").len();
    let before = polls();
    let notice = b"anything at all";
    let right = digest(&form["hub.secret"], notice);
    let wrong = digest("another secret", notice);
    let tell = |signature: Option<&str>| {
        let headers: Vec<(&str, &str)> =
            signature.map(|value| ("X-Hub-Signature", value)).into_iter().collect();
        stage.post(callback, &headers, notice.to_vec()).status
    };
    for signature in
        [None, Some(format!("sha256={wrong}")), Some(format!("md5={right}")), Some(right.clone())]
    {
        // Who sends it learns nothing.
        assert_eq!(tell(signature.as_deref()), 202);
    }
    assert_eq!(stage.post(&format!("{}/websub/unknown", stage.address), &[], notice.to_vec()).status, 404);
    // A right one comes behind them, and is the only one that counts.
    assert_eq!(tell(Some(&format!("sha256={right}"))), 202);
    daemon.await_line("polled, since its hub told of something new");
    assert_eq!(polls(), before + 1);
    let feed = program::get(&format!("{}/topics/flags.atom", stage.address), &[]).text();
    assert!(feed.contains("The flags of Bergen"), "{feed}");
}

#[test]
fn an_outside_hub_is_told_of_every_change() {
    let mut stage = Stage::prepare();
    let (hub, asked) = hub(&stage);
    stage.configure(&["flags", "kites"], &format!("[push]\nhubs = [\"{hub}\"]\n"));
    stage.serve();
    stage.publish(&["The flags of Avignon"]);
    await_that("the hub is told", || pinged(&asked, &format!("{}/topics/flags.atom", stage.address)) > 0);
    let calm = || (asked.lock().unwrap().len(), stage.rows().iter().filter(|row| row["failed"] != 0).count());
    assert_eq!(calm().1, 0);
    let flags: Vec<String> =
        ["atom", "rss", "json"].map(|format| format!("{}/topics/flags.{format}", stage.address)).to_vec();
    let kites = format!("{}/topics/kites.atom", stage.address);
    let before: Vec<usize> = flags.iter().map(|topic| pinged(&asked, topic)).collect();
    let of_kites = pinged(&asked, &kites);
    stage.publish(&["The flags of Bergen"]);
    for (topic, before) in flags.iter().zip(before) {
        await_that("it is told again", || pinged(&asked, topic) > before);
    }
    assert_eq!(pinged(&asked, &kites), of_kites, "nothing changed there");
    // Feeds name it beside our own.
    let feed = program::get(&flags[0], &[]);
    let link = feed.header("link").unwrap();
    assert!(link.contains(&format!("<{hub}>; rel=\"hub\"")), "{link}");
    assert!(link.contains(&format!("<{}/hub>; rel=\"hub\"", stage.address)), "{link}");
}

/// How often a hub was told of a feed.
fn pinged(asked: &Asked, topic: &str) -> usize {
    let asked = asked.lock().unwrap();
    let is_ping = |form: &&Vec<(String, String)>| {
        form.contains(&("hub.mode".to_owned(), "publish".to_owned()))
            && form.contains(&("hub.url".to_owned(), topic.to_owned()))
            && form.contains(&("hub.topic".to_owned(), topic.to_owned()))
    };
    asked.iter().filter(is_ping).count()
}

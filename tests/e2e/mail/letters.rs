//! From the wish to the end: what a subscriber gets, and that looking changes nothing.

use chrono::TimeDelta;
use offprint::model::subscriber::Standing;
use serde_json::Value;

use crate::mail;
use crate::mail::Postman;
use crate::mail::Program;
use crate::mail::post;
use crate::mail::post::Sink;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::site::wednesday;
use crate::support::wire;

/// Makes a key; where it goes in the configuration.
fn key(folder: &std::path::Path, arguments: &[&str]) -> &'static str {
    let credentials = folder.join("credentials");
    std::fs::create_dir_all(&credentials).unwrap();
    let out = std::process::Command::new("openssl").args(arguments).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    std::fs::write(credentials.join("dkim"), out.stdout).unwrap();
    "dkim_domain = \"example.org\"\ndkim_selector = \"s1\"\ndkim_key = \"credential:dkim\"\n"
}

/// The one subscriber, who stands so.
fn standing(site: &Site) -> Standing {
    let subscribers = site.desk().outbox().overview().unwrap().subscribers;
    assert_eq!(subscribers.len(), 1);
    subscribers[0].standing
}

/// What doctor says has to be published: name and text of the record.
fn record(program: &Program) -> (String, String) {
    let out = program.command(&["--json", "doctor"]).output().unwrap();
    let findings: Value = serde_json::from_slice(&out.stdout).unwrap();
    let advice = findings.as_array().unwrap().iter().filter_map(|one| one["advice"].as_str());
    let line = advice.into_iter().find(|line| line.contains("v=DKIM1")).unwrap();
    let (name, text) = line.split_once("  ").unwrap();
    (name.to_owned(), text.trim_matches('"').to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_subscribes_confirms_is_written_to_and_leaves_by_one_click() {
    let Some(sink) = Sink::start() else { return };
    let net = Net::start().await;
    mail::announce(&net, mail::yesterday(), 0, 4);
    let port = mail::free_port();
    let plain = mail::configuration(&net, port);
    let site = Site::start_at(&plain, mail::yesterday()).await;
    let keyed = key(site.folder(), &["genrsa", "2048"]);
    let configuration = format!("{plain}{}{keyed}", mail::relay(&sink));
    let mut site = site;
    site.adopt(&configuration).await;
    let (client, postman) = (mail::client(), Postman::start(&site));

    // The wish.
    let form = [
        ("address", "ann@example.com"),
        ("topic", "flags"),
        ("topic", "knots"),
        ("rhythm", "daily"),
        ("hour", "7"),
        ("zone", "Europe/Zurich"),
        ("website", ""),
    ];
    let subscribe = format!("http://{}/subscribe", site.address());
    let (status, _page) = mail::got(client.get(&subscribe)).await;
    assert_eq!(status, 200);
    let (status, page) = mail::got(mail::form(&client, &subscribe, &form)).await;
    assert_eq!(status, 200, "{page}");
    let asked = post::read(&sink.await_letter("ann@example.com", 1).await, None);
    let headers = &asked["headers"];
    assert!(headers["list-unsubscribe"].is_null(), "a confirmation belongs to no list");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    let confirm = post::links(&asked).into_iter().find(|link| link.contains("/confirm/")).unwrap();
    let confirm = mail::at(&site, &confirm);

    // Looking confirms nothing, however often.
    for _look in 0..3 {
        assert_eq!(mail::got(client.get(&confirm)).await.0, 200);
        assert_eq!(mail::got(client.head(&confirm)).await.0, 200);
        assert_eq!(standing(&site), Standing::Pending);
    }
    assert_eq!(mail::got(client.post(&confirm)).await.0, 200);
    assert_eq!(standing(&site), Standing::Active);
    assert_eq!(mail::got(client.post(&confirm)).await.0, 410, "a link confirms once");
    // Papers come, and the machine is off at the hour of the digest.
    site.later(TimeDelta::minutes(30));
    site.harvest("arxiv").await;
    postman.end().await;
    let program = Program::start(site.close().await.0, &configuration);
    let letter = sink.await_letter("ann@example.com", 2).await;
    let (name, text) = record(&program);
    let digest = post::read(&letter, Some((&name, &text)));
    assert_eq!(digest["is_signed"], true);
    let headers = &digest["headers"];
    assert_eq!(headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    assert!(headers["list-id"].as_str().unwrap().contains("Reading Room"), "{headers}");
    assert!(headers["subject"].as_str().unwrap().contains("8 papers"), "{headers}");
    for part in ["text", "html"] {
        let said = digest[part].as_str().unwrap();
        assert!(said.contains("Counting flags the 2608.00000th time with O(n²)"), "{said}");
        assert!(said.contains("1 Garden Lane"), "{said}");
        assert!(!said.contains("Counting sails"), "a topic that was not wished for: {said}");
    }

    // Every link is good, and looking at it ends nothing.
    let links = post::links(&digest);
    assert!(links.len() > 10, "{links:?}");
    for link in &links {
        let got = client.get(link).send().await.unwrap();
        assert_eq!(got.status().as_u16(), 200, "{link}");
    }
    eprintln!(
        "a digest of 8 papers: {} bytes, {} links to the installation, all good",
        letter.len(),
        links.len()
    );
    assert_eq!(program.subscribers("active"), 1);

    // One click, as a mail program sends it (RFC 8058).
    let unsubscribe = headers["list-unsubscribe"].as_str().unwrap().trim_matches(['<', '>']).to_owned();
    let click = || mail::form(&client, &unsubscribe, &[("List-Unsubscribe", "One-Click")]);
    assert_eq!(mail::got(click()).await.0, 200);
    assert_eq!((program.subscribers("active"), program.subscribers("left")), (0, 1));
    assert_eq!(mail::got(click()).await.0, 200, "twice is no fault");
    let preferences = links.iter().find(|link| link.contains("/preferences/")).unwrap();
    assert_eq!(mail::got(client.get(preferences)).await.0, 410);
    assert_eq!(sink.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_looks_at_digests_and_sends_one() {
    let Some(sink) = Sink::start() else { return };
    let net = Net::start().await;
    mail::announce(&net, mail::yesterday().plus(TimeDelta::hours(25)), 0, 3);
    let plain = mail::configuration(&net, mail::free_port());
    let mut site = Site::start_at(&plain, mail::yesterday().plus(TimeDelta::hours(25))).await;
    let keyed = key(site.folder(), &["genpkey", "-algorithm", "ed25519"]);
    let configuration = format!("{plain}{}{keyed}", mail::relay(&sink));
    site.adopt(&configuration).await;
    site.harvest("arxiv").await;
    let program = Program::start(site.close().await.0, &configuration);
    assert!(program.run(&["digest", "preview", "flags"]).contains("Counting flags"));
    program.run(&["digest", "preview", "flags", "--folder", "shown"]);
    for end in ["txt", "html", "eml"] {
        let file = program.home.path().join(format!("shown/flags.{end}"));
        assert!(std::fs::read_to_string(file).unwrap().contains("Counting flags"), "{end}");
    }
    let said = program.run(&["digest", "send", "flags", "--to", "ann@example.com"]);
    assert!(said.contains("was handed to 127.0.0.1:"), "{said}");
    let letter = post::read(&sink.await_letter("ann@example.com", 1).await, None);
    assert!(letter["headers"]["subject"].as_str().unwrap().starts_with("[test] "));
    assert!(letter["names"].as_array().unwrap().contains(&"dkim-signature".into()));
    for name in ["nobody@example.com", "nothing"] {
        let out = program.command(&["digest", "preview", name]).output().unwrap();
        assert!(!out.status.success(), "{name}");
    }
    sink.close();
    let out = program.command(&["digest", "send", "flags", "--to", "ann@example.com"]).output().unwrap();
    assert!(!out.status.success() && crate::lists::words(&out).contains("did not take it"));
    let out = program.command(&["doctor"]).output().unwrap();
    assert!(crate::lists::words(&out).contains("letters wait until it answers"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_has_what_is_talked_about_and_no_paper_comes_twice() {
    let Some(sink) = Sink::start() else { return };
    let net = Net::start().await;
    mail::announce(&net, wednesday(), 0, 2);
    let listed = [("2608.00002", "Painting Sails", 70, 4), ("2608.00003", "Counting Ropes", 29, 0)];
    net.at("/daily?date=2026-08-12&limit=100&p=0").answers(wire::daily("2026-08-12", &listed));
    let configuration = format!(
        "{}{}[[subscriber]]\naddress = \"bo@example.com\"\ntopics = [\"flags\"]\nlists = [\"trending\"]\nrhythm = \"thursday\"\n",
        mail::configuration(&net, mail::free_port()),
        mail::relay(&sink),
    );
    let site = Site::start(&configuration).await;
    let (outbox, postman) = (site.desk().outbox().clone(), Postman::start(&site));
    outbox.configure_subscribers().await.unwrap();
    site.later(TimeDelta::minutes(5));
    site.poll().await;
    site.desk().harvester().catch_up().await.unwrap();
    assert_eq!(site.cut().await, (0, 0), "it is Wednesday");
    site.at("2026-08-13T06:59:59Z");
    assert_eq!(site.cut().await, (0, 0), "it is one second to seven");
    site.at("2026-08-13T07:00:00Z");
    assert_eq!(site.cut().await, (1, 1));
    let week = post::read(&sink.await_letter("bo@example.com", 1).await, None);
    let text = week["text"].as_str().unwrap();
    assert!(
        week["headers"]["subject"].as_str().unwrap().starts_with("Papers of the week: 4 papers"),
        "{week}"
    );
    for words in ["TRENDING PAPERS", "Counting flags the 2608.00000th", "Counting sails the 2608.00002th"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // Three weeks of silence, and only then a new paper: one letter covers all of it, and says nothing twice.
    site.at("2026-09-02T12:00:00Z");
    mail::announce(&net, site.desk().clock().now(), 5, 2);
    site.harvest("arxiv").await;
    site.at("2026-09-05T12:00:00Z");
    assert_eq!(site.cut().await, (1, 1));
    let later = post::read(&sink.await_letter("bo@example.com", 2).await, None);
    let text = later["text"].as_str().unwrap();
    assert!(text.contains("Counting flags the 2608.00010th") && !text.contains("2608.00000th"), "{text}");
    assert!(!text.contains("2608.00005th"), "it came in the first letter: {text}");
    assert_eq!(site.cut().await, (0, 0));
    site.at("2026-09-10T12:00:00Z");
    assert_eq!(site.cut().await, (0, 1), "nothing new, and nobody wants to be told that");
    postman.end().await;
}

//! What people try who want to fill a mailbox, write into a header or speak for somebody else.

use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;
use offprint::mail::address::Address;
use offprint::model::subscriber::Standing;
use offprint::model::subscriber::Wishes;
use tokio::sync::Semaphore;

use crate::mail;
use crate::mail::Postman;
use crate::mail::post;
use crate::mail::post::Sink;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::site::wednesday;

async fn site(sink: &Sink) -> (Net, Site) {
    let net = Net::start().await;
    mail::announce(&net, wednesday(), 0, 1);
    let configuration = mail::configuration(&net, mail::free_port()) + &mail::relay(sink);
    (net, Site::start(&configuration).await)
}

/// The fields of a form.
type Fields<'a> = Vec<(&'a str, String)>;

fn form<'a>(address: &str) -> Fields<'a> {
    let fields = [
        ("address", address),
        ("topic", "flags"),
        ("list", "daily"),
        ("rhythm", "daily"),
        ("hour", "7"),
        ("zone", "UTC"),
        ("website", ""),
    ];
    fields.map(|(name, value)| (name, value.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_written_into_a_field_becomes_a_header() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    let (client, postman) = (mail::client(), Postman::start(&site));
    let (page, api) = (
        format!("http://{}/subscribe", site.address()),
        format!("http://{}/api/v1/subscribers", site.address()),
    );
    let ends = [
        "\r\nBcc: evil@example.net",
        "\nBcc: evil@example.net",
        "\rBcc: evil@example.net",
        "\r\n\r\nBuy this",
        "\r\n.\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<evil@example.net>",
        "%0d%0aBcc:evil@example.net",
        "\0",
        "\0evil@example.net",
        "\u{2028}Bcc: evil@example.net",
        "\u{85}Bcc: evil@example.net",
        ",evil@example.net",
        "> BODY=8BITMIME\r\nRCPT TO:<evil@example.net",
        " <evil@example.net>",
        "\u{feff}=?utf-8?q?evil=0aBcc:evil=40example.net?=",
    ];
    let (mut tried, mut taken) = (0, 0);
    for end in ends {
        for field in ["address", "topic", "list", "rhythm", "hour", "zone"] {
            for is_before in [false, true] {
                let mut fields = form(&format!("a{tried}@h{tried}.example.org"));
                for (name, value) in &mut fields {
                    if *name == field {
                        *value = if is_before { format!("{end}{value}") } else { format!("{value}{end}") };
                    }
                }
                let (status, said) = mail::got(mail::form(&client, &page, &fields)).await;
                assert!(status == 200 || status == 422, "{status} for {fields:?}: {said}");
                let value = |name: &str| fields.iter().find(|(field, _)| *field == name).unwrap().1.clone();
                let body = serde_json::json!({
                    "address": value("address"), "topics": [value("topic")], "lists": [value("list")],
                    "rhythm": value("rhythm"), "zone": value("zone"),
                });
                let (other, _said) = mail::got(mail::json(&client, &api, &body)).await;
                assert!(other == 202 || other == 422 || other == 429, "{other} for {body}");
                tried += 2;
                taken += usize::from(status == 200);
            }
        }
    }
    mail::until("nothing waits", || site.desk().outbox().overview().unwrap().waiting.is_empty()).await;
    for (to, message_id) in sink.envelopes() {
        assert!(to.starts_with('a') && to.ends_with(".example.org") && !to.contains("evil"), "{to}");
        let letter = post::read(&sink.letters(&to)[0], None);
        let names = letter["names"].as_array().unwrap();
        assert!(!names.contains(&"bcc".into()) && !names.contains(&"cc".into()), "{names:?}");
        assert_eq!(letter["headers"]["message-id"], message_id);
        assert!(!letter["headers"].to_string().contains("evil"), "{letter}");
    }
    eprintln!(
        "{tried} wishes with a trick in one field: {taken} forms taken, {} letters, all to whom they name",
        sink.count()
    );
    postman.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_wishes_for_one_person_send_one_letter() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    let (client, postman) = (mail::client(), Postman::start(&site));
    let spell = |number: usize| match number % 6 {
        0 => format!("vic.tim+{number}@gmail.example.org"),
        1 => "VICTIM@GMAIL.example.org".to_owned(),
        2 => format!("v.i.c.t.i.m+{number}@gmail.Example.org."),
        3 => "Victim@gmail.example.org".to_owned(),
        4 => format!("  victim+x{number}@%67mail.example.org "),
        _other => "vi.ctim@gmail.example.org".to_owned(),
    };
    let api = format!("http://{}/api/v1/subscribers", site.address());
    let (begun, room, mut tasks) =
        (Instant::now(), Arc::new(Semaphore::new(32)), tokio::task::JoinSet::new());
    for number in 0..10_000 {
        let room = Arc::clone(&room).acquire_owned().await.unwrap();
        let body = serde_json::json!({"address": spell(number), "topics": ["flags"]});
        let request = mail::json(&client, &api, &body);
        tasks.spawn(async move {
            let (status, said) = mail::got(request).await;
            drop(room);
            assert!(status == 202 || status == 429, "{status}: {said}");
            status
        });
    }
    let statuses = tasks.join_all().await;
    let taken = statuses.iter().filter(|status| **status == 202).count();
    eprintln!(
        "10,000 wishes over the API in {:.1} s: {taken} told that a letter is on its way",
        begun.elapsed().as_secs_f64()
    );
    postman.end().await;

    // From as many networks, over the hours of a day, and by processes that remember nothing.
    let mut site = site;
    for number in 0..10_000 {
        if number % 2_500 == 2_499 {
            site.later(TimeDelta::hours(5));
            site = site.restart().await;
        }
        let Ok(address) = Address::parse(&spell(number).replace("%67", "g")) else {
            panic!("{}", spell(number))
        };
        let wishes = Wishes { daily: true, ..Wishes::default() };
        let _taken_or_not = site.desk().outbox().sign_up(address, wishes, &format!("network {number}")).await;
    }
    let postman = Postman::start(&site);
    mail::until("nothing waits", || site.desk().outbox().overview().unwrap().waiting.is_empty()).await;
    postman.end().await;
    assert_eq!(sink.count(), 1, "{:?}", sink.envelopes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_people_do_not_see_catches_those_who_are_none() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    let (client, page) = (mail::client(), format!("http://{}/subscribe", site.address()));
    let mut trapped = form("ann@example.com");
    trapped.retain(|(name, _)| *name != "website");
    trapped.push(("website", "https://example.net/".to_owned()));
    let caught = mail::got(mail::form(&client, &page, &trapped)).await;
    assert_eq!(site.desk().outbox().overview().unwrap().subscribers.len(), 0);
    let taken = mail::got(mail::form(&client, &page, &form("ann@example.com"))).await;
    assert_eq!(site.desk().outbox().overview().unwrap().subscribers.len(), 1);
    let again = mail::got(mail::form(&client, &page, &form("ann@example.com"))).await;
    assert_eq!(caught, taken, "whoever is caught is told the same");
    assert_eq!(again, taken, "nothing tells whether an address is known");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_for_one_person_and_one_purpose() {
    let Some(sink) = Sink::start() else { return };
    let (_net, site) = site(&sink).await;
    let (client, postman) = (mail::client(), Postman::start(&site));
    let base = format!("http://{}", site.address());
    let mut confirms = Vec::new();
    for address in ["ann@example.com", "bob@example.com"] {
        assert_eq!(mail::got(mail::form(&client, &format!("{base}/subscribe"), &form(address))).await.0, 200);
        let letter = post::read(&sink.await_letter(address, 1).await, None);
        let link = post::links(&letter).into_iter().find(|link| link.contains("/confirm/")).unwrap();
        confirms.push(link.rsplit('/').next().unwrap().to_owned());
    }
    let standings = || {
        let all = site.desk().outbox().overview().unwrap().subscribers;
        all.iter().map(|one| one.standing).collect::<Vec<_>>()
    };
    assert_eq!(mail::got(client.post(format!("{base}/confirm/{}", confirms[1]))).await.0, 200);
    let before = standings();
    assert!(before.contains(&Standing::Active) && before.contains(&Standing::Pending));
    site.at("2026-08-12T06:30:00Z");
    site.harvest("arxiv").await;
    site.at("2026-08-12T07:00:00Z");
    site.desk().outbox().cut().await.unwrap();
    let digest = post::read(&sink.await_letter("bob@example.com", 2).await, None);
    let link = digest["headers"]["list-unsubscribe"].as_str().unwrap().trim_matches(['<', '>']).to_owned();
    let manage = link.rsplit('/').next().unwrap().to_owned();

    let mut wrong: Vec<(&str, String)> = Vec::new();
    let swapped = |one: &str, other: &str| {
        format!("{}-{}", one.split_once('-').unwrap().0, other.split_once('-').unwrap().1)
    };
    // Of the other purpose, of the other person, and of a turn that is over.
    wrong.push(("unsubscribe", confirms[0].clone()));
    wrong.push(("unsubscribe", confirms[1].clone()));
    wrong.push(("preferences", confirms[1].clone()));
    wrong.push(("confirm", manage.clone()));
    wrong.push(("confirm", confirms[1].clone()));
    wrong.push(("confirm", swapped(&confirms[0], &manage)));
    wrong.push(("confirm", swapped(&confirms[0], &confirms[1])));
    wrong.push(("unsubscribe", swapped(&confirms[0], &manage)));
    wrong.push(("unsubscribe", swapped(&manage, &confirms[0])));
    // With one character changed, cut off, longer, or made up.
    for (purpose, token) in [("confirm", &confirms[0]), ("unsubscribe", &manage), ("preferences", &manage)] {
        for at in 0..token.len() {
            let mut other: Vec<char> = token.chars().collect();
            other[at] = if other[at] == 'a' { 'b' } else { 'a' };
            wrong.push((purpose, other.into_iter().collect()));
            wrong.push((purpose, token[..at].to_owned()));
        }
        wrong.push((purpose, format!("{token}a")));
        wrong.push((purpose, token.to_uppercase()));
        let mut seed = fastrand::Rng::with_seed(1);
        for _guess in 0..300 {
            let mark: String = (0..40).map(|_| char::from_digit(seed.u32(..16), 16).unwrap()).collect();
            wrong.push((purpose, format!("{}-{mark}", token.split_once('-').unwrap().0)));
        }
    }
    let count = wrong.len();
    for (purpose, token) in wrong {
        let url = format!("{base}/{purpose}/{token}");
        let (status, said) = mail::got(mail::form(&client, &url, &form("x@example.com"))).await;
        let is_none = token.is_empty() && status == 404;
        assert!(status == 410 || is_none, "{status} for {purpose}/{token}: {said}");
        if purpose != "unsubscribe" {
            assert!(matches!(mail::got(client.get(&url)).await.0, 404 | 410), "{url}");
        }
        assert_eq!(standings(), before, "{url}");
    }
    assert_eq!(mail::got(client.post(format!("{base}/unsubscribe/{manage}"))).await.0, 200);
    eprintln!("{count} tokens that were none of theirs changed nothing");
    postman.end().await;
}

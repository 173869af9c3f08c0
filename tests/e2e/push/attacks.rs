//! What strangers try with a hub. The guard's own tests are beside it: what a name leads to, and what it turns into.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use serde_json::Value;
use serde_json::json;

use crate::lists;
use crate::push::PUSH;
use crate::push::Stage;
use crate::push::await_that;

/// A port on which nobody may come; none where this user may not listen there, or somebody else does.
fn tripwire(port: u16) -> Option<Arc<AtomicUsize>> {
    let listener = TcpListener::bind(("0.0.0.0", port)).ok()?;
    let visitors = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visitors);
    std::thread::spawn(move || {
        while listener.accept().is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    Some(visitors)
}

#[test]
fn callbacks_in_private_networks_are_never_asked() {
    // The operator's own webhook is at an address that is closed to everybody else.
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}", hook.local_addr().unwrap());
    let webhook = format!(
        "{PUSH}[[webhook]]\nid = \"own\"\ntopics = [\"flags\"]\nurl = \"{hook}/hook\"\nformat = \"json\"\n"
    );
    let mut stage = Stage::start(&["flags"], &webhook);
    stage.publish(&["The flags of Avignon"]);
    let visitors = tripwire(80);
    let topic = format!("{}/topics/flags.atom", stage.address);
    let ask = |callback: &str| {
        stage.ask_hub(&[("hub.mode", "subscribe"), ("hub.topic", topic.as_str()), ("hub.callback", callback)])
    };
    let own = stage.net.url("/cb/x");
    for literal in [
        "http://127.0.0.1/cb/x",
        "http://[::1]/cb/x",
        "http://[::ffff:127.0.0.1]/cb/x",
        "http://10.1.2.3/cb/x",
        "http://192.168.0.1/",
        "http://172.16.5.5/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://2130706433/cb/x",
        "http://0x7f.0.0.1/cb/x",
        "http://0x7f000001/cb/x",
        "http://0177.0.0.1/cb/x",
        "http://127.1/cb/x",
        "http://0.0.0.0/cb/x",
        "http://example.org:22/",
        "http://127.0.0.1:1/",
        &format!("{}/cb/x", stage.address),
        &format!("{hook}/cb/x"),
        own.as_str(),
        &stage.subscriber.address.replace("127.0.0.1", "localhost"),
        &stage.subscriber.address.replace("127.0.0.1", "127.0.0.2"),
    ] {
        let refused = ask(literal);
        assert_eq!(refused.status, 422, "{literal}: {}", refused.text());
    }
    // Names are accepted as they are written, and lead nowhere.
    let mut names = vec!["localhost".to_owned(), "LOCALHOST.".to_owned(), "a.b.localhost".to_owned()];
    if let Ok(host) = std::fs::read_to_string("/etc/hostname") {
        names.push(host.trim().to_owned());
    }
    for name in &names {
        assert_eq!(ask(&format!("http://{name}/cb/x")).status, 202, "{name}");
    }
    let asked = stage.net.requests_of("/cb/x").len();
    stage.subscribe("witness", "topics/flags.atom");
    stage.publish(&["The flags of Bergen"]);
    stage.await_deliveries("witness", 1);
    assert_eq!(stage.net.requests_of("/cb/x").len(), asked);
    let callbacks = |rows: &[Value]| {
        rows.iter().filter(|row| row["about"].as_str().unwrap().starts_with("WebSub")).count()
    };
    assert_eq!(callbacks(&stage.rows()), 1);
    match visitors {
        Some(visitors) => assert_eq!(visitors.load(Ordering::SeqCst), 0),
        None => lists::skip("the tripwire", "this user may not listen on port 80"),
    }
}

#[test]
fn a_callback_that_redirects_a_delivery_is_not_followed() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    stage.order(
        &json!({"name": "moving", "answer": "redirect", "location": format!("{}/hub", stage.address)}),
    );
    stage.order(&json!({"name": "near", "answer": "redirect"}));
    for name in ["moving", "near"] {
        stage.subscribe(name, "topics/flags.atom");
    }
    stage.publish(&["The flags of Bergen"]);
    for name in ["moving", "near"] {
        stage.await_deliveries(name, 1);
    }
    await_that("both fail", || stage.rows().iter().all(|row| row["problem"] == "it answers 307"));
    assert_eq!(stage.told("elsewhere")["deliveries"], json!([]));
}

#[test]
fn a_flood_of_verifications_is_held_back() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    stage.subscribe("witness", "topics/flags.atom");
    let topic = format!("{}/topics/flags.atom", stage.address);
    stage.order(&json!({"name": "victim", "verify": "wrong", "verify_delay": 3}));
    let (mut counts, callback) = ([0_usize; 3], format!("{}/cb/victim", stage.subscriber.address));
    for number in 0..1_500 {
        let callback = format!("{callback}?n={number}");
        let form =
            [("hub.mode", "subscribe"), ("hub.topic", topic.as_str()), ("hub.callback", callback.as_str())];
        let place = match stage.ask_hub(&form).status {
            202 => 0,
            429 => 1,
            503 => 2,
            other => panic!("{other}"),
        };
        counts[place] += 1;
    }
    let [accepted, limited, full] = counts;
    eprintln!(
        "1,500 requests for one victim: {accepted} accepted, {limited} answered 429, {full} answered 503"
    );
    assert!(limited + full > 0);
    assert!(accepted <= 1_200);
    // What is pushed goes on meanwhile.
    stage.publish(&["The flags of Bergen"]);
    stage.await_deliveries("witness", 1);
    assert!(stage.told("victim")["verifications"].as_array().unwrap().len() <= accepted);
}

#[test]
fn slow_callbacks_delay_nobody_else() {
    const EACH: usize = 150;
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    for number in 0..EACH {
        stage.order(&json!({"name": format!("slow{number}"), "delay": 9}));
        for kind in ["slow", "quick"] {
            assert_eq!(
                stage.intend("subscribe", &format!("{kind}{number}"), "topics/flags.atom")["status"],
                202
            );
        }
    }
    stage.await_rows(2 * EACH);
    for (round, place) in ["Bergen", "Como"].into_iter().enumerate() {
        let answered = stage.publish(&[&format!("The flags of {place}")]);
        let told = stage.look(&format!("deliveries={}&timeout=120&bodies=0", (round + 1) * 2 * EACH));
        let mut latest = [0.0_f64; 2];
        for (name, one) in told.as_object().unwrap() {
            let deliveries = one["deliveries"].as_array().unwrap();
            assert_eq!(deliveries.len(), round + 1, "{name}");
            let after = deliveries[round]["time"].as_f64().unwrap() - answered;
            let of = usize::from(name.starts_with("slow"));
            latest[of] = latest[of].max(after);
        }
        eprintln!(
            "{EACH} callbacks that take 9 s beside {EACH} quick ones, round {}: the last quick one after {:.0} ms, the last slow \
             one after {:.0} ms",
            round + 1,
            latest[0] * 1_000.0,
            latest[1] * 1_000.0
        );
        await_that("all are written", || {
            let all =
                |row: &Value| row["about"].as_str().unwrap().contains(&format!("{} delivered", round + 1));
            stage.rows().iter().all(all)
        });
    }
}

#[test]
fn an_answer_without_end_is_cut() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    // The subscriber ends ten gigabytes only when nobody reads them.
    for number in 0..20 {
        let name = format!("huge{number}");
        stage.order(&json!({"name": name, "verify": "huge"}));
        assert_eq!(stage.intend("subscribe", &name, "topics/flags.atom")["status"], 202);
        stage.await_questions(&name, 1);
    }
    stage.subscribe("witness", "topics/flags.atom");
    stage.publish(&["The flags of Bergen"]);
    stage.await_deliveries("witness", 1);
    assert_eq!(stage.rows().len(), 1);
}

#[test]
fn the_hub_does_not_say_which_private_addresses_there_are() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    let added = stage.run(&["reader", "add", "ann"]);
    let token = added.split("/r/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let guessed: String = token.chars().rev().collect();
    let callback = format!("{}/cb/spy", stage.subscriber.address);
    for path in [
        "r/TOKEN/topics/flags.atom",
        "%72/TOKEN/topics/flags.atom",
        "r%2FTOKEN/topics/flags.atom",
        "/r/TOKEN/topics/flags.atom",
        "./r/TOKEN/topics/flags.atom",
        "topics/../r/TOKEN/topics/flags.atom",
    ] {
        let mut answers = Vec::new();
        for token in [&token, &guessed] {
            let topic = format!("{}/{}", stage.address, path.replace("TOKEN", token));
            let form = [
                ("hub.mode", "subscribe"),
                ("hub.topic", topic.as_str()),
                ("hub.callback", callback.as_str()),
            ];
            let answer = stage.ask_hub(&form);
            answers.push((answer.status, answer.text()));
        }
        assert_eq!(answers[0].0, 404, "{path}: {}", answers[0].1);
        assert_eq!(answers[0], answers[1], "{path}");
    }
    assert_eq!(stage.told("spy")["verifications"], json!([]));
}

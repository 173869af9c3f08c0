//! Subscribers that fail, leave or come back, and a program that stops in between.

use serde_json::json;

use crate::push::PUSH;
use crate::push::Stage;
use crate::push::titles;

#[test]
fn what_gathered_while_a_subscriber_failed_comes_at_once_and_once() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    stage.order(&json!({"name": "failing", "answer": 500, "secret": "s"}));
    for name in ["failing", "witness"] {
        stage.subscribe(name, "topics/flags.atom");
    }
    stage.publish(&["The flags of Bergen"]);
    let first = stage.await_deliveries("failing", 1);
    stage.await_deliveries("witness", 1);
    super::await_that("the failure is written", || stage.rows().iter().any(|row| row["state"] == "failing"));
    stage.publish(&["The flags of Como"]);
    stage.await_deliveries("witness", 2);
    // It is in its pause.
    assert_eq!(stage.told("failing")["deliveries"].as_array().unwrap().len(), 1);
    // The same once more has the same key.
    stage.order(&json!({"name": "failing", "answers": [503]}));
    stage.run(&["outbox", "retry"]);
    let second = stage.await_deliveries("failing", 2);
    super::await_that("the second failure is written", || stage.rows().iter().any(|row| row["failed"] == 2));
    stage.order(&json!({"name": "failing", "answer": 200}));
    stage.run(&["outbox", "retry"]);
    let third = stage.await_deliveries("failing", 3);
    assert_eq!(titles(&third[2]), ["The flags of Bergen", "The flags of Como"]);
    let key =
        |deliveries: &[serde_json::Value], at: usize| deliveries[at]["headers"]["idempotency-key"].clone();
    assert_ne!(key(&first, 0), key(&second, 1));
    assert_eq!(key(&second, 1), key(&third, 2));
    assert_eq!(third[2]["signature"], "right");
    // And then goes on with the others.
    super::await_that("nothing fails", || stage.rows().iter().all(|row| row["state"] == "at rest"));
    stage.publish(&["The flags of Delft"]);
    assert_eq!(titles(&stage.await_deliveries("failing", 4)[3]), ["The flags of Delft"]);
}

#[test]
fn a_renewal_keeps_what_is_owed() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    stage.order(&json!({"name": "failing", "answers": [500]}));
    stage.subscribe("failing", "topics/flags.atom");
    stage.publish(&["The flags of Bergen"]);
    stage.await_deliveries("failing", 1);
    super::await_that("the failure is written", || stage.rows().iter().any(|row| row["state"] == "failing"));
    // Who comes back is tried at once, and goes on where it was.
    assert_eq!(stage.intend("subscribe", "failing", "topics/flags.atom")["status"], 202);
    let deliveries = stage.await_deliveries("failing", 2);
    assert_eq!(titles(&deliveries[1]), ["The flags of Bergen"]);
    stage.await_rows(1);
}

#[test]
fn who_is_gone_is_forgotten() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    stage.order(&json!({"name": "gone", "answer": 410}));
    for name in ["gone", "witness"] {
        stage.subscribe(name, "topics/flags.atom");
    }
    stage.publish(&["The flags of Bergen"]);
    stage.await_deliveries("gone", 1);
    stage.await_rows(1);
    // What two polls brought may come in one delivery to whoever did not have the first.
    stage.await_deliveries("witness", 1);
    stage.publish(&["The flags of Como"]);
    stage.await_deliveries("witness", 2);
    assert_eq!(stage.told("gone")["deliveries"].as_array().unwrap().len(), 1);
}

#[test]
fn subscribers_of_a_topic_that_is_taken_out_are_denied() {
    let mut stage = Stage::start(&["flags", "kites"], PUSH);
    stage.publish(&["The flags of Avignon", "The kites of Avignon"]);
    // One that takes long must not hold up the others.
    stage.order(&json!({"name": "f0", "verify_delay": 5}));
    let names: Vec<String> = (0..20).map(|number| format!("f{number}")).collect();
    for name in &names {
        assert_eq!(stage.intend("subscribe", name, "topics/flags.atom")["status"], 202);
    }
    stage.await_rows(20);
    stage.subscribe("kites", "topics/kites.atom");
    let more = PUSH.replace("CALLBACKS", &stage.subscriber.address);
    stage.configure(&["kites"], &more);
    stage.daemon.as_ref().unwrap().signal("HUP");
    for name in &names {
        let told = stage.await_questions(name, 2);
        let fields = &told[1]["fields"];
        assert_eq!(fields["hub.mode"], "denied", "{fields}");
        assert_eq!(fields["hub.topic"], format!("{}/topics/flags.atom", stage.address));
        assert!(!fields["hub.reason"].as_str().unwrap().is_empty());
    }
    stage.await_rows(1);
    stage.publish(&["The kites of Bergen"]);
    stage.await_deliveries("kites", 1);
    for name in &names {
        // Each was told once.
        assert_eq!(stage.told(name)["verifications"].as_array().unwrap().len(), 2, "{name}");
    }
}

#[test]
fn a_restart_loses_nothing_and_repeats_nothing() {
    let mut stage = Stage::start(&["flags"], PUSH);
    stage.publish(&["The flags of Avignon"]);
    stage.await_found("flags", 1);
    for name in ["one", "two"] {
        stage.subscribe(name, "topics/flags.atom");
    }
    stage.subscribe("all", "search.json?q=flags");
    stage.publish(&["The flags of Bergen"]);
    for name in ["one", "two", "all"] {
        stage.await_deliveries(name, 1);
    }
    stage.stop();
    // It comes while nobody serves.
    stage.publish(&["The flags of Como"]);
    stage.serve();
    for name in ["one", "two", "all"] {
        let deliveries = stage.await_deliveries(name, 2);
        assert_eq!(titles(&deliveries[1]), ["The flags of Como"], "{name}");
    }
    stage.stop();
    stage.serve();
    stage.publish(&["The flags of Delft"]);
    for name in ["one", "two", "all"] {
        let deliveries = stage.await_deliveries(name, 3);
        assert_eq!(deliveries.len(), 3, "{name}");
        assert_eq!(titles(&deliveries[2]), ["The flags of Delft"], "{name}");
    }
}

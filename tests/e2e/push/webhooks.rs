//! Webhooks as their receivers get them.

use serde_json::Value;
use serde_json::json;

use crate::push::PUSH;
use crate::push::SECRET;
use crate::push::Stage;
use crate::push::await_that;

/// One of each form.
fn hooks() -> String {
    let places = [
        ("json", "json", true),
        ("ntfy", "ntfy/papers", true),
        ("matrix", "matrix/_matrix/client/v3/rooms/!room:example.org", true),
        ("slack", "slack/services/T0/B0/x", false),
        ("mastodon", "mastodon", true),
    ];
    let hook = |(format, path, has_secret): (&str, &str, bool)| {
        let secret = if has_secret { "secret = \"env:HOOK_SECRET\"\n" } else { "" };
        format!(
            "[[webhook]]\nid = \"{format}\"\ntopics = [\"flags\"]\nurl = \"CALLBACKS/cb/{path}\"\nformat = \"{format}\"\n{secret}"
        )
    };
    places.map(hook).concat()
}

fn body(delivery: &Value) -> Value {
    serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap()
}

#[test]
fn every_form_arrives_as_its_receiver_wants_it() {
    // No callback is allowed for them: the operator named them.
    let mut stage = Stage::start(&["flags", "kites"], &hooks());
    stage.order(&json!({"name": "json", "secret": SECRET}));
    await_that("five destinations", || stage.rows().len() == 5);
    stage.publish(&["The kites of Avignon", "The flags of &lt;Bergen&gt;"]);
    let arrived = |name: &str| stage.await_deliveries(name, 1).swap_remove(0);
    let bearer = format!("Bearer {SECRET}");

    let delivery = arrived("json");
    assert_eq!((&delivery["method"], &delivery["webhook_signature"]), (&json!("POST"), &json!("right")));
    assert_eq!(delivery["headers"]["webhook-id"], delivery["headers"]["idempotency-key"]);
    let payload = body(&delivery);
    assert_eq!(payload["type"], "entries.listed");
    assert_eq!(payload["data"]["topic"]["feed_url"], format!("{}/topics/flags.atom", stage.address));
    let entries = payload["data"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    let title = &entries[0]["title"];
    assert!(title.as_str().unwrap().starts_with("The flags of"), "{title}");

    let delivery = arrived("ntfy");
    assert_eq!(
        (&delivery["path"], &delivery["headers"]["authorization"]),
        (&json!("/cb/ntfy/"), &json!(bearer))
    );
    let message = body(&delivery);
    assert_eq!((&message["topic"], &message["title"]), (&json!("papers"), title));

    let delivery = arrived("matrix");
    assert_eq!((&delivery["method"], &delivery["headers"]["authorization"]), (&json!("PUT"), &json!(bearer)));
    let path = delivery["path"].as_str().unwrap();
    assert!(
        path.starts_with("/cb/matrix/_matrix/client/v3/rooms/!room:example.org/send/m.room.message/"),
        "{path}"
    );
    let message = body(&delivery);
    assert_eq!(message["msgtype"], "m.notice");
    assert!(message["body"].as_str().unwrap().contains("The flags of"));

    let delivery = arrived("slack");
    assert_eq!(delivery["path"], "/cb/slack/services/T0/B0/x");
    let text = body(&delivery)["text"].as_str().unwrap().to_owned();
    assert!(text.contains("The flags of") && text.contains("All of flags"), "{text}");

    let delivery = arrived("mastodon");
    assert_eq!(delivery["path"], "/cb/mastodon/api/v1/statuses");
    assert_eq!(delivery["headers"]["authorization"], bearer);
    assert!(delivery["headers"]["idempotency-key"].is_string());
    let status = body(&delivery)["status"].as_str().unwrap().to_owned();
    assert!(
        status.starts_with("The flags of") && status.contains("https://journal.example.org/"),
        "{status}"
    );
}

#[test]
fn a_webhook_that_fails_gets_everything_later_and_in_order() {
    let mut stage = Stage::start(&["flags"], &format!("{PUSH}{}", hooks()));
    await_that("five destinations", || stage.rows().len() == 5);
    let names = ["json", "ntfy", "matrix", "slack", "mastodon"];
    for name in names {
        stage.order(&json!({"name": name, "secret": SECRET, "answers": [500]}));
    }
    stage.publish(&["The flags of Avignon"]);
    let mut keys = Vec::new();
    for name in names {
        keys.push(key(&stage.await_deliveries(name, 1)[0]));
    }
    await_that("all fail", || stage.rows().iter().all(|row| row["failed"] == 1));
    stage.publish(&["The flags of Bergen"]);
    stage.publish(&["The flags of Como"]);
    stage.stop();
    stage.serve();
    for name in names {
        assert_eq!(stage.told(name)["deliveries"].as_array().unwrap().len(), 1, "{name}: it is in its pause");
    }
    stage.run(&["outbox", "retry"]);
    for (name, first) in names.iter().zip(keys) {
        let one_by_one = !matches!(*name, "json" | "slack");
        let deliveries = stage.await_deliveries(name, if one_by_one { 4 } else { 2 });
        let told = |at: usize| deliveries[at]["body"].as_str().unwrap().to_owned();
        if one_by_one {
            // The first once more is the same as it was.
            assert_eq!(key(&deliveries[1]), first, "{name}");
            assert_eq!(told(0), told(1), "{name}");
            for (at, place) in ["Avignon", "Bergen", "Como"].iter().enumerate() {
                assert!(told(at + 1).contains(place), "{name}: {}", told(at + 1));
            }
        } else {
            assert!(["Avignon", "Bergen", "Como"].iter().all(|place| told(1).contains(place)), "{name}");
        }
    }
    assert_eq!(stage.await_deliveries("json", 2)[1]["webhook_signature"], "right");
    await_that("nothing fails", || stage.rows().iter().all(|row| row["failed"] == 0));
    for name in names {
        stage.order(&json!({"name": name, "forget": true}));
    }
    stage.publish(&["The flags of Delft"]);
    for name in names {
        let deliveries = stage.await_deliveries(name, 1);
        assert!(deliveries[0]["body"].as_str().unwrap().contains("Delft"), "{name}");
        assert_eq!(deliveries.len(), 1, "{name}");
    }
}

/// By what a receiver recognises a delivery.
fn key(delivery: &Value) -> String {
    let path = delivery["path"].as_str().unwrap();
    let key = delivery["headers"]["idempotency-key"].as_str();
    key.map_or_else(|| path.to_owned(), str::to_owned)
}

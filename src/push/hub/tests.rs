//! Requests that subscribers, publishers and others send to a hub.

use super::*;
use crate::push::form::write;

const TOPIC: &str = "https://papers.example.org/topics/peft.atom";
const CALLBACK: &str = "https://reader.example.net/cb/7f?x=%20a&y";

fn read(fields: &[(&str, &str)]) -> Result<Request, Refusal> {
    Request::read(&write(fields.iter().copied()))
}

/// A subscription with one field more, or another one.
fn with(name: &str, value: &str) -> Result<Request, Refusal> {
    let mut fields = vec![("hub.mode", "subscribe"), ("hub.callback", CALLBACK), ("hub.topic", TOPIC)];
    fields.retain(|(other, _)| *other != name);
    fields.push((name, value));
    read(&fields)
}

fn intent(request: Result<Request, Refusal>) -> Intent {
    match request.unwrap() {
        Request::Intent(intent) => intent,
        Request::Ping { .. } => panic!("a ping"),
    }
}

#[test]
fn a_subscription_is_read() {
    let wanted = intent(read(&[
        ("hub.mode", "subscribe"),
        ("hub.callback", CALLBACK),
        ("hub.topic", TOPIC),
        ("hub.secret", "invented & ünusual"),
        ("hub.lease_seconds", "864000"),
        ("hub.verify", "sync"),
        ("hub.verify", "later"),
        ("other", "x"),
    ]));
    assert_eq!(wanted.mode, Mode::Subscribe);
    assert_eq!(wanted.callback.as_str(), CALLBACK);
    assert_eq!(wanted.topic, TOPIC);
    assert_eq!(wanted.secret, Some(Secret::new("invented & ünusual")));
    assert_eq!(wanted.lease, Some(864_000));
    let unwanted = intent(with("hub.mode", "unsubscribe"));
    assert_eq!((unwanted.mode, unwanted.secret, unwanted.lease), (Mode::Unsubscribe, None, None));
}

#[test]
fn what_is_empty_is_not_there() {
    assert_eq!(intent(with("hub.secret", "")).secret, None);
    for lease in ["", "0", "00"] {
        assert_eq!(intent(with("hub.lease_seconds", lease)).lease, None);
    }
    assert!(
        with("hub.topic", "").is_err() && with("hub.callback", "").is_err() && with("hub.mode", "").is_err()
    );
}

#[test]
fn callbacks_that_no_subscriber_has_are_refused() {
    let long = format!("https://reader.example.net/{}", "a".repeat(ADDRESS_BYTES));
    let grows = format!("https://reader.example.net/{}", "ü".repeat(ADDRESS_BYTES / 3));
    for callback in [
        "reader.example.net/cb",
        "/cb",
        "ftp://reader.example.net/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://ann@reader.example.net/",
        "https://:secret@reader.example.net/",
        "https://reader.example.net/#x",
        "https://reader.example.net/?hub.challenge=x",
        "https://reader.example.net/?a=b&hub%2Etopic=x",
        &long,
        &grows,
    ] {
        let refusal = with("hub.callback", callback).unwrap_err();
        assert_eq!(refusal.status, 400, "{callback}");
        assert!(refusal.reason.starts_with("hub.callback"), "{}", refusal.reason);
    }
}

#[test]
fn secrets_and_leases_have_bounds() {
    assert!(with("hub.secret", &"a".repeat(199)).is_ok());
    assert!(with("hub.secret", &"a".repeat(200)).is_err());
    assert!(with("hub.secret", &"ü".repeat(100)).is_err());
    assert!(with("hub.secret", " x").is_err());
    let mut no_text = write([("hub.mode", "subscribe"), ("hub.callback", CALLBACK), ("hub.topic", TOPIC)]);
    no_text.extend_from_slice(b"&hub.secret=%FF%FE");
    assert!(Request::read(&no_text).is_err());
    assert_eq!(intent(with("hub.lease_seconds", &"9".repeat(30))).lease, Some(u64::MAX));
    for lease in ["-1", "+1", "1.5", "1e3", "ten", "٣"] {
        assert!(with("hub.lease_seconds", lease).is_err(), "{lease}");
    }
    assert!(with("hub.topic", &"a".repeat(ADDRESS_BYTES + 1)).is_err());
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    for name in ["hub.mode", "hub.callback", "hub.topic", "hub.secret", "hub.lease_seconds"] {
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.callback", CALLBACK),
            ("hub.topic", TOPIC),
            ("hub.secret", "x"),
            ("hub.lease_seconds", "5"),
            (name, "other"),
        ];
        assert_eq!(read(&fields).unwrap_err().reason, format!("{name} is there more than once"));
    }
}

#[test]
fn a_ping_names_topics_in_any_way() {
    let both = read(&[("hub.mode", "publish"), ("hub.url", TOPIC), ("hub.topic", TOPIC), ("hub.url", "b")]);
    assert_eq!(both, Ok(Request::Ping { topics: vec![TOPIC.to_owned(), "b".to_owned()] }));
    assert!(read(&[("hub.mode", "publish")]).is_err());
    let many: Vec<String> = (0..=TOPICS_AT_MOST).map(|number| number.to_string()).collect();
    let mut fields = vec![("hub.mode", "publish")];
    fields.extend(many.iter().map(|topic| ("hub.url", topic.as_str())));
    assert!(read(&fields).is_err());
}

#[test]
fn bytes_of_any_kind_are_refused_with_a_reason() {
    for body in
        [&b""[..], b"{}", b"%", b"\xFF\0", b"hub.mode", b"hub.mode=Subscribe", b"hub.mode=denied", b"&=&"]
    {
        assert_eq!(Request::read(body).unwrap_err().status, 400);
    }
    assert_eq!(Request::read(&vec![b'a'; REQUEST_BYTES + 1]).unwrap_err().status, 413);
}

#[test]
fn leases_are_granted_within_bounds() {
    let leases = Leases { shortest: 300, longest: 864_000, usual: 600_000 };
    let granted = [None, Some(0), Some(300), Some(301), Some(864_001), Some(u64::MAX)];
    assert_eq!(granted.map(|asked| leases.grant(asked)), [600_000, 300, 300, 301, 864_000, 864_000]);
    let upside_down = Leases { shortest: 10, longest: 5, usual: 7 };
    assert_eq!(upside_down.grant(None), 5);
}

#[test]
fn a_callback_keeps_its_own_query() {
    let callback = Url::parse(CALLBACK).unwrap();
    let asked = verification_url(&callback, Mode::Subscribe, TOPIC, "c/+ 1", Some(60));
    let expected = "https://reader.example.net/cb/7f?x=%20a&y&hub.mode=subscribe\
         &hub.topic=https%3A%2F%2Fpapers.example.org%2Ftopics%2Fpeft.atom&hub.challenge=c%2F%2B+1&hub.lease_seconds=60";
    assert_eq!(asked.as_str(), expected);
    let bare = Url::parse("http://reader.example.net:8080").unwrap();
    let ended = verification_url(&bare, Mode::Unsubscribe, "t", "c", None);
    let expected = "http://reader.example.net:8080/?hub.mode=unsubscribe&hub.topic=t&hub.challenge=c";
    assert_eq!(ended.as_str(), expected);
    let denied = denial_url(&bare, "t", "no such topic & more");
    let expected =
        "http://reader.example.net:8080/?hub.mode=denied&hub.topic=t&hub.reason=no+such+topic+%26+more";
    assert_eq!(denied.as_str(), expected);
}

#[test]
fn only_the_challenge_itself_verifies() {
    assert!(is_verified(200, b"c1", "c1") && is_verified(204, b"c1", "c1"));
    for (status, body) in
        [(200, &b"c1\n"[..]), (200, b""), (200, b"<p>c1"), (302, b"c1"), (404, b"c1"), (100, b"c1")]
    {
        assert!(!is_verified(status, body, "c1"));
    }
    assert!(!is_verified(200, b"", ""));
}

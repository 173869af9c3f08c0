//! What invented entries become for each kind of receiver, hostile ones among them.

use serde_json::Value;

use super::*;

const HOSTILE: &str = "<!channel> @everyone <script>alert(1)</script> & \"x\" ![a](http://evil.example/a.png) #tag\r\n\u{0}\u{202E}";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000 + seconds)
}

fn entry(number: i64) -> Announced {
    Announced {
        id: format!("tag:papers.example.org,2026:paper/{number}"),
        title: format!("Low-rank adapters, part {number}"),
        url: format!("https://papers.example.org/papers/{number}"),
        authors: vec!["Ann Lee".to_owned(), "Bo Wu".to_owned()],
        summary: "We train few parameters & forget little.".to_owned(),
        published: Some(at(-60)),
        updated: at(number),
        doi: Some("10.5555/12345".to_owned()),
        arxiv: None,
        reason: Some("its title has \"adapters\"".to_owned()),
    }
}

fn announcement(entries: Vec<Announced>) -> Announcement {
    Announcement {
        topic_id: "peft".to_owned(),
        topic_title: "Fine-tuning <few>".to_owned(),
        topic_url: "https://papers.example.org/topics/peft".to_owned(),
        feed_url: "https://papers.example.org/topics/peft.atom".to_owned(),
        entries,
    }
}

fn hostile() -> Announced {
    Announced {
        id: HOSTILE.to_owned(),
        title: HOSTILE.to_owned(),
        url: "javascript:alert(1)".to_owned(),
        authors: vec![HOSTILE.to_owned(); 200],
        summary: HOSTILE.repeat(2_000),
        reason: Some(HOSTILE.repeat(50)),
        ..entry(1)
    }
}

fn bare() -> Announced {
    let empty = String::new;
    Announced {
        title: empty(),
        url: empty(),
        authors: Vec::new(),
        summary: empty(),
        published: None,
        doi: None,
        reason: None,
        ..entry(1)
    }
}

fn address(template: Template) -> &'static str {
    match template {
        Template::Json => "https://hook.example.net/in?a=b",
        Template::Ntfy => "https://ntfy.example.net/papers",
        Template::Matrix => "https://matrix.example.net/_matrix/client/v3/rooms/!room:example.net",
        Template::Slack => "https://hooks.example.net/services/T0/B0/x",
        Template::Mastodon => "https://social.example.net/",
    }
}

fn make(template: Template, url: &str, secret: Option<&str>) -> Result<Endpoint, String> {
    Endpoint::new(template, Url::parse(url).unwrap(), secret.map(Secret::new))
}

fn endpoint(template: Template) -> Endpoint {
    let secret = (template != Template::Slack).then_some("token-1");
    make(template, address(template), secret).unwrap()
}

fn sent(template: Template, entries: Vec<Announced>) -> Vec<Outgoing> {
    endpoint(template).requests(&announcement(entries), at(100))
}

fn json(outgoing: &Outgoing) -> Value {
    serde_json::from_slice(&outgoing.body).unwrap()
}

fn header<'a>(outgoing: &'a Outgoing, name: &str) -> Option<&'a str> {
    outgoing.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn text(outgoing: &Outgoing, field: &str) -> String {
    json(outgoing)[field].as_str().unwrap().to_owned()
}

#[test]
fn a_template_has_a_name() {
    for template in Template::ALL {
        assert_eq!(Template::parse(template.name()), Some(template));
    }
    assert_eq!(Template::parse("Json"), None);
}

#[test]
fn json_has_everything_and_is_signed() {
    let requests = sent(Template::Json, vec![entry(2), entry(1)]);
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.method, request.url.as_str()), ("POST", address(Template::Json)));
    let payload = json(request);
    assert_eq!(payload["type"], "entries.listed");
    assert_eq!(payload["timestamp"], at(2).to_rfc3339());
    assert_eq!(payload["data"]["topic"]["feed_url"], "https://papers.example.org/topics/peft.atom");
    let first = &payload["data"]["entries"][0];
    assert_eq!(first["title"], "Low-rank adapters, part 2");
    assert_eq!(first["authors"][1], "Bo Wu");
    assert_eq!(first["doi"], "10.5555/12345");
    assert!(first.get("arxiv").is_none() && payload["data"]["entries"][1]["id"] == entry(1).id);
    assert_eq!(header(request, "webhook-id"), Some(request.key.as_str()));
    assert_eq!(header(request, "webhook-timestamp"), Some("1790000100"));
    let signature = crate::push::signature::sign_standard(
        &Secret::new("token-1"),
        &request.key,
        1_790_000_100,
        &request.body,
    );
    assert_eq!(header(request, "webhook-signature"), Some(signature.as_str()));
    assert_eq!(header(request, "Authorization"), None);
    let unsigned = make(Template::Json, "http://10.0.0.5:8080/in", None).unwrap();
    let requests = unsigned.requests(&announcement(vec![entry(1)]), at(100));
    assert_eq!(header(&requests[0], "webhook-signature"), None);
    assert_eq!(header(&requests[0], "Idempotency-Key"), Some(requests[0].key.as_str()));
}

#[test]
fn ntfy_is_told_at_its_root() {
    let requests = sent(Template::Ntfy, vec![entry(1), entry(2)]);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].url.as_str(), "https://ntfy.example.net/");
    assert_eq!(header(&requests[0], "Authorization"), Some("Bearer token-1"));
    let message = json(&requests[0]);
    assert_eq!(
        (&message["topic"], &message["title"]),
        (&"papers".into(), &"Low-rank adapters, part 1".into())
    );
    assert_eq!(message["click"], "https://papers.example.org/papers/1");
    let expected = "Ann Lee, Bo Wu\n\nWe train few parameters & forget little.\n\nits title has \"adapters\"";
    assert_eq!(message["message"], expected);
    let empty = json(&sent(Template::Ntfy, vec![bare()])[0]);
    assert_eq!((&empty["message"], empty.get("click")), (&"Fine-tuning <few>".into(), None));
    let wide = Announced {
        title: "𝔘".repeat(900),
        summary: "𝔘".repeat(9_000),
        authors: vec!["𝔘".repeat(900); 9],
        ..hostile()
    };
    assert!(text(&sent(Template::Ntfy, vec![wide])[0], "message").len() <= 4_096);
    let deep = make(Template::Ntfy, "http://box.example.net:8080/ntfy/a_b-1/", None).unwrap();
    let requests = deep.requests(&announcement(vec![entry(1)]), at(0));
    assert_eq!(requests[0].url.as_str(), "http://box.example.net:8080/ntfy/");
    assert_eq!(
        (json(&requests[0])["topic"].as_str(), header(&requests[0], "Authorization")),
        (Some("a_b-1"), None)
    );
}

#[test]
fn matrix_mentions_nobody() {
    let requests = sent(Template::Matrix, vec![entry(1)]);
    let request = &requests[0];
    let expected = format!("{}/send/m.room.message/{}", address(Template::Matrix), request.key);
    assert_eq!((request.method, request.url.as_str()), ("PUT", expected.as_str()));
    assert_eq!(header(request, "Authorization"), Some("Bearer token-1"));
    let event = json(request);
    assert_eq!((&event["msgtype"], &event["m.mentions"]), (&"m.notice".into(), &serde_json::json!({})));
    assert_eq!(
        text(request, "formatted_body"),
        "<p><strong><a href=\"https://papers.example.org/papers/1\">Low-rank adapters, part 1</a></strong><br />Ann Lee, \
         Bo Wu</p><p>We train few parameters &amp; forget little.</p><p><em>Fine-tuning &lt;few&gt;: its title has \
         &quot;adapters&quot;</em></p>"
    );
    assert_eq!(
        text(request, "body"),
        "Low-rank adapters, part 1\nhttps://papers.example.org/papers/1\nAnn Lee, Bo Wu\n\nWe train few parameters & forget \
         little.\n\nFine-tuning <few>: its title has \"adapters\""
    );
    let requests = sent(Template::Matrix, vec![hostile()]);
    let html = text(&requests[0], "formatted_body");
    assert!(!html.contains("<script") && !html.contains("href") && !html.contains("<!channel"), "{html}");
    assert!(!html.contains("@everyone") && !text(&requests[0], "body").contains("@everyone"));
    assert!(requests[0].body.len() < 30_000);
}

#[test]
fn slack_gets_several_entries_in_a_message() {
    let requests = sent(Template::Slack, vec![entry(1), entry(2)]);
    assert_eq!(requests.len(), 1);
    let expected = "<https://papers.example.org/topics/peft|Fine-tuning &lt;few&gt;>\n\n\
         <https://papers.example.org/papers/1|Low-rank adapters, part 1>\nAnn Lee, Bo Wu\nWe train few parameters &amp; forget \
         little.\nits title has \"adapters\"\n\n<https://papers.example.org/papers/2|Low-rank adapters, part 2>";
    assert!(text(&requests[0], "text").starts_with(expected), "{}", text(&requests[0], "text"));
    assert_eq!(header(&requests[0], "Authorization"), None);

    let many: Vec<Announced> = (0..100).map(entry).collect();
    let requests = sent(Template::Slack, many);
    let texts: Vec<String> = requests.iter().map(|request| text(request, "text")).collect();
    assert!(requests.len() > 1 && texts.iter().all(|text| text.chars().count() <= 3_900));
    for number in 0..100 {
        let link = format!("/papers/{number}|");
        assert_eq!(texts.iter().filter(|text| text.contains(&link)).count(), 1);
    }
}

#[test]
fn slack_calls_nobody() {
    let odd = Announced { url: "https://papers.example.org/a?b=1&c=2#x|<!here>".to_owned(), ..hostile() };
    for entry in [hostile(), odd] {
        let requests = sent(Template::Slack, vec![entry; 3]);
        for text in requests.iter().map(|request| text(request, "text")) {
            assert!(!text.contains("<!") && !text.contains("@everyone") && !text.contains("]("), "{text}");
            assert!(!text.contains("<script") && text.chars().count() < 8_000);
            let links = text.matches('<').count();
            assert_eq!(text.matches('>').count(), links);
            assert_eq!(text.matches('|').count(), links);
        }
    }
}

/// What Mastodon counts, where addresses are those of the entries alone.
fn mastodon_counts(status: &str) -> usize {
    let words =
        status.split('\n').map(|line| if line.starts_with("https://") { 23 } else { line.chars().count() });
    words.map(|count| count + 1).sum::<usize>() - 1
}

#[test]
fn mastodon_counts_no_more_than_a_status_has() {
    let requests = sent(Template::Mastodon, vec![entry(1)]);
    let request = &requests[0];
    assert_eq!(
        (request.method, request.url.as_str()),
        ("POST", "https://social.example.net/api/v1/statuses")
    );
    assert_eq!(header(request, "Idempotency-Key"), Some(request.key.as_str()));
    assert_eq!(header(request, "Authorization"), Some("Bearer token-1"));
    let expected = "Low-rank adapters, part 1\nAnn Lee, Bo Wu\n\nWe train few parameters & forget little.\n\n\
         https://papers.example.org/papers/1";
    assert_eq!(text(request, "status"), expected);

    let long_url = format!("https://papers.example.org/{}", "a".repeat(1_000));
    let long = Announced {
        title: "Adapters ".repeat(90),
        summary: "word ".repeat(900),
        url: long_url.clone(),
        ..entry(1)
    };
    let status = text(&sent(Template::Mastodon, vec![long.clone()])[0], "status");
    assert!((450..=500).contains(&mastodon_counts(&status)), "{status}");
    assert!(status.ends_with(&long_url));
    // A host in no public domain is no address to the server, and counts as it is.
    let private =
        Announced { url: "http://papers.lan/papers/aaaaaaaaaaaaaaaaaaaa".to_owned(), ..long.clone() };
    let status = text(&sent(Template::Mastodon, vec![private])[0], "status");
    assert!((430..=500).contains(&status.chars().count()) && status.ends_with("aaaa"));
    let lost = Announced { url: format!("http://papers.lan/{}", "a".repeat(1_000)), ..long };
    assert!(text(&sent(Template::Mastodon, vec![lost])[0], "status").chars().count() <= 500);
}

#[test]
fn mastodon_calls_nobody() {
    let short_addresses = Announced { summary: "http://a.org ".repeat(200), ..entry(1) };
    let signs = Announced {
        title: "@ann@social.example.net #x ".repeat(50),
        summary: "#@＠＃".repeat(500),
        ..entry(1)
    };
    for entry in [hostile(), bare(), short_addresses, signs] {
        let status = text(&sent(Template::Mastodon, vec![entry])[0], "status");
        let extra = status.matches("http://a.org").count() * (23 - "http://a.org".len());
        assert!(status.chars().count() + extra <= 500, "{status}");
        for sign in ['@', '＠', '#', '＃'] {
            for (at, _) in status.match_indices(sign) {
                assert_eq!(status[at..].chars().nth(1), Some(words::JOINER), "{status}");
            }
        }
    }
}

#[test]
fn a_repeat_has_the_same_key() {
    for template in Template::ALL {
        let keys = |entries: Vec<Announced>| -> Vec<String> {
            sent(template, entries).into_iter().map(|request| request.key).collect()
        };
        let first = keys(vec![entry(1)]);
        assert_eq!(first, keys(vec![Announced { title: "another".to_owned(), ..entry(1) }]));
        assert_ne!(first, keys(vec![Announced { updated: at(9), ..entry(1) }]));
        assert_ne!(first, keys(vec![Announced { id: "tag:x".to_owned(), ..entry(1) }]));
        assert!(first[0].len() == 32 && first[0].bytes().all(|byte| byte.is_ascii_hexdigit()));
        let mut other = announcement(vec![entry(1)]);
        other.topic_id = "rlhf".to_owned();
        assert_ne!(endpoint(template).requests(&other, at(100))[0].key, first[0]);
        let later = endpoint(template).requests(&announcement(vec![entry(1)]), at(200));
        assert_eq!((&later[0].key, &later[0].body), (&first[0], &sent(template, vec![entry(1)])[0].body));
        assert!(keys(Vec::new()).is_empty());
    }
    let mut keys: Vec<String> =
        Template::ALL.map(|template| sent(template, vec![entry(1)])[0].key.clone()).into();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5);
}

#[test]
fn anything_becomes_headers_without_line_ends() {
    for template in Template::ALL {
        for request in sent(template, vec![hostile(), bare()]) {
            for (name, value) in &request.headers {
                assert!(
                    name.is_ascii() && value.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                    "{value}"
                );
            }
            assert!(json(&request).is_object());
            assert!(
                !format!("{request:?}").contains("token-1") && !format!("{request:?}").contains("services")
            );
        }
    }
}

#[test]
fn what_cannot_work_is_refused_at_once() {
    use Template::Json;
    use Template::Mastodon;
    use Template::Matrix;
    use Template::Ntfy;
    use Template::Slack;
    let token = Some("token-1");
    for (template, url, secret) in [
        (Json, "ftp://hook.example.net/", None),
        (Json, "https://a:b@hook.example.net/", None),
        (Json, "https://hook.example.net/#x", None),
        (Json, "https://hook.example.net/", Some("")),
        (Json, "https://hook.example.net/", Some("whsec_")),
        (Json, "https://hook.example.net/", Some("whsec_no base64")),
        (Slack, "https://hooks.example.net/x", token),
        (Ntfy, "https://ntfy.example.net/", token),
        (Ntfy, "https://ntfy.example.net/a.b", token),
        (Ntfy, "https://ntfy.example.net/papers?auth=x", token),
        (Ntfy, "https://ntfy.example.net/papers", Some("a b")),
        (Matrix, address(Matrix), None),
        (Matrix, address(Matrix), Some("a\r\nb")),
        (Matrix, "https://matrix.example.net/", token),
        (Matrix, "https://matrix.example.net/_matrix/client/v3/rooms/%23room:example.net", token),
        (Matrix, "https://matrix.example.net/_matrix/client/v3/rooms/", token),
        (Mastodon, address(Mastodon), None),
        (Mastodon, address(Mastodon), Some("ü")),
    ] {
        let reason = make(template, url, secret).unwrap_err();
        assert!(reason.len() > 10 && !reason.contains("token-1"), "{reason}");
    }
    for (template, url, expected) in [
        (Mastodon, "https://social.example.net", "https://social.example.net/api/v1/statuses"),
        (
            Mastodon,
            "https://social.example.net/api/v1/statuses/",
            "https://social.example.net/api/v1/statuses",
        ),
        (
            Matrix,
            "https://matrix.example.net/_matrix/client/v3/rooms/%21a/",
            "https://matrix.example.net/_matrix/client/v3/rooms/%21a",
        ),
    ] {
        assert_eq!(make(template, url, token).unwrap().url.as_str(), expected);
    }
}

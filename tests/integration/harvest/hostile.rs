//! Sources that attack: each is refused or cleaned and reported, and nothing else is disturbed.

use std::fmt::Write as _;
use std::time::Duration;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;

/// One hostile feed a source, beside an honest one; the client loses patience soon.
fn configuration(net: &Net) -> String {
    let mut text =
        "contact = \"mailto:ops@example.org\"\n[fetch]\nidle_timeout = \"1s\"\ntotal_timeout = \"3s\"\n\
                    [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"flag* OR script OR bomb\"\n\
                    [[topic]]\nid = \"every\"\ntitle = \"Every\"\nquery = \"-nothing\"\n"
            .to_owned();
    for name in ["bomb", "slow", "entities", "inward", "wall", "script", "deep", "honest"] {
        writeln!(
            text,
            "[[source]]\nid = \"{name}\"\nkind = \"feed\"\nurl = \"{}\"",
            net.host(name).url(&format!("/{name}"))
        )
        .unwrap();
    }
    text
}

#[tokio::test]
async fn attacks_are_refused_or_cleaned_and_told_and_the_rest_goes_on() {
    let net = Net::start().await;
    net.at("/bomb").bombs("gzip");
    net.at("/slow")
        .answers(wire::journal(&[("10.5555/slow", "A Slow Flag")]))
        .drips(8, Duration::from_millis(400));
    let entities = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l1 \"&lol;&lol;&lol;&lol;\">\
                    <!ENTITY l2 \"&l1;&l1;&l1;&l1;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss version=\"2.0\"><channel>\
                    <title>t</title><item><title>An Entity Bomb &l2; &x;</title>\
                    <link>https://flags.example.org/bomb</link></item></channel></rss>";
    net.at("/entities").answers(entities);
    net.at("/inward").redirects_to(301, "http://169.254.169.254/latest/meta-data/");
    net.at("/wall").answers("<!doctype html><html><head><title>Just a moment...</title></head></html>");
    let script = wire::journal(&[(
        "10.5555/script",
        "<script>alert(1)</script>A Flag & <img src=x onerror=alert(2)>",
    )]);
    net.at("/script").answers(script);
    net.at("/deep").answers(format!("<rss><channel>{}", "<item>".repeat(200_000)));
    net.at("/honest").answers(wire::journal(&[("10.5555/honest", "An Honest Flag")]));

    let site = Site::start(&configuration(&net)).await;
    let rows = site.poll().await;
    let row = |name: &str| rows.iter().find(|row| row.source == name).unwrap();
    for (name, words) in [
        ("bomb", "bomb"),
        ("slow", "did not finish its answer within 3 s"),
        ("inward", "169.254.169.254 is refused"),
        ("wall", "we are blocked"),
    ] {
        let fault = row(name).fault.as_deref().unwrap_or_default();
        assert!(fault.contains(words), "{name}: {fault:?}");
        assert_eq!(
            site.source(name).await.fault.as_deref(),
            Some(fault),
            "{name} is told in the table of sources"
        );
    }
    assert_eq!(row("wall").state, "blocked");
    assert_eq!((row("honest").new, row("script").new), (1, 1), "{rows:?}");
    assert!(site.feed("all").await.titles().contains(&"An Honest Flag"));

    let every = site.feed("every").await;
    let bomb = every.titles().into_iter().find(|title| title.contains("Entity Bomb")).unwrap_or_default();
    assert!(bomb.len() < 100 && !bomb.contains("root:"), "{bomb}");
    for path in ["/topics/every", "/topics/every.atom", "/"] {
        let got = site.get(path).await;
        // Our own script is a file, and what search engines read is data.
        let own = ["<script src=\"/assets/offprint.js\"", "<script type=\"application/ld+json\">"];
        let text = own.iter().fold(got.text().to_owned(), |text, own| text.replacen(own, "", 1));
        assert!(!text.contains("<script") && !text.contains("<img"), "{path}: {text}");
        assert!(got.header("content-security-policy").contains("default-src 'none'"));
    }
}

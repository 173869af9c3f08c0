//! What a list becomes.

use super::*;
use crate::config;
use crate::config::environment::Environment;

const CONFIGURED: &str = "\
[[source]]\nid = \"gardens\"\nkind = \"feed\"\nurl = \"https://gardens.example/rss\"\n\
[[source]]\nid = \"arxiv-cs-lg\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\", \"hep-th\"]\n\
url = \"http://127.0.0.1:9000/mirror\"\n";

fn configured(text: &str) -> Config {
    config::parse(text, "test", &Environment::from_process()).unwrap()
}

fn outline(title: &str, address: &str) -> Outline {
    Outline { title: title.to_owned(), address: address.to_owned(), line: 3 }
}

/// The stanzas and notes of a list of titles and addresses.
fn planned(list: &[(&str, &str)]) -> Plan {
    let outlines: Vec<Outline> = list.iter().map(|(title, address)| outline(title, address)).collect();
    plan(&outlines, &configured(CONFIGURED))
}

#[test]
fn a_feed_becomes_a_stanza_with_a_name_of_its_own() {
    let plan = planned(&[
        ("Journal of Gärten", "https://garden.example/feed?a=1&b=2#top"),
        ("Journal of gärten!", "feed://other.example/feed"),
        ("图神经", "https://www.graphs.example/rss"),
        ("gardens", "http://www.third.example"),
    ]);
    let text = toml(&plan.stanzas);
    assert_eq!(
        text,
        "\n# Journal of Gärten\n[[source]]\nid = \"journal-of-garten\"\nkind = \"feed\"\nurl = \"https://garden.example/feed?a=1&b=2\"\n\
         \n# Journal of gärten!\n[[source]]\nid = \"journal-of-garten-2\"\nkind = \"feed\"\nurl = \"http://other.example/feed\"\n\
         \n# 图神经\n[[source]]\nid = \"graphs-example\"\nkind = \"feed\"\nurl = \"https://www.graphs.example/rss\"\n\
         \n# gardens\n[[source]]\nid = \"gardens-2\"\nkind = \"feed\"\nurl = \"http://www.third.example/\"\n"
    );
    assert_eq!(configured(&format!("{CONFIGURED}{text}")).sources.len(), 6);
}

#[test]
fn feeds_of_arxiv_become_categories() {
    let plan = planned(&[
        ("a", "http://export.arxiv.org/rss/cs.CL"),
        ("b", "https://rss.arxiv.org/atom/math.CO+hep-th"),
        ("c", "https://arxiv.org/rss/CS.CL/"),
        ("d", "http://arxiv.org/rss/cs.LG"),
        ("e", "https://rss.arxiv.org/rss/No+Category"),
        ("f", "https://export.arxiv.org/api/query?search_query=cat:cs.CL"),
    ]);
    let whats: Vec<String> =
        plan.stanzas.iter().map(|stanza| format!("{} {:?}", stanza.id, stanza.what)).collect();
    assert_eq!(
        whats[..2],
        [
            "arxiv-cs-cl ArxivRss { categories: [\"cs.CL\"] }",
            "arxiv-math-co ArxivRss { categories: [\"math.CO\"] }",
        ]
    );
    assert!(
        matches!(&plan.stanzas[2].what, What::Feed { .. }),
        "the query interface is a feed like any other"
    );
    assert_eq!(
        plan.notes,
        [
            "line 3: \"c\" is left out: its categories stand in the list twice",
            "line 3: \"d\" is left out: the source arxiv-cs-lg has it already",
            "line 3: \"e\" is left out: \"No\" is no arXiv category",
        ]
    );
}

#[test]
fn what_is_configured_listed_twice_or_no_address_is_left_out_with_a_note() {
    let plan = planned(&[
        ("Gardens", "http://gardens.example/rss/"),
        ("New", "https://new.example/rss"),
        ("New again", "https://new.example/rss/"),
        ("Search", "query:Unread:unread = \"yes\""),
        ("", "/relative/feed"),
        ("Secret", "https://me:word@new.example/private"),
    ]);
    assert_eq!(plan.stanzas.len(), 1);
    assert_eq!(
        plan.notes,
        [
            "line 3: \"Gardens\" is left out: the source gardens has it already",
            "line 3: \"New again\" is left out: it stands in the list twice",
            "line 3: \"Search\" is left out: query:Unread:unread = \"yes\" is no http or https address",
            "line 3: \"/relative/feed\" is left out: /relative/feed is no address: relative URL without a base",
            "line 3: \"Secret\" is left out: its address has a user name or password in it",
        ]
    );
}

#[test]
fn the_summary_says_what_to_do() {
    let config = configured(CONFIGURED);
    let one = plan(&[outline("New", "https://new.example/rss")], &config);
    let none = Plan::default();
    assert_eq!(
        summary(3, &one, &config),
        "3 feeds in the list, 1 new source, 2 left out; append this to your configuration, then run `offprint check`"
    );
    assert_eq!(
        summary(1, &none, &config),
        "1 feed in the list, 0 new sources, 1 left out; there is nothing to add"
    );
}

#[test]
fn any_text_is_the_same_text_as_a_string_of_toml() {
    let every: String = (0..0x2100_u32).filter_map(char::from_u32).collect();
    for text in [every.as_str(), "a\"b\\c", "\\u0041", "'''\"\"\"", ""] {
        let table: std::collections::BTreeMap<String, String> =
            toml::from_str(&format!("key = {}", string(text))).unwrap();
        assert_eq!(table["key"], text);
    }
}

#[test]
fn names_stay_within_their_length() {
    let title = "x".repeat(200);
    let plan =
        planned(&[(&title, "https://a.example/"), (&title, "https://b.example/"), ("!!", "https://[::1]/")]);
    let ids: Vec<&str> = plan.stanzas.iter().map(|stanza| stanza.id.as_str()).collect();
    assert_eq!(ids, ["x".repeat(64).as_str(), format!("{}-2", "x".repeat(62)).as_str(), "1"]);
}

#[test]
fn titles_cannot_break_out_of_their_comment() {
    let plan = planned(&[("a\n[server]\r\u{7f}b", "https://a.example/")]);
    assert_eq!(configured(&toml(&plan.stanzas)).sources.len(), 1);
}

#[test]
fn json_names_kind_and_options() {
    let plan = planned(&[("N", "https://new.example/rss"), ("A", "https://rss.arxiv.org/rss/cs.CL")]);
    assert_eq!(
        serde_json::to_string(&plan.stanzas).unwrap(),
        "[{\"id\":\"n\",\"title\":\"N\",\"kind\":\"feed\",\"url\":\"https://new.example/rss\"},\
         {\"id\":\"arxiv-cs-cl\",\"title\":\"A\",\"kind\":\"arxiv-rss\",\"categories\":[\"cs.CL\"]}]"
    );
}

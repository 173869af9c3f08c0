//! Subscription lists go round: what other readers wrote, and what we serve ourselves, become sources that configure.

use std::collections::BTreeSet;

use offprint::cli::opml;
use offprint::cli::opml::outlines;
use offprint::cli::opml::outlines::Outline;
use offprint::config;
use offprint::config::Config;
use offprint::config::environment::Environment;
use offprint::model::topic::TopicId;
use offprint::pages;
use offprint::pages::TopicLine;
use offprint::urls::Urls;
use url::Url;

use crate::support::data;
use crate::support::stored;

/// A configuration that has one source already.
const CONFIGURED: &str = "contact = 'mailto:ops@example.org'\n\
    [[source]]\nid = 'feedname'\nkind = 'feed'\nurl = 'https://journal.example.org/rss'\n\
    [[topic]]\nid = 'gardens'\ntitle = 'Gardens'\nquery = 'garden*'\n";

fn parsed(text: &str) -> Config {
    config::parse(text, "a list", &Environment::from_process())
        .unwrap_or_else(|faults| panic!("{faults}\n{text}"))
}

/// Imports a list; gives the sources that it adds, after they were found without faults, and the notes.
fn imported(outlines: &[Outline]) -> (usize, Vec<String>) {
    let plan = opml::plan(outlines, &parsed(CONFIGURED));
    let config = parsed(&format!("{CONFIGURED}{}", opml::toml(&plan.stanzas)));
    let ids: BTreeSet<_> = config.sources.iter().map(|source| source.id.clone()).collect();
    assert_eq!(ids.len(), config.sources.len());
    assert_eq!(config.sources.len(), plan.stanzas.len() + 1);
    assert_eq!(config.warnings, []);
    let again = opml::plan(outlines, &config);
    assert_eq!(again.stanzas, [], "a second import finds nothing new");
    (plan.stanzas.len(), plan.notes)
}

#[test]
fn our_own_subscription_list_is_read_back_whole() {
    let line = |number: usize| TopicLine {
        id: TopicId::parse(&format!("topic-{number}")).unwrap(),
        title: format!("Gardens & \"flags\" <{number}>"),
        description: String::new(),
        count: 0,
        last: None,
        rules: vec![("query", "title:\"flags & <pennants>\"".to_owned()), ("budget", "8/day".to_owned())],
    };
    let urls =
        Urls::new(Url::parse("https://papers.example.org/sub/").unwrap(), &stored::installation()).unwrap();
    let lines: Vec<TopicLine> = (0..20).map(line).collect();
    let list = pages::opml::render("Our papers", &lines, &urls).unwrap();
    let text = std::str::from_utf8(&list).unwrap();
    assert!(text.contains(
        r#"offprint:query="title:&quot;flags &amp; &lt;pennants&gt;&quot;" offprint:budget="8/day""#
    ));
    let found = outlines::read(&list).unwrap();
    assert_eq!(found.len(), 25);
    assert_eq!(found[7].title, "Gardens & \"flags\" <7>");
    assert_eq!(found[7].address, "https://papers.example.org/sub/topics/topic-7.atom");
    let addresses: Vec<&str> = found[20..].iter().map(|list| list.address.as_str()).collect();
    let lists = ["daily", "weekly", "trending", "picks", "updates"];
    assert_eq!(addresses, lists.map(|name| format!("https://papers.example.org/sub/{name}.atom")));
    assert!(text.contains(r#"<outline text="Our papers: lists">"#), "{text}");
    assert_eq!(imported(&found), (25, Vec::new()));
}

#[test]
fn recorded_lists_of_other_readers_never_panic_and_configure_without_faults() {
    let test = "recorded_lists_of_other_readers_never_panic_and_configure_without_faults";
    let Some(path) = data::recorded(test, "feeds/listparser-opml.tar.gz") else { return };
    let (mut lists, mut sources) = (0, 0);
    for (name, bytes) in data::files(&path) {
        // Every beginning of a list is a broken list.
        for end in 0..bytes.len() {
            let _fault_or_less = outlines::read(&bytes[..end]);
        }
        match outlines::read(&bytes) {
            Ok(found) => {
                lists += 1;
                sources += imported(&found).0;
            }
            Err(fault) => assert!(!name.contains("/opml/"), "{name}: {fault}"),
        }
    }
    assert!(lists >= 30 && sources >= 15, "{lists} lists with {sources} sources");
}

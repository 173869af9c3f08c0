//! The pages work without script, keep what was written, and say nothing about who is subscribed.

use chrono::Weekday;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::model::plan::Installation;
use crate::model::time::Timestamp;
use crate::urls::Urls;

const EVIL: &str = "\"><script>alert(1)</script>\r\n\u{202E}'&";

fn urls() -> Urls {
    let created = Timestamp::parse_rfc3339("2026-08-03T05:00:00Z").unwrap();
    let installation =
        Installation { created, tag_authority: "example.org".to_owned(), tag_date: "2026-08-03".to_owned() };
    Urls::new("https://papers.example.org/".parse().unwrap(), &installation).unwrap()
}

fn form() -> Form {
    let topic = |id: &str, title: &str, is_on| (TopicId::parse(id).unwrap(), title.to_owned(), is_on);
    Form {
        address: Some("ann@example.org".to_owned()),
        topics: vec![
            topic("peft", "Parameter-efficient fine-tuning", true),
            topic("flags", "Flags & graphs", false),
            topic("evil", EVIL, false),
        ],
        daily: true,
        trending: false,
        picks: true,
        rhythm: Rhythm::Weekly(Weekday::Mon),
        hour: 7,
        zone: "Europe/Zurich".to_owned(),
        even_empty: true,
    }
}

/// The start tags of a page, each with its attributes; fails where it is not well-formed.
fn tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(page.strip_prefix("<!doctype html>").unwrap());
    reader.config_mut().check_end_names = true;
    let mut tags = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            let attributes = tag.attributes().map(|one| {
                let one = one.unwrap();
                (one.key.as_ref().to_owned(), one.value.to_string())
            });
            tags.push((tag.name().as_ref().to_owned(), attributes.collect()));
        }
        if let Event::Eof = event {
            return tags;
        }
    }
}

fn all(site: &str) -> Vec<String> {
    let urls = urls();
    let around = Around { site, takes_mail: true, urls: &urls };
    let form = form();
    let kept = Form { address: None, ..form.clone() };
    let topics = ["Flags".to_owned(), EVIL.to_owned()];
    let mut all = vec![
        subscribe(around, &SubscribePage { action: "/subscribe", form: &form, problem: None }),
        subscribe(around, &SubscribePage { action: "/subscribe", form: &form, problem: Some(EVIL) }),
        preferences(
            around,
            &PreferencesPage {
                action: "/preferences/t",
                form: &kept,
                problem: None,
                unsubscribe: "/unsubscribe/t",
            },
        ),
        confirm(around, &ConfirmPage { action: "/confirm/t", address: EVIL, topics: &topics, cadence: EVIL }),
        unsubscribe(
            around,
            &UnsubscribePage { action: "/unsubscribe/t", preferences: Some("/preferences/t") },
        ),
    ];
    for page in [
        ToldPage::Sent { hours: 48 },
        ToldPage::Subscribed { preferences: "/preferences/t" },
        ToldPage::Kept { preferences: "/preferences/t" },
        ToldPage::Unsubscribed { again: Some("/again/t") },
        ToldPage::Stale { subscribe: "/subscribe" },
    ] {
        all.push(told(around, &page));
    }
    all.into_iter().map(Result::unwrap).collect()
}

#[test]
fn every_page_is_well_formed_and_holds_no_script_or_style_of_its_own() {
    for page in all("Reading Room").into_iter().chain(all(EVIL)) {
        let tags = tags(&page);
        let scripts = tags.iter().filter(|(name, _)| name == "script").count();
        assert_eq!((scripts, page.matches("<script").count()), (1, 1), "only the script of all pages");
        assert!(!page.contains('\u{202E}') && page.contains("noindex"));
        for (name, attributes) in &tags {
            let is_own = |key: &str| key == "style" || key.starts_with("on");
            assert!(
                name != "style" && attributes.iter().all(|(key, _)| !is_own(key)),
                "{name} {attributes:?}"
            );
        }
    }
}

#[test]
fn only_buttons_do_something() {
    for page in all("Reading Room") {
        for (name, attributes) in tags(&page) {
            let of =
                |key: &str| attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
            let does =
                |address: &str| ["confirm", "unsubscribe", "again"].iter().any(|word| address.contains(word));
            if name == "a" {
                assert!(!of("href").is_some_and(does), "{attributes:?}");
            }
            if name == "form" && of("role").is_none() && of("action").is_some() {
                assert_eq!(of("method"), Some("post"), "{attributes:?}");
            }
        }
    }
}

#[test]
fn the_form_keeps_what_was_written() {
    let page = &all("Reading Room")[1];
    let tags = tags(page);
    let field = |name: &str, value: &str| {
        let has = |attributes: &[(String, String)], key: &str, wanted: &str| {
            attributes.iter().any(|(name, value)| name == key && value == wanted)
        };
        let found = tags.iter().find(|(_, all)| has(all, "name", name) && has(all, "value", value));
        found.map(|(_, all)| all.iter().any(|(key, _)| key == "checked"))
    };
    assert_eq!(field("address", "ann@example.org"), Some(false));
    assert_eq!(field("zone", "Europe/Zurich"), Some(false));
    for (name, value, is_on) in [
        ("topic", "peft", true),
        ("topic", "flags", false),
        ("list", "daily", true),
        ("list", "trending", false),
        ("list", "picks", true),
        ("even_empty", "yes", true),
    ] {
        assert_eq!(field(name, value), Some(is_on), "{name} {value}");
    }
    for option in [
        "<option value=\"monday\" selected=\"selected\">every Monday</option>",
        "<option value=\"7\" selected=\"selected\">07:00</option>",
    ] {
        assert!(page.contains(option), "{option}");
    }
    assert!(page.contains("role=\"alert\"") && page.contains("<title>Not yet: Papers by mail"), "{page}");
    assert!(page.contains("name=\"website\"") && !page.contains("name=\"website\" value"));
}

#[test]
fn every_field_has_a_label() {
    for page in all("Reading Room") {
        let tags = tags(&page);
        let of = |attributes: &[(String, String)], key: &str| {
            attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
        };
        let labelled: Vec<_> =
            tags.iter().filter(|(name, _)| name == "label").filter_map(|(_, all)| of(all, "for")).collect();
        for (name, attributes) in &tags {
            let is_box = matches!(of(attributes, "type").as_deref(), Some("checkbox" | "hidden"));
            if matches!(name.as_str(), "input" | "select") && !is_box {
                let id = of(attributes, "id").unwrap();
                assert!(labelled.contains(&id), "{id}");
            }
        }
    }
}

/// Writes the pages to a folder, to be looked at.
#[test]
fn pages_to_look_at() {
    let Some(folder) = option_env!("OFFPRINT_LETTERS") else { return };
    for (place, page) in all("Reading Room").into_iter().enumerate() {
        let page = page.replace("/assets/", "");
        std::fs::write(format!("{folder}/page-{place}.html"), page).unwrap();
    }
    std::fs::write(format!("{folder}/offprint.css"), pages::STYLESHEET).unwrap();
}

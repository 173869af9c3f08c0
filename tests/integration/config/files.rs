//! Which files are read, and what is said of those that cannot be.

use std::fs;
use std::path::Path;

use offprint::config;

use super::Desk;
use super::topic;

#[test]
fn the_first_file_of_the_search_order_counts() {
    let mut desk = Desk::new();
    let titled = |title: &str| format!("title = '{title}'\n");
    let title =
        |desk: &Desk, explicit: Option<&Path>| config::load(explicit, &desk.environment).unwrap().title;
    assert_eq!(title(&desk, None), "Offprint");
    desk.write("etc/offprint.toml", titled("system"));
    assert_eq!(title(&desk, None), "system");
    desk.write("config/offprint.toml", titled("local"));
    assert_eq!(title(&desk, None), "local");
    desk.environment.config = Some(desk.write("variable.toml", titled("variable")).into());
    assert_eq!(title(&desk, None), "variable");
    let explicit = desk.write("explicit.toml", titled("explicit"));
    assert_eq!(title(&desk, Some(&explicit)), "explicit");
}

#[test]
fn a_named_file_that_is_missing_never_falls_through_to_another() {
    let mut desk = Desk::new();
    desk.write("etc/offprint.toml", "");
    let faults = desk.load(&desk.path("missing.toml")).unwrap_err();
    assert_eq!(desk.printed(&faults), "missing.toml: there is no such file or folder");
    desk.environment.config = Some(desk.path("missing.toml").into());
    let faults = config::load(None, &desk.environment).unwrap_err();
    assert!(desk.printed(&faults).contains("hint: $OFFPRINT_CONFIG names this file"), "{faults}");
}

#[test]
fn a_found_file_that_cannot_be_read_is_a_fault_and_not_skipped() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("config")).unwrap();
    std::os::unix::fs::symlink(desk.path("nowhere"), desk.path("config/offprint.toml")).unwrap();
    let faults = config::load(None, &desk.environment).unwrap_err();
    assert_eq!(desk.printed(&faults), "config/offprint.toml: there is no such file or folder");
}

#[test]
fn what_is_no_readable_text_file_is_named() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).unwrap();
    let faults = desk.load(&desk.path("folder")).unwrap_err();
    assert_eq!(desk.printed(&faults), "folder: this is a folder, not a file");

    std::os::unix::fs::symlink(desk.path("ring"), desk.path("ring")).unwrap();
    let faults = desk.load(&desk.path("ring")).unwrap_err();
    assert!(desk.printed(&faults).starts_with("ring: "), "{faults}");

    let faults = desk.load(&desk.write("latin1.toml", b"title = \"A\"\n# caf\xe9\n")).unwrap_err();
    assert!(desk.printed(&faults).starts_with("latin1.toml:2:6: this is not UTF-8"), "{faults}");

    let faults = desk.load(&desk.write("large.toml", "# 345678\n".repeat(120_000))).unwrap_err();
    assert!(desk.printed(&faults).starts_with("large.toml: the file has more than 1 MiB"), "{faults}");
}

#[test]
fn topics_come_from_the_folder_in_the_order_of_file_names() {
    let desk = Desk::new();
    desk.write("topics/20-b.toml", topic("b"));
    desk.write("topics/10-c.toml", topic("c") + &topic("d"));
    desk.write("topics/.hidden.toml", "this is no TOML");
    desk.write("topics/README.md", "this is no TOML");
    let config = desk.read(&format!("topics_dir = 'topics'\n{}", topic("a"))).unwrap();
    let ids: Vec<&str> = config.topics.iter().map(|topic| topic.id.as_str()).collect();
    assert_eq!(ids, ["a", "c", "d", "b"]);
    assert_eq!(config.origin.watched, [desk.path("offprint.toml"), desk.path("topics")]);
}

#[test]
fn faults_of_all_files_are_told_together_with_their_files() {
    let desk = Desk::new();
    desk.write("topics/a.toml", topic("a") + "colour = 'red'\n");
    desk.write("topics/b.toml", "title = 'x'\n".to_owned() + &topic("a"));
    desk.write("topics/c.toml", "[[source]]\nid = 'x'\nkind = 'hf-daily'\n");
    fs::create_dir(desk.path("topics/d.toml")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(desk.path("topics/e.toml")).unwrap();
    let complaint = desk.complaint("topics_dir = 'topics'\nlog = { level = 1 }\n");
    let heads: Vec<&str> =
        complaint.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    assert_eq!(
        heads,
        [
            "offprint.toml:2:17: \"level\" must be a word in quotation marks, not a number",
            "topics/a.toml:5:1: there is no key \"colour\" in [[topic]]",
            "topics/b.toml:1:1: there is no key \"title\" at the top of a file",
            "topics/b.toml:3:6: two topics have the id \"a\"",
            "topics/c.toml:1:3: there is no key \"source\" at the top of a file",
            "topics/d.toml: this is a folder, not a file",
            "topics/e.toml: this is no regular file",
        ]
    );
    assert!(
        complaint.contains("hint: the first is at topics/a.toml:2; give this one another id"),
        "{complaint}"
    );
}

#[test]
fn a_former_name_leads_to_one_topic_and_is_none_of_a_present_one() {
    let desk = Desk::new();
    desk.write("topics/a.toml", topic("a") + "formerly = ['old', 'b']\n");
    desk.write("topics/b.toml", topic("b") + "formerly = ['old']\n");
    desk.write("topics/c.toml", topic("c") + "formerly = ['No Name', 'c']\n");
    let complaint = desk.complaint("topics_dir = 'topics'\n");
    let heads: Vec<&str> =
        complaint.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    assert_eq!(
        heads,
        [
            "topics/a.toml:5:20: \"b\" is the name of a topic now",
            "topics/b.toml:5:13: \"old\" is a former name of the topic a too",
            "topics/c.toml:5:13: \"No Name\" is no name",
            "topics/c.toml:5:24: \"c\" is the name of a topic now",
        ]
    );
}

#[test]
fn a_folder_of_topics_that_is_not_there_is_a_fault_at_its_key() {
    let complaint = Desk::new().complaint("topics_dir = 'nowhere'\n");
    assert!(complaint.starts_with("offprint.toml:1:14: the folder"), "{complaint}");
    assert!(complaint.contains("there is no such file or folder"), "{complaint}");
}

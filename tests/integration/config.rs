//! Configuration as an operator meets it: files on disk, faults with their lines, the search order, the reference.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use offprint::config;
use offprint::config::BUILT_IN;
use offprint::config::Config;
use offprint::config::ListenAddress;
use offprint::config::diagnostic::Faults;
use offprint::config::environment::Environment;
use offprint::config::environment::Variables;
use proptest::prelude::*;
use tempfile::TempDir;

mod files;

/// A folder in which an operator writes.
struct Desk {
    folder: TempDir,
    environment: Environment,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment {
            config: None,
            state_directory: Some("/var/lib/offprint".into()),
            xdg_state_home: None,
            home: None,
            runtime_directory: None,
            credentials_directory: None,
            variables: Variables::default(),
            is_journal: false,
            working_directory: folder.path().to_owned(),
            system_file: folder.path().join("etc/offprint.toml"),
        };
        Self { folder, environment }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn load(&self, path: &Path) -> Result<Config, Faults> {
        config::load(Some(path), &self.environment)
    }

    /// What a file of that text configures.
    fn read(&self, text: &str) -> Result<Config, Faults> {
        self.load(&self.write("offprint.toml", text))
    }

    /// The faults of a file of that text, printed with file names that begin in this folder.
    fn complaint(&self, text: &str) -> String {
        self.printed(&self.read(text).expect_err(text))
    }

    fn printed(&self, faults: &Faults) -> String {
        faults.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

const SOURCE: &str = "[[source]]\nid = 'a'\nkind = 'feed'\nurl = 'https://journal.example.org/rss'\n";

const TOPIC: &str = "[[topic]]\nid = 'ID'\ntitle = 'A topic'\nquery = 'adaptation'\n";

fn topic(id: &str) -> String {
    TOPIC.replace("ID", id)
}

/// Compares a text with a file of the repository, or writes the file when `OFFPRINT_ACCEPT` is set.
fn matches_file(path: &Path, text: &str) {
    if std::env::var_os("OFFPRINT_ACCEPT").is_some() {
        fs::write(path, text).unwrap();
    }
    let held = fs::read_to_string(path).unwrap_or_default();
    assert!(
        held == text,
        "{} is not what the program says now; run the test with OFFPRINT_ACCEPT=1, then read the difference.\n\
         --- the file\n{held}\n--- the program\n{text}",
        path.display()
    );
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn each_faulty_file_gets_all_its_complaints_and_no_other() {
    let mut count = 0;
    for entry in fs::read_dir(repository("tests/golden/config")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            count += 1;
            let complaint = Desk::new().complaint(&fs::read_to_string(&path).unwrap());
            matches_file(&path.with_extension("txt"), &format!("{complaint}\n"));
        }
    }
    assert!(count >= 7, "only {count} files were found");
}

#[test]
fn five_mistakes_give_five_faults_each_with_line_caret_and_hint() {
    let text = fs::read_to_string(repository("tests/golden/config/five-mistakes.toml")).unwrap();
    let Faults(faults) = Desk::new().read(&text).unwrap_err();
    let lines: Vec<usize> = faults.iter().filter_map(|fault| Some(fault.place.as_ref()?.line)).collect();
    assert_eq!(lines, [2, 3, 6, 9, 12]);
    for fault in &faults {
        let place = fault.place.as_ref().unwrap();
        assert_eq!(place.excerpt, text.lines().nth(place.line - 1).unwrap());
        assert!(!place.marked.is_empty() && place.marked.end <= place.excerpt.len(), "{fault:?}");
        assert!(fault.hint.is_some(), "{fault:?}");
    }
}

#[test]
fn the_reference_page_tells_every_key() {
    let page = config::reference();
    for word in ["public_url", "topics_dir", "max_connections", "`[[topic]]`", "`hf-daily`", "`arxiv-rss`"] {
        assert!(page.contains(word), "{word}");
    }
    matches_file(&repository("config/reference.md"), &page);
}

#[test]
fn the_built_in_configuration_is_sound_and_asks_only_for_a_contact() {
    let desk = Desk::new();
    let config = config::load(None, &desk.environment).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(config.origin.file, None);
    assert!(config.origin.told.starts_with("the built-in configuration"), "{}", config.origin.told);
    assert!(config.sources.len() >= 2 && config.topics.len() >= 10);
    let warnings: Vec<&str> = config.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings, ["no contact is set: those who run sources cannot reach you"]);
    assert_eq!(BUILT_IN, fs::read_to_string(repository("config/offprint.toml")).unwrap());
}

#[test]
fn the_examples_in_the_comments_of_the_built_in_configuration_work() {
    let desk = Desk::new();
    fs::create_dir(desk.path("topics")).unwrap();
    let is_example = |text: &&str| {
        let key = text.split(' ').next().unwrap_or_default();
        text.starts_with('[')
            || (text.contains(" = ") && key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let mut examples = 0;
    let mut lines: Vec<&str> = Vec::new();
    for line in BUILT_IN.lines() {
        if let Some(example) = line.strip_prefix("# ").filter(is_example) {
            examples += 1;
            // An example that stands below the same key takes its place.
            let key = example.split(" = ").next().unwrap();
            lines.retain(|line| !key.starts_with("listen") || !line.starts_with(key));
            lines.push(example);
        } else {
            lines.push(line);
        }
    }
    assert!(examples >= 8, "{examples}");
    let config = desk.read(&lines.join("\n")).unwrap_or_else(|faults| panic!("{faults}"));
    let stanzas = BUILT_IN.lines().filter(|line| line.trim_start_matches("# ") == "[[source]]").count();
    assert!(stanzas >= 16, "{stanzas}");
    assert_eq!(config.sources.len(), stanzas, "every stanza is a source, in force or in a comment");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let shown: BTreeSet<&str> = config.sources.iter().map(|source| source.kind.name).collect();
    let kinds = offprint::sources::KINDS.iter().map(|kind| kind.name);
    let missing: Vec<&str> = kinds.filter(|name| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "kinds without an example: {missing:?}");
}

#[test]
fn an_empty_file_is_a_valid_configuration_with_every_default() {
    let config = Desk::new().read("").unwrap();
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:4287/");
    assert_eq!(config.title, "Offprint");
    assert_eq!(config.server.listen, [ListenAddress::Tcp("127.0.0.1:4287".parse().unwrap())]);
    assert_eq!(config.store.path, Path::new("/var/lib/offprint"));
    assert_eq!(config.store.cache_bytes, 64 * 1_024 * 1_024);
    assert_eq!(config.fetch.total_timeout, Duration::from_secs(30));
    assert!(config.sources.is_empty() && config.topics.is_empty());
    assert_eq!(config.warnings.len(), 3, "{:?}", config.warnings);
}

#[test]
fn a_topic_that_only_excludes_is_warned_of() {
    let topic = |query| {
        format!(
            "contact = \"mailto:a@example.org\"\n[[source]]\nid = \"a\"\nkind = \"arxiv-rss\"\n\
         categories = [\"cs.LG\"]\n[[topic]]\nid = \"t\"\ntitle = \"T\"\nquery = \"{query}\"\n"
        )
    };
    let desk = Desk::new();
    assert_eq!(desk.read(&topic("garden NOT survey")).unwrap().warnings, []);
    let config = desk.read(&topic("NOT survey")).unwrap();
    let [warning] = &config.warnings[..] else { panic!("{:?}", config.warnings) };
    assert!(warning.message.starts_with("topic t only says what a paper must not be"), "{warning:?}");
}

#[test]
fn what_is_written_is_what_counts() {
    let desk = Desk::new();
    let config = desk
        .read(&format!(
            "public_url = 'https://papers.example.org/lab'\ncontact = 'mailto:you@example.org'\n\
             tag_authority = 'example.org'\n\
             server = {{ listen = ['unix:/run/a.sock', '[::1]:80'], max_connections = 7 }}\n\
             store.path = 'data'\nstore.cache = '1 GiB'\n\
             [fetch]\nconnect_timeout = '3s'\n{}description = 'D'\nwindow = {{ days = 3 }}\n",
            topic("a")
        ))
        .unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(config.public_url.as_str(), "https://papers.example.org/lab/");
    assert_eq!(config.authority(), "example.org");
    assert_eq!(config.server.listen[0], ListenAddress::Unix("/run/a.sock".into()));
    assert_eq!(config.server.max_connections, 7);
    assert_eq!(config.store.path, desk.path("data"));
    assert_eq!(config.store.cache_bytes, 1_024 * 1_024 * 1_024);
    assert_eq!(config.fetch.connect_timeout, Duration::from_secs(3));
    let topic = &config.topics[0];
    assert_eq!((topic.id.as_str(), topic.title.as_str()), ("a", "A topic"));
    assert_eq!(topic.description.as_deref(), Some("D"));
    assert_eq!((topic.window.entries, topic.window.days), (100, 3));
}

#[test]
fn a_fault_in_a_query_is_marked_at_its_very_character() {
    let desk = Desk::new();
    for (written, marked_from) in [
        ("'low AND titel:rank'", "titel"),
        ("\"\\\"low rank\\\" AND \\u0074itel:rank\"", "\\u0074itel"),
        ("'''\nlow rank\nAND titel:rank'''", "titel"),
        ("\"\"\"low \\\n   rank AND titel:rank\"\"\"", "titel"),
    ] {
        let text = format!("[[topic]]\nid = 'a'\ntitle = 'A'\nquery = {written}\n");
        let Faults(faults) = desk.read(&text).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let place = faults[0].place.as_ref().unwrap();
        let line = text.lines().nth(place.line - 1).unwrap();
        let rest: String = line.chars().skip(place.column - 1).collect();
        assert!(rest.starts_with(marked_from), "{written}: {place:?}");
    }
}

#[test]
fn a_wish_below_the_manners_of_a_kind_is_raised_and_told() {
    let config = Desk::new().read(&format!("{SOURCE}every = '1s'\n")).unwrap();
    let source = &config.sources[0];
    assert_eq!(source.every, source.kind.manners.every_at_least);
    let told = config.warnings.iter().filter_map(|warning| warning.place.as_ref()).map(|place| place.line);
    assert_eq!(told.collect::<Vec<_>>(), [5]);
}

#[test]
fn a_source_that_is_not_enabled_is_checked_but_not_asked() {
    let desk = Desk::new();
    let config = desk.read(&format!("{SOURCE}enabled = false\n")).unwrap();
    assert!(config.sources.is_empty());
    assert!(desk.read(&format!("{SOURCE}enabled = false\nkinds = 1\n")).is_err());
}

#[test]
fn an_option_that_its_kind_refuses_is_marked_where_it_stands() {
    let desk = Desk::new();
    let complaint = desk.complaint(
        "[[source]]\nid = 'a'\nkind = 'feed'\nurl = 'https://example.org/rss'\nlanguage = 'no such language'\n",
    );
    assert!(complaint.starts_with("offprint.toml:5:12: "), "{complaint}");
    let complaint = desk.complaint("[[source]]\nid = 'a'\nkind = 'feed'\n");
    assert_eq!(complaint.matches("offprint.toml:").count(), 1, "{complaint}");
    assert!(complaint.starts_with("offprint.toml:1:1: this [[source]] has no \"url\""), "{complaint}");
}

#[test]
fn only_addresses_that_the_operator_wrote_are_named() {
    let desk = Desk::new();
    let config = desk
        .read(
            "[[source]]\nid = 'a'\nkind = 'feed'\nurl = 'http://127.0.0.1:9/rss'\n\
             [[source]]\nid = 'b'\nkind = 'hf-daily'\n",
        )
        .unwrap_or_else(|faults| panic!("{faults}"));
    let named: Vec<usize> = config.sources.iter().map(|source| source.named_urls.len()).collect();
    assert_eq!(named, [1, 0]);
    assert_eq!(config.sources[0].named_urls[0].as_str(), "http://127.0.0.1:9/rss");
}

#[test]
fn a_store_without_a_place_is_a_fault_beside_the_others() {
    let mut desk = Desk::new();
    desk.environment.state_directory = None;
    let complaint = desk.complaint("titel = 'x'\n");
    assert!(complaint.starts_with("no folder for the store"), "{complaint}");
    assert!(complaint.contains("offprint.toml:1:1: there is no key \"titel\""), "{complaint}");
    assert!(desk.read("[store]\npath = '/srv/offprint'\n").is_ok());
}

#[test]
fn a_file_of_nothing_but_faults_is_answered_briefly() {
    let desk = Desk::new();
    for text in ["=\n".repeat(20_000), "[".repeat(20_000), "a.".repeat(20_000), "x".repeat(1_000_000)] {
        let complaint = desk.complaint(&text);
        assert!(complaint.len() < 50_000, "{} bytes", complaint.len());
    }
    let many: Vec<String> = (0..20_000).map(|number| format!("key{number} = {number}")).collect();
    let complaint = desk.complaint(&many.join("\n"));
    assert!(complaint.len() < 50_000 && complaint.contains("\n\nand "), "{} bytes", complaint.len());
}

/// Found by the property below.
#[test]
fn a_value_that_is_quoted_in_a_complaint_brings_no_control_character() {
    let text = "[[source]]\nid = 'a'\nkind = 'arxiv-rss'\ncategories = [\"cs.IR\\tat\"]\n";
    let complaint = Desk::new().complaint(text);
    assert!(complaint.contains("is no arXiv category"), "{complaint}");
    assert!(complaint.chars().all(|character| character == '\n' || !character.is_control()), "{complaint:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_read_or_its_faults_stand_in_it(
        at in 0.0..1.0_f64,
        removed in 0_usize..30,
        added in "[ \\[\\]\"'=a-z0-9\\\\{}\n#é\u{1b}]{0,12}",
    ) {
        let desk = Desk::new();
        let characters: Vec<char> = BUILT_IN.chars().collect();
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss,
            clippy::cast_precision_loss, reason = "a place between the ends of a short text")]
        let at = (characters.len() as f64 * at) as usize;
        let mut damaged: String = characters[..at].iter().collect();
        damaged.push_str(&added);
        damaged.extend(characters.iter().skip(at + removed));
        if let Err(Faults(faults)) = desk.read(&damaged) {
            prop_assert!(!faults.is_empty());
            for fault in &faults {
                let place = fault.place.as_ref().unwrap();
                prop_assert!(place.line <= damaged.matches('\n').count() + 1);
                prop_assert!(place.marked.start <= place.excerpt.chars().count());
                let printed = fault.to_string();
                prop_assert!(printed.chars().all(|character| character == '\n' || !character.is_control()));
            }
        }
    }
}

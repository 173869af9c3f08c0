//! What every registered kind of source must do, whatever it is: it is asked here with the least options that it takes.

use offprint::fetch::exchange::Response;
use offprint::model::coverage::Target;
use offprint::model::coverage::WantedBy;
use offprint::model::secret::Secret;
use offprint::model::source::Cursor;
use offprint::model::time::Timestamp;
use offprint::sources::KINDS;
use offprint::sources::Kind;
use offprint::sources::OptionForm;
use offprint::sources::OptionKey;
use offprint::sources::OptionValue;
use offprint::sources::Options;
use offprint::sources::Source;
use url::Url;

/// No run of an answering host may take more requests than this.
const REQUESTS_AT_MOST: usize = 2_000;

/// A source of a kind with its required options alone, and those of which one or another is required.
pub(crate) fn least(kind: &Kind) -> Box<dyn Source> {
    let required = kind.options.iter().filter(|key| key.is_required || !key.example.is_empty());
    let given = required.map(|key| (key.name.to_owned(), example(key))).collect();
    let options = Options { given, mailbox: Some("ops@example.org".to_owned()) };
    (kind.build)(&options).unwrap_or_else(|fault| panic!("{}: {fault:?}", kind.name))
}

/// Where a source begins: at the empty cursor or, where it asks for papers by name, with some to ask for.
pub(crate) fn beginning(source: &dyn Source, run: Timestamp) -> Cursor {
    aimed(source, &Cursor::default(), run)
}

/// Where a later run of a source goes on from.
fn aimed(source: &dyn Source, cursor: &Cursor, run: Timestamp) -> Cursor {
    let Some(wants) = source.wants() else { return cursor.clone() };
    let names: &[&str] = match wants.by {
        WantedBy::MissingArxiv | WantedBy::Arxiv => &["arxiv:2608.09999", "arxiv:hep-th/9901001"],
        WantedBy::MissingDoi => &["doi:10.1000/flags.3.1", "doi:10.5555/flags.4"],
        WantedBy::MissingPage => {
            &["page:https://gardens.example.org/7", "page:https://gardens.example.org/8"]
        }
        WantedBy::Doi => &["doi:10.1000/flags.3.1", "arxiv:2608.09999"],
        WantedBy::ArxivOrDoi => &["arxiv:2608.09999", "doi:10.1000/flags.3.1"],
        WantedBy::Code => &["https://github.com/example/flags", "https://github.com/example/gardens"],
    };
    let target = |name: &&str| Target { name: (*name).to_owned(), announced: run.day().pred_opt() };
    source.aim(cursor, run, &names.iter().map(target).collect::<Vec<_>>())
}

/// The value that a required key shows as its example.
fn example(key: &OptionKey) -> OptionValue {
    let table: toml::Table = format!("value = {}", key.example).parse().unwrap();
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let value = &table["value"];
    match key.form {
        OptionForm::Url => OptionValue::Url(Url::parse(&text(value)).unwrap()),
        OptionForm::TextList => OptionValue::TextList(value.as_array().unwrap().iter().map(text).collect()),
        OptionForm::Text => OptionValue::Text(text(value)),
        OptionForm::Number => OptionValue::Number(value.as_integer().unwrap().try_into().unwrap()),
        OptionForm::Secret => OptionValue::Secret(Secret::new("key")),
    }
}

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-12T06:00:00Z").unwrap()
}

fn not_modified(url: Url) -> Response {
    Response { status: 304, url, content_type: None, body: Vec::new() }
}

/// Answers that no source can like.
fn foreign() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", Vec::new()),
        ("a blank", b" \n".to_vec()),
        ("a page", b"<!doctype html><html><title>Just a moment...</title><p>x</html>".to_vec()),
        ("a number", b"7".to_vec()),
        ("null", b"null".to_vec()),
        ("an object", b"{\"error\": \"no\"}".to_vec()),
        ("an empty list", b"[]".to_vec()),
        ("a list of nothing", b"[null, 1, \"x\", {}, []]".to_vec()),
        ("half a list", b"[{\"paper\": {\"id\": \"2608.00001\", \"title\": \"A".to_vec()),
        ("half a feed", b"<rss version=\"2.0\"><channel><title>t</title><item><title>A</ti".to_vec()),
        ("an empty feed", b"<rss version=\"2.0\"><channel><title>t</title></channel></rss>".to_vec()),
        ("deep elements", b"<a>".repeat(100_000)),
        ("deep lists", b"[".repeat(100_000)),
        ("no text", (0..=255_u8).collect()),
        ("nulls", vec![0; 10_000]),
    ]
}

/// Runs a source to its end; every answer comes from `answer`. Gives the addresses asked for.
fn complete(source: &dyn Source, answer: impl Fn(Url) -> Response) -> Vec<(Url, Option<String>)> {
    let (mut cursor, mut asked) = (beginning(source, run()), Vec::new());
    while let Some(request) = source.ask(&cursor, run()) {
        assert!(asked.len() < REQUESTS_AT_MOST, "the run does not end");
        let response = answer(request.url.clone());
        let batch = source.read(&cursor, run(), &request, &response);
        let next = if batch.unusable.is_none() { Some(batch.next) } else { source.skip(&cursor, run()) };
        assert_ne!(next.as_ref(), Some(&cursor), "the cursor moves with every answer");
        asked.push((request.url, request.json));
        let Some(next) = next else { break };
        cursor = next;
    }
    asked
}

#[test]
fn a_run_asks_something_ends_and_repeats_nothing() {
    for kind in KINDS {
        let source = least(kind);
        let asked = complete(&*source, not_modified);
        assert!(!asked.is_empty(), "{}", kind.name);
        let mut once = asked.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), asked.len(), "{} asks twice in one run", kind.name);
    }
}

#[test]
fn a_later_run_asks_again() {
    for kind in KINDS {
        let source = least(kind);
        let mut cursor = beginning(&*source, run());
        while let Some(request) = source.ask(&cursor, run()) {
            let response = not_modified(request.url.clone());
            cursor = source.read(&cursor, run(), &request, &response).next;
        }
        let tomorrow = run().plus(chrono::TimeDelta::days(1));
        let later = aimed(&*source, &cursor, tomorrow);
        assert!(source.ask(&later, tomorrow).is_some(), "{}", kind.name);
        let nonsense = aimed(&*source, &Cursor("of another version }".to_owned()), run());
        assert!(
            source.ask(&nonsense, run()).is_some(),
            "{}: a cursor that is not its own begins anew",
            kind.name
        );
    }
}

#[test]
fn foreign_answers_are_problems_and_never_panics() {
    for kind in KINDS {
        let source = least(kind);
        for (what, body) in foreign() {
            for content_type in [Some("text/xml; charset=utf-16"), Some("application/json"), None] {
                let cursor = beginning(&*source, run());
                let request = source.ask(&cursor, run()).unwrap();
                let response = Response {
                    status: 200,
                    url: request.url.clone(),
                    content_type: content_type.map(str::to_owned),
                    body: body.clone(),
                };
                let batch = source.read(&cursor, run(), &request, &response);
                assert!(batch.records.is_empty(), "{} makes a record of {what}", kind.name);
                let goes_on = batch.next != cursor || batch.unusable.is_some();
                assert!(goes_on, "{}: {what} stops the harvest", kind.name);
                let is_harmless = ["an empty list", "an empty feed"].contains(&what);
                let says = !batch.problems.is_empty() || batch.unusable.is_some();
                assert!(is_harmless || says, "{} says nothing of {what}", kind.name);
                let _words = source.explain(&response);
            }
        }
        complete(&*source, |url| Response::ok(url, "application/json", *b"[]"));
        complete(&*source, |url| Response::ok(url, "text/xml", *b"<rss/>"));
    }
}

#[test]
fn a_request_that_is_passed_over_is_not_asked_for_again_in_that_run() {
    for kind in KINDS {
        let source = least(kind);
        let (mut cursor, mut asked) = (beginning(&*source, run()), Vec::new());
        while let Some(request) = source.ask(&cursor, run()) {
            let asked_for = (request.url, request.json);
            assert!(!asked.contains(&asked_for), "{} asks {} twice", kind.name, asked_for.0);
            asked.push(asked_for);
            let Some(next) = source.skip(&cursor, run()) else { break };
            cursor = next;
        }
        let tomorrow = run().plus(chrono::TimeDelta::days(1));
        assert_eq!(
            source
                .ask(&aimed(&*source, &cursor, tomorrow), tomorrow)
                .map(|request| (request.url, request.json)),
            asked.first().cloned(),
            "{}",
            kind.name
        );
    }
}

#[test]
fn every_kind_says_what_it_is_and_keeps_to_its_manners() {
    let mut names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KINDS.len());
    for kind in KINDS {
        assert!(kind.about.len() > 20, "{}", kind.name);
        assert!(kind.manners.every >= kind.manners.every_at_least, "{}", kind.name);
        assert!(!kind.manners.every_at_least.is_zero() && !kind.manners.spacing.is_zero(), "{}", kind.name);
        for key in kind.options {
            assert!(key.about.len() > 15, "{}.{}", kind.name, key.name);
            assert!(!key.is_required || key.default.is_empty(), "{}.{}", kind.name, key.name);
        }
    }
}

#[test]
fn the_kinds_that_keep_history_are_those_that_people_are_told_of() {
    let has_history = |kind: &&Kind| least(kind).history(run().day(), run().day()).is_some();
    let mut names: Vec<&str> = KINDS.iter().filter(has_history).map(|kind| kind.name).collect();
    names.sort_unstable();
    assert_eq!(names, offprint::sources::KINDS_WITH_HISTORY);
}

//! What mail readers see of letters, hostile ones among them.

use mail_parser::HeaderValue;
use mail_parser::Message;
use mail_parser::MessageParser;
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::mail::sample;
use crate::mail::view::Section;

fn digest(issue: &Issue) -> Sealed {
    let footer = sample::footer();
    compose(&sample::stationery(), &sample::posting(), &Letter::Digest { issue, footer: &footer }).unwrap()
}

fn confirmation() -> Sealed {
    let view = sample::confirmation();
    compose(&sample::stationery(), &sample::posting(), &Letter::Confirmation(&view)).unwrap()
}

fn parsed(sealed: &Sealed) -> Message<'_> {
    MessageParser::default().parse(&sealed.bytes).unwrap()
}

fn header(message: &Message<'_>, name: &'static str) -> Option<String> {
    message.header_raw(name).map(|value| value.trim().replace("\r\n", ""))
}

#[test]
fn a_digest_says_from_whom_it_is_and_how_one_gets_no_more() {
    let sealed = digest(&sample::issue());
    let message = parsed(&sealed);
    assert_eq!(sealed.envelope_from.as_str(), "bounce+0123456789abcdef-7@papers.example.org");
    assert_eq!(sealed.message_id, "<0123456789abcdef-7@papers.example.org>");
    assert_eq!(sealed.subject, "Papers of the day: 16 papers, Monday, 3 August 2026");
    assert_eq!(message.subject(), Some(sealed.subject.as_str()));
    for (name, value) in [
        ("From", Some("\"Reading Room\" <papers@example.org>")),
        ("To", Some("ann@example.com")),
        ("Date", Some("Mon, 03 Aug 2026 05:00:00 +0000")),
        ("Message-ID", Some("<0123456789abcdef-7@papers.example.org>")),
        ("List-Id", Some("Reading Room <digests.papers.example.org>")),
        ("List-Unsubscribe", Some("<https://papers.example.org/unsubscribe/0123456789abcdef.q1w2e3r4t5>")),
        ("List-Unsubscribe-Post", Some("List-Unsubscribe=One-Click")),
        ("Auto-Submitted", Some("auto-generated")),
        ("MIME-Version", Some("1.0")),
        ("Precedence", None),
    ] {
        assert_eq!(header(&message, name).as_deref(), value, "{name}");
    }
    assert_eq!(sealed.envelope().unwrap().from().unwrap().to_string(), sealed.envelope_from.to_string());
}

#[test]
fn a_confirmation_belongs_to_no_list() {
    let sealed = confirmation();
    let message = parsed(&sealed);
    assert!(message.headers().iter().all(|header| !header.name.as_str().to_lowercase().starts_with("list-")));
    assert_eq!(header(&message, "Auto-Submitted").as_deref(), Some("auto-generated"));
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    let link = sample::confirmation().confirm;
    assert!(text.lines().any(|line| line == link) && html.matches(&link).count() >= 2);
    assert!(text.contains("every Monday at 07:00 (Europe/Zurich)") && html.contains("48 hours"));
}

#[test]
fn every_letter_is_two_parts_of_short_lines() {
    for sealed in [digest(&sample::issue()), confirmation()] {
        let message = parsed(&sealed);
        assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
        let whole = String::from_utf8(sealed.bytes.clone()).unwrap();
        assert!(whole.is_ascii() && whole.ends_with("--\r\n"));
        assert_eq!(whole.matches('\n').count(), whole.matches("\r\n").count());
        assert!(whole.split("\r\n").all(|line| line.len() <= 76 || line.starts_with("List-Unsubscribe: ")));
        assert!(message.parts.iter().all(|part| !part.is_encoding_problem));
    }
}

#[test]
fn the_text_reads_in_a_terminal() {
    let sealed = digest(&sample::issue());
    let message = parsed(&sealed);
    let text = message.body_text(0).unwrap();
    for line in text.lines() {
        assert!(line.width() <= 72 || line.contains("://"), "{line}");
    }
    for expected in [
        "PARAMETER-EFFICIENT FINE-TUNING\n-------------------------------\n",
        " 1. Low-Rank Adaptation, Revisited: When ΔW ∈ ℝᵈˣᵏ Is Enough\n    Ada Example,",
        "and 2 more\n",
        "    > The clearest account so far; read section 4 first.\n",
        "    Why here: phrase \"low-rank adaptation\" in the title\n",
        "    arXiv: https://arxiv.org/abs/2608.00001\n",
        "    Code, 1204 stars: https://github.com/example/flags\n",
        "    DOI: https://doi.org/10.1000/flags.2\n",
        "    12 more:\n    https://papers.example.org/trending\n",
        "-- \nYou get this because",
    ] {
        let text = text.replace("\r\n", "\n");
        assert!(text.contains(expected), "{expected:?} in\n{text}");
    }
}

#[test]
fn equal_letters_are_equal() {
    assert_eq!(digest(&sample::issue()), digest(&sample::issue()));
}

#[test]
fn an_empty_digest_says_why() {
    let issue = Issue {
        sections: Vec::new(),
        empty: Some("arXiv announces nothing at weekends.".to_owned()),
        ..sample::issue()
    };
    let sealed = digest(&issue);
    let message = parsed(&sealed);
    assert_eq!(sealed.subject, "Papers of the day: nothing new, Monday, 3 August 2026");
    assert!(message.body_text(0).unwrap().contains("arXiv announces nothing at weekends."));
    assert!(message.body_html(0).unwrap().contains("arXiv announces nothing at weekends."));
}

#[test]
fn a_test_letter_says_so() {
    let (issue, footer) = (sample::issue(), sample::footer());
    let letter = Letter::Test { issue: &issue, footer: &footer };
    let sealed = compose(&sample::stationery(), &sample::posting(), &letter).unwrap();
    assert!(sealed.subject.starts_with("[test] Papers of the day"), "{}", sealed.subject);
}

#[test]
fn no_letter_is_so_large_that_it_is_cut_by_others() {
    let items: Vec<_> = sample::items().into_iter().cycle().take(400).collect();
    let section = Section { items, ..sample::issue().sections[0].clone() };
    let issue = Issue { sections: vec![section.clone(), section], ..sample::issue() };
    let sealed = digest(&issue);
    let message = parsed(&sealed);
    assert!(sealed.bytes.len() < 200_000, "{}", sealed.bytes.len());
    let html = message.body_html(0).unwrap();
    assert!(html.len() < 100_000 && html.contains("more on the site"), "{}", html.len());
    assert!(sealed.subject.contains("800 papers"), "{}", sealed.subject);
}

#[test]
fn nothing_that_somebody_wrote_leaves_its_place() {
    let evil = sample::HOSTILE;
    let paper = sample::paper(9, evil, evil, &[evil]);
    let note = crate::model::curation::Note::new(&format!("{evil}\n\n[x](javascript:alert(1))")).unwrap();
    let words = || Some(evil.to_owned());
    let item = crate::mail::view::Item::new(&paper, &[], Some(&note), words(), words(), &sample::urls());
    let section = Section {
        title: evil.to_owned(),
        why: evil.to_owned(),
        items: vec![item],
        ..sample::issue().sections[0].clone()
    };
    let issue = Issue {
        title: evil.to_owned(),
        period: evil.to_owned(),
        empty: words(),
        sections: vec![section],
        ..sample::issue()
    };
    let stationery = Stationery { site: Text::line(evil), postal: Text::new(evil), ..sample::stationery() };
    let footer = sample::footer();
    let view =
        Confirmation { topics: vec![evil.to_owned()], cadence: evil.to_owned(), ..sample::confirmation() };
    for letter in [Letter::Digest { issue: &issue, footer: &footer }, Letter::Confirmation(&view)] {
        let sealed = compose(&stationery, &sample::posting(), &letter).unwrap();
        let message = parsed(&sealed);
        let honest = parsed_names(&if let Letter::Confirmation(_) = letter {
            confirmation()
        } else {
            digest(&sample::issue())
        });
        assert_eq!(parsed_names(&sealed), honest);
        assert!(matches!(message.header("Bcc"), None | Some(HeaderValue::Empty)));
        let html = message.body_html(0).unwrap();
        assert!(
            !html.contains("<script") && !html.contains("<img") && !html.contains("javascript:"),
            "{html}"
        );
        for body in [html, message.body_text(0).unwrap()] {
            assert!(!body.contains(['\u{0}', '\u{202E}']));
        }
    }
}

fn parsed_names(sealed: &Sealed) -> Vec<String> {
    parsed(sealed).headers().iter().map(|header| header.name.as_str().to_owned()).collect()
}

#[test]
fn links_that_do_something_and_names_that_are_none_are_refused() {
    let issue = sample::issue();
    for unsubscribe in [
        "javascript:alert(1)",
        "",
        "mailto:a@example.org",
        "https://",
        &format!("https://example.org/{}", "x".repeat(900)),
    ] {
        let footer = Footer { unsubscribe: unsubscribe.to_owned(), ..sample::footer() };
        let letter = Letter::Digest { issue: &issue, footer: &footer };
        let refused = compose(&sample::stationery(), &sample::posting(), &letter);
        assert!(matches!(refused, Err(ComposeError::Url { .. })), "{unsubscribe}");
    }
    let footer = Footer { unsubscribe: "https://example.org/a\r\nBcc: <b>".to_owned(), ..sample::footer() };
    let letter = Letter::Digest { issue: &issue, footer: &footer };
    let sealed = compose(&sample::stationery(), &sample::posting(), &letter).unwrap();
    assert_eq!(
        header(&parsed(&sealed), "List-Unsubscribe").as_deref(),
        Some("<https://example.org/aBcc:%20%3Cb%3E>")
    );
    for host in ["", "a b", "a>\r\nBcc: b", "a..b", "[::1]"] {
        let stationery = Stationery { host: host.to_owned(), ..sample::stationery() };
        assert!(matches!(compose(&stationery, &sample::posting(), &letter), Err(ComposeError::Host(_))));
    }
    for id in ["", "a>\r\nBcc: b", "A"] {
        let posting = Posting { id: id.to_owned(), ..sample::posting() };
        assert!(matches!(compose(&sample::stationery(), &posting, &letter), Err(ComposeError::Id(_))));
    }
}

#[test]
fn nobody_is_tracked() {
    for sealed in [digest(&sample::issue()), confirmation()] {
        let message = parsed(&sealed);
        let html = message.body_html(0).unwrap();
        for tag in ["<img", "<link", "<script", "<iframe", "<table", "url(", "@import", "src="] {
            assert!(!html.contains(tag), "{tag}");
        }
    }
}

/// Writes letters to a folder, to be looked at.
#[test]
fn letters_to_look_at() {
    let Some(folder) = option_env!("OFFPRINT_LETTERS") else { return };
    let empty = Issue {
        sections: Vec::new(),
        empty: Some("Nothing was announced: arXiv publishes no papers on Saturdays and Sundays.".to_owned()),
        ..sample::issue()
    };
    for (name, sealed) in
        [("digest", digest(&sample::issue())), ("empty", digest(&empty)), ("confirmation", confirmation())]
    {
        let message = parsed(&sealed);
        let write =
            |end: &str, bytes: &[u8]| std::fs::write(format!("{folder}/{name}.{end}"), bytes).unwrap();
        write("eml", &sealed.bytes);
        write("html", message.body_html(0).unwrap().as_bytes());
        write("txt", message.body_text(0).unwrap().as_bytes());
    }
}

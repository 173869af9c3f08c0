//! Whatever a header is made of, a reader gets back, in lines as short as they have to be.

use mail_parser::MessageParser;

use super::*;

const HOSTILE: &str = "Papers\r\nBcc: bob@example.org\r\n\r\n<b>\u{0}\u{202E}x";

fn subject(text: &str) -> (String, Option<String>) {
    let mut headers = Headers::default();
    headers.text("Subject", &Text::line(text));
    let whole = headers.finish();
    let parsed = MessageParser::default().parse(whole.as_bytes()).unwrap();
    let read = parsed.subject().map(str::to_owned);
    (whole, read)
}

#[test]
fn a_header_reads_back_and_its_lines_are_short() {
    for text in [
        "Papers of the day: 12 papers, Monday, 3 August 2026",
        &"word ".repeat(60),
        &"w".repeat(200),
        "Über Maß und Größe",
        "=?utf-8?Q?not_encoded?=",
        "低秩适应的重新审视：少量参数也足够了，我们展示了一种新的方法，它在大型语言模型上效果显著",
        &"📄🧪".repeat(75),
        "a 📄 b",
    ] {
        let (whole, read) = subject(text);
        assert_eq!(read.as_deref(), Some(text.trim()), "{whole}");
        assert!(whole.is_ascii() && whole.lines().all(|line| line.len() <= 76), "{whole}");
    }
}

#[test]
fn nothing_begins_a_header_of_its_own() {
    let (whole, _read) = subject(HOSTILE);
    assert_eq!(whole.matches("\r\n").count(), 2, "{whole:?}");
    let mut headers = Headers::default();
    let address = Address::parse("ann@example.org").unwrap();
    headers.mailbox("From", &Text::line(HOSTILE), &address);
    headers.mailbox("To", &Text::line("a \"b\" <c@d.example>, e\\"), &address);
    headers.plain("List-Id", "a\r\nBcc: b\u{e9}\u{0}");
    let whole = headers.finish();
    let names: Vec<_> = whole.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    assert_eq!(names, ["From", "To", "List-Id"], "{whole}");
    assert!(whole.contains("To: \"a \\\"b\\\" <c@d.example>, e\\\\\" <ann@example.org>\r\n"), "{whole}");
    let parsed = MessageParser::default().parse(whole.as_bytes()).unwrap();
    assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("ann@example.org"));
    assert_eq!(parsed.from().unwrap().iter().count(), 1);
}

#[test]
fn a_name_stands_beside_its_address() {
    let address = Address::parse("papers@example.org").unwrap();
    for name in ["Papers", "Papers, Inc.", "Ärzte & Papier", &"Long ".repeat(40), "说明"] {
        let mut headers = Headers::default();
        headers.mailbox("From", &Text::line(name), &address);
        let whole = headers.finish();
        let parsed = MessageParser::default().parse(whole.as_bytes()).unwrap();
        let from = parsed.from().unwrap().first().unwrap();
        assert_eq!(from.name(), Some(name.trim()), "{whole}");
        assert_eq!(from.address(), Some("papers@example.org"), "{whole}");
    }
}

fn unquoted(text: &str) -> String {
    let message = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{text}"
    );
    MessageParser::default().parse(message.as_bytes()).unwrap().body_text(0).unwrap().replace("\r\n", "\n")
}

#[test]
fn a_body_reads_back() {
    for text in [
        "a = b\n",
        ".\n..\n.a\n",
        "From here\nx From here\n",
        "-- \nsignature \t\n",
        &format!("{}\n", "x".repeat(2_000)),
        &format!("{}.\n", "y".repeat(75)),
        &format!("{}From me\n", "z".repeat(75)),
        "größer 低秩 📄\n\n\nend\n",
    ] {
        let quoted = quoted_printable(text);
        assert_eq!(unquoted(&quoted), *text, "{quoted}");
        for line in quoted.split("\r\n") {
            let is_fine = line.len() <= 76
                && line.is_ascii()
                && !line.starts_with(['.', '\n'])
                && !line.starts_with("From ")
                && !line.ends_with([' ', '\t']);
            assert!(is_fine, "{line:?}");
        }
        let guess = quoted_length(text);
        assert!(guess + 40 >= quoted.len() * 9 / 10, "{guess} for {}", quoted.len());
    }
}

//! Reports as relays and large providers write them, invented in what they say; and everything that is none.

use super::*;

const ID: &str = "0123456789abcdef-7";
const HOST: &str = "papers.example.org";

fn base() -> Address {
    Address::parse("bounce@papers.example.org").unwrap()
}

fn of(message: &str, recipient: Option<&str>) -> Option<Report> {
    let message = message.replace('\n', "\r\n");
    read(&Returned { bytes: message.as_bytes(), recipient }, Some(&base()), HOST)
}

fn report(class: Class, status: Option<&str>, has_message_id: bool) -> Report {
    let message_id = has_message_id.then(|| format!("<{ID}@{HOST}>"));
    Report { id: Some(ID.to_owned()), message_id, class, status: status.map(str::to_owned) }
}

fn delivery(fields: &str, inside: &str) -> String {
    format!(
        "From: MAILER-DAEMON@relay.example.net (Mail Delivery System)
To: bounce+{ID}@papers.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"

--b1
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.net
Arrival-Date: Mon, 3 Aug 2026 07:00:00 +0000

Final-Recipient: rfc822; ann@example.com
{fields}

--b1
{inside}

--b1--
"
    )
}

const WHOLE: &str = "Content-Type: message/rfc822

Return-Path: <bounce+0123456789abcdef-7@papers.example.org>
From: \"Reading Room\" <papers@example.org>
To: ann@example.com
Subject: Papers
Message-ID: <0123456789abcdef-7@papers.example.org>

Hello.";

const HEADERS: &str = "Content-Type: text/rfc822-headers

From: papers@example.org
Message-Id:
 <0123456789abcdef-7@PAPERS.example.org>";

const NOTHING: &str = "Content-Type: text/plain\n\nno letter";

#[test]
fn a_report_names_the_letter_and_says_how_bad_it_is() {
    let gone = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user";
    for inside in [WHOLE, HEADERS] {
        assert_eq!(of(&delivery(gone, inside), None), Some(report(Class::Permanent, Some("5.1.1"), true)));
    }
    assert_eq!(of(&delivery(gone, NOTHING), None), Some(report(Class::Permanent, Some("5.1.1"), false)));
    for (fields, class, status) in [
        ("Action: failed\nStatus: 4.4.7", Class::Temporary, Some("4.4.7")),
        ("Action: delayed\nStatus: 4.2.2 (full)", Class::Temporary, Some("4.2.2")),
        (
            "Action: Failed (oh)\nStatus: x\nDiagnostic-Code: smtp; 554-5.7.26\n  not signed",
            Class::Permanent,
            Some("5.7.26"),
        ),
        ("action: failed", Class::Permanent, None),
    ] {
        assert_eq!(of(&delivery(fields, WHOLE), None), Some(report(class, status, true)), "{fields}");
    }
    for fields in [
        "Action: delivered\nStatus: 2.1.5",
        "Action: relayed",
        "Status: 5.1.1",
        "Action: expanded\nStatus: 2.0.0",
    ] {
        assert_eq!(of(&delivery(fields, WHOLE), None), None, "{fields}");
    }
}

#[test]
fn the_address_it_came_to_counts_first_and_without_any_the_letter_inside() {
    let gone = delivery("Action: failed\nStatus: 5.1.1", WHOLE);
    let other = of(&gone, Some("bounce+other-1@papers.example.org")).unwrap();
    assert_eq!(other.id.as_deref(), Some("other-1"));
    let forwarded = gone.replace(&format!("To: bounce+{ID}@"), "To: someone@");
    assert_eq!(
        of(&forwarded, Some("bounce@papers.example.org")),
        Some(report(Class::Permanent, Some("5.1.1"), true))
    );
    let without = read(&Returned { bytes: forwarded.as_bytes(), recipient: None }, None, HOST);
    assert_eq!(without, Some(report(Class::Permanent, Some("5.1.1"), true)));
    let foreign = forwarded.replace("papers.example.org", "elsewhere.example");
    assert_eq!(of(&foreign, None), None, "a letter of others");
}

#[test]
fn a_complaint_is_told_from_its_opposite() {
    let complaint = |kind: &str| {
        format!(
            "From: <staff@provider.example>
To: <abuse@papers.example.org>
Subject: FW: Papers
Content-Type: multipart/report; report-type=feedback-report; boundary=\"b1\"

--b1
Content-Type: text/plain

This is an email abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <bounce+{ID}@papers.example.org>

--b1
Content-Type: message/rfc822
Content-Disposition: inline

From: <papers@example.org>
To: redacted@example.com
Subject: Papers
Message-ID: <{ID}@papers.example.org>

Hello.
--b1--
"
        )
    };
    for kind in ["abuse", "Fraud", "other"] {
        assert_eq!(of(&complaint(kind), None), Some(report(Class::Complaint, None, true)));
    }
    assert_eq!(of(&complaint("not-spam"), None), None);
    let redacted = complaint("abuse").replace(&format!("Message-ID: <{ID}@"), "Message-ID: <redacted@x.");
    assert_eq!(of(&redacted, None), Some(report(Class::Complaint, None, false)));
}

#[test]
fn old_relays_say_it_in_words() {
    let words = |from: &str, body: &str| {
        format!(
            "Return-Path: <>\nFrom: {from}\nTo: <bounce+{ID}@papers.example.org>\nSubject: failure notice\n\n{body}\n"
        )
    };
    let qmail = "Hi. This is the qmail-send program at relay.example.net.\n\n<ann@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown user";
    assert_eq!(
        of(&words("MAILER-DAEMON@relay.example.net", qmail), None),
        Some(report(Class::Permanent, Some("5.1.1"), false))
    );
    let full = "Remote host said: 452 mailbox full\n\nMessage-ID: <0123456789abcdef-7@papers.example.org>";
    assert_eq!(
        of(&words("postmaster@relay.example.net", full), None),
        Some(report(Class::Temporary, None, true))
    );
    assert_eq!(
        of(&words("Mailer-Daemon@relay.example.net", "It did not work."), None),
        Some(report(Class::Unclear, None, false))
    );
    let elsewhere =
        words("MAILER-DAEMON@relay.example.net", qmail).replace(&format!("bounce+{ID}"), "bounce");
    assert_eq!(of(&elsewhere, None), None, "nothing names a letter");
}

#[test]
fn answers_of_people_and_their_programs_are_nothing() {
    for message in [
        format!(
            "From: ann@example.com\nTo: bounce+{ID}@papers.example.org\nSubject: Out of office\nAuto-Submitted: auto-replied\nIn-Reply-To: <{ID}@papers.example.org>\n\nBack on 5.1.2027, phone 550.\n"
        ),
        format!(
            "From: ann@example.com\nTo: bounce+{ID}@papers.example.org\nSubject: Re: Papers\n\nThanks! 550 5.1.1\n"
        ),
        format!(
            "From: ann@example.com\nTo: bounce+{ID}@papers.example.org\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b1\n\n--b1\nContent-Type: message/disposition-notification\n\nDisposition: automatic-action; displayed\n--b1--\n"
        ),
        String::new(),
        "\n\n\n".to_owned(),
    ] {
        assert_eq!(of(&message, None), None, "{message}");
    }
}

#[test]
fn whatever_comes_is_survived() {
    let mut random = fastrand::Rng::with_seed(7);
    let seeds = [
        delivery("Action: failed\nStatus: 5.1.1", WHOLE),
        delivery("Action: failed\nStatus: 5.1.1", HEADERS).replace('\n', "\r\n"),
        delivery(
            "Action: failed",
            &format!("Content-Type: multipart/mixed; boundary=b1\n\n--b1\n{WHOLE}\n--b1--"),
        ),
        delivery(
            "Action: failed",
            &WHOLE.replace(
                "Content-Type: message/rfc822",
                "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
            ),
        ),
    ];
    let pieces: [&[u8]; 12] = [
        b"--b1",
        b"--b1--",
        b"\r\n\r\n",
        b"boundary=",
        b"=?utf-8?B?",
        b"<@>",
        b"\0",
        b"\xFF\xFE",
        b": ",
        b"Content-Type: message/rfc822\n\n",
        b";charset=",
        b"\"\\",
    ];
    for round in 0..6_000 {
        let mut bytes = seeds[round % seeds.len()].clone().into_bytes();
        for _change in 0..random.usize(1..8) {
            let at = random.usize(0..=bytes.len());
            match random.u8(0..5) {
                0 => bytes.truncate(at),
                1 => drop(bytes.splice(at..at, pieces[random.usize(0..pieces.len())].iter().copied())),
                2 => drop(bytes.drain(at.min(bytes.len())..(at + random.usize(0..40)).min(bytes.len()))),
                3 => bytes.iter_mut().skip(at).take(3).for_each(|byte| *byte = random.u8(..)),
                _same => {
                    let copied = bytes[at..(at + 60).min(bytes.len())].to_vec();
                    drop(bytes.splice(at..at, copied));
                }
            }
        }
        let _ = read(&Returned { bytes: &bytes, recipient: None }, Some(&base()), HOST);
    }
}

#[test]
fn deep_and_long_messages_take_no_time() {
    let level = |level: u32| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    let deep = (0..5_000).map(level).collect::<Vec<_>>().concat();
    let nested = "Content-Type: message/rfc822\n\n".repeat(5_000);
    let long = format!("From: MAILER-DAEMON@x.example\n\n{}", "550 5.1.1 <a@b> ".repeat(500_000));
    let start = std::time::Instant::now();
    for message in [deep, nested, long] {
        let _ = of(&message, None);
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

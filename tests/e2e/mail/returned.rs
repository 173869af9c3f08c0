//! What comes back: letters that nobody took and complaints, on standard input and in a Maildir.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use chrono::TimeDelta;

use crate::mail;
use crate::mail::Program;
use crate::mail::post::Sink;
use crate::support::net::Net;
use crate::support::site::Site;

/// A report as Postfix writes it of a letter that was sent from `sender`.
fn undelivered(sender: &str, message_id: &str, action: &str, status: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example.net (Mail Delivery System)\nTo: {sender}\n\
         Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\n\n--b1\nContent-Type: text/plain\n\n\
         Your message could not be delivered.\n\n--b1\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; relay.example.net\n\nFinal-Recipient: rfc822; s@example.com\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; 550 {status} no\n\n--b1\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\n\n--b1--\n"
    )
}

/// A complaint in the form in which large providers send it (RFC 5965).
fn complaint(sender: &str, message_id: &str) -> String {
    format!(
        "From: complaints@example.net\nTo: {sender}\nSubject: complaint\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"b1\"\n\n--b1\nContent-Type: text/plain\n\n\
         This is spam.\n\n--b1\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Example/1\n\
         Version: 1\n\n--b1\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\nSubject: Papers\n\nPapers.\n\n--b1--\n"
    )
}

fn bounce(program: &Program, arguments: &[&str], message: &str) -> String {
    let mut child = program
        .command(&[&["bounce"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", crate::lists::words(&out));
    crate::lists::words(&out)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_letters_that_come_back_in_a_week_and_one_complaint_suspend() {
    let Some(sink) = Sink::start() else { return };
    let net = Net::start().await;
    mail::announce(&net, mail::yesterday().minus(TimeDelta::days(1)), 0, 1);
    let maildir = tempfile::tempdir().unwrap();
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir(maildir.path().join(folder)).unwrap();
    }
    let mut configuration = mail::configuration(&net, mail::free_port());
    configuration += &mail::relay(&sink);
    writeln!(configuration, "bounces_maildir = \"{}\"", maildir.path().display()).unwrap();
    for number in 0..4 {
        write!(configuration, "[[subscriber]]\naddress = \"s{number}@example.com\"\ntopics = [\"flags\"]\n")
            .unwrap();
    }
    // Two days of letters: one sent here, one by the program.
    let site = Site::start_at(&configuration, mail::yesterday().minus(TimeDelta::days(1))).await;
    let outbox = site.desk().outbox().clone();
    outbox.configure_subscribers().await.unwrap();
    site.later(TimeDelta::minutes(30));
    site.harvest("arxiv").await;
    site.later(TimeDelta::hours(25));
    let postman = mail::Postman::start(&site);
    assert_eq!(site.cut().await, (4, 4));
    mail::until("all came", || sink.count() == 4).await;
    mail::until("nothing waits", || outbox.overview().unwrap().waiting.is_empty()).await;
    postman.end().await;
    drop(outbox);
    mail::announce(&net, mail::yesterday(), 5, 1);
    site.later(TimeDelta::minutes(5));
    site.harvest("arxiv").await;
    let program = Program::start(site.close().await.0, &configuration);
    mail::until("all came again", || sink.count() == 8).await;
    mail::until("nothing waits", || program.run(&["--json", "outbox"]).contains("\"outbox\": []")).await;

    let letters = |number: usize| sink.froms(&format!("s{number}@example.com"));
    let of = |number: usize, which: usize| letters(number)[which].clone();
    // One letter, reported twice, and late ones: nothing yet.
    let (sender, id) = of(0, 0);
    assert!(sender.starts_with("bounce+") && sender.ends_with("@example.org"), "{sender}");
    assert!(
        bounce(&program, &[], &undelivered(&sender, &id, "delayed", "4.4.1")).contains("nothing was done")
    );
    assert!(bounce(&program, &[], &undelivered(&sender, &id, "failed", "5.1.1")).contains("it is noted"));
    assert!(
        bounce(&program, &[], &undelivered(&sender, &id, "failed", "5.1.1")).contains("came back before")
    );
    assert_eq!(program.subscribers("suspended"), 0);
    // The second letter, named by the address to which the report came.
    let (sender, _id) = of(0, 1);
    let report = undelivered("postmaster@example.org", "<x@example.net>", "failed", "5.1.1");
    assert!(bounce(&program, &[&sender], &report).contains("is suspended"));
    assert_eq!((program.subscribers("suspended"), program.subscribers("active")), (1, 3));
    // A complaint at once.
    let (sender, id) = of(1, 0);
    assert!(bounce(&program, &[], &complaint(&sender, &id)).contains("complains"));
    assert_eq!(program.subscribers("suspended"), 2);
    // Junk, and reports of letters that were never sent.
    for junk in ["", "\0\0", "Subject: hello\n\nHow are you?\n"] {
        assert!(bounce(&program, &[], junk).contains("nothing was done"), "{junk:?}");
    }
    for sender in ["bounce+0123456789abcdef-7@example.org", "bounce+x@example.org"] {
        let said = bounce(&program, &[], &undelivered(sender, "<0123456789abcdef-7@x>", "failed", "5.1.1"));
        assert!(said.contains("nothing was done"), "{said}");
    }
    assert_eq!(program.subscribers("active"), 2);
    // The same over a Maildir.
    for which in 0..2 {
        let (sender, id) = of(2, which);
        fs::write(maildir.path().join(format!("new/{which}")), undelivered(&sender, &id, "failed", "5.1.1"))
            .unwrap();
    }
    fs::write(maildir.path().join("new/junk"), "\0nothing").unwrap();
    mail::until("the Maildir is read", || fs::read_dir(maildir.path().join("new")).unwrap().count() == 0)
        .await;
    mail::until("it is suspended", || program.subscribers("suspended") == 3).await;
    assert_eq!(program.subscribers("active"), 1);
    assert_eq!(fs::read_dir(maildir.path().join("cur")).unwrap().count(), 3);
}

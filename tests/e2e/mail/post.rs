//! The mail server of the tests, and Python's eye for letters.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::lists;

/// The Python that has aiosmtpd and dkimpy.
fn python() -> std::ffi::OsString {
    std::env::var_os("OFFPRINT_AIOSMTPD").unwrap_or_else(|| "python3".into())
}

/// A running mail server; ended when dropped.
pub(crate) struct Sink {
    child: Child,
    /// Where it speaks SMTP.
    pub(crate) port: u16,
    control: u16,
}

impl Sink {
    /// Starts one, where aiosmtpd is installed.
    pub(crate) fn start() -> Option<Self> {
        let probe = lists::command(python()).args(["-c", "import aiosmtpd.smtp, dkim"]).output();
        if !probe.as_ref().is_ok_and(|out| out.status.success()) {
            lists::skip("mail", "OFFPRINT_AIOSMTPD names no Python with aiosmtpd and dkimpy");
            return None;
        }
        let mut child = lists::command(python())
            .arg(lists::beside("mail/sink.py"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let port = |name: &str| u16::try_from(said[name].as_u64().unwrap()).unwrap();
        Some(Self { child, port: port("port"), control: port("control") })
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.control)).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: sink\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {head}");
        serde_json::from_str(body).unwrap()
    }

    /// How it behaves from now on; see `Manners` in the script.
    pub(crate) fn behave(&self, manners: &Value) {
        self.ask("POST", "/behave", &manners.to_string());
    }

    /// Goes away.
    pub(crate) fn close(&self) {
        self.ask("POST", "/close", "");
    }

    /// Comes back.
    pub(crate) fn open(&self) {
        self.ask("POST", "/open", "");
    }

    /// How many letters were taken.
    pub(crate) fn count(&self) -> usize {
        usize::try_from(self.ask("GET", "/count", "").as_u64().unwrap()).unwrap()
    }

    /// Of each letter: recipient and `Message-ID`, in the order in which they came.
    pub(crate) fn envelopes(&self) -> Vec<(String, String)> {
        let envelopes = self.ask("GET", "/envelopes", "");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        envelopes
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                assert_eq!(one["to"].as_array().unwrap().len(), 1, "{one}: a letter is to one person");
                (text(&one["to"][0]), text(&one["message_id"]))
            })
            .collect()
    }

    /// Of the letters to an address: the sender of the envelope, and the `Message-ID`.
    pub(crate) fn froms(&self, to: &str) -> Vec<(String, String)> {
        let letters = self.ask("GET", &format!("/letters?to={to}"), "");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        letters.as_array().unwrap().iter().map(|one| (text(&one["from"]), text(&one["message_id"]))).collect()
    }

    /// When the letters to an address were taken, in seconds of the system's clock.
    pub(crate) fn times(&self, to: &str) -> Vec<f64> {
        let letters = self.ask("GET", &format!("/letters?to={to}"), "");
        letters.as_array().unwrap().iter().map(|one| one["at"].as_f64().unwrap()).collect()
    }

    /// The letters to an address.
    pub(crate) fn letters(&self, to: &str) -> Vec<String> {
        let letters = self.ask("GET", &format!("/letters?to={}", to.replace('+', "%2B")), "");
        letters.as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until so many letters have come to an address; the last one.
    pub(crate) async fn await_letter(&self, to: &str, number: usize) -> String {
        let begun = Instant::now();
        loop {
            let mut letters = self.letters(to);
            if letters.len() >= number {
                assert_eq!(letters.len(), number, "{to} got more letters than that");
                return letters.pop().unwrap();
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{to} has {} letters", letters.len());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _is_killed = self.child.kill();
        let _is_reaped = self.child.wait();
    }
}

/// What Python reads in a letter; it must find no defect, and the signature of the DNS record true, where one is given.
pub(crate) fn read(letter: &str, dkim: Option<(&str, &str)>) -> Value {
    let mut command = lists::command(python());
    command.arg(lists::beside("mail/read.py"));
    if let Some((name, record)) = dkim {
        command.args([name, record]);
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(letter.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}\n{letter}", lists::words(&out));
    let read: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(read["defects"], serde_json::json!([]), "{letter}");
    assert_eq!(read["fetched"], serde_json::json!([]), "a letter fetches nothing: {letter}");
    assert_eq!(read["type"], "multipart/alternative");
    read
}

/// The addresses of the installation in a letter: those of the text, of the page, and of the heads.
pub(crate) fn links(read: &Value) -> Vec<String> {
    let named =
        |name: &str| read[name].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
    let mut all: Vec<String> = named("links").chain(named("written")).collect();
    all.sort();
    all.dedup();
    all.retain(|link| link.starts_with("http://127.0.0.1:"));
    all
}

//! Every list that a program serves, in every format, and scripts that are run over them.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use crate::program;

/// The formats, by the end of the address.
pub(crate) const FORMATS: &[&str] = &["atom", "rss", "json"];

/// The identifiers of the topics, as the subscription list names them.
pub(crate) fn topics(address: &str) -> Vec<String> {
    let opml = program::get(&format!("{address}/opml"), &[]).text();
    let start = format!("xmlUrl=\"{address}/topics/");
    let named = opml.split(&start).skip(1).map(|rest| rest.split(".atom\"").next().unwrap().to_owned());
    named.collect()
}

/// The addresses of all lists in a format: topics, updates, and one of each kind that nobody configured, with and
/// without papers.
pub(crate) fn all(address: &str, format: &str) -> Vec<String> {
    let topics = topics(address);
    let first = &topics[0];
    let feed = program::get(&format!("{address}/topics/{first}.atom"), &[]).body;
    let feed = feed_rs::parser::parse(&feed[..]).unwrap();
    let entry = &feed.entries[0];
    let paper = entry.id.rsplit('/').next().unwrap();
    let mut paths: Vec<String> = topics.iter().map(|topic| format!("topics/{topic}.{format}")).collect();
    paths.push(format!("updates.{format}"));
    paths.push(format!("trending.{format}?topic={first}"));
    paths.push(format!("papers/{paper}/similar.{format}"));
    paths.push(format!("categories/cs.LG.{format}"));
    paths.push(format!("search.{format}?q=model"));
    paths.push(format!("search.{format}?q=nothinghasthisword"));
    if let Some(name) = entry.authors.first().and_then(|author| author.name.as_ref()) {
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        paths.push(format!("authors/{}.{format}", name.replace('+', "%20")));
    }
    paths.into_iter().map(|path| format!("{address}/{path}")).collect()
}

/// The file of a script or grammar beside the tests.
pub(crate) fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e").join(name)
}

/// A program that the tests start: it writes nothing beside the scripts, and goes straight to this machine.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .env("NO_PROXY", "*")
        .env("no_proxy", "*");
    command
}

/// Says that something is not installed, which in CI is a fault.
pub(crate) fn skip(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} must be installed in CI: {why}");
    eprintln!("SKIPPED {what}: {why}");
}

/// What a program printed and said.
pub(crate) fn words(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

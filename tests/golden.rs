//! Golden answers of sources, invented in the exact shape of real ones, with what is made of each beside it.
//!
//! `tests/golden/sources/KIND/NAME.EXTENSION` is read by that kind, and the result must be `NAME.expected.txt`. To accept
//! new results, set `OFFPRINT_ACCEPT`, then read every changed line: an accepted mistake is defended by this test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use offprint::fetch::exchange::Response;
use offprint::model::source::Cursor;
use offprint::model::source::SourceId;
use offprint::model::time::Timestamp;
use offprint::normalise;
use offprint::sources;
use offprint::sources::Batch;
use offprint::sources::Kind;

use crate::contract;

mod render;

/// An answer and the kind that reads it.
pub(crate) struct Golden {
    pub(crate) kind: &'static Kind,
    pub(crate) path: PathBuf,
    pub(crate) body: Vec<u8>,
}

impl Golden {
    /// Folder and file, such as `feed/atom.xml`.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.kind.name, self.path.file_name().unwrap().to_str().unwrap())
    }

    /// The type that a host would state. Feeds come as XML of no charset, so that the declaration in them counts.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => "application/json",
            Some("html") => "text/html",
            _xml => "application/xml",
        }
    }

    /// What its kind makes of it, and what it says of it as a refusal. The answer is to the first request of a run, or to
    /// that at the cursor beside it (`NAME.cursor`).
    pub(crate) fn read(&self) -> (Batch, Option<String>) {
        read_at(self.kind, self.cursor(), &self.body, self.content_type())
    }

    /// The cursor beside it, if there is one.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        let cursor = fs::read_to_string(self.path.with_extension("cursor")).ok()?;
        Some(Cursor(cursor.trim_end().to_owned()))
    }
}

/// Every golden answer, in the order of their names.
pub(crate) fn answers() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sources");
    let mut found = Vec::new();
    for kind in fs::read_dir(folder).unwrap() {
        let kind = kind.unwrap();
        let name = kind.file_name();
        let known = sources::kind(name.to_str().unwrap());
        let known = known.unwrap_or_else(|| panic!("there is no kind {}", name.display()));
        for file in fs::read_dir(kind.path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "txt" && extension != "cursor") {
                let body = fs::read(&path).unwrap();
                found.push(Golden { kind: known, path, body });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// When all answers were read: the first day of Hugging Face that is asked for then is 12 August 2026, the day of most
/// answers here.
pub(crate) fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-18T06:00:00Z").unwrap()
}

/// What a kind makes of a body, and what it says of it as a refusal.
pub(crate) fn read_at(
    kind: &Kind,
    cursor: Option<Cursor>,
    body: &[u8],
    content_type: &str,
) -> (Batch, Option<String>) {
    let source = contract::least(kind);
    let cursor = cursor.unwrap_or_else(|| contract::beginning(&*source, run()));
    let request = source.ask(&cursor, run()).unwrap();
    let response = Response::ok(request.url.clone(), content_type, body);
    (source.read(&cursor, run(), &request, &response), source.explain(&response))
}

/// The beginning of a run of a kind, and every cursor that lies beside one of its answers.
pub(crate) fn cursors(kind: &Kind) -> Vec<Option<Cursor>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sources").join(kind.name);
    let files = fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path());
    let lying = files.filter(|path| path.extension().is_some_and(|extension| extension == "cursor"));
    let text = |path: PathBuf| Cursor(fs::read_to_string(path).unwrap().trim_end().to_owned());
    let several: BTreeSet<Cursor> = lying.map(text).collect();
    std::iter::once(None).chain(several.into_iter().map(Some)).collect()
}

/// What is known of a record of that kind besides itself.
pub(crate) fn context<'a>(kind: &Kind, source: &'a SourceId) -> normalise::Context<'a> {
    normalise::Context { source, authority: kind.authority, fetched_at: run(), language: None }
}

#[test]
fn every_answer_is_read_as_accepted() {
    let (mut faults, mut seen) = (Vec::new(), Vec::new());
    for golden in answers() {
        let expected = golden.path.with_extension("expected.txt");
        assert!(!seen.contains(&expected), "{} shares its name with another answer", golden.name());
        let text = render::answer(&golden);
        if std::env::var_os("OFFPRINT_ACCEPT").is_some() {
            fs::write(&expected, &text).unwrap();
        }
        let accepted = fs::read_to_string(&expected).unwrap_or_default();
        if accepted != text {
            let line = accepted.lines().zip(text.lines()).position(|(one, other)| one != other);
            let line = line.unwrap_or_else(|| accepted.lines().count().min(text.lines().count()));
            let of = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
            faults.push(format!(
                "{}, line {}:\n  accepted {}\n  now      {}",
                golden.name(),
                line + 1,
                of(&accepted),
                of(&text)
            ));
        }
        seen.push(expected);
    }
    assert!(faults.is_empty(), "{}\nset OFFPRINT_ACCEPT to accept, then read the files", faults.join("\n"));
    for kind in sources::KINDS {
        let count = answers().iter().filter(|golden| golden.kind.name == kind.name).count();
        assert!(count >= 3, "{} has no ordinary, odd and broken answer", kind.name);
    }
}

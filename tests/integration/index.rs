//! What was committed stays, what was not is asked for again, and a broken index begins anew without anyone's help.

use std::fs;
use std::path::Path;

use offprint::index;
use offprint::index::OpenReport;
use offprint::index::Settings;
use offprint::index::reader::Reader;
use offprint::index::reader::Search;
use offprint::index::reader::Sort;
use offprint::index::snippet;
use offprint::index::writer::Writer;
use offprint::model::beside::Beside;
use offprint::model::paper::Paper;
use offprint::model::text::Text;
use offprint::model::time::Timestamp;
use offprint::query;
use offprint::query::Query;
use offprint::query::document::Document;

use crate::support::stored;

const NOW: Timestamp = Timestamp::from_seconds(1_786_000_000);

fn settings(folder: &Path) -> Settings {
    Settings { path: folder.join("index"), heap_bytes: 0 }
}

fn open(folder: &Path) -> (Writer, Reader, OpenReport) {
    index::open(&settings(folder)).unwrap()
}

fn parsed(text: &str) -> Query {
    let parsed = query::parse(text);
    assert_eq!(parsed.problems, []);
    parsed.query.unwrap()
}

fn put(writer: &mut Writer, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let paper = stored::paper(number);
        writer.put(&paper, &Document::new(&paper, &Beside::default())).unwrap();
    }
}

fn matching(reader: &Reader, text: &str) -> usize {
    reader.matching(&parsed(text), NOW).unwrap().len()
}

/// An index of ten papers, committed in two parts up to 7.
fn made(folder: &Path) {
    let (mut writer, _reader, report) = open(folder);
    assert_eq!((report.begun_anew, report.applied, report.papers), (None, 0, 0));
    put(&mut writer, 0..5);
    writer.commit(3).unwrap();
    put(&mut writer, 5..10);
    writer.commit(7).unwrap();
}

/// The folder as a process leaves it that is killed now.
fn killed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("index")).unwrap();
    for file in fs::read_dir(folder.join("index")).unwrap() {
        let file = file.unwrap();
        match fs::copy(file.path(), copy.path().join("index").join(file.file_name())) {
            // A file of the engine's that lived for a moment.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            copied => assert!(copied.is_ok(), "{copied:?}"),
        }
    }
    copy
}

fn assert_anew(folder: &Path, reason: &str) {
    let (mut writer, reader, report) = open(folder);
    let told = report.begun_anew.unwrap_or_default();
    assert!(told.contains(reason), "{told}");
    assert_eq!((report.applied, report.papers, writer.applied(), reader.count()), (0, 0, 0, 0));
    put(&mut writer, 0..2);
    writer.commit(9).unwrap();
    assert_eq!(matching(&reader, "flags"), 2);
    drop(writer);
    let (writer, reader, report) = open(folder);
    assert_eq!((report.begun_anew, writer.applied(), reader.count()), (None, 9, 2));
}

#[test]
fn a_kill_between_commits_loses_only_what_is_applied_again() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let (mut writer, reader, report) = open(folder.path());
    assert_eq!((report.begun_anew, report.applied, report.papers), (None, 7, 10));
    put(&mut writer, 8..20);
    writer.remove(&stored::paper_id(0)).unwrap();
    assert_eq!(matching(&reader, "flags"), 10, "nothing shows before it is committed");
    let copy = killed(folder.path());
    let (mut again, other, report) = open(copy.path());
    assert_eq!((report.begun_anew, report.applied, report.papers), (None, 7, 10));
    assert_eq!(matching(&other, "flags"), 10);
    assert!(other.contains(&stored::paper_id(0)).unwrap());
    put(&mut again, 8..20);
    again.remove(&stored::paper_id(0)).unwrap();
    again.commit(8).unwrap();
    assert_eq!((matching(&other, "flags"), other.count()), (19, 19));
    assert!(!other.contains(&stored::paper_id(0)).unwrap());
    drop(writer);
    let (_writer, reader, report) = open(folder.path());
    assert_eq!((report.applied, matching(&reader, "flags")), (7, 10));
}

#[test]
fn two_processes_do_not_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, _reader, _report) = open(folder.path());
    let second = index::open(&settings(folder.path()));
    assert!(matches!(second, Err(index::Error::Busy { .. })));
    drop(writer);
    open(folder.path());
}

#[test]
fn a_deleted_folder_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (_writer, reader, report) = open(folder.path());
    assert_eq!((report.begun_anew, report.applied, reader.count()), (None, 0, 0));
}

#[test]
fn a_cut_list_of_segments_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let list = folder.path().join("index/meta.json");
    let bytes = fs::read(&list).unwrap();
    fs::write(&list, &bytes[..bytes.len() / 2]).unwrap();
    assert_anew(folder.path(), "");
}

#[test]
fn a_missing_list_of_segments_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    fs::remove_file(folder.path().join("index/meta.json")).unwrap();
    assert_anew(folder.path(), "");
}

#[test]
fn any_cut_file_of_a_segment_is_begun_anew() {
    for kind in ["idx", "pos", "term", "fast", "store", "fieldnorm"] {
        let folder = tempfile::tempdir().unwrap();
        made(folder.path());
        let file = segment_file(folder.path(), kind);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        assert_anew(folder.path(), "");
    }
}

#[test]
fn a_flipped_bit_is_found_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    fs::remove_file(folder.path().join("index/closed")).unwrap();
    let file = segment_file(folder.path(), "pos");
    let mut bytes = fs::read(&file).unwrap();
    bytes[0] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_anew(folder.path(), ".pos is damaged");
}

#[test]
fn another_version_is_begun_anew_and_what_is_not_ours_stays() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    fs::write(folder.path().join("index/notes.txt"), "mine").unwrap();
    let list = folder.path().join("index/meta.json");
    let text = fs::read_to_string(&list).unwrap();
    let (before, version) = text.split_once("offprint ").unwrap();
    let (_version, behind) = version.split_once(' ').unwrap();
    fs::write(&list, format!("{before}offprint 0 {behind}")).unwrap();
    assert_anew(folder.path(), "version 0");
    assert_eq!(fs::read_to_string(folder.path().join("index/notes.txt")).unwrap(), "mine");
}

fn segment_file(folder: &Path, kind: &str) -> std::path::PathBuf {
    let files = fs::read_dir(folder.join("index")).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|found| found == kind)).min().unwrap()
}

/// A paper with that title and abstract.
fn paper(number: u64, title: &str, abstract_text: &str) -> Paper {
    let mut paper = stored::paper(number);
    for observation in &mut paper.observations {
        observation.title.text = Text::line(title);
        if let Some(form) = &mut observation.abstract_text {
            form.text = Text::new(abstract_text);
        }
    }
    paper
}

#[test]
fn a_word_in_the_title_ranks_higher_and_the_newest_come_first_by_date() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, reader, _report) = open(folder.path());
    let papers = [
        paper(1, "Gardens", "Nothing is said here of what is looked for, only of plots and of plants."),
        paper(2, "Plots", "A garden is what this one speaks of once, among plants and other things."),
        paper(3, "Plants", "Nothing at all."),
    ];
    for paper in &papers {
        writer.put(paper, &Document::new(paper, &Beside::default())).unwrap();
    }
    writer.commit(1).unwrap();
    let mut search = Search { now: NOW, sort: Sort::Relevance, offset: 0, limit: 10, facets: true };
    let found = reader.search(&parsed("garden"), &search).unwrap();
    let order: Vec<_> = found.hits.iter().map(|hit| hit.paper.clone()).collect();
    assert_eq!(order, [stored::paper_id(1), stored::paper_id(2)]);
    assert_eq!(found.facets.years, [("2026".to_owned(), 2)]);
    assert_eq!(found.facets.categories, [("cs.LG".to_owned(), 2)]);
    assert_eq!(found.facets.sources, [("arxiv-cs-lg".to_owned(), 2), ("hf-daily".to_owned(), 2)]);
    search.sort = Sort::Newest;
    let found = reader.search(&parsed("NOT garden OR garden"), &search).unwrap();
    let order: Vec<_> = found.hits.iter().map(|hit| hit.paper.clone()).collect();
    assert_eq!(order, [stored::paper_id(3), stored::paper_id(2), stored::paper_id(1)]);
}

/// A snippet with what was looked for in brackets.
fn shown(query: &str, abstract_text: &str) -> Option<String> {
    let snippet = snippet::of(&parsed(query), &paper(1, "x", abstract_text))?;
    Some(
        snippet
            .parts
            .iter()
            .map(|(text, hit)| if *hit { format!("[{text}]") } else { text.clone() })
            .collect(),
    )
}

#[test]
fn snippets_mark_what_was_looked_for_in_the_best_stretch() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        shown("adapter", "We study Adapters, and an adapter."),
        some("We study [Adapters], and an [adapter].")
    );
    assert_eq!(
        shown("=adapter", "We study Adapters, and an adapter."),
        some("We study Adapters, and an [adapter].")
    );
    assert_eq!(shown("\"low rank\"", "A low-rank rank."), some("A [low]-[rank] rank."));
    assert_eq!(shown("low-ran*", "Low ranks; low, high rank."), some("[Low] [ranks]; low, high rank."));
    assert_eq!(shown("/GPT-?\\d/", "With GPT-4 and BERT."), some("With [GPT]-[4] and BERT."));
    assert_eq!(shown("title:adapter -adapter", "An adapter."), None);
    let long =
        format!("{}. We tune an adapter of low rank here. {}", "word ".repeat(80).trim(), "more ".repeat(80));
    let snippet = shown("adapter rank", &long).unwrap();
    assert!(
        snippet.starts_with('…') && snippet.ends_with('…') && snippet.contains("[adapter] of low [rank]"),
        "{snippet}"
    );
    assert!((150..=220).contains(&snippet.chars().count()), "{snippet}");
}

//! Papers asked for by name, in several requests, with answers that lack some or all of them.

use super::*;
use crate::sources::OptionValue;

fn run() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-12T07:00:00Z").unwrap()
}

fn source(batch: u64) -> Box<dyn Source> {
    let given = [("batch".to_owned(), OptionValue::Number(batch))].into();
    build(&Options { given, mailbox: None }).unwrap()
}

fn aimed(source: &dyn Source, ids: &[&str]) -> Cursor {
    let target = |id: &&str| Target { name: format!("arxiv:{id}"), announced: "2026-08-11".parse().ok() };
    source.aim(&Cursor::default(), run(), &ids.iter().map(target).collect::<Vec<_>>())
}

fn feed(total: usize, entries: &[&str]) -> String {
    format!(
        "<?xml version='1.0'?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>arXiv Query</title>\
         <opensearch:totalResults xmlns:opensearch=\"x\">{total}</opensearch:totalResults>{}</feed>",
        entries.concat()
    )
}

fn entry(id: &str) -> String {
    format!(
        "<entry><id>http://arxiv.org/abs/{id}</id><title>Flags</title><summary>We count.</summary>\
         <published>2026-08-10T17:00:00Z</published><updated>2026-08-10T17:00:00Z</updated>\
         <category term=\"math.CO\"/><category term=\"cs.LG\"/><category term=\"I.2.7; 05C80 (Primary)\"/>\
         <arxiv:primary_category term=\"cs.LG\"/><arxiv:doi>10.1000/a 10.1000/b</arxiv:doi>\
         <author><name>Ann Test</name><arxiv:affiliation>Inst. of Gardens</arxiv:affiliation></author></entry>"
    )
}

fn read(source: &dyn Source, cursor: &Cursor, body: &str) -> Batch {
    let request = source.ask(cursor, run()).unwrap();
    source.read(cursor, run(), &request, &Response::ok(request.url.clone(), "application/atom+xml", body))
}

fn asks(source: &dyn Source, cursor: &Cursor) -> Option<String> {
    let request = source.ask(cursor, run())?;
    let pairs = request.url.query_pairs().map(|(name, value)| format!("{name}={value}"));
    Some(pairs.collect::<Vec<_>>().join("&"))
}

#[test]
fn papers_are_asked_for_in_batches_until_none_is_left() {
    let source = source(2);
    let cursor = aimed(&*source, &["2608.00001", "hep-th/9901001", "2608.00003"]);
    assert_eq!(asks(&*source, &cursor).unwrap(), "id_list=2608.00001,hep-th/9901001&max_results=2");
    let batch = read(&*source, &cursor, &feed(2, &[&entry("2608.00001v2"), &entry("hep-th/9901001v1")]));
    assert_eq!((batch.records.len(), &batch.problems[..]), (2, &[][..]));
    assert_eq!(asks(&*source, &batch.next).unwrap(), "id_list=2608.00003&max_results=1");
    // A run that was interrupted here goes on here, should it not be aimed anew.
    let batch = read(&*source, &batch.next, &feed(0, &[]));
    assert_eq!(batch.problems[0].message, "1 papers are not in the answer: 2608.00003");
    assert_eq!((batch.is_partial, asks(&*source, &batch.next)), (false, None));
    assert_eq!(asks(&*source, &Cursor::default()), None);
}

#[test]
fn an_entry_tells_its_version_its_subjects_and_the_day_a_list_announced_it() {
    let source = source(50);
    let cursor = aimed(&*source, &["2608.00001"]);
    let record = read(&*source, &cursor, &feed(1, &[&entry("2608.00001v3")])).records.remove(0);
    assert_eq!((record.key.as_str(), record.version), ("2608.00001", Some(3)));
    let terms: Vec<&str> = record.subjects.iter().map(|subject| subject.term.as_str()).collect();
    assert_eq!(terms, ["cs.LG", "math.CO", "cs.LG", "I.2.7", "05C80"], "the primary one first");
    assert_eq!(record.ids.len(), 3);
    assert_eq!(
        (record.announced.unwrap().text.replace("T00:00:00-04:00", "").as_str(), record.revised),
        ("2026-08-11", None)
    );
    let old = read(&*source, &cursor, &feed(1, &[&entry("2607.00001v1")])).records.remove(0);
    assert_eq!(
        old.announced.unwrap().text.replace("T00:00:00-04:00", ""),
        "2026-08-11",
        "given out in July, listed in August"
    );
    let old = read(&*source, &cursor, &feed(1, &[&entry("2506.00001v1")])).records.remove(0);
    assert_eq!(
        old.announced.unwrap().text.replace("T00:00:00-04:00", ""),
        "2025-06",
        "the list only cross-listed it"
    );
    let bare = Target { name: "arxiv:2608.00001".to_owned(), announced: None };
    let cursor = source.aim(&Cursor::default(), run(), &[bare]);
    for (published, announced) in [
        ("2026-08-10T17:00:00Z", "2026-08-11"),
        ("2026-08-10T19:00:00Z", "2026-08-12"),
        ("2026-01-10T19:00:00Z", "2026-08"),
        ("some day", "2026-08"),
    ] {
        let body = feed(1, &[&entry("2608.00001v1").replace("2026-08-10T17:00:00Z", published)]);
        let record = read(&*source, &cursor, &body).records.remove(0);
        assert_eq!(record.announced.unwrap().text.replace("T00:00:00-04:00", ""), announced, "{published}");
    }
}

#[test]
fn an_empty_page_that_should_not_be_is_asked_for_three_times_more() {
    let source = source(50);
    let mut cursor = aimed(&*source, &["2608.00001"]);
    let mut asked = Vec::new();
    let mut last = Batch::default();
    while let Some(query) = asks(&*source, &cursor) {
        asked.push(query);
        last = read(&*source, &cursor, &feed(1, &[]));
        cursor = last.next.clone();
    }
    let query = |results: usize| format!("id_list=2608.00001&max_results={results}");
    assert_eq!(asked, [query(1), query(2), query(3), query(4)]);
    assert!(last.is_partial && last.problems.len() == 1);
}

#[test]
fn an_error_in_place_of_papers_is_no_answer() {
    let source = source(50);
    let cursor = aimed(&*source, &["2608.00001"]);
    let error = "<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_x</id><title>Error</title>\
                 <summary>incorrect id format for x</summary><author><name>arXiv api core</name></author></entry>";
    let body = feed(1, &[error]);
    assert_eq!(read(&*source, &cursor, &body).unusable.as_deref(), Some("incorrect id format for x"));
    let url = Url::parse(BASE).unwrap();
    assert_eq!(
        source.explain(&Response::ok(url, "text/xml", body)).as_deref(),
        Some("incorrect id format for x")
    );
    let passed = source.skip(&cursor, run()).unwrap();
    assert_eq!(asks(&*source, &passed), None);
}

#[test]
fn what_is_wrong_with_an_entry_costs_no_other() {
    let source = source(50);
    let cursor = aimed(&*source, &["2608.00001", "2608.00002"]);
    let error = "<entry><id>http://arxiv.org/api/errors#x</id><summary>too many</summary></entry>";
    let broken = entry("2608.00002v1")
        .replace("<title>", "<title><b>")
        .replace("<id>", "<ID>")
        .replace("</id>", "</ID>");
    let batch = read(
        &*source,
        &cursor,
        &feed(2, &["<entry><title>t</title></entry>", error, &entry("2608.00001v1"), &broken]),
    );
    let keys: Vec<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["2608.00001", "2608.00002"]);
    let said =
        [("entry 1", "it has no id"), ("entry 2", "too many"), ("entry 4", "read in spite of its markup: ")];
    assert_eq!(batch.problems.len(), said.len(), "{:?}", batch.problems);
    for (problem, (place, words)) in batch.problems.iter().zip(said) {
        assert!(problem.place == place && problem.message.starts_with(words), "{problem:?}");
    }
}

#[test]
fn an_error_beside_what_cannot_be_read_is_told_and_the_page_is_turned() {
    let source = source(50);
    let cursor = aimed(&*source, &["2608.00001"]);
    let error = "<entry><id>http://arxiv.org/api/errors#x</id><summary>too many</summary></entry>";
    let batch = read(&*source, &cursor, &feed(2, &["<entry><title>t</title></entry>", error]));
    assert_eq!((batch.unusable, batch.problems.len()), (None, 3));
    assert_eq!(asks(&*source, &batch.next), None);
}

#[test]
fn the_first_primary_category_leads_and_not_all_are_read() {
    let source = source(50);
    let cursor = aimed(&*source, &["2608.00001"]);
    let more = "<arxiv:primary_category term=\"stat.ML\"/>".repeat(200);
    let body = feed(1, &[&entry("2608.00001v1").replace("</entry>", &format!("{more}</entry>"))]);
    let record = read(&*source, &cursor, &body).records.remove(0);
    assert_eq!((record.subjects[0].term.as_str(), record.subjects[1].term.as_str()), ("cs.LG", "stat.ML"));
    assert!(record.subjects.len() <= 64, "{}", record.subjects.len());
}

#[test]
fn only_identifiers_of_arxiv_are_asked_for_and_not_too_many() {
    let source = source(100);
    let names = (0..700).map(|number| format!("arxiv:2608.{number:05}"));
    let names = ["doi:10.1000/x".to_owned(), "arxiv:x,y".to_owned()].into_iter().chain(names);
    let targets: Vec<Target> = names.map(|name| Target { name, announced: None }).collect();
    let mut cursor = source.aim(&Cursor::default(), run(), &targets);
    let mut asked = 0;
    while let Some(query) = asks(&*source, &cursor) {
        assert!(!query.contains("10.1000") && !query.contains("x,y"), "{query}");
        asked += query.matches("2608.").count();
        cursor = source.skip(&cursor, run()).unwrap();
    }
    assert_eq!(asked, TARGETS_AT_MOST);
}

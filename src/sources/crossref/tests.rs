//! Runs of several pages, cursors that die, retractions, and options that make no sense.

use chrono::NaiveDate;

use super::*;
use crate::model::record::Role;
use crate::model::source::Cursor;
use crate::sources::Batch;
use crate::sources::OptionValue;

fn options(given: &[(&str, OptionValue)]) -> Options {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Options { given, mailbox: Some("ops@example.org".to_owned()) }
}

fn list(values: &[&str]) -> OptionValue {
    OptionValue::TextList(values.iter().map(|value| (*value).to_owned()).collect())
}

fn text(value: &str) -> OptionValue {
    OptionValue::Text(value.to_owned())
}

fn source() -> Box<dyn Source> {
    let given = [("issn", list(&["1234-5679", "1050-124x"])), ("rows", OptionValue::Number(20))];
    (KIND.build)(&options(&given)).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn page(dois: std::ops::Range<u32>, total: u32, next: &str) -> String {
    let work = |id| format!(r#"{{"DOI": "10.1000/flags.{id}", "title": ["Flags {id}"]}}"#);
    let works: Vec<String> = dois.map(work).collect();
    format!(
        r#"{{"status": "ok", "message": {{"total-results": {total}, "next-cursor": "{next}", "items": [{}]}}}}"#,
        works.join(",")
    )
}

fn query(request: &Request, name: &str) -> String {
    let pair = request.url.query_pairs().find(|(key, _)| key == name);
    pair.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn answered(source: &dyn Source, cursor: &Cursor, run: Timestamp, body: &str) -> Batch {
    let request = source.ask(cursor, run).unwrap();
    source.read(cursor, run, &request, &Response::ok(request.url.clone(), "application/json", body))
}

#[test]
fn the_address_says_who_asks_and_for_what() {
    let request = source().ask(&Cursor::default(), at("2026-08-12T06:00:00Z")).unwrap();
    let filter = "from-created-date:2026-08-06,until-created-date:2026-08-12,issn:1234-5679,issn:1050-124X";
    assert_eq!(query(&request, "filter"), filter);
    assert_eq!([query(&request, "cursor"), query(&request, "mailto")], ["*", "ops@example.org"]);
    assert!(request.is_afresh);
}

#[test]
fn pages_go_on_by_the_cursor_even_where_it_stays_the_same() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let (mut cursor, mut keys) = (Cursor::default(), Vec::new());
    for (dois, asked) in [(0..20, "*"), (20..40, "DnF=="), (40..45, "DnF==")] {
        let request = source.ask(&cursor, run).unwrap();
        assert_eq!(query(&request, "cursor"), asked);
        let batch = answered(&*source, &cursor, run, &page(dois, 45, "DnF=="));
        assert!(batch.problems.is_empty() && !batch.is_partial, "{batch:?}");
        keys.extend(batch.records.into_iter().map(|record| record.key));
        cursor = batch.next;
    }
    assert_eq!((keys.len(), source.ask(&cursor, run)), (45, None));
    let next = source.ask(&cursor, at("2026-08-13T06:00:00Z")).unwrap();
    assert!(
        query(&next, "filter").starts_with("from-created-date:2026-08-11,until-created-date:2026-08-13,")
    );
}

#[test]
fn a_host_that_gives_fewer_rows_than_asked_for_is_read_to_its_end() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let first = answered(&*source, &Cursor::default(), run, &page(0..10, 15, "b"));
    let second = answered(&*source, &first.next, run, &page(10..15, 15, "c"));
    assert_eq!((source.ask(&second.next, run), second.is_partial), (None, false));
}

#[test]
fn a_list_that_ends_before_its_total_is_partial_and_asked_for_once_more() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let first = answered(&*source, &Cursor::default(), run, &page(0..10, 15, "b"));
    let last = answered(&*source, &first.next, run, &page(0..0, 15, "c"));
    assert_eq!((last.is_partial, source.ask(&last.next, run)), (true, None));
    assert_eq!(last.problems[0].message, "10 of 15 works came");
    let later = at("2026-08-13T06:00:00Z");
    let again = source.ask(&last.next, later).unwrap();
    assert!(
        query(&again, "filter").starts_with("from-created-date:2026-08-06,until-created-date:2026-08-12,")
    );
    // It stays short, and then the days since come.
    let first = answered(&*source, &last.next, later, &page(0..10, 15, "b"));
    let last = answered(&*source, &first.next, later, &page(0..0, 15, "c"));
    assert!(last.is_partial && last.coverage.is_empty());
    let days = source.ask(&last.next, later).unwrap();
    assert!(
        query(&days, "filter").starts_with("from-created-date:2026-08-11,until-created-date:2026-08-13,")
    );
    let whole = answered(&*source, &last.next, later, &page(0..3, 3, "d"));
    assert_eq!((whole.is_partial, source.ask(&whole.next, later)), (false, None));
    assert_eq!((whole.coverage[0].part.as_str(), whole.coverage[0].is_cut), ("issn:1234-5679", false));
}

#[test]
fn a_total_that_moves_a_little_is_no_fault() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let mut cursor = Cursor::default();
    for from in (0..200).step_by(20) {
        cursor = answered(&*source, &cursor, run, &page(from..from + 20, 202, "b")).next;
    }
    let last = answered(&*source, &cursor, run, &page(0..0, 202, "c"));
    assert_eq!((last.is_partial, last.problems.len(), last.coverage.len()), (false, 0, 1));
}

#[test]
fn the_same_page_twice_ends_the_run_and_keeps_the_mark() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let first = answered(&*source, &Cursor::default(), run, &page(0..20, 99, "b"));
    let second = answered(&*source, &first.next, run, &page(0..20, 99, "b"));
    assert_eq!((second.is_partial, source.ask(&second.next, run)), (true, None));
    let next = source.ask(&second.next, at("2026-08-12T12:00:00Z")).unwrap();
    assert_eq!(query(&next, "cursor"), "*");
    assert!(query(&next, "filter").starts_with("from-created-date:2026-08-06,"));
}

#[test]
fn a_run_that_was_broken_off_begins_its_window_anew_once_its_cursor_is_dead() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let first = answered(&*source, &Cursor::default(), run, &page(0..20, 45, "b"));
    let asked = |at: Timestamp| query(&source.ask(&first.next, at).unwrap(), "cursor");
    assert_eq!([asked(run), asked(at("2026-08-12T06:02:00Z"))], ["b", "b"]);
    assert_eq!(asked(at("2026-08-12T07:00:00Z")), "*");
}

#[test]
fn a_retraction_is_a_notice_of_the_paper_and_never_of_itself() {
    let updates = r#"[{"DOI": "10.1000/FLAGS.1", "type": "retraction"}, {"DOI": "10.1000/flags.2", "type": "correction"}]"#;
    let work = format!(
        r#"{{"DOI": "10.1000/notice.1", "title": ["Retraction"], "created": {{"date-time": "2026-08-12T01:02:03Z"}}, "update-to": {updates}}}"#
    );
    let body = format!(r#"{{"message": {{"items": [{work}]}}}}"#);
    let retractions = (RETRACTIONS_KIND.build)(&options(&[])).unwrap();
    let run = at("2026-08-12T06:00:00Z");
    for source in [source(), retractions] {
        let batch = answered(&*source, &Cursor::default(), run, &body);
        let [notice] = batch.records.as_slice() else { panic!("{batch:?}") };
        assert_eq!((notice.role, notice.is_retracted), (Role::Notice, true));
        assert_eq!(notice.ids.iter().map(|id| id.text.as_str()).collect::<Vec<_>>(), ["10.1000/FLAGS.1"]);
        assert_eq!(notice.key, "10.1000/notice.1#10.1000/flags.1");
    }
}

#[test]
fn a_work_that_takes_only_itself_back_is_a_retracted_paper() {
    let work = r#"{"DOI": "10.1000/flags.1", "title": ["Flags"], "update-to": [{"DOI": "10.1000/FLAGS.1", "type": "removal"}]}"#;
    let body = format!(r#"{{"message": {{"items": [{work}]}}}}"#);
    let run = at("2026-08-12T06:00:00Z");
    let papers = answered(&*source(), &Cursor::default(), run, &body).records;
    assert_eq!((papers.len(), papers[0].role, papers[0].is_retracted), (1, Role::Paper, true));
    let retractions = (RETRACTIONS_KIND.build)(&options(&[])).unwrap();
    let notices = answered(&*retractions, &Cursor::default(), run, &body).records;
    assert_eq!((notices.len(), notices[0].role, notices[0].is_retracted), (1, Role::Notice, true));
    assert_eq!(notices[0].ids[0].text, "10.1000/FLAGS.1");
}

#[test]
fn a_paper_that_another_takes_back_is_retracted_and_one_that_is_corrected_is_not() {
    let run = at("2026-08-12T06:00:00Z");
    for (kind, is_retracted) in [("retraction", true), ("withdrawal", true), ("correction", false)] {
        let updates = format!(r#"[{{"DOI": "10.1000/notice.1", "type": "{kind}"}}]"#);
        let work = format!(r#"{{"DOI": "10.1000/flags.1", "title": ["Flags"], "updated-by": {updates}}}"#);
        let body = format!(r#"{{"message": {{"items": [{work}]}}}}"#);
        let papers = answered(&*source(), &Cursor::default(), run, &body).records;
        assert_eq!((papers[0].role, papers[0].is_retracted), (Role::Paper, is_retracted), "{kind}");
    }
    for (title, is_retracted) in [
        ("RETRACTED ARTICLE: Flags", true),
        ("[Retracted] Flags", true),
        ("Retracted papers and their flags", false),
        ("Rétracted: flags", false),
    ] {
        let body = format!(r#"{{"message": {{"items": [{{"DOI": "10.1000/1", "title": ["{title}"]}}]}}}}"#);
        let papers = answered(&*source(), &Cursor::default(), run, &body).records;
        assert_eq!(papers[0].is_retracted, is_retracted, "{title}");
    }
}

#[test]
fn only_relations_that_mean_the_same_work_are_identifiers() {
    let relation = r#"{"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2608.09999"}],
        "is-preprint-of": [{"id-type": "doi", "id": "10.1000/flags.2"}], "cites": [{"id-type": "doi", "id": "10.1000/3"}],
        "has-review": [{"id-type": "doi", "id": "10.1000/4"}], "is-comment-on": [{"id-type": "doi", "id": "10.1000/5"}]}"#;
    let updates = r#"[{"DOI": "10.1000/flags.1.v1", "type": "new_version"}, {"DOI": "10.1000/6", "type": "correction"}]"#;
    let work = format!(
        r#"{{"DOI": "10.1000/flags.1", "title": ["Flags"], "relation": {relation}, "update-to": {updates}}}"#
    );
    let body = format!(r#"{{"message": {{"items": [{work}]}}}}"#);
    let papers = answered(&*source(), &Cursor::default(), at("2026-08-12T06:00:00Z"), &body).records;
    let ids: Vec<&str> = papers[0].ids.iter().map(|id| id.text.as_str()).collect();
    assert_eq!(
        ids,
        ["10.1000/flags.1", "10.48550/arXiv.2608.09999", "10.1000/flags.2", "10.1000/flags.1.v1"]
    );
    let asked = query(&source().ask(&Cursor::default(), at("2026-08-12T06:00:00Z")).unwrap(), "select");
    for field in ["relation", "update-to", "updated-by"] {
        assert!(asked.split(',').any(|name| name == field), "{field}: {asked}");
    }
}

#[test]
fn a_window_that_is_refused_is_asked_for_again_in_the_next_run_before_all_else() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let first = source.ask(&Cursor::default(), run).unwrap();
    let skipped = source.skip(&Cursor::default(), run).unwrap();
    assert_eq!(source.ask(&skipped, run), None);
    let later = at("2026-08-13T06:00:00Z");
    assert_eq!(source.ask(&skipped, later).unwrap().url, first.url);
    let done = answered(&*source, &skipped, later, &page(0..3, 3, "b"));
    let days = query(&source.ask(&done.next, later).unwrap(), "filter");
    assert!(days.starts_with("from-created-date:2026-08-11,until-created-date:2026-08-13,"), "{days}");
}

#[test]
fn history_that_was_broken_off_goes_on_and_begins_a_dead_window_anew() {
    let (source, run) = (source(), at("2026-08-12T06:00:00Z"));
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let cursor = source.history(day("2026-01-01"), day("2026-02-15")).unwrap();
    let first = answered(&*source, &cursor, run, &page(0..20, 25, "b"));
    assert_eq!(query(&source.ask(&first.next, run).unwrap(), "cursor"), "b");
    let anew = source.skip(&first.next, run).unwrap();
    let request = source.ask(&anew, run).unwrap();
    assert_eq!(query(&request, "cursor"), "*");
    assert!(
        query(&request, "filter").starts_with("from-created-date:2026-01-01,until-created-date:2026-01-30,")
    );
    let second = answered(&*source, &anew, run, &page(0..15, 15, "c"));
    assert!((source.covered(&second.next).unwrap() - 30.0 / 46.0).abs() < 1e-9);
    let last = answered(&*source, &second.next, run, &page(0..0, 0, "d"));
    assert_eq!((source.ask(&last.next, run), source.covered(&last.next)), (None, Some(1.0)));
}

#[test]
fn retractions_are_asked_for_by_the_day_of_the_index_and_in_history_by_registration() {
    let source = (RETRACTIONS_KIND.build)(&options(&[])).unwrap();
    let run = at("2026-08-12T06:00:00Z");
    let now = query(&source.ask(&Cursor::default(), run).unwrap(), "filter");
    let kinds = "update-type:removal,update-type:retraction,update-type:withdrawal";
    assert_eq!(now, format!("from-index-date:2026-08-06,until-index-date:2026-08-12,{kinds}"));
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let past = source.history(day("2026-01-01"), day("2026-01-10")).unwrap();
    let past = query(&source.ask(&past, run).unwrap(), "filter");
    assert_eq!(past, format!("from-created-date:2026-01-01,until-created-date:2026-01-10,{kinds}"));
}

#[test]
fn a_source_must_say_which_works_it_wants() {
    for (given, option) in [
        (vec![], "issn"),
        (vec![("issn", list(&["1234-5678"]))], "issn"),
        (vec![("type", list(&["journal-article"]))], "issn"),
        (vec![("query", text("  "))], "issn"),
        (vec![("issn", list(&["1234-5679", "1234-567,x:y"]))], "issn"),
        (vec![("member", text("297,x:y"))], "member"),
        (vec![("prefix", text("11.1000"))], "prefix"),
        (vec![("prefix", text("10.1000")), ("type", list(&["Article"]))], "type"),
        (vec![("prefix", text("10.1000")), ("by", text("published"))], "by"),
        (vec![("prefix", text("10.1000")), ("rows", OptionValue::Number(1_001))], "rows"),
        (vec![("prefix", text("10.1000")), ("fields", list(&["DOI", "title,x"]))], "fields"),
        (vec![("prefix", text("10.1000")), ("fields", list(&["DOI", "author"]))], "fields"),
    ] {
        assert_eq!((KIND.build)(&options(&given)).unwrap_err().option, option, "{given:?}");
    }
    for given in [("prefix", text("10.1000")), ("member", text("297")), ("query", text("flags"))] {
        assert!((KIND.build)(&options(&[given])).is_ok());
    }
}

#[test]
fn works_that_are_no_papers_come_only_where_their_type_is_named() {
    let body = r#"{"message": {"items": [{"DOI": "10.1000/1", "title": ["Flags"], "type": "dataset"}]}}"#;
    let run = at("2026-08-12T06:00:00Z");
    assert!(answered(&*source(), &Cursor::default(), run, body).records.is_empty());
    let given = [("prefix", text("10.1000")), ("type", list(&["dataset"]))];
    let named = (KIND.build)(&options(&given)).unwrap();
    assert_eq!(answered(&*named, &Cursor::default(), run, body).records.len(), 1);
}

#[test]
fn a_refusal_is_told_in_its_own_words() {
    let refused = r#"{"status": "failed", "message-type": "validation-failure", "message": [{"type": "x", "message": "Select 'x' specified but there is no such select."}]}"#;
    for (body, said) in [
        (refused, Some("Select 'x' specified but there is no such select.")),
        ("Resource not found.", Some("Resource not found.")),
        ("<html>no</html>", None),
        ("{\"status\": \"ok\"}", None),
    ] {
        let response = Response::ok(Url::parse(BASE).unwrap(), "text/plain", body);
        assert_eq!(source().explain(&response).as_deref(), said, "{body}");
    }
}

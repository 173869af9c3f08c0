//! Lists of several pages and sets, their marks, and the days of announcement.

use super::*;
use crate::sources::OptionValue;

fn source(categories: &[&str]) -> Box<dyn Source> {
    let list = categories.iter().map(|category| (*category).to_owned()).collect();
    let given = [("categories".to_owned(), OptionValue::TextList(list))].into();
    build(&Options { given, mailbox: None }).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn page(made: &str, ids: &[&str], token: &str) -> String {
    let record = |id: &&str| {
        format!(
            "<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>2026-08-12</datestamp></header><metadata>\
             <arXiv xmlns=\"http://arxiv.org/OAI/arXiv/\"><id>{id}</id><created>2026-08-10</created><authors><author>\
             <keyname>Test</keyname><forenames>Bo</forenames><suffix>Jr.</suffix></author></authors><title>Flags</title>\
             <categories>cs.LG math.CO</categories></arXiv></metadata></record>"
        )
    };
    let records: Vec<String> = ids.iter().map(record).collect();
    format!(
        "<OAI-PMH><responseDate>{made}T03:45:10Z</responseDate><ListRecords>{}{token}</ListRecords></OAI-PMH>",
        records.concat()
    )
}

fn error(code: &str) -> String {
    format!(
        "<OAI-PMH><responseDate>2026-08-12T03:45:10Z</responseDate><error code='{code}'>so it is</error></OAI-PMH>"
    )
}

/// Runs to the end; gives the queries and the records' keys, and the cursor behind.
fn run(
    source: &dyn Source,
    cursor: &Cursor,
    now: Timestamp,
    answers: &[String],
) -> (Vec<String>, Vec<String>, Cursor) {
    let (mut cursor, mut asked, mut keys) = (cursor.clone(), Vec::new(), Vec::new());
    for answer in answers {
        let request = source.ask(&cursor, now).unwrap();
        asked.push(request.url.query().unwrap().to_owned());
        let response = Response::ok(request.url.clone(), "text/xml", answer.as_bytes());
        let batch = source.read(&cursor, now, &request, &response);
        assert_eq!((&batch.unusable, batch.is_partial), (&None, false), "{:?}", batch.problems);
        keys.extend(batch.records.into_iter().map(|record| record.key));
        cursor = batch.next;
    }
    assert!(source.ask(&cursor, now).is_none());
    (asked, keys, cursor)
}

#[test]
fn pages_follow_tokens_and_the_mark_moves_at_the_end() {
    let source = source(&["cs.LG", "hep-th"]);
    let first = page(
        "2026-08-12",
        &["2608.00001", "2608.00002"],
        "<resumptionToken expires='x'>a&amp;b|1</resumptionToken>",
    );
    let answers = [first, page("2026-08-12", &["2608.00003"], ""), error("noRecordsMatch")];
    let now = at("2026-08-12T03:45:00Z");
    let (asked, keys, cursor) = run(&*source, &Cursor::default(), now, &answers);
    assert_eq!(asked[0], "verb=ListRecords&metadataPrefix=arXiv&from=2026-08-05&set=cs%3Acs%3ALG");
    assert_eq!(asked[1], "verb=ListRecords&resumptionToken=a%26b%7C1");
    assert_eq!(asked[2], "verb=ListRecords&metadataPrefix=arXiv&from=2026-08-05&set=physics%3Ahep-th");
    assert_eq!(keys, ["2608.00001", "2608.00002", "2608.00003"]);
    let answers = [page("2026-08-21", &[], "<resumptionToken/>"), error("noRecordsMatch")];
    let (asked, ..) = run(&*source, &cursor, at("2026-08-21T03:45:00Z"), &answers);
    assert!(asked[0].contains("from=2026-08-10"), "two days before the mark: {}", asked[0]);
}

#[test]
fn a_run_that_broke_off_leaves_its_mark_where_it_was() {
    let source = source(&["cs.LG"]);
    let now = at("2026-08-12T03:45:00Z");
    let request = source.ask(&Cursor::default(), now).unwrap();
    let first = page("2026-08-12", &["2608.00001"], "<resumptionToken>t</resumptionToken>");
    let batch =
        source.read(&Cursor::default(), now, &request, &Response::ok(request.url.clone(), "text/xml", first));
    let later = source.ask(&batch.next, at("2026-08-14T03:45:00Z")).unwrap();
    assert!(later.url.query().unwrap().contains("from=2026-08-05"), "{}", later.url);
}

#[test]
fn a_refused_token_begins_the_set_anew_once() {
    let source = source(&["cs.LG"]);
    let first = page("2026-08-12", &["2608.00001"], "<resumptionToken>t</resumptionToken>");
    let answers =
        [first.clone(), error("badResumptionToken"), first, page("2026-08-12", &["2608.00002"], "")];
    let (asked, ..) = run(&*source, &Cursor::default(), at("2026-08-12T03:45:00Z"), &answers);
    assert_eq!(asked[0], asked[2]);
}

#[test]
fn a_token_that_comes_twice_ends_the_list_as_partial() {
    let source = source(&["cs.LG"]);
    let now = at("2026-08-12T03:45:00Z");
    let body = page("2026-08-12", &["2608.00001"], "<resumptionToken>t</resumptionToken>");
    let mut cursor = Cursor::default();
    let mut last = Batch::default();
    for _time in 0..2 {
        let request = source.ask(&cursor, now).unwrap();
        last = source.read(
            &cursor,
            now,
            &request,
            &Response::ok(request.url.clone(), "text/xml", body.as_bytes()),
        );
        cursor = last.next.clone();
    }
    assert!(last.is_partial && last.coverage.is_empty());
    assert!(source.ask(&cursor, now).is_none());
}

#[test]
fn history_goes_month_by_month_and_says_how_far_it_is() {
    let source = source(&["cs.LG", "hep-th"]);
    let cursor = source.history("2026-01-15".parse().unwrap(), "2026-03-20".parse().unwrap()).unwrap();
    let old = page("2026-08-12", &["2512.00001", "2601.00001"], "");
    let answers = [
        old,
        error("noRecordsMatch"),
        error("noRecordsMatch"),
        error("noRecordsMatch"),
        error("noRecordsMatch"),
        error("noRecordsMatch"),
    ];
    assert_eq!(source.covered(&cursor), Some(0.0));
    let (asked, keys, cursor) = run(&*source, &cursor, at("2026-08-12T03:45:00Z"), &answers);
    assert!(asked[0].contains("from=2026-01-15&until=2026-02-14&set=cs"), "{}", asked[0]);
    assert!(asked[5].contains("from=2026-03-15&until=2026-03-20&set=physics"), "{}", asked[5]);
    assert_eq!(keys, ["2601.00001"], "what was announced before its first month is left out");
    assert_eq!(source.covered(&cursor), Some(1.0));
}

#[test]
fn the_day_of_announcement_is_the_stamp_of_a_new_record_else_reckoned_else_a_month() {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let said =
        |created, stamp, is_updated| announced("2608.00001", day(created), day(stamp), is_updated).unwrap();
    assert_eq!(said("2026-08-10", "2026-08-12", false), "2026-08-12");
    assert_eq!(said("2026-08-10", "2026-08-12", true), "2026-08-11");
    assert_eq!(said("2026-08-10", "2027-01-04", false), "2026-08-11");
    assert_eq!(said("2026-08-07", "2026-08-08", false), "2026-08-10", "no list has the date of a Saturday");
    assert_eq!(said("2026-07-31", "2027-01-04", false), "2026-08-03");
    assert_eq!(said("2026-07-28", "2027-01-04", false), "2026-08", "the identifier names another month");
}

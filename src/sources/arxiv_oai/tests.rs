//! Lists of several pages and sets, what is left of them after a crash, their marks, and the days of announcement.

use super::*;
use crate::model::record::Announce;
use crate::model::record::RawAuthors;
use crate::model::record::Record;
use crate::sources::OptionValue;

fn source(categories: &[&str]) -> Box<dyn Source> {
    let list = categories.iter().map(|category| (*category).to_owned()).collect();
    let given = [("categories".to_owned(), OptionValue::TextList(list))].into();
    build(&Options { given, mailbox: None }).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// A record without a header's sets, submitted on a Monday and changed on `changed`.
fn record(id: &str, changed: &str, more: &str) -> String {
    format!(
        "<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>{changed}</datestamp></header><metadata>\
         <arXiv xmlns=\"http://arxiv.org/OAI/arXiv/\"><id>{id}</id><created>2026-08-10</created>{more}<authors><author>\
         <keyname>van der Test</keyname><forenames>Bo</forenames><suffix>Jr.</suffix></author></authors><title>Flags</title>\
         <categories>cs.LG math.CO</categories></arXiv></metadata></record>"
    )
}

fn document(made: &str, inside: &str) -> String {
    format!("<OAI-PMH><responseDate>{made}T03:45:10Z</responseDate>{inside}</OAI-PMH>")
}

fn page(made: &str, ids: &[&str], token: &str) -> String {
    let records: Vec<String> = ids.iter().map(|id| record(id, "2026-08-12", "")).collect();
    document(made, &format!("<ListRecords>{}{token}</ListRecords>", records.concat()))
}

fn token(token: &str) -> String {
    format!("<resumptionToken expires='2026-08-13T00:00:00Z'>{token}</resumptionToken>")
}

fn error(code: &str) -> String {
    document("2026-08-12", &format!("<error code='{code}'>so it is</error>"))
}

fn identity() -> String {
    document(
        "2026-08-12",
        "<Identify><earliestDatestamp>2005-09-16</earliestDatestamp><granularity>YYYY-MM-DD</granularity></Identify>",
    )
}

/// A harvest as its source sees it, one answer after the other.
struct Course {
    source: Box<dyn Source>,
    cursor: Cursor,
    run: Timestamp,
}

impl Course {
    fn begin(categories: &[&str], run: &str) -> Self {
        Self { source: source(categories), cursor: Cursor::default(), run: at(run) }
    }

    /// The query that is asked next, with percent signs decoded.
    fn asks(&self) -> Option<String> {
        let request = self.source.ask(&self.cursor, self.run)?;
        let pairs = request.url.query_pairs().map(|(name, value)| format!("{name}={value}"));
        Some(pairs.collect::<Vec<_>>().join("&"))
    }

    /// Reads an answer and goes on behind it, as a harvest does.
    fn reads(&mut self, body: &str) -> Batch {
        let request = self.source.ask(&self.cursor, self.run).unwrap();
        let response = Response::ok(request.url.clone(), "text/xml", body.as_bytes());
        let batch = self.source.read(&self.cursor, self.run, &request, &response);
        self.cursor = match batch.unusable {
            None => batch.next.clone(),
            Some(_) => self.source.skip(&self.cursor, self.run).unwrap(),
        };
        batch
    }

    fn fails(&mut self) {
        self.cursor = self.source.skip(&self.cursor, self.run).unwrap();
    }
}

fn keys(batch: &Batch) -> Vec<&str> {
    batch.records.iter().map(|record| record.key.as_str()).collect()
}

#[test]
fn pages_follow_tokens_and_the_mark_moves_at_the_end() {
    let mut course = Course::begin(&["cs.LG", "hep-th"], "2026-08-12T03:46:00Z");
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&metadataPrefix=arXiv&from=2026-08-05&set=cs:cs:LG");
    let batch = course.reads(&page("2026-08-12", &["2608.00001", "2608.00002"], &token("a&amp;b|1")));
    assert_eq!((keys(&batch), batch.coverage.len()), (vec!["2608.00001", "2608.00002"], 0));
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&resumptionToken=a&b|1");
    let batch = course.reads(&page("2026-08-13", &["2608.00003"], ""));
    assert_eq!((batch.coverage[0].part.as_str(), batch.coverage[0].is_cut), ("cs.LG", false));
    assert_eq!(
        course.asks().unwrap(),
        "verb=ListRecords&metadataPrefix=arXiv&from=2026-08-05&set=physics:hep-th"
    );
    let batch = course.reads(&error("noRecordsMatch"));
    assert_eq!((batch.unusable, batch.problems.len(), batch.coverage.len()), (None, 0, 1));
    assert_eq!(course.asks(), None);
    course.run = at("2026-08-21T03:45:00Z");
    assert!(course.asks().unwrap().contains("from=2026-08-10"), "two days before the first page of the list");
    course.reads(&page("2026-08-21", &[], "<resumptionToken/>"));
    assert!(course.asks().unwrap().contains("set=physics"), "an empty token ends the list too");
}

#[test]
fn a_run_that_broke_off_goes_on_with_its_token_and_leaves_its_mark() {
    let mut course = Course::begin(&["hep-th", "cs.LG"], "2026-08-12T03:46:00Z");
    course.reads(&page("2026-08-12", &[], ""));
    course.reads(&page("2026-08-12", &["2608.00001"], &token("t")));
    course.run = at("2026-08-12T04:00:00Z");
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&resumptionToken=t", "what was left comes first");
    course.reads(&error("badResumptionToken"));
    let again = course.asks().unwrap();
    assert!(again.contains("from=2026-08-04&set=cs:cs:LG"), "{again}");
    assert!(course.reads(&page("2026-08-12", &["2608.00001"], "")).unusable.is_none());
    assert!(course.asks().unwrap().contains("set=physics:hep-th"), "then the others anew");
}

#[test]
fn a_refused_token_begins_the_set_anew_once() {
    let mut course = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z");
    for from in ["from=2026-08-05", "from=2026-08-04"] {
        assert!(course.asks().unwrap().contains(from));
        course.reads(&page("2026-08-12", &["2608.00001"], &token("t")));
        let batch = course.reads(&error("badResumptionToken"));
        assert_eq!(batch.unusable.is_some(), from == "from=2026-08-04");
    }
    assert_eq!(course.asks(), None);
    course.run = at("2026-08-13T03:46:00Z");
    assert!(course.asks().unwrap().contains("from=2026-08-05"), "the mark stays where it was");
}

#[test]
fn pages_that_go_round_end_the_list_as_partial() {
    let mut course = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z");
    let mut ended = None;
    for turn in 0..20 {
        let batch = course.reads(&page("2026-08-12", &["2608.00001"], &token(["a", "b", "c"][turn % 3])));
        if batch.is_partial {
            ended = Some((turn, batch.coverage.len(), batch.problems.len()));
            break;
        }
    }
    let (turn, covered, told) = ended.unwrap();
    assert!(turn < 10 && covered == 0 && told == 1, "{turn}");
    assert_eq!(course.asks(), None);
    course.run = at("2026-08-13T03:46:00Z");
    assert!(course.asks().unwrap().contains("from=2026-08-05"));
}

#[test]
fn an_endless_list_is_read_in_stretches() {
    let mut course = Course::begin(&["cs.LG", "hep-th"], "2026-08-12T03:46:00Z");
    let mut pages = 0;
    while course.asks().is_some() {
        pages += 1;
        let batch = course.reads(&page("2026-08-12", &[], &token(&format!("t{pages}"))));
        assert_eq!(batch.is_partial, pages == 1_000, "{pages}");
        assert!(course.cursor.0.len() < 700, "what is remembered does not grow: {}", course.cursor.0);
    }
    assert_eq!(pages, 1_000);
    course.run = at("2026-08-13T03:46:00Z");
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&resumptionToken=t1000");
}

#[test]
fn a_page_that_is_cut_keeps_its_records_and_moves_no_mark() {
    let mut course = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z");
    course.reads(&page("2026-08-12", &["2608.00001"], &token("t")));
    let whole = page("2026-08-12", &["2608.00002", "2608.00003"], &token("u"));
    let batch = course.reads(&whole[..whole.len() - 200]);
    assert_eq!((keys(&batch), batch.is_partial), (vec!["2608.00002"], true));
    assert_eq!(course.asks(), None);
    course.run = at("2026-08-12T04:46:00Z");
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&resumptionToken=t", "the same page again");
    // A last record that does not end takes no token with it.
    let unclosed = whole.replace("</metadata></record><resumption", "</metadata><resumption");
    course.reads(&unclosed);
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&resumptionToken=u");
}

#[test]
fn a_set_that_fails_is_passed_over_and_asked_for_from_where_it_was() {
    let mut course = Course::begin(&["cs.LG", "hep-th"], "2026-08-12T03:46:00Z");
    let batch = course.reads(&error("badArgument"));
    assert_eq!(batch.unusable.as_deref(), Some("badArgument: so it is"));
    course.fails();
    assert_eq!(course.asks(), None);
    course.run = at("2026-08-20T03:46:00Z");
    assert!(course.asks().unwrap().contains("from=2026-08-05&set=cs:cs:LG"), "{:?}", course.asks());
    for body in ["<OAI-PMH></OAI-PMH>", "<OAI-PMH><ListIdentifiers/></OAI-PMH>", "Rate exceeded.", "<html>"] {
        assert!(Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z").reads(body).unusable.is_some(), "{body}");
    }
}

#[test]
fn a_clock_that_stands_wrong_over_there_moves_no_mark_beyond_today_nor_back() {
    for made in ["1970-01-01", "2999-01-01", "nonsense"] {
        let mut course = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z");
        course.reads(&page(made, &[], ""));
        course.run = at("2026-08-13T03:46:00Z");
        let from = if made == "1970-01-01" { "from=2026-08-05" } else { "from=2026-08-10" };
        assert!(course.asks().unwrap().contains(from), "{made}: {:?}", course.asks());
    }
}

#[test]
fn history_goes_month_by_month_and_says_how_far_it_is() {
    let mut course = Course::begin(&["cs.LG", "hep-th"], "2026-08-12T03:46:00Z");
    let (since, until) = ("2026-01-15".parse().unwrap(), "2026-02-20".parse().unwrap());
    course.cursor = course.source.history(since, until).unwrap();
    assert_eq!(course.source.covered(&course.cursor), Some(0.0));
    assert!(course.asks().unwrap().contains("from=2026-01-15&until=2026-01-31&set=cs:cs:LG"));
    let old = page("2026-08-12", &["2512.00001", "2601.00001", "hep-th/9901001"], &token("t"));
    assert_eq!(keys(&course.reads(&old)), ["2601.00001"], "what is older than the first month is left out");
    let covered = course.source.covered(&course.cursor).unwrap();
    assert!(covered > 0.0 && covered < 0.25, "{covered}");
    // The run of another time goes on at the same place.
    course.run = at("2026-08-14T03:46:00Z");
    assert_eq!(course.asks().unwrap(), "verb=ListRecords&resumptionToken=t");
    course.reads(&page("2026-08-14", &["2601.00002"], ""));
    assert_eq!(course.source.covered(&course.cursor), Some(0.25));
    assert!(course.asks().unwrap().contains("from=2026-01-15&until=2026-01-31&set=physics:hep-th"));
    course.fails();
    for set in ["cs:cs:LG", "physics:hep-th"] {
        assert!(course.asks().unwrap().contains(&format!("from=2026-02-01&until=2026-02-20&set={set}")));
        course.reads(&error("noRecordsMatch"));
    }
    assert!(course.asks().unwrap().contains("from=2026-01-15&until=2026-01-31&set=physics:hep-th"));
    course.reads(&error("noRecordsMatch"));
    assert_eq!((course.asks(), course.source.covered(&course.cursor)), (None, Some(1.0)));
}

#[test]
fn history_asks_for_nothing_before_the_oldest_record() {
    let mut course = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z");
    let since = "1999-01-01".parse().unwrap();
    course.cursor = course.source.history(since, "2005-10-31".parse().unwrap()).unwrap();
    assert_eq!(course.asks().unwrap(), "verb=Identify");
    course.reads(&identity());
    assert!(course.asks().unwrap().contains("from=2005-09-16&until=2005-09-30"), "{:?}", course.asks());
    let batch = course.reads(&page("2026-08-12", &["hep-th/9901001", "hep-th/9812001"], ""));
    assert_eq!(keys(&batch), ["hep-th/9901001"], "the month that was wished for counts");
}

/// What becomes of one record, in an ordinary run or in a harvest of history since 2026.
fn read(changed: &str, more: &str, is_history: bool) -> Record {
    let mut course = Course::begin(&["cs.LG"], "2027-03-12T03:46:00Z");
    if is_history {
        let (since, until) = ("2026-01-01".parse().unwrap(), "2027-12-31".parse().unwrap());
        course.cursor = course.source.history(since, until).unwrap();
    }
    let body = document(
        "2026-08-12",
        &format!("<ListRecords>{}</ListRecords>", record("2608.00001", changed, more)),
    );
    let batch = course.reads(&body);
    assert_eq!((&batch.problems[..], &batch.unusable), (&[][..], &None));
    batch.records.into_iter().next().unwrap()
}

#[test]
fn the_day_of_announcement_is_the_stamp_of_a_new_record_else_reckoned_or_a_month() {
    let said = |changed, more, is_history| {
        let record = read(changed, more, is_history);
        (record.announced.unwrap().text.replace("T00:00:00-04:00", ""), record.announce)
    };
    let new = Some(Announce::New);
    let updated = "<updated>2026-08-12</updated>";
    for is_history in [false, true] {
        assert_eq!(said("2026-08-11", "", is_history), ("2026-08-11".to_owned(), new));
        assert_eq!(said("2026-08-12", "", is_history), ("2026-08-12".to_owned(), new));
        // What is submitted at the end of a Monday is announced on Tuesday and listed on Wednesday.
        let reckoned = ("2026-08-12".to_owned(), None);
        assert_eq!(said("2026-08-13", updated, is_history), reckoned);
        assert_eq!(said("2027-01-04", "", is_history), reckoned);
        assert_eq!(said("2026-08-15", "", is_history), reckoned, "no list has the date of a Saturday");
        assert_eq!(said("2026-08-09", "", is_history), reckoned, "it changed before it was there");
        assert_eq!(said("", "", is_history), reckoned);
    }
    for id in ["2607.00001", "2604.00001", "2609.00001"] {
        let mut course = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z");
        let body = page("2026-08-12", &[id], "").replace("2026-08-12</datestamp>", "2026-12-12</datestamp>");
        let text = course.reads(&body).records.remove(0).announced.unwrap().text;
        let text = text.replace("T00:00:00-04:00", "");
        // An identifier of July may be listed in August; of other months it contradicts the submission.
        let month = format!("20{}-{}", &id[..2], &id[2..4]);
        assert_eq!(text, if id == "2607.00001" { "2026-08-12" } else { &month }, "{id}");
    }
}

#[test]
fn a_paper_is_new_at_home_and_cross_listed_elsewhere() {
    for (category, announce) in [
        ("cs.LG", Announce::New),
        ("cs", Announce::New),
        ("math.CO", Announce::Cross),
        ("stat", Announce::Cross),
    ] {
        let mut course = Course::begin(&[category], "2026-08-12T03:46:00Z");
        let batch = course.reads(&page("2026-08-12", &["2608.00001"], ""));
        assert_eq!(batch.records[0].announce, Some(announce), "{category}");
    }
}

#[test]
fn names_keep_their_parts_and_groups_their_order() {
    let author = |family: &str, given: &str| {
        format!("<author><keyname>{family}</keyname><forenames>{given}</forenames></author>")
    };
    let list = [
        author("Collaboration", "FLAG"),
        author(":", ""),
        author("Ó Test", "A. B."),
        author("Test, Jr", "Bo"),
    ];
    let body =
        page("2026-08-12", &["2608.00001"], "").replace("<authors>", &format!("<authors>{}", list.concat()));
    let batch = Course::begin(&["cs.LG"], "2026-08-12T03:46:00Z").reads(&body);
    let RawAuthors::List(authors) = &batch.records[0].authors else {
        panic!("{:?}", batch.records[0].authors)
    };
    let names: Vec<&str> = authors.iter().map(|author| author.name.as_str()).collect();
    assert_eq!(names, ["FLAG Collaboration", "Ó Test, A. B.", "Bo Test, Jr", "van der Test, Jr., Bo"]);
}

#[test]
fn one_of_categories_and_sets_must_be_given() {
    let list = |name: &str, entries: &[&str]| {
        (name.to_owned(), OptionValue::TextList(entries.iter().map(|&entry| entry.to_owned()).collect()))
    };
    let with = |given: Vec<(String, OptionValue)>| {
        build(&Options { given: given.into_iter().collect(), mailbox: None })
    };
    assert_eq!(with(Vec::new()).unwrap_err().option, "categories");
    assert_eq!(with(vec![list("categories", &["alg-geom"])]).unwrap_err().index, Some(0));
    let source = with(vec![list("sets", &["math"])]).unwrap();
    let asked = source.ask(&Cursor::default(), at("2026-08-12T03:46:00Z")).unwrap();
    assert!(asked.url.query().unwrap().ends_with("&set=math"), "{}", asked.url);
    assert_eq!(
        with(vec![("format".to_owned(), OptionValue::Text("oai_dc".to_owned())), list("sets", &["cs"])])
            .unwrap_err()
            .option,
        "format"
    );
}

//! Repositories that are exact to the second and those that are not, short lists, and what is configured.

use super::*;
use crate::sources::OptionValue;

fn with(options: &[(&str, &str)]) -> Result<Box<dyn Source>, OptionFault> {
    let value = |name: &str, value: &str| match name {
        "url" => OptionValue::Url(Url::parse(value).unwrap()),
        "days" => OptionValue::Number(value.parse().unwrap()),
        _text => OptionValue::Text(value.to_owned()),
    };
    let given = options.iter().map(|&(name, text)| (name.to_owned(), value(name, text))).collect();
    build(&Options { given, mailbox: None })
}

fn run(day: u32) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("2026-08-{day:02}T06:00:00Z")).unwrap()
}

/// A harvest of one repository.
struct Course {
    source: Box<dyn Source>,
    cursor: Cursor,
    run: Timestamp,
}

impl Course {
    fn begin(options: &[(&str, &str)]) -> Self {
        Self { source: with(options).unwrap(), cursor: Cursor::default(), run: run(12) }
    }

    fn asks(&self) -> Option<String> {
        Some(self.source.ask(&self.cursor, self.run)?.url.to_string())
    }

    fn reads(&mut self, inside: &str) -> Batch {
        let request = self.source.ask(&self.cursor, self.run).unwrap();
        let body = format!("<OAI-PMH><responseDate>2026-08-12T06:00:10Z</responseDate>{inside}</OAI-PMH>");
        let response = Response::ok(request.url.clone(), "text/xml", body);
        let batch = self.source.read(&self.cursor, self.run, &request, &response);
        assert_eq!(batch.unusable, None);
        self.cursor = batch.next.clone();
        batch
    }
}

const URL: &[(&str, &str)] = &[("url", "https://repository.example.org/oai")];

fn records(ids: std::ops::Range<u32>, token: &str) -> String {
    let record = |id: u32| {
        format!(
            "<record><header><identifier>oai:x:{id}</identifier></header><metadata><oai_dc:dc><dc:title>Flags {id}</dc:title>\
             </oai_dc:dc></metadata></record>"
        )
    };
    format!("<ListRecords>{}{token}</ListRecords>", ids.map(record).collect::<String>())
}

#[test]
fn a_repository_is_asked_once_how_exact_its_times_are() {
    let mut course = Course::begin(URL);
    assert_eq!(course.asks().unwrap(), "https://repository.example.org/oai?verb=Identify");
    course.reads("<Identify><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>");
    let first = course.asks().unwrap();
    assert!(
        first.ends_with("?verb=ListRecords&metadataPrefix=oai_dc&from=2026-08-05T00%3A00%3A00Z"),
        "{first}"
    );
    course.reads(&records(1..3, ""));
    course.run = run(20);
    let later = course.asks().unwrap();
    assert!(later.ends_with("&from=2026-08-10T00%3A00%3A00Z"), "it is not asked again: {later}");
}

#[test]
fn one_that_does_not_say_so_is_asked_by_the_day() {
    let mut course = Course::begin(&[("url", "https://repository.example.org/oai?x=1"), ("set", "col_1")]);
    assert_eq!(course.asks().unwrap(), "https://repository.example.org/oai?x=1&verb=Identify");
    course.cursor = course.source.skip(&course.cursor, course.run).unwrap();
    let first = course.asks().unwrap();
    assert!(
        first.ends_with("?x=1&verb=ListRecords&metadataPrefix=oai_dc&from=2026-08-05&set=col_1"),
        "{first}"
    );
    course.reads("<error code='noRecordsMatch'/>");
    assert_eq!(course.asks(), None);
    course.run = run(13);
    assert!(course.asks().unwrap().ends_with("verb=Identify"), "the next run asks once more");
}

#[test]
fn a_list_that_is_shorter_than_it_says_is_noticed_until_it_is_whole() {
    let mut course = Course::begin(URL);
    let token = |size: u32, token: &str| {
        format!("<resumptionToken completeListSize='{size}' cursor='1'>{token}</resumptionToken>")
    };
    for (day, size, is_told, is_cut) in
        [(12, 5, false, false), (13, 9, true, true), (14, 5, true, false), (15, 5, false, false)]
    {
        course.run = run(day);
        if day == 12 {
            course.reads("<Identify><granularity>YYYY-MM-DD</granularity></Identify>");
        }
        course.reads(&records(1..4, &token(size, "t")));
        let coverage = course.reads(&records(4..6, &token(size, ""))).coverage;
        assert_eq!(
            (coverage.len() == 1, coverage.iter().any(|part| part.is_cut)),
            (is_told, is_cut),
            "{day}"
        );
    }
}

#[test]
fn history_says_how_far_it_is_by_the_size_of_its_lists() {
    let mut course = Course::begin(URL);
    let (since, until) = ("2026-06-10".parse().unwrap(), "2026-07-20".parse().unwrap());
    course.cursor = course.source.history(since, until).unwrap();
    course.reads("<Identify><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>");
    let first = course.asks().unwrap();
    assert!(first.contains("&from=2026-06-10T00%3A00%3A00Z&until=2026-06-30T23%3A59%3A59Z"), "{first}");
    course.reads(&records(1..6, "<resumptionToken completeListSize='9'>t</resumptionToken>"));
    let covered = course.source.covered(&course.cursor).unwrap();
    assert!((covered - 0.25).abs() < 1e-9, "{covered}");
}

#[test]
fn a_month_that_stays_short_is_left_out_and_asked_for_again() {
    let mut course = Course::begin(URL);
    course.cursor =
        course.source.history("2026-06-10".parse().unwrap(), "2026-07-20".parse().unwrap()).unwrap();
    course.reads("<Identify><granularity>YYYY-MM-DD</granularity></Identify>");
    let of = |size: u32| format!("<resumptionToken completeListSize='{size}'/>");
    let june = "&from=2026-06-10&until=2026-06-30";
    assert!(course.asks().unwrap().contains(june));
    course.reads(&records(1..4, &of(9)));
    assert!(course.asks().unwrap().contains("&from=2026-07-01"));
    course.reads(&records(1..4, &of(3)));
    assert_eq!(course.source.left_out(&course.cursor), None, "it may be whole the second time");
    assert!(course.asks().unwrap().contains(june));
    course.reads(&records(1..4, &of(9)));
    assert_eq!(course.asks(), None);
    let left_out = course.source.left_out(&course.cursor).unwrap();
    assert_eq!(left_out.what, ["2026-06-10 to 2026-06-30"]);
    course.cursor = left_out.again;
    assert!(course.asks().unwrap().contains(june));
    course.reads(&records(1..10, &of(9)));
    assert_eq!((course.asks(), course.source.left_out(&course.cursor)), (None, None));
}

#[test]
fn deleted_records_are_counted_and_are_no_papers() {
    let mut course = Course::begin(URL);
    course.reads("<Identify><granularity>YYYY-MM-DD</granularity></Identify>");
    let gone = "<record><header status=\"deleted\"><identifier>oai:x:9</identifier></header></record>";
    let batch = course.reads(&records(1..2, "").replace("<ListRecords>", &format!("<ListRecords>{gone}")));
    assert_eq!(batch.records.len(), 1);
    assert_eq!(batch.problems[0].message, "1 marked as deleted, the first of them oai:x:9");
}

#[test]
fn a_preset_or_an_address_must_be_given() {
    assert_eq!(with(&[]).unwrap_err().option, "url");
    assert_eq!(with(&[("preset", "arxiv")]).unwrap_err().option, "preset");
    assert_eq!(with(&[URL[0], ("set", "a b")]).unwrap_err().option, "set");
    assert_eq!(with(&[URL[0], ("prefix", "")]).unwrap_err().option, "prefix");
    assert_eq!(with(&[URL[0], ("days", "367")]).unwrap_err().option, "days");
    for (preset, host) in [
        ("eprint", "eprint.iacr.org"),
        ("hal", "api.archives-ouvertes.fr"),
        ("pmc", "pmc.ncbi.nlm.nih.gov"),
        ("zenodo", "zenodo.org"),
    ] {
        let asked = with(&[("preset", preset)]).unwrap().ask(&Cursor::default(), run(12)).unwrap();
        assert_eq!(asked.url.host_str(), Some(host));
        let moved = with(&[("preset", preset), URL[0]]).unwrap().ask(&Cursor::default(), run(12)).unwrap();
        assert_eq!(moved.url.host_str(), Some("repository.example.org"), "an address goes before a preset");
    }
}

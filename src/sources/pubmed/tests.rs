//! Searches and batches through several days, failures within them, and what they leave for the next run.

use super::*;
use crate::model::record::Record;
use crate::sources::OptionValue;

fn source(days: u64) -> Box<dyn Source> {
    let mut options = Options { mailbox: Some("ops@example.org".to_owned()), ..Options::default() };
    options.given.insert("term".to_owned(), OptionValue::Text("flags[tiab]".to_owned()));
    options.given.insert("days".to_owned(), OptionValue::Number(days));
    options.given.insert("key".to_owned(), OptionValue::Secret(Secret::new("secret")));
    build(&options).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn papers(ids: &[String]) -> String {
    let paper = |id: &String| {
        format!(
            "<PubmedArticle><MedlineCitation><PMID>{id}</PMID><Article><ArticleTitle>Paper {id}.</ArticleTitle>\
             </Article></MedlineCitation></PubmedArticle>"
        )
    };
    format!("<PubmedArticleSet>{}</PubmedArticleSet>", ids.iter().map(paper).collect::<String>())
}

/// A host with so many papers for every day, numbered from one; retractions it has none.
struct Host {
    papers: u64,
    /// A paper with which no answer comes.
    bad: Option<&'static str>,
    /// Answers with more papers are cut off behind so many.
    cut_behind: usize,
}

/// What the host answers; nothing where it fails.
fn answer(host: &Host, url: &Url) -> Option<String> {
    let of =
        |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    if url.path().ends_with("/efetch.fcgi") {
        let ids: Vec<String> = of("id").unwrap().split(',').map(str::to_owned).collect();
        if host.bad.is_some_and(|bad| ids.iter().any(|id| id == bad)) {
            return None;
        }
        if ids.len() > host.cut_behind {
            let whole = papers(&ids[..host.cut_behind]);
            return Some(whole.replace("</PubmedArticleSet>", "<PubmedArticle><MedlineCit"));
        }
        return Some(papers(&ids));
    }
    let start: u64 = of("retstart").unwrap().parse().unwrap();
    let total = if of("datetype").unwrap() == "mdat" { 0 } else { host.papers };
    let end = total.min(start + of("retmax").unwrap().parse::<u64>().unwrap());
    let ids: Vec<String> = (start + 1..=end).map(|id| format!("\"{id}\"")).collect();
    Some(format!(r#"{{"esearchresult": {{"count": "{total}", "idlist": [{}]}}}}"#, ids.join(",")))
}

/// Makes a run and gives what was asked, in short, and the papers that came.
fn run_by(
    source: &dyn Source,
    cursor: &mut Cursor,
    run: Timestamp,
    host: &Host,
) -> (Vec<String>, Vec<Record>, bool) {
    let (mut asked, mut records, mut is_partial) = (Vec::new(), Vec::new(), false);
    while let Some(request) = source.ask(cursor, run) {
        assert!(asked.len() < 400, "{asked:?}");
        let of = |name: &str| {
            request.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
        };
        asked.push(match of("id") {
            Some(ids) => format!("fetch {}", ids.split(',').count()),
            None => format!(
                "{} {}..{} from {}",
                of("datetype").unwrap(),
                of("mindate").unwrap(),
                of("maxdate").unwrap(),
                of("retstart").unwrap()
            ),
        });
        *cursor = match answer(host, &request.url) {
            Some(body) => {
                let batch =
                    source.read(cursor, run, &request, &Response::ok(request.url.clone(), "text/xml", body));
                assert_eq!(batch.unusable, None);
                records.extend(batch.records);
                is_partial |= batch.is_partial;
                batch.next
            }
            None => source.skip(cursor, run).unwrap(),
        };
    }
    (asked, records, is_partial)
}

#[test]
fn every_day_is_searched_alone_and_retractions_behind_them() {
    let host = Host { papers: 1, bad: None, cut_behind: 999 };
    let mut cursor = Cursor::default();
    let source = source(2);
    let (asked, records, is_partial) = run_by(&*source, &mut cursor, at("2026-08-18T06:00:00Z"), &host);
    assert_eq!(
        asked,
        [
            "edat 2026/08/17..2026/08/17 from 0",
            "fetch 1",
            "edat 2026/08/18..2026/08/18 from 0",
            "fetch 1",
            "mdat 2026/08/17..2026/08/18 from 0",
        ]
    );
    assert!(records.len() == 2 && !is_partial);
    let (asked, ..) = run_by(&*source, &mut cursor, at("2026-08-19T06:00:00Z"), &host);
    assert_eq!(asked[0], "edat 2026/08/16..2026/08/16 from 0");
    assert_eq!(asked.last().unwrap(), "mdat 2026/08/16..2026/08/19 from 0");
}

#[test]
fn the_operator_is_named_and_the_key_is_no_part_of_the_address() {
    let request = source(2).ask(&Cursor::default(), at("2026-08-18T06:00:00Z")).unwrap();
    assert!(request.url.as_str().contains("tool=offprint&email=ops%40example.org"), "{}", request.url);
    assert!(!request.url.as_str().contains("secret"));
    assert_eq!(request.credential.unwrap().place, CredentialPlace::Query("api_key"));
}

#[test]
fn many_papers_come_in_pages_of_numbers_and_batches() {
    let host = Host { papers: 1_250, bad: None, cut_behind: 999 };
    let mut cursor = Cursor::default();
    let (asked, records, is_partial) = run_by(&*source(1), &mut cursor, at("2026-08-18T06:00:00Z"), &host);
    let day = "edat 2026/08/18..2026/08/18 from";
    let first = [format!("{day} 0"), "fetch 200".to_owned()];
    assert_eq!(asked[..2], first);
    assert_eq!(asked[6..9], [format!("{day} 1000"), "fetch 200".to_owned(), "fetch 50".to_owned()]);
    assert!(records.len() == 1_250 && !is_partial, "{}", records.len());
}

#[test]
fn one_paper_that_never_comes_costs_only_itself_and_is_tried_once_more() {
    let host = Host { papers: 300, bad: Some("137"), cut_behind: 999 };
    let source = source(1);
    let mut cursor = Cursor::default();
    let (asked, records, is_partial) = run_by(&*source, &mut cursor, at("2026-08-18T06:00:00Z"), &host);
    assert!(records.len() == 299 && is_partial, "{} {asked:?}", records.len());
    let (again, records, _) = run_by(&*source, &mut cursor, at("2026-08-18T12:00:00Z"), &host);
    assert_eq!(again[0], "edat 2026/08/18..2026/08/18 from 0", "its day comes first");
    assert!(records.len() >= 299);
    let (third, ..) = run_by(&*source, &mut cursor, at("2026-08-20T12:00:00Z"), &Host { bad: None, ..host });
    assert_eq!(third[0], "edat 2026/08/16..2026/08/16 from 0", "the days go on");
}

#[test]
fn what_an_answer_lost_at_its_end_is_asked_for_again_at_once() {
    let host = Host { papers: 100, bad: None, cut_behind: 40 };
    let mut cursor = Cursor::default();
    let (asked, records, _) = run_by(&*source(1), &mut cursor, at("2026-08-18T06:00:00Z"), &host);
    let mut keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((keys.len(), records.len()), (100, 100), "{asked:?}");
}

#[test]
fn a_run_that_was_interrupted_goes_on_with_its_batch() {
    let host = Host { papers: 450, bad: None, cut_behind: 999 };
    let source = source(1);
    let mut cursor = Cursor::default();
    let run = at("2026-08-18T06:00:00Z");
    for _request in 0..2 {
        let request = source.ask(&cursor, run).unwrap();
        let body = answer(&host, &request.url).unwrap();
        cursor =
            source.read(&cursor, run, &request, &Response::ok(request.url.clone(), "text/xml", body)).next;
    }
    let (asked, records, _) = run_by(&*source, &mut cursor, at("2026-08-18T09:00:00Z"), &host);
    assert_eq!(asked[..2], ["fetch 200", "fetch 50"]);
    assert_eq!(records.len(), 250);
}

#[test]
fn a_day_whose_search_fails_is_left_for_the_next_run() {
    let source = source(2);
    let run = at("2026-08-18T06:00:00Z");
    let mut cursor = source.skip(&Cursor::default(), run).unwrap();
    let host = Host { papers: 0, bad: None, cut_behind: 999 };
    let (asked, ..) = run_by(&*source, &mut cursor, run, &host);
    assert_eq!(asked, ["edat 2026/08/18..2026/08/18 from 0", "mdat 2026/08/17..2026/08/18 from 0"]);
    let (asked, ..) = run_by(&*source, &mut cursor, at("2026-08-18T12:00:00Z"), &host);
    assert_eq!(asked[0], "edat 2026/08/17..2026/08/17 from 0");
}

#[test]
fn history_searches_its_days_and_no_retractions() {
    let host = Host { papers: 1, bad: None, cut_behind: 999 };
    let source = source(2);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut cursor = source.history(day("2020-02-28"), day("2020-03-01")).unwrap();
    assert!(source.covered(&cursor).unwrap() < 0.001);
    let (asked, records, _) = run_by(&*source, &mut cursor, at("2026-08-18T06:00:00Z"), &host);
    assert_eq!((asked.len(), records.len()), (6, 3), "{asked:?}");
    assert_eq!(asked[2], "edat 2020/02/29..2020/02/29 from 0");
    assert!(source.covered(&cursor).unwrap() > 0.999);
}

#[test]
fn cursors_that_are_not_ours_begin_anew() {
    let run = at("2026-08-18T06:00:00Z");
    for text in
        ["", "[]", "{\"added\": 3}", "{\"run\": 1, \"mark\": \"2026-08-18\"}", "{\"added\":{\"window\":{}}}"]
    {
        let url = source(2).ask(&Cursor(text.to_owned()), run).unwrap().url;
        assert!(url.as_str().contains("mindate=2026%2F08%2F17"), "{text}: {url}");
    }
}

//! Listing pages as they are, cut, and contradicting themselves; and which are asked for when.

use super::*;
use crate::sources::OptionValue;

fn dt(id: &str, more: &str) -> String {
    format!(
        "<dt><a name='item1'>[1]</a> <a href =\"/abs/{id}\" title=\"Abstract\" id=\"{id}\">arXiv:{id}</a> {more}\n\
         [<a href=\"/pdf/{id}\" title=\"Download PDF\">pdf</a>]</dt>\n\
         <dd><p class='mathjax'>We build on <a href=\"https://arxiv.org/abs/2501.00001\" title=\"Abstract\">x</a>.</p></dd>"
    )
}

fn section(heading: &str, ids: &[&str]) -> String {
    let papers: Vec<String> = ids.iter().map(|id| dt(id, "(cross-list from hep-th)")).collect();
    format!("<dl id='articles'><h3>{heading}</h3>{}</dl>", papers.concat())
}

fn today(day: &str, sections: &[String]) -> String {
    let sections = sections.concat();
    format!(
        "<!DOCTYPE html><html><head><title>a <h3>New (showing 1 of 1 entries)</h3></title></head><h3>Menu</h3>\
         <script>var a = '<dt>';</script><div id=\"dlpage\"><h1>X</h1><h3>Showing new listings for {day}</h3>{sections}</div>"
    )
}

fn source(options: &[(&str, OptionValue)]) -> Result<Box<dyn Source>, OptionFault> {
    let categories = OptionValue::TextList(vec!["cs.LG".to_owned(), "hep-th".to_owned(), "cs.LG".to_owned()]);
    let mut given: BTreeMap<_, _> = [("categories".to_owned(), categories)].into();
    given.extend(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    build(&Options { given, mailbox: None })
}

fn at(day: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{day}T06:00:00Z")).unwrap()
}

/// Reads a page as the answer to the first request of a run, or to that at a cursor.
fn read(source: &dyn Source, cursor: &Cursor, run: Timestamp, body: &str) -> Batch {
    let request = source.ask(cursor, run).unwrap();
    let response = Response::ok(request.url.clone(), "text/html; charset=utf-8", body);
    source.read(cursor, run, &request, &response)
}

fn first(body: &str) -> Batch {
    read(&*source(&[]).unwrap(), &Cursor::default(), at("2026-08-12"), body)
}

#[test]
fn a_listing_tells_the_day_the_papers_and_their_number() {
    let batch = first(&today(
        "Wednesday, 12 August 2026",
        &[
            section("New submissions (showing 2 of 2 entries)", &["2608.00001", "2608.00002"]),
            section("Cross submissions (showing 2 of 2 entries)", &["hep-th/9901001", "2608.00001"]),
            section("Replacement submissions (showing 1 of 1 entries)", &["2601.00009"]),
        ],
    ));
    let part = &batch.coverage[0];
    assert_eq!((part.part.as_str(), part.day, part.is_cut), ("cs.LG", "2026-08-12".parse().ok(), false));
    let listed: Vec<String> = part.listed.iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["arxiv:2608.00001", "arxiv:2608.00002", "arxiv:hep-th/9901001"]);
    assert_eq!((part.stated, batch.records.len(), batch.is_partial), (Some(3), 0, false));
}

#[test]
fn a_page_that_contradicts_itself_is_no_evidence() {
    let wednesday = |sections: &[String]| today("Wednesday, 12 August 2026", sections);
    let one = section("New submissions (showing 1 of 1 entries)", &["2608.00001"]);
    for (page, said) in [
        (today("Thursday, 12 August 2026", std::slice::from_ref(&one)), "is no heading that is known here"),
        (today("Wednesday, 32 August 2026", std::slice::from_ref(&one)), "is no heading that is known here"),
        (
            wednesday(&[section("New submissions (showing 2 of 2 entries)", &["2608.00001"])]),
            "the heading says 2 of 2",
        ),
        (
            wednesday(&[section("New submissions (showing 1 of 0 entries)", &["2608.00001"])]),
            "the heading says 1 of 0",
        ),
        (
            wednesday(&[section("New submissions (showing 2 of 2 entries)", &["2608.00001", "2608.00001"])]),
            "2608.00001 stands there twice",
        ),
        (wednesday(&[section("New submissions (showing 1 of 1 entries)", &["today"])]), "names no paper"),
        (wednesday(&[one.replace("title=\"Abstract\" id", "id")]), "a paper has 0 links to an abstract"),
        (
            wednesday(&[section("Fresh submissions (showing 1 of 1 entries)", &["2608.00001"])]),
            "no heading that is known",
        ),
        (
            wednesday(&[section("Wed, 12 Aug 2026 (showing 1 of 1 entries )", &["2608.00001"])]),
            "stands among the papers",
        ),
        (wednesday(&[dt("2608.00001", "")]), "1 papers stand under no heading"),
        (wednesday(&[]), "lists nothing for 2026-08-12, and does not say that there is nothing"),
        (one, "no heading with a day"),
        ("Rate exceeded.".to_owned(), "there is no markup"),
        ("<html>nothing".to_owned(), "no heading with a day"),
        ("<dt>".repeat(20_000), "more than 10000 papers"),
    ] {
        let why = first(&page).unusable.unwrap_or_default();
        assert!(why.contains(said), "{why:?} is not {said:?}");
    }
}

#[test]
fn a_cut_section_and_an_empty_day_are_told_as_such() {
    let cut = section("New submissions (showing first 1 of 9 entries)", &["2608.00001"]);
    let batch = first(&today("Wednesday, 12 August 2026", &[cut]));
    assert_eq!((batch.coverage[0].is_cut, batch.coverage[0].stated, batch.is_partial), (true, Some(9), true));
    let batch = first(&today("Wednesday, 12 August 2026", &["<p>No updates today.</p>".to_owned()]));
    assert_eq!((batch.coverage[0].listed.len(), batch.coverage[0].stated), (0, Some(0)));
    let only = section("Replacement submissions (showing 1 of 1 entries)", &["2601.00009"]);
    let batch = first(&today("Wednesday, 12 August 2026", &[only]));
    assert_eq!((batch.coverage[0].listed.len(), batch.coverage[0].stated), (0, Some(0)));
}

fn past(days: &[(&str, &str, &[&str])]) -> String {
    let section = |(day, counts, ids): &(&str, &str, &[&str])| {
        let papers: Vec<String> = ids.iter().map(|id| dt(id, "")).collect();
        format!("<h3>{day} (showing {counts} entries )</h3>{}", papers.concat())
    };
    let days: Vec<String> = days.iter().map(section).collect();
    format!("<div id='dlpage'><h1>X</h1><dl id='articles'>{}</dl></div>", days.concat())
}

#[test]
fn the_past_week_tells_each_day_and_a_cut_one_is_asked_for_again() {
    let list = ("list", OptionValue::Text("pastweek".to_owned()));
    let source = source(&[list, ("show", OptionValue::Number(25))]).unwrap();
    let run = at("2026-08-21");
    let ids: Vec<String> = (1..=25).map(|number| format!("2608.{number:05}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let page = past(&[
        ("Fri, 21 Aug 2026", "20 of 20", &ids[..20]),
        ("Thu, 20 Aug 2026", "first 5 of 24", &ids[20..]),
    ]);
    let batch = read(&*source, &Cursor::default(), run, &page);
    let parts: Vec<&str> = batch.coverage.iter().map(|part| part.part.as_str()).collect();
    assert_eq!((parts, batch.is_partial), (vec!["cs.LG 2026-08-21"], false));
    let asked = source.ask(&batch.next, run).unwrap();
    assert_eq!(asked.url.as_str(), "https://arxiv.org/list/cs.LG/pastweek?skip=20&show=25");
    let page = past(&[("Thu, 20 Aug 2026", "continued, showing last 24 of 24", &ids[..24])]);
    let page = page.replace("(showing continued, showing", "(continued, showing");
    let batch = read(&*source, &batch.next, run, &page);
    assert_eq!((batch.coverage[0].listed.len(), batch.coverage[0].is_cut), (24, false));
    let asked = source.ask(&batch.next, run).unwrap();
    assert_eq!(asked.url.path(), "/list/hep-th/pastweek");
    let replaced = past(&[("Fri, 21 Aug 2026", "2 of 2", &ids[..2])]).replacen(
        "2608.00001</a> ",
        "2608.00001</a> (replaced)",
        1,
    );
    let batch = read(&*source, &batch.next, run, &replaced);
    assert_eq!(batch.coverage[0].listed.len(), 1);
    assert_eq!(source.ask(&batch.next, run), None);
}

#[test]
fn a_day_longer_than_a_page_is_cut_and_the_list_ends() {
    let source = source(&[("list", OptionValue::Text("pastweek".to_owned()))]).unwrap();
    let page = past(&[("Fri, 21 Aug 2026", "1 of 9", &["2608.00001"])]);
    let batch = read(&*source, &Cursor::default(), at("2026-08-21"), &page);
    assert!(batch.is_partial && batch.coverage[0].is_cut);
    assert_eq!(source.ask(&batch.next, at("2026-08-21")).unwrap().url.path(), "/list/hep-th/pastweek");
}

/// Runs to the end with pages of a day; gives the paths asked for.
fn complete(source: &dyn Source, cursor: &mut Cursor, run: &str, heading: &str) -> Vec<String> {
    let mut asked = Vec::new();
    while let Some(request) = source.ask(cursor, at(run)) {
        let is_new = request.url.path().ends_with("/new");
        asked.push(request.url.path().trim_start_matches("/list/").to_owned());
        let one = section("New submissions (showing 1 of 1 entries)", &["2608.00001"]);
        let page = if is_new { today(heading, &[one]) } else { past(&[("Fri, 14 Aug 2026", "0 of 0", &[])]) };
        let batch = read(source, cursor, at(run), &page);
        assert_eq!(batch.unusable, None);
        *cursor = batch.next;
    }
    asked
}

#[test]
fn after_a_pause_the_past_week_is_read_too() {
    let source = source(&[]).unwrap();
    let mut cursor = Cursor::default();
    let new = ["cs.LG/new", "hep-th/new"];
    assert_eq!(complete(&*source, &mut cursor, "2026-08-13", "Thursday, 13 August 2026"), new);
    assert_eq!(complete(&*source, &mut cursor, "2026-08-14", "Friday, 14 August 2026"), new);
    assert_eq!(
        complete(&*source, &mut cursor, "2026-08-17", "Monday, 17 August 2026"),
        new,
        "a weekend is none"
    );
    let both = ["cs.LG/pastweek", "cs.LG/new", "hep-th/pastweek", "hep-th/new"];
    assert_eq!(
        complete(&*source, &mut cursor, "2026-08-19", "Wednesday, 19 August 2026"),
        both,
        "Tuesday was missed"
    );
    assert_eq!(complete(&*source, &mut cursor, "2026-08-20", "Thursday, 20 August 2026"), new);
    let source = super::tests::source(&[("list", OptionValue::Text("new".to_owned()))]).unwrap();
    assert_eq!(complete(&*source, &mut cursor, "2026-08-28", "Friday, 28 August 2026"), new);
}

#[test]
fn a_page_that_fails_costs_only_itself_and_is_made_good_by_the_past_week() {
    let source = source(&[]).unwrap();
    let mut cursor = Cursor::default();
    complete(&*source, &mut cursor, "2026-08-13", "Thursday, 13 August 2026");
    for _category in 0..2 {
        cursor = source.skip(&cursor, at("2026-08-14")).unwrap();
    }
    assert_eq!(source.ask(&cursor, at("2026-08-14")), None);
    let later = source.ask(&cursor, at("2026-08-17")).unwrap();
    assert_eq!(later.url.path(), "/list/cs.LG/pastweek");
    let passed = source.skip(&cursor, at("2026-08-17")).unwrap();
    assert_eq!(source.ask(&passed, at("2026-08-17")).unwrap().url.path(), "/list/cs.LG/new");
}

#[test]
fn what_is_configured_is_looked_at() {
    assert_eq!(source(&[("list", OptionValue::Text("old".to_owned()))]).unwrap_err().option, "list");
    assert_eq!(source(&[("show", OptionValue::Number(10))]).unwrap_err().option, "show");
}

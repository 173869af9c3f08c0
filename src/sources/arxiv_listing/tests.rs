//! Listing pages as they are, cut, and contradicting themselves.

use super::*;

fn dt(id: &str, more: &str) -> String {
    format!(
        "<dt><a name='item1'>[1]</a> <a href =\"/abs/{id}\" title=\"Abstract\" id=\"{id}\">arXiv:{id}</a> {more}</dt>\n\
         <dd><p class='mathjax'>We build on <a href=\"https://arxiv.org/abs/2501.00001\">arXiv:2501.00001</a>.</p></dd>"
    )
}

fn new(day: &str, sections: &[(&str, &str, &[&str])]) -> String {
    let section = |(name, shown, ids): &(&str, &str, &[&str])| {
        let papers: Vec<String> = ids.iter().map(|id| dt(id, "(cross-list from hep-th)")).collect();
        format!("<dl id='articles'><h3>{name} (showing {shown} entries)</h3>{}</dl>", papers.concat())
    };
    let sections: Vec<String> = sections.iter().map(section).collect();
    format!(
        "<html><h3>Menu</h3><div id=\"dlpage\"><h1>X</h1><h3>Showing new listings for {day}</h3>{}</div>",
        sections.concat()
    )
}

#[test]
fn a_listing_tells_the_day_the_papers_and_their_number() {
    let page = new(
        "Wednesday, 12 August 2026",
        &[
            ("New submissions", "2 of 2", &["2608.00001", "2608.00002"]),
            ("Cross submissions", "1 of 1", &["hep-th/9901001"]),
            ("Replacement submissions", "1 of 1", &["2601.00009"]),
        ],
    );
    let coverage = today(&page, "cs.LG").unwrap();
    assert_eq!(
        (coverage[0].part.as_str(), coverage[0].stated, coverage[0].is_cut),
        ("cs.LG", Some(3), false)
    );
    assert_eq!(coverage[0].day, "2026-08-12".parse().ok());
    let listed: Vec<String> = coverage[0].listed.iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["arxiv:2608.00001", "arxiv:2608.00002", "arxiv:hep-th/9901001"]);
}

#[test]
fn a_page_that_contradicts_itself_is_no_evidence() {
    let papers: &[&str] = &["2608.00001"];
    for page in [
        new("Thursday, 12 August 2026", &[("New submissions", "1 of 1", papers)]),
        new("Wednesday, 12 August 2026", &[("New submissions", "2 of 2", papers)]),
        new("Wednesday, 12 August 2026", &[("New submissions", "2 of 2", &["2608.00001", "2608.00001"])]),
        new("Wednesday, 32 August 2026", &[]),
        "<html><div id=\"dlpage\"><h3>Error".to_owned(),
        "<html>nothing".to_owned(),
    ] {
        assert!(today(&page, "cs.LG").is_err(), "{page}");
    }
    let cut = new("Wednesday, 12 August 2026", &[("New submissions", "1 of 9", papers)]);
    assert!(today(&cut, "cs.LG").unwrap()[0].is_cut);
}

#[test]
fn the_past_week_tells_each_day() {
    let page = format!(
        "<div id=\"dlpage\"><dl id='articles'><h3>Fri, 21 Aug 2026 (showing 1 of 1 entries )</h3>{}\
         <h3>Thu, 20 Aug 2026 (showing first 1 of 9 entries )</h3>{}{}</dl></div>",
        dt("2608.00005", ""),
        dt("2608.00004", "(cross-list from math.CO)"),
        dt("2601.00001", "(replaced)"),
    );
    let days = past_week(&page, "cs.LG").unwrap();
    let parts: Vec<(&str, usize)> = days.iter().map(|day| (day.part.as_str(), day.listed.len())).collect();
    assert_eq!(parts, [("cs.LG 2026-08-21", 1), ("cs.LG 2026-08-20", 1)]);
}

#[test]
fn after_a_pause_the_past_week_is_read_too() {
    let source =
        ArxivListing { base: BASE.to_owned(), categories: vec!["cs.LG".to_owned(), "hep-th".to_owned()] };
    let run = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    let complete = |cursor: &Cursor, now: Timestamp| {
        let (mut cursor, mut asked) = (cursor.clone(), Vec::new());
        while let Some(request) = source.ask(&cursor, now) {
            let response =
                Response { status: 304, url: request.url.clone(), content_type: None, body: Vec::new() };
            cursor = source.read(&cursor, now, &request, &response).next;
            asked.push(request.url.path().to_owned());
        }
        (cursor, asked)
    };
    let (cursor, asked) = complete(&Cursor::default(), run("2026-08-12T06:00:00Z"));
    assert_eq!(asked, ["/list/cs.LG/new", "/list/hep-th/new"]);
    let (cursor, asked) = complete(&cursor, run("2026-08-13T06:00:00Z"));
    assert_eq!(asked.len(), 2, "{asked:?}");
    let (cursor, asked) = complete(&cursor, run("2026-08-17T06:00:00Z"));
    assert_eq!(asked.len(), 4, "Friday was missed: {asked:?}");
    let (_, asked) = complete(&cursor, run("2026-08-18T06:00:00Z"));
    assert_eq!(asked.len(), 2, "{asked:?}");
}

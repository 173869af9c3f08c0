//! Recorded titles and abstracts go through the cleaning: nothing panics, formulas convert, bodies are well-formed.

use offprint::model::observation::Observation;
use offprint::model::record::RawAuthor;
use offprint::model::record::RawAuthors;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Markup;
use offprint::model::text::Raw;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::observe;

use crate::support::data::lines;

/// Every so many records one is taken, so that the test stays quick without optimisation.
const STEP: usize = 10;

fn seen(title: &str, body: &str, authors: Vec<String>, markup: Markup) -> Observation {
    let source = SourceId::parse("recorded").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
    let authors = authors.into_iter().map(|name| RawAuthor { name, ..RawAuthor::default() }).collect();
    let record = Record {
        key: "a key".into(),
        title: Some(Raw::new(title, markup)),
        abstract_text: Some(Raw::new(body, markup)),
        authors: RawAuthors::List(authors),
        ..Record::default()
    };
    let context = Context { source: &source, authority: Authority::Repository, fetched_at, language: None };
    observe(&record, &context).unwrap_or_else(|problem| panic!("{problem}: {title}"))
}

/// How many `math` elements a body holds, read strictly.
fn formulas(body: &str) -> usize {
    let document = format!("<div>{body}</div>");
    let mut reader = quick_xml::Reader::from_str(&document);
    let mut count = 0;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(element)) if element.name().as_ref() == "math" => count += 1,
            Ok(quick_xml::events::Event::Eof) => return count,
            Ok(_other) => {}
            Err(error) => panic!("{error} in {body}"),
        }
    }
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a share is printed, not kept")]
fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

#[test]
fn recorded_abstracts_become_readable_and_well_formed() {
    let name = "recorded_abstracts_become_readable_and_well_formed";
    let Some(folder) = crate::support::data::recorded(name, "papers") else { return };
    let (mut records, mut with_formulas, mut converted, mut left_as_code, mut dollars) = (0, 0, 0, 0, 0);
    for file in [
        "arxiv-api-dated",
        "arxiv-archive-1993-2019",
        "arxiv-listed-2025-2026",
        "arxiv-math-2007-2026",
        "conference-1987-2025",
    ] {
        for paper in lines(&folder.join(format!("{file}.jsonl.gz"))).step_by(STEP) {
            let text = |key: &str| paper[key].as_str().unwrap_or_default().to_owned();
            if text("title").trim().is_empty() {
                continue;
            }
            let names: Vec<String> = paper["authors"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect();
            let named = names.len();
            let observation = seen(&text("title"), &text("abstract"), names, Markup::Tex);
            records += 1;
            assert!(
                observation.authors.listed.len() <= 200
                    && usize::try_from(observation.authors.total).unwrap() <= named
            );
            let Some(body) = &observation.abstract_text else { continue };
            let count = formulas(body.html.as_str());
            let code = body.html.as_str().matches("<code>").count();
            converted += count;
            left_as_code += code;
            with_formulas += usize::from(count + code > 0);
            // A pair of dollars with TeX between them would be a formula that was not seen.
            let is_left =
                body.text.as_str().split('$').skip(1).step_by(2).any(|inner| inner.contains(['\\', '^']));
            if is_left
                || body.text.as_str().matches('$').count() > 1
                    && std::env::var_os("OFFPRINT_VERBOSE").is_some()
            {
                eprintln!("left: {}", body.text);
            }
            dollars += usize::from(is_left);
        }
    }
    eprintln!(
        "{records} records, {with_formulas} with formulas: {converted} formulas converted, {left_as_code} left as code ({:.2} % converted); {dollars} with dollars around TeX ({:.3} %)",
        share(converted, converted + left_as_code),
        share(dollars, records),
    );
    assert!(records > 5_000, "only {records} records were read");
    assert!(share(converted, converted + left_as_code) > 97.0, "too few formulas convert");
    assert!(share(dollars, records) < 0.5, "too many formulas are not seen");
}

#[test]
fn damaged_abstracts_read_like_their_originals() {
    let name = "damaged_abstracts_read_like_their_originals";
    let Some(file) = crate::support::data::recorded(name, "papers/daily-papers-vs-arxiv.jsonl.gz") else {
        return;
    };
    let (mut damaged, mut repaired, mut pairs, mut equal) = (0, 0, 0, 0);
    for paper in lines(&file) {
        let text = |key: &str| paper[key].as_str().unwrap_or_default().to_owned();
        if text("hf_title").trim().is_empty() || text("hf_abstract").is_empty() {
            continue;
        }
        let observation = seen(&text("hf_title"), &text("hf_abstract"), Vec::new(), Markup::DamagedTex);
        let body = observation.abstract_text.unwrap();
        formulas(body.html.as_str());
        let has_times = |text: &str| {
            text.match_indices("times")
                .any(|(at, _times)| text[..at].ends_with(|last: char| last.is_ascii_digit()))
        };
        if has_times(&text("hf_abstract")) {
            damaged += 1;
            repaired += usize::from(!has_times(body.text.as_str()) && body.text.as_str().contains('×'));
        }
        if text("arxiv_abstract").contains('$') {
            let original = seen(&text("hf_title"), &text("arxiv_abstract"), Vec::new(), Markup::Tex)
                .abstract_text
                .unwrap();
            pairs += 1;
            equal +=
                usize::from(original.text.as_str().replace(' ', "") == body.text.as_str().replace(' ', ""));
        }
    }
    eprintln!(
        "{repaired} of {damaged} abstracts with lost multiplication signs repaired; {equal} of {pairs} with formulas read as the original does"
    );
    assert!(damaged > 30, "only {damaged} damaged abstracts were found");
    assert!(share(repaired, damaged) > 95.0, "{repaired} of {damaged}");
}

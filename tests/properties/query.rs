//! Queries read back as they are printed, and all that decide whether a paper matches agree.

use std::cell::Cell;

use offprint::model::beside::Beside;
use offprint::model::paper::Paper;
use offprint::model::record::Announce;
use offprint::model::signal::Signal;
use offprint::model::signal::SignalKind;
use offprint::model::text::Text;
use offprint::model::time::Timestamp;
use offprint::model::topic::Revisions;
use offprint::model::topic::TopicId;
use offprint::query;
use offprint::query::Query;
use offprint::query::document::Document;
use offprint::topics::Topic;
use offprint::topics::Topics;
use offprint::topics::Window;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::TestRunner;

use crate::support::stored;

/// Words that papers below are made of, and a few that none has.
const WORDS: &[&str] = &[
    "flag", "flags", "counting", "garden", "sparse", "graph", "learned", "learning", "Zoë", "O(n)", "missing",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(str::to_owned)
}

/// The beginning of a word.
fn start() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["fla", "gard", "learn", "xyz"])
}

/// A clause as people write it, of every kind that there is.
fn clause() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["", "", "", "title:", "abstract:"]);
    prop_oneof![
        4 => (field.clone(), word()).prop_map(|(field, word)| format!("{field}{word}")),
        2 => (field.clone(), word(), word()).prop_map(|(field, one, other)| format!("{field}\"{one} {other}\"")),
        1 => (field.clone(), start()).prop_map(|(field, start)| format!("{field}{start}*")),
        1 => (field.clone(), word(), start()).prop_map(|(field, one, start)| format!("{field}{one}-{start}*")),
        1 => (field.clone(), word(), word()).prop_map(|(field, one, other)| format!("{field}\"{one} a {other}\"~3")),
        1 => (field, prop::sample::select(vec!["flags", "learning"])).prop_map(|(field, word)| format!("{field}={word}")),
        2 => prop::sample::select(vec![
            "cat:cs.LG", "cat:cs.*", "cat:cs", "cat:math.CO", "author:Test", "author:te*", "author:\"Bo van der Test\"",
            "author:\"Bovander Test\"", "author:\"B. Test\"", "author:\"Ann Example\"", "author:\"Nobody Else\"",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "source:hf-daily", "source:none", "source:\"-odd one\"", "id:arxiv:2608.00001", "id:2608.0000*", "doi:10.1000/*",
            "license:example", "lang:en", "lang:d*", "type:new", "type:replace", "type:cross", "has:code", "has:doi",
            "has:abstract", "is:withdrawn", "is:retracted", "is:picked", "votes>=10", "votes=0", "stars<5", "comments>100",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "date:2026-08-01..2026-08-31", "date>=-7d", "date<2020-01-01", "date:2026", "date>-1d",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "title:/flags? /", "/gard.n/", "abstract:/^counting/", "author:/van der/", "comment:/page/", "title:/(?-i)zoë/",
            "venue:journal", "venue:\"journal flags\"~2", "venue:\"flags j\"", "org:works", "submitter:ada", "comment:\"12 pages\"",
            "submitter:/flag$/",
        ]).prop_map(str::to_owned),
    ]
}

/// A query: clauses joined by every operator, with and without parentheses.
fn text() -> impl Strategy<Value = String> {
    clause().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" AND ")),
            2 => prop::collection::vec(inner.clone(), 2..3).prop_map(|parts| format!("({})", parts.join(" "))),
            1 => inner.clone().prop_map(|inner| format!("NOT ({inner})")),
            1 => (inner.clone(), clause()).prop_map(|(inner, not)| format!("{inner} -{not}")),
        ]
    })
}

/// A paper whose title and abstract are made of the words above, and which may lack what others have.
fn paper() -> impl Strategy<Value = Paper> {
    let words = || prop::collection::vec(word(), 1..6).prop_map(|words| words.join(" "));
    let bare = prop::collection::vec(any::<bool>(), 6);
    (0..6_u64, words(), words(), bare).prop_map(|(number, title, abstract_text, bare)| {
        let mut paper = stored::paper(number);
        let is_bare = |place: usize| bare[place];
        for observation in &mut paper.observations {
            observation.title.text = Text::line(&title);
            if let Some(form) = &mut observation.abstract_text {
                form.text = Text::new(&abstract_text);
            }
            if is_bare(0) {
                observation.comment = None;
                observation.submitter = None;
            }
            if is_bare(1) {
                observation.venue = None;
                observation.citation = None;
            }
            if is_bare(2) {
                observation.links.clear();
            }
            if is_bare(3) {
                observation.announce = Some(Announce::ReplaceCross);
                observation.is_withdrawn = true;
            }
            if is_bare(4) {
                observation.announced = None;
                observation.language = None;
            }
            if is_bare(5) {
                observation.subjects.truncate(1);
                observation.authors.listed.truncate(1);
            }
        }
        paper
    })
}

/// What stands beside a paper.
fn readings() -> impl Strategy<Value = (Vec<Signal>, bool)> {
    let kinds = vec![SignalKind::Votes, SignalKind::Comments, SignalKind::Stars];
    let signal = (prop::sample::select(kinds), 0..200_u64);
    let signal =
        signal.prop_map(|(kind, value)| Signal { kind, value, at: Timestamp::from_seconds(1_786_000_000) });
    (prop::collection::vec(signal, 0..3), any::<bool>())
}

fn parsed(text: &str) -> Query {
    let parsed = query::parse(text);
    assert!(parsed.problems.is_empty(), "{text}: {:?}", parsed.problems);
    parsed.query.unwrap()
}

fn topics(queries: &[String]) -> Topics {
    let topic = |(number, text): (usize, &String)| Topic {
        id: TopicId::parse(&format!("topic-{number}")).unwrap(),
        title: text.clone(),
        description: None,
        query: Some(parsed(text)),
        ranked: None,
        revisions: Revisions::default(),
        window: Window::default(),
    };
    Topics::new(queries.iter().enumerate().map(topic).collect())
}

/// So many pairs of a paper and a query are compared at least; `OFFPRINT_PAIRS` asks for more.
const PAIRS: u32 = 5_000;

const QUERIES: usize = 10;

const PAPERS: usize = 5;

#[test]
#[expect(clippy::disallowed_methods, reason = "a long run is asked for by a variable, as the data folder is")]
fn all_evaluators_agree() {
    let pairs = std::env::var("OFFPRINT_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    let at_once = u32::try_from(QUERIES * PAPERS).unwrap();
    let mut runner = TestRunner::new(Config { cases: pairs.div_ceil(at_once), ..Config::default() });
    let papers = prop::collection::vec((paper(), readings()), PAPERS);
    let matched = Cell::new(0_u32);
    let outcome = runner.run(&(prop::collection::vec(text(), QUERIES), papers), |(queries, papers)| {
        let (topics, now) = (topics(&queries), Timestamp::from_seconds(1_786_000_000));
        for (paper, (signals, is_picked)) in &papers {
            let beside = Beside { signals: signals.clone(), is_picked: *is_picked };
            let document = Document::new(paper, &beside);
            let plain: Vec<_> =
                topics.iter().map(|topic| topic.query.as_ref().unwrap().evaluate(&document, now)).collect();
            let plain: Vec<(usize, String)> = plain
                .iter()
                .enumerate()
                .filter(|(_, verdict)| verdict.is_match())
                .map(|(place, verdict)| (place, verdict.reason()))
                .collect();
            let places: Vec<usize> = plain.iter().map(|(place, _)| *place).collect();
            matched.set(matched.get() + u32::try_from(places.len()).unwrap());
            prop_assert_eq!(topics.places_of_paper(paper, &beside, now), places, "{:?}", queries);
            let reasons: Vec<String> =
                topics.of_paper(paper, &beside, now).certain.into_iter().map(|found| found.reason).collect();
            prop_assert_eq!(reasons, plain.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>());
        }
        Ok(())
    });
    outcome.unwrap();
    // Neither hits nor misses are rare, so that agreeing means something.
    assert!((pairs / 10..pairs - pairs / 10).contains(&matched.get()), "{} of {pairs}", matched.get());
}

proptest! {
    #[test]
    fn a_printed_query_reads_back_as_itself(text in text()) {
        let query = parsed(&text);
        let printed = query.to_string();
        let again = parsed(&printed);
        prop_assert_eq!(&again, &query, "{} is printed as {}", text, printed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn any_text_is_parsed_without_a_panic_and_problems_point_into_it(
        text in "\\PC{0,80}|[a-z:\"()*~<>=. -]{0,60}|(title|cat|author|doi|date|votes|type|source)[:=][ -~−–αé]{0,20}",
    ) {
        let parsed = query::parse(&text);
        if let (Some(query), []) = (&parsed.query, parsed.problems.as_slice()) {
            let again = query::parse(&query.to_string());
            prop_assert_eq!(again.query.as_ref(), Some(query), "{} is printed as {}", text, query);
        }
        for problem in parsed.problems {
            prop_assert!(problem.span.start <= problem.span.end && problem.span.end <= text.len());
            prop_assert!(text.is_char_boundary(problem.span.start) && text.is_char_boundary(problem.span.end));
            prop_assert!(!query::render_problem(&text, &problem).is_empty());
        }
    }

    #[test]
    fn an_operator_after_a_field_is_never_read_in_silence(
        field in prop::sample::select(vec!["title", "abstract", "author", "cat", "id", "doi", "source", "type", "lang", "has"]),
        dash in prop::sample::select(vec!["-", "−", "–"]),
        value in "[a-z]{1,8}(-[a-z]{1,4}|\\*)?",
    ) {
        let text = format!("garden {field}:{dash}{value}");
        let problems = query::parse(&text).problems;
        prop_assert_eq!(problems.len(), 1, "{}", text);
        prop_assert_eq!(&text[problems[0].span.clone()], dash);
        let hint = format!("write `-{field}:{value}`");
        prop_assert_eq!(problems[0].hint.as_deref(), Some(hint.as_str()));
    }

    #[test]
    fn a_query_and_its_negation_never_both_match(text in text(), paper in paper()) {
        let (query, not, now) = (parsed(&text), parsed(&format!("NOT ({text})")), Timestamp::from_seconds(1_786_000_000));
        let document = Document::new(&paper, &Beside::default());
        prop_assert_ne!(query.matches(&document, now), not.matches(&document, now));
        let verdict = query.evaluate(&document, now);
        prop_assert_eq!(verdict.is_match(), query.matches(&document, now));
    }
}

#[test]
fn a_replaced_cross_listing_is_a_replacement_and_a_cross_listing_stays_itself() {
    for (announce, kinds) in [
        (Some(Announce::New), vec!["new"]),
        (Some(Announce::Cross), vec!["cross"]),
        (Some(Announce::Replace), vec!["replace"]),
        (Some(Announce::ReplaceCross), vec!["replace"]),
        (None, vec![]),
    ] {
        let mut paper = stored::paper(1);
        for observation in &mut paper.observations {
            observation.announce = announce;
        }
        let (document, now) =
            (Document::new(&paper, &Beside::default()), Timestamp::from_seconds(1_786_000_000));
        for kind in ["new", "cross", "replace"] {
            let is_match = parsed(&format!("type:{kind}")).matches(&document, now);
            assert_eq!(is_match, kinds.contains(&kind), "{announce:?} as {kind}");
        }
    }
}

#[test]
fn a_prefix_after_a_hyphen_stands_right_after_the_words_before_it() {
    let now = Timestamp::from_seconds(1_786_000_000);
    for (title, is_match) in [
        ("A low-rank view", true),
        ("Low ranking flags", true),
        ("Rank is low", false),
        ("Low cost, high rank", false),
        ("Very low rank", true),
    ] {
        let mut paper = stored::paper(1);
        for observation in &mut paper.observations {
            observation.title.text = Text::line(title);
        }
        let query = parsed("title:low-rank*");
        assert_eq!(query.matches(&Document::new(&paper, &Beside::default()), now), is_match, "{title}");
    }
}

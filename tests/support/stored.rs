//! Invented papers and everything else a store holds, as functions of small numbers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::change::Event;
use offprint::model::external_id::ExternalId;
use offprint::model::link::Link;
use offprint::model::link::LinkKind;
use offprint::model::link::WebUrl;
use offprint::model::observation::Observation;
use offprint::model::paper::Chosen;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Installation;
use offprint::model::plan::Op;
use offprint::model::plan::Plan;
use offprint::model::record::Announce;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::subject::Subject;
use offprint::model::subject::SubjectScheme;
use offprint::model::text::Abstract;
use offprint::model::text::Html;
use offprint::model::text::Text;
use offprint::model::text::Title;
use offprint::model::time::Moment;
use offprint::model::time::Precision;
use offprint::model::time::Timestamp;
use offprint::model::topic::TimelineEntry;
use offprint::model::topic::TopicId;
use offprint::store::Settings;

/// A store in a folder, with a small cache.
pub(crate) fn settings(folder: &Path) -> Settings {
    Settings { path: folder.to_owned(), cache_bytes: 8 << 20 }
}

/// That many seconds after a Monday in 2026.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_785_715_200 + seconds)
}

/// The identifier of paper `number`.
pub(crate) fn paper_id(number: u64) -> PaperId {
    PaperId::mint(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C))
}

/// An external identifier for `number`.
pub(crate) fn arxiv(number: u64) -> ExternalId {
    ExternalId::parse(&format!("arxiv:2608.{number:05}")).unwrap()
}

/// The name of a source.
pub(crate) fn source_id(name: &str) -> SourceId {
    SourceId::parse(name).unwrap()
}

/// The name of a topic.
pub(crate) fn topic_id(name: &str) -> TopicId {
    TopicId::parse(name).unwrap()
}

/// Paper `number` with every field filled, known under its own identifiers.
pub(crate) fn paper(number: u64) -> Paper {
    let ids = [arxiv(number), ExternalId::parse(&format!("doi:10.1000/flags.{number}")).unwrap()];
    let seconds = i64::try_from(number).unwrap();
    Paper {
        id: paper_id(number),
        aliases: BTreeMap::new(),
        first_seen: at(seconds),
        observations: vec![
            observation("arxiv-cs-lg", &format!("2608.{number:05}"), ids.into()),
            observation("hf-daily", &format!("2608.{number:05}"), [arxiv(number)].into()),
        ],
        chosen: Chosen { abstract_text: Some(0), authors: Some(1), comment: Some(0), ..Chosen::default() },
        events: if number % 5 == 4 { every_event(seconds) } else { first_events(seconds) },
    }
}

fn first_events(seconds: i64) -> BTreeMap<Event, Timestamp> {
    BTreeMap::from([(Event::Version(2), at(seconds + 60)), (Event::Published, at(seconds + 90))])
}

fn every_event(seconds: i64) -> BTreeMap<Event, Timestamp> {
    let mut events = first_events(seconds);
    events.extend([
        (Event::Withdrawn, at(seconds + 90)),
        (Event::Retracted, at(seconds + 90)),
        (Event::CodeReleased, at(seconds + 400_000)),
    ]);
    events
}

/// What a source says about a paper, every field filled.
pub(crate) fn observation(source: &str, key: &str, ids: BTreeSet<ExternalId>) -> Observation {
    let day = Moment { at: at(0), precision: Precision::Day };
    let url = |path: &str| WebUrl::parse(&format!("https://papers.example/{path}/{key}")).unwrap();
    Observation {
        source: source_id(source),
        key: Text::line(key),
        authority: Authority::Repository,
        fetched_at: at(7),
        ids,
        title: Title {
            text: Text::line(&format!("Counting Flags in O(n²) Time, Part {key}")),
            tex: Some(Text::line("Counting Flags in $O(n^2)$ Time")),
        },
        earlier: BTreeSet::new(),
        abstract_text: Some(Abstract {
            text: Text::new("We count flags.\n\nThen we count them again, with “care” and a \\ in between."),
            html: Html::trusted("<p>We count flags.</p><p>Then we count them <em>again</em>.</p>".to_owned()),
            tex: None,
        }),
        authors: Authors {
            listed: vec![Author {
                name: Text::line("Bo van der Test Jr."),
                family: Some(Text::line("van der Test")),
                given: Some(Text::line("Bo")),
                orcid: Some(Text::line("0000-0002-1825-0097")),
                affiliations: vec![Text::line("Institute of Flags"), Text::line("University of Ærø")],
            }],
            total: 12,
        },
        subjects: vec![
            Subject { scheme: SubjectScheme::Arxiv, term: Text::line("cs.LG") },
            Subject { scheme: SubjectScheme::Msc, term: Text::line("68T07") },
        ],
        announce: Some(Announce::ReplaceCross),
        version: Some(2),
        announced: Some(day),
        submitted: Some(Moment { at: at(-86_400), precision: Precision::Second }),
        revised: Some(Moment { at: at(-1), precision: Precision::Month }),
        comment: Some(Text::line("12 pages, 3 figures")),
        venue: Some(Text::line("Journal of Flags")),
        citation: Some(Text::line("J. Flags 3 (2026) 1–12")),
        license: Some(url("licence")),
        organisation: Some(Text::line("Flag Works")),
        submitter: Some(Text::line("Ada Flag")),
        language: Some(Text::line("en")),
        links: vec![
            Link { kind: LinkKind::Page, url: url("abs") },
            Link { kind: LinkKind::Discussion, url: url("talk") },
        ],
        is_withdrawn: false,
        is_retracted: false,
        role: offprint::model::record::Role::Paper,
    }
}

/// A paper's entry in a topic, at a time.
pub(crate) fn entry(topic: &str, number: u64, seconds: i64) -> TimelineEntry {
    TimelineEntry {
        topic: topic_id(topic),
        paper: paper_id(number),
        served_as: paper_id(number),
        at: at(seconds),
        updated: at(seconds),
        reason: "title: flags".to_owned(),
    }
}

/// A plan of these changes.
pub(crate) fn plan(ops: impl Into<Vec<Op>>) -> Plan {
    Plan { at: at(0), ops: ops.into() }
}

/// A plan that adds these papers.
pub(crate) fn papers(numbers: std::ops::Range<u64>) -> Plan {
    plan(numbers.map(|number| Op::Paper(Box::new(paper(number)))).collect::<Vec<_>>())
}

/// The permanent facts of a store.
pub(crate) fn installation() -> Installation {
    Installation {
        tag_authority: "papers.example".to_owned(),
        tag_date: "2026-08-03".to_owned(),
        created: at(0),
    }
}

//! Properties of normalise: cleaning never panics, is well-formed, inert and a fixed point; identifiers round-trip.

use offprint::model::link::LinkKind;
use offprint::model::observation::Observation;
use offprint::model::record::IdHint;
use offprint::model::record::RawAuthor;
use offprint::model::record::RawAuthors;
use offprint::model::record::RawDate;
use offprint::model::record::RawId;
use offprint::model::record::RawLink;
use offprint::model::record::RawSubject;
use offprint::model::record::Record;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::text::Markup;
use offprint::model::text::Raw;
use offprint::model::text::Text;
use offprint::model::time::Timestamp;
use offprint::normalise::Context;
use offprint::normalise::html;
use offprint::normalise::ids;
use offprint::normalise::observe;
use offprint::normalise::tex;
use proptest::prelude::*;

use inert::assert_inert;
use pieces::pieces;

mod inert;
mod pieces;
mod vectors;

const MARKUPS: [Markup; 5] = [Markup::Plain, Markup::Tex, Markup::DamagedTex, Markup::Html, Markup::Jats];

fn observed(record: &Record) -> Option<Observation> {
    let source = SourceId::parse("a-source").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-08-20T12:00:00Z").unwrap();
    observe(record, &Context { source: &source, authority: Authority::Publisher, fetched_at, language: None })
        .ok()
}

/// A record that says `text` in every field.
fn everywhere(text: &str, markup: Markup) -> Record {
    let raw = || Some(Raw::new(text, markup));
    Record {
        key: format!("k{text}"),
        ids: [IdHint::Arxiv, IdHint::Doi, IdHint::Pmid, IdHint::Pmcid, IdHint::Any, IdHint::Page]
            .map(|hint| RawId { hint, text: text.into() })
            .into(),
        title: Some(Raw::new(format!("t{text}"), markup)),
        abstract_text: raw(),
        authors: RawAuthors::List(vec![RawAuthor {
            name: format!("Ann {text}"),
            affiliations: vec![text.into()],
            orcid: Some(text.into()),
            is_group: text.len().is_multiple_of(2),
        }]),
        subjects: vec![
            RawSubject { is_arxiv: true, term: text.into() },
            RawSubject { is_arxiv: false, term: text.into() },
        ],
        announced: Some(RawDate { text: text.into(), is_day: false }),
        comment: raw(),
        venue: raw(),
        citation: raw(),
        license: Some(text.into()),
        organisation: raw(),
        submitter: raw(),
        language: Some(text.into()),
        links: vec![RawLink { kind: LinkKind::Page, href: text.into() }],
        ..Record::default()
    }
}

/// Checks all that may be rendered of an observation.
fn assert_clean(observation: &Observation, of: &str) {
    if let Some(body) = &observation.abstract_text {
        assert_inert(body.html.as_str(), of);
    }
    for link in &observation.links {
        let address = link.url.as_str();
        assert!(address.starts_with("http://") || address.starts_with("https://"), "{address}, made of {of}");
    }
    let fields = [
        &observation.comment,
        &observation.venue,
        &observation.citation,
        &observation.organisation,
        &observation.submitter,
    ];
    let texts = fields.into_iter().flatten().chain([&observation.title.text, &observation.key]);
    let names = observation.authors.listed.iter().map(|author| &author.name);
    let subjects = observation.subjects.iter().map(|subject| &subject.term);
    for text in texts.chain(names).chain(subjects) {
        assert_eq!(Text::line(text.as_str()), *text, "made of {of}");
    }
}

#[test]
fn no_known_attack_survives_in_any_field() {
    assert!(vectors::VECTORS.len() >= 60);
    for vector in vectors::VECTORS {
        for markup in MARKUPS {
            let observation = observed(&everywhere(vector, markup)).unwrap();
            assert_clean(&observation, vector);
            let wrapped = observed(&everywhere(&format!("<p>a {vector} b</p>"), markup)).unwrap();
            assert_clean(&wrapped, vector);
            let spoken =
                observed(&everywhere(&format!("$x$ \\href{{{vector}}}{{{vector}}} ${vector}$"), markup))
                    .unwrap();
            assert_clean(&spoken, vector);
        }
        let authors = observed(&Record {
            authors: RawAuthors::Joined((*vector).into()),
            ..everywhere(vector, Markup::Plain)
        });
        assert_clean(&authors.unwrap(), vector);
        let authors = observed(&Record {
            authors: RawAuthors::Arxiv((*vector).into()),
            ..everywhere(vector, Markup::Plain)
        });
        assert_clean(&authors.unwrap(), vector);
        let once = html::clean(vector);
        assert_eq!(html::clean(&once), once, "made of {vector}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn cleaning_html_is_inert_and_a_fixed_point(source in pieces()) {
        let once = html::clean(&source);
        assert_inert(&once, &source);
        prop_assert_eq!(html::clean(&once), once, "made of {}", source);
    }

    #[test]
    fn every_markup_gives_a_clean_observation(source in pieces(), markup in prop::sample::select(&MARKUPS)) {
        if let Some(observation) = observed(&everywhere(&source, markup)) {
            assert_clean(&observation, &source);
        }
    }

    #[test]
    fn formulas_never_panic_and_stay_well_formed(inner in pieces()) {
        let source = format!("$x{inner}$ \\({inner}\\) \\begin{{align}}{inner}\\end{{align}}");
        if let Some(observation) = observed(&everywhere(&source, Markup::Tex)) {
            assert_clean(&observation, &source);
        }
    }

    #[test]
    fn any_characters_are_cleaned(source in any::<String>(), markup in prop::sample::select(&MARKUPS)) {
        if let Some(observation) = observed(&everywhere(&source, markup)) {
            assert_clean(&observation, &source);
        }
        let _found = ids::find(&source);
        let _typed = ids::lookup(&source);
    }

    #[test]
    fn plain_text_survives_escaping(source in any::<String>()) {
        let record = Record { abstract_text: Some(Raw::new(format!("We {source}"), Markup::Plain)), ..everywhere("x", Markup::Plain) };
        let body = observed(&record).unwrap().abstract_text.unwrap();
        prop_assert_eq!(&body.text, &Text::new(&format!("We {source}")));
        let unescaped = body.html.as_str().trim_start_matches("<p>").trim_end_matches("</p>").replace("</p><p>", "\n\n");
        let unescaped = unescaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        prop_assert_eq!(unescaped, body.text.as_str());
    }

    #[test]
    fn text_without_tex_is_left_alone(words in prop::collection::vec("[A-Za-z0-9.,;:()éα+=<>%&@!?/]{1,12}", 1..20)) {
        let source = words.join(" ");
        prop_assume!(!source.contains("http"));
        prop_assert_eq!(tex::to_text(&source), source);
    }

    #[test]
    fn arxiv_identifiers_round_trip(year in 7_u32..99, month in 1_u32..13, number in 0_u32..100_000, version in prop::option::of(1_u32..100)) {
        let id = format!("{year:02}{month:02}.{number:05}");
        let suffix = version.map_or(String::new(), |version| format!("v{version}"));
        for text in [
            format!("https://arxiv.org/abs/{id}{suffix}"), format!("oai:arXiv.org:{id}{suffix}"), format!("https://doi.org/10.48550/arXiv.{id}{suffix}"),
            format!("https://www.arxiv.org/pdf/{id}{suffix}.pdf"), format!("see arXiv:{id}{suffix}."),
        ] {
            let found = ids::find(&text);
            prop_assert_eq!(found.len(), 1, "{}", text);
            prop_assert_eq!(found[0].0.to_string(), format!("arxiv:{id}"));
            prop_assert_eq!(found[0].1, version);
            prop_assert_eq!(ids::lookup(&found[0].0.to_string()), Some(found[0].0.clone()));
        }
    }

    #[test]
    fn dois_round_trip(registrant in 1000_u32..99_999, suffix in "[a-z0-9][a-z0-9._-]{0,20}[a-z0-9]") {
        prop_assume!(registrant != 48_550);
        for text in [format!("10.{registrant}/{suffix}"), format!("https://doi.org/10.{registrant}/{suffix}"), format!("doi:10.{registrant}/{suffix}")] {
            let Some((id, _version)) = ids::find(&text).into_iter().next() else { continue };
            prop_assert_eq!(ids::lookup(&id.to_string()), Some(id.clone()));
            prop_assert_eq!(ids::find(&id.to_string()).first().map(|(again, _version)| again.clone()), Some(id));
        }
    }
}

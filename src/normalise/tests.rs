//! Records as sources give them, cleaned whole.

use super::Context;
use super::observe;
use crate::model::link::LinkKind;
use crate::model::observation::Observation;
use crate::model::record::Announce;
use crate::model::record::IdHint;
use crate::model::record::RawAuthors;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::RawLink;
use crate::model::record::RawSubject;
use crate::model::record::Record;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::time::Precision;
use crate::model::time::Timestamp;

fn seen(record: &Record) -> Observation {
    tried(record).unwrap()
}

fn tried(record: &Record) -> Result<Observation, crate::model::problem::Problem> {
    let source = SourceId::parse("a-source").unwrap();
    let fetched_at = Timestamp::parse_rfc3339("2026-08-20T12:00:00Z").unwrap();
    observe(
        record,
        &Context { source: &source, authority: Authority::Repository, fetched_at, language: Some("en-us") },
    )
}

fn id(hint: IdHint, text: &str) -> RawId {
    RawId { hint, text: text.into() }
}

fn titled(ids: Vec<RawId>) -> Record {
    Record { key: "k".into(), ids, title: Some(Raw::new("A title", Markup::Plain)), ..Record::default() }
}

fn ids(record: &Record) -> Vec<String> {
    seen(record).ids.iter().map(ToString::to_string).collect()
}

fn arxiv() -> Record {
    Record {
        key: "2608.09999".into(),
        ids: vec![
            id(IdHint::Arxiv, "oai:arXiv.org:2608.09999v2"),
            id(IdHint::Any, "https://arxiv.org/abs/2608.09999"),
            id(IdHint::Doi, "10.1000/Test.1"),
        ],
        title: Some(Raw::new("On $\\mathcal{O}(n^2)$ K\\\"ahler tests", Markup::Tex)),
        abstract_text: Some(Raw::new(
            "arXiv:2608.09999v2 Announce Type: replace \nAbstract: We test $x<y$ and\na<b.",
            Markup::Tex,
        )),
        authors: RawAuthors::Arxiv("Ann Test (A University), Bo van der Test Jr.".into()),
        subjects: vec![
            RawSubject { is_arxiv: true, term: "cs.LG".into() },
            RawSubject { is_arxiv: true, term: "math.NA".into() },
        ],
        announce: Some(Announce::Replace),
        announced: Some(RawDate { text: "Wed, 19 Aug 2026 00:00:00 -0400".into(), is_day: true }),
        license: Some("http://creativecommons.org/licenses/by/4.0/".into()),
        comment: Some(Raw::new("12 pages, \\emph{3} figures", Markup::Tex)),
        ..Record::default()
    }
}

#[test]
fn an_arxiv_record_becomes_a_whole_observation() {
    let observation = seen(&arxiv());
    assert_eq!(observation.key.as_str(), "2608.09999");
    assert_eq!(observation.title.text.as_str(), "On O(n²) Kähler tests");
    assert_eq!(observation.title.tex.unwrap().as_str(), "On $\\mathcal{O}(n^2)$ K\\\"ahler tests");
    let body = observation.abstract_text.unwrap();
    assert_eq!(body.text.as_str(), "We test x < y and a<b.");
    assert!(
        body.html.as_str().starts_with("<p>We test <math ")
            && body.html.as_str().ends_with("and a&lt;b.</p>")
    );
    assert_eq!(body.tex.unwrap().as_str(), "We test $x<y$ and a<b.");
    assert_eq!(observation.version, Some(2));
    assert_eq!(observation.announced.unwrap().at.to_rfc3339(), "2026-08-19T04:00:00Z");
    assert_eq!(observation.announced.unwrap().precision, Precision::Day);
    assert_eq!(observation.comment.unwrap().as_str(), "12 pages, 3 figures");
    assert_eq!(observation.language.unwrap().as_str(), "en-US");
    assert_eq!(observation.authors.total, 2);
    let ids: Vec<String> = observation.ids.iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["arxiv:2608.09999", "doi:10.1000/test.1"]);
    let links: Vec<_> = observation.links.iter().map(|link| (link.kind, link.url.to_string())).collect();
    let expected = [
        (LinkKind::Page, "https://arxiv.org/abs/2608.09999"),
        (LinkKind::Pdf, "https://arxiv.org/pdf/2608.09999"),
    ];
    assert_eq!(links, expected.map(|(kind, url)| (kind, url.to_owned())));
}

#[test]
fn plain_text_survives_whole() {
    let text = "x < y and a<b, $\\alpha<\\beta$ & \"c\" <script>alert(1)</script>";
    let mut record = titled(Vec::new());
    record.title = Some(Raw::new(text, Markup::Plain));
    record.abstract_text = Some(Raw::new(text, Markup::Plain));
    let observation = seen(&record);
    assert_eq!(observation.title.text.as_str(), text);
    let body = observation.abstract_text.unwrap();
    assert_eq!(body.text.as_str(), text);
    assert_eq!(
        body.html.as_str(),
        "<p>x &lt; y and a&lt;b, $\\alpha&lt;\\beta$ &amp; &quot;c&quot; &lt;script&gt;alert(1)&lt;/script&gt;</p>"
    );
}

#[test]
fn a_record_without_title_or_key_is_a_problem() {
    let mut record = arxiv();
    record.title = None;
    assert!(tried(&record).unwrap_err().message.contains("title"));
    record.title = Some(Raw::new("<b> </b>", Markup::Html));
    assert_eq!(tried(&record).unwrap_err().place, "2608.09999");
    let mut record = titled(Vec::new());
    record.key = " \u{0} ".into();
    assert!(tried(&record).unwrap_err().message.contains("key"));
    record.ids = vec![id(IdHint::Doi, "10.1000/x1")];
    assert_eq!(seen(&record).key.as_str(), "doi:10.1000/x1");
}

#[test]
fn a_page_is_an_identifier_of_last_resort() {
    let page = id(IdHint::Page, "https://example.org/paper#top");
    let record = titled(vec![page.clone()]);
    assert_eq!(ids(&record), ["page:https://example.org/paper"]);
    let record = titled(vec![page, id(IdHint::Doi, "10.1000/x1")]);
    assert_eq!(ids(&record), ["doi:10.1000/x1"]);
    assert_eq!(seen(&record).links[0].url.as_str(), "https://example.org/paper#top");
}

#[test]
fn identifiers_of_works_that_are_spoken_of_are_left() {
    let record = titled(vec![
        id(IdHint::Doi, "10.1000/x1"),
        id(IdHint::Any, "a comment on doi:10.1000/other and arXiv:2608.09999, arXiv:2608.00001"),
    ]);
    assert_eq!(ids(&record), ["arxiv:2608.09999", "doi:10.1000/x1"]);
    let record =
        titled(vec![id(IdHint::Doi, "10.1000/x1 10.1000/x2"), id(IdHint::Doi, "https://doi.org/10.1000/x3")]);
    assert_eq!(ids(&record), ["doi:10.1000/x1", "doi:10.1000/x2", "doi:10.1000/x3"]);
    let record = titled(vec![
        id(IdHint::Doi, "10.1021/jacsat"),
        id(IdHint::Any, "https://pubs.acs.org/doi/10.1021/jacs.6c01234?af=R"),
    ]);
    assert_eq!(ids(&record), ["doi:10.1021/jacs.6c01234"]);
}

#[test]
fn dates_in_the_future_and_absurd_versions_are_dropped() {
    let mut record = arxiv();
    record.announced = Some(RawDate { text: "2099-01-01".into(), is_day: true });
    record.version = Some(0);
    let observation = seen(&record);
    assert_eq!((observation.announced, observation.version), (None, None));
}

#[test]
fn a_withdrawn_paper_is_told_by_its_words() {
    let with = |title: &str, body: &str, comment: &str| {
        let mut record = titled(Vec::new());
        record.title = Some(Raw::new(title, Markup::Tex));
        record.abstract_text = Some(Raw::new(body, Markup::Tex));
        record.comment = Some(Raw::new(comment, Markup::Tex));
        seen(&record).is_withdrawn
    };
    assert!(with("T", "This paper has been withdrawn by the author due to an error.", ""));
    assert!(with("T", "We test.", "This paper has been withdrawn by the authors"));
    assert!(with("T", "We test.", "arXiv admin note: paper withdrawn because of overlap"));
    assert!(with("WITHDRAWN: A test", "We test.", ""));
    assert!(!with("T", "We study troops that were withdrawn by the author of the treaty.", "12 pages"));
    assert!(!with("T", "Cash withdrawn from machines.", "accepted; a claim in v1 was corrected"));
}

#[test]
fn a_title_loses_the_stamp_of_old_feeds() {
    let mut record = titled(Vec::new());
    record.title = Some(Raw::new("A test of $x$. (arXiv:1805.08804v1 [hep-ex])", Markup::Tex));
    assert_eq!(seen(&record).title.text.as_str(), "A test of x");
}

#[test]
fn a_title_keeps_the_identifier_of_the_paper_that_it_comments_on() {
    let stamped = |own: Option<&str>, title: &str| {
        let mut record = titled(own.map(|own| id(IdHint::Arxiv, own)).into_iter().collect());
        record.title = Some(Raw::new(title, Markup::Tex));
        seen(&record).title.text.as_str().to_owned()
    };
    let (comment, versioned) =
        ("On flags (arXiv:2608.01111 [hep-ph])", "On flags (arXiv:2608.01111v2 [hep-ph])");
    for (own, title, kept) in [
        (None, comment, comment),
        (None, versioned, "On flags"),
        (Some("2608.09999"), comment, comment),
        (Some("2608.09999"), versioned, versioned),
        (Some("2608.01111"), comment, "On flags"),
        (Some("2608.01111v3"), versioned, "On flags"),
        (None, "On flags (arXiv:no number [hep-ph])", "On flags (arXiv:no number [hep-ph])"),
    ] {
        assert_eq!(stamped(own, title), kept, "{own:?}");
    }
}

#[test]
fn a_title_in_html_becomes_plain_text() {
    let mut record = titled(Vec::new());
    record.title = Some(Raw::new("<i>In situ</i> CO<sub>2</sub> at $10^5$ &amp; more", Markup::Html));
    let title = seen(&record).title;
    assert_eq!(title.text.as_str(), "In situ CO₂ at 10⁵ & more");
    assert!(title.tex.is_some());
}

#[test]
fn damaged_text_is_repaired_and_undamaged_text_is_not() {
    let mut record = titled(Vec::new());
    record.title = Some(Raw::new("H_2O: 3.2times faster", Markup::DamagedTex));
    assert_eq!(seen(&record).title.text.as_str(), "H₂O: 3.2× faster");
    record.title = Some(Raw::new("H_2O: 3.2times faster", Markup::Tex));
    assert_eq!(seen(&record).title.text.as_str(), "H_2O: 3.2times faster");
}

#[test]
fn links_of_a_record_are_kept_only_when_safe() {
    let mut record = titled(Vec::new());
    record.links = ["https://example.org/code", "javascript:x", "relative"]
        .map(|href| RawLink { kind: LinkKind::Code, href: href.into() })
        .into();
    assert_eq!(seen(&record).links.len(), 1);
}

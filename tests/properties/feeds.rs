//! Any feed we render is one that independent readers take apart into the same entries, whatever sources wrote.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use offprint::feeds::FeedPage;
use offprint::feeds::TopicHead;
use offprint::feeds::atom;
use offprint::feeds::entry::Entry;
use offprint::feeds::entry::entry;
use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::change::Event;
use offprint::model::external_id::ExternalId;
use offprint::model::format::Format;
use offprint::model::link::Link;
use offprint::model::link::LinkKind;
use offprint::model::link::WebUrl;
use offprint::model::observation::Observation;
use offprint::model::paper::Chosen;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Installation;
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
use offprint::urls::Urls;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::sample::select;

mod formats;

/// What hostile sources write.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]>&lt;!--",
    "&nbsp;&#0;&bogus;",
    "javascript:alert(1)",
    "x\u{0}\u{8}\u{85}\u{FFFD}\u{FFFE}\u{202E}y",
    "<p>a < b & c</p>",
    "<p>open",
    "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"><mi>x</mi></math>",
    "<p>fine</p><p>two</p>",
    "<svg onload='x'/>",
    "a\n\nb\t c",
    "",
];

fn words() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), select(HOSTILE).prop_map(str::to_owned), "[ -~]{0,40}"]
}

fn text() -> impl Strategy<Value = Text> {
    words().prop_map(|words| Text::new(&words))
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (1_500_000_000_000_000_i64..2_000_000_000_000_000).prop_map(Timestamp::from_micros)
}

fn author() -> impl Strategy<Value = Author> {
    let orcid = option::of(prop_oneof![Just("0000-0002-1825-0097".to_owned()), words()]);
    (words(), orcid, vec(text(), 0..3)).prop_map(|(name, orcid, affiliations)| Author {
        name: Text::line(&name),
        family: None,
        given: None,
        orcid: orcid.map(|orcid| Text::line(&orcid)),
        affiliations,
    })
}

fn link() -> impl Strategy<Value = Link> {
    let kinds = [
        LinkKind::Page,
        LinkKind::Pdf,
        LinkKind::Code,
        LinkKind::Project,
        LinkKind::Discussion,
        LinkKind::Thumbnail,
    ];
    let url = words().prop_map(|words| {
        WebUrl::parse(&format!("https://example.org/{words}"))
            .unwrap_or_else(|| WebUrl::parse("https://example.org/?a=1&b='\"<>").unwrap())
    });
    (select(kinds.to_vec()), url).prop_map(|(kind, url)| Link { kind, url })
}

fn subject() -> impl Strategy<Value = Subject> {
    let schemes = vec![SubjectScheme::Arxiv, SubjectScheme::Msc, SubjectScheme::Acm, SubjectScheme::Keyword];
    let term = prop_oneof![Just("cs.LG".to_owned()), words()];
    (select(schemes), term).prop_map(|(scheme, term)| Subject { scheme, term: Text::line(&term) })
}

fn ids() -> impl Strategy<Value = BTreeSet<ExternalId>> {
    let known = ["arxiv:2608.09999", "doi:10.1000/a?b#c<d>&x", "pmid:7", "page:https://example.org/?a&b"];
    proptest::sample::subsequence(known.to_vec(), 0..=known.len())
        .prop_map(|ids| ids.into_iter().filter_map(ExternalId::parse).collect())
}

fn paper() -> impl Strategy<Value = Paper> {
    let body = (words(), option::of((text(), words())), vec(author(), 0..4), any::<u16>());
    let more = (vec(link(), 0..5), vec(subject(), 0..4), ids(), any::<bool>(), option::of(1_u32..9));
    let facts = (option::of(text()), option::of(text()), option::of(text()), option::of(words()));
    (any::<u128>(), instant(), instant(), body, more, facts).prop_map(
        |(random, first_seen, announced, (title, abstract_text, listed, unlisted), more, facts)| {
            let (links, subjects, ids, is_withdrawn, version) = more;
            let (comment, citation, organisation, language) = facts;
            let observation = Observation {
                source: SourceId::parse("arxiv").unwrap(),
                key: Text::line("k"),
                authority: Authority::Repository,
                fetched_at: first_seen,
                ids,
                title: Title { text: Text::line(&title), tex: None },
                earlier: BTreeSet::new(),
                abstract_text: abstract_text.map(|(text, html)| Abstract {
                    text,
                    html: Html::trusted(html),
                    tex: None,
                }),
                authors: Authors {
                    total: u32::try_from(listed.len()).unwrap() + u32::from(unlisted),
                    listed,
                },
                subjects,
                announce: None,
                version,
                announced: Some(Moment { at: announced, precision: Precision::Day }),
                submitted: None,
                revised: None,
                comment,
                venue: None,
                citation,
                license: WebUrl::parse("https://creativecommons.org/licenses/by/4.0/"),
                organisation,
                submitter: None,
                language: language.map(|language| Text::line(&language)),
                links,
                is_withdrawn,
                is_retracted: false,
                role: offprint::model::record::Role::Paper,
            };
            let first = Some(0);
            Paper {
                id: PaperId::mint(random),
                aliases: BTreeMap::new(),
                first_seen,
                observations: vec![observation],
                chosen: Chosen {
                    title: 0,
                    abstract_text: first,
                    authors: first,
                    subjects: first,
                    announced: first,
                    submitted: first,
                    comment: first,
                    venue: first,
                    citation: first,
                    license: first,
                    organisation: first,
                    language: first,
                },
                events: BTreeMap::from([(Event::Withdrawn, first_seen)]),
            }
        },
    )
}

fn urls() -> Urls {
    let created = Timestamp::parse_rfc3339("2026-11-20T08:00:00Z").unwrap();
    let installation = Installation {
        tag_authority: "papers.example.org".to_owned(),
        tag_date: "2026-11-20".to_owned(),
        created,
    };
    Urls::new(url::Url::parse("https://papers.example.org").unwrap(), &installation).unwrap()
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (paper(), instant(), words()).prop_map(|(paper, updated, reason)| {
        let place = TimelineEntry {
            topic: TopicId::parse("peft").unwrap(),
            paper: paper.id.clone(),
            served_as: paper.id.clone(),
            at: updated,
            updated,
            reason,
        };
        entry(&paper, &place, &urls())
    });
    vec(one, 0..5)
}

fn page(format: Format) -> impl Strategy<Value = FeedPage> {
    (entries(), words(), words(), words(), instant()).prop_map(
        move |(entries, title, subtitle, site, created)| {
            let topic = TopicId::parse("peft").unwrap();
            let head = TopicHead { topic: &topic, title: &title, subtitle: &subtitle, created, site: &site };
            FeedPage::topic(&head, entries, format, &urls())
        },
    )
}

/// Every element of the document in order, or the reason why it is not well-formed.
fn elements(bytes: &[u8]) -> Result<Vec<String>, quick_xml::Error> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = quick_xml::Reader::from_str(text);
    let mut names = Vec::new();
    loop {
        match reader.read_event()? {
            quick_xml::events::Event::Eof => return Ok(names),
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute?;
                    let name = attribute.key.as_ref().to_owned();
                    assert!(!name.to_ascii_lowercase().starts_with("on"), "active attribute {name}");
                }
                names.push(tag.name().as_ref().to_owned());
            }
            _other => {}
        }
    }
}

proptest::proptest! {
    #[test]
    fn a_rendered_feed_reads_back_as_the_same_entries(page in page(Format::Atom)) {
        let bytes = atom::render(&page).unwrap();
        assert_eq!(bytes, atom::render(&page.clone()).unwrap(), "rendering twice gives equal bytes");

        let names = elements(&bytes).unwrap();
        let last_head = names.iter().rposition(|name| name == "generator").unwrap();
        let first_entry = names.iter().position(|name| name == "entry").unwrap_or(names.len());
        assert!(last_head < first_entry, "metadata stands before entries");
        let active = ["script", "style", "iframe", "object", "embed", "form", "img", "base"];
        assert!(!names.iter().any(|name| active.contains(&name.as_str())), "{names:?}");

        let atom = atom_syndication::Feed::read_from(bytes.as_slice()).unwrap();
        let other = feed_rs::parser::parse(bytes.as_slice()).unwrap();
        assert_eq!(atom.id, page.id);
        assert_eq!(other.id, page.id);
        assert_eq!(atom.title.value, page.title.as_str());
        assert_eq!(atom.updated.timestamp_micros(), page.updated.micros());
        assert_eq!(atom.entries.len(), page.entries.len());
        assert_eq!(other.entries.len(), page.entries.len());
        let nameless = page.entries.iter().any(|entry| entry.authors.is_empty()) || page.entries.is_empty();
        assert_eq!(atom.authors.len(), usize::from(nameless));

        for ((ours, theirs), others) in page.entries.iter().zip(&atom.entries).zip(&other.entries) {
            let names: Vec<_> = ours.authors.iter().map(|person| person.name.as_str()).collect();
            let their_names: Vec<_> = theirs.authors.iter().map(|person| person.name.as_str()).collect();
            let other_names: Vec<_> = others.authors.iter().filter_map(|person| person.name.as_deref()).collect();
            assert_eq!(theirs.id, ours.id);
            assert_eq!(others.id, ours.id);
            assert_eq!(theirs.title.value, ours.title.as_str());
            assert_eq!(others.title.as_ref().unwrap().content, ours.title.as_str());
            assert_eq!(their_names, names);
            assert_eq!(other_names, names);
            assert_eq!(theirs.updated.timestamp_micros(), ours.updated.micros());
            assert_eq!(others.updated.unwrap().timestamp_micros(), ours.updated.micros());
            assert_eq!(theirs.published.unwrap().timestamp_micros(), ours.published.micros());
            assert_eq!(others.published.unwrap().timestamp_micros(), ours.published.micros());
            let summary = theirs.summary.as_ref().map(|summary| summary.value.as_str());
            assert_eq!(summary, ours.summary.as_ref().map(Text::as_str));
            let alternates = theirs.links.iter().filter(|link| link.rel == "alternate").count();
            assert_eq!(alternates, 1);
            assert!(theirs.links.iter().all(|link| link.href.starts_with("http")));
        }
    }
}

#[test]
fn an_empty_feed_is_whole_and_as_old_as_its_topic() {
    let topic = TopicId::parse("peft").unwrap();
    let created = Timestamp::from_seconds(1_790_000_000);
    let head = TopicHead { topic: &topic, title: "PEFT", subtitle: "", created, site: "" };
    let bytes = atom::render(&FeedPage::topic(&head, Vec::new(), Format::Atom, &urls())).unwrap();
    let feed = atom_syndication::Feed::read_from(bytes.as_slice()).unwrap();
    assert_eq!(feed.updated.timestamp_micros(), created.micros());
    assert_eq!(feed.authors[0].name, "papers.example.org");
    assert_eq!(feed.subtitle, None);
    assert_eq!(feed.lang.as_deref(), Some("en"));
}

fn sample() -> Entry {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = vec(entries(), 4);
    let tree = strategy.new_tree(&mut runner).unwrap();
    proptest::strategy::ValueTree::current(&tree).into_iter().flatten().next().unwrap()
}

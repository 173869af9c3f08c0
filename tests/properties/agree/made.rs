//! Random papers and random queries that often meet: few words, many forms of them, names in every printed variant.

use chrono::NaiveDate;
use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::beside::Beside;
use offprint::model::external_id::ExternalId;
use offprint::model::link::Link;
use offprint::model::link::LinkKind;
use offprint::model::link::WebUrl;
use offprint::model::paper::Paper;
use offprint::model::record::Announce;
use offprint::model::signal::Signal;
use offprint::model::signal::SignalKind;
use offprint::model::subject::Subject;
use offprint::model::subject::SubjectScheme;
use offprint::model::text::Abstract;
use offprint::model::text::Html;
use offprint::model::text::Text;
use offprint::model::time::Moment;
use offprint::model::time::Timestamp;
use offprint::model::topic::Revisions;
use offprint::model::topic::TopicId;
use offprint::query::Query;
use offprint::query::ast::AuthorPattern;
use offprint::query::ast::Clause;
use offprint::query::ast::Comparison;
use offprint::query::ast::Node;
use offprint::query::ast::Pattern;
use offprint::query::ast::Property;
use offprint::query::ast::TextField;
use offprint::query::ast::ValueField;
use offprint::query::dates::DateRange;
use offprint::query::dates::Day;
use offprint::query::regex::TextRegex;
use offprint::query::words;
use offprint::topics::Topic;
use offprint::topics::Window;
use proptest::prelude::*;

use crate::support::stored;

/// What stands beside a paper; every other one is picked.
pub(crate) fn beside(paper: &Paper, signals: &[Signal]) -> Beside {
    Beside { signals: signals.to_vec(), is_picked: paper.first_seen.seconds() % 2 == 0 }
}

/// A query as a topic.
pub(crate) fn topic((place, query): (usize, &Query)) -> Topic {
    Topic {
        id: TopicId::parse(&format!("topic-{place}")).unwrap(),
        title: String::new(),
        description: None,
        query: Some(query.clone()),
        ranked: None,
        revisions: Revisions::default(),
        window: Window::default(),
    }
}

/// The present time of all queries.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_786_000_000);

const WORDS: &[&str] = &[
    "graph",
    "graphs",
    "graphing",
    "low",
    "rank",
    "ranking",
    "low-rank",
    "adapter",
    "adapters",
    "learned",
    "learning",
    "learns",
    "a",
    "the",
    "of",
    "Zoë",
    "naïve",
    "α",
    "alpha",
    "C++",
    "c",
    "x²",
    "图神经",
    "神",
    "GPT-4",
    "don’t",
    "test",
    "tests",
    "LeCun",
    "van",
    "der",
];

const NAMES: &[&str] = &[
    "Yann LeCun",
    "Y. LeCun",
    "Yann A. LeCun",
    "LeCun",
    "Anna LeCun",
    "Bo van der Test Jr.",
    "Bo van der Test",
    "Bo Vandertest",
    "B. v. d. Test",
    "Test Jr",
    "Jun-Yan Zhu",
    "Junyan Zhu",
    "Jun Yan Zhu",
    "J. Zhu",
    "Zhu",
    "Yan Zhu",
    "Zoë Müller",
    "Graph Learning",
    "The Low Rank Collaboration",
    "III",
    "Henry Ford III",
    "李 明",
];

/// What the query asks for besides; what words begin with.
const STARTS: &[&str] =
    &["gr", "graph", "lo", "l", "ran", "rank", "adapt", "learn", "te", "zo", "", "图", "xyz", "le"];

const REGEXES: &[&str] =
    &["gra+ph", "GPT-?4", "low.rank", "^the", "Zoë", "(?-i)LeCun$", "x²|c\\+\\+", "[xyz]{9}"];

const CATEGORIES: &[&str] = &["cs.LG", "cs.CL", "cs.cv", "math.CO", "hep-th", "stat.ML"];

const LANGUAGES: &[&str] = &["en", "en-GB", "de"];

fn words(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..most).prop_map(|words| words.join(" "))
}

fn text(most: usize) -> impl Strategy<Value = Option<Text>> {
    prop::option::of(words(most).prop_map(|text| Text::line(&text)))
}

fn authors() -> impl Strategy<Value = Vec<Author>> {
    let author = prop::sample::select(NAMES).prop_map(|name| Author {
        name: Text::line(name),
        family: None,
        given: None,
        orcid: None,
        affiliations: Vec::new(),
    });
    prop::collection::vec(author, 0..4)
}

type Texts = (String, String, Option<Text>, Option<Text>, Option<Text>, Option<Text>, Option<Text>);

fn texts() -> impl Strategy<Value = Texts> {
    (words(7), words(14), text(5), text(4), text(4), text(4), text(3))
}

fn subjects() -> impl Strategy<Value = Vec<Subject>> {
    let arxiv = prop::sample::select(CATEGORIES)
        .prop_map(|term| Subject { scheme: SubjectScheme::Arxiv, term: Text::line(term) });
    let keyword = prop::sample::select(WORDS)
        .prop_map(|term| Subject { scheme: SubjectScheme::Keyword, term: Text::line(term) });
    prop::collection::vec(prop_oneof![3 => arxiv, 1 => keyword], 0..4)
}

fn signals() -> impl Strategy<Value = Vec<Signal>> {
    let signal = (prop::sample::select(SignalKind::ALL.to_vec()), prop_oneof![0..5_u64, Just(u64::MAX)])
        .prop_map(|(kind, value)| Signal { kind, value, at: NOW });
    prop::collection::vec(signal, 0..4)
}

/// Paper `number`, and the readings of its counters.
pub(crate) fn paper(number: u64) -> impl Strategy<Value = (Paper, Vec<Signal>)> {
    let announce = prop::sample::select(vec![
        None,
        Some(Announce::New),
        Some(Announce::Cross),
        Some(Announce::Replace),
        Some(Announce::ReplaceCross),
    ]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let details = (announce, flags, prop::option::of(-12..3_i64), prop::option::of(0..3_usize), 0..50_i64);
    (texts(), authors(), subjects(), signals(), details).prop_map(
        move |(texts, names, subjects, signals, details)| {
            let mut paper = stored::paper(number);
            let (title, abstract_text, comment, venue, citation, organisation, submitter) = texts;
            let (announce, (code, doi, withdrawn, retracted, has_license), day, language, seen) = details;
            paper.first_seen = Timestamp::from_seconds(NOW.seconds() - seen * 40_000);
            let chosen = &mut paper.chosen;
            let first = Some(0);
            (chosen.abstract_text, chosen.authors, chosen.subjects, chosen.announced) =
                (first, first, first, first);
            (chosen.comment, chosen.venue, chosen.citation, chosen.organisation) =
                (first, first, first, first);
            (chosen.license, chosen.language) = (first, first);
            let observation = &mut paper.observations[0];
            observation.title.text = Text::line(&title);
            observation.abstract_text = (!abstract_text.is_empty()).then(|| Abstract {
                text: Text::new(&abstract_text),
                html: Html::default(),
                tex: None,
            });
            observation.authors = Authors { listed: names, total: 4 };
            observation.subjects = subjects;
            observation.announce = announce;
            observation.announced = day.map(|day| Moment::on(NOW.day() + chrono::TimeDelta::days(day)));
            (observation.comment, observation.venue, observation.citation) = (comment, venue, citation);
            (observation.organisation, observation.submitter) = (organisation, submitter);
            observation.language = language.map(|language| Text::line(LANGUAGES[language]));
            observation.license = has_license
                .then(|| WebUrl::parse("https://creativecommons.org/licenses/by-nc/4.0/").unwrap());
            (observation.is_withdrawn, observation.is_retracted) = (withdrawn, retracted);
            observation.ids = [stored::arxiv(number)].into();
            if doi {
                observation.ids.insert(ExternalId::parse(&format!("doi:10.1000/x.{number}")).unwrap());
            }
            if code {
                let url = WebUrl::parse("https://code.example/x").unwrap();
                observation.links.push(Link { kind: LinkKind::Code, url });
            }
            paper.observations.truncate(1 + usize::try_from(number % 2).unwrap());
            if let Some(second) = paper.observations.get_mut(1) {
                second.announce = None;
            }
            (paper, signals)
        },
    )
}

fn folded() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(|word| words::fold(word).swap_remove(0))
}

fn start() -> impl Strategy<Value = String> {
    prop::sample::select(STARTS).prop_map(str::to_owned)
}

fn field() -> impl Strategy<Value = TextField> {
    prop::sample::select(vec![
        TextField::Anywhere,
        TextField::Anywhere,
        TextField::Anywhere,
        TextField::Title,
        TextField::Abstract,
        TextField::Comment,
        TextField::Venue,
        TextField::Organisation,
        TextField::Submitter,
        TextField::Names,
    ])
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let phrase = |least| prop::collection::vec(folded(), least..4);
    let name = prop::sample::select(NAMES).prop_map(words::fold);
    prop_oneof![
        4 => folded().prop_map(Pattern::Word),
        2 => folded().prop_map(Pattern::Exact),
        2 => start().prop_map(Pattern::Prefix),
        4 => phrase(2).prop_map(|words| Pattern::Phrase { words, last: None, slop: 0 }),
        2 => name.prop_map(|words| Pattern::Phrase { words, last: None, slop: 0 }),
        3 => (phrase(1), start()).prop_map(|(words, last)| Pattern::Phrase { words, last: Some(last), slop: 0 }),
        4 => (phrase(2), prop::sample::select(vec![1, 2, 3, 5, 98, 99, 100, 101]))
            .prop_map(|(words, slop)| Pattern::Phrase { words, last: None, slop }),
        1 => prop::sample::select(REGEXES).prop_map(|text| Pattern::Regex(TextRegex::parse(text).unwrap())),
    ]
}

fn author() -> impl Strategy<Value = AuthorPattern> {
    prop_oneof![
        4 => prop::sample::select(NAMES).prop_map(|name| AuthorPattern::Name(words::fold(name))),
        1 => start().prop_map(AuthorPattern::Prefix),
    ]
}

fn value() -> impl Strategy<Value = Clause> {
    prop::sample::select(vec![
        (ValueField::Category, "cs.lg"),
        (ValueField::Category, "cs"),
        (ValueField::Category, "cs.*"),
        (ValueField::Category, "math*"),
        (ValueField::Category, "graph"),
        (ValueField::Category, "*"),
        (ValueField::Id, "arxiv:2608.00001"),
        (ValueField::Id, "2608.0000*"),
        (ValueField::Doi, "10.1000/x.3"),
        (ValueField::Doi, "10.1000/*"),
        (ValueField::Source, "hf-daily"),
        (ValueField::Source, "hf*"),
        (ValueField::Source, "none"),
        (ValueField::License, "by-nc"),
        (ValueField::License, "by*"),
        (ValueField::Language, "en"),
        (ValueField::Language, "en-gb"),
        (ValueField::Language, "d*"),
    ])
    .prop_map(|(field, pattern)| Clause::Value { field, pattern: pattern.to_owned() })
}

fn date() -> impl Strategy<Value = DateRange> {
    let day = || {
        prop::option::of(prop_oneof![
            (-14..4_i64).prop_map(|day| Day::On(NOW.day() + chrono::TimeDelta::days(day))),
            (0..14_u32).prop_map(Day::Ago),
            Just(Day::On(NaiveDate::MIN)),
            Just(Day::On(NaiveDate::MAX)),
        ])
    };
    (day(), day()).prop_map(|(from, to)| DateRange { from, to })
}

fn clause() -> impl Strategy<Value = Clause> {
    use Comparison as C;
    let comparison = prop::sample::select(vec![C::Equal, C::More, C::AtLeast, C::Less, C::AtMost]);
    let number = prop_oneof![4 => 0..5_u64, 1 => Just(u64::MAX)];
    prop_oneof![
        12 => (field(), pattern()).prop_map(|(field, pattern)| Clause::Text { field, pattern }),
        4 => author().prop_map(Clause::Author),
        3 => value(),
        1 => prop::sample::select(vec![Announce::New, Announce::Cross, Announce::Replace, Announce::ReplaceCross])
            .prop_map(Clause::Type),
        1 => prop::sample::select(vec![
            Property::Code, Property::Doi, Property::Abstract, Property::Withdrawn, Property::Retracted,
            Property::Picked,
        ])
        .prop_map(Clause::Has),
        2 => (prop::sample::select(SignalKind::ALL.to_vec()), comparison, number)
            .prop_map(|(signal, comparison, value)| Clause::Number { signal, comparison, value }),
        2 => date().prop_map(Clause::Date),
    ]
}

/// Any query.
pub(crate) fn query() -> impl Strategy<Value = Query> {
    let leaf = || clause().prop_map(Node::Clause);
    let node = leaf().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(Node::And),
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Node::Or),
            2 => inner.prop_map(|inner| Node::Not(Box::new(inner))),
        ]
    });
    prop_oneof![leaf(), node].prop_map(Query::of)
}

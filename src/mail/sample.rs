//! Invented papers and letters for the tests.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::mail::address::Address;
use crate::mail::compose::Posting;
use crate::mail::compose::Stationery;
use crate::mail::view::Confirmation;
use crate::mail::view::Footer;
use crate::mail::view::Issue;
use crate::mail::view::Item;
use crate::mail::view::Section;
use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::curation::Note;
use crate::model::external_id::ExternalId;
use crate::model::link::Link;
use crate::model::link::LinkKind;
use crate::model::link::WebUrl;
use crate::model::observation::Observation;
use crate::model::paper::Chosen;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Installation;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::source::Authority;
use crate::model::source::SourceId;
use crate::model::subject::Subject;
use crate::model::subject::SubjectScheme;
use crate::model::text::Abstract;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::model::time::Moment;
use crate::model::time::Timestamp;
use crate::urls::Urls;

pub(super) const HOSTILE: &str =
    "Evil\r\nBcc: bob@example.org\r\n\r\n<script>alert(1)</script>\u{0}\u{202E}\"'><img src=x>";

pub(super) fn at() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-03T05:00:00Z").unwrap()
}

pub(super) fn urls() -> Urls {
    let installation = Installation {
        created: at(),
        tag_authority: "example.org".to_owned(),
        tag_date: "2026-08-03".to_owned(),
    };
    Urls::new("https://papers.example.org/".parse().unwrap(), &installation).unwrap()
}

pub(super) fn stationery() -> Stationery {
    Stationery {
        site: Text::line("Reading Room"),
        from: Address::parse("papers@example.org").unwrap(),
        host: "papers.example.org".to_owned(),
        postal: Text::line("Reading Room, 1 Library Lane, Exampleton"),
        bounces: Some(Address::parse("bounce@papers.example.org").unwrap()),
        dkim: None,
    }
}

pub(super) fn posting() -> Posting {
    Posting { to: Address::parse("ann@example.com").unwrap(), id: "0123456789abcdef-7".to_owned(), at: at() }
}

pub(super) fn footer() -> Footer {
    Footer {
        unsubscribe: "https://papers.example.org/unsubscribe/0123456789abcdef.q1w2e3r4t5".to_owned(),
        preferences: "https://papers.example.org/preferences/0123456789abcdef.q1w2e3r4t5".to_owned(),
        topics: "https://papers.example.org/topics".to_owned(),
    }
}

pub(super) fn confirmation() -> Confirmation {
    Confirmation {
        confirm: "https://papers.example.org/confirm/0123456789abcdef.1.q1w2e3r4t5y6u7i8o9p0".to_owned(),
        topics: vec!["Parameter-efficient fine-tuning".to_owned(), "Trending".to_owned()],
        cadence: "every Monday at 07:00 (Europe/Zurich)".to_owned(),
        hours: 48,
    }
}

pub(super) fn paper(number: u64, title: &str, abstract_text: &str, names: &[&str]) -> Paper {
    let url = |text: &str| WebUrl::parse(text).unwrap();
    let author = |name: &&str| Author {
        name: Text::line(name),
        family: None,
        given: None,
        orcid: None,
        affiliations: Vec::new(),
    };
    let mut ids = BTreeSet::from([ExternalId::parse(&format!("arxiv:2608.{number:05}")).unwrap()]);
    let mut links = vec![
        Link { kind: LinkKind::Pdf, url: url(&format!("https://arxiv.org/pdf/2608.{number:05}")) },
        Link { kind: LinkKind::Code, url: url("https://github.com/example/flags") },
    ];
    if number.is_multiple_of(2) {
        ids.insert(ExternalId::parse(&format!("doi:10.1000/flags.{number}")).unwrap());
        links.pop();
    }
    let observation = Observation {
        source: SourceId::parse("arxiv").unwrap(),
        key: Text::line(&number.to_string()),
        authority: Authority::Repository,
        fetched_at: at(),
        ids,
        title: Title { text: Text::line(title), tex: None },
        earlier: BTreeSet::new(),
        abstract_text: Some(Abstract { text: Text::new(abstract_text), html: Html::default(), tex: None }),
        authors: Authors {
            listed: names.iter().map(author).collect(),
            total: u32::try_from(names.len()).unwrap(),
        },
        subjects: vec![Subject { scheme: SubjectScheme::Arxiv, term: Text::line("cs.LG") }],
        announce: None,
        version: Some(1),
        announced: Some(Moment::on(at().day())),
        submitted: None,
        revised: None,
        comment: None,
        venue: number.is_multiple_of(2).then(|| Text::line("Transactions on Machine Learning Research")),
        citation: None,
        license: None,
        organisation: None,
        submitter: None,
        language: None,
        links,
        is_withdrawn: false,
        is_retracted: false,
        role: crate::model::record::Role::default(),
    };
    let chosen = Chosen {
        abstract_text: Some(0),
        authors: Some(0),
        subjects: Some(0),
        announced: Some(0),
        venue: Some(0),
        ..Chosen::default()
    };
    Paper {
        id: PaperId::mint(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C)),
        aliases: BTreeMap::new(),
        first_seen: at(),
        observations: vec![observation],
        chosen,
        events: BTreeMap::new(),
    }
}

pub(super) fn signals() -> Vec<Signal> {
    let signal = |kind, value| Signal { kind, value, at: at() };
    vec![signal(SignalKind::Votes, 41), signal(SignalKind::Stars, 1_204)]
}

const RANK: &str = "We revisit low-rank adaptation of large language models and show that updates of rank r ≪ min(d, k) \
    suffice: with 0.1 % of the parameters we reach 99.2 % of the quality of full fine-tuning on eleven tasks, and we prove that \
    the error is O(‖ΔW‖ₙᵤ꜀/√r). The method needs no change of the optimiser, adds no latency once merged, and halves the memory \
    of training. Code and all checkpoints are released.";

const FLAGS: &str = "Counting flags in a graph is the first step of many algorithms. We give one that needs O(n²) time for \
    α < ½, and show under a common assumption that no other is faster by more than log n.";

pub(super) fn items() -> Vec<Item> {
    let urls = urls();
    let names = [
        "Ada Example",
        "Bo van der Test Jr.",
        "Chidi Ekwueme",
        "Dana Łukasiewicz",
        "Eva Muster",
        "Farid Test",
    ];
    let first = paper(1, "Low-Rank Adaptation, Revisited: When ΔW ∈ ℝᵈˣᵏ Is Enough", RANK, &names);
    let second = paper(2, "Counting Flags in O(n²) Time", FLAGS, &names[1..3]);
    let third = paper(
        3,
        "低秩适应的重新审视：少量参数也足够了",
        "我们展示了一种新的方法，它只训练少量参数。实验表明它在十一个任务上与全参数微调相当。",
        &["王小明"],
    );
    let fourth =
        paper(4, "تكييف منخفض الرتبة لنماذج اللغة", "نعيد النظر في التكييف منخفض الرتبة.", &["سارة مثال"]);
    let note = Note::new("The *clearest* account so far; read section 4 first.\n\nCompare [the original](https://example.org/lora).").unwrap();
    vec![
        Item::new(
            &first,
            &signals(),
            Some(&note),
            Some("phrase \"low-rank adaptation\" in the title".to_owned()),
            None,
            &urls,
        ),
        Item::new(&second, &[], None, Some("like 2 of 3 examples; score 0.81".to_owned()), None, &urls),
        Item::new(
            &third,
            &signals(),
            None,
            None,
            Some("score 0.74: votes 0.41, stars 0.33".to_owned()),
            &urls,
        ),
        Item::new(&fourth, &[], None, None, None, &urls),
    ]
}

pub(super) fn issue() -> Issue {
    let mut items = items();
    let second = items.split_off(2);
    Issue {
        title: "Papers of the day".to_owned(),
        period: "Monday, 3 August 2026".to_owned(),
        home: "https://papers.example.org/".to_owned(),
        sections: vec![
            Section {
                title: "Parameter-efficient fine-tuning".to_owned(),
                why: "You follow this topic.".to_owned(),
                url: "https://papers.example.org/topics/peft".to_owned(),
                items,
                left_out: 0,
            },
            Section {
                title: "Trending".to_owned(),
                why: "What people talked about since Sunday.".to_owned(),
                url: "https://papers.example.org/trending".to_owned(),
                items: second,
                left_out: 12,
            },
        ],
        empty: None,
    }
}

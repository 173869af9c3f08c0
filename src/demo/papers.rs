//! About two hundred invented papers over two weeks: the same for the same last day. Pure.
//!
//! Among them are formulas, accents in TeX, revisions, a withdrawn paper, papers that two sources report and one that
//! a journal reports under its DOI.

use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::Weekday;

/// How many days the demonstration looks back.
pub const DAYS: u64 = 14;

/// New papers on each announcement day.
const PAPERS_A_DAY: usize = 20;

/// An invented paper as arXiv would hold it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InventedPaper {
    /// Its arXiv identifier.
    pub arxiv: String,
    /// Its title in TeX.
    pub title: String,
    /// Its abstract in TeX.
    pub abstract_text: String,
    /// Its authors with affiliations, as arXiv joins them.
    pub creators: Vec<String>,
    /// Its categories, the primary one first.
    pub categories: Vec<&'static str>,
    /// The day of its announcement.
    pub day: NaiveDate,
    /// The days on which its later versions were announced: the first is version 2.
    pub revised: Vec<NaiveDate>,
    /// Whether its last version withdraws it.
    pub is_withdrawn: bool,
    /// The day on which the daily list shows it, if it does.
    pub listed: Option<NaiveDate>,
    /// Its votes on that day; they grow afterwards.
    pub votes: u64,
    /// Its code, if any.
    pub code: Option<String>,
    /// The institution that presents it on the daily list.
    pub organisation: &'static str,
    /// Its DOI in the journal, if that published it.
    pub doi: Option<String>,
}

/// A subject to invent papers about: what is done, to what, in which categories.
#[derive(Clone, Copy)]
struct Theme {
    doing: &'static [&'static str],
    to: &'static [&'static str],
    categories: &'static [&'static str],
    formula: &'static str,
}

const THEMES: &[Theme] = &[
    Theme {
        doing: &[
            "Low-Rank Adaptation",
            "LoRA Adapters",
            "Parameter-Efficient Fine-Tuning",
            "Adapter Routing",
        ],
        to: &[
            "Sparse Gardens",
            "Long-Context Language Models",
            "$k$-Expert Mixtures",
            "Small Language Models",
        ],
        categories: &["cs.LG", "cs.CL"],
        formula: r"$W = W_0 + \frac{\alpha}{r} B A$ with $B \in \mathbb{R}^{d \times r}$ and $r \ll d$",
    },
    Theme {
        doing: &["Reasoning with Process Rewards", "Chain-of-Thought Distillation", "Verifier-Guided Search"],
        to: &["Competition Mathematics", "Formal Proofs", "Program Synthesis", "Multi-Step Planning"],
        categories: &["cs.AI", "cs.LG"],
        formula: r"$\nabla_\theta J(\theta) = \mathbb{E}_{\tau \sim \pi_\theta}\left[\sum_t A_t \nabla_\theta \log \pi_\theta(a_t \mid s_t)\right]$",
    },
    Theme {
        doing: &["Diffusion Bridges", "Flow Matching", "Consistency Distillation", "Score Smoothing"],
        to: &["Text-to-Image Generation", "Video Synthesis", "3D Scene Completion", "Protein Backbones"],
        categories: &["cs.CV", "cs.LG"],
        formula: r"$\mathcal{L} = \mathbb{E}_{t, x_0, \epsilon}\left[\lVert \epsilon - \epsilon_\theta(x_t, t) \rVert_2^2\right]$",
    },
    Theme {
        doing: &["Retrieval-Augmented Generation", "Dense Retrieval", "Citation-Aware Reranking"],
        to: &["Scientific Literature", "Low-Resource Languages", "Legal Archives", "Multi-Hop Questions"],
        categories: &["cs.IR", "cs.CL"],
        formula: r"$p(y \mid x) = \sum_{z} p_\eta(z \mid x)\, p_\theta(y \mid x, z)$",
    },
    Theme {
        doing: &["Sparse Autoencoders", "Circuit Tracing", "Probing Classifiers", "Causal Abstraction"],
        to: &["Attention Heads", "Induction Circuits", "Multilingual Features", "Refusal Directions"],
        categories: &["cs.LG", "cs.AI"],
        formula: r"$\lVert x - \hat{x} \rVert_2^2 + \lambda \lVert f(x) \rVert_1$",
    },
    Theme {
        doing: &["Quantization-Aware Training", "Speculative Decoding", "KV-Cache Pruning"],
        to: &["Edge Devices", "Mixture-of-Experts Serving", "Long-Context Inference", "State-Space Models"],
        categories: &["cs.LG", "cs.DC"],
        formula: r"in $O(n \log n)$ time, 2.5$\times$ faster with at most $0.3\%$ loss",
    },
    Theme {
        doing: &["Vision-Language-Action Policies", "Imitation Learning", "World Models"],
        to: &["Dexterous Manipulation", "Legged Robots", "Kitchen Tasks", "Autonomous Driving"],
        categories: &["cs.RO", "cs.AI"],
        formula: r"$V^\ast(s) = \max_a \left[ r(s, a) + \gamma \sum_{s'} P(s' \mid s, a) V^\ast(s') \right]$",
    },
    Theme {
        doing: &["A Benchmark for Tool Use", "Evaluating Agents", "Contamination Tests"],
        to: &["Web Navigation", "Software Repair", "Spreadsheet Work", "Laboratory Protocols"],
        categories: &["cs.AI", "cs.SE"],
        formula: r"$\kappa = \frac{p_o - p_e}{1 - p_e} \geq 0.81$ between raters",
    },
];

const GIVEN: &[&str] = &[
    "Ann A.", "Bo", "Chidi", "Dana", r#"Zo\"e"#, r"Andr\'e", "Jun-Yan", "Mei", "Olu", "Priya", "Quentin",
    "Rosa",
];

const FAMILY: &[&str] = &[
    "Example",
    "van der Test",
    r#"M\"uller"#,
    "Okafor",
    "Lindqvist",
    r"Garc\'ia",
    "Tanaka",
    "Le Page",
    "Novak",
    "Ito",
    "Haddad",
    r"\v{S}ime\v{c}ek",
];

const PLACES: &[&str] =
    &["Institute of Gardens", "University of Fairwater", "Example Lab", "Northern Polytechnic"];

/// The papers of the two weeks that end with `today`, oldest first.
pub fn invent(today: NaiveDate) -> Vec<InventedPaper> {
    let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
    let days: Vec<NaiveDate> =
        first.iter_days().take_while(|day| *day <= today).filter(is_announcement_day).collect();
    let mut papers = Vec::new();
    for (place, day) in days.iter().enumerate() {
        for number in 0..PAPERS_A_DAY {
            papers.push(one(
                place * PAPERS_A_DAY + number,
                *day,
                days.get(place + 1..).unwrap_or_default(),
                today,
            ));
        }
    }
    papers
}

/// Whether arXiv announces on that day: Monday to Friday.
pub fn is_announcement_day(day: &NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn one(number: usize, day: NaiveDate, later: &[NaiveDate], today: NaiveDate) -> InventedPaper {
    let mut dice = fastrand::Rng::with_seed(u64::try_from(number).unwrap_or(0) + 7);
    let theme = pick(THEMES, number);
    let (doing, to) = (pick(theme.doing, dice.usize(..)), pick(theme.to, dice.usize(..)));
    let ending = pick(
        &["", ", Revisited", ": A Closer Look", " at Scale", " under Drift", " without Labels"],
        dice.usize(..),
    );
    let is_withdrawn = number % 67 == 30;
    let revised =
        if number % 9 == 4 || is_withdrawn { later.iter().take(1).copied().collect() } else { Vec::new() };
    let listed = (number % 3 == 1)
        .then(|| day.checked_add_days(Days::new(1 + u64::from(dice.u8(0..2)))))
        .flatten()
        .filter(|listed| *listed <= today);
    let creators = (0..dice.usize(1..6)).map(|_| {
        let name = format!("{} {}", pick(GIVEN, dice.usize(..)), pick(FAMILY, dice.usize(..)));
        if dice.u8(0..4) == 0 { format!("{name} ({})", pick(PLACES, dice.usize(..))) } else { name }
    });
    let creators = creators.collect();
    let gain = dice.u8(11..49);
    let abstract_text = format!(
        "We study {} for {}. Our method optimises {} and needs no labels. On three benchmarks it is {}.{}$\\times$ \
         faster than the strongest baseline and improves accuracy by {gain}\\%, while training only $10^{{-3}}$ of the \
         weights. We prove that the error decays as $\\mathcal{{O}}(1/\\sqrt{{n}})$ and release code and data.",
        doing.to_lowercase(),
        if to.contains('$') { to.to_owned() } else { to.to_lowercase() },
        theme.formula,
        dice.u8(1..6),
        dice.u8(0..10),
    );
    let slug = format!("flags-{number}");
    InventedPaper {
        arxiv: format!("{:02}{:02}.{:05}", day.year() % 100, day.month(), 90_000 + number),
        title: format!("{doing} for {to}{ending}"),
        abstract_text,
        creators,
        categories: theme.categories.to_vec(),
        day,
        revised,
        is_withdrawn,
        listed,
        votes: u64::from(dice.u8(1..60)),
        code: (dice.u8(0..2) == 0).then(|| format!("https://github.com/example-lab/{slug}")),
        organisation: pick(PLACES, dice.usize(..)),
        doi: (number % 25 == 3).then(|| format!("10.5555/flags.2026.{number}")),
    }
}

fn pick<T: Copy>(list: &[T], number: usize) -> T {
    #[expect(
        clippy::indexing_slicing,
        reason = "the lists above are not empty, and the index is taken modulo their length"
    )]
    list[number % list.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_weeks_hold_about_two_hundred_papers_with_every_feature() {
        let papers = invent(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        assert!((180..=240).contains(&papers.len()), "{}", papers.len());
        assert!(papers.iter().any(|paper| paper.is_withdrawn && !paper.revised.is_empty()));
        assert!(papers.iter().any(|paper| !paper.is_withdrawn && !paper.revised.is_empty()));
        assert!(papers.iter().any(|paper| paper.listed.is_some()));
        assert!(papers.iter().any(|paper| paper.doi.is_some()));
    }

    #[test]
    fn the_same_day_gives_the_same_papers() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        assert_eq!(invent(today), invent(today));
    }
}

//! What is found, as it is printed and served: plain values with names that stay.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::paper::Paper;

/// One paper found.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// Our identifier.
    pub paper: String,
    /// The best of its outside identifiers.
    pub known_as: Option<String>,
    /// Its title.
    pub title: String,
    /// Its first authors.
    pub authors: String,
    /// The day of its announcement.
    pub published: String,
    /// Why it is here.
    pub reason: String,
    /// How well it matches, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// A stretch of its abstract; what was looked for stands between `**`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
}

impl Hit {
    /// A paper and why it is here.
    pub fn of(paper: &Paper, reason: String) -> Self {
        Self {
            paper: paper.id.to_string(),
            known_as: paper.ids().first().map(ToString::to_string),
            title: paper.title().text.to_string(),
            authors: authors(paper, 3),
            published: paper.published().day().to_string(),
            reason,
            ..Self::default()
        }
    }
}

/// The first authors of a paper, and how many more there are.
pub fn authors(paper: &Paper, most: usize) -> String {
    let Some(authors) = paper.authors() else { return String::new() };
    let names: Vec<&str> = authors.listed.iter().take(most).map(|author| author.name.as_str()).collect();
    let shown = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let more = authors.total.saturating_sub(shown);
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}

/// How many of the papers found share something.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct FacetRows {
    /// arXiv categories.
    pub categories: Vec<(String, u64)>,
    /// Years of announcement.
    pub years: Vec<(String, u64)>,
    /// Sources that reported them.
    pub sources: Vec<(String, u64)>,
}

/// What a search found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchRows {
    /// The papers, in the order that was asked for.
    pub hits: Vec<Hit>,
    /// How many match in all.
    pub total: u64,
    /// What all of them share.
    #[serde(default)]
    pub facets: FacetRows,
}

/// What a topic would show.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TrialRows {
    /// What was tried, in words.
    pub topic: String,
    /// How many days back.
    pub days: u32,
    /// How many papers it would have shown.
    pub total: u64,
    /// The newest of them.
    pub hits: Vec<Hit>,
    /// How many on each day, the oldest first.
    pub per_day: Vec<(String, u64)>,
    /// What it would nearly have shown, the nearest first.
    pub near: Vec<Hit>,
    /// The score that suffices, where scores decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// Against what the topic shows now: papers that would enter.
    pub entering: Vec<Hit>,
    /// And papers that would leave.
    pub leaving: Vec<Hit>,
    /// Whether it was compared with what is live.
    pub is_compared: bool,
    /// What it had to do without.
    pub notes: Vec<String>,
}

/// Why a paper is in a topic or not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExplainRows {
    /// The topic.
    pub topic: String,
    /// The paper.
    pub paper: Hit,
    /// Whether it is in the topic now.
    pub is_in: bool,
    /// The verdict in a sentence.
    pub verdict: String,
    /// Each condition of the query, and whether it holds.
    pub conditions: Vec<ConditionRow>,
    /// What its score says, where the topic is ranked.
    pub score: Option<ScoreRow>,
}

/// How a mark moved the ranking of a topic.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RankingRows {
    /// How many papers were compared: the newest of the topic, and the marked one.
    pub compared: u64,
    /// The marked paper.
    pub marked: Option<RankedRow>,
    /// The first papers as they stand now.
    pub first: Vec<RankedRow>,
    /// Those that moved furthest besides.
    pub moved: Vec<RankedRow>,
}

/// A paper's place before and after a mark.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RankedRow {
    /// Our identifier.
    pub paper: String,
    /// Its title.
    pub title: String,
    /// Its place before, from 1.
    pub before: u64,
    /// Its place now.
    pub after: u64,
    /// Its score before, in standard deviations above the papers it is compared with.
    pub score_before: f32,
    /// Its score now.
    pub score: f32,
}

/// One condition of a query.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConditionRow {
    /// As it is written.
    pub condition: String,
    /// Whether the paper meets it.
    pub holds: bool,
    /// Whether it stands under a NOT.
    pub is_negated: bool,
}

/// A score and what it is made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScoreRow {
    /// All together, in standard deviations above the papers it is compared with.
    pub total: f32,
    /// What suffices.
    pub threshold: f32,
    /// What the threshold comes from: breadth, budget or marks.
    pub rule: String,
    /// What becomes of it.
    pub decision: String,
    /// How it compares, in words.
    pub rank: String,
    /// The parts by name, in standard deviations.
    pub parts: Vec<(String, f32)>,
    /// The words that gave most, and what they added.
    pub words: Vec<(String, f32)>,
    /// The words whose sense gave most, and their share.
    pub senses: Vec<(String, f32)>,
    /// The nearest example and its similarity.
    pub nearest: Option<(String, f32)>,
}

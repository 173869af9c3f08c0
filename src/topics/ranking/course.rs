//! What a ranking is built of for one topic: what decides, what it wants, what readers marked.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use chrono::NaiveDate;

use crate::model::curation::Fit;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::topic::TopicId;
use crate::relevance::background::Background;
use crate::relevance::embedding::Embedding;
use crate::relevance::profile::Example;
use crate::relevance::profile::Profile;
use crate::relevance::profile::Wanted;
use crate::relevance::rule::Mark;
use crate::relevance::rule::Rule;
use crate::topics::Ranked;
use crate::topics::ranking::example;

/// What a ranking is built of for one topic.
#[derive(Clone, Debug)]
pub struct Course {
    /// The topic.
    pub topic: TopicId,
    /// What decides.
    pub rule: Rule,
    /// What it wants, marks included.
    pub wanted: Wanted,
    /// Those of the examples that are marks, by name, each with whether it is wanted.
    pub marked: Vec<(String, bool)>,
    /// The papers of the background that meet its condition, by name; all where it has none.
    pub eligible: Option<HashSet<String>>,
    /// How many papers entered on each of the last days.
    pub entered: BTreeMap<NaiveDate, u32>,
}

impl Course {
    /// What a topic learns of the papers that readers marked and of the examples it names, each once; a mark is newer
    /// than the definition. `find` gives the paper of an example; those without one are returned beside.
    pub fn new<E>(
        topic: &TopicId,
        ranked: &Ranked,
        marked: &[(Paper, Fit)],
        embedding: &Embedding,
        find: impl Fn(&ExternalId) -> Result<Option<Paper>, E>,
    ) -> Result<(Self, Vec<ExternalId>), E> {
        let mut wanted = Wanted { about: ranked.about.clone(), ..Wanted::default() };
        for (paper, fit) in marked {
            match fit {
                Fit::Right => wanted.likes.push(example(paper, embedding)),
                Fit::Wrong => wanted.unlikes.push(example(paper, embedding)),
            }
        }
        let marked: Vec<(String, bool)> =
            marked.iter().map(|(paper, fit)| (paper.id.to_string(), *fit == Fit::Right)).collect();
        let mut known: HashSet<String> = marked.iter().map(|(id, _)| id.clone()).collect();
        let mut missing = Vec::new();
        for (ids, examples) in [(&ranked.like, &mut wanted.likes), (&ranked.unlike, &mut wanted.unlikes)] {
            for id in ids {
                match find(id)? {
                    Some(paper) if known.insert(paper.id.to_string()) => {
                        examples.push(example(&paper, embedding));
                    }
                    Some(_known) => {}
                    None => missing.push(id.clone()),
                }
            }
        }
        let course = Self {
            topic: topic.clone(),
            rule: ranked.rule,
            wanted,
            marked,
            eligible: None,
            entered: BTreeMap::new(),
        };
        Ok((course, missing))
    }

    /// The scores of the background's papers that meet the topic's condition, from the lowest.
    pub(super) fn scores(&self, profile: &Profile, background: &Background) -> Vec<f32> {
        let Some(eligible) = &self.eligible else { return profile.calibration().totals().to_vec() };
        let scale = background.scale();
        let kept = background.kept().filter(|(id, _features)| eligible.contains(*id));
        let mut scores: Vec<f32> =
            kept.map(|(_id, features)| profile.score_weighed(&scale.weigh(features)).total).collect();
        scores.sort_unstable_by(f32::total_cmp);
        scores
    }

    /// The scores that marked papers have without their own mark: each half of the marks is scored by what the other half
    /// teaches.
    pub(super) fn marks(&self, background: &Background) -> Vec<Mark> {
        if !Mark::are_enough(self.marked.iter().map(|(_id, is_wanted)| *is_wanted)) {
            return Vec::new();
        }
        let mut marks = Vec::with_capacity(self.marked.len());
        for half in 0..2 {
            let tested: HashMap<&str, bool> = self
                .marked
                .iter()
                .enumerate()
                .filter(|(place, _mark)| place % 2 == half)
                .map(|(_place, (id, is_wanted))| (id.as_str(), *is_wanted))
                .collect();
            let without = |examples: &[Example]| -> Vec<Example> {
                examples.iter().filter(|example| !tested.contains_key(example.id.as_str())).cloned().collect()
            };
            let wanted = Wanted {
                about: self.wanted.about.clone(),
                likes: without(&self.wanted.likes),
                unlikes: without(&self.wanted.unlikes),
            };
            if wanted.about.is_none() && wanted.likes.is_empty() {
                continue;
            }
            let profile = Profile::build(&wanted, background);
            for example in self.wanted.likes.iter().chain(&self.wanted.unlikes) {
                if let Some(is_wanted) = tested.get(example.id.as_str()) {
                    let score = profile.score(&example.features, background).total;
                    marks.push(Mark { score, is_wanted: *is_wanted });
                }
            }
        }
        marks
    }
}

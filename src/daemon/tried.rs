//! A topic that is tried, between the configuration and the daemon: as plain values over the control socket.

use anyhow::anyhow;
use serde::Deserialize;
use serde::Serialize;

use crate::finding;
use crate::model::external_id::ExternalId;
use crate::model::topic::Revisions;
use crate::model::topic::TopicId;
use crate::normalise::ids;
use crate::query;
use crate::relevance::rule::Breadth;
use crate::relevance::rule::Rule;
use crate::topics::Ranked;
use crate::topics::Topic;
use crate::topics::Window;

/// A topic that is tried: what the configuration would say of it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Trial {
    /// The topic that it is compared with.
    pub topic: Option<String>,
    /// The query.
    #[serde(default)]
    pub query: Option<String>,
    /// The prose.
    #[serde(default)]
    pub about: Option<String>,
    /// The examples.
    #[serde(default)]
    pub like: Vec<String>,
    /// The counter-examples.
    #[serde(default)]
    pub unlike: Vec<String>,
    /// The people that are followed.
    #[serde(default)]
    pub follow: Vec<String>,
    /// `strict`, `normal`, `broad`.
    #[serde(default)]
    pub breadth: Option<String>,
    /// How many papers a day.
    #[serde(default)]
    pub per_day: Option<f64>,
    /// How many days back.
    pub days: u32,
}

/// A configured topic as a trial over so many days.
pub fn of_topic(topic: &Topic, days: u32) -> Trial {
    let trial = Trial {
        topic: Some(topic.id.to_string()),
        query: topic.query.as_ref().map(ToString::to_string),
        days,
        ..Trial::default()
    };
    let Some(ranked) = &topic.ranked else { return trial };
    let ids = |ids: &[ExternalId]| ids.iter().map(ToString::to_string).collect();
    let (breadth, per_day) = match ranked.rule {
        Rule::Breadth(breadth) => (Some(breadth.name()), None),
        Rule::Budget { per_day } => (None, Some(per_day)),
    };
    Trial {
        about: ranked.about.clone(),
        like: ids(&ranked.like),
        unlike: ids(&ranked.unlike),
        follow: ranked.follow.iter().map(ToString::to_string).collect(),
        breadth: breadth.map(str::to_owned),
        per_day,
        ..trial
    }
}

/// The topic that a trial describes.
pub fn topic(trial: &Trial) -> anyhow::Result<Topic> {
    let query = trial.query.as_deref().map(finding::understood).transpose()?;
    let is_ranked = trial.about.is_some() || !trial.like.is_empty();
    let ranked = if is_ranked { Some(ranked(trial)?) } else { None };
    if query.is_none() && ranked.is_none() {
        anyhow::bail!("there is nothing to try: give a query, --about \"...\" or --like PAPER");
    }
    let id = trial.topic.as_deref().and_then(TopicId::parse).or_else(|| TopicId::parse("tried"));
    Ok(Topic {
        id: id.ok_or_else(|| anyhow!("the topic has no name"))?,
        title: "tried".to_owned(),
        description: None,
        query,
        ranked,
        revisions: Revisions::default(),
        window: Window::default(),
    })
}

fn ranked(trial: &Trial) -> anyhow::Result<Ranked> {
    let papers = |names: &[String]| -> anyhow::Result<Vec<ExternalId>> {
        let id = |name: &String| ids::lookup(name).ok_or_else(|| anyhow!("\"{name}\" names no paper"));
        names.iter().map(id).collect()
    };
    let person =
        |name: &String| query::author::pattern(name).map_err(|hint| anyhow!("\"{name}\" is no name; {hint}"));
    let breadth = trial.breadth.as_deref().and_then(Breadth::parse).unwrap_or_default();
    Ok(Ranked {
        about: trial.about.clone(),
        like: papers(&trial.like)?,
        unlike: papers(&trial.unlike)?,
        follow: trial.follow.iter().map(person).collect::<anyhow::Result<_>>()?,
        rule: trial.per_day.map_or(Rule::Breadth(breadth), |per_day| Rule::Budget { per_day }),
    })
}

//! The commands by which an operator undoes what was joined or kept apart wrongly, and what `show` says of both.

use std::collections::BTreeSet;

use anyhow::anyhow;
use anyhow::bail;

use crate::daemon::asks::Answer;
use crate::daemon::papers::Field;
use crate::daemon::papers::Ruled as RuledView;
use crate::finding;
use crate::harvest::ruling::Case;
use crate::harvest::run::Harvester;
use crate::identity::decide::Rule;
use crate::identity::decide::decide;
use crate::identity::rulings::Rulings;
use crate::model::external_id::ExternalId;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::ruling::Mark;
use crate::model::ruling::Ruled;
use crate::model::ruling::Ruling;
use crate::model::time::Timestamp;
use crate::normalise;
use crate::store::Error;
use crate::store::Reader;

/// Makes two papers one for good.
pub async fn merge(harvester: &Harvester, one: String, other: String) -> anyhow::Result<Answer> {
    let draw_up = move |reader: &Reader, now: Timestamp| {
        let (one, other) = (known(reader, &one)?, known(reader, &other)?);
        if one.id == other.id {
            bail!("both names are of one paper already ({})", one.id);
        }
        let sides = (all_of(&one), all_of(&other));
        Ok(Case {
            ruling: Ruling::between(now, Ruled::Same, &sides.0, &sides.1),
            papers: vec![one.id, other.id],
        })
    };
    let case = harvester.rule(draw_up).await??;
    let reader = harvester.reader();
    let papers = papers_of(reader, &case.ruling.one)?;
    let stays = papers.first().ok_or_else(|| anyhow!("the papers went away meanwhile"))?;
    let gone = case.papers.iter().find(|paper| *paper != stays);
    let done = match gone {
        Some(gone) => format!("{gone} is {stays} now and still leads there; `offprint split` undoes it"),
        None => format!("they are {stays} now"),
    };
    Ok(Answer::Ruled { ruled: RuledView { done, paper: stays.to_string(), others: Vec::new() } })
}

/// Makes some records of a paper a paper of their own, for good.
pub async fn split(harvester: &Harvester, paper: String, parts: Vec<String>) -> anyhow::Result<Answer> {
    let draw_up = move |reader: &Reader, now: Timestamp| {
        let paper = known(reader, &paper)?;
        let mut away: Vec<&Observation> = Vec::new();
        for part in &parts {
            let chosen = chosen(&paper, part)?;
            away.extend(chosen.into_iter().filter(|one| !away.contains(one)).collect::<Vec<_>>());
        }
        let stay: Vec<&Observation> = paper.observations.iter().filter(|one| !away.contains(one)).collect();
        if stay.is_empty() {
            bail!("these are all records of the paper, so that nothing would stay; {}", has(&paper));
        }
        Ok(Case {
            ruling: Ruling::between(now, Ruled::Different, &away, &stay),
            papers: vec![paper.id.clone()],
        })
    };
    let case = harvester.rule(draw_up).await??;
    let reader = harvester.reader();
    let others: Vec<String> = papers_of(reader, &case.ruling.one)?.iter().map(ToString::to_string).collect();
    let paper = papers_of(reader, &case.ruling.other)?.first().map(ToString::to_string).unwrap_or_default();
    let done = format!("{paper} stays, {} is parted from it; `offprint merge` undoes it", others.join(", "));
    Ok(Answer::Ruled { ruled: RuledView { done, paper, others } })
}

fn known(reader: &Reader, name: &str) -> anyhow::Result<Paper> {
    Ok(finding::known(reader, name)?)
}

fn all_of(paper: &Paper) -> Vec<&Observation> {
    paper.observations.iter().collect()
}

/// The papers that hold the records of one side of a ruling, each once.
fn papers_of(reader: &Reader, side: &BTreeSet<Mark>) -> Result<Vec<PaperId>, Error> {
    let mut papers = Vec::new();
    for mark in side {
        if let Mark::Record(source, key) = mark {
            papers.extend(reader.paper_by_key(source, key)?.filter(|id| !papers.contains(id)));
        }
    }
    Ok(papers)
}

/// The records of a paper that a person names: by their source, by source and key, or by an identifier in them.
fn chosen<'paper>(paper: &'paper Paper, part: &str) -> anyhow::Result<Vec<&'paper Observation>> {
    let part = part.trim();
    let is_of_source = |one: &&Observation| {
        one.source.as_str() == part
            || part.strip_prefix(one.source.as_str()).and_then(|rest| rest.strip_prefix('/'))
                == Some(one.key.as_str())
    };
    let mut found: Vec<&Observation> = paper.observations.iter().filter(is_of_source).collect();
    if found.is_empty() {
        let id = ExternalId::parse(part).or_else(|| normalise::ids::lookup(part));
        let names = |one: &&Observation| id.as_ref().is_some_and(|id| one.ids.contains(id));
        found = paper.observations.iter().filter(names).collect();
    }
    if found.is_empty() {
        bail!("no record of the paper is from or named \"{part}\"; {}", has(paper));
    }
    Ok(found)
}

/// The records of a paper, for a person who has to choose among them.
fn has(paper: &Paper) -> String {
    let records: Vec<String> = paper.observations.iter().map(|one| Mark::of(one).to_string()).collect();
    format!("its records are {}", records.join(", "))
}

/// Why the records of a paper are one, and what the operator keeps apart from them.
pub fn reasons(reader: &Reader, paper: &Paper) -> Result<Vec<Field>, Error> {
    let rulings = Rulings::new(reader.rulings()?);
    let observations = all_of(paper);
    let about = rulings.about(observations.iter().copied());
    let field =
        |name: &str, value: String, rule: String| Field { name: name.to_owned(), value, source: rule };
    let mut fields = Vec::new();
    for join in decide(&observations, &about).joins {
        let ends = observations.get(join.one).zip(observations.get(join.other));
        let Some((one, other)) = ends else { continue };
        let rule = match &join.rule {
            Rule::Ruling(at) => format!("merged by the operator on {}", at.day()),
            Rule::Shared(id) => format!("joined by {id}"),
            Rule::Title => "joined by title and authors".to_owned(),
        };
        fields.push(field("one paper", format!("{} and {}", Mark::of(one), Mark::of(other)), rule));
    }
    for ruling in about.iter().filter(|ruling| ruling.verdict == Ruled::Different) {
        let is_ours = |side: &BTreeSet<Mark>| observations.iter().any(|one| side.contains(&Mark::of(one)));
        let others = if is_ours(&ruling.one) { &ruling.other } else { &ruling.one };
        let names: Vec<String> = others.iter().map(ToString::to_string).collect();
        let rule = format!("split by the operator on {}", ruling.at.day());
        fields.push(field("another paper", names.join(", "), rule));
    }
    Ok(fields)
}

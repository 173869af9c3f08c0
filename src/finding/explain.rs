//! Why a paper is in a topic, or is not: each clause with its verdict, and what its score is made of.

use crate::finding::Error;
use crate::finding::Library;
use crate::finding::no_topic;
use crate::finding::rows::ConditionRow;
use crate::finding::rows::ExplainRows;
use crate::finding::rows::Hit;
use crate::finding::rows::ScoreRow;
use crate::model::paper::Paper;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::query::Query;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::document::Document;
use crate::relevance::rule::Decision;
use crate::relevance::rule::Origin;
use crate::topics::ranking::Scored;

/// Explains a paper's place in a topic.
pub fn explain(
    library: &Library,
    topic: &TopicId,
    paper: &Paper,
    now: Timestamp,
) -> Result<ExplainRows, Error> {
    let configured = library.selector.topics().topic(topic);
    let configured = configured.ok_or_else(|| no_topic(library.selector.topics(), topic.as_str()))?;
    let entry = library.reader.entry(topic, &paper.id)?;
    let document = Document::new(paper, &library.reader.beside(&paper.id)?);
    let mut conditions = Vec::new();
    let is_match = configured.query.as_ref().is_none_or(|query| {
        gather(query.root(), &document, now, false, &mut conditions);
        query.matches(&document, now)
    });
    let follow = configured.ranked.iter().flat_map(|ranked| &ranked.follow);
    let mut followed = None;
    for person in follow {
        let clause = Node::Clause(Clause::Author(person.clone()));
        let text = Query::of(clause.clone()).to_string();
        if Query::of(clause).matches(&document, now) {
            followed = Some(text);
        }
    }
    let scored = library.selector.ranking().and_then(|ranking| ranking.explain(topic, paper, now));
    let is_in = entry.is_some();
    let verdict = match (&scored, is_match, &followed) {
        (_, _, Some(person)) => format!("it belongs to the topic whatever its score: {person} is followed"),
        (_, false, None) => "its words and values do not match the query".to_owned(),
        (None, true, None) if configured.ranked.is_some() => {
            "it meets the condition; there is no ranking yet to score it".to_owned()
        }
        (None, true, None) => "it matches the query".to_owned(),
        (Some(scored), true, None) if !is_in && is_of_budget(scored) => {
            format!("{}; the budget of its week went to other papers", sentence(scored))
        }
        (Some(scored), true, None) => sentence(scored),
    };
    let reason = entry.map(|entry| entry.reason).unwrap_or_default();
    Ok(ExplainRows {
        topic: topic.to_string(),
        paper: Hit::of(paper, reason),
        is_in,
        verdict,
        conditions,
        score: scored.map(|scored| row(&scored)),
    })
}

/// Every clause of a query, and whether it holds of the paper.
fn gather(node: &Node, document: &Document, now: Timestamp, is_negated: bool, rows: &mut Vec<ConditionRow>) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => {
            for node in nodes {
                gather(node, document, now, is_negated, rows);
            }
        }
        Node::Not(inner) => gather(inner, document, now, !is_negated, rows),
        Node::Clause(clause) => {
            let holds = Query::of(node.clone()).matches(document, now);
            rows.push(ConditionRow { condition: clause.to_string(), holds, is_negated });
        }
    }
}

/// Whether a budget would let the paper in, had it room.
fn is_of_budget(scored: &Scored) -> bool {
    scored.decision == Decision::In && scored.threshold.origin == Origin::Budget
}

fn sentence(scored: &Scored) -> String {
    let (score, threshold) = (scored.explanation.score.total, scored.threshold.score);
    match scored.decision {
        Decision::In => format!("its score of {score:.2} reaches {threshold:.2}"),
        Decision::Full => {
            format!("its score of {score:.2} reaches {threshold:.2}, and the day has had its share")
        }
        Decision::Near => format!("its score of {score:.2} is just below {threshold:.2}"),
        Decision::Out => format!("its score of {score:.2} is below {threshold:.2}"),
    }
}

fn row(scored: &Scored) -> ScoreRow {
    let explanation = &scored.explanation;
    let parts = explanation.score.parts;
    let named = [
        ("words of the description", parts.about_words),
        ("sense of the description", parts.about_sense),
        ("words of the examples", parts.like_words),
        ("sense of the examples", parts.like_sense),
    ];
    let reasons = |reasons: &[crate::relevance::explain::Reason]| -> Vec<(String, f32)> {
        reasons.iter().map(|reason| (reason.words.clone(), reason.weight)).collect()
    };
    ScoreRow {
        total: explanation.score.total,
        threshold: scored.threshold.score,
        rule: match scored.threshold.origin {
            Origin::Breadth => "breadth",
            Origin::Budget => "budget",
            Origin::Marks => "marks",
        }
        .to_owned(),
        decision: match scored.decision {
            Decision::In => "in",
            Decision::Full => "full",
            Decision::Near => "near",
            Decision::Out => "out",
        }
        .to_owned(),
        rank: explanation.rank(),
        parts: named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        words: reasons(&explanation.words),
        senses: reasons(&explanation.senses),
        nearest: explanation.nearest.as_ref().map(|near| (near.title.clone(), near.similarity)),
    }
}

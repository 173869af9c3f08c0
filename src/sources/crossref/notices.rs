//! What a work of Crossref says of papers that it takes back: retractions, withdrawals and removals. Corrections and
//! expressions of concern leave a paper standing and are passed over.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::record::IdHint;
use crate::model::record::RawDate;
use crate::model::record::RawId;
use crate::model::record::Record;
use crate::model::record::Role;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::crossref::item;
use crate::sources::json_api::string;

/// The types of updates that take a paper back.
pub(super) const TAKEN_BACK: &[&str] = &["removal", "retraction", "withdrawal"];

/// No notice takes back more papers.
const PAPERS_AT_MOST: usize = 1_000;

/// The notices that a work holds, one for each paper; none where it is an ordinary work. A work that names itself was
/// taken back without a text of its own.
pub(super) fn of(work: &Value) -> Result<Vec<Record>, String> {
    let updates = updates(work, "update-to");
    let mut seen = BTreeSet::new();
    let mut notices = Vec::new();
    for (doi, update) in updates.iter().take(PAPERS_AT_MOST) {
        if !seen.insert(doi.to_lowercase()) {
            continue;
        }
        let own = item::doi(work).ok_or("it has no DOI")?;
        let label = string(update, "label").unwrap_or_else(|| "Retraction".to_owned());
        let title = item::title(work).unwrap_or_else(|| Raw::new(format!("{label}: {doi}"), Markup::Plain));
        let told = update.get("updated").and_then(|updated| string(updated, "date-time"));
        let told = told.map(|text| RawDate { text, is_day: true });
        notices.push(Record {
            key: format!("{}#{}", own.to_lowercase(), doi.to_lowercase()),
            ids: vec![RawId { hint: IdHint::Doi, text: doi.clone() }],
            title: Some(title),
            announced: told.or_else(|| item::created(work)),
            is_retracted: true,
            role: Role::Notice,
            ..Record::default()
        });
    }
    Ok(notices)
}

/// Whether a work says of itself that it was taken back: by another, or by itself.
pub(super) fn is_taken_back(work: &Value) -> bool {
    !updates(work, "updated-by").is_empty() || is_only_of_itself(work)
}

/// Whether a work takes back itself and no other.
pub(super) fn is_only_of_itself(work: &Value) -> bool {
    let updates = updates(work, "update-to");
    let own = item::doi(work).unwrap_or_default();
    !updates.is_empty() && updates.iter().all(|(doi, _update)| doi.eq_ignore_ascii_case(&own))
}

/// The works that are named under `key` in an update that takes a paper back.
fn updates<'work>(work: &'work Value, key: &str) -> Vec<(String, &'work Value)> {
    let list = work.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_strong = |update: &&Value| {
        let kind = string(update, "type").unwrap_or_default().to_lowercase();
        TAKEN_BACK.contains(&kind.as_str())
    };
    list.iter().filter(is_strong).filter_map(|update| Some((item::doi(update)?, update))).collect()
}

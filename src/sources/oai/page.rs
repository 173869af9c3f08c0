//! The records of one page, each read as its format wants, and the faults of those that cannot be.

use chrono::NaiveDate;

use crate::model::arxiv_id::ArxivId;
use crate::model::external_id::ExternalId;
use crate::model::problem::Problem;
use crate::model::record::IdHint;
use crate::model::record::Record;
use crate::sources::Batch;
use crate::sources::oai::Answer;
use crate::sources::oai::Item;

/// The most faults of one page that are told.
const FAULTS_TOLD: usize = 50;

/// What a record of a format is: a paper, nothing that is wanted, or a fault.
pub(in crate::sources) type Meaning = fn(Item<'_>, &Scope<'_>) -> Result<Option<Record>, String>;

/// In what list a record stands.
#[derive(Clone, Copy, Debug)]
pub(in crate::sources) struct Scope<'a> {
    /// The part's name.
    pub(in crate::sources) part: &'a str,
    /// In a harvest of history, the first day that was wished for.
    pub(in crate::sources) since: Option<NaiveDate>,
}

/// Records and problems of a page. Deleted records say nothing of a paper but that this repository shows it no more.
pub(super) fn records(answer: &Answer, scope: &Scope<'_>, meaning: Meaning) -> Batch {
    let mut batch = Batch::default();
    let (mut faults, mut deleted, mut first_deleted) = (0_usize, 0_usize, None);
    let mut tell = |place: String, words: String| {
        faults += 1;
        (faults <= FAULTS_TOLD).then(|| Problem::new(place, words))
    };
    for item in answer.items() {
        let item = match item {
            Ok(item) => item,
            Err((number, why)) => {
                batch.problems.extend(tell(format!("{}, record {number}", scope.part), why));
                continue;
            }
        };
        let identifier = item.identifier.clone();
        if item.is_deleted {
            deleted += 1;
            first_deleted.get_or_insert(identifier);
            continue;
        }
        if let Some(fault) = &item.fault {
            batch.problems.extend(tell(identifier.clone(), format!("read in spite of its markup: {fault}")));
        }
        match meaning(item, scope) {
            Ok(record) => batch.records.extend(record),
            Err(why) => batch.problems.extend(tell(identifier, why)),
        }
    }
    if let Some(first) = first_deleted {
        let words = format!("{deleted} marked as deleted, the first of them {first}");
        batch.problems.push(Problem::new(scope.part, words));
    }
    if let Some(more) = faults.checked_sub(FAULTS_TOLD).filter(|more| *more > 0) {
        batch.problems.push(Problem::new(scope.part, format!("there are {more} further faults of records")));
    }
    batch
}

/// The identifier of arXiv that a record names as such.
pub(super) fn arxiv_id(record: &Record) -> Option<ExternalId> {
    let id = record.ids.iter().find(|id| id.hint == IdHint::Arxiv)?;
    ArxivId::parse(&id.text).map(|(id, _version)| ExternalId::Arxiv(id))
}

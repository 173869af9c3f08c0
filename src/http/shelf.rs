//! Papers as entries, kept for all topics that list them: a feed in which one paper is new costs one paper to make.
//!
//! An entry is kept with the very row of the paper that it was made of, so that it is current exactly while the store holds
//! these bytes.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use lru::LruCache;

use crate::feeds::facts::Prepared;
use crate::http::topics;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::store::Error;
use crate::store::Reader;
use crate::urls::Urls;

/// The entries, those used last up to a number of bytes.
#[derive(Clone, Debug)]
pub struct Shelf {
    limit_bytes: usize,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug)]
struct Kept {
    bytes: usize,
    papers: LruCache<PaperId, Arc<Listed>>,
}

/// A paper, ready to be listed by a topic.
#[derive(Debug)]
pub(super) struct Listed {
    /// What it was made of.
    row: Box<[u8]>,
    /// The entry but for its place.
    pub(super) prepared: Arc<Prepared>,
    /// When any source last told something new of it.
    pub(super) last_word: Timestamp,
}

impl Listed {
    /// Of a paper that is not kept.
    pub(super) fn of(paper: &Paper, urls: &Urls) -> Self {
        let (prepared, last_word) = (Arc::new(Prepared::of(paper, urls)), topics::last_word(paper));
        Self { row: Box::default(), prepared, last_word }
    }

    fn weight(&self) -> usize {
        self.row.len() + self.prepared.weight()
    }
}

impl Shelf {
    /// A shelf for so many bytes.
    pub fn new(limit_bytes: usize) -> Self {
        let kept = Kept { bytes: 0, papers: LruCache::unbounded() };
        Self { limit_bytes, kept: Arc::new(Mutex::new(kept)) }
    }

    /// The paper of an identifier, ready to be listed; `None` when the store has none.
    pub(super) fn listed(
        &self,
        reader: &Reader,
        id: &PaperId,
        urls: &Urls,
    ) -> Result<Option<Arc<Listed>>, Error> {
        let Some(row) = reader.paper_row(id)? else { return Ok(None) };
        let known = self.kept.lock().unwrap_or_else(PoisonError::into_inner).papers.get(id).cloned();
        if let Some(known) = known.filter(|known| *known.row == *row.as_bytes()) {
            return Ok(Some(known));
        }
        let made = Listed { row: row.as_bytes().into(), ..Listed::of(&row.read()?, urls) };
        let made = Arc::new(made);
        self.keep(id, &made);
        Ok(Some(made))
    }

    fn keep(&self, id: &PaperId, made: &Arc<Listed>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += made.weight();
        if let Some(former) = kept.papers.put(id.clone(), Arc::clone(made)) {
            kept.bytes -= former.weight();
        }
        while kept.bytes > self.limit_bytes
            && let Some((_id, oldest)) = kept.papers.pop_lru()
        {
            kept.bytes -= oldest.weight();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Listed;
    use super::Shelf;
    use crate::feeds::sample;
    use crate::model::paper::PaperId;
    use crate::model::time::Timestamp;

    #[test]
    fn no_more_is_kept_than_may_be_and_what_was_used_last_stays() {
        let page = sample::page();
        let [entry] = page.entries.as_slice() else { unreachable!("the sample has one entry") };
        let listed = |bytes: usize| {
            let prepared = Arc::clone(&entry.paper);
            Arc::new(Listed { row: vec![0; bytes].into(), prepared, last_word: Timestamp::from_seconds(1) })
        };
        let shelf = Shelf::new(10 * listed(1_000).weight());
        for number in 0..1_000 {
            // Each comes twice, the second time larger.
            shelf.keep(&PaperId::mint(number), &listed(500));
            shelf.keep(&PaperId::mint(number), &listed(1_000));
            let kept = shelf.kept.lock().unwrap();
            assert!(kept.bytes <= shelf.limit_bytes);
            assert_eq!(kept.bytes, kept.papers.iter().map(|(_id, listed)| listed.weight()).sum::<usize>());
        }
        let kept = shelf.kept.lock().unwrap();
        assert_eq!(kept.papers.len(), 10);
        assert!((990..1_000).all(|number| kept.papers.contains(&PaperId::mint(number))));
    }
}

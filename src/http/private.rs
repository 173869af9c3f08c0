//! How private addresses are used: noted while requests are answered, and written down elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::private_reader::Usage;
use crate::model::time::Timestamp;

/// What was noted since it was written down last, by the reader's name.
#[derive(Clone, Debug, Default)]
pub struct Private(Arc<Mutex<BTreeMap<String, Usage>>>);

impl Private {
    /// Notes an answer.
    pub(super) fn note(&self, name: &str, at: Timestamp, is_unchanged: bool) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = noted.entry(name.to_owned()).or_default();
        usage.last = usage.last.max(Some(at));
        usage.answers = usage.answers.saturating_add(1);
        usage.unchanged = usage.unchanged.saturating_add(u64::from(is_unchanged));
    }

    /// What was noted and is not written down yet.
    pub fn noted(&self) -> BTreeMap<String, Usage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes off what was written down.
    pub fn written(&self, name: &str, written: Usage) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(usage) = noted.get_mut(name) {
            usage.answers = usage.answers.saturating_sub(written.answers);
            usage.unchanged = usage.unchanged.saturating_sub(written.unchanged);
            if usage.answers == 0 {
                noted.remove(name);
            }
        }
    }
}

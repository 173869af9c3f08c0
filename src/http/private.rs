//! How private addresses are used: noted while requests are answered, and written down elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::private_reader::Usage;
use crate::model::time::Timestamp;

/// What was noted since it was written down last, by the digest of the token.
#[derive(Clone, Debug, Default)]
pub struct Private(Arc<Mutex<Noted>>);

/// Usage by the digest of the token.
pub type Noted = BTreeMap<[u8; 32], Usage>;

impl Private {
    /// Notes an answer.
    pub(super) fn note(&self, digest: [u8; 32], at: Timestamp, is_unchanged: bool) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = noted.entry(digest).or_default();
        usage.last = usage.last.max(Some(at));
        usage.answers = usage.answers.saturating_add(1);
        usage.unchanged = usage.unchanged.saturating_add(u64::from(is_unchanged));
    }

    /// What was noted and is not written down yet.
    pub fn noted(&self) -> Noted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes off what was written down.
    pub fn written(&self, digest: &[u8; 32], written: Usage) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(usage) = noted.get_mut(digest) {
            usage.answers = usage.answers.saturating_sub(written.answers);
            usage.unchanged = usage.unchanged.saturating_sub(written.unchanged);
            if usage.answers == 0 {
                noted.remove(digest);
            }
        }
    }
}

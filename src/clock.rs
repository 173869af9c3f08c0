//! The only reader of the system clock. Everything else takes the time as an argument or is handed a [`Clock`].

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use crate::model::time::Timestamp;

/// What a standing clock holds once it was let go: no time that anyone sets.
const RELEASED: i64 = i64::MIN;

/// A source of the present time: the system's, or one that is set by hand.
#[derive(Clone, Debug)]
pub struct Clock {
    set: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { set: None }
    }

    /// A clock that stands still at `at` until [`Clock::set`] moves it: for tests and the demonstration.
    pub fn standing(at: Timestamp) -> Self {
        Self { set: Some(Arc::new(AtomicI64::new(at.micros()))) }
    }

    /// Moves a standing clock; every copy of it moves too. Has no effect on the system's clock.
    pub fn set(&self, at: Timestamp) {
        if let Some(set) = &self.set {
            set.store(at.micros(), Ordering::SeqCst);
        }
    }

    /// Whether it stands until it is set.
    pub fn is_standing(&self) -> bool {
        self.set.as_ref().is_some_and(|set| set.load(Ordering::SeqCst) != RELEASED)
    }

    /// Lets a standing clock go: it and every copy of it show the system's time from now on.
    pub fn release(&self) {
        if let Some(set) = &self.set {
            set.store(RELEASED, Ordering::SeqCst);
        }
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        let set = self.set.as_ref().map(|set| set.load(Ordering::SeqCst));
        if let Some(set) = set.filter(|set| *set != RELEASED) {
            return Timestamp::from_micros(set);
        }
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system clock")]
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_micros(since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
    }
}

//! How many requests one network or one reader may send: a bucket that runs empty at a steady rate (the generic cell rate
//! algorithm), without a lock.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// The rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rate {
    /// Between two requests at the steady rate, in microseconds; 0 sets no limit.
    interval: u64,
    /// So far ahead of the steady rate one may be, in microseconds: a minute's requests at once.
    burst: u64,
}

impl Rate {
    /// So many in a minute.
    pub(super) fn per_minute(requests: u32) -> Self {
        const MINUTE: u64 = 60_000_000;
        Self { interval: MINUTE.checked_div(u64::from(requests)).unwrap_or(0), burst: MINUTE }
    }
}

/// Whose requests are counted together.
#[derive(Debug)]
pub(super) struct Bucket {
    began: Instant,
    /// When all that was sent would have been sent at the steady rate, in microseconds since the beginning.
    due: AtomicU64,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { began: Instant::now(), due: AtomicU64::new(0) }
    }
}

impl Bucket {
    /// Counts a request. When it is one too many, says after how long another one is welcome.
    pub(super) fn take(&self, rate: Rate) -> Result<(), Duration> {
        if rate.interval == 0 {
            return Ok(());
        }
        self.take_at(rate, u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn take_at(&self, rate: Rate, now: u64) -> Result<(), Duration> {
        let next = |due: u64| {
            let due = due.max(now);
            (due - now <= rate.burst - rate.interval.min(rate.burst)).then(|| due + rate.interval)
        };
        match self.due.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
            Ok(_due) => Ok(()),
            Err(due) => Err(Duration::from_micros((due + rate.interval).saturating_sub(now + rate.burst))),
        }
    }

    /// Whether nothing is left to be remembered.
    pub(super) fn is_empty(&self) -> bool {
        u128::from(self.due.load(Ordering::Relaxed)) <= self.began.elapsed().as_micros()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Bucket;
    use super::Rate;

    #[test]
    fn a_minute_s_requests_may_come_at_once_and_then_at_the_rate() {
        let (bucket, rate) = (Bucket::default(), Rate::per_minute(60));
        assert!((0..60).all(|_| bucket.take_at(rate, 0).is_ok()));
        assert_eq!(bucket.take_at(rate, 0), Err(Duration::from_secs(1)));
        assert_eq!(bucket.take_at(rate, 400_000), Err(Duration::from_millis(600)));
        assert!(bucket.take_at(rate, 1_000_000).is_ok());
        assert!(bucket.take_at(rate, 1_000_000).is_err());
        assert!((0..60).all(|_| bucket.take_at(rate, 90_000_000).is_ok()));
    }

    #[test]
    fn zero_sets_no_limit() {
        let bucket = Bucket::default();
        assert!((0..10_000).all(|_| bucket.take(Rate::per_minute(0)).is_ok()));
        assert!(bucket.is_empty());
    }
}

//! Processor time of this thread, and medians of rounds.

use std::hint::black_box;

/// Seconds of processor time of this thread so far.
pub(crate) fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<u64>().unwrap() as f64 / 1e9
}

/// Seconds of processor time of one call, from as many calls as take about that long.
pub(crate) fn seconds_each<T>(at_least: f64, mut call: impl FnMut() -> T) -> f64 {
    let (begun, mut calls) = (cpu(), 0);
    loop {
        black_box(call());
        calls += 1;
        let spent = cpu() - begun;
        if spent >= at_least {
            return spent / f64::from(calls);
        }
    }
}

/// The least, the median and the most.
pub(crate) fn spread(values: &[f64]) -> [f64; 3] {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    [values[0], values[values.len() / 2], values[values.len() - 1]]
}

/// The median.
pub(crate) fn median(values: &[f64]) -> f64 {
    spread(values)[1]
}

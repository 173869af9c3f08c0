//! Conversions between whole and floating numbers that the language offers only as casts.
//!
//! Each saturates or rounds as said; none can panic. Nothing else in relevance casts.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "there is no other conversion between floats and integers; what is lost is said at each"
)]

/// Steps of the fixed-point sums: fine enough for a mean of unit vectors, coarse enough for 2^40 of them.
const STEPS: f64 = 16_777_216.0;

/// A count as a float; exact below 2^24, far above any count of terms or papers.
pub fn count(number: usize) -> f32 {
    number as f32
}

/// A 32-bit count as a float; exact below 2^24.
pub fn count_u32(number: u32) -> f32 {
    number as f32
}

/// A count as a double; exact below 2^53.
pub fn wide(number: usize) -> f64 {
    number as f64
}

/// A double as a float, rounded.
pub fn narrow(number: f64) -> f32 {
    number as f32
}

/// A number of things wanted as a whole number, rounded up; nothing below zero.
pub fn whole(number: f64) -> usize {
    number.ceil() as usize
}

/// The nearest signed byte.
pub fn byte(number: f32) -> i8 {
    number.round() as i8
}

/// The nearest signed 16-bit number.
pub fn short(number: f32) -> i16 {
    number.round() as i16
}

/// A signed 32-bit sum as a float, rounded.
pub fn sum(number: i32) -> f32 {
    number as f32
}

/// A number in fixed point, so that sums do not depend on their order.
pub fn fixed(number: f32) -> i64 {
    (f64::from(number) * STEPS).round() as i64
}

/// The mean of so many numbers whose fixed-point sum this is.
pub fn mean_of_fixed(sum: i64, numbers: usize) -> f32 {
    if numbers == 0 {
        return 0.0;
    }
    (sum as f64 / STEPS / numbers as f64) as f32
}

/// The low half of a hash.
pub fn low(hash: u64) -> u32 {
    hash as u32
}

/// A 64-bit count as a double; exact below 2^53.
pub fn wide_u64(number: u64) -> f64 {
    number as f64
}

/// A number that was a place in a list, as one again.
pub fn place(number: u32) -> usize {
    number as usize
}

//! A vector in 128 bytes: four bits for each of 256 axes. Two of them tell the angle between the vectors to about a hundredth,
//! and hundreds are compared in the time in which one paper is read.

use crate::relevance::cast;

/// So many words hold the axes.
pub const WORDS: usize = 16;

/// So many axes lie in a word.
const AXES: usize = 16;

/// The largest step.
const LARGEST: f32 = 7.0;

/// A vector, each axis rounded to one of 15 steps of its largest. Axes beyond the last one do not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Coarse(pub [u64; WORDS]);

/// A vector unpacked, to be compared with many.
#[derive(Clone, PartialEq, Debug)]
pub struct Compass {
    axes: [i16; WORDS * AXES],
    length: f32,
}

impl Coarse {
    /// Rounds a vector.
    pub fn of(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        if largest <= 0.0 {
            return Self::default();
        }
        let mut words = [0; WORDS];
        for (word, axes) in words.iter_mut().zip(vector.chunks(AXES)) {
            for (place, value) in axes.iter().enumerate() {
                let step = cast::byte(value / largest * LARGEST);
                *word |= u64::from(step.cast_unsigned() & 0xF) << (4 * place);
            }
        }
        Self(words)
    }

    /// Unpacks it.
    pub fn compass(&self) -> Compass {
        let axes = axes(self);
        Compass { axes, length: length(&axes) }
    }
}

impl Compass {
    /// About the cosine of the angle between two vectors; 0 where one has no direction.
    pub fn cosine(&self, other: &Coarse) -> f32 {
        let other = axes(other);
        let product: i32 =
            self.axes.iter().zip(&other).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum();
        cast::sum(product) / (self.length * length(&other)).max(1.0)
    }
}

fn axes(coarse: &Coarse) -> [i16; WORDS * AXES] {
    let mut axes = [0; WORDS * AXES];
    let (rows, _none) = axes.as_chunks_mut::<AXES>();
    for (row, word) in rows.iter_mut().zip(coarse.0) {
        for (place, axis) in row.iter_mut().enumerate() {
            let step = u8::try_from((word >> (4 * place)) & 0xF).unwrap_or_default();
            // The sign of the four bits becomes that of the eight.
            *axis = i16::from((step << 4).cast_signed() >> 4);
        }
    }
    axes
}

fn length(axes: &[i16]) -> f32 {
    cast::sum(axes.iter().map(|axis| i32::from(*axis) * i32::from(*axis)).sum()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_angle_is_about_that_of_the_vectors() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut vector =
            || -> Vec<f32> { (0..256).map(|_| random.f32() + random.f32() + random.f32() - 1.5).collect() };
        for _round in 0..50 {
            let (one, other) = (vector(), vector());
            let between: Vec<f32> = one.iter().zip(&other).map(|(one, other)| 2.0 * one + other).collect();
            let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(a, b)| a * b).sum::<f32>();
            for other in [&between, &other] {
                let cosine = dot(&one, other) / (dot(&one, &one) * dot(other, other)).sqrt();
                let told = Coarse::of(&one).compass().cosine(&Coarse::of(other));
                assert!((cosine - told).abs() < 0.03, "{cosine} is told as {told}");
            }
        }
    }

    #[test]
    fn a_vector_points_where_it_points_and_nothing_points_nowhere() {
        let coarse = Coarse::of(&[0.5, -0.5, 0.0, 1.0]);
        assert_eq!(&coarse.compass().axes[..5], [4, -4, 0, 7, 0]);
        assert!((coarse.compass().cosine(&coarse) - 1.0).abs() < 1e-6);
        let nothing = Coarse::of(&[0.0; 256]);
        assert!(nothing.compass().cosine(&coarse).abs() < 1e-6);
        assert!(coarse.compass().cosine(&nothing).abs() < 1e-6);
        let longer = Coarse::of(&[1.0; 300]);
        assert!((longer.compass().cosine(&longer) - 1.0).abs() < 1e-6);
    }
}

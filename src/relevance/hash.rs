//! Hashes that are the same on every machine and in every version: terms and papers are known by them.

use std::hash::BuildHasherDefault;
use std::hash::Hasher;

/// An odd number without pattern (the golden ratio's fraction).
const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A map whose keys are already hashes.
pub type Map<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mixed>>;

/// A set whose members are already hashes.
pub type Set<K> = std::collections::HashSet<K, BuildHasherDefault<Mixed>>;

/// The hash of some bytes.
pub fn bytes(bytes: &[u8]) -> u64 {
    let mut hash = u64::try_from(bytes.len()).unwrap_or(0).wrapping_mul(ODD);
    for chunk in bytes.chunks(8) {
        let mut block = 0_u64;
        for byte in chunk {
            block = (block << 8) | u64::from(*byte);
        }
        hash = mix(hash ^ block);
    }
    hash
}

/// Spreads a number over all 64 bits (the finish of `SplitMix64`).
pub fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(ODD);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// A hasher for keys that are hashes: one multiplication.
#[derive(Clone, Copy, Default, Debug)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, written: &[u8]) {
        self.0 = bytes(written) ^ self.0.rotate_left(5);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        let spread = (self.0 ^ number).wrapping_mul(ODD);
        self.0 = spread ^ (spread >> 32);
    }
}

//! Bytes as people and files write them.

use std::fmt::Write as _;

/// Bytes as hexadecimal digits, two each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        let _writing_to_a_string_cannot_fail = write!(digits, "{byte:02x}");
        digits
    })
}

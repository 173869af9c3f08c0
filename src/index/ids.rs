//! Paper identifiers as two numbers of 40 bits, which the engine keeps in columns and reads at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::paper::PaperId;

/// The value of each digit, learned from the identifiers that are minted.
static DIGITS: LazyLock<HashMap<char, u64>> = LazyLock::new(|| {
    (0..32_u64)
        .filter_map(|value| {
            PaperId::mint(u128::from(value)).as_str().chars().last().map(|last| (last, value))
        })
        .collect()
});

/// The first and the second half of an identifier.
pub(super) fn halves(id: &PaperId) -> (u64, u64) {
    let value = |text: Option<&str>| {
        let digits = text.unwrap_or_default().chars().filter_map(|digit| DIGITS.get(&digit));
        digits.fold(0, |number, digit| (number << 5) | digit)
    };
    (value(id.as_str().get(..8)), value(id.as_str().get(8..)))
}

/// The identifier of two halves.
pub(super) fn whole(high: u64, low: u64) -> PaperId {
    PaperId::mint((u128::from(high) << 40) | u128::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_the_same_after_being_halved() {
        for random in [0, 1, u128::MAX, 0x1234_5678_9ABC_DEF0_1234, 1 << 40, (1 << 40) - 1] {
            let id = PaperId::mint(random);
            let (high, low) = halves(&id);
            assert_eq!(whole(high, low), id);
        }
    }
}

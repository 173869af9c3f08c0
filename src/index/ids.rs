//! Paper identifiers as two numbers of 40 bits, which the engine keeps in columns and reads at once.

use crate::model::paper::PaperId;

/// The bits of a half.
const HALF: u64 = (1 << 40) - 1;

/// The first and the second half of an identifier.
pub(super) fn halves(id: &PaperId) -> (u64, u64) {
    let number = id.number();
    let half = |number: u128| u64::try_from(number & u128::from(HALF)).unwrap_or_default();
    (half(number >> 40), half(number))
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

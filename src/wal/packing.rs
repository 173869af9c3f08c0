//! Compression of one payload: zstd behind the length of what is inside, so that reading is bounded.

use std::cell::RefCell;

use zstd::bulk::Compressor;
use zstd::bulk::Decompressor;

/// Fast, and within a tenth of what the default level saves on texts of this size.
const LEVEL: i32 = 1;

/// Payloads below this do not get smaller.
const WORTHWHILE_BYTES: usize = 128;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The packed form, or `None` when it would not be smaller.
pub fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < WORTHWHILE_BYTES {
        return None;
    }
    let length = u32::try_from(plain.len()).ok()?;
    COMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Compressor::new(LEVEL).ok();
        }
        let compressed = slot.as_mut()?.compress(plain).ok()?;
        let mut packed = Vec::with_capacity(compressed.len() + 4);
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&compressed);
        (packed.len() < plain.len()).then_some(packed)
    })
}

/// What was packed; `None` when it is damaged or larger than `limit`.
pub fn unpack(packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let (length, compressed) = packed.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length > limit {
        return None;
    }
    DECOMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Decompressor::new().ok();
        }
        let plain = slot.as_mut()?.decompress(compressed, length).ok()?;
        (plain.len() == length).then_some(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::pack;
    use super::unpack;

    #[test]
    fn what_is_packed_comes_back_and_the_limit_holds() {
        let plain = b"low-rank adaptation of large models ".repeat(50);
        let packed = pack(&plain).unwrap();
        assert!(packed.len() < plain.len() / 4);
        assert_eq!(unpack(&packed, plain.len()), Some(plain.clone()));
        assert_eq!(unpack(&packed, plain.len() - 1), None);
        assert_eq!(unpack(&packed[..packed.len() - 1], plain.len()), None);
    }

    #[test]
    fn what_would_not_shrink_is_left_alone() {
        assert_eq!(pack(b"short"), None);
    }
}

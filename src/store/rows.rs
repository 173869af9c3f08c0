//! Rows read back into nouns.

use crate::model::paper::PaperId;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::time::Timestamp;
use crate::store::Error;
use crate::store::keys;

/// How many absorptions in a row are followed; a longer chain can only be damage.
const LONGEST_CHAIN: usize = 1_000;

/// Follows an identifier through absorptions to the paper that stays, using `read` for rows.
pub(super) fn follow<Value: AsRef<[u8]>>(
    id: &PaperId,
    read: impl Fn(&[u8]) -> Result<Option<Value>, Error>,
) -> Result<PaperId, Error> {
    let mut id = id.clone();
    for _step in 0..LONGEST_CHAIN {
        match read(&keys::alias(&id))?.and_then(|value| paper_id(value.as_ref())) {
            Some(next) => id = next,
            None => break,
        }
    }
    Ok(id)
}

/// A paper's identifier from its bytes.
pub(super) fn paper_id(bytes: &[u8]) -> Option<PaperId> {
    PaperId::parse(std::str::from_utf8(bytes).ok()?)
}

/// The paper at the end of a key.
pub(super) fn last_paper(key: &[u8]) -> Option<PaperId> {
    key.last_chunk::<{ keys::PAPER_BYTES }>().and_then(|bytes| paper_id(bytes))
}

/// A reading from its row.
pub(super) fn signal(key: &[u8], value: &[u8]) -> Option<Signal> {
    let code = key.get(keys::PAPER_BYTES + 1)?;
    let kind = SignalKind::ALL.into_iter().find(|kind| keys::counter_code(*kind) == *code)?;
    let (count, at) = value.split_first_chunk::<8>()?;
    let at = Timestamp::from_micros(keys::from_ordered(at)?);
    Some(Signal { kind, value: u64::from_be_bytes(*count), at })
}

/// The value of a reading's row.
pub(super) fn signal_value(signal: &Signal) -> [u8; 16] {
    let mut value = [0; 16];
    let (count, at) = value.split_at_mut(8);
    count.copy_from_slice(&signal.value.to_be_bytes());
    at.copy_from_slice(&keys::ordered(signal.at.micros()));
    value
}

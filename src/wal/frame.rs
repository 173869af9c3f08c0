//! The bytes of a frame and of a file's header. All numbers are little-endian.
//!
//! Frame: length of what follows the checksum (u32), CRC-32C of everything but itself (u32), sequence (u64),
//! kind (u8), payload. Header: `offprint` (8 bytes), format (u32), sequence in the file's name (u64), CRC-32C (u32).

use crate::wal::Error;
use crate::wal::PAYLOAD_BYTES;
use crate::wal::packing;

/// The format written here.
pub(super) const FORMAT: u32 = 1;

/// The bytes of a file's header.
pub(super) const FILE_HEADER_BYTES: u64 = 24;

/// The bytes of a frame before its payload.
pub(super) const FRAME_HEADER_BYTES: usize = 17;

/// Sequence and kind, which the length counts with the payload.
const COUNTED_BYTES: usize = 9;

const MAGIC: [u8; 8] = *b"offprint";

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A plan, to be applied to what came before.
    Plan,
    /// A part of a snapshot; all parts have the snapshot's sequence.
    Snapshot,
    /// The last frame of a snapshot; its payload is the number of parts.
    SnapshotEnd,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Plan, Self::Snapshot, Self::SnapshotEnd];

    /// The byte in the frame; the lowest bit says that the payload is packed.
    const fn code(self) -> u8 {
        match self {
            Self::Plan => 0x10,
            Self::Snapshot => 0x20,
            Self::SnapshotEnd => 0x30,
        }
    }

    fn of_code(code: u8) -> Option<(Self, bool)> {
        let kind = Self::ALL.into_iter().find(|kind| kind.code() == code & 0xFE)?;
        Some((kind, code & 1 == 1))
    }
}

/// A whole frame with its payload as it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Frame {
    pub(super) sequence: u64,
    pub(super) kind: Kind,
    /// Packed or plain; see [`Frame::payload`].
    stored: Vec<u8>,
    is_packed: bool,
}

impl Frame {
    /// The payload as it was given; `None` when it cannot be unpacked.
    pub(super) fn payload(self) -> Option<Vec<u8>> {
        if self.is_packed { packing::unpack(&self.stored, PAYLOAD_BYTES) } else { Some(self.stored) }
    }
}

/// What stands at the beginning of some bytes.
pub(super) enum Found {
    /// A frame, and its size.
    Frame(Frame, usize),
    /// Perhaps a frame: that many bytes are needed to tell.
    More(usize),
    /// No frame.
    Nothing,
}

/// Appends a frame to `out`.
pub(super) fn encode(out: &mut Vec<u8>, sequence: u64, kind: Kind, payload: &[u8]) -> Result<(), Error> {
    if payload.len() > PAYLOAD_BYTES {
        return Err(Error::Oversized { bytes: payload.len() });
    }
    let packed = packing::pack(payload);
    let code = kind.code() | u8::from(packed.is_some());
    let stored = packed.as_deref().unwrap_or(payload);
    let counted = u32::try_from(stored.len().saturating_add(COUNTED_BYTES))
        .map_err(|_too_large| Error::Oversized { bytes: payload.len() })?;
    let checksum = checksum(counted, sequence, code, stored);
    out.reserve(FRAME_HEADER_BYTES + stored.len());
    out.extend_from_slice(&counted.to_le_bytes());
    out.extend_from_slice(&checksum.to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    out.push(code);
    out.extend_from_slice(stored);
    Ok(())
}

/// Reads the frame that begins at the first of `bytes`, if its sequence is one of `expected`.
pub(super) fn decode(bytes: &[u8], expected: &std::ops::RangeInclusive<u64>) -> Found {
    let Some((head, rest)) = bytes.split_first_chunk::<FRAME_HEADER_BYTES>() else {
        return Found::More(FRAME_HEADER_BYTES);
    };
    let [l0, l1, l2, l3, c0, c1, c2, c3, s0, s1, s2, s3, s4, s5, s6, s7, code] = *head;
    let counted = u32::from_le_bytes([l0, l1, l2, l3]);
    let sequence = u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
    let Some((kind, is_packed)) = Kind::of_code(code) else { return Found::Nothing };
    let length = usize::try_from(counted).ok().and_then(|counted| counted.checked_sub(COUNTED_BYTES));
    let Some(length) = length.filter(|length| *length <= PAYLOAD_BYTES && expected.contains(&sequence))
    else {
        return Found::Nothing;
    };
    let size = FRAME_HEADER_BYTES + length;
    let Some(stored) = rest.get(..length) else { return Found::More(size) };
    if checksum(counted, sequence, code, stored) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Found::Nothing;
    }
    Found::Frame(Frame { sequence, kind, stored: stored.to_vec(), is_packed }, size)
}

fn checksum(counted: u32, sequence: u64, code: u8, stored: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&counted.to_le_bytes());
    let sum = crc32c::crc32c_append(sum, &sequence.to_le_bytes());
    let sum = crc32c::crc32c_append(sum, &[code]);
    crc32c::crc32c_append(sum, stored)
}

/// The header of a file whose name holds `sequence`.
pub(super) fn file_header(sequence: u64) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&FORMAT.to_le_bytes());
    header.extend_from_slice(&sequence.to_le_bytes());
    header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
    header
}

/// The format a file's first bytes state; `None` when they are damaged or cut.
pub(super) fn format_of(header: &[u8]) -> Option<u32> {
    let (body, rest) = header.split_first_chunk::<20>()?;
    let checksum = u32::from_le_bytes(*rest.first_chunk::<4>()?);
    let (magic, rest) = body.split_first_chunk::<8>()?;
    let format = u32::from_le_bytes(*rest.first_chunk::<4>()?);
    (*magic == MAGIC && crc32c::crc32c(body) == checksum).then_some(format)
}

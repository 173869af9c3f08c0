//! The bytes of a file of vectors.
//!
//! Format 1, little-endian. Head: the mark, version and columns (u16), the first 16 bytes of the SHA-256 of the encoder's
//! fingerprint, CRC-32C of all before. Record: key (16 bytes), scale (f32), the values as signed bytes, CRC-32C of all
//! before.

use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek as _;
use std::io::SeekFrom;

use crate::encoder::vectors::Key;

const MARK: &[u8; 8] = b"offprvc\n";

const VERSION: u16 = 1;

/// How long the head is.
pub(super) const HEAD: usize = 32;

const CHECKSUM: usize = 4;

/// The head of a file of vectors this long, made by the encoder with this fingerprint.
pub(super) fn head(fingerprint: &str, columns: u16) -> [u8; HEAD] {
    let mut bytes = Vec::with_capacity(HEAD);
    bytes.extend(MARK);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(columns.to_le_bytes());
    bytes.extend(super::key(fingerprint));
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    let mut head = [0; HEAD];
    for (to, from) in head.iter_mut().zip(bytes) {
        *to = from;
    }
    head
}

/// Whether a file begins with our mark, or with as much of it as a stop while writing left.
pub(super) fn may_be_ours(file: &mut File) -> io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut found = Vec::with_capacity(MARK.len());
    file.take(length(MARK)).read_to_end(&mut found)?;
    Ok(MARK.starts_with(&found))
}

/// How long a record of so many columns is.
pub(super) fn record_length(columns: usize) -> usize {
    size_of::<Key>() + size_of::<f32>() + columns + CHECKSUM
}

/// A record.
pub(super) fn record(key: &Key, scale: f32, values: &[i8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(record_length(values.len()));
    bytes.extend(key);
    bytes.extend(scale.to_le_bytes());
    bytes.extend(values.iter().map(|value| value.cast_unsigned()));
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

/// A record's key and scale, and its values into a list; nothing if the checksum does not fit.
pub(super) fn parse(record: &[u8], values: &mut Vec<i8>) -> Option<(Key, f32)> {
    let (body, checksum) = record.split_last_chunk()?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (key, rest) = body.split_first_chunk()?;
    let (scale, bytes) = rest.split_first_chunk()?;
    values.clear();
    values.extend(bytes.iter().map(|byte| byte.cast_signed()));
    Some((*key, f32::from_le_bytes(*scale)))
}

/// Fills the buffer; tells if the file ended before it was full.
pub(super) fn filled(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// A length as files count it.
pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

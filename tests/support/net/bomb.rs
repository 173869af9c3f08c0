//! Compression bombs, made of a short piece that may be repeated for ever.

use async_compression::Level;
use async_compression::tokio::write::BrotliEncoder;
use flate2::Compress;
use flate2::Compression;
use flate2::FlushCompress;
use futures_util::FutureExt as _;
use tokio::io::AsyncWriteExt as _;

use crate::support::net::script::Body;
use crate::support::net::script::Script;

const MIB: usize = 1024 * 1024;

/// A script that sends a gigabyte of zeros in that encoding.
pub(super) fn of_zeros(coding: &str) -> Script {
    let (start, piece, times) = match coding {
        "gzip" => gzip(),
        "br" => brotli(),
        "zstd" => zstd(),
        other => panic!("no bomb is known for {other}"),
    };
    let mut script = Script::with(Body::Repeated { start, piece, times });
    script.headers.push(("Content-Type".to_owned(), "application/xml".to_owned()));
    script.headers.push(("Content-Encoding".to_owned(), coding.to_owned()));
    script
}

/// RFC 1952's ten bytes, then a mebibyte of zeros that refers to nothing before it.
fn gzip() -> (Vec<u8>, Vec<u8>, usize) {
    let mut piece = Vec::with_capacity(64 * 1024);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(&vec![0; MIB], &mut piece, FlushCompress::Full).unwrap();
    assert!(piece.len() < 4096, "a piece has {} bytes", piece.len());
    (vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255], piece, 1024)
}

/// RFC 8878: a frame with a window of 2 MiB, and blocks that say "128 KiB of zeros" in four bytes.
fn zstd() -> (Vec<u8>, Vec<u8>, usize) {
    (vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 11 << 3], vec![0x02, 0x00, 0x10, 0x00], 8192)
}

/// An encoder that is flushed after each mebibyte soon writes the same bytes for each, and they may go on for ever.
fn brotli() -> (Vec<u8>, Vec<u8>, usize) {
    let zeros = vec![0; MIB];
    let writing = async {
        let mut encoder = BrotliEncoder::with_quality(Vec::new(), Level::Fastest);
        let mut ends = Vec::new();
        for _mebibyte in 0..4 {
            encoder.write_all(&zeros).await.unwrap();
            encoder.flush().await.unwrap();
            ends.push(encoder.get_ref().len());
        }
        (encoder.into_inner(), ends)
    };
    let (bytes, ends) = writing.now_or_never().expect("a vector is always ready to be written to");
    let (start, piece) = (bytes[..ends[2]].to_vec(), bytes[ends[2]..ends[3]].to_vec());
    assert_eq!(piece, bytes[ends[1]..ends[2]], "the encoder repeats itself");
    (start, piece, 1021)
}

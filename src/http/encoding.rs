//! Which encoding a reader accepts (RFC 9110 §12.5.3), and compression.

use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::http::header::ACCEPT_ENCODING;
use flate2::Compress;
use flate2::Compression;
use flate2::FlushCompress;
use flate2::Status;

use crate::http::headers::Headers;

/// An encoding we send.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Encoding {
    /// The bytes as they are.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Encoding {
    /// All of them, the one that is taken first where a reader likes several alike.
    const COMPRESSED: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// The name in headers; none for the bytes as they are.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// What stands behind an entity tag of this encoding.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gzip",
            Self::Brotli => "-br",
            Self::Zstd => "-zstd",
        }
    }

    /// The place in a table of all encodings.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Identity => 0,
            Self::Gzip => 1,
            Self::Brotli => 2,
            Self::Zstd => 3,
        }
    }

    /// Compresses: once for all readers of a revision, so that it may take its time.
    pub(super) fn encode(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(bytes),
            Self::Gzip => gzip(&bytes),
            Self::Brotli => {
                let parameters = brotli::enc::BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    size_hint: bytes.len(),
                    ..Default::default()
                };
                let mut encoded = Vec::with_capacity(bytes.len() / 4);
                brotli::BrotliCompress(&mut bytes.as_slice(), &mut encoded, &parameters)?;
                Ok(encoded)
            }
            Self::Zstd => zstd::bulk::compress(&bytes, ZSTD_LEVEL),
        }
    }
}

/// Higher ones take many times as long for a few percent.
const BROTLI_QUALITY: i32 = 5;

/// As small as gzip's level 6 at a third of its time.
const ZSTD_LEVEL: i32 = 9;

/// The best encoding for a request, or `None` when it refuses all we have.
pub(super) fn negotiate(headers: &impl Headers) -> Option<Encoding> {
    let (mut named, mut identity, mut any) = ([None; 3], None, None);
    for (coding, quality) in headers.liked(&ACCEPT_ENCODING) {
        let is = |name: &str| coding.eq_ignore_ascii_case(name);
        if is("identity") {
            identity = identity.max(Some(quality));
        } else if coding == "*" {
            any = any.max(Some(quality));
        } else {
            let is_it = |encoding: &Encoding| {
                encoding.name().is_some_and(is) || (*encoding == Encoding::Gzip && is("x-gzip"))
            };
            let known = Encoding::COMPRESSED.iter().zip(&mut named);
            for (_encoding, best) in known.filter(|(encoding, _best)| is_it(encoding)) {
                *best = (*best).max(Some(quality));
            }
        }
    }
    // Identity is acceptable unless it is refused by name or by `*;q=0`; everything else must be asked for.
    // What `*` stands for is left to us: gzip, which everyone reads.
    let [brotli, zstd, gzip] = named;
    let qualities = [brotli, zstd, gzip.or(any)].map(|quality| quality.unwrap_or(0));
    let identity_is_refused = identity.or(any) == Some(0);
    let best = qualities.into_iter().max().unwrap_or(0);
    if best > 0 && best >= identity.unwrap_or(0) {
        let found = Encoding::COMPRESSED.into_iter().zip(qualities).find(|(_, quality)| *quality == best);
        found.map(|(encoding, _)| encoding)
    } else if identity_is_refused {
        None
    } else {
        Some(Encoding::Identity)
    }
}

/// Higher ones cost more than they save: level 6 packs a feed 3 % smaller and takes 40 % longer.
const GZIP_LEVEL: u32 = 3;

/// The windows and tables of packing are a quarter of a megabyte, which takes longer to get from the system than to fill.
static PACKERS: Mutex<Vec<Compress>> = Mutex::new(Vec::new());

/// So many are kept.
const MOST_PACKERS: usize = 4;

/// 2 to this many bytes is how far back gzip looks, and the most that it can.
const GZIP_WINDOW: u8 = 15;

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let packers = || PACKERS.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = packers().pop();
    let mut packer = kept.unwrap_or_else(|| Compress::new_gzip(Compression::new(GZIP_LEVEL), GZIP_WINDOW));
    let mut packed = Vec::with_capacity(bytes.len() / 4 + 128);
    loop {
        let taken = usize::try_from(packer.total_in()).unwrap_or(usize::MAX);
        let rest = bytes.get(taken..).unwrap_or_default();
        if packer.compress_vec(rest, &mut packed, FlushCompress::Finish)? == Status::StreamEnd {
            break;
        }
        packed.reserve(bytes.len() / 4 + 1_024);
    }
    packer.reset();
    let mut packers = packers();
    if packers.len() < MOST_PACKERS {
        packers.push(packer);
    }
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::http::HeaderMap;
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT_ENCODING;

    use super::Encoding;
    use super::negotiate;

    #[test]
    fn what_was_packed_is_unpacked_whole_and_packed_alike() {
        let mut random = fastrand::Rng::with_seed(1);
        for length in [0, 1, 1_000, 300_000] {
            // Noise packs to more than it was.
            let noise: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
            for bytes in [noise, b"flags ".repeat(length)] {
                let packed = Encoding::Gzip.encode(bytes.clone()).unwrap();
                assert_eq!(packed, Encoding::Gzip.encode(bytes.clone()).unwrap());
                let mut unpacked = Vec::new();
                flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
                assert_eq!(unpacked, bytes);
            }
        }
    }

    #[test]
    fn encodings_are_chosen_by_quality() {
        for (accepts, expected) in [
            ("gzip", Some(Encoding::Gzip)),
            ("GZIP, br", Some(Encoding::Brotli)),
            ("x-gzip;q=0.5", Some(Encoding::Gzip)),
            ("zstd, br", Some(Encoding::Brotli)),
            ("br;q=0.5, zstd", Some(Encoding::Zstd)),
            ("gzip, deflate", Some(Encoding::Gzip)),
            ("deflate", Some(Encoding::Identity)),
            ("", Some(Encoding::Identity)),
            ("gzip;q=0", Some(Encoding::Identity)),
            ("gzip;q=0.000", Some(Encoding::Identity)),
            ("gzip;q=0.2, identity;q=0.8", Some(Encoding::Identity)),
            ("gzip ; q=0.8, identity;q=0.2", Some(Encoding::Gzip)),
            ("*", Some(Encoding::Gzip)),
            ("*;q=0", None),
            ("identity;q=0", None),
            ("identity;q=0, gzip;q=0.1", Some(Encoding::Gzip)),
            ("*;q=0, identity", Some(Encoding::Identity)),
            ("gzip;q=0, *", Some(Encoding::Identity)),
            ("gzip;q=0, br;q=0.1", Some(Encoding::Brotli)),
            ("gzip;q=x", Some(Encoding::Identity)),
            ("gzip;q=0.0001", Some(Encoding::Identity)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepts));
            assert_eq!(negotiate(&headers), expected, "{accepts}");
        }
        assert_eq!(negotiate(&HeaderMap::new()), Some(Encoding::Identity));
    }
}

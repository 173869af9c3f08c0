//! Which encoding a reader accepts (RFC 9110 §12.5.3), and gzip.

use std::io::Write as _;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use flate2::Compression;
use flate2::write::GzEncoder;

/// An encoding we send.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Encoding {
    /// The bytes as they are.
    Identity,
    /// gzip.
    Gzip,
}

/// The best encoding for a request, or `None` when it refuses all we have.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Encoding> {
    let (mut gzip, mut identity, mut any) = (None, None, None);
    for value in headers.get_all(ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',').take(32) {
            let (coding, quality) = parse(item);
            match coding.to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => gzip = gzip.max(Some(quality)),
                "identity" => identity = identity.max(Some(quality)),
                "*" => any = any.max(Some(quality)),
                _other => {}
            }
        }
    }
    // Identity is acceptable unless it is refused by name or by `*;q=0`; everything else must be asked for.
    let gzip = gzip.or(any).unwrap_or(0);
    let identity_is_refused = identity.or(any) == Some(0);
    if gzip > 0 && gzip >= identity.unwrap_or(0) {
        Some(Encoding::Gzip)
    } else if identity_is_refused {
        None
    } else {
        Some(Encoding::Identity)
    }
}

/// A coding and its quality in thousandths; an illegible quality counts as 0.
fn parse(item: &str) -> (&str, u16) {
    let mut parts = item.split(';').map(str::trim);
    let coding = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    (coding, quality.map_or(1_000, thousandths))
}

fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" => 1_000,
        "0" if digits => format!("{fraction:0<3}").parse().unwrap_or(0),
        _illegible => 0,
    }
}

/// Compresses at level 6: a higher level costs twice the time for half a percent.
pub(super) fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT_ENCODING;

    use super::Encoding;
    use super::negotiate;

    #[test]
    fn encodings_are_chosen_by_quality() {
        for (accepts, expected) in [
            ("gzip", Some(Encoding::Gzip)),
            ("GZIP, br", Some(Encoding::Gzip)),
            ("x-gzip;q=0.5", Some(Encoding::Gzip)),
            ("br, zstd", Some(Encoding::Identity)),
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

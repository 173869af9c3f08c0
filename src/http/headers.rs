//! The headers of a request, however it was read: by hyper, or by the short way to what is ready.

use axum::http::HeaderMap;
use axum::http::HeaderName;

/// What stands under a name.
pub(super) trait Headers {
    /// The values under a name, in order; one that is not of visible ASCII is given as nothing.
    fn all<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a str>;

    /// What the lists under a name hold, with the quality of each in thousandths (RFC 9110 §12.4.2); of each value the first 32.
    fn liked<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = (&'a str, u16)> {
        self.all(name).flat_map(|value| value.split(',').take(32)).map(parse)
    }

    /// Whether the name is there at all.
    fn has(&self, name: &HeaderName) -> bool {
        self.all(name).next().is_some()
    }
}

impl Headers for HeaderMap {
    fn all<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a str> {
        self.get_all(name).iter().map(|value| value.to_str().unwrap_or_default())
    }
}

/// Headers as they were read, in the order in which they stand.
#[derive(Debug)]
pub(super) struct Lines<'a>(pub(super) &'a [httparse::Header<'a>]);

impl Headers for Lines<'_> {
    fn all<'a>(&'a self, name: &'a HeaderName) -> impl Iterator<Item = &'a str> {
        let lines = self.0.iter().filter(|line| line.name.eq_ignore_ascii_case(name.as_str()));
        lines.map(|line| legible(line.value))
    }
}

/// As [`axum::http::HeaderValue::to_str`] has it.
fn legible(value: &[u8]) -> &str {
    let is_legible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    std::str::from_utf8(value).ok().filter(|_text| is_legible).unwrap_or_default()
}

/// An item of a list and its quality in thousandths; an illegible quality counts as 0.
fn parse(item: &str) -> (&str, u16) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    (name, quality.map_or(1_000, thousandths))
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::HeaderValue;
    use axum::http::header;

    use super::Headers;
    use super::Lines;

    #[test]
    fn however_headers_were_read_the_same_is_found() {
        let head = b"Host: a\r\nIF-NONE-MATCH: \"x\"\r\nif-none-match: \xFF\r\nIf-None-Match: \"y\"\r\n\r\n";
        let mut storage = [httparse::EMPTY_HEADER; 8];
        let Ok(httparse::Status::Complete((_length, lines))) = httparse::parse_headers(head, &mut storage)
        else {
            unreachable!("the head is whole")
        };
        let lines = Lines(lines);
        let mut map = HeaderMap::new();
        map.append(header::HOST, HeaderValue::from_static("a"));
        for value in [&b"\"x\""[..], b"\xFF", b"\"y\""] {
            map.append(header::IF_NONE_MATCH, HeaderValue::from_bytes(value).unwrap());
        }
        for name in [header::HOST, header::IF_NONE_MATCH, header::ACCEPT] {
            let (ours, theirs): (Vec<_>, Vec<_>) = (lines.all(&name).collect(), map.all(&name).collect());
            assert_eq!(ours, theirs, "{name}");
            assert_eq!(lines.has(&name), map.has(&name));
        }
        assert_eq!(lines.all(&header::IF_NONE_MATCH).collect::<Vec<_>>(), ["\"x\"", "", "\"y\""]);
    }
}

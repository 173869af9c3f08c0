//! Bytes → characters: which encoding a feed is written in. Never fails; what cannot be decoded is repaired.
//!
//! The order is byte order mark, HTTP charset, XML declaration, UTF-8. A label that is unknown, `utf-7` among them, is
//! never interpreted: the next rule decides.

use std::borrow::Cow;

use encoding_rs::Encoding;
use encoding_rs::REPLACEMENT;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use encoding_rs::WINDOWS_1252;

use crate::fetch::exchange::Response;

/// How far into the document an XML declaration is looked for.
const DECLARATION_BYTES: usize = 256;

/// The characters of an answer.
pub(in crate::sources) fn answer(response: &Response) -> Cow<'_, str> {
    decode(&response.body, response.content_type.as_deref())
}

/// The characters of a document.
pub(in crate::sources) fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Cow<'b, str> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes.get(mark_bytes..).unwrap_or_default());
    }
    let encoding = content_type
        .and_then(charset)
        .or_else(|| by_first_bytes(bytes))
        .or_else(|| declared(bytes))
        .unwrap_or(UTF_8);
    decode_as(encoding, bytes)
}

fn decode_as<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Cow<'b, str> {
    if encoding == UTF_8 {
        return decode_utf8(bytes);
    }
    encoding.decode_without_bom_handling(bytes).0
}

/// UTF-8 in which a byte that does not belong is read as windows-1252: text pasted from a word processor.
fn decode_utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
    Cow::Owned(out)
}

/// The encoding that a `Content-Type` names.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    content_type
        .split(';')
        .skip(1)
        .find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
        })
        .and_then(by_label)
}

fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)
}

/// UTF-16 without a mark, told by the shape of `<?` or `<r`.
fn by_first_bytes(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<', 0, _, ..] => Some(UTF_16BE),
        [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// The encoding in the XML declaration. A declaration readable as ASCII that claims UTF-16 is wrong and means UTF-8.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..DECLARATION_BYTES).unwrap_or(bytes)).into_owned();
    let declaration = head.split_once("<?xml")?.1.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let label = value.get(1..)?.split(quote).next()?;
    let encoding = by_label(label.trim())?;
    Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_mark_beats_http_and_http_beats_the_declaration() {
        let latin = b"<?xml version='1.0' encoding='iso-8859-2'?><a>\xE9</a>";
        assert!(decode(latin, Some("text/xml; charset=\"windows-1252\"")).contains('\u{e9}'));
        assert!(decode(b"\xEF\xBB\xBF<a>\xC3\xA9</a>", Some("text/xml; charset=koi8-r")).contains('\u{e9}'));
        assert!(decode(b"<?xml version='1.0' encoding = 'koi8-r'?><a>\xC1</a>", None).contains('\u{430}'));
    }

    #[test]
    fn an_unknown_label_is_passed_over() {
        let body = b"<?xml version='1.0' encoding='utf-7'?><a>+ADw- \xC3\xA9</a>";
        assert!(decode(body, Some("text/xml; charset=no-such")).contains("+ADw- \u{e9}"));
        assert!(decode(body, Some("text/xml; charset=iso-2022-kr")).contains('\u{e9}'));
    }

    #[test]
    fn stray_bytes_in_utf8_are_read_as_windows_1252() {
        assert_eq!(decode(b"<a>\x93caf\xC3\xA9\x94</a>", None), "<a>\u{201c}caf\u{e9}\u{201d}</a>");
    }

    #[test]
    fn utf16_is_told_with_and_without_a_mark() {
        let text = "<?xml version='1.0' encoding='utf-16'?><a>\u{e9}</a>";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&bytes, None), text);
        assert_eq!(decode(text.as_bytes(), None), text);
    }
}

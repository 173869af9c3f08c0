//! Bytes to characters, and the repairs that make ill-formed feeds parseable.

use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::WINDOWS_1252;

use crate::sources::xml::entities;

/// The characters of a body: a byte order mark decides, else the declared type's charset, else the XML declaration's,
/// else UTF-8 (RFC 7303 §3). What is no UTF-8 although it says so is read as windows-1252 where it is wrong.
pub(in crate::sources) fn decode(body: &[u8], content_type: Option<&str>) -> String {
    let declared = content_type.and_then(charset_of_type).or_else(|| charset_of_declaration(body));
    let encoding = match Encoding::for_bom(body) {
        Some((encoding, _)) => encoding,
        None => declared.unwrap_or(UTF_8),
    };
    if encoding == UTF_8 {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        return utf_8_with_strays(body);
    }
    encoding.decode(body).0.into_owned()
}

/// The charset parameter of a media type. Names that no browser reads (utf-7 among them) count as none.
fn charset_of_type(content_type: &str) -> Option<&'static Encoding> {
    let parameter = content_type.split(';').skip(1).map(str::trim).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })?;
    Encoding::for_label(parameter.trim().trim_matches(['"', '\'']).as_bytes())
}

/// The encoding that the XML declaration names. A declaration that could be read at all is no UTF-16.
fn charset_of_declaration(body: &[u8]) -> Option<&'static Encoding> {
    let start = body.get(..body.len().min(256))?;
    let ascii: String = start.iter().map(|byte| char::from(*byte)).collect();
    let declaration = ascii.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value.get(1..)?.split(quote).next()?;
    Encoding::for_label(name.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

/// UTF-8 in which stray bytes are read as windows-1252, the usual culprit.
fn utf_8_with_strays(body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
    text
}

/// Removes what XML forbids and mends what feeds get wrong: control characters, references to them, HTML's named
/// references, bare ampersands, characters before the declaration. CDATA stays as it is but for control characters.
pub(in crate::sources) fn repair(text: &str) -> String {
    let text =
        text.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{FEFF}');
    let text = text.find("<?xml").filter(|at| *at < 1_024).and_then(|at| text.get(at..)).unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, after) = match rest.find("<![CDATA[") {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        mend(plain, &mut out);
        let end = after.find("]]>").map_or(after.len(), |end| end + 3);
        let (data, after) = after.split_at(end);
        out.extend(data.chars().filter(|character| is_allowed(*character)));
        if !data.is_empty() && !data.ends_with("]]>") {
            out.push_str("]]>");
        }
        rest = after;
    }
    out
}

fn mend(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.extend(before.chars().filter(|character| is_allowed(*character)));
        let body = from.get(1..).unwrap_or_default();
        let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(body.len());
        let name = body.get(..end).unwrap_or_default();
        let is_ended = body.get(end..).is_some_and(|after| after.starts_with(';'));
        if let Some(mended) = reference(name).filter(|_| is_ended) {
            out.push_str(&mended);
            rest = body.get(end + 1..).unwrap_or_default();
        } else {
            out.push_str("&amp;");
            rest = body;
        }
    }
    out.extend(rest.chars().filter(|character| is_allowed(*character)));
}

/// A reference as XML may have it: itself, a character, or nothing where the character is forbidden.
fn reference(name: &str) -> Option<String> {
    if let Some(digits) = name.strip_prefix('#') {
        let number = match digits.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
            None => digits.parse().ok(),
        }?;
        // Numbers 128 to 159 mean windows-1252 in practice, as in HTML.
        let character = match u8::try_from(number) {
            Ok(byte @ 0x80..=0x9F) => WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next(),
            _other => char::from_u32(number),
        };
        let character = character.filter(|character| is_allowed(*character));
        return Some(character.map_or_else(String::new, |character| format!("&#{};", u32::from(character))));
    }
    match name {
        "amp" | "lt" | "gt" | "quot" | "apos" => Some(format!("&{name};")),
        other => entities::named(other).map(str::to_owned),
    }
}

/// Whether XML 1.0 allows a character (its production 2), C1 controls taken out as well.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{7E}' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
}

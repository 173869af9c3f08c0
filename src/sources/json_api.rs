//! What sources with JSON interfaces share: base addresses, limits of options, members of objects, a refusal's words.
//!
//! Deliberately absent: paging, which no two of them do alike.

use serde_json::Value;
use url::Url;

use crate::fetch::exchange::Credential;
use crate::fetch::exchange::CredentialPlace;
use crate::model::secret::Secret;
use crate::model::time::Timestamp;
use crate::sources::OptionFault;
use crate::sources::Options;

/// Longer bodies are no refusal; they are not searched for words.
const REFUSAL_BYTES: usize = 64 * 1024;

/// The address under the option `url`, or the usual one.
pub(super) fn base(options: &Options, usual: &str) -> Result<Url, OptionFault> {
    if let Some(url) = options.url("url") {
        return Ok(url.clone());
    }
    Url::parse(usual).map_err(|error| OptionFault {
        option: "url",
        index: None,
        message: error.to_string(),
        hint: None,
    })
}

/// The number under an option, or the usual one; a fault outside its limits.
pub(super) fn within(
    options: &Options,
    option: &'static str,
    usual: u64,
    low: u64,
    high: u64,
) -> Result<u64, OptionFault> {
    let number = options.number(option).unwrap_or(usual);
    if (low..=high).contains(&number) {
        return Ok(number);
    }
    Err(OptionFault {
        option,
        index: None,
        message: format!("{number} lies outside {low} to {high}"),
        hint: None,
    })
}

/// A token as it stands in `Authorization`.
pub(super) fn bearer(secret: Option<&Secret>) -> Option<Credential> {
    let place = CredentialPlace::Header { name: "authorization", prefix: "Bearer " };
    secret.map(|secret| Credential { place, secret: secret.clone() })
}

/// A base address with further segments behind its path. `None` where one of them would be taken for a way up.
pub(super) fn below<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Option<Url> {
    let mut url = base.clone();
    let mut path = url.path_segments_mut().ok()?;
    path.pop_if_empty();
    for segment in segments {
        if matches!(segment, "." | ".." | "") {
            return None;
        }
        path.push(segment);
    }
    drop(path);
    Some(url)
}

/// A member that is a string and not blank, without white space at its ends.
pub(super) fn string(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A count, also one given as a string.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

/// A time given as milliseconds since 1970, also one given as a string.
pub(super) fn millis(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

/// Milliseconds since 1970 of one of our times.
pub(super) fn millis_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000)
}

/// What a refusal says in `message`, `error`, `errors` or `detail`.
pub(super) fn said(body: &[u8]) -> Option<String> {
    if body.len() > REFUSAL_BYTES {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    let first = value.get("errors").and_then(|errors| errors.get(0));
    let places = [Some(&value), value.get("error"), first];
    let words = places.into_iter().flatten().find_map(|place| {
        let named = ["message", "error", "detail"].iter().find_map(|key| string(place, key));
        named.or_else(|| place.as_str().map(str::to_owned))
    })?;
    Some(words.chars().take(300).collect())
}

/// Why an answer is not what was asked for: in its own words, where it has some.
pub(super) fn unreadable(body: &[u8], wanted: &str, error: impl std::fmt::Display) -> String {
    if body.trim_ascii().is_empty() {
        return format!("it is empty, not {wanted}");
    }
    said(body).unwrap_or_else(|| format!("it is not {wanted}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::below;
    use super::said;
    use url::Url;

    #[test]
    fn a_refusal_is_heard_wherever_its_words_stand() {
        let heard = |body: &str| said(body.as_bytes());
        assert_eq!(heard(r#"{"message": "slow down", "status": 429}"#).unwrap(), "slow down");
        assert_eq!(heard(r#"{"error": "no such work"}"#).unwrap(), "no such work");
        assert_eq!(heard(r#"{"error": {"code": 4, "message": "no key"}}"#).unwrap(), "no key");
        assert_eq!(heard(r#"{"errors": [{"message": "bad venue"}]}"#).unwrap(), "bad venue");
        assert_eq!(heard(r#"{"error": "x", "message": "y"}"#).unwrap(), "y");
        for body in ["", "[]", "null", "3", "{}", r#"{"error": 3}"#, r#"{"errors": []}"#, "<html>"] {
            assert_eq!(heard(body), None, "{body}");
        }
        assert_eq!(heard(&format!(r#"{{"error": "{}"}}"#, "x".repeat(70_000))), None);
    }

    #[test]
    fn segments_are_escaped_and_never_lead_up() {
        let base = Url::parse("https://api.example.org/v1/").unwrap();
        let address = |segments: &[&str]| below(&base, segments.iter().copied()).map(String::from);
        assert_eq!(
            address(&["doi:10.1000", "a?b#c%2F"]).unwrap(),
            "https://api.example.org/v1/doi:10.1000/a%3Fb%23c%252F"
        );
        assert_eq!(address(&["..", "x"]), None);
        assert_eq!(address(&["x", ""]), None);
    }
}

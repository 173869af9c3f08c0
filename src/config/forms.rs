//! What the value of a key may look like: durations, sizes, addresses and the like, each read with its own complaint.
//!
//! Nothing here knows which key it reads; [`super::walk`] adds the place in the file.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use url::Host;
use url::Url;

use crate::config::diagnostic::quoted;
use crate::model::source::is_slug;

/// What is wrong with a value, and what to do.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Flaw {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Complaint and advice as one line.
    pub(super) fn in_words(self) -> String {
        match self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message,
        }
    }
}

/// A name of a source or topic.
pub(super) fn slug(text: &str) -> Result<String, Flaw> {
    if is_slug(text) {
        return Ok(text.to_owned());
    }
    let flaw = Flaw::new(format!("{} is not a name", quoted(text)));
    let mended: String = text
        .to_lowercase()
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
        .skip_while(|character| *character == '-')
        .take(64)
        .collect();
    let mended = mended.trim_end_matches('-');
    let rule = "use lower-case letters, digits and hyphens, at most 64";
    Err(flaw.hint(if mended.is_empty() { rule.to_owned() } else { format!("{rule}, such as \"{mended}\"") }))
}

/// One line of text, not empty.
pub(super) fn line(text: &str) -> Result<String, Flaw> {
    if text.contains(['\n', '\r']) {
        return Err(Flaw::new("this must be one line of text"));
    }
    prose(text, 500)
}

/// Text of at most `longest` characters, not empty.
pub(super) fn prose(text: &str, longest: usize) -> Result<String, Flaw> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Flaw::new("this text is empty").hint("write something between the quotation marks"));
    }
    if trimmed.chars().any(|character| character.is_control() && !character.is_whitespace()) {
        return Err(Flaw::new("this text has control characters in it"));
    }
    if trimmed.chars().count() > longest {
        return Err(Flaw::new(format!("this text has more than {longest} characters")));
    }
    Ok(trimmed.to_owned())
}

/// An absolute `http` or `https` address without credentials.
pub(super) fn url(text: &str) -> Result<Url, Flaw> {
    let url = Url::parse(text).map_err(|error| {
        let looks_bare = !text.contains("://") && text.contains('.') && !text.contains(char::is_whitespace);
        if error == url::ParseError::RelativeUrlWithoutBase && looks_bare {
            let flaw = Flaw::new(format!("{} is not a whole address", quoted(text)));
            return flaw.hint(format!("write \"https://{text}\""));
        }
        let flaw = Flaw::new(format!("{} is not an address: {error}", quoted(text)));
        flaw.hint("write the whole address, with https:// in front")
    })?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        let flaw = Flaw::new(format!("{} is not an http or https address", quoted(text)));
        return Err(flaw.hint("write the whole address, with https:// in front"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Flaw::new("this address has a user name or password in it").hint("take it out"));
    }
    Ok(url)
}

/// The public address; a slash is put at the end of its path, so that relative addresses join it.
pub(super) fn public_url(text: &str) -> Result<Url, Flaw> {
    let mut url = url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Flaw::new("the public address has a query or fragment").hint("end it with the path"));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Where the operator can be reached.
pub(super) fn contact(text: &str) -> Result<String, Flaw> {
    let flaw = || Flaw::new(format!("{} is neither a mailto: nor an https: address", quoted(text)));
    if text.len() > 300 || text.chars().any(|character| !character.is_ascii_graphic()) {
        return Err(flaw().hint("write it without spaces, like \"mailto:you@example.org\""));
    }
    if let Some(mailbox) = text.strip_prefix("mailto:") {
        let shaped = mailbox.split_once('@').is_some_and(|(user, host)| !user.is_empty() && is_host(host));
        let plain = !mailbox.contains(['?', ',', ';', '(', ')', '<', '>']);
        let hint = "write one mailbox, like \"mailto:you@example.org\"";
        return if shaped && plain { Ok(text.to_owned()) } else { Err(flaw().hint(hint)) };
    }
    if text.starts_with("https://") {
        return url(text).map(|url| url.to_string());
    }
    Err(if text.contains('@') && !text.contains(':') {
        flaw().hint(format!("write \"mailto:{text}\""))
    } else {
        flaw().hint("write \"mailto:you@example.org\" or the https address of a page about you")
    })
}

/// Whether a text is a host name of RFC 4151's grammar, in lower case.
fn is_host(text: &str) -> bool {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && part.bytes().all(allowed) && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

/// The authority of `tag:` identifiers: a host name or mailbox of RFC 4151, in lower case.
pub(super) fn authority(text: &str) -> Result<String, Flaw> {
    let (user, host) = text.split_once('@').map_or((None, text), |(user, host)| (Some(user), host));
    let user_is_fine = user.is_none_or(|user| {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        };
        !user.is_empty() && user.bytes().all(allowed)
    });
    if user_is_fine && is_host(host) {
        return Ok(text.to_owned());
    }
    let flaw = Flaw::new(format!("{} is neither a host name nor a mailbox", quoted(text)));
    let lower = text.to_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_scheme, rest)| rest);
    let bare = bare.split([':', '/']).next().unwrap_or_default();
    let hint = "write a name you own, in lower case, without scheme, port and path";
    Err(flaw.hint(if is_host(bare) { format!("{hint}: \"{bare}\"") } else { hint.to_owned() }))
}

/// The authority that follows from the public address: RFC 4151 wants a name, and a bare IP address is none.
pub(super) fn authority_of(public_url: &Url) -> String {
    match public_url.host() {
        Some(Host::Domain(name)) if is_host(&name.to_ascii_lowercase()) => name.to_ascii_lowercase(),
        Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_)) | None => "localhost".to_owned(),
    }
}

/// A path; a relative one starts from `base`.
pub(super) fn path(text: &str, base: &std::path::Path) -> Result<PathBuf, Flaw> {
    if text.trim().is_empty() || text.contains('\0') {
        return Err(Flaw::new("this path is empty").hint("name a folder, or leave the key out"));
    }
    if text.starts_with('~') || text.starts_with('$') {
        let flaw = Flaw::new(format!("{} is not a path", quoted(text)));
        return Err(flaw.hint("write the whole path; ~ and variables are not replaced here"));
    }
    Ok(base.join(text))
}

/// How many papers a day, in thousandths, out of `8/day` or `20/week`.
pub(super) fn budget(text: &str) -> Result<u64, Flaw> {
    let flaw = || Flaw::new(format!("{} is no number of papers", quoted(text)));
    let hint = "write \"8/day\" or \"20/week\"";
    let Some((number, per)) = text.split_once('/') else { return Err(flaw().hint(hint)) };
    let number: u64 = number.trim().parse().map_err(|_no_number| flaw().hint(hint))?;
    let thousandths = match per.trim() {
        "day" => number.saturating_mul(1_000),
        "week" => number.saturating_mul(1_000) / 7,
        _other => return Err(flaw().hint(hint)),
    };
    if (1..=500_000).contains(&thousandths) {
        Ok(thousandths)
    } else {
        Err(flaw().hint("write something from \"1/week\" to \"500/day\""))
    }
}

/// A day of the calendar.
pub(super) fn day(text: &str) -> Result<NaiveDate, Flaw> {
    text.parse().map_err(|_no_day| {
        Flaw::new(format!("{} is not a day", quoted(text))).hint("write it like \"2026-12-25\"")
    })
}

const DURATION_UNITS: &[(&str, u64)] = &[("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
const SIZE_UNITS: &[(&str, u64)] =
    &[("B", 1), ("KiB", 1_024), ("MiB", 1_024 * 1_024), ("GiB", 1_024 * 1_024 * 1_024)];

/// A duration such as `90s`, `15m`, `1h` or `2d`, between two bounds in seconds.
pub(super) fn duration(text: &str, least: u64, most: u64) -> Result<Duration, Flaw> {
    let Some(seconds) = amount(text, DURATION_UNITS) else {
        let flaw = Flaw::new(format!("{} is not a duration", quoted(text)));
        return Err(flaw.hint("write a whole number and a unit: \"90s\", \"15m\", \"1h\" or \"2d\""));
    };
    let seconds = bounded(seconds, least, most, &|seconds| written(seconds, DURATION_UNITS, ""))?;
    Ok(Duration::from_secs(seconds))
}

/// A size such as `64 MiB`, between two bounds in bytes.
pub(super) fn size(text: &str, least: u64, most: u64) -> Result<u64, Flaw> {
    let Some(bytes) = amount(text, SIZE_UNITS) else {
        let flaw = Flaw::new(format!("{} is not a size", quoted(text)));
        return Err(flaw.hint("write a whole number and a unit: \"512 KiB\", \"64 MiB\" or \"1 GiB\""));
    };
    bounded(bytes, least, most, &|bytes| written(bytes, SIZE_UNITS, " "))
}

/// A number between two bounds.
pub(super) fn bounded(
    number: u64,
    least: u64,
    most: u64,
    print: &dyn Fn(u64) -> String,
) -> Result<u64, Flaw> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    let side = if number < least { "small" } else { "large" };
    let flaw = Flaw::new(format!("{} is too {side}", print(number)));
    Err(flaw.hint(format!("write something from {} to {}", print(least), print(most))))
}

/// A whole number with one of the units after it, multiplied out.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_unit, factor) = units.iter().find(|(name, _factor)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

/// A number in the largest unit that holds it whole.
pub(super) fn written(number: u64, units: &[(&str, u64)], gap: &str) -> String {
    let whole =
        units.iter().rev().find(|(_name, factor)| number >= *factor && number.is_multiple_of(*factor));
    let (name, factor) = whole.copied().unwrap_or(("", 1));
    if name.is_empty() { number.to_string() } else { format!("{}{gap}{name}", number / factor) }
}

/// A duration as it would be written.
pub(super) fn written_duration(duration: Duration) -> String {
    written(duration.as_secs(), DURATION_UNITS, "")
}

/// A size as it would be written.
pub(super) fn written_size(bytes: u64) -> String {
    written(bytes, SIZE_UNITS, " ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Flaw;

    fn hint<T: std::fmt::Debug>(outcome: Result<T, Flaw>) -> String {
        outcome.unwrap_err().hint.unwrap_or_default()
    }

    #[test]
    fn durations_and_sizes_have_units_and_bounds() {
        assert_eq!(super::duration("90s", 1, 1_000).unwrap(), Duration::from_secs(90));
        assert_eq!(super::duration("2 d", 1, 1_000_000).unwrap(), Duration::from_hours(48));
        assert_eq!(super::size("64 MiB", 1, u64::MAX).unwrap(), 64 * 1_024 * 1_024);
        for text in ["", "90", "1.5h", "-1h", "h", "1 week", "99999999999999999999s", "18446744073709551615d"]
        {
            assert!(hint(super::duration(text, 0, u64::MAX)).contains("\"15m\""), "{text}");
        }
        assert_eq!(hint(super::duration("2d", 1, 3_600)), "write something from 1s to 1h");
        assert!(hint(super::size("64 MB", 0, u64::MAX)).contains("\"64 MiB\""));
    }

    #[test]
    fn what_is_written_back_is_read_back() {
        for seconds in [1, 59, 60, 90, 3_600, 5_400, 86_400, 172_800] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(super::duration(&super::written_duration(duration), 0, u64::MAX).unwrap(), duration);
        }
        assert_eq!(super::written_size(64 * 1_024 * 1_024), "64 MiB");
    }

    #[test]
    fn the_public_address_ends_with_a_slash_and_has_nothing_after_its_path() {
        let url = |text| super::public_url(text).unwrap().to_string();
        assert_eq!(url("https://papers.example.org"), "https://papers.example.org/");
        assert_eq!(url("https://example.org/papers"), "https://example.org/papers/");
        for text in [
            "https://a.org/?q",
            "https://a.org/#f",
            "ftp://a.org/",
            "https://me:pw@a.org/",
            "/x",
            "mailto:a@b.c",
        ] {
            assert!(super::public_url(text).is_err(), "{text}");
        }
        assert_eq!(hint(super::public_url("papers.example.org")), "write \"https://papers.example.org\"");
    }

    #[test]
    fn a_contact_is_a_mailbox_or_a_page() {
        assert!(super::contact("mailto:ops@example.org").is_ok());
        assert!(super::contact("https://example.org/about").is_ok());
        assert_eq!(hint(super::contact("ops@example.org")), "write \"mailto:ops@example.org\"");
        for text in
            ["", "mailto:", "mailto:ops", "mailto:a@b.c\r\nX: y", "mailto:a@b.c,d@e.f", "http://example.org"]
        {
            assert!(super::contact(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_authority_is_a_name_and_never_an_address() {
        assert!(super::authority("example.org").is_ok());
        assert!(super::authority("ops@example.org").is_ok());
        assert!(hint(super::authority("https://Example.org:80/x")).ends_with("\"example.org\""));
        for text in ["", "-a.org", "a..org", "a b.org", "@a.org", "ümlaut.org"] {
            assert!(super::authority(text).is_err(), "{text}");
        }
        let of = |text: &str| super::authority_of(&text.parse().unwrap());
        assert_eq!(of("https://Papers.Example.org/x/"), "papers.example.org");
        assert_eq!(of("http://127.0.0.1:4287/"), "localhost");
        assert_eq!(of("http://[::1]:4287/"), "localhost");
    }

    #[test]
    fn a_bad_name_is_mended_in_the_hint() {
        assert!(super::slug("cs-lg-2").is_ok());
        assert!(hint(super::slug("Large Models!")).ends_with("such as \"large-models\""));
        assert!(super::slug(&"a".repeat(65)).is_err());
        assert!(super::slug("-a").is_err());
    }
}

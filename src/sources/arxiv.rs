//! What the kinds of source of arXiv share: the names of its categories, and how they are configured.

use chrono::Datelike as _;
use chrono::NaiveDate;

use crate::model::announcements;
use crate::model::record::RawDate;
use crate::model::time::Timestamp;
use crate::sources::OptionFault;
use crate::sources::Options;

/// The most codes of one paper that are read.
const CODES_AT_MOST: usize = 32;

/// The configured categories in their order, at least one, each in the form of one.
pub(super) fn categories(options: &Options) -> Result<Vec<String>, OptionFault> {
    let fault = |index, message: &str, hint: &str| OptionFault {
        option: "categories",
        index,
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let categories = options.list("categories");
    if categories.is_empty() {
        return Err(fault(None, "no category is named", "write categories = [\"cs.LG\"]"));
    }
    for (index, category) in categories.iter().enumerate() {
        if !is_category(category) {
            let message = format!("\"{category}\" is no arXiv category");
            return Err(fault(Some(index), &message, "write it like \"cs.LG\" or \"hep-th\""));
        }
    }
    Ok(categories.to_vec())
}

/// An archive, or an archive and a class (`math.QA`).
pub(super) fn is_category(text: &str) -> bool {
    let (archive, class) =
        text.split_once('.').map_or((text, None), |(archive, class)| (archive, Some(class)));
    let is_archive =
        archive.len() >= 2 && archive.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_class = |class: &str| {
        class.len() >= 2 && class.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
    };
    is_archive && class.is_none_or(is_class) && text.len() <= 32
}

/// The announcement of a paper on a day, as arXiv's own feeds write it: from midnight US Eastern. All doors must name the
/// same moment, or the date of an entry would move when a second one tells of its paper.
pub(super) fn announced_on(day: NaiveDate) -> RawDate {
    let hours = announcements::eastern_midnight(day).since(Timestamp::midnight(day)).num_hours();
    let midnight = if hours == 4 { "T00:00:00-04:00" } else { "T00:00:00-05:00" };
    RawDate { text: day.to_string() + midnight, is_day: true }
}

/// The announcement of a paper of which only the month is known that its identifier names.
pub(super) fn announced_in(month: (i32, u32)) -> RawDate {
    RawDate { text: format!("{:04}-{:02}", month.0, month.1), is_day: false }
}

/// Whether a day may be that of the announcement of a paper whose identifier names a month: it lies in that month or the next
/// one, since identifiers are given out some days before they are listed.
pub(super) fn is_near(month: (i32, u32), day: NaiveDate) -> bool {
    let index = |year: i32, month: u32| i64::from(year) * 12 + i64::from(month);
    (0..=1).contains(&(index(day.year(), day.month()) - index(month.0, month.1)))
}

/// The codes of the Mathematics Subject Classification and of ACM's in a text, in which words and brackets stand too:
/// `Primary 05C80; Secondary 60C05`, `I.2.7, H.3`.
pub(super) fn codes(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|end: char| end.is_whitespace() || matches!(end, ',' | ';' | '(' | ')'));
    words
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| is_msc(word) || is_acm(word))
        .take(CODES_AT_MOST)
}

/// `05C80`, `60-XX`, `68Txx`.
fn is_msc(word: &str) -> bool {
    let is = |index: usize, test: fn(u8) -> bool| word.as_bytes().get(index).copied().is_some_and(test);
    let is_end = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'x' | b'X');
    word.len() == 5
        && is(0, |byte| byte.is_ascii_digit())
        && is(1, |byte| byte.is_ascii_digit())
        && is(2, |byte| byte.is_ascii_uppercase() || byte == b'-')
        && is(3, is_end)
        && is(4, is_end)
}

/// `I.2`, `I.2.7`, `F.m`.
fn is_acm(word: &str) -> bool {
    let mut parts = word.split('.');
    let letter = parts.next().unwrap_or_default();
    let is_number = |part: &str| {
        part == "m" || (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut rest = parts.clone();
    matches!(letter.as_bytes(), [b'A'..=b'K']) && (1..=2).contains(&parts.count()) && rest.all(is_number)
}

#[cfg(test)]
mod tests {
    use super::announced_on;
    use super::codes;
    use super::is_category;

    #[test]
    fn codes_are_found_among_words() {
        let found = |text: &'static str| codes(text).collect::<Vec<_>>();
        assert_eq!(found("Primary 05C80; Secondary 60C05 (68T07)"), ["05C80", "60C05", "68T07"]);
        assert_eq!(found("I.2.7, H.3.; F.m"), ["I.2.7", "H.3", "F.m"]);
        assert_eq!(found("00-XX and 68Txx"), ["00-XX", "68Txx"]);
        assert!(found("cs.LG math.CO L.1 I. 2026 12345 I.2.7.1 I.x").is_empty());
    }

    #[test]
    fn a_day_begins_at_midnight_in_new_york() {
        assert_eq!(announced_on("2026-08-12".parse().unwrap()).text, "2026-08-12T00:00:00-04:00");
        assert_eq!(announced_on("2026-12-08".parse().unwrap()).text, "2026-12-08T00:00:00-05:00");
    }

    #[test]
    fn archives_and_classes_are_categories() {
        for category in ["hep-th", "math", "cs.LG", "math.QA", "cond-mat.mes-hall", "q-bio.NC"] {
            assert!(is_category(category), "{category}");
        }
        for other in ["", "x", "cs.", "cs.L", "CS.LG", "cs/LG", "I.2.7", "68T05", "cs.LG+cs.CL", "a b"] {
            assert!(!is_category(other), "{other}");
        }
    }
}

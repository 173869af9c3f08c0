//! Dates as they are met.

use super::moment;
use super::parse;
use crate::model::record::RawDate;
use crate::model::time::Precision;
use crate::model::time::Timestamp;

fn read(text: &str) -> Option<(String, Precision)> {
    parse(text, false).map(|moment| (moment.at.to_rfc3339(), moment.precision))
}

#[test]
fn the_usual_formats_are_read_with_their_precision() {
    for (text, at, precision) in [
        ("2026-08-15T10:20:30Z", "2026-08-15T10:20:30Z", Precision::Second),
        ("2026-08-15T10:20:30.123456+02:00", "2026-08-15T08:20:30.123456Z", Precision::Second),
        ("2026-08-15T10:20Z", "2026-08-15T10:20:00Z", Precision::Second),
        ("2026-08-15 10:20:30", "2026-08-15T10:20:30Z", Precision::Second),
        ("Sat, 15 Aug 2026 00:00:00 -0400", "2026-08-15T04:00:00Z", Precision::Second),
        ("Sat, 5 Sep 2026 10:20 GMT", "2026-09-05T10:20:00Z", Precision::Second),
        ("5 Sep 26 10:20:30 EST", "2026-09-05T15:20:30Z", Precision::Second),
        ("Sat, 15 Aug 2026 10:20:30 EDT", "2026-08-15T14:20:30Z", Precision::Second),
        ("Sat, 15 Aug 2026 10:20:30 UT", "2026-08-15T10:20:30Z", Precision::Second),
        ("Sat, 15 Aug 2026 10:20:30 -0400 (EDT)", "2026-08-15T14:20:30Z", Precision::Second),
        ("Sat Aug 15 10:20:30 2026", "2026-08-15T10:20:30Z", Precision::Second),
        ("Saturday, 15-Aug-2026 10:20:30 GMT", "", Precision::Second),
        ("2026-08-15", "2026-08-15T00:00:00Z", Precision::Day),
        ("2026-08-15-08:00", "2026-08-15T08:00:00Z", Precision::Day),
        ("2026/8/5", "2026-08-05T00:00:00Z", Precision::Day),
        ("20260815", "2026-08-15T00:00:00Z", Precision::Day),
        ("12 August 2026", "2026-08-12T00:00:00Z", Precision::Day),
        ("Aug 15, 2026", "2026-08-15T00:00:00Z", Precision::Day),
        ("Sept. 5th, 2026", "2026-09-05T00:00:00Z", Precision::Day),
        ("2026-08", "2026-08-01T00:00:00Z", Precision::Month),
        ("January 2026", "2026-01-01T00:00:00Z", Precision::Month),
        ("2026", "2026-01-01T00:00:00Z", Precision::Year),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", Precision::Second),
        ("Aug 15, 2026 01:20 PM", "2026-08-15T13:20:00Z", Precision::Second),
    ] {
        let expected = (!at.is_empty()).then(|| (at.to_owned(), precision));
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_date_gives_none() {
    for text in [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-30",
        "9999999-01-01",
        "9999-01-01",
        "-2026-01-01",
        "0026-01-01",
        "2026-08-15T24:60:61Z",
        "2026-08-15T10:20:30 somewhere",
        "Aug 15",
        "15",
        "32 Aug 2026",
        "10:20:30",
        "Spring 2026",
        "2026-08-15T10:20:30+99:00",
        "2026-00-10",
        "１２ August 2026",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_day_keeps_the_midnight_of_its_own_offset() {
    let day = parse("Sat, 15 Aug 2026 00:00:00 -0400", true).unwrap();
    assert_eq!((day.at.to_rfc3339().as_str(), day.precision), ("2026-08-15T04:00:00Z", Precision::Day));
    let day = parse("2026-08-15T13:00:00.000Z", true).unwrap();
    assert_eq!((day.at.to_rfc3339().as_str(), day.precision), ("2026-08-15T00:00:00Z", Precision::Day));
}

#[test]
fn a_date_in_the_future_is_no_date() {
    let fetched_at = Timestamp::parse_rfc3339("2026-08-15T12:00:00Z").unwrap();
    let date = |text: &str| moment(&RawDate { text: text.into(), is_day: false }, fetched_at).is_some();
    assert!(
        date("2026-08-15") && date("2026-08-16T11:00:00Z"),
        "within a day of the fetch clocks may differ"
    );
    assert!(!date("2026-08-16T13:00:00Z") && !date("January 2027") && !date("2106"));
}

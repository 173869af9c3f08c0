//! OAI-PMH 2.0, as far as all repositories share it: the envelope of an answer, and the walk through lists by dates and
//! resumption tokens.
//!
//! A list is finished when its last page came (an empty token or none, both are met); only then does its mark move, to the
//! day on which its first page was made. A token that comes twice, or a list of more pages than any, ends the walk as a
//! partial one. What is deliberately absent: what a record says, which every format's source reads itself.

use std::collections::BTreeMap;

use chrono::Days;
use chrono::Months;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::fetch::exchange::Response;
use crate::model::problem::Problem;
use crate::model::source::Cursor;
use crate::model::time::Timestamp;
use crate::sources::feed::decode;
use crate::sources::feed::repair;
use crate::sources::xml;
use crate::sources::xml::Element;

/// Records are asked for again from so many days before the mark: lists shift while they are harvested (overlap).
const OVERLAP_DAYS: u64 = 2;

/// History reaches back a hundred years at most.
const MOST_WINDOWS: usize = 1_200;

/// No list has more pages.
const MOST_PAGES: u32 = 20_000;

/// One page of a list.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The day of `responseDate`.
    pub(super) made: Option<NaiveDate>,
    /// The records, each parsed alone.
    pub(super) records: Vec<Element>,
    /// Those that could not be parsed.
    pub(super) problems: Vec<Problem>,
    /// The token of the next page.
    pub(super) token: Option<String>,
    /// How much of the list is behind the end of this page, where the token says so.
    pub(super) share: Option<f64>,
    /// How many records the whole list has, where the token says so.
    pub(super) total: Option<u64>,
    /// Protocol errors: code and words.
    pub(super) errors: Vec<(String, String)>,
    /// Whether the document ends before its root does.
    pub(super) is_cut: bool,
}

/// Reads an answer, or says why it is none of the protocol's.
pub(super) fn page(response: &Response) -> Result<Page, String> {
    let text = repair::repair(&decode::decode(&response.body, response.content_type.as_deref()));
    let root = xml::root(&text).ok_or("there is no markup in it")?;
    let local = root.rsplit(':').next().unwrap_or_default();
    if !local.eq_ignore_ascii_case("OAI-PMH") {
        return Err(format!("its root element is <{root}>, which is no answer of OAI-PMH"));
    }
    let ranges = xml::cut(&text, &["record"]);
    let head = text.get(..ranges.first().map_or(text.len(), |first| first.start)).unwrap_or_default();
    let tail = text.get(ranges.last().map_or(0, |last| last.end)..).unwrap_or_default();
    let mut page = Page {
        made: xml::cut(head, &["responseDate"])
            .first()
            .and_then(|range| head.get(range.clone()))
            .and_then(made),
        is_cut: !text.trim_end().ends_with(&format!("</{root}>")),
        ..Page::default()
    };
    for range in xml::cut(head, &["error"]).into_iter().filter_map(|range| head.get(range)) {
        if let Ok(error) = xml::parse(range) {
            page.errors.push((error.attribute("code").unwrap_or_default().to_owned(), error.text()));
        }
    }
    for (index, range) in ranges.iter().enumerate() {
        let record = text.get(range.clone()).unwrap_or_default();
        match xml::parse(record) {
            Ok(element) => page.records.push(element),
            Err(fault) => page.problems.push(Problem::new(format!("record {}", index + 1), fault)),
        }
    }
    if let Some(element) =
        xml::cut(tail, &["resumptionToken"]).first().and_then(|range| tail.get(range.clone()))
    {
        token(element, &mut page, ranges.len());
    }
    Ok(page)
}

fn made(element: &str) -> Option<NaiveDate> {
    let text = xml::parse(element).ok()?.text();
    text.get(..10)?.parse().ok()
}

fn token(element: &str, page: &mut Page, records: usize) {
    let Ok(element) = xml::parse(element) else { return };
    page.token = Some(element.text()).filter(|token| !token.is_empty());
    let number = |name: &str| element.attribute(name).and_then(|text| text.trim().parse::<u32>().ok());
    if let Some(total) = number("completeListSize").filter(|total| *total > 0) {
        page.total = Some(u64::from(total));
        let before = number("cursor").unwrap_or(0);
        let done = before.saturating_add(u32::try_from(records).unwrap_or(u32::MAX));
        page.share = Some((f64::from(done) / f64::from(total)).min(1.0));
    }
}

/// How far a walk through one or several lists got.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Walk {
    /// The run that the rest belongs to, in microseconds.
    run: i64,
    /// Through which day each list was harvested.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    marks: BTreeMap<String, NaiveDate>,
    /// From where lists without a mark are harvested: the first run of all decided it, even if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beginning: Option<NaiveDate>,
    /// Which list of the run is at hand.
    #[serde(default)]
    at: usize,
    /// The page that is next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// The day on which the first page of the list at hand was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<NaiveDate>,
    /// Pages read of the list at hand.
    #[serde(default)]
    pages: u32,
    /// Whether the list at hand was begun anew after its token was refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_second_try: bool,
    /// How much of the list at hand is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    /// The days of a harvest of history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<(NaiveDate, NaiveDate)>,
    /// What the repository says of its dates: whether it wants a time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) wants_time: Option<bool>,
}

/// One list of a run: a set, between two days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct List {
    /// The set, if not everything.
    pub(super) set: Option<String>,
    /// From this day.
    pub(super) from: NaiveDate,
    /// Through this day; without an end in ordinary runs.
    pub(super) until: Option<NaiveDate>,
}

/// What a page meant for a walk.
#[derive(Debug, Default)]
pub(super) struct Advanced {
    /// The list that it finished, if it did.
    pub(super) finished: Option<String>,
    /// Whether a list was given up before its end.
    pub(super) is_partial: bool,
    /// What is to be told.
    pub(super) problems: Vec<Problem>,
    /// Why the answer cannot be used.
    pub(super) unusable: Option<String>,
}

impl Walk {
    /// The walk behind a cursor, in the run that began then.
    pub(super) fn of(cursor: &Cursor, run: Timestamp) -> Self {
        let known: Self = serde_json::from_str(&cursor.0).unwrap_or_default();
        if known.run == run.micros() || known.history.is_some() {
            return known;
        }
        let Self { marks, beginning, wants_time, .. } = known;
        Self { run: run.micros(), marks, beginning, wants_time, ..Self::default() }
    }

    /// A walk through history.
    pub(super) fn through(since: NaiveDate, until: NaiveDate) -> Self {
        Self { history: Some((since, until)), ..Self::default() }
    }

    /// The cursor of this walk.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    /// The list at hand, or none when all are done. `days` are asked for where there is no mark yet.
    pub(super) fn list(&self, sets: &[Option<String>], run: Timestamp, days: u64) -> Option<List> {
        let count = sets.len().max(1);
        let set = sets.get(self.at % count).cloned().flatten();
        let Some((since, until)) = self.history else {
            let mark = self.marks.get(set.as_deref().unwrap_or_default()).copied();
            let from = match mark {
                Some(mark) => mark.checked_sub_days(Days::new(OVERLAP_DAYS)),
                None => self.beginning.or_else(|| run.day().checked_sub_days(Days::new(days))),
            };
            let from = from.unwrap_or(run.day());
            return (self.at < count).then_some(List { set, from, until: None });
        };
        let (from, end) = window(since, until, self.at / count)?;
        Some(List { set, from, until: Some(end) })
    }

    /// The arguments of the next request.
    pub(super) fn arguments(&self, url: &Url, list: &List, prefix: &str) -> Url {
        let mut url = url.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("verb", "ListRecords");
            if let Some(token) = &self.token {
                query.append_pair("resumptionToken", token);
            } else {
                let day = |day: NaiveDate, end: &str| {
                    if self.wants_time == Some(true) { format!("{day}T{end}Z") } else { day.to_string() }
                };
                query.append_pair("metadataPrefix", prefix);
                query.append_pair("from", &day(list.from, "00:00:00"));
                if let Some(until) = list.until {
                    query.append_pair("until", &day(until, "23:59:59"));
                }
                if let Some(set) = &list.set {
                    query.append_pair("set", set);
                }
            }
        }
        url
    }

    /// Goes on behind a page of the list at hand.
    pub(super) fn advance(&mut self, page: &Page, list: &List, run: Timestamp) -> Advanced {
        let mut advanced = Advanced::default();
        self.beginning = self.beginning.or(Some(list.from));
        for (code, words) in &page.errors {
            match code.as_str() {
                "noRecordsMatch" => {}
                "badResumptionToken" if !self.is_second_try => {
                    advanced
                        .problems
                        .push(Problem::new("resumption token", format!("it was refused: {words}")));
                    self.token = None;
                    self.pages = 0;
                    self.is_second_try = true;
                    return advanced;
                }
                _refused => {
                    advanced.unusable = Some(format!("{code}: {words}"));
                    return advanced;
                }
            }
        }
        if self.begun.is_none() || self.pages == 0 {
            self.begun = Some(page.made.unwrap_or(run.day()).min(run.day()));
        }
        self.pages += 1;
        self.share = page.share;
        let is_repeated = page.token.is_some() && page.token == self.token;
        if is_repeated || self.pages >= MOST_PAGES || page.is_cut {
            let why = if page.is_cut {
                "the page ends before its end".to_owned()
            } else if is_repeated {
                "the same resumption token came twice".to_owned()
            } else {
                format!("the list has more than {MOST_PAGES} pages")
            };
            advanced.problems.push(Problem::new(list.set.clone().unwrap_or_default(), why));
            advanced.is_partial = true;
        }
        if page.token.is_some() && !is_repeated && self.pages < MOST_PAGES {
            self.token.clone_from(&page.token);
            return advanced;
        }
        if !advanced.is_partial {
            advanced.finished = Some(list.set.clone().unwrap_or_default());
            if let (None, Some(begun)) = (self.history, self.begun) {
                self.marks.insert(list.set.clone().unwrap_or_default(), begun);
            }
        }
        self.next_list();
        advanced
    }

    /// Passes over the list at hand, which failed.
    pub(super) fn pass_over(&mut self, list: &List) {
        self.beginning = self.beginning.or(Some(list.from));
        self.next_list();
    }

    fn next_list(&mut self) {
        self.at += 1;
        self.token = None;
        self.begun = None;
        self.pages = 0;
        self.is_second_try = false;
        self.share = None;
    }

    /// How much of a walk through history is done, from 0 to 1.
    pub(super) fn covered(&self, sets: usize) -> Option<f64> {
        let (since, until) = self.history?;
        let windows = (0..MOST_WINDOWS).take_while(|index| window(since, until, *index).is_some()).count();
        let lists = u32::try_from(windows.saturating_mul(sets.max(1))).ok()?.max(1);
        let at = f64::from(u32::try_from(self.at).ok()?) + self.share.unwrap_or(0.0);
        Some((at / f64::from(lists)).min(1.0))
    }
}

/// The month of history with that number, cut to its ends; the first day of one follows the last day of the one before.
fn window(since: NaiveDate, until: NaiveDate, index: usize) -> Option<(NaiveDate, NaiveDate)> {
    let months = u32::try_from(index).ok().filter(|_| index < MOST_WINDOWS)?;
    let from = since.checked_add_months(Months::new(months))?;
    let next = since.checked_add_months(Months::new(months + 1))?;
    (from <= until).then(|| (from, next.pred_opt().unwrap_or(next).min(until)))
}

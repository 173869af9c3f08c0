//! An answer → records and problems: the pieces of this folder in their order.

use std::collections::BTreeMap;

use url::Url;

use crate::model::problem::Problem;
use crate::model::record::IdHint;
use crate::model::record::Record;
use crate::model::source::Pace;
use crate::model::time::Timestamp;
use crate::sources::feed::cut;
use crate::sources::feed::cut::Ending;
use crate::sources::feed::cut::Piece;
use crate::sources::feed::cut::Pieces;
use crate::sources::feed::decode;
use crate::sources::feed::elements;
use crate::sources::feed::elements::Element;
use crate::sources::feed::head;
use crate::sources::feed::head::Head;
use crate::sources::feed::item::Item;
use crate::sources::feed::json;
use crate::sources::feed::record;
use crate::sources::feed::record::Setting;
use crate::sources::feed::repair;
use crate::sources::feed::skip::Skip;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Spaces;
use crate::sources::feed::standard::Standard;

/// As many papers of one feed may state the same DOI before it is taken for the journal's.
const SHARED_AT_MOST: usize = 2;

/// What was read of one answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) records: Vec<Record>,
    pub(super) problems: Vec<Problem>,
    pub(super) is_partial: bool,
    pub(super) is_broken_off: bool,
    pub(super) pace: Pace,
    /// Why it is no feed at all.
    pub(super) unusable: Option<String>,
}

/// What the answer is read with.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// The address that answered.
    pub(super) base: &'a Url,
    /// When the harvest began.
    pub(super) run: Timestamp,
    /// The language where the feed names none.
    pub(super) language: Option<&'a str>,
    /// Titles that are not papers.
    pub(super) skip: &'a Skip,
}

/// Reads a feed of any kind: what is wrong in it is a problem, and every item that can be read is kept. Only what is no
/// feed at all is unusable.
pub(super) fn read(body: &[u8], content_type: Option<&str>, context: &Context<'_>) -> Answer {
    let text = decode::decode(body, content_type);
    let text = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n', '\0']);
    let mut answer = Answer::default();
    if text.is_empty() {
        answer.unusable = Some("it is empty, not a feed".to_owned());
    } else if text.starts_with('{') {
        answer.read_json(text, context);
    } else {
        answer.read_xml(&repair::repair(text), context);
    }
    answer.drop_shared_dois();
    answer
}

impl Answer {
    fn problem(&mut self, place: &str, message: &str) {
        self.problems.push(Problem::new(place, message));
    }

    fn read_json(&mut self, text: &str, context: &Context<'_>) {
        let mut standard = Standard::new(context.base);
        let pieces = json::read(text, &mut standard);
        if let Some(fault) = &pieces.fault {
            if pieces.items.iter().all(Result::is_err) {
                self.unusable = Some(fault.clone());
                return;
            }
            self.problem("answer", fault);
        }
        self.bounds(pieces.is_cut, pieces.is_capped);
        for (number, item) in (1..).zip(pieces.items) {
            match item {
                Ok(item) => self.push(number, &item, &pieces.head, context),
                Err(fault) => self.problem(&format!("item {number}"), &fault),
            }
        }
    }

    fn read_xml(&mut self, text: &str, context: &Context<'_>) {
        let Some(pieces) = cut::cut(text) else {
            self.unusable = Some("there is no markup in it, so it is not a feed".to_owned());
            return;
        };
        if pieces.items.is_empty() && !is_feed(&pieces) {
            self.unusable = Some(format!("its root element is <{}>, which is not a feed", pieces.root));
            return;
        }
        let mut spaces = Spaces::new(pieces.family);
        let head = elements::read(&pieces.head, &mut spaces, 2).map(|reading| head::read(&reading.root));
        let head = head.unwrap_or_default();
        let mut standard = Standard::new(context.base);
        let mut first = 1;
        for batch in batches(&pieces.items) {
            let items = self.items(first, batch, &pieces, &mut spaces);
            let sound = items.iter().filter(|(_place, _element, is_sound)| *is_sound);
            let sound: Vec<&str> =
                sound.filter_map(|(place, ..)| batch.get(*place)).map(|piece| piece.text).collect();
            let mut entries = standard.entries(&pieces.plain_opening, &sound, &pieces.closing);
            for (place, element, is_sound) in items {
                let entry = if is_sound { entries.next().flatten() } else { None };
                let item = Item { family: pieces.family, entry, element };
                self.push(first + place, &item, &head, context);
            }
            first += batch.len();
        }
        self.pace = head.pace;
        if pieces.is_cut {
            self.problem("end", &format!("the document ends before </{}>", pieces.root));
        }
        self.bounds(pieces.is_cut, pieces.is_capped);
    }

    /// The elements of the items of a batch that can be read, with their places in it; feed-rs refuses ill-formed ones, some of
    /// them by a panic. `first` is the number of its first item.
    fn items(
        &mut self,
        first: usize,
        batch: &[Piece<'_>],
        pieces: &Pieces<'_>,
        spaces: &mut Spaces,
    ) -> Vec<(usize, Element, bool)> {
        let mut items = Vec::with_capacity(batch.len());
        for (place, piece) in batch.iter().enumerate() {
            let name = format!("item {}", first + place);
            if piece.ending == Ending::Cut {
                self.problem(&name, "the document ends inside it");
                continue;
            }
            let document = [&pieces.opening, piece.text, &pieces.closing].concat();
            let reading = elements::read(&document, spaces, if pieces.family == Family::Rss { 3 } else { 2 });
            let fault = reading.as_ref().and_then(|reading| reading.fault.clone());
            let Some(element) = reading.and_then(|reading| own_element(reading.root, pieces.family)) else {
                self.problem(&name, fault.as_deref().unwrap_or("it has no element that can be read"));
                continue;
            };
            if let Some(fault) = &fault {
                self.problem(&name, &format!("read in spite of its markup: {fault}"));
            }
            items.push((place, element, fault.is_none()));
        }
        items
    }

    fn bounds(&mut self, is_cut: bool, is_capped: bool) {
        if is_capped {
            self.problem("answer", &format!("items after the first {} are not read", cut::ITEMS_AT_MOST));
        }
        (self.is_partial, self.is_broken_off) = (is_cut || is_capped, is_cut);
    }

    fn push(&mut self, number: usize, item: &Item, head: &Head, context: &Context<'_>) {
        let setting = Setting { base: context.base, run: context.run, head, language: context.language };
        match record::record(item, &setting) {
            Ok(record) if record.title.as_ref().is_some_and(|title| context.skip.is_met(&title.text)) => {}
            Ok(record) => self.records.push(record),
            Err(fault) => self.problem(&format!("item {number}"), &fault),
        }
    }

    /// A DOI that many items state is the journal's or the issue's, not that of each paper.
    fn drop_shared_dois(&mut self) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for id in self.records.iter().flat_map(|record| &record.ids).filter(|id| id.hint == IdHint::Doi) {
            *counts.entry(id.text.to_lowercase()).or_default() += 1;
        }
        counts.retain(|_, count| *count > SHARED_AT_MOST);
        if counts.is_empty() {
            return;
        }
        for record in &mut self.records {
            record.ids.retain(|id| !counts.contains_key(&id.text.to_lowercase()));
        }
        for (doi, count) in counts {
            self.problem(
                "answer",
                &format!("{count} items state the DOI {doi}, so it is not taken for a paper's"),
            );
        }
    }
}

/// Items that are read at once. What a hostile item becomes may be many times as long as it is, so that no more of them are held
/// together than have so many bytes.
fn batches<'p, 't>(pieces: &'p [Piece<'t>]) -> impl Iterator<Item = &'p [Piece<'t>]> {
    const BYTES: usize = 256 * 1_024;
    let mut held = 0;
    pieces.chunk_by(move |before, next| {
        held += before.text.len();
        let fits = held + next.text.len() <= BYTES;
        held = if fits { held } else { 0 };
        fits
    })
}

fn is_feed(pieces: &Pieces<'_>) -> bool {
    let local = pieces.root.split_once(':').map_or(pieces.root, |(_, local)| local);
    ["rss", "rdf", "feed", "channel", "entry"].iter().any(|name| name.eq_ignore_ascii_case(local))
}

/// The element of the item inside its envelope.
fn own_element(root: Element, family: Family) -> Option<Element> {
    let mut element = root;
    let levels = if family == Family::Rss { 2 } else { 1 };
    for _level in 0..levels {
        element = element.children.into_iter().next()?;
    }
    Some(element)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Context;
    use super::batches;
    use super::read;
    use crate::model::time::Timestamp;
    use crate::sources::feed::cut;
    use crate::sources::feed::skip::Skip;

    /// A feed with an item for each of these titles and so much text in each; a title without an end is not well-formed.
    fn feed(titles: &[String], bytes: usize) -> String {
        let item = |title: &String| {
            let text = "flags ".repeat(bytes / 6);
            format!(
                "<item><title>{title}</title><guid>{}</guid><description>{text}</description></item>",
                title.len()
            )
        };
        let items: String = titles.iter().map(item).collect();
        format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
    }

    #[test]
    fn items_keep_their_numbers_and_words_in_whatever_batch_they_are_read() {
        let mut titles: Vec<String> = (0..1_000).map(|number| format!("Paper {number}")).collect();
        titles[700] = "Paper <b>700".to_owned();
        let text = feed(&titles, 1_000);
        let pieces = cut::cut(&text).unwrap();
        let sizes: Vec<usize> = batches(&pieces.items).map(<[_]>::len).collect();
        assert!(sizes.len() > 3 && sizes.iter().sum::<usize>() == 1_000, "{sizes:?}");
        let (base, skip) = (Url::parse("https://journal.example/").unwrap(), Skip::new(&[]));
        let context = Context { base: &base, run: Timestamp::from_seconds(1), language: None, skip: &skip };
        let answer = read(text.as_bytes(), None, &context);
        let places: Vec<&str> = answer.problems.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(places, ["item 701"]);
        assert_eq!(answer.records.len(), 1_000);
        for (number, record) in answer.records.iter().enumerate() {
            let title = &record.title.as_ref().unwrap().text;
            assert!(
                title.contains(&format!("Paper {number}")) || number == 700 && title.contains("700"),
                "{title}"
            );
        }
    }

    #[test]
    fn an_item_larger_than_a_batch_is_read_alone() {
        let titles: Vec<String> = ["One", "Two", "Three"].map(str::to_owned).into();
        let text = feed(&titles, 300_000);
        let pieces = cut::cut(&text).unwrap();
        assert_eq!(batches(&pieces.items).map(<[_]>::len).collect::<Vec<_>>(), [1, 1, 1]);
    }
}

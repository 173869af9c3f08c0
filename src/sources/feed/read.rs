//! An answer → records and problems: the pieces of this folder in their order.
//!
//! Most feeds are sound: well-formed, and nothing in them has to be mended. They are read in one pass. The first doubt sends a
//! feed the long way, which mends it and reads each item alone. Both say the same of a sound feed; a test holds them together.

use std::collections::BTreeMap;

use url::Url;

use crate::model::problem::Problem;
use crate::model::record::IdHint;
use crate::model::record::Record;
use crate::model::source::Pace;
use crate::model::time::Timestamp;
use crate::sources::feed::cut;
use crate::sources::feed::cut::Ending;
use crate::sources::feed::cut::Pieces;
use crate::sources::feed::decode;
use crate::sources::feed::element::Element;
use crate::sources::feed::elements;
use crate::sources::feed::elements::Reading;
use crate::sources::feed::head;
use crate::sources::feed::json;
use crate::sources::feed::list::List;
use crate::sources::feed::repair;
use crate::sources::feed::skip::Skip;
use crate::sources::feed::space::Family;
use crate::sources::xml::document;

/// As many papers of one feed may state the same DOI before it is taken for the journal's.
const SHARED_AT_MOST: usize = 2;

/// What was read of one answer.
#[derive(PartialEq, Debug, Default)]
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
    let read = if text.is_empty() {
        Err("it is empty, not a feed".to_owned())
    } else if text.starts_with('{') {
        read_json(text, context)
    } else if let Some(answer) = read_sound(text, context) {
        Ok(answer)
    } else {
        read_mended(&repair::repair(text), context)
    };
    let mut answer = read.unwrap_or_else(|fault| Answer { unusable: Some(fault), ..Answer::default() });
    answer.drop_shared_dois();
    answer
}

/// Reads XML in which nothing has to be mended, in one pass; `None` at the first doubt.
fn read_sound(text: &str, context: &Context<'_>) -> Option<Answer> {
    let mut list = None;
    let mut sound = document::sound(text, cut::ITEMS_AT_MOST, |place, item| {
        let list = match &mut list {
            Some(list) => list,
            None => list.insert(List::under(place.outside, context)?),
        };
        let own = if list.inherited.scope.family == Family::Atom { "entry" } else { "item" };
        let element = (item.name == own).then(|| Element::take(item, &mut list.inherited.scope))?;
        list.add(list.count + 1, element, place.bytes);
        Some(())
    })?;
    if sound.is_mixed {
        return None;
    }
    let list = list.or_else(|| List::under(&mut sound.outside, context))?;
    Some(list.finish(false, sound.count > cut::ITEMS_AT_MOST))
}

/// Reads XML that was mended, each item alone, so that the fault of one does not spoil the others.
fn read_mended(text: &str, context: &Context<'_>) -> Result<Answer, String> {
    let pieces = cut::cut(text).ok_or("there is no markup in it, so it is not a feed")?;
    if pieces.items.is_empty() && !is_feed(&pieces) {
        return Err(format!("its root element is <{}>, which is not a feed", pieces.root));
    }
    let mut inherited = pieces.inherited;
    let head = elements::read(&pieces.head, &mut inherited.scope).map(|reading| head::read(&reading.root));
    let mut list = List::new(head.unwrap_or_default(), inherited, context);
    for (number, piece) in (1..).zip(&pieces.items) {
        let name = format!("item {number}");
        if piece.ending == Ending::Cut {
            list.answer.problem(&name, "the document ends inside it");
            continue;
        }
        match elements::read(piece.text, &mut list.inherited.scope) {
            Some(Reading { root, fault }) => {
                if let Some(fault) = fault {
                    list.answer.problem(&name, &format!("read in spite of its markup: {fault}"));
                }
                list.add(number, root, piece.text.len());
            }
            None => list.answer.problem(&name, "it has no element that can be read"),
        }
    }
    let mut answer = list.finish(pieces.is_cut, pieces.is_capped);
    if pieces.is_cut {
        answer.problem("end", &format!("the document ends before </{}>", pieces.root));
    }
    Ok(answer)
}

/// Reads a JSON Feed.
fn read_json(text: &str, context: &Context<'_>) -> Result<Answer, String> {
    let mut pieces = json::cut(text);
    let mended = pieces.fault.as_ref().and_then(|_fault| json::without_raw_controls(text));
    if let Some(mended) = &mended {
        pieces = json::cut(mended);
    }
    let mut list = List::of_json(pieces.head, context);
    for (number, item) in (1..).zip(&pieces.items) {
        match json::item(item) {
            Ok((element, object)) => list.add_json(number, element, &object, item.len()),
            Err(fault) => list.answer.problem(&format!("item {number}"), &fault),
        }
    }
    let mut answer = list.finish(pieces.is_cut, pieces.is_capped);
    let is_nothing = answer.records.is_empty() && answer.problems.len() >= pieces.items.len();
    match pieces.fault {
        Some(fault) if is_nothing => return Err(fault),
        Some(fault) => answer.problem("answer", &fault),
        None => {}
    }
    Ok(answer)
}

impl Answer {
    /// Adds what is wrong at a place.
    pub(super) fn problem(&mut self, place: &str, message: &str) {
        self.problems.push(Problem::new(place, message));
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

fn is_feed(pieces: &Pieces<'_>) -> bool {
    let local = pieces.root.split_once(':').map_or(pieces.root, |(_, local)| local);
    ["rss", "rdf", "feed", "channel", "entry"].iter().any(|name| name.eq_ignore_ascii_case(local))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Answer;
    use super::Context;
    use super::read;
    use super::read_sound;
    use crate::model::time::Timestamp;
    use crate::sources::feed::list;
    use crate::sources::feed::skip::Skip;

    /// What is made with the context of a journal.
    fn of_journal<T>(make: impl FnOnce(&Context<'_>) -> T) -> T {
        let (base, skip) = (Url::parse("https://journal.example/").unwrap(), Skip::new(&[]));
        make(&Context { base: &base, run: Timestamp::from_seconds(1), language: None, skip: &skip })
    }

    fn answer(text: &str) -> Answer {
        of_journal(|context| read(text.as_bytes(), None, context))
    }

    /// Whether a feed is read in one pass; if so, both ways say the same.
    fn is_sound(text: &str) -> bool {
        assert_eq!(answer(&format!("<!DOCTYPE a []>{text}")), answer(text), "{text}");
        of_journal(|context| read_sound(text, context).is_some())
    }

    #[test]
    fn sound_feeds_say_the_same_the_long_way() {
        let rss =
            |inside: &str| format!("<rss version=\"2.0\"><channel><ttl>9</ttl>{inside}</channel></rss>");
        for text in [
            rss(""),
            rss("<item><a:b:c/><title>t</title><guid>1</guid></item>"),
            rss("<item><link>a</link><!-- c --><p:q xmlns:p='http://purl.org/dc/terms/'>d</p:q></item>"),
            "<rss version='2.0' xmlns='http://www.w3.org/2005/Atom'><channel xml:base='https://a.example/x/'>\
             <item><link xmlns=''>p1</link></item></channel></rss>"
                .to_owned(),
            "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel xmlns:dc='http://purl.org/dc/elements/1.1/'>\
             <dc:language>de</dc:language></channel><item rdf:about='u:1'><dc:title>t</dc:title></item></rdf:RDF>"
                .to_owned(),
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://b.example/'><entry><link href='y?a&amp;b'/>\
             <title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>e<b>f</b></div></title></entry></feed>"
                .to_owned(),
        ] {
            assert!(is_sound(&text), "{text}");
        }
        for text in [
            rss(
                "<item><title>A</title><!--></item><item><title>B</title></item><item><title>C</title><!--></item>",
            ),
            rss("<item><link>a</link></item><ttl>8</ttl>"),
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:id>1</a:id></a:entry></a:feed>"
                .to_owned(),
        ] {
            assert!(!is_sound(&text), "{text}");
        }
    }

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
        for is_sound in [true, false] {
            if !is_sound {
                titles[700] = "Paper <b>700".to_owned();
            }
            let text = feed(&titles, 1_000);
            assert!(text.len() > 3 * list::BYTES);
            let answer = answer(&text);
            let places: Vec<&str> = answer.problems.iter().map(|problem| problem.place.as_str()).collect();
            assert_eq!(places, if is_sound { &[][..] } else { &["item 701"] });
            assert_eq!(answer.records.len(), 1_000);
            for (number, record) in answer.records.iter().enumerate() {
                let title = &record.title.as_ref().unwrap().text;
                assert!(
                    title.contains(&format!("Paper {number}")) || number == 700 && title.contains("700"),
                    "{title}"
                );
            }
        }
    }

    #[test]
    fn an_item_larger_than_a_batch_is_read() {
        let titles: Vec<String> = ["One", "Two", "Three"].map(str::to_owned).into();
        let text = feed(&titles, list::BYTES + 1);
        let titles_read: Vec<String> =
            answer(&text).records.into_iter().filter_map(|record| Some(record.title?.text)).collect();
        assert_eq!(titles_read, titles);
    }
}

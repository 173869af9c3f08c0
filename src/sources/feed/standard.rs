//! What feed-rs reads of one item: the standard fields of RSS, Atom and JSON Feed.
//!
//! Where feed-rs refuses an item (for an unknown content type, say), it is handed one at a time, so that this costs no other.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use feed_rs::model::Entry;
use feed_rs::parser::Builder;
use feed_rs::parser::Parser;
use url::Url;

/// feed-rs, set up for one answer.
pub(super) struct Standard {
    parser: Parser,
    base: Url,
}

impl Standard {
    /// A reader whose relative addresses are meant relative to `base`.
    pub(super) fn new(base: &Url) -> Self {
        Self { parser: parser(base), base: base.clone() }
    }

    /// The entries of items, in their order, as far as feed-rs gives them. All are read at once where it takes them all; else
    /// each is read alone, so that its refusal of one costs no other; then all of them are read twice.
    pub(super) fn entries(
        &mut self,
        opening: &str,
        items: &[&str],
        closing: &str,
    ) -> std::vec::IntoIter<Option<Entry>> {
        let document = [opening, &items.concat(), closing].concat();
        let together = self.parse(&document).ok().filter(|entries| entries.len() == items.len());
        let entries = match together {
            Some(entries) => entries.into_iter().map(Some).collect(),
            None => items
                .iter()
                .map(|item| self.entry(&[opening, item, closing].concat()).ok())
                .collect::<Vec<_>>(),
        };
        entries.into_iter()
    }

    /// The one entry of a document of one item, or why feed-rs does not give it.
    pub(super) fn entry(&mut self, document: &str) -> Result<Entry, String> {
        self.parse(document)?.into_iter().next().ok_or_else(|| "no item in it".to_owned())
    }

    fn parse(&mut self, document: &str) -> Result<Vec<Entry>, String> {
        // feed-rs 3.0 cuts `—a@b.cd` and the like in the middle of a character and panics. One item must not take
        // the others with it.
        match catch_unwind(AssertUnwindSafe(|| self.parser.parse(document.as_bytes()))) {
            Ok(Ok(feed)) => Ok(feed.entries),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_panic) => {
                self.parser = parser(&self.base);
                Err("the feed reader stumbled over it".to_owned())
            }
        }
    }
}

/// A parser that leaves out ids which an item does not have, where feed-rs would invent random ones.
fn parser(base: &Url) -> Parser {
    Builder::new()
        .base_uri(Some(base))
        .sanitize_content(false)
        .id_generator(|_links, _title, _uri| String::new())
        .build()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Standard;

    fn standard() -> Standard {
        Standard::new(&Url::parse("https://journal.example/feeds/rss").unwrap())
    }

    #[test]
    fn an_item_without_an_id_gets_none() {
        let item = "<rss version=\"2.0\"><channel><item><link>/a?b</link></item></channel></rss>";
        let entry = standard().entry(item).unwrap();
        assert_eq!(entry.id, "");
        assert_eq!(entry.links[0].href, "https://journal.example/a?b");
    }

    #[test]
    fn a_panic_inside_the_reader_costs_one_item() {
        let item = |author| {
            format!(
                "<rss version=\"2.0\"><channel><item><guid>1</guid><author>{author}</author></item></channel></rss>"
            )
        };
        let mut standard = standard();
        assert!(standard.entry(&item("Ann Example \u{2014}ann@example.org")).is_err());
        assert_eq!(standard.entry(&item("ann@example.org (Ann Example)")).unwrap().authors.len(), 1);
    }
}

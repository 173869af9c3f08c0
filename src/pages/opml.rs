//! All feeds as one subscription list (OPML 2.0), for readers that import it. What decides over a topic's papers stands beside
//! it in a namespace of ours, as other aggregators write their rules.

use quick_xml::Writer;
use quick_xml::events::BytesDecl;
use quick_xml::events::BytesText;
use quick_xml::events::Event;

use crate::model::format::Format;
use crate::model::text::Text;
use crate::pages::TopicLine;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

/// The only media type for OPML that feed validators list.
pub const MEDIA_TYPE: &str = "text/x-opml; charset=utf-8";

/// The namespace of what only Offprint knows of a feed.
const NAMESPACE: &str = concat!(env!("CARGO_PKG_HOMEPAGE"), "#opml");

/// The lists that nobody configures. What is talked about within a topic is not among them: its papers are in the topic's feed.
const LISTS: [(List<'static>, &str); 5] = [
    (List::Daily, "Daily papers"),
    (List::Weekly, "Papers of the week"),
    (List::Trending, "Trending papers"),
    (List::Picks, "Picks"),
    (List::Updates, "Updates of known papers"),
];

/// Writes the list. `xmlUrl` is absolute: the file is read far from here.
pub fn render(site: &str, topics: &[TopicLine], urls: &Urls) -> std::io::Result<Vec<u8>> {
    let site = Text::line(site);
    let title = if site.is_empty() { urls.host() } else { site.as_str() };
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let root = [("version", "2.0"), ("xmlns:offprint", NAMESPACE)];
    writer.create_element("opml").with_attributes(root).write_inner_content(|writer| {
        writer.create_element("head").write_inner_content(|writer| {
            writer.create_element("title").write_text_content(BytesText::new(title))?;
            Ok(())
        })?;
        writer.create_element("body").write_inner_content(|writer| {
            if !topics.is_empty() {
                let group = writer.create_element("outline").with_attribute(("text", title));
                group.write_inner_content(|writer| {
                    topics.iter().try_for_each(|topic| outline(writer, topic, urls))
                })?;
            }
            let group =
                writer.create_element("outline").with_attribute(("text", format!("{title}: lists").as_str()));
            group.write_inner_content(|writer| {
                LISTS
                    .iter()
                    .try_for_each(|(list, name)| listed(writer, *list, &format!("{name} – {title}"), urls))
            })?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(writer.into_inner())
}

fn listed(writer: &mut Writer<Vec<u8>>, list: List<'_>, title: &str, urls: &Urls) -> std::io::Result<()> {
    let attributes = [
        ("type", "rss"),
        ("text", title),
        ("title", title),
        ("xmlUrl", &urls.absolute(Place::Feed(list, Format::Atom))),
        ("htmlUrl", &urls.absolute(list.page())),
    ];
    writer.create_element("outline").with_attributes(attributes).write_empty()?;
    Ok(())
}

fn outline(writer: &mut Writer<Vec<u8>>, topic: &TopicLine, urls: &Urls) -> std::io::Result<()> {
    let title = Text::line(&topic.title);
    let title = if title.is_empty() { topic.id.as_str() } else { title.as_str() };
    let attributes = [
        ("type", "rss"),
        ("text", title),
        ("title", title),
        ("xmlUrl", &urls.absolute(Place::Feed(List::Topic(&topic.id), Format::Atom))),
        ("htmlUrl", &urls.absolute(Place::Topic(&topic.id))),
    ];
    let rules: Vec<(String, Text)> = topic
        .rules
        .iter()
        .map(|(name, rule)| (format!("offprint:{name}"), Text::line(rule)))
        .filter(|(_name, rule)| !rule.is_empty())
        .collect();
    let rules = rules.iter().map(|(name, rule)| (name.as_str(), rule.as_str()));
    writer.create_element("outline").with_attributes(attributes).with_attributes(rules).write_empty()?;
    Ok(())
}

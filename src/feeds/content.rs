//! The body of an entry: one XHTML `div`, the same for the same paper.
//!
//! The abstract is the only markup that comes from outside. `normalise` made it, yet it is checked again here: one ill-formed
//! fragment would take the whole feed from every reader, so such an abstract is shown as plain text instead.

use askama::Template;
use quick_xml::Reader;
use quick_xml::Writer;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

use crate::feeds::content::sound::is_sound;
use crate::feeds::facts::orcid_address;
use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::link::WebUrl;
use crate::model::paper::Paper;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

mod sound;

/// A well-formed XHTML `div` without active content. Only [`Body`] makes one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Content(String);

impl Content {
    /// The element.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The element as HTML, for formats that hold no markup of their own.
    pub(super) fn to_html(&self) -> String {
        html(&self.0).unwrap_or_else(|| self.0.clone())
    }
}

/// Elements that HTML knows as void: all others need an end tag, or what follows would end up inside them.
const VOID: &[&str] = &["br", "hr", "wbr", "col", "area", "track"];

/// How many affiliations of one author are shown.
const AFFILIATIONS: usize = 4;

#[derive(Template)]
#[template(path = "entry.html")]
struct View<'paper> {
    state: Option<&'static str>,
    news: Option<&'static str>,
    note: Option<&'paper str>,
    abstract_html: Option<&'paper str>,
    paragraphs: Vec<&'paper str>,
    people: Vec<PersonView<'paper>>,
    total: usize,
    organisation: Option<&'paper Text>,
    facts: Vec<(&'static str, String)>,
    links: Vec<(&'static str, WebUrl)>,
}

#[derive(Template)]
#[template(path = "entry_reason.html")]
struct Reason<'place> {
    reason: &'place str,
}

#[derive(Template)]
#[template(path = "entry_end.html")]
struct End {
    sources: String,
    record: String,
}

struct PersonView<'paper> {
    name: &'paper str,
    orcid: Option<String>,
    affiliations: String,
}

/// What is said of a paper beside what it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said<'place> {
    /// What happened to it, if that is why it stands here.
    pub(super) news: Option<&'static str>,
    /// What an editor says of it.
    pub(super) note: Option<&'place Html>,
}

/// A body but for the reason why it stands where it stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Body {
    begin: String,
    end: String,
}

impl Body {
    /// The body with this reason, if there is one.
    pub(super) fn because(&self, reason: &Text) -> Content {
        Content(self.with(&because(reason)))
    }

    /// The body with these characters in the place of the reason.
    pub(super) fn with(&self, characters: &str) -> String {
        [&self.begin, characters, &self.end].concat()
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> usize {
        self.begin.len() + self.end.len()
    }

    /// A body for tests.
    #[cfg(test)]
    pub(super) fn sample(begin: &str, end: &str) -> Self {
        Self { begin: begin.to_owned(), end: end.to_owned() }
    }
}

/// A reason as it stands in a body; nothing where there is none.
pub(super) fn because(reason: &Text) -> String {
    if reason.is_empty() {
        return String::new();
    }
    Reason { reason: reason.as_str() }.render().unwrap_or_default()
}

/// The body of a paper's entry.
pub(super) fn body(paper: &Paper, said: &Said<'_>, urls: &Urls) -> Body {
    let abstract_text = paper.abstract_text();
    let abstract_html = abstract_text.map(|text| text.html.as_str()).filter(|html| is_sound(html));
    let plain = abstract_text.filter(|_| abstract_html.is_none()).map(|text| &text.text);
    let listed = paper.authors().map(|authors| authors.listed.as_slice()).unwrap_or_default();
    let people: Vec<_> = listed.iter().take(Authors::KEPT).map(person).collect();
    let total = paper.authors().and_then(|authors| usize::try_from(authors.total).ok()).unwrap_or_default();
    let view = View {
        state: paper.state(),
        news: said.news,
        note: said.note.map(Html::as_str).filter(|html| !html.is_empty() && is_sound(html)),
        abstract_html: abstract_html.filter(|html| !html.is_empty()),
        paragraphs: plain.map(|text| text.paragraphs().collect()).unwrap_or_default(),
        total: if total > people.len() { total } else { 0 },
        people,
        organisation: paper.organisation(),
        facts: facts(paper),
        links: outside::reading_links(paper),
    };
    let end = End {
        sources: paper.sources().into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        record: urls.absolute(Place::Paper(&paper.id)),
    };
    // Writing to memory cannot fail; if it ever did, an empty element keeps the feed whole.
    Body {
        begin: view
            .render()
            .unwrap_or_else(|_never| r#"<div xmlns="http://www.w3.org/1999/xhtml">"#.to_owned()),
        end: end.render().unwrap_or_else(|_never| "</div>".to_owned()),
    }
}

fn person(author: &Author) -> PersonView<'_> {
    let affiliations: Vec<_> = author.affiliations.iter().take(AFFILIATIONS).map(Text::as_str).collect();
    PersonView {
        name: author.name.as_str(),
        orcid: author.orcid.as_ref().and_then(|orcid| orcid_address(orcid.as_str())),
        affiliations: affiliations.join("; "),
    }
}

fn facts(paper: &Paper) -> Vec<(&'static str, String)> {
    let version = paper.version().filter(|version| *version > 1).map(|version| version.to_string());
    let text = |text: Option<&Text>| text.map(ToString::to_string);
    [
        ("Version", version),
        ("Published in", text(paper.citation().or(paper.venue()))),
        ("Comment", text(paper.comment())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
    .collect()
}

/// A well-formed element as HTML: without namespaces, which HTML knows by the elements' names, and with all end tags.
fn html(xhtml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xhtml);
    let mut writer = Writer::new(Vec::new());
    loop {
        let event = match reader.read_event().ok()? {
            Event::Eof => return String::from_utf8(writer.into_inner()).ok(),
            Event::Start(tag) => Event::Start(without_namespace(&tag)?),
            Event::Empty(tag) if VOID.contains(&tag.name().as_ref()) => {
                Event::Empty(without_namespace(&tag)?)
            }
            Event::Empty(tag) => {
                writer.write_event(Event::Start(without_namespace(&tag)?)).ok()?;
                Event::End(tag.to_end().into_owned())
            }
            same @ (Event::End(_) | Event::Text(_) | Event::GeneralRef(_)) => same,
            // Neither the template nor a sound abstract has any.
            Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                return None;
            }
        };
        writer.write_event(event).ok()?;
    }
}

fn without_namespace(tag: &BytesStart<'_>) -> Option<BytesStart<'static>> {
    let mut bare = BytesStart::new(tag.name().as_ref().to_owned());
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        if attribute.key.as_ref() != "xmlns" {
            bare.push_attribute(attribute);
        }
    }
    Some(bare)
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn html_has_end_tags_and_no_namespaces() {
        let xhtml = concat!(
            r#"<div xmlns="http://www.w3.org/1999/xhtml"><p class="a&amp;&quot;b">x &lt; y<br/>z<i/></p><p/>"#,
            r#"<math xmlns="http://www.w3.org/1998/Math/MathML"><mspace width="1em"/></math></div>"#,
        );
        let expected = concat!(
            r#"<div><p class="a&amp;&quot;b">x &lt; y<br/>z<i></i></p><p></p>"#,
            r#"<math><mspace width="1em"></mspace></math></div>"#,
        );
        assert_eq!(html(xhtml).as_deref(), Some(expected));
    }
}

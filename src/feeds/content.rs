//! The body of an entry: one XHTML `div`, the same for the same paper.
//!
//! The abstract is the only markup that comes from outside. `normalise` made it, yet it is checked again here: one ill-formed
//! fragment would take the whole feed from every reader, so such an abstract is shown as plain text instead.

use askama::Template;
use quick_xml::Reader;
use quick_xml::Writer;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

use crate::feeds::entry::orcid_address;
use crate::model::author::Author;
use crate::model::author::Authors;
use crate::model::link::WebUrl;
use crate::model::paper::Paper;
use crate::model::text::Html;
use crate::model::text::Text;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::outside;

/// A well-formed XHTML `div` without active content. Only [`crate::feeds::entry::entry`] makes one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
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

    /// An element for tests.
    #[cfg(test)]
    pub(super) fn sample(element: &str) -> Self {
        Self(element.to_owned())
    }
}

/// Elements that HTML knows as void: all others need an end tag, or what follows would end up inside them.
const VOID: &[&str] = &["br", "hr", "wbr", "col", "area", "track"];

/// How deep elements may stand in each other: libxml2's readers give up at 256.
const DEEPEST: u32 = 200;

/// Elements that run, load or ask; `normalise` keeps none of them, and here they are a second time refused.
const ACTIVE: &[&str] = &[
    "script",
    "style",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "button",
    "select",
    "textarea",
    "base",
    "link",
    "meta",
    "svg",
    "template",
    "img",
    "image",
    "picture",
    "video",
    "audio",
    "source",
    "noscript",
    "body",
    "html",
    "head",
    "title",
    "foreignObject",
];

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
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Open {
    begin: String,
    end: String,
}

impl Open {
    /// The body with this reason, if there is one.
    pub(super) fn because(&self, reason: &str) -> Content {
        let reason = Text::line(reason);
        let mut body = String::with_capacity(self.weight() + reason.as_str().len() + 64);
        body.push_str(&self.begin);
        if !reason.is_empty() {
            body.push_str(&Reason { reason: reason.as_str() }.render().unwrap_or_default());
        }
        body.push_str(&self.end);
        Content(body)
    }

    /// Its bytes.
    pub(super) fn weight(&self) -> usize {
        self.begin.len() + self.end.len()
    }
}

/// The body of a paper's entry.
pub(super) fn content(paper: &Paper, said: &Said<'_>, urls: &Urls) -> Open {
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
    Open {
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

/// Whether a fragment is passive and can stand inside an element of an XML 1.0 document without a DTD, needing no other namespace.
fn is_sound(fragment: &str) -> bool {
    let mut reader = Reader::from_str(fragment);
    let mut depth = 0_u32;
    loop {
        let fine = match reader.read_event() {
            Ok(Event::Eof) => return depth == 0,
            Ok(Event::Start(tag)) => {
                depth += 1;
                depth <= DEEPEST && tag_is_fine(&tag)
            }
            Ok(Event::Empty(tag)) => tag_is_fine(&tag),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                true
            }
            Ok(Event::Text(text)) => text.chars().all(is_printable) && !text.contains("]]>"),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(character)) => is_printable(character),
                Ok(None) => resolve_predefined_entity(&reference).is_some(),
                Err(_) => false,
            },
            Ok(Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_))
            | Err(_) => false,
        };
        if !fine {
            return false;
        }
    }
}

/// A tag with plain names, attributes that are apart, and none that a browser would run.
fn tag_is_fine(tag: &BytesStart<'_>) -> bool {
    let mut quote = None;
    let mut was_closed = false;
    for character in tag.attributes_raw().chars() {
        if character == '<' || (was_closed && !character.is_ascii_whitespace()) {
            return false;
        }
        was_closed = quote == Some(character);
        quote = match quote {
            Some(_) if was_closed => None,
            None if matches!(character, '"' | '\'') => Some(character),
            open => open,
        };
    }
    let element = tag.name();
    let element: &str = element.as_ref();
    is_name(element)
        && !ACTIVE.iter().any(|active| element.eq_ignore_ascii_case(active))
        && tag.attributes().all(|attribute| {
            attribute.is_ok_and(|attribute| {
                let name = attribute.key.as_ref();
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                (is_name(name) || name == "xml:lang")
                    && value.is_ok_and(|value| value.chars().all(is_printable) && is_passive(name, &value))
            })
        })
}

/// Whether an attribute neither runs nor loads anything, and leads nowhere but to the web.
fn is_passive(name: &str, value: &str) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    let runs = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
    let loads = ["style", "src", "srcset", "srcdoc", "action", "formaction", "background", "data"];
    let web = ["http://", "https://", "mailto:"];
    !runs
        && !loads.iter().any(|other| is(other))
        && (!is("href") || web.iter().any(|scheme| value.starts_with(scheme)))
}

/// A name without a prefix, in the letters that HTML and MathML use.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
}

/// What XML 1.0 allows and the feed validator does not warn about.
fn is_printable(character: char) -> bool {
    let control = matches!(character, '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}');
    let white = matches!(character, '\t' | '\n' | '\r');
    (!control || white) && !matches!(character, '\u{FFFD}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::html;
    use super::is_sound;

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

    #[test]
    fn xhtml_with_mathml_is_kept() {
        for fragment in [
            "",
            "<p>a &lt; b &amp; c &#945;</p>",
            r#"<p>x</p><p><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mspace/></math></p>"#,
            r#"<p><a href="https://example.org/?a=1&amp;b=2" rel="nofollow">x</a><br/></p>"#,
        ] {
            assert!(is_sound(fragment), "{fragment}");
        }
    }

    #[test]
    fn what_would_break_a_feed_is_refused() {
        for fragment in [
            "<p>",
            "</p>",
            "<p></q>",
            "<p>&nbsp;</p>",
            "a & b",
            "<br>",
            "<p a=1>x</p>",
            "<p a='<'>x</p>",
            "<x:p/>",
            "<p a='1' a='2'>x</p>",
            "<p>\u{0}</p>",
            "<p>&#0;</p>",
            "<p>&#xFFFE;</p>",
            "<![CDATA[x]]>",
            "<!-- x -->",
            "<!DOCTYPE p>",
            "<?x?>",
            "<p onclick='x'>x</p>",
            "<p a='&x;'/>",
            "</p><p>",
            "<1/>",
            "a < b",
            "<p a='&#0;'/>",
            "<p a='\u{1}'/>",
            "<p>\u{FFFD}</p>",
            "<p a/>",
            "]]>",
            "<SCRIPT>x</SCRIPT>",
            "<p style='x'/>",
            "<a href='javascript:x'/>",
            "<a href=' https://x'/>",
            "<img/>",
            "<p a='1'b='2'/>",
            "<p\"/>",
            "<p =''/>",
        ] {
            assert!(!is_sound(fragment), "{fragment}");
        }
    }
}

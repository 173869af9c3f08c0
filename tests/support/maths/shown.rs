//! What a reader sees of an entry's body: read as strictly as the strictest feed reader, with its text and its formulas apart.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

const XHTML: &str = "http://www.w3.org/1999/xhtml";

const MATHML: &str = "http://www.w3.org/1998/Math/MathML";

/// Elements of XHTML that a body is made of.
const ELEMENTS: &[&str] = &[
    "div",
    "p",
    "a",
    "em",
    "strong",
    "i",
    "b",
    "u",
    "sub",
    "sup",
    "code",
    "pre",
    "br",
    "ul",
    "ol",
    "li",
    "blockquote",
];

/// Elements of MathML that have so many children and no others.
const CHILDREN: &[(&str, usize)] = &[
    ("mfrac", 2),
    ("mroot", 2),
    ("msub", 2),
    ("msup", 2),
    ("msubsup", 3),
    ("munder", 2),
    ("mover", 2),
    ("munderover", 3),
    ("semantics", 2),
];

/// Elements of MathML that hold characters.
const TOKENS: &[&str] = &["mi", "mn", "mo", "mtext", "annotation"];

/// Elements of MathML that hold any number of others.
const ROWS: &[&str] = &[
    "math",
    "mrow",
    "msqrt",
    "mstyle",
    "mpadded",
    "mphantom",
    "mtable",
    "mtr",
    "mtd",
    "mmultiscripts",
    "mspace",
    "none",
    "mprescripts",
];

/// A body, taken apart.
#[derive(Default)]
pub(crate) struct Shown {
    /// The text outside formulas.
    pub(crate) text: String,
    /// What stands in `code` outside formulas.
    pub(crate) code: Vec<String>,
    /// The tokens of all formulas, each followed by a blank.
    pub(crate) tokens: String,
    /// The content of every `mtext`.
    pub(crate) words: Vec<String>,
    /// The TeX of every formula.
    pub(crate) tex: Vec<String>,
    /// How many fractions and roots the formulas hold.
    pub(crate) fractions: usize,
    pub(crate) roots: usize,
}

/// Reads a body; what is wrong with it, if anything.
pub(crate) fn read(body: &str) -> Result<Shown, String> {
    let mut reader = NsReader::from_str(body);
    let config = reader.config_mut();
    config.check_end_names = true;
    config.allow_unmatched_ends = false;
    config.allow_dangling_amp = false;
    let (mut shown, mut open): (Shown, Vec<(String, usize)>) = Default::default();
    let mut roots = 0;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(tag) => {
                roots += usize::from(open.is_empty());
                let name = element(&namespace, &tag, &mut open)?;
                shown.begin(&name);
                open.push((name, 0));
            }
            Event::Empty(tag) => {
                roots += usize::from(open.is_empty());
                let name = element(&namespace, &tag, &mut open)?;
                shown.begin(&name);
                whole(&name, 0)?;
            }
            Event::End(_tag) => {
                let (name, children) = open.pop().ok_or("an element ends that never began")?;
                whole(&name, children)?;
                if TOKENS.contains(&name.as_str()) {
                    shown.tokens.push(' ');
                }
            }
            Event::Text(text) => shown.characters(&text, &open)?,
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => character.to_string(),
                    None => {
                        resolve_predefined_entity(&reference).ok_or("an entity that XML lacks")?.to_owned()
                    }
                };
                shown.characters(&character, &open)?;
            }
            Event::Eof if open.is_empty() && roots == 1 => return Ok(shown),
            Event::Eof => return Err(format!("{roots} roots, {} elements open at the end", open.len())),
            other => return Err(format!("{other:?} may not stand in a body")),
        }
    }
}

/// The name of an element that may stand where it does, its attributes checked.
fn element(
    namespace: &ResolveResult<'_>,
    tag: &BytesStart<'_>,
    open: &mut [(String, usize)],
) -> Result<String, String> {
    let ResolveResult::Bound(namespace) = namespace else {
        return Err("an element without a namespace".into());
    };
    let name: String = tag.name().as_ref().to_owned();
    let is_of_formulas = namespace.as_ref() == MATHML;
    let is_known = if is_of_formulas {
        TOKENS.contains(&name.as_str())
            || ROWS.contains(&name.as_str())
            || CHILDREN.iter().any(|(known, _count)| *known == name)
    } else {
        namespace.as_ref() == XHTML && ELEMENTS.contains(&name.as_str())
    };
    if !is_known {
        return Err(format!("<{name}> may not stand in a body"));
    }
    let mut keys: Vec<String> = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| format!("<{name}>: {error}"))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("<{name}>: {error}"))?;
        let key: String = attribute.key.as_ref().to_owned();
        if !value.chars().all(is_allowed) || keys.contains(&key) {
            return Err(format!("<{name}>: attribute {key} is not one"));
        }
        keys.push(key);
    }
    if let Some((parent, children)) = open.last_mut() {
        *children += 1;
        let is_apt = match name.as_str() {
            "mtr" => parent == "mtable",
            "mtd" => parent == "mtr",
            "annotation" => parent == "semantics",
            _other => !TOKENS.contains(&parent.as_str()) && !matches!(parent.as_str(), "mtable" | "mtr"),
        };
        if !is_apt {
            return Err(format!("<{name}> stands in <{parent}>"));
        }
    }
    Ok(name)
}

/// Whether an element that ends has the children that it must have.
fn whole(name: &str, children: usize) -> Result<(), String> {
    match CHILDREN.iter().find(|(known, _count)| *known == name) {
        Some((_name, count)) if *count != children => Err(format!("<{name}> has {children} children")),
        _fine => Ok(()),
    }
}

/// What XML 1.0 allows.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{7E}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFC}' | '\u{10000}'..)
}

impl Shown {
    /// What is shown of the abstract, without where the paper was seen.
    pub(crate) fn of_abstract(mut self) -> Self {
        self.text.truncate(self.text.rfind("Seen at:").unwrap_or(self.text.len()));
        self
    }

    fn begin(&mut self, name: &str) {
        match name {
            "annotation" => self.tex.push(String::new()),
            "mtext" => self.words.push(String::new()),
            "code" => self.code.push(String::new()),
            "mfrac" => self.fractions += 1,
            "msqrt" | "mroot" => self.roots += 1,
            "math" => self.text.push(' '),
            _other => {}
        }
    }

    fn characters(&mut self, text: &str, open: &[(String, usize)]) -> Result<(), String> {
        if !text.chars().all(is_allowed) || text.contains("]]>") {
            return Err(format!("a character that XML forbids in {text:?}"));
        }
        let name = open.last().map_or("", |(name, _children)| name.as_str());
        let is_formula = open.iter().any(|(name, _children)| name == "math");
        match name {
            "annotation" => self.tex.last_mut().ok_or("no annotation")?.push_str(text),
            _other if !is_formula => {
                if open.iter().any(|(name, _children)| name == "code") {
                    self.code.last_mut().ok_or("no code")?.push_str(text);
                }
                self.text.push_str(text);
            }
            token if TOKENS.contains(&token) => {
                if token == "mtext" {
                    self.words.last_mut().ok_or("no text")?.push_str(text);
                }
                self.tokens.push_str(text);
            }
            _row if text.trim().is_empty() => {}
            row => return Err(format!("text in <{row}>")),
        }
        Ok(())
    }
}

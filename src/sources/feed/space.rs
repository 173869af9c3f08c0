//! Namespaces: which vocabulary an element of a feed belongs to, under every address that is used for it.

use std::borrow::Cow;

use crate::sources::xml;

/// No more prefixes of what stands around the items are kept; a feed of many vocabularies declares twenty.
const AROUND_AT_MOST: usize = 64;

/// No more prefixes are known at one place.
const DECLARATIONS_AT_MOST: usize = 256;

/// No more addresses are remembered.
const ADDRESSES_AT_MOST: usize = 64;

/// No more attributes of one element are looked at for prefixes.
const ATTRIBUTES_AT_MOST: usize = 200;

/// No address of a vocabulary is longer.
const ADDRESS_BYTES: usize = 512;

/// The two families of feeds; JSON Feed is laid out as Atom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Family {
    /// RSS 0.9x, 1.0 (RDF) and 2.0: a paper is an `item`.
    Rss,
    /// Atom 0.3 and 1.0: a paper is an `entry`.
    Atom,
}

/// A vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Space {
    /// The feed format's own elements.
    Core,
    /// Atom elements inside RSS.
    Atom,
    /// Dublin Core elements.
    Dc,
    /// Dublin Core terms.
    DcTerms,
    /// PRISM in any version.
    Prism,
    /// RSS content module.
    Content,
    /// RSS syndication module.
    Syndication,
    /// Creative Commons, both vocabularies.
    Licence,
    /// Atom threading.
    Threading,
    /// RSS slash module.
    Slash,
    /// arXiv's own elements.
    Arxiv,
    /// Media RSS.
    Media,
    /// Podcast vocabularies.
    Podcast,
    /// Anything else.
    Other,
}

impl Space {
    /// A bit of its own.
    pub(super) const fn bit(self) -> u16 {
        #[expect(clippy::as_conversions, reason = "the number of a variant")]
        let number = self as u16;
        1 << number
    }

    /// The vocabulary at an address.
    pub(super) fn of(uri: &str, family: Family) -> Self {
        Self::known(uri).unwrap_or_else(|| Self::by_parts(uri, family))
    }

    /// The vocabulary at an address that most feeds write so.
    fn known(uri: &str) -> Option<Self> {
        KNOWN.iter().find(|(known, _space)| *known == uri).map(|(_uri, space)| *space)
    }

    /// Addresses vary in scheme, version, case and last slash, so parts of them decide.
    fn by_parts(uri: &str, family: Family) -> Self {
        let uri = uri.trim().to_ascii_lowercase();
        let uri = uri.strip_prefix("https:").or_else(|| uri.strip_prefix("http:")).unwrap_or(&uri);
        let uri = uri.trim_end_matches('/');
        let has = |part: &str| uri.contains(part);
        if uri == "//www.w3.org/2005/atom" || has("purl.org/atom/ns") {
            if family == Family::Atom { Self::Core } else { Self::Atom }
        } else if has("purl.org/dc/terms") {
            Self::DcTerms
        } else if has("purl.org/dc/") || uri.ends_with("purl.org/dc") {
            Self::Dc
        } else if has("prism") {
            Self::Prism
        } else if has("modules/content") {
            Self::Content
        } else if has("modules/syndication") {
            Self::Syndication
        } else if has("modules/slash") {
            Self::Slash
        } else if has("syndication/thread") {
            Self::Threading
        } else if has("creativecommons") || has("web.resource.org/cc") {
            Self::Licence
        } else if has("arxiv.org/schemas") {
            Self::Arxiv
        } else if has("search.yahoo.com/mrss") {
            Self::Media
        } else if has("itunes.com") || has("podcastindex.org") {
            Self::Podcast
        } else if family == Family::Rss && is_rss(uri) {
            Self::Core
        } else {
            Self::Other
        }
    }
}

/// Vocabularies that most feeds declare, as nearly all write them, and that mean the same in both families: these need no search
/// for their parts.
const KNOWN: &[(&str, Space)] = &[
    ("http://purl.org/dc/elements/1.1/", Space::Dc),
    ("http://purl.org/dc/terms/", Space::DcTerms),
    ("http://purl.org/rss/1.0/modules/content/", Space::Content),
    ("http://purl.org/rss/1.0/modules/syndication/", Space::Syndication),
    ("http://purl.org/rss/1.0/modules/slash/", Space::Slash),
    ("http://purl.org/rss/1.0/modules/prism/", Space::Prism),
    ("http://prismstandard.org/namespaces/basic/2.0/", Space::Prism),
    ("http://prismstandard.org/namespaces/1.2/basic/", Space::Prism),
    ("http://purl.org/syndication/thread/1.0", Space::Threading),
    ("http://web.resource.org/cc/", Space::Licence),
    ("http://arxiv.org/schemas/atom", Space::Arxiv),
    ("http://search.yahoo.com/mrss/", Space::Media),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", Space::Podcast),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", Space::Other),
    ("http://www.w3.org/1999/xhtml", Space::Other),
    ("http://www.w3.org/1998/Math/MathML", Space::Other),
    ("http://purl.org/rss/1.0/modules/taxonomy/", Space::Other),
    ("http://purl.org/rss/1.0/modules/image/", Space::Other),
    ("http://webns.net/mvcb/", Space::Other),
    ("http://wellformedweb.org/CommentAPI/", Space::Other),
    ("http://a9.com/-/spec/opensearch/1.1/", Space::Other),
];

/// What prefixes mean at a place of a document.
#[derive(Debug)]
pub(super) struct Scope<'t> {
    /// The family of the document.
    pub(super) family: Family,
    /// Prefixes with their vocabularies, the innermost last; the empty one is that of names without any.
    declared: Vec<(&'t str, Space)>,
    /// Addresses that were looked at.
    known: Vec<(String, Space)>,
}

impl<'t> Scope<'t> {
    /// No prefix is declared yet.
    pub(super) const fn new(family: Family) -> Self {
        Self { family, declared: Vec::new(), known: Vec::new() }
    }

    /// Declares what the tag of an element says, of which `tag` stands behind the name, and gives what [`Self::leave`] needs.
    pub(super) fn enter(&mut self, tag: &'t str) -> usize {
        let outside = self.declared.len();
        if let Some((prefix, uri)) = only_declaration(tag) {
            self.declare(prefix, uri);
        } else if tag.contains("xmlns") {
            for (prefix, uri) in declarations(tag) {
                self.declare(prefix, &uri);
            }
        }
        outside
    }

    /// Forgets what was declared since [`Self::enter`].
    pub(super) fn leave(&mut self, outside: usize) {
        self.declared.truncate(outside);
    }

    /// Declares the prefixes around all items that a tag names. A default vocabulary is left out: the family says which
    /// elements are meant.
    pub(super) fn surround(&mut self, tag: &'t str) {
        for (prefix, uri) in declarations(tag).filter(|(prefix, uri)| !prefix.is_empty() && !uri.is_empty()) {
            if self.declared.len() < AROUND_AT_MOST {
                self.declare(prefix, &uri);
            }
        }
    }

    fn declare(&mut self, prefix: &'t str, uri: &str) {
        if self.declared.len() < DECLARATIONS_AT_MOST {
            let space = self.of(uri);
            self.declared.push((prefix, space));
        }
    }

    /// The vocabulary of a prefix; where nobody declared it, the one that it mostly stands for.
    pub(super) fn space(&mut self, prefix: &str) -> Space {
        let declared = self.declared.iter().rev().find(|(known, _space)| *known == prefix);
        match declared {
            Some((_prefix, space)) => *space,
            None if prefix.is_empty() => Space::Core,
            None => self.of(well_known(prefix)),
        }
    }

    /// Whether a name with that prefix is one of the format's own.
    pub(super) fn is_core(&self, prefix: &str) -> bool {
        let declared = self.declared.iter().rev().find(|(known, _space)| *known == prefix);
        declared.map_or(prefix.is_empty(), |(_prefix, space)| *space == Space::Core)
    }

    /// The vocabulary at an address, which is looked at once.
    fn of(&mut self, uri: &str) -> Space {
        if uri.is_empty() {
            return Space::Core;
        }
        if let Some((_uri, space)) = self.known.iter().find(|(known, _space)| known == uri) {
            return *space;
        }
        let space = Space::of(uri, self.family);
        if self.known.len() < ADDRESSES_AT_MOST {
            self.known.push((uri.to_owned(), space));
        }
        space
    }
}

/// The prefix that a tag declares, with its address, where it has no other attribute: some write that into every tag.
fn only_declaration(tag: &str) -> Option<(&str, &str)> {
    let (name, value) = tag.trim().strip_prefix("xmlns")?.split_once('=')?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let uri = value.strip_prefix(quote)?.strip_suffix(quote)?;
    let prefix = if name.is_empty() { name } else { name.strip_prefix(':')? };
    let is_plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !uri.contains(quote);
    (is_plain && uri.len() <= ADDRESS_BYTES).then_some((prefix, uri))
}

/// The prefixes that a tag declares, with their addresses; `tag` stands behind its name.
fn declarations(tag: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    xml::written_attributes(tag).take(ATTRIBUTES_AT_MOST).filter_map(|(name, uri)| {
        let prefix = name.strip_prefix("xmlns")?;
        let prefix = if prefix.is_empty() { prefix } else { prefix.strip_prefix(':')? };
        (uri.len() <= ADDRESS_BYTES).then_some((prefix, uri))
    })
}

fn is_rss(uri: &str) -> bool {
    let own = ["//purl.org/rss/1.0", "//purl.org/net/rss", "netscape.com/rdf/simple/0.9", "userland.com/rss"];
    (own.iter().any(|part| uri.contains(part)) && !uri.contains("/modules/"))
        || uri.contains("blogs.law.harvard.edu/tech/rss")
        || uri.contains("cyber.law.harvard.edu/rss")
        || uri.contains("cyber.harvard.edu/rss")
}

/// What a prefix means where a document forgot to say.
fn well_known(prefix: &str) -> &'static str {
    match prefix.to_ascii_lowercase().as_str() {
        "dc" => "http://purl.org/dc/elements/1.1/",
        "dcterms" | "dct" => "http://purl.org/dc/terms/",
        "prism" => "http://prismstandard.org/namespaces/basic/2.0/",
        "content" => "http://purl.org/rss/1.0/modules/content/",
        "sy" | "syn" => "http://purl.org/rss/1.0/modules/syndication/",
        "slash" => "http://purl.org/rss/1.0/modules/slash/",
        "thr" => "http://purl.org/syndication/thread/1.0",
        "atom" | "a10" => "http://www.w3.org/2005/Atom",
        "arxiv" => "http://arxiv.org/schemas/atom",
        "media" => "http://search.yahoo.com/mrss/",
        "cc" | "creativecommons" => "http://web.resource.org/cc/",
        "rdf" => "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rss" => "http://purl.org/rss/1.0/",
        "itunes" => "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "xhtml" | "xh" | "html" => "http://www.w3.org/1999/xhtml",
        "mml" | "m" => "http://www.w3.org/1998/Math/MathML",
        "wfw" => "http://wellformedweb.org/CommentAPI/",
        _ => "urn:undeclared",
    }
}

#[cfg(test)]
mod tests {
    use super::Family;
    use super::KNOWN;
    use super::Space;
    use super::declarations;
    use super::only_declaration;

    #[test]
    fn prism_is_known_under_every_address() {
        for uri in [
            "http://prismstandard.org/namespaces/basic/2.0/",
            "http://prismstandard.org/namespaces/1.2/basic/",
            "http://www.prismstandard.org/namespaces/basic/3.0/",
            "http://purl.org/rss/1.0/modules/prism/",
        ] {
            assert_eq!(Space::of(uri, Family::Rss), Space::Prism, "{uri}");
        }
    }

    #[test]
    fn what_is_known_is_what_its_parts_say() {
        for (uri, space) in KNOWN {
            for family in [Family::Rss, Family::Atom] {
                assert_eq!(Space::by_parts(uri, family), *space, "{uri}");
            }
        }
    }

    #[test]
    fn a_lone_declaration_is_read_like_one_among_others() {
        for tag in [" xmlns:p='u'", " xmlns=\"u:'\" ", "xmlns:p=''", " xmlns:p='\"'"] {
            let read = only_declaration(tag).unwrap();
            assert_eq!(
                declarations(tag).next().map(|(prefix, uri)| (prefix, uri.into_owned())),
                Some((read.0, read.1.to_owned())),
                "{tag}"
            );
        }
        for tag in
            ["", " a='u'", " xmlns:p='u' b='v'", " xmlns:p = 'u'", " xmlns:p=u", " xmlnsp='u'", " xmlns:p='u"]
        {
            assert_eq!(only_declaration(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_format_is_known_under_its_old_addresses() {
        assert_eq!(Space::of("http://my.netscape.com/rdf/simple/0.9/", Family::Rss), Space::Core);
        assert_eq!(Space::of("http://purl.org/atom/ns#", Family::Atom), Space::Core);
        assert_eq!(Space::of("http://www.w3.org/2005/Atom", Family::Rss), Space::Atom);
        assert_eq!(Space::of("http://purl.org/dc/terms/", Family::Rss), Space::DcTerms);
    }
}

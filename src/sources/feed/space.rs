//! Namespaces: which vocabulary an element of a feed belongs to, under every address that is used for it.

/// The two families of XML feeds.
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
    /// The vocabulary at an address. Addresses vary in scheme, version, case and last slash, so parts of them decide.
    pub(super) fn of(uri: &str, family: Family) -> Self {
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

/// The vocabularies of one document: each address is looked at once.
#[derive(Debug)]
pub(super) struct Spaces {
    /// The family of the document.
    pub(super) family: Family,
    known: Vec<(String, Space)>,
}

impl Spaces {
    /// None is known yet.
    pub(super) fn new(family: Family) -> Self {
        Self { family, known: Vec::new() }
    }

    /// The vocabulary at an address.
    pub(super) fn of(&mut self, uri: &str) -> Space {
        const KEPT: usize = 64;
        if let Some((_uri, space)) = self.known.iter().find(|(known, _space)| known == uri) {
            return *space;
        }
        let space = Space::of(uri, self.family);
        if self.known.len() < KEPT {
            self.known.push((uri.to_owned(), space));
        }
        space
    }
}

fn is_rss(uri: &str) -> bool {
    let own = ["//purl.org/rss/1.0", "//purl.org/net/rss", "netscape.com/rdf/simple/0.9", "userland.com/rss"];
    (own.iter().any(|part| uri.contains(part)) && !uri.contains("/modules/"))
        || uri.contains("blogs.law.harvard.edu/tech/rss")
        || uri.contains("cyber.law.harvard.edu/rss")
        || uri.contains("cyber.harvard.edu/rss")
}

/// What a prefix means where a document forgot to say.
pub(super) fn well_known(prefix: &str) -> &'static str {
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
    use super::Space;

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
    fn a_format_is_known_under_its_old_addresses() {
        assert_eq!(Space::of("http://my.netscape.com/rdf/simple/0.9/", Family::Rss), Space::Core);
        assert_eq!(Space::of("http://purl.org/atom/ns#", Family::Atom), Space::Core);
        assert_eq!(Space::of("http://www.w3.org/2005/Atom", Family::Rss), Space::Atom);
        assert_eq!(Space::of("http://purl.org/dc/terms/", Family::Rss), Space::DcTerms);
    }
}

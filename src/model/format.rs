//! The formats that lists of papers are served in, and the forms in which single papers are.

/// One format of a feed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Format {
    /// Atom (RFC 4287).
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// Every format, the preferred one first.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// How an address in this format ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Atom => ".atom",
            Self::Rss => ".rss",
            Self::Json => ".json",
        }
    }

    /// The media type without parameters, as links and `Accept` have it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The media type as answers have it. JSON is UTF-8 by definition and knows no charset (RFC 8259 §11).
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Json => "application/feed+json",
        }
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON Feed",
        }
    }

    /// The name before the extension, and the format that the extension means.
    pub fn split(name: &str) -> Option<(&str, Self)> {
        Self::ALL.into_iter().find_map(|format| Some((name.strip_suffix(format.extension())?, format)))
    }
}

/// A form in which programs cite a paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CitationForm {
    /// BibTeX.
    Bibtex,
    /// RIS.
    Ris,
    /// CSL-JSON.
    Csl,
    /// All that we know of it, as JSON.
    Json,
}

impl CitationForm {
    /// Every one; an ending that holds another one comes first.
    pub const ALL: [Self; 4] = [Self::Bibtex, Self::Ris, Self::Csl, Self::Json];

    /// How the address ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Bibtex => ".bib",
            Self::Ris => ".ris",
            Self::Csl => ".csl.json",
            Self::Json => ".json",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Bibtex => "application/x-bibtex; charset=utf-8",
            Self::Ris => "application/x-research-info-systems; charset=utf-8",
            Self::Csl => "application/vnd.citationstyles.csl+json",
            Self::Json => "application/json",
        }
    }

    /// The name before the ending, and the form that the ending means.
    pub fn split(name: &str) -> Option<(&str, Self)> {
        Self::ALL.into_iter().find_map(|form| Some((name.strip_suffix(form.extension())?, form)))
    }
}

//! Commands of TeX's text mode.

use crate::normalise::tex::commands::FENCES;
use crate::normalise::tex::walk::Style;

/// What a command does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Word {
    /// It stands for characters.
    Text(&'static str),
    /// Its argument is set in a style.
    Style(Style),
    /// The rest of its group is set in a style, or in one we do not keep.
    Declaration(Option<Style>),
    /// Its argument is shown as it is.
    Transparent,
    /// It and so many arguments leave no trace.
    Dropped(u8),
    /// A paragraph ends.
    Break,
    /// A member of a list begins.
    Item,
    /// `\begin` or `\end` of an environment.
    Environment,
    /// Its argument is shown between two pieces of text.
    Around(&'static str, &'static str),
    /// The first of its two arguments is shown.
    First,
    /// A length follows, which is skipped.
    Skip,
    /// What follows is code up to the sign that it begins with.
    Verbatim,
    /// A number with its unit, or an ion with its stage.
    Quantity,
    /// `\url`.
    Url,
    /// `\href`.
    Href,
}

/// Characters by name.
const CHARACTERS: &[(&str, &str)] = &[
    ("AA", "Å"),
    ("AE", "Æ"),
    ("DH", "Ð"),
    ("DJ", "Đ"),
    ("L", "Ł"),
    ("LaTeX", "LaTeX"),
    ("NG", "Ŋ"),
    ("O", "Ø"),
    ("OE", "Œ"),
    ("P", "¶"),
    ("S", "§"),
    ("SS", "ẞ"),
    ("TH", "Þ"),
    ("TeX", "TeX"),
    ("aa", "å"),
    ("ae", "æ"),
    ("and", " and "),
    ("copyright", "©"),
    ("dag", "†"),
    ("ddag", "‡"),
    ("dh", "ð"),
    ("dj", "đ"),
    ("dots", "…"),
    ("i", "ı"),
    ("j", "ȷ"),
    ("l", "ł"),
    ("ldots", "…"),
    ("lq", "‘"),
    ("newline", " "),
    ("linebreak", " "),
    ("ng", "ŋ"),
    ("o", "ø"),
    ("oe", "œ"),
    ("pounds", "£"),
    ("quad", " "),
    ("qquad", " "),
    ("rq", "’"),
    ("slash", "/"),
    ("sqrt", "√"),
    ("space", " "),
    ("ss", "ß"),
    ("textasciicircum", "^"),
    ("textasciitilde", "~"),
    ("textasteriskcentered", "*"),
    ("textbackslash", "\\"),
    ("textbar", "|"),
    ("textbraceleft", "{"),
    ("textbraceright", "}"),
    ("textbullet", "•"),
    ("textcelsius", "℃"),
    ("textcopyright", "©"),
    ("textdagger", "†"),
    ("textdegree", "°"),
    ("textdollar", "$"),
    ("textellipsis", "…"),
    ("textemdash", "—"),
    ("textendash", "–"),
    ("texteuro", "€"),
    ("textgreater", ">"),
    ("textless", "<"),
    ("textmu", "µ"),
    ("textohm", "Ω"),
    ("textonehalf", "½"),
    ("textperiodcentered", "·"),
    ("textpm", "±"),
    ("textquotedblleft", "“"),
    ("textquotedblright", "”"),
    ("textquoteleft", "‘"),
    ("textquoteright", "’"),
    ("textquotesingle", "'"),
    ("textregistered", "®"),
    ("textsection", "§"),
    ("textsterling", "£"),
    ("texttimes", "×"),
    ("texttrademark", "™"),
    ("textunderscore", "_"),
    ("th", "þ"),
    ("xspace", ""),
    ("relax", ""),
    ("noindent", ""),
    ("indent", ""),
    ("centering", ""),
    ("maketitle", ""),
    ("hfill", " "),
    ("hfil", " "),
    ("thinspace", " "),
    ("enspace", " "),
    ("nobreak", ""),
    ("protect", ""),
    ("allowbreak", ""),
    ("eqno", " "),
    ("textquotedbl", "\""),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("ignorespaces", ""),
];

/// Commands whose argument is shown without a style of ours.
const TRANSPARENT: &[&str] = &[
    "textrm",
    "textsc",
    "textsf",
    "textmd",
    "textup",
    "textnormal",
    "text",
    "mbox",
    "hbox",
    "fbox",
    "makebox",
    "lowercase",
    "uppercase",
    "MakeLowercase",
    "MakeUppercase",
    "ensuremath",
    "rev",
    "red",
    "blue",
    "added",
    "boxed",
    "centerline",
    "abstract",
    "mathrm",
    "mathit",
    "mathbf",
    "mathsf",
    "mathtt",
    "mathcal",
    "mathbb",
    "mathfrak",
    "mathscr",
    "operatorname",
    "boldsymbol",
    "bm",
    "acrshort",
    "ac",
    "gls",
    "acp",
    "acs",
    "acl",
    "num",
    "unit",
    "si",
    "ce",
    "title",
    "author",
    "section",
    "subsection",
    "paragraph",
    "caption",
];

/// Declarations without a style of ours.
const PLAIN_DECLARATIONS: &[&str] = &[
    "rm",
    "sf",
    "sc",
    "normalfont",
    "rmfamily",
    "sffamily",
    "scshape",
    "upshape",
    "mdseries",
    "tiny",
    "scriptsize",
    "footnotesize",
    "small",
    "normalsize",
    "large",
    "Large",
    "LARGE",
    "huge",
    "Huge",
    "displaystyle",
    "textstyle",
    "scriptstyle",
    "cal",
    "frenchspacing",
    "raggedright",
    "sloppy",
    "unboldmath",
    "boldmath",
    "roman",
];

/// Commands that leave no trace, with how many arguments.
const DROPPED: &[(&str, u8)] = &[
    ("cite", 1),
    ("citep", 1),
    ("citet", 1),
    ("citealp", 1),
    ("citealt", 1),
    ("citeauthor", 1),
    ("citeyear", 1),
    ("parencite", 1),
    ("textcite", 1),
    ("nocite", 1),
    ("ref", 1),
    ("eqref", 1),
    ("autoref", 1),
    ("cref", 1),
    ("Cref", 1),
    ("pageref", 1),
    ("label", 1),
    ("footnotemark", 0),
    ("footnotetext", 1),
    ("thanks", 1),
    ("index", 1),
    ("vspace", 1),
    ("hspace", 1),
    ("color", 1),
    ("textcolor", 1),
    ("pagestyle", 1),
    ("thispagestyle", 1),
    ("bibliographystyle", 1),
    ("bibliography", 1),
    ("documentclass", 1),
    ("usepackage", 1),
    ("smallskip", 0),
    ("medskip", 0),
    ("bigskip", 0),
    ("clearpage", 0),
    ("newpage", 0),
    ("QTR", 1),
    ("deleted", 1),
    ("beginitemize", 0),
    ("enditemize", 0),
    ("beginenumerate", 0),
    ("endenumerate", 0),
    ("foreignlanguage", 1),
    ("selectlanguage", 1),
    ("hyperlink", 1),
    ("hyperref", 0),
    ("colorbox", 1),
    ("raisebox", 1),
    ("scalebox", 1),
    ("resizebox", 2),
    ("nobreakdash", 0),
    ("phantom", 1),
    ("hphantom", 1),
    ("vphantom", 1),
    ("includegraphics", 1),
];

/// What the command of that name does in text; `None` for one that is not known.
pub(super) fn find(name: &str) -> Option<Word> {
    let styled = match name {
        "emph" | "textit" | "textsl" => Some(Style::Emphasis),
        "textbf" => Some(Style::Strong),
        "texttt" => Some(Style::Code),
        "underline" | "uline" => Some(Style::Underline),
        "textsuperscript" => Some(Style::Superscript),
        "textsubscript" => Some(Style::Subscript),
        _other => None,
    };
    if let Some(style) = styled {
        return Some(Word::Style(style));
    }
    match name {
        "em" | "it" | "sl" | "itshape" | "slshape" => return Some(Word::Declaration(Some(Style::Emphasis))),
        "bf" | "bfseries" => return Some(Word::Declaration(Some(Style::Strong))),
        "tt" | "ttfamily" => return Some(Word::Declaration(Some(Style::Code))),
        "par" => return Some(Word::Break),
        "item" => return Some(Word::Item),
        "begin" | "end" => return Some(Word::Environment),
        "enquote" => return Some(Word::Around("“", "”")),
        "footnote" => return Some(Word::Around(" (", ")")),
        "keywords" | "Keywords" => return Some(Word::Around(" Keywords: ", "")),
        "texorpdfstring" | "replaced" => return Some(Word::First),
        "hskip" | "vskip" | "kern" => return Some(Word::Skip),
        "verb" => return Some(Word::Verbatim),
        "SI" | "qty" | "ion" => return Some(Word::Quantity),
        "url" | "path" | "nolinkurl" => return Some(Word::Url),
        "href" => return Some(Word::Href),
        _other => {}
    }
    if FENCES.contains(&name) {
        return Some(Word::Text(""));
    }
    let character =
        CHARACTERS.iter().find(|(known, _text)| *known == name).map(|(_name, text)| Word::Text(text));
    let transparent = || TRANSPARENT.contains(&name).then_some(Word::Transparent);
    let declared = || PLAIN_DECLARATIONS.contains(&name).then_some(Word::Declaration(None));
    let dropped =
        || DROPPED.iter().find(|(known, _count)| *known == name).map(|(_name, count)| Word::Dropped(*count));
    character.or_else(transparent).or_else(declared).or_else(dropped)
}

/// Commands of styles that lost the braces of their argument (`\emphrobust`), and citations that did.
const PREFIXES: &[(&str, Option<Style>)] = &[
    ("emph", Some(Style::Emphasis)),
    ("textit", Some(Style::Emphasis)),
    ("textbf", Some(Style::Strong)),
    ("texttt", Some(Style::Code)),
    ("textsc", None),
    ("textrm", None),
    ("textsf", None),
    ("underline", Some(Style::Underline)),
];

/// The style and the words of a command that lost its braces; a citation has no words.
pub(super) fn without_braces(name: &str) -> Option<(Option<Style>, &str)> {
    if matches!(name, "emphasis" | "emphasize" | "emphasise") {
        return None;
    }
    if name.starts_with("cite") && name.len() > "cite".len() + 2 {
        return Some((None, ""));
    }
    let found = |(prefix, style): &(&str, Option<Style>)| Some((style.clone(), name.strip_prefix(prefix)?));
    PREFIXES.iter().find_map(found).filter(|(_style, words)| !words.is_empty())
}

/// Whether a star belongs to the command's name.
pub(super) fn has_star(name: &str) -> bool {
    matches!(
        name,
        "cite"
            | "citep"
            | "citet"
            | "citealp"
            | "hspace"
            | "vspace"
            | "section"
            | "subsection"
            | "operatorname"
            | "ref"
    )
}

//! Commands of formulas that mean the same wherever a formula goes: to plain text or to MathML.

/// Commands whose argument is text.
pub(super) const TEXTS: &[&str] = &[
    "text",
    "mbox",
    "hbox",
    "textrm",
    "textbf",
    "textit",
    "textsf",
    "texttt",
    "textsc",
    "textnormal",
    "textup",
    "textmd",
    "textsl",
    "emph",
    "makebox",
    "fbox",
    "ce",
    "num",
    "si",
    "unit",
    "mathchar",
    "url",
];

/// Commands that make the delimiter behind them larger.
pub(super) const FENCES: &[&str] = &[
    "left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl", "bigr",
    "Bigr", "biggr", "Biggr", "bigm", "Bigm", "biggm", "Biggm",
];

/// Commands that leave no trace, with how many arguments.
const DROPPED: &[(&str, u8)] = &[
    ("label", 1),
    ("cite", 1),
    ("ref", 1),
    ("eqref", 1),
    ("color", 1),
    ("textcolor", 1),
    ("hspace", 1),
    ("vspace", 1),
    ("nonumber", 0),
    ("notag", 0),
    ("xspace", 0),
    ("protect", 0),
    ("boldmath", 0),
    ("small", 0),
    ("footnotesize", 0),
    ("normalsize", 0),
    ("large", 0),
    ("relax", 0),
    ("ensuremath", 0),
    ("hfill", 0),
    ("allowbreak", 0),
    ("nobreak", 0),
    ("noindent", 0),
    ("phantom", 1),
    ("hphantom", 1),
    ("vphantom", 1),
    ("mathchoice", 0),
    ("mathbin", 0),
    ("mathrel", 0),
    ("mathord", 0),
    ("mathopen", 0),
    ("mathclose", 0),
    ("hline", 0),
    ("scriptsize", 0),
    ("tiny", 0),
    ("Large", 0),
    ("QTR", 1),
    ("QTO", 1),
    ("vcenter", 0),
];

/// How many arguments vanish together with a command that leaves no trace: one of every formula, or of `own`.
pub(super) fn dropped(name: &str, own: &[(&str, u8)]) -> Option<u8> {
    DROPPED.iter().chain(own).find(|(known, _count)| *known == name).map(|(_name, count)| *count)
}

/// Commands that authors define to put their argument between two delimiters.
pub(super) const WRAPS: &[(&str, &str, &str)] = &[
    ("norm", "‖", "‖"),
    ("Norm", "‖", "‖"),
    ("abs", "|", "|"),
    ("Abs", "|", "|"),
    ("ceil", "⌈", "⌉"),
    ("floor", "⌊", "⌋"),
    ("ket", "|", "⟩"),
    ("bra", "⟨", "|"),
    ("braket", "⟨", "⟩"),
    ("set", "{", "}"),
];

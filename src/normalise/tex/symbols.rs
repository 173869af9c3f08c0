//! Mathematical symbols by their TeX names, as they read best in plain text.

/// The symbols, sorted by name.
#[rustfmt::skip]
const SYMBOLS: &[(&str, &str)] = &[
    ("AA", "Å"), ("Alpha", "Α"), ("Angstrom", "Å"), ("Bbbk", "𝕜"), ("Beta", "Β"), ("Bot", "⫫"), ("Box", "□"),
    ("Bumpeq", "≎"), ("Cap", "⋒"), ("Chi", "Χ"), ("Colonapprox", "∷"), ("Coloneq", "∷"), ("Coloneqq", "⩴"),
    ("Colonsim", "∷"), ("Cup", "⋓"), ("Dash", "⊫"), ("Delta", "Δ"), ("Diamond", "◊"), ("Doteq", "≑"),
    ("Downarrow", "⇓"), ("Earth", "⊕"), ("Epsilon", "Ε"), ("Eqcolon", "−"), ("Eta", "Η"), ("Finv", "Ⅎ"),
    ("Game", "ℷ"), ("Gamma", "Γ"), ("Im", "Im"), ("Iota", "Ι"), ("Join", "⋈"), ("Kappa", "Κ"), ("L", "Ł"),
    ("Lambda", "Λ"), ("Leftarrow", "⇐"), ("Leftrightarrow", "⇔"), ("Lleftarrow", "⇚"), ("Longleftarrow", "⟸"),
    ("Longleftrightarrow", "⟺"), ("Longrightarrow", "⟹"), ("Lsh", "↰"), ("Mu", "Μ"), ("Nat", "ℕ"), ("Nu", "Ν"),
    ("O", "Ø"), ("Omega", "Ω"), ("Omicron", "Ο"), ("Otimes", "⨷"), ("Overrightarrow", "⇒"), ("P", "¶"),
    ("Perp", "⫫"), ("Phi", "Φ"), ("Pi", "Π"), ("Psi", "Ψ"), ("QED", "∎"), ("Re", "Re"), ("Reals", "ℝ"),
    ("Rho", "Ρ"), ("Rightarrow", "⇒"), ("Rrightarrow", "⇛"), ("Rsh", "↱"), ("S", "§"), ("Sigma", "Σ"),
    ("Subset", "⋐"), ("Supset", "⋑"), ("Tau", "Τ"), ("Theta", "Θ"), ("Uparrow", "⇑"), ("Updownarrow", "⇕"),
    ("Upsilon", "Υ"), ("Vdash", "⊩"), ("Vert", "‖"), ("Vvdash", "⊪"), ("Xi", "Ξ"), ("Zeta", "Ζ"), ("aa", "å"),
    ("aleph", "ℵ"), ("alpha", "α"), ("amalg", "⨿"), ("angle", "∠"), ("angstrom", "Å"), ("approx", "≈"),
    ("approxcolon", "≈"), ("approxcoloncolon", "≈"), ("approxeq", "≊"), ("arcdeg", "°"), ("arceq", "≘"),
    ("arcmin", "′"), ("arcsec", "″"), ("ast", "*"), ("astrosun", "☉"), ("asymp", "≍"), ("backcong", "≌"),
    ("backdprime", "‶"), ("backepsilon", "϶"), ("backprime", "‵"), ("backsim", "∽"), ("backsimeq", "⋍"),
    ("backslash", "\\"), ("backtrprime", "‷"), ("ballotx", "✗"), ("barwedge", "⌅"), ("because", "∵"),
    ("beta", "β"), ("beth", "ℶ"), ("between", "≬"), ("bigcap", "⋂"), ("bigcirc", "◯"), ("bigcup", "⋃"),
    ("bigodot", "⨀"), ("bigoplus", "⨁"), ("bigotimes", "⨂"), ("bigsqcap", "⨅"), ("bigsqcup", "⨆"),
    ("bigstar", "★"), ("bigtimes", "⨉"), ("bigtriangledown", "▽"), ("bigtriangleup", "△"), ("biguplus", "⨄"),
    ("bigvee", "⋁"), ("bigwedge", "⋀"), ("blackhourglass", "⧗"), ("blacklozenge", "⧫"), ("blacksquare", "■"),
    ("blacktriangle", "▲"), ("blacktriangledown", "▼"), ("blacktriangleleft", "◀"), ("blacktriangleright", "▶"),
    ("bot", "⊥"), ("bowtie", "⋈"), ("boxast", "⧆"), ("boxbox", "⧈"), ("boxcircle", "⧇"), ("boxdot", "⊡"),
    ("boxminus", "⊟"), ("boxplus", "⊞"), ("boxtimes", "⊠"), ("bullet", "•"), ("bumpeq", "≏"), ("cap", "∩"),
    ("cdot", "·"), ("cdotp", "·"), ("cdots", "…"), ("cent", "¢"), ("centerdot", "·"), ("checkmark", "✓"),
    ("chi", "χ"), ("circ", "∘"), ("circeq", "≗"), ("circlearrowleft", "↺"), ("circlearrowright", "↻"),
    ("circledR", "®"), ("circledS", "Ⓢ"), ("circledast", "⊛"), ("circledcirc", "⊚"), ("circleddash", "⊝"),
    ("circledequal", "⊜"), ("circledparallel", "⦷"), ("circledvert", "⦶"), ("circlehbar", "⦵"), ("clubsuit", "♣"),
    ("coh", "⌢"), ("colon", ":"), ("coloncolon", "∷"), ("coloncolonapprox", "∷"), ("coloncolonequals", "⩴"),
    ("coloncolonminus", "∷"), ("coloncolonsim", "∷"), ("coloneqq", "≔"), ("colonequals", "≔"),
    ("complement", "∁"), ("concavediamond", "⟡"), ("concavediamondtickleft", "⟢"),
    ("concavediamondtickright", "⟣"), ("cong", "≅"), ("coprod", "∐"), ("copyright", "©"), ("cup", "∪"),
    ("curlyeqprec", "⋞"), ("curlyeqsucc", "⋟"), ("curlyvee", "⋎"), ("curlywedge", "⋏"), ("curvearrowleft", "↶"),
    ("curvearrowright", "↷"), ("dag", "†"), ("dagger", "†"), ("daleth", "ℸ"), ("dashleftarrow", "⇠"),
    ("dashrightarrow", "⇢"), ("dashv", "⊣"), ("dblcolon", "∷"), ("ddag", "‡"), ("ddagger", "‡"), ("ddots", "⋱"),
    ("degree", "°"), ("delta", "δ"), ("diagdown", "╲"), ("diagup", "╱"), ("diameter", "⌀"), ("diamond", "⋄"),
    ("diamondsuit", "♢"), ("digamma", "ϝ"), ("div", "÷"), ("divideontimes", "⋇"), ("doteq", "≐"),
    ("doteqdot", "≑"), ("dotplus", "∔"), ("dots", "…"), ("dotsb", "…"), ("dotsc", "…"), ("dotsi", "⋯"),
    ("dotsm", "⋯"), ("dotso", "…"), ("doublebarwedge", "⩞"), ("doublecap", "⋒"), ("downarrow", "↓"),
    ("downdownarrows", "⇊"), ("downharpoonleft", "⇃"), ("downharpoonright", "⇂"), ("dprime", "″"), ("ell", "ℓ"),
    ("emptyset", "∅"), ("epsilon", "ε"), ("eqcirc", "≖"), ("eqcolon", "∹"), ("eqdef", "≝"), ("eqeq", "⩵"),
    ("eqqcolon", "≕"), ("eqsim", "≂"), ("eqslantgtr", "⪖"), ("eqslantless", "⪕"), ("equiv", "≡"), ("eta", "η"),
    ("eth", "ð"), ("euro", "€"), ("exists", "∃"), ("fallingdotseq", "≒"), ("female", "♀"), ("fint", "⨏"),
    ("flat", "♭"), ("forall", "∀"), ("frown", "⌢"), ("fullouterjoin", "⟗"), ("gamma", "γ"), ("ge", "≥"),
    ("geq", "≥"), ("geqq", "≧"), ("geqslant", "≥"), ("gets", "←"), ("gg", "≫"), ("ggg", "⋙"), ("gggtr", "⋙"),
    ("gimel", "ℷ"), ("gnapprox", "⪊"), ("gneq", "⪈"), ("gneqq", "≩"), ("gnsim", "⋧"), ("gt", ">"),
    ("gtrapprox", "⪆"), ("gtrdot", "⋗"), ("gtreqless", "⋛"), ("gtreqqless", "⪌"), ("gtrless", "≷"),
    ("gtrsim", "≳"), ("gvertneqq", "≩"), ("hbar", "ℏ"), ("heartsuit", "♡"), ("hookleftarrow", "↩"),
    ("hookrightarrow", "↪"), ("hourglass", "⧖"), ("hslash", "ℏ"), ("i", "i"), ("iddots", "⋰"), ("idotsin", "⋯"),
    ("iff", "⟺"), ("iiiint", "⨌"), ("iiint", "∭"), ("iint", "∬"), ("imageof", "⊷"), ("imath", "ı"),
    ("impliedby", "⟸"), ("implies", "⟹"), ("in", "∈"), ("infty", "∞"), ("int", "∫"), ("intBar", "⨎"),
    ("intbar", "⨍"), ("intcap", "⨙"), ("intclockwise", "∱"), ("intcup", "⨚"), ("intercal", "⊺"),
    ("intlarhk", "⨗"), ("intop", "∫"), ("intx", "⨘"), ("iota", "ι"), ("isin", "∈"), ("jmath", "ȷ"),
    ("kappa", "κ"), ("l", "ł"), ("lVert", "‖"), ("lambda", "λ"), ("land", "∧"), ("lang", "⟨"), ("langle", "⟨"),
    ("lbrace", "{"), ("lbrack", "["), ("lceil", "⌈"), ("ldotp", "."), ("ldots", "…"), ("le", "≤"),
    ("leadsto", "⇝"), ("leftarrow", "←"), ("leftarrowtail", "↢"), ("leftharpoondown", "↽"),
    ("leftharpoonup", "↼"), ("leftleftarrows", "⇇"), ("leftmodels", "⊨"), ("leftmoon", "☾"),
    ("leftouterjoin", "⟕"), ("leftrightarrow", "↔"), ("leftrightarrows", "⇆"), ("leftrightharpoons", "⇋"),
    ("leftrightsquigarrow", "↭"), ("leftthreetimes", "⋋"), ("leq", "≤"), ("leqq", "≦"), ("leqslant", "≤"),
    ("lessapprox", "⪅"), ("lessdot", "⋖"), ("lesseqgtr", "⋚"), ("lesseqqgtr", "⪋"), ("lessgtr", "≶"),
    ("lesssim", "≲"), ("lfloor", "⌊"), ("lhd", "⊲"), ("lightning", "↯"), ("ll", "≪"), ("llbracket", "⟦"),
    ("llcorner", "⌞"), ("lll", "⋘"), ("llless", "⋘"), ("lnapprox", "⪉"), ("lneq", "⪇"), ("lneqq", "≨"),
    ("lnot", "¬"), ("lnsim", "⋦"), ("longleftarrow", "⟵"), ("longleftrightarrow", "⟷"), ("longmapsto", "⟼"),
    ("longrightarrow", "⟶"), ("looparrowleft", "↫"), ("looparrowright", "↬"), ("lor", "∨"), ("lozenge", "◊"),
    ("lozengeminus", "⟠"), ("lq", "‘"), ("lrcorner", "⌟"), ("lt", "<"), ("ltimes", "⋉"), ("lvert", "|"),
    ("lvertneqq", "≨"), ("male", "♂"), ("maltese", "✠"), ("mapsfrom", "↤"), ("mapsto", "↦"),
    ("mathellipsis", "…"), ("mathsterling", "£"), ("measeq", "≞"), ("measuredangle", "∡"), ("mho", "℧"),
    ("micro", "µ"), ("mid", "|"), ("minuscolon", "∹"), ("minuscoloncolon", "−"), ("models", "⊨"), ("mp", "∓"),
    ("mu", "μ"), ("multimap", "⊸"), ("multimapboth", "⧟"), ("multimapinv", "⟜"), ("nLeftarrow", "⇍"),
    ("nLeftrightarrow", "⇎"), ("nRightarrow", "⇏"), ("nVDash", "⊯"), ("nVdash", "⊮"), ("nabla", "∇"),
    ("natural", "♮"), ("ncong", "≆"), ("ne", "≠"), ("nearrow", "↗"), ("neg", "¬"), ("neq", "≠"), ("nexists", "∄"),
    ("ngeq", "≱"), ("ngeqq", "≱"), ("ngeqslant", "≱"), ("ngtr", "≯"), ("ni", "∋"), ("nleftarrow", "↚"),
    ("nleftrightarrow", "↮"), ("nleq", "≰"), ("nleqq", "≰"), ("nleqslant", "≰"), ("nless", "≮"), ("nmid", "∤"),
    ("nobreakspace", " "), ("notin", "∉"), ("notni", "∌"), ("nparallel", "∦"), ("nprec", "⊀"), ("npreceq", "⋠"),
    ("nrightarrow", "↛"), ("nsim", "≁"), ("nsubset", "⊄"), ("nsubseteq", "⊈"), ("nsubseteqq", "⊈"),
    ("nsucc", "⊁"), ("nsucceq", "⋡"), ("nsupset", "⊅"), ("nsupseteq", "⊉"), ("nsupseteqq", "⊉"),
    ("ntriangleleft", "⋪"), ("ntrianglelefteq", "⋬"), ("ntriangleright", "⋫"), ("ntrianglerighteq", "⋭"),
    ("nu", "ν"), ("nvDash", "⊭"), ("nvdash", "⊬"), ("nwarrow", "↖"), ("o", "ø"), ("obar", "⌽"), ("obslash", "⦸"),
    ("odiv", "⨸"), ("odot", "⊙"), ("ogreaterthan", "⧁"), ("ohm", "Ω"), ("oiiint", "∰"), ("oiint", "∯"),
    ("oint", "∮"), ("olessthan", "⧀"), ("omega", "ω"), ("omicron", "ο"), ("ominus", "⊖"), ("operp", "⦹"),
    ("oplus", "⊕"), ("origof", "⊶"), ("oslash", "⊘"), ("otimes", "⊗"), ("otimeshat", "⨶"), ("overleftarrow", "←"),
    ("overleftharpoon", "↼"), ("overleftrightarrow", "↔"), ("overparen", "⏜"), ("overrightharpoon", "⇀"),
    ("owns", "∋"), ("parallel", "∥"), ("parr", "⅋"), ("partial", "∂"), ("permil", "‰"), ("perp", "⟂"),
    ("perthousand", "‰"), ("phi", "φ"), ("pi", "π"), ("pitchfork", "⋔"), ("pm", "±"), ("pointint", "⨕"),
    ("pounds", "£"), ("prec", "≺"), ("precapprox", "⪷"), ("preccurlyeq", "≼"), ("preceq", "⪯"),
    ("precnapprox", "⪹"), ("precneqq", "⪵"), ("precnsim", "⋨"), ("precsim", "≾"), ("prime", "′"), ("prod", "∏"),
    ("propto", "∝"), ("psi", "ψ"), ("qprime", "⁗"), ("questeq", "≟"), ("rVert", "‖"), ("rang", "⟩"),
    ("rangle", "⟩"), ("ratio", ":"), ("rbrace", "}"), ("rbrack", "]"), ("rceil", "⌉"), ("restriction", "↾"),
    ("rfloor", "⌋"), ("rhd", "⊳"), ("rho", "ρ"), ("rightarrow", "→"), ("rightarrowtail", "↣"),
    ("rightharpoondown", "⇁"), ("rightharpoonup", "⇀"), ("rightleftarrows", "⇄"), ("rightleftharpoons", "⇌"),
    ("rightmoon", "☽"), ("rightouterjoin", "⟖"), ("rightrightarrows", "⇉"), ("rightsquigarrow", "⇝"),
    ("rightthreetimes", "⋌"), ("risingdotseq", "≓"), ("rppolint", "⨒"), ("rq", "’"), ("rrbracket", "⟧"),
    ("rtimes", "⋊"), ("rvert", "|"), ("scoh", "⌢"), ("scpolint", "⨓"), ("searrow", "↘"), ("setminus", "∖"),
    ("sharp", "♯"), ("sigma", "σ"), ("sim", "∼"), ("simeq", "≃"), ("sincoh", "⌣"), ("slash", "/"),
    ("smallfrown", "⌢"), ("smallsetminus", "∖"), ("smile", "⌣"), ("smiley", "☺"), ("spadesuit", "♠"),
    ("sphericalangle", "∢"), ("sqcap", "⊓"), ("sqcup", "⊔"), ("sqint", "⨖"), ("sqsubset", "⊏"),
    ("sqsubseteq", "⊑"), ("sqsupset", "⊐"), ("sqsupseteq", "⊒"), ("square", "□"), ("ss", "ß"), ("sslash", "⫽"),
    ("standardstate", "⦵"), ("star", "⋆"), ("stareq", "≛"), ("strictfi", "⥼"), ("strictif", "⥽"), ("subset", "⊂"),
    ("subseteq", "⊆"), ("subseteqq", "⫅"), ("subsetneq", "⊊"), ("subsetneqq", "⫋"), ("succ", "≻"),
    ("succapprox", "⪸"), ("succcurlyeq", "≽"), ("succeq", "⪰"), ("succnapprox", "⪺"), ("succneqq", "⪶"),
    ("succnsim", "⋩"), ("succsim", "≿"), ("sum", "∑"), ("sun", "☉"), ("supset", "⊃"), ("supseteq", "⊇"),
    ("supseteqq", "⫆"), ("supsetneq", "⊋"), ("supsetneqq", "⫌"), ("swarrow", "↙"), ("tau", "τ"),
    ("textbackslash", "\\"), ("textgreater", ">"), ("textless", "<"), ("textmu", "µ"), ("therefore", "∴"),
    ("theta", "θ"), ("thickapprox", "≈"), ("thicksim", "∼"), ("times", "×"), ("to", "→"), ("top", "⊤"),
    ("triangle", "△"), ("triangledown", "▽"), ("triangleleft", "◃"), ("trianglelefteq", "⊴"),
    ("triangleminus", "⨺"), ("triangleplus", "⨹"), ("triangleq", "≜"), ("triangleright", "▹"),
    ("trianglerighteq", "⊵"), ("triangletimes", "⨻"), ("trprime", "‴"), ("twoheadleftarrow", "↞"),
    ("twoheadrightarrow", "↠"), ("ulcorner", "⌜"), ("underleftarrow", "←"), ("underleftrightarrow", "↔"),
    ("unlhd", "⊴"), ("unrhd", "⊵"), ("upalpha", "α"), ("uparrow", "↑"), ("upbeta", "β"), ("updownarrow", "↕"),
    ("upgamma", "γ"), ("upharpoonleft", "↿"), ("upharpoonright", "↾"), ("uplus", "⊎"), ("upmu", "μ"),
    ("uppi", "π"), ("upsilon", "υ"), ("upuparrows", "⇈"), ("urcorner", "⌝"), ("vDash", "⊨"), ("varDelta", "𝛥"),
    ("varGamma", "𝛤"), ("varLambda", "𝛬"), ("varOmega", "𝛺"), ("varPhi", "𝛷"), ("varPi", "𝛱"), ("varPsi", "𝛹"),
    ("varSigma", "𝛴"), ("varTheta", "𝛩"), ("varUpsilon", "𝛶"), ("varXi", "𝛯"), ("varclubsuit", "♧"),
    ("vardiamondsuit", "♦"), ("varepsilon", "ε"), ("varheartsuit", "♥"), ("varkappa", "ϰ"), ("varnothing", "∅"),
    ("varointclockwise", "∲"), ("varphi", "φ"), ("varpi", "ϖ"), ("varpropto", "∝"), ("varrho", "ϱ"),
    ("varsigma", "ς"), ("varspadesuit", "♤"), ("varsubsetneq", "⊊"), ("varsubsetneqq", "⫋"),
    ("varsupsetneq", "⊋"), ("varsupsetneqq", "⫌"), ("vartheta", "ϑ"), ("vartriangle", "△"),
    ("vartriangleleft", "⊲"), ("vartriangleright", "⊳"), ("vcentcolon", ":"), ("vdash", "⊢"), ("vdots", "⋮"),
    ("vee", "∨"), ("veebar", "⊻"), ("veeeq", "≚"), ("vert", "|"), ("wedge", "∧"), ("wedgeq", "≙"),
    ("whitesquaretickleft", "⟤"), ("whitesquaretickright", "⟥"), ("wideparen", "⏜"), ("wp", "℘"), ("wr", "≀"),
    ("xi", "ξ"), ("yen", "¥"), ("zeta", "ζ"),
];

/// The symbol of that name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let place = SYMBOLS.binary_search_by_key(&name, |(known, _symbol)| known).ok()?;
    SYMBOLS.get(place).map(|(_name, symbol)| *symbol)
}

/// Whether a character stands between two terms as a relation.
pub(super) fn is_relation(character: char) -> bool {
    matches!(character, '=' | '<' | '>' | '\u{2190}'..='\u{21FF}' | '\u{2208}'..='\u{220D}' | '\u{221D}' | '\u{2223}'..='\u{2226}'
        | '\u{2234}'..='\u{2237}' | '\u{223C}'..='\u{223D}' | '\u{2241}'..='\u{228B}' | '\u{228F}'..='\u{2292}'
        | '\u{22A2}'..='\u{22B8}' | '\u{22C8}' | '\u{22CD}' | '\u{22D0}'..='\u{22D1}' | '\u{22D5}'..='\u{22ED}'
        | '\u{27F5}'..='\u{27FF}' | '\u{2A74}'..='\u{2AF0}')
}

/// Whether a character stands between two terms as an operator.
pub(super) fn is_binary(character: char) -> bool {
    matches!(character, '+' | '±' | '×' | '÷' | '·' | '•' | '\u{2213}'..='\u{2214}' | '\u{2216}'..='\u{2219}' | '\u{2227}'..='\u{222A}'
        | '\u{2240}' | '\u{228C}'..='\u{228E}' | '\u{2293}'..='\u{22A1}' | '\u{22BA}'..='\u{22BD}' | '\u{22C4}'..='\u{22C7}'
        | '\u{22C9}'..='\u{22CC}' | '\u{22CE}'..='\u{22CF}')
}

#[cfg(test)]
mod tests {
    use super::SYMBOLS;
    use super::find;

    #[test]
    fn the_table_is_sorted() {
        assert!(SYMBOLS.is_sorted_by(|one, other| one.0 < other.0));
        assert_eq!(find("alpha"), Some("α"));
        assert_eq!(find("alph"), None);
    }
}

//! Symbols that mean the same wherever they stand: what the source says so many times, the reader must see as often.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

/// The commands of one symbol, and the characters that may stand for it.
const SYMBOLS: &[(&[&str], &str)] = &[
    (&["times"], "×"),
    (&["div"], "÷"),
    (&["cdot"], "·⋅"),
    (&["pm"], "±"),
    (&["mp"], "∓"),
    (&["ast"], "∗*"),
    (&["star"], "⋆*"),
    (&["circ", "degree"], "∘°◦"),
    (&["bullet"], "•∙"),
    (&["oplus"], "⊕"),
    (&["otimes"], "⊗"),
    (&["odot"], "⊙"),
    (&["cup"], "∪"),
    (&["cap"], "∩"),
    (&["wedge", "land"], "∧"),
    (&["vee", "lor"], "∨"),
    (&["setminus", "smallsetminus"], "∖"),
    (&["leq", "le", "leqslant", "leqq"], "≤⩽≦"),
    (&["geq", "ge", "geqslant", "geqq"], "≥⩾≧"),
    (&["neq", "ne"], "≠"),
    (&["ll"], "≪"),
    (&["gg"], "≫"),
    (&["lesssim"], "≲"),
    (&["gtrsim"], "≳"),
    (&["la"], "≲λ"),
    (&["ga"], "≳γ"),
    (&["sim"], "∼~"),
    (&["simeq"], "≃"),
    (&["approx"], "≈"),
    (&["cong"], "≅"),
    (&["equiv"], "≡"),
    (&["propto"], "∝"),
    (&["in"], "∈"),
    (&["notin"], "∉"),
    (&["ni"], "∋"),
    (&["subset"], "⊂"),
    (&["subseteq"], "⊆"),
    (&["supset"], "⊃"),
    (&["supseteq"], "⊇"),
    (&["to", "rightarrow", "longrightarrow"], "→⟶"),
    (&["leftarrow", "gets"], "←"),
    (&["mapsto", "longmapsto"], "↦⟼"),
    (&["Rightarrow", "implies", "Longrightarrow"], "⇒⟹"),
    (&["leftrightarrow"], "↔"),
    (&["uparrow"], "↑"),
    (&["downarrow"], "↓"),
    (&["hookrightarrow"], "↪"),
    (&["infty"], "∞"),
    (&["partial"], "∂"),
    (&["nabla"], "∇"),
    (&["int"], "∫"),
    (&["iint"], "∬"),
    (&["oint"], "∮"),
    (&["sum"], "∑Σ"),
    (&["prod"], "∏Π"),
    (&["forall"], "∀"),
    (&["exists"], "∃"),
    (&["emptyset", "varnothing"], "∅"),
    (&["perp"], "⟂⊥"),
    (&["bot"], "⊥⟂"),
    (&["parallel"], "∥"),
    (&["langle"], "⟨"),
    (&["rangle"], "⟩"),
    (&["ell"], "ℓ"),
    (&["hbar", "hslash"], "ℏ"),
    (&["dagger", "dag"], "†"),
    (&["prime"], "′"),
    (&["aleph"], "ℵ"),
    (&["ldots", "dots", "cdots"], "…⋯"),
    (&["lfloor"], "⌊"),
    (&["rfloor"], "⌋"),
    (&["lceil"], "⌈"),
    (&["rceil"], "⌉"),
    (&["rtimes"], "⋊"),
    (&["ltimes"], "⋉"),
    (&["prec"], "≺"),
    (&["succ"], "≻"),
    (&["asymp"], "≍"),
    (&["vdash"], "⊢"),
    (&["models"], "⊨"),
    (&["neg", "lnot"], "¬"),
    (&["triangle"], "△"),
    (&["top"], "⊤"),
    (&["alpha"], "αᵅ𝛼"),
    (&["beta"], "βᵝᵦ𝛽"),
    (&["gamma"], "γᵞᵧ𝛾"),
    (&["delta"], "δᵟ𝛿"),
    (&["epsilon", "varepsilon"], "εϵ𝜖𝜀"),
    (&["zeta"], "ζ𝜁"),
    (&["eta"], "η𝜂"),
    (&["theta", "vartheta"], "θϑᶿ𝜃"),
    (&["kappa"], "κ𝜅"),
    (&["lambda"], "λ𝜆"),
    (&["mu"], "μµ𝜇"),
    (&["nu"], "ν𝜈"),
    (&["xi"], "ξ𝜉"),
    (&["pi", "varpi"], "πϖ𝜋"),
    (&["rho", "varrho"], "ρϱᵨ𝜌"),
    (&["sigma", "varsigma"], "σς𝜎"),
    (&["tau"], "τ𝜏"),
    (&["phi", "varphi"], "φϕᵠᵩ𝜙𝜑"),
    (&["chi"], "χᵡᵪ𝜒"),
    (&["psi"], "ψ𝜓"),
    (&["omega"], "ω𝜔"),
    (&["Gamma"], "Γ𝚪"),
    (&["Delta"], "Δ𝚫"),
    (&["Theta"], "Θ𝚯"),
    (&["Lambda"], "Λ𝚲"),
    (&["Sigma"], "ΣΣ𝚺"),
    (&["Phi"], "Φ𝚽"),
    (&["Psi"], "Ψ𝚿"),
    (&["Omega"], "ΩΩ𝛀"),
    (&["Pi"], "Π𝚷"),
    (&["Xi"], "Ξ𝚵"),
];

/// Characters that are operators as they stand.
const PLAIN: &str = "<>=+";

/// The commands of a text by name, with how often each occurs; one negated (`\not\in`) is another symbol.
pub(crate) fn commands(source: &str) -> BTreeMap<&str, usize> {
    let mut found = BTreeMap::new();
    let (mut rest, mut is_negated) = (source, false);
    while let Some(at) = rest.find('\\') {
        let body = rest.get(at + 1..).unwrap_or_default();
        let length = body.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = body.get(..length).unwrap_or_default();
        if length > 0 && !is_negated {
            *found.entry(name).or_default() += 1;
        }
        is_negated =
            name == "not" && body.get(length..).is_some_and(|behind| behind.starts_with(['\\', ' ']));
        let step = if length > 0 { length } else { body.chars().next().map_or(0, char::len_utf8) };
        rest = body.get(step..).unwrap_or_default();
    }
    found
}

/// The symbols that stand less often in `shown` than in `source`, each with both counts.
pub(crate) fn lost(source: &str, shown: &str) -> Vec<String> {
    if source.contains("\\texorpdfstring") {
        // Its second argument is for those who know no TeX, and is not shown.
        return Vec::new();
    }
    let commands = commands(source);
    let mut lost = Vec::new();
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for character in shown.chars().filter(|character| !character.is_ascii_alphanumeric()) {
        *counts.entry(character).or_default() += 1;
        // A letter in a font or under a mark is still that letter.
        for letter in std::iter::once(character)
            .filter(|letter| letter.is_alphabetic())
            .nfkd()
            .filter(|letter| *letter != character)
        {
            *counts.entry(letter).or_default() += 1;
        }
    }
    for (names, characters) in SYMBOLS {
        let said: usize = names.iter().filter_map(|name| commands.get(name)).sum();
        let seen: usize = characters.chars().filter_map(|character| counts.get(&character)).sum();
        if said > seen {
            lost.push(format!("{} {said}>{seen}", names.join("|")));
        }
    }
    for character in PLAIN.chars() {
        let negated = [format!("\\not{character}"), format!("\\not {character}")]
            .iter()
            .map(|negated| source.matches(negated.as_str()).count())
            .sum::<usize>();
        let accents = source.matches(&format!("\\{character}")).count()
            + ["left", "right"]
                .map(|fence| source.matches(&format!("\\{fence}{character}")).count())
                .iter()
                .sum::<usize>();
        let said = source.matches(character).count().saturating_sub(negated + accents);
        let seen = counts.get(&character).copied().unwrap_or_default();
        let raised = if character == '+' { "⁺₊" } else { "⁼₌" };
        let seen = seen + raised.chars().filter_map(|raised| counts.get(&raised)).sum::<usize>();
        if said > seen {
            lost.push(format!("{character} {said}>{seen}"));
        }
    }
    lost
}

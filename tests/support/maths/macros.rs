//! Macros that are shown by their name, because only the paper defines them.

use std::collections::BTreeMap;

use super::faults::Fault;
use super::faults::TEXT_MACRO;
use super::faults::around;
use super::operators;

/// Commands that are words, names of operators and abbreviations: what they are called is what they mean.
#[rustfmt::skip]
pub(crate) const WORDS: &[&str] = &[
    "AA", "Ad", "Aut", "BMO", "Bias", "Cl", "Corr", "Cov", "Diff", "Div", "End", "Ext", "GF", "GL", "Gal", "Gr",
    "Hess", "Hom", "Homeo", "Id", "Im", "Ind", "Inn", "Isom", "LaTeX", "Lie", "Lip", "Mod", "NP", "OSp", "Op", "Out",
    "PGL", "PPAD", "PSL", "PT", "Per", "Perv", "Pic", "Pr", "Prim", "Proj", "Re", "Res", "Ric", "Riem", "SL", "SO", "SP",
    "SU", "Sing", "Sp", "Spec", "Spin", "Sub", "Sym", "TeX", "Tor", "Tr", "Var", "Vect", "Vol", "ad", "and",
    "arccos", "arcosh", "arcsec", "arcsin", "arctan", "arg", "argmax", "argmin", "arsinh", "artanh", "bmod", "card",
    "choose", "codim", "coker", "cone", "const", "conv", "cos", "cosec", "cosh", "cot", "coth", "csc", "curl", "curv",
    "deg", "depth", "det", "diag", "diam", "dim", "dist", "div", "dom", "eff", "eg", "epi", "erf", "essinf", "esssup",
    "etc", "exp", "gcd", "gl", "grad", "hom", "id", "ie", "im", "ind", "inf", "injlim", "ker", "lcm", "lg", "lim",
    "liminf", "limsup", "ln", "loc", "log", "max", "min", "mod", "mult", "nnz", "opt", "ord", "pmod", "poly",
    "polylog", "projlim", "rad", "rank", "relu", "resp", "rk", "rot", "sdepth", "sec", "sech", "sgn", "sign", "sin",
    "sinh", "softmax", "span", "spec", "spt", "sup", "supp", "tan", "tanh", "tr", "trace", "varliminf", "varlimsup",
    "vol", "vs", "Ann", "Br", "Hilb", "Int", "TC", "WF", "ann", "auc", "cn", "colim", "dn", "grade", "hilb", "hocolim",
    "hofiber", "holim", "sn", "Gyr", "Myr", "Mpc", "kpc", "TeV", "GeV", "MeV", "keV", "eV", "GHz", "MHz", "Jy", "mJy",
];

/// Names of commands that are shown instead of what they mean, those of one letter only where they are asked for.
pub(crate) fn left(
    source: &str,
    shown: &BTreeMap<&str, usize>,
    whole: &str,
    with_letters: bool,
    faults: &mut Vec<Fault>,
) {
    let commands = operators::commands(source);
    if commands.is_empty() {
        return;
    }
    let said = words(source);
    for (name, _count) in commands.iter().filter(|(name, _count)| !WORDS.contains(name)) {
        let seen = shown.get(name).copied().unwrap_or_default();
        if name.len() > 1 {
            if seen > said.get(name).copied().unwrap_or_default() {
                faults.push(Fault::Left(format!("{TEXT_MACRO} \\{name}: {}", around(whole, name))));
            }
        } else if with_letters && !"dij".contains(name) {
            // A single letter: as many as the source says outside commands, and those of functions.
            let letters = |words: &BTreeMap<&str, usize>| -> usize {
                words.iter().map(|(word, count)| word.matches(name).count() * count).sum()
            };
            let functions: usize =
                WORDS.iter().filter_map(|word| Some(word.matches(name).count() * commands.get(word)?)).sum();
            if letters(shown) > letters(&said) + functions {
                faults.push(Fault::Left(format!("{TEXT_MACRO} \\{name}")));
            }
        }
    }
}

/// The words of a text and how often each occurs.
pub(crate) fn runs(text: &str) -> BTreeMap<&str, usize> {
    let mut words = BTreeMap::new();
    for word in text.split(|character: char| !character.is_ascii_alphabetic()).filter(|word| !word.is_empty())
    {
        *words.entry(word).or_default() += 1;
    }
    words
}

/// The words of a source that are no commands.
pub(crate) fn words(source: &str) -> BTreeMap<&str, usize> {
    let mut words = runs(source);
    for (name, count) in operators::commands(source) {
        if let Some(seen) = words.get_mut(name) {
            *seen -= count.min(*seen);
        }
    }
    words
}

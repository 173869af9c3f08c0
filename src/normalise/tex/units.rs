//! Units of measurement by the names that `\SI{300}{\micro\metre}` gives them, and the stages of ions (`\ion{H}{ii}`).

use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;

/// Units and their prefixes.
#[rustfmt::skip]
const UNITS: &[(&str, &str)] = &[
    ("femto", "f"), ("pico", "p"), ("nano", "n"), ("micro", "µ"), ("milli", "m"), ("centi", "c"), ("deci", "d"), ("kilo", "k"),
    ("mega", "M"), ("giga", "G"), ("tera", "T"), ("peta", "P"), ("metre", "m"), ("meter", "m"), ("gram", "g"), ("second", "s"),
    ("minute", "min"), ("hour", "h"), ("day", "d"), ("year", "yr"), ("hertz", "Hz"), ("newton", "N"), ("pascal", "Pa"), ("joule", "J"),
    ("watt", "W"), ("volt", "V"), ("ampere", "A"), ("coulomb", "C"), ("ohm", "Ω"), ("tesla", "T"), ("kelvin", "K"), ("mole", "mol"),
    ("candela", "cd"), ("celsius", "°C"), ("degreeCelsius", "°C"), ("degree", "°"), ("percent", "%"), ("electronvolt", "eV"),
    ("parsec", "pc"), ("bit", "bit"), ("byte", "B"), ("litre", "L"), ("liter", "L"), ("radian", "rad"), ("per", "/"),
    ("squared", "²"), ("cubed", "³"), ("kg", "kg"), ("cm", "cm"), ("mm", "mm"), ("km", "km"), ("nm", "nm"), ("eV", "eV"), ("GeV", "GeV"),
    ("TeV", "TeV"), ("MeV", "MeV"), ("keV", "keV"), ("ms", "ms"), ("ns", "ns"), ("Hz", "Hz"), ("kHz", "kHz"), ("MHz", "MHz"), ("GHz", "GHz"),
];

/// The names of units in `tex` as their symbols; what is none stays.
pub(super) fn symbols(tex: &str) -> String {
    let mut out = String::with_capacity(tex.len());
    let mut rest = tex;
    while let Some((token, length)) = tokens::first(rest) {
        let whole = rest.get(..length).unwrap_or_default();
        let known = match token {
            Token::Command(name) => UNITS.iter().find(|(known, _symbol)| *known == name),
            Token::Sign(_) | Token::Open | Token::Close | Token::Blank | Token::Other(_) => None,
        };
        out.push_str(known.map_or(whole, |(_name, symbol)| *symbol));
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// The stage of an ion as a Roman numeral: `ii` and `2` are `II`.
pub(super) fn stage(tex: &str) -> String {
    const NUMERALS: [&str; 10] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
    let mut clean = String::new();
    let mut rest = tex;
    while let Some((token, length)) = tokens::first(rest) {
        match token {
            Token::Other(character) if character.is_ascii_alphanumeric() => clean.push(character),
            Token::Command(_)
            | Token::Sign(_)
            | Token::Open
            | Token::Close
            | Token::Blank
            | Token::Other(_) => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    let numeral = clean.parse::<usize>().ok().and_then(|number| NUMERALS.get(number.checked_sub(1)?));
    numeral.map_or_else(|| clean.to_ascii_uppercase(), |numeral| (*numeral).to_owned())
}

#[cfg(test)]
mod tests {
    use super::stage;
    use super::symbols;

    #[test]
    fn units_and_stages_are_written_short() {
        assert_eq!(symbols("\\micro\\metre"), "µm");
        assert_eq!(symbols("\\metre\\per\\second"), "m/s");
        assert_eq!(symbols("km"), "km");
        assert_eq!((stage("ii").as_str(), stage("\\sc iv").as_str()), ("II", "IV"));
    }
}

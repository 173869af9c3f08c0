//! Which of the pieces between commas belong together: "Last, F." is one person, "F. Last, G. Other" are two.
//!
//! The same commas part people and the halves of one name, so initials decide: given names alone belong to the piece
//! before them, and a piece that holds initials and a family name is whole. Pieces on two sides of an "and" are never
//! one person, nor is a group half of one.

use crate::normalise::people::names;

/// A piece, with the suffix ("Jr.") that stood behind it.
struct Piece<'text> {
    text: &'text str,
    suffix: Option<&'text str>,
}

/// Pieces that no "and" and no group parts.
enum Part<'text> {
    Run(Vec<Piece<'text>>),
    Group(&'text str),
}

/// A list of names in pieces.
pub(super) struct List<'text> {
    parts: Vec<Part<'text>>,
    /// How many stretches an "and" parted.
    stretches: usize,
}

impl<'text> List<'text> {
    /// The pieces of each stretch between two "and"; suffixes and groups are taken out, "et al." goes.
    pub(super) fn of(stretches: impl Iterator<Item = Vec<&'text str>>) -> Self {
        let mut list = Self { parts: Vec::new(), stretches: 0 };
        for stretch in stretches {
            let mut run: Vec<Piece<'text>> = Vec::new();
            for text in stretch {
                if names::is_et_al(text) {
                    continue;
                }
                if names::is_suffix(text)
                    && let Some(before) = run.last_mut()
                {
                    before.suffix = Some(text);
                } else if names::is_collaboration(text) {
                    let speaker = names::speaker(text);
                    run.extend(speaker.map(|(person, _group)| Piece { text: person.trim(), suffix: None }));
                    list.end(&mut run);
                    list.parts.push(Part::Group(speaker.map_or(text, |(_person, group)| group)));
                } else {
                    run.push(Piece { text, suffix: None });
                }
            }
            list.end(&mut run);
            list.stretches += 1;
        }
        list
    }

    fn end(&mut self, run: &mut Vec<Piece<'text>>) {
        if !run.is_empty() {
            self.parts.push(Part::Run(std::mem::take(run)));
        }
    }

    fn runs(&self) -> impl Iterator<Item = &[Piece<'text>]> {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Run(run) = part { Some(run.as_slice()) } else { None })
    }

    /// The people and groups in order, each as "Last, First" or in reading order.
    pub(super) fn people(&self) -> Vec<String> {
        let form = self.form();
        let mut people = Vec::new();
        for part in &self.parts {
            match part {
                Part::Group(group) => people.push((*group).to_owned()),
                Part::Run(run) => people_of(run, form, &mut people),
            }
        }
        people
    }

    fn form(&self) -> Form {
        let all = |is_such: fn(&[Piece<'_>]) -> bool| self.runs().all(is_such);
        let count: usize = self.runs().map(<[_]>::len).sum();
        let runs = self.runs().count();
        let is_bibtex = self.stretches > 1 && runs > 1;
        if is_bibtex && all(|run| matches!(run, [family, given] if may_be_pair(family, given))) {
            return Form::Pairs;
        }
        // "Test AB, Probe C": told before the pairs, whose second halves end in initials too.
        if count > 1 && all(|run| run.iter().all(|piece| initials_last(piece.text).is_some())) {
            return Form::InitialsLast;
        }
        if all(|run| run.len().is_multiple_of(2) && run.chunks(2).all(|pair| is_pair(pair)))
            || runs == 1 && all(|run| matches!(run, [family, given] if is_one_name(family, given)))
        {
            return Form::Pairs;
        }
        Form::Names
    }
}

/// How the names of a list are written.
#[derive(Clone, Copy)]
enum Form {
    /// "Last, F., Last, F."
    Pairs,
    /// "Last F, Last FG"
    InitialsLast,
    /// "F. Last, First Last"
    Names,
}

fn people_of(run: &[Piece<'_>], form: Form, people: &mut Vec<String>) {
    match form {
        Form::Pairs => people.extend(run.chunks(2).map(joined)),
        Form::InitialsLast => {
            people.extend(run.iter().map(|piece| {
                let inverted = initials_last(piece.text).unwrap_or_else(|| piece.text.to_owned());
                with_suffix(inverted, piece.suffix)
            }));
        }
        Form::Names => {
            let mut rest = run;
            while let [first, behind @ ..] = rest {
                // Initials alone are nobody: they belong to the family name before them.
                let given = behind.first().filter(|given| is_dotted(given.text) && !has_initials(first.text));
                let length = if given.is_some() { 2 } else { 1 };
                people.push(joined(rest.get(..length).unwrap_or_default()));
                rest = rest.get(length..).unwrap_or_default();
            }
        }
    }
}

fn joined(pieces: &[Piece<'_>]) -> String {
    let texts: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
    with_suffix(texts.join(", "), pieces.iter().find_map(|piece| piece.suffix))
}

fn with_suffix(mut name: String, suffix: Option<&str>) -> String {
    name.extend(suffix.into_iter().flat_map(|suffix| [", ", suffix]));
    name
}

/// Whether two pieces are surely a family name and given names that end in an initial.
fn is_pair(pair: &[Piece<'_>]) -> bool {
    let [family, given] = pair else { return false };
    let (family, given) = (family.text, given.text);
    if is_dotted(given) {
        return !has_dots(family);
    }
    !has_initials(family) && (is_bare(given) || ends_in_initial(given) && !is_initial_first(given))
}

/// Whether two pieces that an "and" parts from others may be one name; BibTeX writes them so.
fn may_be_pair(family: &Piece<'_>, given: &Piece<'_>) -> bool {
    // One word before the comma is a family name; "S. Ilani" behind it are given names, however they begin.
    let is_whole = is_initial_first(given.text) && !is_dotted(given.text) && words(given.text) > 1;
    !has_dots(family.text) && (words(family.text) == 1 || !is_whole)
}

/// Whether two pieces that are the whole list are one name.
fn is_one_name(family: &Piece<'_>, given: &Piece<'_>) -> bool {
    let (family, given) = (family.text, given.text);
    if has_initials(family) {
        return false;
    }
    is_dotted(given) || is_bare(given) || ends_in_initial(given) || words(given) == 1 || words(family) == 1
}

/// How many words there are beside particles.
fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| !names::is_particle(word)).count()
}

/// `J.`, `J. R.`, `J.-P.`, `J.R.`, `Yu.`: initials and nothing else, at least one of them with its dot.
fn is_dotted(text: &str) -> bool {
    text.contains('.')
        && text.split_whitespace().flat_map(|word| word.split(['-', '\u{2010}'])).all(is_initial)
}

/// `J`, `JR`, `J R`, `J-P`: capitals without dots, at most three. A family name may look like this too.
fn is_bare(text: &str) -> bool {
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    (1..=3).contains(&letters)
        && text
            .chars()
            .all(|character| character.is_uppercase() || matches!(character, ' ' | '-' | '\u{2010}'))
}

/// `J.`, `J.R.`, `J`; two letters only where the first alone is a capital and a dot follows (`Yu.`).
fn is_initial(word: &str) -> bool {
    let pieces: Vec<&str> = word.split('.').filter(|piece| !piece.is_empty()).collect();
    let is_single = |piece: &&str| piece.chars().count() == 1 && piece.chars().all(char::is_alphabetic);
    if !pieces.is_empty() && pieces.iter().all(is_single) {
        return word.contains('.') || word.chars().all(char::is_uppercase);
    }
    let mut letters = word.strip_suffix('.').unwrap_or_default().chars();
    let two = (letters.next(), letters.next(), letters.next());
    matches!(two, (Some(first), Some(second), None) if first.is_uppercase() && second.is_lowercase())
}

/// Whether any word is an initial with its dot.
fn has_dots(text: &str) -> bool {
    text.split_whitespace().any(is_dotted)
}

/// Whether any word is an initial, with a dot or without.
fn has_initials(text: &str) -> bool {
    text.split_whitespace().any(|word| is_dotted(word) || word.chars().count() == 1 && is_initial(word))
}

fn is_initial_first(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(is_dotted)
}

fn ends_in_initial(text: &str) -> bool {
    text.split_whitespace()
        .next_back()
        .is_some_and(|word| is_dotted(word) || word.chars().count() == 1 && is_initial(word))
}

/// "Doe AB" and "Doe A. B." as "Doe, A. B."; `None` for any other form.
fn initials_last(text: &str) -> Option<String> {
    let all: Vec<&str> = text.split_whitespace().collect();
    let dotted = all.iter().rev().take_while(|word| is_dotted(word)).count();
    let (family, initials) = match all.split_last()? {
        (last, family) if dotted == 0 => {
            let bare =
                (1..=3).contains(&last.len()) && last.bytes().all(|letter| letter.is_ascii_uppercase());
            bare.then_some(())?;
            let initials: Vec<String> = last.chars().map(|letter| format!("{letter}.")).collect();
            (family, initials.join(" "))
        }
        _dotted => {
            let (family, initials) = all.split_at_checked(all.len() - dotted)?;
            (family, initials.join(" "))
        }
    };
    let is_family = family.iter().any(|word| word.chars().any(char::is_lowercase));
    (is_family && !family.iter().any(|word| is_dotted(word)))
        .then(|| format!("{}, {initials}", family.join(" ")))
}

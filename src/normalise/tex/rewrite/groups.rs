//! Groups of a formula that is rewritten: scripts, infix commands, delimiters around an argument.

use crate::normalise::tex::commands::WRAPS;
use crate::normalise::tex::rewrite::DEEPEST;
use crate::normalise::tex::rewrite::Rewrite;
use crate::normalise::tex::rewrite::nested;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;

/// An open group: where its content starts in the output, an infix command met in it, and what ends it there.
#[derive(Default)]
pub(super) struct Group {
    pub(super) start: usize,
    infix: Option<(&'static str, usize)>,
    close: &'static str,
    scripts: Scripts,
}

/// Environments that plain TeX writes as commands (`\matrix{a & b \cr c & d}`).
const MATRICES: &[(&str, &str, &str)] = &[
    ("matrix", "\\begin{matrix}", "\\end{matrix}"),
    ("pmatrix", "\\begin{pmatrix}", "\\end{pmatrix}"),
    ("bmatrix", "\\begin{bmatrix}", "\\end{bmatrix}"),
    ("cases", "\\begin{cases}", "\\end{cases}"),
];

/// Switches of fonts that old TeX writes where an argument should stand (`T_\rm{max}`), and the command for them.
const SWITCHES: &[(&str, &str)] = &[
    ("rm", "\\mathrm"),
    ("bf", "\\mathbf"),
    ("it", "\\mathit"),
    ("sf", "\\mathsf"),
    ("tt", "\\mathtt"),
    ("cal", "\\mathcal"),
    ("sc", "\\mathrm"),
    ("em", "\\mathit"),
    ("sl", "\\mathit"),
];

/// Sets what `\atop` separates one above the other, without a line.
const ATOP: &str = "\\substack{";

/// Which scripts the last base has already, and whether one of them still waits for its argument.
#[derive(Clone, Copy, Default)]
pub(super) struct Scripts {
    is_waiting: bool,
    is_raised: bool,
    is_lowered: bool,
}

impl Scripts {
    /// Something that is no script: the argument of one, or a new base.
    pub(super) fn base(&mut self) {
        if self.is_waiting {
            self.is_waiting = false;
        } else {
            *self = Self::default();
        }
    }

    /// A script begins; whether the base has one of its kind already.
    fn begin(&mut self, is_raised: bool) -> bool {
        let is_doubled = if is_raised { self.is_raised } else { self.is_lowered };
        if is_doubled {
            *self = Self::default();
        }
        self.is_waiting = true;
        self.is_raised |= is_raised;
        self.is_lowered |= !is_raised;
        is_doubled
    }
}

impl Rewrite {
    /// A script: without an argument it is dropped, a second one of its kind gets an empty base.
    pub(super) fn mark(&mut self, mark: char, rest: &str) -> usize {
        let behind = rest.trim_start();
        let is_ended = behind.is_empty() || behind.starts_with(['}', '&', '^', '_', '$']);
        if is_ended {
            return 0;
        }
        // The renderer loses the end of a cell when a script has nothing to stand on.
        if self.environments > 0
            && self.out.trim_end().ends_with(['&', '\\', '}', ']'])
            && !self.out.ends_with("\\}")
        {
            self.out.push_str("{}");
        }
        if self.scripts.begin(mark == '^') {
            self.out.push_str("{}");
        }
        self.out.push(mark);
        let used = rest.len() - behind.len();
        if let Some((Token::Command(name), length)) = tokens::first(behind)
            && let Some((_switch, font)) = SWITCHES.iter().find(|(switch, _font)| *switch == name)
            && let Some(argument) =
                behind.get(length..).map(str::trim_start).filter(|argument| !argument.is_empty())
        {
            // The argument itself comes next, as the argument of this command.
            self.push(&["{", font]);
            if argument.starts_with('{') {
                self.scripts.base();
                self.out.push('{');
                self.enter("}}");
                return rest.len() - argument.len() + 1;
            }
            let first = argument.chars().next().map_or(0, char::len_utf8);
            self.scripts.base();
            self.push(&["{", argument.get(..first).unwrap_or_default(), "}}"]);
            return rest.len() - argument.len() + first;
        }
        used
    }

    /// `f''`: a superscript of primes, together with the superscript that may follow (`f'^2`).
    pub(super) fn primes(&mut self, rest: &str) -> usize {
        let behind = rest.trim_start_matches('\'');
        let more = rest.len() - behind.len();
        if self.scripts.begin(true) {
            self.out.push_str("{}");
        }
        self.scripts.base();
        self.out.push_str("^{");
        self.out.push_str(&"\\prime ".repeat(1 + more));
        let script = behind.strip_prefix('^').map(str::trim_start);
        if let Some(inner) = script.filter(|script| script.starts_with('{') && self.groups.len() < DEEPEST) {
            self.enter("}");
            return rest.len() - inner.len() + 1;
        }
        self.out.push('}');
        more
    }

    /// Begins a group that ends with `close` in the output.
    pub(super) fn enter(&mut self, close: &'static str) {
        self.groups.push(Group {
            start: self.out.len(),
            infix: None,
            close,
            scripts: std::mem::take(&mut self.scripts),
        });
    }

    /// Ends a group.
    pub(super) fn leave(&mut self, group: &Group) {
        if let Some((command, at)) = group.infix {
            let below = self.out.split_off(at);
            let above = self.out.split_off(group.start);
            match above.trim_start().strip_prefix("\\buildrel") {
                // `{\buildrel a \over b}` sets one above the other, without a line.
                Some(above) => self.push(&["\\overset{", above, "}{", &below, "}"]),
                None if command == ATOP => self.push(&[ATOP, &above, "\\\\", &below, "}"]),
                None if command.starts_with("\\left") => {
                    let close = if command.ends_with('[') { "\\right]" } else { "\\right\\}" };
                    self.push(&[command, ATOP, &above, "\\\\", &below, "}", close]);
                }
                None => self.push(&[command, "{", &above, "}{", &below, "}"]),
            }
        }
        if group.close.starts_with("\\end") {
            self.environments = self.environments.saturating_sub(1);
        }
        self.out.push_str(group.close);
        self.scripts = group.scripts;
    }

    /// Commands that put their argument between two delimiters, or make a matrix of it; the argument is walked as a group.
    pub(super) fn wrap(&mut self, name: &str, rest: &str) -> Option<usize> {
        let used = rest.len() - rest.trim_start().len() + 1;
        if let Some((_name, open, close)) = MATRICES.iter().find(|(known, _open, _close)| *known == name) {
            self.environments += 1;
            (self.environments <= 8).then_some(())?;
            self.out.push_str(open);
            self.enter(close);
            return Some(used);
        }
        let (_name, open, close) = WRAPS.iter().find(|(known, _open, _close)| *known == name)?;
        let close = match *close {
            "‖" => "\\Vert }",
            "⌉" => "\\rceil }",
            "⌋" => "\\rfloor }",
            "⟩" => "\\rangle }",
            "}" => "\\}}",
            _bar => "\\vert }",
        };
        let open = match *open {
            "‖" => "{\\Vert ",
            "⌈" => "{\\lceil ",
            "⌊" => "{\\lfloor ",
            "⟨" => "{\\langle ",
            "{" => "{\\{",
            _bar => "{\\vert ",
        };
        self.out.push_str(open);
        self.enter(close);
        Some(used)
    }

    /// `\sqrt(a+b)`: people mean all that stands in the parentheses.
    pub(super) fn root(&mut self, rest: &str) -> Option<usize> {
        let body = rest.trim_start();
        let (mut at, mut depth) = (0, 0_usize);
        while let Some((token, length)) = tokens::first(body.get(at..)?) {
            at += length;
            match token {
                Token::Other('(') => depth += 1,
                Token::Other(')') => depth = depth.saturating_sub(1),
                Token::Command(_)
                | Token::Sign(_)
                | Token::Open
                | Token::Close
                | Token::Blank
                | Token::Other(_) => {}
            }
            if depth == 0 {
                break;
            }
        }
        let inner = nested(body.get(..at)?, self.depth + 1)
            .filter(|_inner| depth == 0 && self.groups.len() < DEEPEST);
        let Some(inner) = inner else {
            self.out.push_str("\\surd ");
            return Some(0);
        };
        self.push(&["\\sqrt{", &inner, "}"]);
        Some(rest.len() - body.len() + at)
    }

    /// `\mathop{x}`: letters become the name of an operator, anything else stays a group.
    pub(super) fn operator(&mut self, rest: &str) -> Option<usize> {
        let Some((mut argument, mut length)) = tokens::argument(rest) else { return Some(0) };
        if argument.starts_with("\\mathrm") || argument.starts_with("\\rm") {
            // `\mathop\mathrm{ess\,inf}`: the letters are those of the font's argument.
            let (inner, more) = tokens::argument(rest.get(length..)?)?;
            (argument, length) = (inner, length + more);
        }
        let is_one =
            tokens::first(argument.trim()).is_some_and(|(_token, whole)| whole == argument.trim().len());
        if is_one {
            self.push(&[&nested(argument, self.depth + 1)?, " "]);
        } else if argument.contains(['_', '^']) {
            self.push(&["{", &nested(argument, self.depth + 1)?, "}"]);
        } else {
            self.push(&["\\operatorname{", &super::plain(argument), "}"]);
        }
        Some(length)
    }

    /// `\mathfrak{…}`: the renderer takes its letter I for another.
    pub(super) fn fraktur(&mut self, rest: &str) -> usize {
        match tokens::argument(rest) {
            Some((argument, length))
                if argument.contains('I') && argument.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
            {
                let letters: Vec<String> = argument
                    .chars()
                    .map(
                        |letter| {
                            if letter == 'I' { "ℑ".to_owned() } else { format!("\\mathfrak{{{letter}}}") }
                        },
                    )
                    .collect();
                self.push(&["{", &letters.concat(), "}"]);
                length
            }
            _other => {
                self.out.push_str("\\mathfrak ");
                0
            }
        }
    }

    /// `{a \over b}` and its kin: the group becomes the two arguments of a command.
    pub(super) fn infix(&mut self, name: &str) {
        let command = match name {
            "over" => "\\frac",
            "atop" => ATOP,
            "brace" => "\\left\\{",
            "brack" => "\\left[",
            _choose => "\\binom",
        };
        let at = self.out.len();
        if let Some(group) = self.groups.last_mut() {
            if group.infix.is_none() {
                group.infix = Some((command, at));
            }
        } else if !self.out.contains("\\frac{") || self.groups.is_empty() {
            // At the outermost level the whole formula so far is the numerator, and what follows the denominator.
            self.out.insert(0, '{');
            self.groups.push(Group {
                start: 1,
                infix: Some((command, at + 1)),
                close: "}",
                scripts: Scripts::default(),
            });
        }
    }
}

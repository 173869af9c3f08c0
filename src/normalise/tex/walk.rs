//! The walk over TeX in running text: commands, accents, groups, addresses and formulas, told to a [`Sink`] in order.
//!
//! One pass without recursion: groups are a stack, and the places of matching braces are known beforehand.

use crate::normalise::tex::accents;
use crate::normalise::tex::maths;
use crate::normalise::tex::walk::address::is_address;
use crate::normalise::tex::walk::address::next_address;
use crate::normalise::tex::walk::braces::Braces;
use crate::normalise::tex::words;

mod address;

mod braces;

mod command;

mod loose;

/// How a stretch of text is set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Emphasis.
    Emphasis,
    /// Bold.
    Strong,
    /// Typewriter.
    Code,
    /// Underlined.
    Underline,
    /// Raised.
    Superscript,
    /// Lowered.
    Subscript,
    /// A link to an address that nobody has checked.
    Link(String),
}

/// Who is told what the walk finds.
pub(super) trait Sink {
    /// Characters; white space may come in any amount.
    fn text(&mut self, text: &str);
    /// A formula without its delimiters.
    fn formula(&mut self, tex: &str, is_display: bool);
    /// A style begins. Every call is answered by one of [`Sink::close`], in the order of a stack.
    fn open(&mut self, style: &Style);
    /// The style opened last ends.
    fn close(&mut self, style: &Style);
    /// A new paragraph begins.
    fn paragraph(&mut self);
}

/// How deep groups with a style may nest; deeper ones lose their style, not their text.
const DEEPEST: usize = 32;

/// Walks over `source` from its start to its end.
pub(super) fn walk(source: &str, sink: &mut dyn Sink) {
    let braces = Braces::of(source);
    let address = next_address(source, 0);
    let mut walk = Walk { source, at: 0, address, braces, groups: Vec::new(), open: 0, sink };
    while let Some(next) = walk.rest().chars().next() {
        walk.one(next);
    }
    while let Some(group) = walk.groups.pop() {
        walk.leave(group);
    }
}

/// How many bytes come before the first that may mean something: a sign of TeX, or one of those that mean something where they
/// come twice. All are of ASCII.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a way out the processor looks at many bytes at once"
)]
fn length_without_signs(bytes: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let may_mean = |byte: u8, next: u8| {
        let is_doubled = (byte == b'-') | (byte == b'`') | (byte == b'\'') | (byte == b'\n');
        (byte == b'$')
            | matches!(byte, b'\\'..=b'_')
            | matches!(byte, b'{'..=b'~')
            | (is_doubled & (byte == next))
    };
    let mut free = 0;
    while let Some((block, nexts)) = bytes.get(free..free + BLOCK).zip(bytes.get(free + 1..=free + BLOCK)) {
        if block.iter().zip(nexts).fold(false, |any, (byte, next)| any | may_mean(*byte, *next)) {
            break;
        }
        free += BLOCK;
    }
    let rest = bytes.get(free..).unwrap_or_default();
    let nexts = rest.iter().skip(1).chain(&[0]);
    free + rest.iter().zip(nexts).position(|(byte, next)| may_mean(*byte, *next)).unwrap_or(rest.len())
}

/// What an open group ends with: the styles begun inside it, what is shown behind it, and what is skipped then.
#[derive(Default)]
struct Group {
    styles: Vec<Style>,
    tail: &'static str,
    skip_to: Option<usize>,
}

struct Walk<'text, 'sink> {
    source: &'text str,
    at: usize,
    /// Where the first address behind the last run begins.
    address: usize,
    braces: Braces,
    groups: Vec<Group>,
    open: usize,
    sink: &'sink mut dyn Sink,
}

impl<'text> Walk<'text, '_> {
    fn rest(&self) -> &'text str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn one(&mut self, next: char) {
        let rest = self.rest();
        match next {
            '$' => match maths::at(self.source, self.at) {
                Some(formula) => {
                    self.sink.formula(formula.tex, formula.is_display);
                    self.at = formula.end;
                }
                None if maths::is_stray_end(self.source, self.at) => self.at += 1,
                None => self.literal("$", 1),
            },
            '\\' => self.command(),
            '{' if self.braces.unmatched.contains(&self.at) => self.literal("{", 1),
            '{' => {
                let is_shown = self.braces.shown.contains(&self.at);
                if is_shown {
                    self.sink.text("{");
                }
                self.groups.push(Group { tail: if is_shown { "}" } else { "" }, ..Group::default() });
                self.at += 1;
            }
            '}' => {
                self.at += 1;
                match self.groups.pop() {
                    Some(group) => self.leave(group),
                    None => self.sink.text("}"),
                }
            }
            '^' | '_' => self.script(next),
            '~' => self.tilde(),
            '-' if rest.starts_with("---") => self.literal("\u{2014}", 3),
            '-' if rest.starts_with("--") => self.dashes(),
            '`' if rest.starts_with("``") => self.literal("\u{201C}", 2),
            '\'' if rest.starts_with("''") => {
                let opens =
                    self.at == 0 || self.is_behind(|last| last.is_whitespace() || matches!(last, '(' | '['));
                self.literal(if opens { "\u{201C}" } else { "\u{201D}" }, 2);
            }
            '\n' if rest.starts_with("\n\n") => {
                self.at += 2;
                self.sink.paragraph();
            }
            'h' if is_address(rest) && !self.is_behind(char::is_alphanumeric) => self.address(),
            _plain => self.run(next),
        }
    }

    /// Hands over the characters up to the next one that may mean something.
    fn run(&mut self, first: char) {
        let rest = self.rest();
        let mut length = first.len_utf8();
        loop {
            let behind = rest.as_bytes().get(length..).unwrap_or_default();
            length += length_without_signs(behind);
            // These two lie among the signs.
            match rest.as_bytes().get(length) {
                Some(b']' | b'|') => length += 1,
                _sign => break,
            }
        }
        let past = self.at + first.len_utf8();
        if self.address < past {
            self.address = next_address(self.source, past);
        }
        length = length.min(self.address - self.at);
        let run = rest.get(..length).unwrap_or_default();
        self.at += length;
        self.sink.text(run);
    }

    fn literal(&mut self, text: &str, length: usize) {
        self.at += length;
        self.sink.text(text);
    }

    fn is_behind(&self, is_such: fn(char) -> bool) -> bool {
        self.source.get(..self.at).unwrap_or_default().ends_with(is_such)
    }

    /// `~10` means "about", `Fig.~3` is a blank.
    fn tilde(&mut self) {
        let follows = self.rest().get(1..).is_some_and(|tail| {
            tail.starts_with(|next: char| next.is_ascii_digit() || matches!(next, '$' | '.'))
        });
        let starts =
            self.at == 0 || self.is_behind(|last| last.is_whitespace() || matches!(last, '(' | '[' | '/'));
        self.literal(if follows && starts { "~" } else { " " }, 1);
    }

    /// A dash, unless it is the option of a command (`--flag`).
    fn dashes(&mut self) {
        let option = self
            .rest()
            .get(2..)
            .is_some_and(|tail| tail.starts_with(|next: char| next.is_ascii_alphabetic()));
        let starts = self.at == 0 || self.is_behind(char::is_whitespace);
        self.literal(if option && starts { "--" } else { "\u{2013}" }, 2);
    }

    fn leave(&mut self, mut group: Group) {
        while let Some(style) = group.styles.pop() {
            self.open = self.open.saturating_sub(1);
            self.sink.close(&style);
        }
        if !group.tail.is_empty() {
            self.sink.text(group.tail);
        }
        self.at = group.skip_to.map_or(self.at, |place| place.max(self.at));
    }

    /// `C^{1,1}` and `x_{ij}`, which nobody writes who does not mean a script; a bare `x_1` may be a name.
    fn script(&mut self, mark: char) {
        let has_base =
            self.is_behind(|last| last.is_alphanumeric() || matches!(last, ')' | ']' | '}' | '|' | '*'));
        if has_base && self.braces.matching.contains_key(&(self.at + 1)) {
            self.at += 2;
            self.groups.push(Group::default());
            self.begin(if mark == '^' { Style::Superscript } else { Style::Subscript });
        } else {
            self.literal(if mark == '^' { "^" } else { "_" }, 1);
        }
    }

    /// Begins a style inside the innermost group; at the outermost level there is no end to wait for.
    fn begin(&mut self, style: Style) {
        if self.open < DEEPEST
            && let Some(group) = self.groups.last_mut()
        {
            self.open += 1;
            self.sink.open(&style);
            group.styles.push(style);
        }
    }

    fn command(&mut self) {
        if let Some(formula) = maths::at(self.source, self.at) {
            self.sink.formula(formula.tex, formula.is_display);
            self.at = formula.end;
            return;
        }
        let body = self.rest().get(1..).unwrap_or_default();
        let letters = body.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == 0 {
            self.sign(body);
            return;
        }
        let name = body.get(..letters).unwrap_or_default();
        let behind = self.at + 1 + letters;
        if let Some((text, length)) = accents::letter_command(name, body.get(letters..).unwrap_or_default()) {
            self.at = behind + length;
            self.sink.text(&text);
            return;
        }
        if let Some(end) = self.loose(name, behind) {
            self.sink.formula(self.source.get(self.at..end).unwrap_or_default(), false);
            self.at = end;
            return;
        }
        self.at = behind;
        if self.rest().starts_with('*') && words::has_star(name) {
            self.at += 1;
        }
        self.word(name);
    }

    /// A backslash and one character that is no letter.
    fn sign(&mut self, body: &str) {
        let Some(sign) = body.chars().next() else { return self.literal("\\", 1) };
        if let Some((text, length)) =
            accents::sign_command(sign, body.get(sign.len_utf8()..).unwrap_or_default())
        {
            self.at += 1 + sign.len_utf8() + length;
            self.sink.text(&text);
            return;
        }
        let mut buffer = [0; 4];
        let shown: &str = match sign {
            '\\' | ' ' | '\n' | ';' | ':' | '>' => " ",
            ',' => "\u{2009}",
            '-' | '/' | '!' | '@' | '+' => "",
            '(' | ')' | '[' | ']' => {
                // A delimiter without its counterpart: the backslash says so.
                self.literal("\\", 1);
                return;
            }
            '\'' => "'",
            _other => sign.encode_utf8(&mut buffer),
        };
        self.at += 1 + sign.len_utf8();
        self.sink.text(shown);
    }

    /// The places of the braces around the next argument, blanks before it skipped; nothing is taken.
    fn argument(&self) -> Option<(usize, usize)> {
        let rest = self.rest();
        let open = self.at + (rest.len() - rest.trim_start_matches([' ', '\n']).len());
        self.braces.matching.get(&open).map(|close| (open, *close))
    }

    /// Skips `[…]` behind a command.
    fn optional(&mut self) {
        if self.rest().starts_with('[')
            && let Some(close) = crate::normalise::ids::head(self.rest(), 256).find(']')
        {
            self.at += close + 1;
        }
    }

    fn skip_blank(&mut self) {
        let rest = self.rest();
        if !rest.starts_with("\n\n") {
            self.at += rest.len() - rest.trim_start_matches(' ').len();
        }
    }
}

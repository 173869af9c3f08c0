//! The tokens of a formula, and the arguments of its commands.

/// One token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token<'tex> {
    /// A backslash and letters, without the backslash.
    Command(&'tex str),
    /// A backslash and one other character.
    Sign(char),
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// White space.
    Blank,
    /// Any other character.
    Other(char),
}

/// The first token of `tex` and its length in bytes.
pub(super) fn first(tex: &str) -> Option<(Token<'_>, usize)> {
    let mut characters = tex.chars();
    let character = characters.next()?;
    let length = character.len_utf8();
    Some(match character {
        '\\' => {
            let body = tex.get(1..).unwrap_or_default();
            let letters = body.bytes().take_while(u8::is_ascii_alphabetic).count();
            match (body.get(..letters), characters.next()) {
                (Some(name), _next) if letters > 0 => (Token::Command(name), 1 + letters),
                (_none, Some(sign)) => (Token::Sign(sign), 1 + sign.len_utf8()),
                (_none, None) => (Token::Other('\\'), 1),
            }
        }
        '{' => (Token::Open, length),
        '}' => (Token::Close, length),
        blank if blank.is_whitespace() => (Token::Blank, tex.len() - tex.trim_start().len()),
        other => (Token::Other(other), length),
    })
}

/// The first argument in `tex`: the inside of a group or one token, and the length of all that was read.
pub(super) fn argument(tex: &str) -> Option<(&str, usize)> {
    let body = tex.trim_start();
    let blanks = tex.len() - body.len();
    let (token, length) = first(body)?;
    match token {
        Token::Open => {
            let end = group(body)?;
            Some((body.get(1..end)?, blanks + end + 1))
        }
        Token::Close | Token::Blank => None,
        Token::Command(_) | Token::Sign(_) | Token::Other(_) => Some((body.get(..length)?, blanks + length)),
    }
}

/// What stands in brackets at the start of `tex`, and the length of all that was read.
pub(super) fn optional(tex: &str) -> Option<(&str, usize)> {
    let body = tex.trim_start();
    let inner = body.strip_prefix('[')?;
    let end = inner.find(']')?;
    Some((inner.get(..end)?, tex.len() - body.len() + end + 2))
}

/// The length of the extra space that may follow a line break (`\\[2mm]`).
pub(super) fn spacing(rest: &str) -> usize {
    let is_length = |inner: &str| {
        inner.len() <= 12
            && inner
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b' ' | b'\\'))
            && (inner.trim().is_empty()
                || inner.contains(|first: char| first.is_ascii_digit() || first == '\\'))
    };
    let Some(inner) = rest.strip_prefix('[') else { return 0 };
    inner
        .find(']')
        .and_then(|end| inner.get(..end))
        .filter(|inner| is_length(inner))
        .map_or(0, |inner| inner.len() + 2)
}

/// The length of a dimension such as ` -3mu` or `2.5pt`; none is of length 0.
pub(super) fn dimension(rest: &str) -> usize {
    const UNITS: [&str; 11] = ["mu", "em", "ex", "pt", "cm", "mm", "in", "pc", "bp", "dd", "sp"];
    let body = rest.trim_start_matches(['=', ' ']);
    let number = body
        .trim_start_matches(['-', '+'])
        .trim_start_matches(|next: char| next.is_ascii_digit() || matches!(next, '.' | ' '));
    let has_digit =
        body.strip_suffix(number).is_some_and(|digits| digits.contains(|digit: char| digit.is_ascii_digit()));
    match UNITS.iter().find(|unit| number.starts_with(**unit)) {
        Some(unit) if has_digit => rest.len() - number.len() + unit.len(),
        _none => 0,
    }
}

/// The inside of the group whose opening brace stands before `rest`.
pub(super) fn inside(rest: &str) -> Option<&str> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some((token, length)) = first(rest.get(at..)?) {
        match token {
            Token::Open => depth += 1,
            Token::Close if depth == 0 => return rest.get(..at),
            Token::Close => depth -= 1,
            Token::Command(_) | Token::Sign(_) | Token::Blank | Token::Other(_) => {}
        }
        at += length;
    }
    None
}

/// The two sides of the first command of that name outside groups.
pub(super) fn split<'tex>(tex: &'tex str, name: &str) -> Option<(&'tex str, &'tex str)> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some((token, length)) = first(tex.get(at..)?) {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Command(command) if depth == 0 && command == name => {
                return Some((tex.get(..at)?, tex.get(at + length..)?));
            }
            Token::Command(_) | Token::Sign(_) | Token::Blank | Token::Other(_) => {}
        }
        at += length;
    }
    None
}

/// The place of the brace that closes the group at the start of `tex`.
fn group(tex: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some((token, length)) = first(tex.get(at..)?) {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Command(_) | Token::Sign(_) | Token::Blank | Token::Other(_) => {}
        }
        if depth == 0 {
            return Some(at);
        }
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::argument;
    use super::dimension;
    use super::spacing;

    #[test]
    fn lengths_of_layout_are_measured() {
        assert_eq!((spacing("[2mm] x"), spacing("[] x"), spacing("[x]"), spacing(" [1em]")), (5, 2, 0, 0));
        assert_eq!((dimension("-3mu x"), dimension(" 2.5pt"), dimension("x"), dimension("in")), (4, 6, 0, 0));
    }

    #[test]
    fn an_argument_is_a_group_or_one_token() {
        assert_eq!(argument(" {a{b}}c"), Some(("a{b}", 7)));
        assert_eq!(argument("\\alpha b"), Some(("\\alpha", 6)));
        assert_eq!(argument("12"), Some(("1", 1)));
        assert_eq!(argument("{a\\}}"), Some(("a\\}", 5)));
        assert_eq!(argument("{a"), None);
        assert_eq!(argument("}"), None);
    }
}

//! A strict reader of Python literals (dicts, lists, strings, numbers, `True`, `False`, `None`), as `repr` writes them.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::Map;
use serde_json::Value;

/// How deep literals may be nested.
const DEEPEST: usize = 64;

/// Reads one literal; nothing may follow it.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader { rest: text.chars().peekable() };
    let value = reader.value(0)?;
    reader.blanks();
    match reader.rest.next() {
        None => Ok(value),
        Some(other) => Err(format!("'{other}' follows the literal")),
    }
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.rest.next_if(|character| character.is_whitespace()).is_some() {}
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err(format!("nested more than {DEEPEST} levels deep"));
        }
        self.blanks();
        match self.rest.peek().copied() {
            Some('{') => self.dict(depth),
            Some('[') => self.list(']', depth),
            Some('(') => self.list(')', depth),
            Some(quote @ ('\'' | '"')) => self.string(quote).map(Value::String),
            Some(_) => self.word(),
            None => Err("the literal ends early".to_owned()),
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Value, String> {
        self.rest.next();
        let mut map = Map::new();
        loop {
            self.blanks();
            if self.rest.next_if_eq(&'}').is_some() {
                return Ok(Value::Object(map));
            }
            let key = self.value(depth + 1)?;
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            self.expect(':')?;
            let value = self.value(depth + 1)?;
            map.insert(key, value);
            self.blanks();
            if self.rest.next_if_eq(&',').is_none() && self.rest.peek() != Some(&'}') {
                return Err("a dict has neither `,` nor `}` after a value".to_owned());
            }
        }
    }

    fn list(&mut self, closing: char, depth: usize) -> Result<Value, String> {
        self.rest.next();
        let mut values = Vec::new();
        loop {
            self.blanks();
            if self.rest.next_if_eq(&closing).is_some() {
                return Ok(Value::Array(values));
            }
            values.push(self.value(depth + 1)?);
            self.blanks();
            if self.rest.next_if_eq(&',').is_none() && self.rest.peek() != Some(&closing) {
                return Err(format!("a list has neither `,` nor `{closing}` after a value"));
            }
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        self.blanks();
        match self.rest.next() {
            Some(found) if found == wanted => Ok(()),
            found => Err(format!("`{wanted}` is missing before {found:?}")),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, String> {
        self.rest.next();
        let mut text = String::new();
        loop {
            match self.rest.next() {
                Some(character) if character == quote => return Ok(text),
                Some('\\') => text.extend(self.escape()?),
                Some(character) => text.push(character),
                None => return Err("a string is never closed".to_owned()),
            }
        }
    }

    fn escape(&mut self) -> Result<Option<char>, String> {
        let Some(kind) = self.rest.next() else { return Err("a string ends in `\\`".to_owned()) };
        Ok(Some(match kind {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' | 'b' | 'f' | 'v' | '0' => ' ',
            '\n' => return Ok(None),
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            'U' => self.hexadecimal(8)?,
            other => other,
        }))
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<char, String> {
        let text: String = self.rest.by_ref().take(digits).collect();
        let number =
            u32::from_str_radix(&text, 16).map_err(|_error| format!("`{text}` is no character number"))?;
        Ok(char::from_u32(number).unwrap_or('\u{FFFD}'))
    }

    fn word(&mut self) -> Result<Value, String> {
        let mut word = String::new();
        while let Some(character) =
            self.rest.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_'))
        {
            word.push(character);
        }
        match word.as_str() {
            "None" => Ok(Value::Null),
            "True" => Ok(Value::Bool(true)),
            "False" => Ok(Value::Bool(false)),
            number => serde_json::from_str(number).ok().filter(Value::is_number).ok_or_else(|| {
                match self.rest.peek() {
                    Some(character) if word.is_empty() => format!("`{character}` begins no literal"),
                    _other => format!("`{word}` is no literal"),
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn what_repr_writes_is_read() {
        let text = r#"{'paper': {'id': '2608.09999', 'n': [1, -2.5, True], 'it\'s': "don't", 'none': None, 'x': '\xe9\u2192'}, 'e': ()}"#;
        let wanted = json!({"paper": {"id": "2608.09999", "n": [1, -2.5, true], "it's": "don't", "none": null, "x": "é→"}, "e": []});
        assert_eq!(parse(text).unwrap(), wanted);
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for text in
            ["", "{", "{'a'}", "{'a': 1 'b': 2}", "os.system('x')", "'open", "[1,,2]", "[1] 2", "'\\xzz'"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}

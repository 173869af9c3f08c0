//! The fields of reports: names and values as headers have them, in groups between empty lines.

/// The most groups and fields that are looked at.
const MOST: usize = 200;

/// Some fields.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields that were taken apart already.
    pub(super) fn of<'text>(fields: impl Iterator<Item = (&'text str, &'text str)>) -> Self {
        let fields = fields.take(MOST);
        Self(fields.map(|(name, value)| (name.trim().to_owned(), joined(value))).collect())
    }

    /// All groups of a text, in order.
    pub(super) fn groups(text: &str) -> Vec<Self> {
        let mut groups = Vec::new();
        let mut group = Self::default();
        for line in text.lines() {
            if line.trim().is_empty() {
                if !group.0.is_empty() {
                    groups.push(std::mem::take(&mut group));
                }
            } else if line.starts_with([' ', '\t']) {
                if let Some((_name, value)) = group.0.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':')
                && group.0.len() < MOST
            {
                group.0.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            if groups.len() == MOST {
                return groups;
            }
        }
        if !group.0.is_empty() {
            groups.push(group);
        }
        groups
    }

    /// The first value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _value)| other.eq_ignore_ascii_case(name))
            .map(|(_name, value)| value.as_str())
    }
}

fn joined(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first status code (RFC 3463) in a text: three numbers, the first of which is 2, 4 or 5.
pub(super) fn status(text: &str) -> Option<String> {
    text.split(|one: char| !(one.is_ascii_digit() || one == '.')).find_map(|word| {
        let word = word.trim_matches('.');
        let mut numbers = word.split('.');
        let is_class = matches!(numbers.next(), Some("2" | "4" | "5"));
        let rest: Vec<_> = numbers.collect();
        let is_code = rest.len() == 2 && rest.iter().all(|number| (1..=3).contains(&number.len()));
        (is_class && is_code).then(|| word.to_owned())
    })
}

/// The first reply code of SMTP that refuses something.
pub(super) fn reply(text: &str) -> Option<&str> {
    text.split(|one: char| {
        one.is_whitespace() || matches!(one, ':' | '-' | '(' | ')' | '<' | '>' | ',' | ';')
    })
    .find(|word| {
        word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_fold_and_stand_in_groups() {
        let groups = Fields::groups("A: 1\r\n\r\n\r\nb:2\r\n  and more\r\nno field\r\nB: 3\r\n");
        assert_eq!(groups.len(), 2);
        assert_eq!((groups[0].get("a"), groups[1].get("B")), (Some("1"), Some("2 and more")));
        assert_eq!(Fields::groups(" leading fold\n\n"), []);
    }

    #[test]
    fn codes_are_found_among_words() {
        for (text, found) in [
            ("5.1.1", Some("5.1.1")),
            ("4.4.7 (expired)", Some("4.4.7")),
            ("smtp; 550-5.7.26 This mail", Some("5.7.26")),
            ("host 5.1.1.2 said (#5.2.2).", Some("5.2.2")),
            ("from 192.0.2.1: version 3.1.4", None),
            ("", None),
        ] {
            assert_eq!(status(text).as_deref(), found, "{text}");
        }
        assert_eq!(reply("host said: 550 no such user"), Some("550"));
        assert_eq!(reply("in 2550 words, 55 of them"), None);
    }
}

//! Forms (`application/x-www-form-urlencoded`), as WebSub asks and is asked with.

use std::borrow::Cow;

use url::form_urlencoded;

/// The media type of a form.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// No more fields of a form are read.
const FIELDS_AT_MOST: usize = 1_000;

/// The fields of a form in their order. Bytes that are no UTF-8 are replacement characters in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form; there is none that cannot be read.
    pub fn read(body: &[u8]) -> Self {
        let owned = |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned());
        Self(form_urlencoded::parse(body).take(FIELDS_AT_MOST).map(owned).collect())
    }

    /// Every value of a field.
    pub fn all<'form>(&'form self, name: &'form str) -> impl Iterator<Item = &'form str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a field.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Writes a form.
pub fn write<'field>(fields: impl IntoIterator<Item = (&'field str, &'field str)>) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_was_written() {
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.topic", "https://papers.example.org/a.atom?x=1&y=ü +%"),
            ("", ""),
        ];
        let read = Form::read(&write(fields));
        let owned = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read.0, owned);
    }

    #[test]
    fn fields_may_come_again() {
        let form = Form::read(b"hub.url=a&hub.url=b&other&hub.url=c");
        assert_eq!(form.first("hub.url"), Some("a"));
        assert_eq!(form.all("hub.url").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(form.first("other"), Some(""));
        assert_eq!(form.first("hub"), None);
    }

    #[test]
    fn bytes_of_any_kind_are_read() {
        for body in [&b""[..], b"&&&==&", b"%", b"%zz=%f", b"\xFF\xFE=\0", b"a=%FF%00"] {
            let _form = Form::read(body);
        }
        assert_eq!(Form::read(&b"a&".repeat(100_000)).0.len(), FIELDS_AT_MOST);
    }
}

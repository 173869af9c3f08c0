//! A key or token of the operator's: it is sent, and never shown, logged or stored.

use std::fmt;

/// Characters that must not be seen. There is no way to print them by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps characters; white space at the ends, such as the line end of a file, is not part of a key.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The characters, for the one place that sends them.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Secret {
    /// Bytes without the characters: hosts repeat the key in what they say of it, and their words are shown.
    pub fn hide_in(&self, bytes: Vec<u8>) -> Vec<u8> {
        const HIDDEN: &[u8] = b"(hidden)";
        let secret = self.0.as_bytes();
        let Some(first) = secret.first().filter(|_| secret.len() >= 4) else { return bytes };
        if !bytes.windows(secret.len()).any(|window| window.first() == Some(first) && window == secret) {
            return bytes;
        }
        let (mut hidden, mut rest) = (Vec::with_capacity(bytes.len()), bytes.as_slice());
        while let Some(next) = rest.first() {
            if let Some(behind) = rest.strip_prefix(secret) {
                hidden.extend_from_slice(HIDDEN);
                rest = behind;
            } else {
                hidden.push(*next);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        hidden
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new(" hunter2\n");
        assert_eq!(secret.reveal(), "hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
    }

    #[test]
    fn a_secret_is_hidden_where_a_host_repeats_it() {
        let secret = Secret::new("hunter2");
        let said = secret.hide_in(b"key hunter2 is bad: hunter2".to_vec());
        assert_eq!(said, b"key (hidden) is bad: (hidden)");
        assert_eq!(secret.hide_in(b"hunter1".to_vec()), b"hunter1");
        assert_eq!(Secret::new("").hide_in(b"x".to_vec()), b"x");
    }
}

//! A mail address: what is safe in a header and in a letter's envelope (RFC 5321 section 4.1.2, without quoted local parts
//! and address literals, which nobody who reads papers has).

use std::fmt;

/// The longest address that an envelope may have (RFC 5321 section 4.5.3.1.3, without the brackets).
const LONGEST: usize = 254;

/// Of the part before the `@` (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An address, its host in lower case. No character of it can end a header, a command or an attribute.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Reads an address that somebody gave; its host must be a name of the public kind. Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::parse_with(text, false)
    }

    /// Reads an address; an operator may also name a host without a dot, such as `localhost`.
    pub fn parse_with(text: &str, allow_local: bool) -> Result<Self, String> {
        let text = text.trim();
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err("a mail address has an @, such as ann@example.org".to_owned());
        };
        if text.len() > LONGEST || local.len() > LONGEST_LOCAL {
            return Err("this is longer than a mail address can be".to_owned());
        }
        let is_atom = |part: &str| !part.is_empty() && part.bytes().all(is_atom_byte);
        if !local.split('.').all(is_atom) {
            return Err("before the @ stand letters, digits and a few signs such as . + - _".to_owned());
        }
        // Hosts in other scripts have a form in ASCII, and that is what a relay wants.
        let domain = match url::Host::parse(domain) {
            Ok(url::Host::Domain(name)) => name.trim_end_matches('.').to_owned(),
            Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => {
                return Err("after the @ stands the name of a host, not its number".to_owned());
            }
            Err(_no_host) => {
                return Err("after the @ stands the name of a host, such as example.org".to_owned());
            }
        };
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !domain.split('.').all(is_label) {
            return Err("after the @ stands the name of a host, such as example.org".to_owned());
        }
        if !allow_local && (!domain.contains('.') || is_reserved(&domain)) {
            return Err(format!("no mail reaches {domain} from here"));
        }
        let text = format!("{local}@{domain}");
        if text.len() > LONGEST {
            return Err("this is longer than a mail address can be".to_owned());
        }
        Ok(Self { at: local.len(), text })
    }

    /// The whole.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// Who is meant, however it is written: large providers ignore dots and what follows a `+`, and who wants to fill a
    /// mailbox uses that.
    pub fn victim(&self) -> String {
        let local = self.local().to_lowercase();
        let local = local.split('+').next().unwrap_or_default().replace('.', "");
        let domain = if self.domain() == "googlemail.com" { "gmail.com" } else { self.domain() };
        format!("{local}@{domain}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// `atext` of RFC 5322 section 3.2.3, without what means something to a shell, a path or HTML.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%*+-/=?^_{}~'".contains(&byte)
}

/// Names that lead nowhere or to this machine (RFC 6761, RFC 6762, RFC 7686).
fn is_reserved(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    matches!(last, "localhost" | "local" | "invalid" | "test" | "onion" | "internal" | "arpa")
        || last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_people_have() {
        for (text, whole) in [
            ("ann@example.org", "ann@example.org"),
            ("  Ann.Lee+papers@Example.ORG ", "Ann.Lee+papers@example.org"),
            ("o'brien@example.org", "o'brien@example.org"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("a@a.b.c.example.org", "a@a.b.c.example.org"),
        ] {
            assert_eq!(Address::parse(text).unwrap().as_str(), whole);
        }
    }

    #[test]
    fn what_could_break_a_letter_is_no_address() {
        for text in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@example",
            "ann@localhost",
            "ann@127.0.0.1",
            "ann@[::1]",
            "ann@[127.0.0.1]",
            "ann@box.local",
            "a b@example.org",
            "ann@example.org\r\nBcc: bob@example.org",
            "ann\r\nBcc: bob@example.org",
            "ann%0d%0aBcc:bob@exa mple.org",
            "ann,bob@example.org",
            "ann@example.org,bob@example.org",
            "<ann@example.org>",
            "\"ann\"@example.org",
            "ann..lee@example.org",
            ".ann@example.org",
            "ann@-x.example.org",
            "ann@example..org",
            "ann\u{0}@example.org",
            "änn@example.org",
            &format!("{}@example.org", "a".repeat(65)),
            &format!("a@{}.org", "a".repeat(64)),
        ] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
        assert!(Address::parse_with("root@localhost", true).is_ok());
    }

    #[test]
    fn one_person_has_many_spellings() {
        let of = |text: &str| Address::parse(text).unwrap().victim();
        assert_eq!(of("Ann.Lee+x@gmail.com"), of("annlee@googlemail.com"));
        assert_ne!(of("ann@example.org"), of("bob@example.org"));
    }
}

//! Where a letter returns to that cannot be delivered: an address of its own per letter, so that whatever comes back names
//! it, however the rest is written (variable envelope return path).

use crate::mail::address::Address;

/// The most characters of an id.
const LONGEST: usize = 40;

/// The envelope's sender of a letter: `bounce+ID@host`. `None` where the whole is no address.
pub fn sender(base: &Address, id: &str) -> Option<Address> {
    if !is_id(id) {
        return None;
    }
    Address::parse_with(&format!("{}+{id}@{}", base.local(), base.domain()), true).ok()
}

/// The id that an address names, if it is of the shape that [`sender`] makes. Relays may change the case.
pub fn id(address: &str, base: &Address) -> Option<String> {
    let address = address.trim();
    let bare = address.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(address);
    let (local, domain) = bare.rsplit_once('@')?;
    if !domain.trim_end_matches('.').eq_ignore_ascii_case(base.domain()) {
        return None;
    }
    let local = local.to_ascii_lowercase();
    let id = local.strip_prefix(&base.local().to_ascii_lowercase())?.strip_prefix('+')?;
    is_id(id).then(|| id.to_owned())
}

/// Whether a text can be the id of a letter.
pub fn is_id(text: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_known_by_where_it_returns_to() {
        let base = Address::parse("Bounce@papers.example.org").unwrap();
        let sender = sender(&base, "0123456789abcdef-7").unwrap();
        assert_eq!(sender.as_str(), "Bounce+0123456789abcdef-7@papers.example.org");
        for text in [
            sender.as_str(),
            "<bounce+0123456789abcdef-7@PAPERS.example.org>",
            " BOUNCE+0123456789ABCDEF-7@papers.example.org. ",
        ] {
            assert_eq!(id(text, &base).as_deref(), Some("0123456789abcdef-7"), "{text}");
        }
    }

    #[test]
    fn other_addresses_name_nothing() {
        let base = Address::parse("bounce@example.org").unwrap();
        for text in [
            "",
            "bounce@example.org",
            "bounce+@example.org",
            "bounce+a b@example.org",
            "bounce+a@example.com",
            "bounce+a@sub.example.org",
            "xbounce+a@example.org",
            "bounce-a@example.org",
            "bounce+é@example.org",
            "bounce+../x@example.org",
        ] {
            assert_eq!(id(text, &base), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_id_makes_no_address() {
        let base = Address::parse("bounce@example.org").unwrap();
        for text in ["", "A", "a\r\nb", "a@b", &"a".repeat(41)] {
            assert!(!is_id(text) && sender(&base, text).is_none(), "{text:?}");
        }
        let long = Address::parse(&format!("{}@example.org", "b".repeat(60))).unwrap();
        assert_eq!(sender(&long, "abcdef"), None, "what stands before the @ has an end");
    }
}

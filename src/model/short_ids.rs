//! The identifiers that are one short token: PubMed, PubMed Central, OpenReview, ACL Anthology.

use std::fmt;

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $canonical:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(String);

        impl $name {
            /// Reads the bare identifier; `None` when it does not have the scheme's shape.
            pub fn parse(text: &str) -> Option<Self> {
                let canonical: fn(&str) -> Option<String> = $canonical;
                canonical(text.trim()).map(Self)
            }

            /// The canonical form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

short_id!(
    /// A PubMed identifier: up to nine digits without leading zeros.
    Pmid,
    |text| {
        let digits = text.trim_start_matches('0');
        ((1..=9).contains(&digits.len()) && all(digits, |byte| byte.is_ascii_digit())).then(|| digits.to_owned())
    }
);

short_id!(
    /// A PubMed Central identifier: `PMC` and digits, without a version.
    Pmcid,
    |text| {
        let upper = text.to_ascii_uppercase();
        let digits = upper.strip_prefix("PMC")?.split('.').next()?;
        ((1..=9).contains(&digits.len()) && all(digits, |byte| byte.is_ascii_digit())).then(|| format!("PMC{digits}"))
    }
);

short_id!(
    /// An OpenReview forum identifier: letters of both cases, digits, `_` and `-`; case matters.
    OpenReviewId,
    |text| {
        ((4..=32).contains(&text.len()) && all(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')))
            .then(|| text.to_owned())
    }
);

short_id!(
    /// An ACL Anthology identifier, such as `2024.acl-long.1` or `P19-1001`.
    AclId,
    |text| {
        let shaped = all(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
        ((5..=64).contains(&text.len()) && shaped && has_digit && text.contains('-')).then(|| text.to_owned())
    }
);

short_id!(
    /// The address of a paper's own page, for papers that no registry names: canonical, without a fragment.
    PageUrl,
    |text| {
        let mut url = url::Url::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        url.set_fragment(None);
        let _stays_as_it_is = url.set_username("");
        let _stays_as_it_is = url.set_password(None);
        (web && url.as_str().len() <= 2_048).then(|| url.to_string())
    }
);

fn all(text: &str, allowed: fn(u8) -> bool) -> bool {
    text.bytes().all(allowed)
}

//! What a receiver can tell the sender by: an HMAC (RFC 2104) over the body, made with a secret that both know.
//!
//! WebSub has it in `X-Hub-Signature` (section 7.1 of the Recommendation), webhooks as Standard Webhooks write it.

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;

use crate::model::digits::hexadecimal;
use crate::model::secret::Secret;

/// What keys of Standard Webhooks begin with.
const WEBHOOK_KEY: &str = "whsec_";

/// The value of `X-Hub-Signature` for a body: `sha256=` and 64 digits.
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    format!("sha256={}", hexadecimal(&sha256(secret.reveal().as_bytes(), &[body])))
}

/// Whether a value of `X-Hub-Signature` is right for a body. The sender chooses the method: SHA-256, SHA-384, SHA-512, or
/// SHA-1, which old hubs use and which is still sound in an HMAC. It takes as long for a wrong signature as for the right one.
pub fn verify(secret: &Secret, header: &str, body: &[u8]) -> bool {
    let Some((method, digits)) = header.trim().split_once('=') else { return false };
    let Some(given) = bytes_of(digits.trim()) else { return false };
    let key = secret.reveal().as_bytes();
    let made = match method.trim().to_ascii_lowercase().as_str() {
        "sha1" => {
            ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key), body)
                .as_ref()
                .to_vec()
        }
        "sha256" => sha256(key, &[body]),
        "sha384" => mac::<Hmac<Sha384>>(key, &[body]),
        "sha512" => mac::<Hmac<Sha512>>(key, &[body]),
        _other => return false,
    };
    same(&made, &given)
}

/// The value of `webhook-signature` as Standard Webhooks have it: `v1,` and the base64 of an HMAC over the message's id, the
/// time of this attempt and the body.
///
/// As in the libraries for it, a secret is the base64 of the key, with `whsec_` before it or not; one that is no base64 is
/// itself the key.
pub fn sign_standard(secret: &Secret, id: &str, timestamp_seconds: i64, body: &[u8]) -> String {
    let text = secret.reveal();
    let text = text.strip_prefix(WEBHOOK_KEY).unwrap_or(text);
    // People lose the padding of a key on the way.
    let key = STANDARD_PAD_INDIFFERENT.decode(text).unwrap_or_else(|_no_base64| text.as_bytes().to_vec());
    let time = timestamp_seconds.to_string();
    let made = sha256(&key, &[id.as_bytes(), b".", time.as_bytes(), b".", body]);
    format!("v1,{}", STANDARD.encode(made))
}

/// Whether a secret that claims to be a key of Standard Webhooks is one.
pub(super) fn is_sound(secret: &Secret) -> bool {
    let key = secret.reveal().strip_prefix(WEBHOOK_KEY);
    key.is_none_or(|key| STANDARD_PAD_INDIFFERENT.decode(key).is_ok_and(|key| !key.is_empty()))
}

/// Whether two byte strings are the same, in a time that depends on their lengths alone.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0_u8, |differing, (a, b)| black_box(differing | (a ^ b)));
    a.len() == b.len() && black_box(differing) == 0
}

fn sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    mac::<Hmac<Sha256>>(key, parts)
}

#[expect(clippy::expect_used, reason = "the key of an HMAC may have any length")]
fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac =
        <M as KeyInit>::new_from_slice(key).expect("a key may have any length (RFC 2104 section 2)");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().map(value).try_fold(0_u8, |sum, value| Some((sum << 4) | value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const BODY: &[u8] = b"what do ya want for nothing?";
    const SHA256: &str = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const SHA512: &str = "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
    const SHA384: &str = "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649";

    #[test]
    fn signatures_are_those_of_the_rfc() {
        let secret = Secret::new("Jefe");
        assert_eq!(sign(&secret, BODY), SHA256);
        for header in [SHA256, SHA384, SHA512, &SHA256.to_uppercase(), &format!(" {SHA256} ")] {
            assert!(verify(&secret, header, BODY), "{header}");
            assert!(!verify(&secret, header, b"what do ya want for something?"), "{header}");
            assert!(!verify(&Secret::new("jefe"), header, BODY), "{header}");
        }
    }

    #[test]
    fn what_is_no_signature_verifies_nothing() {
        let secret = Secret::new("Jefe");
        let cut = SHA256.get(..SHA256.len() - 2).unwrap();
        // RFC 2202, test case 2.
        assert!(verify(&secret, "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", BODY));
        for header in [
            "",
            "=",
            "sha256",
            "sha256=",
            "sha256=5",
            "sha256=5b",
            "sha256=+5+b",
            "sha256=éé",
            "none=",
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c78",
            cut,
            &format!("{SHA256}00"),
            &SHA256.replace("sha256", "sha512"),
            &SHA256.replace("sha256=", ""),
        ] {
            assert!(!verify(&secret, header, BODY), "{header}");
        }
    }

    #[test]
    fn standard_webhooks_are_signed_as_their_libraries_do() {
        // The example of the specification's libraries.
        let (id, time) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
        let body = br#"{"test": 2432232314}"#;
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        for secret in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(sign_standard(&Secret::new(secret), id, time, body), expected);
        }
        let plain = sign_standard(&Secret::new("no base64!"), id, time, body);
        assert!(plain.starts_with("v1,") && plain != expected);
        let padded = sign_standard(&Secret::new("whsec_YWI="), id, time, body);
        assert_eq!(sign_standard(&Secret::new("YWI"), id, time, body), padded);
    }

    #[test]
    fn byte_strings_are_compared_whole() {
        assert!(same(b"", b"") && same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b"a"));
    }
}

//! A signature by which whoever gets a letter can tell that it is from this domain and as it was sent (DKIM: RFC 6376, with
//! Ed25519: RFC 8463). Most relays sign themselves; then none is needed here.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use ring::signature::KeyPair as _;
use ring::signature::RSA_PKCS1_SHA256;
use ring::signature::RsaKeyPair;
use sha2::Digest as _;
use sha2::Sha256;

use crate::model::time::Timestamp;

/// What is signed. Each is named once more than it stands in the letter, so that nobody can add another one.
const SIGNED: [&str; 14] = [
    "From",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// The length of the lines of a signature.
const LINE: usize = 72;

/// The key of a domain, and where its public half is found.
#[derive(Clone)]
pub struct Dkim {
    domain: String,
    selector: String,
    key: Arc<Key>,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The key is not shown.
impl fmt::Debug for Dkim {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Dkim")
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

impl Dkim {
    /// Reads a key: RSA of at least 2048 bits (`RSA PRIVATE KEY` or `PRIVATE KEY`), or Ed25519 (`PRIVATE KEY`). Says what is
    /// wrong, without a word of the key.
    pub fn new(domain: &str, selector: &str, key_pem: &str) -> Result<Self, String> {
        let (domain, selector) = (domain.trim().to_ascii_lowercase(), selector.trim().to_ascii_lowercase());
        if !is_name(&domain) || !domain.contains('.') {
            return Err(format!("DKIM domain {domain:?}: this is no name of a domain"));
        }
        if !is_name(&selector) {
            return Err(format!("DKIM selector {selector:?}: it has letters, digits, - and dots"));
        }
        Ok(Self { domain, selector, key: Arc::new(key(key_pem)?) })
    }

    /// The header that signs a message, with its line end: it is put in front. `at` is when this is signed.
    pub fn sign(&self, message: &[u8], at: Timestamp) -> Result<Vec<u8>, String> {
        let (headers, body) = split(message);
        let headers = fields(headers);
        let algorithm = match *self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let mut header = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h=",
            self.domain,
            self.selector,
            at.seconds(),
        );
        let mut signed = Vec::new();
        let (mut length, mut is_first) = (3, true);
        for name in SIGNED {
            let mut found: Vec<_> =
                headers.iter().filter(|(other, _value)| other.eq_ignore_ascii_case(name)).collect();
            for _once_more in 0..=found.len() {
                if !std::mem::take(&mut is_first) {
                    header.push(':');
                }
                if length + name.len() + 2 > LINE {
                    header.push_str("\r\n  ");
                    length = 2;
                }
                header.push_str(name);
                length += name.len() + 1;
                // The last one is signed first (RFC 6376 section 5.4.2).
                if let Some((name, value)) = found.pop() {
                    relax(name, value, &mut signed);
                    signed.extend_from_slice(b"\r\n");
                }
            }
        }
        let hash = STANDARD.encode(Sha256::digest(relaxed_body(body)));
        let _cannot_fail = write!(header, ";\r\n bh={hash};\r\n b=");
        let value = header.strip_prefix("DKIM-Signature:").unwrap_or_default();
        relax("DKIM-Signature", value.as_bytes(), &mut signed);
        let signature = STANDARD.encode(self.key.sign(&signed)?);
        for (place, byte) in signature.chars().enumerate() {
            if place % LINE == LINE - 4 {
                header.push_str("\r\n  ");
            }
            header.push(byte);
        }
        header.push_str("\r\n");
        Ok(header.into_bytes())
    }

    /// The name in the DNS under which [`Self::dns_record`] is looked for.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The text of the TXT record that has to be published. A record of RSA is longer than 255 characters: a zone file
    /// holds it as several strings.
    pub fn dns_record(&self) -> String {
        let (kind, public) = match &*self.key {
            Key::Rsa(key) => ("rsa", STANDARD.encode(public_key_info(key.public_key().as_ref()))),
            Key::Ed25519(key) => ("ed25519", STANDARD.encode(key.public_key().as_ref())),
        };
        format!("v=DKIM1; k={kind}; p={public}")
    }

    /// The domain that signs: receivers compare it with that of the sender.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl Key {
    fn sign(&self, signed: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature)
                    .map_err(|_unspecified| "DKIM: the key does not sign".to_owned())?;
                Ok(signature)
            }
            // RFC 8463 section 3: it is the hash that is signed.
            Self::Ed25519(key) => Ok(key.sign(&Sha256::digest(signed)).as_ref().to_vec()),
        }
    }
}

/// Reads a key in PEM (RFC 7468).
fn key(pem: &str) -> Result<Key, String> {
    let fault = |what: &str| format!("DKIM key: {what}");
    let begin = "-----BEGIN ";
    let (label, rest) =
        pem.split_once(begin).and_then(|(_before, rest)| rest.split_once("-----")).ok_or_else(|| {
            fault("it does not begin with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----")
        })?;
    let end = format!("-----END {label}-----");
    let (body, _after) = rest.split_once(&end).ok_or_else(|| fault("its end is missing"))?;
    if label.contains("ENCRYPTED") || body.contains("ENCRYPTED") {
        return Err(fault("it is locked with a password; give it without one, as a credential"));
    }
    let body: String = body.chars().filter(|character| !character.is_whitespace()).collect();
    let der = STANDARD.decode(body).map_err(|_error| fault("what stands in it is not base64"))?;
    match label {
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der).map(Key::Rsa).map_err(|why| fault(&rejected(&why))),
        "PRIVATE KEY" => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            Ok(key) => Ok(Key::Ed25519(key)),
            Err(_other) => RsaKeyPair::from_pkcs8(&der).map(Key::Rsa).map_err(|why| fault(&rejected(&why))),
        },
        other => Err(fault(&format!("a {other} does not sign letters; RSA and Ed25519 private keys do"))),
    }
}

fn rejected(why: &ring::error::KeyRejected) -> String {
    match why.to_string().as_str() {
        "TooSmall" => "it is too short; RSA needs 2048 bits".to_owned(),
        "TooLarge" => "it is too long; RSA has 4096 bits at most".to_owned(),
        "WrongAlgorithm" => "it is neither of RSA nor of Ed25519".to_owned(),
        _other => "it cannot be read as a private key of RSA or Ed25519".to_owned(),
    }
}

fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The public key as DNS has it: `SubjectPublicKeyInfo` (RFC 5280), though RFC 6376 says otherwise (its erratum 3017).
fn public_key_info(key: &[u8]) -> Vec<u8> {
    // The bit string begins with how many bits of its last byte are not used.
    let bits = [&[0], key].concat();
    element(0x30, &[RSA_ENCRYPTION.to_vec(), element(0x03, &bits)].concat())
}

/// `SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }`.
const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];

/// A DER element: its tag, its length, what it holds.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match length.as_slice() {
        [] => out.push(0),
        [short] if *short < 128 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

/// The headers, with their last line end, and the body.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|window| window == b"\r\n\r\n");
    let at = end.map_or(message.len(), |end| end + 2);
    let (headers, rest) = message.split_at_checked(at).unwrap_or((message, &[]));
    (headers, rest.strip_prefix(b"\r\n").unwrap_or(rest))
}

/// The headers in order, each with its name and what stands behind the colon, folds kept.
fn fields(headers: &[u8]) -> Vec<(&str, &[u8])> {
    let mut fields = Vec::new();
    let mut rest = headers;
    while !rest.is_empty() {
        // A line that begins with a space or tab belongs to the one before.
        let is_end = |window: &[u8]| matches!(window, [b'\r', b'\n', next] if !matches!(next, b' ' | b'\t'));
        let end = rest.windows(3).position(is_end).map_or(rest.len(), |end| end + 2);
        let (field, others) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        rest = others;
        let Some(colon) = field.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = field.split_at_checked(colon).unwrap_or_default();
        if let Ok(name) = std::str::from_utf8(name) {
            fields.push((name.trim_end(), value.get(1..).unwrap_or_default()));
        }
    }
    fields
}

/// A header in the relaxed form (RFC 6376 section 3.4.2), without its line end.
fn relax(name: &str, value: &[u8], out: &mut Vec<u8>) {
    out.extend(name.bytes().map(|byte| byte.to_ascii_lowercase()));
    out.push(b':');
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let words = value.split(is_space).filter(|word| !word.is_empty());
    for (place, word) in words.enumerate() {
        if place > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

/// A body in the relaxed form (RFC 6376 section 3.4.4).
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    // Empty lines count only if something follows.
    let mut empty = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_indented = line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        let mut words =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none() {
            empty += 1;
            continue;
        }
        for _line in 0..std::mem::take(&mut empty) {
            out.extend_from_slice(b"\r\n");
        }
        for (place, word) in words.enumerate() {
            if place > 0 || is_indented {
                out.push(b' ');
            }
            out.extend_from_slice(word);
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests;

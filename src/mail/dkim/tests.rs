//! Signatures hold, by a verifier that shares nothing with the signer but the primitives, and break by any change.

use std::collections::BTreeMap;

use ring::signature::ED25519;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use ring::signature::UnparsedPublicKey;

use super::*;
use crate::mail::compose::Letter;
use crate::mail::compose::Stationery;
use crate::mail::compose::compose;
use crate::mail::sample;

/// Made for these tests and used for nothing else.
const RSA: &str = "-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEAnQQLkvekwuaGJKBAShomFwTpPpFEK6Qw1bOhZ0r2UzxwaKjW
bVOrEb37BUmVi60qaE5QO0jVGL6omDSxh4V1F2HIsb1Du/5MgwBd8AfGVyXtS/0T
eyawAiG91XkJPfxgFJBUwWF5d1KmfgplZ0fLWHfaoTq0yoTIi/FJ36WHUACnBvqJ
cokJ+VdmjShC3Y8Q+28WGL0V5IwsFc9lvKOBCRNMARTA9UKz3aKI9DzB12nbl/6G
eWVMBhaN1Cx0og46UrhwcCMF0Wxi3mURgWKb1viYRxSavwxGHoSh5liJLwUwi0kR
Mfw6jS0asAN2M+snGzU42/QQyfYOtjyX6IKsKQIDAQABAoIBABM2oQHxashstAJ8
V5GZxIpxj+cXmItskos76Wa93gmObkToUCDdqaPIpxRdDj8ix/suhhPTFDxsbC3/
2K94Lb1YOlpBii3RbuRi4ZvTH7qfSfvP8pfRwpzoKxYZsv9SSCGMDcsCFf57byMi
O4lZWDExrV+oUuIrQG0bcAo9c6Le2H1ZQdBGy4rhpPxV1226ZmbwCDhms2RMdIup
5ZU9wAzG3g7GqYBgc5FjCbFo1pkFafv4DYZrf1Ec4z/6+s+0vsbX76q+Sw7DRlbN
/Sg++Qdf/STHs2RQqR48aXV14zyaWghD4GjSr0PuFhDKc3cRAEZpDzj6fUjCC0Ox
QUtDvsECgYEAzOntpM1DQtv+s0V5O6lTs9+vMHMTjxyNZkiBqyupS36gBrebKyDw
vdN5ASkEzlUuFpnnilxvMRwakSZpBj26q+a62OCnbHfDr4E3UTSKSuI1JOrjSuyY
goUE+OK2nRwRf5OpUhSYQjxHUqm1zW5PrE4OEAtt3w12g6khKSF9WDECgYEAxCko
LnLZFqi6j+EC8XJjzhH7xy303pVOwjkPDsG2QONncuIerY/xv9dKdKRmchWug33v
3Ub0S0GzMV7cQeLtkMPp2QsJ9l6k6iPR7Z9Hpu1rulSdts10Z5ZSSuVLnT4TcxUX
Uk05EFFdfVzP3JjWacH8SJ+xQ8/11IM3+LqBjXkCgYEAqH5+U3IZKaP+JmktC9rr
Ic//nQYzAg2HU6CxRw/K0HIZogxdwjP+4Qg/yq1w7zzpfdolowbow2gJjGsaFvCx
S2KZJ3ZrFOzR8sF8vABI6tRgwK+IIHa13TUF5qV9ZWjMFqxToVOf827fcuBrxrU7
PEKem6DaQnwuhIqQ4uJP0DECgYALh4/BCycPWeN9SXBu2JZdKlluH5lg682xRMFJ
0MDxl2whKIE9GlTPPcw2huMumW+kcuaCTwVU1wu9PyIbDUeBVsKL60YuoOl4iZpx
KQeBHDtUvFx4viK1Y/R6SnfjSh7CiN7SC4/rEZ05HRdqk+EmXiyB6ED3B2Yfk4ba
q7upoQKBgQCEgz4+ewVfGjdUHpLMp3DUhygq62wjuVvxCKc1GjPR612/neOvxvC3
L5+of8DL/b+NVm8c1vndWfTnP62uJIF/9M8azp6V/mh8vIeQtkwxOrDFj28nRuHm
gU944s/p+lJXpYxQnBHM/OSu536ANn0+A9yGhthoFAs+6qecB4gL9Q==
-----END RSA PRIVATE KEY-----";

/// The public half of [`RSA`], as OpenSSL writes it.
const RSA_PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnQQLkvekwuaGJKBAShomFwTpPpFEK6Qw1bOhZ0r2UzxwaKjWbVOrEb37BUmVi60qaE5QO0jVGL6omDSxh4V1F2HIsb1Du/5MgwBd8AfGVyXtS/0TeyawAiG91XkJPfxgFJBUwWF5d1KmfgplZ0fLWHfaoTq0yoTIi/FJ36WHUACnBvqJcokJ+VdmjShC3Y8Q+28WGL0V5IwsFc9lvKOBCRNMARTA9UKz3aKI9DzB12nbl/6GeWVMBhaN1Cx0og46UrhwcCMF0Wxi3mURgWKb1viYRxSavwxGHoSh5liJLwUwi0kRMfw6jS0asAN2M+snGzU42/QQyfYOtjyX6IKsKQIDAQAB";

/// Made for these tests and used for nothing else.
const ED25519_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINkdoW4GTJfX0US45x4B5h5sSU29PCyXMANzTnn4UXCu\n-----END PRIVATE KEY-----\n";

/// The public half of [`ED25519_KEY`], as OpenSSL writes it.
const ED25519_PUBLIC: &str = "UNdrrmHGXCd2Qb9SdSKORwxuTAfrHcr+xwniaUozr18=";

fn keys() -> [Dkim; 2] {
    [RSA, ED25519_KEY].map(|key| Dkim::new("Example.org", "offprint", key).unwrap())
}

/// The same key in the other form.
fn as_pkcs8(pem: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = STANDARD.decode(body).unwrap();
    let der = element(0x30, &[element(0x02, &[0]), RSA_ENCRYPTION.to_vec(), element(0x04, &key)].concat());
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", STANDARD.encode(der))
}

/// A header in one line with single spaces; by other means than the signer's.
fn relaxed(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap();
    format!("{}:{}", name.trim().to_lowercase(), value.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn verify(message: &str, dkim: &Dkim) -> Result<(), &'static str> {
    let (headers, body) = message.split_once("\r\n\r\n").unwrap();
    let unfolded = headers.replace("\r\n ", " ");
    let fields: Vec<&str> = unfolded.split("\r\n").collect();
    let signature = fields.iter().find(|field| field.starts_with("DKIM-Signature:")).ok_or("no signature")?;
    let (_name, value) = signature.split_once(':').unwrap();
    let tags: BTreeMap<&str, String> = value
        .split(';')
        .map(|tag| tag.split_once('=').unwrap())
        .map(|(name, value)| (name.trim(), value.split_whitespace().collect()))
        .collect();
    let mut lines: Vec<String> = Vec::new();
    for line in body.split("\r\n") {
        let starts = line.starts_with([' ', '\t']);
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(if starts && !words.is_empty() { format!(" {words}") } else { words });
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let canonical: String = lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect();
    if tags["bh"] != STANDARD.encode(Sha256::digest(canonical)) {
        return Err("body");
    }
    let mut left: Vec<&str> = fields.clone();
    let mut signed = String::new();
    for name in tags["h"].split(':') {
        let start = format!("{}:", name.to_lowercase());
        let Some(place) = left.iter().rposition(|field| field.to_lowercase().starts_with(&start)) else {
            continue;
        };
        signed.push_str(&relaxed(left.remove(place)));
        signed.push_str("\r\n");
    }
    let bare = signature.rsplit_once(" b=").unwrap().0;
    signed.push_str(&relaxed(&format!("{bare} b=")));
    let bytes = STANDARD.decode(&tags["b"]).unwrap();
    let record = dkim.dns_record();
    let public = STANDARD.decode(record.rsplit_once("p=").unwrap().1).unwrap();
    let result = match tags["a"].as_str() {
        // Behind the description of the algorithm stands the key of RSA.
        "rsa-sha256" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..])
            .verify(signed.as_bytes(), &bytes),
        "ed25519-sha256" => {
            UnparsedPublicKey::new(&ED25519, &public).verify(&Sha256::digest(signed.as_bytes()), &bytes)
        }
        other => panic!("{other}"),
    };
    result.map_err(|_unspecified| "signature")
}

fn signed(dkim: &Dkim) -> String {
    let (issue, footer) = (sample::issue(), sample::footer());
    let stationery = Stationery { dkim: Some(dkim.clone()), ..sample::stationery() };
    let letter = Letter::Digest { issue: &issue, footer: &footer };
    String::from_utf8(compose(&stationery, &sample::posting(), &letter).unwrap().bytes).unwrap()
}

#[test]
fn a_signed_letter_holds_and_any_change_breaks_it() {
    for dkim in keys() {
        let message = signed(&dkim);
        assert_eq!(verify(&message, &dkim), Ok(()), "{message}");
        for (from, to, broken) in [
            ("Subject: Papers", "Subject: Papyri", "signature"),
            ("List-Unsubscribe: <https://papers", "List-Unsubscribe: <https://others", "signature"),
            ("From: \"Reading Room\"", "From: x@example.com\r\nFrom: \"Reading Room\"", "signature"),
            ("\r\nTo: ", "\r\nSubject: another\r\nTo: ", "signature"),
            ("\r\nTo: ", "\r\nReply-To: thief@example.com\r\nTo: ", "signature"),
            ("\r\nTo: ", "\r\nContent-Type: text/html\r\nTo: ", "signature"),
            ("multipart/alternative", "multipart/mixed", "signature"),
            ("Low-Rank", "High-Rank", "body"),
            ("t=1785733200", "t=1785733201", "signature"),
        ] {
            let changed = message.replacen(from, to, 1);
            assert_ne!(changed, message, "{from}");
            assert_eq!(verify(&changed, &dkim), Err(broken), "{from} → {to}");
        }
    }
}

#[test]
fn what_relays_change_on_the_way_breaks_nothing() {
    for dkim in keys() {
        let message = signed(&dkim);
        for (from, to) in [
            ("DKIM-Signature", "Received: from a by b; today\r\nDKIM-Signature"),
            ("Subject: Papers of", "subject:  Papers\r\n of"),
            ("\r\n\r\n--=_", "\r\n\r\n--=_"),
        ] {
            assert_eq!(verify(&message.replacen(from, to, 1), &dkim), Ok(()), "{from}");
        }
        assert_eq!(verify(&format!("{message}\r\n\r\n"), &dkim), Ok(()));
    }
}

#[test]
fn lines_of_a_signature_are_short_and_every_header_is_named_once_more() {
    for dkim in keys() {
        let header = dkim.sign(b"From: a@example.org\r\nfrom: b@example.org\r\n\r\n", sample::at()).unwrap();
        let header = String::from_utf8(header).unwrap();
        assert!(header.split("\r\n").all(|line| line.len() <= 76), "{header}");
        assert!(header.contains("h=From:From:From:Reply-To:To:"), "{header}");
        assert!(header.contains("bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;"), "of nothing: {header}");
    }
}

#[test]
fn the_public_half_is_that_of_others_tools() {
    let [rsa, ed25519] = keys();
    assert_eq!(rsa.record_name(), "offprint._domainkey.example.org");
    assert_eq!(rsa.dns_record(), format!("v=DKIM1; k=rsa; p={RSA_PUBLIC}"));
    assert_eq!(ed25519.dns_record(), format!("v=DKIM1; k=ed25519; p={ED25519_PUBLIC}"));
    let other = Dkim::new("example.org", "offprint", &as_pkcs8(RSA)).unwrap();
    assert_eq!(other.dns_record(), rsa.dns_record());
}

#[test]
fn a_key_is_never_shown() {
    for (dkim, secret) in keys().iter().zip([RSA, ED25519_KEY]) {
        let shown = format!("{dkim:?}");
        let body = secret.lines().nth(1).unwrap();
        assert!(shown.contains("example.org") && !shown.contains(&body[..12]), "{shown}");
    }
    for key in [
        RSA.replace('M', "!"),
        RSA.replace("RSA ", "EC "),
        RSA.replace("END", "X"),
        RSA.replace("\nMII", "\nAAA"),
    ] {
        let fault = Dkim::new("example.org", "s", &key).unwrap_err();
        assert!(fault.starts_with("DKIM key: ") && fault.len() < 120, "{fault}");
    }
}

#[test]
fn what_cannot_sign_is_refused_in_a_sentence() {
    for (domain, selector, key, expected) in [
        ("", "s", RSA, "DKIM domain \"\": this is no name of a domain"),
        ("a b.org", "s", RSA, "DKIM domain \"a b.org\": this is no name of a domain"),
        (
            "example.org;d=evil.org",
            "s",
            RSA,
            "DKIM domain \"example.org;d=evil.org\": this is no name of a domain",
        ),
        ("example.org", "s\r\n", RSA, ""),
        ("example.org", "s t", RSA, "DKIM selector \"s t\": it has letters, digits, - and dots"),
        (
            "example.org",
            "s",
            "",
            "DKIM key: it does not begin with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----",
        ),
        (
            "example.org",
            "s",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n-----END ENCRYPTED PRIVATE KEY-----",
            "DKIM key: it is locked with a password; give it without one, as a credential",
        ),
        (
            "example.org",
            "s",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "DKIM key: it cannot be read as a private key of RSA or Ed25519",
        ),
    ] {
        let made = Dkim::new(domain, selector, key);
        assert_eq!(made.err().unwrap_or_default(), expected);
    }
}

/// Writes signed letters and their records to a folder, for other verifiers.
#[test]
fn letters_for_other_verifiers() {
    let Some(folder) = option_env!("OFFPRINT_LETTERS") else { return };
    for (name, dkim) in ["rsa", "ed25519"].into_iter().zip(keys()) {
        std::fs::write(format!("{folder}/{name}.eml"), signed(&dkim)).unwrap();
        std::fs::write(format!("{folder}/{name}.dns"), dkim.dns_record()).unwrap();
    }
}

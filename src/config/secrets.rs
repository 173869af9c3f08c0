//! Where keys and tokens are found. They never stand in the configuration, which is shared and backed up.

use crate::config::forms::Flaw;

/// Where a key or token is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum SecretPlace {
    /// In this variable.
    Variable(String),
    /// In the file of this name in `$CREDENTIALS_DIRECTORY` (systemd's `LoadCredential=`).
    Credential(String),
}

/// The place of a key, `env:NAME` or `credential:NAME`. The key itself does not belong into the file.
pub(super) fn secret_place(text: &str) -> Result<SecretPlace, Flaw> {
    let is_name = |name: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        !name.is_empty() && !name.starts_with('.') && name.len() <= 128 && name.bytes().all(allowed)
    };
    match text.split_once(':') {
        Some(("env", name)) if is_name(name) => Ok(SecretPlace::Variable(name.to_owned())),
        Some(("credential", name)) if is_name(name) => Ok(SecretPlace::Credential(name.to_owned())),
        // What was written may be the key itself, so it is not repeated.
        _other => Err(Flaw::new("this is not the place of a key").hint(
            "write \"env:NAME\" for a variable or \"credential:NAME\" for a file that systemd loads; \
             a key itself does not belong here",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::SecretPlace;
    use super::secret_place;

    #[test]
    fn a_key_has_a_place_and_is_never_repeated() {
        assert_eq!(secret_place("env:S2_KEY").unwrap(), SecretPlace::Variable("S2_KEY".to_owned()));
        assert_eq!(secret_place("credential:s2").unwrap(), SecretPlace::Credential("s2".to_owned()));
        for text in
            ["", "hunter2", "env:", "env:a b", "credential:../shadow", "credential:.x", "file:/etc/key"]
        {
            let flaw = secret_place(text).unwrap_err().in_words();
            assert!(!flaw.contains("hunter2") && flaw.contains("credential:NAME"), "{flaw}");
        }
    }
}

//! What configuration takes from the process's surroundings, read once, so that tests can hand in their own.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::path::PathBuf;

use crate::config::secrets::SecretPlace;
use crate::model::secret::Secret;

/// Where the service keeps its papers (`StateDirectory=offprint`).
const SYSTEM_STORE: &str = "/var/lib/offprint";

/// Variables and folders that decide where the configuration and the store are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Environment {
    /// `$OFFPRINT_CONFIG`: the configuration file.
    pub config: Option<OsString>,
    /// `$STATE_DIRECTORY`, which systemd sets; several folders are separated by colons, the first counts.
    pub state_directory: Option<OsString>,
    /// `$XDG_STATE_HOME`.
    pub xdg_state_home: Option<OsString>,
    /// `$HOME`.
    pub home: Option<OsString>,
    /// `$RUNTIME_DIRECTORY`, which systemd sets: where the control socket lies.
    pub runtime_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`, which systemd sets: a file for each key that the unit loads.
    pub credentials_directory: Option<PathBuf>,
    /// All variables, for keys that the configuration names.
    pub variables: Variables,
    /// Whether systemd connected standard error to its journal (`$JOURNAL_STREAM`).
    pub is_journal: bool,
    /// The folder that holds `config/offprint.toml`: where the program was started.
    pub working_directory: PathBuf,
    /// The machine's own configuration file.
    pub system_file: PathBuf,
}

/// The variables of a process. What they hold is not printed: keys are among it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Variables(pub BTreeMap<OsString, OsString>);

impl fmt::Debug for Variables {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Variables({})", self.0.len())
    }
}

impl Environment {
    /// What the running process was given. Variables that are set to nothing count as unset.
    pub fn from_process() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            config: variable("OFFPRINT_CONFIG"),
            state_directory: variable("STATE_DIRECTORY"),
            xdg_state_home: variable("XDG_STATE_HOME"),
            home: variable("HOME"),
            runtime_directory: variable("RUNTIME_DIRECTORY")
                .and_then(|list| std::env::split_paths(&list).next()),
            credentials_directory: variable("CREDENTIALS_DIRECTORY").map(PathBuf::from),
            variables: Variables(std::env::vars_os().collect()),
            is_journal: variable("JOURNAL_STREAM").is_some(),
            working_directory: PathBuf::from("."),
            system_file: PathBuf::from("/etc/offprint/offprint.toml"),
        }
    }

    /// The key that lies at a place; what is wrong, in words, where none does.
    pub(super) fn secret(&self, place: &SecretPlace) -> Result<Secret, String> {
        self.key(place, |byte| byte.is_ascii_graphic())
    }

    /// The key in PEM that lies at a place: it has several lines.
    pub(super) fn pem(&self, place: &SecretPlace) -> Result<Secret, String> {
        self.key(place, |byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
    }

    fn key(&self, place: &SecretPlace, may_have: impl Fn(u8) -> bool) -> Result<Secret, String> {
        let text = match place {
            SecretPlace::Variable(name) => {
                let value = self.variables.0.get(OsStr::new(name));
                let value = value.and_then(|value| value.to_str()).map(str::to_owned);
                value.ok_or_else(|| format!("the variable {name} is not set"))?
            }
            SecretPlace::Credential(name) => {
                let folder = self.credentials_directory.as_ref();
                let folder = folder.ok_or_else(|| {
                    format!("$CREDENTIALS_DIRECTORY is not set, so there is no credential {name}")
                })?;
                std::fs::read_to_string(folder.join(name))
                    .map_err(|error| format!("the credential {name}: {error}"))?
            }
        };
        let secret = Secret::new(&text);
        let is_sound = !secret.reveal().is_empty() && secret.reveal().bytes().all(may_have);
        is_sound
            .then_some(secret)
            .ok_or_else(|| "the key is empty or has characters that no key has".to_owned())
    }

    /// Where the store is when the configuration `file` does not say. The machine's own file means the machine's own store,
    /// so that a command finds the service's. Relative values of the variables do not count, as the XDG specification asks.
    pub(super) fn store(&self, file: Option<&Path>) -> Option<PathBuf> {
        let is_of_the_machine = file == Some(self.system_file.as_path());
        let absolute = |value: Option<&OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
        let first = self.state_directory.as_ref().and_then(|list| std::env::split_paths(list).next());
        first
            .filter(|path| path.is_absolute())
            .or_else(|| is_of_the_machine.then(|| PathBuf::from(SYSTEM_STORE)))
            .or_else(|| absolute(self.xdg_state_home.as_ref()).map(|state| state.join("offprint")))
            .or_else(|| {
                absolute(self.home.as_ref()).map(|home| home.join(Path::new(".local/state/offprint")))
            })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::Environment;
    use super::Variables;

    fn store(state: Option<&str>, xdg: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
        let environment = Environment {
            config: None,
            state_directory: state.map(OsString::from),
            xdg_state_home: xdg.map(OsString::from),
            home: home.map(OsString::from),
            runtime_directory: None,
            credentials_directory: None,
            variables: Variables::default(),
            is_journal: false,
            working_directory: PathBuf::new(),
            system_file: PathBuf::new(),
        };
        environment.store(None)
    }

    #[test]
    fn the_store_is_where_systemd_then_xdg_then_home_say() {
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(store(Some("/var/lib/a:/var/lib/b"), Some("/x"), Some("/h")), path("/var/lib/a"));
        assert_eq!(store(None, Some("/x"), Some("/h")), path("/x/offprint"));
        assert_eq!(store(None, Some("relative"), Some("/h")), path("/h/.local/state/offprint"));
        assert_eq!(store(None, None, Some("relative")), None);
        assert_eq!(store(None, None, None), None);
    }
}

//! Which file holds the configuration, and reading it and the folder of topics, within limits.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use crate::config::BUILT_IN;
use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::FileText;
use crate::config::environment::Environment;

/// The most bytes of one file.
const LARGEST_FILE: u64 = 1_024 * 1_024;

/// The most files in the folder of topics.
const MOST_FILES: usize = 4_096;

/// The main file's text, or the built-in one.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) path: Option<PathBuf>,
    /// The rule that chose it, in words.
    pub(super) told: String,
    pub(super) file: FileText,
    /// From where relative paths start.
    pub(super) base: PathBuf,
}

impl Chosen {
    /// A text that stands in no file.
    pub(super) fn unfiled(text: &str, name: &str, environment: &Environment) -> Self {
        Self {
            path: None,
            told: name.to_owned(),
            file: FileText { name: name.to_owned(), text: text.to_owned() },
            base: environment.working_directory.clone(),
        }
    }
}

/// Finds the main file and reads it. A file that was named, or that is there, must be readable.
pub(super) fn choose(explicit: Option<&Path>, environment: &Environment) -> Result<Chosen, Box<Diagnostic>> {
    if let Some(path) = explicit {
        return chosen(path.to_owned(), "named by --config");
    }
    if let Some(path) = &environment.config {
        let hint = "$OFFPRINT_CONFIG names this file".to_owned();
        return chosen(PathBuf::from(path), "named by $OFFPRINT_CONFIG")
            .map_err(|diagnostic| Box::new(diagnostic.hint(hint)));
    }
    let local = environment.working_directory.join("config/offprint.toml");
    for (path, told) in
        [(&local, "found where the program was started"), (&environment.system_file, "this machine's")]
    {
        match fs::symlink_metadata(path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => {
                return Err(Box::new(Diagnostic::of_file(path.display().to_string(), words(&error))));
            }
            Ok(_found) => return chosen(path.clone(), told),
        }
    }
    Ok(Chosen {
        path: None,
        told: format!(
            "the built-in configuration, because there is no {} and no {}",
            local.display(),
            environment.system_file.display()
        ),
        file: FileText { name: "built-in configuration".to_owned(), text: BUILT_IN.to_owned() },
        base: environment.working_directory.clone(),
    })
}

fn chosen(path: PathBuf, told: &str) -> Result<Chosen, Box<Diagnostic>> {
    let file = read(&path)?;
    let told = format!("{} ({told})", path.display());
    // Absolute, as a change of the file will be told.
    let path = std::path::absolute(&path).unwrap_or(path);
    let base = path.parent().map(Path::to_owned).unwrap_or_default();
    Ok(Chosen { path: Some(path), told, file, base })
}

/// Reads a file that is UTF-8 and not too large.
pub(super) fn read(path: &Path) -> Result<FileText, Box<Diagnostic>> {
    let name = path.display().to_string();
    let fault = |message: String| Box::new(Diagnostic::of_file(name.clone(), message));
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| fault(words(&error)))?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| fault(words(&error)))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_FILE) {
        let hint = "put topics into several files of topics_dir".to_owned();
        return Err(Box::new(fault("the file has more than 1 MiB".to_owned()).hint(hint)));
    }
    String::from_utf8(bytes).map(|text| FileText { name: name.clone(), text }).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text =
            FileText { name: name.clone(), text: String::from_utf8_lossy(error.as_bytes()).into_owned() };
        let fault = Diagnostic::at(&text, at..at + 1, "this is not UTF-8");
        Box::new(fault.hint("save the file as UTF-8".to_owned()))
    })
}

/// Reads a file of the folder of topics: only regular files, because opening a pipe would wait for its writer.
pub(super) fn read_topics(path: &Path) -> Result<FileText, Box<Diagnostic>> {
    let fault = |message: String| Box::new(Diagnostic::of_file(path.display().to_string(), message));
    let metadata = fs::metadata(path).map_err(|error| fault(words(&error)))?;
    if metadata.is_file() || metadata.is_dir() {
        read(path)
    } else {
        Err(fault("this is no regular file".to_owned()))
    }
}

/// The files `*.toml` of the folder of topics in the order of their names; hidden ones are an editor's and do not count.
pub(super) fn topic_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let told = |error: &io::Error| format!("the folder {}: {}", folder.display(), words(error));
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| told(&error))? {
        let path = entry.map_err(|error| told(&error))?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.extension() == Some(OsStr::new("toml")) && !is_hidden {
            paths.push(path);
        }
        if paths.len() > MOST_FILES {
            return Err(format!("the folder {} has more than {MOST_FILES} files", folder.display()));
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// An error of the operating system in words.
fn words(error: &io::Error) -> String {
    let kind = error.kind();
    let known = [
        (io::ErrorKind::NotFound, "there is no such file or folder"),
        (io::ErrorKind::PermissionDenied, "this user may not read it"),
        (io::ErrorKind::IsADirectory, "this is a folder, not a file"),
        (io::ErrorKind::NotADirectory, "this is a file, not a folder"),
    ];
    let known = known.into_iter().find(|(other, _words)| *other == kind);
    known.map_or_else(|| error.to_string(), |(_kind, words)| words.to_owned())
}

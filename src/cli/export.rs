//! `offprint export`: everything in one file, where the person wants it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::cli;
use crate::cli::Stop;
use crate::cli::Style;
use crate::cli::answer;
use crate::config::Config;
use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;

/// Has the export written beside the store, by the daemon if one runs, and moves it to `target`.
pub fn run(config: Config, target: &Path, style: Style, verbose: u8) -> Result<ExitCode, Stop> {
    let answer = answer::obtain(config, Ask::Export, verbose, &|_step| {})?;
    let Answer::Exported { file, papers } = answer else {
        return Err(Stop::Other(anyhow::anyhow!(
            "the daemon answered something else; is it of another version?"
        )));
    };
    let moved = move_to(Path::new(&file), target);
    // It was copied, or it is of no use.
    let _removed = std::fs::remove_file(&file);
    moved.with_context(|| format!("export to {}", target.display()))?;
    let target = target.display().to_string();
    if style.json {
        let json = serde_json::json!({ "file": target, "papers": papers });
        return cli::print(&format!("{json}\n"));
    }
    cli::print(&format!("exported {papers} papers to {target}\n"))
}

/// Copies a file whole or not at all: the name appears only once everything is on disk.
fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new().prefix(".offprint-export-").tempfile_in(folder)?;
    io::copy(&mut File::open(from)?, &mut part)?;
    part.as_file().sync_all()?;
    part.persist(to)?;
    File::open(folder)?.sync_all()
}

//! `digest preview` and `bounce`: letters on their way out, and back.

use std::io::Read as _;
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
use crate::daemon::letters::OutboxAsk;

/// The longest message that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// Prints a digest, or writes it into a folder.
pub fn preview(
    config: Config,
    name: &str,
    days: Option<u32>,
    folder: Option<&Path>,
    style: Style,
    verbose: u8,
) -> Result<ExitCode, Stop> {
    let ask = Ask::Outbox(OutboxAsk::Preview { name: name.to_owned(), days });
    let Some(folder) = folder else { return answer::run(config, ask, style, verbose) };
    let Answer::Letter { letter } = answer::obtain(config, ask, verbose, &|_step| {})? else {
        return Err(Stop::Other(anyhow::anyhow!("the daemon is of another version; restart it")));
    };
    // The name may be an address; of a path it must not hold anything.
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || "@.-_".contains(character) { character } else { '_' }
    };
    let stem: String = name.chars().map(plain).collect();
    let stem = stem.trim_start_matches('.');
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut written = String::new();
    for (end, text) in [("txt", &letter.text), ("html", &letter.html), ("eml", &letter.message)] {
        let path = folder.join(format!("{stem}.{end}"));
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        written.extend([path.display().to_string(), "\n".to_owned()]);
    }
    cli::print(&written)
}

/// Reads a message from standard input and passes it on.
pub fn bounce(
    config: Config,
    recipient: Option<String>,
    style: Style,
    verbose: u8,
) -> Result<ExitCode, Stop> {
    let mut message = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_end(&mut message);
    read.context("reading the message from standard input")?;
    let message = String::from_utf8_lossy(&message).into_owned();
    answer::run(config, Ask::Outbox(OutboxAsk::Bounce { message, recipient }), style, verbose)
}

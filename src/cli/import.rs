//! `offprint import`: an export becomes a store again, byte for byte the same identifiers.

use std::path::Path;
use std::process::ExitCode;

use crate::cli;
use crate::cli::Stop;
use crate::cli::Style;
use crate::config::Config;
use crate::daemon::desk::Desk;
use crate::store;

/// Reads `file` into the configured store, which must be empty.
pub fn run(config: &Config, file: &Path, style: Style) -> Result<ExitCode, Stop> {
    let settings = Desk::store_settings(config);
    let manifest = store::import(&settings, file).map_err(anyhow::Error::from)?;
    let done = format!(
        "imported {} papers from {} into {}",
        manifest.papers,
        file.display(),
        config.store.path.display()
    );
    if style.json {
        let json = serde_json::json!({ "done": done, "papers": manifest.papers });
        return cli::print(&format!("{json}\n"));
    }
    cli::print(&format!("{done}\n"))
}

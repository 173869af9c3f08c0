//! `offprint encoder fetch`: brings a sentence encoder to this machine, at the operator's word and with a checksum that the
//! operator gives. Nothing else ever fetches one.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use anyhow::bail;
use sha2::Digest as _;
use url::Url;

use crate::cli;
use crate::cli::say;
use crate::encoder::IS_BUILT_IN;

/// What a folder holds: whether it must be there, and how much of it is read at most.
const FILES: [(&str, bool, u64); 6] = [
    ("model.safetensors", true, 2 << 30),
    ("config.json", true, 1 << 20),
    ("tokenizer.json", true, 64 << 20),
    ("modules.json", false, 1 << 20),
    ("sentence_bert_config.json", false, 1 << 20),
    ("1_Pooling/config.json", false, 1 << 20),
];

/// The file whose checksum the operator gives.
const WEIGHTS: &str = "model.safetensors";

/// Runs the command.
pub fn run(base: &str, sha256: &str, folder: &Path) -> anyhow::Result<ExitCode> {
    cli::runtime()?.block_on(fetch(base, sha256, folder)).map(|()| ExitCode::SUCCESS)
}

/// Fetches the files of an encoder that lie under an address into a folder. Each is written beside its place and moved there
/// when it is whole; the weights only when their SHA-256 is the one that was given.
async fn fetch(base: &str, sha256: &str, folder: &Path) -> anyhow::Result<()> {
    let wanted = sha256.trim().to_ascii_lowercase();
    if wanted.len() != 64 || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        bail!(
            "the checksum is the SHA-256 of {WEIGHTS}: 64 hexadecimal digits, as the page of the model shows it"
        );
    }
    let base = Url::parse(&format!("{}/", base.trim_end_matches('/')))
        .with_context(|| format!("the address \"{base}\" is not understood"))?;
    let is_local = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if base.scheme() != "https" && !(is_local && base.scheme() == "http") {
        bail!("the address must begin with https://; pin a revision, such as …/resolve/COMMIT/");
    }
    // Another part of the process may have installed it before.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .user_agent(concat!("Offprint/", env!("CARGO_PKG_VERSION")))
        .https_only(!is_local)
        .connect_timeout(std::time::Duration::from_secs(20))
        .read_timeout(std::time::Duration::from_mins(1))
        .build()?;
    for (name, is_required, limit) in FILES {
        let url = base.join(name).with_context(|| format!("{base}{name}"))?;
        let answer = client.get(url.clone()).send().await.with_context(|| format!("fetching {url}"))?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND && !is_required {
            continue;
        }
        let mut answer = answer.error_for_status().with_context(|| format!("fetching {url}"))?;
        let place = folder.join(name);
        let parent = place.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        let mut file = tempfile::NamedTempFile::new_in(parent)
            .with_context(|| format!("writing in {}", parent.display()))?;
        let (mut digest, mut read) = (sha2::Sha256::new(), 0_u64);
        while let Some(chunk) = answer.chunk().await.with_context(|| format!("fetching {url}"))? {
            read += u64::try_from(chunk.len())?;
            if read > limit {
                bail!("{url} is larger than {} MiB; choose a smaller model", limit >> 20);
            }
            digest.update(&chunk);
            file.write_all(&chunk).with_context(|| format!("writing {}", place.display()))?;
        }
        let found: String =
            digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        if name == WEIGHTS && found != wanted {
            bail!("{url} has the SHA-256 {found}, not {wanted}; nothing of it is kept");
        }
        file.as_file().sync_all().with_context(|| format!("writing {}", place.display()))?;
        file.persist(&place).with_context(|| format!("writing {}", place.display()))?;
        say(&format!("{name}: {read} bytes, SHA-256 {found}"));
    }
    let hint = if IS_BUILT_IN { "" } else { "; this program has to be built with --features transformer" };
    say(&format!("set transformer = \"{}\" under [ranking] to use it{hint}", folder.display()));
    Ok(())
}

//! The slower tier of ranking comes into force once the newest papers are encoded; until then, and where there is none, the
//! trained embedding ranks.

use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::daemon::desk::Desk;
use crate::encoder::kept::Kept;
use crate::harvest::ranker::ENCODED;
use crate::relevance::embedding::Encoder;
use crate::store::Reader;

/// The vectors, beside the store.
const FILE: &str = "vectors.bin";

/// So many papers are encoded between two looks at the stop.
const TOGETHER: usize = 16;

/// Encodes the newest papers, then ranks with the encoder.
pub(super) async fn encode(desk: Arc<Desk>, stop: CancellationToken) {
    let Some(folder) = desk.config().transformer.clone() else { return };
    let (reader, store) = (desk.reader().clone(), desk.started_with().store.path.clone());
    let halt = stop.clone();
    let work = tokio::task::spawn_blocking(move || {
        let encoder = Kept::open(&folder, &store.join(FILE))?;
        encode_newest(&encoder, &reader, &halt)?;
        anyhow::Ok(encoder)
    });
    let encoder = match work.await.context("encoding").and_then(|encoder| encoder) {
        Ok(encoder) => encoder,
        Err(error) => {
            tracing::error!("ranking: {error:#}; the trained embedding ranks on");
            return;
        }
    };
    if stop.is_cancelled() {
        return;
    }
    let texts = encoder.len();
    let encoder: Arc<dyn Encoder> = Arc::new(encoder);
    if let Err(error) = desk.use_encoder(encoder).await {
        tracing::error!("ranking: {error:#}; the trained embedding ranks on");
        return;
    }
    tracing::info!(texts, "ranking: the encoder ranks from now on, {texts} texts are encoded");
}

fn encode_newest(encoder: &Kept, reader: &Reader, stop: &CancellationToken) -> anyhow::Result<()> {
    let mut texts = Vec::new();
    for paper in reader.newest(None).take(ENCODED) {
        let paper = paper?;
        let title = paper.title().text.to_string();
        let abstract_text = paper.abstract_text().map(|form| form.text.to_string()).unwrap_or_default();
        if !encoder.knows(&title, &abstract_text) {
            texts.push((title, abstract_text));
        }
    }
    let all = texts.len();
    if all > 0 {
        tracing::info!(papers = all, "ranking: {all} papers are encoded, about ten a second");
    }
    for some in texts.chunks(TOGETHER) {
        if stop.is_cancelled() {
            break;
        }
        encoder.learn(some)?;
    }
    Ok(())
}

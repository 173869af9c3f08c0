//! The sense of a text by a sentence encoder of the BERT kind, read from a folder on this machine.
//!
//! The shipped embedding knows terms; an encoder also knows what their order means, and costs far more time. So
//! it is optional: whoever wants it points at a folder as sentence-transformers saves it. Nothing is fetched here, and
//! nothing in the folder is trusted: sizes are bounded, and what a library makes of a damaged file is an error, even its
//! panic. All work is done on the thread that asks, however many cores there are, for it runs behind a service. There is
//! no training here, no graphics card and no cache; vectors are kept by [`vectors`](crate::encoder::vectors).

use std::fmt;
use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;

use tokenizers::PostProcessor as _;
use tokenizers::Tokenizer;
use tokenizers::TruncationParams;

use crate::encoder::transformer::bert::Bert;
use crate::encoder::transformer::folder::Folder;
use crate::encoder::transformer::folder::Pooling;
use crate::encoder::transformer::weights::Weights;

mod bert;

mod folder;

mod weights;

/// Beyond this a text is cut before it is split into word pieces: many times what any encoder reads.
const TEXT_BYTES: usize = 65_536;

/// How many tokens go through the model together: enough that preparing a matrix is not felt, and few in memory.
const TOGETHER: usize = 512;

/// Why a folder cannot be used, or texts not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is missing or cannot be read.
    #[error(
        "transformer: {}: {source}; the folder must hold config.json, tokenizer.json and model.safetensors as \
         sentence-transformers saves them",
        path.display()
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is larger than any that is meant for this.
    #[error("transformer: {}: it is over the limit of {limit_mib} MiB; choose a smaller model", path.display())]
    Oversized {
        /// Which file.
        path: PathBuf,
        /// How much would be read.
        limit_mib: u64,
    },
    /// A file is not what its name says, or contradicts another.
    #[error("transformer: {}: {fault}; copy the model into the folder again", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// The folder holds a model of a kind that this version does not know.
    #[error("transformer: {}: {fault}", path.display())]
    Unsupported {
        /// Which file says so.
        path: PathBuf,
        /// What is not supported, and what is.
        fault: String,
    },
    /// The model is sound as far as can be seen, yet gives no vectors.
    #[error("transformer: could not encode the texts: {0}")]
    Encoding(String),
}

/// A sentence encoder, held in memory.
pub struct Transformer {
    model: Bert,
    tokenizer: Tokenizer,
    pooling: Pooling,
    lower_case: bool,
    columns: usize,
    fingerprint: String,
}

impl Transformer {
    /// Reads the encoder in a folder and tries it.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let folder = Folder::read(folder)?;
        let tokenizer =
            guarded(|| tokenizer(&folder)).unwrap_or_else(|fault| Err(folder.tokenizer.damaged(fault)))?;
        let model = guarded(|| Bert::load(&Weights::read(&folder.weights.bytes)?, folder.shape.clone()))
            .flatten()
            .map_err(|fault| folder.weights.damaged(fault))?;
        let transformer = Self {
            model,
            tokenizer,
            pooling: folder.pooling,
            lower_case: folder.lower_case,
            columns: folder.shape.columns,
            fingerprint: folder.fingerprint(),
        };
        match transformer.encode(&["a paper".to_owned()]) {
            Ok(_vectors) => Ok(transformer),
            Err(error) => Err(folder.weights.damaged(format!("a first trial ended with: {error}"))),
        }
    }

    /// How long its vectors are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// A short name of exactly this encoder with its settings, to be kept beside the vectors it made.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The vector of each text, of length 1; what goes beyond the longest text the encoder reads is left out.
    ///
    /// A few texts go through the model together, and the last bits of a vector may depend on its company. A call cannot
    /// be interrupted, so texts should come by the dozen. Only a text without any token has the vector 0.
    pub fn encode(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Error> {
        guarded(|| self.encode_here(texts)).unwrap_or_else(|fault| Err(Error::Encoding(fault)))
    }

    fn encode_here(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Error> {
        let mut vectors = Vec::with_capacity(texts.len());
        let mut batch = Vec::new();
        let mut count = 0;
        for text in texts {
            let tokens = self.tokens(text)?;
            if count + tokens.len() > TOGETHER {
                self.through(&batch, &mut vectors)?;
                batch.clear();
                count = 0;
            }
            count += tokens.len();
            batch.push(tokens);
        }
        self.through(&batch, &mut vectors)?;
        Ok(vectors)
    }

    fn tokens(&self, text: &str) -> Result<Vec<u32>, Error> {
        let text = text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default();
        let encoding = if self.lower_case {
            self.tokenizer.encode_fast(text.to_lowercase(), true)
        } else {
            self.tokenizer.encode_fast(text, true)
        };
        Ok(encoding.map_err(|error| Error::Encoding(error.to_string()))?.get_ids().to_vec())
    }

    /// Sends a batch through the model and adds its vectors.
    fn through(&self, batch: &[Vec<u32>], vectors: &mut Vec<Vec<f32>>) -> Result<(), Error> {
        let texts: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
        let states = self.model.forward(&texts);
        let states =
            states.ok_or_else(|| Error::Encoding("the tokenizer gives unknown tokens".to_owned()))?;
        let mut rows = states.as_slice().unwrap_or_default().chunks_exact(self.columns);
        for text in texts {
            vectors.push(self.pooled(rows.by_ref().take(text.len()))?);
        }
        Ok(())
    }

    /// One vector of a text's many. A sum serves for the mean, as the length becomes 1 anyway.
    fn pooled<'a>(&self, states: impl Iterator<Item = &'a [f32]>) -> Result<Vec<f32>, Error> {
        let mut vector = vec![0.0_f32; self.columns];
        for (place, state) in states.enumerate() {
            if place > 0 && self.pooling == Pooling::First {
                // The rest is still taken, so that the next text begins at its own first row.
                continue;
            }
            for (sum, value) in vector.iter_mut().zip(state) {
                *sum += value;
            }
        }
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        if !length.is_finite() {
            return Err(Error::Encoding("the model gives vectors that are not of numbers".to_owned()));
        }
        if length > 0.0 {
            for value in &mut vector {
                *value /= length;
            }
        }
        Ok(vector)
    }
}

impl fmt::Debug for Transformer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Transformer")
            .field("columns", &self.columns)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

/// The tokenizer, with our own length and no filling: its file often carries those of some past use.
fn tokenizer(folder: &Folder) -> Result<Tokenizer, Error> {
    let file = &folder.tokenizer;
    let mut tokenizer = Tokenizer::from_bytes(&file.bytes)
        .map_err(|error| file.damaged(format!("it is not a tokenizer: {}", first_line(&error))))?;
    let known = folder.shape.vocabulary;
    let highest = tokenizer.get_vocab(true).into_values().max();
    let highest = highest.ok_or_else(|| file.damaged("it has no word pieces"))?;
    if usize::try_from(highest).is_ok_and(|highest| highest >= known) {
        return Err(file.damaged(format!("it has a word piece {highest}, and the model knows only {known}")));
    }
    let added = tokenizer.get_post_processor().map_or(0, |processor| processor.added_tokens(false));
    let longest = folder.longest;
    // The library would count below zero.
    if added >= longest {
        return Err(
            file.damaged(format!("it adds {added} tokens to a text, and a text may have only {longest}"))
        );
    }
    tokenizer.with_padding(None);
    tokenizer
        .with_truncation(Some(TruncationParams { max_length: longest, ..TruncationParams::default() }))
        .map_err(|error| file.damaged(first_line(&error)))?;
    Ok(tokenizer)
}

/// What a library says, without the traces it may add.
fn first_line(error: &impl fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Does what may panic inside a library on hostile files; the panic becomes its message.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        format!("a library gave up: {}", said.lines().next().unwrap_or_default())
    })
}

#[cfg(test)]
pub(in crate::encoder) mod tests;

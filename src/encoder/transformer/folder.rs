//! What a model's folder holds, read within limits and checked as far as the JSON files go.
//!
//! The layout is that of sentence-transformers: `modules.json` names the parts, the model proper lies in the folder itself
//! or in `0_Transformer`, and `1_Pooling/config.json` says how a text's many vectors become one. All but the model proper
//! may be missing; then the mean is taken, as sentence-transformers does.

use std::fmt::Write as _;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Digest as _;
use sha2::Sha256;

use crate::encoder::transformer::Error;
use crate::encoder::transformer::bert::Activation;
use crate::encoder::transformer::bert::Shape;

const MIB: u64 = 1_048_576;

const CONFIG_MIB: u64 = 1;

const TOKENIZER_MIB: u64 = 64;

const WEIGHTS_MIB: u64 = 2_048;

/// Goes into the fingerprint; to be raised when the same files come to give other vectors.
const METHOD: &[u8] = b"1";

/// How the vectors of a text's tokens become the text's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// That of the first token, which stands for the whole.
    First,
}

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

/// All that is needed of a folder.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) shape: Shape,
    pub(super) pooling: Pooling,
    /// Whether texts are made lower case before the tokenizer sees them.
    pub(super) lower_case: bool,
    /// How many tokens of a text are read, the added ones included.
    pub(super) longest: usize,
    pub(super) tokenizer: Taken,
    pub(super) weights: Taken,
    /// The digest of config.json.
    config_digest: [u8; 32],
}

/// What config.json says. Only what decides the vectors; the names are the file's.
#[derive(Deserialize)]
struct RawConfig {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: Option<String>,
    max_position_embeddings: usize,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f32>,
    position_embedding_type: Option<String>,
}

#[derive(Deserialize)]
struct RawModule {
    #[serde(default)]
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
struct RawLengths {
    max_seq_length: Option<usize>,
    do_lower_case: Option<bool>,
}

impl Taken {
    /// The error that this file is not what it should be.
    pub(super) fn damaged(&self, fault: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), fault: fault.into() }
    }

    fn unsupported(&self, fault: String) -> Error {
        Error::Unsupported { path: self.path.clone(), fault }
    }

    fn read(path: PathBuf, limit_mib: u64) -> Result<Self, Error> {
        match read_within(&path, limit_mib.saturating_mul(MIB)) {
            Ok(Some(bytes)) => Ok(Self { path, bytes }),
            Ok(None) => Err(Error::Oversized { path, limit_mib }),
            Err(source) => Err(Error::Unreadable { path, source }),
        }
    }

    fn read_if_there(path: PathBuf, limit_mib: u64) -> Result<Option<Self>, Error> {
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Ok(_) | Err(_) => Self::read(path, limit_mib).map(Some),
        }
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes).map_err(|error| self.damaged(error.to_string()))
    }
}

impl Folder {
    /// Reads the files of a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let (home, pooling) = parts(folder)?;
        let file = Taken::read(home.join("config.json"), CONFIG_MIB)?;
        let shape = shape(&file)?;
        let lengths = Taken::read_if_there(home.join("sentence_bert_config.json"), CONFIG_MIB)?;
        let (longest, lower_case) = lengths_of(lengths.as_ref(), shape.positions)?;
        let tokenizer = Taken::read(home.join("tokenizer.json"), TOKENIZER_MIB)?;
        let weights = Taken::read(home.join("model.safetensors"), WEIGHTS_MIB)?;
        let config_digest = Sha256::digest(&file.bytes).into();
        Ok(Self { shape, pooling, lower_case, longest, tokenizer, weights, config_digest })
    }

    /// A short name of these files and settings: what changes the vectors changes it.
    pub(super) fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(METHOD);
        digest.update(self.config_digest);
        digest.update(Sha256::digest(&self.tokenizer.bytes));
        digest.update(Sha256::digest(&self.weights.bytes));
        digest.update(format!("{:?} {} {}", self.pooling, self.longest, self.lower_case));
        digest.finalize().iter().take(6).fold(String::new(), |mut name, byte| {
            let _infallible = write!(name, "{byte:02x}");
            name
        })
    }
}

/// Where the model proper lies, and how its vectors become one.
fn parts(folder: &Path) -> Result<(PathBuf, Pooling), Error> {
    let Some(list) = Taken::read_if_there(folder.join("modules.json"), CONFIG_MIB)? else {
        return Ok((folder.to_owned(), pooling(&folder.join("1_Pooling"))?));
    };
    let modules: Vec<RawModule> = list.json()?;
    let mut home = folder.to_owned();
    let mut pooled = Pooling::Mean;
    for module in modules {
        let inside = Path::new(&module.path);
        if !inside.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(list.damaged(format!("the path {:?} leads out of the folder", module.path)));
        }
        let inside = folder.join(inside);
        match module.kind.rsplit('.').next().unwrap_or_default() {
            "Transformer" => home = inside,
            "Pooling" => pooled = pooling(&inside)?,
            // Vectors are brought to length 1 in any case.
            "Normalize" => {}
            other => {
                return Err(list.unsupported(format!(
                    "the module {other:?} is not supported, only Transformer, Pooling and Normalize are"
                )));
            }
        }
    }
    Ok((home, pooled))
}

/// A pooling's settings: one switch for each way in old files, or the name of the way in new ones.
fn pooling(folder: &Path) -> Result<Pooling, Error> {
    let Some(file) = Taken::read_if_there(folder.join("config.json"), CONFIG_MIB)? else {
        return Ok(Pooling::Mean);
    };
    let settings: serde_json::Map<String, serde_json::Value> = file.json()?;
    let named = settings.get("pooling_mode").and_then(serde_json::Value::as_str);
    let switched = settings.iter().filter(|(_switch, value)| value.as_bool() == Some(true));
    let mut ways = switched.filter_map(|(switch, _on)| switch.strip_prefix("pooling_mode_")).chain(named);
    match (ways.next(), ways.next()) {
        (None, _) | (Some("mean_tokens" | "mean"), None) => Ok(Pooling::Mean),
        (Some("cls_token" | "cls"), None) => Ok(Pooling::First),
        (Some(one), None) => {
            Err(file.unsupported(format!("the pooling {one:?} is not supported, only mean and cls are")))
        }
        (Some(one), Some(other)) => Err(file.unsupported(format!(
            "the poolings {one:?} and {other:?} together are not supported, only mean or cls alone is"
        ))),
    }
}

/// How many tokens are read, and whether texts are made lower case.
fn lengths_of(file: Option<&Taken>, positions: usize) -> Result<(usize, bool), Error> {
    let Some(file) = file else { return Ok((positions, false)) };
    let lengths: RawLengths = file.json()?;
    let longest = lengths.max_seq_length.unwrap_or(positions).min(positions);
    if longest == 0 {
        return Err(file.damaged("max_seq_length is 0"));
    }
    Ok((longest, lengths.do_lower_case.unwrap_or_default()))
}

/// The model's shape, if it is one we know and within reason; the weights must then agree with it.
fn shape(file: &Taken) -> Result<Shape, Error> {
    /// Tells a model of another kind, whose config.json need not have a BERT's keys.
    #[derive(Deserialize)]
    struct Kind {
        model_type: Option<String>,
    }
    let kind: Kind = file.json()?;
    if let Some(kind) = kind.model_type.filter(|kind| kind != "bert") {
        return Err(file.unsupported(format!("the model type {kind:?} is not supported, only bert is")));
    }
    let raw: RawConfig = file.json()?;
    let positions = raw.position_embedding_type.as_deref().unwrap_or("absolute");
    if positions != "absolute" {
        return Err(file.unsupported(format!(
            "the position embedding {positions:?} is not supported, only absolute is"
        )));
    }
    let kinds = raw.type_vocab_size.unwrap_or(2);
    let bounds = [
        ("vocab_size", raw.vocab_size, 2_000_000),
        ("hidden_size", raw.hidden_size, 8_192),
        ("num_hidden_layers", raw.num_hidden_layers, 128),
        ("num_attention_heads", raw.num_attention_heads, 256),
        ("intermediate_size", raw.intermediate_size, 65_536),
        ("max_position_embeddings", raw.max_position_embeddings, 16_384),
        ("type_vocab_size", kinds, 1_024),
    ];
    for (name, value, most) in bounds {
        if value == 0 || value > most {
            return Err(file.damaged(format!("{name} is {value} and must be between 1 and {most}")));
        }
    }
    if !raw.hidden_size.is_multiple_of(raw.num_attention_heads) {
        return Err(file.damaged("hidden_size is not a multiple of num_attention_heads"));
    }
    let epsilon = raw.layer_norm_eps.unwrap_or(1e-12);
    if !(0.0..1.0).contains(&epsilon) {
        return Err(file.damaged(format!("layer_norm_eps is {epsilon} and must be from 0 to 1")));
    }
    Ok(Shape {
        vocabulary: raw.vocab_size,
        columns: raw.hidden_size,
        layers: raw.num_hidden_layers,
        heads: raw.num_attention_heads,
        inner: raw.intermediate_size,
        activation: activation(file, raw.hidden_act.as_deref().unwrap_or("gelu"))?,
        positions: raw.max_position_embeddings,
        kinds,
        epsilon,
    })
}

fn activation(file: &Taken, name: &str) -> Result<Activation, Error> {
    match name {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        other => Err(file.unsupported(format!(
            "the activation {other:?} is not supported, only gelu, gelu_new, gelu_pytorch_tanh and relu are"
        ))),
    }
}

/// A plain file's bytes, or nothing if they are more than the limit.
fn read_within(path: &Path, limit_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    // Asked before opening: to open a pipe would wait for whoever writes to it.
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file"));
    }
    if meta.len() > limit_bytes {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(meta.len()).unwrap_or(0)).map_err(io::Error::other)?;
    // The file may grow while it is read.
    File::open(path)?.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(u64::try_from(bytes.len()).is_ok_and(|length| length <= limit_bytes).then_some(bytes))
}

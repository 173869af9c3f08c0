//! An encoder small enough to be made up for a test, and its forward pass written out over plain lists of numbers.
//!
//! Nothing here goes through the libraries that the encoder uses, but for writing the safetensors file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::json;
use tempfile::TempDir;

pub(super) const HIDDEN: usize = 16;
pub(super) const POSITIONS: usize = 24;
const HEADS: usize = 2;
const INNER: usize = 32;
const LAYERS: usize = 2;
const WORDS: &str = "[PAD] [UNK] [CLS] [SEP] [MASK] graph star light kernel learn deep field theory wave mass galaxy \
    random walk proof prime number the of a in and on with for to sparse dense matrix tensor cell gene protein fold \
    quantum spin ice neutron we show that is are new method bound limit ##s ##ing ##ed ##er ##al ##ity . , - ! ?";

type Rows = Vec<Vec<f64>>;

/// A made-up encoder: its weights by name, each with its shape.
pub(in crate::encoder) struct Tiny {
    pub(super) weights: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Tiny {
    pub(in crate::encoder) fn new() -> Self {
        let mut chance = fastrand::Rng::with_seed(11);
        let mut weights = BTreeMap::new();
        let mut add = |name: String, shape: &[usize], around: f32| {
            let values = (0..shape.iter().product()).map(|_| around + chance.f32() - 0.5).collect();
            weights.insert(name, (shape.to_vec(), values));
        };
        let norm = |name: &str, add: &mut dyn FnMut(String, &[usize], f32)| {
            add(format!("{name}.weight"), &[HIDDEN], 1.0);
            add(format!("{name}.bias"), &[HIDDEN], 0.0);
        };
        for (table, rows) in [("word", words().len()), ("position", POSITIONS), ("token_type", 2)] {
            add(format!("embeddings.{table}_embeddings.weight"), &[rows, HIDDEN], 0.0);
        }
        norm("embeddings.LayerNorm", &mut add);
        for layer in 0..LAYERS {
            let layer = format!("encoder.layer.{layer}");
            for (part, to, from) in [
                ("attention.self.query", HIDDEN, HIDDEN),
                ("attention.self.key", HIDDEN, HIDDEN),
                ("attention.self.value", HIDDEN, HIDDEN),
                ("attention.output.dense", HIDDEN, HIDDEN),
                ("intermediate.dense", INNER, HIDDEN),
                ("output.dense", HIDDEN, INNER),
            ] {
                add(format!("{layer}.{part}.weight"), &[to, from], 0.0);
                add(format!("{layer}.{part}.bias"), &[to], 0.0);
            }
            norm(&format!("{layer}.attention.output.LayerNorm"), &mut add);
            norm(&format!("{layer}.output.LayerNorm"), &mut add);
        }
        Self { weights }
    }

    /// A folder of this encoder as sentence-transformers would save it.
    pub(in crate::encoder) fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        write_json(&at.join("config.json"), &config());
        write_json(&at.join("tokenizer.json"), &tokenizer());
        write_json(
            &at.join("sentence_bert_config.json"),
            &json!({"max_seq_length": 12, "do_lower_case": false}),
        );
        write_json(
            &at.join("modules.json"),
            &json!([
                {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
            ]),
        );
        fs::create_dir(at.join("1_Pooling")).unwrap();
        pool_by(at, "pooling_mode_mean_tokens");
        self.write_weights(at, "");
        folder
    }

    /// Writes the weights, with something before each name.
    pub(super) fn write_weights(&self, folder: &Path, prefix: &str) {
        self.write(folder, prefix, Dtype::F32, |value| value.to_le_bytes().to_vec());
    }

    /// Writes the upper halves of the weights, which is the format BF16.
    pub(super) fn write_weights_cut_short(&self, folder: &Path) {
        self.write(folder, "", Dtype::BF16, |value| value.to_le_bytes()[2..].to_vec());
    }

    fn write(&self, folder: &Path, prefix: &str, kind: Dtype, bytes_of: fn(&f32) -> Vec<u8>) {
        let bytes: Vec<(String, &[usize], Vec<u8>)> = self
            .weights
            .iter()
            .map(|(name, (shape, values))| {
                (format!("{prefix}{name}"), shape.as_slice(), values.iter().flat_map(bytes_of).collect())
            })
            .collect();
        let views = bytes.iter().map(|(name, shape, bytes)| {
            (name.as_str(), TensorView::new(kind, shape.to_vec(), bytes).unwrap())
        });
        fs::write(folder.join("model.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
    }

    /// The vector of a text by a forward pass written out; of the first token alone, or of the mean.
    pub(super) fn vector(&self, text: &str, longest: usize, first: bool) -> Vec<f64> {
        let mut pieces = pieces(text);
        pieces.truncate(longest - 2);
        let tokens: Vec<usize> = ["[CLS]"]
            .into_iter()
            .chain(pieces.iter().map(String::as_str))
            .chain(["[SEP]"])
            .map(number)
            .collect();
        let (word, position, kind) = (
            self.rows("embeddings.word_embeddings"),
            self.rows("embeddings.position_embeddings"),
            self.rows("embeddings.token_type_embeddings"),
        );
        let sums = tokens.iter().zip(&position).map(|(token, position)| {
            (0..HIDDEN).map(|at| word[*token][at] + position[at] + kind[0][at]).collect()
        });
        let mut states = self.norm("embeddings.LayerNorm", sums.collect());
        for layer in 0..LAYERS {
            let layer = format!("encoder.layer.{layer}");
            let seen =
                self.linear(&format!("{layer}.attention.output.dense"), &self.attention(&layer, &states));
            states = self.norm(&format!("{layer}.attention.output.LayerNorm"), added(&seen, &states));
            let mut inner = self.linear(&format!("{layer}.intermediate.dense"), &states);
            inner.iter_mut().flatten().for_each(|value| *value = gelu(*value));
            let outer = self.linear(&format!("{layer}.output.dense"), &inner);
            states = self.norm(&format!("{layer}.output.LayerNorm"), added(&outer, &states));
        }
        let counted = if first { 1 } else { states.len() };
        let sum: Vec<f64> =
            (0..HIDDEN).map(|at| states.iter().take(counted).map(|state| state[at]).sum()).collect();
        let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
        sum.iter().map(|value| value / length).collect()
    }

    fn attention(&self, layer: &str, states: &Rows) -> Rows {
        let [query, key, value] = ["query", "key", "value"]
            .map(|part| self.linear(&format!("{layer}.attention.self.{part}"), states));
        let size = HIDDEN / HEADS;
        let mut seen = vec![vec![0.0; HIDDEN]; states.len()];
        for head in 0..HEADS {
            let span = head * size..(head + 1) * size;
            for (row, query) in query.iter().enumerate() {
                let scores: Vec<f64> = key
                    .iter()
                    .map(|key| span.clone().map(|at| query[at] * key[at]).sum::<f64>() / float(size).sqrt())
                    .map(f64::exp)
                    .collect();
                for at in span.clone() {
                    let sum: f64 = scores.iter().zip(&value).map(|(score, value)| score * value[at]).sum();
                    seen[row][at] = sum / scores.iter().sum::<f64>();
                }
            }
        }
        seen
    }

    fn linear(&self, name: &str, states: &Rows) -> Rows {
        let (weight, bias) = (self.rows(name), self.values(&format!("{name}.bias")));
        let row = |state: &Vec<f64>| {
            let dots =
                weight.iter().map(|row| row.iter().zip(state).map(|(left, right)| left * right).sum::<f64>());
            dots.zip(&bias).map(|(dot, bias)| dot + bias).collect()
        };
        states.iter().map(row).collect()
    }

    fn norm(&self, name: &str, mut states: Rows) -> Rows {
        let (weight, bias) = (self.values(&format!("{name}.weight")), self.values(&format!("{name}.bias")));
        for state in &mut states {
            let mean = state.iter().sum::<f64>() / float(HIDDEN);
            let spread = state.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / float(HIDDEN);
            for (at, value) in state.iter_mut().enumerate() {
                *value = (*value - mean) / (spread + 1e-12).sqrt() * weight[at] + bias[at];
            }
        }
        states
    }

    fn values(&self, name: &str) -> Vec<f64> {
        self.weights[name].1.iter().map(|value| f64::from(*value)).collect()
    }

    fn rows(&self, name: &str) -> Rows {
        let name = format!("{name}.weight");
        self.values(&name).chunks(self.weights[&name].0[1]).map(<[f64]>::to_vec).collect()
    }
}

pub(super) fn write_json(path: &Path, value: &serde_json::Value) {
    fs::write(path, serde_json::to_vec_pretty(value).unwrap()).unwrap();
}

/// Sets a folder's pooling to this one switch.
pub(super) fn pool_by(folder: &Path, switch: &str) {
    let mut settings = json!({
        "word_embedding_dimension": HIDDEN,
        "pooling_mode_cls_token": false,
        "pooling_mode_mean_tokens": false,
        "pooling_mode_max_tokens": false,
    });
    settings[switch] = json!(true);
    write_json(&folder.join("1_Pooling").join("config.json"), &settings);
}

pub(super) fn config() -> serde_json::Value {
    json!({
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN,
        "intermediate_size": INNER, "layer_norm_eps": 1e-12, "max_position_embeddings": POSITIONS,
        "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "pad_token_id": 0, "type_vocab_size": 2,
        "vocab_size": words().len(), "position_embedding_type": "absolute",
    })
}

/// With a length and a filling of its own, as many files have; they must not matter.
pub(super) fn tokenizer() -> serde_json::Value {
    let vocabulary: BTreeMap<&str, usize> =
        words().into_iter().enumerate().map(|(at, word)| (word, at)).collect();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(|token| {
        json!({"id": number(token), "content": token, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true})
    });
    json!({
        "version": "1.0",
        "truncation": {"max_length": 5, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", number("[SEP]")],
            "cls": ["[CLS]", number("[CLS]")]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary},
    })
}

fn words() -> Vec<&'static str> {
    WORDS.split_whitespace().collect()
}

fn number(piece: &str) -> usize {
    words().iter().position(|word| *word == piece).unwrap()
}

/// Splits an ASCII text into the longest known word pieces.
fn pieces(text: &str) -> Vec<String> {
    let spaced: String = text
        .chars()
        .flat_map(|character| match character {
            '.' | ',' | '-' | '!' | '?' => vec![' ', character, ' '],
            other => vec![other.to_ascii_lowercase()],
        })
        .collect();
    spaced.split_whitespace().flat_map(pieces_of_word).collect()
}

fn pieces_of_word(word: &str) -> Vec<String> {
    let (mut found, mut from) = (Vec::new(), 0);
    while from < word.len() {
        let mark = if from == 0 { "" } else { "##" };
        let known = (from + 1..=word.len())
            .rev()
            .find(|to| words().contains(&format!("{mark}{}", &word[from..*to]).as_str()));
        let Some(to) = known else { return vec!["[UNK]".to_owned()] };
        found.push(format!("{mark}{}", &word[from..to]));
        from = to;
    }
    found
}

fn added(left: &Rows, right: &Rows) -> Rows {
    let row = |(left, right): (&Vec<f64>, &Vec<f64>)| {
        left.iter().zip(right).map(|(left, right)| left + right).collect()
    };
    left.iter().zip(right).map(row).collect()
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

/// By the series of the error function, which ends soon for numbers as small as here.
pub(super) fn gelu(number: f64) -> f64 {
    let point = number / std::f64::consts::SQRT_2;
    let (mut term, mut sum) = (point, 0.0);
    for at in 0..200_u32 {
        sum += term / f64::from(2 * at + 1);
        term *= -point * point / f64::from(at + 1);
    }
    number * 0.5 * (1.0 + std::f64::consts::FRAC_2_SQRT_PI * sum)
}

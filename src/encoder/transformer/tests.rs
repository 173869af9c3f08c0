//! Tests of the encoder: against a forward pass written out, and on folders that are damaged or of another kind.

use std::env;
use std::fs;
use std::fs::File;
use std::path::Path;

use serde_json::json;

use crate::encoder::transformer::Error;
use crate::encoder::transformer::Transformer;
use crate::encoder::transformer::bert;
use crate::encoder::transformer::tests::tiny::HIDDEN;
use crate::encoder::transformer::tests::tiny::POSITIONS;
use crate::encoder::transformer::tests::tiny::Tiny;
use crate::encoder::transformer::weights;

pub(in crate::encoder) mod tiny;

/// Of lengths from nothing to far beyond what is read; with words that are known, composed and unknown.
const TEXTS: [&str; 9] = [
    "",
    "graph",
    "Sparse graphs, dense matrix walks!",
    "xyzzy",
    "We show that random walks on sparse graphs are learning deep field theory of galaxy mass and neutron stars.",
    "a new bound",
    "quantum spin ice - proteins folding in the cell",
    "proof of the prime number theory? proof of the prime number theory!",
    "   \n\t ",
];

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn furthest(left: &[f32], right: &[f64]) -> f64 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (f64::from(*left) - right).abs()).fold(0.0, f64::max)
}

/// What opening says, after the folder's own name.
fn fault(folder: &Path) -> String {
    let said = Transformer::open(folder).unwrap_err().to_string();
    let start = format!("transformer: {}/", folder.display());
    said.strip_prefix(&start).unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// What opening says after a key of a JSON file was set.
fn fault_with(file: &str, key: &str, value: serde_json::Value) -> String {
    let folder = Tiny::new().folder();
    let path = folder.path().join(file);
    let mut settings: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    settings[key] = value;
    tiny::write_json(&path, &settings);
    fault(folder.path())
}

#[test]
fn vectors_are_those_of_a_forward_pass_written_out() {
    let tiny = Tiny::new();
    let folder = tiny.folder();
    for (switch, first) in [("pooling_mode_mean_tokens", false), ("pooling_mode_cls_token", true)] {
        tiny::pool_by(folder.path(), switch);
        let encoder = Transformer::open(folder.path()).unwrap();
        assert_eq!(encoder.columns(), HIDDEN);
        let vectors = encoder.encode(&texts(&TEXTS)).unwrap();
        for (text, vector) in TEXTS.iter().zip(&vectors) {
            let off = furthest(vector, &tiny.vector(text, 12, first));
            assert!(off < 1e-5, "{text:?} is off by {off}");
        }
    }
}

#[test]
fn company_does_not_change_a_vector() {
    let folder = Tiny::new().folder();
    let encoder = Transformer::open(folder.path()).unwrap();
    let many: Vec<String> = TEXTS.iter().cycle().take(70).map(|text| (*text).to_owned()).collect();
    for (text, vector) in many.iter().zip(encoder.encode(&many).unwrap()) {
        let alone = encoder.encode(std::slice::from_ref(text)).unwrap();
        let alone: Vec<f64> = alone[0].iter().map(|value| f64::from(*value)).collect();
        assert!(furthest(&vector, &alone) < 1e-5, "{text:?}");
    }
    assert!(encoder.encode(&[]).unwrap().is_empty());
}

#[test]
fn what_goes_beyond_the_longest_text_is_left_out() {
    let tiny = Tiny::new();
    let folder = tiny.folder();
    let long = "deep graph ".repeat(40);
    let open = || Transformer::open(folder.path()).unwrap().encode(std::slice::from_ref(&long)).unwrap();
    assert!(furthest(&open()[0], &tiny.vector(&long, 12, false)) < 1e-5);
    fs::remove_file(folder.path().join("sentence_bert_config.json")).unwrap();
    assert!(furthest(&open()[0], &tiny.vector(&long, POSITIONS, false)) < 1e-5);
    tiny::write_json(&folder.path().join("sentence_bert_config.json"), &json!({"max_seq_length": 9_999}));
    assert!(furthest(&open()[0], &tiny.vector(&long, POSITIONS, false)) < 1e-5);
}

#[test]
fn vectors_have_length_1_whatever_the_text() {
    let folder = Tiny::new().folder();
    let encoder = Transformer::open(folder.path()).unwrap();
    let odd = ["", "\u{0}\u{fffd}", "深い学習 ∑αβ", "e\u{301}tale 🏳️‍🌈", "[CLS] [SEP] [MASK]", "\u{202e}graph"];
    let mut odd = texts(&odd);
    odd.push("x".repeat(100_000));
    odd.push("é".repeat(70_000));
    odd.push("graph. ".repeat(100_000));
    for vector in encoder.encode(&odd).unwrap() {
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }
}

#[test]
fn only_the_model_proper_must_be_there() {
    let tiny = Tiny::new();
    let folder = tiny.folder();
    let whole = Transformer::open(folder.path()).unwrap().encode(&texts(&TEXTS[..4])).unwrap();
    fs::remove_file(folder.path().join("modules.json")).unwrap();
    fs::remove_dir_all(folder.path().join("1_Pooling")).unwrap();
    tiny.write_weights(folder.path(), "bert.");
    assert_eq!(Transformer::open(folder.path()).unwrap().encode(&texts(&TEXTS[..4])).unwrap(), whole);
}

#[test]
fn the_model_may_lie_in_a_folder_of_its_own() {
    let folder = Tiny::new().folder();
    let inner = folder.path().join("0_Transformer");
    fs::create_dir(&inner).unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors", "sentence_bert_config.json"] {
        fs::rename(folder.path().join(file), inner.join(file)).unwrap();
    }
    let mut modules = json!([{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}]);
    tiny::write_json(&folder.path().join("modules.json"), &modules);
    assert!(Transformer::open(folder.path()).is_ok());
    modules[0]["path"] = json!("../0_Transformer");
    tiny::write_json(&folder.path().join("modules.json"), &modules);
    assert!(fault(folder.path()).contains("the path \"../0_Transformer\" leads out of the folder"));
}

#[test]
fn the_fingerprint_is_of_all_that_decides_the_vectors() {
    let mut tiny = Tiny::new();
    let folder = tiny.folder();
    let open = || Transformer::open(folder.path()).unwrap().fingerprint().to_owned();
    let mut seen = vec![open()];
    assert_eq!(seen, [open()]);
    assert_eq!(seen[0].len(), 12);
    tiny::pool_by(folder.path(), "pooling_mode_cls_token");
    seen.push(open());
    tiny::write_json(&folder.path().join("sentence_bert_config.json"), &json!({"max_seq_length": 11}));
    seen.push(open());
    let mut config = tiny::config();
    config["layer_norm_eps"] = json!(1e-6);
    tiny::write_json(&folder.path().join("config.json"), &config);
    seen.push(open());
    let mut tokenizer = tiny::tokenizer();
    tokenizer["normalizer"]["lowercase"] = json!(false);
    tiny::write_json(&folder.path().join("tokenizer.json"), &tokenizer);
    seen.push(open());
    tiny.weights.values_mut().for_each(|(_shape, values)| values[0] += 0.1);
    tiny.write_weights(folder.path(), "");
    seen.push(open());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6);
}

#[test]
fn a_missing_file_is_named() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = Tiny::new().folder();
        fs::remove_file(folder.path().join(file)).unwrap();
        let said = fault(folder.path());
        assert!(said.starts_with(&format!("{file}: No such file")), "{said}");
        assert!(said.ends_with(
            "must hold config.json, tokenizer.json and model.safetensors as \
            sentence-transformers saves them"
        ));
        fs::create_dir(folder.path().join(file)).unwrap();
        assert!(fault(folder.path()).starts_with(&format!("{file}: it is not a plain file; ")));
    }
}

#[test]
fn a_file_beyond_its_limit_is_not_read() {
    for (file, limit) in [("config.json", 1), ("tokenizer.json", 64), ("model.safetensors", 2_048)] {
        let folder = Tiny::new().folder();
        let sparse = File::create(folder.path().join(file)).unwrap();
        sparse.set_len(limit * 1_048_576 + 1).unwrap();
        let said = format!("{file}: it is over the limit of {limit} MiB; choose a smaller model");
        assert_eq!(fault(folder.path()), said);
    }
}

#[test]
fn a_model_of_another_kind_is_refused() {
    assert_eq!(
        fault_with("config.json", "model_type", json!("roberta")),
        "config.json: the model type \"roberta\" is not supported, only bert is"
    );
    assert_eq!(
        fault_with("config.json", "position_embedding_type", json!("relative_key")),
        "config.json: the position embedding \"relative_key\" is not supported, only absolute is"
    );
    assert!(fault_with("config.json", "hidden_act", json!("silu")).contains("the activation \"silu\""));
    assert_eq!(
        fault_with("1_Pooling/config.json", "pooling_mode_max_tokens", json!(true)),
        "1_Pooling/config.json: the poolings \"max_tokens\" and \"mean_tokens\" together are not supported, only mean \
         or cls alone is"
    );
    let folder = Tiny::new().folder();
    tiny::pool_by(folder.path(), "pooling_mode_lasttoken");
    assert!(
        fault(folder.path()).contains("the pooling \"lasttoken\" is not supported, only mean and cls are")
    );
    tiny::write_json(
        &folder.path().join("modules.json"),
        &json!([{"path": "2_Dense", "type": "a.models.Dense"}]),
    );
    assert!(fault(folder.path()).starts_with("modules.json: the module \"Dense\" is not supported"));
}

#[test]
fn files_that_contradict_themselves_or_each_other_are_refused() {
    let said = fault_with("config.json", "num_attention_heads", json!(3));
    assert!(
        said.starts_with("config.json: hidden_size is not a multiple of num_attention_heads; "),
        "{said}"
    );
    let said = fault_with("config.json", "hidden_size", json!(1_000_000_000));
    assert!(
        said.starts_with("config.json: hidden_size is 1000000000 and must be between 1 and 8192; "),
        "{said}"
    );
    let said = fault_with("config.json", "num_hidden_layers", json!(3));
    let expected = "model.safetensors: it has no encoder.layer.2.attention.self.query.weight, which config.json calls for; ";
    assert!(said.starts_with(expected), "{said}");
    let said = fault_with("config.json", "intermediate_size", json!(48));
    let expected = "model.safetensors: encoder.layer.0.intermediate.dense.weight is of shape [32, 16], and config.json calls \
        for [48, 16]; ";
    assert!(said.starts_with(expected), "{said}");
    let said = fault_with("config.json", "vocab_size", json!(50));
    assert!(
        said.starts_with("tokenizer.json: it has a word piece 61, and the model knows only 50; "),
        "{said}"
    );
    let said = fault_with("sentence_bert_config.json", "max_seq_length", json!(2));
    assert!(
        said.starts_with("tokenizer.json: it adds 2 tokens to a text, and a text may have only 2; "),
        "{said}"
    );
    let said = fault_with("config.json", "layer_norm_eps", json!(-1.0));
    assert!(said.starts_with("config.json: layer_norm_eps is -1 and must be from 0 to 1; "), "{said}");
}

#[test]
fn weights_that_are_not_numbers_are_noticed_when_opening() {
    let mut tiny = Tiny::new();
    let folder = tiny.folder();
    tiny.weights.get_mut("encoder.layer.1.output.dense.bias").unwrap().1[3] = f32::NAN;
    tiny.write_weights(folder.path(), "");
    assert!(fault(folder.path()).contains("the model gives vectors that are not of numbers"));
}

#[test]
fn damaged_files_are_errors_and_never_panics() {
    let folder = Tiny::new().folder();
    let mut chance = fastrand::Rng::with_seed(5);
    for file in
        ["config.json", "tokenizer.json", "model.safetensors", "modules.json", "1_Pooling/config.json"]
    {
        let path = folder.path().join(file);
        let whole = fs::read(&path).unwrap();
        for _trial in 0..60 {
            let mut damaged = whole.clone();
            if chance.bool() {
                damaged.truncate(chance.usize(..whole.len()));
            } else {
                // Most of the sense of a safetensors file is in its head.
                let until = if chance.bool() { whole.len() } else { whole.len().min(400) };
                let at = chance.usize(..until);
                damaged[at] = chance.u8(..);
            }
            fs::write(&path, damaged).unwrap();
            match Transformer::open(folder.path()) {
                Ok(encoder) => assert_eq!(encoder.encode(&texts(&TEXTS)).unwrap().len(), TEXTS.len()),
                Err(Error::Encoding(said)) => panic!("{file}: {said}"),
                Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
            }
        }
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn a_panic_inside_a_library_is_an_error() {
    let said = super::guarded(|| if TEXTS.len() > 1 { panic!("no {}", "such head") } else { 1 });
    assert_eq!(said, Err("a library gave up: no such head".to_owned()));
}

#[test]
fn the_bend_is_that_of_the_series() {
    for step in -60..=60_i16 {
        let number = f32::from(step) / 10.0;
        let off = f64::from(bert::gelu(number)) - tiny::gelu(f64::from(number));
        assert!(off.abs() < 1e-6, "{number} is off by {off}");
    }
}

#[test]
fn weights_of_half_precision_are_widened() {
    let known = [
        (0x3C00, 1.0),
        (0xC000, -2.0),
        (0x7BFF, 65_504.0),
        (0x0001, 2.0_f32.powi(-24)),
        (0x3555, 0.333_251_95),
    ];
    for (half, number) in known {
        assert!((weights::widened(half) - number).abs() < f32::EPSILON, "{half:#x}");
    }
    assert!(weights::widened(0x7C00).is_infinite() && weights::widened(0x7E00).is_nan());
    let tiny = Tiny::new();
    let folder = tiny.folder();
    let whole = Transformer::open(folder.path()).unwrap().encode(&texts(&TEXTS[2..3])).unwrap();
    let whole: Vec<f64> = whole[0].iter().map(|value| f64::from(*value)).collect();
    tiny.write_weights_cut_short(folder.path());
    let cut = Transformer::open(folder.path()).unwrap().encode(&texts(&TEXTS[2..3])).unwrap();
    let off = furthest(&cut[0], &whole);
    assert!(off > 0.0 && off < 0.03, "off by {off}");
}

/// A real encoder, if there is one: `OFFPRINT_TRANSFORMER` names its folder.
#[test]
fn a_real_encoder_finds_like_texts_alike() {
    let Some(folder) = env::var_os("OFFPRINT_TRANSFORMER") else {
        eprintln!("skipped: OFFPRINT_TRANSFORMER does not name a folder with an encoder");
        return;
    };
    let encoder = Transformer::open(Path::new(&folder)).unwrap();
    let vectors = encoder
        .encode(&texts(&[
            "Reinforcement learning from human feedback for language models",
            "Aligning large language models with the preferences of people",
            "The metallicity of dwarf galaxies in the Local Group",
        ]))
        .unwrap();
    let dot = |left: usize, right: usize| -> f32 {
        vectors[left].iter().zip(&vectors[right]).map(|(left, right)| left * right).sum()
    };
    assert!(dot(0, 1) > dot(0, 2) + 0.2, "{} {}", dot(0, 1), dot(0, 2));
}

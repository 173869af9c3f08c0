//! The forward pass of a BERT: word pieces go in as numbers, a vector comes out for each.
//!
//! Texts are laid one behind another and not filled up to one length: all but attention looks at single tokens, and
//! attention is computed text by text. So there is no mask, and no work on filling. Everything happens on the thread that
//! asks. Matrix products are ndarray's; the rest is written out here, after Devlin et al., "BERT" (2019), and Vaswani et
//! al., "Attention is all you need" (2017).

use std::ops::Range;

use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayView2;
use ndarray::Axis;
use ndarray::Slice;
use ndarray::linalg::general_mat_mul;

use crate::encoder::transformer::weights::Fault;
use crate::encoder::transformer::weights::Weights;

/// How the inner layer bends its numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Activation {
    /// x times the normal distribution's share below x.
    Gelu,
    /// The same by a hyperbolic tangent.
    GeluTanh,
    /// Nothing below zero.
    Relu,
}

/// What config.json says about the model.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) vocabulary: usize,
    pub(super) columns: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) inner: usize,
    pub(super) activation: Activation,
    pub(super) positions: usize,
    pub(super) kinds: usize,
    pub(super) epsilon: f32,
}

/// A model's weights, ready for use.
pub(super) struct Bert {
    shape: Shape,
    /// What every score of attention is multiplied by.
    scale: f32,
    words: Array2<f32>,
    /// The vectors of places in the text, with that of a first sentence added: there never is a second.
    places: Array2<f32>,
    first_norm: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    seen: Linear,
    seen_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
}

struct Linear {
    /// A row for each number that comes out.
    weight: Array2<f32>,
    bias: Array1<f32>,
}

struct Norm {
    weight: Array1<f32>,
    bias: Array1<f32>,
}

impl Bert {
    /// Takes a model of this shape out of its weights.
    pub(super) fn load(weights: &Weights<'_>, shape: Shape) -> Result<Self, Fault> {
        let columns = shape.columns;
        let table =
            |name: &str, rows| weights.matrix(&format!("embeddings.{name}_embeddings.weight"), rows, columns);
        let kinds = table("token_type", shape.kinds)?;
        let mut layers = Vec::new();
        for number in 0..shape.layers {
            layers.push(Layer::load(weights, &format!("encoder.layer.{number}"), &shape)?);
        }
        Ok(Self {
            words: table("word", shape.vocabulary)?,
            places: table("position", shape.positions)? + kinds.row(0),
            first_norm: Norm::load(weights, "embeddings.LayerNorm", columns)?,
            layers,
            scale: small(columns.checked_div(shape.heads).unwrap_or(1)).sqrt().recip(),
            shape,
        })
    }

    /// The vectors of all tokens of some texts, one text behind another; nothing if a token or a place is not known.
    pub(super) fn forward(&self, texts: &[&[u32]]) -> Option<Array2<f32>> {
        let mut states = Vec::new();
        let mut spans = Vec::with_capacity(texts.len());
        let mut count = 0;
        for text in texts {
            for (place, token) in text.iter().enumerate() {
                let word = self.words.rows().into_iter().nth(usize::try_from(*token).ok()?)?;
                let place = self.places.rows().into_iter().nth(place)?;
                states.extend(word.iter().zip(place).map(|(word, place)| word + place));
            }
            spans.push(count..count + text.len());
            count += text.len();
        }
        let mut states = Array2::from_shape_vec((count, self.shape.columns), states).ok()?;
        self.first_norm.apply(&mut states, self.shape.epsilon);
        for layer in &self.layers {
            let mut next = layer.seen.apply(&self.attention(layer, &states, &spans));
            next += &states;
            layer.seen_norm.apply(&mut next, self.shape.epsilon);
            let mut inner = layer.inner.apply(&next);
            self.shape.activation.apply(&mut inner);
            states = layer.outer.apply(&inner);
            states += &next;
            layer.outer_norm.apply(&mut states, self.shape.epsilon);
        }
        Some(states)
    }

    /// What each token takes from the others of its text.
    fn attention(&self, layer: &Layer, states: &Array2<f32>, spans: &[Range<usize>]) -> Array2<f32> {
        let [query, key, value] = [&layer.query, &layer.key, &layer.value].map(|part| part.apply(states));
        let size = self.shape.columns.checked_div(self.shape.heads).unwrap_or(1);
        let mut seen = Array2::zeros(states.raw_dim());
        for span in spans {
            let mut scores = Array2::zeros((span.len(), span.len()));
            for head in 0..self.shape.heads {
                let columns = head * size..(head + 1) * size;
                let of = |whole| part(whole, span.clone(), columns.clone());
                general_mat_mul(self.scale, &of(&query), &of(&key).t(), 0.0, &mut scores);
                for mut row in scores.rows_mut() {
                    if let Some(row) = row.as_slice_mut() {
                        softmax(row);
                    }
                }
                let mut seen = seen.view_mut();
                seen.slice_axis_inplace(Axis(0), Slice::from(span.clone()));
                seen.slice_axis_inplace(Axis(1), Slice::from(columns.clone()));
                general_mat_mul(1.0, &scores, &of(&value), 0.0, &mut seen);
            }
        }
        seen
    }
}

impl Layer {
    fn load(weights: &Weights<'_>, name: &str, shape: &Shape) -> Result<Self, Fault> {
        let (columns, inner) = (shape.columns, shape.inner);
        let linear = |part: &str, to, from| Linear::load(weights, &format!("{name}.{part}"), to, from);
        let norm = |part: &str| Norm::load(weights, &format!("{name}.{part}.LayerNorm"), columns);
        Ok(Self {
            query: linear("attention.self.query", columns, columns)?,
            key: linear("attention.self.key", columns, columns)?,
            value: linear("attention.self.value", columns, columns)?,
            seen: linear("attention.output.dense", columns, columns)?,
            seen_norm: norm("attention.output")?,
            inner: linear("intermediate.dense", inner, columns)?,
            outer: linear("output.dense", columns, inner)?,
            outer_norm: norm("output")?,
        })
    }
}

impl Linear {
    fn load(weights: &Weights<'_>, name: &str, to: usize, from: usize) -> Result<Self, Fault> {
        Ok(Self {
            weight: weights.matrix(&format!("{name}.weight"), to, from)?,
            bias: weights.row(&format!("{name}.bias"), to)?,
        })
    }

    fn apply(&self, states: &Array2<f32>) -> Array2<f32> {
        let mut out = states.dot(&self.weight.t());
        out += &self.bias;
        out
    }
}

impl Norm {
    fn load(weights: &Weights<'_>, name: &str, columns: usize) -> Result<Self, Fault> {
        Ok(Self {
            weight: weights.row(&format!("{name}.weight"), columns)?,
            bias: weights.row(&format!("{name}.bias"), columns)?,
        })
    }

    /// Brings each row to mean 0 and spread 1, then to what was learnt.
    fn apply(&self, states: &mut Array2<f32>, epsilon: f32) {
        let count = small(states.len_of(Axis(1)));
        for mut row in states.rows_mut() {
            let mean = row.sum() / count;
            row -= mean;
            let spread = row.dot(&row) / count;
            row *= (spread + epsilon).sqrt().recip();
            row *= &self.weight;
            row += &self.bias;
        }
    }
}

impl Activation {
    fn apply(self, states: &mut Array2<f32>) {
        match self {
            Self::Gelu => states.mapv_inplace(gelu),
            Self::GeluTanh => states.mapv_inplace(|number| {
                let bent = number * (1.0 + 0.044_715 * number * number);
                let slope = std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2;
                0.5 * number * (1.0 + (slope * bent).tanh())
            }),
            Self::Relu => states.mapv_inplace(|number| number.max(0.0)),
        }
    }
}

/// Some rows and columns of a matrix.
fn part(whole: &Array2<f32>, rows: Range<usize>, columns: Range<usize>) -> ArrayView2<'_, f32> {
    let mut part = whole.view();
    part.slice_axis_inplace(Axis(0), Slice::from(rows));
    part.slice_axis_inplace(Axis(1), Slice::from(columns));
    part
}

/// Makes shares of a row: each number's power of e, over their sum.
fn softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for number in row.iter_mut() {
        *number = (*number - largest).exp();
        sum += *number;
    }
    for number in row {
        *number /= sum;
    }
}

/// The error function by formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions": off by 1.5e-7.
pub(super) fn gelu(number: f32) -> f32 {
    let point = number.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let step = (1.0 + 0.327_591_1 * point).recip();
    let line = 1.421_413_7 + step * (-1.453_152 + step * 1.061_405_4);
    let line = step * (0.254_829_6 + step * (-0.284_496_74 + step * line));
    let error = 1.0 - line * (-point * point).exp();
    0.5 * number * (1.0 + error.copysign(number))
}

/// A count of columns as a float.
fn small(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

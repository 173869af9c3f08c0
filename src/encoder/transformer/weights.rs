//! A file of weights in the safetensors format, as matrices of expected shapes.

use ndarray::Array1;
use ndarray::Array2;
use safetensors::Dtype;
use safetensors::SafeTensors;

/// Why a file's weights are of no use, as a half sentence.
pub(super) type Fault = String;

/// The weights of a file.
pub(super) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    /// What stands before every name; some files were saved with a part of a model that does more.
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    /// Reads the file's head; safetensors checks that what it promises is there.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|error| format!("it is not a safetensors file: {}", super::first_line(&error)))?;
        let prefixed = tensors.iter().any(|(name, _tensor)| name.starts_with("bert.embeddings."));
        Ok(Self { tensors, prefix: if prefixed { "bert." } else { "" } })
    }

    /// A matrix that must have so many rows and columns.
    pub(super) fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, Fault> {
        let values = self.values(name, &[rows, columns])?;
        Array2::from_shape_vec((rows, columns), values).map_err(|error| format!("{name}: {error}"))
    }

    /// A row that must have so many columns.
    pub(super) fn row(&self, name: &str, columns: usize) -> Result<Array1<f32>, Fault> {
        self.values(name, &[columns]).map(Array1::from_vec)
    }

    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Fault> {
        let tensor = self
            .tensors
            .tensor(&format!("{}{name}", self.prefix))
            .map_err(|_absent| format!("it has no {name}, which config.json calls for"))?;
        if tensor.shape() != shape {
            let found = tensor.shape();
            return Err(format!("{name} is of shape {found:?}, and config.json calls for {shape:?}"));
        }
        let bytes = tensor.data();
        let halves = || bytes.as_chunks().0.iter().map(|half| u16::from_le_bytes(*half));
        let kind = tensor.dtype();
        if kind == Dtype::F32 {
            Ok(bytes.as_chunks().0.iter().map(|whole| f32::from_le_bytes(*whole)).collect())
        } else if kind == Dtype::BF16 {
            Ok(halves().map(|half| f32::from_bits(u32::from(half) << 16)).collect())
        } else if kind == Dtype::F16 {
            Ok(halves().map(widened).collect())
        } else {
            Err(format!("{name} is of type {kind:?}, and only F32, F16 and BF16 are read"))
        }
    }
}

/// A number of half precision (IEEE 754 binary16), exactly.
pub(super) fn widened(half: u16) -> f32 {
    let (exponent, fraction) = ((half >> 10) & 0x1F, half & 0x3FF);
    let size = match exponent {
        0 => f32::from(fraction) / 16_777_216.0,
        0x1F => f32::from_bits(0x7F80_0000 | (u32::from(fraction) << 13)),
        _ => f32::from_bits(((u32::from(exponent) + 112) << 23) | (u32::from(fraction) << 13)),
    };
    if half >> 15 == 1 { -size } else { size }
}

//! The sense of a text as a short vector: each known term has a row, and a text is their weighted sum.
//!
//! Rows are signed bytes with a scale each. An embedding also carries some hundred papers as bare term sequences, so that
//! a service without papers of its own has a background to compare with. Training is [`train`](crate::relevance::train)'s
//! affair, the bytes [`codec`]'s; centring is done where a background is known.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::LazyLock;

use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::hash;
use crate::relevance::terms;

mod codec;

/// The widest vector that is accepted.
const WIDEST: usize = 1_024;

/// Trained on the titles and abstracts of 60,000 papers of arXiv, whose metadata is in the public domain (CC0 1.0).
static SHIPPED: LazyLock<Arc<Embedding>> = LazyLock::new(|| {
    let shipped = Embedding::decode(Cow::Borrowed(include_bytes!("shipped.model")));
    Arc::new(shipped.unwrap_or_else(|_damaged| Embedding::blank()))
});

/// Why bytes are not an embedding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// They are something else.
    #[error("embedding: the file does not begin as an embedding does")]
    Foreign,
    /// They are of a format this version does not know.
    #[error("embedding: format {0} is not known, this version reads format 1")]
    Version(u16),
    /// Some are missing or changed.
    #[error("embedding: the file is damaged, its checksum does not fit")]
    Damaged,
    /// The checksum fits, yet the parts contradict each other.
    #[error("embedding: the file contradicts itself: {0}")]
    Contradiction(&'static str),
}

/// What knows the sense of a whole text, in the place of the terms it has: slower, and never needed.
pub trait Encoder: fmt::Debug + Send + Sync {
    /// How long its vectors are.
    fn columns(&self) -> usize;

    /// The vector of a text, of length 1; zeros where it has none.
    fn sense(&self, title: &str, abstract_text: &str) -> Vec<f32>;
}

/// A paper of the sample: its terms by row, in order; `None` for a term without a row.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sampled {
    /// The title's.
    pub title: Vec<Option<u16>>,
    /// The abstract's.
    pub body: Vec<Option<u16>>,
}

/// A trained table of terms and their vectors.
#[derive(Clone, Debug)]
pub struct Embedding {
    columns: usize,
    /// The stems, one a line, in the order of the rows.
    vocabulary: String,
    /// The term of each row.
    terms: Vec<u32>,
    rows: hash::Map<u32, u16>,
    scales: Vec<f32>,
    /// The rows as signed bytes, one after another.
    values: Cow<'static, [u8]>,
    sample: Vec<Sampled>,
    fingerprint: String,
    encoder: Option<Arc<dyn Encoder>>,
}

impl Embedding {
    /// The same terms, but the sense of a text is an encoder's.
    #[must_use]
    pub fn encoded_by(&self, encoder: Arc<dyn Encoder>) -> Self {
        Self { encoder: Some(encoder), ..self.clone() }
    }

    /// Whether an encoder gives the sense of texts.
    pub fn is_encoded(&self) -> bool {
        self.encoder.is_some()
    }

    /// The sense of a text whose terms occur so often.
    pub fn sense(
        &self,
        title: &str,
        abstract_text: &str,
        counts: impl IntoIterator<Item = (u32, u32)>,
    ) -> Vec<f32> {
        match &self.encoder {
            Some(encoder) => encoder.sense(title, abstract_text),
            None => self.vector(counts),
        }
    }

    /// The embedding that comes with the program, unpacked once.
    pub fn shipped() -> Arc<Self> {
        Arc::clone(&SHIPPED)
    }

    /// Reads an embedding from what [`to_bytes`](Self::to_bytes) gave.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::decode(Cow::Owned(bytes.to_vec()))
    }

    /// An embedding of these rows, brought to signed bytes. Rows and stems beyond the shorter of both are left out.
    pub fn from_rows(stems: &[String], rows: &dense::Matrix, sample: Vec<Sampled>) -> Self {
        let mut scales = Vec::with_capacity(stems.len());
        let mut values = Vec::with_capacity(rows.values.len());
        for (row, _stem) in rows.rows().zip(stems) {
            let (scale, bytes) = quantise(row);
            scales.push(scale);
            values.extend(bytes.map(i8::cast_unsigned));
        }
        let kept = stems.get(..scales.len()).unwrap_or_default();
        let mut embedding =
            Self::assemble(rows.columns, kept.join("\n"), scales, Cow::Owned(values), sample, String::new());
        embedding.fingerprint = codec::fingerprint(&embedding.to_bytes());
        embedding
    }

    fn assemble(
        columns: usize,
        vocabulary: String,
        scales: Vec<f32>,
        values: Cow<'static, [u8]>,
        sample: Vec<Sampled>,
        fingerprint: String,
    ) -> Self {
        let terms: Vec<u32> = vocabulary.lines().map(terms::term).collect();
        let mut rows = hash::Map::default();
        for (row, term) in (0_u16..).zip(&terms) {
            rows.entry(*term).or_insert(row);
        }
        let encoder = None;
        Self { columns, vocabulary, terms, rows, scales, values, sample, fingerprint, encoder }
    }

    /// Without terms: every text has the vector 0, and only words count.
    fn blank() -> Self {
        Self::assemble(8, String::new(), Vec::new(), Cow::Owned(Vec::new()), Vec::new(), "none".to_owned())
    }

    /// How long its vectors are.
    pub fn columns(&self) -> usize {
        self.encoder.as_ref().map_or(self.columns, |encoder| encoder.columns())
    }

    /// How many terms it knows.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether it knows no term.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// A short name of exactly this embedding, to be kept beside the vectors it made.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The papers it carries for a start without own papers.
    ///
    /// None where an encoder gives the sense: it needs texts, and these are terms.
    pub fn sample(&self) -> &[Sampled] {
        if self.is_encoded() { &[] } else { &self.sample }
    }

    /// The term of a row.
    pub fn term(&self, row: u16) -> Option<u32> {
        self.terms.get(usize::from(row)).copied()
    }

    /// The vector of a text whose terms occur so often: (1 + ln count) times each known term's row, of length 1.
    ///
    /// Zeros if no term is known. The order of the counts decides the last bits, so they should be sorted.
    pub fn vector(&self, counts: impl IntoIterator<Item = (u32, u32)>) -> Vec<f32> {
        let mut vector = vec![0.0; self.columns];
        for (term, count) in counts {
            self.add(&mut vector, term, damped(count));
        }
        dense::unit(&mut vector);
        vector
    }

    /// How far a term's row points along a vector; an encoder knows no terms.
    pub fn along(&self, term: u32, vector: &[f32]) -> f32 {
        if self.is_encoded() {
            return 0.0;
        }
        let mut row = vec![0.0; self.columns];
        self.add(&mut row, term, 1.0);
        dense::dot(&row, vector)
    }

    fn add(&self, vector: &mut [f32], term: u32, factor: f32) {
        let Some(row) = self.rows.get(&term).map(|row| usize::from(*row)) else { return };
        let values = self.values.get(row * self.columns..(row + 1) * self.columns);
        if let (Some(values), Some(scale)) = (values, self.scales.get(row)) {
            dense::add_bytes(vector, factor * scale, values);
        }
    }
}

/// What a count weighs: the second mention says less than the first.
pub fn damped(count: u32) -> f32 {
    match count {
        0 => 0.0,
        1 => 1.0,
        2 => 1.0 + std::f32::consts::LN_2,
        more => 1.0 + cast::count_u32(more).ln(),
    }
}

/// A row as signed bytes and their scale.
pub fn quantise(row: &[f32]) -> (f32, impl Iterator<Item = i8>) {
    let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    (scale, row.iter().map(move |value| cast::byte(value / scale)))
}

#[cfg(test)]
mod tests;

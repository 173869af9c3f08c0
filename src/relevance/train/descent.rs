//! The learning itself: one batch, its gradient, one step of Adam.

use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::dense::Matrix;
use crate::relevance::train::Settings;

/// Steps until the rate is at its height.
const WARMING: f32 = 50.0;

/// Adam's memories of the gradient and of its square.
const FIRST: f32 = 0.9;
const SECOND: f32 = 0.999;

/// A table on its way down.
pub(super) struct Descent {
    pub(super) table: Matrix,
    first: Vec<f32>,
    second: Vec<f32>,
    gradient: Matrix,
    steps: f32,
    /// Adam's corrections for its first steps.
    powers: (f32, f32),
    rate: f32,
    sharpness: f32,
}

type Text<'a> = &'a [(u16, f32)];

impl Descent {
    pub(super) fn new(table: Matrix, settings: &Settings) -> Self {
        let size = table.values.len();
        Self {
            gradient: Matrix { columns: table.columns, values: vec![0.0; size] },
            first: vec![0.0; size],
            second: vec![0.0; size],
            table,
            steps: 0.0,
            powers: (1.0, 1.0),
            rate: settings.rate,
            sharpness: settings.sharpness,
        }
    }

    /// One step towards left texts that find their right ones; gives the loss before it. `done` is the share of the way.
    pub(super) fn step(&mut self, left: &[Text<'_>], right: &[Text<'_>], done: f32) -> f32 {
        let (left_rows, left_lengths) = self.gather(left);
        let (right_rows, right_lengths) = self.gather(right);
        let mut likeness = left_rows.times(&right_rows.transposed());
        let loss = self.compete(&mut likeness);
        let left_pull = likeness.times(&right_rows);
        let right_pull = likeness.transposed().times(&left_rows);
        self.gradient.values.fill(0.0);
        self.scatter(left, &left_rows, &left_lengths, left_pull);
        self.scatter(right, &right_rows, &right_lengths, right_pull);
        self.descend(done);
        loss
    }

    /// The unit vectors of texts, and how long they were.
    fn gather(&self, texts: &[Text<'_>]) -> (Matrix, Vec<f32>) {
        let mut rows = Matrix::zeros(texts.len(), self.table.columns);
        let mut lengths = Vec::with_capacity(texts.len());
        for (out, text) in rows.rows_mut().zip(texts) {
            for (row, weight) in *text {
                dense::add(out, *weight, self.table.row(usize::from(*row)));
            }
            let length = dense::dot(out, out).sqrt() + 1e-6;
            for value in out.iter_mut() {
                *value /= length;
            }
            lengths.push(length);
        }
        (rows, lengths)
    }

    /// Turns cosines into the gradient of the loss over them.
    ///
    /// Cosines are at most 1, so one exponential, shifted by the sharpness, serves rows and columns.
    fn compete(&self, likeness: &mut Matrix) -> f32 {
        let size = likeness.columns;
        let mut column_sums = vec![1e-30_f32; size];
        let mut row_sums = Vec::with_capacity(size);
        for row in likeness.rows_mut() {
            let mut sum = 1e-30_f32;
            for (value, column) in row.iter_mut().zip(&mut column_sums) {
                *value = (self.sharpness * (*value - 1.0)).exp();
                sum += *value;
                *column += *value;
            }
            row_sums.push(sum);
        }
        let step = self.sharpness / cast::count(size);
        for sum in &mut column_sums {
            *sum = sum.recip();
        }
        let mut loss = 0.0;
        for (at, (row, sum)) in likeness.rows_mut().zip(&row_sums).enumerate() {
            if let Some(own) = row.get(at) {
                loss -= (own / sum + 1e-12).ln();
            }
            let inverse = sum.recip();
            for (value, column) in row.iter_mut().zip(&column_sums) {
                *value *= 0.5 * step * (inverse + column);
            }
            if let Some(own) = row.get_mut(at) {
                *own -= step;
            }
        }
        loss / cast::count(size)
    }

    /// Carries the pull on the texts' unit vectors back to the rows of their terms.
    fn scatter(&mut self, texts: &[Text<'_>], rows: &Matrix, lengths: &[f32], mut pull: Matrix) {
        for (((text, row), length), pull) in texts.iter().zip(rows.rows()).zip(lengths).zip(pull.rows_mut()) {
            let along = dense::dot(pull, row);
            dense::add(pull, -along, row);
            for (term, weight) in *text {
                dense::add(self.gradient.row_mut(usize::from(*term)), weight / length, pull);
            }
        }
    }

    fn descend(&mut self, done: f32) {
        self.steps += 1.0;
        self.powers = (self.powers.0 * FIRST, self.powers.1 * SECOND);
        let rate = self.rate * (self.steps / WARMING).min(1.0) * (1.0 - 0.9 * done) / (1.0 - self.powers.0);
        let correction = (1.0 - self.powers.1).recip();
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((value, gradient), (first, second)) in
            self.table.values.iter_mut().zip(&self.gradient.values).zip(moments)
        {
            *first += (1.0 - FIRST) * (gradient - *first);
            *second += (1.0 - SECOND) * (gradient * gradient - *second);
            *value -= rate * *first / ((*second * correction).sqrt() + 1e-6);
        }
    }
}

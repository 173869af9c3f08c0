//! Arithmetic on rows of floats, written so that the compiler can use vector instructions.
//!
//! Every sum is taken in one fixed order, so equal input gives equal bits.

/// Columns computed together.
const WIDE: usize = 8;

/// The scalar product.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (left_rows, left_rest) = left.as_chunks::<16>();
    let (right_rows, right_rest) = right.as_chunks::<16>();
    for (left, right) in left_rows.iter().zip(right_rows) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}

/// Adds a multiple of one row to another.
pub fn add(to: &mut [f32], factor: f32, row: &[f32]) {
    for (to, value) in to.iter_mut().zip(row) {
        *to += factor * value;
    }
}

/// Adds a multiple of a row of signed bytes to a row.
pub fn add_bytes(to: &mut [f32], factor: f32, row: &[u8]) {
    for (to, value) in to.iter_mut().zip(row) {
        *to += factor * f32::from(value.cast_signed());
    }
}

/// Makes a row's length 1; a row of zeros stays one.
pub fn unit(row: &mut [f32]) {
    let length = dot(row, row).sqrt();
    if length > 1e-12 {
        for value in row {
            *value /= length;
        }
    }
}

/// A matrix, row by row.
#[derive(Clone, PartialEq, Debug)]
pub struct Matrix {
    /// The length of a row.
    pub columns: usize,
    /// All values.
    pub values: Vec<f32>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { columns: columns.max(1), values: vec![0.0; rows * columns] }
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.columns)
    }

    /// Its rows, to be changed.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.values.chunks_exact_mut(self.columns)
    }

    /// One row; an empty one where there is none.
    pub fn row(&self, row: usize) -> &[f32] {
        let from = row * self.columns;
        self.values.get(from..from + self.columns).unwrap_or_default()
    }

    /// One row, to be changed; an empty one where there is none.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let from = row * self.columns;
        self.values.get_mut(from..from + self.columns).unwrap_or_default()
    }

    /// Rows as columns.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let rows = self.values.len() / self.columns;
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..self.columns {
            values.extend(self.values.iter().skip(column).step_by(self.columns));
        }
        Self { columns: rows.max(1), values }
    }

    /// The product of two matrices.
    #[must_use]
    pub fn times(&self, right: &Self) -> Self {
        let rows = self.values.len() / self.columns;
        let mut product = Self::zeros(rows, right.columns);
        let mut panel: Vec<[f32; WIDE]> = Vec::with_capacity(self.columns);
        for from in (0..right.columns).step_by(WIDE) {
            panel.clear();
            panel.extend(right.rows().map(|row| {
                let mut block = [0.0; WIDE];
                for (to, value) in block.iter_mut().zip(row.iter().skip(from)) {
                    *to = *value;
                }
                block
            }));
            let quads = self.values.chunks(4 * self.columns);
            for (left, out) in quads.zip(product.values.chunks_mut(4 * right.columns)) {
                let mut left = left.chunks_exact(self.columns);
                let mut next = || left.next().unwrap_or_default();
                let sums = quad([next(), next(), next(), next()], &panel);
                for (out, sums) in out.chunks_exact_mut(right.columns).zip(sums) {
                    for (out, sum) in out.iter_mut().skip(from).zip(sums) {
                        *out = sum;
                    }
                }
            }
        }
        product
    }
}

/// Four rows by eight columns at a time: as much as the registers hold.
fn quad(left: [&[f32]; 4], panel: &[[f32; WIDE]]) -> [[f32; WIDE]; 4] {
    let [a, b, c, d] = left;
    if [b, c, d].iter().any(|row| row.len() != a.len()) {
        return left.map(|row| single(row, panel));
    }
    let mut sums = [[0.0_f32; WIDE]; 4];
    for ((((right, a), b), c), d) in panel.iter().zip(a).zip(b).zip(c).zip(d) {
        for (sums, left) in sums.iter_mut().zip([a, b, c, d]) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += left * right;
            }
        }
    }
    sums
}

fn single(left: &[f32], panel: &[[f32; WIDE]]) -> [f32; WIDE] {
    let mut sums = [0.0_f32; WIDE];
    for (right, left) in panel.iter().zip(left) {
        for (sum, right) in sums.iter_mut().zip(right) {
            *sum += left * right;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_odd_shapes_are_those_of_the_definition() {
        let values =
            |count: usize| (0..count).map(|at| crate::relevance::cast::count(at % 7) - 3.0).collect();
        let left = Matrix { columns: 5, values: values(6 * 5) };
        let right = Matrix { columns: 11, values: values(5 * 11) };
        let product = left.times(&right);
        let columns = right.transposed();
        for (left, product) in left.rows().zip(product.rows()) {
            let expected: Vec<f32> = columns.rows().map(|column| dot(left, column)).collect();
            assert_eq!(product, expected);
        }
    }
}

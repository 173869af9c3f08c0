//! An embedding as bytes and back.
//!
//! Format 1, little-endian: the mark, version and columns (u16), terms, bytes of the vocabulary and numbers of the sample
//! (u32 each); then the vocabulary (stems, one a line), a scale (f32) for each term, the rows as signed bytes, the sample
//! as u16 (for each paper the lengths of title and abstract, then their terms by row, 65,535 for others), and the SHA-256
//! of all before. Bytes come from outside: what does not fit is an error.

use std::borrow::Cow;

use sha2::Digest as _;
use sha2::Sha256;

use crate::relevance::embedding::Embedding;
use crate::relevance::embedding::Error;
use crate::relevance::embedding::Sampled;
use crate::relevance::embedding::WIDEST;

const MARK: &[u8; 8] = b"offprel\n";

const VERSION: u16 = 1;

const CHECKSUM: usize = 32;

/// Stands for a term without a row.
const UNKNOWN: u16 = u16::MAX;

impl Embedding {
    /// The embedding as bytes, to be stored or shipped.
    pub fn to_bytes(&self) -> Vec<u8> {
        let sample = numbers(&self.sample);
        let mut bytes =
            Vec::with_capacity(self.values.len() + self.vocabulary.len() + 2 * sample.len() + 1_024);
        bytes.extend(MARK);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(u16::try_from(self.columns).unwrap_or(u16::MAX).to_le_bytes());
        for length in [self.scales.len(), self.vocabulary.len(), sample.len()] {
            bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        }
        bytes.extend(self.vocabulary.as_bytes());
        bytes.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        bytes.extend(self.values.iter());
        bytes.extend(sample.iter().flat_map(|number| number.to_le_bytes()));
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }

    pub(super) fn decode(bytes: Cow<'static, [u8]>) -> Result<Self, Error> {
        let layout = Layout::of(&bytes)?;
        let fingerprint = fingerprint(&bytes);
        match bytes {
            Cow::Borrowed(bytes) => {
                let parts = layout.parts(bytes).ok_or(Error::Damaged)?;
                build(&layout, &parts, Cow::Borrowed(parts.values), fingerprint)
            }
            Cow::Owned(bytes) => {
                let parts = layout.parts(&bytes).ok_or(Error::Damaged)?;
                build(&layout, &parts, Cow::Owned(parts.values.to_vec()), fingerprint)
            }
        }
    }
}

/// The first half dozen bytes of the checksum.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let checksum = bytes.len().checked_sub(CHECKSUM).and_then(|from| bytes.get(from..)).unwrap_or_default();
    checksum.iter().take(6).fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// How long the parts are.
struct Layout {
    columns: usize,
    terms: usize,
    vocabulary: usize,
    sample: usize,
}

struct Parts<'a> {
    vocabulary: &'a [u8],
    scales: &'a [u8],
    values: &'a [u8],
    sample: &'a [u8],
}

impl Layout {
    fn of(bytes: &[u8]) -> Result<Self, Error> {
        let mut rest = bytes.strip_prefix(MARK).ok_or(Error::Foreign)?;
        let version = u16::from_le_bytes(*take(&mut rest).ok_or(Error::Damaged)?);
        if version != VERSION {
            return Err(Error::Version(version));
        }
        let from = bytes.len().checked_sub(CHECKSUM).ok_or(Error::Damaged)?;
        let (told, checksum) = bytes.split_at_checked(from).ok_or(Error::Damaged)?;
        if Sha256::digest(told).as_slice() != checksum {
            return Err(Error::Damaged);
        }
        let columns = usize::from(u16::from_le_bytes(*take(&mut rest).ok_or(Error::Damaged)?));
        if columns == 0 || columns > WIDEST {
            return Err(Error::Contradiction("vectors of no or too many columns"));
        }
        let mut length = || {
            let length = u32::from_le_bytes(*take(&mut rest)?);
            usize::try_from(length).ok()
        };
        let terms = length().ok_or(Error::Damaged)?;
        let vocabulary = length().ok_or(Error::Damaged)?;
        let sample = length().ok_or(Error::Damaged)?;
        if terms >= usize::from(UNKNOWN) {
            return Err(Error::Contradiction("more terms than rows can be numbered"));
        }
        Ok(Self { columns, terms, vocabulary, sample })
    }

    /// Nothing may be missing or left over.
    fn parts<'a>(&self, bytes: &'a [u8]) -> Option<Parts<'a>> {
        let rest = bytes.get(MARK.len() + 4 + 12..bytes.len().checked_sub(CHECKSUM)?)?;
        let (vocabulary, rest) = rest.split_at_checked(self.vocabulary)?;
        let (scales, rest) = rest.split_at_checked(self.terms.checked_mul(4)?)?;
        let (values, sample) = rest.split_at_checked(self.terms.checked_mul(self.columns)?)?;
        (sample.len() == self.sample.checked_mul(2)?).then_some(Parts { vocabulary, scales, values, sample })
    }
}

fn build(
    layout: &Layout,
    parts: &Parts<'_>,
    values: Cow<'static, [u8]>,
    fingerprint: String,
) -> Result<Embedding, Error> {
    let vocabulary = std::str::from_utf8(parts.vocabulary)
        .map_err(|_foreign| Error::Contradiction("a vocabulary that is not text"))?;
    if vocabulary.lines().count() != layout.terms {
        return Err(Error::Contradiction("more or fewer terms than rows"));
    }
    let (scales, _none) = parts.scales.as_chunks();
    let scales: Vec<f32> = scales.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    if scales.iter().any(|scale| !(0.0..1e6).contains(scale)) {
        return Err(Error::Contradiction("a scale that is no ordinary number"));
    }
    let (sample, _none) = parts.sample.as_chunks();
    let sample: Vec<u16> = sample.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect();
    let sample = papers(&sample).ok_or(Error::Contradiction("a sample cut short"))?;
    Ok(Embedding::assemble(layout.columns, vocabulary.to_owned(), scales, values, sample, fingerprint))
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(first)
}

fn numbers(sample: &[Sampled]) -> Vec<u16> {
    let length = |terms: &[Option<u16>]| u16::try_from(terms.len()).unwrap_or(u16::MAX);
    let mut numbers = Vec::new();
    for paper in sample {
        numbers.extend([length(&paper.title), length(&paper.body)]);
        for terms in [&paper.title, &paper.body] {
            numbers.extend(terms.iter().take(usize::from(u16::MAX)).map(|row| row.unwrap_or(UNKNOWN)));
        }
    }
    numbers
}

fn papers(numbers: &[u16]) -> Option<Vec<Sampled>> {
    let rows = |terms: &[u16]| terms.iter().map(|row| (*row != UNKNOWN).then_some(*row)).collect();
    let mut papers = Vec::new();
    let mut rest = numbers;
    while let Some(([title, body], after)) = rest.split_first_chunk() {
        let (title, after) = after.split_at_checked(usize::from(*title))?;
        let (body, after) = after.split_at_checked(usize::from(*body))?;
        papers.push(Sampled { title: rows(title), body: rows(body) });
        rest = after;
    }
    rest.is_empty().then_some(papers)
}

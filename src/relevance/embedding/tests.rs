//! Tests of the embedding and its bytes.

use sha2::Digest as _;
use sha2::Sha256;

use crate::relevance::dense;
use crate::relevance::embedding::Embedding;
use crate::relevance::embedding::Error;
use crate::relevance::embedding::Sampled;
use crate::relevance::terms;

fn small() -> Embedding {
    let stems = ["graph", "kernel", "star"].map(str::to_owned);
    let mut rows = dense::Matrix::zeros(3, 8);
    for (at, row) in rows.rows_mut().enumerate() {
        row[at] = 2.0;
        row[7] = 1.0;
    }
    let sample = vec![Sampled { title: vec![Some(0), None], body: vec![Some(2)] }, Sampled::default()];
    Embedding::from_rows(&stems, &rows, sample)
}

/// With a checksum that fits.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

#[test]
fn bytes_give_the_same_embedding_back() {
    let embedding = small();
    let bytes = embedding.to_bytes();
    let read = Embedding::from_bytes(&bytes).unwrap();
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(read.fingerprint(), embedding.fingerprint());
    assert_eq!(read.fingerprint().len(), 12);
    assert_eq!(read.sample(), embedding.sample());
    let counts = [(terms::term("graph"), 3), (terms::term("unheard"), 1)];
    assert_eq!(read.vector(counts), embedding.vector(counts));
}

#[test]
fn a_vector_is_the_damped_sum_of_its_terms() {
    let vector = small().vector([(terms::term("graph"), 1), (terms::term("kernel"), 1)]);
    let length = (4.0_f32 + 4.0 + 4.0).sqrt();
    for (value, expected) in vector.iter().zip([2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]) {
        assert!((value - expected / length).abs() < 0.01);
    }
    assert!(small().vector([(terms::term("unheard"), 1)]).iter().all(|value| value.abs() < 1e-9));
}

#[test]
fn hostile_bytes_are_an_error() {
    let bytes = small().to_bytes();
    assert_eq!(Embedding::from_bytes(b"").unwrap_err(), Error::Foreign);
    for end in 0..bytes.len() {
        assert!(Embedding::from_bytes(&bytes[..end]).is_err());
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x81;
        assert!(Embedding::from_bytes(&changed).is_err());
    }
}

#[test]
fn parts_that_contradict_each_other_are_an_error_in_spite_of_the_checksum() {
    let bytes = small().to_bytes();
    for at in 10..bytes.len() - 32 {
        for change in [0xFF, 0x01, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            // Some changes make another sound embedding; none may panic.
            if let Ok(embedding) = Embedding::from_bytes(&sealed(changed)) {
                assert!(embedding.vector([(terms::term("graph"), 1)]).len() <= 1_024);
            }
        }
    }
    let mut longer = bytes.clone();
    longer[12] = 0xFF;
    assert_eq!(Embedding::from_bytes(&sealed(longer)).unwrap_err(), Error::Damaged);
}

#[test]
fn the_shipped_embedding_is_whole() {
    let embedding = Embedding::shipped();
    assert_eq!(embedding.columns(), 256);
    assert!(embedding.len() > 20_000 && embedding.sample().len() == 2_000);
    assert_eq!(Embedding::from_bytes(&embedding.to_bytes()).unwrap().fingerprint(), embedding.fingerprint());
}

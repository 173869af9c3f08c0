//! An encoder that remembers: what it encoded once is read from a file the next time.

use std::fmt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::encoder::transformer;
use crate::encoder::transformer::Transformer;
use crate::encoder::vectors;
use crate::encoder::vectors::Key;
use crate::encoder::vectors::Vectors;
use crate::relevance::embedding;
use crate::relevance::embedding::Encoder;

/// An encoder and its vectors.
pub struct Kept {
    transformer: Transformer,
    vectors: Mutex<Vectors>,
}

/// Why an encoder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a text.
    #[error(transparent)]
    Transformer(#[from] transformer::Error),
    /// The file of vectors.
    #[error(transparent)]
    Vectors(#[from] vectors::Error),
}

impl fmt::Debug for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Kept").field("encoder", &self.transformer.fingerprint()).finish_non_exhaustive()
    }
}

/// What is encoded of a paper. The prose of a topic has no second part.
fn text(title: &str, abstract_text: &str) -> String {
    format!("{title}\n{abstract_text}")
}

impl Kept {
    /// Reads the encoder of a folder, and what it has encoded before from a file. Vectors of another encoder are dropped.
    pub fn open(folder: &Path, file: &Path) -> Result<Self, Error> {
        let transformer = Transformer::open(folder)?;
        let vectors = Vectors::open(file, transformer.fingerprint(), transformer.columns())?;
        Ok(Self { transformer, vectors: Mutex::new(vectors) })
    }

    /// How many texts it knows.
    pub fn len(&self) -> usize {
        self.vectors.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it knows a text.
    pub fn knows(&self, title: &str, abstract_text: &str) -> bool {
        self.known(&vectors::key(&text(title, abstract_text))).is_some()
    }

    /// Encodes texts together, each a title and an abstract, and keeps their vectors. A hundred milliseconds each.
    pub fn learn(&self, papers: &[(String, String)]) -> Result<(), Error> {
        let texts: Vec<String> = papers.iter().map(|(title, body)| text(title, body)).collect();
        let encoded = self.transformer.encode(&texts)?;
        let mut kept = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        for (text, vector) in texts.iter().zip(encoded) {
            let (scale, bytes) = embedding::quantise(&vector);
            kept.put(vectors::key(text), scale, &bytes.collect::<Vec<i8>>())?;
        }
        Ok(())
    }

    fn known(&self, key: &Key) -> Option<Vec<f32>> {
        let kept = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        let (scale, bytes) = kept.get(key)?;
        Some(bytes.iter().map(|value| scale * f32::from(*value)).collect())
    }
}

impl Encoder for Kept {
    fn columns(&self) -> usize {
        self.transformer.columns()
    }

    fn sense(&self, title: &str, abstract_text: &str) -> Vec<f32> {
        let key = vectors::key(&text(title, abstract_text));
        if let Some(known) = self.known(&key) {
            return known;
        }
        if let Err(error) = self.learn(&[(title.to_owned(), abstract_text.to_owned())]) {
            // A text without a sense is still compared by its words.
            tracing::warn!(%error, "a text could not be encoded: {error}");
        }
        self.known(&key).unwrap_or_else(|| vec![0.0; self.columns()])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Kept;
    use crate::encoder::transformer::tests::tiny::Tiny;
    use crate::relevance::background::Background;
    use crate::relevance::embedding::Embedding;
    use crate::relevance::embedding::Encoder as _;
    use crate::relevance::features::Features;
    use crate::relevance::profile::Example;
    use crate::relevance::profile::Profile;
    use crate::relevance::profile::Wanted;

    #[test]
    fn a_text_is_encoded_once() {
        let (folder, store) = (Tiny::new().folder(), tempfile::tempdir().unwrap());
        let file = store.path().join("vectors.bin");
        let encoder = Kept::open(folder.path(), &file).unwrap();
        let vector = encoder.sense("Knots", "We tie them.");
        assert!(encoder.knows("Knots", "We tie them.") && !encoder.knows("Knots", ""));
        drop(encoder);
        let again = Kept::open(folder.path(), &file).unwrap();
        assert_eq!((again.len(), again.sense("Knots", "We tie them.")), (1, vector));
        // Texts encoded together are the same as one by one, near enough for a byte.
        again
            .learn(&[("Flags".to_owned(), String::new()), ("Stars".to_owned(), "Far away.".to_owned())])
            .unwrap();
        assert_eq!(again.len(), 3);
    }

    #[test]
    fn an_encoder_ranks_in_the_place_of_the_embedding() {
        let (folder, store) = (Tiny::new().folder(), tempfile::tempdir().unwrap());
        let encoder = Arc::new(Kept::open(folder.path(), &store.path().join("vectors.bin")).unwrap());
        let columns = encoder.columns();
        let embedding = Arc::new(Embedding::shipped().encoded_by(encoder));
        assert_eq!((embedding.columns(), embedding.sample().len()), (columns, 0));
        let mut background = Background::new(Arc::clone(&embedding));
        let text = |number: usize| (format!("Paper {number} on knots"), format!("We tie {number} of them."));
        let features = |number: usize| {
            let (title, body) = text(number);
            Arc::new(Features::of(&title, &body, &embedding))
        };
        for number in 0..50 {
            background.add(&number.to_string(), features(number));
        }
        let liked = Example { id: "a".to_owned(), title: "Flags".to_owned(), features: features(3) };
        let wanted = Wanted { likes: vec![liked], ..Wanted::default() };
        let profile = &Profile::build_all(&[wanted], &background)[0];
        let score = |number: usize| profile.score_weighed(&background.weigh(&features(number))).total;
        assert!(score(3) > score(20), "{} {}", score(3), score(20));
    }
}

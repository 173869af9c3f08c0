//! Private addresses: `/r/TOKEN/…` answers with the same feeds as `/…`, for one reader.
//!
//! A token is looked up by its SHA-256, so that the time this takes tells nothing of the tokens there are; it is stored and
//! logged nowhere.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use sha2::Digest as _;
use sha2::Sha256;

use crate::http::private::Private;
use crate::http::rates::Bucket;
use crate::model::format::Format;
use crate::model::plan::Sequence;
use crate::store::Error;
use crate::store::Reader;

/// What stands before a token in a path.
const BEFORE: &str = "/r/";

/// The tokens that open something.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) private: Private,
    table: ArcSwap<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// The last change of a reader that it shows; none at the beginning.
    moved: Option<Sequence>,
    readers: HashMap<[u8; 32], Arc<Access>>,
}

/// What a token opens.
#[derive(Debug)]
pub(super) struct Access {
    /// The digest of the token.
    pub(super) digest: [u8; 32],
    /// Whether it opens nothing any more.
    pub(super) is_revoked: bool,
    /// Counts the requests.
    pub(super) bucket: Arc<Bucket>,
}

/// A reader with a private address, during one request.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    pub(super) access: Arc<Access>,
    /// The token, for the addresses in what is answered.
    pub(super) token: Arc<str>,
}

impl Tokens {
    pub(super) fn new(private: Private) -> Self {
        Self { private, table: ArcSwap::default() }
    }

    /// Whom a token belongs to.
    pub(super) fn open(&self, reader: &Reader, token: &str) -> Result<Option<Guest>, Error> {
        let table = self.table.load();
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let access = if table.moved == Some(reader.private_readers_moved()) {
            table.readers.get(&digest).cloned()
        } else {
            let fresh = Arc::new(Table::read(reader, &table)?);
            self.table.store(Arc::clone(&fresh));
            fresh.readers.get(&digest).cloned()
        };
        Ok(access.map(|access| Guest { access, token: Arc::from(token) }))
    }
}

impl Table {
    fn read(reader: &Reader, former: &Self) -> Result<Self, Error> {
        let moved = Some(reader.private_readers_moved());
        let readers = reader.private_readers()?.into_iter().map(|known| {
            let bucket = former.readers.get(&known.digest).map(|access| Arc::clone(&access.bucket));
            let access = Access {
                digest: known.digest,
                is_revoked: known.revoked.is_some(),
                bucket: bucket.unwrap_or_default(),
            };
            (known.digest, Arc::new(access))
        });
        Ok(Self { moved, readers: readers.collect() })
    }
}

/// The token in a path, and the path it stands before; only feeds and the list of them have such addresses.
pub(super) fn split(path: &str) -> Option<(&str, &str)> {
    let (token, rest) = path.strip_prefix(BEFORE)?.split_once('/')?;
    let is_list = rest == "opml" || Format::split(rest).is_some();
    is_list.then_some((token, rest))
}

/// Whether a path is a private address or claims to be one.
pub(super) fn is_private(path: &str) -> bool {
    path.starts_with(BEFORE)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn only_feeds_are_private() {
        assert_eq!(split("/r/abc/topics/peft.atom"), Some(("abc", "topics/peft.atom")));
        assert_eq!(split("/r/abc/opml"), Some(("abc", "opml")));
        for path in ["/r/abc/", "/r/abc", "/r/", "/topics/peft.atom", "/r/abc/papers/1", "/r/abc/healthz"] {
            assert_eq!(split(path), None, "{path}");
        }
    }
}

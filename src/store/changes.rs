//! The rows one plan changes, before they are written: reading sees them over the tree, writing is one batch.

use std::collections::BTreeMap;

use crate::store::Error;

/// A key and its value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// Rows to write (or, without a value, to remove), over the tree as it is.
pub(super) struct Changes<'tree> {
    tree: &'tree sled::Tree,
    rows: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'tree> Changes<'tree> {
    pub(super) fn new(tree: &'tree sled::Tree) -> Self {
        Self { tree, rows: BTreeMap::new() }
    }

    pub(super) fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if let Some(row) = self.rows.get(key) {
            return Ok(row.clone());
        }
        let found = self.tree.get(key).map_err(Error::index("read from"))?;
        Ok(found.map(|value| value.to_vec()))
    }

    pub(super) fn has(&self, key: &[u8]) -> Result<bool, Error> {
        if let Some(row) = self.rows.get(key) {
            return Ok(row.is_some());
        }
        self.tree.contains_key(key).map_err(Error::index("read from"))
    }

    pub(super) fn write(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.rows.insert(key, Some(value));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.rows.insert(key, None);
    }

    /// Every row whose key begins with a prefix, in order.
    pub(super) fn scan(&self, prefix: &[u8]) -> Result<Vec<Row>, Error> {
        let mut rows = BTreeMap::new();
        for row in self.tree.scan_prefix(prefix) {
            let (key, value) = row.map_err(Error::index("read from"))?;
            rows.insert(key.to_vec(), Some(value.to_vec()));
        }
        let changed = self.rows.range(prefix.to_vec()..).take_while(|(key, _row)| key.starts_with(prefix));
        rows.extend(changed.map(|(key, row)| (key.clone(), row.clone())));
        Ok(rows.into_iter().filter_map(|(key, row)| row.map(|value| (key, value))).collect())
    }

    /// The last key that begins with a prefix.
    pub(super) fn last_key(&self, prefix: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let changed = self.rows.range(prefix.to_vec()..).take_while(|(key, _row)| key.starts_with(prefix));
        let written = changed.filter(|(_key, row)| row.is_some()).last().map(|(key, _row)| key.clone());
        for key in self.tree.scan_prefix(prefix).keys().rev() {
            let key = key.map_err(Error::index("read from"))?;
            if !matches!(self.rows.get(&*key), Some(None)) {
                return Ok(written.max(Some(key.to_vec())));
            }
        }
        Ok(written)
    }

    pub(super) fn number(&self, key: &[u8]) -> Result<u64, Error> {
        Ok(self.read(key)?.and_then(|value| number(&value)).unwrap_or(0))
    }

    pub(super) fn write_number(&mut self, key: Vec<u8>, number: u64) {
        self.write(key, number.to_be_bytes().to_vec());
    }

    /// How many bytes of keys and values will be written.
    pub(super) fn bytes(&self) -> usize {
        let sizes = self.rows.iter().map(|(key, row)| key.len() + row.as_ref().map_or(0, Vec::len));
        sizes.fold(0, usize::saturating_add)
    }

    /// Everything as one batch.
    pub(super) fn into_batch(self) -> sled::Batch {
        let mut batch = sled::Batch::default();
        for (key, row) in self.rows {
            match row {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        batch
    }
}

/// The number in a counter's row.
pub(super) fn number(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_be_bytes)
}

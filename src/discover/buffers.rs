//! Texts that stand in for files on the disk: what an editor has open, saved or not.

use super::folder::name;
use crate::source::parent;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Texts by the paths that the sources give their files. A copy shares them.
#[derive(Clone, Debug, Default)]
pub struct Buffers(Arc<BTreeMap<String, Arc<str>>>);

impl Buffers {
    /// Texts by path.
    pub fn new(texts: BTreeMap<String, Arc<str>>) -> Self {
        Self(Arc::new(texts))
    }

    /// The text in the place of a file.
    pub fn get(&self, path: &str) -> Option<&Arc<str>> {
        self.0.get(path)
    }

    /// The same by the path on the disk.
    pub(super) fn at(&self, path: &Path) -> Option<&Arc<str>> {
        // Making the name takes time, and nearly always there is nothing.
        if self.0.is_empty() { None } else { self.get(&name(path)) }
    }

    /// The names of the files in a folder that have such a text, whether they are on the disk or not.
    pub(super) fn names_in(&self, folder: &Path) -> impl Iterator<Item = &str> {
        let folder = if self.0.is_empty() { String::new() } else { name(folder) };
        let inside = self.0.keys().filter(move |path| parent(path) == folder);
        inside.filter_map(|path| path.rsplit('/').next())
    }
}

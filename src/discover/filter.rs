//! Which files are looked at: neither those that git ignores, nor those that the configuration file excludes, and if asked for only those that
//! git tracks.

use super::buffers::Buffers;
use super::ignores::{Ignores, repository_above};
use super::index::Index;
use super::walk::absolute;
use super::{Options, folder, normal};
use crate::settings;
use crate::source::{parent, text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a walk passes over.
pub(super) struct Filter<'o> {
    /// Whether what git ignores is.
    pub respect_ignores: bool,
    /// What the configuration file excludes that applies everywhere; `None` when the nearest one applies.
    everywhere: Option<Option<Arc<Ignores>>>,
    tracked_only: bool,
    /// Texts in the place of files.
    pub buffers: &'o Buffers,
    /// By the top folders of repositories: what git tracks there, or why that is not known.
    indexes: Mutex<BTreeMap<PathBuf, Result<Arc<Index>, String>>>,
}

impl<'o> Filter<'o> {
    /// The filter of a run.
    pub fn new(options: &'o Options, current: &Path) -> Self {
        let everywhere = options.config.as_deref().map(|typed| excluded(Path::new(&normal(typed)), current, &options.buffers));
        let buffers = &options.buffers;
        let (respect_ignores, tracked_only) = (!options.no_ignore, options.tracked_only);
        Self { respect_ignores, everywhere, tracked_only, buffers, indexes: Mutex::default() }
    }

    /// What git tracks in the repository that a folder (an absolute path) is in; nothing when that was not asked for, or cannot be told.
    pub fn tracked(&self, folder: &Path) -> Option<Arc<Index>> {
        if !self.tracked_only {
            return None;
        }
        let is_top = folder.join(".git").exists();
        let top = if is_top { Some(folder) } else { repository_above(folder).last().copied() };
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match top {
            Some(top) => indexes.entry(top.to_owned()).or_insert_with(|| Index::read(top).map(Arc::new)),
            None => indexes.entry(folder.to_owned()).or_insert_with(|| Err("this is in no git repository".to_owned())),
        };
        found.as_ref().ok().cloned()
    }

    /// Why it cannot be told what git tracks: folders, and reasons.
    pub fn failures(&self) -> Vec<(PathBuf, String)> {
        let indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        indexes.iter().filter_map(|(top, index)| Some((top.clone(), index.as_ref().err()?.clone()))).collect()
    }

    /// What is excluded where this configuration file is the nearest (a path from the current folder).
    pub fn excluded(&self, config: Option<&Path>, current: &Path) -> Option<Arc<Ignores>> {
        match &self.everywhere {
            Some(everywhere) => everywhere.clone(),
            None => excluded(config?, current, self.buffers),
        }
    }
}

/// What a configuration file excludes. What is wrong in it is told when it is read for all that it says.
fn excluded(config: &Path, current: &Path, buffers: &Buffers) -> Option<Arc<Ignores>> {
    let bytes = folder::read_file(config, buffers, &mut Vec::new()).ok()?;
    let patterns = settings::parse(&text(&bytes)).0.exclude;
    let base = absolute(current, Path::new(parent(&folder::name(config))));
    Ignores::of(&base, &patterns)
}

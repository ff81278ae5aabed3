//! Which files are looked at: neither those that git ignores, nor those that the configuration file excludes, and if asked for only those that
//! git tracks.

use super::buffers::Buffers;
use super::ignores::{Ignores, repository_above};
use super::index::Index;
use super::walk::absolute;
use super::{LARGEST_CONFIG, Options, folder, normal};
use crate::progress::Progress;
use crate::settings;
use crate::source::{parent, text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a walk passes over.
pub(super) struct Filter {
    /// Whether what git ignores is.
    pub respect_ignores: bool,
    /// What the configuration file excludes that applies everywhere; `None` when the nearest one applies.
    everywhere: Option<Option<Arc<Ignores>>>,
    tracked_only: bool,
    /// Texts in the place of files.
    pub buffers: Buffers,
    /// Counted up by what is read.
    pub progress: Arc<Progress>,
    /// By the top folders of repositories: what git tracks there, or why that is not known.
    indexes: Mutex<BTreeMap<PathBuf, Result<Arc<Index>, String>>>,
    /// Files with patterns (absolute paths) that could not be read, and why.
    unread: Mutex<BTreeMap<PathBuf, String>>,
}

impl Filter {
    /// The filter of a run.
    pub fn new(options: &Options, current: &Path) -> Self {
        let everywhere = options.config.as_deref().map(|typed| excluded(Path::new(&normal(typed)), current, &options.buffers));
        let (buffers, progress) = (options.buffers.clone(), Arc::clone(&options.progress));
        let (respect_ignores, tracked_only) = (!options.no_ignore, options.tracked_only);
        let (indexes, unread) = (Mutex::default(), Mutex::default());
        Self { respect_ignores, everywhere, tracked_only, buffers, progress, indexes, unread }
    }

    /// What git tracks in the repository that a folder (an absolute path) is in; nothing when that was not asked for, or cannot be told.
    pub fn tracked(&self, folder: &Path) -> Option<Arc<Index>> {
        if self.tracked_only { self.index(folder).ok() } else { None }
    }

    /// Whether a file (an absolute path) may be looked at as far as git tracks it, if that matters.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn passes(&self, file: &Path) -> Result<bool, String> {
        let folder = file.parent().filter(|_| self.tracked_only);
        folder.map_or(Ok(true), |folder| self.index(folder).map(|index| index.has(file)).map_err(|why| untold(&why)))
    }

    /// What git tracks in the repository that a folder (an absolute path) is in, or why that is not known.
    fn index(&self, folder: &Path) -> Result<Arc<Index>, String> {
        let is_top = folder.join(".git").exists();
        let top = if is_top { Some(folder) } else { repository_above(folder).last().copied() };
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match top {
            Some(top) => indexes.entry(top.to_owned()).or_insert_with(|| Index::read(top).map(Arc::new)),
            None => indexes.entry(folder.to_owned()).or_insert_with(|| Err("this is in no git repository".to_owned())),
        };
        found.clone()
    }

    /// Keeps the patterns of a `.gitignore`, or why it cannot be read.
    pub fn kept<T>(&self, path: &Path, read: Result<T, String>) -> Option<T> {
        read.map_err(|why| self.unread.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), why)).ok()
    }

    /// Of which folders it cannot be told what git tracks, which files with patterns cannot be read, and why.
    pub fn failures(&self) -> BTreeMap<PathBuf, String> {
        let mut failures = self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        for (top, why) in indexes.iter().filter_map(|(top, index)| Some((top, index.as_ref().err()?))) {
            failures.insert(top.clone(), untold(why));
        }
        failures
    }

    /// What is excluded where this configuration file is the nearest (a path from the current folder).
    pub fn excluded(&self, config: Option<&Path>, current: &Path) -> Option<Arc<Ignores>> {
        match &self.everywhere {
            Some(everywhere) => everywhere.clone(),
            None => excluded(config?, current, &self.buffers),
        }
    }
}

fn untold(why: &str) -> String {
    format!("which files git tracks cannot be told: {why}")
}

/// What a configuration file excludes. What is wrong in it is told when it is read for all that it says.
fn excluded(config: &Path, current: &Path, buffers: &Buffers) -> Option<Arc<Ignores>> {
    let bytes = folder::read_named(config, LARGEST_CONFIG, buffers).ok()?;
    let patterns = settings::parse(&text(&bytes)).0.exclude;
    let base = absolute(current, Path::new(parent(&folder::name(config))));
    Ignores::of(&base, &patterns)
}

//! The parallel walk: one task for each folder.

use super::folder::{Folder, Folders, Listing};
use super::ignores::{Ignores, repository_above};
use crate::settings::NAMES;
use crate::source::join;
use rayon::Scope;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, mpsc};

/// The folders to begin with.
#[derive(Default)]
pub(super) struct Starts(BTreeMap<(PathBuf, bool), BTreeSet<OsString>>);

impl Starts {
    /// Begins at a folder, relative to the current one, and walks all below it.
    pub fn add_folder(&mut self, path: PathBuf) {
        self.0.entry((path, true)).or_default();
    }

    /// Whether there is nothing to begin with.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the folder of a file, and not what is below it.
    pub fn add_file(&mut self, folder: PathBuf, file: OsString) {
        self.0.entry((folder, false)).or_default().insert(file);
    }
}

/// What a walk found.
#[derive(Default)]
pub(super) struct Found {
    /// The folders with configuration.
    pub folders: Folders,
    /// The variable files in other folders, sorted.
    pub variables: Vec<PathBuf>,
    /// The folders that it began with and went below.
    pub deep: Vec<PathBuf>,
}

/// Walks folders and reads their configuration.
pub(super) fn walk(starts: Starts, respect_ignores: bool) -> Found {
    let (sender, found) = mpsc::channel();
    let (variables_sender, variables) = mpsc::channel();
    let deep: Vec<PathBuf> = starts.0.keys().filter(|(_, deep)| *deep).map(|(path, _)| path.clone()).collect();
    let walk = Walk { deep: deep.iter().cloned().collect(), respect_ignores, found: sender, variables: variables_sender };
    let current = std::env::current_dir().unwrap_or_default();
    rayon::scope(|scope| {
        for ((path, deep), named) in starts.0 {
            let absolute = absolute(&current, &path);
            let ignores = if respect_ignores { Ignores::above(&absolute) } else { None };
            let config = config_above(&path, &absolute);
            let spot = Spot { path, absolute, ignores, config, deep, named };
            scope.spawn(|scope| walk.visit(scope, spot));
        }
    });
    drop(walk);
    let mut folders = Folders::new();
    for folder in found {
        // A folder that is found twice has more files where ignored ones were named.
        if folders.get(&folder.name).is_none_or(|known| known.files.len() < folder.files.len()) {
            folders.insert(folder.name.clone(), folder);
        }
    }
    let mut variables: Vec<PathBuf> = variables.into_iter().flatten().collect();
    variables.sort_unstable();
    Found { folders, variables, deep }
}

struct Walk {
    /// The given folders: each is walked once, even when it lies inside another.
    deep: HashSet<PathBuf>,
    respect_ignores: bool,
    found: mpsc::Sender<Folder>,
    variables: mpsc::Sender<Vec<PathBuf>>,
}

/// A folder on the way.
struct Spot {
    path: PathBuf,
    /// The same, to match against what is ignored.
    absolute: PathBuf,
    ignores: Option<Arc<Ignores>>,
    /// The configuration file that applies here.
    config: Option<Arc<Path>>,
    /// Whether to go on to the folders below.
    deep: bool,
    /// Files in it that the user named: these are read even when they are ignored.
    named: BTreeSet<OsString>,
}

impl Walk {
    fn visit<'s>(&'s self, scope: &Scope<'s>, mut spot: Spot) {
        let mut listing = match Listing::of(&spot.path) {
            Ok(listing) => listing,
            Err(error) => return self.send(Folder::unlisted(&spot.path, &error)),
        };
        if self.respect_ignores {
            spot.ignores = Ignores::enter(spot.ignores.take(), &spot.absolute, listing.repository, listing.gitignore);
            remove_ignored(&mut listing, &spot);
        }
        if !spot.deep {
            listing.data.retain(|entry| spot.named.contains(&entry.name));
        }
        if listing.repository {
            spot.config = None;
        }
        if let Some(name) = &listing.config {
            spot.config = Some(spot.path.join(name).into());
        }
        if spot.deep {
            for name in std::mem::take(&mut listing.folders) {
                let path = spot.path.join(&name);
                if !self.deep.contains(&path) {
                    let absolute = spot.absolute.join(&name);
                    let (ignores, config) = (spot.ignores.clone(), spot.config.clone());
                    let below = Spot { path, absolute, ignores, config, deep: true, named: BTreeSet::new() };
                    scope.spawn(|scope| self.visit(scope, below));
                }
            }
        }
        if !listing.configuration.is_empty() || !listing.data.is_empty() {
            let mut folder = Folder::linted(&spot.path, listing);
            folder.config = spot.config;
            return self.send(folder);
        }
        let variables: Vec<PathBuf> = listing.variable_files().map(|name| spot.path.join(name)).collect();
        if !variables.is_empty() {
            let _ = self.variables.send(variables);
        }
    }

    fn send(&self, folder: Folder) {
        if !folder.is_empty() {
            // Sending fails only without a receiver, and that outlives the walk.
            let _ = self.found.send(folder);
        }
    }
}

fn remove_ignored(listing: &mut Listing, spot: &Spot) {
    if let Some(ignores) = &spot.ignores {
        let keep = |name: &OsString| spot.named.contains(name) || !ignores.ignore(&spot.absolute.join(name), false);
        listing.configuration.retain(|entry| keep(&entry.name));
        listing.rest.retain(|entry| keep(&entry.name));
        listing.data.retain(|entry| keep(&entry.name));
        listing.variables.retain(|entry| keep(&entry.name));
        listing.folders.retain(|name| !ignores.ignore(&spot.absolute.join(name), true));
    }
}

/// The nearest configuration file in a folder above, but for those outside the repository.
fn config_above(path: &Path, absolute: &Path) -> Option<Arc<Path>> {
    if absolute.join(".git").exists() {
        return None;
    }
    repository_above(absolute).into_iter().enumerate().find_map(|(up, above)| {
        let name = NAMES.into_iter().find(|name| above.join(name).is_file())?;
        let typed = join(path.to_str()?, &"../".repeat(up + 1));
        Some(Path::new(&join(&typed, name)).into())
    })
}

/// An absolute path without `..`, told from the text alone.
pub(super) fn absolute(current: &Path, path: &Path) -> PathBuf {
    let mut absolute = PathBuf::new();
    for part in current.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = absolute.pop(),
            part => absolute.push(part),
        }
    }
    absolute
}

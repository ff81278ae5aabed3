//! The parallel walk: one task for each folder.

use super::folder::{Folder, Folders, Listing};
use super::ignores::Ignores;
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

    /// Reads the folder of a file, and not what is below it.
    pub fn add_file(&mut self, folder: PathBuf, file: OsString) {
        self.0.entry((folder, false)).or_default().insert(file);
    }
}

/// Walks folders and reads their configuration.
pub(super) fn walk(starts: Starts, respect_ignores: bool) -> Folders {
    let (sender, found) = mpsc::channel();
    let deep = starts.0.keys().filter(|(_, deep)| *deep).map(|(path, _)| path.clone()).collect();
    let walk = Walk { deep, respect_ignores, found: sender };
    let current = std::env::current_dir().unwrap_or_default();
    rayon::scope(|scope| {
        for ((path, deep), named) in starts.0 {
            let absolute = absolute(&current, &path);
            let ignores = if respect_ignores { Ignores::above(&absolute) } else { None };
            let spot = Spot { path, absolute, ignores, deep, named };
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
    folders
}

struct Walk {
    /// The given folders: each is walked once, even when it lies inside another.
    deep: HashSet<PathBuf>,
    respect_ignores: bool,
    found: mpsc::Sender<Folder>,
}

/// A folder on the way.
struct Spot {
    path: PathBuf,
    /// The same, to match against what is ignored.
    absolute: PathBuf,
    ignores: Option<Arc<Ignores>>,
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
        if spot.deep {
            for name in std::mem::take(&mut listing.folders) {
                let path = spot.path.join(&name);
                if !self.deep.contains(&path) {
                    let absolute = spot.absolute.join(&name);
                    let below = Spot { path, absolute, ignores: spot.ignores.clone(), deep: true, named: BTreeSet::new() };
                    scope.spawn(|scope| self.visit(scope, below));
                }
            }
        }
        if !listing.configuration.is_empty() || !listing.data.is_empty() {
            self.send(Folder::linted(&spot.path, listing));
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
        listing.folders.retain(|name| !ignores.ignore(&spot.absolute.join(name), true));
    }
}

/// An absolute path without `..`, told from the text alone.
fn absolute(current: &Path, path: &Path) -> PathBuf {
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

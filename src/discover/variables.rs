//! Which variable files are read that Terraform does not load by itself: those that lie where variable files of a root module lie. Whether
//! they belong to one is told from their contents, later.

use super::buffers::Buffers;
use super::filter::Filter;
use super::folder::{Listing, name};
use super::ignores::repository_above;
use super::walk::{Found, Starts, absolute, walk};
use crate::scenarios::belong::{LEVELS, Place, Surroundings, below, is_for_variables};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Reads the variable files that may belong to one of the wanted folders, as files of that folder.
pub(super) fn read(found: &mut Found, wanted: &BTreeSet<String>, current: &Path, filter: &Filter) {
    let called: BTreeSet<&str> = found.folders.values().flat_map(|f| &f.calls).map(|call| call.to.as_str()).collect();
    let is_root = |folder: &str| found.folders.get(folder).is_some_and(|f| f.linted) && !called.contains(folder);
    let roots: Vec<Surroundings> = wanted.iter().filter(|f| is_root(f)).map(|f| Surroundings::of(f)).collect();
    let starts = outside(&roots, LEVELS, &found.deep, current, &filter.buffers);
    let outside = if starts.is_empty() { Found::default() } else { walk(starts, filter) };
    let own = roots.iter().filter_map(|root| found.folders.get(root.folder())).flat_map(|folder| &folder.variables);
    let files: BTreeSet<&PathBuf> = own.chain(&found.variables).chain(&outside.variables).collect();
    if files.is_empty() {
        return;
    }
    let strangers = found.folders.keys().filter(|f| !wanted.contains(*f) && is_root(f));
    let strangers: Vec<Surroundings> = strangers.map(|f| Surroundings::of(f)).collect();
    let has_code = |folder: &str| found.folders.contains_key(folder) || outside.folders.contains_key(folder);
    let mut files_of: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let path = name(file);
        let places = roots.iter().filter_map(|root| Some((root.place(&path, &has_code)?.distance(), root.folder())));
        let places: Vec<_> = places.collect();
        let Some((distance, root)) = places.iter().min().copied() else { continue };
        // Which of them the file belongs to is told from its content, later.
        found.near.extend(places.iter().map(|(_, root)| ((*root).to_owned(), path.clone())));
        // What lies in a root module without a cluster is not for the one above it.
        let inside = strangers.iter().filter_map(|s| s.place(&path, &has_code)).find(|place| place.up == 0);
        if inside.is_none_or(|place: Place| place.distance() > distance) {
            files_of.entry(root.to_owned()).or_default().push(file.clone());
        }
    }
    found.folders.par_iter_mut().for_each(|(name, folder)| {
        files_of.get(name).into_iter().flatten().for_each(|path| folder.read_more(path, &filter.buffers));
    });
}

/// The folders for variables or environments near root modules, at most some levels above them, that were not walked, within the repository.
pub(super) fn outside(roots: &[Surroundings], levels: usize, walked: &[PathBuf], current: &Path, buffers: &Buffers) -> Starts {
    let mut above = BTreeSet::new();
    for root in roots.iter().filter(|root| root.folders().iter().any(|folder| !is_walked(folder, walked))) {
        let inside = levels_inside(root.folder(), current).min(levels);
        above.extend(root.folders().iter().take(inside + 1).filter(|folder| !is_walked(folder, walked)));
    }
    let mut starts = Starts::default();
    for folder in above.into_iter().map(Path::new) {
        // A folder that cannot be listed was not asked for.
        let names = Listing::of(folder, buffers).map(|listing| listing.folders).unwrap_or_default();
        for name in names.iter().filter(|name| is_for_variables(&name.to_string_lossy())) {
            starts.add_folder(folder.join(name));
        }
    }
    starts
}

/// Whether a folder is one of these or below one.
pub(super) fn is_walked(folder: &str, walked: &[PathBuf]) -> bool {
    walked.iter().map(|start| name(start)).any(|start| folder == start || below(&start, folder).is_some())
}

/// How many folders above one are in the same repository; none when there is no repository.
pub(super) fn levels_inside(folder: &str, current: &Path) -> usize {
    let folder = absolute(current, Path::new(folder));
    if folder.join(".git").exists() { 0 } else { repository_above(&folder).len() }
}

//! The parallel walk: one task for each folder.

use super::closure::Node;
use super::filter::Filter;
use super::folder::{Entry, Folder, Folders, Listing};
use super::ignores::{Ignores, repository_above};
use super::index::Index;
use super::template::{self, Templates};
use crate::settings::NAMES;
use crate::source::{Asked, join};
use crate::syntax::hcl::files;
use rayon::Scope;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, mpsc};

/// The folders to begin with.
#[derive(Default)]
pub(super) struct Starts(BTreeMap<(PathBuf, Reach), BTreeSet<OsString>>);

/// What is read of a folder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// The files that were named, and all of Terraform's configuration if they have to do with that.
    Named,
    /// Its templates and parameter files.
    Templates,
    /// All, also in the folders below.
    Below,
}

impl Starts {
    /// Begins at a folder, relative to the current one, and walks all below it.
    pub fn add_folder(&mut self, path: PathBuf) {
        self.0.entry((path, Reach::Below)).or_default();
    }

    /// Reads the templates and parameter files of a folder, and not what is below it.
    pub fn add_templates(&mut self, folder: PathBuf) {
        self.0.entry((folder, Reach::Templates)).or_default();
    }

    /// Whether there is nothing to begin with.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a file; of Terraform's files the whole folder, and not what is below it.
    pub fn add_file(&mut self, folder: PathBuf, file: OsString) {
        self.0.entry((folder, Reach::Named)).or_default().insert(file);
    }
}

/// What a walk found.
#[derive(Default)]
pub(super) struct Found {
    /// The folders with configuration.
    pub folders: Folders,
    /// The variable files in other folders, sorted.
    pub variables: Vec<PathBuf>,
    /// Templates and parameter files.
    pub templates: Templates,
    /// The folders that it began with and went below.
    pub deep: Vec<PathBuf>,
    /// Root modules, and the variable files that may be theirs.
    pub near: Vec<(String, String)>,
}

/// What was found in a folder.
enum Seen {
    Folder(Box<Folder>),
    Variables(Vec<PathBuf>),
    Templates(Templates),
}

/// Walks folders and reads their configuration and templates.
pub(super) fn walk(starts: Starts, filter: &Filter) -> Found {
    let (sender, seen) = mpsc::channel();
    let below = starts.0.keys().filter(|(_, reach)| *reach == Reach::Below);
    let deep: Vec<PathBuf> = below.map(|(path, _)| path.clone()).collect();
    let current = std::env::current_dir().unwrap_or_default();
    let walk = Walk { deep: deep.iter().cloned().collect(), filter, current, seen: sender };
    rayon::scope(|scope| {
        for ((path, reach), named) in starts.0 {
            let absolute = absolute(&walk.current, &path);
            let ignores = if filter.respect_ignores { Ignores::above(&absolute, filter) } else { None };
            let config = config_above(&path, &absolute);
            let excluded = filter.excluded(config.as_deref(), &walk.current);
            let tracked = filter.tracked(&absolute);
            let spot = Spot { path, absolute, ignores, tracked, config, excluded, reach, named };
            scope.spawn(|scope| walk.visit(scope, spot));
        }
    });
    drop(walk);
    let mut found = Found { deep, ..Found::default() };
    for seen in seen {
        match seen {
            // A folder that is found twice has more files where ignored ones were named.
            Seen::Folder(folder) => {
                if found.folders.get(&folder.name).is_none_or(|known| known.files.len() < folder.files.len()) {
                    found.folders.insert(folder.name.clone(), *folder);
                }
            }
            Seen::Variables(paths) => found.variables.extend(paths),
            Seen::Templates(templates) => found.templates.extend(templates),
        }
    }
    found.variables.sort_unstable();
    found
}

struct Walk<'f> {
    /// The given folders: each is walked once, even when it lies inside another.
    deep: HashSet<PathBuf>,
    filter: &'f Filter,
    current: PathBuf,
    seen: mpsc::Sender<Seen>,
}

/// A folder on the way.
struct Spot {
    path: PathBuf,
    /// The same, to match against what is ignored.
    absolute: PathBuf,
    ignores: Option<Arc<Ignores>>,
    /// What git tracks, if nothing else counts.
    tracked: Option<Arc<Index>>,
    /// The configuration file that applies here.
    config: Option<Arc<Path>>,
    /// What that excludes.
    excluded: Option<Arc<Ignores>>,
    /// What to read of it.
    reach: Reach,
    /// Files in it that the user named: these are read even when they are ignored.
    named: BTreeSet<OsString>,
}

impl Walk<'_> {
    fn visit<'s>(&'s self, scope: &Scope<'s>, mut spot: Spot) {
        let mut listing = match Listing::of(&spot.path, &self.filter.buffers) {
            Ok(listing) => listing,
            Err(error) => return self.send(Seen::Folder(Box::new(Folder::unlisted(&spot.path, &error)))),
        };
        if self.filter.respect_ignores {
            let above = spot.ignores.take();
            spot.ignores = Ignores::enter(above, &spot.absolute, listing.repository, listing.gitignore, self.filter);
        }
        self.enter_config(&mut spot, &listing);
        if listing.repository {
            spot.tracked = self.filter.tracked(&spot.absolute);
        }
        retain_tracked(&mut listing, &spot);
        remove_ignored(&mut listing, &spot);
        match spot.reach {
            Reach::Below => {}
            Reach::Named => {
                listing.data.retain(|entry| spot.named.contains(&entry.name));
                listing.templates.retain(|entry| spot.named.contains(&entry.name));
            }
            Reach::Templates => listing.configuration.clear(),
        }
        if spot.reach == Reach::Below {
            for name in std::mem::take(&mut listing.folders) {
                let path = spot.path.join(&name);
                if !self.deep.contains(&path) {
                    let absolute = spot.absolute.join(&name);
                    let (ignores, tracked) = (spot.ignores.clone(), spot.tracked.clone());
                    let (config, excluded) = (spot.config.clone(), spot.excluded.clone());
                    let named = BTreeSet::new();
                    let below = Spot { path, absolute, ignores, tracked, config, excluded, reach: Reach::Below, named };
                    scope.spawn(|scope| self.visit(scope, below));
                }
            }
        }
        self.read(spot, listing);
    }

    /// Takes the configuration file of a folder, if it has one. What lies above a repository is not for it.
    fn enter_config(&self, spot: &mut Spot, listing: &Listing) {
        let config = listing.config.as_ref().map(|name| Arc::from(spot.path.join(name)));
        if listing.repository || config.is_some() {
            spot.excluded = self.filter.excluded(config.as_deref(), &self.current);
            spot.config = config;
        }
    }

    /// Reads what a listing has.
    fn read(&self, spot: Spot, listing: Listing) {
        let asked = |entry: &Entry| if spot.named.contains(&entry.name) { Asked::Named } else { Asked::Found };
        let mut templates = template::read_listed(&spot.path, &listing.templates, &asked, &self.filter.buffers);
        let files = listing.configuration.len() + listing.data.len() + listing.templates.len();
        let variables: Vec<PathBuf> = listing.variable_files().map(|name| spot.path.join(name)).collect();
        let mut folder = None;
        if !listing.configuration.is_empty() || !listing.data.is_empty() {
            folder =
                Some(Folder::linted(&spot.path, listing, &mut templates, &asked, &self.filter.buffers)).filter(|f| !f.is_empty());
        }
        let holds_cluster = folder.as_ref().is_some_and(Node::holds_cluster) || templates.files.values().any(Node::holds_cluster);
        self.filter.progress.read(files, holds_cluster);
        if !templates.is_empty() {
            // Who names a template does not ask for the configuration beside it.
            folder = folder.filter(|f| f.has_plans || spot.reach == Reach::Below || names_terraform(&spot.named));
            templates.set_config(spot.config.as_ref());
            self.send(Seen::Templates(templates));
        }
        match folder {
            Some(mut folder) => {
                folder.config = spot.config;
                self.send(Seen::Folder(Box::new(folder)));
            }
            None if !variables.is_empty() => self.send(Seen::Variables(variables)),
            None => {}
        }
    }

    fn send(&self, seen: Seen) {
        // Sending fails only without a receiver, and that outlives the walk.
        let _ = self.seen.send(seen);
    }
}

/// Whether one of the named files is Terraform's.
fn names_terraform(named: &BTreeSet<OsString>) -> bool {
    let is_terraform = |name: &str| files::role(name).is_some() || files::has_values(name);
    named.iter().any(|name| is_terraform(&name.to_string_lossy()))
}

fn retain_tracked(listing: &mut Listing, spot: &Spot) {
    if let Some(index) = &spot.tracked {
        let lists =
            [&mut listing.configuration, &mut listing.rest, &mut listing.data, &mut listing.templates, &mut listing.variables];
        for list in lists {
            list.retain(|entry| index.has(&spot.absolute.join(&entry.name)));
        }
        listing.folders.retain(|name| index.has_below(&spot.absolute.join(name)));
    }
}

fn remove_ignored(listing: &mut Listing, spot: &Spot) {
    let patterns: Vec<&Ignores> = [&spot.ignores, &spot.excluded].into_iter().filter_map(Option::as_deref).collect();
    if !patterns.is_empty() {
        let ignored = |name: &OsString, is_folder| {
            let path = spot.absolute.join(name);
            patterns.iter().any(|ignores| ignores.ignore(&path, is_folder))
        };
        let keep = |name: &OsString| spot.named.contains(name) || !ignored(name, false);
        listing.configuration.retain(|entry| keep(&entry.name));
        listing.rest.retain(|entry| keep(&entry.name));
        listing.data.retain(|entry| keep(&entry.name));
        listing.templates.retain(|entry| keep(&entry.name));
        listing.variables.retain(|entry| keep(&entry.name));
        listing.folders.retain(|name| !ignored(name, true));
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

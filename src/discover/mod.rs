//! Finds and reads the files of a run.
//!
//! A Terraform module is a folder, a template (ARM or Bicep) a file. The folders below the given paths are walked in parallel, and what
//! these call as local modules is read, too, wherever it lies. Only what has to do with an AKS cluster becomes part of the [`Sources`]:
//! most of a large repository has not, and need not be parsed.

mod buffers;
mod changes;
mod closure;
mod filter;
mod folder;
mod ignores;
mod imprint;
mod index;
mod links;
mod outside;
mod parameters;
mod reader;
mod restored;
mod template;
mod variables;
mod walk;

use crate::progress::Progress;
use crate::settings;
use crate::source::{Sources, Span, join, parent, text};
pub use buffers::Buffers;
pub use changes::Changes;
pub use imprint::Imprint;

use closure::Node;
use filter::Filter;
use folder::{Folder, Text};
use rayon::prelude::*;
pub use reader::Disk;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walk::{Found, Starts};

/// What to read, beside the paths.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Read also what `.gitignore` files exclude.
    pub no_ignore: bool,
    /// Of the files below the given paths, read only those in git's index.
    pub tracked_only: bool,
    /// Terraform variable files to read as well, as typed; without any, those are read that may belong to a root module.
    pub var_files: Vec<String>,
    /// Parameter files of templates to read, as typed; without any, those are read that may belong to a template.
    pub parameters: Vec<String>,
    /// The configuration file that applies everywhere, as typed; without one, the nearest above each folder does.
    pub config: Option<String>,
    /// Texts to read in the place of files.
    pub buffers: Buffers,
    /// Counted up by what is read.
    pub progress: Arc<Progress>,
}

/// Finds and reads the files of a run. What cannot be read is recorded in the result; the rest goes on.
///
/// Folders are walked whole. For a file of Terraform its folder is read, without the folders below it and without plans that were not
/// named; a template is read without its neighbours, unless these are its parameters.
pub fn discover(paths: &[String], options: &Options) -> Sources {
    let mut sources = Sources::new();
    sources.set_reader(Disk::around(paths, &options.buffers));
    let mut starts = Starts::default();
    for path in paths {
        if let Err(message) = add_start(&mut starts, path, &options.buffers) {
            sources.add_unreadable(path, message);
        }
    }
    let current = std::env::current_dir().unwrap_or_else(|e| {
        sources.add_unreadable(".", format!("the current folder cannot be told: {}", folder::reason(&e)));
        PathBuf::new()
    });
    sources.set_base(&folder::name(&current));
    add_repositories(&mut sources, paths, &current);
    let filter = Filter::new(options, &current);
    let mut found = walk::walk(starts, &filter);
    read_called(&mut found.folders, &|name| Folder::called(name, &options.buffers).inspect(|f| f.count(&options.progress)));
    let wanted = closure::closure(&found.folders);
    if options.var_files.is_empty() {
        variables::read(&mut found, &wanted, &current, &filter);
    }
    let configs = configs(&found, options);
    let templates = parameters::read(&mut found, &configs, &current, (options, &filter), &mut sources);
    for (path, message) in filter.failures() {
        let path = folder::on_disk(path.strip_prefix(&current).unwrap_or(&path));
        sources.add_unreadable(&folder::name(path), message);
    }
    links::record(&found, &wanted, &templates, &configs, &mut sources);
    add_files(&mut sources, found, &wanted, &templates, &options.buffers);
    add_var_files(&mut sources, &options.var_files, &options.buffers);
    add_configs(&mut sources, configs, &options.buffers);
    sources
}

/// The repositories that hold the current folder, and the paths.
fn add_repositories(sources: &mut Sources, paths: &[String], current: &Path) {
    let absolute: Vec<String> = paths.iter().map(|path| sources.absolute(&normal(path))).collect();
    let places = std::iter::once(current).chain(absolute.iter().map(Path::new));
    let tops: BTreeSet<(usize, &Path)> = places
        .enumerate()
        .filter_map(|(i, place)| Some((usize::from(i > 0), place.ancestors().find(|f| f.join(".git").exists())?)))
        .collect();
    tops.into_iter().for_each(|(_, top)| sources.add_repository(&folder::name(top)));
}

/// A configuration file, and what it applies to.
struct ConfigFile {
    /// Its path.
    path: String,
    /// Its content, or why it cannot be read.
    bytes: Result<Vec<u8>, String>,
    /// The folders to lint that it applies to.
    folders: BTreeSet<String>,
}

impl ConfigFile {
    /// What it says.
    fn content(&self) -> settings::ConfigFile {
        self.bytes.as_ref().map(|bytes| settings::parse(&text(bytes)).0).unwrap_or_default()
    }
}

/// Larger configuration files are not read, in bytes.
const LARGEST_CONFIG: usize = 1 << 20;

/// Reads the configuration files that apply somewhere.
fn configs(found: &Found, options: &Options) -> Vec<ConfigFile> {
    let everywhere = options.config.as_deref();
    let mut configs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if let Some(typed) = everywhere {
        // Read even when there is nothing to lint: a mistake in it is one all the same.
        configs.entry(normal(typed)).or_default();
    }
    let folders = found.folders.values().filter(|f| f.linted).map(|f| (f.name.as_str(), &f.config));
    let templates = found.templates.files.values().filter(|t| t.asked.is_some()).map(|t| (parent(&t.path), &t.config));
    for (folder, config) in folders.chain(templates) {
        let near = config.as_deref().map(folder::name);
        if let Some(config) = everywhere.map(normal).or(near) {
            configs.entry(config).or_default().insert(folder.to_owned());
        }
    }
    let read = |path: &str| folder::read_named(Path::new(path), LARGEST_CONFIG, &options.buffers);
    configs.into_iter().map(|(path, folders)| ConfigFile { bytes: read(&path), path, folders }).collect()
}

/// Adds configuration files, and the variable files that these name.
fn add_configs(sources: &mut Sources, configs: Vec<ConfigFile>, buffers: &Buffers) {
    for config in configs {
        let content = config.content();
        let path = config.path;
        let bytes = match config.bytes {
            Ok(bytes) => bytes,
            Err(message) => {
                sources.add_unreadable(&path, message);
                continue;
            }
        };
        let id = sources.add(&path, &bytes);
        config.folders.iter().for_each(|folder| sources.set_config(folder, id));
        for entry in content.arm {
            let template = join(parent(&path), &entry.template.written);
            if !Path::new(&template).is_file() {
                let place = Span::new(id, entry.template.at.start, entry.template.at.end);
                sources.add_wrong(
                    place,
                    format!("there is no file {}; paths here start from this file's folder", entry.template.written),
                );
            }
        }
        for entry in content.terraform {
            let root = join(parent(&path), &entry.root.written);
            if !folder::on_disk(Path::new(&root)).is_dir() {
                let place = Span::new(id, entry.root.at.start, entry.root.at.end);
                sources.add_wrong(
                    place,
                    format!("there is no folder {}; paths here start from this file's folder", entry.root.written),
                );
            }
            for named in entry.sets.iter().flatten() {
                let file = sources.name(parent(&path), &named.written);
                if !sources.has(&file) && Path::new(&file).exists() {
                    add_var_files(sources, &[file], buffers);
                }
            }
        }
    }
}

/// Reads a file that a user named, whatever it is; of pipes only those that the shell has opened.
///
/// # Errors
/// Why it cannot be read, or is not: more than `most` bytes are not.
pub fn read_named(path: &str, most: usize) -> Result<Vec<u8>, String> {
    folder::read_named(Path::new(path), most, &Buffers::default())
}

/// Reads a file of the code once more, as it is now.
///
/// # Errors
/// Why it cannot be read, or is not.
pub fn read_again(path: &Path) -> Result<Vec<u8>, String> {
    folder::read_named(path, folder::LARGEST, &Buffers::default())
}

/// Reads the standard input, which stands for a file: no more than is read of one.
///
/// # Errors
/// Why it cannot be read, or is not.
pub fn read_stdin() -> Result<Vec<u8>, String> {
    folder::read_stdin()
}

/// A path as [`Sources`] names it: with `/`, without `.` and without `..` where that can be told from the text alone.
pub fn normal(path: &str) -> String {
    if cfg!(windows) { join("", &path.replace('\\', "/")) } else { join("", path) }
}

/// Begins at a path of the command line.
fn add_start(starts: &mut Starts, typed: &str, buffers: &Buffers) -> Result<(), String> {
    let path = normal(typed);
    let is_folder = match buffers.get(&path) {
        Some(_) => false,
        None => {
            let found = std::fs::metadata(folder::on_disk(Path::new(&path))).map_err(|e| folder::reason(&e))?;
            if !found.is_file() && !found.is_dir() {
                return Err(folder::NOT_REGULAR.to_owned());
            }
            found.is_dir()
        }
    };
    match Path::new(&path).file_name() {
        Some(name) if !is_folder => starts.add_file(PathBuf::from(parent(&path)), name.to_owned()),
        _ => starts.add_folder(PathBuf::from(path)),
    }
    Ok(())
}

/// The most folders and templates outside the given paths that are read. Symbolic links can make endlessly many names for one folder.
const MOST_CALLED: usize = 10_000;

/// Reads what is called as local modules but was not walked, and what that calls, and so on. It is read whatever git ignores, as Terraform
/// and Bicep would.
fn read_called<N: Node + Send>(nodes: &mut BTreeMap<String, N>, read: &(dyn Fn(&str) -> Option<N> + Sync)) {
    let mut called = 0;
    let mut new: Vec<String> = nodes.keys().cloned().collect();
    while !new.is_empty() && called < MOST_CALLED {
        let calls = new.iter().filter_map(|name| nodes.get(name)).flat_map(|node| node.calls());
        let unknown: BTreeSet<String> = calls.map(|c| &c.to).filter(|name| !nodes.contains_key(*name)).cloned().collect();
        let found: Vec<(String, N)> = unknown.into_par_iter().filter_map(|name| read(&name).map(|node| (name, node))).collect();
        called += found.len();
        new = found.iter().map(|(name, _)| name.clone()).collect();
        nodes.extend(found);
    }
}

/// Adds the files of the wanted folders and the wanted templates, sorted by path, and everything that could not be read: a folder that could
/// not be read may hold a cluster too.
fn add_files(
    sources: &mut Sources,
    mut found: Found,
    wanted: &BTreeSet<String>,
    templates: &BTreeSet<String>,
    buffers: &Buffers,
) {
    let lint = |name: &str, folder: &Folder| folder.linted && wanted.contains(name);
    found.folders.par_iter_mut().filter(|(name, folder)| lint(name, folder)).for_each(|(_, f)| f.read_rest(buffers));
    let mut files = Vec::new();
    for (name, folder) in found.folders {
        for (path, message) in folder.unreadable {
            sources.add_unreadable(&path, message);
        }
        if wanted.contains(&name) {
            files.extend(folder.files);
            if folder.linted {
                sources.add_folder(&name);
            }
        }
    }
    for (path, message) in found.templates.unreadable {
        sources.add_unreadable(&path, message);
    }
    for (path, template) in found.templates.files.into_iter().filter(|(path, _)| templates.contains(path)) {
        if let Some(asked) = template.asked {
            sources.ask(&path, asked);
        }
        template.restored().for_each(|(written, to)| sources.add_restored(&path, written, to));
        files.push(Text { path, bytes: template.bytes });
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        sources.add(&file.path, &file.bytes);
    }
}

/// Adds the variable files of the command line.
fn add_var_files(sources: &mut Sources, paths: &[String], buffers: &Buffers) {
    for typed in paths {
        let path = normal(typed);
        match folder::read_named(Path::new(&path), folder::LARGEST, buffers) {
            Ok(bytes) => _ = sources.add(&path, &bytes),
            Err(message) => sources.add_unreadable(typed, message),
        }
    }
}

//! Finds and reads the files of a run.
//!
//! A Terraform module is a folder. The folders below the given paths are walked in parallel, and so are the folders that these call as
//! local modules, wherever they lie. Only those that have to do with an AKS cluster become part of the [`Sources`]: most
//! folders of a large repository do not, and need not be parsed.

mod closure;
mod folder;
mod ignores;
mod outside;
mod reader;
mod variables;
mod walk;

use crate::settings;
use crate::source::{Sources, Span, join, parent};
use folder::{Folder, Folders};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use walk::Starts;

/// What to read, beside the paths.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Read also what `.gitignore` files exclude.
    pub no_ignore: bool,
    /// Terraform variable files to read as well, as typed; without any, those are read that may belong to a root module.
    pub var_files: Vec<String>,
    /// The configuration file that applies everywhere, as typed; without one, the nearest above each folder does.
    pub config: Option<String>,
}

/// Finds and reads the files of a run. What cannot be read is recorded in the result; the rest goes on.
///
/// Folders are walked whole. For a file its folder is read, without the folders below it and without plans that were not named.
pub fn discover(paths: &[String], options: &Options) -> Sources {
    let mut sources = Sources::new();
    sources.set_reader(reader::Disk::around(paths));
    let mut starts = Starts::default();
    for path in paths {
        if let Err(message) = add_start(&mut starts, path) {
            sources.add_unreadable(path, message);
        }
    }
    let current = std::env::current_dir().unwrap_or_default();
    sources.set_base(&folder::name(&current));
    let mut found = walk::walk(starts, !options.no_ignore);
    read_called(&mut found.folders);
    let wanted = closure::closure(&found.folders);
    if options.var_files.is_empty() {
        variables::read(&mut found, &wanted, &current, !options.no_ignore);
    }
    let configs = configs(&found.folders, options.config.as_deref());
    add_folders(&mut sources, found.folders, &wanted);
    add_var_files(&mut sources, &options.var_files);
    add_configs(&mut sources, configs);
    sources
}

/// The configuration files, each with the folders to lint that it applies to.
fn configs(folders: &Folders, everywhere: Option<&str>) -> BTreeMap<String, Vec<String>> {
    let mut configs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Some(typed) = everywhere {
        // Read even when there is nothing to lint: a mistake in it is one all the same.
        configs.entry(normal(typed)).or_default();
    }
    for folder in folders.values().filter(|f| f.linted) {
        let found = folder.config.as_deref().map(folder::name);
        if let Some(config) = everywhere.map(normal).or(found) {
            configs.entry(config).or_default().push(folder.name.clone());
        }
    }
    configs
}

/// Adds configuration files, and the variable files that these name.
fn add_configs(sources: &mut Sources, configs: BTreeMap<String, Vec<String>>) {
    for (path, folders) in configs {
        let bytes = match folder::read_file(Path::new(&path), &mut Vec::new()) {
            Ok(bytes) => bytes,
            Err(message) => {
                sources.add_unreadable(&path, message);
                continue;
            }
        };
        let id = sources.add(&path, &bytes);
        folders.iter().for_each(|folder| sources.set_config(folder, id));
        let (content, _) = settings::parse(sources.file(id).text());
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
                    add_var_files(sources, &[file]);
                }
            }
        }
    }
}

/// A path as [`Sources`] names it: with `/`, without `.` and without `..` where that can be told from the text alone.
pub fn normal(path: &str) -> String {
    if cfg!(windows) { join("", &path.replace('\\', "/")) } else { join("", path) }
}

/// Begins at a path of the command line.
fn add_start(starts: &mut Starts, typed: &str) -> Result<(), String> {
    let path = normal(typed);
    let found = std::fs::metadata(folder::on_disk(Path::new(&path))).map_err(|e| folder::reason(&e))?;
    match Path::new(&path).file_name() {
        Some(name) if !found.is_dir() => starts.add_file(PathBuf::from(parent(&path)), name.to_owned()),
        _ => starts.add_folder(PathBuf::from(path)),
    }
    Ok(())
}

/// The most folders outside the given paths that are read. Symbolic links can make endlessly many names for one folder.
const MOST_CALLED: usize = 10_000;

/// Reads the folders that are called as local modules but were not walked, and those that these call, and so on. They are read whatever
/// git ignores, as Terraform would.
fn read_called(folders: &mut Folders) {
    let mut called = 0;
    let mut new: Vec<String> = folders.keys().cloned().collect();
    while !new.is_empty() && called < MOST_CALLED {
        let calls = new.iter().filter_map(|name| folders.get(name)).flat_map(|folder| &folder.calls);
        let unknown: BTreeSet<&str> = calls.map(|c| c.folder.as_str()).filter(|name| !folders.contains_key(*name)).collect();
        let read: Vec<Folder> = unknown.into_par_iter().filter_map(Folder::called).collect();
        called += read.len();
        new = read.iter().map(|folder| folder.name.clone()).collect();
        folders.extend(read.into_iter().map(|folder| (folder.name.clone(), folder)));
    }
}

/// Adds the files of the wanted folders, sorted by path, and everything that could not be read: a folder that could not be read may hold
/// a cluster too.
fn add_folders(sources: &mut Sources, mut folders: Folders, wanted: &BTreeSet<String>) {
    folders.par_iter_mut().filter(|(name, folder)| folder.linted && wanted.contains(*name)).for_each(|(_, f)| f.read_rest());
    let mut files = Vec::new();
    for (name, folder) in folders {
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
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        sources.add(&file.path, &file.bytes);
    }
}

/// Adds the variable files of the command line.
fn add_var_files(sources: &mut Sources, paths: &[String]) {
    for typed in paths {
        let path = normal(typed);
        match folder::read_file(Path::new(&path), &mut Vec::new()) {
            Ok(bytes) => _ = sources.add(&path, &bytes),
            Err(message) => sources.add_unreadable(typed, message),
        }
    }
}

//! Finds and reads the files of a run.
//!
//! A Terraform module is a folder. The folders below the given paths are walked in parallel, and so are the folders that these call as
//! local modules, wherever they lie. Only those that have to do with an AKS cluster become part of the [`Sources`]: most
//! folders of a large repository do not, and need not be parsed.

mod closure;
mod folder;
mod ignores;
mod outside;
mod walk;

use crate::source::{Sources, join, parent};
use folder::{Folder, Folders};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walk::Starts;

/// What to read, beside the paths.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Read also what `.gitignore` files exclude.
    pub no_ignore: bool,
    /// Terraform variable files to read as well, as typed.
    pub var_files: Vec<String>,
}

/// Finds and reads the files of a run. What cannot be read is recorded in the result; the rest goes on.
///
/// Folders are walked whole. For a file its folder is read, without the folders below it.
pub fn discover(paths: &[String], options: &Options) -> Sources {
    let mut sources = Sources::new();
    let mut starts = Starts::default();
    for path in paths {
        if let Err(message) = add_start(&mut starts, path) {
            sources.add_unreadable(path, message);
        }
    }
    let mut folders = walk::walk(starts, !options.no_ignore);
    read_called(&mut folders);
    let wanted = closure::closure(&folders);
    add_folders(&mut sources, folders, &wanted);
    add_var_files(&mut sources, &options.var_files);
    sources
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

//! Reads the files that the code names, and nothing outside the repository.

use super::buffers::Buffers;
use super::folder::{on_disk, reason};
use crate::source::{Entry, EntryKind, ReadError, Reader, parent};
use crate::system;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Larger files are not read, in bytes.
const LARGEST: u64 = 4 << 20;
/// Of files that are read again and again, so many bytes are kept.
const MOST_KEPT: usize = 64 << 20;
/// Folders with more names are not listed.
const MOST_ENTRIES: usize = 20_000;

/// Reads within some folders.
#[derive(Debug)]
pub struct Disk {
    /// Absolute paths without symbolic links: nothing outside of these is read.
    bounds: Vec<PathBuf>,
    buffers: Buffers,
    kept: Mutex<Kept>,
    /// The paths that were asked for, files and folders whose names were listed; and by whom.
    asked: Arc<Mutex<HashMap<String, BTreeSet<String>>>>,
}

#[derive(Debug, Default)]
struct Kept {
    files: HashMap<String, Arc<[u8]>>,
    bytes: usize,
}

impl Disk {
    /// Reads within the git repositories that hold the paths; for paths that no repository holds, within their common folder.
    pub fn around(paths: &[String], buffers: &Buffers) -> Self {
        let mut bounds: Vec<PathBuf> = Vec::new();
        let mut loose: Vec<PathBuf> = Vec::new();
        for path in paths {
            let Ok(mut folder) = fs::canonicalize(on_disk(Path::new(&super::normal(path)))) else { continue };
            if !folder.is_dir() {
                folder.pop();
            }
            match folder.ancestors().find(|f| f.join(".git").exists()) {
                Some(top) => bounds.push(top.to_owned()),
                None => loose.push(folder),
            }
        }
        match common(&loose) {
            Some(folder) => bounds.push(folder),
            None => bounds.append(&mut loose),
        }
        Self { bounds, buffers: buffers.clone(), kept: Mutex::default(), asked: Arc::default() }
    }

    /// The same with other texts in the place of files, nothing kept, and what was asked for remembered by both.
    pub fn with(&self, buffers: &Buffers) -> Self {
        let (bounds, asked) = (self.bounds.clone(), Arc::clone(&self.asked));
        Self { bounds, buffers: buffers.clone(), kept: Mutex::default(), asked }
    }

    /// The same, and what another one was asked for is remembered.
    pub fn after(self, before: &Self) -> Self {
        Self { asked: Arc::clone(&before.asked), ..self }
    }

    /// The folders of root modules and the templates whose code has asked for a file, or for the names in a folder around it.
    pub fn askers(&self, path: &str) -> BTreeSet<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_inner = |path: &&str| !path.is_empty() && *path != "/" && !path.ends_with("..");
        let around = std::iter::successors(Some(path), |path| Some(*path).filter(is_inner).map(parent));
        around.filter_map(|path| asked.get(path)).flatten().cloned().collect()
    }

    fn remember(&self, path: &str, asker: &str) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        match asked.get_mut(path) {
            Some(askers) if askers.contains(asker) => {}
            Some(askers) => _ = askers.insert(asker.to_owned()),
            None => _ = asked.insert(path.to_owned(), BTreeSet::from([asker.to_owned()])),
        }
    }

    /// The absolute path of something inside the bounds, without symbolic links.
    fn locate(&self, path: &str) -> Result<PathBuf, ReadError> {
        let asked = on_disk(Path::new(path));
        match fs::canonicalize(asked) {
            Ok(found) => self.inside(&found).map(|()| found),
            // What is not there may only be called missing where it could have been read.
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                self.inside(&nearest(asked)?)?;
                Err(ReadError::Missing)
            }
            Err(e) => Err(ReadError::Refused(format!("cannot be read: {}", reason(&e)))),
        }
    }

    /// An absolute path without symbolic links from the bound that it is inside.
    pub(super) fn inner<'p>(&self, found: &'p Path) -> Option<&'p Path> {
        self.inside(found).ok()?;
        self.bounds.iter().find_map(|bound| found.strip_prefix(bound).ok())
    }

    fn inside(&self, found: &Path) -> Result<(), ReadError> {
        let Some(inner) = self.bounds.iter().find_map(|bound| found.strip_prefix(bound).ok()) else {
            return Err(ReadError::Refused("lies outside the repository and is not read".to_owned()));
        };
        if inner.components().any(|part| part.as_os_str() == ".git") {
            return Err(ReadError::Refused("belongs to git itself and is not read".to_owned()));
        }
        Ok(())
    }

    fn read_new(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let found = self.locate(path)?;
        let cannot = |e: io::Error| ReadError::Refused(format!("cannot be read: {}", reason(&e)));
        let kind = fs::metadata(&found).map_err(cannot)?.file_type();
        if kind.is_dir() {
            return Err(ReadError::Folder);
        }
        let not_regular = || ReadError::Refused("is no regular file and is not read".to_owned());
        if !kind.is_file() {
            return Err(not_regular());
        }
        if let Some(text) = self.buffers.get(path) {
            return Ok(text.as_bytes().into());
        }
        // The path may lead to another thing by now.
        let file = system::open_itself(&found).map_err(cannot)?;
        if !file.metadata().is_ok_and(|opened| opened.is_file()) {
            return Err(not_regular());
        }
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
        if bytes.len() as u64 > LARGEST {
            return Err(ReadError::Refused(format!("is larger than {} MiB and is not read", LARGEST >> 20)));
        }
        Ok(bytes.into())
    }

    fn kind(&self, kind: FileType, path: &str) -> EntryKind {
        let plain = |kind: FileType, folder| match () {
            () if kind.is_file() => EntryKind::File,
            () if kind.is_dir() => folder,
            () => EntryKind::Other,
        };
        if !kind.is_symlink() {
            return plain(kind, EntryKind::Folder);
        }
        match self.locate(path).map(fs::metadata) {
            Ok(Ok(found)) => plain(found.file_type(), EntryKind::FolderLink),
            Err(ReadError::Refused(_)) => EntryKind::Outside,
            _ => EntryKind::Other,
        }
    }
}

impl Reader for Disk {
    fn read(&self, path: &str, asker: &str) -> Result<Arc<[u8]>, ReadError> {
        self.remember(path, asker);
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = kept().files.get(path) {
            return Ok(Arc::clone(bytes));
        }
        let bytes = self.read_new(path)?;
        let mut kept = kept();
        if kept.bytes + bytes.len() <= MOST_KEPT {
            kept.bytes += bytes.len();
            kept.files.insert(path.to_owned(), Arc::clone(&bytes));
        }
        Ok(bytes)
    }

    fn list(&self, folder: &str, asker: &str) -> Result<Vec<Entry>, ReadError> {
        let cannot = |e: io::Error| match e.kind() {
            io::ErrorKind::NotADirectory => ReadError::Missing,
            _ => ReadError::Refused(format!("cannot be read: {}", reason(&e))),
        };
        self.remember(folder, asker);
        let found = self.locate(folder)?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(&found).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = crate::source::join(folder, &name);
            entries.push(Entry { kind: self.kind(entry.file_type().map_err(cannot)?, &path), name });
            if entries.len() > MOST_ENTRIES {
                return Err(ReadError::Refused(format!("holds more than {MOST_ENTRIES} files and is not listed")));
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }
}

/// The nearest folder above a path that is there, without symbolic links.
fn nearest(path: &Path) -> Result<PathBuf, ReadError> {
    for above in path.ancestors() {
        if let Ok(found) = fs::canonicalize(on_disk(above)) {
            return Ok(found);
        }
        if fs::symlink_metadata(on_disk(above)).is_ok_and(|m| m.is_symlink()) {
            return Err(ReadError::Refused("is reached by a symbolic link that leads nowhere".to_owned()));
        }
    }
    Err(ReadError::Missing)
}

/// The folder that holds all of these, unless that would be the whole disk.
fn common(folders: &[PathBuf]) -> Option<PathBuf> {
    let (first, rest) = folders.split_first()?;
    let holds_all = |folder: &&Path| rest.iter().all(|other| other.starts_with(folder));
    first.ancestors().find(holds_all).filter(|folder| folder.parent().is_some()).map(Path::to_owned)
}

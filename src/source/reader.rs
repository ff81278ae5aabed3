//! Files that the code itself reads, such as those of `file()`: asked for while values are worked out, not known beforehand.

use super::{FileId, SourceFile};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What reads files for the core, which reads none itself. Paths are those of [`super::Sources`]: relative to the working directory, with
/// `/`, without `.`, and with `..` only at the start. Who asks is a root module's folder or the path of a template.
pub trait Reader: Debug + Send + Sync {
    /// The content of a file.
    ///
    /// # Errors
    /// When it is not there, or must not or cannot be read.
    fn read(&self, path: &str, asker: &str) -> Result<Arc<[u8]>, ReadError>;

    /// What a folder holds, sorted by name.
    ///
    /// # Errors
    /// When it is not there, or must not or cannot be read.
    fn list(&self, folder: &str, asker: &str) -> Result<Vec<Entry>, ReadError>;
}

/// Why a file or folder was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// Nothing has this name.
    Missing,
    /// It is a folder where a file is needed.
    Folder,
    /// It may well be there, but is not read; why, as the end of a sentence about it: "lies outside the repository".
    Refused(String),
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file, or a symbolic link to one.
    File,
    /// A folder.
    Folder,
    /// A symbolic link to a folder.
    FolderLink,
    /// Something else, such as a device.
    Other,
    /// A symbolic link that leads to where nothing is read.
    Outside,
}

/// So many files can be named by spans although they were read late.
pub(super) const MOST_FILES: usize = 2_000;
/// Late files get names from here on; so many others there never are.
const FIRST_ID: u32 = 1 << 31;

/// Files that were read late, as texts that spans can name. Which one gets which [`FileId`] differs from run to run: nothing that is
/// reported may depend on the order of names.
pub(super) struct Late {
    slots: Box<[OnceLock<SourceFile>]>,
    by_path: Mutex<ByPath>,
}

/// The names of a path's texts: when a file changes while an editor is open, it has several.
#[derive(Default)]
struct ByPath {
    names: HashMap<String, Vec<FileId>>,
    count: usize,
}

impl Default for Late {
    fn default() -> Self {
        Self { slots: (0..MOST_FILES).map(|_| OnceLock::new()).collect(), by_path: Mutex::default() }
    }
}

impl Debug for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Late").finish_non_exhaustive()
    }
}

impl Late {
    /// The file with this name, if it is one of these.
    pub(super) fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.slots.get(id.0.checked_sub(FIRST_ID)? as usize)?.get()
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.by_path.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// The name of a file with this text, if there is room for one more.
    pub(super) fn add(&self, path: &str, text: &str) -> Option<FileId> {
        let mut by_path = self.by_path.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = by_path.names.get(path).into_iter().flatten();
        if let Some(id) = known.find(|id| self.get(**id).is_some_and(|file| file.text() == text)) {
            return Some(*id);
        }
        let count = by_path.count;
        let id = FileId(FIRST_ID + u32::try_from(count).ok()?);
        self.slots.get(count)?.get_or_init(|| SourceFile::new(path, text.into()));
        by_path.names.entry(path.to_owned()).or_default().push(id);
        by_path.count += 1;
        Some(id)
    }
}

/// The reader of those who gave none: it knows the texts that are there anyway.
pub(super) fn list_known<'a>(paths: impl Iterator<Item = &'a str>, folder: &str) -> Result<Vec<Entry>, ReadError> {
    let start = if folder.is_empty() || folder.ends_with('/') { folder.to_owned() } else { format!("{folder}/") };
    let mut entries: Vec<Entry> = paths
        .filter_map(|path| path.strip_prefix(&start))
        .map(|rest| match rest.split_once('/') {
            Some((name, _)) => Entry { name: name.to_owned(), kind: EntryKind::Folder },
            None => Entry { name: rest.to_owned(), kind: EntryKind::File },
        })
        .collect();
    entries.sort_unstable();
    entries.dedup();
    if entries.is_empty() && !folder.is_empty() { Err(ReadError::Missing) } else { Ok(entries) }
}

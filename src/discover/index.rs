//! Git's index: which files of a repository are tracked.
//!
//! The format is described in git's documentation (gitformat-index), versions 2 to 4. Indexes that are split, or that leave folders out
//! because the checkout is sparse, are refused.

use super::buffers::Buffers;
use super::folder::{name, read_named};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Larger indexes are not read, in bytes: those of millions of files are smaller.
const LARGEST: usize = 512 << 20;
/// The other files of git that are read are small.
const SMALL: usize = 1 << 20;

/// An entry without its hash and name, in bytes.
const FIXED: usize = 40;
/// The mode of an entry that stands for a whole folder.
const FOLDER: u32 = 0o040_000;
/// A flag: two more bytes of flags follow.
const EXTENDED: u16 = 0x4000;

/// The tracked files of a repository.
#[derive(Debug)]
pub(super) struct Index {
    /// The top folder of the work tree.
    top: PathBuf,
    /// Paths from there, with `/`; of submodules the folder.
    files: BTreeSet<Box<[u8]>>,
}

impl Index {
    /// Reads the index of the repository whose work tree has this top folder.
    ///
    /// # Errors
    /// Why it cannot be read, in words for the user.
    pub fn read(top: &Path) -> Result<Self, String> {
        let git = git_folder(top)?;
        let hash = if uses_sha256(&git) { 32 } else { 20 };
        let index = git.join("index");
        let files = if index.symlink_metadata().is_ok() {
            parse(&read_named(&index, LARGEST, &Buffers::default()).map_err(|why| format!("of git's index, {why}"))?, hash)?
        } else if git.join("HEAD").symlink_metadata().is_ok() {
            // Nothing was ever added.
            BTreeSet::new()
        } else {
            return Err(format!("git's folder cannot be found: {} is none", name(&git)));
        };
        Ok(Self { top: top.to_owned(), files })
    }

    /// Whether a file (an absolute path) is tracked; of a folder, whether it is a submodule.
    pub fn has(&self, path: &Path) -> bool {
        self.relative(path).is_some_and(|path| self.files.contains(path.as_slice()))
    }

    /// Whether something below a folder (an absolute path) is tracked, or it is a submodule.
    pub fn has_below(&self, folder: &Path) -> bool {
        let Some(mut path) = self.relative(folder) else { return false };
        if path.is_empty() || self.files.contains(path.as_slice()) {
            return true;
        }
        path.push(b'/');
        self.files.range(path.clone().into_boxed_slice()..).next().is_some_and(|next| next.starts_with(&path))
    }

    fn relative(&self, path: &Path) -> Option<Vec<u8>> {
        let inner = path.strip_prefix(&self.top).ok()?.as_os_str().as_encoded_bytes();
        Some(inner.iter().map(|byte| if cfg!(windows) && *byte == b'\\' { b'/' } else { *byte }).collect())
    }
}

/// Where git keeps what it knows of a work tree: `.git`, or where a file of this name leads.
fn git_folder(top: &Path) -> Result<PathBuf, String> {
    let git = top.join(".git");
    if git.is_dir() {
        return Ok(git);
    }
    let text = small(&git).map_err(|why| format!("git's folder cannot be found: of .git, {why}"))?;
    let folder =
        text.trim().strip_prefix("gitdir:").ok_or("git's folder cannot be found: .git is neither a folder nor leads to one")?;
    Ok(top.join(folder.trim()))
}

/// A small file of git's, as text.
fn small(path: &Path) -> Result<String, String> {
    read_named(path, SMALL, &Buffers::default()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a repository has the longer hashes.
fn uses_sha256(git: &Path) -> bool {
    let common = small(&git.join("commondir")).map_or_else(|_| git.to_owned(), |path| git.join(path.trim()));
    let config = small(&common.join("config")).unwrap_or_default().to_lowercase();
    config.lines().any(|line| line.trim().strip_prefix("objectformat").is_some_and(|value| value.contains("sha256")))
}

/// The paths in an index.
fn parse(bytes: &[u8], hash: usize) -> Result<BTreeSet<Box<[u8]>>, String> {
    let broken = || "git's index is damaged".to_owned();
    let mut reader = Reader { bytes, at: 0 };
    if reader.take(4).ok_or_else(broken)? != b"DIRC" {
        return Err(broken());
    }
    let version = reader.number().ok_or_else(broken)?;
    if !(2..=4).contains(&version) {
        return Err(format!("git's index has version {version}, which is not known here"));
    }
    let count = reader.number().ok_or_else(broken)?;
    let mut files = BTreeSet::new();
    let mut path = Vec::new();
    for _ in 0..count {
        if reader.entry(version, hash, &mut path).ok_or_else(broken)? == FOLDER {
            return Err("git's index is sparse; `git sparse-checkout reapply --no-sparse-index` makes it whole".to_owned());
        }
        files.insert(path.as_slice().into());
    }
    let end = bytes.len().checked_sub(hash).ok_or_else(broken)?;
    while reader.at < end {
        let name = reader.take(4).ok_or_else(broken)?;
        let length = reader.number().ok_or_else(broken)?;
        match name {
            b"link" => return Err("git's index is split; `git update-index --no-split-index` makes it whole".to_owned()),
            b"sdir" => {}
            [first, ..] if first.is_ascii_uppercase() => {}
            _ => return Err(format!("git's index has an extension {} that is not known here", String::from_utf8_lossy(name))),
        }
        reader.take(length as usize).ok_or_else(broken)?;
    }
    Ok(files)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn half(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// Reads an entry; `path` is that of the one before, and becomes its own. Returns its mode.
    fn entry(&mut self, version: u32, hash: usize, path: &mut Vec<u8>) -> Option<u32> {
        let start = self.at;
        let fixed = self.take(FIXED)?;
        let mode = u32::from_be_bytes(fixed.get(24..28)?.try_into().ok()?);
        self.take(hash)?;
        if self.half()? & EXTENDED != 0 {
            self.half()?;
        }
        if version == 4 {
            // So many bytes less of the path before, and what follows.
            let kept = path.len().checked_sub(self.variable()?)?;
            path.truncate(kept);
        } else {
            path.clear();
        }
        let rest = self.bytes.get(self.at..)?;
        let length = memchr::memchr(0, rest)?;
        path.extend(self.take(length)?);
        let padded = if version == 4 { self.at - start + 1 } else { (self.at - start + 8) & !7 };
        self.take(padded - (self.at - start))?;
        Some(mode)
    }

    /// A number of as many bytes as it takes.
    fn variable(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        loop {
            let byte = *self.take(1)?.first()?;
            value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }
}

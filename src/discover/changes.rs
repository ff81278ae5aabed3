//! Which files may be changed: those of the user's own repository that neither git nor the configuration file passes over; with
//! `--tracked-only`, those that git tracks.

use super::filter::Filter;
use super::folder::on_disk;
use super::ignores::Ignores;
use super::reader::Disk;
use super::{Buffers, Options, folder};
use crate::repairs::OF_OTHERS;
use crate::settings::NAMES;
use std::io;
use std::path::{Path, PathBuf};

/// Tells which files may be changed.
pub struct Changes {
    disk: Disk,
    current: PathBuf,
    filter: Filter,
}

impl Changes {
    /// For a run on these paths.
    pub fn within(paths: &[String], options: &Options) -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        Self { disk: Disk::around(paths, &Buffers::default()), filter: Filter::new(options, &current), current }
    }

    /// The file itself, behind symbolic links.
    ///
    /// # Errors
    /// Why it must not be changed, in words for the user.
    pub fn file(&self, path: &str) -> Result<PathBuf, String> {
        let found = std::fs::canonicalize(on_disk(Path::new(path))).map_err(|e| match e.kind() {
            // In our paths, such a byte is spelled out.
            io::ErrorKind::NotFound if path.contains("\\x") => "its name is not valid UTF-8".to_owned(),
            _ => folder::reason(&e),
        })?;
        if !found.is_file() {
            return Err("it is no regular file".to_owned());
        }
        let Some(inner) = self.disk.inner(&found) else { return Err("it lies outside the repository".to_owned()) };
        if inner.components().any(|part| OF_OTHERS.iter().any(|name| part.as_os_str() == *name)) {
            return Err("it is a copy of what others write".to_owned());
        }
        if self.is_ignored(&found) {
            return Err("git ignores it".to_owned());
        }
        if self.is_excluded(&found) {
            return Err("the configuration file excludes it".to_owned());
        }
        if !self.filter.passes(&found)? {
            return Err("git does not track it".to_owned());
        }
        Ok(found)
    }

    /// Whether a configuration file excludes a file (an absolute path).
    fn is_excluded(&self, file: &Path) -> bool {
        let near = folders(file).find_map(|above| NAMES.iter().map(|name| above.join(name)).find(|config| config.is_file()));
        self.filter.excluded(near.as_deref(), &self.current).is_some_and(|patterns| passes_over(&patterns, file))
    }

    /// Whether git ignores a file (an absolute path).
    fn is_ignored(&self, file: &Path) -> bool {
        let Some(folder) = file.parent() else { return false };
        // Patterns that cannot be read were told when the files were found.
        let above = Ignores::above(folder, &self.filter);
        let (is_top, has_patterns) = (folder.join(".git").exists(), folder.join(".gitignore").is_file());
        let ignores = Ignores::enter(above, folder, is_top, has_patterns, &self.filter);
        ignores.is_some_and(|patterns| passes_over(&patterns, file))
    }
}

/// Whether patterns have a file, or a folder that it is in.
fn passes_over(patterns: &Ignores, file: &Path) -> bool {
    let in_folder = folders(file).filter(|folder| !folder.join(".git").exists()).any(|folder| patterns.ignore(folder, true));
    in_folder || patterns.ignore(file, false)
}

/// The folders that a file is in, up to the top of its repository.
fn folders(file: &Path) -> impl Iterator<Item = &Path> {
    let is_top = |folder: &&Path| folder.join(".git").exists();
    let below = file.ancestors().skip(1).take_while(move |folder| !is_top(folder));
    below.chain(file.ancestors().skip(1).find(is_top))
}

//! Which files may be changed: those of the user's own repository that git does not ignore.

use super::folder::on_disk;
use super::ignores::Ignores;
use super::reader::Disk;
use crate::repairs::OF_OTHERS;
use std::path::{Path, PathBuf};

/// Tells which files may be changed.
pub struct Changes(Disk);

impl Changes {
    /// For a run on these paths.
    pub fn within(paths: &[String]) -> Self {
        Self(Disk::around(paths))
    }

    /// The file itself, behind symbolic links.
    ///
    /// # Errors
    /// Why it must not be changed, in words for the user.
    pub fn file(&self, path: &str) -> Result<PathBuf, String> {
        let found = std::fs::canonicalize(on_disk(Path::new(path))).map_err(|e| super::folder::reason(&e))?;
        if !found.is_file() {
            return Err("it is no regular file".to_owned());
        }
        let Some(inner) = self.0.inner(&found) else { return Err("it lies outside the repository".to_owned()) };
        if inner.components().any(|part| OF_OTHERS.iter().any(|name| part.as_os_str() == *name)) {
            return Err("it is a copy of what others write".to_owned());
        }
        if is_ignored(&found) {
            return Err("git ignores it".to_owned());
        }
        Ok(found)
    }
}

/// Whether git ignores a file (an absolute path), or a folder that it is in.
fn is_ignored(file: &Path) -> bool {
    let Some(folder) = file.parent() else { return false };
    let ignores =
        Ignores::enter(Ignores::above(folder), folder, folder.join(".git").exists(), folder.join(".gitignore").is_file());
    let top = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder);
    let folders = folder.ancestors().take_while(|above| *above != top);
    ignores.is_some_and(|ignores| ignores.ignore(file, false) || folders.into_iter().any(|above| ignores.ignore(above, true)))
}

//! What git ignores: the `.gitignore` files that apply in a folder, nearest first. The same patterns exclude files in a configuration file.

use super::filter::Filter;
use super::folder::read_named;
use crate::source::text;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
use std::sync::Arc;

/// What git ignores in one checkout only.
const EXCLUDES: &str = ".git/info/exclude";

/// Larger files with patterns are not read, in bytes: each pattern is tried on each path.
const LARGEST: usize = 1 << 20;

/// The folders above one (an absolute path) that are in the same repository, nearest first; none when there is no repository.
pub(super) fn repository_above(folder: &Path) -> Vec<&Path> {
    let above: Vec<&Path> = folder.ancestors().skip(1).collect();
    let top = above.iter().position(|f| f.join(".git").exists());
    above.into_iter().take(top.map_or(0, |top| top + 1)).collect()
}

/// The patterns of one file, and what applies above it.
pub(super) struct Ignores {
    patterns: Gitignore,
    above: Option<Arc<Ignores>>,
}

impl Ignores {
    /// What the folders above one say about it (an absolute path): nothing when none of them is the top of a repository.
    pub fn above(folder: &Path, filter: &Filter) -> Option<Arc<Self>> {
        let inside = repository_above(folder);
        let top = inside.len().checked_sub(1)?;
        inside
            .into_iter()
            .enumerate()
            .rev()
            .fold(None, |ignores, (i, f)| Self::enter(ignores, f, i == top, f.join(".gitignore").is_file(), filter))
    }

    /// What applies in a folder (an absolute path), given what applies above it. At the top of a repository nothing from above does.
    pub fn enter(
        above: Option<Arc<Self>>,
        folder: &Path,
        repository: bool,
        gitignore: bool,
        filter: &Filter,
    ) -> Option<Arc<Self>> {
        let excludes = repository && folder.join(EXCLUDES).exists();
        let above = if repository { None } else { above };
        let above = if excludes { Self::read(above, folder, EXCLUDES, filter) } else { above };
        if gitignore { Self::read(above, folder, ".gitignore", filter) } else { above }
    }

    /// Patterns that start from a folder (an absolute path).
    pub fn of(folder: &Path, patterns: &[String]) -> Option<Arc<Self>> {
        let mut builder = GitignoreBuilder::new(folder);
        for pattern in patterns {
            // A pattern that means nothing was told already.
            let _ = builder.add_line(None, pattern);
        }
        let patterns = builder.build().ok().filter(|patterns| !patterns.is_empty())?;
        Some(Arc::new(Self { patterns, above: None }))
    }

    /// Adds the patterns in a file. Patterns that git would not understand are passed over, as git does.
    fn read(above: Option<Arc<Self>>, folder: &Path, file: &str, filter: &Filter) -> Option<Arc<Self>> {
        let path = folder.join(file);
        let Some(bytes) = filter.kept(&path, read_named(&path, LARGEST, &filter.buffers)) else { return above };
        let mut builder = GitignoreBuilder::new(folder);
        for line in text(&bytes).lines() {
            let _ = builder.add_line(None, line);
        }
        match builder.build() {
            Ok(patterns) if !patterns.is_empty() => Some(Arc::new(Self { patterns, above })),
            _ => above,
        }
    }

    /// Whether a file or folder (an absolute path) is ignored: the nearest file with a pattern for it decides.
    pub fn ignore(&self, path: &Path, is_folder: bool) -> bool {
        let mut next = Some(self);
        while let Some(ignores) = next {
            // Patterns are about what lies below their file; the crate does not look at that.
            let below = path.starts_with(ignores.patterns.path());
            match if below { ignores.patterns.matched(path, is_folder) } else { Match::None } {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => next = ignores.above.as_deref(),
            }
        }
        false
    }
}

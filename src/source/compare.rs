//! What is new in sources that were found again.

use super::{Sources, Unreadable};
use std::collections::{BTreeMap, BTreeSet};

impl Sources {
    /// The files and folders of which there is something else than before; `None` when it may matter to all.
    pub fn changed_since(&self, before: &Self) -> Option<BTreeSet<String>> {
        if self.base != before.base || self.repositories != before.repositories || self.has_other_configs(before) {
            return None;
        }
        let mut changed = self.links.changed_since(&before.links);
        let is_same = |path: &str| self.file_at(path).map(|file| file.text()) == before.file_at(path).map(|file| file.text());
        let paths = self.iter().chain(before.iter()).map(|(_, file)| file.path());
        changed.extend(paths.filter(|path| !is_same(path)).map(str::to_owned));
        changed.extend(self.folders.symmetric_difference(&before.folders).cloned());
        changed.extend(keys_that_differ(&self.asked, &before.asked).cloned());
        changed.extend(keys_that_differ(&self.restored, &before.restored).map(|(from, _)| from.clone()));
        let (unreadable, known) = (by_place(&self.unreadable), by_place(&before.unreadable));
        changed.extend(unreadable.symmetric_difference(&known).map(|(path, ..)| (*path).to_owned()));
        let configs: BTreeSet<&str> = self.configs.values().map(|file| self.file(*file).path()).collect();
        let has_links = |path: &String| self.links.has(path) || before.links.has(path);
        // Nobody knows what the others may matter to.
        let is_plain =
            |path: &String| has_links(path) || self.is_root(path) || before.is_root(path) || !self.has_had(before, path);
        let is_clear = changed.iter().all(|path| is_plain(path) && !configs.contains(path.as_str()));
        is_clear.then_some(changed)
    }

    /// Whether the files have the same names as before.
    pub fn is_named_like(&self, before: &Self) -> bool {
        self.len() == before.len() && self.by_path.iter().all(|(path, id)| before.by_path.get(path) == Some(id))
    }

    /// Goes on with the texts that were read late, under their names.
    pub fn keep_late(&mut self, before: &Self) {
        self.late = std::sync::Arc::clone(&before.late);
    }

    /// Whether a configuration file says something else, or another one applies to a folder.
    fn has_other_configs(&self, before: &Self) -> bool {
        let config = |sources: &Self, folder: &String| {
            let file = sources.file(*sources.configs.get(folder)?);
            Some((file.path().to_owned(), file.shared_text()))
        };
        let both = self.configs.keys().filter(|folder| before.configs.contains_key(*folder));
        let mut both = both.map(|folder| (config(self, folder), config(before, folder)));
        both.any(|(now, known)| now != known)
    }

    fn is_root(&self, path: &str) -> bool {
        self.folders.contains(path) || self.asked.contains_key(path)
    }

    fn has_had(&self, before: &Self, path: &str) -> bool {
        self.has(path) || before.has(path)
    }
}

/// What could not be read: the path, why, and where in it.
type Failure<'s> = (&'s str, &'s str, Option<(u32, u32)>);

fn by_place(unreadable: &[Unreadable]) -> BTreeSet<Failure<'_>> {
    let place = |known: &Unreadable| known.span.map(|span| (span.start, span.end));
    unreadable.iter().map(|known| (known.path.as_str(), known.message.as_str(), place(known))).collect()
}

/// The keys that only one map has, or that mean something else in the other.
pub(super) fn keys_that_differ<'m, K: Ord, V: PartialEq>(
    one: &'m BTreeMap<K, V>,
    other: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = &'m K> {
    one.keys().chain(other.keys()).filter(|key| one.get(*key) != other.get(*key))
}

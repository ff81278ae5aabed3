//! What is worked out with what: enough to tell which part of the sources a change can matter to.

use super::compare::keys_that_differ;
use std::collections::{BTreeMap, BTreeSet};

/// Directed links between files and folders, by their paths among the sources.
#[derive(Clone, Debug, Default)]
pub struct Links {
    uses: BTreeMap<String, BTreeSet<String>>,
    used_by: BTreeMap<String, BTreeSet<String>>,
}

impl Links {
    /// Records that `user` is worked out with `used`.
    pub fn add(&mut self, user: &str, used: &str) {
        self.uses.entry(user.to_owned()).or_default().insert(used.to_owned());
        self.used_by.entry(used.to_owned()).or_default().insert(user.to_owned());
    }

    /// Records that each of two is worked out with the other.
    pub fn couple(&mut self, one: &str, other: &str) {
        self.add(one, other);
        self.add(other, one);
    }

    /// Whether something is worked out with this, or this with something.
    pub fn has(&self, path: &str) -> bool {
        self.uses.contains_key(path) || self.used_by.contains_key(path)
    }

    /// What is worked out with something else than before, and what others are worked out with: what nobody calls is a root.
    pub(super) fn changed_since(&self, before: &Self) -> BTreeSet<String> {
        let users = keys_that_differ(&self.used_by, &before.used_by);
        keys_that_differ(&self.uses, &before.uses).chain(users).cloned().collect()
    }

    /// Everything that changes with these paths, they included.
    pub fn users(&self, paths: impl IntoIterator<Item = String>) -> BTreeSet<String> {
        reach(&self.used_by, paths)
    }

    /// Everything that these paths are worked out with, they included.
    pub fn used(&self, paths: impl IntoIterator<Item = String>) -> BTreeSet<String> {
        reach(&self.uses, paths)
    }
}

fn reach(links: &BTreeMap<String, BTreeSet<String>>, paths: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<String> = paths.into_iter().collect();
    while let Some(path) = next.pop() {
        next.extend(links.get(&path).into_iter().flatten().filter(|to| !reached.contains(*to)).cloned());
        reached.insert(path);
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_matters_to_those_that_use_it_and_these_need_all_that_they_use() {
        let mut links = Links::default();
        for root in ["a", "b"] {
            links.couple(root, &format!("{root}/main.tf"));
            links.add(root, "net");
        }
        links.couple("net", "net/main.tf");
        let changed = |path: &str| links.users([path.to_owned()]);
        assert!(changed("a/main.tf").contains("a") && !changed("a/main.tf").contains("b"));
        assert!(changed("net/main.tf").is_superset(&["a".to_owned(), "b".to_owned()].into()));
        assert!(links.used(changed("a/main.tf")).contains("net/main.tf"));
    }
}

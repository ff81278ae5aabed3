//! Which folders have to do with a cluster.

use super::folder::{Folder, Folders};
use std::collections::{BTreeMap, BTreeSet};

/// The folders that hold a cluster, those that call them, directly or not, and everything that all of these call.
///
/// A folder that calls a missing folder counts too when that may have held a cluster, so that the call can be reported.
pub(super) fn closure(folders: &Folders) -> BTreeSet<String> {
    let mut calls = Edges::new();
    let mut callers = Edges::new();
    for folder in folders.values() {
        for called in folder.calls.iter().filter_map(|call| folders.get(&call.folder)) {
            calls.entry(&folder.name).or_default().push(&called.name);
            callers.entry(&called.name).or_default().push(&folder.name);
        }
    }
    let holders = folders.values().filter(|f| f.holds_cluster || misses_cluster(f, folders)).map(|f| f.name.as_str());
    let users = reach(holders.collect(), &callers);
    reach(users.into_iter().collect(), &calls).into_iter().map(str::to_owned).collect()
}

type Edges<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Everything that edges lead to, the start included.
fn reach<'a>(mut next: Vec<&'a str>, edges: &Edges<'a>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    while let Some(name) = next.pop() {
        if reached.insert(name) {
            next.extend(edges.get(name).into_iter().flatten());
        }
    }
    reached
}

/// Whether a folder calls a missing folder that may have held a cluster: its path or the name of the call says so.
fn misses_cluster(folder: &Folder, folders: &Folders) -> bool {
    let missing = folder.calls.iter().filter(|call| !folders.contains_key(&call.folder));
    missing.into_iter().any(|call| suggests_cluster(&call.source) || suggests_cluster(&call.name))
}

fn suggests_cluster(words: &str) -> bool {
    let words = words.to_lowercase();
    ["aks", "k8s", "kubernetes", "cluster"].iter().any(|hint| words.contains(hint))
}

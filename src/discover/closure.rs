//! Which folders and templates have to do with a cluster.

use std::collections::{BTreeMap, BTreeSet};

/// A folder of Terraform, or a template's file: what can call others of its kind.
pub(super) trait Node {
    /// What it calls that is on this disk, or should be.
    fn calls(&self) -> &[Call];
    /// Whether it mentions a cluster.
    fn holds_cluster(&self) -> bool;
}

/// A call of something on this disk.
pub(super) struct Call {
    /// The name of the call.
    pub name: String,
    /// The source as written.
    pub source: String,
    /// What it means, by its path: a folder, or a template's file.
    pub to: String,
}

/// The nodes that hold a cluster, those that call them, directly or not, and everything that all of these call.
///
/// A node that calls a missing one counts too when that may have held a cluster, so that the call can be reported.
pub(super) fn closure<N: Node>(nodes: &BTreeMap<String, N>) -> BTreeSet<String> {
    let mut calls = Edges::new();
    let mut callers = Edges::new();
    for (name, node) in nodes {
        for (called, _) in node.calls().iter().filter_map(|call| nodes.get_key_value(&call.to)) {
            calls.entry(name).or_default().push(called);
            callers.entry(called).or_default().push(name);
        }
    }
    let holds = |node: &N| node.holds_cluster() || misses_cluster(node, nodes);
    let holders = nodes.iter().filter(|(_, node)| holds(node)).map(|(name, _)| name.as_str());
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

/// Whether a node calls a missing one that may have held a cluster: its path or the name of the call says so.
fn misses_cluster<N: Node>(node: &N, nodes: &BTreeMap<String, N>) -> bool {
    let mut missing = node.calls().iter().filter(|call| !nodes.contains_key(&call.to));
    missing.any(|call| suggests_cluster(&call.source) || suggests_cluster(&call.name))
}

fn suggests_cluster(words: &str) -> bool {
    let words = words.to_lowercase();
    ["aks", "k8s", "kubernetes", "cluster"].iter().any(|hint| words.contains(hint))
}

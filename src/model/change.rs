//! What a plan does to a cluster that exists.

use super::{Cluster, World};
use crate::tree::{self, ChangedAttribute};

/// A change of a cluster, in place or by replacing it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The cluster as it is now. Its subnets are not those of the world that it is going to be in.
    pub before: Cluster,
    /// Whether the cluster is destroyed and created anew.
    pub replaces: bool,
    /// The attributes that change.
    pub attributes: Vec<ChangedAttribute>,
}

impl World {
    /// Tells the clusters what they were: `before` is the world as it is now, `changes` is what is done to it.
    pub fn compare(&mut self, mut before: World, changes: Vec<tree::Change>) {
        for change in changes {
            let was = before.clusters.iter().position(|c| c.address == change.address).map(|i| before.clusters.swap_remove(i));
            let is = self.clusters.iter_mut().find(|c| c.address == change.address);
            if let (Some(was), Some(is)) = (was, is) {
                is.change = Some(Box::new(Change { before: was, replaces: change.replaces, attributes: change.attributes }));
            }
        }
    }
}

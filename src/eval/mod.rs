//! Evaluation: from syntax to the tree of resources.

pub mod naming;
pub mod outcome;
pub mod own;
pub mod places;
pub mod plan;
pub mod template;
pub mod terraform;
pub mod timestamp;
pub mod yaml;

use crate::model::Undecided;
use crate::tree;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a root module, or a template with all that it deploys, declares.
#[derive(Debug, Default)]
pub struct Evaluated {
    /// The resources of the wanted kinds, those of called modules included.
    pub resources: Vec<tree::Resource>,
    /// Conditions on the inputs of modules with such resources that do not hold, or may not.
    pub validations: Vec<tree::Validation>,
    /// Module calls that could not be followed: the call's address, and why.
    pub unresolved: Vec<(String, Undecided)>,
}

/// Unknown conditions that are taken to hold, or not to, by their key.
pub type Assumptions = BTreeMap<Arc<str>, bool>;

//! Evaluation: from syntax to the tree of resources.

pub mod plan;
pub mod terraform;

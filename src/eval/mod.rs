//! Evaluation: from syntax to the tree of resources.

pub mod naming;
pub mod plan;
pub mod template;
pub mod terraform;

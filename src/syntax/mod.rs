//! Syntax: from text to trees. Never fails: what cannot be read is returned as errors beside what could.

pub mod arm;
pub mod bicep;
pub mod expr;
pub mod hcl;
pub mod installed;
pub mod json;
pub(crate) mod placeholder;
pub mod template;

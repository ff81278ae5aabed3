//! Terraform: whole root modules, with their variables, locals, repetitions and local module calls.

pub mod convert;
pub mod functions;

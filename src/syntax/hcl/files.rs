//! What a file is for Terraform and OpenTofu, told from its name.

use super::{Parsed, from_json, parse};
use crate::source::FileId;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Configuration: `*.tf`, `*.tofu`, and both with `.json`.
    Code,
    /// Configuration that is merged into other files' blocks: `override.tf`, `*_override.tf` and so on.
    Override,
    /// Values of variables that are loaded by themselves. The greater one wins; of several 2s, the last one by name.
    Values(u8),
    /// The versions of the providers.
    Lock,
}

/// What the file of this name is for, if it belongs to the module of its folder. Like Terraform, this passes over hidden configuration,
/// which editors leave behind.
pub fn role(name: &str) -> Option<Role> {
    match name {
        ".terraform.lock.hcl" => Some(Role::Lock),
        "terraform.tfvars" => Some(Role::Values(0)),
        "terraform.tfvars.json" => Some(Role::Values(1)),
        _ if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") => Some(Role::Values(2)),
        _ if name.starts_with('.') => None,
        _ => {
            let base = base(name)?;
            Some(if base == "override" || base.ends_with("_override") { Role::Override } else { Role::Code })
        }
    }
}

/// Whether a file of this name has values of variables, be they loaded or not.
pub fn has_values(name: &str) -> bool {
    !name.starts_with('.') && (name.ends_with(".tfvars") || name.ends_with(".tfvars.json"))
}

/// The name of a configuration file without its extensions.
fn base(name: &str) -> Option<&str> {
    let name = name.strip_suffix(".json").unwrap_or(name);
    name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tofu"))
}

/// The name of the file that is not read because this one is there: OpenTofu reads `main.tofu` in place of `main.tf`.
pub fn replaced(name: &str) -> Option<String> {
    match name.strip_suffix(".tofu.json") {
        Some(base) => Some(format!("{base}.tf.json")),
        None => Some(format!("{}.tf", name.strip_suffix(".tofu")?)),
    }
}

/// Parses a file of a module, or one with values of variables, in the syntax that its name says.
pub fn parse_named(file: FileId, name: &str, text: &str) -> Parsed {
    let code = matches!(role(name), Some(Role::Code | Role::Override));
    match name.ends_with(".json") {
        false => parse(file, text),
        true if code => from_json::parse(file, text),
        true => from_json::parse_values(file, text),
    }
}

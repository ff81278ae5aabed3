//! Resources of azapi in a plan, in the form of Resource Manager (see `model/arm.rs`).

use crate::eval::terraform::azapi;
use crate::tree::Resource;
use crate::value::Val;
use std::sync::Arc;

/// The resource in the form of Resource Manager, or why its type is not known. One of another provider is what it was.
pub(super) fn in_arm_form(mut resource: Resource) -> Result<Resource, Val> {
    if !azapi::is_azapi(&resource.kind) {
        return Ok(resource);
    }
    // What is read is in the answer, beside its name and what it is in. Before azapi 2 both are texts of JSON.
    let body = resource.get(if resource.existing { "output" } else { "body" }).cloned();
    let id = resource.get("id").cloned();
    if resource.existing && resource.get("name").is_some() && resource.get("parent_id").is_some() {
        Arc::make_mut(&mut resource.body).entries.remove("resource_id");
    }
    let existing = resource.existing;
    let mut resource = azapi::in_arm_form(resource, azapi::object(body))?;
    if let Some(id) = id.filter(|_| !existing) {
        Arc::make_mut(&mut resource.body).entries.insert("id".into(), id);
    }
    Ok(resource)
}

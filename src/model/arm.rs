//! What is particular to resources in the form of Azure Resource Manager, from azapi, ARM templates and Bicep.
//!
//! Such a [`Resource`] has its type without a version as its kind (`Microsoft.ContainerService/managedClusters`). In its body, keys are
//! as in a template (`name`, `location`, `sku`, `properties`, ..), with these meanings:
//!
//! - `apiVersion`: the version of the type
//! - `name`: its own name, without those of what it is in
//! - `parent`: the id of the resource or resource group that it is in
//! - `id`: its id, where code that only reads it names it so
//! - `updates`: the id of another resource, where it only sets what its `properties` hold in that one

use super::networks::{name_in_id, parts_of_id, resource_group};
use super::read::Part;
use super::{Deployer, Field, ProviderVersion, State, Undecided, fields};
use crate::api_version::ApiVersion;
use crate::tree::Resource;
use crate::value::{TermPart, Val, Value};
use std::sync::Arc;

const CLUSTER: &str = "azurerm_kubernetes_cluster";
const POOL: &str = "azurerm_kubernetes_cluster_node_pool";
const VNET: &str = "azurerm_virtual_network";

/// Whether a resource only changes another one.
pub fn is_update(resource: &Resource) -> bool {
    resource.get("updates").is_some()
}

/// Who deploys a resource, with this body.
pub fn deployer(resource: &Resource, body: &Part<'_>, provider: &ProviderVersion) -> Deployer {
    match body.vocabulary() {
        fields::Vocabulary::Azurerm => Deployer::Azurerm(provider.clone()),
        fields::Vocabulary::Arm => Deployer::ResourceManager { api_version: api_version(resource, body) },
    }
}

/// The version of the type; what others set in the resource they set with a version of their own.
fn api_version(resource: &Resource, body: &Part<'_>) -> Field<ApiVersion> {
    let parsed = |value: &Value| value.as_str().ok_or("the API version is not a text")?.parse();
    let mut version = Part::resource(resource).field(&["apiVersion"], parsed);
    let why = match &version.state {
        State::Absent => "the code does not show the API version",
        _ if body.is_updated() => "another resource sets a part of this with an API version of its own",
        _ => return version,
    };
    version.state = State::Unknown(Undecided::new(why, Some(version.at.site)));
    version
}

/// The body of a resource, with what others set in it.
pub fn body<'r>(resource: &'r Resource, updates: &'r [Resource]) -> Part<'r> {
    let part = Part::resource(resource);
    let parent = ["kubernetes_cluster_id", "virtual_network_id"].iter().find_map(|name| part.get(name)).and_then(address);
    let in_group = fields::is_kind(&resource.kind, CLUSTER) || fields::is_kind(&resource.kind, VNET);
    let group = resource_group(&part).known().ok().flatten().filter(|_| in_group).cloned();
    let target = Target { address: Some(&resource.address), parent, group, name: part.text(&["name"]) };
    updated(part, &resource.kind, &target, updates)
}

/// A pool that a cluster lists, with what other resources set in it.
pub fn listed_pool<'r>(pool: Part<'r>, cluster: &Resource, updates: &'r [Resource]) -> Part<'r> {
    let target = Target { address: None, parent: Some(Arc::clone(&cluster.address)), group: None, name: pool.text(&["name"]) };
    updated(pool, POOL, &target, updates)
}

fn updated<'r>(mut part: Part<'r>, kind: &str, target: &Target<'_>, updates: &'r [Resource]) -> Part<'r> {
    for update in updates.iter().filter(|r| fields::same_kind(&r.kind, kind)) {
        match target.is_meant_by(update) {
            Ok(true) => part = part.updated(Part::resource(update), None),
            Ok(false) => {}
            Err(why) => part = part.updated(Part::resource(update), Some(why)),
        }
    }
    part
}

/// A resource that another one may change.
struct Target<'a> {
    /// The address, if it has one of its own.
    address: Option<&'a str>,
    /// The address of what it is in, if the code refers to that.
    parent: Option<Arc<str>>,
    /// The resource group, if that is what it is in.
    group: Option<String>,
    name: Field<String>,
}

impl Target<'_> {
    fn is_meant_by(&self, update: &Resource) -> Result<bool, Undecided> {
        let doubt = || Undecided::new(format!("{} may change this", update.address), Some(update.header));
        let Some(id) = update.get("updates") else { return Ok(false) };
        if let Some(address) = address(id) {
            return Ok(self.address == Some(&*address));
        }
        let parts = parts_of_id(id).map_err(|_| doubt())?;
        let named = update.kind.rsplit('/').next().and_then(|kind| name_in_id(&parts, kind)).ok_or_else(doubt)?;
        if self.name.is(&named) == Ok(false) {
            return Ok(false);
        }
        if let (Some(own), Some(group)) = (&self.group, name_in_id(&parts, "resourceGroups")) {
            return if own.eq_ignore_ascii_case(&group) { self.name.is(&named).map_err(|_| doubt()) } else { Ok(false) };
        }
        match (&*parts, &self.parent) {
            ([TermPart::Attribute(parent, path), TermPart::Text(_)], Some(own)) if &**path == "id" => {
                if parent == own {
                    self.name.is(&named).map_err(|_| doubt())
                } else {
                    Ok(false)
                }
            }
            _ => Err(doubt()),
        }
    }
}

/// The resource whose id a value is.
pub fn address(id: &Val) -> Option<Arc<str>> {
    match id.value.as_unknown()?.term.as_ref().map(|t| &*t.0)? {
        [TermPart::Attribute(address, path)] if &**path == "id" => Some(Arc::clone(address)),
        _ => None,
    }
}

//! Resources of the azapi provider, which takes Resource Manager's own types and bodies, in the form that the model reads
//! (see `model/arm.rs`).

use super::Evaluator;
use super::expr::Env;
use super::functions::parse_json;
use crate::eval::naming;
use crate::eval::places::headed;
use crate::syntax::hcl::ast::{Block, ExprKind};
use crate::tree::Resource;
use crate::value::{Map, TermPart, Unknown, Val, Value};
use std::sync::Arc;

const UPDATE: &str = "azapi_update_resource";

/// Whether resources of this type have a Resource Manager type inside.
pub(in crate::eval) fn is_azapi(kind: &str) -> bool {
    matches!(kind, "azapi_resource" | UPDATE)
}

/// The name that an azapi attribute has in the form of Resource Manager.
fn envelope(azapi: &str) -> Option<&'static str> {
    Some(match azapi {
        "name" => "name",
        "identity" => "identity",
        "location" => "location",
        "parent_id" => "parent",
        _ => return None,
    })
}

/// The resource in the form of Resource Manager, with this body, or why its type is not known.
pub(in crate::eval) fn in_arm_form(resource: Resource, mut body: Map) -> Result<Resource, Val> {
    let written = resource.body.entries.get("type").cloned();
    let written = written.unwrap_or_else(|| Val::unknown("this resource has no type", resource.header));
    let (kind, version) = type_and_version(&written)?;
    let mut set = |name: &str, val: Val| drop(body.entries.insert(name.into(), val));
    set("apiVersion", version);
    let update = &*resource.kind == UPDATE;
    for (name, val) in &resource.body.entries {
        match envelope(name) {
            Some(name) if !update => set(name, val.clone()),
            _ => {}
        }
    }
    match resource.get("resource_id").cloned() {
        Some(id) if update => set("updates", id),
        None if update => set("updates", id_in_parent(&kind, &resource)),
        Some(id) => set("id", id),
        None => {}
    }
    Ok(Resource { kind, body: Arc::new(body), ..resource })
}

/// What stands in `body`: an object, or before azapi 2 the text of one in JSON.
pub(in crate::eval) fn object(body: Option<Val>) -> Map {
    match body.map(|body| (body.at, body.value)) {
        None | Some((_, Value::Null)) => Map::default(),
        Some((_, Value::Map(map))) => (*map).clone(),
        Some((at, Value::String(json))) => match parse_json(&json, &at) {
            Some(Value::Map(map)) => (*map).clone(),
            _ => unknown(Val::unknown("body is no JSON object", at.site)),
        },
        Some((at, value)) => unknown(Val { value, at }),
    }
}

impl<'m> Evaluator<'m> {
    /// The resource in the form of Resource Manager, or why its type is not known.
    pub(super) fn arm_resource(&self, resource: Resource, block: &Block, env: Env<'_, 'm>) -> Result<Resource, Val> {
        // A text that jsonencode makes would lose all places.
        let encoded = block.body.attribute("body").and_then(|a| match &a.expr.kind {
            ExprKind::Call(call) if &*call.name == "jsonencode" => call.args.first(),
            _ => None,
        });
        let body = match encoded {
            Some(object) => Some(self.value(object, env)),
            None => resource.get("body").cloned(),
        };
        in_arm_form(resource, object(body.map(|body| headed(&body, self.sources))))
    }
}

/// The id of a resource that is given by its name and what it is in.
fn id_in_parent(kind: &str, resource: &Resource) -> Val {
    let unknown = || Val::unknown("the resource that this changes is not known", resource.header);
    let (Some(parent), Some(name)) = (resource.get("parent_id"), resource.get("name")) else { return unknown() };
    let (Some(parent), Some(name)) = (naming::parts(parent), naming::parts(name)) else { return unknown() };
    let between = match kind.rsplit_once('/') {
        Some((above, own)) if above.contains('/') => format!("/{own}/"),
        _ => format!("/providers/{kind}/"),
    };
    let id = parent.into_iter().chain([TermPart::Text(between.into())]).chain(name);
    let value = naming::text(id, || Unknown::new("this id is known only after deployment", Some(resource.header)));
    Val::new(value, resource.header)
}

/// A body of which nothing is known.
fn unknown(why: Val) -> Map {
    let open = why.value.as_unknown().cloned();
    let open = open.or_else(|| Val::unknown("body is no object", why.at.site).value.as_unknown().cloned());
    Map { open, ..Map::default() }
}

/// `Microsoft.Network/virtualNetworks@2024-05-01`, of which the version may be unknown.
fn type_and_version(written: &Val) -> Result<(Arc<str>, Val), Val> {
    let known = match &written.value {
        Value::String(text) => Some(Arc::clone(text)),
        Value::Unknown(unknown) => unknown.term.as_ref().and_then(|term| match term.0.first() {
            Some(TermPart::Text(text)) => Some(Arc::clone(text)),
            _ => None,
        }),
        _ => None,
    };
    let (kind, version) = known.as_deref().and_then(|text| text.split_once('@')).ok_or_else(|| written.clone())?;
    let version = match &written.value {
        Value::String(_) => Val { value: Value::string(version), at: written.at.clone() },
        _ => written.clone(),
    };
    Ok((kind.into(), version))
}

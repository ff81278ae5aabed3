//! Topic `plugin`: properties that the version of Azure's API does not have.

use super::repair::Change;
use super::{Context, Decision, Out};
use crate::api_version::ApiVersion;
use crate::model::{Cluster, Deployer, Field, Undecided, both};
use crate::report::Safety;

/// `arm-api-version-lacks-overlay`: the properties that make an overlay or Cilium cluster are younger than others.
pub(super) fn lacks_overlay(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Deployer::ResourceManager { api_version } = &cluster.deployer else { return Ok(()) };
    let mode = cluster.mode.set().map(|mode| mode.is_some());
    let mode = too_young(cx, api_version, &cluster.mode, mode, "the cluster does not become an overlay cluster", out);
    // Without the property, the data plane is Azure's own.
    let plane = cluster.data_plane.set().map(|plane| plane.is_some_and(|plane| plane != "azure"));
    let plane = match cluster.data_plane.name {
        "networkDataplane" => too_young(cx, api_version, &cluster.data_plane, plane, "the data plane stays Azure's own", out),
        _ => Ok(()),
    };
    mode.and(plane)
}

/// Reports a property that is written although the version does not have it yet.
fn too_young(
    cx: &Context,
    api_version: &Field<ApiVersion>,
    field: &Field<String>,
    written: Result<bool, Undecided>,
    outcome: &str,
    out: &mut Out,
) -> Decision {
    let name = field.name;
    let Some(property) = cx.facts.plugin.api_properties.get(name) else { return Ok(()) };
    let lacks = api_version.known().map(|version| version.is_some_and(|version| !property.is_in(version)));
    if both(written, lacks)?
        && let (Some(version), Some(first)) = (api_version.known()?, property.first_stable())
    {
        out.report("default", &api_version.at, format!("the API version {version} has no {name}"))
            .azure(format!("With this version AKS ignores the property, without an error: {outcome}."))
            .fix(format!("Use the API version {first} or later."))
            .related(format!("{name} is set here"), &field.at)
            .repair_but(Change::value(api_version, first), "other properties may differ in it");
    }
    Ok(())
}

/// `deprecated-network-attribute`, for what Resource Manager deploys: a property that the version does not have, or no longer.
pub(super) fn gone(cx: &Context, api_version: &Field<ApiVersion>, field: &Field<&'static str>, out: &mut Out) -> Decision {
    let facts = &cx.facts.plugin;
    let name = field.name;
    let Some(property) = facts.api_properties.get(name) else { return Ok(()) };
    let Some(version) = api_version.known()?.filter(|version| !property.is_in(version)) else { return Ok(()) };
    let newer = property.replacement.as_ref().and_then(|name| Some((name, facts.api_properties.get(name)?.first_stable()?)));
    let fix = match newer {
        Some((new, first)) => format!("Write {new} instead, with the API version {first} or later."),
        None => format!("Remove {name}: it has no effect any more."),
    };
    let message = format!("the API version {version} has no {name}");
    let draft = if facts.strict_api.is_in(version) {
        let change = Change::renamed(name, None, field.at.site);
        let draft = out.report("removed", &field.at, message);
        draft
            .azure("AKS refuses properties that the API version does not have (UnmarshalError).")
            // What has a successor would be lost.
            .repair(Safety::Safe, Some(change).filter(|_| property.replacement.is_none()))
    } else if field.raw.as_deref() == Some("") {
        // An empty text says nothing that could be ignored.
        return Ok(());
    } else {
        let strict = facts.strict_api.first_stable().map(ToString::to_string).unwrap_or_default();
        let draft = out.report("ignored", &field.at, message);
        draft.azure(format!("With this version AKS ignores the property, and with {strict} and later ones it refuses it."))
    };
    draft.fix(fix).related("the API version is set here", &api_version.at);
    Ok(())
}

//! Topic `plugin`: properties that the version of Azure's API does not have.

use super::{Context, Decision, Out};
use crate::api_version::ApiVersion;
use crate::model::{Cluster, Deployer, Field, Undecided, both};

/// `arm-api-version-lacks-overlay`: the properties that make an overlay or Cilium cluster are younger than others.
pub(super) fn lacks_overlay(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Deployer::ResourceManager { api_version } = &cluster.deployer else { return Ok(()) };
    let mode = cluster.mode.set().map(|mode| mode.is_some());
    let mode = too_young(cx, api_version, &cluster.mode, mode, "no overlay cluster", out);
    // Without the property, the data plane is Azure's own.
    let plane = cluster.data_plane.set().map(|plane| plane.is_some_and(|plane| plane != "azure"));
    let plane = match cluster.data_plane.name {
        "networkDataplane" => too_young(cx, api_version, &cluster.data_plane, plane, "no cluster with this data plane", out),
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
    becomes: &str,
    out: &mut Out,
) -> Decision {
    let name = field.name;
    let Some(property) = cx.facts.plugin.api_properties.get(name) else { return Ok(()) };
    let lacks = api_version.known().map(|version| version.is_some_and(|version| !property.is_in(version)));
    if both(written, lacks)?
        && let (Some(version), Some(first)) = (api_version.known()?, property.first_stable())
    {
        out.report("default", &api_version.at, format!("the API version {version} has no {name}"))
            .azure(format!("AKS ignores what an API version of that time does not have. What comes out is {becomes}."))
            .fix(format!("Use the API version {first} or later."))
            .related(format!("{name} is set here"), &field.at);
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
        let draft = out.report("removed", &field.at, message);
        draft.azure("AKS refuses what the API version does not have (UnmarshalError).")
    } else {
        let refused = facts.strict_api.first_stable().map(|first| format!(" From {first} on it is refused.")).unwrap_or_default();
        let draft = out.report("ignored", &field.at, message);
        draft.azure(format!("AKS ignores what an API version of that time does not have.{refused}"))
    };
    draft.fix(fix).related("the API version is set here", &api_version.at);
    Ok(())
}

//! Topic `plugin`: the network plugin, its mode and its data plane, and whether they go together.

use super::repair::{Change, Written};
use super::tally::{Tally, largest};
use super::{Context, Decision, Draft, Out, properties};
use crate::cidr::Cidr;
use crate::facts::{ModeSpelling, Version};
use crate::model::{Cluster, Deployer, Field, Pool, ProviderVersion, Undecided, both};
use crate::report::{Safety, plural};
use std::cmp::Ordering;

/// Overlay is a mode of the plugin `azure` only.
pub fn overlay_requires_azure_plugin(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if let Some(plugin) = other_plugin(cluster)? {
        let (name, mode) = (cluster.plugin.name, cluster.mode.name);
        out.report("default", &cluster.plugin.at, format!("{mode} is \"overlay\", but {name} is \"{plugin}\""))
            .azure("AKS refuses the cluster (UnsupportedNetworkPluginModeWithNetworkPlugin).")
            .fix(format!("Set {name} to \"azure\", or remove {mode}."))
            .related(format!("{mode} is set here"), &cluster.mode.at)
            // What a cluster without a plugin brings itself may be meant.
            .repair(Safety::Unsafe, Change::value(&cluster.plugin, "azure").filter(|_| plugin == "kubenet"));
    }
    Ok(())
}

/// The plugin. azurerm requires the attribute and says so itself.
fn plugin(cluster: &Cluster) -> Result<Option<&str>, Undecided> {
    Ok(cluster.plugin.known()?.map(String::as_str))
}

/// The plugin, if it is another one than `azure`.
fn other_plugin(cluster: &Cluster) -> Result<Option<&str>, Undecided> {
    Ok(plugin(cluster)?.filter(|p| *p != "azure"))
}

fn has_azure_plugin(cluster: &Cluster) -> Result<bool, Undecided> {
    Ok(plugin(cluster)? == Some("azure"))
}

/// A pod range means nothing where pods take their addresses from a subnet.
pub fn pod_cidr_without_overlay(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let flat = both(has_azure_plugin(cluster), not(cluster.is_overlay()));
    let mut unknown = None;
    for range in &cluster.pod_cidrs {
        match both(flat.clone(), range.is_written()) {
            Ok(true) => return report_useless_range(cluster, range, out),
            Ok(false) => {}
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    unknown.map_or(Ok(()), Err)
}

fn report_useless_range(cluster: &Cluster, range: &Field<Cidr>, out: &mut Out) -> Decision {
    let by_azurerm = matches!(cluster.deployer, Deployer::Azurerm(_));
    // Dual-stack clusters that allocate blocks of a pod subnet statically do have pod CIDRs.
    if both(cluster.is_dual_stack(), cluster.has_static_pod_blocks())? {
        return Ok(());
    }
    // azurerm compares the single range with the mode, but not the list of ranges.
    let refused = by_azurerm && range.name == "pod_cidr";
    let (case, azure) = if refused {
        ("default", "The azurerm provider refuses this when it applies the plan.")
    } else {
        ("ignored", "Without the overlay mode, pods take addresses from a subnet and this range is not used.")
    };
    let (name, mode) = (range.name, cluster.mode.name);
    out.report(case, &range.at, format!("{name} is set with the plugin azure, but {mode} is not \"overlay\""))
        .azure(azure)
        .fix(format!("Add {mode} with the value \"overlay\", or remove {name}."))
        .related("the plugin is set here", &cluster.plugin.at)
        .repair_but(
            Change::attribute(mode, Written::Text("overlay".to_owned()), &cluster.plugin).filter(|_| cluster.mode.raw.is_none()),
            "a cluster that exists is changed, and cannot be changed back",
        );
    Ok(())
}

/// The plugin `azure` without a mode means that pods take addresses from the node subnet.
pub fn overlay_mode_not_set(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mode_unset = cluster.mode.known().map(|mode| mode.is_none_or(String::is_empty));
    let silent_default = both(has_azure_plugin(cluster), mode_unset);
    if both(silent_default, not(cluster.has_pod_subnet()))? {
        let mode = cluster.mode.name;
        out.report("default", &cluster.mode.at, format!("{mode} is not set: every pod takes an address of the node subnet"))
            .azure("Without a mode AKS uses the older node subnet networking, even where overlay was meant.")
            .fix(format!("Add {mode} with the value \"overlay\" if pods should have a range of their own."));
    }
    Ok(())
}

/// AKS gives up kubenet.
pub fn kubenet_retirement(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if let Some(day) = cx.facts.plugin.kubenet_end_of_support.on(cx.day) {
        let (plugin, mode) = (cluster.plugin.name, cluster.mode.name);
        out.report("default", &cluster.plugin.at, format!("kubenet is supported until {day} only"))
            .azure("AKS announced that it ends support for kubenet on that day.")
            .fix(format!("Plan the move to Azure CNI Overlay: {plugin} \"azure\" with {mode} \"overlay\"."));
    }
    Ok(())
}

/// kubenet routes each node by itself, and a route table has room for so many routes only.
pub fn kubenet_node_limit(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(&limit) = cx.facts.plugin.kubenet_max_nodes.on(cx.day) else { return Ok(()) };
    let all = Tally::of(cluster, Pool::max_nodes);
    let nodes = all.certain;
    if nodes <= limit {
        all.decision()?;
    }
    match nodes.cmp(&limit) {
        Ordering::Less => {}
        Ordering::Equal => {
            let message = format!("the node pools may reach {}, which is all that kubenet allows", plural(nodes, "node"));
            report_nodes("exactly-at-limit", cluster, &all, message, out)
                .azure(format!("AKS may refuse upgrades of a kubenet cluster that reaches {}.", plural(limit, "node")))
                .fix("Keep the maximum below the limit, or move to Azure CNI Overlay.");
        }
        Ordering::Greater => {
            let message = format!("the node pools may reach {}, but kubenet allows {limit}", plural(nodes, "node"));
            report_nodes("default", cluster, &all, message, out)
                .azure("AKS refuses to create or upgrade the cluster.")
                .fix(format!("Lower the node counts by {} in all, or move to Azure CNI Overlay.", nodes - limit));
        }
    }
    Ok(())
}

/// Reports at the largest pool, and shows the others.
fn report_nodes<'a>(
    case: &'static str,
    cluster: &Cluster,
    nodes: &Tally<'_>,
    message: String,
    out: &'a mut Out,
) -> &'a mut Draft {
    let at = largest(cluster.pools.iter()).map_or(&cluster.plugin.at, |pool| &pool.max_nodes_field().at);
    let draft = out.report(case, at, message);
    nodes.relate(draft, "");
    draft
}

/// With overlay, pods take their addresses from the pod CIDR and never from a subnet.
pub fn overlay_with_pod_subnet(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut unknown = cluster.more_pools.clone();
    for pool in &cluster.pools {
        match pool.has_pod_subnet() {
            Ok(true) => {
                let name = pool.pod_subnet.name;
                out.report("default", &pool.pod_subnet.at, format!("{} has {name}, but the cluster is overlay", pool.title()))
                    .azure("Overlay and pod subnets are two separate ways to give pods addresses; a cluster has one of them.")
                    .fix(format!("Remove {name} from every node pool."))
                    .related("the overlay mode is set here", &cluster.mode.at);
            }
            Ok(false) => {}
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    unknown.map_or(Ok(()), Err)
}

/// azurerm compares the mode letter by letter, and the letters changed with a version.
pub fn network_plugin_mode_casing(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    // Azure itself takes any case.
    let Deployer::Azurerm(version) = &cluster.deployer else { return Ok(()) };
    cluster.mode.known()?;
    let Some(written) = cluster.mode.raw.as_deref() else { return Ok(()) };
    let spelling = &cx.facts.plugin.mode_spelling;
    let Some(latest) = spelling.versions.last() else { return Ok(()) };
    let (name, at) = (cluster.mode.name, &cluster.mode.at);
    match accepted_spelling(spelling, version) {
        Some(accepted) if accepted != written => {
            let message = format!("{name} is \"{written}\", but this version of azurerm accepts only \"{accepted}\"");
            out.report("default", at, message)
                .azure("The azurerm provider compares upper and lower case, and refuses the value when it plans.")
                .fix(format!("Write \"{accepted}\"."))
                .repair(Safety::Safe, Change::value(&cluster.mode, accepted));
        }
        None if latest.value != written => {
            out.report("unclear", at, format!("{name} is \"{written}\"; the usual spelling is \"{}\"", latest.value))
                .azure(format!("The azurerm provider takes no other spelling from {} on.", text_of(latest.from)))
                .fix(format!("Write \"{}\".", latest.value))
                .repair(Safety::Unsafe, Change::value(&cluster.mode, &latest.value));
        }
        _ => {}
    }
    Ok(())
}

/// The spelling that every version of the range accepts; `None` when that depends on the version.
fn accepted_spelling<'a>(spelling: &'a ModeSpelling, version: &ProviderVersion) -> Option<&'a str> {
    let next = spelling.versions.iter().skip(1).map(|s| Some(s.from)).chain([None]);
    spelling.versions.iter().zip(next).find_map(|(entry, next)| {
        let in_time = version.surely_from(entry.from) && next.is_none_or(|next| version.surely_before(next));
        in_time.then_some(entry.value.as_str())
    })
}

/// Attributes that newer versions of azurerm warn of or no longer know, and those that a version of Azure's API does not have.
pub fn deprecated_network_attribute(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut unknown = None;
    for field in &cluster.deprecated {
        let decision = match (&cluster.deployer, field.known()) {
            (_, Err(why)) if may_be_old(cx, cluster, field.name) => Err(why),
            (_, Err(_) | Ok(None)) => Ok(()),
            (Deployer::Azurerm(version), Ok(Some(name))) => {
                report_old_attribute(cx, version, name, field, out);
                Ok(())
            }
            (Deployer::ResourceManager { api_version }, Ok(Some(_))) => properties::gone(cx, api_version, field, out),
        };
        unknown = unknown.or(decision.err());
    }
    unknown.map_or(Ok(()), Err)
}

/// Whether an attribute would be reported if it were written.
fn may_be_old(cx: &Context, cluster: &Cluster, name: &str) -> bool {
    let facts = &cx.facts.plugin;
    match &cluster.deployer {
        Deployer::Azurerm(version) => {
            facts.azurerm_attributes.get(name).is_some_and(|old| !version.surely_before(old.deprecated))
        }
        Deployer::ResourceManager { .. } => facts.api_properties.contains_key(name),
    }
}

fn report_old_attribute(cx: &Context, version: &ProviderVersion, name: &str, field: &Field<&str>, out: &mut Out) {
    let Some(old) = cx.facts.plugin.azurerm_attributes.get(name) else { return };
    let written = old.written.as_deref().unwrap_or(name);
    let fix = match &old.replacement {
        Some(new) => format!("Write {new} instead."),
        None => format!("Remove {written}: it has no effect any more."),
    };
    // What has another value now, not another name, is another rule's to repair.
    let change =
        if old.written.is_some() { None } else { Some(Change::renamed(field.name, old.replacement.as_ref(), field.at.site)) };
    let removed = text_of(old.removed);
    if version.surely_from(old.removed) {
        out.report("removed", &field.at, format!("{written} was removed in azurerm {removed}"))
            .azure("The provider version that the code requires refuses it when it plans.")
            .fix(fix)
            .repair(Safety::Safe, change);
    } else if !version.surely_before(old.deprecated) {
        let message = if old.deprecated == old.removed {
            format!("{written} was removed in azurerm {removed}, which this code does not rule out")
        } else {
            format!("{written} is deprecated since azurerm {} and was removed in {removed}", text_of(old.deprecated))
        };
        out.report("deprecated", &field.at, message)
            .azure(format!("The code stops working with azurerm {removed}."))
            .fix(format!("{fix} Until then, require a version of azurerm below {removed}."))
            .repair(Safety::Unsafe, change);
    }
}

fn text_of((major, minor, patch): Version) -> String {
    format!("{major}.{minor}.{patch}")
}

/// Cilium is a network policy engine and a data plane: it needs to be both, with the plugin `azure` and on Linux.
pub fn cilium_dataplane_combination(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let decisions = [
        cilium_policy_without_data_plane(cluster, out),
        cilium_without_azure(cluster, out),
        cilium_with_other_policy(cx, cluster, out),
        cilium_with_windows(cluster, out),
    ];
    decisions.into_iter().collect()
}

fn cilium_policy_without_data_plane(cluster: &Cluster, out: &mut Out) -> Decision {
    if both(cluster.policy.is("cilium"), not(cluster.data_plane.is("cilium")))? {
        let (policy, plane) = (cluster.policy.name, cluster.data_plane.name);
        let found = cluster.data_plane.known()?.map_or("not set", String::as_str);
        let implicit = if cluster.data_plane.is_default() { "the implicit default " } else { "" };
        let message = format!("{policy} is \"cilium\", but the data plane is {implicit}{found}");
        out.report("default", &cluster.data_plane.at, message)
            .azure("Cilium enforces network policies only where it is the data plane too.")
            .fix(format!("Set {plane} to \"cilium\", or choose another {policy}."))
            .related(format!("{policy} is set here"), &cluster.policy.at)
            .repair_but(
                Change::value(&cluster.data_plane, "cilium")
                    .or_else(|| Change::attribute(plane, Written::Text("cilium".to_owned()), &cluster.policy)),
                "a cluster that exists gets new nodes",
            );
    }
    Ok(())
}

fn cilium_without_azure(cluster: &Cluster, out: &mut Out) -> Decision {
    let other = other_plugin(cluster);
    if both(cluster.data_plane.is("cilium"), other.clone().map(|o| o.is_some()))? {
        let (plugin, plane) = (cluster.plugin.name, cluster.data_plane.name);
        let found = other?.unwrap_or_default();
        out.report("default", &cluster.plugin.at, format!("{plane} is \"cilium\", but {plugin} is \"{found}\""))
            .azure("The Cilium data plane of AKS works with the plugin azure only.")
            .fix(format!("Set {plugin} to \"azure\", or remove {plane}."))
            .related(format!("{plane} is set here"), &cluster.data_plane.at);
    }
    Ok(())
}

fn cilium_with_other_policy(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let others = cx.facts.plugin.policies_against_cilium.on(cx.day).map_or(&[][..], Vec::as_slice);
    let other = cluster.policy.known().map(|policy| policy.filter(|p| others.contains(p)));
    if both(cluster.data_plane.is("cilium"), other.clone().map(|o| o.is_some()))? {
        let (policy, plane) = (cluster.policy.name, cluster.data_plane.name);
        let found = other?.map_or("", String::as_str);
        out.report("default", &cluster.policy.at, format!("{plane} is \"cilium\", but {policy} is \"{found}\""))
            .azure("The Cilium data plane enforces network policies itself and takes no other engine.")
            .fix(format!("Set {policy} to \"cilium\"."))
            .related(format!("{plane} is set here"), &cluster.data_plane.at)
            .repair_but(Change::value(&cluster.policy, "cilium"), "policies are then enforced by Cilium");
    }
    Ok(())
}

fn cilium_with_windows(cluster: &Cluster, out: &mut Out) -> Decision {
    let plane = &cluster.data_plane;
    let more = cluster.more_pools.clone().map_or(Ok(false), Err);
    let mut unknown = both(plane.is("cilium"), more).err();
    for pool in &cluster.pools {
        match both(plane.is("cilium"), pool.is_windows()) {
            Ok(true) => {
                let message = format!("{} runs Windows, but {} is \"cilium\"", pool.title(), plane.name);
                out.report("default", &pool.os.at, message)
                    .azure("The Cilium data plane of AKS runs on Linux nodes only.")
                    .fix(format!("Move the Windows pools to a cluster without {} \"cilium\".", plane.name))
                    .related(format!("{} is set here", plane.name), &plane.at);
            }
            Ok(false) => {}
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    unknown.map_or(Ok(()), Err)
}

/// kubenet runs on Linux only.
pub fn windows_requires_azure_cni(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut unknown = cluster.more_pools.clone();
    for pool in &cluster.pools {
        match pool.is_windows() {
            Ok(true) => {
                let (plugin, mode) = (cluster.plugin.name, cluster.mode.name);
                out.report("default", &pool.os.at, format!("{} runs Windows, which kubenet does not support", pool.title()))
                    .azure("AKS refuses Windows node pools in a kubenet cluster (AzureCNIOnlyForWindows).")
                    .fix(format!("Set {plugin} to \"azure\" and {mode} to \"overlay\"."))
                    .related(format!("{plugin} is set here"), &cluster.plugin.at);
            }
            Ok(false) => {}
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    unknown.map_or(Ok(()), Err)
}

fn not(value: Result<bool, Undecided>) -> Result<bool, Undecided> {
    value.map(|v| !v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;

    fn accepted(least: Option<Version>, below: Option<Version>) -> Option<String> {
        let spelling = Facts::embedded().plugin.mode_spelling;
        accepted_spelling(&spelling, &ProviderVersion { least, below }).map(str::to_owned)
    }

    #[test]
    fn a_spelling_is_certain_only_when_all_versions_of_the_range_agree() {
        assert_eq!(accepted(Some((3, 62, 0)), None).as_deref(), Some("overlay"));
        assert_eq!(accepted(Some((3, 35, 0)), Some((3, 62, 0))).as_deref(), Some("Overlay"));
        assert_eq!(accepted(Some((3, 61, 0)), Some((4, 0, 0))), None);
        assert_eq!(accepted(Some((3, 34, 0)), Some((3, 62, 0))), None);
        assert_eq!(accepted(None, Some((3, 62, 0))), None);
        assert_eq!(accepted(None, None), None);
    }
}

//! Topic `upgrade`: what stands in the way of an existing cluster that a plan moves to Azure CNI Overlay.

use super::ranges::{self, report_overlaps, report_overlaps_as};
use super::replacement::with_azurerm;
use super::{Context, Decision, Out, kubernetes};
use crate::model::{Change, Cluster, Deployer, State, Undecided, both};
use crate::suggest::{Kind, move_away};

/// Runs a check for a cluster that is updated in place and gets the mode overlay. Where it is unknown whether it does, that matters only
/// if the check would find something, or is itself undecided.
pub(super) fn on_move(cluster: &Cluster, out: &mut Out, check: impl FnOnce(&Change, &mut Out) -> Decision) -> Decision {
    let Some(change) = cluster.change.as_deref().filter(|change| !change.replaces) else { return Ok(()) };
    match both(change.before.is_overlay().map(|was| !was), cluster.is_overlay()) {
        Ok(false) => Ok(()),
        Ok(true) => check(change, out),
        Err(why) => {
            let mut found = Out::default();
            let decision = check(change, &mut found);
            if decision.is_ok() && found.drafts.is_empty() { Ok(()) } else { Err(why) }
        }
    }
}

/// `upgrade-k8s-version`
pub(super) fn k8s_version(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(least) = cx.facts.upgrade.kubernetes_least.on(cx.day) else { return Ok(()) };
    on_move(cluster, out, |change, out| {
        let version = &change.before.kubernetes_version;
        if let (Some(has), Some(needs)) = (kubernetes::of(&change.before)?, kubernetes::parse(least))
            && has < needs
        {
            let written = version.known()?.map_or("", String::as_str);
            let message = format!("the cluster runs Kubernetes {written}, but moving to overlay needs {least} or later");
            out.report("default", &cluster.kubernetes_version.at, message)
                .azure("AKS moves clusters of supported Kubernetes versions only.")
                .fix(format!(
                    "Upgrade the cluster to Kubernetes {least} or later first, and move it to overlay in a second step."
                ))
                .related("the mode changes to overlay here", &cluster.mode.at);
        }
        Ok(())
    })
}

/// `upgrade-network-policy`
pub(super) fn network_policy(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let engines = cx.facts.upgrade.policies_in_the_way.on(cx.day).map(Vec::as_slice).unwrap_or_default();
    on_move(cluster, out, |change, out| {
        let Some(engine) = change.before.policy.known()?.filter(|policy| engines.contains(policy)) else { return Ok(()) };
        let name = cluster.policy.name;
        out.report("default", &cluster.policy.at, format!("the cluster moves to overlay while {name} is \"{engine}\""))
            .azure("AKS refuses to move a cluster with the network policy engine of Azure or Calico.")
            .fix(with_azurerm(
                cluster,
                "Uninstall the engine first with az aks update --network-policy none, then move the cluster, and turn an engine on again.",
                "To remove the engine, azurerm would replace the cluster.",
            ))
            .related("the mode changes to overlay here", &cluster.mode.at);
        Ok(())
    })
}

/// `upgrade-dynamic-ip`
pub(super) fn dynamic_ip(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |change, out| {
        let mut unknown = change.before.more_pools.clone();
        for pool in &change.before.pools {
            match pool.pod_subnet.known() {
                Ok(Some(true)) => {
                    let now = cluster.pools.iter().find(|p| p.address == pool.address && p.name.known() == pool.name.known());
                    let at = now.map_or(&cluster.mode.at, |now| &now.pod_subnet.at);
                    let message = format!("{} has a pod subnet, and the cluster moves to overlay", pool.title());
                    out.report("default", at, message)
                        .azure("AKS does not move clusters that allocate the addresses of pods dynamically from a subnet.")
                        .fix("Make a new cluster with overlay, and move the workloads.");
                    return Ok(());
                }
                Ok(_) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(()), Err)
    })
}

/// `upgrade-missing-pod-cidr`
pub(super) fn missing_pod_cidr(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |change, out| {
        if !both(change.before.plugin.is("azure"), writes_pod_cidr(cluster).map(|writes| !writes))? {
            return Ok(());
        }
        let name = cluster.pod_cidrs.first().map_or("pod_cidr", |range| range.name);
        out.report("default", &cluster.mode.at, format!("the cluster moves to overlay, but {name} is not set"))
            .azure("Pods had addresses of the node subnet until now. AKS asks for the range that they move to.")
            .fix(format!("Set {name} to a private range that no network in reach uses."));
        Ok(())
    })
}

/// Whether a pod CIDR is given, be it known or not.
fn writes_pod_cidr(cluster: &Cluster) -> Result<bool, Undecided> {
    let mut given = false;
    for range in &cluster.pod_cidrs {
        given |= range.raw.is_some() || range.set()?.is_some();
    }
    Ok(given)
}

/// `upgrade-pod-cidr-overlap`
pub(super) fn pod_cidr_overlap(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |_, out| {
        let taken = || ranges::and(ranges::services(cluster), ranges::all_subnets(cx.world, cluster));
        let refused = report_overlaps(ranges::pods(cluster), taken(), out, |draft, range| {
            draft
                .azure("AKS refuses to move pods into a range that a subnet of the nodes' VNet or the cluster's services use.")
                .advise(move_away(cx, cluster, Kind::Pod, range));
        });
        let mut pods = ranges::pods(cluster);
        pods.known.retain(|range| !taken().overlap(&range.cidr));
        let spaces = ranges::vnet_spaces(cx.world, cluster);
        let advised = report_overlaps_as("vnet-space", pods, spaces, out, |draft, range| {
            draft
                .azure("The range that pods move into should be outside the VNet. Since October 2024 AKS itself compares it with the subnets only.")
                .advise(move_away(cx, cluster, Kind::Pod, range));
        });
        refused.and(advised)
    })
}

/// `upgrade-combined-ipam-dataplane`
pub(super) fn combined_ipam_dataplane(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |change, out| {
        let plane = &cluster.data_plane;
        if both(plane.is("cilium"), change.before.data_plane.is("cilium").map(|was| !was))? {
            let message = format!("{} changes to \"cilium\" while the cluster moves to overlay", plane.name);
            out.report("default", &plane.at, message)
                .azure("AKS refuses to change the mode and the data plane in one operation.")
                .fix(format!("Apply the mode first, and {} in a second step.", plane.name))
                .related("the mode changes to overlay here", &cluster.mode.at);
        }
        Ok(())
    })
}

/// `upgrade-irreversible`
pub(super) fn irreversible(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(change) = cluster.change.as_deref() else { return Ok(()) };
    if both(change.before.is_overlay(), cluster.is_overlay().map(|is| !is))? {
        let mode = cluster.mode.name;
        if matches!((&cluster.deployer, &cluster.mode.state), (Deployer::ResourceManager { .. }, State::Absent)) {
            let why = format!("whether AKS keeps the mode when {mode} is left out of an update is not documented");
            return Err(Undecided::new(why, Some(cluster.mode.at.site)));
        }
        out.report("default", &cluster.mode.at, format!("the cluster is overlay, and {mode} is taken away"))
            .azure(with_azurerm(
                cluster,
                "A cluster cannot leave overlay.",
                "The azurerm provider destroys it and creates it anew.",
            ))
            .fix(format!("Set {mode} to \"overlay\" again, or plan a new cluster and move the workloads."));
    }
    Ok(())
}

/// `upgrade-simultaneous-reimage`
pub(super) fn simultaneous_reimage(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |_, out| {
        out.report("default", &cluster.mode.at, "moving to overlay re-images the nodes of all pools at the same time")
            .azure("AKS cannot move one pool after the other. Workloads are disrupted as by an upgrade of all pools at once.")
            .fix("Apply this in a maintenance window.");
        Ok(())
    })
}

/// `upgrade-kubenet-identity`
pub(super) fn kubenet_identity(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |change, out| {
        if both(change.before.is_kubenet(), cluster.identity.is("systemassigned"))? {
            out.report("default", &cluster.identity.at, "a kubenet cluster moves to overlay with a system-assigned identity")
                .azure("AKS moves kubenet clusters only if their identity is user-assigned.")
                .fix("Give the cluster a user-assigned identity first, and move it to overlay in a second step.")
                .related("the mode changes to overlay here", &cluster.mode.at);
        }
        Ok(())
    })
}

/// `upgrade-kubenet-route-table`
pub(super) fn kubenet_route_table(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    on_move(cluster, out, |change, out| {
        let by_user = cluster.outbound_type.is("userDefinedRouting");
        if !both(change.before.is_kubenet(), by_user.map(|by_user| !by_user))? {
            return Ok(());
        }
        let mut unknown = cluster.unknown_node_subnet();
        for subnet in cluster.node_subnets().into_iter().filter_map(|(_, id)| cx.world.subnet(id)) {
            match subnet.route_table.known() {
                Ok(Some(table)) => {
                    let message = format!("the cluster leaves kubenet, but node subnet {} keeps its route table", subnet.title());
                    out.report("default", &subnet.route_table.at, message)
                        .azure("AKS deletes the routes to pods from the table during the move, and needs the table no more.")
                        .fix("Take the route table off the subnet after the move. Until then, let Terraform ignore that its routes change.")
                        .related(format!("the route table, {}", table.address), &table.at)
                        .related("the mode changes to overlay here", &cluster.mode.at);
                }
                Ok(None) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(()), Err)
    })
}

/// `upgrade-ip-masq-config`
pub(super) fn ip_masq_config(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(custom) = cx.facts.upgrade.ip_masq_config.on(cx.day) else { return Ok(()) };
    on_move(cluster, out, |_, out| {
        let mut unknown = None;
        for map in &cx.world.config_maps {
            match both(map.name.is(&custom.name), map.namespace.is(&custom.namespace)) {
                Ok(true) if cx.world.clusters.len() > 1 => {
                    let why = format!("which of the clusters {} is in is not known", map.address);
                    unknown = Some(Undecided::new(why, Some(map.name.at.site)));
                }
                Ok(true) => {
                    let message =
                        format!("the cluster moves to overlay with a ConfigMap {} in {}", custom.name, custom.namespace);
                    out.report("default", &map.name.at, message)
                        .azure("Pods do not reach what it excludes from translation after the move, and since January 2025 AKS refuses the move.")
                        .fix("Delete the ConfigMap before the move.")
                        .related("the mode changes to overlay here", &cluster.mode.at);
                }
                Ok(false) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(()), Err)
    })
}

/// `upgrade-windows-build`
pub(super) fn windows_build(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(build) = cx.facts.upgrade.windows_build.on(cx.day) else { return Ok(()) };
    on_move(cluster, out, |change, out| {
        let mut unknown = change.before.more_pools.clone();
        for pool in &cluster.pools {
            let existed = change.before.pools.iter().any(|p| p.address == pool.address);
            match pool.is_windows() {
                Ok(true) if existed => {
                    let message = format!("{} runs Windows, and the cluster moves to overlay", pool.title());
                    out.report("default", &pool.os.at, message)
                        .azure(format!("On Windows builds below {build}, traffic from the nodes themselves is translated wrongly after the move."))
                        .fix(format!("Upgrade the node image of the pool to Windows build {build} or later first."));
                }
                Ok(_) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(()), Err)
    })
}

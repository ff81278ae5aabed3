//! The subnets that nodes are in: one VNet, no delegation, one range.

use super::{Context, Decision, Out};
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Pool, Subnet, Vnet, VnetId};
use crate::value::At;

/// `node-pools-same-vnet`: the subnets of all pools are in one VNet.
pub(super) fn same_vnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if cluster.pools.len() < 2 && cluster.more_pools.is_none() {
        return Ok(());
    }
    let mut open = cluster.unknown_node_subnet();
    let subnets = cluster.node_subnets();
    let mut first: Option<(&Pool, VnetId)> = None;
    for (pool, id) in &subnets {
        let Some(subnet) = cx.world.subnet(*id) else { continue };
        let vnet = match subnet.vnet.known() {
            Ok(vnet) => vnet.copied(),
            // A lone subnet is in one VNet, whichever that is.
            Err(why) if subnets.len() > 1 => {
                open.get_or_insert(why);
                None
            }
            Err(_) => None,
        };
        let Some(vnet) = vnet else { continue };
        let Some((first_pool, first_vnet)) = first else {
            first = Some((pool, vnet));
            continue;
        };
        match cx.world.is_same_vnet(first_vnet, vnet) {
            Ok(true) => {}
            Ok(false) => report_two_vnets(cx, out, (first_pool, first_vnet), (pool, vnet)),
            Err(why) => _ = open.get_or_insert(why),
        }
    }
    open.map_or(Ok(()), Err)
}

fn report_two_vnets(cx: &Context, out: &mut Out, (first_pool, first_vnet): (&Pool, VnetId), (pool, vnet): (&Pool, VnetId)) {
    let title = |vnet| cx.world.vnet(vnet).map(Vnet::title).unwrap_or_default();
    let message = format!(
        "{} is in VNet {}, but {} of the same cluster is in VNet {}",
        pool.title(),
        title(vnet),
        first_pool.title(),
        title(first_vnet)
    );
    out.report("default", &pool.subnet.at, message)
        .azure("All node pools of a cluster must be in one VNet.")
        .fix(format!("Set {} to a subnet of VNet {}.", pool.subnet.name, title(first_vnet)))
        .related(first_pool.title(), &first_pool.subnet.at);
}

/// `node-subnet-delegated`: nodes need a subnet of their own, not one delegated to a service.
pub(super) fn delegated(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    each_subnet(cx, cluster, |pool, subnet| {
        let Some(services) = subnet.delegations.known()?.filter(|services| !services.is_empty()) else { return Ok(()) };
        let message = format!("{} is in subnet {}, which is delegated to {}", pool.title(), subnet.title(), services.join(", "));
        out.report("default", &pool.subnet.at, message)
            .azure("AKS refuses node pools in a delegated subnet (SubnetIsDelegated).")
            .fix("Use another subnet for the nodes, or remove the delegation.")
            .related("delegation", &subnet.delegations.at);
        Ok(())
    })
}

/// `node-subnet-multiple-prefixes`: one IPv4 range per subnet.
pub(super) fn multiple_prefixes(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    each_subnet(cx, cluster, |pool, subnet| {
        let ranges: Vec<(&Cidr, &At)> = ipv4_ranges(subnet).collect();
        if ranges.len() < 2 {
            return subnet.prefixes.iter().find_map(|field| field.known().err()).map_or(Ok(()), Err);
        }
        let list = ranges.iter().map(|(range, _)| range.to_string()).collect::<Vec<_>>().join(" and ");
        let message = format!("{} is in subnet {}, which has more than one IPv4 range: {list}", pool.title(), subnet.title());
        let draft = out
            .report("default", &pool.subnet.at, message)
            .azure("AKS has an error code for such subnets (MultipleAddressPrefixesSubnetNotSupported).")
            .fix("Give the subnet one IPv4 range, or use another subnet for the nodes.");
        for (range, at) in ranges {
            draft.related(format!("range {range}"), at);
        }
        Ok(())
    })
}

/// Looks at each node subnet of the cluster, all of them whatever happens; the first reason that something is undecided counts.
pub(super) fn each_subnet<'a>(
    cx: &Context<'a>,
    cluster: &'a Cluster,
    mut check: impl FnMut(&'a Pool, &'a Subnet) -> Decision,
) -> Decision {
    let mut decision = Ok(());
    for (pool, id) in cluster.node_subnets() {
        if let Some(subnet) = cx.world.subnet(id) {
            decision = decision.and(check(pool, subnet));
        }
    }
    decision.and(cluster.unknown_node_subnet().map_or(Ok(()), Err))
}

/// The IPv4 ranges of a subnet that are known.
pub(super) fn ipv4_ranges(subnet: &Subnet) -> impl Iterator<Item = (&Cidr, &At)> {
    let known = subnet.prefixes.iter().filter_map(|field| Some((field.known().ok()??, &field.at)));
    known.filter(|(range, _)| range.family() == Family::V4)
}

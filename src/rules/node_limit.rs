//! How many nodes a cluster may have.

use super::tally::{Tally, largest};
use super::{Context, Decision, Out};
use crate::model::{Cluster, Pool, Undecided, both};
use crate::report::plural;

/// `cluster-node-limit`: the limits of a pool, of a cluster, and of the Free tier.
pub(super) fn cluster_node_limit(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut decision = Ok(());
    for pool in &cluster.pools {
        decision = decision.and(scale_set(cx, pool, out));
    }
    decision.and(all_pools(cx, cluster, out))
}

fn scale_set(cx: &Context, pool: &Pool, out: &mut Out) -> Decision {
    let Some(&most) = cx.facts.nodes.scale_set_nodes.on(cx.day) else { return Ok(()) };
    let nodes = pool.max_nodes();
    if !both(nodes.clone().map(|nodes| nodes > most), pool.kind.is("VirtualMachineScaleSets"))? {
        return Ok(());
    }
    let (nodes, field) = (nodes?, pool.max_nodes_field());
    out.report(
        "pool",
        &field.at,
        format!("{} may reach {}; a scale set has at most {most}", pool.title(), plural(nodes, "node")),
    )
    .fix(format!("Lower {} to {most}, and add node pools for the rest.", field.name));
    Ok(())
}

fn all_pools(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let nodes = Tally::of(cluster, Pool::max_nodes);
    let Some(most) = limit(cx, cluster)? else { return Ok(()) };
    if nodes.certain > most {
        report_over(cluster, nodes.certain, most, out);
        return Ok(());
    }
    let free_tier = if nodes.certain == most {
        report_at(cluster, most, out);
        Ok(())
    } else {
        free_tier(cx, cluster, nodes.certain, out)
    };
    free_tier.and(nodes.decision())
}

fn report_over(cluster: &Cluster, nodes: u64, most: u64, out: &mut Out) {
    let Some(pool) = largest(cluster.pools.iter()) else { return };
    let field = pool.max_nodes_field();
    out.report("default", &field.at, format!("the node pools may reach {}; a cluster has at most {most}", plural(nodes, "node")))
        .azure("AKS creates no nodes beyond the limit.")
        .fix(format!("Lower {} of the pools, or use several clusters.", field.name));
}

fn report_at(cluster: &Cluster, most: u64, out: &mut Out) {
    let Some(pool) = largest(cluster.pools.iter()) else { return };
    let field = pool.max_nodes_field();
    out.report(
        "at-limit",
        &field.at,
        format!("the node pools may reach {}, exactly the limit of a cluster", plural(most, "node")),
    )
    .azure("An upgrade adds nodes for its time, and cannot at the limit.")
    .fix(format!("Lower {} by the nodes that an upgrade adds.", field.name));
}

/// The Free tier is meant for small clusters. No tier written is the Free tier.
fn free_tier(cx: &Context, cluster: &Cluster, nodes: u64, out: &mut Out) -> Decision {
    let Some(&most) = cx.facts.nodes.free_tier_nodes.on(cx.day) else { return Ok(()) };
    let tier = &cluster.sku_tier;
    if nodes <= most || tier.known()?.is_some_and(|tier| tier != "free") {
        return Ok(());
    }
    out.report(
        "free-tier",
        &tier.at,
        format!("the node pools may reach {}; the Free tier is meant for up to {most}", plural(nodes, "node")),
    )
    .azure("The Free tier has no uptime agreement, and Microsoft recommends it for small clusters only.")
    .fix(format!("Set {} to \"Standard\".", tier.name));
    Ok(())
}

/// Nodes per cluster: overlay clusters had a limit of their own.
fn limit(cx: &Context, cluster: &Cluster) -> Result<Option<u64>, Undecided> {
    let facts = &cx.facts.nodes;
    let (any, overlay) = (facts.cluster_nodes.on(cx.day), facts.cluster_nodes_overlay.on(cx.day));
    let limit = if any != overlay && cluster.is_overlay()? { overlay } else { any };
    Ok(limit.copied())
}

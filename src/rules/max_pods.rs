//! Pods per node.

use super::repair::Change;
use super::{Context, Decision, Out};
use crate::model::{Cluster, Pool, Undecided, both, either};
use crate::report::{Safety, plural};

/// `max-pods-range`: pods per node within what AKS accepts.
pub(super) fn max_pods_range(cx: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let facts = &cx.facts.nodes;
    let (Some(&least), Some(&most)) = (facts.max_pods_least.on(cx.day), facts.max_pods_most.on(cx.day)) else { return Ok(()) };
    let outside = pods_per_node(pool).map(|pods| pods.filter(|pods| !(least..=most).contains(pods)));
    let Some(pods) = where_limited(cluster, outside)? else { return Ok(()) };
    let (name, nearest) = (pool.max_pods.name, pods.clamp(least, most));
    out.report(
        "default",
        &pool.max_pods.at,
        format!("{} has room for {} per node; Azure accepts {least} to {most}", pool.title(), plural(pods, "pod")),
    )
    .azure("AKS refuses a pool outside this range when the pool is created.")
    .fix(format!("Set {name} to {nearest}, or to another number from {least} to {most}."))
    .repair(Safety::Safe, Change::value(&pool.max_pods, nearest));
    Ok(())
}

/// `max-pods-pool-minimum-30`: room for some pods on all nodes of a pool together. A pool that may have no node runs no pods either.
pub(super) fn pool_minimum(cx: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let Some(&need) = cx.facts.nodes.pool_pods_least.on(cx.day) else { return Ok(()) };
    let nodes = pool.min_nodes();
    let pods = pods_per_node(pool);
    if matches!(nodes, Ok(n) if n == 0 || n >= need) || matches!(pods, Ok(p) if p.is_none_or(|p| p >= need)) {
        return Ok(());
    }
    let short = nodes.and_then(|nodes| Ok(pods?.filter(|pods| pods.saturating_mul(nodes) < need).map(|pods| (nodes, pods))));
    let Some((nodes, pods)) = where_limited(cluster, short)? else { return Ok(()) };
    let count = if matches!(pool.autoscaling.known(), Ok(Some(true))) { &pool.min_count } else { &pool.count };
    let enough_pods = need.div_ceil(nodes);
    let enough_nodes = need.div_ceil(pods.max(1));
    out.report(
        "default",
        &pool.max_pods.at,
        format!(
            "{} has room for {} ({} with {pods} each); Azure wants room for {need}",
            pool.title(),
            plural(pods * nodes, "pod"),
            plural(nodes, "node")
        ),
    )
    .azure("AKS wants this room in every pool, so that its own pods have a place.")
    .fix(format!("Raise {} to {enough_pods} or {} to {enough_nodes}.", pool.max_pods.name, count.name))
    .related("number of nodes", &count.at)
    .repair(Safety::Unsafe, Change::value(&pool.max_pods, enough_pods));
    Ok(())
}

/// `windows-max-pods`: fewer pods on Windows nodes.
pub(super) fn windows_max_pods(cx: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let Some(&most) = cx.facts.nodes.max_pods_windows.on(cx.day) else { return Ok(()) };
    // Without the mode, Azure's default is not known either.
    let pods = match pods_per_node(pool) {
        Ok(None) => cluster.is_overlay().map(|_| None),
        pods => pods,
    };
    let too_many = pods.clone().map(|pods| pods.is_some_and(|pods| pods > most));
    if !both(pool.is_windows(), too_many)? {
        return Ok(());
    }
    let Some(pods) = pods? else { return Ok(()) };
    let from = if pool.max_pods.is_default() { "the implicit default of " } else { "" };
    out.report(
        "default",
        &pool.max_pods.at,
        format!("Windows {} has room for {from}{pods} pods per node; Microsoft recommends at most {most}", pool.title()),
    )
    .azure("Azure accepts more; the recommendation is for Windows Server containers.")
    .fix(format!("Set {} to {most} or less.", pool.max_pods.name));
    Ok(())
}

/// Pods per node.
fn pods_per_node(pool: &Pool) -> Result<Option<u64>, Undecided> {
    Ok(pool.max_pods.known()?.copied())
}

/// What was found, where the limits hold: they are documented for Azure CNI and kubenet, not for a cluster without a plugin.
/// Nothing found needs no known plugin.
fn where_limited<T>(cluster: &Cluster, found: Result<Option<T>, Undecided>) -> Result<Option<T>, Undecided> {
    let limited = either(cluster.is_overlay(), cluster.plugin.is("none").map(|none| !none));
    if limited == Ok(false) {
        return Ok(None);
    }
    let found = found?;
    if found.is_some() {
        limited?;
    }
    Ok(found)
}

//! What limits the number of a cluster's nodes, and how much of it the node pools take: for the map.

use super::Context;
use super::ranges;
use super::subnet_room::usable_addresses;
use super::surge::surge_nodes;
use super::tally::Tally;
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Pool, Subnet, Undecided};

/// Something that nodes take a part of.
pub(crate) struct Room<'a> {
    /// Of what.
    pub(crate) of: Of<'a>,
    /// How many parts there are.
    pub(crate) parts: Result<u64, Undecided>,
    /// Parts that the node pools take when they are made.
    pub(crate) now: Demand,
    /// Parts at the smallest number of nodes.
    pub(crate) min: Demand,
    /// Parts at the largest number of nodes.
    pub(crate) max: Demand,
    /// Further parts while all pools are upgraded at their largest.
    pub(crate) surge: Demand,
}

/// What has the parts.
pub(crate) enum Of<'a> {
    /// An IPv4 pod range, in blocks of this prefix length: one for each node.
    Pods(Cidr, u8),
    /// A subnet, in addresses: one for each node, and one for each pod where pods take theirs from it. Other clusters may use it, too.
    Subnet(&'a Subnet),
}

/// How many parts are taken: so many for certain, and perhaps more.
pub(crate) struct Demand {
    pub(crate) certain: u64,
    pub(crate) more: Option<Undecided>,
}

impl From<Tally<'_>> for Demand {
    fn from(tally: Tally<'_>) -> Self {
        Self { certain: tally.certain, more: tally.more }
    }
}

/// What limits the nodes of a cluster: its pod ranges, and the subnets of its node pools.
pub(crate) fn rooms<'a>(cx: &Context<'a>, cluster: &'a Cluster) -> Vec<Room<'a>> {
    let pods = pod_rooms(cx, cluster);
    let subnets = cluster.node_subnets().into_iter().filter_map(|(_, id)| {
        let subnet = cx.world.subnet(id)?;
        let residents: Vec<_> = cx.residents.of(cx.world, id).collect();
        let elsewhere =
            cx.residents.elsewhere(cx.world).or_else(|| residents.iter().find_map(|(cluster, _)| without_subnet(cluster)));
        Some(room(cx, Of::Subnet(subnet), usable_addresses(cx, subnet), &residents, elsewhere.as_ref(), addresses_of_a_node))
    });
    pods.into_iter().chain(subnets).collect()
}

/// Why there may be more nodes in the subnets of a cluster: what becomes of a node pool that names none beside others that do, the code does
/// not say. (The provider's maintainers say that such a pool gets the default pool's: terraform-provider-azurerm issue 8662.)
fn without_subnet(cluster: &Cluster) -> Option<Undecided> {
    let pool = cluster.pools.iter().find(|pool| matches!(pool.subnet.known(), Ok(None)))?;
    Some(Undecided::new(format!("{} names no subnet", pool.title()), Some(pool.at.site)))
}

fn pod_rooms<'a>(cx: &Context<'a>, cluster: &'a Cluster) -> Vec<Room<'a>> {
    let Some(&block) = cx.facts.addresses.node_block_prefix.on(cx.day) else { return Vec::new() };
    if cluster.has_pod_range() == Ok(false) {
        return Vec::new();
    }
    let pools: Vec<_> = cluster.pools.iter().map(|pool| (cluster, pool)).collect();
    let ranges = ranges::pods(cluster);
    let sized = ranges.known.iter().filter(|range| range.cidr.family() == Family::V4);
    sized
        .map(|range| {
            let blocks = u64::try_from(range.cidr.blocks(block)).unwrap_or(u64::MAX);
            room(cx, Of::Pods(range.cidr, block), Ok(blocks), &pools, cluster.more_pools.as_ref(), |_, _| Ok(1))
        })
        .collect()
}

/// What some pools take of a room. `each` tells what one of a pool's nodes takes.
fn room<'a>(
    cx: &Context,
    of: Of<'a>,
    parts: Result<u64, Undecided>,
    pools: &[(&'a Cluster, &'a Pool)],
    more: Option<&Undecided>,
    each: impl Fn(&Cluster, &Pool) -> Result<u64, Undecided>,
) -> Room<'a> {
    let sum = |nodes: &dyn Fn(&Cluster, &Pool) -> Result<u64, Undecided>| {
        let mut tally = Tally::default();
        for (cluster, pool) in pools {
            tally.add(pool, nodes(cluster, pool).and_then(|nodes| Ok(nodes.saturating_mul(each(cluster, pool)?))));
        }
        tally.may_grow(more.cloned());
        Demand::from(tally)
    };
    Room {
        of,
        parts,
        now: sum(&|_, pool| nodes_at_first(pool)),
        min: sum(&|_, pool| pool.min_nodes()),
        max: sum(&|_, pool| pool.max_nodes()),
        surge: sum(&|cluster, pool| surge_nodes(cx, cluster, pool)),
    }
}

/// The nodes that a pool is made with: with the autoscaler on, a count that is written counts, else the minimum.
fn nodes_at_first(pool: &Pool) -> Result<u64, Undecided> {
    if pool.autoscaling.known()?.copied().unwrap_or(false)
        && let Some(count) = pool.count.set()?
    {
        return Ok(*count);
    }
    pool.min_nodes()
}

/// How many addresses of its subnet a node takes: where pods have no range and no subnet of their own, theirs come from there, too.
pub(super) fn addresses_of_a_node(cluster: &Cluster, pool: &Pool) -> Result<u64, Undecided> {
    if cluster.has_pod_range()? || pool.has_pod_subnet()? || cluster.plugin.is("none")? {
        return Ok(1);
    }
    let unset = || Undecided::new(format!("{} of {} is not set", pool.max_pods.name, pool.title()), Some(pool.max_pods.at.site));
    Ok(pool.max_pods.known()?.copied().ok_or_else(unset)?.saturating_add(1))
}

//! Room for nodes in the subnets that they take their addresses from.

use super::node_subnet::ipv4_ranges;
use super::room::addresses_of_a_node;
use super::surge::surge_nodes;
use super::tally::{Tally, largest};
use super::{Context, Decision, Draft, Out};
use crate::model::{Cluster, Pool, Subnet, SubnetId, Undecided, World};
use crate::report::plural;
use crate::suggest::{self, Advice};
use std::cell::OnceCell;
use std::collections::HashMap;

/// `node-subnet-capacity`: an address for every node that the pools in a subnet may reach, those of other clusters included.
pub(super) fn capacity(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    each_first_used(cx, cluster, |subnet| {
        let usable = usable_addresses(cx, subnet.subnet)?;
        let nodes = subnet.nodes();
        if nodes.certain <= usable {
            return nodes.decision();
        }
        let message =
            format!("{} has room for {}, but its node pools may reach {}", subnet.title(), plural(usable, "node"), nodes.certain);
        subnet.report(out, message).azure(
            "AKS counts the largest number of nodes of every pool, and refuses what does not fit (InsufficientSubnetSize, SubnetIsFull).",
        );
        Ok(())
    })
}

/// `node-subnet-upgrade-headroom`: addresses for the nodes that an upgrade adds. Silent where not even the nodes themselves fit.
pub(super) fn upgrade_headroom(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    each_first_used(cx, cluster, |subnet| {
        let usable = usable_addresses(cx, subnet.subnet)?;
        let (nodes, surge) = (subnet.nodes(), subnet.surge());
        let all = nodes.certain.saturating_add(surge.certain);
        if nodes.certain > usable {
            return Ok(());
        }
        if all <= usable {
            return nodes.decision().and(surge.decision());
        }
        let message = format!(
            "{} has room for {}; its node pools may reach {}, and an upgrade needs up to {} more",
            subnet.title(),
            plural(usable, "node"),
            nodes.certain,
            surge.certain
        );
        subnet
            .report(out, message)
            .azure("An upgrade of pools at their full size finds no addresses for its extra nodes and stops.");
        Ok(())
    })
}

/// Looks at the node subnets that no cluster before this one, by address, uses, so that a shared subnet is looked at once.
fn each_first_used(cx: &Context, cluster: &Cluster, mut check: impl FnMut(&SharedSubnet) -> Decision) -> Decision {
    let mut decision = Ok(());
    for (pool, id) in cluster.node_subnets() {
        let seen = cx.residents.of(cx.world, id).any(|(other, _)| other.address < cluster.address);
        if let Some(subnet) = cx.world.subnet(id).filter(|_| !seen) {
            decision = decision.and(check(&SharedSubnet { cx, cluster, first: pool, id, subnet }));
        }
    }
    decision.and(cluster.unknown_node_subnet().map_or(Ok(()), Err))
}

/// The node subnets of a cluster that have too little room, with the prefix lengths that have enough: those that
/// [`each_first_used`] looks at.
pub(crate) fn too_small(cx: &Context, cluster: &Cluster) -> Vec<(SubnetId, u8)> {
    let mut found = Vec::new();
    // What is undecided is so for the rules, too.
    let _ = each_first_used(cx, cluster, |subnet| {
        let usable = usable_addresses(cx, subnet.subnet)?;
        let nodes = subnet.nodes_and_surge();
        if nodes > usable {
            found.extend(subnet.needed_prefix().map(|prefix| (subnet.id, prefix)));
        }
        Ok(())
    });
    found
}

fn is_in(pool: &Pool, id: SubnetId) -> bool {
    matches!(pool.subnet.known(), Ok(Some(&subnet)) if subnet == id)
}

/// Which node pools are in which subnets, worked out when it is first asked for.
#[derive(Default)]
pub(super) struct Residents {
    /// The numbers of clusters, and of pools in them, by subnet.
    by_subnet: OnceCell<HashMap<SubnetId, Vec<(usize, usize)>>>,
    elsewhere: OnceCell<Option<Undecided>>,
}

impl Residents {
    /// The pools that are surely in a subnet, with their clusters, in the order of the code.
    pub(super) fn of<'a>(&self, world: &'a World, subnet: SubnetId) -> impl Iterator<Item = (&'a Cluster, &'a Pool)> {
        let all = self.by_subnet.get_or_init(|| {
            let mut all: HashMap<SubnetId, Vec<(usize, usize)>> = HashMap::new();
            for (c, cluster) in world.clusters.iter().enumerate() {
                for (p, pool) in cluster.pools.iter().enumerate() {
                    if let Ok(Some(id)) = pool.subnet.known() {
                        all.entry(*id).or_default().push((c, p));
                    }
                }
            }
            all
        });
        all.get(&subnet).into_iter().flatten().filter_map(|&(c, p)| {
            let cluster = world.clusters.get(c)?;
            Some((cluster, cluster.pools.get(p)?))
        })
    }

    /// The first reason why some pool may be in any subnet.
    pub(super) fn elsewhere(&self, world: &World) -> Option<Undecided> {
        self.elsewhere.get_or_init(|| world.clusters.iter().find_map(Cluster::unknown_node_subnet)).clone()
    }
}

/// A subnet with the node pools of all clusters in it.
struct SharedSubnet<'a> {
    cx: &'a Context<'a>,
    /// A cluster that uses it, and its first pool there.
    cluster: &'a Cluster,
    first: &'a Pool,
    id: SubnetId,
    subnet: &'a Subnet,
}

impl<'a> SharedSubnet<'a> {
    /// `subnet nodes (10.1.4.0/24)`.
    fn title(&self) -> String {
        let ranges: Vec<String> = ipv4_ranges(self.subnet).map(|(range, _)| range.to_string()).collect();
        format!("subnet {} ({})", self.subnet.title(), ranges.join(", "))
    }

    /// The pools that are surely in the subnet, with their clusters.
    fn pools(&self) -> impl Iterator<Item = (&'a Cluster, &'a Pool)> {
        self.cx.residents.of(self.cx.world, self.id)
    }

    /// The nodes that the pools may reach.
    fn nodes(&self) -> Tally<'a> {
        let mut nodes = self.sum(|_, pool| pool.max_nodes());
        nodes.may_grow(self.cx.residents.elsewhere(self.cx.world));
        nodes
    }

    /// The nodes that upgrades of all pools add.
    fn surge(&self) -> Tally<'a> {
        self.sum(|cluster, pool| surge_nodes(self.cx, cluster, pool))
    }

    fn sum(&self, number: impl Fn(&Cluster, &Pool) -> Result<u64, Undecided>) -> Tally<'a> {
        let mut tally = Tally::default();
        for (cluster, pool) in self.pools() {
            tally.add(pool, number(cluster, pool));
        }
        tally
    }

    /// The largest pool of the cluster here: the one to make smaller.
    fn largest_here(&self) -> &'a Pool {
        largest(self.cluster.pools.iter().filter(|pool| is_in(pool, self.id))).unwrap_or(self.first)
    }

    /// Reports a subnet that is too small at this cluster's largest pool in it, and says how to make room for all nodes.
    fn report<'o>(&self, out: &'o mut Out, message: String) -> &'o mut Draft {
        let draft = out.report("default", &self.largest_here().max_nodes_field().at, message);
        draft.advise(self.enlarge());
        for (range, at) in ipv4_ranges(self.subnet) {
            draft.related(format!("node subnet {range}"), at);
        }
        self.nodes().relate(draft, "");
        draft
    }

    /// All nodes for which there must be room: those that the pools may reach, and those that an upgrade adds.
    fn nodes_and_surge(&self) -> u64 {
        self.nodes().certain.saturating_add(self.surge().certain)
    }

    /// The addresses that all those nodes take, with those of their pods where these come from the subnet, too.
    fn addresses(&self) -> u64 {
        let addresses = self.sum(|cluster, pool| {
            let nodes = pool.max_nodes()?.saturating_add(surge_nodes(self.cx, cluster, pool)?);
            Ok(nodes.saturating_mul(addresses_of_a_node(cluster, pool).unwrap_or(1)))
        });
        // Of a pool whose surge is not known, at least the nodes count.
        addresses.certain.max(self.nodes_and_surge())
    }

    /// The prefix length of the smallest subnet with room for all nodes.
    fn needed_prefix(&self) -> Option<u8> {
        let facts = &self.cx.facts.nodes;
        let reserved = facts.subnet_reserved_addresses.on(self.cx.day).copied().unwrap_or_default();
        let longest = facts.subnet_longest_prefix.on(self.cx.day).copied().unwrap_or_default();
        smallest_prefix(self.addresses(), reserved, longest)
    }

    /// What to change to make room for all nodes.
    fn enlarge(&self) -> Advice {
        let nodes = self.nodes_and_surge();
        let pods = if self.addresses() > nodes { " and their pods" } else { "" };
        let room = format!("room for {}{pods}", plural(nodes, "node"));
        let larger = suggest::larger_subnet(self.cx, self.cluster, self.id, format!("Has {room}, and is free in the VNet."));
        let size = self.needed_prefix().map(|prefix| match &larger {
            Some(larger) => format!(" (a /{prefix} has {room}; {} is free)", larger.suggested),
            None => format!(" (a /{prefix} has {room})"),
        });
        let text = format!(
            "Use a larger subnet{}, move node pools to another subnet of the VNet, or lower {}.",
            size.unwrap_or_default(),
            self.largest_here().max_nodes_field().name
        );
        Advice { text, suggestions: larger.into_iter().collect() }
    }
}

/// How many addresses of a subnet nodes can have. With several ranges, the reserved ones are taken off once: no more is certain.
pub(super) fn usable_addresses(cx: &Context, subnet: &Subnet) -> Result<u64, Undecided> {
    if let Some(why) = subnet.prefixes.iter().find_map(|field| field.known().err()) {
        return Err(why);
    }
    if ipv4_ranges(subnet).next().is_none() {
        let reason = format!("the code shows no IPv4 range of subnet {}", subnet.title());
        return Err(Undecided::new(reason, Some(subnet.at.site)));
    }
    let reserved = cx.facts.nodes.subnet_reserved_addresses.on(cx.day).copied().unwrap_or_default();
    let addresses = ipv4_ranges(subnet).fold(0u128, |sum, (range, _)| sum.saturating_add(range.size()));
    Ok(u64::try_from(addresses).unwrap_or(u64::MAX).saturating_sub(reserved))
}

/// The prefix length of the smallest IPv4 subnet with room for so many nodes; `None` when there is none.
pub(crate) fn smallest_prefix(nodes: u64, reserved: u64, longest: u8) -> Option<u8> {
    let bits = nodes.checked_add(reserved)?.checked_next_power_of_two()?.trailing_zeros();
    let prefix = 32u8.checked_sub(u8::try_from(bits).ok()?)?;
    Some(prefix.min(longest))
}

#[cfg(test)]
mod tests {
    use super::smallest_prefix;

    #[test]
    fn smallest_prefix_holds_the_nodes() {
        for (nodes, prefix) in
            [(1, 29), (3, 29), (4, 28), (11, 28), (12, 27), (27, 27), (251, 24), (252, 23), (507, 23), (8187, 19)]
        {
            assert_eq!(smallest_prefix(nodes, 5, 29), Some(prefix), "{nodes}");
        }
        assert_eq!(smallest_prefix(u64::MAX, 5, 29), None);
        assert_eq!(smallest_prefix(1 << 40, 5, 29), None);
    }
}

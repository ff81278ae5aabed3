//! The pod CIDR: how many nodes it serves, and what it must not overlap.

use super::ranges::{self, Range, Ranges, report_overlaps, report_overlaps_as};
use super::repair::Change;
use super::surge::surge_nodes;
use super::tally::Tally;
use super::{Context, Decision, Draft, Out, dns};
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Pool};
use crate::report::plural;
use crate::suggest::{self, Advice, Kind, enlarge, move_away};
use crate::value::At;

/// `pod-cidr-below-one-node`
pub(super) fn below_one_node(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(&block) = cx.facts.addresses.node_block_prefix.on(cx.day) else { return Ok(()) };
    let ranges = ranges::pods(cluster);
    for range in ranges.known.iter().filter(|r| r.cidr.family() == Family::V4 && r.cidr.prefix() >= block) {
        let (case, holds) = match range.cidr.prefix() == block {
            true => ("exactly-one", "holds a single node, so no node can be added, not even for an upgrade".to_owned()),
            false => ("default", format!("is too small for one node, which takes a /{block}")),
        };
        out.report(case, &range.field.at, format!("{} {holds}", range.title()))
            .azure(format!("Each node of an overlay cluster takes a /{block} block of the pod CIDR (InsufficientSubnetSize)."))
            .advise(enlarge(cx, cluster, range, "more than one node"))
            .repair_but(larger(cx, cluster, range), ONLY_NEW);
    }
    ranges.decision()
}

/// What to know before a pod CIDR is changed.
const ONLY_NEW: &str = "only before the cluster exists, which would be created anew";

/// The range made larger where it is.
fn larger(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Option<Change> {
    Change::value(range.field, suggest::in_place(cx, cluster, Kind::Pod, range)?)
}

/// `pod-cidr-capacity`
pub(super) fn capacity(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let nodes = Tally::of(cluster, Pool::max_nodes);
    each_sized_range(cx, cluster, |range, block, room| {
        if nodes.certain <= room {
            return nodes.decision();
        }
        let message =
            format!("{} has room for {}, but the node pools may reach {}", range.title(), plural(room, "node"), nodes.title());
        let draft = out.report("default", &range.field.at, message);
        draft
            .azure(format!(
                "Azure counts a /{block} block for every node that the pools may reach, the autoscaler's maximum included, and \
                 refuses the cluster or the pool (InsufficientSubnetSize)."
            ))
            .advise(for_all_nodes(cx, cluster, range).and("Or let the node pools reach fewer nodes."))
            .repair_but(larger(cx, cluster, range), ONLY_NEW);
        nodes.relate(draft, "");
        Ok(())
    })
}

/// `pod-cidr-upgrade-headroom`
pub(super) fn upgrade_headroom(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let nodes = Tally::of(cluster, Pool::max_nodes);
    let upgrading = upgrading(cx, cluster);
    each_sized_range(cx, cluster, |range, block, room| {
        // A range for one node, and one that is too small without any upgrade, are other rules' matter.
        if room == 1 || nodes.certain > room {
            return Ok(());
        }
        if upgrading.certain <= room {
            return upgrading.decision();
        }
        let message =
            format!("{} has room for {}, but an upgrade may need {}", range.title(), plural(room, "node"), upgrading.title());
        let draft = out.report("default", &range.field.at, message);
        draft
            .azure(format!("During an upgrade AKS adds surge nodes to the pools, and each takes a /{block} block too."))
            .advise(for_all_nodes(cx, cluster, range))
            .repair_but(larger(cx, cluster, range), ONLY_NEW);
        upgrading.relate(draft, " during an upgrade");
        Ok(())
    })
}

/// Calls `check` for each IPv4 pod range that has room for nodes, with the prefix length of a node's block and the number of blocks.
fn each_sized_range(cx: &Context, cluster: &Cluster, mut check: impl FnMut(&Range<'_>, u8, u64) -> Decision) -> Decision {
    let Some(&block) = cx.facts.addresses.node_block_prefix.on(cx.day) else { return Ok(()) };
    let ranges = ranges::pods(cluster);
    let mut decision = Ok(());
    for range in ranges.known.iter().filter(|r| r.cidr.family() == Family::V4) {
        let room = u64::try_from(range.cidr.blocks(block)).unwrap_or(u64::MAX);
        if room > 0 {
            decision = decision.and(check(range, block, room));
        }
    }
    decision.and(ranges.decision())
}

/// The nodes that all pools may reach, with those that an upgrade adds.
fn upgrading<'a>(cx: &Context, cluster: &'a Cluster) -> Tally<'a> {
    Tally::of(cluster, |pool| Ok(pool.max_nodes()?.saturating_add(surge_nodes(cx, cluster, pool)?)))
}

/// Says how large the range must be for all nodes, those of an upgrade included.
fn for_all_nodes(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Advice {
    let nodes = upgrading(cx, cluster);
    enlarge(cx, cluster, range, &format!("{} nodes, those of an upgrade included", nodes.title()))
}

/// Whether a pod range has a block for one node at most.
pub(crate) fn is_for_one_node(cx: &Context, range: &Cidr) -> bool {
    cx.facts.addresses.node_block_prefix.on(cx.day).is_some_and(|block| range.prefix() >= *block)
}

/// The longest prefix length of a pod range of an overlay cluster that no rule on its size objects to. `None` where none does, or where
/// no range would be large enough.
pub(crate) fn needed_prefix(cx: &Context, cluster: &Cluster, range: &Cidr) -> Option<u8> {
    let &block = cx.facts.addresses.node_block_prefix.on(cx.day)?;
    if range.family() == Family::V6 || cluster.is_overlay() == Ok(false) {
        return None;
    }
    // What is certain of the one sum may be more than what is certain of the other.
    let nodes = upgrading(cx, cluster).certain.max(Tally::of(cluster, Pool::max_nodes).certain);
    Some(prefix_for(nodes, block)?.min(block.checked_sub(1)?))
}

/// The longest prefix length that holds a block for each node; `None` when no IPv4 range does.
pub(crate) fn prefix_for(nodes: u64, block: u8) -> Option<u8> {
    let bits = nodes.checked_next_power_of_two()?.trailing_zeros();
    block.checked_sub(u8::try_from(bits).ok()?)
}

/// `pod-cidr-overlaps-node-subnet`
pub(super) fn overlaps_node_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    report_overlaps(ranges::pods(cluster), ranges::node_subnets(cx.world, cluster), out, |draft, range| {
        draft
            .azure("Azure refuses a cluster whose pods and nodes share addresses (PodCidrOverlapExistingSubnetsCidr).")
            .advise(move_away(cx, cluster, Kind::Pod, range));
    })
}

/// `pod-cidr-overlaps-vnet-subnet`
pub(super) fn overlaps_vnet_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    report_overlaps(ranges::pods(cluster), ranges::other_subnets(cx.world, cluster), out, |draft, range| {
        draft
            .azure("Azure compares the pod CIDR with every subnet of the nodes' VNet (PodCidrOverlapExistingSubnetsCidr).")
            .advise(move_away(cx, cluster, Kind::Pod, range));
    })
}

/// `pod-cidr-overlaps-vnet-space`
pub(super) fn overlaps_vnet_space(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let subnets = ranges::all_subnets(cx.world, cluster);
    let mut pods = ranges::pods(cluster);
    pods.known.retain(|r| !subnets.overlap(&r.cidr));
    report_overlaps(pods, ranges::vnet_spaces(cx.world, cluster), out, |draft, range| {
        draft
            .azure(
                "Until October 2024 Azure refused this (NetworkProfileCIDROverlapVNET). It now looks at subnets only, but no subnet \
                 can be made in the shared part, and hosts there cannot be reached from pods.",
            )
            .advise(move_away(cx, cluster, Kind::Pod, range));
    })
}

/// `pod-cidr-overlaps-peered-vnet`
pub(super) fn overlaps_peered_vnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let peered = ranges::peered(cx.world, cluster);
    let mut others = ranges::pods(cluster);
    others.known.retain(|range| !peered.overlap(&range.cidr));
    let decision = report_overlaps(ranges::pods(cluster), peered, out, |draft, range| {
        unreachable(cx, cluster, draft, range);
    });
    // A note is not worth a doubt.
    let farther = ranges::two_peerings_away(cx.world, cluster).only_known();
    let farther = report_overlaps_as("two-peerings", others, farther, out, |draft, range| {
        draft
            .azure(
                "Peering alone does not lead there, but a router in the VNet between may. Pods would not reach the shared part.",
            )
            .advise(move_away(cx, cluster, Kind::Pod, range));
    });
    decision.and(farther)
}

/// What an overlap with a network around the cluster means.
fn unreachable(cx: &Context, cluster: &Cluster, draft: &mut Draft, range: &Range<'_>) {
    draft
        .azure(
            "Azure does not check this. What has an address in the shared part cannot be reached from pods: the cluster takes it for \
             a pod.",
        )
        .advise(move_away(cx, cluster, Kind::Pod, range));
}

/// `pod-cidr-overlaps-onprem`
pub(super) fn overlaps_onprem(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let outside = ranges::outside(cx.world, cluster);
    let mut pods = ranges::pods(cluster);
    pods.known.retain(|range| !outside.overlap(&range.cidr));
    let decision = report_overlaps(ranges::pods(cluster), outside, out, |draft, range| {
        unreachable(cx, cluster, draft, range);
    });
    // Where the configuration tells what is on premises, nothing need be guessed from routes. Those of kubenet may be its own.
    let guess = cx.world.told.on_premises.is_none() && cluster.is_overlay() != Ok(false);
    if guess { decision.and(report_routed(cx, cluster, &pods, out)) } else { decision }
}

/// Reports the ranges that routes of the nodes' subnets send out of Azure, or seem to.
fn report_routed(cx: &Context, cluster: &Cluster, pods: &Ranges<'_>, out: &mut Out) -> Decision {
    let (routes, decision) = ranges::routed(cx.world, cluster);
    for range in &pods.known {
        let hit: Vec<_> = routes.iter().filter(|(cidr, _)| cidr.overlaps(&range.cidr)).collect();
        let Some((first, route)) = hit.first() else { continue };
        let hop = route.next_hop.known()?.map_or("", String::as_str);
        let message = format!("{} overlaps {first}, which a route of the nodes sends to a {hop}", range.title());
        let draft = out.report("route", &range.field.at, message);
        draft
            .azure("Such a route says that other machines have these addresses. Those in the shared part cannot be reached from pods.")
            .advise(move_away(cx, cluster, Kind::Pod, range).and(
                "If no network behind the route uses these addresses, say in overlint.toml which ones do: [network] on-premises.",
            ));
        for (cidr, route) in hit {
            draft.related(format!("route to {cidr}"), &route.at);
        }
    }
    if pods.is_empty() {
        return Ok(());
    }
    let may_hit = if routes.is_empty() { Ok(()) } else { pods.decision() };
    may_hit.and(decision)
}

/// `pod-cidr-overlaps-service-cidr`
pub(super) fn overlaps_service_cidr(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    report_overlaps(ranges::pods(cluster), ranges::services(cluster), out, |draft, range| {
        draft.azure("Pods and services must have addresses of their own (PodCidrOverlapServiceCidr).").advise(move_away(
            cx,
            cluster,
            Kind::Pod,
            range,
        ));
    })
}

/// `pod-cidr-public-range`
pub(super) fn public_range(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let ranges = ranges::pods(cluster);
    for range in ranges.known.iter().filter(|r| outside_private_space(cx, &r.cidr)) {
        out.report("default", &range.field.at, format!("{} is not within private address space", range.title()))
            .azure(
                "Azure does not refuse public ranges for pods, but Microsoft does not support them, and the internet addresses in them \
                 cannot be reached from the cluster.",
            )
            .advise(move_away(cx, cluster, Kind::Pod, range));
    }
    ranges.decision()
}

/// Whether an IPv4 range has addresses outside private space. Ranges that are reserved as a whole are `reserved-range-overlap`'s matter.
pub(super) fn outside_private_space(cx: &Context, cidr: &Cidr) -> bool {
    let addresses = &cx.facts.addresses;
    let within = |list: Option<&Vec<Cidr>>| list.is_some_and(|ranges| ranges.iter().any(|r| r.covers(cidr)));
    cidr.family() == Family::V4 && !within(addresses.private_ranges.on(cx.day)) && !within(addresses.reserved_ranges.on(cx.day))
}

/// `reserved-range-overlap`
pub(super) fn reserved_range_overlap(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let services = report_reserved(cx, ranges::services(cluster), out, |r| move_away(cx, cluster, Kind::Service, r));
    let pods = match cluster.has_pod_range() {
        Ok(false) => Ok(()),
        Ok(true) => report_reserved(cx, ranges::pods(cluster), out, |r| move_away(cx, cluster, Kind::Pod, r)),
        Err(why) => {
            let pods = ranges::pods(cluster);
            let matters = pods.decision().is_err() || pods.known.iter().any(|r| reserved_part(cx, &r.cidr).is_some());
            if matters { Err(why) } else { Ok(()) }
        }
    };
    let spaces = report_reserved(cx, ranges::vnet_spaces(cx.world, cluster), out, |_| {
        Advice::words("Take the reserved part out of the VNet's address space, or use another VNet for the nodes.")
    });
    services.and(pods).and(spaces)
}

fn report_reserved(cx: &Context, ranges: Ranges<'_>, out: &mut Out, fix: impl Fn(&Range<'_>) -> Advice) -> Decision {
    for range in &ranges.known {
        if let Some(part) = reserved_part(cx, &range.cidr) {
            out.report("default", &range.field.at, format!("{} overlaps {part}, which AKS reserves", range.title()))
                .azure("AKS and Azure use these ranges themselves: neither pods, services nor the nodes' VNet may have them.")
                .advise(fix(range));
        }
    }
    ranges.decision()
}

/// The reserved ranges that a range overlaps, as text; `None` when there is none.
fn reserved_part(cx: &Context, cidr: &Cidr) -> Option<String> {
    let reserved = cx.facts.addresses.reserved_ranges.on(cx.day)?;
    let hit: Vec<String> = reserved.iter().filter(|r| r.overlaps(cidr)).map(Cidr::to_string).collect();
    (!hit.is_empty()).then(|| hit.join(" and "))
}

/// `implicit-cidr-default`
pub(super) fn implicit_default(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut omitted: Vec<(String, &At)> = Vec::new();
    let pods = omitted_pods(cx, cluster, &mut omitted);
    let services = omitted_services(cx, cluster, &mut omitted);
    if let Some((_, at)) = omitted.first() {
        let list: Vec<&str> = omitted.iter().map(|(text, _)| text.as_str()).collect();
        out.report("default", at, format!("Azure takes an implicit default for what is not set: {}", list.join(", ")))
            .azure("The defaults are the same for every cluster, and sooner or later meet another network that uses them.")
            .fix("Write the values down, so that they are chosen and can be seen.");
    }
    pods.and(services)
}

fn omitted_pods<'a>(cx: &Context, cluster: &'a Cluster, omitted: &mut Vec<(String, &'a At)>) -> Decision {
    let pods = ranges::pods(cluster);
    match cluster.has_pod_range() {
        Ok(true) => omitted.extend(harmless_defaults(cx, cluster, &pods, &ranges::services(cluster))),
        Ok(false) => return Ok(()),
        Err(why) if pods.known.iter().any(|r| r.field.is_default()) => return Err(why),
        Err(_) => {}
    }
    pods.decision()
}

fn omitted_services<'a>(cx: &Context, cluster: &'a Cluster, omitted: &mut Vec<(String, &'a At)>) -> Decision {
    // With only one of range and DNS address, the provider refuses the code: `dns-service-cidr-pairing` says so.
    if dns::half_written(cluster)? {
        return Ok(());
    }
    let pods = if cluster.has_pod_range() == Ok(true) { ranges::pods(cluster) } else { Ranges::default() };
    let services = ranges::services(cluster);
    let harmless = harmless_defaults(cx, cluster, &services, &pods);
    let overlaps = services.known.iter().filter(|r| r.field.is_default()).count() > harmless.len();
    omitted.extend(harmless);
    if !overlaps {
        omitted.extend(dns::harmless_default(cx, cluster));
    }
    services.decision()
}

/// The defaults among the cluster's ranges that overlap nothing: overlaps are other rules' matter.
fn harmless_defaults<'a>(cx: &Context, cluster: &Cluster, ranges: &Ranges<'a>, others: &Ranges<'_>) -> Vec<(String, &'a At)> {
    let network =
        [ranges::all_subnets(cx.world, cluster), ranges::vnet_spaces(cx.world, cluster), ranges::connected(cx.world, cluster)];
    let harmless = |r: &&Range<'a>| !others.overlap(&r.cidr) && !network.iter().any(|n| n.overlap(&r.cidr));
    let defaults = ranges.known.iter().filter(|r| r.field.is_default());
    defaults.filter(harmless).map(|r| (format!("{} {}", r.field.name, r.cidr), &r.field.at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_for_a_number_of_nodes_is_the_longest_that_holds_them() {
        for (nodes, prefix) in [(1, 24), (2, 23), (3, 22), (4, 22), (5, 21), (256, 16), (257, 15), (5000, 11), (1 << 24, 0)] {
            assert_eq!(prefix_for(nodes, 24), Some(prefix), "{nodes}");
        }
        assert_eq!(prefix_for((1 << 24) + 1, 24), None);
        assert_eq!(prefix_for(u64::MAX, 24), None);
    }
}

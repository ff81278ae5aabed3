//! Gathers the map of each cluster.

use super::{ClusterMap, Kind, LeftOut, Overlap, Range, capacity, graph};
use crate::cidr::Cidr;
use crate::date::Date;
use crate::facts::Facts;
use crate::insight::addresses;
use crate::model::{Cluster, Field, Undecided, World};
use crate::rules::Context;
use crate::rules::ranges::{self, Ranges};
use crate::suggest::{self, Suggestion};
use std::collections::HashSet;

/// So many subnets that no node is in are drawn for a cluster, of those that overlap its own ranges and of the others.
const MOST_SUBNETS: [usize; 2] = [200, 40];

/// The maps of all clusters.
pub(crate) fn of(world: &World, facts: &Facts, day: Date) -> Vec<ClusterMap> {
    let cx = Context::new(world, facts, day);
    let suggestions = suggest::of_all(world, facts, day);
    world.clusters.iter().zip(suggestions).map(|(cluster, suggestions)| map(&cx, cluster, suggestions)).collect()
}

fn map(cx: &Context<'_>, cluster: &Cluster, suggestions: Vec<Suggestion>) -> ClusterMap {
    let mut lanes = Lanes { ranges: Vec::new() };
    let world = cx.world;
    let (pods, services) = (ranges::pods(cluster), ranges::services(cluster));
    lanes.add(Kind::Vnet, &ranges::vnet_spaces(world, cluster));
    lanes.add(Kind::NodeSubnet, &ranges::node_subnets(world, cluster));
    let left_out = lanes.add_subnets(&ranges::other_subnets(world, cluster), [&pods, &services]);
    lanes.add(Kind::PodCidr, &pods);
    if let Some(doubt) = capacity::doubt_about_pods(cluster) {
        lanes.ranges.iter_mut().filter(|range| range.kind == Kind::PodCidr).for_each(|range| doubt.clone_into(&mut range.name));
    }
    lanes.add(Kind::ServiceCidr, &services);
    lanes.add_dns(cluster, &services);
    lanes.add(Kind::PeeredVnet, &ranges::peered(world, cluster));
    lanes.add(Kind::FarVnet, &ranges::two_peerings_away(world, cluster));
    lanes.add(Kind::Outside, &ranges::outside(world, cluster));
    let unused = cluster.has_pod_range() == Ok(false);
    let overlaps = overlaps(&lanes.ranges, unused);
    ClusterMap {
        root: String::new(),
        cluster: cluster.address.to_string(),
        span: cluster.at.site,
        scenarios: Vec::new(),
        network: network(cluster).map_err(|why| why.reason.to_string()),
        ranges: lanes.ranges,
        left_out,
        overlaps,
        limits: capacity::limits(cx, cluster),
        graph: graph::of(world, cluster),
        suggestions,
    }
}

/// How pods get their addresses.
fn network(cluster: &Cluster) -> Result<String, Undecided> {
    if cluster.is_overlay()? {
        return Ok("Azure CNI Overlay".to_owned());
    }
    let plugin = cluster.plugin.known()?.map_or("", String::as_str);
    Ok(match plugin {
        "azure" if cluster.has_pod_subnet()? => "Azure CNI, pods in a subnet of their own".to_owned(),
        "azure" => "Azure CNI, pods in the node subnet".to_owned(),
        "none" => "no network plugin of AKS".to_owned(),
        other => other.to_owned(),
    })
}

struct Lanes {
    ranges: Vec<Range>,
}

impl Lanes {
    /// Adds ranges by their addresses.
    fn add(&mut self, kind: Kind, ranges: &Ranges<'_>) {
        sorted(ranges).iter().for_each(|range| self.add_range(kind, range));
        self.add_unknown(kind, ranges);
    }

    /// Adds subnets, and says how many are left out.
    fn add_subnets(&mut self, subnets: &Ranges<'_>, own: [&Ranges<'_>; 2]) -> LeftOut {
        let is_hit = |cidr: &Cidr| own.iter().any(|ranges| ranges.overlap(cidr));
        let (mut hits, mut others) = (0, 0);
        let [most_hits, most_others] = MOST_SUBNETS;
        for range in sorted(subnets) {
            let (count, most) = if is_hit(&range.cidr) { (&mut hits, most_hits) } else { (&mut others, most_others) };
            *count += 1;
            if *count <= most {
                self.add_range(Kind::Subnet, &range);
            }
        }
        self.add_unknown(Kind::Subnet, subnets);
        let hits = hits.saturating_sub(most_hits);
        LeftOut { subnets: hits + others.saturating_sub(most_others), hits }
    }

    fn add_range(&mut self, kind: Kind, range: &ranges::Range<'_>) {
        let details = vec![addresses(&range.cidr)];
        self.ranges.push(lane(kind, range.owner(), Ok(range.cidr), details, range.field));
    }

    fn add_unknown(&mut self, kind: Kind, ranges: &Ranges<'_>) {
        let mut seen = HashSet::new();
        for (of, why) in ranges.unknown() {
            let reason = why.reason.to_string();
            let name = of.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
            if !seen.insert((name.clone(), reason.clone())) {
                continue;
            }
            self.ranges.push(match of {
                Some((_, field)) => lane(kind, name, Err(reason), Vec::new(), field),
                None => Range {
                    kind,
                    name,
                    cidr: Err(reason),
                    is_default: false,
                    details: Vec::new(),
                    span: why.span,
                    origin: Vec::new(),
                },
            });
        }
    }

    fn add_dns(&mut self, cluster: &Cluster, services: &Ranges<'_>) {
        let field = &cluster.dns_service_ip;
        let cidr = match field.known() {
            Ok(Some(address)) => Ok(Cidr::single(*address)),
            Ok(None) => return,
            Err(why) => Err(why.reason.to_string()),
        };
        let mut details = Vec::new();
        let is_known = services.decision().is_ok() && !services.known.is_empty();
        if let Ok(address) = &cidr
            && is_known
            && !services.known.iter().any(|range| range.cidr.covers(address))
        {
            details.push("outside the service CIDR".to_owned());
        }
        self.ranges.push(lane(Kind::DnsServiceIp, String::new(), cidr, details, field));
    }
}

fn sorted<'a>(ranges: &Ranges<'a>) -> Vec<ranges::Range<'a>> {
    let mut all: Vec<_> = ranges.all().collect();
    all.sort_by_key(|range| range.cidr);
    all
}

fn lane<T>(kind: Kind, name: String, cidr: Result<Cidr, String>, details: Vec<String>, field: &Field<T>) -> Range {
    let origin = field.at.hops.iter().map(|hop| (hop.label.to_string(), hop.span)).collect();
    Range { kind, name, cidr, is_default: field.is_default(), details, span: Some(field.at.site), origin }
}

/// The pairs of ranges that share addresses and should not. A pod CIDR that is not used takes no addresses.
fn overlaps(ranges: &[Range], without_pods: bool) -> Vec<Overlap> {
    let counts = |range: &Range| !(without_pods && range.kind == Kind::PodCidr);
    let numbered = ranges.iter().enumerate().filter(|(_, range)| counts(range));
    let known: Vec<(usize, &Range, Cidr)> =
        numbered.filter_map(|(place, range)| Some((place, range, *range.cidr.as_ref().ok()?))).collect();
    let mut found = Vec::new();
    for (number, (place, range, cidr)) in known.iter().enumerate() {
        for (other_place, other, other_cidr) in known.iter().skip(number + 1) {
            if cidr.overlaps(other_cidr) && collide(range.kind, other.kind) && !may_be_same((range, cidr), (other, other_cidr)) {
                let shared = if cidr.covers(other_cidr) { *other_cidr } else { *cidr };
                found.push(Overlap { between: (*place, *other_place), shared });
            }
        }
    }
    found
}

/// Whether two ranges may be one that the code has twice: subnets are often declared in their VNet and by themselves, with names that are not
/// known.
fn may_be_same((range, cidr): (&Range, &Cidr), (other, other_cidr): (&Range, &Cidr)) -> bool {
    let is_subnet = |kind| matches!(kind, Kind::NodeSubnet | Kind::Subnet);
    let are_subnets = is_subnet(range.kind) && is_subnet(other.kind);
    cidr == other_cidr && (are_subnets || (range.kind == other.kind && range.name == other.name))
}

/// Whether ranges of these kinds should have no addresses in common. Subnets lie in their VNet; what two networks around a cluster have
/// in common is no matter of the cluster.
fn collide(a: Kind, b: Kind) -> bool {
    use Kind::{DnsServiceIp, FarVnet, NodeSubnet, Outside, PeeredVnet, PodCidr, ServiceCidr, Subnet, Vnet};
    let (a, b) = (a.min(b), a.max(b));
    match (a, b) {
        (DnsServiceIp, _) | (_, DnsServiceIp) => false,
        (PodCidr | ServiceCidr, _) | (_, PodCidr | ServiceCidr) => true,
        (_, FarVnet) | (FarVnet, _) => false,
        (NodeSubnet | Subnet, NodeSubnet | Subnet) | (Vnet, Vnet) => true,
        (Vnet | NodeSubnet | Subnet, PeeredVnet | Outside) => true,
        _ => false,
    }
}

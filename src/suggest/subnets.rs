//! What the node subnets of a cluster should rather be: larger ones, and IPv6 ranges for dual-stack clusters.

use super::space::Space;
use super::{Choices, IPV6_VNET_PREFIX, Kind, Suggestion};
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Field, Subnet, SubnetId, Taken, Vnet, VnetId, World};
use crate::rules::ranges::{self, Ranges};
use crate::rules::{Context, subnet_room};
use std::collections::HashMap;
use std::net::IpAddr;

/// The clusters in each VNet.
pub(super) type InVnets = HashMap<VnetId, Clusters>;

/// The clusters in a VNet.
#[derive(Default)]
pub(super) struct Clusters {
    /// Their numbers.
    numbers: Vec<usize>,
    /// The addresses of the pods and services of all of them.
    taken: Taken,
}

/// Finds those.
pub(super) fn in_vnets(world: &World) -> InVnets {
    let mut all: HashMap<VnetId, (Vec<usize>, Vec<Cidr>)> = HashMap::new();
    for (number, cluster) in world.clusters.iter().enumerate() {
        for vnet in world.node_vnets(cluster) {
            let (numbers, ranges) = all.entry(vnet).or_default();
            numbers.push(number);
            ranges.extend(own_ranges(cluster));
        }
    }
    let clusters = |(numbers, ranges): (Vec<usize>, Vec<Cidr>)| Clusters { numbers, taken: Taken::of(ranges.into_iter()) };
    all.into_iter().map(|(vnet, found)| (vnet, clusters(found))).collect()
}

fn own_ranges(cluster: &Cluster) -> Vec<Cidr> {
    let fields = cluster.pod_cidrs.iter().chain(&cluster.service_cidrs);
    fields.filter_map(|field| field.known().ok().flatten().copied()).collect()
}

/// The choices for the node subnets of one cluster.
#[derive(Default)]
pub(crate) struct Subnets {
    /// Larger IPv4 ranges, in the place of the present ones.
    larger: Vec<(SubnetId, Cidr)>,
    /// IPv6 ranges to add.
    ipv6: Vec<(SubnetId, Cidr)>,
    /// IPv6 ranges to add to VNets, for those.
    spaces: Vec<(VnetId, Cidr)>,
}

impl Subnets {
    pub(super) fn choose(cx: &Context, cluster: &Cluster, in_vnets: &InVnets) -> Self {
        let mut found = Self::default();
        let choices = Choices::of(cx, cluster);
        for (id, prefix) in subnet_room::too_small(cx, cluster) {
            let chosen = Site::of(cx, cluster, id, in_vnets).and_then(|site| site.larger(prefix, &choices, &found));
            found.larger.extend(chosen.map(|range| (id, range)));
        }
        if cluster.is_dual_stack() == Ok(true) {
            for (_, id) in cluster.node_subnets() {
                let Some(site) = Site::of(cx, cluster, id, in_vnets).filter(Site::lacks_ipv6) else { continue };
                found.add_ipv6(&site, &choices);
            }
        }
        found
    }

    fn add_ipv6(&mut self, site: &Site, choices: &Choices) {
        let Some(&prefix) = site.cx.facts.nodes.subnet_ipv6_prefix.on(site.cx.day) else { return };
        let mut space: Vec<Cidr> = site.space.iter().filter(|range| range.family() == Family::V6).copied().collect();
        space.extend(self.spaces.iter().filter(|(id, _)| *id == site.vnet_id).map(|(_, range)| *range));
        if space.is_empty() {
            let Some(new) = site.new_space(choices) else { return };
            self.spaces.push((site.vnet_id, new));
            space.push(new);
        }
        let Some(first) = space.first().map(Cidr::first) else { return };
        let chosen = site.find(choices, self, |taken| site.nearest(&space, first, prefix, taken));
        self.ipv6.extend(chosen.map(|range| (site.id, range)));
    }

    /// All ranges of subnets that are chosen.
    fn ranges(&self) -> impl Iterator<Item = Cidr> {
        self.larger.iter().chain(&self.ipv6).map(|(_, range)| *range)
    }
}

/// A subnet, and the VNet that it is in.
struct Site<'a> {
    cx: &'a Context<'a>,
    cluster: &'a Cluster,
    id: SubnetId,
    subnet: &'a Subnet,
    vnet_id: VnetId,
    vnet: &'a Vnet,
    space: Vec<Cidr>,
    clusters: Option<&'a Clusters>,
}

impl<'a> Site<'a> {
    /// `None` where the VNet or its space is not known.
    fn of(cx: &'a Context<'a>, cluster: &'a Cluster, id: SubnetId, in_vnets: &'a InVnets) -> Option<Self> {
        let subnet = cx.world.subnet(id)?;
        let vnet_id = *subnet.vnet.known().ok()??;
        let vnet = cx.world.vnet(vnet_id)?;
        let space = ranges::space_of(vnet)?;
        Some(Self { cx, cluster, id, subnet, vnet_id, vnet, space, clusters: in_vnets.get(&vnet_id) })
    }

    fn lacks_ipv6(&self) -> bool {
        let is_v4 = |field: &Field<Cidr>| matches!(field.known(), Ok(Some(range)) if range.family() == Family::V4);
        !self.subnet.prefixes.is_empty() && self.subnet.prefixes.iter().all(is_v4)
    }

    /// A larger range for the subnet: one that contains the present one if that is free, else the nearest one.
    fn larger(&self, prefix: u8, choices: &Choices, found: &Subnets) -> Option<Cidr> {
        let present = only_ipv4(self.subnet)?.1;
        let grown = Cidr::new(present.first(), prefix)?;
        let alone = self.vnet.ranges.overlapping(&grown).all(|(id, _)| id == self.id);
        self.find(choices, found, |taken| {
            let grown = Some(grown).filter(|grown| alone && Space::new(&self.space, taken).has(grown));
            grown.or_else(|| self.nearest(&self.space, present.first(), prefix, taken))
        })
    }

    /// Looks where no cluster in the VNet has its pods or services; if that is in vain, also where only this one has them, and will no
    /// longer.
    fn find(&self, choices: &Choices, found: &Subnets, look: impl Fn([&Taken; 2]) -> Option<Cidr>) -> Option<Cidr> {
        let reserved = self.cx.facts.addresses.reserved_ranges.on(self.cx.day).into_iter().flatten().copied();
        let own = Taken::of(choices.ranges().chain(found.ranges()).chain(reserved));
        let with = |more: &Taken| look([&own, more]);
        let Some(clusters) = self.clusters else { return with(&Taken::default()) };
        with(&clusters.taken).or_else(|| {
            let others = clusters.numbers.iter().filter_map(|number| self.cx.world.clusters.get(*number));
            let others = others.filter(|other| !std::ptr::eq(*other, self.cluster)).flat_map(own_ranges);
            with(&Taken::of(others.chain(choices.staying(self.cluster))))
        })
    }

    fn nearest(&self, space: &[Cidr], address: IpAddr, prefix: u8, taken: [&Taken; 2]) -> Option<Cidr> {
        let subnets = self.cx.choices.taken(self.cx, Some(self.vnet_id), prefix);
        Space::new(space, taken.into_iter().chain([subnets.as_ref()])).nearest(address, prefix)
    }

    /// An IPv6 range for a VNet that has none.
    fn new_space(&self, choices: &Choices) -> Option<Cidr> {
        let world = self.cx.world;
        let start = super::ipv6_neighbour(self.cx)?.first();
        let around = [ranges::pods(self.cluster), ranges::services(self.cluster), ranges::connected(world, self.cluster)];
        let own = Taken::of(around.iter().flat_map(Ranges::addresses).chain(choices.ranges()));
        let taken = self.clusters.map(|clusters| &clusters.taken).into_iter().chain([&own, &world.spaces]);
        let within = super::private_spaces(self.cx, Kind::Pod, Family::V6).concat();
        Space::new(&within, taken).nearest(start, IPV6_VNET_PREFIX)
    }
}

/// The one IPv4 range of a subnet, if it has one.
fn only_ipv4(subnet: &Subnet) -> Option<(&Field<Cidr>, Cidr)> {
    let mut known = subnet.prefixes.iter().filter_map(|field| Some((field, *field.known().ok()??)));
    let first = known.find(|(_, range)| range.family() == Family::V4)?;
    known.all(|(_, range)| range.family() != Family::V4).then_some(first)
}

/// A larger range for a node subnet, with the subnet's attribute; `None` where the VNet has no room for one that is known.
pub(crate) fn larger(cx: &Context, cluster: &Cluster, id: SubnetId, why: String) -> Option<Suggestion> {
    let chosen = cx.choices.subnets(cx, cluster);
    let (_, range) = chosen.larger.iter().find(|(other, _)| *other == id)?;
    let (field, present) = only_ipv4(cx.world.subnet(id)?)?;
    Some(super::suggestion(field, present, range, why))
}

/// The IPv6 range for a node subnet that has none, and for its VNet where that has none, too.
pub(crate) fn ipv6(cx: &Context, cluster: &Cluster, id: SubnetId) -> Vec<Suggestion> {
    let chosen = cx.choices.subnets(cx, cluster);
    let Some((_, range)) = chosen.ipv6.iter().find(|(other, _)| *other == id) else { return Vec::new() };
    let Some(subnet) = cx.world.subnet(id) else { return Vec::new() };
    let added = |list: &Field<Cidr>, range: &Cidr, why: &str| Suggestion {
        name: list.name,
        span: list.at.site,
        present: None,
        suggested: range.to_string(),
        why: why.to_owned(),
    };
    let mut all: Vec<Suggestion> = Vec::new();
    let vnet = subnet.vnet.known().ok().flatten().copied();
    if let Some((vnet, space)) = chosen.spaces.iter().find(|(other, _)| Some(*other) == vnet)
        && let Some(list) = cx.world.vnet(*vnet).and_then(|vnet| vnet.space.first())
    {
        all.push(added(list, space, "The VNet of a dual-stack cluster needs IPv6 addresses."));
    }
    if let Some(list) = subnet.prefixes.first() {
        all.push(added(list, range, "A subnet of a dual-stack cluster needs an IPv6 range; Azure takes a /64 only."));
    }
    all
}

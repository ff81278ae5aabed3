//! Ranges of a cluster and of the network around it, and what overlaps what.

use super::{Decision, Draft, Out};
use crate::cidr::Cidr;
use crate::model::{Cluster, Field, Outside, Peer, Route, Subnet, SubnetId, Undecided, Vnet, VnetId, World, either};
use std::collections::{BTreeSet, HashMap};

/// So many of the ranges that one overlaps are told as places; the message says how many there are.
const MOST_TOLD: usize = 50;

/// A range that is known.
#[derive(Clone)]
pub(crate) struct Range<'a> {
    name: Name<'a>,
    pub(crate) field: &'a Field<Cidr>,
    pub(crate) cidr: Cidr,
    /// The peering through which the nodes reach it, if they are not in it.
    peer: Option<&'a Peer>,
}

/// What a range is, as messages call it. Few of very many ranges are ever told of.
#[derive(Clone, Copy)]
enum Name<'a> {
    /// Of the cluster itself.
    Own(&'static str),
    Subnet(&'static str, &'a Subnet),
    Vnet(&'static str, &'a Vnet),
    /// Of a VNet (the first) that is reached through another one.
    Through(&'a Vnet, &'a Vnet),
    Outside(&'a Outside),
    /// As the configuration calls it.
    Told(&'static str),
}

impl Range<'_> {
    /// How a message calls it: `pod CIDR 10.1.0.0/16`.
    pub(crate) fn title(&self) -> String {
        let cidr = &self.cidr;
        match self.name {
            Name::Own(kind) => format!("{}{kind} {cidr}", if self.field.is_default() { "the implicit default " } else { "" }),
            Name::Subnet(kind, subnet) => format!("{kind} {} {cidr}", subnet.title()),
            Name::Vnet(kind, vnet) => format!("address space {cidr} of {kind} {}", vnet.title()),
            Name::Through(far, through) => {
                format!("address space {cidr} of the VNet {}, reached through {}", far.title(), through.title())
            }
            Name::Outside(outside) => format!("{cidr} of {}", outside.title),
            Name::Told(kind) => format!("{cidr}, which the configuration calls {kind}"),
        }
    }

    /// The name of what has the range: of a subnet, a VNet or a network outside; empty for the cluster itself.
    pub(crate) fn owner(&self) -> String {
        self.name.owner()
    }
}

impl Name<'_> {
    fn owner(&self) -> String {
        match self {
            Name::Own(_) => String::new(),
            // A subnet of which neither name nor address is known is called so in messages.
            Name::Subnet(_, subnet) => Some(subnet.title()).filter(|title| title != "the subnet").unwrap_or_default(),
            Name::Vnet(_, vnet) => vnet.title(),
            Name::Through(far, through) => format!("{} behind {}", far.title(), through.title()),
            Name::Outside(outside) => outside.title.trim_start_matches("the ").to_owned(),
            Name::Told("on-premises") => "on-premises network of the configuration".to_owned(),
            Name::Told(_) => "of the configuration".to_owned(),
        }
    }
}

/// Ranges of one kind: those that are known, and why there may be others.
#[derive(Default)]
pub(crate) struct Ranges<'a> {
    pub(crate) known: Vec<Range<'a>>,
    /// Further ones that are known, which come after those.
    subnets: Vec<OfVnet<'a>>,
    gaps: Vec<Gap<'a>>,
}

/// The ranges of the subnets of a VNet. There may be very many, and few of them matter.
struct OfVnet<'a> {
    world: &'a World,
    vnet: &'a Vnet,
    /// But not of these subnets.
    without: BTreeSet<SubnetId>,
}

impl<'a> OfVnet<'a> {
    fn is_empty(&self) -> bool {
        self.vnet.ranges.known().all(|(id, _)| self.without.contains(&id))
    }

    fn all(&self) -> impl Iterator<Item = Range<'a>> {
        self.ranges(self.vnet.ranges.known())
    }

    fn overlapping(&self, cidr: &Cidr) -> impl Iterator<Item = Range<'a>> {
        self.ranges(self.vnet.ranges.overlapping(cidr))
    }

    /// The ranges at these places, but not those of subnets that do not count.
    fn ranges(&self, places: impl Iterator<Item = (SubnetId, usize)>) -> impl Iterator<Item = Range<'a>> {
        places.filter(|(id, _)| !self.without.contains(id)).filter_map(|(id, place)| {
            let subnet = self.world.subnet(id)?;
            let field = subnet.prefixes.get(place)?;
            Some(Range { name: Name::Subnet("subnet", subnet), field, cidr: *field.known().ok()??, peer: None })
        })
    }
}

/// Ranges that are not known.
struct Gap<'a> {
    why: Undecided,
    /// What has such a range, and the attribute that would tell it; nothing where all that is known is that there may be some.
    of: Option<(Name<'a>, &'a Field<Cidr>)>,
    /// The space that they must be within, where that is known.
    within: Option<Vec<Cidr>>,
}

impl<'a> Ranges<'a> {
    fn add(&mut self, fields: &'a [Field<Cidr>], within: Option<&[Cidr]>, name: Name<'a>) {
        for field in fields {
            match field.known() {
                Ok(Some(&cidr)) => self.known.push(Range { name, field, cidr, peer: None }),
                Ok(None) => {}
                Err(why) => self.gaps.push(Gap { why, of: Some((name, field)), within: within.map(<[Cidr]>::to_vec) }),
            }
        }
    }

    fn missing(&mut self, why: Option<Undecided>, within: Option<&[Cidr]>) {
        self.gaps.extend(why.map(|why| Gap { why, of: None, within: within.map(<[Cidr]>::to_vec) }));
    }

    /// Without what is not known, for what is not worth a doubt.
    pub(crate) fn only_known(mut self) -> Self {
        self.gaps.clear();
        self
    }

    /// The known ones, in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = Range<'a>> {
        self.known.iter().cloned().chain(self.subnets.iter().flat_map(OfVnet::all))
    }

    /// Why there may be others: the name of what has them and the attribute that would tell, where the code shows these.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = (Option<(String, &'a Field<Cidr>)>, &Undecided)> {
        self.gaps.iter().map(|gap| (gap.of.map(|(name, field)| (name.owner(), field)), &gap.why))
    }

    /// Whether there is certainly no range.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.gaps.is_empty() && self.subnets.iter().all(OfVnet::is_empty)
    }

    /// The end of a check that looked at all ranges that are known.
    pub(crate) fn decision(&self) -> Decision {
        self.gaps.first().map_or(Ok(()), |gap| Err(gap.why.clone()))
    }

    /// The addresses of those that are known, but for those of subnets of whole VNets; and of those that there may be.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Cidr> {
        let may_be = self.gaps.iter().filter_map(|gap| gap.within.as_ref()).flatten().copied();
        self.known.iter().map(|range| range.cidr).chain(may_be)
    }

    /// Whether one of the known ranges overlaps this one.
    pub(crate) fn overlap(&self, cidr: &Cidr) -> bool {
        self.overlapping(cidr).next().is_some()
    }

    /// The known ranges that overlap this one, in their order.
    pub(crate) fn overlapping(&self, cidr: &Cidr) -> impl Iterator<Item = Range<'a>> {
        let known = self.known.iter().filter(|range| range.cidr.overlaps(cidr)).cloned();
        known.chain(self.subnets.iter().flat_map(|subnets| subnets.overlapping(cidr)))
    }

    /// The reason why something unknown among these may overlap one of the known `others`.
    fn may_overlap(&self, others: &Ranges<'_>) -> Decision {
        let near = |gap: &&Gap| gap.within.as_ref().is_none_or(|space| space.iter().any(|s| others.overlap(s)));
        self.gaps.iter().find(near).map_or(Ok(()), |gap| Err(gap.why.clone()))
    }
}

/// The cluster's pod ranges.
pub(crate) fn pods(cluster: &Cluster) -> Ranges<'_> {
    of_cluster(&cluster.pod_cidrs, "pod CIDR")
}

/// The cluster's service ranges.
pub(crate) fn services(cluster: &Cluster) -> Ranges<'_> {
    of_cluster(&cluster.service_cidrs, "service CIDR")
}

fn of_cluster<'a>(fields: &'a [Field<Cidr>], kind: &'static str) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    ranges.add(fields, None, Name::Own(kind));
    ranges
}

/// Some ranges, and some more.
pub(crate) fn and<'a>(mut some: Ranges<'a>, more: Ranges<'a>) -> Ranges<'a> {
    some.known.extend(more.known);
    some.subnets.extend(more.subnets);
    some.gaps.extend(more.gaps);
    some
}

/// The ranges of the subnets that the cluster's nodes are in.
pub(crate) fn node_subnets<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    for (_, id) in cluster.node_subnets() {
        let vnet = world.subnet(id).and_then(|s| world.vnet(*s.vnet.known().ok()??));
        add_subnet(&mut ranges, world, id, "node subnet", vnet.and_then(space_of).as_deref());
    }
    ranges.missing(cluster.unknown_node_subnet(), None);
    ranges
}

/// The ranges of the other subnets in the VNets that the cluster's nodes are in.
pub(crate) fn other_subnets<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    let nodes: BTreeSet<SubnetId> = cluster.node_subnets().into_iter().map(|(_, id)| id).collect();
    for vnet in node_vnets(world, cluster, &mut ranges) {
        let space = space_of(vnet);
        // All gaps in a VNet are alike, so that one is enough.
        let unknown = vnet.ranges.unknown.iter().find(|id| !nodes.contains(id)).and_then(|id| world.subnet(*id));
        ranges.missing(unknown.and_then(|s| s.prefixes.iter().find_map(|field| field.known().err())), space.as_deref());
        ranges.subnets.push(OfVnet { world, vnet, without: nodes.clone() });
        ranges.missing(vnet.more_subnets.clone(), space.as_deref());
    }
    ranges
}

/// The ranges of all subnets in the VNets that the cluster's nodes are in.
pub(crate) fn all_subnets<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    and(node_subnets(world, cluster), other_subnets(world, cluster))
}

/// The address spaces of the VNets that the cluster's nodes are in.
pub(crate) fn vnet_spaces<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    for vnet in node_vnets(world, cluster, &mut ranges) {
        add_space(&mut ranges, vnet, "VNet");
    }
    ranges
}

/// The address spaces of the VNets that are peered with those of the cluster's nodes.
pub(crate) fn peered<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    for vnet in node_vnets(world, cluster, &mut ranges) {
        for peer in &vnet.peers {
            let Some(remote) = world.vnet(peer.vnet) else { continue };
            let before = ranges.known.len();
            if !remote.declared && world.told.peered.is_some() {
                continue;
            }
            add_space(&mut ranges, remote, "the peered VNet");
            ranges.known.iter_mut().skip(before).for_each(|range| range.peer = Some(peer));
        }
        // Who tells of VNets that the code does not show, tells of all.
        ranges.missing(vnet.more_peers.clone().filter(|_| world.told.peered.is_none()), None);
    }
    ranges.add(world.told.peered.as_deref().unwrap_or_default(), None, Name::Told("peered"));
    ranges
}

/// The address spaces of declared VNets that are two peerings away from those of the cluster's nodes, and no nearer.
pub(crate) fn two_peerings_away<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    let nodes = node_vnets(world, cluster, &mut Ranges::default());
    let near: BTreeSet<VnetId> = nodes.iter().flat_map(|vnet| &vnet.peers).map(|peer| peer.vnet).collect();
    let nearer: BTreeSet<VnetId> = world.node_vnets(cluster).into_iter().chain(near.iter().copied()).collect();
    // The code may name one VNet in two ways. Many ways may lead to one.
    let mut known: HashMap<VnetId, Result<bool, Undecided>> = HashMap::new();
    let is_one = |far: &Vnet| {
        let compared = nearer.iter().filter_map(|id| world.vnet(*id)).map(|vnet| vnet.is_same(far));
        compared.reduce(either).unwrap_or(Ok(false))
    };
    for through in near.iter().filter_map(|id| world.vnet(*id)) {
        for peer in through.peers.iter().filter(|peer| !nearer.contains(&peer.vnet)) {
            let Some(far) = world.vnet(peer.vnet).filter(|far| far.declared) else { continue };
            let name = Name::Through(far, through);
            match known.entry(peer.vnet).or_insert_with(|| is_one(far)) {
                Ok(true) => {}
                Ok(false) => {
                    let before = ranges.known.len();
                    ranges.add(&far.space, None, name);
                    ranges.known.iter_mut().skip(before).for_each(|range| range.peer = Some(peer));
                }
                Err(why) => {
                    let of = far.space.first().map(|field| (name, field));
                    ranges.gaps.push(Gap { why: why.clone(), of, within: None });
                }
            }
        }
    }
    ranges
}

/// The networks outside Azure that the cluster's nodes reach: on premises, and the machines of users.
pub(crate) fn outside<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    let mut ranges = Ranges::default();
    for vnet in node_vnets(world, cluster, &mut ranges) {
        vnet.outside.iter().for_each(|outside| add_outside(&mut ranges, outside, None, None));
        for peer in &vnet.peers {
            let doubt = match &peer.uses_gateways {
                Ok(true) => None,
                Ok(false) => continue,
                Err(why) => Some(why),
            };
            let behind = world.vnet(peer.vnet).map_or(&[][..], |remote| &remote.outside);
            behind.iter().for_each(|outside| add_outside(&mut ranges, outside, Some(peer), doubt));
        }
        ranges.missing(vnet.more_peers.clone(), None);
    }
    if let Some(told) = world.told.on_premises.as_deref() {
        // Who tells of networks on premises, tells of all.
        ranges.gaps.clear();
        ranges.add(told, None, Name::Told("on-premises"));
    }
    ranges
}

/// The ranges of all networks around the VNets of the cluster's nodes.
pub(crate) fn connected<'a>(world: &'a World, cluster: &Cluster) -> Ranges<'a> {
    and(peered(world, cluster), outside(world, cluster))
}

fn add_outside<'a>(ranges: &mut Ranges<'a>, outside: &'a Outside, peer: Option<&'a Peer>, doubt: Option<&Undecided>) {
    if let Some(why) = outside.doubt.as_ref().or(doubt) {
        let known: Option<Vec<Cidr>> = outside.ranges.iter().map(|field| field.known().ok()?.copied()).collect();
        return ranges.missing(Some(why.clone()), known.filter(|known| !known.is_empty()).as_deref());
    }
    let before = ranges.known.len();
    ranges.add(&outside.ranges, None, Name::Outside(outside));
    ranges.known.iter_mut().skip(before).for_each(|range| range.peer = peer);
}

/// The routes of the nodes' subnets that lead to a gateway or an appliance, but not that for all addresses; and why there may be more.
pub(crate) fn routed<'a>(world: &'a World, cluster: &Cluster) -> (Vec<(Cidr, &'a Route)>, Decision) {
    let mut decision = cluster.unknown_node_subnet().map_or(Ok(()), Err);
    let mut found = Vec::new();
    for subnet in cluster.node_subnets().into_iter().filter_map(|(_, id)| world.subnet(id)) {
        let table = match subnet.route_table.known() {
            Ok(Some(table)) => table,
            Ok(None) => continue,
            Err(why) => {
                decision = decision.and(Err(why));
                continue;
            }
        };
        decision = decision.and(table.more_routes.clone().map_or(Ok(()), Err));
        for route in &table.routes {
            match leads_outside(route) {
                Ok(cidr) => found.extend(cidr.map(|cidr| (cidr, route))),
                Err(why) => decision = decision.and(Err(why)),
            }
        }
    }
    (found, decision)
}

/// The range of a route, if its next hop is a gateway or an appliance.
fn leads_outside(route: &Route) -> Result<Option<Cidr>, Undecided> {
    if !either(route.next_hop.is("VirtualNetworkGateway"), route.next_hop.is("VirtualAppliance"))? {
        return Ok(None);
    }
    let range = route.prefix.known()?.and_then(|prefix| prefix.parse::<Cidr>().ok());
    Ok(range.filter(|range| range.prefix() > 0))
}

fn add_space<'a>(ranges: &mut Ranges<'a>, vnet: &'a Vnet, kind: &'static str) {
    ranges.add(&vnet.space, None, Name::Vnet(kind, vnet));
}

fn add_subnet<'a>(ranges: &mut Ranges<'a>, world: &'a World, id: SubnetId, kind: &'static str, space: Option<&[Cidr]>) {
    if let Some(subnet) = world.subnet(id) {
        ranges.add(&subnet.prefixes, space, Name::Subnet(kind, subnet));
    }
}

/// The address space of a VNet, which all of its subnets are within; `None` when some of it is not known.
pub(crate) fn space_of(vnet: &Vnet) -> Option<Vec<Cidr>> {
    let space: Option<Vec<Cidr>> = vnet.space.iter().map(|field| field.known().ok()?.copied()).collect();
    space.filter(|s| !s.is_empty())
}

/// The VNets of the cluster's nodes. What hides further ones goes to `ranges`.
fn node_vnets<'a>(world: &'a World, cluster: &Cluster, ranges: &mut Ranges<'_>) -> Vec<&'a Vnet> {
    for (_, id) in cluster.node_subnets() {
        ranges.missing(world.subnet(id).and_then(|s| s.vnet.known().err()), None);
    }
    ranges.missing(cluster.unknown_node_subnet(), None);
    world.node_vnets(cluster).into_iter().filter_map(|id| world.vnet(id)).collect()
}

/// Reports each of `ours` that overlaps some of `theirs`, once, and lets `explain` say the rest. Undecided where something unknown could
/// overlap too.
pub(crate) fn report_overlaps(
    ours: Ranges<'_>,
    theirs: Ranges<'_>,
    out: &mut Out,
    explain: impl Fn(&mut Draft, &Range<'_>),
) -> Decision {
    report_overlaps_as("default", ours, theirs, out, explain)
}

/// The same for another case than `default`.
pub(crate) fn report_overlaps_as(
    case: &'static str,
    ours: Ranges<'_>,
    theirs: Ranges<'_>,
    out: &mut Out,
    explain: impl Fn(&mut Draft, &Range<'_>),
) -> Decision {
    if ours.is_empty() || theirs.is_empty() {
        return Ok(());
    }
    for range in &ours.known {
        let hit: Vec<Range<'_>> = theirs.overlapping(&range.cidr).collect();
        let Some(first) = hit.first() else { continue };
        let more = match hit.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let draft = out.report(case, &range.field.at, format!("{} overlaps {}{more}", range.title(), first.title()));
        for other in hit.into_iter().take(MOST_TOLD) {
            draft.related(other.title(), &other.field.at);
            if let Some(peer) = other.peer {
                draft.related(format!("the {}, {}", peer.by, peer.address), &peer.at);
            }
        }
        explain(draft, range);
    }
    ours.decision().and(theirs.may_overlap(&ours))
}

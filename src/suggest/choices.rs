//! What a cluster's pod ranges, service ranges and DNS address should rather be, where rules object to the present ones.
//!
//! Each choice is free of all networks that are known, of the cluster's present ranges, and of the other choices: they can be made all
//! together or one by one.

use super::Kind;
use super::space::Space;
use super::subnets::{self, InVnets, Subnets};
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Field, State, Taken, Undecided, VnetId};
use crate::rules::ranges::{self, Ranges};
use crate::rules::{Context, dns, pod_cidr};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

/// The longest prefix of a service CIDR that is proposed where there is room for nothing larger: 256 services.
const LONGEST_SERVICE_PREFIX: u8 = 24;

/// What was worked out for clusters, by where they are in memory: the world does not move while rules look at it.
#[derive(Default)]
pub(crate) struct Cache {
    ranges: RefCell<HashMap<*const Cluster, Rc<Choices>>>,
    subnets: RefCell<HashMap<*const Cluster, Rc<Subnets>>>,
    in_vnets: OnceCell<InVnets>,
    coarse: RefCell<HashMap<Sought, Rc<Taken>>>,
}

/// The subnets of a VNet, or all VNets; and the prefix length of what is sought beside them.
type Sought = (Option<VnetId>, u8);

impl Cache {
    /// The addresses of the subnets of a VNet, or of all VNets, for those who look for ranges with a prefix length. Very many clusters may
    /// look beside very many subnets.
    pub(super) fn taken(&self, cx: &Context, of: Option<VnetId>, prefix: u8) -> Rc<Taken> {
        let known = self.coarse.borrow().get(&(of, prefix)).map(Rc::clone);
        known.unwrap_or_else(|| {
            let all = of.and_then(|id| cx.world.vnet(id)).map_or(&cx.world.spaces, |vnet| vnet.ranges.taken());
            let coarse = Rc::new(all.coarse(prefix));
            self.coarse.borrow_mut().insert((of, prefix), Rc::clone(&coarse));
            coarse
        })
    }

    /// The choices for the node subnets of a cluster, worked out once.
    pub(super) fn subnets(&self, cx: &Context, cluster: &Cluster) -> Rc<Subnets> {
        let known = self.subnets.borrow().get(&std::ptr::from_ref(cluster)).map(Rc::clone);
        known.unwrap_or_else(|| {
            let in_vnets = self.in_vnets.get_or_init(|| subnets::in_vnets(cx.world));
            let subnets = Rc::new(Subnets::choose(cx, cluster, in_vnets));
            self.subnets.borrow_mut().insert(std::ptr::from_ref(cluster), Rc::clone(&subnets));
            subnets
        })
    }
}

/// The choices for one cluster; `None` where a value may stay, or where there is no room.
#[derive(Default)]
pub(crate) struct Choices {
    pods: Vec<Option<Cidr>>,
    services: Vec<Option<Cidr>>,
    /// The IPv6 ranges that dual-stack lists lack.
    missing: [Option<Cidr>; 2],
    pub(super) dns: Option<IpAddr>,
    /// Why not all networks in reach may be known.
    pub(super) unknown: Option<Undecided>,
}

impl Choices {
    /// The choices for a cluster, worked out once.
    pub(crate) fn of(cx: &Context, cluster: &Cluster) -> Rc<Self> {
        let known = cx.choices.ranges.borrow().get(&std::ptr::from_ref(cluster)).map(Rc::clone);
        known.unwrap_or_else(|| {
            let choices = Rc::new(Network::of(cx, cluster).choices());
            cx.choices.ranges.borrow_mut().insert(std::ptr::from_ref(cluster), Rc::clone(&choices));
            choices
        })
    }

    /// The range to take in the place of one that is in the cluster's list.
    pub(super) fn range(&self, cluster: &Cluster, of: Kind, field: &Field<Cidr>) -> Option<Cidr> {
        let (fields, found) = match of {
            Kind::Pod => (&cluster.pod_cidrs, &self.pods),
            Kind::Service => (&cluster.service_cidrs, &self.services),
        };
        found.get(fields.iter().position(|other| std::ptr::eq(other, field))?).copied().flatten()
    }

    /// The IPv6 range to add to a list that has none.
    pub(super) fn missing(&self, of: Kind) -> Option<Cidr> {
        let [pods, services] = self.missing;
        if of == Kind::Pod { pods } else { services }
    }

    /// The present ranges of the cluster that may stay.
    pub(super) fn staying(&self, cluster: &Cluster) -> Vec<Cidr> {
        let stays = |of, field: &&Field<Cidr>| self.range(cluster, of, field).is_none();
        let pods = cluster.pod_cidrs.iter().filter(|field| stays(Kind::Pod, field));
        let services = cluster.service_cidrs.iter().filter(|field| stays(Kind::Service, field));
        pods.chain(services).filter_map(|field| field.known().ok().flatten().copied()).collect()
    }

    /// All ranges that are chosen.
    pub(super) fn ranges(&self) -> impl Iterator<Item = Cidr> {
        self.pods.iter().chain(&self.services).chain(&self.missing).filter_map(|range| *range)
    }
}

/// The network of a cluster: what rules compare its ranges with, and what else a new range should not touch.
struct Network<'a> {
    cx: &'a Context<'a>,
    cluster: &'a Cluster,
    /// What neither pods nor services may overlap.
    around: Vec<Ranges<'a>>,
    /// What pods may not overlap, either.
    of_pods: Vec<Ranges<'a>>,
    routed: Vec<Cidr>,
    /// All addresses of these, and reserved ones.
    known: Taken,
    /// The nodes' VNets.
    vnets: Vec<VnetId>,
    unknown: Option<Undecided>,
}

impl<'a> Network<'a> {
    fn of(cx: &'a Context<'a>, cluster: &'a Cluster) -> Self {
        let world = cx.world;
        let around =
            vec![ranges::all_subnets(world, cluster), ranges::vnet_spaces(world, cluster), ranges::connected(world, cluster)];
        let guess = world.told.on_premises.is_none() && cluster.is_overlay() != Ok(false);
        let (routes, decision) = if guess { ranges::routed(world, cluster) } else { (Vec::new(), Ok(())) };
        let unknown = around.iter().map(Ranges::decision).find_map(Result::err).or(decision.err());
        let routed: Vec<Cidr> = routes.into_iter().map(|(cidr, _)| cidr).collect();
        let reserved = cx.facts.addresses.reserved_ranges.on(cx.day).into_iter().flatten();
        // A cluster without a subnet of the user's gets a VNet of its own.
        let managed = cluster.pools.iter().any(|pool| pool.subnet.known().is_ok_and(|subnet| subnet.is_none()));
        let managed = cx.facts.defaults.vnet.on(cx.day).filter(|_| managed).and_then(|range| range.parse().ok());
        let addresses = around.iter().flat_map(Ranges::addresses);
        let known = Taken::of(addresses.chain(routed.iter().copied()).chain(reserved.copied()).chain(managed));
        let vnets = world.node_vnets(cluster);
        Self { cx, cluster, around, of_pods: vec![ranges::two_peerings_away(world, cluster)], routed, known, vnets, unknown }
    }

    fn choices(&self) -> Choices {
        let present_pods: Vec<Cidr> = known(&self.cluster.pod_cidrs);
        let present_services: Vec<Cidr> = known(&self.cluster.service_cidrs);
        let mut choices = Choices { unknown: self.unknown.clone(), ..Choices::default() };
        for field in &self.cluster.pod_cidrs {
            let choice = self.pod_range(field, &present_services, &choices);
            choices.pods.push(choice);
        }
        let dual_stack = self.cluster.is_dual_stack() == Ok(true);
        let lacks = |fields: &[Field<Cidr>]| {
            dual_stack && fields.iter().all(|range| range.is_of_list() && is_known_as(range, Family::V4)) && fields.len() == 1
        };
        let default = |of| super::default_range(self.cx, of, Family::V6);
        if lacks(&self.cluster.pod_cidrs) {
            let pods = default(Kind::Pod)
                .and_then(|range| self.find(Kind::Pod, range.first(), &[range.prefix()], &present_services, &choices));
            choices.missing = [pods, None];
        }
        for field in &self.cluster.service_cidrs {
            let choice = self.service_range(field, &present_pods, &choices);
            choices.services.push(choice);
        }
        if lacks(&self.cluster.service_cidrs) {
            let found = default(Kind::Service)
                .and_then(|range| self.find(Kind::Service, range.first(), &[range.prefix()], &present_pods, &choices));
            choices.missing = [choices.missing(Kind::Pod), found];
        }
        choices.dns = self.dns(&choices);
        choices
    }

    /// The range to take instead of a pod range, if a rule objects to it.
    fn pod_range(&self, field: &Field<Cidr>, services: &[Cidr], choices: &Choices) -> Option<Cidr> {
        let present = *field.known().ok()??;
        let default = super::default_range(self.cx, Kind::Pod, present.family())?.prefix();
        let (wanted, least) = self.pod_sizes(&present, default);
        let objected = wanted < present.prefix()
            || self.is_taken(&present)
            || self.of_pods.iter().any(|ranges| ranges.overlap(&present))
            || self.routed.iter().chain(services).any(|range| range.overlaps(&present));
        if !objected {
            return None;
        }
        // A range that only becomes larger should contain the present one: that is how Azure lets it grow later on.
        let grown = Cidr::new(present.first(), wanted).filter(|range| range.prefix() < present.prefix());
        let private = super::private_spaces(self.cx, Kind::Pod, present.family()).concat();
        let grown = grown.filter(|range| self.space(&private, range.prefix(), services, choices, |space| space.has(range)));
        grown.or_else(|| self.find(Kind::Pod, present.first(), &sizes(wanted, default, least), services, choices))
    }

    /// The prefix length that a pod range should have, and the longest one that will do.
    fn pod_sizes(&self, present: &Cidr, default: u8) -> (u8, u8) {
        match pod_cidr::needed_prefix(self.cx, self.cluster, present) {
            // Where not even two nodes fit, nobody has thought of a size.
            Some(need) if pod_cidr::is_for_one_node(self.cx, present) => (need.min(default), need),
            Some(need) => (need.min(present.prefix()), need),
            None => (present.prefix(), present.prefix().max(default)),
        }
    }

    /// The range to take instead of a service range, if a rule objects to it.
    fn service_range(&self, field: &Field<Cidr>, pods: &[Cidr], choices: &Choices) -> Option<Cidr> {
        let present = *field.known().ok()??;
        let facts = &self.cx.facts.addresses;
        let default = super::default_range(self.cx, Kind::Service, present.family())?;
        let sized = match present.family() {
            Family::V4 => {
                let smaller = facts.service_cidr_bound.on(self.cx.day).is_none_or(|bound| present.prefix() > *bound);
                smaller && dns::usable_address(self.cx, &present).is_some()
            }
            Family::V6 => facts.ipv6_service_cidr_bound.on(self.cx.day).is_none_or(|bound| present.prefix() >= *bound),
        };
        let lone_dns = self.lone_dns().filter(|ip| ip.is_ipv4() && present.family() == Family::V4);
        let objected = !sized || self.is_taken(&present) || lone_dns.is_some_and(|ip| !present.contains(ip));
        if !objected {
            return None;
        }
        let wanted = if sized { present.prefix() } else { default.prefix() };
        let start = lone_dns.and_then(|ip| Cidr::new(ip, wanted)).unwrap_or(present).first();
        let longest = if present.family() == Family::V4 { LONGEST_SERVICE_PREFIX } else { wanted };
        self.find(Kind::Service, start, &sizes(wanted, default.prefix(), longest), pods, choices)
    }

    /// The DNS address where the code writes no service range for it, and azurerm refuses that.
    fn lone_dns(&self) -> Option<IpAddr> {
        let half = dns::half_written(self.cluster) == Ok(true) && self.cluster.dns_service_ip.is_written() == Ok(true);
        self.cluster.dns_service_ip.known().ok().flatten().copied().filter(|_| half)
    }

    /// The DNS address to take, if the present one is not one of the service range, or not a good one.
    fn dns(&self, choices: &Choices) -> Option<IpAddr> {
        let field = &self.cluster.dns_service_ip;
        let place = self.cluster.service_cidrs.iter().position(|range| is_known_as(range, Family::V4))?;
        let present = *self.cluster.service_cidrs.get(place)?.known().ok()??;
        let range = choices.services.get(place).copied().flatten().unwrap_or(present);
        let missing = dns::half_written(self.cluster) == Ok(true) && field.is_written() == Ok(false);
        let ip = match &field.state {
            State::Set(ip) | State::Default(ip) => Some(*ip).filter(|_| !missing),
            State::Absent => None,
            State::Unknown(_) if field.raw.is_some() => None,
            State::Unknown(_) => return None,
        };
        let is_good = |ip: IpAddr, range: &Cidr| dns::is_good(self.cx, ip, range);
        if ip.is_some_and(|ip| is_good(ip, &range)) {
            return None;
        }
        // It moves with its range.
        let moved = ip.filter(|ip| is_good(*ip, &present)).and_then(|ip| range.nth(present.place(ip)?));
        moved.filter(|ip| is_good(*ip, &range)).or_else(|| Some(dns::usable_address(self.cx, &range)?.0))
    }

    /// Whether a network in reach has some of these addresses, or no range may have them.
    fn is_taken(&self, range: &Cidr) -> bool {
        let reserved = self.cx.facts.addresses.reserved_ranges.on(self.cx.day).into_iter().flatten();
        let private = self.cx.facts.addresses.private_ranges.on(self.cx.day).into_iter().flatten();
        let is_private = || private.into_iter().any(|private| private.covers(range));
        self.around.iter().any(|ranges| ranges.overlap(range))
            || reserved.into_iter().any(|reserved| reserved.overlaps(range))
            // No rule minds public IPv6 ranges.
            || range.family() == Family::V4 && !is_private()
    }

    /// The free range nearest to an address, of the first of these sizes that there is room for.
    fn find(&self, of: Kind, address: IpAddr, sizes: &[u8], present: &[Cidr], choices: &Choices) -> Option<Cidr> {
        let family = if address.is_ipv4() { Family::V4 } else { Family::V6 };
        let nearest = |within: &[Cidr], present: &[Cidr]| {
            let at = |prefix: &u8| self.space(within, *prefix, present, choices, |space| space.nearest(address, *prefix));
            sizes.iter().find_map(at)
        };
        let spaces = super::private_spaces(self.cx, of, family);
        // Where there is no room beside the other present ranges, their own choices make some.
        let ways = spaces.iter().map(|within| (within, present)).chain(spaces.iter().map(|within| (within, &[][..])));
        ways.into_iter().find_map(|(within, present)| nearest(within, present))
    }

    /// Where a range with a prefix length may be.
    fn space<T>(&self, within: &[Cidr], prefix: u8, present: &[Cidr], choices: &Choices, look: impl FnOnce(&Space) -> T) -> T {
        let own = Taken::of(present.iter().copied().chain(choices.ranges()));
        let vnets = std::iter::once(None).chain(self.vnets.iter().copied().map(Some));
        let vnets: Vec<Rc<Taken>> = vnets.map(|vnet| self.cx.choices.taken(self.cx, vnet, prefix)).collect();
        look(&Space::new(within, [&own, &self.known].into_iter().chain(vnets.iter().map(Rc::as_ref))))
    }
}

/// The prefix lengths to try: the wanted one, as large as Azure's default, and then ever smaller ranges.
fn sizes(wanted: u8, default: u8, longest: u8) -> Vec<u8> {
    let mut sizes = vec![wanted];
    sizes.extend((wanted.max(default).min(longest)..=longest).filter(|prefix| *prefix > wanted));
    sizes
}

fn known(fields: &[Field<Cidr>]) -> Vec<Cidr> {
    fields.iter().filter_map(|field| field.known().ok().flatten().copied()).collect()
}

fn is_known_as(field: &Field<Cidr>, family: Family) -> bool {
    matches!(field.known(), Ok(Some(range)) if range.family() == family)
}

//! The network of a cluster that is not there yet: ranges of the right sizes, at free places.

use super::space::Space;
use super::{IPV6_VNET_PREFIX, Kind, default_range, private_spaces};
use crate::cidr::{Cidr, Family};
use crate::date::Date;
use crate::facts::Facts;
use crate::model::{Taken, World};
use crate::report::{grouped, plural};
use crate::rules::subnet_room::smallest_prefix;
use crate::rules::surge::{Amount, least};
use crate::rules::{Context, dns, pod_cidr};
use std::fmt;
use std::net::IpAddr;

/// The longest prefix of a service CIDR that is proposed where there is no room for one as large as Azure's default.
const LONGEST_SERVICE_PREFIX: u8 = 24;

/// The longest prefix of a VNet that is proposed: 256 addresses.
const LONGEST_VNET_PREFIX: u8 = 24;

/// What a planner wants.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The most nodes that all pools together may reach.
    pub nodes: u64,
    /// The nodes that an upgrade adds to a pool; Azure's default where nothing is said.
    pub surge: Option<Surge>,
    /// Pods per node; Azure's default for overlay where nothing is said.
    pub pods_per_node: Option<u64>,
    /// Networks that no range may touch. Within the VNet, that is what its other subnets have.
    pub avoid: Vec<Cidr>,
    /// The address space of the VNet; without one, it is suggested, too.
    pub vnet: Vec<Cidr>,
    /// Whether pods and services have IPv6 addresses, too.
    pub dual_stack: bool,
    /// The day whose rules apply.
    pub day: Date,
}

/// The nodes that an upgrade adds: a number of them, or a part of each pool.
pub type Surge = Amount;

/// Why a wish cannot be fulfilled, in words for the user: no capital at the start, no full stop at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible(pub String);

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A node pool of a plan, with the autoscaler on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// The autoscaler's minimum.
    pub least: u64,
    /// The autoscaler's maximum.
    pub most: u64,
    /// The nodes that an upgrade adds.
    pub surge: u64,
}

/// A range, and how many nodes it can serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sized {
    /// The range.
    pub range: Cidr,
    /// The nodes that there is room for, those of an upgrade included.
    pub room: u64,
    /// The most nodes that the pools may reach before it is full during an upgrade.
    pub full_at: u64,
}

/// The network of a cluster that no rule objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The most nodes that all pools together may reach.
    pub nodes: u64,
    /// The nodes that upgrades of all pools add.
    pub surge_nodes: u64,
    /// The surge of each pool, as AKS takes it.
    pub surge: Surge,
    /// Pods per node.
    pub pods_per_node: u64,
    /// The node pools; more than one where a scale set has too few nodes.
    pub pools: Vec<Pool>,
    /// The address space of the VNet, IPv4 first.
    pub vnet: Vec<Cidr>,
    /// The subnet of the nodes.
    pub node_subnet: Sized,
    /// Its IPv6 range.
    pub node_subnet_ipv6: Option<Cidr>,
    /// The range of the pods.
    pub pod_cidr: Sized,
    /// Their IPv6 range.
    pub pod_cidr_ipv6: Option<Cidr>,
    /// The range of the services.
    pub service_cidr: Cidr,
    /// Their IPv6 range.
    pub service_cidr_ipv6: Option<Cidr>,
    /// The address of the DNS service.
    pub dns_service_ip: IpAddr,
    /// The prefix length of the part of the pod CIDR that each node takes.
    pub block: u8,
    /// The addresses of the node subnet that Azure keeps.
    pub reserved: u64,
    /// The most nodes of any cluster.
    pub limit: u64,
}

impl Plan {
    /// A network for what is wished.
    ///
    /// # Errors
    /// The reason, when Azure has no such clusters, or there is no room.
    pub fn of(wishes: &Wishes, facts: &Facts) -> Result<Self, Impossible> {
        let world = World::default();
        let planner = Planner::new(&world, facts, wishes)?;
        planner.plan()
    }
}

/// A plan in the making.
struct Planner<'a> {
    cx: Context<'a>,
    wishes: &'a Wishes,
    surge: Surge,
    pods_per_node: u64,
    limit: u64,
    block: u8,
    reserved: u64,
    /// What no range may touch: reserved ranges, networks to avoid, and ranges that are chosen.
    taken: Vec<Cidr>,
}

fn no(why: impl Into<String>) -> Impossible {
    Impossible(why.into())
}

impl<'a> Planner<'a> {
    fn new(world: &'a World, facts: &'a Facts, wishes: &'a Wishes) -> Result<Self, Impossible> {
        let day = wishes.day;
        let cx = Context::new(world, facts, day);
        let unknown = || no("not known on that day");
        let percent = facts.surge.default_percent.on(day).copied().ok_or_else(unknown)?;
        let planner = Self {
            surge: wishes.surge.unwrap_or(Amount::Percent(percent)),
            pods_per_node: wishes.pods_per_node.or(facts.defaults.max_pods_overlay.on(day).copied()).ok_or_else(unknown)?,
            limit: facts.nodes.cluster_nodes_overlay.on(day).copied().ok_or_else(unknown)?,
            block: facts.addresses.node_block_prefix.on(day).copied().ok_or_else(unknown)?,
            reserved: facts.nodes.subnet_reserved_addresses.on(day).copied().ok_or_else(unknown)?,
            taken: facts.addresses.reserved_ranges.on(day).cloned().unwrap_or_default(),
            cx,
            wishes,
        };
        planner.bounds()?;
        Ok(planner)
    }

    /// Refuses what Azure does not have.
    fn bounds(&self) -> Result<(), Impossible> {
        let facts = &self.cx.facts.nodes;
        let (least, most) = (facts.max_pods_least.on(self.cx.day), facts.max_pods_most.on(self.cx.day));
        if self.wishes.nodes == 0 {
            return Err(no("a cluster has at least 1 node"));
        }
        if self.wishes.nodes > self.limit {
            let (nodes, limit) = (grouped(self.wishes.nodes.into()), grouped(self.limit.into()));
            return Err(no(format!("a cluster has at most {limit} nodes, not {nodes}")));
        }
        let pods = self.pods_per_node;
        if least.is_some_and(|least| pods < *least) || most.is_some_and(|most| pods > *most) {
            let (least, most) = (least.copied().unwrap_or_default(), most.copied().unwrap_or_default());
            return Err(no(format!("a node has {least} to {most} pods, not {pods}")));
        }
        match self.surge {
            Amount::Nodes(0) | Amount::Percent(0) => Err(no("an upgrade needs a surge of at least 1 node")),
            Amount::Percent(101..) => Err(no(format!("a surge is 100% at most, not {}", self.surge))),
            Amount::Nodes(surge) if surge > self.limit => {
                Err(no(format!("a surge of {} is more than a cluster has", plural(surge, "node"))))
            }
            _ => Ok(()),
        }
    }

    fn plan(mut self) -> Result<Plan, Impossible> {
        let pools = self.pools()?;
        let (nodes, surge_nodes) = (self.wishes.nodes, pools.iter().map(|pool| pool.surge).sum());
        let all = nodes + surge_nodes;
        let given = self.given()?;
        self.taken.extend(self.wishes.avoid.iter().chain(&given).copied());
        let (pods, pod_cidr_ipv6) = (self.pods(all)?, self.ipv6(Kind::Pod)?);
        let (service_cidr, service_cidr_ipv6) = (self.services()?, self.ipv6(Kind::Service)?);
        let facts = &self.cx.facts.nodes;
        let longest = facts.subnet_longest_prefix.on(self.cx.day).copied().unwrap_or_default();
        let prefix = smallest_prefix(all, self.reserved, longest).ok_or_else(|| no("no subnet has so many addresses"))?;
        let vnet = self.vnet(given, prefix)?;
        let node_subnet = self.subnet(&vnet, prefix, all)?;
        let node_subnet_ipv6 = self.subnet_ipv6(&vnet)?;
        let room = u64::try_from(pods.blocks(self.block)).unwrap_or(u64::MAX);
        let usable = u64::try_from(node_subnet.size()).unwrap_or(u64::MAX).saturating_sub(self.reserved);
        let dns = dns::usable_address(&self.cx, &service_cidr).ok_or_else(|| no("the service CIDR has no address for DNS"))?;
        Ok(Plan {
            nodes,
            surge_nodes,
            surge: self.surge,
            pods_per_node: self.pods_per_node,
            pools,
            node_subnet: Sized { range: node_subnet, room: usable, full_at: self.full_at(usable) },
            pod_cidr: Sized { range: pods, room, full_at: self.full_at(room) },
            vnet,
            node_subnet_ipv6,
            pod_cidr_ipv6,
            service_cidr,
            service_cidr_ipv6,
            dns_service_ip: dns.0,
            block: self.block,
            reserved: self.reserved,
            limit: self.limit,
        })
    }

    /// As few pools as scale sets allow, of nearly equal size.
    fn split(&self, nodes: u64) -> Vec<u64> {
        let most = self.cx.facts.nodes.scale_set_nodes.on(self.cx.day).copied().unwrap_or(nodes).max(1);
        let pools = nodes.div_ceil(most).max(1);
        (0..pools).map(|n| nodes / pools + u64::from(n < nodes % pools)).collect()
    }

    fn surge_of(&self, nodes: u64) -> u64 {
        self.surge.of(nodes, least(&self.cx))
    }

    fn pools(&self) -> Result<Vec<Pool>, Impossible> {
        let all_pods = self.cx.facts.nodes.pool_pods_least.on(self.cx.day).copied().unwrap_or_default();
        let least = all_pods.div_ceil(self.pods_per_node).max(1);
        let pools = self.split(self.wishes.nodes).into_iter().enumerate().map(|(n, most)| Pool {
            name: if n == 0 { "system".to_owned() } else { format!("workers{n}") },
            least,
            most,
            surge: self.surge_of(most),
        });
        let pools: Vec<Pool> = pools.collect();
        if let Some(small) = pools.iter().find(|pool| pool.most < least) {
            return Err(no(format!(
                "a pool needs room for {all_pods} pods: {} with {} pods each {} too few",
                plural(small.most, "node"),
                self.pods_per_node,
                if small.most == 1 { "is" } else { "are" }
            )));
        }
        // Pools are upgraded one after the other.
        let surge = pools.iter().map(|pool| pool.surge).max().unwrap_or_default();
        if self.wishes.nodes + surge > self.limit {
            return Err(no(format!(
                "a cluster has at most {} nodes, and an upgrade of this one needs {} of them for its time",
                grouped(self.limit.into()),
                grouped(surge.into())
            )));
        }
        Ok(pools)
    }

    /// The most nodes of pools that are not more than so many during upgrades.
    fn full_at(&self, room: u64) -> u64 {
        let fits = |nodes: u64| nodes + self.split(nodes).into_iter().map(|pool| self.surge_of(pool)).sum::<u64>() <= room;
        let (mut low, mut high) = (0, room);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if fits(middle) { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// The VNet as wished.
    fn given(&self) -> Result<Vec<Cidr>, Impossible> {
        let vnet = &self.wishes.vnet;
        for range in vnet {
            if let Some(reserved) = self.taken.iter().find(|reserved| reserved.overlaps(range)) {
                return Err(no(format!("a VNet cannot have {range}: it overlaps {reserved}, which AKS reserves")));
            }
            if let Some(avoided) = self.wishes.avoid.iter().find(|avoided| avoided.covers(range)) {
                return Err(no(format!("the VNet's {range} is part of {avoided}, which is to be avoided")));
            }
        }
        if !vnet.is_empty() && vnet.iter().all(|range| range.family() == Family::V6) {
            return Err(no("the VNet needs an IPv4 range, too"));
        }
        let mut vnet = vnet.clone();
        vnet.sort_by_key(|range| range.family());
        Ok(vnet)
    }

    /// The first of some sizes that there is room for, nearest to a range.
    fn find(&mut self, of: Kind, near: Cidr, sizes: impl IntoIterator<Item = u8> + Clone) -> Option<Cidr> {
        let taken = Taken::of(self.taken.iter().copied());
        let spaces = private_spaces(&self.cx, of, near.family());
        let nearest = |space: &Space| sizes.clone().into_iter().find_map(|prefix| space.nearest(near.first(), prefix));
        let found = spaces.iter().find_map(|within| nearest(&Space::new(within, [&taken])))?;
        self.taken.push(found);
        Some(found)
    }

    fn pods(&mut self, nodes: u64) -> Result<Cidr, Impossible> {
        let prefix =
            pod_cidr::prefix_for(nodes, self.block).zip(self.block.checked_sub(1)).map(|(prefix, most)| prefix.min(most));
        let near = default_range(&self.cx, Kind::Pod, Family::V4);
        let (prefix, near) = prefix.zip(near).ok_or_else(|| no("no range has so many addresses"))?;
        self.find(Kind::Pod, near, [prefix]).ok_or_else(|| {
            no(format!("no free /{prefix} is left in private space for the pods of {}", plural(grouped(nodes.into()), "node")))
        })
    }

    fn services(&mut self) -> Result<Cidr, Impossible> {
        let near = default_range(&self.cx, Kind::Service, Family::V4).ok_or_else(|| no("Azure has no default then"))?;
        self.find(Kind::Service, near, near.prefix()..=LONGEST_SERVICE_PREFIX)
            .ok_or_else(|| no(format!("no free /{LONGEST_SERVICE_PREFIX} is left in private space for services")))
    }

    fn ipv6(&mut self, of: Kind) -> Result<Option<Cidr>, Impossible> {
        let Some(near) = default_range(&self.cx, of, Family::V6).filter(|_| self.wishes.dual_stack) else { return Ok(None) };
        let found = self.find(of, near, [near.prefix()]);
        found.map(Some).ok_or_else(|| no(format!("no free IPv6 /{} is left in private space", near.prefix())))
    }

    /// The VNet: as given, else twice as large as the node subnet; for both families where that is wished.
    fn vnet(&mut self, given: Vec<Cidr>, subnet: u8) -> Result<Vec<Cidr>, Impossible> {
        let mut vnet = given;
        if vnet.is_empty() {
            let prefix = subnet.saturating_sub(1).min(LONGEST_VNET_PREFIX);
            let near = self.cx.facts.defaults.vnet.on(self.cx.day).and_then(|range| range.parse().ok());
            let found = near.and_then(|near| self.find(Kind::Pod, near, [prefix]));
            vnet.push(found.ok_or_else(|| no(format!("no free /{prefix} is left in private space for the VNet")))?);
        }
        if self.wishes.dual_stack && vnet.iter().all(|range| range.family() == Family::V4) {
            let found = super::ipv6_neighbour(&self.cx).and_then(|near| self.find(Kind::Pod, near, [IPV6_VNET_PREFIX]));
            vnet.push(found.ok_or_else(|| no("no free IPv6 range is left in private space for the VNet"))?);
        }
        Ok(vnet)
    }

    fn subnet(&self, vnet: &[Cidr], prefix: u8, nodes: u64) -> Result<Cidr, Impossible> {
        self.in_vnet(vnet, prefix, Family::V4).ok_or_else(|| {
            let nodes = plural(grouped(nodes.into()), "node");
            no(format!("the VNet has no free /{prefix} for {nodes}, those of an upgrade included"))
        })
    }

    fn subnet_ipv6(&self, vnet: &[Cidr]) -> Result<Option<Cidr>, Impossible> {
        let prefix = self.cx.facts.nodes.subnet_ipv6_prefix.on(self.cx.day).copied();
        let Some(prefix) = prefix.filter(|_| self.wishes.dual_stack) else { return Ok(None) };
        let found = self.in_vnet(vnet, prefix, Family::V6);
        found.map(Some).ok_or_else(|| no(format!("the VNet has no free IPv6 /{prefix} for the nodes")))
    }

    /// The first free range in the VNet.
    fn in_vnet(&self, vnet: &[Cidr], prefix: u8, family: Family) -> Option<Cidr> {
        let avoid = Taken::of(self.wishes.avoid.iter().copied());
        let space: Vec<Cidr> = vnet.iter().filter(|range| range.family() == family).copied().collect();
        Space::new(&space, [&avoid]).nearest(space.first()?.first(), prefix)
    }
}

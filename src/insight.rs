//! What is known of the attributes that decide a cluster's network: their values, where these came from, and what follows from them.
//! Editors and the summary of a job show it; the rules do not need it.

use crate::cidr::{Cidr, Family};
use crate::date::Date;
use crate::facts::Facts;
use crate::model::{Cluster, Field, Pool, State, Subnet, Vnet, VnetId, World};
use crate::report::{grouped, plural};
use crate::rules::ranges::{self, Ranges};
use crate::source::Span;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Display;

/// So many overlaps of one range are kept.
const MOST_OVERLAPS: usize = 1_000;

/// What is known of one attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Insight {
    /// Where it is written; for one that is not, where it would be.
    pub span: Span,
    /// Its name as the user's language spells it: `pod_cidr`.
    pub name: &'static str,
    /// Whether it is a range of addresses.
    pub is_range: bool,
    /// What it is an attribute of: `cluster azurerm_kubernetes_cluster.this`.
    pub of: String,
    /// Its value, if it has one that is known.
    pub value: Option<String>,
    /// Why it has that value, or none: `Azure's default`, or the reason why it is not known.
    pub because: Option<String>,
    /// What follows from the value, in short phrases: how many addresses a range has, say.
    pub details: Vec<String>,
    /// What it overlaps, and where that is written.
    pub overlaps: Vec<(String, Span)>,
    /// Where the value came from, nearest first.
    pub origin: Vec<(String, Span)>,
    /// The scenarios that it holds in; none where it holds in all.
    pub scenarios: Vec<String>,
}

impl Insight {
    /// All places in it.
    pub(crate) fn spans_mut(&mut self) -> impl Iterator<Item = &mut Span> {
        let others = self.overlaps.iter_mut().chain(&mut self.origin).map(|(_, span)| span);
        std::iter::once(&mut self.span).chain(others)
    }
}

/// Keeps what is there several times once.
pub fn unite(insights: &mut Vec<Insight>) {
    let mut seen = HashSet::new();
    insights.retain(|insight| seen.insert(insight.clone()));
}

/// Gathers what is known.
pub fn of(world: &World, facts: &Facts, day: Date) -> Vec<Insight> {
    let mut gather = Gather { world, facts, day, networks: Networks::of(world), overlaps: HashMap::new(), found: Vec::new() };
    world.clusters.iter().for_each(|cluster| gather.cluster(cluster));
    world.subnets.iter().for_each(|subnet| gather.subnet(subnet));
    world.vnets.iter().for_each(|vnet| gather.vnet(vnet));
    unite(&mut gather.found);
    gather.found
}

struct Gather<'a> {
    world: &'a World,
    facts: &'a Facts,
    day: Date,
    networks: Networks<'a>,
    /// What ranges overlap, by where they are written: very many clusters may be written at one place.
    overlaps: HashMap<(Span, Cidr), Vec<(String, Span)>>,
    found: Vec<Insight>,
}

impl Gather<'_> {
    fn cluster(&mut self, cluster: &Cluster) {
        let of = format!("cluster {}", cluster.address);
        let texts = [
            &cluster.location,
            &cluster.kubernetes_version,
            &cluster.plugin,
            &cluster.mode,
            &cluster.data_plane,
            &cluster.policy,
            &cluster.outbound_type,
            &cluster.load_balancer_sku,
            &cluster.node_provisioning,
        ];
        texts.into_iter().for_each(|field| self.add(field, &of, Vec::new()));
        self.add(&cluster.private, &of, Vec::new());
        self.add(&cluster.dns_service_ip, &of, self.place_of_dns(cluster));
        for field in &cluster.pod_cidrs {
            let details = field.known().ok().flatten().map(|cidr| self.pods(cluster, cidr)).unwrap_or_default();
            self.range(field, &of, details);
        }
        for field in &cluster.service_cidrs {
            let details = field.known().ok().flatten().map(|cidr| vec![addresses(cidr)]).unwrap_or_default();
            self.range(field, &of, details);
        }
        cluster.pools.iter().for_each(|pool| self.pool(cluster, pool));
    }

    fn pool(&mut self, cluster: &Cluster, pool: &Pool) {
        let of = format!("{} of cluster {}", pool.title(), cluster.address);
        [&pool.vm_size, &pool.max_surge, &pool.os_sku].into_iter().for_each(|field| self.add(field, &of, Vec::new()));
        [&pool.count, &pool.min_count, &pool.max_count].into_iter().for_each(|field| self.add(field, &of, Vec::new()));
        let most = pool.max_nodes().ok().zip(pool.max_pods.known().ok().flatten());
        let pods = most
            .map(|(nodes, pods)| format!("up to {} on {}", plural(nodes.saturating_mul(*pods), "pod"), plural(nodes, "node")));
        self.add(&pool.max_pods, &of, pods.into_iter().collect());
        let world = self.world;
        let subnet = |id: &_| world.subnet(*id);
        let details = pool.subnet.known().ok().flatten().and_then(subnet).map(|subnet| self.room(subnet));
        let named = pool.subnet.clone().map(|id| subnet(&id).map(Subnet::title).unwrap_or_default());
        self.add(&named, &of, details.unwrap_or_default());
    }

    fn subnet(&mut self, subnet: &Subnet) {
        let of = format!("subnet {}", subnet.title());
        for field in &subnet.prefixes {
            let details = field.known().ok().flatten().map(|cidr| vec![addresses(cidr), self.usable(cidr)]);
            self.range(field, &of, details.unwrap_or_default());
        }
    }

    fn vnet(&mut self, vnet: &Vnet) {
        let of = format!("VNet {}", vnet.title());
        for field in &vnet.space {
            let details = field.known().ok().flatten().map(|cidr| vec![addresses(cidr)]);
            self.range(field, &of, details.unwrap_or_default());
        }
    }

    /// Adds a range with what it overlaps.
    fn range(&mut self, field: &Field<Cidr>, of: &str, details: Vec<String>) {
        let overlaps = field.known().ok().flatten().map(|cidr| self.overlaps(cidr, field.at.site)).unwrap_or_default();
        self.add(field, of, details);
        if let Some(insight) = self.found.last_mut() {
            insight.is_range = true;
            insight.overlaps = overlaps;
        }
    }

    /// Adds a field in whatever state it is. What is absent is only worth a word where it would be written.
    fn add<T: Display>(&mut self, field: &Field<T>, of: &str, details: Vec<String>) {
        let (value, because) = match &field.state {
            State::Set(value) => (Some(value.to_string()), None),
            State::Default(value) => (Some(value.to_string()), Some("Azure's default".to_owned())),
            State::Absent => return,
            State::Unknown(why) => (None, Some(why.reason.to_string())),
        };
        self.found.push(Insight {
            span: field.at.site,
            name: field.name,
            is_range: false,
            of: of.to_owned(),
            value,
            because,
            details,
            overlaps: Vec::new(),
            origin: field.at.hops.iter().map(|hop| (hop.label.to_string(), hop.span)).collect(),
            scenarios: Vec::new(),
        });
    }

    /// How large a pod range is, and for how many nodes.
    fn pods(&self, cluster: &Cluster, cidr: &Cidr) -> Vec<String> {
        let mut details = vec![addresses(cidr)];
        let block = self.facts.addresses.node_block_prefix.on(self.day);
        if let (Family::V4, Some(&block), Ok(true)) = (cidr.family(), block, cluster.has_pod_range()) {
            let blocks = cidr.blocks(block);
            details.push(format!("room for {}, a /{block} each", plural(grouped(blocks), "node")));
            let known: Option<u64> = cluster.pools.iter().map(|pool| pool.max_nodes().ok()).sum();
            if let Some(nodes) = known.filter(|_| cluster.more_pools.is_none()) {
                details.push(format!("the node pools may reach {}", plural(nodes, "node")));
            }
        }
        details
    }

    /// Where the address of the DNS service lies.
    fn place_of_dns(&self, cluster: &Cluster) -> Vec<String> {
        let Ok(Some(&address)) = cluster.dns_service_ip.known() else { return Vec::new() };
        let services = ranges::services(cluster);
        if services.known.is_empty() {
            return Vec::new();
        }
        vec![match services.known.iter().find(|range| range.cidr.contains(address)) {
            Some(range) => format!("in the {}", range.title().trim_start_matches("the ")),
            None => "outside the service CIDR".to_owned(),
        }]
    }

    fn room(&self, subnet: &Subnet) -> Vec<String> {
        let known = subnet.prefixes.iter().filter_map(|field| field.known().ok().flatten());
        known.map(|cidr| format!("{cidr}: {}, {}", addresses(cidr), self.usable(cidr))).collect()
    }

    /// How many addresses of a subnet nodes can have.
    fn usable(&self, cidr: &Cidr) -> String {
        let reserved = self.facts.nodes.subnet_reserved_addresses.on(self.day).copied().unwrap_or_default();
        format!("{} usable, Azure keeps {reserved}", grouped(cidr.size().saturating_sub(reserved.into())))
    }

    /// The other ranges in the networks of the clusters that share addresses with this one.
    fn overlaps(&mut self, cidr: &Cidr, site: Span) -> Vec<(String, Span)> {
        let networks = &self.networks;
        self.overlaps.entry((site, *cidr)).or_insert_with(|| networks.overlaps(cidr, site)).clone()
    }
}

/// The ranges in a cluster's network.
struct Around<'a> {
    own: Ranges<'a>,
    subnets: Ranges<'a>,
    spaces: Ranges<'a>,
    connected: Ranges<'a>,
}

impl<'a> Around<'a> {
    fn of(world: &'a World, cluster: &'a Cluster) -> Self {
        Self {
            own: ranges::and(ranges::pods(cluster), ranges::services(cluster)),
            subnets: ranges::all_subnets(world, cluster),
            spaces: ranges::vnet_spaces(world, cluster),
            connected: ranges::connected(world, cluster),
        }
    }

    /// The ranges that one of them, written at a place, may overlap: subnets lie in the space of their VNet, which is no overlap.
    fn others(&self, cidr: &Cidr, site: Span) -> Vec<&Ranges<'a>> {
        let has = |ranges: &Ranges| ranges.overlapping(cidr).any(|range| range.field.at.site == site && range.cidr == *cidr);
        match () {
            () if has(&self.own) => vec![&self.own, &self.subnets, &self.spaces, &self.connected],
            () if has(&self.subnets) => vec![&self.own, &self.subnets, &self.connected],
            () if has(&self.spaces) => vec![&self.own, &self.spaces, &self.connected],
            () if has(&self.connected) => vec![&self.own, &self.subnets, &self.spaces],
            () => Vec::new(),
        }
    }
}

/// The networks of all clusters, and in which of them a range is.
struct Networks<'a> {
    all: Vec<Around<'a>>,
    /// Clusters by ranges of theirs, but for those of subnets.
    by_range: HashMap<(Span, Cidr), BTreeSet<usize>>,
    /// VNets by ranges of their subnets: they may have very many.
    by_subnet: HashMap<(Span, Cidr), Vec<VnetId>>,
    by_vnet: HashMap<VnetId, BTreeSet<usize>>,
}

impl<'a> Networks<'a> {
    fn of(world: &'a World) -> Self {
        let mut networks = Self { all: Vec::new(), by_range: HashMap::new(), by_subnet: HashMap::new(), by_vnet: HashMap::new() };
        for (number, cluster) in world.clusters.iter().enumerate() {
            let around = Around::of(world, cluster);
            for range in
                [&around.own, &around.subnets, &around.spaces, &around.connected].into_iter().flat_map(|some| &some.known)
            {
                networks.by_range.entry((range.field.at.site, range.cidr)).or_default().insert(number);
            }
            for vnet in world.node_vnets(cluster) {
                networks.by_vnet.entry(vnet).or_default().insert(number);
            }
            networks.all.push(around);
        }
        for subnet in &world.subnets {
            let Ok(Some(&vnet)) = subnet.vnet.known() else { continue };
            let known = subnet.prefixes.iter().filter_map(|field| Some((field.at.site, *field.known().ok()??)));
            known.for_each(|range| networks.by_subnet.entry(range).or_default().push(vnet));
        }
        networks
    }

    /// The other ranges in the networks that a range is in, written at a place, that share addresses with it.
    fn overlaps(&self, cidr: &Cidr, site: Span) -> Vec<(String, Span)> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for around in self.of_range(cidr, site) {
            for range in around.others(cidr, site).into_iter().flat_map(|ranges| ranges.overlapping(cidr)) {
                let other = (range.title(), range.field.at.site);
                if other.1 != site && found.len() < MOST_OVERLAPS && seen.insert(other.clone()) {
                    found.push(other);
                }
            }
        }
        found
    }

    /// The networks that a range is in that is written at a place, in the order of their clusters.
    fn of_range(&self, cidr: &Cidr, site: Span) -> impl Iterator<Item = &Around<'a>> {
        let key = (site, *cidr);
        let vnets = self.by_subnet.get(&key).into_iter().flatten();
        let as_subnet = vnets.filter_map(|vnet| self.by_vnet.get(vnet));
        let numbers: BTreeSet<usize> = self.by_range.get(&key).into_iter().chain(as_subnet).flatten().copied().collect();
        numbers.into_iter().filter_map(|number| self.all.get(number))
    }
}

/// How many addresses a range has, and which.
pub(crate) fn addresses(cidr: &Cidr) -> String {
    let ends = format!("{} to {}", cidr.first(), cidr.last());
    match (cidr.family(), cidr.size()) {
        (Family::V4, 1) => "1 address".to_owned(),
        (Family::V4, size) => format!("{} addresses, {ends}", grouped(size)),
        (Family::V6, _) => ends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_easy_to_read() {
        let text = |cidr: &str| addresses(&cidr.parse().unwrap());
        assert_eq!(text("10.0.0.0/16"), "65,536 addresses, 10.0.0.0 to 10.0.255.255");
        assert_eq!(text("10.0.0.0/25"), "128 addresses, 10.0.0.0 to 10.0.0.127");
        assert_eq!(text("10.0.0.1/32"), "1 address");
    }
}

//! The attributes of a cluster, of its node pools and of the networks around it.

use crate::spot::Spot;
use overlint::cidr::{Cidr, Family};
use overlint::model::{Cluster, Deployer, Field, Pool, Subnet, Vnet, World};
use std::net::IpAddr;

pub fn plugin(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.plugin))
}

pub fn mode(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.mode))
}

pub fn policy(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.policy))
}

pub fn data_plane(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.data_plane))
}

pub fn outbound(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.outbound_type))
}

pub fn load_balancer_sku(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.load_balancer_sku))
}

pub fn kubernetes_version(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.kubernetes_version))
}

pub fn location(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.location))
}

pub fn dns_service_ip(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.dns_service_ip))
}

pub fn pod_cidr(_: &World, c: &Cluster) -> Option<Spot> {
    c.pod_cidrs.first().map(Spot::of)
}

/// For a cluster that has no use for one, too.
pub fn first_pod_cidr(w: &World, c: &Cluster) -> Option<Spot> {
    let name = if matches!(c.deployer, Deployer::Azurerm(_)) { "pod_cidr" } else { "podCidr" };
    pod_cidr(w, c).or_else(|| Some(Spot { at: c.mode.at.clone(), name, shown: None }))
}

pub fn service_cidr(_: &World, c: &Cluster) -> Option<Spot> {
    c.service_cidrs.first().map(Spot::of)
}

pub fn ip_families(_: &World, c: &Cluster) -> Option<Spot> {
    let shown = |families: &Vec<Family>| families.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Some(Spot::of(&c.ip_families.clone().map(|families| shown(&families))))
}

pub fn pool(c: &Cluster) -> Option<&Pool> {
    c.pools.first()
}

/// A pool that is not the first: only those may run Windows.
pub fn further_pool(c: &Cluster) -> Option<&Pool> {
    c.pools.get(1)
}

pub fn vm_size(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&pool(c)?.vm_size))
}

pub fn max_pods(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&pool(c)?.max_pods))
}

pub fn kind(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&pool(c)?.kind))
}

pub fn nodes(_: &World, c: &Cluster) -> Option<Spot> {
    let pool = pool(c)?;
    let scales = pool.autoscaling.known().ok()?.copied().unwrap_or(false);
    Some(Spot::of(if scales { &pool.max_count } else { &pool.count }))
}

pub fn pod_subnet(_: &World, c: &Cluster) -> Option<Spot> {
    let mut spot = Spot::of(&pool(c)?.pod_subnet);
    spot.shown = spot.shown.map(|_| SOME_SUBNET.to_owned());
    Some(spot)
}

pub fn further_os(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.os))
}

pub fn further_os_sku(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.os_sku))
}

pub fn further_vm_size(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.vm_size))
}

pub fn further_max_pods(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.max_pods))
}

pub fn further_subnet(w: &World, c: &Cluster) -> Option<Spot> {
    let field = &further_pool(c)?.subnet;
    let subnet = field.known().ok().flatten().and_then(|id| w.subnet(*id));
    let shown = subnet.filter(|s| s.name.is("pods") == Ok(true)).map(|_| SOME_SUBNET.to_owned());
    Some(Spot { at: field.at.clone(), name: field.name, shown })
}

pub fn subnet_name(w: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&node_subnet(w, c)?.name))
}

pub fn subnet_prefix(w: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(node_subnet(w, c)?.prefixes.first()?))
}

pub const SOME_SUBNET: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mutant/providers/Microsoft.Network/virtualNetworks/mutant/subnets/pods";

pub fn pod_cidrs(_: &World, c: &Cluster) -> Option<Spot> {
    range_list(c, &c.pod_cidrs, ["pod_cidrs", "podCidrs"])
}

pub fn service_cidrs(_: &World, c: &Cluster) -> Option<Spot> {
    range_list(c, &c.service_cidrs, ["service_cidrs", "serviceCidrs"])
}

/// The attribute that has a list of ranges, under its name in azurerm or Resource Manager.
pub fn range_list(c: &Cluster, ranges: &[Field<Cidr>], [azurerm, arm]: [&'static str; 2]) -> Option<Spot> {
    let first = ranges.first()?;
    let name = if matches!(c.deployer, Deployer::Azurerm(_)) { azurerm } else { arm };
    let shown: Vec<String> = ranges.iter().filter_map(|f| Some(range(f)?.to_string())).collect();
    Some(Spot { name, shown: (first.is_written() == Ok(true)).then(|| shown.join(", ")), ..Spot::of(first) })
}

pub fn prefixes(w: &World, c: &Cluster) -> Option<Spot> {
    let subnet = node_subnet(w, c)?;
    let shown: Vec<String> = subnet.prefixes.iter().filter_map(|p| Some(range(p)?.to_string())).collect();
    let first = subnet.prefixes.first()?;
    Some(Spot { shown: Some(shown.join(", ")), ..Spot::of(first) })
}

pub fn node_subnet<'w>(w: &'w World, c: &Cluster) -> Option<&'w Subnet> {
    w.subnet(*pool(c)?.subnet.known().ok().flatten()?)
}

pub fn node_vnet<'w>(w: &'w World, c: &Cluster) -> Option<&'w Vnet> {
    w.vnet(*node_subnet(w, c)?.vnet.known().ok().flatten()?).filter(|vnet| vnet.declared)
}

pub fn range(field: &Field<Cidr>) -> Option<Cidr> {
    field.known().ok().flatten().copied()
}

pub fn subnet_range(w: &World, c: &Cluster) -> Option<Cidr> {
    range(node_subnet(w, c)?.prefixes.first()?)
}

pub fn service_range(c: &Cluster) -> Option<Cidr> {
    range(c.service_cidrs.first()?)
}

pub fn pod_range(c: &Cluster) -> Option<Cidr> {
    range(c.pod_cidrs.first()?)
}

/// A range of a subnet of the nodes' VNet that holds no nodes.
pub fn other_subnet(w: &World, c: &Cluster) -> Option<Cidr> {
    let nodes: Vec<_> = c.node_subnets().into_iter().map(|(_, id)| id).collect();
    let others = node_vnet(w, c)?.subnets.iter().filter(|id| !nodes.contains(id));
    others.filter_map(|id| range(w.subnet(*id)?.prefixes.first()?)).find(|r| r.v4().is_some())
}

/// A range of this size in the address space of the nodes' VNet that no subnet has.
pub fn free_in_vnet(w: &World, c: &Cluster, prefix: u8) -> Option<Cidr> {
    let vnet = node_vnet(w, c)?;
    if vnet.more_subnets.is_some() {
        return None;
    }
    let mut taken = Vec::new();
    for id in &vnet.subnets {
        for field in &w.subnet(*id)?.prefixes {
            taken.push(range(field)?);
        }
    }
    let space = vnet.space.iter().find_map(range)?.v4()?;
    let blocks = space.subnets(prefix).ok()?.take(4096);
    let cidrs = blocks.filter_map(|net| Cidr::new(IpAddr::V4(net.network()), prefix));
    cidrs.into_iter().find(|cidr| !taken.iter().any(|t| t.overlaps(cidr)))
}

pub fn all_nodes(c: &Cluster) -> Option<u64> {
    c.pools.iter().map(|pool| pool.max_nodes().ok()).sum()
}

pub fn nodes_of_others(c: &Cluster) -> Option<u64> {
    all_nodes(c)?.checked_sub(pool_nodes(c)?)
}

pub fn pool_nodes(c: &Cluster) -> Option<u64> {
    let pool = pool(c)?;
    let scales = pool.autoscaling.known().ok()?.copied().unwrap_or(false);
    (if scales { &pool.max_count } else { &pool.count }).known().ok()?.copied()
}

/// The count of the first pool with which all pools together have this many nodes.
pub fn count_for(c: &Cluster, nodes: u64) -> Option<String> {
    nodes.checked_sub(nodes_of_others(c)?).filter(|n| *n > 0).map(|n| n.to_string())
}

/// The addresses that a subnet has for nodes.
pub fn usable(w: &World, c: &Cluster) -> Option<u64> {
    let range = subnet_range(w, c)?.v4()?;
    (1_u64 << (32 - u32::from(range.prefix_len()))).checked_sub(5)
}

/// The nodes of all pools in the subnet of the first, where no other cluster is in it.
pub fn nodes_in_subnet(w: &World, c: &Cluster) -> Option<u64> {
    let own = pool(c)?.subnet.known().ok().flatten().copied()?;
    let others = w.clusters.iter().filter(|o| o.address != c.address);
    if others.flat_map(Cluster::node_subnets).any(|(_, id)| id == own) {
        return None;
    }
    let there = c.pools.iter().filter(|p| p.subnet.known().ok().flatten() == Some(&own));
    there.map(|pool| pool.max_nodes().ok()).sum()
}

/// The count with which all pools in the subnet of the first have this many nodes.
pub fn count_in_subnet(w: &World, c: &Cluster, nodes: u64) -> Option<String> {
    let others = nodes_in_subnet(w, c)?.checked_sub(pool_nodes(c)?)?;
    nodes.checked_sub(others).filter(|n| *n > 0).map(|n| n.to_string())
}

/// The nodes that the pod CIDR has a block for.
pub fn nodes_that_fit(c: &Cluster) -> Option<u64> {
    u64::try_from(pod_range(c)?.blocks(24)).ok()
}

pub fn two_prefixes(w: &World, c: &Cluster) -> Option<String> {
    let subnet = node_subnet(w, c)?;
    (subnet.prefixes.len() == 1).then_some(())?;
    Some(format!("[{}, {}]", subnet_range(w, c)?, free_in_vnet(w, c, 26)?))
}

pub fn tiny(w: &World, c: &Cluster) -> Option<String> {
    Some(format!("{}/29", subnet_range(w, c)?.first()))
}

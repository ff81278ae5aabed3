//! What is broken, and which rule must find it.

use crate::additions::*;
use crate::attributes::*;
use crate::spot::{Edit, Spot};
use overlint::model::{Cluster, Deployer, World};
use overlint::source::Sources;

/// One way to break a cluster.
pub struct Mutant {
    /// The rule that must find it.
    pub rule: &'static str,
    /// Which clusters it is for.
    pub on: On,
    /// What more must hold.
    pub fits: fn(&World, &Cluster) -> bool,
    /// What is done, one after the other. The last step breaks it.
    pub steps: &'static [Step],
    /// What must hold after that, so that the rule is broken indeed.
    pub then: fn(&World, &Cluster) -> bool,
    /// The day whose rules apply, when it is not today.
    pub day: Option<&'static str>,
}

/// Which clusters a mutant is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// All.
    Any,
    /// Those with overlay, and those that become so by their mode alone.
    Overlay,
    /// Those with Azure CNI that puts pods into a VNet.
    Flat,
    /// Those with kubenet, and those made so.
    Kubenet,
}

impl On {
    /// What makes a cluster one of these; nothing when that cannot be done.
    pub fn steps(self, cluster: &Cluster) -> Option<&'static [Step]> {
        let is_overlay = cluster.is_overlay().ok()?;
        let is_azure = cluster.plugin.is("azure").ok()?;
        let is_kubenet = cluster.is_kubenet().ok()?;
        let pod_subnets = cluster.has_pod_subnet().ok()?;
        match self {
            Self::Any => Some(&[]),
            Self::Overlay if is_overlay => Some(&[]),
            Self::Overlay => (is_azure && !pod_subnets).then_some(&[Step::Set(mode, Value::Is("overlay"))]),
            Self::Flat => (is_azure && !is_overlay).then_some(&[]),
            Self::Kubenet if is_kubenet => Some(&[]),
            Self::Kubenet if is_overlay => Some(&[Step::Set(mode, Value::Is("null")), Step::Set(plugin, Value::Is("kubenet"))]),
            Self::Kubenet => (is_azure && !pod_subnets).then_some(&[Step::Set(plugin, Value::Is("kubenet"))]),
        }
    }
}

/// An attribute of a cluster, its first node pool or its networks.
pub type Get = fn(&World, &Cluster) -> Option<Spot>;

/// Ways to do a change, best first.
pub type Ways = Vec<Vec<Edit>>;

/// One change.
pub enum Step {
    /// An attribute gets a value.
    Set(Get, Value),
    /// Something is added; the second function says whether it is there then.
    Add(fn(&World, &Cluster, &Sources) -> Ways, fn(&World, &Cluster) -> bool),
}

/// What an attribute is set to; `null` takes it away.
pub enum Value {
    /// This.
    Is(&'static str),
    /// What fits the cluster, if anything does.
    Of(fn(&World, &Cluster) -> Option<String>),
}

impl Step {
    /// The value for a cluster; nothing when the step does not fit it.
    pub fn value(&self, world: &World, cluster: &Cluster) -> Option<String> {
        match self {
            Self::Set(get, value) => {
                get(world, cluster)?;
                match value {
                    Value::Is(value) => Some((*value).to_owned()),
                    Value::Of(value) => value(world, cluster),
                }
            }
            Self::Add(..) => Some(String::new()),
        }
    }

    /// Ways to do it, best first.
    pub fn candidates(&self, world: &World, cluster: &Cluster, sources: &Sources, value: &str) -> Ways {
        match self {
            Self::Set(get, _) => get(world, cluster).map(|spot| spot.changes(sources, value)).unwrap_or_default(),
            Self::Add(ways, _) => ways(world, cluster, sources),
        }
    }

    /// Whether it came out as meant.
    pub fn holds(&self, world: &World, cluster: &Cluster, value: &str) -> bool {
        match self {
            Self::Set(get, _) => get(world, cluster).is_some_and(|spot| spot.shows(value)),
            Self::Add(_, holds) => holds(world, cluster),
        }
    }
}

// Conditions.

fn always(_: &World, _: &Cluster) -> bool {
    true
}

fn by_azurerm_since_3_62(_: &World, c: &Cluster) -> bool {
    matches!(&c.deployer, Deployer::Azurerm(version) if version.surely_from((3, 62, 0)))
}

fn by_azurerm_since_3_49(_: &World, c: &Cluster) -> bool {
    matches!(&c.deployer, Deployer::Azurerm(version) if version.surely_from((3, 49, 0)))
}

fn by_resource_manager(_: &World, c: &Cluster) -> bool {
    matches!(c.deployer, Deployer::ResourceManager { .. })
}

fn in_own_subnet(w: &World, c: &Cluster) -> bool {
    node_subnet(w, c).is_some()
}

fn single_stack(_: &World, c: &Cluster) -> bool {
    c.is_dual_stack() == Ok(false)
}

/// The azurerm provider takes no DNS service IP without a service CIDR; Resource Manager does.
fn has_service_cidr(w: &World, c: &Cluster) -> bool {
    by_resource_manager(w, c) || c.service_cidrs.first().is_some_and(|f| f.is_written() == Ok(true))
}

fn both_by_azurerm(w: &World, c: &Cluster) -> bool {
    !by_resource_manager(w, c) && has_service_cidr_and_dns(w, c)
}

fn pod_cidr_written(_: &World, c: &Cluster) -> bool {
    c.pod_cidrs.first().is_some_and(|f| f.is_written() == Ok(true))
}

/// The default pod CIDR meets nothing: otherwise another rule says so.
fn default_is_free(w: &World, c: &Cluster) -> bool {
    let space = node_vnet(w, c).map(|vnet| vnet.space.iter().filter_map(range).collect::<Vec<_>>()).unwrap_or_default();
    pod_range(c).is_some_and(|pods| !space.iter().chain(&service_range(c)).any(|other| other.overlaps(&pods)))
}

/// The default service CIDR meets nothing in the VNet of the nodes and its peers: otherwise another rule says so.
fn default_services_are_free(w: &World, c: &Cluster) -> bool {
    let home = node_vnet(w, c);
    let peers = home.into_iter().flat_map(|vnet| &vnet.peers).filter_map(|peer| w.vnet(peer.vnet));
    let space: Vec<_> = home.into_iter().chain(peers).flat_map(|vnet| &vnet.space).filter_map(range).collect();
    service_range(c).is_some_and(|services| !space.iter().any(|other| other.overlaps(&services)))
}

fn has_service_cidr_and_dns(_: &World, c: &Cluster) -> bool {
    c.dns_service_ip.is_written() == Ok(true) && c.service_cidrs.first().is_some_and(|f| f.is_written() == Ok(true))
}

fn no_policy(_: &World, c: &Cluster) -> bool {
    c.policy.is_written() == Ok(false) && c.data_plane.is_written() == Ok(false)
}

fn linux_further_pool(_: &World, c: &Cluster) -> bool {
    further_pool(c).is_some_and(|pool| pool.is_windows() == Ok(false))
}

// The table.

use On::{Any, Flat, Kubenet, Overlay};
use Step::{Add, Set};
use Value::{Is, Of};

const fn one(rule: &'static str, on: On, fits: fn(&World, &Cluster) -> bool, steps: &'static [Step]) -> Mutant {
    Mutant { rule, on, fits, steps, then: always, day: None }
}

const LONG_NAME: &str = "a-name-of-sixty-four-characters-is-one-more-than-a-label-may-have";

/// All mutants.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        then: |_, c| c.is_overlay() == Ok(true),
        ..one("overlay-requires-azure-plugin", Overlay, always, &[Set(plugin, Is("none"))])
    },
    one("pod-cidr-without-overlay", Flat, always, &[Set(first_pod_cidr, Is("10.244.0.0/16"))]),
    Mutant {
        then: |_, c| c.has_pod_subnet() == Ok(false),
        ..one("overlay-mode-not-set", Overlay, always, &[Set(mode, Is("null"))])
    },
    one("kubenet-retirement", Flat, always, &[Set(plugin, Is("kubenet"))]),
    one("kubenet-node-limit", Kubenet, always, &[Set(nodes, Of(|_, c| count_for(c, 401)))]),
    one("overlay-with-pod-subnet", Overlay, always, &[Set(pod_subnet, Is(SOME_SUBNET))]),
    one("network-plugin-mode-casing", Overlay, by_azurerm_since_3_62, &[Set(mode, Is("Overlay"))]),
    one("deprecated-network-attribute", Any, by_azurerm_since_3_49, &[Add(docker_bridge, has_deprecated)]),
    one("arm-api-version-lacks-overlay", Overlay, by_resource_manager, &[Add(old_version, has_old_version)]),
    one("cilium-dataplane-combination", Overlay, no_policy, &[Set(policy, Is("cilium"))]),
    one("cilium-dataplane-combination", Overlay, |_, c| c.policy.is("calico") == Ok(true), &[Set(data_plane, Is("cilium"))]),
    one("windows-requires-azure-cni", Kubenet, linux_further_pool, &[Set(further_os, Is("Windows"))]),
    one("agic-overlay", Overlay, always, &[Add(agic, has_agic)]),
    one("agc-overlay-subnet", Overlay, in_own_subnet, &[Add(small_gateway_for_containers, has_ingress_subnet)]),
    one("virtual-nodes-overlay", Overlay, always, &[Add(virtual_nodes, has_virtual_nodes)]),
    one("http-application-routing-retired", Any, always, &[Add(http_application_routing, has_http_application_routing)]),
    one("invalid-cidr", Overlay, always, &[Set(pod_cidr, Is("10.244.0.0/33"))]),
    one("invalid-cidr", Any, always, &[Set(service_cidr, Is("10.0.0.0"))]),
    one("cidr-host-bits-set", Overlay, always, &[Set(pod_cidr, Is("10.244.7.0/14"))]),
    one("cidr-host-bits-set", Any, always, &[Set(service_cidr, Is("172.20.7.0/16"))]),
    one("pod-cidr-below-one-node", Overlay, always, &[Set(pod_cidr, Is("10.244.0.0/25"))]),
    Mutant {
        then: |_, c| nodes_that_fit(c).map(|n| n + 1) == all_nodes(c),
        ..one("pod-cidr-capacity", Overlay, always, &[Set(nodes, Of(|_, c| count_for(c, nodes_that_fit(c)? + 1)))])
    },
    Mutant {
        then: |_, c| nodes_that_fit(c) == all_nodes(c),
        ..one("pod-cidr-upgrade-headroom", Overlay, always, &[Set(nodes, Of(|_, c| count_for(c, nodes_that_fit(c)?)))])
    },
    one(
        "pod-cidr-overlaps-node-subnet",
        Overlay,
        in_own_subnet,
        &[Set(pod_cidr, Of(|w, c| Some(subnet_range(w, c)?.to_string())))],
    ),
    one(
        "pod-cidr-overlaps-vnet-subnet",
        Overlay,
        in_own_subnet,
        &[Set(pod_cidr, Of(|w, c| Some(other_subnet(w, c)?.to_string())))],
    ),
    one(
        "pod-cidr-overlaps-vnet-space",
        Overlay,
        in_own_subnet,
        &[Set(pod_cidr, Of(|w, c| Some(free_in_vnet(w, c, 23)?.to_string())))],
    ),
    one("pod-cidr-overlaps-peered-vnet", Overlay, in_own_subnet, &[Add(peering_with_pods, has_new_peer)]),
    one("pod-cidr-overlaps-onprem", Overlay, in_own_subnet, &[Add(office_with_pods, has_office)]),
    one("pod-cidr-overlaps-service-cidr", Overlay, always, &[Set(pod_cidr, Of(|_, c| Some(service_range(c)?.to_string())))]),
    one("reserved-range-overlap", Overlay, always, &[Set(pod_cidr, Is("169.254.0.0/16"))]),
    one("reserved-range-overlap", Any, always, &[Set(service_cidr, Is("172.30.0.0/16"))]),
    one("pod-cidr-public-range", Overlay, always, &[Set(pod_cidr, Is("20.0.0.0/14"))]),
    Mutant { then: default_is_free, ..one("implicit-cidr-default", Overlay, pod_cidr_written, &[Set(pod_cidr, Is("null"))]) },
    Mutant {
        then: default_services_are_free,
        ..one(
            "implicit-cidr-default",
            Flat,
            has_service_cidr_and_dns,
            &[Set(dns_service_ip, Is("null")), Set(service_cidr, Is("null"))],
        )
    },
    one("service-cidr-too-large", Any, always, &[Set(service_cidr, Is("172.16.0.0/11"))]),
    one(
        "service-cidr-overlaps-vnet-subnet",
        Any,
        in_own_subnet,
        &[Set(service_cidr, Of(|w, c| Some(subnet_range(w, c)?.to_string())))],
    ),
    one(
        "service-cidr-overlaps-vnet-space",
        Any,
        in_own_subnet,
        &[Set(service_cidr, Of(|w, c| Some(free_in_vnet(w, c, 24)?.to_string())))],
    ),
    one("service-cidr-overlaps-connected", Any, in_own_subnet, &[Add(peering_with_services, has_new_peer)]),
    one("service-cidr-public-or-multicast", Any, always, &[Set(service_cidr, Is("20.0.0.0/16"))]),
    one(
        "ipv6-service-cidr-too-large",
        Overlay,
        single_stack,
        &[
            Set(ip_families, Is("[IPv4, IPv6]")),
            Set(service_cidr, Is("null")),
            Set(service_cidrs, Is("[10.0.0.0/16, fd12:3456:789a:1::/96]")),
        ],
    ),
    one("dns-service-ip-outside-service-cidr", Any, has_service_cidr, &[Set(dns_service_ip, Is("192.0.2.10"))]),
    one(
        "dns-service-ip-first-address",
        Any,
        has_service_cidr,
        &[Set(dns_service_ip, Of(|_, c| Some(service_range(c)?.nth(1)?.to_string())))],
    ),
    one(
        "dns-service-ip-boundary",
        Any,
        has_service_cidr,
        &[Set(dns_service_ip, Of(|_, c| Some(service_range(c)?.last().to_string())))],
    ),
    one("dns-service-cidr-pairing", Any, both_by_azurerm, &[Set(dns_service_ip, Is("null"))]),
    one("max-pods-range", Overlay, always, &[Set(max_pods, Is("251"))]),
    one("max-pods-range", Overlay, always, &[Set(max_pods, Is("9"))]),
    one("max-pods-pool-minimum-30", Any, |_, c| pool_nodes(c).is_some_and(|n| n <= 2), &[Set(max_pods, Is("10"))]),
    one("windows-max-pods", Overlay, linux_further_pool, &[Set(further_max_pods, Is("200")), Set(further_os, Is("Windows"))]),
    one("availability-set-not-supported", Overlay, always, &[Set(kind, Is("AvailabilitySet"))]),
    one("dcsv2-not-supported", Overlay, always, &[Set(vm_size, Is("Standard_DC2s_v2"))]),
    Mutant {
        day: Some("2023-12-01"),
        ..one("arm64-overlay-region", Overlay, always, &[Set(location, Is("eastus2")), Set(vm_size, Is("Standard_D2ps_v5"))])
    },
    one(
        "arm64-windows",
        Any,
        linux_further_pool,
        &[Set(further_os, Is("Windows")), Set(further_vm_size, Is("Standard_D2ps_v5"))],
    ),
    one(
        "windows-server-2019",
        Any,
        linux_further_pool,
        &[Set(further_os, Is("Windows")), Set(further_os_sku, Is("Windows2019"))],
    ),
    Mutant {
        then: |w, c| usable(w, c) < nodes_in_subnet(w, c),
        ..one("node-subnet-capacity", Any, in_own_subnet, &[Set(nodes, Of(|w, c| count_in_subnet(w, c, usable(w, c)? + 1)))])
    },
    Mutant {
        then: |w, c| usable(w, c) == nodes_in_subnet(w, c),
        ..one("node-subnet-upgrade-headroom", Any, in_own_subnet, &[Set(nodes, Of(|w, c| count_in_subnet(w, c, usable(w, c)?)))])
    },
    one("cluster-node-limit", Any, always, &[Set(nodes, Is("5001"))]),
    Mutant {
        then: |w, c| node_subnet(w, c).is_some_and(|s| s.name.is("pods") != Ok(true)),
        ..one("node-pools-same-vnet", Any, in_own_subnet, &[Set(further_subnet, Is(SOME_SUBNET))])
    },
    one("node-subnet-delegated", Any, in_own_subnet, &[Add(delegated, is_delegated)]),
    one("apiserver-subnet-rules", Any, in_own_subnet, &[Add(api_server_in_node_subnet, has_api_server_subnet)]),
    one("node-subnet-multiple-prefixes", Any, in_own_subnet, &[Set(prefixes, Of(two_prefixes))]),
    one("nap-network-compat", Kubenet, always, &[Add(node_provisioning, has_node_provisioning)]),
    one("label-name-length", Overlay, in_own_subnet, &[Set(subnet_name, Is(LONG_NAME))]),
    one("label-name-charset", Overlay, in_own_subnet, &[Set(subnet_name, Is("nodes_"))]),
    one("managed-nat-with-byo-vnet", Any, in_own_subnet, &[Set(outbound, Is("managedNATGateway"))]),
    Mutant {
        then: |w, c| node_subnet(w, c).is_some_and(|s| s.nat_gateway.is_written() == Ok(false)),
        ..one("user-assigned-nat-association", Any, in_own_subnet, &[Set(outbound, Is("userAssignedNATGateway"))])
    },
    Mutant {
        then: |w, c| node_subnet(w, c).is_some_and(|s| s.route_table.is_written() == Ok(false)),
        ..one("udr-default-route", Any, in_own_subnet, &[Set(outbound, Is("userDefinedRouting"))])
    },
    one("outbound-type-requires-standard-lb", Any, always, &[Set(load_balancer_sku, Is("basic"))]),
    one("dual-stack-family-list", Overlay, single_stack, &[Set(ip_families, Is("[IPv6]"))]),
    one(
        "dual-stack-cidr-count-order",
        Overlay,
        single_stack,
        &[Set(ip_families, Is("[IPv4, IPv6]")), Set(pod_cidr, Is("null")), Set(pod_cidrs, Is("[10.244.0.0/16, 10.200.0.0/16]"))],
    ),
    one("dual-stack-requires-overlay", Flat, single_stack, &[Set(ip_families, Is("[IPv4, IPv6]"))]),
    one(
        "dual-stack-network-policy",
        Overlay,
        |w, c| single_stack(w, c) && c.data_plane.is("cilium") == Ok(false),
        &[Set(ip_families, Is("[IPv4, IPv6]")), Set(policy, Is("calico"))],
    ),
    one(
        "dual-stack-nat-gateway",
        Overlay,
        single_stack,
        &[Set(ip_families, Is("[IPv4, IPv6]")), Set(outbound, Is("managedNATGateway"))],
    ),
    one(
        "dual-stack-virtual-nodes",
        Overlay,
        single_stack,
        &[Set(ip_families, Is("[IPv4, IPv6]")), Add(virtual_nodes, has_virtual_nodes)],
    ),
    Mutant {
        day: Some("2023-12-01"),
        ..one(
            "dual-stack-windows",
            Overlay,
            linux_further_pool,
            &[Set(further_os, Is("Windows")), Set(ip_families, Is("[IPv4, IPv6]"))],
        )
    },
    one(
        "dual-stack-k8s-version",
        Overlay,
        single_stack,
        &[Set(kubernetes_version, Is("1.25.0")), Set(ip_families, Is("[IPv4, IPv6]"))],
    ),
    one("dual-stack-subnet-ipv6", Overlay, in_own_subnet, &[Set(ip_families, Is("[IPv4, IPv6]"))]),
    one(
        "dual-stack-udr-ipv6-route",
        Overlay,
        |w, c| single_stack(w, c) && c.outbound_type.is("userDefinedRouting") == Ok(true),
        &[Set(ip_families, Is("[IPv4, IPv6]"))],
    ),
    one("variable-validation-failed", Any, always, &[Add(nonsense, has_nonsense)]),
    one("nsg-deny-blocks-overlay", Overlay, in_own_subnet, &[Add(deny_all, has_group)]),
    one("nsg-deny-blocks-overlay", Overlay, in_own_subnet, &[Add(deny_in_group, has_new_rule)]),
    one("nsg-per-pool-subnet", Overlay, in_two_subnets, &[Add(deny_other_pools, has_group)]),
    Mutant {
        then: |w, c| usable(w, c) < nodes_in_subnet(w, c),
        ..one("node-subnet-capacity", Any, in_own_subnet, &[Set(subnet_prefix, Of(tiny))])
    },
];

const NEEDS_PLAN: &str = "compares a cluster with what it was: no plan or state is among real code";

/// Rules without a mutant, and why.
pub const WITHOUT: &[(&str, &str)] = &[
    ("compiled-template-outdated", "about a template and its source, not about a cluster"),
    ("service-cidr-immutable", NEEDS_PLAN),
    ("arm64-overlay-upgrade", NEEDS_PLAN),
    ("upgrade-k8s-version", NEEDS_PLAN),
    ("upgrade-network-policy", NEEDS_PLAN),
    ("upgrade-dynamic-ip", NEEDS_PLAN),
    ("upgrade-missing-pod-cidr", NEEDS_PLAN),
    ("upgrade-pod-cidr-overlap", NEEDS_PLAN),
    ("upgrade-combined-ipam-dataplane", NEEDS_PLAN),
    ("upgrade-irreversible", NEEDS_PLAN),
    ("upgrade-simultaneous-reimage", NEEDS_PLAN),
    ("upgrade-kubenet-identity", NEEDS_PLAN),
    ("upgrade-kubenet-route-table", NEEDS_PLAN),
    ("upgrade-ip-masq-config", NEEDS_PLAN),
    ("upgrade-windows-build", NEEDS_PLAN),
    ("plan-forces-cluster-replacement", NEEDS_PLAN),
    ("pod-cidr-expansion", NEEDS_PLAN),
];

//! `rules/facts/defaults.toml`.

use super::Fact;
use serde::Deserialize;

/// What Azure takes where the code says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Defaults {
    /// Pod CIDR of overlay and kubenet clusters.
    pub pod_cidr: Fact<String>,
    /// Service CIDR.
    pub service_cidr: Fact<String>,
    /// Address of the DNS service.
    pub dns_service_ip: Fact<String>,
    /// IPv6 pod range of dual-stack clusters, as the documentation has it; Azure itself takes a random one.
    pub pod_cidr_ipv6: Fact<String>,
    /// IPv6 service range, likewise.
    pub service_cidr_ipv6: Fact<String>,
    /// Address space of the VNet that AKS makes for clusters without a subnet of the user's.
    pub vnet: Fact<String>,
    /// Pods per node with Azure CNI Overlay.
    pub max_pods_overlay: Fact<u64>,
    /// Pods per node with a pod subnet.
    pub max_pods_pod_subnet: Fact<u64>,
    /// Pods per node when pods take addresses of the node subnet.
    pub max_pods_node_subnet: Fact<u64>,
    /// Pods per node with kubenet.
    pub max_pods_kubenet: Fact<u64>,
    /// Nodes per pool.
    pub node_count: Fact<u64>,
    /// Whether the autoscaler of a pool is on.
    pub autoscaling: Fact<bool>,
    /// Operating system of a pool.
    pub os: Fact<String>,
    /// Kind of a pool.
    pub pool_kind: Fact<String>,
    /// Data plane of a cluster with Azure CNI.
    pub data_plane: Fact<String>,
    /// How traffic leaves a cluster.
    pub outbound_type: Fact<String>,
    /// SKU of a cluster's load balancer.
    pub load_balancer_sku: Fact<String>,
}

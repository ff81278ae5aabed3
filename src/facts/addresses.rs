//! `rules/facts/addresses.toml`.

use super::Fact;
use crate::cidr::Cidr;
use serde::Deserialize;

/// Address ranges and their bounds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Addresses {
    /// Ranges that AKS keeps for itself: no range of a cluster, and no VNet of its nodes, may touch them.
    pub reserved_ranges: Fact<Vec<Cidr>>,
    /// Ranges that no service address can be in: multicast, broadcast, loopback, Azure's own.
    pub unusable_service_ranges: Fact<Vec<Cidr>>,
    /// Private and shared space: what pod and service ranges are made of.
    pub private_ranges: Fact<Vec<Cidr>>,
    /// Those of them that Azure takes as service ranges for certain.
    pub sure_service_ranges: Fact<Vec<Cidr>>,
    /// Unique local space: what IPv6 ranges are made of.
    pub private_ranges_ipv6: Fact<Vec<Cidr>>,
    /// Prefix length of the part of the pod CIDR that each node of an overlay cluster takes.
    pub node_block_prefix: Fact<u8>,
    /// Prefix length that an IPv4 service CIDR must be longer than.
    pub service_cidr_bound: Fact<u8>,
    /// Shortest prefix length of an IPv6 service CIDR.
    pub ipv6_service_cidr_bound: Fact<u8>,
    /// Which address of the service CIDR the Kubernetes API takes, counted from the network address.
    pub api_service_position: Fact<u128>,
    /// Which address of the service CIDR is a good one for DNS, counted likewise.
    pub dns_service_position: Fact<u128>,
    /// What no service tag of public addresses holds: private, shared and unique local space.
    pub never_internet_ranges: Fact<Vec<Cidr>>,
}

//! `rules/facts/nodes.toml`.

use super::Fact;
use serde::Deserialize;

/// What is known about nodes: limits, VM sizes, Windows versions, subnets, names that become labels.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Nodes {
    /// The fewest pods per node that AKS accepts.
    pub max_pods_least: Fact<u64>,
    /// The most pods per node that AKS accepts.
    pub max_pods_most: Fact<u64>,
    /// The most pods per node that Microsoft recommends for Windows.
    pub max_pods_windows: Fact<u64>,
    /// The fewest pods that all nodes of a pool together must have room for.
    pub pool_pods_least: Fact<u64>,
    /// The DCsv2 series.
    pub dcsv2: Fact<VmSeries>,
    /// The additive feature letter of sizes with an Arm processor.
    pub arm64_feature: Fact<char>,
    /// Regions, in their short form, where overlay has no ARM64 nodes.
    pub arm64_overlay_regions_without: Fact<Vec<String>>,
    /// The end of Windows Server 2019.
    pub windows_server_2019: Fact<RetiredOs>,
    /// The day that support of availability sets ended, for all clusters.
    pub availability_sets_retired: Fact<String>,
    /// Addresses of each subnet that Azure keeps for itself.
    pub subnet_reserved_addresses: Fact<u64>,
    /// The prefix length of the smallest IPv4 subnet.
    pub subnet_longest_prefix: Fact<u8>,
    /// The prefix length of every IPv6 subnet.
    pub subnet_ipv6_prefix: Fact<u8>,
    /// Nodes per cluster.
    pub cluster_nodes: Fact<u64>,
    /// Nodes per cluster with Azure CNI Overlay.
    pub cluster_nodes_overlay: Fact<u64>,
    /// Nodes per pool that is a virtual machine scale set.
    pub scale_set_nodes: Fact<u64>,
    /// Nodes per cluster of the Free tier that Microsoft recommends at most.
    pub free_tier_nodes: Fact<u64>,
    /// The most characters of a label's value.
    pub label_most_characters: Fact<usize>,
    /// What may stand between the first and the last character of a label's value, beside letters and digits.
    pub label_inner_punctuation: Fact<String>,
    /// The longest prefix that the subnet of the API server may have.
    pub api_server_subnet_prefix: Fact<u8>,
    /// The service that the subnet of the API server must be delegated to.
    pub api_server_delegation: Fact<String>,
}

/// The VM sizes of one series, by the parts of their names, in lower case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VmSeries {
    /// The letters before the number of vCPUs.
    pub family: String,
    /// The letters after it, in each form that occurs.
    pub features: Vec<String>,
    /// The number of the version.
    pub version: u32,
}

/// An operating system that newer Kubernetes versions do not run on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetiredOs {
    /// Its OS SKU.
    pub os_sku: String,
    /// The first Kubernetes version without it, `major.minor`.
    pub refused_from: String,
    /// The day its support ended.
    pub retired: String,
    /// The day its images are deleted.
    pub images_deleted: String,
}

//! `rules/facts/dual-stack.toml`.

use super::Fact;
use serde::Deserialize;

/// Clusters with IPv4 and IPv6.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DualStack {
    /// The network policy engines that do not work with IPv6, lower case.
    pub policies_without_ipv6: Fact<Vec<String>>,
    /// The outbound types for which AKS makes a NAT gateway that has no IPv6.
    pub outbound_types_without_ipv6: Fact<Vec<String>>,
    /// The SKUs of NAT gateways that send IPv6.
    pub nat_gateway_skus_with_ipv6: Fact<Vec<String>>,
    /// The lowest Kubernetes version.
    pub kubernetes_least: Fact<String>,
    /// The lowest Kubernetes version with the Cilium data plane.
    pub kubernetes_least_with_cilium: Fact<String>,
    /// The route that sends all IPv6 traffic.
    pub default_route: Fact<String>,
}

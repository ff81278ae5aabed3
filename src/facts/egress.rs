//! `rules/facts/egress.toml`.

use super::Fact;
use serde::Deserialize;

/// How traffic leaves a cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Egress {
    /// The outbound types for which AKS makes the NAT gateway itself.
    pub managed_nat_gateway: Fact<Vec<String>>,
    /// The outbound types with which AKS creates no cluster in a subnet that has a NAT gateway.
    pub refused_with_own_nat_gateway: Fact<Vec<String>>,
    /// The route that `userDefinedRouting` needs.
    pub default_route: Fact<String>,
    /// The kinds of next hops that AKS takes for it.
    pub default_route_next_hops: Fact<Vec<String>>,
    /// The day on which Azure retired the Basic SKU of load balancers.
    pub basic_load_balancer_retirement: Fact<String>,
}

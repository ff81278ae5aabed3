//! `rules/facts/addons.toml`.

use super::Fact;
use serde::Deserialize;

/// Add-ons whose use depends on the network mode.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Addons {
    /// Whether the Application Gateway ingress controller (AGIC) works with Azure CNI Overlay at all.
    pub agic_with_overlay: Fact<bool>,
    /// The shortest prefix that the gateway's subnet may have there.
    pub agic_subnet_prefix: Fact<u8>,
    /// The service that the gateway's subnet must be delegated to.
    pub agic_subnet_delegation: Fact<String>,
    /// How the names of regions start in which it does not work.
    pub agic_excluded_regions: Fact<Vec<String>>,
    /// The prefix that the subnet of an Application Gateway for Containers must have there, exactly.
    pub agc_subnet_prefix: Fact<u8>,
    /// The day on which HTTP application routing was retired.
    pub http_application_routing_retirement: Fact<String>,
}

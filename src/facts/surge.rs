//! `rules/facts/surge.toml`.

use super::Fact;
use serde::Deserialize;

/// How many nodes AKS adds to a pool while it upgrades it. The defaults depend on the Kubernetes version, not on the day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Surge {
    /// The default, in percent of the pool's nodes.
    pub default_percent: Fact<u64>,
    /// The first Kubernetes version whose default is a percentage: `1.28`.
    pub default_percent_from: Fact<String>,
    /// The default of older versions, in nodes.
    pub default_nodes: Fact<u64>,
    /// The least that a percentage above 0 comes to, in nodes.
    pub least_of_a_percentage: Fact<u64>,
}

//! `rules/facts/upgrade.toml`.

use super::Fact;
use serde::Deserialize;

/// Moving existing clusters to Azure CNI Overlay, and changing the ranges of clusters that exist.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Upgrade {
    /// The lowest Kubernetes version of a cluster that moves.
    pub kubernetes_least: Fact<String>,
    /// The network policy engines that a cluster must not have while it moves.
    pub policies_in_the_way: Fact<Vec<String>>,
    /// The lowest build of Windows nodes on which pods of a moved cluster are translated as they should.
    pub windows_build: Fact<String>,
    /// The ConfigMap for ip-masq-agent that users made.
    pub ip_masq_config: Fact<Named>,
    /// Whether the pod CIDR of a cluster may grow.
    pub pod_cidr_grows: Fact<bool>,
}

/// An object inside a cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

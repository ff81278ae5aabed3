//! `rules/facts/replacement.toml`.

use super::Version;
use crate::model::ProviderVersion;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What of a cluster the azurerm provider cannot change.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Replacement {
    /// The attributes.
    pub replacing: Replacing,
    /// The exceptions.
    pub in_place: BTreeMap<String, InPlace>,
}

/// What clusters are replaced for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacing {
    /// Where it was read.
    pub source: String,
    /// Paths without indexes: `network_profile.pod_cidr`.
    pub attributes: Vec<String>,
}

/// A change that is made in place from a version on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InPlace {
    /// Where it was read.
    pub source: String,
    /// The attributes that may change like this.
    pub attributes: Vec<String>,
    /// The values that they change from; any where none is listed.
    #[serde(default)]
    pub from: Option<Vec<String>>,
    /// The values that they change to; any where none is listed.
    #[serde(default)]
    pub to: Option<Vec<String>>,
    /// The first version that does not replace the cluster.
    pub since: Version,
}

impl Replacement {
    /// Whether the attribute, a path without indexes, is one that clusters are replaced for.
    pub fn concerns(&self, attribute: &str) -> bool {
        self.rank(attribute).is_some()
    }

    /// The place of the attribute among those that clusters are replaced for: what to name first.
    pub fn rank(&self, attribute: &str) -> Option<usize> {
        self.replacing.attributes.iter().position(|a| a == attribute)
    }

    /// From which version on azurerm makes this change in place; nothing when none does. An empty text means not set.
    pub fn in_place_since(&self, attribute: &str, before: &str, after: &str) -> Option<Version> {
        let allows = |list: &Option<Vec<String>>, value: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|v| v.eq_ignore_ascii_case(value)))
        };
        let rows = self.in_place.values().filter(|row| row.attributes.iter().any(|a| a == attribute));
        rows.filter(|row| allows(&row.from, before) && allows(&row.to, after)).map(|row| row.since).min()
    }

    /// Whether this change replaces the cluster with any of these versions; nothing when that depends on which it is.
    pub fn replaces(&self, attribute: &str, before: &str, after: &str, version: &ProviderVersion) -> Option<bool> {
        if !self.concerns(attribute) {
            return Some(false);
        }
        match self.in_place_since(attribute, before, after) {
            None => Some(true),
            Some(since) if version.surely_from(since) => Some(false),
            Some(since) if version.surely_before(since) => Some(true),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Facts;
    use crate::model::ProviderVersion;

    #[test]
    fn the_version_decides_what_is_replaced() {
        let table = Facts::embedded().replacement;
        let exactly = |(major, minor, patch): (u64, u64, u64)| ProviderVersion {
            least: Some((major, minor, patch)),
            below: Some((major, minor, patch + 1)),
        };
        let at = |attribute: &str, before, after, version| {
            table.replaces(&format!("network_profile.{attribute}"), before, after, &exactly(version))
        };
        for (attribute, before, after, in_place_since) in [
            ("network_plugin", "kubenet", "azure", Some(((4, 65, 0), (4, 66, 0)))),
            ("network_plugin", "azure", "kubenet", None),
            ("network_plugin_mode", "", "overlay", Some(((3, 71, 0), (3, 72, 0)))),
            ("network_plugin_mode", "overlay", "", None),
            ("pod_cidr", "", "10.244.0.0/16", Some(((4, 65, 0), (4, 66, 0)))),
            ("pod_cidr", "10.244.0.0/16", "10.240.0.0/12", None),
            ("service_cidr", "10.0.0.0/16", "10.1.0.0/16", None),
            ("dns_service_ip", "10.0.0.10", "10.0.0.11", None),
            ("network_data_plane", "azure", "cilium", Some(((4, 57, 0), (4, 58, 0)))),
            ("network_policy", "azure", "cilium", Some(((4, 57, 0), (4, 58, 0)))),
            ("network_policy", "calico", "cilium", Some(((4, 58, 0), (4, 59, 0)))),
            ("network_policy", "calico", "", None),
            ("outbound_type", "loadBalancer", "userDefinedRouting", Some(((3, 93, 0), (3, 94, 0)))),
        ] {
            match in_place_since {
                None => assert_eq!(at(attribute, before, after, (5, 2, 0)), Some(true), "{attribute}"),
                Some((last, first)) => {
                    assert_eq!(at(attribute, before, after, last), Some(true), "{attribute}");
                    assert_eq!(at(attribute, before, after, first), Some(false), "{attribute}");
                    let any = ProviderVersion::default();
                    assert_eq!(table.replaces(&format!("network_profile.{attribute}"), before, after, &any), None);
                }
            }
        }
        assert_eq!(at("load_balancer_sku", "basic", "standard", (3, 0, 0)), Some(false));
    }
}

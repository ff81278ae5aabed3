//! `rules/facts/modules.toml`.

use super::Version;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Terraform modules whose meaning is known without their code.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct KnownModules(BTreeMap<String, KnownModule>);

/// A module.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownModule {
    /// Where it was read.
    pub source: String,
    /// Its address in the public registry: `Azure/aks/azurerm`.
    pub address: String,
    /// Its repository on GitHub: `Azure/terraform-azurerm-aks`.
    pub repository: String,
    /// Which versions of azurerm it allows, oldest versions first.
    pub azurerm: Vec<RequiredAzurerm>,
    /// What it means, oldest versions first.
    pub versions: Vec<KnownVersions>,
}

/// The versions of azurerm that a module allows from one of its versions on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredAzurerm {
    /// The first version.
    pub from: Version,
    /// The constraint, empty if there is none.
    pub requires: String,
}

/// What the versions from one up to another mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownVersions {
    /// The first version.
    pub from: Version,
    /// The first version for which it may no longer hold.
    pub below: Version,
    /// A module that makes the same of the same arguments, as far as the model looks at it.
    pub code: String,
}

impl KnownModules {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &KnownModule> {
        self.0.values()
    }
}

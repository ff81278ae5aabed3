//! `rules/facts/plugin.toml`.

use super::Fact;
use crate::api_version::ApiVersion;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A version of the azurerm provider: major, minor, patch.
pub type Version = (u64, u64, u64);

/// Network plugins and modes, and what the azurerm provider makes of their attributes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plugin {
    /// How many nodes all pools of a kubenet cluster may have together.
    pub kubenet_max_nodes: Fact<u64>,
    /// The last day on which AKS supports kubenet.
    pub kubenet_end_of_support: Fact<String>,
    /// The network policy engines that do not work with the Cilium data plane.
    pub policies_against_cilium: Fact<Vec<String>>,
    /// How the network plugin mode is spelled.
    pub mode_spelling: ModeSpelling,
    /// Attributes that newer versions of azurerm no longer have, by their old names.
    pub azurerm_attributes: BTreeMap<String, OldAttribute>,
    /// Properties of clusters that not every version of Resource Manager's type has, by their names there.
    pub api_properties: BTreeMap<String, ApiProperty>,
    /// The versions of the type with which AKS refuses what they do not have, instead of ignoring it.
    pub strict_api: ApiProperty,
}

/// The spelling of the network plugin mode by version of azurerm.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeSpelling {
    /// Where it was read.
    pub source: String,
    /// The accepted spellings, oldest version first.
    pub versions: Vec<Spelling>,
}

/// The spelling that holds from a version on, until the next entry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// The first version that takes it.
    pub from: Version,
    /// The only text that is accepted.
    pub value: String,
}

/// An attribute that newer versions of azurerm no longer have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldAttribute {
    /// Where it was read.
    pub source: String,
    /// What stands in the code, where that is more than the name.
    #[serde(default)]
    pub written: Option<String>,
    /// The first version that warns; the same as `removed` where none does.
    pub deprecated: Version,
    /// The first version that refuses it.
    pub removed: Version,
    /// What to write instead; nothing where it is simply to be deleted.
    #[serde(default)]
    pub replacement: Option<String>,
}

/// Which versions of Resource Manager's type have something.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiProperty {
    /// Where it was read.
    pub source: String,
    /// The stable versions that have it; nothing where none does.
    #[serde(default)]
    pub stable: Option<ApiRange>,
    /// The other versions that have it, likewise.
    #[serde(default)]
    pub preview: Option<ApiRange>,
    /// What to write where it is gone; nothing where it is simply to be deleted.
    #[serde(default)]
    pub replacement: Option<String>,
}

/// Versions in a row.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRange {
    /// The first one; nothing where that does not matter.
    #[serde(default)]
    pub from: Option<ApiVersion>,
    /// The first one after them, if there is one.
    #[serde(default)]
    pub below: Option<ApiVersion>,
}

impl ApiProperty {
    /// Whether a version has it.
    pub fn is_in(&self, version: &ApiVersion) -> bool {
        let range = if version.is_stable() { &self.stable } else { &self.preview };
        range.as_ref().is_some_and(|range| {
            range.from.as_ref().is_none_or(|from| from <= version) && range.below.as_ref().is_none_or(|below| version < below)
        })
    }

    /// The first stable version that has it.
    pub fn first_stable(&self) -> Option<&ApiVersion> {
        self.stable.as_ref()?.from.as_ref()
    }
}

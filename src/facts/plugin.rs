//! `rules/facts/plugin.toml`.

use super::Fact;
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

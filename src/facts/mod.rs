//! What is known about Azure, as data: `rules/facts/*.toml`. Each file has its own module here, with one struct whose fields are the
//! file's tables; every fact names its source, and where it changed over time, its history.

mod addons;
mod addresses;
mod bicep_modules;
mod defaults;
mod dual_stack;
mod egress;
mod history;
mod modules;
mod nodes;
mod plugin;
mod replacement;
mod surge;
mod upgrade;

pub use addons::Addons;
pub use addresses::Addresses;
pub use bicep_modules::{KnownBicepModule, KnownBicepModules, is_beside_the_point};
pub use defaults::Defaults;
pub use dual_stack::DualStack;
pub use egress::Egress;
pub use history::History;
pub use modules::{KnownModule, KnownModules, KnownVersions};
pub use nodes::{Nodes, RetiredOs, VmSeries};
pub use plugin::{ApiProperty, ApiRange, ModeSpelling, OldAttribute, Plugin, Spelling, Version};
pub use replacement::{InPlace, Replacement, Replacing};
pub use surge::Surge;
pub use upgrade::{Named, Upgrade};

use crate::date::{Date, Dated};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

/// All facts.
#[derive(Debug, Default)]
pub struct Facts {
    /// Address ranges and their bounds.
    pub addresses: Addresses,
    /// What Azure takes where the code says nothing.
    pub defaults: Defaults,
    /// Network plugins and modes.
    pub plugin: Plugin,
    /// Add-ons.
    pub addons: Addons,
    /// Terraform modules that are known without their code.
    pub modules: LazyLock<KnownModules>,
    /// Modules of Bicep's public registry that are known without their code.
    pub bicep_modules: LazyLock<KnownBicepModules>,
    /// What is known about nodes.
    pub nodes: Nodes,
    /// How many nodes an upgrade adds.
    pub surge: Surge,
    /// What azurerm replaces a cluster for.
    pub replacement: Replacement,
    /// Moving existing clusters to overlay.
    pub upgrade: Upgrade,
    /// How traffic leaves a cluster.
    pub egress: Egress,
    /// Clusters with IPv4 and IPv6.
    pub dual_stack: DualStack,
}

impl Facts {
    /// The facts that are part of the program.
    pub fn embedded() -> Self {
        Self {
            addons: read(include_str!("../../rules/facts/addons.toml")),
            addresses: read(include_str!("../../rules/facts/addresses.toml")),
            defaults: read(include_str!("../../rules/facts/defaults.toml")),
            dual_stack: read(include_str!("../../rules/facts/dual-stack.toml")),
            egress: read(include_str!("../../rules/facts/egress.toml")),
            // By far the largest files, and most code calls no such module.
            modules: LazyLock::new(|| read(include_str!("../../rules/facts/modules.toml"))),
            bicep_modules: LazyLock::new(|| read(include_str!("../../rules/facts/bicep-modules.toml"))),
            nodes: read(include_str!("../../rules/facts/nodes.toml")),
            plugin: read(include_str!("../../rules/facts/plugin.toml")),
            surge: read(include_str!("../../rules/facts/surge.toml")),
            replacement: read(include_str!("../../rules/facts/replacement.toml")),
            upgrade: read(include_str!("../../rules/facts/upgrade.toml")),
        }
    }
}

/// Reads an embedded file. A mistake in one shows in the test below, never to a user.
fn read<T: DeserializeOwned + Default>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

/// One fact with its source: a value and, where it has changed, what it was before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    /// What it is about, in words, where the document of a rule tells its history.
    #[serde(default)]
    pub title: Option<String>,
    /// Page and date, or release note, that says so.
    pub source: String,
    /// The value by date.
    pub history: Dated<T>,
}

impl<T> Fact<T> {
    /// What held on a day.
    pub fn on(&self, day: Date) -> Option<&T> {
        self.history.on(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file parses on its own: `read` would hide a mistake behind defaults.
    #[test]
    fn embedded_files_are_valid() {
        toml::from_str::<Addons>(include_str!("../../rules/facts/addons.toml")).unwrap();
        toml::from_str::<Addresses>(include_str!("../../rules/facts/addresses.toml")).unwrap();
        toml::from_str::<Defaults>(include_str!("../../rules/facts/defaults.toml")).unwrap();
        toml::from_str::<DualStack>(include_str!("../../rules/facts/dual-stack.toml")).unwrap();
        toml::from_str::<Egress>(include_str!("../../rules/facts/egress.toml")).unwrap();
        toml::from_str::<KnownBicepModules>(include_str!("../../rules/facts/bicep-modules.toml")).unwrap();
        toml::from_str::<KnownModules>(include_str!("../../rules/facts/modules.toml")).unwrap();
        toml::from_str::<Nodes>(include_str!("../../rules/facts/nodes.toml")).unwrap();
        toml::from_str::<Plugin>(include_str!("../../rules/facts/plugin.toml")).unwrap();
        toml::from_str::<Surge>(include_str!("../../rules/facts/surge.toml")).unwrap();
        toml::from_str::<Replacement>(include_str!("../../rules/facts/replacement.toml")).unwrap();
        toml::from_str::<Upgrade>(include_str!("../../rules/facts/upgrade.toml")).unwrap();
    }
}

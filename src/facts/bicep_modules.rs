//! `rules/facts/bicep-modules.toml`.

use super::{KnownVersions, Version};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Modules of Bicep's public registry whose meaning is known without their code.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct KnownBicepModules(BTreeMap<String, KnownBicepModule>);

/// A module.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBicepModule {
    /// Where it was read.
    pub source: String,
    /// Its path in the public registry: `avm/res/network/virtual-network`.
    pub repository: String,
    /// What it means, oldest versions first. The code is Bicep.
    pub versions: Vec<KnownVersions>,
}

/// Modules of the public registry for a single resource type are below this path. Such a module makes resources of its type, and what
/// belongs to these (role assignments, locks, diagnostic settings, private endpoints) (Azure Verified Modules, specification BCPRMNFR1).
const SINGLE: &str = "avm/res/";

/// Those of them whose resources rules look at.
const LOOKED_AT: [&str; 5] = [
    "avm/res/container-service/",
    "avm/res/network/application-gateway",
    "avm/res/network/nat-gateway",
    "avm/res/network/route-table",
    "avm/res/network/virtual-network",
];

/// Modules for patterns that make no networks, and those that only compute.
const WITHOUT_NETWORKS: [&str; 3] = ["avm/ptn/authorization/", "avm/ptn/policy-insights/", "avm/utl/"];

/// Whether a module of the public registry makes nothing that rules look at, in no version.
pub fn is_beside_the_point(repository: &str) -> bool {
    let is_below = |paths: &[&str]| paths.iter().any(|path| repository.starts_with(path));
    is_below(&WITHOUT_NETWORKS) || repository.starts_with(SINGLE) && !is_below(&LOOKED_AT)
}

impl KnownBicepModules {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &KnownBicepModule> {
        self.0.values()
    }

    /// A module that makes the same as the one at this path of the public registry, of the version that its tag names; none if that is not
    /// known.
    pub fn find(&self, repository: &str, tag: &str) -> Option<&KnownVersions> {
        let version = version(tag)?;
        let module = self.iter().find(|module| module.repository == repository)?;
        module.versions.iter().find(|versions| versions.from <= version && version < versions.below)
    }
}

/// The version that a tag names: `0.1.0`.
fn version(tag: &str) -> Option<Version> {
    let mut numbers = tag.split('.').map(|number| number.parse::<u64>().ok());
    let version = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::super::Facts;
    use crate::source::FileId;
    use crate::syntax::bicep;
    use crate::syntax::bicep::config::Config;
    use crate::syntax::bicep::reference::Reference;
    use crate::syntax::template::{DeclarationKind, Source, Template};

    /// The code for `br/public:..`.
    fn code(path: &str) -> Option<String> {
        let facts = Facts::embedded();
        let Ok(Reference::Registry(artifact)) = Config::built_in().resolve(path) else { return None };
        let (repository, tag) = artifact.public()?;
        facts.bicep_modules.find(repository, tag).map(|versions| versions.code.clone())
    }

    /// The modules that a template calls.
    fn called(template: &Template) -> Vec<&str> {
        let sources = template.declarations.iter().filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Module(module) => Some(&module.source),
            DeclarationKind::Resource(_) => None,
        });
        sources.map(|source| if let Source::Path(path) = source { &*path.text } else { panic!("{source:?}") }).collect()
    }

    #[test]
    fn every_stand_in_is_bicep_and_versions_are_in_order() {
        let facts = Facts::embedded();
        assert!(facts.bicep_modules.iter().count() > 5);
        for module in facts.bicep_modules.iter() {
            for versions in &module.versions {
                let name = format!("{} {:?}", module.repository, versions.from);
                let (template, errors) = bicep::template(FileId::outside(0), &versions.code);
                assert_eq!(errors, [], "{name}");
                assert!(!template.parameters.is_empty() && !template.outputs.is_empty(), "{name}");
                assert!(template.declarations.iter().all(|declaration| declaration.symbol.is_some()), "{name}");
                called(&template).iter().for_each(|path| assert!(code(path).is_some(), "{name} calls {path}"));
                assert!(versions.from < versions.below, "{name}");
            }
            let following = module.versions.iter().skip(1);
            assert!(module.versions.iter().zip(following).all(|(a, b)| a.below == b.from), "{}", module.repository);
        }
    }

    #[test]
    fn only_versions_that_were_read_are_known() {
        let known = |tag: &str| code(&format!("br/public:avm/res/container-service/managed-cluster:{tag}"));
        let cilium = |tag| known(tag).unwrap().contains("networkDataplane == 'cilium' ? 'overlay'");
        assert_eq!(["0.1.0", "0.5.0", "0.5.1", "0.14.0"].map(cilium), [false, false, true, true]);
        for tag in ["0.0.9", "0.14.1", "0.15.0", "1.0.0", "latest", "0.5", "0.5.1.0", "0.5.x"] {
            assert_eq!(known(tag), None, "{tag}");
        }
        assert!(code("br:mcr.microsoft.com/bicep/avm/res/network/virtual-network:0.7.0").is_some());
        assert_eq!(code("br:acme.azurecr.io/bicep/avm/res/network/virtual-network:0.7.0"), None);
    }
}

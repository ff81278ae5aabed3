//! Calls of modules that are known without their code (`rules/facts/modules.toml`): each is evaluated with a stand-in that makes the same
//! clusters and networks. What stands in it is told at the call, for the user has no other place to look at.

use super::Modules;
use super::module::{Module, literal};
use super::version;
use crate::facts::{KnownModule, KnownModules, KnownVersions, Version};
use crate::model::ProviderVersion;
use crate::source::{FileId, Span};
use crate::syntax::hcl;
use crate::syntax::hcl::ast::Block;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// The stand-ins, one for each call.
#[derive(Debug, Default)]
pub struct Known {
    /// By the place of the call.
    by_call: HashMap<Span, Arc<StandIn>>,
    by_file: HashMap<FileId, Arc<StandIn>>,
    /// Calls of known modules in versions that are not.
    unlisted: HashMap<Span, Arc<str>>,
}

#[derive(Debug)]
struct StandIn {
    /// The name that its module has instead of a folder.
    folder: String,
    call: Span,
    code: String,
}

impl Known {
    /// What a call means instead of a folder, if its module is known.
    pub fn folder(&self, call: &Block) -> Option<String> {
        self.by_call.get(&call.header).map(|s| s.folder.clone())
    }

    /// The call that brings in the stand-in which a place is in.
    pub fn call(&self, place: Span) -> Option<Span> {
        self.by_file.get(&place.file).map(|s| s.call)
    }

    /// The text of a place in a stand-in.
    pub fn text(&self, place: Span) -> Option<&str> {
        self.by_file.get(&place.file)?.code.get(place.start as usize..place.end as usize)
    }

    /// Why a call is not known, when other versions of its module are.
    pub fn why_not(&self, call: &Block) -> Option<&Arc<str>> {
        self.unlisted.get(&call.header)
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.by_call.is_empty()
    }
}

impl Modules {
    /// Adds stand-ins for the calls of known modules. Without any call of a module from elsewhere, the facts are not even read.
    pub fn add_known(&mut self, known: &LazyLock<KnownModules>) {
        let mut calls: Vec<(Span, Asked)> = self
            .iter()
            .flat_map(|module| module.calls.values())
            .filter_map(|call| Some((call.header, Asked::of(call)?)))
            .collect();
        calls.sort_unstable_by_key(|(call, _)| *call);
        for (i, (call, asked)) in calls.into_iter().enumerate() {
            let Some(module) = known.iter().find(|m| asked.is_for(m)) else { continue };
            match asked.newest(module) {
                Some(versions) => {
                    let azurerm = asked.azurerm(module);
                    let requires = format!("terraform {{\n  required_providers {{\n    azurerm = \"{azurerm}\"\n  }}\n}}\n");
                    self.add_stand_in(i, call, versions.code.clone() + &requires);
                }
                None => {
                    let source = &asked.source;
                    let why = format!("the version of the module {source} that is asked for here is not among the known ones");
                    self.known.unlisted.insert(call, why.into());
                }
            }
        }
    }

    fn add_stand_in(&mut self, number: usize, call: Span, code: String) {
        let file = FileId::outside(number);
        let folder = format!("<known module {number}>");
        self.insert(Module::stand_in(&folder, hcl::parse(file, &code).body));
        let stand_in = Arc::new(StandIn { folder, call, code });
        self.known.by_call.insert(call, Arc::clone(&stand_in));
        self.known.by_file.insert(file, stand_in);
    }
}

/// The module that a call asks for: the source, the version it must have, and whether that is a tag of a repository.
struct Asked {
    source: Arc<str>,
    /// The constraint on the version, or the name of a tag; nothing means the newest.
    version: Option<Arc<str>>,
}

impl Asked {
    /// `None` for local modules.
    fn of(call: &Block) -> Option<Self> {
        let text = |name| call.body.attribute(name).and_then(|a| literal(&a.expr)).map(|(text, _)| text);
        let source = text("source").filter(|s| !hcl::is_local_source(s))?;
        let version = match source.split_once("?ref=") {
            Some((_, tag)) => Some(tag.into()),
            None => text("version"),
        };
        Some(Self { source, version })
    }

    /// The path of the source: `Azure/aks/azurerm`, `github.com/Azure/terraform-azurerm-aks`.
    fn path(&self) -> &str {
        let mut path = self.source.split('?').next().unwrap_or("");
        for start in ["git::", "https://", "ssh://git@", "git@", "registry.terraform.io/", "registry.opentofu.org/"] {
            path = path.strip_prefix(start).unwrap_or(path);
        }
        path.strip_suffix(".git").unwrap_or(path)
    }

    fn is_for(&self, module: &KnownModule) -> bool {
        self.path().eq_ignore_ascii_case(&module.address) || self.is_repository(module)
    }

    fn is_repository(&self, module: &KnownModule) -> bool {
        let path = self.path().strip_prefix("github.com").and_then(|p| p.strip_prefix(['/', ':']));
        path.is_some_and(|p| p.eq_ignore_ascii_case(&module.repository))
    }

    /// What holds for the newest of the known versions that are asked for, which is the one that Terraform takes. Of a repository without a
    /// tag, Terraform takes what was written last, which is not known.
    fn newest<'k>(&self, module: &'k KnownModule) -> Option<&'k KnownVersions> {
        let range = self.range(module)?;
        module.versions.iter().rev().find(|v| overlap(&range, v.from, v.below))
    }

    /// The constraint on azurerm in that version.
    fn azurerm<'k>(&self, module: &'k KnownModule) -> &'k str {
        let below = self.range(module).and_then(|range| range.below);
        let required = module.azurerm.iter().rev().find(|r| below.is_none_or(|below| r.from < below));
        required.map_or("", |r| &r.requires)
    }

    fn range(&self, module: &KnownModule) -> Option<ProviderVersion> {
        Some(match &self.version {
            Some(tag) if self.is_repository(module) => version::exactly(tag)?,
            None if self.is_repository(module) => return None,
            Some(constraint) => version::range(constraint),
            None => ProviderVersion::default(),
        })
    }
}

fn overlap(range: &ProviderVersion, from: Version, below: Version) -> bool {
    range.least.is_none_or(|least| least < below) && range.below.is_none_or(|end| from < end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;

    #[test]
    fn every_stand_in_is_terraform_and_versions_are_in_order() {
        let facts = Facts::embedded();
        assert!(facts.modules.iter().count() > 5);
        for module in facts.modules.iter() {
            for versions in &module.versions {
                let name = format!("{} {:?}", module.address, versions.from);
                let parsed = hcl::parse(FileId::outside(0), &versions.code);
                assert!(parsed.errors.is_empty(), "{name}: {:?}", parsed.errors);
                for keyword in ["variable", "resource"] {
                    assert!(parsed.body.blocks(keyword).next().is_some(), "{name} has no {keyword}");
                }
                assert!(versions.from < versions.below, "{name}");
            }
            assert!(module.azurerm.iter().zip(module.azurerm.iter().skip(1)).all(|(a, b)| a.from < b.from), "{}", module.address);
            let least = module.versions.iter().map(|versions| versions.from).min();
            assert!(module.azurerm.iter().any(|required| Some(required.from) == least), "{}", module.address);
            let following = module.versions.iter().skip(1);
            assert!(module.versions.iter().zip(following).all(|(a, b)| a.below <= b.from), "{} overlaps", module.address);
        }
    }
}

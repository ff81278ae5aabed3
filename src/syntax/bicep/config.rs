//! `bicepconfig.json`, as far as it says where modules are.

use super::reference::{Artifact, Reference, TemplateSpec};
use crate::source::FileId;
use crate::syntax::json::{self, Node};
use std::collections::BTreeMap;

/// The settings of one file, or of several put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The file that this one adds to, by a path relative to it.
    pub extends: Option<String>,
    /// Where restored modules are, as written: an absolute path, perhaps from `~` on.
    pub cache_root: Option<String>,
    registries: BTreeMap<String, Registry>,
    specs: BTreeMap<String, Specs>,
}

/// What `br/alias:` stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Registry {
    registry: Option<String>,
    module_path: Option<String>,
}

/// What `ts/alias:` stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Specs {
    subscription: Option<String>,
    resource_group: Option<String>,
}

impl Config {
    /// What one file says. Anything in it that cannot be read says nothing.
    pub fn read(file: FileId, text: &str) -> Self {
        let root = json::parse(file, text).root;
        let aliases = root.get("moduleAliases");
        Self {
            extends: string(&root, "extends").filter(|path| !path.trim().is_empty()),
            cache_root: string(&root, "cacheRootDirectory").filter(|path| !path.trim().is_empty()),
            registries: each(aliases, "br", |alias| Registry {
                registry: string(alias, "registry"),
                module_path: string(alias, "modulePath"),
            }),
            specs: each(aliases, "ts", |alias| Specs {
                subscription: string(alias, "subscription"),
                resource_group: string(alias, "resourceGroup"),
            }),
        }
    }

    /// What Bicep knows without any file.
    pub fn built_in() -> Self {
        let public = Registry { registry: Some("mcr.microsoft.com".to_owned()), module_path: Some("bicep".to_owned()) };
        Self { registries: BTreeMap::from([("public".to_owned(), public)]), ..Self::default() }
    }

    /// These settings, and those of `base` where they are silent.
    #[must_use]
    pub fn over(mut self, base: Self) -> Self {
        self.extends = None;
        self.cache_root = self.cache_root.or(base.cache_root);
        for (name, below) in base.registries {
            let alias = self.registries.entry(name).or_default();
            alias.registry = alias.registry.take().or(below.registry);
            alias.module_path = alias.module_path.take().or(below.module_path);
        }
        for (name, below) in base.specs {
            let alias = self.specs.entry(name).or_default();
            alias.subscription = alias.subscription.take().or(below.subscription);
            alias.resource_group = alias.resource_group.take().or(below.resource_group);
        }
        self
    }

    /// What a path in a Bicep file leads to: of a `module`, `import`, `using` or `extends`.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve(&self, written: &str) -> Result<Reference, String> {
        let Some((scheme, rest)) = written.split_once(':') else { return Ok(Reference::Local(written.to_owned())) };
        let (scheme, alias) = scheme.split_once('/').map_or((scheme, None), |(scheme, alias)| (scheme, Some(alias)));
        let full = |stands_for: Result<String, String>| stands_for.map(|before| format!("{before}/{rest}"));
        let path = match (scheme, alias) {
            ("br" | "ts", None) => rest.to_owned(),
            ("br", Some(alias)) => full(self.registry(alias))?,
            ("ts", Some(alias)) => full(self.template_specs(alias))?,
            _ => return Err(format!("{written} does not begin with br or ts, and a path of a file has no colon")),
        };
        match scheme {
            "br" => Artifact::parse(&path).map(Reference::Registry),
            _ => TemplateSpec::parse(&path).map(Reference::TemplateSpec),
        }
    }

    fn registry(&self, alias: &str) -> Result<String, String> {
        let found = self.registries.get(alias).ok_or_else(|| unknown("br", alias))?;
        let registry = found.registry.as_ref().ok_or_else(|| format!("the alias {alias} in bicepconfig.json has no registry"))?;
        Ok(found.module_path.as_ref().map_or_else(|| registry.clone(), |path| format!("{registry}/{path}")))
    }

    fn template_specs(&self, alias: &str) -> Result<String, String> {
        match self.specs.get(alias).ok_or_else(|| unknown("ts", alias))? {
            Specs { subscription: Some(subscription), resource_group: Some(group) } => Ok(format!("{subscription}/{group}")),
            _ => Err(format!("the alias {alias} in bicepconfig.json lacks its subscription or resourceGroup")),
        }
    }
}

fn unknown(scheme: &str, alias: &str) -> String {
    format!("{scheme}/{alias} is not among the moduleAliases of bicepconfig.json")
}

fn string(node: &Node, name: &str) -> Option<String> {
    node.get(name)?.as_str().map(str::to_owned)
}

/// The members of the object `name`, which is in `of`.
fn each<T>(of: Option<&Node>, name: &str, read: impl Fn(&Node) -> T) -> BTreeMap<String, T> {
    let members = of.and_then(|of| of.get(name)).map_or(&[][..], Node::members);
    members.iter().map(|member| (member.name.to_string(), read(&member.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::reference::{Artifact, Reference, Version};
    use super::Config;
    use crate::source::FileId;

    fn read(text: &str) -> Config {
        Config::read(FileId::outside(0), text)
    }

    fn resolved(config: &Config, path: &str) -> String {
        match config.resolve(path) {
            Ok(Reference::Local(path)) => format!("local {path}"),
            Ok(Reference::Registry(Artifact { registry, repository, version })) => match version {
                Version::Tag(tag) => format!("{registry} {repository} {tag}"),
                Version::Digest(digest) => format!("{registry} {repository} @{digest}"),
            },
            Ok(Reference::TemplateSpec(spec)) => format!("spec {}", spec.cache_file()),
            Err(why) => why,
        }
    }

    #[test]
    fn aliases_stand_for_registries_and_groups() {
        let config = read(
            "{ // ours
              \"moduleAliases\": {
                \"br\": { \"acme\": { \"registry\": \"acme.azurecr.io\" }, \"deep\": { \"registry\": \"a.io\", \"modulePath\": \"b/c\" }, \"bad\": {} },
                \"ts\": { \"specs\": { \"subscription\": \"3CA39862-E06D-4A2B-8C5C-6E7DA3D3B20C\", \"resourceGroup\": \"rg\" }, \"bad\": {} },
              },
            }",
        )
        .over(Config::built_in());
        let cases = [
            ("./net.bicep", "local ./net.bicep"),
            ("br/public:avm/res/network/virtual-network:0.1.0", "mcr.microsoft.com bicep/avm/res/network/virtual-network 0.1.0"),
            ("br/acme:net:v1", "acme.azurecr.io net v1"),
            ("br/deep:d/e:V1", "a.io b/c/d/e V1"),
            ("br:ACME.azurecr.io/net:1", "acme.azurecr.io net 1"),
            ("ts/specs:aks:v1", "spec ts/3ca39862-e06d-4a2b-8c5c-6e7da3d3b20c/rg/aks/v1/main.json"),
            ("br/bad:x:1", "the alias bad in bicepconfig.json has no registry"),
            ("ts/bad:x:1", "the alias bad in bicepconfig.json lacks its subscription or resourceGroup"),
            ("br/other:x:1", "br/other is not among the moduleAliases of bicepconfig.json"),
            ("br/:x:1", "br/ is not among the moduleAliases of bicepconfig.json"),
            ("C:/x.bicep", "C:/x.bicep does not begin with br or ts, and a path of a file has no colon"),
        ];
        for (path, expected) in cases {
            assert_eq!(resolved(&config, path), expected, "{path}");
        }
    }

    #[test]
    fn nearer_files_win_property_by_property() {
        let base = read(r#"{"cacheRootDirectory": "/cache", "moduleAliases": {"br": {"public": {"registry": "mirror.io"}}}}"#);
        let near = read(r#"{"extends": "../base.json", "moduleAliases": {"br": {"own": {"registry": "own.io"}}}}"#);
        assert_eq!(near.extends.as_deref(), Some("../base.json"));
        let config = near.over(base.over(Config::built_in()));
        assert_eq!((config.extends.as_deref(), config.cache_root.as_deref()), (None, Some("/cache")));
        assert_eq!(resolved(&config, "br/public:a:1"), "mirror.io bicep/a 1");
        assert_eq!(resolved(&config, "br/own:a:1"), "own.io a 1");
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for text in [
            "",
            "[]",
            "{\"moduleAliases\": 1, \"cacheRootDirectory\": [], \"extends\": \" \"}",
            "{\"moduleAliases\": {\"br\": []",
        ] {
            assert_eq!(read(text), Config::default(), "{text}");
        }
    }
}

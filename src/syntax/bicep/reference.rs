//! What the path of a module leads to, and where Bicep keeps what it has downloaded.
//!
//! The rules are those of Bicep's `OciArtifactAddressComponents`, `BicepRegistryArtifact`, `TagEncoder` and `TemplateSpecModuleReference`
//! (Azure/bicep, August 2026).

use regex::Regex;
use std::sync::LazyLock;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A file, by a path relative to the one that names it.
    Local(String),
    /// Something in a registry.
    Registry(Artifact),
    /// A template spec.
    TemplateSpec(TemplateSpec),
}

/// Something in a registry: `registry/repository:tag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The host, perhaps with a port, in lower case: `mcr.microsoft.com`.
    pub registry: String,
    /// The path in it: `bicep/avm/res/network/virtual-network`.
    pub repository: String,
    /// Which version.
    pub version: Version,
}

/// Which version of an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// `:0.1.0`
    Tag(String),
    /// `@sha256:..`
    Digest(String),
}

/// A template spec: `subscription/resourceGroup/name:version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSpec {
    /// The id of the subscription.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
}

/// Longer registries and repositories are refused.
const LONGEST: usize = 255;

/// The compiled template in the folder of a restored module.
const FILE: &str = "main.json";

static SEGMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[a-z0-9]+(?:[._-][a-z0-9]+)*$").ok());
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$").ok());
static DIGEST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^sha256:[a-f0-9]{64}$").ok());
static SUBSCRIPTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").ok());
static RESOURCE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[-\w.()]{0,89}[-\w()]$").ok());

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

impl Artifact {
    /// From what is written after `br:`, with aliases replaced.
    ///
    /// # Errors
    /// Why it names nothing.
    pub(super) fn parse(path: &str) -> Result<Self, String> {
        let (registry, rest) = path.split_once('/').unwrap_or((path, ""));
        // It becomes the name of a folder in the cache, out of which it must not lead.
        let is_folder = !registry.contains('\\') && registry.chars().any(|c| c != '.');
        if !is_folder || registry.len() > LONGEST || rest.is_empty() {
            return Err(format!("br:{path} names no registry with a module in it"));
        }
        // A port has its colon in the registry, so that the first one here is before the tag.
        let (repository, version) = match rest.find([':', '@']).and_then(|at| rest.split_at_checked(at)) {
            Some((repository, version)) => (repository, Some(version)),
            None => (rest, None),
        };
        if repository.len() > LONGEST || !repository.split('/').all(|segment| matches(&SEGMENT, segment)) {
            return Err(format!(
                "{repository} cannot be the path of a module in a registry: it has lower-case letters, digits and . _ - between them"
            ));
        }
        let version = version.and_then(|version| {
            let tag = version.strip_prefix(':').filter(|tag| matches(&TAG, tag));
            let digest = version.strip_prefix('@').filter(|digest| matches(&DIGEST, digest));
            tag.map(|tag| Version::Tag(tag.to_owned())).or(digest.map(|digest| Version::Digest(digest.to_owned())))
        });
        match version {
            Some(version) => Ok(Self { registry: registry.to_lowercase(), repository: repository.to_owned(), version }),
            None => Err(format!("br:{path} does not say which version")),
        }
    }

    /// The repository and tag of a module of the public registry: `avm/res/network/virtual-network` and `0.1.0`.
    pub fn public(&self) -> Option<(&str, &str)> {
        match &self.version {
            Version::Tag(tag) if self.registry == "mcr.microsoft.com" => Some((self.repository.strip_prefix("bicep/")?, tag)),
            _ => None,
        }
    }

    /// Where Bicep keeps it once restored, below the root of its cache (by default `~/.bicep`).
    pub fn cache_file(&self) -> String {
        let Self { registry, repository, version } = self;
        let version = match version {
            Version::Tag(tag) => encoded(tag),
            Version::Digest(digest) => digest.replace(':', "#"),
        };
        format!("br/{}/{}/{version}/{FILE}", registry.replace(':', "$"), repository.replace('/', "$"))
    }
}

/// A tag as the name of a folder: the positions of its capital letters follow as a number, for disks that do not tell cases apart.
fn encoded(tag: &str) -> String {
    let capitals = tag.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
    let mask =
        capitals.fold(0_u128, |mask, (at, _)| mask | 1_u128.checked_shl(u32::try_from(at).unwrap_or(u32::MAX)).unwrap_or(0));
    if mask == 0 { format!("{tag}$") } else { format!("{tag}${mask:x}") }
}

impl TemplateSpec {
    /// From what is written after `ts:`, with aliases replaced.
    ///
    /// # Errors
    /// Why it names nothing.
    pub(super) fn parse(path: &str) -> Result<Self, String> {
        let parts = path.split_once(':').and_then(|(spec, version)| match *spec.split('/').collect::<Vec<_>>() {
            [subscription, resource_group, name] => Some((subscription, resource_group, name, version)),
            _ => None,
        });
        let valid = parts.filter(|(subscription, resource_group, name, version)| {
            matches(&SUBSCRIPTION, subscription)
                && [resource_group, name, version].into_iter().all(|part| matches(&RESOURCE_NAME, part))
        });
        let Some((subscription, resource_group, name, version)) = valid else {
            return Err(format!("ts:{path} is not of the form ts:subscription id/resource group/name:version"));
        };
        let [subscription, resource_group, name, version] = [subscription, resource_group, name, version].map(str::to_owned);
        Ok(Self { subscription, resource_group, name, version })
    }

    /// Where Bicep keeps it once restored, below the root of its cache.
    pub fn cache_file(&self) -> String {
        let Self { subscription, resource_group, name, version } = self;
        format!("ts/{subscription}/{resource_group}/{name}/{version}/{FILE}").to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::{Artifact, TemplateSpec};

    #[test]
    fn restored_modules_are_where_bicep_puts_them() {
        let digest = "a".repeat(64);
        let cases = [
            (
                "mcr.microsoft.com/bicep/avm/res/container-service/managed-cluster:0.9.0",
                "br/mcr.microsoft.com/bicep$avm$res$container-service$managed-cluster/0.9.0$/main.json".to_owned(),
            ),
            ("Acme.azurecr.io/net:v1", "br/acme.azurecr.io/net/v1$/main.json".to_owned()),
            ("localhost:5000/a/b:V1", "br/localhost$5000/a$b/V1$1/main.json".to_owned()),
            ("[::1]:5000/a:aBC", "br/[$$1]$5000/a/aBC$6/main.json".to_owned()),
            (&format!("a.io/b@sha256:{digest}"), format!("br/a.io/b/sha256#{digest}/main.json")),
            (&format!("a.io/b:{}A", "x".repeat(64)), format!("br/a.io/b/{}A$10000000000000000/main.json", "x".repeat(64))),
        ];
        for (path, expected) in cases {
            assert_eq!(Artifact::parse(path).map(|artifact| artifact.cache_file()), Ok(expected), "{path}");
        }
        let spec = TemplateSpec::parse("3CA39862-e06d-4a2b-8c5c-6e7da3d3b20c/Prod-RG/Aks:V2").map(|spec| spec.cache_file());
        assert_eq!(spec.as_deref(), Ok("ts/3ca39862-e06d-4a2b-8c5c-6e7da3d3b20c/prod-rg/aks/v2/main.json"));
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for path in [
            "",
            "a.io",
            "a.io/",
            "/a:1",
            "a.io/b",
            "a.io/b:",
            "a.io/b:!",
            "a.io/b@1",
            "a.io/B:1",
            "a.io//b:1",
            "a.io/b:1/c",
            "a.io/-b:1",
            "../b:1",
            r"..\a/b:1",
        ] {
            assert!(Artifact::parse(path).is_err(), "{path}");
        }
        let id = "3ca39862-e06d-4a2b-8c5c-6e7da3d3b20c";
        for path in ["", "a/b/c:1", &format!("{id}/b:1"), &format!("{id}/b/c"), &format!("{id}/b/c/d:1"), &format!("{id}/b./c:1")]
        {
            assert!(TemplateSpec::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn public_modules_are_told_from_others() {
        let public = |path| Artifact::parse(path).unwrap().public().map(|(name, tag)| format!("{name} {tag}"));
        assert_eq!(public("MCR.microsoft.com/bicep/avm/res/a:0.1.0").as_deref(), Some("avm/res/a 0.1.0"));
        assert_eq!(public("mcr.microsoft.com/other/a:0.1.0"), None);
        assert_eq!(public("a.io/bicep/avm/res/a:0.1.0"), None);
    }
}

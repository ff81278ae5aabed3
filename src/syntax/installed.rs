//! `.terraform/modules/modules.json`: where `terraform init` has put the modules of a root module.

use serde::Deserialize;

/// Where the file stands below the folder of the root module.
pub const PATH: &str = ".terraform/modules/modules.json";

/// A module as `terraform init` installed it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstalledModule {
    /// The names of the calls that lead to it, joined by dots; empty for the root module itself.
    pub key: String,
    /// The source, as Terraform understood it: `registry.terraform.io/Azure/aks/azurerm`.
    #[serde(default)]
    pub source: String,
    /// The version, for modules of a registry.
    #[serde(default)]
    pub version: Option<String>,
    /// Its folder, relative to that of the root module.
    pub dir: String,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<InstalledModule>,
}

/// The modules that are listed, without the root module; none when the text is not what Terraform writes.
pub fn parse(text: &str) -> Vec<InstalledModule> {
    let manifest: Manifest = serde_json::from_str(text).unwrap_or(Manifest { modules: Vec::new() });
    manifest.modules.into_iter().filter(|m| !m.key.is_empty()).collect()
}

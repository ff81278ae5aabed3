//! A configuration file of overlint, beside a cluster.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint_fuzz::{check, run, sources, text};

const CODE: &str = r#"
variable "range" {}
resource "azurerm_kubernetes_cluster" "c" {
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.range
  }
}
"#;
const BICEP: &str = "param range string = '10.0.0.0/8'\nresource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = {\n  name: 'c'\n  \
    properties: { networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: range } }\n}\n";

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    let (_, mistakes) = run(|| overlint::settings::parse(&text));
    // What does not parse says nothing to the check.
    if mistakes.is_empty() || data.len() % 8 == 0 {
        let files = [("overlint.toml", data), ("main.tf", CODE.as_bytes()), ("main.bicep", BICEP.as_bytes())];
        let values =
            [("a.tfvars", b"range = \"10.1.0.0/16\"".as_slice()), ("a.bicepparam", b"using 'main.bicep'\nparam range = 'x'\n")];
        check(&sources(files.into_iter().chain(values)));
    }
});

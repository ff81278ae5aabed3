//! An expression of an ARM template, where its value matters.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use overlint_fuzz::{check, sources};
use serde_json::json;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": { "unknown": { "type": "string" }, "n": { "type": "int", "defaultValue": 7 } },
        "variables": { "l": ["10.0.0.0/8", 2, null], "o": { "a": 1, "b": "x" }, "u": "[parameters('unknown')]" },
        "resources": [{
            "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2025-05-01", "name": "c", "location": "westeurope",
            "properties": {
                "agentPoolProfiles": [{ "name": "system", "mode": "System", "count": 3, "vmSize": "Standard_D4s_v5" }],
                "networkProfile": { "networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": format!("[{text}]") }
            }
        }]
    });
    check(&sources([("azuredeploy.json", template.to_string().as_bytes())]));
    Corpus::Keep
});

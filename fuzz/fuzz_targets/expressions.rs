//! Expressions of any shape, in all three languages, where their values matter.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use overlint_fuzz::expression::Expr;
use overlint_fuzz::{check, sources};
use serde_json::json;

#[derive(Arbitrary, Debug)]
struct Input {
    value: Expr,
    one: Expr,
    two: Expr,
}

fn terraform(input: &Input) -> String {
    format!(
        "variable \"unknown\" {{}}\nlocals {{\n  one = {}\n  two = {}\n  list = [\"10.0.0.0/8\", 2, null, var.unknown]\n  \
         object = {{ a = 1, b = \"x\", key = [local.list] }}\n  deep = [[[[local.object]]]]\n  text = \"t\"\n}}\n\
         resource \"azurerm_kubernetes_cluster\" \"c\" {{\n  network_profile {{\n    network_plugin = \"azure\"\n    \
         network_plugin_mode = \"overlay\"\n    pod_cidr = {}\n    service_cidr = local.two\n  }}\n}}\n",
        input.one.hcl(),
        input.two.hcl(),
        input.value.hcl()
    )
}

fn bicep(input: &Input) -> String {
    format!(
        "param unknown string\nvar one = {}\nvar two = {}\nvar list = ['10.0.0.0/8', 2, null, unknown]\nvar object = {{ a: 1, b: 'x', key: [list] }}\n\
         var deep = [[[[object]]]]\nvar text = 't'\n\
         resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{\n  name: 'c'\n  properties: {{ networkProfile: {{\n    \
         networkPlugin: 'azure'\n    networkPluginMode: 'overlay'\n    podCidr: {}\n    serviceCidr: two\n  }} }}\n}}\n",
        input.one.bicep(),
        input.two.bicep(),
        input.value.bicep()
    )
}

fn arm(input: &Input) -> String {
    let expression = |of: &Expr| format!("[{}]", of.arm());
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": { "unknown": { "type": "string" } },
        "variables": {
            "one": expression(&input.one), "two": expression(&input.two), "text": "t",
            "list": ["10.0.0.0/8", 2, null, "[parameters('unknown')]"],
            "object": { "a": 1, "b": "x", "key": ["[variables('list')]"] },
            "deep": [[[["[variables('object')]"]]]]
        },
        "resources": [{
            "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2025-05-01", "name": "c",
            "properties": { "networkProfile": {
                "networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": expression(&input.value), "serviceCidr": "[variables('two')]"
            } }
        }]
    })
    .to_string()
}

fuzz_target!(|input: Input| {
    let files = [("t/main.tf", terraform(&input)), ("b/main.bicep", bicep(&input)), ("a/main.json", arm(&input))];
    check(&sources(files.iter().map(|(path, text)| (*path, text.as_bytes()))));
});

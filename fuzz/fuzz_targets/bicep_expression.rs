//! An expression of Bicep, where its value matters.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use overlint_fuzz::{check, sources};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let code = format!(
        "param unknown string\nparam n int = 7\nvar l = ['10.0.0.0/8', 2, null]\nvar o = {{ a: 1, b: 'x' }}\nvar u = unknown\n\
         resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{\n  name: 'c'\n  location: 'westeurope'\n  properties: {{\n    \
         agentPoolProfiles: [{{ name: 'system', mode: 'System', count: 3, vmSize: 'Standard_D4s_v5' }}]\n    \
         networkProfile: {{ networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: {text}\n }}\n  }}\n}}\n"
    );
    check(&sources([("main.bicep", code.as_bytes())]));
    Corpus::Keep
});

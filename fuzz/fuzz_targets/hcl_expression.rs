//! An expression of Terraform, where its value matters.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use overlint_fuzz::{check, sources};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let code = format!(
        "variable \"unknown\" {{}}\nvariable \"n\" {{ default = 7 }}\nlocals {{\n  l = [\"10.0.0.0/8\", 2, null]\n  o = {{ a = 1, b = \"x\" }}\n  u = var.unknown\n}}\n\
         resource \"azurerm_kubernetes_cluster\" \"c\" {{\n  network_profile {{\n    network_plugin = \"azure\"\n    \
         network_plugin_mode = \"overlay\"\n    pod_cidr = {text}\n  }}\n}}\n"
    );
    check(&sources([("main.tf", code.as_bytes())]));
    Corpus::Keep
});

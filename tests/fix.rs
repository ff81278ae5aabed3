//! `--fix` and `--diff`: files in, files out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic as tests may")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_overlint"));
    command.env_clear().current_dir(folder).arg("check").args(args).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// A folder with files, as the top of a repository.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap()
}

/// A cluster with nothing wrong but what is written.
fn cluster(dns: &str, more: &str) -> String {
    format!(
        r#"terraform {{
  required_providers {{
    azurerm = {{
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }}
  }}
}}

resource "azurerm_kubernetes_cluster" "this" {{
  name                = "example"
  location            = "westeurope"
  resource_group_name = "example"
  dns_prefix          = "example"
  sku_tier            = "Standard"

  default_node_pool {{
    name       = "system"
    vm_size    = "Standard_D4s_v5"
    node_count = 3
  }}

  identity {{
    type = "SystemAssigned"
  }}

  network_profile {{
    network_plugin      = "azure" # ours
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.0.0.0/16"
    dns_service_ip      = {dns}
{more}  }}
}}
"#
    )
}

const BAD: &str = "\"10.0.0.0\"";
const GOOD: &str = "\"10.0.0.10\"";

#[test]
fn what_is_safe_is_changed_and_the_rest_is_reported() {
    let text = cluster(BAD, "").replace("10.244.0.0/16", "10.244.7.0/16");
    let place = folder(&[("main.tf", &text)]);
    let output = run(place.path(), &["--fix", "--format", "compact", "--fail-on", "note"]);
    assert_eq!(read(&place, "main.tf"), text.replace(BAD, GOOD), "{}", stderr(&output));
    // Of the pod CIDR it is not known whether Azure refuses it.
    assert!(stdout(&output).contains("cidr-host-bits-set") && !stdout(&output).contains("dns-service-ip"), "{}", stdout(&output));
    assert_eq!((code(&output), stderr(&output).as_str()), (1, "overlint: note: changed 1 file\n"));

    let output = run(place.path(), &["--fix=all", "--format", "compact", "--fail-on", "note"]);
    assert_eq!(read(&place, "main.tf"), cluster(GOOD, ""));
    assert_eq!(code(&output), 0, "{}", stdout(&output));

    let written = fs::metadata(place.path().join("main.tf")).unwrap().modified().unwrap();
    let output = run(place.path(), &["--fix=all"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    assert_eq!(fs::metadata(place.path().join("main.tf")).unwrap().modified().unwrap(), written, "nothing was written again");
}

#[test]
fn a_diff_changes_nothing_and_can_be_applied() {
    let variables = "variable \"dns\" {\r\n\tdefault = \"10.0.0.0\"\r\n}\r\n";
    let text = cluster("var.dns", "").replace("    network_plugin_mode = \"overlay\"\n", "");
    let place = folder(&[("main.tf", &text), ("variables.tf", variables)]);
    let output = run(place.path(), &["--diff"]);
    assert_eq!(code(&output), 1);
    let expected = "--- a/variables.tf\n+++ b/variables.tf\n@@ -1,3 +1,3 @@\n variable \"dns\" {\r\n-\tdefault = \"10.0.0.0\"\r\n+\tdefault = \"10.0.0.10\"\r\n }\r\n";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    let all = run(place.path(), &["--diff", "--fix=all"]);
    assert!(stdout(&all).contains("+    network_plugin_mode = \"overlay\"\n"), "{}", stdout(&all));
    assert_eq!((read(&place, "main.tf").as_str(), read(&place, "variables.tf").as_str()), (text.as_str(), variables));

    let mut git = Command::new("git").args(["apply", "-"]).current_dir(place.path()).stdin(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(&all.stdout).unwrap();
    assert!(git.wait().unwrap().success(), "{}", stdout(&all));
    let applied = (read(&place, "main.tf"), read(&place, "variables.tf"));
    fs::write(place.path().join("main.tf"), &text).unwrap();
    fs::write(place.path().join("variables.tf"), variables).unwrap();
    run(place.path(), &["--fix=all"]);
    assert_eq!((read(&place, "main.tf"), read(&place, "variables.tf")), applied);
    assert!(stdout(&run(place.path(), &["--diff", "--fix=all"])).is_empty());
}

#[test]
fn encodings_and_marks_are_kept() {
    let text = "# größer\r\ndns = \"10.0.0.0\"\r\n".to_owned();
    let wanted = text.replace(BAD, GOOD);
    let code_of_it = cluster("var.dns", "") + "variable \"dns\" {}\n";
    let utf16 =
        |text: &str, unit: fn(u16) -> [u8; 2]| std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect();
    let cases: Vec<(Vec<u8>, Vec<u8>)> = vec![
        (format!("\u{feff}{text}").into_bytes(), format!("\u{feff}{wanted}").into_bytes()),
        (utf16(&text, u16::to_le_bytes), utf16(&wanted, u16::to_le_bytes)),
        (utf16(&text, u16::to_be_bytes), utf16(&wanted, u16::to_be_bytes)),
    ];
    for (before, after) in cases {
        let place = folder(&[("main.tf", &code_of_it)]);
        let file = place.path().join("terraform.tfvars");
        fs::write(&file, before).unwrap();
        let output = run(place.path(), &["--fix"]);
        assert_eq!(fs::read(&file).unwrap(), after, "{}", stderr(&output));
    }
    let place = folder(&[("main.tf", &code_of_it)]);
    let mut broken = text.into_bytes();
    broken.extend(b"# \xff\n");
    fs::write(place.path().join("terraform.tfvars"), &broken).unwrap();
    let output = run(place.path(), &["--fix"]);
    assert_eq!(fs::read(place.path().join("terraform.tfvars")).unwrap(), broken);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("terraform.tfvars is not changed: it could not be read in full"), "{}", stderr(&output));
}

#[test]
fn links_and_permissions_stay() {
    let place = folder(&[("real/cluster.txt", &cluster(BAD, ""))]);
    let real = place.path().join("real/cluster.txt");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/cluster.txt", place.path().join("main.tf")).unwrap();
    let output = run(place.path(), &["--fix"]);
    assert!(place.path().join("main.tf").is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), cluster(GOOD, ""), "{}", stderr(&output));
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o640);
    let names: Vec<_> = fs::read_dir(place.path().join("real")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["cluster.txt"], "nothing is left behind");
}

#[test]
fn files_of_others_are_not_changed() {
    let module = cluster("var.dns", "") + "variable \"dns\" {\n  default = \"10.0.0.0\"\n}\n";
    let call = "module \"aks\" {\n  source = \"../outside\"\n}\n";
    let place = folder(&[("outside/main.tf", &module), ("inside/main.tf", call)]);
    fs::remove_dir(place.path().join(".git")).unwrap();
    fs::create_dir(place.path().join("inside/.git")).unwrap();
    let output = run(&place.path().join("inside"), &["--fix"]);
    assert_eq!(read(&place, "outside/main.tf"), module);
    assert!(stderr(&output).contains("../outside/main.tf is not changed: it lies outside the repository"), "{}", stderr(&output));
    assert_eq!(code(&output), 1);

    let place = folder(&[("main.tf", &cluster(BAD, "")), (".gitignore", "*.tf\n")]);
    let output = run(place.path(), &["--fix", "--no-ignore"]);
    assert_eq!(read(&place, "main.tf"), cluster(BAD, ""));
    assert!(stderr(&output).contains("main.tf is not changed: git ignores it"), "{}", stderr(&output));

    let call = "module \"aks\" {\n  source = \"./aks\"\n}\n";
    let config = "exclude = [\"aks/\"]\n";
    let place = folder(&[("main.tf", call), ("aks/main.tf", &module), ("overlint.toml", config)]);
    let output = run(place.path(), &["--fix", "--format", "compact"]);
    assert_eq!(read(&place, "aks/main.tf"), module);
    assert!(stderr(&output).contains("aks/main.tf is not changed: the configuration file excludes it"), "{}", stderr(&output));
    assert!(stdout(&output).contains("dns-service-ip"), "{}", stdout(&output));

    for path in ["a/.terraform/modules/x/main.tf", "vendor/x/main.tf"] {
        let place = folder(&[(path, &cluster(BAD, ""))]);
        let below = place.path().join(path);
        run(below.parent().unwrap(), &["--fix", "."]);
        run(place.path(), &["--fix", path]);
        assert_eq!(read(&place, path), cluster(BAD, ""), "{path}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let place = folder(&[("main.tf", &cluster(BAD, ""))]);
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(place.path().join("probe"), "").is_ok() {
        fs::remove_file(place.path().join("probe")).unwrap();
        eprintln!("skipped: this user can write everywhere");
        return;
    }
    let output = run(place.path(), &["--fix", "--format", "compact"]);
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("cannot change main.tf"), "{}", stderr(&output));
    assert!(stdout(&output).contains("dns-service-ip"), "what is still there is told: {}", stdout(&output));
    assert_eq!(read(&place, "main.tf"), cluster(BAD, ""));
}

/// What `--fix` and `--fix=all` make of files.
fn fixed(files: &[(&str, &str)], path: &str) -> (String, String) {
    let place = folder(files);
    run(place.path(), &["--fix"]);
    let safe = read(&place, path);
    run(place.path(), &["--fix=all"]);
    (safe, read(&place, path))
}

#[test]
fn what_serves_something_else_too_is_not_safe() {
    let text = cluster("local.dns", "");
    let alone = "locals {\n  dns = \"10.0.0.0\"\n}\n";
    let good = alone.replace("10.0.0.0", "10.0.0.10");
    assert_eq!(fixed(&[("main.tf", &text), ("x.tf", alone)], "x.tf"), (good.clone(), good.clone()));

    let also = format!("{alone}output \"dns\" {{\n  value = local.dns\n}}\n");
    let (safe, all) = fixed(&[("main.tf", &text), ("x.tf", &also)], "x.tf");
    assert_eq!((safe.as_str(), all), (also.as_str(), also.replace("10.0.0.0", "10.0.0.10")));

    // Another attribute of the same object is no use of this one.
    let object =
        "locals {\n  net = {\n    dns  = \"10.0.0.0\"\n    name = \"x\"\n  }\n}\noutput \"x\" {\n  value = local.net.name\n}\n";
    let text = cluster("local.net.dns", "");
    assert_eq!(fixed(&[("main.tf", &text), ("x.tf", object)], "x.tf").0, object.replace("10.0.0.0", "10.0.0.10"));
    let whole = object.replace("local.net.name", "local.net");
    assert_eq!(fixed(&[("main.tf", &text), ("x.tf", &whole)], "x.tf").0, whole);

    // A function may choose something else for others.
    let chosen = cluster("coalesce(var.dns, \"10.0.0.20\")", "");
    let values = "dns = \"10.0.0.0\"\n";
    let variable = "variable \"dns\" {}\n";
    let (safe, all) = fixed(&[("main.tf", &chosen), ("v.tf", variable), ("terraform.tfvars", values)], "terraform.tfvars");
    assert_eq!((safe.as_str(), all.as_str()), (values, "dns = \"10.0.0.10\"\n"));
}

#[test]
fn what_is_right_for_others_is_left() {
    let module = cluster("var.dns", "").replace("\"10.0.0.0/16\"", "var.services")
        + "variable \"services\" {}\nvariable \"dns\" {\n  default = \"10.0.0.10\"\n}\n";
    let call = |range: &str| format!("module \"aks\" {{\n  source   = \"../aks\"\n  services = \"{range}\"\n}}\n");
    let (one, other) = (call("10.0.0.0/16"), call("10.1.0.0/16"));
    let files = [("aks/main.tf", module.as_str()), ("one/main.tf", &one), ("other/main.tf", &other)];
    assert_eq!(fixed(&files, "aks/main.tf"), (module.clone(), module.clone()), "the other root would be broken");

    // Where it is wrong for both alike, it is changed.
    let (one, other) = (call("10.1.0.0/16"), call("10.1.0.0/16"));
    let good = module.replace("10.0.0.10", "10.1.0.10");
    let files = [("aks/main.tf", module.as_str()), ("one/main.tf", &one), ("other/main.tf", &other)];
    assert_eq!(fixed(&files, "aks/main.tf"), (good.clone(), good));
    let (one, other) = (call("10.1.0.0/16"), call("10.2.0.0/16"));
    let files = [("aks/main.tf", module.as_str()), ("one/main.tf", &one), ("other/main.tf", &other)];
    assert_eq!(fixed(&files, "aks/main.tf"), (module.clone(), module.clone()), "there is no address for both");
}

#[test]
fn each_scenario_is_changed_where_it_sets_the_value() {
    let text = cluster("var.dns", "") + "variable \"dns\" {}\n";
    let (dev, prod) = ("dns = \"10.0.0.0\"\n", "# the same mistake\ndns = \"10.0.0.0\"\n");
    let place = folder(&[
        ("main.tf", &text),
        ("env/dev.tfvars", dev),
        ("env/prod.tfvars", prod),
        ("env/test.tfvars", "dns = \"10.0.0.53\"\n"),
    ]);
    let output = run(place.path(), &["--fix"]);
    assert_eq!(read(&place, "env/dev.tfvars"), "dns = \"10.0.0.10\"\n", "{}", stderr(&output));
    assert_eq!(read(&place, "env/prod.tfvars"), "# the same mistake\ndns = \"10.0.0.10\"\n");
    assert_eq!(read(&place, "env/test.tfvars"), "dns = \"10.0.0.53\"\n");
    assert_eq!((code(&output), read(&place, "main.tf")), (0, text));
}

#[test]
fn a_missing_address_fits_the_range_in_every_scenario() {
    let text = cluster("", "").replace("    dns_service_ip      = \n", "").replace("\"10.0.0.0/16\"", "var.services")
        + "variable \"services\" {}\n";
    let (dev, prod) = ("services = \"10.0.0.0/16\"\n", "services = \"10.1.0.0/16\"\n");
    let (safe, _) = fixed(&[("main.tf", &text), ("env/dev.tfvars", dev), ("env/prod.tfvars", prod)], "main.tf");
    assert!(
        safe.contains("    service_cidr        = var.services\n    dns_service_ip      = cidrhost(var.services, 10)\n"),
        "{safe}"
    );
}

#[test]
fn compiled_templates_are_not_changed() {
    let bicep = "resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {\n  name: 'aks'\n  location: 'westeurope'\n  identity: { type: 'SystemAssigned' }\n  properties: {\n    agentPoolProfiles: [ { name: 'system', mode: 'System', vmSize: 'Standard_D4s_v5', count: 3, maxPods: 300 } ]\n    networkProfile: {\n      networkPlugin: 'azure'\n      networkPluginMode: 'overlay'\n      podCidr: '10.244.0.0/16'\n      serviceCidr: '10.0.0.0/16'\n      dnsServiceIP: '10.0.0.10'\n    }\n  }\n}\n";
    let json = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "metadata": { "_generator": { "name": "bicep", "version": "0.30.23.60470", "templateHash": "1" } },
  "resources": [
    {
      "type": "Microsoft.ContainerService/managedClusters",
      "apiVersion": "2025-05-01",
      "name": "aks",
      "location": "westeurope",
      "identity": { "type": "SystemAssigned" },
      "properties": {
        "agentPoolProfiles": [ { "name": "system", "mode": "System", "vmSize": "Standard_D4s_v5", "count": 3, "maxPods": 300 } ],
        "networkProfile": {
          "networkPlugin": "azure",
          "networkPluginMode": "overlay",
          "podCidr": "10.244.0.0/16",
          "serviceCidr": "10.0.0.0/16",
          "dnsServiceIP": "10.0.0.10"
        }
      }
    }
  ]
}
"#;
    let place = folder(&[("main.bicep", bicep), ("main.json", json)]);
    let output = run(place.path(), &["--fix", "--format", "compact"]);
    assert_eq!(read(&place, "main.bicep"), bicep.replace("300", "250"), "{}", stdout(&output));
    assert_eq!(read(&place, "main.json"), json);
}

#[test]
fn what_is_not_told_is_not_changed() {
    let (one, two) = (cluster(BAD, ""), cluster(BAD, "").replace("max", "min"));
    let files = [("one/main.tf", one.as_str()), ("two/main.tf", two.as_str())];
    let place = folder(&files);
    run(place.path(), &["--fix", "--report-only", "two/main.tf"]);
    assert_eq!((read(&place, "one/main.tf"), read(&place, "two/main.tf")), (one.clone(), cluster(GOOD, "")));

    let place = folder(&files);
    run(place.path(), &["--write-baseline", "known.json", "one"]);
    run(place.path(), &["--fix", "--baseline", "known.json"]);
    assert_eq!((read(&place, "one/main.tf"), read(&place, "two/main.tf")), (one.clone(), cluster(GOOD, "")));

    let ignored =
        one.replace("    dns_service_ip ", "    # overlint: ignore[dns-service-ip-boundary] on purpose\n    dns_service_ip ");
    let place = folder(&[("main.tf", &ignored)]);
    run(place.path(), &["--fix=all"]);
    assert_eq!(read(&place, "main.tf"), ignored);
}

#[test]
fn a_plan_beside_the_code_does_not_stand_in_the_way() {
    let text = cluster(BAD, "");
    let plan = r#"{
  "format_version": "1.2",
  "terraform_version": "1.9.0",
  "planned_values": { "root_module": { "resources": [ {
    "address": "azurerm_kubernetes_cluster.this", "mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "this",
    "provider_name": "registry.terraform.io/hashicorp/azurerm",
    "values": { "name": "example", "default_node_pool": [ { "name": "system", "node_count": 3 } ], "network_profile": [ {
      "network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.244.0.0/16", "service_cidr": "10.0.0.0/16",
      "dns_service_ip": "10.0.0.0" } ] }
  } ] } },
  "resource_changes": [],
  "configuration": { "root_module": {} }
}
"#;
    let place = folder(&[("main.tf", &text), ("plan.json", plan)]);
    let output = run(place.path(), &["--fix"]);
    assert_eq!((read(&place, "main.tf"), read(&place, "plan.json")), (cluster(GOOD, ""), plan.to_owned()), "{}", stdout(&output));
}

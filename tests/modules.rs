//! Modules that are not part of the code: downloaded ones, known ones, and others. Files in, report out.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::report::{Format, Report, Style, render};
use overlint::source::Sources;

/// Checks the root module in the current folder.
fn check(files: &[(&str, &str)]) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
    }
    sources.add_folder("");
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert_eq!(report.unreadable, []);
    (sources, report)
}

/// A finding: file, text at the place, and the places behind it.
type Found<'s> = (&'s str, &'s str, Vec<(&'s str, &'s str)>);

/// The findings of a rule.
fn found<'s>(sources: &'s Sources, report: &'s Report, rule: &str) -> Vec<Found<'s>> {
    let one = |f: &'s overlint::report::Finding| {
        let behind = f.related.iter().map(|r| (r.message.as_str(), sources.text(r.span))).collect();
        (sources.file(f.place.file).path(), sources.text(f.place), behind)
    };
    report.findings.iter().filter(|f| f.rule == rule).map(one).collect()
}

/// Why calls of modules are undecided.
fn unresolved(report: &Report) -> Vec<(&str, &str)> {
    report.undecided.iter().filter(|u| u.rule == "*").map(|u| (&*u.cluster, &*u.why.reason)).collect()
}

const LIST: &str = ".terraform/modules/modules.json";

fn list(modules: &[(&str, &str, &str, &str)]) -> String {
    let entry = |(key, source, version, dir): &(&str, &str, &str, &str)| {
        format!(r#"{{"Key":"{key}","Source":"{source}","Version":"{version}","Dir":"{dir}"}}"#)
    };
    let entries: Vec<_> = modules.iter().map(entry).collect();
    format!(r#"{{"Modules":[{{"Key":"","Source":"","Dir":"."}},{}]}}"#, entries.join(","))
}

const AKS: &str = r#"
variable "pods" {}
variable "plugin" { default = "azure" }
resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {}
  network_profile {
    network_plugin      = var.plugin
    network_plugin_mode = "overlay"
    pod_cidr            = var.pods
  }
}
"#;

const CALL: &str = r#"
locals { pods = "10.100.0.0/25" }
module "aks" {
  source  = "acme/aks/azurerm"
  version = "~> 2.0"
  pods    = local.pods
}
"#;

#[test]
fn a_finding_in_a_downloaded_module_is_told_at_the_argument() {
    let list = list(&[("aks", "registry.terraform.io/acme/aks/azurerm", "2.3.4", ".terraform/modules/aks")]);
    let (sources, report) = check(&[("main.tf", CALL), (LIST, &list), (".terraform/modules/aks/main.tf", AKS)]);
    let behind = vec![("local.pods", "\"10.100.0.0/25\""), ("where the module uses it", "var.pods")];
    assert_eq!(found(&sources, &report, "pod-cidr-below-one-node"), [("main.tf", "local.pods", behind)]);
    assert_eq!(unresolved(&report), []);
}

#[test]
fn without_an_argument_it_is_told_at_the_call() {
    let list = list(&[("aks", "registry.terraform.io/acme/aks/azurerm", "2.3.4", ".terraform/modules/aks")]);
    let aks = AKS.replace("variable \"pods\" {}", "variable \"pods\" { default = \"10.100.0.0/26\" }");
    let call = CALL.replace("pods    = local.pods", "");
    let (sources, report) = check(&[("main.tf", &call), (LIST, &list), (".terraform/modules/aks/main.tf", &aks)]);
    let behind = vec![("default of var.pods", "\"10.100.0.0/26\""), ("where the module uses it", "var.pods")];
    assert_eq!(found(&sources, &report, "pod-cidr-below-one-node"), [("main.tf", "module \"aks\"", behind)]);
}

#[test]
fn modules_inside_modules_and_in_folders_of_packages() {
    let list = list(&[
        ("platform", "./platform", "", "platform"),
        ("platform.k8s", "git::https://example.com/modules.git//aks?ref=v1", "", ".terraform/modules/platform.k8s/aks"),
        ("platform.k8s.inner", "registry.terraform.io/acme/aks/azurerm", "2.0.0", ".terraform/modules/platform.k8s.inner"),
        ("platform.k8s.inner.net", "./net", "", ".terraform/modules/platform.k8s.inner/net"),
    ]);
    let files = [
        ("main.tf", "module \"platform\" {\n  source = \"./platform\"\n  range = \"10.100.0.0/25\"\n}\n"),
        (
            "platform/main.tf",
            "variable \"range\" {}\nmodule \"k8s\" {\n  source = \"git::https://example.com/modules.git//aks?ref=v1\"\n  \
             range = var.range\n}\n",
        ),
        (LIST, &list),
        (
            ".terraform/modules/platform.k8s/aks/main.tf",
            "variable \"range\" {}\nmodule \"inner\" {\n  source = \"acme/aks/azurerm\"\n  pods = var.range\n}\n",
        ),
        (".terraform/modules/platform.k8s.inner/main.tf", &format!("{AKS}module \"net\" {{\n  source = \"./net\"\n}}\n")),
        (".terraform/modules/platform.k8s.inner/net/main.tf", ""),
    ];
    let (sources, report) = check(&files);
    assert_eq!(unresolved(&report), []);
    let found = found(&sources, &report, "pod-cidr-below-one-node");
    // The nearest of the user's own lines: the argument in the local module.
    assert_eq!((found[0].0, found[0].1, found.len()), ("platform/main.tf", "var.range", 1));
    let messages: Vec<_> = found[0].2.iter().map(|(message, _)| *message).collect();
    let expected = ["argument range of module.platform", "where the module uses it"];
    assert_eq!(messages, expected);
}

#[test]
fn a_list_that_is_out_of_date_is_not_used() {
    for (source, version) in
        [("registry.terraform.io/other/aks/azurerm", "2.3.4"), ("registry.terraform.io/acme/aks/azurerm", "1.9.0")]
    {
        let list = list(&[("aks", source, version, ".terraform/modules/aks")]);
        let (_, report) = check(&[("main.tf", CALL), (LIST, &list), (".terraform/modules/aks/main.tf", AKS)]);
        assert_eq!(unresolved(&report), [("module.aks", "the module acme/aks/azurerm is not part of this code")]);
    }
    // The same source in another spelling.
    let call = CALL.replace("acme/aks/azurerm", "github.com/acme/aks").replace("version = \"~> 2.0\"", "");
    let list = list(&[("aks", "git::https://github.com/acme/aks.git", "", ".terraform/modules/aks")]);
    let (_, report) = check(&[("main.tf", &call), (LIST, &list), (".terraform/modules/aks/main.tf", AKS)]);
    assert_eq!(unresolved(&report), []);
}

#[test]
fn a_list_that_is_none_is_as_good_as_no_list() {
    for text in ["", "null", "{\"Modules\": 1}", "[1, 2"] {
        let (_, report) = check(&[("main.tf", CALL), (LIST, text), (".terraform/modules/aks/main.tf", AKS)]);
        assert_eq!(unresolved(&report).len(), 1, "{text}");
    }
}

#[test]
fn downloaded_modules_narrow_the_version_of_the_provider() {
    let list = list(&[("aks", "registry.terraform.io/acme/aks/azurerm", "2.3.4", ".terraform/modules/aks")]);
    let constraint = |version: &str| {
        let required = format!("terraform {{\n  required_providers {{\n    azurerm = \"{version}\"\n  }}\n}}\n{AKS}");
        let old = required.replace("network_plugin_mode", "docker_bridge_cidr = \"172.17.0.1/16\"\n    network_plugin_mode");
        let (_, report) = check(&[("main.tf", CALL), (LIST, &list), (".terraform/modules/aks/main.tf", &old)]);
        report.findings.iter().filter(|f| f.rule == "deprecated-network-attribute").count()
    };
    assert_eq!(constraint("~> 3.40.0"), 0);
    assert_eq!(constraint("~> 3.60"), 1);
}

/// Checks one file.
fn check_main(main: &str) -> (Sources, Report) {
    check(&[("main.tf", main)])
}

/// A network of `Azure/vnet/azurerm` and a cluster of `Azure/aks/azurerm` in it.
fn aks(version: &str, arguments: &str) -> String {
    format!(
        r#"
module "vnet" {{
  source              = "Azure/vnet/azurerm"
  version             = "4.1.0"
  resource_group_name = "rg"
  vnet_location       = "westeurope"
  use_for_each        = true
  address_space       = ["10.0.0.0/8"]
  subnet_names        = ["aks", "other"]
  subnet_prefixes     = ["10.1.0.0/24", "10.2.0.0/24"]
}}
module "aks" {{
  source              = "Azure/aks/azurerm"
  version             = "{version}"
  resource_group_name = "rg"
  prefix              = "p"
  location            = "westeurope"
  {arguments}
}}
"#
    )
}

#[test]
fn a_known_module_makes_a_cluster_of_its_arguments() {
    let overlay = r#"network_plugin = "azure"
        network_plugin_mode  = "overlay"
        net_profile_pod_cidr = local.pods
        vnet_subnet_id       = module.vnet.vnet_subnets_name_id["aks"]"#;
    let main = format!("locals {{ pods = \"10.1.0.0/16\" }}\n{}", aks("~> 9.0", overlay));
    let (sources, report) = check_main(&main);
    assert_eq!(unresolved(&report), []);
    assert_eq!(report.clusters.iter().collect::<Vec<_>>(), [": module.aks.azurerm_kubernetes_cluster.main"]);
    let overlap = report.findings.iter().find(|f| f.rule == "pod-cidr-overlaps-node-subnet").unwrap();
    assert_eq!(sources.text(overlap.place), "local.pods");
    let behind: Vec<_> = overlap.related.iter().map(|r| (r.message.as_str(), sources.text(r.span))).collect();
    assert_eq!(behind, [("local.pods", "\"10.1.0.0/16\""), ("node subnet aks 10.1.0.0/24", "\"10.1.0.0/24\"")]);
}

#[test]
fn defaults_of_a_known_module_are_told_at_the_call() {
    // kubenet by default, and no mode.
    let (sources, report) = check_main(&aks("6.8.0", ""));
    let kubenet = report.findings.iter().find(|f| f.rule == "kubenet-retirement").unwrap();
    assert_eq!(sources.text(kubenet.place), "module \"aks\"");
    let behind: Vec<_> = kubenet.related.iter().map(|r| r.message.as_str()).collect();
    assert_eq!(behind, ["default of network_plugin in module.aks"]);
    let (sources, report) = check_main(&aks("6.8.0", "network_plugin = \"azure\""));
    let mode = report.findings.iter().find(|f| f.rule == "overlay-mode-not-set").unwrap();
    assert_eq!(sources.text(mode.place), "module \"aks\"");
}

#[test]
fn names_of_arguments_depend_on_the_version() {
    let overlay = "network_plugin = \"azure\"\n  network_plugin_mode = \"overlay\"\n  net_profile_pod_cidr = \"10.1.0.0/16\"";
    for (version, subnet) in [
        ("9.4.1", "vnet_subnet_id = module.vnet.vnet_subnets[0]"),
        ("10.2.0", "vnet_subnet = { id = module.vnet.vnet_subnets[0] }"),
        (">= 11.0, < 12.0", "vnet_subnet = { id = module.vnet.vnet_subnets[0] }"),
    ] {
        let (_, report) = check_main(&aks(version, &format!("{overlay}\n  {subnet}")));
        assert_eq!(report.findings.iter().filter(|f| f.rule == "pod-cidr-overlaps-node-subnet").count(), 1, "{version}");
    }
    let nodes = |version: &str, more: &str| {
        let (_, report) = check_main(&aks(version, &format!("{overlay}\n  agents_max_count = 2000\n  {more}")));
        report.findings.iter().filter(|f| f.rule == "pod-cidr-capacity").count()
    };
    assert_eq!(nodes("9.4.1", "enable_auto_scaling = true"), 1);
    assert_eq!(nodes("11.0.0", "auto_scaling_enabled = true"), 1);
    assert_eq!(nodes("11.0.0", ""), 0);
    let pools = r#"node_pools = { a = { name = "a", vm_size = "Standard_D4s_v5", node_count = 900 } }"#;
    assert_eq!(nodes("11.0.0", pools), 1);
}

/// Its `enable_auto_scaling` is gone in azurerm 4.
#[test]
fn known_modules_narrow_the_version_of_the_provider() {
    let pool = r#"
resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name                  = "user"
  kubernetes_cluster_id = module.aks.aks_id
  enable_auto_scaling   = true
  min_count             = 1
  max_count             = 3
}
"#;
    let told = |version: &str| {
        let call = format!(
            "module \"aks\" {{\n  source  = \"Azure/aks/azurerm\"\n  version = \"{version}\"\n  resource_group_name = \"rg\"\n}}\n"
        );
        let (_, report) = check_main(&(call + pool));
        report.findings.iter().any(|f| f.rule == "deprecated-network-attribute")
    };
    // 6.7.0 is the first version that requires azurerm below 4.0.
    assert!(told("6.6.0"));
    assert!(!told("6.7.0"));
    assert!(!told("~> 9.0"));
    assert!(told("11.0.0"));
}

#[test]
fn what_is_not_listed_is_not_known() {
    let unlisted = "the version of the module Azure/aks/azurerm that is asked for here is not among the known ones";
    for (source, version, why) in [
        ("Azure/aks/azurerm", "= 3.0.0", unlisted),
        ("Azure/aks/azurerm", ">= 99", unlisted),
        ("Azure/aks/azurerm//v4", "10.0.0", "the module Azure/aks/azurerm//v4 is not part of this code"),
        ("acme/kubernetes/azurerm", "1.0.0", "the module acme/kubernetes/azurerm is not part of this code"),
    ] {
        let main = aks(version, "").replace("\"Azure/aks/azurerm\"", &format!("\"{source}\""));
        let (_, report) = check_main(&main);
        assert_eq!(unresolved(&report), [("module.aks", why)], "{source} {version}");
    }
    // From its repository, with the tag as the version.
    let git = |source: &str| {
        let main = aks("", "").replace("\"Azure/aks/azurerm\"", &format!("\"{source}\""));
        check_main(&main.replace("version             = \"\"", "")).1.clusters.len()
    };
    assert_eq!(git("git::https://github.com/Azure/terraform-azurerm-aks.git?ref=9.1.0"), 1);
    assert_eq!(git("github.com/azure/terraform-azurerm-aks?ref=v9.1.0"), 1);
    assert_eq!(git("git::https://github.com/Azure/terraform-azurerm-aks.git?ref=main"), 0);
    assert_eq!(git("git::https://github.com/Azure/terraform-azurerm-aks.git"), 0);
}

#[test]
fn what_a_known_module_gives_besides_is_not_known() {
    let pods = "try(module.aks.network_profile[0].pod_cidr, \"10.0.0.0/30\")";
    let own = AKS.replace("variable \"pods\" {}", "").replace("var.pods", pods);
    let (sources, report) = check_main(&format!("{}{own}", aks("9.1.0", "")));
    assert_eq!(found(&sources, &report, "pod-cidr-below-one-node"), []);
    let why = report.undecided.iter().find(|u| u.rule == "pod-cidr-below-one-node").unwrap();
    assert_eq!(&*why.why.reason, "the output network_profile of module.aks is not known");
    assert_eq!(sources.text(why.why.span.unwrap()), "module \"aks\"");
}

#[test]
fn every_place_in_a_report_is_in_a_file_of_the_user() {
    let unknown = "network_plugin = var.u\n  node_pools = var.u\n  vnet_subnet = var.u\n  enable_auto_scaling = var.u";
    let unknown = format!("variable \"u\" {{}}\n{}", aks("10.0.0", unknown));
    for main in [aks("11.5.0", ""), aks("4.5.0", "network_plugin = \"azure\""), unknown] {
        let (sources, report) = check_main(&main);
        let found = report.findings.iter().flat_map(|f| f.related.iter().map(|r| r.span).chain([f.place]));
        let undecided = report.undecided.iter().filter_map(|u| u.why.span);
        for place in found.chain(undecided) {
            assert_eq!(sources.file(place.file).path(), "main.tf", "{main}");
        }
    }
}

#[test]
fn avm_modules() {
    let avm = |version: &str, network: &str, pool: &str| {
        let main = format!(
            r#"
module "net" {{
  source        = "Azure/avm-res-network-virtualnetwork/azurerm"
  version       = "0.17.1"
  name          = "vnet"
  parent_id     = "/subscriptions/s/resourceGroups/rg"
  location      = "westeurope"
  address_space = ["10.0.0.0/8"]
  subnets       = {{ aks = {{ name = "snet-aks", address_prefixes = ["10.1.0.0/24"] }} }}
}}
module "aks" {{
  source              = "Azure/avm-res-containerservice-managedcluster/azurerm"
  version             = "{version}"
  name                = "aks"
  parent_id           = "/subscriptions/s/resourceGroups/rg"
  resource_group_name = "rg"
  location            = "westeurope"
  {network}
  {pool}
}}
"#
        );
        let (sources, report) = check_main(&main);
        assert_eq!(unresolved(&report), []);
        let of = |rule: &str| -> Vec<String> {
            report.findings.iter().filter(|f| f.rule == rule).map(|f| sources.text(f.place).to_owned()).collect()
        };
        (of("pod-cidr-overlaps-node-subnet"), of("overlay-mode-not-set"))
    };
    let (none, range) = (Vec::<String>::new(), vec!["\"10.1.0.0/16\"".to_owned()]);
    let subnet = "vnet_subnet_id = module.net.subnets[\"aks\"].resource_id";
    let profile = r#"network_profile = { network_plugin = "azure", network_plugin_mode = "overlay", pod_cidr = "10.1.0.0/16" }"#;
    // Before 0.4 the default is an overlay.
    let pool = format!("default_node_pool = {{ name = \"p\", vm_size = \"Standard_D4s_v5\", {subnet} }}");
    assert_eq!(avm("0.3.3", profile, &pool), (range.clone(), none.clone()));
    assert_eq!(avm("0.3.3", "", &pool), (none.clone(), none.clone()));
    let pool = format!("default_agent_pool = {{ {subnet} }}");
    assert_eq!(avm("~> 0.8", profile, &pool), (range, none.clone()));
    let flat = "network_profile = { network_plugin = \"azure\" }";
    assert_eq!(avm("~> 0.8", flat, &pool), (none, vec!["module \"aks\"".to_owned()]));
}

#[test]
fn networks_of_known_modules_are_linked() {
    let aks = |subnet: &str| {
        AKS.replace("variable \"pods\" {}", "")
            .replace("var.pods", "\"10.1.0.0/16\"")
            .replace("default_node_pool {}", &format!("default_node_pool {{\n    vnet_subnet_id = {subnet}\n  }}"))
    };
    let overlaps = |module: &str, subnet: &str| {
        let (_, report) = check_main(&format!("module \"net\" {{\n{module}\n}}\n{}", aks(subnet)));
        assert_eq!(unresolved(&report), []);
        report.findings.iter().any(|f| f.rule == "pod-cidr-overlaps-node-subnet")
    };
    let call = |source: &str, version: &str, arguments: &str| {
        let named =
            "resource_group_name = \"rg\"\n subnet_names = [\"a\", \"b\"]\n subnet_prefixes = [\"10.9.0.0/24\", \"10.1.0.0/24\"]";
        format!("source = \"Azure/{source}/azurerm\"\n version = \"{version}\"\n {named}\n {arguments}")
    };
    let placed = "address_space = [\"10.0.0.0/8\"]\n vnet_location = \"x\"";
    for (version, more) in [("2.6.0", ""), ("3.2.0", ""), ("4.1.0", "use_for_each = false"), ("5.0.1", "")] {
        let module = call("vnet", version, &format!("{placed}\n {more}"));
        assert!(overlaps(&module, "module.net.vnet_subnets[1]"), "vnet {version}");
        assert!(!overlaps(&module, "module.net.vnet_subnets[0]"), "vnet {version}");
    }
    for (version, more) in [("3.5.0", ""), ("5.3.0", "use_for_each = true")] {
        let module = call("network", version, &format!("address_space = \"10.0.0.0/8\"\n {more}"));
        assert!(overlaps(&module, "module.net.vnet_subnets[1]"), "network {version}");
    }
    let module = r#"source                          = "Azure/subnets/azurerm"
        version                       = "1.0.0"
        resource_group_name           = "rg"
        virtual_network_name          = "v"
        virtual_network_location      = "x"
        virtual_network_address_space = ["10.0.0.0/8"]
        subnets                       = { a = { address_prefixes = ["10.1.0.0/24"] } }"#;
    assert!(overlaps(module, "module.net.vnet_subnets_name_id[\"a\"]"));
    let module = r#"source            = "Azure/avm-res-network-virtualnetwork/azurerm"
        version             = "0.8.1"
        name                = "v"
        resource_group_name = "rg"
        location            = "x"
        address_space       = ["10.0.0.0/8"]
        subnets             = { a = { name = "s", address_prefix = "10.1.0.0/24" } }"#;
    assert!(overlaps(module, "module.net.subnets[\"a\"].resource_id"));
    assert!(overlaps(module, "module.net.subnets.a.resource.id"));
}

#[test]
fn the_summary_names_what_may_hold_a_cluster() {
    let summary = |main: &str| {
        let (sources, report) = check_main(main);
        let mut out = Vec::new();
        let style = Style { width: 200, ..Style::default() };
        render(Format::Text, &report, &sources, &style, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().last().unwrap().to_owned()
    };
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"acme/aks/azurerm\"\n}}\n");
    let hint = "check undecided (--undecided lists them)";
    assert_eq!(summary(&call("a")), format!("no AKS cluster found (1 file), but module.a may hold one; 1 {hint}"));
    let two = format!("{}{}", call("a"), call("b"));
    assert!(summary(&two).starts_with("no AKS cluster found (1 file), but module.a and 1 more may hold one; 2 "));
}

/// The modules for subnets and peerings inside the one for VNets are called by themselves, too.
#[test]
fn modules_inside_a_known_module() {
    let main = |version: &str, group: &str, vnet: &str, remote: &str, access: &str| {
        let source = "Azure/avm-res-network-virtualnetwork/azurerm";
        let network = |name: &str, space: &str| {
            format!(
                "module \"{name}\" {{\n  source  = \"{source}\"\n  version = \"{version}\"\n  name = \"{name}\"\n  {group}\n  \
                 location = \"x\"\n  address_space = [\"{space}\"]\n}}\n"
            )
        };
        let aks = AKS
            .replace("variable \"pods\" {}", "")
            .replace("var.pods", "\"10.1.0.0/16\"")
            .replace("default_node_pool {}", "default_node_pool {\n    vnet_subnet_id = module.subnet.resource_id\n  }");
        format!(
            r#"{}{}{aks}
module "subnet" {{
  source         = "{source}//modules/subnet"
  version        = "{version}"
  name           = "nodes"
  address_prefix = "10.1.2.0/24"
  delegation     = [{{ name = "d", service_delegation = {{ name = "Microsoft.Web/serverFarms" }} }}]
  {vnet}
}}
module "peering" {{
  source  = "{source}//modules/peering"
  version = "{version}"
  name    = "p"
  {vnet}
  {remote}
  {access}
}}
"#,
            network("spoke", "10.1.2.0/23"),
            network("hub", "10.1.128.0/17")
        )
    };
    let rules = |main: &str| {
        let (_, report) = check_main(main);
        assert_eq!(unresolved(&report), []);
        report.findings.iter().map(|f| f.rule).collect::<Vec<_>>()
    };
    let old = |access: &str| {
        main(
            "0.8.1",
            "resource_group_name = \"rg\"",
            "virtual_network = { resource_id = module.spoke.resource.id }",
            "remote_virtual_network = { resource_id = module.hub.resource_id }",
            access,
        )
    };
    let new = |access: &str| {
        main(
            "0.15.0",
            "parent_id = \"/subscriptions/s/resourceGroups/rg\"",
            "parent_id = module.spoke.resource_id",
            "remote_virtual_network_id = module.hub.resource_id",
            access,
        )
    };
    for main in [&old as &dyn Fn(&str) -> String, &new] {
        let found = rules(&main(""));
        for rule in ["pod-cidr-overlaps-node-subnet", "node-subnet-delegated", "pod-cidr-overlaps-peered-vnet"] {
            assert!(found.contains(&rule), "{rule}: {found:?}");
        }
        let closed = rules(&main("allow_virtual_network_access = false"));
        assert!(!closed.contains(&"pod-cidr-overlaps-peered-vnet"), "{closed:?}");
    }
}

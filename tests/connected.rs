//! Networks around a cluster: what the configuration tells, and which VNets of virtual hubs and of peered VNets are reached.

mod common;

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::{Asked, Sources};

const NODES: &str = r#"
resource "azurerm_virtual_network" "nodes" {
  name                = "nodes"
  resource_group_name = "rg"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.nodes.name
  address_prefixes     = ["10.1.0.0/22"]
}
"#;

/// A cluster in a subnet, with Azure's usual ranges.
fn cluster(subnet: &str) -> String {
    format!(
        r#"
resource "azurerm_kubernetes_cluster" "c" {{
  default_node_pool {{
    name           = "system"
    vnet_subnet_id = {subnet}
  }}
  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.0.0.0/16"
    dns_service_ip      = "10.0.0.10"
  }}
}}
"#
    )
}

fn check(main: (&str, &str), settings: &str) -> Report {
    let mut sources = Sources::new();
    sources.add("overlint.toml", settings.as_bytes());
    sources.add(main.0, main.1.as_bytes());
    sources.add_folder("");
    sources.ask(main.0, Asked::Found);
    let file = sources.iter().find(|(_, f)| f.path() == "overlint.toml").map(|(id, _)| id).unwrap();
    sources.set_config("", file);
    overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap()
}

/// What a rule says: its findings, or why it is undecided.
fn said(report: &Report, rule: &str) -> Vec<String> {
    let found = report.findings.iter().filter(|f| f.rule == rule).map(|f| format!("{}: {}", f.severity, f.message));
    let undecided = report.undecided.iter().filter(|u| u.rule == rule).map(|u| format!("? {}", u.why.reason));
    found.chain(undecided).collect()
}

const RULES: [&str; 3] = ["pod-cidr-overlaps-onprem", "pod-cidr-overlaps-peered-vnet", "service-cidr-overlaps-connected"];

fn all_said(main: &str, settings: &str) -> Vec<Vec<String>> {
    let report = check(("main.tf", main), settings);
    assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
    RULES.iter().map(|rule| said(&report, rule)).collect()
}

#[test]
fn the_configuration_tells_what_the_code_does_not_show() {
    let main = NODES.to_owned() + &cluster("azurerm_subnet.nodes.id");
    let settings = "[network]\non-premises = [\"10.8.0.0/14\", \"10.244.7.0/24\"]\npeered = [\"10.0.0.0/24\"]\n";
    let onprem = "error: pod CIDR 10.244.0.0/16 overlaps 10.244.7.0/24, which the configuration calls on-premises";
    let service = "warning: service CIDR 10.0.0.0/16 overlaps 10.0.0.0/24, which the configuration calls peered";
    assert_eq!(all_said(&main, settings), [vec![onprem], vec![], vec![service]]);
    let main = ("main.tf", &*main);
    let report = check(main, settings);
    let finding = report.findings.iter().find(|f| f.rule == RULES[0]).unwrap();
    assert!(finding.related.iter().any(|r| r.message.starts_with("10.244.7.0/24")), "{:?}", finding.related);
}

#[test]
fn who_tells_of_networks_tells_of_all() {
    let main = "data \"azurerm_subnet\" \"nodes\" {\n  name = \"nodes\"\n  virtual_network_name = \"nodes\"\n  resource_group_name = \"rg\"\n}\n"
        .to_owned()
        + &cluster("data.azurerm_subnet.nodes.id");
    let open: Vec<bool> = all_said(&main, "").iter().map(|said| said.iter().any(|s| s.starts_with('?'))).collect();
    assert_eq!(open, [true, true, true]);
    let none: [Vec<String>; 3] = Default::default();
    assert_eq!(all_said(&main, "[network]\non-premises = []\npeered = []\n"), none);
    let open: Vec<usize> = all_said(&main, "[network]\non-premises = []\n").iter().map(Vec::len).collect();
    assert_eq!(open, [0, 1, 1]);
}

#[test]
fn the_configuration_holds_for_templates_too() {
    let main = "resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {\n  name: 'c'\n  location: 'westeurope'\n  \
                properties: {\n    agentPoolProfiles: [{ name: 'a', count: 1, vmSize: 'Standard_D4s_v5' }]\n    networkProfile: \
                { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: '10.244.0.0/16' }\n  }\n}\n";
    let report = check(("main.bicep", main), "[network]\non-premises = [\"10.244.0.0/16\"]\n");
    assert_eq!(said(&report, RULES[0]).len(), 1);
}

#[test]
fn mistakes_in_the_configuration_are_told() {
    let mistakes =
        |settings| -> Vec<String> { check(("main.tf", NODES), settings).unreadable.iter().map(|u| u.message.clone()).collect() };
    assert_eq!(
        mistakes("[network]\non-premises = [\"10.0.0.0\"]\n"),
        ["this is not a CIDR: it has no prefix length such as /16"]
    );
    assert_eq!(mistakes("network = 1\n"), ["network is a table: write [network]"]);
    assert_eq!(mistakes("[network]\npeered = \"x\"\n"), ["peered is a list of ranges, such as [\"10.8.0.0/14\"]"]);
    assert_eq!(mistakes("[network]\nvpn = []\n"), ["there is no setting vpn; here may stand on-premises, peered"]);
}

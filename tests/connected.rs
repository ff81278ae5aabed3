//! Networks around a cluster: what the configuration tells, and which VNets of virtual hubs and of peered VNets are reached.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

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

/// A gateway in the VNet of the nodes, connected to an office.
fn gateway(gateway: &str, connection: &str) -> String {
    let resource = |kind: &str, name: &str, body: &str| format!("resource \"{kind}\" \"{name}\" {{\n{body}\n}}\n");
    NODES.to_owned()
        + &resource(
            "azurerm_subnet",
            "gateway",
            "name = \"GatewaySubnet\"\nresource_group_name = \"rg\"\nvirtual_network_name = azurerm_virtual_network.nodes.name\n\
             address_prefixes = [\"10.1.8.0/27\"]",
        )
        + &resource(
            "azurerm_virtual_network_gateway",
            "vpn",
            &format!("ip_configuration {{\nsubnet_id = azurerm_subnet.gateway.id\n}}\n{gateway}"),
        )
        + &resource("azurerm_local_network_gateway", "office", "address_space = [\"10.244.0.0/24\"]")
        + &resource(
            "azurerm_virtual_network_gateway_connection",
            "office",
            &format!("virtual_network_gateway_id = azurerm_virtual_network_gateway.vpn.id\n{connection}"),
        )
        + "variable \"n\" {}\n"
        + &cluster("azurerm_subnet.nodes.id")
}

#[test]
fn gateways_that_may_not_be_there_are_undecided() {
    let onprem = |vpn: &str, connection: &str| all_said(&gateway(vpn, connection), "").swap_remove(0);
    let office = "local_network_gateway_id = azurerm_local_network_gateway.office.id";
    let found =
        "error: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/24 of the local network gateway azurerm_local_network_gateway.office";
    assert_eq!(onprem("type = \"Vpn\"", office), [found]);
    let undecided = |said: Vec<String>| said.iter().all(|s| s.starts_with("? ")) && said.len() == 1;
    assert!(undecided(onprem("type = \"Vpn\"\ncount = var.n", office)));
    assert!(undecided(onprem("type = \"Vpn\"", &format!("count = var.n\n{office}"))));
    assert!(undecided(onprem("type = \"Vpn\"", "local_network_gateway_id = var.n")));
    assert!(undecided(onprem("type = \"ExpressRoute\"", "express_route_circuit_id = var.n")));
    // An office elsewhere is found beside what is not known.
    let both = onprem("type = \"ExpressRoute\"", office);
    assert_eq!((both.len(), &*both[0]), (2, found));
}

#[test]
fn clusters_may_share_a_pod_cidr() {
    let one = cluster("azurerm_subnet.nodes.id");
    let two = one.replace("\"c\"", "\"d\"");
    let none: [Vec<String>; 3] = Default::default();
    assert_eq!(all_said(&(NODES.to_owned() + &one + &two), ""), none);
    let report = check(("main.tf", &(NODES.to_owned() + &one + &two)), "");
    assert_eq!(report.clusters.len(), 2);
    assert!(!report.findings.iter().any(|f| f.message.contains("10.244.0.0/16")), "{:?}", report.findings);
}

#[test]
fn a_route_counts_while_the_configuration_is_silent() {
    let routes = r#"
resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
  route {
    address_prefix = "0.0.0.0/0"
    next_hop_type  = "VirtualAppliance"
  }
  route {
    address_prefix = "10.240.0.0/12"
    next_hop_type  = "VirtualAppliance"
  }
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.nodes.id
  route_table_id = azurerm_route_table.t.id
}
"#;
    let main = NODES.to_owned() + routes + &cluster("azurerm_subnet.nodes.id");
    let warning =
        "warning: pod CIDR 10.244.0.0/16 overlaps 10.240.0.0/12, which a route of the nodes sends to a VirtualAppliance";
    assert_eq!(all_said(&main, "")[0], [warning]);
    assert!(all_said(&main, "[network]\non-premises = [\"10.8.0.0/14\"]\n")[0].is_empty());
}

//! Which subnets have which route table and NAT gateway, in all the ways that code says so.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::source::Sources;

const NETWORK: &str = r#"
variable "unknown" {}

resource "azurerm_virtual_network" "net" {
  name                = "net"
  resource_group_name = "rg"
  address_space       = ["10.1.0.0/16"]
}

resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.1.0.0/24"]
}

resource "azurerm_subnet" "other" {
  name                 = "other"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.1.1.0/24"]
}
"#;

const GATEWAY: &str = r#"
resource "azurerm_nat_gateway" "nat" {
  name                = "nat"
  resource_group_name = "rg"
}
"#;

fn cluster(outbound: &str, subnet: &str) -> String {
    format!(
        r#"
resource "azurerm_kubernetes_cluster" "aks" {{
  name = "aks"
  default_node_pool {{
    name           = "system"
    vnet_subnet_id = {subnet}
  }}
  network_profile {{
    network_plugin = "azure"
    outbound_type  = "{outbound}"
  }}
}}
"#
    )
}

fn association(of: &str, subnet: &str, id: &str) -> String {
    format!(
        r#"
resource "azurerm_subnet_{of}_association" "this" {{
  subnet_id   = {subnet}
  {of}_id = {id}
}}
"#
    )
}

fn table(inside: &str) -> String {
    format!(
        r#"
resource "azurerm_route_table" "rt" {{
  name                = "rt"
  resource_group_name = "rg"
  {inside}
}}
"#
    )
}

/// A route with a resource of its own, to the table with this name.
fn route(table: &str) -> String {
    format!(
        r#"
resource "azurerm_route" "default" {{
  name                = "default"
  resource_group_name = "rg"
  route_table_name    = {table}
  address_prefix      = "0.0.0.0/0"
  next_hop_type       = "VirtualAppliance"
}}
"#
    )
}

/// What the rules on egress say, in order: `rule: message`, and `rule undecided: reason`.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::new();
    for (folder, code) in files {
        sources.add(format!("{folder}/main.tf").trim_start_matches('/'), code.as_bytes());
        sources.add_folder(folder);
    }
    let rules = ["managed-nat-with-byo-vnet", "user-assigned-nat-association", "udr-default-route"];
    let config = Config { select: rules.map(str::to_owned).to_vec(), ..Config::default() };
    let report = overlint::with_threads(1, || overlint::check(&sources, &config)).unwrap();
    assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
    let found = report.findings.iter().map(|f| format!("{}: {}", f.rule, f.message));
    let undecided = report.undecided.iter().filter(|u| u.rule != "*");
    found.chain(undecided.map(|u| format!("{} undecided: {}", u.rule, u.why.reason))).collect()
}

/// The same for one file that has the VNet, its subnets and these parts.
fn told_of(parts: &[&str]) -> Vec<String> {
    told(&[("", &format!("{NETWORK}{}", parts.concat()))])
}

const NODES: &str = "azurerm_subnet.nodes.id";
const RT: &str = "azurerm_route_table.rt.id";
const NAT: &str = "azurerm_nat_gateway.nat.id";
const NOTHING: [&str; 0] = [];
const NO_GATEWAY: &str = r#"user-assigned-nat-association: outbound_type is "userAssignedNATGateway", but subnet nodes of node pool system has no NAT gateway"#;
const NO_TABLE: &str =
    r#"udr-default-route: outbound_type is "userDefinedRouting", but subnet nodes of node pool system has no route table"#;
const NO_ROUTE: &str =
    r#"udr-default-route: outbound_type is "userDefinedRouting", but azurerm_route_table.rt has no route for 0.0.0.0/0"#;

#[test]
fn a_gateway_is_at_the_subnet_that_its_association_names() {
    let own = cluster("userAssignedNATGateway", NODES);
    let id = r#""/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/nodes""#;
    let data = r#"
data "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = "rg"
  virtual_network_name = "net"
}
"#;
    for subnet in [NODES, id, "data.azurerm_subnet.nodes.id", r#""${azurerm_virtual_network.net.id}/subnets/nodes""#] {
        assert_eq!(told_of(&[GATEWAY, data, &association("nat_gateway", subnet, NAT), &own]), NOTHING, "{subnet}");
    }
    // It does not matter which gateway it is, nor how the outbound type is spelled.
    assert_eq!(told_of(&[&association("nat_gateway", NODES, "var.unknown"), &own]), NOTHING);
    let spelled = own.replace("userAssignedNATGateway", "UserAssignedNatGateway");
    assert_eq!(told_of(&[GATEWAY, &association("nat_gateway", NODES, NAT), &spelled]), NOTHING);
    for elsewhere in
        ["azurerm_subnet.other.id".to_owned(), id.replace("/net/", "/hub/"), id.replace("subnets/nodes", "subnets/pods")]
    {
        assert_eq!(told_of(&[GATEWAY, &association("nat_gateway", &elsewhere, NAT), &own]), [NO_GATEWAY], "{elsewhere}");
    }
}

#[test]
fn what_may_be_associated_is_undecided() {
    let own = cluster("userAssignedNATGateway", NODES);
    let undecided = |reason: &str| [format!("user-assigned-nat-association undecided: {reason}")];
    let hidden = association("nat_gateway", "var.unknown", NAT);
    assert_eq!(told_of(&[GATEWAY, &hidden, &own]), undecided("var.unknown has no value"));
    // What certainly is associated stays so, in any order.
    let certain = association("nat_gateway", NODES, NAT).replace("this", "that");
    assert_eq!(told_of(&[GATEWAY, &hidden, &certain, &own]), NOTHING);
    assert_eq!(told_of(&[GATEWAY, &certain, &hidden, &own]), NOTHING);
    let repeated = association("nat_gateway", NODES, NAT).replace("subnet_id", "count = var.unknown\n  subnet_id");
    assert_eq!(told_of(&[GATEWAY, &repeated, &own]), undecided("var.unknown has no value"));
    let conditional = association("nat_gateway", NODES, NAT).replace("subnet_id", "count = var.unknown ? 1 : 0\n  subnet_id");
    assert_eq!(told_of(&[GATEWAY, &conditional, &own]), undecided("this depends on whether var.unknown holds"));
    // A module from elsewhere may hold the association.
    let module = "module \"nat\" {\n  source = \"example/nat/azurerm\"\n}\n";
    assert_eq!(told_of(&[module, &own]), undecided("the module example/nat/azurerm is not part of this code"));
    assert_eq!(told_of(&[module, GATEWAY, &certain, &own]), NOTHING);
}

#[test]
fn an_association_in_a_module_counts_as_often_as_the_module_stands() {
    let module = r#"
variable "subnet" {}

resource "azurerm_nat_gateway" "nat" {
  name                = "nat"
  resource_group_name = "rg"
}

resource "azurerm_subnet_nat_gateway_association" "this" {
  subnet_id      = var.subnet
  nat_gateway_id = azurerm_nat_gateway.nat.id
}
"#;
    let call = |count: &str| format!("module \"nat\" {{\n  source = \"./nat\"\n  count = {count}\n  subnet = {NODES}\n}}\n");
    let told = |count: &str| {
        let root = format!("{NETWORK}{}{}", call(count), cluster("userAssignedNATGateway", NODES));
        told(&[("", &root), ("nat", module)])
    };
    assert_eq!(told("1"), NOTHING);
    assert_eq!(told("0"), [NO_GATEWAY]);
    assert_eq!(told("var.unknown"), ["user-assigned-nat-association undecided: how often module.nat[?] stands is not known"]);
}

#[test]
fn a_subnet_with_a_gateway_needs_its_outbound_type() {
    let of = |outbound: &str| told_of(&[GATEWAY, &association("nat_gateway", NODES, NAT), &cluster(outbound, NODES)]);
    let refused = "user-assigned-nat-association: outbound_type is \"loadBalancer\", but node subnet nodes has a NAT gateway";
    assert_eq!(of("loadBalancer"), [refused]);
    assert_eq!(of("none"), NOTHING);
    let default = cluster("loadBalancer", NODES).replace("outbound_type  = \"loadBalancer\"", "");
    let told = told_of(&[GATEWAY, &association("nat_gateway", NODES, NAT), &default]);
    assert_eq!(told, [refused.replace("outbound_type", "the implicit default outbound_type")]);
    // A managed gateway at a subnet of one's own is told once.
    assert_eq!(
        of("managedNATGateway"),
        [r#"managed-nat-with-byo-vnet: outbound_type is "managedNATGateway", but node pool system is in a subnet of your own"#]
    );
    // Nothing is associated that the code does not show, and nobody needs to know.
    assert_eq!(told_of(&[&cluster("loadBalancer", NODES)]), NOTHING);
}

#[test]
fn every_node_subnet_is_looked_at() {
    let second = r#"
resource "azurerm_kubernetes_cluster_node_pool" "second" {
  name                  = "second"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.aks.id
  vnet_subnet_id        = azurerm_subnet.other.id
}
"#;
    let own = cluster("userAssignedNATGateway", NODES);
    let told = told_of(&[GATEWAY, &association("nat_gateway", NODES, NAT), &own, second]);
    let second_lacks = NO_GATEWAY.replace("subnet nodes of node pool system", "subnet other of node pool second");
    assert_eq!(told, [second_lacks.as_str()]);
    // One that is not known does not hide the other.
    let unknown = own.replace(NODES, "var.unknown");
    let told = told_of(&[&unknown, second]);
    assert_eq!(told, [second_lacks.as_str(), "user-assigned-nat-association undecided: var.unknown has no value"]);
    // A route table that is wrong for two subnets is told once.
    let routed = cluster("userDefinedRouting", NODES);
    let tables = [
        association("route_table", NODES, RT),
        association("route_table", "azurerm_subnet.other.id", RT).replace("this", "that"),
    ];
    assert_eq!(told_of(&[&table(""), &tables.concat(), &routed, second]), [NO_ROUTE]);
}

#[test]
fn routes_are_found_in_the_table_and_beside_it() {
    let routed = cluster("userDefinedRouting", NODES);
    let linked = association("route_table", NODES, RT);
    let inline = "route {\n    name = \"d\"\n    address_prefix = \"0.0.0.0/0\"\n    next_hop_type = \"virtualappliance\"\n  }";
    let attribute = "route = [{ name = \"d\", address_prefix = \"0.0.0.0/0\", next_hop_type = \"VirtualNetworkGateway\" }]";
    for inside in [inline, attribute] {
        assert_eq!(told_of(&[&table(inside), &linked, &routed]), NOTHING, "{inside}");
    }
    for name in ["azurerm_route_table.rt.name", "\"rt\"", "\"RT\""] {
        assert_eq!(told_of(&[&table(""), &route(name), &linked, &routed]), NOTHING, "{name}");
    }
    assert_eq!(told_of(&[&table(""), &route("\"hub\""), &linked, &routed]), [NO_ROUTE]);
    assert_eq!(told_of(&[&linked, &routed, &table("lifecycle {\n    ignore_changes = [route]\n  }")]), [NO_ROUTE]);
    let undecided = ["udr-default-route undecided: var.unknown has no value"];
    assert_eq!(told_of(&[&table(""), &route("var.unknown"), &linked, &routed]), undecided);
    assert_eq!(told_of(&[&table("route = var.unknown"), &linked, &routed]), undecided);
    for (known, unknown) in [("\"0.0.0.0/0\"", "var.unknown"), ("\"VirtualAppliance\"", "var.unknown")] {
        let route = route("\"rt\"").replace(known, unknown);
        assert_eq!(told_of(&[&table(""), &route, &linked, &routed]), undecided, "{known}");
    }
    let internet = route("\"rt\"").replace("VirtualAppliance", "Internet");
    assert_eq!(
        told_of(&[&table(""), &internet, &linked, &routed]),
        [r#"udr-default-route: outbound_type is "userDefinedRouting", but the route for 0.0.0.0/0 leads to Internet"#]
    );
    // A table from elsewhere, with a route from here.
    let data = "data \"azurerm_route_table\" \"hub\" {\n  name = \"hub\"\n  resource_group_name = \"rg\"\n}\n";
    let linked = association("route_table", NODES, "data.azurerm_route_table.hub.id");
    assert_eq!(
        told_of(&[data, &linked, &routed]),
        ["udr-default-route undecided: data.azurerm_route_table.hub is read from Azure"]
    );
    assert_eq!(told_of(&[data, &route("data.azurerm_route_table.hub.name"), &linked, &routed]), NOTHING);
    assert_eq!(told_of(&[data, &route("\"hub\""), &linked, &routed]), NOTHING);
}

#[test]
fn subnets_may_name_their_route_table_themselves() {
    let routed = cluster("userDefinedRouting", NODES);
    let written = |code: &str| NETWORK.replace("[\"10.1.0.0/24\"]", &format!("[\"10.1.0.0/24\"]\n  {code}"));
    let told_with = |code: &str, table: &str| told(&[("", &format!("{}{table}{routed}", written(code)))]);
    assert_eq!(told_with("", &table("")), [NO_TABLE]);
    assert_eq!(told_with(&format!("route_table_id_wo = {RT}"), &table("")), [NO_ROUTE]);
    assert_eq!(told_with("route_table_id_wo = var.unknown", ""), ["udr-default-route undecided: var.unknown has no value"]);
    let inline = |id: &str| {
        let vnet = format!(
            r#"
variable "unknown" {{}}
resource "azurerm_virtual_network" "net" {{
  name                = "net"
  resource_group_name = "rg"
  address_space       = ["10.1.0.0/16"]
  subnet {{
    name             = "nodes"
    address_prefixes = ["10.1.0.0/24"]
    route_table_id   = {id}
  }}
}}
"#
        );
        let routed = cluster("userDefinedRouting", "azurerm_virtual_network.net.subnet[0].id");
        told(&[("", &format!("{vnet}{}{routed}", table("")))])
    };
    assert_eq!(inline(RT), [NO_ROUTE]);
    assert_eq!(inline("null"), [NO_TABLE]);
    assert_eq!(inline("var.unknown"), ["udr-default-route undecided: var.unknown has no value"]);
}

#[test]
fn a_private_cluster_may_learn_its_default_route() {
    let linked = association("route_table", NODES, RT);
    let private =
        cluster("userDefinedRouting", NODES).replace("name = \"aks\"", "name = \"aks\"\n  private_cluster_enabled = true");
    let learned = "udr-default-route undecided: the cluster is private, and may learn its default route over BGP";
    assert_eq!(told_of(&[&table(""), &linked, &private]), [learned]);
    for off in ["bgp_route_propagation_enabled = false", "disable_bgp_route_propagation = true"] {
        assert_eq!(told_of(&[&table(off), &linked, &private]), [NO_ROUTE], "{off}");
    }
    assert_eq!(told_of(&[&private]), [NO_TABLE]);
    let internet = route("\"rt\"").replace("VirtualAppliance", "Internet");
    assert_eq!(told_of(&[&table(""), &internet, &linked, &private]).len(), 1);
}

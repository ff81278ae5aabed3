//! Networks outside Azure, behind gateways of every kind: a finding where the code shows their ranges, else undecided with a reason.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use overlint::config::Config;

const RULE: &str = "pod-cidr-overlaps-onprem";

/// What a rule says of a file: its findings, and why it is undecided.
fn said(file: &str, code: &str, rule: &str) -> Vec<String> {
    let (_, report) = common::check_with(&[(file, code)], &Config::default());
    assert!(report.unreadable.is_empty(), "{code}: {:?}", report.unreadable);
    let found = report.findings.iter().filter(|f| f.rule == rule).map(|f| format!("{}: {}", f.severity, f.message));
    let undecided = report.undecided.iter().filter(|u| u.rule == rule).map(|u| format!("? {}", u.why.reason));
    found.chain(undecided).collect()
}

/// An overlay cluster with pods in 10.244.0.0/16, in a VNet of its own.
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
resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.nodes.name
  address_prefixes     = ["10.1.8.0/27"]
}
resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {
    name           = "system"
    vnet_subnet_id = azurerm_subnet.nodes.id
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.0.0.0/16"
    dns_service_ip      = "10.0.0.10"
  }
}
variable "unknown" {}
"#;

/// A gateway in the VNet of the nodes, and the connections of another one.
const GATEWAY: &str = r#"
resource "azurerm_virtual_network_gateway" "g" {
  type = "Vpn"
  ip_configuration {
    subnet_id = azurerm_subnet.gateway.id
  }
}
"#;

/// The VNet of the nodes at a virtual hub.
const HUB: &str = r#"
resource "azurerm_virtual_hub" "h" {
  name = "h"
}
resource "azurerm_virtual_hub_connection" "nodes" {
  virtual_hub_id            = azurerm_virtual_hub.h.id
  remote_virtual_network_id = azurerm_virtual_network.nodes.id
}
"#;

/// One resource of Terraform.
fn resource(kind: &str, name: &str, body: &str) -> String {
    format!("resource \"{kind}\" \"{name}\" {{\n{body}\n}}\n")
}

fn connection(kind: &str, body: &str) -> String {
    resource("azurerm_virtual_network_gateway_connection", "c", &format!("type = \"{kind}\"\n{body}"))
}

#[track_caller]
fn expect(code: &str, expected: &[&str]) {
    assert_eq!(said("main.tf", &(NODES.to_owned() + code), RULE), expected, "{code}");
}

/// Expects that nothing is found, and that a reason says why that is not the end.
#[track_caller]
fn open(code: &str, reason: &str) {
    expect(code, &[&format!("? {reason}")]);
}

const FROM: &str = "virtual_network_gateway_id = azurerm_virtual_network_gateway.g.id\n";
const OFFICE: &str = "local_network_gateway_id = azurerm_local_network_gateway.office.id\n";

fn office(body: &str) -> String {
    resource("azurerm_local_network_gateway", "office", body)
}

#[test]
fn a_local_network_gateway_tells_its_ranges() {
    let with = |ranges: &str, more: &str| {
        GATEWAY.to_owned()
            + &office(&format!("address_space = [{ranges}]"))
            + &connection("IPsec", &(FROM.to_owned() + OFFICE + more))
    };
    expect(&with("\"10.8.0.0/16\"", ""), &[]);
    let found =
        "error: pod CIDR 10.244.0.0/16 overlaps 10.244.9.0/24 of the local network gateway azurerm_local_network_gateway.office";
    expect(&with("\"10.8.0.0/16\", \"10.244.9.0/24\"", ""), &[found]);
    // With BGP there may be more than is written.
    let learned =
        "which networks are behind a connection with BGP, azurerm_virtual_network_gateway_connection.c, is not in the code";
    for name in ["enable_bgp", "bgp_enabled"] {
        expect(&with("\"10.8.0.0/16\"", &format!("{name} = false")), &[]);
        open(&with("\"10.8.0.0/16\"", &format!("{name} = true")), learned);
        open(&with("\"10.8.0.0/16\"", &format!("{name} = var.unknown")), "var.unknown has no value");
    }
    let both = with("\"10.244.9.0/24\"", "enable_bgp = true");
    expect(&both, &[found, &format!("? {learned}")]);
}

#[test]
fn a_local_network_gateway_with_bgp_only_tells_none() {
    let bgp = "bgp_settings {\n  asn = 65010\n  bgp_peering_address = \"10.8.0.1\"\n}";
    let code = GATEWAY.to_owned() + &office(bgp) + &connection("IPsec", &(FROM.to_owned() + OFFICE));
    let reason = "which networks are behind the local network gateway, azurerm_local_network_gateway.office, is not in the code";
    open(&code, reason);
}

#[test]
fn an_express_route_circuit_tells_no_ranges() {
    let circuit = resource("azurerm_express_route_circuit", "e", "name = \"e\"");
    // A circuit alone is connected to nothing.
    expect(&circuit, &[]);
    let gateway = GATEWAY.replace("\"Vpn\"", "\"ExpressRoute\"");
    let code = circuit
        + &gateway
        + &connection("ExpressRoute", &format!("{FROM}express_route_circuit_id = azurerm_express_route_circuit.e.id"));
    open(&code, "which networks are behind an ExpressRoute gateway, azurerm_virtual_network_gateway.g, is not in the code");
}

#[test]
fn a_route_server_learns_routes() {
    let server = resource("azurerm_route_server", "s", "subnet_id = azurerm_subnet.gateway.id");
    open(&server, "which networks are behind a route server, azurerm_route_server.s, is not in the code");
    let elsewhere = resource(
        "azurerm_virtual_network",
        "far",
        "name = \"far\"\nresource_group_name = \"rg\"\naddress_space = [\"10.9.0.0/16\"]",
    ) + &resource(
        "azurerm_subnet",
        "far",
        "name = \"RouteServerSubnet\"\nresource_group_name = \"rg\"\nvirtual_network_name = azurerm_virtual_network.far.name\n\
             address_prefixes = [\"10.9.0.0/27\"]",
    );
    expect(&(elsewhere + &server.replace("azurerm_subnet.gateway", "azurerm_subnet.far")), &[]);
}

#[test]
fn a_connection_between_gateways_leads_to_the_other_vnet() {
    let other = GATEWAY.replace("\"g\"", "\"far\"").replace("azurerm_subnet.gateway.id", "azurerm_subnet.far.id");
    let far = |space: &str| {
        let far = format!("name = \"far\"\nresource_group_name = \"rg\"\naddress_space = [{space}]");
        let subnet = "name = \"GatewaySubnet\"\nresource_group_name = \"rg\"\nvirtual_network_name = azurerm_virtual_network.far.name\n\
                      address_prefixes = [\"10.9.0.0/27\"]";
        resource("azurerm_virtual_network", "far", &far) + &resource("azurerm_subnet", "far", subnet)
    };
    let connection = |from: &str, to: &str| {
        let ends = format!("virtual_network_gateway_id = {from}\npeer_virtual_network_gateway_id = {to}");
        connection("Vnet2Vnet", &ends)
    };
    let (near_id, far_id) = ("azurerm_virtual_network_gateway.g.id", "azurerm_virtual_network_gateway.far.id");
    let found = "error: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/24 of the VNet far at the other end of a gateway connection";
    let both = connection(near_id, far_id) + &connection(far_id, near_id).replace("\"c\"", "\"back\"");
    for connections in [connection(near_id, far_id), connection(far_id, near_id), both] {
        let with = |space: &str| GATEWAY.to_owned() + &other + &far(space) + &connections;
        expect(&with("\"10.9.0.0/16\""), &[]);
        expect(&with("\"10.244.0.0/24\""), &[found]);
        open(&with("var.unknown"), "var.unknown has no value");
    }
    // Neither VNet reaches the other one without a connection.
    expect(&(GATEWAY.to_owned() + &other + &far("\"10.244.0.0/24\"")), &[]);
    let sometimes = connection(near_id, far_id).replace("type =", "count = var.unknown\ntype =");
    let sometimes = GATEWAY.to_owned() + &other + &far("\"10.244.0.0/24\"") + &sometimes;
    open(&sometimes, "var.unknown has no value");
    let unseen = "azurerm_virtual_network_gateway_connection.c leads to a VNet that is not in this code";
    open(&(GATEWAY.to_owned() + &connection(near_id, "var.unknown")), unseen);
    open(&(GATEWAY.to_owned() + &connection("\"/far\"", near_id)), unseen);
}

#[test]
fn a_connection_of_a_gateway_elsewhere_may_be_of_this_vnet() {
    let reason = "the code does not show which VNet azurerm_virtual_network_gateway_connection.c leads from, nor where to";
    for end in [
        "express_route_circuit_id = var.unknown",
        "local_network_gateway_id = var.unknown",
        "peer_virtual_network_gateway_id = var.unknown",
    ] {
        open(&connection("IPsec", &format!("virtual_network_gateway_id = var.unknown\n{end}")), reason);
    }
    // The ranges of a declared office are known, but not who reaches it.
    let with = |range: &str| {
        office(&format!("address_space = [\"{range}\"]"))
            + &connection("IPsec", &format!("virtual_network_gateway_id = var.unknown\n{OFFICE}"))
    };
    expect(&with("10.8.0.0/16"), &[]);
    open(&with("10.244.0.0/24"), "the code does not show which VNet azurerm_local_network_gateway.office is connected to");
    let read = "data \"azurerm_virtual_network_gateway\" \"g\" {\n  name = \"g\"\n  resource_group_name = \"rg\"\n}\n";
    open(
        read,
        "which networks are behind a gateway that is read from Azure, data.azurerm_virtual_network_gateway.g, is not in the code",
    );
}

#[test]
fn point_to_site_pools_are_networks_of_users() {
    let pool = |range: &str| {
        GATEWAY
            .replace("type = \"Vpn\"", &format!("type = \"Vpn\"\nvpn_client_configuration {{\n  address_space = [{range}]\n}}"))
    };
    expect(&pool("\"10.8.0.0/24\""), &[]);
    let of = "of the point-to-site address pool of azurerm_virtual_network_gateway.g";
    expect(&pool("\"10.244.0.0/24\""), &[&format!("error: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/24 {of}")]);
    open(&pool("var.unknown"), "var.unknown has no value");
    let in_hub = |range: &str| {
        let body = format!(
            "virtual_hub_id = azurerm_virtual_hub.h.id\nconnection_configuration {{\n  name = \"users\"\n  vpn_client_address_pool {{\n    \
             address_prefixes = [{range}]\n  }}\n}}"
        );
        HUB.to_owned() + &resource("azurerm_point_to_site_vpn_gateway", "users", &body)
    };
    expect(&in_hub("\"10.8.0.0/24\""), &[]);
    let of = "of the point-to-site address pool of azurerm_point_to_site_vpn_gateway.users";
    expect(&in_hub("\"10.244.0.0/24\""), &[&format!("error: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/24 {of}")]);
    open(&in_hub("var.unknown"), "var.unknown has no value");
}

#[test]
fn vpn_sites_are_reached_through_a_hub() {
    let gateway = resource("azurerm_vpn_gateway", "g", "virtual_hub_id = azurerm_virtual_hub.h.id");
    let site = |body: &str| resource("azurerm_vpn_site", "office", body);
    let connection = |link: &str| {
        let ends = "vpn_gateway_id = azurerm_vpn_gateway.g.id\nremote_vpn_site_id = azurerm_vpn_site.office.id";
        resource("azurerm_vpn_gateway_connection", "c", &format!("{ends}\nvpn_link {{\n  name = \"l\"\n  {link}\n}}"))
    };
    let all = |range: &str, link: &str| {
        HUB.to_owned() + &gateway + &site(&format!("address_cidrs = [\"{range}\"]")) + &connection(link)
    };
    expect(&all("10.8.0.0/16", ""), &[]);
    expect(
        &all("10.244.0.0/24", ""),
        &["error: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/24 of the VPN site azurerm_vpn_site.office"],
    );
    let learned = "which networks are behind a connection with BGP, azurerm_vpn_gateway_connection.c, is not in the code";
    open(&all("10.8.0.0/16", "bgp_enabled = true"), learned);
    let by_bgp = HUB.to_owned() + &gateway + &site("name = \"office\"") + &connection("");
    open(&by_bgp, "which networks are behind the VPN site, azurerm_vpn_site.office, is not in the code");
    let elsewhere = "vpn_gateway_id = var.unknown\nremote_vpn_site_id = var.unknown";
    let elsewhere = HUB.to_owned() + &resource("azurerm_vpn_gateway_connection", "c", elsewhere);
    open(&elsewhere, "the code does not show which VNet azurerm_vpn_gateway_connection.c leads from, nor where to");
    // A site that nothing is connected to may be connected elsewhere.
    open(
        &site("address_cidrs = [\"10.244.0.0/24\"]"),
        "the code does not show which VNet azurerm_vpn_site.office is connected to",
    );
    expect(&site("address_cidrs = [\"10.8.0.0/24\"]"), &[]);
}

#[test]
fn hubs_with_express_route_or_routes_of_their_own_are_open() {
    let hub_id = "virtual_hub_id = azurerm_virtual_hub.h.id\n";
    let express = HUB.to_owned() + &resource("azurerm_express_route_gateway", "e", hub_id);
    open(&express, "which networks are behind an ExpressRoute gateway, azurerm_express_route_gateway.e, is not in the code");
    let elsewhere = HUB.to_owned() + &resource("azurerm_express_route_connection", "e", "express_route_gateway_id = var.unknown");
    open(&elsewhere, "the code does not show which VNet azurerm_express_route_connection.e leads from, nor where to");
    let routing = HUB.replace(
        "virtual_network.nodes.id",
        "virtual_network.nodes.id\n  routing {\n    associated_route_table_id = var.unknown\n  }",
    );
    open(&routing, "azurerm_virtual_hub_connection.nodes has routing of its own, which is not followed");
    let learned =
        "which networks are behind a BGP connection of a virtual hub, azurerm_virtual_hub_bgp_connection.b, is not in the code";
    open(&(HUB.to_owned() + &resource("azurerm_virtual_hub_bgp_connection", "b", hub_id)), learned);
    for (range, expected) in [("10.244.0.0/24", true), ("10.8.0.0/16", false), ("0.0.0.0/0", false)] {
        let in_hub = HUB.replace("name = \"h\"", &format!("name = \"h\"\nroute {{\n  address_prefixes = [\"{range}\"]\n}}"));
        let route = format!("destinations_type = \"CIDR\"\ndestinations = [\"{range}\"]");
        let table = HUB.to_owned() + &resource("azurerm_virtual_hub_route_table", "t", &format!("{hub_id}route {{\n{route}\n}}"));
        let alone = HUB.to_owned()
            + &resource("azurerm_virtual_hub_route_table", "t", hub_id)
            + &resource(
                "azurerm_virtual_hub_route_table_route",
                "r",
                &format!("route_table_id = azurerm_virtual_hub_route_table.t.id\n{route}"),
            );
        for (code, holder) in [
            (in_hub, "azurerm_virtual_hub.h"),
            (table, "azurerm_virtual_hub_route_table.t"),
            (alone, "azurerm_virtual_hub_route_table_route.r"),
        ] {
            let reason = format!("? where a route of {holder} leads is not followed");
            let reason: &[&str] = if expected { &[&reason] } else { &[] };
            expect(&code, reason);
        }
    }
}

#[test]
fn a_hub_that_the_code_does_not_make_is_open() {
    let read = "data \"azurerm_virtual_hub\" \"h\" {\n  name = \"h\"\n  resource_group_name = \"rg\"\n}\n";
    let code = read.to_owned()
        + &HUB
            .split_once("resource \"azurerm_virtual_hub_connection\"")
            .unwrap()
            .1
            .replacen(" \"nodes\"", "resource \"azurerm_virtual_hub_connection\" \"nodes\"", 1)
            .replace("azurerm_virtual_hub.h.id", "data.azurerm_virtual_hub.h.id");
    open(&code, "the code does not show what else is connected to this virtual hub");
}

#[test]
fn routes_to_gateways_are_a_hint() {
    let table = |hop: &str, range: &str| {
        resource(
            "azurerm_route_table",
            "t",
            &format!(
                "name = \"t\"\nresource_group_name = \"rg\"\nroute {{\n  name = \"r\"\n  address_prefix = \"{range}\"\n  next_hop_type = \"{hop}\"\n}}"
            ),
        ) + &resource(
            "azurerm_subnet_route_table_association",
            "t",
            "subnet_id = azurerm_subnet.nodes.id\nroute_table_id = azurerm_route_table.t.id",
        )
    };
    for (hop, range, expected) in [
        ("VirtualNetworkGateway", "10.240.0.0/12", true),
        ("VirtualAppliance", "10.240.0.0/12", true),
        ("VirtualNetworkGateway", "0.0.0.0/0", false),
        ("VirtualNetworkGateway", "10.8.0.0/16", false),
        ("VnetLocal", "10.240.0.0/12", false),
        ("None", "10.240.0.0/12", false),
    ] {
        let warning = format!("warning: pod CIDR 10.244.0.0/16 overlaps {range}, which a route of the nodes sends to a {hop}");
        let warning: &[&str] = if expected { &[&warning] } else { &[] };
        expect(&table(hop, range), warning);
    }
    open(&table("VirtualNetworkGateway", "x").replace("\"x\"", "var.unknown"), "var.unknown has no value");
}

#[test]
fn delegations_may_be_unknown() {
    let delegated = |delegation: &str| {
        let code = NODES
            .replace("address_prefixes     = [\"10.1.0.0/22\"]", &format!("address_prefixes = [\"10.1.0.0/22\"]\n{delegation}"));
        said("main.tf", &code, "node-subnet-delegated")
    };
    let block = |service: &str| format!("delegation {{\n  name = \"d\"\n  service_delegation {{\n    name = {service}\n  }}\n}}");
    assert!(delegated("").is_empty());
    assert!(delegated(&block("\"Microsoft.Web/serverFarms\""))[0].starts_with("error: "));
    assert_eq!(delegated(&block("var.unknown")), ["? var.unknown has no value"]);
    let dynamic = "dynamic \"delegation\" {\n  for_each = var.unknown\n  content {\n    name = \"d\"\n    service_delegation {\n      name = \"x\"\n    }\n  }\n}";
    assert_eq!(delegated(dynamic), ["? var.unknown has no value"]);
}

/// The same in Bicep: a cluster in a VNet of its own, and what stands beside it.
const BICEP: &str = "
param location string = 'westeurope'
param given string
resource nodes 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'nodes'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.1.0.0/16'] }
    subnets: [
      { name: 'nodes', properties: { addressPrefix: '10.1.0.0/22' } }
      { name: 'GatewaySubnet', properties: { addressPrefix: '10.1.8.0/27' } }
    ]
  }
}
resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'aks'
  location: location
  properties: {
    agentPoolProfiles: [{ name: 'system', count: 3, vnetSubnetID: nodes.properties.subnets[0].id }]
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: '10.244.0.0/16'
      serviceCidr: '10.0.0.0/16'
      dnsServiceIP: '10.0.0.10'
    }
  }
}
resource hub 'Microsoft.Network/virtualHubs@2024-05-01' = {
  name: 'hub'
  location: location
  properties: {}
}
resource toHub 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections@2024-05-01' = {
  parent: hub
  name: 'nodes'
  properties: { remoteVirtualNetwork: { id: nodes.id } }
}
resource gateway 'Microsoft.Network/virtualNetworkGateways@2024-05-01' = {
  name: 'gateway'
  location: location
  properties: {
    gatewayType: 'Vpn'
    ipConfigurations: [{ name: 'default', properties: { subnet: { id: nodes.properties.subnets[1].id } } }]
  }
}
";

#[track_caller]
fn expect_bicep(code: &str, expected: &[&str]) {
    assert_eq!(said("main.bicep", &(BICEP.to_owned() + code), RULE), expected, "{code}");
}

const VERSION: &str = "2024-05-01";

fn bicep(name: &str, kind: &str, body: &str) -> String {
    format!("resource {name} 'Microsoft.Network/{kind}@{VERSION}' = {{\n  name: '{name}'\n  {body}\n}}\n")
}

#[test]
fn bicep_has_the_same_gateways() {
    expect_bicep("", &[]);
    let office = |space: &str| bicep("office", "localNetworkGateways", &format!("properties: {{ {space} }}"));
    let connection = |more: &str| {
        let ends = "virtualNetworkGateway1: { id: gateway.id }, localNetworkGateway2: { id: office.id }";
        bicep("con", "connections", &format!("properties: {{ connectionType: 'IPsec', {ends}{more} }}"))
    };
    let space = |range: &str| office(&format!("localNetworkAddressSpace: {{ addressPrefixes: ['{range}'] }}"));
    expect_bicep(&(space("10.8.0.0/16") + &connection("")), &[]);
    let found = "error: pod CIDR 10.244.0.0/16 overlaps 10.244.9.0/24 of the local network gateway office";
    expect_bicep(&(space("10.244.9.0/24") + &connection("")), &[found]);
    let learned = "? which networks are behind a connection with BGP, con, is not in the code";
    expect_bicep(&(space("10.8.0.0/16") + &connection(", enableBgp: true")), &[learned]);
    let bgp_only = "? which networks are behind the local network gateway, office, is not in the code";
    expect_bicep(&(office("bgpSettings: { asn: 65010 }") + &connection("")), &[bgp_only]);
    let elsewhere = bicep(
        "con",
        "connections",
        "properties: { connectionType: 'ExpressRoute', virtualNetworkGateway1: { id: given }, peer: { id: given } }",
    );
    expect_bicep(&elsewhere, &["? the code does not show which VNet con leads from, nor where to"]);
    let between = "properties: { connectionType: 'Vnet2Vnet', virtualNetworkGateway1: { id: gateway.id }, virtualNetworkGateway2: { id: given } }";
    expect_bicep(&bicep("con", "connections", between), &["? con leads to a VNet that is not in this code"]);
}

#[test]
fn bicep_has_the_same_hubs() {
    let users = |range: &str| {
        let pool = format!("properties: {{ vpnClientAddressPool: {{ addressPrefixes: [{range}] }} }}");
        let body =
            format!("properties: {{ virtualHub: {{ id: hub.id }}, p2SConnectionConfigurations: [{{ name: 'users', {pool} }}] }}");
        bicep("users", "p2sVpnGateways", &body)
    };
    expect_bicep(&users("'10.8.0.0/24'"), &[]);
    let found = "error: pod CIDR 10.244.0.0/16 overlaps 10.244.9.0/24 of the point-to-site address pool of users";
    expect_bicep(&users("'10.244.9.0/24'"), &[found]);
    expect_bicep(&users("given"), &["? parameter given has no value"]);
    let site = |range: &str, more: &str| {
        let connection = format!("properties: {{ remoteVpnSite: {{ id: office.id }}{more} }}");
        let gateway = format!("properties: {{ virtualHub: {{ id: hub.id }}, connections: [{{ name: 'c', {connection} }}] }}");
        bicep("office", "vpnSites", &format!("properties: {{ addressSpace: {{ addressPrefixes: ['{range}'] }} }}"))
            + &bicep("vpn", "vpnGateways", &gateway)
    };
    expect_bicep(&site("10.8.0.0/16", ""), &[]);
    expect_bicep(&site("10.244.9.0/24", ""), &["error: pod CIDR 10.244.0.0/16 overlaps 10.244.9.0/24 of the VPN site office"]);
    let links = ", vpnLinkConnections: [{ name: 'l', properties: { enableBgp: true } }]";
    expect_bicep(&site("10.8.0.0/16", links), &["? which networks are behind a connection with BGP, vpn, is not in the code"]);
    let express = bicep("er", "expressRouteGateways", "properties: { virtualHub: { id: hub.id } }");
    expect_bicep(&express, &["? which networks are behind an ExpressRoute gateway, er, is not in the code"]);
    let table = |range: &str| {
        let route = format!(
            "{{ name: 'r', destinationType: 'CIDR', destinations: ['{range}'], nextHopType: 'ResourceId', nextHop: toHub.id }}"
        );
        bicep("table", "virtualHubs/hubRouteTables", &format!("parent: hub\n  properties: {{ routes: [{route}] }}"))
    };
    expect_bicep(&table("10.8.0.0/16"), &[]);
    expect_bicep(&table("10.244.0.0/24"), &["? where a route of table leads is not followed"]);
    let learned = bicep("bgp", "virtualHubs/bgpConnections", "parent: hub\n  properties: { peerAsn: 65010 }");
    expect_bicep(&learned, &["? which networks are behind a BGP connection of a virtual hub, bgp, is not in the code"]);
    let old = BICEP.replace(
        "  properties: {}\n",
        "  properties: { routeTable: { routes: [{ addressPrefixes: ['10.244.0.0/24'], nextHopIpAddress: '10.1.0.4' }] } }\n",
    );
    assert_eq!(said("main.bicep", &old, RULE), ["? where a route of hub leads is not followed"]);
    let own = BICEP.replace(
        "remoteVirtualNetwork: { id: nodes.id } }",
        "remoteVirtualNetwork: { id: nodes.id }, routingConfiguration: {} }",
    );
    assert_eq!(said("main.bicep", &own, RULE), ["? toHub has routing of its own, which is not followed"]);
}

#[test]
fn bicep_has_the_same_pools_and_routes() {
    let old = "    gatewayType: 'Vpn'\n";
    let users = BICEP.replace(
        old,
        &format!("{old}    vpnClientConfiguration: {{ vpnClientAddressPool: {{ addressPrefixes: ['10.244.9.0/24'] }} }}\n"),
    );
    let found = "error: pod CIDR 10.244.0.0/16 overlaps 10.244.9.0/24 of the point-to-site address pool of gateway";
    assert_eq!(said("main.bicep", &users, RULE), [found]);
    let express = BICEP.replace("'Vpn'", "'ExpressRoute'");
    assert_eq!(
        said("main.bicep", &express, RULE),
        ["? which networks are behind an ExpressRoute gateway, gateway, is not in the code"]
    );
    let read = BICEP.split("resource gateway").next().unwrap().to_owned()
        + &format!(
            "resource gateway 'Microsoft.Network/virtualNetworkGateways@{VERSION}' existing = {{\n  name: 'gateway'\n}}\n"
        );
    assert_eq!(
        said("main.bicep", &read, RULE),
        ["? which networks are behind a gateway that is read from Azure, gateway, is not in the code"]
    );
    let routed = BICEP.replace("addressPrefix: '10.1.0.0/22' }", "addressPrefix: '10.1.0.0/22', routeTable: { id: table.id } }")
        + &bicep(
            "table",
            "routeTables",
            "properties: { routes: [{ name: 'r', properties: { addressPrefix: '10.240.0.0/12', nextHopType: 'VirtualNetworkGateway' } }] }",
        );
    let warning =
        "warning: pod CIDR 10.244.0.0/16 overlaps 10.240.0.0/12, which a route of the nodes sends to a VirtualNetworkGateway";
    assert_eq!(said("main.bicep", &routed, RULE), [warning]);
}

#[test]
fn arm_templates_have_the_same_gateways() {
    let id = |kind: &str, names: &str| format!("[resourceId('Microsoft.Network/{kind}', {names})]");
    let resource = |kind: &str, name: &str, properties: serde_json::Value| serde_json::json!({ "type": format!("Microsoft.{kind}"), "apiVersion": VERSION, "name": name, "location": "westeurope", "properties": properties });
    let template = |more: serde_json::Value| {
        let nodes = serde_json::json!({
            "addressSpace": { "addressPrefixes": ["10.1.0.0/16"] },
            "subnets": [{ "name": "nodes", "properties": { "addressPrefix": "10.1.0.0/22" } }],
        });
        let cluster = serde_json::json!({
            "agentPoolProfiles": [{ "name": "system", "count": 3, "vnetSubnetID": id("virtualNetworks/subnets", "'nodes', 'nodes'") }],
            "networkProfile": {
                "networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": "10.244.0.0/16", "serviceCidr": "10.0.0.0/16",
                "dnsServiceIP": "10.0.0.10",
            },
        });
        let connection = serde_json::json!({ "remoteVirtualNetwork": { "id": id("virtualNetworks", "'nodes'") } });
        serde_json::json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [
                resource("Network/virtualNetworks", "nodes", nodes),
                resource("ContainerService/managedClusters", "aks", cluster),
                resource("Network/virtualHubs", "hub", serde_json::json!({})),
                resource("Network/virtualHubs/hubVirtualNetworkConnections", "hub/nodes", connection),
                more,
            ],
        })
        .to_string()
    };
    let hub = serde_json::json!({ "id": id("virtualHubs", "'hub'") });
    let users = |range: &str| {
        let pool = serde_json::json!({ "vpnClientAddressPool": { "addressPrefixes": [range] } });
        let listed = serde_json::json!([{ "name": "users", "properties": pool }]);
        resource(
            "Network/p2sVpnGateways",
            "users",
            serde_json::json!({ "virtualHub": hub, "p2SConnectionConfigurations": listed }),
        )
    };
    let said = |more| said("azuredeploy.json", &template(more), RULE);
    assert!(said(users("10.8.0.0/24")).is_empty());
    let found = "error: pod CIDR 10.244.0.0/16 overlaps 10.244.9.0/24 of the point-to-site address pool of p2sVpnGateways/users";
    assert_eq!(said(users("10.244.9.0/24")), [found]);
    let express = resource("Network/expressRouteGateways", "er", serde_json::json!({ "virtualHub": hub }));
    assert_eq!(
        said(express),
        ["? which networks are behind an ExpressRoute gateway, expressRouteGateways/er, is not in the code"]
    );
    let learned = resource("Network/virtualHubs/bgpConnections", "hub/bgp", serde_json::json!({ "peerAsn": 65010 }));
    assert_eq!(
        said(learned),
        ["? which networks are behind a BGP connection of a virtual hub, bgpConnections/hub/bgp, is not in the code"]
    );
}

//! Which subnets have which security group with which rules, in all the ways that code says so, and what the rules let through.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

mod common;

use overlint::config::Config;

const VNET: &str = r#"
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
"#;

fn cluster(subnet: &str) -> String {
    format!(
        r#"
resource "azurerm_kubernetes_cluster" "aks" {{
  name = "aks"
  default_node_pool {{
    name           = "system"
    vnet_subnet_id = {subnet}
  }}
  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
  }}
}}
"#
    )
}

const NODES: &str = "azurerm_subnet.nodes.id";
const ASSOCIATION: &str = r#"
resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nsg.id
}
"#;

/// Rules of a group; each is written as `priority access direction source destination protocol port`.
fn group(rules: &[&str]) -> String {
    let blocks: String = rules.iter().map(|rule| format!("  security_rule {{\n{}  }}\n", attributes(rule))).collect();
    format!(
        "resource \"azurerm_network_security_group\" \"nsg\" {{\n  name = \"nsg\"\n  resource_group_name = \"rg\"\n{blocks}}}\n"
    )
}

fn attributes(rule: &str) -> String {
    let words: Vec<&str> = rule.split(' ').collect();
    let [priority, access, direction, from, to, protocol, port] = words[..] else { panic!("{rule}") };
    let text = |word: &str| if word.starts_with("var.") { word.to_owned() } else { format!("{word:?}") };
    let side = |name: &str, word: &str| match word.strip_prefix("group:") {
        Some(id) => format!("{name}_application_security_group_ids = [{id}]\n"),
        None => format!("{name}_address_prefix = {}\n", text(word)),
    };
    format!(
        "name = \"{access}{}\"\npriority = {priority}\naccess = {}\ndirection = {}\nprotocol = {}\nsource_port_range = \"*\"\n\
         destination_port_range = {}\n{}{}",
        priority.trim_start_matches("var."),
        text(access),
        text(direction),
        text(protocol),
        text(port),
        side("source", from),
        side("destination", to)
    )
}

fn told_of_file(file: &str, code: &str) -> Vec<String> {
    let rules = ["nsg-deny-blocks-overlay", "nsg-per-pool-subnet"];
    let config = Config { select: rules.map(str::to_owned).to_vec(), ..Config::default() };
    let (_, report) = common::check_with(&[(file, code)], &config);
    assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
    let found = report.findings.iter().map(|f| format!("{}: {}", f.severity, f.message));
    let undecided = report.undecided.iter().filter(|u| u.rule != "*");
    found.chain(undecided.map(|u| format!("undecided: {}", u.why.reason))).collect()
}

fn told(parts: &[&str]) -> Vec<String> {
    told_of_file("main.tf", &format!("{VNET}{}{}", parts.concat(), cluster(NODES)))
}

/// What is told of a group with these rules at the node subnet.
fn told_of_rules(rules: &[&str]) -> Vec<String> {
    told(&[&group(rules), ASSOCIATION])
}

const NOTHING: [&str; 0] = [];
const DENY: &str = "400 Deny Inbound * * * *";
const EVERYTHING: &str = "error: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from nodes to nodes and from nodes to \
                          pods and from pods to nodes and from pods to pods: from 10.1.0.0/24 to 10.1.0.0/24, all ports and protocols, and more";
const NO_VALUE: &str = "undecided: var.unknown has no value";

#[test]
fn rules_count_in_the_order_of_their_priority_and_in_their_direction() {
    assert_eq!(told_of_rules(&[]), NOTHING);
    assert_eq!(told_of_rules(&[DENY]), [EVERYTHING]);
    assert_eq!(told_of_rules(&[DENY, "300 Allow Inbound * * * *"]), NOTHING);
    assert_eq!(told_of_rules(&["500 Allow Inbound * * * *", DENY]), [EVERYTHING]);
    assert_eq!(told_of_rules(&["300 Allow Outbound * * * *", DENY]), [EVERYTHING]);
    // Letter case does not matter, and 0.0.0.0/0 is all of IPv4.
    assert_eq!(told_of_rules(&["300 allow inbound 0.0.0.0/0 * * 0-65535", DENY]), NOTHING);
    // What one rule denies another one cannot take away.
    assert_eq!(told_of_rules(&[DENY, "500 Deny Inbound 10.244.0.0/16 * * *"]), [EVERYTHING]);
}

#[test]
fn what_lies_beside_the_cluster_does_not_matter() {
    for beside in
        ["10.1.1.0/24", "10.245.0.0/16", "10.0.255.255", "Internet", "AzureLoadBalancer", "Storage.WestEurope", "fd00::/8"]
    {
        assert_eq!(told_of_rules(&[&format!("400 Deny Inbound {beside} * * *")]), NOTHING, "{beside}");
    }
    let at_the_edge = "error: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from pods to nodes and from pods to \
                       pods: from 10.244.255.255/32 to 10.1.0.0/24, all ports and protocols, and more";
    assert_eq!(told_of_rules(&["400 Deny Inbound 10.244.255.255 * * *"]), [at_the_edge]);
}

#[test]
fn protocols_and_ports_are_sets_too() {
    let tcp = ["300 Allow Inbound * * Tcp *", "310 Allow Inbound * * Udp *", "320 Allow Inbound * * Icmp *"];
    let rest = "warning: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from nodes to nodes and from nodes to pods \
                and from pods to nodes and from pods to pods: from 10.1.0.0/24 to 10.1.0.0/24, Esp and Ah and other protocols, all ports, \
                and more";
    assert_eq!(told_of_rules(&[&tcp[..], &[DENY]].concat()), [rest]);
    assert_eq!(told_of_rules(&["300 Allow Inbound * * * 0-21", "310 Allow Inbound * * * 22-65535", DENY]), NOTHING);
    let port = "error: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from pods to nodes and from pods to pods: \
                from 10.244.0.0/16 to 10.1.0.0/24, Tcp, port 22, and more";
    assert_eq!(told_of_rules(&["400 Deny Inbound 10.244.0.0/16 * Tcp 22"]), [port]);
}

#[test]
fn whether_virtual_network_holds_the_pods_is_not_known() {
    let allow = "300 Allow Inbound VirtualNetwork VirtualNetwork * *";
    let pods = "warning: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from nodes to pods and from pods to nodes \
                and from pods to pods: from 10.1.0.0/24 to 10.244.0.0/16, all ports and protocols, and more";
    assert_eq!(told_of_rules(&[allow, DENY]), [pods]);
    let nodes = "error: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from nodes to nodes: \
                 from 10.1.0.0/24 to 10.1.0.0/24, all ports and protocols";
    assert_eq!(told_of_rules(&["400 Deny Inbound VirtualNetwork VirtualNetwork * *"]), [nodes]);
    let open = "undecided: whether the service tag VirtualNetwork holds the pods is not documented";
    assert_eq!(told_of_rules(&["300 Allow Inbound 10.1.0.0/24 * * *", "400 Deny Inbound VirtualNetwork * * *"]), [open]);
}

#[test]
fn what_is_not_known_counts_only_where_it_matters() {
    for (allow, wanted) in [
        ("300 Allow Inbound var.unknown * * *", NO_VALUE),
        ("var.unknown Allow Inbound * * * *", NO_VALUE),
        ("300 var.unknown Inbound * * * *", NO_VALUE),
        ("300 Allow var.unknown * * * *", NO_VALUE),
        ("300 Allow Inbound * * var.unknown *", NO_VALUE),
        ("300 Allow Inbound * * * var.unknown", NO_VALUE),
        ("300 Allow Inbound group:\"x\" * * *", "undecided: which addresses an application security group holds is not known"),
        // They are about other addresses, another direction, or come later.
        ("300 Allow Inbound var.unknown 10.9.0.0/16 * *", EVERYTHING),
        ("300 Allow Outbound var.unknown * * *", EVERYTHING),
        ("500 Allow Inbound var.unknown * * *", EVERYTHING),
    ] {
        assert_eq!(told_of_rules(&[allow, DENY]), [wanted], "{allow}");
    }
    assert_eq!(told_of_rules(&["400 Deny Inbound var.unknown * * *"]), [NO_VALUE]);
    assert_eq!(told_of_rules(&["300 Allow Inbound * * * *", "400 Deny Inbound var.unknown * * *"]), NOTHING);
    assert_eq!(told_of_rules(&["400 Deny Inbound var.unknown 10.9.0.0/16 * *"]), NOTHING);
    assert_eq!(told_of_rules(&["var.unknown Deny Inbound * * * *"]), [EVERYTHING.replace("Deny400", "Denyunknown")]);
}

#[test]
fn rules_and_groups_are_linked_in_all_the_ways_of_terraform() {
    let rule = |group: &str, more: &str| {
        format!(
            "resource \"azurerm_network_security_rule\" \"deny\" {{\n  {more}\n  resource_group_name = \"rg\"\n  network_security_group_name = {group}\n{}}}\n",
            attributes(DENY)
        )
    };
    let by_reference = rule("azurerm_network_security_group.nsg.name", "");
    assert_eq!(told(&[&group(&[]), ASSOCIATION, &by_reference]), [EVERYTHING]);
    assert_eq!(told(&[&group(&[]), ASSOCIATION, &rule("\"nsg\"", "")]), [EVERYTHING]);
    assert_eq!(told(&[&group(&[]), ASSOCIATION, &rule("\"other\"", "")]), NOTHING);
    assert_eq!(told(&[&group(&[]), ASSOCIATION, &rule("var.unknown", "")]), [NO_VALUE]);
    assert_eq!(told(&[&group(&[]), ASSOCIATION, &rule("\"nsg\"", "for_each = var.unknown")]), [NO_VALUE]);
    // No association: Azure's own rules only.
    assert_eq!(told(&[&group(&[DENY])]), NOTHING);
    let data = "data \"azurerm_network_security_group\" \"nsg\" {\n  name = \"theirs\"\n  resource_group_name = \"rg\"\n}\n";
    let read = ASSOCIATION.replace("azurerm_network_security_group.nsg", "data.azurerm_network_security_group.nsg");
    assert_eq!(told(&[data, &read]), ["undecided: data.azurerm_network_security_group.nsg is read from Azure"]);
    assert_eq!(told(&[&data.replace("theirs", "nsg"), &read, &group(&[DENY])]), [EVERYTHING]);
}

#[test]
fn subnets_inside_a_vnet_name_their_group() {
    let vnet = r#"
resource "azurerm_virtual_network" "inline" {
  name                = "inline"
  resource_group_name = "rg"
  address_space       = ["10.1.0.0/16"]
  subnet {
    name             = "nodes"
    address_prefixes = ["10.1.0.0/24"]
    security_group   = azurerm_network_security_group.nsg.id
  }
}
"#;
    let pool = cluster("tolist(azurerm_virtual_network.inline.subnet)[0].id");
    let by_id = cluster("\"${azurerm_virtual_network.inline.id}/subnets/nodes\"");
    assert_eq!(told_of_file("main.tf", &format!("{vnet}{}{by_id}", group(&[DENY]))), [EVERYTHING]);
    assert!(!told_of_file("main.tf", &format!("{vnet}{}{pool}", group(&[DENY]))).is_empty());
}

#[test]
fn both_families_are_walked() {
    let code = format!("{VNET}{}{ASSOCIATION}{}", group(&["400 Deny Outbound * fd00:244::/64 * *"]), cluster(NODES))
        .replace("[\"10.1.0.0/24\"]", "[\"10.1.0.0/24\", \"fd00:1::/64\"]")
        .replace("pod_cidr            = \"10.244.0.0/16\"", "pod_cidrs = [\"10.244.0.0/16\", \"fd00:244::/64\"]");
    let wanted = "error: outbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from nodes to pods and from pods to pods: \
                  from fd00:1::/64 to fd00:244::/64, all ports and protocols, and more";
    assert_eq!(told_of_file("main.tf", &code), [wanted]);
}

#[test]
fn very_many_rules_take_no_long_time() {
    let rules: Vec<String> = (0..300)
        .map(|n| {
            format!(
                "{} {} Inbound 10.1.0.0/16 * {} {n}",
                100 + n,
                if n % 2 == 0 { "Allow" } else { "Deny" },
                if n % 3 == 0 { "Tcp" } else { "*" }
            )
        })
        .collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).chain(["4000 Deny Inbound * * * *"]).collect();
    assert_eq!(told_of_rules(&rules).len(), 151);
}

#[test]
fn nodes_of_several_subnets_must_reach_each_other() {
    let pools = |prefix: &str, more: &str| {
        format!(
            r#"
resource "azurerm_subnet" "more" {{
  name                 = "more"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["{prefix}"]
}}
resource "azurerm_kubernetes_cluster_node_pool" "more" {{
  name                  = "more"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.aks.id
  vnet_subnet_id        = azurerm_subnet.more.id
}}
{more}"#
        )
    };
    let shared = ASSOCIATION.replace("\"nodes\" {", "\"more\" {").replace("azurerm_subnet.nodes", "azurerm_subnet.more");
    let own = ["300 Allow Inbound 10.1.0.0/24 * * *", "310 Allow Inbound 10.244.0.0/16 * * *", DENY];
    let wanted = "warning: inbound rule Deny400 of azurerm_network_security_group.nsg denies traffic from nodes of other subnets to nodes and \
                  from nodes of other subnets to pods: from 10.1.1.0/24 to 10.1.0.0/24, all ports and protocols, and more";
    assert_eq!(told(&[&group(&own), ASSOCIATION, &pools("10.1.1.0/24", "")]), [wanted]);
    assert_eq!(told(&[&group(&[]), ASSOCIATION, &pools("10.1.1.0/24", "")]), NOTHING);
    let union = ["300 Allow Inbound 10.1.0.0/23 * * *", "310 Allow Inbound 10.244.0.0/16 * * *", DENY];
    assert_eq!(told(&[&group(&union), ASSOCIATION, &pools("10.1.1.0/24", &shared)]), NOTHING);
    assert_eq!(told(&[&group(&[DENY]), ASSOCIATION, &pools("10.1.1.0/24", &shared)]), [EVERYTHING]);
}

const BICEP: &str = r"
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'net'
  location: 'westeurope'
  properties: {
    addressSpace: { addressPrefixes: ['10.1.0.0/16'] }
    subnets: [{ name: 'nodes', properties: { addressPrefix: '10.1.0.0/24', networkSecurityGroup: { id: nsg.id } } }]
  }
}

resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'aks'
  location: 'westeurope'
  properties: {
    agentPoolProfiles: [{ name: 'system', mode: 'System', count: 3, vnetSubnetID: vnet.properties.subnets[0].id }]
    networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: '10.244.0.0/16' }
  }
}
";

#[test]
fn rules_of_templates_are_listed_children_nested_or_named_with_a_slash() {
    let properties =
        "properties: { priority: 400, access: 'Deny', direction: 'Inbound', protocol: '*', sourceAddressPrefixes: ['*'] \
                      sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRanges: ['0-65535'] }"
            .replace("['*'] ", "['*'], ");
    let group = |inside: &str| {
        format!(
            "resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {{\n  name: 'nsg'\n  location: 'westeurope'\n{inside}}}\n"
        )
    };
    let kind = "'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01'";
    let wanted = EVERYTHING.replace("azurerm_network_security_group.nsg", "nsg");
    for code in [
        group(&format!("  properties: {{\n    securityRules: [{{ name: 'Deny400', {properties} }}]\n  }}\n")),
        group("") + &format!("resource deny {kind} = {{\n  parent: nsg\n  name: 'Deny400'\n  {properties}\n}}\n"),
        group("") + &format!("resource deny {kind} = {{\n  name: 'nsg/Deny400'\n  {properties}\n}}\n"),
        group(&format!("  resource deny 'securityRules' = {{\n    name: 'Deny400'\n    {properties}\n  }}\n")),
    ] {
        assert_eq!(told_of_file("main.bicep", &format!("{code}{BICEP}")), [wanted.as_str()], "{code}");
    }
}

/// A plan that creates a cluster, and a group whose one rule is a resource of its own.
const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.11.0", "planned_values": {"root_module": {"resources": []}},
"resource_changes": [
{"address": "azurerm_virtual_network.net", "mode": "managed", "type": "azurerm_virtual_network", "name": "net", "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": ["create"], "before": null, "after": {"name": "net", "resource_group_name": "rg", "address_space": ["10.1.0.0/16"]}, "after_unknown": {"id": true, "subnet": true}}},
{"address": "azurerm_subnet.nodes", "mode": "managed", "type": "azurerm_subnet", "name": "nodes", "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": ["create"], "before": null, "after": {"name": "nodes", "resource_group_name": "rg", "virtual_network_name": "net", "address_prefixes": ["10.1.0.0/24"]}, "after_unknown": {"id": true}}},
{"address": "azurerm_network_security_group.nsg", "mode": "managed", "type": "azurerm_network_security_group", "name": "nsg", "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": ["create"], "before": null, "after": {"name": "nsg", "resource_group_name": "rg"}, "after_unknown": {"id": true, "security_rule": true}}},
{"address": "azurerm_network_security_rule.deny", "mode": "managed", "type": "azurerm_network_security_rule", "name": "deny", "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": ["create"], "before": null, "after": {"name": "Deny400", "priority": 400, "access": "Deny", "direction": "Inbound", "protocol": "*", "source_port_range": "*", "source_port_ranges": null, "destination_port_range": "*", "destination_port_ranges": null, "source_address_prefix": "*", "source_address_prefixes": null, "destination_address_prefix": "*", "destination_address_prefixes": null, "network_security_group_name": "nsg", "resource_group_name": "rg"}, "after_unknown": {"id": true}}},
{"address": "azurerm_subnet_network_security_group_association.nodes", "mode": "managed", "type": "azurerm_subnet_network_security_group_association", "name": "nodes", "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {"id": true, "subnet_id": true, "network_security_group_id": true}}},
{"address": "azurerm_kubernetes_cluster.aks", "mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "aks", "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": ["create"], "before": null, "after": {"name": "aks", "default_node_pool": [{"name": "system"}], "network_profile": [{"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.244.0.0/16"}]}, "after_unknown": {"id": true, "default_node_pool": [{"vnet_subnet_id": true}], "network_profile": [{}]}}}
], "configuration": {"root_module": {"resources": [
{"address": "azurerm_virtual_network.net", "mode": "managed", "type": "azurerm_virtual_network", "name": "net", "expressions": {"name": {"constant_value": "net"}, "resource_group_name": {"constant_value": "rg"}, "address_space": {"constant_value": ["10.1.0.0/16"]}}},
{"address": "azurerm_subnet.nodes", "mode": "managed", "type": "azurerm_subnet", "name": "nodes", "expressions": {"name": {"constant_value": "nodes"}, "resource_group_name": {"constant_value": "rg"}, "virtual_network_name": {"references": ["azurerm_virtual_network.net.name", "azurerm_virtual_network.net"]}, "address_prefixes": {"constant_value": ["10.1.0.0/24"]}}},
{"address": "azurerm_network_security_group.nsg", "mode": "managed", "type": "azurerm_network_security_group", "name": "nsg", "expressions": {"name": {"constant_value": "nsg"}, "resource_group_name": {"constant_value": "rg"}}},
{"address": "azurerm_network_security_rule.deny", "mode": "managed", "type": "azurerm_network_security_rule", "name": "deny", "expressions": {"name": {"constant_value": "Deny400"}, "priority": {"constant_value": 400}, "access": {"constant_value": "Deny"}, "direction": {"constant_value": "Inbound"}, "protocol": {"constant_value": "*"}, "source_port_range": {"constant_value": "*"}, "destination_port_range": {"constant_value": "*"}, "source_address_prefix": {"constant_value": "*"}, "destination_address_prefix": {"constant_value": "*"}, "network_security_group_name": {"references": ["azurerm_network_security_group.nsg.name", "azurerm_network_security_group.nsg"]}, "resource_group_name": {"constant_value": "rg"}}},
{"address": "azurerm_subnet_network_security_group_association.nodes", "mode": "managed", "type": "azurerm_subnet_network_security_group_association", "name": "nodes", "expressions": {"subnet_id": {"references": ["azurerm_subnet.nodes.id", "azurerm_subnet.nodes"]}, "network_security_group_id": {"references": ["azurerm_network_security_group.nsg.id", "azurerm_network_security_group.nsg"]}}},
{"address": "azurerm_kubernetes_cluster.aks", "mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "aks", "expressions": {"name": {"constant_value": "aks"}, "default_node_pool": [{"name": {"constant_value": "system"}, "vnet_subnet_id": {"references": ["azurerm_subnet.nodes.id", "azurerm_subnet.nodes"]}}], "network_profile": [{"network_plugin": {"constant_value": "azure"}, "network_plugin_mode": {"constant_value": "overlay"}, "pod_cidr": {"constant_value": "10.244.0.0/16"}}]}}
]}}}
"#;

#[test]
fn a_plan_links_what_has_no_id_yet_and_tells_a_rule_once() {
    assert_eq!(told_of_file("plan.json", PLAN), [EVERYTHING]);
    // After the next refresh the group shows the rule as its own, too.
    let listed = PLAN.replace(
        r#""after_unknown": {"id": true, "security_rule": true}"#,
        &format!(r#""after_unknown": {{"id": true, "security_rule": {UNKNOWNS}}}"#),
    );
    let listed = listed.replace(
        r#""after": {"name": "nsg", "resource_group_name": "rg"}"#,
        &format!(r#""after": {{"name": "nsg", "resource_group_name": "rg", "security_rule": [{LISTED}]}}"#),
    );
    assert_ne!(listed, PLAN);
    assert_eq!(told_of_file("plan.json", &listed), [EVERYTHING]);
}

const UNKNOWNS: &str = "[{}]";
const LISTED: &str = r#"{"name": "Deny400", "priority": 400, "access": "Deny", "direction": "Inbound", "protocol": "*", "source_port_range": "*", "source_port_ranges": [], "destination_port_range": "*", "destination_port_ranges": [], "source_address_prefix": "*", "source_address_prefixes": [], "destination_address_prefix": "*", "destination_address_prefixes": [], "source_application_security_group_ids": [], "destination_application_security_group_ids": []}"#;

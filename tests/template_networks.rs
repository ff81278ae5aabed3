//! Bicep's ways to name VNets, subnets and peerings, what is said where a name is not known, and from where a range came.

#![allow(clippy::unwrap_used, clippy::string_slice, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::{Asked, Sources};

const NETWORK: &str = "
param location string = 'westeurope'
resource hub 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'hub'
  location: location
  properties: { addressSpace: { addressPrefixes: ['10.244.0.0/20'] } }
}
resource spoke 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'spoke'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.1.0.0/16', '10.244.128.0/24'] }
    subnets: [
      { name: 'nodes', properties: { addressPrefix: '10.1.0.0/22' } }
      { name: 'more', properties: { addressPrefix: '10.244.128.0/24' } }
    ]
  }
}
";

/// A cluster with its nodes in a subnet.
fn cluster(subnet: &str) -> String {
    format!(
        "
resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{
  name: 'aks'
  location: location
  properties: {{
    agentPoolProfiles: [{{ name: 'system', count: 3, vnetSubnetID: {subnet} }}]
    networkProfile: {{
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: '10.244.0.0/16'
      serviceCidr: '10.0.0.0/16'
      dnsServiceIP: '10.0.0.10'
    }}
  }}
}}
"
    )
}

/// The report on a file, and on one that it calls.
fn check(text: &str, called: &str) -> Report {
    let mut sources = Sources::new();
    sources.add("main.bicep", text.as_bytes());
    sources.add("peer.bicep", called.as_bytes());
    sources.add_folder("");
    sources.ask("main.bicep", Asked::Found);
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert!(report.unreadable.is_empty(), "{text}: {:?}", report.unreadable);
    report
}

/// What one rule says: its findings, else why it is undecided.
fn said(rule: &str, text: &str, called: &str) -> Vec<String> {
    let report = check(text, called);
    let found = report.findings.iter().filter(|f| f.rule == rule).map(|f| f.message.clone());
    let undecided = report.undecided.iter().filter(|u| u.rule == rule).map(|u| format!("? {}", u.why.reason));
    found.chain(undecided).collect()
}

const PEERING: &str = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01";

#[track_caller]
fn expect_peered(peering: &str, expected: &[&str]) {
    let text = format!("{NETWORK}{}{}", cluster("spoke.properties.subnets[0].id"), peering.replace("PEERING", PEERING));
    let called = format!(
        "param near string
param far string
resource peering '{PEERING}' = {{
  name: '${{near}}/peering'
  properties: {{ remoteVirtualNetwork: {{ id: far }} }}
}}"
    );
    assert_eq!(said("pod-cidr-overlaps-peered-vnet", &text, &called), expected, "{peering}");
}

const PEERED: &[&str] = &["pod CIDR 10.244.0.0/16 overlaps address space 10.244.0.0/20 of the peered VNet hub"];

#[test]
fn peerings_name_their_vnets_in_many_ways() {
    expect_peered("", &[]);
    for end in ["parent: spoke", "parent: again", "name: 'spoke/x'", "name: '${spoke.name}/${hub.name}'"] {
        for remote in ["hub.id", "resourceId('Microsoft.Network/virtualNetworks', 'hub')", "'${hub.id}'"] {
            let name = if end.starts_with("parent") { "name: 'x'" } else { "" };
            let again = "resource again 'Microsoft.Network/virtualNetworks@2024-05-01' existing = { name: 'spoke' }";
            let peering = format!(
                "{again}\nresource peering 'PEERING' = {{
  {end}
  {name}
  properties: {{ remoteVirtualNetwork: {{ id: {remote} }} }}
}}"
            );
            expect_peered(&peering, PEERED);
        }
    }
}

#[test]
fn peerings_stand_in_loops_and_modules() {
    let looped = "param peers array = ['hub']
resource peering 'PEERING' = [for peer in peers: {
  parent: spoke
  name: 'to-${peer}'
  properties: { remoteVirtualNetwork: { id: resourceId('Microsoft.Network/virtualNetworks', peer) } }
}]";
    expect_peered(looped, PEERED);
    let module = "module peer 'peer.bicep' = {
  name: 'peer'
  params: { near: hub.name, far: spoke.id }
}";
    expect_peered(module, PEERED);
    // A hub of the same name in another resource group is another one.
    let elsewhere = "module peer 'peer.bicep' = {
  name: 'peer'
  scope: resourceGroup('connectivity')
  params: { near: 'hub', far: spoke.id }
}";
    expect_peered(elsewhere, &["? VNet hub is not declared in this code"]);
}

#[track_caller]
fn expect_in_subnet(code: &str, subnet: &str, expected: &[&str]) {
    let text = format!("{NETWORK}{code}{}", cluster(subnet));
    assert_eq!(said("pod-cidr-overlaps-node-subnet", &text, ""), expected, "{code}{subnet}");
}

const OVERLAP: &[&str] = &["pod CIDR 10.244.0.0/16 overlaps node subnet more 10.244.128.0/24"];

/// A subnet that exists, in the VNet of the code.
fn existing(name: &str) -> String {
    format!(
        "resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {{
  parent: spoke
  name: {name}
}}
"
    )
}

#[test]
fn subnets_that_a_vnet_lists_have_many_names() {
    for subnet in [
        "spoke.properties.subnets[1].id",
        "'${spoke.id}/subnets/more'",
        "resourceId('Microsoft.Network/virtualNetworks/subnets', 'spoke', 'more')",
        "resourceId('Microsoft.Network/virtualNetworks/subnets', spoke.name, 'more')",
    ] {
        expect_in_subnet("", subnet, OVERLAP);
    }
    expect_in_subnet(&existing("'more'"), "nodes.id", OVERLAP);
    expect_in_subnet(&existing("'nodes'"), "nodes.id", &[]);
    let inside = "resource again 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: 'spoke'
  resource nodes 'subnets' existing = { name: 'more' }
}
";
    expect_in_subnet(inside, "again::nodes.id", OVERLAP);
}

#[test]
fn a_condition_in_a_name_is_tried_both_ways() {
    let code = format!("param second bool\n{}", existing("second ? 'more' : 'more'"));
    expect_in_subnet(&code, "nodes.id", OVERLAP);
    let code = format!("param second bool\n{}", existing("second ? 'more' : 'nodes'"));
    expect_in_subnet(&code, "nodes.id", &["? this depends on whether second == true holds"]);
}

#[test]
fn a_name_that_is_not_known_is_told() {
    let unlisted = existing("'gone'");
    expect_in_subnet(&unlisted, "nodes.id", &["? subnet gone is not declared in this code"]);
    let elsewhere = "resourceId('net', 'Microsoft.Network/virtualNetworks/subnets', 'spoke', 'more')";
    expect_in_subnet("", elsewhere, &["? subnet more is not declared in this code"]);
    let given = format!("param subnetName string\n{}", existing("subnetName"));
    expect_in_subnet(&given, "nodes.id", &["? parameter subnetName has no value"]);
    let code = "param vnetName string\n";
    let subnet = "resourceId('Microsoft.Network/virtualNetworks/subnets', vnetName, 'nodes')";
    expect_in_subnet(code, subnet, &["? parameter vnetName has no value"]);
}

#[test]
fn attributes_are_called_as_in_the_code() {
    let partly = "resource peering 'PEERING' = {
  parent: spoke
  name: 'x'
  properties: { peerCompleteVnets: false, remoteVirtualNetwork: { id: hub.id } }
}";
    expect_peered(partly, &["? peerCompleteVnets is false, so not all of the two VNets may be connected"]);
}

#[test]
fn each_parameter_on_the_way_is_one_step() {
    let text = "param first string = '10.244.0.0/25'
param second string = first
module aks 'peer.bicep' = {
  name: 'aks'
  params: { range: second }
}
";
    let called = cluster("null").replace("'10.244.0.0/16'", "range").replace("location: location", "location: 'westeurope'");
    let report = check(text, &format!("param range string\n{called}"));
    let finding = report.findings.iter().find(|f| f.rule == "pod-cidr-below-one-node").unwrap();
    let steps: Vec<&str> = finding.related.iter().map(|r| &*r.message).collect();
    assert_eq!(steps, ["argument range of aks", "default of parameter second", "default of parameter first"]);
}

/// What the rule on node subnets says of a cluster in a subnet of the VNet `net`, which the called file declares.
#[track_caller]
fn expect_scoped(main: &str, expected: &[&str]) {
    let called = "param prefix string
resource net 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'net'
  location: 'westeurope'
  properties: { addressSpace: { addressPrefixes: [prefix] }, subnets: [{ name: 'aks', properties: { addressPrefix: prefix } }] }
}
output subnet string = net.properties.subnets[0].id
output vnet string = net.id";
    let main = format!("param location string = 'westeurope'\n{main}");
    assert_eq!(said("pod-cidr-overlaps-node-subnet", &main, called), expected, "{main}");
}

#[test]
fn equal_names_in_two_groups_are_two_vnets() {
    let two = "module near 'peer.bicep' = { name: 'near', params: { prefix: '10.1.0.0/24' } }
module far 'peer.bicep' = { name: 'far', scope: resourceGroup('other'), params: { prefix: '10.244.128.0/24' } }";
    let overlap: &[&str] = &["pod CIDR 10.244.0.0/16 overlaps node subnet aks 10.244.128.0/24"];
    let none: &[&str] = &[];
    let kind = "'Microsoft.Network/virtualNetworks/subnets', 'net', 'aks'";
    for (subnet, expected) in [
        ("near.outputs.subnet".to_owned(), none),
        ("far.outputs.subnet".to_owned(), overlap),
        (format!("resourceId({kind})"), none),
        (format!("resourceId('other', {kind})"), overlap),
        (format!("resourceId(subscription().subscriptionId, 'other', {kind})"), overlap),
        (format!("resourceId('third', {kind})"), &["? subnet aks is not declared in this code"]),
    ] {
        expect_scoped(&format!("{two}{}", cluster(&subnet)), expected);
    }
    let existing = |scope: &str| {
        format!(
            "{two}
resource again 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {{
  name: 'net'
  {scope}
  resource aks 'subnets' existing = {{ name: 'aks' }}
}}{}",
            cluster("again::aks.id")
        )
    };
    expect_scoped(&existing(""), none);
    expect_scoped(&existing("scope: resourceGroup('other')"), overlap);
    // The parts of an id tell where something is.
    expect_scoped(&existing("scope: resourceGroup(split(far.outputs.vnet, '/')[4])"), overlap);
}

#[test]
fn a_vnet_that_may_not_be_deployed_is_not_taken_for_another_one() {
    let code = |condition: &str| {
        format!(
            "param make bool
module near 'peer.bicep' = if ({condition}) {{ name: 'near', params: {{ prefix: '10.244.128.0/24' }} }}
resource again 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {{
  name: 'net'
  resource aks 'subnets' existing = {{ name: 'aks' }}
}}{}",
            cluster("again::aks.id")
        )
    };
    expect_scoped(&code("true"), &["pod CIDR 10.244.0.0/16 overlaps node subnet aks 10.244.128.0/24"]);
    expect_scoped(&code("false"), &["? subnet aks is not declared in this code"]);
    expect_scoped(&code("make"), &["? subnet aks is not declared in this code"]);
    let two = format!(
        "param make bool
module near 'peer.bicep' = if (make) {{ name: 'near', params: {{ prefix: '10.244.128.0/24' }} }}
module far 'peer.bicep' = if (!make) {{ name: 'far', params: {{ prefix: '10.1.0.0/24' }} }}{}",
        cluster("resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'aks')")
    );
    expect_scoped(&two, &["? this depends on whether make == true holds"]);
}

#[test]
fn modules_of_the_public_registry_point_at_the_users_own_file() {
    let text = "param location string = 'westeurope'
var range = '10.244.128.0/24'
module vnet 'br/public:avm/res/network/virtual-network:0.7.0' = {
  name: 'vnet'
  params: {
    name: 'net'
    addressPrefixes: [range]
    subnets: [{ name: 'aks', addressPrefix: range }]
  }
}
module aks 'br/public:avm/res/container-service/managed-cluster:0.10.0' = {
  name: 'aks'
  params: {
    name: 'aks'
    networkPlugin: 'azure'
    networkPluginMode: 'overlay'
    podCidr: '10.244.0.0/16'
    primaryAgentPoolProfiles: [{ name: 'system', count: 3, mode: 'System', vnetSubnetResourceId: vnet.outputs.subnetResourceIds[0] }]
  }
}";
    let report = check(text, "");
    let finding = report.findings.iter().find(|f| f.rule == "pod-cidr-overlaps-node-subnet").unwrap();
    assert_eq!(finding.message, "pod CIDR 10.244.0.0/16 overlaps node subnet aks 10.244.128.0/24");
    let written = |start: u32, end: u32| &text[start as usize..end as usize];
    assert_eq!(written(finding.place.start, finding.place.end), "'10.244.0.0/16'");
    let related: Vec<&str> = finding.related.iter().map(|r| written(r.span.start, r.span.end)).collect();
    assert!(related.contains(&"range") && related.contains(&"'10.244.128.0/24'"), "{related:?}");
}

#[test]
fn an_empty_list_of_ranges_leaves_it_to_the_one_range() {
    let code = "resource own 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: spoke
  name: 'own'
  properties: { addressPrefix: '10.244.128.0/24', addressPrefixes: [] }
}
";
    expect_in_subnet(code, "own.id", &["pod CIDR 10.244.0.0/16 overlaps node subnet own 10.244.128.0/24"]);
}

#[test]
fn names_that_another_tool_completes_are_the_same_everywhere() {
    for (own, named) in [
        ("'#{name}#'", "name"),
        ("'#{name}#-net'", "'${name}-net'"),
        ("'dep-#_prefix_#'", "'dep-#_prefix_#'"),
        ("'<<prefix>>-net'", "'<<prefix>>-${suffix}'"),
    ] {
        let code = format!(
            "param name string = '#{{name}}#'
param suffix string = 'net'
resource own 'Microsoft.Network/virtualNetworks@2024-05-01' = {{
  name: {own}
  properties: {{
    addressSpace: {{ addressPrefixes: ['10.244.128.0/24'] }}
    subnets: [{{ name: 'more', properties: {{ addressPrefix: '10.244.128.0/24' }} }}]
  }}
}}
"
        );
        let subnet = format!("resourceId('Microsoft.Network/virtualNetworks/subnets', {named}, 'more')");
        expect_in_subnet(&code, &subnet, OVERLAP);
    }
    let code = "param name string = '#{name}#'\n";
    let subnet = "resourceId('Microsoft.Network/virtualNetworks/subnets', name, 'more')";
    expect_in_subnet(code, subnet, &["? #{name}# stands for a value that another tool puts there"]);
}

#[test]
fn what_is_open_in_each_turn_of_a_loop_is_told_once() {
    let text = "module aks 'peer.bicep' = [for turn in ['init', 'again']: {
  name: 'aks-${turn}'
  params: { range: '10.244.0.0/24' }
}]
";
    let called = cluster("subnet").replace("'10.244.0.0/16'", "range").replace("location: location", "location: 'westeurope'");
    let report = check(text, &format!("param range string\nparam subnet string\n{called}"));
    assert_eq!(report.clusters.len(), 2);
    let rules: Vec<&str> = report.undecided.iter().map(|open| open.rule).collect();
    assert!(!rules.is_empty() && rules.iter().all(|rule| rules.iter().filter(|r| r == &rule).count() == 1), "{rules:?}");
    let small: Vec<_> = report.findings.iter().filter(|f| f.rule == "pod-cidr-capacity").collect();
    assert_eq!(small.len(), 1, "{small:?}");
    assert_eq!((&*small[0].cluster, small[0].also.as_slice()), ("aks[0].aks", &["aks[1].aks".to_owned()][..]));
}

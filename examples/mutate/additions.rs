//! Blocks and resources that are added to code.

use crate::attributes::{
    data_plane, free_in_vnet, load_balancer_sku, mode, node_subnet, node_vnet, outbound, plugin, pod_range, policy,
    service_range, subnet_range,
};
use crate::mutants::{Get, Ways};
use crate::spot::{Edit, Language, at_end, before_line, inside};
use overlint::model::{Cluster, Deployer, Vnet, World};
use overlint::source::{Sources, Span};
use overlint::value::At;

/// A block of the cluster in Terraform. In templates, an object of the add-ons, of this name.
pub fn addon(c: &Cluster, at: &At, sources: &Sources, terraform: &str, name: &str) -> Ways {
    let Some(language) = Language::of(sources, c.at.site) else { return Vec::new() };
    let (one, all) = match language {
        Language::Terraform => return inside(sources, c.at.site, terraform).map(|edit| vec![edit]).into_iter().collect(),
        Language::Bicep => (format!("{name}: {{ enabled: true }}"), format!("addonProfiles: {{ {name}: {{ enabled: true }} }}")),
        Language::Json => {
            let one = format!("\"{name}\": {{\"enabled\": true}}");
            (format!("{one},"), format!("\"addonProfiles\": {{{one}}},"))
        }
    };
    let among_others = inside(sources, at.site, &one);
    let alone = profile(c).and_then(|at| before_line(sources, at, "networkProfile", &all));
    among_others.into_iter().chain(alone).map(|edit| vec![edit]).collect()
}

/// Where the network profile of a cluster is.
pub fn profile(c: &Cluster) -> Option<&At> {
    let absent = [&c.policy, &c.data_plane, &c.mode, &c.load_balancer_sku].into_iter().find(|f| f.is_written() == Ok(false));
    absent.map(|field| &field.at)
}

/// The name by which code beside a resource refers to it.
pub fn local_name(address: &str) -> &str {
    let start = ["azurerm_", "data."].iter().filter_map(|kind| address.find(kind)).min();
    start.map_or_else(|| address.rsplit('.').next().unwrap_or(address), |start| address.get(start..).unwrap_or(address))
}

/// Resources beside the VNet of the nodes, in Terraform, Bicep and JSON. `{vnet}`, `{subnet}`, `{pods}`, `{services}`, `{nodes}` and `{free}`
/// stand for what they say.
pub fn beside_vnet(w: &World, c: &Cluster, sources: &Sources, texts: [&str; 3]) -> Option<Edit> {
    let (vnet, subnet) = (node_vnet(w, c)?, node_subnet(w, c)?);
    let language = Language::of(sources, vnet.at.site)?;
    let [terraform, bicep, json] = texts;
    let (text, name) = match language {
        // Nothing beside the VNet refers to a subnet elsewhere.
        Language::Terraform if vnet.at.site.file == subnet.at.site.file || !terraform.contains("{subnet}") => {
            (terraform, local_name(&vnet.address).to_owned())
        }
        Language::Terraform => return None,
        Language::Bicep => (bicep, local_name(&vnet.address).to_owned()),
        Language::Json => (json, expression(sources.text(vnet.name.at.site))),
    };
    let free = free_in_vnet(w, c, 26).map(|r| r.to_string()).unwrap_or_default();
    if text.contains("{free}") && free.is_empty() {
        return None;
    }
    let text = text
        .replace("{vnet}", &name)
        .replace("{subnet}", local_name(&subnet.address))
        .replace("{pods}", &pod_range(c).map_or_else(String::new, |r| r.to_string()))
        .replace("{services}", &service_range(c)?.to_string())
        .replace("{nodes}", &subnet_range(w, c)?.to_string())
        .replace("{free}", &free);
    let start = Span { end: vnet.at.site.start, ..vnet.at.site };
    if language == Language::Json { Some(Edit { place: start, text }) } else { at_end(sources, vnet.at.site, &text) }
}

/// A text of a JSON template as an expression in another.
pub fn expression(text: &str) -> String {
    let text = text.trim_matches('"');
    text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).map_or_else(|| format!("'{text}'"), str::to_owned)
}

pub fn peering(w: &World, c: &Cluster, sources: &Sources, space: &str) -> Ways {
    let terraform = r#"
resource "azurerm_virtual_network" "mutant" {
  name                = "mutant"
  location            = "westeurope"
  resource_group_name = "mutant"
  address_space       = ["SPACE"]
}

resource "azurerm_virtual_network_peering" "mutant" {
  name                      = "mutant"
  resource_group_name       = "mutant"
  virtual_network_name      = {vnet}.name
  remote_virtual_network_id = azurerm_virtual_network.mutant.id
}
"#;
    let bicep = r"
resource mutant 'Microsoft.Network/virtualNetworks@2023-04-01' = {
  name: 'mutant'
  location: 'westeurope'
  properties: { addressSpace: { addressPrefixes: ['SPACE'] } }
}

resource mutantPeering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2023-04-01' = {
  parent: {vnet}
  name: 'mutant'
  properties: { remoteVirtualNetwork: { id: mutant.id } }
}
";
    let json = r#"{
  "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-04-01", "name": "mutant", "location": "westeurope",
  "properties": {"addressSpace": {"addressPrefixes": ["SPACE"]}}
}, {
  "type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "apiVersion": "2023-04-01", "name": "[concat({vnet}, '/mutant')]",
  "properties": {"remoteVirtualNetwork": {"id": "[resourceId('Microsoft.Network/virtualNetworks', 'mutant')]"}}
}, "#;
    let [terraform, bicep, json] = [terraform, bicep, json].map(|text| text.replace("SPACE", space));
    beside_vnet(w, c, sources, [&terraform, &bicep, &json]).map(|edit| vec![edit]).into_iter().collect()
}

pub fn peering_with_pods(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    peering(w, c, sources, "{pods}")
}

pub fn peering_with_services(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    peering(w, c, sources, "{services}")
}

pub fn has_new_peer(w: &World, c: &Cluster) -> bool {
    let is_new = |vnet: &Vnet| vnet.address.contains("mutant") || vnet.name.is("mutant") == Ok(true);
    node_vnet(w, c).is_some_and(|vnet| vnet.peers.iter().any(|peer| w.vnet(peer.vnet).is_some_and(is_new)))
}

pub fn office_with_pods(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let terraform = r#"
resource "azurerm_subnet" "mutant" {
  name                 = "GatewaySubnet"
  resource_group_name  = {vnet}.resource_group_name
  virtual_network_name = {vnet}.name
  address_prefixes     = ["{free}"]
}

resource "azurerm_virtual_network_gateway" "mutant" {
  name                = "mutant"
  location            = "westeurope"
  resource_group_name = "mutant"
  type                = "Vpn"
  sku                 = "VpnGw1"

  ip_configuration {
    subnet_id            = azurerm_subnet.mutant.id
    public_ip_address_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mutant/providers/Microsoft.Network/publicIPAddresses/mutant"
  }
}

resource "azurerm_local_network_gateway" "mutant" {
  name                = "mutant"
  location            = "westeurope"
  resource_group_name = "mutant"
  gateway_address     = "203.0.113.1"
  address_space       = ["{pods}"]
}

resource "azurerm_virtual_network_gateway_connection" "mutant" {
  name                       = "mutant"
  location                   = "westeurope"
  resource_group_name        = "mutant"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.mutant.id
  local_network_gateway_id   = azurerm_local_network_gateway.mutant.id
}
"#;
    let bicep = r"
resource mutantSubnet 'Microsoft.Network/virtualNetworks/subnets@2023-04-01' = {
  parent: {vnet}
  name: 'GatewaySubnet'
  properties: { addressPrefix: '{free}' }
}

resource mutantGateway 'Microsoft.Network/virtualNetworkGateways@2023-04-01' = {
  name: 'mutant'
  location: 'westeurope'
  properties: {
    gatewayType: 'Vpn'
    ipConfigurations: [{ name: 'mutant', properties: { subnet: { id: mutantSubnet.id } } }]
  }
}

resource mutantOffice 'Microsoft.Network/localNetworkGateways@2023-04-01' = {
  name: 'mutant'
  location: 'westeurope'
  properties: { gatewayIpAddress: '203.0.113.1', localNetworkAddressSpace: { addressPrefixes: ['{pods}'] } }
}

resource mutantConnection 'Microsoft.Network/connections@2023-04-01' = {
  name: 'mutant'
  location: 'westeurope'
  properties: {
    connectionType: 'IPsec'
    virtualNetworkGateway1: { id: mutantGateway.id }
    localNetworkGateway2: { id: mutantOffice.id }
  }
}
";
    let json = r#"{
  "type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2023-04-01", "name": "[concat({vnet}, '/GatewaySubnet')]",
  "properties": {"addressPrefix": "{free}"}
}, {
  "type": "Microsoft.Network/virtualNetworkGateways", "apiVersion": "2023-04-01", "name": "mutant", "location": "westeurope",
  "properties": {
    "gatewayType": "Vpn",
    "ipConfigurations": [{"name": "mutant", "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', {vnet}, 'GatewaySubnet')]"}}}]
  }
}, {
  "type": "Microsoft.Network/localNetworkGateways", "apiVersion": "2023-04-01", "name": "mutant-office", "location": "westeurope",
  "properties": {"gatewayIpAddress": "203.0.113.1", "localNetworkAddressSpace": {"addressPrefixes": ["{pods}"]}}
}, {
  "type": "Microsoft.Network/connections", "apiVersion": "2023-04-01", "name": "mutant", "location": "westeurope",
  "properties": {
    "connectionType": "IPsec",
    "virtualNetworkGateway1": {"id": "[resourceId('Microsoft.Network/virtualNetworkGateways', 'mutant')]"},
    "localNetworkGateway2": {"id": "[resourceId('Microsoft.Network/localNetworkGateways', 'mutant-office')]"}
  }
}, "#;
    beside_vnet(w, c, sources, [terraform, bicep, json]).map(|edit| vec![edit]).into_iter().collect()
}

pub fn has_office(w: &World, c: &Cluster) -> bool {
    node_vnet(w, c).is_some_and(|vnet| vnet.outside.iter().any(|outside| outside.title.contains("mutant")))
}

pub const DENY: [&str; 3] = [
    r#"
resource "azurerm_network_security_group" "mutant" {
  name                = "mutant"
  location            = "westeurope"
  resource_group_name = "mutant"

ALLOW
  security_rule {
    name                       = "deny-all"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

resource "azurerm_subnet_network_security_group_association" "mutant" {
  subnet_id                 = {subnet}.id
  network_security_group_id = azurerm_network_security_group.mutant.id
}
"#,
    r"
resource mutant 'Microsoft.Network/networkSecurityGroups@2023-04-01' = {
  name: 'mutant'
  location: 'westeurope'
  properties: {
    securityRules: [
ALLOW
      {
        name: 'deny-all'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourcePortRange: '*'
          destinationPortRange: '*'
          sourceAddressPrefix: '*'
          destinationAddressPrefix: '*'
        }
      }
    ]
  }
}
",
    r#"{
  "type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-04-01", "name": "mutant", "location": "westeurope",
  "properties": {
    "securityRules": [
ALLOW
      {
        "name": "deny-all",
        "properties": {
          "priority": 4000, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*",
          "destinationPortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"
        }
      }
    ]
  }
}, "#,
];

pub fn deny_all(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    denied(w, c, sources, &DENY.map(|text| text.replace("ALLOW\n", "")))
}

/// Denies what does not come from the first subnet of the nodes or from pods.
pub fn deny_other_pools(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let allowed =
        |template: fn(&str, &str, &str) -> String| template("nodes", "100", "{nodes}") + &template("pods", "110", "{pods}");
    let terraform = allowed(|name, priority, from| {
        format!(
            "  security_rule {{\n    name = \"{name}\"\n    priority = {priority}\n    direction = \"Inbound\"\n    access = \"Allow\"\n    \
             protocol = \"*\"\n    source_port_range = \"*\"\n    destination_port_range = \"*\"\n    source_address_prefix = \"{from}\"\n    \
             destination_address_prefix = \"*\"\n  }}\n"
        )
    });
    let bicep = allowed(|name, priority, from| {
        format!(
            "{{\nname: '{name}'\nproperties: {{\npriority: {priority}\ndirection: 'Inbound'\naccess: 'Allow'\nprotocol: '*'\nsourcePortRange: \
             '*'\ndestinationPortRange: '*'\nsourceAddressPrefix: '{from}'\ndestinationAddressPrefix: '*'\n}}\n}}\n"
        )
    });
    let json = allowed(|name, priority, from| {
        format!(
            "{{\"name\": \"{name}\", \"properties\": {{\"priority\": {priority}, \"direction\": \"Inbound\", \"access\": \"Allow\", \"protocol\": \
             \"*\", \"sourcePortRange\": \"*\", \"destinationPortRange\": \"*\", \"sourceAddressPrefix\": \"{from}\", \
             \"destinationAddressPrefix\": \"*\"}}}},\n"
        )
    });
    let [of_terraform, of_bicep, of_json] = DENY;
    let with = |text: &str, rules: &str| text.replace("ALLOW\n", rules);
    denied(w, c, sources, &[with(of_terraform, &terraform), with(of_bicep, &bicep), with(of_json, &json)])
}

/// A security group of one's own, for a node subnet that has none.
pub fn denied(w: &World, c: &Cluster, sources: &Sources, texts: &[String; 3]) -> Ways {
    let edits = || {
        let subnet = node_subnet(w, c)?;
        if subnet.security_group.is_written() != Ok(false) {
            return None;
        }
        let [terraform, bicep, json] = texts;
        let mut edits = vec![beside_vnet(w, c, sources, [terraform, bicep, json])?];
        let association = match Language::of(sources, subnet.at.site)? {
            Language::Terraform => return Some(edits),
            Language::Bicep => "networkSecurityGroup: { id: mutant.id }",
            Language::Json => {
                r#""networkSecurityGroup": {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'mutant')]"},"#
            }
        };
        let prefix = subnet.prefixes.first()?;
        edits.push(before_line(sources, &prefix.at, prefix.name, association)?);
        Some(edits)
    };
    edits().into_iter().collect()
}

/// A rule more in the security group that a node subnet has.
pub fn deny_in_group(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let edit = || {
        let group = node_subnet(w, c)?.security_group.known().ok()??;
        let text = format!(
            r#"
resource "azurerm_network_security_rule" "mutant" {{
  name                        = "mutant"
  priority                    = 99
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "mutant"
  network_security_group_name = {}.name
}}
"#,
            local_name(&group.address)
        );
        (Language::of(sources, group.at.site)? == Language::Terraform).then(|| at_end(sources, group.at.site, &text))?
    };
    edit().map(|edit| vec![edit]).into_iter().collect()
}

pub fn has_new_rule(w: &World, c: &Cluster) -> bool {
    let group = node_subnet(w, c).and_then(|subnet| subnet.security_group.known().ok().flatten());
    group.is_some_and(|group| group.rules.iter().any(|rule| rule.name.is("mutant") == Ok(true)))
}

pub fn has_group(w: &World, c: &Cluster) -> bool {
    node_subnet(w, c).is_some_and(|subnet| subnet.security_group.is_written() == Ok(true))
}

pub fn in_two_subnets(w: &World, c: &Cluster) -> bool {
    let mut ids: Vec<_> = c.node_subnets().into_iter().map(|(_, id)| id).collect();
    ids.sort();
    ids.dedup();
    ids.len() > 1 && ids.iter().all(|id| w.subnet(*id).is_some_and(|s| s.prefixes.iter().all(|p| p.known().is_ok())))
}

pub fn delegated(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let edit = || {
        let subnet = node_subnet(w, c)?;
        if !subnet.delegations.known().ok()?.is_none_or(Vec::is_empty) {
            return None;
        }
        let prefix = subnet.prefixes.first()?;
        let before = |text| before_line(sources, &prefix.at, prefix.name, text);
        let terraform =
            "delegation {\n  name = \"mutant\"\n  service_delegation {\n    name = \"Microsoft.Web/serverFarms\"\n  }\n}\n";
        match Language::of(sources, subnet.at.site)? {
            Language::Terraform => inside(sources, subnet.at.site, terraform),
            Language::Bicep => {
                before("delegations: [{ name: 'mutant', properties: { serviceName: 'Microsoft.Web/serverFarms' } }]")
            }
            Language::Json => {
                before(r#""delegations": [{"name": "mutant", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}],"#)
            }
        }
    };
    edit().map(|edit| vec![edit]).into_iter().collect()
}

pub fn is_delegated(w: &World, c: &Cluster) -> bool {
    node_subnet(w, c).is_some_and(|s| s.delegations.known().is_ok_and(|d| d.is_some_and(|d| !d.is_empty())))
}

pub fn agic(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.agic.is_written() != Ok(false) {
        return Vec::new();
    }
    let terraform = "ingress_application_gateway {\n  subnet_cidr = \"10.225.0.0/16\"\n}\n";
    addon(c, &c.agic.at, sources, terraform, "ingressApplicationGateway")
}

pub fn has_agic(_: &World, c: &Cluster) -> bool {
    c.agic.is_written() == Ok(true)
}

pub fn virtual_nodes(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.virtual_nodes.is_written() != Ok(false) {
        return Vec::new();
    }
    addon(c, &c.virtual_nodes.at, sources, "aci_connector_linux {\n  subnet_name = \"mutant\"\n}\n", "aciConnectorLinux")
}

pub fn has_virtual_nodes(_: &World, c: &Cluster) -> bool {
    c.virtual_nodes.known().is_ok_and(|v| v == Some(&true))
}

pub fn http_application_routing(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.http_application_routing.is_written() != Ok(false) {
        return Vec::new();
    }
    addon(c, &c.http_application_routing.at, sources, "http_application_routing_enabled = true", "httpApplicationRouting")
}

pub fn has_http_application_routing(_: &World, c: &Cluster) -> bool {
    c.http_application_routing.known().is_ok_and(|v| v == Some(&true))
}

pub fn node_provisioning(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.node_provisioning.is_written() != Ok(false) {
        return Vec::new();
    }
    let edit = match Language::of(sources, c.at.site) {
        Some(Language::Terraform) => inside(sources, c.at.site, "node_provisioning_profile {\n  mode = \"Auto\"\n}\n"),
        Some(Language::Bicep) => {
            profile(c).and_then(|at| before_line(sources, at, "networkProfile", "nodeProvisioningProfile: { mode: 'Auto' }"))
        }
        Some(Language::Json) => profile(c)
            .and_then(|at| before_line(sources, at, "networkProfile", r#""nodeProvisioningProfile": {"mode": "Auto"},"#)),
        None => None,
    };
    edit.map(|edit| vec![edit]).into_iter().collect()
}

pub fn has_node_provisioning(_: &World, c: &Cluster) -> bool {
    c.node_provisioning.is("Auto") == Ok(true)
}

pub fn api_server_in_node_subnet(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let edit = || {
        let subnet = node_subnet(w, c)?;
        let header = c.at.site;
        let plain = c.api_server_subnet.is_written() == Ok(false) && c.vnet_integration.is_written() == Ok(false);
        let beside = subnet.at.site.file == header.file && Language::of(sources, header)? == Language::Terraform;
        let text = format!(
            "api_server_access_profile {{\n  virtual_network_integration_enabled = true\n  subnet_id = {}.id\n}}\n",
            local_name(&subnet.address)
        );
        (plain && beside).then(|| inside(sources, header, &text))?
    };
    edit().map(|edit| vec![edit]).into_iter().collect()
}

pub fn has_api_server_subnet(_: &World, c: &Cluster) -> bool {
    c.api_server_subnet.is_written() == Ok(true)
}

pub fn small_gateway_for_containers(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let terraform = r#"
resource "azurerm_subnet" "mutant" {
  name                 = "mutant"
  resource_group_name  = {vnet}.resource_group_name
  virtual_network_name = {vnet}.name
  address_prefixes     = ["{free}"]
}

resource "azurerm_application_load_balancer_subnet_association" "mutant" {
  name                         = "mutant"
  application_load_balancer_id = "mutant"
  subnet_id                    = azurerm_subnet.mutant.id
}
"#;
    let bicep = r"
resource mutantSubnet 'Microsoft.Network/virtualNetworks/subnets@2023-04-01' = {
  parent: {vnet}
  name: 'mutant'
  properties: { addressPrefix: '{free}' }
}

resource mutant 'Microsoft.ServiceNetworking/trafficControllers/associations@2025-01-01' = {
  name: 'mutant/mutant'
  location: 'westeurope'
  properties: { associationType: 'subnets', subnet: { id: mutantSubnet.id } }
}
";
    let json = r#"{
  "type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2023-04-01", "name": "[concat({vnet}, '/mutant')]",
  "properties": {"addressPrefix": "{free}"}
}, {
  "type": "Microsoft.ServiceNetworking/trafficControllers/associations", "apiVersion": "2025-01-01", "name": "mutant/mutant",
  "location": "westeurope",
  "properties": {
    "associationType": "subnets",
    "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', {vnet}, 'mutant')]"}
  }
}, "#;
    beside_vnet(w, c, sources, [terraform, bicep, json]).map(|edit| vec![edit]).into_iter().collect()
}

pub fn has_ingress_subnet(w: &World, _: &Cluster) -> bool {
    w.ingress_subnets.iter().any(|s| s.address.contains("mutant"))
}

pub fn docker_bridge(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    let text = "docker_bridge_cidr = \"172.17.0.1/16\"";
    let edit = before_line(sources, &c.plugin.at, c.plugin.name, text).filter(|_| c.deprecated.is_empty());
    edit.map(|edit| vec![edit]).into_iter().collect()
}

pub fn has_deprecated(_: &World, c: &Cluster) -> bool {
    !c.deprecated.is_empty()
}

/// An old version of the resource type, where the type and its version are one text, or the version has one of its own.
pub fn old_version(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    let Deployer::ResourceManager { api_version } = &c.deployer else { return Vec::new() };
    let place = api_version.at.site;
    let text = sources.text(place);
    let quote = text.chars().last().filter(|c| matches!(c, '\'' | '"')).map_or(String::new(), String::from);
    let text = match text.rsplit_once('@') {
        Some((kind, _)) => format!("{kind}@2022-01-01{quote}"),
        None => "\"2022-01-01\"".to_owned(),
    };
    vec![vec![Edit { place, text }]]
}

pub fn has_old_version(_: &World, c: &Cluster) -> bool {
    let Deployer::ResourceManager { api_version } = &c.deployer else { return false };
    api_version.known().is_ok_and(|v| v.is_some_and(|v| v.to_string() == "2022-01-01"))
}

/// Attributes whose values are words of a list.
const WORDS: [Get; 6] = [plugin, mode, policy, data_plane, outbound, load_balancer_sku];

/// A word that a validation of the variable it comes from refuses: those that list what is allowed.
pub fn nonsense(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let mut ways = Vec::new();
    for spot in WORDS.iter().filter_map(|get| get(w, c)) {
        let default = spot.at.hops.iter().map(|hop| hop.span).rfind(|place| sources.text(*place).starts_with('"'));
        let Some(place) = default else { continue };
        let before = sources.file(place.file).text().get(..place.start as usize).unwrap_or("");
        let rest = sources.file(place.file).text().get(place.start as usize..).unwrap_or("");
        let Some(block) = before.rfind("\nvariable ").and_then(|start| before.get(start..)) else { continue };
        let end = rest.find("\nvariable ").unwrap_or(rest.len());
        let is_checked = |code: &str| code.contains("validation") && code.contains("contains(");
        if !block.contains("\n}") && (is_checked(block) || rest.get(..end).is_some_and(is_checked)) {
            ways.push(vec![Edit { place, text: "\"nonsense\"".to_owned() }]);
        }
    }
    ways
}

pub fn has_nonsense(w: &World, c: &Cluster) -> bool {
    WORDS.iter().filter_map(|get| get(w, c)).any(|spot| spot.shown.is_some_and(|shown| shown == "nonsense"))
}

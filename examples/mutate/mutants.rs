//! What is broken, and which rule must find it.

use crate::spot::{Edit, Language, Spot, at_end, before_line, inside};
use overlint::cidr::Cidr;
use overlint::model::{Cluster, Deployer, Field, Pool, Subnet, Vnet, World};
use overlint::source::{Sources, Span};
use overlint::value::At;
use std::net::IpAddr;

/// One way to break a cluster.
pub struct Mutant {
    /// The rule that must find it.
    pub rule: &'static str,
    /// Which clusters it is for.
    pub on: On,
    /// What more must hold.
    pub fits: fn(&World, &Cluster) -> bool,
    /// What is done, one after the other. The last step breaks it.
    pub steps: &'static [Step],
    /// The day whose rules apply, when it is not today.
    pub day: Option<&'static str>,
}

/// Which clusters a mutant is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// All.
    Any,
    /// Those with overlay, and those that become so by their mode alone.
    Overlay,
    /// Those with Azure CNI that puts pods into a VNet.
    Flat,
    /// Those with kubenet, and those made so.
    Kubenet,
}

impl On {
    /// What makes a cluster one of these; nothing when that cannot be done.
    pub fn steps(self, cluster: &Cluster) -> Option<&'static [Step]> {
        let is_overlay = cluster.is_overlay().ok()?;
        let is_azure = cluster.plugin.is("azure").ok()?;
        let is_kubenet = cluster.is_kubenet().ok()?;
        let pod_subnets = cluster.has_pod_subnet().ok()?;
        match self {
            Self::Any => Some(&[]),
            Self::Overlay if is_overlay => Some(&[]),
            Self::Overlay => (is_azure && !pod_subnets).then_some(&[Step::Set(mode, Value::Is("overlay"))]),
            Self::Flat => (is_azure && !is_overlay).then_some(&[]),
            Self::Kubenet if is_kubenet => Some(&[]),
            Self::Kubenet if is_overlay => Some(&[Step::Set(mode, Value::Is("null")), Step::Set(plugin, Value::Is("kubenet"))]),
            Self::Kubenet => (is_azure && !pod_subnets).then_some(&[Step::Set(plugin, Value::Is("kubenet"))]),
        }
    }
}

/// An attribute of a cluster, its first node pool or its networks.
type Get = fn(&World, &Cluster) -> Option<Spot>;

/// Ways to do a change, best first.
type Ways = Vec<Vec<Edit>>;

/// One change.
pub enum Step {
    /// An attribute gets a value.
    Set(Get, Value),
    /// Something is added; the second function says whether it is there then.
    Add(fn(&World, &Cluster, &Sources) -> Ways, fn(&World, &Cluster) -> bool),
}

/// What an attribute is set to; `null` takes it away.
pub enum Value {
    /// This.
    Is(&'static str),
    /// What fits the cluster, if anything does.
    Of(fn(&World, &Cluster) -> Option<String>),
}

impl Step {
    /// The value for a cluster; nothing when the step does not fit it.
    pub fn value(&self, world: &World, cluster: &Cluster) -> Option<String> {
        match self {
            Self::Set(get, value) => {
                get(world, cluster)?;
                match value {
                    Value::Is(value) => Some((*value).to_owned()),
                    Value::Of(value) => value(world, cluster),
                }
            }
            Self::Add(..) => Some(String::new()),
        }
    }

    /// Ways to do it, best first.
    pub fn candidates(&self, world: &World, cluster: &Cluster, sources: &Sources, value: &str) -> Ways {
        match self {
            Self::Set(get, _) => get(world, cluster).map(|spot| spot.changes(sources, value)).unwrap_or_default(),
            Self::Add(ways, _) => ways(world, cluster, sources),
        }
    }

    /// Whether it came out as meant.
    pub fn holds(&self, world: &World, cluster: &Cluster, value: &str) -> bool {
        match self {
            Self::Set(get, _) => get(world, cluster).is_some_and(|spot| spot.shows(value)),
            Self::Add(_, holds) => holds(world, cluster),
        }
    }
}

// Attributes.

fn plugin(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.plugin))
}

fn mode(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.mode))
}

fn policy(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.policy))
}

fn data_plane(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.data_plane))
}

fn outbound(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.outbound_type))
}

fn load_balancer_sku(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.load_balancer_sku))
}

fn kubernetes_version(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.kubernetes_version))
}

fn location(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.location))
}

fn dns_service_ip(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&c.dns_service_ip))
}

fn pod_cidr(_: &World, c: &Cluster) -> Option<Spot> {
    c.pod_cidrs.first().map(Spot::of)
}

fn service_cidr(_: &World, c: &Cluster) -> Option<Spot> {
    c.service_cidrs.first().map(Spot::of)
}

fn ip_families(_: &World, c: &Cluster) -> Option<Spot> {
    let shown = |families: &Vec<overlint::cidr::Family>| {
        families.iter().map(std::string::ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    Some(Spot::of(&c.ip_families.clone().map(|families| shown(&families))))
}

fn pool(c: &Cluster) -> Option<&Pool> {
    c.pools.first()
}

/// A pool that is not the first: only those may run Windows.
fn further_pool(c: &Cluster) -> Option<&Pool> {
    c.pools.get(1)
}

fn vm_size(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&pool(c)?.vm_size))
}

fn max_pods(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&pool(c)?.max_pods))
}

fn kind(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&pool(c)?.kind))
}

fn nodes(_: &World, c: &Cluster) -> Option<Spot> {
    let pool = pool(c)?;
    let scales = pool.autoscaling.known().ok()?.copied().unwrap_or(false);
    Some(Spot::of(if scales { &pool.max_count } else { &pool.count }))
}

fn pod_subnet(_: &World, c: &Cluster) -> Option<Spot> {
    let mut spot = Spot::of(&pool(c)?.pod_subnet);
    spot.shown = spot.shown.map(|_| SOME_SUBNET.to_owned());
    Some(spot)
}

fn further_os(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.os))
}

fn further_os_sku(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.os_sku))
}

fn further_vm_size(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.vm_size))
}

fn further_max_pods(_: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&further_pool(c)?.max_pods))
}

fn further_subnet(_: &World, c: &Cluster) -> Option<Spot> {
    let subnet = &further_pool(c)?.subnet;
    Some(Spot { at: subnet.at.clone(), name: subnet.name, shown: subnet.raw.as_ref().map(|id| id.to_string()) })
}

fn subnet_name(w: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(&node_subnet(w, c)?.name))
}

fn subnet_prefix(w: &World, c: &Cluster) -> Option<Spot> {
    Some(Spot::of(node_subnet(w, c)?.prefixes.first()?))
}

const SOME_SUBNET: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mutant/providers/Microsoft.Network/virtualNetworks/mutant/subnets/pods";

// What is around a cluster.

fn node_subnet<'w>(w: &'w World, c: &Cluster) -> Option<&'w Subnet> {
    w.subnet(*pool(c)?.subnet.known().ok().flatten()?)
}

fn node_vnet<'w>(w: &'w World, c: &Cluster) -> Option<&'w Vnet> {
    w.vnet(*node_subnet(w, c)?.vnet.known().ok().flatten()?).filter(|vnet| vnet.declared)
}

fn range(field: &Field<Cidr>) -> Option<Cidr> {
    field.known().ok().flatten().copied()
}

fn subnet_range(w: &World, c: &Cluster) -> Option<Cidr> {
    range(node_subnet(w, c)?.prefixes.first()?)
}

fn service_range(c: &Cluster) -> Option<Cidr> {
    range(c.service_cidrs.first()?)
}

fn pod_range(c: &Cluster) -> Option<Cidr> {
    range(c.pod_cidrs.first()?)
}

/// A range of a subnet of the nodes' VNet that holds no nodes.
fn other_subnet(w: &World, c: &Cluster) -> Option<Cidr> {
    let nodes: Vec<_> = c.node_subnets().into_iter().map(|(_, id)| id).collect();
    let others = node_vnet(w, c)?.subnets.iter().filter(|id| !nodes.contains(id));
    others.filter_map(|id| range(w.subnet(*id)?.prefixes.first()?)).find(|r| r.v4().is_some())
}

/// A range of this size in the address space of the nodes' VNet that no subnet has.
fn free_in_vnet(w: &World, c: &Cluster, prefix: u8) -> Option<Cidr> {
    let vnet = node_vnet(w, c)?;
    if vnet.more_subnets.is_some() {
        return None;
    }
    let mut taken = Vec::new();
    for id in &vnet.subnets {
        for field in &w.subnet(*id)?.prefixes {
            taken.push(range(field)?);
        }
    }
    let space = vnet.space.iter().find_map(range)?.v4()?;
    let blocks = space.subnets(prefix).ok()?.take(4096);
    let cidrs = blocks.filter_map(|net| Cidr::new(IpAddr::V4(net.network()), prefix));
    cidrs.into_iter().find(|cidr| !taken.iter().any(|t| t.overlaps(cidr)))
}

fn all_nodes(c: &Cluster) -> Option<u64> {
    c.pools.iter().map(|pool| pool.max_nodes().ok()).sum()
}

fn nodes_of_others(c: &Cluster) -> Option<u64> {
    all_nodes(c)?.checked_sub(pool_nodes(c)?)
}

fn pool_nodes(c: &Cluster) -> Option<u64> {
    let pool = pool(c)?;
    let scales = pool.autoscaling.known().ok()?.copied().unwrap_or(false);
    (if scales { &pool.max_count } else { &pool.count }).known().ok()?.copied()
}

/// The count of the first pool with which all pools together have this many nodes.
fn count_for(c: &Cluster, nodes: u64) -> Option<String> {
    nodes.checked_sub(nodes_of_others(c)?).filter(|n| *n > 0).map(|n| n.to_string())
}

/// The addresses that a subnet has for nodes.
fn usable(w: &World, c: &Cluster) -> Option<u64> {
    let range = subnet_range(w, c)?.v4()?;
    (1_u64 << (32 - u32::from(range.prefix_len()))).checked_sub(5)
}

/// The count with which all pools in the subnet of the first have this many nodes.
fn count_in_subnet(w: &World, c: &Cluster, nodes: u64) -> Option<String> {
    let own = pool(c)?.subnet.known().ok().flatten().copied()?;
    let mut others = 0;
    for pool in c.pools.iter().skip(1).filter(|p| p.subnet.known().ok().flatten() == Some(&own)) {
        let scales = pool.autoscaling.known().ok()?.copied().unwrap_or(false);
        others += (if scales { &pool.max_count } else { &pool.count }).known().ok()?.copied()?;
    }
    // Other clusters may be in the subnet.
    let alone = w.clusters.iter().filter(|o| o.address != c.address).all(|o| !o.node_subnets().iter().any(|(_, id)| *id == own));
    alone.then_some(nodes.checked_sub(others)?.to_string())
}

// Conditions.

fn always(_: &World, _: &Cluster) -> bool {
    true
}

fn by_azurerm_since_3_62(_: &World, c: &Cluster) -> bool {
    matches!(&c.deployer, Deployer::Azurerm(version) if version.surely_from((3, 62, 0)))
}

fn by_azurerm_since_3_49(_: &World, c: &Cluster) -> bool {
    matches!(&c.deployer, Deployer::Azurerm(version) if version.surely_from((3, 49, 0)))
}

fn by_resource_manager(_: &World, c: &Cluster) -> bool {
    matches!(c.deployer, Deployer::ResourceManager { .. })
}

fn in_own_subnet(w: &World, c: &Cluster) -> bool {
    node_subnet(w, c).is_some()
}

fn single_stack(_: &World, c: &Cluster) -> bool {
    c.is_dual_stack() == Ok(false)
}

/// The azurerm provider takes no DNS service IP without a service CIDR; Resource Manager does.
fn has_service_cidr(w: &World, c: &Cluster) -> bool {
    by_resource_manager(w, c) || c.service_cidrs.first().is_some_and(|f| f.is_written() == Ok(true))
}

fn both_by_azurerm(w: &World, c: &Cluster) -> bool {
    !by_resource_manager(w, c) && has_service_cidr(w, c) && c.dns_service_ip.is_written() == Ok(true)
}

fn pod_cidr_written(_: &World, c: &Cluster) -> bool {
    c.pod_cidrs.first().is_some_and(|f| f.is_written() == Ok(true))
}

fn no_policy(_: &World, c: &Cluster) -> bool {
    c.policy.is_written() == Ok(false) && c.data_plane.is_written() == Ok(false)
}

fn linux_further_pool(_: &World, c: &Cluster) -> bool {
    further_pool(c).is_some_and(|pool| pool.is_windows() == Ok(false))
}

// Additions.

/// A block of the cluster in Terraform. In templates, an object of the add-ons, of this name.
fn addon(c: &Cluster, at: &At, sources: &Sources, terraform: &str, name: &str) -> Ways {
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
fn profile(c: &Cluster) -> Option<&At> {
    let absent = [&c.policy, &c.data_plane, &c.mode, &c.load_balancer_sku].into_iter().find(|f| f.is_written() == Ok(false));
    absent.map(|field| &field.at)
}

/// The name by which code beside a resource refers to it.
fn local_name(address: &str) -> &str {
    let start = ["azurerm_", "data."].iter().filter_map(|kind| address.find(kind)).min();
    start.map_or_else(|| address.rsplit('.').next().unwrap_or(address), |start| address.get(start..).unwrap_or(address))
}

/// Resources beside the VNet of the nodes, in Terraform, Bicep and JSON. `{vnet}`, `{subnet}`, `{pods}`, `{services}`, `{nodes}` and `{free}`
/// stand for what they say.
fn beside_vnet(w: &World, c: &Cluster, sources: &Sources, texts: [&str; 3]) -> Option<Edit> {
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
fn expression(text: &str) -> String {
    let text = text.trim_matches('"');
    text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).map_or_else(|| format!("'{text}'"), str::to_owned)
}

fn peering(w: &World, c: &Cluster, sources: &Sources, space: &str) -> Ways {
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

fn peering_with_pods(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    peering(w, c, sources, "{pods}")
}

fn peering_with_services(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    peering(w, c, sources, "{services}")
}

fn has_new_peer(w: &World, c: &Cluster) -> bool {
    let is_new = |vnet: &Vnet| vnet.address.contains("mutant") || vnet.name.is("mutant") == Ok(true);
    node_vnet(w, c).is_some_and(|vnet| vnet.peers.iter().any(|peer| w.vnet(peer.vnet).is_some_and(is_new)))
}

fn office_with_pods(w: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn has_office(w: &World, c: &Cluster) -> bool {
    node_vnet(w, c).is_some_and(|vnet| vnet.outside.iter().any(|outside| outside.title.contains("mutant")))
}

const DENY: [&str; 3] = [
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

fn deny_all(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    denied(w, c, sources, &DENY.map(|text| text.replace("ALLOW\n", "")))
}

/// Denies what does not come from the first subnet of the nodes or from pods.
fn deny_other_pools(w: &World, c: &Cluster, sources: &Sources) -> Ways {
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
fn denied(w: &World, c: &Cluster, sources: &Sources, texts: &[String; 3]) -> Ways {
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
fn deny_in_group(w: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn has_new_rule(w: &World, c: &Cluster) -> bool {
    let group = node_subnet(w, c).and_then(|subnet| subnet.security_group.known().ok().flatten());
    group.is_some_and(|group| group.rules.iter().any(|rule| rule.name.is("mutant") == Ok(true)))
}

fn has_group(w: &World, c: &Cluster) -> bool {
    node_subnet(w, c).is_some_and(|subnet| subnet.security_group.is_written() == Ok(true))
}

fn in_two_subnets(w: &World, c: &Cluster) -> bool {
    let mut ids: Vec<_> = c.node_subnets().into_iter().map(|(_, id)| id).collect();
    ids.sort();
    ids.dedup();
    ids.len() > 1 && ids.iter().all(|id| w.subnet(*id).is_some_and(|s| s.prefixes.iter().all(|p| p.known().is_ok())))
}

fn delegated(w: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn is_delegated(w: &World, c: &Cluster) -> bool {
    node_subnet(w, c).is_some_and(|s| s.delegations.known().is_ok_and(|d| d.is_some_and(|d| !d.is_empty())))
}

fn two_prefixes(w: &World, c: &Cluster) -> Option<String> {
    let subnet = node_subnet(w, c)?;
    (subnet.prefixes.len() == 1).then_some(())?;
    Some(format!("[{}, {}]", subnet_range(w, c)?, free_in_vnet(w, c, 26)?))
}

fn prefixes(w: &World, c: &Cluster) -> Option<Spot> {
    let subnet = node_subnet(w, c)?;
    let shown: Vec<String> = subnet.prefixes.iter().filter_map(|p| Some(range(p)?.to_string())).collect();
    let first = subnet.prefixes.first()?;
    Some(Spot { shown: Some(shown.join(", ")), ..Spot::of(first) })
}

fn agic(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.agic.is_written() != Ok(false) {
        return Vec::new();
    }
    let terraform = "ingress_application_gateway {\n  subnet_cidr = \"10.225.0.0/16\"\n}\n";
    addon(c, &c.agic.at, sources, terraform, "ingressApplicationGateway")
}

fn has_agic(_: &World, c: &Cluster) -> bool {
    c.agic.is_written() == Ok(true)
}

fn virtual_nodes(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.virtual_nodes.is_written() != Ok(false) {
        return Vec::new();
    }
    addon(c, &c.virtual_nodes.at, sources, "aci_connector_linux {\n  subnet_name = \"mutant\"\n}\n", "aciConnectorLinux")
}

fn has_virtual_nodes(_: &World, c: &Cluster) -> bool {
    c.virtual_nodes.known().is_ok_and(|v| v == Some(&true))
}

fn http_application_routing(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    if c.http_application_routing.is_written() != Ok(false) {
        return Vec::new();
    }
    addon(c, &c.http_application_routing.at, sources, "http_application_routing_enabled = true", "httpApplicationRouting")
}

fn has_http_application_routing(_: &World, c: &Cluster) -> bool {
    c.http_application_routing.known().is_ok_and(|v| v == Some(&true))
}

fn node_provisioning(_: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn has_node_provisioning(_: &World, c: &Cluster) -> bool {
    c.node_provisioning.is("Auto") == Ok(true)
}

fn api_server_in_node_subnet(w: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn has_api_server_subnet(_: &World, c: &Cluster) -> bool {
    c.api_server_subnet.is_written() == Ok(true)
}

fn small_gateway_for_containers(w: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn has_ingress_subnet(w: &World, _: &Cluster) -> bool {
    w.ingress_subnets.iter().any(|s| s.address.contains("mutant"))
}

fn docker_bridge(_: &World, c: &Cluster, sources: &Sources) -> Ways {
    let text = "docker_bridge_cidr = \"172.17.0.1/16\"";
    let edit = before_line(sources, &c.plugin.at, c.plugin.name, text).filter(|_| c.deprecated.is_empty());
    edit.map(|edit| vec![edit]).into_iter().collect()
}

fn has_deprecated(_: &World, c: &Cluster) -> bool {
    !c.deprecated.is_empty()
}

/// An old version of the resource type, where the type and its version are one text, or the version has one of its own.
fn old_version(_: &World, c: &Cluster, sources: &Sources) -> Ways {
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

fn has_old_version(_: &World, c: &Cluster) -> bool {
    let Deployer::ResourceManager { api_version } = &c.deployer else { return false };
    api_version.known().is_ok_and(|v| v.is_some_and(|v| v.to_string() == "2022-01-01"))
}

/// A word that a validation of the variable it comes from refuses: those that list what is allowed.
fn nonsense(w: &World, c: &Cluster, sources: &Sources) -> Ways {
    let mut ways = Vec::new();
    for spot in [plugin, mode, policy, data_plane, outbound, load_balancer_sku].iter().filter_map(|get| get(w, c)) {
        let default = spot.at.hops.iter().map(|hop| hop.span).filter(|place| sources.text(*place).starts_with('"')).last();
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

fn has_nonsense(w: &World, c: &Cluster) -> bool {
    let spots = [plugin, mode, policy, data_plane, outbound, load_balancer_sku];
    spots.iter().filter_map(|get| get(w, c)).any(|spot| spot.shown.is_some_and(|shown| shown == "nonsense"))
}

// The table.

use On::{Any, Flat, Kubenet, Overlay};
use Step::{Add, Set};
use Value::{Is, Of};

const fn one(rule: &'static str, on: On, fits: fn(&World, &Cluster) -> bool, steps: &'static [Step]) -> Mutant {
    Mutant { rule, on, fits, steps, day: None }
}

const LONG_NAME: &str = "a-name-of-sixty-four-characters-is-one-more-than-a-label-may-have";

/// All mutants.
pub const MUTANTS: &[Mutant] = &[
    one("overlay-requires-azure-plugin", Overlay, always, &[Set(plugin, Is("none"))]),
    one("pod-cidr-without-overlay", Flat, always, &[Set(pod_cidr, Is("10.244.0.0/16"))]),
    one("overlay-mode-not-set", Overlay, always, &[Set(mode, Is("null"))]),
    one("kubenet-retirement", Flat, always, &[Set(plugin, Is("kubenet"))]),
    one("kubenet-node-limit", Kubenet, always, &[Set(nodes, Of(|_, c| count_for(c, 401)))]),
    one("overlay-with-pod-subnet", Overlay, always, &[Set(pod_subnet, Is(SOME_SUBNET))]),
    one("network-plugin-mode-casing", Overlay, by_azurerm_since_3_62, &[Set(mode, Is("Overlay"))]),
    one("deprecated-network-attribute", Any, by_azurerm_since_3_49, &[Add(docker_bridge, has_deprecated)]),
    one("arm-api-version-lacks-overlay", Overlay, by_resource_manager, &[Add(old_version, has_old_version)]),
    one("cilium-dataplane-combination", Overlay, no_policy, &[Set(policy, Is("cilium"))]),
    one("cilium-dataplane-combination", Overlay, |_, c| c.policy.is("calico") == Ok(true), &[Set(data_plane, Is("cilium"))]),
    one("windows-requires-azure-cni", Kubenet, linux_further_pool, &[Set(further_os, Is("Windows"))]),
    one("agic-overlay", Overlay, always, &[Add(agic, has_agic)]),
    one("agc-overlay-subnet", Overlay, in_own_subnet, &[Add(small_gateway_for_containers, has_ingress_subnet)]),
    one("virtual-nodes-overlay", Overlay, always, &[Add(virtual_nodes, has_virtual_nodes)]),
    one("http-application-routing-retired", Any, always, &[Add(http_application_routing, has_http_application_routing)]),
    one("invalid-cidr", Overlay, always, &[Set(pod_cidr, Is("10.244.0.0/33"))]),
    one("invalid-cidr", Any, always, &[Set(service_cidr, Is("10.0.0.0"))]),
    one("cidr-host-bits-set", Overlay, always, &[Set(pod_cidr, Is("10.244.7.0/14"))]),
    one("cidr-host-bits-set", Any, always, &[Set(service_cidr, Is("172.20.7.0/16"))]),
    one("pod-cidr-below-one-node", Overlay, always, &[Set(pod_cidr, Is("10.244.0.0/25"))]),
    one("pod-cidr-capacity", Overlay, always, &[Set(nodes, Of(|_, c| count_for(c, nodes_that_fit(c)? + 1)))]),
    one("pod-cidr-upgrade-headroom", Overlay, always, &[Set(nodes, Of(|_, c| count_for(c, nodes_that_fit(c)?)))]),
    one(
        "pod-cidr-overlaps-node-subnet",
        Overlay,
        in_own_subnet,
        &[Set(pod_cidr, Of(|w, c| Some(subnet_range(w, c)?.to_string())))],
    ),
    one(
        "pod-cidr-overlaps-vnet-subnet",
        Overlay,
        in_own_subnet,
        &[Set(pod_cidr, Of(|w, c| Some(other_subnet(w, c)?.to_string())))],
    ),
    one(
        "pod-cidr-overlaps-vnet-space",
        Overlay,
        in_own_subnet,
        &[Set(pod_cidr, Of(|w, c| Some(free_in_vnet(w, c, 23)?.to_string())))],
    ),
    one("pod-cidr-overlaps-peered-vnet", Overlay, in_own_subnet, &[Add(peering_with_pods, has_new_peer)]),
    one("pod-cidr-overlaps-onprem", Overlay, in_own_subnet, &[Add(office_with_pods, has_office)]),
    one("pod-cidr-overlaps-service-cidr", Overlay, always, &[Set(pod_cidr, Of(|_, c| Some(service_range(c)?.to_string())))]),
    one("reserved-range-overlap", Overlay, always, &[Set(pod_cidr, Is("169.254.0.0/16"))]),
    one("reserved-range-overlap", Any, always, &[Set(service_cidr, Is("172.30.0.0/16"))]),
    one("pod-cidr-public-range", Overlay, always, &[Set(pod_cidr, Is("20.0.0.0/14"))]),
    one("implicit-cidr-default", Overlay, pod_cidr_written, &[Set(pod_cidr, Is("null"))]),
    one("service-cidr-too-large", Any, always, &[Set(service_cidr, Is("172.16.0.0/11"))]),
    one(
        "service-cidr-overlaps-vnet-subnet",
        Any,
        in_own_subnet,
        &[Set(service_cidr, Of(|w, c| Some(subnet_range(w, c)?.to_string())))],
    ),
    one(
        "service-cidr-overlaps-vnet-space",
        Any,
        in_own_subnet,
        &[Set(service_cidr, Of(|w, c| Some(free_in_vnet(w, c, 24)?.to_string())))],
    ),
    one("service-cidr-overlaps-connected", Any, in_own_subnet, &[Add(peering_with_services, has_new_peer)]),
    one("service-cidr-public-or-multicast", Any, always, &[Set(service_cidr, Is("20.0.0.0/16"))]),
    one(
        "ipv6-service-cidr-too-large",
        Overlay,
        single_stack,
        &[
            Set(ip_families, Is("[IPv4, IPv6]")),
            Set(service_cidr, Is("null")),
            Set(service_cidrs, Is("[10.0.0.0/16, fd12:3456:789a:1::/96]")),
        ],
    ),
    one("dns-service-ip-outside-service-cidr", Any, has_service_cidr, &[Set(dns_service_ip, Is("192.0.2.10"))]),
    one(
        "dns-service-ip-first-address",
        Any,
        always,
        &[Set(dns_service_ip, Of(|_, c| Some(service_range(c)?.nth(1)?.to_string())))],
    ),
    one(
        "dns-service-ip-boundary",
        Any,
        has_service_cidr,
        &[Set(dns_service_ip, Of(|_, c| Some(service_range(c)?.last().to_string())))],
    ),
    one("dns-service-cidr-pairing", Any, both_by_azurerm, &[Set(dns_service_ip, Is("null"))]),
    one("max-pods-range", Overlay, always, &[Set(max_pods, Is("251"))]),
    one("max-pods-range", Overlay, always, &[Set(max_pods, Is("9"))]),
    one("max-pods-pool-minimum-30", Any, |_, c| pool_nodes(c).is_some_and(|n| n <= 2), &[Set(max_pods, Is("10"))]),
    one("windows-max-pods", Overlay, linux_further_pool, &[Set(further_max_pods, Is("200")), Set(further_os, Is("Windows"))]),
    one("availability-set-not-supported", Overlay, always, &[Set(kind, Is("AvailabilitySet"))]),
    one("dcsv2-not-supported", Overlay, always, &[Set(vm_size, Is("Standard_DC2s_v2"))]),
    Mutant {
        day: Some("2023-12-01"),
        ..one("arm64-overlay-region", Overlay, always, &[Set(location, Is("eastus2")), Set(vm_size, Is("Standard_D2ps_v5"))])
    },
    one(
        "arm64-windows",
        Any,
        linux_further_pool,
        &[Set(further_os, Is("Windows")), Set(further_vm_size, Is("Standard_D2ps_v5"))],
    ),
    one(
        "windows-server-2019",
        Any,
        linux_further_pool,
        &[Set(further_os, Is("Windows")), Set(further_os_sku, Is("Windows2019"))],
    ),
    one("node-subnet-capacity", Any, in_own_subnet, &[Set(nodes, Of(|w, c| count_in_subnet(w, c, usable(w, c)? + 1)))]),
    one("node-subnet-upgrade-headroom", Any, in_own_subnet, &[Set(nodes, Of(|w, c| count_in_subnet(w, c, usable(w, c)?)))]),
    one("cluster-node-limit", Any, always, &[Set(nodes, Is("5001"))]),
    one("node-pools-same-vnet", Any, in_own_subnet, &[Set(further_subnet, Is(SOME_SUBNET))]),
    one("node-subnet-delegated", Any, in_own_subnet, &[Add(delegated, is_delegated)]),
    one("apiserver-subnet-rules", Any, in_own_subnet, &[Add(api_server_in_node_subnet, has_api_server_subnet)]),
    one("node-subnet-multiple-prefixes", Any, in_own_subnet, &[Set(prefixes, Of(two_prefixes))]),
    one("nap-network-compat", Kubenet, always, &[Add(node_provisioning, has_node_provisioning)]),
    one("label-name-length", Overlay, in_own_subnet, &[Set(subnet_name, Is(LONG_NAME))]),
    one("label-name-charset", Overlay, in_own_subnet, &[Set(subnet_name, Is("nodes_"))]),
    one("managed-nat-with-byo-vnet", Any, in_own_subnet, &[Set(outbound, Is("managedNATGateway"))]),
    one("user-assigned-nat-association", Any, in_own_subnet, &[Set(outbound, Is("userAssignedNATGateway"))]),
    one("udr-default-route", Any, in_own_subnet, &[Set(outbound, Is("userDefinedRouting"))]),
    one("outbound-type-requires-standard-lb", Any, always, &[Set(load_balancer_sku, Is("basic"))]),
    one("dual-stack-family-list", Overlay, single_stack, &[Set(ip_families, Is("[IPv6]"))]),
    one(
        "dual-stack-cidr-count-order",
        Overlay,
        single_stack,
        &[Set(ip_families, Is("[IPv4, IPv6]")), Set(pod_cidr, Is("null")), Set(pod_cidrs, Is("[10.244.0.0/16, 10.200.0.0/16]"))],
    ),
    one("dual-stack-requires-overlay", Flat, single_stack, &[Set(ip_families, Is("[IPv4, IPv6]"))]),
    one(
        "dual-stack-network-policy",
        Overlay,
        |w, c| single_stack(w, c) && c.data_plane.is("cilium") == Ok(false),
        &[Set(ip_families, Is("[IPv4, IPv6]")), Set(policy, Is("calico"))],
    ),
    one(
        "dual-stack-nat-gateway",
        Overlay,
        single_stack,
        &[Set(ip_families, Is("[IPv4, IPv6]")), Set(outbound, Is("managedNATGateway"))],
    ),
    one(
        "dual-stack-virtual-nodes",
        Overlay,
        single_stack,
        &[Set(ip_families, Is("[IPv4, IPv6]")), Add(virtual_nodes, has_virtual_nodes)],
    ),
    Mutant {
        day: Some("2023-12-01"),
        ..one(
            "dual-stack-windows",
            Overlay,
            linux_further_pool,
            &[Set(further_os, Is("Windows")), Set(ip_families, Is("[IPv4, IPv6]"))],
        )
    },
    one(
        "dual-stack-k8s-version",
        Overlay,
        single_stack,
        &[Set(kubernetes_version, Is("1.25.0")), Set(ip_families, Is("[IPv4, IPv6]"))],
    ),
    one("dual-stack-subnet-ipv6", Overlay, in_own_subnet, &[Set(ip_families, Is("[IPv4, IPv6]"))]),
    one(
        "dual-stack-udr-ipv6-route",
        Overlay,
        |w, c| single_stack(w, c) && c.outbound_type.is("userDefinedRouting") == Ok(true),
        &[Set(ip_families, Is("[IPv4, IPv6]"))],
    ),
    one("variable-validation-failed", Any, always, &[Add(nonsense, has_nonsense)]),
    one("nsg-deny-blocks-overlay", Overlay, in_own_subnet, &[Add(deny_all, has_group)]),
    one("nsg-deny-blocks-overlay", Overlay, in_own_subnet, &[Add(deny_in_group, has_new_rule)]),
    one("nsg-per-pool-subnet", Overlay, in_two_subnets, &[Add(deny_other_pools, has_group)]),
    one(
        "node-subnet-capacity",
        Any,
        |w, c| in_own_subnet(w, c) && all_nodes(c).is_some_and(|n| n > 3),
        &[Set(subnet_prefix, Of(tiny))],
    ),
];

fn tiny(w: &World, c: &Cluster) -> Option<String> {
    Some(format!("{}/29", subnet_range(w, c)?.first()))
}

fn pod_cidrs(_: &World, c: &Cluster) -> Option<Spot> {
    ranges(c, &c.pod_cidrs, ["pod_cidrs", "podCidrs"])
}

fn service_cidrs(_: &World, c: &Cluster) -> Option<Spot> {
    ranges(c, &c.service_cidrs, ["service_cidrs", "serviceCidrs"])
}

/// The attribute that has a list of ranges, under its name in azurerm or Resource Manager.
fn ranges(c: &Cluster, ranges: &[Field<Cidr>], [azurerm, arm]: [&'static str; 2]) -> Option<Spot> {
    let first = ranges.first()?;
    let name = if matches!(c.deployer, Deployer::Azurerm(_)) { azurerm } else { arm };
    let shown: Vec<String> = ranges.iter().filter_map(|f| Some(range(f)?.to_string())).collect();
    Some(Spot { name, shown: (first.is_written() == Ok(true)).then(|| shown.join(", ")), ..Spot::of(first) })
}

/// The nodes that the pod CIDR has a block for.
fn nodes_that_fit(c: &Cluster) -> Option<u64> {
    u64::try_from(pod_range(c)?.blocks(24)).ok()
}

const NEEDS_PLAN: &str = "compares a cluster with what it was: no plan or state is among real code";

/// Rules without a mutant, and why.
pub const WITHOUT: &[(&str, &str)] = &[
    ("compiled-template-outdated", "about a template and its source, not about a cluster"),
    ("service-cidr-immutable", NEEDS_PLAN),
    ("arm64-overlay-upgrade", NEEDS_PLAN),
    ("upgrade-k8s-version", NEEDS_PLAN),
    ("upgrade-network-policy", NEEDS_PLAN),
    ("upgrade-dynamic-ip", NEEDS_PLAN),
    ("upgrade-missing-pod-cidr", NEEDS_PLAN),
    ("upgrade-pod-cidr-overlap", NEEDS_PLAN),
    ("upgrade-combined-ipam-dataplane", NEEDS_PLAN),
    ("upgrade-irreversible", NEEDS_PLAN),
    ("upgrade-simultaneous-reimage", NEEDS_PLAN),
    ("upgrade-kubenet-identity", NEEDS_PLAN),
    ("upgrade-kubenet-route-table", NEEDS_PLAN),
    ("upgrade-ip-masq-config", NEEDS_PLAN),
    ("upgrade-windows-build", NEEDS_PLAN),
    ("plan-forces-cluster-replacement", NEEDS_PLAN),
    ("pod-cidr-expansion", NEEDS_PLAN),
];

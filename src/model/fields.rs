//! The two vocabularies: the names of the azurerm provider, which the readers use, and those of Azure Resource Manager for the same
//! things. A name with dots is a path.

/// In which names a resource is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// The azurerm provider's; letter case matters.
    Azurerm,
    /// Azure Resource Manager's (ARM templates, Bicep, azapi); letter case does not matter.
    Arm,
}

/// The types of resources that the model is made of, in both vocabularies.
const KINDS: &[(&str, &str)] = &[
    ("azurerm_application_load_balancer_subnet_association", "Microsoft.ServiceNetworking/trafficControllers/associations"),
    ("azurerm_express_route_connection", "Microsoft.Network/expressRouteGateways/expressRouteConnections"),
    ("azurerm_express_route_gateway", "Microsoft.Network/expressRouteGateways"),
    ("azurerm_local_network_gateway", "Microsoft.Network/localNetworkGateways"),
    ("azurerm_point_to_site_vpn_gateway", "Microsoft.Network/p2sVpnGateways"),
    ("azurerm_virtual_hub", "Microsoft.Network/virtualHubs"),
    ("azurerm_virtual_hub_bgp_connection", "Microsoft.Network/virtualHubs/bgpConnections"),
    ("azurerm_virtual_hub_connection", "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections"),
    ("azurerm_virtual_hub_route_table", "Microsoft.Network/virtualHubs/hubRouteTables"),
    ("azurerm_virtual_network_gateway", "Microsoft.Network/virtualNetworkGateways"),
    ("azurerm_virtual_network_gateway_connection", "Microsoft.Network/connections"),
    ("azurerm_vpn_gateway", "Microsoft.Network/vpnGateways"),
    ("azurerm_vpn_gateway_connection", "Microsoft.Network/vpnGateways/vpnConnections"),
    ("azurerm_vpn_site", "Microsoft.Network/vpnSites"),
    ("azurerm_application_gateway", "Microsoft.Network/applicationGateways"),
    ("azurerm_kubernetes_cluster", "Microsoft.ContainerService/managedClusters"),
    ("azurerm_kubernetes_cluster_node_pool", "Microsoft.ContainerService/managedClusters/agentPools"),
    ("azurerm_nat_gateway", "Microsoft.Network/natGateways"),
    ("azurerm_network_security_group", "Microsoft.Network/networkSecurityGroups"),
    ("azurerm_network_security_rule", "Microsoft.Network/networkSecurityGroups/securityRules"),
    ("azurerm_route", "Microsoft.Network/routeTables/routes"),
    ("azurerm_route_table", "Microsoft.Network/routeTables"),
    ("azurerm_subnet", "Microsoft.Network/virtualNetworks/subnets"),
    ("azurerm_virtual_network", "Microsoft.Network/virtualNetworks"),
    ("azurerm_virtual_network_peering", "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"),
];

/// Attributes and blocks, in both vocabularies. What is not listed has no counterpart in Resource Manager, or the same name.
/// What stands in `properties` of something, or in `config` of an add-on, counts as standing in it.
const NAMES: &[(&str, &str)] = &[
    // Clusters.
    ("aci_connector_linux", "aciConnectorLinux"),
    ("addon_profile", "addonProfiles"),
    ("api_server_access_profile", "apiServerAccessProfile"),
    ("default_node_pool", "agentPoolProfiles"),
    ("dns_service_ip", "dnsServiceIP"),
    ("docker_bridge_cidr", "dockerBridgeCidr"),
    ("gateway_id", "applicationGatewayId"),
    ("http_application_routing", "httpApplicationRouting"),
    ("ingress_application_gateway", "ingressApplicationGateway"),
    ("ip_versions", "ipFamilies"),
    ("kubernetes_version", "kubernetesVersion"),
    ("network_data_plane", "networkDataplane"),
    ("node_provisioning_profile", "nodeProvisioningProfile"),
    ("ebpf_data_plane", "ebpfDataplane"),
    ("network_plugin", "networkPlugin"),
    ("network_plugin_mode", "networkPluginMode"),
    ("network_policy", "networkPolicy"),
    ("network_profile", "networkProfile"),
    ("load_balancer_sku", "loadBalancerSku"),
    ("outbound_type", "outboundType"),
    ("pod_cidr", "podCidr"),
    ("pod_cidrs", "podCidrs"),
    ("private_cluster_enabled", "apiServerAccessProfile.enablePrivateCluster"),
    ("service_cidr", "serviceCidr"),
    ("service_cidrs", "serviceCidrs"),
    ("sku_name", "sku.name"),
    ("sku_tier", "sku.tier"),
    ("subnet_cidr", "subnetCIDR"),
    ("subnet_prefix", "subnetPrefix"),
    ("virtual_network_integration_enabled", "enableVnetIntegration"),
    // Node pools.
    ("auto_scaling_enabled", "enableAutoScaling"),
    ("kubernetes_cluster_id", "parent"),
    ("max_count", "maxCount"),
    ("max_pods", "maxPods"),
    ("max_surge", "maxSurge"),
    ("min_count", "minCount"),
    ("node_count", "count"),
    ("os_sku", "osSKU"),
    ("os_type", "osType"),
    ("pod_ip_allocation_mode", "podIPAllocationMode"),
    ("pod_subnet_id", "podSubnetID"),
    ("upgrade_settings", "upgradeSettings"),
    ("vm_size", "vmSize"),
    ("vnet_subnet_id", "vnetSubnetID"),
    // Networks.
    ("address_prefix", "addressPrefix"),
    ("address_prefixes", "addressPrefixes"),
    ("address_space", "addressSpace.addressPrefixes"),
    ("allow_virtual_network_access", "allowVirtualNetworkAccess"),
    ("delegation", "delegations"),
    ("disable_bgp_route_propagation", "disableBgpRoutePropagation"),
    ("destination_address_prefix", "destinationAddressPrefix"),
    ("destination_address_prefixes", "destinationAddressPrefixes"),
    ("destination_application_security_group_ids", "destinationApplicationSecurityGroups"),
    ("destination_port_range", "destinationPortRange"),
    ("destination_port_ranges", "destinationPortRanges"),
    ("gateway_ip_configuration", "gatewayIPConfigurations"),
    ("nat_gateway_id", "natGateway.id"),
    ("network_security_group_id", "networkSecurityGroup.id"),
    ("next_hop_type", "nextHopType"),
    ("peer_complete_virtual_networks_enabled", "peerCompleteVnets"),
    ("remote_virtual_network_id", "remoteVirtualNetwork.id"),
    ("route", "routes"),
    ("route_table_id", "routeTable.id"),
    ("security_rule", "securityRules"),
    ("service_delegation.name", "serviceName"),
    ("source_address_prefix", "sourceAddressPrefix"),
    ("source_address_prefixes", "sourceAddressPrefixes"),
    ("source_application_security_group_ids", "sourceApplicationSecurityGroups"),
    ("source_port_range", "sourcePortRange"),
    ("source_port_ranges", "sourcePortRanges"),
    ("subnet", "subnets"),
    ("subnet_id", "subnetId"),
    ("virtual_network_id", "parent"),
    ("virtual_network_peering", "virtualNetworkPeerings"),
    // Gateways.
    ("allow_gateway_transit", "allowGatewayTransit"),
    ("bgp_enabled", "enableBgp"),
    ("connection_configuration", "p2SConnectionConfigurations"),
    ("enable_bgp", "enableBgp"),
    ("express_route_gateway_id", "parent"),
    ("gateway_type", "gatewayType"),
    ("ip_configuration", "ipConfigurations"),
    ("local_network_address_space", "localNetworkAddressSpace.addressPrefixes"),
    ("local_network_gateway_id", "localNetworkGateway2.id"),
    ("peer_virtual_network_gateway_id", "virtualNetworkGateway2.id"),
    ("remote_vpn_site_id", "remoteVpnSite.id"),
    ("route_table", "routeTable"),
    ("routing", "routingConfiguration"),
    ("use_remote_gateways", "useRemoteGateways"),
    ("virtual_hub_id", "virtualHub.id"),
    ("virtual_network_gateway_id", "virtualNetworkGateway1.id"),
    ("vpn_client_address_pool.address_prefixes", "vpnClientAddressPool.addressPrefixes"),
    ("vpn_client_configuration", "vpnClientConfiguration"),
    ("vpn_connection", "connections"),
    ("vpn_gateway_id", "parent"),
    ("vpn_link", "vpnLinkConnections"),
];

/// What is written alike in both.
const SHARED: &[&str] = &[
    "access",
    "apiVersion",
    "destinations",
    "direction",
    "enabled",
    "id",
    "identity",
    "location",
    "mode",
    "name",
    "parent",
    "priority",
    "protocol",
    "subnet.id",
    "type",
    "updates",
];

impl Vocabulary {
    /// The vocabulary of a resource type: Resource Manager's types name a provider and a type of its, `Microsoft.Network/routeTables`.
    pub fn of(kind: &str) -> Self {
        if kind.contains('/') { Self::Arm } else { Self::Azurerm }
    }

    /// How an azurerm name is spelled here, `None` where there is no such thing.
    pub fn spell(self, name: &str) -> Option<&str> {
        if self == Self::Azurerm || SHARED.contains(&name) {
            return Some(name);
        }
        NAMES.iter().find(|(azurerm, _)| *azurerm == name).map(|(_, arm)| *arm)
    }
}

/// The azurerm type of AKS Automatic, which in Resource Manager is a cluster like any other.
pub const AUTOMATIC: &str = "azurerm_kubernetes_automatic_cluster";

/// Whether a resource type is this azurerm type, in either vocabulary.
pub fn is_kind(kind: &str, azurerm: &str) -> bool {
    kind == azurerm
        || kind == AUTOMATIC && azurerm == "azurerm_kubernetes_cluster"
        || kind.contains('/') && KINDS.iter().any(|(own, arm)| *own == azurerm && kind.eq_ignore_ascii_case(arm))
}

/// Whether two resource types mean the same, perhaps in different vocabularies.
pub fn same_kind(a: &str, b: &str) -> bool {
    KINDS.iter().any(|(azurerm, _)| is_kind(a, azurerm) && is_kind(b, azurerm))
}

/// Whether this is a type that both vocabularies have.
pub fn is_listed(kind: &str) -> bool {
    kind == AUTOMATIC || KINDS.iter().any(|(azurerm, arm)| kind == *azurerm || kind.eq_ignore_ascii_case(arm))
}

//! Clusters and networks written with azapi, in the names of Resource Manager: files in, report out.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::Sources;

fn check(main: &str) -> (Sources, Report) {
    let mut sources = Sources::new();
    sources.add("main.tf", main.as_bytes());
    sources.add_folder("");
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert_eq!(report.unreadable, [], "{main}");
    (sources, report)
}

/// The findings of a rule: the place as written, and the message.
fn found(main: &str, rule: &str) -> Vec<(String, String)> {
    let (sources, report) = check(main);
    let found = report.findings.iter().filter(|f| f.rule == rule);
    found.map(|f| (sources.text(f.place).to_owned(), f.message.clone())).collect()
}

/// Why a rule is undecided.
fn undecided(main: &str, rule: &str) -> Vec<String> {
    let (_, report) = check(main);
    report.undecided.iter().filter(|u| u.rule == rule).map(|u| u.why.reason.to_string()).collect()
}

fn rules(main: &str) -> Vec<&'static str> {
    let (_, report) = check(main);
    report.findings.iter().map(|f| f.rule).collect()
}

/// A cluster with these properties.
fn cluster(properties: &str) -> String {
    format!(
        r#"
resource "azapi_resource" "aks" {{
  type      = "Microsoft.ContainerService/managedClusters@2025-01-01"
  name      = "aks"
  parent_id = azurerm_resource_group.rg.id
  location  = "westeurope"
  body = {{
    properties = {{
      {properties}
    }}
  }}
}}
"#
    )
}

const OVERLAY: &str = r#"networkPlugin = "azure", networkPluginMode = "overlay""#;

fn overlay(network: &str, more: &str) -> String {
    cluster(&format!("networkProfile = {{ {OVERLAY}, {network} }}\n{more}"))
}

#[test]
fn a_body_is_an_object_or_its_json() {
    let object = overlay(r#"podCidr = "10.100.0.0/25""#, "");
    let places = |main: &str| -> Vec<String> {
        let (sources, report) = check(main);
        let found: Vec<_> = report.findings.iter().filter(|f| f.rule == "pod-cidr-below-one-node").collect();
        assert!(found.iter().all(|f| f.fix.contains("podCidr")), "{found:?}");
        found.iter().map(|f| sources.text(f.place).to_owned()).collect()
    };
    let expected = ["\"10.100.0.0/25\""];
    assert_eq!(places(&object), expected);
    let encoded = object.replace("body = {", "body = jsonencode({").replace("  }\n}\n", "  })\n}\n");
    assert_ne!(encoded, object);
    assert_eq!(places(&encoded), expected);
    let through_a_local = encoded.replace("body = jsonencode(", "body = local.body\n}\nlocals {\n  body = jsonencode(");
    assert_eq!(places(&through_a_local), ["local.body"]);
    let other_case = object
        .replace("podCidr", "PodCIDR")
        .replace("networkProfile", "networkprofile")
        .replace("properties", "Properties")
        .replace("Microsoft.ContainerService", "microsoft.containerService");
    assert_eq!(places(&other_case), expected);
}

#[test]
fn what_is_not_known_of_a_body_is_not_known_of_the_cluster() {
    let rule = "pod-cidr-below-one-node";
    let main = |body: &str| {
        let declarations = "variable \"u\" {}\n";
        let main = cluster("").replace("body = {\n    properties = {\n      \n    }\n  }", &format!("body = {body}"));
        format!("{declarations}{main}")
    };
    let no_value = ["var.u has no value"];
    assert_eq!(undecided(&main("var.u"), rule), no_value);
    assert_eq!(undecided(&main("{ properties = var.u }"), rule), no_value);
    assert_eq!(undecided(&main("{ properties = { networkProfile = var.u } }"), rule), no_value);
    assert_eq!(undecided(&main("jsonencode({ properties = { networkProfile = var.u } })"), rule), no_value);
    let merged = format!("{{ properties = {{ networkProfile = merge({{ {OVERLAY} }}, var.u) }} }}");
    assert_eq!(undecided(&main(&merged), rule), no_value);
    // What comes after the unknown part is certain.
    let merged = "{ properties = { networkProfile = merge(var.u, { networkPlugin = \"kubenet\" }) } }";
    assert_eq!(found(&main(merged), "kubenet-retirement").len(), 1);
    // Without a profile, or without a plugin, Azure decides.
    let reason = "networkProfile is not set, and the plugin that Azure then takes depends on how it is asked";
    assert_eq!(undecided(&main("{}"), "overlay-mode-not-set"), [reason]);
    let reason = "networkPlugin is not written, and its default is not documented";
    let no_plugin = main("{ properties = { networkProfile = { serviceCidr = \"10.0.0.0/16\" } } }");
    assert_eq!(undecided(&no_plugin, "overlay-mode-not-set"), [reason]);
}

#[test]
fn a_type_that_is_not_known_is_told() {
    let (_, report) = check("variable \"t\" {}\nresource \"azapi_resource\" \"x\" {\n  type = var.t\n}\n");
    let told: Vec<_> = report.undecided.iter().map(|u| (u.rule, &*u.cluster, &*u.why.reason)).collect();
    assert_eq!(told, [("*", "azapi_resource.x", "var.t has no value")]);
    // Its version may be anything.
    let main = overlay(r#"podCidr = "10.100.0.0/25""#, "").replace("@2025-01-01", "@${var.version}");
    let main = format!("variable \"version\" {{}}\n{main}");
    assert_eq!(rules(&main).iter().filter(|r| **r == "pod-cidr-below-one-node").count(), 1);
}

#[test]
fn the_default_dns_address_comes_without_the_default_range() {
    let found = found(&overlay(r#"serviceCidr = "10.96.0.0/16""#, ""), "dns-service-ip-outside-service-cidr");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("10.0.0.10"), "{found:?}");
    // The provider azurerm wants both; Azure does not.
    assert!(!rules(&overlay(r#"serviceCidr = "10.0.0.0/16""#, "")).contains(&"dns-service-cidr-pairing"));
}

const VNET: &str = r#"
resource "azapi_resource" "vnet" {
  type      = "Microsoft.Network/virtualNetworks@2024-05-01"
  name      = "vnet"
  parent_id = "/subscriptions/s/resourceGroups/rg-net"
  body = {
    properties = {
      addressSpace = { addressPrefixes = ["10.0.0.0/8"] }
      subnets = [
        { name = "listed", properties = { addressPrefix = "10.1.0.0/24" } },
        { name = "delegated", properties = {
            addressPrefixes = ["10.2.0.0/24"]
            delegations     = [{ name = "d", properties = { serviceName = "Microsoft.Web/serverFarms" } }]
        } },
      ]
    }
  }
}
resource "azapi_resource" "subnet" {
  type      = "Microsoft.Network/virtualNetworks/subnets@2024-05-01"
  name      = "own"
  parent_id = azapi_resource.vnet.id
  body      = { properties = { addressPrefix = "10.3.0.0/24" } }
}
"#;

fn pools(subnet: &str) -> String {
    format!("agentPoolProfiles = [{{ name = \"system\", count = 3, vmSize = \"Standard_D4s_v5\", vnetSubnetID = {subnet} }}]")
}

#[test]
fn networks_are_linked_however_they_are_named() {
    for (subnet, title) in [
        ("azapi_resource.subnet.id", "own 10.3.0.0/24"),
        ("\"${azapi_resource.vnet.id}/subnets/listed\"", "listed 10.1.0.0/24"),
        ("azapi_resource.vnet.output.properties.subnets[0].id", "listed 10.1.0.0/24"),
        ("data.azapi_resource.known.id", "own 10.3.0.0/24"),
        ("data.azurerm_subnet.known.id", "own 10.3.0.0/24"),
        ("azurerm_subnet.other.id", "other 10.4.0.0/24"),
    ] {
        let more = r#"
            data "azapi_resource" "known" {
              type        = "Microsoft.Network/virtualNetworks/subnets@2024-05-01"
              resource_id = "/subscriptions/s/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/own"
            }
            data "azurerm_subnet" "known" {
              name                 = "own"
              virtual_network_name = "vnet"
              resource_group_name  = "rg-net"
            }
            resource "azurerm_subnet" "other" {
              name                 = "other"
              virtual_network_name = azapi_resource.vnet.name
              resource_group_name  = "rg-net"
              address_prefixes     = ["10.4.0.0/24"]
            }"#;
        let main = format!("{VNET}{more}{}", overlay(r#"podCidr = "10.0.0.0/9""#, &pools(subnet)));
        let found = found(&main, "pod-cidr-overlaps-node-subnet");
        assert_eq!(found.len(), 1, "{subnet}: {:?}", undecided(&main, "pod-cidr-overlaps-node-subnet"));
        assert!(found[0].1.contains(title), "{subnet}: {found:?}");
    }
    let main = format!("{VNET}{}", overlay("", &pools("\"${azapi_resource.vnet.id}/subnets/delegated\"")));
    assert_eq!(found(&main, "node-subnet-delegated").len(), 1);
}

#[test]
fn peerings_are_listed_or_stand_by_themselves() {
    let hub = r#"
        resource "azapi_resource" "hub" {
          type      = "Microsoft.Network/virtualNetworks@2024-05-01"
          name      = "hub"
          parent_id = "/subscriptions/s/resourceGroups/rg-net"
          body      = { properties = { addressSpace = { addressPrefixes = ["172.20.0.0/16"] }, LISTED } }
        }"#;
    let peering = "remoteVirtualNetwork = { id = azapi_resource.vnet.id }, allowVirtualNetworkAccess = true";
    let listed = hub.replace("LISTED", &format!("virtualNetworkPeerings = [{{ name = \"p\", properties = {{ {peering} }} }}]"));
    let alone = format!(
        "{}\nresource \"azapi_resource\" \"p\" {{\n  type = \"Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01\"\n  \
         name = \"p\"\n  parent_id = azapi_resource.hub.id\n  body = {{ properties = {{ {peering} }} }}\n}}\n",
        hub.replace("LISTED", "")
    );
    for networks in [listed, alone] {
        let cluster = overlay(r#"podCidr = "172.20.0.0/16""#, &pools("azapi_resource.subnet.id"));
        let main = format!("{VNET}{networks}{cluster}");
        assert_eq!(found(&main, "pod-cidr-overlaps-peered-vnet").len(), 1, "{networks}");
    }
}

#[test]
fn pools_are_listed_or_stand_by_themselves() {
    let own = |parent: &str, name: &str| {
        format!(
            r#"
resource "azapi_resource" "pool" {{
  type      = "Microsoft.ContainerService/managedClusters/agentPools@2025-01-01"
  name      = "{name}"
  parent_id = {parent}
  body      = {{ properties = {{ count = 5, vmSize = "Standard_D4s_v5" }} }}
}}
"#
        )
    };
    let capacity = |main: &str| {
        let found = found(main, "pod-cidr-capacity");
        found.into_iter().map(|(_, message)| message).collect::<Vec<_>>().concat()
    };
    // Room for four nodes.
    let aks = overlay(r#"podCidr = "10.100.0.0/22""#, &pools("null"));
    assert_eq!(capacity(&aks), "");
    let two = format!("{aks}{}", own("azapi_resource.aks.id", "user"));
    assert!(capacity(&two).contains("may reach 8"), "{}", capacity(&two));
    // The same pool twice is one.
    let same = format!("{aks}{}", own("azapi_resource.aks.id", "System"));
    assert!(capacity(&same).contains("may reach 5"), "{}", capacity(&same));
    let azurerm = format!(
        r#"resource "azurerm_kubernetes_cluster" "c" {{
             default_node_pool {{ node_count = 3 }}
             network_profile {{
               network_plugin      = "azure"
               network_plugin_mode = "overlay"
               pod_cidr            = "10.100.0.0/22"
             }}
           }}{}"#,
        own("azurerm_kubernetes_cluster.c.id", "user")
    );
    assert!(capacity(&azurerm).contains("may reach 8"), "{}", capacity(&azurerm));
    // Machines of several sizes are counted elsewhere.
    let several = aks.replace("count = 3,", "type = \"VirtualMachines\",");
    let reason = "the pool may be of the type VirtualMachines, for which count is not evaluated";
    assert_eq!(undecided(&several, "pod-cidr-capacity"), [reason]);
}

#[test]
fn add_ons_have_switches() {
    let on = |addon: &str, enabled: bool, config: &str| {
        overlay("", &format!("addonProfiles = {{ {addon} = {{ enabled = {enabled}, config = {{ {config} }} }} }}"))
    };
    assert_eq!(found(&on("aciConnectorLinux", true, ""), "virtual-nodes-overlay").len(), 1);
    assert_eq!(found(&on("aciConnectorLinux", false, ""), "virtual-nodes-overlay"), []);
    assert_eq!(found(&on("httpapplicationrouting", true, ""), "http-application-routing-retired").len(), 1);
    let agic = |config: &str| {
        let main = format!("{VNET}{}", on("ingressApplicationGateway", true, config));
        found(&main, "agic-overlay").into_iter().map(|(_, message)| message).collect::<Vec<_>>().join("; ")
    };
    assert!(agic("subnetCIDR = \"10.9.0.0/16\"").contains("10.9.0.0/16"));
    assert!(agic("subnetPrefix = \"10.9.0.0/16\"").contains("10.9.0.0/16"));
    assert!(agic("subnetId = azapi_resource.subnet.id").contains("not delegated"));
}

#[test]
fn automatic_clusters_choose_their_network() {
    let main = cluster("").replace("properties = {", "sku = { name = \"Automatic\" }\n    properties = {");
    let (_, report) = check(&main);
    assert_eq!(report.findings.iter().map(|f| f.rule).collect::<Vec<_>>(), Vec::<&str>::new());
    let reason = "AKS Automatic chooses what is not written, which is not evaluated";
    assert_eq!(undecided(&main, "service-cidr-too-large"), [reason]);
    assert_eq!(undecided(&main, "overlay-mode-not-set"), [reason]);
    assert_eq!(undecided(&main, "cluster-node-limit"), [reason]);
}

/// azurerm has a resource for them with few attributes, and none for their network.
#[test]
fn azurerm_makes_automatic_clusters_too() {
    let network = r#"
        resource "azurerm_virtual_network" "v" {
          name                = "v"
          resource_group_name = "rg"
          location            = "westeurope"
          address_space       = ["10.0.0.0/8"]
        }
        resource "azurerm_subnet" "nodes" {
          name                 = "nodes"
          resource_group_name  = "rg"
          virtual_network_name = azurerm_virtual_network.v.name
          address_prefixes     = ["10.1.0.0/24"]
        }"#;
    let main = format!(
        r#"{network}
        resource "azurerm_kubernetes_automatic_cluster" "c" {{
          name                = "aks"
          location            = "westeurope"
          resource_group_name = "rg"
          hosted_system {{
            node_subnet_id        = azurerm_subnet.nodes.id
            system_node_subnet_id = azurerm_subnet.nodes.id
          }}
          identity {{
            type = "UserAssigned"
          }}
          private_cluster {{}}
        }}"#
    );
    let (_, report) = check(&main);
    assert_eq!(report.clusters.iter().collect::<Vec<_>>(), [": azurerm_kubernetes_automatic_cluster.c"]);
    assert_eq!(rules(&main), [""; 0]);
    let reason = "AKS Automatic chooses what is not written, which is not evaluated";
    for rule in ["service-cidr-too-large", "overlay-mode-not-set", "cluster-node-limit", "udr-default-route"] {
        assert_eq!(undecided(&main, rule), [reason], "{rule}");
    }
    // What azapi writes in it counts as anywhere else.
    let updated = r#"
        resource "azapi_update_resource" "u" {
          type        = "Microsoft.ContainerService/managedClusters@2025-01-01"
          resource_id = azurerm_kubernetes_automatic_cluster.c.id
          body        = { properties = { networkProfile = { serviceCidr = "10.0.0.0/8" } } }
        }"#;
    assert_eq!(found(&format!("{main}{updated}"), "service-cidr-too-large").len(), 1);
    // One that is only read is not made here.
    let read = main.replace("resource \"azurerm_kubernetes", "data \"azurerm_kubernetes");
    assert!(check(&read).1.clusters.is_empty());
}

/// A cluster of azurerm, and an update of it.
fn update(id: &str, body: &str) -> String {
    format!(
        r#"
variable "u" {{}}
resource "azurerm_kubernetes_cluster" "c" {{
  name                = "aks"
  resource_group_name = "rg"
  default_node_pool {{
    name       = "system"
    node_count = 3
  }}
  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.100.0.0/16"
  }}
}}
resource "azapi_update_resource" "u" {{
  type        = "Microsoft.ContainerService/managedClusters@2025-01-01"
  resource_id = {id}
  body        = {{ properties = {{ {body} }} }}
}}
"#
    )
}

#[test]
fn an_update_counts_before_what_it_updates() {
    let rule = "pod-cidr-below-one-node";
    let small = "networkProfile = { podCidr = \"10.100.0.0/25\" }";
    let main = update("azurerm_kubernetes_cluster.c.id", small);
    assert_eq!(found(&main, rule)[0].0, "\"10.100.0.0/25\"");
    // What the update does not set is as it was.
    assert_eq!(found(&update("azurerm_kubernetes_cluster.c.id", "kubernetesVersion = \"1.30\""), rule), []);
    let other = update("azurerm_kubernetes_cluster.c.id", small).replace(
        "resource \"azapi_update",
        "resource \"azurerm_kubernetes_cluster\" \"d\" {\n  name = \"other\"\n}\nresource \"azapi_update",
    );
    assert_eq!(found(&other, rule).len(), 1);
    // It may mean the cluster, or not.
    let perhaps = ["azapi_update_resource.u may change this"];
    assert_eq!(undecided(&update("var.u", small), rule), perhaps);
    // By its names.
    let by_name = "\"/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks\"";
    assert_eq!(found(&update(by_name, small), rule).len(), 1);
    let in_group = update("null\n  parent_id = \"/subscriptions/s/resourceGroups/RG\"\n  name = \"aks\"", small);
    assert_eq!(found(&in_group.replace("resource_id = null", ""), rule).len(), 1);
    for other in [by_name.replace("/aks", "/other"), by_name.replace("/rg/", "/other/")] {
        let main = update(&other, small);
        assert_eq!((found(&main, rule), undecided(&main, rule)), (vec![], vec![]));
    }
    let no_group = by_name.replace("resourceGroups/rg/", "resourceGroups/${var.u}/");
    assert_eq!(undecided(&update(&no_group, small), rule), perhaps);
    assert_eq!(undecided(&update("var.u", "kubernetesVersion = \"1.30\""), rule), Vec::<String>::new());
    // A list is not put together.
    let listed = update("azurerm_kubernetes_cluster.c.id", "agentPoolProfiles = [{ name = \"system\", count = 900 }]");
    assert_eq!(undecided(&listed, "pod-cidr-capacity"), ["another resource changes what is listed here"]);
}

#[test]
fn an_update_of_a_pool() {
    let update = |id: &str| {
        update(id, "count = 900").replace("managedClusters@", "managedClusters/agentPools@")
            + r#"
resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name                  = "user"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id
  node_count            = 1
}
"#
    };
    for id in [
        "azurerm_kubernetes_cluster_node_pool.p.id",
        "\"${azurerm_kubernetes_cluster.c.id}/agentPools/user\"",
        "\"${azurerm_kubernetes_cluster.c.id}/agentPools/system\"",
        "null\n  parent_id = azurerm_kubernetes_cluster.c.id\n  name = \"system\"",
    ] {
        assert_eq!(found(&update(id), "pod-cidr-capacity").len(), 1, "{id}");
    }
    assert_eq!(found(&update("\"${azurerm_kubernetes_cluster.c.id}/agentPools/none\""), "pod-cidr-capacity"), []);
}

#[test]
fn an_absent_attribute_is_told_at_the_line_of_its_object() {
    let profile = "networkProfile = {\n        networkPlugin = \"azure\"\n      }";
    let main = format!("{VNET}{}", cluster(&format!("{profile}\n{}", pools("azapi_resource.subnet.id"))));
    assert_eq!(found(&main, "overlay-mode-not-set")[0].0, "networkProfile = {");
}

#[test]
fn the_api_version_must_have_the_mode() {
    const RULE: &str = "arm-api-version-lacks-overlay";
    let old = |main: &str| main.replace("@2025-01-01", "@2022-11-01");
    let main = old(&overlay("", ""));
    let place = r#""Microsoft.ContainerService/managedClusters@2022-11-01""#;
    assert_eq!(found(&main, RULE), [(place.to_owned(), "the API version 2022-11-01 has no networkPluginMode".to_owned())]);
    assert_eq!(found(&overlay("", ""), RULE), []);
    let update = r#"
resource "azapi_update_resource" "aks" {
  type        = "Microsoft.ContainerService/managedClusters@2025-01-01"
  resource_id = azapi_resource.aks.id
  body        = { properties = { networkProfile = { networkPluginMode = "overlay" } } }
}
"#;
    let main = old(&cluster(r#"networkProfile = { networkPlugin = "azure" }"#)) + update;
    assert_eq!(found(&main, RULE), []);
    assert_eq!(undecided(&main, RULE), ["another resource sets a part of this with an API version of its own"]);
    // An azurerm cluster has no API version.
    let azurerm = r#"resource "azurerm_kubernetes_cluster" "aks" {
  name = "aks"
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
  }
}"#;
    assert_eq!(found(azurerm, RULE), []);
    assert_eq!(undecided(azurerm, RULE), [""; 0]);
}

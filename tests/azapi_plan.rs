//! Plans and states with resources of azapi: files in, report out. Their values are in the form in which Terraform shows any value of
//! a type that the provider leaves open.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::Sources;

fn check(files: &[(&str, &str)]) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
    }
    sources.add_folder("");
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert_eq!(report.unreadable, []);
    (sources, report)
}

/// A change of one resource: its type for Terraform and its name, what is done, what it was and what it will be, and what is not known of that.
fn change(address: &str, actions: &str, before: &str, after: &str, unknown: &str) -> String {
    let (kind, name) = address.split_once('.').unwrap();
    let actions = actions.replace(' ', "\", \"");
    format!(
        r#"{{"address": "{address}", "mode": "managed", "type": "{kind}", "name": "{name}",
             "provider_name": "registry.terraform.io/azure/azapi", "change": {{"actions": ["{actions}"], "before": {before},
             "after": {after}, "after_unknown": {unknown}, "before_sensitive": false, "after_sensitive": {{"output": {{}}}}}}}}"#
    )
}

fn plan(changes: &[String], more: &str) -> String {
    format!(r#"{{"format_version": "1.2", {more} "resource_changes": [{}]}}"#, changes.join(", "))
}

/// The values of a resource with a body.
fn values(kind: &str, name: &str, parent: &str, body: &str) -> String {
    format!(
        r#"{{"body": {body}, "create_headers": null, "ignore_casing": false, "ignore_missing_property": true, "location": "westeurope",
             "locks": null, "name": "{name}", "parent_id": "{parent}", "replace_triggers_refs": null, "response_export_values": null,
             "schema_validation_enabled": true, "timeouts": null, "type": "{kind}@2025-01-01"}}"#
    )
}

const AKS: &str = "Microsoft.ContainerService/managedClusters";
const GROUP: &str = "/subscriptions/s/resourceGroups/rg";
const UNKNOWN: &str = r#"{"id": true, "identity": [], "output": true}"#;

fn cluster(properties: &str) -> String {
    values(AKS, "aks", GROUP, &format!(r#"{{"properties": {{{properties}}}}}"#))
}

fn overlay(range: &str) -> String {
    format!(r#""networkProfile": {{"networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": "{range}"}}"#)
}

fn encoded(values: &str, body: &str) -> String {
    let body = body.trim();
    assert!(values.contains(body), "{values}");
    values.replace(body, &serde_json::to_string(body).unwrap())
}

fn created(properties: &str) -> String {
    change("azapi_resource.aks", "create", "null", &cluster(properties), UNKNOWN)
}

/// The findings of a rule: the place as written, and the message.
fn found(files: &[(&str, &str)], rule: &str) -> Vec<(String, String)> {
    let (sources, report) = check(files);
    let found = report.findings.iter().filter(|f| f.rule == rule);
    let place = |f: &overlint::report::Finding| format!("{} {}", sources.file(f.place.file).path(), sources.text(f.place));
    found.map(|f| (place(f), f.message.clone())).collect()
}

fn messages(plan: &str, rule: &str) -> Vec<String> {
    found(&[("plan.json", plan)], rule).into_iter().map(|(_, message)| message).collect()
}

fn undecided(plan: &str, rule: &str) -> Vec<String> {
    let (_, report) = check(&[("plan.json", plan)]);
    report.undecided.iter().filter(|u| u.rule == rule).map(|u| u.why.reason.to_string()).collect()
}

fn rules(plan: &str) -> Vec<&'static str> {
    check(&[("plan.json", plan)]).1.findings.iter().map(|f| f.rule).collect()
}

const SMALL: &str = "pod-cidr-below-one-node";

#[test]
fn a_cluster_in_the_body() {
    let bad = plan(&[created(&overlay("10.100.0.0/25"))], "");
    let places = found(&[("plan.json", &bad)], SMALL);
    assert_eq!(places.iter().map(|(place, _)| &**place).collect::<Vec<_>>(), ["plan.json \"10.100.0.0/25\""]);
    let (_, report) = check(&[("plan.json", &bad)]);
    assert_eq!(report.clusters.iter().collect::<Vec<_>>(), ["plan.json: azapi_resource.aks"]);
    let good = plan(&[created(&overlay("10.100.0.0/16"))], "");
    assert_eq!(messages(&good, SMALL), [""; 0]);
    assert_eq!(undecided(&good, SMALL), [""; 0]);
    // The type in another letter case.
    assert_eq!(messages(&bad.replace("ContainerService", "containerservice"), SMALL).len(), 1);
}

#[test]
fn a_body_that_is_a_text() {
    let properties = overlay("10.100.0.0/25");
    let body = format!(r#"{{"properties": {{{properties}}}}}"#);
    let text = change("azapi_resource.aks", "create", "null", &encoded(&cluster(&properties), &body), UNKNOWN);
    assert_eq!(messages(&plan(&[text], ""), SMALL).len(), 1);
}

#[test]
fn what_is_not_known_of_the_body() {
    let whole = cluster("").replace(r#""body": {"properties": {}}, "#, "");
    let whole = change("azapi_resource.aks", "create", "null", &whole, r#"{"body": true, "id": true, "output": true}"#);
    let after_apply = ["this is known only after apply"];
    assert_eq!(undecided(&plan(&[whole], ""), SMALL), after_apply);
    let properties = r#""networkProfile": {"networkPlugin": "azure", "networkPluginMode": "overlay"}"#;
    let part = r#"{"body": {"properties": {"networkProfile": {"podCidr": true}}}, "id": true}"#;
    let part = change("azapi_resource.aks", "create", "null", &cluster(properties), part);
    assert_eq!(undecided(&plan(&[part], ""), SMALL), after_apply);
    let secret = created(&overlay("10.100.0.0/25")).replace(r#"{"output": {}}"#, r#"{"body": true}"#);
    assert_eq!(undecided(&plan(&[secret], ""), SMALL), ["this is marked as sensitive"]);
    // What may be a cluster or a network.
    let other = change("azapi_resource.x", "create", "null", r#"{"name": "x"}"#, r#"{"type": true}"#);
    assert_eq!(undecided(&plan(&[created(&overlay("10.100.0.0/16")), other], ""), "*"), after_apply);
}

#[test]
fn networks_are_linked_by_id_and_by_name() {
    let vnet_id = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet");
    let with_id = |values: &str, id: &str| values.replacen('{', &format!("{{\"id\": \"{id}\", "), 1);
    let vnet = r#"{"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/8"]},
        "subnets": [{"name": "listed", "properties": {"addressPrefix": "10.1.0.0/24"}}]}}"#;
    let vnet = with_id(&values("Microsoft.Network/virtualNetworks", "vnet", GROUP, vnet), &vnet_id);
    let own = r#"{"properties": {"addressPrefix": "10.3.0.0/24"}}"#;
    let own_id = format!("{vnet_id}/subnets/own");
    let own = with_id(&values("Microsoft.Network/virtualNetworks/subnets", "own", &vnet_id, own), &own_id);
    for (subnet, title) in [("own", "own 10.3.0.0/24"), ("listed", "listed 10.1.0.0/24")] {
        let pools = format!(
            r#", "agentPoolProfiles": [{{"name": "system", "count": 3, "vmSize": "Standard_D4s_v5", "vnetSubnetID": "{vnet_id}/subnets/{subnet}"}}]"#
        );
        let properties = overlay("10.0.0.0/9") + &pools;
        let body = format!(r#"{{"properties": {{{properties}}}}}"#);
        let object = cluster(&properties);
        for aks in [encoded(&object, &body), object] {
            let changes = [
                change("azapi_resource.vnet", "no-op", &vnet, &vnet, "{}"),
                change("azapi_resource.own", "no-op", &own, &own, "{}"),
                change("azapi_resource.aks", "create", "null", &aks, UNKNOWN),
            ];
            let found = messages(&plan(&changes, ""), "pod-cidr-overlaps-node-subnet");
            assert_eq!(found, [format!("pod CIDR 10.0.0.0/9 overlaps node subnet {title}")]);
        }
    }
}

/// A plan of a new network and a new cluster in it, of which all ids are known only after apply.
fn all_new(references: &str) -> String {
    let configuration = format!(
        r#""configuration": {{"root_module": {{"resources": [
            {{"mode": "managed", "type": "azapi_resource", "name": "own", "expressions": {{
                "parent_id": {{"references": ["azapi_resource.vnet.id", "azapi_resource.vnet"]}}, "body": {{}}}}}},
            {{"mode": "managed", "type": "azapi_resource", "name": "aks", "expressions": {{"body": {{"references": [{references}]}}}}}}]}}}},"#
    );
    let vnet = r#"{"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/8"]},
        "subnets": [{"name": "listed", "properties": {"addressPrefix": "10.1.0.0/24"}}]}}"#;
    let vnet = values("Microsoft.Network/virtualNetworks", "vnet", GROUP, vnet);
    let own = r#"{"properties": {"addressPrefix": "10.3.0.0/24"}}"#;
    let own = values("Microsoft.Network/virtualNetworks/subnets", "own", "", own).replace(r#""parent_id": "", "#, "");
    let pools = r#", "agentPoolProfiles": [{"name": "system", "count": 3, "vmSize": "Standard_D4s_v5"}]"#;
    let pool_unknown = r#"{"body": {"properties": {"agentPoolProfiles": [{"vnetSubnetID": true}], "networkProfile": {}}}, "id": true, "output": true}"#;
    let changes = [
        change("azapi_resource.vnet", "create", "null", &vnet, UNKNOWN),
        change("azapi_resource.own", "create", "null", &own, r#"{"parent_id": true, "id": true, "output": true}"#),
        change("azapi_resource.aks", "create", "null", &cluster(&(overlay("10.0.0.0/9") + pools)), pool_unknown),
    ];
    plan(&changes, &configuration)
}

#[test]
fn ids_that_are_known_after_apply_are_linked_by_the_references_of_the_body() {
    let rule = "pod-cidr-overlaps-node-subnet";
    let one = all_new(r#""azapi_resource.own.id", "azapi_resource.own""#);
    assert_eq!(messages(&one, rule), ["pod CIDR 10.0.0.0/9 overlaps node subnet own 10.3.0.0/24"]);
    // It may be any subnet of the VNet: "${azapi_resource.vnet.id}/subnets/listed".
    let beginning = all_new(r#""azapi_resource.vnet.id", "azapi_resource.vnet""#);
    assert_eq!(messages(&beginning, rule), [""; 0]);
    assert_eq!(undecided(&beginning, rule), ["this is known only after apply"]);
    let several = all_new(r#""azapi_resource.own.id", "azapi_resource.own", "azapi_resource.vnet.id", "azapi_resource.vnet""#);
    assert_eq!(undecided(&several, rule), ["this is known only after apply"]);
    // The code beside the plan says which.
    let code = r#"
resource "azapi_resource" "vnet" {
  type      = "Microsoft.Network/virtualNetworks@2025-01-01"
  name      = "vnet"
  parent_id = "/subscriptions/s/resourceGroups/rg"
  body = { properties = {
    addressSpace = { addressPrefixes = ["10.0.0.0/8"] }
    subnets      = [{ name = "listed", properties = { addressPrefix = "10.1.0.0/24" } }]
  } }
}
resource "azapi_resource" "own" {
  type      = "Microsoft.Network/virtualNetworks/subnets@2025-01-01"
  name      = "own"
  parent_id = azapi_resource.vnet.id
  body      = { properties = { addressPrefix = "10.3.0.0/24" } }
}
variable "range" {}
resource "azapi_resource" "aks" {
  type      = "Microsoft.ContainerService/managedClusters@2025-01-01"
  name      = "aks"
  parent_id = "/subscriptions/s/resourceGroups/rg"
  body = { properties = {
    networkProfile    = { networkPlugin = "azure", networkPluginMode = "overlay", podCidr = var.range }
    agentPoolProfiles = [{ name = "system", count = 3, vmSize = "Standard_D4s_v5", vnetSubnetID = "${azapi_resource.vnet.id}/subnets/listed" }]
  } }
}
"#;
    let message = "pod CIDR 10.0.0.0/9 overlaps node subnet listed 10.1.0.0/24".to_owned();
    let encoded = code.replace("body = { properties", "body = jsonencode({ properties").replace("\n  } }", "\n  } })");
    assert_ne!(encoded, code);
    for code in [code, &encoded] {
        let placed = found(&[("main.tf", code), ("plan.json", &beginning)], rule);
        assert_eq!(placed, [("main.tf var.range".to_owned(), message.clone())]);
    }
}

#[test]
fn pools_and_updates_have_resources_of_their_own() {
    let aks_id = format!("{GROUP}/providers/{AKS}/aks");
    let room_for_four =
        overlay("10.100.0.0/22") + r#", "agentPoolProfiles": [{"name": "system", "count": 3, "vmSize": "Standard_D4s_v5"}]"#;
    let aks = cluster(&room_for_four).replacen('{', &format!("{{\"id\": \"{aks_id}\", "), 1);
    let aks = change("azapi_resource.aks", "no-op", &aks, &aks, "{}");
    let body = r#"{"properties": {"count": 5, "vmSize": "Standard_D4s_v5"}}"#;
    let pool = values(&format!("{AKS}/agentPools"), "user", &aks_id, body);
    let rule = "pod-cidr-capacity";
    for pool in [encoded(&pool, body), pool] {
        let found = messages(&plan(&[aks.clone(), change("azapi_resource.pool", "create", "null", &pool, UNKNOWN)], ""), rule);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("may reach 8"), "{found:?}");
    }
    assert_eq!(messages(&plan(std::slice::from_ref(&aks), ""), rule), [""; 0]);
    let update = |id: &str, unknown: &str| {
        let values = format!(
            r#"{{"body": {{"properties": {{"networkProfile": {{"podCidr": "10.100.0.0/25"}}}}}}, "ignore_casing": false, {id}
                 "type": "{AKS}@2025-01-01"}}"#
        );
        change("azapi_update_resource.u", "create", "null", &values, unknown)
    };
    let by_id = update(&format!(r#""resource_id": "{aks_id}","#), UNKNOWN);
    let by_name = update(&format!(r#""name": "aks", "parent_id": "{GROUP}","#), UNKNOWN);
    let other = update(&format!(r#""name": "other", "parent_id": "{GROUP}","#), UNKNOWN);
    for (update, count) in [(by_id, 1), (by_name, 1), (other, 0)] {
        assert_eq!(messages(&plan(&[aks.clone(), update.clone()], ""), SMALL).len(), count, "{update}");
    }
    // The same of a cluster that azurerm makes.
    let azurerm = r#"{"name": "aks", "resource_group_name": "rg", "default_node_pool": [{"name": "system", "node_count": 3}],
        "network_profile": [{"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.100.0.0/16"}]}"#;
    let azurerm = change("azurerm_kubernetes_cluster.c", "create", "null", azurerm, r#"{"id": true}"#);
    let expression = r#""configuration": {"root_module": {"resources": [{"mode": "managed", "type": "azapi_update_resource", "name": "u",
        "expressions": {"resource_id": {"references": ["azurerm_kubernetes_cluster.c.id", "azurerm_kubernetes_cluster.c"]},
                        "body": {"constant_value": {}}}}]}},"#;
    let new = update("", r#"{"id": true, "output": true, "resource_id": true}"#);
    assert_eq!(messages(&plan(&[azurerm, new], expression), SMALL).len(), 1);
}

/// azapi fills in nothing: false is what somebody wrote.
#[test]
fn what_is_off_in_the_body_is_off() {
    let id = |name: &str| format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/{name}");
    let vnet = |name: &str, space: &str| {
        let body = format!(
            r#"{{"properties": {{"addressSpace": {{"addressPrefixes": ["{space}.0.0/16"]}},
                 "subnets": [{{"name": "nodes", "properties": {{"addressPrefix": "{space}.0.0/24"}}}}]}}}}"#
        );
        let values = values("Microsoft.Network/virtualNetworks", name, GROUP, &body);
        change(&format!("azapi_resource.{name}"), "create", "null", &values, UNKNOWN)
    };
    let peered = |access: bool| {
        let body = format!(
            r#"{{"properties": {{"remoteVirtualNetwork": {{"id": "{}"}}, "allowVirtualNetworkAccess": {access}}}}}"#,
            id("hub")
        );
        let peering = values("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "p", &id("spoke"), &body);
        let pools = format!(r#", "agentPoolProfiles": [{{"name": "system", "vnetSubnetID": "{}/subnets/nodes"}}]"#, id("spoke"));
        let changes = [
            vnet("spoke", "10.1"),
            vnet("hub", "10.244"),
            change("azapi_resource.p", "create", "null", &peering, UNKNOWN),
            created(&(overlay("10.244.0.0/16") + &pools)),
        ];
        messages(&plan(&changes, ""), "pod-cidr-overlaps-peered-vnet").len()
    };
    assert_eq!([peered(true), peered(false)], [1, 0]);
}

#[test]
fn what_a_plan_has_read() {
    let subnet = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/nodes");
    let read = |output: &str| {
        format!(
            r#""prior_state": {{"values": {{"root_module": {{"resources": [{{"address": "data.azapi_resource.nodes", "mode": "data",
                "type": "azapi_resource", "name": "nodes", "values": {{"id": "{subnet}", "resource_id": "{subnet}", "name": "nodes",
                "parent_id": "{GROUP}/providers/Microsoft.Network/virtualNetworks/hub", "output": {output},
                "type": "Microsoft.Network/virtualNetworks/subnets@2025-01-01"}}}}]}}}}}},"#
        )
    };
    let pools = format!(r#", "agentPoolProfiles": [{{"name": "system", "vnetSubnetID": "{subnet}"}}]"#);
    let aks = created(&(overlay("10.244.0.0/16") + &pools));
    let rule = "pod-cidr-overlaps-node-subnet";
    let output = r#"{"properties": {"addressPrefix": "10.244.8.0/24"}}"#;
    for output in [output.to_owned(), serde_json::to_string(output).unwrap()] {
        let found = messages(&plan(std::slice::from_ref(&aks), &read(&output)), rule);
        assert_eq!(found, ["pod CIDR 10.244.0.0/16 overlaps node subnet nodes 10.244.8.0/24"]);
    }
    let nothing = plan(&[aks], &read("{}"));
    assert_eq!(undecided(&nothing, rule), ["data.azapi_resource.nodes is read from Azure"]);
}

#[test]
fn a_subnet_of_azapi_in_the_list_of_its_vnet_is_not_another_one() {
    let vnet_id = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/v");
    let vnet = format!(
        r#"{{"id": "{vnet_id}", "name": "v", "resource_group_name": "rg", "address_space": ["10.0.0.0/8"],
             "subnet": [{{"id": "{vnet_id}/subnets/nodes", "name": "nodes", "address_prefixes": ["10.244.8.0/24"]}}]}}"#
    );
    let own = values(
        "Microsoft.Network/virtualNetworks/subnets",
        "nodes",
        &vnet_id,
        r#"{"properties": {"addressPrefix": "10.244.8.0/24"}}"#,
    );
    let own = own.replacen('{', &format!("{{\"id\": \"{vnet_id}/subnets/nodes\", "), 1);
    let pools = format!(r#", "agentPoolProfiles": [{{"name": "system", "vnetSubnetID": "{vnet_id}/subnets/nodes"}}]"#);
    let changes = [
        change("azurerm_virtual_network.v", "no-op", &vnet, &vnet, "{}"),
        change("azapi_resource.nodes", "no-op", &own, &own, "{}"),
        created(&(overlay("10.244.0.0/16") + &pools)),
    ];
    let plan = plan(&changes, "");
    assert_eq!(messages(&plan, "pod-cidr-overlaps-node-subnet").len(), 1);
    assert_eq!(messages(&plan, "pod-cidr-overlaps-vnet-subnet"), [""; 0]);
}

#[test]
fn changes_of_a_cluster() {
    let network = |range: &str, services: &str| {
        format!(
            r#""networkProfile": {{"networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": "{range}",
               "serviceCidr": "{services}", "dnsServiceIP": "10.0.0.10"}}"#
        )
    };
    let update = |before: &str, after: &str, actions: &str| {
        plan(&[change("azapi_resource.aks", actions, &cluster(before), &cluster(after), "{}")], "")
    };
    let before = network("10.100.0.0/16", "10.0.0.0/16");
    let same = update(&before, &before, "no-op");
    assert_eq!(rules(&same), [""; 0]);
    let moved = update(&before, &network("10.200.0.0/16", "10.0.0.0/16"), "update");
    let (sources, report) = check(&[("plan.json", &moved)]);
    let finding = report.findings.iter().find(|f| f.rule == "pod-cidr-expansion").unwrap();
    assert_eq!(sources.text(finding.place), "\"10.200.0.0/16\"");
    assert!(finding.message.starts_with("the pod CIDR changes from 10.100.0.0/16 to 10.200.0.0/16, "), "{}", finding.message);
    assert!(!finding.azure.contains("azurerm"), "{}", finding.azure);
    // Azure makes it larger where the request says so.
    assert_eq!(rules(&update(&before, &network("10.96.0.0/13", "10.0.0.0/16"), "update")), [""; 0]);
    let services = update(&before, &network("10.100.0.0/16", "10.0.0.0/15"), "update");
    assert_eq!(messages(&services, "service-cidr-immutable"), ["the service CIDR changes from 10.0.0.0/16 to 10.0.0.0/15"]);
    // The same change in a body that is a text, which the provider shows as a whole.
    let text = |properties: &str| encoded(&cluster(properties), &format!(r#"{{"properties": {{{properties}}}}}"#));
    let after = network("10.100.0.0/16", "10.0.0.0/15");
    let texts = plan(&[change("azapi_resource.aks", "update", &text(&before), &text(&after), "{}")], "");
    assert_eq!(messages(&texts, "service-cidr-immutable").len(), 1);
    let flat = r#""networkProfile": {"networkPlugin": "azure", "networkPluginMode": "none", "serviceCidr": "10.0.0.0/16", "dnsServiceIP": "10.0.0.10"}"#;
    let to_overlay = update(flat, &before, "update");
    assert_eq!(rules(&to_overlay), ["upgrade-simultaneous-reimage"]);
    let left_out = before.replace(r#""networkPluginMode": "overlay", "podCidr": "10.100.0.0/16","#, "");
    let leaves = update(&before, &left_out, "update");
    assert_eq!(messages(&leaves, "upgrade-irreversible"), [""; 0]);
    assert_eq!(undecided(&leaves, "upgrade-irreversible").len(), 1);
}

#[test]
fn a_state_shows_what_exists() {
    let state = |range: &str| {
        format!(
            r#"{{"format_version": "1.0", "values": {{"root_module": {{"child_modules": [{{"address": "module.m", "resources": [
                {{"address": "module.m.azapi_resource.aks", "mode": "managed", "type": "azapi_resource", "name": "aks", "values": {}}}]}}]}}}}}}"#,
            cluster(&overlay(range))
        )
    };
    assert_eq!(messages(&state("10.100.0.0/25"), SMALL).len(), 1);
    assert_eq!(messages(&state("10.100.0.0/16"), SMALL), [""; 0]);
}

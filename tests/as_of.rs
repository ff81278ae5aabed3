//! What `--as-of` is for: on 2023-11-28 overlint is Microsoft's article of that day, and each change since then counts from its day on.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests may")]

mod common;

use overlint::config::Config;
use overlint::date::Date;
use overlint::facts::History;
use overlint::rules::{Document, ExampleKind, RULES};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const THEN: &str = "2023-11-28";
const TODAY: &str = "9999-12-31";

/// The levels at which a rule finds something on a day, `-` for none, and `?` where it is undecided.
fn said(code: &str, rule: &str, day: &str) -> String {
    let file = if code.starts_with('{') { "plan.json" } else { "main.tf" };
    let config = Config { as_of: Some(day.parse().unwrap()), ..Config::default() };
    let (_, report) = common::check_with(&[(file, code)], &config);
    assert!(report.unreadable.is_empty(), "{code}: {:?}", report.unreadable);
    let found = report.findings.iter().filter(|f| f.rule == rule).map(|f| f.severity.to_string());
    let open = report.undecided.iter().filter(|u| u.rule == rule).map(|_| "?".to_owned());
    let all: BTreeSet<String> = found.chain(open).collect();
    if all.is_empty() { "-".to_owned() } else { all.into_iter().collect::<Vec<_>>().join(" ") }
}

/// Expects what a rule says of some code on each of these days.
#[track_caller]
fn expect(rule: &str, code: &str, days: &[(&str, &str)]) {
    for (day, expected) in days {
        assert_eq!(said(code, rule, day), *expected, "{rule} as of {day}, of {code}");
    }
}

/// The same then and today.
#[track_caller]
fn always(rule: &str, code: &str, expected: &str) {
    expect(rule, code, &[(THEN, expected), (TODAY, expected)]);
}

/// An overlay cluster in Terraform, in which attributes are set one by one.
#[derive(Clone)]
struct Cluster {
    top: Vec<(String, String)>,
    pool: Vec<(String, String)>,
    network: Vec<(String, String)>,
    more: String,
}

fn put(attributes: &mut Vec<(String, String)>, name: &str, value: &str) {
    attributes.retain(|(own, _)| own != name);
    if !value.is_empty() {
        attributes.push((name.to_owned(), value.to_owned()));
    }
}

fn overlay() -> Cluster {
    let own = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Cluster {
        top: own(&[
            ("name", "\"c\""),
            ("location", "\"westeurope\""),
            ("resource_group_name", "\"g\""),
            ("sku_tier", "\"Standard\""),
        ]),
        pool: own(&[("name", "\"system\""), ("vm_size", "\"Standard_D4s_v5\""), ("node_count", "3")]),
        network: own(&[
            ("network_plugin", "\"azure\""),
            ("network_plugin_mode", "\"overlay\""),
            ("pod_cidr", "\"10.244.0.0/16\""),
            ("service_cidr", "\"10.0.0.0/16\""),
            ("dns_service_ip", "\"10.0.0.10\""),
        ]),
        more: String::new(),
    }
}

fn kubenet() -> Cluster {
    overlay().network("network_plugin", "\"kubenet\"").network("network_plugin_mode", "")
}

fn dual_stack() -> Cluster {
    overlay()
        .network("pod_cidr", "")
        .network("service_cidr", "")
        .network("ip_versions", "[\"IPv4\", \"IPv6\"]")
        .network("pod_cidrs", "[\"10.244.0.0/16\", \"fd12:3456:789a::/64\"]")
        .network("service_cidrs", "[\"10.0.0.0/16\", \"fd12:3456:789a:1::/108\"]")
}

impl Cluster {
    /// An attribute of the cluster; an empty value takes it away.
    fn top(mut self, name: &str, value: &str) -> Self {
        put(&mut self.top, name, value);
        self
    }

    /// An attribute of its first node pool.
    fn pool(mut self, name: &str, value: &str) -> Self {
        put(&mut self.pool, name, value);
        self
    }

    /// An attribute of its network.
    fn network(mut self, name: &str, value: &str) -> Self {
        put(&mut self.network, name, value);
        self
    }

    /// Code beside it.
    fn with(mut self, code: &str) -> Self {
        self.more += code;
        self
    }

    /// So many node pools more, with these attributes.
    fn pools(self, count: usize, attributes: &str) -> Self {
        let number = self.more.matches("node_pool\"").count();
        self.with(&format!(
            "resource \"azurerm_kubernetes_cluster_node_pool\" \"p{number}\" {{\n  count = {count}\n  name = \"p{number}${{count.index}}\"\n  \
             vm_size = \"Standard_D4s_v5\"\n  kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id\n  {attributes}\n}}\n"
        ))
    }

    /// Its nodes in a subnet of a VNet with this space.
    fn in_vnet(self, space: &str, nodes: &str) -> Self {
        self.pool("vnet_subnet_id", "azurerm_subnet.nodes.id").with(&vnet("net", "nodes", "g", space, nodes))
    }

    fn code(&self) -> String {
        let lines = |attributes: &[(String, String)]| -> String {
            attributes.iter().map(|(name, value)| format!("  {name} = {value}\n")).collect()
        };
        let blocks: String = self.top.iter().filter(|(name, _)| name.ends_with("{}")).map(|(_, block)| block.clone()).collect();
        let top: Vec<_> = self.top.iter().filter(|(name, _)| !name.ends_with("{}")).cloned().collect();
        format!(
            "resource \"azurerm_kubernetes_cluster\" \"c\" {{\n{}{blocks}\ndefault_node_pool {{\n{}}}\nnetwork_profile {{\n{}}}\n}}\n{}",
            lines(&top),
            lines(&self.pool),
            lines(&self.network),
            self.more
        )
    }
}

fn vnet(net: &str, subnet: &str, group: &str, space: &str, nodes: &str) -> String {
    format!(
        "resource \"azurerm_virtual_network\" \"net\" {{\n  name = \"{net}\"\n  resource_group_name = \"{group}\"\n  address_space = [{space}]\n}}\n\
         resource \"azurerm_subnet\" \"nodes\" {{\n  name = \"{subnet}\"\n  resource_group_name = \"{group}\"\n  \
         virtual_network_name = azurerm_virtual_network.net.name\n  address_prefixes = [{nodes}]\n}}\n"
    )
}

/// A plan that moves a cluster to overlay. `before` and `after` change what it says of the cluster.
fn moves(before: Value, after: Value) -> String {
    let mut was = json!({
        "kubernetes_version": "1.28.5",
        "identity": [{ "type": "UserAssigned" }],
        "default_node_pool": [{ "name": "system", "vm_size": "Standard_D4s_v5", "node_count": 3, "os_sku": "Ubuntu" }],
        "network_profile": [{ "network_plugin": "azure", "service_cidr": "10.0.0.0/16", "dns_service_ip": "10.0.0.10" }],
    });
    let mut will = was.clone();
    will["network_profile"][0]["network_plugin"] = json!("azure");
    will["network_profile"][0]["network_plugin_mode"] = json!("overlay");
    will["network_profile"][0]["pod_cidr"] = json!("10.244.0.0/16");
    merge(&mut was, &before);
    merge(&mut will, &before);
    merge(&mut will, &after);
    if before.pointer("/network_profile/0/network_plugin").is_some() {
        will["network_profile"][0]["network_plugin"] = json!("azure");
    }
    let cluster = changed("azurerm_kubernetes_cluster", was, will);
    json!({ "format_version": "1.2", "resource_changes": [cluster] }).to_string()
}

fn changed(kind: &str, before: Value, after: Value) -> Value {
    let action = if before == after { "no-op" } else { "update" };
    json!({
        "address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x",
        "change": { "actions": [action], "before": before, "after": after },
    })
}

/// Adds a resource that stays as it is to a plan.
fn beside(plan: &str, kind: &str, value: Value) -> String {
    let mut plan: Value = serde_json::from_str(plan).unwrap();
    plan["resource_changes"].as_array_mut().unwrap().push(changed(kind, value.clone(), value));
    plan.to_string()
}

fn merge(target: &mut Value, change: &Value) {
    match (target, change) {
        (Value::Object(target), Value::Object(change)) => {
            for (key, value) in change {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(target), Value::Array(change)) if target.len() == change.len() => {
            target.iter_mut().zip(change).for_each(|(target, change)| merge(target, change));
        }
        (target, change) => *target = change.clone(),
    }
}

#[test]
fn an_overlay_cluster_had_1000_nodes_and_has_5000() {
    let nodes = |first: u32, pools: usize, more: u32| {
        let cluster = overlay().pool("node_count", &first.to_string()).network("pod_cidr", "\"10.32.0.0/11\"");
        cluster.pools(pools, "node_count = 1000").pools(1, &format!("node_count = {more}")).code()
    };
    let rule = "cluster-node-limit";
    expect(rule, &nodes(500, 0, 499), &[(THEN, "-"), (TODAY, "-")]);
    // At the limit there is no room for an upgrade.
    expect(rule, &nodes(500, 0, 500), &[(THEN, "warning"), ("2024-03-18", "warning"), ("2024-03-19", "-"), (TODAY, "-")]);
    expect(rule, &nodes(500, 0, 501), &[(THEN, "error"), ("2024-03-18", "error"), ("2024-03-19", "-"), (TODAY, "-")]);
    expect(rule, &nodes(999, 3, 1000), &[(THEN, "error"), ("2024-03-19", "-"), (TODAY, "-")]);
    expect(rule, &nodes(1000, 3, 1000), &[(THEN, "error"), ("2024-03-19", "warning"), (TODAY, "warning")]);
    expect(rule, &nodes(1000, 4, 1), &[(THEN, "error"), ("2024-03-19", "error"), (TODAY, "error")]);
}

#[test]
fn a_kubenet_cluster_has_400_nodes() {
    let nodes = |count: u32| kubenet().pool("node_count", &count.to_string()).code();
    for (count, expected) in [(399, "-"), (400, "warning"), (401, "error")] {
        always("kubenet-node-limit", &nodes(count), expected);
    }
    expect("kubenet-retirement", &nodes(3), &[(THEN, "-"), ("2025-03-11", "-"), ("2025-03-12", "warning"), (TODAY, "warning")]);
}

#[test]
fn arm64_pools_had_six_regions_without_overlay() {
    let pools = |location: &str, size: &str| overlay().top("location", location).pool("vm_size", size).code();
    let rule = "arm64-overlay-region";
    for region in ["East US 2", "eastus2", "francecentral", "southeastasia", "South Central US", "West Europe", "westus3"] {
        let code = pools(&format!("\"{region}\""), "\"Standard_D4ps_v5\"");
        expect(rule, &code, &[(THEN, "error"), ("2024-01-09", "error"), ("2024-01-10", "-"), (TODAY, "-")]);
    }
    always(rule, &pools("\"eastus\"", "\"Standard_D4ps_v5\""), "-");
    always(rule, &pools("\"eastus2\"", "\"Standard_D4s_v5\""), "-");
    // What the code does not say is open then, and does not matter today.
    let open = pools("var.location", "\"Standard_D4ps_v5\"") + "variable \"location\" {}\n";
    expect(rule, &open, &[(THEN, "?"), (TODAY, "-")]);
}

#[test]
fn arm64_nodes_did_not_move_to_overlay() {
    let plan = moves(json!({ "default_node_pool": [{ "vm_size": "Standard_D4ps_v5" }] }), json!({}));
    expect("arm64-overlay-upgrade", &plan, &[(THEN, "error"), ("2024-07-01", "error"), ("2024-07-02", "-"), (TODAY, "-")]);
    always("arm64-overlay-upgrade", &moves(json!({}), json!({})), "-");
}

#[test]
fn agic_was_forbidden_and_is_supported_under_conditions() {
    let with_gateway = |prefix: &str, delegation: &str| {
        let gateway = format!(
            "resource \"azurerm_subnet\" \"gateway\" {{\n  name = \"gateway\"\n  resource_group_name = \"g\"\n  virtual_network_name = \
             azurerm_virtual_network.net.name\n  address_prefixes = [\"{prefix}\"]\n{delegation}}}\n"
        );
        let addon = "ingress_application_gateway {\n  subnet_id = azurerm_subnet.gateway.id\n}";
        overlay().in_vnet("\"10.1.0.0/16\"", "\"10.1.0.0/22\"").top("agic{}", addon).with(&gateway).code()
    };
    let delegated =
        "delegation {\n  name = \"d\"\n  service_delegation {\n    name = \"Microsoft.Network/applicationGateways\"\n  }\n}\n";
    let rule = "agic-overlay";
    let good = with_gateway("10.1.8.0/24", delegated);
    expect(rule, &good, &[(THEN, "error"), ("2025-03-31", "error"), ("2025-04-01", "-"), (TODAY, "-")]);
    for bad in [with_gateway("10.1.8.0/24", ""), with_gateway("10.1.8.0/23", delegated)] {
        expect(rule, &bad, &[(THEN, "error"), ("2025-03-31", "error"), ("2025-04-01", "error"), (TODAY, "error")]);
    }
    always(rule, &overlay().code(), "-");
}

#[test]
fn dual_stack_was_a_preview_with_limits() {
    let windows = dual_stack().pools(1, "os_type = \"Windows\"").code();
    let days = [
        (THEN, "error"),
        ("2024-07-15", "error"),
        ("2024-07-16", "warning"),
        ("2026-07-16", "warning"),
        ("2026-07-17", "-"),
        (TODAY, "-"),
    ];
    expect("dual-stack-windows", &windows, &days);
    always("dual-stack-windows", &overlay().pools(1, "os_type = \"Windows\"").code(), "-");
    for (policy, expected) in [("azure", "error"), ("calico", "error"), ("cilium", "-")] {
        always("dual-stack-network-policy", &dual_stack().network("network_policy", &format!("\"{policy}\"")).code(), expected);
    }
    let virtual_nodes = "aci_connector_linux {\n  subnet_name = \"aci\"\n}\n";
    always("dual-stack-virtual-nodes", &dual_stack().top("aci{}", virtual_nodes).code(), "error");
    always("virtual-nodes-overlay", &overlay().top("aci{}", virtual_nodes).code(), "error");
    for (version, expected) in [("1.26.2", "error"), ("1.26.3", "-"), ("1.27", "-")] {
        always("dual-stack-k8s-version", &dual_stack().top("kubernetes_version", &format!("\"{version}\"")).code(), expected);
    }
    for (families, expected) in
        [("\"IPv4\", \"IPv6\"", "-"), ("\"IPv4\"", "-"), ("\"IPv6\", \"IPv4\"", "error"), ("\"IPv6\"", "error")]
    {
        always("dual-stack-family-list", &dual_stack().network("ip_versions", &format!("[{families}]")).code(), expected);
    }
    let ranges = |name: &str, value: &str| dual_stack().network(name, value).code();
    for (name, value) in [
        ("pod_cidrs", "[\"fd12:3456:789a::/64\", \"10.244.0.0/16\"]"),
        ("service_cidrs", "[\"fd12:3456:789a:1::/108\", \"10.0.0.0/16\"]"),
        ("pod_cidrs", "[\"10.244.0.0/16\"]"),
    ] {
        always("dual-stack-cidr-count-order", &ranges(name, value), "error");
    }
    always("dual-stack-cidr-count-order", &dual_stack().code(), "-");
    for (prefix, expected) in [(107, "error"), (108, "-"), (109, "-")] {
        let value = format!("[\"10.0.0.0/16\", \"fd12:3456:789a:1::/{prefix}\"]");
        always("ipv6-service-cidr-too-large", &ranges("service_cidrs", &value), expected);
    }
}

#[test]
fn a_nat_gateway_of_the_second_version_sends_ipv6() {
    let rule = "dual-stack-nat-gateway";
    always(rule, &dual_stack().network("outbound_type", "\"managedNATGateway\"").code(), "error");
    let own = |sku: &str| {
        let gateway = format!(
            "resource \"azurerm_nat_gateway\" \"n\" {{\n  name = \"n\"\n  sku_name = \"{sku}\"\n}}\n\
             resource \"azurerm_subnet_nat_gateway_association\" \"n\" {{\n  subnet_id = azurerm_subnet.nodes.id\n  \
             nat_gateway_id = azurerm_nat_gateway.n.id\n}}\n"
        );
        let cluster = dual_stack().network("outbound_type", "\"userAssignedNATGateway\"");
        cluster.in_vnet("\"10.1.0.0/16\", \"fd00::/56\"", "\"10.1.0.0/22\", \"fd00::/64\"").with(&gateway).code()
    };
    always(rule, &own("Standard"), "error");
    expect(rule, &own("StandardV2"), &[(THEN, "error"), ("2026-07-30", "error"), ("2026-07-31", "-"), (TODAY, "-")]);
}

#[test]
fn dual_stack_needs_a_dual_stack_subnet() {
    let nodes = |space: &str, nodes: &str| dual_stack().in_vnet(space, nodes).code();
    always("dual-stack-subnet-ipv6", &nodes("\"10.1.0.0/16\"", "\"10.1.0.0/22\""), "error");
    always("dual-stack-subnet-ipv6", &nodes("\"10.1.0.0/16\", \"fd00::/56\"", "\"10.1.0.0/22\", \"fd00::/64\""), "-");
    let flat = dual_stack().network("network_plugin_mode", "").code();
    expect("dual-stack-requires-overlay", &flat, &[(THEN, "-"), ("2024-05-05", "-"), ("2024-05-06", "error"), (TODAY, "error")]);
}

#[test]
fn clusters_of_1_22_moved_to_overlay_and_now_1_27() {
    let from = |version: &str| moves(json!({ "kubernetes_version": version }), json!({}));
    let rule = "upgrade-k8s-version";
    for (version, then, today) in
        [("1.21.14", "error", "error"), ("1.22.0", "-", "error"), ("1.26.15", "-", "error"), ("1.27.0", "-", "-")]
    {
        expect(rule, &from(version), &[(THEN, then), ("2025-12-02", then), ("2025-12-03", today), (TODAY, today)]);
    }
}

#[test]
fn what_stands_in_the_way_of_a_move() {
    for (policy, expected) in [("azure", "error"), ("calico", "error"), ("cilium", "-")] {
        let plan = moves(json!({ "network_profile": [{ "network_policy": policy }] }), json!({}));
        always("upgrade-network-policy", &plan, expected);
    }
    let pods = json!({ "default_node_pool": [{ "pod_subnet_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/pods" }] });
    always("upgrade-dynamic-ip", &moves(pods, json!({})), "error");
    let without = json!({ "network_profile": [{ "pod_cidr": null }] });
    always("upgrade-missing-pod-cidr", &moves(json!({}), without.clone()), "error");
    always("upgrade-missing-pod-cidr", &moves(json!({ "network_profile": [{ "network_plugin": "kubenet" }] }), without), "-");
    let plain = moves(json!({}), json!({}));
    always("upgrade-simultaneous-reimage", &plain, "note");
    for rule in ["upgrade-network-policy", "upgrade-dynamic-ip", "upgrade-missing-pod-cidr", "upgrade-pod-cidr-overlap"] {
        always(rule, &plain, "-");
    }
    let map = json!({ "metadata": [{ "name": "azure-ip-masq-agent-config", "namespace": "kube-system" }] });
    let masquerade = beside(&plain, "kubernetes_config_map", map);
    let days = [(THEN, "warning"), ("2025-01-29", "warning"), ("2025-01-30", "error"), (TODAY, "error")];
    expect("upgrade-ip-masq-config", &masquerade, &days);
    let reconciled = json!({ "metadata": [{ "name": "azure-ip-masq-agent-config-reconciled", "namespace": "kube-system" }] });
    always("upgrade-ip-masq-config", &beside(&plain, "kubernetes_config_map", reconciled), "-");
}

#[test]
fn what_is_asked_of_a_move_since_then() {
    let system = json!({ "identity": [{ "type": "SystemAssigned" }], "network_profile": [{ "network_plugin": "kubenet" }] });
    let days = [(THEN, "-"), ("2026-02-28", "-"), ("2026-03-01", "error"), (TODAY, "error")];
    expect("upgrade-kubenet-identity", &moves(system, json!({})), &days);
    let both = moves(
        json!({ "network_profile": [{ "network_data_plane": "azure" }] }),
        json!({ "network_profile": [{ "network_data_plane": "cilium" }] }),
    );
    expect(
        "upgrade-combined-ipam-dataplane",
        &both,
        &[(THEN, "-"), ("2025-12-02", "-"), ("2025-12-03", "error"), (TODAY, "error")],
    );
}

#[test]
fn the_range_of_a_move_lies_outside_the_vnet() {
    // The numbers of the article: a VNet 10.0.0.0/8 with nodes in 10.240.0.0/16.
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";
    let plan = |pods: &str, services: &str| {
        let subnet = json!({ "default_node_pool": [{ "vnet_subnet_id": format!("{id}/subnets/nodes") }], "network_profile": [{ "service_cidr": services }] });
        let plan = moves(subnet, json!({ "network_profile": [{ "pod_cidr": pods }] }));
        let vnet = json!({ "id": id, "name": "v", "resource_group_name": "g", "address_space": ["10.0.0.0/8"] });
        let nodes = json!({
            "id": format!("{id}/subnets/nodes"), "name": "nodes", "resource_group_name": "g", "virtual_network_name": "v",
            "address_prefixes": ["10.240.0.0/16"],
        });
        beside(&beside(&plan, "azurerm_virtual_network", vnet), "azurerm_subnet", nodes)
    };
    let rule = "upgrade-pod-cidr-overlap";
    let in_space = [(THEN, "error"), ("2024-10-24", "error"), ("2024-10-25", "warning"), (TODAY, "warning")];
    expect(rule, &plan("10.100.0.0/16", "172.16.0.0/16"), &in_space);
    always(rule, &plan("10.240.128.0/17", "172.16.0.0/16"), "error");
    always(rule, &plan("192.168.0.0/16", "192.168.0.0/24"), "error");
    always(rule, &plan("192.168.0.0/16", "172.16.0.0/16"), "-");
}

#[test]
fn the_pod_range_of_a_cluster_was_fixed() {
    let overlay = json!({ "network_profile": [{ "network_plugin_mode": "overlay", "pod_cidr": "10.244.0.0/16" }] });
    let plan = moves(overlay, json!({ "network_profile": [{ "pod_cidr": "10.240.0.0/12" }] }));
    let message = |day: &str| {
        let config = Config { as_of: Some(day.parse().unwrap()), ..Config::default() };
        let (_, report) = common::check_with(&[("plan.json", &plan)], &config);
        report.findings.into_iter().find(|f| f.rule == "pod-cidr-expansion").unwrap().message
    };
    for (day, expected) in [
        (THEN, "which is fixed"),
        ("2026-01-03", "which is fixed"),
        ("2026-01-04", "for which azurerm replaces the cluster"),
        (TODAY, "for which azurerm replaces the cluster"),
    ] {
        assert!(message(day).ends_with(expected), "{day}: {}", message(day));
    }
}

#[test]
fn the_pod_range_lay_outside_the_whole_vnet() {
    let pods = |range: &str| overlay().network("pod_cidr", range).in_vnet("\"10.1.0.0/16\"", "\"10.1.0.0/22\"").code();
    let unused = [(THEN, "error"), ("2024-10-24", "error"), ("2024-10-25", "warning"), (TODAY, "warning")];
    expect("pod-cidr-overlaps-vnet-space", &pods("\"10.1.128.0/17\""), &unused);
    always("pod-cidr-overlaps-node-subnet", &pods("\"10.1.0.0/20\""), "error");
    for rule in ["pod-cidr-overlaps-vnet-space", "pod-cidr-overlaps-node-subnet", "pod-cidr-overlaps-vnet-subnet"] {
        always(rule, &pods("\"10.244.0.0/16\""), "-");
    }
    always("pod-cidr-overlaps-service-cidr", &pods("\"10.0.0.0/15\""), "error");
    // AGIC and the like aside, another cluster may have the same range.
    let other = overlay().code().replace("\"c\"", "\"d\"");
    for rule in ["pod-cidr-overlaps-service-cidr", "pod-cidr-overlaps-peered-vnet", "pod-cidr-overlaps-onprem"] {
        always(rule, &(overlay().code() + &other), "-");
    }
}

#[test]
fn the_service_range_is_smaller_than_a_12() {
    let services = |range: &str| overlay().network("service_cidr", range).network("pod_cidr", "\"192.168.0.0/16\"").code();
    let rule = "service-cidr-too-large";
    always(rule, &services("\"10.0.0.0/11\""), "error");
    expect(
        rule,
        &services("\"10.0.0.0/12\""),
        &[(THEN, "error"), ("2024-03-18", "error"), ("2024-03-19", "warning"), (TODAY, "warning")],
    );
    always(rule, &services("\"10.0.0.0/13\""), "-");
}

#[test]
fn the_dns_address_is_in_the_service_range_but_not_its_first() {
    let dns = |address: &str| overlay().network("dns_service_ip", address).code();
    always("dns-service-ip-first-address", &dns("\"10.0.0.1\""), "error");
    always("dns-service-ip-first-address", &dns("\"10.0.0.2\""), "-");
    for (address, expected) in [("9.255.255.255", "error"), ("10.0.0.2", "-"), ("10.0.255.254", "-"), ("10.1.0.0", "error")] {
        always("dns-service-ip-outside-service-cidr", &dns(&format!("\"{address}\"")), expected);
    }
}

#[test]
fn a_node_takes_a_24_and_runs_10_to_250_pods() {
    for (pods, expected) in [(9, "error"), (10, "-"), (250, "-"), (251, "error")] {
        always("max-pods-range", &overlay().pool("max_pods", &pods.to_string()).code(), expected);
    }
    let ranges = |prefix: u8, nodes: u32| {
        overlay().network("pod_cidr", &format!("\"10.244.0.0/{prefix}\"")).pool("node_count", &nodes.to_string()).code()
    };
    for (prefix, expected) in [(25, "error"), (24, "warning"), (23, "-")] {
        always("pod-cidr-below-one-node", &ranges(prefix, 1), expected);
    }
    for (nodes, expected) in [(4, "-"), (5, "error")] {
        always("pod-cidr-capacity", &ranges(22, nodes), expected);
    }
    always("pod-cidr-upgrade-headroom", &ranges(22, 4), "warning");
    always("pod-cidr-upgrade-headroom", &ranges(22, 3), "-");
}

#[test]
fn a_24_holds_251_nodes() {
    let nodes =
        |count: u32| overlay().pool("node_count", &count.to_string()).in_vnet("\"10.1.0.0/16\"", "\"10.1.0.0/24\"").code();
    always("node-subnet-capacity", &nodes(251), "-");
    always("node-subnet-capacity", &nodes(252), "error");
    always("node-subnet-upgrade-headroom", &nodes(251), "warning");
}

#[test]
fn sizes_and_kinds_of_nodes_that_overlay_does_not_have() {
    for (size, expected) in
        [("Standard_DC4s_v2", "error"), ("Standard_DC8_v2", "error"), ("Standard_DC4as_v5", "-"), ("Standard_DC4ads_v5", "-")]
    {
        always("dcsv2-not-supported", &overlay().pool("vm_size", &format!("\"{size}\"")).code(), expected);
    }
    let set = |cluster: Cluster, kind: &str| cluster.pool("type", kind).code();
    always("availability-set-not-supported", &set(overlay(), "\"AvailabilitySet\""), "error");
    always("availability-set-not-supported", &set(overlay(), "\"VirtualMachineScaleSets\""), "-");
    always("windows-requires-azure-cni", &kubenet().pools(1, "os_type = \"Windows\"").code(), "error");
    let windows = |sku: &str| overlay().pools(1, &format!("os_type = \"Windows\"\n  os_sku = \"{sku}\"\n  max_pods = 30")).code();
    let days = [(THEN, "-"), ("2026-02-28", "-"), ("2026-03-01", "warning"), (TODAY, "warning")];
    let version =
        |code: String, version: &str| code.replace("sku_tier =", &format!("kubernetes_version = \"{version}\"\n  sku_tier ="));
    expect("windows-server-2019", &version(windows("Windows2019"), "1.32"), &days);
    expect(
        "windows-server-2019",
        &version(windows("Windows2019"), "1.33"),
        &[(THEN, "-"), ("2025-01-06", "error"), (TODAY, "error")],
    );
    always("windows-server-2019", &windows("Windows2022"), "-");
}

#[test]
fn names_around_the_nodes_have_63_characters() {
    let (fits, long) = ("n".repeat(63), "n".repeat(64));
    let named = |net: &str, subnet: &str, group: &str| {
        let network = vnet(net, subnet, group, "\"10.1.0.0/16\"", "\"10.1.0.0/22\"");
        overlay().pool("vnet_subnet_id", "azurerm_subnet.nodes.id").with(&network).code()
    };
    always("label-name-length", &named(&fits, &fits, &fits), "-");
    for code in [named(&long, "n", "g"), named("v", &long, "g"), named("v", "n", &long)] {
        always("label-name-length", &code, "error");
    }
    always("label-name-charset", &named("net_", "n", "g"), "warning");
}

#[test]
fn ingress_and_egress_that_the_article_named() {
    let routing = overlay().top("http_application_routing_enabled", "true").code();
    let days = [(THEN, "-"), ("2025-03-02", "-"), ("2025-03-03", "error"), (TODAY, "error")];
    expect("http-application-routing-retired", &routing, &days);
    let basic = overlay().network("load_balancer_sku", "\"basic\"").code();
    let days = [(THEN, "warning"), ("2025-09-29", "warning"), ("2025-09-30", "error"), (TODAY, "error")];
    expect("outbound-type-requires-standard-lb", &basic, &days);
    let managed = overlay().network("outbound_type", "\"managedNATGateway\"");
    always("managed-nat-with-byo-vnet", &managed.code(), "-");
    always("managed-nat-with-byo-vnet", &managed.in_vnet("\"10.1.0.0/16\"", "\"10.1.0.0/22\"").code(), "error");
    let routes = overlay().network("outbound_type", "\"userDefinedRouting\"").code();
    always("udr-default-route", &routes, "error");
}

#[test]
fn what_other_pages_said_holds_then_too() {
    // Not in the article, but known or enforced before its day.
    let services = |range: &str| overlay().network("service_cidr", range).code();
    always("reserved-range-overlap", &services("\"172.30.0.0/16\""), "error");
    always("reserved-range-overlap", &services("\"172.29.0.0/16\""), "-");
    always("service-cidr-public-or-multicast", &services("\"224.0.0.0/16\""), "error");
    always("dns-service-ip-boundary", &overlay().network("dns_service_ip", "\"10.0.0.0\"").code(), "error");
}

#[test]
fn what_nobody_had_said_is_silent_then() {
    let public = overlay().network("pod_cidr", "\"20.0.0.0/16\"").code();
    expect("pod-cidr-public-range", &public, &[(THEN, "-"), ("2026-07-30", "-"), ("2026-07-31", "warning"), (TODAY, "warning")]);
    let few = overlay().pool("max_pods", "10").pool("node_count", "2").code();
    expect("max-pods-pool-minimum-30", &few, &[(THEN, "-"), ("2024-05-27", "-"), ("2024-05-28", "warning"), (TODAY, "warning")]);
    let windows = overlay().pools(1, "os_type = \"Windows\"\n  max_pods = 111").code();
    expect("windows-max-pods", &windows, &[(THEN, "-"), ("2026-07-30", "-"), ("2026-07-31", "note"), (TODAY, "note")]);
    let arm64 = overlay().pools(1, "os_type = \"Windows\"").code().replace("Standard_D4s_v5", "Standard_D4ps_v5");
    expect("arm64-windows", &arm64, &[(THEN, "-"), ("2025-02-24", "-"), ("2025-02-25", "error"), (TODAY, "error")]);
}

/// The day before a day.
fn before(day: Date) -> Date {
    let text = day.to_string();
    let number = |part: usize| text.split('-').nth(part).unwrap().parse::<u32>().unwrap();
    let (year, month, date) = (number(0), number(1), number(2));
    let candidates = match (month, date) {
        (1, 1) => vec![(year - 1, 12, 31)],
        (_, 1) => (28..=31).rev().map(|last| (year, month - 1, last)).collect(),
        _ => vec![(year, month, date - 1)],
    };
    candidates.into_iter().find_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}").parse().ok()).unwrap()
}

#[test]
fn every_change_of_severity_counts_from_its_day() {
    for rule in RULES {
        let document = Document::parse(rule.document).unwrap();
        let changes: BTreeSet<String> =
            document.history().flat_map(|(_, steps)| steps.into_iter().skip(1)).map(|(day, _)| day.to_string()).collect();
        let bad = Document::examples(rule.document).into_iter().filter(|e| e.kind == ExampleKind::Bad && e.as_of.is_none());
        for example in bad.filter(|_| !changes.is_empty()) {
            for change in &changes {
                let change: Date = change.parse().unwrap();
                for day in [before(change), change] {
                    let mut example = example.clone();
                    example.as_of = Some(day);
                    let report = common::check(&example);
                    let allowed: BTreeSet<_> = document.history().filter_map(|(case, _)| document.severity(case, day)).collect();
                    let mut found = report.findings.iter().filter(|f| f.rule == rule.name).map(|f| f.severity);
                    assert!(found.all(|severity| allowed.contains(&severity)), "{} on {day}, line {}", rule.name, example.line);
                    let open = report.undecided.iter().any(|u| u.rule == rule.name);
                    assert!(!open || document.worst(day).is_some(), "{} is off on {day}, but undecided", rule.name);
                }
            }
        }
    }
}

#[test]
fn the_option_picks_the_day() {
    let folder = tempfile::TempDir::new().unwrap();
    let code = overlay().top("location", "\"eastus2\"").pool("vm_size", "\"Standard_D4ps_v5\"").code();
    std::fs::write(folder.path().join("main.tf"), code).unwrap();
    let run = |options: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_overlint"));
        let output = command.args(["check", "--format", "compact"]).args(options).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run(&["--as-of", THEN]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error: ") && text.contains("arm64-overlay-region"), "{text}");
    for options in [&["--as-of", "2024-01-10"][..], &[]] {
        let (code, text) = run(options);
        assert_eq!(code, Some(0), "{text}");
        assert!(!text.contains("arm64-overlay-region"), "{text}");
    }
}

#[test]
fn explain_tells_every_change_by_its_day() {
    let explain = |rule: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_overlint")).args(["explain", rule]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for rule in RULES {
        let document = Document::parse(rule.document).unwrap();
        let severities = document
            .history()
            .flat_map(|(_, steps)| steps.into_iter().skip(1))
            .map(|(day, severity)| (day, severity.map_or("off".to_owned(), |severity| severity.to_string())));
        let facts = document.facts.iter().flat_map(|fact| History::of(fact).unwrap().steps.into_iter().skip(1));
        let changes: Vec<(Date, String)> = severities.chain(facts).collect();
        if changes.is_empty() {
            continue;
        }
        let text = explain(rule.name);
        for (day, value) in changes {
            assert!(text.contains(&format!("  from   {day}: {value}\n")), "{}: {day} {value}: {text}", rule.name);
            assert!(text.contains(&format!("  before {day}: ")) || text.matches("  from   ").count() > 1, "{text}");
        }
    }
    let limit = "Most nodes of an overlay cluster:\n  before 2024-03-19: 1,000\n  from   2024-03-19: 5,000\n";
    assert!(explain("cluster-node-limit").contains(limit));
}

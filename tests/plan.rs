//! Plans and states in Terraform's JSON format: files in, report out. Those under `testdata/plans` were recorded with `tests/oracle/plans.py`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panics")]

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::{Sources, parent};
use std::fs;
use std::path::Path;

/// Checks files, each given by its path and its content.
fn check_with(files: &[(&str, &[u8])], config: &Config) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (path, bytes) in files {
        sources.add(path, bytes);
        sources.add_folder(parent(path));
    }
    let report = overlint::with_threads(1, || overlint::check(&sources, config)).unwrap();
    (sources, report)
}

fn check(files: &[(&str, &[u8])]) -> (Sources, Report) {
    check_with(files, &Config::default())
}

fn recorded(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/plans").join(path)).unwrap()
}

/// Checks recorded files, each under its own path.
fn check_recorded(paths: &[&str]) -> (Sources, Report) {
    let files: Vec<(&str, Vec<u8>)> = paths.iter().map(|path| (*path, recorded(path))).collect();
    check(&files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect::<Vec<_>>())
}

/// The findings as `path: rule`, where they stand and what is written there.
fn findings((sources, report): &(Sources, Report)) -> Vec<String> {
    assert_eq!(report.unreadable, [], "everything can be read");
    let told = |f: &overlint::report::Finding| {
        let file = sources.file(f.place.file);
        let text: String = sources.text(f.place).chars().take(30).collect();
        format!("{} {} at {text}", file.path(), f.rule)
    };
    report.findings.iter().map(told).collect()
}

/// The rules that are undecided, with why.
fn undecided((_, report): &(Sources, Report)) -> Vec<String> {
    report.undecided.iter().map(|u| format!("{}: {}", u.rule, u.why.reason)).collect()
}

fn rules(checked: &(Sources, Report)) -> Vec<&'static str> {
    checked.1.findings.iter().map(|f| f.rule).collect()
}

const MODULES: [&str; 4] = ["create/main.tf", "create/net/main.tf", "create/aks/main.tf", "create/plan.json"];

#[test]
fn a_new_cluster_is_linked_to_new_subnets_through_modules() {
    let alone = check_recorded(&["create/plan.json"]);
    assert_eq!(
        findings(&alone),
        [
            // What Azure fills in is not written, so it points at the block around it.
            "create/plan.json implicit-cidr-default at {\"network_plugin\":\"azure\",\"net",
            "create/plan.json pod-cidr-overlaps-node-subnet at \"10.1.0.0/16\"",
            "create/plan.json pod-cidr-overlaps-vnet-subnet at \"10.1.0.0/16\"",
        ]
    );
    assert_eq!(alone.1.findings[1].cluster, "module.aks[0].azurerm_kubernetes_cluster.this");
    assert_eq!(alone.1.findings[1].message, "pod CIDR 10.1.0.0/16 overlaps node subnet nodes 10.1.4.0/22");
}

#[test]
fn a_sensitive_value_is_not_known_and_not_shown() {
    let alone = check_recorded(&["create/plan.json"]);
    assert!(undecided(&alone).contains(&"pod-cidr-capacity: this is marked as sensitive".to_owned()), "{:?}", undecided(&alone));
    let text = String::from_utf8(recorded("create/plan.json")).unwrap();
    let text = text.replace("\"network_profile\":[{}]}}}", "\"network_profile\":[{\"pod_cidr\":true}]}}}");
    let secret = check(&[("plan.json", text.as_bytes())]);
    assert!(undecided(&secret).contains(&"invalid-cidr: this is marked as sensitive".to_owned()), "{:?}", undecided(&secret));
    assert!(!format!("{:?}", secret.1).contains("10.1.0.0/16 overlaps"));
}

#[test]
fn findings_point_into_the_code_beside_the_plan_and_are_told_once() {
    let code = check_recorded(&MODULES[..3]);
    let both = check_recorded(&MODULES);
    let places = |checked: &(Sources, Report)| findings(checked).into_iter().collect::<Vec<_>>();
    assert_eq!(places(&code), places(&both), "the plan shows nothing new here");
    assert!(places(&both).contains(&"create/aks/main.tf pod-cidr-overlaps-node-subnet at var.pod_cidr".to_owned()));
    assert_eq!(both.1.clusters.len(), 1);

    // A plan below its root module, made with other values.
    let text = String::from_utf8(recorded("create/plan.json")).unwrap();
    let text = text.replace("10.1.0.0/16", "10.1.8.0/24");
    let mut files: Vec<(&str, Vec<u8>)> = MODULES[..3].iter().map(|path| (*path, recorded(path))).collect();
    files.push(("create/plans/other.json", text.into_bytes()));
    let below = check(&files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect::<Vec<_>>());
    let told: Vec<&str> = below.1.findings.iter().filter(|f| f.rule == "pod-cidr-capacity").map(|f| &*f.message).collect();
    assert_eq!(told, ["pod CIDR 10.1.8.0/24 has room for 1 node, but the node pools may reach at least 3"]);
    assert!(findings(&below).contains(&"create/aks/main.tf pod-cidr-capacity at var.pod_cidr".to_owned()));
    let finding = below.1.findings.iter().find(|f| f.rule == "pod-cidr-capacity").unwrap();
    let origins: Vec<(&str, &str)> =
        finding.related.iter().filter(|r| r.origin).map(|r| (r.message.as_str(), below.0.text(r.span))).collect();
    let expected =
        [("argument pod_cidr of module.aks", "var.pod_cidr"), ("var.pod_cidr in create/plans/other.json", "\"10.1.8.0/24\"")];
    assert_eq!(origins, expected);
}

#[test]
fn a_plan_decides_what_the_code_leaves_open() {
    let code = r#"
variable "pod_cidr" {}

resource "azurerm_kubernetes_cluster" "c" {
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
  }
}
"#;
    let profile =
        r#"{"network_profile": [{"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.244.0.1/16"}]}"#;
    let plan = format!(
        r#"{{"format_version": "1.2", "variables": {{"pod_cidr": {{"value": "10.244.0.1/16"}}}}, "resource_changes": [{}]}}"#,
        change("c", "create", "null", profile, "")
    );
    let open = check(&[("main.tf", code.as_bytes())]);
    assert!(undecided(&open).contains(&"cidr-host-bits-set: var.pod_cidr has no value".to_owned()));
    let decided = check(&[("main.tf", code.as_bytes()), ("plan.json", plan.as_bytes())]);
    assert!(findings(&decided).contains(&"main.tf cidr-host-bits-set at var.pod_cidr".to_owned()), "{:?}", findings(&decided));
    assert!(!undecided(&decided).iter().any(|u| u.contains("has no value")), "{:?}", undecided(&decided));

    // Code that does not make the cluster is not the code of the plan.
    let other = code.replace("\"c\"", "\"d\"");
    let apart = check(&[("main.tf", other.as_bytes()), ("plan.json", plan.as_bytes())]);
    assert!(findings(&apart).contains(&"plan.json cidr-host-bits-set at \"10.244.0.1/16\"".to_owned()), "{:?}", findings(&apart));
    assert_eq!(apart.1.clusters.len(), 2);
}

/// A resource change of a cluster.
fn change(name: &str, actions: &str, before: &str, after: &str, more: &str) -> String {
    let actions = actions.split(' ').map(|a| format!("\"{a}\"")).collect::<Vec<_>>().join(", ");
    format!(
        r#"{{"address": "azurerm_kubernetes_cluster.{name}", "mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "{name}",
             "change": {{"actions": [{actions}], "before": {before}, "after": {after}{more}}}}}"#
    )
}

/// A plan with one change of a cluster.
fn plan_of(actions: &str, before: &str, after: &str, more: &str) -> String {
    format!(r#"{{"format_version": "1.2", "resource_changes": [{}]}}"#, change("c", actions, before, after, more))
}

/// The rules about changes that find something.
fn upgrades(plan: &str) -> Vec<&'static str> {
    let about_changes = |rule: &&str| {
        rule.starts_with("upgrade-")
            || ["plan-forces-cluster-replacement", "pod-cidr-expansion", "service-cidr-immutable"].contains(rule)
    };
    rules(&check(&[("plan.json", plan.as_bytes())])).into_iter().filter(about_changes).collect()
}

const FLAT: &str =
    r#"{"network_profile": [{"network_plugin": "azure", "service_cidr": "10.0.0.0/16", "dns_service_ip": "10.0.0.10"}]}"#;
const OVERLAY: &str = r#"{"network_profile": [{"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.244.0.0/16",
    "service_cidr": "10.0.0.0/16", "dns_service_ip": "10.0.0.10"}]}"#;

#[test]
fn only_updates_in_place_are_upgrades() {
    assert_eq!(upgrades(&plan_of("update", FLAT, OVERLAY, "")), ["upgrade-simultaneous-reimage"]);
    assert_eq!(upgrades(&plan_of("no-op", FLAT, OVERLAY, "")), [""; 0]);
    assert_eq!(upgrades(&plan_of("create", "null", OVERLAY, "")), [""; 0]);
    assert_eq!(upgrades(&plan_of("delete", FLAT, "null", "")), [""; 0]);
    let replaced = |actions, paths: &str| upgrades(&plan_of(actions, FLAT, OVERLAY, &format!(r#", "replace_paths": {paths}"#)));
    let mode = r#"[["network_profile", 0, "network_plugin_mode"]]"#;
    for actions in ["delete create", "create delete", "create forget"] {
        assert_eq!(replaced(actions, mode), ["plan-forces-cluster-replacement"], "{actions}");
    }
    assert_eq!(replaced("delete create", r#"[["network_profile"]]"#), ["plan-forces-cluster-replacement"]);
    assert_eq!(replaced("delete create", r#"[["location"]]"#), [""; 0]);
    assert_eq!(replaced("delete create", "[]"), [""; 0]);
}

#[test]
fn what_is_left_of_an_earlier_replacement_is_not_the_cluster() {
    let left = change("c", "delete", OVERLAY, "null", "").replacen('{', r#"{"deposed": "00000000", "#, 1);
    let stays = change("c", "no-op", OVERLAY, OVERLAY, "");
    for order in [[&left, &stays], [&stays, &left]] {
        let plan = format!(r#"{{"format_version": "1.2", "resource_changes": [{}, {}]}}"#, order[0], order[1]);
        let checked = check(&[("plan.json", plan.as_bytes())]);
        assert_eq!(checked.1.clusters.len(), 1);
        assert_eq!(rules(&checked), [""; 0]);
    }
}

#[test]
fn recorded_plans_show_their_changes_in_the_code() {
    let upgrade = check_recorded(&["upgrade/main.tf", "upgrade/plan.json"]);
    assert_eq!(
        findings(&upgrade),
        [
            "upgrade/main.tf upgrade-k8s-version at \"1.26.10\"",
            "upgrade/main.tf implicit-cidr-default at network_profile",
            "upgrade/main.tf upgrade-simultaneous-reimage at \"overlay\"",
            "upgrade/main.tf upgrade-network-policy at \"calico\"",
            "upgrade/main.tf pod-cidr-overlaps-vnet-space at \"10.1.128.0/17\"",
            "upgrade/main.tf upgrade-pod-cidr-overlap at \"10.1.128.0/17\"",
            "upgrade/main.tf upgrade-windows-build at \"Windows\"",
        ]
    );
    assert_eq!(undecided(&upgrade), [""; 0]);
    let replace = check_recorded(&["replace/main.tf", "replace/plan.json"]);
    assert_eq!(
        findings(&replace),
        [
            "replace/main.tf plan-forces-cluster-replacement at \"10.2.0.0/16\"",
            "replace/main.tf service-cidr-immutable at \"10.2.0.0/16\"",
        ]
    );
    let rename = check_recorded(&["rename/main.tf", "rename/plan.json"]);
    assert_eq!(findings(&rename), [""; 0], "one cluster goes, and another one comes");
    assert_eq!(rename.1.clusters.len(), 1);
}

#[test]
fn a_plan_that_changes_nothing_says_no_more_than_the_code() {
    let code = check_recorded(&["upgrade/before/main.tf"]);
    let both = check_recorded(&["upgrade/before/main.tf", "upgrade/before/plan.json"]);
    assert_eq!(findings(&code), findings(&both));
}

#[test]
fn a_state_shows_what_exists() {
    let state = check_recorded(&["upgrade/state.json"]);
    assert_eq!(rules(&state), ["overlay-mode-not-set"]);
    assert_eq!(undecided(&state), [""; 0], "ids link pools, subnets and VNets");
    // It points into itself: the code may have changed since.
    let both = check_recorded(&["upgrade/main.tf", "upgrade/state.json"]);
    assert!(findings(&both).iter().any(|f| f.starts_with("upgrade/state.json overlay-mode-not-set")));
}

#[test]
fn ids_link_a_cluster_to_subnets_that_are_only_read() {
    let subnet = "/subscriptions/S/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets/nodes";
    let after =
        OVERLAY.replacen('{', &format!(r#"{{"default_node_pool": [{{"vnet_subnet_id": "{}"}}], "#, subnet.to_uppercase()), 1);
    let read = format!(
        r#""prior_state": {{"values": {{"root_module": {{"resources": [{{"address": "data.azurerm_subnet.nodes", "mode": "data",
            "type": "azurerm_subnet", "name": "nodes", "values": {{"id": "{subnet}", "name": "nodes", "virtual_network_name": "hub",
            "resource_group_name": "net", "address_prefixes": ["10.244.8.0/24"]}}}}]}}}}}}"#
    );
    let plan =
        format!(r#"{{"format_version": "1.2", {read}, "resource_changes": [{}]}}"#, change("c", "create", "null", &after, ""));
    let checked = check(&[("plan.json", plan.as_bytes())]);
    let message = checked.1.findings.iter().find(|f| f.rule == "pod-cidr-overlaps-node-subnet").map(|f| &*f.message);
    assert_eq!(message, Some("pod CIDR 10.244.0.0/16 overlaps node subnet nodes 10.244.8.0/24"));
}

#[test]
fn a_subnet_in_the_list_of_its_vnet_is_not_another_one() {
    let vnet = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v";
    let id = format!("{vnet}/subnets/nodes");
    let resource = |kind: &str, values: &str| {
        format!(
            r#"{{"address": "{kind}.x", "mode": "managed", "type": "{kind}", "name": "x",
                 "change": {{"actions": ["no-op"], "before": {values}, "after": {values}}}}}"#
        )
    };
    let listed = format!(
        r#"{{"id": "{vnet}", "name": "v", "resource_group_name": "net", "address_space": ["10.0.0.0/8"], "subnet": [
            {{"id": "{id}", "name": "nodes", "address_prefixes": ["10.244.8.0/24"]}},
            {{"id": "{vnet}/subnets/extra", "name": "extra", "address_prefixes": ["10.244.9.0/24"]}}]}}"#
    );
    let own = format!(
        r#"{{"id": "{id}", "name": "nodes", "resource_group_name": "net", "virtual_network_name": "v", "address_prefixes": ["10.244.8.0/24"]}}"#
    );
    let after = OVERLAY.replacen('{', &format!(r#"{{"default_node_pool": [{{"vnet_subnet_id": "{id}"}}], "#), 1);
    let plan = format!(
        r#"{{"format_version": "1.2", "resource_changes": [{}, {}, {}]}}"#,
        change("c", "create", "null", &after, ""),
        resource("azurerm_virtual_network", &listed),
        resource("azurerm_subnet", &own)
    );
    let checked = check(&[("plan.json", plan.as_bytes())]);
    let of = |rule: &str| checked.1.findings.iter().filter(|f| f.rule == rule).map(|f| f.message.clone()).collect::<Vec<_>>();
    assert_eq!(of("pod-cidr-overlaps-node-subnet"), ["pod CIDR 10.244.0.0/16 overlaps node subnet nodes 10.244.8.0/24"]);
    // Azure knows it, though no code makes it.
    assert_eq!(of("pod-cidr-overlaps-vnet-subnet"), ["pod CIDR 10.244.0.0/16 overlaps subnet extra 10.244.9.0/24"]);
}

/// A provider fills in false for most switches that are not set, but not for those that are on by default.
#[test]
fn a_peering_without_access_connects_nothing() {
    let state = |more: &str| {
        let id = |name: &str| format!("/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/{name}");
        let resource = |kind: &str, name: &str, values: &str| {
            format!(
                r#"{{"address": "{kind}.{name}", "mode": "managed", "type": "{kind}", "name": "{name}", "values": {values}}}"#
            )
        };
        let vnet = |name: &str, space: &str, subnets: &str| {
            let values = format!(
                r#"{{"id": "{}", "name": "{name}", "resource_group_name": "net", "address_space": ["{space}"], "subnet": [{subnets}]}}"#,
                id(name)
            );
            resource("azurerm_virtual_network", name, &values)
        };
        let subnet =
            format!(r#"{{"id": "{}/subnets/nodes", "name": "nodes", "address_prefixes": ["10.1.0.0/24"]}}"#, id("spoke"));
        let peering = format!(
            r#"{{"name": "p", "resource_group_name": "net", "virtual_network_name": "spoke", "remote_virtual_network_id": "{}"{more}}}"#,
            id("hub")
        );
        let pool = format!(r#"{{"default_node_pool": [{{"vnet_subnet_id": "{}/subnets/nodes"}}], "#, id("spoke"));
        let resources = [
            vnet("spoke", "10.1.0.0/16", &subnet),
            vnet("hub", "10.244.0.0/16", ""),
            resource("azurerm_virtual_network_peering", "p", &peering),
            resource("azurerm_kubernetes_cluster", "c", &OVERLAY.replacen('{', &pool, 1)),
        ];
        let text =
            format!(r#"{{"format_version": "1.0", "values": {{"root_module": {{"resources": [{}]}}}}}}"#, resources.join(", "));
        rules(&check(&[("state.json", text.as_bytes())])).contains(&"pod-cidr-overlaps-peered-vnet")
    };
    assert!(state(""));
    assert!(state(r#", "allow_virtual_network_access": true"#));
    assert!(!state(r#", "allow_virtual_network_access": false"#));
}

#[test]
fn references_that_may_mean_several_things_are_not_followed() {
    let plan = |references: &str| {
        let subnet = |name: &str| {
            format!(
                r#"{{"address": "azurerm_subnet.{name}", "mode": "managed", "type": "azurerm_subnet", "name": "{name}", "change": {{"actions": ["create"],
                     "before": null, "after": {{"name": "{name}", "address_prefixes": ["10.244.8.0/24"]}}, "after_unknown": {{"id": true}}}}}}"#
            )
        };
        let configuration = format!(
            r#""configuration": {{"root_module": {{"resources": [{{"mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "c",
                "expressions": {{"default_node_pool": [{{"vnet_subnet_id": {{"references": [{references}]}}}}]}}}}]}}}}"#
        );
        let after = OVERLAY.replacen('{', r#"{"default_node_pool": [{}], "#, 1);
        let unknown = r#", "after_unknown": {"default_node_pool": [{"vnet_subnet_id": true}]}"#;
        let cluster = change("c", "create", "null", &after, unknown);
        let text = format!(
            r#"{{"format_version": "1.2", {configuration}, "resource_changes": [{cluster}, {}, {}]}}"#,
            subnet("a"),
            subnet("b")
        );
        let checked = check(&[("plan.json", text.as_bytes())]);
        let found = rules(&checked).contains(&"pod-cidr-overlaps-node-subnet");
        let open = undecided(&checked).contains(&"pod-cidr-overlaps-node-subnet: this is known only after apply".to_owned());
        assert_ne!(found, open, "{references}: {:?}", undecided(&checked));
        found
    };
    assert!(plan(r#""azurerm_subnet.a.id", "azurerm_subnet.a""#));
    assert!(plan(r#""azurerm_subnet.a.id", "azurerm_subnet.a", "var.known""#));
    assert!(!plan(r#""azurerm_subnet.a.id", "azurerm_subnet.a", "azurerm_subnet.b.id", "azurerm_subnet.b""#));
    assert!(!plan(r#""azurerm_subnet.a.id", "azurerm_subnet.a", "local.subnet""#));
    assert!(!plan(r#""azurerm_subnet.a", "each.key""#));
    assert!(!plan(r#""azurerm_subnet.a.name", "azurerm_subnet.a""#));
    assert!(!plan(r#""azurerm_subnet.c.id", "azurerm_subnet.c""#));
    assert!(!plan(r#""module.net.subnet_id", "module.net""#));
}

/// A provider says of what Azure fills in that it is known only after apply: that is no unknown value, but none.
#[test]
fn what_nobody_sets_is_left_to_azure() {
    let implicit = |expressions: &str| {
        let cluster = |expressions: &str| {
            format!(
                r#"{{"mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "c", "expressions": {{"network_profile": [{expressions}]}}}}"#
            )
        };
        let after = r#"{"network_profile": [{"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.244.0.0/16"}]}"#;
        let unknown = r#", "after_unknown": {"network_profile": [{"service_cidr": true, "dns_service_ip": true}]}"#;
        let resource = change("c", "create", "null", after, unknown)
            .replacen('{', r#"{"module_address": "module.aks[0]", "#, 1)
            .replacen("\"azurerm_kubernetes_cluster.c", "\"module.aks[0].azurerm_kubernetes_cluster.c", 1);
        let plan = format!(
            r#"{{"format_version": "1.2", "resource_changes": [{resource}], "configuration": {{"root_module": {{"module_calls": {{
                "net": {{"module": {{"outputs": {{"known": {{"expression": {{"references": ["var.x"]}}}},
                                                "made": {{"expression": {{"references": ["azurerm_subnet.a.id", "azurerm_subnet.a"]}}}}}}}}}},
                "aks": {{"expressions": {{"given": {{"references": ["var.root", "each.key"]}}, "made": {{"references": ["module.net.made", "module.net"]}},
                                        "fixed": {{"constant_value": null}}, "known": {{"references": ["module.net.known", "module.net"]}}}},
                         "module": {{"resources": [{}]}}}}}}}}}}}}"#,
            cluster(expressions)
        );
        let checked = check(&[("plan.json", plan.as_bytes())]);
        let found = rules(&checked).contains(&"implicit-cidr-default");
        let open = undecided(&checked).contains(&"invalid-cidr: this is known only after apply".to_owned());
        assert_ne!(found, open, "{expressions}: {:?} {:?}", rules(&checked), undecided(&checked));
        found
    };
    let both = |expression: &str| format!(r#"{{"service_cidr": {expression}, "dns_service_ip": {expression}}}"#);
    assert!(implicit("{}"), "not written");
    assert!(implicit(&both(r#"{"constant_value": null}"#)));
    assert!(implicit(&both("{}")), "an expression without references");
    for known in ["var.given", "var.fixed", "var.default", "var.known", "count.index"] {
        assert!(implicit(&both(&format!(r#"{{"references": ["{known}"]}}"#))), "{known}");
    }
    for unknown in ["var.made", "local.x", "each.value", "azurerm_subnet.a.name", "module.other.x"] {
        assert!(!implicit(&both(&format!(r#"{{"references": ["{unknown}"]}}"#))), "{unknown}");
    }
}

#[test]
fn the_version_of_the_provider_comes_from_the_lock_file_else_from_the_plan() {
    let replaced = plan_of("delete create", &FLAT.replace("azure", "kubenet"), OVERLAY, "");
    let required = |version: &str| {
        let provider = r#""full_name": "registry.terraform.io/hashicorp/azurerm""#;
        let configuration = format!(
            r#""configuration": {{"provider_config": {{"azurerm": {{{provider}, "version_constraint": "{version}"}}}}}}"#
        );
        replaced.replacen('{', &format!("{{{configuration}, "), 1)
    };
    let lock = |version: &str| {
        format!("provider \"registry.terraform.io/hashicorp/azurerm\" {{\n  version = \"{version}\"\n}}\n").into_bytes()
    };
    let found = |plan: &str, lock: Option<Vec<u8>>| {
        let mut files: Vec<(&str, &[u8])> = vec![("plan.json", plan.as_bytes())];
        files.extend(lock.as_ref().map(|lock| (".terraform.lock.hcl", lock.as_slice())));
        let checked = check(&files);
        let rule = "plan-forces-cluster-replacement";
        (rules(&checked).contains(&rule), checked.1.undecided.iter().any(|u| u.rule == rule))
    };
    assert_eq!(found(&replaced, None), (false, true));
    assert_eq!(found(&required("~> 4.65.0"), None), (true, false));
    assert_eq!(found(&required(">= 4.66.0"), None), (false, false));
    assert_eq!(found(&required("~> 4.0"), None), (false, true));
    assert_eq!(found(&required("~> 4.0"), Some(lock("4.65.0"))), (true, false));
    assert_eq!(found(&required("~> 4.0"), Some(lock("4.66.0"))), (false, false));
}

#[test]
fn utf_16_is_read() {
    let text = String::from_utf8(recorded("create/plan.json")).unwrap();
    let plain = findings(&check(&[("plan.json", text.as_bytes())]));
    let mut little = vec![0xff, 0xfe];
    little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let mut big = vec![0xfe, 0xff];
    big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    for bytes in [little, big] {
        assert_eq!(findings(&check(&[("plan.json", &bytes)])), plain);
    }
}

#[test]
fn other_json_is_none_of_our_business() {
    let plan = plan_of("update", OVERLAY, FLAT, "");
    assert!(!rules(&check(&[("any-name.json", plan.as_bytes())])).is_empty());
    for other in [
        r#"{"uses": "azurerm_kubernetes_cluster", "format_version": "1.2"}"#.to_owned(),
        r#"{"format_version": "1.2", "resource_changes": []}"#.to_owned(),
        r#"{"format_version": "1.2", "note": "azurerm_kubernetes_cluster", "resource_changes": 7, "planned_values": [], "configuration": ""}"#.to_owned(),
        format!("[{plan}]"),
        format!(r#"{{"wrapped": {plan}}}"#),
    ] {
        let (_, report) = check(&[("plan.json", other.as_bytes())]);
        assert!(report.findings.is_empty() && report.unreadable.is_empty() && report.clusters.is_empty(), "{other}");
    }
}

#[test]
fn a_broken_plan_is_told() {
    let plan = plan_of("update", OVERLAY, FLAT, "");
    let complaint = |text: &str| {
        let (_, report) = check(&[("plan.json", text.as_bytes())]);
        report.unreadable.iter().map(|u| format!("{}: {}", u.path, u.message)).collect::<Vec<_>>()
    };
    let cut: String = plan.chars().take(plan.len() - 10).collect();
    assert_eq!(complaint(&cut), ["plan.json: this is never closed"]);
    assert_eq!(complaint(&plan.replacen(',', "", 1)), ["plan.json: a comma is missing before this"]);
    assert_eq!(complaint(&plan.replacen("1.2", "2.0", 1)), ["plan.json: this version of Terraform's JSON format is not known"]);
    assert_eq!(complaint(&plan.replacen("\"1.2\"", "7", 1)), ["plan.json: this version of Terraform's JSON format is not known"]);
}

#[test]
fn odd_plans_do_no_harm() {
    let plan = String::from_utf8(recorded("upgrade/plan.json")).unwrap();
    // Each value in turn is another kind of value.
    let starts: Vec<usize> = plan.match_indices("\":").map(|(at, _)| at + 2).step_by(17).collect();
    for at in starts {
        for odd in
            ["7,\"x\":", "null,\"x\":", "[[]],\"x\":", "{\"references\":[1,\"a[\",\"\"]},\"x\":", "true,\"x\":", "\"\",\"x\":"]
        {
            let mut text = plan.clone();
            text.insert_str(at, odd);
            check(&[("plan.json", text.as_bytes())]);
        }
    }
}

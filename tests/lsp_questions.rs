//! What the language server answers: hovers and code actions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::editor::*;
use serde_json::{Value, json};

#[test]
fn a_hover_tells_value_origin_size_room_and_overlaps() {
    let folder = folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", BAD)]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", MAIN);
    let pods = client.hover_on("main.tf", MAIN, "pod_cidr");
    for part in [
        "**pod_cidr** = `10.0.0.0/17`",
        "cluster azurerm\\_kubernetes\\_cluster.this",
        "32,768 addresses, 10.0.0.0 to 10.0.127.255",
        "room for 128 nodes, a /24 each",
        "the node pools may reach 3 nodes",
        "overlaps node subnet nodes 10.0.4.0/22 ([network.tf:11](file://",
        "from default of var.pod\\_cidr ([variables.tf:2](file://",
    ] {
        assert!(pods.contains(part), "{part}\n{pods}");
    }
    // The same on the value, and where the value came from.
    assert_eq!(client.hover_on("main.tf", MAIN, "var.pod_cidr"), pods);
    client.open("variables.tf", BAD);
    assert_eq!(client.hover_on("variables.tf", BAD, "10.0.0.0/17"), pods);
    client.open("network.tf", NETWORK);
    let subnet = client.hover_on("network.tf", NETWORK, "10.0.4.0/22");
    assert!(subnet.contains("1,019 usable, Azure keeps 5"), "{subnet}");
    assert!(subnet.contains("overlaps pod CIDR 10.0.0.0/17"), "{subnet}");
    let dns = client.hover_on("main.tf", MAIN, "dns_service_ip");
    assert!(dns.contains("in the service CIDR 172.16.0.0/16"), "{dns}");
    let default = client.hover_on("main.tf", MAIN, "network_profile");
    assert!(default.contains("(Azure's default)"), "{default}");
    assert_eq!(client.hover("main.tf", 0, 0), Value::Null);
    assert_eq!(client.hover("nowhere.tf", 0, 0), Value::Null);
}

#[test]
fn a_hover_on_what_is_not_known_says_why() {
    let open = "variable \"pod_cidr\" {}\n";
    let folder = folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", open)]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", MAIN);
    let pods = client.hover_on("main.tf", MAIN, "pod_cidr");
    assert!(pods.contains("not known, since") && pods.contains("no value"), "{pods}");
}

#[test]
fn a_hover_tells_scenarios_apart() {
    let open = "variable \"pod_cidr\" {}\n";
    let files = [
        ("main.tf", MAIN),
        ("network.tf", NETWORK),
        ("variables.tf", open),
        ("env/dev.tfvars", "pod_cidr = \"10.64.0.0/16\"\n"),
        ("env/prod.tfvars", "pod_cidr = \"10.0.0.0/16\"\n"),
    ];
    let folder = folder(&files);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", MAIN);
    let pods = client.hover_on("main.tf", MAIN, "pod_cidr");
    assert!(pods.contains("`10.64.0.0/16`") && pods.contains("in env/dev.tfvars"), "{pods}");
    assert!(pods.contains("`10.0.0.0/16`") && pods.contains("in env/prod.tfvars"), "{pods}");
    // A variable file that is edited is used as it is in the editor.
    client.wait_for("main.tf", has(OVERLAP));
    client.open("env/prod.tfvars", "pod_cidr = \"10.65.0.0/16\"\n");
    client.wait_for("main.tf", |found| found.is_empty());
}

#[test]
fn rules_are_explained_where_they_are_named() {
    let text = format!("# overlint: ignore[{OVERLAP}, agic-overlay] known\n{MAIN}");
    let folder = folder(&[("main.tf", &text), ("overlint.toml", "# agic-overlay\n")]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", &text);
    client.open("overlint.toml", "# agic-overlay\n");
    assert!(client.hover_on("main.tf", &text, "agic-overlay").starts_with("### agic-overlay\n"));
    assert!(client.hover_on("overlint.toml", "# agic-overlay\n", "agic-overlay").contains("## Why"));
    assert!(client.result("overlint/explain", json!({"rule": OVERLAP})).as_str().unwrap().contains("## Fix"));
    let id = client.ask("overlint/explain", json!({"rule": "no-such-rule"}));
    assert_eq!(client.answer(id)["error"]["code"], -32602);
    let text = client.result("workspace/executeCommand", json!({"command": "overlint.explain", "arguments": [OVERLAP]}));
    assert!(text.as_str().unwrap().contains(OVERLAP));
    assert!(client.others.iter().any(|m| m["method"] == "window/showMessage"));
}

#[test]
fn an_action_suppresses_on_the_line_above_or_joins_what_is_there() {
    let folder = folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", BAD)]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", MAIN);
    client.wait_for("main.tf", has(OVERLAP));
    let suppress = |actions: &[Value]| {
        let title = format!("Suppress {OVERLAP} here, with a reason");
        actions.iter().find(|a| a["title"] == title.as_str()).unwrap().clone()
    };
    let actions = client.actions("main.tf", 15);
    let edit = suppress(&actions)["edit"]["changes"][client.uri("main.tf")][0].clone();
    let start = json!({"line": 15, "character": 0});
    assert_eq!(edit["range"], json!({"start": start, "end": start}));
    assert_eq!(edit["newText"], format!("    # overlint: ignore[{OVERLAP}] TODO: say why\n"));
    assert_eq!(suppress(&actions)["kind"], "quickfix");
    assert_eq!(suppress(&actions)["diagnostics"][0]["code"], OVERLAP);
    assert!(actions.iter().any(|a| a["command"]["command"] == "overlint.explain"));
    assert!(client.actions("main.tf", 2).is_empty());
    // Beside another rule.
    let other = MAIN.replace("    pod_cidr  ", "    # overlint: ignore[agic-overlay] 😀 known\n    pod_cidr  ");
    client.change("main.tf", 2, json!([{"text": other}]));
    let edit = suppress(&client.actions("main.tf", 16))["edit"]["changes"][client.uri("main.tf")][0].clone();
    let end = json!({"line": 15, "character": 35});
    assert_eq!(edit, json!({"range": {"start": end, "end": end}, "newText": format!(", {OVERLAP}")}));
    // Who wants only other kinds gets none.
    let place = json!({"line": 16, "character": 30});
    let params = json!({
        "textDocument": {"uri": client.uri("main.tf")},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": [], "only": ["refactor"]},
    });
    assert_eq!(client.result("textDocument/codeAction", params), json!([]));
}

/// A text after an edit of the protocol, in UTF-16.
fn edited(text: &str, edit: &Value) -> String {
    let at = &edit["range"]["start"];
    assert_eq!(*at, edit["range"]["end"], "only insertions are made here");
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let line = &mut lines[at["line"].as_u64().unwrap() as usize];
    let mut units: Vec<u16> = line.encode_utf16().collect();
    let character = at["character"].as_u64().unwrap() as usize;
    units.splice(character..character, edit["newText"].as_str().unwrap().encode_utf16());
    *line = String::from_utf16(&units).unwrap();
    lines.join("\n")
}

#[test]
fn a_quick_fix_changes_the_file_that_sets_the_value() {
    const FIRST: &str = "dns-service-ip-first-address";
    let main = MAIN.replace("\"172.16.0.10\"", "var.dns");
    let variables =
        "variable \"pod_cidr\" {\n  default = \"10.64.0.0/17\"\n}\nvariable \"dns\" {\n  default = \"172.16.0.1\" # 😀\n}\n";
    let folder = folder(&[("main.tf", &main), ("network.tf", NETWORK), ("variables.tf", variables)]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", &main);
    client.wait_for("main.tf", has(FIRST));
    let actions = client.actions("main.tf", 17);
    let fix = actions.first().unwrap();
    assert_eq!(fix["title"], "Set dns_service_ip to 172.16.0.10");
    assert_eq!((&fix["kind"], &fix["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(fix["diagnostics"][0]["code"], FIRST);
    let changes = fix["edit"]["changes"].as_object().unwrap();
    assert_eq!(changes.keys().collect::<Vec<_>>(), [&client.uri("variables.tf")]);
    let range = json!({"start": {"line": 4, "character": 13}, "end": {"line": 4, "character": 23}});
    assert_eq!(changes[&client.uri("variables.tf")], json!([{"range": range, "newText": "172.16.0.10"}]));
    // As the client would make it.
    let fixed = variables.replace("172.16.0.1\"", "172.16.0.10\"");
    client.open("variables.tf", &fixed);
    client.wait_for("main.tf", |found| found.is_empty());
    assert_eq!(client.end(), 0);
}

#[test]
fn what_an_action_writes_suppresses_in_every_language() {
    const SMALL: &str = "pod-cidr-below-one-node";
    let profile = json!({"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "10.64.0.0/26"});
    let cluster = json!({"default_node_pool": {"name": "system"}, "network_profile": profile});
    let terraform = json!({"resource": {"azurerm_kubernetes_cluster": {"c": cluster}}});
    let profile = json!({"networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": "10.64.0.0/26"});
    let arm = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": "Microsoft.ContainerService/managedClusters",
            "apiVersion": "2024-09-01",
            "name": "aks",
            "location": "westeurope",
            "properties": {"networkProfile": profile},
        }],
    });
    let files = [
        ("main.tf.json", serde_json::to_string_pretty(&terraform).unwrap()),
        ("template.json", serde_json::to_string_pretty(&arm).unwrap()),
        ("main.bicep", BICEP.replace("10.0.0.0/17", "10.64.0.0/26")),
        ("tf/main.tf", MAIN.replace("var.pod_cidr", "\"10.64.0.0/26\"")),
    ];
    for (name, text) in &files {
        let folder = folder(&[(name, text)]);
        let mut client = Client::simple(folder.path());
        client.open(name, text);
        let found = client.wait_for(name, has(SMALL));
        let line = found.iter().find(|(rule, _)| rule == SMALL).unwrap().1;
        let column = text.lines().nth(line as usize).unwrap().len() - 2;
        let place = json!({"line": line, "character": column});
        let params = json!({
            "textDocument": {"uri": client.uri(name)},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        });
        let actions = client.result("textDocument/codeAction", params);
        let title = format!("Suppress {SMALL} here, with a reason");
        let action = actions.as_array().unwrap().iter().find(|a| a["title"] == title.as_str()).expect(name);
        let new = edited(text, &action["edit"]["changes"][client.uri(name)][0]);
        client.change(name, 2, json!([{"text": new}]));
        let left = client.wait_for(name, |found| !has(SMALL)(found));
        assert!(!has("unused-suppression")(&left), "{name}: {left:?}\n{new}");
    }
}

#[test]
fn an_action_that_is_asked_for_between_edits_is_of_the_last_of_them() {
    let main = MAIN.replace("172.16.0.10", "172.16.0.1");
    let folder = folder(&[("main.tf", &main), ("network.tf", NETWORK), ("variables.tf", BAD)]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", &main);
    client.wait_for("main.tf", has("dns-service-ip-first-address"));
    let place = json!({"line": 17, "character": 30});
    let params = json!({
        "textDocument": {"uri": client.uri("main.tf")},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": []},
    });
    client.open("variables.tf", BAD);
    let mut asked = Vec::new();
    for (version, text) in [GOOD, BAD, GOOD].iter().enumerate() {
        asked.push(client.ask("textDocument/codeAction", params.clone()));
        asked.push(client.ask("textDocument/codeAction", params.clone()));
        client.change("variables.tf", 2 + version as i64, json!([{"text": text}]));
    }
    // Each answer passes by only once: they are taken as they come.
    let mut titles = Vec::new();
    while titles.len() < asked.len() {
        let message = client.next_message();
        if asked.iter().any(|id| message["id"] == *id) {
            titles.push(message["result"][0]["title"].clone());
        }
    }
    assert!(titles.iter().all(|title| *title == "Set dns_service_ip to 172.16.0.10"), "{titles:?}");
    assert!(client.hover_on("main.tf", &main, "pod_cidr").contains("10.244.0.0/16"));
}

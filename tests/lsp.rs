//! The language server as an editor sees it: what it tells, and how it speaks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::editor::*;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

#[test]
fn a_change_in_one_file_shows_in_another_before_it_is_saved() {
    let folder = good();
    let mut client = Client::simple(folder.path());
    client.open("variables.tf", GOOD);
    let at = json!({"start": {"line": 1, "character": 13}, "end": {"line": 1, "character": 26}});
    client.change("variables.tf", 2, json!([{"range": at, "text": "10.0.0.0/17"}]));
    let found = client.wait_for("main.tf", has(OVERLAP));
    assert!(found.contains(&(OVERLAP.to_owned(), 15)), "{found:?}");
    let list = client.diagnostics["main.tf"]["diagnostics"].as_array().unwrap().clone();
    let overlap = list.iter().find(|d| d["code"] == OVERLAP).unwrap();
    assert_eq!(overlap["source"], "overlint");
    assert_eq!(overlap["severity"], 1);
    assert!(overlap["codeDescription"]["href"].as_str().unwrap().starts_with("https://"));
    let related = overlap["relatedInformation"].as_array().unwrap();
    let names = |r: &Value| (r["message"].as_str().unwrap().to_owned(), r["location"]["uri"].as_str().unwrap().to_owned());
    let related: Vec<_> = related.iter().map(names).collect();
    assert!(related.contains(&("default of var.pod_cidr".to_owned(), client.uri("variables.tf"))), "{related:?}");
    assert!(related.iter().any(|(_, uri)| *uri == client.uri("network.tf")), "{related:?}");
    // And back.
    client.change("variables.tf", 3, json!([{"text": GOOD}]));
    client.wait_for("main.tf", |found| found.is_empty());
    assert_eq!(client.end(), 0);
}

#[test]
fn what_is_wrong_at_first_is_told_without_any_file_open() {
    let folder = folder(&[("a b/main.tf", MAIN), ("a b/network.tf", NETWORK), ("a b/variables.tf", BAD)]);
    let mut client = Client::simple(folder.path());
    client.wait_for("a%20b/main.tf", has(OVERLAP));
}

#[test]
fn bicep_is_served_too_in_its_own_names_and_comments() {
    let folder = folder(&[("main.bicep", BICEP)]);
    let mut client = Client::simple(folder.path());
    client.open("main.bicep", BICEP);
    client.wait_for("main.bicep", has(OVERLAP));
    let pods = client.hover_on("main.bicep", BICEP, "podCidr: podCidr");
    assert!(pods.contains("**podCidr** = `10.0.0.0/17`"), "{pods}");
    let line = BICEP.lines().position(|line| line.contains("podCidr: podCidr")).unwrap() as i64;
    let character = json!({"line": line, "character": 16});
    let params = json!({
        "textDocument": {"uri": client.uri("main.bicep")},
        "range": {"start": character, "end": character},
        "context": {"diagnostics": []},
    });
    let actions = client.result("textDocument/codeAction", params);
    let text = actions[0]["edit"]["changes"][client.uri("main.bicep")][0]["newText"].as_str().unwrap().to_owned();
    assert!(text.starts_with("      // overlint: ignore["), "{text}");
}

#[test]
fn columns_are_counted_as_client_and_server_agree() {
    let emoji = MAIN.replace("pod_cidr            = var.pod_cidr", "pod_cidr = /* 😀é */ var.pod_cidr");
    let folder = folder(&[("main.tf", &emoji), ("network.tf", NETWORK), ("variables.tf", BAD)]);
    let line = emoji.lines().nth(15).unwrap();
    let before = &line[..line.find("var.").unwrap()];
    for (offered, agreed, column) in [
        (json!(null), "utf-16", before.encode_utf16().count()),
        (json!(["utf-8", "utf-16"]), "utf-8", before.len()),
        (json!(["utf-32", "utf-16"]), "utf-32", before.chars().count()),
    ] {
        let capabilities = json!({"capabilities": {"general": {"positionEncodings": offered}}});
        let (mut client, result) = Client::start(folder.path(), capabilities);
        assert_eq!(result["capabilities"]["positionEncoding"], agreed);
        client.open("main.tf", &emoji);
        client.wait_for("main.tf", has(OVERLAP));
        let list = client.diagnostics["main.tf"]["diagnostics"].as_array().unwrap().clone();
        let overlap = list.iter().find(|d| d["code"] == OVERLAP).unwrap();
        assert_eq!(overlap["range"]["start"]["character"], column, "{agreed}");
        // An edit in the same units: the value in the place of the variable.
        let at = json!({
            "start": {"line": 15, "character": column},
            "end": {"line": 15, "character": column + "var.pod_cidr".len()},
        });
        client.change("main.tf", 2, json!([{"range": at, "text": "\"10.64.0.0/16\""}]));
        client.wait_for("main.tf", |found| found.is_empty());
        assert_eq!(client.diagnostics["main.tf"]["version"], 2);
    }
}

#[test]
fn modules_are_checked_where_they_are_called_and_others_are_left_alone() {
    let call = |cidr: &str| format!("module \"net\" {{\n  source = \"../modules/net\"\n  cidr   = \"{cidr}\"\n}}\n");
    let main = MAIN.replace("azurerm_subnet.nodes.id", "module.net.subnet_id");
    let module = "variable \"cidr\" {}\n".to_owned()
        + &NETWORK.replace("[\"10.0.4.0/22\"]", "[cidrsubnet(var.cidr, 6, 1)]").replace("[\"10.0.0.0/16\"]", "[var.cidr]")
        + "output \"subnet_id\" { value = azurerm_subnet.nodes.id }\n";
    let good_call = call("10.1.0.0/16");
    let files = [
        ("one/main.tf", main.as_str()),
        ("one/network.tf", good_call.as_str()),
        ("one/variables.tf", GOOD),
        ("two/main.tf", main.as_str()),
        ("two/network.tf", good_call.as_str()),
        ("two/variables.tf", BAD),
        ("modules/net/main.tf", module.as_str()),
    ];
    let folder = folder(&files);
    let mut client = Client::simple(folder.path());
    client.open("modules/net/main.tf", &module);
    // The module's subnet now lies in the pod range of the second root only.
    let moved = module.replace("cidrsubnet(var.cidr, 6, 1)", "\"10.0.4.0/22\"");
    client.change("modules/net/main.tf", 2, json!([{"text": moved}]));
    client.wait_for("two/main.tf", has(OVERLAP));
    assert_eq!(client.found("one/main.tf"), []);
    // A change of the first root leaves what is known of the second.
    client.open("one/variables.tf", GOOD);
    client.change("one/variables.tf", 2, json!([{"text": BAD}]));
    client.wait_for("one/main.tf", has(OVERLAP));
    assert!(client.found("two/main.tf").contains(&(OVERLAP.to_owned(), 15)));
    // A new call is followed: the first root leaves the module.
    client.open("one/network.tf", &good_call);
    client.change("one/network.tf", 2, json!([{"text": good_call.replace("../modules/net", "../modules/other")}]));
    client.wait_for("one/main.tf", |found| found.is_empty());
}

#[test]
fn mistakes_in_the_code_are_diagnostics_until_they_are_mended() {
    let folder = good();
    let mut client = Client::simple(folder.path());
    client.open("variables.tf", GOOD);
    client.change("variables.tf", 2, json!([{"text": format!("{GOOD}variable \"x\" {{\n  default = [1,\n}}\n")}]));
    client.wait_for("variables.tf", |found| !found.is_empty());
    client.change("variables.tf", 3, json!([{"text": GOOD}]));
    client.wait_for("variables.tf", |found| found.is_empty());
}

#[test]
fn files_are_watched_and_followed_on_the_disk() {
    let folder = good();
    let capabilities = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let (mut client, _) = Client::start(folder.path(), json!({"capabilities": capabilities}));
    while !client.others.iter().any(|m| m["method"] == "client/registerCapability") {
        client.next_message();
    }
    client.send(&json!({"jsonrpc": "2.0", "id": "watch", "result": null}));
    let changed = |client: &mut Client, file: &str, kind: u8| {
        let event = json!({"uri": client.uri(file), "type": kind});
        client.tell("workspace/didChangeWatchedFiles", json!({"changes": [event]}));
    };
    fs::write(folder.path().join("variables.tf"), BAD).unwrap();
    changed(&mut client, "variables.tf", 2);
    client.wait_for("main.tf", has(OVERLAP));
    fs::write(folder.path().join("terraform.tfvars"), "pod_cidr = \"10.64.0.0/16\"\n").unwrap();
    changed(&mut client, "terraform.tfvars", 1);
    client.wait_for("main.tf", |found| found.is_empty());
    fs::remove_file(folder.path().join("terraform.tfvars")).unwrap();
    changed(&mut client, "terraform.tfvars", 3);
    client.wait_for("main.tf", has(OVERLAP));
    // What the editor has counts, whatever is on the disk.
    client.open("variables.tf", GOOD);
    client.wait_for("main.tf", |found| found.is_empty());
    let document = json!({"uri": client.uri("variables.tf")});
    client.tell("textDocument/didClose", json!({"textDocument": document}));
    client.wait_for("main.tf", has(OVERLAP));
}

#[test]
fn files_that_the_code_reads_are_followed_too() {
    let variables = "variable \"pod_cidr\" {\n  default = \"10.64.0.0/16\"\n}\n";
    let main = MAIN.replace("var.pod_cidr", "yamldecode(file(\"${path.module}/net.yaml\")).pods");
    let folder =
        folder(&[("main.tf", &main), ("network.tf", NETWORK), ("variables.tf", variables), ("net.yaml", "pods: 10.64.0.0/16\n")]);
    let mut client = Client::simple(folder.path());
    client.open("main.tf", &main);
    assert!(client.hover_on("main.tf", &main, "pod_cidr").contains("`10.64.0.0/16`"));
    client.open("net.yaml", "pods: 10.64.0.0/16\n");
    client.change("net.yaml", 2, json!([{"text": "pods: 10.0.0.0/16\n"}]));
    client.wait_for("main.tf", has(OVERLAP));
    client.change("net.yaml", 3, json!([{"text": "pods: 10.65.0.0/16\n"}]));
    client.wait_for("main.tf", |found| found.is_empty());
}

#[test]
fn a_file_that_was_never_saved_counts() {
    let folder = folder(&[("main.tf", MAIN), ("variables.tf", BAD)]);
    let mut client = Client::simple(folder.path());
    client.open("network.tf", NETWORK);
    client.wait_for("main.tf", has(OVERLAP));
}

#[test]
fn folders_come_and_go() {
    let (one, two) = (good(), folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", BAD)]));
    let mut client = Client::simple(one.path());
    let other = fs::canonicalize(two.path()).unwrap();
    let uri = format!("file://{}", other.display());
    let main = format!("{uri}/main.tf");
    let event = |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    let folder = json!([{"uri": uri, "name": "two"}]);
    client.tell("workspace/didChangeWorkspaceFolders", event(folder.clone(), json!([])));
    client.wait_for(&main, has(OVERLAP));
    client.tell("workspace/didChangeWorkspaceFolders", event(json!([]), folder));
    client.wait_for(&main, |found| found.is_empty());
}

#[test]
fn a_file_outside_of_every_folder_is_checked_with_its_own() {
    let (one, two) = (good(), folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", BAD)]));
    let mut client = Client::simple(one.path());
    let uri = format!("file://{}/main.tf", fs::canonicalize(two.path()).unwrap().display());
    let document = json!({"uri": uri, "languageId": "terraform", "version": 1, "text": MAIN});
    client.tell("textDocument/didOpen", json!({"textDocument": document}));
    client.wait_for(&uri, has(OVERLAP));
}

#[test]
fn settings_choose_the_day() {
    let kubenet = MAIN
        .replace("network_plugin      = \"azure\"", "network_plugin = \"kubenet\"")
        .replace("    network_plugin_mode = \"overlay\"\n", "");
    let folder = folder(&[("main.tf", &kubenet), ("network.tf", NETWORK), ("variables.tf", GOOD)]);
    let (mut client, _) = Client::start(folder.path(), json!({"initializationOptions": {"asOf": "2024-01-01"}}));
    let severity = |client: &Client| {
        let list = client.diagnostics.get("main.tf").map(|p| p["diagnostics"].as_array().unwrap().clone());
        let retired = list.unwrap_or_default().into_iter().find(|d| d["code"] == "kubenet-retirement");
        retired.map(|d| d["severity"].as_i64().unwrap())
    };
    client.open("main.tf", &kubenet);
    client.hover("main.tf", 0, 0);
    let then = severity(&client);
    client.tell("workspace/didChangeConfiguration", json!({"settings": {"overlint": {"asOf": "2028-06-01"}}}));
    while severity(&client) == then {
        client.next_message();
    }
    client.tell("workspace/didChangeConfiguration", json!({"settings": {"overlint": {"asOf": "tomorrow"}}}));
    while !client.others.iter().any(|m| m["method"] == "window/showMessage" && m["params"]["type"] == 2) {
        client.next_message();
    }
}

#[test]
fn a_request_that_waits_for_a_check_can_be_cancelled() {
    let folder = good();
    let mut client = Client::simple(folder.path());
    client.open("main.tf", MAIN);
    client.hover("main.tf", 0, 0);
    client.change("main.tf", 2, json!([{"text": format!("\n{MAIN}")}]));
    let params = json!({"textDocument": {"uri": client.uri("main.tf")}, "position": {"line": 16, "character": 6}});
    let cancelled = client.ask("textDocument/hover", params.clone());
    let kept = client.ask("textDocument/hover", params);
    client.tell("$/cancelRequest", json!({"id": cancelled}));
    assert_eq!(client.answer(cancelled)["error"]["code"], -32800);
    assert!(client.answer(kept)["result"]["contents"]["value"].as_str().unwrap().contains("pod_cidr"));
    // What is answered or was never asked can be cancelled, too.
    client.tell("$/cancelRequest", json!({"id": kept}));
    client.tell("$/cancelRequest", json!({"id": "what"}));
    client.tell("$/cancelRequest", json!({}));
    assert_eq!(client.end(), 0);
}

#[test]
fn the_answer_is_of_the_text_that_was_asked_about() {
    let folder = good();
    let mut client = Client::simple(folder.path());
    client.open("main.tf", MAIN);
    for version in 2..40 {
        let lines = "\n".repeat(version as usize);
        client.change("main.tf", version, json!([{"text": format!("{lines}{MAIN}")}]));
        let text = client.hover("main.tf", version as usize + 15, 6);
        assert_eq!(text["range"]["start"]["line"], version + 15);
    }
}

#[test]
fn the_end_is_as_the_protocol_says() {
    let folder = good();
    assert_eq!(Client::simple(folder.path()).end(), 0);
    // An exit without a shutdown.
    let mut client = Client::simple(folder.path());
    client.tell("exit", Value::Null);
    assert_eq!(client.server.wait().unwrap().code(), Some(1));
    // A client that just goes.
    let mut client = Client::simple(folder.path());
    client.input = None;
    assert_eq!(client.server.wait().unwrap().code(), Some(1));
    // Nothing but the end after a shutdown.
    let mut client = Client::simple(folder.path());
    client.result("shutdown", Value::Null);
    let id = client.ask("textDocument/hover", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.server.wait().unwrap().code(), Some(0));
}

#[test]
fn garbage_does_no_harm() {
    let folder = good();
    let mut client = Client::simple(folder.path());
    for text in ["{", "[]", "null", "\"x\"", "{}", "{\"id\": 7}", "{\"id\": {}, \"method\": 3}", "{\"method\": \"\"}"] {
        client.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }
    client.raw(b"Content-Length: minus one\r\n\r\nhello\r\n\r\n\xff\xfe\n");
    client.raw(b"Content-Type: x\r\nContent-Length: 2\r\n\r\n\xff\xff");
    let params = [json!(null), json!([]), json!(1), json!({"textDocument": 3}), json!({"textDocument": {"uri": "file:///%"}})];
    let methods = [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "workspace/didChangeConfiguration",
        "$/cancelRequest",
        "$/setTrace",
        "nonsense",
    ];
    for method in methods {
        params.iter().for_each(|params| client.tell(method, params.clone()));
    }
    for method in ["textDocument/hover", "textDocument/codeAction", "workspace/executeCommand", "initialize", "nonsense"] {
        for params in &params {
            let id = client.ask(method, params.clone());
            assert!(client.answer(id)["error"]["code"].is_i64(), "{method} {params}");
        }
    }
    // Edits and questions far outside of the text, of a document that is not open, or not a file.
    client.open("main.tf", MAIN);
    let far = json!({"line": u32::MAX, "character": u32::MAX});
    client.change("main.tf", 2, json!([{"range": {"start": far, "end": {"line": 0, "character": 9}}, "text": "\u{1F600}"}]));
    client.change("none.tf", 2, json!([{"text": "x"}]));
    client.change("main.tf", 3, json!([{"text": MAIN}]));
    let at = json!({"textDocument": {"uri": client.uri("main.tf")}, "position": far});
    assert_eq!(client.result("textDocument/hover", at), Value::Null);
    let untitled = json!({"textDocument": {"uri": "untitled:1"}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.result("textDocument/hover", untitled), Value::Null);
    assert!(client.hover_on("main.tf", MAIN, "pod_cidr").contains("10.244.0.0/16"));
    assert_eq!(client.end(), 0);
}

#[test]
fn requests_before_the_beginning_are_refused() {
    let mut server =
        Command::new(env!("CARGO_BIN_EXE_overlint")).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let request = r#"{"jsonrpc":"2.0","id":"a","method":"textDocument/hover","params":{}}"#;
    let mut input = server.stdin.take().unwrap();
    write!(input, "Content-Length: {}\r\n\r\n{request}", request.len()).unwrap();
    drop(input);
    let mut output = String::new();
    server.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(output.contains("\"id\":\"a\"") && output.contains("-32002"), "{output}");
    assert_eq!(server.wait().unwrap().code(), Some(1));
}

#[test]
fn of_many_edits_at_once_only_the_last_ones_are_checked() {
    let folder = good();
    let (mut client, _) = Client::start(folder.path(), json!({"trace": "messages"}));
    client.open("variables.tf", GOOD);
    client.hover("none.tf", 0, 0);
    let traces = |client: &Client| client.others.iter().filter(|m| m["method"] == "$/logTrace").count();
    let before = traces(&client);
    for edit in 1..=200 {
        client.change("variables.tf", edit, json!([{"text": if edit % 2 == 0 { BAD } else { GOOD }}]));
    }
    client.wait_for("main.tf", has(OVERLAP));
    client.hover("none.tf", 0, 0);
    assert!(has(OVERLAP)(&client.found("main.tf")));
    // One is the rule; a machine that is busy may pause in between.
    let checks = traces(&client) - before;
    assert!((1..20).contains(&checks), "{checks}");
    client.tell("$/setTrace", json!({"value": "off"}));
    client.change("variables.tf", 201, json!([{"text": GOOD}]));
    client.wait_for("main.tf", |found| found.is_empty());
    assert_eq!(traces(&client) - before, checks);
}

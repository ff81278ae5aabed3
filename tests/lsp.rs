//! The language server as an editor sees it: the program itself, messages on its standard input and output.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// Nothing takes so long unless it never comes.
const NEVER: Duration = Duration::from_secs(60);

/// A rule, and the line (from 0) where it found something.
type Found = (String, i64);

struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    next: i64,
    /// Diagnostics by the end of their URI.
    diagnostics: BTreeMap<String, Value>,
    /// What else the server said.
    others: Vec<Value>,
    root: String,
}

impl Client {
    fn start(root: &Path, more: Value) -> (Self, Value) {
        let mut server = Command::new(env!("CARGO_BIN_EXE_overlint"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, messages) = channel();
        let output = server.stdout.take().unwrap();
        std::thread::spawn(move || read_all(output, &|message| sender.send(message).is_ok()));
        let input = server.stdin.take();
        let root = fs::canonicalize(root).unwrap().to_str().unwrap().to_owned();
        let mut client = Self { server, input, messages, next: 0, diagnostics: BTreeMap::new(), others: Vec::new(), root };
        let mut params = json!({"processId": null, "rootUri": client.uri(""), "capabilities": {}});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = client.ask("initialize", params);
        let result = client.answer(id)["result"].clone();
        client.tell("initialized", json!({}));
        (client, result)
    }

    /// Starts a server in a folder, with UTF-16 and nothing special.
    fn simple(root: &Path) -> Self {
        Self::start(root, json!({})).0
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}/{file}", self.root).trim_end_matches('/').to_owned()
    }

    fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}));
        self.next
    }

    fn next_message(&mut self) -> Value {
        let message = self.messages.recv_timeout(NEVER).expect("the server says nothing more");
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            let name = uri.strip_prefix(&format!("{}/", self.uri(""))).unwrap_or(&uri).to_owned();
            self.diagnostics.insert(name, message["params"].clone());
        } else {
            self.others.push(message.clone());
        }
        message
    }

    fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.next_message();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    fn result(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)["result"].clone()
    }

    /// The rules and lines that are found in a file, when that is as wanted.
    fn wait_for(&mut self, file: &str, wanted: impl Fn(&[Found]) -> bool) -> Vec<Found> {
        loop {
            let found = self.found(file);
            if self.diagnostics.contains_key(file) && wanted(&found) {
                return found;
            }
            self.next_message();
        }
    }

    fn found(&self, file: &str) -> Vec<Found> {
        let list = self.diagnostics.get(file).map(|params| params["diagnostics"].as_array().unwrap().clone());
        let one = |d: &Value| (d["code"].as_str().unwrap_or("").to_owned(), d["range"]["start"]["line"].as_i64().unwrap());
        list.unwrap_or_default().iter().map(one).collect()
    }

    fn open(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "languageId": "terraform", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, file: &str, version: i64, changes: Value) {
        let document = json!({"uri": self.uri(file), "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    fn hover(&mut self, file: &str, line: usize, character: usize) -> Value {
        let params = json!({"textDocument": {"uri": self.uri(file)}, "position": {"line": line, "character": character}});
        self.result("textDocument/hover", params)
    }

    /// The text of a hover on the first place where a file's text has these words.
    fn hover_on(&mut self, file: &str, text: &str, words: &str) -> String {
        let before = &text[..text.find(words).unwrap()];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        self.hover(file, line, character)["contents"]["value"].as_str().unwrap_or("").to_owned()
    }

    fn actions(&mut self, file: &str, line: i64) -> Vec<Value> {
        let place = json!({"line": line, "character": 30});
        let params = json!({
            "textDocument": {"uri": self.uri(file)},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        });
        self.result("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    /// Ends in order; the exit code.
    fn end(mut self) -> i32 {
        assert_eq!(self.result("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.server.wait().unwrap().code().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read_all(output: impl Read, take: &dyn Fn(Value) -> bool) {
    let mut output = BufReader::new(output);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if output.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().unwrap();
            }
        }
        let mut bytes = vec![0; length];
        if output.read_exact(&mut bytes).is_err() || !take(serde_json::from_slice(&bytes).unwrap()) {
            return;
        }
    }
}

const MAIN: &str = r#"resource "azurerm_kubernetes_cluster" "this" {
  name                = "aks"
  location            = "westeurope"
  resource_group_name = "rg"
  dns_prefix          = "aks"
  default_node_pool {
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    node_count     = 3
    vnet_subnet_id = azurerm_subnet.nodes.id
  }
  identity { type = "SystemAssigned" }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
    service_cidr        = "172.16.0.0/16"
    dns_service_ip      = "172.16.0.10"
  }
}
"#;

const NETWORK: &str = r#"resource "azurerm_virtual_network" "this" {
  name                = "vnet"
  location            = "westeurope"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "nodes" {
  name                 = "nodes"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = ["10.0.4.0/22"]
}
"#;

const GOOD: &str = "variable \"pod_cidr\" {\n  default = \"10.244.0.0/16\"\n}\n";
const BAD: &str = "variable \"pod_cidr\" {\n  default = \"10.0.0.0/17\"\n}\n";
const OVERLAP: &str = "pod-cidr-overlaps-node-subnet";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A root module where nothing is wrong.
fn good() -> TempDir {
    folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", GOOD)])
}

fn has(rule: &'static str) -> impl Fn(&[Found]) -> bool {
    move |found| found.iter().any(|(name, _)| name == rule)
}

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

const BICEP: &str = "param podCidr string = '10.0.0.0/17'
resource vnet 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'vnet'
  location: 'westeurope'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [{ name: 'nodes', properties: { addressPrefix: '10.0.4.0/22' } }]
  }
}
resource aks 'Microsoft.ContainerService/managedClusters@2024-09-01' = {
  name: 'aks'
  location: 'westeurope'
  identity: { type: 'SystemAssigned' }
  properties: {
    dnsPrefix: 'aks'
    agentPoolProfiles: [
      { name: 'system', mode: 'System', count: 3, vmSize: 'Standard_D4s_v5', vnetSubnetID: vnet.properties.subnets[0].id }
    ]
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: podCidr
      serviceCidr: '172.16.0.0/16'
      dnsServiceIP: '172.16.0.10'
    }
  }
}
";

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

/// The files of a folder that overlint reads, by their paths from there.
fn texts(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != ".git" {
            texts(root, &path, found);
        } else if [".tf", ".tfvars", ".bicep", ".bicepparam", ".json", ".yaml", ".toml"].iter().any(|end| name.ends_with(end))
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text));
        }
    }
}

/// Makes random edits in a folder's files, and compares what is told after each with what a check of everything tells.
fn compare_with_whole_checks(root: &Path, edits: usize, seed: u64) {
    let mut files = Vec::new();
    texts(root, root, &mut files);
    let mut state = seed;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let mut client = Client::simple(root);
    for (version, (file, text)) in files.iter().enumerate() {
        if version < 40 || random(10) == 0 {
            client.open(file, text);
        }
    }
    for edit in 0..edits {
        let (file, text) = files[random(files.len())].clone();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = random(lines.len());
        let kind = random(6);
        match lines.get_mut(at) {
            Some(_) if kind == 0 => drop(lines.remove(at)),
            Some(line) if kind == 1 => line.push_str(" {"),
            Some(line) if kind == 2 => *line = line.replace("10.", "172."),
            Some(line) if kind == 3 => *line = line.replace("var.", "local.").replace("/16", "/24"),
            Some(line) if kind == 4 => *line = line.replace("source", "sauce").replace("variable", "locals"),
            _ => lines = lines.iter().map(|line| line.replace("10.", "10.0.").replace("10.0.0.", "10.1.")).collect(),
        }
        client.open(&file, &text);
        client.change(&file, 2, json!([{"text": lines.join("\n")}]));
        // A question about a file that is not open is answered when all edits were looked at.
        client.hover("none.tf", 0, 0);
        let changed = client.diagnostics.clone();
        for day in [json!("2020-01-01"), json!(null)] {
            client.tell("workspace/didChangeConfiguration", json!({"settings": {"asOf": day}}));
        }
        client.hover("none.tf", 0, 0);
        let list = |all: &BTreeMap<String, Value>| -> BTreeMap<String, Value> {
            let some = all.iter().map(|(file, params)| (file.clone(), params["diagnostics"].clone()));
            some.filter(|(_, list)| *list != json!([])).collect()
        };
        assert_eq!(list(&changed), list(&client.diagnostics), "edit {edit} in {file}, line {at}, kind {kind}");
        if random(3) == 0 {
            client.change(&file, 3, json!([{"text": text}]));
            client.tell("textDocument/didClose", json!({"textDocument": {"uri": client.uri(&file)}}));
        } else {
            files.iter_mut().find(|(name, _)| *name == file).unwrap().1 = lines.join("\n");
        }
    }
}

#[test]
fn after_a_change_the_same_is_told_as_by_a_check_of_everything() {
    if let Some(root) = std::env::var_os("OVERLINT_LSP_FOLDER") {
        let edits = std::env::var("OVERLINT_LSP_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
        return compare_with_whole_checks(Path::new(&root), edits, 7);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    texts(&testdata, &testdata.join("demo"), &mut files);
    let parameters = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {"podCidr": {"value": "10.0.0.0/16"}}
}"#;
    let open = "variable \"pod_cidr\" {}\n";
    let call = "module 'main.bicep' = {\n  name: 'm'\n  params: {\n    podCidr: '10.0.8.0/21'\n  }\n}\n";
    let config = "[[terraform]]\nroot = \"env\"\nvar-files = [[\"env/a.tfvars\"], [\"env/b.tfvars\"]]\n";
    let more = [
        ("env/main.tf", MAIN),
        ("env/network.tf", NETWORK),
        ("env/variables.tf", open),
        ("env/a.tfvars", "pod_cidr = \"10.64.0.0/16\"\n"),
        ("env/b.tfvars", "pod_cidr = \"10.0.0.0/16\"\n"),
        ("near/one/main.tf", MAIN),
        ("near/one/network.tf", NETWORK),
        ("near/one/variables.tf", open),
        ("near/two/main.tf", MAIN),
        ("near/two/network.tf", NETWORK),
        ("near/two/variables.tf", "variable \"pod_range\" {}\nlocals {\n  pods = var.pod_range\n}\n"),
        ("near/vars/prod.tfvars", "pod_cidr = \"10.0.0.0/16\"\n"),
        ("bicep/main.bicep", BICEP),
        ("bicep/main.bicepparam", "using 'main.bicep'\nparam podCidr = '10.0.0.0/16'\n"),
        ("bicep/main.dev.json", parameters),
        ("bicep/all.bicep", &format!("param x string = 'a'\n{}", call.replacen("module ", "module m ", 1))),
        ("overlint.toml", config),
    ];
    files.extend(more.map(|(name, text)| (name.to_owned(), text.to_owned())));
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in &files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    for seed in [1, 2] {
        compare_with_whole_checks(folder.path(), 40, seed);
    }
}

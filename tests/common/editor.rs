//! An editor with the language server: the program itself, messages on its standard input and output.

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
pub const NEVER: Duration = Duration::from_secs(60);

/// A rule, and the line (from 0) where it found something.
pub type Found = (String, i64);

pub struct Client {
    pub server: Child,
    pub input: Option<ChildStdin>,
    pub messages: Receiver<Value>,
    pub next: i64,
    /// Diagnostics by the end of their URI.
    pub diagnostics: BTreeMap<String, Value>,
    /// What else the server said.
    pub others: Vec<Value>,
    pub root: String,
}

impl Client {
    pub fn start(root: &Path, more: Value) -> (Self, Value) {
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
    pub fn simple(root: &Path) -> Self {
        Self::start(root, json!({})).0
    }

    pub fn uri(&self, file: &str) -> String {
        format!("file://{}/{file}", self.root).trim_end_matches('/').to_owned()
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}));
        self.next
    }

    pub fn next_message(&mut self) -> Value {
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

    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.next_message();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    pub fn result(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)["result"].clone()
    }

    /// The rules and lines that are found in a file, when that is as wanted.
    pub fn wait_for(&mut self, file: &str, wanted: impl Fn(&[Found]) -> bool) -> Vec<Found> {
        loop {
            let found = self.found(file);
            if self.diagnostics.contains_key(file) && wanted(&found) {
                return found;
            }
            self.next_message();
        }
    }

    pub fn found(&self, file: &str) -> Vec<Found> {
        let list = self.diagnostics.get(file).map(|params| params["diagnostics"].as_array().unwrap().clone());
        let one = |d: &Value| (d["code"].as_str().unwrap_or("").to_owned(), d["range"]["start"]["line"].as_i64().unwrap());
        list.unwrap_or_default().iter().map(one).collect()
    }

    pub fn open(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "languageId": "terraform", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub fn change(&mut self, file: &str, version: i64, changes: Value) {
        let document = json!({"uri": self.uri(file), "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    pub fn hover(&mut self, file: &str, line: usize, character: usize) -> Value {
        let params = json!({"textDocument": {"uri": self.uri(file)}, "position": {"line": line, "character": character}});
        self.result("textDocument/hover", params)
    }

    /// The text of a hover on the first place where a file's text has these words.
    pub fn hover_on(&mut self, file: &str, text: &str, words: &str) -> String {
        let (before, _) = text.split_once(words).unwrap();
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        self.hover(file, line, character)["contents"]["value"].as_str().unwrap_or("").to_owned()
    }

    pub fn actions(&mut self, file: &str, line: i64) -> Vec<Value> {
        let place = json!({"line": line, "character": 30});
        let params = json!({
            "textDocument": {"uri": self.uri(file)},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        });
        self.result("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    /// Ends in order; the exit code.
    pub fn end(mut self) -> i32 {
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

pub fn read_all(output: impl Read, take: &dyn Fn(Value) -> bool) {
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

pub const MAIN: &str = r#"resource "azurerm_kubernetes_cluster" "this" {
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

pub const NETWORK: &str = r#"resource "azurerm_virtual_network" "this" {
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

pub const GOOD: &str = "variable \"pod_cidr\" {\n  default = \"10.244.0.0/16\"\n}\n";
pub const BAD: &str = "variable \"pod_cidr\" {\n  default = \"10.0.0.0/17\"\n}\n";
pub const OVERLAP: &str = "pod-cidr-overlaps-node-subnet";

pub fn folder(files: &[(&str, &str)]) -> TempDir {
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
pub fn good() -> TempDir {
    folder(&[("main.tf", MAIN), ("network.tf", NETWORK), ("variables.tf", GOOD)])
}

pub fn has(rule: &'static str) -> impl Fn(&[Found]) -> bool {
    move |found| found.iter().any(|(name, _)| name == rule)
}

pub const BICEP: &str = "param podCidr string = '10.0.0.0/17'
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

//! After any edits, the language server tells what a check of everything tells.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::editor::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

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

/// Numbers that look random, and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }

    fn of<T: Clone>(&mut self, some: &[T]) -> T {
        some[self.below(some.len())].clone()
    }
}

/// A folder, an editor in which some of its files are open, and what both have.
struct Session<'a> {
    root: &'a Path,
    client: Client,
    random: Random,
    /// The files as they were at first.
    first: BTreeMap<String, String>,
    disk: BTreeMap<String, String>,
    open: BTreeMap<String, String>,
    version: i64,
}

/// Rules that find something in the files, and one that does not.
const RULES: [&str; 5] =
    [OVERLAP, "pod-cidr-below-one-node", "dns-service-ip-first-address", "service-cidr-overlaps-connected", "agic-overlay"];

/// What configuration files say.
const CONFIGS: [&str; 6] = [
    "",
    "[rules]\npod-cidr-overlaps-node-subnet = \"note\"\n",
    "[rules]\npod-cidr-overlaps-node-subnet = \"off\"\nunused-suppression = \"error\"\n",
    "[network]\non-premises = [\"10.64.0.0/10\", \"172.16.0.0/12\"]\n",
    "[[terraform]]\nroot = \"env\"\nvar-files = [[\"env/b.tfvars\"], [\"env/none.tfvars\"]]\n",
    "[rules\nbroken",
];

impl<'a> Session<'a> {
    fn start(root: &'a Path, seed: u64) -> Self {
        let mut files = Vec::new();
        texts(root, root, &mut files);
        let disk: BTreeMap<String, String> = files.into_iter().collect();
        let encodings = json!({"general": {"positionEncodings": ["utf-32"]}});
        let (client, _) = Client::start(root, json!({"capabilities": encodings}));
        Self { root, client, random: Random(seed), first: disk.clone(), disk, open: BTreeMap::new(), version: 0 }
    }

    /// A file that is there, on the disk or in the editor.
    fn any(&mut self) -> String {
        let all: Vec<String> = self.disk.keys().chain(self.open.keys()).cloned().collect();
        self.random.of(&all)
    }

    fn text(&self, file: &str) -> String {
        self.open.get(file).or_else(|| self.disk.get(file)).cloned().unwrap_or_default()
    }

    /// Changes what the editor has; opens it first.
    fn edit(&mut self, file: &str, text: String) {
        if !self.open.contains_key(file) {
            self.client.open(file, &self.text(file));
        }
        self.version += 1;
        self.client.change(file, self.version, json!([{"text": text}]));
        self.open.insert(file.to_owned(), text);
    }

    fn close(&mut self, file: &str) {
        if self.open.remove(file).is_some() {
            let document = json!({"uri": self.client.uri(file)});
            self.client.tell("textDocument/didClose", json!({"textDocument": document}));
        }
    }

    /// Makes a file on the disk have a text, or be gone. The event for that.
    fn put(&mut self, file: &str, text: Option<String>) -> Value {
        let path = self.root.join(file);
        let kind = match (&text, self.disk.contains_key(file)) {
            (None, _) => 3,
            (Some(_), true) => 2,
            (Some(_), false) => 1,
        };
        match text {
            Some(text) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &text).unwrap();
                self.disk.insert(file.to_owned(), text);
            }
            None => {
                fs::remove_file(path).unwrap();
                self.disk.remove(file);
            }
        }
        json!({"uri": self.client.uri(file), "type": kind})
    }

    fn watched(&mut self, events: Vec<Value>) {
        self.client.tell("workspace/didChangeWatchedFiles", json!({"changes": events}));
    }

    fn save(&mut self, file: &str) {
        let text = self.open[file].clone();
        let event = self.put(file, Some(text));
        self.client.tell("textDocument/didSave", json!({"textDocument": {"uri": self.client.uri(file)}}));
        self.watched(vec![event]);
    }

    /// One thing that somebody does; what it was.
    fn step(&mut self) -> String {
        let file = self.any();
        let text = self.text(&file);
        let what = match self.random.below(16) {
            0 | 1 => {
                let text = self.suppressed(&file, &text);
                self.edit(&file, text);
                "suppresses"
            }
            2 => {
                let lines: Vec<&str> = text.lines().filter(|line| !line.contains("overlint: ignore[")).collect();
                self.edit(&file, lines.join("\n"));
                "suppresses no more"
            }
            3 | 4 if !self.open.is_empty() => {
                let open: Vec<String> = self.open.keys().cloned().collect();
                let file = self.random.of(&open);
                self.save(&file);
                "saves"
            }
            5 => {
                self.close(&file);
                "closes"
            }
            6 => {
                let copy = self.copy(&file);
                let event = self.put(&copy, Some(text));
                self.watched(vec![event]);
                "copies"
            }
            7 if self.disk.contains_key(&file) => {
                if self.random.below(2) == 0 {
                    self.close(&file);
                }
                let event = self.put(&file, None);
                self.watched(vec![event]);
                "deletes"
            }
            8 if self.disk.contains_key(&file) => {
                self.close(&file);
                let new = self.copy(&file);
                let events = vec![self.put(&file, None), self.put(&new, Some(text))];
                self.watched(events);
                "renames"
            }
            9 => {
                let config = self.random.of(&["overlint.toml", "near/overlint.toml", "bicep/.overlint.toml"]);
                let text = self.random.of(&CONFIGS).to_owned();
                if self.random.below(2) == 0 {
                    self.edit(config, text);
                } else {
                    let event = self.put(config, Some(text));
                    self.watched(vec![event]);
                }
                return format!("configures in {config}");
            }
            10 => {
                let (file, text) = self.random.of(&self.first.clone().into_iter().collect::<Vec<_>>());
                self.edit(&file, text);
                return format!("takes back {file}");
            }
            11 => {
                // Some things at once.
                (0..3).for_each(|_| self.type_somewhere());
                "types in three files"
            }
            _ => {
                let text = self.typed(&text);
                self.edit(&file, text);
                "types"
            }
        };
        format!("{what} in {file}")
    }

    fn type_somewhere(&mut self) {
        let file = self.any();
        let text = self.text(&file);
        let text = self.typed(&text);
        self.edit(&file, text);
    }

    /// Another name for a file, or its name in another folder.
    fn copy(&mut self, file: &str) -> String {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        match self.random.below(3) {
            0 => format!("{folder}/other_{name}").trim_start_matches('/').to_owned(),
            1 => format!("{folder}_copy/{name}"),
            _ => format!("{folder}/sub/{name}").trim_start_matches('/').to_owned(),
        }
    }

    /// A text with a suppression above one of its lines.
    fn suppressed(&mut self, file: &str, text: &str) -> String {
        let mark = if file.ends_with(".bicep") || file.ends_with(".bicepparam") { "//" } else { "#" };
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = self.random.below(lines.len());
        let reason = self.random.of(&["", " known"]);
        let whole = self.random.of(&["ignore", "ignore", "ignore-file"]);
        lines.insert(at, format!("{mark} overlint: {whole}[{}]{reason}", self.random.of(&RULES)));
        lines.join("\n")
    }

    /// A text with something else in it.
    fn typed(&mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = self.random.below(lines.len());
        match (lines.get_mut(at), self.random.below(6)) {
            (Some(_), 0) => drop(lines.remove(at)),
            (Some(line), 1) => line.push_str(" {"),
            (Some(line), 2) => *line = line.replace("10.", "172."),
            (Some(line), 3) => *line = line.replace("var.", "local.").replace("/16", "/24"),
            (Some(line), 4) => *line = line.replace("source", "sauce").replace("variable", "locals"),
            _ => lines = lines.iter().map(|line| line.replace("10.", "10.0.").replace("10.0.0.", "10.1.")).collect(),
        }
        lines.join("\n")
    }

    /// What is told now: the diagnostics of all files that have some.
    fn told(&mut self) -> BTreeMap<String, Value> {
        // A question about a file that is not open is answered when all edits were looked at.
        self.client.hover("none.tf", 0, 0);
        let all = self.client.diagnostics.iter().map(|(file, params)| (file.clone(), params["diagnostics"].clone()));
        all.filter(|(_, list)| *list != json!([])).collect()
    }

    /// What is told when everything was found and checked anew.
    fn told_anew(&mut self) -> BTreeMap<String, Value> {
        for day in [json!("2020-01-01"), json!(null)] {
            self.client.tell("workspace/didChangeConfiguration", json!({"settings": {"asOf": day}}));
        }
        self.told()
    }

    /// Saves everything, and compares with what the command line finds.
    fn compare_with_check(&mut self, done: &[String]) {
        let open: Vec<String> = self.open.keys().cloned().collect();
        open.iter().for_each(|file| self.save(file));
        let place = |file: &str, range: &Value, what: String| {
            let number = |pointer: &str| range.pointer(pointer).unwrap().as_u64().unwrap() + 1;
            (file.to_owned(), number("/start/line"), number("/start/character"), what)
        };
        let first = |text: &Value| text.as_str().unwrap().lines().next().unwrap().to_owned();
        let mut told: Vec<_> = Vec::new();
        for (file, list) in self.told() {
            for one in list.as_array().unwrap() {
                let rule = one["code"].as_str().map_or_else(|| first(&one["message"]), str::to_owned);
                told.push(place(&file, &one["range"], rule));
            }
        }
        let command =
            Command::new(env!("CARGO_BIN_EXE_overlint")).args(["check", "--format", "json"]).current_dir(self.root).output();
        let report: Value = serde_json::from_slice(&command.unwrap().stdout).unwrap();
        let mut found: Vec<_> = Vec::new();
        for (list, what) in [("findings", "rule"), ("unreadable", "message")] {
            for one in report[list].as_array().unwrap() {
                let at = |name: &str| one["location"][name].as_u64().unwrap_or(1);
                let file = one["location"]["path"].as_str().unwrap().to_owned();
                found.push((file, at("line"), at("column"), first(&one[what])));
            }
        }
        told.sort();
        found.sort();
        assert_eq!(told, found, "the editor, and the command line, after {done:#?}");
    }
}

/// The diagnostics that others do not have.
fn less(all: &BTreeMap<String, Value>, others: &BTreeMap<String, Value>) -> String {
    let mut lines = String::new();
    for (file, list) in all {
        let known = others.get(file).and_then(Value::as_array).cloned().unwrap_or_default();
        for one in list.as_array().unwrap().iter().filter(|one| !known.contains(one)) {
            let start = &one["range"]["start"];
            lines +=
                &format!("\n  {file}:{}:{} {} {}", start["line"], start["character"], one["message"], one["relatedInformation"]);
        }
    }
    lines
}

/// Does random things in a folder, and compares what is told after each with what a check of everything tells.
fn compare_with_whole_checks(root: &Path, steps: usize, seed: u64) {
    let mut session = Session::start(root, seed);
    let mut done = Vec::new();
    for step in 1..=steps {
        done.push(session.step());
        let (told, anew) = (session.told(), session.told_anew());
        assert!(
            told == anew,
            "seed {seed}, after {done:#?}\nonly told: {}\nonly anew: {}",
            less(&told, &anew),
            less(&anew, &told)
        );
        if step % 20 == 0 {
            session.compare_with_check(&done);
        }
    }
}

#[test]
fn after_a_change_the_same_is_told_as_by_a_check_of_everything() {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let seed = number("OVERLINT_LSP_SEED", 0);
    if let Some(root) = std::env::var_os("OVERLINT_LSP_FOLDER") {
        return compare_with_whole_checks(Path::new(&root), number("OVERLINT_LSP_EDITS", 200), seed as u64);
    }
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
        ("yaml/main.tf", &MAIN.replace("var.pod_cidr", "yamldecode(file(\"${path.module}/net.yaml\")).pods")),
        ("yaml/network.tf", NETWORK),
        ("yaml/net.yaml", "pods: 10.0.0.0/16\n"),
        (
            "reader/main.tf",
            &MAIN.replace("var.pod_cidr", "regex(\"[0-9./]+\", file(\"${path.module}/../near/vars/prod.tfvars\"))"),
        ),
        ("reader/network.tf", NETWORK),
        ("common/cluster/main.tf", MAIN),
        ("common/cluster/variables.tf", open),
        ("common/cluster/network.tf", NETWORK),
        ("common/blue/main.tf", "module \"aks\" {\n  source   = \"../cluster\"\n  pod_cidr = \"10.0.0.0/16\"\n}\n"),
        ("common/green/main.tf", "module \"aks\" {\n  source   = \"../cluster\"\n  pod_cidr = \"10.0.0.0/16\"\n}\n"),
        ("common/green/overlint.toml", "[rules]\npod-cidr-overlaps-node-subnet = \"note\"\n"),
        ("overlint.toml", config),
    ];
    files.extend(more.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    for seed in [1, 2, 3].map(|more| seed as u64 + more) {
        compare_with_whole_checks(common::editor::folder(&files).path(), number("OVERLINT_LSP_EDITS", 40), seed);
    }
}

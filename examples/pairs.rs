//! Compares what overlint sees in Bicep files with what it sees in the ARM templates that were compiled from them.
//!
//! `cargo run --release --example pairs -- FOLDER..` takes every `X.bicep` with an `X.json` beside it (or `main.bicep` with
//! `azuredeploy.json`, or `X.symbolicnames.json`), evaluates both without parameter files, and compares the resources of the kinds that the rules look at: their
//! values, and what is unknown. `--all` compares resources of every kind. `--show` prints the differences. `--cache=FOLDER` names a folder
//! like `~/.bicep` with restored modules of registries.

use overlint::discover::{Options, discover};
use overlint::eval::template::{self, Templates};
use overlint::eval::{Assumptions, Evaluated};
use overlint::source::Sources;
use overlint::syntax::bicep::config::Config;
use overlint::syntax::bicep::reference::Reference;
use overlint::value::{Map, Value};
use std::collections::BTreeMap;

/// Kinds of resources that the comparison is about, in lower case.
const KINDS: [&str; 10] = [
    "microsoft.containerservice/managedclusters",
    "microsoft.containerservice/managedclusters/agentpools",
    "microsoft.network/virtualnetworks",
    "microsoft.network/virtualnetworks/subnets",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/networksecuritygroups/securityrules",
    "microsoft.network/routetables",
    "microsoft.network/natgateways",
    "microsoft.network/applicationgateways",
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (flags, folders): (Vec<&String>, Vec<&String>) = args.iter().partition(|a| a.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|f| *f == flag);
    let result = overlint::with_threads(0, || {
        let cache = flags.iter().find_map(|f| f.strip_prefix("--cache="));
        folders.iter().for_each(|folder| compare_folder(folder, cache, has("--all"), has("--show")));
    });
    if let Err(error) = result {
        eprintln!("threads cannot be started: {error}");
    }
}

fn compare_folder(folder: &str, cache: Option<&str>, all: bool, show: bool) {
    let mut sources = read_all(folder);
    if let Some(cache) = cache {
        restore(cache, &mut sources);
    }
    let (templates, _) = Templates::read(&sources);
    // A deployment that Bicep declares as a resource is a module in ARM.
    let is_wanted = |kind: &str| if all { kind != "microsoft.resources/deployments" } else { KINDS.contains(&kind) };
    let wanted = |kind: &str| is_wanted(&kind.to_ascii_lowercase());
    let (mut same, mut empty, mut different, mut values, mut unknown) = (0, 0, Vec::new(), 0, 0);
    for (_, file) in sources.iter() {
        let Some(stem) = file.path().strip_suffix(".bicep") else { continue };
        let evaluate = |path: &str| template::evaluate(path, &[], &templates, &sources, &Assumptions::new(), &wanted);
        let compiled = compiled(stem, &templates);
        if compiled.is_empty() {
            continue;
        }
        let bicep = flat(&evaluate(file.path()));
        for json in compiled {
            let arm = flat(&evaluate(&json));
            if bicep.is_empty() && arm.is_empty() {
                empty += 1;
                continue;
            }
            let differences = differences(&bicep, &arm);
            if differences.is_empty() {
                same += 1;
            } else {
                if show {
                    println!("{json}: {} of {} differ", differences.len(), bicep.len().max(arm.len()));
                    differences.iter().take(12).for_each(|line| println!("    {line}"));
                }
                different.push(json);
            }
        }
        unknown += bicep.values().filter(|v| v.as_str() == UNKNOWN).count();
        values += bicep.values().filter(|v| v.as_str() != UNKNOWN).count();
    }
    println!(
        "{folder}: {} pairs with such resources, {same} the same, {} differ, {empty} without; {values} values known, {unknown} unknown",
        same + different.len(),
        different.len()
    );
}

/// All templates below a folder. (The usual discovery leaves out what has nothing to do with a cluster.)
fn read_all(folder: &str) -> Sources {
    let mut sources = discover(&[], &Options::default());
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten().filter(|e| e.file_type().is_file());
    for entry in files {
        let path = entry.path().to_string_lossy().into_owned();
        if [".bicep", ".bicepparam", ".json"].iter().any(|end| path.ends_with(end))
            && let Ok(bytes) = std::fs::read(entry.path())
        {
            sources.add(&path, &bytes);
        }
    }
    sources
}

/// Adds the modules of registries that a cache has.
fn restore(cache: &str, sources: &mut Sources) {
    let mut found = Vec::new();
    let (templates, _) = Templates::read(sources);
    for (from, template) in templates.iter() {
        for written in template.called_paths() {
            let Ok(Reference::Registry(artifact)) = Config::built_in().resolve(&written.text) else { continue };
            let path = format!("{cache}/{}", artifact.cache_file());
            if let Ok(bytes) = std::fs::read(&path) {
                found.push((from.to_owned(), written.text.to_string(), path, bytes));
            }
        }
    }
    for (from, written, path, bytes) in found {
        sources.add(&path, &bytes);
        sources.add_restored(&from, &written, &path);
    }
}

/// The compiled templates beside a Bicep file.
fn compiled(stem: &str, templates: &Templates) -> Vec<String> {
    let beside = stem.strip_suffix("main").map(|folder| format!("{folder}azuredeploy.json"));
    let names = [format!("{stem}.json"), format!("{stem}.symbolicnames.json")].into_iter().chain(beside);
    names.filter(|path| templates.get(path).is_some()).collect()
}

const UNKNOWN: &str = "?";

/// All leaf values by what they belong to: the kind and name of the resource, and the path in it.
fn flat(evaluated: &Evaluated) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for resource in evaluated.resources.iter().filter(|r| !r.existing) {
        let name = resource.get("name").map_or_else(String::new, |name| leaf(&name.value));
        let own = format!("{} {name}", resource.kind.to_ascii_lowercase());
        let times = seen.entry(own.clone()).or_default();
        *times += 1;
        let own = format!("{own} #{times}");
        leaves.insert(own.clone(), if resource.repeated.is_some() { "perhaps" } else { "there" }.to_owned());
        add(&own, &resource.body, &mut leaves);
    }
    leaves
}

fn add(path: &str, map: &Map, leaves: &mut BTreeMap<String, String>) {
    for (key, val) in &map.entries {
        let key = key.to_ascii_lowercase();
        if !matches!(key.as_str(), "parent" | "id" | "dependson" | "scope" | "tags") {
            add_value(&format!("{path} {key}"), &val.value, leaves);
        }
    }
}

fn add_value(path: &str, value: &Value, leaves: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Map(map) => add(path, map, leaves),
        Value::List(items) => {
            leaves.insert(format!("{path} length"), items.len().to_string());
            items.iter().enumerate().for_each(|(i, item)| add_value(&format!("{path}[{i}]"), &item.value, leaves));
        }
        other => _ = leaves.insert(path.to_owned(), leaf(other)),
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace("\r\n", "\n"),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Unknown(_) => UNKNOWN.to_owned(),
        _ => String::new(),
    }
}

fn differences(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let shown = |v: Option<&String>| v.map_or("-", String::as_str).chars().take(80).collect::<String>();
    let differ = keys.into_iter().filter(|key| a.get(*key) != b.get(*key));
    differ.map(|key| format!("{key}: bicep {} json {}", shown(a.get(key)), shown(b.get(key)))).collect()
}

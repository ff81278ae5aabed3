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
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

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

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (flags, folders): (Vec<&String>, Vec<&String>) = args.iter().partition(|a| a.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|f| *f == flag);
    let wishes = Wishes { cache: flags.iter().find_map(|f| f.strip_prefix("--cache=")), all: has("--all"), show: has("--show") };
    overlint::with_threads(0, || folders.iter().try_for_each(|folder| compare_folder(folder, &wishes)))
        .map_err(io::Error::other)?
}

/// What the flags say.
struct Wishes<'a> {
    cache: Option<&'a str>,
    all: bool,
    show: bool,
}

impl Wishes<'_> {
    /// Whether resources of a kind are compared.
    fn wants(&self, kind: &str) -> bool {
        let kind = kind.to_ascii_lowercase();
        // A deployment that Bicep declares as a resource is a module in ARM.
        if self.all { kind != "microsoft.resources/deployments" } else { KINDS.contains(&&*kind) }
    }
}

/// What came out.
#[derive(Default)]
struct Figures {
    same: usize,
    different: usize,
    empty: usize,
    known: usize,
    unknown: usize,
}

fn compare_folder(folder: &str, wishes: &Wishes<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut sources = read_all(folder);
    if let Some(cache) = wishes.cache {
        restore(cache, &mut sources);
    }
    let (templates, _) = Templates::read(&sources);
    let wanted = |kind: &str| wishes.wants(kind);
    let evaluate = |path: &str| flat(&template::evaluate(path, &[], &templates, &sources, &Assumptions::new(), &wanted));
    let mut figures = Figures::default();
    for (_, file) in sources.iter() {
        let Some(stem) = file.path().strip_suffix(".bicep") else { continue };
        let compiled = compiled(stem, &templates);
        if compiled.is_empty() {
            continue;
        }
        let bicep = evaluate(file.path());
        for json in compiled {
            let arm = evaluate(&json);
            let differences = differences(&bicep, &arm);
            if wishes.show && !differences.is_empty() {
                writeln!(out, "{json}: {} of {} differ", differences.len(), bicep.len().max(arm.len()))?;
                differences.iter().take(12).try_for_each(|line| writeln!(out, "    {line}"))?;
            }
            match (bicep.is_empty() && arm.is_empty(), differences.is_empty()) {
                (true, _) => figures.empty += 1,
                (false, true) => figures.same += 1,
                (false, false) => figures.different += 1,
            }
        }
        let unknown = bicep.values().filter(|v| v.as_str() == UNKNOWN).count();
        figures.unknown += unknown;
        figures.known += bicep.len() - unknown;
    }
    let Figures { same, different, empty, known, unknown } = figures;
    writeln!(
        out,
        "{folder}: {} pairs with such resources, {same} the same, {different} differ, {empty} without; {known} values known, {unknown} unknown",
        same + different
    )
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
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let shown = |v: Option<&String>| v.map_or("-", String::as_str).chars().take(80).collect::<String>();
    let differ = keys.into_iter().filter(|key| a.get(*key) != b.get(*key));
    differ.map(|key| format!("{key}: bicep {} json {}", shown(a.get(key)), shown(b.get(key)))).collect()
}

//! Compares the stand-ins of `rules/facts/bicep-modules.toml` with the modules that they stand for.
//!
//! `cargo run --example stand_ins -- FOLDER` takes the compiled module `FOLDER/REPOSITORY/TAG/main.json` and the tests below it, as they
//! are in Azure/bicep-registry-modules at the tag `REPOSITORY/TAG`. Every test is evaluated with either, and what the model looks at is
//! compared. `--show` prints the differences.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use overlint::eval::template::{self, Templates};
use overlint::eval::{Assumptions, Evaluated};
use overlint::facts::{Facts, KnownBicepModules};
use overlint::source::Sources;
use overlint::syntax::bicep::config::Config;
use overlint::syntax::bicep::reference::Reference;
use overlint::value::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Kinds of resources that the comparison is about, in lower case.
const KINDS: [&str; 8] = [
    "microsoft.containerservice/managedclusters",
    "microsoft.containerservice/managedclusters/agentpools",
    "microsoft.network/virtualnetworks",
    "microsoft.network/virtualnetworks/subnets",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings",
    "microsoft.network/routetables",
    "microsoft.network/natgateways",
    "microsoft.network/applicationgateways",
];

/// What the model looks at in them, in lower case: the ends of paths, or parts of them.
const FIELDS: [&str; 46] = [
    "aciconnectorlinux enabled",
    "addressprefix",
    "addressprefixes",
    "allowvirtualnetworkaccess",
    "applicationgatewayid",
    "count",
    "delegations",
    "disablebgproutepropagation",
    "dnsserviceip",
    "enableautoscaling",
    "enableprivatecluster",
    "gatewayipconfigurations",
    "httpapplicationrouting enabled",
    "identity type",
    "ingressapplicationgateway enabled",
    "ipamnumberofipaddresses",
    "ipfamilies",
    "kubernetesversion",
    "loadbalancersku",
    "location",
    "maxcount",
    "maxpods",
    "maxsurge",
    "mincount",
    "mode",
    "name",
    "natgateway id",
    "networkdataplane",
    "networkplugin",
    "networkpluginmode",
    "networkpolicy",
    "ossku",
    "ostype",
    "outboundtype",
    "podcidr",
    "podcidrs",
    "podsubnetid",
    "remotevirtualnetwork id",
    "routes",
    "routetable id",
    "servicecidr",
    "servicecidrs",
    "sku name",
    "sku tier",
    "vmsize",
    "vnetsubnetid",
];

fn main() {
    let (flags, folders): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let facts = Facts::embedded();
    let known = &facts.bicep_modules;
    for folder in folders {
        for module in known.iter() {
            for tag in names(&format!("{folder}/{}", module.repository)) {
                let show = flags.iter().any(|flag| flag == "--show");
                compare(known, &folder, &module.repository, &tag, show);
            }
        }
    }
}

/// The folders in a folder.
fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names.retain(|name| name.starts_with(|c: char| c.is_ascii_digit()));
    names
}

fn compare(known: &KnownBicepModules, folder: &str, repository: &str, tag: &str, show: bool) {
    let Some(stand_in) = add_stand_in(&mut Sources::new(), known, repository, tag) else {
        println!("{repository} {tag}: no stand-in");
        return;
    };
    let root = format!("{folder}/{repository}/{tag}");
    let compiled = format!("{root}/main.json");
    let (mut tests, mut leaves, mut unknown, mut different) = (0, 0, 0, 0);
    for test in tests_in(&root) {
        let real = evaluated(known, &root, &test, &compiled, repository, tag);
        let ours = evaluated(known, &root, &test, &stand_in, repository, tag);
        let differences = differences(&ours, &real);
        tests += 1;
        leaves += real.len();
        unknown += real.values().filter(|value| *value == UNKNOWN).count();
        different += differences.len();
        if show && !differences.is_empty() {
            println!("{test}");
            differences.iter().take(12).for_each(|line| println!("    {line}"));
        }
    }
    println!("{repository} {tag}: {tests} tests, {leaves} values ({unknown} unknown), {different} differ");
}

/// Adds the stand-in of a module, and those that it calls; its path.
fn add_stand_in(sources: &mut Sources, known: &KnownBicepModules, repository: &str, tag: &str) -> Option<String> {
    let code = &known.find(repository, tag)?.code;
    let path = format!("stand-ins/{repository}/{tag}/main.bicep");
    sources.add(&path, code.as_bytes());
    for written in code.split('\'').filter(|text| text.starts_with("br/public:")) {
        if let Ok(Reference::Registry(artifact)) = Config::built_in().resolve(written)
            && let Some((repository, tag)) = artifact.public()
            && let Some(to) = add_stand_in(sources, known, repository, tag)
        {
            sources.add_restored(&path, written, &to);
        }
    }
    Some(path)
}

/// The templates below a folder that call its module.
fn tests_in(root: &str) -> Vec<String> {
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    let paths = files.map(|entry| entry.path().to_string_lossy().into_owned());
    paths.filter(|path| path.ends_with(".test.bicep")).collect()
}

/// What a test deploys, when its module is the one at a path.
fn evaluated(
    known: &KnownBicepModules,
    root: &str,
    test: &str,
    module: &str,
    repository: &str,
    tag: &str,
) -> BTreeMap<String, String> {
    let mut sources = Sources::new();
    let folder = Path::new(test).parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().map(|entry| entry.path().to_owned());
    for path in files.chain([format!("{root}/main.json").into()]).filter(|path| path.is_file()) {
        sources.add(&path.to_string_lossy(), &std::fs::read(&path).unwrap_or_default());
    }
    add_stand_in(&mut sources, known, repository, tag);
    for up in ["../", "../../", "../../../", "../../../../"] {
        sources.add_restored(test, &format!("{up}main.bicep"), module);
    }
    let (templates, _) = Templates::read(&sources);
    let wanted = |kind: &str| KINDS.contains(&&*kind.to_ascii_lowercase());
    let evaluated =
        overlint::with_threads(1, || flat(&template::evaluate(test, &[], &templates, &sources, &Assumptions::new(), &wanted)));
    evaluated.unwrap_or_default()
}

const UNKNOWN: &str = "?";

/// The values that the model looks at, by what they belong to: the kind and name of the resource, and the path in it.
fn flat(evaluated: &Evaluated) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for resource in evaluated.resources.iter().filter(|resource| !resource.existing) {
        let name = resource.get("name").map_or_else(String::new, |name| leaf(&name.value));
        let own = format!("{} {name}", resource.kind.to_ascii_lowercase());
        let times = seen.entry(own.clone()).or_default();
        *times += 1;
        add(&format!("{own} #{times}"), &resource.body, &mut leaves);
    }
    leaves.retain(|path, _| {
        let path: String = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
        FIELDS.iter().any(|field| path.ends_with(&format!(" {field}")) || path.contains(&format!(" {field} ")))
    });
    leaves
}

fn add(path: &str, map: &Map, leaves: &mut BTreeMap<String, String>) {
    for (key, val) in &map.entries {
        add_value(&format!("{path} {}", key.to_ascii_lowercase()), &val.value, leaves);
    }
}

fn add_value(path: &str, value: &Value, leaves: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Map(map) => add(path, map, leaves),
        Value::List(items) => {
            items.iter().enumerate().for_each(|(i, item)| add_value(&format!("{path}[{i}]"), &item.value, leaves))
        }
        other => _ = leaves.insert(path.to_owned(), leaf(other)),
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Unknown(_) => UNKNOWN.to_owned(),
        _ => String::new(),
    }
}

fn differences(ours: &BTreeMap<String, String>, real: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = ours.keys().chain(real.keys()).collect();
    let shown = |value: Option<&String>| value.map_or("-", String::as_str).chars().take(80).collect::<String>();
    let differ = keys.into_iter().filter(|key| ours.get(*key) != real.get(*key));
    differ.map(|key| format!("{key}: stand-in {} module {}", shown(ours.get(key)), shown(real.get(key)))).collect()
}

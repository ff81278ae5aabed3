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

/// What the model looks at, by the kinds of resources, all in lower case.
const FIELDS: [(&str, &[&str]); 8] = [
    ("microsoft.containerservice/managedclusters", &CLUSTER),
    ("microsoft.containerservice/managedclusters/agentpools", &POOL),
    ("microsoft.network/virtualnetworks", &["name", "location", "properties addressspace"]),
    (
        "microsoft.network/virtualnetworks/subnets",
        &[
            "name",
            "properties addressprefix",
            "properties addressprefixes",
            "properties ipampoolprefixallocations",
            "properties routetable",
            "properties natgateway",
            "properties delegations",
        ],
    ),
    (
        "microsoft.network/virtualnetworks/virtualnetworkpeerings",
        &["name", "properties allowvirtualnetworkaccess", "properties remotevirtualnetwork"],
    ),
    ("microsoft.network/routetables", &["name", "location", "properties"]),
    ("microsoft.network/natgateways", &["name", "location"]),
    ("microsoft.network/applicationgateways", &["name", "location", "properties gatewayipconfigurations"]),
];

const CLUSTER: [&str; 36] = [
    "name",
    "location",
    "identity type",
    "sku",
    "properties kubernetesversion",
    "properties apiserveraccessprofile enableprivatecluster",
    "properties addonprofiles aciconnectorlinux enabled",
    "properties addonprofiles httpapplicationrouting enabled",
    "properties addonprofiles ingressapplicationgateway enabled",
    "properties addonprofiles ingressapplicationgateway config applicationgatewayid",
    "properties networkprofile dnsserviceip",
    "properties networkprofile ipfamilies",
    "properties networkprofile loadbalancersku",
    "properties networkprofile networkdataplane",
    "properties networkprofile networkplugin",
    "properties networkprofile networkpluginmode",
    "properties networkprofile networkpolicy",
    "properties networkprofile outboundtype",
    "properties networkprofile podcidr",
    "properties networkprofile podcidrs",
    "properties networkprofile servicecidr",
    "properties networkprofile servicecidrs",
    "properties agentpoolprofiles name",
    "properties agentpoolprofiles count",
    "properties agentpoolprofiles enableautoscaling",
    "properties agentpoolprofiles maxcount",
    "properties agentpoolprofiles maxpods",
    "properties agentpoolprofiles mincount",
    "properties agentpoolprofiles mode",
    "properties agentpoolprofiles ossku",
    "properties agentpoolprofiles ostype",
    "properties agentpoolprofiles podsubnetid",
    "properties agentpoolprofiles type",
    "properties agentpoolprofiles upgradesettings",
    "properties agentpoolprofiles vmsize",
    "properties agentpoolprofiles vnetsubnetid",
];

const POOL: [&str; 14] = [
    "name",
    "properties count",
    "properties enableautoscaling",
    "properties maxcount",
    "properties maxpods",
    "properties mincount",
    "properties mode",
    "properties ossku",
    "properties ostype",
    "properties podsubnetid",
    "properties type",
    "properties upgradesettings",
    "properties vmsize",
    "properties vnetsubnetid",
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
    let wanted = |kind: &str| FIELDS.iter().any(|(known, _)| kind.eq_ignore_ascii_case(known));
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
        let kind = resource.kind.to_ascii_lowercase();
        let name = resource.get("name").map_or_else(String::new, |name| leaf(&name.value));
        let own = format!("{kind} {name}");
        let times = seen.entry(own.clone()).or_default();
        *times += 1;
        let mut all = BTreeMap::new();
        add("", &resource.body, &mut all);
        all.retain(|path, _| is_looked_at(&kind, path));
        leaves.extend(all.into_iter().map(|(path, value)| (format!("{own} #{times}{path}"), value)));
    }
    leaves
}

fn is_looked_at(kind: &str, path: &str) -> bool {
    // Without the numbers of elements.
    let path: String = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let path = path.trim_start();
    let fields = FIELDS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, fields)| fields);
    fields.iter().any(|field| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
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

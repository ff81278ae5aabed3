//! A development tool: how much of what decides a cluster's network is known after evaluation.
//!
//! ```text
//! cargo run --example coverage -- [--unknown] [--fixtures] FOLDER...
//! ```
//!
//! Each folder is a repository, named `OWNER+NAME`. For every cluster and node pool of every root module, this counts the values that the
//! code writes, and how many of them are known. A value counts as written when its attribute stands in the block of that instance, or when
//! the whole block is unknown. `null` is known. A subnet's id is known when it leads to a subnet whose ranges are all known, or is `null`.
//! The second row leaves out the repositories that hold most of the clusters, which are alike. The third is on ARM templates and Bicep
//! files that are deployed by themselves, each with the first of its parameter files; what is compiled from a Bicep file is left out.
//! `--unknown` also lists each value that is not known, with its place and the reason. Repositories that hold test fixtures of other tools
//! are left out unless `--fixtures` is given.

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::eval::template::{self, Templates};
use overlint::eval::terraform::{self, Modules};
use overlint::facts::Facts;
use overlint::model::{self, Cluster, ProviderVersion, Undecided, World};
use overlint::scenarios::parameters::{Root, Roots};
use overlint::settings::Settings;
use overlint::source::{Sources, Span};
use overlint::tree::Resource;
use overlint::value::{Map, Val, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

const CLUSTER: &str = "azurerm_kubernetes_cluster";
const NODE_POOL: &str = "azurerm_kubernetes_cluster_node_pool";

/// What the resources of Resource Manager are called in templates.
const ARM_CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const ARM_NODE_POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";

/// Attributes of `network_profile`, then those of a node pool.
const PROFILE: [&str; 6] =
    ["network_plugin", "network_plugin_mode", "pod_cidr", "service_cidr", "dns_service_ip", "outbound_type"];
const POOL: [&str; 3] = ["vnet_subnet_id", "max_pods", "vm_size"];

/// The same in templates, in the same order.
const ARM_PROFILE: [&str; 6] = ["networkPlugin", "networkPluginMode", "podCidr", "serviceCidr", "dnsServiceIP", "outboundType"];
const ARM_POOL: [&str; 3] = ["vnetSubnetID", "maxPods", "vmSize"];

const FIXTURES: [&str; 4] =
    ["Azure+bicep", "Azure+template-analyzer", "bridgecrewio+checkov", "hashicorp+terraform-provider-azurerm"];

/// A value that the code writes.
struct Written {
    attribute: &'static str,
    /// The resource it belongs to.
    address: String,
    /// Where it stands.
    site: Span,
    /// Why it is not known.
    unknown: Option<Undecided>,
}

fn main() -> io::Result<()> {
    let (flags, folders): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let mut out = io::stdout().lock();
    let mut everything = Vec::new();
    let mut without_the_alike = Vec::new();
    let mut in_templates = Vec::new();
    for folder in folders {
        let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(&folder).to_owned();
        if FIXTURES.contains(&name.as_str()) && !has("--fixtures") {
            continue;
        }
        let (sources, written) = overlint::with_threads(1, || read(&folder)).map_err(io::Error::other)?;
        if has("--unknown") {
            list_unknown(&sources, &written, &mut out)?;
        }
        if !(name.starts_with("HoussemDellai") || name == "Azure+terraform") {
            without_the_alike.extend(written.iter().map(|w| (w.attribute, w.unknown.is_none())));
        }
        everything.extend(written.iter().map(|w| (w.attribute, w.unknown.is_none())));
        let (sources, written) = overlint::with_threads(1, || read_templates(&folder)).map_err(io::Error::other)?;
        if has("--unknown") {
            list_unknown(&sources, &written, &mut out)?;
        }
        in_templates.extend(written.iter().map(|w| (w.attribute, w.unknown.is_none())));
    }
    table(
        &[
            ("all", everything),
            ("without HoussemDellai and Azure+terraform", without_the_alike),
            ("ARM templates and Bicep", in_templates),
        ],
        &mut out,
    )
}

/// The written values of all root modules of a repository.
fn read(folder: &str) -> (Sources, Vec<Written>) {
    let sources = discover(&[folder.to_owned()], &Options { no_ignore: true, ..Options::default() });
    let (modules, _) = Modules::read(&sources, &[]);
    let linted: BTreeSet<&str> = sources.folders().collect();
    let roots: Vec<&str> = modules.roots().into_iter().filter(|root| linted.contains(root)).collect();
    let written = roots.iter().flat_map(|root| read_root(root, &modules, &sources)).collect();
    (sources, written)
}

fn read_root(root: &str, modules: &Modules, sources: &Sources) -> Vec<Written> {
    let config = Config::default();
    let mut resources = terraform::evaluate(root, modules, sources, &config, &BTreeMap::new(), &model::is_wanted).resources;
    let mut written = Vec::new();
    let mut pools: Vec<(Arc<str>, Val)> = Vec::new();
    for resource in resources.iter().filter(|r| !r.existing) {
        let whole = || Val::new(Value::Map(Arc::clone(&resource.body)), resource.header);
        match &*resource.kind {
            CLUSTER => {
                for profile in blocks(resource, "network_profile") {
                    written.extend(PROFILE.iter().filter_map(|name| attribute(&resource.address, &profile, name)));
                }
                pools.extend(blocks(resource, "default_node_pool").into_iter().map(|p| (Arc::clone(&resource.address), p)));
            }
            NODE_POOL => pools.push((Arc::clone(&resource.address), whole())),
            _ => {}
        }
    }
    // The model links the pools of clusters only. So that every pool is linked, whether its cluster is known or not, each becomes the pool
    // of a cluster of its own.
    let owners: Vec<Resource> = pools.iter().enumerate().map(|(i, (_, pool))| cluster_around(pool, i)).collect();
    resources.retain(|r| &*r.kind != CLUSTER);
    resources.extend(owners);
    let provider = terraform::provider_version(root, modules);
    let world = World::new(&resources, &provider, &Facts::embedded(), config.day());
    for (cluster, (address, pool)) in world.clusters.iter().zip(&pools) {
        for name in POOL {
            let Some(mut value) = attribute(address, pool, name) else { continue };
            if name == "vnet_subnet_id" && !is_null(pool, name) {
                value.unknown = subnet_unknown(&world, cluster);
            }
            written.push(value);
        }
    }
    written
}

/// The written values of all root templates of a repository.
fn read_templates(folder: &str) -> (Sources, Vec<Written>) {
    let sources = discover(&[folder.to_owned()], &Options { no_ignore: true, ..Options::default() });
    let (config, settings) = (Config::default(), Settings::default());
    let (mut templates, mut wrong) = Templates::read(&sources);
    templates.add_known(&Facts::embedded().bicep_modules);
    let roots = Roots::of(&templates, &mut wrong, &sources, &config, &settings);
    let own = roots.roots.iter().filter(|root| root.source.is_none());
    let written = own.flat_map(|root| read_template(root, &templates, &sources)).collect();
    (sources, written)
}

fn read_template(root: &Root, templates: &Templates, sources: &Sources) -> Vec<Written> {
    let parameters = root.sets.first().map_or(&[][..], |set| &set.parameters);
    let evaluated = template::evaluate(root.template, parameters, templates, sources, &BTreeMap::new(), &model::is_wanted);
    let mut resources = evaluated.resources;
    let mut written = Vec::new();
    let mut pools: Vec<(Arc<str>, Val)> = Vec::new();
    for resource in resources.iter().filter(|r| !r.existing) {
        let whole = Val::new(Value::Map(Arc::clone(&resource.body)), resource.header);
        let Some(properties) = any_case(&whole, "properties") else { continue };
        if resource.kind.eq_ignore_ascii_case(ARM_CLUSTER) {
            if let Some(profile) = any_case(&properties, "networkProfile") {
                let values = ARM_PROFILE.iter().zip(PROFILE);
                written.extend(values.filter_map(|(name, called)| property(&resource.address, &profile, name, called)));
            }
            let profiles = any_case(&properties, "agentPoolProfiles");
            let profiles = profiles.map(|all| all.value.as_items().map_or_else(|| vec![all.clone()], <[Val]>::to_vec));
            pools.extend(profiles.into_iter().flatten().map(|pool| (Arc::clone(&resource.address), pool)));
        } else if resource.kind.eq_ignore_ascii_case(ARM_NODE_POOL) {
            pools.push((Arc::clone(&resource.address), properties));
        }
    }
    let owners: Vec<Resource> = pools.iter().enumerate().map(|(i, (_, pool))| arm_cluster_around(pool, i)).collect();
    resources.retain(|r| !r.kind.eq_ignore_ascii_case(ARM_CLUSTER) && !r.kind.eq_ignore_ascii_case(ARM_NODE_POOL));
    resources.extend(owners);
    let world = World::new(&resources, &ProviderVersion::default(), &Facts::embedded(), Config::default().day());
    for (cluster, (address, pool)) in world.clusters.iter().zip(&pools) {
        for (name, called) in ARM_POOL.iter().zip(POOL) {
            let Some(mut value) = property(address, pool, name, called) else { continue };
            if called == "vnet_subnet_id" && any_case(pool, name).is_some_and(|id| !id.value.is_null()) {
                value.unknown = subnet_unknown(&world, cluster);
            }
            written.push(value);
        }
    }
    written
}

/// An entry of an object by its name in any case; the object itself when it is unknown.
fn any_case(of: &Val, name: &str) -> Option<Val> {
    match &of.value {
        Value::Map(map) => map.entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, val)| val.clone()),
        Value::Unknown(_) => Some(of.clone()),
        _ => None,
    }
}

/// A property of an object, if it is written, under the name that it has in the table.
fn property(address: &Arc<str>, object: &Val, name: &str, called: &'static str) -> Option<Written> {
    let val = any_case(object, name)?;
    let unknown = val.value.as_unknown().map(|u| Undecided::new(Arc::clone(&u.reason), u.span));
    Some(Written { attribute: called, address: address.to_string(), site: val.at.site, unknown })
}

/// The blocks of this name; one unknown value when they are not known.
fn blocks(resource: &Resource, name: &str) -> Vec<Val> {
    let Some(val) = resource.get(name) else { return Vec::new() };
    val.value.as_items().map_or_else(|| vec![val.clone()], <[Val]>::to_vec)
}

/// An attribute of a block, if it is written.
fn attribute(address: &Arc<str>, block: &Val, name: &'static str) -> Option<Written> {
    let val = match &block.value {
        Value::Map(map) => map.entries.get(name)?,
        _ => block,
    };
    let unknown = val.value.as_unknown().map(|u| Undecided::new(Arc::clone(&u.reason), u.span));
    Some(Written { attribute: name, address: address.to_string(), site: val.at.site, unknown })
}

fn is_null(block: &Val, name: &str) -> bool {
    matches!(&block.value, Value::Map(map) if map.entries.get(name).is_some_and(|v| v.value.is_null()))
}

/// A cluster that has this pool as its only one.
fn cluster_around(pool: &Val, number: usize) -> Resource {
    let body = Map { entries: [("default_node_pool".into(), pool.clone())].into_iter().collect(), ..Map::default() };
    Resource {
        address: format!("pool {number}").into(),
        kind: CLUSTER.into(),
        module: "".into(),
        existing: false,
        header: pool.at.site,
        body: Arc::new(body),
        repeated: None,
    }
}

/// The same in a template.
fn arm_cluster_around(pool: &Val, number: usize) -> Resource {
    let object = |name: &str, val: Val| Map { entries: [(name.into(), val)].into_iter().collect(), ..Map::default() };
    let pools = Val::new(Value::list(vec![pool.clone()]), pool.at.site);
    let properties = Val::new(Value::Map(Arc::new(object("agentPoolProfiles", pools))), pool.at.site);
    Resource { kind: ARM_CLUSTER.into(), body: Arc::new(object("properties", properties)), ..cluster_around(pool, number) }
}

/// Why the ranges of the pool's subnet are not known.
fn subnet_unknown(world: &World, cluster: &Cluster) -> Option<Undecided> {
    let Some(pool) = cluster.pools.first() else { return cluster.more_pools.clone() };
    let id = match pool.subnet.known() {
        Ok(id) => id?,
        Err(why) => return Some(why),
    };
    world.subnet(*id)?.prefixes.iter().find_map(|p| p.known().err())
}

fn list_unknown(sources: &Sources, written: &[Written], out: &mut dyn Write) -> io::Result<()> {
    let place = |span: Span| {
        let file = sources.file(span.file);
        format!("{}:{}", file.path(), file.position(span.start).line)
    };
    for value in written {
        let Some(why) = &value.unknown else { continue };
        let from = why.span.map_or_else(String::new, |span| format!(" ({})", place(span)));
        writeln!(out, "{}: {}.{}: {}{from}", place(value.site), value.address, value.attribute, why.reason)?;
    }
    Ok(())
}

/// One row for each set of values: known of written, and the share.
fn table(rows: &[(&str, Vec<(&str, bool)>)], out: &mut dyn Write) -> io::Result<()> {
    for (title, values) in rows {
        writeln!(out, "{title}")?;
        for attribute in PROFILE.iter().chain(&POOL) {
            let these = values.iter().filter(|(name, _)| name == attribute);
            let written = these.clone().count();
            let known = these.filter(|(_, known)| *known).count();
            let share = (known * 100 + written / 2).checked_div(written).unwrap_or(0);
            writeln!(out, "  {attribute:<20} {known:>4} of {written:>4}  {share:>3}%")?;
        }
    }
    Ok(())
}

//! Plans beside the code that they were made of: one report for both.

use crate::config::{Config, Given};
use crate::eval::plan::{Plan, without_indexes};
use crate::eval::terraform::{self, Modules};
use crate::eval::{Assumptions, Evaluated};
use crate::facts::Facts;
use crate::insight;
use crate::model::{self, Undecided, World};
use crate::report::{Finding, Report};
use crate::settings::Settings;
use crate::source::{self, Sources};
use std::collections::BTreeSet;

/// Checks a plan. With the root module that it was made of, if that is among the code; findings then point into it.
pub(crate) fn check(
    plan: &Plan,
    settings: &Settings,
    modules: &Modules,
    sources: &Sources,
    config: &Config,
    facts: &Facts,
) -> (Option<String>, Report) {
    let folder = source::parent(sources.file(plan.file).path());
    let clusters: Vec<String> = plan.resources(&[], &model::is_cluster).resources.iter().map(|r| r.address.to_string()).collect();
    if clusters.is_empty() {
        return (None, Report::default());
    }
    // The values that the plan was made with are among the modules' variable files.
    let made_with = vec![Given::File(sources.file(plan.file).path().to_owned())];
    let config = Config { variables: made_with, ..config.clone() };
    // What exists may differ from what the code has become since.
    let mut folders = above(folder).take_while(|_| !plan.is_state());
    let code = folders.find_map(|folder| {
        let code = terraform::evaluate(folder, modules, sources, &config, &Assumptions::new(), &model::is_wanted);
        clusters.iter().all(|address| declares(&code, address)).then_some((folder, code))
    });
    let root = code.as_ref().map(|(root, _)| (*root).to_owned());
    let config = settings.applied(root.as_deref().unwrap_or(folder), &config);
    let near = terraform::provider_version(root.as_deref().unwrap_or(folder), modules);
    let provider = if near.is_exact() { near } else { terraform::within(near, plan.azurerm_constraints()) };
    let resources = code.map(|(_, code)| code.resources).unwrap_or_default();
    let planned = plan.resources(&resources, &model::is_wanted);
    let mut world = World::new(&planned.resources, &provider, facts, config.day());
    world.told = settings.told(root.as_deref().unwrap_or(folder));
    let unresolved = planned.unresolved.into_iter().map(|(address, why)| {
        let unknown = why.value.as_unknown();
        let why = unknown.map_or_else(
            || Undecided::new("its type is no text", Some(why.at.site)),
            |unknown| Undecided::from_unknown(unknown, why.at.site),
        );
        (address.to_string(), why)
    });
    world.compare(World::new(&planned.before, &provider, facts, config.day()), planned.changes);
    let mut report = crate::run_rules(world, unresolved.collect(), sources, &config, facts);
    // A plan cannot be repaired, and what the code says may have changed since.
    report.findings.iter_mut().for_each(|finding| finding.repair = None);
    report.maps.iter_mut().for_each(|map| map.scenarios = vec![sources.file(plan.file).path().to_owned()]);
    (root, report)
}

/// A folder and those above it, nearest first.
fn above(folder: &str) -> impl Iterator<Item = &str> {
    let has_parent = |folder: &str| !folder.is_empty() && folder != "/" && !folder.ends_with("..");
    std::iter::successors(Some(folder), move |folder| has_parent(folder).then(|| source::parent(folder)))
}

/// Whether the code makes the resource of this address, or calls a module that it cannot look into and that may.
fn declares(code: &Evaluated, address: &str) -> bool {
    let name = without_indexes(address);
    let calls = |call: &str| name.strip_prefix(&without_indexes(call)).is_some_and(|rest| rest.starts_with('.'));
    code.resources.iter().any(|r| without_indexes(&r.address) == name) || code.unresolved.iter().any(|(call, _)| calls(call))
}

/// Adds what a plan shows to the report on its root module. What the code alone shows, too, is told once; what the code leaves open, the plan
/// decides.
pub(crate) fn add(report: &mut Report, plan: Report) {
    let place = |f: &Finding| (f.rule, f.cluster.clone(), f.place);
    let known: BTreeSet<_> = report.findings.iter().map(place).collect();
    report.insights.extend(plan.insights);
    insight::unite(&mut report.insights);
    report.maps.extend(plan.maps);
    report.findings.extend(plan.findings.into_iter().filter(|f| !known.contains(&place(f))));
    report.undecided.retain(|u| u.rule != "*" && !plan.clusters.contains(&u.cluster));
    report.undecided.extend(plan.undecided);
    report.clusters.extend(plan.clusters);
    report.unreadable.extend(plan.unreadable);
}

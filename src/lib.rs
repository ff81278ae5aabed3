//! overlint reads the infrastructure code of Azure Kubernetes Service clusters, works out the values that decide their network, and
//! says what Azure will refuse and where to change it.
//!
//! The core does no I/O and cannot fail: texts in, report out. Only [`discover`] and [`cli`] touch the world outside.

pub mod api_version;
mod choices;
pub mod cidr;
pub mod cli;
pub mod config;
pub mod date;
pub mod discover;
pub mod eval;
pub mod facts;
pub mod insight;
mod lsp;
pub mod model;
mod plans;
pub mod report;
pub mod rules;
pub mod scenarios;
pub mod settings;
pub mod source;
pub mod syntax;
mod templates;
pub mod tree;
pub mod value;

use crate::config::Config;
use crate::eval::own::Own as _;
use crate::eval::plan;
use crate::eval::template::Templates;
use crate::eval::terraform::{self, Modules, Own};
use crate::facts::Facts;
use crate::model::{Told, Undecided, World};
use crate::report::{Report, UndecidedRule};
use crate::scenarios::Scenarios;
use crate::scenarios::parameters::Roots;
use crate::settings::Settings;
use crate::source::{Sources, Unreadable};
use std::collections::{BTreeMap, BTreeSet};

/// Checks the texts: evaluates every root module among them, runs the wanted rules, and sorts what they found.
///
/// Needs deep stacks for deeply nested code: run it on threads with at least [`STACK_BYTES`] (as [`with_threads`] does).
pub fn check(sources: &Sources, config: &Config) -> Report {
    check_roots(sources, config).whole(sources)
}

/// What was found, by the root that it was found in: a root module's folder, the path of a template or of a plan.
#[derive(Clone, Debug, Default)]
pub struct ByRoot {
    /// What belongs to no root: what could not be read, and so on.
    pub rest: Report,
    /// The reports on the roots.
    pub roots: BTreeMap<String, Report>,
}

impl ByRoot {
    /// One report of all.
    pub fn whole(self, sources: &Sources) -> Report {
        let mut report = self.rest;
        for (root, part) in self.roots {
            report.findings.extend(part.findings);
            report.undecided.extend(part.undecided);
            report.unreadable.extend(part.unreadable);
            report.clusters.extend(part.clusters.into_iter().map(|cluster| format!("{root}: {cluster}")));
        }
        report.sort(sources);
        report
    }
}

/// The same as [`check`], with the roots kept apart: for those who check some of them again when something changes.
pub fn check_roots(sources: &Sources, config: &Config) -> ByRoot {
    use rayon::prelude::*;
    let facts = Facts::embedded();
    let (settings, mut errors) = Settings::read(sources);
    let named: Vec<&str> = config.var_files().into_iter().chain(settings.variable_files()).collect();
    let (mut modules, wrong) = Modules::read(sources, &named);
    errors.extend(wrong);
    modules.add_known(&facts.modules);
    let (plans, wrong) = plan::read(sources);
    errors.extend(wrong);
    for plan in &plans {
        modules.add_planned(sources.file(plan.file).path(), plan.file, plan.variables(sources));
    }
    let linted: BTreeSet<&str> = sources.folders().collect();
    let roots: Vec<&str> = modules.roots().into_iter().filter(|folder| linted.contains(folder)).collect();
    let scenarios = Scenarios::find(&roots, &modules, sources, config, &settings);
    errors.extend(scenarios.errors.iter().cloned());
    let (mut templates, mut wrong) = Templates::read(sources);
    templates.add_known(&facts.bicep_modules);
    let template_roots = Roots::of(&templates, &mut wrong, sources, config, &settings);
    errors.extend(wrong);
    let mut report = Report { files: sources.len(), unreadable: sources.unreadable().to_vec(), ..Report::default() };
    report.undecided.extend(scenarios.undecided.iter().cloned());
    report.unreadable.extend(template_roots.wrong.iter().map(|(path, message)| Unreadable {
        message: message.clone(),
        path: (*path).to_owned(),
        span: None,
    }));
    report.unreadable.extend(errors.into_iter().map(|(span, message)| Unreadable {
        message,
        path: sources.file(span.file).path().to_owned(),
        span: Some(span),
    }));
    let check_scenarios = |root: &str| {
        let of_root = scenarios.of(root, config);
        scenarios::check_all(&of_root, "variable file", &|scenario| {
            check_root((root, settings.told(root)), &modules, sources, &scenario.config, &facts)
        })
    };
    let mut found: BTreeMap<String, Report> =
        roots.into_par_iter().map(|root| (root.to_owned(), guarded(root, config, || check_scenarios(root)))).collect();
    let planned: Vec<(Option<String>, Report)> = plans
        .par_iter()
        .map(|plan| {
            let mut root = None;
            let path = sources.file(plan.file).path();
            let report = guarded(path, config, || {
                let (found, report) = plans::check(plan, &settings, &modules, sources, config, &facts);
                root = found;
                report
            });
            (root, report)
        })
        .collect();
    for (plan, (root, part)) in plans.iter().zip(planned) {
        let root = root.unwrap_or_else(|| sources.file(plan.file).path().to_owned());
        plans::add(found.entry(root).or_default(), part);
    }
    let checker = templates::Checker { templates: &templates, settings: &settings, sources, config, facts: &facts };
    found.extend(checker.check(&template_roots));
    ByRoot { rest: report, roots: found }
}

/// The last net: a mistake of ours in one root module or plan must not cost the report on the others.
fn guarded(path: &str, config: &Config, check: impl FnOnce() -> Report) -> Report {
    if config.is_stopped() {
        return Report::default();
    }
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).unwrap_or_else(|_| Report {
        unreadable: vec![Unreadable {
            message: "overlint itself failed on this root module; please report it".to_owned(),
            path: if path.is_empty() { "." } else { path }.to_owned(),
            span: None,
        }],
        ..Report::default()
    })
}

/// Checks one root module in one scenario. Where something hangs on a condition that is not known, both ways are checked.
fn check_root((folder, told): (&str, Told), modules: &Modules, sources: &Sources, config: &Config, facts: &Facts) -> Report {
    let provider = terraform::provider_version(folder, modules);
    let mut report = choices::check_all(&|assumptions| {
        let evaluated = terraform::evaluate(folder, modules, sources, config, assumptions, &model::is_wanted);
        let mut world = World::new(&evaluated.resources, &provider, facts, config.day);
        world.validations = evaluated.validations;
        world.told = told.clone();
        run_rules(world, evaluated.unresolved, config, facts)
    });
    let own = Own::new(folder, modules, sources);
    report.undecided.iter_mut().for_each(|u| u.why.span = u.why.span.map(|span| own.span(span)));
    report
}

/// Runs the wanted rules over what was evaluated. Calls that could not be followed are undecided, and may hold more.
fn run_rules(mut world: World, unresolved: Vec<(String, Undecided)>, config: &Config, facts: &Facts) -> Report {
    let mut report = Report::default();
    for (call, why) in unresolved {
        world.more_resources.get_or_insert_with(|| why.clone());
        report.undecided.push(UndecidedRule { rule: "*", cluster: call, why });
    }
    if config.insights {
        report.insights = insight::of(&world, facts, config.day);
    }
    rules::run(&world, facts, config.day, &|rule| config.wants(rule), &mut report);
    report
}

/// The stack that a thread needs for the deepest code that is still evaluated.
pub const STACK_BYTES: usize = 64 << 20;

/// Runs something on threads with deep stacks; 0 threads means one for each core.
///
/// # Errors
/// When the threads cannot be started.
pub fn with_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> Result<T, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build()?;
    Ok(pool.install(run))
}

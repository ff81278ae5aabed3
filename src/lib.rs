//! overlint reads the infrastructure code of Azure Kubernetes Service clusters, works out the values that decide their network, and
//! says what Azure will refuse and where to change it.
//!
//! The core does no I/O and cannot fail: texts in, report out. Only [`discover`] and [`cli`] touch the world outside.

pub mod api_version;
pub mod baseline;
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
pub mod map;
pub mod model;
mod plans;
pub mod progress;
pub mod repairs;
pub mod report;
pub mod rules;
pub mod scenarios;
pub mod settings;
pub mod source;
pub mod spelling;
pub mod suggest;
pub mod suppress;
pub mod syntax;
mod system;
mod templates;
pub mod tree;
pub mod value;

use crate::config::Config;
use crate::eval::Assumptions;
use crate::eval::own::Own as _;
use crate::eval::plan::{self, Plan};
use crate::eval::template::Templates;
use crate::eval::terraform::{self, Modules, Own};
use crate::facts::Facts;
use crate::map::ClusterMap;
use crate::model::{ProviderVersion, Undecided, World};
use crate::report::{Report, UndecidedRule};
use crate::scenarios::Scenarios;
use crate::scenarios::parameters::Roots;
use crate::settings::{Set, Settings};
use crate::source::{Sources, Span, Unreadable};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Checks the texts: evaluates every root module and template among them, runs the wanted rules, and sorts what they found.
///
/// Needs deep stacks for deeply nested code: run it on threads with at least [`STACK_BYTES`] (as [`with_threads`] does).
pub fn check(sources: &Sources, config: &Config) -> Report {
    let mut report = check_roots(sources, config).whole(sources, config);
    if config.no_repairs {
        report.findings.iter_mut().for_each(|finding| finding.repair = None);
    } else {
        repairs::verify(&mut report, sources, config);
    }
    report
}

/// What is found in changed texts, without trying whether repairs hold. Plans show what the code was, so they do not count.
fn check_changed(sources: &Sources, config: &Config) -> Report {
    let mut code = Code::read(sources, config);
    code.plans.clear();
    code.check_roots().whole(sources, config)
}

/// What was found, by the root that it was found in: a root module's folder, the path of a template or of a plan.
#[derive(Clone, Debug, Default)]
pub struct ByRoot {
    /// What belongs to no root: what could not be read.
    pub rest: Report,
    /// The reports on the roots.
    pub roots: BTreeMap<String, Report>,
    /// What the configuration files say.
    pub settings: Arc<Settings>,
}

impl ByRoot {
    /// One report of all, without what is suppressed.
    pub fn whole(self, sources: &Sources, config: &Config) -> Report {
        let mut report = self.rest;
        for (root, part) in self.roots {
            report.findings.extend(part.findings.into_iter().map(|finding| finding.owned_by(&root, sources)));
            report.undecided.extend(part.undecided);
            report.unreadable.extend(part.unreadable);
            report.insights.extend(part.insights);
            report.maps.extend(part.maps.into_iter().map(|map| ClusterMap { root: root.clone(), ..map }));
            report.clusters.extend(part.clusters.into_iter().map(|cluster| format!("{root}: {cluster}")));
        }
        suppress::apply(&mut report, sources, config, &self.settings);
        report
    }
}

/// The same as [`check`], with the roots kept apart: for those who check some of them again when something changes.
pub fn check_roots(sources: &Sources, config: &Config) -> ByRoot {
    Code::read(sources, config).check_roots()
}

/// The same for a part of what was checked before, with the configuration files as they were read then.
pub fn check_part(part: &Sources, config: &Config, settings: &Arc<Settings>) -> ByRoot {
    Code::with(Arc::clone(settings), part, config).check_roots()
}

/// What one root module or template declares, in one scenario.
pub struct Deployment {
    /// The folder of the root module, or the path of the template.
    pub root: String,
    /// What reports call the scenario; nothing when it has no name.
    pub scenario: Option<String>,
    /// What is declared there. Conditions that are not known are left open.
    pub world: World,
}

/// Evaluates every root module and template in each of its scenarios. A template that is compiled from a Bicep file beside it is left out.
///
/// Needs deep stacks, as [`check`] does.
pub fn deployments(sources: &Sources, config: &Config) -> Vec<Deployment> {
    let code = Code::read(sources, config);
    let deployments = Deployments::of(&code, &mut Vec::new());
    let mut found = Vec::new();
    let templates: Vec<_> = deployments.templates.roots.iter().filter(|root| root.source.is_none()).collect();
    config.progress.check(deployments.roots.len(), templates.len());
    for root in &deployments.roots {
        let provider = terraform::provider_version(root, &code.modules);
        for scenario in deployments.scenarios.of(root, config) {
            let config = code.settings.applied(root, &scenario.config);
            let (world, _) = code.root_module((root, &provider), &config, &Assumptions::new());
            found.push(Deployment { root: (*root).to_owned(), scenario: scenario.name, world });
        }
        config.progress.checked();
    }
    let checker = code.checker();
    for root in templates {
        for set in &root.sets {
            let (world, _) = checker.template(root.template, set, &Assumptions::new());
            found.push(Deployment { root: root.template.to_owned(), scenario: set.name.clone(), world });
        }
        config.progress.checked();
    }
    found
}

/// What is checked by itself, and with which files. A template that is compiled from a Bicep file beside it is left out.
pub fn sets(sources: &Sources, config: &Config) -> Vec<Set> {
    let code = Code::read(sources, config);
    let deployments = Deployments::of(&code, &mut Vec::new());
    let files = |config: &Config| config.var_files().into_iter().map(str::to_owned).collect();
    let root = |root: &&str| {
        let sets = deployments.scenarios.of(root, config).iter().map(|scenario| files(&scenario.config)).collect();
        Set { root: (*root).to_owned(), is_template: false, sets }
    };
    let template = |root: &scenarios::parameters::Root| {
        let sets = root.sets.iter().map(|set| set.parameters.iter().map(|path| (*path).to_owned()).collect()).collect();
        Set { root: root.template.to_owned(), is_template: true, sets }
    };
    let templates = deployments.templates.roots.iter().filter(|root| root.source.is_none());
    deployments.roots.iter().map(root).chain(templates.map(template)).collect()
}

/// All that was read from the texts, before anything is evaluated.
struct Code<'a> {
    sources: &'a Sources,
    config: &'a Config,
    facts: Facts,
    settings: Arc<Settings>,
    modules: Modules,
    plans: Vec<Plan>,
    templates: Templates,
    /// What is wrong in the texts, but for templates and their parameter files.
    errors: Vec<(Span, String)>,
    /// What is wrong in those; some may turn out to be for another tool.
    template_errors: Vec<(Span, String)>,
}

/// What is deployed by itself, and with which values.
struct Deployments<'a> {
    /// The folders of the root modules that are linted.
    roots: Vec<&'a str>,
    scenarios: Scenarios,
    templates: Roots<'a>,
}

impl<'a> Deployments<'a> {
    fn of(code: &'a Code<'_>, errors: &mut Vec<(Span, String)>) -> Self {
        let linted: BTreeSet<&str> = code.sources.folders().collect();
        let roots: Vec<&str> = code.modules.roots().into_iter().filter(|folder| linted.contains(folder)).collect();
        let scenarios = Scenarios::find(&roots, &code.modules, code.sources, code.config, &code.settings);
        errors.extend(scenarios.errors.iter().cloned());
        let mut wrong = code.template_errors.clone();
        let templates = Roots::of(&code.templates, &mut wrong, code.sources, code.config, &code.settings);
        errors.extend(wrong);
        Self { roots, scenarios, templates }
    }
}

impl<'a> Code<'a> {
    fn read(sources: &'a Sources, config: &'a Config) -> Self {
        Self::with(Arc::new(Settings::read(sources)), sources, config)
    }

    fn with(settings: Arc<Settings>, sources: &'a Sources, config: &'a Config) -> Self {
        let facts = Facts::embedded();
        let mut errors = settings.errors.clone();
        let named: Vec<&str> = config.var_files().into_iter().chain(settings.variable_files()).collect();
        let (mut modules, wrong) = Modules::read(sources, &named);
        errors.extend(wrong);
        modules.add_known(&facts.modules);
        let (plans, wrong) = plan::read(sources);
        errors.extend(wrong);
        for plan in &plans {
            modules.add_planned(sources.file(plan.file).path(), plan.file, plan.variables(sources));
        }
        let (mut templates, template_errors) = Templates::read(sources);
        templates.add_known(&facts.bicep_modules);
        Self { sources, config, facts, settings, modules, plans, templates, errors, template_errors }
    }

    /// Checks everything. What belongs to no root comes first.
    fn check_roots(self) -> ByRoot {
        let sources = self.sources;
        let mut errors = Vec::new();
        let deployments = Deployments::of(&self, &mut errors);
        let mut report = Report { files: sources.len(), unreadable: sources.unreadable().to_vec(), ..Report::default() };
        report.unreadable.extend(deployments.templates.wrong.iter().map(|(path, message)| Unreadable {
            message: message.clone(),
            path: (*path).to_owned(),
            span: None,
        }));
        report.unreadable.extend(self.errors.iter().cloned().chain(errors).map(|(span, message)| Unreadable {
            message,
            path: sources.file(span.file).path().to_owned(),
            span: Some(span),
        }));
        self.config.progress.check(deployments.roots.len() + self.plans.len(), deployments.templates.roots.len());
        let roots = self.check(&deployments);
        drop(deployments);
        ByRoot { rest: report, roots, settings: self.settings }
    }

    fn checker(&self) -> templates::Checker<'_> {
        templates::Checker {
            templates: &self.templates,
            settings: &self.settings,
            sources: self.sources,
            config: self.config,
            facts: &self.facts,
        }
    }

    /// One report for each root module, template and plan without code, by folder or path.
    fn check(&self, deployments: &Deployments<'_>) -> BTreeMap<String, Report> {
        use rayon::prelude::*;
        let check_scenarios = |root: &str| {
            let of_root = deployments.scenarios.of(root, self.config);
            let provider = terraform::provider_version(root, &self.modules);
            scenarios::check_all(&of_root, "variable file", &|scenario| self.check_root((root, &provider), &scenario.config))
        };
        let mut found: BTreeMap<String, Report> = deployments
            .roots
            .par_iter()
            .map(|root| ((*root).to_owned(), guarded(root, self.config, || check_scenarios(root))))
            .inspect(|_| self.config.progress.checked())
            .collect();
        let planned: Vec<(Option<String>, Report)> = self
            .plans
            .par_iter()
            .map(|plan| {
                let mut root = None;
                let report = guarded(self.sources.file(plan.file).path(), self.config, || {
                    let (found, report) =
                        plans::check(plan, &self.settings, &self.modules, self.sources, self.config, &self.facts);
                    root = found;
                    report
                });
                (root, report)
            })
            .inspect(|_| self.config.progress.checked())
            .collect();
        for (plan, (root, part)) in self.plans.iter().zip(planned) {
            let root = root.unwrap_or_else(|| self.sources.file(plan.file).path().to_owned());
            plans::add(found.entry(root).or_default(), part);
        }
        found.extend(self.checker().check(&deployments.templates));
        for (root, undecided) in &deployments.scenarios.undecided {
            found.entry(root.clone()).or_default().undecided.extend(undecided.iter().cloned());
        }
        found
    }

    /// Checks one root module in one scenario. Where something hangs on a condition that is not known, both ways are checked.
    fn check_root(&self, (folder, provider): (&str, &ProviderVersion), config: &Config) -> Report {
        let config = self.settings.applied(folder, config);
        let mut report = choices::check_all(&|assumptions| {
            let (world, unresolved) = self.root_module((folder, provider), &config, assumptions);
            run_rules(world, unresolved, self.sources, &config, &self.facts)
        });
        let own = Own::new(folder, &self.modules, self.sources);
        report.undecided.iter_mut().for_each(|u| u.why.span = u.why.span.map(|span| own.span(span)));
        report
    }

    /// What a root module declares in one scenario, and the calls in it that could not be followed.
    fn root_module(
        &self,
        (folder, provider): (&str, &ProviderVersion),
        config: &Config,
        assumptions: &Assumptions,
    ) -> (World, Vec<(String, Undecided)>) {
        let evaluated = terraform::evaluate(folder, &self.modules, self.sources, config, assumptions, &model::is_wanted);
        let mut world = World::new(&evaluated.resources, provider, &self.facts, config.day());
        world.validations = evaluated.validations;
        world.told = self.settings.told(folder);
        (world, evaluated.unresolved)
    }
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

/// Runs the wanted rules over what was evaluated. Calls that could not be followed are undecided, and may hold more.
fn run_rules(
    mut world: World,
    unresolved: Vec<(String, Undecided)>,
    sources: &Sources,
    config: &Config,
    facts: &Facts,
) -> Report {
    let mut report = Report::default();
    for (call, why) in unresolved {
        world.more_resources.get_or_insert_with(|| why.clone());
        report.undecided.push(UndecidedRule { rule: "*", cluster: call, why });
    }
    if config.insights {
        report.insights = insight::of(&world, facts, config.day());
    }
    if config.maps {
        report.maps = map::of(&world, facts, config.day());
        report.clusters = world.clusters.iter().map(|cluster| cluster.address.to_string()).collect();
    } else {
        rules::run(&world, sources, facts, config, &mut report);
    }
    report
}

/// The stack that a thread needs for the deepest code that is still evaluated.
pub const STACK_BYTES: usize = 64 << 20;

/// So often it is tried to start one thread where there is no room for more: those that were started need a moment to end.
const TRIES: usize = 20;

/// Runs something on threads with deep stacks; 0 threads means one for each core. Where not so many can be started, one does it.
///
/// # Errors
/// When not even one can be started.
pub fn with_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> Result<T, rayon::ThreadPoolBuildError> {
    let start = |threads| {
        // Signals are for the thread that waits, which is the one that writes files.
        let _held = system::Held::new();
        rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build()
    };
    let mut pool = start(threads);
    for _ in 0..TRIES {
        if pool.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
        pool = start(1);
    }
    Ok(pool?.install(run))
}

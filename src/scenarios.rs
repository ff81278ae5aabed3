//! Scenarios: the sets of variable files that a root module is checked with, one after the other.
//!
//! The command line decides (`--var-file`), else the configuration file, else the variable files that plainly belong to the root module.

pub mod belong;
mod merge;
pub mod parameters;
mod placeholder;
mod sets;

pub use merge::{Named, check_all};

use crate::config::{Config, Given};
use crate::eval::terraform::{Module, Modules};
use crate::model::Undecided;
use crate::report::UndecidedRule;
use crate::settings::{Settings, TerraformRoot};
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// More scenarios of one root module are not checked.
const MOST: usize = 100;

/// One set of variable files.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What reports call it; `None` for what the command line says, and for the root module without more files.
    pub name: Option<String>,
    /// The run's settings with the set's files and workspace.
    pub config: Config,
}

impl Named for Scenario {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// The scenarios of all root modules, and what was found out on the way.
#[derive(Debug, Default)]
pub struct Scenarios {
    by_root: BTreeMap<String, Vec<Scenario>>,
    /// Scenarios that cannot be checked, by their root.
    pub undecided: BTreeMap<String, Vec<UndecidedRule>>,
    /// What is wrong in the variable files that are used, and in what the configuration file says of them.
    pub errors: Vec<(Span, String)>,
}

impl Scenarios {
    /// Finds the scenarios of root modules.
    pub fn find(roots: &[&str], modules: &Modules, sources: &Sources, config: &Config, settings: &Settings) -> Self {
        let mut found = Self::default();
        let open = config.var_files().is_empty();
        let settled: BTreeMap<&str, Vec<&TerraformRoot>> =
            roots.iter().map(|root| (*root, settings.of_root(root, sources))).collect();
        let free: Vec<&str> = roots.iter().copied().filter(|root| settled.get(root).is_none_or(Vec::is_empty)).collect();
        let mut belonging =
            if open { belong::belonging(&free, modules, &settings.variable_files().collect()) } else { BTreeMap::new() };
        for root in roots {
            let entries = settled.get(root).map(Vec::as_slice).unwrap_or_default();
            let mut scenarios = match entries {
                _ if !open => Vec::new(),
                [] => match (belonging.remove(root), modules.get(root)) {
                    (Some(files), Some(module)) => found.by_default((root, &files), module, modules, sources, config),
                    _ => Vec::new(),
                },
                entries => entries.iter().flat_map(|entry| found.configured(entry, modules, config)).collect(),
            };
            found.bound(root, &mut scenarios);
            if !scenarios.is_empty() || (open && !entries.is_empty()) {
                found.by_root.insert((*root).to_owned(), scenarios);
            }
        }
        found
    }

    /// The scenarios of a root module: at least one, unless all that the user named are broken.
    pub fn of(&self, root: &str, config: &Config) -> Vec<Scenario> {
        self.by_root.get(root).cloned().unwrap_or_else(|| vec![Scenario { name: None, config: config.clone() }])
    }

    /// The scenarios that the files belonging to a root module make. The root module without any of them is one, too, if all its
    /// variables have values.
    fn by_default(
        &mut self,
        (root, files): (&str, &[belong::Belonging<'_>]),
        module: &Module,
        modules: &Modules,
        sources: &Sources,
        config: &Config,
    ) -> Vec<Scenario> {
        let mut templates = BTreeMap::new();
        for file in files.iter().filter_map(|f| modules.variable_file(f.path)) {
            let source = sources.file(file.file);
            match placeholder::find(source.text()) {
                Some(range) => _ = templates.insert(source.path(), Span::new(file.file, range.start, range.end)),
                None => self.errors.extend(file.errors.iter().cloned()),
            }
        }
        for (path, span) in &templates {
            let reason = format!("this file is a template, as {} in it shows", sources.text(*span).trim());
            self.skip(root, skipped(path, reason, Some(*span)));
        }
        let sets = sets::sets(files).into_iter().filter(|set| !set.files.iter().any(|path| templates.contains_key(path)));
        let mut scenarios: Vec<Scenario> = sets.map(|set| scenario(set.name, &set.files, config)).collect();
        if scenarios.is_empty() || is_complete(module, config) {
            scenarios.push(Scenario { name: None, config: config.clone() });
        }
        scenarios
    }

    /// The scenarios that an entry of the configuration file names. One with a missing file cannot be checked.
    fn configured(&mut self, entry: &TerraformRoot, modules: &Modules, config: &Config) -> Vec<Scenario> {
        let mut scenarios = Vec::new();
        for set in &entry.sets {
            let missing: Vec<_> = set.iter().filter(|file| modules.variable_file(&file.path).is_none()).collect();
            for file in &missing {
                self.errors.push((file.span, missing_file(&file.written)));
            }
            if missing.is_empty() {
                let paths: Vec<&str> = set.iter().map(|file| file.path.as_str()).collect();
                let workspace = entry.workspace.as_ref();
                let name = match (sets::title(&paths), workspace) {
                    (name, None) => name,
                    (None, Some((workspace, _))) => Some(format!("workspace {workspace}")),
                    (Some(name), Some((workspace, _))) => Some(format!("{name} in workspace {workspace}")),
                };
                let mut scenario = scenario(name, &paths, config);
                scenario.config.workspace = workspace.cloned();
                scenarios.push(scenario);
            }
        }
        scenarios
    }

    fn skip(&mut self, root: &str, why: UndecidedRule) {
        self.undecided.entry(root.to_owned()).or_default().push(why);
    }

    fn bound(&mut self, root: &str, scenarios: &mut Vec<Scenario>) {
        if scenarios.len() > MOST {
            let reason = format!("there are more than {MOST} variable sets here; the others were not checked");
            self.skip(root, skipped(if root.is_empty() { "." } else { root }, reason, None));
            scenarios.truncate(MOST);
        }
    }
}

fn scenario(name: Option<String>, files: &[&str], config: &Config) -> Scenario {
    let files = files.iter().map(|path| Given::File((*path).to_owned()));
    let variables = files.chain(config.variables.iter().cloned()).collect();
    Scenario { name, config: Config { variables, ..config.clone() } }
}

fn missing_file(written: &str) -> String {
    format!("{written} does not exist or could not be read; paths here start from this file's folder")
}

/// Says that no rule was checked with something.
fn skipped(what: &str, reason: String, span: Option<Span>) -> UndecidedRule {
    UndecidedRule { rule: "*", cluster: what.to_owned(), why: Undecided::new(reason, span) }
}

/// Whether every variable of a root module has a value without more files.
fn is_complete(module: &Module, config: &Config) -> bool {
    let given = |name: &str| config.variables.iter().any(|given| matches!(given, Given::Value(n, _) if n == name));
    module
        .variables
        .iter()
        .all(|(name, block)| block.body.attribute("default").is_some() || module.set_by_files.contains_key(name) || given(name))
}

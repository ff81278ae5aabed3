//! Configuration files, `overlint.toml`: what a project says about itself.
//!
//! Which file applies to a folder is known to [`Sources`]. Paths in a configuration file start from the folder that it is in.

mod draft;
mod parse;
mod schema;

pub use draft::{Set, Wish, draft};
pub use parse::{ConfigFile, Entry, KEYS, NamedFile, TemplateEntry, parse};
pub use schema::schema;

use crate::cidr::Cidr;
use crate::config::{Config, Severities};
use crate::date::Date;
use crate::model::{Field, State, Told};
use crate::source::{FileId, Sources, Span};
use crate::value::At;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The names of configuration files; the first one that a folder has counts.
pub const NAMES: [&str; 2] = ["overlint.toml", ".overlint.toml"];

/// All configuration files of a run.
#[derive(Debug, Default)]
pub struct Settings {
    files: BTreeMap<FileId, Vec<TerraformRoot>>,
    templates: BTreeMap<FileId, Vec<TemplateRoot>>,
    networks: BTreeMap<FileId, Told>,
    policies: BTreeMap<FileId, Policy>,
    of_root: BTreeMap<String, FileId>,
    /// What is wrong in them.
    pub errors: Vec<(Span, String)>,
}

/// What a configuration file says of rules.
#[derive(Debug)]
struct Policy {
    severities: Arc<Severities>,
    as_of: Option<Date>,
}

/// What a configuration file says of a root module: variable sets, each to be checked by itself.
#[derive(Debug)]
pub struct TerraformRoot {
    /// The absolute path of the root module's folder.
    folder: String,
    /// The sets; at least one, which may be empty.
    pub sets: Vec<Vec<VariableFile>>,
    /// Terraform's workspace, and where it is written.
    pub workspace: Option<(Arc<str>, Span)>,
}

/// What a configuration file says of a template: sets of parameter files, each to be checked by itself.
#[derive(Debug)]
pub struct TemplateRoot {
    /// The absolute path of the template.
    template: String,
    /// The sets; at least one, which may be empty.
    pub sets: Vec<Vec<VariableFile>>,
}

/// A variable file or parameter file that a configuration file names.
#[derive(Debug)]
pub struct VariableFile {
    /// As written.
    pub written: String,
    /// Its path among the sources, if it is there.
    pub path: String,
    /// Where it is written.
    pub span: Span,
}

impl Settings {
    /// Reads the configuration files among the sources.
    pub fn read(sources: &Sources) -> Self {
        let mut settings = Self::default();
        for (folder, file) in sources.configs() {
            settings.of_root.insert(folder.to_owned(), file);
            if settings.files.contains_key(&file) {
                continue;
            }
            let (content, wrong) = parse(sources.file(file).text());
            settings.errors.extend(wrong.into_iter().map(|(at, message)| (Span::new(file, at.start, at.end), message)));
            let roots = content.terraform.into_iter().map(|entry| terraform_root(entry, file, sources));
            settings.files.insert(file, roots.collect());
            let templates = content.arm.into_iter().map(|entry| template_root(entry, file, sources));
            settings.templates.insert(file, templates.collect());
            settings.networks.insert(file, told(content.network, file));
            let policy = Policy { severities: Arc::new(content.rules), as_of: content.as_of };
            settings.policies.insert(file, policy);
        }
        settings
    }

    /// What is said of a root module. Several entries add up.
    pub fn of_root(&self, root: &str, sources: &Sources) -> Vec<&TerraformRoot> {
        let folder = sources.absolute(root);
        let entries = self.of_root.get(root).and_then(|file| self.files.get(file));
        entries.into_iter().flatten().filter(|entry| entry.folder == folder).collect()
    }

    /// What is said of a template. Several entries add up.
    pub fn of_template(&self, template: &str, sources: &Sources) -> Vec<&TemplateRoot> {
        let path = sources.absolute(template);
        let entries = self.of_root.get(crate::source::parent(template)).and_then(|file| self.templates.get(file));
        entries.into_iter().flatten().filter(|entry| entry.template == path).collect()
    }

    /// The settings of a run as they are for a folder: the command line wins over the configuration file.
    pub fn applied(&self, folder: &str, config: &Config) -> Config {
        let policy = self.of_root.get(folder).and_then(|file| self.policies.get(file));
        let mut config = config.clone();
        if let Some(policy) = policy {
            config.severities = Arc::clone(&policy.severities);
            config.as_of = config.as_of.or(policy.as_of);
        }
        config
    }

    /// What is said of the networks around the clusters of a folder.
    pub fn told(&self, folder: &str) -> Told {
        self.of_root.get(folder).and_then(|file| self.networks.get(file)).cloned().unwrap_or_default()
    }

    /// The paths of all parameter files that are named.
    pub fn parameter_files(&self) -> impl Iterator<Item = &str> {
        self.templates.values().flatten().flat_map(|entry| entry.sets.iter().flatten()).map(|file| file.path.as_str())
    }

    /// Whether something is said of a root module, template, variable file or parameter file.
    pub fn names(&self, path: &str, sources: &Sources) -> bool {
        let absolute = sources.absolute(path);
        self.files.values().flatten().any(|entry| entry.folder == absolute)
            || self.templates.values().flatten().any(|entry| entry.template == absolute)
            || self.variable_files().chain(self.parameter_files()).any(|file| file == path)
    }

    /// The paths of all variable files that are named.
    pub fn variable_files(&self) -> impl Iterator<Item = &str> {
        self.files.values().flatten().flat_map(|entry| entry.sets.iter().flatten()).map(|file| file.path.as_str())
    }
}

fn told(network: parse::Network, file: FileId) -> Told {
    let fields = |name, ranges: Vec<(Cidr, std::ops::Range<usize>)>| {
        let field = |(cidr, at): (_, std::ops::Range<usize>)| {
            Field::new(name, State::Set(cidr), At::new(Span::new(file, at.start, at.end)))
        };
        ranges.into_iter().map(field).collect()
    };
    Told {
        on_premises: network.on_premises.map(|ranges| fields("on-premises", ranges)),
        peered: network.peered.map(|ranges| fields("peered", ranges)),
    }
}

fn terraform_root(entry: Entry, file: FileId, sources: &Sources) -> TerraformRoot {
    let folder = crate::source::parent(sources.file(file).path());
    TerraformRoot {
        folder: sources.absolute(&crate::source::join(folder, &entry.root.written)),
        sets: sets(entry.sets, file, sources),
        workspace: entry.workspace.map(|(name, at)| (name.into(), Span::new(file, at.start, at.end))),
    }
}

fn template_root(entry: TemplateEntry, file: FileId, sources: &Sources) -> TemplateRoot {
    let folder = crate::source::parent(sources.file(file).path());
    TemplateRoot {
        template: sources.absolute(&crate::source::join(folder, &entry.template.written)),
        sets: sets(entry.sets, file, sources),
    }
}

fn sets(sets: Vec<Vec<NamedFile>>, file: FileId, sources: &Sources) -> Vec<Vec<VariableFile>> {
    let folder = crate::source::parent(sources.file(file).path());
    let named = |named: NamedFile| VariableFile {
        path: sources.name(folder, &named.written),
        span: Span::new(file, named.at.start, named.at.end),
        written: named.written,
    };
    sets.into_iter().map(|set| set.into_iter().map(named).collect()).collect()
}

//! A Terraform module: everything the files of one folder declare, merged and indexed. Read once, evaluated as often as it is called.

use super::installed::Installed;
use super::known::Known;
use super::overrides;
use crate::source::{self, FileId, SourceFile, Sources, Span};
use crate::syntax::hcl::ast::{Attribute, Block, Body, Expr, ExprKind};
use crate::syntax::hcl::files::{Role, has_values, parse_named, replaced, role};
use crate::syntax::hcl::{self, is_local_source};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A module.
#[derive(Debug, Default)]
pub struct Module {
    /// Its folder, "" for the working directory.
    pub folder: String,
    /// Whether it stands in for another module, and has less than that one.
    pub stands_in: bool,
    /// Input variables by name.
    pub variables: BTreeMap<Arc<str>, Block>,
    /// Local values by name.
    pub locals: HashMap<Arc<str>, Attribute>,
    /// Outputs by name.
    pub outputs: BTreeMap<Arc<str>, Block>,
    /// Managed resources and data sources, in the order of the code.
    pub resources: Vec<ResourceBlock>,
    /// Calls of other modules by name.
    pub calls: BTreeMap<Arc<str>, Block>,
    /// The version constraints on the azurerm provider, with their places.
    pub azurerm_constraints: Vec<(Arc<str>, Span)>,
    /// The version of the azurerm provider that the lock file holds.
    pub azurerm_locked: Option<Arc<str>>,
    /// What the auto-loaded variable files set, the last one winning; with the file's path.
    pub set_by_files: HashMap<Arc<str>, (Attribute, String)>,
    resource_index: HashMap<(bool, Arc<str>, Arc<str>), usize>,
}

/// A `resource` or `data` block.
#[derive(Debug)]
pub struct ResourceBlock {
    /// `true` for `data`.
    pub existing: bool,
    /// `azurerm_subnet`
    pub kind: Arc<str>,
    /// The name in the code.
    pub name: Arc<str>,
    /// The block.
    pub block: Block,
}

/// A file of a module, parsed.
#[derive(Debug)]
pub struct ParsedFile {
    /// The file.
    pub file: FileId,
    /// Its content.
    pub body: Body,
}

impl Module {
    /// Puts the parsed files of a folder together, which come in the order of their names. Returns what Terraform would refuse, too.
    pub fn new(folder: &str, files: Vec<ParsedFile>, sources: &Sources) -> (Self, Vec<(Span, String)>) {
        let mut module = Module { folder: folder.to_owned(), ..Module::default() };
        let (mut code, mut overriding, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for parsed in files {
            match role_of(sources.file(parsed.file).path()) {
                Some(Role::Code) => code.extend(parsed.body.blocks),
                Some(Role::Override) => overriding.extend(parsed.body.blocks),
                Some(Role::Lock) => module.read_lock_file(&parsed.body),
                Some(Role::Values(rank)) => values.push((rank, parsed)),
                None => {}
            }
        }
        let errors = overrides::merge(&mut code, overriding);
        code.into_iter().for_each(|block| module.add(block));
        values.sort_by_key(|(rank, _)| *rank);
        for (_, parsed) in values {
            let path = sources.file(parsed.file).path();
            for attribute in parsed.body.attributes {
                module.set_by_files.insert(Arc::clone(&attribute.name), (attribute, path.to_owned()));
            }
        }
        (module, errors)
    }

    /// A module that stands in for another one: it has not all of that one's outputs.
    pub fn stand_in(folder: &str, body: Body) -> Self {
        let mut module = Module { folder: folder.to_owned(), stands_in: true, ..Module::default() };
        body.blocks.into_iter().for_each(|block| module.add(block));
        module
    }

    /// The resource of this kind and name.
    pub fn resource(&self, existing: bool, kind: &str, name: &str) -> Option<&ResourceBlock> {
        let at = self.resource_index.get(&(existing, kind.into(), name.into()))?;
        self.resources.get(*at)
    }

    /// Whether the module declares any resource of this kind.
    pub fn has_kind(&self, existing: bool, kind: &str) -> bool {
        self.resources.iter().any(|r| r.existing == existing && &*r.kind == kind)
    }

    fn add(&mut self, block: Block) {
        let label = |i: usize| block.labels.get(i).cloned();
        match (&*block.keyword, label(0), label(1)) {
            ("variable", Some(name), _) => drop(self.variables.insert(name, block)),
            ("output", Some(name), _) => drop(self.outputs.insert(name, block)),
            ("module", Some(name), _) => drop(self.calls.insert(name, block)),
            ("locals", ..) => {
                for attribute in block.body.attributes {
                    self.locals.insert(Arc::clone(&attribute.name), attribute);
                }
            }
            (keyword @ ("resource" | "data"), Some(kind), Some(name)) => {
                let existing = keyword == "data";
                let key = (existing, Arc::clone(&kind), Arc::clone(&name));
                self.resource_index.insert(key, self.resources.len());
                self.resources.push(ResourceBlock { existing, kind, name, block });
            }
            ("terraform", ..) => self.read_required_providers(&block.body),
            ("provider", Some(name), _) if &*name == "azurerm" => {
                let version = block.body.attribute("version").and_then(|a| literal(&a.expr));
                self.azurerm_constraints.extend(version);
            }
            _ => {}
        }
    }

    fn read_required_providers(&mut self, body: &Body) {
        for attribute in body.blocks("required_providers").flat_map(|b| &b.body.attributes) {
            if &*attribute.name != "azurerm" {
                continue;
            }
            let version = match &attribute.expr.kind {
                ExprKind::Object(entries) => entries
                    .iter()
                    .find(|(key, _)| matches!(&key.kind, ExprKind::String(k) if &**k == "version"))
                    .and_then(|(_, value)| literal(value)),
                _ => literal(&attribute.expr),
            };
            self.azurerm_constraints.extend(version);
        }
    }

    fn read_lock_file(&mut self, body: &Body) {
        let azurerm = body.blocks("provider").find(|b| b.labels.first().is_some_and(|l| l.ends_with("/hashicorp/azurerm")));
        let version = azurerm.and_then(|b| b.body.attribute("version")).and_then(|a| literal(&a.expr));
        self.azurerm_locked = version.map(|(text, _)| text);
    }

    /// The folder that a call names, if its source is a relative path.
    pub fn called_folder(&self, call: &Block) -> Option<String> {
        let (source, _) = call.body.attribute("source").and_then(|a| literal(&a.expr))?;
        is_local_source(&source).then(|| source::join(&self.folder, &source))
    }
}

/// The text of a string without interpolation, and its place.
pub fn literal(expr: &Expr) -> Option<(Arc<str>, Span)> {
    match &expr.kind {
        ExprKind::String(text) => Some((Arc::clone(text), expr.span)),
        _ => None,
    }
}

/// All modules among the sources.
#[derive(Debug, Default)]
pub struct Modules {
    by_folder: HashMap<String, Module>,
    variable_files: BTreeMap<String, VariableFile>,
    /// The variables that a plan was made with, by the path of the plan.
    planned: BTreeMap<String, VariableFile>,
    /// What `terraform init` has downloaded.
    pub installed: Installed,
    /// Stand-ins for modules that are known without their code.
    pub known: Known,
}

/// A variable file that no module loads by itself.
#[derive(Debug)]
pub struct VariableFile {
    /// The file.
    pub file: FileId,
    /// Its content.
    pub body: Body,
    /// What is wrong in it.
    pub errors: Vec<(Span, String)>,
}

impl Modules {
    /// Parses every Terraform file, in parallel, and puts the modules together. `named` are the paths of variable files that the user
    /// named. Returns what is wrong in the files that are certain to be used, too.
    pub fn read(sources: &Sources, named: &[&str]) -> (Self, Vec<(Span, String)>) {
        use rayon::prelude::*;
        let (loaded, other) = sort_files(sources, named);
        let parse = |(file, f): (FileId, &SourceFile)| (file, parse_named(file, name_of(f.path()), f.text()));
        let loaded: Vec<(FileId, hcl::Parsed)> = loaded.into_par_iter().map(parse).collect();
        let other: Vec<(FileId, hcl::Parsed)> = other.into_par_iter().map(parse).collect();
        let mut modules = Self { installed: Installed::read(sources), ..Self::default() };
        let mut errors = Vec::new();
        let mut folders: BTreeMap<&str, Vec<ParsedFile>> = BTreeMap::new();
        for (file, parsed) in loaded {
            errors.extend(parsed.errors);
            folders.entry(source::parent(sources.file(file).path())).or_default().push(ParsedFile { file, body: parsed.body });
        }
        for (folder, files) in folders {
            let (module, refused) = Module::new(folder, files, sources);
            errors.extend(refused);
            modules.by_folder.insert(folder.to_owned(), module);
        }
        for (file, parsed) in other {
            let path = sources.file(file).path();
            if named.contains(&path) {
                errors.extend(parsed.errors.iter().cloned());
            }
            let file = VariableFile { file, body: parsed.body, errors: parsed.errors };
            modules.variable_files.insert(path.to_owned(), file);
        }
        (modules, errors)
    }

    /// All modules.
    pub fn iter(&self) -> impl Iterator<Item = &Module> {
        self.by_folder.values()
    }

    /// Adds a module under its folder's name.
    pub fn insert(&mut self, module: Module) {
        self.by_folder.insert(module.folder.clone(), module);
    }

    /// The variable file of this path, unless only a module loads it.
    pub fn variable_file(&self, path: &str) -> Option<&VariableFile> {
        self.variable_files.get(path).or_else(|| self.planned.get(path))
    }

    /// Adds the variables that a plan was made with, to be named by the path of the plan. They are no file that a root may claim.
    pub fn add_planned(&mut self, path: &str, file: FileId, body: Body) {
        self.planned.insert(path.to_owned(), VariableFile { file, body, errors: Vec::new() });
    }

    /// The variable files that no module loads by itself, with their paths, sorted.
    pub fn variable_files(&self) -> impl Iterator<Item = (&str, &VariableFile)> {
        self.variable_files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The module of a folder.
    pub fn get(&self, folder: &str) -> Option<&Module> {
        self.by_folder.get(folder)
    }

    /// The folders of the root modules, sorted: those that no local call of another module points at.
    pub fn roots(&self) -> Vec<&str> {
        let called: HashSet<String> = self
            .by_folder
            .values()
            .flat_map(|m| m.calls.values().filter_map(|c| m.called_folder(c)).filter(|folder| *folder != m.folder))
            .collect();
        let mut roots: Vec<&str> = self.by_folder.keys().map(String::as_str).filter(|f| !called.contains(*f)).collect();
        roots.sort_unstable();
        roots
    }
}

type Files<'s> = Vec<(FileId, &'s SourceFile)>;

/// The files that modules load, in the order of their paths, and the other variable files. One that is loaded and named is in both.
fn sort_files<'s>(sources: &'s Sources, named: &[&str]) -> (Files<'s>, Files<'s>) {
    let is_code = |path: &str| matches!(role_of(path), Some(Role::Code | Role::Override | Role::Lock));
    let code: HashSet<&str> = sources.iter().map(|(_, f)| f.path()).filter(|path| is_code(path)).map(source::parent).collect();
    // Where there is no code, nothing is loaded; a lock file alone stands beside a plan.
    let mut loaded: Files =
        sources.iter().filter(|(_, f)| role_of(f.path()).is_some() && code.contains(source::parent(f.path()))).collect();
    let replaced: HashSet<String> = loaded.iter().filter_map(|(_, f)| replaced(f.path())).collect();
    loaded.retain(|(_, f)| !replaced.contains(f.path()));
    loaded.sort_by_key(|(_, f)| f.path());
    let is_loaded: HashSet<FileId> = loaded.iter().map(|(id, _)| *id).collect();
    let is_other = |id: &FileId, path: &str| has_values(name_of(path)) && !is_loaded.contains(id);
    let other = sources.iter().filter(|(id, f)| named.contains(&f.path()) || is_other(id, f.path())).collect();
    (loaded, other)
}

/// The name of a file without its folder.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn role_of(path: &str) -> Option<Role> {
    role(name_of(path))
}

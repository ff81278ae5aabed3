//! A Terraform module: everything the files of one folder declare, merged and indexed. Read once, evaluated as often as it is called.

use super::installed::Installed;
use super::known::Known;
use crate::source::{self, FileId, Sources, Span};
use crate::syntax::hcl::ast::{Attribute, Block, Body, Expr, ExprKind};
use crate::syntax::hcl::{self, is_local_source};
use std::collections::{BTreeMap, HashMap};
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
    /// Puts the parsed files of a folder together. Files come in the order of their names.
    pub fn new(folder: &str, files: Vec<ParsedFile>, sources: &Sources) -> Self {
        let mut module = Module { folder: folder.to_owned(), ..Module::default() };
        // terraform.tfvars first, then *.auto.tfvars by name: a later one wins.
        let (mut variable_files, code): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|f| sources.file(f.file).path().ends_with(".tfvars"));
        variable_files.sort_by_key(|f| sources.file(f.file).path().ends_with(".auto.tfvars"));
        for parsed in code {
            if sources.file(parsed.file).path().ends_with(".terraform.lock.hcl") {
                module.read_lock_file(&parsed.body);
            } else {
                parsed.body.blocks.into_iter().for_each(|b| module.add(b));
            }
        }
        for parsed in variable_files {
            let path = sources.file(parsed.file).path();
            for attribute in parsed.body.attributes {
                module.set_by_files.insert(Arc::clone(&attribute.name), (attribute, path.to_owned()));
            }
        }
        module
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
    /// The files of `--var-file`, in order.
    pub var_files: Vec<ParsedFile>,
    /// What `terraform init` has downloaded.
    pub installed: Installed,
    /// Stand-ins for modules that are known without their code.
    pub known: Known,
}

impl Modules {
    /// Parses every Terraform file, in parallel, and puts the modules together. `var_files` are the paths of variable files that the user
    /// named, in order. Returns what is wrong in the files, too.
    pub fn read(sources: &Sources, var_files: &[String]) -> (Self, Vec<(Span, String)>) {
        use rayon::prelude::*;
        let named = |path: &str| sources.iter().find(|(_, f)| f.path() == path).map(|(id, _)| id);
        let mut var_file_errors = Vec::new();
        let mut parse_named = |file: FileId| {
            let parsed = hcl::parse(file, sources.file(file).text());
            var_file_errors.extend(parsed.errors);
            ParsedFile { file, body: parsed.body }
        };
        let var_files: Vec<ParsedFile> = var_files.iter().filter_map(|p| named(p)).map(&mut parse_named).collect();
        let files: Vec<FileId> = sources.iter().filter(|(_, f)| is_module_file(f.path())).map(|(id, _)| id).collect();
        let parsed: Vec<(FileId, hcl::Parsed)> =
            files.into_par_iter().map(|id| (id, hcl::parse(id, sources.file(id).text()))).collect();
        let mut folders: BTreeMap<&str, Vec<ParsedFile>> = BTreeMap::new();
        let mut errors = var_file_errors;
        for (file, parsed) in parsed {
            errors.extend(parsed.errors);
            folders.entry(source::parent(sources.file(file).path())).or_default().push(ParsedFile { file, body: parsed.body });
        }
        let by_folder = folders
            .into_iter()
            .map(|(folder, mut files)| {
                files.sort_by(|a, b| sources.file(a.file).path().cmp(sources.file(b.file).path()));
                (folder.to_owned(), Module::new(folder, files, sources))
            })
            .collect();
        (Self { by_folder, var_files, installed: Installed::read(sources), known: Known::default() }, errors)
    }

    /// All modules.
    pub fn iter(&self) -> impl Iterator<Item = &Module> {
        self.by_folder.values()
    }

    /// Adds a module under its folder's name.
    pub fn insert(&mut self, module: Module) {
        self.by_folder.insert(module.folder.clone(), module);
    }

    /// The module of a folder.
    pub fn get(&self, folder: &str) -> Option<&Module> {
        self.by_folder.get(folder)
    }

    /// The folders of the root modules, sorted: those that no local call of another module points at.
    pub fn roots(&self) -> Vec<&str> {
        let called: std::collections::HashSet<String> = self
            .by_folder
            .values()
            .flat_map(|m| m.calls.values().filter_map(|c| m.called_folder(c)).filter(|folder| *folder != m.folder))
            .collect();
        let mut roots: Vec<&str> = self.by_folder.keys().map(String::as_str).filter(|f| !called.contains(*f)).collect();
        roots.sort_unstable();
        roots
    }
}

/// Whether a file belongs to the module of its folder without being named on the command line.
fn is_module_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".tf") || name == "terraform.tfvars" || name.ends_with(".auto.tfvars") || name == ".terraform.lock.hcl"
}

//! The templates and parameter files among the sources, and what the paths in them lead to.

use crate::eval::plan;
use crate::facts::{self, KnownBicepModules};
use crate::source::{FileId, Sources, Span, join, parent};
use crate::syntax::arm::{self, Kind};
use crate::syntax::bicep::reference::Reference;
use crate::syntax::bicep::{self, Dialect};
use crate::syntax::expr::Name;
use crate::syntax::template::{ParameterFile, Template};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// All templates and parameter files of a run, by path.
#[derive(Debug, Default)]
pub struct Templates {
    templates: BTreeMap<String, Template>,
    parameters: BTreeMap<String, ParameterFile>,
    /// Where modules of registries are, by the file that names one and how.
    restored: BTreeMap<String, BTreeMap<String, String>>,
    /// Stand-ins for modules of the public registry, by how they are written.
    known: BTreeMap<String, Template>,
    /// The files that are restored modules.
    foreign: BTreeSet<FileId>,
}

/// Stand-ins have file names from here on; so many others outside of the sources there never are.
const FIRST_KNOWN: usize = 1_000_000;

/// What is wrong in the files: the place, and a message for the user.
pub type Errors = Vec<(Span, String)>;

impl Templates {
    /// Reads them.
    pub fn read(sources: &Sources) -> (Self, Errors) {
        use rayon::prelude::*;
        let files: Vec<_> = sources.iter().collect();
        let read: Vec<(&str, Kind, Errors)> = files
            .into_par_iter()
            .filter_map(|(id, file)| read(id, file.path(), file.text()).map(|(kind, errors)| (file.path(), kind, errors)))
            .collect();
        let (mut templates, mut wrong) = (Self::default(), Errors::new());
        for (from, written, path) in sources.restored() {
            templates.restored.entry(from.to_owned()).or_default().insert(written.to_owned(), path.to_owned());
        }
        let restored: BTreeSet<&str> = sources.restored().map(|(_, _, path)| path).collect();
        templates.foreign = sources.iter().filter(|(_, file)| restored.contains(file.path())).map(|(id, _)| id).collect();
        for (path, kind, errors) in read {
            wrong.extend(errors);
            match kind {
                Kind::Template(template) => _ = templates.templates.insert(path.to_owned(), template),
                Kind::Parameters(file) => _ = templates.parameters.insert(path.to_owned(), file),
            }
        }
        (templates, wrong)
    }

    /// Adds stand-ins for the modules of Bicep's public registry that are called but not at hand. Without any such call, the facts are not
    /// even read.
    pub fn add_known(&mut self, known: &LazyLock<KnownBicepModules>) {
        let mut new: Vec<String> = self.templates.iter().flat_map(|(path, template)| self.not_restored(path, template)).collect();
        while let Some(written) = new.pop() {
            if self.known.contains_key(&written) {
                continue;
            }
            let Ok(Reference::Registry(artifact)) = bicep::config::Config::built_in().resolve(&written) else { continue };
            let Some(versions) = artifact.public().and_then(|(repository, tag)| known.find(repository, tag)) else { continue };
            let file = FileId::outside(FIRST_KNOWN + self.known.len());
            let (template, _) = bicep::template(file, &versions.code);
            new.extend(self.not_restored("", &template));
            self.known.insert(written, template);
        }
    }

    /// The modules of registries that a template calls and that are not at hand.
    fn not_restored(&self, path: &str, template: &Template) -> Vec<String> {
        let restored = self.restored.get(path);
        let is_missing = |written: &&str| written.starts_with("br") && restored.is_none_or(|r| !r.contains_key(*written));
        template.called_paths().into_iter().map(|path| &*path.text).filter(is_missing).map(str::to_owned).collect()
    }

    /// Whether a module that is not at hand makes nothing that rules look at.
    pub fn is_beside_the_point(&self, written: &str) -> bool {
        match bicep::config::Config::built_in().resolve(written) {
            Ok(Reference::Registry(artifact)) => artifact.public().is_some_and(|(path, _)| facts::is_beside_the_point(path)),
            _ => false,
        }
    }

    /// Whether a file is not the user's own: restored from a registry, or a stand-in.
    pub fn is_foreign(&self, file: FileId) -> bool {
        self.foreign.contains(&file) || self.stands_in(file)
    }

    /// Whether a file is a stand-in for a module that is not at hand.
    pub fn stands_in(&self, file: FileId) -> bool {
        file >= FileId::outside(FIRST_KNOWN + self.known.len()) && file <= FileId::outside(FIRST_KNOWN)
    }

    /// The template at a path.
    pub fn get(&self, path: &str) -> Option<&Template> {
        self.templates.get(path)
    }

    /// All templates with their paths, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.templates.iter().map(|(path, template)| (path.as_str(), template))
    }

    /// All parameter files with their paths, sorted.
    pub fn parameter_files(&self) -> impl Iterator<Item = (&str, &ParameterFile)> {
        self.parameters.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The parameter file at a path.
    pub fn parameter_file(&self, path: &str) -> Option<&ParameterFile> {
        self.parameters.get(path)
    }

    /// The template that is called in the file `from`, and its path.
    ///
    /// # Errors
    /// Why it is not at hand.
    pub fn called(&self, from: &str, written: &Name) -> Result<(&str, &Template), String> {
        let restored = self.restored.get(from).and_then(|of| self.templates.get_key_value(of.get(&*written.text)?));
        let known = || self.known.get_key_value(&*written.text);
        match restored.or_else(known) {
            Some((path, found)) => Ok((path, found)),
            None => find(&self.templates, from, &written.text),
        }
    }

    /// The path of the parameter file that another one builds on.
    ///
    /// # Errors
    /// Why it is not at hand.
    pub fn extended(&self, from: &str, written: &Name) -> Result<&str, String> {
        find(&self.parameters, from, &written.text).map(|(path, _)| path)
    }
}

/// What a file holds, if it is a template or a parameter file.
fn read(file: FileId, path: &str, text: &str) -> Option<(Kind, Errors)> {
    match Dialect::of(path) {
        Some(Dialect::Template) => {
            let (template, errors) = bicep::template(file, text);
            return Some((Kind::Template(template), errors));
        }
        Some(Dialect::Parameters) => {
            let (parameters, errors) = bicep::parameters(file, text);
            return Some((Kind::Parameters(parameters), errors));
        }
        None if !path.ends_with(".json") && !path.ends_with(".jsonc") => return None,
        None => {}
    }
    if plan::is_candidate(path, text.as_bytes()) {
        return None;
    }
    arm::read(file, text).map(|read| (read.kind, read.errors))
}

/// The file that a relative path means. Letter cases matter on some disks only: a path that is right but for them is taken.
fn find<'a, T>(files: &'a BTreeMap<String, T>, from: &str, written: &str) -> Result<(&'a str, &'a T), String> {
    if written.contains(':') {
        return Err(format!("the module {written} is not in this repository"));
    }
    let path = join(parent(from), &written.replace('\\', "/"));
    if let Some((path, found)) = files.get_key_value(&path) {
        return Ok((path, found));
    }
    let mut same = files.iter().filter(|(other, _)| other.eq_ignore_ascii_case(&path));
    match (same.next(), same.next()) {
        (Some((path, found)), None) => Ok((path, found)),
        _ => Err(format!("{written} does not exist or could not be read")),
    }
}

//! The templates and parameter files among the sources, and what the paths in them lead to.

use crate::eval::plan;
use crate::source::{FileId, Sources, Span, join, parent};
use crate::syntax::arm::{self, Kind};
use crate::syntax::bicep::{self, Dialect};
use crate::syntax::expr::Name;
use crate::syntax::template::{ParameterFile, Template};
use std::collections::BTreeMap;

/// All templates and parameter files of a run, by path.
#[derive(Debug, Default)]
pub struct Templates {
    templates: BTreeMap<String, Template>,
    parameters: BTreeMap<String, ParameterFile>,
    /// Where modules of registries are, by the file that names one and how.
    restored: BTreeMap<String, BTreeMap<String, String>>,
}

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
        for (path, kind, errors) in read {
            wrong.extend(errors);
            match kind {
                Kind::Template(template) => _ = templates.templates.insert(path.to_owned(), template),
                Kind::Parameters(file) => _ = templates.parameters.insert(path.to_owned(), file),
            }
        }
        (templates, wrong)
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
        restored.map_or_else(|| find(&self.templates, from, &written.text), |(path, found)| Ok((path, found)))
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

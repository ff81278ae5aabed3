//! Which templates are deployed by themselves, and with which parameter files: the scenarios of ARM templates and Bicep files.
//!
//! The command line decides (`--parameters`), else the configuration file, else the parameter files that plainly belong to a template.

mod places;

pub use places::Places;

use super::sets::title;
use super::{MOST, missing_file};
use crate::config::Config;
use crate::eval::template::Templates;
use crate::settings::Settings;
use crate::source::{Asked, Sources, Span};
use crate::syntax::template::{Parameter, ParameterFile, Template};
use std::collections::{BTreeMap, BTreeSet};

/// A template, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub struct TemplateFacts<'a> {
    /// Its path.
    pub path: &'a str,
    /// Whether the run was asked to lint it.
    pub asked: Option<Asked>,
    /// Its parameters, each with whether it has a value without being given one.
    pub parameters: Vec<(&'a str, bool)>,
    /// The paths of the templates that it calls.
    pub calls: Vec<String>,
}

/// A parameter file, as far as it matters here.
#[derive(Clone, Debug)]
pub struct FileFacts<'a> {
    /// Its path.
    pub path: &'a str,
    /// Whether the user named it to be linted.
    pub asked: Option<Asked>,
    /// What it is for.
    pub of: Of,
    /// The parameters that it sets.
    pub sets: Vec<&'a str>,
    /// Why it is no parameter file but a template for one, if so.
    pub skipped: Option<String>,
}

/// What a parameter file says it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// It does not say: JSON.
    Unsaid,
    /// Nothing: others build on it.
    Nothing,
    /// The template of this path.
    Template(String),
}

/// What the user said of parameter files.
#[derive(Clone, Debug, Default)]
pub struct Wishes<'a> {
    /// The files of the command line, in order.
    pub given: Vec<&'a str>,
    /// The sets that a configuration file names for templates.
    pub settled: BTreeMap<&'a str, Vec<Vec<&'a str>>>,
    /// All files that configuration files name.
    pub named: BTreeSet<&'a str>,
}

/// A template that is deployed by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Root<'a> {
    /// Its path.
    pub template: &'a str,
    /// The Bicep file that it is compiled from, by its name.
    pub source: Option<&'a str>,
    /// What it is deployed with, one set after the other; at least one.
    pub sets: Vec<Set<'a>>,
}

/// Parameter files that are used together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Set<'a> {
    /// What reports call it; `None` for the template without parameter files, and for what the command line says.
    pub name: Option<String>,
    /// Their paths; what a later one sets wins.
    pub parameters: Vec<&'a str>,
}

/// The roots, and what was found out on the way.
#[derive(Debug, Default)]
pub struct Roots<'a> {
    /// The roots, sorted by path.
    pub roots: Vec<Root<'a>>,
    /// Files that are not used, and why.
    pub skipped: Vec<(&'a str, String)>,
    /// Files that the user named but that cannot be used, and why.
    pub wrong: Vec<(&'a str, String)>,
}

impl<'a> TemplateFacts<'a> {
    /// Gathers what matters of a template.
    fn of(path: &'a str, asked: Option<Asked>, template: &'a Template, templates: &Templates) -> Self {
        let has_value = |p: &Parameter| p.default.is_some() || p.of.nullable;
        let parameters = template.parameters.iter().map(|p| (&*p.name.text, has_value(p))).collect();
        let called = |written| templates.called(path, written).ok().map(|(path, _)| path.to_owned());
        let calls = template.called_paths().into_iter().filter_map(called).collect();
        Self { path, asked, parameters, calls }
    }

    fn declares(&self, name: &str) -> bool {
        self.parameters.iter().any(|(declared, _)| declared.eq_ignore_ascii_case(name))
    }

    fn is_complete(&self) -> bool {
        self.parameters.iter().all(|(_, has_value)| *has_value)
    }
}

/// Finds the roots among templates, with the sets of parameter files that each is deployed with.
pub fn find<'a>(templates: &[TemplateFacts<'a>], files: &[FileFacts<'a>], wishes: &Wishes<'a>) -> Roots<'a> {
    let mut finder = Finder::new(templates, files, wishes);
    let mut roots: Vec<Root> = templates.iter().filter_map(|template| finder.root(template)).collect();
    roots.sort_by_key(|root| root.template);
    finder.complain();
    Roots { roots, ..finder.found }
}

struct Finder<'a, 'f> {
    templates: BTreeMap<&'a str, &'f TemplateFacts<'a>>,
    files: &'f [FileFacts<'a>],
    wishes: &'f Wishes<'a>,
    places: Places<'a>,
    called: BTreeSet<&'f str>,
    /// The files that belong to each template.
    belonging: BTreeMap<&'a str, Vec<&'f FileFacts<'a>>>,
    used: BTreeSet<&'a str>,
    found: Roots<'a>,
}

impl<'a, 'f> Finder<'a, 'f> {
    fn new(templates: &'f [TemplateFacts<'a>], files: &'f [FileFacts<'a>], wishes: &'f Wishes<'a>) -> Self {
        let mut finder = Self {
            templates: templates.iter().map(|template| (template.path, template)).collect(),
            files,
            wishes,
            places: Places::of(templates.iter().map(|template| template.path)),
            called: BTreeSet::new(),
            belonging: BTreeMap::new(),
            used: BTreeSet::new(),
            found: Roots::default(),
        };
        let calls = templates.iter().flat_map(|t| t.calls.iter().map(String::as_str).filter(|call| *call != t.path));
        finder.called = calls.collect();
        for file in files.iter().filter(|file| !wishes.named.contains(file.path)) {
            for template in finder.owners(file) {
                finder.belonging.entry(template).or_default().push(file);
            }
        }
        finder.belonging.values_mut().for_each(|files| files.sort_by_key(|file| file.path));
        finder
    }

    /// The templates that a file is for.
    fn owners(&self, file: &FileFacts<'a>) -> Vec<&'a str> {
        let known = |path: &str| self.templates.get_key_value(path).map(|(path, _)| *path);
        match &file.of {
            Of::Nothing => Vec::new(),
            Of::Template(path) => known(path).into_iter().collect(),
            Of::Unsaid => {
                let sets = || file.sets.iter().map(|name| (*name).to_owned()).collect();
                let declares = |path: &str| {
                    let parameters = self.templates.get(path).map(|t| t.parameters.as_slice()).unwrap_or_default();
                    parameters.iter().map(|(name, _)| (*name).to_owned()).collect()
                };
                let owners = self.places.owners(file.path, &sets, &declares);
                // A module is not deployed by itself only because it has parameters of these names.
                let some = owners.by_name || owners.templates.iter().any(|path| !self.is_called(path));
                if some { owners.templates } else { Vec::new() }
            }
        }
    }

    /// Whether another template calls this one, or what it is compiled from.
    fn is_called(&self, template: &str) -> bool {
        self.called.contains(template) || self.places.source(template).is_some_and(|source| self.called.contains(source))
    }

    fn root(&mut self, template: &TemplateFacts<'a>) -> Option<Root<'a>> {
        let path = template.path;
        let free = template.asked == Some(Asked::Named) || (template.asked.is_some() && !self.is_called(path));
        let (sets, has_files) = match self.wishes.settled.get(path) {
            _ if !self.wishes.given.is_empty() => self.given(template, free),
            Some(sets) => (sets.iter().map(|set| Set { name: title(set), parameters: set.clone() }).collect(), true),
            None => self.by_default(template),
        };
        let is_root = free || has_files;
        (is_root && !sets.is_empty()).then(|| Root { template: path, source: self.places.source(path), sets })
    }

    /// The set that the files of the command line make: those that fit.
    fn given(&mut self, template: &TemplateFacts<'a>, free: bool) -> (Vec<Set<'a>>, bool) {
        let mut set = Set::default();
        let mut named = false;
        for path in &self.wishes.given {
            let Some(file) = self.files.iter().find(|file| file.path == *path) else { continue };
            let fits = match &file.of {
                Of::Nothing => false,
                Of::Template(of) => of == template.path,
                Of::Unsaid => free && file.sets.iter().all(|name| template.declares(name)),
            };
            if fits {
                named |= file.of != Of::Unsaid;
                set.parameters.push(path);
                self.used.insert(path);
            }
        }
        (vec![set], named)
    }

    /// A set for each file that belongs to a template. The template without any of them is one, too, if all its parameters have values.
    fn by_default(&mut self, template: &TemplateFacts<'a>) -> (Vec<Set<'a>>, bool) {
        let belonging = self.belonging.get(template.path).map(Vec::as_slice).unwrap_or_default();
        // Where the template was not asked for, a parameter file was.
        let files: Vec<_> = belonging.iter().filter(|file| template.asked.is_some() || file.asked.is_some()).collect();
        let mut sets = Vec::new();
        for file in &files {
            self.used.insert(file.path);
            match &file.skipped {
                Some(why) => self.found.skipped.push((file.path, why.clone())),
                None => sets.push(Set { name: title(&[file.path]), parameters: vec![file.path] }),
            }
        }
        if template.asked.is_some() && (sets.is_empty() || template.is_complete()) {
            sets.push(Set::default());
        }
        if sets.len() > MOST {
            let reason = format!("there are more than {MOST} parameter files for it; the others were not checked");
            self.found.skipped.push((template.path, reason));
            sets.truncate(MOST);
        }
        (sets, !files.is_empty())
    }

    /// Says which files cannot be used although the user, or the file itself, says what for.
    fn complain(&mut self) {
        for file in self.files.iter().filter(|file| !self.used.contains(file.path)) {
            let given = self.wishes.given.contains(&file.path);
            let why = match &file.of {
                Of::Nothing => "this file names no template".to_owned(),
                Of::Template(path) if self.templates.contains_key(path.as_str()) => continue,
                Of::Template(path) => format!("the template of this file, {path}, is not at hand"),
                Of::Unsaid if given => "no template here declares all the parameters that this file sets".to_owned(),
                Of::Unsaid => {
                    "no template near this file is plainly its own; name one, and this file with --parameters".to_owned()
                }
            };
            if given || self.wishes.given.is_empty() && file.asked == Some(Asked::Named) {
                self.found.wrong.push((file.path, why));
            } else if self.wishes.given.is_empty() && matches!(file.of, Of::Template(_)) {
                self.found.skipped.push((file.path, why));
            }
        }
        self.found.skipped.sort();
        self.found.skipped.dedup();
    }
}

/// Why a file is no parameter file but becomes one when another tool has filled it in, if so. `broken` tells whether it could not be read
/// in whole: in texts, placeholders do no harm to the rest.
fn filled_by_others(path: &str, text: &str, broken: bool) -> Option<String> {
    if path.contains(".tmpl.") {
        return Some("this file is a template, as its name shows".to_owned());
    }
    let range = super::placeholder::find(text).filter(|_| broken)?;
    Some(format!("this file is a template, as {} in it shows", text.get(range)?.trim()))
}

impl<'a> FileFacts<'a> {
    fn of(path: &'a str, file: &'a ParameterFile, templates: &Templates, sources: &Sources, errors: &[(Span, String)]) -> Self {
        let id = file.scope.file;
        let of = match &file.using {
            None if path.ends_with(".bicepparam") => Of::Nothing,
            None => Of::Unsaid,
            Some(name) => Of::Template(match templates.called(path, name) {
                Ok((path, _)) => path.to_owned(),
                Err(_) => name.text.to_string(),
            }),
        };
        let broken = errors.iter().any(|(span, _)| span.file == id);
        let skipped = filled_by_others(path, sources.file(id).text(), broken);
        let sets = file.values.iter().map(|value| &*value.name.text).collect();
        Self { path, asked: sources.asked(path), of, sets, skipped }
    }
}

impl<'a> Roots<'a> {
    /// Finds the roots among the templates of a run. `errors` are those of reading the templates and parameter files: what is wrong in files
    /// for another tool is taken out, what is wrong in what the user says of parameter files is added.
    pub fn of(
        templates: &'a Templates,
        errors: &mut Vec<(Span, String)>,
        sources: &'a Sources,
        config: &'a Config,
        settings: &'a Settings,
    ) -> Self {
        let facts = |(path, template)| TemplateFacts::of(path, sources.asked(path), template, templates);
        let known: Vec<TemplateFacts> = templates.iter().map(facts).collect();
        let files = templates.parameter_files();
        let files: Vec<FileFacts> = files.map(|(path, file)| FileFacts::of(path, file, templates, sources, errors)).collect();
        let skipped: BTreeSet<&str> = files.iter().filter(|file| file.skipped.is_some()).map(|file| file.path).collect();
        errors.retain(|(span, _)| !skipped.contains(sources.file(span.file).path()));
        let (wishes, wrong) = wishes(&known, sources, config, settings);
        errors.extend(wrong);
        find(&known, &files, &wishes)
    }
}

/// What the command line and the configuration files say of templates. Returns what is wrong in that, too.
fn wishes<'a>(
    templates: &[TemplateFacts<'a>],
    sources: &Sources,
    config: &'a Config,
    settings: &'a Settings,
) -> (Wishes<'a>, Vec<(Span, String)>) {
    let given = config.parameters.iter().map(String::as_str).collect();
    let mut wishes = Wishes { given, settled: BTreeMap::new(), named: settings.parameter_files().collect() };
    let mut errors = Vec::new();
    for template in templates {
        for set in settings.of_template(template.path, sources).into_iter().flat_map(|entry| &entry.sets) {
            let missing: Vec<_> = set.iter().filter(|file| !sources.has(&file.path)).collect();
            errors.extend(missing.iter().map(|file| (file.span, missing_file(&file.written))));
            let sets = wishes.settled.entry(template.path).or_default();
            if missing.is_empty() {
                sets.push(set.iter().map(|file| file.path.as_str()).collect());
            }
        }
    }
    (wishes, errors)
}

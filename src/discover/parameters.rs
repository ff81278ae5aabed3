//! Which templates matter, and which parameter files are read with them: those that lie where parameter files of such a template lie, and
//! that belong to it.

use super::closure::{Node, closure};
use super::filter::Filter;
use super::restored::Restored;
use super::template::{Kind, Template, Templates};
use super::variables::{is_walked, levels_inside, outside};
use super::walk::{Found, Starts, walk};
use super::{ConfigFile, Options, folder, normal, read_called};
use crate::scenarios::belong::{DEEPEST, Surroundings, is_for_variables};
use crate::scenarios::parameters::Places;
use crate::source::{Asked, Sources, join, parent};
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// How many folders above a template a folder with its parameter files may lie.
const LEVELS: usize = 1;

/// Reads what else may matter, and returns the paths of all that does.
pub(super) fn read(
    found: &mut Found,
    configs: &[ConfigFile],
    current: &Path,
    (options, filter): (&Options, &Filter),
    sources: &mut Sources,
) -> BTreeSet<String> {
    let templates = &mut found.templates;
    name_files(templates, configs, options, sources);
    let restored = Restored::new(current);
    let near = near_named(templates, current, options);
    add_near(templates, near, filter, |_| false);
    add_named_templates(templates, options);
    templates.settle_cases();
    read_templates(templates, &restored, options);
    let mut wanted = closure(&templates.files);
    if options.parameters.is_empty() {
        let near = near_templates(templates, &wanted, &found.deep, current, options);
        add_near(templates, near, filter, |file| match file.kind {
            Kind::Template => false,
            Kind::BicepParameters => file.calls().iter().any(|call| wanted.contains(&call.to)),
            Kind::JsonParameters => true,
        });
        read_templates(templates, &restored, options);
        wanted = closure(&templates.files);
        let is_wanted = |path: &str| wanted.contains(path);
        let belonging = owners(templates, options, |file, places| places.reaches(&file.path, &is_wanted));
        let belonging = belonging.into_iter().filter(|(_, owners)| owners.iter().any(|owner| is_wanted(owner)));
        let belonging: Vec<String> = belonging.map(|(file, _)| file).collect();
        wanted.extend(belonging);
    }
    wanted
}

/// Reads the files that others refer to.
fn read_templates(templates: &mut Templates, restored: &Restored, options: &Options) {
    templates.files.par_iter_mut().for_each(|(_, file)| file.look_up(restored));
    read_called(&mut templates.files, &|path| {
        let mut file = Template::called(path, &options.buffers)?;
        file.look_up(restored);
        Some(file)
    });
}

/// Adds the parameter files that the command line and the configuration files name. They matter, and what they refer to.
fn name_files(templates: &mut Templates, configs: &[ConfigFile], options: &Options, sources: &mut Sources) {
    let mut named: BTreeSet<String> = options.parameters.iter().map(|typed| normal(typed)).collect();
    for typed in &options.parameters {
        let path = normal(typed);
        match Template::parameters(&path, &options.buffers) {
            Ok(file) => templates.name(file),
            Err(message) => sources.add_unreadable(typed, message),
        }
    }
    for config in configs {
        for file in config.content().arm.iter().flat_map(|entry| entry.sets.iter().flatten()) {
            let path = sources.name(parent(&config.path), &file.written);
            // Who names it is told later that it is missing.
            if let Ok(file) = Template::parameters(&path, &options.buffers) {
                templates.name(file);
            }
            named.insert(path);
        }
    }
    for file in templates.files.values_mut().filter(|file| file.asked == Some(Asked::Named) && file.kind != Kind::Template) {
        file.matters();
        named.insert(file.path.clone());
    }
    if !options.parameters.is_empty() {
        templates.files.retain(|path, file| file.kind == Kind::Template || named.contains(path));
    }
}

/// Where the templates of the JSON parameter files may lie that the user named.
fn near_named(templates: &Templates, current: &Path, options: &Options) -> Starts {
    let mut starts = Starts::default();
    let is_named = |file: &&Template| file.asked == Some(Asked::Named) && file.kind == Kind::JsonParameters;
    for file in templates.files.values().filter(is_named) {
        let mut folder = parent(&file.path).to_owned();
        starts.add_templates(PathBuf::from(&folder));
        for _ in 0..levels_inside(&folder, current).min(DEEPEST) {
            let above = join(&folder, "..");
            let name = folder.rsplit('/').next().unwrap_or("");
            if is_for_variables(name) {
                starts.add_templates(PathBuf::from(&above));
                // A folder that cannot be listed was not asked for.
                let listing = folder::Listing::of(Path::new(&above), &options.buffers).unwrap_or_default();
                listing.folders.iter().for_each(|below| starts.add_templates(Path::new(&above).join(below)));
            }
            folder = above;
        }
    }
    starts
}

/// Where parameter files of the templates to lint may lie, outside of what was walked.
fn near_templates(
    templates: &Templates,
    wanted: &BTreeSet<String>,
    walked: &[PathBuf],
    current: &Path,
    options: &Options,
) -> Starts {
    let is_linted = |file: &&Template| file.kind == Kind::Template && file.asked.is_some() && wanted.contains(&file.path);
    let linted = templates.files.values().filter(is_linted);
    let folders: BTreeSet<&str> = linted.map(|file| parent(&file.path)).collect();
    let around: Vec<Surroundings> = folders.iter().map(|folder| Surroundings::of(folder)).collect();
    let mut starts = outside(&around, LEVELS, walked, current, &options.buffers);
    for folder in folders.into_iter().filter(|folder| !is_walked(folder, walked)) {
        starts.add_templates(PathBuf::from(folder));
    }
    starts
}

/// Adds what lies near, without being asked for itself: of files of other kinds only the paths.
fn add_near(templates: &mut Templates, starts: Starts, filter: &Filter, keep: impl Fn(&Template) -> bool) {
    if starts.is_empty() {
        return;
    }
    let near = walk(starts, filter).templates;
    templates.others.extend(near.others);
    for (path, mut file) in near.files {
        if keep(&file) {
            file.asked = None;
            templates.files.entry(path).or_insert(file);
        } else if file.kind == Kind::Template && !templates.files.contains_key(&path) {
            templates.others.insert(path);
        }
    }
}

/// Adds the templates that JSON parameter files belong to which the user named.
fn add_named_templates(templates: &mut Templates, options: &Options) {
    for (_, owners) in owners(templates, options, |file, _| file.asked == Some(Asked::Named)) {
        for owner in owners {
            if !templates.files.contains_key(&owner)
                && let Some(mut file) = Template::called(&owner, &options.buffers)
            {
                file.matters();
                templates.files.insert(owner, file);
            }
        }
    }
}

/// Some JSON parameter files with the templates that they belong to, as far as can be told here. Templates without a cluster have theirs, too.
fn owners(
    templates: &Templates,
    options: &Options,
    is_wanted: impl Fn(&Template, &Places) -> bool,
) -> Vec<(String, Vec<String>)> {
    let files = templates.files.values();
    let known = files.clone().filter(|file| file.kind == Kind::Template).map(|file| file.path.as_str());
    let places = Places::of(known.chain(templates.others.iter().map(String::as_str)).collect::<BTreeSet<_>>());
    let declared = RefCell::new(HashMap::new());
    let declares = |path: &str| -> Vec<String> {
        let read = || match templates.files.get(path) {
            Some(file) => file.outline().parameters,
            None => Template::called(path, &options.buffers).map(|file| file.outline().parameters).unwrap_or_default(),
        };
        declared.borrow_mut().entry(path.to_owned()).or_insert_with(read).clone()
    };
    let wanted = files.filter(|file| file.kind == Kind::JsonParameters && is_wanted(file, &places));
    let with_owners = wanted.map(|file| {
        let owners = places.owners(&file.path, &|| file.outline().parameters, &declares);
        (file.path.clone(), owners.templates.into_iter().map(str::to_owned).collect())
    });
    with_owners.collect()
}

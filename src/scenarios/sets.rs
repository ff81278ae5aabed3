//! Which variable files of a root module are used together, and which are alternatives.
//!
//! Files that set the same variable are alternatives: `dev.tfvars` and `prod.tfvars`. Files of one folder that share nothing are parts of
//! one set: `dev/aks.tfvars` and `dev/network.tfvars`. What shares nothing with anything else and names no environment, or what is called
//! `common.tfvars`, is part of every set.

use super::belong::{Belonging, names_environment, words};
use std::collections::{BTreeMap, BTreeSet};

/// Files that are used together, in the order in which they are read, and what reports call them.
#[derive(Debug, PartialEq, Eq)]
pub struct Set<'a> {
    /// The name.
    pub name: Option<String>,
    /// The paths.
    pub files: Vec<&'a str>,
}

/// Words for files that belong to every set, and yield to the others.
const COMMON: &[&str] = &["all", "base", "common", "default", "defaults", "general", "global", "globals", "shared"];

/// Files that are alternatives to other files only together.
struct Unit<'a> {
    files: Vec<&'a Belonging<'a>>,
    names: BTreeSet<&'a str>,
}

impl<'a> Unit<'a> {
    fn of(files: Vec<&'a Belonging<'a>>) -> Self {
        let names = files.iter().flat_map(|f| f.names.iter().copied()).collect();
        Self { files, names }
    }

    fn names_environment(&self) -> bool {
        self.files.iter().any(|f| names_environment(f.below))
    }

    fn is_common(&self) -> bool {
        !self.names_environment() && self.files.iter().any(|f| words(f.below).any(|word| COMMON.contains(&&*word)))
    }
}

/// The sets that files make.
pub fn sets<'a>(files: &'a [Belonging<'a>]) -> Vec<Set<'a>> {
    let units = units(files);
    let (common, rest): (Vec<&Unit>, Vec<&Unit>) = units.iter().partition(|unit| unit.is_common());
    let is_alone = |unit: &Unit| rest.iter().all(|other| std::ptr::eq(*other, unit) || other.names.is_disjoint(&unit.names));
    let (parts, alternatives): (Vec<&Unit>, Vec<&Unit>) =
        rest.iter().partition(|unit| !unit.names_environment() && is_alone(unit));
    let everywhere: Vec<&str> = common.iter().chain(&parts).flat_map(|unit| paths(unit)).collect();
    if alternatives.is_empty() {
        return if everywhere.is_empty() { Vec::new() } else { vec![Set { name: title(&everywhere), files: everywhere }] };
    }
    let set = |unit: &&Unit<'a>| {
        let own: Vec<&str> = paths(unit).collect();
        Set { name: title(&own), files: everywhere.iter().copied().chain(own).collect() }
    };
    alternatives.iter().map(set).collect()
}

fn paths<'a>(unit: &Unit<'a>) -> impl Iterator<Item = &'a str> {
    unit.files.iter().map(|f| f.path)
}

/// The files of a folder are one unit if they share nothing and none stands for an environment by its own name.
fn units<'a>(files: &'a [Belonging<'a>]) -> Vec<Unit<'a>> {
    let mut folders: BTreeMap<&str, Vec<&Belonging>> = BTreeMap::new();
    for file in files {
        folders.entry(crate::source::parent(file.path)).or_default().push(file);
    }
    let mut units = Vec::new();
    for files in folders.into_values() {
        let distinct = files.iter().flat_map(|f| &f.names).collect::<BTreeSet<_>>().len();
        let are_parts = distinct == files.iter().map(|f| f.names.len()).sum::<usize>();
        let own_name = |f: &Belonging| f.path.rsplit('/').next().unwrap_or(f.path).to_owned();
        if are_parts && !files.iter().any(|f| names_environment(&own_name(f))) {
            units.push(Unit::of(files));
        } else {
            units.extend(files.into_iter().map(|file| Unit::of(vec![file])));
        }
    }
    units
}

/// What reports call files that are used together; `None` for no files.
pub fn title(paths: &[&str]) -> Option<String> {
    match paths {
        [] => None,
        [first, rest @ ..] if rest.len() > 3 => Some(format!("{first} and {} more", rest.len())),
        _ => Some(paths.join(" + ")),
    }
}

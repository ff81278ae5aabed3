//! Which variable files belong to which root module, told from where they lie and what they set.
//!
//! A wrong guess would be a false finding, so there is none: a file belongs to a root module only if the root declares every variable
//! that the file sets, and if the file lies in the root's folder, or in a folder for variables or environments there or at most two
//! levels above. Of several such root modules the nearest has it; of equally near ones none.

use crate::eval::terraform::{Modules, VariableFile};
use crate::source::{join, parent};
use std::collections::{BTreeMap, BTreeSet};

/// How many folders above a root module its variable files may lie.
pub const LEVELS: usize = 2;

/// How deep they may lie in a folder for environments, that folder included.
pub const DEEPEST: usize = 4;

/// A variable file of a root module.
#[derive(Debug)]
pub struct Belonging<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its path from the folder that it and the root module share.
    pub below: &'a str,
    /// The variables that it sets.
    pub names: BTreeSet<&'a str>,
}

/// The variable files of root modules, sorted by path. Those in `named` are for other root modules.
pub fn belonging<'a>(roots: &[&'a str], modules: &'a Modules, named: &BTreeSet<&str>) -> BTreeMap<&'a str, Vec<Belonging<'a>>> {
    let mut belonging: BTreeMap<&str, Vec<Belonging>> = BTreeMap::new();
    let roots: Vec<Surroundings> = roots.iter().map(|root| Surroundings::of(root)).collect();
    let has_code = |folder: &str| modules.get(folder).is_some();
    for (path, file) in modules.variable_files().filter(|(path, _)| !named.contains(path)) {
        let Some(names) = names(file) else { continue };
        let mut near: Vec<_> = roots
            .iter()
            .filter_map(|root| Some((root.place(path, &has_code)?, root.folder)))
            .filter(|(_, root)| modules.get(root).is_some_and(|m| names.iter().all(|name| m.variables.contains_key(*name))))
            .collect();
        near.sort_unstable();
        let (place, root) = match near.as_slice() {
            [(first, _), (second, _), ..] if first.distance() == second.distance() => continue,
            [first, ..] => *first,
            [] => continue,
        };
        belonging.entry(root).or_default().push(Belonging { path, below: place.below, names });
    }
    belonging
}

/// The variables that a file sets; `None` when it is no plain list of at least one.
fn names(file: &VariableFile) -> Option<BTreeSet<&str>> {
    let names: BTreeSet<&str> = file.body.attributes.iter().map(|a| &*a.name).collect();
    (file.body.blocks.is_empty() && !names.is_empty()).then_some(names)
}

/// Where a file lies, seen from a root module. Near places come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'a> {
    /// So many folders up.
    pub up: usize,
    /// So many folders down from there.
    down: usize,
    /// The path from there.
    below: &'a str,
}

impl Place<'_> {
    /// How far it is, to compare.
    pub fn distance(&self) -> (usize, usize) {
        (self.up, self.down)
    }
}

/// A root module's folder, and the folders above it that may hold folders with its variable files.
pub struct Surroundings<'r> {
    folder: &'r str,
    above: [String; LEVELS + 1],
}

impl<'r> Surroundings<'r> {
    /// The surroundings of a folder.
    pub fn of(folder: &'r str) -> Self {
        Self { folder, above: std::array::from_fn(|up| join(folder, &"../".repeat(up))) }
    }

    /// The folder itself.
    pub fn folder(&self) -> &'r str {
        self.folder
    }

    /// The folder itself and those above, nearest first.
    pub fn folders(&self) -> &[String] {
        &self.above
    }

    /// Where a file lies, if that is a place for variable files of a root module here.
    pub fn place<'a>(&self, path: &'a str, has_code: &dyn Fn(&str) -> bool) -> Option<Place<'a>> {
        let (up, below) = self.above.iter().enumerate().find_map(|(up, above)| Some((up, below(above, path)?)))?;
        let folders: Vec<&str> = parent(below).split('/').filter(|f| !f.is_empty()).collect();
        let fits = match folders.first() {
            None => up == 0,
            Some(first) => folders.len() <= DEEPEST && is_for_variables(first),
        };
        if !fits || words(below).any(|word| EXAMPLES.contains(&&*word)) {
            return None;
        }
        // Code on the way has the file as its own, be it a root module or not.
        let mut folder = self.above.get(up)?.clone();
        for part in &folders {
            folder = join(&folder, part);
            if has_code(&folder) {
                return None;
            }
        }
        Some(Place { up, down: folders.len(), below })
    }
}

/// The path from a folder on; `None` when it leads elsewhere.
pub fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    match folder {
        "" => Some(path).filter(|p| !p.starts_with('/') && !p.starts_with("../")),
        "/" => path.strip_prefix('/'),
        _ => path.strip_prefix(folder)?.strip_prefix('/').filter(|p| !p.starts_with("../")),
    }
}

/// Beginnings of names of folders for variable files.
const FOLDERS: &[&str] =
    &["config", "env", "param", "setting", "stage", "tf-var", "tf_var", "tfvar", "values", "var", "workspace"];

/// Words for environments.
const ENVIRONMENTS: &[&str] = &[
    "acc",
    "acceptance",
    "canary",
    "demo",
    "dev",
    "develop",
    "development",
    "dr",
    "int",
    "integration",
    "lab",
    "live",
    "nonprod",
    "np",
    "poc",
    "pre",
    "preprod",
    "preproduction",
    "prd",
    "prod",
    "production",
    "qa",
    "sandbox",
    "sbx",
    "stage",
    "staging",
    "stg",
    "test",
    "tst",
    "uat",
];

/// Words for files that nobody deploys with.
const EXAMPLES: &[&str] = &["example", "examples", "fixture", "fixtures", "sample", "samples", "template", "templates"];

/// Whether a folder of this name is for variable files, or for an environment.
pub fn is_for_variables(folder: &str) -> bool {
    let folder = folder.to_lowercase();
    FOLDERS.iter().any(|start| folder.trim_start_matches(['.', '_']).starts_with(start)) || names_environment(&folder)
}

/// Whether a path has a word for an environment in it.
pub fn names_environment(path: &str) -> bool {
    words(path).any(|word| ENVIRONMENTS.contains(&&*word))
}

/// The words of a path in small letters, without numbers behind them.
pub fn words(path: &str) -> impl Iterator<Item = String> {
    let words = path.split(|c: char| !c.is_alphanumeric());
    words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase())
}

//! Which templates a JSON parameter file belongs to, told from where it lies, its name, and what it sets.
//!
//! A file lies in the folder of its template, or in a folder for parameters or environments there or beside that folder. The name tells:
//! `main.parameters.json` belongs to `main.bicep`. Else it belongs to the one template that declares all that it sets. A wrong guess would
//! be a false finding, so where two are as good as each other, it belongs to none.

use crate::scenarios::belong::{DEEPEST, Surroundings};
use crate::source::{join, parent};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Names of compiled templates beside `main.bicep`.
const COMPILED: [&str; 2] = ["azuredeploy", "maintemplate"];

/// Where templates lie.
#[derive(Debug, Default)]
pub struct Places<'a> {
    by_folder: BTreeMap<&'a str, Vec<&'a str>>,
    /// The folders with templates in each folder.
    below: BTreeMap<String, Vec<&'a str>>,
}

/// A template that a file may belong to.
struct Near<'a> {
    /// How far the file is.
    distance: (usize, usize),
    template: &'a str,
    /// How much the names share, and whether they say plainly that they belong together.
    name: Option<(usize, bool)>,
    /// Whether that is its own name, not that of what it is compiled from or to.
    own: bool,
}

/// The templates that a parameter file belongs to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Owners<'a> {
    /// Their paths: one, or a Bicep file and the template that it is compiled to.
    pub templates: Vec<&'a str>,
    /// Whether the names say so, and not only what the file sets.
    pub by_name: bool,
}

impl<'a> Places<'a> {
    /// The places of templates, given by their paths.
    pub fn of(templates: impl IntoIterator<Item = &'a str>) -> Self {
        let mut places = Self::default();
        for template in templates {
            places.by_folder.entry(parent(template)).or_default().push(template);
        }
        for folder in places.by_folder.keys() {
            places.below.entry(join(folder, "..")).or_default().push(folder);
        }
        places
    }

    /// The templates that a file belongs to. `sets` tells what the file sets, `declares` what a template declares; they are only asked
    /// where names do not tell.
    pub fn owners(&self, file: &str, sets: &dyn Fn() -> Vec<String>, declares: &dyn Fn(&str) -> Vec<String>) -> Owners<'a> {
        let near = self.near(file);
        let known = OnceCell::new();
        let fits = |near: &&Near| {
            let sets: &Vec<String> = known.get_or_init(|| lower(sets()));
            let declares = if sets.is_empty() { Vec::new() } else { lower(declares(near.template)) };
            !sets.is_empty() && sets.iter().all(|name| declares.contains(name))
        };
        let longest = near.iter().filter_map(|near| near.name).max();
        let named: Vec<&Near> = near.iter().filter(|near| near.name.is_some() && near.name == longest).collect();
        let nearest = self.nearest(&named);
        if longest.is_some_and(|(_, plain)| plain) && nearest.iter().all(|near| near.distance.0 == 0) && self.are_one(&nearest) {
            let owners: Vec<&Near> = nearest.into_iter().filter(|near| near.own || fits(near)).collect();
            return Owners { templates: paths(&owners), by_name: true };
        }
        for (candidates, by_name) in [(named, true), (near.iter().collect(), false)] {
            let fitting: Vec<&Near> = candidates.into_iter().filter(fits).collect();
            let nearest = self.nearest(&fitting);
            if !nearest.is_empty() {
                let templates = if self.are_one(&nearest) { paths(&nearest) } else { Vec::new() };
                return Owners { templates, by_name };
            }
        }
        Owners::default()
    }

    /// Whether a file could belong to one of these templates.
    pub fn reaches(&self, file: &str, is_one: &dyn Fn(&str) -> bool) -> bool {
        self.near(file).iter().any(|near| is_one(near.template))
    }

    /// The templates that a file could belong to by its place.
    pub fn near_templates(&self, file: &str) -> impl Iterator<Item = &'a str> {
        self.near(file).into_iter().map(|near| near.template)
    }

    /// The Bicep file that a template was compiled from, by their names: `x.bicep` for `x.json`, also `main.bicep` for `azuredeploy.json`.
    pub fn source(&self, template: &str) -> Option<&'a str> {
        let json = stem(template).filter(|_| !template.ends_with(".bicep"))?;
        let beside = self.by_folder.get(parent(template))?;
        let bicep = |name: &str| {
            let is_source =
                |path: &&&str| path.ends_with(".bicep") && stem(path).is_some_and(|stem| stem.eq_ignore_ascii_case(name));
            beside.iter().find(is_source).copied()
        };
        let is_compiled = COMPILED.iter().any(|name| json.eq_ignore_ascii_case(name));
        bicep(json).or_else(|| if is_compiled { bicep("main") } else { None })
    }

    fn near(&self, file: &str) -> Vec<Near<'a>> {
        let mut folders = BTreeSet::new();
        for up in 0..=DEEPEST {
            let above = join(parent(file), &"../".repeat(up));
            folders.extend(self.by_folder.get_key_value(above.as_str()).map(|(folder, _)| *folder));
            if up > 0 {
                folders.extend(self.below.get(&above).into_iter().flatten());
            }
        }
        let has_code = |folder: &str| self.by_folder.contains_key(folder);
        let mut near = Vec::new();
        for folder in folders {
            let Some(place) = Surroundings::of(folder).place(file, &has_code).filter(|place| place.up <= 1) else { continue };
            for template in self.by_folder.get(folder).into_iter().flatten() {
                let name = self.shared_name(template, file);
                let own = name.is_some() && name == begins_with(file, template);
                near.push(Near { distance: place.distance(), template, name, own });
            }
        }
        near
    }

    /// How much of a file's name is that of a template or of what it is compiled from or to.
    fn shared_name(&self, template: &str, file: &str) -> Option<(usize, bool)> {
        let beside = self.by_folder.get(parent(template)).into_iter().flatten();
        beside.filter(|other| self.unit(other) == self.unit(template)).filter_map(|twin| begins_with(file, twin)).max()
    }

    /// What stands for a template and those that are compiled to or from it.
    fn unit<'t>(&self, template: &'t str) -> &'t str
    where
        'a: 't,
    {
        self.source(template).unwrap_or(template)
    }

    fn are_one(&self, near: &[&Near<'a>]) -> bool {
        near.iter().map(|near| self.unit(near.template)).collect::<BTreeSet<_>>().len() == 1
    }

    fn nearest<'n>(&self, near: &[&'n Near<'a>]) -> Vec<&'n Near<'a>> {
        let least = near.iter().map(|near| near.distance).min();
        near.iter().filter(|near| Some(near.distance) == least).copied().collect()
    }
}

/// How much of a file's name is that of a template, perhaps after `parameters-`; true if the name begins so and a dot follows.
fn begins_with(file: &str, template: &str) -> Option<(usize, bool)> {
    let stem = stem(template)?.to_lowercase();
    let file = name(file).to_lowercase();
    let next = |file: &str| file.strip_prefix(&stem)?.chars().next().filter(|c| !c.is_alphanumeric());
    let after = ["parameters", "params", "param"].iter().find_map(|word| file.strip_prefix(word)?.strip_prefix(['.', '-', '_']));
    let plain = next(&file).map(|next| next == '.');
    plain.or(after.and_then(next).map(|_| false)).map(|plain| (stem.len(), plain))
}

fn paths<'a>(near: &[&Near<'a>]) -> Vec<&'a str> {
    near.iter().map(|near| near.template).collect()
}

fn lower(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| name.to_lowercase()).collect()
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The name of a template without its extension.
fn stem(path: &str) -> Option<&str> {
    Some(name(path).rsplit_once('.')?.0)
}

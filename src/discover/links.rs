//! Which files and folders are worked out with which others: for those who check only what a change can matter to.

use super::ConfigFile;
use super::closure::Node;
use super::template::Kind;
use super::walk::Found;
use crate::scenarios::parameters::Places;
use crate::source::{Sources, join, parent};
use std::collections::BTreeSet;

/// Records the links among all that is wanted.
pub(super) fn record(
    found: &Found,
    wanted: &BTreeSet<String>,
    templates: &BTreeSet<String>,
    configs: &[ConfigFile],
    sources: &mut Sources,
) {
    for (name, folder) in found.folders.iter().filter(|(name, _)| wanted.contains(*name)) {
        let links = sources.links_mut();
        folder.files.iter().for_each(|file| links.couple(name, &file.path));
        folder.late_paths().for_each(|path| links.couple(name, &path));
        folder.calls().iter().for_each(|call| links.add(name, &call.to));
        if folder.has_plans {
            // A plan is of the code in its folder, or in one above.
            let above = (1..=name.split('/').count()).map(|up| join(name, &"../".repeat(up)));
            above.filter(|above| wanted.contains(above)).for_each(|above| links.couple(name, &above));
        }
    }
    found.near.iter().for_each(|(root, file)| sources.links_mut().couple(root, file));
    record_templates(found, templates, sources);
    record_configs(configs, sources);
}

fn record_templates(found: &Found, wanted: &BTreeSet<String>, sources: &mut Sources) {
    let files = || found.templates.files.values().filter(|file| wanted.contains(&file.path));
    let places = Places::of(files().filter(|file| file.kind == Kind::Template).map(|file| file.path.as_str()));
    let links = sources.links_mut();
    for file in files() {
        for call in file.calls() {
            links.add(&file.path, &call.to);
            if file.kind != Kind::Template {
                links.add(&call.to, &file.path);
            }
        }
        match file.kind {
            Kind::JsonParameters => places.near_templates(&file.path).for_each(|near| links.couple(near, &file.path)),
            Kind::Template => places.source(&file.path).into_iter().for_each(|source| links.couple(source, &file.path)),
            Kind::BicepParameters => {}
        }
    }
}

/// What configuration files name for root modules and templates.
fn record_configs(configs: &[ConfigFile], sources: &mut Sources) {
    for config in configs {
        let content = config.content();
        let folder = parent(&config.path);
        let roots = content.terraform.into_iter().map(|entry| (entry.root.written, entry.sets));
        let templates = content.arm.into_iter().map(|entry| (entry.template.written, entry.sets));
        for (root, sets) in roots.chain(templates) {
            let root = sources.name(folder, &root);
            for file in sets.iter().flatten() {
                let file = sources.name(folder, &file.written);
                sources.links_mut().couple(&root, &file);
            }
        }
    }
}

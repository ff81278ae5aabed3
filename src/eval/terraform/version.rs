//! Version constraints on the azurerm provider.

use super::{Modules, installed};
use crate::model::ProviderVersion;
use std::collections::BTreeSet;

/// The versions of the azurerm provider that a root module allows: the one its lock file holds, else what its constraints and those of
/// the modules it calls say. Terraform takes one version for all of them.
pub fn provider_version(folder: &str, modules: &Modules) -> ProviderVersion {
    let Some(module) = modules.get(folder) else { return ProviderVersion::default() };
    if let Some(exact) = module.azurerm_locked.as_deref().and_then(parse) {
        let (version, _) = exact;
        return ProviderVersion { least: Some(version), below: Some((version.0, version.1, version.2 + 1)) };
    }
    let mut range = ProviderVersion::default();
    let mut seen = BTreeSet::new();
    let mut next = vec![(folder.to_owned(), String::new())];
    while let Some((called, key)) = next.pop() {
        let Some(module) = modules.get(&called) else { continue };
        if !seen.insert(called) {
            continue;
        }
        range = within(range, module.azurerm_constraints.iter().map(|(text, _)| &**text));
        for (name, call) in &module.calls {
            let key = installed::join(&key, name);
            next.extend(modules.callee(folder, module, &key, call).map(|folder| (folder, key)));
        }
    }
    range
}

/// The versions of a range that constraints allow, too.
pub fn within<'t>(mut range: ProviderVersion, constraints: impl Iterator<Item = &'t str>) -> ProviderVersion {
    for part in constraints.flat_map(|text| text.split(',')) {
        narrow(&mut range, part.trim());
    }
    range
}

/// The versions that a constraint such as `~> 9.1, < 9.5` allows.
pub(super) fn range(constraint: &str) -> ProviderVersion {
    within(ProviderVersion::default(), std::iter::once(constraint))
}

/// The one version that a tag such as `v9.1.0` names.
pub(super) fn exactly(tag: &str) -> Option<ProviderVersion> {
    let (version @ (major, minor, patch), _) = parse(tag.strip_prefix('v').unwrap_or(tag))?;
    Some(ProviderVersion { least: Some(version), below: Some((major, minor, patch + 1)) })
}

/// Whether a constraint allows a version.
pub(super) fn allows(constraint: &str, version: &str) -> bool {
    let Some((version, _)) = parse(version) else { return true };
    let range = range(constraint);
    range.least.is_none_or(|least| least <= version) && range.below.is_none_or(|below| version < below)
}

/// Narrows a range by one constraint; one that is not understood says nothing.
fn narrow(range: &mut ProviderVersion, constraint: &str) {
    let digits = constraint.find(|c: char| c.is_ascii_digit()).unwrap_or(constraint.len());
    let (operator, version) = constraint.split_at_checked(digits).unwrap_or(("", ""));
    let Some((version @ (major, minor, patch), parts)) = parse(version) else { return };
    let next = (major, minor, patch + 1);
    match operator.trim().trim_end_matches('v') {
        "" | "=" => {
            raise(range, version);
            lower(range, next);
        }
        ">=" => raise(range, version),
        ">" => raise(range, next),
        "<" => lower(range, version),
        "<=" => lower(range, next),
        "~>" => {
            raise(range, version);
            lower(range, if parts >= 3 { (major, minor + 1, 0) } else { (major + 1, 0, 0) });
        }
        _ => {}
    }
}

fn raise(range: &mut ProviderVersion, version: (u64, u64, u64)) {
    range.least = range.least.max(Some(version));
}

fn lower(range: &mut ProviderVersion, version: (u64, u64, u64)) {
    range.below = Some(range.below.map_or(version, |b| b.min(version)));
}

/// A version such as `4.1.0` or `4.1`, and how many parts it was written with.
fn parse(text: &str) -> Option<((u64, u64, u64), usize)> {
    let core = text.trim().split(['-', '+']).next()?;
    let parts: Vec<u64> = core.split('.').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let part = |i: usize| parts.get(i).copied().unwrap_or(0);
    (!parts.is_empty()).then(|| ((part(0), part(1), part(2)), parts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn range(files: &[(&str, &str)]) -> ProviderVersion {
        let mut sources = Sources::new();
        for (path, text) in files {
            sources.add(path, text.as_bytes());
        }
        provider_version("root", &Modules::read(&sources, &[]).0)
    }

    fn requiring(constraint: &str) -> String {
        format!("terraform {{\n  required_providers {{\n    azurerm = \"{constraint}\"\n  }}\n}}\n")
    }

    #[test]
    fn called_modules_narrow_the_range() {
        let root = format!("{}module \"aks\" {{\n  source = \"../aks\"\n}}\n", requiring(">= 2.90"));
        // The call of the root module is a mistake, but no reason to go round for ever.
        let aks = format!("{}module \"root\" {{\n  source = \"../root\"\n}}\n", requiring("~> 2.83"));
        let other = requiring("< 2.0");
        let found = range(&[("root/main.tf", &root), ("aks/main.tf", &aks), ("other/main.tf", &other)]);
        assert_eq!(found, ProviderVersion { least: Some((2, 90, 0)), below: Some((3, 0, 0)) });
    }

    #[test]
    fn a_lock_file_decides_alone() {
        let lock = "provider \"registry.terraform.io/hashicorp/azurerm\" {\n  version = \"3.83.0\"\n}\n";
        let found = range(&[("root/main.tf", &requiring(">= 2.90")), ("root/.terraform.lock.hcl", lock)]);
        assert_eq!(found, ProviderVersion { least: Some((3, 83, 0)), below: Some((3, 83, 1)) });
    }
}

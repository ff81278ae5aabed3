//! Version constraints on the azurerm provider.

use super::Modules;
use crate::model::ProviderVersion;

/// The versions of the azurerm provider that a root module allows: the one its lock file holds, else what its constraints say.
pub fn provider_version(folder: &str, modules: &Modules) -> ProviderVersion {
    let Some(module) = modules.get(folder) else { return ProviderVersion::default() };
    if let Some(exact) = module.azurerm_locked.as_deref().and_then(parse) {
        let (version, _) = exact;
        return ProviderVersion { least: Some(version), below: Some((version.0, version.1, version.2 + 1)) };
    }
    within(ProviderVersion::default(), module.azurerm_constraints.iter().map(|(text, _)| &**text))
}

/// The versions of a range that constraints allow, too.
pub fn within<'t>(mut range: ProviderVersion, constraints: impl Iterator<Item = &'t str>) -> ProviderVersion {
    for part in constraints.flat_map(|text| text.split(',')) {
        narrow(&mut range, part.trim());
    }
    range
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

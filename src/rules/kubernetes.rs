//! Kubernetes versions, as far as they decide something: major and minor number.

use crate::model::{Cluster, Undecided};
use std::cmp::Ordering;

/// Major and minor number.
pub(super) type Minor = (u64, u64);

/// The version of a text such as `1.28` or `1.28.3`.
pub(super) fn parse(text: &str) -> Option<Minor> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Whether a version is below another. What one of them leaves open, such as the patch of `1.26`, does not make it lower: Azure takes the
/// latest one. `None` when one of them is no version.
pub(super) fn is_below(version: &str, other: &str) -> Option<bool> {
    let numbers = |text: &str| text.trim_start_matches('v').split('.').map(|n| n.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
    let (version, other) = (numbers(version)?, numbers(other)?);
    let order = version.iter().zip(&other).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
    Some(order == Some(Ordering::Less))
}

/// The cluster's version; `None` when the code leaves it to Azure.
///
/// # Errors
/// The reason, when it cannot be known, or is none.
pub(super) fn of(cluster: &Cluster) -> Result<Option<Minor>, Undecided> {
    let version = &cluster.kubernetes_version;
    let Some(text) = version.known()? else { return Ok(None) };
    let not_a_version = || Undecided::new(format!("{text:?} is not a Kubernetes version"), Some(version.at.site));
    parse(text).map(Some).ok_or_else(not_a_version)
}

#[cfg(test)]
mod tests {
    use super::{is_below, parse};

    #[test]
    fn reads_versions() {
        assert!(parse("1.27.9") < parse("1.28"));
        assert_eq!(parse("1.30.0"), Some((1, 30)));
        assert_eq!(parse("latest"), None);
    }

    #[test]
    fn compares_versions() {
        assert_eq!(is_below("1.26.2", "1.26.3"), Some(true));
        assert_eq!(is_below("1.26.3", "1.26.3"), Some(false));
        assert_eq!(is_below("1.26", "1.26.3"), Some(false));
        assert_eq!(is_below("1.28.9", "1.29"), Some(true));
        assert_eq!(is_below("stable", "1.29"), None);
    }
}

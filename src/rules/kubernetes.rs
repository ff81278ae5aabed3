//! Kubernetes versions, as far as they decide something: major and minor number.

use crate::model::{Cluster, Undecided};

/// Major and minor number.
pub(super) type Minor = (u64, u64);

/// The version of a text such as `1.28` or `1.28.3`.
pub(super) fn parse(text: &str) -> Option<Minor> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
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
    use super::parse;

    #[test]
    fn reads_versions() {
        assert!(parse("1.27.9") < parse("1.28"));
        assert_eq!(parse("1.30.0"), Some((1, 30)));
        assert_eq!(parse("latest"), None);
    }
}

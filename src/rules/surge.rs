//! How many nodes an upgrade adds to a pool.

use super::{Context, kubernetes};
use crate::model::{Cluster, Field, Pool, Undecided};

/// How many nodes AKS may add to the pool, at its largest, while it upgrades it: what the code says, else Azure's default for the
/// cluster's Kubernetes version. A version that is not known counts as a current one. A percentage is rounded up.
///
/// # Errors
/// The reason, when the surge or the size of the pool cannot be known.
pub(super) fn surge_nodes(cx: &Context, cluster: &Cluster, pool: &Pool) -> Result<u64, Undecided> {
    let amount = match pool.max_surge.known()? {
        Some(text) => written_surge(&pool.max_surge, text)?,
        None => default_surge(cx, cluster),
    };
    match amount {
        Amount::Nodes(nodes) => Ok(nodes),
        Amount::Percent(_) => Ok(amount.of(pool.max_nodes()?, least(cx))),
    }
}

/// The least that a percentage above 0 comes to, in nodes.
pub(crate) fn least(cx: &Context) -> u64 {
    cx.facts.surge.least_of_a_percentage.on(cx.day).copied().unwrap_or_default()
}

/// A surge as AKS takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many nodes.
    Nodes(u64),
    /// A part of the pool's nodes.
    Percent(u64),
}

impl Amount {
    /// Reads `33%` or `2`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.trim().strip_suffix('%') {
            Some(percent) => percent.parse().ok().map(Self::Percent),
            None => text.trim().parse().ok().map(Self::Nodes),
        }
    }

    /// How many nodes it comes to in a pool of so many; a percentage to `least` or more.
    pub(crate) fn of(self, nodes: u64, least: u64) -> u64 {
        match self {
            Self::Nodes(surge) => surge,
            Self::Percent(percent) => percent_of(percent, nodes, least),
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nodes(nodes) => nodes.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// A percentage of some nodes, rounded up; any above 0 comes to `least` nodes or more.
fn percent_of(percent: u64, nodes: u64, least: u64) -> u64 {
    if percent == 0 { 0 } else { percent.saturating_mul(nodes).div_ceil(100).max(least) }
}

fn written_surge(field: &Field<String>, text: &str) -> Result<Amount, Undecided> {
    let no_amount =
        || Undecided::new(format!("{} {text:?} is neither a number nor a percentage", field.name), Some(field.at.site));
    Amount::parse(text).ok_or_else(no_amount)
}

fn default_surge(cx: &Context, cluster: &Cluster) -> Amount {
    let facts = &cx.facts.surge;
    let first = facts.default_percent_from.on(cx.day).and_then(|v| kubernetes::parse(v));
    let version = kubernetes::of(cluster).ok().flatten();
    let old = version.zip(first).is_some_and(|(version, first)| version < first);
    if old {
        Amount::Nodes(facts.default_nodes.on(cx.day).copied().unwrap_or_default())
    } else {
        Amount::Percent(facts.default_percent.on(cx.day).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_rounded_up_and_at_least_one_node() {
        for (percent, nodes, surge) in
            [(10, 0, 1), (10, 1, 1), (10, 10, 1), (10, 11, 2), (33, 3, 1), (33, 4, 2), (100, 5, 5), (0, 5, 0)]
        {
            assert_eq!(percent_of(percent, nodes, 1), surge, "{percent}% of {nodes}");
        }
    }

    #[test]
    fn reads_numbers_and_percentages() {
        assert_eq!(Amount::parse("2"), Some(Amount::Nodes(2)));
        assert_eq!(Amount::parse("33%"), Some(Amount::Percent(33)));
        for bad in ["", "%", "-1", "1.5", "some"] {
            assert_eq!(Amount::parse(bad), None, "{bad}");
        }
    }
}

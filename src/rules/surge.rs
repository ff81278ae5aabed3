//! How many nodes an upgrade adds. This is a placeholder with the final signature: the real module replaces it when the branches meet.

use crate::model::{Cluster, Pool, Undecided};

/// Nodes that an upgrade adds to the pool for its time.
///
/// # Errors
/// The reason, when the number cannot be known.
pub(super) fn surge_nodes(_cluster: &Cluster, pool: &Pool) -> Result<u64, Undecided> {
    Ok(pool.max_surge.known()?.and_then(|surge| surge.parse().ok()).unwrap_or(1))
}

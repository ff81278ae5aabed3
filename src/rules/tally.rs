//! Sums of which some parts may not be known.

use super::{Decision, Draft};
use crate::model::{Cluster, Pool, Undecided};
use crate::report::plural;

/// A sum over node pools: what is certain of it, and why there may be more.
#[derive(Default)]
pub(super) struct Tally<'a> {
    /// The sum of the parts that are known.
    pub(super) certain: u64,
    /// Why the sum may be larger, if it may.
    pub(super) more: Option<Undecided>,
    /// The parts that are known.
    parts: Vec<(&'a Pool, u64)>,
}

impl<'a> Tally<'a> {
    /// The sum of a number over all pools of a cluster.
    pub(super) fn of(cluster: &'a Cluster, number: impl Fn(&Pool) -> Result<u64, Undecided>) -> Self {
        let mut tally = Self::default();
        for pool in &cluster.pools {
            tally.add(pool, number(pool));
        }
        tally.may_grow(cluster.more_pools.clone());
        tally
    }

    /// Adds one pool's number. A pool that the code repeats an unknown number of times may not exist at all: it adds nothing certain.
    pub(super) fn add(&mut self, pool: &'a Pool, number: Result<u64, Undecided>) {
        match number {
            _ if pool.repeated.is_some() => self.may_grow(pool.repeated.clone()),
            Ok(number) => {
                self.certain = self.certain.saturating_add(number);
                self.parts.push((pool, number));
            }
            Err(why) => self.may_grow(Some(why)),
        }
    }

    /// Notes a reason, if there is one, why the sum may be larger. The first one is kept.
    pub(super) fn may_grow(&mut self, why: Option<Undecided>) {
        self.more = self.more.take().or(why);
    }

    /// The end of a check that what is certain does not decide.
    pub(super) fn decision(&self) -> Decision {
        self.more.clone().map_or(Ok(()), Err)
    }

    /// The sum as text: `12`, or `at least 12`.
    pub(super) fn title(&self) -> String {
        format!("{}{}", if self.more.is_some() { "at least " } else { "" }, self.certain)
    }

    /// Shows each pool with its number of nodes; `when` ends the sentence.
    pub(super) fn relate(&self, draft: &mut Draft, when: &str) {
        for (pool, nodes) in &self.parts {
            draft.related(format!("{} may reach {}{when}", pool.title(), plural(nodes, "node")), &pool.max_nodes_field().at);
        }
    }
}

/// The pool to make smaller: the largest, the first one of equal size.
pub(super) fn largest<'a>(pools: impl DoubleEndedIterator<Item = &'a Pool>) -> Option<&'a Pool> {
    // `max_by_key` alone would take the last one of equal size.
    pools.rev().max_by_key(|pool| pool.max_nodes().unwrap_or(0))
}

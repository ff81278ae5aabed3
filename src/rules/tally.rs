//! Sums of which some parts may not be known.

use crate::model::{Pool, Undecided};

/// A sum: what is certain of it, and why there may be more.
#[derive(Default)]
pub(super) struct Tally {
    /// The sum of the parts that are known.
    pub(super) certain: u64,
    /// Why the sum may be larger, if it may.
    pub(super) more: Option<Undecided>,
}

impl Tally {
    /// Adds one pool's number. A pool that the code repeats an unknown number of times may not exist at all: it adds nothing certain.
    pub(super) fn add(&mut self, pool: &Pool, number: Result<u64, Undecided>) {
        match number {
            _ if pool.repeated.is_some() => self.may_grow(pool.repeated.clone()),
            Ok(number) => self.certain = self.certain.saturating_add(number),
            Err(why) => self.may_grow(Some(why)),
        }
    }

    /// Notes a reason, if there is one, why the sum may be larger. The first one is kept.
    pub(super) fn may_grow(&mut self, why: Option<Undecided>) {
        self.more = self.more.take().or(why);
    }
}

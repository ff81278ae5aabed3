//! `count` and `for_each`: how often a resource or module stands.

use super::expr::Env;
use super::{Evaluator, convert};
use crate::syntax::hcl::ast::Body;
use crate::value::{Val, Value};
use std::sync::Arc;

/// How often a block stands.
#[derive(Clone, Debug)]
pub enum Repetition {
    /// Once; no index.
    Once,
    /// By `count`.
    Count(Vec<Repeat>),
    /// By `for_each`.
    Each(Vec<Repeat>),
    /// By `count`, a number of times that cannot be known.
    UnknownCount(Val),
    /// By `for_each`, over something that cannot be known.
    UnknownEach(Val),
}

/// One instance: its key, and what `count.index` or `each` are in it.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// As it stands in addresses: `[0]`, `["blue"]`, `[?]`.
    pub suffix: Arc<str>,
    /// The index or key.
    pub key: Val,
    /// `each.value`; the index again for `count`.
    pub value: Val,
}

/// A block with more instances than this is not expanded.
const MOST_REPEATS: usize = 2_000;

impl Repetition {
    /// The instances to evaluate: one that stands for all where their number is unknown.
    pub fn instances(&self) -> Vec<Option<Repeat>> {
        let any = |val: &Val| Some(Repeat { suffix: "[?]".into(), key: val.clone(), value: val.clone() });
        match self {
            Self::Once => vec![None],
            Self::Count(all) | Self::Each(all) => all.iter().cloned().map(Some).collect(),
            Self::UnknownCount(val) | Self::UnknownEach(val) => vec![any(val)],
        }
    }

    /// The value that is unknown, when the number of instances is.
    pub fn unknown(&self) -> Option<&Val> {
        match self {
            Self::UnknownCount(val) | Self::UnknownEach(val) => Some(val),
            _ => None,
        }
    }
}

impl<'m> Evaluator<'m> {
    /// How often a block stands.
    pub(super) fn repetition(&self, body: &Body, env: Env<'_, 'm>) -> Repetition {
        if let Some(count) = body.attribute("count") {
            return self.count(&self.value(&count.expr, env));
        }
        match body.attribute("for_each") {
            Some(each) => self.each(&self.value(&each.expr, env)),
            None => Repetition::Once,
        }
    }

    fn count(&self, count: &Val) -> Repetition {
        let site = count.at.site;
        match convert::to_number(&count.value) {
            Ok(n) if n >= 0.0 && n.fract() == 0.0 && n <= MOST_REPEATS as f64 => {
                let index = |i: usize| Val::new(Value::Number(i as f64), site);
                let repeat = |i| Repeat { suffix: format!("[{i}]").into(), key: index(i), value: index(i) };
                Repetition::Count((0..n as usize).map(repeat).collect())
            }
            Ok(_) => {
                let reason = format!("count is no whole number from 0 to {MOST_REPEATS}");
                Repetition::UnknownCount(Val::unknown(reason, site))
            }
            Err(convert::Stop::Unknown(_)) => Repetition::UnknownCount(count.clone()),
            Err(_) => Repetition::UnknownCount(Val::unknown("count is no number", site)),
        }
    }

    fn each(&self, each: &Val) -> Repetition {
        let site = each.at.site;
        let repeat = |key: &Arc<str>, value: &Val| Repeat {
            suffix: format!("[\"{key}\"]").into(),
            key: Val { value: Value::String(Arc::clone(key)), at: each.at.clone() },
            value: each.element(value),
        };
        match &each.value {
            Value::Map(map) if map.open.is_none() && map.entries.len() <= MOST_REPEATS => {
                Repetition::Each(map.entries.iter().map(|(k, v)| repeat(k, v)).collect())
            }
            Value::Set(items) if items.len() <= MOST_REPEATS => {
                let mut all = Vec::new();
                for item in items.iter() {
                    match &item.value {
                        Value::String(key) => all.push(repeat(key, item)),
                        Value::Unknown(_) => return Repetition::UnknownEach(item.clone()),
                        _ => return Repetition::UnknownEach(Val::unknown("for_each needs a set of strings", site)),
                    }
                }
                Repetition::Each(all)
            }
            Value::Unknown(_) => Repetition::UnknownEach(each.clone()),
            Value::Map(map) => match &map.open {
                Some(open) => Repetition::UnknownEach(Val { value: Value::Unknown(Arc::clone(open)), at: each.at.clone() }),
                None => Repetition::UnknownEach(Val::unknown("for_each has too many elements to expand", site)),
            },
            _ => Repetition::UnknownEach(Val::unknown("for_each needs a map or a set", site)),
        }
    }
}

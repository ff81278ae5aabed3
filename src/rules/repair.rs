//! What rules would change, and where in the texts that is.
//!
//! A value is changed where it is set: at the one literal that it came from. The way there may lead through names of variables and locals;
//! where it leads through anything else, or where the literal serves something else too, a repair is not safe.

use super::places::{self, Place};
use crate::model::Field;
use crate::report::{Edit, Repair, Safety};
use crate::source::{Sources, Span};
use crate::value::{At, USED_INSIDE};
use std::sync::Arc;

/// A repair in the making.
pub(super) struct Wish {
    safety: Safety,
    change: Change,
    but: &'static str,
}

/// What is to be changed.
pub(super) enum Change {
    /// A value.
    Value {
        /// The attribute.
        name: &'static str,
        at: At,
        /// What is written.
        old: Arc<str>,
        /// What should be.
        new: String,
    },
    /// An attribute that is missing, beside one that is written.
    Attribute {
        name: &'static str,
        value: Written,
        /// The attribute that is written.
        beside: &'static str,
        /// Its value.
        site: Span,
    },
}

/// The value of a new attribute.
pub(super) enum Written {
    /// A text.
    Text(String),
    /// An expression of Terraform.
    Expression(String),
}

impl Change {
    /// Another value for an attribute; `None` where the code does not write it.
    pub(super) fn value<T>(field: &Field<T>, new: impl ToString) -> Option<Self> {
        let old = Arc::clone(field.raw.as_ref()?);
        Some(Self::Value { name: field.name, at: field.at.clone(), old, new: new.to_string() })
    }

    /// Another attribute beside one that the code writes.
    pub(super) fn attribute<T>(name: &'static str, value: Written, beside: &Field<T>) -> Option<Self> {
        beside.raw.as_ref()?;
        Some(Self::Attribute { name, value, beside: beside.name, site: beside.at.site })
    }

    fn title(&self) -> String {
        match self {
            Self::Value { name, new, .. } => format!("Set {name} to {new}"),
            Self::Attribute { name, value: Written::Text(value) | Written::Expression(value), .. } => {
                format!("Add {name} with the value {value}")
            }
        }
    }
}

impl Wish {
    /// A change, and what to know about it before it is made.
    pub(super) fn new(safety: Safety, change: Change, but: &'static str) -> Self {
        Self { safety, change, but }
    }

    /// The repair; `None` where the texts do not have one place for it.
    pub(super) fn repair(self, sources: &Sources) -> Option<Repair> {
        let mut title = self.change.title();
        if !self.but.is_empty() {
            title = format!("{title} ({})", self.but);
        }
        let (edit, safety) = match self.change {
            Change::Value { at, old, new, .. } => {
                let (span, safety) = literal(&at, &old, sources)?;
                (Edit { span, text: new }, safety)
            }
            Change::Attribute { name, value, beside, site } => {
                (places::beside(sources, site, beside, name, &value)?, Safety::Safe)
            }
        };
        Some(Repair { title, safety: safety.max(self.safety), edits: vec![edit] })
    }
}

/// The text between the quotes of the literal that a value came from, and whether it serves this value alone.
fn literal(at: &At, old: &str, sources: &Sources) -> Option<(Span, Safety)> {
    let hops = at.hops.iter().filter(|hop| &*hop.label != USED_INSIDE).map(|hop| hop.span);
    let mut way: Vec<Span> = std::iter::once(at.site).chain(hops).collect();
    way.dedup();
    let mut safety = Safety::Safe;
    for (i, span) in way.iter().enumerate() {
        match places::place(sources, *span, old)? {
            Place::Literal(inside) => {
                // What came from yet farther did not come from here alone.
                let last = i + 1 == way.len();
                return Some((inside, if last { safety } else { Safety::Unsafe }));
            }
            Place::Name(name) => {
                if places::is_used_elsewhere(sources, *span, &name) {
                    safety = Safety::Unsafe;
                }
            }
            Place::Other => safety = Safety::Unsafe,
        }
    }
    None
}

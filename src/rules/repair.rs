//! What rules would change, and where in the texts that is.
//!
//! A value is changed where it is set: at the one literal that it came from. The way there may lead through names of variables and locals;
//! where it leads through anything else, or where the literal serves something else too, a repair is not safe.

use super::places::{self, Line, Place};
use crate::model::Field;
use crate::report::{Edit, Repair, Safety};
use crate::source::{Sources, Span};
use crate::value::{At, USED_INSIDE};
use std::net::IpAddr;
use std::sync::Arc;

/// A repair in the making.
pub(super) struct Wish {
    pub(super) safety: Safety,
    /// What the changes do.
    pub(super) title: String,
    pub(super) changes: Vec<Change>,
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
    /// Another name for an attribute.
    Name {
        old: &'static str,
        new: String,
        /// Its value.
        site: Span,
    },
    /// No such attribute.
    Nothing {
        name: &'static str,
        /// Its value.
        site: Span,
    },
}

/// The value of a new attribute.
pub(super) enum Written {
    /// A text.
    Text(String),
    /// An address of the range beside it, which has this number in the range.
    Address(IpAddr, u128),
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

    /// Another name for an attribute that has its value at `site`, or none at all.
    pub(super) fn renamed(old: &'static str, new: Option<&String>, site: Span) -> Self {
        match new {
            Some(new) => Self::Name { old, new: new.clone(), site },
            None => Self::Nothing { name: old, site },
        }
    }

    /// What it does.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Value { name, new, .. } => format!("Set {name} to {new}"),
            Self::Attribute { name, value: Written::Text(value), .. } => format!("Add {name} with the value {value}"),
            Self::Attribute { name, value: Written::Address(ip, _), .. } => format!("Add {name} with the value {ip}"),
            Self::Name { old, new, .. } => format!("Write {new} instead of {old}"),
            Self::Nothing { name, .. } => format!("Remove {name}"),
        }
    }

    /// The change of the texts, and whether it changes nothing else.
    fn edit(&self, sources: &Sources) -> Option<(Edit, Safety)> {
        let alone = |edit| (edit, Safety::Safe);
        match self {
            Self::Value { at, old, new, .. } => {
                let (span, safety) = literal(at, old, sources)?;
                Some((Edit { span, text: new.clone() }, safety))
            }
            Self::Attribute { name, value, beside, site } => {
                Some(alone(Line::of(sources, *site)?.has(beside)?.with(name, value, sources)?))
            }
            Self::Name { old, new, site } => Some(alone(Line::of(sources, *site)?.has(old)?.renamed(new)?)),
            Self::Nothing { name, site } => {
                let span = Line::of(sources, *site)?.has(name)?.whole()?;
                Some(alone(Edit { span, text: String::new() }))
            }
        }
    }
}

impl Wish {
    /// The repair; `None` where the texts do not have one place for each change.
    pub(super) fn repair(self, sources: &Sources) -> Option<Repair> {
        let mut whole: Option<Repair> = None;
        for change in &self.changes {
            let (edit, safety) = change.edit(sources)?;
            let repair = Repair { title: self.title.clone(), safety: safety.max(self.safety), edits: vec![edit] };
            whole = Some(match whole {
                Some(before) => before.and(repair)?,
                None => repair,
            });
        }
        whole
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

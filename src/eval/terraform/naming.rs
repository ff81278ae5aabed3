//! What the names of unknown values tell: whether one may be null, or an error.

use super::convert;
pub(super) use crate::eval::naming::is_id;
use crate::syntax::hcl::ast::{Expr, ExprKind, Step};
use crate::value::{TermPart, Unknown, Val, Value};
use std::sync::Arc;

/// The part of a value that may yet turn out to be an error in this expression. An error in what the expression refers to does not count:
/// it would end the run wherever it is caught.
pub(super) fn risk(expr: &Expr, val: &Val) -> Option<Arc<Unknown>> {
    let is_splat = |step: &Step| matches!(step, Step::FullSplat(_) | Step::AttributeSplat(_));
    let refers = match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Traversal(root, steps) => matches!(root.kind, ExprKind::Name(_)) && !steps.iter().any(is_splat),
        _ => false,
    };
    if refers || val.value.as_unknown().is_some() || convert::weigh([val]).is_err() {
        return None;
    }
    fn look(value: &Value) -> Option<&Arc<Unknown>> {
        let own = match value {
            Value::Unknown(unknown) => Some(unknown),
            Value::Map(map) => map.open.as_ref(),
            _ => None,
        };
        own.filter(|unknown| may_fail(unknown)).or_else(|| convert::children(value).find_map(|part| look(&part.value)))
    }
    look(&val.value).cloned()
}

/// Whether working out an unknown may fail. Reading an attribute of a resource or an input variable cannot.
fn may_fail(unknown: &Unknown) -> bool {
    let fails = |part: &TermPart| match part {
        TermPart::Text(_) | TermPart::Attribute(..) => false,
        TermPart::Symbol(name) => {
            let steps_into_variable = name.rsplit_once("var.").is_some_and(|(_, variable)| variable.contains('.'));
            steps_into_variable || name.contains(['(', '[', '!'])
        }
    };
    unknown.term.as_ref().is_none_or(|term| term.0.iter().any(fails))
}

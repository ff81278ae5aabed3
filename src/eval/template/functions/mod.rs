//! The functions of ARM templates and Bicep that need nothing but their arguments.

use crate::source::Span;
use crate::value::Val;

/// Calls a function by its name, in any letter case. `None` when there is none of this name that needs only its arguments.
///
/// What Azure would refuse is an unknown value that says why.
pub fn call(_name: &str, _args: &[Val], _site: Span) -> Option<Val> {
    None
}

/// Calls a function that takes lambdas. `args` has a null in place of each; `apply(i, values)` gives what the one at that position
/// returns.
pub fn call_lambda(_name: &str, _args: &[Val], _apply: &dyn Fn(usize, &[Val]) -> Val, _site: Span) -> Option<Val> {
    None
}

//! What loops and lambdas bind.

use super::Evaluator;
use super::expr::{ELEMENT, TOO_MUCH_WORK};
use super::functions;
use super::instance::Env;
use crate::eval::outcome::size;
use crate::source::Span;
use crate::syntax::expr::{Call, Expr, ExprKind, Name};
use crate::syntax::template::Language;
use crate::value::{Val, Value};
use std::sync::Arc;

/// The name that ARM's `copyIndex()` without a name goes by: the loop over the resource.
pub(super) const RESOURCE_LOOP: &str = "copyIndex()";

/// The name that ARM's `copyIndex('name')` goes by.
pub(super) fn loop_name(name: &str) -> Arc<str> {
    format!("copyIndex({})", name.to_ascii_lowercase()).into()
}

/// The name that ARM's `lambdaVariables('name')` goes by.
pub(super) fn lambda_variable(name: &str) -> Arc<str> {
    format!("lambdaVariables({})", name.to_ascii_lowercase()).into()
}

/// A function without a name: the names of its parameters, as they are bound, and its body.
struct Lambda<'t> {
    parameters: Vec<Arc<str>>,
    body: &'t Expr,
}

impl<'t> Lambda<'t> {
    fn of(expr: &'t Expr) -> Option<Self> {
        match &expr.kind {
            ExprKind::Lambda(lambda) => {
                let parameters = lambda.parameters.iter().map(|p| Arc::clone(&p.text)).collect();
                Some(Self { parameters, body: &lambda.body })
            }
            ExprKind::Group(inner) => Self::of(inner),
            ExprKind::Call(call) if call.name.text.eq_ignore_ascii_case("lambda") => {
                let (body, parameters) = call.args.split_last()?;
                let name = |e: &Expr| match &e.kind {
                    ExprKind::String(name) => Some(lambda_variable(name)),
                    _ => None,
                };
                Some(Self { parameters: parameters.iter().map(name).collect::<Option<_>>()?, body })
            }
            _ => None,
        }
    }
}

impl<'t> Evaluator<'t> {
    /// The names inside a loop, for one element of what it runs over.
    pub(super) fn in_loop(
        &self,
        item: &Name,
        index: Option<&Name>,
        over: &Val,
        element: &Val,
        i: usize,
        env: &Env<'t>,
    ) -> Env<'t> {
        let number = Val::new(Value::Number(i as f64), item.span);
        if env.instance.template.language == Language::Arm {
            return env.bind(loop_name(&item.text), number);
        }
        let element = over.element(element).used_at(item.span, &format!("element of {}", self.short(over.at.site)), None);
        let env = env.bind(Arc::clone(&item.text), element);
        match index {
            Some(index) => env.bind(Arc::clone(&index.text), number),
            None => env,
        }
    }

    /// A piece of code for the user, if it is short.
    pub(super) fn short(&self, place: Span) -> &str {
        let text = self.sources.text(place);
        if text.len() <= 60 && !text.contains('\n') { text } else { "the array" }
    }

    /// A call of a function that takes lambdas; `None` for other functions.
    pub(super) fn lambda_call(&self, call: &'t Call, site: Span, env: &Env<'t>) -> Option<Val> {
        let lambdas: Vec<Option<Lambda<'t>>> = call.args.iter().map(Lambda::of).collect();
        if lambdas.iter().all(Option::is_none) {
            return None;
        }
        let null = |e: &Expr| Val::new(Value::Null, e.span);
        let arg =
            |(expr, lambda): (&'t Expr, &Option<Lambda<'t>>)| if lambda.is_some() { null(expr) } else { self.eval(expr, env) };
        let args: Vec<Val> = call.args.iter().zip(&lambdas).map(arg).collect();
        if !self.step(ELEMENT * args.iter().map(|a| size(a, 1)).sum::<usize>()) {
            return Some(Val::unknown(TOO_MUCH_WORK, site));
        }
        let apply = |i: usize, vals: &[Val]| match lambdas.get(i) {
            Some(Some(lambda)) => {
                let bind = |env: Env<'t>, (name, val): (&Arc<str>, &Val)| env.bind(Arc::clone(name), val.clone());
                let env = lambda.parameters.iter().zip(vals).fold(env.clone(), bind);
                self.eval(lambda.body, &env)
            }
            _ => Val::unknown("a function is needed here", site),
        };
        functions::call_lambda(&call.name.text, &args, &apply, site)
    }
}

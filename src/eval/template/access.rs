//! `a.b`, `a[b]`, `a::b`: members of values, and of resources and modules, of which only what is asked for is worked out.

use super::Evaluator;
use super::declaration::Deployed;
use super::expr::TOO_MUCH_WORK;
use super::instance::Env;
use super::names::{Named, entry};
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::expr::{Access, Expr, ExprKind, From};
use crate::syntax::template::{Declaration, DeclarationKind};
use crate::value::{Hop, Hops, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

/// Longer expressions are no labels.
const LONGEST_LABEL: usize = 60;

/// What an expression refers to.
pub(super) struct Target<'t> {
    pub deployed: Rc<Deployed<'t>>,
    /// Whether it stands for the `properties` only, as `reference('x')` does.
    pub properties: bool,
}

/// A member that is not there although it was asked for with `.?`: the rest of the chain is null.
pub(super) struct Missing;

/// What a chain of accesses gives.
pub(super) type Chain = Result<Val, Missing>;

impl<'t> Evaluator<'t> {
    /// The value of an access.
    pub(super) fn access(&self, expr: &'t Expr, env: &Env<'t>) -> Val {
        let val = self.chain(expr, env).unwrap_or(Val::new(Value::Null, expr.span));
        self.labelled(val.placed(expr.span))
    }

    /// A value that was read from a resource, with the whole of what reads it as the label of that step.
    fn labelled(&self, mut val: Val) -> Val {
        let written = self.sources.text(val.at.site);
        let mut hops: Vec<Hop> = val.at.hops.iter().cloned().collect();
        let first = hops.first_mut().filter(|hop| hop.resource.is_some());
        if let Some(first) = first.filter(|_| written.len() <= LONGEST_LABEL && !written.contains('\n')) {
            first.label = written.into();
            val.at.hops = Hops::from_vec(hops);
        }
        val
    }

    fn chain(&self, expr: &'t Expr, env: &Env<'t>) -> Chain {
        self.inside(expr.span, || self.link_of_chain(expr, env)).unwrap_or_else(Ok)
    }

    fn link_of_chain(&self, expr: &'t Expr, env: &Env<'t>) -> Chain {
        match &expr.kind {
            ExprKind::Property(of, access, name) => match self.outputs_of(of, env) {
                Some(Ok((target, outputs))) => match self.not_deployed(&target.deployed, outputs, expr.span)? {
                    Some(unknown) => Ok(unknown),
                    None => self.module_output(&target, *access, &name.text, expr.span),
                },
                Some(Err(unknown)) => Ok(further(unknown, &name.text, expr.span)),
                None => self.member_of(of, *access, &name.text, name.span, env),
            },
            ExprKind::Index(two, access, from) => {
                let [of, index] = &**two;
                if let Some(target) = self.target(expr, env) {
                    return Ok(target.map_or_else(|unknown| unknown, |t| self.target_value(&t, expr.span)));
                }
                let position = self.eval(index, env);
                match (&position.value, from) {
                    (Value::String(name), From::Start) => {
                        let name = Arc::clone(name);
                        self.member_of(of, *access, &name, index.span, env)
                    }
                    _ => self.element(self.chain(of, env)?, &position, (*access, *from)),
                }
            }
            ExprKind::NonNull(of) => self.chain(of, env),
            ExprKind::Child(..) => Ok(match self.target(expr, env) {
                Some(Ok(target)) => self.target_value(&target, expr.span),
                Some(Err(unknown)) => unknown,
                None => match self.children(expr, env) {
                    Some((declaration, parent)) => self.whole(declaration, Some(parent), expr.span, env),
                    None => Val::unknown("no such resource is declared inside another", expr.span),
                },
            }),
            _ => Ok(self.eval(expr, env)),
        }
    }

    /// `of.name`
    fn member_of(&self, of: &'t Expr, access: Access, name: &str, span: Span, env: &Env<'t>) -> Chain {
        if let Some(target) = self.target(of, env) {
            return match target {
                Ok(target) => self.target_member(&target, access, name, span),
                Err(unknown) => Ok(further(unknown, name, span)),
            };
        }
        let val = self.chain(of, env)?;
        match (entry(&val, name, span), &val.value) {
            (Some(member), _) => Ok(member),
            (None, Value::Map(_) | Value::Null) if access == Access::Safe => Err(Missing),
            (None, Value::Map(_)) => Ok(Val::unknown(format!("there is no property {name} here"), span)),
            (None, other) => Ok(Val::unknown(format!("this is {}, which has no property {name}", other.kind()), span)),
        }
    }

    /// `of[index]`, for an index that is no text.
    fn element(&self, of: Val, index: &Val, (access, from): (Access, From)) -> Chain {
        let site = index.at.site;
        let number = match &index.value {
            Value::Number(n) if n.fract() == 0.0 => *n,
            Value::Unknown(unknown) => return Ok(Val { value: Value::Unknown(Arc::new(unknown.nameless())), at: of.at }),
            other => return Ok(Val::unknown(format!("an index cannot be {}", other.kind()), site)),
        };
        match &of.value {
            Value::List(items) => {
                let position = match from {
                    From::Start => Some(number).filter(|n| *n >= 0.0).map(|n| n as usize),
                    From::End => Some(number).filter(|n| *n >= 1.0).and_then(|n| items.len().checked_sub(n as usize)),
                };
                match (position.and_then(|i| items.get(i)), access) {
                    (Some(item), _) => Ok(of.element(item)),
                    (None, Access::Safe) => Err(Missing),
                    (None, Access::Plain) => {
                        Ok(Val::unknown(format!("there is no element {number} in an array of {}", items.len()), site))
                    }
                }
            }
            Value::Unknown(unknown) => {
                let step = if from == From::End { format!("[^{number}]") } else { format!("[{number}]") };
                Ok(Val { value: Value::Unknown(naming::further(unknown, &step, site)), at: of.at.clone() })
            }
            Value::Null if access == Access::Safe => Err(Missing),
            other => Ok(Val::unknown(format!("this is {}, which has no elements", other.kind()), site)),
        }
    }

    /// The module whose outputs an expression stands for: `network.outputs`, `reference('network').outputs`.
    fn outputs_of(&self, expr: &'t Expr, env: &Env<'t>) -> Option<Result<(Target<'t>, Access), Val>> {
        let ExprKind::Property(of, access, name) = &expr.kind else { return None };
        if !name.text.eq_ignore_ascii_case("outputs") {
            return None;
        }
        match self.target(of, env)? {
            Ok(target) if matches!(target.deployed.declaration.kind, DeclarationKind::Module(_)) => Some(Ok((target, *access))),
            Ok(_) => None,
            Err(unknown) => Some(Err(further(unknown, "outputs", expr.span))),
        }
    }

    /// The resource or module that an expression refers to, if it does; the error is an unknown value.
    pub(super) fn target(&self, expr: &'t Expr, env: &Env<'t>) -> Option<Result<Target<'t>, Val>> {
        let one = |deployed: &Rc<Deployed<'t>>| Some(Ok(Target { deployed: Rc::clone(deployed), properties: false }));
        match &expr.kind {
            ExprKind::Group(inner) | ExprKind::NonNull(inner) => self.target(inner, env),
            ExprKind::Name(_) | ExprKind::Child(..) => {
                let (declaration, within) = self.declaration(expr, env)?;
                if declaration.repeat.is_some() {
                    return None;
                }
                one(self.expand(&env.instance, declaration, within.as_ref()).first()?)
            }
            ExprKind::Index(two, _, From::Start) => {
                let [of, index] = &**two;
                let (declaration, within) = self.declaration(of, env)?;
                let all = self.expand(&env.instance, declaration, within.as_ref());
                declaration.repeat.as_ref()?;
                let index = self.eval(index, env);
                match (&index.value, all.as_slice()) {
                    // It stands for all.
                    (_, [only]) if only.repeated.is_some() => one(only),
                    (Value::Number(n), all) if *n >= 0.0 => match all.get(*n as usize) {
                        Some(deployed) => one(deployed),
                        None => Some(Err(Val::unknown(format!("there are only {} of these", all.len()), expr.span))),
                    },
                    (Value::Unknown(unknown), _) => Some(Err(Val::new(Value::Unknown(Arc::new(unknown.nameless())), expr.span))),
                    _ => Some(Err(Val::unknown("an index must be a whole number from 0", expr.span))),
                }
            }
            ExprKind::Call(call) if call.on.is_none() && call.name.text.eq_ignore_ascii_case("reference") => {
                self.referenced(call, env).map(Ok)
            }
            _ => None,
        }
    }

    /// The declaration that a name or `parent::name` stands for.
    fn declaration(&self, expr: &'t Expr, env: &Env<'t>) -> Option<(&'t Declaration, Option<Rc<Deployed<'t>>>)> {
        match &expr.kind {
            ExprKind::Name(name) => match self.named(name, expr.span, env) {
                Named::Declaration(declaration, within) => Some((declaration, within)),
                _ => None,
            },
            ExprKind::Child(..) => self.children(expr, env).map(|(declaration, parent)| (declaration, Some(parent))),
            _ => None,
        }
    }

    /// What `parent::name` stands for.
    fn children(&self, expr: &'t Expr, env: &Env<'t>) -> Option<(&'t Declaration, Rc<Deployed<'t>>)> {
        let ExprKind::Child(of, name) = &expr.kind else { return None };
        let parent = self.target(of, env)?.ok()?.deployed;
        Some((parent.child(&name.text)?, parent))
    }

    /// A resource or module that is used as a whole; an array of them, if it is repeated.
    pub(super) fn whole(&self, declaration: &'t Declaration, within: Option<Rc<Deployed<'t>>>, site: Span, env: &Env<'t>) -> Val {
        let all = self.expand(&env.instance, declaration, within.as_ref());
        if !self.step(all.len()) {
            return Val::unknown(TOO_MUCH_WORK, site);
        }
        let value =
            |deployed: &Rc<Deployed<'t>>| self.target_value(&Target { deployed: Rc::clone(deployed), properties: false }, site);
        match (all.as_slice(), all.first().and_then(|first| first.repeated.as_ref())) {
            (_, Some(why)) => why.clone().placed(site),
            ([only], None) if declaration.repeat.is_none() => value(only),
            (all, None) => Val::new(Value::list(all.iter().map(value).collect()), site),
        }
    }
}

/// A member of something that is unknown.
fn further(val: Val, name: &str, span: Span) -> Val {
    match &val.value {
        Value::Unknown(unknown) => Val { value: Value::Unknown(naming::further(unknown, name, span)), at: val.at },
        _ => val,
    }
}

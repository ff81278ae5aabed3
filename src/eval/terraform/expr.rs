//! Expressions to values.
//!
//! An error is something Terraform would refuse; `try` and `can` catch it. An unknown is no error: it goes on through the expression.

use super::convert::{self, Outcome, Stop};
use super::naming::is_id;
use super::repeat::Repeat;
use super::{Evaluator, Instance, number};
use crate::eval::naming::{called, made, name_of, named, opposite};
use crate::eval::outcome::size;
use crate::source::Span;
use crate::syntax::hcl::ast::{BinaryOperator, Expr, ExprKind, For};
use crate::value::{Choice, Map, Unknown, Val, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Something that Terraform would refuse.
#[derive(Clone, Debug)]
pub struct EvalError {
    /// In words for the user.
    pub message: Arc<str>,
    /// The place.
    pub span: Span,
}

/// A value, or what Terraform would refuse.
pub type Eval = Result<Val, EvalError>;

/// What the names in an expression mean.
#[derive(Clone, Copy)]
pub struct Env<'e, 'm> {
    /// The module instance.
    pub instance: &'e Rc<Instance<'m>>,
    /// `count.index` and `each`, inside a repeated block.
    pub repeat: Option<&'e Repeat>,
    /// The variables of `for` expressions and dynamic blocks, innermost first.
    pub names: Option<&'e Names<'e>>,
}

/// A name bound by a `for` expression or a dynamic block.
pub struct Names<'e> {
    name: &'e str,
    value: Val,
    outer: Option<&'e Names<'e>>,
}

impl<'e, 'm> Env<'e, 'm> {
    /// The same with one more name.
    pub fn bind(self, name: &'e str, value: Val) -> Names<'e> {
        Names { name, value, outer: self.names }
    }

    /// The same with these names.
    pub fn with<'n>(self, names: &'n Names<'n>) -> Env<'n, 'm>
    where
        'e: 'n,
    {
        Env { instance: self.instance, repeat: self.repeat, names: Some(names) }
    }

    /// The value bound to a name.
    pub fn name(&self, name: &str) -> Option<&'e Val> {
        let mut next = self.names;
        while let Some(names) = next {
            if names.name == name {
                return Some(&names.value);
            }
            next = names.outer;
        }
        None
    }
}

/// Expressions nested deeper than this, references included, are unknown.
const DEEPEST_EXPRESSION: usize = 300;
/// A root module may take this many steps to evaluate; what is not reached by then is unknown.
pub(super) const MOST_STEPS: u64 = 3_000_000;
/// Why something is unknown that is beyond [`MOST_STEPS`].
pub(super) const TOO_MUCH_WORK: &str = "this module takes too much work to be worked out";
pub(super) fn error<T>(message: impl Into<Arc<str>>, span: Span) -> Result<T, EvalError> {
    Err(EvalError { message: message.into(), span })
}

/// An unknown at `site`, for the reason of another, whose name does not carry over.
pub(super) fn unknown_from(unknown: &Unknown, site: Span, from: &[&Val]) -> Val {
    made(Value::Unknown(Arc::new(unknown.nameless())), site, from)
}

impl<'m> Evaluator<'m> {
    /// The value of an expression. What Terraform would refuse is unknown here, with that reason.
    pub fn value(&self, expr: &Expr, env: Env<'_, 'm>) -> Val {
        self.eval(expr, env)
            .unwrap_or_else(|e| Val::new(Value::Unknown(Arc::new(Unknown::new(e.message, Some(e.span)))), expr.span))
    }

    /// The value of an expression.
    pub fn eval(&self, expr: &Expr, env: Env<'_, 'm>) -> Eval {
        if self.depth.get() >= DEEPEST_EXPRESSION {
            return Ok(Val::unknown("this value is nested too deeply to be worked out", expr.span));
        }
        if !self.step(1) {
            return Ok(Val::unknown(TOO_MUCH_WORK, expr.span));
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.eval_kind(expr, env);
        self.depth.set(self.depth.get() - 1);
        value
    }

    /// Counts work; `false` when too much has been done.
    pub(super) fn step(&self, cost: usize) -> bool {
        let steps = self.steps.get().saturating_add(cost as u64);
        self.steps.set(steps);
        steps <= MOST_STEPS
    }

    fn eval_kind(&self, expr: &Expr, env: Env<'_, 'm>) -> Eval {
        let site = expr.span;
        let literal = |value| Ok(Val::new(value, site));
        match &expr.kind {
            ExprKind::Invalid => Ok(Val::unknown("this value could not be parsed", site)),
            ExprKind::Null => literal(Value::Null),
            ExprKind::Bool(b) => literal(Value::Bool(*b)),
            ExprKind::Number(n) => literal(Value::Number(*n)),
            ExprKind::String(s) => literal(Value::String(Arc::clone(s))),
            ExprKind::Template(parts) => self.template(parts, site, env),
            ExprKind::Tuple(items) => literal(Value::list(items.iter().map(|e| self.eval(e, env)).collect::<Result<_, _>>()?)),
            ExprKind::Object(entries) => self.object(entries, site, env),
            ExprKind::Name(_) => self.reference(expr, &[], site, env),
            ExprKind::Traversal(root, steps) => self.reference(root, steps, site, env),
            ExprKind::Call(call) => self.call(call, site, env),
            ExprKind::Conditional(parts) => self.conditional(parts, site, env),
            ExprKind::Negate(e) => {
                let operand = self.eval(e, env)?;
                match self.number(&operand, site)? {
                    Ok(n) => Ok(made(Value::Number(-n), site, &[&operand])),
                    Err(unknown) => Ok(unknown),
                }
            }
            ExprKind::Not(e) => {
                let operand = self.eval(e, env)?;
                match self.truth(&operand, site)? {
                    Ok(b) => Ok(made(Value::Bool(!b), site, &[&operand])),
                    Err(unknown) => Ok(named(unknown, name_of(&operand).map(|n| opposite(&n)))),
                }
            }
            ExprKind::Binary(left, operator, right) => self.binary(left, *operator, right, site, env),
            ExprKind::For(f) => self.for_expression(f, site, env),
        }
    }

    fn object(&self, entries: &[(Expr, Expr)], site: Span, env: Env<'_, 'm>) -> Eval {
        let mut map = Map::default();
        for (key, value) in entries {
            let key = self.eval(key, env)?;
            let value = self.eval(value, env)?;
            match convert::to_string(&key.value) {
                Ok(key) => drop(map.entries.insert(key, value)),
                Err(Stop::Unknown(unknown)) => {
                    // The key may turn out to be one of those before it.
                    map.entries.values_mut().for_each(|entry| entry.value = Value::Unknown(Arc::new(unknown.nameless())));
                    map.open = Some(unknown);
                }
                Err(Stop::Refused(reason)) => return error(reason, key.at.site),
            }
        }
        Ok(Val::new(Value::Map(Arc::new(map)), site))
    }

    /// A truth value; the inner error is an unknown one.
    pub(super) fn truth(&self, val: &Val, site: Span) -> Result<Result<bool, Val>, EvalError> {
        known(convert::to_bool(&val.value), val, site)
    }

    /// A number; the inner error is an unknown one.
    fn number(&self, val: &Val, site: Span) -> Result<Result<f64, Val>, EvalError> {
        known(convert::to_number(&val.value), val, site)
    }

    fn conditional(&self, parts: &[Expr; 3], site: Span, env: Env<'_, 'm>) -> Eval {
        let [condition, then, otherwise] = parts;
        let place = condition.span;
        let condition = self.eval(condition, env)?;
        let condition_holds = self.truth(&condition, site)?;
        let (then, otherwise) = self.with_common_type(self.eval(then, env), self.eval(otherwise, env), site)?;
        let unknown = match condition_holds {
            Ok(holds) => return Ok(if holds { then } else { otherwise }?.placed(site)),
            Err(unknown) => unknown,
        };
        let choice = self.choice(&condition, place);
        if let Some((choice, negated)) = &choice
            && let Some(holds) = self.assumptions.get(&choice.key)
        {
            return Ok(if *holds != *negated { then } else { otherwise }?.placed(site));
        }
        // Both branches may come out the same; otherwise the value is not known.
        if let (Ok(then), Ok(otherwise)) = (then, otherwise)
            && matches!(equal(&then, &otherwise), Ok(true))
        {
            return Ok(then.placed(site));
        }
        Ok(match (unknown.value.as_unknown(), choice) {
            (Some(why), Some((choice, _))) => {
                let why = Unknown { choice: Some(Arc::new(choice)), ..why.nameless() };
                Val { value: Value::Unknown(Arc::new(why)), at: unknown.at }
            }
            _ => unknown,
        })
    }

    /// The two results of a conditional, converted to one type as far as types are known. An error in one of them matters only when it is
    /// chosen.
    fn with_common_type(&self, then: Eval, otherwise: Eval, site: Span) -> Result<(Eval, Eval), EvalError> {
        let (Ok(a), Ok(b)) = (&then, &otherwise) else { return Ok((then, otherwise)) };
        let is_open = |val: &Val| matches!(val.value, Value::Null | Value::Unknown(_)) || convert::has_open_part(val);
        let unwieldy = convert::weigh([a, b]).is_err();
        if unwieldy
            || is_open(a)
            || is_open(b)
            || convert::is_plain_pair(&a.value, &b.value)
            || !self.step(size(a, 3) + size(b, 3))
        {
            return Ok((then, otherwise));
        }
        match convert::unify(&[a.clone(), b.clone()]).as_deref() {
            Ok([a, b]) => Ok((Ok(a.clone()), Ok(b.clone()))),
            Err(Stop::Refused(_)) => {
                let (a, b) = (a.value.kind(), b.value.kind());
                let types = if a == b { format!("two values of different types ({a})") } else { format!("{a} or {b}") };
                error(format!("a conditional cannot give {types}"), site)
            }
            _ => Ok((then, otherwise)),
        }
    }

    /// An unknown condition as something that can be assumed, and whether it is the opposite of it.
    fn choice(&self, condition: &Val, span: Span) -> Option<(Choice, bool)> {
        let unknown = condition.value.as_unknown()?;
        // A condition that itself depends on another one is decided with that.
        if let Some(choice) = &unknown.choice {
            return self.assumptions.get(&choice.key).is_none().then(|| ((**choice).clone(), false));
        }
        let name = unknown.term.as_ref()?.to_string();
        let (key, negated) = name.strip_prefix('!').map_or((name.as_str(), false), |key| (key, true));
        let written = self.text(span);
        let text = if written.len() <= 80 && !written.contains('\n') { written } else { "a condition" };
        Some((Choice { key: key.into(), text: text.into(), span }, negated))
    }

    fn binary(&self, left: &Expr, operator: BinaryOperator, right: &Expr, site: Span, env: Env<'_, 'm>) -> Eval {
        use BinaryOperator as Op;
        let a = self.eval(left, env)?;
        if matches!(operator, Op::And | Op::Or) {
            return self.logical(a, operator == Op::Or, right, site, env);
        }
        let b = self.eval(right, env)?;
        if matches!(operator, Op::Eq | Op::NotEq) {
            return match equal(&a, &b) {
                Ok(same) => Ok(made(Value::Bool(same == (operator == Op::Eq)), site, &[&a, &b])),
                Err(Stop::Unknown(unknown)) => {
                    let name = called("==", &[&a, &b]);
                    let name = if operator == Op::Eq { name } else { name.map(|n| opposite(&n)) };
                    Ok(named(unknown_from(&unknown, site, &[&a, &b]), name))
                }
                Err(Stop::Refused(reason)) => error(reason, site),
            };
        }
        let (x, y) = match (self.number(&a, site)?, self.number(&b, site)?) {
            (Ok(x), Ok(y)) => (x, y),
            (Err(unknown), _) | (_, Err(unknown)) => return Ok(named(unknown, called(operator.as_str(), &[&a, &b]))),
        };
        let value = match operator {
            Op::Plus | Op::Minus | Op::Mul | Op::Div | Op::Mod => match number::calculate(x, operator, y) {
                Ok(result) => Value::Number(result),
                Err(Stop::Unknown(unknown)) => return Ok(unknown_from(&unknown, site, &[&a, &b])),
                Err(Stop::Refused(reason)) => return error(reason, site),
            },
            Op::Less => Value::Bool(x < y),
            Op::LessEq => Value::Bool(x <= y),
            Op::Greater => Value::Bool(x > y),
            _ => Value::Bool(x >= y),
        };
        Ok(made(value, site, &[&a, &b]))
    }

    /// `&&` and `||`: one side may decide although the other is unknown.
    fn logical(&self, a: Val, deciding: bool, right: &Expr, site: Span, env: Env<'_, 'm>) -> Eval {
        let left = self.truth(&a, site)?;
        if left.as_ref().is_ok_and(|l| *l == deciding) {
            return Ok(made(Value::Bool(deciding), site, &[&a]));
        }
        // Terraform evaluates the other side too, but an error there is often what the first side guards against.
        let b = self.eval(right, env)?;
        match (left, self.truth(&b, site)?) {
            (_, Ok(r)) if r == deciding => Ok(made(Value::Bool(deciding), site, &[&b])),
            // The side that is known does not decide: the other one does.
            (Err(unknown), Ok(_)) => Ok(named(unknown, name_of(&a))),
            (Ok(_), Err(unknown)) => Ok(named(unknown, name_of(&b))),
            (Err(unknown), Err(_)) => Ok(named(unknown, called(if deciding { "||" } else { "&&" }, &[&a, &b]))),
            (Ok(_), Ok(_)) => Ok(made(Value::Bool(!deciding), site, &[&a, &b])),
        }
    }

    fn for_expression(&self, f: &For, site: Span, env: Env<'_, 'm>) -> Eval {
        let collection = self.eval(&f.collection, env)?;
        let items: Vec<(Val, Val)> = match self.elements(&collection, site)? {
            Ok(items) => items,
            Err(unknown) => return Ok(unknown),
        };
        let mut list = Vec::new();
        let mut map: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
        for (key, value) in items {
            if !self.step(1) {
                return Ok(Val::unknown(TOO_MUCH_WORK, site));
            }
            let value_name = env.bind(&f.value_name, value);
            let inner = env.with(&value_name);
            let key_name = f.key_name.as_deref().map(|name| inner.bind(name, key));
            let inner = key_name.as_ref().map_or(inner, |names| inner.with(names));
            if let Some(condition) = &f.condition {
                let condition = self.eval(condition, inner)?;
                match self.truth(&condition, site)? {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(unknown) => return Ok(unknown),
                }
            }
            let Some(key) = &f.key else {
                list.push(self.eval(&f.value, inner)?);
                continue;
            };
            let key = self.eval(key, inner)?;
            let key = match known(convert::to_string(&key.value), &key, site)? {
                Ok(key) => key,
                Err(unknown) => return Ok(unknown),
            };
            let value = self.eval(&f.value, inner)?;
            if f.grouping {
                groups.entry(key).or_default().push(value);
            } else if map.insert(Arc::clone(&key), value).is_some() {
                return error(format!("two elements have the key {key}"), site);
            }
        }
        let value = match (&f.key, f.grouping) {
            (None, _) => Value::list(list),
            (Some(_), false) => Value::map(map),
            (Some(_), true) => {
                Value::map(groups.into_iter().map(|(key, group)| (key, Val::new(Value::list(group), site))).collect())
            }
        };
        Ok(made(value, site, &[&collection]))
    }

    /// The elements of a collection with their keys or indexes; the inner error is an unknown one.
    pub(super) fn elements(&self, collection: &Val, site: Span) -> Result<Result<Vec<(Val, Val)>, Val>, EvalError> {
        let at = |value: Value| Val { value, at: collection.at.clone() };
        match &collection.value {
            Value::List(items) => {
                Ok(Ok(items.iter().enumerate().map(|(i, v)| (at(Value::Number(i as f64)), v.clone())).collect()))
            }
            Value::Set(items) => Ok(Ok(items.iter().map(|v| (v.clone(), v.clone())).collect())),
            Value::Map(map) => match &map.open {
                None => Ok(Ok(map.entries.iter().map(|(k, v)| (at(Value::String(Arc::clone(k))), v.clone())).collect())),
                Some(open) => Ok(Err(unknown_from(open, site, &[collection]))),
            },
            Value::Unknown(unknown) => Ok(Err(unknown_from(unknown, site, &[collection]))),
            other => error(format!("a list or a map is needed here, but this is {}", other.kind()), collection.at.site),
        }
    }
}

/// A value after conversion; the inner error is an unknown one.
fn known<T>(converted: Outcome<T>, val: &Val, site: Span) -> Result<Result<T, Val>, EvalError> {
    match converted {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Unknown(unknown)) => Ok(Err(unknown_from(&unknown, site, &[val]))),
        Err(Stop::Refused(reason)) => error(reason, val.at.site),
    }
}

/// Whether two values are equal. A resource, and the id of one, is never null.
fn equal(a: &Val, b: &Val) -> Outcome<bool> {
    match (&a.value, &b.value) {
        (Value::Null, _) if is_id(b) => Ok(false),
        (_, Value::Null) if is_id(a) => Ok(false),
        _ => convert::equal(a, b),
    }
}

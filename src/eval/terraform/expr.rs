//! Expressions to values.
//!
//! An error is something Terraform would refuse; `try` and `can` catch it. An unknown is no error: it goes on through the expression.

use super::convert::{self, Outcome, Stop};
use super::repeat::Repeat;
use super::{Evaluator, Instance, functions, number};
use crate::source::Span;
use crate::syntax::hcl::ast::{BinaryOperator, Call, Expr, ExprKind, For, Step, TemplatePart};
use crate::value::{At, Choice, Hops, Map, Term, TermPart, Unknown, Val, Value};
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
pub(super) const MOST_STEPS: u64 = 5_000_000;
/// Why something is unknown that is beyond [`MOST_STEPS`].
pub(super) const TOO_MUCH_WORK: &str = "this module takes too much work to be worked out";
/// Longer strings are unknown.
const LONGEST_STRING: usize = 1 << 20;
/// Of a larger collection only so many elements count as work.
const MOST_ELEMENTS: usize = 100_000;

pub(super) fn error<T>(message: impl Into<Arc<str>>, span: Span) -> Result<T, EvalError> {
    Err(EvalError { message: message.into(), span })
}

/// A value made at `site` from others: it came from where they came.
fn made(value: Value, site: Span, from: &[&Val]) -> Val {
    let hops = from.iter().fold(Hops::default(), |hops, v| hops.then(&v.at.hops));
    Val { value, at: At { site, hops } }
}

/// An unknown at `site`, for the reason of another, whose name does not carry over.
fn unknown_from(unknown: &Unknown, site: Span, from: &[&Val]) -> Val {
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

    fn template(&self, parts: &[TemplatePart], site: Span, env: Env<'_, 'm>) -> Eval {
        // "${x}" alone is x itself, whatever its type.
        if let [TemplatePart::Interpolation(only)] = parts {
            return Ok(self.eval(only, env)?.placed(site));
        }
        let mut text = TemplateText::default();
        self.template_parts(parts, site, env, &mut text)?;
        Ok(text.finish(site))
    }

    fn template_parts(
        &self,
        parts: &[TemplatePart],
        site: Span,
        env: Env<'_, 'm>,
        text: &mut TemplateText,
    ) -> Result<(), EvalError> {
        for part in parts {
            if text.length > LONGEST_STRING || !self.step(1) {
                text.unknown = Some(Arc::new(Unknown::new("this string is too long to be worked out", Some(site))));
                return Ok(());
            }
            match part {
                TemplatePart::Text(t) => text.push(TermPart::Text(Arc::clone(t))),
                TemplatePart::Interpolation(e) => text.push_val(&self.eval(e, env)?)?,
                TemplatePart::If(condition, then, otherwise) => {
                    let condition = self.eval(condition, env)?;
                    match self.truth(&condition, site)? {
                        Ok(yes) => self.template_parts(if yes { then } else { otherwise }, site, env, text)?,
                        Err(unknown) => text.push_val(&unknown)?,
                    }
                }
                TemplatePart::For(key_name, value_name, collection, content) => {
                    let collection = self.eval(collection, env)?;
                    let items = match self.elements(&collection, site)? {
                        Ok(items) => items,
                        Err(unknown) => {
                            text.push_val(&unknown)?;
                            continue;
                        }
                    };
                    for (key, value) in items {
                        let value_name = env.bind(value_name, value);
                        let inner = env.with(&value_name);
                        let key_name = key_name.as_deref().map(|name| inner.bind(name, key));
                        self.template_parts(content, site, key_name.as_ref().map_or(inner, |n| inner.with(n)), text)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn call(&self, call: &Call, site: Span, env: Env<'_, 'm>) -> Eval {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            "try" => return self.try_call(call, site, env),
            "can" => {
                let [arg] = call.args.as_slice() else { return error("can takes one argument", site) };
                return Ok(match self.eval(arg, env) {
                    Ok(val) => match val.value.as_unknown().filter(|_| !is_id(&val)).or(risk(arg, &val).as_ref()) {
                        Some(unknown) => named(unknown_from(unknown, site, &[&val]), called("can", &[&val])),
                        None => made(Value::Bool(true), site, &[&val]),
                    },
                    Err(_) => Val::new(Value::Bool(false), site),
                });
            }
            "templatestring" => return self.templatestring(&call.args, site, env),
            _ => self.allowed_in_template(name, site)?,
        }
        let mut args = call.args.iter().map(|e| self.eval(e, env)).collect::<Result<Vec<_>, _>>()?;
        if call.expand_final
            && let Some(last) = args.pop()
        {
            match self.elements(&last, site)? {
                Ok(items) => args.extend(items.into_iter().map(|(_, v)| v)),
                Err(unknown) => return Ok(unknown),
            }
        }
        if !self.step(args.iter().map(|a| size(a, 3)).sum()) {
            return Ok(Val::unknown(TOO_MUCH_WORK, site));
        }
        if name == "format"
            && let Some(text) = formatted(&args, site)
        {
            return text;
        }
        // An id is never null, so the first one of several choices is the one that counts.
        if name == "coalesce"
            && let Some(first) = args.iter().find(|a| !a.value.is_null()).filter(|a| is_id(a))
        {
            return Ok(first.clone().placed(site));
        }
        if name == "templatefile" {
            return self.templatefile(&args, site, env);
        }
        match functions::call_with(name, &args, site, self) {
            // The same function of the same things is the same thing, known or not.
            Ok(val) if val.value.as_unknown().is_some_and(|u| u.term.is_none()) && !DIFFERS.contains(&name) => {
                let name = called(name, &args.iter().collect::<Vec<_>>());
                Ok(named(val, name))
            }
            Ok(val) => Ok(val),
            Err(functions::Failure::Error(message)) => error(message, site),
            Err(functions::Failure::NoSuchFunction) => Ok(made(
                Value::unknown(format!("the function {name} is not evaluated"), site),
                site,
                &args.iter().collect::<Vec<_>>(),
            )),
        }
    }

    /// `try`: the first argument that is no error. One that is unknown may turn out to be an error, so it ends the search; and if it may
    /// be an error because of a part, nothing is known of it.
    fn try_call(&self, call: &Call, site: Span, env: Env<'_, 'm>) -> Eval {
        let mut last = error("try needs an argument", site);
        for arg in &call.args {
            last = self.eval(arg, env);
            if let Ok(val) = last {
                return Ok(match risk(arg, &val) {
                    Some(unknown) => unknown_from(&unknown, site, &[&val]),
                    None => val.placed(site),
                });
            }
        }
        last
    }
}

/// `format` with something unknown among its arguments, where all that it does is to put them into a text: a template by another name,
/// whose known parts still tell what an id names.
fn formatted(args: &[Val], site: Span) -> Option<Eval> {
    let (pattern, values) = args.split_first()?;
    let pattern = pattern.value.as_str()?;
    if !values.iter().any(|v| v.value.as_unknown().is_some()) {
        return None;
    }
    let mut text = TemplateText::default();
    let mut values = values.iter();
    let mut pieces = pattern.split('%');
    text.push(TermPart::Text(pieces.next()?.into()));
    while let Some(piece) = pieces.next() {
        if let Some(rest) = piece.strip_prefix('s') {
            if let Err(refused) = text.push_val(values.next()?) {
                return Some(Err(refused));
            }
            text.push(TermPart::Text(rest.into()));
        } else if piece.is_empty() {
            // `%%`
            text.push(TermPart::Text(format!("%{}", pieces.next()?).into()));
        } else {
            return None;
        }
    }
    values.next().is_none().then(|| Ok(text.finish(site)))
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

/// Functions that give another value each time they are called.
const DIFFERS: &[&str] = &["uuid", "timestamp", "plantimestamp", "bcrypt"];
/// Longer names are not kept.
const LONGEST_NAME: usize = 200;

/// What a value is called: a simple one by itself, an unknown one by its term.
fn name_of(val: &Val) -> Option<String> {
    match &val.value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::String(s) => Some(format!("{s:?}")),
        Value::Unknown(unknown) => Some(unknown.term.as_ref()?.to_string()),
        _ => None,
    }
    .filter(|name| name.len() <= LONGEST_NAME)
}

/// What the result of an operator or a function is called.
fn called(name: &str, args: &[&Val]) -> Option<String> {
    let args: Vec<String> = args.iter().map(|a| name_of(a)).collect::<Option<_>>()?;
    Some(format!("{name}({})", args.join(", "))).filter(|name| name.len() <= LONGEST_NAME)
}

/// What the opposite of a truth value is called.
fn opposite(name: &str) -> String {
    name.strip_prefix('!').map_or_else(|| format!("!{name}"), str::to_owned)
}

/// An unknown value with a name.
fn named(val: Val, name: Option<String>) -> Val {
    match (&val.value, name) {
        (Value::Unknown(unknown), Some(name)) => {
            let unknown = unknown.nameless().called(Some(Term::symbol(name)));
            Val { value: Value::Unknown(Arc::new(unknown)), at: val.at }
        }
        _ => val,
    }
}

/// The part of a value that may yet turn out to be an error in this expression. An error in what the expression refers to does not count:
/// it would end the run wherever it is caught.
fn risk(expr: &Expr, val: &Val) -> Option<Arc<Unknown>> {
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

/// Whether a value is the id of a resource: unknown, but certainly not null.
fn is_id(val: &Val) -> bool {
    let term = val.value.as_unknown().and_then(|u| u.term.as_ref());
    match term.map(|t| &*t.0) {
        Some([TermPart::Attribute(_, attribute)]) => &**attribute == "id" || attribute.ends_with(".id"),
        Some(parts) => parts.iter().any(|p| matches!(p, TermPart::Text(t) if !t.is_empty())),
        None => false,
    }
}

/// About how much work a function has with a value: its elements, to some depth.
fn size(val: &Val, depth: usize) -> usize {
    let items = |items: &mut dyn Iterator<Item = &Val>| {
        if depth == 0 { 1 } else { items.take(MOST_ELEMENTS).map(|v| size(v, depth - 1)).sum::<usize>() + 1 }
    };
    match &val.value {
        Value::List(list) | Value::Set(list) => items(&mut list.iter()),
        Value::Map(map) => items(&mut map.entries.values()),
        Value::String(s) => 1 + s.len() / 64,
        _ => 1,
    }
}

/// A template's text in the making.
#[derive(Default)]
struct TemplateText {
    parts: Vec<TermPart>,
    /// The text since the last part.
    tail: String,
    /// Set when a part is unknown; without a name as soon as one part has none.
    unknown: Option<Arc<Unknown>>,
    hops: Hops,
    length: usize,
}

impl TemplateText {
    fn push(&mut self, part: TermPart) {
        match part {
            TermPart::Text(text) => {
                self.length += text.len();
                self.tail.push_str(&text);
            }
            part => {
                self.end_text();
                self.parts.push(part);
            }
        }
    }

    fn end_text(&mut self) {
        if !self.tail.is_empty() {
            self.parts.push(TermPart::Text(std::mem::take(&mut self.tail).into()));
        }
    }

    fn push_val(&mut self, val: &Val) -> Result<(), EvalError> {
        self.hops = self.hops.then(&val.at.hops);
        if let Value::Unknown(unknown) = &val.value {
            if let Some(term) = &unknown.term {
                term.0.iter().for_each(|p| self.push(p.clone()));
            }
            if self.unknown.is_none() || unknown.term.is_none() {
                self.unknown = Some(Arc::clone(unknown));
            }
            return Ok(());
        }
        match convert::to_string(&val.value) {
            Ok(text) => self.push(TermPart::Text(text)),
            Err(Stop::Unknown(unknown)) => self.unknown = Some(unknown),
            Err(Stop::Refused(reason)) => return error(reason, val.at.site),
        }
        Ok(())
    }

    fn finish(mut self, site: Span) -> Val {
        let value = match self.unknown.take() {
            Some(unknown) => {
                self.end_text();
                let term = unknown.term.as_ref().map(|_| Term(self.parts.into()));
                Value::Unknown(Arc::new(Unknown { term, ..(*unknown).clone() }))
            }
            None => Value::string(self.tail),
        };
        Val { value, at: At { site, hops: self.hops } }
    }
}

//! Expressions to values.

use super::Evaluator;
use super::functions;
use super::instance::Env;
use super::names::Named;
use crate::eval::naming::{self, made};
use crate::eval::outcome::size;
use crate::source::Span;
use crate::syntax::expr::{BinaryOperator, Element, Expr, ExprKind, For, Member, Part, UnaryOperator};
use crate::syntax::placeholder;
use crate::value::{Choice, Map, Term, Unknown, Val, Value};
use std::sync::Arc;

/// Expressions nested deeper than this, references included, are unknown.
const DEEPEST_EXPRESSION: usize = 300;
/// A root template may take this many steps to evaluate; what is not reached by then is unknown.
const MOST_STEPS: u64 = 2_000_000;
/// Why what is not reached is unknown.
pub(super) const TOO_MUCH_WORK: &str = "this template takes too much work to be worked out";
/// What an element of a loop costs, in steps: it takes memory.
pub(super) const ELEMENT: usize = 4;
/// Loops over more elements are not worked out.
const MOST_ELEMENTS: usize = 10_000;

impl<'t> Evaluator<'t> {
    /// The value of an expression.
    pub(super) fn eval(&self, expr: &'t Expr, env: &Env<'t>) -> Val {
        self.inside(expr.span, || self.eval_kind(expr, env)).unwrap_or_else(|unknown| unknown)
    }

    /// Does something one level deeper; the error is what it gives instead where that is too deep or too much.
    pub(super) fn inside<T>(&self, site: Span, work: impl FnOnce() -> T) -> Result<T, Val> {
        if self.depth.get() >= DEEPEST_EXPRESSION {
            return Err(Val::unknown("this value is nested too deeply to be worked out", site));
        }
        if !self.step(1) {
            return Err(Val::unknown(TOO_MUCH_WORK, site));
        }
        self.depth.set(self.depth.get() + 1);
        let done = work();
        self.depth.set(self.depth.get() - 1);
        Ok(done)
    }

    /// Counts work; `false` when too much has been done.
    pub(super) fn step(&self, cost: usize) -> bool {
        let steps = self.steps.get().saturating_add(cost as u64);
        self.steps.set(steps);
        steps <= MOST_STEPS
    }

    fn eval_kind(&self, expr: &'t Expr, env: &Env<'t>) -> Val {
        let site = expr.span;
        let literal = |value| Val::new(value, site);
        match &expr.kind {
            ExprKind::Unknown(why) => Val::unknown(Arc::clone(why), site),
            ExprKind::Placeholder(text) => {
                // Each is replaced by the same everywhere.
                let unknown = Unknown::new(placeholder::why(text), Some(site)).called(Some(Term::symbol(Arc::clone(text))));
                literal(Value::Unknown(Arc::new(unknown)))
            }
            ExprKind::Null => literal(Value::Null),
            ExprKind::Bool(truth) => literal(Value::Bool(*truth)),
            ExprKind::Number(number) => literal(Value::Number(*number)),
            ExprKind::String(text) => literal(Value::String(Arc::clone(text))),
            ExprKind::Interpolation(parts) => self.interpolation(parts, site, env),
            ExprKind::Array(elements) => self.array(elements, site, env),
            ExprKind::Object(members) => self.object(members, site, env),
            ExprKind::Name(name) => match self.named(name, site, env) {
                Named::Val(val) => val,
                Named::Declaration(declaration, within) => self.whole(declaration, within, site, env),
                Named::Nothing => Val::unknown(format!("{name} is not declared"), site),
            },
            ExprKind::Property(..) | ExprKind::Index(..) | ExprKind::NonNull(_) | ExprKind::Child(..) => self.access(expr, env),
            ExprKind::Group(inner) => self.eval(inner, env).placed(site),
            ExprKind::Call(call) => self.call(call, site, env),
            ExprKind::Unary(operator, operand) => {
                let operand = self.eval(operand, env);
                match operator {
                    UnaryOperator::Not => self.apply("not", &[operand], site),
                    UnaryOperator::Minus => self.apply("sub", &[literal(Value::Number(0.0)), operand], site),
                    UnaryOperator::Plus => operand.placed(site),
                }
            }
            ExprKind::Binary(sides, operator) => self.binary(sides, *operator, site, env),
            ExprKind::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                self.conditional(condition, then, otherwise, site, env)
            }
            ExprKind::Lambda(_) => Val::unknown("a function is no value", site),
            ExprKind::For(each) => self.for_each(each, site, env),
        }
    }

    /// A function that needs only its arguments.
    pub(super) fn apply(&self, name: &str, args: &[Val], site: Span) -> Val {
        if !self.step(args.iter().map(|a| size(a, 3)).sum()) {
            return Val::unknown(TOO_MUCH_WORK, site);
        }
        functions::call(name, args, site).unwrap_or_else(|| Val::unknown(format!("the function {name} is not known"), site))
    }

    fn interpolation(&self, parts: &'t [Part], site: Span, env: &Env<'t>) -> Val {
        let vals: Vec<Val> = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Val::new(Value::String(Arc::clone(text)), site),
                Part::Value(expr) => self.eval(expr, env),
            })
            .collect();
        let pattern: String = (0..vals.len()).map(|i| format!("{{{i}}}")).collect();
        let args: Vec<Val> = std::iter::once(Val::new(Value::string(pattern), site)).chain(vals).collect();
        self.apply("format", &args, site)
    }

    fn array(&self, elements: &'t [Element], site: Span, env: &Env<'t>) -> Val {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Element::Value(expr) => items.push(self.eval(expr, env)),
                Element::Spread(expr) => {
                    let spread = self.eval(expr, env);
                    match &spread.value {
                        Value::List(more) if items.len() + more.len() <= MOST_ELEMENTS && self.step(more.len()) => {
                            items.extend(more.iter().map(|item| spread.element(item)));
                        }
                        Value::Null => {}
                        Value::Unknown(unknown) => return made(Value::Unknown(Arc::new(unknown.nameless())), site, &[&spread]),
                        Value::List(_) => return Val::unknown(TOO_MUCH_WORK, expr.span),
                        other => return Val::unknown(format!("{} cannot be spread in an array", other.kind()), expr.span),
                    }
                }
            }
        }
        Val::new(Value::list(items), site)
    }

    fn object(&self, members: &'t [Member], site: Span, env: &Env<'t>) -> Val {
        let mut map = Map::default();
        for member in members {
            match member {
                Member::Property(key, value) => {
                    let key = self.eval(key, env);
                    let val = self.eval(value, env);
                    match &key.value {
                        Value::String(key) => drop(map.entries.insert(Arc::clone(key), val)),
                        Value::Unknown(unknown) => open(&mut map, unknown),
                        other => return Val::unknown(format!("a key must be a string, not {}", other.kind()), key.at.site),
                    }
                }
                Member::Spread(expr) => {
                    let spread = self.eval(expr, env);
                    match &spread.value {
                        Value::Map(more) if self.step(ELEMENT * more.entries.len()) => {
                            if let Some(unknown) = &more.open {
                                open(&mut map, unknown);
                            }
                            map.entries.extend(more.entries.iter().map(|(key, val)| (Arc::clone(key), spread.element(val))));
                        }
                        Value::Null => {}
                        Value::Unknown(unknown) => open(&mut map, unknown),
                        Value::Map(_) => return Val::unknown(TOO_MUCH_WORK, expr.span),
                        other => return Val::unknown(format!("{} cannot be spread in an object", other.kind()), expr.span),
                    }
                }
            }
        }
        Val::new(Value::Map(Arc::new(map)), site)
    }

    fn binary(&self, sides: &'t [Expr; 2], operator: BinaryOperator, site: Span, env: &Env<'t>) -> Val {
        use BinaryOperator as Op;
        let [left, right] = sides;
        let name = match operator {
            Op::And => return self.logical([left, right], false, site, env),
            Op::Or => return self.logical([left, right], true, site, env),
            Op::Coalesce => return self.coalesce([left, right], site, env),
            Op::Multiply => "mul",
            Op::Divide => "div",
            Op::Modulo => "mod",
            Op::Add => "add",
            Op::Subtract => "sub",
            Op::Less => "less",
            Op::LessOrEqual => "lessOrEquals",
            Op::Greater => "greater",
            Op::GreaterOrEqual => "greaterOrEquals",
            Op::Equal | Op::NotEqual | Op::EqualIgnoringCase | Op::NotEqualIgnoringCase => "equals",
        };
        let lower = matches!(operator, Op::EqualIgnoringCase | Op::NotEqualIgnoringCase);
        let args = [left, right].map(|side| {
            let val = self.eval(side, env);
            if lower { self.apply("toLower", &[val], side.span) } else { val }
        });
        let val = self.apply(name, &args, site);
        if matches!(operator, Op::NotEqual | Op::NotEqualIgnoringCase) { self.apply("not", &[val], site) } else { val }
    }

    /// `and`, `or`: the first value that decides ends it; what is unknown before only matters if none does.
    pub(super) fn logical(&self, exprs: impl IntoIterator<Item = &'t Expr>, deciding: bool, site: Span, env: &Env<'t>) -> Val {
        let mut vals = Vec::new();
        for expr in exprs {
            let val = self.eval(expr, env);
            if matches!(val.value, Value::Bool(truth) if truth == deciding) {
                return made(Value::Bool(deciding), site, &[&val]);
            }
            vals.push(val);
        }
        self.apply(if deciding { "or" } else { "and" }, &vals, site)
    }

    /// `a ?? b`
    pub(super) fn coalesce(&self, exprs: impl IntoIterator<Item = &'t Expr>, site: Span, env: &Env<'t>) -> Val {
        let mut vals = Vec::new();
        for expr in exprs {
            let val = self.eval(expr, env);
            let decides = !matches!(val.value, Value::Null | Value::Unknown(_));
            if decides && vals.is_empty() {
                return val.placed(site);
            }
            if !val.value.is_null() {
                vals.push(val);
            }
            if decides {
                break;
            }
        }
        match vals.as_slice() {
            [only] => only.clone().placed(site),
            _ => self.apply("coalesce", &vals, site),
        }
    }

    /// `condition ? then : otherwise`. Where the condition is not known but can be assumed, it is one of the two for a reason that can be
    /// decided.
    pub(super) fn conditional(&self, condition: &'t Expr, then: &'t Expr, otherwise: &'t Expr, site: Span, env: &Env<'t>) -> Val {
        let place = condition.span;
        let condition = self.eval(condition, env);
        let unknown = match self.truth(&condition) {
            Ok(holds) => return self.eval(if holds { then } else { otherwise }, env).placed(site),
            Err(unknown) => unknown,
        };
        let choice = self.choice(&unknown, place);
        if let Some((choice, negated)) = &choice
            && let Some(holds) = self.assumptions.get(&choice.key)
        {
            return self.eval(if *holds != *negated { then } else { otherwise }, env).placed(site);
        }
        let (then, otherwise) = (self.eval(then, env), self.eval(otherwise, env));
        if is_same(&then, &otherwise) {
            return then.placed(site);
        }
        let choice = choice.map(|(choice, _)| Arc::new(choice));
        made(Value::Unknown(Arc::new(Unknown { choice, ..unknown.nameless() })), site, &[&condition])
    }

    /// A truth value, or why it is not known.
    pub(super) fn truth(&self, val: &Val) -> Result<bool, Arc<Unknown>> {
        match &val.value {
            Value::Bool(truth) => Ok(*truth),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Value::Unknown(unknown) => Err(Arc::clone(unknown)),
            other => Err(Arc::new(Unknown::new(format!("a condition cannot be {}", other.kind()), Some(val.at.site)))),
        }
    }

    /// Whether a condition holds, perhaps because that is assumed; or why it is not known.
    pub(super) fn assumed(&self, condition: &Val) -> Result<bool, Arc<Unknown>> {
        self.truth(condition).or_else(|unknown| match self.choice(&unknown, condition.at.site) {
            Some((choice, negated)) => self.assumptions.get(&choice.key).map(|holds| *holds != negated).ok_or(unknown),
            None => Err(unknown),
        })
    }

    /// An unknown condition as something that can be assumed, and whether it is the opposite of it.
    pub(super) fn choice(&self, condition: &Unknown, span: Span) -> Option<(Choice, bool)> {
        // A condition that itself depends on another one is decided with that.
        if let Some(other) = condition.choice.as_ref().filter(|other| !self.assumptions.contains_key(&other.key)) {
            return Some(((**other).clone(), false));
        }
        let name = condition.term.as_ref()?.to_string();
        let inner = name.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')'));
        let (key, negated) = inner.map_or((name.as_str(), false), |key| (key, true));
        let written = self.sources.text(span);
        let text = if written.len() <= 80 && !written.contains('\n') { written } else { "a condition" };
        Some((Choice { key: key.into(), text: text.into(), span }, negated))
    }

    fn for_each(&self, each: &'t For, site: Span, env: &Env<'t>) -> Val {
        let over = self.eval(&each.each.over, env);
        match &over.value {
            Value::List(items) if items.len() <= MOST_ELEMENTS && self.step(ELEMENT * items.len()) => {
                let items = items.iter().enumerate().map(|(i, item)| {
                    let env = self.in_loop(&each.each.item, each.each.index.as_ref(), &over, item, i, env);
                    self.eval(&each.body, &env)
                });
                Val::new(Value::list(items.collect()), site)
            }
            Value::List(items) if items.len() <= MOST_ELEMENTS => Val::unknown(TOO_MUCH_WORK, site),
            Value::List(_) => Val::unknown(format!("a loop over more than {MOST_ELEMENTS} elements is not worked out"), site),
            Value::Unknown(unknown) => made(Value::Unknown(Arc::new(unknown.nameless())), site, &[&over]),
            other => Val::unknown(format!("a loop runs over an array, not over {}", other.kind()), each.each.over.span),
        }
    }
}

/// Another key may turn out to be one of those before it.
fn open(map: &mut Map, unknown: &Arc<Unknown>) {
    map.entries.values_mut().for_each(|entry| entry.value = Value::Unknown(Arc::new(unknown.nameless())));
    map.open = Some(Arc::new(unknown.nameless()));
}

fn is_same(a: &Val, b: &Val) -> bool {
    naming::name_of(a).is_some_and(|name| naming::name_of(b) == Some(name))
}

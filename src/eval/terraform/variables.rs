//! Input variables: where their values come from, and their types.

use super::convert::{self, Outcome, Stop};
use super::expr::{Env, EvalError};
use super::reference::prefix;
use super::{Evaluator, Instance, Key, Slot};
use crate::config::Given;
use crate::eval::naming::further;
use crate::source::Span;
use crate::syntax::hcl::ast::{Attribute, Block, Expr, ExprKind};
use crate::value::{At, Hops, Map, Term, Unknown, Val, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A variable's type.
#[derive(Debug)]
enum Type<'e> {
    Any,
    String,
    Number,
    Bool,
    List(Box<Type<'e>>),
    Set(Box<Type<'e>>),
    Map(Box<Type<'e>>),
    Tuple(Vec<Type<'e>>),
    Object(Vec<ObjectAttribute<'e>>),
}

#[derive(Debug)]
struct ObjectAttribute<'e> {
    name: Arc<str>,
    ty: Type<'e>,
    optional: bool,
    default: Option<&'e Expr>,
}

impl<'m> Evaluator<'m> {
    /// The value of an input variable, and what to call the place it comes from.
    pub(super) fn variable(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, site: Span) -> Result<(Val, String), EvalError> {
        let Some(block) = instance.module.variables.get(name) else {
            return Err(EvalError { message: format!("var.{name} is not declared in this module").into(), span: site });
        };
        let key = Key::Variable(Arc::clone(name));
        match instance.cache.borrow().get(&key) {
            Some(Slot::Variable(val, label)) => return Ok((val.clone(), label.clone())),
            Some(_) => return Err(EvalError { message: format!("var.{name} refers to itself").into(), span: site }),
            None => {}
        }
        instance.cache.borrow_mut().insert(key.clone(), Slot::Busy);
        let (val, label) = self.variable_value(instance, name, block);
        let val = match block.body.attribute("type") {
            Some(ty) => self.convert(val, &parse_type(&ty.expr), Env { instance, repeat: None, names: None }),
            None => val,
        };
        instance.cache.borrow_mut().insert(key, Slot::Variable(val.clone(), label.clone()));
        Ok((val, label))
    }

    fn variable_value(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, block: &'m Block) -> (Val, String) {
        let env = Env { instance, repeat: None, names: None };
        let given = match &instance.caller {
            Some(caller) => caller.call.body.attribute(name).map(|argument| {
                let env = Env { instance: &caller.instance, repeat: caller.repeat.as_ref(), names: None };
                (self.value(&argument.expr, env), format!("argument {name} of module.{}", caller.name))
            }),
            None => self.given_to_root(instance, name, block),
        };
        let nullable = !matches!(block.body.attribute("nullable").map(|a| &a.expr.kind), Some(ExprKind::Bool(false)));
        match (given, block.body.attribute("default")) {
            (Some((val, label)), _) if nullable || !val.value.is_null() => return (val, label),
            (_, Some(default)) => {
                let label = match &instance.caller {
                    Some(caller) if instance.module.stands_in => format!("default of {name} in module.{}", caller.name),
                    _ => format!("default of var.{name}"),
                };
                return (self.value(&default.expr, env), label);
            }
            (Some((null, label)), None) => return (Val::unknown(format!("var.{name} must not be null"), null.at.site), label),
            (None, None) => {}
        }
        let term = Term::symbol(format!("{}var.{name}", prefix(instance)));
        let unknown = Unknown::new(format!("var.{name} has no value"), Some(block.header)).called(Some(term));
        (Val::new(Value::Unknown(Arc::new(unknown)), block.header), format!("var.{name}"))
    }

    /// A root module's variable: the last option of the command line that sets it, else the auto-loaded files.
    fn given_to_root(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, block: &'m Block) -> Option<(Val, String)> {
        let env = Env { instance, repeat: None, names: None };
        let in_file = |attribute: &Attribute, path: &str| (self.value(&attribute.expr, env), format!("var.{name} in {path}"));
        let option = self.config.variables.iter().rev().find_map(|given| match given {
            Given::Value(n, text) if **n == **name => {
                Some((command_line_value(text, block), format!("var.{name}, given by --var")))
            }
            Given::Value(..) => None,
            Given::File(path) => self.modules.variable_file(path)?.body.attribute(name).map(|attribute| in_file(attribute, path)),
        });
        option.or_else(|| instance.module.set_by_files.get(name).map(|(attribute, path)| in_file(attribute, path)))
    }

    /// Makes a value of a type, as Terraform does: converts, and fills in the defaults of optional attributes.
    fn convert(&self, val: Val, ty: &Type<'_>, env: Env<'_, 'm>) -> Val {
        let refuse = |reason: String| Val { value: Value::unknown(reason, val.at.site), at: val.at.clone() };
        let made = |converted: Outcome<Value>| match converted {
            Ok(value) => Val { value, at: val.at.clone() },
            Err(Stop::Unknown(_)) => val.clone(),
            Err(Stop::Refused(reason)) => refuse(reason),
        };
        match ty {
            Type::Any => val,
            _ if val.value.is_null() || val.value.as_unknown().is_some() => val,
            Type::String => made(convert::to_string(&val.value).map(Value::String)),
            Type::Number => made(convert::to_number(&val.value).map(Value::Number)),
            Type::Bool => made(convert::to_bool(&val.value).map(Value::Bool)),
            Type::List(inner) => match &val.value {
                Value::List(items) | Value::Set(items) => {
                    let items = items.iter().map(|v| self.convert(v.clone(), inner, env)).collect();
                    made(one_type(items, inner).map(Value::typed_list))
                }
                other => refuse(format!("a list is needed here, but this is {}", other.kind())),
            },
            Type::Set(inner) => match &val.value {
                Value::List(items) | Value::Set(items) => {
                    let items = items.iter().map(|v| self.convert(v.clone(), inner, env)).collect();
                    made(one_type(items, inner).and_then(convert::set))
                }
                other => refuse(format!("a set is needed here, but this is {}", other.kind())),
            },
            Type::Tuple(types) => match &val.value {
                Value::List(items) if items.len() == types.len() => {
                    let items = items.iter().zip(types).map(|(v, ty)| self.convert(v.clone(), ty, env)).collect();
                    Val { value: Value::list(items), at: val.at.clone() }
                }
                _ => refuse(format!("a list of {} values is needed here", types.len())),
            },
            Type::Map(inner) => match &val.value {
                Value::Map(map) => {
                    let values = map.entries.values().map(|v| self.convert(v.clone(), inner, env)).collect();
                    made(one_type(values, inner).map(|values| {
                        let entries = map.entries.keys().cloned().zip(values).collect();
                        Value::Map(Arc::new(Map { entries, typed: true, open: map.open.clone() }))
                    }))
                }
                other => refuse(format!("a map is needed here, but this is {}", other.kind())),
            },
            Type::Object(attributes) => match &val.value {
                Value::Map(map) => self.convert_object(map, attributes, &val.at, env),
                other => refuse(format!("an object is needed here, but this is {}", other.kind())),
            },
        }
    }

    fn convert_object(&self, map: &Map, attributes: &[ObjectAttribute<'_>], at: &At, env: Env<'_, 'm>) -> Val {
        let mut entries: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        for attribute in attributes {
            let given = map.entries.get(&attribute.name).filter(|v| !v.value.is_null());
            let val = match (given, attribute.default, &map.open) {
                (Some(val), _, _) => val.clone(),
                (None, _, Some(open)) if !map.entries.contains_key(&attribute.name) => {
                    Val { value: Value::Unknown(further(open, &attribute.name, at.site)), at: at.clone() }
                }
                (None, Some(default), _) => self.value(default, env),
                (None, None, _) if attribute.optional || map.entries.contains_key(&attribute.name) => {
                    Val::new(Value::Null, at.site)
                }
                (None, None, _) => {
                    let reason = format!("the attribute {} is required here", attribute.name);
                    return Val { value: Value::unknown(reason, at.site), at: at.clone() };
                }
            };
            entries.insert(Arc::clone(&attribute.name), self.convert(val, &attribute.ty, env));
        }
        // A resource object keeps its name, so that it can still be linked.
        let open = map.open.clone().filter(|u| u.term.is_some());
        Val { value: Value::Map(Arc::new(Map { entries, typed: false, open })), at: at.clone() }
    }
}

/// Elements of a collection, already of the type that is written. Where that leaves something open (`any`), they get one common type.
/// What is not wholly known may have a type that does not show, and is left alone.
fn one_type(items: Vec<Val>, written: &Type<'_>) -> Outcome<Vec<Val>> {
    if written.leaves_open() && items.iter().all(|item| convert::wholly_known(item).is_ok()) {
        match convert::unify(&items) {
            Err(Stop::Unknown(_)) => {}
            unified => return unified,
        }
    }
    Ok(items)
}

impl Type<'_> {
    fn leaves_open(&self) -> bool {
        match self {
            Self::Any => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(inner) | Self::Set(inner) | Self::Map(inner) => inner.leaves_open(),
            Self::Tuple(types) => types.iter().any(Self::leaves_open),
            Self::Object(attributes) => attributes.iter().any(|attribute| attribute.ty.leaves_open()),
        }
    }
}

/// A type expression; what is not understood is any type.
fn parse_type(expr: &Expr) -> Type<'_> {
    let word = match &expr.kind {
        ExprKind::Name(name) | ExprKind::String(name) => &**name,
        ExprKind::Call(call) => &*call.name,
        _ => return Type::Any,
    };
    let argument = match &expr.kind {
        ExprKind::Call(call) => call.args.first(),
        _ => None,
    };
    let inner = || Box::new(argument.map_or(Type::Any, parse_type));
    match (word, argument.map(|a| &a.kind)) {
        ("string", _) => Type::String,
        ("number", _) => Type::Number,
        ("bool", _) => Type::Bool,
        ("list", _) => Type::List(inner()),
        ("set", _) => Type::Set(inner()),
        ("map", _) => Type::Map(inner()),
        ("tuple", Some(ExprKind::Tuple(items))) => Type::Tuple(items.iter().map(parse_type).collect()),
        ("object", Some(ExprKind::Object(entries))) => Type::Object(
            entries
                .iter()
                .filter_map(|(name, ty)| {
                    let ExprKind::String(name) = &name.kind else { return None };
                    let (ty, optional, default) = match &ty.kind {
                        ExprKind::Call(call) if &*call.name == "optional" => {
                            (call.args.first().map_or(Type::Any, parse_type), true, call.args.get(1))
                        }
                        _ => (parse_type(ty), false, None),
                    };
                    Some(ObjectAttribute { name: Arc::clone(name), ty, optional, default })
                })
                .collect(),
        ),
        _ => Type::Any,
    }
}

/// A value given as `--var name=text`: a text where the variable has a simple type or none, else an expression, as Terraform has it. It stands nowhere in the
/// code, so it points at the variable.
fn command_line_value(text: &str, block: &Block) -> Val {
    let site = block.header;
    let is_text = match block.body.attribute("type").map(|a| parse_type(&a.expr)) {
        Some(Type::String | Type::Number | Type::Bool) | None => true,
        Some(_) => false,
    };
    if is_text {
        return Val::new(Value::string(text), site);
    }
    match constant(text) {
        Some(value) => Val::new(respan(value, site), site),
        None => Val::unknown("the value given by --var is not understood", site),
    }
}

/// The value of a literal expression, through JSON-like HCL.
fn constant(text: &str) -> Option<hcl_edit::expr::Expression> {
    text.trim().parse().ok()
}

fn respan(expression: hcl_edit::expr::Expression, site: Span) -> Value {
    use hcl_edit::expr::{Expression, ObjectKey};
    let val = |e: &Expression| Val { value: respan(e.clone(), site), at: At { site, hops: Hops::default() } };
    match &expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(b) => Value::Bool(*b.value()),
        Expression::Number(n) => n.value().as_f64().map_or(Value::Null, Value::Number),
        Expression::String(s) => Value::string(s.as_str()),
        Expression::Array(items) => Value::list(items.iter().map(val).collect()),
        Expression::Object(object) => Value::map(
            object
                .iter()
                .filter_map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => name.as_str(),
                        ObjectKey::Expression(e) => e.as_str()?,
                    };
                    Some((Arc::from(key), val(value.expr())))
                })
                .collect(),
        ),
        _ => Value::unknown("only plain values can be given by --var", site),
    }
}

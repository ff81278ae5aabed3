//! References: `local.x`, `var.x`, `azurerm_subnet.x["a"].id`, `module.net.subnet_ids[0]`, and the steps behind them.

use super::expr::{Env, Eval, TOO_MUCH_WORK, error};
use super::repeat::Repetition;
use super::{Calls, Evaluator, Instance, convert};
use crate::eval::naming::further;
use crate::source::Span;
use crate::syntax::hcl::ast::{Expr, ExprKind, Step};
use crate::value::{At, Map, Term, TermPart, Unknown, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

/// Longer source texts are not used as the name of a hop.
const LONGEST_LABEL: usize = 60;

impl<'m> Evaluator<'m> {
    /// The value of a name with the steps behind it.
    pub(super) fn reference(&self, root: &Expr, steps: &[Step], site: Span, env: Env<'_, 'm>) -> Eval {
        let ExprKind::Name(name) = &root.kind else {
            let val = self.eval(root, env)?;
            return Ok(self.steps(val, steps, env)?.placed(site));
        };
        if let Some(val) = env.name(name) {
            let val = self.steps(val.clone(), steps, env)?;
            return Ok(self.used(val, site, None));
        }
        if let Some(val) = self.template_variable(name, root.span)? {
            let val = self.steps(val, steps, env)?;
            return Ok(self.used(val, site, None));
        }
        let instance = env.instance;
        match (&**name, steps) {
            ("local", [Step::Attribute(name, _), rest @ ..]) => {
                let val = self.local(instance, name, site)?;
                let val = self.steps(val, rest, env)?;
                Ok(self.used(val, site, Some(format!("local.{name}"))))
            }
            ("var", [Step::Attribute(name, _), rest @ ..]) => {
                let (val, label) = self.variable(instance, name, site)?;
                let val = self.steps(val, rest, env)?;
                Ok(self.used(val, site, Some(label)))
            }
            ("each" | "count", [Step::Attribute(which, _), rest @ ..]) => match (env.repeat, &**which) {
                (Some(repeat), "key" | "index") => Ok(self.used(self.steps(repeat.key.clone(), rest, env)?, site, None)),
                (Some(repeat), "value") => Ok(self.used(self.steps(repeat.value.clone(), rest, env)?, site, None)),
                _ => error(format!("{name}.{which} has no meaning here"), site),
            },
            ("module", [Step::Attribute(call, _), rest @ ..]) => self.module_output(call, rest, site, env),
            ("data", [Step::Attribute(kind, _), Step::Attribute(name, _), rest @ ..]) => {
                self.resource_reference(true, kind, name, rest, site, env)
            }
            ("path", [Step::Attribute(which, _)]) => match &**which {
                "root" => Ok(Val::new(Value::string("."), site)),
                "module" => Ok(Val::new(Value::string(self.path_of(instance)), site)),
                _ => Ok(Val::unknown("path.cwd depends on where Terraform is run", site)),
            },
            ("terraform", [Step::Attribute(which, _)]) if &**which == "workspace" => Ok(match &self.config.workspace {
                Some((name, place)) => Val::new(Value::string(Arc::clone(name)), *place).used_at(site, "workspace", None),
                None => Val::unknown("terraform.workspace is not known", site),
            }),
            ("terraform", _) => Ok(Val::unknown("terraform.workspace is not known", site)),
            ("self", _) => error("self has no meaning here", site),
            (kind, [Step::Attribute(name, _), rest @ ..]) => self.resource_reference(false, kind, name, rest, site, env),
            (name, _) => error(format!("there is nothing called {name} here"), site),
        }
    }

    /// Marks a value as used at `site`: its old place becomes a hop, named as it is written there or by `label`.
    fn used(&self, val: Val, site: Span, label: Option<String>) -> Val {
        let written = self.text(site);
        let label = label.unwrap_or_else(|| {
            if written.len() <= LONGEST_LABEL && !written.contains('\n') { written.to_owned() } else { "value".to_owned() }
        });
        val.used_at(site, &label, None)
    }

    /// Applies steps to a value.
    pub(super) fn steps(&self, val: Val, steps: &[Step], env: Env<'_, 'm>) -> Eval {
        let Some((first, rest)) = steps.split_first() else { return Ok(val) };
        match first {
            Step::Attribute(name, span) => self.steps(attribute(&val, name, *span)?, rest, env),
            Step::Index(index) => {
                let index = self.eval(index, env)?;
                self.steps(element(&val, &index)?, rest, env)
            }
            Step::FullSplat(span) => self.splat(val, rest, *span, env),
            Step::AttributeSplat(span) => {
                let attributes = rest.iter().take_while(|s| matches!(s, Step::Attribute(..))).count();
                let (inner, outer) = rest.split_at(attributes);
                if let Some(Step::AttributeSplat(span)) = outer.first() {
                    return error("there can be only one .* here", *span);
                }
                self.steps(self.splat(val, inner, *span, env)?, outer, env)
            }
        }
    }

    fn splat(&self, val: Val, steps: &[Step], span: Span, env: Env<'_, 'm>) -> Eval {
        let at = val.at.clone();
        let typed = matches!(&val.value, Value::List(items) | Value::Set(items) if items.typed);
        let items: Vec<Val> = match &val.value {
            Value::Null => Vec::new(),
            Value::Unknown(unknown) => return Ok(unknown_at(unknown, &at)),
            Value::List(items) | Value::Set(items) => items.iter().map(|v| val.element(v)).collect(),
            _ => vec![val],
        };
        if !self.step(items.len()) {
            return Ok(Val::unknown(TOO_MUCH_WORK, span));
        }
        let items = items.into_iter().map(|v| self.steps(v, steps, env)).collect::<Result<_, _>>()?;
        Ok(Val { value: if typed { Value::typed_list(items) } else { Value::list(items) }, at })
    }

    fn resource_reference(&self, existing: bool, kind: &str, name: &str, steps: &[Step], site: Span, env: Env<'_, 'm>) -> Eval {
        let Some(block) = env.instance.module.resource(existing, kind, name) else {
            let data = if existing { "data." } else { "" };
            return error(format!("{data}{kind}.{name} is not declared in this module"), site);
        };
        let (repetition, vals) = self.resource(env.instance, block)?;
        let (val, rest) = match (&repetition, steps) {
            (Repetition::UnknownCount(_), [Step::Index(index), rest @ ..])
                if matches!(self.eval(index, env)?.value, Value::Number(0.0)) =>
            {
                (vals.into_iter().next(), rest)
            }
            // Which instances exist is not known, but this one has a name, and so has everything of it.
            (Repetition::UnknownEach(why), [Step::Index(index), rest @ ..]) => match &self.eval(index, env)?.value {
                Value::String(key) => {
                    let address = self.resource_address(env.instance, block, &format!("[\"{key}\"]"));
                    (why.value.as_unknown().map(|u| open_resource(&address, u, block.block.header)), rest)
                }
                _ => (None, rest),
            },
            (Repetition::Once, _) => (vals.into_iter().next(), steps),
            (Repetition::Count(_), _) => (Some(Val::new(Value::list(vals), block.block.header)), steps),
            (Repetition::Each(repeats), _) => {
                let keys = repeats.iter().filter_map(|r| r.key.value.as_str().map(Arc::from));
                (Some(Val::new(Value::map(keys.zip(vals).collect()), block.block.header)), steps)
            }
            (_, rest) => (None, rest),
        };
        let Some(val) = val else {
            let why = repetition.unknown().and_then(|v| v.value.as_unknown());
            return Ok(match why {
                Some(unknown) => unknown_at(unknown, &At::new(site)),
                None => Val::unknown(format!("{kind}.{name} could not be worked out"), site),
            });
        };
        let owner = if rest.len() == 1 { owner(&val) } else { None };
        let owner = owner.or_else(|| self.owner_before_last(&val, rest, env));
        let val = self.steps(val, rest, env)?;
        let written = self.text(site);
        let label = if written.len() <= LONGEST_LABEL { written.to_owned() } else { format!("{kind}.{name}") };
        Ok(val.used_at(site, &label, owner))
    }

    /// The resource whose attribute the last step reads.
    fn owner_before_last(&self, val: &Val, steps: &[Step], env: Env<'_, 'm>) -> Option<Arc<str>> {
        let (Step::Attribute(..), before) = steps.split_last()? else { return None };
        if before.is_empty() {
            return None;
        }
        owner(&self.steps(val.clone(), before, env).ok()?)
    }

    fn module_output(&self, name: &Arc<str>, steps: &[Step], site: Span, env: Env<'_, 'm>) -> Eval {
        let Some(call) = env.instance.module.calls.get(name) else {
            return error(format!("module.{name} is not declared in this module"), site);
        };
        let calls = self.calls(env.instance, name, call);
        let (instances, repetition) = match &*calls {
            Calls::Resolved { instances, repetition } => (instances, repetition),
            Calls::Unresolved(reason) => {
                let term = Term::symbol(format!("{}module.{name}", prefix(env.instance)));
                let unknown = Unknown::new(Arc::clone(reason), Some(call.header)).called(Some(term));
                let val = Val::new(Value::Unknown(Arc::new(unknown)), call.header);
                return Ok(self.used(self.steps(val, steps, env)?, site, None));
            }
        };
        // The usual forms read one output of one instance, and evaluate no more than that.
        let (instance, output) = match (repetition, steps) {
            (Repetition::Once, [Step::Attribute(output, _), rest @ ..]) => (instances.first(), Some((output, rest))),
            (Repetition::Count(all) | Repetition::Each(all), [Step::Index(index), Step::Attribute(output, _), rest @ ..]) => {
                let index = self.eval(index, env)?;
                if let Some(unknown) = index.value.as_unknown() {
                    return Ok(unknown_at(unknown, &At::new(site)));
                }
                let at = all.iter().position(|r| convert::to_string(&r.key.value).ok() == convert::to_string(&index.value).ok());
                (at.and_then(|i| instances.get(i)), Some((output, rest)))
            }
            (
                Repetition::UnknownCount(_) | Repetition::UnknownEach(_),
                [Step::Index(_), Step::Attribute(output, _), rest @ ..],
            ) => (instances.first(), Some((output, rest))),
            _ => (None, None),
        };
        if let Some((output, rest)) = output {
            let Some(instance) = instance else { return error(format!("module.{name} has no such instance"), site) };
            let val = self.output(instance, output, site)?;
            let val = self.steps(val, rest, env)?;
            return Ok(self.used(val, site, Some(format!("output {output} of module.{name}"))));
        }
        let whole = |instance: &Rc<Instance<'m>>| {
            let outputs = instance.module.outputs.keys();
            let entry = |name: &Arc<str>| Some((Arc::clone(name), self.output(instance, name, site).ok()?));
            let open = instance.module.stands_in.then(|| {
                let reason = format!("what else {} gives is not known", instance.address);
                Arc::new(Unknown::new(reason, Some(call.header)))
            });
            Val::new(Value::Map(Arc::new(Map { entries: outputs.filter_map(entry).collect(), typed: false, open })), call.header)
        };
        let val = match repetition {
            Repetition::Once => instances.first().map(whole),
            Repetition::Count(_) => Some(Val::new(Value::list(instances.iter().map(whole).collect()), call.header)),
            Repetition::Each(all) => {
                let keys = all.iter().filter_map(|r| r.key.value.as_str().map(Arc::from));
                Some(Val::new(Value::map(keys.zip(instances.iter().map(whole)).collect()), call.header))
            }
            Repetition::UnknownCount(why) | Repetition::UnknownEach(why) => {
                why.value.as_unknown().map(|u| unknown_at(u, &At::new(site)))
            }
        };
        match val {
            Some(val) => Ok(self.used(self.steps(val, steps, env)?, site, None)),
            None => Ok(Val::unknown(format!("module.{name} could not be worked out"), site)),
        }
    }
}

/// What the addresses of a module instance's content start with.
pub(super) fn prefix(instance: &Instance<'_>) -> String {
    if instance.address.is_empty() { String::new() } else { format!("{}.", instance.address) }
}

/// A resource of which nothing is known but its address.
fn open_resource(address: &Arc<str>, why: &Unknown, header: Span) -> Val {
    let open = why.nameless().called(Some(Term::attribute(address, "")));
    Val::new(Value::Map(Arc::new(Map { open: Some(Arc::new(open)), ..Map::default() })), header)
}

/// The address of the resource that a map is, if it is one (not a block of one).
fn owner(val: &Val) -> Option<Arc<str>> {
    let Value::Map(map) = &val.value else { return None };
    match &*map.open.as_ref()?.term.as_ref()?.0 {
        [TermPart::Attribute(address, path)] if path.is_empty() => Some(Arc::clone(address)),
        _ => None,
    }
}

/// An unknown for the same reason and with the same name, at another place.
fn unknown_at(unknown: &Arc<Unknown>, at: &At) -> Val {
    Val { value: Value::Unknown(Arc::new(unknown.nameless())), at: at.clone() }
}

/// `val.name`
pub(super) fn attribute(val: &Val, name: &str, span: Span) -> Eval {
    match &val.value {
        Value::Map(map) => match (map.entries.get(name), &map.open) {
            (Some(entry), _) => Ok(val.element(entry)),
            (None, Some(open)) => Ok(Val { value: Value::Unknown(further(open, name, span)), at: val.at.clone() }),
            (None, None) => error(format!("there is no attribute {name} here"), span),
        },
        Value::Unknown(unknown) => Ok(Val { value: Value::Unknown(further(unknown, name, span)), at: val.at.clone() }),
        Value::List(items) if name.parse::<usize>().is_ok() => match name.parse().ok().and_then(|i: usize| items.get(i)) {
            Some(item) => Ok(val.element(item)),
            None => error(format!("there is no element {name} in a list of {}", items.len()), span),
        },
        other => error(format!("this is {}, which has no attribute {name}", other.kind()), span),
    }
}

/// `val[index]`
fn element(val: &Val, index: &Val) -> Eval {
    let span = index.at.site;
    match (&val.value, &index.value) {
        (Value::Unknown(unknown), Value::String(_) | Value::Number(_)) => {
            let step = match convert::to_string(&index.value) {
                Ok(text) if matches!(index.value, Value::String(_)) => format!("[\"{text}\"]"),
                Ok(text) => format!("[{text}]"),
                Err(_) => String::new(),
            };
            Ok(Val { value: Value::Unknown(further(unknown, &step, span)), at: val.at.clone() })
        }
        (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => Ok(unknown_at(unknown, &val.at)),
        (Value::Map(_), _) => match convert::to_string(&index.value) {
            Ok(key) => attribute(val, &key, span),
            _ => error("a key must be a string", span),
        },
        (Value::List(items), _) => match convert::to_number(&index.value) {
            Ok(n) if n >= 0.0 && n.fract() == 0.0 => match items.get(n as usize) {
                Some(item) => Ok(val.element(item)),
                None => error(format!("there is no element {n} in a list of {}", items.len()), span),
            },
            _ => error("an index must be a whole number from 0", span),
        },
        (other, _) => error(format!("this is {}, which has no elements to pick", other.kind()), span),
    }
}

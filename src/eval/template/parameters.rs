//! Parameters: from where they get their values, and what is known of them without one.

use super::Evaluator;
use super::instance::{Argument, Arguments, Env, Instance, once};
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::expr::Name;
use crate::syntax::template::{Parameter, Type, TypeKind};
use crate::value::{Choice, Map, Term, Unknown, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

/// Of a parameter without a value, so many values are tried at most.
const MOST_CANDIDATES: usize = 5;
/// Named types lead so far to others.
const MOST_NAMES: usize = 20;

impl<'t> Evaluator<'t> {
    /// A parameter where an expression reads it. Whence it came is said in one step.
    pub(super) fn read_parameter(&self, instance: &Rc<Instance<'t>>, parameter: &'t Parameter, site: Span) -> Val {
        let name = &parameter.name.text;
        let label = match (given(instance, parameter), &parameter.default) {
            (Some(argument), _) => argument.label.to_string(),
            (None, Some(_)) if instance.arguments.open.is_none() => format!("default of parameter {name}"),
            _ => format!("parameter {name}"),
        };
        self.parameter(instance, parameter).used_at(site, &label, None)
    }

    /// The value of a parameter: the one given, else its default, else null where its type allows that.
    fn parameter(&self, instance: &Rc<Instance<'t>>, parameter: &'t Parameter) -> Val {
        let name = &parameter.name;
        let busy = || Val::unknown(format!("parameter {} refers to itself", name.text), name.span);
        once(&instance.values, parameter, busy, || {
            if let Some(argument) = given(instance, parameter) {
                return argument.val.clone();
            }
            if let Some(open) = &instance.arguments.open {
                return Val::new(Value::Unknown(Arc::clone(open)), name.span);
            }
            if let Some(default) = &parameter.default {
                return self.eval(default, &Env::of(instance));
            }
            if self.is_nullable(instance, &parameter.of, 0) {
                return Val::new(Value::Null, name.span);
            }
            self.without_value(instance, parameter)
        })
    }

    fn is_nullable(&self, instance: &Rc<Instance<'t>>, of: &Type, depth: usize) -> bool {
        of.nullable || self.named_type(instance, of, depth).is_some_and(|(owner, of)| self.is_nullable(&owner, of, depth + 1))
    }

    /// The type that a name stands for, and the template in which it is declared.
    fn named_type(&self, instance: &Rc<Instance<'t>>, of: &Type, depth: usize) -> Option<(Rc<Instance<'t>>, &'t Type)> {
        let TypeKind::Named(path) = &of.kind else { return None };
        if depth > MOST_NAMES {
            return None;
        }
        let find = |owner: &Rc<Instance<'t>>, name: &str| {
            let found = owner.template.types.iter().find(|(n, _)| *n.text == *name);
            found.map(|(_, of)| (Rc::clone(owner), of))
        };
        match path.as_slice() {
            [name] => find(instance, name).or_else(|| {
                let import = instance.index.imports.get(name)?;
                find(&self.library(instance, import).ok()?, &import.symbol.as_ref()?.text)
            }),
            [namespace, name] => {
                let import = instance.index.imports.get(namespace).filter(|i| i.symbol.is_none())?;
                find(&self.library(instance, import).ok()?, name)
            }
            _ => None,
        }
    }

    /// A parameter that has no value: one of a few, if its declaration lists them, or unknown.
    fn without_value(&self, instance: &Rc<Instance<'t>>, parameter: &'t Parameter) -> Val {
        let name = &parameter.name;
        let reason = if instance.address.is_empty() {
            format!("parameter {} has no value", name.text)
        } else {
            format!("parameter {} of {} is given no value", name.text, instance.address)
        };
        let symbol = naming_of(instance, &name.text);
        let unknown = Unknown::new(reason, Some(name.span)).called(Some(Term::symbol(symbol.as_str())));
        let candidates = self.candidates(instance, parameter);
        for (i, candidate) in candidates.iter().enumerate() {
            if i + 1 == candidates.len() {
                return candidate.clone();
            }
            let Some(value) = naming::name_of(candidate) else { break };
            let key: Arc<str> = format!("{symbol} == {value}").into();
            match self.assumptions.get(&key) {
                Some(true) => return candidate.clone(),
                Some(false) => {}
                None => {
                    let text = format!("{} == {}", name.text, value.replace('"', "'")).into();
                    let choice = Some(Arc::new(Choice { key, text, span: name.span }));
                    return Val::new(Value::Unknown(Arc::new(Unknown { choice, ..unknown })), name.span);
                }
            }
        }
        Val::new(Value::Unknown(Arc::new(unknown)), name.span)
    }

    /// The values that a parameter can have at all, where they are few.
    fn candidates(&self, instance: &Rc<Instance<'t>>, parameter: &'t Parameter) -> Vec<Val> {
        let mut of = &parameter.of;
        let mut owner = Rc::clone(instance);
        for depth in 0..MOST_NAMES {
            match self.named_type(&owner, of, depth) {
                Some((next, named)) => (owner, of) = (next, named),
                None => break,
            }
        }
        let place = |span: Span| move |value| Val::new(value, span);
        let found: Vec<Val> = if !parameter.allowed.is_empty() {
            parameter.allowed.iter().map(|e| self.eval(e, &Env::of(instance))).collect()
        } else {
            match &of.kind {
                TypeKind::Bool => [true, false].map(Value::Bool).map(place(parameter.name.span)).to_vec(),
                TypeKind::Texts(texts) => {
                    texts.iter().map(|t| Value::String(Arc::clone(t))).map(place(parameter.name.span)).collect()
                }
                _ => Vec::new(),
            }
        };
        if found.len() <= MOST_CANDIDATES { found } else { Vec::new() }
    }

    /// The values that a parameter file gives.
    pub(super) fn parameter_file(&self, path: &str, depth: usize) -> Arguments {
        let Some(file) = self.templates.parameter_file(path) else { return Arguments::default() };
        let mut arguments = Arguments::default();
        let base = file.extends.as_ref().map(|base| {
            arguments = self.extended(path, base, depth);
            let values = arguments.values.iter().map(|(name, given)| (Arc::clone(name), given.val.clone())).collect();
            Val::new(Value::Map(Arc::new(Map { entries: values, open: arguments.open.clone(), typed: false })), base.span)
        });
        let scope = self.of_file(file, base);
        let name = path.rsplit('/').next().unwrap_or(path);
        for given in &file.values {
            let label = format!("value of parameter {} in {name}", given.name.text).into();
            let argument = Argument { val: self.variable(&scope, given), label };
            arguments.values.insert(given.name.text.to_ascii_lowercase().into(), argument);
        }
        arguments
    }

    /// The values of the file that a parameter file builds on.
    fn extended(&self, path: &str, base: &Name, depth: usize) -> Arguments {
        let open =
            |reason: &str| Arguments { open: Some(Arc::new(Unknown::new(reason, Some(base.span)))), ..Arguments::default() };
        match self.templates.extended(path, base) {
            Ok(base) if depth < MOST_NAMES => self.parameter_file(base, depth + 1),
            Ok(_) => open("parameter files build on one another in a circle"),
            Err(reason) => open(&reason),
        }
    }
}

/// The value that a parameter is given. Null is as good as nothing.
fn given<'i>(instance: &'i Instance<'_>, parameter: &Parameter) -> Option<&'i Argument> {
    let argument = instance.arguments.values.get(&*parameter.name.text.to_ascii_lowercase());
    argument.filter(|argument| !argument.val.value.is_null())
}

/// What a parameter without a value is called wherever it goes.
fn naming_of(instance: &Instance<'_>, name: &str) -> String {
    if instance.address.is_empty() { format!("parameter {name}") } else { format!("{}.parameter {name}", instance.address) }
}

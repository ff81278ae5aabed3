//! Variables, outputs, functions of the user, and what is imported.

use super::Evaluator;
use super::declaration::Deployed;
use super::instance::{Arguments, Env, Instance, key, once};
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::template::{Declaration, Function, Import, Language, Output, Variable};
use crate::value::{Map, Term, Unknown, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

/// What a name means that no loop or lambda binds.
pub(super) enum Named<'t> {
    /// A value.
    Val(Val),
    /// A resource or module call.
    Declaration(&'t Declaration, Option<Rc<Deployed<'t>>>),
    /// Nothing that is declared.
    Nothing,
}

impl<'t> Evaluator<'t> {
    /// What a name in Bicep means. The places inside which it is looked up come first.
    pub(super) fn named(&self, name: &str, site: Span, env: &Env<'t>) -> Named<'t> {
        if let Some(val) = env.local(name) {
            return Named::Val(val.clone());
        }
        let mut within = env.within.clone();
        while let Some(resource) = within {
            self.step(resource.resource().map_or(0, |r| r.children.len() / 16));
            if let Some(child) = resource.child(name) {
                return Named::Declaration(child, Some(resource));
            }
            within = resource.parent.clone();
        }
        let index = &env.instance.index;
        if let Some(parameter) = index.parameters.get(name).filter(|_| !env.in_function) {
            return Named::Val(self.read_parameter(&env.instance, parameter, site));
        }
        if let Some(variable) = index.variables.get(name) {
            return Named::Val(self.variable(&env.instance, variable).used_at(site, &format!("variable {name}"), None));
        }
        if let Some(given) = index.given.get(name) {
            return Named::Val(self.variable(&env.instance, given).used_at(site, &format!("parameter {name}"), None));
        }
        if let Some(base) = index.base.as_ref().filter(|_| name == "base") {
            return Named::Val(base.clone());
        }
        if let Some(declaration) = index.declarations.get(name) {
            return Named::Declaration(declaration, None);
        }
        match index.imports.get(name) {
            Some(import) => Named::Val(self.imported(&env.instance, import, site)),
            None => Named::Nothing,
        }
    }

    /// The value of a variable.
    pub(super) fn variable(&self, instance: &Rc<Instance<'t>>, variable: &'t Variable) -> Val {
        let busy = || Val::unknown(format!("{} refers to itself", variable.name.text), variable.name.span);
        once(&instance.values, variable, busy, || self.eval(&variable.value, &Env::of(instance)))
    }

    /// The value of an output.
    pub(super) fn output(&self, instance: &Rc<Instance<'t>>, output: &'t Output) -> Val {
        let busy = || Val::unknown(format!("output {} refers to itself", output.name.text), output.name.span);
        once(&instance.values, output, busy, || self.eval(&output.value, &Env::of(instance)))
    }

    /// The value of what is imported under a name.
    fn imported(&self, instance: &Rc<Instance<'t>>, import: &'t Import, site: Span) -> Val {
        let library = match self.library(instance, import) {
            Ok(library) => library,
            Err(why) => return Val::new(Value::Unknown(Arc::new(why)), site),
        };
        let Some(symbol) = &import.symbol else {
            let entry = |v: &'t Variable| (Arc::clone(&v.name.text), self.variable(&library, v));
            return Val::new(Value::map(library.template.variables.iter().map(entry).collect()), site);
        };
        match library.index.variables.get(&key(library.template.language, &symbol.text)) {
            Some(variable) => {
                let label = format!("variable {} of {}", symbol.text, import.from.text);
                self.variable(&library, variable).used_at(site, &label, None)
            }
            None => Val::unknown(format!("{} exports no variable {}", import.from.text, symbol.text), import.name.span),
        }
    }

    /// The file that something is imported from.
    pub(super) fn library(&self, instance: &Instance<'t>, import: &Import) -> Result<Rc<Instance<'t>>, Unknown> {
        let from = self.sources.file(instance.template.file).path();
        let found = self.templates.called(from, &import.from);
        let (path, template) = found.map_err(|reason| Unknown::new(reason, Some(import.from.span)))?;
        if let Some(library) = self.libraries.borrow().get(path) {
            return Ok(Rc::clone(library));
        }
        let library = self.alone(template, Arguments::default());
        self.libraries.borrow_mut().insert(path.to_owned(), Rc::clone(&library));
        Ok(library)
    }

    /// A function of the user by its name, perhaps one that is imported, perhaps of something that is imported as a whole.
    pub(super) fn function(
        &self,
        on: Option<&str>,
        name: &str,
        instance: &Rc<Instance<'t>>,
    ) -> Option<(&'t Function, Rc<Instance<'t>>)> {
        let language = instance.template.language;
        let full = match on {
            Some(on) if language == Language::Arm => key(language, &format!("{on}.{name}")),
            Some(on) => {
                let import = instance.index.imports.get(on).filter(|i| i.symbol.is_none())?;
                let library = self.library(instance, import).ok()?;
                let function = library.index.functions.get(&key(library.template.language, name)).copied()?;
                return Some((function, library));
            }
            None => key(language, name),
        };
        if let Some(function) = instance.index.functions.get(&full) {
            return Some((function, Rc::clone(instance)));
        }
        let import = instance.index.imports.get(&full)?;
        let library = self.library(instance, import).ok()?;
        let function = library.index.functions.get(&key(library.template.language, &import.symbol.as_ref()?.text)).copied()?;
        Some((function, library))
    }

    /// What a function of the user gives.
    pub(super) fn call_function(&self, function: &'t Function, owner: Rc<Instance<'t>>, args: Vec<Val>, site: Span) -> Val {
        let arm = owner.template.language == Language::Arm;
        let mut env = Env { instance: owner, locals: None, within: None, in_function: true };
        let missing = || Val::new(Value::Null, site);
        let args = args.into_iter().chain(std::iter::repeat_with(missing));
        for (parameter, arg) in function.parameters.iter().zip(args) {
            let label = format!("argument {} of {}", parameter.text, function.name.text);
            let name = if arm { super::call::local_parameter(&parameter.text) } else { Arc::clone(&parameter.text) };
            env = env.bind(name, arg.used_at(arg.at.site, &label, None));
        }
        self.eval(&function.body, &env).used_at(site, &format!("function {}", function.name.text), None)
    }
}

/// A map of which nothing is known but what its entries are called.
pub(super) fn opaque(reason: &str, name: impl Into<Arc<str>>, site: Span) -> Val {
    let unknown = Arc::new(Unknown::new(reason, Some(site)).called(Some(Term::symbol(name))));
    Val::new(Value::Map(Arc::new(Map { open: Some(unknown), ..Map::default() })), site)
}

/// `val.name`, in any letter case; `None` when there is no such entry and cannot be one.
pub(super) fn entry(val: &Val, name: &str, site: Span) -> Option<Val> {
    match &val.value {
        Value::Map(map) => {
            let found = map.entries.get(name);
            let found = found.or_else(|| map.entries.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v));
            match (found, &map.open) {
                (Some(found), _) => Some(val.element(found)),
                (None, Some(open)) => Some(Val { value: Value::Unknown(naming::further(open, name, site)), at: val.at.clone() }),
                (None, None) => None,
            }
        }
        Value::Unknown(unknown) => Some(Val { value: Value::Unknown(naming::further(unknown, name, site)), at: val.at.clone() }),
        _ => None,
    }
}

/// The unknown that a function gives because of one of its arguments.
pub(super) fn opaque_unknown(because: &Val, function: &str, args: &[Val], site: Span) -> Value {
    let unknown = match &because.value {
        Value::Unknown(unknown) => unknown.nameless(),
        other => Unknown::new(format!("{function} cannot be given {}", other.kind()), Some(site)),
    };
    let name = naming::called(function, &args.iter().collect::<Vec<_>>());
    Value::Unknown(Arc::new(unknown.called(name.map(Term::symbol))))
}

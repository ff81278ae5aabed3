//! Terraform: whole root modules, with their variables, locals, repetitions and local module calls.
//!
//! Everything is evaluated when it is first asked for, and once: a root module's [`Evaluator`] holds [`Instance`]s of modules, and each
//! keeps the values of its names. What is asked for while it is being worked out refers to itself.

pub(super) mod azapi;
mod block;
mod call;
pub mod convert;
mod expr;
mod files;
pub mod functions;
mod installed;
mod known;
mod module;
mod naming;
mod number;
mod overrides;
mod own;
mod reference;
mod repeat;
mod text;
mod validation;
mod variables;
mod version;

pub use module::{Module, Modules, VariableFile};
pub use own::Own;
pub use version::{provider_version, within};

use super::own::Own as _;
use super::{Assumptions, Evaluated};
use crate::config::Config;
use crate::model::Undecided;
use crate::source::{Sources, Span};
use crate::syntax::hcl::ast::Block;

use crate::value::{Term, Unknown, Val, Value};
use expr::{Env, EvalError};
use module::literal;
use repeat::{Repeat, Repetition};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// A module may call others so deep.
const DEEPEST_CALL: usize = 40;
/// A root module may have so many module instances in all.
const MOST_INSTANCES: usize = 5_000;

/// Evaluates the root module of a folder, and collects the resources of the wanted kinds.
pub fn evaluate(
    folder: &str,
    modules: &Modules,
    sources: &Sources,
    config: &Config,
    assumptions: &Assumptions,
    wanted: &dyn Fn(&str) -> bool,
) -> Evaluated {
    let Some(module) = modules.get(folder) else { return Evaluated::default() };
    let (evaluator, root) = Evaluator::of_root(module, modules, sources, config, assumptions);
    let mut evaluated = Evaluated::default();
    evaluator.collect(&root, wanted, &mut evaluated.resources);
    evaluator.validations(&root, &evaluated.resources, &mut evaluated.validations);
    if !modules.installed.is_empty() || !modules.known.is_empty() {
        let own = Own::new(folder, modules, sources);
        evaluated.resources = evaluated.resources.into_iter().map(|r| own.resource(r)).collect();
        evaluated.validations = evaluated.validations.into_iter().map(|v| own.validation(v)).collect();
    }
    let unresolved = evaluator.unresolved.take();
    evaluated.unresolved =
        unresolved.into_iter().map(|(call, reason, span)| (call, Undecided::new(reason, Some(span)))).collect();
    evaluated
}

/// The outputs of the root module of a folder, by name. One that Terraform would refuse is unknown, with that reason.
pub fn outputs(
    folder: &str,
    modules: &Modules,
    sources: &Sources,
    config: &Config,
    assumptions: &Assumptions,
) -> BTreeMap<Arc<str>, Val> {
    let Some(module) = modules.get(folder) else { return BTreeMap::new() };
    let (evaluator, root) = Evaluator::of_root(module, modules, sources, config, assumptions);
    let value = |(name, block): (&Arc<str>, &Block)| Some((Arc::clone(name), evaluator.output(&root, name, block.header).ok()?));
    module.outputs.iter().filter_map(value).collect()
}

/// Evaluates one root module.
struct Evaluator<'m> {
    modules: &'m Modules,
    sources: &'m Sources,
    config: &'m Config,
    assumptions: &'m Assumptions,
    root_folder: String,
    /// What each call makes, by the address of the calling instance and the name of the call.
    calls: RefCell<CallsByName<'m>>,
    unresolved: RefCell<Vec<(String, Arc<str>, Span)>>,
    depth: Cell<usize>,
    steps: Cell<u64>,
    instances: Cell<usize>,
    /// Whether resources were left out.
    is_full: Cell<bool>,
    reads: files::Reads,
    /// The template that is being worked out, if one is.
    template: RefCell<Option<Rc<files::Scope>>>,
}

type CallsByName<'m> = HashMap<(Arc<str>, Arc<str>), Rc<Calls<'m>>>;

/// A module as one call makes it.
struct Instance<'m> {
    module: &'m Module,
    /// `module.aks["blue"]`, "" for the root.
    address: Arc<str>,
    /// Who called it; nobody the root.
    caller: Option<Caller<'m>>,
    cache: RefCell<HashMap<Key, Slot>>,
}

struct Caller<'m> {
    instance: Rc<Instance<'m>>,
    call: &'m Block,
    name: Arc<str>,
    repeat: Option<Repeat>,
}

impl Instance<'_> {
    /// An output that the real module may have, but not the one that stands in for it.
    fn hidden_output(&self, name: &str, site: Span) -> Val {
        let place = self.caller.as_ref().map_or(site, |caller| caller.call.header);
        let unknown = Unknown::new(format!("the output {name} of {} is not known", self.address), Some(place));
        let term = Term::symbol(format!("{}.{name}", self.address));
        Val::new(Value::Unknown(Arc::new(unknown.called(Some(term)))), place)
    }

    /// The names of the calls that lead to it, joined by dots.
    fn key(&self) -> String {
        self.caller.as_ref().map_or_else(String::new, |caller| installed::join(&caller.instance.key(), &caller.name))
    }
}

/// What a module call makes.
enum Calls<'m> {
    Resolved { repetition: Repetition, instances: Vec<Rc<Instance<'m>>> },
    Unresolved(Arc<str>),
}

/// A name whose value an instance keeps.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Local(Arc<str>),
    Variable(Arc<str>),
    Output(Arc<str>),
    Resource(bool, Arc<str>, Arc<str>),
}

/// The value of a name.
enum Slot {
    /// It is being worked out.
    Busy,
    Value(Val),
    Variable(Val, String),
    Resource(Repetition, Vec<Val>),
}

impl<'m> Evaluator<'m> {
    /// The code at a place.
    fn text(&self, place: Span) -> &'m str {
        self.modules.known.text(place).unwrap_or_else(|| self.sources.text(place))
    }

    /// The evaluator of a root module, and the instance that the root is.
    fn of_root(
        module: &'m Module,
        modules: &'m Modules,
        sources: &'m Sources,
        config: &'m Config,
        assumptions: &'m Assumptions,
    ) -> (Self, Rc<Instance<'m>>) {
        let evaluator = Self {
            modules,
            sources,
            config,
            assumptions,
            root_folder: module.folder.clone(),
            calls: RefCell::default(),
            unresolved: RefCell::default(),
            depth: Cell::new(0),
            steps: Cell::new(0),
            is_full: Cell::new(false),
            instances: Cell::new(0),
            reads: files::Reads::default(),
            template: RefCell::default(),
        };
        let root = Rc::new(Instance { module, address: "".into(), caller: None, cache: RefCell::default() });
        (evaluator, root)
    }

    /// A value that an instance keeps, worked out by `make` the first time.
    fn kept(
        &self,
        instance: &Instance<'m>,
        key: Key,
        title: &dyn Fn() -> String,
        site: Span,
        make: &dyn Fn() -> Val,
    ) -> Result<Val, EvalError> {
        match instance.cache.borrow().get(&key) {
            Some(Slot::Value(val)) => return Ok(val.clone()),
            Some(_) => return Err(EvalError { message: format!("{} refers to itself", title()).into(), span: site }),
            None => {}
        }
        instance.cache.borrow_mut().insert(key.clone(), Slot::Busy);
        let val = make();
        instance.cache.borrow_mut().insert(key, Slot::Value(val.clone()));
        Ok(val)
    }

    fn local(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, site: Span) -> Result<Val, EvalError> {
        let Some(attribute) = instance.module.locals.get(name) else {
            return Err(EvalError { message: format!("local.{name} is not declared in this module").into(), span: site });
        };
        let env = Env { instance, repeat: None, names: None };
        self.kept(instance, Key::Local(Arc::clone(name)), &|| format!("local.{name}"), site, &|| self.value(&attribute.expr, env))
    }

    fn output(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, site: Span) -> Result<Val, EvalError> {
        let block = instance.module.outputs.get(name);
        let Some(value) = block.and_then(|b| b.body.attribute("value")) else {
            if instance.module.stands_in {
                return Ok(instance.hidden_output(name, site));
            }
            return Err(EvalError { message: format!("the module has no output {name}").into(), span: site });
        };
        let env = Env { instance, repeat: None, names: None };
        self.kept(instance, Key::Output(Arc::clone(name)), &|| format!("output {name}"), site, &|| self.value(&value.expr, env))
    }

    /// The instances that a call of a module makes.
    fn calls(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, call: &'m Block) -> Rc<Calls<'m>> {
        let key = (Arc::clone(&instance.address), Arc::clone(name));
        if let Some(known) = self.calls.borrow().get(&key) {
            return Rc::clone(known);
        }
        // While count or for_each is worked out, the call itself cannot be used.
        let busy = Calls::Unresolved(format!("module.{name} refers to itself").into());
        self.calls.borrow_mut().insert(key.clone(), Rc::new(busy));
        let calls = Rc::new(match self.called_module(instance, name, call) {
            Ok(module) => self.call_instances(instance, name, call, module),
            Err(reason) => Calls::Unresolved(reason),
        });
        self.calls.borrow_mut().insert(key, Rc::clone(&calls));
        calls
    }

    fn called_module(&self, instance: &Rc<Instance<'m>>, name: &str, call: &Block) -> Result<&'m Module, Arc<str>> {
        let key = installed::join(&instance.key(), name);
        let Some(folder) = self.modules.callee(&self.root_folder, instance.module, &key, call) else {
            let source = call.body.attribute("source").and_then(|a| literal(&a.expr));
            if let Some(why) = self.modules.known.why_not(call) {
                return Err(Arc::clone(why));
            }
            return Err(match source {
                Some((source, _)) => format!("the module {source} is not part of this code").into(),
                None => "the module has no source".into(),
            });
        };
        let mut ancestor = Some(instance);
        let mut depth = 0;
        while let Some(above) = ancestor {
            if above.module.folder == folder {
                return Err(format!("the module {folder} calls itself").into());
            }
            depth += 1;
            ancestor = above.caller.as_ref().map(|c| &c.instance);
        }
        if depth > DEEPEST_CALL {
            return Err("modules call each other too deeply here".into());
        }
        self.modules.get(&folder).ok_or_else(|| format!("there is no module in the folder {folder}").into())
    }

    fn call_instances(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, call: &'m Block, module: &'m Module) -> Calls<'m> {
        let too_many = || Calls::Unresolved(format!("there are more than {MOST_INSTANCES} modules here").into());
        // Once there are too many, none is worth being counted.
        if self.instances.get() > MOST_INSTANCES {
            return too_many();
        }
        let repetition = self.repetition(&call.body, Env { instance, repeat: None, names: None });
        let repeats = repetition.instances();
        self.instances.set(self.instances.get() + repeats.len());
        if self.instances.get() > MOST_INSTANCES {
            return too_many();
        }
        let make = |repeat: Option<Repeat>| {
            let suffix = repeat.as_ref().map_or("", |r| &r.suffix);
            Rc::new(Instance {
                module,
                address: format!("{}module.{name}{suffix}", reference::prefix(instance)).into(),
                caller: Some(Caller { instance: Rc::clone(instance), call, name: Arc::clone(name), repeat }),
                cache: RefCell::default(),
            })
        };
        Calls::Resolved { repetition, instances: repeats.into_iter().map(make).collect() }
    }
}

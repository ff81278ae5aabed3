//! A template as one call deploys it, and what its names mean.

use super::declaration::{Deployed, member};
use super::find::Declared;
use super::ids::Place;
use super::{Evaluator, MOST_INSTANCES};
use crate::model::Undecided;
use crate::source::Sources;
use crate::syntax::template::{
    Declaration, DeclarationKind, Function, Import, Language, Output, Parameter, ParameterFile, Template, Variable,
};
use crate::value::{Unknown, Val};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// A template as one call deploys it.
pub(super) struct Instance<'t> {
    pub template: &'t Template,
    pub index: Rc<Index<'t>>,
    /// The calls that lead to it, joined by dots: `network`, `pools[0]`; "" for the root.
    pub address: Arc<str>,
    /// What it is deployed to.
    pub place: Place,
    pub arguments: Arguments,
    /// What the expressions of the template mean when they are worked out in the template around it.
    pub outer: Option<Env<'t>>,
    /// The templates around it, each of which calls the next: the root comes first.
    pub callers: Vec<&'t Template>,
    /// The values of its parameters, variables and outputs.
    pub values: Slots,
    pub cache: RefCell<Cache<'t>>,
}

/// The values given to a template's parameters, by their names in lower case.
#[derive(Clone, Default)]
pub(super) struct Arguments {
    pub values: BTreeMap<Arc<str>, Argument>,
    /// Set when others may be given.
    pub open: Option<Arc<Unknown>>,
}

/// A value given to a parameter, and from where, in words for the user: `argument sku of pools`.
#[derive(Clone)]
pub(super) struct Argument {
    pub val: Val,
    pub label: Arc<str>,
}

/// What was worked out already, by the address of the syntax in memory.
#[derive(Default)]
pub(super) struct Cache<'t> {
    pub declarations: HashMap<usize, Rc<Vec<Rc<Deployed<'t>>>>>,
    pub modules: HashMap<usize, Result<Rc<Instance<'t>>, Undecided>>,
    /// All that is declared here, by id.
    pub declared: Option<Rc<Declared<'t>>>,
}

/// Values that are worked out when they are first asked for, by where the syntax of each lies in memory.
pub(super) type Slots = RefCell<HashMap<usize, Slot>>;

/// A value that is being worked out, or has been.
pub(super) enum Slot {
    Busy,
    Done(Val),
}

/// A value that is worked out when it is first asked for. `at` is its syntax, `busy` what it is while that goes on.
pub(super) fn once<T>(slots: &Slots, at: &T, busy: impl Fn() -> Val, work: impl FnOnce() -> Val) -> Val {
    let at = std::ptr::from_ref(at).addr();
    match slots.borrow().get(&at) {
        Some(Slot::Done(val)) => return val.clone(),
        Some(Slot::Busy) => return busy(),
        None => {}
    }
    slots.borrow_mut().insert(at, Slot::Busy);
    let val = work();
    slots.borrow_mut().insert(at, Slot::Done(val.clone()));
    val
}

/// The names of a template.
pub(super) struct Index<'t> {
    pub parameters: HashMap<Arc<str>, &'t Parameter>,
    pub variables: HashMap<Arc<str>, &'t Variable>,
    pub functions: HashMap<Arc<str>, &'t Function>,
    pub imports: HashMap<Arc<str>, &'t Import>,
    pub declarations: HashMap<Arc<str>, &'t Declaration>,
    pub outputs: HashMap<Arc<str>, &'t Output>,
    /// Of a parameter file the values that it gives, which may refer to one another.
    pub given: HashMap<Arc<str>, &'t Variable>,
    /// Of a parameter file the values of the one that it builds on.
    pub base: Option<Val>,
    /// How users call each declaration, by its address in memory.
    pub labels: HashMap<*const Declaration, String>,
}

/// A name as it is looked up: ARM does not tell letter cases apart.
pub(super) fn key(language: Language, name: &str) -> Arc<str> {
    match language {
        Language::Bicep => name.into(),
        Language::Arm if name.bytes().any(|b| b.is_ascii_uppercase()) => Cow::from(name.to_ascii_lowercase()).into(),
        Language::Arm => name.into(),
    }
}

impl<'t> Index<'t> {
    fn of(template: &'t Template, sources: &Sources) -> Self {
        let key = |name: &str| key(template.language, name);
        /// Of equal names the first one counts.
        fn map<'t, T>(
            items: impl DoubleEndedIterator<Item = &'t T>,
            key: impl Fn(&'t T) -> Arc<str>,
        ) -> HashMap<Arc<str>, &'t T> {
            items.rev().map(|item| (key(item), item)).collect()
        }
        let with_symbol = template.declarations.iter().filter(|d| d.symbol.is_some());
        Self {
            parameters: map(template.parameters.iter(), |p| key(&p.name.text)),
            variables: map(template.variables.iter(), |v| key(&v.name.text)),
            functions: map(template.functions.iter(), |f| key(&f.name.text)),
            imports: map(template.imports.iter(), |i| key(&i.name.text)),
            declarations: map(with_symbol, |d| d.symbol.as_ref().map_or_else(|| "".into(), |s| key(&s.text))),
            outputs: map(template.outputs.iter(), |o| key(&o.name.text)),
            given: HashMap::new(),
            base: None,
            labels: labels(&template.declarations, sources),
        }
    }
}

/// How users call declarations: by their symbolic names, else by their types and their names as written. No two are called the same.
fn labels(declarations: &[Declaration], sources: &Sources) -> HashMap<*const Declaration, String> {
    let mut labels = HashMap::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for declaration in declarations {
        let (of, children) = match &declaration.kind {
            DeclarationKind::Resource(resource) => (resource.of.text.rsplit('/').next().unwrap_or(""), &*resource.children),
            DeclarationKind::Module(_) => ("deployments", &[][..]),
        };
        let mut label = match (&declaration.symbol, member(&declaration.body, "name")) {
            (Some(symbol), _) => symbol.text.to_string(),
            (None, Some(name)) => format!("{of}/{}", bare(sources.text(name.span))),
            (None, None) => of.to_owned(),
        };
        let times = seen.entry(label.clone()).or_default();
        *times += 1;
        if *times > 1 {
            label = format!("{label} ({times})");
        }
        labels.insert(std::ptr::from_ref(declaration), label);
        labels.extend(self::labels(children, sources));
    }
    labels
}

/// A name without quotes, an expression without brackets.
fn bare(written: &str) -> &str {
    let inside = |quote| written.strip_prefix(quote)?.strip_suffix(quote);
    let text = inside('"').or_else(|| inside('\'')).unwrap_or(written);
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)
}

/// What the names in an expression mean.
#[derive(Clone)]
pub(super) struct Env<'t> {
    pub instance: Rc<Instance<'t>>,
    /// Names bound by loops, lambdas and functions, innermost first.
    pub locals: Option<Rc<Local>>,
    /// The resource whose body the expression stands in: those declared in it, and in what it is in, can be named.
    pub within: Option<Rc<Deployed<'t>>>,
    /// Whether only functions and variables are visible, as in the body of a function.
    pub in_function: bool,
}

/// A name that is bound to a value.
pub(super) struct Local {
    name: Arc<str>,
    val: Val,
    outer: Option<Rc<Local>>,
}

impl<'t> Env<'t> {
    /// The names of a template as a whole.
    pub fn of(instance: &Rc<Instance<'t>>) -> Self {
        match &instance.outer {
            Some(outer) => outer.clone(),
            None => Self { instance: Rc::clone(instance), locals: None, within: None, in_function: false },
        }
    }

    /// The same with one more name.
    pub fn bind(&self, name: impl Into<Arc<str>>, val: Val) -> Self {
        let local = Local { name: name.into(), val, outer: self.locals.clone() };
        Self { locals: Some(Rc::new(local)), ..self.clone() }
    }

    /// The value that a name is bound to.
    pub fn local(&self, name: &str) -> Option<&Val> {
        let mut next = self.locals.as_deref();
        while let Some(local) = next {
            if &*local.name == name {
                return Some(&local.val);
            }
            next = local.outer.as_deref();
        }
        None
    }
}

impl<'t> Evaluator<'t> {
    /// A new instance of a template.
    pub(super) fn instance(
        &self,
        template: &'t Template,
        address: Arc<str>,
        place: Place,
        arguments: Arguments,
        callers: Vec<&'t Template>,
        outer: Option<Env<'t>>,
    ) -> Rc<Instance<'t>> {
        let index = self.index(template);
        let (values, cache) = (Slots::default(), RefCell::default());
        let made = Rc::new(Instance { template, index, address, place, arguments, outer, callers, values, cache });
        self.instances.borrow_mut().push(Rc::clone(&made));
        made
    }

    /// An instance of a file by itself, such as one that others import from.
    pub(super) fn alone(&self, template: &'t Template, arguments: Arguments) -> Rc<Instance<'t>> {
        self.instance(template, "".into(), Place::of_root(template.target), arguments, Vec::new(), None)
    }

    /// A parameter file as something with names, with the values of the one that it builds on.
    pub(super) fn of_file(&self, file: &'t ParameterFile, base: Option<Val>) -> Rc<Instance<'t>> {
        let mut index = Index::of(&file.scope, self.sources);
        index.given = file.values.iter().map(|value| (Arc::clone(&value.name.text), value)).collect();
        index.base = base;
        self.indexes.borrow_mut().insert(&raw const file.scope, Rc::new(index));
        self.alone(&file.scope, Arguments::default())
    }

    /// Forgets what was worked out: instances, and what they declare, hold one another.
    pub(super) fn forget(&self) {
        for instance in self.instances.borrow().iter() {
            instance.values.take();
            instance.cache.take();
        }
    }

    /// Whether there may be more instances.
    pub(super) fn has_room(&self) -> bool {
        self.instances.borrow().len() < MOST_INSTANCES
    }

    pub(super) fn index(&self, template: &'t Template) -> Rc<Index<'t>> {
        let pointer: *const Template = template;
        Rc::clone(self.indexes.borrow_mut().entry(pointer).or_insert_with(|| Rc::new(Index::of(template, self.sources))))
    }
}

//! Templates: ARM templates and Bicep files, with the modules and deployments that they call, evaluated as Azure would.
//!
//! Everything is evaluated when it is first asked for, and once: an [`Evaluator`] holds [`Instance`]s of templates, and each keeps the
//! values of its names. What is asked for while it is being worked out refers to itself. What Azure would refuse is an unknown value that
//! says why.

mod access;
mod call;
mod collect;
mod declaration;
mod expand;
mod expr;
mod find;
pub mod functions;
mod ids;
mod instance;
mod light;
mod link;
mod load;
mod loops;
mod members;
mod modules;
mod names;
mod parameters;
mod templates;

pub use templates::Templates;

use super::{Assumptions, Evaluated};
use crate::source::Sources;
use crate::syntax::template::Template;
use instance::{Arguments, Index, Instance};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A root template may make so many instances of templates in all.
const MOST_INSTANCES: usize = 5_000;
/// A template may call others so deep.
const DEEPEST_CALL: usize = 40;

/// Evaluates a template with the values of parameter files, of which the later ones win, and collects the resources of the wanted kinds.
pub fn evaluate(
    path: &str,
    parameters: &[&str],
    templates: &Templates,
    sources: &Sources,
    assumptions: &Assumptions,
    wanted: &dyn Fn(&str) -> bool,
) -> Evaluated {
    let Some(template) = templates.get(path) else { return Evaluated::default() };
    let evaluator = Evaluator {
        templates,
        sources,
        assumptions,
        indexes: RefCell::default(),
        libraries: RefCell::default(),
        depth: Cell::new(0),
        steps: Cell::new(0),
        instances: RefCell::default(),
        reads: Cell::new(0),
        resources: Cell::new(0),
    };
    let mut arguments = Arguments::default();
    for file in parameters {
        let given = evaluator.parameter_file(file, 0);
        arguments.values.extend(given.values);
        arguments.open = given.open.or(arguments.open);
    }
    let root = evaluator.alone(template, arguments);
    let mut evaluated = Evaluated::default();
    evaluator.collect(&root, wanted, &mut evaluated);
    evaluator.forget();
    link::link(&mut evaluated.resources);
    evaluated
}

/// Evaluates one root template.
struct Evaluator<'t> {
    templates: &'t Templates,
    sources: &'t Sources,
    assumptions: &'t Assumptions,
    /// The names of each template, by its address in memory.
    indexes: RefCell<HashMap<*const Template, Rc<Index<'t>>>>,
    /// Files that others import from, as instances without arguments.
    libraries: RefCell<BTreeMap<String, Rc<Instance<'t>>>>,
    depth: Cell<usize>,
    steps: Cell<u64>,
    /// All that were made.
    instances: RefCell<Vec<Rc<Instance<'t>>>>,
    /// How many bytes were read from files that the code loads.
    reads: Cell<usize>,
    /// How many resources were collected.
    resources: Cell<usize>,
}

//! The one tree of located values that every front end makes: resources with evaluated bodies.

use crate::source::Span;
use crate::value::{At, Map, Unknown, Val, Value};
use std::sync::Arc;

/// One resource, or one instance of a repeated one, with all that the code says of it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its address as the language spells it: `module.aks["blue"].azurerm_kubernetes_cluster.this[0]`.
    pub address: Arc<str>,
    /// Its type: `azurerm_kubernetes_cluster`.
    pub kind: Arc<str>,
    /// The module instance it stands in, "" for the root.
    pub module: Arc<str>,
    /// Whether the resource is only read (`data`), not created by this code.
    pub existing: bool,
    /// The line that declares it: what to point at when no attribute is to blame.
    pub header: Span,
    /// Attributes and nested blocks by name. A block that may stand several times is a list of maps.
    pub body: Arc<Map>,
    /// Set when the code repeats the resource a number of times that cannot be known; the reason.
    pub repeated: Option<Val>,
}

/// A condition that the code puts on an input of a module, and that does not hold, or may not.
#[derive(Clone, Debug)]
pub struct Validation {
    /// The module instance whose input it is, "" for the root.
    pub module: Arc<str>,
    /// The input as the language spells it: `module.aks.var.pod_cidr`.
    pub input: Arc<str>,
    /// The value that was given; `null` when it is not to be shown.
    pub value: Val,
    /// The condition as written.
    pub condition: Span,
    /// What is known about it.
    pub verdict: Verdict,
}

/// What is known about a condition that is not known to hold.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It does not hold. With what the code says about that, if it is known.
    Fails(Option<Arc<str>>),
    /// It depends on something other than the value, and that is unknown.
    Unknown(Arc<Unknown>),
}

impl Validation {
    /// Whether the resource of this address belongs to the module instance, or to one that it calls.
    pub fn concerns(&self, address: &str) -> bool {
        is_within(address, &self.module)
    }
}

/// Whether an address, of a resource or a module instance, is that of a module instance or of something inside it.
pub fn is_within(address: &str, module: &str) -> bool {
    module.is_empty() || address.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Resource {
    /// The attribute or block list `name`, unless it is absent or null.
    pub fn get(&self, name: &str) -> Option<&Val> {
        self.body.get(name)
    }
}

impl Map {
    /// The entry `name`, unless it is absent or null.
    pub fn get(&self, name: &str) -> Option<&Val> {
        self.entries.get(name).filter(|v| !matches!(v.value, Value::Null))
    }
}

/// What would happen to a resource that exists, where the language says so: a plan does.
#[derive(Clone, Debug)]
pub struct Change {
    /// The address of the resource as it will be.
    pub address: Arc<str>,
    /// Whether the resource is destroyed and created anew, and not updated in place.
    pub replaces: bool,
    /// The attributes that change. Of those that are replaced as a whole, only the outermost.
    pub attributes: Vec<ChangedAttribute>,
}

/// One attribute that changes.
#[derive(Clone, Debug)]
pub struct ChangedAttribute {
    /// Its path without indexes: `network_profile.pod_cidr`.
    pub name: Arc<str>,
    /// What it is now, as a text; nothing when it is not set.
    pub before: Option<Arc<str>>,
    /// What it will be, or why that is not known.
    pub after: Result<Option<Arc<str>>, Arc<Unknown>>,
    /// Whether the resource has to be replaced because of it; `None` when that is not said.
    pub forces_replacement: Option<bool>,
    /// Where it is written, or would be.
    pub at: At,
}
